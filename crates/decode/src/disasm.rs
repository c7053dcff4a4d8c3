//! Text of instructions, from the operand template of their row.

use crate::Insn;

/// A field of an instruction, ready to be printed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Operand {
    /// A register's or condition's name.
    Text(&'static str),
    /// A text made for the purpose.
    Owned(String),
    /// A signed number, in decimal.
    Signed(i64),
    /// An unsigned number, in hexadecimal with `0x`.
    Hex(u64),
    /// An unsigned number, in decimal.
    Unsigned(u64),
}

impl std::fmt::Display for Operand {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Operand::Text(s) => f.write_str(s),
            Operand::Owned(s) => f.write_str(s),
            Operand::Signed(n) => write!(f, "{n}"),
            Operand::Hex(n) => write!(f, "{n:#x}"),
            Operand::Unsigned(n) => write!(f, "{n}"),
        }
    }
}

/// An instruction format: the fields of an encoding under the manual's names.
pub trait Format: From<u64> {
    /// The field called `name`, for the instruction at address `pc`; `None` if the format has no such field.
    fn operand(&self, name: &str, pc: u64) -> Option<Operand>;
}

/// The mnemonic of a row's name: `_` stands for `.`, and one at the end for nothing (`in_` is `in`, which Rust keeps for itself).
pub fn mnemonic(name: &str) -> String {
    name.strip_suffix('_').unwrap_or(name).replace('_', ".")
}

impl<L> Insn<L> {
    /// Mnemonic and operands of the instruction `bits`, which this row matches, at address `pc`.
    ///
    /// # Errors
    /// The name of a field in the template that the row's format doesn't have; a mistake of the table, which
    /// [`crate::check_isa`] finds.
    pub fn text(&self, bits: u64, pc: u64) -> Result<String, &'static str> {
        let mut text = mnemonic(self.name);
        let mut rest = self.operands;
        if !rest.is_empty() && !rest.starts_with("{.") {
            text.push(' ');
        }
        while let Some((before, tail)) = rest.split_once('{') {
            text.push_str(before);
            let (field, after) = tail.split_once('}').ok_or(tail)?;
            let operand = (self.operand)(bits, field.trim_start_matches('.'), pc).ok_or(field)?;
            text.push_str(&operand.to_string());
            rest = after;
        }
        text.push_str(rest);
        Ok(text)
    }
}
