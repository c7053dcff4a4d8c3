//! The environment of an operation: rounding, tininess, flushing, precision control, and the exception flags.

use core::ops::{BitAnd, BitOr, BitOrAssign};

use crate::nan::NanPolicy;

/// Rounding direction (IEEE 754-2019, 4.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Rounding {
    /// roundTiesToEven.
    NearestEven,
    /// roundTowardZero.
    TowardZero,
    /// roundTowardNegative.
    Down,
    /// roundTowardPositive.
    Up,
    /// roundTiesToAway.
    NearestAway,
    /// Inexact results get an odd last digit: a wider result so rounded can be rounded again without error (Power ISA
    /// "Round to Odd", s390x "round to prepare for shorter precision").
    ToOdd,
}

/// When a result counts as tiny (IEEE 754-2019, 7.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Tininess {
    /// The exact result lies strictly between the smallest normals (PowerPC, SPARC, s390x, TriCore).
    BeforeRounding,
    /// So does the result rounded as though the exponent had no lower bound (RISC-V, x86, MIPS).
    AfterRounding,
}

/// Precision of results in the x87 format (Intel SDM Vol. 1, "Precision Control Field"). Other formats ignore it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Precision {
    /// 24 bits.
    Single,
    /// 53 bits.
    Double,
    /// 64 bits.
    Extended,
}

/// A set of exceptions, with their sub-causes and some facts about the last rounding.
///
/// Bits 4-0 lie as in RISC-V's `fflags`: NV DZ OF UF NX.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Flags(u32);

impl Flags {
    /// No exception.
    pub const NONE: Flags = Flags(0);
    /// Inexact: the delivered result differs from the exact one.
    pub const INEXACT: Flags = Flags(1 << 0);
    /// Underflow under default handling: tiny *and* inexact (or tiny and flushed or wrapped).
    pub const UNDERFLOW: Flags = Flags(1 << 1);
    /// Overflow.
    pub const OVERFLOW: Flags = Flags(1 << 2);
    /// Division of a finite number by zero, or the logarithm of zero.
    pub const DIV_BY_ZERO: Flags = Flags(1 << 3);
    /// Invalid operation.
    pub const INVALID: Flags = Flags(1 << 4);
    /// A subnormal operand was used (x86 DE). Not raised for operands zeroed by `flush_inputs`, nor where an
    /// exception of higher priority or a NaN decides the result (Intel SDM Vol. 1, "SIMD Floating-Point Exception
    /// Conditions" and "Exception Priority").
    pub const DENORMAL: Flags = Flags(1 << 5);
    /// The result is tiny, exact or not: what an *enabled* underflow trap looks at.
    pub const TINY: Flags = Flags(1 << 6);
    /// Rounding increased the magnitude (x87 C1, PowerPC FR).
    pub const ROUNDED_UP: Flags = Flags(1 << 7);

    /// Invalid because of a signalling NaN.
    pub const VXSNAN: Flags = Flags(1 << 8);
    /// Invalid: infinity minus infinity.
    pub const VXISI: Flags = Flags(1 << 9);
    /// Invalid: infinity divided by infinity.
    pub const VXIDI: Flags = Flags(1 << 10);
    /// Invalid: zero divided by zero.
    pub const VXZDZ: Flags = Flags(1 << 11);
    /// Invalid: infinity times zero.
    pub const VXIMZ: Flags = Flags(1 << 12);
    /// Invalid: ordered comparison of a NaN. PowerPC leaves VXVC clear for a signalling NaN if VE is set; that is the
    /// target's business.
    pub const VXVC: Flags = Flags(1 << 13);
    /// Invalid on software's request. Never raised here; it has a place so that FPSCR can be kept as `Flags`.
    pub const VXSOFT: Flags = Flags(1 << 14);
    /// Invalid: square root of a negative number.
    pub const VXSQRT: Flags = Flags(1 << 15);
    /// Invalid: conversion to an integer that can't hold the value.
    pub const VXCVI: Flags = Flags(1 << 16);
    /// Invalid: remainder of an infinity or by zero.
    pub const VXREM: Flags = Flags(1 << 17);
    /// Invalid: an encoding that the x87 does not support (unnormal, pseudo-NaN, pseudo-infinity).
    pub const VXUNSUPPORTED: Flags = Flags(1 << 18);

    /// The five exceptions of IEEE 754, without sub-causes.
    pub const IEEE: Flags = Flags(0x1f);

    /// The set with these raw bits.
    #[must_use]
    pub const fn from_bits(bits: u32) -> Flags {
        Flags(bits)
    }

    /// The raw bits; the low five are RISC-V's `fflags`.
    #[must_use]
    pub const fn bits(self) -> u32 {
        self.0
    }

    /// The five IEEE exceptions in RISC-V's order: NV DZ OF UF NX.
    #[must_use]
    pub const fn fflags(self) -> u32 {
        self.0 & Flags::IEEE.0
    }

    /// Whether all of `other` is in the set.
    #[must_use]
    pub const fn contains(self, other: Flags) -> bool {
        self.0 & other.0 == other.0
    }

    /// Whether any of `other` is in the set.
    #[must_use]
    pub const fn intersects(self, other: Flags) -> bool {
        self.0 & other.0 != 0
    }

    /// Whether the set is empty.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Both sets together, in constants.
    #[must_use]
    pub const fn union(self, other: Flags) -> Flags {
        Flags(self.0 | other.0)
    }

    /// The set without `other`.
    #[must_use]
    pub const fn without(self, other: Flags) -> Flags {
        Flags(self.0 & !other.0)
    }
}

impl BitOr for Flags {
    type Output = Flags;
    fn bitor(self, rhs: Flags) -> Flags {
        Flags(self.0 | rhs.0)
    }
}

impl BitAnd for Flags {
    type Output = Flags;
    fn bitand(self, rhs: Flags) -> Flags {
        Flags(self.0 & rhs.0)
    }
}

impl BitOrAssign for Flags {
    fn bitor_assign(&mut self, rhs: Flags) {
        self.0 |= rhs.0;
    }
}

/// What an operation takes from its surroundings, and the flags that it leaves there.
///
/// Start from a preset (`Env::RISCV`, `Env::SSE`, ...) and set what the guest's control register says. Flags
/// accumulate. Who needs the exceptions of one operation (trap enables, PowerPC's FI/FR, x87's C1) passes an `Env`
/// with empty flags; who keeps the accrued flags in `flags` gets the host's FPU once INEXACT is among them, and then
/// `ROUNDED_UP` no longer speaks of the last operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Env {
    /// Rounding direction.
    pub rounding: Rounding,
    /// When a result is tiny.
    pub tininess: Tininess,
    /// How NaNs are made, told apart and handed on.
    pub nan: &'static NanPolicy,
    /// Tiny results become zero of their sign and raise underflow and inexact (MXCSR.FZ, MIPS FS, PowerPC NI).
    pub flush_outputs: bool,
    /// Subnormal operands count as zero of their sign (MXCSR.DAZ).
    pub flush_inputs: bool,
    /// An overflow delivers the result with its exponent lowered by `Format::bias_adjust`, as an enabled overflow trap
    /// sees it.
    pub wrap_overflow: bool,
    /// A tiny result is delivered with its exponent raised by `Format::bias_adjust` and raises underflow even if
    /// exact, as an enabled underflow trap sees it.
    pub wrap_underflow: bool,
    /// Precision control, x87 format only.
    pub precision: Precision,
    /// Exceptions raised so far.
    pub flags: Flags,
}

impl Env {
    /// Round to nearest even, no flushing or wrapping, full precision, no flag.
    #[must_use]
    pub const fn new(nan: &'static NanPolicy, tininess: Tininess) -> Env {
        Env {
            rounding: Rounding::NearestEven,
            tininess,
            nan,
            flush_outputs: false,
            flush_inputs: false,
            wrap_overflow: false,
            wrap_underflow: false,
            precision: Precision::Extended,
            flags: Flags::NONE,
        }
    }

    /// RISC-V ("F" extension: "tininess is detected after rounding").
    pub const RISCV: Env = Env::new(&NanPolicy::RISCV, Tininess::AfterRounding);
    /// x86 SSE and AVX (Intel SDM Vol. 1, "Numeric Underflow Exception (#U)").
    pub const SSE: Env = Env::new(&NanPolicy::SSE, Tininess::AfterRounding);
    /// x87.
    pub const X87: Env = Env::new(&NanPolicy::X87, Tininess::AfterRounding);
    /// PowerPC (Power ISA, "Underflow Exception": before rounding).
    pub const POWERPC: Env = Env::new(&NanPolicy::POWERPC, Tininess::BeforeRounding);
    /// SPARC V9 (tininess is the implementation's choice; UltraSPARC and SPARC64 detect it before rounding).
    pub const SPARC: Env = Env::new(&NanPolicy::SPARC, Tininess::BeforeRounding);
    /// MIPS with the old NaN encoding.
    pub const MIPS_LEGACY: Env = Env::new(&NanPolicy::MIPS_LEGACY, Tininess::AfterRounding);
    /// MIPS with FCSR.NAN2008.
    pub const MIPS_2008: Env = Env::new(&NanPolicy::MIPS_2008, Tininess::AfterRounding);
    /// s390x (Principles of Operation, "IEEE Underflow": before rounding).
    pub const S390X: Env = Env::new(&NanPolicy::S390X, Tininess::BeforeRounding);
    /// TriCore (Architecture Vol. 1, "Denormal Numbers": taken for zeros, and never delivered).
    pub const TRICORE: Env =
        Env { flush_inputs: true, flush_outputs: true, ..Env::new(&NanPolicy::TRICORE, Tininess::BeforeRounding) };

    /// The same environment with another rounding direction.
    #[must_use]
    pub const fn with_rounding(mut self, rounding: Rounding) -> Env {
        self.rounding = rounding;
        self
    }

    /// Adds exceptions.
    #[inline]
    pub fn raise(&mut self, flags: Flags) {
        self.flags |= flags;
    }

    /// Returns the flags and clears them.
    #[inline]
    pub fn take_flags(&mut self) -> Flags {
        core::mem::take(&mut self.flags)
    }

    /// Whether the host's FPU gives result and flags alike for normal numbers: inexact is already there, and rounding
    /// is the host's.
    #[inline]
    pub(crate) fn host_exact(&self) -> bool {
        matches!(self.rounding, Rounding::NearestEven) && self.flags.contains(Flags::INEXACT)
    }
}
