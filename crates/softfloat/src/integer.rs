//! Conversions from and to integers.

use crate::env::{Env, Flags, Rounding};
use crate::format::Float;
use crate::nan;
use crate::round::{pack_full, round_off};
use crate::unpack::{Kind, Unpacked, change_word, unpack};
use crate::word::Word;

/// An integer type to convert from or to: `i8` to `i128`, `u8` to `u128`. Sealed.
pub trait Int: sealed::Sealed + Copy + Eq + core::fmt::Debug {
    /// The smallest value.
    const MIN: Self;
    /// The largest value.
    const MAX: Self;
    /// Zero.
    const ZERO: Self;
    /// The magnitude of MIN.
    #[doc(hidden)]
    const MIN_MAGNITUDE: u128;
    /// MAX.
    #[doc(hidden)]
    const MAX_MAGNITUDE: u128;
    #[doc(hidden)]
    fn from_magnitude(negative: bool, magnitude: u128) -> Self;
    #[doc(hidden)]
    fn to_magnitude(self) -> (bool, u128);
}

mod sealed {
    pub trait Sealed {}
}

macro_rules! ints {
    ($($signed:ident $unsigned:ident),*) => {$(
        impl sealed::Sealed for $signed {}
        impl Int for $signed {
            const MIN: Self = $signed::MIN;
            const MAX: Self = $signed::MAX;
            const ZERO: Self = 0;
            const MIN_MAGNITUDE: u128 = $signed::MIN.unsigned_abs() as u128;
            const MAX_MAGNITUDE: u128 = $signed::MAX as u128;
            #[inline]
            fn from_magnitude(negative: bool, magnitude: u128) -> Self {
                let value = magnitude as $signed;
                if negative { value.wrapping_neg() } else { value }
            }
            #[inline]
            fn to_magnitude(self) -> (bool, u128) {
                (self < 0, self.unsigned_abs().into())
            }
        }

        impl sealed::Sealed for $unsigned {}
        impl Int for $unsigned {
            const MIN: Self = 0;
            const MAX: Self = $unsigned::MAX;
            const ZERO: Self = 0;
            const MIN_MAGNITUDE: u128 = 0;
            const MAX_MAGNITUDE: u128 = $unsigned::MAX as u128;
            #[inline]
            fn from_magnitude(_: bool, magnitude: u128) -> Self {
                magnitude as $unsigned
            }
            #[inline]
            fn to_magnitude(self) -> (bool, u128) {
                (false, self.into())
            }
        }
    )*};
}

ints!(i8 u8, i16 u16, i32 u32, i64 u64, i128 u128);

/// What became of a number on its way to an integer. What an unrepresentable one delivers is for the guest to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ToInt<I> {
    /// The rounded value.
    Value(I),
    /// Above the type's largest value; INVALID and VXCVI were raised.
    TooLarge,
    /// Below the type's smallest value; INVALID and VXCVI were raised.
    TooSmall,
    /// A NaN; INVALID and VXCVI were raised, and VXSNAN for a signalling one.
    Nan,
}

impl<I: Int> ToInt<I> {
    /// The value, or the nearest representable one, or `nan` for a NaN.
    #[inline]
    #[must_use]
    pub fn saturate(self, nan: I) -> I {
        match self {
            ToInt::Value(value) => value,
            ToInt::TooLarge => I::MAX,
            ToInt::TooSmall => I::MIN,
            ToInt::Nan => nan,
        }
    }

    /// RISC-V Unprivileged ISA, "Domains of float-to-integer conversions and behavior for invalid inputs": saturated, NaN
    /// as the largest value.
    #[inline]
    #[must_use]
    pub fn riscv(self) -> I {
        self.saturate(I::MAX)
    }

    /// The value, or `indefinite` for all that can't be represented (x86's "integer indefinite", MIPS legacy).
    #[inline]
    #[must_use]
    pub fn or(self, indefinite: I) -> I {
        match self {
            ToInt::Value(value) => value,
            _ => indefinite,
        }
    }
}

/// `a` rounded to an integer; INEXACT if that changed it. No DENORMAL: neither `CVTSS2SI` nor `FIST` raises it.
#[inline]
pub fn to_int<F: Float, I: Int>(a: F::Bits, rounding: Rounding, env: &mut Env) -> ToInt<I> {
    let u = unpack::<F>(env, a);
    match u.kind {
        Kind::Zero => ToInt::Value(I::ZERO),
        Kind::Infinite => out_of_range(u.sign, env),
        Kind::Finite => finite_to_int(u, rounding, env),
        _ => {
            nan::signal(env, &[u]);
            env.raise(Flags::INVALID | Flags::VXCVI);
            ToInt::Nan
        }
    }
}

#[cold]
fn out_of_range<I>(sign: bool, env: &mut Env) -> ToInt<I> {
    env.raise(Flags::INVALID | Flags::VXCVI);
    if sign { ToInt::TooSmall } else { ToInt::TooLarge }
}

fn finite_to_int<W: Word, I: Int>(u: Unpacked<W>, rounding: Rounding, env: &mut Env) -> ToInt<I> {
    const LEAD: i32 = 126;
    if u.exp > LEAD + 1 {
        return out_of_range(u.sign, env);
    }
    let wide: Unpacked<u128> = change_word(u);
    let (magnitude, inexact, up) = match LEAD - wide.exp {
        -1 => (wide.sig << 1, false, false),
        0 => (wide.sig, false, false),
        drop => {
            // Below one half all that matters is that something is there.
            let below = (drop - LEAD - 1).max(0);
            let rounded = round_off(rounding, u.sign, wide.sig.shr_jam(below as u32), (drop - below) as u32);
            (rounded.value, rounded.inexact, rounded.up)
        }
    };
    if magnitude > if u.sign { I::MIN_MAGNITUDE } else { I::MAX_MAGNITUDE } {
        return out_of_range(u.sign, env);
    }
    if inexact {
        env.raise(Flags::INEXACT);
    }
    if up {
        env.raise(Flags::ROUNDED_UP);
    }
    ToInt::Value(I::from_magnitude(u.sign, magnitude))
}

/// An integer as a number, rounded as `env` says, x87 precision control apart; zero becomes +0.
#[inline]
pub fn from_int<F: Float, I: Int>(value: I, env: &mut Env) -> F::Bits {
    let (sign, magnitude) = value.to_magnitude();
    if magnitude == 0 {
        return pack_full::<F>(env, Unpacked::zero(false));
    }
    let wide = Unpacked::finite(sign, u128::LEAD as i32, magnitude);
    pack_full::<F>(env, change_word(wide))
}
