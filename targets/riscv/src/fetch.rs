//! Instruction length ("Expanded Instruction-Length Encoding").

/// The instruction at the start of `bytes`, and its length in bytes; `None` when it is cut off.
///
/// Encodings of 48 bits and more, which no extension here uses, count as 4 bytes: they are illegal anyway.
pub fn fetch(bytes: &[u8]) -> Option<(u64, u32)> {
    let (low, rest) = bytes.split_at_checked(2)?;
    let low = u64::from(u16::from_le_bytes([low[0], low[1]]));
    if low & 3 != 3 {
        return Some((low, 2));
    }
    let high = rest.get(..2)?;
    Some((low | u64::from(u16::from_le_bytes([high[0], high[1]])) << 16, 4))
}

#[cfg(test)]
mod tests {
    use super::fetch;

    #[test]
    fn lengths() {
        assert_eq!(fetch(&[0x2e, 0x95, 0, 0]), Some((0x952e, 2)));
        assert_eq!(fetch(&[0x33, 0x85, 0xc5, 0x02, 0xff]), Some((0x02c5_8533, 4)));
        assert_eq!(fetch(&[0x33, 0x85, 0xc5]), None);
        assert_eq!(fetch(&[0x33, 0x85]), None);
        assert_eq!(fetch(&[0x2e]), None);
        assert_eq!(fetch(&[]), None);
    }
}
