//! Functions of cryptography: AES, carry-less multiplication, SHA (SDM volume 1, "AESNI and PCLMULQDQ", "Intel SHA Extensions";
//! FIPS 197 and FIPS 180-4).

use super::lanes::lane;
use super::{Op, ops};

/// A product in AES's field (FIPS 197, "Multiplication": modulo x^8 + x^4 + x^3 + x + 1).
const fn times(a: u8, b: u8) -> u8 {
    let (mut product, mut a, mut b) = (0, a, b);
    while b != 0 {
        if b & 1 != 0 {
            product ^= a;
        }
        a = a << 1 ^ if a & 0x80 != 0 { 0x1b } else { 0 };
        b >>= 1;
    }
    product
}

/// FIPS 197, "SubBytes() Transformation": the inverse, then an affine map. The inverse is the 254th power.
const fn substitution() -> [u8; 256] {
    let mut table = [0; 256];
    let mut n = 0;
    while n < 256 {
        let mut inverse = 1;
        let mut k = 0;
        while k < 254 {
            inverse = times(inverse, n as u8);
            k += 1;
        }
        let i = inverse;
        table[n] = i ^ i.rotate_left(1) ^ i.rotate_left(2) ^ i.rotate_left(3) ^ i.rotate_left(4) ^ 0x63;
        n += 1;
    }
    table
}

const fn inverted(table: &[u8; 256]) -> [u8; 256] {
    let mut inverse = [0; 256];
    let mut n = 0;
    while n < 256 {
        inverse[table[n] as usize] = n as u8;
        n += 1;
    }
    inverse
}

static SUBSTITUTE: [u8; 256] = substitution();
static RESTORE: [u8; 256] = inverted(&substitution());

fn substitute(v: u128, table: &[u8; 256]) -> u128 {
    u128::from_le_bytes(v.to_le_bytes().map(|b| table[usize::from(b)]))
}

/// Row r of the state is moved by `step` * r columns: byte 4c + r comes from column c + step * r.
fn shift_rows(v: u128, step: usize) -> u128 {
    let b = v.to_le_bytes();
    u128::from_le_bytes(std::array::from_fn(|n| b[(n + 4 * step * (n % 4)) % 16]))
}

/// Columns times a polynomial with these coefficients.
fn mix_columns(v: u128, by: [u8; 4]) -> u128 {
    let b = v.to_le_bytes();
    let cell = |n: usize| (0..4).fold(0, |sum, k| sum ^ times(b[n & !3 | (n + k) & 3], by[k]));
    u128::from_le_bytes(std::array::from_fn(cell))
}

const MIX: [u8; 4] = [2, 3, 1, 1];
const UNMIX: [u8; 4] = [14, 11, 13, 9];

fn encrypt(state: u128) -> u128 {
    substitute(shift_rows(state, 1), &SUBSTITUTE)
}

fn decrypt(state: u128) -> u128 {
    substitute(shift_rows(state, 3), &RESTORE)
}

/// AESKEYGENASSIST.
fn key_assist(key: u128, constant: u32) -> u128 {
    let word = |n: u32| lane(substitute(key, &SUBSTITUTE), 32, n) as u32;
    let (x1, x3) = (word(1), word(3));
    let turned = |x: u32| x.rotate_right(8) ^ constant;
    [x1, turned(x1), x3, turned(x3)].into_iter().rev().fold(0, |sum, x| sum << 32 | u128::from(x))
}

/// A product without carries.
fn carryless(a: u64, b: u64) -> u128 {
    (0..64).filter(|n| b >> n & 1 != 0).fold(0, |sum, n| sum ^ u128::from(a) << n)
}

/// The lanes of 32 bits, lowest first.
fn words(v: u128) -> [u32; 4] {
    std::array::from_fn(|n| lane(v, 32, n as u32) as u32)
}

fn vector(words: [u32; 4]) -> u128 {
    words.into_iter().rev().fold(0, |sum, w| sum << 32 | u128::from(w))
}

/// SHA1RNDS4: four rounds; the functions and constants of FIPS 180-4, "SHA-1 Functions" and "SHA-1 Constants".
fn sha1_rounds(a: u128, b: u128, imm: u32) -> u128 {
    let f = |b: u32, c: u32, d: u32| match imm & 3 {
        0 => b & c ^ !b & d,
        2 => b & c ^ b & d ^ c & d,
        _ => b ^ c ^ d,
    };
    let k = [0x5a82_7999u32, 0x6ed9_eba1, 0x8f1b_bcdc, 0xca62_c1d6][(imm & 3) as usize];
    let [mut d, mut c, mut b_, mut a_] = words(a);
    let w = words(b);
    let mut e = 0u32;
    for n in 0..4 {
        let next = f(b_, c, d).wrapping_add(a_.rotate_left(5)).wrapping_add(w[3 - n]).wrapping_add(e).wrapping_add(k);
        (e, d, c, b_, a_) = (d, c, b_.rotate_left(30), a_, next);
    }
    vector([d, c, b_, a_])
}

fn sha1_message_2(a: u128, b: u128) -> u128 {
    let (x, y) = (words(a), words(b));
    let w16 = (x[3] ^ y[2]).rotate_left(1);
    vector([(x[0] ^ w16).rotate_left(1), (x[1] ^ y[0]).rotate_left(1), (x[2] ^ y[1]).rotate_left(1), w16])
}

/// FIPS 180-4, "SHA-224 and SHA-256 Functions": the small sigmas.
fn sigma0(x: u32) -> u32 {
    x.rotate_right(7) ^ x.rotate_right(18) ^ x >> 3
}

fn sigma1(x: u32) -> u32 {
    x.rotate_right(17) ^ x.rotate_right(19) ^ x >> 10
}

fn sha256_message_1(a: u128, b: u128) -> u128 {
    let (x, y) = (words(a), words(b));
    vector([0, 1, 2, 3].map(|n| x[n].wrapping_add(sigma0(if n == 3 { y[0] } else { x[n + 1] }))))
}

fn sha256_message_2(a: u128, b: u128) -> u128 {
    let (x, y) = (words(a), words(b));
    let w16 = x[0].wrapping_add(sigma1(y[2]));
    let w17 = x[1].wrapping_add(sigma1(y[3]));
    vector([w16, w17, x[2].wrapping_add(sigma1(w16)), x[3].wrapping_add(sigma1(w17))])
}

/// SHA256RNDS2: two rounds with the sums of message and constant in the low half of `wk`.
fn sha256_rounds(a: u128, b: u128, wk: u128) -> u128 {
    let [mut h, mut g, mut d, mut c] = words(a);
    let [mut f, mut e, mut b_, mut a_] = words(b);
    for wk in &words(wk)[..2] {
        let s1 = e.rotate_right(6) ^ e.rotate_right(11) ^ e.rotate_right(25);
        let s0 = a_.rotate_right(2) ^ a_.rotate_right(13) ^ a_.rotate_right(22);
        let choice = e & f ^ !e & g;
        let majority = a_ & b_ ^ a_ & c ^ b_ & c;
        let t = choice.wrapping_add(s1).wrapping_add(*wk).wrapping_add(h);
        (h, g, f, e, d, c, b_, a_) = (g, f, e, t.wrapping_add(d), c, b_, a_, t.wrapping_add(majority).wrapping_add(s0));
    }
    vector([f, e, b_, a_])
}

/// The functions.
pub(super) static OPS: &[Op] = ops! {
    Aesenc |_, a, b, _| mix_columns(encrypt(a), MIX) ^ b;
    Aesenclast |_, a, b, _| encrypt(a) ^ b;
    Aesdec |_, a, b, _| mix_columns(decrypt(a), UNMIX) ^ b;
    Aesdeclast |_, a, b, _| decrypt(a) ^ b;
    Aesimc |_, _, b, _| mix_columns(b, UNMIX);
    Aeskeygenassist |_, _, b, i| key_assist(b, i);
    Pclmulqdq |_, a, b, i| carryless(lane(a, 64, i & 1), lane(b, 64, i >> 4 & 1));
    Sha1msg1 |_, a, b, _| a ^ (a << 64 | b >> 64);
    Sha1msg2 |_, a, b, _| sha1_message_2(a, b);
    Sha1nexte |_, a, b, _| {
        let (x, mut y) = (words(a), words(b));
        y[3] = y[3].wrapping_add(x[3].rotate_left(30));
        vector(y)
    };
    Sha1rnds4 |_, a, b, i| sha1_rounds(a, b, i);
    Sha256msg1 |_, a, b, _| sha256_message_1(a, b);
    Sha256msg2 |_, a, b, _| sha256_message_2(a, b);
    Sha256rnds2 |f, a, b, _| sha256_rounds(a, b, f.third);
};
