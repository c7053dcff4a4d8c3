//! EBCDIC, as far as the messages of a mainframe's console need it.

/// EBCDIC (code page 1047) to ASCII, as far as messages need it.
pub(crate) fn ascii(code: u8) -> u8 {
    const RANGES: [(u8, u8, u8); 7] = [
        (0xc1, 9, b'A'),
        (0xd1, 9, b'J'),
        (0xe2, 8, b'S'),
        (0x81, 9, b'a'),
        (0x91, 9, b'j'),
        (0xa2, 8, b's'),
        (0xf0, 10, b'0'),
    ];
    const OTHERS: [(u8, u8); 31] = [
        (0x40, b' '),
        (0x4b, b'.'),
        (0x4c, b'<'),
        (0x4d, b'('),
        (0x4e, b'+'),
        (0x4f, b'|'),
        (0x50, b'&'),
        (0x5a, b'!'),
        (0x5b, b'$'),
        (0x5c, b'*'),
        (0x5d, b')'),
        (0x5e, b';'),
        (0x5f, b'^'),
        (0x60, b'-'),
        (0x61, b'/'),
        (0x6b, b','),
        (0x6c, b'%'),
        (0x6d, b'_'),
        (0x6e, b'>'),
        (0x6f, b'?'),
        (0x79, b'`'),
        (0x7a, b':'),
        (0x7b, b'#'),
        (0x7c, b'@'),
        (0x7d, b'\''),
        (0x7e, b'='),
        (0x7f, b'"'),
        (0xa1, b'~'),
        (0xad, b'['),
        (0xbd, b']'),
        (0xe0, b'\\'),
    ];
    let range = RANGES.iter().find(|(first, n, _)| (*first..first + n).contains(&code));
    let other = || OTHERS.iter().find(|(from, _)| *from == code).map_or(b'.', |&(_, to)| to);
    range.map_or_else(other, |(first, _, to)| to + (code - first))
}

/// ASCII to EBCDIC.
pub(crate) fn ebcdic(c: u8) -> u8 {
    (0..=255).find(|code| ascii(*code) == c).unwrap_or(0x6f)
}
