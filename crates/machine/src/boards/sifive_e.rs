//! `sifive_e`: SiFive's FE310-G000 on a HiFive1: one E31 or E51 hart, 16 KiB of RAM, code in flash.
//!
//! FE310-G000 Manual, "Memory Map" and "Interrupts"; sizes are QEMU's. The mask ROM jumps to 0x2040_0000, where programs are
//! linked. Parts without a model of ours (one-time memory, SPI, PWM, always-on domain) read 0.

use devices::unimp::Unimp;
use devices::{SifiveEPrci, SifiveGpio, SifiveUart};
use loader::riscv_boot::jump_rom;
use loader::{AddressKind, Elf, Expected, LoadTarget};
use memory::Line;

use crate::boards::riscv::{self, LITTLE, M};
use crate::build::{Build, read_file};
use crate::error::Error;
use crate::registry::{BOARD, MachineType};
use crate::targets::Arch;

/// The machine type.
pub static SIFIVE_E: MachineType = MachineType {
    name: "sifive_e",
    desc: "RISC-V Board compatible with SiFive E SDK",
    arches: &[Arch::Riscv],
    default_model: &[("riscv32", "sifive-e31"), ("riscv64", "sifive-e51")],
    shows_model: false,
    serials: 2,
    build,
    ..BOARD
};

const MROM: (u64, u64) = (0x1000, 0x2000);
const CLINT: u64 = 0x200_0000;
const PLIC: u64 = 0xc00_0000;
const PRCI: (u64, u64) = (0x1000_8000, 0x8000);
const GPIO: (u64, u64) = (0x1001_2000, 0x1000);
const UARTS: [(u64, u32); 2] = [(0x1001_3000, 3), (0x1002_3000, 4)];
const XIP: (u64, u64) = (0x2000_0000, 0x2000_0000);
const DTIM: (u64, u64) = (0x8000_0000, 0x4000);
const N_SOURCES: u32 = 127;
const GPIO_IRQ: u32 = 8;
const N_PINS: u32 = 32;
/// Where the mask ROM jumps to.
const FLASH_START: u32 = 0x2040_0000;

/// Parts that read 0: name, start, size.
const UNIMPLEMENTED: [(&str, u64, u64); 9] = [
    ("riscv.sifive.e.otp", 0x2_0000, 0x2000),
    ("riscv.sifive.e.aon", 0x1000_0000, 0x8000),
    ("riscv.sifive.e.otp_ctrl", 0x1001_0000, 0x1000),
    ("riscv.sifive.e.qspi0", 0x1001_4000, 0x1000),
    ("riscv.sifive.e.pwm0", 0x1001_5000, 0x1000),
    ("riscv.sifive.e.qspi1", 0x1002_4000, 0x1000),
    ("riscv.sifive.e.pwm1", 0x1002_5000, 0x1000),
    ("riscv.sifive.e.qspi2", 0x1003_4000, 0x1000),
    ("riscv.sifive.e.pwm2", 0x1003_5000, 0x1000),
];

fn build(board: &mut Build<'_>) -> Result<(), Error> {
    let model = board.model();
    let cpus = board.objects.container("/machine/soc/cpus");
    riscv::add_harts(board, cpus, &model, 0, i64::from(board.smp.cpus));
    board.ram("riscv.sifive.e.ram", DTIM.0, DTIM.1)?;
    board.rom("riscv.sifive.e.mrom", MROM.0, MROM.1)?;
    board.rom("riscv.sifive.e.xip", XIP.0, XIP.1)?;
    let plic = riscv::add_plic(board, PLIC, N_SOURCES, |_| M)?;
    riscv::add_clint(board, CLINT)?;
    board.device("riscv.sifive.e.prci", PRCI.0, PRCI.1, LITTLE, SifiveEPrci::new())?;
    let irqs = (0..N_PINS).map(|pin| plic.line(GPIO_IRQ + pin)).collect();
    let gpio = SifiveGpio::new(irqs, vec![Line::unconnected(); N_PINS as usize]);
    board.device("sifive_soc.gpio", GPIO.0, GPIO.1, LITTLE, gpio)?;
    for (n, (start, irq)) in UARTS.into_iter().enumerate() {
        let console = if n == 0 { board.console.clone() } else { board.config.second_console.clone() };
        let uart = SifiveUart::new(plic.line(irq), Box::new(console));
        let uart = board.device("riscv.sifive.uart", start, 0x1000, LITTLE, uart)?;
        let input = if n == 0 { &mut board.console_input } else { &mut board.second_input };
        *input = Some(uart);
    }
    for (name, start, size) in UNIMPLEMENTED {
        board.device(name, start, size, LITTLE, Unimp::new(name))?;
    }
    let rom = jump_rom(FLASH_START);
    board.store().write(MROM.0, &rom).map_err(|e| Error::new(format!("mask ROM: {e}")))?;
    match board.config.boot.kernel.clone() {
        Some(name) => load_kernel(board, &name),
        None => Ok(()),
    }
}

/// An ELF goes where it is linked, anything else to the start of flash.
fn load_kernel(board: &mut Build<'_>, name: &str) -> Result<(), Error> {
    let bytes = read_file(name)?;
    let fault = |e: loader::Error| Error::new(e.to_string());
    if !Elf::is_elf(&bytes) {
        return loader::load_raw(name, &bytes, u64::from(FLASH_START), &mut board.store()).map(|_| ()).map_err(fault);
    }
    let elf = Elf::parse(name, &bytes).map_err(fault)?;
    let class = if board.config.target.bits == 32 { loader::Class::Elf32 } else { loader::Class::Elf64 };
    let expected = Expected { machines: &[243], class: Some(class), order: Some(loader::ByteOrder::Little) };
    elf.expect(expected).map_err(fault)?;
    elf.load(AddressKind::Physical, &mut board.store()).map(|_| ()).map_err(fault)
}
