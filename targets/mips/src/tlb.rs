//! The TLB, and the map of virtual addresses: segments, mapped and unmapped.
//!
//! Volume III, "Virtual Memory": "Virtual Address Spaces", "TLB-Based Virtual Address Translation", "Fixed Mapping MMU".

use cpu::{Access, Translation};
use serde::{Deserialize, Serialize};

use crate::cp0::{Cp0, status};
use crate::hart::Hart;
use crate::mode::Space;
use crate::model::Model;
use crate::trap::Trap;
use crate::walker;

/// One of the two pages of an entry.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Page {
    /// Physical address of its first byte.
    pub phys: u64,
    /// Coherency attribute.
    pub cache: u8,
    /// It may be written.
    pub dirty: bool,
    /// It is there.
    pub valid: bool,
    /// It may not be read.
    pub no_read: bool,
    /// It may not be executed.
    pub no_execute: bool,
}

/// An entry of the TLB: two pages side by side.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Entry {
    /// Virtual address, with the region in its top bits.
    pub vpn: u64,
    /// PageMask: the bits of the address that do not count, from bit 13 up.
    pub mask: u64,
    /// Address space.
    pub asid: u16,
    /// It belongs to all address spaces.
    pub global: bool,
    /// It matches nothing (EntryHi.EHINV).
    pub hidden: bool,
    /// The even page and the odd one.
    pub pages: [Page; 2],
}

impl Entry {
    /// Whether it translates `address` in address space `asid`.
    fn matches(&self, address: u64, asid: u16) -> bool {
        let mask = self.mask | 0x1fff;
        !self.hidden && (address ^ self.vpn) & !mask == 0 && (self.global || self.asid == asid)
    }

    /// The page that `address` lies in.
    fn page(&self, address: u64) -> &Page {
        &self.pages[usize::from(address & self.page_size() != 0)]
    }

    /// Bytes of each of its pages.
    pub fn page_size(&self) -> u64 {
        ((self.mask | 0x1fff) >> 1) + 1
    }
}

/// What the segments say of an address.
enum Segment {
    /// By the TLB.
    Mapped,
    /// This physical address.
    Unmapped(u64),
}

/// The bits of an address that the TLB compares: the region, and the segment's.
pub(crate) fn compare_mask(model: &Model) -> u64 {
    let segment = bits::mask(model.row().segment_bits);
    if model.is_64() { segment | 3 << 62 } else { 0xffff_ffff }
}

/// Where an address lies; `None` if it may not be used in `space`.
fn segment(model: &Model, cp0: &Cp0, address: u64, space: Space) -> Option<Segment> {
    let low = address & 0xffff_ffff;
    let kernel = space.is_kernel();
    if model.width() == 64 && bits::sign_extend(address, 32) != address {
        return segment_64(model, cp0, address, space);
    }
    match low >> 29 {
        // useg; unmapped while Status.ERL is set.
        0..=3 if space == Space::Error => Some(Segment::Unmapped(low)),
        0..=3 => Some(Segment::Mapped),
        4 if kernel => Some(Segment::Unmapped(low - 0x8000_0000)),
        5 if kernel => Some(Segment::Unmapped(low - 0xa000_0000)),
        6 if kernel || space == Space::Supervisor => Some(Segment::Mapped),
        7 if kernel => Some(Segment::Mapped),
        _ => None,
    }
}

/// The segments beyond those of 32 bits.
fn segment_64(model: &Model, cp0: &Cp0, address: u64, space: Space) -> Option<Segment> {
    if !model.is_64() {
        return None;
    }
    let on = |bit: u32| cp0.status >> bit & 1 != 0;
    let segment_mask = compare_mask(model);
    let within = |top: u64| address <= top & segment_mask;
    match address >> 62 {
        // "Address Translation for the kuseg Segment when StatusERL = 1": what lies behind kuseg stays mapped.
        0 if on(status::UX) && within(u64::MAX >> 2) => Some(Segment::Mapped),
        1 if space != Space::User && on(status::SX) && within(u64::MAX >> 1) => Some(Segment::Mapped),
        2 if space.is_kernel() && on(status::KX) => {
            let phys = address & (u64::MAX >> 5);
            (phys <= bits::mask(model.row().phys_bits)).then_some(Segment::Unmapped(phys))
        }
        3 if space.is_kernel() && on(status::KX) && within(0xffff_ffff_7fff_ffff) => Some(Segment::Mapped),
        _ => None,
    }
}

/// The fixed mapping: useg lies 1 GiB higher, unless Status.ERL is set; kseg2 and kseg3 lie where they are.
fn fixed(address: u64, space: Space) -> u64 {
    let low = address & 0xffff_ffff;
    if low < 0x8000_0000 && space != Space::Error { low + 0x4000_0000 } else { low }
}

/// The physical address behind one of an unmapped segment.
pub(crate) fn unmapped(model: &Model, cp0: &Cp0, address: u64) -> Option<u64> {
    match segment(model, cp0, address, Space::Kernel)? {
        Segment::Unmapped(phys) => Some(phys),
        Segment::Mapped => None,
    }
}

fn everything(phys: u64) -> Translation {
    Translation { phys, read: true, write: true, cache: true }
}

/// Translates `address` for an access in `space`.
pub(crate) fn translate<H: Hart>(
    hart: &mut H,
    address: u64,
    access: Access,
    space: Space,
) -> Result<Translation, Trap> {
    let model = *hart.model();
    let translation = match segment(&model, hart.cp0(), address, space) {
        None => return Err(Trap::address_error(address, access)),
        Some(Segment::Unmapped(phys)) => everything(phys),
        Some(Segment::Mapped) if model.is_fixed_mapping() => everything(fixed(address, space)),
        Some(Segment::Mapped) => match by_tlb(&model, hart.cp0(), address, access) {
            Err(trap) if trap.refill && walker::walk(hart, address) => by_tlb(&model, hart.cp0(), address, access)?,
            result => result?,
        },
    };
    Ok(match hart.shared() {
        Some(shared) => {
            Translation { phys: shared.interconnect().route(hart.index(), translation.phys), ..translation }
        }
        None => translation,
    })
}

fn by_tlb(model: &Model, cp0: &Cp0, address: u64, access: Access) -> Result<Translation, Trap> {
    let tag = address & compare_mask(model);
    let entry = cp0.tlb.iter().find(|e| e.matches(tag, cp0.asid()));
    let entry = entry.ok_or(Trap::refill(address, access))?;
    let page = entry.page(address);
    if !page.valid {
        return Err(Trap::invalid(address, access));
    }
    let separate = cp0.page_grain >> 27 & 1 != 0;
    match access {
        Access::Fetch if page.no_execute => return Err(Trap::inhibited(address, access, separate)),
        Access::Read if page.no_read => return Err(Trap::inhibited(address, access, separate)),
        Access::Write if !page.dirty => return Err(Trap::modified(address)),
        _ => {}
    }
    let phys = page.phys | address & (entry.page_size() - 1);
    Ok(Translation { phys, read: !page.no_read, write: page.dirty, cache: true })
}

/// Translates for a debugger, who sees what kernel mode sees, and user addresses with the current address space.
pub(crate) fn translate_debug(model: &Model, cp0: &Cp0, address: u64, space: Space) -> Option<u64> {
    let space = if space == Space::Error { Space::Error } else { Space::Kernel };
    match segment(model, cp0, address, space)? {
        Segment::Unmapped(phys) => Some(phys),
        Segment::Mapped if model.is_fixed_mapping() => Some(fixed(address, space)),
        Segment::Mapped => {
            let tag = address & compare_mask(model);
            let entry = cp0.tlb.iter().find(|e| e.matches(tag, cp0.asid()))?;
            let page = entry.page(address);
            page.valid.then(|| page.phys | address & (entry.page_size() - 1))
        }
    }
}

/// The address that the soft TLB knows a page by: the region and segment bits become a sign again where the segment is negative.
fn canonical(model: &Model, vpn: u64) -> u64 {
    match (model.width(), model.is_64()) {
        (64, true) if vpn >> 62 == 3 => vpn | !compare_mask(model),
        (64, true) => vpn,
        (64, false) => bits::sign_extend(vpn, 32),
        _ => vpn & 0xffff_ffff,
    }
}

/// Drops what the soft TLB may hold of an entry.
fn forget<H: Hart>(hart: &mut H, entry: &Entry) {
    if entry.hidden || entry.pages.iter().all(|p| !p.valid) {
        return;
    }
    if entry.page_size() != 0x1000 {
        return hart.flush_tlb();
    }
    let base = canonical(hart.model(), entry.vpn);
    hart.flush_tlb_page(base);
    hart.flush_tlb_page(base + 0x1000);
}

/// The entry that EntryHi, PageMask, EntryLo0 and EntryLo1 describe.
fn from_registers(model: &Model, cp0: &Cp0) -> Entry {
    let mask = u64::from(cp0.page_mask);
    let page = |lo: u64| Page {
        phys: (lo >> 6 & 0xff_ffff) << 12 & !(mask >> 1),
        cache: (lo >> 3 & 7) as u8,
        dirty: lo & 4 != 0,
        valid: lo & 2 != 0,
        no_read: lo >> 63 & 1 != 0,
        no_execute: lo >> 62 & 1 != 0,
    };
    Entry {
        vpn: cp0.entry_hi & compare_mask(model) & !0x1fff,
        mask,
        asid: cp0.asid(),
        global: cp0.entry_lo[0] & cp0.entry_lo[1] & 1 != 0,
        hidden: cp0.entry_hi >> 10 & 1 != 0 && model.config_bit(4, 30),
        pages: [page(cp0.entry_lo[0]), page(cp0.entry_lo[1])],
    }
}

/// Puts an entry into the TLB. What was a miss before needs no forgetting, since misses are not kept.
fn write<H: Hart>(hart: &mut H, index: usize) {
    if hart.cp0().tlb.is_empty() {
        return;
    }
    let entry = from_registers(hart.model(), hart.cp0());
    let index = index % hart.cp0().tlb.len();
    let old = std::mem::replace(&mut hart.cp0_mut().tlb[index], entry);
    forget(hart, &old);
}

/// Helper: TLBWI.
pub(crate) fn write_indexed<H: Hart>(hart: &mut H, _: [u64; 4]) -> Result<u64, Trap> {
    let index = hart.cp0().index & 0x7fff_ffff;
    write(hart, index as usize);
    Ok(0)
}

/// Helper: TLBWR.
pub(crate) fn write_random<H: Hart>(hart: &mut H, _: [u64; 4]) -> Result<u64, Trap> {
    let index = crate::cp0::random(hart);
    write(hart, index as usize);
    Ok(0)
}

/// Helper: TLBP. A large page is found by any address in it.
pub(crate) fn probe<H: Hart>(hart: &mut H, _: [u64; 4]) -> Result<u64, Trap> {
    let mask = compare_mask(hart.model());
    let cp0 = hart.cp0_mut();
    let (tag, asid) = (cp0.entry_hi & mask & !0x1fff, cp0.asid());
    let found = cp0.tlb.iter().position(|e| e.matches(tag, asid));
    // Where nothing is found, the rest of Index is UNPREDICTABLE, and left alone.
    cp0.index = found.map_or(cp0.index | 0x8000_0000, |n| n as u32);
    Ok(0)
}

/// Helper: TLBR. An entry of another address space changes EntryHi.ASID, and with it the space.
pub(crate) fn read<H: Hart>(hart: &mut H, _: [u64; 4]) -> Result<u64, Trap> {
    let model = *hart.model();
    let cp0 = hart.cp0_mut();
    if cp0.tlb.is_empty() {
        return Ok(0);
    }
    let index = (cp0.index & 0x7fff_ffff) as usize % cp0.tlb.len();
    let entry = cp0.tlb[index];
    let old = cp0.asid();
    if entry.hidden {
        cp0.entry_hi = 1 << 10;
        cp0.page_mask = 0;
        cp0.entry_lo = [0; 2];
    } else {
        let lo = |p: &Page| {
            let flags = u64::from(p.dirty) << 2 | u64::from(p.valid) << 1 | u64::from(entry.global);
            let inhibit = u64::from(p.no_read) << 63 | u64::from(p.no_execute) << 62;
            inhibit | p.phys >> 12 << 6 | u64::from(p.cache) << 3 | flags
        };
        let vpn = if model.is_64() { entry.vpn } else { bits::sign_extend(entry.vpn, 32) };
        cp0.entry_hi = vpn | u64::from(entry.asid);
        cp0.page_mask = entry.mask as u32;
        cp0.entry_lo = [lo(&entry.pages[0]), lo(&entry.pages[1])];
    }
    if hart.cp0().asid() != old {
        hart.flush_tlb();
    }
    Ok(0)
}

/// Hides the entries of the current address space, or all.
fn invalidate<H: Hart>(hart: &mut H, all: bool) {
    let cp0 = hart.cp0_mut();
    let asid = cp0.asid();
    for entry in cp0.tlb.iter_mut().filter(|e| all || (!e.global && e.asid == asid)) {
        entry.hidden = true;
    }
    hart.flush_tlb();
}

/// Helper: TLBINV.
pub(crate) fn invalidate_space<H: Hart>(hart: &mut H, _: [u64; 4]) -> Result<u64, Trap> {
    invalidate(hart, false);
    Ok(0)
}

/// Helper: TLBINVF.
pub(crate) fn invalidate_all<H: Hart>(hart: &mut H, _: [u64; 4]) -> Result<u64, Trap> {
    invalidate(hart, true);
    Ok(0)
}
