//! `sun4u`, `sun4v` and `niagara`: 64-bit SPARC machines.
//!
//! UltraSPARC-IIi User's Manual, chapters "Address Map" and "PCI Bus Module"; addresses and sizes are QEMU 4.2's.
//!
//! | from            | what |
//! |-----------------|------|
//! | 0               | RAM |
//! | 0x1fe_0000_0000 | host bridge: its registers |
//! | 0x1fe_0100_0000 | PCI configuration space |
//! | 0x1fe_0200_03f8 | 16550 serial port |
//! | 0x1fe_0200_0510 | firmware configuration |
//! | 0x1fe_0200_2000 | NVRAM |
//! | 0x1fe_0200_7240 | power switch |
//! | 0x1ff_f000_0000 | ROM, 4 MiB |

use devices::fw_cfg::{FwCfg, FwCfgLayout, key};
use devices::sabre::{SABRE_CONFIG_SIZE, SabreConfig};
use devices::sabre_host::{SABRE_HOST_SIZE, SERIAL_INO, SabreHost};
use devices::slavio_misc::EbusPower;
use devices::{Ns16550a, Ns16550aConfig};
use loader::Elf;
use memory::{Device, DeviceEndian};

use crate::boards::sparc::{self, BIG};
use crate::build::{Build, read_file};
use crate::error::Error;
use crate::firmware;
use crate::registry::{BOARD, MachineType};
use crate::targets::Arch;

/// What all of these machine types say of themselves.
const SPARC64: MachineType = MachineType { arches: &[Arch::Sparc], targets: &["sparc64"], serials: 1, build, ..BOARD };

/// `sun4u`.
pub static SUN4U: MachineType = MachineType {
    name: "sun4u",
    desc: "Sun4u platform",
    default_model: &[("sparc64", "TI-UltraSparc-IIi")],
    is_default: true,
    ..SPARC64
};
/// `sun4v`.
pub static SUN4V: MachineType = MachineType {
    name: "sun4v",
    desc: "Sun4v platform",
    default_model: &[("sparc64", "Sun-UltraSparc-T1")],
    ..SPARC64
};
/// `niagara`.
pub static NIAGARA: MachineType = MachineType {
    name: "niagara",
    desc: "Sun4v platform, Niagara",
    default_model: &[("sparc64", "Sun-UltraSparc-T1")],
    ..SPARC64
};

const LITTLE: DeviceEndian = DeviceEndian::Fixed(bits::Endian::Little);
const PROM: (u64, u64) = (0x1ff_f000_0000, 4 << 20);
const SABRE: (u64, u64) = (0x1fe_0000_0000, SABRE_HOST_SIZE);
const CONFIG_SPACE: u64 = 0x1fe_0100_0000;
const PCI_IO: u64 = 0x1fe_0200_0000;
const SERIAL: u64 = PCI_IO + 0x3f8;
const FW_CFG: u64 = PCI_IO + 0x510;
const POWER: u64 = PCI_IO + 0x7240;
const NVRAM: u64 = PCI_IO + 0x2000;
/// The machine's number in the ID PROM.
const IDPROM: u8 = 0x80;
const FIRMWARE: &str = "openbios-sparc64";
/// Where the CPU begins within the ROM: after "Power-on reset", and later, where QEMU's machines begin.
const POWER_ON: u64 = 0x20;
const RESET: u64 = 0x40;

/// Children of `/machine/unattached` behind the CPU, in the order in which QEMU makes them.
const OBJECTS: [&str; 13] = [
    "sun4u-iommu",
    "memory",
    "openprom",
    "sabre",
    "sabre-pci",
    "pbm-bridge",
    "pbm-bridge",
    "ebus",
    "i8042",
    "isa-fdc",
    "power",
    "cmd646-ide",
    "sysbus-m48t59",
];

fn build(board: &mut Build<'_>) -> Result<(), Error> {
    // QEMU's machines leave the size of RAM in %g2; the manual leaves it open.
    let model = format!("{},reset-vector={:#x},reset-g2={:#x}", board.model(), PROM.0 + POWER_ON, board.ram);
    board.add_unattached_cpu(&model, 0);
    board.restart.push((0, PROM.0 + RESET));
    for kind in OBJECTS {
        board.objects.add_anonymous(kind);
    }
    let unattached = board.objects.container("/machine/unattached");
    for (name, kind) in [("system[0]", "qemu:memory-region"), ("io[0]", "qemu:memory-region"), ("sysbus", "System")] {
        board.objects.add(unattached, name, kind);
    }
    board.ram("sun4u.ram", 0, board.ram)?;
    board.rom("sun4u.prom", PROM.0, PROM.1)?;
    let sabre = SabreHost::new((0..64).map(|ino| board.line(0, ino)).collect(), board.power.clone());
    board.acknowledge = Some(sabre.acknowledge());
    add(board, "sabre-config", SABRE, BIG, sabre.clone())?;
    add(board, "sabre-pci-config", (CONFIG_SPACE, SABRE_CONFIG_SIZE), LITTLE, SabreConfig::new())?;
    let config = Ns16550aConfig { shift: 0, clock_hz: 1_843_200 };
    let uart = Ns16550a::new(config, sabre.line(SERIAL_INO), Box::new(board.console.clone()));
    board.console_input = Some(board.device("serial", SERIAL, 8, LITTLE, uart)?);
    add(board, "m48t59.nvram", (NVRAM, sparc::NVRAM_SIZE as u64), BIG, sparc::nvram(IDPROM))?;
    add(board, "power", (POWER, 4), BIG, EbusPower::new(board.power.clone()))?;
    load(board)
}

fn add(
    board: &mut Build<'_>,
    name: &str,
    at: (u64, u64),
    endian: DeviceEndian,
    device: impl Device + 'static,
) -> Result<(), Error> {
    board.device(name, at.0, at.1, endian, device).map(|_| ())
}

fn load(board: &mut Build<'_>) -> Result<(), Error> {
    let boot = board.config.boot.clone();
    match boot.bios.as_deref().unwrap_or(FIRMWARE) {
        "none" => {}
        name => {
            let name = if name == "default" { FIRMWARE } else { name };
            let file = firmware::named(name, &boot.firmware_dirs);
            if std::path::Path::new(&file).is_file() {
                sparc::load_firmware(board, &file, PROM.0, PROM.1)?;
            } else if boot.bios.is_some() {
                return Err(Error::new(format!("could not load prom '{name}'")));
            }
        }
    }
    // QEMU's machine numbers.
    let id = if board.config.machine.name == "sun4u" { 0 } else { 64 };
    let mut items = sparc::fw_cfg_items(board, id);
    items.u16(key::BOOT_DEVICE, u16::from(b'c'));
    let line = boot.append.as_deref().unwrap_or("");
    items.u32(key::CMDLINE_SIZE, line.len() as u32 + 1).text(key::CMDLINE_DATA, line);
    for (n, value) in [1024u16, 768, 32].into_iter().enumerate() {
        items.u16(key::ARCH_LOCAL + n as u16, value);
    }
    if let Some(name) = &boot.kernel {
        let bytes = read_file(name)?;
        if !Elf::is_elf(&bytes) {
            return Err(Error::new(format!("could not load kernel '{name}': it is no ELF file")));
        }
        sparc::load_elf(board, name, &bytes, 0)?;
    }
    add(board, "fwcfg", (FW_CFG, 2), LITTLE, FwCfg::new(items, FwCfgLayout::Io))
}
