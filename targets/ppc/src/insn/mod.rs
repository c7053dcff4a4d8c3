//! The instructions, a file for each group of chapters.

pub mod arith;
pub mod branch;
pub mod dfp;
pub mod embedded;
pub mod fp;
pub mod fp_mem;
pub mod load;
pub mod logic;
pub mod mac;
pub mod power;
pub mod rotate;
pub mod server;
pub mod spe;
pub mod spe_fp;
pub mod spe_mem;
pub mod store;
pub mod system;
pub mod tlb4xx;
pub mod vector;
pub mod vector_new;
pub mod vsx;
pub mod vsx_mem;

use crate::lift::Insn;

/// All instruction tables.
pub static TABLES: &[&[Insn]] = &[
    branch::INSNS,
    load::INSNS,
    store::INSNS,
    arith::INSNS,
    logic::INSNS,
    rotate::INSNS,
    system::INSNS,
    server::INSNS,
    embedded::INSNS,
    tlb4xx::INSNS,
    mac::INSNS,
    power::INSNS,
    spe::INSNS,
    spe_fp::INSNS,
    spe_mem::INSNS,
    fp::INSNS,
    dfp::INSNS,
    fp_mem::INSNS,
    vector::INSNS,
    vector_new::INSNS,
    vsx::INSNS,
    vsx::QUAD,
    vsx_mem::INSNS,
];

#[cfg(test)]
mod tests {
    #[test]
    fn no_row_shadows_another() {
        assert_eq!(decode::check_isa(super::TABLES), Vec::<String>::new());
    }
}
