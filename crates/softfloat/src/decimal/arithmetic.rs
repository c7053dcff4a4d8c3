//! Decimal arithmetic that all architectures have in common.

use super::digits::Digits;
use super::number::{Env, Format, Kind, Mode, Number};
use crate::env::Flags;

/// What an invalid operation results in.
pub fn invalid(env: &mut Env, cause: Flags) -> Number {
    env.raise(Flags::INVALID | cause);
    Number::special(false, Kind::Quiet)
}

/// The NaN that operands hand on, made quiet: the first signalling one, or the first one.
pub fn nan(format: &Format, operands: &[&Number], env: &mut Env) -> Option<Number> {
    if operands.iter().any(|n| n.kind == Kind::Signalling) {
        env.raise(Flags::INVALID | Flags::VXSNAN);
    }
    let signalling = operands.iter().find(|n| n.kind == Kind::Signalling);
    let chosen = signalling.or_else(|| operands.iter().find(|n| n.is_nan()))?;
    Some(Number { kind: Kind::Quiet, digits: chosen.digits.low(format.digits - 1), ..(*chosen).clone() })
}

/// The sum of numbers that are no NaNs.
pub fn add(format: &Format, x: &Number, y: &Number, env: &mut Env) -> Number {
    match (x.kind, y.kind) {
        (Kind::Infinite, Kind::Infinite) if x.negative != y.negative => return invalid(env, Flags::VXISI),
        (Kind::Infinite, _) => return Number::special(x.negative, Kind::Infinite),
        (_, Kind::Infinite) => return Number::special(y.negative, Kind::Infinite),
        _ => {}
    }
    let exp = x.exp.min(y.exp);
    let (a, b) = (x.digits.up((x.exp - exp) as usize), y.digits.up((y.exp - exp) as usize));
    let (negative, digits) = match (x.negative == y.negative, a.order(&b).is_ge()) {
        (true, _) => (x.negative, a.add(&b)),
        (false, true) => (x.negative, a.sub(&b)),
        (false, false) => (y.negative, b.sub(&a)),
    };
    let cancelled = digits.is_zero() && x.negative != y.negative;
    let negative = if cancelled { env.mode == Mode::Down } else { negative };
    env.finish(format, &Number::finite(negative, digits, exp))
}

/// The product of numbers that are no NaNs.
pub fn mul(format: &Format, x: &Number, y: &Number, env: &mut Env) -> Number {
    let negative = x.negative != y.negative;
    if x.kind == Kind::Infinite || y.kind == Kind::Infinite {
        return if x.is_zero() || y.is_zero() {
            invalid(env, Flags::VXIMZ)
        } else {
            Number::special(negative, Kind::Infinite)
        };
    }
    env.finish(format, &Number::finite(negative, x.digits.mul(&y.digits), x.exp + y.exp))
}

/// The quotient of numbers that are no NaNs.
pub fn div(format: &Format, x: &Number, y: &Number, env: &mut Env) -> Number {
    let negative = x.negative != y.negative;
    match (x.kind, y.kind) {
        (Kind::Infinite, Kind::Infinite) => return invalid(env, Flags::VXIDI),
        (Kind::Infinite, _) => return Number::special(negative, Kind::Infinite),
        (_, Kind::Infinite) => return Number::zero(negative, format.low()),
        _ if y.is_zero() && x.is_zero() => return invalid(env, Flags::VXZDZ),
        _ if y.is_zero() => {
            env.raise(Flags::DIV_BY_ZERO);
            return Number::special(negative, Kind::Infinite);
        }
        _ => {}
    }
    let ideal = x.exp - y.exp;
    if x.is_zero() {
        return env.finish(format, &Number::zero(negative, ideal));
    }
    let more = (format.digits + 2 + y.digits.len()).saturating_sub(x.digits.len());
    let (mut quotient, rest) = x.digits.up(more).div(&y.digits);
    let mut exp = ideal - more as i32;
    if rest.is_zero() {
        while exp < ideal && quotient.digit(0) == 0 {
            quotient = quotient.down(1);
            exp += 1;
        }
    } else {
        // A digit that stands for the rest.
        quotient = quotient.up(1).add(&Digits::from_u128(1));
        exp -= 1;
    }
    env.finish(format, &Number::finite(negative, quotient, exp))
}

/// The number with another exponent; invalid if it does not fit.
pub fn quantize(format: &Format, kind: Kind, exp: i32, y: &Number, env: &mut Env) -> Number {
    match (kind, y.kind) {
        (Kind::Infinite, Kind::Infinite) => return Number::special(y.negative, Kind::Infinite),
        (Kind::Finite, Kind::Finite) => {}
        _ => return invalid(env, Flags::VXCVI),
    }
    if exp < format.low() || exp > format.high() {
        return invalid(env, Flags::VXCVI);
    }
    let digits = if y.exp >= exp {
        if !y.is_zero() && y.exp - exp > format.digits as i32 {
            return invalid(env, Flags::VXCVI);
        }
        y.digits.up((y.exp - exp) as usize)
    } else {
        env.drop(y.negative, &y.digits, (exp - y.exp) as usize)
    };
    if digits.len() > format.digits {
        env.flags = Flags::NONE;
        return invalid(env, Flags::VXCVI);
    }
    Number::finite(y.negative, digits, exp)
}

/// The number with so many digits at most.
pub fn reround(format: &Format, n: usize, y: &Number, env: &mut Env) -> Number {
    if y.kind == Kind::Infinite {
        return Number::special(y.negative, Kind::Infinite);
    }
    if n == 0 || y.digits.len() <= n {
        return y.clone();
    }
    let excess = y.digits.len() - n;
    let mut digits = env.drop(y.negative, &y.digits, excess);
    let mut exp = y.exp + excess as i32;
    if digits.len() > n {
        digits = digits.down(1);
        exp += 1;
    }
    if exp > format.high() {
        env.flags = Flags::NONE;
        return invalid(env, Flags::VXCVI);
    }
    Number::finite(y.negative, digits, exp)
}

/// The number rounded to an integer.
pub fn integral(_: &Format, y: &Number, env: &mut Env) -> Number {
    if y.kind == Kind::Infinite {
        return Number::special(y.negative, Kind::Infinite);
    }
    if y.exp >= 0 {
        return y.clone();
    }
    Number::finite(y.negative, env.drop(y.negative, &y.digits, -y.exp as usize), 0)
}
