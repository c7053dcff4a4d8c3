//! What the vector instructions of versions 2.07 and 3.0 do to whole registers.
//!
//! Power ISA 3.0B, Book I, chapter 6. Elements are counted as the manual counts: 0 is the leftmost.

use bits::sign_extend;
use cpu::Ctx;

use crate::aes;
use crate::bcd;
use crate::format::W;
use crate::target::Ppc;
use crate::trap::Trap;
use crate::vector::{collect, get, read, signed, write};

type Out = Result<u64, Trap>;
type Args = [u64; 4];

/// Operands: VRA, VRB, VRC, VRT.
#[derive(Clone, Copy)]
struct X {
    a: u128,
    b: u128,
    c: u128,
    t: u128,
}

/// Helper: an instruction: its bits, RA; CR field 6 or a general register's value.
pub(crate) fn run<T: Ppc>(ctx: &mut Ctx<T>, [bits, ra, ..]: Args) -> Out {
    let f = W(bits as u32);
    let [a, b, c, t] = [f.ra(), f.rb(), f.mb(), f.rt()].map(|n| read(ctx, n));
    let x = X { a, b, c, t };
    let xo = f.0 & 0x7ff;
    if let Some(value) = general(xo, f.ra(), b, ra) {
        return Ok(value);
    }
    if xo & 0x3f == 1 && xo != 1 && xo != 513 && xo != 65 && xo != 577 {
        let (value, field) = bcd::run(f, a, b);
        write(ctx, f.rt(), value);
        return Ok(field);
    }
    if let Some((value, saturated)) = packed(xo, a, b) {
        write(ctx, f.rt(), value);
        ctx.state.vscr |= u32::from(saturated);
        return Ok(0);
    }
    let value = match xo & 0x3f {
        35 | 45 | 59..=63 => three(xo & 0x3f, x),
        7 => compare(xo & 0x3ff, x),
        _ => arithmetic(xo, x)
            .or_else(|| quadword(xo, x))
            .or_else(|| unary(xo, f.ra(), b))
            .or_else(|| moved(xo, f, x))
            .unwrap_or_else(|| crypto(xo, f, x)),
    };
    write(ctx, f.rt(), value);
    Ok(u64::from(value == u128::MAX) << 3 | u64::from(value == 0) << 1)
}

/// Width of the elements by two bits of the opcode.
fn width(xo: u32) -> u32 {
    8 << (xo >> 6 & 3)
}

fn each(w: u32, a: u128, b: u128, op: impl Fn(u64, u64) -> u64) -> u128 {
    collect(w, |i| op(get(a, w, i), get(b, w, i)))
}

fn each_s(w: u32, a: u128, b: u128, op: impl Fn(i64, i64) -> i64) -> u128 {
    collect(w, |i| op(signed(a, w, i), signed(b, w, i)) as u64)
}

/// Mask from bit `mb` to bit `me`, as the manual counts, around the end if need be.
fn mask(w: u32, mb: u32, me: u32) -> u64 {
    let ones = bits::mask(w);
    let (from, to) = (ones >> mb, ones << (w - 1 - me) & ones);
    if mb <= me { from & to } else { from | to }
}

fn rotate(w: u32, v: u64, n: u32) -> u64 {
    (v << n | if n == 0 { 0 } else { v >> (w - n) }) & bits::mask(w)
}

/// Rotations under a mask: shift, begin and end of it are bytes of VRB's elements.
fn rotated(w: u32, x: X, keep: bool) -> u128 {
    collect(w, |i| {
        let (b, field) = (get(x.b, w, i) as u32, w - 1);
        let m = mask(w, b >> 16 & field, b >> 8 & field);
        let value = rotate(w, get(x.a, w, i), b & field) & m;
        if keep { value | get(x.t, w, i) & !m } else { value }
    })
}

fn arithmetic(xo: u32, x: X) -> Option<u128> {
    let (a, b, w) = (x.a, x.b, width(xo));
    Some(match xo {
        192 => each(64, a, b, u64::wrapping_add),
        1216 => each(64, a, b, u64::wrapping_sub),
        194 => each(64, a, b, u64::max),
        450 => each_s(64, a, b, i64::max),
        706 => each(64, a, b, u64::min),
        962 => each_s(64, a, b, i64::min),
        196 => each(64, a, b, |x, y| x.rotate_left(y as u32 & 63)),
        1476 => each(64, a, b, |x, y| x << (y & 63)),
        1732 => each(64, a, b, |x, y| x >> (y & 63)),
        964 => each_s(64, a, b, |x, y| x >> (y & 63)),
        136 => collect(64, |i| get(a, 32, 2 * i + 1) * get(b, 32, 2 * i + 1)),
        392 => collect(64, |i| (signed(a, 32, 2 * i + 1) * signed(b, 32, 2 * i + 1)) as u64),
        648 => collect(64, |i| get(a, 32, 2 * i) * get(b, 32, 2 * i)),
        904 => collect(64, |i| (signed(a, 32, 2 * i) * signed(b, 32, 2 * i)) as u64),
        137 => each(32, a, b, u64::wrapping_mul),
        1027 | 1091 | 1155 => each(w, a, b, u64::abs_diff),
        133 | 389 => rotated(32, x, xo == 133),
        197 | 453 => rotated(64, x, xo == 197),
        1668 => !(a ^ b),
        1412 => !(a & b),
        1348 => a | !b,
        _ => return None,
    })
}

/// Sum of three and the carry.
fn sum(a: u128, b: u128, carry: bool) -> (u128, u128) {
    let (first, over) = a.overflowing_add(b);
    let (second, more) = first.overflowing_add(carry.into());
    (second, u128::from(over || more))
}

/// Ten times a quadword, plus a digit, and what does not fit.
fn times_ten(a: u128, digit: u128) -> (u128, u128) {
    let low = (a & u128::from(u64::MAX)) * 10 + digit;
    let high = (a >> 64) * 10 + (low >> 64);
    (high << 64 | low & u128::from(u64::MAX), high >> 64)
}

fn quadword(xo: u32, X { a, b, .. }: X) -> Option<u128> {
    Some(match xo {
        256 => a.wrapping_add(b),
        320 => sum(a, b, false).1,
        1280 => a.wrapping_sub(b),
        1344 => sum(a, !b, true).1,
        513 => times_ten(a, 0).0,
        1 => times_ten(a, 0).1,
        577 => times_ten(a, b & 15).0,
        65 => times_ten(a, b & 15).1,
        _ => return None,
    })
}

fn three(xo: u32, X { a, b, c, .. }: X) -> u128 {
    match xo {
        60 => sum(a, b, c & 1 != 0).0,
        61 => sum(a, b, c & 1 != 0).1,
        62 => sum(a, !b, c & 1 != 0).0,
        63 => sum(a, !b, c & 1 != 0).1,
        45 => collect(8, |i| {
            let n = get(c, 8, i) as u32;
            get(a, 8, n >> 4) ^ get(b, 8, n & 15)
        }),
        59 => collect(8, |i| {
            let n = 31 - (get(c, 8, i) as u32 & 31);
            get(if n < 16 { a } else { b }, 8, n % 16)
        }),
        _ => {
            let product = |i| u128::from(get(a, 64, i)) * u128::from(get(b, 64, i));
            product(0).wrapping_add(product(1)).wrapping_add(c)
        }
    }
}

fn compare(xo: u32, X { a, b, .. }: X) -> u128 {
    let ones = |holds: bool| if holds { u64::MAX } else { 0 };
    let w = 8 << (xo >> 6 & 3);
    match xo {
        199 => each(64, a, b, |x, y| ones(x == y)),
        711 => each(64, a, b, |x, y| ones(x > y)),
        967 => collect(64, |i| ones(signed(a, 64, i) > signed(b, 64, i))),
        7 | 71 | 135 => each(w, a, b, |x, y| ones(x != y)),
        _ => each(w, a, b, |x, y| ones(x != y || x == 0 || y == 0)),
    }
}

/// Packs doublewords; whether one has been saturated.
fn packed(xo: u32, a: u128, b: u128) -> Option<(u128, bool)> {
    let mut saturated = false;
    let (from_signed, range) = match xo {
        1102 => (false, None),
        1230 => (false, Some((0, i128::from(u32::MAX)))),
        1358 => (true, Some((0, i128::from(u32::MAX)))),
        1486 => (true, Some((i128::from(i32::MIN), i128::from(i32::MAX)))),
        _ => return None,
    };
    let value = collect(32, |i| {
        let v = get(if i < 2 { a } else { b }, 64, i % 2);
        let Some((low, high)) = range else { return v };
        let number = if from_signed { i128::from(v as i64) } else { i128::from(v) };
        saturated |= number < low || number > high;
        number.clamp(low, high) as u64
    });
    Some((value, saturated))
}

/// Leading zeros of an element.
fn leading(w: u32, v: u64) -> u64 {
    (v.leading_zeros() + w - 64).into()
}

fn parity(w: u32, b: u128) -> u128 {
    collect(w, |i| u64::from((get(b, w, i) & 0x0101_0101_0101_0101).count_ones() & 1))
}

fn unary(xo: u32, which: u32, b: u128) -> Option<u128> {
    let w = width(xo);
    let extended = |from: u32, to: u32| collect(to, |i| sign_extend(get(b, to, i) & bits::mask(from), from));
    Some(match (xo, which) {
        (1614, _) => collect(64, |i| signed(b, 32, i) as u64),
        (1742, _) => collect(64, |i| signed(b, 32, i + 2) as u64),
        (1794 | 1858 | 1922 | 1986, _) => collect(w, |i| leading(w, get(b, w, i))),
        (1795 | 1859 | 1923 | 1987, _) => collect(w, |i| get(b, w, i).count_ones().into()),
        (1538, 6) => collect(32, |i| get(b, 32, i).wrapping_neg()),
        (1538, 7) => collect(64, |i| get(b, 64, i).wrapping_neg()),
        (1538, 8) => parity(32, b),
        (1538, 9) => parity(64, b),
        (1538, 10) => {
            let halves = parity(64, b);
            (halves >> 64 ^ halves) & 1
        }
        (1538, 16) => extended(8, 32),
        (1538, 17) => extended(16, 32),
        (1538, 24) => extended(8, 64),
        (1538, 25) => extended(16, 64),
        (1538, 26) => extended(32, 64),
        (1538, 28..=31) => {
            let w = 8 << (which - 28);
            collect(w, |i| u64::from(get(b, w, i).trailing_zeros().min(w)))
        }
        (1292, _) => collect(8, |i| {
            // Bit j of byte i comes from bit i of byte j, eight by eight.
            let (first, at) = (i & 8, i & 7);
            (0..8).map(|j| (get(b, 8, first + j) >> (7 - at) & 1) << (7 - j)).sum()
        }),
        _ => return None,
    })
}

/// Bits of `v` (of `w` bits) that the bytes of `selectors` name, as the manual counts.
fn gather(v: u128, w: u32, selectors: impl Iterator<Item = u64>) -> u64 {
    selectors.fold(0, |all, n| all << 1 | if n < w.into() { (v >> (u64::from(w) - 1 - n)) as u64 & 1 } else { 0 })
}

fn moved(xo: u32, f: W, X { a, b, t, .. }: X) -> Option<u128> {
    let at = f.ra() & 15;
    let extracted = |w: u32| u128::from(get(b << (8 * at), w, 0)) << 64;
    let inserted = |w: u32| {
        let ones = u128::from(bits::mask(w)) << (128 - w);
        let element = b >> 64 << (128 - w);
        t & !(ones >> (8 * at)) | element >> (8 * at)
    };
    let byte = |v: u128, i: u32| if i < 16 { get(v, 8, i) } else { 0 };
    Some(match xo {
        1676 | 1932 => {
            let odd = u32::from(xo == 1676);
            collect(32, |i| get(if i % 2 == 0 { a } else { b }, 32, i / 2 * 2 + odd))
        }
        525 => extracted(8),
        589 => extracted(16),
        653 => extracted(32),
        717 => extracted(64),
        781 => inserted(8),
        845 => inserted(16),
        909 => inserted(32),
        973 => inserted(64),
        1860 => collect(8, |i| (byte(a, i) << 8 | byte(a, i + 1)) << (byte(b, i) & 7) >> 8),
        1796 => collect(8, |i| (byte(a, i.wrapping_sub(1)) << 8 | byte(a, i)) >> (byte(b, i) & 7)),
        1356 => u128::from(gather(a, 128, (0..16).map(|i| get(b, 8, i)))) << 64,
        1484 => collect(64, |i| {
            let half = u128::from(get(a, 64, i));
            gather(half, 64, (8 * i..8 * i + 8).map(|n| get(b, 8, n)))
        }),
        _ => return None,
    })
}

/// What a general register gets.
fn general(xo: u32, which: u32, b: u128, ra: u64) -> Option<u64> {
    let lowest = |i: u32| get(b, 8, i) & 1 != 0;
    let n = ra as u32 & 15;
    let from_left = |w: u32| get(b << (8 * n), w, 0);
    let from_right = |w: u32| (b >> (8 * n)) as u64 & bits::mask(w);
    Some(match (xo, which) {
        (1538, 0) => (0..16).position(lowest).unwrap_or(16) as u64,
        (1538, 1) => (0..16).rev().position(lowest).unwrap_or(16) as u64,
        (1549, _) => from_left(8),
        (1613, _) => from_left(16),
        (1677, _) => from_left(32),
        (1805, _) => from_right(8),
        (1869, _) => from_right(16),
        (1933, _) => from_right(32),
        _ => return None,
    })
}

/// Product without carries.
fn carryless(a: u64, b: u64) -> u128 {
    (0..64).filter(|n| b >> n & 1 != 0).fold(0, |all, n| all ^ u128::from(a) << n)
}

/// Sums and sigmas of SHA-2 (FIPS 180-4, 4.1.2 and 4.1.3): two rotations and a shift, or three rotations.
const SIGMA_256: [[u32; 3]; 4] = [[7, 18, 3], [17, 19, 10], [2, 13, 22], [6, 11, 25]];
const SIGMA_512: [[u32; 3]; 4] = [[1, 8, 7], [19, 61, 6], [28, 34, 39], [14, 18, 41]];

fn sigma(w: u32, v: u64, kind: usize) -> u64 {
    let [x, y, z] = if w == 32 { SIGMA_256[kind] } else { SIGMA_512[kind] };
    let right = |n: u32| rotate(w, v, w - n);
    right(x) ^ right(y) ^ if kind < 2 { v >> z } else { right(z) }
}

fn crypto(xo: u32, f: W, X { a, b, .. }: X) -> u128 {
    match xo {
        1032 | 1096 | 1160 => {
            let w = width(xo);
            let product = |i| carryless(get(a, w, i), get(b, w, i)) as u64;
            collect(2 * w, |i| product(2 * i) ^ product(2 * i + 1))
        }
        1224 => carryless(get(a, 64, 0), get(b, 64, 0)) ^ carryless(get(a, 64, 1), get(b, 64, 1)),
        1666 | 1730 => {
            let w = if xo == 1666 { 32 } else { 64 };
            let (function, select) = (f.rb() >> 4, f.rb() & 15);
            collect(w, |i| {
                let which = select >> (3 - i * w / 32) & 1;
                sigma(w, get(a, w, i), (2 * function + which) as usize)
            })
        }
        1288 => aes::mix(aes::round(a)) ^ b,
        1289 => aes::round(a) ^ b,
        1352 => aes::unmix(aes::inverse_round(a) ^ b),
        1353 => aes::inverse_round(a) ^ b,
        _ => aes::substitute(a),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_without_carries() {
        assert_eq!(carryless(3, 3), 5);
        assert_eq!(carryless(u64::MAX, 2), u128::from(u64::MAX) << 1);
    }

    #[test]
    fn masks_go_around() {
        assert_eq!(mask(32, 30, 1), 0xc000_0003);
        assert_eq!(mask(64, 0, 63), u64::MAX);
    }
}
