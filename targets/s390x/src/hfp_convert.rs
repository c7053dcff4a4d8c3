//! Conversions of hexadecimal floating point from and to integers and binary floating point (PoP, "Hexadecimal-Floating-Point Instructions" and
//! "Floating-Point-Support Instructions").

use crate::hfp::{Format, Hex, LONG, Range, Target, write};
use crate::state;
use crate::system::{set_general, set_word};
use crate::trap::{Cpu, Out, set_cc};

type Args = [u64; 4];

/// CONVERT FROM FIXED: integer, first register, bytes of the result.
pub(crate) fn from_fixed(cpu: &mut Cpu, [value, r1, size, _]: Args) -> Out {
    let value = value as i64;
    let target = Target { register: r1 as u8, format: Format::of(size) };
    let digits = 28;
    let exact = Hex { negative: value < 0, exponent: 64 + 28, fraction: value.unsigned_abs().into() };
    let exact = if value == 0 { Hex::zero(false) } else { exact.normalized(digits) };
    write(cpu, target, Hex { fraction: exact.fraction >> (4 * (digits - target.format.digits)), ..exact });
    Ok(0)
}

/// CONVERT TO FIXED: general register, operand's bits (both halves), bytes of it times 16, rounding method times 256, and whether the
/// result has 64 bits times 65536.
pub(crate) fn to_fixed(cpu: &mut Cpu, [r1, high, low, how]: Args) -> Out {
    let format = Format::of(how >> 4 & 0xff & 0x1f);
    let (method, long) = (how >> 12 & 15, how >> 16 & 1 != 0);
    let b = Hex::decode(u128::from(high) << 64 | u128::from(low), format);
    let places = 4 * (format.digits as i32 - (b.exponent - 64));
    let (whole, half, rest) = match places {
        p if p <= 0 => {
            let n = -p as u32;
            let fits = b.fraction == 0 || n < b.fraction.leading_zeros();
            (if fits { b.fraction.checked_shl(n).unwrap_or(0) } else { u128::MAX >> 1 }, false, false)
        }
        p if p >= 128 => (0, false, b.fraction != 0),
        p => {
            let half = b.fraction >> (p - 1) & 1 != 0;
            (b.fraction >> p, half, b.fraction & ((1 << (p - 1)) - 1) != 0)
        }
    };
    // 1 to nearest with ties away, 4 to nearest with ties to even, 5 to zero, 6 up, 7 down; 0 is to zero.
    let up = match method {
        1 => half,
        4 => half && (rest || whole & 1 != 0),
        6 => !b.negative && (half || rest),
        7 => b.negative && (half || rest),
        _ => false,
    };
    let magnitude = (whole + u128::from(up)).min(u128::MAX >> 2) as i128;
    let value = if b.negative { -magnitude } else { magnitude };
    let (least, most) = if long { (i64::MIN.into(), i64::MAX.into()) } else { (i32::MIN.into(), i128::from(i32::MAX)) };
    let result = value.clamp(least, most);
    if long {
        set_general(cpu, r1, result as u64)
    } else {
        set_word(cpu, r1, result as u64)
    }
    set_cc(cpu, if result != value { 3 } else { b.code() });
    Ok(0)
}

/// CONVERT HFP TO BFP: register, long operand, bytes of the result, rounding method (0 to zero). The code: 0 to 2 the sign, 3 for what does
/// not fit.
pub(crate) fn to_bfp(cpu: &mut Cpu, [r1, operand, size, method]: Args) -> Out {
    let a = Hex::decode(operand.into(), LONG);
    let (precision, bias, most, width) = if size == 4 { (24, 127, 254, 32) } else { (53, 1023, 2046, 64) };
    let sign = u64::from(a.negative) << (width - 1);
    let mut code = a.code();
    let mut bits = 0u64;
    if a.fraction != 0 {
        // value = fraction * 2^(4 * (exponent - 64) - 56); the leading one has this binary exponent.
        let top = 127 - a.fraction.leading_zeros() as i32;
        let exponent = top + 4 * (a.exponent - 64) - 56 + bias;
        let drop = top + 1 - precision + (1 - exponent).max(0);
        let (mut m, up) =
            if drop <= 0 { ((a.fraction << -drop) as u64, false) } else { rounded(a, drop as u32, method) };
        m += u64::from(up);
        bits = if exponent >= 1 { ((exponent as u64 - 1) << (precision - 1)) + m } else { m };
        if bits >> (precision - 1) > most {
            code = 3;
            bits = overflow(a.negative, method, most << (precision - 1), precision as u32);
        }
    }
    let target = state::f(r1 as u8);
    let value = sign | bits;
    if size == 4 {
        let old = cpu.reg(target);
        cpu.set_reg(target, old & 0xffff_ffff | value << 32);
    } else {
        cpu.set_reg(target, value);
    }
    set_cc(cpu, code);
    Ok(0)
}

/// A fraction without its last `drop` bits, and whether one is to be added.
fn rounded(a: Hex, drop: u32, method: u64) -> (u64, bool) {
    if drop > 120 {
        return (0, method == 6 && !a.negative || method == 7 && a.negative);
    }
    let (m, half) = ((a.fraction >> drop) as u64, a.fraction >> (drop - 1) & 1 != 0);
    let rest = a.fraction & ((1 << (drop - 1)) - 1) != 0;
    let up = match method {
        1 => half,
        4 => half && (rest || m & 1 != 0),
        6 => !a.negative && (half || rest),
        7 => a.negative && (half || rest),
        _ => false,
    };
    (m, up)
}

/// What a number that is too big becomes: infinity, or the greatest number.
fn overflow(negative: bool, method: u64, greatest: u64, precision: u32) -> u64 {
    let infinity = greatest + (1 << (precision - 1));
    let infinite = matches!(method, 1 | 4) || method == 6 && !negative || method == 7 && negative;
    if infinite { infinity } else { infinity - 1 }
}

/// CONVERT BFP TO HFP: register, operand, its bytes. The result is long; the code 3 is for NaNs, infinities, and what does not fit.
pub(crate) fn from_bfp(cpu: &mut Cpu, [r1, operand, size, _]: Args) -> Out {
    let (fraction_bits, bias, most, width) = if size == 4 { (23, 127, 255, 32) } else { (52, 1023, 2047, 64) };
    let negative = operand >> (width - 1) & 1 != 0;
    let field = (operand >> fraction_bits & most) as i32;
    let fraction = operand & ((1 << fraction_bits) - 1);
    let target = Target { register: r1 as u8, format: LONG };
    let greatest = Hex { negative, exponent: 127, fraction: (1 << 56) - 1 };
    let (value, code) = if field == most as i32 {
        // A NaN becomes the greatest positive number.
        (Hex { negative: negative && fraction == 0, ..greatest }, 3)
    } else if field == 0 && fraction == 0 {
        (Hex::zero(negative), 0)
    } else {
        let significand = fraction | if field == 0 { 0 } else { 1 << fraction_bits };
        // value = significand * 2^e; e is brought to a multiple of 4.
        let e = field.max(1) - bias - fraction_bits;
        let shift = e.rem_euclid(4);
        let hex = Hex { negative, exponent: 64 + 28 + (e - shift) / 4, fraction: u128::from(significand) << shift };
        let hex = hex.normalized(28);
        let long = Hex { fraction: hex.fraction >> 56, ..hex };
        match long.range() {
            Range::Fits => (long, if negative { 1 } else { 2 }),
            Range::Overflow => (greatest, 3),
            // The code tells of the source.
            Range::Underflow => (Hex::zero(negative), if negative { 1 } else { 2 }),
        }
    };
    write(cpu, target, value);
    set_cc(cpu, code);
    Ok(0)
}
