//! Helpers that read and write MSR: moves, and returns from interrupts.
//!
//! Power ISA 2.07B, Book III-S, 3.3 and 4.4.1; Book III-E, 4.3 and 5.4.1; Programming Environments Manual, chapter 6.

use cpu::Ctx;

use crate::ext::Ext;
use crate::spr::n;
use crate::state::msr;
use crate::target::Ppc;
use crate::trap::{PRIVILEGED, Trap, return_to, set_msr};

/// Helper: `rfi`. TGPR and POW are not restored from what an interrupt has left there.
pub(crate) fn rfi<T: Ppc>(ctx: &mut Ctx<T>, _: [u64; 4]) -> Result<u64, Trap> {
    let mask = if ctx.model().has(Ext::BookE) { u64::MAX } else { 0x87c0_ffff };
    let srr1 = ctx.state.spr(n::SRR1);
    if ctx.model().has(Ext::SoftTlb) {
        // The ordinary general registers are back.
        return return_to(ctx, ctx.state.spr(n::SRR0), srr1 & !msr::TGPR, mask | msr::TGPR);
    }
    return_to(ctx, ctx.state.spr(n::SRR0), srr1, mask)
}

/// Helper: `rfid`. HV and ME can be cleared, and ME set, by the hypervisor alone.
pub(crate) fn rfid<T: Ppc>(ctx: &mut Ctx<T>, _: [u64; 4]) -> Result<u64, Trap> {
    let hv = ctx.state.msr & msr::HV != 0 || !ctx.model().has(Ext::Hypervisor);
    let mask = !0x783f_0000 & if hv { u64::MAX } else { !(msr::HV | msr::ME) };
    return_to(ctx, ctx.state.spr(n::SRR0), ctx.state.spr(n::SRR1), mask)
}

/// Helper: `hrfid`.
pub(crate) fn hrfid<T: Ppc>(ctx: &mut Ctx<T>, _: [u64; 4]) -> Result<u64, Trap> {
    if ctx.state.msr & msr::HV == 0 {
        return Err(Trap::program(PRIVILEGED));
    }
    return_to(ctx, ctx.state.spr(n::HSRR0), ctx.state.spr(n::HSRR1), !0x783f_0000)
}

/// Helper: `rfci`.
pub(crate) fn rfci<T: Ppc>(ctx: &mut Ctx<T>, _: [u64; 4]) -> Result<u64, Trap> {
    return_to(ctx, ctx.state.spr(n::CSRR0), ctx.state.spr(n::CSRR1), u64::MAX)
}

/// Helper: `rfdi`.
pub(crate) fn rfdi<T: Ppc>(ctx: &mut Ctx<T>, _: [u64; 4]) -> Result<u64, Trap> {
    return_to(ctx, ctx.state.spr(n::DSRR0), ctx.state.spr(n::DSRR1), u64::MAX)
}

/// Helper: `rfmci`.
pub(crate) fn rfmci<T: Ppc>(ctx: &mut Ctx<T>, _: [u64; 4]) -> Result<u64, Trap> {
    return_to(ctx, ctx.state.spr(n::MCSRR0), ctx.state.spr(n::MCSRR1), u64::MAX)
}

/// Helper: MSR.
pub(crate) fn read_msr<T: Ppc>(ctx: &mut Ctx<T>, _: [u64; 4]) -> Result<u64, Trap> {
    Ok(ctx.state.msr)
}

/// Helper: `mtmsrd`; HV stays ("Move To Machine State Register").
pub(crate) fn write_msr<T: Ppc>(ctx: &mut Ctx<T>, [value, ..]: [u64; 4]) -> Result<u64, Trap> {
    let kept = msr::HV | if ctx.model().has(Ext::Slb) { msr::LE } else { 0 };
    let value = ctx.state.msr & kept | value & !kept;
    set_msr(ctx, value);
    Ok(0)
}

/// Helper: `mtmsr`: the low word.
pub(crate) fn write_msr_low<T: Ppc>(ctx: &mut Ctx<T>, [value, ..]: [u64; 4]) -> Result<u64, Trap> {
    let kept = !0xffff_ffff | if ctx.model().has(Ext::Slb) { msr::LE } else { 0 };
    let value = ctx.state.msr & kept | value & !kept;
    set_msr(ctx, value);
    Ok(0)
}

/// Helper: `mtmsr` with L = 1: EE and RI.
pub(crate) fn write_msr_ee_ri<T: Ppc>(ctx: &mut Ctx<T>, [value, ..]: [u64; 4]) -> Result<u64, Trap> {
    let mask = msr::EE | msr::RI;
    let value = ctx.state.msr & !mask | value & mask;
    set_msr(ctx, value);
    Ok(0)
}

/// Helper: `wrtee`.
pub(crate) fn write_ee<T: Ppc>(ctx: &mut Ctx<T>, [value, ..]: [u64; 4]) -> Result<u64, Trap> {
    ctx.state.msr = ctx.state.msr & !msr::EE | value & msr::EE;
    Ok(0)
}
