//! What instruction handlers lift with: registers, effective addresses, condition fields, exits.

use std::cell::Cell;

use bits::Endian;
use cpu::Mode;
use decode::Flow;
use uop::{Builder, Exit, Mem, Val, Width};

use crate::ext::{Ext, ExtSet};
use crate::format::W;
use crate::mode;
use crate::state::{self, crf};
use crate::trap::code;

/// The type of a row's handler.
pub type Handler = fn(&Lift<'_>, u64) -> Flow;

/// A row of the instruction tables.
pub type Insn = decode::Insn<Handler>;

/// One instruction being lifted.
pub struct Lift<'b> {
    /// The block under construction.
    pub ir: &'b Builder<'b>,
    pub(crate) pc: u64,
    pub(crate) bits: u32,
    pub(crate) mode: Mode,
    pub(crate) exts: ExtSet,
    /// Whether general registers have 64 bits.
    pub(crate) wide: bool,
    /// Bytes of a block of the data cache.
    pub(crate) cache_line: u64,
    /// The handler has found a privileged instruction in problem state, or a unit that is off: the exit is set.
    pub(crate) refused: Cell<Option<(u32, u64)>>,
}

impl<'b> Lift<'b> {
    /// Whether general registers have 64 bits.
    pub fn wide(&self) -> bool {
        self.wide
    }

    /// Width of general registers.
    pub fn xlen(&self) -> Width {
        if self.wide() { Width::W64 } else { Width::W32 }
    }

    /// Width of what the mode calls a whole register: 32 bits unless the CPU is in 64-bit mode.
    pub fn mlen(&self) -> Width {
        if self.sf() { Width::W64 } else { Width::W32 }
    }

    /// Whether the CPU is in 64-bit mode.
    pub fn sf(&self) -> bool {
        self.mode & mode::SF != 0
    }

    /// Whether the CPU is in problem state.
    pub fn problem(&self) -> bool {
        self.mode & mode::PR != 0
    }

    /// Whether the model has a feature.
    pub fn has(&self, ext: Ext) -> bool {
        self.exts.has(ext)
    }

    /// `address` cut to what the mode has.
    pub fn cut(&self, address: u64) -> u64 {
        self.mlen().cut(address)
    }

    /// Address of the next instruction.
    pub fn next_pc(&self) -> u64 {
        self.cut(self.pc.wrapping_add(4))
    }

    /// Address of this instruction.
    pub fn pc(&self) -> u64 {
        self.pc
    }

    /// A constant as wide as general registers.
    pub fn konst(&self, value: i64) -> Val<'b> {
        self.ir.konst(self.xlen(), value as u64)
    }

    /// The encoding as a value, for helpers.
    pub fn encoding(&self) -> Val<'b> {
        self.ir.konst(Width::W32, self.bits.into())
    }

    /// General register `n`.
    pub fn g(&self, n: u32) -> Val<'b> {
        self.ir.get(state::g(n))
    }

    /// General register `n`, or 0 for number 0.
    pub fn g0(&self, n: u32) -> Val<'b> {
        if n == 0 { self.konst(0) } else { self.g(n) }
    }

    /// The low 32 bits of general register `n`.
    pub fn g32(&self, n: u32) -> Val<'b> {
        self.g(n).trunc(Width::W32)
    }

    /// Writes general register `n`; narrower values are zero-extended.
    pub fn set_g(&self, n: u32, value: Val<'b>) {
        self.ir.set(state::g(n), value.zext(self.xlen()));
    }

    /// All 64 bits of floating-point register `n`.
    pub fn f(&self, n: u32) -> Val<'b> {
        self.ir.get(state::f(n))
    }

    /// Writes floating-point register `n`.
    pub fn set_f(&self, n: u32, value: Val<'b>) {
        self.ir.set(state::f(n), value);
    }

    /// An effective address: the sum in the mode's width.
    pub fn ea(&self, sum: Val<'b>) -> Val<'b> {
        if self.wide() && !self.sf() { sum.trunc(Width::W32).zext(Width::W64) } else { sum }
    }

    /// The effective address of a D-form instruction.
    pub fn ea_d(&self, f: W, displacement: i64) -> Val<'b> {
        if f.ra() == 0 {
            return self.konst(self.cut(displacement as u64) as i64);
        }
        let base = self.g(f.ra());
        self.ea(if displacement == 0 { base } else { base.add_imm(displacement) })
    }

    /// The effective address of an X-form instruction.
    pub fn ea_x(&self, f: W) -> Val<'b> {
        let rb = self.g(f.rb());
        self.ea(if f.ra() == 0 { rb } else { self.g(f.ra()) + rb })
    }

    /// The byte order of accesses.
    pub fn endian(&self) -> Endian {
        if self.mode & mode::LE != 0 { Endian::Little } else { Endian::Big }
    }

    /// An ordinary access.
    pub fn mem(&self, width: Width) -> Mem {
        Mem { endian: self.endian(), ..Mem::be(width) }
    }

    /// An access in the other byte order.
    pub fn mem_reversed(&self, width: Width) -> Mem {
        let endian = if self.endian() == Endian::Big { Endian::Little } else { Endian::Big };
        Mem { endian, ..Mem::be(width) }
    }

    /// A truth value.
    pub fn bool(&self, value: bool) -> Val<'b> {
        self.ir.konst(Width::W1, value.into())
    }

    /// Bit `n` of CR, as the manual counts.
    pub fn cr(&self, n: u32) -> Val<'b> {
        let field = self.ir.get(crf(n / 4));
        let bit = (field & field.konst(8 >> (n % 4))).is_nonzero();
        if n % 4 == 3 { bit ^ self.ir.get(state::SO) } else { bit }
    }

    /// Writes bit `n` of CR.
    pub fn set_cr(&self, n: u32, bit: Val<'b>) {
        let field = self.ir.get(crf(n / 4));
        let bit = if n % 4 == 3 { bit ^ self.ir.get(state::SO) } else { bit };
        self.ir.set(crf(n / 4), field.deposit(3 - n % 4, 1, bit.zext(Width::W64)));
    }

    /// XER.SO in 64 bits.
    fn so(&self) -> Val<'b> {
        self.ir.get(state::SO).zext(Width::W64)
    }

    /// CR field `n`, four bits in 64.
    pub fn field(&self, n: u32) -> Val<'b> {
        self.ir.get(crf(n)) ^ self.so()
    }

    /// Writes CR field `n`: four bits in 64, zeros above.
    pub fn put_field(&self, n: u32, bits: Val<'b>) {
        self.ir.set(crf(n), bits ^ self.so());
    }

    /// Writes CR field `n`: an order as [`Val::order_s`] gives it, with a copy of SO.
    pub fn set_field(&self, n: u32, order: Val<'b>) {
        self.ir.set(crf(n), order.zext(Width::W64));
    }

    /// Writes CR field 0: nothing but EQ, with a copy of SO.
    pub fn set_equal(&self, equal: Val<'b>) {
        let bit = equal.zext(Width::W64);
        self.ir.set(crf(0), bit.shl(bit.konst(1)));
    }

    /// Writes XER.SO; all fields of CR keep what they are.
    pub fn set_so(&self, so: Val<'b>) {
        let changed = (self.ir.get(state::SO) ^ so).zext(Width::W64);
        (0..8).for_each(|n| self.ir.set(crf(n), self.ir.get(crf(n)) ^ changed));
        self.ir.set(state::SO, so);
    }

    /// CR0 of a record form: `value` compared to 0, in the mode's width.
    pub fn record(&self, value: Val<'b>) {
        let value = value.zext(self.xlen()).trunc(self.mlen());
        self.set_field(0, value.order_s(value.konst(0)));
    }

    /// Writes `value` to register `n`, and CR0 if the instruction has Rc.
    pub fn put(&self, f: W, n: u32, value: Val<'b>) -> Flow {
        self.set_g(n, value);
        if f.rc() != 0 {
            self.record(value);
        }
        Flow::Next
    }

    /// Ends the block.
    pub fn end(&self, exit: Exit) -> Flow {
        self.ir.exit(exit);
        Flow::End
    }

    /// Ends the block with exception `code`.
    pub fn raise(&self, code: u32, arg: u64) -> Flow {
        self.end(Exit::Raise { code, arg })
    }

    /// Whether a privileged instruction must be refused: then say [`Flow::Illegal`].
    pub fn refuse_problem(&self) -> bool {
        if self.problem() {
            self.refused.set(Some((code::PROGRAM, crate::trap::PRIVILEGED)));
        }
        self.problem()
    }

    /// Calls a helper.
    pub fn call(&self, helper: u16, args: &[Val<'b>]) -> Val<'b> {
        self.ir.call(helper, args)
    }

    /// Goes on behind the instruction, where the mode may be another and interrupts may be enabled.
    pub fn update(&self) -> Flow {
        self.end(Exit::Update { pc: self.next_pc() })
    }
}
