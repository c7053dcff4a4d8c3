//! The instructions: a file for each group, and in it a table that says which mnemonic has which handler.

use iced_x86::{CpuidFeature, Mnemonic};

use crate::lift::Handler;

mod arith;
mod bits_;
mod control;
mod move_;
mod string;
mod system;

/// A feature that a row needs: word and bit (see [`crate::model::word`]).
pub(crate) type Need = Option<(usize, u32)>;

/// A row.
#[derive(Clone, Copy)]
pub(crate) struct Row {
    /// The instruction.
    pub(crate) mnemonic: Mnemonic,
    /// The feature it needs.
    pub(crate) need: Need,
    /// Its meaning.
    pub(crate) lift: Handler,
}

/// A table: `Mnemonic handler, ...;` or `Mnemonic @word.bit handler`.
macro_rules! rows {
    ($( $name:ident $(@ $word:ident . $bit:literal)? $lift:expr; )*) => {
        &[$( crate::insn::Row {
            mnemonic: iced_x86::Mnemonic::$name,
            need: crate::insn::rows!(@need $($word $bit)?),
            lift: $lift,
        } ),*]
    };
    (@need) => { None };
    (@need $word:ident $bit:literal) => { Some((crate::model::word::$word, $bit)) };
}
pub(crate) use rows;

/// Whether a model has what the decoder says an instruction belongs to; what is not named here, every model has.
pub(crate) fn has_feature(model: &crate::model::Model, feature: CpuidFeature) -> bool {
    use crate::model::word::{F1_ECX, F1_EDX, F7_EBX, F7_ECX, F8_ECX, F8_EDX, FD1_EAX};
    let (word, bit) = match feature {
        CpuidFeature::MMX => (F1_EDX, 23),
        CpuidFeature::SSE => (F1_EDX, 25),
        CpuidFeature::SSE2 => (F1_EDX, 26),
        CpuidFeature::SSE3 => (F1_ECX, 0),
        CpuidFeature::SSSE3 => (F1_ECX, 9),
        CpuidFeature::SSE4_1 => (F1_ECX, 19),
        CpuidFeature::SSE4_2 => (F1_ECX, 20),
        CpuidFeature::SSE4A => (F8_ECX, 6),
        CpuidFeature::AES => (F1_ECX, 25),
        CpuidFeature::PCLMULQDQ => (F1_ECX, 1),
        CpuidFeature::SHA => (F7_EBX, 29),
        CpuidFeature::AVX => (F1_ECX, 28),
        CpuidFeature::AVX2 => (F7_EBX, 5),
        CpuidFeature::FMA => (F1_ECX, 12),
        CpuidFeature::F16C => (F1_ECX, 29),
        CpuidFeature::FXSR => (F1_EDX, 24),
        CpuidFeature::XSAVE => (F1_ECX, 26),
        CpuidFeature::XSAVEOPT => (FD1_EAX, 0),
        CpuidFeature::XSAVEC => (FD1_EAX, 1),
        CpuidFeature::MONITOR => (F1_ECX, 3),
        CpuidFeature::RDTSCP => (F8_EDX, 27),
        CpuidFeature::RDPID => (F7_ECX, 22),
        CpuidFeature::CLFSH => (F1_EDX, 19),
        CpuidFeature::CLFLUSHOPT => (F7_EBX, 23),
        CpuidFeature::CLWB => (F7_EBX, 24),
        CpuidFeature::SMAP => (F7_EBX, 20),
        CpuidFeature::CMOV => (F1_EDX, 15),
        CpuidFeature::D3NOW => (F8_EDX, 31),
        CpuidFeature::D3NOWEXT => (F8_EDX, 30),
        CpuidFeature::PCOMMIT => (F7_EBX, 22),
        CpuidFeature::VAES | CpuidFeature::VPCLMULQDQ | CpuidFeature::XSAVES => return false,
        _ => return true,
    };
    model.has(word, bit)
}

/// All tables.
static TABLES: &[&[Row]] = &[
    arith::ROWS,
    bits_::ROWS,
    control::ROWS,
    control::JUMPS,
    move_::ROWS,
    string::ROWS,
    system::ROWS,
    crate::protection_keys::ROWS,
    crate::mpx::ROWS,
    crate::svm::ROWS,
];

/// The rows by mnemonic.
pub(crate) fn handlers() -> Vec<Option<Row>> {
    let mut list = vec![None; Mnemonic::values().len()];
    let generic = crate::sse::generic_rows().into_iter().chain(crate::x87::rows()).chain(crate::now::rows());
    let tables = crate::sse::TABLES.iter().chain(TABLES).flat_map(|t| t.iter().copied());
    for row in generic.chain(tables) {
        list[row.mnemonic as usize] = Some(row);
    }
    list
}

/// The instructions that some model has, in the order of the decoder's list.
pub fn all() -> impl Iterator<Item = Mnemonic> {
    handlers().into_iter().flatten().map(|row| row.mnemonic)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_row_each() {
        let mut seen = std::collections::HashSet::new();
        for row in TABLES.iter().flat_map(|t| t.iter()) {
            assert!(seen.insert(row.mnemonic), "{:?} has two rows", row.mnemonic);
        }
    }
}
