//! Decimal floating point with densely packed digits: numbers of any length, which are encoded, rounded, added, multiplied, divided.

mod arithmetic;
mod digits;
mod number;

pub use arithmetic::{add, div, integral, invalid, mul, nan, quantize, reround};
pub use digits::Digits;
pub use number::{EXTENDED, Env, Format, Kind, LONG, Mode, Number, SHORT};
