//! "Zifencei" Extension for Instruction-Fetch Fence.

use decode::Flow;
use decode::insns;
use uop::Exit;

use crate::ext::Ext;
use crate::format::None0;
use crate::helper;
use crate::lift::Lift;

insns! {
    /// RISC-V Unprivileged ISA 20240411, "Zifencei".
    pub INSNS for Lift<'_>;
    "............ ..... 001 ..... 0001111" None0 fence_i "" [Zifencei];
}

/// This hart's own stores to lifted code have dropped it already, and most of other harts' stores are noticed, too; the rest is looked for.
fn fence_i(l: &Lift<'_>, _: None0) -> Flow {
    l.ir.call(helper::FENCE_I, &[]);
    l.end(Exit::Update { pc: l.next_pc() })
}
