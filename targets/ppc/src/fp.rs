//! Floating point: arithmetic, FPSCR, and what is put off of it.
//!
//! Power ISA 3.0B, Book I, chapter 4, "Floating-Point Facility".
//!
//! FPRF, FR and FI tell about the last instruction alone and are seldom read: the file keeps its operands, and they are found out
//! when somebody looks ([`fpscr`]). Where that is not possible because an enabled exception has kept the result away, the helper
//! has put the old FPRF into FPSCR.

use cpu::Ctx;
use softfloat::{Class, Env, F32, F64, Flags, Float, Negate, Rounding, ToInt};

use crate::state::{FP_OK, FPL_A, FPL_B, FPL_C, FPL_OP, FPSCR, f};
use crate::target::Ppc;
use crate::trap::{FP_ENABLED, Trap};

type Out = Result<u64, Trap>;
type Args = [u64; 4];

/// Bits of FPSCR, from the lowest.
pub(crate) mod bit {
    pub(crate) const FX: u64 = 1 << 31;
    pub(crate) const FEX: u64 = 1 << 30;
    pub(crate) const VX: u64 = 1 << 29;
    pub(crate) const OX: u64 = 1 << 28;
    pub(crate) const UX: u64 = 1 << 27;
    pub(crate) const ZX: u64 = 1 << 26;
    pub(crate) const XX: u64 = 1 << 25;
    pub(crate) const FR: u64 = 1 << 18;
    pub(crate) const FI: u64 = 1 << 17;
    pub(crate) const FPRF: u64 = 0x1f << 12;
    pub(crate) const RESERVED: u64 = 1 << 11;
    pub(crate) const VE: u64 = 1 << 7;
    pub(crate) const OE: u64 = 1 << 6;
    pub(crate) const UE: u64 = 1 << 5;
    pub(crate) const ZE: u64 = 1 << 4;
    pub(crate) const XE: u64 = 1 << 3;
    pub(crate) const NI: u64 = 1 << 2;
    /// All invalid-operation bits.
    pub(crate) const VX_ALL: u64 = 0x1f8_0700;
    /// All exception bits that an instruction sets.
    pub(crate) const EXCEPTIONS: u64 = OX | UX | ZX | XX | VX_ALL;
}

/// Exceptions of an operation and where they go.
const CAUSES: [(Flags, u64); 14] = [
    (Flags::OVERFLOW, bit::OX),
    (Flags::UNDERFLOW, bit::UX),
    (Flags::DIV_BY_ZERO, bit::ZX),
    (Flags::INEXACT, bit::XX),
    (Flags::VXSNAN, 1 << 24),
    (Flags::VXISI, 1 << 23),
    (Flags::VXIDI, 1 << 22),
    (Flags::VXZDZ, 1 << 21),
    (Flags::VXIMZ, 1 << 20),
    (Flags::VXVC, 1 << 19),
    (Flags::VXSOFT, 1 << 10),
    (Flags::VXSQRT, 1 << 9),
    (Flags::VXCVI, 1 << 8),
    (Flags::NONE, 0),
];

/// Rounding by RN.
fn rounding(rn: u64) -> Rounding {
    [Rounding::NearestEven, Rounding::TowardZero, Rounding::Up, Rounding::Down][(rn & 3) as usize]
}

/// The environment of an operation.
pub(crate) fn env(scr: u64) -> Env {
    let mut env = Env::POWERPC.with_rounding(rounding(scr));
    env.wrap_overflow = scr & bit::OE != 0;
    env.wrap_underflow = scr & bit::UE != 0;
    env
}

/// FPRF of a result ("Floating-Point Result Flags"). What a single-precision instruction makes is classified as what it is: single-precision
/// denormals are denormal, although the register holds them as normal doubles (so 7.4, ClassSP, for the vector-scalar unit).
fn class(value: u64, single: bool) -> u64 {
    let code = match softfloat::class::<F64>(value, Env::POWERPC.nan) {
        Class::PositiveNormal if single && value << 1 >> 53 < 897 => Class::PositiveSubnormal,
        Class::NegativeNormal if single && value << 1 >> 53 < 897 => Class::NegativeSubnormal,
        class => class,
    };
    class_code(code) << 12
}

/// Whether an instruction gives a single-precision result: those of opcode 59, and `frsp`.
fn is_single(bits: u64) -> bool {
    bits >> 26 == 59 || bits >> 26 == 63 && bits >> 1 & 0x3ff == 12
}

/// The five bits of a class.
pub(crate) fn class_code(class: Class) -> u64 {
    match class {
        Class::NegativeInfinity => 0x09,
        Class::NegativeNormal => 0x08,
        Class::NegativeSubnormal => 0x18,
        Class::NegativeZero => 0x12,
        Class::PositiveZero => 0x02,
        Class::PositiveSubnormal => 0x14,
        Class::PositiveNormal => 0x04,
        Class::PositiveInfinity => 0x05,
        _ => 0x11,
    }
}

/// A single-precision number in double format; signalling NaNs stay what they are.
pub(crate) fn widen(a: u32) -> u64 {
    let (sign, exp, fraction) = (u64::from(a >> 31) << 63, u64::from(a >> 23 & 0xff), u64::from(a & 0x7f_ffff));
    match (exp, fraction) {
        (0, 0) => sign,
        (0, _) => {
            let shift = fraction.leading_zeros() - 40;
            sign | u64::from(897 - shift) << 52 | (fraction << (shift + 29)) & 0xf_ffff_ffff_ffff
        }
        (0xff, _) => sign | 0x7ff << 52 | fraction << 29,
        _ => sign | (exp + 896) << 52 | fraction << 29,
    }
}

/// A double as `stfs` stores it ("Floating-Point Store Instructions").
pub(crate) fn narrow(a: u64) -> u32 {
    let exp = a >> 52 & 0x7ff;
    if exp > 896 || a << 1 == 0 {
        return (a >> 32) as u32 & 0xc000_0000 | (a >> 29) as u32 & 0x3fff_ffff;
    }
    let sign = (a >> 32) as u32 & 0x8000_0000;
    if exp < 874 {
        return sign;
    }
    let significand = 1 << 52 | a & 0xf_ffff_ffff_ffff;
    sign | (significand >> (29 + 897 - exp)) as u32 & 0x7f_ffff
}

/// What an instruction does with FPSCR beside exceptions.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Result_ {
    /// FPRF from the result.
    Float(u64),
    /// FPRF is left alone.
    Integer(u64),
}

/// Carries out the instruction `bits`.
fn operate(bits: u64, [a, b, c]: [u64; 3], env: &mut Env) -> Result_ {
    let single = bits >> 26 == 59;
    let wide = |v: u32| widen(v);
    let xo = bits >> 1 & 31;
    if xo < 18 {
        return convert(bits, b, env);
    }
    let value = match (xo, single) {
        (18, false) => softfloat::div::<F64>(a, b, env),
        (18, true) => wide(softfloat::div_narrow::<F64, F32>(a, b, env)),
        (20, false) => softfloat::sub::<F64>(a, b, env),
        (20, true) => wide(softfloat::sub_narrow::<F64, F32>(a, b, env)),
        (21, false) => softfloat::add::<F64>(a, b, env),
        (21, true) => wide(softfloat::add_narrow::<F64, F32>(a, b, env)),
        (22, false) => softfloat::sqrt::<F64>(b, env),
        (22, true) => wide(softfloat::sqrt_narrow::<F64, F32>(b, env)),
        (25, false) => softfloat::mul::<F64>(a, c, env),
        (25, true) => wide(softfloat::mul_narrow::<F64, F32>(a, c, env)),
        (24, false) => softfloat::div::<F64>(ONE, b, env),
        (24, true) => wide(softfloat::div_narrow::<F64, F32>(ONE, b, env)),
        (26, _) => reciprocal_root(b, single, env),
        _ => fused(xo, [a, b, c], single, env),
    };
    Result_::Float(value)
}

/// 1.
pub(crate) const ONE: u64 = 0x3ff << 52;

/// The manual asks for an estimate: this one is rounded well.
fn reciprocal_root(b: u64, single: bool, env: &mut Env) -> u64 {
    let root = softfloat::sqrt::<F64>(b, env);
    if single {
        widen(softfloat::div_narrow::<F64, F32>(ONE, root, env))
    } else {
        softfloat::div::<F64>(ONE, root, env)
    }
}

/// ±(a × c ± b): the outer sign is changed after rounding, and never that of a NaN.
fn fused(xo: u64, [a, b, c]: [u64; 3], single: bool, env: &mut Env) -> u64 {
    let negate = if xo & 1 == 0 { Negate::ADDEND } else { Negate::NONE };
    let value = if single {
        widen(softfloat::fma_narrow::<F64, F32>(a, c, b, negate, env))
    } else {
        softfloat::fma::<F64>(a, c, b, negate, env)
    };
    if xo >= 30 && !softfloat::is_nan::<F64>(value) { value ^ 1 << 63 } else { value }
}

/// Conversions and roundings.
fn convert(bits: u64, b: u64, env: &mut Env) -> Result_ {
    let rn = env.rounding;
    let zero = Rounding::TowardZero;
    let int = Result_::Integer;
    let whole = |r, env: &mut Env| Result_::Float(softfloat::round_to_integral::<F64>(b, r, false, env));
    match (bits >> 26, bits >> 1 & 0x3ff) {
        (_, 14) => int(word(softfloat::to_int::<F64, i32>(b, rn, env))),
        (_, 15) => int(word(softfloat::to_int::<F64, i32>(b, zero, env))),
        (_, 142) => int(softfloat::to_int::<F64, u32>(b, rn, env).saturate(0).into()),
        (_, 143) => int(softfloat::to_int::<F64, u32>(b, zero, env).saturate(0).into()),
        (_, 814) => int(softfloat::to_int::<F64, i64>(b, rn, env).saturate(i64::MIN) as u64),
        (_, 815) => int(softfloat::to_int::<F64, i64>(b, zero, env).saturate(i64::MIN) as u64),
        (_, 942) => int(softfloat::to_int::<F64, u64>(b, rn, env).saturate(0)),
        (_, 943) => int(softfloat::to_int::<F64, u64>(b, zero, env).saturate(0)),
        (59, 846) => Result_::Float(widen(softfloat::from_int::<F32, i64>(b as i64, env))),
        (59, _) => Result_::Float(widen(softfloat::from_int::<F32, u64>(b, env))),
        (_, 846) => Result_::Float(softfloat::from_int::<F64, i64>(b as i64, env)),
        (_, 974) => Result_::Float(softfloat::from_int::<F64, u64>(b, env)),
        (_, 392) => whole(Rounding::NearestAway, env),
        (_, 424) => whole(zero, env),
        (_, 456) => whole(Rounding::Up, env),
        (_, 488) => whole(Rounding::Down, env),
        _ => Result_::Float(widen(softfloat::convert::<F64, F32>(b, env))),
    }
}

/// A word in a register: the upper half is undefined.
fn word(value: ToInt<i32>) -> u64 {
    i64::from(value.saturate(i32::MIN)) as u64
}

/// The part of FPSCR that the flags of an operation are.
pub(crate) fn causes(flags: Flags) -> u64 {
    CAUSES.iter().filter(|(flag, _)| flags.intersects(*flag)).map(|(_, bit)| bit).sum()
}

/// VX and FEX, which follow from the others.
pub(crate) fn summarise(scr: u64) -> u64 {
    let vx = if scr & bit::VX_ALL != 0 { bit::VX } else { 0 };
    let pairs = [(bit::OX, bit::OE), (bit::UX, bit::UE), (bit::ZX, bit::ZE), (bit::XX, bit::XE)];
    let on = vx != 0 && scr & bit::VE != 0 || pairs.iter().any(|(x, e)| scr & x != 0 && scr & e != 0);
    scr & !(bit::VX | bit::FEX) | vx | if on { bit::FEX } else { 0 }
}

/// Sets exceptions, and FX if one is new.
pub(crate) fn raise(scr: u64, new: u64) -> u64 {
    let fx = if new & !scr != 0 { bit::FX } else { 0 };
    summarise(scr | new | fx)
}

/// FPRF, FR and FI after an operation; `None` for FPRF leaves it.
fn about(scr: u64, result: Option<Result_>, flags: Flags, single: bool) -> u64 {
    let scr = scr & !(bit::FR | bit::FI);
    let Some(result) = result else { return scr };
    let fi = if flags.intersects(Flags::INEXACT) { bit::FI } else { 0 };
    let fr = if fi != 0 && flags.intersects(Flags::ROUNDED_UP) { bit::FR } else { 0 };
    let scr = scr | fi | fr;
    match result {
        Result_::Float(value) => scr & !bit::FPRF | class(value, single),
        Result_::Integer(_) => scr,
    }
}

/// Whether an enabled exception keeps the result away.
pub(crate) fn suppressed(scr: u64, flags: Flags) -> bool {
    flags.intersects(Flags::INVALID) && scr & bit::VE != 0 || flags.intersects(Flags::DIV_BY_ZERO) && scr & bit::ZE != 0
}

/// FPSCR with FPRF, FR and FI as they are.
pub(crate) fn fpscr<T: Ppc>(ctx: &Ctx<T>) -> u64 {
    let scr = ctx.reg(FPSCR);
    let bits = ctx.reg(FPL_OP);
    if bits == 0 {
        return scr;
    }
    let mut env = env(scr);
    let result = operate(bits, [FPL_A, FPL_B, FPL_C].map(|r| ctx.reg(r)), &mut env);
    let seen = (!suppressed(scr, env.flags)).then_some(result);
    about(scr, seen, env.flags, is_single(bits))
}

/// Writes FPSCR.
pub(crate) fn set_fpscr<T: Ppc>(ctx: &mut Ctx<T>, value: u64) {
    ctx.set_reg(FPSCR, value);
    ctx.set_reg(FPL_OP, 0);
    // The host may be used if nothing can change but what is put off.
    let quick = value & (bit::XX | 0xf8 | bit::NI | 3) == bit::XX;
    ctx.set_reg(FP_OK, quick.into());
}

/// Carries out an instruction; the value of its target register.
fn run<T: Ppc>(ctx: &mut Ctx<T>, bits: u64, operands: [u64; 3]) -> u64 {
    if ctx.reg(FP_OK) != 0 {
        let mut env = Env::POWERPC;
        env.flags = Flags::INEXACT;
        let result = operate(bits, operands, &mut env);
        if env.flags.fflags() == Flags::INEXACT.bits() {
            let (Result_::Float(value) | Result_::Integer(value)) = result;
            return value;
        }
    }
    let scr = fpscr(ctx);
    let mut env = env(scr);
    let result = operate(bits, operands, &mut env);
    let keep = suppressed(scr, env.flags);
    let new = raise(scr, causes(env.flags));
    set_fpscr(ctx, about(new, (!keep).then_some(result), env.flags, is_single(bits)));
    let (Result_::Float(value) | Result_::Integer(value)) = result;
    if keep { ctx.reg(f((bits >> 21 & 31) as u32)) } else { value }
}

/// Helper: a, b, instruction.
pub(crate) fn two<T: Ppc>(ctx: &mut Ctx<T>, [a, b, bits, _]: Args) -> Out {
    // A product has its second operand in FRC.
    let c = if bits >> 1 & 31 == 25 { b } else { 0 };
    Ok(run(ctx, bits, [a, b, c]))
}

/// Helper: a, b, c, instruction.
pub(crate) fn three<T: Ppc>(ctx: &mut Ctx<T>, [a, b, c, bits]: Args) -> Out {
    Ok(run(ctx, bits, [a, b, c]))
}

/// Helper: `fcmpu` and `fcmpo` (bit 6 of the instruction): the four bits of the CR field.
pub(crate) fn compare<T: Ppc>(ctx: &mut Ctx<T>, [a, b, bits, _]: Args) -> Out {
    Ok(compare_values(ctx, a, b, bits >> 6 & 1 != 0))
}

/// Compares two doubles.
pub(crate) fn compare_values<T: Ppc>(ctx: &mut Ctx<T>, a: u64, b: u64, ordered: bool) -> u64 {
    compare_as::<T, F64>(ctx, a, b, ordered)
}

/// Compares two numbers: the four bits of the CR field, which FPCC gets as well.
///
/// With VE, a signalling NaN does not set VXVC ("Floating Compare Ordered").
pub(crate) fn compare_as<T: Ppc, F: Float>(ctx: &mut Ctx<T>, a: F::Bits, b: F::Bits, ordered: bool) -> u64 {
    let scr = fpscr(ctx);
    let mut env = env(scr);
    let relation = softfloat::compare_quiet::<F>(a, b, &mut env);
    let code = match () {
        () if relation.is_unordered() => 1,
        () if relation.is_lt() => 8,
        () if relation.is_eq() => 2,
        () => 4,
    };
    let mut new = causes(env.flags) & 1 << 24;
    let vc = code == 1 && ordered && (new == 0 || scr & bit::VE == 0);
    new |= if vc { 1 << 19 } else { 0 };
    let scr = scr & !(0xf << 12) | code << 12;
    set_fpscr(ctx, raise(scr, new));
    code
}

/// Helper: FPSCR.
pub(crate) fn read_fpscr<T: Ppc>(ctx: &mut Ctx<T>, _: Args) -> Out {
    Ok(fpscr(ctx))
}

/// Helper: writes bits of FPSCR; FEX and VX can't be written. Bit 63 of the value asks for FX where an exception is new.
pub(crate) fn write_fpscr<T: Ppc>(ctx: &mut Ctx<T>, [value, mask, ..]: Args) -> Out {
    let old = fpscr(ctx);
    let mask = mask & !(bit::FEX | bit::VX | bit::RESERVED);
    let mut new = old & !mask | value & mask;
    if value >> 63 != 0 && new & !old & bit::EXCEPTIONS != 0 {
        new |= bit::FX;
    }
    set_fpscr(ctx, summarise(new));
    Ok(0)
}

/// Helper: a field of FPSCR, whose exception bits are cleared.
pub(crate) fn mcrfs<T: Ppc>(ctx: &mut Ctx<T>, [field, ..]: Args) -> Out {
    let old = fpscr(ctx);
    let shift = 28 - 4 * field;
    let cleared = (bit::EXCEPTIONS | bit::FX) & 0xf << shift;
    set_fpscr(ctx, summarise(old & !cleared));
    Ok(old >> shift & 0xf)
}

/// Helper: the program interrupt of an enabled exception.
pub(crate) fn check<T: Ppc>(ctx: &mut Ctx<T>, _: Args) -> Out {
    if ctx.reg(FPSCR) & bit::FEX != 0 { Err(Trap::program(FP_ENABLED)) } else { Ok(0) }
}

/// Helper: FX, FEX, VX, OX.
pub(crate) fn cr1<T: Ppc>(ctx: &mut Ctx<T>, _: Args) -> Out {
    Ok(ctx.reg(FPSCR) >> 28 & 15)
}

/// Helper: [`widen`].
pub(crate) fn to_double<T: Ppc>(_: &mut Ctx<T>, [a, ..]: Args) -> Out {
    Ok(widen(a as u32))
}

/// Helper: [`narrow`].
pub(crate) fn to_single<T: Ppc>(_: &mut Ctx<T>, [a, ..]: Args) -> Out {
    Ok(narrow(a).into())
}

/// Unbiased exponent, and whether the number is infinite, a NaN, zero or denormal.
fn parts(a: u64) -> (i64, bool, bool, bool) {
    let (exp, fraction) = ((a >> 52 & 0x7ff) as i64, a & 0xf_ffff_ffff_ffff);
    (exp - 1023, exp == 0x7ff, a << 1 == 0, exp == 0 && fraction != 0)
}

/// Helper: `ftdiv`: whether a quotient needs care (FG, FE).
pub(crate) fn ftdiv<T: Ppc>(_: &mut Ctx<T>, [a, b, ..]: Args) -> Out {
    let ((ea, special_a, zero_a, _), (eb, special_b, zero_b, denormal_b)) = (parts(a), parts(b));
    let infinite = |v: u64| v << 1 == 0x7ff << 53;
    let fe = special_a
        || special_b
        || zero_b
        || eb <= -1022
        || eb >= 1021
        || !zero_a && (ea - eb >= 1023 || ea - eb <= -1021 || ea <= -970);
    let fg = infinite(a) || infinite(b) || zero_b || denormal_b;
    Ok(8 | u64::from(fg) << 2 | u64::from(fe) << 1)
}

/// Helper: `ftsqrt`.
pub(crate) fn ftsqrt<T: Ppc>(_: &mut Ctx<T>, [b, ..]: Args) -> Out {
    let (exp, special, zero, denormal) = parts(b);
    let fe = special || zero || b >> 63 != 0 || exp <= -970;
    let fg = b << 1 == 0x7ff << 53 || zero || denormal;
    Ok(8 | u64::from(fg) << 2 | u64::from(fe) << 1)
}

#[cfg(test)]
mod tests {
    use super::{narrow, widen};

    #[test]
    fn single_precision_goes_in_and_out() {
        for single in [0u32, 1, 0x7f_ffff, 0x80_0000, 0x3f80_0000, 0xff80_0000, 0x7f80_0001, 0x8000_0000, 0x40_0000] {
            assert_eq!(narrow(widen(single)), single, "{single:#x}");
            let float = f32::from_bits(single);
            if !float.is_nan() {
                assert_eq!(widen(single), f64::from(float).to_bits(), "{single:#x}");
            }
        }
    }
}
