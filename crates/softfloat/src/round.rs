//! From an exact result (significand with a sticky lowest bit) to an encoding: the one place that rounds.
//!
//! IEEE 754-2019, 4.3 "Rounding-direction attributes", 7.4 "Overflow", 7.5 "Underflow".

use crate::env::{Env, Flags, Precision, Rounding, Tininess};
use crate::format::Float;
use crate::nan::{NanPolicy, default_unpacked};
use crate::unpack::{Kind, Unpacked};
use crate::word::Word;

/// A significand cut off at a digit.
pub(crate) struct Rounded<W> {
    /// What is left, one larger if rounded away; a carry out of the top is the caller's business.
    pub(crate) value: W,
    /// Whether something was lost.
    pub(crate) inexact: bool,
    /// Whether the magnitude grew.
    pub(crate) up: bool,
}

/// Drops the low `drop` bits (at least one, less than the width) of `sig`.
#[inline]
pub(crate) fn round_off<W: Word>(mode: Rounding, sign: bool, sig: W, drop: u32) -> Rounded<W> {
    let lost = sig & W::ones(drop);
    let kept = sig >> drop;
    let inexact = lost != W::ZERO;
    let half = W::bit(drop - 1);
    let odd = kept & W::ONE != W::ZERO;
    let up = inexact
        && match mode {
            Rounding::NearestEven => lost > half || (lost == half && odd),
            Rounding::NearestAway => lost >= half,
            Rounding::TowardZero => false,
            Rounding::Down => sign,
            Rounding::Up => !sign,
            Rounding::ToOdd => !odd,
        };
    Rounded { value: if up { kept + W::ONE } else { kept }, inexact, up }
}

/// Digits to which results are rounded: the format's, or those of x87's precision control.
#[inline]
fn precision<F: Float>(env: &Env) -> u32 {
    match env.precision {
        Precision::Single if F::FORMAT.explicit => 24,
        Precision::Double if F::FORMAT.explicit => 53,
        _ => F::FORMAT.precision,
    }
}

/// Rounds and encodes a result.
#[inline]
pub(crate) fn pack<F: Float>(env: &mut Env, u: Unpacked<F::Word>) -> F::Bits {
    match u.kind {
        Kind::Finite => round_finite::<F>(env, u, precision::<F>(env)),
        Kind::Zero => assemble::<F>(u.sign, 0, F::Word::ZERO),
        Kind::Infinite => encode_infinity::<F>(u.sign),
        Kind::Quiet | Kind::Signalling | Kind::Unsupported => encode_nan::<F>(env.nan, u),
    }
}

/// As `pack`, but precision control does not apply (conversions, remainders, rounding to integral).
#[inline]
pub(crate) fn pack_full<F: Float>(env: &mut Env, u: Unpacked<F::Word>) -> F::Bits {
    if u.kind == Kind::Finite { round_finite::<F>(env, u, F::FORMAT.precision) } else { pack::<F>(env, u) }
}

/// Rounds a finite nonzero result to `p` digits.
#[inline]
fn round_finite<F: Float>(env: &mut Env, u: Unpacked<F::Word>, p: u32) -> F::Bits {
    let format = F::FORMAT;
    let drop = F::Word::BITS - 1 - p;
    let (sign, mut exp, mut sig) = (u.sign, u.exp, u.sig);
    if exp < format.emin() {
        let tiny = match env.tininess {
            Tininess::BeforeRounding => true,
            Tininess::AfterRounding => {
                let carried = round_off(env.rounding, sign, sig, drop).value >> p != F::Word::ZERO;
                exp < format.emin() - 1 || !carried
            }
        };
        if tiny {
            env.raise(Flags::TINY);
            if env.wrap_underflow {
                env.raise(Flags::UNDERFLOW);
                exp += format.bias_adjust();
            } else if env.flush_outputs {
                env.raise(Flags::UNDERFLOW | Flags::INEXACT);
                return assemble::<F>(sign, 0, F::Word::ZERO);
            }
        }
        let down = (format.emin() - exp).max(0);
        sig = sig.shr_jam(down as u32);
        exp += down;
        if tiny && sig & F::Word::ones(drop) != F::Word::ZERO {
            env.raise(Flags::UNDERFLOW);
        }
    }
    let rounded = round_off(env.rounding, sign, sig, drop);
    let (exp, sig) = carry(exp, rounded, p, env);
    let exp = if exp > format.emax() {
        env.raise(Flags::OVERFLOW);
        if !env.wrap_overflow || exp - format.bias_adjust() > format.emax() {
            return overflow::<F>(env, sign, p);
        }
        exp - format.bias_adjust()
    } else {
        exp
    };
    let sig = sig << (format.precision - p);
    let subnormal = sig >> (format.precision - 1) == F::Word::ZERO;
    assemble::<F>(sign, if subnormal { 0 } else { exp + format.bias() }, sig)
}

/// Renormalises after rounding and raises what the rounding raises.
#[inline]
fn carry<W: Word>(exp: i32, rounded: Rounded<W>, p: u32, env: &mut Env) -> (i32, W) {
    if rounded.inexact {
        env.raise(Flags::INEXACT);
    }
    if rounded.up {
        env.raise(Flags::ROUNDED_UP);
    }
    if rounded.value >> p == W::ZERO { (exp, rounded.value) } else { (exp + 1, rounded.value >> 1) }
}

/// Infinity or the largest finite number of `p` digits, as the rounding direction has it.
#[cold]
fn overflow<F: Float>(env: &mut Env, sign: bool, p: u32) -> F::Bits {
    env.raise(Flags::INEXACT);
    let infinite = match env.rounding {
        Rounding::NearestEven | Rounding::NearestAway => true,
        Rounding::TowardZero | Rounding::ToOdd => false,
        Rounding::Down => sign,
        Rounding::Up => !sign,
    };
    if infinite {
        env.raise(Flags::ROUNDED_UP);
        return encode_infinity::<F>(sign);
    }
    env.flags = env.flags.without(Flags::ROUNDED_UP);
    let digits = F::Word::ones(p) << (F::FORMAT.precision - p);
    assemble::<F>(sign, F::FORMAT.exp_max() - 1, digits)
}

/// Puts the fields together; `sig` has `precision` bits, of which an implicit leading one is dropped.
#[inline]
fn assemble<F: Float>(sign: bool, biased: i32, sig: F::Word) -> F::Bits {
    let stored = F::FORMAT.sig_bits();
    let top = F::Word::from_u128(biased as u128) | F::Word::from_u128(u128::from(sign)) << F::FORMAT.exp_bits;
    F::from_word(top << stored | sig & F::Word::ones(stored))
}

/// Infinity; x87 has its J bit set.
#[inline]
pub(crate) fn encode_infinity<F: Float>(sign: bool) -> F::Bits {
    assemble::<F>(sign, F::FORMAT.exp_max(), F::Word::bit(F::FORMAT.precision - 1))
}

/// A NaN with as much of its fraction as fits; the default NaN if nothing of it does.
pub(crate) fn encode_nan<F: Float>(policy: &NanPolicy, u: Unpacked<F::Word>) -> F::Bits {
    let to_format = F::Word::LEAD + 1 - F::FORMAT.precision;
    let (sign, fraction) = match u.sig >> to_format {
        fraction if fraction == F::Word::ZERO => {
            let default = default_unpacked::<F>(policy, Flags::NONE);
            (default.sign, default.sig >> to_format)
        }
        fraction => (u.sign, fraction),
    };
    assemble::<F>(sign, F::FORMAT.exp_max(), F::Word::bit(F::FORMAT.precision - 1) | fraction)
}
