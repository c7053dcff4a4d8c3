//! Instructions of the vector-scalar unit that move bits and touch no status.
//!
//! Power ISA 3.0B, Book I, 7.6.1.11 "VSX Permute Instructions" and those around it.

use softfloat::{F32, F64};

use crate::format::W;
use crate::fp;
use crate::vector::{collect, get};
use crate::vsx::{high, top};
use crate::vsx_test;

const SIGN_D: u128 = 1 << 127 | 1 << 63;
const SIGN_S: u128 = 1 << 127 | 1 << 95 | 1 << 63 | 1 << 31;

/// The new value of the target register, if the instruction is one of these.
pub(crate) fn moved(f: W, a: u128, b: u128, t: u128) -> Option<u128> {
    Some(match f.xo9() {
        164 => collect(32, |_| get(b, 32, f.ra() & 3)),
        165 => high(get(b << (8 * (f.ra() & 15)), 32, 0)),
        181 => insert_word(get(b, 32, 1), f.ra() & 15, t),
        267 => {
            let word = u64::from(fp::narrow(top(b)));
            high(word << 32 | word)
        }
        331 => high(fp::widen((top(b) >> 32) as u32)),
        345 => high(top(b) & !(1 << 63)),
        361 => high(top(b) | 1 << 63),
        377 => high(top(b) ^ 1 << 63),
        409 => b & !SIGN_S,
        425 => b | SIGN_S,
        441 => b ^ SIGN_S,
        473 => b & !SIGN_D,
        489 => b | SIGN_D,
        505 => b ^ SIGN_D,
        475 => return parts(f.ra(), b),
        _ if f.0 >> 1 & 0x3ff == 360 && f.ra() < 8 => collect(8, |_| u64::from(f.0 >> 11)),
        xo if matches!(xo >> 5, 13 | 15) && xo >> 1 & 7 == 5 => {
            let wide = xo & 0x40 != 0;
            vsx_test::vector_class(wide, f.dcmxv(), b)
        }
        _ => return permuted(f, a, b, t),
    })
}

fn permuted(f: W, a: u128, b: u128, t: u128) -> Option<u128> {
    let xo = f.xo8();
    Some(match xo {
        18 | 50 => collect(32, |i| get(if i % 2 == 0 { a } else { b }, 32, i / 2 + xo / 25)),
        26 | 58 => collect(8, |i| {
            let n = get(b, 8, i) as u32 & 31;
            let n = if xo == 58 { 31 - n } else { n };
            get(if n < 16 { a } else { t }, 8, n % 16)
        }),
        2 | 34 | 66 | 98 => {
            let first = xo >> 5;
            collect(32, |i| if i + first < 4 { get(a, 32, i + first) } else { get(b, 32, i + first - 4) })
        }
        176 => high(top(a) & 1 << 63 | top(b) & !(1 << 63)),
        208 => a & SIGN_S | b & !SIGN_S,
        240 => a & SIGN_D | b & !SIGN_D,
        216 => collect(32, |i| get(a, 32, i) & 0x807f_ffff | (get(b, 32, i) & 0xff) << 23),
        248 => collect(64, |i| get(a, 64, i) & 0x800f_ffff_ffff_ffff | (get(b, 64, i) & 0x7ff) << 52),
        _ => return None,
    })
}

/// Exponents, significands, reversed bytes.
fn parts(which: u32, b: u128) -> Option<u128> {
    let reversed = |bits: u32| collect(bits, |i| get(b, bits, i).swap_bytes() >> (64 - bits));
    Some(match which {
        0 => collect(64, |i| get(b, 64, i) >> 52 & 0x7ff),
        1 => collect(64, |i| significand(get(b, 64, i))),
        7 => reversed(16),
        8 => collect(32, |i| get(b, 32, i) >> 23 & 0xff),
        9 => collect(32, |i| {
            let (v, exponent) = (get(b, 32, i), get(b, 32, i) >> 23 & 0xff);
            v & 0x7f_ffff | u64::from(exponent != 0 && exponent != 0xff) << 23
        }),
        15 => reversed(32),
        23 => reversed(64),
        31 => b.swap_bytes(),
        _ => return None,
    })
}

fn significand(v: u64) -> u64 {
    let exponent = v >> 52 & 0x7ff;
    v & 0xf_ffff_ffff_ffff | u64::from(exponent != 0 && exponent != 0x7ff) << 52
}

/// The word at a byte's place; bytes that would be outside are lost.
fn insert_word(word: u64, at: u32, t: u128) -> u128 {
    let mask = 0xffff_ffff << 96 >> (8 * at);
    t & !mask | u128::from(word) << 96 >> (8 * at)
}

/// What a general register or a CR field gets, without FPSCR.
pub(crate) fn general(f: W, a: u128, b: u128) -> Option<u64> {
    let xo9 = f.xo9();
    match (xo9, f.xo8()) {
        (347, _) if f.ra() == 0 => Some(top(b) >> 52 & 0x7ff),
        (347, _) if f.ra() == 1 => Some(significand(top(b))),
        (106, _) => Some(vsx_test::square_root::<F64>([top(b)])),
        (234, _) => Some(vsx_test::square_root::<F64>([top(b), b as u64])),
        (170, _) => Some(vsx_test::square_root::<F32>([0, 1, 2, 3].map(|i| get(b, 32, i) as u32))),
        (_, 61) => Some(vsx_test::division::<F64>([(top(a), top(b))])),
        (_, 125) => Some(vsx_test::division::<F64>([(top(a), top(b)), (a as u64, b as u64)])),
        (_, 93) => {
            let pair = |i| (get(a, 32, i) as u32, get(b, 32, i) as u32);
            Some(vsx_test::division::<F32>([0, 1, 2, 3].map(pair)))
        }
        _ => None,
    }
}
