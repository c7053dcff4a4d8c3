//! What x87 instructions do to the unit's registers.

use iced_x86::Mnemonic;
use softfloat::{self as sf, Env, F32, F64, Flags, Precision, Relation, Rounding, X87};

use super::{DECIMAL, DOUBLE, EXTENDED, SINGLE};
use crate::state::Fpu;

/// The unit while an instruction is at work.
pub(super) struct Unit<'a> {
    /// Its registers.
    pub(super) f: &'a mut Fpu,
    /// Rounding, and the exceptions that were met.
    pub(super) env: Env,
    /// A stack fault was met.
    pub(super) stack: bool,
    /// It is an overflow.
    pub(super) over: bool,
}

/// The real indefinite: a quiet NaN.
pub(super) const INDEFINITE: u128 = 0xffff << 64 | 3 << 62;
/// The sign of a number.
pub(super) const SIGN: u128 = 1 << 79;
/// Infinity.
const INFINITY: u128 = 0x7fff << 64 | 1 << 63;
/// 1.
pub(super) const ONE: u128 = 0x3fff << 64 | 1 << 63;

/// What an instruction is and where its operands are.
#[derive(Clone, Copy)]
pub(super) struct Insn {
    /// The mnemonic.
    pub(super) m: Mnemonic,
    /// Number of the first stack register.
    pub(super) a: u8,
    /// Number of the second.
    pub(super) b: u8,
    /// Kind of the number in memory; 0 without one.
    pub(super) kind: u64,
    /// Its bytes.
    pub(super) bytes: u64,
}

impl Unit<'_> {
    fn at(&self, n: u8) -> usize {
        usize::from(self.f.top.wrapping_add(n) & 7)
    }

    /// Whether ST(n) is empty.
    pub(super) fn empty(&self, n: u8) -> bool {
        self.f.empty >> self.at(n) & 1 != 0
    }

    fn raw(&self, n: u8) -> u128 {
        let at = self.at(n);
        u128::from(self.f.exponent[at]) << 64 | u128::from(self.f.significand[at])
    }

    /// ST(n); a stack fault gives the indefinite NaN.
    pub(super) fn get(&mut self, n: u8) -> u128 {
        if self.empty(n) {
            self.stack = true;
            return INDEFINITE;
        }
        self.raw(n)
    }

    /// Sets ST(n).
    pub(super) fn set(&mut self, n: u8, v: u128) {
        let at = self.at(n);
        self.f.significand[at] = v as u64;
        self.f.exponent[at] = (v >> 64) as u16;
        self.f.empty &= !(1 << at);
    }

    /// Pushes.
    pub(super) fn push(&mut self, v: u128) {
        self.f.top = self.f.top.wrapping_sub(1) & 7;
        let full = !self.empty(0);
        self.stack |= full;
        self.over |= full;
        self.set(0, if full { INDEFINITE } else { v });
    }

    /// Pops.
    pub(super) fn pop(&mut self) {
        self.f.empty |= 1 << self.at(0);
        self.f.top = (self.f.top + 1) & 7;
    }

    fn relate(&mut self, a: u128, b: u128, quiet: bool) -> Relation {
        if quiet {
            sf::compare_quiet::<X87>(a, b, &mut self.env)
        } else {
            sf::compare_signalling::<X87>(a, b, &mut self.env)
        }
    }

    fn compare(&mut self, b: u128, quiet: bool) {
        let a = self.get(0);
        let r = self.relate(a, b, quiet || self.stack);
        let c = if r.is_unordered() {
            0x4500
        } else if r.is_lt() {
            0x100
        } else if r.is_eq() {
            0x4000
        } else {
            0
        };
        self.f.status = self.f.status & !0x4500 | c;
    }

    fn exam(&mut self) {
        let v = self.raw(0);
        let (exponent, fraction) = ((v >> 64) as u16 & 0x7fff, v as u64);
        let class = match (exponent, fraction) {
            _ if self.empty(0) => 0x4100,
            (0, 0) => 0x4000,
            (0, _) => 0x4400,
            (_, n) if n >> 63 == 0 => 0,
            (0x7fff, n) if n << 1 == 0 => 0x500,
            (0x7fff, _) => 0x100,
            _ => 0x400,
        };
        let sign = if v & SIGN != 0 { 0x200 } else { 0 };
        self.f.status = self.f.status & !0x4700 | class | sign;
    }

    /// A number from memory.
    fn number(&mut self, kind: u64, low: u64, high: u64) -> u128 {
        match kind {
            SINGLE => sf::convert::<F32, X87>(low as u32, &mut self.env),
            DOUBLE => sf::convert::<F64, X87>(low, &mut self.env),
            EXTENDED => u128::from(high) << 64 | u128::from(low),
            DECIMAL => decimal(low, high),
            // Exact: 64 digits hold any of them.
            _ => sf::from_int::<X87, i64>(low as i64, &mut { Env::X87 }),
        }
    }

    /// The operand that is not ST(0): from memory or the stack.
    fn other(&mut self, i: Insn, low: u64, high: u64) -> u128 {
        if i.kind == 0 {
            return self.get(i.b);
        }
        let v = self.number(i.kind, low, high);
        // A NaN in ST(0) hides that the operand is denormal.
        if sf::is_nan::<X87>(self.raw(0)) {
            self.env.flags = self.env.flags.without(Flags::DENORMAL);
        }
        v
    }

    /// Arithmetic: memory operands and those of one register go into ST(0).
    fn arithmetic(&mut self, i: Insn, low: u64, high: u64) {
        use Mnemonic as M;
        let to = if i.kind == 0 { i.a } else { 0 };
        let a = self.get(to);
        let b = self.other(i, low, high);
        if self.stack {
            self.env.flags = Flags::NONE;
            return self.set(to, INDEFINITE);
        }
        let env = &mut self.env;
        let v = match i.m {
            M::Fadd | M::Faddp | M::Fiadd => sf::add::<X87>(a, b, env),
            M::Fmul | M::Fmulp | M::Fimul => sf::mul::<X87>(a, b, env),
            M::Fsub | M::Fsubp | M::Fisub => sf::sub::<X87>(a, b, env),
            M::Fsubr | M::Fsubrp | M::Fisubr => sf::sub::<X87>(b, a, env),
            M::Fdiv | M::Fdivp | M::Fidiv => sf::div::<X87>(a, b, env),
            _ => sf::div::<X87>(b, a, env),
        };
        self.set(to, v);
    }

    /// All but stores; the flags of FCOMI.
    pub(super) fn operate(&mut self, i: Insn, low: u64, high: u64) -> u64 {
        use Mnemonic as M;
        match i.m {
            M::Fld | M::Fild | M::Fbld => {
                let v = if i.kind == 0 { self.get(i.b) } else { self.number(i.kind, low, high) };
                let underflow = self.stack;
                self.push(v);
                // Of both stack faults the first is told.
                self.over &= !underflow;
            }
            // Of an empty register it stores nothing and raises nothing.
            M::Fstpnce if self.empty(0) => self.pop(),
            M::Fst | M::Fstp | M::Fstpnce => {
                let v = self.get(0);
                self.set(i.a, v);
                if i.m != M::Fst {
                    self.pop();
                }
            }
            M::Fxch => {
                let (x, y) = (self.get(0), self.get(i.b));
                self.set(0, y);
                self.set(i.b, x);
            }
            M::Ftst => self.compare(0, false),
            M::Fxam => self.exam(),
            M::Fcom | M::Fcomp | M::Ficom | M::Ficomp | M::Fucom | M::Fucomp | M::Fcompp | M::Fucompp => {
                let v = self.other(i, low, high);
                self.compare(v, matches!(i.m, M::Fucom | M::Fucomp | M::Fucompp));
            }
            M::Fcomi | M::Fcomip | M::Fucomi | M::Fucomip => {
                let (x, y) = (self.get(0), self.get(i.b));
                let relation = self.relate(x, y, self.stack || matches!(i.m, M::Fucomi | M::Fucomip));
                if pops(i.m) {
                    self.pop();
                }
                return crate::sse::relation_flags(relation);
            }
            M::Fcmovb => {
                let (v, old) = (self.get(i.a), self.get(0));
                if self.stack || low != 0 {
                    self.set(0, if self.stack { INDEFINITE } else { v });
                } else {
                    self.set(0, old);
                }
            }
            M::Fincstp => self.f.top = (self.f.top + 1) & 7,
            M::Fdecstp => self.f.top = self.f.top.wrapping_sub(1) & 7,
            M::Ffree | M::Ffreep => self.f.empty |= 1 << self.at(i.a),
            M::Fsin | M::Fcos | M::Fsincos | M::Fptan => self.angle(i.m),
            M::Fpatan => self.arctangent(),
            M::F2xm1 => self.power(),
            M::Fyl2x | M::Fyl2xp1 => self.logarithm(i.m == M::Fyl2xp1),
            m => match self.constant(m) {
                Some(v) => self.push(v),
                None if one_operand(m) => self.unary(m),
                None => self.arithmetic(i, low, high),
            },
        }
        if pops(i.m) {
            self.pop();
        }
        if matches!(i.m, M::Fcompp | M::Fucompp) {
            self.pop();
        }
        0
    }

    /// Constants (SDM volume 2A, "FLD1..."): 66 bits, rounded as the control word says.
    fn constant(&self, m: Mnemonic) -> Option<u128> {
        use Mnemonic as M;
        // Exponent, significand, and the two bits behind it.
        let (exponent, significand, rest): (u16, u64, u64) = match m {
            M::Fld1 => return Some(ONE),
            M::Fldz => return Some(0),
            M::Fldpi => (0x4000, 0xc90f_daa2_2168_c234, 3),
            M::Fldl2e => (0x3fff, 0xb8aa_3b29_5c17_f0bb, 3),
            M::Fldl2t => (0x4000, 0xd49a_784b_cd1b_8afe, 1),
            M::Fldlg2 => (0x3ffd, 0x9a20_9a84_fbcf_f798, 3),
            M::Fldln2 => (0x3ffe, 0xb172_17f7_d1cf_79ab, 3),
            _ => return None,
        };
        let up = match self.env.rounding {
            Rounding::NearestEven => rest >= 2,
            Rounding::Up => true,
            _ => false,
        };
        Some(u128::from(exponent) << 64 | u128::from(significand + u64::from(up)))
    }

    fn unary(&mut self, m: Mnemonic) {
        use Mnemonic as M;
        let v = self.get(0);
        let by = if matches!(m, M::Fscale | M::Fprem | M::Fprem1) { self.get(1) } else { 0 };
        if self.stack {
            if m == M::Fxtract {
                self.set(0, INDEFINITE);
                self.push(INDEFINITE);
                self.over = false;
                return;
            }
            return self.set(0, INDEFINITE);
        }
        let result = match m {
            M::Fchs => v ^ SIGN,
            M::Fabs => v & !SIGN,
            M::Fsqrt => sf::sqrt::<X87>(v, &mut self.env),
            M::Frndint => {
                let rounding = self.env.rounding;
                sf::round_to_integral::<X87>(v, rounding, true, &mut self.env)
            }
            M::Fscale => self.scale(v, by),
            M::Fxtract => return self.extract(v),
            _ => {
                let r = sf::rem_partial::<X87>(v, by, m == M::Fprem1, &mut self.env);
                let q = r.quotient;
                let bits = (q & 1) << 9 | (q >> 1 & 1) << 14 | (q >> 2 & 1) << 8;
                self.f.status = self.f.status & !0x4700 | if r.partial { 0x400 } else { bits as u16 };
                r.value
            }
        };
        self.set(0, result);
    }

    /// FSCALE: infinite scales are products with 0 and infinity (SDM volume 2A, "FSCALE").
    fn scale(&mut self, v: u128, by: u128) -> u128 {
        let exponent = |v: u128| (v >> 64) as u16 & 0x7fff;
        self.env.precision = Precision::Extended;
        if exponent(by) == 0x7fff || sf::is_nan::<X87>(v) || sf::is_unsupported::<X87>(by) {
            let infinite = by as u64 == 1 << 63;
            return match () {
                () if !infinite => sf::mul::<X87>(v, by, &mut self.env),
                () if by & SIGN != 0 => sf::mul::<X87>(v, 0, &mut self.env),
                () => sf::mul::<X87>(v, by, &mut self.env),
            };
        }
        let n = sf::to_int::<X87, i32>(by, Rounding::TowardZero, &mut { Env::X87 }).saturate(0);
        if exponent(by) == 0 && by as u64 != 0 {
            self.env.raise(Flags::DENORMAL);
        }
        let n = n.clamp(-0x10000, 0x10000);
        let result = sf::scalb::<X87>(v, n, &mut self.env);
        self.out_of_range(v, n).unwrap_or(result)
    }

    /// What FSCALE gives where an unmasked exception's handler would get a result that is out of range even with its exponent adjusted: infinity
    /// or zero, whatever the rounding (SDM volume 1, "Numeric Overflow Exception (#O)" and "Numeric Underflow Exception (#U)").
    fn out_of_range(&mut self, v: u128, n: i32) -> Option<u128> {
        const ADJUST: i32 = 24576;
        let (biased, significand) = ((v >> 64) as i32 & 0x7fff, v as u64);
        let exponent = biased.max(1) - significand.leading_zeros() as i32 + n;
        let flags = self.env.flags;
        if self.env.wrap_overflow && flags.contains(Flags::OVERFLOW) && exponent - ADJUST > 0x7ffe {
            self.env.raise(Flags::INEXACT | Flags::ROUNDED_UP);
            return Some(v & SIGN | INFINITY);
        }
        if self.env.wrap_underflow && flags.contains(Flags::UNDERFLOW) && exponent + ADJUST < 1 {
            self.env.flags = flags.without(Flags::ROUNDED_UP);
            self.env.raise(Flags::INEXACT);
            return Some(v & SIGN);
        }
        None
    }

    /// FXTRACT: the exponent stays in ST(1), the significand is pushed.
    fn extract(&mut self, v: u128) {
        if !self.empty(7) {
            (self.stack, self.over) = (true, true);
            self.set(0, INDEFINITE);
            return self.push(INDEFINITE);
        }
        let exponent = sf::logb::<X87>(v, &mut self.env);
        let significand = match ((v >> 64) as u16 & 0x7fff, v as u64) {
            (0, 0) | (0x7fff, 0x8000_0000_0000_0000) => v,
            // NaNs, and what is none of number, infinity and NaN (SDM volume 1, "Unsupported Double Extended-Precision Floating-Point
            // Encodings and Pseudo-Denormals").
            (0x7fff, _) => exponent,
            (e, s) if e != 0 && s >> 63 == 0 => exponent,
            (_, s) => v & SIGN | 0x3fff << 64 | u128::from(s << s.leading_zeros()),
        };
        self.set(0, exponent);
        self.push(significand);
    }

    /// What a store stores: the low 64 bits, and the 16 above.
    pub(super) fn stored(&mut self, i: Insn) -> (u64, u64) {
        let v = self.get(0);
        let low = match i.kind {
            SINGLE => sf::convert::<X87, F32>(v, &mut self.env).into(),
            DOUBLE => sf::convert::<X87, F64>(v, &mut self.env),
            EXTENDED => return (v as u64, (v >> 64) as u64),
            DECIMAL => return self.decimal_of(v),
            _ => self.integer_of(v, i),
        };
        (low, 0)
    }

    fn integer_of(&mut self, v: u128, i: Insn) -> u64 {
        let rounding = if i.m == Mnemonic::Fisttp { Rounding::TowardZero } else { self.env.rounding };
        let n = sf::to_int::<X87, i64>(v, rounding, &mut self.env).or(i64::MIN);
        let lowest =
            [i64::from(i16::MIN), i64::from(i32::MIN), i64::MIN][(i.bytes.trailing_zeros() as usize - 1).min(2)];
        if self.env.flags.contains(Flags::INVALID) || n < lowest || n > !lowest {
            self.env.flags = Flags::INVALID;
            return lowest as u64;
        }
        n as u64
    }

    /// FBSTP: 18 digits and a sign.
    fn decimal_of(&mut self, v: u128) -> (u64, u64) {
        const LIMIT: i64 = 1_000_000_000_000_000_000;
        let rounding = self.env.rounding;
        let n = sf::to_int::<X87, i64>(v, rounding, &mut self.env).or(i64::MIN);
        if self.env.flags.contains(Flags::INVALID) || n <= -LIMIT || n >= LIMIT {
            self.env.flags = Flags::INVALID;
            return (0xc000_0000_0000_0000, 0xffff);
        }
        let mut rest = n.unsigned_abs();
        let mut digits = 0u128;
        for at in 0..18 {
            digits |= u128::from(rest % 10) << (4 * at);
            rest /= 10;
        }
        // A negative number that was rounded to 0 keeps its sign.
        let sign = if v & SIGN != 0 { 0x8000 } else { 0 };
        (digits as u64, (digits >> 64) as u64 | sign)
    }
}

/// FBLD: digits above 9 count as what they are.
fn decimal(low: u64, high: u64) -> u128 {
    let digits = u128::from(high & 0xff) << 64 | u128::from(low);
    let n = (0..18).rev().fold(0u64, |sum, at| sum.wrapping_mul(10).wrapping_add((digits >> (4 * at)) as u64 & 15));
    let v = sf::from_int::<X87, i64>(n as i64, &mut { Env::X87 });
    v | if high & 0x8000 != 0 { SIGN } else { 0 }
}

fn one_operand(m: Mnemonic) -> bool {
    use Mnemonic as M;
    matches!(m, M::Fchs | M::Fabs | M::Fsqrt | M::Frndint | M::Fprem | M::Fprem1 | M::Fscale | M::Fxtract)
}

/// Whether an instruction without a store pops.
fn pops(m: Mnemonic) -> bool {
    use Mnemonic as M;
    matches!(
        m,
        M::Faddp
            | M::Fmulp
            | M::Fsubp
            | M::Fsubrp
            | M::Fdivp
            | M::Fdivrp
            | M::Fcomp
            | M::Ficomp
            | M::Fucomp
            | M::Fcompp
            | M::Fucompp
            | M::Fcomip
            | M::Fucomip
            | M::Ffreep
    )
}

/// What the control word says of rounding and of results under unmasked exceptions.
pub(super) fn env_of(control: u16) -> Env {
    let mut env = Env::X87;
    env.rounding =
        [Rounding::NearestEven, Rounding::Down, Rounding::Up, Rounding::TowardZero][usize::from(control >> 10 & 3)];
    env.precision = match control >> 8 & 3 {
        0 => Precision::Single,
        2 => Precision::Double,
        _ => Precision::Extended,
    };
    env.wrap_overflow = control & 8 == 0;
    env.wrap_underflow = control & 16 == 0;
    env
}

/// The status word's exception bits of what was met.
pub(super) fn exceptions(env: &Env) -> u16 {
    let has = |f: Flags, n: u16| if env.flags.intersects(f) { n } else { 0 };
    // A division by zero hides that the dividend is denormal.
    let denormal = if env.flags.contains(Flags::DIV_BY_ZERO) { 0 } else { has(Flags::DENORMAL, 2) };
    has(Flags::INVALID, 1)
        | denormal
        | has(Flags::DIV_BY_ZERO, 4)
        | has(Flags::OVERFLOW, 8)
        | has(Flags::UNDERFLOW, 16)
        | has(Flags::INEXACT, 32)
}
