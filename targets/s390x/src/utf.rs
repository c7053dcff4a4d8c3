//! CONVERT UTF-8, UTF-16 and UTF-32 into each other (PoP, "CONVERT UTF-8 TO UTF-16" and its kin): register pairs of address and length. Code
//! 0: the second operand is done; 1: the first is full; 2: a character is not valid; 3: a part is done.

use crate::storage::{self, address_mask};
use crate::strings::{PART, address, length, put};
use crate::trap::{Cpu, Fault, Out, set_cc};

/// The forms.
const UTF8: u64 = 1;
const UTF16: u64 = 2;

/// What stands at the beginning of a string.
enum Found {
    /// A character and its length.
    Character(u32, u64),
    /// The string ends within the character.
    Partial,
    /// It is none.
    Invalid,
}

fn unit(cpu: &mut Cpu, at: u64, size: usize) -> Result<u32, Fault> {
    let mut bytes = [0; 4];
    storage::read(cpu, at & address_mask(cpu), &mut bytes[4 - size..])?;
    Ok(u32::from_be_bytes(bytes))
}

fn is_surrogate(c: u32) -> bool {
    (0xd800..=0xdfff).contains(&c)
}

/// UTF-8: the first byte tells the length. With the well-formedness check, continuation bytes and what is too long are looked at as well.
fn utf8(cpu: &mut Cpu, at: u64, left: u64, check: bool) -> Result<Found, Fault> {
    let first = unit(cpu, at, 1)?;
    let (n, bits) = match first {
        0..=0x7f => return Ok(Found::Character(first, 1)),
        0xc0..=0xc1 if check => return Ok(Found::Invalid),
        0xc0..=0xdf => (2, first & 0x1f),
        0xe0..=0xef => (3, first & 0x0f),
        0xf0..=0xf4 => (4, first & 0x07),
        0xf5..=0xf7 if !check => (4, first & 0x07),
        _ => return Ok(Found::Invalid),
    };
    if left < n {
        return Ok(Found::Partial);
    }
    let mut c = bits;
    for i in 1..n {
        let next = unit(cpu, at.wrapping_add(i), 1)?;
        if check && next & 0xc0 != 0x80 {
            return Ok(Found::Invalid);
        }
        c = c << 6 | next & 0x3f;
    }
    let least = [0, 0, 0x80, 0x800, 0x1_0000][n as usize];
    let bad = check && (c < least || is_surrogate(c) || c > 0x10_ffff);
    Ok(if bad { Found::Invalid } else { Found::Character(c, n) })
}

/// UTF-16: a high surrogate and what follows make a character. A low one by itself is a character even with the well-formedness check, which
/// looks at the second half of a pair alone.
fn utf16(cpu: &mut Cpu, at: u64, left: u64, check: bool) -> Result<Found, Fault> {
    if left < 2 {
        return Ok(Found::Partial);
    }
    let first = unit(cpu, at, 2)?;
    if !(0xd800..=0xdbff).contains(&first) {
        return Ok(Found::Character(first, 2));
    }
    if left < 4 {
        return Ok(Found::Partial);
    }
    let second = unit(cpu, at.wrapping_add(2), 2)?;
    if check && !(0xdc00..=0xdfff).contains(&second) {
        return Ok(Found::Invalid);
    }
    Ok(Found::Character((first & 0x3ff) << 10 | second & 0x3ff, 4).shifted())
}

impl Found {
    fn shifted(self) -> Found {
        match self {
            Found::Character(c, n) => Found::Character(c + 0x1_0000, n),
            other => other,
        }
    }
}

fn utf32(cpu: &mut Cpu, at: u64, left: u64) -> Result<Found, Fault> {
    if left < 4 {
        return Ok(Found::Partial);
    }
    let c = unit(cpu, at, 4)?;
    Ok(if c > 0x10_ffff || is_surrogate(c) { Found::Invalid } else { Found::Character(c, 4) })
}

fn encode(c: u32, form: u64) -> Vec<u8> {
    let tail = |shift: u32| (0x80 | c >> shift & 0x3f) as u8;
    match form {
        UTF8 => match c {
            0..=0x7f => vec![c as u8],
            0x80..=0x7ff => vec![(0xc0 | c >> 6) as u8, tail(0)],
            0x800..=0xffff => vec![(0xe0 | c >> 12) as u8, tail(6), tail(0)],
            _ => vec![(0xf0 | c >> 18 & 7) as u8, tail(12), tail(6), tail(0)],
        },
        UTF16 if c > 0xffff => {
            let c = c - 0x1_0000;
            let (high, low) = ((0xd800 | c >> 10 & 0x3ff) as u16, (0xdc00 | c & 0x3ff) as u16);
            [high.to_be_bytes(), low.to_be_bytes()].concat()
        }
        UTF16 => (c as u16).to_be_bytes().to_vec(),
        _ => c.to_be_bytes().to_vec(),
    }
}

/// Registers, the forms (source times 16, and result), whether the source is checked.
pub(crate) fn convert(cpu: &mut Cpu, [r1, r2, forms, check]: [u64; 4]) -> Out {
    let mask = address_mask(cpu);
    let (mut to, mut room) = (address(cpu, r1), length(cpu, r1 + 1));
    let (mut from, mut left) = (address(cpu, r2), length(cpu, r2 + 1));
    let mut code = 3;
    for _ in 0..PART {
        if left == 0 {
            code = 0;
            break;
        }
        let found = match forms >> 4 {
            UTF8 => utf8(cpu, from, left, check != 0)?,
            UTF16 => utf16(cpu, from, left, check != 0)?,
            _ => utf32(cpu, from, left)?,
        };
        let (c, n) = match found {
            Found::Character(c, n) => (c, n),
            Found::Partial => {
                code = 0;
                break;
            }
            Found::Invalid => {
                code = 2;
                break;
            }
        };
        let bytes = encode(c, forms & 15);
        if room < bytes.len() as u64 {
            code = 1;
            break;
        }
        storage::write(cpu, to, &bytes)?;
        to = to.wrapping_add(bytes.len() as u64) & mask;
        room -= bytes.len() as u64;
        from = from.wrapping_add(n) & mask;
        left -= n;
    }
    put(cpu, r1, to);
    put(cpu, r1 + 1, room);
    put(cpu, r2, from);
    put(cpu, r2 + 1, left);
    set_cc(cpu, code);
    Ok(0)
}
