//! Arithmetic in GF(2^128) and its kin: doubling for CMAC (SP 800-38B), products for GHASH (SP 800-38D), tweaks of XTS (IEEE 1619).

/// The block, at the left, times x: of 8 bytes modulo x^64 + x^4 + x^3 + x + 1, of 16 modulo x^128 + x^7 + x^2 + x + 1.
pub(crate) fn double(block: u128, size: u64) -> u128 {
    let constant = if size == 8 { 0x1b << 64 } else { 0x87 };
    block << 1 ^ if block >> 127 != 0 { constant } else { 0 }
}

/// The product of GHASH, whose leftmost bit is the coefficient of 1 (SP 800-38D, 6.3).
pub(crate) fn ghash(a: u128, b: u128) -> u128 {
    let (mut product, mut power) = (0, b);
    for bit in (0..128).rev() {
        if a >> bit & 1 != 0 {
            product ^= power;
        }
        power = power >> 1 ^ if power & 1 != 0 { 0xe1 << 120 } else { 0 };
    }
    product
}

/// A tweak of XTS times x: its bytes count from the right end of the number.
pub(crate) fn next_tweak(tweak: u128) -> u128 {
    double(tweak.swap_bytes(), 16).swap_bytes()
}

/// A tweak of XTS times the `count`th power of x.
pub(crate) fn tweak_of(tweak: u128, count: u128) -> u128 {
    let product = |a: u128, b: u128| {
        let step = |all: u128, bit: u32| double(all, 16) ^ if b >> bit & 1 != 0 { a } else { 0 };
        (0..128).rev().fold(0, step)
    };
    let (mut all, mut power) = (tweak.swap_bytes(), 2);
    for bit in 0..128 {
        if count >> bit & 1 != 0 {
            all = product(all, power);
        }
        power = product(power, power);
    }
    all.swap_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::block::Cipher;

    #[test]
    fn tweaks_go_on_one_by_one() {
        let start = 0x0123_4567_89ab_cdef_0011_2233_4455_66f7;
        let mut tweak = start;
        for n in 0..300 {
            assert_eq!(tweak_of(start, n), tweak);
            tweak = next_tweak(tweak);
        }
    }

    /// The GCM specification's test case 2: one block of zeros under a key of zeros.
    #[test]
    fn ghash_of_the_specification() {
        let hash_key = Cipher::aes(&[0; 16]).encipher(0);
        let first = ghash(0x0388_dace_60b6_a392_f328_c2b9_71b2_fe78, hash_key);
        assert_eq!(ghash(first ^ 128, hash_key), 0xf38c_bb1a_d692_23dc_c345_7ae5_b6b0_f885);
    }
}
