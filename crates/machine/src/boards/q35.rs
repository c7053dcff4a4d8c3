//! `q35`: the PC of 2009, with Intel's Q35 and ICH9, in QEMU's versions up to 4.2.

use crate::boards::x86::{self, PC, RamMap};
use crate::build::Build;
use crate::error::Error;
use crate::registry::MachineType;

const fn version(name: &'static str) -> MachineType {
    MachineType { name, desc: "Standard PC (Q35 + ICH9, 2009)", max_cpus: 288, build, ..PC }
}

/// Up to 2.7 there is no x2APIC.
const fn old(name: &'static str) -> MachineType {
    MachineType { max_cpus: 255, ..version(name) }
}

/// The machine types, newest first.
pub static VERSIONS: &[MachineType] = &[
    MachineType { alias: Some("q35"), ..version("pc-q35-4.2") },
    version("pc-q35-4.1"),
    version("pc-q35-4.0.1"),
    version("pc-q35-4.0"),
    version("pc-q35-3.1"),
    version("pc-q35-3.0"),
    version("pc-q35-2.9"),
    version("pc-q35-2.8"),
    old("pc-q35-2.7"),
    old("pc-q35-2.6"),
    old("pc-q35-2.5"),
    old("pc-q35-2.4"),
    version("pc-q35-2.12"),
    version("pc-q35-2.11"),
    version("pc-q35-2.10"),
];

/// Devices without a name.
const OBJECTS: [&str; 22] = [
    "fw_cfg_io",
    "ICH9-LPC",
    "isa-i8259",
    "isa-i8259",
    "hpet",
    "mc146818rtc",
    "isa-pit",
    "isa-pcspk",
    "i8042",
    "vmport",
    "vmmouse",
    "port92",
    "ich9-ahci",
    "ICH9-SMB",
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
    x86::add_ram(board, &RamMap::new(board.ram, 0xb000_0000, 0x8000_0000))
}
