//! Address translation of ordinary accesses: which regime is in force, and the operations on its tables.

use cpu::{Access, Ctx, Translation};

use crate::classic;
use crate::ext::Ext;
use crate::hash64;
use crate::mode;
use crate::papr;
use crate::radix;
use crate::softtlb;
use crate::state::msr;
use crate::target::Ppc;
use crate::trap::Trap;

type Out = Result<u64, Trap>;

/// Translates an access.
pub(crate) fn translate<T: Ppc>(
    ctx: &mut Ctx<T>,
    address: u64,
    access: Access,
    space: u8,
) -> Result<Translation, Trap> {
    let wide = ctx.model().has(Ext::Wide);
    let address = if wide { address } else { address & 0xffff_ffff };
    if ctx.model().has(Ext::BookE) {
        return softtlb::translate(ctx, address, access, space);
    }
    let keyed = ctx.state.in_partition && space >= mode::KEYED;
    if !keyed && !mode::is_translated(space) {
        return Ok(real(address));
    }
    let problem = !keyed && mode::is_problem(space);
    if radix::is_on(ctx) {
        radix::translate(ctx, address, access, problem)
    } else if ctx.model().has(Ext::Slb) {
        hash64::translate(ctx, address, access, problem)
    } else if ctx.model().has(Ext::Classic) {
        classic::translate(ctx, address, access, problem)
    } else {
        Ok(real(address))
    }
}

/// Real mode: the upper four bits of 64 don't count ("Real Addressing Mode").
fn real(address: u64) -> Translation {
    Translation { phys: address & 0x0fff_ffff_ffff_ffff, read: true, write: true, cache: true }
}

/// As [`translate`], for a debugger.
pub(crate) fn translate_debug<T: Ppc>(ctx: &Ctx<T>, address: u64) -> Option<u64> {
    let m = ctx.state.msr;
    if ctx.model().has(Ext::BookE) {
        return softtlb::debug(ctx, if ctx.model().has(Ext::Wide) { address } else { address & 0xffff_ffff });
    }
    if m & (msr::DR | msr::IR) == 0 {
        return Some(real(address).phys);
    }
    if radix::is_on(ctx) {
        radix::debug(ctx, address)
    } else if ctx.model().has(Ext::Slb) {
        hash64::debug(ctx, address)
    } else if ctx.model().has(Ext::Classic) {
        classic::debug(ctx, address & 0xffff_ffff)
    } else {
        Some(real(address).phys)
    }
}

/// What a segment register has of an entry of the SLB: how far to the left its Ks, Kp and N are from the entry's, and its VSID.
const BRIDGE: (u64, u64) = (19, 0x07ff_ffff);

/// Helper: a segment register; on 64-bit CPUs the entry of the SLB that stands for it (Power ISA 2.03, Book III-S, "Bridge to SLB Architecture").
pub(crate) fn read_sr<T: Ppc>(ctx: &mut Ctx<T>, [number, ..]: [u64; 4]) -> Out {
    if ctx.model().has(Ext::Slb) {
        let (keys, vsid) = BRIDGE;
        let entry = ctx.state.slb.get(number as usize & 15).map_or(0, |entry| entry.1);
        return Ok((entry & 0xe00) << keys | entry >> 12 & vsid);
    }
    Ok(ctx.state.sr[number as usize & 15].into())
}

/// Helper: writes a segment register; on 64-bit CPUs it makes a valid entry of the SLB for 256 MiB.
pub(crate) fn write_sr<T: Ppc>(ctx: &mut Ctx<T>, [number, value, ..]: [u64; 4]) -> Out {
    if ctx.model().has(Ext::Slb) {
        let (keys, vsid) = BRIDGE;
        let number = number & 15;
        if let Some(entry) = ctx.state.slb.get_mut(number as usize) {
            *entry = (number << 28 | hash64::SLB_V, (value & vsid) << 12 | value >> keys & 0xe00);
        }
        ctx.flush_tlb();
        return Ok(0);
    }
    ctx.state.sr[number as usize & 15] = value as u32;
    ctx.flush_tlb();
    Ok(0)
}

/// Helper: forgets all translations.
pub(crate) fn flush<T: Ppc>(ctx: &mut Ctx<T>, _: [u64; 4]) -> Out {
    ctx.flush_tlb();
    Ok(0)
}

/// The range of a page that `tlbie` names with IS = 0, if it is small: radix trees have AP in RB.
fn small_page<T: Ppc>(ctx: &Ctx<T>, rb: u64) -> Option<(u64, u64)> {
    if !radix::is_on(ctx) || rb >> 10 & 3 != 0 {
        return None;
    }
    match rb >> 5 & 7 {
        0 => Some((rb & !0xfff, 1)),
        5 => Some((rb & !0xffff, 16)),
        _ => None,
    }
}

/// Helper: `tlbie` and `tlbiel`: RB, and whether all CPUs are meant.
pub(crate) fn tlbie<T: Ppc>(ctx: &mut Ctx<T>, [rb, all, ..]: [u64; 4]) -> Out {
    match small_page(ctx, rb) {
        Some((first, pages)) => (0..pages).for_each(|n| ctx.flush_tlb_page(first + 4096 * n)),
        None => ctx.flush_tlb(),
    }
    if all != 0 {
        papr::forget_others(ctx);
    }
    Ok(0)
}

/// Helper: `slbmte`.
pub(crate) fn slbmte<T: Ppc>(ctx: &mut Ctx<T>, [vsid, esid, ..]: [u64; 4]) -> Out {
    let n = (esid & 0xfff) as usize;
    if let Some(entry) = ctx.state.slb.get_mut(n) {
        *entry = (esid & !0xfff, vsid);
    }
    ctx.flush_tlb();
    Ok(0)
}

/// Helper: `slbmfee`.
pub(crate) fn slbmfee<T: Ppc>(ctx: &mut Ctx<T>, [n, ..]: [u64; 4]) -> Out {
    Ok(ctx.state.slb.get((n & 0xfff) as usize).map_or(0, |e| e.0))
}

/// Helper: `slbmfev`.
pub(crate) fn slbmfev<T: Ppc>(ctx: &mut Ctx<T>, [n, ..]: [u64; 4]) -> Out {
    Ok(ctx.state.slb.get((n & 0xfff) as usize).map_or(0, |e| e.1))
}

/// Helper: `slbie`.
pub(crate) fn slbie<T: Ppc>(ctx: &mut Ctx<T>, [address, ..]: [u64; 4]) -> Out {
    if let Some(n) = hash64::find(&ctx.state.slb, address) {
        ctx.state.slb[n].0 &= !hash64::SLB_V;
    }
    ctx.flush_tlb();
    Ok(0)
}

/// Helper: `slbia`. Entry 0 stays; IH = 0b100 takes that one, too.
pub(crate) fn slbia<T: Ppc>(ctx: &mut Ctx<T>, [ih, ..]: [u64; 4]) -> Out {
    let first = usize::from(ih & 4 == 0);
    ctx.state.slb.iter_mut().skip(first).for_each(|e| e.0 &= !hash64::SLB_V);
    ctx.flush_tlb();
    Ok(0)
}

/// Helper: `slbfee.`; what is not found reads as 0.
pub(crate) fn slbfee<T: Ppc>(ctx: &mut Ctx<T>, [address, ..]: [u64; 4]) -> Out {
    Ok(hash64::find(&ctx.state.slb, address).map_or(0, |n| ctx.state.slb[n].1))
}

/// Helper: whether `slbfee.` finds something.
pub(crate) fn slbfee_found<T: Ppc>(ctx: &mut Ctx<T>, [address, ..]: [u64; 4]) -> Out {
    Ok(hash64::find(&ctx.state.slb, address).is_some().into())
}
