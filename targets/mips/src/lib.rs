//! MIPS, 32 and 64 bits, both byte orders.
//!
//! Manuals: *MIPS Architecture For Programmers*, volumes I-A (MD00082, MD00083), II-A (MD00086, MD00087) and III (MD00090, MD00091),
//! revisions 2.50 (Release 2) to 6.06 (Release 6), and *MIPS R4000 Microprocessor User's Manual*, 2nd edition.
//!
//! Reading order: [`state`] (the register file), [`ext`], [`mode`], [`format`], [`lift`], [`insn`] (a file for each chapter); then
//! [`model`], [`cp0`] (the table of system registers), [`trap`], [`tlb`], `fpu`, and `target`, where all of it meets the contract.
//!
//! Delay slots are as docs/decisions/0012-mips.md says. Where the manuals leave a choice we do as QEMU 7.2: a TLB that holds entries
//! of any page mask at once, Count at half the CPU's clock, coprocessor 0 registers that a model lacks read as all ones before Release
//! 6 and as zero since, CACHE that checks its rights and does nothing else.
#![forbid(unsafe_code)]

pub mod cp0;
mod dsp;
pub mod ext;
pub mod format;
mod fpu;
mod hart;
mod helper;
pub mod insn;
pub mod lift;
pub mod mode;
pub mod model;
mod msa;
mod regs;
pub mod shared;
pub mod state;
mod target;
mod threads;
pub mod tlb;
pub mod trap;
mod walker;

pub use target::{Lifter, Mips, Mips64, Mips64el, Mipsel};
pub use trap::irq;
