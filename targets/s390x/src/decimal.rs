//! Packed and zoned decimal numbers in storage (PoP, "Decimal Instructions", and the conversions of "General Instructions").

use crate::psw;
use crate::state;
use crate::storage;
use crate::system::{general, set_general, set_word};
use crate::trap::{Cpu, Fault, Out, code, set_cc};

type Args = [u64; 4];

/// Data-exception code of a decimal operand.
const OPERAND: u64 = 0;

/// A number of up to 31 digits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Packed {
    pub(crate) negative: bool,
    pub(crate) magnitude: u128,
}

/// Ten to the `n`; `n` is at most 38.
pub(crate) const fn power(n: u32) -> u128 {
    10u128.pow(n)
}

/// Whether a sign code is minus; `None` if it is a digit.
pub(crate) fn sign(code: u8) -> Option<bool> {
    match code {
        0xb | 0xd => Some(true),
        0xa..=0xf => Some(false),
        _ => None,
    }
}

impl Packed {
    /// A zero is positive.
    pub(crate) fn new(negative: bool, magnitude: u128) -> Packed {
        Packed { negative: negative && magnitude != 0, magnitude }
    }

    /// The number in up to 16 bytes, or `None` if a digit or the sign is none.
    pub(crate) fn parse(bytes: &[u8]) -> Option<Packed> {
        let (last, rest) = bytes.split_last()?;
        let digits = rest.iter().flat_map(|b| [b >> 4, b & 15]).chain([last >> 4]);
        let magnitude = digits.into_iter().try_fold(0u128, |all, d| (d < 10).then(|| all * 10 + u128::from(d)))?;
        Some(Packed { negative: sign(last & 15)?, magnitude })
    }

    /// The low digits in `n` bytes, with the preferred sign.
    pub(crate) fn bytes(self, n: usize) -> Vec<u8> {
        let mut rest = self.magnitude;
        let mut digit = || {
            let d = (rest % 10) as u8;
            rest /= 10;
            d
        };
        let mut bytes = vec![digit() << 4 | if self.negative { 0xd } else { 0xc }];
        bytes.extend((1..n).map(|_| digit() | digit() << 4));
        bytes.reverse();
        bytes
    }

    /// As a signed number.
    pub(crate) fn value(self) -> i128 {
        if self.negative { -(self.magnitude as i128) } else { self.magnitude as i128 }
    }

    /// From a signed number.
    pub(crate) fn of(value: i128) -> Packed {
        Packed::new(value < 0, value.unsigned_abs())
    }

    /// Cut to `digits`: what is left, and whether anything was lost. The sign stays, even of a zero.
    pub(crate) fn cut(self, digits: u32) -> (Packed, bool) {
        let limit = power(digits);
        (Packed { magnitude: self.magnitude % limit, ..self }, self.magnitude >= limit)
    }

    /// The condition code.
    pub(crate) fn code(self) -> u64 {
        match self.magnitude {
            0 => 0,
            _ if self.negative => 1,
            _ => 2,
        }
    }
}

/// Reads an operand of `n` bytes, the only or the second one.
fn load(cpu: &mut Cpu, address: u64, n: u64) -> Result<Packed, Fault> {
    let mut bytes = [0; 16];
    let bytes = &mut bytes[..n as usize];
    storage::read(cpu, address, bytes)?;
    Packed::parse(bytes).ok_or(Fault::data(OPERAND))
}

/// Reads the first operand.
fn load_first(cpu: &mut Cpu, address: u64, n: u64) -> Result<Packed, Fault> {
    let mut bytes = [0; 16];
    let bytes = &mut bytes[..n as usize];
    storage::read_first(cpu, address, bytes)?;
    Packed::parse(bytes).ok_or(Fault::data(OPERAND))
}

fn store(cpu: &mut Cpu, address: u64, n: u64, value: Packed) -> Result<(), Fault> {
    storage::write(cpu, address, &value.bytes(n as usize))
}

/// The program mask's decimal overflow.
pub(crate) fn overflows(cpu: &Cpu) -> bool {
    cpu.state.psw_mask & psw::DECIMAL_OVERFLOW != 0
}

/// Stores a result in `n` bytes and sets the condition code; digits that don't fit are lost.
fn finish(cpu: &mut Cpu, address: u64, n: u64, value: Packed) -> Out {
    let (cut, lost) = value.cut(2 * n as u32 - 1);
    store(cpu, address, n, cut)?;
    set_cc(cpu, if lost { 3 } else { cut.code() });
    if lost && overflows(cpu) {
        return Err(Fault::program(code::DECIMAL_OVERFLOW));
    }
    Ok(0)
}

/// Both lengths in one number.
fn lengths(both: u64) -> (u64, u64) {
    (both >> 4 & 15, both & 15)
}

/// The operations of two operands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Op {
    Add,
    Subtract,
    ZeroAndAdd,
    Compare,
    Multiply,
    Divide,
}

/// Length codes, addresses.
fn operate(cpu: &mut Cpu, [both, first, second, _]: Args, op: Op) -> Out {
    let (l1, l2) = lengths(both);
    let n = l1 + 1;
    let b = load(cpu, second, l2 + 1)?;
    if op == Op::ZeroAndAdd {
        let (_, lost) = b.cut(2 * n as u32 - 1);
        // What loses no digits is positive if it is zero.
        return finish(cpu, first, n, if lost { b } else { Packed::new(b.negative, b.magnitude) });
    }
    let a = load_first(cpu, first, n)?;
    match op {
        Op::Add => finish(cpu, first, n, Packed::of(a.value() + b.value())),
        Op::Subtract => finish(cpu, first, n, Packed::of(a.value() - b.value())),
        Op::Compare => {
            set_cc(cpu, storage::order(&a.value(), &b.value()));
            Ok(0)
        }
        Op::Multiply => {
            // The multiplicand has as many bytes of zeros at its left as the multiplier has bytes.
            if a.magnitude >= power(2 * (l1 - l2 - 1) as u32 + 1) {
                return Err(Fault::data(OPERAND));
            }
            let product = Packed { negative: a.negative != b.negative, magnitude: a.magnitude * b.magnitude };
            store(cpu, first, n, product)?;
            Ok(0)
        }
        _ => divide(cpu, first, (l1, l2), (a, b)),
    }
}

fn divide(cpu: &mut Cpu, at: u64, (l1, l2): (u64, u64), (a, b): (Packed, Packed)) -> Out {
    const DIVIDE: Fault = Fault::program(code::DECIMAL_DIVIDE);
    let quotient = a.magnitude.checked_div(b.magnitude).ok_or(DIVIDE)?;
    let size = l1 - l2;
    if quotient >= power(2 * size as u32 - 1) {
        return Err(DIVIDE);
    }
    let mut bytes = Packed { negative: a.negative != b.negative, magnitude: quotient }.bytes(size as usize);
    bytes.extend(Packed { negative: a.negative, magnitude: a.magnitude % b.magnitude }.bytes(l2 as usize + 1));
    storage::write(cpu, at, &bytes)?;
    Ok(0)
}

macro_rules! operations {
    ($( $(#[$m:meta])* $name:ident = $op:ident; )*) => { $(
        $(#[$m])*
        pub(crate) fn $name(cpu: &mut Cpu, args: Args) -> Out {
            operate(cpu, args, Op::$op)
        }
    )* };
}

operations! {
    /// ADD DECIMAL: length codes in one byte, addresses.
    add = Add;
    /// SUBTRACT DECIMAL.
    subtract = Subtract;
    /// ZERO AND ADD.
    zero_and_add = ZeroAndAdd;
    /// COMPARE DECIMAL.
    compare = Compare;
    /// MULTIPLY DECIMAL. The multiplier is shorter, and has at most 8 bytes.
    multiply = Multiply;
    /// DIVIDE DECIMAL. The same holds for the divisor.
    divide_decimal = Divide;
}

/// SHIFT AND ROUND DECIMAL: length code and rounding digit in one byte, address, amount.
pub(crate) fn shift(cpu: &mut Cpu, [both, at, amount, _]: Args) -> Out {
    let (l1, rounding) = lengths(both);
    let n = l1 + 1;
    let value = load_first(cpu, at, n)?;
    if rounding > 9 {
        return Err(Fault::data(OPERAND));
    }
    let amount = bits::sign_extend(amount & 63, 6) as i64;
    let (shifted, lost) = shift_digits(value, amount as i32, rounding as u8, 2 * n as u32 - 1);
    store(cpu, at, n, shifted)?;
    set_cc(cpu, if lost { 3 } else { shifted.code() });
    if lost && overflows(cpu) {
        return Err(Fault::program(code::DECIMAL_OVERFLOW));
    }
    Ok(0)
}

/// A number shifted to the left by `amount` digits, or rounded and shifted to the right, in `digits`; whether anything was lost at the left.
pub(crate) fn shift_digits(value: Packed, amount: i32, rounding: u8, digits: u32) -> (Packed, bool) {
    let limit = power(digits);
    if amount < 0 {
        let n = amount.unsigned_abs();
        let magnitude = if n > 32 {
            0
        } else {
            let before = value.magnitude / power(n - 1);
            (before + u128::from(rounding)) / 10
        };
        let lost = magnitude >= limit;
        let magnitude = magnitude % limit;
        return if lost {
            (Packed { magnitude, ..value }, true)
        } else {
            (Packed::new(value.negative, magnitude), false)
        };
    }
    let n = amount as u32;
    let keep = digits.saturating_sub(n);
    let lost = value.magnitude >= power(keep);
    let magnitude = if keep == 0 { 0 } else { value.magnitude % power(keep) * power(n) };
    if lost { (Packed { magnitude, ..value }, true) } else { (Packed::new(value.negative, magnitude), false) }
}

/// TEST DECIMAL: length code, address.
pub(crate) fn test(cpu: &mut Cpu, [l1, at, ..]: Args) -> Out {
    let mut bytes = [0; 16];
    let bytes = &mut bytes[..l1 as usize + 1];
    storage::read(cpu, at, bytes)?;
    set_cc(cpu, validity(bytes));
    Ok(0)
}

/// The code of a test: bit 1 a digit is none, bit 0 the sign is none.
pub(crate) fn validity(bytes: &[u8]) -> u64 {
    let (last, rest) = (bytes[bytes.len() - 1], &bytes[..bytes.len() - 1]);
    let digits = rest.iter().all(|b| b >> 4 < 10 && b & 15 < 10) && last >> 4 < 10;
    u64::from(!digits) << 1 | u64::from(sign(last & 15).is_none())
}

/// EDIT, EDIT AND MARK: length, addresses, whether the second.
pub(crate) fn edit(cpu: &mut Cpu, [len, pattern_at, source, mark]: Args) -> Out {
    const SELECT: u8 = 0x20;
    const START: u8 = 0x21;
    const SEPARATE: u8 = 0x22;
    let n = len as usize;
    let mut pattern = [0; 256];
    storage::read_first(cpu, pattern_at, &mut pattern[..n])?;
    storage::check(cpu, pattern_at, n)?;
    let fill = pattern[0];
    let (mut significant, mut code, mut at, mut right) = (false, 0, source, None);
    for (i, cell) in pattern[..n].iter_mut().enumerate() {
        match *cell {
            c @ (SELECT | START) => {
                let (digit, plus) = match right.take() {
                    Some(digit) => (digit, None),
                    None => {
                        let mut byte = [0];
                        storage::read(cpu, at, &mut byte)?;
                        at = at.wrapping_add(1);
                        let (left, low) = (byte[0] >> 4, byte[0] & 15);
                        if left > 9 {
                            return Err(Fault::data(OPERAND));
                        }
                        if low < 10 {
                            right = Some(low);
                        }
                        (left, sign(low).map(|negative| !negative))
                    }
                };
                let shown = significant || digit != 0;
                if shown && !significant && mark != 0 {
                    set_mark(cpu, pattern_at.wrapping_add(i as u64));
                }
                *cell = if shown { 0xf0 | digit } else { fill };
                code |= u64::from(digit != 0);
                significant = shown || c == START;
                if plus == Some(true) {
                    significant = false;
                }
            }
            SEPARATE => {
                significant = false;
                code = 0;
                *cell = fill;
            }
            _ if significant => {}
            _ => *cell = fill,
        }
        // The fill byte itself stays, unless it is a digit selector.
    }
    storage::write(cpu, pattern_at, &pattern[..n])?;
    set_cc(
        cpu,
        if code == 0 {
            0
        } else if significant {
            1
        } else {
            2
        },
    );
    Ok(0)
}

/// EDIT AND MARK puts an address into register 1, as TRANSLATE AND TEST does.
fn set_mark(cpu: &mut Cpu, address: u64) {
    let mask = storage::address_mask(cpu);
    let keep = match mask {
        0xff_ffff => !0xff_ffff,
        0x7fff_ffff => !0xffff_ffff,
        _ => 0,
    };
    let old = cpu.reg(state::r(1));
    cpu.set_reg(state::r(1), old & keep | address & mask);
}

/// Works on two operands from right to left, byte by byte, each result stored before the next byte is fetched. `op` gets what it
/// has fetched from the second operand.
fn backwards(
    cpu: &mut Cpu,
    at: u64,
    n: u64,
    mut next: impl FnMut(&mut Cpu, u64) -> Result<u8, Fault>,
) -> Result<(), Fault> {
    let mask = storage::address_mask(cpu);
    storage::check(cpu, at, n as usize)?;
    for i in 0..n {
        let byte = next(cpu, i)?;
        storage::write(cpu, at.wrapping_add(n - 1 - i) & mask, &[byte])?;
    }
    Ok(())
}

/// Byte `i` from the right of an operand of `n` bytes; 0 beyond it.
fn from_right(cpu: &mut Cpu, at: u64, n: u64, i: u64) -> Result<u8, Fault> {
    if i >= n {
        return Ok(0);
    }
    let mut byte = [0];
    storage::read(cpu, at.wrapping_add(n - 1 - i), &mut byte)?;
    Ok(byte[0])
}

/// Looks whether an operand can be read, since nothing may have been stored when it can't.
fn readable(cpu: &mut Cpu, at: u64, n: u64) -> Result<(), Fault> {
    let mut bytes = [0; 256];
    storage::read(cpu, at, &mut bytes[..n as usize])
}

/// PACK: length codes, addresses.
pub(crate) fn pack(cpu: &mut Cpu, [both, first, second, _]: Args) -> Out {
    let (n, m) = (lengths(both).0 + 1, lengths(both).1 + 1);
    readable(cpu, second, m)?;
    backwards(cpu, first, n, |cpu, i| {
        if i == 0 {
            return from_right(cpu, second, m, 0).map(|b| b.rotate_left(4));
        }
        let low = from_right(cpu, second, m, 2 * i - 1)?;
        let high = from_right(cpu, second, m, 2 * i)?;
        Ok(high << 4 | low & 15)
    })?;
    Ok(0)
}

/// UNPACK.
pub(crate) fn unpack(cpu: &mut Cpu, [both, first, second, _]: Args) -> Out {
    let (n, m) = (lengths(both).0 + 1, lengths(both).1 + 1);
    readable(cpu, second, m)?;
    let mut held = 0;
    backwards(cpu, first, n, |cpu, i| {
        if i == 0 {
            return from_right(cpu, second, m, 0).map(|b| b.rotate_left(4));
        }
        if i & 1 != 0 {
            held = from_right(cpu, second, m, i.div_ceil(2))?;
            Ok(0xf0 | held & 15)
        } else {
            Ok(0xf0 | held >> 4)
        }
    })?;
    Ok(0)
}

/// MOVE WITH OFFSET.
pub(crate) fn move_offset(cpu: &mut Cpu, [both, first, second, _]: Args) -> Out {
    let (n, m) = (lengths(both).0 + 1, lengths(both).1 + 1);
    readable(cpu, second, m)?;
    let mut last = [0];
    storage::read_first(cpu, first.wrapping_add(n - 1), &mut last)?;
    let mut held = last[0] & 15;
    backwards(cpu, first, n, |cpu, i| {
        let byte = from_right(cpu, second, m, i)?;
        let result = byte << 4 | held;
        held = byte >> 4;
        Ok(result)
    })?;
    Ok(0)
}

/// PACK ASCII, PACK UNICODE: addresses, length of the second operand in bytes, bytes of a character. The result has 16 bytes.
pub(crate) fn pack_characters(cpu: &mut Cpu, [first, second, len, size]: Args) -> Out {
    let mut bytes = [0; 64];
    storage::read(cpu, second, &mut bytes[..len as usize])?;
    let low = |c: &[u8]| u128::from(c[c.len() - 1] & 15);
    let digits = bytes[..len as usize].chunks(size as usize).fold(0, |all, c| all << 4 | low(c));
    storage::write(cpu, first, &(digits << 4 | 0xc).to_be_bytes())?;
    Ok(0)
}

/// UNPACK ASCII, UNPACK UNICODE: addresses, length of the first operand in bytes, bytes of a character.
pub(crate) fn unpack_characters(cpu: &mut Cpu, [first, second, len, size]: Args) -> Out {
    let mut bytes = [0; 16];
    storage::read(cpu, second, &mut bytes)?;
    let packed = u128::from_be_bytes(bytes);
    let count = len / size;
    let mut out = Vec::with_capacity(len as usize);
    for i in (0..count).rev() {
        let digit = if i >= 31 { 0 } else { (packed >> (4 * (i + 1))) as u8 & 15 };
        if size == 2 {
            out.push(0);
        }
        out.push(0x30 | digit);
    }
    storage::write(cpu, first, &out)?;
    set_cc(
        cpu,
        match sign(packed as u8 & 15) {
            Some(false) => 0,
            Some(true) => 1,
            None => 3,
        },
    );
    Ok(0)
}

/// CONVERT TO BINARY: register, address, bytes of the operand.
pub(crate) fn to_binary(cpu: &mut Cpu, [r1, at, size, _]: Args) -> Out {
    let value = load(cpu, at, size)?.value();
    if size == 8 {
        set_word(cpu, r1, value as u64);
        i32::try_from(value).map_err(|_| Fault::program(code::FIXED_POINT_DIVIDE))?;
    } else {
        // Unlike with the short form, nothing is kept of what is too big.
        let fits = i64::try_from(value).map_err(|_| Fault::program(code::FIXED_POINT_DIVIDE))?;
        set_general(cpu, r1, fits as u64);
    }
    Ok(0)
}

/// CONVERT TO DECIMAL: register, address, bytes of the result.
pub(crate) fn to_decimal(cpu: &mut Cpu, [r1, at, size, _]: Args) -> Out {
    let value = general(cpu, r1);
    let value = if size == 8 { i128::from(value as i32) } else { i128::from(value as i64) };
    store(cpu, at, size, Packed::of(value))?;
    Ok(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers() {
        assert_eq!(Packed::parse(&[0x12, 0x3d]), Some(Packed { negative: true, magnitude: 123 }));
        assert_eq!(Packed::parse(&[0x1a, 0x3d]), None);
        assert_eq!(Packed { negative: true, magnitude: 12_345 }.bytes(2), [0x34, 0x5d]);
        let digits = Packed { negative: false, magnitude: 12_349 };
        assert_eq!(shift_digits(digits, -1, 5, 5), (Packed { negative: false, magnitude: 1235 }, false));
        assert_eq!(shift_digits(digits, 1, 5, 5), (Packed { negative: false, magnitude: 23_490 }, true));
    }
}
