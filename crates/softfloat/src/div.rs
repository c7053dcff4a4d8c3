//! Division.

use crate::env::{Env, Flags};
use crate::format::Float;
use crate::nan;
use crate::round::pack;
use crate::unpack::{Kind, Unpacked, note_denormals, unpack};
use crate::word::Word;

/// a ÷ b.
#[inline]
pub fn div<F: Float>(a: F::Bits, b: F::Bits, env: &mut Env) -> F::Bits {
    if env.host_exact()
        && let Some(quotient) = F::fast_div(a, b)
    {
        return quotient;
    }
    div_narrow::<F, F>(a, b, env)
}

/// a ÷ b rounded once to `To`.
pub fn div_narrow<F: Float, To: Float<Word = F::Word>>(a: F::Bits, b: F::Bits, env: &mut Env) -> To::Bits {
    let (a, b) = (unpack::<F>(env, a), unpack::<F>(env, b));
    let quotient = exact_div::<F>(a, b, env);
    pack::<To>(env, quotient)
}

fn exact_div<F: Float>(a: Unpacked<F::Word>, b: Unpacked<F::Word>, env: &mut Env) -> Unpacked<F::Word> {
    if a.is_nan() || b.is_nan() {
        return nan::propagate::<F>(env, &[a, b]);
    }
    let sign = a.sign ^ b.sign;
    match (a.kind, b.kind) {
        (Kind::Infinite, Kind::Infinite) => return nan::invalid::<F>(env, Flags::VXIDI),
        (Kind::Zero, Kind::Zero) => return nan::invalid::<F>(env, Flags::VXZDZ),
        (Kind::Finite, Kind::Zero) => {
            env.raise(Flags::DIV_BY_ZERO);
            return Unpacked::infinite(sign);
        }
        _ => note_denormals(env, &[a, b]),
    }
    match (a.kind, b.kind) {
        (Kind::Infinite, _) => Unpacked::infinite(sign),
        (Kind::Zero, _) | (_, Kind::Infinite) => Unpacked::zero(sign),
        _ => {
            // The quotient of significands lies in (1/2, 2): doubling a smaller dividend puts it into [1, 2).
            let smaller = a.sig < b.sig;
            let dividend = if smaller { a.sig << 1 } else { a.sig };
            Unpacked::finite(sign, a.exp - b.exp - i32::from(smaller), dividend.div_jam(b.sig))
        }
    }
}
