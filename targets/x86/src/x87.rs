//! The x87 unit (SDM volume 1, "Programming with the x87 FPU").
//!
//! All of it is done by one helper, which gets the mnemonic, the stack registers and what was loaded.

use iced_x86::{Code, Mnemonic, OpKind, Register};
use softfloat::{self as sf, Env, F32, F64, Flags, Precision, Relation, Rounding, X87};
use uop::Width;

use crate::helper;
use crate::insn::Row;
use crate::lift::{Flow, Lift, width};
use crate::mode::flag;
use crate::state::{self, Fpu, bit};
use crate::trap::{Cpu, Fault, Out, vector};

/// Where the operand is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// None, or stack registers.
    Stack,
    /// A number that is loaded.
    Load,
    /// A number that is stored.
    Store,
}

const LOADS: &[Mnemonic] = &[
    Mnemonic::Fld,
    Mnemonic::Fild,
    Mnemonic::Fadd,
    Mnemonic::Fmul,
    Mnemonic::Fsub,
    Mnemonic::Fsubr,
    Mnemonic::Fdiv,
    Mnemonic::Fdivr,
    Mnemonic::Fcom,
    Mnemonic::Fcomp,
    Mnemonic::Fiadd,
    Mnemonic::Fimul,
    Mnemonic::Fisub,
    Mnemonic::Fisubr,
    Mnemonic::Fidiv,
    Mnemonic::Fidivr,
    Mnemonic::Ficom,
    Mnemonic::Ficomp,
    Mnemonic::Fldcw,
];
const STORES: &[Mnemonic] = &[
    Mnemonic::Fst,
    Mnemonic::Fstp,
    Mnemonic::Fist,
    Mnemonic::Fistp,
    Mnemonic::Fisttp,
    Mnemonic::Fnstcw,
    Mnemonic::Fnstsw,
];
const OTHERS: &[Mnemonic] = &[
    Mnemonic::Fxch,
    Mnemonic::Fchs,
    Mnemonic::Fabs,
    Mnemonic::Ftst,
    Mnemonic::Fxam,
    Mnemonic::Fld1,
    Mnemonic::Fldz,
    Mnemonic::Fldpi,
    Mnemonic::Fldl2e,
    Mnemonic::Fldl2t,
    Mnemonic::Fldlg2,
    Mnemonic::Fldln2,
    Mnemonic::Fsqrt,
    Mnemonic::Frndint,
    Mnemonic::Fprem,
    Mnemonic::Fprem1,
    Mnemonic::Fscale,
    Mnemonic::Fxtract,
    Mnemonic::Fincstp,
    Mnemonic::Fdecstp,
    Mnemonic::Ffree,
    Mnemonic::Faddp,
    Mnemonic::Fmulp,
    Mnemonic::Fsubp,
    Mnemonic::Fsubrp,
    Mnemonic::Fdivp,
    Mnemonic::Fdivrp,
    Mnemonic::Fcompp,
    Mnemonic::Fucom,
    Mnemonic::Fucomp,
    Mnemonic::Fucompp,
    Mnemonic::Fcomi,
    Mnemonic::Fcomip,
    Mnemonic::Fucomi,
    Mnemonic::Fucomip,
    Mnemonic::Fnclex,
    Mnemonic::Fninit,
    Mnemonic::Fnop,
];

/// The rows.
pub(crate) fn rows() -> Vec<Row> {
    let all = [LOADS, STORES, OTHERS].into_iter().flatten();
    let mut rows: Vec<Row> = all.map(|m| Row { mnemonic: *m, need: None, lift }).collect();
    let more: [(Mnemonic, crate::lift::Handler); 9] = [
        (Mnemonic::Wait, wait),
        (Mnemonic::Fxsave, |l| area(l, 0)),
        (Mnemonic::Fxsave64, |l| area(l, 0)),
        (Mnemonic::Fxrstor, |l| area(l, 1)),
        (Mnemonic::Fxrstor64, |l| area(l, 1)),
        (Mnemonic::Fnstenv, |l| area(l, 2)),
        (Mnemonic::Fldenv, |l| area(l, 3)),
        (Mnemonic::Fnsave, |l| area(l, 4)),
        (Mnemonic::Frstor, |l| area(l, 5)),
    ];
    rows.extend(more.into_iter().map(|(mnemonic, lift)| Row { mnemonic, need: None, lift }));
    rows.extend(CMOVS.iter().map(|(mnemonic, _)| Row { mnemonic: *mnemonic, need: None, lift: cmov }));
    rows
}

/// FCMOVcc with the conditions of Jcc.
const CMOVS: [(Mnemonic, u8); 8] = [
    (Mnemonic::Fcmovb, 2),
    (Mnemonic::Fcmovnb, 3),
    (Mnemonic::Fcmove, 4),
    (Mnemonic::Fcmovne, 5),
    (Mnemonic::Fcmovbe, 6),
    (Mnemonic::Fcmovnbe, 7),
    (Mnemonic::Fcmovu, 10),
    (Mnemonic::Fcmovnu, 11),
];

fn off(l: &Lift<'_>) -> Option<Flow> {
    l.is(flag::EM | flag::TS).then(|| l.raise(vector::NM))
}

fn wait(l: &Lift<'_>) -> Flow {
    if l.is(flag::TS) && l.is(flag::MP) {
        return l.raise(vector::NM);
    }
    l.ir.call(helper::FPU_CHECK, &[]);
    Flow::Next
}

fn cmov(l: &Lift<'_>) -> Flow {
    if let Some(flow) = off(l) {
        return flow;
    }
    let cc = CMOVS.iter().find(|(m, _)| *m == l.mnemonic()).map_or(2, |(_, cc)| *cc);
    let yes = l.cond(cc).zext(Width::W64);
    l.ir.call(helper::FPU, &[l.k(Mnemonic::Fcmovb as u64 | u64::from(st(l.insn.op1_register())) << 16), yes, l.k(0)]);
    Flow::Next
}

fn st(r: Register) -> u8 {
    if r.is_st() { r.number() as u8 } else { 0 }
}

/// Kinds of numbers in memory.
const SINGLE: u64 = 1;
const DOUBLE: u64 = 2;
const EXTENDED: u64 = 3;
const INTEGER: u64 = 4;

fn memory_kind(l: &Lift<'_>) -> (u64, usize) {
    use iced_x86::MemorySize::{Float32, Float64, Float80, Int16, Int32, Int64};
    let size = l.insn.memory_size();
    match size {
        Float32 => (SINGLE, 4),
        Float64 => (DOUBLE, 8),
        Float80 => (EXTENDED, 10),
        Int16 | Int32 | Int64 => (INTEGER, size.size()),
        _ => (INTEGER, 2),
    }
}

fn lift(l: &Lift<'_>) -> Flow {
    if let Some(flow) = off(l) {
        return flow;
    }
    let m = l.mnemonic();
    let mem = (0..l.insn.op_count()).any(|n| l.insn.op_kind(n) == OpKind::Memory);
    let form = match () {
        () if mem && LOADS.contains(&m) => Form::Load,
        () if mem => Form::Store,
        () => Form::Stack,
    };
    let (a, b) = (st(l.insn.op0_register()), st(l.insn.op1_register()));
    let (kind, bytes) = if mem { memory_kind(l) } else { (0, 0) };
    let what = m as u64 | u64::from(a) << 16 | u64::from(b) << 20 | kind << 24 | (bytes as u64) << 28;
    match form {
        Form::Stack => {
            // Registers of one operand: it is the second where the first is ST(0) by itself.
            let what = if l.insn.op_count() == 1 { m as u64 | u64::from(a) << 20 | u64::from(a) << 16 } else { what };
            let v = l.ir.call(helper::FPU, &[l.k(what), l.k(0), l.k(0)]);
            if l.insn.op0_register() == Register::AX {
                l.set_low(0, v.trunc(Width::W16));
            }
            if matches!(m, Mnemonic::Fcomi | Mnemonic::Fcomip | Mnemonic::Fucomi | Mnemonic::Fucomip) {
                l.set_flag_bits(v);
            }
        }
        Form::Load => {
            let w = width(bytes.min(8));
            let at = l.address(bytes as u32, false);
            let low = l.load(at, w);
            let low = if kind == INTEGER { low.sext(Width::W64) } else { low.zext(Width::W64) };
            let high = if bytes == 10 { l.load(at.add_imm(8), Width::W16).zext(Width::W64) } else { l.k(0) };
            l.ir.call(helper::FPU, &[l.k(what), low, high]);
        }
        Form::Store => {
            let at = l.address(bytes as u32, true);
            l.ir.call(helper::CHECK_WRITE, &[at, l.k(bytes as u64)]);
            let low = l.ir.call(helper::FPU, &[l.k(what), l.k(0), l.k(0)]);
            l.store(at, low.trunc(width(bytes.min(8))));
            if bytes == 10 {
                let high = l.ir.call(helper::FPU_HIGH, &[]);
                l.store(at.add_imm(8), high.trunc(Width::W16));
            }
            l.ir.call(helper::FPU_POP, &[l.k(u64::from(pops(m)))]);
        }
    }
    Flow::Next
}

/// Whether a store pops.
fn pops(m: Mnemonic) -> bool {
    matches!(m, Mnemonic::Fstp | Mnemonic::Fistp | Mnemonic::Fisttp)
}

fn area(l: &Lift<'_>, which: u64) -> Flow {
    if l.is(flag::EM) && which < 2 {
        return Flow::Undefined;
    }
    if let Some(flow) = off(l) {
        return flow;
    }
    let bytes = if which < 2 { 512 } else { 14 };
    let at = l.address(bytes, which & 1 == 0);
    let narrow = matches!(
        l.insn.code(),
        Code::Fnstenv_m14byte | Code::Fldenv_m14byte | Code::Fnsave_m94byte | Code::Frstor_m94byte
    );
    let wide = l.insn.code() as u32 == Code::Fxsave64_m512byte as u32
        || l.insn.code() as u32 == Code::Fxrstor64_m512byte as u32;
    l.ir.call(helper::FPU_AREA, &[l.k(which | u64::from(narrow) << 8 | u64::from(wide) << 9), at]);
    Flow::Next
}

/// The unit while an instruction is at work.
struct Unit<'a> {
    f: &'a mut Fpu,
    env: Env,
    stack: bool,
    over: bool,
}

const QUIET: u128 = 0xffff << 64 | 3 << 62;
const SIGN: u128 = 1 << 79;

impl Unit<'_> {
    fn at(&self, n: u8) -> usize {
        usize::from(self.f.top.wrapping_add(n) & 7)
    }

    fn empty(&self, n: u8) -> bool {
        self.f.empty >> self.at(n) & 1 != 0
    }

    fn raw(&self, n: u8) -> u128 {
        let at = self.at(n);
        u128::from(self.f.exponent[at]) << 64 | u128::from(self.f.significand[at])
    }

    /// ST(n); a stack fault gives the indefinite NaN.
    fn get(&mut self, n: u8) -> u128 {
        if self.empty(n) {
            self.stack = true;
            return QUIET;
        }
        self.raw(n)
    }

    fn set(&mut self, n: u8, v: u128) {
        let at = self.at(n);
        self.f.significand[at] = v as u64;
        self.f.exponent[at] = (v >> 64) as u16;
        self.f.empty &= !(1 << at);
    }

    fn push(&mut self, v: u128) {
        self.f.top = self.f.top.wrapping_sub(1) & 7;
        let full = !self.empty(0);
        self.stack |= full;
        self.over |= full;
        self.set(0, if full { QUIET } else { v });
    }

    fn pop(&mut self) {
        self.f.empty |= 1 << self.at(0);
        self.f.top = (self.f.top + 1) & 7;
    }

    fn flags(&mut self, c: u16) {
        self.f.status = self.f.status & !0x4500 | c;
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
        let r = self.relate(a, b, quiet);
        let c = if r.is_unordered() {
            0x4500
        } else if r.is_lt() {
            0x100
        } else if r.is_eq() {
            0x4000
        } else {
            0
        };
        self.flags(c);
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
}

/// A number from memory.
fn number(u: &mut Unit<'_>, kind: u64, low: u64, high: u64) -> u128 {
    match kind {
        SINGLE => sf::convert::<F32, X87>(low as u32, &mut u.env),
        DOUBLE => sf::convert::<F64, X87>(low, &mut u.env),
        EXTENDED => u128::from(high) << 64 | u128::from(low),
        // Exact: 64 digits hold any of them.
        _ => sf::from_int::<X87, i64>(low as i64, &mut { Env::X87 }),
    }
}

fn arithmetic(u: &mut Unit<'_>, m: Mnemonic, a: u128, b: u128) -> Option<u128> {
    use Mnemonic as M;
    let env = &mut u.env;
    Some(match m {
        M::Fadd | M::Faddp | M::Fiadd => sf::add::<X87>(a, b, env),
        M::Fmul | M::Fmulp | M::Fimul => sf::mul::<X87>(a, b, env),
        M::Fsub | M::Fsubp | M::Fisub => sf::sub::<X87>(a, b, env),
        M::Fsubr | M::Fsubrp | M::Fisubr => sf::sub::<X87>(b, a, env),
        M::Fdiv | M::Fdivp | M::Fidiv => sf::div::<X87>(a, b, env),
        M::Fdivr | M::Fdivrp | M::Fidivr => sf::div::<X87>(b, a, env),
        _ => return None,
    })
}

fn constant(m: Mnemonic) -> Option<u128> {
    use Mnemonic as M;
    // SDM volume 2A, "FLD1...": rounded to nearest.
    let (exponent, significand): (u16, u64) = match m {
        M::Fld1 => (0x3fff, 1 << 63),
        M::Fldz => (0, 0),
        M::Fldpi => (0x4000, 0xc90f_daa2_2168_c235),
        M::Fldl2e => (0x3fff, 0xb8aa_3b29_5c17_f0bc),
        M::Fldl2t => (0x4000, 0xd49a_784b_cd1b_8afe),
        M::Fldlg2 => (0x3ffd, 0x9a20_9a84_fbcf_f799),
        M::Fldln2 => (0x3ffe, 0xb172_17f7_d1cf_79ac),
        _ => return None,
    };
    Some(u128::from(exponent) << 64 | u128::from(significand))
}

/// The helper: mnemonic, ST numbers (from 16 and 20), kind (24) and bytes (28) of the memory operand; its value.
pub(crate) fn run(cpu: &mut Cpu, [what, low, high, _]: [u64; 4]) -> Out {
    let m = Mnemonic::values().nth(what as usize & 0xffff).unwrap_or_default();
    let (a, b) = ((what >> 16 & 15) as u8, (what >> 20 & 15) as u8);
    let (kind, bytes) = (what >> 24 & 15, what >> 28 & 15);
    match m {
        Mnemonic::Fninit => cpu.state.fpu = Fpu::new(),
        Mnemonic::Fnclex => cpu.state.fpu.status &= 0x7f00,
        Mnemonic::Fnstcw => return Ok(cpu.state.fpu.control.into()),
        Mnemonic::Fnstsw => return Ok(status(&cpu.state.fpu).into()),
        Mnemonic::Fldcw => cpu.state.fpu.control = low as u16 | 0x40,
        Mnemonic::Fnop => {}
        _ => {
            check(cpu, [0; 4])?;
            return execute(&mut cpu.state.fpu, m, (a, b), (kind, bytes), low, high);
        }
    }
    Ok(0)
}

/// The status word with TOP.
fn status(f: &Fpu) -> u16 {
    f.status & !0x3800 | u16::from(f.top) << 11
}

/// #MF if an exception is pending that is not masked.
pub(crate) fn check(cpu: &mut Cpu, _: [u64; 4]) -> Out {
    let f = &cpu.state.fpu;
    if f.status & !f.control & 0x3f != 0 && cpu.state.cr0 & bit::NE != 0 {
        return Err(Fault::plain(vector::MF));
    }
    Ok(0)
}

fn env_of(control: u16) -> Env {
    let mut env = Env::X87;
    env.rounding =
        [Rounding::NearestEven, Rounding::Down, Rounding::Up, Rounding::TowardZero][usize::from(control >> 10 & 3)];
    env.precision = match control >> 8 & 3 {
        0 => Precision::Single,
        2 => Precision::Double,
        _ => Precision::Extended,
    };
    env
}

fn execute(f: &mut Fpu, m: Mnemonic, (a, b): (u8, u8), (kind, bytes): (u64, u64), low: u64, high: u64) -> Out {
    let env = env_of(f.control);
    let mut u = Unit { f, env, stack: false, over: false };
    u.f.status &= !0x200;
    let result = operate(&mut u, m, (a, b), (kind, bytes), low, high);
    let flags = u.env.flags;
    let (stack, over) = (u.stack, u.over);
    let has = |f: Flags, n: u16| if flags.intersects(f) { n } else { 0 };
    let mut new = has(Flags::INVALID, 1)
        | has(Flags::DENORMAL, 2)
        | has(Flags::DIV_BY_ZERO, 4)
        | has(Flags::OVERFLOW, 8)
        | has(Flags::UNDERFLOW, 16)
        | has(Flags::INEXACT, 32);
    if flags.contains(Flags::ROUNDED_UP) {
        f.status |= 0x200;
    }
    if stack {
        new |= 0x41;
        f.status = f.status & !0x200 | if over { 0x200 } else { 0 };
    }
    f.status |= new;
    if f.status & !f.control & 0x3f != 0 {
        f.status |= 0x8080;
    }
    Ok(result)
}

fn operate(u: &mut Unit<'_>, m: Mnemonic, (a, b): (u8, u8), (kind, bytes): (u64, u64), low: u64, high: u64) -> u64 {
    use Mnemonic as M;
    if let Some(v) = constant(m) {
        u.push(v);
        return 0;
    }
    let pop = matches!(
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
            | M::Fcomip
            | M::Fucomip
    );
    match m {
        M::Fld | M::Fild => {
            let v = if kind == 0 { u.get(b) } else { number(u, kind, low, high) };
            u.push(v);
        }
        M::Fst | M::Fstp | M::Fist | M::Fistp | M::Fisttp => {
            let v = u.get(0);
            if kind == 0 {
                u.set(a, v);
                if m == M::Fstp {
                    u.pop();
                }
                return 0;
            }
            return stored(u, m, v, kind, bytes);
        }
        M::Fxch => {
            let (x, y) = (u.get(0), u.get(b));
            u.set(0, y);
            u.set(b, x);
        }
        M::Fchs | M::Fabs => {
            let v = u.get(0);
            u.set(0, if m == M::Fchs { v ^ SIGN } else { v & !SIGN });
        }
        M::Ftst => u.compare(0, false),
        M::Fxam => u.exam(),
        M::Fcom | M::Fcomp | M::Ficom | M::Ficomp | M::Fucom | M::Fucomp => {
            let v = if kind == 0 { u.get(b) } else { number(u, kind, low, high) };
            u.compare(v, matches!(m, M::Fucom | M::Fucomp));
        }
        M::Fcompp | M::Fucompp => {
            let v = u.get(1);
            u.compare(v, m == M::Fucompp);
            u.pop();
            u.pop();
        }
        M::Fcomi | M::Fcomip | M::Fucomi | M::Fucomip => {
            let (x, y) = (u.get(0), u.get(b));
            let relation = u.relate(x, y, matches!(m, M::Fucomi | M::Fucomip));
            if pop {
                u.pop();
            }
            return crate::sse::relation_flags(relation);
        }
        M::Fcmovb => {
            let v = u.get(a);
            if low != 0 {
                u.set(0, v);
            }
        }
        M::Fincstp => u.f.top = (u.f.top + 1) & 7,
        M::Fdecstp => u.f.top = u.f.top.wrapping_sub(1) & 7,
        M::Ffree => u.f.empty |= 1 << u.at(a),
        M::Fsqrt | M::Frndint | M::Fprem | M::Fprem1 | M::Fscale | M::Fxtract => unary(u, m),
        _ => {
            // Memory operands and those of one register go into ST(0).
            let (to, x, y) = if kind != 0 {
                let y = number(u, kind, low, high);
                (0, u.get(0), y)
            } else {
                (a, u.get(a), u.get(b))
            };
            if let Some(v) = arithmetic(u, m, x, y) {
                u.set(to, if u.stack { QUIET } else { v });
            }
        }
    }
    if pop {
        u.pop();
    }
    0
}

fn unary(u: &mut Unit<'_>, m: Mnemonic) {
    use Mnemonic as M;
    let v = u.get(0);
    let result = match m {
        M::Fsqrt => sf::sqrt::<X87>(v, &mut u.env),
        M::Frndint => {
            let rounding = u.env.rounding;
            sf::round_to_integral::<X87>(v, rounding, true, &mut u.env)
        }
        M::Fscale => {
            let by = u.get(1);
            let n = sf::to_int::<X87, i32>(by, Rounding::TowardZero, &mut { Env::X87 }).saturate(0);
            u.env.precision = Precision::Extended;
            sf::scalb::<X87>(v, n.clamp(-0x10000, 0x10000), &mut u.env)
        }
        M::Fxtract => {
            let exponent = sf::logb::<X87>(v, &mut u.env);
            u.set(0, exponent);
            let zero = v & !SIGN == 0;
            u.push(if zero { v } else { v & !(0x7fff << 64) | 0x3fff << 64 });
            return;
        }
        _ => {
            let by = u.get(1);
            let r = sf::rem_partial::<X87>(v, by, m == M::Fprem1, &mut u.env);
            let q = r.quotient;
            let bits = (q & 1) << 9 | (q >> 1 & 1) << 14 | (q >> 2 & 1) << 8;
            u.f.status = u.f.status & !0x4700 | if r.partial { 0x400 } else { bits as u16 };
            r.value
        }
    };
    u.set(0, result);
}

/// What a store stores; the upper half of an 80-bit number is fetched by [`high`].
fn stored(u: &mut Unit<'_>, m: Mnemonic, v: u128, kind: u64, bytes: u64) -> u64 {
    match kind {
        SINGLE => sf::convert::<X87, F32>(v, &mut u.env).into(),
        DOUBLE => sf::convert::<X87, F64>(v, &mut u.env),
        EXTENDED => v as u64,
        _ => {
            let rounding = if m == Mnemonic::Fisttp { Rounding::TowardZero } else { u.env.rounding };
            match bytes {
                2 => {
                    let n = sf::to_int::<X87, i32>(v, rounding, &mut u.env).or(i32::MIN);
                    match i16::try_from(n) {
                        Ok(n) => n as u64,
                        Err(_) => {
                            u.env.flags = Flags::INVALID;
                            i16::MIN as u64
                        }
                    }
                }
                4 => sf::to_int::<X87, i32>(v, rounding, &mut u.env).or(i32::MIN) as u64,
                _ => sf::to_int::<X87, i64>(v, rounding, &mut u.env).or(i64::MIN) as u64,
            }
        }
    }
}

/// Sign and exponent of the 80-bit number that is being stored.
pub(crate) fn high(cpu: &mut Cpu, _: [u64; 4]) -> Out {
    let f = &cpu.state.fpu;
    let at = usize::from(f.top & 7);
    Ok(if f.empty >> at & 1 != 0 { 0xffff } else { f.exponent[at].into() })
}

/// Pops if told to: the end of a store.
pub(crate) fn pop(cpu: &mut Cpu, [yes, ..]: [u64; 4]) -> Out {
    if yes != 0 {
        let f = &mut cpu.state.fpu;
        f.empty |= 1 << (f.top & 7);
        f.top = (f.top + 1) & 7;
    }
    Ok(0)
}

/// EMMS.
pub(crate) fn emms(cpu: &mut Cpu, _: [u64; 4]) -> Out {
    cpu.state.fpu.empty = 0xff;
    Ok(0)
}

/// Full tags of FNSTENV: valid, zero, special, empty.
fn tags(f: &Fpu) -> u16 {
    (0..8).fold(0, |sum, n| {
        let (e, s) = (f.exponent[n] & 0x7fff, f.significand[n]);
        let tag = if f.empty >> n & 1 != 0 {
            3
        } else if e == 0 && s == 0 {
            1
        } else if e == 0 || e == 0x7fff || s >> 63 == 0 {
            2
        } else {
            0
        };
        sum | tag << (2 * n)
    })
}

/// The helper of FXSAVE (0), FXRSTOR (1), FNSTENV (2), FLDENV (3), FNSAVE (4), FRSTOR (5): which (bit 8: 16-bit layout); address.
pub(crate) fn transfer(cpu: &mut Cpu, [which, at, ..]: [u64; 4]) -> Out {
    match which & 15 {
        0 => fxsave(cpu, at)?,
        1 => fxrstor(cpu, at)?,
        2 | 4 => save(cpu, at, which & 15 == 4, which >> 8 & 1 != 0)?,
        n => restore(cpu, at, n == 5, which >> 8 & 1 != 0)?,
    }
    Ok(0)
}

fn mem(w: Width) -> uop::Mem {
    uop::Mem::le(w)
}

fn xmm_count(cpu: &Cpu) -> u8 {
    if crate::seg::is_64(cpu) { 16 } else { 8 }
}

fn fxsave(cpu: &mut Cpu, at: u64) -> Result<(), Fault> {
    if at & 15 != 0 {
        return Err(Fault::GP0);
    }
    crate::sse::check_write(cpu, [at, 512, 0, 0])?;
    let f = cpu.state.fpu.clone();
    let head =
        u64::from(f.control) | u64::from(status(&f)) << 16 | u64::from(!f.empty) << 32 | u64::from(f.opcode) << 48;
    cpu.store(at, head, mem(Width::W64))?;
    cpu.store(at + 8, f.ip, mem(Width::W64))?;
    cpu.store(at + 16, 0, mem(Width::W64))?;
    cpu.store(at + 24, cpu.reg(state::MXCSR) | 0xffff << 32, mem(Width::W64))?;
    for n in 0..8u8 {
        let from = usize::from(f.top.wrapping_add(n) & 7);
        cpu.store(at + 32 + 16 * u64::from(n), f.significand[from], mem(Width::W64))?;
        cpu.store(at + 40 + 16 * u64::from(n), f.exponent[from].into(), mem(Width::W64))?;
    }
    for n in 0..xmm_count(cpu) {
        let to = at + 160 + 16 * u64::from(n);
        cpu.store(to, cpu.reg(state::xmm(n, 0)), mem(Width::W64))?;
        cpu.store(to + 8, cpu.reg(state::xmm(n, 1)), mem(Width::W64))?;
    }
    Ok(())
}

fn fxrstor(cpu: &mut Cpu, at: u64) -> Result<(), Fault> {
    if at & 15 != 0 {
        return Err(Fault::GP0);
    }
    let mut words = [0; 64];
    for (n, word) in words.iter_mut().enumerate() {
        *word = cpu.load(at + 8 * n as u64, mem(Width::W64))?;
    }
    let mxcsr = words[3] & 0xffff_ffff;
    if mxcsr >> 16 != 0 {
        return Err(Fault::GP0);
    }
    let f = &mut cpu.state.fpu;
    f.control = words[0] as u16;
    f.status = (words[0] >> 16) as u16 & !0x3800;
    f.top = (words[0] >> 27 & 7) as u8;
    f.empty = !(words[0] >> 32) as u8;
    for n in 0..8u8 {
        let to = usize::from(f.top.wrapping_add(n) & 7);
        f.significand[to] = words[4 + 2 * usize::from(n)];
        f.exponent[to] = words[5 + 2 * usize::from(n)] as u16;
    }
    crate::sse::set_mxcsr(cpu, mxcsr);
    for n in 0..xmm_count(cpu) {
        cpu.set_reg(state::xmm(n, 0), words[20 + 2 * usize::from(n)]);
        cpu.set_reg(state::xmm(n, 1), words[21 + 2 * usize::from(n)]);
    }
    Ok(())
}

fn save(cpu: &mut Cpu, at: u64, all: bool, narrow: bool) -> Result<(), Fault> {
    let f = cpu.state.fpu.clone();
    let (w, step) = if narrow { (Width::W16, 2) } else { (Width::W32, 4) };
    let high = if narrow { 0 } else { 0xffff_0000 };
    crate::sse::check_write(cpu, [at, 7 * step + if all { 80 } else { 0 }, 0, 0])?;
    let words = [f.control.into(), status(&f).into(), tags(&f).into(), f.ip, f.cs.into(), 0, f.ds.into()];
    for (n, word) in words.into_iter().enumerate() {
        let filler = if n < 3 { high } else { 0 };
        cpu.store(at + n as u64 * step, w.cut(word | filler), mem(w))?;
    }
    if all {
        for n in 0..8u8 {
            let from = usize::from(f.top.wrapping_add(n) & 7);
            let to = at + 7 * step + 10 * u64::from(n);
            cpu.store(to, f.significand[from], mem(Width::W64))?;
            cpu.store(to + 8, f.exponent[from].into(), mem(Width::W16))?;
        }
        cpu.state.fpu = Fpu::new();
    } else {
        cpu.state.fpu.control |= 0x3f;
    }
    Ok(())
}

fn restore(cpu: &mut Cpu, at: u64, all: bool, narrow: bool) -> Result<(), Fault> {
    let (w, step) = if narrow { (Width::W16, 2) } else { (Width::W32, 4) };
    let word = |cpu: &mut Cpu, n: u64| cpu.load(at + n * step, mem(w));
    let (control, status, tags) = (word(cpu, 0)?, word(cpu, 1)?, word(cpu, 2)?);
    let mut regs = Vec::new();
    for n in 0..if all { 8 } else { 0u64 } {
        let from = at + 7 * step + 10 * n;
        regs.push((cpu.load(from, mem(Width::W64))?, cpu.load(from + 8, mem(Width::W16))? as u16));
    }
    let f = &mut cpu.state.fpu;
    f.control = control as u16 | 0x40;
    f.status = status as u16 & !0x3800;
    f.top = (status >> 11 & 7) as u8;
    f.empty = (0..8).fold(0, |sum, n| sum | u8::from(tags >> (2 * n) & 3 == 3) << n);
    for (n, (significand, exponent)) in regs.into_iter().enumerate() {
        let to = (usize::from(f.top) + n) & 7;
        (f.significand[to], f.exponent[to]) = (significand, exponent);
    }
    Ok(())
}
