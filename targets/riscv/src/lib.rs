//! RISC-V, RV32 and RV64.
//!
//! Manuals: *The RISC-V Instruction Set Manual Volume I: Unprivileged Architecture*, 20240411, and *Volume II: Privileged
//! Architecture*, 20240411.
//!
//! Reading order: [`state`] (the register file), [`ext`], [`mode`], [`format`], [`lift`], [`insn`] (a file for each chapter).
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
