//! TriCore 1.3 to 1.6.2.
//!
//! Manuals: Infineon, *TriCore Architecture Manual*, volumes 1 (core architecture) and 2 (instruction set), V1.3.8 for TriCore 1.3 and
//! 1.3.1, V1.0 of TriCore TC1.6P and TC1.6E for 1.6.1, *AURIX TC3xx* V1.2.2 for 1.6.2.
//!
//! Reading order: [`state`] (the register file, where PSW's status bits lie apart), [`ext`], [`mode`], [`format`], [`lift`], [`insn`]
//! (a file for each group); then [`dsp`] (what packed and multiply-accumulate instructions compute), `csa` (contexts), `csfr` (core
//! registers), [`trap`], and `target`, where all of it meets the contract.
//!
//! Modelled: user and supervisor modes, global register write protection, memory protection, call depth, all trap classes, ENDINIT protection.
#![forbid(unsafe_code)]

mod csa;
mod csfr;
mod division;
pub mod dsp;
pub mod ext;
pub mod format;
mod fp;
mod helper;
pub mod insn;
pub mod lift;
pub mod mode;
pub mod model;
mod ops;
mod regs;
pub mod shared;
pub mod state;
mod target;
pub mod trap;

pub use target::{Lifter, Tricore};

/// Interrupt lines of a core.
pub mod irq {
    /// Starts a core that waits since reset. The line may stay up: a core that has started looks at it no more.
    pub const RUN: u32 = 0;
    /// The line of service requests of priority 1; those of priorities 2 to 61 follow. A line is the priority's number.
    pub const PRIORITY1: u32 = 1;
    /// Asks for the trap that can't be held off, and goes down when the core says [`NMI_TAKEN`].
    pub const NMI: u32 = 62;
    /// What a core acknowledges when it takes that trap; of interrupts it acknowledges the priority number, which is lower.
    pub const NMI_TAKEN: u32 = 256;
    /// An interrupt control unit asks for the priority number that [`crate::shared::Core::pipn`] holds, 1 to 255.
    pub const ICU: u32 = 63;
}
