//! `pc`: the PC of 1996, with Intel's 440FX and PIIX3, in QEMU's versions up to 4.2.

use crate::boards::x86::{self, PC, RamMap};
use crate::build::Build;
use crate::error::Error;
use crate::registry::{ApicIdKind, MachineType};

const fn version(name: &'static str) -> MachineType {
    MachineType { name, desc: "Standard PC (i440FX + PIIX, 1996)", build, ..PC }
}

/// Up to 1.3 APIC IDs are the CPU's index.
const fn old(name: &'static str, deprecated: bool) -> MachineType {
    MachineType { apic_ids: ApicIdKind::Index, deprecated, ..version(name) }
}

/// The machine types, newest first.
pub static VERSIONS: &[MachineType] = &[
    MachineType { alias: Some("pc"), is_default: true, ..version("pc-i440fx-4.2") },
    version("pc-i440fx-4.1"),
    version("pc-i440fx-4.0"),
    version("pc-i440fx-3.1"),
    version("pc-i440fx-3.0"),
    version("pc-i440fx-2.9"),
    version("pc-i440fx-2.8"),
    version("pc-i440fx-2.7"),
    version("pc-i440fx-2.6"),
    version("pc-i440fx-2.5"),
    version("pc-i440fx-2.4"),
    version("pc-i440fx-2.3"),
    version("pc-i440fx-2.2"),
    version("pc-i440fx-2.12"),
    version("pc-i440fx-2.11"),
    version("pc-i440fx-2.10"),
    version("pc-i440fx-2.1"),
    version("pc-i440fx-2.0"),
    version("pc-i440fx-1.7"),
    version("pc-i440fx-1.6"),
    version("pc-i440fx-1.5"),
    version("pc-i440fx-1.4"),
    old("pc-1.3", false),
    old("pc-1.2", false),
    old("pc-1.1", false),
    old("pc-1.0", false),
    old("pc-0.15", true),
    old("pc-0.14", true),
    old("pc-0.13", true),
    old("pc-0.12", true),
];

/// Devices without a name, in QEMU's order.
const OBJECTS: [&str; 25] = [
    "fw_cfg_io",
    "PIIX3",
    "isa-i8259",
    "isa-i8259",
    "hpet",
    "mc146818rtc",
    "isa-pit",
    "isa-pcspk",
    "isa-fdc",
    "i8042",
    "vmport",
    "vmmouse",
    "port92",
    "i8257",
    "i8257",
    "piix3-ide",
    "PIIX4_PM",
    "smbus-eeprom",
    "smbus-eeprom",
    "smbus-eeprom",
    "smbus-eeprom",
    "smbus-eeprom",
    "smbus-eeprom",
    "smbus-eeprom",
    "smbus-eeprom",
];

fn build(board: &mut Build<'_>) -> Result<(), Error> {
    x86::add_cpus(board);
    x86::add_objects(board, &OBJECTS);
    x86::add_ram(board, &RamMap::new(board.ram, 0xe000_0000, 0xc000_0000))
}
