//! RISC-V, RV32 and RV64.
//!
//! Manuals: *The RISC-V Instruction Set Manual Volume I: Unprivileged Architecture*, 20240411, and *Volume II: Privileged
//! Architecture*, 20240411.
//!
//! Reading order: [`state`] (the register file), [`ext`], [`mode`], [`format`], [`lift`], [`insn`] (a file for each chapter); then
//! [`model`], [`csr`] (the table of all), [`trap`], `mmu`, [`pmp`], and `target`, where all of it meets the contract.
//!
//! Modelled: M-, S- and U-mode, versions 1.9.1 to 1.12 of the privileged architecture, Sv32 to Sv57 with accessed and dirty bits set
//! by the hart, 16 PMP entries, Sstc, Svinval, Svnapot, Svpbmt. What the manual leaves open is as in QEMU 7.2: WFI in U-mode is
//! illegal at once, `mtval` has the bits of illegal instructions and 0 for breakpoints, `satp` ignores writes with unknown schemes.
//! Where QEMU 7.2 departs from the manual, we don't: simultaneous interrupts have the manual's order, returns below M-mode clear MPRV,
//! atomic accesses that fault do so as stores, tables where there is no memory are access faults, `csrrs` of zero bits in a read-only
//! register is illegal unless the register operand is x0. Performance counters exist and count nothing; there are no triggers.
#![forbid(unsafe_code)]

mod cbo;
pub mod csr;
pub mod ext;
pub mod fetch;
pub mod format;
mod fp;
mod hart;
mod helper;
pub mod insn;
mod jump;
pub mod lift;
mod mmu;
pub mod mode;
pub mod model;
pub mod pmp;
mod regs;
pub mod state;
mod target;
pub mod trap;

pub use target::{Lifter, Riscv32, Riscv64};
