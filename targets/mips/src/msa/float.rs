//! The floating-point part of the MSA module, and MSACSR.
//!
//! MD00866, "Floating-Point Exceptions", "MSA Control and Status Register (MSACSR)". Each element is computed apart. What one of them
//! raises that is enabled ends the instruction without a result, or, with MSACSR.NX, makes that element a signalling NaN that tells why.

use softfloat::{Class, Env, F16, F32, F64, Flags, Float, Int, MinMax, Negate, Relation, Rounding};

use super::{Operands, cut, set, signed};
use crate::hart::Hart;
use crate::state;
use crate::trap::{Trap, cause};

/// Fields of MSACSR.
mod csr {
    pub(super) const FLAGS: u32 = 2;
    pub(super) const ENABLES: u32 = 7;
    pub(super) const CAUSE: u32 = 12;
    pub(super) const NX: u32 = 18;
    pub(super) const FS: u32 = 24;
    /// What can be written.
    pub(super) const WRITABLE: u64 = 0x0107_ffff;
}

/// An operation on an element: destination, sources, and the rounding of MSACSR in the environment.
type Element = fn(&mut Env, u64, u64, u64) -> u64;

fn env(control: u64) -> Env {
    let mut env = Env::MIPS_2008;
    env.rounding = match control & 3 {
        0 => Rounding::NearestEven,
        1 => Rounding::TowardZero,
        2 => Rounding::Up,
        _ => Rounding::Down,
    };
    let flush = control >> csr::FS & 1 != 0;
    (env.flush_inputs, env.flush_outputs) = (flush, flush);
    env
}

/// Declares operations of both formats: each name becomes a constant with its number. The figure tells which operands raise Inexact
/// when MSACSR.FS flushes them: 1 the first source, 2 the second, 4 the destination; comparisons and FCLASS do not.
macro_rules! operations {
    ($($name:ident = $run:ident $flushed:literal;)*) => {
        #[allow(non_camel_case_types, reason = "the variants are the instructions' names")]
        #[derive(Clone, Copy)]
        pub(crate) enum Op { $($name),* }

        static TABLE: &[([Element; 2], u8)] = &[$(([element::$run::<F32>, element::$run::<F64>], $flushed)),*];
    };
}

operations! {
    fcaf = never 0;
    fcun = unordered 0;
    fceq = equal 0;
    fcueq = unordered_equal 0;
    fclt = less 0;
    fcult = unordered_less 0;
    fcle = less_equal 0;
    fcule = unordered_less_equal 0;
    fcor = ordered 0;
    fcune = unordered_not_equal 0;
    fcne = not_equal 0;
    fsaf = never_s 0;
    fsun = unordered_s 0;
    fseq = equal_s 0;
    fsueq = unordered_equal_s 0;
    fslt = less_s 0;
    fsult = unordered_less_s 0;
    fsle = less_equal_s 0;
    fsule = unordered_less_equal_s 0;
    fsor = ordered_s 0;
    fsune = unordered_not_equal_s 0;
    fsne = not_equal_s 0;
    fadd = add 3;
    fsub = sub 3;
    fmul = mul 3;
    fdiv = div 3;
    fmadd = madd 7;
    fmsub = msub 7;
    fexp2 = scale 1;
    fmin = min 3;
    fmin_a = min_a 3;
    fmax = max 3;
    fmax_a = max_a 3;
    fclass = class 0;
    ftrunc_s = trunc_s 1;
    ftrunc_u = trunc_u 1;
    fsqrt = sqrt 1;
    frsqrt = rsqrt 1;
    frcp = rcp 1;
    frint = rint 1;
    flog2 = log 1;
    ftint_s = to_int_s 1;
    ftint_u = to_int_u 1;
    ffint_s = from_int_s 0;
    ffint_u = from_int_u 0;
}

/// A format whose bits fit into 64, with its integers.
trait Lane: Float {
    type Signed: Int;
    type Unsigned: Int;
    fn bits(v: u64) -> Self::Bits;
    fn word(v: Self::Bits) -> u64;
    fn signed(v: Self::Signed) -> u64;
    fn unsigned(v: Self::Unsigned) -> u64;
    fn from_signed(v: u64) -> Self::Signed;
    fn from_unsigned(v: u64) -> Self::Unsigned;
}

macro_rules! lane {
    ($float:ident $bits:ident $int:ident) => {
        impl Lane for $float {
            type Signed = $int;
            type Unsigned = $bits;
            fn bits(v: u64) -> $bits {
                v as $bits
            }
            fn word(v: $bits) -> u64 {
                v.into()
            }
            fn signed(v: $int) -> u64 {
                v as $bits as u64
            }
            fn unsigned(v: $bits) -> u64 {
                v.into()
            }
            fn from_signed(v: u64) -> $int {
                v as $int
            }
            fn from_unsigned(v: u64) -> $bits {
                v as $bits
            }
        }
    };
}

lane! { F32 u32 i32 }
lane! { F64 u64 i64 }

/// The operations on elements: destination, first and second source.
mod element {
    use super::*;

    /// All ones of a format's width are cut by the caller.
    fn truth(b: bool) -> u64 {
        if b { u64::MAX } else { 0 }
    }

    /// Declares comparisons: quiet and signalling name, and for which of unordered, equal, less, greater they hold.
    macro_rules! comparisons {
        ($($quiet:ident $signalling:ident $($relation:ident)*;)*) => { $(
            pub(super) fn $quiet<F: Lane>(env: &mut Env, _: u64, a: u64, b: u64) -> u64 {
                let relation = softfloat::compare_quiet::<F>(F::bits(a), F::bits(b), env);
                let holds: &[Relation] = &[$(Relation::$relation),*];
                truth(holds.contains(&relation))
            }
            pub(super) fn $signalling<F: Lane>(env: &mut Env, _: u64, a: u64, b: u64) -> u64 {
                let relation = softfloat::compare_signalling::<F>(F::bits(a), F::bits(b), env);
                let holds: &[Relation] = &[$(Relation::$relation),*];
                truth(holds.contains(&relation))
            }
        )* };
    }

    comparisons! {
        never never_s ;
        unordered unordered_s Unordered;
        equal equal_s Equal;
        unordered_equal unordered_equal_s Unordered Equal;
        less less_s Less;
        unordered_less unordered_less_s Unordered Less;
        less_equal less_equal_s Less Equal;
        unordered_less_equal unordered_less_equal_s Unordered Less Equal;
        ordered ordered_s Less Equal Greater;
        unordered_not_equal unordered_not_equal_s Unordered Less Greater;
        not_equal not_equal_s Less Greater;
    }

    /// Declares operations on two operands.
    macro_rules! binaries {
        ($($name:ident |$a:ident, $b:ident, $d:ident, $env:ident| $run:expr;)*) => { $(
            pub(super) fn $name<F: Lane>($env: &mut Env, $d: u64, $a: u64, $b: u64) -> u64 {
                let ($d, $a, $b) = (F::bits($d), F::bits($a), F::bits($b));
                let _ = ($d, $b);
                F::word($run)
            }
        )* };
    }

    binaries! {
        add |a, b, d, env| softfloat::add::<F>(a, b, env);
        sub |a, b, d, env| softfloat::sub::<F>(a, b, env);
        mul |a, b, d, env| softfloat::mul::<F>(a, b, env);
        div |a, b, d, env| softfloat::div::<F>(a, b, env);
        madd |a, b, d, env| softfloat::fma::<F>(a, b, d, Negate::NONE, env);
        msub |a, b, d, env| softfloat::fma::<F>(a, b, d, Negate::PRODUCT, env);
        min |a, b, d, env| flush::<F>(softfloat::min::<F>(a, b, MinMax::Num2008, env), env);
        max |a, b, d, env| flush::<F>(softfloat::max::<F>(a, b, MinMax::Num2008, env), env);
        min_a |a, b, d, env| flush::<F>(softfloat::min_magnitude::<F>(a, b, MinMax::Num2008, env), env);
        max_a |a, b, d, env| flush::<F>(softfloat::max_magnitude::<F>(a, b, MinMax::Num2008, env), env);
        sqrt |a, b, d, env| softfloat::sqrt::<F>(a, env);
        rcp |a, b, d, env| reciprocal::<F>(a, softfloat::div::<F>(one::<F>(), a, env), env);
        rint |a, b, d, env| softfloat::round_to_integral::<F>(a, env.rounding, true, env);
        log |a, b, d, env| logarithm::<F>(a, env);
    }

    fn one<F: Lane>() -> F::Bits {
        softfloat::from_int::<F, i32>(1, &mut Env::MIPS_2008.clone())
    }

    pub(super) fn rsqrt<F: Lane>(env: &mut Env, _: u64, a: u64, _: u64) -> u64 {
        let a = F::bits(a);
        let root = softfloat::sqrt::<F>(a, env);
        let result = softfloat::div::<F>(one::<F>(), root, env);
        F::word(reciprocal::<F>(a, result, env))
    }

    /// A reciprocal is an approximation: unless it is invalid or a division by zero, or exact by its nature, it is inexact and no more.
    fn reciprocal<F: Lane>(a: F::Bits, result: F::Bits, env: &mut Env) -> F::Bits {
        let infinite = softfloat::class::<F>(a, Env::MIPS_2008.nan);
        let infinite = matches!(infinite, Class::PositiveInfinity | Class::NegativeInfinity);
        let special = env.flags.intersects(Flags::INVALID.union(Flags::DIV_BY_ZERO));
        if !infinite && !special && !softfloat::is_nan::<F>(result) {
            env.flags = Flags::INEXACT;
        }
        result
    }

    /// A result that is one of the operands is flushed like them.
    fn flush<F: Lane>(v: F::Bits, env: &Env) -> F::Bits {
        let class = softfloat::class::<F>(v, Env::MIPS_2008.nan);
        match class {
            Class::PositiveSubnormal if env.flush_inputs => F::bits(0),
            Class::NegativeSubnormal if env.flush_inputs => softfloat::neg::<F>(F::bits(0)),
            _ => v,
        }
    }

    /// FLOG2: the exponent; of a negative number there is none.
    fn logarithm<F: Lane>(a: F::Bits, env: &mut Env) -> F::Bits {
        let a = flush::<F>(a, env);
        match softfloat::class::<F>(a, Env::MIPS_2008.nan) {
            Class::NegativeInfinity | Class::NegativeNormal | Class::NegativeSubnormal => {
                env.raise(Flags::INVALID);
                env.nan.default_nan::<F>()
            }
            _ => softfloat::logb::<F>(a, env),
        }
    }

    /// FEXP2: a × 2^b, b an integer.
    pub(super) fn scale<F: Lane>(env: &mut Env, _: u64, a: u64, b: u64) -> u64 {
        let power = signed(b.into(), if F::word(F::bits(u64::MAX)) == u64::MAX { 64 } else { 32 });
        F::word(softfloat::scalb::<F>(F::bits(a), power.clamp(-0x1_0000, 0x1_0000) as i32, env))
    }

    pub(super) fn class<F: Lane>(_: &mut Env, _: u64, a: u64, _: u64) -> u64 {
        match softfloat::class::<F>(F::bits(a), Env::MIPS_2008.nan) {
            Class::SignallingNan => 1,
            Class::QuietNan => 1 << 1,
            Class::NegativeInfinity => 1 << 2,
            Class::NegativeNormal => 1 << 3,
            Class::NegativeSubnormal => 1 << 4,
            Class::NegativeZero => 1 << 5,
            Class::PositiveInfinity => 1 << 6,
            Class::PositiveNormal => 1 << 7,
            Class::PositiveSubnormal => 1 << 8,
            Class::PositiveZero => 1 << 9,
        }
    }

    /// Declares conversions to integers, saturated, and 0 for a NaN.
    macro_rules! to_ints {
        ($($name:ident $int:ident $word:ident |$env:ident| $rounding:expr;)*) => { $(
            pub(super) fn $name<F: Lane>($env: &mut Env, _: u64, a: u64, _: u64) -> u64 {
                let rounding = $rounding;
                F::$word(softfloat::to_int::<F, F::$int>(F::bits(a), rounding, $env).saturate(F::$int::ZERO))
            }
        )* };
    }

    to_ints! {
        to_int_s Signed signed |env| env.rounding;
        to_int_u Unsigned unsigned |env| env.rounding;
        trunc_s Signed signed |env| Rounding::TowardZero;
        trunc_u Unsigned unsigned |env| Rounding::TowardZero;
    }

    pub(super) fn from_int_s<F: Lane>(env: &mut Env, _: u64, a: u64, _: u64) -> u64 {
        F::word(softfloat::from_int::<F, F::Signed>(F::from_signed(a), env))
    }

    pub(super) fn from_int_u<F: Lane>(env: &mut Env, _: u64, a: u64, _: u64) -> u64 {
        F::word(softfloat::from_int::<F, F::Unsigned>(F::from_unsigned(a), env))
    }
}

/// What the elements of an instruction have raised together.
struct Sum {
    control: u64,
    raised: u64,
    /// An enabled exception was raised while NX is off.
    stops: bool,
}

impl Sum {
    fn of<H: Hart>(hart: &H) -> Sum {
        Sum { control: hart.file(state::MSACSR) & !(0x3f << csr::CAUSE), raised: 0, stops: false }
    }

    /// Computes an element of `w` bits and takes in what it raises.
    fn element(&mut self, w: u32, f: impl FnOnce(&mut Env) -> u64) -> u128 {
        let mut env = env(self.control);
        let result = f(&mut env);
        let enables = self.control >> csr::ENABLES & 0x1f;
        let mut raised = u64::from(env.flags.fflags());
        if env.flags.contains(Flags::TINY) && enables & 2 != 0 {
            raised |= 2;
        }
        let result = cut(result.into(), w);
        if raised & enables == 0 {
            self.raised |= raised;
            return result;
        }
        if self.control >> csr::NX & 1 == 0 {
            self.stops = true;
            self.raised |= raised;
            return result;
        }
        // A signalling NaN with the cause in its lowest bits.
        let infinity = match w {
            16 => 0x7c00,
            32 => 0x7f80_0000,
            _ => 0x7ff0 << 48,
        };
        infinity | u128::from(raised)
    }

    /// The result counts, or the exception is raised.
    fn settle<H: Hart>(self, hart: &mut H, wd: u64, result: u128) -> Result<u64, Trap> {
        let control = self.control | self.raised << csr::CAUSE;
        if self.stops {
            hart.set_file(state::MSACSR, control);
            return Err(Trap::new(cause::MSAFPE));
        }
        hart.set_file(state::MSACSR, control | self.raised << csr::FLAGS);
        set(hart, wd, result);
        Ok(0)
    }
}

/// Whether the low `w` bits are a subnormal number.
fn is_subnormal(v: u64, w: u32) -> bool {
    let fraction = match w {
        16 => 10,
        32 => 23,
        _ => 52,
    };
    let magnitude = v & bits::mask(w - 1);
    magnitude != 0 && magnitude >> fraction == 0
}

/// "Flush to zero": subnormal operands that become zero make the result inexact.
fn note_flushed(env: &mut Env, w: u32, operands: impl Iterator<Item = u64>) {
    if env.flush_inputs && operands.into_iter().any(|v| is_subnormal(v, w)) {
        env.raise(Flags::INEXACT);
    }
}

/// Helper: an operation on each element: number, registers, element size.
pub(crate) fn each<H: Hart>(hart: &mut H, args: [u64; 4]) -> Result<u64, Trap> {
    let o = super::operands(hart, args);
    let (runs, flushed) = TABLE[args[0] as usize];
    let run = runs[usize::from(o.w == 64)];
    let mut sum = Sum::of(hart);
    let part = |of: u128, i: u32| (of >> (o.w * i)) as u64;
    let result = (0..o.n()).fold(0, |vector, i| {
        let (d, a, b) = (part(o.d, i), part(o.s, i), part(o.t, i));
        let element = sum.element(o.w, |env| {
            let operands = [a, b, d].into_iter().enumerate().filter(|(n, _)| flushed >> n & 1 != 0);
            note_flushed(env, o.w, operands.map(|(_, v)| v));
            run(env, d, a, b)
        });
        vector | element << (o.w * i)
    });
    sum.settle(hart, args[1], result)
}

/// Conversions between element sizes.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(u64)]
pub(crate) enum Resize {
    /// FEXDO: both sources to half the size.
    Narrow,
    /// FTQ: both sources to fractions of half the size.
    ToFraction,
    /// FEXUPL, FEXUPR: the left or right half to twice the size.
    WidenLeft,
    WidenRight,
    /// FFQL, FFQR: from fractions of half the size.
    FromFractionLeft,
    FromFractionRight,
}

/// A number as a fraction with one integer bit, saturated.
fn to_fraction<F: Lane>(env: &mut Env, a: u64, w: u32) -> u64 {
    let scaled = softfloat::scalb::<F>(F::bits(a), w as i32 - 1, &mut { *env });
    let max = (1i64 << (w - 1)) - 1;
    let mut inner = Env { flags: Flags::NONE, ..*env };
    let value = softfloat::to_int::<F, i64>(scaled, env.rounding, &mut inner).saturate(0);
    if softfloat::is_nan::<F>(F::bits(a)) {
        env.raise(Flags::INVALID);
        return 0;
    }
    if value > max || value < -max - 1 {
        env.flags = env.flags.union(Flags::OVERFLOW).union(Flags::INEXACT);
    } else {
        env.flags = env.flags.union(inner.flags);
    }
    value.clamp(-max - 1, max) as u64
}

fn from_fraction<F: Lane>(env: &mut Env, a: i128, w: u32) -> u64 {
    let number = softfloat::from_int::<F, i64>(a as i64, env);
    F::word(softfloat::scalb::<F>(number, 1 - w as i32, env))
}

/// Helper: a conversion between sizes: kind, registers, size of the floating-point elements (or of the larger ones).
pub(crate) fn resize<H: Hart>(hart: &mut H, args: [u64; 4]) -> Result<u64, Trap> {
    let o: Operands = super::operands(hart, args);
    let (w, half, n) = (o.w, o.w / 2, o.n());
    let mut sum = Sum::of(hart);
    let large = |of: u128, i: u32| (of >> (w * i)) as u64;
    let small = |of: u128, i: u32| of >> (half * i);
    let kind = args[0];
    let narrow = kind == Resize::Narrow as u64 || kind == Resize::ToFraction as u64;
    let mut result = 0;
    if narrow {
        for i in 0..2 * n {
            let (from, i_from) = if i < n { (o.t, i) } else { (o.s, i - n) };
            let a = large(from, i_from);
            let v = sum.element(half, |env| {
                note_flushed(env, w, [a].into_iter());
                match (kind == Resize::Narrow as u64, w) {
                    (true, 32) => u64::from(softfloat::convert::<F32, F16>(a as u32, env)),
                    (true, _) => u64::from(softfloat::convert::<F64, F32>(a, env)),
                    (false, 32) => to_fraction::<F32>(env, a & 0xffff_ffff, half),
                    (false, _) => to_fraction::<F64>(env, a, half),
                }
            });
            result |= v << (half * i);
        }
        return sum.settle(hart, args[1], result);
    }
    let left = kind == Resize::WidenLeft as u64 || kind == Resize::FromFractionLeft as u64;
    let widen = kind == Resize::WidenLeft as u64 || kind == Resize::WidenRight as u64;
    for i in 0..n {
        let a = small(o.s, if left { i + n } else { i });
        let v = sum.element(w, |env| {
            note_flushed(env, half, [a as u64].into_iter().filter(|_| widen));
            match (widen, w) {
                (true, 32) => u64::from(softfloat::convert::<F16, F32>(a as u16, env)),
                (true, _) => softfloat::convert::<F32, F64>(a as u32, env),
                (false, 32) => from_fraction::<F32>(env, signed(a, half), half),
                (false, _) => from_fraction::<F64>(env, signed(a, half), half),
            }
        });
        result |= v << (w * i);
    }
    sum.settle(hart, args[1], result)
}

/// Helper: CFCMSA. MSAIR is what QEMU's models have: implementation 3 on those of Release 6, else 0; there is no vector partitioning.
pub(crate) fn read_control<H: Hart>(hart: &mut H, [number, ..]: [u64; 4]) -> Result<u64, Trap> {
    Ok(match number {
        0 if hart.model().is_r6() => 0x300,
        1 => hart.file(state::MSACSR),
        _ => 0,
    })
}

/// Helper: CTCMSA. Enabling what the cause field tells raises the exception.
pub(crate) fn write_control<H: Hart>(hart: &mut H, [number, value, ..]: [u64; 4]) -> Result<u64, Trap> {
    if number != 1 {
        return Ok(0);
    }
    let value = value & csr::WRITABLE;
    hart.set_file(state::MSACSR, value);
    let enabled = value >> csr::ENABLES & 0x1f | 0x20;
    if value >> csr::CAUSE & enabled != 0 { Err(Trap::new(cause::MSAFPE)) } else { Ok(0) }
}
