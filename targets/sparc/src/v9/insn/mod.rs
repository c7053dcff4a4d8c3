//! Instructions, chapter by chapter of the manual's "Instruction Definitions": decode rows and what they mean.

pub mod alu;
pub mod branch;
pub mod float;
pub mod memory;
pub mod system;
pub mod vis;

use super::lift::Insn;

/// All tables.
pub static TABLES: &[&[Insn]] =
    &[alu::INSNS, branch::INSNS, memory::INSNS, float::INSNS, float::CONVERSIONS, vis::INSNS, system::INSNS];
