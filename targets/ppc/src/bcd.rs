//! Decimal integers in vector registers: signed packed, national and zoned.
//!
//! Power ISA 3.0B, Book I, 6.17 "Vector Integer Decimal Instructions". A packed number has 31 digits and a sign in the lowest four
//! bits: 10, 12, 14 and 15 are plus, 11 and 13 minus.

use crate::format::W;

/// The answer in CR field 6.
const LT: u64 = 8;
const GT: u64 = 4;
const EQ: u64 = 2;
const SO: u64 = 1;

/// What an invalid operand leaves: the target is undefined.
const INVALID: (u128, u64) = (0, SO);

/// Digits of a packed number.
const DIGITS: u32 = 31;

const fn power(n: u32) -> u128 {
    10u128.pow(n)
}

/// Digits and sign of a packed number: `None` if one of them is none.
fn unpack(v: u128) -> Option<(u128, bool)> {
    let digits = digits(v >> 4, DIGITS)?;
    match v & 15 {
        10 | 12 | 14 | 15 => Some((digits, false)),
        11 | 13 => Some((digits, true)),
        _ => None,
    }
}

/// The number that `n` digits are.
fn digits(v: u128, n: u32) -> Option<u128> {
    (0..n).rev().try_fold(0u128, |all, i| {
        let digit = v >> (4 * i) & 15;
        (digit < 10).then(|| all.wrapping_mul(10).wrapping_add(digit))
    })
}

/// The lowest `n` digits of a number.
fn to_digits(mut v: u128, n: u32) -> u128 {
    let mut all = 0;
    for i in 0..n {
        all |= (v % 10) << (4 * i);
        v /= 10;
    }
    all
}

/// The sign that PS prefers.
fn sign(negative: bool, ps: bool) -> u128 {
    match (negative, ps) {
        (true, _) => 13,
        (false, false) => 12,
        (false, true) => 15,
    }
}

fn order(magnitude_is_0: bool, negative: bool) -> u64 {
    if magnitude_is_0 {
        EQ
    } else if negative {
        LT
    } else {
        GT
    }
}

/// A packed number of 31 digits; SO if there are more.
fn pack(magnitude: u128, negative: bool, ps: bool) -> (u128, u64) {
    let over = if magnitude >= power(DIGITS) { SO } else { 0 };
    // A zero is positive.
    let negative = negative && magnitude != 0;
    (to_digits(magnitude, DIGITS) << 4 | sign(negative, ps), order(magnitude == 0, negative) | over)
}

/// Carries out an instruction: the target and CR field 6.
pub(crate) fn run(f: W, a: u128, b: u128) -> (u128, u64) {
    let ps = f.0 & 0x200 != 0;
    let answer = match f.0 & 0x1ff {
        _ if f.0 & 0x7ff == 833 => copy_sign(a, b),
        1 => add(a, b, false, ps),
        65 => add(a, b, true, ps),
        193 => shift(a, b, ps, false),
        449 => shift(a, b, ps, true),
        129 => shift_unsigned(a, b),
        257 => truncate(a, b, ps),
        321 => truncate_unsigned(a, b),
        _ => convert(f.ra(), b, ps),
    };
    answer.unwrap_or(INVALID)
}

fn add(a: u128, b: u128, subtract: bool, ps: bool) -> Option<(u128, u64)> {
    let ((a, a_negative), (b, b_negative)) = (unpack(a)?, unpack(b)?);
    let b_negative = b_negative != subtract;
    Some(if a_negative == b_negative {
        pack(a + b, a_negative, ps)
    } else if a >= b {
        pack(a - b, a_negative, ps)
    } else {
        pack(b - a, b_negative, ps)
    })
}

/// Digits of VRB moved by the signed byte 7 of VRA; what comes out on the right may round.
fn shift(a: u128, b: u128, ps: bool, round: bool) -> Option<(u128, u64)> {
    let (magnitude, negative) = unpack(b)?;
    let n = i32::from((a >> 64) as i8).clamp(-32, 32);
    let old = b >> 4;
    let (value, lost) = if n >= 0 {
        let kept = if n < 31 { to_digits(magnitude, DIGITS - n as u32) << (4 * n) } else { 0 };
        let lost = if n < 31 { old >> (4 * (31 - n)) != 0 } else { old != 0 };
        (kept, lost)
    } else {
        let n = -n as u32;
        let (kept, last) = if n > 31 { (0, 0) } else { (magnitude / power(n), magnitude / power(n - 1) % 10) };
        (to_digits(kept + u128::from(round && last >= 5), DIGITS), false)
    };
    let field = order(value == 0, negative) | if lost { SO } else { 0 };
    Some((value << 4 | sign(negative, ps), field))
}

fn shift_unsigned(a: u128, b: u128) -> Option<(u128, u64)> {
    digits(b, 32)?;
    let n = i32::from((a >> 64) as i8).clamp(-32, 32);
    let (value, lost) = match n {
        32 => (0, b != 0),
        0 => (b, false),
        1.. => (b << (4 * n), b >> (128 - 4 * n) != 0),
        -32 => (0, false),
        _ => (b >> (-4 * n), false),
    };
    Some((value, order(value == 0, false) | if lost { SO } else { 0 }))
}

fn truncate(a: u128, b: u128, ps: bool) -> Option<(u128, u64)> {
    let (_, negative) = unpack(b)?;
    let (n, old) = ((a >> 64) as u16, b >> 4);
    let value = if n < 31 { old & ((1 << (4 * n)) - 1) } else { old };
    let lost = if value != old { SO } else { 0 };
    Some((value << 4 | sign(negative, ps), order(value == 0, negative) | lost))
}

fn truncate_unsigned(a: u128, b: u128) -> Option<(u128, u64)> {
    digits(b, 32)?;
    let n = (a >> 64) as u16;
    let value = if n < 32 { b & ((1 << (4 * n)) - 1) } else { b };
    let lost = if value != b { SO } else { 0 };
    Some((value, order(value == 0, false) | lost))
}

fn copy_sign(a: u128, b: u128) -> Option<(u128, u64)> {
    let ((magnitude, _), (_, negative)) = (unpack(a)?, unpack(b)?);
    Some((a & !15 | b & 15, order(magnitude == 0, negative)))
}

fn convert(which: u32, b: u128, ps: bool) -> Option<(u128, u64)> {
    match which {
        0 => {
            let (magnitude, negative) = unpack(b)?;
            let value = if negative { magnitude.wrapping_neg() } else { magnitude };
            Some((value, order(magnitude == 0, negative)))
        }
        2 => Some(pack((b as i128).unsigned_abs(), (b as i128) < 0, ps)),
        4 => {
            let (magnitude, negative) = unpack(b)?;
            let code = [[3, 7], [12, 13]][usize::from(ps)][usize::from(negative)];
            let zone = if ps { 15 } else { 3 };
            let all = spread(magnitude, 8, 16, zone << 4) & !0xf0 | code << 4;
            let over = if magnitude >= power(16) { SO } else { 0 };
            Some((all, order(magnitude == 0, negative) | over))
        }
        5 => {
            let (magnitude, negative) = unpack(b)?;
            let all = spread(magnitude, 16, 7, 0x30) << 16 | if negative { 0x2d } else { 0x2b };
            let over = if magnitude >= power(7) { SO } else { 0 };
            Some((all, order(magnitude == 0, negative) | over))
        }
        6 => from_zoned(b, ps),
        7 => from_national(b, ps),
        _ => {
            let (magnitude, negative) = unpack(b)?;
            Some((b & !15 | sign(negative, ps), order(magnitude == 0, negative)))
        }
    }
}

/// `n` digits in elements of `w` bits, each with a zone above.
fn spread(magnitude: u128, w: u32, n: u32, zone: u128) -> u128 {
    (0..n).fold(0, |all, i| all | (zone | (magnitude / power(i) % 10)) << (w * i))
}

/// PS says what zones are there; a positive result has the sign 12.
fn from_zoned(b: u128, ps: bool) -> Option<(u128, u64)> {
    let zone = if ps { 15 } else { 3 };
    let code = b >> 4 & 15;
    let negative = match (ps, code) {
        (false, code) => code & 4 != 0,
        (true, 11 | 13) => true,
        (true, 10 | 12 | 14 | 15) => false,
        _ => return None,
    };
    let mut magnitude = 0;
    for i in (0..16).rev() {
        let byte = b >> (8 * i) & 0xff;
        if i != 0 && byte >> 4 != zone || byte & 15 > 9 {
            return None;
        }
        magnitude = magnitude * 10 + (byte & 15);
    }
    Some((to_digits(magnitude, DIGITS) << 4 | sign(negative, false), order(magnitude == 0, negative)))
}

fn from_national(b: u128, ps: bool) -> Option<(u128, u64)> {
    let negative = match b & 0xffff {
        0x2b => false,
        0x2d => true,
        _ => return None,
    };
    let mut magnitude = 0;
    for i in (1..8).rev() {
        let digit = (b >> (16 * i) & 0xffff).checked_sub(0x30).filter(|d| *d < 10)?;
        magnitude = magnitude * 10 + digit;
    }
    Some((to_digits(magnitude, DIGITS) << 4 | sign(negative, ps), order(magnitude == 0, negative)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums() {
        assert_eq!(add(0x123c, 0x877c, false, false), Some((0x1000c, GT)));
        assert_eq!(add(0x123c, 0x123c, true, true), Some((0xf, EQ)));
        assert_eq!(add(0x12_3450, 0x1c, false, false), None, "no sign");
    }
}
