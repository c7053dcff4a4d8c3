//! Hexadecimal floating point (PoP, "Hexadecimal-Floating-Point Instructions"): a sign, a characteristic (excess 64) and a fraction of hexadecimal
//! digits. Results are cut, never rounded (but by LOAD ROUNDED); nothing is flagged in the FPC.

use crate::psw;
use crate::state;
use crate::trap::{Cpu, Fault, Out, code, set_cc};

type Args = [u64; 4];

/// A number: the value is fraction * 16^(exponent - digits), with the fraction's digits left of the point of none.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Hex {
    pub(crate) negative: bool,
    /// The characteristic, 0 to 127 where it fits.
    pub(crate) exponent: i32,
    /// The fraction as an integer of `digits` hexadecimal digits.
    pub(crate) fraction: u128,
}

/// A format: bytes of an operand, digits of its fraction.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Format {
    pub(crate) size: u64,
    pub(crate) digits: u32,
}

pub(crate) const SHORT: Format = Format { size: 4, digits: 6 };
pub(crate) const LONG: Format = Format { size: 8, digits: 14 };
pub(crate) const EXTENDED: Format = Format { size: 16, digits: 28 };

impl Format {
    pub(crate) fn of(size: u64) -> Format {
        match size {
            4 => SHORT,
            8 => LONG,
            _ => EXTENDED,
        }
    }
}

/// What has gone wrong with an exponent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Range {
    Fits,
    Overflow,
    Underflow,
}

impl Hex {
    /// Of the bits of an operand: short and long ones at the right of `bits`.
    pub(crate) fn decode(bits: u128, format: Format) -> Hex {
        if format == EXTENDED {
            // The low-order part's sign and characteristic are ignored.
            let (high, low) = ((bits >> 64) as u64, bits as u64);
            let part = |v: u64| u128::from(v & 0x00ff_ffff_ffff_ffff);
            return Hex {
                negative: high >> 63 != 0,
                exponent: (high >> 56 & 0x7f) as i32,
                fraction: part(high) << 56 | part(low),
            };
        }
        let width = format.size as u32 * 8;
        Hex {
            negative: bits >> (width - 1) & 1 != 0,
            exponent: (bits >> (width - 8) & 0x7f) as i32,
            fraction: bits & ((1 << (width - 8)) - 1),
        }
    }

    /// The bits; the characteristic is taken modulo 128. The low-order part's characteristic is 14 less.
    pub(crate) fn encode(self, format: Format) -> u128 {
        let head = |exponent: i32| u128::from(self.negative) << 7 | (exponent & 0x7f) as u128;
        if format == EXTENDED {
            let (high, low) = (self.fraction >> 56, self.fraction & 0x00ff_ffff_ffff_ffff);
            // A true zero is all zeros but for the sign.
            let low_exponent = if self.fraction == 0 && self.exponent == 0 { 0 } else { self.exponent - 14 };
            return head(self.exponent) << 120 | high << 64 | head(low_exponent) << 56 | low;
        }
        head(self.exponent) << (format.size * 8 - 8) | self.fraction
    }

    pub(crate) fn zero(negative: bool) -> Hex {
        Hex { negative, exponent: 0, fraction: 0 }
    }

    /// Shifted to the left until the leftmost digit of `digits` is not zero.
    pub(crate) fn normalized(mut self, digits: u32) -> Hex {
        if self.fraction != 0 {
            let n = (self.fraction.leading_zeros() - (128 - 4 * digits)) / 4;
            self.fraction <<= 4 * n;
            self.exponent -= n as i32;
        }
        self
    }

    pub(crate) fn range(self) -> Range {
        match self.exponent {
            0..=127 => Range::Fits,
            e if e > 127 => Range::Overflow,
            _ => Range::Underflow,
        }
    }

    pub(crate) fn code(self) -> u64 {
        match self.fraction {
            0 => 0,
            _ if self.negative => 1,
            _ => 2,
        }
    }
}

/// Where results go: register and format; of extended ones, a pair.
#[derive(Clone, Copy)]
pub(crate) struct Target {
    pub(crate) register: u8,
    pub(crate) format: Format,
}

fn read(cpu: &Cpu, n: u8, format: Format) -> Hex {
    let high = cpu.reg(state::f(n));
    Hex::decode(
        match format.size {
            4 => u128::from(high >> 32),
            8 => u128::from(high),
            _ => u128::from(high) << 64 | u128::from(cpu.reg(state::f(n + 2))),
        },
        format,
    )
}

pub(crate) fn write(cpu: &mut Cpu, to: Target, value: Hex) {
    let (n, bits) = (to.register, value.encode(to.format));
    match to.format.size {
        4 => {
            let old = cpu.reg(state::f(n));
            cpu.set_reg(state::f(n), old & 0xffff_ffff | (bits as u64) << 32);
        }
        8 => cpu.set_reg(state::f(n), bits as u64),
        _ => {
            cpu.set_reg(state::f(n), (bits >> 64) as u64);
            cpu.set_reg(state::f(n + 2), bits as u64);
        }
    }
}

/// Writes a result whose exponent may not fit: overflow is always an exception, underflow if the program mask says so; the result has the
/// exponent modulo 128 then. Without an exception, underflow makes a true zero.
fn finish(cpu: &mut Cpu, to: Target, value: Hex, sets_code: bool) -> Out {
    let mask = cpu.state.psw_mask;
    let (value, fault) = match value.range() {
        _ if value.fraction == 0 => (value, None),
        Range::Fits => (value, None),
        Range::Overflow => (value, Some(code::HFP_OVERFLOW)),
        Range::Underflow if mask & psw::HFP_UNDERFLOW != 0 => (value, Some(code::HFP_UNDERFLOW)),
        Range::Underflow => (Hex::zero(false), None),
    };
    write(cpu, to, value);
    if sets_code {
        set_cc(cpu, value.code());
    }
    fault.map_or(Ok(0), |code| Err(Fault::program(code)))
}

/// Sum with a guard digit. Not normalized: the intermediate sum stays as it is. Returns it with the guard digit in `digits + 1`.
fn sum(a: Hex, b: Hex, digits: u32, exact: bool) -> Hex {
    // Aligned by shifting the one with the smaller characteristic to the right; a guard digit is kept.
    let exponent = a.exponent.max(b.exponent);
    let align = |v: Hex| {
        let (n, full) = ((exponent - v.exponent) as u32, v.fraction << 4);
        let kept = full.checked_shr(4 * n).unwrap_or(0);
        // Where sums are exact, what is lost still counts for less than the last bit.
        let lost = exact && kept.checked_shl(4 * n).unwrap_or(0) != full;
        (kept | u128::from(lost)) as i128
    };
    let signed = |v: Hex| if v.negative { -align(v) } else { align(v) };
    let total = signed(a) + signed(b);
    let mut result = Hex { negative: total < 0, exponent, fraction: total.unsigned_abs() };
    if result.fraction >> (4 * (digits + 1)) != 0 {
        result.fraction >>= 4;
        result.exponent += 1;
    }
    result
}

/// ADD and SUBTRACT: registers and sizes in the first argument, the second operand's bits, whether it is subtracted, whether the result is
/// normalized.
fn add(cpu: &mut Cpu, to: Target, a: Hex, b: Hex, normalize: bool) -> Out {
    let digits = to.format.digits;
    let total = sum(a, b, digits, false);
    // A zero intermediate sum, guard digit and all, is a significance exception or a true zero.
    if total.fraction == 0 {
        if cpu.state.psw_mask & psw::HFP_SIGNIFICANCE != 0 {
            write(cpu, to, Hex { negative: false, ..total });
            set_cc(cpu, 0);
            return Err(Fault::program(code::HFP_SIGNIFICANCE));
        }
        write(cpu, to, Hex::zero(false));
        set_cc(cpu, 0);
        return Ok(0);
    }
    let total = if normalize { total.normalized(digits + 1) } else { total };
    let mut result = Hex { fraction: total.fraction >> 4, ..total };
    if result.fraction == 0 {
        // Unnormalized, and nothing but the guard digit is left.
        result.negative = false;
        if cpu.state.psw_mask & psw::HFP_SIGNIFICANCE != 0 {
            write(cpu, to, result);
            set_cc(cpu, 0);
            return Err(Fault::program(code::HFP_SIGNIFICANCE));
        }
        result = Hex::zero(false);
    }
    finish(cpu, to, result, true)
}

/// The product's fraction of twice the digits, normalized; 256 bits at most.
fn product(a: Hex, b: Hex, from: u32, to: u32) -> Hex {
    if a.fraction == 0 || b.fraction == 0 {
        return Hex::zero(false);
    }
    let (a, b) = (a.normalized(from), b.normalized(from));
    let negative = a.negative != b.negative;
    let exponent = a.exponent + b.exponent - 64;
    // Of `from` digits each: 2 * from digits, cut to `to`.
    let (high, low) = wide(a.fraction, b.fraction);
    let lead = |n: u32| -> u128 {
        // The leftmost `to` digits behind `n` leading zero digits.
        let shift = 4 * (2 * from as i32 - n as i32 - to as i32);
        match shift {
            s if s <= 0 => low << -s,
            s if s < 128 => low >> s | high.checked_shl(128 - s as u32).unwrap_or(0),
            s => high >> (s - 128),
        }
    };
    let first = lead(0);
    if first >> (4 * (to - 1)) != 0 {
        Hex { negative, exponent, fraction: first }
    } else {
        Hex { negative, exponent: exponent - 1, fraction: lead(1) & (u128::MAX >> (128 - 4 * to)) }
    }
}

/// The exact product of two numbers of 112 bits.
fn wide(a: u128, b: u128) -> (u128, u128) {
    let mask = u128::from(u64::MAX);
    let (a1, a0, b1, b0) = (a >> 64, a & mask, b >> 64, b & mask);
    let low = a0 * b0;
    let middle = a1 * b0 + (low >> 64);
    let second = a0 * b1 + (middle & mask);
    (a1 * b1 + (middle >> 64) + (second >> 64), second << 64 | low & mask)
}

fn divide(a: Hex, b: Hex, digits: u32) -> Option<Hex> {
    if b.fraction == 0 {
        return None;
    }
    if a.fraction == 0 {
        return Some(Hex::zero(false));
    }
    let (a, b) = (a.normalized(digits), b.normalized(digits));
    let mut exponent = a.exponent - b.exponent + 64;
    let mut dividend = a.fraction;
    let mut fraction = 0;
    // A quotient of a fraction that is not less has one more digit.
    let count = if dividend >= b.fraction {
        exponent += 1;
        fraction = dividend / b.fraction;
        dividend %= b.fraction;
        digits - 1
    } else {
        digits
    };
    for _ in 0..count {
        dividend <<= 4;
        fraction = (fraction << 4) | (dividend / b.fraction);
        dividend %= b.fraction;
    }
    Some(Hex { negative: a.negative != b.negative, exponent, fraction })
}

/// The operations.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub(crate) enum Op {
    Add,
    Subtract,
    AddUnnormalized,
    SubtractUnnormalized,
    Compare,
    Multiply,
    Divide,
    SquareRoot,
    Round,
    Convert,
    Halve,
    Integer,
    Complement,
    Negative,
    Positive,
    Test,
}

const OPS: [Op; 16] = [
    Op::Add,
    Op::Subtract,
    Op::AddUnnormalized,
    Op::SubtractUnnormalized,
    Op::Compare,
    Op::Multiply,
    Op::Divide,
    Op::SquareRoot,
    Op::Round,
    Op::Convert,
    Op::Halve,
    Op::Integer,
    Op::Complement,
    Op::Negative,
    Op::Positive,
    Op::Test,
];

/// What an instruction is: operation, first register, bytes of the second operand and of the result, and of the first operand.
pub(crate) fn pack(op: Op, r1: u8, from: u64, to: u64) -> u64 {
    op as u64 | u64::from(r1) << 8 | from << 16 | to << 24
}

/// Runs an operation: what it is, and the second operand's bits (both halves; short and long ones are in the second).
pub(crate) fn operate(cpu: &mut Cpu, [what, high, low, _]: Args) -> Out {
    let op = OPS[(what & 15) as usize];
    let (from, to) = (Format::of(what >> 16 & 0xff), Format::of(what >> 24 & 0xff));
    let register = (what >> 8) as u8 & 15;
    let target = Target { register, format: to };
    let b = Hex::decode(u128::from(high) << 64 | u128::from(low), from);
    // Multiplying has its first operand in the second one's format.
    let a = read(cpu, register, if op == Op::Multiply { from } else { to });
    let negated = Hex { negative: !b.negative, ..b };
    match op {
        Op::Add => add(cpu, target, a, b, true),
        Op::Subtract => add(cpu, target, a, negated, true),
        Op::AddUnnormalized => add(cpu, target, a, b, false),
        Op::SubtractUnnormalized => add(cpu, target, a, negated, false),
        Op::Compare => {
            let code = sum(a, negated, to.digits, false).code();
            set_cc(cpu, code);
            Ok(0)
        }
        Op::Multiply => finish(cpu, target, product(a, b, from.digits, to.digits), false),
        Op::Divide => {
            let quotient = divide(a, b, to.digits).ok_or(Fault::program(code::HFP_DIVIDE))?;
            finish(cpu, target, quotient, false)
        }
        Op::SquareRoot => square_root(cpu, target, b),
        Op::Halve => {
            let half = Hex { fraction: b.fraction << 3, ..b }.normalized(to.digits + 1);
            let value =
                if half.fraction >> 4 == 0 { Hex::zero(false) } else { Hex { fraction: half.fraction >> 4, ..half } };
            finish(cpu, target, value, false)
        }
        Op::Round => finish(cpu, target, round(b, from, to), false),
        Op::Convert => {
            write(cpu, target, lengthen(b, from, to));
            Ok(0)
        }
        Op::Integer => {
            write(cpu, target, integer(b, to));
            Ok(0)
        }
        _ => sign(cpu, target, op, b),
    }
}

fn sign(cpu: &mut Cpu, target: Target, op: Op, b: Hex) -> Out {
    let negative = match op {
        Op::Complement => !b.negative,
        Op::Negative => true,
        Op::Positive => false,
        _ => b.negative,
    };
    let value = Hex { negative, ..b };
    // Of an extended zero the result is a true zero with that sign.
    let zero = target.format == EXTENDED && value.fraction == 0;
    write(cpu, target, if zero { Hex::zero(negative) } else { value });
    set_cc(cpu, value.code());
    Ok(0)
}

/// LOAD ROUNDED: half a unit of the last digit kept is added.
fn round(b: Hex, from: Format, to: Format) -> Hex {
    let lost = 4 * (from.digits - to.digits);
    let sum = b.fraction + (1 << (lost - 1));
    let mut value = Hex { fraction: sum >> lost, ..b };
    if value.fraction >> (4 * to.digits) != 0 {
        value.fraction >>= 4;
        value.exponent += 1;
    }
    value
}

/// LOAD LENGTHENED: zeros to the right.
fn lengthen(b: Hex, from: Format, to: Format) -> Hex {
    let value = Hex { fraction: b.fraction << (4 * (to.digits - from.digits)), ..b };
    if to == EXTENDED && value.fraction == 0 { Hex::zero(b.negative) } else { value }
}

/// LOAD FP INTEGER: the fraction part is cut off, the result normalized.
fn integer(b: Hex, format: Format) -> Hex {
    let whole = b.exponent - 64;
    if whole <= 0 {
        return Hex::zero(false);
    }
    let cut = (format.digits as i32 - whole).max(0) as u32 * 4;
    let value = Hex { fraction: b.fraction >> cut << cut, ..b };
    if value.fraction == 0 { Hex::zero(false) } else { value.normalized(format.digits) }
}

fn square_root(cpu: &mut Cpu, target: Target, b: Hex) -> Out {
    if b.fraction == 0 {
        write(cpu, target, Hex::zero(false));
        return Ok(0);
    }
    if b.negative {
        return Err(Fault::program(code::HFP_SQUARE_ROOT));
    }
    let digits = target.format.digits;
    let b = b.normalized(digits);
    // The exponent is made even; the fraction becomes one of at least twice the digits.
    let odd = b.exponent & 1 != 0;
    let exponent = (b.exponent + 64 + i32::from(odd)) / 2;
    // With one more digit than counts, which is rounded.
    let shift = 4 * (digits + 2) - if odd { 4 } else { 0 };
    let root = root_of(b.fraction, shift);
    let mut value = Hex { negative: false, exponent, fraction: (root + 8) >> 4 };
    if value.fraction >> (4 * digits) != 0 {
        value.fraction >>= 4;
        value.exponent += 1;
    }
    finish(cpu, target, value, false)
}

/// The integer square root of `value << shift`, up to 240 bits.
fn root_of(value: u128, shift: u32) -> u128 {
    // Two bits of the radicand at a time.
    let total = 128 - value.leading_zeros() + shift;
    let pairs = total.div_ceil(2);
    let bit = |i: u32| if i < shift { 0 } else { value.checked_shr(i - shift).unwrap_or(0) & 1 };
    let (mut root, mut rest) = (0u128, 0u128);
    for i in (0..pairs).rev() {
        rest = rest << 2 | bit(2 * i + 1) << 1 | bit(2 * i);
        let trial = root << 2 | 1;
        root <<= 1;
        if rest >= trial {
            rest -= trial;
            root |= 1;
        }
    }
    root
}

/// MULTIPLY AND ADD, MULTIPLY AND SUBTRACT: operation (bit 0: subtract), first register, bytes; both factors' bits. The product is exact, the sum is
/// cut and normalized.
pub(crate) fn multiply_add(cpu: &mut Cpu, [what, second, third, _]: Args) -> Out {
    let format = Format::of(what >> 16 & 0xff);
    let target = Target { register: (what >> 8) as u8 & 15, format };
    let (a, b) = (Hex::decode(second.into(), format), Hex::decode(third.into(), format));
    let c = read(cpu, target.register, format);
    let c = Hex { negative: c.negative != (what & 1 != 0), ..c };
    let digits = 2 * format.digits;
    let p = product(a, b, format.digits, digits);
    let wide = Hex { fraction: c.fraction << (4 * format.digits), ..c };
    let total = if p.fraction == 0 && a.fraction != 0 && b.fraction != 0 { wide } else { sum_exact(p, wide, digits) };
    if total.fraction == 0 {
        write(cpu, target, Hex::zero(false));
        return Ok(0);
    }
    let total = total.normalized(digits + 1);
    let value = Hex { fraction: total.fraction >> (4 * (format.digits + 1)), ..total };
    finish(cpu, target, value, false)
}

/// As [`sum`]; a true zero has the least exponent there is.
fn sum_exact(a: Hex, b: Hex, digits: u32) -> Hex {
    let least = |v: Hex| if v.fraction == 0 { Hex { exponent: -1000, ..v } } else { v };
    let (a, b) = (least(a), least(b));
    if a.fraction == 0 && b.fraction == 0 { Hex::zero(false) } else { sum(a, b, digits, true) }
}
