//! Binary floating point: rounding mode, flags and traps of the FPC register around the arithmetic of `softfloat`.
//!
//! PoP, "Binary-Floating-Point Instructions", and "Floating-Point-Control (FPC) Register" in "Floating-Point Overview".

use softfloat::{Class, Env, F32, F64, F128, Flags, Float, Int, Negate, Rounding};

use crate::state;
use crate::trap::{Cpu, Fault, Out, code, set_cc};

type Args = [u64; 4];

/// Writes the floating-point control register.
pub(crate) fn set_fpc_value(cpu: &mut Cpu, value: u64) {
    cpu.set_reg(state::FPC, value & 0xffff_ffff);
    // Rounding to nearest, no trap enabled, inexact flagged already.
    let ok = value & 0xf800_0007 == 0 && value & 0x0008_0000 != 0;
    cpu.set_reg(state::FP_OK, ok.into());
}

/// What an operation is told beside its operands: rounding method (M3, 0 for the FPC's), whether inexact is suppressed, the target.
#[derive(Clone, Copy)]
pub(crate) struct Info {
    pub(crate) method: u8,
    pub(crate) no_inexact: bool,
    pub(crate) target: u8,
    pub(crate) op: Op,
}

/// Operations.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub(crate) enum Op {
    Add,
    Sub,
    Mul,
    Div,
    Sqrt,
    MulAdd,
    MulSub,
    Round,
}

const OPS: [Op; 8] = [Op::Add, Op::Sub, Op::Mul, Op::Div, Op::Sqrt, Op::MulAdd, Op::MulSub, Op::Round];

impl Info {
    pub(crate) fn pack(self) -> u64 {
        u64::from(self.method) | u64::from(self.no_inexact) << 4 | u64::from(self.target) << 8 | (self.op as u64) << 16
    }

    fn of(bits: u64) -> Info {
        Info {
            method: bits as u8 & 15,
            no_inexact: bits >> 4 & 1 != 0,
            target: (bits >> 8) as u8 & 15,
            op: OPS[(bits >> 16) as usize & 7],
        }
    }
}

/// Rounding methods (PoP, "Rounding Methods"); `None` is not assigned.
pub(crate) fn rounding(method: u8, fpc: u64) -> Option<Rounding> {
    Some(match (method, fpc & 7) {
        (0, 0) | (4, _) => Rounding::NearestEven,
        (0, 1) | (5, _) => Rounding::TowardZero,
        (0, 2) | (6, _) => Rounding::Up,
        (0, 3) | (7, _) => Rounding::Down,
        (0, 7) | (3, _) => Rounding::ToOdd,
        (1, _) => Rounding::NearestAway,
        _ => return None,
    })
}

/// Flags as the FPC has them: invalid leftmost.
pub(crate) fn raised(flags: Flags, no_inexact: bool) -> u64 {
    let bits = [
        (Flags::INVALID, 0x80),
        (Flags::DIV_BY_ZERO, 0x40),
        (Flags::OVERFLOW, 0x20),
        (Flags::UNDERFLOW, 0x10),
        (Flags::INEXACT, 0x08),
    ];
    let set = bits.into_iter().filter(|(flag, bit)| flags.contains(*flag) && !(*bit == 8 && no_inexact));
    set.fold(0, |all, (_, bit)| all | bit)
}

/// Runs an operation. `keep` stores its result when a trap comes that lets the instruction complete.
fn run<R: Copy>(
    cpu: &mut Cpu,
    info: Info,
    keep: impl FnOnce(&mut Cpu, R),
    op: impl FnOnce(&mut Env) -> R,
) -> Result<R, Fault> {
    let fpc = cpu.reg(state::FPC);
    let masks = fpc >> 24;
    let mut env = Env::S390X;
    env.rounding = rounding(info.method, fpc).ok_or(Fault::SPECIFICATION)?;
    env.wrap_overflow = masks & 0x20 != 0;
    env.wrap_underflow = masks & 0x10 != 0;
    let result = op(&mut env);
    conclude(cpu, env.flags, info.no_inexact, result, keep)
}

/// What comes behind an operation: flags are raised, or a trap is taken; one that lets the instruction complete has `keep` store the result.
pub(crate) fn conclude<R: Copy>(
    cpu: &mut Cpu,
    flags: Flags,
    no_inexact: bool,
    result: R,
    keep: impl FnOnce(&mut Cpu, R),
) -> Result<R, Fault> {
    let fpc = cpu.reg(state::FPC);
    let masks = fpc >> 24;
    let raised = raised(flags, no_inexact);
    if raised == 0 {
        return Ok(result);
    }
    let trapped = raised & masks;
    if trapped & 0xc0 != 0 {
        return Err(Fault::data(trapped & 0xc0));
    }
    if trapped != 0 {
        keep(cpu, result);
        // PoP, "Data-Exception Code": the exception, with inexact and incremented beside it.
        let how = raised & 8 | if raised & 8 != 0 && flags.contains(Flags::ROUNDED_UP) { 4 } else { 0 };
        let rest = raised & !trapped & !8;
        if rest != 0 {
            set_fpc_value(cpu, fpc | rest << 16);
        }
        return Err(Fault::data(trapped & 0x30 | how));
    }
    if fpc | raised << 16 != fpc {
        set_fpc_value(cpu, fpc | raised << 16);
    }
    Ok(result)
}

/// One operation on numbers of a format.
fn compute<F: Float>(op: Op, [a, b, c]: [F::Bits; 3], env: &mut Env) -> F::Bits {
    match op {
        Op::Add => softfloat::add::<F>(a, b, env),
        Op::Sub => softfloat::sub::<F>(a, b, env),
        Op::Mul => softfloat::mul::<F>(a, b, env),
        Op::Div => softfloat::div::<F>(a, b, env),
        Op::Sqrt => softfloat::sqrt::<F>(a, env),
        Op::MulAdd => softfloat::fma::<F>(a, b, c, Negate::NONE, env),
        Op::MulSub => softfloat::fma::<F>(a, b, c, Negate::ADDEND, env),
        Op::Round => softfloat::round_to_integral::<F>(a, env.rounding, true, env),
    }
}

/// Short operands: two or three of them, and what the operation is.
pub(crate) fn short(cpu: &mut Cpu, [a, b, c, info]: Args) -> Out {
    let info = Info::of(info);
    let keep = |cpu: &mut Cpu, r: u32| {
        let slot = state::f(info.target);
        let old = cpu.reg(slot);
        cpu.set_reg(slot, old & 0xffff_ffff | u64::from(r) << 32);
        if matches!(info.op, Op::Add | Op::Sub) {
            set_cc(cpu, sign::<F32>(r));
        }
    };
    run(cpu, info, keep, |env| compute::<F32>(info.op, [a, b, c].map(|v| v as u32), env)).map(u64::from)
}

/// Long operands.
pub(crate) fn long(cpu: &mut Cpu, [a, b, c, info]: Args) -> Out {
    let info = Info::of(info);
    let keep = |cpu: &mut Cpu, r: u64| {
        cpu.set_reg(state::f(info.target), r);
        if matches!(info.op, Op::Add | Op::Sub) {
            set_cc(cpu, sign::<F64>(r));
        }
    };
    run(cpu, info, keep, |env| compute::<F64>(info.op, [a, b, c], env))
}

pub(crate) fn extended(cpu: &Cpu, n: u8) -> u128 {
    u128::from(cpu.reg(state::f(n))) << 64 | u128::from(cpu.reg(state::f(n + 2)))
}

pub(crate) fn set_extended(cpu: &mut Cpu, n: u8, value: u128) {
    cpu.set_reg(state::f(n), (value >> 64) as u64);
    cpu.set_reg(state::f(n + 2), value as u64);
}

/// The condition code of a result: 0 zero, 1 negative, 2 positive, 3 NaN.
fn sign<F: Float>(bits: F::Bits) -> u64 {
    use softfloat::Class::*;
    match softfloat::class::<F>(bits, Env::S390X.nan) {
        NegativeZero | PositiveZero => 0,
        SignallingNan | QuietNan => 3,
        NegativeInfinity | NegativeNormal | NegativeSubnormal => 1,
        _ => 2,
    }
}

/// Extended operands, in the register pairs of these numbers; ADD and SUBTRACT set the condition code.
pub(crate) fn extended_op(cpu: &mut Cpu, [first, second, info, _]: Args) -> Out {
    let info = Info::of(info);
    let (a, b) = (extended(cpu, first as u8), extended(cpu, second as u8));
    let keep = |cpu: &mut Cpu, r| {
        set_extended(cpu, info.target, r);
        if matches!(info.op, Op::Add | Op::Sub) {
            set_cc(cpu, sign::<F128>(r));
        }
    };
    let result = run(cpu, info, keep, |env| compute::<F128>(info.op, [a, b, 0], env))?;
    set_extended(cpu, info.target, result);
    if matches!(info.op, Op::Add | Op::Sub) {
        set_cc(cpu, sign::<F128>(result));
    }
    Ok(0)
}

/// The sign of a number as condition code: bits, format (4, 8 or 16 bytes; of the last, `bits` is the register).
pub(crate) fn sign_of(cpu: &mut Cpu, [bits, size, ..]: Args) -> Out {
    Ok(match size {
        4 => sign::<F32>(bits as u32),
        8 => sign::<F64>(bits),
        _ => sign::<F128>(extended(cpu, bits as u8)),
    })
}

fn relation<F: Float>(cpu: &mut Cpu, a: F::Bits, b: F::Bits, signal: bool) -> Out {
    let info = Info { method: 0, no_inexact: false, target: 0, op: Op::Add };
    let relation = run(
        cpu,
        info,
        |_, _| {},
        |env| {
            if signal {
                softfloat::compare_signalling::<F>(a, b, env)
            } else {
                softfloat::compare_quiet::<F>(a, b, env)
            }
        },
    )?;
    Ok(match relation {
        r if r.is_eq() => 0,
        r if r.is_lt() => 1,
        r if r.is_unordered() => 3,
        _ => 2,
    })
}

/// COMPARE, COMPARE AND SIGNAL: operands, bytes of each, whether it signals; the condition code.
pub(crate) fn compare(cpu: &mut Cpu, [a, b, size, signal]: Args) -> Out {
    match size {
        4 => relation::<F32>(cpu, a as u32, b as u32, signal != 0),
        8 => relation::<F64>(cpu, a, b, signal != 0),
        _ => {
            let (a, b) = (extended(cpu, a as u8), extended(cpu, b as u8));
            relation::<F128>(cpu, a, b, signal != 0)
        }
    }
}

/// LOAD LENGTHENED, LOAD ROUNDED: operand (or its register), bytes of source and target, what the operation is. The result, unless
/// it is extended.
pub(crate) fn convert(cpu: &mut Cpu, [a, from, to, info]: Args) -> Out {
    let info = Info::of(info);
    let target = info.target;
    let keep = |cpu: &mut Cpu, r: u128| match to {
        4 => {
            let old = cpu.reg(state::f(target));
            cpu.set_reg(state::f(target), old & 0xffff_ffff | (r as u64) << 32);
        }
        8 => cpu.set_reg(state::f(target), r as u64),
        _ => set_extended(cpu, target, r),
    };
    let wide = extended(cpu, a as u8 & 13);
    let result = run(cpu, info, keep, |env| match (from, to) {
        (4, 8) => softfloat::convert::<F32, F64>(a as u32, env).into(),
        (4, _) => softfloat::convert::<F32, F128>(a as u32, env),
        (8, 4) => softfloat::convert::<F64, F32>(a, env).into(),
        (8, _) => softfloat::convert::<F64, F128>(a, env),
        (_, 4) => softfloat::convert::<F128, F32>(wide, env).into(),
        _ => softfloat::convert::<F128, F64>(wide, env).into(),
    })?;
    if to == 16 {
        set_extended(cpu, target, result);
    }
    Ok(result as u64)
}

/// Kinds of integers: bit 0 unsigned, bit 1 of 64 bits.
fn integer<F: Float>(value: u64, kind: u64, env: &mut Env) -> F::Bits {
    match kind {
        0 => softfloat::from_int::<F, i32>(value as i32, env),
        1 => softfloat::from_int::<F, u32>(value as u32, env),
        2 => softfloat::from_int::<F, i64>(value as i64, env),
        _ => softfloat::from_int::<F, u64>(value, env),
    }
}

/// CONVERT FROM FIXED and LOGICAL: integer, its kind, bytes of the result, what the operation is.
pub(crate) fn from_fixed(cpu: &mut Cpu, [value, kind, size, info]: Args) -> Out {
    let info = Info::of(info);
    let target = info.target;
    match size {
        4 => {
            let keep = |cpu: &mut Cpu, r: u32| {
                let old = cpu.reg(state::f(target));
                cpu.set_reg(state::f(target), old & 0xffff_ffff | u64::from(r) << 32);
            };
            run(cpu, info, keep, |env| integer::<F32>(value, kind, env)).map(u64::from)
        }
        8 => run(cpu, info, |cpu, r| cpu.set_reg(state::f(target), r), |env| integer::<F64>(value, kind, env)),
        _ => {
            let result = run(cpu, info, |_, _| {}, |env| integer::<F128>(value, kind, env))?;
            set_extended(cpu, target, result);
            Ok(0)
        }
    }
}

/// A number as an integer, `nan` for what is none, and whether it fits.
pub(crate) fn fixed<F: Float, I: Int>(a: F::Bits, nan: I, env: &mut Env) -> (I, bool) {
    let rounding = env.rounding;
    let result = softfloat::to_int::<F, I>(a, rounding, env);
    let fits = matches!(result, softfloat::ToInt::Value(_));
    // PoP, "CONVERT TO FIXED", the table of results: a number out of range is inexact as well as invalid.
    if matches!(result, softfloat::ToInt::TooLarge | softfloat::ToInt::TooSmall) {
        env.raise(Flags::INEXACT);
    }
    (result.saturate(nan), fits)
}

fn to_fixed_of<F: Float>(a: F::Bits, kind: u64, env: &mut Env) -> (u64, bool) {
    match kind {
        0 => {
            let (value, fits) = fixed::<F, i32>(a, i32::MIN, env);
            (value as u32 as u64, fits)
        }
        1 => {
            let (value, fits) = fixed::<F, u32>(a, 0, env);
            (value.into(), fits)
        }
        2 => {
            let (value, fits) = fixed::<F, i64>(a, i64::MIN, env);
            (value as u64, fits)
        }
        _ => fixed::<F, u64>(a, 0, env),
    }
}

/// CONVERT TO FIXED and LOGICAL: operand (or its register), bytes, kind of the integer, what the operation is. Sets the condition
/// code by the operand's sign, or 3.
pub(crate) fn to_fixed(cpu: &mut Cpu, [a, size, kind, info]: Args) -> Out {
    let info = Info::of(info);
    let wide = extended(cpu, a as u8 & 13);
    let target = info.target;
    let keep = |cpu: &mut Cpu, (r, _): (u64, bool)| {
        let old = cpu.reg(state::r(target));
        cpu.set_reg(state::r(target), if kind < 2 { old & !0xffff_ffff | r } else { r });
    };
    let (result, fits) = run(cpu, info, keep, |env| match size {
        4 => to_fixed_of::<F32>(a as u32, kind, env),
        8 => to_fixed_of::<F64>(a, kind, env),
        _ => to_fixed_of::<F128>(wide, kind, env),
    })?;
    let cc = if fits { sign_of(cpu, [a, size, 0, 0])? } else { 3 };
    set_cc(cpu, cc);
    Ok(result)
}

/// TEST DATA CLASS: operand (or its register), bytes, mask. The condition code.
pub(crate) fn test_class(cpu: &mut Cpu, [a, size, mask, _]: Args) -> Out {
    let (class, negative) = match size {
        4 => (softfloat::class::<F32>(a as u32, Env::S390X.nan), a >> 31 & 1),
        8 => (softfloat::class::<F64>(a, Env::S390X.nan), a >> 63),
        _ => {
            let wide = extended(cpu, a as u8);
            (softfloat::class::<F128>(wide, Env::S390X.nan), (wide >> 127) as u64)
        }
    };
    Ok(mask >> class_bit(class, negative != 0) & 1)
}

/// The bit of a mask, rightmost 0, that selects a class (PoP, "TEST DATA CLASS").
pub(crate) fn class_bit(class: Class, negative: bool) -> u32 {
    use Class::*;
    let at = match class {
        PositiveZero | NegativeZero => 11,
        PositiveNormal | NegativeNormal => 9,
        PositiveSubnormal | NegativeSubnormal => 7,
        PositiveInfinity | NegativeInfinity => 5,
        QuietNan => 3,
        SignallingNan => 1,
    };
    at - u32::from(negative)
}

/// SET FPC and its kin: reserved bits and rounding modes are a specification exception.
pub(crate) fn set_fpc(cpu: &mut Cpu, [value, ..]: Args) -> Out {
    if value & 0x0303_0088 != 0 || matches!(value & 7, 4..=6) {
        return Err(Fault::SPECIFICATION);
    }
    set_fpc_value(cpu, value);
    Ok(0)
}

/// SET BFP ROUNDING MODE of two or three bits: mode, number of bits.
pub(crate) fn set_rounding(cpu: &mut Cpu, [mode, bits, ..]: Args) -> Out {
    // Of an address, SRNM takes two bits; SRNMB looks at eight, and five must be zero.
    let mode = mode & if bits > 2 { 0xff } else { 3 };
    if !matches!(mode, 0..=3 | 7) {
        return Err(Fault::program(code::SPECIFICATION));
    }
    let fpc = cpu.reg(state::FPC) & !7 | mode;
    set_fpc_value(cpu, fpc);
    Ok(0)
}

/// MULTIPLY of short numbers to a long one, which is exact.
pub(crate) fn multiply_long(cpu: &mut Cpu, [a, b, info, _]: Args) -> Out {
    let info = Info::of(info);
    let (a, b) = (a as u32, b as u32);
    let keep = |cpu: &mut Cpu, r| cpu.set_reg(state::f(info.target), r);
    run(cpu, info, keep, |env| {
        if softfloat::is_nan::<F32>(a) || softfloat::is_nan::<F32>(b) {
            // Which NaN it is must be decided before they are lengthened.
            let chosen = softfloat::mul::<F32>(a, b, env);
            return softfloat::convert::<F32, F64>(chosen, env);
        }
        let (a, b) = (softfloat::convert::<F32, F64>(a, env), softfloat::convert::<F32, F64>(b, env));
        softfloat::mul::<F64>(a, b, env)
    })
}

/// MULTIPLY of long numbers to an extended one, which is exact.
pub(crate) fn multiply_extended(cpu: &mut Cpu, [a, b, info, _]: Args) -> Out {
    let info = Info::of(info);
    let keep = |cpu: &mut Cpu, r| set_extended(cpu, info.target, r);
    let result = run(cpu, info, keep, |env| {
        let nan = softfloat::is_nan::<F64>(a) || softfloat::is_nan::<F64>(b);
        if nan {
            // Which NaN it is must be decided before they are lengthened.
            let chosen = softfloat::mul::<F64>(a, b, env);
            return softfloat::convert::<F64, F128>(chosen, env);
        }
        let (a, b) = (softfloat::convert::<F64, F128>(a, env), softfloat::convert::<F64, F128>(b, env));
        softfloat::mul::<F128>(a, b, env)
    })?;
    set_extended(cpu, info.target, result);
    Ok(0)
}

/// LOAD AND TEST of extended numbers: a signalling NaN becomes quiet.
pub(crate) fn test_extended(cpu: &mut Cpu, [second, info, ..]: Args) -> Out {
    let info = Info::of(info);
    let value = extended(cpu, second as u8);
    let result = run(cpu, info, |_, _| {}, |env| softfloat::convert::<F128, F128>(value, env))?;
    set_extended(cpu, info.target, result);
    set_cc(cpu, sign::<F128>(result));
    Ok(0)
}

/// LOAD FPC AND SIGNAL: flags that were there stay, and those that the new masks enable are simulated IEEE exceptions.
pub(crate) fn signal_fpc(cpu: &mut Cpu, [value, ..]: Args) -> Out {
    let old = cpu.reg(state::FPC);
    set_fpc(cpu, [value, 0, 0, 0])?;
    set_fpc_value(cpu, value | old & 0x00f8_0000);
    let enabled = old >> 16 & value >> 24 & 0xf8;
    let dxc = match enabled {
        0 => return Ok(0),
        e if e & 0x80 != 0 => 0x80,
        e if e & 0x40 != 0 => 0x40,
        e if e & 0x20 != 0 => 0x20 | e & 8,
        e if e & 0x10 != 0 => 0x10 | e & 8,
        _ => 8,
    };
    Err(Fault::data(dxc | 3))
}
