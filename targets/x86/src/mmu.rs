//! Linear to physical addresses.

use cpu::{Access, Mode, Translation};

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

/// The space of ordinary accesses.
pub(crate) fn space_of(mode: Mode, access: Access) -> u8 {
    if mode & 3 == 3 {
        space::USER
    } else if mode & flag::AC != 0 || access == Access::Fetch {
        space::SUPERVISOR
    } else {
        space::SMAP
    }
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

/// Translates.
pub(crate) fn translate(cpu: &mut Cpu, address: u64, _: Access, _: u8) -> Result<Translation, Fault> {
    if cpu.state.cr0 & bit::PG == 0 {
        let phys = bus_address(cpu, address & 0xffff_ffff);
        return Ok(Translation { phys, read: true, write: true, cache: true });
    }
    Err(Fault::Page { address, error: 0 })
}

/// Translates for a debugger.
pub(crate) fn translate_debug(cpu: &Cpu, address: u64) -> Option<u64> {
    (cpu.state.cr0 & bit::PG == 0).then(|| bus_address(cpu, address & 0xffff_ffff))
}
