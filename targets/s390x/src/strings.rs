//! Instructions on strings of any length (PoP, "General Instructions"). A helper does a part and leaves in the registers what is left;
//! code 3 tells the program, and interruptible instructions are executed again.

use uop::{Mem, Width};

use crate::state;
use crate::storage::{self, address_mask};
use crate::trap::{Cpu, Fault, Out, set_cc};

type Args = [u64; 4];

/// Bytes that are done at most before the CPU looks for interruptions.
pub(crate) const PART: u64 = 256;

pub(crate) fn general(cpu: &Cpu, n: u64) -> u64 {
    cpu.reg(state::r(n as u8 & 15))
}

/// Writes an address or a length: outside the 64-bit mode the low word.
pub(crate) fn put(cpu: &mut Cpu, n: u64, value: u64) {
    let old = general(cpu, n);
    let keep = if address_mask(cpu) == u64::MAX { 0 } else { !0xffff_ffff };
    cpu.set_reg(state::r(n as u8 & 15), old & keep | value & !keep);
}

pub(crate) fn address(cpu: &Cpu, n: u64) -> u64 {
    general(cpu, n) & address_mask(cpu)
}

pub(crate) fn length(cpu: &Cpu, n: u64) -> u64 {
    general(cpu, n) & if address_mask(cpu) == u64::MAX { u64::MAX } else { 0xffff_ffff }
}

/// A byte of the second operand.
pub(crate) fn byte(cpu: &mut Cpu, address: u64) -> Result<u8, Fault> {
    let (at, space) = (address & address_mask(cpu), storage::second(cpu));
    Ok(cpu.load(at, Mem::be(Width::W8).in_space(space))? as u8)
}

/// A byte of the first operand.
pub(crate) fn first_byte(cpu: &mut Cpu, address: u64) -> Result<u8, Fault> {
    let (at, space) = (address & address_mask(cpu), storage::first(cpu));
    Ok(cpu.load(at, Mem::be(Width::W8).in_space(space))? as u8)
}

/// The ending character in register 0, whose bits 32 to 55 must be zero.
fn ending(cpu: &Cpu) -> Result<u8, Fault> {
    let zero = general(cpu, 0);
    if zero & 0xffff_ff00 == 0 { Ok(zero as u8) } else { Err(Fault::SPECIFICATION) }
}

/// SEARCH STRING: both registers.
pub(crate) fn search(cpu: &mut Cpu, [r1, r2, ..]: Args) -> Out {
    let wanted = ending(cpu)?;
    let (end, start) = (address(cpu, r1), address(cpu, r2));
    for i in 0..PART {
        let at = start.wrapping_add(i) & address_mask(cpu);
        if at == end {
            set_cc(cpu, 2);
            return Ok(0);
        }
        if byte(cpu, at)? == wanted {
            put(cpu, r1, at);
            set_cc(cpu, 1);
            return Ok(0);
        }
    }
    put(cpu, r2, start.wrapping_add(PART) & address_mask(cpu));
    set_cc(cpu, 3);
    Ok(0)
}

/// COMPARE LOGICAL STRING.
pub(crate) fn compare(cpu: &mut Cpu, [r1, r2, ..]: Args) -> Out {
    let end = ending(cpu)?;
    let (first, second) = (address(cpu, r1), address(cpu, r2));
    let mask = address_mask(cpu);
    for i in 0..PART {
        let (a, b) = (first_byte(cpu, first.wrapping_add(i))?, byte(cpu, second.wrapping_add(i))?);
        if a == end && b == end {
            set_cc(cpu, 0);
            return Ok(0);
        }
        if a != b {
            let low = a == end || b != end && a < b;
            put(cpu, r1, first.wrapping_add(i) & mask);
            put(cpu, r2, second.wrapping_add(i) & mask);
            set_cc(cpu, if low { 1 } else { 2 });
            return Ok(0);
        }
    }
    put(cpu, r1, first.wrapping_add(PART) & mask);
    put(cpu, r2, second.wrapping_add(PART) & mask);
    set_cc(cpu, 3);
    Ok(0)
}

/// MOVE STRING.
pub(crate) fn move_string(cpu: &mut Cpu, [r1, r2, ..]: Args) -> Out {
    let end = ending(cpu)?;
    let (to, from) = (address(cpu, r1), address(cpu, r2));
    let mask = address_mask(cpu);
    let mut bytes = Vec::new();
    for i in 0..PART {
        let next = byte(cpu, from.wrapping_add(i))?;
        bytes.push(next);
        if next == end {
            break;
        }
    }
    storage::write(cpu, to, &bytes)?;
    let n = bytes.len() as u64;
    if bytes.last() == Some(&end) {
        put(cpu, r1, to.wrapping_add(n - 1) & mask);
        set_cc(cpu, 1);
    } else {
        put(cpu, r1, to.wrapping_add(n) & mask);
        put(cpu, r2, from.wrapping_add(n) & mask);
        set_cc(cpu, 3);
    }
    Ok(0)
}

/// The lengths of MVCL and CLCL are the low 24 bits of a register.
const SHORT: u64 = 0xff_ffff;

/// Moves a part of a long operand; registers, padding byte, lengths' mask (0 for all bits). Whether it is done.
fn move_part(cpu: &mut Cpu, r1: u64, r3: u64, pad: u8, short: bool) -> Result<bool, Fault> {
    let mask = address_mask(cpu);
    let cut = if short { SHORT } else { u64::MAX };
    let (to, from) = (address(cpu, r1), address(cpu, r3));
    let (mut left, mut rest) = (length(cpu, r1 + 1) & cut, length(cpu, r3 + 1) & cut);
    let n = left.min(PART);
    let moved = n.min(rest);
    let mut bytes = vec![pad; n as usize];
    storage::read(cpu, from, &mut bytes[..moved as usize])?;
    storage::write(cpu, to, &bytes)?;
    (left, rest) = (left - n, rest - moved);
    put(cpu, r1, to.wrapping_add(n) & mask);
    put(cpu, r3, from.wrapping_add(moved) & mask);
    for (r, value) in [(r1 + 1, left), (r3 + 1, rest)] {
        let old = length(cpu, r);
        put(cpu, r, old & !cut | value);
    }
    Ok(left == 0)
}

/// The code of a move: how the lengths compare.
fn lengths(cpu: &Cpu, r1: u64, r3: u64, cut: u64) -> u64 {
    storage::order(&(length(cpu, r1 + 1) & cut), &(length(cpu, r3 + 1) & cut))
}

/// MOVE LONG EXTENDED: registers, padding byte.
pub(crate) fn move_extended(cpu: &mut Cpu, [r1, r3, pad, _]: Args) -> Out {
    let code = lengths(cpu, r1, r3, u64::MAX);
    let done = move_part(cpu, r1, r3, pad as u8, false)?;
    set_cc(cpu, if done { code } else { 3 });
    Ok(0)
}

/// MOVE LONG: registers, its own address, the next one's; where to go on. Operands that overlap destructively move nothing.
pub(crate) fn move_long(cpu: &mut Cpu, [r1, r2, here, next]: Args) -> Out {
    let code = lengths(cpu, r1, r2, SHORT);
    let (to, from) = (address(cpu, r1), address(cpu, r2));
    let moved = (length(cpu, r1 + 1) & SHORT).min(length(cpu, r2 + 1) & SHORT);
    let distance = to.wrapping_sub(from) & address_mask(cpu);
    if distance > 0 && distance < moved {
        set_cc(cpu, 3);
        return Ok(next);
    }
    let pad = (general(cpu, r2 + 1) >> 24) as u8;
    if move_part(cpu, r1, r2, pad, true)? {
        set_cc(cpu, code);
        return Ok(next);
    }
    Ok(here)
}

/// Compares a part; the code once it is known.
fn compare_part(cpu: &mut Cpu, r1: u64, r3: u64, pad: u8, cut: u64) -> Result<Option<u64>, Fault> {
    let mask = address_mask(cpu);
    let (a, b) = (address(cpu, r1), address(cpu, r3));
    let (left, rest) = (length(cpu, r1 + 1) & cut, length(cpu, r3 + 1) & cut);
    let (mut i, mut code) = (0, None);
    while i < PART && code.is_none() {
        if i >= left && i >= rest {
            code = Some(0);
            break;
        }
        let x = if i < left { first_byte(cpu, a.wrapping_add(i))? } else { pad };
        let y = if i < rest { byte(cpu, b.wrapping_add(i))? } else { pad };
        if x == y {
            i += 1;
        } else {
            code = Some(storage::order(&x, &y));
        }
    }
    for (r, at, len) in [(r1, a, left), (r3, b, rest)] {
        let n = i.min(len);
        put(cpu, r, at.wrapping_add(n) & mask);
        let old = length(cpu, r + 1);
        put(cpu, r + 1, old & !cut | (len - n));
    }
    Ok(code)
}

/// COMPARE LOGICAL LONG EXTENDED.
pub(crate) fn compare_extended(cpu: &mut Cpu, [r1, r3, pad, _]: Args) -> Out {
    let code = compare_part(cpu, r1, r3, pad as u8, u64::MAX)?;
    set_cc(cpu, code.unwrap_or(3));
    Ok(0)
}

/// COMPARE LOGICAL LONG.
pub(crate) fn compare_long(cpu: &mut Cpu, [r1, r2, here, next]: Args) -> Out {
    let pad = (general(cpu, r2 + 1) >> 24) as u8;
    match compare_part(cpu, r1, r2, pad, SHORT)? {
        Some(code) => {
            set_cc(cpu, code);
            Ok(next)
        }
        None => Ok(here),
    }
}
