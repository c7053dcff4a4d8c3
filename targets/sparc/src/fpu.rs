//! Floating-point arithmetic: rounding, exceptions and traps around what `softfloat` computes.
//!
//! SPARC Architecture Manual Version 8, "Floating-Point State Register (FSR)", and the chapter on IEEE Std 754-1985 requirements.
//!
//! While no trap is enabled, an operation's current exceptions are not written: the operation and its operands are noted in
//! [`FP_LAST`], [`FP_A`] and [`FP_B`], and whoever reads the FSR computes it once more. So the host may do the arithmetic as soon as
//! aexc.nx is set, for it is inexact alone that is not known then.

use cpu::{Ctx, Target};
use softfloat::{Env, F32, F64, F128, Flags, Float, Relation, Rounding};
use uop::Reg;

use crate::state::{FCC0, FP_A, FP_B, FP_LAST, FP_OK, double};
use crate::trap::{Trap, ftt, tt};

/// Fields of the FSR.
pub mod fsr {
    /// Lowest bit of the rounding direction.
    pub const RD: u32 = 30;
    /// Lowest bit of the trap enables.
    pub const TEM: u32 = 23;
    /// Lowest bit of the trap type.
    pub const FTT: u32 = 14;
    /// Lowest bit of fcc0.
    pub const FCC0: u32 = 10;
    /// Lowest bit of the accrued exceptions.
    pub const AEXC: u32 = 5;
    /// What LDFSR writes of its lower half, without fcc0: RD, TEM, NS, aexc, cexc.
    pub const WRITABLE: u32 = 0xcfc0_03ff;
}

/// Exceptions in the order of cexc, aexc and TEM.
mod exception {
    pub(super) const NX: u32 = 1;
    pub(super) const DZ: u32 = 2;
    pub(super) const UF: u32 = 4;
    pub(super) const OF: u32 = 8;
    pub(super) const NV: u32 = 16;
}

/// Declares operations: a constant with the number of each, and what it computes of `a` and `b`.
macro_rules! operations {
    (|$a:ident, $b:ident, $env:ident| $( $(#[$m:meta])* $name:ident = $body:expr; )*) => {
        /// Numbers of operations on singles, doubles and integers.
        pub mod op {
            #[allow(non_camel_case_types, clippy::upper_case_acronyms, reason = "the variants are names of constants")]
            enum Number { NONE, $($name),* }

            /// None.
            pub const NONE: u64 = Number::NONE as u64;
            $( $(#[$m])* pub const $name: u64 = Number::$name as u64; )*
        }

        /// What operation `number` makes of its operands.
        fn compute(number: u64, $a: u64, $b: u64, $env: &mut Env) -> u64 {
            match number {
                $( op::$name => $body, )*
                _ => 0,
            }
        }
    };
}

operations! { |a, b, env|
    /// Sum, singles.
    ADD_S = softfloat::add::<F32>(a as u32, b as u32, env).into();
    /// Difference, singles.
    SUB_S = softfloat::sub::<F32>(a as u32, b as u32, env).into();
    /// Product, singles.
    MUL_S = softfloat::mul::<F32>(a as u32, b as u32, env).into();
    /// Quotient, singles.
    DIV_S = softfloat::div::<F32>(a as u32, b as u32, env).into();
    /// Square root, singles.
    SQRT_S = softfloat::sqrt::<F32>(a as u32, env).into();
    /// Relation; a signalling NaN is invalid, singles.
    CMP_S = relation(softfloat::compare_quiet::<F32>(a as u32, b as u32, env));
    /// Relation; any NaN is invalid, singles.
    CMPE_S = relation(softfloat::compare_signalling::<F32>(a as u32, b as u32, env));
    /// 1 if less or unordered; quiet, singles.
    LT_S = less(softfloat::compare_quiet::<F32>(a as u32, b as u32, env));
    /// 1 if less or unordered; any NaN is invalid, singles.
    LTE_S = less(softfloat::compare_signalling::<F32>(a as u32, b as u32, env));
    /// Sum, doubles.
    ADD_D = softfloat::add::<F64>(a as u64, b as u64, env);
    /// Difference, doubles.
    SUB_D = softfloat::sub::<F64>(a as u64, b as u64, env);
    /// Product, doubles.
    MUL_D = softfloat::mul::<F64>(a as u64, b as u64, env);
    /// Quotient, doubles.
    DIV_D = softfloat::div::<F64>(a as u64, b as u64, env);
    /// Square root, doubles.
    SQRT_D = softfloat::sqrt::<F64>(a as u64, env);
    /// Relation; a signalling NaN is invalid, doubles.
    CMP_D = relation(softfloat::compare_quiet::<F64>(a as u64, b as u64, env));
    /// Relation; any NaN is invalid, doubles.
    CMPE_D = relation(softfloat::compare_signalling::<F64>(a as u64, b as u64, env));
    /// 1 if less or unordered; quiet, doubles.
    LT_D = less(softfloat::compare_quiet::<F64>(a as u64, b as u64, env));
    /// 1 if less or unordered; any NaN is invalid, doubles.
    LTE_D = less(softfloat::compare_signalling::<F64>(a as u64, b as u64, env));
    /// Product of singles, a double.
    MUL_SD = { let mut quiet = *env; let (x, y) = (softfloat::convert::<F32, F64>(a as u32, &mut quiet), softfloat::convert::<F32, F64>(b as u32, &mut quiet)); env.flags |= quiet.flags; softfloat::mul::<F64>(x, y, env) };
    /// Single to double.
    S_TO_D = softfloat::convert::<F32, F64>(a as u32, env);
    /// Double to single.
    D_TO_S = softfloat::convert::<F64, F32>(a, env).into();
    /// Word to single.
    W_TO_S = softfloat::from_int::<F32, i32>(a as i32, env).into();
    /// Word to double.
    W_TO_D = softfloat::from_int::<F64, i32>(a as i32, env);
    /// Single to word, cut.
    S_TO_W = u64::from(to_int::<F32, i32>(a as u32, a >> 31 != 0, env) as u32);
    /// Double to word, cut.
    D_TO_W = u64::from(to_int::<F64, i32>(a, a >> 63 != 0, env) as u32);
    /// Double word to single (V9).
    X_TO_S = softfloat::from_int::<F32, i64>(a as i64, env).into();
    /// Double word to double (V9).
    X_TO_D = softfloat::from_int::<F64, i64>(a as i64, env);
    /// Single to double word, cut (V9).
    S_TO_X = to_int::<F32, i64>(a as u32, a >> 31 != 0, env) as u64;
    /// Double to double word, cut (V9).
    D_TO_X = to_int::<F64, i64>(a, a >> 63 != 0, env) as u64;
    /// No arithmetic: a move, a change of sign.
    MOVE = a;
}

/// fcc: equal, less, greater, unordered.
fn relation(relation: Relation) -> u64 {
    match relation {
        Relation::Equal => 0,
        Relation::Less => 1,
        Relation::Greater => 2,
        Relation::Unordered => 3,
    }
}

fn less(relation: Relation) -> u64 {
    u64::from(relation.is_lt() || relation.is_unordered())
}

/// Conversions to integers cut, whatever the rounding direction; what doesn't fit gives the number nearest to it, and a NaN one of its
/// sign ("Floating-Point to Integer Conversions").
fn to_int<F: Float, I: softfloat::Int>(a: F::Bits, negative: bool, env: &mut Env) -> I {
    softfloat::to_int::<F, I>(a, Rounding::TowardZero, env).saturate(if negative { I::MIN } else { I::MAX })
}

/// What floating-point helpers see of a CPU.
pub(crate) trait Fpu {
    /// The FSR's lower half without fcc0; cexc and ftt count only while no operation is noted.
    fn fsr(&self) -> u32;
    /// Writes it.
    fn set_fsr(&mut self, value: u32);
    /// A register of the file.
    fn file(&self, reg: Reg) -> u64;
    /// Writes a register of the file.
    fn set_file(&mut self, reg: Reg, value: u64);
}

/// State that holds the lower half of the FSR.
pub(crate) trait FpState {
    /// The FSR's lower half without fcc0.
    fn fsr(&self) -> u32;
    /// Writes it.
    fn set_fsr(&mut self, value: u32);
}

impl<T: Target> Fpu for Ctx<T>
where
    T::State: FpState,
{
    fn fsr(&self) -> u32 {
        self.state.fsr()
    }

    fn set_fsr(&mut self, value: u32) {
        self.state.set_fsr(value);
    }

    fn file(&self, reg: Reg) -> u64 {
        self.reg(reg)
    }

    fn set_file(&mut self, reg: Reg, value: u64) {
        self.set_reg(reg, value);
    }
}

/// "FSR_rounding_direction (RD)".
fn env(fsr: u32) -> Env {
    let rounding = match fsr >> fsr::RD {
        0 => Rounding::NearestEven,
        1 => Rounding::TowardZero,
        2 => Rounding::Up,
        _ => Rounding::Down,
    };
    Env::SPARC.with_rounding(rounding)
}

/// Exceptions in the order of cexc.
fn exceptions(flags: Flags) -> u32 {
    let bit = |flag, bit| if flags.contains(flag) { bit } else { 0 };
    bit(Flags::INEXACT, exception::NX)
        | bit(Flags::DIV_BY_ZERO, exception::DZ)
        | bit(Flags::UNDERFLOW, exception::UF)
        | bit(Flags::OVERFLOW, exception::OF)
        | bit(Flags::INVALID, exception::NV)
}

/// cexc and ftt in their places, as they are now.
fn current<H: Fpu>(hart: &H) -> u32 {
    const FIELDS: u32 = 7 << fsr::FTT | 31;
    let last = hart.file(FP_LAST);
    if last == op::NONE {
        return hart.fsr() & FIELDS;
    }
    let mut env = env(hart.fsr());
    compute(last, hart.file(FP_A), hart.file(FP_B), &mut env);
    exceptions(env.flags)
}

/// The lower half of the FSR, with fcc0.
pub(crate) fn read_fsr<H: Fpu>(hart: &H) -> u32 {
    let rest = hart.fsr() & !(7 << fsr::FTT | 31);
    rest | current(hart) | (hart.file(FCC0) as u32) << fsr::FCC0
}

/// Writes the lower half of the FSR as LDFSR does: ftt stays.
pub(crate) fn write_fsr<H: Fpu>(hart: &mut H, value: u32) {
    let ftt = current(hart) & 7 << fsr::FTT;
    hart.set_fsr(value & fsr::WRITABLE | ftt);
    hart.set_file(FCC0, u64::from(value >> fsr::FCC0 & 3));
    hart.set_file(FP_LAST, op::NONE);
    note_ok(hart);
}

/// Puts a trap type into the FSR's lower half.
pub(crate) fn set_ftt<H: Fpu>(hart: &mut H, ftt: u32) {
    let fields = current(hart) & 31;
    hart.set_fsr(hart.fsr() & !(7 << fsr::FTT | 31) | fields | ftt << fsr::FTT);
    hart.set_file(FP_LAST, op::NONE);
}

/// Whether the host may do arithmetic.
fn note_ok<H: Fpu>(hart: &mut H) {
    let fsr = hart.fsr();
    let ok = fsr >> fsr::RD == 0 && fsr >> fsr::TEM & 31 == 0 && fsr >> fsr::AEXC & exception::NX != 0;
    hart.set_file(FP_OK, ok.into());
}

/// Helper: an operation while no trap is enabled: operands and number. Noting it is the lifter's matter.
pub(crate) fn operate<H: Fpu>(hart: &mut H, [a, b, number, _]: [u64; 4]) -> Result<u64, Trap> {
    let mut env = env(hart.fsr());
    let result = compute(number, a, b, &mut env);
    accrue(hart, exceptions(env.flags));
    Ok(result)
}

fn accrue<H: Fpu>(hart: &mut H, exceptions: u32) {
    let old = hart.fsr();
    let new = old | exceptions << fsr::AEXC;
    if new != old {
        hart.set_fsr(new);
        note_ok(hart);
    }
}

/// Takes over an operation's exceptions: raises a trap, of which cexc tells the cause alone, or accrues them ("FSR_current_exception
/// (cexc)").
fn finish<H: Fpu>(hart: &mut H, flags: Flags) -> Result<(), Trap> {
    let enabled = hart.fsr() >> fsr::TEM & 31;
    let found = exceptions(flags);
    // Underflow traps when the result is tiny, inexact or not.
    let tiny = if flags.contains(Flags::TINY) { exception::UF } else { 0 };
    let trapping = (found | tiny) & enabled;
    let cause = [exception::NV, exception::DZ, exception::OF, exception::UF, exception::NX];
    let cause = cause.into_iter().find(|c| trapping & c != 0);
    let fields = hart.fsr() & !(7 << fsr::FTT | 31);
    hart.set_file(FP_LAST, op::NONE);
    if let Some(cause) = cause {
        hart.set_fsr(fields | cause | ftt::IEEE << fsr::FTT);
        return Err(Trap::new(tt::FP_EXCEPTION, 0));
    }
    hart.set_fsr(fields | found);
    accrue(hart, found);
    Ok(())
}

/// Helper: an operation while a trap may be enabled: operands and number.
pub(crate) fn operate_trapping<H: Fpu>(hart: &mut H, [a, b, number, _]: [u64; 4]) -> Result<u64, Trap> {
    let mut env = env(hart.fsr());
    let result = compute(number, a, b, &mut env);
    finish(hart, env.flags)?;
    Ok(result)
}

/// Numbers of operations with quadruple-precision operands or results.
pub mod quad {
    /// Sum.
    pub const ADD: u64 = 0;
    /// Difference.
    pub const SUB: u64 = 1;
    /// Product.
    pub const MUL: u64 = 2;
    /// Quotient.
    pub const DIV: u64 = 3;
    /// Square root of the second operand.
    pub const SQRT: u64 = 4;
    /// Relation, to fcc number `rd`.
    pub const CMP: u64 = 5;
    /// The same; any NaN is invalid.
    pub const CMPE: u64 = 6;
    /// To a word.
    pub const TO_W: u64 = 7;
    /// To a single.
    pub const TO_S: u64 = 8;
    /// To a double.
    pub const TO_D: u64 = 9;
    /// To a double word (V9).
    pub const TO_X: u64 = 10;
    /// From a word.
    pub const FROM_W: u64 = 11;
    /// From a single.
    pub const FROM_S: u64 = 12;
    /// From a double.
    pub const FROM_D: u64 = 13;
    /// From a double word (V9).
    pub const FROM_X: u64 = 14;
    /// Product of doubles.
    pub const MUL_DQ: u64 = 15;
    /// A move of the second operand.
    pub const MOVE: u64 = 16;
    /// The same with the other sign.
    pub const NEG: u64 = 17;
    /// The same without sign.
    pub const ABS: u64 = 18;
}

/// A quadruple-precision number from the registers that begin with double register `n`.
fn get_quad<H: Fpu>(hart: &H, n: u64) -> u128 {
    let n = n as u16 & !1;
    u128::from(hart.file(double(n))) << 64 | u128::from(hart.file(double(n + 1)))
}

fn set_quad<H: Fpu>(hart: &mut H, n: u64, value: u128) {
    let n = n as u16 & !1;
    hart.set_file(double(n), (value >> 64) as u64);
    hart.set_file(double(n + 1), value as u64);
}

/// A single-precision register.
fn get_single<H: Fpu>(hart: &H, n: u64) -> u32 {
    (hart.file(double(n as u16 / 2)) >> if n & 1 == 0 { 32 } else { 0 }) as u32
}

fn set_single<H: Fpu>(hart: &mut H, n: u64, value: u32) {
    let reg = double(n as u16 / 2);
    let lo = if n & 1 == 0 { 32 } else { 0 };
    hart.set_file(reg, bits::deposit(hart.file(reg), lo, 32, value.into()));
}

/// Helper: an operation of [`quad`]: its number; and rd, rs1 and rs2, a byte each. Registers are numbers of single-precision
/// registers; those of wider ones are even.
pub(crate) fn operate_quad<H: Fpu>(hart: &mut H, [number, regs, ..]: [u64; 4]) -> Result<u64, Trap> {
    const SIGN: u128 = 1 << 127;
    let [rd, rs1, rs2] = [0, 8, 16].map(|at| regs >> at & 0xff);
    let (a, b) = (get_quad(hart, rs1 / 2), get_quad(hart, rs2 / 2));
    let word = get_single(hart, rs2);
    let (first, wide) = (hart.file(double(rs1 as u16 / 2)), hart.file(double(rs2 as u16 / 2)));
    let mut env = env(hart.fsr());
    let e = &mut env;
    // Quadruple results, and all others as 64 bits.
    let (result, other) = match number {
        quad::ADD => (softfloat::add::<F128>(a, b, e), 0),
        quad::SUB => (softfloat::sub::<F128>(a, b, e), 0),
        quad::MUL => (softfloat::mul::<F128>(a, b, e), 0),
        quad::DIV => (softfloat::div::<F128>(a, b, e), 0),
        quad::SQRT => (softfloat::sqrt::<F128>(b, e), 0),
        quad::CMP => (0, relation(softfloat::compare_quiet::<F128>(a, b, e))),
        quad::CMPE => (0, relation(softfloat::compare_signalling::<F128>(a, b, e))),
        quad::TO_W => (0, u64::from(to_int::<F128, i32>(b, b & SIGN != 0, e) as u32)),
        quad::TO_S => (0, softfloat::convert::<F128, F32>(b, e).into()),
        quad::TO_D => (0, softfloat::convert::<F128, F64>(b, e)),
        quad::TO_X => (0, to_int::<F128, i64>(b, b & SIGN != 0, e) as u64),
        quad::FROM_W => (softfloat::from_int::<F128, i32>(word as i32, e), 0),
        quad::FROM_S => (softfloat::convert::<F32, F128>(word, e), 0),
        quad::FROM_D => (softfloat::convert::<F64, F128>(wide, e), 0),
        quad::FROM_X => (softfloat::from_int::<F128, i64>(wide as i64, e), 0),
        quad::MUL_DQ => {
            let (x, y) = (softfloat::convert::<F64, F128>(first, e), softfloat::convert::<F64, F128>(wide, e));
            (softfloat::mul::<F128>(x, y, e), 0)
        }
        quad::NEG => (b ^ SIGN, 0),
        quad::ABS => (b & !SIGN, 0),
        _ => (b, 0),
    };
    finish(hart, env.flags)?;
    match number {
        quad::CMP | quad::CMPE => hart.set_file(Reg(FCC0.0 + rd as u16 % 4), other),
        quad::TO_W | quad::TO_S => set_single(hart, rd, other as u32),
        quad::TO_D | quad::TO_X => hart.set_file(double(rd as u16 / 2), other),
        _ => set_quad(hart, rd / 2, result),
    }
    Ok(0)
}

/// Helper: the lower half of the FSR.
pub(crate) fn rdfsr<H: Fpu>(hart: &mut H, _: [u64; 4]) -> Result<u64, Trap> {
    Ok(read_fsr(hart).into())
}

/// Helper: writes the lower half of the FSR.
pub(crate) fn wrfsr<H: Fpu>(hart: &mut H, [value, ..]: [u64; 4]) -> Result<u64, Trap> {
    write_fsr(hart, value as u32);
    Ok(0)
}
