//! `q35`: the PC of 2009, with Intel's Q35 and ICH9, in QEMU's versions up to 4.2.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use devices::PortBase;
use devices::acpi_pm::PmChip;
use devices::pci::{Field, PciFunction};
use devices::pci_ports::PciWindow;
use loader::acpi::Power;
use loader::x86_boot::rom::Poke;
use loader::x86_boot::{Range, kind};

use crate::boards::mips::LITTLE;
use crate::boards::x86::{self, PC, RamMap};
use crate::boards::x86_acpi::{Fixed, Tables};
use crate::boards::x86_boot::{self, Facts};
use crate::boards::x86_chips::{self, Chips, Fitted};
use crate::build::Build;
use crate::error::Error;
use crate::registry::{AutoNode, MachineType};

const fn version(name: &'static str) -> MachineType {
    MachineType { name, desc: "Standard PC (Q35 + ICH9, 2009)", max_cpus: 288, build, ..PC }
}

/// Up to 2.10 memory slots make no node.
const fn without_node(name: &'static str) -> MachineType {
    MachineType { auto_node: AutoNode::Never, ..version(name) }
}

/// Up to 2.7 there is no x2APIC.
const fn old(name: &'static str) -> MachineType {
    MachineType { max_cpus: 255, ..without_node(name) }
}

/// The machine types, newest first.
pub static VERSIONS: &[MachineType] = &[
    MachineType { alias: Some("q35"), ..version("pc-q35-4.2") },
    version("pc-q35-4.1"),
    version("pc-q35-4.0.1"),
    version("pc-q35-4.0"),
    version("pc-q35-3.1"),
    version("pc-q35-3.0"),
    without_node("pc-q35-2.9"),
    without_node("pc-q35-2.8"),
    old("pc-q35-2.7"),
    old("pc-q35-2.6"),
    old("pc-q35-2.5"),
    old("pc-q35-2.4"),
    version("pc-q35-2.12"),
    version("pc-q35-2.11"),
    without_node("pc-q35-2.10"),
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

/// 82Q35: memory controller hub.
const HOST: [Field; 8] = [
    (0x00, 4, 0x29c0_8086, 0),
    (0x04, 4, 0x0090_0000, 0x0000_0102),
    (0x08, 4, 0x0600_0000, 0),
    x86_chips::SUBSYSTEM,
    (0x60, 4, PCIE as u32, 0xf000_0007),
    (0x90, 4, 0, 0xffff_ffff),
    (0x94, 3, 0, 0xffff_ffff),
    (0x9d, 2, 0x0002, 0x0041),
];
const PAM: usize = 0x90;
const PCIEXBAR: usize = 0x60;
/// 82801IB (ICH9): the bridge to LPC.
const LPC: [Field; 11] = [
    (0x00, 4, 0x2918_8086, 0),
    (0x04, 4, 0x0000_0007, 0x0000_0100),
    (0x08, 4, 0x0601_0002, 0),
    (0x0e, 1, 0x80, 0),
    x86_chips::SUBSYSTEM,
    (0x40, 4, 1, 0x0000_ff80),
    (0x44, 1, 0, 0x87),
    (0x60, 4, 0x8080_8080, 0xffff_ffff),
    (0x68, 4, 0x8080_8080, 0xffff_ffff),
    (0xa0, 4, 0, 0x0000_ffff),
    (0xf0, 4, 0, 0xffff_c001),
];
/// Where firmware puts power management, and where its events are in it.
const PM_BASE: u16 = 0x600;
const EVENTS: u16 = PM_BASE + 0x20;
/// Where QEMU's registers of CPUs that come and go are.
const CPUS: u16 = 0x0cd8;
/// Where PCI Express's configuration space is, of 256 MiB. It can't be moved: it is there when the register says so.
const PCIE: u64 = 0xb000_0000;
const PCIE_SIZE: u64 = 0x1000_0000;

fn config(devfn: u32, at: u32, value: u32) -> [Poke; 2] {
    [Poke::Word(0xcf8, 0x8000_0000 | devfn << 8 | at), Poke::Word(0xcfc, value)]
}

fn build(board: &mut Build<'_>) -> Result<(), Error> {
    x86::add_cpus(board)?;
    x86::add_objects(board, &OBJECTS);
    let map = RamMap::new(board.ram, 0xb000_0000, 0x8000_0000);
    let start = x86_boot::choose(board)?;
    let rom = x86_boot::add_rom(board, &start)?;
    let shadow = x86_chips::add_ram(board, &map, &rom)?;
    let fitted = Fitted { hpet: Some(0x00ff_0104), ..Fitted::ALL };
    let mut chips = Chips::new(board, &map, &fitted)?;
    let base = PortBase::off();
    let place = base.clone();
    let open = Arc::new(AtomicBool::new(false));
    let opened = open.clone();
    let functions = vec![
        PciFunction::new(0, 0, &HOST).watched(move |bytes| {
            shadow.set(&bytes[PAM..PAM + 7]);
            let bar = u32::from_le_bytes([0, 1, 2, 3].map(|n| bytes[PCIEXBAR + n]));
            opened.store(bar & 0xf000_0001 == PCIE as u32 | 1, Ordering::Relaxed);
        }),
        PciFunction::new(31, 0, &LPC).watched(move |bytes| {
            let at = u16::from_le_bytes([bytes[0x40], bytes[0x41]]) & 0xff80;
            // ACPI_CNTL bit 7 (ACPI_EN) opens the ports.
            place.set((bytes[0x44] & 0x80 != 0).then_some(at));
        }),
    ];
    let bus = chips.add_pci(board, functions);
    board.device("pcie-mmcfg", PCIE, PCIE_SIZE, LITTLE, PciWindow::new(bus).gated(open))?;
    let pm = chips.add_pm(board, PmChip::ICH9, &base, None);
    chips.add_hotplug(board, CPUS, &pm);
    let tables = Tables::new(
        board,
        &map,
        &Fixed {
            power: Some(Power { base: PM_BASE, events: (EVENTS, 16), reset: true, cpus: Some(CPUS) }),
            hpet: true,
            pci_window: Some(0xc000_0000),
            pcie: Some(PCIE),
            keyboard: true,
            serials: 2,
        },
    );
    let lpc = 31 << 3;
    let pokes = [
        config(lpc, 0x40, u32::from(PM_BASE) | 1),
        config(lpc, 0x44, 0x80),
        config(0, PCIEXBAR as u32, PCIE as u32 | 1),
    ]
    .concat();
    let reserved = [Range { start: PCIE, len: PCIE_SIZE, kind: kind::RESERVED }];
    let facts = Facts { map: &map, reserved: &reserved, tables: Some(tables), pokes: &pokes, rom_in_ram: None };
    x86_boot::finish(board, chips, &start, &facts)
}
