//! The instructions, a file for each chapter of the manual.

pub mod arith;
pub mod arith64;
pub mod branch;
pub mod dsp;
pub mod fpu;
pub mod fpu_move;
pub mod memory;
pub mod msa;
pub mod paired;
pub mod release6;
pub mod system;
pub mod threads;

use crate::lift::Insn;

/// All instruction tables.
pub static TABLES: &[&[Insn]] = &[
    arith::INSNS,
    arith64::INSNS,
    branch::INSNS,
    memory::INSNS,
    release6::INSNS,
    system::INSNS,
    threads::INSNS,
    dsp::INSNS,
    paired::INSNS,
    msa::INSNS,
    fpu::INSNS,
    fpu_move::INSNS,
];

#[cfg(test)]
mod tests {
    #[test]
    fn no_row_shadows_another() {
        assert_eq!(decode::check_isa(super::TABLES), Vec::<String>::new());
    }
}
