//! Bit fields, sign extension and byte order: the arithmetic that manuals take for granted.
//!
//! A leaf: it knows nothing of the rest of the house. All functions are `const` and branch-free where that matters.

/// The `len` bits of `value` from bit `lo` up, moved down to bit 0.
///
/// # Panics
/// In debug builds when the field does not lie within 64 bits or is empty.
pub const fn field(value: u64, lo: u32, len: u32) -> u64 {
    debug_assert!(len > 0 && lo + len <= 64);
    (value >> lo) & mask(len)
}

/// Bit `n` of `value`.
pub const fn bit(value: u64, n: u32) -> bool {
    value >> n & 1 != 0
}

/// A mask of the `len` lowest bits; `len` may be 0 to 64.
pub const fn mask(len: u32) -> u64 {
    if len >= 64 { u64::MAX } else { (1 << len) - 1 }
}

/// `value` with the `len` bits from bit `lo` up replaced by the low bits of `field`.
pub const fn deposit(value: u64, lo: u32, len: u32, field: u64) -> u64 {
    let m = mask(len) << lo;
    value & !m | field << lo & m
}

/// The low `len` bits of `value` as a signed number, in 64 bits.
///
/// # Panics
/// In debug builds when `len` is 0 or above 64.
pub const fn sign_extend(value: u64, len: u32) -> u64 {
    debug_assert!(len >= 1 && len <= 64);
    let shift = 64 - len;
    ((value << shift) as i64 >> shift) as u64
}

/// The order of the bytes of a number in memory.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum Endian {
    /// The least significant byte has the lowest address.
    Little,
    /// The most significant byte has the lowest address.
    Big,
}

impl Endian {
    /// The order of the machine this runs on.
    pub const HOST: Endian = if cfg!(target_endian = "big") { Endian::Big } else { Endian::Little };

    /// Reads `bytes` (1 to 8 of them) as an unsigned number.
    pub fn read(self, bytes: &[u8]) -> u64 {
        let push = |n: u64, b: &u8| n << 8 | u64::from(*b);
        match self {
            Endian::Little => bytes.iter().rev().fold(0, push),
            Endian::Big => bytes.iter().fold(0, push),
        }
    }

    /// Writes the low bytes of `value` over all of `bytes` (1 to 8 of them).
    pub fn write(self, bytes: &mut [u8], value: u64) {
        let n = bytes.len();
        for (i, b) in bytes.iter_mut().enumerate() {
            let shift = match self {
                Endian::Little => 8 * i,
                Endian::Big => 8 * (n - 1 - i),
            };
            *b = (value >> shift) as u8;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_and_signs() {
        assert_eq!(field(0xabcd, 4, 8), 0xbc);
        assert_eq!(deposit(0xabcd, 4, 8, 0x12), 0xa12d);
        assert_eq!(sign_extend(0x800, 12), 0xffff_ffff_ffff_f800);
        assert_eq!(mask(0), 0);
        assert_eq!(mask(64), u64::MAX);
    }

    #[test]
    fn byte_orders_are_mirror_images() {
        let mut b = [0; 3];
        Endian::Big.write(&mut b, 0x12_3456);
        assert_eq!(b, [0x12, 0x34, 0x56]);
        assert_eq!(Endian::Little.read(&b), 0x56_3412);
        assert_eq!(Endian::Big.read(&b), 0x12_3456);
    }
}
