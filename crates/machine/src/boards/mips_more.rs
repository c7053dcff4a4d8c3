//! `magnum`, `pica61`, `fulong2e` and `boston`: CPU, RAM, boot ROM and serial port of these boards, at QEMU 4.2's addresses.
//!
//! | board            | RAM         | serial port                    | boot ROM    |
//! |------------------|-------------|--------------------------------|-------------|
//! | magnum, pica61   | 0           | 0x8000_6000, 0x8000_7000       | 0x1fc0_0000 |
//! | fulong2e         | 0           | port 0x3f8 at 0x1fd0_0000      | 0x1fc0_0000 |
//! | boston           | 0x8000_0000 | 0x17ff_e000, words             | 0x1fc0_0000 |
//!
//! Their other parts are not there; firmware that needs them stops early.

use devices::{Ns16550a, Ns16550aConfig, Ports};
use loader::mips_boot::ROM;
use memory::DeviceEndian;

use crate::boards::mips;
use crate::build::Build;
use crate::error::Error;
use crate::registry::{BOARD, MachineType};
use crate::targets::Arch;

const MIB: u64 = 1 << 20;

/// An Acer PICA-61.
pub static PICA61: MachineType = MachineType { name: "pica61", desc: "Acer Pica 61", ..MAGNUM_TYPE };

/// A MIPS Magnum.
pub static MAGNUM: MachineType = MAGNUM_TYPE;

const MAGNUM_TYPE: MachineType = MachineType {
    name: "magnum",
    desc: "MIPS Magnum",
    arches: &[Arch::Mips],
    targets: &["mips64", "mips64el"],
    default_model: &[("mips64", "R4000"), ("mips64el", "R4000")],
    serials: 2,
    build: build_jazz,
    ..BOARD
};

/// A Lemote Fulong 2E mini PC.
pub static FULONG2E: MachineType = MachineType {
    name: "fulong2e",
    desc: "Fulong 2e mini pc",
    arches: &[Arch::Mips],
    targets: &["mips64el"],
    default_model: &[("mips64el", "Loongson-2E")],
    default_ram: 256 * MIB,
    build: build_fulong,
    ..BOARD
};

/// A MIPS Boston board.
pub static BOSTON: MachineType = MachineType {
    name: "boston",
    desc: "MIPS Boston",
    arches: &[Arch::Mips],
    targets: &["mips64el"],
    max_cpus: 16,
    default_model: &[("mips64el", "I6400")],
    default_ram: 1024 * MIB,
    build: build_boston,
    ..BOARD
};

/// Clock of the Jazz UARTs and of PCs' in Hz, and of Boston's.
const JAZZ_HZ: u64 = 8_000_000;
const PC_HZ: u64 = 1_843_200;
const BOSTON_HZ: u64 = 10_000_000;

fn rom(board: &mut Build<'_>, size: u64) -> Result<(), Error> {
    board.rom("bios", ROM, size)?;
    mips::load_bios(board, size)?;
    Ok(())
}

fn boot(board: &mut Build<'_>) -> Result<(), Error> {
    let low = board.ram.min(256 * MIB);
    if let Some(booted) = mips::load_kernel(board, low)? {
        mips::begin_at(board, &booted.kernel);
    }
    Ok(())
}

fn build_jazz(board: &mut Build<'_>) -> Result<(), Error> {
    mips::check_ram(board, 256 * MIB)?;
    mips::add_cpus(board);
    board.ram("mips_jazz.ram", 0, board.ram)?;
    mips::fill_holes(board, &[(0, board.ram), (ROM, 4 * MIB)])?;
    rom(board, 4 * MIB)?;
    for (port, start) in [0x8000_6000, 0x8000_7000].into_iter().enumerate() {
        let config = Ns16550aConfig { shift: 0, clock_hz: JAZZ_HZ };
        let uart = Ns16550a::new(config, mips::hardware(board, 1), mips::sink(board, port));
        let uart = board.device("serial", start, 8, DeviceEndian::Native, uart)?;
        mips::typed_into(board, port, &uart);
    }
    boot(board)
}

fn build_fulong(board: &mut Build<'_>) -> Result<(), Error> {
    mips::check_ram(board, 256 * MIB)?;
    mips::add_cpus(board);
    board.ram("fulong2e.ram", 0, board.ram)?;
    let ports_at = (0x1fd0_0000, MIB);
    mips::fill_holes(board, &[(0, board.ram), (ROM, MIB), ports_at])?;
    rom(board, MIB)?;
    let mut ports = Ports::new();
    let config = Ns16550aConfig { shift: 0, clock_hz: PC_HZ };
    let uart = Ns16550a::new(config, mips::hardware(board, 3), mips::sink(board, 0));
    let uart = board.part(uart);
    mips::typed_into(board, 0, &uart);
    ports.add(0x3f8, 8, 1, &uart, 0);
    board.device("pci-io", ports_at.0, ports_at.1, mips::LITTLE, ports)?;
    boot(board)
}

fn build_boston(board: &mut Build<'_>) -> Result<(), Error> {
    if board.ram != 1024 * MIB && board.ram != 2048 * MIB {
        return Err(Error::new("Memory size must be 1GB or 2GB"));
    }
    mips::add_cpus(board);
    let ram = board.main_ram()?;
    for (name, start, len) in [("boston.ddr", 0x8000_0000, board.ram), ("boston_low.ddr", 0, 256 * MIB)] {
        let mapped = board.memory.map_ram_part(name, start, &ram, 0, len, true);
        mapped.map_err(|e| Error::new(e.to_string()))?;
    }
    let uart_at = (0x17ff_e000, 0x1000);
    mips::fill_holes(board, &[(0, 256 * MIB), uart_at, (ROM, 4 * MIB)])?;
    rom(board, 4 * MIB)?;
    let config = Ns16550aConfig { shift: 2, clock_hz: BOSTON_HZ };
    let uart = Ns16550a::new(config, mips::hardware(board, 1), mips::sink(board, 0));
    let uart = board.device("serial", uart_at.0, uart_at.1, DeviceEndian::Native, uart)?;
    mips::typed_into(board, 0, &uart);
    boot(board)
}
