//! `SS-5`, `SS-20` and the other sun4m workstations that QEMU 4.2 has: OpenBIOS, serial console, empty SCSI bus.
//!
//! Sun-4M System Architecture, revision 2.0; addresses, interrupts and versions are QEMU's. There are two families: machines
//! with microSPARC have everything below 0x8000_0000, those with SuperSPARC in the upper half of 36 bits.
//!
//! | small         | large         | what |
//! |---------------|---------------|------|
//! | 0             | 0             | RAM |
//! | 0x1000_0000   | 0xf_e000_0000 | IOMMU |
//! | 0x5000_0000   | 0xe_2000_0000 | TCX display: memory only |
//! | 0x7000_0000   | 0xf_f000_0000 | ROM, 1 MiB |
//! | 0x7100_0000   | 0xf_f100_0000 | keyboard and mouse; serial ports 1 MiB further, NVRAM 1 MiB further |
//! | 0x71d0_0000   | 0xf_f130_0000 | timers |
//! | 0x71e0_0000   | 0xf_f140_0000 | interrupt controller |
//! | 0x7840_0000   | 0xe_f040_0000 | DMA, SCSI, Ethernet |
//! | 0xd_0000_0510 | 0xd_0000_0510 | firmware configuration |

use std::sync::Arc;

use devices::escc::{ESCC_SIZE, Escc, Peer};
use devices::esp::{ESP_SIZE, Esp};
use devices::fw_cfg::{FwCfg, FwCfgLayout, key};
use devices::lance::{LANCE_SIZE, Lance};
use devices::registers::{Registers, Word};
use devices::slavio_misc::{PowerDown, SystemControl};
use devices::slavio_timer::{self, SlavioTimer};
use devices::sparc32_dma::{DMA_SIZE, Sparc32Dma};
use devices::sun4m_intctl::{self, IntCpu, Sun4mIntctl};
use devices::{NullSink, Unimp};
use loader::Elf;
use memory::{Device, Ram};

use crate::boards::sparc::{self, BIG, irq};
use crate::build::{Build, read_file};
use crate::error::Error;
use crate::firmware;
use crate::registry::{BOARD, MachineType};
use crate::targets::Arch;

/// What one model is: the numbers by which firmware knows it, and what it has where.
struct Row {
    name: &'static str,
    /// OpenBIOS's number.
    machine_id: u16,
    /// The number in the ID PROM.
    idprom: u8,
    max_ram: u64,
    iommu_version: u32,
    /// Version of the memory controller with error correction, in machines that have one.
    ecc: Option<u32>,
    /// Where the parts are.
    map: &'static Map,
    /// Parts that only some models have: name, start, size, width of the accesses. They keep what is written.
    extras: &'static [(&'static str, u64, u64, u32)],
}

/// Addresses.
struct Map {
    iommu: u64,
    tcx: u64,
    rom: u64,
    /// Keyboard and mouse, serial ports.
    serial: [u64; 2],
    nvram: u64,
    timer: u64,
    intctl: u64,
    fdc: Option<u64>,
    leds: u64,
    /// Configuration, first auxiliary register.
    config: Option<u64>,
    misc: u64,
    power: u64,
    diag: u64,
    modem: u64,
    system: u64,
    idreg: Option<u64>,
    dma: u64,
    esp: u64,
    lance: u64,
    apc: Option<u64>,
}

const SMALL: Map = Map {
    iommu: 0x1000_0000,
    tcx: 0x5000_0000,
    rom: 0x7000_0000,
    serial: [0x7100_0000, 0x7110_0000],
    nvram: 0x7120_0000,
    timer: 0x71d0_0000,
    intctl: 0x71e0_0000,
    fdc: Some(0x7140_0000),
    leds: 0x7160_0000,
    config: Some(0x7180_0000),
    misc: 0x7190_0000,
    power: 0x7191_0000,
    diag: 0x71a0_0000,
    modem: 0x71b0_0000,
    system: 0x71f0_0000,
    idreg: Some(0x7800_0000),
    dma: 0x7840_0000,
    esp: 0x7880_0000,
    lance: 0x78c0_0000,
    apc: Some(0x6a00_0000),
};
const LX_MAP: Map = Map { apc: None, ..SMALL };
const VOYAGER_MAP: Map = Map { apc: Some(0x7130_0000), ..SMALL };

const LARGE: Map = Map {
    iommu: 0xf_e000_0000,
    tcx: 0xe_2000_0000,
    rom: 0xf_f000_0000,
    serial: [0xf_f100_0000, 0xf_f110_0000],
    nvram: 0xf_f120_0000,
    timer: 0xf_f130_0000,
    intctl: 0xf_f140_0000,
    fdc: Some(0xf_f170_0000),
    leds: 0xf_f160_0000,
    config: None,
    misc: 0xf_f180_0000,
    power: 0xf_f1a0_1000,
    diag: 0xf_f1a0_0000,
    modem: 0xf_f1b0_0000,
    system: 0xf_f1f0_0000,
    idreg: Some(0xe_f000_0000),
    dma: 0xe_f040_0000,
    esp: 0xe_f080_0000,
    lance: 0xe_f0c0_0000,
    apc: Some(0xe_fa00_0000),
};
const SS600_MAP: Map =
    Map { fdc: None, idreg: None, dma: 0xe_f008_1000, esp: 0xe_f008_0000, lance: 0xe_f006_0000, ..LARGE };

/// 256 MiB, the room below the IOMMU.
const SMALL_RAM: u64 = 256 << 20;
const LARGE_RAM: u64 = 0xf_0000_0000;

const SMALL_ROW: Row = Row {
    name: "",
    machine_id: 0,
    idprom: 0x80,
    max_ram: SMALL_RAM,
    iommu_version: 0x0500_0000,
    ecc: None,
    map: &SMALL,
    extras: &[],
};
const LARGE_ROW: Row = Row {
    name: "",
    machine_id: 0,
    idprom: 0x72,
    max_ram: LARGE_RAM,
    iommu_version: 0x0300_0000,
    ecc: Some(0x1000_0000),
    map: &LARGE,
    extras: &[],
};

const SS5_EXTRAS: &[(&str, u64, u64, u32)] = &[("cs4321", 0x6c00_0000, 0x40, 4), ("sun4m.afx", 0x6e00_0000, 4, 4)];
const SS4_EXTRAS: &[(&str, u64, u64, u32)] = &[("cs4321", 0x6c00_0000, 0x40, 4)];

static ROWS: [Row; 9] = [
    Row { name: "LX", machine_id: 34, iommu_version: 0x0400_0000, map: &LX_MAP, ..SMALL_ROW },
    Row { name: "SPARCClassic", machine_id: 36, ..SMALL_ROW },
    Row { name: "SPARCbook", machine_id: 37, ..SMALL_ROW },
    Row { name: "SS-10", machine_id: 64, ..LARGE_ROW },
    Row { name: "SS-20", machine_id: 65, iommu_version: 0x1300_0000, ecc: Some(0x2000_0000), ..LARGE_ROW },
    Row { name: "SS-4", machine_id: 35, extras: SS4_EXTRAS, ..SMALL_ROW },
    Row { name: "SS-5", machine_id: 32, extras: SS5_EXTRAS, ..SMALL_ROW },
    Row {
        name: "SS-600MP",
        machine_id: 66,
        idprom: 0x71,
        iommu_version: 0x0100_0000,
        ecc: Some(0),
        map: &SS600_MAP,
        ..LARGE_ROW
    },
    Row { name: "Voyager", machine_id: 33, map: &VOYAGER_MAP, ..SMALL_ROW },
];

/// What all of these machine types say of themselves.
const SUN4M: MachineType = MachineType { arches: &[Arch::Sparc], targets: &["sparc"], serials: 2, build, ..BOARD };
const MICRO1: &[(&str, &str)] = &[("sparc", "TI-MicroSparc-I")];
const MB86904: &[(&str, &str)] = &[("sparc", "Fujitsu-MB86904")];
const SUPER2: &[(&str, &str)] = &[("sparc", "TI-SuperSparc-II")];

/// `LX`.
pub static LX: MachineType =
    MachineType { name: "LX", desc: "Sun4m platform, SPARCstation LX", default_model: MICRO1, ..SUN4M };
/// `SPARCClassic`.
pub static SPARC_CLASSIC: MachineType =
    MachineType { name: "SPARCClassic", desc: "Sun4m platform, SPARCClassic", default_model: MICRO1, ..SUN4M };
/// `SPARCbook`.
pub static SPARCBOOK: MachineType =
    MachineType { name: "SPARCbook", desc: "Sun4m platform, SPARCbook", default_model: MICRO1, ..SUN4M };
/// `SS-10`.
pub static SS_10: MachineType =
    MachineType { name: "SS-10", desc: "Sun4m platform, SPARCstation 10", default_model: SUPER2, max_cpus: 4, ..SUN4M };
/// `SS-20`.
pub static SS_20: MachineType =
    MachineType { name: "SS-20", desc: "Sun4m platform, SPARCstation 20", default_model: SUPER2, max_cpus: 4, ..SUN4M };
/// `SS-4`.
pub static SS_4: MachineType =
    MachineType { name: "SS-4", desc: "Sun4m platform, SPARCstation 4", default_model: MB86904, ..SUN4M };
/// `SS-5`.
pub static SS_5: MachineType = MachineType {
    name: "SS-5",
    desc: "Sun4m platform, SPARCstation 5",
    default_model: MB86904,
    is_default: true,
    ..SUN4M
};
/// `SS-600MP`.
pub static SS_600MP: MachineType = MachineType {
    name: "SS-600MP",
    desc: "Sun4m platform, SPARCserver 600MP",
    default_model: SUPER2,
    max_cpus: 4,
    ..SUN4M
};
/// `Voyager`.
pub static VOYAGER: MachineType =
    MachineType { name: "Voyager", desc: "Sun4m platform, SPARCstation Voyager", default_model: MB86904, ..SUN4M };

const ROM_SIZE: u64 = 1 << 20;
const FIRMWARE: &str = "openbios-sparc32";
const FW_CFG: u64 = 0xd_0000_0510;
/// Processors that have registers, there or not.
const MAX_CPUS: u64 = 16;

/// Bits of the system's interrupt registers.
mod source {
    pub(super) const KEYBOARD: u32 = 14;
    pub(super) const SERIAL: u32 = 15;
    pub(super) const ETHERNET: u32 = 16;
    pub(super) const SCSI: u32 = 18;
    pub(super) const TIMER: u32 = 19;
}

/// The display: offset, size and name of parts that are registers without an effect.
const TCX_REGISTERS: [(u64, u64, &str); 10] = [
    (0x20_0000, 0x10, "tcx.dac"),
    (0x24_0000, 0x4000, "tcx.dhc"),
    (0x28_0000, 0x8000, "tcx.alt"),
    (0x30_0000, 0x1000, "tcx.thc"),
    (0x30_1000, 0x1000, "tcx.thc24"),
    (0x70_0000, 0x1000, "tcx.tec"),
    (0x400_0000, 0x80_0000, "tcx.stip"),
    (0x600_0000, 0x80_0000, "tcx.blit"),
    (0xc00_0000, 0x80_0000, "tcx.rstip"),
    (0xe00_0000, 0x80_0000, "tcx.rblit"),
];
/// Its memory: offset, offset in the RAM, size.
const TCX_MEMORY: [(u64, u64, u64); 3] =
    [(0x80_0000, 0, 0x10_0000), (0x200_0000, 0x10_0000, 0x40_0000), (0xa00_0000, 0x50_0000, 0x40_0000)];
const TCX_FIRMWARE: (&str, u64) = ("QEMU,tcx.bin", 0x1_0000);

/// Parts of the large family that nothing models.
const LARGE_UNIMPLEMENTED: [(&str, u64, u64); 4] = [
    ("sun-DBRI.prom", 0xe_e000_1000, 0x30),
    ("sun-DBRI", 0xe_e001_0000, 0x100),
    ("sun-bpp", 0xe_f480_0000, 0x20),
    ("sun-sx", 0xf_8000_0000, 0x2000),
];

fn build(board: &mut Build<'_>) -> Result<(), Error> {
    let name = board.config.machine.name;
    let row = ROWS.iter().find(|row| row.name == name);
    let row = row.ok_or_else(|| Error::new(format!("machine '{name}' is not in the table of sun4m machines")))?;
    sparc::check_ram(board, row.max_ram)?;
    let model = format!("{},prom-address={:#x}", board.model(), row.map.rom);
    (0..i64::from(board.smp.cpus)).for_each(|n| board.add_unattached_cpu(&model, n));
    board.ram("sun4m.ram", 0, board.ram)?;
    board.rom("sun4m.prom", row.map.rom, ROM_SIZE)?;
    let intctl = add_interrupts(board, row.map)?;
    add_serial(board, row.map, &intctl)?;
    add_io(board, row.map, &intctl)?;
    add_control(board, row)?;
    add_display(board, row.map.tcx)?;
    add_memory_control(board, row)?;
    load(board, row)
}

fn add(board: &mut Build<'_>, name: &str, at: (u64, u64), device: impl Device + 'static) -> Result<(), Error> {
    board.device(name, at.0, at.1, BIG, device).map(|_| ())
}

fn add_interrupts(board: &mut Build<'_>, map: &Map) -> Result<Sun4mIntctl, Error> {
    let n = i64::from(board.smp.cpus);
    let cpus = (0..n).map(|n| {
        // The first processor runs from the start.
        IntCpu { levels: sparc::levels(board, n), any: board.line(n, irq::RUN) }
    });
    let intctl = Sun4mIntctl::new(cpus.collect());
    let timers = SlavioTimer::new((0..n).map(|n| intctl.timer_line(n as u32)).collect(), intctl.line(source::TIMER));
    for n in 0..MAX_CPUS {
        let (page, name) = (n * 0x1000, format!("slave-interrupt-controller-{n}"));
        add(board, &name, (map.intctl + page, sun4m_intctl::CPU_SIZE), intctl.cpu(n as usize))?;
        let at = (map.timer + page, slavio_timer::CPU_SIZE);
        add(board, &format!("timer-{}", n + 1), at, timers.cpu(n as usize))?;
    }
    let at = (map.intctl + 0x1_0000, sun4m_intctl::SYSTEM_SIZE);
    add(board, "master-interrupt-controller", at, intctl.clone())?;
    add(board, "timer-0", (map.timer + 0x1_0000, slavio_timer::SYSTEM_SIZE), timers)?;
    Ok(intctl)
}

/// Terminals at the serial ports; keyboard (channel A) and mouse at the other controller.
fn add_serial(board: &mut Build<'_>, map: &Map, intctl: &Sun4mIntctl) -> Result<(), Error> {
    let keyboard = Escc::new(
        intctl.line(source::KEYBOARD),
        [Box::new(NullSink), Box::new(NullSink)],
        [Peer::Keyboard, Peer::Terminal],
    );
    add(board, "escc", (map.serial[0], ESCC_SIZE), keyboard)?;
    let (first, second) = (board.console.clone(), board.config.second_console.clone());
    let serial = Escc::new(intctl.line(source::SERIAL), [Box::new(first), Box::new(second)], Default::default());
    board.second_input = Some(board.part(serial.channel_b()));
    board.console_input = Some(board.device("escc", map.serial[1], ESCC_SIZE, BIG, serial)?);
    Ok(())
}

fn add_io(board: &mut Build<'_>, map: &Map, intctl: &Sun4mIntctl) -> Result<(), Error> {
    let (scsi, ethernet) = (intctl.line(source::SCSI), intctl.line(source::ETHERNET));
    let [espdma, ledma] = [scsi, ethernet].map(Sparc32Dma::new);
    let (esp, lance) = (Esp::new(espdma.line()), Lance::new(ledma.line()));
    add(board, "esp-regs", (map.esp, ESP_SIZE), esp)?;
    add(board, "lance-mmio", (map.lance, LANCE_SIZE), lance)?;
    add(board, "espdma-mmio", (map.dma, DMA_SIZE), espdma)?;
    let shared = board.device("ledma-mmio", map.dma + 0x10, DMA_SIZE, BIG, ledma)?;
    // Its address register is there again.
    let again = board.memory.map_device_part("ledma-mmio", map.dma + 0x20, 4, BIG, &shared, 4);
    again.map_err(|e| Error::new(e.to_string()))
}

fn bytes(n: u64) -> Registers {
    let words: Vec<Word> = (0..n).map(|at| Word::kept(at, 0)).collect();
    Registers::new(1, &words)
}

fn add_control(board: &mut Build<'_>, row: &Row) -> Result<(), Error> {
    let map = row.map;
    if let Some(config) = map.config {
        add(board, "configuration", (config, 1), bytes(1))?;
    }
    add(board, "misc-system-functions", (map.misc, 1), bytes(1))?;
    add(board, "diagnostic", (map.diag, 1), bytes(1))?;
    add(board, "modem", (map.modem, 1), bytes(1))?;
    add(board, "leds", (map.leds, 2), Registers::new(2, &[Word::kept(0, 0)]))?;
    add(board, "software-powerdown-control", (map.power, 1), PowerDown::new(board.power.clone()))?;
    add(board, "system-control", (map.system, 4), SystemControl::new(board.power.clone()))?;
    if let Some(fdc) = map.fdc {
        add(board, "fdc", (fdc, 8), Unimp::new("fdc"))?;
    }
    if let Some(apc) = map.apc {
        add(board, "apc", (apc, 1), Unimp::new("apc"))?;
    }
    if let Some(idreg) = map.idreg {
        add(board, "sun4m.idreg", (idreg, 4), Registers::new(4, &[Word::fixed(0, 0xfe81_0103)]))?;
    }
    for &(name, start, size, width) in row.extras {
        let words: Vec<Word> = (0..size / u64::from(width)).map(|n| Word::kept(n * u64::from(width), 0)).collect();
        add(board, name, (start, size), Registers::new(width, &words))?;
    }
    add(board, "m48t59.nvram", (map.nvram, sparc::NVRAM_SIZE as u64), sparc::nvram(row.idprom))
}

/// Memory controllers and IOMMU; and what answers where a model has no memory.
fn add_memory_control(board: &mut Build<'_>, row: &Row) -> Result<(), Error> {
    // Control, base, AFSR, AFAR, slot configuration, arbiter, mask identifier: Sun-4M System Architecture, "IOMMU".
    let mut iommu = vec![
        Word { offset: 0, reset: row.iommu_version, writable: 0x1d },
        Word { offset: 4, reset: 0, writable: 0x07ff_fc00 },
        Word::fixed(0x1000, 0x0080_0000),
        Word::kept(0x1004, 0),
        Word { offset: 0x1008, reset: 3, writable: 0x1ff },
    ];
    iommu.extend((0..4).map(|n| Word { offset: 0x1010 + 4 * n, reset: 0, writable: 0x0001_1017 }));
    iommu.push(Word::fixed(0x3018, 0x2300_0000));
    add(board, "iommu", (row.map.iommu, 0x4000), Registers::new(4, &iommu))?;
    if let Some(version) = row.ecc {
        let table = [
            Word { offset: 0, reset: version, writable: 0x3 },
            Word::kept(4, 0x20),
            Word::kept(8, 0),
            Word::fixed(0x10, 0x07c0_0000),
        ];
        add(board, "ecc", (0xf_0000_0000, 0x24), Registers::new(4, &table))?;
    }
    if row.name == "SS-20" {
        for (name, start, size) in LARGE_UNIMPLEMENTED {
            add(board, name, (start, size), Unimp::new(name))?;
        }
        for start in [0x9000_0000, 0x9400_0000, 0x9800_0000, 0x9c00_0000] {
            if start >= board.ram {
                add(board, "empty-slot", (start, 0x2000), Unimp::new("empty-slot"))?;
            }
        }
    }
    if row.max_ram == SMALL_RAM && board.ram < SMALL_RAM {
        add(board, "empty-slot", (board.ram, SMALL_RAM - board.ram), Unimp::new("empty-slot"))?;
    }
    if ["SS-5", "LX"].contains(&row.name) {
        let start = row.map.iommu + 0x4000;
        add(board, "empty-slot", (start, 0x0fff_b000), Unimp::new("empty-slot"))?;
    }
    Ok(())
}

/// The display's memory and FCode; its registers do nothing.
fn add_display(board: &mut Build<'_>, start: u64) -> Result<(), Error> {
    board.rom("tcx.prom", start, TCX_FIRMWARE.1)?;
    let file = firmware::named(TCX_FIRMWARE.0, &board.config.boot.firmware_dirs);
    if std::path::Path::new(&file).is_file() {
        sparc::load_firmware(board, &file, start, TCX_FIRMWARE.1)?;
    }
    for (offset, size, name) in TCX_REGISTERS {
        add(board, name, (start + offset, size), Unimp::new(name))?;
    }
    let size = TCX_MEMORY.iter().map(|(_, _, size)| size).sum();
    let ram = Ram::new(size).map_err(|e| Error::new(format!("cannot set up display memory: {e}")))?;
    let ram = Arc::new(ram);
    for (offset, from, size) in TCX_MEMORY {
        let mapped = board.memory.map_ram_part("tcx.vram", start + offset, &ram, from, size, true);
        mapped.map_err(|e| Error::new(e.to_string()))?;
    }
    Ok(())
}

/// Where OpenBIOS expects what was loaded for it.
mod at {
    pub(super) const KERNEL: u32 = 0x4000;
    pub(super) const COMMAND_LINE: u32 = 0x7f_f000;
    pub(super) const INITRD: u32 = 0x80_0000;
    /// Kernels are linked to the upper end of virtual memory.
    pub(super) const LINKED: u64 = 0xf000_0000;
}

fn load(board: &mut Build<'_>, row: &Row) -> Result<(), Error> {
    let boot = board.config.boot.clone();
    match boot.bios.as_deref().unwrap_or(FIRMWARE) {
        "none" => {}
        name => {
            let name = if name == "default" { FIRMWARE } else { name };
            let file = firmware::named(name, &boot.firmware_dirs);
            if !std::path::Path::new(&file).is_file() {
                if boot.bios.is_some() {
                    return Err(Error::new(format!("could not load prom '{name}'")));
                }
                let hint = "install the package openbios-sparc, or name a file with -bios FILE";
                board.warnings.push(format!("no firmware '{name}' found; {hint}"));
            } else {
                sparc::load_firmware(board, &file, row.map.rom, ROM_SIZE)?;
            }
        }
    }
    let mut items = sparc::fw_cfg_items(board, row.machine_id);
    for (n, value) in [8u16, 1024, 768].into_iter().enumerate() {
        items.u16(key::ARCH_LOCAL + n as u16, value);
    }
    items.u32(key::KERNEL_ADDR, at::KERNEL).u16(key::BOOT_DEVICE, u16::from(b'c'));
    let fault = |e: loader::Error| Error::new(e.to_string());
    if let Some(name) = &boot.kernel {
        let bytes = read_file(name)?;
        if Elf::is_elf(&bytes) {
            sparc::load_elf(board, name, &bytes, at::LINKED)?;
        } else {
            loader::load_raw(name, &bytes, u64::from(at::KERNEL), &mut board.store()).map_err(fault)?;
        }
        items.u32(key::KERNEL_SIZE, bytes.len() as u32);
    }
    if let Some(name) = &boot.initrd {
        let bytes = read_file(name)?;
        loader::load_initrd(name, &bytes, u64::from(at::INITRD), &mut board.store()).map_err(fault)?;
        items.u32(key::INITRD_ADDR, at::INITRD).u32(key::INITRD_SIZE, bytes.len() as u32);
    }
    if let Some(text) = &boot.append {
        use loader::LoadTarget;
        let line = [text.as_bytes(), b"\0"].concat();
        let put = board.store().write(u64::from(at::COMMAND_LINE), &line);
        put.map_err(|e| Error::new(format!("command line: {e}")))?;
        items.u32(key::KERNEL_CMDLINE, at::COMMAND_LINE).u32(key::CMDLINE_SIZE, line.len() as u32);
        items.text(key::CMDLINE_DATA, text);
    }
    add(board, "fwcfg", (FW_CFG, 3), FwCfg::new(items, FwCfgLayout::Memory))
}
