//! The integer condition codes.
//!
//! They are kept as what made them, in one of three forms that the mode tells: so a comparison costs two stores, and a branch on it
//! one comparison. CCR's layout: "Condition Codes Register (CCR)", V9.

use uop::{Val, Width};

use super::lift::Lift;
use super::mode;
use super::state::{CC_A, CC_B};

/// Forms of the condition codes.
pub mod form {
    /// Those of CC_A - CC_B. Logical results are compared with 0.
    pub const SUB: u32 = 0;
    /// Those of CC_A + CC_B.
    pub const ADD: u32 = 1;
    /// CC_A is CCR.
    pub const CCR: u32 = 2;
}

/// The numbers of MOVcc and Tcc: icc is 4, xcc is 6.
pub const ICC: u8 = 4;
/// xcc.
pub const XCC: u8 = 6;

/// The values of fcc (a bit each) for which each condition of FBfcc holds.
const FCC_SETS: [i64; 16] = [
    0b0000, 0b1110, 0b0110, 0b1010, 0b0010, 0b1100, 0b0100, 0b1000, 0b1111, 0b0001, 0b1001, 0b0101, 0b1101, 0b0011,
    0b1011, 0b0111,
];

/// CCR from the values of CC_A and CC_B in a form.
pub fn ccr(form: u32, a: u64, b: u64) -> u64 {
    let half = |width: u32| {
        let (a, b) = (a & bits::mask(width), b & bits::mask(width));
        let top = |v: u64| v >> (width - 1) & 1;
        let (result, carry, overflow) = if form == form::SUB {
            let r = a.wrapping_sub(b) & bits::mask(width);
            (r, u64::from(a < b), top((a ^ b) & (a ^ r)))
        } else {
            let r = a.wrapping_add(b) & bits::mask(width);
            (r, u64::from(r < a), top((a ^ r) & (b ^ r)))
        };
        top(result) << 3 | u64::from(result == 0) << 2 | overflow << 1 | carry
    };
    if form == form::CCR { a & 0xff } else { half(64) << 4 | half(32) }
}

/// Whether condition `cond` (0 to 15) holds for n, z, v, c (bits 3 to 0).
pub fn holds(flags: u64, cond: u8) -> bool {
    let [c, v, z, n] = [0, 1, 2, 3].map(|bit| flags >> bit & 1 != 0);
    let positive = match cond & 7 {
        0 => false,
        1 => z,
        2 => z || n != v,
        3 => n != v,
        4 => c || z,
        5 => c,
        6 => n,
        _ => v,
    };
    positive != (cond & 8 != 0)
}

/// Whether condition `cond` of FBfcc holds for a value of fcc.
pub fn fcc_holds(fcc: u64, cond: u8) -> bool {
    FCC_SETS[usize::from(cond & 15)] >> (fcc & 3) & 1 != 0
}

impl<'b> Lift<'b> {
    /// Makes the condition codes those of `a - b` or `a + b`, or `a` itself.
    pub fn set_cc(&self, form: u32, a: Val<'b>, b: Val<'b>) {
        self.ir.set(CC_A, a);
        self.ir.set(CC_B, b);
        self.change_mode(mode::CC, form);
    }

    /// The condition codes of a logical result.
    pub fn set_cc_logic(&self, result: Val<'b>) {
        self.set_cc(form::SUB, result, result.konst(0));
    }

    /// CCR is `ccr`.
    pub fn set_ccr(&self, ccr: Val<'b>) {
        self.set_cc(form::CCR, ccr, ccr.konst(0));
    }

    /// A helper has put CCR into CC_A.
    pub fn now_ccr(&self) {
        self.mode_is(mode::CC, form::CCR);
    }

    /// Whether condition `cond` (0 to 15) holds in fcc `n`: equal, less, greater, unordered are 0 to 3.
    pub fn fcond(&self, n: u8, cond: u8) -> Val<'b> {
        let fcc = self.ir.get(super::state::fcc(n));
        let bits = self.konst(FCC_SETS[usize::from(cond)]);
        bits.shr_u(fcc).trunc(Width::W1)
    }

    /// Whether register condition `rcond` holds; `None` if it is reserved.
    pub fn rcond(&self, rcond: u8, a: Val<'b>) -> Option<Val<'b>> {
        let zero = a.konst(0);
        Some(match rcond {
            1 => a.eq(zero),
            2 => a.le_s(zero),
            3 => a.lt_s(zero),
            5 => a.ne(zero),
            6 => zero.lt_s(a),
            7 => zero.le_s(a),
            _ => return None,
        })
    }

    /// The operands in the width of icc or xcc.
    fn cc_operands(&self, cc: u8) -> (Val<'b>, Val<'b>) {
        let width = if cc == XCC { Width::W64 } else { Width::W32 };
        (self.ir.get(CC_A).trunc(width), self.ir.get(CC_B).trunc(width))
    }

    /// icc.C.
    pub fn carry(&self) -> Val<'b> {
        let (a, b) = self.cc_operands(ICC);
        match mode::CC.of(self.mode()) {
            form::SUB => a.lt_u(b),
            form::ADD => a.add(b).lt_u(a),
            _ => a.trunc(Width::W1),
        }
    }

    /// Whether condition `cond` (0 to 15) holds in icc or xcc.
    pub fn icond(&self, cc: u8, cond: u8) -> Val<'b> {
        let holds = match mode::CC.of(self.mode()) {
            form::SUB => self.cond_sub(cc, cond & 7),
            form::ADD => self.cond_add(cc, cond & 7),
            _ => self.cond_ccr(cc, cond & 7),
        };
        if cond & 8 == 0 { holds } else { holds.not() }
    }

    fn cond_sub(&self, cc: u8, cond: u8) -> Val<'b> {
        let (a, b) = self.cc_operands(cc);
        let zero = a.konst(0);
        match cond {
            0 => self.ir.konst(Width::W1, 0),
            1 => a.eq(b),
            2 => a.le_s(b),
            3 => a.lt_s(b),
            4 => a.le_u(b),
            5 => a.lt_u(b),
            6 => a.sub(b).lt_s(zero),
            // Overflow: the sign of the difference is not that of the comparison.
            _ => a.sub(b).lt_s(zero) ^ a.lt_s(b),
        }
    }

    fn cond_add(&self, cc: u8, cond: u8) -> Val<'b> {
        let (a, b) = self.cc_operands(cc);
        let zero = a.konst(0);
        let r = a.add(b);
        let overflow = || ((a ^ r) & (b ^ r)).lt_s(zero);
        match cond {
            0 => self.ir.konst(Width::W1, 0),
            1 => r.eq(zero),
            2 => r.eq(zero) | r.lt_s(zero) ^ overflow(),
            3 => r.lt_s(zero) ^ overflow(),
            4 => r.eq(zero) | r.lt_u(a),
            5 => r.lt_u(a),
            6 => r.lt_s(zero),
            _ => overflow(),
        }
    }

    fn cond_ccr(&self, cc: u8, cond: u8) -> Val<'b> {
        let ccr = self.ir.get(CC_A);
        let bit = |n: u32| ccr.extract(n + if cc == XCC { 4 } else { 0 }, 1).trunc(Width::W1);
        let (c, v, z, n) = (|| bit(0), || bit(1), || bit(2), || bit(3));
        match cond {
            0 => self.ir.konst(Width::W1, 0),
            1 => z(),
            2 => z() | (n() ^ v()),
            3 => n() ^ v(),
            4 => c() | z(),
            5 => c(),
            6 => n(),
            _ => v(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ccr_of_both_forms() {
        assert_eq!(ccr(form::SUB, 1, 1), 0x44);
        assert_eq!(ccr(form::SUB, 0, 1), 0x99);
        assert_eq!(ccr(form::SUB, 1 << 31, 1), 0x02);
        assert_eq!(ccr(form::ADD, u64::MAX, 1), 0x55);
        assert_eq!(ccr(form::ADD, 0x7fff_ffff, 1), 0x0a);
        assert_eq!(ccr(form::CCR, 0xff, 3), 0xff);
    }
}
