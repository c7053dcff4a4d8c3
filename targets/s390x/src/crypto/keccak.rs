//! The permutation Keccak-p[1600, 24] (FIPS 202, section 3), its constants worked out as the standard says they are made.

use std::sync::LazyLock;

/// Bytes of a state.
pub(crate) const STATE: usize = 200;

/// Constants of the rounds (3.2.5): bits of a shift register at places 2^j - 1.
static ROUNDS: LazyLock<[u64; 24]> = LazyLock::new(|| {
    let mut register = 1u16;
    let mut bit = || {
        let out = register & 1;
        register <<= 1;
        register ^= if register & 0x100 != 0 { 0x171 } else { 0 };
        u64::from(out)
    };
    std::array::from_fn(|_| (0..7).fold(0, |all, j| all | bit() << ((1 << j) - 1)))
});

/// Permutes a state: lane x + 5y is eight bytes, least significant first.
pub(crate) fn permute(state: &mut [u8]) {
    let mut a: [u64; 25] =
        std::array::from_fn(|i| (0..8).fold(0, |all, k| all | u64::from(state[8 * i + k]) << (8 * k)));
    for constant in *ROUNDS {
        round(&mut a, constant);
    }
    state.chunks_mut(8).zip(a).for_each(|(cell, lane)| cell.copy_from_slice(&lane.to_le_bytes()));
}

fn round(a: &mut [u64; 25], constant: u64) {
    // theta
    let column: [u64; 5] = std::array::from_fn(|x| (0..5).fold(0, |all, y| all ^ a[x + 5 * y]));
    for (i, lane) in a.iter_mut().enumerate() {
        *lane ^= column[(i + 4) % 5] ^ column[(i + 1) % 5].rotate_left(1);
    }
    // rho and pi: lane (x, y) goes to (y, 2x + 3y), turned by the triangular numbers along the way.
    let (mut x, mut y, mut b) = (1, 0, *a);
    for t in 0..24u32 {
        let turned = a[x + 5 * y].rotate_left((t + 1) * (t + 2) / 2 % 64);
        (x, y) = (y, (2 * x + 3 * y) % 5);
        b[x + 5 * y] = turned;
    }
    // chi and iota
    for (i, lane) in a.iter_mut().enumerate() {
        let (row, x) = (i / 5 * 5, i % 5);
        *lane = b[i] ^ !b[row + (x + 1) % 5] & b[row + (x + 2) % 5];
    }
    a[0] ^= constant;
}

#[cfg(test)]
mod tests {
    use super::*;

    /// SHA3-256 of nothing: the first and the last bytes of the digest in the standard's examples.
    #[test]
    fn example_of_the_standard() {
        let mut state = [0; STATE];
        (state[0], state[135]) = (0x06, 0x80);
        permute(&mut state);
        assert_eq!(state[..8], [0xa7, 0xff, 0xc6, 0xf8, 0xbf, 0x1e, 0xd7, 0x66]);
        assert_eq!(state[28..32], [0x80, 0xf8, 0x43, 0x4a]);
    }
}
