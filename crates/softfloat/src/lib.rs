//! IEEE 754-2019 arithmetic in software, for guests whose rounding, flags and NaNs the host's FPU does not reproduce.
//!
//! Values are raw bits, the format is a type parameter, and all the rest that differs from guest to guest is in the
//! [`Env`] that each operation takes:
//!
//! ```
//! use softfloat::{Env, F64, Flags, add};
//!
//! let mut env = Env::RISCV;
//! let sum = add::<F64>(0.1f64.to_bits(), 0.2f64.to_bits(), &mut env);
//! assert_eq!(f64::from_bits(sum), 0.1 + 0.2);
//! assert_eq!(env.flags.fflags(), Flags::INEXACT.bits());
//! ```
//!
//! Reading order: `format` (the table of formats), `env` (rounding, flags), `nan` (policies of the guests), then the
//! core, `word` → `unpack` → `round`; every operation is "unpack, compute an exact significand with a sticky lowest bit,
//! round once": `add`, `mul`, `div`, `sqrt`, `fma`, `rem`, `convert`, `compare`, `class`. `fast` is the host's FPU where it
//! can't be told from ours.
#![forbid(unsafe_code)]

mod add;
mod class;
mod compare;
mod convert;
pub mod decimal;
mod div;
mod env;
pub mod fast;
mod fma;
mod format;
mod integer;
mod mul;
mod nan;
mod rem;
mod round;
mod sqrt;
mod unpack;
mod word;

pub use add::{add, add_narrow, sub, sub_narrow};
pub use class::{Class, abs, class, is_nan, is_signalling, is_unsupported, neg};
pub use compare::{MinMax, Relation, compare_quiet, compare_signalling, max, max_magnitude, min, min_magnitude};
pub use convert::{convert, convert_silent, logb, round_to_integral, scalb};
pub use div::{div, div_narrow};
pub use env::{Env, Flags, Precision, Rounding, Tininess};
pub use fma::{Negate, fma, fma_narrow};
pub use format::{Bf16, F16, F32, F64, F128, Float, Format, X87};
pub use integer::{Int, ToInt, from_int, to_int};
pub use mul::{mul, mul_narrow};
pub use nan::{Choice, DefaultFraction, InfTimesZeroPlusNan, NanPolicy, QuietBit};
pub use rem::{Remainder, rem_nearest, rem_partial, rem_truncated};
pub use sqrt::{sqrt, sqrt_narrow};
