//! Floating-point helpers: operands in, result out, PSW's floating-point bits changed.
//!
//! TriCore Architecture Manual, volume 1, "Floating Point Unit (FPU)". FS, FI, FV, FZ and FU are the bits that integer instructions
//! use as C, V, SV, AV and SAV; FX is bit 26, RM bits 25 and 24.

use cpu::Ctx;
use softfloat::{Env, F16, F32, F64, Flags, Negate, Rounding, ToInt};

use crate::Tricore;
use crate::state;
use crate::trap::Trap;

/// PSW.FX.
const FX: u64 = 1 << 26;

type Result64 = Result<u64, Trap>;

/// The environment with PSW.RM ("Rounding").
fn env(ctx: &Ctx<Tricore>) -> Env {
    let rounding = match ctx.reg(state::PSW) >> 24 & 3 {
        0 => Rounding::NearestEven,
        1 => Rounding::Up,
        2 => Rounding::Down,
        _ => Rounding::TowardZero,
    };
    Env::TRICORE.with_rounding(rounding)
}

/// FS says whether this instruction has had an exception; the others accumulate ("Exceptions").
fn note(ctx: &mut Ctx<Tricore>, flags: Flags) {
    let rows = [
        (Flags::INVALID, state::OVERFLOW, state::V_BIT),
        (Flags::OVERFLOW, state::STICKY, state::V_BIT),
        (Flags::DIV_BY_ZERO, state::OVERFLOW, state::AV_BIT),
        (Flags::UNDERFLOW, state::STICKY, state::AV_BIT),
    ];
    for (flag, reg, bit) in rows {
        if flags.contains(flag) {
            ctx.set_reg(reg, ctx.reg(reg) | 1 << bit);
        }
    }
    if flags.contains(Flags::INEXACT) {
        ctx.set_reg(state::PSW, ctx.reg(state::PSW) | FX);
    }
    ctx.set_reg(state::C, u64::from(flags.intersects(Flags::IEEE)));
}

fn run(ctx: &mut Ctx<Tricore>, f: impl FnOnce(&mut Env) -> u32) -> Result64 {
    let mut env = env(ctx);
    let result = f(&mut env);
    note(ctx, env.flags);
    Ok(result.into())
}

pub(crate) fn add(ctx: &mut Ctx<Tricore>, [d, a, ..]: [u64; 4]) -> Result64 {
    run(ctx, |env| softfloat::add::<F32>(d as u32, a as u32, env))
}

pub(crate) fn sub(ctx: &mut Ctx<Tricore>, [d, a, ..]: [u64; 4]) -> Result64 {
    run(ctx, |env| softfloat::sub::<F32>(d as u32, a as u32, env))
}

pub(crate) fn mul(ctx: &mut Ctx<Tricore>, [a, b, ..]: [u64; 4]) -> Result64 {
    run(ctx, |env| softfloat::mul::<F32>(a as u32, b as u32, env))
}

pub(crate) fn div(ctx: &mut Ctx<Tricore>, [a, b, ..]: [u64; 4]) -> Result64 {
    run(ctx, |env| softfloat::div::<F32>(a as u32, b as u32, env))
}

/// `d` and the product. A NaN among the operands comes before an infinity times zero ("MADD.F", "MSUB.F").
fn accumulate(ctx: &mut Ctx<Tricore>, [d, a, b, _]: [u64; 4], negate: Negate) -> Result64 {
    let (d, a, b) = (d as u32, a as u32, b as u32);
    run(ctx, |env| {
        if softfloat::is_nan::<F32>(d) {
            note_signalling([d, a, b].into_iter().any(is_signalling), env);
            return QUIET_NAN;
        }
        softfloat::fma::<F32>(a, b, d, negate, env)
    })
}

pub(crate) fn madd(ctx: &mut Ctx<Tricore>, args: [u64; 4]) -> Result64 {
    accumulate(ctx, args, Negate::NONE)
}

pub(crate) fn msub(ctx: &mut Ctx<Tricore>, args: [u64; 4]) -> Result64 {
    accumulate(ctx, args, Negate { product: true, ..Negate::NONE })
}

fn is_signalling(x: u32) -> bool {
    softfloat::is_nan::<F32>(x) && x & 1 << 22 == 0
}

fn is_denormal(x: u32) -> bool {
    x & 0x7f80_0000 == 0 && x & 0x7f_ffff != 0
}

/// Less, equal, greater, unordered, and which operands are denormal, which are compared as they are: all other instructions take zero for
/// them (TriCore Architecture Manual, volume 1, "Denormal Numbers").
pub(crate) fn cmp(ctx: &mut Ctx<Tricore>, [a, b, ..]: [u64; 4]) -> Result64 {
    let (a, b) = (a as u32, b as u32);
    run(ctx, |env| {
        env.flush_inputs = false;
        let relation = softfloat::compare_quiet::<F32>(a, b, env);
        let bit = match () {
            () if relation.is_unordered() => 3,
            () if relation.is_lt() => 0,
            () if relation.is_eq() => 1,
            () => 2,
        };
        1 << bit | u32::from(is_denormal(a)) << 4 | u32::from(is_denormal(b)) << 5
    })
}

fn to_int(ctx: &mut Ctx<Tricore>, a: u64, zero: bool) -> Result64 {
    run(ctx, |env| {
        let rounding = if zero { Rounding::TowardZero } else { env.rounding };
        softfloat::to_int::<F32, i32>(a as u32, rounding, env).saturate(0) as u32
    })
}

/// A number below 0 is an invalid operation even if it rounds to 0 ("FTOU", "FTOUZ": FI compares before it rounds).
fn to_uint(ctx: &mut Ctx<Tricore>, a: u64, zero: bool) -> Result64 {
    run(ctx, |env| {
        let below = a as u32 >> 31 != 0 && !softfloat::is_nan::<F32>(a as u32);
        if below && a as u32 & 0x7f80_0000 != 0 {
            env.raise(Flags::INVALID);
            return 0;
        }
        let rounding = if zero { Rounding::TowardZero } else { env.rounding };
        softfloat::to_int::<F32, u32>(a as u32, rounding, env).saturate(0)
    })
}

pub(crate) fn ftoi(ctx: &mut Ctx<Tricore>, [a, ..]: [u64; 4]) -> Result64 {
    to_int(ctx, a, false)
}

pub(crate) fn ftoiz(ctx: &mut Ctx<Tricore>, [a, ..]: [u64; 4]) -> Result64 {
    to_int(ctx, a, true)
}

pub(crate) fn ftou(ctx: &mut Ctx<Tricore>, [a, ..]: [u64; 4]) -> Result64 {
    to_uint(ctx, a, false)
}

pub(crate) fn ftouz(ctx: &mut Ctx<Tricore>, [a, ..]: [u64; 4]) -> Result64 {
    to_uint(ctx, a, true)
}

pub(crate) fn itof(ctx: &mut Ctx<Tricore>, [a, ..]: [u64; 4]) -> Result64 {
    run(ctx, |env| softfloat::from_int::<F32, i32>(a as u32 as i32, env))
}

pub(crate) fn utof(ctx: &mut Ctx<Tricore>, [a, ..]: [u64; 4]) -> Result64 {
    run(ctx, |env| softfloat::from_int::<F32, u32>(a as u32, env))
}

/// Nine bits of an exponent, signed.
fn exponent(b: u64) -> i32 {
    bits::sign_extend(b & 0x1ff, 9) as i32
}

fn to_q31(ctx: &mut Ctx<Tricore>, a: u64, b: u64, zero: bool) -> Result64 {
    run(ctx, |env| {
        let rounding = if zero { Rounding::TowardZero } else { env.rounding };
        let wide = softfloat::convert::<F32, F64>(a as u32, env);
        if softfloat::is_nan::<F64>(wide) {
            env.raise(Flags::INVALID);
            return 0;
        }
        let scaled = softfloat::scalb::<F64>(wide, 31 - exponent(b), env);
        match softfloat::to_int::<F64, i32>(scaled, rounding, env) {
            ToInt::Value(value) => value as u32,
            other => other.saturate(0) as u32,
        }
    })
}

pub(crate) fn ftoq31(ctx: &mut Ctx<Tricore>, [a, b, ..]: [u64; 4]) -> Result64 {
    to_q31(ctx, a, b, false)
}

pub(crate) fn ftoq31z(ctx: &mut Ctx<Tricore>, [a, b, ..]: [u64; 4]) -> Result64 {
    to_q31(ctx, a, b, true)
}

pub(crate) fn q31tof(ctx: &mut Ctx<Tricore>, [a, b, ..]: [u64; 4]) -> Result64 {
    run(ctx, |env| {
        let wide = softfloat::from_int::<F64, i32>(a as u32 as i32, env);
        let scaled = softfloat::scalb::<F64>(wide, exponent(b) - 31, env);
        softfloat::convert::<F64, F32>(scaled, env)
    })
}

/// The quiet NaN of a square root of a negative number ("NaNs").
const QUIET_NAN: u32 = 0x7fc0_0000;
const SQRT_NAN: u32 = 0x7fc0_0004;

/// An estimate of 1/√a; this one is the rounded value ("QSEED.F": at least 6.75 bits).
pub(crate) fn qseed(ctx: &mut Ctx<Tricore>, [a, ..]: [u64; 4]) -> Result64 {
    let a = a as u32;
    run(ctx, |env| {
        if softfloat::is_nan::<F32>(a) {
            return softfloat::add::<F32>(a, a, env);
        }
        if a & 0x7f80_0000 == 0 {
            // Zero and what counts as zero; FZ is not set.
            return a & 1 << 31 | 0x7f80_0000;
        }
        if a >> 31 != 0 {
            env.raise(Flags::INVALID);
            return SQRT_NAN;
        }
        let mut quiet = Env { flags: Flags::NONE, ..*env };
        let root = softfloat::sqrt::<F32>(a, &mut quiet);
        softfloat::div::<F32>(0x3f80_0000, root, &mut quiet)
    })
}

/// A NaN that was signalling is an invalid operation ("HPTOF", "FTOHP").
fn note_signalling(signalling: bool, env: &mut Env) {
    if signalling {
        env.raise(Flags::INVALID);
    }
}

/// A NaN keeps the two highest and the eight lowest bits of its fraction between half and single precision, and so stays signalling if it is.
fn from_half_nan(half: u32, env: &mut Env) -> u32 {
    note_signalling(half & 1 << 9 == 0, env);
    half >> 15 << 31 | 0xff << 23 | (half >> 8 & 3) << 21 | half & 0xff
}

/// The same in the other direction; what would be left an infinity is a NaN still.
fn to_half_nan(single: u32, env: &mut Env) -> u32 {
    note_signalling(single & 1 << 22 == 0, env);
    let fraction = (single >> 21 & 3) << 8 | single & 0xff;
    single >> 31 << 15 | 0x1f << 10 | if fraction == 0 { 1 << 8 } else { fraction }
}

pub(crate) fn hptof(ctx: &mut Ctx<Tricore>, [a, ..]: [u64; 4]) -> Result64 {
    run(ctx, |env| {
        if softfloat::is_nan::<F16>(a as u16) {
            return from_half_nan(a as u32 & 0xffff, env);
        }
        // Denormals of half precision are numbers of single precision.
        env.flush_inputs = false;
        softfloat::convert::<F16, F32>(a as u16, env)
    })
}

pub(crate) fn ftohp(ctx: &mut Ctx<Tricore>, [a, ..]: [u64; 4]) -> Result64 {
    run(ctx, |env| {
        if softfloat::is_nan::<F32>(a as u32) {
            return to_half_nan(a as u32, env);
        }
        env.flush_outputs = false;
        softfloat::convert::<F32, F16>(a as u32, env).into()
    })
}

/// Bits 15 to 8 say which of PSW's bits 31 to 24 change, bits 7 to 0 to what.
pub(crate) fn updfl(ctx: &mut Ctx<Tricore>, [a, ..]: [u64; 4]) -> Result64 {
    let (mask, value) = ((a >> 8 & 0xff) << 24, (a & 0xff) << 24);
    let psw = crate::csa::psw(ctx);
    crate::csa::set_psw(ctx, psw & !mask | value & mask);
    Ok(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nans_of_half_precision_keep_the_ends_of_their_fraction() {
        let mut env = Env::TRICORE;
        assert_eq!(to_half_nan(0xffff_ff81, &mut env), 0xff81);
        assert_eq!(to_half_nan(0x7fc0_ff01, &mut env), 0x7e01);
        assert_eq!(from_half_nan(0xfe01, &mut env), 0xffc0_0001);
        assert!(!env.flags.contains(Flags::INVALID));
        assert_eq!(to_half_nan(0x7f80_0100, &mut env), 0x7d00);
        assert!(env.flags.contains(Flags::INVALID));
        let mut env = Env::TRICORE;
        assert_eq!(from_half_nan(0x7d01, &mut env), 0x7fa0_0001);
        assert!(env.flags.contains(Flags::INVALID));
    }
}
