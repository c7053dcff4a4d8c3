//! Square root.

use crate::env::{Env, Flags};
use crate::format::Float;
use crate::nan;
use crate::round::pack;
use crate::unpack::{Kind, Unpacked, note_denormals, unpack};
use crate::word::Word;

/// √a; √-0 is -0.
#[inline]
pub fn sqrt<F: Float>(a: F::Bits, env: &mut Env) -> F::Bits {
    if env.host_exact()
        && let Some(root) = F::fast_sqrt(a)
    {
        return root;
    }
    sqrt_narrow::<F, F>(a, env)
}

/// √a rounded once to `To`.
pub fn sqrt_narrow<F: Float, To: Float<Word = F::Word>>(a: F::Bits, env: &mut Env) -> To::Bits {
    let a = unpack::<F>(env, a);
    let root = exact_sqrt::<F>(a, env);
    pack::<To>(env, root)
}

fn exact_sqrt<F: Float>(a: Unpacked<F::Word>, env: &mut Env) -> Unpacked<F::Word> {
    if a.is_nan() {
        return nan::propagate::<F>(env, &[a]);
    }
    if a.is_zero() {
        return a;
    }
    if a.sign {
        return nan::invalid::<F>(env, Flags::VXSQRT);
    }
    if a.kind == Kind::Infinite {
        return a;
    }
    note_denormals(env, &[a]);
    // An even exponent halves exactly; an odd one lends a factor of two to the significand.
    let odd = a.exp & 1 != 0;
    let radicand = if odd { a.sig << 1 } else { a.sig };
    Unpacked::finite(false, (a.exp - i32::from(odd)) / 2, radicand.sqrt_jam())
}
