//! The instructions, a file for each part of the manual.

/// Defines handlers: name and format, the exception to look for first, and what is lifted.
macro_rules! lifts {
    ($l:ident, $f:ident; $($name:ident($format:ident) $(if $check:expr =>)? $body:block)*) => { $(
        #[allow(unused_variables, reason = "some instructions have no operands")]
        fn $name($l: &Lift, $f: $format) -> Flow {
            $(
                if let Some((code, arg)) = $check {
                    return $l.raise(code, arg);
                }
            )?
            $body
        }
    )* };
}

pub mod arith;
mod arith_ops;
pub mod bfp;
pub mod branch;
pub mod decimal;
pub mod dfp;
pub mod hfp;
pub mod linkage_;
pub mod locked;
pub mod move_;
mod move_ops;
pub mod msa;
pub mod spaces_;
pub mod string;
pub mod system_;
pub mod vector_decimal;
pub mod vector_float;
pub mod vector_integer;
mod vector_ops;
pub mod vector_reversed;
pub mod vector_support;

use crate::lift::Insn;

/// All instruction tables.
pub static TABLES: &[&[Insn]] = &[
    arith::INSNS,
    move_::INSNS,
    branch::INSNS,
    string::INSNS,
    decimal::INSNS,
    hfp::INSNS,
    dfp::INSNS,
    msa::INSNS,
    locked::INSNS,
    bfp::INSNS,
    vector_support::INSNS,
    vector_reversed::INSNS,
    vector_integer::INSNS,
    vector_float::INSNS,
    vector_decimal::INSNS,
    system_::INSNS,
    spaces_::INSNS,
    linkage_::INSNS,
];

#[cfg(test)]
mod tests {
    #[test]
    fn no_row_shadows_another() {
        assert_eq!(decode::check_isa(super::TABLES), Vec::<String>::new());
    }
}
