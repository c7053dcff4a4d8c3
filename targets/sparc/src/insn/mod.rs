//! The instructions that V8 and V9 share; a file for each kind. Rows of one of them alone are guarded, or stand in `v8` and `v9`.

pub mod alu;
pub mod control;
pub mod fp;
pub mod memory;

use crate::lift::Insn;

/// All instructions of V8.
pub static V8: &[&[Insn]] = &[alu::INSNS, control::INSNS, memory::INSNS, fp::INSNS, crate::v8::insn::INSNS];

/// The tables that V9 has, too.
pub static SHARED: &[&[Insn]] = &[alu::INSNS, control::INSNS, memory::INSNS, fp::INSNS];

#[cfg(test)]
mod tests {
    #[test]
    fn no_row_shadows_another() {
        assert_eq!(decode::check_isa(super::V8), Vec::<String>::new());
    }
}
