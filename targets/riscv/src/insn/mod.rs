//! The instructions, a file for each chapter of the manual.

use crate::lift::Insn;

/// All instruction tables.
pub static TABLES: &[&[Insn]] = &[];
