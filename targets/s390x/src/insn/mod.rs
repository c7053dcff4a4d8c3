//! The instructions, a file for each part of the manual.

pub mod arith;
pub mod bfp;
pub mod branch;
pub mod move_;
pub mod string;
pub mod system_;

use crate::lift::Insn;

/// All instruction tables.
pub static TABLES: &[&[Insn]] = &[arith::INSNS, move_::INSNS, branch::INSNS, string::INSNS, bfp::INSNS, system_::INSNS];

#[cfg(test)]
mod tests {
    #[test]
    fn no_row_shadows_another() {
        assert_eq!(decode::check_isa(super::TABLES), Vec::<String>::new());
    }
}
