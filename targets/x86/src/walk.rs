//! Walks of page tables (SDM volume 3A, "Paging"), and of the host's below those of a guest (AMD64 Architecture Programmer's Manual,
//! volume 2, "Nested Paging").

use bits::Endian;
use uop::Width;

use crate::mmu::bus_address;
use crate::model::word;
use crate::state::bit;
use crate::svm;
use crate::trap::{Cpu, Fault};

const P: u64 = 1;
const RW: u64 = 2;
const US: u64 = 4;
const A: u64 = 0x20;
const D: u64 = 0x40;
const PS: u64 = 0x80;
const NX: u64 = 1 << 63;
/// Physical addresses have 40 bits (CPUID 0x8000_0008).
const PHYS: u64 = 0x00ff_ffff_f000;
const ABOVE: u64 = 0x000f_ff00_0000_0000;
/// What a page-directory-pointer entry of PAE paging may have beside an address: P, PWT, PCD, and three bits that nothing looks at.
const PDPTE: u64 = 0xe19;
/// EXITINFO1 of a nested page fault: bits of the access, and which one it was.
const NESTED_WRITE: u64 = 2;
const NESTED_USER: u64 = 4;
const NESTED_FETCH: u64 = 16;
const NESTED_FINAL: u64 = 1 << 32;
const NESTED_WALK: u64 = 1 << 33;

/// What a walk has found.
pub(crate) struct Leaf {
    pub(crate) phys: u64,
    /// All levels allow it.
    pub(crate) user: bool,
    pub(crate) write: bool,
    pub(crate) execute: bool,
    pub(crate) dirty: bool,
    /// Its protection key.
    pub(crate) key: u64,
}

/// Why a walk ends: an entry that is not present, or has reserved bits set; or what nested tables have refused.
pub(crate) enum Miss {
    NotPresent,
    Reserved,
    Nested { address: u64, error: u64 },
}

/// An entry on the way: physical address, value, whether it has 64 bits, whether it is to be marked as dirty.
pub(crate) struct Step {
    at: u64,
    value: u64,
    wide: bool,
    dirty: bool,
}

/// Which tables, and how they look.
pub(crate) struct Tables {
    cr3: u64,
    cr4: u64,
    efer: u64,
    /// PAE's first level, where it has been loaded before.
    pdpte: Option<[u64; 4]>,
}

/// Those that CR3 means, and those below them.
pub(crate) fn tables(cpu: &Cpu) -> (Tables, Option<Tables>) {
    let s = &cpu.state;
    let nested = s.svm.nested.map(|cr3| Tables { cr3, cr4: s.svm.host.cr[2], efer: s.svm.host.efer, pdpte: None });
    let pdpte = if nested.is_some() { None } else { Some(s.pdpte) };
    (Tables { cr3: s.cr3, cr4: s.cr4, efer: s.efer, pdpte }, nested)
}

/// One walk.
pub(crate) struct Walk<'a> {
    pub(crate) cpu: &'a Cpu,
    /// The tables below, if there are any.
    pub(crate) nested: Option<&'a Tables>,
    /// What has been read, nested entries among it.
    pub(crate) steps: &'a mut Vec<Step>,
}

impl Walk<'_> {
    /// An entry: where it really is, and its value.
    fn entry(&mut self, at: u64, w: Width) -> Result<(u64, u64), Miss> {
        let at = match self.nested {
            // Reads of a guest's tables count as writes, since they may have to be marked.
            Some(_) => self.through(at, NESTED_WRITE | NESTED_WALK)?.phys,
            None => at,
        };
        let bus = bus_address(self.cpu, at);
        let value = self.cpu.bus().ram_page(bus).map_or(0, |page| page.ram.read(page.offset + bus % 0x1000, w.bytes()));
        Ok((at, value))
    }

    fn step(&mut self, (at, value): (u64, u64), wide: bool, dirty: bool) {
        self.steps.push(Step { at, value, wide, dirty });
    }

    /// A guest's physical address through the tables below.
    pub(crate) fn through(&mut self, address: u64, access: u64) -> Result<Leaf, Miss> {
        let Some(tables) = self.nested else {
            return Ok(Leaf { phys: address, user: true, write: true, execute: true, dirty: true, key: 0 });
        };
        let error = access | NESTED_USER;
        let mut below = Walk { cpu: self.cpu, nested: None, steps: self.steps };
        let leaf = below.walk(tables, address, access & NESTED_WRITE != 0).map_err(|miss| match miss {
            Miss::Reserved => Miss::Nested { address, error: error | 9 },
            _ => Miss::Nested { address, error },
        })?;
        let no_execute = access & NESTED_FETCH != 0 && !leaf.execute;
        if !leaf.user || access & NESTED_WRITE != 0 && !leaf.write || no_execute {
            return Err(Miss::Nested { address, error: error | 1 });
        }
        Ok(leaf)
    }

    /// The page of a linear address: which is to be written, if `write`.
    pub(crate) fn walk(&mut self, t: &Tables, address: u64, write: bool) -> Result<Leaf, Miss> {
        if t.cr4 & bit::PAE == 0 {
            return self.walk_32(t, address as u32, write);
        }
        let long = t.efer & bit::LMA != 0;
        let mut leaf = Leaf { phys: 0, user: true, write: true, execute: true, dirty: false, key: 0 };
        let reserved_nx = if t.efer & bit::NXE != 0 { 0 } else { NX };
        let (mut table, top) = if long {
            (t.cr3 & PHYS, if t.cr4 & bit::LA57 != 0 { 4 } else { 3 })
        } else {
            let n = address >> 30 & 3;
            let pdpte = match t.pdpte {
                Some(list) => list[n as usize],
                None => self.entry((t.cr3 & 0xffff_ffe0) + 8 * n, Width::W64)?.1,
            };
            if pdpte & P == 0 {
                return Err(Miss::NotPresent);
            }
            (pdpte & PHYS, 1)
        };
        for level in (0..=top).rev() {
            let shift = 12 + 9 * level;
            let (at, e) = self.entry(table + (address >> shift & 0x1ff) * 8, Width::W64)?;
            if e & P == 0 {
                return Err(Miss::NotPresent);
            }
            let large = level > 0 && e & PS != 0;
            let high = if long { ABOVE } else { 0x7fff_ff00_0000_0000 };
            let low = if large { ((1u64 << shift) - 1) & !0x1fff } else { 0 };
            let no_size = if level >= 3 || level == 2 && !self.cpu.model().has(word::F8_EDX, 26) { PS } else { 0 };
            if e & (high | low | reserved_nx | no_size) != 0 {
                return Err(Miss::Reserved);
            }
            leaf.user &= e & US != 0;
            leaf.write &= e & RW != 0;
            leaf.execute &= e & NX == 0;
            let last = level == 0 || large;
            self.step((at, e), true, last && write);
            if last {
                let mask = (1u64 << shift) - 1;
                leaf.phys = e & PHYS & !mask | address & mask;
                leaf.dirty = e & D != 0;
                leaf.key = e >> 59 & 15;
                return Ok(leaf);
            }
            table = e & PHYS;
        }
        Err(Miss::NotPresent)
    }

    fn walk_32(&mut self, t: &Tables, address: u32, write: bool) -> Result<Leaf, Miss> {
        let (at, pde) = self.entry((t.cr3 & 0xffff_f000) + u64::from(address >> 22) * 4, Width::W32)?;
        if pde & P == 0 {
            return Err(Miss::NotPresent);
        }
        let address = u64::from(address);
        let leaf = |e: u64, both: u64, phys: u64| Leaf {
            phys,
            user: both & US != 0,
            write: both & RW != 0,
            execute: true,
            dirty: e & D != 0,
            key: 0,
        };
        let large = pde & PS != 0 && t.cr4 & bit::PSE != 0;
        self.step((at, pde), false, large && write);
        if large {
            if pde & 1 << 21 != 0 {
                return Err(Miss::Reserved);
            }
            // PSE-36: bits 13 to 20 are bits 32 to 39.
            let phys = pde & 0xffc0_0000 | (pde >> 13 & 0xff) << 32 | address & 0x3f_ffff;
            return Ok(leaf(pde, pde, phys));
        }
        let (at, pte) = self.entry((pde & 0xffff_f000) + (address >> 12 & 0x3ff) * 4, Width::W32)?;
        if pte & P == 0 {
            return Err(Miss::NotPresent);
        }
        self.step((at, pte), false, write);
        Ok(leaf(pte, pte & pde, pte & 0xffff_f000 | address & 0xfff))
    }
}

/// Sets accessed and dirty bits; `false` if an entry has changed meanwhile.
pub(crate) fn mark(cpu: &mut Cpu, steps: &[Step]) -> bool {
    for step in steps {
        let want = step.value | A | if step.dirty { D } else { 0 };
        if want != step.value {
            let at = bus_address(cpu, step.at);
            let w = if step.wide { Width::W64 } else { Width::W32 };
            // Tables outside RAM have no such bits to set.
            if cpu.phys_compare_exchange(at, step.value, want, w, Endian::Little) == Ok(false) {
                return false;
            }
        }
    }
    true
}

/// The access to a page that a guest makes, for the tables below.
pub(crate) fn final_access(write: bool, fetch: bool) -> u64 {
    NESTED_FINAL | if write { NESTED_WRITE } else { 0 } | if fetch { NESTED_FETCH } else { 0 }
}

/// The exit that nested tables ask for.
pub(crate) fn nested_fault(address: u64, error: u64) -> Fault {
    Fault::Exit { code: svm::NESTED_FAULT, info: [error, address] }
}

/// Loads the page-directory-pointer entries of PAE paging; with nested paging they are read by each walk. Reserved bits in one that is present
/// raise #GP(0), and none is loaded (SDM volume 3A, "PDPTE Registers").
pub(crate) fn load_pdptes(cpu: &mut Cpu, cr3: u64) -> Result<(), Fault> {
    if cpu.state.svm.nested.is_some() {
        return Ok(());
    }
    let base = cr3 & 0xffff_ffe0;
    let mut steps = Vec::new();
    let mut list = [0; 4];
    for (n, pdpte) in (0..).zip(&mut list) {
        let mut walk = Walk { cpu, nested: None, steps: &mut steps };
        *pdpte = walk.entry(base + 8 * n, Width::W64).map_or(0, |(_, value)| value);
    }
    if list.iter().any(|pdpte| pdpte & P != 0 && pdpte & !(PHYS | PDPTE) != 0) {
        return Err(Fault::GP0);
    }
    cpu.state.pdpte = list;
    Ok(())
}
