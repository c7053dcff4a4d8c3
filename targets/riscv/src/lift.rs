//! What instruction handlers lift with: registers, constants, exits, all in terms of the micro-op builder.
//!
//! A handler is `fn name(l: &Lift, f: Format) -> Flow`. It appends ops by `l.x`, `l.set_x` and the methods of [`uop::Val`], and says
//! whether the block goes on ([`decode::Flow`]). Helpers stand in one table, `crate::helper`; each is generic over the hart,
//! `fn name<H: Hart>(hart: &mut H, args: [u64; 4]) -> Result<u64, Trap>`, so that tests can run it without a whole CPU.

use cpu::Mode;
use decode::Flow;
use uop::{Builder, Exit, Val, Width};

use crate::mode;
use crate::state;

/// The type of a row's handler.
pub type Handler = fn(&Lift<'_>, u64) -> Flow;

/// A row of the instruction tables.
pub type Insn = decode::Insn<Handler>;

/// One instruction being lifted.
pub struct Lift<'b> {
    /// The block under construction.
    pub ir: &'b Builder<'b>,
    pub(crate) pc: u64,
    pub(crate) bits: u64,
    pub(crate) len: u32,
    pub(crate) mode: Mode,
    pub(crate) xlen: Width,
    /// Whether jumps may go to addresses that are no multiples of 4.
    pub(crate) has_c: bool,
    /// Whether there is an S-mode.
    pub(crate) has_s: bool,
}

impl<'b> Lift<'b> {
    /// XLEN as the width of values.
    pub fn xlen(&self) -> Width {
        self.xlen
    }

    /// Whether XLEN is 64.
    pub fn is_rv64(&self) -> bool {
        self.xlen == Width::W64
    }

    /// Address of this instruction.
    pub fn pc(&self) -> u64 {
        self.pc
    }

    /// Address of the next instruction.
    pub fn next_pc(&self) -> u64 {
        self.xlen.cut(self.pc.wrapping_add(u64::from(self.len)))
    }

    /// The address `offset` bytes from this instruction.
    pub fn relative(&self, offset: i64) -> u64 {
        self.xlen.cut(self.pc.wrapping_add_signed(offset))
    }

    /// The encoding, zero-extended.
    pub fn bits(&self) -> u64 {
        self.bits
    }

    /// The mode; see [`crate::mode`].
    pub fn mode(&self) -> Mode {
        self.mode
    }

    /// The privilege: 0 U, 1 S, 3 M.
    pub fn privilege(&self) -> u32 {
        mode::privilege(self.mode)
    }

    /// A constant of XLEN bits.
    pub fn konst(&self, value: i64) -> Val<'b> {
        self.ir.konst(self.xlen, value as u64)
    }

    /// Integer register `n`.
    pub fn x(&self, n: u8) -> Val<'b> {
        if n == 0 { self.konst(0) } else { self.ir.get(state::x(n)) }
    }

    /// The low 32 bits of integer register `n`.
    pub fn x32(&self, n: u8) -> Val<'b> {
        self.x(n).trunc(Width::W32)
    }

    /// Writes integer register `n`; a truth value is zero-extended, all else must be XLEN bits wide.
    pub fn set_x(&self, n: u8, value: Val<'b>) {
        if n != 0 {
            let value = if value.width() == Width::W1 { value.zext(self.xlen) } else { value };
            self.ir.set(state::x(n), value);
        }
    }

    /// Writes integer register `n` with a 32-bit result, sign-extended to XLEN.
    pub fn set_x32(&self, n: u8, value: Val<'b>) {
        self.set_x(n, value.sext(self.xlen));
    }

    /// Ends the block.
    pub fn end(&self, exit: Exit) -> Flow {
        self.ir.exit(exit);
        Flow::End
    }

    /// Ends the block with exception `cause`; `arg` is its `tval`.
    pub fn raise(&self, cause: u32, arg: u64) -> Flow {
        self.end(Exit::Raise { code: cause, arg })
    }
}
