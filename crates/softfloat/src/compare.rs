//! Comparison, minimum and maximum.

use core::cmp::Ordering;

use crate::env::{Env, Flags};
use crate::format::Float;
use crate::nan;
use crate::round::encode_nan;
use crate::unpack::{Kind, Unpacked, note_denormals, unpack};
use crate::word::Word;

/// The four mutually exclusive relations (IEEE 754-2019, 5.11).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Relation {
    /// a < b.
    Less,
    /// a = b; the zeros are equal.
    Equal,
    /// a > b.
    Greater,
    /// One of them is a NaN.
    Unordered,
}

impl Relation {
    /// Whether a < b.
    #[must_use]
    pub fn is_lt(self) -> bool {
        self == Relation::Less
    }

    /// Whether a ≤ b.
    #[must_use]
    pub fn is_le(self) -> bool {
        matches!(self, Relation::Less | Relation::Equal)
    }

    /// Whether a = b.
    #[must_use]
    pub fn is_eq(self) -> bool {
        self == Relation::Equal
    }

    /// Whether one of them is a NaN.
    #[must_use]
    pub fn is_unordered(self) -> bool {
        self == Relation::Unordered
    }
}

/// Which minimum or maximum. All take -0 for less than +0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MinMax {
    /// IEEE 754-2008 minNum, maxNum: a number wins over a quiet NaN; a signalling NaN makes the result a NaN.
    Num2008,
    /// IEEE 754-2019 minimumNumber, maximumNumber: a number wins over any NaN (RISC-V `fmin`, `fmax`).
    Number2019,
    /// IEEE 754-2019 minimum, maximum: a NaN wins over any number.
    Nan2019,
}

/// Compares; only a signalling NaN is invalid.
#[inline]
pub fn compare_quiet<F: Float>(a: F::Bits, b: F::Bits, env: &mut Env) -> Relation {
    let (a, b) = (unpack::<F>(env, a), unpack::<F>(env, b));
    if a.is_nan() || b.is_nan() {
        nan::signal(env, &[a, b]);
        return Relation::Unordered;
    }
    note_denormals(env, &[a, b]);
    order(a, b)
}

/// Compares; any NaN is invalid (VXVC).
#[inline]
pub fn compare_signalling<F: Float>(a: F::Bits, b: F::Bits, env: &mut Env) -> Relation {
    let relation = compare_quiet::<F>(a, b, env);
    if relation == Relation::Unordered {
        env.raise(Flags::INVALID | Flags::VXVC);
    }
    relation
}

#[inline]
fn order<W: Word>(a: Unpacked<W>, b: Unpacked<W>) -> Relation {
    let ordering = if a.is_zero() && b.is_zero() {
        Ordering::Equal
    } else if a.sign != b.sign {
        b.sign.cmp(&a.sign)
    } else if a.sign {
        magnitude(b, a)
    } else {
        magnitude(a, b)
    };
    match ordering {
        Ordering::Less => Relation::Less,
        Ordering::Equal => Relation::Equal,
        Ordering::Greater => Relation::Greater,
    }
}

/// Compares absolute values of numbers.
#[inline]
fn magnitude<W: Word>(a: Unpacked<W>, b: Unpacked<W>) -> Ordering {
    let rank = |kind| match kind {
        Kind::Zero => 0,
        Kind::Finite => 1,
        _ => 2,
    };
    (rank(a.kind), a.exp, a.sig).cmp(&(rank(b.kind), b.exp, b.sig))
}

/// The lesser of a and b.
#[inline]
pub fn min<F: Float>(a: F::Bits, b: F::Bits, rule: MinMax, env: &mut Env) -> F::Bits {
    choose::<F>(a, b, rule, env, order, true)
}

/// The greater of a and b.
#[inline]
pub fn max<F: Float>(a: F::Bits, b: F::Bits, rule: MinMax, env: &mut Env) -> F::Bits {
    choose::<F>(a, b, rule, env, order, false)
}

/// The one of lesser magnitude; of equal magnitudes the lesser (minNumMag, minimumMagnitudeNumber, ...; MIPS `MINA`).
pub fn min_magnitude<F: Float>(a: F::Bits, b: F::Bits, rule: MinMax, env: &mut Env) -> F::Bits {
    choose::<F>(a, b, rule, env, magnitude_then_order, true)
}

/// The one of greater magnitude; of equal magnitudes the greater (maxNumMag, ...; MIPS `MAXA`).
pub fn max_magnitude<F: Float>(a: F::Bits, b: F::Bits, rule: MinMax, env: &mut Env) -> F::Bits {
    choose::<F>(a, b, rule, env, magnitude_then_order, false)
}

fn magnitude_then_order<W: Word>(a: Unpacked<W>, b: Unpacked<W>) -> Relation {
    match magnitude(a, b) {
        Ordering::Less => Relation::Less,
        Ordering::Greater => Relation::Greater,
        Ordering::Equal => order(a, b),
    }
}

#[inline]
fn choose<F: Float>(
    a: F::Bits,
    b: F::Bits,
    rule: MinMax,
    env: &mut Env,
    relation: fn(Unpacked<F::Word>, Unpacked<F::Word>) -> Relation,
    least: bool,
) -> F::Bits {
    let (ua, ub) = (unpack::<F>(env, a), unpack::<F>(env, b));
    if ua.is_nan() || ub.is_nan() {
        nan::signal(env, &[ua, ub]);
        let number_wins = match rule {
            MinMax::Num2008 => ua.kind != Kind::Signalling && ub.kind != Kind::Signalling,
            MinMax::Number2019 => true,
            MinMax::Nan2019 => false,
        };
        return match (ua.is_nan(), ub.is_nan()) {
            (true, false) if number_wins => b,
            (false, true) if number_wins => a,
            _ => {
                let chosen = nan::propagate::<F>(env, &[ua, ub]);
                encode_nan::<F>(env.nan, chosen)
            }
        };
    }
    note_denormals(env, &[ua, ub]);
    let a_first = match relation(ua, ub) {
        Relation::Less => least,
        Relation::Greater => !least,
        _ => ua.sign == least,
    };
    if a_first { a } else { b }
}
