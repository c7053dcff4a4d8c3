//! The decrementer of CPUs that are no embedded ones, and the hypervisor's.
//!
//! Power ISA 3.0B, Book III, 7.3, "Decrementer", and 7.4, "Hypervisor Decrementer".

use cpu::Ctx;

use crate::ext::Ext;
use crate::papr;
use crate::spr::{self, n};
use crate::state::msr;
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

/// LPCR: the hypervisor's decrementer interrupts.
const LPCR_HDICE: u64 = 1;

/// HDEC.
pub(crate) fn read_hypervisor<T: Ppc>(ctx: &Ctx<T>) -> u64 {
    let left = ctx.state.hdec_end.wrapping_sub(spr::time_base(ctx));
    if ctx.model().has(Ext::Isa300) { left } else { left & 0xffff_ffff }
}

/// Writes HDEC. Since version 3.0 it is as wide as a large decrementer.
pub(crate) fn write_hypervisor<T: Ppc>(ctx: &mut Ctx<T>, value: u64) {
    let left = bits::sign_extend(value, if ctx.model().has(Ext::Isa300) { 56 } else { 32 });
    ctx.state.hdec_end = spr::time_base(ctx).wrapping_add(left);
    ctx.state.hdec_armed = true;
}

/// Whether HDEC asks for an interrupt, as far as LPCR lets it.
pub(crate) fn hypervisor_is_pending<T: Ppc>(ctx: &Ctx<T>) -> bool {
    let past = || (ctx.state.hdec_end.wrapping_sub(spr::time_base(ctx)) as i64) < 0;
    ctx.state.hdec_armed && !ctx.state.in_partition && ctx.state.spr(n::LPCR) & LPCR_HDICE != 0 && past()
}

/// Whether an MSR lets it interrupt: outside of hypervisor state nothing keeps it off ("Hypervisor Decrementer Interrupt").
pub(crate) fn hypervisor_may(m: u64) -> bool {
    m & msr::EE != 0 || m & msr::HV == 0 || m & msr::PR != 0
}

/// When one of the decrementers may interrupt, as a value of the time base.
pub(crate) fn deadline<T: Ppc>(ctx: &Ctx<T>) -> Option<u64> {
    let own = (ctx.state.dec_armed && !ctx.state.stopped && !ctx.state.joined).then_some(ctx.state.dec_end);
    let hypervisor = ctx.state.hdec_armed && !ctx.state.in_partition && ctx.state.spr(n::LPCR) & LPCR_HDICE != 0;
    let now = spr::time_base(ctx);
    let both = own.into_iter().chain(hypervisor.then_some(ctx.state.hdec_end));
    Some(both.min_by_key(|at| at.wrapping_sub(now) as i64)?.wrapping_add(1))
}
