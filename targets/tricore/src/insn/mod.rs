//! The instructions, a file for each group.

pub mod arith;
pub mod bits_;
pub mod branch;
pub mod compare;
pub mod float;
pub mod mac;
pub mod memory;
pub mod move_;
pub mod move_short;
pub mod move_wide;
pub mod packed;
pub mod shift;
pub mod system;

use crate::lift::Insn;

/// All instruction tables.
pub static TABLES: &[&[Insn]] = &[
    arith::INSNS,
    compare::INSNS,
    move_::INSNS,
    move_short::INSNS,
    move_wide::INSNS,
    shift::INSNS,
    bits_::INSNS,
    packed::INSNS,
    mac::MULTIPLY,
    mac::ACCUMULATE,
    mac::FRACTION,
    mac::HALVES,
    memory::ABSOLUTE,
    memory::BASE,
    memory::SHORT,
    branch::INSNS,
    system::INSNS,
    float::INSNS,
];

#[cfg(test)]
mod tests {
    #[test]
    fn no_row_shadows_another() {
        assert_eq!(decode::check_isa(super::TABLES), Vec::<String>::new());
    }
}
