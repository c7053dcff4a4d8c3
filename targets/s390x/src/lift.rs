//! What instruction handlers lift with: registers, storage operands, condition code, exits, all in terms of the micro-op builder.
//!
//! A handler is `fn name(l: &Lift, f: Format) -> Flow`.

use std::cell::Cell;

use decode::Flow;
use uop::{Builder, Exit, Mem, Val, Width};

use crate::cc::{self, Kind};
use crate::ext::{Ext, ExtSet};
use crate::format::Addr;
use crate::helper;
use crate::mmu;
use crate::mode::Parts;
use crate::state;
use crate::trap::{code, dxc};

/// The type of a row's handler.
pub type Handler = fn(&Lift<'_>, u64) -> Flow;

/// A row of the instruction tables.
pub type Insn = decode::Insn<Handler>;

/// A value of the block.
pub type V<'b> = Val<'b>;

/// One instruction being lifted.
pub struct Lift<'b> {
    /// The block under construction.
    pub ir: &'b Builder<'b>,
    pub(crate) pc: u64,
    pub(crate) bits: u64,
    /// Length of the instruction that the PSW counts.
    pub(crate) len: u32,
    /// What relative addresses count from; differs from `pc` for the target of an execute instruction.
    pub(crate) origin: u64,
    pub(crate) mode: Parts,
    pub(crate) exts: ExtSet,
    /// In the access-register mode, the register by which the first operand's address was made.
    pub(crate) first_base: Cell<Option<u8>>,
}

impl<'b> Lift<'b> {
    /// Address of this instruction.
    pub fn pc(&self) -> u64 {
        self.pc
    }

    /// The encoding.
    pub fn bits(&self) -> u64 {
        self.bits
    }

    /// Length in bytes that the PSW counts: of an execute instruction, if that executes this one.
    pub fn length(&self) -> u32 {
        self.len
    }

    /// Whether an execute instruction executes it.
    pub fn is_executed(&self) -> bool {
        self.origin != self.pc
    }

    /// Whether the CPU has a facility.
    pub fn has(&self, ext: Ext) -> bool {
        self.exts.has(ext)
    }

    /// The mode.
    pub fn mode(&self) -> Parts {
        self.mode
    }

    /// `address` as the addressing mode cuts it.
    pub fn wrap(&self, address: u64) -> u64 {
        address & bits::mask(self.mode.address_bits)
    }

    /// Address of the next instruction.
    pub fn next_pc(&self) -> u64 {
        self.wrap(self.pc.wrapping_add(u64::from(self.len)))
    }

    /// The address `offset` bytes from this instruction.
    pub fn relative(&self, offset: i64) -> u64 {
        self.wrap(self.origin.wrapping_add_signed(offset))
    }

    /// A 64-bit constant.
    pub fn k(&self, value: i64) -> V<'b> {
        self.ir.konst(Width::W64, value as u64)
    }

    /// A 32-bit constant.
    pub fn kw(&self, value: i64) -> V<'b> {
        self.ir.konst(Width::W32, value as u64)
    }

    /// General register `n`.
    pub fn g(&self, n: u8) -> V<'b> {
        self.ir.get(state::r(n))
    }

    /// Bits 32 to 63 of general register `n`.
    pub fn w(&self, n: u8) -> V<'b> {
        self.g(n).trunc(Width::W32)
    }

    /// The same, sign-extended to 64 bits.
    pub fn ws(&self, n: u8) -> V<'b> {
        self.w(n).sext(Width::W64)
    }

    /// The same, zero-extended.
    pub fn wz(&self, n: u8) -> V<'b> {
        let g = self.g(n);
        g & g.konst(0xffff_ffff)
    }

    /// Bits 0 to 31 of general register `n`, as 32 bits.
    pub fn h(&self, n: u8) -> V<'b> {
        self.g(n).extract(32, 32).trunc(Width::W32)
    }

    /// Writes general register `n`.
    pub fn set_g(&self, n: u8, value: V<'b>) {
        self.ir.set(state::r(n), value.zext(Width::W64));
    }

    /// Writes bits 32 to 63 of general register `n`; of a wider value the low 32 bits count.
    pub fn set_w(&self, n: u8, value: V<'b>) {
        self.set_g(n, self.g(n).deposit(0, 32, value.zext(Width::W64)));
    }

    /// Writes bits 0 to 31 of general register `n`.
    pub fn set_h(&self, n: u8, value: V<'b>) {
        self.set_g(n, self.g(n).deposit(32, 32, value.zext(Width::W64)));
    }

    /// All 64 bits of floating-point register `n`.
    pub fn f64(&self, n: u8) -> V<'b> {
        self.ir.get(state::f(n))
    }

    /// The short number in floating-point register `n`: its left half.
    pub fn f32(&self, n: u8) -> V<'b> {
        self.f64(n).extract(32, 32).trunc(Width::W32)
    }

    /// Writes floating-point register `n`.
    pub fn set_f64(&self, n: u8, value: V<'b>) {
        self.ir.set(state::f(n), value);
    }

    /// Writes the left half of floating-point register `n`.
    pub fn set_f32(&self, n: u8, value: V<'b>) {
        self.set_f64(n, self.f64(n).deposit(32, 32, value.zext(Width::W64)));
    }

    /// Says by which access registers the operands are reached, where that counts.
    pub fn operands(&self, first: u8, second: u8) {
        if self.mode.space == mmu::FIRST {
            self.call(helper::NOTE_OPERANDS, &[self.k(first.into()), self.k(second.into())]);
        }
    }

    /// The same of one operand more: the first is the only one until there is a second.
    fn operand(&self, n: u8) {
        if self.mode.space == mmu::FIRST {
            let first = self.first_base.get().unwrap_or(n);
            self.first_base.set(Some(first));
            self.operands(first, n);
        }
    }

    /// An effective address.
    pub fn addr(&self, a: Addr) -> V<'b> {
        self.operand(a.b);
        let sum = match (a.b, a.x) {
            (0, 0) => return self.ir.konst(Width::W64, self.wrap(a.d as u64)),
            (n, 0) | (0, n) => self.g(n),
            (b, x) => self.g(b) + self.g(x),
        };
        self.cut(if a.d == 0 { sum } else { sum.add_imm(a.d) })
    }

    /// An address as the addressing mode cuts it.
    pub fn cut(&self, address: V<'b>) -> V<'b> {
        match self.mode.address_bits {
            64 => address,
            bits => address & address.konst(bits::mask(bits)),
        }
    }

    /// The address in general register `n`.
    pub fn at(&self, n: u8) -> V<'b> {
        self.operand(n);
        self.cut(self.g(n))
    }

    /// Loads.
    pub fn load(&self, address: V<'b>, width: Width) -> V<'b> {
        self.ir.load(address, Mem::be(width))
    }

    /// Stores the low bits of `value`.
    pub fn store(&self, address: V<'b>, value: V<'b>, width: Width) {
        self.ir.store(address, value.trunc(width), Mem::be(width));
    }

    /// Loads a signed halfword, in 64 bits.
    pub fn m16(&self, a: Addr) -> V<'b> {
        self.load(self.addr(a), Width::W16).sext(Width::W64)
    }

    /// Loads a word.
    pub fn m32(&self, a: Addr) -> V<'b> {
        self.load(self.addr(a), Width::W32)
    }

    /// Loads a signed word, in 64 bits.
    pub fn m32s(&self, a: Addr) -> V<'b> {
        self.m32(a).sext(Width::W64)
    }

    /// Loads an unsigned word, in 64 bits.
    pub fn m32z(&self, a: Addr) -> V<'b> {
        self.m32(a).zext(Width::W64)
    }

    /// Loads a doubleword.
    pub fn m64(&self, a: Addr) -> V<'b> {
        self.load(self.addr(a), Width::W64)
    }

    /// Calls a helper.
    pub fn call(&self, helper: u16, args: &[V<'b>]) -> V<'b> {
        self.ir.call(helper, args)
    }

    // The condition code.

    /// Sets it: kind and operands.
    pub fn cc2(&self, kind: Kind, a: V<'b>, b: V<'b>) {
        self.cc1(kind, a);
        self.ir.set(state::CC_B, b.zext(Width::W64));
    }

    /// Sets it: kind and operand.
    pub fn cc1(&self, kind: Kind, a: V<'b>) {
        self.ir.set(state::CC_KIND, self.ir.konst(Width::W8, kind as u64));
        self.ir.set(state::CC_A, a.zext(Width::W64));
    }

    /// Sets it to a number.
    pub fn cc(&self, n: i64) {
        self.cc1(Kind::Code, self.k(n));
    }

    /// Sets it by the sign of a number of 64 bits.
    pub fn cc_sign(&self, a: V<'b>) {
        self.cc1(Kind::Sign, a);
    }

    /// The code as a value of 64 bits.
    pub fn cc_value(&self) -> V<'b> {
        let args = [self.ir.get(state::CC_KIND), self.ir.get(state::CC_A), self.ir.get(state::CC_B)];
        if self.cc_kind() == Some(Kind::Code) { args[1] } else { self.call(helper::CC_VALUE, &args) }
    }

    /// The carry that the code tells of: its left bit.
    pub fn carry(&self) -> V<'b> {
        let (a, b) = (self.ir.get(state::CC_A), self.ir.get(state::CC_B));
        match self.cc_kind() {
            Some(Kind::Carry) => b,
            Some(Kind::Borrow) => b.le_u(a).zext(Width::W64),
            _ => self.cc_value().extract(1, 1),
        }
    }

    fn cc_kind(&self) -> Option<Kind> {
        self.ir.constant_in(state::CC_KIND).map(Kind::from_number)
    }

    /// Whether the code is one of those that `mask` names: 8 for 0 to 1 for 3. The mask is neither 0 nor 15.
    pub fn condition(&self, mask: u8) -> V<'b> {
        let b = || Some(self.ir.get(state::CC_B));
        let known = self.cc_kind().and_then(|kind| cc::condition(kind, self.ir.get(state::CC_A), b, mask));
        known.unwrap_or_else(|| cc::of_code(self.cc_value(), mask))
    }

    /// The program mask's fixed-point overflow: raises the exception if the code is 3. Comes last, since the instruction completes.
    pub fn overflow(&self) {
        if self.mode.overflow {
            self.ir.raise_if(self.condition(1), code::FIXED_POINT_OVERFLOW, 0);
        }
    }

    // Exceptions and exits.

    /// Ends the block.
    pub fn end(&self, exit: Exit) -> Flow {
        self.ir.exit(exit);
        Flow::End
    }

    /// Ends the block with a program interruption.
    pub fn raise(&self, code: u32, arg: u64) -> Flow {
        self.end(Exit::Raise { code, arg })
    }

    /// Ends the block with a specification exception.
    pub fn specification(&self) -> Flow {
        self.raise(code::SPECIFICATION, 0)
    }

    /// Raises a specification exception if `cond`.
    pub fn specification_if(&self, cond: V<'b>) {
        self.ir.raise_if(cond, code::SPECIFICATION, 0);
    }

    /// The address must be a multiple of `n`.
    pub fn aligned(&self, address: V<'b>, n: u64) -> V<'b> {
        self.specification_if((address & address.konst(n - 1)).is_nonzero());
        address
    }

    /// Ends the block: jumps to a known address.
    pub fn jump(&self, pc: u64) -> Flow {
        self.end(Exit::Jump { pc })
    }

    /// Ends the block: jumps to `pc` if `cond`.
    pub fn branch_if(&self, cond: V<'b>, pc: u64) -> Flow {
        self.end(Exit::Branch { cond: cond.id(), taken: pc, fallthrough: self.next_pc() })
    }

    /// Ends the block: the mode may change behind this instruction.
    pub fn update(&self) -> Flow {
        self.end(Exit::Update { pc: self.next_pc() })
    }

    /// Ends the block: goes on at the address that a helper has given, in whatever mode.
    pub fn update_to(&self, pc: V<'b>) -> Flow {
        self.end(Exit::UpdateIndirect { pc: pc.id() })
    }

    /// The exception of a privileged instruction in the problem state.
    pub fn supervisor(&self) -> Option<(u32, u64)> {
        self.mode.problem.then_some((code::PRIVILEGED, 0))
    }

    /// The exception of a BFP instruction while AFP registers are off.
    pub fn needs_bfp(&self) -> Option<(u32, u64)> {
        (!self.mode.afp).then_some((code::DATA, dxc::BFP))
    }

    /// The exception of a DFP instruction while AFP registers are off.
    pub fn needs_dfp(&self) -> Option<(u32, u64)> {
        (!self.mode.afp).then_some((code::DATA, dxc::DFP))
    }

    /// The exception of these floating-point registers: while AFP registers are off, there are 0, 2, 4 and 6.
    pub fn needs_fpr(&self, list: &[u8]) -> Option<(u32, u64)> {
        (!self.mode.afp && list.iter().any(|n| n & 9 != 0)).then_some((code::DATA, dxc::AFP))
    }
}
