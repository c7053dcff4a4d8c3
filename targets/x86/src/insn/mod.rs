//! The instructions: a file for each group, and in it a table that says which mnemonic has which handler.

use iced_x86::Mnemonic;

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

/// All tables.
static TABLES: &[&[Row]] =
    &[arith::ROWS, bits_::ROWS, control::ROWS, control::JUMPS, move_::ROWS, string::ROWS, system::ROWS];

/// The rows by mnemonic.
pub(crate) fn handlers() -> Vec<Option<Row>> {
    let mut list = vec![None; Mnemonic::values().len()];
    let generic = crate::sse::generic_rows().into_iter().chain(crate::x87::rows());
    let tables = crate::sse::TABLES.iter().chain(TABLES).flat_map(|t| t.iter().copied());
    for row in generic.chain(tables) {
        list[row.mnemonic as usize] = Some(row);
    }
    list
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
