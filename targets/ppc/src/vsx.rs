//! What instructions of the vector-scalar unit do to whole registers, and to FPSCR.
//!
//! Power ISA 3.0B, Book I, chapter 7. Elements are counted as the manual counts: 0 is the leftmost. Kinds of operands are numbered as
//! in opcodes: scalar single (in double format), scalar double, vector of singles, vector of doubles.

use cpu::Ctx;
use softfloat::{Env, F32, F64, Flags, Float, MinMax, Negate, Rounding};

use crate::format::W;
use crate::fp::{self, bit};
use crate::state::vs;
use crate::target::Ppc;
use crate::trap::Trap;
use crate::vector::{collect, get};

type Out = Result<u64, Trap>;
type Args = [u64; 4];

/// The value of vector-scalar register `n`.
pub(crate) fn read<T: Ppc>(ctx: &Ctx<T>, n: u32) -> u128 {
    u128::from(ctx.reg(vs(n, 0))) << 64 | u128::from(ctx.reg(vs(n, 1)))
}

/// Writes vector-scalar register `n`.
pub(crate) fn write<T: Ppc>(ctx: &mut Ctx<T>, n: u32, value: u128) {
    ctx.set_reg(vs(n, 0), (value >> 64) as u64);
    ctx.set_reg(vs(n, 1), value as u64);
}

/// A result, and what FPSCR learns of it.
pub(crate) struct Done {
    /// Of the target register.
    pub(crate) value: u128,
    /// FR and FI are written.
    pub(crate) scalar: bool,
    /// FPRF, in place.
    pub(crate) fprf: Option<u64>,
}

impl Done {
    /// Without FPRF, FR and FI.
    pub(crate) const fn vector(value: u128) -> Done {
        Done { value, scalar: false, fprf: None }
    }
}

/// FPRF of a number ("Floating-Point Result Flags").
pub(crate) fn fprf<F: Float>(value: F::Bits) -> Option<u64> {
    let negative = softfloat::class::<F>(value, Env::POWERPC.nan);
    Some(fp::class_code(negative) << 12)
}

/// Writes FPSCR after an operation; whether the target register keeps its value.
pub(crate) fn account<T: Ppc>(ctx: &mut Ctx<T>, scr: u64, mut flags: Flags, done: &Done) -> bool {
    if !done.scalar && scr & bit::UE != 0 && flags.intersects(Flags::TINY) {
        flags |= Flags::UNDERFLOW;
    }
    let enabled = [(Flags::OVERFLOW, bit::OE), (Flags::UNDERFLOW, bit::UE), (Flags::INEXACT, bit::XE)];
    let vector_keeps = enabled.iter().any(|&(flag, e)| flags.intersects(flag) && scr & e != 0);
    let keep = fp::suppressed(scr, flags) || !done.scalar && vector_keeps;
    let mut new = fp::raise(scr, fp::causes(flags));
    if done.scalar {
        new &= !(bit::FR | bit::FI);
        if !keep && flags.intersects(Flags::INEXACT) {
            new |= bit::FI | if flags.intersects(Flags::ROUNDED_UP) { bit::FR } else { 0 };
        }
        if let (false, Some(class)) = (keep, done.fprf) {
            new = new & !bit::FPRF | class;
        }
    }
    fp::set_fpscr(ctx, new);
    keep
}

/// Helper: an instruction of opcode 60: its bits; a CR field, or a general register's value.
pub(crate) fn run<T: Ppc>(ctx: &mut Ctx<T>, [bits, ..]: Args) -> Out {
    let f = W(bits as u32);
    let [a, b, t] = [f.xa(), f.xb(), f.xt()].map(|n| read(ctx, n));
    if let Some(value) = crate::vsx_move::moved(f, a, b, t) {
        write(ctx, f.xt(), value);
        return Ok(0);
    }
    if let Some(value) = crate::vsx_move::general(f, a, b) {
        return Ok(value);
    }
    if let Some(field) = crate::vsx_test::status(ctx, f, a, b) {
        return Ok(field);
    }
    let scr = fp::fpscr(ctx);
    let mut env = fp::env(scr);
    let done = operate(f, [a, b, t], &mut env);
    let mut flags = env.flags;
    // With VE, a signalling NaN does not set VXVC in scalar comparisons ("VSX Scalar Compare Greater Than Double-Precision").
    if f.xo8() & 0x67 == 3 && scr & bit::VE != 0 && flags.intersects(Flags::VXSNAN) {
        flags = flags.without(Flags::VXVC);
    }
    if !account(ctx, scr, flags, &done) {
        write(ctx, f.xt(), done.value);
    }
    let (all, none) = (done.value == u128::MAX, done.value == 0);
    Ok(u64::from(all) << 3 | u64::from(none) << 1)
}

/// Whether an instruction of opcode 60 may set exceptions.
pub(crate) fn is_float(f: W) -> bool {
    let zero = crate::vsx_move::moved(f, 0, 0, 0).is_none() && crate::vsx_move::general(f, 0, 0).is_none();
    zero && !matches!(f.xo9(), 298 | 362)
}

fn operate(f: W, x: [u128; 3], env: &mut Env) -> Done {
    let [a, b, t] = x;
    let (xo8, xo9) = (f.xo8(), f.xo9());
    if let Some(done) = crate::vsx_convert::convert(f, b, env) {
        return done;
    }
    let kind = xo8 >> 5 & 3;
    if kind > 1 {
        env.wrap_overflow = false;
        env.wrap_underflow = false;
    }
    match xo8 & 7 {
        0 if xo8 < 128 => lanes(kind, [a, b, t], env, Binary(xo8 >> 3 & 3)),
        0 if kind == 0 => Done::vector(high(extreme_scalar(xo8, top(a), top(b), env))),
        0 => plain(lanes(kind, [a, b, t], env, Extreme(xo8 & 8 != 0))),
        1 => {
            let (addend, factor) = if xo8 & 8 != 0 { (b, t) } else { (t, b) };
            let negate = if xo8 & 16 != 0 { Negate::ADDEND } else { Negate::NONE };
            lanes(kind, [a, factor, addend], env, Fused(negate, xo8 >= 128))
        }
        3 if kind == 0 => Done::vector(high(relation::<F64>(xo8 >> 3 & 3, top(a), top(b), env, u64::MAX, 0))),
        3 => plain(lanes(kind, [a, b, t], env, Relation(xo8 >> 3 & 3))),
        _ => lanes(xo9 >> 6 & 3, [b, b, b], env, Unary(xo9 & 63)),
    }
}

/// The leftmost doubleword.
pub(crate) const fn top(v: u128) -> u64 {
    (v >> 64) as u64
}

/// A register with this leftmost doubleword and zeros.
pub(crate) const fn high(v: u64) -> u128 {
    (v as u128) << 64
}

fn plain(done: Done) -> Done {
    // A scalar one leaves zeros behind its element, as the vector one its elements.
    Done::vector(done.value)
}

/// An operation on elements of any format.
trait Lane: Copy {
    fn element<F: Float>(self, x: [F::Bits; 3], env: &mut Env, ones: F::Bits, zero: F::Bits) -> F::Bits;
    /// The same with operands in double format and the result rounded to single.
    fn narrow(self, x: [u64; 3], env: &mut Env) -> u32;
}

fn lanes(kind: u32, [a, b, c]: [u128; 3], env: &mut Env, op: impl Lane) -> Done {
    let tops = [top(a), top(b), top(c)];
    match kind {
        0 => {
            let single = op.narrow(tops, env);
            Done { value: high(fp::widen(single)), scalar: true, fprf: fprf::<F32>(single) }
        }
        1 => {
            let value = op.element::<F64>(tops, env, u64::MAX, 0);
            Done { value: high(value), scalar: true, fprf: fprf::<F64>(value) }
        }
        2 => Done::vector(collect(32, |i| {
            let x = [a, b, c].map(|v| get(v, 32, i) as u32);
            op.element::<F32>(x, env, u32::MAX, 0).into()
        })),
        _ => Done::vector(collect(64, |i| {
            let x = [a, b, c].map(|v| get(v, 64, i));
            op.element::<F64>(x, env, u64::MAX, 0)
        })),
    }
}

/// Sum, difference, product, quotient.
#[derive(Clone, Copy)]
struct Binary(u32);

impl Lane for Binary {
    fn element<F: Float>(self, [a, b, _]: [F::Bits; 3], env: &mut Env, _: F::Bits, _: F::Bits) -> F::Bits {
        match self.0 {
            0 => softfloat::add::<F>(a, b, env),
            1 => softfloat::sub::<F>(a, b, env),
            2 => softfloat::mul::<F>(a, b, env),
            _ => softfloat::div::<F>(a, b, env),
        }
    }

    fn narrow(self, [a, b, _]: [u64; 3], env: &mut Env) -> u32 {
        match self.0 {
            0 => softfloat::add_narrow::<F64, F32>(a, b, env),
            1 => softfloat::sub_narrow::<F64, F32>(a, b, env),
            2 => softfloat::mul_narrow::<F64, F32>(a, b, env),
            _ => softfloat::div_narrow::<F64, F32>(a, b, env),
        }
    }
}

/// Product and sum; whether the result is negated, unless it is a NaN.
#[derive(Clone, Copy)]
struct Fused(Negate, bool);

impl Lane for Fused {
    fn element<F: Float>(self, [a, b, c]: [F::Bits; 3], env: &mut Env, _: F::Bits, _: F::Bits) -> F::Bits {
        let value = softfloat::fma::<F>(a, b, c, self.0, env);
        if self.1 && !softfloat::is_nan::<F>(value) { softfloat::neg::<F>(value) } else { value }
    }

    fn narrow(self, [a, b, c]: [u64; 3], env: &mut Env) -> u32 {
        let value = softfloat::fma_narrow::<F64, F32>(a, b, c, self.0, env);
        if self.1 && !softfloat::is_nan::<F32>(value) { softfloat::neg::<F32>(value) } else { value }
    }
}

/// Greatest and least; a number wins over a quiet NaN. True for the least.
#[derive(Clone, Copy)]
struct Extreme(bool);

impl Lane for Extreme {
    fn element<F: Float>(self, [a, b, _]: [F::Bits; 3], env: &mut Env, _: F::Bits, _: F::Bits) -> F::Bits {
        if self.0 {
            softfloat::min::<F>(a, b, MinMax::Num2008, env)
        } else {
            softfloat::max::<F>(a, b, MinMax::Num2008, env)
        }
    }

    fn narrow(self, [a, ..]: [u64; 3], _: &mut Env) -> u32 {
        a as u32
    }
}

/// `xsmaxcdp`, `xsmincdp` (as C's `a > b ? a : b`), `xsmaxjdp`, `xsminjdp` (as Java's `Math.max`).
fn extreme_scalar(xo8: u32, a: u64, b: u64, env: &mut Env) -> u64 {
    let least = xo8 & 8 != 0;
    let relation = softfloat::compare_quiet::<F64>(a, b, env);
    let java = xo8 & 16 != 0;
    if relation.is_unordered() {
        return if java && softfloat::is_nan::<F64>(a) { a } else { b };
    }
    if java && relation.is_eq() {
        // Only zeros are equal and differ.
        return if least { a | b } else { a & b };
    }
    let first = if least { relation.is_lt() } else { !relation.is_le() };
    if first { a } else { b }
}

/// Equal, greater, at least; SNaNs of ordered comparisons set VXVC only without VE.
#[derive(Clone, Copy)]
struct Relation(u32);

impl Lane for Relation {
    fn element<F: Float>(self, [a, b, _]: [F::Bits; 3], env: &mut Env, ones: F::Bits, zero: F::Bits) -> F::Bits {
        relation::<F>(self.0, a, b, env, ones, zero)
    }

    fn narrow(self, [a, ..]: [u64; 3], _: &mut Env) -> u32 {
        a as u32
    }
}

fn relation<F: Float>(which: u32, a: F::Bits, b: F::Bits, env: &mut Env, ones: F::Bits, zero: F::Bits) -> F::Bits {
    let relation = if which == 0 {
        softfloat::compare_quiet::<F>(a, b, env)
    } else {
        softfloat::compare_signalling::<F>(a, b, env)
    };
    let holds = match which {
        0 => relation.is_eq(),
        1 => !relation.is_unordered() && !relation.is_le(),
        _ => !relation.is_unordered() && !relation.is_lt(),
    };
    if holds { ones } else { zero }
}

/// Square roots, estimates (rounded well), roundings to integers.
#[derive(Clone, Copy)]
struct Unary(u32);

impl Lane for Unary {
    fn element<F: Float>(self, [b, ..]: [F::Bits; 3], env: &mut Env, _: F::Bits, _: F::Bits) -> F::Bits {
        let rn = env.rounding;
        match self.0 {
            11 => softfloat::sqrt::<F>(b, env),
            26 => {
                let one = softfloat::from_int::<F, u32>(1, env);
                softfloat::div::<F>(one, b, env)
            }
            10 => {
                let (one, root) = (softfloat::from_int::<F, u32>(1, env), softfloat::sqrt::<F>(b, env));
                softfloat::div::<F>(one, root, env)
            }
            43 => softfloat::round_to_integral::<F>(b, rn, true, env),
            9 => softfloat::round_to_integral::<F>(b, Rounding::NearestAway, false, env),
            25 => softfloat::round_to_integral::<F>(b, Rounding::TowardZero, false, env),
            41 => softfloat::round_to_integral::<F>(b, Rounding::Up, false, env),
            _ => softfloat::round_to_integral::<F>(b, Rounding::Down, false, env),
        }
    }

    fn narrow(self, [b, ..]: [u64; 3], env: &mut Env) -> u32 {
        match self.0 {
            11 => softfloat::sqrt_narrow::<F64, F32>(b, env),
            26 => softfloat::div_narrow::<F64, F32>(fp::ONE, b, env),
            _ => {
                let root = softfloat::sqrt::<F64>(b, env);
                softfloat::div_narrow::<F64, F32>(fp::ONE, root, env)
            }
        }
    }
}

/// How many bytes, and whether they count from the right.
fn length<T: Ppc>(ctx: &Ctx<T>, rb: u64, f: W) -> (u32, bool) {
    let left_justified = f.0 & 0x40 != 0;
    let little = T::mode(ctx) & crate::mode::LE != 0;
    ((rb >> 56).min(16) as u32, little && !left_justified)
}

/// Helper: `lxvl`, `lxvll`: address, length, instruction.
pub(crate) fn lxvl<T: Ppc>(ctx: &mut Ctx<T>, [address, rb, bits, _]: Args) -> Out {
    let f = W(bits as u32);
    let (n, little) = length(ctx, rb, f);
    let mut value = 0u128;
    for i in 0..n {
        let byte = u128::from(ctx.load(crate::wide::at(ctx, address, i), crate::wide::byte())?);
        value |= byte << (8 * if little { i } else { 15 - i });
    }
    write(ctx, f.xt(), value);
    Ok(0)
}

/// Helper: `stxvl`, `stxvll`: address, length, instruction. What comes before a fault stays stored.
pub(crate) fn stxvl<T: Ppc>(ctx: &mut Ctx<T>, [address, rb, bits, _]: Args) -> Out {
    let f = W(bits as u32);
    let (n, little) = length(ctx, rb, f);
    let value = read(ctx, f.xt());
    for i in 0..n {
        let byte = (value >> (8 * if little { i } else { 15 - i })) as u64 & 0xff;
        ctx.store(crate::wide::at(ctx, address, i), byte, crate::wide::byte())?;
    }
    Ok(0)
}
