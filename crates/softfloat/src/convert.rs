//! Conversions between formats, rounding to integral values, scaling and exponents.

use crate::env::{Env, Flags, Rounding};
use crate::format::Float;
use crate::nan;
use crate::round::{pack, pack_full, round_off};
use crate::unpack::{Kind, Unpacked, change_word, note_denormals, unpack, unpack_raw};
use crate::word::Word;

/// `a` in another format. NaNs keep as much of their fraction as fits, unless the policy has them replaced.
pub fn convert<From: Float, To: Float>(a: From::Bits, env: &mut Env) -> To::Bits {
    let mut u = unpack::<From>(env, a);
    if u.is_nan() {
        u = nan::propagate::<From>(env, &[u]);
    } else {
        note_denormals(env, &[u]);
    }
    pack_full::<To>(env, change_word(u))
}

/// `a` in another format as data: nothing is raised or flushed, and NaNs keep kind and fraction (PowerPC `lfs`, whose
/// conversions are always exact).
#[must_use]
pub fn convert_silent<From: Float, To: Float>(a: From::Bits, env: &Env) -> To::Bits {
    let mut env = Env { flush_outputs: false, wrap_overflow: false, wrap_underflow: false, ..*env };
    let u = unpack_raw::<From>(env.nan, a);
    pack_full::<To>(&mut env, change_word(u))
}

/// `a` rounded to an integral value in its own format; INEXACT is raised only if `inexact` asks for it
/// (IEEE 754-2019, 5.9: roundToIntegralExact against roundToIntegralTies...). A subnormal operand raises DENORMAL, as
/// x87's `FRNDINT` does; SSE's `ROUNDSS` drops it.
pub fn round_to_integral<F: Float>(a: F::Bits, rounding: Rounding, inexact: bool, env: &mut Env) -> F::Bits {
    let u = unpack::<F>(env, a);
    if u.is_nan() {
        let chosen = nan::propagate::<F>(env, &[u]);
        return pack::<F>(env, chosen);
    }
    note_denormals(env, &[u]);
    if u.kind != Kind::Finite || u.exp >= F::FORMAT.precision as i32 - 1 {
        return pack_full::<F>(env, u);
    }
    // Below one half all that matters is that something is there.
    let (sig, exp) = if u.exp < -1 { (u.sig.shr_jam((-1 - u.exp) as u32), -1) } else { (u.sig, u.exp) };
    let drop = (F::Word::LEAD as i32 - exp) as u32;
    let rounded = round_off(rounding, u.sign, sig, drop);
    if inexact && rounded.inexact {
        env.raise(Flags::INEXACT);
        if rounded.up {
            env.raise(Flags::ROUNDED_UP);
        }
    }
    let integral = if rounded.value == F::Word::ZERO {
        Unpacked::zero(u.sign)
    } else {
        Unpacked::finite(u.sign, F::Word::LEAD as i32, rounded.value)
    };
    pack_full::<F>(env, integral)
}

/// a × 2^n, rounded once (scaleB; x87 `FSCALE`, which precision control does not touch).
pub fn scalb<F: Float>(a: F::Bits, n: i32, env: &mut Env) -> F::Bits {
    let mut u = unpack::<F>(env, a);
    if u.is_nan() {
        u = nan::propagate::<F>(env, &[u]);
    } else {
        note_denormals(env, &[u]);
        // Twice the widest format's range overflows or vanishes from anywhere.
        u.exp += n.clamp(-0x1_0000, 0x1_0000);
    }
    pack_full::<F>(env, u)
}

/// The exponent of `a` as a number (logB): -∞ and DIV_BY_ZERO for zeros, +∞ for infinities.
pub fn logb<F: Float>(a: F::Bits, env: &mut Env) -> F::Bits {
    let u = unpack::<F>(env, a);
    let exponent = match u.kind {
        Kind::Quiet | Kind::Signalling | Kind::Unsupported => nan::propagate::<F>(env, &[u]),
        Kind::Infinite => Unpacked::infinite(false),
        Kind::Zero => {
            env.raise(Flags::DIV_BY_ZERO);
            Unpacked::infinite(true)
        }
        Kind::Finite => {
            note_denormals(env, &[u]);
            match u.exp {
                0 => Unpacked::zero(false),
                exp => {
                    let magnitude = F::Word::from_u128(u128::from(exp.unsigned_abs()));
                    Unpacked::finite(exp < 0, F::Word::LEAD as i32, magnitude)
                }
            }
        }
    };
    pack_full::<F>(env, exponent)
}
