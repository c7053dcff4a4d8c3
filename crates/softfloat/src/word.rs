//! Words on which significands are computed: `u64` for formats up to binary64, `u128` for x87 and binary128, and the
//! double-wide words for their products.
//!
//! "Jam" means: what is shifted out is or-ed into the lowest bit, so that a later rounding still knows it was there.

use core::ops::{Add, BitAnd, BitOr, Shl, Shr, Sub};

/// A significand word.
pub trait Word:
    Copy
    + Ord
    + core::fmt::Debug
    + Add<Output = Self>
    + Sub<Output = Self>
    + Shl<u32, Output = Self>
    + Shr<u32, Output = Self>
    + BitAnd<Output = Self>
    + BitOr<Output = Self>
    + core::ops::Div<Output = Self>
    + core::ops::Rem<Output = Self>
{
    /// Width in bits.
    const BITS: u32;
    /// Position of a normalised significand's leading one; the bit above it takes the carry of an addition.
    const LEAD: u32 = Self::BITS - 2;
    /// Zero.
    const ZERO: Self;
    /// One.
    const ONE: Self;
    /// Twice as wide.
    type Wide: Wide<Half = Self>;

    /// Leading zeros.
    fn leading_zeros(self) -> u32;
    /// The low 128 bits.
    fn to_u128(self) -> u128;
    /// The low bits of `value`.
    fn from_u128(value: u128) -> Self;
    /// Low 64 bits.
    fn low_u64(self) -> u64;
    /// The exact product.
    fn mul_wide(self, rhs: Self) -> Self::Wide;
    /// `(self << LEAD) / rhs`, jammed; the caller sees to it that the quotient fits.
    fn div_jam(self, rhs: Self) -> Self;
    /// `sqrt(self << LEAD)`, jammed.
    fn sqrt_jam(self) -> Self;

    /// `1 << n`.
    #[inline]
    fn bit(n: u32) -> Self {
        Self::ONE << n
    }

    /// `n` ones; `n` < BITS.
    #[inline]
    fn ones(n: u32) -> Self {
        Self::bit(n) - Self::ONE
    }

    /// Shift right by any count, jammed.
    #[inline]
    fn shr_jam(self, n: u32) -> Self {
        if n == 0 {
            return self;
        }
        if n >= Self::BITS {
            return if self == Self::ZERO { Self::ZERO } else { Self::ONE };
        }
        let kept = self >> n;
        if kept << n == self { kept } else { kept | Self::ONE }
    }
}

/// A word twice as wide, for exact products.
pub trait Wide: Copy + Ord + core::fmt::Debug {
    /// The word it is twice as wide as.
    type Half: Word;

    /// `half << Half::LEAD`.
    fn from_lead(half: Self::Half) -> Self;
    /// Whether it is zero.
    fn is_zero(self) -> bool;
    /// Leading zeros.
    fn leading_zeros(self) -> u32;
    /// Sum; must not overflow.
    fn plus(self, rhs: Self) -> Self;
    /// Difference; `self` must be the larger.
    fn minus(self, rhs: Self) -> Self;
    /// Shift left by less than the width.
    fn shl(self, n: u32) -> Self;
    /// Shift right by any count, jammed.
    fn shr_jam(self, n: u32) -> Self;
    /// The upper half, jammed.
    fn high_jam(self) -> Self::Half;
}

impl Word for u64 {
    const BITS: u32 = 64;
    const ZERO: u64 = 0;
    const ONE: u64 = 1;
    type Wide = u128;

    #[inline]
    fn leading_zeros(self) -> u32 {
        u64::leading_zeros(self)
    }
    #[inline]
    fn to_u128(self) -> u128 {
        u128::from(self)
    }
    #[inline]
    fn from_u128(value: u128) -> u64 {
        value as u64
    }
    #[inline]
    fn low_u64(self) -> u64 {
        self
    }
    #[inline]
    fn mul_wide(self, rhs: u64) -> u128 {
        u128::from(self) * u128::from(rhs)
    }
    #[inline]
    fn div_jam(self, rhs: u64) -> u64 {
        let n = u128::from(self) << Self::LEAD;
        let q = (n / u128::from(rhs)) as u64;
        q | u64::from(q.mul_wide(rhs) != n)
    }
    #[inline]
    fn sqrt_jam(self) -> u64 {
        let n = u128::from(self) << Self::LEAD;
        let root = n.isqrt() as u64;
        root | u64::from(root.mul_wide(root) != n)
    }
}

impl Wide for u128 {
    type Half = u64;

    #[inline]
    fn from_lead(half: u64) -> u128 {
        u128::from(half) << u64::LEAD
    }
    #[inline]
    fn is_zero(self) -> bool {
        self == 0
    }
    #[inline]
    fn leading_zeros(self) -> u32 {
        u128::leading_zeros(self)
    }
    #[inline]
    fn plus(self, rhs: u128) -> u128 {
        self + rhs
    }
    #[inline]
    fn minus(self, rhs: u128) -> u128 {
        self - rhs
    }
    #[inline]
    fn shl(self, n: u32) -> u128 {
        self << n
    }
    #[inline]
    fn shr_jam(self, n: u32) -> u128 {
        Word::shr_jam(self, n)
    }
    #[inline]
    fn high_jam(self) -> u64 {
        (self >> 64) as u64 | u64::from(self as u64 != 0)
    }
}

impl Word for u128 {
    const BITS: u32 = 128;
    const ZERO: u128 = 0;
    const ONE: u128 = 1;
    type Wide = U256;

    #[inline]
    fn leading_zeros(self) -> u32 {
        u128::leading_zeros(self)
    }
    #[inline]
    fn to_u128(self) -> u128 {
        self
    }
    #[inline]
    fn from_u128(value: u128) -> u128 {
        value
    }
    #[inline]
    fn low_u64(self) -> u64 {
        self as u64
    }

    fn mul_wide(self, rhs: u128) -> U256 {
        let (a1, a0) = (self >> 64, self & u128::from(u64::MAX));
        let (b1, b0) = (rhs >> 64, rhs & u128::from(u64::MAX));
        let low = a0 * b0;
        let mid = a1 * b0 + (low >> 64);
        let (mid, carry) = mid.overflowing_add(a0 * b1);
        U256 { hi: a1 * b1 + (mid >> 64) + (u128::from(carry) << 64), lo: mid << 64 | low & u128::from(u64::MAX) }
    }

    /// Long division by 64-bit digits (Knuth, "The Art of Computer Programming" vol. 2, 4.3.1, Algorithm D), of the
    /// 256-bit `self << 127` by `rhs << 1`, whose top bit is set as the algorithm wants it.
    fn div_jam(self, rhs: u128) -> u128 {
        let divisor = rhs << 1;
        let (q1, rest) = digit(self >> 1, (self << 63) as u64, divisor);
        let (q0, rest) = digit(rest, 0, divisor);
        q1 << 64 | q0 | u128::from(rest != 0)
    }

    /// Zimmermann's "Karatsuba Square Root" of the 256-bit `self << 128`, whose root has one bit more than wanted. That
    /// number is a square if and only if `self` is one.
    fn sqrt_jam(self) -> u128 {
        let high = self.isqrt();
        let rest = self - high * high;
        let (q, u) = ((rest << 63) / high, (rest << 63) % high);
        let root = if q >> 64 != 0 {
            high << 64 | u128::from(u64::MAX)
        } else {
            let too_large = u >> 63 == 0 && q * q > u << 65;
            (high << 64 | q) - u128::from(too_large)
        };
        Word::shr_jam(root, 1) | u128::from(rest != 0)
    }
}

/// One digit of a quotient, `(rest:next) / divisor`, and what remains; `rest` < `divisor`, whose top bit is set.
fn digit(rest: u128, next: u64, divisor: u128) -> (u128, u128) {
    let (d1, d0) = (divisor >> 64, divisor & u128::from(u64::MAX));
    let (mut q, mut r) = (rest / d1, rest % d1);
    // The estimate from the upper digits is at most two too large.
    while q >> 64 != 0 || q * d0 > (r << 64 | u128::from(next)) {
        q -= 1;
        r += d1;
        if r >> 64 != 0 {
            break;
        }
    }
    let remaining = (rest << 64 | u128::from(next)).wrapping_sub(q.wrapping_mul(divisor));
    (q, remaining)
}

/// 256 bits: as much as the products of binary128 and x87 need.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct U256 {
    // Order matters: the derived comparison looks at `hi` first.
    hi: u128,
    lo: u128,
}

impl Wide for U256 {
    type Half = u128;

    fn from_lead(half: u128) -> U256 {
        U256 { hi: half >> 2, lo: half << 126 }
    }

    fn is_zero(self) -> bool {
        self.hi | self.lo == 0
    }

    fn leading_zeros(self) -> u32 {
        if self.hi != 0 { self.hi.leading_zeros() } else { 128 + self.lo.leading_zeros() }
    }

    fn plus(self, rhs: U256) -> U256 {
        let (lo, carry) = self.lo.overflowing_add(rhs.lo);
        U256 { hi: self.hi + rhs.hi + u128::from(carry), lo }
    }

    fn minus(self, rhs: U256) -> U256 {
        let (lo, borrow) = self.lo.overflowing_sub(rhs.lo);
        U256 { hi: self.hi - rhs.hi - u128::from(borrow), lo }
    }

    fn shl(self, n: u32) -> U256 {
        match n {
            0 => self,
            1..128 => U256 { hi: self.hi << n | self.lo >> (128 - n), lo: self.lo << n },
            _ => U256 { hi: self.lo << (n - 128), lo: 0 },
        }
    }

    fn shr_jam(self, n: u32) -> U256 {
        match n {
            0 => self,
            1..128 => {
                let lost = u128::from(self.lo << (128 - n) != 0);
                U256 { hi: self.hi >> n, lo: self.hi << (128 - n) | self.lo >> n | lost }
            }
            _ => {
                let high = U256 { hi: 0, lo: Word::shr_jam(self.hi, n - 128) };
                U256 { lo: high.lo | u128::from(self.lo != 0), ..high }
            }
        }
    }

    fn high_jam(self) -> u128 {
        self.hi | u128::from(self.lo != 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Words with long runs of ones and zeros, leading one at LEAD.
    fn words() -> impl Iterator<Item = u128> {
        let lead = 1u128 << 126;
        let ones = |n: u32| (1u128 << n) - 1;
        let shapes = (0..126).flat_map(move |n| [lead | 1 << n, lead | ones(n), (lead | ones(126)) & !ones(n)]);
        shapes.flat_map(move |w| [w, w ^ (w >> 3 & ones(126)), w ^ ((w ^ 0x5bd1_e995) >> 7 & ones(126))])
    }

    /// `value` times 2^`n`, in 256 bits.
    fn shifted(value: u128, n: u32) -> U256 {
        U256 { hi: 0, lo: value }.shl(n)
    }

    #[test]
    fn quotients_are_floors_with_a_sticky_bit() {
        for (a, b) in words().zip(words().collect::<Vec<_>>().into_iter().rev()) {
            let a = if a < b { a << 1 } else { a };
            let q = a.div_jam(b);
            let n = shifted(a, 126);
            // The sticky bit may hide one from the floor: it is q or q - 1.
            let floor = if q.mul_wide(b) > n { q - 1 } else { q };
            let rest = n.minus(floor.mul_wide(b));
            assert!(rest < shifted(b, 0), "{a:x} / {b:x}");
            assert_eq!(q, floor | u128::from(!rest.is_zero()), "{a:x} / {b:x}");
        }
    }

    #[test]
    fn roots_are_floors_with_a_sticky_bit() {
        for a in words().flat_map(|w| [w, w << 1]) {
            let root = a.sqrt_jam();
            let n = shifted(a, 126);
            let floor = if root.mul_wide(root) > n { root - 1 } else { root };
            let square = floor.mul_wide(floor);
            assert!(square <= n && (floor + 1).mul_wide(floor + 1) > n, "{a:x}");
            assert_eq!(root, floor | u128::from(square != n), "{a:x}");
        }
    }

    #[test]
    fn wide_shifts_jam() {
        for a in words().step_by(7) {
            for b in words().step_by(31) {
                let product = a.mul_wide(b);
                for n in [0, 1, 63, 64, 127, 128, 129, 200, 253, 255, 256, 1000] {
                    let jammed = product.shr_jam(n);
                    // Shifting bit by bit must come to the same.
                    let stepwise = (0..n).fold(product, |wide, _| wide.shr_jam(1));
                    assert_eq!(jammed, stepwise, "{a:x} {b:x} {n}");
                }
            }
        }
        for n in 0..256 {
            assert_eq!(shifted(1, n).leading_zeros(), 255 - n);
            assert_eq!(shifted(1, n).shr_jam(n), shifted(1, 0));
        }
    }

    #[test]
    fn products_agree_with_narrow_ones() {
        for (a, b) in words().zip(words().skip(5)) {
            let (a, b) = ((a >> 63) as u64, (b >> 63) as u64);
            let wide = u128::from(a).mul_wide(b.into());
            assert_eq!(wide, U256 { hi: 0, lo: a.mul_wide(b) });
            let up = (u128::from(a) << 64).mul_wide(u128::from(b) << 64);
            assert_eq!(up, U256 { hi: a.mul_wide(b), lo: 0 });
        }
    }
}
