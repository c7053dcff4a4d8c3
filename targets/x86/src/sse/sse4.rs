//! Functions of SSE4.1 and SSE4A that are not lane by lane (SDM volume 1, "Programming with Intel SSE3, SSSE3, Intel SSE4 and Intel
//! AES-NI"; APM volume 4).

use super::lanes::{build, lane};
use super::{Fp, Op, fp, ops};

/// Lanes of the second operand where the third's top bits are set.
fn blend(bits: u32, mask: u128, a: u128, b: u128) -> u128 {
    build(bits, |n| lane(if lane(mask, bits, n) >> (bits - 1) != 0 { b } else { a }, bits, n))
}

/// DPPS: products chosen by the upper bits of `imm`, the sum put where the lower ones say. SDM volume 2A, "DPPS": pairs are added first.
fn dot32(f: &mut Fp, a: u128, b: u128, imm: u32) -> u128 {
    let mut product = [0; 4];
    for (n, p) in (0..4).zip(&mut product) {
        if imm >> (4 + n) & 1 != 0 {
            *p = fp::mul32(f, lane(a, 32, n) as u32, lane(b, 32, n) as u32);
        }
    }
    let low = fp::add32(f, product[0], product[1]);
    let high = fp::add32(f, product[2], product[3]);
    let sum = fp::add32(f, low, high);
    build(32, |n| if imm >> n & 1 != 0 { sum.into() } else { 0 })
}

fn dot64(f: &mut Fp, a: u128, b: u128, imm: u32) -> u128 {
    let mut product = [0; 2];
    for (n, p) in (0..2).zip(&mut product) {
        if imm >> (4 + n) & 1 != 0 {
            *p = fp::mul64(f, lane(a, 64, n), lane(b, 64, n));
        }
    }
    let sum = fp::add64(f, product[0], product[1]);
    build(64, |n| if imm >> n & 1 != 0 { sum } else { 0 })
}

/// MPSADBW: sums of absolute differences of a group of `b` and the groups of `a` at eight places.
fn sums(a: u128, b: u128, imm: u32) -> u128 {
    let (from_a, from_b) = ((imm >> 2 & 1) * 4, (imm & 3) * 4);
    let difference = |n: u32, k: u32| lane(a, 8, from_a + n + k).abs_diff(lane(b, 8, from_b + k));
    build(16, |n| (0..4).map(|k| difference(n, k)).sum())
}

/// INSERTPS: a lane of the source to a lane, others cleared.
fn insert_single(a: u128, b: u128, imm: u32) -> u128 {
    let value = lane(b, 32, imm >> 6 & 3);
    build(32, |n| match () {
        () if imm >> n & 1 != 0 => 0,
        () if n == imm >> 4 & 3 => value,
        () => lane(a, 32, n),
    })
}

/// APM volume 4, "EXTRQ": a length of 0 is 64.
fn field(length: u32) -> u64 {
    bits::mask(if length & 63 == 0 { 64 } else { length & 63 })
}

fn extract_field(a: u128, length: u32, index: u32) -> u128 {
    a >> 64 << 64 | u128::from((a as u64).checked_shr(index & 63).unwrap_or(0) & field(length))
}

fn insert_field(a: u128, value: u64, length: u32, index: u32) -> u128 {
    let mask = field(length) << (index & 63);
    a >> 64 << 64 | u128::from(a as u64 & !mask | value << (index & 63) & mask)
}

/// The functions. SSE4A's immediates are length (low byte, with bit 6) and index (second byte).
pub(super) static OPS: &[Op] = ops! {
    Pblendvb |f, a, b, _| blend(8, f.third, a, b);
    Blendvps |f, a, b, _| blend(32, f.third, a, b);
    Blendvpd |f, a, b, _| blend(64, f.third, a, b);
    Dpps |f, a, b, i| dot32(f, a, b, i);
    Dppd |f, a, b, i| dot64(f, a, b, i);
    Mpsadbw |_, a, b, i| sums(a, b, i);
    Insertps |_, a, b, i| insert_single(a, b, i);
    Extrq |_, a, b, i| {
        let (length, index) = if i != 0 { (i & 0x3f, i >> 8) } else { (b as u32 & 0x3f, b as u32 >> 8 & 0x3f) };
        extract_field(a, length, index)
    };
    Insertq |_, a, b, i| {
        let high = (b >> 64) as u32;
        let (length, index) = if i != 0 { (i & 0x3f, i >> 8) } else { (high & 0x3f, high >> 8 & 0x3f) };
        insert_field(a, b as u64, length, index)
    };
};
