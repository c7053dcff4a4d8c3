//! The x87 unit (SDM volume 1, "Programming with the x87 FPU").
//!
//! What computes is done by two helpers, one of them for stores: they get the mnemonic, the stack registers and what was loaded.

mod area;
mod trans;
mod unit;
mod xsave;

use bits::Endian;
use iced_x86::{Code, Mnemonic, OpKind, Register};
use uop::{Mem, Width};

use crate::helper;
use crate::insn::Row;
use crate::lift::{Flow, Handler, Lift, segment, width};
use crate::mmu::FERR;
use crate::mode::flag;
use crate::state::{self, Fpu, bit};
use crate::trap::{Cpu, Fault, Out, vector};
use unit::{Insn, Unit};

pub(crate) use area::transfer;
pub(crate) use xsave::in_use;

/// The instructions that compute.
const COMPUTE: &[Mnemonic] = {
    use Mnemonic::*;
    &[
        Fld, Fild, Fbld, Fadd, Fmul, Fsub, Fsubr, Fdiv, Fdivr, Fcom, Fcomp, Fiadd, Fimul, Fisub, Fisubr, Fidiv, Fidivr,
        Ficom, Ficomp, Fst, Fstp, Fist, Fistp, Fisttp, Fbstp, Fstpnce, Fxch, Fchs, Fabs, Ftst, Fxam, Fld1, Fldz, Fldpi,
        Fldl2e, Fldl2t, Fldlg2, Fldln2, Fsqrt, Frndint, Fprem, Fprem1, Fscale, Fxtract, Fincstp, Fdecstp, Ffree,
        Ffreep, Faddp, Fmulp, Fsubp, Fsubrp, Fdivp, Fdivrp, Fcompp, Fucom, Fucomp, Fucompp, Fcomi, Fcomip, Fucomi,
        Fucomip, Fsin, Fcos, Fsincos, Fptan, Fpatan, F2xm1, Fyl2x, Fyl2xp1,
    ]
};

/// The others.
const OTHERS: &[(Mnemonic, Handler)] = {
    use Mnemonic::*;
    &[
        (Wait, wait),
        (Fnop, |l| off(l).unwrap_or_else(|| checked(l))),
        (Fninit, |l| control(l, INIT)),
        (Fnclex, |l| control(l, CLEAR)),
        (Fnstcw, |l| read_word(l, false)),
        (Fnstsw, |l| read_word(l, true)),
        (Fldcw, load_control),
        // What the 8087 and 287 had them for is gone.
        (Fneni, |l| off(l).unwrap_or(Flow::Next)),
        (Fndisi, |l| off(l).unwrap_or(Flow::Next)),
        (Fnsetpm, |l| off(l).unwrap_or(Flow::Next)),
        (Fxsave, |l| area(l, 0)),
        (Fxsave64, |l| area(l, 0)),
        (Fxrstor, |l| area(l, 1)),
        (Fxrstor64, |l| area(l, 1)),
        (Fnstenv, |l| area(l, 2)),
        (Fldenv, |l| area(l, 3)),
        (Fnsave, |l| area(l, 4)),
        (Frstor, |l| area(l, 5)),
        (Xsave, |l| area(l, 6)),
        (Xsave64, |l| area(l, 6)),
        (Xsaveopt, |l| area(l, 10)),
        (Xsaveopt64, |l| area(l, 10)),
        (Xrstor, |l| area(l, 7)),
        (Xrstor64, |l| area(l, 7)),
        (Xsavec, |l| area(l, 8)),
        (Xsavec64, |l| area(l, 8)),
    ]
};

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

/// The rows.
pub(crate) fn rows() -> Vec<Row> {
    let row = |mnemonic: Mnemonic, lift: Handler| Row { mnemonic, need: None, lift };
    let compute = COMPUTE.iter().map(|m| row(*m, compute));
    let others = OTHERS.iter().map(|(m, lift)| row(*m, *lift));
    compute.chain(others).chain(CMOVS.iter().map(|(m, _)| row(*m, cmov))).collect()
}

fn off(l: &Lift<'_>) -> Option<Flow> {
    l.is(flag::EM | flag::TS).then(|| l.raise(vector::NM))
}

fn checked(l: &Lift<'_>) -> Flow {
    l.ir.call(helper::FPU_CHECK, &[]);
    Flow::Next
}

fn wait(l: &Lift<'_>) -> Flow {
    if l.is(flag::TS) && l.is(flag::MP) {
        return l.raise(vector::NM);
    }
    checked(l)
}

const INIT: u64 = 0;
const CLEAR: u64 = 1;
const CONTROL: u64 = 2;
const STATUS: u64 = 3;
const LOAD: u64 = 4;

fn control(l: &Lift<'_>, what: u64) -> Flow {
    off(l).unwrap_or_else(|| {
        l.ir.call(helper::FPU_CONTROL, &[l.k(what), l.k(0)]);
        if what == INIT {
            l.ir.set(state::FPU_IP, l.k(0));
            l.ir.set(state::FPU_DP, l.k(0));
        }
        Flow::Next
    })
}

fn read_word(l: &Lift<'_>, status: bool) -> Flow {
    off(l).unwrap_or_else(|| {
        let v = l.ir.call(helper::FPU_CONTROL, &[l.k(if status { STATUS } else { CONTROL }), l.k(0)]);
        l.write(0, v.trunc(Width::W16));
        Flow::Next
    })
}

fn load_control(l: &Lift<'_>) -> Flow {
    off(l).unwrap_or_else(|| {
        l.ir.call(helper::FPU_CHECK, &[]);
        let v = l.read(0, Width::W16).zext(Width::W64);
        l.ir.call(helper::FPU_CONTROL, &[l.k(LOAD), v]);
        Flow::Next
    })
}

/// FNINIT, FNCLEX, FNSTCW, FNSTSW, FLDCW: which, value.
pub(crate) fn control_word(cpu: &mut Cpu, [which, value, ..]: [u64; 4]) -> Out {
    let f = &mut cpu.state.fpu;
    match which {
        INIT => *f = Fpu { significand: f.significand, exponent: f.exponent, ..Fpu::new() },
        CLEAR => f.status &= 0x7f00,
        CONTROL => return Ok(f.control.into()),
        STATUS => return Ok(status(f).into()),
        _ => {
            // Reserved bits read as 0, but for bit 6.
            f.control = value as u16 & 0x1f3f | 0x40;
            summarize(f);
        }
    }
    Ok(0)
}

/// The state after FNINIT.
fn initialize(cpu: &mut Cpu) {
    cpu.state.fpu = Fpu::new();
    cpu.set_reg(state::FPU_IP, 0);
    cpu.set_reg(state::FPU_DP, 0);
}

fn cmov(l: &Lift<'_>) -> Flow {
    if let Some(flow) = off(l) {
        return flow;
    }
    let cc = CMOVS.iter().find(|(m, _)| *m == l.mnemonic()).map_or(2, |(_, cc)| *cc);
    let yes = l.cond(cc).zext(Width::W64);
    l.ir.call(helper::FPU, &[l.k(Mnemonic::Fcmovb as u64 | u64::from(st(l.insn.op1_register())) << 16), yes, l.k(0)]);
    pointers(l, false);
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
const DECIMAL: u64 = 5;

fn memory_kind(l: &Lift<'_>) -> (u64, usize) {
    use iced_x86::MemorySize::{Bcd, Float32, Float64, Float80, Int16, Int32, Int64};
    let size = l.insn.memory_size();
    match size {
        Float32 => (SINGLE, 4),
        Float64 => (DOUBLE, 8),
        Float80 => (EXTENDED, 10),
        Bcd => (DECIMAL, 10),
        Int16 | Int32 | Int64 => (INTEGER, size.size()),
        _ => (INTEGER, 2),
    }
}

/// The unit keeps the addresses of the last instruction that is not a control instruction, and of its operand. They are set behind the
/// instruction: one that finds an exception pending leaves them at what has caused it.
fn pointers(l: &Lift<'_>, mem: bool) {
    l.ir.set(state::FPU_IP, l.ip_of(l.pc));
    if mem {
        l.ir.set(state::FPU_DP, l.offset());
    }
}

fn compute(l: &Lift<'_>) -> Flow {
    if let Some(flow) = off(l) {
        return flow;
    }
    let m = l.mnemonic();
    let mem = (0..l.insn.op_count()).any(|n| l.insn.op_kind(n) == OpKind::Memory);
    let (mut a, b) = (st(l.insn.op0_register()), st(l.insn.op1_register()));
    let mut b = b;
    // Registers of one operand: it is the second where the first is ST(0) by itself.
    if l.insn.op_count() == 1 {
        b = a;
    }
    if matches!(m, Mnemonic::Fcompp | Mnemonic::Fucompp) {
        (a, b) = (0, 1);
    }
    let (kind, bytes) = if mem { memory_kind(l) } else { (0, 0) };
    let mut what = m as u64 | u64::from(a) << 16 | u64::from(b) << 20 | kind << 24 | (bytes as u64) << 28;
    if mem {
        what |= (segment(l.insn.memory_segment()) as u64) << 32 | 1 << 35;
    }
    if !mem {
        let v = l.ir.call(helper::FPU, &[l.k(what), l.k(0), l.k(0)]);
        pointers(l, false);
        if matches!(m, Mnemonic::Fcomi | Mnemonic::Fcomip | Mnemonic::Fucomi | Mnemonic::Fucomip) {
            l.set_flag_bits(v);
        }
    } else if l.insn.op0_kind() == OpKind::Memory && stores(m) {
        let at = l.address(bytes as u32, true);
        l.ir.call(helper::FPU_STORE, &[l.k(what), at]);
        pointers(l, true);
    } else {
        let w = width(bytes.min(8));
        let at = l.address(bytes as u32, false);
        let low = l.load(at, w);
        let low = if kind == INTEGER { low.sext(Width::W64) } else { low.zext(Width::W64) };
        let high = if bytes == 10 { l.load(at.add_imm(8), Width::W16).zext(Width::W64) } else { l.k(0) };
        l.ir.call(helper::FPU, &[l.k(what), low, high]);
        pointers(l, true);
    }
    Flow::Next
}

/// Whether an instruction with a memory operand stores.
fn stores(m: Mnemonic) -> bool {
    use Mnemonic as M;
    matches!(m, M::Fst | M::Fstp | M::Fist | M::Fistp | M::Fisttp | M::Fbstp)
}

fn area(l: &Lift<'_>, which: u64) -> Flow {
    // FXSAVE and XSAVE: #NM for CR0.EM, too (SDM volume 2A, "FXSAVE": protected mode exceptions).
    if which > 5 {
        if l.is(flag::TS) {
            return l.raise(vector::NM);
        }
    } else if let Some(flow) = off(l) {
        return flow;
    }
    if matches!(which, 3 | 5) {
        l.ir.call(helper::FPU_CHECK, &[]);
    }
    let bytes = if (2..=5).contains(&which) { 14 } else { 512 };
    let at = l.address(bytes, which & 1 == 0);
    let narrow = matches!(
        l.insn.code(),
        Code::Fnstenv_m14byte | Code::Fldenv_m14byte | Code::Fnsave_m94byte | Code::Frstor_m94byte
    );
    let wide = matches!(
        l.mnemonic(),
        Mnemonic::Fxsave64
            | Mnemonic::Fxrstor64
            | Mnemonic::Xsave64
            | Mnemonic::Xsaveopt64
            | Mnemonic::Xsavec64
            | Mnemonic::Xrstor64
    );
    l.ir.call(helper::FPU_AREA, &[l.k(which | u64::from(narrow) << 8 | u64::from(wide) << 9), at]);
    // XRSTOR may switch MPX on or off, which blocks are lifted for.
    if which == 7 { l.update() } else { Flow::Next }
}

/// The status word with TOP.
pub(crate) fn status(f: &Fpu) -> u16 {
    f.status & !0x3800 | u16::from(f.top) << 11
}

/// Sets the error summary and its copy, B, by exceptions and masks.
fn summarize(f: &mut Fpu) {
    f.status = f.status & !0x8080 | if f.status & !f.control & 0x3f != 0 { 0x8080 } else { 0 };
}

/// #MF if an exception is pending that is not masked; while CR0.NE is 0 the pin FERR# tells the board instead.
pub(crate) fn check(cpu: &mut Cpu, _: [u64; 4]) -> Out {
    let f = &cpu.state.fpu;
    if f.status & 0x80 != 0 {
        if cpu.state.cr0 & bit::NE != 0 {
            return Err(Fault::plain(vector::MF));
        }
        // A board without that pin hears nothing.
        let _ = cpu.phys_write(FERR, 1, Width::W8, Endian::Little);
    }
    Ok(0)
}

fn decode(what: u64) -> Insn {
    Insn {
        m: Mnemonic::try_from(what as usize & 0xffff).unwrap_or_default(),
        a: (what >> 16 & 15) as u8,
        b: (what >> 20 & 15) as u8,
        kind: what >> 24 & 15,
        bytes: what >> 28 & 15,
    }
}

fn begin(cpu: &mut Cpu, what: u64) -> Out {
    check(cpu, [0; 4])?;
    area::selectors(cpu, (what >> 35 & 1 != 0).then_some((what >> 32 & 7) as usize));
    let m = what as usize & 0xffff;
    // SDM volume 2A, "FCMOVcc", FCOMI: C1 is changed by stack faults alone.
    let keeps = [Mnemonic::Fcmovb, Mnemonic::Fcomi, Mnemonic::Fcomip, Mnemonic::Fucomi, Mnemonic::Fucomip];
    if !keeps.iter().any(|k| *k as usize == m) {
        cpu.state.fpu.status &= !0x200;
    }
    Ok(0)
}

/// Whether the exceptions of an instruction are all masked: then nothing needs to be put back.
fn all_masked(f: &Fpu) -> bool {
    f.control & 0x3f == 0x3f
}

/// Adds what an instruction has met to the status word. SDM volume 1, "x87 FPU Exception Handling": unmasked exceptions of operands
/// leave the registers as they were, and so do those of results when they are to be stored in memory.
///
/// Returns whether the instruction has had its effect.
fn conclude(f: &mut Fpu, met: (u16, bool, bool, bool), saved: Option<Fpu>, store: bool) -> bool {
    let (mut new, rounded_up, stack, over) = met;
    // SDM volume 1, "x87 FPU Floating-Point Exceptions": an invalid operation comes before all others.
    if stack {
        new = 0x41;
    } else if new & 1 != 0 {
        new = 1;
    }
    let suppress = new & !f.control & if store { 0x1f } else { 7 } != 0;
    if suppress && let Some(saved) = saved {
        // Comparisons set the condition codes nevertheless.
        let codes = f.status & 0x4500;
        *f = saved;
        if !store {
            f.status = f.status & !0x4500 | codes;
        }
        new &= if new & !f.control & 7 != 0 { 0x47 } else { 0x7f };
    }
    if stack {
        f.status &= !0x200;
    }
    let up = if stack { over } else { rounded_up && !suppress };
    f.status |= new | if up { 0x200 } else { 0 };
    summarize(f);
    !suppress
}

/// The helper: mnemonic, ST numbers (from 16 and 20), kind (24) and bytes (28) of the memory operand, its segment (32); its value.
pub(crate) fn run(cpu: &mut Cpu, [what, low, high, _]: [u64; 4]) -> Out {
    begin(cpu, what)?;
    let f = &mut cpu.state.fpu;
    let saved = (!all_masked(f)).then(|| f.clone());
    let env = unit::env_of(f.control);
    let mut u = Unit { f, env, stack: false, over: false };
    let result = u.operate(decode(what), low, high);
    let met = (unit::exceptions(&u.env), u.env.flags.contains(softfloat::Flags::ROUNDED_UP), u.stack, u.over);
    conclude(f, met, saved, false);
    Ok(result)
}

/// The helper of stores: as [`run`]; the address.
pub(crate) fn store(cpu: &mut Cpu, [what, at, ..]: [u64; 4]) -> Out {
    begin(cpu, what)?;
    let i = decode(what);
    crate::sse::check_write(cpu, [at, i.bytes, 0, 0])?;
    let f = &mut cpu.state.fpu;
    let saved = Some(f.clone());
    let mut env = unit::env_of(f.control);
    (env.wrap_overflow, env.wrap_underflow) = (false, false);
    let mut u = Unit { f, env, stack: false, over: false };
    let (low, high) = u.stored(i);
    if pops(i.m) {
        u.pop();
    }
    // Stores tell nothing of denormal operands (SDM volume 2A, "FST").
    let mut new = unit::exceptions(&u.env) & !2;
    // Unmasked, underflow is told of exact results, too; and nothing is rounded then.
    if u.env.flags.contains(softfloat::Flags::TINY) && u.f.control & 16 == 0 {
        new |= 16;
    }
    if new & !u.f.control & 0x18 != 0 {
        new &= !0x20;
    }
    let met = (new, u.env.flags.contains(softfloat::Flags::ROUNDED_UP), u.stack, u.over);
    if !conclude(f, met, saved, true) {
        return Ok(0);
    }
    let w = width(i.bytes.min(8) as usize);
    cpu.store(at, w.cut(low), Mem::le(w))?;
    if i.bytes == 10 {
        cpu.store(at.wrapping_add(8), high & 0xffff, Mem::le(Width::W16))?;
    }
    Ok(0)
}

/// Whether a store pops.
fn pops(m: Mnemonic) -> bool {
    matches!(m, Mnemonic::Fstp | Mnemonic::Fistp | Mnemonic::Fisttp | Mnemonic::Fbstp)
}

/// EMMS.
pub(crate) fn emms(cpu: &mut Cpu, _: [u64; 4]) -> Out {
    let f = &mut cpu.state.fpu;
    (f.empty, f.top) = (0xff, 0);
    Ok(0)
}
