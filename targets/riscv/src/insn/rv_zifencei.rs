//! "Zifencei" Extension for Instruction-Fetch Fence.

use decode::Flow;
use decode::insns;
use uop::Exit;

use crate::ext::Ext;
use crate::format::None0;
use crate::hart::Hart;
use crate::helper;
use crate::lift::Lift;
use crate::trap::Trap;

insns! {
    /// RISC-V Unprivileged ISA 20240411, "Zifencei".
    pub INSNS for Lift<'_>;
    "............ ..... 001 ..... 0001111" None0 fence_i "" [Zifencei];
}

/// Stores to lifted code drop it by themselves; what is left to do is to look for those that went unnoticed.
fn fence_i(l: &Lift<'_>, _: None0) -> Flow {
    l.ir.call(helper::FENCE_I, &[]);
    l.end(Exit::Update { pc: l.next_pc() })
}

/// Helper: the fence.
pub(crate) fn sync<H: Hart>(hart: &mut H, _: [u64; 4]) -> Result<u64, Trap> {
    hart.sync_code();
    Ok(0)
}
