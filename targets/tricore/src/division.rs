//! Division: at once, and in the steps of older versions.
//!
//! TriCore Architecture Manual, volume 2, "DIV", "DVINIT", "DVSTEP", "DVADJ".

use cpu::Ctx;

use crate::Tricore;
use crate::dsp::Out;
use crate::ops::set_flags;
use crate::trap::Trap;

type Result64 = Result<u64, Trap>;

fn pair(high: u32, low: u32) -> u64 {
    u64::from(high) << 32 | u64::from(low)
}

/// Remainder above quotient. A division by zero gives the greatest number of the dividend's sign.
pub(crate) fn div(ctx: &mut Ctx<Tricore>, [a, b, ..]: [u64; 4]) -> Result64 {
    let (n, d) = (a as u32 as i32, b as u32 as i32);
    let (value, v) = match (n, d) {
        (n, 0) => (pair(0, if n >= 0 { 0x7fff_ffff } else { 0x8000_0000 }), true),
        (i32::MIN, -1) => (pair(0, 0x7fff_ffff), true),
        (n, d) => (pair((n % d) as u32, (n / d) as u32), false),
    };
    set_flags(ctx, Out { value, v, av: false })
}

/// The same, unsigned.
pub(crate) fn div_u(ctx: &mut Ctx<Tricore>, [a, b, ..]: [u64; 4]) -> Result64 {
    let (n, d) = (a as u32, b as u32);
    let (value, v) = match d {
        0 => (pair(0, u32::MAX), true),
        d => (pair(n % d, n / d), false),
    };
    set_flags(ctx, Out { value, v, av: false })
}

/// Dividend and divisor for steps: what of the dividend is shifted in first, and whether the quotient would have the wrong sign for
/// the steps, which leave it inverted.
fn init(ctx: &mut Ctx<Tricore>, value: u64, v: bool) -> Result64 {
    set_flags(ctx, Out { value, v, av: false })
}

pub(crate) fn dvinit(ctx: &mut Ctx<Tricore>, [a, b, ..]: [u64; 4]) -> Result64 {
    let (n, d) = (a as u32, b as u32);
    let v = d == 0 || d == u32::MAX && n == 0x8000_0000;
    init(ctx, i64::from(n as i32) as u64, v)
}

pub(crate) fn dvinit_u(ctx: &mut Ctx<Tricore>, [a, b, ..]: [u64; 4]) -> Result64 {
    init(ctx, a & 0xffff_ffff, b as u32 == 0)
}

/// The dividend has so many bits (8 or 16) less to go: it stands above those of the quotient that are known.
fn short(ctx: &mut Ctx<Tricore>, a: u64, b: u64, bits: u32) -> Result64 {
    let (n, d) = (a as u32 as i32, b as u32 as i32);
    let negative = (n < 0) != (d < 0);
    let low = (n as u32) << (32 - bits) | if negative { (1u32 << (32 - bits)) - 1 } else { 0 };
    let high = n >> bits;
    let overflow = d == -1 && n == -1 << (bits - 1);
    init(ctx, pair(high as u32, low), d == 0 || overflow)
}

fn short_u(ctx: &mut Ctx<Tricore>, a: u64, b: u64, bits: u32) -> Result64 {
    let (n, d) = (a as u32, b as u32);
    init(ctx, pair(n >> bits, n << (32 - bits)), d == 0)
}

pub(crate) fn dvinit_b(ctx: &mut Ctx<Tricore>, [a, b, ..]: [u64; 4]) -> Result64 {
    short(ctx, a, b, 8)
}

pub(crate) fn dvinit_bu(ctx: &mut Ctx<Tricore>, [a, b, ..]: [u64; 4]) -> Result64 {
    short_u(ctx, a, b, 8)
}

pub(crate) fn dvinit_h(ctx: &mut Ctx<Tricore>, [a, b, ..]: [u64; 4]) -> Result64 {
    short(ctx, a, b, 16)
}

pub(crate) fn dvinit_hu(ctx: &mut Ctx<Tricore>, [a, b, ..]: [u64; 4]) -> Result64 {
    short_u(ctx, a, b, 16)
}

/// Eight bits of an unsigned quotient.
pub(crate) fn dvstep_u(_: &mut Ctx<Tricore>, [e, b, ..]: [u64; 4]) -> Result64 {
    let (mut rest, mut quotient, divisor) = ((e >> 32) as u32, e as u32, b as u32);
    for _ in 0..8 {
        rest = rest << 1 | quotient >> 31;
        quotient <<= 1;
        if rest >= divisor {
            rest -= divisor;
            quotient |= 1;
        }
    }
    Ok(pair(rest, quotient))
}

/// Eight bits of a signed quotient.
pub(crate) fn dvstep(_: &mut Ctx<Tricore>, [e, b, ..]: [u64; 4]) -> Result64 {
    let (mut rest, mut quotient, divisor) = ((e >> 32) as u32, e as u32, b as u32);
    let (dividend_sign, divisor_sign) = (rest >> 31 != 0, divisor >> 31 != 0);
    let quotient_sign = dividend_sign != divisor_sign;
    let addend = if quotient_sign { divisor } else { divisor.wrapping_neg() };
    let mut bits = 0;
    for _ in 0..8 {
        rest = rest << 1 | quotient >> 31;
        quotient <<= 1;
        let next = rest.wrapping_add(addend);
        let fits = ((next as i32) < 0) == dividend_sign;
        if fits {
            rest = next;
        }
        bits = bits << 1 | u32::from(fits != quotient_sign);
    }
    Ok(pair(rest, quotient | bits))
}

/// Corrects the result of signed steps.
pub(crate) fn dvadj(_: &mut Ctx<Tricore>, [e, b, ..]: [u64; 4]) -> Result64 {
    let (rest, quotient, divisor) = ((e >> 32) as u32, e as u32, b as u32);
    let negative = rest >> 31 != 0;
    let eq_positive = negative && rest == divisor;
    let eq_negative = negative && rest == divisor.wrapping_neg();
    let quotient_sign = negative != (divisor >> 31 != 0);
    let up = quotient_sign && !eq_negative || eq_positive;
    Ok(pair(if eq_positive || eq_negative { 0 } else { rest }, quotient.wrapping_add(up.into())))
}
