//! What the pure ops compute. Evaluator, constant folding and handlers all call these, so there is one definition.
//!
//! All functions are meant to be inlined with a constant op and width, so that nothing of the `match` is left.

use crate::op::{BinOp, CmpOp, FastFp, RmwOp, UnOp};
use crate::width::Width;

/// The result of a two-operand op on values of width `w`.
///
/// # Panics
/// On division by 0, which lifters must rule out.
#[inline(always)]
pub fn bin(op: BinOp, w: Width, a: u64, b: u64) -> u64 {
    use BinOp::*;
    let n = w.bits();
    let count = b as u32 & (n - 1);
    let (sa, sb) = (w.signed(a), w.signed(b));
    let r = match op {
        Add => a.wrapping_add(b),
        Sub => a.wrapping_sub(b),
        Mul => a.wrapping_mul(b),
        MulHiU => (u128::from(a) * u128::from(b) >> n) as u64,
        MulHiS => (i128::from(sa) * i128::from(sb) >> n) as u64,
        MulHiSU => (i128::from(sa) * i128::from(b) >> n) as u64,
        DivU if w <= Width::W32 => u64::from(a as u32 / b as u32),
        RemU if w <= Width::W32 => u64::from(a as u32 % b as u32),
        DivU => a / b,
        DivS if w <= Width::W32 => (sa as i32).wrapping_div(sb as i32) as u64,
        RemS if w <= Width::W32 => (sa as i32).wrapping_rem(sb as i32) as u64,
        DivS => sa.wrapping_div(sb) as u64,
        RemU => a % b,
        RemS => sa.wrapping_rem(sb) as u64,
        And => a & b,
        Or => a | b,
        Xor => a ^ b,
        Shl => a << count,
        ShrU => a >> count,
        ShrS => (sa >> count) as u64,
        RotL => rotate_left(w, a, count),
        RotR => rotate_left(w, a, (n - count) & (n - 1)),
        Clmul => clmul(a, b) as u64,
        ClmulHi => (clmul(a, b) >> n) as u64,
        MinS => sa.min(sb) as u64,
        MinU => a.min(b),
        MaxS => sa.max(sb) as u64,
        MaxU => a.max(b),
    };
    w.cut(r)
}

#[inline(always)]
const fn rotate_left(w: Width, a: u64, count: u32) -> u64 {
    match w {
        Width::W64 => a.rotate_left(count),
        Width::W32 => (a as u32).rotate_left(count) as u64,
        _ => a << count | a >> ((w.bits() - count) & 63),
    }
}

fn clmul(a: u64, b: u64) -> u128 {
    let mut rest = b;
    let mut product = 0;
    while rest != 0 {
        product ^= u128::from(a) << rest.trailing_zeros();
        rest &= rest - 1;
    }
    product
}

/// The result of a one-operand op on a value of width `w`.
#[inline(always)]
pub fn un(op: UnOp, w: Width, a: u64) -> u64 {
    use UnOp::*;
    let n = w.bits();
    let r = match op {
        Not => !a,
        Neg => a.wrapping_neg(),
        Clz => u64::from(a.leading_zeros() - (64 - n)),
        Ctz => u64::from(a.trailing_zeros().min(n)),
        Popcnt => u64::from(a.count_ones()),
        Bswap => a.swap_bytes() >> ((64 - n) & 63),
        Bitrev => a.reverse_bits() >> ((64 - n) & 63),
    };
    w.cut(r)
}

/// The result of a comparison of values of width `w`.
#[inline(always)]
pub fn cmp(op: CmpOp, w: Width, a: u64, b: u64) -> bool {
    let (sa, sb) = (w.signed(a), w.signed(b));
    match op {
        CmpOp::Eq => a == b,
        CmpOp::Ne => a != b,
        CmpOp::LtS => sa < sb,
        CmpOp::LtU => a < b,
        CmpOp::LeS => sa <= sb,
        CmpOp::LeU => a <= b,
    }
}

/// The new value that an atomic read-modify-write of width `w` puts in the place of `old`.
#[inline(always)]
pub fn rmw(op: RmwOp, w: Width, old: u64, operand: u64) -> u64 {
    match op {
        RmwOp::Swap => operand,
        RmwOp::Add => bin(BinOp::Add, w, old, operand),
        RmwOp::And => old & operand,
        RmwOp::Or => old | operand,
        RmwOp::Xor => old ^ operand,
        RmwOp::MinS => bin(BinOp::MinS, w, old, operand),
        RmwOp::MinU => old.min(operand),
        RmwOp::MaxS => bin(BinOp::MaxS, w, old, operand),
        RmwOp::MaxU => old.max(operand),
    }
}

macro_rules! fast {
    ($name:ident, $float:ty, $bits:ty, $exp:literal, $man:literal) => {
        /// The host's result, if operands are zero or normal and the result is normal (or a zero that is known to be exact).
        #[inline(always)]
        fn $name(a: $bits, b: $bits, product: bool, r: $float) -> Option<u64> {
            const EXP: $bits = ((1 << $exp) - 1) << $man;
            const ABS: $bits = <$bits>::MAX >> 1;
            // Adding one exponent unit makes zero/denormal and infinity/NaN neighbours: one compare tells normal numbers.
            let normal = |x: $bits| ((x & ABS).wrapping_sub(1 << $man)) < EXP - (1 << $man);
            let fine = |x: $bits| normal(x) || x & ABS == 0;
            let bits = r.to_bits();
            // A sum is 0 only if exact; a product or quotient is exactly 0 only if the first operand is (or, of a product, either).
            let zero = bits & ABS == 0 && (!product || a & ABS == 0 || b & ABS == 0);
            // The smallest normal number may have been rounded up from a tiny one.
            let plain = normal(bits) && bits & ABS != 1 << $man;
            (fine(a) && fine(b) && (plain || zero)).then_some(u64::from(bits))
        }
    };
}
fast!(checked32, f32, u32, 8, 23);
fast!(checked64, f64, u64, 11, 52);

/// The result of a floating-point operation as the host computes it to nearest even, if it is certain that it raises no exception
/// but inexact. Engines may use it instead of the helper when the guest rounds to nearest even, has inexact raised already, and
/// enables no trap; the target keeps that knowledge in a register (see [`crate::Op::Call`]).
#[inline(always)]
pub fn fast_fp(op: FastFp, a: u64, b: u64) -> Option<u64> {
    use FastFp::*;
    let (x, y) = (f32::from_bits(a as u32), f32::from_bits(b as u32));
    let (p, q) = (f64::from_bits(a), f64::from_bits(b));
    let (a32, b32) = (a as u32, b as u32);
    // Division by zero must go the slow way, and so must the root of a negative number: their results are not normal.
    match op {
        Add32 => checked32(a32, b32, false, x + y),
        Sub32 => checked32(a32, b32, false, x - y),
        Mul32 => checked32(a32, b32, true, x * y),
        Div32 => checked32(a32, b32, true, x / y).filter(|_| b32 << 1 != 0),
        Sqrt32 => checked32(a32, a32, true, x.sqrt()),
        Add64 => checked64(a, b, false, p + q),
        Sub64 => checked64(a, b, false, p - q),
        Mul64 => checked64(a, b, true, p * q),
        Div64 => checked64(a, b, true, p / q).filter(|_| b << 1 != 0),
        Sqrt64 => checked64(a, a, true, p.sqrt()),
    }
}
