//! Decimal comparisons and tests: what a field of CR and FPCC get.

use std::cmp::Ordering;

use crate::format::W;
use softfloat::Flags;
use softfloat::decimal::{Env, Format, Kind, Number};

type Raw = [(u64, u128); 2];

fn code(order: Ordering) -> u64 {
    match order {
        Ordering::Less => 8,
        Ordering::Greater => 4,
        Ordering::Equal => 2,
    }
}

/// The four bits, if the instruction is one of these.
pub(super) fn field(f: W, format: &Format, [(a_one, a), (_, b)]: Raw, env: &mut Env) -> Option<u64> {
    let x = || Number::decode(format, a);
    let y = || Number::decode(format, b);
    Some(match (f.xo10(), f.xo10() & 0x1ff) {
        (642, _) => compare(&x(), &y(), false, env),
        (130, _) => compare(&x(), &y(), true, env),
        (162, _) => exponents(&x(), &y()),
        (674, _) => significance(a_one as usize & 63, &y()),
        (675, _) => significance(f.0 as usize >> 16 & 63, &y()),
        (_, 194) => matched(&x(), f.0 >> 10 & 63 & data_class(format, &x()) != 0),
        (_, 226) => matched(&x(), f.0 >> 10 & 63 & data_group(format, &x()) != 0),
        _ => return None,
    })
}

fn matched(x: &Number, yes: bool) -> u64 {
    u64::from(x.negative) << 3 | u64::from(yes) << 1
}

fn data_class(format: &Format, x: &Number) -> u32 {
    match x.kind {
        Kind::Signalling => 1,
        Kind::Quiet => 2,
        Kind::Infinite => 4,
        Kind::Finite if x.digits.is_zero() => 32,
        Kind::Finite if x.adjusted() < format.emin() => 16,
        Kind::Finite => 8,
    }
}

fn data_group(format: &Format, x: &Number) -> u32 {
    let subnormal = !x.digits.is_zero() && x.adjusted() < format.emin();
    let extreme = x.exp == format.low() || x.exp == format.high() || subnormal;
    match (x.kind, x.digits.is_zero(), extreme) {
        (Kind::Finite, true, false) => 32,
        (Kind::Finite, true, true) => 16,
        (Kind::Finite, false, true) => 8,
        (Kind::Finite, ..) if x.digits.len() < format.digits => 4,
        (Kind::Finite, ..) => 2,
        _ => 1,
    }
}

fn exponents(x: &Number, y: &Number) -> u64 {
    match (x.kind, y.kind) {
        (Kind::Finite, Kind::Finite) => code(x.exp.cmp(&y.exp)),
        (Kind::Infinite, Kind::Infinite) => 2,
        _ if x.is_nan() && y.is_nan() => 2,
        _ => 1,
    }
}

/// Whether there are more digits than `n`; 0 stands for any number of them.
fn significance(n: usize, y: &Number) -> u64 {
    match y.kind {
        Kind::Finite if n == 0 => 4,
        Kind::Finite => code(n.cmp(&y.digits.len())),
        _ => 1,
    }
}

fn compare(x: &Number, y: &Number, ordered: bool, env: &mut Env) -> u64 {
    if x.is_nan() || y.is_nan() {
        if x.kind == Kind::Signalling || y.kind == Kind::Signalling {
            env.raise(Flags::VXSNAN);
        }
        if ordered {
            env.raise(Flags::VXVC);
        }
        return 1;
    }
    let sign = |n: &Number| if n.negative { Ordering::Less } else { Ordering::Greater };
    if x.is_zero() || y.is_zero() {
        return match (x.is_zero(), y.is_zero()) {
            (true, true) => 2,
            (true, false) => code(sign(y).reverse()),
            _ => code(sign(x)),
        };
    }
    if x.negative != y.negative {
        return code(sign(x));
    }
    let order = magnitude(x, y);
    code(if x.negative { order.reverse() } else { order })
}

/// Of numbers that are neither zeros nor NaNs.
fn magnitude(x: &Number, y: &Number) -> Ordering {
    match (x.kind, y.kind) {
        (Kind::Infinite, Kind::Infinite) => return Ordering::Equal,
        (Kind::Infinite, _) => return Ordering::Greater,
        (_, Kind::Infinite) => return Ordering::Less,
        _ => {}
    }
    x.adjusted().cmp(&y.adjusted()).then_with(|| {
        let exp = x.exp.min(y.exp);
        x.digits.up((x.exp - exp) as usize).order(&y.digits.up((y.exp - exp) as usize))
    })
}
