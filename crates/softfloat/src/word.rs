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

    /// One quotient bit a step: the remainder stays below `rhs` < 2^127, so that doubling it does not overflow.
    fn div_jam(self, rhs: u128) -> u128 {
        let mut q = self / rhs;
        let mut rem = self % rhs;
        for _ in 0..Self::LEAD {
            rem <<= 1;
            q <<= 1;
            if rem >= rhs {
                rem -= rhs;
                q |= 1;
            }
        }
        q | u128::from(rem != 0)
    }

    /// One root bit a step from pairs of radicand bits. 120 bits are enough for binary128's 113 and a guard; the
    /// remainder, at most twice the root, then fits easily.
    fn sqrt_jam(self) -> u128 {
        const STEPS: u32 = 120;
        let (mut root, mut rem) = (0u128, 0u128);
        for i in 0..STEPS {
            let pair = if i < 64 { self >> (126 - 2 * i) & 3 } else { 0 };
            rem = rem << 2 | pair;
            let trial = root << 2 | 1;
            root <<= 1;
            if rem >= trial {
                rem -= trial;
                root |= 1;
            }
        }
        root << (127 - STEPS) | u128::from(rem != 0)
    }
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
