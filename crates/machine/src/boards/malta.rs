//! `malta`: MIPS Technologies' evaluation board with a CoreLV card, the one that most MIPS kernels know.
//!
//! MIPS Malta User's Manual (MD00048), "Memory Map"; what the GT-64120 decodes is in its own file. The interrupt controllers drive hardware
//! interrupt 0, the UART on the CBUS hardware interrupt 2; several CPUs of a model with a coherence manager (P5600, I6400) have a GIC
//! instead. PCI has the bridge and, at device 10, the PIIX4; its slots are empty.
//!
//! | from        | what |
//! |-------------|------|
//! | 0x0000_0000 | the first 256 MiB of RAM |
//! | 0x1000_0000 | what the GT-64120 decodes: ISA, PCI memory, its registers |
//! | 0x1e00_0000 | flash, 4 MiB |
//! | 0x1f00_0000 | CBUS FPGA, with a 16550 at 0x900 |
//! | 0x1fc0_0000 | the flash's contents, or the boot ROM |
//! | 0x2000_0000 | RAM from 512 MiB on |
//! | 0x8000_0000 | all RAM |
//!
//! A kernel is started by a ROM of ours, which sets up the bridge as YAMON does and gives the kernel YAMON's arguments.

use devices::cfi_flash::{CfiFlash, FlashGeometry};
use devices::gt64120::{self, Gt64120};
use devices::malta_fpga::{MALTA_FPGA_SIZE, MaltaFpga};
use devices::pci::PciBus;
use devices::piix4::{self, PM_PORTS, Piix4Pm};
use devices::{MipsGic, Ns16550a, Ns16550aConfig, PortBase, Ports};
use loader::mips_boot::{ARGUMENTS, Arguments, ROM, Rom};
use loader::{ByteOrder, LoadTarget};
use memory::{DeviceEndian, Line};

use crate::boards::{mips, mips_smp};
use crate::build::Build;
use crate::error::Error;
use crate::registry::{BOARD, MachineType};
use crate::targets::Arch;

/// The machine type.
pub static MALTA: MachineType = MachineType {
    name: "malta",
    desc: "MIPS Malta Core LV",
    arches: &[Arch::Mips],
    is_default: true,
    max_cpus: 16,
    default_model: &[("mips", "24Kf"), ("mipsel", "24Kf"), ("mips64", "20Kc"), ("mips64el", "20Kc")],
    wakeup: true,
    serials: 3,
    build,
    ..BOARD
};

const MIB: u64 = 1 << 20;
/// RAM at 0.
const LOW: u64 = 256 * MIB;
/// RAM at 0x2000_0000 goes on where the low 512 MiB end.
const MIDDLE: u64 = 512 * MIB;
const HIGH: u64 = 0x8000_0000;
const BRIDGE: (u64, u64) = (0x1000_0000, 0xe00_0000);
const FLASH: (u64, u64) = (0x1e00_0000, 0x40_0000);
const FPGA: u64 = 0x1f00_0000;
/// The CBUS UART within it: offset, size, and the ends of the FPGA's parts around it.
const UART: (u64, u64) = (0x900, 0x40);
const UART_HZ: u64 = 3_686_400;
const ROM_SIZE: u64 = 0x40_0000;
/// The revision register in ROM: Malta with a CoreLV.
const REVISION: (u64, u32) = (0x10, 0x420);
const PIIX4: u8 = 10;
/// Where the 8259A pair goes with a Coherent Processing System; the UART on the CBUS goes nowhere then.
const GIC_8259: usize = 3;

/// What YAMON tells the bridge: its registers to 0x1be0_0000, I/O to 0x1800_0000, memory to 0x1000_0000 and 0x1820_0000.
const BRIDGE_SETUP: [(u32, u32); 7] = [
    (0xb400_0068, 0xdf),
    (0xbbe0_0048, 0xc0),
    (0xbbe0_0050, 0x40),
    (0xbbe0_0058, 0x80),
    (0xbbe0_0060, 0x3f),
    (0xbbe0_0080, 0xc1),
    (0xbbe0_0088, 0x5e),
];
/// The first serial port, seen from the CPU when that is done.
const COM1: u32 = 0xb800_03f8;

fn build(board: &mut Build<'_>) -> Result<(), Error> {
    mips::check_ram(board, 2048 * MIB)?;
    for name in ["empty-slot", "mips-malta"] {
        board.objects.add_anonymous(name);
    }
    let with_cm = board.smp.cpus > 1 && mips_smp::has_cm(board);
    let has_kernel = board.config.boot.kernel.is_some();
    let gic = mips_smp::add_cpus(board, with_cm, has_kernel)?;
    map_ram(board)?;
    let low = board.ram.min(LOW);
    mips::fill_holes(board, &[(0, low), BRIDGE, FLASH, (FPGA, MALTA_FPGA_SIZE), (ROM, ROM_SIZE)])?;
    add_bridge(board, gic.as_ref())?;
    add_cbus(board, gic.as_ref())?;
    board.rom("mips_malta.bios", ROM, ROM_SIZE)?;
    let bios = mips::load_bios(board, ROM_SIZE)?;
    add_flash(board, &bios.unwrap_or_default())?;
    boot(board, low)
}

fn map_ram(board: &mut Build<'_>) -> Result<(), Error> {
    let size = board.ram.next_multiple_of(memory::PAGE_SIZE);
    let ram = board.main_ram()?;
    let middle = size.saturating_sub(MIDDLE);
    for (name, start, offset, len) in [
        ("mips_malta_low_preio.ram", 0, 0, size.min(LOW)),
        ("mips_malta_low_postio.ram", MIDDLE, MIDDLE, middle),
        ("mips_malta.ram", HIGH, 0, size),
    ] {
        if len > 0 {
            let mapped = board.memory.map_ram_part(name, start, &ram, offset, len, true);
            mapped.map_err(|e| Error::new(e.to_string()))?;
        }
    }
    Ok(())
}

/// The GT-64120 with what is behind it.
fn add_bridge(board: &mut Build<'_>, gic: Option<&MipsGic>) -> Result<(), Error> {
    let mut ports = Ports::new();
    let output = gic.map_or_else(|| mips::hardware(board, 0), |gic| gic.line(GIC_8259));
    let pic = mips::add_isa(board, &mut ports, output, 2);
    let power = Piix4Pm::new(board.power.clone());
    let (pm, base) = (board.part(power), PortBase::off());
    ports.add_movable(&base, PM_PORTS, 4, &pm, 0);
    let functions = vec![gt64120::pci_function(), piix4::isa_bridge(PIIX4), piix4::power_management(PIIX4, base)];
    let (ports, big_endian) = (board.part(ports), board.config.target.big_endian);
    let bridge = Gt64120::new(BRIDGE.0, big_endian, ports, pic, PciBus::new(functions));
    board.device("gt64120", BRIDGE.0, BRIDGE.1, mips::LITTLE, bridge)?;
    board.objects.add_anonymous("gt64120");
    Ok(())
}

/// The FPGA, around its UART.
fn add_cbus(board: &mut Build<'_>, gic: Option<&MipsGic>) -> Result<(), Error> {
    let config = Ns16550aConfig { shift: 3, clock_hz: UART_HZ };
    let interrupt = if gic.is_some() { Line::unconnected() } else { mips::hardware(board, 2) };
    let uart = Ns16550a::new(config, interrupt, mips::sink(board, 2));
    board.device("serial", FPGA + UART.0, UART.1, DeviceEndian::Native, uart)?;
    let fpga = MaltaFpga::new(board.config.target.big_endian, board.power.clone());
    let fpga = board.device("malta-fpga", FPGA, UART.0, DeviceEndian::Native, fpga)?;
    let behind = UART.0 + UART.1;
    let start = FPGA + behind;
    let mapped = board.memory.map_device_part(
        "malta-fpga",
        start,
        MALTA_FPGA_SIZE - behind,
        DeviceEndian::Native,
        &fpga,
        behind,
    );
    mapped.map_err(|e| Error::new(e.to_string()))
}

fn add_flash(board: &mut Build<'_>, contents: &[u8]) -> Result<(), Error> {
    let big_endian = board.config.target.big_endian;
    let geometry = FlashGeometry { size: FLASH.1, block: 64 << 10, bank_width: 4, device_width: 4, big_endian };
    let endian = if big_endian { bits::Endian::Big } else { bits::Endian::Little };
    let flash = CfiFlash::new(geometry, contents).map_err(Error::new)?;
    board.device("mips_malta.bios", FLASH.0, FLASH.1, DeviceEndian::Fixed(endian), flash)?;
    Ok(())
}

fn boot(board: &mut Build<'_>, low: u64) -> Result<(), Error> {
    let order = mips::order(board);
    let failed = |e| Error::new(format!("boot ROM: {e}"));
    if let Some(booted) = mips::load_kernel(board, low)? {
        let append = board.config.boot.append.clone().unwrap_or_default();
        let arguments = Arguments::for_kernel(&booted.name, &append, booted.initrd, low, board.ram);
        board.store().write(ARGUMENTS, &arguments.to_bytes(order)).map_err(failed)?;
        // The bridge is wired little-endian.
        let setup = BRIDGE_SETUP.map(|(at, value)| match order {
            ByteOrder::Big => (at, value.swap_bytes()),
            ByteOrder::Little => (at, value),
        });
        let ram = board.ram as u32;
        let rom = Rom { pokes: &setup, entry: booted.kernel.entry, arguments: &arguments, ram, uart: COM1 };
        board.store().write(ROM, &rom.to_bytes(order)).map_err(failed)?;
    }
    let revision = if order == ByteOrder::Big { REVISION.1.to_be_bytes() } else { REVISION.1.to_le_bytes() };
    board.store().write(ROM + REVISION.0, &revision).map_err(failed)
}
