//! The instructions, a file for each chapter of the manual.

mod float;
pub mod rv_a;
pub mod rv_c;
pub mod rv_d;
pub mod rv_f;
pub mod rv_i;
pub mod rv_m;
pub mod rv_priv;
pub mod rv_zba;
pub mod rv_zbb;
pub mod rv_zbc;
pub mod rv_zbs;
pub mod rv_zicbo;
pub mod rv_zicond;
pub mod rv_zicsr;
pub mod rv_zifencei;

use crate::lift::Insn;

/// All instruction tables.
pub static TABLES: &[&[Insn]] = &[
    rv_i::INSNS,
    rv_zifencei::INSNS,
    rv_zicsr::INSNS,
    rv_m::INSNS,
    rv_a::INSNS,
    rv_f::INSNS,
    rv_d::INSNS,
    rv_c::INSNS,
    rv_zba::INSNS,
    rv_zbb::INSNS,
    rv_zbc::INSNS,
    rv_zbs::INSNS,
    rv_zicond::INSNS,
    rv_zicbo::INSNS,
    rv_priv::INSNS,
];

#[cfg(test)]
mod tests {
    #[test]
    fn no_row_shadows_another() {
        assert_eq!(decode::check_isa(super::TABLES), Vec::<String>::new());
    }
}
