//! Memory management of 64-bit CPUs: segment lookaside buffer and hashed page table.
//!
//! Power ISA 2.07B, Book III-S, 5.7, "Storage Addressing".

use bits::Endian;
use cpu::{Access, Ctx, Translation};
use uop::Width;

use crate::spr::n;
use crate::target::Ppc;
use crate::trap::{NO_EXECUTE, NO_TRANSLATION, PROTECTION, Trap};

/// SLB entry: valid.
pub(crate) const SLB_V: u64 = 1 << 27;
const VSID_B_1T: u64 = 1 << 62;
const VSID_KS: u64 = 1 << 11;
const VSID_KP: u64 = 1 << 10;
const VSID_N: u64 = 1 << 9;
const VSID_L: u64 = 1 << 8;

const PTE_V: u64 = 1;
const PTE_H: u64 = 2;
const PTE_L: u64 = 4;
const PTE_R: u64 = 1 << 8;
const PTE_C: u64 = 1 << 7;
const PTE_N: u64 = 1 << 2;
const PTE_G: u64 = 1 << 3;
const PTE_PP0: u64 = 1 << 63;
const PTE_RPN: u64 = 0x0fff_ffff_ffff_f000;

/// The SLB entry for an address.
pub(crate) fn find(slb: &[(u64, u64)], address: u64) -> Option<usize> {
    slb.iter().position(|&(esid, vsid)| {
        let shift = if vsid & VSID_B_1T != 0 { 40 } else { 28 };
        esid & SLB_V != 0 && esid >> shift == address >> shift
    })
}

/// A page-table entry, where its second half is, and the size of its page.
struct Found {
    at: u64,
    second: u64,
    shift: u32,
}

/// The page size of an entry in a segment of large pages, from L and LP: only the sizes of the 970 and of POWER7 to 9.
fn page_shift(first: u64, second: u64, large: bool) -> Option<u32> {
    match (first & PTE_L != 0, large) {
        (false, false) => Some(12),
        (true, true) if second >> 12 & 0xf == 1 => Some(16),
        (true, true) => Some(24),
        (true, false) => None,
        (false, true) => None,
    }
}

fn walk(vsid: u64, address: u64, sdr1: u64, read: impl Fn(u64) -> Option<u64>) -> Option<Found> {
    let terabyte = vsid & VSID_B_1T != 0;
    let segment = vsid >> if terabyte { 24 } else { 12 } & if terabyte { 0x3f_ffff_ffff } else { 0x3_ffff_ffff_ffff };
    let large = vsid & VSID_L != 0;
    // LP of the segment: 0b01 is 64 KiB, otherwise 16 MiB.
    let base = match (large, vsid >> 4 & 3) {
        (false, _) => 12,
        (true, 1) => 16,
        (true, _) => 24,
    };
    let offset_bits = if terabyte { 40 } else { 28 };
    let page = (address & ((1 << offset_bits) - 1)) >> base;
    let hash = if terabyte { segment ^ segment << 25 ^ page } else { segment & 0x7f_ffff_ffff ^ page };
    let mask = (1u64 << ((sdr1 & 0x1f) + 11)) - 1;
    let avpn = segment << (if terabyte { 17 } else { 5 }) | (address & ((1 << offset_bits) - 1)) >> 23;
    // Bits of AVPN below the page size don't count.
    let ignored = if base > 23 { (1 << (base - 23)) - 1 } else { 0 };
    let wanted = avpn << 7 & 0x3fff_ffff_ffff_ff80 & !(ignored << 7);
    for (hash, secondary) in [(hash, 0), (!hash, PTE_H)] {
        let group = (sdr1 & 0x0fff_ffff_fffc_0000) + ((hash & mask) << 7);
        for i in 0..8 {
            let at = group + 16 * i;
            let first = read(at)?;
            let compared = first & 0x3fff_ffff_ffff_ff80 & !(ignored << 7);
            if first & PTE_V == 0 || first & PTE_H != secondary || compared != wanted {
                continue;
            }
            let second = read(at + 8)?;
            if let Some(shift) = page_shift(first, second, large) {
                return Some(Found { at: at + 8, second, shift });
            }
        }
    }
    None
}

fn peek<T: Ppc>(ctx: &Ctx<T>, phys: u64) -> Option<u64> {
    let page = ctx.bus().ram_page(phys)?;
    let mut bytes = [0; 8];
    page.ram.read_bytes(page.offset + phys % 4096, &mut bytes);
    Some(u64::from_be_bytes(bytes))
}

fn place(found: &Found, address: u64) -> u64 {
    let offset = (1u64 << found.shift) - 1;
    found.second & PTE_RPN & !offset | address & offset
}

/// Read and write rights ("Virtual Page Protection").
fn rights(key: bool, pp: u64) -> (bool, bool) {
    match (key, pp) {
        (false, 3 | 6) => (true, false),
        (false, 0..=2) | (true, 2) => (true, true),
        (true, 1 | 3) => (true, false),
        _ => (false, false),
    }
}

/// Translates an access.
pub(crate) fn translate<T: Ppc>(
    ctx: &mut Ctx<T>,
    address: u64,
    access: Access,
    problem: bool,
) -> Result<Translation, Trap> {
    let fault = |why| Trap::storage(address, access, why);
    let slot = find(&ctx.state.slb, address).ok_or_else(|| Trap::segment(address, access))?;
    let vsid = ctx.state.slb[slot].1;
    if access == Access::Fetch && vsid & VSID_N != 0 {
        return Err(fault(NO_EXECUTE));
    }
    let sdr1 = ctx.state.spr(n::SDR1);
    let found = walk(vsid, address, sdr1, |at| peek(ctx, at)).ok_or_else(|| fault(NO_TRANSLATION))?;
    if access == Access::Fetch && found.second & (PTE_N | PTE_G) != 0 {
        return Err(fault(NO_EXECUTE));
    }
    let key = vsid & if problem { VSID_KP } else { VSID_KS } != 0;
    let pp = found.second & 3 | if found.second & PTE_PP0 != 0 { 4 } else { 0 };
    let (read, write) = rights(key, pp);
    if !(if access == Access::Write { write } else { read }) {
        return Err(fault(PROTECTION));
    }
    let changed = found.second & PTE_C != 0 || access == Access::Write;
    let second = found.second | PTE_R | if changed { PTE_C } else { 0 };
    if second != found.second {
        // The entry has just been read there, in RAM.
        let _ = ctx.phys_write(found.at, second, Width::W64, Endian::Big);
    }
    Ok(Translation { phys: place(&found, address), read, write: write && changed, cache: true })
}

/// As [`translate`], for a debugger.
pub(crate) fn debug<T: Ppc>(ctx: &Ctx<T>, address: u64) -> Option<u64> {
    let slot = find(&ctx.state.slb, address)?;
    let found = walk(ctx.state.slb[slot].1, address, ctx.state.spr(n::SDR1), |at| peek(ctx, at))?;
    Some(place(&found, address))
}
