//! Memory management of 32-bit CPUs: BATs, segment registers, hashed page table.
//!
//! Programming Environments Manual, chapter 7, "Memory Management".

use bits::Endian;
use cpu::{Access, Ctx, Translation};
use uop::Width;

use crate::ext::Ext;
use crate::spr::n;
use crate::target::Ppc;
use crate::tlb603;
use crate::trap::{NO_EXECUTE, NO_TRANSLATION, PROTECTION, Trap};

/// Numbers of the first BAT of each group: instruction 0 to 3 and 4 to 7, data.
const IBAT: [u32; 2] = [528, 560];
const DBAT: [u32; 2] = [536, 568];

const PTE_V: u32 = 1 << 31;
const PTE_R: u32 = 1 << 8;
const PTE_C: u32 = 1 << 7;

/// "Block Address Translation": where an address is, and PP.
fn block<T: Ppc>(ctx: &Ctx<T>, address: u32, access: Access, problem: bool) -> Option<(u32, u32)> {
    let groups = if access == Access::Fetch { IBAT } else { DBAT };
    let count = if ctx.model().has_high_bats() { 2 } else { 1 };
    let bats = groups.into_iter().take(count).flat_map(|first| (0..4).map(move |i| first + 2 * i));
    bats.map(|at| (ctx.state.spr(at) as u32, ctx.state.spr(at + 1) as u32)).find_map(|(upper, lower)| {
        let valid = if problem { upper & 1 != 0 } else { upper & 2 != 0 };
        let mask = !((upper & 0x1ffc) << 15 | 0x1_ffff);
        let hit = valid && address & mask == upper & 0xfffe_0000 & mask;
        hit.then_some((lower & 0xfffe_0000 & mask | address & !mask, lower & 3))
    })
}

/// Read and write rights of PP with a key ("Page Protection").
pub(crate) fn rights(key: bool, pp: u32) -> (bool, bool) {
    match (key, pp) {
        (false, 3) => (true, false),
        (false, _) => (true, true),
        (true, 0) => (false, false),
        (true, 2) => (true, true),
        (true, _) => (true, false),
    }
}

/// A page-table entry and where it is.
struct Found {
    at: u64,
    second: u32,
}

/// Looks in both groups of the page table.
fn walk(segment: u32, address: u32, sdr1: u32, read: impl Fn(u64) -> Option<u32>) -> Option<Found> {
    let vsid = segment & 0xff_ffff;
    let page = address >> 12 & 0xffff;
    let first = PTE_V | vsid << 7 | page >> 10;
    let hash = vsid & 0x7_ffff ^ page;
    let mask = (sdr1 & 0x1ff) << 10 | 0x3ff;
    for (hash, secondary) in [(hash, 0), (!hash, 1 << 6)] {
        let group = u64::from(sdr1 & 0xffff_0000) | u64::from(hash & mask) << 6;
        for i in 0..8 {
            let at = group + 8 * i;
            if read(at)? == first | secondary {
                return Some(Found { at, second: read(at + 4)? });
            }
        }
    }
    None
}

fn peek<T: Ppc>(ctx: &Ctx<T>, phys: u64) -> Option<u32> {
    let page = ctx.bus().ram_page(phys)?;
    let mut bytes = [0; 4];
    page.ram.read_bytes(page.offset + phys % 4096, &mut bytes);
    Some(u32::from_be_bytes(bytes))
}

/// Translates an access.
pub(crate) fn translate<T: Ppc>(
    ctx: &mut Ctx<T>,
    address: u64,
    access: Access,
    problem: bool,
) -> Result<Translation, Trap> {
    let ea = address as u32;
    let fault = |why| Trap::storage(address, access, why);
    let done = |phys: u32, read, write| Translation { phys: phys.into(), read, write, cache: true };
    if let Some((phys, pp)) = block(ctx, ea, access, problem) {
        let (read, write) = (pp != 0, pp == 2);
        let ok = if access == Access::Write { write } else { read };
        return if ok { Ok(done(phys, read, write)) } else { Err(fault(PROTECTION)) };
    }
    let segment = ctx.state.sr[(ea >> 28) as usize];
    if segment >> 31 != 0 {
        // Direct-store segments: not for fetches, and nothing answers others.
        return Err(fault(if access == Access::Fetch { NO_EXECUTE } else { 1 << 31 }));
    }
    if access == Access::Fetch && segment >> 28 & 1 != 0 {
        return Err(fault(NO_EXECUTE));
    }
    if ctx.model().has(Ext::SoftTlb) {
        let key = segment >> (if problem { 29 } else { 30 }) & 1 != 0;
        return tlb603::translate(ctx, address, access, (segment.into(), key));
    }
    let sdr1 = ctx.state.spr(n::SDR1) as u32;
    let found = walk(segment, ea, sdr1, |at| peek(ctx, at)).ok_or_else(|| fault(NO_TRANSLATION))?;
    let key = segment >> (if problem { 29 } else { 30 }) & 1 != 0;
    let (read, write) = rights(key, found.second & 3);
    if !(if access == Access::Write { write } else { read }) {
        return Err(fault(PROTECTION));
    }
    let changed = found.second & PTE_C != 0 || access == Access::Write;
    let second = found.second | PTE_R | if changed { PTE_C } else { 0 };
    if second != found.second {
        // The entry has just been read there, in RAM.
        let _ = ctx.phys_write(found.at + 4, second.into(), Width::W32, Endian::Big);
    }
    Ok(done(second & 0xffff_f000 | ea & 0xfff, read, write && changed))
}

/// As [`translate`], for a debugger: data first, then instructions.
pub(crate) fn debug<T: Ppc>(ctx: &Ctx<T>, address: u64) -> Option<u64> {
    let ea = address as u32;
    let by_block = |access| block(ctx, ea, access, false).or_else(|| block(ctx, ea, access, true));
    if let Some((phys, _)) = by_block(Access::Read).or_else(|| by_block(Access::Fetch)) {
        return Some(phys.into());
    }
    let segment = ctx.state.sr[(ea >> 28) as usize];
    if ctx.model().has(Ext::SoftTlb) {
        return tlb603::debug(ctx, address, segment.into());
    }
    let found = walk(segment, ea, ctx.state.spr(n::SDR1) as u32, |at| peek(ctx, at))?;
    Some(u64::from(found.second & 0xffff_f000 | ea & 0xfff))
}
