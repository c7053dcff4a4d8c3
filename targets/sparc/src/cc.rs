//! Integer condition codes, kept as the operands of the instruction that has set them.
//!
//! An instruction that sets them writes its operands to two slots. How the codes come from these (as a sum, as a difference, or
//! literally) is in a third one and in the mode, so that it is known at lift time, and that slot is written only when it changes: nearly
//! everything is a difference, for logical operations count as their result less 0. So a branch is a comparison of two registers.

use uop::{Val, Width};

use crate::helper;
use crate::lift::{Cond, Lift};
use crate::mode;
use crate::state::{CC_A, CC_B, CC_KIND};
use crate::trap::Trap;

/// How the condition codes come from `cc_a` and `cc_b`.
pub mod kind {
    /// `cc_a` holds them: icc (n, z, v, c from bit 3 down), xcc above.
    pub const FLAGS: u64 = 0;
    /// `cc_a` + `cc_b`.
    pub const ADD: u64 = 2;
    /// `cc_a` - `cc_b`.
    pub const SUB: u64 = 4;
    /// A sum with carry. This and those that follow are evaluated at once: no mode has them.
    pub const ADD1: u64 = 3;
    /// A difference with borrow.
    pub const SUB1: u64 = 5;
    /// A sum; icc.v also if either operand is tagged.
    pub const TADD: u64 = 6;
    /// A difference; likewise.
    pub const TSUB: u64 = 8;
}

const N: u64 = 8;
const Z: u64 = 4;
const V: u64 = 2;
const C: u64 = 1;

/// n, z, v, c of operands of one width.
fn flags(kind: u64, a: u64, b: u64, width: Width) -> u64 {
    let (a, b) = (width.cut(a), width.cut(b));
    let carry = kind & 1;
    // Carry (or borrow) and overflow vectors, whose top bits count.
    let (r, c, v) = match kind {
        kind::ADD | kind::ADD1 | kind::TADD => {
            let r = width.cut(a.wrapping_add(b).wrapping_add(carry));
            (r, a & b | (a | b) & !r, !(a ^ b) & (a ^ r))
        }
        kind::SUB | kind::SUB1 | kind::TSUB => {
            let r = width.cut(a.wrapping_sub(b).wrapping_sub(carry));
            (r, !a & b | !(a ^ b) & r, (a ^ b) & (a ^ r))
        }
        _ => (a, 0, 0),
    };
    let top = |v: u64| bits::bit(v, width.bits() - 1);
    let tagged = width == Width::W32 && kind >= kind::TADD && (a | b) & 3 != 0;
    let if_set = |set: bool, flag| if set { flag } else { 0 };
    if_set(top(r), N) | if_set(r == 0, Z) | if_set(top(v) || tagged, V) | if_set(top(c), C)
}

/// icc in bits 3 to 0, xcc in bits 7 to 4, as in V9's CCR; V8 looks at icc alone.
pub fn evaluate(kind: u64, a: u64, b: u64) -> u64 {
    match kind {
        kind::FLAGS => a & 0xff,
        _ => flags(kind, a, b, Width::W64) << 4 | flags(kind, a, b, Width::W32),
    }
}

/// Whether condition `cond` (the field of Bicc) holds for flags n, z, v, c ("Bicc", V8 table of integer condition codes).
pub fn holds(cond: u64, flags: u64) -> bool {
    let has = |f| flags & f != 0;
    let less = has(N) != has(V);
    let positive = match cond & 7 {
        0 => false,
        1 => has(Z),
        2 => has(Z) || less,
        3 => less,
        4 => has(C) || has(Z),
        5 => has(C),
        6 => has(N),
        _ => has(V),
    };
    positive != (cond & 8 != 0)
}

/// Helper: whether a condition holds: kind, operands, and the condition, plus 16 for xcc.
pub(crate) fn condition<H>(_: &mut H, [kind, a, b, cond]: [u64; 4]) -> Result<u64, Trap> {
    let flags = evaluate(kind, a, b) >> (cond >> 4 << 2);
    Ok(u64::from(holds(cond & 15, flags)))
}

/// Helper: all codes, as [`evaluate`] gives them: kind and operands.
pub(crate) fn codes<H>(_: &mut H, [kind, a, b, _]: [u64; 4]) -> Result<u64, Trap> {
    Ok(evaluate(kind, a, b))
}

/// The condition of carry.
const CARRY: u8 = 5;

impl<'b> Lift<'b> {
    fn set_cc(&self, kind: u64, a: Val<'b>, b: Val<'b>) {
        let mode = self.mode_behind();
        if mode::cc_kind(mode) != kind {
            self.ir.set(CC_KIND, self.kind(kind));
            self.enter_mode(mode::with_cc_kind(mode, kind));
        }
        self.ir.set(CC_A, a);
        self.ir.set(CC_B, b);
    }

    fn kind(&self, kind: u64) -> Val<'b> {
        self.ir.konst(Width::W8, kind)
    }

    /// n and z of `result`; v and c 0.
    pub fn set_cc_logic(&self, result: Val<'b>) {
        self.set_cc(kind::SUB, result, result.konst(0));
    }

    /// Those of the sum `a + b`.
    pub fn set_cc_add(&self, a: Val<'b>, b: Val<'b>) {
        self.set_cc(kind::ADD, a, b);
    }

    /// Those of the difference `a - b`.
    pub fn set_cc_sub(&self, a: Val<'b>, b: Val<'b>) {
        self.set_cc(kind::SUB, a, b);
    }

    /// Those of `base` (one of [`kind::ADD`] and [`kind::SUB`]) with the carry `carry`, a truth value.
    pub fn set_cc_carry(&self, base: u64, a: Val<'b>, b: Val<'b>, carry: Val<'b>) {
        let kind = carry.zext(Width::W8) + self.kind(base);
        self.set_cc_flags(self.call(helper::CODES, &[kind, a, b]));
    }

    /// Those of a tagged operation, [`kind::TADD`] or [`kind::TSUB`].
    pub fn set_cc_tagged(&self, kind: u64, a: Val<'b>, b: Val<'b>) {
        self.set_cc_flags(self.call(helper::CODES, &[self.kind(kind), a, b]));
    }

    /// These codes: icc in bits 3 to 0, xcc in bits 7 to 4.
    pub fn set_cc_flags(&self, flags: Val<'b>) {
        let flags = flags.zext(self.width());
        self.set_cc(kind::FLAGS, flags, flags.konst(0));
    }

    /// icc.c as a truth value.
    pub fn carry(&self) -> Val<'b> {
        self.holds(CARRY)
    }

    /// Condition `cond` of Bicc.
    pub fn condition(&self, cond: u8) -> Cond<'b> {
        match cond & 15 {
            0 => Cond::Never,
            8 => Cond::Always,
            cond => Cond::If(self.holds(cond)),
        }
    }

    /// Whether condition `cond`, neither always nor never, holds.
    fn holds(&self, cond: u8) -> Val<'b> {
        let (a, b) = (self.ir.get(CC_A), self.ir.get(CC_B));
        let kind = mode::cc_kind(self.mode());
        let known = match kind {
            kind::SUB => sub(cond, a, b),
            kind::ADD => add(cond, a, b),
            _ => None,
        };
        known.unwrap_or_else(|| self.call(helper::CONDITION, &[self.kind(kind), a, b, self.kind(cond.into())]))
    }
}

/// `cond` after a subtraction: a comparison of its operands.
fn sub<'b>(cond: u8, a: Val<'b>, b: Val<'b>) -> Option<Val<'b>> {
    Some(match cond {
        1 => a.eq(b),
        9 => a.ne(b),
        2 => a.le_s(b),
        10 => b.lt_s(a),
        3 => a.lt_s(b),
        11 => b.le_s(a),
        4 => a.le_u(b),
        12 => b.lt_u(a),
        5 => a.lt_u(b),
        13 => b.le_u(a),
        6 => (a - b).lt_s(a.konst(0)),
        14 => a.konst(0).le_s(a - b),
        _ => return None,
    })
}

/// `cond` after an addition.
fn add<'b>(cond: u8, a: Val<'b>, b: Val<'b>) -> Option<Val<'b>> {
    let (zero, r) = (a.konst(0), a + b);
    Some(match cond {
        1 => r.eq(zero),
        9 => r.ne(zero),
        5 => r.lt_u(a),
        13 => a.le_u(r),
        6 => r.lt_s(zero),
        14 => zero.le_s(r),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_double_words() {
        let icc = |kind, a, b| evaluate(kind, a, b) & 15;
        assert_eq!(icc(kind::SUB, 1, 2), N | C);
        assert_eq!(icc(kind::SUB, 2, 2), Z);
        assert_eq!(icc(kind::SUB1, 2, 2), N | C);
        assert_eq!(icc(kind::ADD, 0x7fff_ffff, 1), N | V);
        assert_eq!(icc(kind::ADD, 0xffff_ffff, 1), Z | C);
        assert_eq!(icc(kind::ADD1, 0xffff_ffff, 0), Z | C);
        assert_eq!(icc(kind::TADD, 1, 1), V);
        assert_eq!(icc(kind::TSUB, 1, 1), Z | V);
        assert_eq!(evaluate(kind::ADD, u64::MAX, 1), (Z | C) << 4 | Z | C);
        assert_eq!(evaluate(kind::ADD, 0xffff_ffff, 1), Z | C);
        assert_eq!(evaluate(kind::SUB, 0, 1 << 63), (N | V | C) << 4 | Z);
        assert_eq!(evaluate(kind::FLAGS, 0xf5, 0), 0xf5);
    }

    #[test]
    fn conditions() {
        let set = |cond| (0..16).filter(|f| holds(cond, *f)).count();
        assert_eq!((set(0), set(8)), (0, 16));
        assert!(holds(3, N) && holds(3, V) && !holds(3, N | V) && holds(11, N | V));
        assert!(holds(4, C) && holds(4, Z) && holds(12, N));
    }
}
