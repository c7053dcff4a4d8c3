//! `g3beige` and `mac99`: Power Macintoshes, of Apple's first and second generation with PCI.
//!
//! MPC106 PCI Bridge/Memory Controller User's Manual (Grackle), Address Map B; Apple, "Power Macintosh Core99" developer notes for UniNorth and KeyLargo. Firmware is
//! OpenBIOS, in ROM; it learns of the machine by fw_cfg. PCI has host bridge and I/O controller, and no card.
//!
//! | g3beige     | mac99       | what |
//! |-------------|-------------|------|
//! | 0x0000_0000 | 0x0000_0000 | RAM |
//! | 0x8000_0000 | 0x8000_0000 | PCI memory, where firmware puts the I/O controller |
//! | 0xfec0_0000 | 0xf280_0000 | PCI configuration: address, and data 0x20_0000 or 0x40_0000 behind it; of a 970's U3 at 0xf080_0000 |
//! |             | 0xf800_0000 | UniNorth |
//! | 0xf000_0510 | 0xf000_0510 | fw_cfg |
//! | 0xffc0_0000 | 0xfff0_0000 | ROM |

use std::time::SystemTime;

use ::ppc::board::Entry;
use ::ppc::model::Family;
use devices::cuda::{CUDA_SIZE, Cuda};
use devices::escc::{Escc, Peer};
use devices::fw_cfg::{FwCfg, FwCfgItems, FwCfgLayout, key};
use devices::macio::{Base, HeathrowPic, KeyLargoTimer, MACIO_SIZE, Nvram, Part, PciWindow};
use devices::mpic::{MPIC_SIZE, Mpic, MpicCpu, MpicVersion};
use devices::pci::{PciBus, PciFunction};
use devices::pci_index::{Addressing, PciIndex};
use devices::registers::{Registers, Word};
use devices::unimp::Unimp;
use memory::{Device, Line};

use crate::boards::ppc::{self, BIG, LITTLE, MIB};
use crate::boards::sparc::{fw_cfg_items, load_firmware, partition};
use crate::build::{Build, read_file};
use crate::error::Error;
use crate::firmware;
use crate::registry::{BOARD, MachineType};
use crate::targets::Arch;

/// `g3beige`.
pub static G3BEIGE: MachineType = MachineType {
    name: "g3beige",
    desc: "Heathrow based PowerMAC",
    arches: &[Arch::Ppc],
    targets: &["ppc"],
    is_default: true,
    default_model: &[("ppc", "750_v3.1")],
    serials: 2,
    build,
    ..BOARD
};
/// `mac99`.
pub static MAC99: MachineType = MachineType {
    name: "mac99",
    desc: "Mac99 based PowerMAC",
    is_default: false,
    targets: &["ppc", "ppc64"],
    default_model: &[("ppc", "7400_v2.9"), ("ppc64", "970fx_v3.1")],
    ..G3BEIGE
};

/// What the two differ in.
struct Row {
    name: &'static str,
    machine_id: u16,
    timebase_hz: u32,
    bus_hz: u32,
    clock_hz: u32,
    rom: (u64, u64),
    config: (u64, u64),
    addressing: Addressing,
    /// Vendor and device of the host bridge with its place, of the I/O controller with its place.
    bridge: (u8, u32),
    macio: (u8, u32),
    window: u64,
}

impl Row {
    /// The second generation: KeyLargo, variables in flash memory.
    fn new_world(&self) -> bool {
        self.machine_id != 2
    }

    /// With a U3, for a 970, and its one bus.
    fn has_u3(&self) -> bool {
        self.machine_id == 3
    }
}

static ROWS: [Row; 3] = [
    Row {
        name: "g3beige",
        machine_id: 2,
        timebase_hz: 16_600_000,
        bus_hz: 66_000_000,
        clock_hz: 266_000_000,
        rom: (0xffc0_0000, 0x40_0000),
        config: (0xfec0_0000, 0xfee0_0000),
        addressing: Addressing::Mechanism1,
        bridge: (0, 0x0002_1057),
        macio: (16, 0x0010_106b),
        window: 0x7000_0000,
    },
    Row {
        name: "mac99",
        machine_id: 1,
        timebase_hz: 25_000_000,
        bus_hz: 100_000_000,
        clock_hz: 900_000_000,
        rom: (0xfff0_0000, 0x10_0000),
        config: (0xf280_0000, 0xf2c0_0000),
        addressing: Addressing::UniNorth,
        bridge: (11, 0x001f_106b),
        macio: (12, 0x0022_106b),
        window: 0x1000_0000,
    },
    Row {
        name: "mac99",
        machine_id: 3,
        timebase_hz: 25_000_000,
        bus_hz: 100_000_000,
        clock_hz: 900_000_000,
        rom: (0xfff0_0000, 0x10_0000),
        config: (0xf080_0000, 0xf0c0_0000),
        addressing: Addressing::UniNorth,
        bridge: (11, 0x004b_106b),
        macio: (12, 0x0022_106b),
        window: 0x1000_0000,
    },
];

const PCI_MEMORY: u64 = 0x8000_0000;
const PCI_IO: [u64; 2] = [0xfe00_0000, 0xf200_0000];
const FW_CFG: u64 = 0xf000_0510;
const FIRMWARE: &str = "openbios-ppc";
/// Where programs are put for the firmware, and how far behind them things follow.
const KERNEL: u64 = 0x100_0000;
const GAP: u64 = 0x10_0000;
const NVRAM_SIZE: usize = 0x2000;
/// RAM on top of mac99's ROM that holds the firmware's variables, every other byte.
const NVRAM: (u64, u64) = (0xfff0_4000, 0x4000);
/// fw_cfg items of PowerPC: frequencies, where NVRAM is, which controller has the keyboard.
mod own {
    use devices::fw_cfg::key::ARCH_LOCAL;

    pub(super) const WIDTH: u16 = ARCH_LOCAL;
    pub(super) const TBFREQ: u16 = ARCH_LOCAL + 3;
    pub(super) const CLOCKFREQ: u16 = ARCH_LOCAL + 4;
    pub(super) const IS_KVM: u16 = ARCH_LOCAL + 5;
    pub(super) const NVRAM_ADDR: u16 = ARCH_LOCAL + 8;
    pub(super) const BUSFREQ: u16 = ARCH_LOCAL + 9;
    pub(super) const VIACONFIG: u16 = ARCH_LOCAL + 11;
}

fn build(board: &mut Build<'_>) -> Result<(), Error> {
    let name = board.config.machine.name;
    let model = ::ppc::model::Model::parse(board.config.target.bits, &board.model());
    let u3 = name == "mac99" && model.is_ok_and(|model| model.family() == Family::P970);
    let row = ROWS.iter().find(|row| row.name == name && row.has_u3() == u3);
    let row = row.ok_or_else(|| Error::new(format!("machine '{name}' is not in the table of Power Macintoshes")))?;
    if board.ram > 2047 * MIB {
        let text = format!("Too much memory for this machine: {} MB, maximum 2047 MB", board.ram / MIB);
        return Err(Error::new(text));
    }
    ppc::add_cpus(board);
    board.ram(if row.new_world() { "ppc_core99.ram" } else { "ppc_heathrow.ram" }, 0, board.ram)?;
    add_rom(board, row)?;
    add_pci(board, row)?;
    load(board, row)?;
    ppc::fill(board, 1 << 32)?;
    let entry = Entry { pc: 0xfff0_0100, registers: Vec::new(), maps: Vec::new(), msr: 0x40 };
    ppc::share(board, row.timebase_hz, vec![Some(entry)]);
    Ok(())
}

/// Firmware's variables: an empty partition for them, the rest free.
fn nvram() -> Vec<u8> {
    let mut bytes = vec![0; NVRAM_SIZE];
    partition(&mut bytes[..0x1000], 0x70, "common");
    partition(&mut bytes[0x1000..], 0x7f, "wwwwwwwwwwww");
    bytes
}

fn add_rom(board: &mut Build<'_>, row: &Row) -> Result<(), Error> {
    let (rom, size) = row.rom;
    if !row.new_world() {
        board.rom("ppc_heathrow.bios", rom, size)?;
        return Ok(());
    }
    board.rom("ppc_core99.bios", rom, NVRAM.0 - rom)?;
    board.ram("macio-nvram", NVRAM.0, NVRAM.1)?;
    let behind = NVRAM.0 + NVRAM.1;
    board.rom("ppc_core99.bios", behind, rom + size - behind)?;
    Ok(())
}

/// The contents of what lies on top of mac99's ROM, whatever a ROM's file has there.
fn fill_nvram(board: &mut Build<'_>) -> Result<(), Error> {
    use loader::LoadTarget;
    let spread: Vec<u8> = nvram().into_iter().flat_map(|byte| [byte, 0]).collect();
    board.store().write(NVRAM.0, &spread).map_err(|e| Error::new(format!("NVRAM: {e}")))
}

/// The interrupt controller: a part of the I/O controller, and the wires of channel A and of CUDA.
fn add_pic(board: &mut Build<'_>, row: &Row) -> (Part, Line, Line) {
    let external = ppc::external(board, 0);
    if row.new_world() {
        let cpu = MpicCpu { external, critical: Line::unconnected() };
        let pic = Mpic::new(MpicVersion { brr1: 0, last_source: 63 }, vec![cpu], 240);
        let lines = (pic.line(0x25), pic.line(0x19));
        return (Part { start: 0x4_0000, size: MPIC_SIZE, device: board.part(pic), shift: 0 }, lines.0, lines.1);
    }
    let pic = HeathrowPic::new(external);
    let lines = (pic.line(0x0f), pic.line(0x12));
    (Part { start: 0, size: 0x1000, device: board.part(pic), shift: 0 }, lines.0, lines.1)
}

fn macio_parts(board: &mut Build<'_>, row: &Row) -> Vec<Part> {
    let (pic, serial, cuda) = add_pic(board, row);
    let (first, second) = (board.console.clone(), board.config.second_console.clone());
    let escc = Escc::new(serial, [Box::new(first), Box::new(second)], [Peer::Terminal, Peer::Terminal]);
    board.second_input = Some(board.part(escc.channel_b()));
    let escc = board.part(escc);
    board.console_input = Some(escc.clone());
    let epoch = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let cuda = board.part(Cuda::new(cuda, board.power.clone(), epoch));
    let none = |board: &mut Build<'_>, name| board.part(Unimp::new(name));
    let (dma, ide) = (none(board, "dbdma"), none(board, "pmac-ide"));
    let mut parts = vec![
        pic,
        Part { start: 0x8000, size: 0x1000, device: dma, shift: 0 },
        // Channel B, then channel A: control, data. Registers are 0x10 bytes apart, or close together.
        Part { start: 0x1_2000, size: 8, device: escc.clone(), shift: 0 },
        Part { start: 0x1_3000, size: 0x40, device: escc, shift: 3 },
        Part { start: 0x1_6000, size: CUDA_SIZE, device: cuda, shift: 0 },
        Part { start: 0x2_0000, size: 0x2000, device: ide, shift: 0 },
    ];
    if row.new_world() {
        let timer = board.part(KeyLargoTimer);
        parts.push(Part { start: 0x1_5000, size: 0x1000, device: timer, shift: 0 });
    } else {
        let nvram = board.part(Nvram::new(nvram()));
        parts.push(Part { start: 0x6_0000, size: 0x2_0000, device: nvram, shift: 4 });
    }
    parts
}

fn host_bridge((device, id): (u8, u32)) -> PciFunction {
    PciFunction::new(device, 0, &[(0, 4, id, 0), (4, 2, 6, 0), (8, 4, 0x0600_0000, 0), (0x2c, 4, 0x1100_1af4, 0)])
}

fn add_config(board: &mut Build<'_>, (at, data): (u64, u64), index: PciIndex) -> Result<(), Error> {
    let index = board.part(index);
    for (name, at, offset) in [("pci-conf-idx", at, 0), ("pci-conf-data", data, 4)] {
        let size = if offset == 0 { 4 } else { 0x1000 };
        let mapped = board.memory.map_device_part(name, at, size, LITTLE, &index, offset);
        mapped.map_err(|e| Error::new(e.to_string()))?;
    }
    Ok(())
}

fn add(board: &mut Build<'_>, name: &str, at: (u64, u64), device: impl Device + 'static) -> Result<(), Error> {
    board.device(name, at.0, at.1, LITTLE, device).map(|_| ())
}

fn add_pci(board: &mut Build<'_>, row: &Row) -> Result<(), Error> {
    let parts = macio_parts(board, row);
    let (device, id) = row.macio;
    let (function, base): (PciFunction, Base) = devices::macio::function(device, id, 0xff00_0000, MACIO_SIZE);
    let bus = PciBus::new(vec![host_bridge(row.bridge), function]);
    add_config(board, row.config, PciIndex::new(bus, row.addressing))?;
    let new_world = row.new_world();
    add(board, "pci-isa-mmio", (PCI_IO[usize::from(new_world)], 0x20_0000), Unimp::new("pci-isa-mmio"))?;
    add(board, "pci-hole", (PCI_MEMORY, row.window), PciWindow::new(PCI_MEMORY, base, parts))?;
    let names = match row.machine_id {
        2 => ["grackle-pcihost", "macio-oldworld"],
        3 => ["u3-agp", "macio-newworld"],
        _ => ["uni-north-pci", "macio-newworld"],
    };
    names.into_iter().for_each(|name| _ = board.objects.add_anonymous(name));
    if row.has_u3() {
        board.device("unin", 0xf800_0000, 0x1000, BIG, Registers::new(4, &[Word::fixed(0, 7)]))?;
    } else if new_world {
        let one = |place, id, addressing| PciIndex::new(PciBus::new(vec![host_bridge((place, id))]), addressing);
        add_config(board, (0xf080_0000, 0xf0c0_0000), one(11, 0x0020_106b, Addressing::Mechanism1))?;
        add_config(board, (0xf480_0000, 0xf4c0_0000), one(14, 0x001e_106b, Addressing::UniNorth))?;
        // UniNorth's version.
        board.device("unin", 0xf800_0000, 0x1000, BIG, Registers::new(4, &[Word::fixed(0, 7)]))?;
    }
    Ok(())
}

/// Loads ROM, kernel and RAM disk, and tells the firmware of all.
fn load(board: &mut Build<'_>, row: &Row) -> Result<(), Error> {
    let files = board.config.boot.clone();
    load_rom(board, row.rom)?;
    if row.new_world() {
        fill_nvram(board)?;
    }
    let mut items = fw_cfg_items(board, row.machine_id);
    for (n, value) in [1024u16, 768, 32].into_iter().enumerate() {
        items.u16(own::WIDTH + n as u16, value);
    }
    items.u32(own::TBFREQ, row.timebase_hz).u32(own::CLOCKFREQ, row.clock_hz).u32(own::BUSFREQ, row.bus_hz);
    items.u32(own::IS_KVM, 0).u16(key::BOOT_DEVICE, u16::from(b'c'));
    if row.new_world() {
        items.u32(own::NVRAM_ADDR, NVRAM.0 as u32).u16(own::VIACONFIG, 0);
    }
    let mut next = KERNEL;
    if let Some(name) = &files.kernel {
        let bytes = read_file(name)?;
        if loader::Elf::is_elf(&bytes) {
            let elf = loader::Elf::parse(name, &bytes).map_err(ppc::fault)?;
            let low = elf.segments().map_err(ppc::fault)?.iter().map(|s| s.paddr).min().unwrap_or(0);
            let down = (low & !0x0fff_ffff).wrapping_sub(KERNEL);
            crate::boards::sparc::load_elf(board, name, &bytes, down)?;
        } else {
            loader::load_raw(name, &bytes, KERNEL, &mut board.store()).map_err(ppc::fault)?;
        }
        items.u32(key::KERNEL_ADDR, KERNEL as u32).u32(key::KERNEL_SIZE, bytes.len() as u32);
        next = (KERNEL + bytes.len() as u64 + GAP) & !0xfff;
    }
    next = load_initrd(board, &mut items, next)?;
    if let Some(text) = &files.append {
        use loader::LoadTarget;
        let line = [text.as_bytes(), b"\0"].concat();
        board.store().write(next, &line).map_err(|e| Error::new(format!("command line: {e}")))?;
        items.u32(key::KERNEL_CMDLINE, next as u32).u32(key::CMDLINE_SIZE, line.len() as u32);
        items.text(key::CMDLINE_DATA, text);
    }
    board.device("fwcfg", FW_CFG, 3, BIG, FwCfg::new(items, FwCfgLayout::Memory))?;
    board.objects.add_anonymous("fw_cfg_mem");
    Ok(())
}

fn load_initrd(board: &mut Build<'_>, items: &mut FwCfgItems, at: u64) -> Result<u64, Error> {
    let Some(name) = board.config.boot.initrd.clone() else { return Ok(at) };
    let bytes = read_file(&name)?;
    let end = loader::load_initrd(&name, &bytes, at, &mut board.store()).map_err(ppc::fault)?;
    items.u32(key::INITRD_ADDR, at as u32).u32(key::INITRD_SIZE, bytes.len() as u32);
    Ok((end + 0xfff) & !0xfff)
}

/// OpenBIOS, or what `-bios` names. An ELF file says where it goes; anything else is put at the ROM's end.
pub(crate) fn load_rom(board: &mut Build<'_>, (rom, size): (u64, u64)) -> Result<(), Error> {
    let boot = board.config.boot.clone();
    let name = match boot.bios.as_deref() {
        Some("none") => return Ok(()),
        None | Some("default") => FIRMWARE,
        Some(name) => name,
    };
    let file = firmware::named(name, &boot.firmware_dirs);
    if !std::path::Path::new(&file).is_file() {
        if boot.bios.is_some() {
            return Err(Error::new(format!("could not load PowerPC bios '{name}'")));
        }
        board.warnings.push(format!("no firmware '{name}' found; name a file with -bios FILE"));
        return Ok(());
    }
    let bytes = read_file(&file)?;
    if loader::Elf::is_elf(&bytes) {
        // The firmware has 32 bits on the 64-bit target, too.
        return ppc::load_program(board, &file, rom).map(drop);
    }
    let at = (rom + size).saturating_sub((bytes.len() as u64).next_multiple_of(4096)).max(rom);
    load_firmware(board, &file, at, rom + size - at)
}
