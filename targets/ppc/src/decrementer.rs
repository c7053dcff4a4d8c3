//! The decrementer of CPUs that are no embedded ones.
//!
//! Power ISA 3.0B, Book III, 7.3, "Decrementer".

use cpu::Ctx;

use crate::ext::Ext;
use crate::papr;
use crate::spr::{self, n};
use crate::target::Ppc;

/// Bits of the decrementer: with LPCR.LD it is a large one ("Decrementer").
fn width<T: Ppc>(ctx: &Ctx<T>) -> u32 {
    let large = ctx.model().has(Ext::Isa300) && ctx.state.spr(n::LPCR) & papr::LPCR_LD != 0;
    if large { 56 } else { 32 }
}

/// DEC of other CPUs than embedded ones.
pub(crate) fn read<T: Ppc>(ctx: &Ctx<T>) -> u64 {
    let left = ctx.state.dec_end.wrapping_sub(spr::time_base(ctx));
    match width(ctx) {
        32 => left & 0xffff_ffff,
        // A large one is read sign-extended.
        _ => left,
    }
}

/// Writes DEC: from then on it counts down, and interrupts when it gets below 0.
pub(crate) fn write<T: Ppc>(ctx: &mut Ctx<T>, value: u64) {
    let left = bits::sign_extend(value, width(ctx));
    ctx.state.dec_end = spr::time_base(ctx).wrapping_add(left);
    ctx.state.dec_armed = true;
}

/// Whether the decrementer asks for an interrupt, whatever MSR.EE says.
pub(crate) fn is_pending<T: Ppc>(ctx: &Ctx<T>) -> bool {
    ctx.state.dec_armed && (ctx.state.dec_end.wrapping_sub(spr::time_base(ctx)) as i64) < 0
}
