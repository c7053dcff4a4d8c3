//! SSE to SSE4.2: moves and logic as micro-ops, all else as functions of two 128-bit values (SDM volume 1, "Programming with Intel
//! Streaming SIMD Extensions").

mod avx;
mod crypto;
mod fp;
mod gather;
mod lanes;
mod moves;
mod scalar;
mod sse4;
mod text;
mod vex;
mod vex_moves;

use std::sync::OnceLock;

use iced_x86::{Mnemonic, OpKind, Register};
use uop::Width;

use crate::helper;
use crate::insn::Row;
use crate::lift::{Flow, Lift, V, segment};
use crate::mode::flag;
use crate::state::{self, bit};
use crate::trap::{Cpu, Fault, Out, vector};

pub(crate) use moves::movsd;

/// The tables of instructions that are lifted.
pub(crate) static TABLES: &[&[Row]] = &[moves::ROWS, scalar::ROWS, vex_moves::ROWS];

/// A function of destination, source and immediate.
pub(crate) type Function = fn(&mut Fp, u128, u128, u32) -> u128;

/// A row of the functions.
struct Op {
    mnemonic: Mnemonic,
    run: Function,
}

/// `Mnemonic function;`
macro_rules! ops {
    ($( $name:ident $run:expr; )*) => {
        &[$( crate::sse::Op { mnemonic: iced_x86::Mnemonic::$name, run: $run } ),*]
    };
}
use ops;

/// What functions of numbers work with.
pub(crate) struct Fp {
    /// Rounding, NaNs, and the exceptions that were met.
    pub(crate) env: softfloat::Env,
    /// Denormal operands are zeros.
    pub(crate) daz: bool,
    /// A third operand, of those functions that have one.
    pub(crate) third: u128,
}

impl Fp {
    /// As MXCSR has it.
    pub(crate) fn of(mxcsr: u64) -> Fp {
        use softfloat::Rounding::{Down, NearestEven, TowardZero, Up};
        let mut env = softfloat::Env::new(&softfloat::NanPolicy::SSE, softfloat::Tininess::AfterRounding);
        env.rounding = [NearestEven, Down, Up, TowardZero][(mxcsr >> 13 & 3) as usize];
        env.flush_inputs = mxcsr >> 6 & 1 != 0;
        // Unmasked overflow and underflow: what is inexact is told of the result with an unbounded exponent.
        env.wrap_overflow = mxcsr >> 10 & 1 == 0;
        env.wrap_underflow = mxcsr >> 11 & 1 == 0;
        env.flush_outputs = mxcsr >> 15 & 1 != 0 && mxcsr >> 11 & 1 != 0;
        Fp { env, daz: mxcsr >> 6 & 1 != 0, third: 0 }
    }

    /// MXCSR's exception bits of what was met.
    fn bits(&self) -> u64 {
        use softfloat::Flags;
        let has = |f: Flags| u64::from(self.env.flags.contains(f));
        has(Flags::INVALID)
            | has(Flags::DENORMAL) << 1
            | has(Flags::DIV_BY_ZERO) << 2
            | has(Flags::OVERFLOW) << 3
            | has(Flags::UNDERFLOW) << 4
            | has(Flags::INEXACT) << 5
    }

    /// Adds what was met to MXCSR.
    ///
    /// # Errors
    /// #XM if an exception is not masked, #UD while CR4.OSXMMEXCPT is 0.
    pub(crate) fn finish(&self, cpu: &mut Cpu) -> Result<(), Fault> {
        let mut new = self.bits();
        let mxcsr = cpu.reg(state::MXCSR);
        let unmasked = !(mxcsr >> 7) & 0x3f;
        // SDM volume 1, "Numeric Underflow Exception": unmasked, it is told of exact results, too.
        if unmasked & 0x10 != 0 && self.env.flags.contains(softfloat::Flags::TINY) {
            new |= 0x10;
        }
        if new == 0 {
            return Ok(());
        }
        // SDM volume 1, "Handling of SIMD Floating-Point Exceptions": exceptions of operands come before those of results.
        if new & unmasked & 7 != 0 {
            new &= 7;
        }
        set_mxcsr(cpu, mxcsr | new);
        match new & unmasked {
            0 => Ok(()),
            _ if cpu.state.cr4 & bit::OSXMMEXCPT == 0 => Err(Fault::UD),
            _ => Err(Fault::plain(vector::XM)),
        }
    }
}

/// Sets MXCSR and what is derived from it.
pub(crate) fn set_mxcsr(cpu: &mut Cpu, value: u64) {
    cpu.set_reg(state::MXCSR, value & 0xffff);
    // To nearest, all masked, nothing flushed, inexact flagged already.
    let ok = value & 0xffc0 == 0x1f80 && value & 0x20 != 0;
    // Denormal operands are flagged unless they have been.
    let value = if value & 2 != 0 { 1 } else { 2 };
    cpu.set_reg(state::FP_OK, if ok { value } else { 0 });
}

/// All functions of two operands.
fn all_functions() -> impl Iterator<Item = &'static Op> {
    [lanes::OPS, fp::OPS, sse4::OPS, crypto::OPS].into_iter().flatten()
}

fn functions() -> &'static [Option<Function>] {
    static TABLE: OnceLock<Vec<Option<Function>>> = OnceLock::new();
    TABLE.get_or_init(|| {
        let mut list = vec![None; Mnemonic::values().len()];
        for op in all_functions() {
            list[op.mnemonic as usize] = Some(op.run);
        }
        list
    })
}

/// The function of a mnemonic.
pub(crate) fn function(m: Mnemonic) -> Option<Function> {
    functions()[m as usize]
}

/// The rows of all functions.
pub(crate) fn generic_rows() -> Vec<Row> {
    let row = |op: &Op| Row { mnemonic: op.mnemonic, need: None, lift: generic };
    all_functions().map(row).chain(vex::rows()).chain(crate::mmx::rows()).collect()
}

/// A 128-bit register as the file holds it.
pub(crate) fn get(cpu: &Cpu, n: u8) -> u128 {
    u128::from(cpu.reg(state::xmm(n, 1))) << 64 | u128::from(cpu.reg(state::xmm(n, 0)))
}

/// Writes one.
pub(crate) fn set(cpu: &mut Cpu, n: u8, value: u128) {
    cpu.set_reg(state::xmm(n, 0), value as u64);
    cpu.set_reg(state::xmm(n, 1), (value >> 64) as u64);
}

/// The helper: mnemonic, destination (bits 16 to 19) and immediate (from 24 on); source.
pub(crate) fn run(cpu: &mut Cpu, [what, low, high, _]: [u64; 4]) -> Out {
    let n = (what >> 16 & 15) as u8;
    let Some(Some(function)) = functions().get(what as usize & 0xffff) else { return Err(Fault::UD) };
    let mut fp = Fp::of(cpu.reg(state::MXCSR));
    // The implicit operand of BLENDVPS, SHA256RNDS2 and the like.
    fp.third = get(cpu, 0);
    let result = function(&mut fp, get(cpu, n), u128::from(high) << 64 | u128::from(low), (what >> 24) as u32);
    fp.finish(cpu)?;
    set(cpu, n, result);
    Ok(0)
}

/// The number of a vector register.
pub(crate) fn number(r: Register) -> u8 {
    r.number() as u8
}

impl<'b> Lift<'b> {
    /// Whether SSE instructions may be used; otherwise the exception is lifted.
    pub(crate) fn sse_off(&self) -> Option<Flow> {
        if self.vex {
            return self.avx_off();
        }
        if self.is(flag::EM) || !self.is(flag::OSFXSR) {
            return Some(Flow::Undefined);
        }
        self.is(flag::TS).then(|| self.raise(vector::NM))
    }

    /// The halves of vector register `n`.
    pub(crate) fn xmm(&self, n: u8) -> (V<'b>, V<'b>) {
        (self.ir.get(state::xmm(n, 0)), self.ir.get(state::xmm(n, 1)))
    }

    /// Writes both halves.
    pub(crate) fn set_xmm(&self, n: u8, (low, high): (V<'b>, V<'b>)) {
        self.ir.set(state::xmm(n, 0), low);
        self.ir.set(state::xmm(n, 1), high);
        if self.vex {
            self.ir.set(state::xmm(n, 2), self.k(0));
            self.ir.set(state::xmm(n, 3), self.k(0));
        }
    }

    /// Address of a memory operand of 16 bytes, which must be aligned if `aligned`.
    pub(crate) fn address_16(&self, write: bool, aligned: bool) -> V<'b> {
        let at = self.linear(segment(self.insn.memory_segment()), self.offset(), 16, write);
        if aligned && !self.vex {
            let low = at & self.k(15);
            self.ir.raise_if(low.is_nonzero(), 0x100 | u32::from(vector::GP), 0);
        }
        at
    }

    /// Operand `n`: a vector register or memory of up to 16 bytes.
    pub(crate) fn source(&self, n: u32, aligned: bool) -> (V<'b>, V<'b>) {
        if self.insn.op_kind(n) == OpKind::Register {
            let r = self.insn.op_register(n);
            if r.is_xmm() {
                return self.xmm(number(r));
            }
            return (self.gpr(r).zext(Width::W64), self.k(0));
        }
        let bytes = self.insn.memory_size().size();
        if bytes < 16 {
            let w = crate::lift::width(bytes);
            return (self.read(n, w).zext(Width::W64), self.k(0));
        }
        let at = self.address_16(false, aligned);
        (self.load(at, Width::W64), self.load(at.add_imm(8), Width::W64))
    }
}

/// An instruction that is a function of its operands.
fn generic(l: &Lift<'_>) -> Flow {
    let r = l.insn.op0_register();
    if r.is_mm() {
        return crate::mmx::lift(l);
    }
    if l.insn.op0_kind() != OpKind::Register || !r.is_xmm() {
        return Flow::Undefined;
    }
    if let Some(flow) = l.sse_off() {
        return flow;
    }
    let last = l.insn.op_count() - 1;
    let is_imm = |n: u32| l.insn.op_kind(n) == OpKind::Immediate8;
    let mut imm = if is_imm(last) { l.insn.immediate(last) & 0xff } else { 0 };
    match l.mnemonic() {
        // Bits 3 to 7 are reserved.
        Mnemonic::Cmpps | Mnemonic::Cmppd | Mnemonic::Cmpss | Mnemonic::Cmpsd => imm &= 7,
        Mnemonic::Insertps if l.is_mem(1) => imm &= 0x3f,
        // SSE4A has two immediates, the length first; 64 tells one from the register form.
        Mnemonic::Extrq | Mnemonic::Insertq if l.insn.op_count() > 2 => {
            imm = l.insn.immediate(last - 1) & 0x3f | 0x40 | (l.insn.immediate(last) & 0x3f) << 8;
        }
        _ => {}
    }
    // Shifts by an immediate have no other source.
    let (low, high) = if l.insn.op_count() == 2 && is_imm(1) {
        (l.k(imm), l.k(0))
    } else if l.insn.op1_kind() == OpKind::Register && l.insn.op1_register().is_mm() {
        return crate::mmx::lift(l);
    } else if is_imm(1) {
        (l.k(0), l.k(0))
    } else {
        l.source(1, true)
    };
    let what = l.mnemonic() as u64 | u64::from(number(r)) << 16 | imm << 24;
    l.ir.call(helper::VECTOR, &[l.k(what), low, high]);
    Flow::Next
}

/// PCMPESTRI and its kin; their memory operand need not be aligned.
fn text_compare(l: &Lift<'_>, explicit: bool, mask: bool) -> Flow {
    if let Some(flow) = l.sse_off() {
        return flow;
    }
    use Mnemonic as M;
    let wide = matches!(l.mnemonic(), M::Pcmpestri64 | M::Pcmpestrm64 | M::Vpcmpestri64 | M::Vpcmpestrm64);
    let (low, high) = l.source(1, false);
    let what = u64::from(number(l.insn.op0_register()))
        | (l.insn.immediate(2) & 0xff) << 8
        | u64::from(explicit) << 16
        | u64::from(wide) << 17
        | u64::from(mask) << 18;
    l.ir.call(helper::TEXT, &[l.k(what), low, high]);
    if l.vex && mask {
        l.ir.set(state::xmm(0, 2), l.k(0));
        l.ir.set(state::xmm(0, 3), l.k(0));
    }
    Flow::Next
}

/// CMPSD with two vectors.
pub(crate) fn cmpsd(l: &Lift<'_>) -> Flow {
    generic(l)
}

/// The flags of a relation, as COMISD has them.
pub(crate) fn relation_flags(relation: softfloat::Relation) -> u64 {
    fp::flags(relation)
}

/// The helper of stores in parts: address, bytes; all of them must be storable.
pub(crate) fn check_write(cpu: &mut Cpu, [at, bytes, ..]: [u64; 4]) -> Out {
    let space = crate::mmu::current_space(cpu);
    let first = bytes.min(0x1000 - (at & 0xfff));
    cpu.translate_store(at, first, space)?;
    if first < bytes {
        cpu.translate_store(at.wrapping_add(first), bytes - first, space)?;
    }
    Ok(0)
}

/// LDMXCSR.
pub(crate) fn load_mxcsr(cpu: &mut Cpu, [value, ..]: [u64; 4]) -> Out {
    // SDM volume 1, "MXCSR_MASK": QEMU's and all recent CPUs' has bits 0 to 15.
    if value >> 16 != 0 {
        return Err(Fault::GP0);
    }
    set_mxcsr(cpu, value);
    Ok(0)
}

pub(crate) use gather::{gather, mask_bytes, masked, store_bytes};
pub(crate) use scalar::{from as from_integer, move_mask, relation, run as run_scalar, to as to_integer};
pub(crate) use text::compare as text;
pub(crate) use vex::run as run_vex;
