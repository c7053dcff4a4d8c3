//! `microvm`: a PC for a kernel that knows where everything is: no PCI, no firmware tables, virtio-mmio.

use devices::virtio_mmio::{EmptyVirtioMmio, VIRTIO_MMIO_SIZE};
use topology::Levels;

use crate::boards::mips::LITTLE;
use crate::boards::x86::{self, PC, RamMap};
use crate::boards::x86_boot::{self, Facts};
use crate::boards::x86_chips::{self, Chips, Fitted};
use crate::build::Build;
use crate::error::Error;
use crate::registry::MachineType;

/// The machine type.
pub static VERSIONS: &[MachineType] = &[MachineType {
    name: "microvm",
    desc: "microvm (i386)",
    max_cpus: 288,
    smp_rules: topology::SmpRules::Generic,
    numa: false,
    levels: Some(Levels { die: false, ..Levels::ALL }),
    hotplug: false,
    told: &[],
    wakeup: false,
    own_properties: &[
        ("auto-kernel-cmdline", "bool", "on"),
        ("rtc", "OnOffAuto", "auto"),
        ("pic", "OnOffAuto", "auto"),
        ("pit", "OnOffAuto", "auto"),
        ("x-option-roms", "bool", "on"),
        ("isa-serial", "bool", "on"),
        ("max-ram-below-4g", "size", "0"),
        ("acpi", "OnOffAuto", "auto"),
    ],
    build,
    ..PC
}];

/// The transports: how many, where, and their first interrupt.
const VIRTIO: (u64, u64, u64) = (24, 0xfeb0_0000, 0x200);

/// A property that is on unless the user turned it off.
fn has(board: &Build<'_>, name: &str) -> bool {
    let given = board.config.machine_props.iter().rev().find(|(key, _)| key == name);
    given.is_none_or(|(_, value)| topology::opts::switch(value) != Some(false))
}

fn build(board: &mut Build<'_>) -> Result<(), Error> {
    x86::add_cpus(board)?;
    let map = RamMap::new(board.ram, 0xe000_0000, 0xc000_0000);
    let start = x86_boot::choose(board)?;
    let rom = x86_boot::add_rom(board, &start)?;
    let shadow = x86_chips::add_ram(board, &map, &rom)?;
    shadow.open();
    let fitted = Fitted {
        pic: has(board, "pic"),
        pit: has(board, "pit"),
        rtc: has(board, "rtc"),
        keyboard: false,
        serials: usize::from(has(board, "isa-serial")),
        hpet: None,
        io_apic: 0x20,
    };
    let chips = Chips::new(board, &map, &fitted)?;
    for n in 0..VIRTIO.0 {
        let at = VIRTIO.1 + n * VIRTIO.2;
        board.device("virtio-mmio", at, VIRTIO_MMIO_SIZE, LITTLE, EmptyVirtioMmio)?;
    }
    // Processors are found in the MP table, as on QEMU 4.2, which has no ACPI here.
    let facts = Facts { map: &map, reserved: &[], tables: None, pokes: &[], rom_in_ram: Some(rom) };
    x86_boot::finish(board, chips, &start, &facts)
}
