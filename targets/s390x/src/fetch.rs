//! Instruction length (PoP, "Instruction Formats": the first two bits).

/// The instruction at the start of `bytes`, and its length in bytes; `None` when it is cut off.
pub fn fetch(bytes: &[u8]) -> Option<(u64, u32)> {
    let len = length(*bytes.first()?);
    let bytes = bytes.get(..len as usize)?;
    Some((bytes.iter().fold(0, |all, b| all << 8 | u64::from(*b)), len))
}

/// Length in bytes of an instruction that begins with this byte.
pub const fn length(first: u8) -> u32 {
    match first >> 6 {
        0 => 2,
        3 => 6,
        _ => 4,
    }
}

#[cfg(test)]
mod tests {
    use super::fetch;

    #[test]
    fn lengths() {
        assert_eq!(fetch(&[0x1a, 0x12, 0xff]), Some((0x1a12, 2)));
        assert_eq!(fetch(&[0x5a, 0x12, 0, 4]), Some((0x5a12_0004, 4)));
        assert_eq!(fetch(&[0xe3, 1, 2, 3, 4, 5]), Some((0xe301_0203_0405, 6)));
        assert_eq!(fetch(&[0xe3, 1, 2, 3, 4]), None);
        assert_eq!(fetch(&[]), None);
    }
}
