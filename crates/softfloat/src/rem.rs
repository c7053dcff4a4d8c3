//! Remainders: IEEE 754's, and the truncating and partial ones of the x87.

use crate::env::{Env, Flags};
use crate::format::Float;
use crate::nan;
use crate::round::pack_full;
use crate::unpack::{Kind, Unpacked, note_denormals, unpack};
use crate::word::Word;

/// A remainder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Remainder<B> {
    /// a - b × quotient, exact; a zero has the sign of a.
    pub value: B,
    /// The low 64 bits of the quotient's magnitude (x87: its low three go to C0, C3, C1).
    pub quotient: u64,
    /// Whether the reduction is not yet complete (x87 C2).
    pub partial: bool,
}

/// How the quotient is rounded.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Quotient {
    Nearest,
    Truncated,
}

/// IEEE 754-2019, 5.3.1 remainder(a, b): the quotient is rounded to nearest, ties to even.
pub fn rem_nearest<F: Float>(a: F::Bits, b: F::Bits, env: &mut Env) -> Remainder<F::Bits> {
    remainder::<F>(a, b, Quotient::Nearest, false, env)
}

/// The remainder whose quotient is rounded towards zero (C's `fmod`).
pub fn rem_truncated<F: Float>(a: F::Bits, b: F::Bits, env: &mut Env) -> Remainder<F::Bits> {
    remainder::<F>(a, b, Quotient::Truncated, false, env)
}

/// One step of x87 `FPREM` (`nearest` false) or `FPREM1` (true): an exponent gap of 64 or more is only reduced by 32
/// to 63, and `partial` says so (Intel SDM Vol. 2, "FPREM—Partial Remainder").
pub fn rem_partial<F: Float>(a: F::Bits, b: F::Bits, nearest: bool, env: &mut Env) -> Remainder<F::Bits> {
    remainder::<F>(a, b, if nearest { Quotient::Nearest } else { Quotient::Truncated }, true, env)
}

fn remainder<F: Float>(
    a: F::Bits,
    b: F::Bits,
    quotient: Quotient,
    stepwise: bool,
    env: &mut Env,
) -> Remainder<F::Bits> {
    let (a, b) = (unpack::<F>(env, a), unpack::<F>(env, b));
    let (exact, quotient, partial) = if a.is_nan() || b.is_nan() {
        (nan::propagate::<F>(env, &[a, b]), 0, false)
    } else if a.is_infinite() || b.is_zero() {
        (nan::invalid::<F>(env, Flags::VXREM), 0, false)
    } else {
        note_denormals(env, &[a, b]);
        if a.kind == Kind::Finite && b.kind == Kind::Finite {
            reduce::<F>(a, b, quotient, stepwise)
        } else {
            (a, 0, false)
        }
    };
    Remainder { value: pack_full::<F>(env, exact), quotient, partial }
}

/// Long division of significands as integers of the format's precision, as many bits a step as the word has room for.
fn reduce<F: Float>(
    a: Unpacked<F::Word>,
    b: Unpacked<F::Word>,
    kind: Quotient,
    stepwise: bool,
) -> (Unpacked<F::Word>, u64, bool) {
    let gap = a.exp - b.exp;
    if gap < -1 {
        return (a, 0, false);
    }
    let p = F::FORMAT.precision;
    let to_integer = F::Word::LEAD + 1 - p;
    let (mut rem, mut divisor) = (a.sig >> to_integer, b.sig >> to_integer);
    if gap < 0 {
        // Below the divisor: only rounding to nearest may still take it away once.
        divisor = divisor << 1;
    }
    let partial = stepwise && gap >= 64;
    let mut bits = if partial { 32 + (gap & 31) as u32 } else { gap.max(0) as u32 };
    // The remainder's lowest bit has this weight as an exponent: the divisor's once all bits are done.
    let unit = a.exp - (p as i32 - 1) - bits as i32;
    let mut quotient = (rem / divisor).low_u64();
    rem = rem % divisor;
    let room = F::Word::BITS - p - 1;
    while bits > 0 {
        let step = bits.min(room).min(63);
        let scaled = rem << step;
        quotient = quotient << step | (scaled / divisor).low_u64();
        rem = scaled % divisor;
        bits -= step;
    }
    let mut sign = a.sign;
    if kind == Quotient::Nearest && !partial {
        let rest = divisor - rem;
        if rem > rest || (rem == rest && quotient & 1 == 1) {
            rem = rest;
            sign = !sign;
            quotient = quotient.wrapping_add(1);
        }
    }
    if rem == F::Word::ZERO {
        return (Unpacked::zero(a.sign), quotient, partial);
    }
    (Unpacked::finite(sign, unit + F::Word::LEAD as i32, rem), quotient, partial)
}
