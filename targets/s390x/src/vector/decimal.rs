//! Vector decimal instructions (PoP, "Vector Decimal Instructions"): a vector register holds 31 packed digits and a sign.

use softfloat::decimal::Digits;

use super::{Args, Regs, get, set};
use crate::decimal::{Packed, overflows, sign, validity};
use crate::psw;
use crate::storage;
use crate::system::{general, set_general, set_word};
use crate::trap::{Cpu, Fault, Out, code, set_cc};

/// Digits of a register.
const DIGITS: usize = 31;
/// Data-exception code of a decimal operand.
const OPERAND: u64 = 0;

/// Sign codes of results.
const PLUS: u8 = 0xc;
const MINUS: u8 = 0xd;
/// The plus of a result that is forced to be positive.
const FORCED: u8 = 0xf;

/// Instruction-overflow mask: what is too long raises nothing.
const IOM: u16 = 0x80;
/// How many digits results have, or by how many they are shifted.
const COUNT: u16 = 0x1f;

/// The masks of the instructions with three registers, M5: the second and the third operand, and the result, count as positive; the condition
/// code is set.
const P2: u8 = 8;
const P3: u8 = 4;
const P1: u8 = 2;
const CS: u8 = 1;

/// VECTOR CONVERT TO DECIMAL, M4: the integer has no sign. The other bits are those of M5.
const LB_TO_DECIMAL: u8 = 8;
/// VECTOR CONVERT TO BINARY, M3: the integer has no sign.
const LB_TO_BINARY: u8 = 2;

/// The number in a register; with `positive` its sign is not looked at.
fn number(cpu: &Cpu, v: u8, positive: bool) -> Result<(bool, Digits), Fault> {
    let mut bytes = get(cpu, v).to_be_bytes();
    if positive {
        bytes[15] = bytes[15] & 0xf0 | PLUS;
    }
    let packed = Packed::parse(&bytes).ok_or(Fault::data(OPERAND))?;
    Ok((packed.negative, Digits::from_u128(packed.magnitude)))
}

/// Digits and a sign code as a register holds them.
fn packed(digits: &Digits, sign: u8) -> u128 {
    let value = (0..DIGITS).rev().fold(0, |all, i| all << 4 | u128::from(digits.digit(i)));
    value << 4 | u128::from(sign)
}

/// What an instruction does with its result.
struct Target {
    v1: u8,
    /// Digits that it may have.
    count: usize,
    /// M5.
    masks: u8,
    /// Whether what is lost may be a decimal overflow.
    tells: bool,
}

impl Target {
    /// Writes a result; digits that don't fit are lost. One that is zero then is positive.
    fn finish(&self, cpu: &mut Cpu, negative: bool, digits: &Digits) -> Out {
        let low = digits.low(self.count);
        let negative = negative && !low.is_zero() && self.masks & P1 == 0;
        let sign = match (self.masks & P1 != 0, negative) {
            (true, _) => FORCED,
            (_, true) => MINUS,
            _ => PLUS,
        };
        set(cpu, self.v1, packed(&low, sign));
        let lost = digits.len() > self.count;
        if self.masks & CS != 0 {
            set_cc(cpu, result_code(lost, low.is_zero(), negative));
        }
        self.overflow(cpu, lost)
    }

    fn overflow(&self, cpu: &Cpu, lost: bool) -> Out {
        if lost && self.tells && overflows(cpu) { Err(Fault::program(code::DECIMAL_OVERFLOW)) } else { Ok(0) }
    }
}

fn result_code(lost: bool, zero: bool, negative: bool) -> u64 {
    match (lost, zero, negative) {
        (true, ..) => 3,
        (_, true, _) => 0,
        (.., true) => 1,
        _ => 2,
    }
}

/// The target that registers and immediate (of the form I4 of VECTOR ADD DECIMAL) name.
fn target(r: Regs) -> Target {
    Target { v1: r.v1, count: usize::from(r.i & COUNT), masks: r.m, tells: r.i & IOM == 0 }
}

/// Whether a number is negative, and its digits.
type Number = (bool, Digits);

fn sum((a_negative, a): Number, (b_negative, b): Number) -> Number {
    if a_negative == b_negative {
        return (a_negative, a.add(&b));
    }
    if a.order(&b).is_lt() { (b_negative, b.sub(&a)) } else { (a_negative, a.sub(&b)) }
}

/// Both operands, of V2 and V3.
fn operands(cpu: &Cpu, r: Regs) -> Result<(Number, Number), Fault> {
    Ok((number(cpu, r.v2, r.m & P2 != 0)?, number(cpu, r.v3, r.m & P3 != 0)?))
}

/// VECTOR ADD DECIMAL.
pub(crate) fn add(cpu: &mut Cpu, [regs, ..]: Args) -> Out {
    let r = Regs::of(regs);
    let (a, b) = operands(cpu, r)?;
    let (negative, digits) = sum(a, b);
    target(r).finish(cpu, negative, &digits)
}

/// VECTOR SUBTRACT DECIMAL.
pub(crate) fn subtract(cpu: &mut Cpu, [regs, ..]: Args) -> Out {
    let r = Regs::of(regs);
    let (a, b) = operands(cpu, r)?;
    let (negative, digits) = sum(a, (!b.0, b.1));
    target(r).finish(cpu, negative, &digits)
}

/// VECTOR MULTIPLY DECIMAL.
pub(crate) fn multiply(cpu: &mut Cpu, [regs, ..]: Args) -> Out {
    let r = Regs::of(regs);
    let (a, b) = operands(cpu, r)?;
    target(r).finish(cpu, a.0 != b.0, &a.1.mul(&b.1))
}

/// VECTOR MULTIPLY AND SHIFT DECIMAL: the product loses digits at its right; the result may have 31.
pub(crate) fn multiply_shift(cpu: &mut Cpu, [regs, ..]: Args) -> Out {
    let r = Regs::of(regs);
    let (a, b) = operands(cpu, r)?;
    let to = target(r);
    let digits = a.1.mul(&b.1).down(to.count);
    Target { count: DIGITS, ..to }.finish(cpu, a.0 != b.0, &digits)
}

fn quotient(a: &Digits, b: &Digits) -> Result<(Digits, Digits), Fault> {
    if b.is_zero() { Err(Fault::program(code::DECIMAL_DIVIDE)) } else { Ok(a.div(b)) }
}

/// VECTOR DIVIDE DECIMAL.
pub(crate) fn divide(cpu: &mut Cpu, [regs, ..]: Args) -> Out {
    let r = Regs::of(regs);
    let (a, b) = operands(cpu, r)?;
    let (digits, _) = quotient(&a.1, &b.1)?;
    target(r).finish(cpu, a.0 != b.0, &digits)
}

/// VECTOR SHIFT AND DIVIDE DECIMAL: the dividend gets zeros at its right; the result may have 31 digits.
pub(crate) fn shift_divide(cpu: &mut Cpu, [regs, ..]: Args) -> Out {
    let r = Regs::of(regs);
    let (a, b) = operands(cpu, r)?;
    let to = target(r);
    let (digits, _) = quotient(&a.1.up(to.count), &b.1)?;
    Target { count: DIGITS, ..to }.finish(cpu, a.0 != b.0, &digits)
}

/// VECTOR REMAINDER DECIMAL: with the dividend's sign.
pub(crate) fn remainder(cpu: &mut Cpu, [regs, ..]: Args) -> Out {
    let r = Regs::of(regs);
    let (a, b) = operands(cpu, r)?;
    let (_, digits) = quotient(&a.1, &b.1)?;
    target(r).finish(cpu, a.0, &digits)
}

/// VECTOR SHIFT AND ROUND DECIMAL: N is I4: bit 0 the rounding digit is 5 and not 0, bits 1 to 7 the amount, to the left where it is positive.
pub(crate) fn shift_round(cpu: &mut Cpu, [regs, ..]: Args) -> Out {
    let r = Regs::of(regs);
    let (negative, digits) = number(cpu, r.v2, r.m & P2 != 0)?;
    let amount = bits::sign_extend(u64::from(r.n & 0x7f), 7) as i64;
    let n = amount.unsigned_abs() as usize;
    let shifted = if amount >= 0 {
        digits.up(n)
    } else if r.n & 0x80 != 0 && digits.digit(n - 1) >= 5 {
        digits.down(n).add(&Digits::from_u128(1))
    } else {
        digits.down(n)
    };
    target(r).finish(cpu, negative, &shifted)
}

/// VECTOR PERFORM SIGN OPERATION DECIMAL. N is I4: bit 0 digits and sign are not validated, bit 1 a zero may be negative (both of
/// the enhancement facility; the lifter clears them where it isn't there), bits 4 and 5 the operation, bit 6 a plus is 15, bit 7 the sign is
/// validated even where it does not count.
pub(crate) fn sign_operation(cpu: &mut Cpu, [regs, ..]: Args) -> Out {
    let r = Regs::of(regs);
    let value = get(cpu, r.v2);
    let (old, operation) = (value as u8 & 15, r.n >> 2 & 3);
    let unchecked = r.n & 0x80 != 0;
    let validity = validity(&value.to_be_bytes());
    let needs_sign = match operation {
        0 => !unchecked,
        1 => true,
        _ => r.n & 1 != 0,
    };
    if validity & 2 != 0 && !unchecked || validity & 1 != 0 && needs_sign {
        return Err(Fault::data(OPERAND));
    }
    let to = target(r);
    let kept = value >> 4 & ((1 << (4 * to.count)) - 1);
    let lost = value >> 4 != kept;
    // PoP, "Operation of VECTOR PERFORM SIGN OPERATION DECIMAL", the figure.
    let negative = match (operation, sign(old)) {
        (0, None) => None,
        (0, Some(negative)) => Some(negative),
        (1, negative) => Some(negative != Some(true)),
        (2, _) => Some(false),
        _ => Some(true),
    };
    let negative = negative.map(|n| n && (kept != 0 || r.n & 0x40 != 0));
    let new = match negative {
        None => old,
        Some(true) => MINUS,
        Some(false) if r.n & 2 != 0 => FORCED,
        Some(false) => PLUS,
    };
    set(cpu, r.v1, kept << 4 | u128::from(new));
    if r.m & CS != 0 {
        set_cc(cpu, result_code(lost, kept == 0, negative == Some(true)));
    }
    to.overflow(cpu, lost)
}

/// VECTOR COMPARE DECIMAL: of V1 and V2, M3 as the first bits of M5.
pub(crate) fn compare(cpu: &mut Cpu, [regs, ..]: Args) -> Out {
    let r = Regs::of(regs);
    let (a, b) = (number(cpu, r.v1, r.m & P2 != 0)?, number(cpu, r.v2, r.m & P3 != 0)?);
    let (negative, digits) = sum(a, (!b.0, b.1));
    set_cc(cpu, result_code(false, digits.is_zero(), negative));
    Ok(0)
}

/// VECTOR TEST DECIMAL.
pub(crate) fn test(cpu: &mut Cpu, [regs, ..]: Args) -> Out {
    let bytes = get(cpu, Regs::of(regs).v1).to_be_bytes();
    set_cc(cpu, validity(&bytes));
    Ok(0)
}

/// VECTOR CONVERT TO BINARY: V1 is the general register, I the bits of the result, N M4. What is too big loses bits at its left.
pub(crate) fn to_binary(cpu: &mut Cpu, [regs, ..]: Args) -> Out {
    let r = Regs::of(regs);
    let logical = r.m & LB_TO_BINARY != 0;
    let (negative, digits) = number(cpu, r.v2, r.m & P2 != 0 || logical)?;
    let magnitude = digits.to_u128().unwrap_or(0) as i128;
    let value = if negative { -magnitude } else { magnitude };
    let fits = match (r.i, logical) {
        (32, true) => u32::try_from(value).is_ok(),
        (32, false) => i32::try_from(value).is_ok(),
        (_, true) => u64::try_from(value).is_ok(),
        (_, false) => i64::try_from(value).is_ok(),
    };
    if r.i == 32 {
        set_word(cpu, r.v1.into(), value as u64);
    } else {
        set_general(cpu, r.v1.into(), value as u64);
    }
    if r.m & CS != 0 {
        set_cc(cpu, if fits { 0 } else { 3 });
    }
    if !fits && r.n & 8 == 0 && cpu.state.psw_mask & psw::FIXED_OVERFLOW != 0 {
        return Err(Fault::program(code::FIXED_POINT_OVERFLOW));
    }
    Ok(0)
}

/// VECTOR CONVERT TO DECIMAL: V2 is the general register, N the bytes of the integer.
pub(crate) fn to_decimal(cpu: &mut Cpu, [regs, ..]: Args) -> Out {
    let r = Regs::of(regs);
    let value = general(cpu, r.v2.into());
    let value = match (r.m & LB_TO_DECIMAL != 0, r.n) {
        (true, 4) => i128::from(value as u32),
        (false, 4) => i128::from(value as i32),
        (true, _) => i128::from(value),
        (false, _) => i128::from(value as i64),
    };
    let digits = Digits::from_u128(value.unsigned_abs());
    let low = digits.low(usize::from(r.i & COUNT));
    let lost = digits.len() > usize::from(r.i & COUNT);
    let to = Target { masks: r.m & P1, ..target(r) };
    set(
        cpu,
        r.v1,
        packed(
            &low,
            if r.m & P1 != 0 {
                FORCED
            } else if value < 0 {
                MINUS
            } else {
                PLUS
            },
        ),
    );
    if r.m & CS != 0 {
        set_cc(cpu, if lost { 3 } else { 0 });
    }
    to.overflow(cpu, lost)
}

/// VECTOR PACK ZONED: registers, address, length. Nothing is validated.
pub(crate) fn pack_zoned(cpu: &mut Cpu, [regs, address, len, _]: Args) -> Out {
    let mut bytes = [0; DIGITS];
    let bytes = &mut bytes[..len as usize];
    storage::read(cpu, address, bytes)?;
    let digits = bytes.iter().fold(0, |all, b| all << 4 | u128::from(b & 15));
    let last = bytes.last().map_or(0, |b| b >> 4);
    set(cpu, Regs::of(regs).v1, digits << 4 | u128::from(last));
    Ok(0)
}

/// VECTOR UNPACK ZONED: the same the other way.
pub(crate) fn unpack_zoned(cpu: &mut Cpu, [regs, address, len, _]: Args) -> Out {
    let value = get(cpu, Regs::of(regs).v1);
    let digit = |i: u32| (value >> (4 * (i + 1))) as u8 & 15;
    let mut bytes: Vec<u8> = (0..len as u32).rev().map(|i| 0xf0 | digit(i)).collect();
    if let Some(last) = bytes.last_mut() {
        *last = (value as u8) << 4 | digit(0);
    }
    storage::write(cpu, address, &bytes)?;
    Ok(0)
}

/// VECTOR LOAD RIGHTMOST WITH LENGTH: the highest index is in the third argument.
pub(crate) fn load_right(cpu: &mut Cpu, [regs, address, last, _]: Args) -> Out {
    let n = last.min(15) as usize + 1;
    let mut bytes = [0; 16];
    storage::read(cpu, address, &mut bytes[16 - n..])?;
    set(cpu, Regs::of(regs).v1, u128::from_be_bytes(bytes));
    Ok(0)
}

/// VECTOR STORE RIGHTMOST WITH LENGTH.
pub(crate) fn store_right(cpu: &mut Cpu, [regs, address, last, _]: Args) -> Out {
    let bytes = get(cpu, Regs::of(regs).v1).to_be_bytes();
    storage::write(cpu, address, &bytes[15 - last.min(15) as usize..])?;
    Ok(0)
}
