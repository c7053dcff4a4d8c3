//! Privileged instructions, and those that call or break into a more privileged mode.

use decode::Flow;
use decode::insns;
use uop::{Exit, Width};

use crate::ext::Ext;
use crate::format::{None0, R};
use crate::helper;
use crate::lift::Lift;
use crate::trap::cause;

insns! {
    /// RISC-V Unprivileged ISA 20240411, "Environment Call and Breakpoints"; Privileged Architecture 20240411, "Machine-Mode
    /// Privileged Instructions", "Supervisor Instructions", "Svinval".
    pub INSNS for Lift<'_>;
    "000000000000 00000 000 00000 1110011"  None0 ecall          "" [];
    "000000000001 00000 000 00000 1110011"  None0 ebreak         "" [];
    "0001000 00010 00000 000 00000 1110011" None0 sret           "" [S];
    "0011000 00010 00000 000 00000 1110011" None0 mret           "" [];
    "0001000 00101 00000 000 00000 1110011" None0 wfi            "" [];
    "0001001 ..... ..... 000 00000 1110011" R     sfence_vma     "{rs1}, {rs2}" [S];
    "0001011 ..... ..... 000 00000 1110011" R     sinval_vma     "{rs1}, {rs2}" [S Svinval];
    "0001100 00000 00000 000 00000 1110011" None0 sfence_w_inval "" [S Svinval];
    "0001100 00001 00000 000 00000 1110011" None0 sfence_inval_ir "" [S Svinval];
}

/// U-mode, as lifters count modes.
const U: u32 = 0;
/// M-mode.
const M: u32 = 3;

fn ecall(l: &Lift<'_>, _: None0) -> Flow {
    l.raise(cause::ECALL + l.privilege(), 0)
}

/// Breakpoint. QEMU up to 7.2 leaves 0 in `mtval`, which the manual allows beside the address ("Machine Trap Value Register").
pub(super) fn ebreak(l: &Lift<'_>, _: None0) -> Flow {
    l.raise(cause::BREAKPOINT, 0)
}

fn mret(l: &Lift<'_>, _: None0) -> Flow {
    if l.privilege() != M {
        return Flow::Illegal;
    }
    let pc = l.ir.call(helper::MRET, &[]);
    l.end(Exit::UpdateIndirect { pc: pc.trunc(l.xlen()).id() })
}

fn sret(l: &Lift<'_>, _: None0) -> Flow {
    if l.privilege() == U {
        return Flow::Illegal;
    }
    let pc = l.ir.call(helper::SRET, &[l.ir.konst(Width::W64, l.bits())]);
    l.end(Exit::UpdateIndirect { pc: pc.trunc(l.xlen()).id() })
}

fn wfi(l: &Lift<'_>, _: None0) -> Flow {
    if l.privilege() == U && l.has_s {
        return Flow::Illegal;
    }
    if l.privilege() != M {
        l.ir.call(helper::WFI, &[l.ir.konst(Width::W64, l.bits())]);
    }
    l.end(Exit::Halt { pc: l.next_pc() })
}

fn sfence_vma(l: &Lift<'_>, f: R) -> Flow {
    if l.privilege() == U {
        return Flow::Illegal;
    }
    let bits = l.ir.konst(Width::W64, l.bits());
    if f.rs1 == 0 {
        l.ir.call(helper::SFENCE_ALL, &[bits]);
    } else {
        l.ir.call(helper::SFENCE_PAGE, &[l.x(f.rs1).zext(Width::W64), bits]);
    }
    l.end(Exit::Update { pc: l.next_pc() })
}

/// Invalidates at once what it may invalidate at the latest at the closing fence.
fn sinval_vma(l: &Lift<'_>, f: R) -> Flow {
    sfence_vma(l, f)
}

fn sfence_w_inval(l: &Lift<'_>, _: None0) -> Flow {
    order(l)
}

fn sfence_inval_ir(l: &Lift<'_>, _: None0) -> Flow {
    order(l)
}

/// The fences around invalidations: page tables are read by the walk itself, which sees all earlier stores.
fn order(l: &Lift<'_>) -> Flow {
    if l.privilege() == U {
        return Flow::Illegal;
    }
    l.ir.fence(uop::Fence::SeqCst);
    l.end(Exit::Update { pc: l.next_pc() })
}
