//! `isapc`: a PC without PCI, as the first ones were.

use crate::boards::x86::{self, PC, RamMap};
use crate::build::Build;
use crate::error::Error;
use crate::registry::MachineType;

/// The machine type.
pub static VERSIONS: &[MachineType] = &[MachineType {
    name: "isapc",
    desc: "ISA-only PC",
    max_cpus: 1,
    default_model: &[("i386", "486"), ("x86_64", "486")],
    wakeup: false,
    build,
    ..PC
}];

fn build(board: &mut Build<'_>) -> Result<(), Error> {
    x86::add_cpus(board);
    x86::add_ram(board, &RamMap::new(board.ram, 0xe000_0000, 0xc000_0000))
}
