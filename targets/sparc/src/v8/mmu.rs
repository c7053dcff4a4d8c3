//! The reference MMU: page walk, permissions, fault status, probe and flush.
//!
//! SPARC Architecture Manual Version 8, appendix H: "SPARC Reference MMU Architecture".

use bits::Endian;
use cpu::{Access, Ctx, Mode, Translation};
use uop::Width;

use super::Sparc32;
use crate::mode::{self, PRIVILEGED};
use crate::trap::{Trap, tt};

/// Control register: translation is on.
pub(super) const E: u32 = 1;
/// Control register: accesses that fault raise nothing, but for those of supervisor instructions.
pub(super) const NF: u32 = 2;

/// Entry types.
const PTD: u32 = 1;
const PTE: u32 = 2;
/// Referenced and modified bits of a page table entry.
const R: u32 = 1 << 5;
const M: u32 = 1 << 6;

/// Fault types, in their place ("Fault Status Register").
const INVALID: u32 = 1 << 2;
const PROTECTION: u32 = 2 << 2;
const PRIVILEGE: u32 = 3 << 2;
const TRANSLATION: u32 = 4 << 2;
const BUS: u32 = 5 << 2;
const FAULT_TYPE: u32 = 7 << 2;
/// The address is valid.
const FAV: u32 = 2;
/// A fault came before the last one's status was read.
const OW: u32 = 1;

/// Bits of a trap's argument above the address: it comes from the bus, and of which access.
const FROM_BUS: u64 = 1 << 32;
const OF_WRITE: u64 = 1 << 33;

/// A page beyond all physical memory: where accesses go that are to fault without a trap.
const NOWHERE: u64 = 0xffff_ffff_f000;

/// The spaces: user and supervisor data, user and supervisor instructions, and the lower 4 GiB of physical memory.
pub(super) const N_SPACES: usize = 5;
pub(super) const PHYSICAL: u8 = 4;
const SUPERVISOR: u8 = 1;
const INSTRUCTIONS: u8 = 2;

/// Address space of an access in `mode`.
pub(super) fn space(mode: Mode, access: Access) -> u8 {
    let supervisor = if mode::has(mode, PRIVILEGED) { SUPERVISOR } else { 0 };
    supervisor | if access == Access::Fetch { INSTRUCTIONS } else { 0 }
}

/// What a walk has found: an entry, its level, and where it stands.
struct Found {
    entry: u32,
    level: u32,
    at: u64,
}

/// Lowest bit and length of the index at each level; level 0 is the context.
const INDEX: [(u32, u32); 4] = [(0, 0), (24, 8), (18, 6), (12, 6)];

/// Physical address that an entry or the table pointer leads to: bits 31 to 2 are bits 35 to 6 of it.
fn table(pointer: u32) -> u64 {
    u64::from(pointer & !3) << 4
}

/// Walks down to level `last` at most, by way of `read`; the level where that failed as an error.
fn walk(ctx_at: u64, address: u64, last: u32, mut read: impl FnMut(u64) -> Option<u32>) -> Result<Found, u32> {
    let mut at = ctx_at;
    for level in 0..=last {
        let entry = read(at).ok_or(level)?;
        if entry & 3 != PTD || level == last {
            return Ok(Found { entry, level, at });
        }
        let (lo, len) = INDEX[level as usize + 1];
        at = table(entry) + bits::field(address, lo, len) * 4;
    }
    Err(last)
}

/// Where the current context's entry stands.
fn context_entry(ctx: &Ctx<Sparc32>) -> u64 {
    table(ctx.state.mmu_table) + u64::from(ctx.state.mmu_context) * 4
}

/// The physical address of `address` in a page of an entry at `level`.
fn physical(entry: u32, level: u32, address: u64) -> u64 {
    let offset = bits::mask([32, 24, 18, 12][level as usize]);
    (u64::from(entry >> 8) << 12) & !offset | address & offset
}

/// Whether accesses are allowed, by ACC and supervisor: read, write, execute ("Page Table Entry").
fn permissions(acc: u32, supervisor: bool) -> (bool, bool, bool) {
    match (acc, supervisor) {
        (0, _) | (5, false) => (true, false, false),
        (1, _) | (5, true) => (true, true, false),
        (2, _) | (6, true) => (true, false, true),
        (3, _) | (7, true) => (true, true, true),
        (4, _) => (false, false, true),
        _ => (false, false, false),
    }
}

/// Translates an access.
pub(super) fn translate(ctx: &mut Ctx<Sparc32>, address: u64, access: Access, space: u8) -> Result<Translation, Trap> {
    let control = ctx.state.mmu_control;
    if space == PHYSICAL {
        return Ok(Translation { phys: address, read: true, write: true, cache: true });
    }
    if control & E == 0 {
        return Ok(Translation {
            phys: untranslated(ctx, address, space & INSTRUCTIONS != 0),
            read: true,
            write: true,
            cache: true,
        });
    }
    match look_up(ctx, address, access, space) {
        Ok(translation) => Ok(translation),
        Err(fault) => {
            note_fault(ctx, address, access_type(access, space) | fault);
            let instructions = space & INSTRUCTIONS != 0 && access == Access::Fetch;
            if control & NF != 0 && space != SUPERVISOR | INSTRUCTIONS {
                return Ok(Translation { phys: NOWHERE | address & 0xfff, read: true, write: true, cache: false });
            }
            Err(Trap::new(if instructions { tt::INSTRUCTION_ACCESS } else { tt::DATA_ACCESS }, address))
        }
    }
}

/// The physical address while translation is off: in boot mode, instructions come from the PROM.
fn untranslated(ctx: &Ctx<Sparc32>, address: u64, instruction: bool) -> u64 {
    let boot = ctx.state.mmu_control & ctx.model().mmu_masks()[0] != 0;
    if boot && instruction { ctx.model().prom_address() | address & 0x7_ffff } else { address }
}

/// Whether nothing is to be raised for an access of this trap, which nothing has answered ("no fault").
pub(super) fn is_hushed(ctx: &Ctx<Sparc32>, trap: Trap) -> bool {
    ctx.state.mmu_control & (E | NF) == E | NF && trap.tt == tt::DATA_ACCESS && trap.arg & FROM_BUS != 0
}

/// The access type of the fault status, in its place.
fn access_type(access: Access, space: u8) -> u32 {
    let store = if access == Access::Write { 4 } else { 0 };
    (u32::from(space) | store) << 5
}

/// Finds the page and sets its referenced and modified bits; fault type and level as an error.
fn look_up(ctx: &mut Ctx<Sparc32>, address: u64, access: Access, space: u8) -> Result<Translation, u32> {
    loop {
        let at = context_entry(ctx);
        let read = |at| ctx.phys_read(at, Width::W32, Endian::Big).ok().map(|e| e as u32);
        let Found { entry, level, at } = walk(at, address, 3, read).map_err(|level| TRANSLATION | level << 8)?;
        match entry & 3 {
            PTE => {}
            0 => return Err(INVALID | level << 8),
            _ => return Err(TRANSLATION | level << 8),
        }
        let supervisor = space & SUPERVISOR != 0;
        let acc = entry >> 2 & 7;
        let (read, write, execute) = permissions(acc, supervisor);
        let readable = if space & INSTRUCTIONS != 0 { execute } else { read };
        let allowed = if access == Access::Write { write } else { readable };
        if !allowed {
            let fault = if !supervisor && acc >= 6 { PRIVILEGE } else { PROTECTION };
            return Err(fault | level << 8);
        }
        let wanted = entry | R | if access == Access::Write { M } else { 0 };
        if wanted != entry {
            let done = ctx.phys_compare_exchange(at, entry.into(), wanted.into(), Width::W32, Endian::Big);
            if done == Ok(false) {
                continue;
            }
        }
        let phys = physical(entry, level, address);
        return Ok(Translation { phys, read: readable, write: write && wanted & M != 0, cache: true });
    }
}

/// Writes fault status and address.
fn note_fault(ctx: &mut Ctx<Sparc32>, address: u64, fault: u32) {
    let overwritten = if ctx.state.mmu_status & FAULT_TYPE != 0 { OW } else { 0 };
    ctx.state.mmu_status = fault | FAV | overwritten;
    ctx.state.mmu_address = address as u32;
}

/// The trap of an access that nothing answers.
pub(super) fn bus_error(address: u64, access: Access) -> Trap {
    let fetch = access == Access::Fetch;
    let of = if access == Access::Write { OF_WRITE } else { 0 };
    Trap::new(if fetch { tt::INSTRUCTION_ACCESS } else { tt::DATA_ACCESS }, address & 0xffff_ffff | FROM_BUS | of)
}

/// Notes the fault of a trap that comes from the bus, when it is taken.
pub(super) fn note_bus_error(ctx: &mut Ctx<Sparc32>, trap: Trap, supervisor: bool) {
    let access = trap.tt == tt::INSTRUCTION_ACCESS || trap.tt == tt::DATA_ACCESS;
    if access && trap.arg & FROM_BUS != 0 {
        let fetch = if trap.tt == tt::INSTRUCTION_ACCESS { 2 } else { 0 };
        let store = if trap.arg & OF_WRITE != 0 { 4 } else { 0 };
        note_fault(ctx, trap.arg & 0xffff_ffff, (u32::from(supervisor) | fetch | store) << 5 | BUS);
    }
}

/// Translates for a debugger.
pub(super) fn translate_debug(ctx: &Ctx<Sparc32>, address: u64) -> Option<u64> {
    if ctx.state.mmu_control & E == 0 {
        return Some(untranslated(ctx, address, false));
    }
    let found = walk_debug(ctx, address, 3)?;
    (found.entry & 3 == PTE).then(|| physical(found.entry, found.level, address))
}

/// Walks without a trace.
fn walk_debug(ctx: &Ctx<Sparc32>, address: u64, last: u32) -> Option<Found> {
    let read = |at| {
        let page = ctx.bus().ram_page(at)?;
        let mut bytes = [0; 4];
        page.ram.read_bytes(page.offset + at % 4096, &mut bytes);
        Some(u32::from_be_bytes(bytes))
    };
    walk(context_entry(ctx), address, last, read).ok()
}

/// The entry at a level, or the page's above it, if it is valid.
pub(super) fn entry_debug(ctx: &Ctx<Sparc32>, address: u64, level: u32) -> Option<u32> {
    let found = walk_debug(ctx, address, level)?;
    let is_page = found.entry & 3 == PTE && found.level > 0;
    let is_table = found.entry & 3 == PTD && found.level == level && level < 3;
    (is_page || is_table).then_some(found.entry)
}

/// "Probe Operations": the entry at the level that bits 11 to 8 of the address ask for, or the page's at any level; else 0.
pub(super) fn probe(ctx: &mut Ctx<Sparc32>, address: u64) -> u32 {
    let kind = (address >> 8 & 15) as u32;
    if kind > 4 {
        return 0;
    }
    let last = if kind == 4 { 3 } else { 3 - kind };
    let at = context_entry(ctx);
    let found = walk(at, address, last, |at| ctx.phys_read(at, Width::W32, Endian::Big).ok().map(|e| e as u32));
    match found {
        Ok(found) if kind == 4 && found.entry & 3 != PTE => 0,
        Ok(found) if kind != 4 && found.level != last => 0,
        Ok(found) => found.entry,
        Err(_) => 0,
    }
}

/// "Flush Operations": one page, or everything.
pub(super) fn flush(ctx: &mut Ctx<Sparc32>, address: u64) {
    if address >> 8 & 15 == 0 { ctx.flush_tlb_page(address) } else { ctx.flush_tlb() }
}

/// Reads a register of the MMU: bits 12 to 8 of the address are its number.
pub(super) fn read_register(ctx: &mut Ctx<Sparc32>, address: u64) -> u32 {
    let state = &mut ctx.state;
    match address >> 8 & 0x1f {
        0 => state.mmu_control & 0x00ff_ffff | ctx.model().mmu_version() & 0xff00_0000,
        1 => state.mmu_table,
        2 => state.mmu_context,
        // Reading it clears it.
        3 => std::mem::take(&mut state.mmu_status),
        4 | 0x14 => state.mmu_address,
        0x13 => state.mmu_status,
        _ => 0,
    }
}

/// Writes a register of the MMU.
pub(super) fn write_register(ctx: &mut Ctx<Sparc32>, address: u64, value: u32) {
    let [_, table, context, status] = ctx.model().mmu_masks();
    let state = &mut ctx.state;
    match address >> 8 & 0x1f {
        0 => state.mmu_control = value & 0x00ff_ffff,
        1 => state.mmu_table = value & table,
        2 => state.mmu_context = value & context,
        0x13 => state.mmu_status = value & status,
        0x14 => state.mmu_address = value,
        _ => return,
    }
    ctx.flush_tlb();
}
