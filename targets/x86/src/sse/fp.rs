//! Functions of vectors of numbers.

use softfloat::{self as sf, F32, F64, Rounding};

use super::{Fp, Op, ops};

/// An operand; a denormal one is 0 with DAZ.
fn x32(fp: &mut Fp, v: u32) -> u32 {
    if fp.daz && v & 0x7f80_0000 == 0 { v & 0x8000_0000 } else { v }
}

fn x64(fp: &mut Fp, v: u64) -> u64 {
    if fp.daz && v & 0x7ff0_0000_0000_0000 == 0 { v & 1 << 63 } else { v }
}

/// Arithmetic of one lane: the two widths.
macro_rules! arithmetic {
    ($($name:ident $f32:ident $f64:ident: $run:ident;)*) => { $(
        pub(super) fn $f32(fp: &mut Fp, a: u32, b: u32) -> u32 {
            let (a, b) = (x32(fp, a), x32(fp, b));
            sf::$run::<F32>(a, b, &mut fp.env)
        }
        pub(super) fn $f64(fp: &mut Fp, a: u64, b: u64) -> u64 {
            let (a, b) = (x64(fp, a), x64(fp, b));
            sf::$run::<F64>(a, b, &mut fp.env)
        }
    )* };
}
arithmetic! { add add32 add64: add; sub sub32 sub64: sub; mul mul32 mul64: mul; div div32 div64: div; }

pub(super) fn sqrt32(fp: &mut Fp, _: u32, b: u32) -> u32 {
    let b = x32(fp, b);
    sf::sqrt::<F32>(b, &mut fp.env)
}

pub(super) fn sqrt64(fp: &mut Fp, _: u64, b: u64) -> u64 {
    let b = x64(fp, b);
    sf::sqrt::<F64>(b, &mut fp.env)
}

/// MIN and MAX give the second operand unless the first is truly less (or greater).
fn pick32(fp: &mut Fp, a: u32, b: u32, max: bool) -> u32 {
    let (a, b) = (x32(fp, a), x32(fp, b));
    let (x, y) = if max { (b, a) } else { (a, b) };
    if sf::compare_signalling::<F32>(x, y, &mut fp.env).is_lt() { a } else { b }
}

fn pick64(fp: &mut Fp, a: u64, b: u64, max: bool) -> u64 {
    let (a, b) = (x64(fp, a), x64(fp, b));
    let (x, y) = if max { (b, a) } else { (a, b) };
    if sf::compare_signalling::<F64>(x, y, &mut fp.env).is_lt() { a } else { b }
}

/// What holds for the predicates 0 to 15 of CMPPD: less 1, equal 2, greater 4, unordered 8 (SDM volume 2A, "Comparison Predicate for
/// CMPPD and CMPPS Instructions"). The next sixteen are the same with the other answer to quiet NaNs.
const PREDICATES: [u8; 16] = [2, 1, 3, 8, 13, 14, 12, 7, 10, 9, 11, 0, 5, 6, 4, 15];

fn test(relation: sf::Relation, imm: u32) -> bool {
    let is = if relation.is_unordered() {
        8
    } else if relation.is_lt() {
        1
    } else if relation.is_eq() {
        2
    } else {
        4
    };
    PREDICATES[(imm & 15) as usize] & is != 0
}

/// Whether a predicate finds quiet NaNs invalid.
fn signals(imm: u32) -> bool {
    matches!(imm & 3, 1 | 2) != (imm & 16 != 0)
}

fn cmp32(fp: &mut Fp, a: u32, b: u32, imm: u32) -> u32 {
    let (a, b) = (x32(fp, a), x32(fp, b));
    let signalling = signals(imm);
    let relation = if signalling {
        sf::compare_signalling::<F32>(a, b, &mut fp.env)
    } else {
        sf::compare_quiet::<F32>(a, b, &mut fp.env)
    };
    if test(relation, imm) { u32::MAX } else { 0 }
}

fn cmp64(fp: &mut Fp, a: u64, b: u64, imm: u32) -> u64 {
    let (a, b) = (x64(fp, a), x64(fp, b));
    let signalling = signals(imm);
    let relation = if signalling {
        sf::compare_signalling::<F64>(a, b, &mut fp.env)
    } else {
        sf::compare_quiet::<F64>(a, b, &mut fp.env)
    };
    if test(relation, imm) { u64::MAX } else { 0 }
}

fn ps(fp: &mut Fp, a: u128, b: u128, f: impl Fn(&mut Fp, u32, u32) -> u32) -> u128 {
    (0..4).fold(0, |sum, n| sum | u128::from(f(fp, (a >> (32 * n)) as u32, (b >> (32 * n)) as u32)) << (32 * n))
}

fn pd(fp: &mut Fp, a: u128, b: u128, f: impl Fn(&mut Fp, u64, u64) -> u64) -> u128 {
    (0..2).fold(0, |sum, n| sum | u128::from(f(fp, (a >> (64 * n)) as u64, (b >> (64 * n)) as u64)) << (64 * n))
}

const LOW32: u128 = 0xffff_ffff;
const LOW64: u128 = u64::MAX as u128;

fn ss(fp: &mut Fp, a: u128, b: u128, f: impl Fn(&mut Fp, u32, u32) -> u32) -> u128 {
    a & !LOW32 | u128::from(f(fp, a as u32, b as u32))
}

fn sd(fp: &mut Fp, a: u128, b: u128, f: impl Fn(&mut Fp, u64, u64) -> u64) -> u128 {
    a & !LOW64 | u128::from(f(fp, a as u64, b as u64))
}

/// A number as a 32-bit integer, the indefinite one if it doesn't fit.
fn int32_of_32(fp: &mut Fp, v: u32, rounding: Rounding) -> u32 {
    let v = x32(fp, v);
    sf::to_int::<F32, i32>(v, rounding, &mut fp.env).or(i32::MIN) as u32
}

fn int32_of_64(fp: &mut Fp, v: u64, rounding: Rounding) -> u32 {
    let v = x64(fp, v);
    sf::to_int::<F64, i32>(v, rounding, &mut fp.env).or(i32::MIN) as u32
}

fn double(fp: &mut Fp, v: u32) -> u64 {
    let v = x32(fp, v);
    sf::convert::<F32, F64>(v, &mut fp.env)
}

fn single(fp: &mut Fp, v: u64) -> u32 {
    let v = x64(fp, v);
    sf::convert::<F64, F32>(v, &mut fp.env)
}

/// Rounding of ROUNDPS and the like: the direction, and whether inexact is told.
fn rounding(fp: &Fp, imm: u32) -> (Rounding, bool) {
    use Rounding::{Down, NearestEven, TowardZero, Up};
    let direction = if imm & 4 != 0 { fp.env.rounding } else { [NearestEven, Down, Up, TowardZero][imm as usize & 3] };
    (direction, imm & 8 == 0)
}

fn round32(fp: &mut Fp, v: u32, imm: u32) -> u32 {
    let (direction, inexact) = rounding(fp, imm);
    let v = x32(fp, v);
    let result = sf::round_to_integral::<F32>(v, direction, inexact, &mut fp.env);
    // SDM volume 2B, "ROUNDPS": invalid and precision are all.
    fp.env.flags = fp.env.flags.without(sf::Flags::DENORMAL);
    result
}

fn round64(fp: &mut Fp, v: u64, imm: u32) -> u64 {
    let (direction, inexact) = rounding(fp, imm);
    let v = x64(fp, v);
    let result = sf::round_to_integral::<F64>(v, direction, inexact, &mut fp.env);
    fp.env.flags = fp.env.flags.without(sf::Flags::DENORMAL);
    result
}

/// Reciprocals are given as exactly as the format allows, without exceptions, as on QEMU.
fn reciprocal(v: u32, root: bool) -> u32 {
    // SDM volume 2B, "RCPPS" and "RSQRTPS": denormal sources count as zeros, tiny results are zeros, whatever MXCSR says.
    let mut env = sf::Env::new(&sf::NanPolicy::SSE, sf::Tininess::AfterRounding);
    (env.flush_inputs, env.flush_outputs) = (true, true);
    let v = if root { sf::sqrt::<F32>(v, &mut env) } else { v };
    sf::div::<F32>(0x3f80_0000, v, &mut env)
}

/// Pairs of a row, for horizontal operations.
fn pairs32(a: u128, b: u128) -> (u128, u128) {
    let l = |v: u128, n: u32| v >> (32 * n) & LOW32;
    let even = l(a, 0) | l(a, 2) << 32 | l(b, 0) << 64 | l(b, 2) << 96;
    let odd = l(a, 1) | l(a, 3) << 32 | l(b, 1) << 64 | l(b, 3) << 96;
    (even, odd)
}

fn pairs64(a: u128, b: u128) -> (u128, u128) {
    (a & LOW64 | b << 64, a >> 64 | b & !LOW64)
}

fn dwords(fp: &mut Fp, n: u32, f: impl Fn(&mut Fp, u32) -> u32) -> u128 {
    (0..n).fold(0, |sum, i| sum | u128::from(f(fp, i)) << (32 * i))
}

/// The functions.
pub(super) static OPS: &[Op] = ops! {
    Addss |f, a, b, _| ss(f, a, b, add32);
    Addsd |f, a, b, _| sd(f, a, b, add64);
    Subss |f, a, b, _| ss(f, a, b, sub32);
    Subsd |f, a, b, _| sd(f, a, b, sub64);
    Mulss |f, a, b, _| ss(f, a, b, mul32);
    Mulsd |f, a, b, _| sd(f, a, b, mul64);
    Divss |f, a, b, _| ss(f, a, b, div32);
    Divsd |f, a, b, _| sd(f, a, b, div64);
    Sqrtss |f, a, b, _| ss(f, a, b, sqrt32);
    Sqrtsd |f, a, b, _| sd(f, a, b, sqrt64);
    Addps |f, a, b, _| ps(f, a, b, add32);
    Addpd |f, a, b, _| pd(f, a, b, add64);
    Subps |f, a, b, _| ps(f, a, b, sub32);
    Subpd |f, a, b, _| pd(f, a, b, sub64);
    Mulps |f, a, b, _| ps(f, a, b, mul32);
    Mulpd |f, a, b, _| pd(f, a, b, mul64);
    Divps |f, a, b, _| ps(f, a, b, div32);
    Divpd |f, a, b, _| pd(f, a, b, div64);
    Sqrtps |f, a, b, _| ps(f, a, b, sqrt32);
    Sqrtpd |f, a, b, _| pd(f, a, b, sqrt64);
    Minps |f, a, b, _| ps(f, a, b, |f, x, y| pick32(f, x, y, false));
    Minpd |f, a, b, _| pd(f, a, b, |f, x, y| pick64(f, x, y, false));
    Minss |f, a, b, _| ss(f, a, b, |f, x, y| pick32(f, x, y, false));
    Minsd |f, a, b, _| sd(f, a, b, |f, x, y| pick64(f, x, y, false));
    Maxps |f, a, b, _| ps(f, a, b, |f, x, y| pick32(f, x, y, true));
    Maxpd |f, a, b, _| pd(f, a, b, |f, x, y| pick64(f, x, y, true));
    Maxss |f, a, b, _| ss(f, a, b, |f, x, y| pick32(f, x, y, true));
    Maxsd |f, a, b, _| sd(f, a, b, |f, x, y| pick64(f, x, y, true));
    Cmpps |f, a, b, i| ps(f, a, b, |f, x, y| cmp32(f, x, y, i));
    Cmppd |f, a, b, i| pd(f, a, b, |f, x, y| cmp64(f, x, y, i));
    Cmpss |f, a, b, i| ss(f, a, b, |f, x, y| cmp32(f, x, y, i));
    Cmpsd |f, a, b, i| sd(f, a, b, |f, x, y| cmp64(f, x, y, i));
    Rcpps |f, a, b, _| ps(f, a, b, |_, _, y| reciprocal(y, false));
    Rcpss |f, a, b, _| ss(f, a, b, |_, _, y| reciprocal(y, false));
    Rsqrtps |f, a, b, _| ps(f, a, b, |_, _, y| reciprocal(y, true));
    Rsqrtss |f, a, b, _| ss(f, a, b, |_, _, y| reciprocal(y, true));
    Roundps |f, a, b, i| ps(f, a, b, |f, _, y| round32(f, y, i));
    Roundpd |f, a, b, i| pd(f, a, b, |f, _, y| round64(f, y, i));
    Roundss |f, a, b, i| ss(f, a, b, |f, _, y| round32(f, y, i));
    Roundsd |f, a, b, i| sd(f, a, b, |f, _, y| round64(f, y, i));
    Haddps |f, a, b, _| { let (x, y) = pairs32(a, b); ps(f, x, y, add32) };
    Haddpd |f, a, b, _| { let (x, y) = pairs64(a, b); pd(f, x, y, add64) };
    Hsubps |f, a, b, _| { let (x, y) = pairs32(a, b); ps(f, x, y, sub32) };
    Hsubpd |f, a, b, _| { let (x, y) = pairs64(a, b); pd(f, x, y, sub64) };
    Addsubps |f, a, b, _| {
        let sum = ps(f, a & ODD32, b & ODD32, add32) & ODD32;
        sum | ps(f, a & !ODD32, b & !ODD32, sub32) & !ODD32
    };
    Addsubpd |f, a, b, _| pd(f, a & !LOW64, b & !LOW64, add64) & !LOW64 | pd(f, a & LOW64, b & LOW64, sub64) & LOW64;
    Cvtps2pd |f, _, b, _| u128::from(double(f, b as u32)) | u128::from(double(f, (b >> 32) as u32)) << 64;
    Cvtpd2ps |f, _, b, _| u128::from(single(f, b as u64)) | u128::from(single(f, (b >> 64) as u64)) << 32;
    Cvtss2sd |f, a, b, _| a & !LOW64 | u128::from(double(f, b as u32));
    Cvtsd2ss |f, a, b, _| a & !LOW32 | u128::from(single(f, b as u64));
    Cvtdq2ps |f, _, b, _| dwords(f, 4, |f, n| sf::from_int::<F32, i32>((b >> (32 * n)) as i32, &mut f.env));
    Cvtpi2ps |f, a, b, _| {
        a >> 64 << 64 | dwords(f, 2, |f, n| sf::from_int::<F32, i32>((b >> (32 * n)) as i32, &mut f.env))
    };
    Cvtdq2pd |f, _, b, _| {
        let wide = |f: &mut Fp, v: u32| u128::from(sf::from_int::<F64, i32>(v as i32, &mut f.env));
        wide(f, b as u32) | wide(f, (b >> 32) as u32) << 64
    };
    Cvtps2dq |f, _, b, _| dwords(f, 4, |f, n| { let r = f.env.rounding; int32_of_32(f, (b >> (32 * n)) as u32, r) });
    Cvttps2dq |f, _, b, _| dwords(f, 4, |f, n| int32_of_32(f, (b >> (32 * n)) as u32, Rounding::TowardZero));
    Cvtpd2dq |f, _, b, _| dwords(f, 2, |f, n| { let r = f.env.rounding; int32_of_64(f, (b >> (64 * n)) as u64, r) });
    Cvttpd2dq |f, _, b, _| dwords(f, 2, |f, n| int32_of_64(f, (b >> (64 * n)) as u64, Rounding::TowardZero));
};

/// The lanes 1 and 3 of four.
const ODD32: u128 = 0xffff_ffff_0000_0000_ffff_ffff_0000_0000;

/// COMISS and the like: the flags of a relation.
pub(super) fn flags(relation: sf::Relation) -> u64 {
    if relation.is_unordered() {
        0x45
    } else if relation.is_lt() {
        1
    } else if relation.is_eq() {
        0x40
    } else {
        0
    }
}

/// Flags of a comparison of doubles (or singles).
pub(super) fn compare(fp: &mut Fp, a: u64, b: u64, wide: bool, quiet: bool) -> u64 {
    let relation = if wide {
        let (a, b) = (x64(fp, a), x64(fp, b));
        if quiet {
            sf::compare_quiet::<F64>(a, b, &mut fp.env)
        } else {
            sf::compare_signalling::<F64>(a, b, &mut fp.env)
        }
    } else {
        let (a, b) = (x32(fp, a as u32), x32(fp, b as u32));
        if quiet {
            sf::compare_quiet::<F32>(a, b, &mut fp.env)
        } else {
            sf::compare_signalling::<F32>(a, b, &mut fp.env)
        }
    };
    flags(relation)
}
