//! Integer condition codes, kept as the operands of the instruction that has set them.
//!
//! An instruction that sets them writes three slots: how they come about, and from what. Whoever reads them evaluates that: mostly at
//! lift time, for the instruction that set them is mostly at hand, so that `subcc` and `bl` become one comparison.

use uop::{Val, Width};

use crate::helper;
use crate::lift::{Cond, Form, Lift};
use crate::state::{CC_A, CC_B, CC_KIND};
use crate::trap::Trap;

/// How the condition codes come from `cc_a` and `cc_b`.
pub mod kind {
    /// `cc_a` holds them: icc (n, z, v, c from bit 3 down), xcc above.
    pub const FLAGS: u64 = 0;
    /// n and z of `cc_a`; v and c are 0.
    pub const LOGIC: u64 = 1;
    /// `cc_a` + `cc_b`.
    pub const ADD: u64 = 2;
    /// `cc_a` + `cc_b` + 1.
    pub const ADD1: u64 = 3;
    /// `cc_a` - `cc_b`.
    pub const SUB: u64 = 4;
    /// `cc_a` - `cc_b` - 1.
    pub const SUB1: u64 = 5;
    /// `cc_a` + `cc_b`; icc.v also if either is tagged.
    pub const TADD: u64 = 6;
    /// `cc_a` - `cc_b`; likewise.
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

/// Helper: whether a condition holds: kind, operands, and the condition, plus 16 for V9's xcc.
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
    fn set_cc(&self, kind: Val<'b>, a: Val<'b>, b: Option<Val<'b>>, form: Form<'b>) {
        self.ir.set(CC_KIND, kind);
        self.ir.set(CC_A, a);
        if let Some(b) = b {
            self.ir.set(CC_B, b);
        }
        self.form.set(form);
    }

    fn kind(&self, kind: u64) -> Val<'b> {
        self.ir.konst(Width::W8, kind)
    }

    /// n and z of `result`; v and c 0.
    pub fn set_cc_logic(&self, result: Val<'b>) {
        self.set_cc(self.kind(kind::LOGIC), result, None, Form::Logic(result));
    }

    /// Those of the sum `a + b`, which is `result`.
    pub fn set_cc_add(&self, a: Val<'b>, b: Val<'b>, result: Val<'b>) {
        self.set_cc(self.kind(kind::ADD), a, Some(b), Form::Add(a, result));
    }

    /// Those of the difference `a - b`, which is `result`.
    pub fn set_cc_sub(&self, a: Val<'b>, b: Val<'b>, result: Val<'b>) {
        self.set_cc(self.kind(kind::SUB), a, Some(b), Form::Sub(a, b, result));
    }

    /// Those of `base` (one of [`kind::ADD`] and [`kind::SUB`]) with the carry `carry`, a truth value.
    pub fn set_cc_carry(&self, base: u64, a: Val<'b>, b: Val<'b>, carry: Val<'b>) {
        let kind = carry.zext(Width::W8) + self.kind(base);
        self.set_cc(kind, a, Some(b), Form::Unknown);
    }

    /// Those of a tagged operation, [`kind::TADD`] or [`kind::TSUB`].
    pub fn set_cc_tagged(&self, kind: u64, a: Val<'b>, b: Val<'b>) {
        self.set_cc(self.kind(kind), a, Some(b), Form::Unknown);
    }

    /// These codes: icc in bits 3 to 0, xcc in bits 7 to 4.
    pub fn set_cc_flags(&self, flags: Val<'b>) {
        self.set_cc(self.kind(kind::FLAGS), flags, None, Form::Unknown);
    }

    /// All codes: icc in bits 3 to 0, xcc in bits 7 to 4.
    pub fn cc(&self) -> Val<'b> {
        let (kind, a, b) = self.cc_slots();
        self.call(helper::CODES, &[kind, a, b])
    }

    fn cc_slots(&self) -> (Val<'b>, Val<'b>, Val<'b>) {
        (self.ir.get(CC_KIND), self.ir.get(CC_A), self.ir.get(CC_B))
    }

    /// icc.c as a truth value.
    pub fn carry(&self) -> Val<'b> {
        self.holds(CARRY, Width::W32)
    }

    /// Condition `cond` of Bicc: of icc for [`Width::W32`], of xcc for [`Width::W64`].
    pub fn condition(&self, cond: u8, of: Width) -> Cond<'b> {
        match cond & 15 {
            0 => Cond::Never,
            8 => Cond::Always,
            cond => Cond::If(self.holds(cond, of)),
        }
    }

    /// Whether condition `cond`, neither always nor never, holds.
    fn holds(&self, cond: u8, of: Width) -> Val<'b> {
        let cut = |v: Val<'b>| v.trunc(of);
        let known = match self.form.get() {
            Form::Unknown => None,
            Form::Logic(r) => logic(cond, cut(r)),
            Form::Sub(a, b, r) => sub(cond, cut(a), cut(b), cut(r)),
            Form::Add(a, r) => add(cond, cut(a), cut(r)),
        };
        known.unwrap_or_else(|| {
            let (kind, a, b) = self.cc_slots();
            let number = u64::from(cond) | u64::from(of == Width::W64) << 4;
            self.call(helper::CONDITION, &[kind, a, b, self.kind(number)])
        })
    }
}

/// `cond` after a logical operation.
fn logic<'b>(cond: u8, r: Val<'b>) -> Option<Val<'b>> {
    let zero = r.konst(0);
    Some(match cond {
        // e and leu; ne and gu: carry is 0.
        1 | 4 => r.eq(zero),
        9 | 12 => r.ne(zero),
        2 => r.le_s(zero),
        10 => zero.lt_s(r),
        // l and neg; ge and pos: overflow is 0.
        3 | 6 => r.lt_s(zero),
        11 | 14 => zero.le_s(r),
        _ => return None,
    })
}

/// `cond` after a subtraction: a comparison of its operands.
fn sub<'b>(cond: u8, a: Val<'b>, b: Val<'b>, r: Val<'b>) -> Option<Val<'b>> {
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
        6 => r.lt_s(r.konst(0)),
        14 => r.konst(0).le_s(r),
        _ => return None,
    })
}

/// `cond` after an addition.
fn add<'b>(cond: u8, a: Val<'b>, r: Val<'b>) -> Option<Val<'b>> {
    let zero = r.konst(0);
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
