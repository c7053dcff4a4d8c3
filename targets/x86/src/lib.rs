//! x86: IA-32 and Intel 64 / AMD64, from real mode to long mode.
//!
//! Manuals: *Intel 64 and IA-32 Architectures Software Developer's Manual*, 325462-079 (the "SDM"); *AMD64 Architecture Programmer's
//! Manual*, volumes 2 and 3 (the "APM"). Decoding is iced-x86's, semantics are ours.
//!
//! Reading order: [`state`] (the register file), [`flags`], [`mode`], [`model`], `lift`, `insn` (a file for each group of instructions);
//! then `seg`, `mmu`, `trap`, `msr`, and `target`, where all of it meets the contract. The plan is in docs/decisions/0016-x86.md.
#![forbid(unsafe_code)]

mod cond;
mod debug;
mod far;
pub mod flags;
mod helper;
mod insn;
mod integer;
mod lift;
mod limit;
pub mod mmu;
mod mmx;
pub mod mode;
pub mod model;
pub mod mpx;
mod msr;
mod now;
mod protection_keys;
mod regs;
mod reset;
mod seg;
mod sse;
mod stack;
mod stack_access;
pub mod state;
mod strings;
pub mod svm;
mod syscall;
mod system;
mod target;
mod task;
pub mod trap;
mod vme;
mod walk;
mod x87;

pub use insn::all as instructions;
pub use limit::set_code as set_code_segment;
pub use target::{Lifter, X86};
pub use trap::irq;
