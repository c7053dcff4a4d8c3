//! SPARC V8 and V9.
//!
//! Manuals: *The SPARC Architecture Manual, Version 8* (SAV080SI9308) and *Version 9* (SAV09R1459912); for LEON3 the *GRLIB IP Core
//! User's Manual*.
//!
//! Reading order: [`state`] (the register file, which holds all windows), [`mode`], [`format`], [`lift`] and `jump` (delay slots), [`cc`]
//! (condition codes), [`insn`] (instructions that both have), [`trap`]; then [`v8`] and [`v9`]: what is theirs alone, traps, MMU, state
//! registers, and where all of it meets the contract. V9 has a lifter and tables of its own, with condition codes that the mode tells.
#![forbid(unsafe_code)]

mod arith;
pub mod cc;
pub mod ext;
pub mod format;
pub mod fpu;
mod helper;
pub mod insn;
mod jump;
pub mod lift;
pub mod mode;
pub mod model;
pub mod state;
pub mod trap;
pub mod v8;
pub mod v9;

pub use v8::Sparc32;
pub use v9::Sparc64;

/// Interrupt lines of a CPU.
pub mod irq {
    /// The line of interrupt level 1; those of levels 2 to 15 follow. A line is the level's number.
    pub const LEVEL1: u32 = 1;
    /// The line of the highest level.
    pub const LEVEL15: u32 = 15;
    /// Starts a CPU that waits since reset. The line may stay up: a CPU that has started looks at it no more.
    pub const RUN: u32 = 16;
    /// Acknowledged by a LEON that goes into power-down. A board that answers anything but 0 wakes it by [`RUN`], as interrupts do.
    pub const POWER_DOWN: u32 = 17;
    /// Acknowledged by a LEON that leaves power-down.
    pub const AWAKE: u32 = 18;
    /// V9, which has no instruction that waits: each change of this line makes the CPU wait for an interrupt.
    pub const WAIT: u32 = 63;
}
