//! Transcendental functions (SDM volume 1, "x87 FPU Transcendental Instruction Accuracy": within one unit in the last place).
//!
//! They are worked out in binary128, by series on reduced arguments, and rounded once. The reduction of FSIN and its kin divides by pi of
//! 66 bits, as the manual says in "Approximation of Pi".

use iced_x86::Mnemonic;
use softfloat::{self as sf, Env, F128, Flags, X87};

use super::unit::{INDEFINITE, SIGN, Unit};

/// A binary128.
type Q = u128;

const ONE: Q = 0x3fff << 112;
const PI: Q = 0x4000_921f_b544_42d1_8469_898c_c517_01b8;
const LN_2: Q = 0x3ffe_62e4_2fef_a39e_f357_93c7_6730_07e6;
const LOG2_E: Q = 0x3fff_7154_7652_b82f_e177_7d0f_fda0_d23a;
/// Half of pi as 66 bits have it.
const HALF_PI_66: Q = 0x3fff_921f_b544_42d1_8469_8000_0000_0000;
const Q_SIGN: Q = 1 << 127;

fn add(a: Q, b: Q) -> Q {
    sf::add::<F128>(a, b, &mut { Env::RISCV })
}

fn sub(a: Q, b: Q) -> Q {
    sf::sub::<F128>(a, b, &mut { Env::RISCV })
}

fn mul(a: Q, b: Q) -> Q {
    sf::mul::<F128>(a, b, &mut { Env::RISCV })
}

fn div(a: Q, b: Q) -> Q {
    sf::div::<F128>(a, b, &mut { Env::RISCV })
}

fn int(n: i64) -> Q {
    sf::from_int::<F128, i64>(n, &mut { Env::RISCV })
}

/// The sum of `terms` + 1 terms, where term k + 1 is term k times `x` times `ratio(k)`; the first is `first`.
fn series(first: Q, x: Q, terms: i64, ratio: impl Fn(i64) -> (i64, i64)) -> Q {
    // Smallest terms last to come, first to be added.
    let mut list = vec![first];
    let mut term = first;
    for k in 0..terms {
        let (up, down) = ratio(k);
        term = div(mul(mul(term, x), int(up)), int(down));
        list.push(term);
    }
    list.into_iter().rev().fold(0, add)
}

/// Sine of an angle up to pi / 4.
fn sine(r: Q) -> Q {
    series(r, mul(r, r), 13, |k| (-1, (2 * k + 2) * (2 * k + 3)))
}

fn cosine(r: Q) -> Q {
    series(ONE, mul(r, r), 13, |k| (-1, (2 * k + 1) * (2 * k + 2)))
}

/// atanh(s) or, with `sign` -1, atan(s), for small `s`: the sum of s^(2k+1) / (2k+1).
fn odd_powers(s: Q, sign: i64, terms: i64) -> Q {
    let square = mul(s, s);
    let mut power = s;
    let mut list = vec![s];
    for k in 1..=terms {
        power = mul(power, square);
        let signed = if sign < 0 && k & 1 != 0 { power ^ Q_SIGN } else { power };
        list.push(div(signed, int(2 * k + 1)));
    }
    list.into_iter().rev().fold(0, add)
}

/// atan(t) for t up to 1: the angle is halved three times first.
fn arctangent(t: Q) -> Q {
    let mut t = t;
    for _ in 0..3 {
        let root = sf::sqrt::<F128>(add(ONE, mul(t, t)), &mut { Env::RISCV });
        t = div(t, add(ONE, root));
    }
    mul(odd_powers(t, -1, 13), int(8))
}

/// log2((1 + s) / (1 - s)).
fn log2_ratio(s: Q) -> Q {
    mul(mul(odd_powers(s, 1, 18), LOG2_E), int(2))
}

/// log2 of a positive number.
fn log2(x: Q) -> Q {
    if x >> 112 == 0 {
        // A denormal number: 2^128 times it is none.
        return sub(log2(mul(x, (0x3fff + 128) << 112)), int(128));
    }
    // 1 <= m < 2, then between the roots of 1/2 and 2.
    let mut exponent = (x >> 112) as i64 - 0x3fff;
    let mut m = x & !(0x7fff << 112) | ONE;
    if m > 0x3fff_6a09_e667_f3bc_c908_b2fb_1366_ea95 {
        m -= 1 << 112;
        exponent += 1;
    }
    add(int(exponent), log2_ratio(div(sub(m, ONE), add(m, ONE))))
}

/// A number that is less by a little in magnitude: sines, cosines and arctangents of tiny arguments round away from what they are near.
fn below(v: Q) -> Q {
    if v & !Q_SIGN == 0 { v } else { v - 1 }
}

/// An x87 number that is not denormal, infinite or a NaN is exact; denormal ones are, too, as the exponents are the same.
fn wide(v: u128) -> Q {
    sf::convert::<X87, F128>(v, &mut { Env::X87 })
}

/// What a number is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Zero,
    Finite,
    Infinite,
    Nan,
}

fn class(v: u128) -> Class {
    let (exponent, significand) = ((v >> 64) as u16 & 0x7fff, v as u64);
    match (exponent, significand) {
        (0, 0) => Class::Zero,
        (0x7fff, s) if s == 1 << 63 => Class::Infinite,
        (0, _) => Class::Finite,
        (0x7fff, _) => Class::Nan,
        (_, s) if s >> 63 == 0 => Class::Nan,
        _ => Class::Finite,
    }
}

impl Unit<'_> {
    /// A result that is rounded; it counts as inexact.
    fn rounded(&mut self, v: Q) -> u128 {
        self.env.raise(Flags::INEXACT);
        self.env.precision = sf::Precision::Extended;
        if v & !Q_SIGN == 0x7fff << 112 {
            // Too great for binary128, whose exponents are the same.
            let greatest = 0x7ffe << 64 | u128::from(u64::MAX);
            return sf::mul::<X87>(greatest | if v & Q_SIGN != 0 { SIGN } else { 0 }, greatest, &mut self.env);
        }
        let result = sf::convert::<F128, X87>(v, &mut self.env);
        // Tiny, and inexact in any case.
        if result >> 64 & 0x7fff == 0 {
            self.env.raise(Flags::UNDERFLOW);
        }
        result
    }

    fn invalid(&mut self) -> u128 {
        self.env.raise(Flags::INVALID);
        INDEFINITE
    }

    fn note_denormal(&mut self, v: u128) {
        if v >> 64 & 0x7fff == 0 && v as u64 != 0 {
            self.env.raise(Flags::DENORMAL);
        }
    }

    /// NaNs go on as through an addition.
    fn nan(&mut self, a: u128, b: u128) -> u128 {
        sf::add::<X87>(a, b, &mut self.env)
    }

    /// The angle less a multiple of half pi, and the multiple's last two bits; `None` (C2) if it is too great.
    fn reduce(&mut self, v: u128) -> Option<(Q, u64)> {
        if (v >> 64) as u16 & 0x7fff >= 0x3fff + 63 {
            return None;
        }
        let r = sf::rem_nearest::<F128>(wide(v & !SIGN), HALF_PI_66, &mut { Env::RISCV });
        Some((r.value, r.quotient & 3))
    }

    /// FSIN, FCOS, FSINCOS and FPTAN.
    pub(super) fn angle(&mut self, m: Mnemonic) {
        let v = self.get(0);
        let pushes = matches!(m, Mnemonic::Fsincos | Mnemonic::Fptan);
        self.f.status &= !0x400;
        if pushes && !self.stack && !self.empty(7) {
            // The stack is full: both results are the indefinite NaN.
            (self.stack, self.over) = (true, true);
        }
        let special = match class(v) {
            _ if self.stack => Some((INDEFINITE, INDEFINITE)),
            Class::Nan => Some((self.nan(v, v), self.nan(v, v))),
            Class::Infinite => Some((self.invalid(), INDEFINITE)),
            Class::Zero if m == Mnemonic::Fcos => Some((super::unit::ONE, 0)),
            Class::Zero => Some((v, super::unit::ONE)),
            Class::Finite => None,
        };
        let (first, second) = match special {
            Some(list) => list,
            None => {
                let Some((r, quadrant)) = self.reduce(v) else {
                    self.f.status |= 0x400;
                    return;
                };
                self.note_denormal(v);
                self.of_angle(m, r, quadrant, v & SIGN != 0)
            }
        };
        self.set(0, first);
        if pushes {
            self.push(second);
        }
    }

    fn of_angle(&mut self, m: Mnemonic, r: Q, quadrant: u64, negative: bool) -> (u128, u128) {
        let (s, c) = (sine(r), cosine(r));
        let (mut sin, mut cos) = if quadrant & 1 != 0 { (c, s ^ Q_SIGN) } else { (s, c) };
        if quadrant & 2 != 0 {
            (sin, cos) = (sin ^ Q_SIGN, cos ^ Q_SIGN);
        }
        if negative {
            sin ^= Q_SIGN;
        }
        match m {
            Mnemonic::Fcos => (self.rounded(below(cos)), 0),
            Mnemonic::Fsincos => (self.rounded(below(sin)), self.rounded(below(cos))),
            Mnemonic::Fptan => (self.rounded(div(sin, cos) + 1), super::unit::ONE),
            _ => (self.rounded(below(sin)), 0),
        }
    }

    /// FPATAN: the angle of (ST(0), ST(1)).
    pub(super) fn arctangent(&mut self) {
        let (x, y) = (self.get(0), self.get(1));
        let result = if self.stack { INDEFINITE } else { self.angle_of(x, y) };
        self.set(1, result);
        self.pop();
    }

    fn angle_of(&mut self, x: u128, y: u128) -> u128 {
        let (sign, left) = (y & SIGN, x & SIGN != 0);
        let quarter = |n: i64| div(mul(PI, int(n)), int(4));
        let angle = match (class(y), class(x)) {
            (Class::Nan, _) | (_, Class::Nan) => return self.nan(x, y),
            (Class::Zero, _) | (_, Class::Infinite) if !left && class(y) != Class::Infinite => {
                if class(y) == Class::Finite {
                    self.note_denormal(y);
                }
                return sign;
            }
            (Class::Infinite, Class::Infinite) => quarter(if left { 3 } else { 1 }),
            (Class::Zero, _) | (_, Class::Infinite) => PI,
            (Class::Infinite, _) | (_, Class::Zero) => quarter(2),
            _ => {
                self.note_denormal(x);
                self.note_denormal(y);
                let (a, b) = (wide(x & !SIGN), wide(y & !SIGN));
                let steep = b > a;
                let small = below(arctangent(if steep { div(a, b) } else { div(b, a) }));
                let acute = if steep { sub(quarter(2), small) } else { small };
                if left { sub(PI, acute) } else { acute }
            }
        };
        self.rounded(angle | if sign != 0 { Q_SIGN } else { 0 })
    }

    /// F2XM1: 2 to the power of ST(0), less 1. Beyond 1 the result is undefined: the operand stays.
    pub(super) fn power(&mut self) {
        let v = self.get(0);
        let magnitude = v & !SIGN;
        let result = match class(v) {
            _ if self.stack => INDEFINITE,
            Class::Nan => self.nan(v, v),
            Class::Zero => v,
            Class::Infinite if v & SIGN != 0 => super::unit::ONE | SIGN,
            Class::Infinite => v,
            Class::Finite if magnitude == super::unit::ONE => {
                if v & SIGN != 0 {
                    SIGN | 0x3ffe << 64 | 1 << 63
                } else {
                    v
                }
            }
            Class::Finite if magnitude > super::unit::ONE => {
                self.env.raise(Flags::INEXACT);
                v
            }
            Class::Finite => {
                self.note_denormal(v);
                let x = mul(wide(v), LN_2);
                self.rounded(series(x, x, 27, |k| (1, k + 2)))
            }
        };
        self.set(0, result);
    }

    /// FYL2X and FYL2XP1: ST(1) times log2 of ST(0), or of it and 1.
    pub(super) fn logarithm(&mut self, plus_one: bool) {
        let (x, y) = (self.get(0), self.get(1));
        let result = if self.stack { INDEFINITE } else { self.product(x, y, plus_one) };
        self.set(1, result);
        self.pop();
    }

    fn product(&mut self, x: u128, y: u128, plus_one: bool) -> u128 {
        if class(x) == Class::Nan || class(y) == Class::Nan {
            return self.nan(x, y);
        }
        // The sign of the logarithm; None for 0.
        let one = super::unit::ONE;
        let below = if plus_one { x & SIGN != 0 } else { x < one };
        let is_zero = if plus_one { class(x) == Class::Zero } else { x == one };
        let bad = if plus_one { x & SIGN != 0 && x & !SIGN >= one } else { x & SIGN != 0 && class(x) != Class::Zero };
        if bad {
            return self.invalid();
        }
        let sign = y & SIGN ^ if below { SIGN } else { 0 };
        let infinity = 0x7fff << 64 | 1 << 63;
        match (class(x), class(y)) {
            (Class::Zero, Class::Zero) if !plus_one => self.invalid(),
            (Class::Zero, Class::Infinite) if !plus_one => y ^ SIGN,
            (Class::Zero, _) if !plus_one => {
                self.env.raise(Flags::DIV_BY_ZERO);
                y & SIGN ^ SIGN | infinity
            }
            (_, Class::Infinite) if is_zero => self.invalid(),
            (Class::Infinite, Class::Zero) => self.invalid(),
            (Class::Infinite, _) | (_, Class::Infinite) => sign | infinity,
            (_, Class::Zero) => sign,
            _ if is_zero => (y ^ if plus_one { x } else { 0 }) & SIGN,
            _ => {
                self.note_denormal(x);
                self.note_denormal(y);
                let (wide_x, wide_y) = (wide(x), wide(y));
                let log = if !plus_one {
                    log2(wide_x)
                } else if x & !SIGN < 0x3ffd << 64 | 0xe << 60 {
                    log2_ratio(div(wide_x, add(int(2), wide_x)))
                } else {
                    log2(add(ONE, wide_x))
                };
                self.rounded(mul(wide_y, log))
            }
        }
    }
}
