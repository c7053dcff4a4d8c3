//! MMX: the lane functions of SSE on the significands of the x87 registers (SDM volume 1, "Programming with Intel MMX Technology").

use iced_x86::{Mnemonic, OpKind, Register};
use uop::Width;

use crate::helper;
use crate::insn::Row;
use crate::lift::{Flow, Lift, V, width};
use crate::mode::flag;
use crate::sse::{self, Fp, Function};
use crate::state;
use crate::trap::{Cpu, Fault, Out, vector};

/// Where an instruction's operands are other than MMX registers and memory.
fn special(m: Mnemonic) -> Option<fn(&Lift<'_>) -> Flow> {
    use Mnemonic as M;
    Some(match m {
        M::Movd | M::Movq | M::Movntq => transfer,
        M::Maskmovq => mask_bytes,
        M::Pmovmskb => mask,
        M::Pextrw => extract,
        M::Movq2dq => to_vector,
        M::Movdq2q => from_vector,
        M::Cvtpi2ps | M::Cvtpi2pd => to_numbers,
        M::Cvtps2pi | M::Cvttps2pi | M::Cvtpd2pi | M::Cvttpd2pi => from_numbers,
        _ => return None,
    })
}

/// The rows that SSE has not.
pub(crate) fn rows() -> Vec<Row> {
    use Mnemonic as M;
    let only = [
        M::Movntq,
        M::Maskmovq,
        M::Movq2dq,
        M::Movdq2q,
        M::Cvtpi2ps,
        M::Cvtpi2pd,
        M::Cvtps2pi,
        M::Cvttps2pi,
        M::Cvtpd2pi,
        M::Cvttpd2pi,
        M::Pshufw,
    ];
    let emms = Row { mnemonic: M::Emms, need: None, lift: emms };
    only.into_iter().map(|mnemonic| Row { mnemonic, need: None, lift }).chain([emms]).collect()
}

/// The exceptions that come before everything else: #UD, #NM, #MF.
pub(crate) fn off(l: &Lift<'_>) -> Option<Flow> {
    if l.is(flag::EM) {
        return Some(Flow::Undefined);
    }
    if l.is(flag::TS) {
        return Some(l.raise(vector::NM));
    }
    l.ir.call(helper::FPU_CHECK, &[]);
    None
}

pub(crate) fn emms(l: &Lift<'_>) -> Flow {
    if let Some(flow) = off(l) {
        return flow;
    }
    l.ir.call(helper::EMMS, &[]);
    Flow::Next
}

fn number(r: Register) -> u64 {
    r.number() as u64
}

/// Operand `n` as the argument of [`run`]: a register's number and 1, or a value and 0.
pub(crate) fn source<'b>(l: &Lift<'b>, n: u32) -> (V<'b>, u64) {
    match l.insn.op_kind(n) {
        OpKind::Register if l.insn.op_register(n).is_mm() => (l.k(number(l.insn.op_register(n))), 1),
        OpKind::Register => (l.gpr(l.insn.op_register(n)).zext(Width::W64), 0),
        OpKind::Immediate8 => (l.k(l.insn.immediate(n) & 0xff), 0),
        _ => (l.read(n, width(l.insn.memory_size().size())).zext(Width::W64), 0),
    }
}

/// An MMX instruction.
pub(crate) fn lift(l: &Lift<'_>) -> Flow {
    if let Some(flow) = off(l) {
        return flow;
    }
    if let Some(special) = special(l.mnemonic()) {
        return special(l);
    }
    let r = l.insn.op0_register();
    if l.insn.op0_kind() != OpKind::Register || !r.is_mm() {
        return Flow::Undefined;
    }
    let last = l.insn.op_count() - 1;
    let imm = if l.insn.op_kind(last) == OpKind::Immediate8 { l.insn.immediate(last) & 0xff } else { 0 };
    let (value, register) = source(l, 1);
    let what = l.mnemonic() as u64 | number(r) << 16 | register << 20 | imm << 24;
    l.ir.call(helper::MMX, &[l.k(what), value]);
    Flow::Next
}

/// Reads a register without the change of state that an instruction makes.
fn peek<'b>(l: &Lift<'b>, r: Register) -> V<'b> {
    l.ir.call(helper::MMX_PEEK, &[l.k(number(r))])
}

fn enter(l: &Lift<'_>) {
    l.ir.call(helper::MMX_ENTER, &[]);
}

fn set(l: &Lift<'_>, r: Register, value: V<'_>) {
    l.ir.call(helper::MMX_SET, &[l.k(number(r)), value]);
}

/// MOVD, MOVQ, MOVNTQ.
fn transfer(l: &Lift<'_>) -> Flow {
    let to = l.insn.op0_register();
    if l.insn.op0_kind() == OpKind::Register && to.is_mm() {
        let (value, register) = source(l, 1);
        let value = if register != 0 { peek(l, l.insn.op1_register()) } else { value };
        set(l, to, value);
        return Flow::Next;
    }
    let value = peek(l, l.insn.op1_register());
    let w = if l.is_mem(0) { width(l.insn.memory_size().size()) } else { width(to.size()) };
    l.write(0, value.trunc(w));
    enter(l);
    Flow::Next
}

/// MASKMOVQ: to the address in rDI.
fn mask_bytes(l: &Lift<'_>) -> Flow {
    let w = match l.insn.op0_kind() {
        OpKind::MemorySegDI => Width::W16,
        OpKind::MemorySegEDI => Width::W32,
        _ => Width::W64,
    };
    let at = l.linear(crate::lift::segment(l.insn.memory_segment()), l.low(7, w).zext(Width::W64), 8, true);
    let what = number(l.insn.op1_register()) | number(l.insn.op2_register()) << 4;
    l.ir.call(helper::MMX_MASK, &[l.k(what), at]);
    enter(l);
    Flow::Next
}

fn mask(l: &Lift<'_>) -> Flow {
    let value = peek(l, l.insn.op1_register());
    let bits = l.ir.call(helper::MOVE_MASK, &[value, l.k(0), l.k(8)]);
    let r = l.insn.op0_register();
    l.set_gpr(r, bits.trunc(width(r.size())));
    enter(l);
    Flow::Next
}

fn extract(l: &Lift<'_>) -> Flow {
    let value = peek(l, l.insn.op1_register());
    let r = l.insn.op0_register();
    let at = l.insn.immediate(2) as u32 & 3;
    l.set_gpr(r, value.extract(at * 16, 16).trunc(width(r.size())));
    enter(l);
    Flow::Next
}

fn to_vector(l: &Lift<'_>) -> Flow {
    let value = peek(l, l.insn.op1_register());
    l.set_xmm(sse::number(l.insn.op0_register()), (value, l.k(0)));
    enter(l);
    Flow::Next
}

fn from_vector(l: &Lift<'_>) -> Flow {
    let value = l.ir.get(state::xmm(sse::number(l.insn.op1_register()), 0));
    set(l, l.insn.op0_register(), value);
    Flow::Next
}

/// CVTPI2PS and CVTPI2PD: to a vector register. From memory, CVTPI2PD leaves the x87 unit alone.
fn to_numbers(l: &Lift<'_>) -> Flow {
    let double = l.mnemonic() == Mnemonic::Cvtpi2pd;
    let value = if l.is_mem(1) { l.read(1, Width::W64) } else { peek(l, l.insn.op1_register()) };
    let to = u64::from(sse::number(l.insn.op0_register()));
    let like = if double { Mnemonic::Cvtdq2pd } else { Mnemonic::Cvtpi2ps };
    l.ir.call(helper::VECTOR, &[l.k(like as u64 | to << 16), value, l.k(0)]);
    if !(double && l.is_mem(1)) {
        enter(l);
    }
    Flow::Next
}

/// CVTPS2PI and the like: from a vector register or memory.
fn from_numbers(l: &Lift<'_>) -> Flow {
    let double = matches!(l.mnemonic(), Mnemonic::Cvtpd2pi | Mnemonic::Cvttpd2pi);
    let (low, high) = l.source(1, double);
    let what = l.mnemonic() as u64 | number(l.insn.op0_register()) << 16;
    l.ir.call(helper::MMX_NUMBERS, &[l.k(what), low, high]);
    Flow::Next
}

/// The unit's state behind every MMX instruction but EMMS: TOP is 0, and all registers are valid.
pub(crate) fn enter_state(cpu: &mut Cpu, _: [u64; 4]) -> Out {
    let f = &mut cpu.state.fpu;
    (f.top, f.empty) = (0, 0);
    Ok(0)
}

/// MMX register n.
pub(crate) fn get(cpu: &mut Cpu, [n, ..]: [u64; 4]) -> Out {
    Ok(cpu.state.fpu.significand[n as usize & 7])
}

/// Sets MMX register n; sign and exponent become ones.
pub(crate) fn put(cpu: &mut Cpu, [n, value, ..]: [u64; 4]) -> Out {
    enter_state(cpu, [0; 4])?;
    let f = &mut cpu.state.fpu;
    f.significand[n as usize & 7] = value;
    f.exponent[n as usize & 7] = 0xffff;
    Ok(0)
}

/// The 64-bit result of a function of 128 bits.
fn narrow(m: Mnemonic, run: Function, a: u64, b: u64, imm: u32) -> u64 {
    use Mnemonic as M;
    let mut fp = Fp::of(0x1f80);
    let (x, y) = (u128::from(a), u128::from(b));
    let both = x | y << 64;
    let result = match m {
        // Of 128 bits, the first operand gives the lower half.
        M::Packsswb
        | M::Packuswb
        | M::Packssdw
        | M::Phaddw
        | M::Phaddd
        | M::Phaddsw
        | M::Phsubw
        | M::Phsubd
        | M::Phsubsw => run(&mut fp, both, 0, imm),
        // The upper halves interleaved are what follows the lower ones.
        M::Punpckhbw | M::Punpckhwd | M::Punpckhdq => return (run(&mut fp, x, y, imm) >> 64) as u64,
        M::Pshufb => run(&mut fp, x, y & 0x8787_8787_8787_8787, imm),
        M::Palignr => {
            let from = y | x << 64;
            if imm > 15 { 0 } else { from >> (8 * imm) }
        }
        M::Pinsrw => run(&mut fp, x, y, imm & 3),
        _ => run(&mut fp, x, y, imm),
    };
    result as u64
}

/// Whose function an instruction uses.
fn like(m: Mnemonic) -> Mnemonic {
    use Mnemonic as M;
    match m {
        M::Pshufw => M::Pshuflw,
        M::Punpckhbw => M::Punpcklbw,
        M::Punpckhwd => M::Punpcklwd,
        M::Punpckhdq => M::Punpckldq,
        m => m,
    }
}

/// The helper: mnemonic, destination (bit 16), whether the source is a register (20), immediate (24); the source.
pub(crate) fn run(cpu: &mut Cpu, [what, value, ..]: [u64; 4]) -> Out {
    let m = Mnemonic::try_from(what as usize & 0xffff).unwrap_or_default();
    let Some(function) = sse::function(like(m)) else { return Err(Fault::UD) };
    let to = what >> 16 & 7;
    let b = if what >> 20 & 1 != 0 { cpu.state.fpu.significand[value as usize & 7] } else { value };
    let a = cpu.state.fpu.significand[to as usize];
    let result = narrow(m, function, a, b, (what >> 24) as u32);
    put(cpu, [to, result, 0, 0])
}

/// MASKMOVQ: data and mask registers; the address.
pub(crate) fn store_masked(cpu: &mut Cpu, [what, at, ..]: [u64; 4]) -> Out {
    let register = |n: u64| u128::from(cpu.state.fpu.significand[n as usize & 7]);
    let (data, mask) = (register(what), register(what >> 4));
    sse::store_bytes(cpu, data, mask, at)
}

/// CVTPS2PI and the like: mnemonic, destination (bit 16); the numbers.
pub(crate) fn to_integers(cpu: &mut Cpu, [what, low, high, _]: [u64; 4]) -> Out {
    use Mnemonic as M;
    let function = match Mnemonic::try_from(what as usize & 0xffff).unwrap_or_default() {
        M::Cvtps2pi => M::Cvtps2dq,
        M::Cvttps2pi => M::Cvttps2dq,
        M::Cvtpd2pi => M::Cvtpd2dq,
        _ => M::Cvttpd2dq,
    };
    let single = matches!(function, M::Cvtps2dq | M::Cvttps2dq);
    let Some(run) = sse::function(function) else { return Err(Fault::UD) };
    let mut fp = Fp::of(cpu.reg(state::MXCSR));
    let high = if single { 0 } else { high };
    let result = run(&mut fp, 0, u128::from(high) << 64 | u128::from(low), 0);
    fp.finish(cpu)?;
    put(cpu, [what >> 16 & 7, result as u64, 0, 0])
}
