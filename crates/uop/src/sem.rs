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
        MulHiU => ((u128::from(a) * u128::from(b)) >> n) as u64,
        MulHiS => ((i128::from(sa) * i128::from(sb)) >> n) as u64,
        MulHiSU => ((i128::from(sa) * i128::from(b)) >> n) as u64,
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
        AddOverflows => {
            let sum = a.wrapping_add(b);
            overflows(w, (sum ^ a) & (sum ^ b), sum)
        }
        SubOverflows => {
            let difference = a.wrapping_sub(b);
            overflows(w, (a ^ b) & (difference ^ a), difference)
        }
        OrderS => order(sa < sb, sa > sb),
        OrderU => order(a < b, a > b),
    };
    w.cut(r)
}

/// What an addition overflows by, above what doubling its result would.
#[inline(always)]
const fn overflows(w: Width, over: u64, result: u64) -> u64 {
    let half = w.bits() / 2;
    over << half | (result ^ result << 1) & ((1 << half) - 1)
}

/// 8 less, 4 greater, 2 neither.
#[inline(always)]
fn order(less: bool, greater: bool) -> u64 {
    2 + 6 * u64::from(less) + 2 * u64::from(greater)
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

macro_rules! certain {
    ($name:ident, $bits:ty, $exp:literal, $man:literal) => {
        /// The bits of a result, if they show that nothing but inexact was raised: a normal number greater than the smallest one (which
        /// may have been rounded up from a tiny number), or a zero that is `exact`. Infinite and NaN operands never give such a result.
        #[inline(always)]
        fn $name(r: $bits, exact_if_zero: bool) -> Option<u64> {
            const INFINITY: $bits = ((1 << $exp) - 1) << $man;
            const SMALLEST: $bits = 1 << $man;
            let abs = r & (<$bits>::MAX >> 1);
            (abs.wrapping_sub(SMALLEST + 1) < INFINITY - SMALLEST - 1 || abs == 0 && exact_if_zero)
                .then_some(u64::from(r))
        }
    };
}
certain!(certain32, u32, 8, 23);
certain!(certain64, u64, 11, 52);

/// The result of a floating-point operation as the host computes it to nearest even, if it is certain that it raises no exception
/// but inexact. Engines may use it instead of the helper when the guest rounds to nearest even, has inexact raised already, enables
/// no trap and neither flushes denormal operands nor flags them; the target keeps that knowledge in a register (see
/// [`crate::Op::Call`]).
#[inline(always)]
pub fn fast_fp(op: FastFp, a: u64, b: u64) -> Option<u64> {
    use FastFp::*;
    let (x, y) = (f32::from_bits(a as u32), f32::from_bits(b as u32));
    let (p, q) = (f64::from_bits(a), f64::from_bits(b));
    let zero32 = |v: u64| v as u32 & 0x7fff_ffff == 0;
    let zero64 = |v: u64| v & (u64::MAX >> 1) == 0;
    match op {
        // A sum is 0 only if it is exact; a product only if a factor is; a quotient if the dividend is.
        Add32 => certain32((x + y).to_bits(), true),
        Sub32 => certain32((x - y).to_bits(), true),
        Mul32 => certain32((x * y).to_bits(), zero32(a) || zero32(b)),
        Div32 => certain32((x / y).to_bits(), zero32(a)),
        Sqrt32 => certain32(x.sqrt().to_bits(), true),
        Add64 => certain64((p + q).to_bits(), true),
        Sub64 => certain64((p - q).to_bits(), true),
        Mul64 => certain64((p * q).to_bits(), zero64(a) || zero64(b)),
        Div64 => certain64((p / q).to_bits(), zero64(a)),
        Sqrt64 => certain64(p.sqrt().to_bits(), true),
        FromI32To64 => Some(f64::from(a as i32).to_bits()),
        FromU32To64 => Some(f64::from(a as u32).to_bits()),
        FromI64To64 => Some((a as i64 as f64).to_bits()),
        Widen => certain64(f64::from(x).to_bits(), true).filter(|_| zero32(a) || x.is_normal()),
        Narrow => certain32((p as f32).to_bits(), zero64(a)),
        // The range check leaves out everything that does not fit, and NaN.
        TruncToI32From64 => (p > -2_147_483_649.0 && p < 2_147_483_648.0).then_some(u64::from(p as i32 as u32)),
        TruncToI64From64 => {
            (-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&p).then_some(p as i64 as u64)
        }
        Eq32 => ordered32(x, y, x == y),
        Lt32 => ordered32(x, y, x < y),
        Le32 => ordered32(x, y, x <= y),
        Eq64 => ordered64(p, q, p == q),
        Lt64 => ordered64(p, q, p < q),
        Le64 => ordered64(p, q, p <= q),
    }
}

/// Whether an operand of a floating-point operation is denormal, which some guests flag.
#[inline(always)]
pub fn has_denormal(op: FastFp, a: u64, b: u64) -> bool {
    use FastFp::*;
    let denormal32 = |v: u64| ((v as u32) << 1).wrapping_sub(1) < (1 << 24) - 1;
    let denormal64 = |v: u64| (v << 1).wrapping_sub(1) < (1 << 53) - 1;
    match op {
        FromI32To64 | FromU32To64 | FromI64To64 => false,
        Add32 | Sub32 | Mul32 | Div32 | Eq32 | Lt32 | Le32 => denormal32(a) || denormal32(b),
        Sqrt32 | Widen => denormal32(a),
        Add64 | Sub64 | Mul64 | Div64 | Eq64 | Lt64 | Le64 => denormal64(a) || denormal64(b),
        Sqrt64 | Narrow | TruncToI32From64 | TruncToI64From64 => denormal64(a),
    }
}

#[inline(always)]
fn ordered32(x: f32, y: f32, holds: bool) -> Option<u64> {
    (!x.is_nan() && !y.is_nan()).then_some(u64::from(holds))
}

#[inline(always)]
fn ordered64(x: f64, y: f64, holds: bool) -> Option<u64> {
    (!x.is_nan() && !y.is_nan()).then_some(u64::from(holds))
}
