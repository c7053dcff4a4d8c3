//! What instruction handlers lift with: registers, conditions, jumps, all in terms of the micro-op builder.
//!
//! A handler is `fn name(l: &Lift, f: Format) -> Flow`. It appends ops by `l.r`, `l.set_r` and the methods of [`uop::Val`], and says
//! whether the block goes on ([`decode::Flow`]).

use std::cell::Cell;

use cpu::{Code, Lifted, Mode};
use decode::{Bits, Decoder, Flow, Index};
use uop::{Builder, Exit, Hint, Reg, Val, Width};

use crate::ext::Ext;
use crate::format::{Arith, Operand2, disp};
use crate::mode;
use crate::model::Model;
use crate::state;
use crate::trap::tt;

/// The type of a row's handler.
pub type Handler = fn(&Lift<'_>, u64) -> Flow;

/// A row of the instruction tables.
pub type Insn = decode::Insn<Handler>;

/// op, op2 or op3, and the lowest bits of opf: what tells most rows apart.
const INDEX: Index = Index { w16: &[], w32: &[Bits(19, 6), Bits(30, 2), Bits(5, 3)], w48: &[] };

/// The decode tables of a model, and what else lifting needs to know of it.
pub struct Lifter {
    decoder: Decoder<Handler>,
    width: Width,
    windows: u16,
    features: u128,
    fpu_version: u32,
}

/// One instruction being lifted.
pub struct Lift<'b> {
    /// The block under construction.
    pub ir: &'b Builder<'b>,
    pub(crate) lifter: &'b Lifter,
    pub(crate) pc: u64,
    pub(crate) bits: u64,
    pub(crate) offset: i32,
    pub(crate) mode: Mode,
    /// The instruction behind, when it may be lifted together with this one.
    pub(crate) slot: Option<u64>,
    /// Bytes used.
    pub(crate) used: Cell<u32>,
    /// The mode behind this instruction, if it changes it to one that is known.
    pub(crate) entered: Cell<Option<Mode>>,
}

impl Lifter {
    /// The tables for a model; `tables` are those of its architecture.
    pub fn new(model: &Model, tables: &[&'static [Insn]]) -> Lifter {
        let features = model.exts().bits();
        Lifter {
            decoder: Decoder::new(tables, features, INDEX),
            width: if model.has(Ext::V9) { Width::W64 } else { Width::W32 },
            windows: model.windows() as u16,
            features,
            fpu_version: model.fpu_version(),
        }
    }

    /// The decode tables.
    pub fn decoder(&self) -> &Decoder<Handler> {
        &self.decoder
    }

    /// Text and length of the instruction at the start of `code.bytes`.
    pub fn disassemble(&self, code: Code<'_>) -> Option<(String, u32)> {
        Some((self.decoder.disassemble(word(code.bytes, 0)?, 32, code.pc)?, 4))
    }

    /// Lifts the instruction at the start of `code.bytes`, with its delay slot if that can be.
    pub fn lift(&self, ir: &Builder<'_>, code: Code<'_>) -> Lifted {
        let Some(bits) = word(code.bytes, 0) else { return Lifted::More };
        let l = Lift {
            ir,
            lifter: self,
            pc: code.pc,
            bits,
            offset: code.offset,
            mode: code.mode,
            slot: if code.alone { None } else { word(code.bytes, 4) },
            used: Cell::new(4),
            entered: Cell::new(None),
        };
        match l.run() {
            Flow::Next => Lifted::Next(l.used.get()),
            _ => Lifted::End(l.used.get()),
        }
    }
}

/// The big-endian word at `at`, if it is there.
fn word(bytes: &[u8], at: u32) -> Option<u64> {
    let bytes = bytes.get(at as usize..)?.get(..4)?;
    Some(bits::Endian::Big.read(bytes))
}

/// The number that goes with a delay slot whose branch leads to a known address: what [`state::NPC`] then is.
pub(crate) mod aux {
    use uop::Width;

    /// The next pc stands in its register.
    pub(crate) const REGISTER: u32 = 1;
    const KNOWN: u32 = 2;

    /// The next pc is `target`, seen from the slot at `pc`: the distance in words fits 30 bits on V8. `None` if it doesn't.
    pub(crate) fn known(pc: u64, target: u64, width: Width) -> Option<u32> {
        let aux = ((target.wrapping_sub(pc) as u32) & !3) | KNOWN;
        (next_pc(pc, aux, width) == Some(target)).then_some(aux)
    }

    /// The next pc that `aux` stands for, unless the register holds it.
    pub(crate) fn next_pc(pc: u64, aux: u32, width: Width) -> Option<u64> {
        let distance = i64::from((aux & !3) as i32);
        (aux & 3 == KNOWN).then(|| width.cut(pc.wrapping_add_signed(distance)))
    }
}

/// Puts back what `aux` of a delay slot stands for; `pc` is the slot's. Returns the next pc if it is not in [`state::NPC`] already.
pub fn next_pc_of(pc: u64, aux: u32, width: Width) -> Option<u64> {
    aux::next_pc(pc, aux, width)
}

/// Where a delayed jump goes.
#[derive(Clone, Copy)]
pub enum Jump<'b> {
    /// To a known address.
    To(u64),
    /// The same, and the callee comes back behind the slot.
    Call(u64),
    /// To a computed one.
    By(Val<'b>, Hint),
}

/// A condition.
#[derive(Clone, Copy)]
pub enum Cond<'b> {
    /// Always.
    Always,
    /// Never.
    Never,
    /// If this truth value is 1.
    If(Val<'b>),
}

/// Whether the instruction `bits`, which stands in a delay slot, may raise an exception.
pub(crate) fn may_fault(bits: u64) -> bool {
    let (op, op2, op3) = (bits >> 30, bits >> 22 & 7, bits >> 19 & 0x3f);
    match op {
        0 => op2 != 4,
        2 => !matches!(op3, 0x00..=0x0d | 0x10..=0x1d | 0x20 | 0x21 | 0x24..=0x27),
        _ => true,
    }
}

impl<'b> Lift<'b> {
    /// Lifts the instruction.
    fn run(&self) -> Flow {
        if mode::has(self.mode, mode::ANNUL_TAKEN) {
            return self.annulled_slot();
        }
        match self.dispatch() {
            Flow::Next if self.is_delayed() => self.end_of_delayed(),
            Flow::Illegal => {
                // Whatever a handler has lifted before it found out goes away.
                self.ir.abandon_insn();
                self.ir.begin_insn(self.offset, 0);
                self.raise(tt::ILLEGAL, self.bits)
            }
            flow => flow,
        }
    }

    /// The row's handler.
    pub(crate) fn dispatch(&self) -> Flow {
        match self.lifter.decoder.decode(self.bits, 32) {
            Some(row) => (row.lift)(self, self.bits),
            None => Flow::Illegal,
        }
    }

    /// The instruction `bits` behind this one, to be lifted as its delay slot.
    pub(crate) fn for_slot(&self, bits: u64) -> Lift<'b> {
        Lift {
            ir: self.ir,
            lifter: self.lifter,
            pc: self.relative(4),
            bits,
            offset: self.offset + 4,
            mode: self.mode_behind() & !mode::ANNUL_TAKEN,
            slot: None,
            used: Cell::new(4),
            entered: Cell::new(None),
        }
    }

    /// The distance that a branch of format 2 goes; V9 has three lengths of it ("Branch on Integer Condition Codes with Prediction",
    /// "Branch on Integer Register with Prediction").
    pub(crate) fn branch_distance(&self) -> i64 {
        match self.bits >> 22 & 7 {
            2 | 6 => disp(self.bits, 22),
            1 | 5 => disp(self.bits, 19),
            _ => disp((self.bits >> 20 & 3) << 14 | self.bits & 0x3fff, 16),
        }
    }

    /// Behind an instruction in a delay slot whose branch was executed before.
    fn end_of_delayed(&self) -> Flow {
        self.set_byte(state::DELAYED, 0);
        self.enter_mode(self.mode_behind() & !mode::DELAYED);
        self.end(Exit::Indirect { pc: self.ir.get(state::NPC).id(), hint: Hint::None })
    }

    /// Whether this instruction is the delay slot of a branch that has been executed on its own.
    pub fn is_delayed(&self) -> bool {
        mode::has(self.mode, mode::DELAYED)
    }

    /// Width of the integer registers.
    pub fn width(&self) -> Width {
        self.lifter.width
    }

    /// Whether this is V9.
    pub fn is_v9(&self) -> bool {
        self.lifter.width == Width::W64
    }

    /// Whether the CPU has a feature.
    pub fn has(&self, ext: Ext) -> bool {
        self.lifter.features >> ext as u32 & 1 != 0
    }

    /// The version field of the FSR, in its place.
    pub fn fpu_version(&self) -> u32 {
        self.lifter.fpu_version
    }

    /// Address of this instruction.
    pub fn pc(&self) -> u64 {
        self.pc
    }

    /// Its encoding.
    pub fn bits(&self) -> u64 {
        self.bits
    }

    /// The mode; see [`crate::mode`].
    pub fn mode(&self) -> Mode {
        self.mode
    }

    /// The mode behind this instruction.
    pub(crate) fn mode_behind(&self) -> Mode {
        self.entered.get().unwrap_or(self.mode)
    }

    /// Whether the CPU is privileged.
    pub fn is_privileged(&self) -> bool {
        mode::has(self.mode, mode::PRIVILEGED)
    }

    /// Number of register windows.
    pub fn windows(&self) -> u16 {
        self.lifter.windows
    }

    /// The current window.
    pub fn cwp(&self) -> u16 {
        mode::cwp(self.mode)
    }

    /// The address `offset` bytes from this instruction.
    pub fn relative(&self, offset: i64) -> u64 {
        self.width().cut(self.pc.wrapping_add_signed(offset))
    }

    /// A constant of the integer registers' width.
    pub fn konst(&self, value: i64) -> Val<'b> {
        self.ir.konst(self.width(), value as u64)
    }

    /// Calls a helper.
    pub fn call(&self, helper: u16, args: &[Val<'b>]) -> Val<'b> {
        self.ir.call(helper, args)
    }

    /// Goes on in `mode` behind this instruction; see [`Builder::enter_mode`].
    pub fn enter_mode(&self, mode: Mode) {
        self.entered.set(Some(mode));
        self.ir.enter_mode(mode);
    }

    /// The slot of integer register `n` in window `cwp`; `n` is not 0.
    pub fn slot_in(&self, cwp: u16, n: u8) -> Reg {
        let (n, windows) = (u16::from(n), self.lifter.windows);
        match n {
            0..=7 => state::global(mode::globals(self.mode), n),
            8..=15 => state::out(cwp, n - 8),
            16..=23 => state::local(cwp, n - 16),
            // The ins are the outs of the caller's window. V8 counts windows down, V9 up.
            _ if self.is_v9() => state::out((cwp + windows - 1) % windows, n - 24),
            _ => state::out((cwp + 1) % windows, n - 24),
        }
    }

    /// Integer register `n`.
    pub fn r(&self, n: u8) -> Val<'b> {
        if n == 0 { self.konst(0) } else { self.ir.get(self.slot_in(self.cwp(), n)) }
    }

    /// The low 32 bits of integer register `n`.
    pub fn r32(&self, n: u8) -> Val<'b> {
        self.r(n).trunc(Width::W32)
    }

    /// Writes integer register `n`; narrower values are zero-extended.
    pub fn set_r(&self, n: u8, value: Val<'b>) {
        self.set_r_in(self.cwp(), n, value);
    }

    /// The same, in window `cwp`.
    pub fn set_r_in(&self, cwp: u16, n: u8, value: Val<'b>) {
        if n != 0 {
            self.ir.set(self.slot_in(cwp, n), value.zext(self.width()));
        }
    }

    /// The second operand.
    pub fn op2(&self, f: &Arith) -> Val<'b> {
        match f.op2 {
            Operand2::Reg(n) => self.r(n),
            Operand2::Imm(n) => self.konst(n),
        }
    }

    /// The sum of both operands: an address.
    pub fn address(&self, f: &Arith) -> Val<'b> {
        match (f.rs1, f.op2) {
            (_, Operand2::Reg(0) | Operand2::Imm(0)) => self.r(f.rs1),
            (0, _) => self.op2(f),
            (_, Operand2::Imm(n)) => self.r(f.rs1).add_imm(n),
            (_, Operand2::Reg(n)) => self.r(f.rs1) + self.r(n),
        }
    }

    /// Writes an 8-bit register with a constant.
    pub fn set_byte(&self, reg: Reg, value: u64) {
        self.ir.set(reg, self.ir.konst(Width::W8, value));
    }

    /// Ends the block.
    pub fn end(&self, exit: Exit) -> Flow {
        self.ir.exit(exit);
        Flow::End
    }

    /// Ends the block with a trap.
    pub fn raise(&self, tt: u32, arg: u64) -> Flow {
        self.end(Exit::Raise { code: tt, arg })
    }

    /// Raises a trap if `cond` is 1. To be called before the instruction's effects.
    pub fn raise_if(&self, cond: Val<'b>, tt: u32, arg: u64) {
        self.ir.raise_if(cond, tt, arg);
    }

    /// Ends the block behind this instruction: mode, interrupts or what is fetched may have changed.
    pub fn update(&self) -> Flow {
        if self.is_delayed() {
            self.set_byte(state::DELAYED, 0);
            return self.end(Exit::UpdateIndirect { pc: self.ir.get(state::NPC).id() });
        }
        self.end(Exit::Update { pc: self.relative(4) })
    }

    /// Ends the block behind this instruction, and the CPU waits for an interrupt.
    pub fn halt(&self) -> Flow {
        if self.is_delayed() {
            // Nobody waits in a delay slot: going on is what an interrupt at once would come to.
            return self.update();
        }
        self.end(Exit::Halt { pc: self.relative(4) })
    }
}
