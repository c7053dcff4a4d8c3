//! From an encoding to sign, kind, exponent and normalised significand.

use crate::env::{Env, Flags};
use crate::format::Float;
use crate::nan::NanPolicy;
use crate::word::Word;

/// What an encoding stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Zero,
    Finite,
    Infinite,
    Quiet,
    Signalling,
    /// An x87 unnormal, pseudo-infinity or pseudo-NaN.
    Unsupported,
}

impl Kind {
    /// Quiet, signalling or unsupported: no number.
    #[inline]
    pub(crate) fn is_nan(self) -> bool {
        matches!(self, Kind::Quiet | Kind::Signalling | Kind::Unsupported)
    }
}

/// An operand taken apart, or an exact result with a sticky lowest bit.
///
/// Finite: ±`sig` × 2^(`exp` - LEAD), the leading one at LEAD. NaN: the fraction with its leading bit at LEAD - 1.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Unpacked<W> {
    pub(crate) sign: bool,
    pub(crate) kind: Kind,
    pub(crate) exp: i32,
    pub(crate) sig: W,
    /// A subnormal operand (x87: also a pseudo-denormal).
    pub(crate) denormal: bool,
}

impl<W: Word> Unpacked<W> {
    /// Zero of a sign.
    #[inline]
    pub(crate) fn zero(sign: bool) -> Self {
        Unpacked { sign, kind: Kind::Zero, exp: 0, sig: W::ZERO, denormal: false }
    }

    /// Infinity of a sign.
    #[inline]
    pub(crate) fn infinite(sign: bool) -> Self {
        Unpacked { sign, kind: Kind::Infinite, exp: 0, sig: W::ZERO, denormal: false }
    }

    /// A finite nonzero number whose significand has its leading one anywhere; a carry above LEAD is jammed.
    #[inline]
    pub(crate) fn finite(sign: bool, exp: i32, sig: W) -> Self {
        let lead = W::BITS - 1 - sig.leading_zeros();
        let (exp, sig) = if lead > W::LEAD {
            (exp + 1, sig.shr_jam(1))
        } else {
            let up = W::LEAD - lead;
            (exp - up as i32, sig << up)
        };
        Unpacked { sign, kind: Kind::Finite, exp, sig, denormal: false }
    }

    /// The same with the sign flipped if `flip`, unless it is a NaN.
    #[inline]
    pub(crate) fn negated(self, flip: bool) -> Self {
        Unpacked { sign: self.sign ^ (flip && !self.kind.is_nan()), ..self }
    }

    #[inline]
    pub(crate) fn is_nan(&self) -> bool {
        self.kind.is_nan()
    }

    #[inline]
    pub(crate) fn is_zero(&self) -> bool {
        self.kind == Kind::Zero
    }

    #[inline]
    pub(crate) fn is_infinite(&self) -> bool {
        self.kind == Kind::Infinite
    }
}

/// Takes an encoding apart; subnormals become zero under `flush_inputs`.
#[inline]
pub(crate) fn unpack<F: Float>(env: &Env, bits: F::Bits) -> Unpacked<F::Word> {
    let u = unpack_raw::<F>(env.nan, bits);
    if env.flush_inputs && u.denormal { Unpacked::zero(u.sign) } else { u }
}

/// Takes an encoding apart as it stands.
#[inline]
pub(crate) fn unpack_raw<F: Float>(policy: &NanPolicy, bits: F::Bits) -> Unpacked<F::Word> {
    let format = F::FORMAT;
    let word = F::to_word(bits);
    let stored = format.sig_bits();
    let field = word & F::Word::ones(stored);
    let biased = ((word >> stored).low_u64() & format.exp_max() as u64) as i32;
    let sign = (word >> (format.width - 1)).low_u64() & 1 != 0;
    let fraction = word & F::Word::ones(format.precision - 1);
    let to_lead = F::Word::LEAD + 1 - format.precision;

    let number = |sig: F::Word, exp: i32, kind| Unpacked { sign, kind, exp, sig, denormal: false };
    if biased == 0 {
        if field == F::Word::ZERO {
            return Unpacked::zero(sign);
        }
        return Unpacked { denormal: true, ..Unpacked::finite(sign, format.emin(), field << to_lead) };
    }
    let leading = F::Word::bit(format.precision - 1);
    if format.explicit && field & leading == F::Word::ZERO {
        return number(F::Word::ZERO, 0, Kind::Unsupported);
    }
    if biased == format.exp_max() {
        if fraction == F::Word::ZERO {
            return Unpacked::infinite(sign);
        }
        let leading_bit = (fraction >> (format.precision - 2)).low_u64() & 1 != 0;
        let kind = if policy.is_signalling(leading_bit) { Kind::Signalling } else { Kind::Quiet };
        return number(fraction << to_lead, 0, kind);
    }
    number((fraction | leading) << to_lead, biased - format.bias(), Kind::Finite)
}

/// Raises DENORMAL if one of the operands is subnormal.
#[inline]
pub(crate) fn note_denormals<W: Word>(env: &mut Env, operands: &[Unpacked<W>]) {
    if operands.iter().any(|operand| operand.denormal) {
        env.raise(Flags::DENORMAL);
    }
}

/// A value on another format's word: wider exactly, narrower jammed.
pub(crate) fn change_word<From: Word, To: Word>(u: Unpacked<From>) -> Unpacked<To> {
    let sig = if To::BITS >= From::BITS {
        To::from_u128(u.sig.to_u128() << (To::BITS - From::BITS))
    } else {
        To::from_u128(u.sig.to_u128().shr_jam(From::BITS - To::BITS))
    };
    Unpacked { sign: u.sign, kind: u.kind, exp: u.exp, sig, denormal: u.denormal }
}
