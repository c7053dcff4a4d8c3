//! `isapc`: a PC without PCI, as the first ones were.

use crate::boards::x86::{self, PC, RamMap};
use crate::boards::x86_boot::{self, Facts};
use crate::boards::x86_chips::{self, Chips, Fitted};
use crate::build::Build;
use crate::error::Error;
use crate::registry::{MachineType, MemSlots};

/// The machine type.
pub static VERSIONS: &[MachineType] = &[MachineType {
    name: "isapc",
    desc: "ISA-only PC",
    max_cpus: 1,
    default_model: &[("i386", "486"), ("x86_64", "486")],
    mem_slots: MemSlots::Refused,
    told: &[],
    wakeup: false,
    build,
    ..PC
}];

fn build(board: &mut Build<'_>) -> Result<(), Error> {
    x86::add_cpus(board)?;
    let map = RamMap::new(board.ram, 0xe000_0000, 0xc000_0000);
    let start = x86_boot::choose(board)?;
    let rom = x86_boot::add_rom(board, &start)?;
    let shadow = x86_chips::add_ram(board, &map, &rom)?;
    // Without a bridge that could write-protect it, firmware finds RAM below 1 MiB that it has been copied to.
    shadow.open();
    let chips = Chips::new(board, &map, &Fitted { hpet: None, ..Fitted::ALL })?;
    let facts = Facts { map: &map, reserved: &[], tables: None, pokes: &[], rom_in_ram: Some(rom) };
    x86_boot::finish(board, chips, &start, &facts)
}
