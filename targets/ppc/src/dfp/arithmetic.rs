//! Decimal arithmetic, quantising, conversions.

use softfloat::Flags;
use softfloat::decimal::{
    Digits, EXTENDED, Env, Format, Kind, LONG, Mode, Number, SHORT, add, div, integral, invalid, mul, nan, quantize,
    reround,
};

use super::{Done, class};
use crate::format::W;

/// FRA and FRB: the register, and with its neighbour if operands are that long.
type Raw = [(u64, u128); 2];

fn done(format: &Format, number: &Number) -> Done {
    Done { value: number.encode(format), bits: format.bits, fprf: Some(class(format, number)) }
}

/// Carries out an instruction that rounds.
pub(super) fn operate(f: W, format: &'static Format, [(a_one, a), (b_one, b)]: Raw, env: &mut Env) -> Done {
    let (x, y) = (Number::decode(format, a), Number::decode(format, b));
    let rmc = f.0 >> 9 & 3;
    let binary = |op: fn(&Format, &Number, &Number, &mut Env) -> Number, env: &mut Env| {
        let value = nan(format, &[&x, &y], env).unwrap_or_else(|| op(format, &x, &y, env));
        done(format, &value)
    };
    match (f.xo10(), f.xo10() & 0xff) {
        (2, _) => binary(add, env),
        (514, _) => {
            let y = Number { negative: y.negative == y.is_nan(), ..y.clone() };
            let value = nan(format, &[&x, &y], env).unwrap_or_else(|| add(format, &x, &y, env));
            done(format, &value)
        }
        (34, _) => binary(mul, env),
        (546, _) => binary(div, env),
        (_, 3) => {
            env.mode = primary(rmc, env.mode);
            binary(|format, x, y, env| quantize(format, x.kind, x.exp, y, env), env)
        }
        (_, 67) => {
            env.mode = primary(rmc, env.mode);
            let exp = bits::sign_extend(f.ra().into(), 5) as i32;
            let value = nan(format, &[&y], env).unwrap_or_else(|| quantize(format, Kind::Finite, exp, &y, env));
            done(format, &value)
        }
        (_, 35) => {
            env.mode = primary(rmc, env.mode);
            let value = nan(format, &[&y], env).unwrap_or_else(|| reround(format, a_one as usize & 63, &y, env));
            done(format, &value)
        }
        (_, 99 | 227) => {
            env.mode = if f.ra() & 1 == 0 { primary(rmc, env.mode) } else { secondary(rmc) };
            let value = nan(format, &[&y], env).unwrap_or_else(|| integral(format, &y, env));
            if f.xo10() & 0xff == 227 {
                env.flags = env.flags.without(Flags::INEXACT | Flags::ROUNDED_UP);
            }
            done(format, &value)
        }
        (802, _) => {
            let v = b_one as i64;
            let digits = Digits::from_u128(v.unsigned_abs().into());
            done(format, &env.finish(format, &Number::finite(v < 0, digits, 0)))
        }
        (290, _) => Done { value: to_integer(&y, env).into(), bits: 64, fprf: None },
        (834, _) => packed(f, format, b, env),
        _ => convert(f, format, (b_one, b), env),
    }
}

/// Rounding by RMC, R being 0 or not there.
fn primary(rmc: u32, drn: Mode) -> Mode {
    [Mode::NearestEven, Mode::TowardZero, Mode::NearestAway, drn][rmc as usize]
}

/// The same with R = 1.
fn secondary(rmc: u32) -> Mode {
    [Mode::Up, Mode::Down, Mode::AwayFromZero, Mode::NearestDown][rmc as usize]
}

fn to_integer(y: &Number, env: &mut Env) -> u64 {
    if y.is_nan() {
        let snan = if y.kind == Kind::Signalling { Flags::VXSNAN } else { Flags::NONE };
        env.raise(Flags::INVALID | Flags::VXCVI | snan);
        return 1 << 63;
    }
    let limit = if y.negative { 1 << 63 } else { u128::from(u64::MAX >> 1) };
    let magnitude = if y.kind == Kind::Infinite || !y.is_zero() && y.adjusted() > 19 {
        None
    } else if y.exp >= 0 {
        if y.is_zero() { Some(0) } else { y.digits.up(y.exp as usize).to_u128() }
    } else {
        env.drop(y.negative, &y.digits, -y.exp as usize).to_u128()
    };
    match magnitude.filter(|m| *m <= limit) {
        Some(m) if y.negative => (m as u64).wrapping_neg(),
        Some(m) => m as u64,
        None => {
            env.flags = Flags::NONE;
            env.raise(Flags::INVALID | Flags::VXCVI);
            if y.negative { 1 << 63 } else { u64::MAX >> 1 }
        }
    }
}

/// Between formats: a NaN keeps its digits, as many as there is room for.
fn convert(f: W, format: &'static Format, (b_one, b): (u64, u128), env: &mut Env) -> Done {
    let widens = f.xo10() == 258;
    let (from, to, bits) = match (widens, format.bits) {
        (true, 64) => (&SHORT, &LONG, u128::from(b_one & 0xffff_ffff)),
        (true, _) => (&LONG, &EXTENDED, b_one.into()),
        (false, 64) => (&LONG, &SHORT, b_one.into()),
        (false, _) => (&EXTENDED, &LONG, b),
    };
    let number = Number::decode(from, bits);
    let quiets = format.bits == 128;
    let mut value = match number.kind {
        Kind::Finite => env.finish(to, &number),
        Kind::Infinite => Number { digits: Digits::default(), ..number.clone() },
        // Digits keep their place from the right.
        _ => Number { digits: number.digits.low(to.digits - 1), ..number.clone() },
    };
    if quiets && value.kind == Kind::Signalling {
        env.raise(Flags::INVALID | Flags::VXSNAN);
        value.kind = Kind::Quiet;
    }
    let fprf = Some(class(to, &value));
    let made = value.encode(to);
    // Zeros come before a short number, and behind a long one in a pair of registers ("DFP Round To DFP Short", "DFP Round To DFP Long").
    let (value, bits) = match (widens, to.bits) {
        (false, 32) => (made, 64),
        (false, _) => (made << 64, 128),
        (true, bits) => (made, bits),
    };
    Done { value, bits, fprf }
}

/// `denbcd`.
fn packed(f: W, format: &Format, b: u128, env: &mut Env) -> Done {
    let signed = f.ra() & 0x10 != 0;
    let (sign, digits) = if signed { (b & 15, b >> 4) } else { (12, b) };
    let count = format.bits / 4 - u32::from(signed);
    let list: Vec<u8> = (0..count).map(|i| (digits >> (4 * i) & 15) as u8).collect();
    let number = if sign < 10 || list.iter().any(|d| *d > 9) {
        invalid(env, Flags::VXCVI)
    } else {
        Number::finite(matches!(sign, 11 | 13), Digits::new(list), 0)
    };
    done(format, &number)
}

/// Instructions that touch no status: the target and its width.
pub(super) fn moved(f: W, format: &Format, [(a_one, a), (_, b)]: Raw) -> Option<(u128, u32)> {
    let y = Number::decode(format, b);
    match f.xo10() & 0x1ff {
        66 => return Some((shift(format, &Number::decode(format, a), (f.0 >> 10 & 63) as usize, true), format.bits)),
        98 => return Some((shift(format, &Number::decode(format, a), (f.0 >> 10 & 63) as usize, false), format.bits)),
        _ => {}
    }
    match f.xo10() {
        322 => {
            let signed = f.ra() & 0x10 != 0;
            let code = match (y.negative, f.ra() & 8 != 0) {
                (true, _) => 13,
                (false, true) => 15,
                (false, false) => 12,
            };
            let count = format.bits as usize / 4 - usize::from(signed);
            let all = (0..count).fold(0, |all, i| all | u128::from(y.digits.digit(i)) << (4 * i));
            Some((if signed { all << 4 | code } else { all }, format.bits))
        }
        354 => {
            let exp = match y.kind {
                Kind::Finite => i64::from(y.exp + format.bias),
                Kind::Infinite => -1,
                Kind::Quiet => -2,
                Kind::Signalling => -3,
            };
            Some(((exp as u64).into(), 64))
        }
        866 => {
            // The trailing digits are encoded anew, whatever the operand and the result are (Rb in "Actions: Insert Biased Exponent").
            Some((insert_exponent(format, a_one as i64, y).encode(format), format.bits))
        }
        _ => None,
    }
}

fn insert_exponent(format: &Format, exp: i64, y: Number) -> Number {
    let trailing = y.digits.low(format.digits - 1);
    let special = |kind| Number { kind, exp: 0, digits: trailing.clone(), negative: y.negative };
    match exp {
        -1 => special(Kind::Infinite),
        -3 => special(Kind::Signalling),
        exp if exp >= 0 && exp <= format.max.into() => {
            let digits = if y.kind == Kind::Finite { y.digits.clone() } else { trailing };
            Number::finite(y.negative, digits, exp as i32 - format.bias)
        }
        _ => special(Kind::Quiet),
    }
}

fn shift(format: &Format, x: &Number, n: usize, left: bool) -> u128 {
    let room = if x.kind == Kind::Finite { format.digits } else { format.digits - 1 };
    let digits = x.digits.low(room);
    let digits = if left { digits.up(n).low(room) } else { digits.down(n) };
    Number { digits, ..x.clone() }.encode(format)
}
