//! "Zifencei" Extension for Instruction-Fetch Fence.

use decode::Flow;
use decode::insns;
use uop::Exit;

use crate::ext::Ext;
use crate::format::None0;
use crate::lift::Lift;

insns! {
    /// RISC-V Unprivileged ISA 20240411, "Zifencei".
    pub INSNS for Lift<'_>;
    "............ ..... 001 ..... 0001111" None0 fence_i "" [Zifencei];
}

/// Stores to lifted code drop it by themselves, those of this hart before the next block and those of others before the next look at
/// the machine's code; so all there is to do is to look.
fn fence_i(l: &Lift<'_>, _: None0) -> Flow {
    l.end(Exit::Update { pc: l.next_pc() })
}
