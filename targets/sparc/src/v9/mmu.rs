//! The MMUs of UltraSPARC I and II: two TLBs that software fills, and the registers that help it to.
//!
//! UltraSPARC I/II User's Manual (802-7220), "MMU Internal Architecture".

use bits::field;
use cpu::{Access, Ctx, Mode, Translation};
use serde::{Deserialize, Serialize};

use super::mode;
use super::sys::pstate;
use super::target::Sparc64;
use super::trap::{Fault, tt};

/// Address spaces of the contract.
#[allow(missing_docs, reason = "contexts by the manual's names")]
pub mod space {
    /// Physical addresses.
    pub const PHYSICAL: u8 = 0;
    pub const PRIMARY_USER: u8 = 1;
    pub const PRIMARY: u8 = 2;
    pub const SECONDARY_USER: u8 = 3;
    pub const SECONDARY: u8 = 4;
    pub const NUCLEUS: u8 = 5;
    /// Number of spaces.
    pub const COUNT: usize = 6;
}

/// Entries of each TLB.
pub const TLB_ENTRIES: usize = 64;

/// Bits of a TTE's data ("Translation Table Entry (TTE)").
#[allow(missing_docs, reason = "the manual's names")]
pub mod tte {
    pub const V: u64 = 1 << 63;
    pub const NFO: u64 = 1 << 60;
    pub const IE: u64 = 1 << 59;
    pub const L: u64 = 1 << 6;
    pub const E: u64 = 1 << 3;
    pub const P: u64 = 1 << 2;
    pub const W: u64 = 1 << 1;
    pub const G: u64 = 1;
    /// Physical address, 41 bits.
    pub const PA: u64 = 0x1ff_ffff_e000;
}

/// Bits of the LSU control register.
#[allow(missing_docs, reason = "the manual's names")]
pub mod lsu {
    pub const IM: u64 = 1 << 2;
    pub const DM: u64 = 1 << 3;
}

/// Fault types of SFSR.
mod ft {
    pub(super) const PRIVILEGE: u64 = 0x01;
    pub(super) const ILLEGAL: u64 = 0x08;
    pub(super) const NFO: u64 = 0x10;
    pub(super) const OUT_OF_RANGE: u64 = 0x20;
}

/// Physical addresses have 41 bits.
const PHYSICAL_MASK: u64 = (1 << 41) - 1;
/// The context's bits in tags.
const CONTEXT: u64 = 0x1fff;

/// One entry of a TLB.
#[derive(Clone, Copy, Default, Debug, Serialize, Deserialize)]
pub struct Entry {
    /// Virtual page and context.
    pub tag: u64,
    /// TTE data.
    pub data: u64,
}

impl Entry {
    /// The bits of an address within the page.
    fn offset_mask(&self) -> u64 {
        (0x2000 << (3 * field(self.data, 61, 2))) - 1
    }

    fn holds(&self, address: u64, context: u64) -> bool {
        self.data & tte::V != 0
            && (self.tag ^ address) & !self.offset_mask() & !CONTEXT == 0
            && (self.data & tte::G != 0 || self.tag & CONTEXT == context)
    }

    fn physical(&self, address: u64) -> u64 {
        let mask = self.offset_mask();
        self.data & tte::PA & !mask | address & mask
    }
}

/// A TLB and its registers.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Mmu {
    /// The entries.
    pub entries: Vec<Entry>,
    /// A bit for each entry that has been used since the bits were cleared.
    pub used: u64,
    /// Synchronous fault status.
    pub sfsr: u64,
    /// Synchronous fault address.
    pub sfar: u64,
    /// TSB.
    pub tsb: u64,
    /// Tag access.
    pub tag_access: u64,
    /// The last protection fault was on a 64 KiB page: for the direct pointer.
    pub was_64k: bool,
}

impl Default for Mmu {
    fn default() -> Mmu {
        let entries = vec![Entry::default(); TLB_ENTRIES];
        Mmu { entries, used: 0, sfsr: 0, sfar: 0, tsb: 0, tag_access: 0, was_64k: false }
    }
}

/// Both, and what they share.
#[derive(Clone, Default, Debug, Serialize, Deserialize)]
pub struct Mmus {
    /// For fetches.
    pub i: Mmu,
    /// For loads and stores.
    pub d: Mmu,
    /// Primary context.
    pub primary: u64,
    /// Secondary context.
    pub secondary: u64,
    /// VA and PA watchpoints: kept, without effect.
    pub watchpoints: [u64; 2],
}

impl Mmu {
    fn find(&self, address: u64, context: u64) -> Option<usize> {
        self.entries.iter().position(|e| e.holds(address, context))
    }

    /// Tag target: "Context, then VA<63:22>".
    pub fn tag_target(&self) -> u64 {
        (self.tag_access & CONTEXT) << 48 | self.tag_access >> 22
    }

    /// The pointer into the TSB for pages of 8 or 64 KiB ("TSB Pointer Logic").
    pub fn pointer(&self, is_64k: bool) -> u64 {
        let (size, split) = (self.tsb & 7, self.tsb & 0x1000 != 0);
        let half = 0x2000u64 << size;
        let va = self.tag_access & !CONTEXT;
        let at = (va >> if is_64k { 12 } else { 9 }) & (half - 1) & !15;
        let base = self.tsb & !CONTEXT;
        match (split, is_64k) {
            (false, _) => base & !(half - 1) | at,
            (true, false) => base & !(2 * half - 1) | at,
            (true, true) => base & !(2 * half - 1) | half | at,
        }
    }

    /// The entry that "data in" replaces: an invalid one, else one that is neither locked nor used.
    fn victim(&mut self) -> usize {
        if let Some(n) = self.entries.iter().position(|e| e.data & tte::V == 0) {
            return n;
        }
        let free = |used: u64, e: &Entry, n: usize| e.data & tte::L == 0 && used >> n & 1 == 0;
        if let Some(n) = (0..TLB_ENTRIES).find(|&n| free(self.used, &self.entries[n], n)) {
            return n;
        }
        self.used = 0;
        (0..TLB_ENTRIES).find(|&n| free(0, &self.entries[n], n)).unwrap_or(TLB_ENTRIES - 1)
    }
}

/// Forgets all translations.
pub(crate) fn flush(ctx: &mut Ctx<Sparc64>) {
    ctx.flush_tlb();
}

/// The space of ordinary accesses in a mode.
pub(crate) fn space(mode: Mode) -> u8 {
    match mode::PRIVILEGE.of(mode) {
        2 => space::PHYSICAL,
        _ if mode::TRAPPED.is_set(mode) => space::NUCLEUS,
        1 => space::PRIMARY,
        _ => space::PRIMARY_USER,
    }
}

/// The number of the context that a space stands for: 0 primary, 1 secondary, 2 nucleus; and whether it is privileged.
fn context_of(sp: u8) -> (u64, bool) {
    match sp {
        space::PRIMARY_USER => (0, false),
        space::PRIMARY => (0, true),
        space::SECONDARY_USER => (1, false),
        space::SECONDARY => (1, true),
        _ => (2, true),
    }
}

fn context(mmu: &Mmus, number: u64) -> u64 {
    match number {
        0 => mmu.primary,
        1 => mmu.secondary,
        _ => 0,
    }
}

fn is_enabled(ctx: &Ctx<Sparc64>, is_fetch: bool) -> bool {
    if is_fetch {
        ctx.state.lsu & lsu::IM != 0 && ctx.state.pstate & pstate::RED == 0
    } else {
        ctx.state.lsu & lsu::DM != 0
    }
}

fn everything(phys: u64) -> Translation {
    Translation { phys, read: true, write: true, cache: true }
}

/// Whether a virtual address lies in the hole: 44 bits are translated.
fn in_hole(address: u64) -> bool {
    let top = address as i64 >> 43;
    top != 0 && top != -1
}

/// An access that is about to fail.
struct Attempt {
    address: u64,
    is_fetch: bool,
    is_write: bool,
    privileged: bool,
    number: u64,
}

/// Translates an address.
pub(crate) fn translate(ctx: &mut Ctx<Sparc64>, address: u64, access: Access, sp: u8) -> Result<Translation, Fault> {
    let is_fetch = access == Access::Fetch;
    if sp == space::PHYSICAL || ctx.state.sun4v || !is_enabled(ctx, is_fetch) {
        return Ok(everything(address & PHYSICAL_MASK));
    }
    let (number, privileged) = context_of(sp);
    let is_write = access == Access::Write;
    let attempt = Attempt { address, is_fetch, is_write, privileged, number };
    if in_hole(address) {
        return Err(access_exception(ctx, &attempt, ft::OUT_OF_RANGE, 0));
    }
    let context = context(&ctx.state.mmu, number);
    let mmu = if is_fetch { &mut ctx.state.mmu.i } else { &mut ctx.state.mmu.d };
    let Some(n) = mmu.find(address, context) else {
        mmu.tag_access = address & !CONTEXT | context;
        return Err(Fault::new(if is_fetch { tt::FAST_INSTRUCTION_MISS } else { tt::FAST_DATA_MISS }));
    };
    mmu.used |= 1 << n;
    let entry = mmu.entries[n];
    if entry.data & tte::P != 0 && !privileged {
        return Err(access_exception(ctx, &attempt, ft::PRIVILEGE, entry.data));
    }
    if entry.data & tte::NFO != 0 {
        return Err(access_exception(ctx, &attempt, ft::NFO, entry.data));
    }
    let write = entry.data & tte::W != 0;
    if is_write && !write {
        ctx.state.mmu.d.was_64k = field(entry.data, 61, 2) == 1;
        note_fault(ctx, &attempt, 0, entry.data);
        return Err(Fault::new(tt::FAST_DATA_PROTECTION));
    }
    Ok(Translation { phys: entry.physical(address), read: true, write, cache: true })
}

/// instruction_access_exception or data_access_exception, with its registers.
fn access_exception(ctx: &mut Ctx<Sparc64>, attempt: &Attempt, ft: u64, data: u64) -> Fault {
    note_fault(ctx, attempt, ft, data);
    Fault::new(if attempt.is_fetch { tt::INSTRUCTION_ACCESS } else { tt::DATA_ACCESS })
}

/// Sets SFSR, SFAR and tag access ("Synchronous Fault Status Registers (SFSR)").
fn note_fault(ctx: &mut Ctx<Sparc64>, attempt: &Attempt, ft: u64, data: u64) {
    let context = context(&ctx.state.mmu, attempt.number);
    let asi = match (attempt.number, attempt.privileged) {
        (0, true) => 0x80,
        (0, false) => 0x80,
        (1, _) => 0x81,
        _ => 0x04u64,
    };
    let mmu = if attempt.is_fetch { &mut ctx.state.mmu.i } else { &mut ctx.state.mmu.d };
    let overwritten = (mmu.sfsr & 1) << 1;
    let e = u64::from(data & tte::E != 0) << 6;
    let bits = u64::from(attempt.privileged) << 3 | u64::from(attempt.is_write) << 2;
    mmu.sfsr = asi << 16 | ft << 7 | e | attempt.number << 4 | bits | overwritten | 1;
    if !attempt.is_fetch {
        mmu.sfar = attempt.address;
    }
    mmu.tag_access = attempt.address & !CONTEXT | context;
}

/// The registers after an access that was not aligned.
pub(crate) fn note_alignment(ctx: &mut Ctx<Sparc64>, address: u64) {
    let (number, privileged) = context_of(space(super::sys::mode(ctx)));
    let d = &mut ctx.state.mmu.d;
    let overwritten = (d.sfsr & 1) << 1;
    d.sfsr = 0x80 << 16 | number << 4 | u64::from(privileged) << 3 | overwritten | 1;
    d.sfar = address;
}

/// The exception of an access with an ASI, address, size or direction that there is not.
pub(crate) fn illegal_access(ctx: &mut Ctx<Sparc64>, address: u64, asi: u8, is_write: bool) -> Fault {
    let privileged = ctx.state.privilege() > 0;
    let attempt = Attempt { address, is_fetch: false, is_write, privileged, number: 0 };
    note_fault(ctx, &attempt, ft::ILLEGAL, 0);
    let d = &mut ctx.state.mmu.d;
    d.sfsr = d.sfsr & !(0xff << 16) | u64::from(asi) << 16;
    Fault::new(tt::DATA_ACCESS)
}

/// Translates for debuggers.
pub(crate) fn translate_debug(ctx: &Ctx<Sparc64>, address: u64, is_fetch: bool) -> Option<u64> {
    let sp = space(super::sys::mode(ctx));
    if sp == space::PHYSICAL || ctx.state.sun4v || !is_enabled(ctx, is_fetch) {
        return Some(address & PHYSICAL_MASK);
    }
    let context = context(&ctx.state.mmu, context_of(sp).0);
    let mmu = &ctx.state.mmu;
    let look = |m: &Mmu| m.find(address, context).map(|n| m.entries[n].physical(address));
    if is_fetch { look(&mmu.i) } else { look(&mmu.d).or_else(|| look(&mmu.i)) }
}

/// The instruction at an address.
pub(crate) fn fetch_debug(ctx: &Ctx<Sparc64>, pc: u64) -> Option<u32> {
    let phys = translate_debug(ctx, pc, true)?;
    let page = ctx.bus().ram_page(phys)?;
    let mut bytes = [0; 4];
    page.ram.read_bytes(page.offset + (phys & 0xffc), &mut bytes);
    Some(u32::from_be_bytes(bytes))
}

/// Which of the two MMUs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Side {
    /// Instructions.
    I,
    /// Data.
    D,
}

fn side(ctx: &mut Ctx<Sparc64>, which: Side) -> &mut Mmu {
    if which == Side::I { &mut ctx.state.mmu.i } else { &mut ctx.state.mmu.d }
}

/// Reads an entry's data or tag.
pub(crate) fn read_entry(ctx: &mut Ctx<Sparc64>, which: Side, va: u64, is_tag: bool) -> u64 {
    let entry = side(ctx, which).entries[field(va, 3, 6) as usize];
    if is_tag { entry.tag } else { entry.data }
}

/// Writes entry `n`, or the one to be replaced; the tag comes from tag access.
pub(crate) fn write_entry(ctx: &mut Ctx<Sparc64>, which: Side, va: Option<u64>, data: u64) {
    let mmu = side(ctx, which);
    let n = va.map_or_else(|| mmu.victim(), |va| field(va, 3, 6) as usize);
    let old = mmu.entries[n];
    let new = Entry { tag: mmu.tag_access, data };
    mmu.entries[n] = new;
    mmu.used |= 1 << n;
    forget(ctx, old);
    forget(ctx, new);
}

/// Drops what the soft TLB holds of a page.
fn forget(ctx: &mut Ctx<Sparc64>, entry: Entry) {
    if entry.data & tte::V == 0 {
        return;
    }
    let mask = entry.offset_mask();
    if mask > 0x1fff {
        return flush(ctx);
    }
    let page = entry.tag & !mask;
    ctx.flush_tlb_page(page);
    ctx.flush_tlb_page(page + 0x1000);
}

/// Demap ("MMU Demap"): a page, a context, or (UltraSPARC III) all that is not locked.
pub(crate) fn demap(ctx: &mut Ctx<Sparc64>, which: Side, va: u64) {
    let context = context(&ctx.state.mmu, field(va, 4, 2));
    let kind = field(va, 6, 2);
    for entry in &mut side(ctx, which).entries {
        let hit = match kind {
            0 => entry.holds(va & !CONTEXT, context),
            1 => entry.data & tte::G == 0 && entry.tag & CONTEXT == context,
            _ => entry.data & tte::L == 0,
        };
        if hit {
            entry.data &= !tte::V;
        }
    }
    flush(ctx);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_of_all_sizes() {
        for (size, bytes) in [(0u64, 0x2000u64), (1, 0x1_0000), (2, 0x8_0000), (3, 0x40_0000)] {
            let data = tte::V | size << 61 | 0x1_2340_0000;
            let entry = Entry { tag: 0x40_0000 | 7, data };
            assert!(entry.holds(0x40_0000 + bytes - 1, 7));
            assert!(!entry.holds(0x40_0000 + bytes, 7));
            assert!(!entry.holds(0x40_0000, 8));
            assert_eq!(entry.physical(0x40_0000 + bytes - 1) & (bytes - 1), bytes - 1);
        }
    }

    #[test]
    fn pointers_into_the_tsb() {
        let mmu = Mmu { tsb: 0x10_0000 | 1, tag_access: 0x1234_6000 | 5, ..Mmu::default() };
        assert_eq!(mmu.pointer(false), 0x10_0000 | (0x1234_6000 >> 9 & 0x3ff0));
        let split = Mmu { tsb: 0x10_0000 | 0x1000 | 1, ..mmu };
        assert_eq!(split.pointer(true), 0x10_0000 | 0x4000 | (0x1234_6000 >> 12 & 0x3ff0));
        assert_eq!(split.tag_target(), 5 << 48 | 0x1234_6000 >> 22);
    }
}
