//! `none`: a machine without anything, for probing; with `-cpu` it has a CPU, with `-m` memory.

use crate::build::Build;
use crate::error::Error;
use crate::registry::{BOARD, MachineType};
use crate::targets::Arch;

/// The machine type.
pub static NONE: MachineType = MachineType { name: "none", desc: "empty machine", default_ram: 0, build, ..BOARD };

fn build(board: &mut Build<'_>) -> Result<(), Error> {
    if board.config.boot.kernel.is_some() {
        return Err(Error::new("The -kernel parameter is not supported (use the generic 'loader' device instead)."));
    }
    if board.config.cpu.is_some() {
        // PCs give APIC IDs to their CPUs; here nobody does.
        if board.config.target.arch == Arch::X86 {
            return Err(Error::new("apic-id property was not initialized properly"));
        }
        board.add_unattached_cpu(&board.model(), 0);
    }
    if board.ram > 0 {
        board.ram("ram", 0, board.ram)?;
    }
    Ok(())
}
