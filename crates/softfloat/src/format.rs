//! The formats: rows of a table, and one marker type for each.
//!
//! Parameters after IEEE 754-2019, 3.6 "Interchange format parameters"; the 80-bit format after Intel SDM Vol. 1,
//! "Double Extended-Precision Floating-Point Format Encodings"; bfloat16 after Intel's "BFLOAT16 – Hardware Numerics
//! Definition". A marker type carries its row as a constant, so every operation is compiled once per format.

use crate::word::Word;

/// Description of a binary floating-point format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Format {
    /// Name as in IEEE 754, for messages.
    pub name: &'static str,
    /// Width of the whole encoding in bits: 16, 32, 64, 80 or 128.
    pub width: u32,
    /// Width of the exponent field in bits.
    pub exp_bits: u32,
    /// Precision p in bits, the leading bit counted whether it is stored or not.
    pub precision: u32,
    /// Whether the leading bit is stored (x87's J bit).
    pub explicit: bool,
}

impl Format {
    /// Exponent bias; also the largest exponent of a finite number (emax).
    #[must_use]
    pub const fn bias(&self) -> i32 {
        (1 << (self.exp_bits - 1)) - 1
    }

    /// Exponent of the smallest normal number.
    #[must_use]
    pub const fn emin(&self) -> i32 {
        1 - self.bias()
    }

    /// The largest exponent of a finite number.
    #[must_use]
    pub const fn emax(&self) -> i32 {
        self.bias()
    }

    /// All ones in the exponent field: infinities and NaNs.
    #[must_use]
    pub const fn exp_max(&self) -> i32 {
        (1 << self.exp_bits) - 1
    }

    /// Stored bits of the significand (the J bit of x87 counts).
    #[must_use]
    pub const fn sig_bits(&self) -> u32 {
        if self.explicit { self.precision } else { self.precision - 1 }
    }

    /// What IEEE 754-1985, 7.3 and 7.4, add to or take from the exponent of a trapped overflow or underflow:
    /// 192 for binary32, 1536 for binary64, 24576 for the formats with 15 exponent bits.
    #[must_use]
    pub const fn bias_adjust(&self) -> i32 {
        3 << (self.exp_bits - 2)
    }
}

/// A format as a type: `F16`, `Bf16`, `F32`, `F64`, `F128` and `X87`. Sealed.
pub trait Float: sealed::Sealed + Copy + 'static {
    /// Raw encoding: `u16`, `u32`, `u64` or `u128` (x87: the low 80 bits of a `u128`, the rest zero on output and
    /// ignored on input).
    type Bits: Copy + Eq + core::fmt::Debug + core::fmt::LowerHex;
    /// The word on which significands are computed.
    #[doc(hidden)]
    type Word: Word;
    /// The format's row.
    const FORMAT: Format;

    #[doc(hidden)]
    fn to_word(bits: Self::Bits) -> Self::Word;
    #[doc(hidden)]
    fn from_word(word: Self::Word) -> Self::Bits;
    #[doc(hidden)]
    #[inline]
    fn fast_add(_: Self::Bits, _: Self::Bits) -> Option<Self::Bits> {
        None
    }
    #[doc(hidden)]
    #[inline]
    fn fast_sub(_: Self::Bits, _: Self::Bits) -> Option<Self::Bits> {
        None
    }
    #[doc(hidden)]
    #[inline]
    fn fast_mul(_: Self::Bits, _: Self::Bits) -> Option<Self::Bits> {
        None
    }
    #[doc(hidden)]
    #[inline]
    fn fast_div(_: Self::Bits, _: Self::Bits) -> Option<Self::Bits> {
        None
    }
    #[doc(hidden)]
    #[inline]
    fn fast_sqrt(_: Self::Bits) -> Option<Self::Bits> {
        None
    }
    #[doc(hidden)]
    #[inline]
    fn fast_fma(_: Self::Bits, _: Self::Bits, _: Self::Bits) -> Option<Self::Bits> {
        None
    }
}

mod sealed {
    pub trait Sealed {}
}

macro_rules! formats {
    ($($(#[$doc:meta])* $ty:ident: $bits:ty, $word:ty, $name:literal, $width:literal, $exp:literal, $p:literal,
        $explicit:literal $(, fast $add:ident $sub:ident $mul:ident $div:ident $sqrt:ident $fma:ident)?;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub struct $ty;

        impl sealed::Sealed for $ty {}

        impl Float for $ty {
            type Bits = $bits;
            type Word = $word;
            const FORMAT: Format =
                Format { name: $name, width: $width, exp_bits: $exp, precision: $p, explicit: $explicit };

            #[inline]
            fn to_word(bits: $bits) -> $word {
                <$word>::from(bits)
            }
            #[inline]
            fn from_word(word: $word) -> $bits {
                word as $bits
            }
            $(
                #[inline]
                fn fast_add(a: $bits, b: $bits) -> Option<$bits> {
                    crate::fast::$add(a, b)
                }
                #[inline]
                fn fast_sub(a: $bits, b: $bits) -> Option<$bits> {
                    crate::fast::$sub(a, b)
                }
                #[inline]
                fn fast_mul(a: $bits, b: $bits) -> Option<$bits> {
                    crate::fast::$mul(a, b)
                }
                #[inline]
                fn fast_div(a: $bits, b: $bits) -> Option<$bits> {
                    crate::fast::$div(a, b)
                }
                #[inline]
                fn fast_sqrt(a: $bits) -> Option<$bits> {
                    crate::fast::$sqrt(a)
                }
                #[inline]
                fn fast_fma(a: $bits, b: $bits, c: $bits) -> Option<$bits> {
                    crate::fast::$fma(a, b, c)
                }
            )?
        }
    )*};
}

formats! {
    // type: bits, word, name, width, exponent bits, precision, explicit leading bit
    /// binary16 (half).
    F16: u16, u64, "binary16", 16, 5, 11, false;
    /// bfloat16: the upper half of a binary32.
    Bf16: u16, u64, "bfloat16", 16, 8, 8, false;
    /// binary32 (single).
    F32: u32, u64, "binary32", 32, 8, 24, false, fast f32_add f32_sub f32_mul f32_div f32_sqrt f32_fma;
    /// binary64 (double).
    F64: u64, u64, "binary64", 64, 11, 53, false, fast f64_add f64_sub f64_mul f64_div f64_sqrt f64_fma;
    /// binary128 (quad).
    F128: u128, u128, "binary128", 128, 15, 113, false;
    /// The x87 80-bit double extended format, with its stored leading bit.
    X87: u128, u128, "x87 extended", 80, 15, 64, true;
}
