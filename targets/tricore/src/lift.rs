//! What instruction handlers lift with: registers, status bits, traps, exits, in terms of the micro-op builder.
//!
//! A handler is `fn name(l: &Lift, f: Format) -> Flow`, mostly generic over the formats that the instruction comes in.

use std::cell::Cell;

use cpu::Mode;
use decode::Flow;
use uop::{BinOp, Builder, Exit, Hint, Mem, Val, Width};

use crate::state;
use crate::trap::{Trap, tin};

/// The type of a row's handler.
pub type Handler = fn(&Lift<'_>, u64) -> Flow;

/// A row of the instruction tables.
pub type Insn = decode::Insn<Handler>;

/// One instruction being lifted.
pub struct Lift<'b> {
    /// The block under construction.
    pub ir: &'b Builder<'b>,
    pub(crate) pc: u64,
    pub(crate) len: u32,
    pub(crate) mode: Mode,
    /// The instruction raises this trap and does nothing else.
    pub(crate) wrong: Cell<Option<u32>>,
}

/// Addresses and data have 32 bits.
const W: Width = Width::W32;

impl<'b> Lift<'b> {
    /// Address of this instruction.
    pub fn pc(&self) -> u64 {
        self.pc
    }

    /// Address of the next instruction.
    pub fn next_pc(&self) -> u64 {
        W.cut(self.pc + u64::from(self.len))
    }

    /// The address `disp` bytes from this instruction.
    pub fn relative(&self, disp: i64) -> u64 {
        W.cut(self.pc.wrapping_add_signed(disp))
    }

    /// A constant of 32 bits.
    pub fn konst(&self, value: i64) -> Val<'b> {
        self.ir.konst(W, value as u64)
    }

    /// A constant of 64 bits.
    pub fn konst64(&self, value: u64) -> Val<'b> {
        self.ir.konst(Width::W64, value)
    }

    /// D\[n\].
    pub fn d(&self, n: u8) -> Val<'b> {
        self.ir.get(state::d(n))
    }

    /// A\[n\].
    pub fn a(&self, n: u8) -> Val<'b> {
        self.ir.get(state::a(n))
    }

    /// Writes D\[n\]; a truth value is zero-extended.
    pub fn set_d(&self, n: u8, value: Val<'b>) {
        self.ir.set(state::d(n), value.zext(W));
    }

    /// Writes A\[n\]; the system global registers trap unless PSW.GW is set ("GRWP").
    pub fn set_a(&self, n: u8, value: Val<'b>) {
        if matches!(n, 0 | 1 | 8 | 9) && !crate::mode::gw(self.mode) {
            self.wrong.set(Some(tin::GRWP));
        }
        self.ir.set(state::a(n), value);
    }

    /// Notes a pair: its number must be even ("OPD").
    fn pair(&self, n: u8) -> u8 {
        if n & 1 != 0 {
            self.wrong.set(Some(tin::OPD));
        }
        n & 14
    }

    /// E\[n\]: D\[n+1\] above D\[n\].
    pub fn e(&self, n: u8) -> Val<'b> {
        let n = self.pair(n);
        self.join(self.d(n), self.d(n + 1))
    }

    /// Writes E\[n\].
    pub fn set_e(&self, n: u8, value: Val<'b>) {
        let n = self.pair(n);
        self.set_d(n, value.trunc(W));
        self.set_d(n + 1, value.extract(32, 32).trunc(W));
    }

    /// P\[n\] as 64 bits: A\[n+1\] above A\[n\].
    pub fn p(&self, n: u8) -> Val<'b> {
        let n = self.pair(n);
        self.join(self.a(n), self.a(n + 1))
    }

    /// Writes P\[n\].
    pub fn set_p(&self, n: u8, value: Val<'b>) {
        let n = self.pair(n);
        self.set_a(n, value.trunc(W));
        self.set_a(n + 1, value.extract(32, 32).trunc(W));
    }

    /// The number of the pair's lower register.
    pub fn even(&self, n: u8) -> u8 {
        self.pair(n)
    }

    /// Two words as a doubleword.
    pub fn join(&self, low: Val<'b>, high: Val<'b>) -> Val<'b> {
        low.zext(Width::W64).deposit(32, 32, high.zext(Width::W64))
    }

    /// Sets V, SV, AV and SAV: `v` has the overflow in bit 31, AV is bit 31 of the result exclusive or its bit 30.
    pub fn set_flags(&self, v: Val<'b>, result: Val<'b>) {
        self.set_flags_av(v, result ^ (result + result));
    }

    /// The same with the advance overflow in bit 31 of `av`.
    pub fn set_flags_av(&self, v: Val<'b>, av: Val<'b>) {
        self.set_overflow(self.join(av, v));
    }

    /// Sets V and AV to bits 63 and 31, and the sticky ones.
    pub fn set_overflow(&self, overflow: Val<'b>) {
        self.ir.set(state::OVERFLOW, overflow);
        self.ir.set(state::STICKY, self.ir.get(state::STICKY) | overflow);
    }

    /// What [`Lift::set_overflow`] takes, of a sum or a difference.
    pub fn overflow_of(&self, op: BinOp, a: Val<'b>, b: Val<'b>) -> Val<'b> {
        a.zext(Width::W64).bin(op, b.zext(Width::W64))
    }

    /// A truth value in bit 31.
    pub fn bit31(&self, truth: Val<'b>) -> Val<'b> {
        truth.zext(W).shl(self.konst(31))
    }

    /// Calls a helper.
    pub fn call(&self, helper: u16, args: &[Val<'b>]) -> Val<'b> {
        self.ir.call(helper, args)
    }

    /// Ends the block.
    pub fn end(&self, exit: Exit) -> Flow {
        self.ir.exit(exit);
        Flow::End
    }

    /// Ends the block with a trap whose return address is this instruction.
    pub fn raise(&self, tin: u32) -> Flow {
        self.end(Exit::Raise { code: tin, arg: self.pc })
    }

    /// Raises a trap if `cond`; comes before the instruction's effects.
    pub fn raise_if(&self, cond: Val<'b>, tin: u32) {
        self.ir.raise_if(cond, tin, self.pc);
    }

    /// Ends the block with a jump.
    pub fn jump(&self, pc: u64) -> Flow {
        self.end(Exit::Jump { pc })
    }

    /// Ends the block with a jump to a computed address, whose lowest bit is ignored.
    pub fn jump_to(&self, pc: Val<'b>, hint: Hint) -> Flow {
        self.end(Exit::Indirect { pc: (pc & self.konst(-2)).id(), hint })
    }

    /// Ends the block with a branch by `disp` if `cond`.
    pub fn branch(&self, cond: Val<'b>, disp: i64) -> Flow {
        self.end(Exit::Branch { cond: cond.id(), taken: self.relative(disp), fallthrough: self.next_pc() })
    }

    /// Whether PSW.IO is at least `io`; otherwise the instruction is a PRIV trap.
    pub fn privileged(&self, io: u32) -> bool {
        let ok = crate::mode::io(self.mode) >= io;
        if !ok {
            self.wrong.set(Some(tin::PRIV));
        }
        ok
    }

    /// An access of `width`; see `lib.rs` for misaligned ones.
    pub fn mem(&self, width: Width) -> Mem {
        Mem::le(width)
    }

    /// An access whose address must be a multiple of `unit` bytes ("Alignment Requirements"): address registers need words. What data registers
    /// need, [`cpu::Target::misaligned_split`] knows.
    pub(crate) fn aligned(&self, address: Val<'b>, width: Width, unit: Width) -> Mem {
        if unit != Width::W32 {
            return self.mem(width);
        }
        if width != unit {
            self.raise_if((address & self.konst(3)).is_nonzero(), tin::ALN);
            return self.mem(width);
        }
        self.mem(width).aligned()
    }

    /// Loads 32 bits or fewer, extended to 32.
    pub fn load(&self, address: Val<'b>, width: Width, signed: bool) -> Val<'b> {
        let value = self.ir.load(address, self.mem(width));
        if signed { value.sext(W) } else { value.zext(W) }
    }

    /// Stores the low bits of `value`.
    pub fn store(&self, address: Val<'b>, value: Val<'b>, width: Width) {
        self.ir.store(address, value.trunc(width), self.mem(width));
    }
}

/// The trap of a number that [`Exit::Raise`] holds.
pub(crate) fn trap(code: u32, arg: u64) -> Trap {
    Trap::returning(code, arg as u32)
}
