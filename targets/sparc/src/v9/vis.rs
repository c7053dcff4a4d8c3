//! What VIS instructions compute on the parts of 64-bit registers.
//!
//! UltraSPARC I/II User's Manual, "VIS Instructions"; UltraSPARC III Cu User's Manual for VIS 2. All are pure functions of their
//! operands; the numbers are opf's.

use cpu::Ctx;

use super::target::Sparc64;
use super::trap::Fault;

type Out = Result<u64, Fault>;

/// Signed part `n` of 16 bits, 0 the lowest.
fn h(v: u64, n: u32) -> i32 {
    i32::from((v >> (16 * n)) as i16)
}

/// Signed part `n` of 32 bits.
fn w(v: u64, n: u32) -> i32 {
    (v >> (32 * n)) as i32
}

/// Byte `n`.
fn b(v: u64, n: u32) -> i32 {
    (v >> (8 * n) & 0xff) as i32
}

/// Four results of 16 bits.
fn halves(f: impl Fn(u32) -> i32) -> u64 {
    (0..4).fold(0, |all, n| all | u64::from(f(n) as u16) << (16 * n))
}

/// Two results of 32 bits.
fn words(f: impl Fn(u32) -> i32) -> u64 {
    (0..2).fold(0, |all, n| all | u64::from(f(n) as u32) << (32 * n))
}

/// A bit for each of `count` comparisons.
fn mask(count: u32, f: impl Fn(u32) -> bool) -> u64 {
    (0..count).fold(0, |all, n| all | u64::from(f(n)) << n)
}

/// EDGE8 to EDGE32L: "Edge Handling Instructions". Bits 3 and 2 of opf are the size, bit 1 little-endian order.
pub fn edge(a: u64, z: u64, opf: u64) -> u64 {
    let shift = (opf >> 2 & 3) as u32;
    let count = 8 >> shift;
    let all = (1u64 << count) - 1;
    let position = |v: u64| (v & 7) >> shift;
    let (first, last) = (position(a), count - 1 - position(z));
    let (left, right) =
        if opf & 2 == 0 { (all >> first, all << last & all) } else { (all << first & all, all >> last) };
    if (a ^ z) & !7 == 0 { left & right } else { left }
}

/// ARRAY8, ARRAY16, ARRAY32: "Three-Dimensional Array Addressing Instructions".
pub fn array(a: u64, size: u64, opf: u64) -> u64 {
    let n = size.min(5) as u32;
    let part = |lo: u32, len: u32, to: u32| bits::field(a, lo, len) << to;
    let low = part(11, 2, 0) | part(33, 2, 2) | part(55, 1, 4);
    let middle = part(13, 4, 5) | part(35, 4, 9) | part(56, 4, 13);
    let upper = if n == 0 { 0 } else { part(17, n, 17) | part(39, n, 17 + n) };
    let top = part(60, 4, 17 + 2 * n);
    (low | middle | upper | top) << (opf >> 1 & 3)
}

/// Partitioned multiplication ("Partitioned Multiply Instructions").
fn multiply(a: u64, z: u64, opf: u64) -> u64 {
    let high = |n: u32| h(a, n) >> 8;
    let low = |n: u32| h(a, n) & 0xff;
    // Rounded to the upper 16 of 24 bits.
    let round = |p: i32| (p + 0x80) >> 8;
    match opf {
        0x31 => halves(|n| round(b(a, n) * h(z, n))),
        0x33 => halves(|n| round(b(a, n) * h(z, 1))),
        0x35 => halves(|n| round(b(a, n) * h(z, 0))),
        0x36 => halves(|n| round(high(n) * h(z, n))),
        0x37 => halves(|n| (low(n) * h(z, n) + 0x8000) >> 16),
        0x38 => words(|n| (high(n) * h(z, n)) << 8),
        _ => words(|n| low(n) * h(z, n)),
    }
}

fn compare(a: u64, z: u64, opf: u64) -> u64 {
    match opf {
        0x20 => mask(4, |n| h(a, n) <= h(z, n)),
        0x22 => mask(4, |n| h(a, n) != h(z, n)),
        0x24 => mask(2, |n| w(a, n) <= w(z, n)),
        0x26 => mask(2, |n| w(a, n) != w(z, n)),
        0x28 => mask(4, |n| h(a, n) > h(z, n)),
        0x2a => mask(4, |n| h(a, n) == h(z, n)),
        0x2c => mask(2, |n| w(a, n) > w(z, n)),
        _ => mask(2, |n| w(a, n) == w(z, n)),
    }
}

/// Helper: operations on two operands.
pub(crate) fn op(_: &mut Ctx<Sparc64>, [a, z, opf, _]: [u64; 4]) -> Out {
    Ok(match opf {
        0x00..=0x0b => edge(a, z, opf),
        0x10..=0x14 => array(a, z, opf),
        0x20..=0x2e => compare(a, z, opf),
        0x31..=0x39 => multiply(a, z, opf),
        0x4b => (0..4).fold(0, |all, n| all | (b(a, n) as u64) << (16 * n + 8) | (b(z, n) as u64) << (16 * n)),
        0x4d => halves(|n| b(z, n) << 4),
        0x50 | 0x51 => halves(|n| h(a, n).wrapping_add(h(z, n))),
        0x52 | 0x53 => words(|n| w(a, n).wrapping_add(w(z, n))),
        0x54 | 0x55 => halves(|n| h(a, n).wrapping_sub(h(z, n))),
        0x56 | 0x57 => words(|n| w(a, n).wrapping_sub(w(z, n))),
        _ => 0,
    })
}

/// Helper: operations that know GSR ("Pixel Formatting Instructions", "Byte Mask and Shuffle"), and PDIST, whose third operand is rd.
pub(crate) fn op_gsr(_: &mut Ctx<Sparc64>, [a, z, opf, third]: [u64; 4]) -> Out {
    let scale = third >> 3 & 31;
    Ok(match opf {
        0x3a => words(|n| {
            let value = (i64::from(w(z, n)) << scale) >> 23;
            w(a, n) << 8 | value.clamp(0, 255) as i32
        }),
        0x3b => (0..4).fold(0, |all, n| {
            let value = (h(z, n) << (scale & 15)) >> 7;
            all | (value.clamp(0, 255) as u64) << (8 * n)
        }),
        0x3d => (0..2).fold(0, |all, n| {
            let value = (i64::from(w(z, n)) << scale) >> 16;
            all | (value.clamp(-0x8000, 0x7fff) as u64 & 0xffff) << (16 * n)
        }),
        0x3e => (0..8).fold(third, |sum, n| sum.wrapping_add(u64::from(b(a, n).abs_diff(b(z, n))))),
        _ => shuffle(a, z, third >> 32),
    })
}

/// BSHUFFLE: each digit of the mask chooses one of sixteen bytes, the first of `a` is 0.
fn shuffle(a: u64, z: u64, mask: u64) -> u64 {
    let all = u128::from(a) << 64 | u128::from(z);
    (0..8).fold(0, |out, n| {
        let from = (mask >> (4 * n) & 15) as u32;
        out | ((all >> (8 * (15 - from))) as u64 & 0xff) << (8 * n)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edges() {
        assert_eq!(edge(0x1003, 0x1005, 0x00), 0b0001_1100);
        assert_eq!(edge(0x1003, 0x2005, 0x00), 0b0001_1111);
        assert_eq!(edge(0x1003, 0x1005, 0x02), 0b0011_1000);
        assert_eq!(edge(0x1002, 0x1004, 0x04), 0b0110);
        assert_eq!(edge(0x1004, 0x1004, 0x08), 0b01);
    }

    #[test]
    fn shuffles() {
        let (a, z) = (0x0011_2233_4455_6677, 0x8899_aabb_ccdd_eeff);
        assert_eq!(shuffle(a, z, 0x0123_4567), a);
        assert_eq!(shuffle(a, z, 0xfedc_ba98), 0xffee_ddcc_bbaa_9988);
    }
}
