//! Decimal floating point (PoP, "Decimal-Floating-Point Instructions"): rounding methods, flags and traps around the arithmetic of
//! `softfloat::decimal`.

use softfloat::Flags;
use softfloat::decimal::{self, Digits, EXTENDED, Env, Format, Kind, LONG, Mode, Number, SHORT};

use crate::fp::{conclude, extended, set_extended, set_fpc_value};
use crate::state;
use crate::system::{general, set_general, set_word};
use crate::trap::{Cpu, Fault, Out, code, set_cc};

type Args = [u64; 4];

/// The operations.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub(crate) enum Op {
    Add,
    Sub,
    Mul,
    Div,
    Quantize,
    Reround,
    Integral,
    Test,
}

const OPS: [Op; 8] = [Op::Add, Op::Sub, Op::Mul, Op::Div, Op::Quantize, Op::Reround, Op::Integral, Op::Test];

/// What a helper is told beside registers.
#[derive(Clone, Copy)]
pub(crate) struct Info {
    pub(crate) op: Op,
    /// First register.
    pub(crate) r1: u8,
    /// Bytes of an operand.
    pub(crate) size: u8,
    /// Rounding method, 0 for the FPC's.
    pub(crate) method: u8,
    /// M4: bit 1 suppresses inexact, bit 0 (8) invalid.
    pub(crate) m4: u8,
}

impl Info {
    pub(crate) fn pack(self) -> u64 {
        self.op as u64
            | u64::from(self.r1) << 8
            | u64::from(self.size) << 16
            | u64::from(self.method) << 24
            | u64::from(self.m4) << 32
    }

    fn of(bits: u64) -> Info {
        let byte = |n: u32| (bits >> (8 * n)) as u8;
        Info { op: OPS[usize::from(byte(0) & 7)], r1: byte(1), size: byte(2), method: byte(3), m4: byte(4) }
    }

    fn format(self) -> &'static Format {
        format_of(self.size.into())
    }

    fn env(self, cpu: &Cpu) -> Env {
        let fpc = cpu.reg(state::FPC);
        let mode = match self.method {
            0 | 2 => Mode::of(fpc >> 4),
            1 | 12 => Mode::NearestAway,
            3 | 15 => Mode::Shorter,
            4 | 8 => Mode::NearestEven,
            5 | 9 => Mode::TowardZero,
            6 | 10 => Mode::Up,
            7 | 11 => Mode::Down,
            13 => Mode::NearestDown,
            _ => Mode::AwayFromZero,
        };
        let masks = fpc >> 24;
        Env { mode, flags: Flags::NONE, wrap_overflow: masks & 0x20 != 0, wrap_underflow: masks & 0x10 != 0 }
    }

    fn no_inexact(self) -> bool {
        self.m4 & 4 != 0
    }
}

pub(crate) fn format_of(size: u64) -> &'static Format {
    match size {
        4 => &SHORT,
        8 => &LONG,
        _ => &EXTENDED,
    }
}

/// The bits of an operand in a register or pair.
fn bits_of(cpu: &Cpu, r: u8, size: u64) -> u128 {
    match size {
        4 => (cpu.reg(state::f(r)) >> 32).into(),
        8 => cpu.reg(state::f(r)).into(),
        _ => extended(cpu, r),
    }
}

pub(crate) fn read(cpu: &Cpu, r: u8, size: u64) -> Number {
    Number::decode(format_of(size), bits_of(cpu, r, size))
}

pub(crate) fn write(cpu: &mut Cpu, r: u8, size: u64, bits: u128) {
    match size {
        4 => {
            let old = cpu.reg(state::f(r));
            cpu.set_reg(state::f(r), old & 0xffff_ffff | (bits as u64) << 32);
        }
        8 => cpu.set_reg(state::f(r), bits as u64),
        _ => set_extended(cpu, r, bits),
    }
}

/// The condition code of a result: 3 for a NaN.
fn sign(n: &Number) -> u64 {
    match n.kind {
        Kind::Quiet | Kind::Signalling => 3,
        _ if n.is_zero() => 0,
        _ if n.negative => 1,
        _ => 2,
    }
}

/// Operations with one result in the format of their operands: what to do, the second and the third operand's registers.
pub(crate) fn operate(cpu: &mut Cpu, [what, r2, r3, _]: Args) -> Out {
    let info = Info::of(what);
    let (format, size) = (info.format(), u64::from(info.size));
    let y = read(cpu, r3 as u8, size);
    // Rerounding has a number of digits in a general register.
    let (x, count) = match info.op {
        Op::Reround => (y.clone(), general(cpu, r2) as usize & 63),
        Op::Integral | Op::Test => (y.clone(), 0),
        _ => (read(cpu, r2 as u8, size), 0),
    };
    let mut env = info.env(cpu);
    let operands = if matches!(info.op, Op::Reround | Op::Integral | Op::Test) { vec![&y] } else { vec![&x, &y] };
    let result = decimal::nan(format, &operands, &mut env).unwrap_or_else(|| match info.op {
        Op::Add => decimal::add(format, &x, &y, &mut env),
        Op::Sub => decimal::add(format, &x, &Number { negative: !y.negative, ..y.clone() }, &mut env),
        Op::Mul => decimal::mul(format, &x, &y, &mut env),
        Op::Div => decimal::div(format, &x, &y, &mut env),
        // The second operand gets the exponent of the third.
        Op::Quantize => decimal::quantize(format, y.kind, y.exp, &x, &mut env),
        Op::Reround => decimal::reround(format, count, &y, &mut env),
        Op::Integral => decimal::integral(format, &y, &mut env),
        Op::Test => {
            Number { digits: if y.kind == Kind::Finite { y.digits.clone() } else { Digits::default() }, ..y.clone() }
        }
    });
    let sets_code = matches!(info.op, Op::Add | Op::Sub | Op::Test);
    let (bits, cc) = (result.encode(format), sign(&result));
    let store = |cpu: &mut Cpu, bits: u128| {
        write(cpu, info.r1, size, bits);
        if sets_code {
            set_cc(cpu, cc);
        }
    };
    let bits = conclude(cpu, env.flags, info.no_inexact(), bits, store)?;
    store(cpu, bits);
    Ok(0)
}

/// LOAD LENGTHENED, LOAD ROUNDED: what to do (its size is the result's), the second operand's register, its bytes.
pub(crate) fn convert(cpu: &mut Cpu, [what, r2, from, _]: Args) -> Out {
    let info = Info::of(what);
    let (to, size) = (info.format(), u64::from(info.size));
    let number = read(cpu, r2 as u8, from);
    let mut env = info.env(cpu);
    let mut value = match number.kind {
        Kind::Finite => env.finish(to, &number),
        Kind::Infinite => Number::special(number.negative, Kind::Infinite),
        _ => Number { digits: number.digits.low(to.digits - 1), ..number.clone() },
    };
    // With the invalid-operation control, a signalling NaN stays one.
    if value.kind == Kind::Signalling && info.m4 & 8 == 0 {
        env.raise(Flags::INVALID);
        value.kind = Kind::Quiet;
    }
    let store = |cpu: &mut Cpu, bits| write(cpu, info.r1, size, bits);
    let bits = conclude(cpu, env.flags, info.no_inexact(), value.encode(to), store)?;
    store(cpu, bits);
    Ok(0)
}

/// The relation of two numbers as a condition code.
fn relation(x: &Number, y: &Number) -> u64 {
    // Numbers of any exponents, without rounding: by sign, by magnitude, by digits.
    if x.is_zero() && y.is_zero() {
        return 0;
    }
    let rank = |n: &Number| {
        if n.is_zero() {
            0
        } else if n.negative {
            -1
        } else {
            1
        }
    };
    if rank(x) != rank(y) {
        return if rank(x) < rank(y) { 1 } else { 2 };
    }
    let order = match (x.kind, y.kind) {
        (Kind::Infinite, Kind::Infinite) => std::cmp::Ordering::Equal,
        (Kind::Infinite, _) => std::cmp::Ordering::Greater,
        (_, Kind::Infinite) => std::cmp::Ordering::Less,
        _ => x.adjusted().cmp(&y.adjusted()).then_with(|| {
            let exp = x.exp.min(y.exp);
            x.digits.up((x.exp - exp) as usize).order(&y.digits.up((y.exp - exp) as usize))
        }),
    };
    let order = if x.negative { order.reverse() } else { order };
    match order {
        std::cmp::Ordering::Equal => 0,
        std::cmp::Ordering::Less => 1,
        std::cmp::Ordering::Greater => 2,
    }
}

/// COMPARE, COMPARE AND SIGNAL: both registers, bytes, whether quiet NaNs signal.
pub(crate) fn compare(cpu: &mut Cpu, [r1, r2, size, signals]: Args) -> Out {
    let (x, y) = (read(cpu, r1 as u8, size), read(cpu, r2 as u8, size));
    let code = if x.is_nan() || y.is_nan() {
        let invalid = signals != 0 || x.kind == Kind::Signalling || y.kind == Kind::Signalling;
        conclude(cpu, if invalid { Flags::INVALID } else { Flags::NONE }, false, (), |_, ()| {})?;
        3
    } else {
        relation(&x, &y)
    };
    set_cc(cpu, code);
    Ok(0)
}

/// COMPARE BIASED EXPONENT: both registers, bytes.
pub(crate) fn compare_exponent(cpu: &mut Cpu, [r1, r2, size, _]: Args) -> Out {
    let (x, y) = (read(cpu, r1 as u8, size), read(cpu, r2 as u8, size));
    let code = match (x.kind, y.kind) {
        (Kind::Finite, Kind::Finite) => crate::storage::order(&x.exp, &y.exp),
        (Kind::Infinite, Kind::Infinite) => 0,
        _ if x.is_nan() && y.is_nan() => 0,
        _ => 3,
    };
    set_cc(cpu, code);
    Ok(0)
}

/// CONVERT FROM FIXED, FROM LOGICAL: what to do, integer, whether logical.
pub(crate) fn from_fixed(cpu: &mut Cpu, [what, value, logical, _]: Args) -> Out {
    let info = Info::of(what);
    let (format, size) = (info.format(), u64::from(info.size));
    let negative = logical == 0 && (value as i64) < 0;
    let magnitude = if negative { value.wrapping_neg() } else { value };
    let mut env = info.env(cpu);
    let number = env.finish(format, &Number::finite(negative, Digits::from_u128(magnitude.into()), 0));
    let store = |cpu: &mut Cpu, bits| write(cpu, info.r1, size, bits);
    let bits = conclude(cpu, env.flags, info.no_inexact(), number.encode(format), store)?;
    store(cpu, bits);
    Ok(0)
}

/// CONVERT TO FIXED, TO LOGICAL: what to do (the first register is a general one), the operand's register, the kind of integer (bit 0
/// logical, bit 1 of 64 bits).
pub(crate) fn to_fixed(cpu: &mut Cpu, [what, r2, kind, _]: Args) -> Out {
    let info = Info::of(what);
    let y = read(cpu, r2 as u8, info.size.into());
    let mut env = info.env(cpu);
    let (least, most) = match kind {
        0 => (i128::from(i32::MIN), i128::from(i32::MAX)),
        1 => (0, i128::from(u32::MAX)),
        2 => (i128::from(i64::MIN), i128::from(i64::MAX)),
        _ => (0, i128::from(u64::MAX)),
    };
    let value = if y.kind != Kind::Finite || !y.is_zero() && y.adjusted() > 20 {
        None
    } else {
        let digits = if y.is_zero() {
            Digits::default()
        } else if y.exp >= 0 {
            y.digits.up(y.exp as usize)
        } else {
            env.drop(y.negative, &y.digits, -y.exp as usize)
        };
        digits.to_u128().map(|m| if y.negative { -(m as i128) } else { m as i128 })
    };
    let (value, fits) = match value.filter(|v| (least..=most).contains(v)) {
        Some(value) => (value, true),
        None => {
            env.flags = Flags::INVALID | if y.is_nan() { Flags::NONE } else { Flags::INEXACT };
            (if y.is_nan() || y.negative { least } else { most }, false)
        }
    };
    let code = if fits { sign(&y) } else { 3 };
    let (r1, long) = (u64::from(info.r1), kind >= 2);
    let store = |cpu: &mut Cpu, value: i128| {
        if long {
            set_general(cpu, r1, value as u64)
        } else {
            set_word(cpu, r1, value as u64)
        }
        set_cc(cpu, code);
    };
    let value = conclude(cpu, env.flags, info.no_inexact(), value, store)?;
    store(cpu, value);
    Ok(0)
}

/// Digits of a number in BCD, rightmost first; of what is no finite number, of its trailing digits.
fn digits_of(n: &Number, count: u32) -> u128 {
    (0..count).fold(0, |all, i| all | u128::from(n.digits.digit(i as usize)) << (4 * i))
}

/// CONVERT FROM PACKED: first register, BCD (both halves), bytes with bit 8 for a sign.
pub(crate) fn from_packed(cpu: &mut Cpu, [r1, high, low, how]: Args) -> Out {
    let (size, signed) = (how & 0xff, how >> 8 & 1 != 0);
    let all = if size == 8 { u128::from(low) } else { u128::from(high) << 64 | u128::from(low) };
    let count = size as u32 * 2 - u32::from(signed);
    let (negative, packed) = if signed {
        let negative = crate::decimal::sign(all as u8 & 15).ok_or(Fault::data(0))?;
        (negative, all >> 4)
    } else {
        (false, all)
    };
    let list: Vec<u8> = (0..count).map(|i| (packed >> (4 * i)) as u8 & 15).collect();
    if list.iter().any(|d| *d > 9) {
        return Err(Fault::data(0));
    }
    let number = Number::finite(negative, Digits::new(list), 0);
    write(cpu, r1 as u8, size, number.encode(format_of(size)));
    Ok(0)
}

/// CONVERT TO PACKED: first general register, the operand's register, bytes, and M4 with bit 8 for a sign.
pub(crate) fn to_packed(cpu: &mut Cpu, [r1, r2, size, how]: Args) -> Out {
    let y = read(cpu, r2 as u8, size);
    let signed = how & 0x100 != 0;
    let digits = digits_of(&y, size as u32 * 2 - u32::from(signed));
    // A plus is 12, or 15 if M4 says so.
    let all = match (signed, y.negative) {
        (false, _) => digits,
        (true, true) => digits << 4 | 13,
        (true, false) => digits << 4 | if how & 1 != 0 { 15 } else { 12 },
    };
    if size == 8 {
        set_general(cpu, r1, all as u64);
    } else {
        set_general(cpu, r1, (all >> 64) as u64);
        set_general(cpu, r1 + 1, all as u64);
    }
    Ok(0)
}

/// EXTRACT BIASED EXPONENT: register, bytes.
pub(crate) fn extract_exponent(cpu: &mut Cpu, [r2, size, ..]: Args) -> Out {
    let y = read(cpu, r2 as u8, size);
    let exponent = match y.kind {
        Kind::Finite => i64::from(y.exp + format_of(size).bias),
        Kind::Infinite => -1,
        Kind::Quiet => -2,
        Kind::Signalling => -3,
    };
    Ok(exponent as u64)
}

/// EXTRACT SIGNIFICANCE: register, bytes. Zero has none.
pub(crate) fn extract_significance(cpu: &mut Cpu, [r2, size, ..]: Args) -> Out {
    let y = read(cpu, r2 as u8, size);
    let digits = match y.kind {
        Kind::Finite => y.digits.len() as i64,
        Kind::Infinite => -1,
        Kind::Quiet => -2,
        Kind::Signalling => -3,
    };
    Ok(digits as u64)
}

/// INSERT BIASED EXPONENT: first register, general register, the number's register, bytes.
pub(crate) fn insert_exponent(cpu: &mut Cpu, [r1, exponent, r3, size]: Args) -> Out {
    let format = format_of(size);
    let (exponent, y) = (exponent as i64, read(cpu, r3 as u8, size));
    let trailing = y.digits.low(format.digits - 1);
    let special = |kind| Number { kind, exp: 0, digits: trailing.clone(), negative: y.negative };
    let value = match exponent {
        -1 => special(Kind::Infinite),
        -3 => special(Kind::Signalling),
        e if (0..=i64::from(format.max)).contains(&e) => {
            let digits = if y.kind == Kind::Finite { y.digits.clone() } else { trailing };
            Number::finite(y.negative, digits, e as i32 - format.bias)
        }
        _ => special(Kind::Quiet),
    };
    write(cpu, r1 as u8, size, value.encode(format));
    Ok(0)
}

/// SHIFT SIGNIFICAND: first register, the number's register, amount, bytes with bit 8 for left.
pub(crate) fn shift(cpu: &mut Cpu, [r1, r3, amount, how]: Args) -> Out {
    let (size, left) = (how & 0xff, how & 0x100 != 0);
    let format = format_of(size);
    let x = read(cpu, r3 as u8, size);
    let n = amount as usize & 63;
    let room = if x.kind == Kind::Finite { format.digits } else { format.digits - 1 };
    let digits = x.digits.low(room);
    let digits = if left { digits.up(n).low(room) } else { digits.down(n) };
    write(cpu, r1 as u8, size, Number { digits, ..x }.encode(format));
    Ok(0)
}

/// TEST DATA CLASS: register, bytes, mask. The condition code.
pub(crate) fn test_class(cpu: &mut Cpu, [r1, size, mask, _]: Args) -> Out {
    let (format, x) = (format_of(size), read(cpu, r1 as u8, size));
    let at = match x.kind {
        Kind::Finite if x.is_zero() => 11,
        Kind::Finite if x.adjusted() < format.emin() => 9,
        Kind::Finite => 7,
        Kind::Infinite => 5,
        Kind::Quiet => 3,
        Kind::Signalling => 1,
    };
    Ok(mask >> (at - u32::from(x.negative)) & 1)
}

/// TEST DATA GROUP: register, bytes, mask. The condition code.
pub(crate) fn test_group(cpu: &mut Cpu, [r1, size, mask, _]: Args) -> Out {
    let (format, x) = (format_of(size), read(cpu, r1 as u8, size));
    let extreme = x.exp == format.low() || x.exp == format.high();
    let full = x.digits.digit(format.digits - 1) != 0;
    let at = match (x.kind, x.is_zero()) {
        (Kind::Finite, true) if !extreme => 11,
        (Kind::Finite, true) => 9,
        (Kind::Finite, _) if extreme => 7,
        (Kind::Finite, _) if !full => 5,
        (Kind::Finite, _) => 3,
        _ => 1,
    };
    Ok(mask >> (at - u32::from(x.negative)) & 1)
}

/// SET DFP ROUNDING MODE: the mode.
pub(crate) fn set_rounding(cpu: &mut Cpu, [mode, ..]: Args) -> Out {
    let fpc = cpu.reg(state::FPC) & !0x70 | (mode & 7) << 4;
    set_fpc_value(cpu, fpc);
    Ok(0)
}

/// The zoned forms: sign in the left half of the rightmost byte.
const ZONED_SIGN: u8 = 8;

/// CONVERT FROM ZONED: first register, address, length, bytes of the result and M3 times 256.
pub(crate) fn from_zoned(cpu: &mut Cpu, [r1, at, len, how]: Args) -> Out {
    let (size, m3) = (how & 0xff, (how >> 8) as u8);
    let mut bytes = [0; 34];
    let bytes = &mut bytes[..len as usize];
    crate::storage::read(cpu, at, bytes)?;
    let signed = m3 & ZONED_SIGN != 0;
    let zone = bytes[bytes.len() - 1] >> 4;
    let negative = if signed { crate::decimal::sign(zone).ok_or(Fault::data(0))? } else { false };
    if bytes.iter().any(|b| b & 15 > 9) {
        return Err(Fault::data(0));
    }
    let number = Number::finite(negative, Digits::new(bytes.iter().rev().map(|b| b & 15).collect()), 0);
    write(cpu, r1 as u8, size, number.encode(format_of(size)));
    Ok(0)
}

/// CONVERT TO ZONED: register, address, length, bytes of the operand and M3 times 256: bit 0 a sign, bit 1 the zones 3, bit 2 the plus sign 15,
/// bit 3 a zero is positive. Digits that don't fit are a decimal overflow.
pub(crate) fn to_zoned(cpu: &mut Cpu, [r1, at, len, how]: Args) -> Out {
    let (size, m3) = (how & 0xff, (how >> 8) as u8);
    let y = read(cpu, r1 as u8, size);
    let zone = if m3 & 4 != 0 { 0x30 } else { 0xf0 };
    let mut bytes: Vec<u8> = (0..len as usize).rev().map(|i| zone | y.digits.digit(i)).collect();
    let lost = y.kind != Kind::Finite || y.digits.len() > len as usize;
    let is_zero = y.digits.low(len as usize).is_zero();
    if m3 & ZONED_SIGN != 0 {
        let plus = if m3 & 2 != 0 { 0xf0 } else { 0xc0 };
        let negative = y.negative && !(m3 & 1 != 0 && is_zero);
        if let Some(last) = bytes.last_mut() {
            *last = *last & 15 | if negative { 0xd0 } else { plus };
        }
    }
    crate::storage::write(cpu, at, &bytes)?;
    let cc = if lost {
        3
    } else if is_zero {
        0
    } else if y.negative {
        1
    } else {
        2
    };
    set_cc(cpu, cc);
    if lost && crate::decimal::overflows(cpu) {
        return Err(Fault::program(code::DECIMAL_OVERFLOW));
    }
    Ok(0)
}
