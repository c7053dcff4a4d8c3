//! Context save areas: what calls, traps and the save and restore instructions do.
//!
//! TriCore Architecture Manual, volume 1, "Tasks and Functions": "Context Save Areas", "Context Operations", "Call Depth Control".

use cpu::Ctx;
use uop::{Mem, Reg, Width};

use crate::Tricore;
use crate::ext::Version;
use crate::mode;
use crate::state;
use crate::trap::{Trap, tin};

/// Bits of a link word that name a context save area.
const LINK: u64 = 0xf_ffff;
const WORD: Mem = Mem::le(Width::W32);

/// The fields of PCXI above the link ("Previous Context Information Register"): TriCore 1.6 has moved them.
struct Layout {
    pcpn: u32,
    pie: u32,
    ul: u32,
}

fn layout(ctx: &Ctx<Tricore>) -> Layout {
    if ctx.model().version() >= Version::V161 {
        Layout { pcpn: 22, pie: 21, ul: 20 }
    } else {
        Layout { pcpn: 24, pie: 23, ul: 22 }
    }
}

/// The address of the area that a link word names.
fn area(link: u64) -> u64 {
    (link >> 16 & 15) << 28 | (link & 0xffff) << 6
}

/// The registers of an upper context from its third word on: A10, A11, D8 to D11, A12 to A15, D12 to D15.
const UPPER: [Reg; 14] = {
    use state::{a, d};
    [a(10), a(11), d(8), d(9), d(10), d(11), a(12), a(13), a(14), a(15), d(12), d(13), d(14), d(15)]
};
/// The registers of a lower context from its third word on: A2, A3, D0 to D3, A4 to A7, D4 to D7. The second is the return address.
const LOWER: [Reg; 14] = {
    use state::{a, d};
    [a(2), a(3), d(0), d(1), d(2), d(3), a(4), a(5), a(6), a(7), d(4), d(5), d(6), d(7)]
};

/// The words of a context, two in each.
fn gather(ctx: &Ctx<Tricore>, second: u64, registers: &[Reg; 14]) -> [u64; 8] {
    let mut pairs = [0; 8];
    pairs[0] = ctx.reg(state::PCXI) | second << 32;
    for (pair, two) in pairs[1..].iter_mut().zip(registers.as_chunks().0) {
        let [low, high] = two.map(|r| ctx.reg(r));
        *pair = low | high << 32;
    }
    pairs
}

/// Writes a context at `address`, which may be anywhere.
fn store(ctx: &mut Ctx<Tricore>, address: u64, pairs: &[u64; 8]) -> Result<(), Trap> {
    if ctx.store_block(address, pairs) {
        return Ok(());
    }
    for (address, pair) in (address..).step_by(8).zip(pairs) {
        ctx.store(address, Width::W32.cut(*pair), WORD)?;
        ctx.store(address + 4, pair >> 32, WORD)?;
    }
    Ok(())
}

/// Reads a context.
fn load(ctx: &mut Ctx<Tricore>, address: u64) -> Result<[u64; 8], Trap> {
    let mut pairs = [0; 8];
    if ctx.load_block(address, &mut pairs) {
        return Ok(pairs);
    }
    for (address, pair) in (address..).step_by(8).zip(&mut pairs) {
        *pair = ctx.load(address, WORD)? | ctx.load(address + 4, WORD)? << 32;
    }
    Ok(pairs)
}

fn put(ctx: &mut Ctx<Tricore>, registers: &[Reg; 14], pairs: &[u64; 8]) {
    for (&[low, high], pair) in registers.as_chunks().0.iter().zip(&pairs[1..]) {
        ctx.set_reg(low, Width::W32.cut(*pair));
        ctx.set_reg(high, pair >> 32);
    }
}

/// PSW with the user status bits.
pub(crate) fn psw(ctx: &Ctx<Tricore>) -> u64 {
    let top = |reg| ctx.reg(reg) >> 31 & 1;
    ctx.reg(state::PSW)
        | ctx.reg(state::C) << 31
        | top(state::V) << 30
        | top(state::SV) << 29
        | top(state::AV) << 28
        | top(state::SAV) << 27
}

/// Writes PSW with the user status bits.
pub(crate) fn set_psw(ctx: &mut Ctx<Tricore>, value: u64) {
    ctx.set_reg(state::PSW, value & 0x07ff_ffff);
    ctx.set_reg(state::C, value >> 31 & 1);
    for (reg, bit) in [(state::V, 30), (state::SV, 29), (state::AV, 28), (state::SAV, 27)] {
        ctx.set_reg(reg, (value >> bit & 1) << 31);
    }
}

/// Takes the first area of the free list and puts a context there; PCXI links to it.
fn save(ctx: &mut Ctx<Tricore>, second: u64, registers: &[Reg; 14], upper: bool) -> Result<(), Trap> {
    let free = ctx.reg(state::FCX);
    if free & LINK == 0 {
        return Err(Trap::here(tin::FCU));
    }
    let address = area(free);
    let mut head = [0];
    let next = if ctx.load_block(address, &mut head) { head[0] } else { ctx.load(address, WORD)? };
    let pairs = gather(ctx, second, registers);
    store(ctx, address, &pairs)?;
    let at = layout(ctx);
    let fields = u64::from(ctx.state.ccpn) << at.pcpn | u64::from(ctx.state.ie) << at.pie | u64::from(upper) << at.ul;
    ctx.set_reg(state::PCXI, fields | free & LINK);
    ctx.set_reg(state::FCX, free & !LINK | next & LINK);
    Ok(())
}

/// Saves the upper context.
pub(crate) fn save_upper(ctx: &mut Ctx<Tricore>) -> Result<(), Trap> {
    let psw = psw(ctx);
    save(ctx, psw, &UPPER, true)
}

/// The FCD trap, which comes when the instruction is done: the area that was taken last was the limit's.
fn depletion(ctx: &Ctx<Tricore>, taken: u64, next: u64) -> Result<u64, Trap> {
    if taken & LINK == u64::from(ctx.state.lcx) & LINK {
        return Err(Trap { tin: tin::FCD, return_to: next as u32 });
    }
    Ok(0)
}

/// Bits of PSW.CDC.
const CDC: u64 = 0x7f;
/// PSW.CDE.
const CDE: u64 = 1 << 7;

/// Bits of the counter in PSW.CDC: those below the first 0.
fn counter_mask(cdc: u64) -> u64 {
    let ones = (!(cdc << 57)).leading_zeros();
    bits::mask(6u32.saturating_sub(ones))
}

/// PSW with a call counted; an overflow is the CDO trap ("Call Depth Control").
fn counted_up(psw: u64) -> Result<u64, Trap> {
    if psw & CDE == 0 || psw & CDC == CDC {
        return Ok(psw);
    }
    let mask = counter_mask(psw & CDC);
    if psw & mask == mask { Err(Trap::here(tin::CDO)) } else { Ok(psw + 1) }
}

/// Counts a return; below 0 is the CDU trap.
fn count_down(ctx: &mut Ctx<Tricore>) -> Result<(), Trap> {
    let psw = ctx.reg(state::PSW);
    if psw & CDE != 0 && psw & CDC != CDC {
        let mask = counter_mask(psw & CDC);
        if psw & mask == 0 {
            return Err(Trap::here(tin::CDU));
        }
        ctx.set_reg(state::PSW, psw - 1);
    }
    Ok(())
}

/// Helper of CALL: the return address, where to. The FCD trap comes when the call is done, and returns to where it went.
pub(crate) fn call(ctx: &mut Ctx<Tricore>, [return_to, target, ..]: [u64; 4]) -> Result<u64, Trap> {
    let (before, free) = (ctx.reg(state::PSW), ctx.reg(state::FCX));
    let counted = counted_up(before)?;
    // What is saved has the counter of the caller, which RET restores.
    save_upper(ctx)?;
    ctx.set_reg(state::PSW, counted | CDE);
    ctx.set_reg(state::a(11), return_to);
    depletion(ctx, free, target)
}

/// Puts an area back onto the free list; PCXI is what the context says.
fn free(ctx: &mut Ctx<Tricore>, pairs: &[u64; 8]) -> Result<(), Trap> {
    let link = ctx.reg(state::PCXI);
    let first = ctx.reg(state::FCX);
    if !ctx.store_block(area(link), &[first | pairs[0] >> 32 << 32]) {
        ctx.store(area(link), first, WORD)?;
    }
    ctx.set_reg(state::FCX, first & !LINK | link & LINK);
    ctx.set_reg(state::PCXI, Width::W32.cut(pairs[0]));
    Ok(())
}

/// The context that PCXI links to, which must be an upper one (or a lower).
fn previous(ctx: &mut Ctx<Tricore>, upper: bool) -> Result<[u64; 8], Trap> {
    let pcxi = ctx.reg(state::PCXI);
    if pcxi & LINK == 0 {
        return Err(Trap::here(tin::CSU));
    }
    if (pcxi >> layout(ctx).ul & 1 != 0) != upper {
        return Err(Trap::here(tin::CTYP));
    }
    load(ctx, area(pcxi))
}

/// Helper of RET: the new pc.
pub(crate) fn ret(ctx: &mut Ctx<Tricore>, _: [u64; 4]) -> Result<u64, Trap> {
    let before = ctx.reg(state::PSW);
    count_down(ctx)?;
    let done = previous(ctx, true).and_then(|pairs| free(ctx, &pairs).map(|()| pairs));
    let pairs = done.inspect_err(|_| ctx.set_reg(state::PSW, before))?;
    let pc = ctx.reg(state::a(11)) & !1;
    put(ctx, &UPPER, &pairs);
    // RET leaves bits 25 and 24 (the rounding mode) as they are.
    let rounding = 3 << 24;
    let after = pairs[0] >> 32 & !rounding | before & rounding;
    set_psw(ctx, after);
    if mode::of_psw(before as u32) != mode::of_psw(after as u32) {
        return Err(Trap { tin: tin::RETURN, return_to: pc as u32 });
    }
    Ok(pc)
}

/// Helper of RFE: the new pc.
pub(crate) fn rfe(ctx: &mut Ctx<Tricore>, _: [u64; 4]) -> Result<u64, Trap> {
    let psw = ctx.reg(state::PSW);
    if psw & CDE != 0 && psw & CDC != CDC && psw & counter_mask(psw & CDC) != 0 {
        return Err(Trap::here(tin::NEST));
    }
    let pairs = previous(ctx, true)?;
    let pcxi = ctx.reg(state::PCXI);
    free(ctx, &pairs)?;
    let at = layout(ctx);
    ctx.state.ie = pcxi >> at.pie & 1 != 0;
    ctx.state.ccpn = (pcxi >> at.pcpn) as u8;
    let pc = ctx.reg(state::a(11)) & !1;
    put(ctx, &UPPER, &pairs);
    set_psw(ctx, pairs[0] >> 32);
    Ok(pc)
}

/// Helper of SVLCX: the next pc.
pub(crate) fn svlcx(ctx: &mut Ctx<Tricore>, [next, ..]: [u64; 4]) -> Result<u64, Trap> {
    let (free, return_address) = (ctx.reg(state::FCX), ctx.reg(state::a(11)));
    save(ctx, return_address, &LOWER, false)?;
    depletion(ctx, free, next)
}

/// Helper of BISR: the next pc, the new priority number.
pub(crate) fn bisr(ctx: &mut Ctx<Tricore>, [next, priority, ..]: [u64; 4]) -> Result<u64, Trap> {
    let (free, return_address) = (ctx.reg(state::FCX), ctx.reg(state::a(11)));
    save(ctx, return_address, &LOWER, false)?;
    ctx.state.ie = true;
    ctx.state.ccpn = priority as u8;
    depletion(ctx, free, next)
}

/// Helper of RSLCX.
pub(crate) fn rslcx(ctx: &mut Ctx<Tricore>, _: [u64; 4]) -> Result<u64, Trap> {
    let pairs = previous(ctx, false)?;
    free(ctx, &pairs)?;
    ctx.set_reg(state::a(11), pairs[0] >> 32);
    put(ctx, &LOWER, &pairs);
    Ok(0)
}

/// The address of a context is that of 16 words ("Alignment Requirements").
fn whole_area(address: u64) -> Result<(), Trap> {
    if address.is_multiple_of(64) { Ok(()) } else { Err(Trap::here(tin::ALN)) }
}

/// Helper of STUCX and STLCX: the address, whether it is the upper context.
pub(crate) fn st(ctx: &mut Ctx<Tricore>, [address, upper, ..]: [u64; 4]) -> Result<u64, Trap> {
    whole_area(address)?;
    let second = if upper != 0 { psw(ctx) } else { ctx.reg(state::a(11)) };
    let pairs = gather(ctx, second, if upper != 0 { &UPPER } else { &LOWER });
    store(ctx, address, &pairs)?;
    Ok(0)
}

/// Helper of LDUCX and LDLCX: the address, whether it is the upper context. PCXI, PSW and A11 stay.
pub(crate) fn ld(ctx: &mut Ctx<Tricore>, [address, upper, ..]: [u64; 4]) -> Result<u64, Trap> {
    whole_area(address)?;
    let pairs = load(ctx, address)?;
    put(ctx, if upper != 0 { &UPPER } else { &LOWER }, &pairs);
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
