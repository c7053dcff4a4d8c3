//! The arithmetic flags, held as the operands they are made of.
//!
//! An instruction that sets them writes what kind of result it has ([`Op`] and a size) and up to three operands. A jump in the same block
//! knows the kind and is a comparison of those operands; elsewhere [`value`] works the flags out. What the SDM leaves undefined is as
//! QEMU has it.

use crate::state::bit;

/// What the operands `a`, `b` and `c` mean. They are zero-extended from the operation's size.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Op {
    /// `a` holds the flags where EFLAGS has them.
    Flags,
    /// `a` is the sum of something and `b`.
    Add,
    /// The same with the carry `c`.
    Adc,
    /// `a` minus `b`.
    Sub,
    /// `a` minus `b` minus the borrow `c`.
    Sbb,
    /// `a` is the result of AND, OR, XOR.
    Logic,
    /// `a` is the result, `b` CF.
    Inc,
    /// `a` is the result, `b` CF.
    Dec,
    /// `a` is the result, `b` the value shifted by one less: CF is its top bit.
    Shl,
    /// `a` is the result, `b` the value shifted by one less: CF is its bit 0.
    Shr,
    /// `a` is the low half of a product, `b` not 0 if the high half is more than its sign.
    Mul,
    /// BLSI, BLSR, BLSMSK: `a` is the result, `b` not 0 for CF.
    Bls,
    /// `a` holds the flags where EFLAGS has them, but for CF, which is `b`, and OF, which is `c`.
    Split,
    /// `a` is the result of a subtraction from 0.
    Neg,
}

/// All, in the order of their numbers.
const OPS: [Op; 14] = [
    Op::Flags,
    Op::Add,
    Op::Adc,
    Op::Sub,
    Op::Sbb,
    Op::Logic,
    Op::Inc,
    Op::Dec,
    Op::Shl,
    Op::Shr,
    Op::Mul,
    Op::Bls,
    Op::Split,
    Op::Neg,
];

/// The number in `cc_kind` of an operation of `1 << size` bytes.
pub const fn kind(op: Op, size: u32) -> u8 {
    (op as u8) << 2 | size as u8
}

/// Operation and size of a number in `cc_kind`.
pub fn parts(kind: u64) -> (Op, u32) {
    (OPS.get((kind >> 2) as usize).copied().unwrap_or(Op::Flags), (kind & 3) as u32)
}

/// The flags (CF, PF, AF, ZF, SF, OF at their places) of a kind and operands.
pub fn value(kind: u64, a: u64, b: u64, c: u64) -> u64 {
    let (op, size) = parts(kind);
    let bits = 8u32 << size;
    let mask = bits::mask(bits);
    let top = |v: u64| v >> (bits - 1) & 1;
    let (result, cf, of, af) = match op {
        Op::Flags => return a & bit::ARITH,
        Op::Split => return a & bit::ARITH & !(bit::CF | bit::OF) | b & 1 | (c & 1) << 11,
        Op::Add | Op::Adc => {
            let x = a.wrapping_sub(b).wrapping_sub(if op == Op::Adc { c } else { 0 }) & mask;
            let cf = if op == Op::Adc && c != 0 { a <= b } else { a < b };
            (a, cf, top(!(x ^ b) & (x ^ a)), (a ^ b ^ x) & 16)
        }
        Op::Sub | Op::Sbb => {
            let borrow = if op == Op::Sbb { c } else { 0 };
            let r = a.wrapping_sub(b).wrapping_sub(borrow) & mask;
            let cf = if borrow != 0 { a <= b } else { a < b };
            (r, cf, top((a ^ b) & (a ^ r)), (a ^ b ^ r) & 16)
        }
        Op::Logic => (a, false, 0, 0),
        Op::Inc => (a, b != 0, u64::from(a == 1 << (bits - 1)), if a & 15 == 0 { 16 } else { 0 }),
        Op::Dec => (a, b != 0, u64::from(a == mask >> 1), if a & 15 == 15 { 16 } else { 0 }),
        Op::Neg => (a, a != 0, u64::from(a == 1 << (bits - 1)), if a & 15 == 0 { 0 } else { 16 }),
        Op::Shl => (a, top(b) != 0, top(a ^ b), 0),
        Op::Shr => (a, b & 1 != 0, top(a ^ b), 0),
        Op::Mul => (a, b != 0, u64::from(b != 0), 0),
        Op::Bls => (a, b != 0, 0, 0),
    };
    if op == Op::Bls {
        // PF and AF are undefined: 0, as on QEMU.
        return u64::from(cf) | if result & mask == 0 { bit::ZF } else { 0 } | top(result) << 7;
    }
    let parity = if (result as u8).count_ones().is_multiple_of(2) { bit::PF } else { 0 };
    let zero = if result & mask == 0 { bit::ZF } else { 0 };
    u64::from(cf) | parity | af | zero | top(result) << 7 | of << 11
}

/// CF alone, 0 or 1.
pub fn carry(kind: u64, a: u64, b: u64, c: u64) -> u64 {
    let (op, size) = parts(kind);
    let yes = match op {
        Op::Flags => a & 1 != 0,
        Op::Add | Op::Sub => a < b,
        Op::Adc | Op::Sbb => a < b || c != 0 && a == b,
        Op::Logic => false,
        Op::Neg => a != 0,
        Op::Shl => b >> ((8 << size) - 1) & 1 != 0,
        Op::Shr | Op::Split => b & 1 != 0,
        Op::Inc | Op::Dec | Op::Mul | Op::Bls => b != 0,
    };
    yes.into()
}

/// Whether condition `cc` (the low four bits of Jcc's opcode) holds for flags.
pub fn condition(cc: u8, flags: u64) -> bool {
    let is = |bit: u64| flags & bit != 0;
    let yes = match cc >> 1 {
        0 => is(bit::OF),
        1 => is(bit::CF),
        2 => is(bit::ZF),
        3 => is(bit::CF | bit::ZF),
        4 => is(bit::SF),
        5 => is(bit::PF),
        6 => is(bit::SF) != is(bit::OF),
        _ => is(bit::ZF) || is(bit::SF) != is(bit::OF),
    };
    yes != (cc & 1 != 0)
}
