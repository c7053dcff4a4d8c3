//! Decimal numbers: their formats with densely packed digits, and rounding.
//!
//! The formats of IEEE 754-2008, 3.5; Power ISA 3.0B, Book I, 5.4 "DFP Number Representation", appendix B "Densely Packed Decimal", and 5.5.

use crate::env::Flags;

use super::digits::Digits;

/// A format: 32, 64 or 128 bits.
#[derive(PartialEq, Eq, Debug)]
pub struct Format {
    /// Width.
    pub bits: u32,
    /// Digits of the significand.
    pub digits: usize,
    /// What is added to the exponent (of the rightmost digit).
    pub bias: i32,
    /// The greatest biased exponent.
    pub max: i32,
    /// What an enabled overflow subtracts from the exponent.
    pub wrap: i32,
}

/// decimal32.
pub static SHORT: Format = Format { bits: 32, digits: 7, bias: 101, max: 191, wrap: 192 };
/// decimal64.
pub static LONG: Format = Format { bits: 64, digits: 16, bias: 398, max: 767, wrap: 576 };
/// decimal128.
pub static EXTENDED: Format = Format { bits: 128, digits: 34, bias: 6176, max: 12_287, wrap: 9216 };

impl Format {
    /// Width of the exponent's continuation.
    const fn continuation(&self) -> u32 {
        match self.bits {
            32 => 6,
            64 => 8,
            _ => 12,
        }
    }

    /// Width of the trailing digits.
    const fn trailing(&self) -> u32 {
        self.bits - 6 - self.continuation()
    }

    /// Least exponent of the rightmost digit.
    pub const fn low(&self) -> i32 {
        -self.bias
    }

    /// Greatest exponent of the rightmost digit.
    pub const fn high(&self) -> i32 {
        self.max - self.bias
    }

    /// Least exponent of the leftmost digit of a normal number.
    pub const fn emin(&self) -> i32 {
        self.low() + self.digits as i32 - 1
    }
}

/// What a number is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// A number or zero.
    Finite,
    /// Infinity.
    Infinite,
    /// A quiet NaN.
    Quiet,
    /// A signalling NaN.
    Signalling,
}

/// A number; of a NaN or an infinity, the digits are the trailing ones.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Number {
    /// Its sign is minus.
    pub negative: bool,
    /// What it is.
    pub kind: Kind,
    /// The significand.
    pub digits: Digits,
    /// Of the rightmost digit.
    pub exp: i32,
}

/// Digits of a declet, highest first.
fn declet(d: u32) -> [u8; 3] {
    let bit = |n: u32| (d >> n & 1) as u8;
    let (p, q, r, s, t, u, y) = (bit(9), bit(8), bit(7), bit(6), bit(5), bit(4), bit(0));
    let (pqr, stu) = ((d >> 7) as u8 & 7, (d >> 4) as u8 & 7);
    if bit(3) == 0 {
        return [pqr, stu, d as u8 & 7];
    }
    match (bit(2), bit(1)) {
        (0, 0) => [pqr, stu, 8 | y],
        (0, _) => [pqr, 8 | u, s << 2 | t << 1 | y],
        (_, 0) => [8 | r, stu, p << 2 | q << 1 | y],
        _ => match (s, t) {
            (0, 0) => [8 | r, 8 | u, p << 2 | q << 1 | y],
            (0, _) => [8 | r, p << 2 | q << 1 | u, 8 | y],
            (_, 0) => [pqr, 8 | u, 8 | y],
            _ => [8 | r, 8 | u, 8 | y],
        },
    }
}

/// The declet of three digits: the preferred one has the least value.
fn pack(digits: [u8; 3]) -> u128 {
    (0..1024).find(|d| declet(*d) == digits).unwrap_or(0).into()
}

impl Number {
    /// A zero with this exponent.
    pub fn zero(negative: bool, exp: i32) -> Number {
        Number { negative, kind: Kind::Finite, digits: Digits::default(), exp }
    }

    /// An infinity or a NaN.
    pub fn special(negative: bool, kind: Kind) -> Number {
        Number { negative, kind, digits: Digits::default(), exp: 0 }
    }

    /// A finite number.
    pub fn finite(negative: bool, digits: Digits, exp: i32) -> Number {
        Number { negative, kind: Kind::Finite, digits, exp }
    }

    /// Whether it is a NaN.
    pub fn is_nan(&self) -> bool {
        matches!(self.kind, Kind::Quiet | Kind::Signalling)
    }

    /// Whether it is zero.
    pub fn is_zero(&self) -> bool {
        self.kind == Kind::Finite && self.digits.is_zero()
    }

    /// Exponent of the leftmost digit.
    pub fn adjusted(&self) -> i32 {
        self.exp + self.digits.len() as i32 - 1
    }

    /// The number with these bits.
    pub fn decode(format: &Format, bits: u128) -> Number {
        let (tail, width) = (format.trailing(), format.continuation());
        let combination = (bits >> (format.bits - 6)) as u32 & 31;
        let continuation = (bits >> tail) as i32 & ((1 << width) - 1);
        let (top, first) = match combination {
            0..24 => (combination >> 3, combination & 7),
            24..30 => (combination >> 1 & 3, 8 | combination & 1),
            _ => (0, 0),
        };
        let mut list = Vec::new();
        for i in 0..tail / 10 {
            list.extend(declet((bits >> (10 * i)) as u32 & 1023).iter().rev());
        }
        list.push(first as u8);
        let kind = match combination {
            30 => Kind::Infinite,
            31 if continuation >> (width - 1) != 0 => Kind::Signalling,
            31 => Kind::Quiet,
            _ => Kind::Finite,
        };
        let exp = if kind == Kind::Finite { (top as i32) << width | continuation } else { 0 };
        Number {
            negative: bits >> (format.bits - 1) & 1 != 0,
            kind,
            digits: Digits::new(list),
            exp: exp - if kind == Kind::Finite { format.bias } else { 0 },
        }
    }

    /// Its bits.
    pub fn encode(&self, format: &Format) -> u128 {
        let (tail, width) = (format.trailing(), format.continuation());
        let group = |i: usize| [self.digits.digit(i + 2), self.digits.digit(i + 1), self.digits.digit(i)];
        let trailing = (0..tail / 10).fold(0, |all, i| all | pack(group(3 * i as usize)) << (10 * i));
        let biased = (self.exp + format.bias) as u32;
        let first = u32::from(self.digits.digit(format.digits - 1));
        let top = biased >> width;
        let combination = match self.kind {
            Kind::Infinite => 30,
            Kind::Quiet | Kind::Signalling => 31,
            Kind::Finite if first < 8 => top << 3 | first,
            Kind::Finite => 24 | top << 1 | first & 1,
        };
        let continuation = match self.kind {
            Kind::Finite => biased & ((1 << width) - 1),
            Kind::Signalling => 1 << (width - 1),
            _ => 0,
        };
        u128::from(self.negative) << (format.bits - 1)
            | u128::from(combination) << (format.bits - 6)
            | u128::from(continuation) << tail
            | trailing
    }
}

/// Rounding, numbered as DRN.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mode {
    /// To nearest, ties to even.
    NearestEven,
    /// Toward zero.
    TowardZero,
    /// Toward plus infinity.
    Up,
    /// Toward minus infinity.
    Down,
    /// To nearest, ties away from zero.
    NearestAway,
    /// To nearest, ties toward zero.
    NearestDown,
    /// Away from zero.
    AwayFromZero,
    /// Toward zero, but a last digit 0 or 5 grows: another rounding will follow.
    Shorter,
}

impl Mode {
    /// The mode with this number.
    pub fn of(drn: u64) -> Mode {
        use Mode::{AwayFromZero, Down, NearestAway, NearestDown, NearestEven, Shorter, TowardZero, Up};
        [NearestEven, TowardZero, Up, Down, NearestAway, NearestDown, AwayFromZero, Shorter][(drn & 7) as usize]
    }

    /// Whether a significand whose last digit is `last` grows by one for what is lost.
    fn grows(self, negative: bool, last: u8, lost: &Digits, n: usize) -> bool {
        let half = Digits::from_u128(5).up(n.saturating_sub(1));
        let order = lost.order(&half);
        match self {
            _ if lost.is_zero() => false,
            Mode::NearestEven => order.is_gt() || order.is_eq() && !last.is_multiple_of(2),
            Mode::NearestAway => order.is_ge(),
            Mode::NearestDown => order.is_gt(),
            Mode::TowardZero => false,
            Mode::AwayFromZero => true,
            Mode::Up => !negative,
            Mode::Down => negative,
            Mode::Shorter => last.is_multiple_of(5),
        }
    }
}

/// How an operation rounds, and what it has raised.
#[derive(Clone, Copy)]
pub struct Env {
    /// How to round.
    pub mode: Mode,
    /// What has been raised.
    pub flags: Flags,
    /// Overflow is enabled: its exponents wrap.
    pub wrap_overflow: bool,
    /// Underflow is enabled: its exponents wrap.
    pub wrap_underflow: bool,
}

impl Env {
    /// Raises flags.
    pub fn raise(&mut self, flags: Flags) {
        self.flags |= flags;
    }

    /// Drops the lowest `n` digits.
    pub fn drop(&mut self, negative: bool, digits: &Digits, n: usize) -> Digits {
        let (kept, lost) = (digits.down(n), digits.low(n));
        if lost.is_zero() {
            return kept;
        }
        self.raise(Flags::INEXACT);
        if self.mode.grows(negative, kept.digit(0), &lost, n) {
            self.raise(Flags::ROUNDED_UP);
            return kept.add(&Digits::from_u128(1));
        }
        kept
    }

    /// A number of any length and exponent in a format.
    pub fn finish(&mut self, format: &Format, number: &Number) -> Number {
        let negative = number.negative;
        if number.is_zero() {
            return Number::zero(negative, number.exp.clamp(format.low(), format.high()));
        }
        let mut exp = number.exp;
        let tiny = number.adjusted() < format.emin();
        if tiny && self.wrap_underflow {
            self.raise(Flags::UNDERFLOW);
            exp += format.wrap;
        }
        let long = number.digits.len() as i32 - format.digits as i32;
        let excess = long.max(format.low() - exp).max(0);
        let mut digits = self.drop(negative, &number.digits, excess as usize);
        exp += excess;
        if digits.len() > format.digits {
            digits = digits.down(1);
            exp += 1;
        }
        if tiny && self.flags.intersects(Flags::INEXACT) {
            self.raise(Flags::UNDERFLOW);
        }
        if digits.is_zero() {
            return Number::zero(negative, exp);
        }
        if exp + digits.len() as i32 > format.high() + format.digits as i32 {
            self.raise(Flags::OVERFLOW);
            if !self.wrap_overflow {
                return self.overflow(format, negative);
            }
            exp -= format.wrap;
        }
        if exp > format.high() {
            digits = digits.up((exp - format.high()) as usize);
            exp = format.high();
        }
        Number::finite(negative, digits, exp)
    }

    /// Infinity, or the greatest number where the rounding does not lead away from it.
    fn overflow(&mut self, format: &Format, negative: bool) -> Number {
        self.raise(Flags::INEXACT);
        let greatest = match self.mode {
            Mode::TowardZero | Mode::Shorter => true,
            Mode::Up => negative,
            Mode::Down => !negative,
            _ => false,
        };
        self.flags = self.flags.without(Flags::ROUNDED_UP);
        if greatest {
            return Number::finite(negative, Digits::new(vec![9; format.digits]), format.high());
        }
        self.raise(Flags::ROUNDED_UP);
        Number::special(negative, Kind::Infinite)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_go_in_and_out() {
        for d in 0..1000 {
            let digits = Digits::from_u128(d);
            for format in [&SHORT, &LONG, &EXTENDED] {
                let number = Number::finite(d % 2 != 0, digits.up(format.digits - 3), 5);
                assert_eq!(Number::decode(format, number.encode(format)), number);
            }
        }
        assert_eq!(Number::zero(false, 0).encode(&LONG), 0x2238 << 48, "+0e0");
    }
}
