//! `pc`: the PC of 1996, with Intel's 440FX and PIIX3, in QEMU's versions up to 4.2.

use devices::PortBase;
use devices::acpi_pm::PmChip;
use devices::pci::{Field, PciFunction};
use loader::acpi::Power;
use loader::x86_boot::rom::Poke;

use crate::boards::x86::{self, PC, RamMap};
use crate::boards::x86_acpi::{Fixed, Tables};
use crate::boards::x86_boot::{self, Facts};
use crate::boards::x86_chips::{self, Chips, Fitted};
use crate::build::Build;
use crate::error::Error;
use crate::registry::{ApicIdKind, AutoNode, MachineType, MemSlots};

const fn version(name: &'static str) -> MachineType {
    MachineType { name, desc: "Standard PC (i440FX + PIIX, 1996)", build, ..PC }
}

/// Up to 2.10 memory slots make no node.
const fn without_node(name: &'static str) -> MachineType {
    MachineType { auto_node: AutoNode::Never, ..version(name) }
}

/// Up to 2.0 there are no memory slots.
const fn without_slots(name: &'static str) -> MachineType {
    MachineType { mem_slots: MemSlots::Refused, ..without_node(name) }
}

/// Up to 1.3 APIC IDs are the CPU's index.
const fn old(name: &'static str, deprecated: bool) -> MachineType {
    MachineType { apic_ids: ApicIdKind::Index, deprecated, ..without_slots(name) }
}

/// The machine types, newest first.
pub static VERSIONS: &[MachineType] = &[
    MachineType { alias: Some("pc"), is_default: true, ..version("pc-i440fx-4.2") },
    version("pc-i440fx-4.1"),
    version("pc-i440fx-4.0"),
    version("pc-i440fx-3.1"),
    version("pc-i440fx-3.0"),
    without_node("pc-i440fx-2.9"),
    without_node("pc-i440fx-2.8"),
    without_node("pc-i440fx-2.7"),
    without_node("pc-i440fx-2.6"),
    without_node("pc-i440fx-2.5"),
    without_node("pc-i440fx-2.4"),
    without_node("pc-i440fx-2.3"),
    without_node("pc-i440fx-2.2"),
    version("pc-i440fx-2.12"),
    version("pc-i440fx-2.11"),
    without_node("pc-i440fx-2.10"),
    without_node("pc-i440fx-2.1"),
    without_slots("pc-i440fx-2.0"),
    without_slots("pc-i440fx-1.7"),
    without_slots("pc-i440fx-1.6"),
    without_slots("pc-i440fx-1.5"),
    without_slots("pc-i440fx-1.4"),
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

/// 82441FX: host bridge, revision 2.
const HOST: [Field; 7] = [
    (0x00, 4, 0x1237_8086, 0),
    (0x04, 4, 0, 0x0000_0102),
    (0x08, 4, 0x0600_0002, 0),
    x86_chips::SUBSYSTEM,
    (0x59, 4, 0, 0xffff_ffff),
    (0x5d, 3, 0, 0xffff_ffff),
    (0x72, 1, 0x02, 0x7f),
];
const PAM: usize = 0x59;
/// 82371SB (PIIX3), function 0: the bridge to ISA.
const ISA: [Field; 8] = [
    (0x00, 4, 0x7000_8086, 0),
    (0x04, 4, 0x0200_0007, 0x0000_0148),
    (0x08, 4, 0x0601_0000, 0),
    (0x0e, 1, 0x80, 0),
    x86_chips::SUBSYSTEM,
    (0x4c, 4, 0x0003_004d, 0xffff_00ff),
    (0x60, 4, 0x8080_8080, 0xffff_ffff),
    (0x64, 1, 0x10, 0xff),
];
/// Function 1: two IDE channels without drives.
const IDE: [Field; 7] = [
    (0x00, 4, 0x7010_8086, 0),
    (0x04, 4, 0x0280_0000, 0x0000_0005),
    (0x08, 4, 0x0101_8000, 0),
    (0x20, 4, 0x0000_0001, 0xffff_fff0),
    x86_chips::SUBSYSTEM,
    (0x40, 4, 0, 0xffff_ffff),
    (0x44, 1, 0, 0xff),
];
/// PIIX4's function 3: power management. Software finds it wired for system management interrupts already, as there is no such mode.
const PM: [Field; 10] = [
    (0x00, 4, 0x7113_8086, 0),
    (0x04, 4, 0x0280_0000, 0x0000_0001),
    (0x08, 4, 0x0680_0003, 0),
    x86_chips::SUBSYSTEM,
    (0x3c, 4, 0x0000_0109, 0x0000_00ff),
    (0x40, 4, 1, 0x0000_ffc0),
    (0x58, 4, 0x0200_0000, 0),
    (0x80, 1, 0, 0x01),
    (0x90, 4, 1, 0x0000_fff0),
    (0xd2, 1, 0, 0xff),
];
/// Where QEMU's general-purpose events are.
const EVENTS: u16 = 0xafe0;
/// Where its registers of CPUs that come and go are.
const CPUS: u16 = 0xaf00;
/// Where firmware puts power management.
const PM_BASE: u16 = 0x600;

/// The address of a register of function `devfn` of bus 0 in mechanism #1, and the value for it.
fn config(devfn: u32, at: u32, value: u32) -> [Poke; 2] {
    [Poke::Word(0xcf8, 0x8000_0000 | devfn << 8 | at), Poke::Word(0xcfc, value)]
}

fn build(board: &mut Build<'_>) -> Result<(), Error> {
    x86::add_cpus(board)?;
    x86::add_objects(board, &OBJECTS);
    let map = RamMap::new(board.ram, 0xe000_0000, 0xc000_0000);
    let start = x86_boot::choose(board)?;
    let rom = x86_boot::add_rom(board, &start)?;
    let shadow = x86_chips::add_ram(board, &map, &rom)?;
    let mut chips = Chips::new(board, &map, &Fitted::ALL)?;
    let base = PortBase::off();
    let place = base.clone();
    let functions = vec![
        PciFunction::new(0, 0, &HOST).watched(move |bytes| shadow.set(&bytes[PAM..PAM + 7])),
        PciFunction::new(1, 0, &ISA),
        PciFunction::new(1, 1, &IDE),
        PciFunction::new(1, 3, &PM).watched(move |bytes| {
            let at = u16::from_le_bytes([bytes[0x40], bytes[0x41]]) & 0xffc0;
            // PMREGMISC bit 0 (PMIOSE) opens the ports.
            place.set((bytes[0x80] & 1 != 0).then_some(at));
        }),
    ];
    chips.add_pci(board, functions);
    let pm = chips.add_pm(board, PmChip::PIIX4, &base, Some(EVENTS));
    chips.add_hotplug(board, CPUS, &pm);
    chips.add_ide(board);
    let tables = Tables::new(
        board,
        &map,
        &Fixed {
            power: Some(Power { base: PM_BASE, events: (EVENTS, 4), reset: true, cpus: Some(CPUS) }),
            hpet: true,
            pci_window: Some(map.below.max(0x8000_0000) as u32),
            pcie: None,
            keyboard: true,
            serials: 2,
        },
    );
    let pokes = [config(0x0b, 0x40, u32::from(PM_BASE) | 1), config(0x0b, 0x80, 1), config(0x0b, 0x04, 1)].concat();
    let facts = Facts { map: &map, reserved: &[], tables: Some(tables), pokes: &pokes, rom_in_ram: None };
    x86_boot::finish(board, chips, &start, &facts)
}
