//! What instruction handlers lift with: registers, second operands, exits, delay slots.
//!
//! A handler is `fn name(l: &Lift, f: Format) -> Flow`. It appends ops and says whether the block goes on. Control transfers are in
//! [`super::transfer`].

use std::cell::Cell;

use cpu::{Code, Lifted, Mode};
use decode::{Bits, Decoder, Flow, Index};
use uop::{Builder, Exit, Hint, Val, Width};

use super::ext::Ext;
use super::format::{Arith, double, quad};
use super::helper;
use super::insn;
use super::mode;
use super::state;
use super::trap::tt;
use crate::model::Model;

/// The type of a row's handler.
pub type Handler = fn(&Lift<'_>, u64) -> Flow;

/// A row of the instruction tables.
pub type Insn = decode::Insn<Handler>;

/// op, op2 and op3, which tell most rows apart, and two bits of opf.
pub const INDEX: Index = Index { w16: &[], w32: &[Bits(30, 2), Bits(19, 6), Bits(5, 4)], w48: &[] };

/// The decode tables of a model.
pub struct Lifter {
    /// The rows that the model has.
    pub decoder: Decoder<Handler>,
    /// Number of windows.
    pub(crate) windows: u32,
    /// Whether it has GL instead of PSTATE's AG, MG and IG (sun4v).
    pub(crate) sun4v: bool,
}

/// One instruction being lifted.
pub struct Lift<'b> {
    /// The block under construction.
    pub ir: &'b Builder<'b>,
    pub(crate) lifter: &'b Lifter,
    pub(crate) code: Code<'b>,
    pub(crate) pc: u64,
    pub(crate) bits: u64,
    mode: Cell<Mode>,
    /// Bytes that the block takes: with a delay slot, those of both instructions.
    pub(crate) len: Cell<u32>,
    /// The block must end behind this instruction: mode or interrupts may have changed in a way that only the registers tell.
    pub(crate) update: Cell<bool>,
}

impl Lifter {
    /// The tables for `model`.
    pub fn new(model: &Model) -> Lifter {
        Lifter {
            decoder: Decoder::new(insn::TABLES, super::ext::of(model).bits(), INDEX),
            windows: model.windows(),
            sun4v: super::ext::of(model).has(Ext::Sun4v),
        }
    }

    /// The rows of one instruction's encoding in `mode`: what is disabled is none.
    fn lift_row(&self, l: &Lift<'_>) -> Flow {
        let Some(row) = self.decoder.decode(l.bits, 32) else { return l.no_row() };
        let needs = |ext: Ext| row.guard.all & 1 << ext as u32 != 0;
        if needs(Ext::Fpu) && !mode::FP_ON.is_set(l.mode()) {
            return l.raise(tt::FP_DISABLED);
        }
        if needs(Ext::Privileged) && l.privilege() == 0 {
            return l.raise(tt::PRIVILEGED_OPCODE);
        }
        if needs(Ext::Hyper) && l.privilege() < 2 {
            return Flow::Illegal;
        }
        (row.lift)(l, l.bits)
    }

    /// Lifts the instruction at the start of `code`, and its delay slot if it has one.
    pub(crate) fn lift(&self, ir: &Builder<'_>, code: Code<'_>) -> Lifted {
        let Some(word) = code.bytes.first_chunk::<4>() else { return Lifted::More };
        let l = Lift {
            ir,
            lifter: self,
            code,
            pc: code.pc,
            bits: u64::from(u32::from_be_bytes(*word)),
            mode: Cell::new(code.mode),
            len: Cell::new(4),
            update: Cell::new(false),
        };
        if mode::ANNUL_TAKEN.is_set(code.mode) {
            // What is lifted is the slot; the branch has been counted.
            ir.abandon_insn();
            ir.begin_insn(code.offset + 4, super::transfer::aux::BRANCH);
        }
        match self.lift_row(&l) {
            Flow::Next if mode::DELAYED.is_set(code.mode) => {
                l.leave_slot();
                let pc = ir.get(state::NPC).id();
                l.end(if l.update.get() {
                    Exit::UpdateIndirect { pc }
                } else {
                    Exit::Indirect { pc, hint: Hint::None }
                });
            }
            Flow::Next if l.update.get() => {
                l.end(Exit::Update { pc: l.next_pc() });
            }
            Flow::Next => return Lifted::Next(4),
            Flow::End => return Lifted::End(l.len.get()),
            Flow::Illegal => {
                ir.abandon_insn();
                ir.begin_insn(code.offset, 0);
                l.raise(tt::ILLEGAL);
            }
        }
        Lifted::End(4)
    }

    /// Text and length of the instruction at the start of `code`.
    pub(crate) fn disassemble(&self, code: Code<'_>) -> Option<(String, u32)> {
        let word = code.bytes.first_chunk::<4>()?;
        Some((self.decoder.disassemble(u32::from_be_bytes(*word).into(), 32, code.pc)?, 4))
    }
}

impl<'b> Lift<'b> {
    /// What is in no table: FPops raise fp_exception_other ("FSR_floating-point_trap_type (ftt)"), all else is illegal.
    fn no_row(&self) -> Flow {
        match (self.bits >> 30, self.bits >> 19 & 0x3f) {
            (2, 0x34 | 0x35) if !mode::FP_ON.is_set(self.mode()) => self.raise(tt::FP_DISABLED),
            (2, 0x34 | 0x35) => {
                self.call(helper::FP_UNIMPLEMENTED, &[]);
                Flow::Next
            }
            _ => Flow::Illegal,
        }
    }

    /// The mode behind what has been lifted of this instruction; before that, the one it began with.
    pub fn mode(&self) -> Mode {
        self.mode.get()
    }

    /// The instruction in this one's delay slot, if its bytes are there: lifted in the same block.
    pub(crate) fn slot(&self) -> Option<Lift<'b>> {
        let word = self.code.bytes.get(4..8)?;
        let word: [u8; 4] = word.try_into().ok()?;
        Some(Lift {
            ir: self.ir,
            lifter: self.lifter,
            code: self.code,
            pc: self.pc.wrapping_add(4),
            bits: u64::from(u32::from_be_bytes(word)),
            mode: Cell::new(mode::ANNUL_TAKEN.with(self.mode(), 0)),
            len: Cell::new(4),
            update: Cell::new(false),
        })
    }

    /// Lifts this instruction by its row.
    pub(crate) fn run(&self) -> Flow {
        self.lifter.lift_row(self)
    }

    /// Changes a field of the mode, from the next instruction on.
    pub fn change_mode(&self, field: mode::Field, value: u32) {
        let new = field.with(self.mode(), value);
        if new != self.mode() {
            self.mode.set(new);
            self.ir.set(state::MODE, self.ir.konst(Width::W64, new.into()));
            self.ir.enter_mode(new);
        }
    }

    /// Takes back the mark of a delay slot. Where a helper may have changed the mode, only the register knows the rest of it.
    fn leave_slot(&self) {
        if self.update.get() {
            let mode = self.ir.get(state::MODE);
            let mask = mode::DELAYED.with(u32::MAX, 0);
            self.ir.set(state::MODE, mode & mode.konst(mask.into()));
        } else {
            self.change_mode(mode::DELAYED, 0);
        }
    }

    /// A helper has changed a field of the mode to this.
    pub fn mode_is(&self, field: mode::Field, value: u32) {
        let new = field.with(self.mode(), value);
        if new != self.mode() {
            self.mode.set(new);
            self.ir.enter_mode(new);
        }
    }

    /// The privilege: 0 user, 1 privileged, 2 hyperprivileged.
    pub fn privilege(&self) -> u32 {
        mode::PRIVILEGE.of(self.mode())
    }

    /// Address of the instruction that follows in memory.
    pub fn next_pc(&self) -> u64 {
        self.cut_address(self.pc.wrapping_add(4))
    }

    /// An address as PSTATE.AM cuts it.
    pub fn cut_address(&self, address: u64) -> u64 {
        if mode::AM.is_set(self.mode()) { address & 0xffff_ffff } else { address }
    }

    /// The same of a value.
    pub fn mask_address(&self, address: Val<'b>) -> Val<'b> {
        if mode::AM.is_set(self.mode()) { address.trunc(Width::W32).zext(Width::W64) } else { address }
    }

    /// A 64-bit constant.
    pub fn konst(&self, value: i64) -> Val<'b> {
        self.ir.konst(Width::W64, value as u64)
    }

    /// Calls a helper.
    pub fn call(&self, helper: u16, args: &[Val<'b>]) -> Val<'b> {
        self.ir.call(helper, args)
    }

    /// Raises trap type `tt` when `cond` holds; to be called before anything is changed.
    pub fn raise_if(&self, cond: Val<'b>, tt: u16) {
        self.ir.raise_if(cond, tt.into(), 0);
    }

    /// Ends the block.
    pub fn end(&self, exit: Exit) -> Flow {
        self.ir.exit(exit);
        Flow::End
    }

    /// Ends the block with trap type `tt`.
    pub fn raise(&self, tt: u16) -> Flow {
        self.end(Exit::Raise { code: tt.into(), arg: 0 })
    }

    /// The slot of integer register `n`, which is not 0.
    fn slot_of(&self, n: u8) -> uop::Reg {
        let mode = self.mode();
        if n < 8 {
            state::global(mode::GLOBALS.of(mode), n)
        } else {
            state::windowed(self.lifter.windows, mode::CWP.of(mode), n)
        }
    }

    /// Integer register `n`.
    pub fn x(&self, n: u8) -> Val<'b> {
        if n == 0 { self.konst(0) } else { self.ir.get(self.slot_of(n)) }
    }

    /// Its low 32 bits.
    pub fn x32(&self, n: u8) -> Val<'b> {
        self.x(n).trunc(Width::W32)
    }

    /// Writes integer register `n`; narrower values are zero-extended.
    pub fn set_x(&self, n: u8, value: Val<'b>) {
        if n != 0 {
            self.ir.set(self.slot_of(n), value.zext(Width::W64));
        }
    }

    /// rs2 or the immediate.
    pub fn operand(&self, i: bool, simm: i64, rs2: u8) -> Val<'b> {
        if i { self.konst(simm) } else { self.x(rs2) }
    }

    /// The second operand.
    pub fn op2(&self, f: Arith) -> Val<'b> {
        self.operand(f.i, f.simm, f.rs2)
    }

    /// rs1 and the second operand.
    pub fn operands(&self, f: Arith) -> (Val<'b>, Val<'b>) {
        (self.x(f.rs1), self.op2(f))
    }

    /// The address rs1 + second operand.
    pub fn address(&self, rs1: u8, i: bool, simm: i64, rs2: u8) -> Val<'b> {
        let base = self.x(rs1);
        let sum = match (i, rs2) {
            (true, _) if simm == 0 => base,
            (true, _) => base.add_imm(simm),
            (false, 0) => base,
            (false, _) => base.add(self.x(rs2)),
        };
        self.mask_address(sum)
    }

    /// Double `n` of a register field.
    pub fn d(&self, field: u8) -> Val<'b> {
        self.ir.get(state::d(double(field)))
    }

    /// Writes the double of a register field.
    pub fn set_d(&self, field: u8, value: Val<'b>) {
        self.ir.set(state::d(double(field)), value);
        self.touch_float(double(field));
    }

    /// Single `n`: the even ones are the upper halves of doubles.
    pub fn s(&self, n: u8) -> Val<'b> {
        let all = self.ir.get(state::d(n / 2));
        if n & 1 == 0 { all.extract(32, 32).trunc(Width::W32) } else { all.trunc(Width::W32) }
    }

    /// Writes single `n`, the other half of its double stays.
    pub fn set_s(&self, n: u8, value: Val<'b>) {
        let all = self.ir.get(state::d(n / 2));
        let lo = if n & 1 == 0 { 32 } else { 0 };
        self.ir.set(state::d(n / 2), all.deposit(lo, 32, value.zext(Width::W64)));
        self.touch_float(n / 2);
    }

    /// The upper and lower double of the quad in a register field.
    pub fn q(&self, field: u8) -> (Val<'b>, Val<'b>) {
        let n = quad(field);
        (self.ir.get(state::d(n)), self.ir.get(state::d(n + 1)))
    }

    /// Writes the quad of a register field.
    pub fn set_q(&self, field: u8, (high, low): (Val<'b>, Val<'b>)) {
        let n = quad(field);
        self.ir.set(state::d(n), high);
        self.ir.set(state::d(n + 1), low);
        self.touch_float(n);
    }

    /// A helper has written doubles from number `n` on, in one half of the register file.
    pub fn float_written(&self, n: u8) {
        self.touch_float(n);
    }

    /// Marks the half of the register file in FPRS ("Floating-Point Registers State (FPRS) Register").
    fn touch_float(&self, n: u8) {
        let dirty = mode::FP_DIRTY.of(self.mode()) | if n < 16 { 1 } else { 2 };
        self.change_mode(mode::FP_DIRTY, dirty);
    }
}
