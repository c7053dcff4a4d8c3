//! Memory management of 64-bit CPUs: segment lookaside buffer and hashed page table.
//!
//! Power ISA 2.07B, Book III-S, 5.7, "Storage Addressing".

use bits::Endian;
use cpu::{Access, Ctx, Translation};
use uop::Width;

use crate::ext::Ext;
use crate::papr::{self, Partition};
use crate::spr::n;
use crate::target::Ppc;
use crate::trap::{KEY, NO_EXECUTE, NO_TRANSLATION, PROTECTION, Trap};

/// SLB entry: valid.
pub(crate) const SLB_V: u64 = 1 << 27;
const VSID_B_1T: u64 = 1 << 62;
const VSID_KS: u64 = 1 << 11;
const VSID_KP: u64 = 1 << 10;
const VSID_N: u64 = 1 << 9;
const VSID_L: u64 = 1 << 8;

/// Entry of the page table, first word: valid, secondary hash, large page.
pub(crate) const PTE_V: u64 = 1;
const PTE_H: u64 = 2;
pub(crate) const PTE_L: u64 = 4;
/// Second word: reference, change, no execution, guarded, the upper bit of the protection key PP, real page.
pub(crate) const PTE_R: u64 = 1 << 8;
pub(crate) const PTE_C: u64 = 1 << 7;
pub(crate) const PTE_N: u64 = 1 << 2;
const PTE_G: u64 = 1 << 3;
pub(crate) const PTE_PP0: u64 = 1 << 63;
pub(crate) const PTE_RPN: u64 = 0x0fff_ffff_ffff_f000;
/// What of the first word is compared: B, AVPN, and H.
const PTE_COMPARED: u64 = 0xffff_ffff_ffff_ff82;

/// The segment lookaside buffer for people, as QEMU's `info tlb` prints it.
pub(crate) fn show(slb: &[(u64, u64)]) -> String {
    let used = slb.iter().enumerate().filter(|(_, entry)| **entry != (0, 0));
    let line = |(n, (esid, vsid)): (usize, &(u64, u64))| format!("{n}\t0x{esid:016x}\t0x{vsid:016x}\n");
    "SLB\tESID\t\t\tVSID\n".to_owned() + &used.map(line).collect::<String>()
}

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

/// Large pages: base page size, size of the page, width of the bits of LP that count, and those bits.
const LARGE: [(u32, u32, u32, u64); 6] =
    [(12, 16, 4, 7), (12, 24, 8, 0x38), (16, 16, 4, 1), (16, 24, 8, 8), (24, 24, 8, 0), (34, 34, 8, 3)];

/// Base page size and size of the page of an entry, as powers of two.
pub(crate) fn page_sizes(first: u64, second: u64) -> Option<(u32, u32)> {
    if first & PTE_L == 0 {
        return Some((12, 12));
    }
    let lp = second >> 12 & 0xff;
    LARGE.iter().find(|(_, _, width, bits)| lp & ((1 << width) - 1) == *bits).map(|&(base, size, ..)| (base, size))
}

/// The size of an entry's page in a segment with this base page size.
fn page_shift(first: u64, second: u64, base: u32) -> Option<u32> {
    if first & PTE_L == 0 {
        return (base == 12).then_some(12);
    }
    let lp = second >> 12 & 0xff;
    let fits = |&&(b, _, width, bits): &&(u32, u32, u32, u64)| b == base && lp & ((1 << width) - 1) == bits;
    LARGE.iter().find(fits).map(|&(_, size, ..)| size)
}

/// Where the page table is: its real address, or `None` for the partition's, and the number of groups less one.
struct Table<'a> {
    partition: Option<&'a Partition>,
    base: u64,
    mask: u64,
}

impl Table<'_> {
    fn new<'a, T: Ppc>(ctx: &Ctx<T>, partition: Option<&'a Partition>) -> Table<'a> {
        let sdr1 = ctx.state.spr(n::SDR1);
        match partition {
            Some(partition) => Table { partition: Some(partition), base: 0, mask: partition.hpt().mask() },
            None => {
                Table { partition: None, base: sdr1 & 0x0fff_ffff_fffc_0000, mask: (1 << ((sdr1 & 0x1f) + 11)) - 1 }
            }
        }
    }

    fn word<T: Ppc>(&self, ctx: &Ctx<T>, at: u64) -> Option<u64> {
        match self.partition {
            Some(partition) => Some(partition.hpt().word(at)),
            None => peek(ctx, at),
        }
    }
}

/// Base page size of a segment: L and LP.
const fn base_shift(vsid: u64) -> u32 {
    match (vsid & VSID_L != 0, vsid >> 4 & 3) {
        (false, _) => 12,
        (true, 1) => 16,
        (true, _) => 24,
    }
}

fn walk<T: Ppc>(ctx: &Ctx<T>, vsid: u64, address: u64, table: &Table<'_>) -> Option<Found> {
    let terabyte = vsid & VSID_B_1T != 0;
    let segment = vsid >> if terabyte { 24 } else { 12 } & if terabyte { 0x3f_ffff_ffff } else { 0x3_ffff_ffff_ffff };
    let base = base_shift(vsid);
    let offset = address & ((1u64 << if terabyte { 40 } else { 28 }) - 1);
    let page = offset >> base;
    let hash = if terabyte { segment ^ segment << 25 ^ page } else { segment & 0x7f_ffff_ffff ^ page };
    let avpn = segment << (if terabyte { 17 } else { 5 }) | offset >> base << base >> 23;
    let wanted = avpn << 7 & 0x3fff_ffff_ffff_ff80 | vsid & 3 << 62;
    for (hash, secondary) in [(hash, 0), (!hash, PTE_H)] {
        let group = table.base + ((hash & table.mask) << 7);
        for i in 0..8 {
            let at = group + 16 * i;
            let first = table.word(ctx, at)?;
            if first & PTE_V == 0 || first & PTE_COMPARED != wanted | secondary {
                continue;
            }
            let second = table.word(ctx, at + 8)?;
            if let Some(shift) = page_shift(first, second, base) {
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

/// "Virtual Page Class Key Protection": the reason why AMR, or IAMR of POWER8, refuses an access.
fn refused_by_key<T: Ppc>(ctx: &Ctx<T>, second: u64, access: Access) -> Option<u64> {
    if !ctx.model().has(Ext::Isa206) {
        return None;
    }
    let key = second >> 57 & 0x18 | second >> 9 & 7;
    let shift = 62 - 2 * key;
    let (amr, iamr) = (ctx.state.spr(n::AMR) >> shift, ctx.state.spr(n::IAMR) >> shift);
    let refused = match access {
        Access::Fetch => ctx.model().has(Ext::Isa207) && iamr & 1 != 0,
        Access::Read => amr & 1 != 0,
        Access::Write => amr & 2 != 0,
    };
    refused.then_some(KEY)
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
    let board = ctx.board();
    let table = Table::new(ctx, papr::of(&*board));
    let found = walk(ctx, vsid, address, &table).ok_or_else(|| fault(NO_TRANSLATION))?;
    if access == Access::Fetch && found.second & (PTE_N | PTE_G) != 0 {
        return Err(fault(NO_EXECUTE));
    }
    let key = vsid & if problem { VSID_KP } else { VSID_KS } != 0;
    let pp = found.second & 3 | if found.second & PTE_PP0 != 0 { 4 } else { 0 };
    let (read, write) = rights(key, pp);
    if !(if access == Access::Write { write } else { read }) {
        return Err(fault(PROTECTION));
    }
    if let Some(access) = refused_by_key(ctx, found.second, access) {
        return Err(fault(access));
    }
    let changed = found.second & PTE_C != 0 || access == Access::Write;
    let second = found.second | PTE_R | if changed { PTE_C } else { 0 };
    match table.partition {
        _ if second == found.second => {}
        Some(partition) => partition.hpt().set_bits(found.at, second & (PTE_R | PTE_C)),
        // The entry has just been read there, in RAM.
        None => drop(ctx.phys_write(found.at, second, Width::W64, Endian::Big)),
    }
    Ok(Translation { phys: place(&found, address), read, write: write && changed, cache: true })
}

/// As [`translate`], for a debugger.
pub(crate) fn debug<T: Ppc>(ctx: &Ctx<T>, address: u64) -> Option<u64> {
    let slot = find(&ctx.state.slb, address)?;
    let board = ctx.board();
    let found = walk(ctx, ctx.state.slb[slot].1, address, &Table::new(ctx, papr::of(&*board)))?;
    Some(place(&found, address))
}
