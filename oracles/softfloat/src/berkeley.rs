//! Berkeley SoftFloat's formats and its global state, as values.

use softfloat::{Env, F16, F32, F64, F128, Precision, Rounding, Tininess, X87};
use softfloat_sys as sys;

/// One of Berkeley's types and the one of ours that it stands for.
pub trait Pair: softfloat::Float {
    /// Berkeley's.
    type Theirs: Copy;
    fn theirs(bits: u128) -> Self::Theirs;
    fn bits(value: Self::Theirs) -> u128;
    fn ours(bits: u128) -> Self::Bits;
    fn our_bits(bits: Self::Bits) -> u128;
}

macro_rules! simple {
    ($($ours:ident $theirs:ident $bits:ident;)*) => {$(
        impl Pair for $ours {
            type Theirs = sys::$theirs;
            fn theirs(bits: u128) -> sys::$theirs {
                sys::$theirs { v: bits as $bits }
            }
            fn bits(value: sys::$theirs) -> u128 {
                value.v.into()
            }
            fn ours(bits: u128) -> $bits {
                bits as $bits
            }
            fn our_bits(bits: $bits) -> u128 {
                bits.into()
            }
        }
    )*};
}

simple! {
    F16 float16_t u16;
    F32 float32_t u32;
    F64 float64_t u64;
}

impl Pair for X87 {
    type Theirs = sys::extFloat80_t;
    fn theirs(bits: u128) -> sys::extFloat80_t {
        sys::extFloat80_t { signif: bits as u64, signExp: (bits >> 64) as u16 }
    }
    fn bits(value: sys::extFloat80_t) -> u128 {
        u128::from(value.signExp) << 64 | u128::from(value.signif)
    }
    fn ours(bits: u128) -> u128 {
        bits
    }
    fn our_bits(bits: u128) -> u128 {
        bits
    }
}

impl Pair for F128 {
    type Theirs = sys::float128_t;
    fn theirs(bits: u128) -> sys::float128_t {
        let (low, high) = (bits as u64, (bits >> 64) as u64);
        sys::float128_t { v: if cfg!(target_endian = "little") { [low, high] } else { [high, low] } }
    }
    fn bits(value: sys::float128_t) -> u128 {
        let [low, high] = if cfg!(target_endian = "little") { value.v } else { [value.v[1], value.v[0]] };
        u128::from(high) << 64 | u128::from(low)
    }
    fn ours(bits: u128) -> u128 {
        bits
    }
    fn our_bits(bits: u128) -> u128 {
        bits
    }
}

/// Berkeley's number of a rounding direction.
pub fn rounding(mode: Rounding) -> u8 {
    match mode {
        Rounding::NearestEven => sys::softfloat_round_near_even,
        Rounding::TowardZero => sys::softfloat_round_minMag,
        Rounding::Down => sys::softfloat_round_min,
        Rounding::Up => sys::softfloat_round_max,
        Rounding::NearestAway => sys::softfloat_round_near_maxMag,
        Rounding::ToOdd => sys::softfloat_round_odd,
    }
}

/// Runs `operation` in Berkeley's equivalent of `env`; returns its result and its exceptions, whose bits lie as ours.
pub fn run<T>(env: &Env, operation: impl FnOnce() -> T) -> (T, u32) {
    let tininess = match env.tininess {
        Tininess::BeforeRounding => sys::softfloat_tininess_beforeRounding,
        Tininess::AfterRounding => sys::softfloat_tininess_afterRounding,
    };
    let precision = match env.precision {
        Precision::Single => 32,
        Precision::Double => 64,
        Precision::Extended => 80,
    };
    // SAFETY: the helpers read and write thread-local bytes of the library.
    unsafe {
        sys::softfloat_roundingMode_write_helper(rounding(env.rounding));
        sys::softfloat_detectTininess_write_helper(tininess);
        sys::extF80_roundingPrecision_write_helper(precision);
        sys::softfloat_exceptionFlags_write_helper(0);
    }
    let result = operation();
    // SAFETY: as above.
    (result, unsafe { sys::softfloat_exceptionFlags_read_helper() }.into())
}
