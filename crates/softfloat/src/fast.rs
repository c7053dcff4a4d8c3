//! The host's FPU where it can't be told from ours.
//!
//! If rounding is to nearest even and INEXACT is already raised, then a host operation on normal numbers (or zeros)
//! with a normal result, beyond doubt neither tiny nor overflowed, gives the same result and the same flags. Each
//! function answers `Some` only then; the caller has looked at rounding and flags. Interpreters inline them.
//!
//! A result whose magnitude is the smallest normal is refused too: it may have been rounded up from a tiny one.

macro_rules! host {
    ($($float:ident $bits:ident $frac:literal $exp:literal:
        $add:ident $sub:ident $mul:ident $div:ident $sqrt:ident;)*) => {$(
        #[doc = concat!("`", stringify!($float), "` a + b on the host, if safe.")]
        #[inline]
        #[must_use]
        pub fn $add(a: $bits, b: $bits) -> Option<$bits> {
            let sum = ($float::from_bits(a) + $float::from_bits(b)).to_bits();
            // A zero sum of normal numbers is exact: every difference of normals is at least a subnormal.
            ($float::ordinary(a) && $float::ordinary(b) && ($float::safe(sum) || sum << 1 == 0)).then_some(sum)
        }

        #[doc = concat!("`", stringify!($float), "` a - b on the host, if safe.")]
        #[inline]
        #[must_use]
        pub fn $sub(a: $bits, b: $bits) -> Option<$bits> {
            let difference = ($float::from_bits(a) - $float::from_bits(b)).to_bits();
            ($float::ordinary(a) && $float::ordinary(b) && ($float::safe(difference) || difference << 1 == 0))
                .then_some(difference)
        }

        #[doc = concat!("`", stringify!($float), "` a × b on the host, if safe.")]
        #[inline]
        #[must_use]
        pub fn $mul(a: $bits, b: $bits) -> Option<$bits> {
            let product = ($float::from_bits(a) * $float::from_bits(b)).to_bits();
            let by_zero = a << 1 == 0 || b << 1 == 0;
            ($float::ordinary(a) && $float::ordinary(b) && ($float::safe(product) || by_zero)).then_some(product)
        }

        #[doc = concat!("`", stringify!($float), "` a ÷ b on the host, if safe.")]
        #[inline]
        #[must_use]
        pub fn $div(a: $bits, b: $bits) -> Option<$bits> {
            let quotient = ($float::from_bits(a) / $float::from_bits(b)).to_bits();
            let divisor = b << 1 != 0 && $float::ordinary(b);
            (divisor && $float::ordinary(a) && ($float::safe(quotient) || a << 1 == 0)).then_some(quotient)
        }

        #[doc = concat!("`", stringify!($float), "` √a on the host, if safe.")]
        #[inline]
        #[must_use]
        pub fn $sqrt(a: $bits) -> Option<$bits> {
            // Roots of normal numbers are normal.
            let positive = a >> ($frac + $exp) == 0;
            ((positive && $float::ordinary(a)) || a << 1 == 0).then(|| $float::from_bits(a).sqrt().to_bits())
        }

        impl Host for $float {
            type Bits = $bits;

            #[inline]
            fn ordinary(bits: $bits) -> bool {
                let biased = bits >> $frac & ((1 << $exp) - 1);
                biased.wrapping_sub(1) < (1 << $exp) - 2 || bits << 1 == 0
            }

            #[inline]
            fn safe(bits: $bits) -> bool {
                const SMALLEST: $bits = 1 << ($frac + 1);
                const INFINITY: $bits = ((1 << $exp) - 1) << ($frac + 1);
                let magnitude = bits << 1;
                magnitude > SMALLEST && magnitude < INFINITY
            }
        }
    )*};
}

/// The two range checks.
trait Host {
    type Bits;
    /// Zero or normal.
    fn ordinary(bits: Self::Bits) -> bool;
    /// Normal and larger than the smallest normal.
    fn safe(bits: Self::Bits) -> bool;
}

host! {
    f32 u32 23 8: f32_add f32_sub f32_mul f32_div f32_sqrt;
    f64 u64 52 11: f64_add f64_sub f64_mul f64_div f64_sqrt;
}

/// `f64` a × b + c on the host, if safe.
#[inline]
#[must_use]
pub fn f64_fma(a: u64, b: u64, c: u64) -> Option<u64> {
    if !(f64::ordinary(a) && f64::ordinary(b) && f64::ordinary(c)) {
        return None;
    }
    let sum = f64::from_bits(a).mul_add(f64::from_bits(b), f64::from_bits(c)).to_bits();
    f64::safe(sum).then_some(sum)
}

/// `f32` a × b + c on the host, if safe.
///
/// The product is exact in `f64`. The sum is rounded to odd there (its error is found by Knuth's two-sum), and a sum
/// rounded to odd with 53 digits can be rounded again to 24 without harm (Boldo and Melquiond, "Emulation of FMA and
/// correctly rounded sums").
#[inline]
#[must_use]
pub fn f32_fma(a: u32, b: u32, c: u32) -> Option<u32> {
    if !(f32::ordinary(a) && f32::ordinary(b) && f32::ordinary(c)) {
        return None;
    }
    let (a, b, c) = (f64::from(f32::from_bits(a)), f64::from(f32::from_bits(b)), f64::from(f32::from_bits(c)));
    let product = a * b;
    let sum = product + c;
    let back = sum - product;
    let error = (product - (sum - back)) + (c - back);
    let bits = sum.to_bits();
    let odd = if error == 0.0 || bits & 1 == 1 {
        bits
    } else if (error > 0.0) == (sum > 0.0) {
        bits + 1
    } else {
        bits - 1
    };
    let rounded = (f64::from_bits(odd) as f32).to_bits();
    f32::safe(rounded).then_some(rounded)
}
