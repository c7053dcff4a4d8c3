//! Compression functions of SHA-1, SHA-256 and SHA-512 (FIPS 180-4). Constants are worked out from what the standard says they are: the
//! fractions of roots of primes.

use std::sync::LazyLock;

/// The first 80 primes.
fn primes() -> impl Iterator<Item = u64> {
    (2u64..).filter(|n| (2..*n).take_while(|d| d * d <= *n).all(|d| n % d != 0)).take(80)
}

/// The greatest integer whose cube is not above `n * 2^192`: a cube root with 64 binary places, found bit by bit.
fn cube_root(n: u64) -> u128 {
    let mut root = 0u128;
    for bit in (0..68).rev() {
        let trial = root | 1 << bit;
        if cube_fits(trial, n) {
            root = trial;
        }
    }
    root
}

/// Whether `a`^3 <= `n` * 2^192, for `a` below 2^68.
fn cube_fits(a: u128, n: u64) -> bool {
    // In limbs of 32 bits.
    let mul = |x: &[u64], y: &[u64]| {
        let mut out = vec![0u64; x.len() + y.len()];
        for (i, a) in x.iter().enumerate() {
            let mut carry = 0;
            for (j, b) in y.iter().enumerate() {
                let t = out[i + j] + a * b + carry;
                out[i + j] = t & 0xffff_ffff;
                carry = t >> 32;
            }
            out[i + y.len()] += carry;
        }
        out
    };
    let limbs = [a as u64 & 0xffff_ffff, (a >> 32) as u64 & 0xffff_ffff, (a >> 64) as u64];
    let mut cube = mul(&mul(&limbs, &limbs), &limbs);
    cube.resize(9, 0);
    let bound = [0, 0, 0, 0, 0, 0, n, 0, 0];
    cube.iter().rev().le(bound.iter().rev())
}

/// The constants of SHA-512; those of SHA-256 are their left halves.
static K: LazyLock<Vec<u64>> = LazyLock::new(|| primes().map(|p| cube_root(p) as u64).collect());

/// A block of 64 bytes into a SHA-1 chaining value.
pub(crate) fn sha1(state: &mut [u32; 5], block: &[u8]) {
    // 2^30 times the square roots of 2, 3, 5 and 10.
    let k = |t: usize| ([2u128, 3, 5, 10][t / 20] << 60).isqrt() as u32;
    let mut w: Vec<u32> = block.chunks(4).map(|c| c.iter().fold(0, |all, b| all << 8 | u32::from(*b))).collect();
    for t in 16..80 {
        w.push((w[t - 3] ^ w[t - 8] ^ w[t - 14] ^ w[t - 16]).rotate_left(1));
    }
    let [mut a, mut b, mut c, mut d, mut e] = *state;
    for (t, w) in w.iter().enumerate() {
        let f = match t / 20 {
            0 => (b & c) | (!b & d),
            2 => (b & c) | (b & d) | (c & d),
            _ => b ^ c ^ d,
        };
        let next = a.rotate_left(5).wrapping_add(f).wrapping_add(e).wrapping_add(k(t)).wrapping_add(*w);
        (e, d, c, b, a) = (d, c, b.rotate_left(30), a, next);
    }
    for (old, new) in state.iter_mut().zip([a, b, c, d, e]) {
        *old = old.wrapping_add(new);
    }
}

/// The first 64 binary places of a square root.
fn root64(n: u64) -> u64 {
    let whole = n.isqrt();
    let (mut root, mut rest) = (u128::from(whole), u128::from(n - whole * whole));
    for _ in 0..64 {
        rest <<= 2;
        let trial = root << 2 | 1;
        root <<= 1;
        if rest >= trial {
            rest -= trial;
            root |= 1;
        }
    }
    root as u64
}

/// The SHA-512 digest of a message. Initial values are fractions of square roots of the first primes.
pub(crate) fn digest512(message: &[u8]) -> [u8; 64] {
    const BLOCK: usize = 128;
    let mut state = [2, 3, 5, 7, 11, 13, 17, 19].map(root64);
    let mut padded = [message, &[0x80]].concat();
    padded.resize((padded.len() + 16).next_multiple_of(BLOCK) - 16, 0);
    padded.extend((message.len() as u128 * 8).to_be_bytes());
    padded.chunks(BLOCK).for_each(|block| sha512(&mut state, block));
    std::array::from_fn(|i| (state[i / 8] >> (56 - i % 8 * 8)) as u8)
}

macro_rules! sha2 {
    ($(#[$m:meta])* $name:ident $ty:ty, $rounds:literal, $k:expr, $S0:expr, $S1:expr, $s0:expr, $s1:expr) => {
        $(#[$m])*
        pub(crate) fn $name(state: &mut [$ty; 8], block: &[u8]) {
            const SIZE: usize = size_of::<$ty>();
            let word = |c: &[u8]| c.iter().fold(0, |all: $ty, b| all << 8 | <$ty>::from(*b));
            let mut w: Vec<$ty> = block.chunks(SIZE).map(word).collect();
            let turn = |x: $ty, n: [u32; 3]| x.rotate_right(n[0]) ^ x.rotate_right(n[1]) ^ x.rotate_right(n[2]);
            let small = |x: $ty, n: [u32; 3]| x.rotate_right(n[0]) ^ x.rotate_right(n[1]) ^ x >> n[2];
            for t in 16..$rounds {
                let sum = small(w[t - 2], $s1).wrapping_add(w[t - 7]);
                w.push(sum.wrapping_add(small(w[t - 15], $s0)).wrapping_add(w[t - 16]));
            }
            let mut v = *state;
            for (t, w) in w.iter().enumerate() {
                let [a, b, c, d, e, f, g, h] = v;
                let choose = (e & f) ^ (!e & g);
                let first = h.wrapping_add(turn(e, $S1)).wrapping_add(choose).wrapping_add($k(t)).wrapping_add(*w);
                let majority = (a & b) ^ (a & c) ^ (b & c);
                let second = turn(a, $S0).wrapping_add(majority);
                v = [first.wrapping_add(second), a, b, c, d.wrapping_add(first), e, f, g];
            }
            for (old, new) in state.iter_mut().zip(v) {
                *old = old.wrapping_add(new);
            }
        }
    };
}

sha2! {
    /// A block of 64 bytes into a SHA-256 chaining value.
    sha256 u32, 64, |t: usize| (K[t] >> 32) as u32, [2, 13, 22], [6, 11, 25], [7, 18, 3], [17, 19, 10]
}
sha2! {
    /// A block of 128 bytes into a SHA-512 chaining value.
    sha512 u64, 80, |t: usize| K[t], [28, 34, 39], [14, 18, 41], [1, 8, 7], [19, 61, 6]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn padded(text: &[u8], block: usize) -> Vec<u8> {
        let mut all = text.to_vec();
        all.push(0x80);
        all.resize(block - 8, 0);
        all.extend((text.len() as u64 * 8).to_be_bytes());
        all
    }

    /// The examples "abc" of FIPS 180: first and last words of the digests.
    #[test]
    fn examples_of_the_standard() {
        let mut state = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476, 0xc3d2_e1f0];
        sha1(&mut state, &padded(b"abc", 64));
        assert_eq!((state[0], state[4]), (0xa999_3e36, 0x9cd0_d89d));
        // Initial values are fractions of square roots of the first primes.
        let start: Vec<u64> = primes().take(8).map(root64).collect();
        let mut state: [u32; 8] = std::array::from_fn(|i| (start[i] >> 32) as u32);
        sha256(&mut state, &padded(b"abc", 64));
        assert_eq!((state[0], state[7]), (0xba78_16bf, 0xf200_15ad));
        let mut state: [u64; 8] = std::array::from_fn(|i| start[i]);
        sha512(&mut state, &padded(b"abc", 128));
        assert_eq!((state[0], state[7]), (0xddaf_35a1_9361_7aba, 0x2a9a_c94f_a54c_a49f));
        assert_eq!(digest512(b"abc")[56..], state[7].to_be_bytes());
    }
}
