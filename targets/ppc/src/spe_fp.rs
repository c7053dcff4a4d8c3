//! Embedded floating point: vectors and scalars of single precision, scalars of double precision, in general registers.
//!
//! SPE Programming Environments Manual, chapter 4, "Embedded Floating-Point Operations", and the instructions' descriptions. It is not IEEE 754 arithmetic: denormalized
//! operands are zeros, infinities and NaNs count as the greatest numbers, what is too great becomes the greatest number, what is too small zero.

use cpu::Ctx;
use softfloat::{Env, F32, F64, Flags, Float, Rounding, ToInt};

use crate::spe::{SPEFSCR, field, pair, words};
use crate::state::{g, high};
use crate::target::Ppc;
use crate::trap::{Trap, Vector};

/// SPEFSCR: what the last instruction has found; the same for the upper element is 16 bits higher.
mod bit {
    pub(super) const FG: u64 = 1 << 13;
    pub(super) const FX: u64 = 1 << 12;
    pub(super) const FINV: u64 = 1 << 11;
    pub(super) const FDBZ: u64 = 1 << 10;
    pub(super) const FUNF: u64 = 1 << 9;
    pub(super) const FOVF: u64 = 1 << 8;
    /// All of these.
    pub(super) const STATUS: u64 = 0x3f00;
    pub(super) const UPPER: u32 = 16;
    /// Sticky ones: FINXS, then FINVS to FOVFS, which are nine bits above the status.
    pub(super) const FINXS: u64 = 1 << 21;
    pub(super) const STICKY: u32 = 9;
    /// Enables: FINXE, then FINVE to FOVFE, six bits below.
    pub(super) const FINXE: u64 = 1 << 6;
    pub(super) const ENABLE: u32 = 6;
    pub(super) const EXCEPTIONS: u64 = FINV | FDBZ | FUNF | FOVF;
}

/// A format of this arithmetic.
trait Format: Float {
    const WIDTH: u32;
    const FRACTION: u32;
    type Wider: Float;
    fn bits(v: u64) -> Self::Bits;
    fn value(v: Self::Bits) -> u64;
    /// The bits of a value that this format has no room for, of its fraction in the wider one: all, and how many.
    fn rest(v: <Self::Wider as Float>::Bits) -> (u128, u32);
}

impl Format for F32 {
    const WIDTH: u32 = 32;
    const FRACTION: u32 = 23;
    type Wider = F64;
    fn bits(v: u64) -> u32 {
        v as u32
    }
    fn value(v: u32) -> u64 {
        v.into()
    }
    fn rest(v: u64) -> (u128, u32) {
        (u128::from(v) & ((1 << 29) - 1), 29)
    }
}

impl Format for F64 {
    const WIDTH: u32 = 64;
    const FRACTION: u32 = 52;
    type Wider = softfloat::F128;
    fn bits(v: u64) -> u64 {
        v
    }
    fn value(v: u64) -> u64 {
        v
    }
    fn rest(v: u128) -> (u128, u32) {
        (v & ((1 << 60) - 1), 60)
    }
}

fn sign<F: Format>(v: u64) -> u64 {
    v >> (F::WIDTH - 1) & 1
}

fn exponent<F: Format>(v: u64) -> u64 {
    v >> F::FRACTION & ((1 << (F::WIDTH - 1 - F::FRACTION)) - 1)
}

fn is_special<F: Format>(v: u64) -> bool {
    exponent::<F>(v) == (1 << (F::WIDTH - 1 - F::FRACTION)) - 1
}

fn is_denormal<F: Format>(v: u64) -> bool {
    exponent::<F>(v) == 0 && v & ((1 << F::FRACTION) - 1) != 0
}

/// Zero, or a denormalized number, which is the same.
fn is_zero<F: Format>(v: u64) -> bool {
    exponent::<F>(v) == 0
}

fn zero<F: Format>(sign: u64) -> u64 {
    sign << (F::WIDTH - 1)
}

/// The greatest number of a sign.
fn greatest<F: Format>(sign: u64) -> u64 {
    let infinity = ((1u64 << (F::WIDTH - 1 - F::FRACTION)) - 1) << F::FRACTION;
    zero::<F>(sign) | (infinity - 1)
}

fn rounding(scr: u64) -> Rounding {
    [Rounding::NearestEven, Rounding::TowardZero, Rounding::Up, Rounding::Down][(scr & 3) as usize]
}

/// A result, the status bits it sets, whether it is inexact, and what it would be if it were cut off.
#[derive(Clone, Copy)]
struct Done {
    value: u64,
    status: u64,
    inexact: bool,
    truncated: u64,
}

impl Done {
    fn exact(value: u64) -> Done {
        Done { value, status: 0, inexact: false, truncated: value }
    }
}

type Op2<F> = fn(<F as Float>::Bits, <F as Float>::Bits, &mut Env) -> <F as Float>::Bits;

/// Rounds what `narrow` computes; `wide` computes the same in the wider format.
fn round<F: Format>(a: u64, b: u64, scr: u64, narrow: Op2<F>, wide: Op2<F::Wider>) -> Done {
    let run = |mode| {
        let mut env = Env { flush_outputs: true, ..Env::POWERPC.with_rounding(mode) };
        (F::value(narrow(F::bits(a), F::bits(b), &mut env)), env.flags)
    };
    let (value, flags) = run(rounding(scr));
    if flags.contains(Flags::OVERFLOW) {
        let value = greatest::<F>(sign::<F>(value));
        return Done { value, status: bit::FOVF, inexact: true, truncated: value };
    }
    if flags.contains(Flags::UNDERFLOW) {
        return Done { value, status: bit::FUNF, inexact: false, truncated: value };
    }
    if !flags.contains(Flags::INEXACT) {
        return Done::exact(value);
    }
    let mut env = Env::POWERPC.with_rounding(Rounding::TowardZero);
    let widen = |v: u64| softfloat::convert_silent::<F, F::Wider>(F::bits(v), &Env::POWERPC);
    let (rest, n) = F::rest(wide(widen(a), widen(b), &mut env));
    let guard = rest >> (n - 1) != 0;
    let sticky = rest & ((1 << (n - 1)) - 1) != 0 || env.flags.contains(Flags::INEXACT);
    let status = if guard { bit::FG } else { 0 } | if sticky { bit::FX } else { 0 };
    Done { value, status, inexact: true, truncated: run(Rounding::TowardZero).0 }
}

/// Sums: infinities and NaNs, the first operand's first; a result that is too small is -0 only when rounding down.
fn add<F: Format>(a: u64, b: u64, scr: u64, subtract: bool) -> Done {
    let input = if [a, b].iter().any(|&v| is_special::<F>(v) || is_denormal::<F>(v)) { bit::FINV } else { 0 };
    let b = if subtract { b ^ zero::<F>(1) } else { b };
    for v in [a, b] {
        if is_special::<F>(v) {
            return Done { status: input, ..Done::exact(greatest::<F>(sign::<F>(v))) };
        }
    }
    let flush = |v: u64| if is_zero::<F>(v) { zero::<F>(sign::<F>(v)) } else { v };
    let mut done = round::<F>(flush(a), flush(b), scr, softfloat::add::<F>, softfloat::add::<F::Wider>);
    if done.status & bit::FUNF != 0 {
        done.value = zero::<F>(u64::from(scr & 3 == 3));
        done.truncated = done.value;
    }
    if input != 0 {
        done.status = input;
    }
    done
}

fn mul<F: Format>(a: u64, b: u64, scr: u64) -> Done {
    let special = is_special::<F>(a) || is_special::<F>(b);
    let input = if special || is_denormal::<F>(a) || is_denormal::<F>(b) { bit::FINV } else { 0 };
    let negative = sign::<F>(a) ^ sign::<F>(b);
    if is_zero::<F>(a) || is_zero::<F>(b) {
        return Done { status: input, ..Done::exact(zero::<F>(negative)) };
    }
    if special {
        return Done { status: input, ..Done::exact(greatest::<F>(negative)) };
    }
    round::<F>(a, b, scr, softfloat::mul::<F>, softfloat::mul::<F::Wider>)
}

fn div<F: Format>(a: u64, b: u64, scr: u64) -> Done {
    let special = is_special::<F>(a) || is_special::<F>(b);
    let zeros = is_zero::<F>(a) && is_zero::<F>(b);
    let invalid = special || zeros || is_denormal::<F>(a) || is_denormal::<F>(b);
    let negative = sign::<F>(a) ^ sign::<F>(b);
    let input = if invalid { bit::FINV } else { 0 };
    if is_special::<F>(b) {
        return Done { status: input, ..Done::exact(zero::<F>(negative)) };
    }
    if is_zero::<F>(b) || is_special::<F>(a) {
        let status = if invalid { bit::FINV } else { bit::FDBZ };
        return Done { status, ..Done::exact(greatest::<F>(negative)) };
    }
    if is_zero::<F>(a) {
        return Done { status: input, ..Done::exact(zero::<F>(negative)) };
    }
    round::<F>(a, b, scr, softfloat::div::<F>, softfloat::div::<F::Wider>)
}

/// A comparison takes all for numbers by exponent and fraction: greater, less, equal.
fn compare<F: Format>(kind: u32, a: u64, b: u64) -> (bool, u64) {
    let input = [a, b].iter().any(|&v| is_special::<F>(v) || is_denormal::<F>(v));
    let key = |v: u64| {
        let magnitude = (v & !zero::<F>(1) & bits::mask(F::WIDTH)) as i64;
        if sign::<F>(v) != 0 { -magnitude } else { magnitude }
    };
    let holds = match kind & 3 {
        0 => key(a) > key(b),
        1 => key(a) < key(b),
        _ => key(a) == key(b),
    };
    // The tests leave SPEFSCR alone.
    (holds, if kind & 0x10 == 0 && input { bit::FINV } else { 0 })
}

/// From an integer, or a fraction: a number below 1.
fn from_word<F: Format>(kind: u32, word: u32, scr: u64) -> Done {
    let mut env = Env::POWERPC.with_rounding(rounding(scr));
    let value = if kind & 1 != 0 {
        softfloat::from_int::<F, i32>(word as i32, &mut env)
    } else {
        softfloat::from_int::<F, u32>(word, &mut env)
    };
    let scale = match kind & 3 {
        2 => -32,
        3 => -31,
        _ => 0,
    };
    let value = F::value(softfloat::scalb::<F>(value, scale, &mut env));
    let inexact = env.flags.contains(Flags::INEXACT);
    Done { value, status: if inexact { bit::FX } else { 0 }, inexact, truncated: value }
}

/// To an integer or a fraction; NaNs are zeros, the rest is cut to the range.
fn to_word<F: Format>(kind: u32, v: u64, scr: u64) -> Done {
    let nan = is_special::<F>(v) && v & ((1 << F::FRACTION) - 1) != 0;
    let input = if is_special::<F>(v) || is_denormal::<F>(v) { bit::FINV } else { 0 };
    if nan || is_zero::<F>(v) {
        return Done { status: input, ..Done::exact(0) };
    }
    let mode = if kind & 8 != 0 { Rounding::TowardZero } else { rounding(scr) };
    let mut env = Env::POWERPC.with_rounding(mode);
    let is_signed = kind & 1 != 0 || kind == 0x1a;
    let scale = match kind {
        0x16 => 32,
        0x17 => 31,
        _ => 0,
    };
    let scaled = softfloat::scalb::<F>(F::bits(v), scale, &mut Env::POWERPC.with_rounding(mode));
    let (value, out) = if is_signed {
        let number = softfloat::to_int::<F, i32>(scaled, mode, &mut env);
        (number.saturate(0) as u32, !matches!(number, ToInt::Value(_)))
    } else {
        let number = softfloat::to_int::<F, u32>(scaled, mode, &mut env);
        (number.saturate(0), !matches!(number, ToInt::Value(_)))
    };
    let status = if out || input != 0 { bit::FINV } else { 0 };
    let inexact = status == 0 && env.flags.contains(Flags::INEXACT);
    let status = if inexact { bit::FX } else { status };
    Done { value: value.into(), status, inexact, truncated: value.into() }
}

/// To the other precision.
fn convert<From: Format, To: Format>(v: u64, scr: u64) -> Done {
    let negative = sign::<From>(v);
    if is_special::<From>(v) {
        return Done { status: bit::FINV, ..Done::exact(greatest::<To>(negative)) };
    }
    if is_zero::<From>(v) {
        let status = if is_denormal::<From>(v) { bit::FINV } else { 0 };
        return Done { status, ..Done::exact(zero::<To>(negative)) };
    }
    let run = |mode| {
        let mut env = Env { flush_outputs: true, ..Env::POWERPC.with_rounding(mode) };
        (To::value(softfloat::convert::<From, To>(From::bits(v), &mut env)), env.flags)
    };
    let (value, flags) = run(rounding(scr));
    if flags.contains(Flags::OVERFLOW) {
        let value = greatest::<To>(negative);
        return Done { value, status: bit::FOVF, inexact: true, truncated: value };
    }
    if flags.contains(Flags::UNDERFLOW) {
        return Done { status: bit::FUNF, ..Done::exact(zero::<To>(negative)) };
    }
    let inexact = flags.contains(Flags::INEXACT);
    let rest = v & ((1 << 29) - 1);
    let guard = if inexact && rest >> 28 != 0 { bit::FG } else { 0 };
    let sticky = if inexact && rest & ((1 << 28) - 1) != 0 { bit::FX } else { 0 };
    Done { value, status: guard | sticky, inexact, truncated: run(Rounding::TowardZero).0 }
}

/// An operation on one element, but for comparisons.
fn element<F: Format>(op: u32, a: u64, b: u64, scr: u64) -> Done {
    let top = zero::<F>(1);
    match op {
        0 | 1 => add::<F>(a, b, scr, op == 1),
        4..=6 => {
            let value = [a & !top, a | top, a ^ top][op as usize - 4];
            let input = if is_special::<F>(a) || is_denormal::<F>(a) { bit::FINV } else { 0 };
            Done { status: input, ..Done::exact(value) }
        }
        8 => mul::<F>(a, b, scr),
        9 => div::<F>(a, b, scr),
        0x10..=0x13 => from_word::<F>(op, b as u32, scr),
        _ => to_word::<F>(op, b, scr),
    }
}

fn is_compare(op: u32) -> bool {
    op & 0xc == 0xc && op & 3 != 3
}

/// Helper: rA, rB, instruction; the result with the upper word it is to have, or a condition field.
pub(crate) fn run<T: Ppc>(ctx: &mut Ctx<T>, [a, b, encoding, ..]: [u64; 4]) -> Result<u64, Trap> {
    let (xo, op) = (encoding as u32 & 0x7ff, encoding as u32 & 0x1f);
    let (group, scr) = (xo >> 5, ctx.state.spr(SPEFSCR));
    if is_compare(op) {
        return compare_all(ctx, group, op, a, b);
    }
    let ([ah, al], [bh, bl]) = (words(a), words(b));
    let parts: Vec<Done> = match group {
        0x14 => {
            let one = |a: u32, b: u32| element::<F32>(op, a.into(), b.into(), scr);
            vec![one(ah, bh), one(al, bl)]
        }
        0x16 if op == 0xf => vec![convert::<F64, F32>(b, scr)],
        0x16 => vec![element::<F32>(op, al.into(), bl.into(), scr)],
        _ if op == 0xf => vec![convert::<F32, F64>(bl.into(), scr)],
        _ => vec![element::<F64>(op, a, b, scr)],
    };
    let double = group == 0x17 && op < 0x14;
    let join = |pick: fn(&Done) -> u64| match parts.as_slice() {
        [high, low] => pair([pick(high) as u32, pick(low) as u32]),
        [only] if double => pick(only),
        [only, ..] => pick(only) & 0xffff_ffff,
        [] => 0,
    };
    let statuses: Vec<u64> = parts.iter().map(|p| p.status).collect();
    let inexact = parts.iter().any(|p| p.inexact);
    let wide = double || group == 0x14;
    finish(ctx, &statuses, inexact, || (join(|p| p.truncated), wide, encoding))?;
    Ok(join(|p| p.value))
}

fn compare_all<T: Ppc>(ctx: &mut Ctx<T>, group: u32, op: u32, a: u64, b: u64) -> Result<u64, Trap> {
    let ([ah, al], [bh, bl]) = (words(a), words(b));
    let (value, statuses) = match group {
        0x14 => {
            let high = compare::<F32>(op, ah.into(), bh.into());
            let low = compare::<F32>(op, al.into(), bl.into());
            (field(high.0, low.0), vec![high.1, low.1])
        }
        0x16 => {
            let one = compare::<F32>(op, al.into(), bl.into());
            (u64::from(one.0) << 2, vec![one.1])
        }
        _ => {
            let one = compare::<F64>(op, a, b);
            (u64::from(one.0) << 2, vec![one.1])
        }
    };
    if op & 0x10 == 0 {
        finish(ctx, &statuses, false, || (0, false, 0))?;
    }
    Ok(value)
}

/// SPEFSCR after an instruction, and its interrupts: with the data interrupt the target stays, with the round interrupt it gets what is cut off.
fn finish<T: Ppc>(
    ctx: &mut Ctx<T>,
    statuses: &[u64],
    inexact: bool,
    truncated: impl FnOnce() -> (u64, bool, u64),
) -> Result<(), Trap> {
    let old = ctx.state.spr(SPEFSCR);
    let mut scr = old & !(bit::STATUS | bit::STATUS << bit::UPPER);
    let found = statuses.iter().fold(0, |all, s| all | s & bit::EXCEPTIONS);
    let last = statuses.len() - 1;
    for (n, status) in statuses.iter().enumerate() {
        // An exception leaves guard and sticky bit 0.
        let status = if status & bit::EXCEPTIONS != 0 { status & bit::EXCEPTIONS } else { *status };
        scr |= status << if n < last { bit::UPPER } else { 0 };
    }
    scr |= found << bit::STICKY;
    let data = found >> bit::ENABLE & old & 0x3c != 0;
    if inexact && !data {
        scr |= bit::FINXS;
    }
    ctx.state.set_spr(SPEFSCR, scr);
    if data {
        return Err(Trap::plain(Vector::SpeData));
    }
    if inexact && old & bit::FINXE != 0 {
        let (value, wide, encoding) = truncated();
        let rt = encoding as u32 >> 21 & 31;
        ctx.set_reg(g(rt), value & 0xffff_ffff);
        if wide {
            ctx.set_reg(high(rt), value >> 32);
        }
        return Err(Trap { done: true, ..Trap::plain(Vector::SpeRound) });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn single(op: u32, a: f32, b: f32, scr: u64) -> (u32, u64) {
        let done = element::<F32>(op, a.to_bits().into(), b.to_bits().into(), scr);
        (done.value as u32, done.status)
    }

    #[test]
    fn infinities_are_the_greatest_numbers() {
        let greatest = f32::MAX.to_bits();
        assert_eq!(single(0, f32::INFINITY, -1.0, 0), (greatest, bit::FINV));
        assert_eq!(single(8, f32::MAX, -2.0, 0), (greatest | 1 << 31, bit::FOVF));
        assert_eq!(single(9, 1.0, 0.0, 0), (greatest, bit::FDBZ));
        assert_eq!(single(9, 0.0, 0.0, 0), (greatest, bit::FINV));
        assert_eq!(single(9, 1.0, f32::NAN, 0), (0, bit::FINV));
        assert_eq!(single(8, f32::MIN_POSITIVE, -0.5, 0), (1 << 31, bit::FUNF));
        assert_eq!(single(1, f32::MIN_POSITIVE, f32::MIN_POSITIVE * 1.5, 0), (0, bit::FUNF));
        assert_eq!(single(1, f32::MIN_POSITIVE, f32::MIN_POSITIVE * 1.5, 3), (1 << 31, bit::FUNF));
    }

    #[test]
    fn guard_and_sticky_bits() {
        let done = |b: f32| element::<F32>(0, 1f32.to_bits().into(), b.to_bits().into(), 0);
        let half = f32::EPSILON / 2.0;
        assert_eq!(done(half).status, bit::FG);
        assert_eq!((done(half * 0.5).status, done(half * 0.5).value), (bit::FX, 1f32.to_bits().into()));
        assert_eq!(done(half * 1.5).status, bit::FG | bit::FX);
        assert_eq!((done(half * 1.5).value - done(half * 1.5).truncated, done(1.0).status), (1, 0));
    }

    #[test]
    fn conversions_saturate() {
        let to = |kind, v: f32| to_word::<F32>(kind, v.to_bits().into(), 0);
        assert_eq!((to(0x15, 3e9).value, to(0x15, 3e9).status), (0x7fff_ffff, bit::FINV));
        assert_eq!((to(0x14, -1.0).value, to(0x15, f32::NAN).value), (0, 0));
        assert_eq!((to(0x15, 2.5).value, to(0x1a, -2.7).value as i32), (2, -2));
        assert_eq!(to(0x17, 0.5).value, 0x4000_0000);
        assert_eq!(from_word::<F32>(0x13, 0xc000_0000, 0).value, (-0.5f32).to_bits().into());
    }
}
