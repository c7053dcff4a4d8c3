//! `mipssim`: the board that MIPS Technologies' simulator has: RAM, a 16550, and a place for a network card, which is empty.
//!
//! Addresses and the interrupt are those of QEMU 4.2 and of Linux's `arch/mips/mipssim` of old.
//!
//! | from        | what |
//! |-------------|------|
//! | 0x0000_0000 | RAM |
//! | 0x1fc0_0000 | boot ROM, 4 MiB, but for: |
//! | 0x1fd0_0000 | ports: 16550 at 0x3f8, hardware interrupt 2 |
//!
//! A kernel begins at its entry, without arguments.

use devices::{Ns16550a, Ns16550aConfig, Ports};
use loader::mips_boot::ROM;

use crate::boards::mips;
use crate::build::Build;
use crate::error::Error;
use crate::registry::{BOARD, MachineType};
use crate::targets::Arch;

/// The machine type.
pub static MIPSSIM: MachineType = MachineType {
    name: "mipssim",
    desc: "MIPS MIPSsim platform",
    arches: &[Arch::Mips],
    default_model: &[("mips", "24Kf"), ("mipsel", "24Kf"), ("mips64", "5Kf"), ("mips64el", "5Kf")],
    build,
    ..BOARD
};

/// The ports lie in the middle of the ROM's place.
const PORTS: (u64, u64) = (0x1fd0_0000, 0x1_0000);
const ROM_SIZE: u64 = PORTS.0 - ROM;
const UART_HZ: u64 = 1_843_200;

fn build(board: &mut Build<'_>) -> Result<(), Error> {
    mips::check_ram(board, ROM)?;
    mips::add_cpus(board);
    board.ram("mips_mipssim.ram", 0, board.ram)?;
    mips::fill_holes(board, &[(0, board.ram), (ROM, ROM_SIZE), PORTS])?;
    board.rom("mips_mipssim.bios", ROM, ROM_SIZE)?;
    let config = Ns16550aConfig { shift: 0, clock_hz: UART_HZ };
    let uart = Ns16550a::new(config, mips::hardware(board, 2), mips::sink(board, 0));
    let uart = board.part(uart);
    mips::typed_into(board, 0, &uart);
    let mut ports = Ports::new();
    ports.add(0x3f8, 8, 1, &uart, 0);
    board.device("isa-io", PORTS.0, PORTS.1, mips::LITTLE, ports)?;
    mips::load_bios(board, ROM_SIZE)?;
    if let Some(booted) = mips::load_kernel(board, board.ram)? {
        mips::begin_at(board, &booted.kernel);
    }
    Ok(())
}
