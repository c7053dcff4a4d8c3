//! Devices: UARTs, timers, interrupt controllers and power switches, one file a part.
//!
//! Each is a state machine behind [`memory::Device`]. It knows no CPU, starts no thread, reads no clock and opens no file:
//! interrupts leave by a [`memory::Line`], characters by a [`Sink`], the wish to switch off by a [`Power`] wire, and time is
//! an argument. Register names are those of the data sheet, which each file cites. An access that the data sheet doesn't
//! define (a hole, a wrong width) reads 0 and writes nothing.
#![forbid(unsafe_code)]

mod alarms;
mod state;

pub mod a20;
pub mod acpi_pm;
mod ccw;
pub mod cfi_flash;
mod chsc;
pub mod clint;
pub mod css;
pub mod cuda;
pub mod debug_ports;
pub mod e500;
pub mod escc;
pub mod esp;
pub mod fw_cfg;
pub mod grlib_apbuart;
pub mod grlib_gptimer;
pub mod grlib_irqmp;
pub mod grlib_pnp;
pub mod gt64120;
pub mod hpet;
pub mod htif;
pub mod i8042;
pub mod i8254;
pub mod i8259;
pub mod ide;
pub mod ioapic;
pub mod lance;
pub mod lapic;
pub mod m48t59;
pub mod macio;
pub mod malta_fpga;
pub mod mc146818;
pub mod mips_cps;
pub mod mips_gic;
pub mod mpic;
pub mod ns16550a;
pub mod pc_testdev;
pub mod pci;
pub mod pci_host;
pub mod pci_index;
pub mod pci_ports;
pub mod percpu;
pub mod piix4;
pub mod plic;
pub mod polyarch;
pub mod ports;
pub mod power;
pub mod registers;
pub mod sabre;
pub mod sabre_host;
pub mod sclp;
pub mod sifive_gpio;
pub mod sifive_prci;
pub mod sifive_test;
pub mod sifive_uart;
pub mod sink;
pub mod slavio_misc;
pub mod slavio_timer;
pub mod sparc32_dma;
pub mod sun4m_intctl;
pub mod tricore_test;
pub mod uic;
pub mod unimp;
pub mod virtio_block;
pub mod virtio_ccw;
pub mod virtio_mmio;
pub mod vty;
pub mod xics;
pub mod xps;

pub use cfi_flash::{CfiFlash, FlashGeometry};
pub use clint::{Clint, HartLines, TimeBase};
pub use css::{CcwDevice, Css};
pub use gt64120::Gt64120;
pub use htif::{Fromhost, Tohost, htif};
pub use i8254::I8254;
pub use i8259::I8259;
pub use ioapic::IoApic;
pub use lapic::{ApicLines, Apics};
pub use malta_fpga::MaltaFpga;
pub use mc146818::Mc146818;
pub use mips_cps::MipsCps;
pub use mips_gic::MipsGic;
pub use ns16550a::{Ns16550a, Ns16550aConfig};
pub use percpu::{CpuLines, PerCpu, Started};
pub use plic::{Plic, PlicConfig, PlicContext, PlicMode};
pub use ports::{PortBase, Ports};
pub use power::{Power, PowerRequest};
pub use sclp::{Sclp, SclpConfig};
pub use sifive_gpio::SifiveGpio;
pub use sifive_prci::{SifiveEPrci, SifiveUPrci};
pub use sifive_test::SifiveTest;
pub use sifive_uart::SifiveUart;
pub use sink::{Capture, NullSink, Sink};
pub use unimp::Unimp;
pub use virtio_ccw::{VirtioCcw, VirtioModel};
pub use virtio_mmio::EmptyVirtioMmio;
pub use vty::Vty;
pub use xics::{Xics, Xive};
