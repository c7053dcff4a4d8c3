//! Instructions with a VEX prefix: mostly SSE's functions, half by half, with an operand more and the upper halves cleared.

use std::sync::OnceLock;

use iced_x86::{Mnemonic, OpKind};
use uop::Width;

use super::avx::{self, Fused, WideFunction};
use super::{Fp, Function, number};
use crate::helper;
use crate::insn::Row;
use crate::lift::{Flow, Lift};
use crate::mode::flag;
use crate::state;
use crate::trap::{Cpu, Fault, Out, vector};

/// The register that holds an operand from memory or from a general register.
const TEMP: u8 = 16;

/// How a function is applied.
#[derive(Clone, Copy)]
enum Shape {
    /// To each half.
    Halves(Function),
    /// To each half, with the low half of the last operand: counts of shifts.
    Count(Function),
    /// The upper half from what follows in the source: so many bits on.
    Widen(Function, u32),
    /// The upper half's result behind the lower one's.
    Narrow(Function),
    /// To everything at once.
    Whole(WideFunction),
    /// Fused multiply-add.
    Fused(Fused),
}

fn shape_of(name: &str, function: Function) -> Shape {
    // Bits of the source that a half of the result takes.
    let widens = |name: &str| match name.strip_prefix("Pmovsx").or(name.strip_prefix("Pmovzx")) {
        Some("bd" | "wq") => Some(32),
        Some("bq") => Some(16),
        Some(_) => Some(64),
        None => matches!(name, "Cvtps2pd" | "Cvtdq2pd" | "cvtph2ps").then_some(64),
    };
    let narrows = ["Cvtpd2ps", "Cvtpd2dq", "Cvttpd2dq", "cvtps2ph"];
    let shifts = ["Psllw", "Pslld", "Psllq", "Psrlw", "Psrld", "Psrlq", "Psraw", "Psrad"];
    if let Some(bits) = widens(name) {
        return Shape::Widen(function, bits);
    }
    match () {
        () if narrows.contains(&name) => Shape::Narrow(function),
        () if shifts.contains(&name) => Shape::Count(function),
        () => Shape::Halves(function),
    }
}

/// The functions by mnemonic: SSE's under a name with V in front, and AVX's own.
fn shapes() -> &'static [Option<Shape>] {
    static TABLE: OnceLock<Vec<Option<Shape>>> = OnceLock::new();
    TABLE.get_or_init(|| {
        let mut list = vec![None; Mnemonic::values().len()];
        let named: std::collections::HashMap<String, Mnemonic> =
            Mnemonic::values().map(|m| (format!("{m:?}"), m)).collect();
        for op in super::all_functions() {
            let name = format!("{:?}", op.mnemonic);
            if let Some(m) = named.get(&format!("V{}", name.to_lowercase())) {
                list[*m as usize] = Some(shape_of(&name, op.run));
            }
        }
        for op in avx::OPS {
            list[op.mnemonic as usize] = Some(shape_of(&format!("{:?}", op.mnemonic)[1..], op.run));
        }
        for (m, function) in avx::WIDE {
            list[*m as usize] = Some(Shape::Whole(*function));
        }
        for (name, m) in &named {
            if let Some(fused) = Fused::of(name) {
                list[*m as usize] = Some(Shape::Fused(fused));
            }
        }
        list
    })
}

/// The rows of all functions.
pub(super) fn rows() -> Vec<Row> {
    let known = Mnemonic::values().filter(|m| shapes()[*m as usize].is_some());
    known.map(|mnemonic| Row { mnemonic, need: None, lift: generic }).collect()
}

/// A vector operand of all 256 bits.
fn get(cpu: &Cpu, n: u8) -> avx::Wide {
    let part = |p: u8| u128::from(cpu.reg(state::xmm(n, p)));
    [part(1) << 64 | part(0), part(3) << 64 | part(2)]
}

/// Writes all 256 bits.
pub(super) fn set(cpu: &mut Cpu, n: u8, v: avx::Wide) {
    for (p, word) in [v[0], v[0] >> 64, v[1], v[1] >> 64].into_iter().enumerate() {
        cpu.set_reg(state::xmm(n, p as u8), word as u64);
    }
}

/// The helper: mnemonic; destination and three sources (5 bits each from bit 16); 256 bits (36), immediate as control (37); immediate
/// (from 40).
pub(crate) fn run(cpu: &mut Cpu, [what, ..]: [u64; 4]) -> Out {
    let field = |at: u32| (what >> at & 31) as u8;
    let (wide, imm) = (what >> 36 & 1 != 0, (what >> 40) as u32);
    let Some(Some(shape)) = shapes().get(what as usize & 0xffff) else { return Err(Fault::UD) };
    let m = Mnemonic::try_from(what as usize & 0xffff).unwrap_or_default();
    let mut f = Fp::of(cpu.reg(state::MXCSR));
    let (a, mut b, c) = (get(cpu, field(21)), get(cpu, field(26)), get(cpu, field(31)));
    if what >> 37 & 1 != 0 {
        b = control(m, imm);
    }
    let step = avx::immediate_step(m);
    let halves = if wide { 2 } else { 1 };
    let mut result = [0; 2];
    match *shape {
        Shape::Halves(run) => {
            for n in 0..halves {
                f.third = c[n];
                result[n] = run(&mut f, a[n], b[n], imm >> (step * n as u32));
            }
        }
        Shape::Count(run) => (0..halves).for_each(|n| result[n] = run(&mut f, a[n], b[0], imm)),
        Shape::Widen(run, bits) => {
            (0..halves).for_each(|n| result[n] = run(&mut f, a[n], b[0] >> (bits * n as u32), imm))
        }
        Shape::Narrow(run) => {
            for (n, half) in b.iter().take(halves).enumerate() {
                result[0] |= u128::from(run(&mut f, 0, *half, imm) as u64) << (64 * n);
            }
        }
        Shape::Whole(run) => {
            result = run(a, b, imm);
            if !wide {
                result[1] = 0;
            }
        }
        Shape::Fused(fused) => (0..halves).for_each(|n| result[n] = fused.run(&mut f, [c[n], a[n], b[n]])),
    }
    f.finish(cpu)?;
    set(cpu, field(16), result);
    Ok(0)
}

/// The immediate forms of VPERMILPS and VPERMILPD, and of shifts, as a vector.
fn control(m: Mnemonic, imm: u32) -> avx::Wide {
    use super::lanes::build;
    match m {
        Mnemonic::Vpermilps => [build(32, |n| u64::from(imm >> (2 * n) & 3)); 2],
        Mnemonic::Vpermilpd => [0, 2].map(|at| build(64, |n| u64::from(imm >> (at + n) & 1) << 1)),
        _ => [imm.into(); 2],
    }
}

impl<'b> Lift<'b> {
    /// Puts a memory or general register operand into the spare vector register, and says which register holds the operand.
    fn vector_operand(&self, n: u32) -> u8 {
        if self.insn.op_kind(n) == OpKind::Register {
            let r = self.insn.op_register(n);
            if r.is_vector_register() {
                return number(r);
            }
            self.ir.set(state::xmm(TEMP, 0), self.gpr(r).zext(Width::W64));
            return TEMP;
        }
        let bytes = self.insn.memory_size().size() as u32;
        let words = if bytes < 8 {
            vec![self.read(n, crate::lift::width(bytes as usize)).zext(Width::W64)]
        } else {
            let at = self.address(bytes, false);
            (0..bytes / 8).map(|w| self.load(at.add_imm(i64::from(w) * 8), Width::W64)).collect()
        };
        for p in 0..4 {
            let word = words.get(usize::from(p)).copied().unwrap_or_else(|| self.k(0));
            self.ir.set(state::xmm(TEMP, p), word);
        }
        TEMP
    }

    /// Whether AVX instructions may be used; otherwise the exception is lifted.
    pub(crate) fn avx_off(&self) -> Option<Flow> {
        if !self.is(flag::AVX) {
            return Some(Flow::Undefined);
        }
        self.is(flag::TS).then(|| self.raise(vector::NM))
    }

    /// Whether any operand has 256 bits.
    pub(super) fn is_256(&self) -> bool {
        (0..self.insn.op_count()).any(|n| self.insn.op_kind(n) == OpKind::Register && self.insn.op_register(n).is_ymm())
    }
}

/// An instruction that is a function of its operands.
fn generic(l: &Lift<'_>) -> Flow {
    if let Some(flow) = l.avx_off() {
        return flow;
    }
    let i = &l.insn;
    let is_imm = |n: u32| i.op_kind(n) == OpKind::Immediate8;
    let last = i.op_count() - 1;
    let has_imm = is_imm(last);
    let m = l.mnemonic();
    let mut imm = if has_imm { i.immediate(last) & 0xff } else { 0 };
    let sources = if has_imm { last } else { last + 1 };
    let mut wide = l.is_256() || i.memory_size().size() == 32;
    if m == Mnemonic::Vinsertps && l.is_mem(2) {
        imm &= 0x3f;
    }
    if matches!(m, Mnemonic::Vcvtsi2sd | Mnemonic::Vcvtsi2ss) {
        imm = u64::from(if l.is_mem(2) { i.memory_size().size() == 8 } else { i.op_register(2).is_gpr64() });
    }
    let store = m == Mnemonic::Vcvtps2ph && l.is_mem(0);
    // One source: it is the second of the function; shifts by an immediate and VPERMIL have a vector made of it.
    let by_control = has_imm && sources == 2 && (is_shift(m) || matches!(m, Mnemonic::Vpermilps | Mnemonic::Vpermilpd));
    let regs: Vec<u8> = (1..sources).map(|n| l.vector_operand(n)).collect();
    let first = regs[0];
    let second = regs.get(1).copied().unwrap_or(first);
    let to = if store { TEMP } else { number(i.op0_register()) };
    // The third: of four operands, and of fused multiply-adds the destination.
    let third = regs.get(2).copied().unwrap_or(to);
    if matches!(m, Mnemonic::Vinsertf128 | Mnemonic::Vinserti128) {
        wide = true;
    }
    let what = m as u64
        | u64::from(to) << 16
        | u64::from(first) << 21
        | u64::from(second) << 26
        | u64::from(third) << 31
        | u64::from(wide) << 36
        | u64::from(by_control) << 37
        | imm << 40;
    let bytes = if wide { 16 } else { 8 };
    let at = store.then(|| l.address(bytes, true));
    if let Some(at) = at {
        l.ir.call(helper::CHECK_WRITE, &[at, l.k(bytes.into())]);
    }
    l.ir.call(helper::VEX, &[l.k(what)]);
    if let Some(at) = at {
        for p in 0..bytes / 8 {
            l.store(at.add_imm(i64::from(p) * 8), l.ir.get(state::xmm(TEMP, p as u8)));
        }
    }
    Flow::Next
}

fn is_shift(m: Mnemonic) -> bool {
    matches!(shapes()[m as usize], Some(Shape::Count(_))) || matches!(m, Mnemonic::Vpslldq | Mnemonic::Vpsrldq)
}
