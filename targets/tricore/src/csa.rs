//! Context save areas: what calls, traps and the save and restore instructions do.
//!
//! TriCore Architecture Manual, volume 1, "Tasks and Functions": "Context Save Areas", "Context Operations", "Call Depth Control".

use cpu::Ctx;
use uop::{Mem, Reg, Width};

use crate::ext::Version;
use crate::mode;
use crate::state::{self, AV_BIT, CONTEXT, V_BIT};
use crate::trap::{Trap, tin};
use crate::{Tricore, csfr};

/// Bits of a link word that name a context save area.
const LINK: u64 = 0xf_ffff;
const WORD: Mem = Mem::le(Width::W32);

/// The fields of PCXI above the link ("Previous Context Information Register"): TriCore 1.6 has moved them.
struct Layout {
    pcpn: u32,
    pie: u32,
    ul: u32,
}

#[inline]
fn layout(ctx: &Ctx<Tricore>) -> Layout {
    let up = if ctx.model().version() >= Version::V161 { 0 } else { 2 };
    Layout { pcpn: 22 + up, pie: 21 + up, ul: 20 + up }
}

/// The address of the area that a link word names.
#[inline]
fn area(link: u64) -> u64 {
    (link >> 16 & 15) << 28 | (link & 0xffff) << 6
}

/// The words of a context, two in each: link, `second` (PSW or the return address), and the registers from `first` on.
#[inline(always)]
fn gather(ctx: &Ctx<Tricore>, second: u64, first: Reg) -> [u64; 8] {
    let registers: &[u64; CONTEXT] = ctx.regs(first);
    std::array::from_fn(|n| match n {
        0 => ctx.reg(state::PCXI) | second << 32,
        _ => registers[2 * n - 2] | registers[2 * n - 1] << 32,
    })
}

/// Writes a context at `address`, which may be anywhere, and says what the first word was before.
#[inline(always)]
fn exchange(ctx: &mut Ctx<Tricore>, address: u64, pairs: &[u64; 8]) -> Result<u64, Trap> {
    match ctx.replace_block(address, pairs) {
        Some(old) => Ok(old),
        None => exchange_slowly(ctx, address, pairs),
    }
}

#[cold]
#[inline(never)]
fn exchange_slowly(ctx: &mut Ctx<Tricore>, address: u64, pairs: &[u64; 8]) -> Result<u64, Trap> {
    let old = ctx.load(address, WORD)?;
    store_slowly(ctx, address, pairs)?;
    Ok(old)
}

fn store_slowly(ctx: &mut Ctx<Tricore>, address: u64, pairs: &[u64; 8]) -> Result<(), Trap> {
    for (address, pair) in (address..).step_by(8).zip(pairs) {
        ctx.store(address, Width::W32.cut(*pair), WORD)?;
        ctx.store(address + 4, pair >> 32, WORD)?;
    }
    Ok(())
}

/// Reads a context.
fn load(ctx: &mut Ctx<Tricore>, address: u64) -> Result<[u64; 8], Trap> {
    if let Some(pairs) = ctx.load_block(address) {
        return Ok(pairs);
    }
    let mut pairs = [0; 8];
    for (address, pair) in (address..).step_by(8).zip(&mut pairs) {
        *pair = ctx.load(address, WORD)? | ctx.load(address + 4, WORD)? << 32;
    }
    Ok(pairs)
}

#[inline(always)]
fn put(ctx: &mut Ctx<Tricore>, first: Reg, pairs: &[u64; 8]) {
    *ctx.regs_mut::<CONTEXT>(first) = std::array::from_fn(|n| {
        let pair = pairs[n / 2 + 1];
        if n % 2 == 0 { Width::W32.cut(pair) } else { pair >> 32 }
    });
}

/// PSW with the user status bits.
#[inline]
pub(crate) fn psw(ctx: &Ctx<Tricore>) -> u64 {
    const BOTH: u64 = 1 << V_BIT | 1 << AV_BIT;
    // V and SV in bits 63 and 62, AV and SAV in bits 31 and 30.
    let four = ctx.reg(state::OVERFLOW) & BOTH | (ctx.reg(state::STICKY) & BOTH) >> 1;
    ctx.reg(state::PSW) | ctx.reg(state::C) << 31 | four >> (V_BIT - 30) | Width::W32.cut(four) >> (AV_BIT - 28)
}

/// Writes PSW with the user status bits.
#[inline]
pub(crate) fn set_psw(ctx: &mut Ctx<Tricore>, value: u64) {
    ctx.set_reg(state::PSW, value & 0x07ff_ffff);
    ctx.set_reg(state::C, value >> 31 & 1);
    let four = value << (V_BIT - 30) | value << (AV_BIT - 28) & 3 << (AV_BIT - 1);
    ctx.set_reg(state::OVERFLOW, four);
    ctx.set_reg(state::STICKY, four << 1);
}

/// Takes the first area of the free list and puts a context there; PCXI links to it.
#[inline(always)]
fn save(ctx: &mut Ctx<Tricore>, second: u64, upper: bool) -> Result<(), Trap> {
    let free = ctx.reg(state::FCX);
    if free & LINK == 0 {
        return Err(Trap::here(tin::FCU));
    }
    let pairs = gather(ctx, second, registers(upper));
    let next = exchange(ctx, area(free), &pairs)?;
    let fields = (u64::from(ctx.state.ccpn) << 2 | u64::from(ctx.state.ie) << 1 | u64::from(upper)) << layout(ctx).ul;
    ctx.set_reg(state::PCXI, fields | free & LINK);
    ctx.set_reg(state::FCX, free & !LINK | next & LINK);
    Ok(())
}

/// Where the registers of an upper or a lower context begin.
const fn registers(upper: bool) -> Reg {
    if upper { state::UPPER } else { state::LOWER }
}

/// Saves the upper context.
#[inline(always)]
pub(crate) fn save_upper(ctx: &mut Ctx<Tricore>) -> Result<(), Trap> {
    let psw = psw(ctx);
    save(ctx, psw, true)
}

/// Whether the area that the next save takes is the limit's.
pub(crate) fn is_last(ctx: &Ctx<Tricore>) -> bool {
    (ctx.reg(state::FCX) ^ u64::from(ctx.state.lcx)) & LINK == 0
}

/// The FCD trap, which comes when the instruction is done: the area that was taken last was the limit's.
fn depletion(ctx: &Ctx<Tricore>, taken: u64, next: u64) -> Result<u64, Trap> {
    if taken & LINK == u64::from(ctx.state.lcx) & LINK {
        return Err(Trap::returning(tin::FCD, next as u32));
    }
    Ok(0)
}

/// Bits of PSW.CDC.
const CDC: u64 = 0x7f;
/// PSW.CDE.
const CDE: u64 = 1 << 7;

/// Bits of the counter in each value of PSW.CDC: those below the first 0.
const COUNTER: [u8; 1 << 7] = {
    let mut masks = [0; 1 << 7];
    let mut cdc = 0;
    while cdc < masks.len() {
        let ones = (!(cdc as u8) << 1).leading_zeros();
        masks[cdc] = if ones < 6 { (1 << (6 - ones)) - 1 } else { 0 };
        cdc += 1;
    }
    masks
};

#[inline]
const fn counter_mask(psw: u64) -> u64 {
    COUNTER[(psw & CDC) as usize] as u64
}

/// PSW with a call counted; an overflow is the CDO trap ("Call Depth Control").
#[inline]
fn counted_up(psw: u64) -> Result<u64, Trap> {
    if psw & CDE == 0 || psw & CDC == CDC {
        return Ok(psw);
    }
    let mask = counter_mask(psw);
    if psw & mask == mask { Err(Trap::here(tin::CDO)) } else { Ok(psw + 1) }
}

/// Counts a return; below 0 is the CDU trap.
#[inline]
fn count_down(ctx: &mut Ctx<Tricore>) -> Result<(), Trap> {
    let psw = ctx.reg(state::PSW);
    if psw & CDE != 0 && psw & CDC != CDC {
        let mask = counter_mask(psw);
        if psw & mask == 0 {
            return Err(Trap::here(tin::CDU));
        }
        ctx.set_reg(state::PSW, psw - 1);
    }
    Ok(())
}

/// Helper of CALL: the return address, and above it where to. The FCD trap comes when the call is done, and returns to where it went.
pub(crate) fn call(ctx: &mut Ctx<Tricore>, [both, ..]: [u64; 4]) -> Result<u64, Trap> {
    let (return_to, target) = (Width::W32.cut(both), both >> 32);
    let (before, free) = (ctx.reg(state::PSW), ctx.reg(state::FCX));
    let counted = counted_up(before)?;
    // What is saved has the counter of the caller, which RET restores.
    save_upper(ctx)?;
    ctx.set_reg(state::PSW, counted | CDE);
    ctx.set_reg(state::a(11), return_to);
    depletion(ctx, free, target)
}

/// The context that PCXI links to, which must be an upper one (or a lower). Its area goes back onto the free list; PCXI is what the context says.
#[inline(always)]
fn restore(ctx: &mut Ctx<Tricore>, upper: bool) -> Result<[u64; 8], Trap> {
    let link = ctx.reg(state::PCXI);
    if link & LINK == 0 {
        return Err(Trap::here(tin::CSU));
    }
    if (link >> layout(ctx).ul & 1 != 0) != upper {
        return Err(Trap::here(tin::CTYP));
    }
    let first = ctx.reg(state::FCX);
    let pairs = match ctx.take_block(area(link), |old| first | old >> 32 << 32) {
        Some(pairs) => pairs,
        None => restore_slowly(ctx, area(link), first)?,
    };
    ctx.set_reg(state::FCX, first & !LINK | link & LINK);
    ctx.set_reg(state::PCXI, Width::W32.cut(pairs[0]));
    Ok(pairs)
}

#[cold]
#[inline(never)]
fn restore_slowly(ctx: &mut Ctx<Tricore>, address: u64, first: u64) -> Result<[u64; 8], Trap> {
    let pairs = load(ctx, address)?;
    ctx.store(address, first, WORD)?;
    Ok(pairs)
}

/// Helper of RET: the new pc.
pub(crate) fn ret(ctx: &mut Ctx<Tricore>, _: [u64; 4]) -> Result<u64, Trap> {
    let before = ctx.reg(state::PSW);
    count_down(ctx)?;
    let pairs = restore(ctx, true).inspect_err(|_| ctx.set_reg(state::PSW, before))?;
    let pc = ctx.reg(state::a(11)) & !1;
    put(ctx, state::UPPER, &pairs);
    // RET leaves bits 25 and 24 (the rounding mode) as they are.
    let rounding = 3 << 24;
    let after = pairs[0] >> 32 & !rounding | before & rounding;
    set_psw(ctx, after);
    if mode::differs(before as u32, after as u32) {
        return Err(Trap::returning(tin::RETURN, pc as u32));
    }
    Ok(pc)
}

/// Helper of RFE: the new pc.
pub(crate) fn rfe(ctx: &mut Ctx<Tricore>, _: [u64; 4]) -> Result<u64, Trap> {
    let psw = ctx.reg(state::PSW);
    if psw & CDE != 0 && psw & CDC != CDC && psw & counter_mask(psw) != 0 {
        return Err(Trap::here(tin::NEST));
    }
    let pcxi = ctx.reg(state::PCXI);
    let pairs = restore(ctx, true)?;
    let at = layout(ctx);
    ctx.state.ie = pcxi >> at.pie & 1 != 0;
    ctx.state.ccpn = (pcxi >> at.pcpn) as u8;
    let pc = ctx.reg(state::a(11)) & !1;
    put(ctx, state::UPPER, &pairs);
    set_psw(ctx, pairs[0] >> 32);
    Ok(pc)
}

/// Helper of RFM, "Return From Monitor": the next pc; where to go. Without a breakpoint trap at work it does nothing. The monitor's area holds
/// PCXI, PSW, A10 and A11.
pub(crate) fn rfm(ctx: &mut Ctx<Tricore>, [next, ..]: [u64; 4]) -> Result<u64, Trap> {
    let Some(area) = csfr::monitor_area(ctx) else { return Ok(next) };
    let mut words = [0; 4];
    for (address, word) in (u64::from(area)..).step_by(4).zip(&mut words) {
        *word = ctx.load(address, WORD)?;
    }
    let [pcxi, psw, a10, a11] = words;
    let pc = ctx.reg(state::a(11)) & !1;
    let (at, before) = (layout(ctx), ctx.reg(state::PCXI));
    ctx.state.ie = before >> at.pie & 1 != 0;
    ctx.state.ccpn = (before >> at.pcpn) as u8;
    csfr::leave_monitor(ctx);
    set_psw(ctx, psw);
    for (reg, value) in [(state::PCXI, pcxi), (state::a(10), a10), (state::a(11), a11)] {
        ctx.set_reg(reg, value);
    }
    Ok(pc)
}

/// Helper of SVLCX: the next pc.
pub(crate) fn svlcx(ctx: &mut Ctx<Tricore>, [next, ..]: [u64; 4]) -> Result<u64, Trap> {
    let (free, return_address) = (ctx.reg(state::FCX), ctx.reg(state::a(11)));
    save(ctx, return_address, false)?;
    depletion(ctx, free, next)
}

/// Helper of BISR: the next pc, the new priority number.
pub(crate) fn bisr(ctx: &mut Ctx<Tricore>, [next, priority, ..]: [u64; 4]) -> Result<u64, Trap> {
    let (free, return_address) = (ctx.reg(state::FCX), ctx.reg(state::a(11)));
    save(ctx, return_address, false)?;
    ctx.state.ie = true;
    ctx.state.ccpn = priority as u8;
    depletion(ctx, free, next)
}

/// Helper of RSLCX.
pub(crate) fn rslcx(ctx: &mut Ctx<Tricore>, _: [u64; 4]) -> Result<u64, Trap> {
    let pairs = restore(ctx, false)?;
    ctx.set_reg(state::a(11), pairs[0] >> 32);
    put(ctx, state::LOWER, &pairs);
    Ok(0)
}

/// The address of a context is that of 16 words ("Alignment Requirements").
fn whole_area(address: u64) -> Result<(), Trap> {
    if address.is_multiple_of(64) { Ok(()) } else { Err(Trap::data(tin::ALN, address as u32)) }
}

/// Helper of STUCX and STLCX: the address, whether it is the upper context.
pub(crate) fn st(ctx: &mut Ctx<Tricore>, [address, upper, ..]: [u64; 4]) -> Result<u64, Trap> {
    whole_area(address)?;
    let second = if upper != 0 { psw(ctx) } else { ctx.reg(state::a(11)) };
    let pairs = gather(ctx, second, registers(upper != 0));
    if ctx.replace_block(address, &pairs).is_none() {
        store_slowly(ctx, address, &pairs)?;
    }
    Ok(0)
}

/// Helper of LDUCX and LDLCX: the address, whether it is the upper context. PCXI, PSW and A11 stay.
pub(crate) fn ld(ctx: &mut Ctx<Tricore>, [address, upper, ..]: [u64; 4]) -> Result<u64, Trap> {
    whole_area(address)?;
    let pairs = load(ctx, address)?;
    put(ctx, registers(upper != 0), &pairs);
    Ok(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counters_have_the_width_that_leading_ones_leave() {
        assert_eq!(counter_mask(0), 0x3f);
        assert_eq!(counter_mask(0b100_0000), 0x1f);
        assert_eq!(counter_mask(0b110_0101), 0xf);
        assert_eq!(counter_mask(0b111_1100), 1);
        assert_eq!(counter_mask(0b111_1110), 0);
    }

    #[test]
    fn links_name_areas() {
        assert_eq!(area(0xd_0123), 0xd000_48c0);
    }
}
