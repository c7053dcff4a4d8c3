//! The cipher and the inverse cipher of AES (FIPS 197), on bytes: small rather than fast.

use std::sync::LazyLock;

/// A product in GF(2^8) modulo x^8 + x^4 + x^3 + x + 1.
fn mul(mut a: u8, mut b: u8) -> u8 {
    let mut product = 0;
    while b != 0 {
        if b & 1 != 0 {
            product ^= a;
        }
        a = a << 1 ^ if a & 0x80 != 0 { 0x1b } else { 0 };
        b >>= 1;
    }
    product
}

/// The S-box and its inverse: the multiplicative inverse, then an affine transformation (FIPS 197, 5.1.1).
static BOXES: LazyLock<([u8; 256], [u8; 256])> = LazyLock::new(|| {
    let (mut forward, mut backward) = ([0; 256], [0; 256]);
    for x in 0..=255u8 {
        let inverse = (0..=255).find(|y| mul(x, *y) == 1).unwrap_or(0);
        let turned = |n| inverse.rotate_left(n);
        let y = inverse ^ turned(1) ^ turned(2) ^ turned(3) ^ turned(4) ^ 0x63;
        forward[usize::from(x)] = y;
        backward[usize::from(y)] = x;
    }
    (forward, backward)
});

/// An expanded key.
pub(crate) struct Key(Vec<[u8; 16]>);

impl Key {
    /// Expands a key of 16, 24 or 32 bytes.
    pub(crate) fn new(key: &[u8]) -> Key {
        let n = key.len() / 4;
        let mut words: Vec<[u8; 4]> = key.chunks(4).map(|c| [c[0], c[1], c[2], c[3]]).collect();
        let mut constant = 1;
        for i in n..4 * (n + 7) {
            let mut word = words[i - 1];
            if i % n == 0 {
                word.rotate_left(1);
                word = word.map(|b| BOXES.0[usize::from(b)]);
                word[0] ^= constant;
                constant = mul(constant, 2);
            } else if n > 6 && i % n == 4 {
                word = word.map(|b| BOXES.0[usize::from(b)]);
            }
            words.push(std::array::from_fn(|k| words[i - n][k] ^ word[k]));
        }
        Key(words.chunks(4).map(|c| std::array::from_fn(|i| c[i / 4][i % 4])).collect())
    }

    /// Enciphers a block.
    pub(crate) fn encipher(&self, block: u128) -> u128 {
        let mut state = block.to_be_bytes();
        add(&mut state, &self.0[0]);
        for (i, key) in self.0.iter().enumerate().skip(1) {
            // Substitution and shifting of rows; byte r + 4c is row r, column c.
            let old = state;
            state = std::array::from_fn(|k| BOXES.0[usize::from(old[(k + 4 * (k % 4)) % 16])]);
            if i + 1 < self.0.len() {
                mix(&mut state, [2, 3, 1, 1]);
            }
            add(&mut state, key);
        }
        u128::from_be_bytes(state)
    }

    /// Deciphers a block.
    pub(crate) fn decipher(&self, block: u128) -> u128 {
        let mut state = block.to_be_bytes();
        for (i, key) in self.0.iter().enumerate().skip(1).rev() {
            add(&mut state, key);
            if i + 1 < self.0.len() {
                mix(&mut state, [14, 11, 13, 9]);
            }
            let old = state;
            for k in 0..16 {
                state[(k + 4 * (k % 4)) % 16] = BOXES.1[usize::from(old[k])];
            }
        }
        add(&mut state, &self.0[0]);
        u128::from_be_bytes(state)
    }
}

fn add(state: &mut [u8; 16], key: &[u8; 16]) {
    state.iter_mut().zip(key).for_each(|(a, b)| *a ^= b);
}

/// Columns times a polynomial.
fn mix(state: &mut [u8; 16], by: [u8; 4]) {
    for column in state.chunks_mut(4) {
        let old = [column[0], column[1], column[2], column[3]];
        for (r, cell) in column.iter_mut().enumerate() {
            *cell = (0..4).fold(0, |all, k| all ^ mul(old[k], by[(k + 4 - r) % 4]));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// FIPS 197, appendix C.
    #[test]
    fn examples_of_the_standard() {
        let text = 0x0011_2233_4455_6677_8899_aabb_ccdd_eeff;
        let key: Vec<u8> = (0..32).collect();
        for (n, cipher) in [
            (16, 0x69c4_e0d8_6a7b_0430_d8cd_b780_70b4_c55a),
            (24, 0xdda9_7ca4_864c_dfe0_6eaf_70a0_ec0d_7191),
            (32, 0x8ea2_b7ca_5167_45bf_eafc_4990_4b49_6089),
        ] {
            let key = Key::new(&key[..n]);
            assert_eq!(key.encipher(text), cipher);
            assert_eq!(key.decipher(cipher), text);
        }
    }
}
