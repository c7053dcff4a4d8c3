//! Linear to physical addresses (SDM volume 3A, "Paging").

use cpu::{Access, Mode, Translation};

use crate::mode::flag;
use crate::state::bit;
use crate::trap::{Cpu, Fault};
use crate::walk::{self, Leaf, Miss, Tables, Walk};

pub(crate) use walk::load_pdptes;

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
pub(crate) fn bus_address(cpu: &Cpu, phys: u64) -> u64 {
    let phys = if cpu.state.a20_off { phys & !(1 << 20) } else { phys };
    let apic = cpu.state.apic_base;
    if apic & 0xc00 == 0x800 && (phys ^ apic) >> 12 == 0 {
        return APIC_WINDOW + (u64::from(cpu.index()) << 12) + (phys & 0xfff);
    }
    phys
}

/// Translates.
pub(crate) fn translate(cpu: &mut Cpu, address: u64, access: Access, in_space: u8) -> Result<Translation, Fault> {
    if access == Access::Fetch && crate::limit::is_outside(cpu, address) {
        return Err(Fault::GP0);
    }
    let long = cpu.state.efer & bit::LMA != 0;
    if long && !canonical(cpu, address) {
        return Err(if access == Access::Fetch { Fault::GP0 } else { Fault::NotCanonical { address } });
    }
    let address = if long { address } else { address & 0xffff_ffff };
    if cpu.state.cr0 & bit::PG == 0 {
        return unpaged(cpu, address, access);
    }
    let user = in_space == space::USER;
    let nx = cpu.state.efer & bit::NXE != 0 && cpu.state.cr4 & bit::PAE != 0;
    let smep = cpu.state.cr4 & bit::SMEP != 0;
    let mut error = u32::from(access == Access::Write) << 1 | u32::from(user) << 2;
    if access == Access::Fetch && (nx || smep) {
        error |= 16;
    }
    loop {
        let mut steps = Vec::with_capacity(5);
        let (tables, nested) = walk::tables(cpu);
        let mut walk = Walk { cpu, nested: nested.as_ref(), steps: &mut steps };
        let leaf = match walk.walk(&tables, address, access == Access::Write) {
            Ok(leaf) => leaf,
            Err(Miss::NotPresent) => return Err(Fault::Page { address, error }),
            Err(Miss::Reserved) => return Err(Fault::Page { address, error: error | 9 }),
            Err(Miss::Nested { address, error }) => return Err(walk::nested_fault(address, error)),
        };
        let smap = in_space == space::SMAP || in_space == space::SYSTEM && cpu.state.cr4 & bit::SMAP != 0;
        let (no_data, no_write) =
            if leaf.user { crate::protection_keys::forbids(cpu, leaf.key, user) } else { (false, false) };
        // By its key the page may be closed to data, and that is told of whatever else is wrong.
        let by_key = no_data && access != Access::Fetch || no_write && access == Access::Write;
        let readable = !no_data && if user { leaf.user } else { !(smap && leaf.user) };
        let writable = readable && !no_write && (leaf.write || !user && cpu.state.cr0 & bit::WP == 0);
        let executable = (if user { leaf.user } else { !(smep && leaf.user) }) && (leaf.execute || !nx);
        let allowed = match access {
            Access::Read => readable,
            Access::Write => writable,
            Access::Fetch => executable,
        };
        if !allowed {
            return Err(Fault::Page { address, error: error | 1 | u32::from(by_key) << 5 });
        }
        let below = beneath(cpu, nested.as_ref(), leaf.phys, access, &mut steps)?;
        if !walk::mark(cpu, &steps) {
            continue;
        }
        let dirty = leaf.dirty && below.dirty || access == Access::Write;
        let phys = bus_address(cpu, below.phys);
        let cache = crate::debug::note_access(cpu, address, access);
        return Ok(Translation { phys, read: readable, write: writable && below.write && dirty, cache });
    }
}

/// The page of a physical address, in a guest that of the tables below.
fn beneath(
    cpu: &Cpu,
    nested: Option<&Tables>,
    phys: u64,
    access: Access,
    steps: &mut Vec<walk::Step>,
) -> Result<Leaf, Fault> {
    let how = walk::final_access(access == Access::Write, access == Access::Fetch);
    match (Walk { cpu, nested, steps }).through(phys, how) {
        Ok(leaf) => Ok(leaf),
        Err(Miss::Nested { address, error }) => Err(walk::nested_fault(address, error)),
        Err(_) => Err(Fault::Page { address: phys, error: 0 }),
    }
}

/// Translates while CR0.PG is 0.
fn unpaged(cpu: &mut Cpu, address: u64, access: Access) -> Result<Translation, Fault> {
    loop {
        let mut steps = Vec::new();
        let (_, nested) = walk::tables(cpu);
        let leaf = beneath(cpu, nested.as_ref(), address, access, &mut steps)?;
        if !walk::mark(cpu, &steps) {
            continue;
        }
        let phys = bus_address(cpu, leaf.phys);
        let cache = crate::debug::note_access(cpu, address, access);
        let write = leaf.write && (leaf.dirty || access == Access::Write);
        return Ok(Translation { phys, read: true, write, cache });
    }
}

/// Translates for a debugger.
pub(crate) fn translate_debug(cpu: &Cpu, address: u64) -> Option<u64> {
    let address = if cpu.state.efer & bit::LMA != 0 { address } else { address & 0xffff_ffff };
    let (tables, nested) = walk::tables(cpu);
    let mut walk = Walk { cpu, nested: nested.as_ref(), steps: &mut Vec::new() };
    let phys = if cpu.state.cr0 & bit::PG == 0 { address } else { walk.walk(&tables, address, false).ok()?.phys };
    walk.through(phys, walk::final_access(false, false)).ok().map(|leaf| bus_address(cpu, leaf.phys))
}

/// Whether an address is the sign extension of its 48 bits, or 57 with five levels of page tables.
pub(crate) fn canonical(cpu: &Cpu, address: u64) -> bool {
    let high = (address as i64) >> (if cpu.state.cr4 & bit::LA57 != 0 { 56 } else { 47 });
    high == 0 || high == -1
}

/// INVPCID: type; descriptor (SDM volume 2A, "INVPCID"). More than asked for is dropped.
pub(crate) fn invpcid(cpu: &mut Cpu, [kind, low, high, _]: [u64; 4]) -> Result<u64, Fault> {
    crate::system::privileged(cpu)?;
    let reserved = low >> 12 != 0;
    let pcid = cpu.state.cr4 & bit::PCIDE != 0 || low & 0xfff == 0;
    let good = match kind {
        0 => !reserved && canonical(cpu, high) && pcid,
        1 => !reserved && pcid,
        2 | 3 => !reserved,
        _ => false,
    };
    if !good {
        return Err(Fault::GP0);
    }
    cpu.flush_tlb();
    Ok(0)
}
