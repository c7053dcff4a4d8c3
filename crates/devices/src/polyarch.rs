//! The devices of the `polyarch` board, which is the same on every architecture.
//!
//! * the power switch is [`SifiveTest`](crate::SifiveTest) under another name: one 32-bit register, 0x5555 switches off with
//!   success, 0x3333 | code << 16 with a code, 0x7777 resets;
//! * the timers and interprocessor interrupts are [`PerCpu`];
//! * the console is [`Ns16550a`](crate::Ns16550a).
//!
//! Registers are numbers of a fixed width in the guest's own byte order, so that one C program with `volatile uint32_t`
//! and `volatile uint64_t` pointers drives them everywhere.

pub use crate::percpu::{MAX_CPUS, PerCpu, STRIDE as PERCPU_STRIDE};
pub use crate::sifive_test::SifiveTest as Exit;

/// The size of the exit device's window in bytes.
pub const EXIT_SIZE: u64 = 0x1000;
/// The devicetree's `compatible` of the exit device; the later ones make unmodified Linux switch off through it.
pub const EXIT_COMPATIBLE: &[&str] = &["polyarch,exit", "sifive,test1", "sifive,test0", "syscon"];
/// The devicetree's `compatible` of the per-CPU block.
pub const PERCPU_COMPATIBLE: &str = "polyarch,percpu";
