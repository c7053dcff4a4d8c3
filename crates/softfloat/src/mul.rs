//! Multiplication.

use crate::env::{Env, Flags};
use crate::format::Float;
use crate::nan;
use crate::round::pack;
use crate::unpack::{Kind, Unpacked, note_denormals, unpack};
use crate::word::{Wide, Word};

/// a × b.
#[inline]
pub fn mul<F: Float>(a: F::Bits, b: F::Bits, env: &mut Env) -> F::Bits {
    if env.host_exact()
        && let Some(product) = F::fast_mul(a, b)
    {
        return product;
    }
    mul_narrow::<F, F>(a, b, env)
}

/// a × b rounded once to `To`.
pub fn mul_narrow<F: Float, To: Float<Word = F::Word>>(a: F::Bits, b: F::Bits, env: &mut Env) -> To::Bits {
    let (a, b) = (unpack::<F>(env, a), unpack::<F>(env, b));
    let product = exact_mul::<F>(a, b, env);
    pack::<To>(env, product)
}

fn exact_mul<F: Float>(a: Unpacked<F::Word>, b: Unpacked<F::Word>, env: &mut Env) -> Unpacked<F::Word> {
    if a.is_nan() || b.is_nan() {
        return nan::propagate::<F>(env, &[a, b]);
    }
    let sign = a.sign ^ b.sign;
    match (a.kind, b.kind) {
        (Kind::Infinite, Kind::Zero) | (Kind::Zero, Kind::Infinite) => {
            return nan::invalid::<F>(env, Flags::VXIMZ);
        }
        _ => note_denormals(env, &[a, b]),
    }
    match (a.kind, b.kind) {
        (Kind::Infinite, _) | (_, Kind::Infinite) => Unpacked::infinite(sign),
        (Kind::Zero, _) | (_, Kind::Zero) => Unpacked::zero(sign),
        _ => {
            // The product's leading one is at 2 LEAD or one above; two bits up, its upper half has it at LEAD.
            let product = a.sig.mul_wide(b.sig).shl(2).high_jam();
            Unpacked::finite(sign, a.exp + b.exp, product)
        }
    }
}

/// The exact product of two finite nonzero numbers, leading one at 2 LEAD or one above.
pub(crate) fn exact_product<W: Word>(a: Unpacked<W>, b: Unpacked<W>) -> (i32, W::Wide) {
    (a.exp + b.exp, a.sig.mul_wide(b.sig))
}
