//! Local APICs and the bus between them.
//!
//! Intel 64 and IA-32 Architectures Software Developer's Manual, volume 3A, chapter "Advanced Programmable Interrupt Controller
//! (APIC)", and its section "Extended XAPIC (x2APIC)". The bus is a list of units that hand [`Message`]s to each other: no unit is locked
//! while another one is, and none while the I/O APICs are told of an end of interrupt.
//!
//! Registers are where the processor's own page has them. Beside them a unit answers at 0x800 + 8n for model-specific register
//! 0x800 + n, at [`BASE_AT`] for IA32_APIC_BASE and at [`DEADLINE_AT`] for IA32_TSC_DEADLINE, in nanoseconds of the machine's time.

mod bus;
mod timer;
mod unit;

#[cfg(test)]
mod tests;

pub use bus::{ApicLines, Apics};
pub use unit::{Delivery, Message};

/// Where a unit keeps IA32_APIC_BASE.
pub const BASE_AT: u64 = 0x7f8;
/// Where a unit keeps the time that IA32_TSC_DEADLINE means; 0 when the timer is off.
pub const DEADLINE_AT: u64 = 0x7f0;
