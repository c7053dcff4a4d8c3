//! What instruction handlers lift with: registers, constants, branches with their slots, all in terms of the micro-op builder.
//!
//! A handler is `fn name(l: &Lift, f: F) -> Flow`. It appends ops and says whether the block goes on ([`decode::Flow`]). Helpers
//! stand in one table, `crate::helper`.

use std::cell::Cell;

use bits::Endian;
use cpu::Mode;
use decode::Flow;
use uop::{Align, Builder, Exit, Hint, Mem, Order, Val, Width};

use crate::mode;
use crate::state;
use crate::target::Lifter;

/// The type of a row's handler.
pub type Handler = fn(&Lift<'_>, u64) -> Flow;

/// A row of the instruction tables.
pub type Insn = decode::Insn<Handler>;

/// One instruction being lifted.
pub struct Lift<'b> {
    /// The block under construction.
    pub ir: &'b Builder<'b>,
    pub(crate) lifter: &'b Lifter,
    pub(crate) pc: u64,
    pub(crate) bits: u64,
    /// The bytes behind the instruction, as far as they are known.
    pub(crate) rest: &'b [u8],
    pub(crate) offset: i32,
    pub(crate) mode: Mode,
    /// Only this instruction is wanted.
    pub(crate) alone: bool,
    /// It stands in a delay slot, and was lifted with its branch.
    pub(crate) in_slot: bool,
    /// The mode or the interrupt state may change behind this instruction.
    pub(crate) new_mode: Cell<bool>,
    /// Bytes used behind this instruction.
    pub(crate) extra: Cell<u32>,
}

/// Where a branch goes.
#[derive(Clone, Copy)]
pub enum To<'b> {
    /// To a known address.
    Jump(u64),
    /// The same, to come back behind the slot.
    Call(u64),
    /// To a known address if a truth value is 1, else behind the slot.
    If(Val<'b>, u64),
    /// The same, and the slot is skipped if not.
    Likely(Val<'b>, u64),
    /// To a computed address.
    Register(Val<'b>, Hint),
}

impl<'b> Lift<'b> {
    /// Width of the general registers.
    pub fn xlen(&self) -> Width {
        self.lifter.xlen
    }

    /// Whether general registers have 64 bits.
    pub fn is_wide(&self) -> bool {
        self.lifter.xlen == Width::W64
    }

    /// Whether this is Release 6.
    pub fn is_r6(&self) -> bool {
        self.lifter.is_r6
    }

    /// Whether the model has virtual processors (Release 6).
    pub fn has_vp(&self) -> bool {
        self.lifter.has_vp
    }

    /// Whether the model is a 64-bit one.
    pub fn is_64(&self) -> bool {
        self.lifter.is_64
    }

    /// Whether 64-bit integers in floating-point registers need Status.FR.
    pub fn needs_fr(&self) -> bool {
        self.lifter.needs_fr
    }

    /// Address of this instruction.
    pub fn pc(&self) -> u64 {
        self.pc
    }

    /// The address `offset` bytes from this instruction.
    pub fn relative(&self, offset: i64) -> u64 {
        self.xlen().cut(self.pc.wrapping_add_signed(offset))
    }

    /// The mode; see [`crate::mode`].
    pub fn mode(&self) -> Mode {
        self.mode
    }

    /// Whether the instruction stands in a delay slot.
    pub fn is_in_slot(&self) -> bool {
        self.in_slot || self.mode & mode::IN_SLOT != 0
    }

    /// The instruction changes the mode, or what interrupts it.
    pub fn changes_mode(&self) {
        self.new_mode.set(true);
    }

    /// A constant in the width of general registers.
    pub fn konst(&self, value: i64) -> Val<'b> {
        self.ir.konst(self.xlen(), value as u64)
    }

    /// A constant of 32 bits.
    pub fn konst32(&self, value: u64) -> Val<'b> {
        self.ir.konst(Width::W32, value)
    }

    /// Calls a helper.
    pub fn call(&self, helper: u16, args: &[Val<'b>]) -> Val<'b> {
        self.ir.call(helper, args)
    }

    /// General register `n`.
    pub fn r(&self, n: u8) -> Val<'b> {
        if n == 0 { self.konst(0) } else { self.ir.get(state::r(n)) }
    }

    /// The low 32 bits of general register `n`.
    pub fn r32(&self, n: u8) -> Val<'b> {
        self.r(n).trunc(Width::W32)
    }

    /// General register `n` in 64 bits, sign-extended.
    pub fn r64(&self, n: u8) -> Val<'b> {
        self.r(n).sext(Width::W64)
    }

    /// Writes general register `n`; a truth value is zero-extended, all else must have the width of registers.
    pub fn set_r(&self, n: u8, value: Val<'b>) {
        if n != 0 {
            let value = if value.width() == Width::W1 { value.zext(self.xlen()) } else { value };
            self.ir.set(state::r(n), value);
        }
    }

    /// Writes general register `n` with a 32-bit result, sign-extended.
    pub fn set_r32(&self, n: u8, value: Val<'b>) {
        self.set_r(n, value.sext(self.xlen()));
    }

    /// Writes general register `n` with the low bits of a 64-bit value.
    pub fn set_r64(&self, n: u8, value: Val<'b>) {
        self.set_r(n, value.trunc(self.xlen()));
    }

    /// The sum of base register and displacement, cut to 32 bits where the mode says so.
    pub fn address(&self, base: u8, offset: i64) -> Val<'b> {
        self.wrap(self.r(base).add_imm(offset))
    }

    /// An address as the mode reaches it (Volume III, "Address Generation": sign-extended where 64-bit addressing is off).
    pub fn wrap(&self, address: Val<'b>) -> Val<'b> {
        if self.is_wide() && self.mode & mode::WRAP != 0 { address.trunc(Width::W32).sext(Width::W64) } else { address }
    }

    /// The byte order of data.
    pub fn endian(&self) -> Endian {
        match (self.lifter.endian, self.mode & mode::REVERSED != 0) {
            (Endian::Big, false) | (Endian::Little, true) => Endian::Big,
            _ => Endian::Little,
        }
    }

    /// An ordinary access of this width: aligned, but in Release 6.
    pub fn mem(&self, width: Width) -> Mem {
        let align = if self.is_r6() { Align::Split } else { Align::Trap };
        Mem { width, endian: self.endian(), align, order: Order::Relaxed, space: Mem::CURRENT }
    }

    /// Ends the block.
    pub fn end(&self, exit: Exit) -> Flow {
        self.ir.exit(exit);
        Flow::End
    }

    /// Ends the block with an exception.
    pub fn raise(&self, cause: u32, arg: u64) -> Flow {
        self.end(Exit::Raise { code: cause, arg })
    }

    /// Ends the block with a branch that has a delay slot, and lifts the slot. What the branch writes must have been lifted before.
    pub fn branch(&self, to: To<'b>) -> Flow {
        if self.is_in_slot() {
            // "Control transfer instruction in a delay slot": UNPREDICTABLE, and a Reserved Instruction since Release 6.
            return Flow::Illegal;
        }
        if self.alone || self.rest.len() < 4 {
            return self.branch_alone(to);
        }
        if let To::Likely(cond, taken) = to {
            // The taken edge comes back here in a mode that says so: see `Lifter::lift`.
            if self.mode & mode::ANNUL_TAKEN == 0 {
                self.ir.taken_mode(self.mode | mode::ANNUL_TAKEN);
                let fallthrough = self.relative(8);
                return self.end(Exit::Branch { cond: cond.id(), taken: self.pc, fallthrough });
            }
            // What the branch itself does has been done; what was lifted of it again is dropped.
            self.ir.abandon_insn();
            self.ir.enter_mode(self.mode & !mode::ANNUL_TAKEN);
            return self.slot(To::Jump(taken));
        }
        self.slot(to)
    }

    /// Lifts the slot and the jump behind it.
    fn slot(&self, to: To<'b>) -> Flow {
        self.ir.begin_insn(self.offset + 4, 1);
        self.extra.set(4);
        let (word, rest) = self.rest.split_at(4);
        let slot = Lift {
            ir: self.ir,
            lifter: self.lifter,
            pc: self.relative(4),
            bits: self.lifter.endian.read(word),
            rest,
            offset: self.offset + 4,
            mode: self.mode & !mode::ANNUL_TAKEN,
            alone: false,
            in_slot: true,
            new_mode: Cell::new(false),
            extra: Cell::new(0),
        };
        if slot.lift() == Flow::Next {
            self.ir.exit(self.behind_slot(to, slot.new_mode.get()));
        }
        Flow::End
    }

    fn behind_slot(&self, to: To<'b>, update: bool) -> Exit {
        let next = self.relative(8);
        match to {
            To::Jump(pc) | To::Call(pc) if update => Exit::Update { pc },
            To::Jump(pc) => Exit::Jump { pc },
            To::Call(pc) => {
                self.ir.returns_to(next);
                Exit::Jump { pc }
            }
            To::If(cond, taken) | To::Likely(cond, taken) if update => {
                let pc = self.ir.select(cond, self.konst(taken as i64), self.konst(next as i64));
                Exit::UpdateIndirect { pc: pc.id() }
            }
            To::If(cond, taken) | To::Likely(cond, taken) => Exit::Branch { cond: cond.id(), taken, fallthrough: next },
            To::Register(pc, _) if update => Exit::UpdateIndirect { pc: pc.id() },
            To::Register(pc, hint) => {
                if hint == Hint::Call {
                    self.ir.returns_to(next);
                }
                Exit::Indirect { pc: pc.id(), hint }
            }
        }
    }

    /// A compact branch before what is forbidden there. If the branch is not taken, that is treated as its slot. No compiler writes this.
    pub(crate) fn stop_at_forbidden_slot(&self, cond: Val<'b>, taken: u64) -> Flow {
        let next = self.relative(4);
        self.ir.set(state::BTARGET, self.konst(self.relative(8) as i64));
        self.ir.set(state::IN_SLOT, cond.eq(cond.konst(0)).zext(Width::W32));
        let pc = self.ir.select(cond, self.konst(taken as i64), self.konst(next as i64));
        self.end(Exit::UpdateIndirect { pc: pc.id() })
    }

    /// The branch without its slot: where it goes is kept in the state.
    fn branch_alone(&self, to: To<'b>) -> Flow {
        let (one, next) = (self.konst32(1), self.konst(self.relative(8) as i64));
        let select = |cond, taken: u64| self.ir.select(cond, self.konst(taken as i64), next);
        let (target, in_slot) = match to {
            To::Jump(pc) | To::Call(pc) => (self.konst(pc as i64), one),
            To::If(cond, taken) => (select(cond, taken), one),
            To::Likely(cond, taken) => (select(cond, taken), cond.zext(Width::W32)),
            To::Register(pc, _) => (pc, one),
        };
        self.ir.set(state::BTARGET, target);
        self.ir.set(state::IN_SLOT, in_slot);
        let slot = self.relative(4);
        match to {
            To::Likely(cond, _) => {
                let pc = self.ir.select(cond, self.konst(slot as i64), next);
                self.end(Exit::UpdateIndirect { pc: pc.id() })
            }
            _ => self.end(Exit::Update { pc: slot }),
        }
    }
}
