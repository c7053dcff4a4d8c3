//! Trace: an interrupt behind each instruction (MSR.SE), or behind each branch (MSR.BE).
//!
//! Power ISA 2.07B, Book III-S, 6.5.15, "Trace Interrupt"; Programming Environments Manual, 6.4.11. Such an instruction is lifted with a call of [`trace`] before it, and
//! ends its block.

use cpu::{Ctx, Mode};

use crate::mode;
use crate::target::Ppc;
use crate::trap::Trap;

/// Whether an instruction is traced in a mode.
pub(crate) fn is_traced(mode: Mode, bits: u32) -> bool {
    mode & mode::SE != 0 || mode & mode::BE != 0 && is_branch(bits)
}

/// Whether an instruction is one of the branches: b, bc, bclr, bcctr, bctar.
fn is_branch(bits: u32) -> bool {
    match bits >> 26 {
        16 | 18 => true,
        19 => matches!(bits >> 1 & 0x3ff, 16 | 528 | 560),
        _ => false,
    }
}

/// Helper: the instruction at work is traced, unless it is interrupted itself or returns from an interrupt.
pub(crate) fn trace<T: Ppc>(ctx: &mut Ctx<T>, _: [u64; 4]) -> Result<u64, Trap> {
    note(ctx, 0);
    Ok(0)
}

/// A trace interrupt comes behind the instruction at work, with these bits of SRR1.
pub(crate) fn note<T: Ppc>(ctx: &mut Ctx<T>, why: u64) {
    let before = ctx.state.traced.unwrap_or(0);
    ctx.state.traced = Some(before | why);
    ctx.yield_turn();
}
