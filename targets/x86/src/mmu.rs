//! Linear to physical addresses (SDM volume 3A, "Paging").

use bits::Endian;
use cpu::{Access, Mode, Translation};
use uop::Width;

use crate::mode::flag;
use crate::state::bit;
use crate::trap::{Cpu, Fault};

/// Number of address spaces.
pub(crate) const N_SPACES: usize = 4;

/// Address spaces.
pub(crate) mod space {
    /// Supervisor, held off user pages by SMAP.
    pub(crate) const SMAP: u8 = 0;
    /// Supervisor.
    pub(crate) const SUPERVISOR: u8 = 1;
    /// User.
    pub(crate) const USER: u8 = 2;
    /// Supervisor by itself: descriptor tables and stacks of delivery.
    pub(crate) const SYSTEM: u8 = 3;
}

/// Where the page of the local APIC is on the board, less 4 KiB times the CPU's number.
pub const APIC_WINDOW: u64 = 1 << 52;
/// Where port 0 is on the board.
pub const PORTS: u64 = 1 << 53;

/// Where the board's pin FERR# is: 1 is written there when an x87 exception is pending and CR0.NE is 0.
pub const FERR: u64 = PORTS + 0x1_0000;

/// The space of ordinary accesses. The mode's `AC` is set, too, where SMAP is off.
pub(crate) fn space_of(mode: Mode, _: Access) -> u8 {
    if mode & 3 == 3 {
        space::USER
    } else if mode & flag::AC != 0 {
        space::SUPERVISOR
    } else {
        space::SMAP
    }
}

/// The space of ordinary accesses now.
pub(crate) fn current_space(cpu: &Cpu) -> u8 {
    space_of(crate::mode::current(cpu), Access::Read)
}

/// The physical address behind the A20 gate and the local APIC's remapping.
fn bus_address(cpu: &Cpu, phys: u64) -> u64 {
    let phys = if cpu.state.a20_off { phys & !(1 << 20) } else { phys };
    let apic = cpu.state.apic_base;
    if apic & 0xc00 == 0x800 && (phys ^ apic) >> 12 == 0 {
        return APIC_WINDOW + (u64::from(cpu.index()) << 12) + (phys & 0xfff);
    }
    phys
}

/// What a walk has found.
struct Leaf {
    phys: u64,
    /// All levels allow it.
    user: bool,
    write: bool,
    execute: bool,
    dirty: bool,
}

/// Why a walk ends: an entry that is not present, or has reserved bits set.
enum Miss {
    NotPresent,
    Reserved,
}

/// An entry on the way: physical address, value.
type Step = (u64, u64);

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

fn entry(cpu: &Cpu, at: u64, w: Width) -> u64 {
    let at = bus_address(cpu, at);
    let Some(page) = cpu.bus().ram_page(at) else { return 0 };
    page.ram.read(page.offset + at % 0x1000, w.bytes())
}

/// Walks; the entries on the way are left in `steps`.
fn walk(cpu: &Cpu, address: u64, steps: &mut Vec<Step>) -> Result<Leaf, Miss> {
    let s = &cpu.state;
    let nx = s.efer & bit::NXE != 0;
    let long = s.efer & bit::LMA != 0;
    let pae = s.cr4 & bit::PAE != 0;
    if !pae {
        return walk_32(cpu, address as u32, steps);
    }
    let mut leaf = Leaf { phys: 0, user: true, write: true, execute: true, dirty: false };
    let reserved_nx = if nx { 0 } else { NX };
    let (mut table, top) = if long {
        (s.cr3 & PHYS, 3)
    } else {
        let pdpte = s.pdpte[(address >> 30 & 3) as usize];
        if pdpte & P == 0 {
            return Err(Miss::NotPresent);
        }
        (pdpte & PHYS, 1)
    };
    for level in (0..=top).rev() {
        let shift = 12 + 9 * level;
        let at = table + (address >> shift & 0x1ff) * 8;
        let e = entry(cpu, at, Width::W64);
        if e & P == 0 {
            return Err(Miss::NotPresent);
        }
        let large = level > 0 && e & PS != 0;
        let high = if long { ABOVE } else { 0x7fff_ff00_0000_0000 };
        let low = if large { ((1u64 << shift) - 1) & !0x1fff } else { 0 };
        let no_size = if level == 3 || level == 2 && !cpu.model().has(crate::model::word::F8_EDX, 26) { PS } else { 0 };
        if e & (high | low | reserved_nx | no_size) != 0 {
            return Err(Miss::Reserved);
        }
        steps.push((at, e));
        leaf.user &= e & US != 0;
        leaf.write &= e & RW != 0;
        leaf.execute &= e & NX == 0;
        if level == 0 || large {
            let mask = (1u64 << shift) - 1;
            leaf.phys = e & PHYS & !mask | address & mask;
            leaf.dirty = e & D != 0;
            return Ok(leaf);
        }
        table = e & PHYS;
    }
    Err(Miss::NotPresent)
}

fn walk_32(cpu: &Cpu, address: u32, steps: &mut Vec<Step>) -> Result<Leaf, Miss> {
    let at = (cpu.state.cr3 & 0xffff_f000) + u64::from(address >> 22) * 4;
    let pde = entry(cpu, at, Width::W32);
    if pde & P == 0 {
        return Err(Miss::NotPresent);
    }
    steps.push((at, pde));
    let address = u64::from(address);
    let leaf = |e: u64, both: u64, phys: u64| Leaf {
        phys,
        user: both & US != 0,
        write: both & RW != 0,
        execute: true,
        dirty: e & D != 0,
    };
    if pde & PS != 0 && cpu.state.cr4 & bit::PSE != 0 {
        if pde & 1 << 21 != 0 {
            return Err(Miss::Reserved);
        }
        // PSE-36: bits 13 to 20 are bits 32 to 39.
        let phys = pde & 0xffc0_0000 | (pde >> 13 & 0xff) << 32 | address & 0x3f_ffff;
        return Ok(leaf(pde, pde, phys));
    }
    let at = (pde & 0xffff_f000) + (address >> 12 & 0x3ff) * 4;
    let pte = entry(cpu, at, Width::W32);
    if pte & P == 0 {
        return Err(Miss::NotPresent);
    }
    steps.push((at, pte));
    Ok(leaf(pte, pte & pde, pte & 0xffff_f000 | address & 0xfff))
}

/// Translates.
pub(crate) fn translate(cpu: &mut Cpu, address: u64, access: Access, in_space: u8) -> Result<Translation, Fault> {
    let long = cpu.state.efer & bit::LMA != 0;
    if long {
        let high = (address as i64) >> 47;
        if high != 0 && high != -1 {
            return Err(if access == Access::Fetch { Fault::GP0 } else { Fault::NotCanonical { address } });
        }
    }
    let address = if long { address } else { address & 0xffff_ffff };
    if cpu.state.cr0 & bit::PG == 0 {
        let phys = bus_address(cpu, address);
        let cache = crate::debug::note_access(cpu, address, access);
        return Ok(Translation { phys, read: true, write: true, cache });
    }
    let user = in_space == space::USER;
    let nx = cpu.state.efer & bit::NXE != 0 && cpu.state.cr4 & bit::PAE != 0;
    let smep = cpu.state.cr4 & bit::SMEP != 0;
    let mut error = u32::from(access == Access::Write) << 1 | u32::from(user) << 2;
    if access == Access::Fetch && (nx || smep) {
        error |= 16;
    }
    loop {
        let mut steps = Vec::with_capacity(4);
        let leaf = match walk(cpu, address, &mut steps) {
            Ok(leaf) => leaf,
            Err(Miss::NotPresent) => return Err(Fault::Page { address, error }),
            Err(Miss::Reserved) => return Err(Fault::Page { address, error: error | 9 }),
        };
        let smap = in_space == space::SMAP || in_space == space::SYSTEM && cpu.state.cr4 & bit::SMAP != 0;
        let readable = if user { leaf.user } else { !(smap && leaf.user) };
        let writable = readable && (leaf.write || !user && cpu.state.cr0 & bit::WP == 0);
        let executable = (if user { leaf.user } else { !(smep && leaf.user) }) && (leaf.execute || !nx);
        let allowed = match access {
            Access::Read => readable,
            Access::Write => writable,
            Access::Fetch => executable,
        };
        if !allowed {
            return Err(Fault::Page { address, error: error | 1 });
        }
        if !mark(cpu, &steps, access == Access::Write) {
            continue;
        }
        let dirty = leaf.dirty || access == Access::Write;
        let phys = bus_address(cpu, leaf.phys);
        let cache = crate::debug::note_access(cpu, address, access);
        return Ok(Translation { phys, read: readable, write: writable && dirty, cache });
    }
}

/// Sets accessed and dirty bits; `false` if an entry has changed meanwhile.
fn mark(cpu: &mut Cpu, steps: &[Step], write: bool) -> bool {
    let w = if cpu.state.cr4 & bit::PAE != 0 { Width::W64 } else { Width::W32 };
    for (n, &(at, e)) in steps.iter().enumerate() {
        let want = e | A | if write && n + 1 == steps.len() { D } else { 0 };
        if want != e {
            let at = bus_address(cpu, at);
            // Tables outside RAM have no such bits to set.
            if cpu.phys_compare_exchange(at, e, want, w, Endian::Little) == Ok(false) {
                return false;
            }
        }
    }
    true
}

/// Translates for a debugger.
pub(crate) fn translate_debug(cpu: &Cpu, address: u64) -> Option<u64> {
    let address = if cpu.state.efer & bit::LMA != 0 { address } else { address & 0xffff_ffff };
    if cpu.state.cr0 & bit::PG == 0 {
        return Some(bus_address(cpu, address));
    }
    walk(cpu, address, &mut Vec::new()).ok().map(|leaf| bus_address(cpu, leaf.phys))
}

/// Loads the page-directory-pointer entries of PAE paging.
pub(crate) fn load_pdptes(cpu: &mut Cpu, cr3: u64) -> Result<(), Fault> {
    let base = cr3 & 0xffff_ffe0;
    let list: [u64; 4] = std::array::from_fn(|n| entry(cpu, base + 8 * n as u64, Width::W64));
    cpu.state.pdpte = list;
    Ok(())
}
