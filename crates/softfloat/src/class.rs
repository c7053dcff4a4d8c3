//! Classification and the operations on the sign bit alone, which raise nothing.

use crate::format::Float;
use crate::nan::NanPolicy;
use crate::unpack::{Kind, unpack_raw};
use crate::word::Word;

/// IEEE 754-2019, 5.7.2 class(x), numbered as in RISC-V's `fclass` result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Class {
    /// -∞.
    NegativeInfinity = 0,
    /// Negative and normal.
    NegativeNormal = 1,
    /// Negative and subnormal.
    NegativeSubnormal = 2,
    /// -0.
    NegativeZero = 3,
    /// +0.
    PositiveZero = 4,
    /// Positive and subnormal.
    PositiveSubnormal = 5,
    /// Positive and normal.
    PositiveNormal = 6,
    /// +∞.
    PositiveInfinity = 7,
    /// Signalling NaN, or an encoding that the x87 does not support.
    SignallingNan = 8,
    /// Quiet NaN.
    QuietNan = 9,
}

impl Class {
    /// RISC-V `fclass`'s result: one bit of ten.
    #[must_use]
    pub const fn mask(self) -> u64 {
        1 << self as u8
    }
}

/// The class of `a`; what is signalling depends on the policy.
#[inline]
pub fn class<F: Float>(a: F::Bits, policy: &NanPolicy) -> Class {
    let u = unpack_raw::<F>(policy, a);
    match (u.kind, u.sign) {
        (Kind::Infinite, true) => Class::NegativeInfinity,
        (Kind::Finite, true) if u.denormal => Class::NegativeSubnormal,
        (Kind::Finite, true) => Class::NegativeNormal,
        (Kind::Zero, true) => Class::NegativeZero,
        (Kind::Zero, false) => Class::PositiveZero,
        (Kind::Finite, false) if u.denormal => Class::PositiveSubnormal,
        (Kind::Finite, false) => Class::PositiveNormal,
        (Kind::Infinite, false) => Class::PositiveInfinity,
        (Kind::Signalling | Kind::Unsupported, _) => Class::SignallingNan,
        (Kind::Quiet, _) => Class::QuietNan,
    }
}

/// Whether `a` is a NaN, or an x87 encoding that is none of number, infinity and NaN.
#[inline]
pub fn is_nan<F: Float>(a: F::Bits) -> bool {
    unpack_raw::<F>(&NanPolicy::RISCV, a).is_nan()
}

/// Whether `a` is a signalling NaN under the policy.
#[inline]
pub fn is_signalling<F: Float>(a: F::Bits, policy: &NanPolicy) -> bool {
    unpack_raw::<F>(policy, a).kind == Kind::Signalling
}

/// Whether `a` is an x87 unnormal, pseudo-infinity or pseudo-NaN (Intel SDM Vol. 1, "Unsupported Double
/// Extended-Precision Floating-Point Encodings and Pseudo-Denormals").
#[inline]
pub fn is_unsupported<F: Float>(a: F::Bits) -> bool {
    unpack_raw::<F>(&NanPolicy::RISCV, a).kind == Kind::Unsupported
}

/// `a` with its sign bit flipped, NaN or not.
#[inline]
pub fn neg<F: Float>(a: F::Bits) -> F::Bits {
    let sign = F::Word::bit(F::FORMAT.width - 1);
    let word = F::to_word(a);
    F::from_word(if word & sign == F::Word::ZERO { word | sign } else { word - sign })
}

/// `a` with its sign bit cleared, NaN or not.
#[inline]
pub fn abs<F: Float>(a: F::Bits) -> F::Bits {
    F::from_word(F::to_word(a) & F::Word::ones(F::FORMAT.width - 1))
}
