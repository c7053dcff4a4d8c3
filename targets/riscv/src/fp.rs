//! Floating-point operations: rounding mode and accrued exceptions around the arithmetic of `softfloat`.
//!
//! Unprivileged ISA 20240411, "F" Extension and "D" Extension.

use softfloat::{Class, Env, F32, F64, Flags, Float, Int, MinMax, Negate, Rounding};

use crate::csr::accrue_fflags;
use crate::hart::Hart;
use crate::trap::Trap;

/// The result of a helper.
type Out = Result<u64, Trap>;
/// The arguments of a helper.
type Args = [u64; 4];

/// The value of the rm field that stands for `frm`.
pub(crate) const RM_DYN: u8 = 7;
/// Round to nearest, ties to even.
pub(crate) const RM_RNE: u8 = 0;
/// Round towards zero.
pub(crate) const RM_RTZ: u8 = 1;

/// "Rounding mode encoding": 5 to 7 are reserved as values of `frm`.
fn rounding(code: u8) -> Option<Rounding> {
    Some(match code {
        0 => Rounding::NearestEven,
        1 => Rounding::TowardZero,
        2 => Rounding::Down,
        3 => Rounding::Up,
        4 => Rounding::NearestAway,
        _ => return None,
    })
}

/// The environment, with the exceptions that have accrued.
fn env<H: Hart>(hart: &H) -> Env {
    let mut env = Env::RISCV;
    env.flags = Flags::from_bits(u32::from(hart.csrs().fflags));
    env
}

/// Takes over the exceptions that an operation has added.
fn keep_flags<H: Hart>(hart: &mut H, env: &Env) {
    let flags = env.flags.fflags() as u8;
    if flags != hart.csrs().fflags {
        accrue_fflags(hart, flags);
    }
}

/// Runs an operation that rounds as instruction `bits` says.
fn rounded<H: Hart>(hart: &mut H, bits: u64, op: impl FnOnce(&mut Env) -> u64) -> Out {
    let rm = (bits >> 12 & 7) as u8;
    let rm = if rm == RM_DYN { hart.csrs().frm } else { rm };
    let mut env = env(hart);
    env.rounding = rounding(rm).ok_or(Trap::illegal(bits))?;
    let result = op(&mut env);
    keep_flags(hart, &env);
    Ok(result)
}

/// Runs an operation that does not round.
fn exact<H: Hart>(hart: &mut H, op: impl FnOnce(&mut Env) -> u64) -> Out {
    let mut env = env(hart);
    let result = op(&mut env);
    keep_flags(hart, &env);
    Ok(result)
}

/// Marks the floating-point state as changed.
pub(crate) fn dirty<H: Hart>(hart: &mut H, _: Args) -> Out {
    accrue_fflags(hart, 0);
    Ok(0)
}

/// Which of the four fused instructions `bits` is: bits 3 and 2 of the opcode negate the product, and differ in the addend's sign.
fn negate(bits: u64) -> Negate {
    match bits >> 2 & 3 {
        0 => Negate::NONE,
        1 => Negate::ADDEND,
        2 => Negate::PRODUCT,
        _ => Negate::BOTH,
    }
}

/// Converts to an integer, saturating ("Domains of float-to-integer conversions and behavior for invalid inputs").
fn to_int<F: Float, I: Int>(a: F::Bits, env: &mut Env) -> I {
    softfloat::to_int::<F, I>(a, env.rounding, env).riscv()
}

fn class<F: Float>(a: F::Bits) -> Out {
    let class: Class = softfloat::class::<F>(a, Env::RISCV.nan);
    Ok(class.mask())
}

/// The helpers of one format.
macro_rules! format_helpers {
    ($float:ident $bits:ident: $add:ident $sub:ident $mul:ident $div:ident $sqrt:ident $fma:ident
     $min:ident $max:ident $eq:ident $lt:ident $le:ident $class:ident
     $to_w:ident $to_wu:ident $to_l:ident $to_lu:ident $from_w:ident $from_wu:ident $from_l:ident $from_lu:ident) => {
        pub(crate) fn $add<H: Hart>(hart: &mut H, [a, b, bits, _]: Args) -> Out {
            rounded(hart, bits, |env| softfloat::add::<$float>(a as $bits, b as $bits, env).into())
        }
        pub(crate) fn $sub<H: Hart>(hart: &mut H, [a, b, bits, _]: Args) -> Out {
            rounded(hart, bits, |env| softfloat::sub::<$float>(a as $bits, b as $bits, env).into())
        }
        pub(crate) fn $mul<H: Hart>(hart: &mut H, [a, b, bits, _]: Args) -> Out {
            rounded(hart, bits, |env| softfloat::mul::<$float>(a as $bits, b as $bits, env).into())
        }
        pub(crate) fn $div<H: Hart>(hart: &mut H, [a, b, bits, _]: Args) -> Out {
            rounded(hart, bits, |env| softfloat::div::<$float>(a as $bits, b as $bits, env).into())
        }
        pub(crate) fn $sqrt<H: Hart>(hart: &mut H, [a, bits, ..]: Args) -> Out {
            rounded(hart, bits, |env| softfloat::sqrt::<$float>(a as $bits, env).into())
        }
        pub(crate) fn $fma<H: Hart>(hart: &mut H, [a, b, c, bits]: Args) -> Out {
            rounded(hart, bits, |env| {
                softfloat::fma::<$float>(a as $bits, b as $bits, c as $bits, negate(bits), env).into()
            })
        }
        pub(crate) fn $min<H: Hart>(hart: &mut H, [a, b, ..]: Args) -> Out {
            exact(hart, |env| softfloat::min::<$float>(a as $bits, b as $bits, MinMax::Number2019, env).into())
        }
        pub(crate) fn $max<H: Hart>(hart: &mut H, [a, b, ..]: Args) -> Out {
            exact(hart, |env| softfloat::max::<$float>(a as $bits, b as $bits, MinMax::Number2019, env).into())
        }
        pub(crate) fn $eq<H: Hart>(hart: &mut H, [a, b, ..]: Args) -> Out {
            exact(hart, |env| softfloat::compare_quiet::<$float>(a as $bits, b as $bits, env).is_eq().into())
        }
        pub(crate) fn $lt<H: Hart>(hart: &mut H, [a, b, ..]: Args) -> Out {
            exact(hart, |env| softfloat::compare_signalling::<$float>(a as $bits, b as $bits, env).is_lt().into())
        }
        pub(crate) fn $le<H: Hart>(hart: &mut H, [a, b, ..]: Args) -> Out {
            exact(hart, |env| softfloat::compare_signalling::<$float>(a as $bits, b as $bits, env).is_le().into())
        }
        pub(crate) fn $class<H: Hart>(_: &mut H, [a, ..]: Args) -> Out {
            class::<$float>(a as $bits)
        }
        pub(crate) fn $to_w<H: Hart>(hart: &mut H, [a, bits, ..]: Args) -> Out {
            rounded(hart, bits, |env| to_int::<$float, i32>(a as $bits, env) as u32 as u64)
        }
        pub(crate) fn $to_wu<H: Hart>(hart: &mut H, [a, bits, ..]: Args) -> Out {
            rounded(hart, bits, |env| to_int::<$float, u32>(a as $bits, env).into())
        }
        pub(crate) fn $to_l<H: Hart>(hart: &mut H, [a, bits, ..]: Args) -> Out {
            rounded(hart, bits, |env| to_int::<$float, i64>(a as $bits, env) as u64)
        }
        pub(crate) fn $to_lu<H: Hart>(hart: &mut H, [a, bits, ..]: Args) -> Out {
            rounded(hart, bits, |env| to_int::<$float, u64>(a as $bits, env))
        }
        pub(crate) fn $from_w<H: Hart>(hart: &mut H, [a, bits, ..]: Args) -> Out {
            rounded(hart, bits, |env| softfloat::from_int::<$float, i32>(a as i32, env).into())
        }
        pub(crate) fn $from_wu<H: Hart>(hart: &mut H, [a, bits, ..]: Args) -> Out {
            rounded(hart, bits, |env| softfloat::from_int::<$float, u32>(a as u32, env).into())
        }
        pub(crate) fn $from_l<H: Hart>(hart: &mut H, [a, bits, ..]: Args) -> Out {
            rounded(hart, bits, |env| softfloat::from_int::<$float, i64>(a as i64, env).into())
        }
        pub(crate) fn $from_lu<H: Hart>(hart: &mut H, [a, bits, ..]: Args) -> Out {
            rounded(hart, bits, |env| softfloat::from_int::<$float, u64>(a, env).into())
        }
    };
}

format_helpers! { F32 u32: add_s sub_s mul_s div_s sqrt_s fma_s min_s max_s eq_s lt_s le_s class_s
s_to_w s_to_wu s_to_l s_to_lu w_to_s wu_to_s l_to_s lu_to_s }
format_helpers! { F64 u64: add_d sub_d mul_d div_d sqrt_d fma_d min_d max_d eq_d lt_d le_d class_d
d_to_w d_to_wu d_to_l d_to_lu w_to_d wu_to_d l_to_d lu_to_d }

pub(crate) fn d_to_s<H: Hart>(hart: &mut H, [a, bits, ..]: Args) -> Out {
    rounded(hart, bits, |env| softfloat::convert::<F64, F32>(a, env).into())
}

pub(crate) fn s_to_d<H: Hart>(hart: &mut H, [a, bits, ..]: Args) -> Out {
    rounded(hart, bits, |env| softfloat::convert::<F32, F64>(a as u32, env))
}
