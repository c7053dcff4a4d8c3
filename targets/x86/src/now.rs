//! 3DNow! and its extensions (AMD, "3DNow! Technology Manual", 21928G; "AMD Extensions to the 3DNow! and MMX Instruction Sets", 22466D).
//!
//! There are no exceptions and no rounding modes. An operand with an exponent of 0 is zero; a result below the least normal number is
//! zero, one beyond the greatest is that. What infinities and NaNs give is undefined: here, what IEEE 754 says.

use iced_x86::Mnemonic;

use crate::helper;
use crate::insn::Row;
use crate::lift::{Flow, Lift};
use crate::mmx;
use crate::trap::{Cpu, Out};

/// The instructions; those with `P` beyond the first set have a feature bit of their own, which the decoder knows.
const NAMES: &[Mnemonic] = {
    use Mnemonic::*;
    &[
        Pavgusb, Pf2id, Pf2iw, Pfacc, Pfadd, Pfcmpeq, Pfcmpge, Pfcmpgt, Pfmax, Pfmin, Pfmul, Pfnacc, Pfpnacc, Pfrcp,
        Pfrcpit1, Pfrcpit2, Pfrsqit1, Pfrsqrt, Pfsub, Pfsubr, Pi2fd, Pi2fw, Pmulhrw, Pswapd,
    ]
};

/// The rows.
pub(crate) fn rows() -> impl Iterator<Item = Row> {
    let row = |&mnemonic| Row { mnemonic, need: None, lift };
    NAMES.iter().map(row).chain([Row { mnemonic: Mnemonic::Femms, need: None, lift: mmx::emms }])
}

fn lift(l: &Lift<'_>) -> Flow {
    if let Some(flow) = mmx::off(l) {
        return flow;
    }
    let (value, register) = mmx::source(l, 1);
    let what = l.mnemonic() as u64 | (l.insn.op0_register().number() as u64) << 16 | register << 20;
    l.ir.call(helper::NOW, &[l.k(what), value]);
    Flow::Next
}

/// The helper: mnemonic, destination (bit 16), whether the source is a register (20); the source.
pub(crate) fn run(cpu: &mut Cpu, [what, value, ..]: [u64; 4]) -> Out {
    let m = Mnemonic::try_from(what as usize & 0xffff).unwrap_or_default();
    let to = what >> 16 & 7;
    let b = if what >> 20 & 1 != 0 { mmx::get(cpu, [value, 0, 0, 0])? } else { value };
    let a = mmx::get(cpu, [to, 0, 0, 0])?;
    mmx::put(cpu, [to, compute(m, a, b), 0, 0])
}

const SIGN: u32 = 1 << 31;
/// The greatest number.
const GREATEST: u32 = 0x7f7f_ffff;
/// What IEEE 754 arithmetic gives where it has no answer.
const NAN: u32 = 0xffc0_0000;

fn halves(v: u64) -> [u32; 2] {
    [v as u32, (v >> 32) as u32]
}

fn join([low, high]: [u32; 2]) -> u64 {
    u64::from(low) | u64::from(high) << 32
}

/// An operand; twice as wide, so that one rounding of a sum, product or quotient is all there is.
fn number(x: u32) -> f64 {
    let x = if x & 0x7f80_0000 == 0 { x & SIGN } else { x };
    f32::from_bits(x).into()
}

/// A result.
fn round(x: f64) -> u32 {
    let sign = if x.is_sign_negative() { SIGN } else { 0 };
    if x.is_nan() {
        return NAN;
    }
    if x.abs() < f64::from(f32::MIN_POSITIVE) {
        return sign;
    }
    let rounded = (x as f32).to_bits();
    if x.is_finite() && rounded & !SIGN > GREATEST { sign | GREATEST } else { rounded }
}

/// Of both halves by themselves.
fn each(a: u64, b: u64, f: impl Fn(u32, u32) -> u32) -> u64 {
    let ([a0, a1], [b0, b1]) = (halves(a), halves(b));
    join([f(a0, b0), f(a1, b1)])
}

fn arithmetic(a: u64, b: u64, f: impl Fn(f64, f64) -> f64) -> u64 {
    each(a, b, |a, b| round(f(number(a), number(b))))
}

fn compare(a: u64, b: u64, f: impl Fn(f64, f64) -> bool) -> u64 {
    each(a, b, |a, b| if f(number(a), number(b)) { u32::MAX } else { 0 })
}

/// The one that `f` prefers to the first; zeros are positive.
fn choose(a: u64, b: u64, f: impl Fn(f64, f64) -> bool) -> u64 {
    each(a, b, |a, b| {
        let x = if f(number(b), number(a)) { b } else { a };
        if number(x) == 0.0 { 0 } else { x }
    })
}

/// One of 16 bits at a time.
fn words(a: u64, b: u64, f: impl Fn(i32, i32) -> i32) -> u64 {
    (0..4).fold(0, |sum, n| {
        let at = |v: u64| i32::from((v >> (16 * n)) as i16);
        sum | u64::from(f(at(a), at(b)) as u16) << (16 * n)
    })
}

fn average(a: u64, b: u64) -> u64 {
    (0..8).fold(0, |sum, n| sum | ((a >> (8 * n) & 0xff) + (b >> (8 * n) & 0xff)).div_ceil(2) << (8 * n))
}

/// To an integer, cut off, within `bits` bits.
fn integer(x: u32, bits: u32) -> u32 {
    let limit = f64::from(1u32 << (bits - 1));
    number(x).clamp(-limit, limit - 1.0) as i32 as u32
}

/// An integer with what doesn't fit cut off ("PI2FD": the output is truncated).
fn float(x: i32) -> u32 {
    let size = x.unsigned_abs();
    let kept = size & (u32::MAX << 8 >> size.leading_zeros().min(31));
    let value = f64::from(kept);
    round(if x < 0 { -value } else { value })
}

/// 1 / x and 1 / sqrt(x): the exact value rounded, where the manual asks for 14 and 15 bits. The steps that follow need nothing to do.
fn reciprocal(x: u32) -> u32 {
    if number(x) == 0.0 { x & SIGN | GREATEST } else { round(1.0 / number(x)) }
}

fn root(x: u32) -> u32 {
    let positive = number(x & !SIGN) as f32;
    let result = if positive == 0.0 { GREATEST } else { round(f64::from(1.0 / positive.sqrt())) };
    result & !SIGN | x & SIGN
}

fn compute(m: Mnemonic, a: u64, b: u64) -> u64 {
    use Mnemonic as M;
    let ([a0, a1], [b0, b1]) = (halves(a), halves(b));
    let sum = |x: u32, y: u32| round(number(x) + number(y));
    let difference = |x: u32, y: u32| round(number(x) - number(y));
    match m {
        M::Pavgusb => average(a, b),
        M::Pmulhrw => words(a, b, |a, b| (a * b + 0x8000) >> 16),
        M::Pf2id => each(0, b, |_, x| integer(x, 32)),
        M::Pf2iw => each(0, b, |_, x| integer(x, 16)),
        M::Pi2fd => each(0, b, |_, x| float(x as i32)),
        M::Pi2fw => each(0, b, |_, x| float((x as i16).into())),
        M::Pfadd => arithmetic(a, b, |a, b| a + b),
        M::Pfsub => arithmetic(a, b, |a, b| a - b),
        M::Pfsubr => arithmetic(a, b, |a, b| b - a),
        M::Pfmul => arithmetic(a, b, |a, b| a * b),
        M::Pfacc => join([sum(a0, a1), sum(b0, b1)]),
        M::Pfnacc => join([difference(a0, a1), difference(b0, b1)]),
        M::Pfpnacc => join([difference(a0, a1), sum(b0, b1)]),
        M::Pfcmpeq => compare(a, b, |a, b| a == b),
        M::Pfcmpge => compare(a, b, |a, b| a >= b),
        M::Pfcmpgt => compare(a, b, |a, b| a > b),
        M::Pfmax => choose(a, b, |b, a| b > a),
        M::Pfmin => choose(a, b, |b, a| b < a),
        M::Pfrcp => join([reciprocal(b0); 2]),
        M::Pfrsqrt => join([root(b0); 2]),
        M::Pswapd => b.rotate_left(32),
        // Newton's steps are defined for the results of PFRCP and PFRSQRT alone, which need no more.
        _ => b,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn f(x: f32) -> u64 {
        x.to_bits().into()
    }

    /// The tables of 21928G: what zeros, denormals, and numbers out of range give.
    #[test]
    fn edges() {
        let low = |m, a: u64, b: u64| compute(m, a, b) as u32;
        let (tiny, least, most) = (1u64, f(f32::MIN_POSITIVE), f(f32::MAX));
        assert_eq!(low(Mnemonic::Pfadd, tiny, tiny), 0);
        assert_eq!(low(Mnemonic::Pfadd, f(-0.0), f(-0.0)), SIGN);
        assert_eq!(low(Mnemonic::Pfmul, least, f(-0.5)), SIGN);
        assert_eq!(low(Mnemonic::Pfadd, most, most), GREATEST);
        assert_eq!(low(Mnemonic::Pfmul, most, f(-2.0)), SIGN | GREATEST);
        assert_eq!(low(Mnemonic::Pfmax, f(-0.0), f(-5.0)), 0);
        assert_eq!(low(Mnemonic::Pfmin, f(-5.0), f(3.0)), (-5f32).to_bits());
        assert_eq!(low(Mnemonic::Pfcmpge, f(-0.0), f(0.0)), u32::MAX);
        assert_eq!(low(Mnemonic::Pf2id, 0, f(-1.75)), -1i32 as u32);
        assert_eq!(low(Mnemonic::Pf2id, 0, f(3e9)), 0x7fff_ffff);
        assert_eq!(low(Mnemonic::Pf2iw, 0, f(-40000.0)), 0xffff_8000);
        assert_eq!(low(Mnemonic::Pi2fd, 0, 0x7fff_ffff), 0x4eff_ffff);
        assert_eq!(low(Mnemonic::Pi2fd, 0, 0xffff_ffff), (-1f32).to_bits());
        assert_eq!(low(Mnemonic::Pi2fd, 0, 0x8000_0000), 0xcf00_0000);
        assert_eq!(low(Mnemonic::Pfrcp, 0, f(-0.0)), SIGN | GREATEST);
        assert_eq!(low(Mnemonic::Pfrsqrt, 0, f(-4.0)), (-0.5f32).to_bits());
    }

    /// Manual, "PFRCPIT1": a reciprocal of 24 bits in three instructions.
    #[test]
    fn newton() {
        for x in [3.0f32, 0.1, -7.5e20, 1.000_000_1] {
            let x0 = compute(Mnemonic::Pfrcp, 0, f(x));
            let x1 = compute(Mnemonic::Pfrcpit1, f(x), x0);
            assert_eq!(compute(Mnemonic::Pfrcpit2, x1, x0) as u32, (1.0 / x).to_bits());
        }
    }
}
