//! Addition and subtraction.

use crate::env::{Env, Flags, Rounding};
use crate::format::Float;
use crate::nan;
use crate::round::pack;
use crate::unpack::{Kind, Unpacked, note_denormals, unpack};
use crate::word::Word;

/// a + b.
#[inline]
pub fn add<F: Float>(a: F::Bits, b: F::Bits, env: &mut Env) -> F::Bits {
    if env.host_exact()
        && let Some(sum) = F::fast_add(a, b)
    {
        return sum;
    }
    add_narrow::<F, F>(a, b, env)
}

/// a - b.
#[inline]
pub fn sub<F: Float>(a: F::Bits, b: F::Bits, env: &mut Env) -> F::Bits {
    if env.host_exact()
        && let Some(difference) = F::fast_sub(a, b)
    {
        return difference;
    }
    sub_narrow::<F, F>(a, b, env)
}

/// a + b rounded once to `To` (IEEE 754-2019, 5.4.1 "formatOf" operations; PowerPC's single-precision instructions on
/// double registers). NaNs are chosen in `F` and then cut.
pub fn add_narrow<F: Float, To: Float<Word = F::Word>>(a: F::Bits, b: F::Bits, env: &mut Env) -> To::Bits {
    let (a, b) = (unpack::<F>(env, a), unpack::<F>(env, b));
    let sum = exact_add::<F>(a, b, env);
    pack::<To>(env, sum)
}

/// a - b rounded once to `To`, as `add_narrow`. A NaN operand keeps its sign.
pub fn sub_narrow<F: Float, To: Float<Word = F::Word>>(a: F::Bits, b: F::Bits, env: &mut Env) -> To::Bits {
    let (a, b) = (unpack::<F>(env, a), unpack::<F>(env, b));
    let difference = exact_add::<F>(a, b.negated(true), env);
    pack::<To>(env, difference)
}

/// The sign of an exact zero sum of operands with unlike signs (IEEE 754-2019, 6.3).
#[inline]
pub(crate) fn zero_sign(env: &Env) -> bool {
    env.rounding == Rounding::Down
}

fn exact_add<F: Float>(a: Unpacked<F::Word>, b: Unpacked<F::Word>, env: &mut Env) -> Unpacked<F::Word> {
    if a.is_nan() || b.is_nan() {
        return nan::propagate::<F>(env, &[a, b]);
    }
    if a.is_infinite() && b.is_infinite() && a.sign != b.sign {
        return nan::invalid::<F>(env, Flags::VXISI);
    }
    note_denormals(env, &[a, b]);
    match (a.kind, b.kind) {
        (Kind::Infinite, _) => a,
        (_, Kind::Infinite) => b,
        (Kind::Zero, Kind::Zero) if a.sign == b.sign => a,
        (Kind::Zero, Kind::Zero) => Unpacked::zero(zero_sign(env)),
        (Kind::Zero, _) => b,
        (_, Kind::Zero) => a,
        _ => add_finite(a, b, env),
    }
}

/// Both finite and nonzero. The smaller is shifted to the larger's exponent and jammed: with ten or more bits below
/// the last digit, a jammed bit and a long cancellation can't meet.
#[inline]
fn add_finite<W: Word>(a: Unpacked<W>, b: Unpacked<W>, env: &Env) -> Unpacked<W> {
    let a_larger = (a.exp, a.sig) >= (b.exp, b.sig);
    let (large, small) = if a_larger { (a, b) } else { (b, a) };
    let aligned = small.sig.shr_jam((large.exp - small.exp) as u32);
    if a.sign == b.sign {
        return Unpacked::finite(large.sign, large.exp, large.sig + aligned);
    }
    let difference = large.sig - aligned;
    if difference == W::ZERO {
        return Unpacked::zero(zero_sign(env));
    }
    Unpacked::finite(large.sign, large.exp, difference)
}
