//! Facilities that FSCR and MSR turn on and off, and vectored system calls.
//!
//! Power ISA 3.0B, Book III, 3.2.1, "Machine State Register", 6.2.10, "Facility Status and Control Register", and 6.5, "Interrupt
//! Definitions".

use cpu::Ctx;

use crate::spr::n;
use crate::state::msr;
use crate::target::Ppc;
use crate::trap::{Trap, address, return_to, set_msr};

/// Facilities by their numbers in FSCR ("Facility Status and Control Register").
pub(crate) mod number {
    /// DSCR in problem state.
    pub(crate) const DSCR: u8 = 2;
    /// Performance monitor.
    pub(crate) const PM: u8 = 3;
    /// Transactional memory.
    pub(crate) const TM: u8 = 5;
    /// Event-based branches.
    pub(crate) const EBB: u8 = 7;
    /// Target address register.
    pub(crate) const TAR: u8 = 8;
    /// `scv`.
    pub(crate) const SCV: u8 = 12;
    /// The bit that enables it.
    pub(crate) const SCV_BIT: u64 = 1 << SCV;
}

/// Helper: raises facility unavailable if FSCR has facility `number` off.
pub(crate) fn check_facility<T: Ppc>(ctx: &mut Ctx<T>, [number, ..]: [u64; 4]) -> Result<u64, Trap> {
    match ctx.state.spr(n::FSCR) >> (number & 63) & 1 {
        0 => Err(Trap::facility(number as u8)),
        _ => Ok(0),
    }
}

/// Where LPCR puts interrupts ("Alternate Interrupt Location"), if translation is on.
pub(crate) fn relocation<T: Ppc>(ctx: &Ctx<T>) -> Option<u64> {
    let on = ctx.state.msr & (msr::IR | msr::DR) == msr::IR | msr::DR;
    match ctx.state.spr(n::LPCR) >> 23 & 3 {
        2 if on => Some(0x1_8000),
        3 if on => Some(0xc000_0000_0000_4000),
        _ => None,
    }
}

/// "System Call Vectored": the return address goes to LR, MSR to CTR; EE and RI stay.
pub(crate) fn enter_vectored<T: Ppc>(ctx: &mut Ctx<T>, trap: &Trap, pc: u64) {
    let old = ctx.state.msr;
    ctx.set_reg(crate::state::LR, address(old, pc.wrapping_add(4)));
    ctx.set_reg(crate::state::CTR, old & !0x783f_0000);
    let lpcr = ctx.state.spr(n::LPCR);
    let relocated = relocation(ctx);
    // With AIL = 3 the vectors are 0x3000 behind 0xc000_0000_0000_0000, otherwise at 0x1_7000.
    let base = if relocated.is_some() && lpcr >> 23 & 3 == 3 { 0xc000_0000_0000_3000 } else { 0x1_7000 };
    let kept = msr::ME | msr::EE | msr::RI | msr::HV;
    let translation = if relocated.is_some() { msr::IR | msr::DR } else { 0 };
    set_msr(ctx, msr::SF | old & kept | translation | if lpcr & 1 << 25 != 0 { msr::LE } else { 0 });
    ctx.set_pc(base + 0x20 * u64::from(trap.number));
    ctx.clear_reservation();
}

/// Helper: `rfscv`.
pub(crate) fn rfscv<T: Ppc>(ctx: &mut Ctx<T>, _: [u64; 4]) -> Result<u64, Trap> {
    let hv = ctx.state.msr & msr::HV != 0;
    let mask = !0x783f_0000 & if hv { u64::MAX } else { !(msr::HV | msr::ME) };
    return_to(ctx, ctx.reg(crate::state::LR), ctx.reg(crate::state::CTR), mask)
}
