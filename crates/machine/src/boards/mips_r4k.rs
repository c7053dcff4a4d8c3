//! `mips`: the "r4k" board, an R4000 with ISA behind it, which exists in emulators only.
//!
//! Addresses are those of QEMU 4.2 and of Linux's `arch/mips/qemu` of old. There is neither graphics, network nor disk.
//!
//! | from        | what |
//! |-------------|------|
//! | 0x0000_0000 | RAM, 256 MiB at most |
//! | 0x1400_0000 | ISA ports: 8259A pair (hardware interrupt 0), 8254, MC146818, 16550 at 0x3f8 and 0x2f8 |
//! | 0x1fbf_0000 | control: 42 written resets, 88 switches off |
//! | 0x1fc0_0000 | boot ROM, 4 MiB |
//!
//! A kernel begins at its entry; its command line is in the last 256 bytes below 16 MiB, behind the words 0x12345678 and the size of RAM.

use devices::{Ports, Power, PowerRequest};
use loader::mips_boot::ROM;
use loader::{ByteOrder, LoadTarget};
use memory::{Device, DeviceEndian, Nanos, Size};

use crate::boards::mips;
use crate::build::Build;
use crate::error::Error;
use crate::registry::{BOARD, MachineType};
use crate::targets::Arch;

/// The machine type.
pub static MIPS: MachineType = MachineType {
    name: "mips",
    desc: "mips r4k platform",
    arches: &[Arch::Mips],
    default_model: &[("mips", "24Kf"), ("mipsel", "24Kf"), ("mips64", "R4000"), ("mips64el", "R4000")],
    serials: 2,
    build,
    ..BOARD
};

const MIB: u64 = 1 << 20;
const PORTS: (u64, u64) = (0x1400_0000, 0x1_0000);
const CONTROL: (u64, u64) = (0x1fbf_0000, 0x1_0000);
const ROM_SIZE: u64 = 0x40_0000;
/// The block with the command line.
const PARAMETERS: u64 = 16 * MIB - 264;
const LINE: usize = 256;

fn build(board: &mut Build<'_>) -> Result<(), Error> {
    mips::check_ram(board, 256 * MIB)?;
    mips::add_cpus(board);
    board.ram("mips_r4k.ram", 0, board.ram)?;
    mips::fill_holes(board, &[(0, board.ram), PORTS, CONTROL, (ROM, ROM_SIZE)])?;
    let mut ports = Ports::new();
    let output = mips::hardware(board, 0);
    mips::add_isa(board, &mut ports, output, 2);
    board.device("isa-io", PORTS.0, PORTS.1, mips::LITTLE, ports)?;
    let control = Control(board.power.clone());
    board.device("mips-qemu", CONTROL.0, CONTROL.1, DeviceEndian::Native, control)?;
    board.rom("mips_r4k.bios", ROM, ROM_SIZE)?;
    mips::load_bios(board, ROM_SIZE)?;
    let Some(booted) = mips::load_kernel(board, board.ram)? else { return Ok(()) };
    mips::begin_at(board, &booted.kernel);
    let disk = booted.initrd.map(|(at, size)| format!("rd_start=0x{:x} rd_size={size} ", at | 0xffff_ffff_0000_0000));
    let line = disk.unwrap_or_default() + board.config.boot.append.as_deref().unwrap_or("");
    put_parameters(board, &line)
}

fn put_parameters(board: &mut Build<'_>, line: &str) -> Result<(), Error> {
    if board.ram < 16 * MIB {
        return Ok(());
    }
    let order = mips::order(board);
    let word = |value: u32| if order == ByteOrder::Big { value.to_be_bytes() } else { value.to_le_bytes() };
    let mut block = [word(board.ram as u32), word(0x1234_5678)].concat();
    block.extend(line.bytes().take(LINE - 1));
    block.resize(8 + LINE, 0);
    board.store().write(PARAMETERS, &block).map_err(|e| Error::new(e.to_string()))
}

/// The control port.
struct Control(Power);

impl Device for Control {
    fn read(&mut self, _: u64, _: Size, _: Nanos) -> u64 {
        0
    }

    fn write(&mut self, _: u64, _: Size, value: u64, _: Nanos) {
        match value & 0xffff {
            42 => self.0.request(PowerRequest::Reset),
            88 => self.0.request(PowerRequest::Shutdown { code: 0 }),
            _ => {}
        }
    }

    fn reset(&mut self) {}
}
