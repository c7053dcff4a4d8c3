//! Quad-precision numbers in vector registers.
//!
//! Power ISA 3.0B, Book I, 7.6.1.7 "VSX Quad-Precision Instructions".

use cpu::Ctx;
use softfloat::{Env, F64, F128, Flags, Int, Negate, Rounding};

use crate::format::W;
use crate::fp;
use crate::target::Ppc;
use crate::trap::Trap;
use crate::vector::{read, write};
use crate::vsx::{Done, account, fprf, high, top};
use crate::vsx_test;

type Out = Result<u64, Trap>;
type Args = [u64; 4];

const SIGN: u128 = 1 << 127;
const EXPONENT: u128 = 0x7fff << 112;
const FRACTION: u128 = (1 << 112) - 1;

/// Helper: an instruction of opcode 63 on quadwords: its bits; a CR field.
pub(crate) fn run<T: Ppc>(ctx: &mut Ctx<T>, [bits, ..]: Args) -> Out {
    let f = W(bits as u32);
    let [a, b, t] = [f.ra(), f.rb(), f.rt()].map(|n| read(ctx, n));
    if let Some(code) = status(ctx, f, a, b) {
        return Ok(code);
    }
    if let Some(value) = moved(f, a, b) {
        write(ctx, f.rt(), value);
        return Ok(0);
    }
    let scr = fp::fpscr(ctx);
    let mut env = fp::env(scr);
    let done = operate(f, [a, b, t], &mut env);
    if !account(ctx, scr, env.flags, &done) {
        write(ctx, f.rt(), done.value);
    }
    Ok(0)
}

/// Whether the instruction may set exceptions.
pub(crate) fn is_float(f: W) -> bool {
    moved(f, 0, 0).is_none() && !matches!(f.xo10(), 164 | 708)
}

fn status<T: Ppc>(ctx: &mut Ctx<T>, f: W, a: u128, b: u128) -> Option<u64> {
    let code = match f.xo10() {
        132 | 644 => return Some(fp::compare_as::<T, F128>(ctx, a, b, f.xo10() == 132)),
        164 => vsx_test::exponents::<F128>(a, b, |v| (v >> 112) as u64 & 0x7fff),
        708 => ((b >> 127) as u64) << 3 | u64::from(vsx_test::is_class::<F128>(f.dcmx(), b)) << 1,
        _ => return None,
    };
    vsx_test::set_fpcc(ctx, code);
    Some(code)
}

fn moved(f: W, a: u128, b: u128) -> Option<u128> {
    let exponent = b >> 112 & 0x7fff;
    Some(match (f.xo10(), f.ra()) {
        (100, _) => a & SIGN | b & !SIGN,
        (868, _) => a & !EXPONENT | (b >> 64 & 0x7fff) << 112,
        (804, 0) => b & !SIGN,
        (804, 8) => b | SIGN,
        (804, 16) => b ^ SIGN,
        (804, 2) => exponent << 64,
        (804, 18) => b & FRACTION | u128::from(exponent != 0 && exponent != 0x7fff) << 112,
        _ => return None,
    })
}

fn quad(value: u128) -> Done {
    Done { value, scalar: true, fprf: fprf::<F128>(value) }
}

fn integer<I: Int>(b: u128, env: &mut Env) -> I {
    softfloat::to_int::<F128, I>(b, Rounding::TowardZero, env).saturate(I::MIN)
}

fn operate(f: W, [a, b, t]: [u128; 3], env: &mut Env) -> Done {
    let whole = |value: u64| Done { value: high(value), scalar: true, fprf: None };
    if matches!(f.xo10() & 0xff, 5 | 37) {
        return quad(if f.xo10() & 0xff == 5 { round(f, b, env) } else { round_extended(f, b, env) });
    }
    if f.rc() != 0 {
        env.rounding = Rounding::ToOdd;
    }
    match (f.xo10(), f.ra()) {
        (4, _) => quad(softfloat::add::<F128>(a, b, env)),
        (36, _) => quad(softfloat::mul::<F128>(a, b, env)),
        (516, _) => quad(softfloat::sub::<F128>(a, b, env)),
        (548, _) => quad(softfloat::div::<F128>(a, b, env)),
        (388 | 420 | 452 | 484, _) => {
            let negate = if f.xo10() & 32 != 0 { Negate::ADDEND } else { Negate::NONE };
            let value = softfloat::fma::<F128>(a, b, t, negate, env);
            let negated = f.xo10() & 64 != 0 && !softfloat::is_nan::<F128>(value);
            quad(if negated { value ^ SIGN } else { value })
        }
        (804, _) => quad(softfloat::sqrt::<F128>(b, env)),
        (836, 1) => whole(integer::<u32>(b, env).into()),
        (836, 9) => whole(integer::<i32>(b, env) as u64),
        (836, 17) => whole(integer::<u64>(b, env)),
        (836, 25) => whole(integer::<i64>(b, env) as u64),
        (836, 2) => quad(softfloat::from_int::<F128, u64>(top(b), env)),
        (836, 10) => quad(softfloat::from_int::<F128, i64>(top(b) as i64, env)),
        (836, 22) => quad(softfloat::convert::<F64, F128>(top(b), env)),
        _ => {
            let value = softfloat::convert::<F128, F64>(b, env);
            Done { value: high(value), scalar: true, fprf: fprf::<F64>(value) }
        }
    }
}

/// Rounding by R and RMC.
fn rounding(f: W, env: &Env) -> Rounding {
    match (f.ra() & 1, f.0 >> 9 & 3) {
        (0, 0) => Rounding::NearestAway,
        (0, _) => env.rounding,
        (_, 0) => Rounding::NearestEven,
        (_, 1) => Rounding::TowardZero,
        (_, 2) => Rounding::Up,
        _ => Rounding::Down,
    }
}

fn round(f: W, b: u128, env: &mut Env) -> u128 {
    softfloat::round_to_integral::<F128>(b, rounding(f, env), f.rc() != 0, env)
}

/// Rounds to the 64 bits of a double-extended significand: exponents have the same range, so the place is always the same.
fn round_extended(f: W, b: u128, env: &mut Env) -> u128 {
    const DROP: u32 = 49;
    if b & EXPONENT == EXPONENT {
        return softfloat::round_to_integral::<F128>(b, Rounding::TowardZero, false, env) >> DROP << DROP;
    }
    let (sign, magnitude) = (b & SIGN, b & !SIGN);
    let (kept, rest, half) = (magnitude >> DROP, magnitude & ((1 << DROP) - 1), 1 << (DROP - 1));
    let up = match rounding(f, env) {
        Rounding::NearestEven => rest > half || rest == half && kept & 1 != 0,
        Rounding::NearestAway => rest >= half,
        Rounding::Up => rest != 0 && sign == 0,
        Rounding::Down => rest != 0 && sign != 0,
        _ => false,
    };
    if rest != 0 {
        env.raise(Flags::INEXACT);
    }
    let rounded = (kept + u128::from(up)) << DROP;
    if up {
        env.raise(Flags::ROUNDED_UP);
    }
    if rounded == EXPONENT {
        env.raise(Flags::OVERFLOW);
    }
    sign | rounded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extended_numbers_have_64_bits() {
        let mut env = Env::POWERPC;
        let nearest = W(1 << 16);
        assert_eq!(round_extended(nearest, 0x3fff << 112 | 1, &mut env), 0x3fff << 112);
        assert_eq!(env.flags.bits() & Flags::INEXACT.bits(), Flags::INEXACT.bits());
        assert_eq!(round_extended(nearest, 0x3fff << 112 | 3 << 48, &mut env), 0x3fff << 112 | 2 << 49);
    }
}
