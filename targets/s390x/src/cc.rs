//! The condition code, held as the operands it is made of.
//!
//! An instruction that sets it writes what kind of result it has ([`Kind`]) and one or two operands. A branch in the same block knows
//! the kind and is a comparison of those operands; elsewhere [`value`] works the code out.

use uop::{Val, Width};

/// What the two operands `a` and `b` mean. Narrower numbers are extended to 64 bits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Kind {
    /// `a` is the code.
    Code,
    /// Signed comparison: 0 equal, 1 low, 2 high.
    Signed,
    /// Unsigned comparison.
    Unsigned,
    /// 1 if `a` is not 0.
    NonZero,
    /// `a` is the exact result of 32-bit signed arithmetic: sign, or 3 if it doesn't fit.
    Arith32,
    /// Signed sum of 64 bits.
    Add64,
    /// Signed difference of 64 bits.
    Sub64,
    /// Logical sum; `a` is the result, `b` the carry.
    Carry,
    /// Logical difference.
    Borrow,
    /// Test under mask, of a byte: `a` the selected bits, `b` the mask.
    Test,
    /// Test under mask, of 16 bits: mixed ones tell the leftmost bit.
    TestWide,
    /// Sign of a short BFP number: 3 for a NaN.
    Short,
    /// Sign of a long BFP number.
    Long,
    /// Sign of `a`: 0 for 0, 1 negative, 2 positive.
    Sign,
}

impl Kind {
    const ALL: [Kind; 14] = [
        Kind::Code,
        Kind::Signed,
        Kind::Unsigned,
        Kind::NonZero,
        Kind::Arith32,
        Kind::Add64,
        Kind::Sub64,
        Kind::Carry,
        Kind::Borrow,
        Kind::Test,
        Kind::TestWide,
        Kind::Short,
        Kind::Long,
        Kind::Sign,
    ];

    /// The kind with this number.
    pub fn from_number(n: u64) -> Kind {
        Kind::ALL.get(n as usize).copied().unwrap_or(Kind::Code)
    }
}

fn sign(n: i64) -> u64 {
    match n {
        0 => 0,
        n if n < 0 => 1,
        _ => 2,
    }
}

fn float(n: f64) -> u64 {
    match n.partial_cmp(&0.0) {
        None => 3,
        Some(order) => [1, 0, 2][(order as i8 + 1) as usize],
    }
}

fn order<T: Ord>(a: T, b: T) -> u64 {
    match a.cmp(&b) {
        std::cmp::Ordering::Equal => 0,
        std::cmp::Ordering::Less => 1,
        std::cmp::Ordering::Greater => 2,
    }
}

/// The code, 0 to 3.
pub fn value(kind: Kind, a: u64, b: u64) -> u64 {
    let (s, t) = (a as i64, b as i64);
    match kind {
        Kind::Code => a & 3,
        Kind::Signed => order(s, t),
        Kind::Sign => sign(s),
        Kind::Unsigned => order(a, b),
        Kind::NonZero => u64::from(a != 0),
        Kind::Arith32 => i32::try_from(s).map_or(3, |n| sign(n.into())),
        Kind::Add64 => s.checked_add(t).map_or(3, sign),
        Kind::Sub64 => s.checked_sub(t).map_or(3, sign),
        Kind::Carry => b << 1 & 2 | u64::from(a != 0),
        Kind::Borrow => [2, 1, 3][order(a, b) as usize],
        Kind::Test if a == 0 => 0,
        Kind::Test => {
            if a == b {
                3
            } else {
                1
            }
        }
        Kind::Short => float(f32::from_bits(a as u32).into()),
        Kind::Long => float(f64::from_bits(a)),
        Kind::TestWide => match a {
            0 => 0,
            _ if a == b => 3,
            _ => 1 + (a >> (63 - b.leading_zeros()) & 1),
        },
    }
}

/// Whether a branch with `mask` (8 for code 0, 1 for code 3) is taken, where that is one comparison.
pub fn condition<'b>(kind: Kind, a: Val<'b>, b: impl FnOnce() -> Option<Val<'b>>, mask: u8) -> Option<Val<'b>> {
    let zero = || a.konst(0);
    match kind {
        Kind::Signed => compare(a, b()?, mask, true),
        Kind::Sign => compare(a, zero(), mask, true),
        Kind::Unsigned => compare(a, b()?, mask, false),
        Kind::NonZero => match mask & 0xc {
            8 => Some(a.eq(zero())),
            _ => Some(a.ne(zero())),
        },
        Kind::Borrow => {
            let m = mask << 2 & 8 | mask & 4 | mask << 1 & 2;
            compare(a, b()?, m, false)
        }
        Kind::Arith32 => {
            let (low, high) = (1u64 << 31, (1u64 << 31) - 1);
            match mask {
                8 => Some(a.eq(zero())),
                7 => Some(a.ne(zero())),
                4 => Some(a.add_imm(1 << 31).lt_u(a.konst(low))),
                11 => Some(a.konst(low).le_u(a.add_imm(1 << 31))),
                2 => Some(a.add_imm(-1).lt_u(a.konst(high))),
                13 => Some(a.konst(high).le_u(a.add_imm(-1))),
                _ => None,
            }
        }
        Kind::Test => match mask {
            8 => Some(a.eq(zero())),
            7 | 5 => Some(a.ne(zero())),
            1 => Some(a.eq(b()?) & a.ne(zero())),
            14 | 12 => Some(!(a.eq(b()?) & a.ne(zero()))),
            _ => None,
        },
        Kind::TestWide => match mask {
            8 => Some(a.eq(zero())),
            7 => Some(a.ne(zero())),
            _ => None,
        },
        _ => None,
    }
}

/// A comparison of which code 0 is equal, 1 low, 2 high, and 3 does not occur.
fn compare<'b>(a: Val<'b>, b: Val<'b>, mask: u8, signed: bool) -> Option<Val<'b>> {
    let lt = |a: Val<'b>, b: Val<'b>| if signed { a.lt_s(b) } else { a.lt_u(b) };
    let le = |a: Val<'b>, b: Val<'b>| if signed { a.le_s(b) } else { a.le_u(b) };
    Some(match mask & 0xe {
        8 => a.eq(b),
        6 => a.ne(b),
        4 => lt(a, b),
        2 => lt(b, a),
        12 => le(a, b),
        10 => le(b, a),
        14 => a.eq(a),
        _ => a.ne(a),
    })
}

/// Whether a branch with `mask` is taken when the code is the value of `code`.
pub fn of_code(code: Val<'_>, mask: u8) -> Val<'_> {
    let code = code.zext(Width::W64);
    let three = code.konst(3);
    match mask {
        8 => code.eq(code.konst(0)),
        4 => code.eq(code.konst(1)),
        2 => code.eq(code.konst(2)),
        1 => code.eq(three),
        7 => code.ne(code.konst(0)),
        11 => code.ne(code.konst(1)),
        13 => code.ne(code.konst(2)),
        14 => code.ne(three),
        _ => (code.konst(mask.into()).shr_u(three - code) & code.konst(1)).trunc(Width::W1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes() {
        assert_eq!(value(Kind::Signed, u64::MAX, 1), 1);
        assert_eq!(value(Kind::Unsigned, u64::MAX, 1), 2);
        assert_eq!(value(Kind::Arith32, 1 << 31, 0), 3);
        assert_eq!(value(Kind::Arith32, (-(1i64 << 31)) as u64, 0), 1);
        assert_eq!(value(Kind::Borrow, 1, 2), 1);
        assert_eq!(value(Kind::Borrow, 2, 2), 2);
        assert_eq!(value(Kind::Borrow, 3, 2), 3);
        assert_eq!(value(Kind::TestWide, 0x8000, 0xc000), 2);
        assert_eq!(value(Kind::TestWide, 0x4000, 0xc000), 1);
        for (n, kind) in Kind::ALL.iter().enumerate() {
            assert_eq!(*kind as usize, n);
        }
    }
}
