//! Decimal floating point from and to packed digits in storage (PoP, "CONVERT FROM PACKED" and "CONVERT TO PACKED" of the
//! DFP-packed-conversion facility).

use softfloat::decimal::{Digits, Kind, Number};

use crate::decimal;
use crate::dfp::{format_of, read, write};
use crate::storage;
use crate::trap::{Cpu, Fault, Out, code, set_cc};

type Args = [u64; 4];

/// M3: there is a sign at the right.
const SIGNED: u8 = 8;
/// M3 of the other direction: a plus is 15.
const PLUS_15: u8 = 2;
/// M3: from packed, the sign is not looked at and the number is positive; to packed, a zero is positive.
const POSITIVE: u8 = 1;

/// The greatest length of an operand of a format with `size` bytes.
pub(crate) const fn longest(size: u64) -> u64 {
    if size == 8 { 9 } else { 18 }
}

/// CONVERT FROM PACKED: first register, address, length, bytes of the result and M3 times 256.
pub(crate) fn from_packed(cpu: &mut Cpu, [r1, at, len, how]: Args) -> Out {
    const WRONG: Fault = Fault::data(0);
    let (size, m3) = (how & 0xff, (how >> 8) as u8);
    let mut bytes = [0; 18];
    let bytes = &mut bytes[..len as usize];
    storage::read(cpu, at, bytes)?;
    let mut digits: Vec<u8> = bytes.iter().rev().flat_map(|b| [b & 15, b >> 4]).collect();
    let mut negative = false;
    if m3 & SIGNED != 0 {
        let sign = digits.remove(0);
        if m3 & POSITIVE == 0 {
            negative = decimal::sign(sign).ok_or(WRONG)?;
        }
    }
    // The longest operands have a digit or two more than the format, which must be zero.
    let room = if size == 8 { 16 } else { 34 };
    if digits.iter().any(|d| *d > 9) || digits.iter().skip(room).any(|d| *d != 0) {
        return Err(WRONG);
    }
    let number = Number::finite(negative, Digits::new(digits), 0);
    write(cpu, r1 as u8, size, number.encode(format_of(size)));
    Ok(0)
}

/// CONVERT TO PACKED: register, address, length, bytes of the operand and M3 times 256. Digits that don't fit are a decimal overflow.
pub(crate) fn to_packed(cpu: &mut Cpu, [r1, at, len, how]: Args) -> Out {
    let (size, m3) = (how & 0xff, (how >> 8) as u8);
    let y = read(cpu, r1 as u8, size);
    let signed = m3 & SIGNED != 0;
    let count = 2 * len as usize - usize::from(signed);
    let is_zero = y.digits.low(count).is_zero();
    let negative = y.negative && !(m3 & POSITIVE != 0 && is_zero);
    let sign = match (negative, m3 & PLUS_15 != 0) {
        (true, _) => 0xd,
        (false, true) => 0xf,
        _ => 0xc,
    };
    let digits = (0..count).map(|i| y.digits.digit(i));
    let nibbles: Vec<u8> = signed.then_some(sign).into_iter().chain(digits).collect();
    let bytes: Vec<u8> = nibbles.chunks(2).rev().map(|pair| pair[1] << 4 | pair[0]).collect();
    storage::write(cpu, at, &bytes)?;
    let lost = y.kind != Kind::Finite || y.digits.len() > count;
    let cc = match (lost, is_zero, y.negative) {
        (true, ..) => 3,
        (_, true, _) => 0,
        (.., true) => 1,
        _ => 2,
    };
    set_cc(cpu, cc);
    if lost && decimal::overflows(cpu) {
        return Err(Fault::program(code::DECIMAL_OVERFLOW));
    }
    Ok(0)
}
