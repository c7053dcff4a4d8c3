//! Bit-pattern decode tables that the compiler checks, and what derives from them: lookup, disassembly, random samples.
//!
//! A row of an [`insns!`] table is *pattern, format, mnemonic, operand template, guard* and, where a row refines a more general one,
//! *over*. From the rows alone come the decoder, the disassembler, the generator of random instructions and the list of what is
//! implemented: nothing is written twice. Overlaps are legal only if declared or excluded by guards; the compiler refuses all others
//! and names both rows.
//!
//! Reading order: [`Pattern`], [`Guard`], [`Insn`], [`insns!`], [`Decoder`], [`check_isa`].
//!
//! The crate knows no guest: what a lift handler is, is a type parameter; formats are the target's, under the manual's names.

mod check;
mod decoder;
mod disasm;
mod guard;
mod pattern;
mod table;

pub use check::{Row, check, check_isa, complain};
pub use decoder::{Bits, Decoder, Index};
pub use disasm::{Format, Operand, mnemonic};
pub use guard::Guard;
pub use pattern::Pattern;
pub use table::{Flow, Insn, Over};
