//! NaN policy as a value: how a guest tells quiet from signalling NaNs, which NaN it makes, which operand it hands on.
//!
//! IEEE 754-2019, 6.2, leaves all of this to the implementation, and the manuals named at each constant below fill
//! it in. A target picks one of the constants, or writes its own.

use crate::env::{Env, Flags};
use crate::format::Float;
use crate::unpack::{Kind, Unpacked};
use crate::word::Word;

/// What the leading fraction bit of a *quiet* NaN is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QuietBit {
    /// One, as IEEE 754-2008 recommends. A signalling NaN becomes quiet by setting it.
    One,
    /// Zero (MIPS before 2008). A signalling NaN can't be made quiet in place: the default NaN replaces it.
    Zero,
}

/// Fraction of the default NaN.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DefaultFraction {
    /// The leading bit alone.
    LeadingBit,
    /// The leading bit, and in the lowest four the cause: 1 for inf - inf, 2 for inf × 0, 4 for a root of a negative
    /// number, 8 for 0/0 and inf/inf, nothing for other causes.
    LeadingBitAndCause,
    /// All bits.
    AllOnes,
    /// All bits but the leading one.
    AllButLeadingBit,
}

/// Which of several NaN operands becomes the result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// None: the result is the default NaN.
    Default,
    /// The first NaN in operand order, quiet or signalling.
    InOrder,
    /// The first signalling NaN in operand order, else the first quiet one.
    SignallingFirst,
    /// x87: quiet rather than signalling; of two alike the larger significand; of equal ones the positive.
    LargerSignificand,
}

/// What inf × 0 + quiet NaN does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InfTimesZeroPlusNan {
    /// Whether the operation is invalid (VXIMZ).
    pub invalid: bool,
    /// Whether the result is the default NaN rather than the addend.
    pub default: bool,
}

/// A guest's treatment of NaNs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NanPolicy {
    /// For messages.
    pub name: &'static str,
    /// How quiet NaNs look.
    pub quiet_bit: QuietBit,
    /// Sign of the default NaN, true for negative.
    pub default_sign: bool,
    /// Fraction of the default NaN.
    pub default_fraction: DefaultFraction,
    /// Which NaN operand is handed on.
    pub choice: Choice,
    /// Operand order for operations on two (0 is the first).
    pub order2: [u8; 2],
    /// Operand order for a × b + c.
    pub order3: [u8; 3],
    /// What inf × 0 + quiet NaN does.
    pub inf_zero_nan: InfTimesZeroPlusNan,
}

impl NanPolicy {
    /// RISC-V Unprivileged ISA, "NaN Generation and Propagation": always the canonical NaN; "F" extension: FMA raises
    /// invalid for inf × 0 even if the addend is a quiet NaN.
    pub const RISCV: NanPolicy = NanPolicy {
        name: "RISC-V",
        quiet_bit: QuietBit::One,
        default_sign: false,
        default_fraction: DefaultFraction::LeadingBit,
        choice: Choice::Default,
        order2: [0, 1],
        order3: [0, 1, 2],
        inf_zero_nan: InfTimesZeroPlusNan { invalid: true, default: true },
    };

    /// Intel SDM Vol. 1, "Rules for Handling NaNs" (SSE column: the first source operand) and "Fused-Multiply-ADD
    /// (FMA) Numeric Behavior" (multiplicand, multiplier, addend; a NaN addend decides before inf × 0 does; in the 213 and 231 forms the instruction's second operand is the multiplicand). The default is the negative "QNaN Floating-Point
    /// Indefinite".
    pub const SSE: NanPolicy = NanPolicy {
        name: "x86 SSE",
        default_sign: true,
        choice: Choice::InOrder,
        inf_zero_nan: InfTimesZeroPlusNan { invalid: false, default: false },
        ..NanPolicy::RISCV
    };

    /// Intel SDM Vol. 1, "Rules for Handling NaNs" (x87 column).
    pub const X87: NanPolicy = NanPolicy { name: "x87", choice: Choice::LargerSignificand, ..NanPolicy::SSE };

    /// Power ISA Book I, "Models" and "Floating-Point Exceptions", QNaN selection: FRA, then FRB (the addend), then
    /// FRC; the generated QNaN is positive. VXIMZ is set even if the addend is a quiet NaN, which stays the result.
    pub const POWERPC: NanPolicy = NanPolicy {
        name: "PowerPC",
        choice: Choice::InOrder,
        order3: [0, 2, 1],
        inf_zero_nan: InfTimesZeroPlusNan { invalid: true, default: false },
        ..NanPolicy::RISCV
    };

    /// The SPARC Architecture Manual V9, "NaN Operand and Result Definitions" (untrapped results): signalling before
    /// quiet, rs2 before rs1 (for FMA rs3, rs2, rs1); the default NaN has all fraction bits set.
    pub const SPARC: NanPolicy = NanPolicy {
        name: "SPARC",
        default_fraction: DefaultFraction::AllOnes,
        choice: Choice::SignallingFirst,
        order2: [1, 0],
        order3: [2, 1, 0],
        inf_zero_nan: InfTimesZeroPlusNan { invalid: true, default: false },
        ..NanPolicy::RISCV
    };

    /// MIPS Architecture For Programmers Vol. I, "Quiet Not a Number" with FCSR.NAN2008 = 0: a set leading bit means
    /// signalling; what comes of a signalling NaN is the default 0x7FBFFFFF.
    pub const MIPS_LEGACY: NanPolicy = NanPolicy {
        name: "MIPS legacy",
        quiet_bit: QuietBit::Zero,
        default_fraction: DefaultFraction::AllButLeadingBit,
        choice: Choice::SignallingFirst,
        ..NanPolicy::RISCV
    };

    /// MIPS Architecture For Programmers Vol. I with FCSR.NAN2008 = 1; the addend goes first in fused operations
    /// (the operand order is the implementation's choice in Release 6; this is the common one).
    pub const MIPS_2008: NanPolicy = NanPolicy {
        name: "MIPS 2008",
        choice: Choice::SignallingFirst,
        order3: [2, 0, 1],
        inf_zero_nan: InfTimesZeroPlusNan { invalid: true, default: false },
        ..NanPolicy::RISCV
    };

    /// z/Architecture Principles of Operation, "Results" figures of ADD (BFP) and MULTIPLY AND ADD (BFP): signalling
    /// before quiet, in operand order.
    pub const S390X: NanPolicy = NanPolicy { name: "s390x", choice: Choice::SignallingFirst, ..NanPolicy::RISCV };

    /// TriCore Architecture Vol. 1, "NaNs": operands are not handed on; 7FC00000 for a NaN operand, and the cause in
    /// the low bits otherwise.
    pub const TRICORE: NanPolicy =
        NanPolicy { name: "TriCore", default_fraction: DefaultFraction::LeadingBitAndCause, ..NanPolicy::RISCV };

    /// The default NaN's encoding in a format.
    #[must_use]
    pub fn default_nan<F: Float>(&self) -> F::Bits {
        crate::round::encode_nan::<F>(self, default_unpacked::<F>(self, Flags::NONE))
    }

    /// Whether a NaN with this leading fraction bit is signalling.
    pub(crate) fn is_signalling(&self, leading_bit: bool) -> bool {
        match self.quiet_bit {
            QuietBit::One => !leading_bit,
            QuietBit::Zero => leading_bit,
        }
    }
}

/// The default NaN made for `cause`.
pub(crate) fn default_unpacked<F: Float>(policy: &NanPolicy, cause: Flags) -> Unpacked<F::Word> {
    let top = F::Word::LEAD - 1;
    let sig = match policy.default_fraction {
        DefaultFraction::LeadingBit => F::Word::bit(top),
        DefaultFraction::AllOnes => F::Word::ones(top + 1),
        DefaultFraction::AllButLeadingBit => F::Word::ones(top),
        DefaultFraction::LeadingBitAndCause => {
            let codes =
                [(Flags::VXISI, 1), (Flags::VXIMZ, 2), (Flags::VXSQRT, 4), (Flags::VXIDI, 8), (Flags::VXZDZ, 8)];
            let code = codes.iter().find(|&&(flag, _)| cause.intersects(flag)).map_or(0, |&(_, code)| code);
            F::Word::bit(top) | F::Word::from_u128(code) << (F::Word::LEAD + 1 - F::FORMAT.precision)
        }
    };
    Unpacked { sign: policy.default_sign, kind: Kind::Quiet, exp: 0, sig, denormal: false }
}

/// An invalid operation without a NaN operand: raises it and delivers the default NaN.
#[cold]
pub(crate) fn invalid<F: Float>(env: &mut Env, cause: Flags) -> Unpacked<F::Word> {
    env.raise(Flags::INVALID | cause);
    default_unpacked::<F>(env.nan, cause)
}

/// A NaN made quiet.
pub(crate) fn quiet<F: Float>(policy: &NanPolicy, a: Unpacked<F::Word>) -> Unpacked<F::Word> {
    match (a.kind, policy.quiet_bit) {
        (Kind::Signalling, QuietBit::One) => {
            Unpacked { kind: Kind::Quiet, sig: a.sig | F::Word::bit(F::Word::LEAD - 1), ..a }
        }
        (Kind::Signalling, QuietBit::Zero) => default_unpacked::<F>(policy, Flags::VXSNAN),
        _ => a,
    }
}

/// Raises invalid for signalling and unsupported operands.
pub(crate) fn signal<W: Word>(env: &mut Env, operands: &[Unpacked<W>]) {
    for operand in operands {
        match operand.kind {
            Kind::Signalling => env.raise(Flags::INVALID | Flags::VXSNAN),
            Kind::Unsupported => env.raise(Flags::INVALID | Flags::VXUNSUPPORTED),
            _ => {}
        }
    }
}

/// The result of an operation with at least one NaN (or unsupported) operand; raises what such operands raise.
#[cold]
pub(crate) fn propagate<F: Float>(env: &mut Env, operands: &[Unpacked<F::Word>]) -> Unpacked<F::Word> {
    signal(env, operands);
    let policy = env.nan;
    if policy.choice == Choice::Default || operands.iter().any(|o| o.kind == Kind::Unsupported) {
        return default_unpacked::<F>(policy, Flags::NONE);
    }
    let first = |wanted: fn(Kind) -> bool| {
        let at = |&i: &u8| operands[usize::from(i)];
        match operands.len() {
            1 => Some(operands[0]),
            2 => policy.order2.iter().map(at).find(|o| wanted(o.kind)),
            _ => policy.order3.iter().map(at).find(|o| wanted(o.kind)),
        }
    };
    let any = || first(Kind::is_nan);
    let chosen = match policy.choice {
        Choice::SignallingFirst => first(|kind| kind == Kind::Signalling).or_else(any),
        Choice::LargerSignificand => {
            operands.iter().copied().filter(|o| o.kind.is_nan()).max_by_key(|o| (o.kind == Kind::Quiet, o.sig, !o.sign))
        }
        Choice::InOrder | Choice::Default => any(),
    };
    chosen.map_or_else(|| default_unpacked::<F>(policy, Flags::NONE), |nan| quiet::<F>(policy, nan))
}
