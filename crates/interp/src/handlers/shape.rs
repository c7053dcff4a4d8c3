//! What ops are, as far as pairing goes.

use uop::{BinOp, CmpOp, Width};

/// What an op is, as far as pairing goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Shape {
    /// Two operands: op, width, second is an immediate, result is sign-extended.
    Bin(BinOp, Width, bool, bool),
    /// Two operands of 32 bits into the low half of a register: op, second is an immediate.
    Low(BinOp, bool),
    /// A move of the low half.
    MovLow,
    /// A move.
    Mov,
    /// A sign extension from 32 to 64 bits.
    SextWord,
    /// The low 32 bits.
    CutWord,
    /// A constant in the immediate, sign-extended.
    Konst,
    /// A constant in the immediate, zero-extended.
    KonstU,
    /// A plain load: width, extension, kind.
    Load(Width, u8, u8),
    /// A plain store: width, kind.
    Store(Width, u8),
    /// A comparison: op, width, second is an immediate.
    Cmp(CmpOp, Width, bool),
    /// A choice by a truth value; whether it is of 32 bits.
    Select(bool),
    /// A branch on a comparison.
    Branch(CmpOp, Width, bool),
    /// A jump to a known address; whether it is a call.
    Jump(bool),
    /// A jump to a computed address: what it is.
    Indirect(u8),
    /// Anything else.
    Other,
}
