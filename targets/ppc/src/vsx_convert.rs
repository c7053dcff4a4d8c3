//! Conversions of the vector-scalar unit.
//!
//! Power ISA 3.0B, Book I, 7.6.1.5 "VSX Convert Instructions". Words of a doubleword's conversion are written to both halves, which
//! the manual leaves undefined but for one.

use softfloat::{Env, F16, F32, F64, Float, Int, Rounding};

use crate::format::W;
use crate::fp;
use crate::vector::{collect, get};
use crate::vsx::{Done, fprf, high, top};

const ZERO: Rounding = Rounding::TowardZero;

fn twice(word: u32) -> u64 {
    u64::from(word) << 32 | u64::from(word)
}

/// An integer; a NaN becomes the least one, as does what is too small.
fn integer<F: Float, I: Int>(b: F::Bits, env: &mut Env) -> I {
    softfloat::to_int::<F, I>(b, ZERO, env).saturate(I::MIN)
}

fn to_word<F: Float>(b: F::Bits, signed: bool, env: &mut Env) -> u32 {
    if signed { integer::<F, i32>(b, env) as u32 } else { integer::<F, u32>(b, env) }
}

fn to_long<F: Float>(b: F::Bits, signed: bool, env: &mut Env) -> u64 {
    if signed { integer::<F, i64>(b, env) as u64 } else { integer::<F, u64>(b, env) }
}

fn from_long<F: Float>(b: u64, signed: bool, env: &mut Env) -> F::Bits {
    if signed { softfloat::from_int::<F, i64>(b as i64, env) } else { softfloat::from_int::<F, u64>(b, env) }
}

fn from_word<F: Float>(b: u64, signed: bool, env: &mut Env) -> F::Bits {
    let value = if signed { b as u32 as i32 as u64 } else { b & 0xffff_ffff };
    from_long::<F>(value, signed, env)
}

fn scalar(value: u64, fprf: Option<u64>) -> Done {
    Done { value: high(value), scalar: true, fprf }
}

fn single(value: u32) -> Done {
    scalar(fp::widen(value), fprf::<F32>(value))
}

fn double(value: u64) -> Done {
    scalar(value, fprf::<F64>(value))
}

/// Carries out a conversion, if the instruction is one.
pub(crate) fn convert(f: W, b: u128, env: &mut Env) -> Option<Done> {
    let xo = f.xo9();
    let d = top(b);
    Some(match xo {
        72 | 88 => scalar(twice(to_word::<F64>(d, xo == 88, env)), None),
        328 | 344 => scalar(to_long::<F64>(d, xo == 344, env), None),
        296 | 312 => single(from_long::<F32>(d, xo == 312, env)),
        360 | 376 => double(from_long::<F64>(d, xo == 376, env)),
        281 => single(softfloat::convert::<F64, F32>(d, env)),
        265 => {
            let value = softfloat::convert::<F64, F32>(d, env);
            scalar(twice(value), fprf::<F32>(value))
        }
        329 => double(softfloat::convert::<F32, F64>((d >> 32) as u32, env)),
        347 if f.ra() == 16 => double(softfloat::convert::<F16, F64>(d as u16, env)),
        347 if f.ra() == 17 => {
            let value = softfloat::convert::<F64, F16>(d, env);
            scalar(value.into(), fprf::<F16>(value))
        }
        _ => {
            let mut quiet = Env { wrap_overflow: false, wrap_underflow: false, ..*env };
            let value = vector(f, xo, b, &mut quiet)?;
            env.flags = quiet.flags;
            Done::vector(value)
        }
    })
}

fn vector(f: W, xo: u32, b: u128, env: &mut Env) -> Option<u128> {
    let signed = xo & 16 != 0;
    let word = |i: u32| get(b, 32, i) as u32;
    let long = |i: u32| get(b, 64, i);
    Some(match xo {
        136 | 152 => collect(32, |i| to_word::<F32>(word(i), signed, env).into()),
        200 | 216 => collect(64, |i| twice(to_word::<F64>(long(i), signed, env))),
        392 | 408 => collect(64, |i| to_long::<F32>(word(2 * i), signed, env)),
        456 | 472 => collect(64, |i| to_long::<F64>(long(i), signed, env)),
        168 | 184 => collect(32, |i| from_word::<F32>(word(i).into(), signed, env).into()),
        232 | 248 => collect(64, |i| from_word::<F64>(word(2 * i).into(), signed, env)),
        424 | 440 => collect(64, |i| twice(from_long::<F32>(long(i), signed, env))),
        488 | 504 => collect(64, |i| from_long::<F64>(long(i), signed, env)),
        393 => collect(64, |i| twice(softfloat::convert::<F64, F32>(long(i), env))),
        457 => collect(64, |i| softfloat::convert::<F32, F64>(word(2 * i), env)),
        475 if f.ra() == 24 => collect(32, |i| softfloat::convert::<F16, F32>(word(i) as u16, env).into()),
        475 if f.ra() == 25 => collect(32, |i| softfloat::convert::<F32, F16>(word(i), env).into()),
        _ => return None,
    })
}
