//! Comparisons and tests of the vector-scalar unit whose answer is a field of CR.
//!
//! Power ISA 3.0B, Book I, 7.6.1.3 "VSX Compare Instructions", "VSX Test Data Class", "Test for software Divide" and "Square Root".

use cpu::Ctx;
use softfloat::{Class, Env, F32, F64, Float};

use crate::format::W;
use crate::fp;
use crate::target::Ppc;
use crate::vector::{collect, get};
use crate::vsx::top;

/// Carries out a scalar test that writes FPCC as well.
pub(crate) fn status<T: Ppc>(ctx: &mut Ctx<T>, f: W, a: u128, b: u128) -> Option<u64> {
    let (a, b) = (top(a), top(b));
    let code = match (f.xo9(), f.xo8()) {
        (298, _) => single_class(f.dcmx(), b),
        (362, _) => u64::from(b >> 63) << 3 | u64::from(is_class::<F64>(f.dcmx(), b)) << 1,
        (_, 35 | 43) => return Some(fp::compare_values(ctx, a, b, f.xo8() == 43)),
        (_, 59) => exponents::<F64>(a, b, |v| v >> 52 & 0x7ff),
        _ => return None,
    };
    set_fpcc(ctx, code);
    Some(code)
}

/// Writes FPCC.
pub(crate) fn set_fpcc<T: Ppc>(ctx: &mut Ctx<T>, code: u64) {
    let scr = fp::fpscr(ctx);
    fp::set_fpscr(ctx, scr & !(0xf << 12) | code << 12);
}

/// Compares exponents; NaNs are unordered.
pub(crate) fn exponents<F: Float>(a: F::Bits, b: F::Bits, exponent: fn(F::Bits) -> u64) -> u64 {
    if softfloat::is_nan::<F>(a) || softfloat::is_nan::<F>(b) {
        return 1;
    }
    match exponent(a).cmp(&exponent(b)) {
        std::cmp::Ordering::Less => 8,
        std::cmp::Ordering::Greater => 4,
        std::cmp::Ordering::Equal => 2,
    }
}

/// Whether a number is of one of the classes of DCMX.
pub(crate) fn is_class<F: Float>(dcmx: u32, v: F::Bits) -> bool {
    let bit = match softfloat::class::<F>(v, Env::POWERPC.nan) {
        Class::SignallingNan | Class::QuietNan => 0x40,
        Class::PositiveInfinity => 0x20,
        Class::NegativeInfinity => 0x10,
        Class::PositiveZero => 8,
        Class::NegativeZero => 4,
        Class::PositiveSubnormal => 2,
        Class::NegativeSubnormal => 1,
        _ => 0,
    };
    dcmx & bit != 0
}

/// A number in double format as a single one: what is too small for one counts as denormal; the last bit tells that it is not one.
fn single_class(dcmx: u32, v: u64) -> u64 {
    let exponent = v >> 52 & 0x7ff;
    let sign = v >> 63;
    let small = exponent > 0 && exponent < 0x381;
    let matches = is_class::<F64>(dcmx, v) || small && dcmx & if sign != 0 { 1 } else { 2 } != 0;
    let other = fp::widen(fp::narrow(v)) != v;
    sign << 3 | u64::from(matches) << 1 | u64::from(other)
}

/// All ones in elements that are of a class.
pub(crate) fn vector_class(wide: bool, dcmx: u32, b: u128) -> u128 {
    let ones = |yes: bool| if yes { u64::MAX } else { 0 };
    if wide {
        collect(64, |i| ones(is_class::<F64>(dcmx, get(b, 64, i))))
    } else {
        collect(32, |i| ones(is_class::<F32>(dcmx, get(b, 32, i) as u32)))
    }
}

/// Exponent without bias of what has one, and whether it is special, zero, denormal, negative, infinite.
struct Parts {
    exp: i64,
    special: bool,
    zero: bool,
    denormal: bool,
    negative: bool,
    infinite: bool,
}

fn parts<F: Float>(v: F::Bits) -> Parts
where
    F::Bits: Into<u64>,
{
    let format = &F::FORMAT;
    let (v, fraction_bits) = (v.into(), format.precision - 1);
    let exponent = (v >> fraction_bits) & bits::mask(format.exp_bits);
    let fraction = v & bits::mask(fraction_bits);
    let special = exponent == bits::mask(format.exp_bits);
    Parts {
        exp: exponent as i64 - i64::from(format.bias()),
        special,
        zero: exponent == 0 && fraction == 0,
        denormal: exponent == 0 && fraction != 0,
        negative: v >> (format.width - 1) & 1 != 0,
        infinite: special && fraction == 0,
    }
}

/// FG and FE of a quotient that software computes.
pub(crate) fn division<F: Float>(pairs: impl IntoIterator<Item = (F::Bits, F::Bits)>) -> u64
where
    F::Bits: Into<u64>,
{
    let (emin, emax) = (i64::from(F::FORMAT.emin()), i64::from(F::FORMAT.emax()));
    let low = emin + i64::from(F::FORMAT.precision) - 1;
    pairs.into_iter().fold(8, |code, (a, b)| {
        let (a, b) = (parts::<F>(a), parts::<F>(b));
        let distance = a.exp - b.exp;
        let fe = a.special
            || b.special
            || b.zero
            || b.exp <= emin
            || b.exp >= emax - 2
            || !a.zero && (distance >= emax || distance <= emin + 1 || a.exp <= low);
        let fg = a.infinite || b.infinite || b.zero || b.denormal;
        code | u64::from(fg) << 2 | u64::from(fe) << 1
    })
}

/// The same of a square root.
pub(crate) fn square_root<F: Float>(values: impl IntoIterator<Item = F::Bits>) -> u64
where
    F::Bits: Into<u64>,
{
    let low = i64::from(F::FORMAT.emin()) + i64::from(F::FORMAT.precision) - 1;
    values.into_iter().fold(8, |code, v| {
        let b = parts::<F>(v);
        let fe = b.special || b.zero || b.negative || b.exp <= low;
        let fg = b.infinite || b.zero || b.denormal;
        code | u64::from(fg) << 2 | u64::from(fe) << 1
    })
}
