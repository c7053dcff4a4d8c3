//! Translation and conversion of text (PoP, "General Instructions"): TRANSLATE EXTENDED, TRANSLATE ONE TO ONE and its kin, TRANSLATE AND
//! TEST EXTENDED, CONVERT UTF, and searches and moves of two-byte characters.
//!
//! Each helper does a part, up to [`PART`] characters, leaves in the registers what is left, and sets code 3 if it has not come to an end.

use crate::storage::{self, address_mask};
use crate::strings::{PART, address, byte, first_byte, general, length, put};
use crate::trap::{Cpu, Fault, Out, set_cc};

type Args = [u64; 4];

/// A character of one or two bytes, of the second operand.
fn character(cpu: &mut Cpu, at: u64, size: u64) -> Result<u16, Fault> {
    let mut bytes = [0; 2];
    storage::read(cpu, at & address_mask(cpu), &mut bytes[2 - size as usize..])?;
    Ok(u16::from_be_bytes(bytes))
}

/// The same of the first operand.
fn first_character(cpu: &mut Cpu, at: u64, size: u64) -> Result<u16, Fault> {
    let mut bytes = [0; 2];
    storage::read_first(cpu, at & address_mask(cpu), &mut bytes[2 - size as usize..])?;
    Ok(u16::from_be_bytes(bytes))
}

/// SEARCH STRING UNICODE: the ending character is in bits 48 to 63 of register 0.
pub(crate) fn search_unicode(cpu: &mut Cpu, [r1, r2, ..]: Args) -> Out {
    let zero = general(cpu, 0);
    if zero & 0xffff_0000 != 0 {
        return Err(Fault::SPECIFICATION);
    }
    let mask = address_mask(cpu);
    let (end, start) = (address(cpu, r1), address(cpu, r2));
    // Where only one of the addresses is odd, the end is one byte later.
    let end = end.wrapping_add((start ^ end) & 1) & mask;
    for i in 0..PART {
        let at = start.wrapping_add(2 * i) & mask;
        if at == end {
            set_cc(cpu, 2);
            return Ok(0);
        }
        if u64::from(character(cpu, at, 2)?) == zero & 0xffff {
            put(cpu, r1, at);
            set_cc(cpu, 1);
            return Ok(0);
        }
    }
    put(cpu, r2, start.wrapping_add(2 * PART) & mask);
    set_cc(cpu, 3);
    Ok(0)
}

/// TRANSLATE EXTENDED: the first operand is replaced in place up to the test byte in register 0.
pub(crate) fn translate_extended(cpu: &mut Cpu, [r1, r2, ..]: Args) -> Out {
    let mask = address_mask(cpu);
    let test = general(cpu, 0) as u8;
    let (at, len, table) = (address(cpu, r1), length(cpu, r1 + 1), address(cpu, r2));
    let n = len.min(PART);
    let (mut done, mut code) = (0, if n == len { 0 } else { 3 });
    while done < n {
        let old = first_byte(cpu, at.wrapping_add(done))?;
        if old == test {
            code = 1;
            break;
        }
        let new = byte(cpu, table.wrapping_add(old.into()))?;
        storage::write(cpu, at.wrapping_add(done) & mask, &[new])?;
        done += 1;
    }
    put(cpu, r1, at.wrapping_add(done) & mask);
    put(cpu, r1 + 1, len - done);
    set_cc(cpu, code);
    Ok(0)
}

/// TRANSLATE ONE TO ONE, ONE TO TWO, TWO TO ONE, TWO TO TWO: registers, size of the source's characters in bytes times 16 and of the
/// result's, and whether there is no test character.
pub(crate) fn translate(cpu: &mut Cpu, [r1, r2, sizes, no_test]: Args) -> Out {
    let mask = address_mask(cpu);
    let (from_size, to_size) = (sizes >> 4, sizes & 15);
    let test = general(cpu, 0) as u16 & if to_size == 1 { 0xff } else { 0xffff };
    // The table is in register 1, on a doubleword boundary.
    let table = address(cpu, 1) & !7;
    let (to, len, from) = (address(cpu, r1), length(cpu, r1 + 1), address(cpu, r2));
    if !len.is_multiple_of(from_size) {
        return Err(Fault::SPECIFICATION);
    }
    let count = len / from_size;
    let n = count.min(PART);
    let (mut done, mut code) = (0, if n == count { 0 } else { 3 });
    while done < n {
        let old = character(cpu, from.wrapping_add(done * from_size), from_size)?;
        let new = table_character(cpu, table.wrapping_add(u64::from(old) * to_size), to_size)?;
        if no_test == 0 && new == test {
            code = 1;
            break;
        }
        let bytes = new.to_be_bytes();
        storage::write(cpu, to.wrapping_add(done * to_size) & mask, &bytes[2 - to_size as usize..])?;
        done += 1;
    }
    put(cpu, r1, to.wrapping_add(done * to_size) & mask);
    put(cpu, r1 + 1, len - done * from_size);
    put(cpu, r2, from.wrapping_add(done * from_size) & mask);
    set_cc(cpu, code);
    Ok(0)
}

/// A character of the table that register 1 designates: in the access-register mode, access register 1 too.
fn table_character(cpu: &mut Cpu, address: u64, size: u64) -> Result<u16, Fault> {
    let second = std::mem::replace(&mut cpu.state.operand_registers[1], 1);
    let found = character(cpu, address, size);
    cpu.state.operand_registers[1] = second;
    found
}

/// TRANSLATE AND TEST EXTENDED, and REVERSE EXTENDED: registers, M3, whether reverse. M3 has bits for arguments of two bytes, function
/// codes of two bytes, and a limit on arguments.
pub(crate) fn test_extended(cpu: &mut Cpu, [r1, r2, m3, reverse]: Args) -> Out {
    let mask = address_mask(cpu);
    let size = if m3 & 8 != 0 { 2 } else { 1 };
    let code_size = if m3 & 4 != 0 { 2 } else { 1 };
    let (at, len, table) = (address(cpu, r1), length(cpu, r1 + 1), address(cpu, 1));
    if !len.is_multiple_of(size) {
        return Err(Fault::SPECIFICATION);
    }
    let count = len / size;
    let n = count.min(PART);
    let place = |i: u64| if reverse != 0 { at.wrapping_sub(i * size) } else { at.wrapping_add(i * size) } & mask;
    let (mut done, mut found) = (0, 0);
    while done < n {
        let argument = first_character(cpu, place(done), size)?;
        // With the argument-character limit, arguments above 255 have the function code 0.
        if !(m3 & 2 != 0 && argument > 255) {
            found = character(cpu, table.wrapping_add(u64::from(argument) * code_size), code_size)?;
        }
        if found != 0 {
            break;
        }
        done += 1;
    }
    put(cpu, r1, place(done));
    put(cpu, r1 + 1, len - done * size);
    let code = match (found, n == count) {
        (0, true) => 0,
        (0, false) => 3,
        _ => 1,
    };
    if code == 1 || code == 0 {
        put(cpu, r2, found.into());
    }
    set_cc(cpu, code);
    Ok(0)
}

/// MOVE LONG UNICODE: the padding character has two bytes, and lengths are even.
pub(crate) fn move_unicode(cpu: &mut Cpu, [r1, r3, pad, _]: Args) -> Out {
    let mask = address_mask(cpu);
    let (to, from) = (address(cpu, r1), address(cpu, r3));
    let (left, rest) = (length(cpu, r1 + 1), length(cpu, r3 + 1));
    if (left | rest) & 1 != 0 {
        return Err(Fault::SPECIFICATION);
    }
    let n = left.min(2 * PART);
    let taken = n.min(rest);
    let mut bytes = Vec::with_capacity(n as usize);
    for i in (0..n).step_by(2) {
        let c = if i < rest { character(cpu, from.wrapping_add(i), 2)? } else { pad as u16 };
        bytes.extend(c.to_be_bytes());
    }
    storage::write(cpu, to, &bytes)?;
    put(cpu, r1, to.wrapping_add(n) & mask);
    put(cpu, r1 + 1, left - n);
    put(cpu, r3, from.wrapping_add(taken) & mask);
    put(cpu, r3 + 1, rest - taken);
    set_cc(cpu, if n == left { storage::order(&left, &rest) } else { 3 });
    Ok(0)
}

/// COMPARE LOGICAL LONG UNICODE.
pub(crate) fn compare_unicode(cpu: &mut Cpu, [r1, r3, pad, _]: Args) -> Out {
    let mask = address_mask(cpu);
    let (a, b) = (address(cpu, r1), address(cpu, r3));
    let (left, rest) = (length(cpu, r1 + 1), length(cpu, r3 + 1));
    if (left | rest) & 1 != 0 {
        return Err(Fault::SPECIFICATION);
    }
    let all = left.max(rest);
    let (mut i, mut code) = (0, if all <= 2 * PART { 0 } else { 3 });
    while i < all.min(2 * PART) {
        let x = if i < left { first_character(cpu, a.wrapping_add(i), 2)? } else { pad as u16 };
        let y = if i < rest { character(cpu, b.wrapping_add(i), 2)? } else { pad as u16 };
        if x != y {
            code = storage::order(&x, &y);
            break;
        }
        i += 2;
    }
    for (r, at, len) in [(r1, a, left), (r3, b, rest)] {
        let n = i.min(len);
        put(cpu, r, at.wrapping_add(n) & mask);
        put(cpu, r + 1, len - n);
    }
    set_cc(cpu, code);
    Ok(0)
}

/// COMPARE UNTIL SUBSTRING EQUAL: the substring's length is in register 0, the padding byte in register 1.
pub(crate) fn until_equal(cpu: &mut Cpu, [r1, r2, ..]: Args) -> Out {
    let mask = address_mask(cpu);
    let (wanted, pad) = (general(cpu, 0) & 0xff, general(cpu, 1) as u8);
    let (a, b) = (address(cpu, r1), address(cpu, r2));
    let (left, rest) = (length(cpu, r1 + 1), length(cpu, r2 + 1));
    let all = left.max(rest);
    let (mut i, mut equal, mut code) = (0, 0, None);
    let mut start = 0;
    while code.is_none() {
        if equal >= wanted {
            code = Some(0);
        } else if i >= all {
            code = Some(if equal > 0 { 1 } else { 2 });
        } else if i >= PART && equal == 0 {
            code = Some(3);
            start = i;
        } else {
            let x = if i < left { first_byte(cpu, a.wrapping_add(i))? } else { pad };
            let y = if i < rest { byte(cpu, b.wrapping_add(i))? } else { pad };
            i += 1;
            if x == y {
                equal += 1;
            } else {
                equal = 0;
                start = i;
            }
        }
    }
    // The operands' addresses are those of the substring, or of the end where there is none.
    let n = if equal > 0 || code == Some(0) { start } else { i };
    for (r, at, len) in [(r1, a, left), (r2, b, rest)] {
        let n = n.min(len);
        put(cpu, r, at.wrapping_add(n) & mask);
        put(cpu, r + 1, len - n);
    }
    set_cc(cpu, code.unwrap_or(3));
    Ok(0)
}
