//! Floating-point operations around the arithmetic of `softfloat`, and FSR.
//!
//! SPARC Architecture Manual V9, "Floating-Point State Register (FSR)" and "IEEE Std 754-1985 Requirements for SPARC-V9". An operation
//! that the host computes leaves its operands behind ([`FP_LAST`]): cexc is worked out when somebody reads it. NaNs are as the manual
//! has them; tininess is detected before rounding.

use cpu::Ctx;
use softfloat::{Env, F32, F64, F128, Flags, Float, Int, Rounding};

use super::state::{self, FP_A, FP_B, FP_LAST, FP_OK, GSR, fcc};
use super::target::Sparc64;
use super::trap::{Fault, tt};

type Args = [u64; 4];
type Out = Result<u64, Fault>;

/// Fields of FSR.
mod fsr {
    pub(super) const RD: u32 = 30;
    pub(super) const TEM: u32 = 23;
    pub(super) const NS: u64 = 1 << 22;
    pub(super) const FTT: u64 = 7 << 14;
    pub(super) const FTT_IEEE: u64 = 1 << 14;
    pub(super) const FTT_UNIMPLEMENTED: u64 = 3 << 14;
    pub(super) const AEXC: u32 = 5;
    pub(super) const CEXC: u64 = 0x1f;
    /// What software can write, condition fields apart.
    pub(super) const WRITABLE: u64 = 3 << RD | 0x1f << TEM | NS | 0x3ff;
}

/// GSR.IM.
const GSR_IM: u64 = 1 << 27;

/// cexc's bits.
mod ex {
    pub(super) const NX: u64 = 1;
    pub(super) const DZ: u64 = 2;
    pub(super) const UF: u64 = 4;
    pub(super) const OF: u64 = 8;
    pub(super) const NV: u64 = 16;
}

/// Values of [`FP_LAST`]: 0, FSR is up to date; 1, cexc is 0; others are opf.
pub(crate) const LAST_CLEAR: u64 = 1;

fn env(ctx: &Ctx<Sparc64>) -> Env {
    let gsr = ctx.reg(GSR);
    // GSR.IM: IRND instead of RD (VIS 2).
    let rd = if gsr & GSR_IM != 0 { gsr >> 25 } else { ctx.state.fsr >> fsr::RD };
    let rounding = match rd & 3 {
        0 => Rounding::NearestEven,
        1 => Rounding::TowardZero,
        2 => Rounding::Up,
        _ => Rounding::Down,
    };
    Env::SPARC.with_rounding(rounding)
}

/// cexc of what an operation has raised.
fn cexc(flags: Flags, tem: u64) -> u64 {
    let bit = |flag: Flags, bit: u64| if flags.intersects(flag) { bit } else { 0 };
    // "If UFM = 1, underflow is tininess, whether inexact or not."
    let tiny = if tem & ex::UF != 0 { bit(Flags::TINY, ex::UF) } else { 0 };
    tiny | bit(Flags::INVALID, ex::NV)
        | bit(Flags::OVERFLOW, ex::OF)
        | bit(Flags::UNDERFLOW, ex::UF)
        | bit(Flags::DIV_BY_ZERO, ex::DZ)
        | bit(Flags::INEXACT, ex::NX)
}

/// Takes over the exceptions of an operation, or raises fp_exception_ieee_754: then cexc has only the one that traps.
fn conclude(ctx: &mut Ctx<Sparc64>, flags: Flags) -> Result<(), Fault> {
    let tem = ctx.state.fsr >> fsr::TEM & 0x1f;
    let raised = cexc(flags, tem);
    let fsr = ctx.state.fsr & !(fsr::FTT | fsr::CEXC);
    ctx.set_reg(FP_LAST, 0);
    let trapping = raised & tem;
    if trapping != 0 {
        let one = 1 << (63 - trapping.leading_zeros());
        ctx.state.fsr = fsr | fsr::FTT_IEEE | one;
        return Err(Fault::new(tt::FP_IEEE));
    }
    ctx.state.fsr = fsr | raised | raised << fsr::AEXC;
    update_ok(ctx);
    Ok(())
}

/// Whether the host may compute.
fn update_ok(ctx: &mut Ctx<Sparc64>) {
    let fsr = ctx.state.fsr;
    let rounds_to_nearest = fsr >> fsr::RD & 3 == 0 && ctx.reg(GSR) & GSR_IM == 0;
    let ok = rounds_to_nearest && fsr >> fsr::TEM & 0x1f == 0 && fsr >> fsr::AEXC & ex::NX != 0;
    ctx.set_reg(FP_OK, u64::from(ok));
}

fn run<R>(ctx: &mut Ctx<Sparc64>, op: impl FnOnce(&mut Env) -> R) -> Result<R, Fault> {
    let mut env = env(ctx);
    let result = op(&mut env);
    conclude(ctx, env.flags)?;
    Ok(result)
}

/// "Floating-Point to Integer Conversion": what does not fit gives the greatest or smallest number of its sign; so does NaN.
fn to_int<F: Float, I: Int>(a: F::Bits, is_negative: bool, env: &mut Env) -> I {
    let nan = if is_negative { I::MIN } else { I::MAX };
    softfloat::to_int::<F, I>(a, Rounding::TowardZero, env).saturate(nan)
}

fn single(a: u64, b: u64, opf: u64, env: &mut Env) -> u64 {
    let (x, y) = (a as u32, b as u32);
    let negative = |bit: u32| a >> bit & 1 != 0;
    u64::from(match opf {
        0x29 => softfloat::sqrt::<F32>(y, env),
        0x41 => softfloat::add::<F32>(x, y, env),
        0x45 => softfloat::sub::<F32>(x, y, env),
        0x49 => softfloat::mul::<F32>(x, y, env),
        0x4d => softfloat::div::<F32>(x, y, env),
        0xc4 => softfloat::from_int::<F32, i32>(y as i32, env),
        0x84 => softfloat::from_int::<F32, i64>(b as i64, env),
        0xc6 => softfloat::convert::<F64, F32>(b, env),
        0xd1 => to_int::<F32, i32>(y, y >> 31 != 0, env) as u32,
        0xd2 => to_int::<F64, i32>(b, b >> 63 != 0, env) as u32,
        _ => u32::from(negative(0)),
    })
}

fn double(a: u64, b: u64, opf: u64, env: &mut Env) -> u64 {
    match opf {
        0x2a => softfloat::sqrt::<F64>(b, env),
        0x42 => softfloat::add::<F64>(a, b, env),
        0x46 => softfloat::sub::<F64>(a, b, env),
        0x4a => softfloat::mul::<F64>(a, b, env),
        0x4e => softfloat::div::<F64>(a, b, env),
        0x69 => {
            let [a, b] = [a, b].map(|v| softfloat::convert::<F32, F64>(v as u32, env));
            softfloat::mul::<F64>(a, b, env)
        }
        0xc8 => softfloat::from_int::<F64, i32>(b as i32, env),
        0x88 => softfloat::from_int::<F64, i64>(b as i64, env),
        0xc9 => softfloat::convert::<F32, F64>(b as u32, env),
        0x81 => to_int::<F32, i64>(b as u32, b >> 31 & 1 != 0, env) as u64,
        0x82 => to_int::<F64, i64>(b, b >> 63 != 0, env) as u64,
        _ => b,
    }
}

/// Whether opf is one of [`double`].
fn is_double(opf: u64) -> bool {
    matches!(opf, 0x2a | 0x42 | 0x46 | 0x4a | 0x4e | 0x69 | 0xc8 | 0x88 | 0xc9 | 0x81 | 0x82)
}

/// Helper: an operation with a 32-bit result.
pub(crate) fn op_s(ctx: &mut Ctx<Sparc64>, [a, b, opf, _]: Args) -> Out {
    run(ctx, |env| single(a, b, opf, env))
}

/// Helper: an operation with a 64-bit result.
pub(crate) fn op_d(ctx: &mut Ctx<Sparc64>, [a, b, opf, _]: Args) -> Out {
    run(ctx, |env| double(a, b, opf, env))
}

/// 0 equal, 1 less, 2 greater, 3 unordered.
fn relation<F: Float>(a: F::Bits, b: F::Bits, signalling: bool, env: &mut Env) -> u64 {
    let r = if signalling {
        softfloat::compare_signalling::<F>(a, b, env)
    } else {
        softfloat::compare_quiet::<F>(a, b, env)
    };
    match r {
        r if r.is_unordered() => 3,
        r if r.is_eq() => 0,
        r if r.is_lt() => 1,
        _ => 2,
    }
}

/// FCMP, FCMPE by opf: bits 1 and 0 are the format, bit 2 says whether quiet NaNs are invalid, too.
fn relation_of(a: u64, b: u64, opf: u64, env: &mut Env) -> u64 {
    let signalling = opf & 4 != 0;
    if opf & 3 == 1 {
        relation::<F32>(a as u32, b as u32, signalling, env)
    } else {
        relation::<F64>(a, b, signalling, env)
    }
}

/// Helper: FCMPS to FCMPED. `part` 0: 1 for less, 3 for unordered, else 0; 1: 1 for equal.
pub(crate) fn compare(ctx: &mut Ctx<Sparc64>, [a, b, opf, part]: Args) -> Out {
    let r = run(ctx, |env| relation_of(a, b, opf, env))?;
    Ok(if part == 0 { if r == 2 { 0 } else { r } } else { u64::from(r == 0) })
}

fn quad(ctx: &Ctx<Sparc64>, n: u64) -> u128 {
    let [high, low] = [0, 1].map(|i| u128::from(ctx.reg(state::d((n as u8 & 30) + i))));
    high << 64 | low
}

/// Helper: quad precision. `rs1`, `rs2` and `rd` are numbers of doubles; for single-precision registers, of singles.
pub(crate) fn op_q(ctx: &mut Ctx<Sparc64>, [rs1, rs2, rd, opf]: Args) -> Out {
    let (a, b) = (quad(ctx, rs1), quad(ctx, rs2));
    let d = |n: u64| ctx.reg(state::d(n as u8 & 31));
    let s = |n: u64| (d(n / 2) >> if n & 1 == 0 { 32 } else { 0 }) as u32;
    let (s2, d1, d2) = (s(rs2), d(rs1), d(rs2));
    let negative = b >> 127 != 0;
    let mut small = None;
    let result = run(ctx, |env| match opf {
        0x2b => softfloat::sqrt::<F128>(b, env),
        0x43 => softfloat::add::<F128>(a, b, env),
        0x47 => softfloat::sub::<F128>(a, b, env),
        0x4b => softfloat::mul::<F128>(a, b, env),
        0x4f => softfloat::div::<F128>(a, b, env),
        0x6e => {
            let [a, b] = [d1, d2].map(|v| softfloat::convert::<F64, F128>(v, env));
            softfloat::mul::<F128>(a, b, env)
        }
        0xcc => softfloat::from_int::<F128, i32>(s2 as i32, env),
        0x8c => softfloat::from_int::<F128, i64>(d2 as i64, env),
        0xcd => softfloat::convert::<F32, F128>(s2, env),
        0xce => softfloat::convert::<F64, F128>(d2, env),
        _ => {
            small = Some(match opf {
                0xc7 => u64::from(softfloat::convert::<F128, F32>(b, env)),
                0xcb => softfloat::convert::<F128, F64>(b, env),
                0xd3 => u64::from(to_int::<F128, i32>(b, negative, env) as u32),
                0x83 => to_int::<F128, i64>(b, negative, env) as u64,
                0x53 => relation::<F128>(a, b, false, env),
                _ => relation::<F128>(a, b, true, env),
            });
            0
        }
    })?;
    if small.is_none() {
        let n = rd as u8 & 30;
        ctx.set_reg(state::d(n), (result >> 64) as u64);
        ctx.set_reg(state::d(n + 1), result as u64);
    }
    Ok(small.unwrap_or(0))
}

/// cexc as it is, or as the operands that were left behind give it.
fn current_exceptions(ctx: &Ctx<Sparc64>) -> u64 {
    let (opf, a, b) = (ctx.reg(FP_LAST), ctx.reg(FP_A), ctx.reg(FP_B));
    let mut env = env(ctx);
    match opf {
        0 => return ctx.state.fsr & fsr::CEXC,
        LAST_CLEAR => {}
        0x51..=0x56 => _ = relation_of(a, b, opf, &mut env),
        _ if is_double(opf) => _ = double(a, b, opf, &mut env),
        _ => _ = single(a, b, opf, &mut env),
    }
    cexc(env.flags, ctx.state.fsr >> fsr::TEM & 0x1f)
}

/// Brings cexc up to date.
fn settle(ctx: &mut Ctx<Sparc64>) {
    if ctx.reg(FP_LAST) != 0 {
        ctx.state.fsr = ctx.state.fsr & !(fsr::CEXC | fsr::FTT) | current_exceptions(ctx);
        ctx.set_reg(FP_LAST, 0);
    }
}

/// FSR, with the condition fields and cexc; nothing changes.
pub(crate) fn look_fsr(ctx: &Ctx<Sparc64>) -> u64 {
    let [f0, f1, f2, f3] = [0, 1, 2, 3].map(|n| ctx.reg(fcc(n)) & 3);
    let conditions = f0 << 10 | f1 << 32 | f2 << 34 | f3 << 36;
    ctx.state.fsr & !(fsr::CEXC | fsr::FTT) | ftt(ctx) | current_exceptions(ctx) | conditions
}

/// FSR.ftt: an operation that has not trapped clears it.
fn ftt(ctx: &Ctx<Sparc64>) -> u64 {
    if ctx.reg(FP_LAST) == 0 { ctx.state.fsr & fsr::FTT } else { 0 }
}

/// Writes FSR as LDFSR does, whose ftt stays ("FSR_floating-point_trap_type (ftt)"); the upper half only if `wide`.
pub(crate) fn set_fsr(ctx: &mut Ctx<Sparc64>, value: u64, wide: bool) {
    ctx.state.fsr = value & fsr::WRITABLE | ftt(ctx);
    ctx.set_reg(FP_LAST, 0);
    ctx.set_reg(fcc(0), value >> 10 & 3);
    if wide {
        for n in 1..4 {
            ctx.set_reg(fcc(n), value >> (30 + 2 * n) & 3);
        }
    }
    update_ok(ctx);
}

/// Writes all of FSR, ftt too, which no instruction can.
pub(crate) fn put_fsr(ctx: &mut Ctx<Sparc64>, value: u64) {
    set_fsr(ctx, value, true);
    ctx.state.fsr = ctx.state.fsr & !fsr::FTT | value & fsr::FTT;
}

/// Helper: FSR. "STFSR and STXFSR zero ftt after writing it".
pub(crate) fn read_fsr(ctx: &mut Ctx<Sparc64>, _: Args) -> Out {
    settle(ctx);
    let value = look_fsr(ctx);
    ctx.state.fsr &= !fsr::FTT;
    Ok(value)
}

/// Helper: writes FSR.
pub(crate) fn write_fsr(ctx: &mut Ctx<Sparc64>, [value, wide, ..]: Args) -> Out {
    set_fsr(ctx, value, wide != 0);
    Ok(0)
}

/// Helper: fp_exception_other with ftt = unimplemented_FPop.
pub(crate) fn unimplemented(ctx: &mut Ctx<Sparc64>, _: Args) -> Out {
    settle(ctx);
    ctx.state.fsr = ctx.state.fsr & !fsr::FTT | fsr::FTT_UNIMPLEMENTED;
    Err(Fault::new(tt::FP_OTHER))
}

/// Helper: writes GSR.
pub(crate) fn write_gsr(ctx: &mut Ctx<Sparc64>, [value, ..]: Args) -> Out {
    settle(ctx);
    ctx.set_reg(GSR, value);
    update_ok(ctx);
    Ok(0)
}
