//! What instruction handlers lift with: registers, constants, exits, all in terms of the micro-op builder.
//!
//! A handler is `fn name(l: &Lift, f: Format) -> Flow`. It appends ops by `l.x`, `l.set_x` and the methods of [`uop::Val`], and says
//! whether the block goes on ([`decode::Flow`]). Helpers stand in one table, `crate::helper`; each is generic over the hart,
//! `fn name<H: Hart>(hart: &mut H, args: [u64; 4]) -> Result<u64, Trap>`, so that tests can run it without a whole CPU.

use std::cell::Cell;

use cpu::Mode;
use decode::Flow;
use uop::{Builder, Exit, FastFp, Val, Width};

use crate::fp::RM_DYN;
use crate::helper;
use crate::mode;
use crate::state;
use crate::trap::cause;

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
    /// Whether there are but 16 integer registers.
    pub(crate) is_rve: bool,
    /// An integer register has been named that is not there.
    pub(crate) no_register: Cell<bool>,
    /// The mode changes behind this instruction.
    pub(crate) new_mode: Cell<bool>,
}

/// The upper half of an f register that holds a single-precision number.
const BOX: u64 = 0xffff_ffff << 32;
/// The canonical NaN of single precision.
const NAN_F32: u64 = 0x7fc0_0000;

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

    /// The encoding as a value, for helpers.
    pub fn encoding(&self) -> Val<'b> {
        self.ir.konst(Width::W32, self.bits)
    }

    /// Calls a helper.
    pub fn call(&self, helper: u16, args: &[Val<'b>]) -> Val<'b> {
        self.ir.call(helper, args)
    }

    /// Notes a reference to integer register `n`: RV32E and RV64E have 16.
    fn note_register(&self, n: u8) {
        if self.is_rve && n > 15 {
            self.no_register.set(true);
        }
    }

    /// Integer register `n`.
    pub fn x(&self, n: u8) -> Val<'b> {
        self.note_register(n);
        if n == 0 { self.konst(0) } else { self.ir.get(state::x(n)) }
    }

    /// The low 32 bits of integer register `n`.
    pub fn x32(&self, n: u8) -> Val<'b> {
        self.x(n).trunc(Width::W32)
    }

    /// Writes integer register `n`; a truth value is zero-extended, all else must be XLEN bits wide.
    pub fn set_x(&self, n: u8, value: Val<'b>) {
        self.note_register(n);
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

    /// Whether a jump to `pc` raises an exception.
    pub fn misaligned(&self, pc: u64) -> bool {
        !self.has_c && pc & 3 != 0
    }

    /// Ends the block with the exception of a jump to `pc`.
    pub fn raise_misaligned(&self, pc: u64) -> Flow {
        self.raise(cause::FETCH_MISALIGNED, pc)
    }

    /// Raises the exception of a jump to `pc`, if there is one; to be called before anything is changed.
    pub fn check_target(&self, pc: Val<'b>) {
        if !self.has_c {
            self.call(helper::CHECK_TARGET, &[pc]);
        }
    }

    /// Whether rounding mode `rm` of an instruction is not reserved.
    pub fn legal_rm(&self, rm: u8) -> bool {
        rm <= 4 || rm == RM_DYN
    }

    /// Calls a helper that rounds by `rm`; the host may do `fast` instead when it rounds to nearest and is exact.
    pub fn call_fast(&self, helper: u16, args: &[Val<'b>], fast: FastFp, rm: u8) -> Val<'b> {
        match rm {
            0 => self.ir.call_fast(helper, args, fast, state::FP_OK_NX),
            RM_DYN => self.ir.call_fast(helper, args, fast, state::FP_OK_DYN),
            _ => self.ir.call(helper, args),
        }
    }

    /// All 64 bits of floating-point register `n`.
    pub fn f64(&self, n: u8) -> Val<'b> {
        self.ir.get(state::f(n))
    }

    /// The single-precision number in register `n`; the canonical NaN if it is not NaN-boxed ("NaN Boxing of Narrower Values").
    pub fn f32(&self, n: u8) -> Val<'b> {
        let all = self.f64(n);
        let boxed = all.konst(BOX).le_u(all);
        self.ir.select(boxed, all.trunc(Width::W32), self.ir.konst(Width::W32, NAN_F32))
    }

    /// The number of `width` in floating-point register `n`, see [`Lift::f32`] and [`Lift::f64`].
    pub fn f(&self, n: u8, width: Width) -> Val<'b> {
        if width == Width::W32 { self.f32(n) } else { self.f64(n) }
    }

    /// Writes a number to floating-point register `n`, as the last thing an instruction does; one of 32 bits is NaN-boxed.
    pub fn set_f(&self, n: u8, value: Val<'b>) {
        if !mode::fp_dirty(self.mode) {
            self.call(helper::FP_DIRTY, &[]);
            self.new_mode.set(true);
        }
        let all = value.zext(Width::W64);
        self.ir.set(state::f(n), if value.width() == Width::W32 { all | all.konst(BOX) } else { all });
    }
}
