//! `leon3_generic`: a LEON3 system of the GRLIB library: one CPU, a UART, two timers; `leon3mp`: the same with up to sixteen CPUs.
//!
//! GRLIB IP Core User's Manual, 2020.4; addresses, interrupts and sizes are QEMU 4.2's, whose board has one CPU and refuses more.
//!
//! | from        | what |
//! |-------------|------|
//! | 0x0000_0000 | ROM, 8 MiB |
//! | 0x4000_0000 | RAM |
//! | 0x8000_0100 | APBUART, interrupt 3 |
//! | 0x8000_0200 | IRQMP |
//! | 0x8000_0300 | GPTIMER, interrupts 6 and 7, 40 MHz |
//! | 0x800f_f000 | plug and play of the APB |
//! | 0xffff_f000 | plug and play of the AHB |

use std::sync::Arc;

use devices::grlib_apbuart::{APBUART_SIZE, ApbUart};
use devices::grlib_gptimer::{GpTimer, GpTimerConfig};
use devices::grlib_irqmp::{IRQMP_SIZE, IrqMp, IrqMpCpu};
use devices::grlib_pnp::{Core, PNP_SIZE, Pnp};
use loader::{Elf, LoadTarget};

use crate::boards::sparc::{self, BIG, irq};
use crate::build::{Acknowledge, Build, Start, read_file};
use crate::error::Error;
use crate::firmware;
use crate::registry::{BOARD, MachineType};
use crate::targets::Arch;

/// The machine type.
pub static LEON3_GENERIC: MachineType = MachineType {
    name: "leon3_generic",
    desc: "Leon-3 generic",
    arches: &[Arch::Sparc],
    targets: &["sparc"],
    default_model: &[("sparc", "LEON3")],
    build,
    ..BOARD
};

/// The same with several processors; all but the first are in power-down until the interrupt controller's status register wakes them.
pub static LEON3MP: MachineType =
    MachineType { name: "leon3mp", desc: "LEON3 multiprocessor", max_cpus: 16, ..LEON3_GENERIC };

const ROM: (u64, u64) = (0, 8 << 20);
const RAM: u64 = 0x4000_0000;
const MAX_RAM: u64 = 1 << 30;
const UART: u64 = 0x8000_0100;
const IRQMP: u64 = 0x8000_0200;
const TIMER: u64 = 0x8000_0300;
const APB_PNP: u64 = 0x800f_f000;
const AHB_PNP: u64 = 0xffff_f000;
const UART_IRQ: u32 = 3;
const TIMER_IRQ: u32 = 6;
const N_TIMERS: u32 = 2;
const CLOCK_HZ: u64 = 40_000_000;
/// The ROM's contents when `-bios` is not given.
const FIRMWARE: &str = "u-boot.bin";

/// Cores on the buses: number in the library, version, interrupt, and bits 31 to 20 (or 19 to 8) of the address.
const LEON3: Core = Core { device: 0x003, version: 0, irq: 0 };
const APB_BRIDGE: (Core, u32, u32) = (Core { device: 0x006, version: 0, irq: 0 }, 0x800, 0xfff);
const APB: [(Core, u32, u32); 3] = [
    (Core { device: 0x00d, version: 2, irq: 0 }, 0x002, 0xfff),
    (Core { device: 0x011, version: 0, irq: TIMER_IRQ }, 0x003, 0xfff),
    (Core { device: 0x00c, version: 1, irq: UART_IRQ }, 0x001, 0xfff),
];

/// What the loader in ROM does before it jumps to the program: both directions of the UART on, the first timer counting
/// microseconds down from its largest value.
const LOADER: [(u32, u32); 4] = [(0x8000_0108, 3), (0x8000_0304, 39), (0x8000_0314, 0xffff_fffe), (0x8000_0318, 3)];

fn build(board: &mut Build<'_>) -> Result<(), Error> {
    if board.ram > MAX_RAM {
        let text = format!("Too much memory for this machine: {}MB, maximum 1G", board.ram >> 20);
        return Err(Error::new(text));
    }
    let model = board.model();
    (0..i64::from(board.smp.cpus)).for_each(|n| board.add_unattached_cpu(&model, n));
    board.ram("leon3.ram", RAM, board.ram)?;
    board.rom("Leon3.bios", ROM.0, ROM.1)?;
    let cpus = (0..i64::from(board.smp.cpus))
        .map(|n| IrqMpCpu { levels: sparc::levels(board, n), run: board.line(n, irq::RUN) })
        .collect();
    let irqmp = IrqMp::new(cpus, 0);
    board.acknowledge = Some(acknowledge(irqmp.clone()));
    board.device("irqmp", IRQMP, IRQMP_SIZE, BIG, irqmp.clone())?;
    let lines = (0..N_TIMERS).map(|n| irqmp.line(TIMER_IRQ + n)).collect();
    let timer = GpTimer::new(GpTimerConfig { clock_hz: CLOCK_HZ, irq: TIMER_IRQ }, lines);
    board.device("gptimer", TIMER, timer.size(), BIG, timer)?;
    let uart = ApbUart::new(irqmp.line(UART_IRQ), Box::new(board.console.clone()));
    board.console_input = Some(board.device("uart", UART, APBUART_SIZE, BIG, uart)?);
    board.device("grlib-apbpnp", APB_PNP, PNP_SIZE, BIG, Pnp::apb(&APB))?;
    let masters = vec![LEON3; board.smp.cpus as usize];
    board.device("grlib-ahbpnp", AHB_PNP, PNP_SIZE, BIG, Pnp::ahb(&masters, &[APB_BRIDGE]))?;
    for name in ["grlib-ahbpnp", "grlib-apbpnp", "grlib,irqmp", "grlib,gptimer", "grlib,apbuart"] {
        board.objects.add_anonymous(name);
    }
    boot(board)
}

/// What the interrupt controller does when a CPU takes an interrupt, goes into power-down or wakes.
fn acknowledge(irqmp: IrqMp) -> Acknowledge {
    let interrupt = irqmp.acknowledge();
    Arc::new(move |cpu, line| {
        if line != irq::POWER_DOWN && line != irq::AWAKE {
            return interrupt(cpu, line);
        }
        irqmp.set_running(cpu, line == irq::AWAKE);
        1
    })
}

fn boot(board: &mut Build<'_>) -> Result<(), Error> {
    let boot = board.config.boot.clone();
    let bios = boot.bios.as_deref().unwrap_or(FIRMWARE);
    let file = firmware::named(bios, &boot.firmware_dirs);
    let has_bios = bios != "none" && std::path::Path::new(&file).is_file();
    match boot.kernel {
        None if !has_bios && bios != "none" => return Err(Error::new(format!("Can't read bios image '{bios}'"))),
        None if !has_bios => {}
        None => sparc::load_firmware(board, &file, ROM.0, ROM.1)?,
        Some(kernel) => {
            let bytes = read_file(&kernel)?;
            let entry = match Elf::is_elf(&bytes) {
                true => sparc::load_elf(board, &kernel, &bytes, 0)?,
                false => return Err(Error::new(format!("could not load kernel '{kernel}': it is no ELF file"))),
            };
            if has_bios {
                sparc::load_firmware(board, &file, ROM.0, ROM.1)?;
            } else {
                let rom: Vec<u8> = loader_rom(entry as u32).into_iter().flat_map(u32::to_be_bytes).collect();
                board.store().write(ROM.0, &rom).map_err(|e| Error::new(format!("boot ROM: {e}")))?;
            }
        }
    }
    board.start = Start::At { pc: ROM.0, number: "g0", dtb: ("sp", RAM + board.ram) };
    Ok(())
}

/// Instructions that store [`LOADER`] and jump to `entry`. SPARC Architecture Manual version 8, appendix B.
fn loader_rom(entry: u32) -> Vec<u32> {
    let (g1, g2) = (1, 2);
    let set = |rd: u32, value: u32| {
        [rd << 25 | 0b100 << 22 | value >> 10, 2 << 30 | rd << 25 | 2 << 19 | rd << 14 | 1 << 13 | value & 0x3ff]
    };
    let mut words = Vec::new();
    for (address, value) in LOADER {
        words.extend(set(g1, address));
        words.extend(set(g2, value));
        words.push(3 << 30 | g2 << 25 | 4 << 19 | g1 << 14);
    }
    words.extend(set(g1, entry));
    words.extend([2 << 30 | 0x38 << 19 | g1 << 14, 0x0100_0000]);
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loader_ends_at_the_entry() {
        let words = loader_rom(0x4000_1234);
        assert_eq!(words[..5], [0x0320_0000, 0x8210_6108, 0x0500_0000, 0x8410_a003, 0xc420_4000]);
        assert_eq!(words[words.len() - 4..], [0x0310_0004, 0x8210_6234, 0x81c0_4000, 0x0100_0000]);
    }
}
