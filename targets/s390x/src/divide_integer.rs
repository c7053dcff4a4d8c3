//! DIVIDE TO INTEGER (PoP, "Binary-Floating-Point Instructions"): an integral quotient, rounded by a method of its own, and the
//! remainder, rounded by the FPC's. A quotient with more bits than the format is a partial one, cut, whose remainder is exact.

use softfloat::{Class, Env, F32, F64, Float, Negate, Rounding};

use crate::fp::{conclude, rounding};
use crate::state;
use crate::trap::{Cpu, Fault, Out, set_cc};

type Args = [u64; 4];

/// Quotient, remainder, condition code.
struct Results<B> {
    quotient: B,
    remainder: B,
    code: u64,
}

/// A format with its significands as integers.
trait Parts: Float {
    /// Significand with its leading one at bit p - 1, and the exponent of its last bit; of a number that is finite and not zero.
    fn parts(bits: Self::Bits) -> (u64, i32);
    /// The sign bit.
    fn is_negative(bits: Self::Bits) -> bool;
    /// A zero with that sign.
    fn zero(negative: bool) -> Self::Bits;
}

macro_rules! parts {
    ($($format:ident $bits:ident;)*) => { $(
        impl Parts for $format {
            fn parts(bits: $bits) -> (u64, i32) {
                let stored = Self::FORMAT.sig_bits();
                let fraction = u64::from(bits) & ((1 << stored) - 1);
                let exponent = (bits >> stored) as i32 & Self::FORMAT.exp_max();
                let (fraction, exponent) =
                    if exponent == 0 { (fraction, 1) } else { (fraction | 1 << stored, exponent) };
                let shift = fraction.leading_zeros() - (63 - stored);
                (fraction << shift, exponent - Self::FORMAT.bias() - (stored + shift) as i32)
            }

            fn is_negative(bits: $bits) -> bool {
                bits >> ($bits::BITS - 1) != 0
            }

            fn zero(negative: bool) -> $bits {
                $bits::from(negative) << ($bits::BITS - 1)
            }
        }
    )* };
}

parts! { F32 u32; F64 u64; }

/// Whether an integer grows by one for the rest behind it; `order` compares the rest, which is not zero, with one half.
fn grows(method: Rounding, negative: bool, last: u64, order: std::cmp::Ordering) -> bool {
    match method {
        Rounding::NearestEven => order.is_gt() || order.is_eq() && last & 1 != 0,
        Rounding::NearestAway => order.is_ge(),
        Rounding::Up => !negative,
        Rounding::Down => negative,
        // To odd: the integer grows if it is even.
        Rounding::ToOdd => last & 1 == 0,
        _ => false,
    }
}

/// The quotient of finite numbers that are not zero: an integer, the exponent of its last bit (0 unless it is partial), whether it is partial.
fn quotient<F: Parts>(a: F::Bits, b: F::Bits, method: Rounding, negative: bool) -> (u64, i32, bool) {
    let precision = F::FORMAT.precision as i32;
    let ((a, a_exp), (b, b_exp)) = (F::parts(a), F::parts(b));
    let distance = a_exp - b_exp;
    // Bits left of the point of the precise quotient are at most the format's, or it is cut after as many.
    let shift = distance.min(if a >= b { precision - 1 } else { precision });
    if shift < distance {
        let wide = u128::from(a) << shift;
        let cut = (wide / u128::from(b)) as u64;
        return (cut, distance - shift, true);
    }
    if shift < 0 {
        // Less than two, shifted to the right: of a half or more only without any other bit.
        let order = if shift == -1 { a.cmp(&b) } else { std::cmp::Ordering::Less };
        return (u64::from(grows(method, negative, 0, order)), 0, false);
    }
    let wide = u128::from(a) << shift;
    let (whole, rest) = ((wide / u128::from(b)) as u64, wide % u128::from(b));
    let up = rest != 0 && grows(method, negative, whole, (2 * rest).cmp(&u128::from(b)));
    (whole + u64::from(up), 0, false)
}

fn divide<F: Parts>(a: F::Bits, b: F::Bits, method: Rounding, env: &mut Env) -> Results<F::Bits> {
    use Class::*;
    let (ca, cb) = (softfloat::class::<F>(a, Env::S390X.nan), softfloat::class::<F>(b, Env::S390X.nan));
    let (is_zero, is_infinite) =
        (|c| matches!(c, PositiveZero | NegativeZero), |c| matches!(c, PositiveInfinity | NegativeInfinity));
    if softfloat::is_nan::<F>(a) || softfloat::is_nan::<F>(b) || is_infinite(ca) || is_zero(cb) {
        // NaNs as in any operation; an infinite dividend or a zero divisor is invalid.
        let nan = softfloat::rem_nearest::<F>(a, b, env).value;
        return Results { quotient: nan, remainder: nan, code: 1 };
    }
    let negative = F::is_negative(a) != F::is_negative(b);
    if is_zero(ca) || is_infinite(cb) {
        return Results { quotient: F::zero(negative), remainder: a, code: 0 };
    }
    let (integer, exp, partial) = quotient::<F>(a, b, method, negative);
    let mut exact = Env::S390X;
    let signed = if negative { -(integer as i64) } else { integer as i64 };
    let factor = softfloat::from_int::<F, i64>(signed, &mut exact);
    let scaled = softfloat::scalb::<F>(b, exp, &mut exact);
    let remainder = softfloat::fma::<F>(factor, scaled, a, Negate::PRODUCT, env);
    let none = is_zero(softfloat::class::<F>(remainder, Env::S390X.nan));
    let remainder = if none { F::zero(F::is_negative(a)) } else { remainder };
    let quotient = if integer == 0 { F::zero(negative) } else { factor };
    // A quotient that is too big has an exponent that is too small by what a trapped overflow takes away.
    let bits = 64 - integer.leading_zeros() as i32;
    let too_big = exp + bits - 1 > F::FORMAT.emax();
    let exp = if too_big { exp - F::FORMAT.bias_adjust() } else { exp };
    let quotient = softfloat::scalb::<F>(quotient, exp, &mut exact);
    Results { quotient, remainder, code: u64::from(too_big) | u64::from(partial && !none) << 1 }
}

/// Registers (R1 and, from bit 4 on, R2, R3, M4), bytes of an operand.
pub(crate) fn perform(cpu: &mut Cpu, [registers, size, ..]: Args) -> Out {
    let field = |at: u32| (registers >> at) as u8 & 15;
    let (r1, r2, r3, m4) = (field(0), field(4), field(8), field(12));
    let fpc = cpu.reg(state::FPC);
    let method = rounding(m4, fpc).ok_or(Fault::SPECIFICATION)?;
    let mut env = Env::S390X;
    env.rounding = rounding(0, fpc).ok_or(Fault::SPECIFICATION)?;
    env.wrap_underflow = fpc >> 24 & 0x10 != 0;
    let (a, b) = (cpu.reg(state::f(r1)), cpu.reg(state::f(r2)));
    let (quotient, remainder, code) = if size == 4 {
        let r = divide::<F32>((a >> 32) as u32, (b >> 32) as u32, method, &mut env);
        let put = |old: u64, new: u32| old & 0xffff_ffff | u64::from(new) << 32;
        (put(cpu.reg(state::f(r3)), r.quotient), put(a, r.remainder), r.code)
    } else {
        let r = divide::<F64>(a, b, method, &mut env);
        (r.quotient, r.remainder, r.code)
    };
    let keep = |cpu: &mut Cpu, (quotient, remainder): (u64, u64)| {
        cpu.set_reg(state::f(r3), quotient);
        cpu.set_reg(state::f(r1), remainder);
        set_cc(cpu, code);
    };
    let results = conclude(cpu, env.flags, false, (quotient, remainder), keep)?;
    keep(cpu, results);
    Ok(0)
}
