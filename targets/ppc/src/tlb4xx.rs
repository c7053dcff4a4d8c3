//! The TLBs of the 440 and of the 40x: 64 entries, searched all at once, and the instructions that read and write them word by word.
//!
//! PPC440x5 CPU Core User's Manual, chapter 5, "Memory Management"; PPC405 Processor Core User's Manual, chapter 7, "Memory Management".

use cpu::{Access, Ctx, Translation};

use crate::board::Map;
use crate::mode;
use crate::softtlb::{Entry, allows};
use crate::target::Ppc;
use crate::trap::{NO_TRANSLATION, PROTECTION, Trap, ZONE};

type Out = Result<u64, Trap>;

/// Numbers of the registers; those of the 40x are kept where BookE has the like.
pub(crate) mod n {
    pub(crate) const PID: u32 = 48;
    /// Zone protection (40x).
    pub(crate) const ZPR: u32 = 944;
    /// MMU control (440).
    pub(crate) const MMUCR: u32 = 946;
}

/// Entries are numbered 0 to 63.
const LAST: u64 = 63;
/// Word 0 of the 440: valid, address space, size.
mod word0 {
    pub(super) const V: u64 = 1 << 9;
    pub(super) const TS: u64 = 1 << 8;

    /// SIZE of a word: a power of 4 KiB times 1 KiB.
    pub(super) fn size(word: u64) -> u64 {
        1024 << (2 * (word >> 4 & 15))
    }
}

/// TLBHI of the 40x.
mod hi {
    pub(super) const V: u64 = 1 << 6;
    /// Little-endian page.
    pub(super) const E: u64 = 1 << 5;

    pub(super) fn size(word: u64) -> u64 {
        1024 << (2 * (word >> 7 & 7))
    }
}

/// TLBLO of the 40x.
mod lo {
    pub(super) const EX: u64 = 1 << 9;
    pub(super) const WR: u64 = 1 << 8;

    pub(super) fn zone(word: u64) -> u64 {
        word >> 4 & 15
    }
}

fn matches_440(entry: &Entry, address: u64, space: u64, pid: u32) -> bool {
    let word = entry.words[0];
    word & word0::V != 0
        && word & word0::TS == space << 8
        && (word ^ address) & !(word0::size(word) - 1) & 0xffff_ffff == 0
        && (entry.tid == 0 || entry.tid == pid)
}

/// A valid entry of the 440, field by field.
pub(crate) struct Fields {
    pub(crate) effective: u64,
    pub(crate) real: u64,
    /// Bytes.
    pub(crate) size: u64,
    pub(crate) tid: u32,
    /// TS.
    pub(crate) space: bool,
    /// UX UW UR SX SW SR.
    pub(crate) rights: u64,
    pub(crate) word2: u64,
}

/// The fields of an entry, if it is valid.
pub(crate) fn fields_440(entry: &Entry) -> Option<Fields> {
    let [first, _, third] = entry.words;
    let size = word0::size(first);
    (first & word0::V != 0).then(|| Fields {
        effective: first & 0xffff_fc00 & !(size - 1),
        real: real_440(entry, 0),
        size,
        tid: entry.tid,
        space: first & word0::TS != 0,
        rights: third & 0x3f,
        word2: third,
    })
}

fn real_440(entry: &Entry, address: u64) -> u64 {
    let offset = word0::size(entry.words[0]) - 1;
    // ERPN above RPN: 36 bits.
    let page = (entry.words[1] & 15) << 32 | entry.words[1] & 0xffff_fc00;
    page & !offset | address & offset
}

/// Translates an access on a 440.
pub(crate) fn translate_440<T: Ppc>(
    ctx: &mut Ctx<T>,
    address: u64,
    access: Access,
    space: u8,
) -> Result<Translation, Trap> {
    let (bit, pid) = (u64::from(mode::is_translated(space)), ctx.state.spr(n::PID) as u32 & 255);
    let found = ctx.state.tlb.iter().find(|entry| matches_440(entry, address, bit, pid));
    let entry = found.ok_or_else(|| Trap::miss(address, access))?;
    // Word 2: UX UW UR SX SW SR.
    let bits = entry.words[2] >> if mode::is_problem(space) { 3 } else { 0 };
    let all = [bits & 1 != 0, bits & 2 != 0, bits & 4 != 0];
    if !allows(access, all) {
        return Err(Trap::storage(address, access, PROTECTION));
    }
    // Pages of 1 KiB are less than the soft TLB can keep.
    let cache = word0::size(entry.words[0]) >= 4096;
    Ok(Translation { phys: real_440(entry, address), read: all[0], write: all[1], cache })
}

/// As [`translate_440`], for a debugger.
pub(crate) fn debug_440<T: Ppc>(ctx: &Ctx<T>, address: u64, space: u64) -> Option<u64> {
    let pid = ctx.state.spr(n::PID) as u32 & 255;
    let found = ctx.state.tlb.iter().find(|entry| matches_440(entry, address, space, pid));
    found.map(|entry| real_440(entry, address))
}

/// An entry as a board wants it. Sizes are powers of 4.
pub(crate) fn map_440<T: Ppc>(ctx: &mut Ctx<T>, map: &Map) {
    let power = u64::from((map.size / 1024).max(1).ilog2() / 2);
    let rights = if map.supervisor { 7 } else { 0x3f };
    let first = map.effective & 0xffff_fc00 | word0::V | power << 4;
    if let Some(slot) = ctx.state.tlb.get_mut(map.number) {
        *slot = Entry { words: [first, map.real & 0xffff_fc00 | map.real >> 32 & 15, rights], tid: 0 };
    }
}

fn matches_40x(entry: &Entry, address: u64, pid: u32) -> bool {
    let word = entry.words[0];
    word & hi::V != 0
        && (word ^ address) & !(hi::size(word) - 1) & 0xffff_ffff == 0
        && (entry.tid == 0 || entry.tid == pid)
}

fn real_40x(entry: &Entry, address: u64) -> u64 {
    let offset = hi::size(entry.words[0]) - 1;
    entry.words[1] & 0xffff_fc00 & !offset | address & offset
}

/// Rights by the entry and its zone's field in ZPR ("Zone Protection"): read, write, execute; and whether the zone shuts users out.
fn rights_40x(entry: &Entry, zpr: u64, problem: bool) -> ([bool; 3], bool) {
    let field = zpr >> (30 - 2 * lo::zone(entry.words[1])) & 3;
    let own = [true, entry.words[1] & lo::WR != 0, entry.words[1] & lo::EX != 0];
    match (field, problem) {
        (0, true) => ([false; 3], true),
        (3, _) | (2, false) => ([true; 3], false),
        _ => (own, false),
    }
}

/// Translates an access on a 40x.
pub(crate) fn translate_40x<T: Ppc>(
    ctx: &mut Ctx<T>,
    address: u64,
    access: Access,
    space: u8,
) -> Result<Translation, Trap> {
    if !mode::is_translated(space) {
        return Ok(Translation { phys: address & 0xffff_ffff, read: true, write: true, cache: true });
    }
    let pid = ctx.state.spr(n::PID) as u32 & 255;
    let found = ctx.state.tlb.iter().find(|entry| matches_40x(entry, address, pid));
    let entry = found.ok_or_else(|| Trap::miss(address, access))?;
    let (all, zone) = rights_40x(entry, ctx.state.spr(n::ZPR), mode::is_problem(space));
    if !allows(access, all) {
        // ESR.DIZ tells of a zone ("Exception Syndrome Register").
        let why = if zone { ZONE } else { PROTECTION };
        return Err(Trap::storage(address, access, why | if access == Access::Fetch { NO_TRANSLATION } else { 0 }));
    }
    let cache = hi::size(entry.words[0]) >= 4096;
    Ok(Translation { phys: real_40x(entry, address), read: all[0], write: all[1], cache })
}

/// As [`translate_40x`], for a debugger.
pub(crate) fn debug_40x<T: Ppc>(ctx: &Ctx<T>, address: u64) -> Option<u64> {
    use crate::state::msr;
    if ctx.state.msr & (msr::IR | msr::DR) == 0 {
        return Some(address & 0xffff_ffff);
    }
    let pid = ctx.state.spr(n::PID) as u32 & 255;
    let found = ctx.state.tlb.iter().find(|entry| matches_40x(entry, address, pid));
    found.map(|entry| real_40x(entry, address))
}

/// Helper: `tlbre` of the 440: entry, word. Word 0 leaves its process in MMUCR.STID.
pub(crate) fn read_440<T: Ppc>(ctx: &mut Ctx<T>, [number, word, ..]: [u64; 4]) -> Out {
    let entry = ctx.state.tlb[(number & LAST) as usize];
    if word == 0 {
        let mmucr = ctx.state.spr(n::MMUCR) & !0xff | u64::from(entry.tid);
        ctx.state.set_spr(n::MMUCR, mmucr);
    }
    Ok(entry.words.get(word as usize).copied().unwrap_or(0))
}

/// Bits of the words that exist: EPN V TS SIZE, RPN ERPN, U0 to U3 WIMGE and rights.
const WORDS_440: [u64; 3] = [0xffff_fff0, 0xffff_fc0f, 0xffbf];

/// Helper: `tlbwe` of the 440: entry, word, value. With word 0 the process of MMUCR.STID goes into the entry.
pub(crate) fn write_440<T: Ppc>(ctx: &mut Ctx<T>, [number, word, value, ..]: [u64; 4]) -> Out {
    let stid = ctx.state.spr(n::MMUCR) as u32 & 255;
    let entry = &mut ctx.state.tlb[(number & LAST) as usize];
    if let Some(slot) = entry.words.get_mut(word as usize) {
        *slot = value & WORDS_440[word as usize];
        if word == 0 {
            entry.tid = stid;
        }
        ctx.flush_tlb();
    }
    Ok(0)
}

/// Not found.
const NOWHERE: u64 = u64::MAX;

/// Helper: `tlbsx` of the 440: the entry for an address in the space and process of MMUCR, or all ones.
pub(crate) fn search_440<T: Ppc>(ctx: &mut Ctx<T>, [address, ..]: [u64; 4]) -> Out {
    let mmucr = ctx.state.spr(n::MMUCR);
    let (space, pid) = (mmucr >> 16 & 1, mmucr as u32 & 255);
    let found = ctx.state.tlb.iter().position(|entry| matches_440(entry, address, space, pid));
    Ok(found.map_or(NOWHERE, |n| n as u64))
}

/// Helper: `tlbre` of the 40x: entry, word. TLBHI brings its process into PID.
pub(crate) fn read_40x<T: Ppc>(ctx: &mut Ctx<T>, [number, word, ..]: [u64; 4]) -> Out {
    let entry = ctx.state.tlb[(number & LAST) as usize];
    if word == 0 {
        ctx.state.set_spr(n::PID, entry.tid.into());
        ctx.flush_tlb();
    }
    Ok(entry.words[word as usize & 1])
}

/// Helper: `tlbwe` of the 40x: entry, word, value. With TLBHI the process of PID goes into the entry.
pub(crate) fn write_40x<T: Ppc>(ctx: &mut Ctx<T>, [number, word, value, ..]: [u64; 4]) -> Out {
    let pid = ctx.state.spr(n::PID) as u32 & 255;
    let entry = &mut ctx.state.tlb[(number & LAST) as usize];
    if word == 0 {
        entry.words[0] = value & (0xffff_ffc0 | hi::E | 1 << 4);
        entry.tid = pid;
    } else {
        entry.words[1] = value & 0xffff_ffff;
    }
    ctx.flush_tlb();
    Ok(0)
}

/// Helper: `tlbsx` of the 40x: the entry for an address in the process of PID, or all ones.
pub(crate) fn search_40x<T: Ppc>(ctx: &mut Ctx<T>, [address, ..]: [u64; 4]) -> Out {
    let pid = ctx.state.spr(n::PID) as u32 & 255;
    let found = ctx.state.tlb.iter().position(|entry| matches_40x(entry, address, pid));
    Ok(found.map_or(NOWHERE, |n| n as u64))
}

/// Helper: `tlbia` of the 40x.
pub(crate) fn clear_40x<T: Ppc>(ctx: &mut Ctx<T>, _: [u64; 4]) -> Out {
    ctx.state.tlb.iter_mut().for_each(|entry| entry.words[0] &= !hi::V);
    ctx.flush_tlb();
    Ok(0)
}
