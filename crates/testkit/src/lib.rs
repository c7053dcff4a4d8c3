//! What tests of the other crates share; a dev-dependency only.
//!
//! [`insn`]: `.insn` files, one instruction and its effect a line, run on every engine. [`random`]: numbers for generators of cases.

pub mod insn;
pub mod random;
