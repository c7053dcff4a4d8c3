//! The instructions, a file for each chapter of the manual.

pub mod rv_priv;
pub mod rv_zicsr;

use crate::lift::Insn;

/// All instruction tables.
pub static TABLES: &[&[Insn]] = &[rv_zicsr::INSNS, rv_priv::INSNS];
