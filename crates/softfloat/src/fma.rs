//! Fused multiply-add.

use crate::add::zero_sign;
use crate::env::{Env, Flags};
use crate::format::Float;
use crate::mul::exact_product;
use crate::nan;
use crate::round::pack;
use crate::unpack::{Kind, Unpacked, note_denormals, unpack};
use crate::word::{Wide, Word};

/// Which parts of a × b + c change their sign. NaNs never do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Negate {
    /// The product, before the addition.
    pub product: bool,
    /// The addend, before the addition.
    pub addend: bool,
    /// The rounded result (PowerPC `fnmadd`, SPARC `fnmadd`).
    pub result: bool,
}

impl Negate {
    /// a × b + c.
    pub const NONE: Negate = Negate { product: false, addend: false, result: false };
    /// -(a × b) + c.
    pub const PRODUCT: Negate = Negate { product: true, ..Negate::NONE };
    /// a × b - c.
    pub const ADDEND: Negate = Negate { addend: true, ..Negate::NONE };
    /// -(a × b) - c, rounded after the negation.
    pub const BOTH: Negate = Negate { product: true, addend: true, result: false };
    /// -(a × b + c), rounded before the negation.
    pub const RESULT: Negate = Negate { result: true, ..Negate::NONE };
    /// -(a × b - c), rounded before the negation.
    pub const ADDEND_AND_RESULT: Negate = Negate { addend: true, result: true, ..Negate::NONE };
}

/// a × b + c, rounded once.
#[inline]
pub fn fma<F: Float>(a: F::Bits, b: F::Bits, c: F::Bits, negate: Negate, env: &mut Env) -> F::Bits {
    if negate == Negate::NONE
        && env.host_exact()
        && let Some(sum) = F::fast_fma(a, b, c)
    {
        return sum;
    }
    fma_narrow::<F, F>(a, b, c, negate, env)
}

/// a × b + c, rounded once, to `To`.
pub fn fma_narrow<F: Float, To: Float<Word = F::Word>>(
    a: F::Bits,
    b: F::Bits,
    c: F::Bits,
    negate: Negate,
    env: &mut Env,
) -> To::Bits {
    let (a, b, c) = (unpack::<F>(env, a), unpack::<F>(env, b), unpack::<F>(env, c));
    let sum = exact_fma::<F>(a, b, c, negate, env);
    let bits = pack::<To>(env, sum);
    if negate.result && !sum.is_nan() { crate::class::neg::<To>(bits) } else { bits }
}

fn exact_fma<F: Float>(
    a: Unpacked<F::Word>,
    b: Unpacked<F::Word>,
    c: Unpacked<F::Word>,
    negate: Negate,
    env: &mut Env,
) -> Unpacked<F::Word> {
    let inf_zero = (a.is_infinite() && b.is_zero()) || (a.is_zero() && b.is_infinite());
    if a.is_nan() || b.is_nan() || c.is_nan() {
        let rule = env.nan.inf_zero_nan;
        if inf_zero && rule.invalid {
            env.raise(Flags::INVALID | Flags::VXIMZ);
        }
        let chosen = nan::propagate::<F>(env, &[a, b, c]);
        return if inf_zero && rule.default { nan::default_unpacked::<F>(env.nan, Flags::VXIMZ) } else { chosen };
    }
    if inf_zero {
        return nan::invalid::<F>(env, Flags::VXIMZ);
    }
    let c = c.negated(negate.addend);
    let sign = a.sign ^ b.sign ^ negate.product;
    let infinite = a.is_infinite() || b.is_infinite();
    if infinite && c.is_infinite() && sign != c.sign {
        return nan::invalid::<F>(env, Flags::VXISI);
    }
    note_denormals(env, &[a, b, c]);
    if infinite {
        return Unpacked::infinite(sign);
    }
    if c.is_infinite() {
        return c;
    }
    match (a.is_zero() || b.is_zero(), c.is_zero()) {
        (true, true) if sign == c.sign => c,
        (true, true) => Unpacked::zero(zero_sign(env)),
        (true, false) => c,
        (false, true) => {
            let (exp, product) = exact_product(a, b);
            Unpacked::finite(sign, exp, product.shl(2).high_jam())
        }
        (false, false) => fma_finite(sign, exact_product(a, b), c, env),
    }
}

/// Product and addend finite and nonzero, added on the double-wide word. Its many zero bits below the product's last
/// digit keep a jammed bit and a long cancellation apart.
fn fma_finite<W: Word>(sign: bool, (product_exp, product): (i32, W::Wide), c: Unpacked<W>, env: &Env) -> Unpacked<W> {
    let addend = W::Wide::from_lead(c.sig);
    let gap = product_exp - c.exp;
    let (exp, product, addend) = if gap >= 0 {
        (product_exp, product, addend.shr_jam(gap as u32))
    } else {
        (c.exp, product.shr_jam(gap.unsigned_abs()), addend)
    };
    let (sign, sum) = if sign == c.sign {
        (sign, product.plus(addend))
    } else if product >= addend {
        (sign, product.minus(addend))
    } else {
        (c.sign, addend.minus(product))
    };
    if sum.is_zero() {
        return Unpacked::zero(zero_sign(env));
    }
    // Leading one at 2 LEAD means exponent `exp`; move it to the upper half's LEAD, two bits higher.
    let leading = sum.leading_zeros();
    let high = sum.shl(leading - 1).high_jam();
    Unpacked { sign, kind: Kind::Finite, exp: exp + 3 - leading as i32, sig: high, denormal: false }
}
