//! The steps of AES (FIPS 197, chapter 5) on a quadword, byte 0 leftmost.

/// Product in the field of 256 elements.
const fn times(mut a: u8, mut b: u8) -> u8 {
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

/// The substitution: the inverse, and an affine map (5.1.1).
const SBOX: [u8; 256] = {
    let (mut table, mut n) = ([0; 256], 0);
    while n < 256 {
        // The inverse is the 254th power.
        let (mut inverse, mut i) = (1, 0);
        while i < 254 {
            inverse = times(inverse, n as u8);
            i += 1;
        }
        let v = inverse;
        table[n] = v ^ v.rotate_left(1) ^ v.rotate_left(2) ^ v.rotate_left(3) ^ v.rotate_left(4) ^ 0x63;
        n += 1;
    }
    table
};

const INVERSE: [u8; 256] = {
    let (mut table, mut n) = ([0; 256], 0);
    while n < 256 {
        table[SBOX[n] as usize] = n as u8;
        n += 1;
    }
    table
};

fn map(v: u128, table: &[u8; 256]) -> u128 {
    u128::from_be_bytes(v.to_be_bytes().map(|b| table[usize::from(b)]))
}

/// Byte `i` comes from where `from` says.
fn shuffle(v: u128, from: fn(usize) -> usize) -> u128 {
    let bytes = v.to_be_bytes();
    u128::from_be_bytes(std::array::from_fn(|i| bytes[from(i)]))
}

/// `SubBytes`.
pub(crate) fn substitute(v: u128) -> u128 {
    map(v, &SBOX)
}

/// `SubBytes` and `ShiftRows`.
pub(crate) fn round(v: u128) -> u128 {
    shuffle(substitute(v), |i| (i + 4 * (i % 4)) % 16)
}

/// `InvShiftRows` and `InvSubBytes`.
pub(crate) fn inverse_round(v: u128) -> u128 {
    map(shuffle(v, |i| (i + 12 * (i % 4)) % 16), &INVERSE)
}

/// Each column times a polynomial.
fn columns(v: u128, factors: [u8; 4]) -> u128 {
    let bytes = v.to_be_bytes();
    u128::from_be_bytes(std::array::from_fn(|i| {
        let column = i & !3;
        (0..4).fold(0, |all, n| all ^ times(bytes[column + (i + n) % 4], factors[n]))
    }))
}

/// `MixColumns`.
pub(crate) fn mix(v: u128) -> u128 {
    columns(v, [2, 3, 1, 1])
}

/// `InvMixColumns`.
pub(crate) fn unmix(v: u128) -> u128 {
    columns(v, [14, 11, 13, 9])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_round_and_back() {
        assert_eq!(SBOX[0x53], 0xed, "the example of 5.1.1");
        let v = 0x0011_2233_4455_6677_8899_aabb_ccdd_eeff;
        assert_eq!(unmix(mix(v)), v);
        assert_eq!(inverse_round(round(v)), v);
    }
}
