//! Floating-point operations: FCSR around the arithmetic of `softfloat`.
//!
//! Volume I-A, "FPU Programming Model", "Floating Point Control and Status Register", "FPU Exceptions". FCSR's cause field tells what the
//! *last* operation has raised. An operation that an engine does on the host leaves its number and operands in the register file instead
//! ([`crate::state::FP_OP`]), and the field is worked out when somebody looks.

use softfloat::{Class, Env, F32, F64, Flags, Float, Int, MinMax, Negate, Relation, Rounding};

use crate::hart::Hart;
use crate::state;
use crate::trap::{self, Trap};

/// The result of a helper.
type Out = Result<u64, Trap>;
/// The arguments of a helper.
type Args = [u64; 4];

/// Fields of FCSR.
pub(crate) mod fcsr {
    /// Lowest bit of the enables, and of the flags: I, U, O, Z, V upwards.
    pub(crate) const ENABLES: u32 = 7;
    pub(crate) const FLAGS: u32 = 2;
    /// The cause field: as the flags, and E above.
    pub(crate) const CAUSE: u32 = 12;
    pub(crate) const CAUSE_MASK: u64 = 0x3f << CAUSE;
    /// Flush to zero.
    pub(crate) const FS: u32 = 24;
    /// NaNs of IEEE 754-2008.
    pub(crate) const NAN2008: u32 = 18;

    /// The bit of condition code `n`.
    pub(crate) const fn cc(n: u8) -> u32 {
        if n == 0 { 23 } else { 24 + n as u32 }
    }
}

/// What an operation is. `FP_OP` holds these numbers; 0 is none.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u32)]
pub(crate) enum Op {
    /// An operation that raises nothing.
    Quiet = 1,
    Add,
    Sub,
    Mul,
    Div,
    Sqrt,
    Recip,
    Rsqrt,
    /// a × b + c and its kin, rounded twice.
    Madd,
    Msub,
    /// c ± a × b, rounded once.
    Maddf,
    Msubf,
    Rint,
    Class,
    Min,
    Max,
    Mina,
    Maxa,
    /// Conversions: to integers, rounded by FCSR or as named.
    ToW,
    ToL,
    RoundW,
    TruncW,
    CeilW,
    FloorW,
    RoundL,
    TruncL,
    CeilL,
    FloorL,
    /// From integers.
    FromW,
    FromL,
    /// From the other floating-point format.
    Convert,
}

impl Op {
    const ALL: [Op; 31] = [
        Op::Quiet,
        Op::Add,
        Op::Sub,
        Op::Mul,
        Op::Div,
        Op::Sqrt,
        Op::Recip,
        Op::Rsqrt,
        Op::Madd,
        Op::Msub,
        Op::Maddf,
        Op::Msubf,
        Op::Rint,
        Op::Class,
        Op::Min,
        Op::Max,
        Op::Mina,
        Op::Maxa,
        Op::ToW,
        Op::ToL,
        Op::RoundW,
        Op::TruncW,
        Op::CeilW,
        Op::FloorW,
        Op::RoundL,
        Op::TruncL,
        Op::CeilL,
        Op::FloorL,
        Op::FromW,
        Op::FromL,
        Op::Convert,
    ];

    /// Whether it reads or makes a 64-bit integer.
    pub(crate) fn is_long(self) -> bool {
        use Op::{CeilL, FloorL, FromL, RoundL, ToL, TruncL};
        matches!(self, ToL | RoundL | TruncL | CeilL | FloorL | FromL)
    }

    fn from_number(n: u64) -> Op {
        Op::ALL.get((n as usize).wrapping_sub(1)).copied().unwrap_or(Op::Quiet)
    }
}

/// `FP_OP` for double precision has this bit.
pub(crate) const DOUBLE: u32 = 0x80;

fn rounding(fcsr: u64) -> Rounding {
    match fcsr & 3 {
        0 => Rounding::NearestEven,
        1 => Rounding::TowardZero,
        2 => Rounding::Up,
        _ => Rounding::Down,
    }
}

/// The environment that FCSR describes, without flags.
fn env(fcsr: u64) -> Env {
    let mut env = if fcsr >> fcsr::NAN2008 & 1 != 0 { Env::MIPS_2008 } else { Env::MIPS_LEGACY };
    env.rounding = rounding(fcsr);
    env.flush_outputs = fcsr >> fcsr::FS & 1 != 0;
    env
}

/// The cause field for what an operation has raised.
fn cause(flags: Flags) -> u64 {
    u64::from(flags.fflags())
}

/// The integer for what can't be represented: the greatest one before NaN2008, since then saturated, and 0 for NaN.
fn to_int<F: Float, I: Int>(a: F::Bits, fcsr: u64, rounding: Rounding, env: &mut Env) -> I {
    let result = softfloat::to_int::<F, I>(a, rounding, env);
    if fcsr >> fcsr::NAN2008 & 1 != 0 { result.saturate(I::ZERO) } else { result.or(I::MAX) }
}

/// 1 in a format.
fn one_of<F: Float>() -> F::Bits {
    let mut env = Env::MIPS_2008;
    softfloat::from_int::<F, i32>(1, &mut env)
}

/// An operand as a result: with FCSR.FS a subnormal number becomes zero of its sign.
fn flushed<F: Float>(v: F::Bits, env: &Env) -> F::Bits
where
    F::Bits: Default,
{
    match softfloat::class::<F>(v, Env::MIPS_2008.nan) {
        Class::PositiveSubnormal if env.flush_outputs => F::Bits::default(),
        Class::NegativeSubnormal if env.flush_outputs => softfloat::neg::<F>(F::Bits::default()),
        _ => v,
    }
}

/// What the operations of both formats compute; bits are passed as 64-bit numbers.
macro_rules! compute {
    ($name:ident $float:ident $bits:ident $other:ident $other_bits:ident) => {
        fn $name(op: Op, [a, b, c, _]: Args, fcsr: u64, env: &mut Env) -> u64 {
            let (x, y, z) = (a as $bits, b as $bits, c as $bits);
            let one = one_of::<$float>();
            let scaled = |sub: bool, env: &mut Env| {
                let product = softfloat::mul::<$float>(x, y, env);
                if sub { softfloat::sub::<$float>(product, z, env) } else { softfloat::add::<$float>(product, z, env) }
            };
            let word = |r: Rounding, env: &mut Env| u64::from(to_int::<$float, i32>(x, fcsr, r, env) as u32);
            let long = |r: Rounding, env: &mut Env| to_int::<$float, i64>(x, fcsr, r, env) as u64;
            let float: $bits = match op {
                Op::Quiet => 0,
                Op::Add => softfloat::add::<$float>(x, y, env),
                Op::Sub => softfloat::sub::<$float>(x, y, env),
                Op::Mul => softfloat::mul::<$float>(x, y, env),
                Op::Div => softfloat::div::<$float>(x, y, env),
                Op::Sqrt => softfloat::sqrt::<$float>(x, env),
                Op::Recip => softfloat::div::<$float>(one, x, env),
                Op::Rsqrt => {
                    let root = softfloat::sqrt::<$float>(x, env);
                    softfloat::div::<$float>(one, root, env)
                }
                // NMADD and NMSUB negate afterwards.
                Op::Madd => scaled(false, env),
                Op::Msub => scaled(true, env),
                Op::Maddf => softfloat::fma::<$float>(x, y, z, Negate::NONE, env),
                Op::Msubf => softfloat::fma::<$float>(x, y, z, Negate::PRODUCT, env),
                Op::Rint => softfloat::round_to_integral::<$float>(x, env.rounding, true, env),
                Op::Class => class::<$float>(x) as $bits,
                Op::Min => flushed::<$float>(softfloat::min::<$float>(x, y, MinMax::Num2008, env), env),
                Op::Max => flushed::<$float>(softfloat::max::<$float>(x, y, MinMax::Num2008, env), env),
                Op::Mina => flushed::<$float>(softfloat::min_magnitude::<$float>(x, y, MinMax::Num2008, env), env),
                Op::Maxa => flushed::<$float>(softfloat::max_magnitude::<$float>(x, y, MinMax::Num2008, env), env),
                Op::ToW => return word(env.rounding, env),
                Op::ToL => return long(env.rounding, env),
                Op::RoundW => return word(Rounding::NearestEven, env),
                Op::TruncW => return word(Rounding::TowardZero, env),
                Op::CeilW => return word(Rounding::Up, env),
                Op::FloorW => return word(Rounding::Down, env),
                Op::RoundL => return long(Rounding::NearestEven, env),
                Op::TruncL => return long(Rounding::TowardZero, env),
                Op::CeilL => return long(Rounding::Up, env),
                Op::FloorL => return long(Rounding::Down, env),
                Op::FromW => softfloat::from_int::<$float, i32>(a as i32, env),
                Op::FromL => softfloat::from_int::<$float, i64>(a as i64, env),
                Op::Convert => softfloat::convert::<$other, $float>(a as $other_bits, env),
            };
            float.into()
        }
    };
}

compute! { compute_s F32 u32 F64 u64 }
compute! { compute_d F64 u64 F32 u32 }

/// CLASS.fmt: one bit of ten, from signalling NaN up to positive zero.
fn class<F: Float>(a: F::Bits) -> u64 {
    let bit = match softfloat::class::<F>(a, Env::MIPS_2008.nan) {
        Class::SignallingNan => 0,
        Class::QuietNan => 1,
        Class::NegativeInfinity => 2,
        Class::NegativeNormal => 3,
        Class::NegativeSubnormal => 4,
        Class::NegativeZero => 5,
        Class::PositiveInfinity => 6,
        Class::PositiveNormal => 7,
        Class::PositiveSubnormal => 8,
        Class::PositiveZero => 9,
    };
    1 << bit
}

fn compute(number: u64, args: Args, fcsr: u64, env: &mut Env) -> u64 {
    let op = Op::from_number(number & u64::from(DOUBLE - 1));
    if number & u64::from(DOUBLE) != 0 { compute_d(op, args, fcsr, env) } else { compute_s(op, args, fcsr, env) }
}

/// Takes over what an operation has raised: cause field and flags, or the exception if one is enabled.
fn settle<H: Hart>(hart: &mut H, fcsr: u64, flags: Flags) -> Result<(), Trap> {
    let enables = fcsr >> fcsr::ENABLES & 0x1f;
    let mut raised = cause(flags);
    if flags.contains(Flags::TINY) && enables & 2 != 0 {
        // "Underflow": with the trap enabled, tininess alone counts.
        raised |= 2;
    }
    let value = fcsr & !fcsr::CAUSE_MASK | raised << fcsr::CAUSE;
    if raised & enables != 0 {
        return Err(Trap::float(value));
    }
    hart.set_file(state::FP_OP, 0);
    set_fcsr(hart, value | raised << fcsr::FLAGS);
    Ok(())
}

/// Writes FCSR, and what follows from it.
pub(crate) fn set_fcsr<H: Hart>(hart: &mut H, value: u64) {
    let is_exact_enough = value & 3 == 0 && value >> fcsr::FLAGS & 1 != 0 && value >> fcsr::ENABLES & 1 == 0;
    hart.set_file(state::FCSR, value & 0xffff_ffff);
    hart.set_file(state::FP_OK, is_exact_enough.into());
}

/// The operands that have been noted.
fn operands<H: Hart>(hart: &H) -> Args {
    [hart.file(state::FP_A), hart.file(state::FP_B), hart.file(state::FP_C), 0]
}

/// FCSR with the cause field of the last operation, if that has been done on the host.
pub(crate) fn fcsr<H: Hart>(hart: &H) -> u64 {
    let value = hart.file(state::FCSR);
    let op = hart.file(state::FP_OP);
    if op == 0 {
        return value;
    }
    let mut env = env(value);
    compute(op, operands(hart), value, &mut env);
    value & !fcsr::CAUSE_MASK | cause(env.flags) << fcsr::CAUSE
}

/// The register holds what [`fcsr`] says.
fn settle_pending<H: Hart>(hart: &mut H) -> u64 {
    let value = fcsr(hart);
    hart.set_file(state::FCSR, value);
    hart.set_file(state::FP_OP, 0);
    value
}

fn operate<H: Hart>(hart: &mut H, number: u64, args: Args) -> Out {
    let fcsr = hart.file(state::FCSR);
    let mut env = env(fcsr);
    let result = compute(number, args, fcsr, &mut env);
    settle(hart, fcsr, env.flags)?;
    Ok(result)
}

/// Helper: an operation on one operand; its number is the last argument.
pub(crate) fn one<H: Hart>(hart: &mut H, [a, number, ..]: Args) -> Out {
    operate(hart, number, [a, 0, 0, 0])
}

/// Helper: an operation on two operands.
pub(crate) fn two<H: Hart>(hart: &mut H, [a, b, number, _]: Args) -> Out {
    operate(hart, number, [a, b, 0, 0])
}

/// Helper: an operation on three operands.
pub(crate) fn three<H: Hart>(hart: &mut H, [a, b, c, number]: Args) -> Out {
    operate(hart, number, [a, b, c, 0])
}

/// Helper: the product of a multiply-add is not one that the host may make. Then [`madd`] is to do all of it.
pub(crate) fn product<H: Hart>(hart: &mut H, _: Args) -> Out {
    hart.set_file(state::FP_OK, 0);
    Ok(0)
}

/// Helper: the multiply-add whose operands have been noted.
pub(crate) fn madd<H: Hart>(hart: &mut H, _: Args) -> Out {
    let number = hart.file(state::FP_OP);
    let args = operands(hart);
    operate(hart, number, args)
}

/// Both numbers of a pair.
fn pair<H: Hart>(hart: &mut H, number: u64, args: Args) -> Out {
    let fcsr = hart.file(state::FCSR);
    let mut env = env(fcsr);
    let low = compute(number, args.map(|v| v & 0xffff_ffff), fcsr, &mut env);
    let high = compute(number, args.map(|v| v >> 32), fcsr, &mut env);
    settle(hart, fcsr, env.flags)?;
    Ok(high << 32 | low)
}

/// Helper: an operation on two pairs.
pub(crate) fn pair_two<H: Hart>(hart: &mut H, [a, b, number, _]: Args) -> Out {
    pair(hart, number, [a, b, 0, 0])
}

/// Helper: an operation on three pairs.
pub(crate) fn pair_three<H: Hart>(hart: &mut H, [a, b, c, number]: Args) -> Out {
    pair(hart, number, [a, b, c, 0])
}

/// Whether a comparison holds. Bits of the number: 0 unordered, 1 equal, 2 less, 3 signalling, 4 negated, 7 double.
fn holds(a: u64, b: u64, number: u64, env: &mut Env) -> bool {
    let signalling = number & 8 != 0;
    let relation = match (number & u64::from(DOUBLE) != 0, signalling) {
        (true, true) => softfloat::compare_signalling::<F64>(a, b, env),
        (true, false) => softfloat::compare_quiet::<F64>(a, b, env),
        (false, true) => softfloat::compare_signalling::<F32>(a as u32, b as u32, env),
        (false, false) => softfloat::compare_quiet::<F32>(a as u32, b as u32, env),
    };
    let mask = match relation {
        Relation::Unordered => 1,
        Relation::Equal => 2,
        Relation::Less => 4,
        Relation::Greater => 0,
    };
    (number & mask != 0) != (number & 16 != 0)
}

/// Helper: a comparison, see [`holds`].
pub(crate) fn compare<H: Hart>(hart: &mut H, [a, b, number, _]: Args) -> Out {
    let fcsr = hart.file(state::FCSR);
    let mut env = env(fcsr);
    let result = holds(a, b, number, &mut env);
    settle(hart, fcsr, env.flags)?;
    Ok(result.into())
}

/// Helper: a comparison of both numbers of two pairs.
pub(crate) fn pair_compare<H: Hart>(hart: &mut H, [a, b, number, _]: Args) -> Out {
    let fcsr = hart.file(state::FCSR);
    let mut env = env(fcsr);
    let low = holds(a & 0xffff_ffff, b & 0xffff_ffff, number, &mut env);
    let high = holds(a >> 32, b >> 32, number, &mut env);
    settle(hart, fcsr, env.flags)?;
    Ok(u64::from(low) | u64::from(high) << 1)
}

/// Helper: CFC1.
pub(crate) fn read_control<H: Hart>(hart: &mut H, [number, ..]: Args) -> Out {
    let value = settle_pending(hart);
    let r6 = hart.model().is_r6();
    Ok(match number {
        0 => hart.model().row().fir.into(),
        25 if !r6 => value >> 24 & 0xfe | value >> 23 & 1,
        26 => value & 0x0003_f07c,
        28 => value & 0x0000_0f83 | value >> 22 & 4,
        31 => value,
        _ => 0,
    })
}

/// Helper: CTC1. Enabling what the cause field tells raises the exception.
pub(crate) fn write_control<H: Hart>(hart: &mut H, [number, value, ..]: Args) -> Out {
    let old = settle_pending(hart);
    let row = hart.model().row();
    let (rw, fixed) = (u64::from(row.fcsr.0), u64::from(row.fcsr.1));
    let is_r6 = hart.model().is_r6();
    // Bits that must be written as zero are UNPREDICTABLE else; as in QEMU, nothing is written then.
    let reserved = match number {
        25 => 0xffff_ff00,
        26 | 28 => 0x007c_0000,
        _ => 0,
    };
    if value & reserved != 0 {
        return Ok(0);
    }
    let new = match number {
        25 if is_r6 => return Ok(0),
        25 => old & 0x017f_ffff | (value & 0xfe) << 24 | (value & 1) << 23,
        26 => old & !0x0003_f07c | value & 0x0003_f07c,
        28 => old & !0x0100_0f83 | value & 0x0000_0f83 | (value & 4) << 22,
        31 => value & rw | old & !rw,
        // FIR and the registers that change Status.FR from user mode, which no model allows.
        1 | 4 | 5 | 6 => return Ok(0),
        _ if is_r6 => return Err(Trap::new(trap::cause::RI)),
        _ => return Ok(0),
    };
    let new = new & (rw | fixed) | fixed;
    set_fcsr(hart, new);
    let enabled = new >> fcsr::ENABLES & 0x1f | 0x20;
    if new >> fcsr::CAUSE & enabled != 0 { Err(Trap::float(new)) } else { Ok(0) }
}
