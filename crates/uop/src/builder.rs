//! How lifters append ops: methods on values, so that semantics read like the manual's pseudocode.

use std::cell::RefCell;
use std::ops;

use crate::block::{Block, Exit, InsnStart, Layout, Reg, Value};
use crate::op::{BinOp, CmpOp, FastFp, Fence, Mem, Op, RmwOp, UnOp};
use crate::width::Width;
use crate::{for_each_bin_op, for_each_cmp_op, for_each_un_op};

/// A block under construction.
///
/// Methods take `&self`, which is what lets expressions nest. Operands of the wrong width are a mistake of the lifter and panic.
pub struct Builder<'l> {
    layout: &'l Layout,
    inner: RefCell<Inner>,
}

struct Inner {
    ops: Vec<Op>,
    widths: Vec<Width>,
    insns: Vec<InsnStart>,
    exit: Option<Exit>,
    mode: Option<u32>,
    taken_mode: Option<u32>,
    returns: Option<u64>,
}

/// A value of the block that a [`Builder`] is making.
#[derive(Clone, Copy)]
pub struct Val<'b> {
    builder: &'b Builder<'b>,
    id: Value,
}

impl<'l> Builder<'l> {
    /// An empty block for a target with this register file and these helpers.
    pub fn new(layout: &'l Layout) -> Builder<'l> {
        let inner = Inner {
            ops: Vec::new(),
            widths: Vec::new(),
            insns: Vec::new(),
            exit: None,
            mode: None,
            taken_mode: None,
            returns: None,
        };
        Builder { layout, inner: RefCell::new(inner) }
    }

    /// The register file and helpers that this block refers to.
    pub fn layout(&self) -> &'l Layout {
        self.layout
    }

    /// The guest instruction at `offset` bytes from the block's start begins here; `aux` is what the target needs to resume here.
    pub fn begin_insn(&self, offset: i32, aux: u32) {
        let mut inner = self.inner.borrow_mut();
        let op = inner.ops.len() as u16;
        inner.insns.push(InsnStart { op, offset, aux });
    }

    /// Takes back the last [`Builder::begin_insn`] and everything since: the instruction can't be lifted after all.
    pub fn abandon_insn(&self) {
        let mut inner = self.inner.borrow_mut();
        if let Some(start) = inner.insns.pop() {
            inner.ops.truncate(usize::from(start.op));
            inner.widths.truncate(usize::from(start.op));
            inner.exit = None;
        }
    }

    /// Number of instructions begun.
    pub fn n_insns(&self) -> usize {
        self.inner.borrow().insns.len()
    }

    /// Number of ops so far.
    pub fn n_ops(&self) -> usize {
        self.inner.borrow().ops.len()
    }

    /// Ends the block.
    pub fn exit(&self, exit: Exit) {
        self.inner.borrow_mut().exit = Some(exit);
    }

    /// The mode is `mode` from here on: for the instructions that follow in the block, and when it is left. What the lifter sets
    /// must make the target report that mode, too; and both modes must use the same address spaces.
    pub fn enter_mode(&self, mode: u32) {
        self.inner.borrow_mut().mode = Some(mode);
    }

    /// The mode that [`Builder::enter_mode`] has entered last.
    pub fn mode(&self) -> Option<u32> {
        self.inner.borrow().mode
    }

    /// The taken edge of this block's [`Exit::Branch`] leads into `mode`, whatever mode the fallthrough leads into. A CPU that stops
    /// at the edge is in the mode that its target reports: `mode` may say more, if going on without it comes to the same.
    pub fn taken_mode(&self, mode: u32) {
        self.inner.borrow_mut().taken_mode = Some(mode);
    }

    /// The exit is a call, and comes back to `pc`: engines predict the target of the [`crate::Hint::Return`] that ends it.
    pub fn returns_to(&self, pc: u64) {
        self.inner.borrow_mut().returns = Some(pc);
    }

    /// Whether the block has its exit.
    pub fn has_exit(&self) -> bool {
        self.inner.borrow().exit.is_some()
    }

    /// The finished block of `len` bytes of guest code at `pc`.
    ///
    /// # Panics
    /// When it has no exit.
    pub fn finish(self, pc: u64, len: u32) -> Block {
        let inner = self.inner.into_inner();
        let exit = inner.exit.expect("a block ends with an exit");
        let (mode, taken_mode, returns) = (inner.mode, inner.taken_mode, inner.returns);
        let recover = Vec::new();
        Block {
            pc,
            len,
            ops: inner.ops,
            widths: inner.widths,
            insns: inner.insns,
            recover,
            exit,
            mode,
            taken_mode,
            returns,
        }
    }

    fn push(&self, op: Op, width: Width) -> Value {
        let mut inner = self.inner.borrow_mut();
        debug_assert!(inner.exit.is_none(), "{op:?} after the block's exit");
        debug_assert!(inner.ops.len() < usize::from(u16::MAX), "a block holds at most 65,534 ops");
        inner.ops.push(op);
        inner.widths.push(width);
        Value((inner.ops.len() - 1) as u16)
    }

    fn val(&self, op: Op, width: Width) -> Val<'_> {
        Val { builder: self, id: self.push(op, width) }
    }

    /// The constant `value` of width `width`; bits above are cut off.
    pub fn konst(&self, width: Width, value: u64) -> Val<'_> {
        self.val(Op::Const(width.cut(value)), width)
    }

    /// The value of guest register `reg`.
    pub fn get(&self, reg: Reg) -> Val<'_> {
        self.val(Op::Get(reg), self.layout.regs[reg.index()])
    }

    /// The constant that guest register `reg` holds here, as far as earlier ops of the block tell.
    pub fn constant_in(&self, reg: Reg) -> Option<u64> {
        let inner = self.inner.borrow();
        for op in inner.ops.iter().rev() {
            match *op {
                Op::Set(to, value) if to == reg => {
                    return match inner.ops[value.index()] {
                        Op::Const(n) => Some(n),
                        _ => None,
                    };
                }
                Op::Forget(of) if of == reg => return None,
                Op::Call { helper, .. } if self.layout.helpers[usize::from(helper)].writes.contains(reg) => {
                    return None;
                }
                _ => {}
            }
        }
        None
    }

    /// Writes guest register `reg`.
    pub fn set(&self, reg: Reg, value: Val<'_>) {
        let want = self.layout.regs[reg.index()];
        assert_eq!(value.width(), want, "register {} is set", self.layout.names[reg.index()]);
        self.push(Op::Set(reg, value.id), want);
    }

    /// `a` if `cond`, a truth value, is 1, else `b`.
    pub fn select<'b>(&'b self, cond: Val<'b>, a: Val<'b>, b: Val<'b>) -> Val<'b> {
        assert_eq!(cond.width(), Width::W1, "the condition of a select");
        assert_eq!(a.width(), b.width(), "the operands of a select");
        self.val(Op::Select(cond.id, a.id, b.id), a.width())
    }

    /// Loads from guest virtual address `addr`.
    pub fn load(&self, addr: Val<'_>, mem: Mem) -> Val<'_> {
        self.val(Op::Load { addr: addr.id, mem }, mem.width)
    }

    /// Stores `value` to guest virtual address `addr`.
    pub fn store(&self, addr: Val<'_>, value: Val<'_>, mem: Mem) {
        assert_eq!(value.width(), mem.width, "the value of a store");
        self.push(Op::Store { addr: addr.id, value: value.id, mem }, mem.width);
    }

    /// Atomically replaces what is at `addr`; the result is what was there.
    pub fn rmw(&self, op: RmwOp, addr: Val<'_>, value: Val<'_>, mem: Mem) -> Val<'_> {
        assert_eq!(value.width(), mem.width, "the operand of an atomic access");
        self.val(Op::Rmw { op, addr: addr.id, value: value.id, mem }, mem.width)
    }

    /// Atomically puts `new` at `addr` if `expected` is there; the result is what was there.
    pub fn cas(&self, addr: Val<'_>, expected: Val<'_>, new: Val<'_>, mem: Mem) -> Val<'_> {
        assert_eq!((expected.width(), new.width()), (mem.width, mem.width), "the operands of a compare and swap");
        self.val(Op::Cas { addr: addr.id, expected: expected.id, new: new.id, mem }, mem.width)
    }

    /// Loads and makes a reservation.
    pub fn load_linked(&self, addr: Val<'_>, mem: Mem) -> Val<'_> {
        self.val(Op::LoadLinked { addr: addr.id, mem }, mem.width)
    }

    /// Stores if the reservation holds; the result is a truth value, 1 if it has stored.
    pub fn store_cond(&self, addr: Val<'_>, value: Val<'_>, mem: Mem) -> Val<'_> {
        assert_eq!(value.width(), mem.width, "the value of a conditional store");
        self.val(Op::StoreCond { addr: addr.id, value: value.id, mem }, Width::W1)
    }

    /// What register `reg` holds no longer matters until it is written.
    pub fn forget(&self, reg: Reg) {
        self.push(Op::Forget(reg), Width::W64);
    }

    /// A fence.
    pub fn fence(&self, fence: Fence) {
        self.push(Op::Fence(fence), Width::W64);
    }

    /// Raises exception `code` with `arg` ([`Exit::Raise`]) if `cond`, a truth value, is 1.
    pub fn raise_if(&self, cond: Val<'_>, code: u32, arg: u64) {
        assert_eq!(cond.width(), Width::W1, "the condition of an exception");
        self.push(Op::RaiseIf { cond: cond.id, code, arg }, Width::W64);
    }

    /// Calls helper number `helper`; the result is meaningless if its row has none.
    pub fn call(&self, helper: u16, args: &[Val<'_>]) -> Val<'_> {
        self.call_with(helper, args, None)
    }

    /// The same, but an engine may do `fast` on the host while guest register `ok` is not 0.
    pub fn call_fast(&self, helper: u16, args: &[Val<'_>], fast: FastFp, ok: Reg) -> Val<'_> {
        self.call_with(helper, args, Some((fast, ok)))
    }

    fn call_with(&self, helper: u16, args: &[Val<'_>], fast: Option<(FastFp, Reg)>) -> Val<'_> {
        let info = &self.layout.helpers[usize::from(helper)];
        assert_eq!(args.len(), usize::from(info.args), "arguments of helper {}", info.name);
        let mut list = [Value::NONE; 4];
        list.iter_mut().zip(args).for_each(|(slot, arg)| *slot = arg.id);
        self.val(Op::Call { helper, args: list, fast }, info.ret.unwrap_or(Width::W64))
    }
}

macro_rules! bin_methods {
    ($( $(#[$m:meta])* $variant:ident $method:ident; )*) => { $(
        $(#[$m])*
        pub fn $method(self, other: Val<'b>) -> Val<'b> { self.bin(BinOp::$variant, other) }
    )* };
}
macro_rules! un_methods {
    ($( $(#[$m:meta])* $variant:ident $method:ident; )*) => { $(
        $(#[$m])*
        pub fn $method(self) -> Val<'b> {
            let op = Op::Un(UnOp::$variant, self.id);
            self.builder.val(op, self.width())
        }
    )* };
}
macro_rules! cmp_methods {
    ($( $(#[$m:meta])* $variant:ident $method:ident; )*) => { $(
        $(#[$m])*
        pub fn $method(self, other: Val<'b>) -> Val<'b> {
            assert_eq!(self.width(), other.width(), "operands of a comparison");
            self.builder.val(Op::Cmp(CmpOp::$variant, self.id, other.id), Width::W1)
        }
    )* };
}

#[expect(
    clippy::should_implement_trait,
    reason = "the operators are implemented too; the methods complete the family of ops"
)]
impl<'b> Val<'b> {
    for_each_bin_op! { bin_methods }
    for_each_un_op! { un_methods }
    for_each_cmp_op! { cmp_methods }

    /// A two-operand op; both have one width.
    pub fn bin(self, op: BinOp, other: Val<'b>) -> Val<'b> {
        assert_eq!(self.width(), other.width(), "operands of {}", op.name());
        self.builder.val(Op::Bin(op, self.id, other.id), self.width())
    }

    /// The number of this value.
    pub fn id(self) -> Value {
        self.id
    }

    /// Its width.
    pub fn width(self) -> Width {
        self.builder.inner.borrow().widths[self.id.index()]
    }

    /// A constant of this value's width.
    pub fn konst(self, value: u64) -> Val<'b> {
        self.builder.konst(self.width(), value)
    }

    /// This plus a constant.
    pub fn add_imm(self, value: i64) -> Val<'b> {
        self.add(self.konst(value as u64))
    }

    /// The value in a greater (or the same) width, with zeros above.
    pub fn zext(self, to: Width) -> Val<'b> {
        assert!(to >= self.width(), "zext narrows");
        if to == self.width() { self } else { self.builder.val(Op::Zext(self.id), to) }
    }

    /// The value in a greater (or the same) width, with copies of its sign above.
    pub fn sext(self, to: Width) -> Val<'b> {
        assert!(to >= self.width(), "sext narrows");
        if to == self.width() { self } else { self.builder.val(Op::Sext(self.id), to) }
    }

    /// The low bits.
    pub fn trunc(self, to: Width) -> Val<'b> {
        assert!(to <= self.width(), "trunc widens");
        if to == self.width() { self } else { self.builder.val(Op::Trunc(self.id), to) }
    }

    /// `len` bits from bit `lo` up, moved to bit 0.
    pub fn extract(self, lo: u32, len: u32) -> Val<'b> {
        assert!(len > 0 && lo + len <= self.width().bits(), "extract of bits that are not there");
        self.builder.val(Op::Extract { value: self.id, lo: lo as u8, len: len as u8 }, self.width())
    }

    /// This value with `len` bits from `lo` up replaced by the low bits of `field`, which has the same width.
    pub fn deposit(self, lo: u32, len: u32, field: Val<'b>) -> Val<'b> {
        assert!(len > 0 && lo + len <= self.width().bits(), "deposit of bits that are not there");
        assert_eq!(self.width(), field.width(), "operands of deposit");
        self.builder.val(Op::Deposit { value: self.id, field: field.id, lo: lo as u8, len: len as u8 }, self.width())
    }

    /// Whether the value is not 0.
    pub fn is_nonzero(self) -> Val<'b> {
        self.ne(self.konst(0))
    }
}

macro_rules! operator {
    ($($trait:ident $method:ident $variant:ident;)*) => { $(
        impl<'b> ops::$trait for Val<'b> {
            type Output = Val<'b>;
            fn $method(self, other: Val<'b>) -> Val<'b> { self.bin(BinOp::$variant, other) }
        }
    )* };
}
operator! { Add add Add; Sub sub Sub; Mul mul Mul; BitAnd bitand And; BitOr bitor Or; BitXor bitxor Xor; }

impl<'b> ops::Not for Val<'b> {
    type Output = Val<'b>;
    fn not(self) -> Val<'b> {
        Val::not(self)
    }
}
