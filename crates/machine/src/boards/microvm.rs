//! `microvm`: a PC for a kernel that knows where everything is: no PCI, no firmware tables, virtio-mmio.

use topology::Levels;

use crate::boards::x86::{self, PC, RamMap};
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

fn build(board: &mut Build<'_>) -> Result<(), Error> {
    x86::add_cpus(board);
    x86::add_ram(board, &RamMap::new(board.ram, 0xe000_0000, 0xc000_0000))
}
