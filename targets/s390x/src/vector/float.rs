//! Vector floating-point instructions (PoP, "Vector Floating-Point Instructions"). Elements are looked at from left to right; the first
//! one with an enabled exception is a vector-processing exception, and nothing changes.

use softfloat::{Class, Env, F32, F64, F128, Flags, Float, MinMax, Negate, Rounding};

use super::{Args, Regs, all_or_some, build, get, lane, set};
use crate::fp::{self, set_fpc_value};
use crate::state;
use crate::trap::{Cpu, Fault, Out, code};

/// A format as elements of a vector.
trait Lane: Float {
    fn of(element: u128) -> Self::Bits;
    fn to(bits: Self::Bits) -> u128;
}

macro_rules! lanes {
    ($($f:ident $t:ty),*) => { $(
        impl Lane for $f {
            fn of(element: u128) -> $t {
                element as $t
            }
            fn to(bits: $t) -> u128 {
                bits.into()
            }
        }
    )* };
}

lanes!(F32 u32, F64 u64, F128 u128);

/// Calls a generic function with the format that has elements of `B` bits.
macro_rules! by_format {
    ($B:ident, $run:ident($($arg:expr),*)) => {
        match $B {
            32 => $run::<F32, 32>($($arg),*),
            128 => $run::<F128, 128>($($arg),*),
            _ => $run::<F64, 64>($($arg),*),
        }
    };
}

/// Runs `element` for each index up to `n`, and takes exceptions or raises flags. `method` is a rounding method, 0 for the FPC's.
fn run(
    cpu: &mut Cpu,
    n: u32,
    method: u8,
    no_inexact: bool,
    mut element: impl FnMut(u32, &mut Env),
) -> Result<(), Fault> {
    let fpc = cpu.reg(state::FPC);
    let masks = fpc >> 24;
    let mut all = 0;
    for i in 0..n {
        let mut env = Env::S390X;
        env.rounding = fp::rounding(method, fpc).ok_or(Fault::SPECIFICATION)?;
        env.wrap_overflow = masks & 0x20 != 0;
        env.wrap_underflow = masks & 0x10 != 0;
        element(i, &mut env);
        let raised = fp::raised(env.flags, no_inexact);
        // PoP, "Vector-Exception Code": 1 invalid, 2 division, 3 overflow, 4 underflow, 5 inexact.
        if let Some(kind) = (1..=5).find(|kind| raised & masks & 0x100 >> kind != 0) {
            return Err(Fault::Program { code: code::VECTOR_PROCESSING, arg: u64::from(i) << 4 | kind });
        }
        all |= raised;
    }
    if fpc | all << 16 != fpc {
        set_fpc_value(cpu, fpc | all << 16);
    }
    Ok(())
}

/// Bit 0 of a mask: the leftmost element alone counts.
fn count<const B: u32>(mask: u8) -> u32 {
    if mask & 8 != 0 { 1 } else { 128 / B }
}

/// Puts an element at index `i`.
fn place<const B: u32>(result: &mut u128, i: u32, element: u128) {
    *result |= element << (128 - B - B * i);
}

/// Results of three operands; N is the mask of the S bit.
fn three<F: Lane, const B: u32>(
    cpu: &mut Cpu,
    r: Regs,
    method: u8,
    no_inexact: bool,
    f: impl Fn([F::Bits; 3], &mut Env) -> F::Bits,
) -> Out {
    let operands = [r.v2, r.v3, r.v4].map(|n| get(cpu, n));
    let mut result = 0;
    run(cpu, count::<B>(r.n), method, no_inexact, |i, env| {
        let element = f(operands.map(|v| F::of(lane::<B>(v, i))), env);
        place::<B>(&mut result, i, F::to(element));
    })?;
    set(cpu, r.v1, result);
    Ok(0)
}

macro_rules! arithmetic {
    ($( $(#[$m:meta])* $name:ident = |$a:ident, $b:ident, $c:ident, $env:ident| $op:expr; )*) => { $(
        $(#[$m])*
        pub(crate) fn $name<const B: u32>(cpu: &mut Cpu, [regs, ..]: Args) -> Out {
            fn go<F: Lane, const B: u32>(cpu: &mut Cpu, r: Regs) -> Out {
                three::<F, B>(cpu, r, 0, false, |[$a, $b, $c], $env| {
                    let _ = ($b, $c);
                    $op
                })
            }
            by_format!(B, go(cpu, Regs::of(regs)))
        }
    )* };
}

arithmetic! {
    /// VECTOR FP ADD.
    add = |a, b, c, env| softfloat::add::<F>(a, b, env);
    /// VECTOR FP SUBTRACT.
    sub = |a, b, c, env| softfloat::sub::<F>(a, b, env);
    /// VECTOR FP MULTIPLY.
    mul = |a, b, c, env| softfloat::mul::<F>(a, b, env);
    /// VECTOR FP DIVIDE.
    div = |a, b, c, env| softfloat::div::<F>(a, b, env);
    /// VECTOR FP SQUARE ROOT.
    sqrt = |a, b, c, env| softfloat::sqrt::<F>(a, env);
    /// VECTOR FP MULTIPLY AND ADD: of two NaNs, the third operand's comes first (PoP, "Results: VECTOR FP MULTIPLY AND ADD").
    multiply_add = |a, b, c, env| softfloat::fma::<F>(b, a, c, Negate::NONE, env);
    /// VECTOR FP MULTIPLY AND SUBTRACT.
    multiply_sub = |a, b, c, env| softfloat::fma::<F>(b, a, c, Negate::ADDEND, env);
    /// VECTOR FP NEGATIVE MULTIPLY AND ADD: a NaN keeps its sign.
    negative_multiply_add = |a, b, c, env| negative::<F>(b, a, c, Negate::NONE, env);
    /// VECTOR FP NEGATIVE MULTIPLY AND SUBTRACT.
    negative_multiply_sub = |a, b, c, env| negative::<F>(b, a, c, Negate::ADDEND, env);
}

/// The sum is negated before it is rounded, so that it is rounded the other way.
fn negative<F: Float>(a: F::Bits, b: F::Bits, c: F::Bits, negate: Negate, env: &mut Env) -> F::Bits {
    env.rounding = match env.rounding {
        Rounding::Up => Rounding::Down,
        Rounding::Down => Rounding::Up,
        other => other,
    };
    let value = softfloat::fma::<F>(a, b, c, negate, env);
    if softfloat::is_nan::<F>(value) { value } else { softfloat::neg::<F>(value) }
}

/// VECTOR LOAD FP INTEGER: M the rounding method, N the masks of S and of inexact.
pub(crate) fn round<const B: u32>(cpu: &mut Cpu, [regs, ..]: Args) -> Out {
    fn go<F: Lane, const B: u32>(cpu: &mut Cpu, r: Regs) -> Out {
        three::<F, B>(cpu, r, r.m, r.n & 4 != 0, |[a, ..], env| {
            softfloat::round_to_integral::<F>(a, env.rounding, true, env)
        })
    }
    by_format!(B, go(cpu, Regs::of(regs)))
}

/// How a comparison comes out.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Test {
    Equal,
    High,
    HighOrEqual,
}

/// Comparisons: N has S and whether quiet NaNs signal.
fn compare<F: Lane, const B: u32>(cpu: &mut Cpu, r: Regs, test: Test) -> Out {
    let (a, b) = (get(cpu, r.v2), get(cpu, r.v3));
    let (mut result, n) = (0, count::<B>(r.n));
    run(cpu, n, 0, false, |i, env| {
        let (x, y) = (F::of(lane::<B>(a, i)), F::of(lane::<B>(b, i)));
        let relation = if r.n & 4 != 0 {
            softfloat::compare_signalling::<F>(y, x, env)
        } else {
            softfloat::compare_quiet::<F>(y, x, env)
        };
        let yes = match test {
            Test::Equal => relation.is_eq(),
            Test::High => relation.is_lt(),
            Test::HighOrEqual => relation.is_le(),
        };
        place::<B>(&mut result, i, if yes { super::mask::<B>() } else { 0 });
    })?;
    set(cpu, r.v1, result);
    Ok(code_of::<B>(result, n))
}

/// The code of a result of `n` elements.
fn code_of<const B: u32>(result: u128, n: u32) -> u64 {
    if n == 1 && B < 128 { if result == 0 { 3 } else { 0 } } else { all_or_some(result) }
}

/// VECTOR FP COMPARE EQUAL.
pub(crate) fn equal<const B: u32>(cpu: &mut Cpu, [regs, ..]: Args) -> Out {
    by_format!(B, compare(cpu, Regs::of(regs), Test::Equal))
}

/// VECTOR FP COMPARE HIGH.
pub(crate) fn high<const B: u32>(cpu: &mut Cpu, [regs, ..]: Args) -> Out {
    by_format!(B, compare(cpu, Regs::of(regs), Test::High))
}

/// VECTOR FP COMPARE HIGH OR EQUAL.
pub(crate) fn high_or_equal<const B: u32>(cpu: &mut Cpu, [regs, ..]: Args) -> Out {
    by_format!(B, compare(cpu, Regs::of(regs), Test::HighOrEqual))
}

/// VECTOR FP COMPARE SCALAR, AND SIGNAL SCALAR if M says so. The condition code.
pub(crate) fn scalar<const B: u32>(cpu: &mut Cpu, [regs, ..]: Args) -> Out {
    fn go<F: Lane, const B: u32>(cpu: &mut Cpu, r: Regs) -> Out {
        let (x, y) = (F::of(lane::<B>(get(cpu, r.v1), 0)), F::of(lane::<B>(get(cpu, r.v2), 0)));
        let mut cc = 0;
        run(cpu, 1, 0, false, |_, env| {
            let relation = if r.m != 0 {
                softfloat::compare_signalling::<F>(x, y, env)
            } else {
                softfloat::compare_quiet::<F>(x, y, env)
            };
            cc = match relation {
                r if r.is_eq() => 0,
                r if r.is_lt() => 1,
                r if r.is_unordered() => 3,
                _ => 2,
            };
        })?;
        Ok(cc)
    }
    by_format!(B, go(cpu, Regs::of(regs)))
}

/// The functions of VECTOR FP MAXIMUM and MINIMUM (PoP, the tables of both).
fn extreme<F: Lane>(a: F::Bits, b: F::Bits, function: u8, is_max: bool, env: &mut Env) -> F::Bits {
    let (abs_a, abs_b) = (softfloat::abs::<F>(a), softfloat::abs::<F>(b));
    let nan = env.nan;
    // IEEE 754-2008, maxNumMag and minNumMag: the magnitudes are compared, and the number stays as it is.
    if function == 8 && !softfloat::is_nan::<F>(a) && !softfloat::is_nan::<F>(b) {
        match softfloat::compare_quiet::<F>(abs_a, abs_b, env) {
            order if order.is_lt() => return if is_max { b } else { a },
            order if !order.is_eq() => return if is_max { a } else { b },
            _ => {}
        }
    }
    let (a, b) = if function > 8 { (abs_a, abs_b) } else { (a, b) };
    if function & 7 == 0 {
        let op = if is_max { softfloat::max::<F> } else { softfloat::min::<F> };
        return op(a, b, MinMax::Num2008, env);
    }
    let (nan_a, nan_b) = (softfloat::is_nan::<F>(a), softfloat::is_nan::<F>(b));
    if nan_a || nan_b {
        let signals = |v| softfloat::is_signalling::<F>(v, nan);
        let (first, second) = (signals(a), signals(b));
        if first || second || matches!(function & 7, 2 | 3) {
            env.raise(Flags::INVALID);
        }
        return match function & 7 {
            1 if first => softfloat::convert::<F, F>(a, env),
            1 if second => softfloat::convert::<F, F>(b, env),
            1 => {
                if nan_a {
                    a
                } else {
                    b
                }
            }
            2 => b,
            3 => a,
            _ if nan_a && !nan_b => b,
            _ => a,
        };
    }
    let class = |v| softfloat::class::<F>(v, nan);
    let is_zero = |c| matches!(c, Class::PositiveZero | Class::NegativeZero);
    if is_zero(class(a)) && is_zero(class(b)) {
        let negative = class(a) == Class::NegativeZero;
        return match function & 7 {
            2 => b,
            3 => a,
            // The first operand, if it is zero of the sign that is wanted.
            _ if negative == is_max => b,
            _ => a,
        };
    }
    let less = softfloat::compare_quiet::<F>(a, b, env).is_lt();
    let more = softfloat::compare_quiet::<F>(b, a, env).is_lt();
    match function & 7 {
        // Equal numbers are the same one.
        _ if if is_max { more } else { less } => a,
        _ => b,
    }
}

/// VECTOR FP MAXIMUM: M the function.
pub(crate) fn max<const B: u32>(cpu: &mut Cpu, [regs, ..]: Args) -> Out {
    fn go<F: Lane, const B: u32>(cpu: &mut Cpu, r: Regs) -> Out {
        three::<F, B>(cpu, r, 0, false, |[a, b, _], env| extreme::<F>(a, b, r.m, true, env))
    }
    by_format!(B, go(cpu, Regs::of(regs)))
}

/// VECTOR FP MINIMUM.
pub(crate) fn min<const B: u32>(cpu: &mut Cpu, [regs, ..]: Args) -> Out {
    fn go<F: Lane, const B: u32>(cpu: &mut Cpu, r: Regs) -> Out {
        three::<F, B>(cpu, r, 0, false, |[a, b, _], env| extreme::<F>(a, b, r.m, false, env))
    }
    by_format!(B, go(cpu, Regs::of(regs)))
}

/// VECTOR FP PERFORM SIGN OPERATION: M 0 complement, 1 negative, 2 positive.
pub(crate) fn sign<const B: u32>(cpu: &mut Cpu, [regs, ..]: Args) -> Out {
    let r = Regs::of(regs);
    let (old, a, top, n) = (get(cpu, r.v1), get(cpu, r.v2), 1u128 << (B - 1), count::<B>(r.n));
    let one = |e: u128| match r.m {
        0 => e ^ top,
        1 => e | top,
        _ => e & !top,
    };
    set(cpu, r.v1, build::<B>(|i| if i < n { one(lane::<B>(a, i)) } else { lane::<B>(old, i) }));
    Ok(0)
}

/// VECTOR FP TEST DATA CLASS IMMEDIATE: I the classes.
pub(crate) fn test_class<const B: u32>(cpu: &mut Cpu, [regs, ..]: Args) -> Out {
    fn go<F: Lane, const B: u32>(cpu: &mut Cpu, r: Regs) -> Out {
        let (old, a, n) = (get(cpu, r.v1), get(cpu, r.v2), count::<B>(r.n));
        let matches = |e: u128| {
            let class = softfloat::class::<F>(F::of(e), Env::S390X.nan);
            r.i >> fp::class_bit(class, e >> (B - 1) != 0) & 1 != 0
        };
        let result = build::<B>(|i| if i < n && matches(lane::<B>(a, i)) { u128::MAX } else { 0 });
        // Of one element alone, the others stay.
        let rest = if n == 1 && B < 128 { old & (u128::MAX >> (B % 128)) } else { 0 };
        set(cpu, r.v1, result | rest);
        Ok(code_of::<B>(result, n))
    }
    by_format!(B, go(cpu, Regs::of(regs)))
}

/// VECTOR FP CONVERT FROM FIXED, FROM LOGICAL, of elements of `B` bits: V4 tells which; M the rounding method, N the masks.
pub(crate) fn from_fixed<const B: u32>(cpu: &mut Cpu, [regs, ..]: Args) -> Out {
    let r = Regs::of(regs);
    let (a, mut result) = (get(cpu, r.v2), 0);
    run(cpu, count::<B>(r.n), r.m, r.n & 4 != 0, |i, env| {
        let e = lane::<B>(a, i);
        let number = match (B, r.v4) {
            (32, 0) => softfloat::from_int::<F32, i32>(e as i32, env).into(),
            (32, _) => softfloat::from_int::<F32, u32>(e as u32, env).into(),
            (_, 0) => softfloat::from_int::<F64, i64>(e as i64, env).into(),
            _ => softfloat::from_int::<F64, u64>(e as u64, env).into(),
        };
        place::<B>(&mut result, i, number);
    })?;
    set(cpu, r.v1, result);
    Ok(0)
}

/// VECTOR FP CONVERT TO FIXED, TO LOGICAL.
pub(crate) fn to_fixed<const B: u32>(cpu: &mut Cpu, [regs, ..]: Args) -> Out {
    let r = Regs::of(regs);
    let (a, mut result) = (get(cpu, r.v2), 0);
    run(cpu, count::<B>(r.n), r.m, r.n & 4 != 0, |i, env| {
        let e = lane::<B>(a, i);
        let number = match (B, r.v4) {
            (32, 0) => (fp::fixed::<F32, i32>(e as u32, i32::MIN, env).0 as u32).into(),
            (32, _) => fp::fixed::<F32, u32>(e as u32, 0, env).0.into(),
            (_, 0) => (fp::fixed::<F64, i64>(e as u64, i64::MIN, env).0 as u64).into(),
            _ => fp::fixed::<F64, u64>(e as u64, 0, env).0.into(),
        };
        place::<B>(&mut result, i, number);
    })?;
    set(cpu, r.v1, result);
    Ok(0)
}

/// VECTOR FP LOAD LENGTHENED: the even elements, of `B` bits.
pub(crate) fn lengthen<const B: u32>(cpu: &mut Cpu, [regs, ..]: Args) -> Out {
    let r = Regs::of(regs);
    let (a, mut result) = (get(cpu, r.v2), 0);
    if B == 32 {
        run(cpu, count::<64>(r.n), 0, false, |i, env| {
            let e = softfloat::convert::<F32, F64>(lane::<32>(a, 2 * i) as u32, env);
            place::<64>(&mut result, i, e.into());
        })?;
    } else {
        run(cpu, 1, 0, false, |_, env| result = softfloat::convert::<F64, F128>(lane::<64>(a, 0) as u64, env))?;
    }
    set(cpu, r.v1, result);
    Ok(0)
}

/// VECTOR FP LOAD ROUNDED, of elements of `B` bits; the odd elements of the result are zero.
pub(crate) fn shorten<const B: u32>(cpu: &mut Cpu, [regs, ..]: Args) -> Out {
    let r = Regs::of(regs);
    // What is right of the one result of an extended number stays.
    let (a, mut result) = (get(cpu, r.v2), if B == 64 { 0 } else { get(cpu, r.v1) & u128::from(u64::MAX) });
    run(cpu, count::<B>(r.n), r.m, r.n & 4 != 0, |i, env| {
        if B == 64 {
            let e = softfloat::convert::<F64, F32>(lane::<64>(a, i) as u64, env);
            place::<32>(&mut result, 2 * i, e.into());
        } else {
            place::<64>(&mut result, 0, softfloat::convert::<F128, F64>(a, env).into());
        }
    })?;
    set(cpu, r.v1, result);
    Ok(0)
}
