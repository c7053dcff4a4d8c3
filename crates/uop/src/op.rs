//! The ops. Each family is one table, from which names, text form, builder methods and handlers derive.

use bits::Endian;

use crate::block::{Reg, Value};
use crate::width::Width;

/// Calls `$m! { rest; Variant method; ... }` with all two-operand ops. Operands and result have one width.
#[macro_export]
macro_rules! for_each_bin_op {
    ($m:ident $($rest:tt)*) => { $m! { $($rest)*
        /// Sum, wrapping.
        Add add;
        /// Difference, wrapping.
        Sub sub;
        /// Low half of the product.
        Mul mul;
        /// High half of the unsigned product.
        MulHiU mul_hi_u;
        /// High half of the signed product.
        MulHiS mul_hi_s;
        /// High half of the product of the signed first and the unsigned second operand.
        MulHiSU mul_hi_su;
        /// Unsigned quotient. The divisor must not be 0: whoever lifts sees to that.
        DivU div_u;
        /// Signed quotient towards zero; the smallest number by -1 wraps. The divisor must not be 0.
        DivS div_s;
        /// Unsigned remainder. The divisor must not be 0.
        RemU rem_u;
        /// Signed remainder with the sign of the dividend; the smallest number by -1 gives 0. The divisor must not be 0.
        RemS rem_s;
        /// Bitwise and.
        And and;
        /// Bitwise or.
        Or or;
        /// Bitwise exclusive or.
        Xor xor;
        /// Shift left; the count is taken modulo the width.
        Shl shl;
        /// Shift right, filling with zeros; the count is taken modulo the width.
        ShrU shr_u;
        /// Shift right, filling with the sign; the count is taken modulo the width.
        ShrS shr_s;
        /// Rotate left; the count is taken modulo the width.
        RotL rot_l;
        /// Rotate right; the count is taken modulo the width.
        RotR rot_r;
        /// Low half of the carry-less product.
        Clmul clmul;
        /// High half of the carry-less product.
        ClmulHi clmul_hi;
        /// The smaller of two signed numbers.
        MinS min_s;
        /// The smaller of two unsigned numbers.
        MinU min_u;
        /// The greater of two signed numbers.
        MaxS max_s;
        /// The greater of two unsigned numbers.
        MaxU max_u;
        /// Of two numbers of half the width, above: the sign bit says whether their sum overflows as a signed number; below: the same
        /// of the wrapped sum when it is doubled. The bits under the two sign bits are those of the usual formulas.
        AddOverflows add_overflows;
        /// The same of their difference.
        SubOverflows sub_overflows;
        /// How the first compares to the second, signed: 8 less, 4 greater, 2 equal.
        OrderS order_s;
        /// How the first compares to the second, unsigned: 8 less, 4 greater, 2 equal.
        OrderU order_u;
    } };
}

/// Calls `$m!` with all one-operand ops. Operand and result have one width.
#[macro_export]
macro_rules! for_each_un_op {
    ($m:ident $($rest:tt)*) => { $m! { $($rest)*
        /// All bits inverted.
        Not not;
        /// Two's complement.
        Neg neg;
        /// Number of zero bits above the highest one; the width for 0.
        Clz clz;
        /// Number of zero bits below the lowest one; the width for 0.
        Ctz ctz;
        /// Number of one bits.
        Popcnt popcnt;
        /// Bytes in reverse order.
        Bswap bswap;
        /// Bits in reverse order.
        Bitrev bitrev;
    } };
}

/// Calls `$m!` with all comparisons. Operands have one width, the result is a truth value.
#[macro_export]
macro_rules! for_each_cmp_op {
    ($m:ident $($rest:tt)*) => { $m! { $($rest)*
        /// Equal.
        Eq eq;
        /// Not equal.
        Ne ne;
        /// Less, signed.
        LtS lt_s;
        /// Less, unsigned.
        LtU lt_u;
        /// Less or equal, signed.
        LeS le_s;
        /// Less or equal, unsigned.
        LeU le_u;
    } };
}

/// Calls `$m!` with all atomic read-modify-write functions of old value and operand.
#[macro_export]
macro_rules! for_each_rmw_op {
    ($m:ident $($rest:tt)*) => { $m! { $($rest)*
        /// The operand alone.
        Swap swap;
        /// Sum.
        Add add;
        /// Bitwise and.
        And and;
        /// Bitwise or.
        Or or;
        /// Bitwise exclusive or.
        Xor xor;
        /// Smaller, signed.
        MinS min_s;
        /// Smaller, unsigned.
        MinU min_u;
        /// Greater, signed.
        MaxS max_s;
        /// Greater, unsigned.
        MaxU max_u;
    } };
}

/// Calls `$m!` with all floating-point operations that an engine may do on the host.
#[macro_export]
macro_rules! for_each_fast_fp {
    ($m:ident $($rest:tt)*) => { $m! { $($rest)*
        /// Binary32 sum.
        Add32 add32;
        /// Binary32 difference.
        Sub32 sub32;
        /// Binary32 product.
        Mul32 mul32;
        /// Binary32 quotient.
        Div32 div32;
        /// Binary32 square root.
        Sqrt32 sqrt32;
        /// Binary64 sum.
        Add64 add64;
        /// Binary64 difference.
        Sub64 sub64;
        /// Binary64 product.
        Mul64 mul64;
        /// Binary64 quotient.
        Div64 div64;
        /// Binary64 square root.
        Sqrt64 sqrt64;
        /// Binary64 of a signed 32-bit number.
        FromI32To64 from_i32_to64;
        /// Binary64 of an unsigned 32-bit number.
        FromU32To64 from_u32_to64;
        /// Binary64 of a signed 64-bit number.
        FromI64To64 from_i64_to64;
        /// Binary64 of a binary32.
        Widen widen;
        /// Binary32 of a binary64.
        Narrow narrow;
        /// Signed 32-bit number of a binary64, cut towards zero; zeros above.
        TruncToI32From64 trunc_to_i32_from64;
        /// Signed 64-bit number of a binary64, cut towards zero.
        TruncToI64From64 trunc_to_i64_from64;
        /// 1 if two binary32 are equal, else 0.
        Eq32 eq32;
        /// 1 if a binary32 is less than another, else 0.
        Lt32 lt32;
        /// 1 if a binary32 is at most another, else 0.
        Le32 le32;
        /// 1 if two binary64 are equal, else 0.
        Eq64 eq64;
        /// 1 if a binary64 is less than another, else 0.
        Lt64 lt64;
        /// 1 if a binary64 is at most another, else 0.
        Le64 le64;
    } };
}

macro_rules! define_ops {
    ($(#[$em:meta])* enum $name:ident; $( $(#[$m:meta])* $variant:ident $text:ident; )*) => {
        $(#[$em])*
        #[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
        #[repr(u8)]
        pub enum $name { $( $(#[$m])* $variant, )* }

        impl $name {
            /// All of them, in the order of the table.
            pub const ALL: &'static [$name] = &[$($name::$variant),*];

            /// The name in the text form.
            pub const fn name(self) -> &'static str {
                match self { $($name::$variant => stringify!($text),)* }
            }
        }
    };
}

for_each_bin_op! { define_ops /** Ops of two operands. */ enum BinOp; }
for_each_un_op! { define_ops /** Ops of one operand. */ enum UnOp; }
for_each_cmp_op! { define_ops /** Comparisons. */ enum CmpOp; }
for_each_fast_fp! { define_ops /** Floating-point operations that an engine may do on the host when that is known to be exact. */ enum FastFp; }
for_each_rmw_op! { define_ops /** Functions of atomic read-modify-write. */ enum RmwOp; }

impl FastFp {
    /// Number of operands, 1 or 2.
    pub const fn operands(self) -> usize {
        use FastFp::*;
        match self {
            Sqrt32 | Sqrt64 | FromI32To64 | FromU32To64 | FromI64To64 | Widen | Narrow | TruncToI32From64
            | TruncToI64From64 => 1,
            _ => 2,
        }
    }
}

impl BinOp {
    /// Whether the operands may change places.
    pub const fn commutes(self) -> bool {
        use BinOp::*;
        matches!(self, Add | Mul | MulHiU | MulHiS | And | Or | Xor | Clmul | ClmulHi | MinS | MinU | MaxS | MaxU)
    }

    /// Whether the second operand must not be 0.
    pub const fn divides(self) -> bool {
        matches!(self, BinOp::DivU | BinOp::DivS | BinOp::RemU | BinOp::RemS)
    }
}

/// What happens to an access that is not aligned to its size.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum Align {
    /// It is done in parts, each of which may fault before any is written.
    Split,
    /// It raises the target's alignment exception.
    Trap,
}

/// How an access is ordered against others of the same CPU.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum Order {
    /// Not at all.
    Relaxed,
    /// Before all that follow.
    Acquire,
    /// After all that precede.
    Release,
    /// Both, and in one order on which all CPUs agree.
    SeqCst,
}

/// How memory is accessed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub struct Mem {
    /// Size of the access and width of the value; [`Width::W8`] and up.
    pub width: Width,
    /// Byte order.
    pub endian: Endian,
    /// Misaligned accesses.
    pub align: Align,
    /// Ordering.
    pub order: Order,
    /// Address space and privilege, a number that only the target understands; [`Mem::CURRENT`] is the one of the block's mode.
    pub space: u8,
}

impl Mem {
    /// The address space of ordinary loads and stores in the block's mode.
    pub const CURRENT: u8 = 0xff;

    /// A plain little-endian access that may be misaligned, in the current space.
    pub const fn le(width: Width) -> Mem {
        Mem { width, endian: Endian::Little, align: Align::Split, order: Order::Relaxed, space: Mem::CURRENT }
    }

    /// The same with big-endian bytes.
    pub const fn be(width: Width) -> Mem {
        Mem { endian: Endian::Big, ..Mem::le(width) }
    }

    /// The same, but a misaligned access traps.
    pub const fn aligned(self) -> Mem {
        Mem { align: Align::Trap, ..self }
    }

    /// The same with an ordering.
    pub const fn ordered(self, order: Order) -> Mem {
        Mem { order, ..self }
    }

    /// The same in another address space.
    pub const fn in_space(self, space: u8) -> Mem {
        Mem { space, ..self }
    }
}

/// Memory fences, by what they order.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum Fence {
    /// Earlier loads before later accesses.
    Acquire,
    /// Earlier accesses before later stores.
    Release,
    /// Everything before everything.
    SeqCst,
}

/// One op. Operands are earlier values of the block.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Op {
    /// A constant.
    Const(u64),
    /// The value of a guest register.
    Get(Reg),
    /// Writes a guest register; no result.
    Set(Reg, Value),
    /// What a guest register holds no longer matters until it is written; no result.
    Forget(Reg),
    /// One operand.
    Un(UnOp, Value),
    /// Two operands.
    Bin(BinOp, Value, Value),
    /// A comparison.
    Cmp(CmpOp, Value, Value),
    /// The second if the first, a truth value, is 1, else the third.
    Select(Value, Value, Value),
    /// The value with zeros above, in the op's (greater) width.
    Zext(Value),
    /// The value with copies of its sign above, in the op's (greater) width.
    Sext(Value),
    /// The low bits, in the op's (smaller) width.
    Trunc(Value),
    /// `len` bits from bit `lo` up, moved to bit 0.
    Extract {
        /// Where the bits are.
        value: Value,
        /// Lowest bit.
        lo: u8,
        /// How many.
        len: u8,
    },
    /// `value` with `len` bits from `lo` up replaced by the low bits of `field`.
    Deposit {
        /// What is changed.
        value: Value,
        /// What is put in.
        field: Value,
        /// Lowest bit.
        lo: u8,
        /// How many.
        len: u8,
    },
    /// A load. Can fault.
    Load {
        /// Guest virtual address.
        addr: Value,
        /// How.
        mem: Mem,
    },
    /// A store. Can fault.
    Store {
        /// Guest virtual address.
        addr: Value,
        /// What, of the access's width.
        value: Value,
        /// How.
        mem: Mem,
    },
    /// Atomic read-modify-write; the result is the old value. Can fault.
    Rmw {
        /// New value as a function of old value and operand.
        op: RmwOp,
        /// Guest virtual address.
        addr: Value,
        /// The operand.
        value: Value,
        /// How.
        mem: Mem,
    },
    /// Atomic compare and swap; the result is the old value. Can fault.
    Cas {
        /// Guest virtual address.
        addr: Value,
        /// What must be there.
        expected: Value,
        /// What is put there.
        new: Value,
        /// How.
        mem: Mem,
    },
    /// A load that makes a reservation. Can fault.
    LoadLinked {
        /// Guest virtual address.
        addr: Value,
        /// How.
        mem: Mem,
    },
    /// A store that succeeds only if the reservation of the last [`Op::LoadLinked`] still holds, and ends it in any case; the
    /// result is a truth value, 1 if it has stored. Can fault.
    StoreCond {
        /// Guest virtual address.
        addr: Value,
        /// What, of the access's width.
        value: Value,
        /// How.
        mem: Mem,
    },
    /// A fence.
    Fence(Fence),
    /// Raises an exception if a truth value is 1: the instruction has no other effect then, so this comes before its effects.
    RaiseIf {
        /// The condition.
        cond: Value,
        /// The target's number for the exception.
        code: u32,
        /// A number that goes with it (the instruction's bits, say).
        arg: u64,
    },
    /// Calls helper number `helper` of the target. Faults if the helper's row says so.
    Call {
        /// Index into the target's helper table.
        helper: u16,
        /// The arguments; only as many as the helper's row says count.
        args: [Value; 4],
        /// A host operation that may replace the call when the guest register named here is not 0 and operands and result
        /// are such that the result is exact and raises no flag that isn't raised already (see [`crate::sem::fast_fp`]). When the
        /// register is 2, denormal operands are flagged: the call is made for them.
        fast: Option<(FastFp, Reg)>,
    },
}

impl Op {
    /// The operands, in order.
    pub fn operands(&self) -> impl Iterator<Item = Value> + use<> {
        let none = Value::NONE;
        let list = match *self {
            Op::Const(_) | Op::Get(_) | Op::Forget(_) | Op::Fence(_) => [none; 4],
            Op::Set(_, v) | Op::Un(_, v) | Op::Zext(v) | Op::Sext(v) | Op::Trunc(v) => [v, none, none, none],
            Op::Extract { value, .. } | Op::RaiseIf { cond: value, .. } => [value, none, none, none],
            Op::Bin(_, a, b) | Op::Cmp(_, a, b) => [a, b, none, none],
            Op::Deposit { value, field, .. } => [value, field, none, none],
            Op::Select(c, a, b) => [c, a, b, none],
            Op::Load { addr, .. } | Op::LoadLinked { addr, .. } => [addr, none, none, none],
            Op::Store { addr, value, .. } | Op::Rmw { addr, value, .. } | Op::StoreCond { addr, value, .. } => {
                [addr, value, none, none]
            }
            Op::Cas { addr, expected, new, .. } => [addr, expected, new, none],
            Op::Call { args, .. } => args,
        };
        list.into_iter().filter(|v| *v != Value::NONE)
    }

    /// Replaces each operand by what `f` says.
    pub fn map_operands(&mut self, mut f: impl FnMut(Value) -> Value) {
        let mut go = |v: &mut Value| {
            if *v != Value::NONE {
                *v = f(*v);
            }
        };
        match self {
            Op::Const(_) | Op::Get(_) | Op::Forget(_) | Op::Fence(_) => {}
            Op::Set(_, v) | Op::Un(_, v) | Op::Zext(v) | Op::Sext(v) | Op::Trunc(v) => go(v),
            Op::Extract { value, .. } | Op::RaiseIf { cond: value, .. } => go(value),
            Op::Bin(_, a, b) | Op::Cmp(_, a, b) => (go(a), go(b)).0,
            Op::Deposit { value, field, .. } => (go(value), go(field)).0,
            Op::Select(c, a, b) => (go(c), go(a), go(b)).0,
            Op::Load { addr, .. } | Op::LoadLinked { addr, .. } => go(addr),
            Op::Store { addr, value, .. } | Op::Rmw { addr, value, .. } | Op::StoreCond { addr, value, .. } => {
                go(addr);
                go(value);
            }
            Op::Cas { addr, expected, new, .. } => (go(addr), go(expected), go(new)).0,
            Op::Call { args, .. } => args.iter_mut().for_each(go),
        }
    }

    /// Whether the op touches memory (and may therefore fault).
    pub const fn is_memory(&self) -> bool {
        matches!(
            self,
            Op::Load { .. }
                | Op::Store { .. }
                | Op::Rmw { .. }
                | Op::Cas { .. }
                | Op::LoadLinked { .. }
                | Op::StoreCond { .. }
        )
    }

    /// Whether the op does nothing but compute its result from its operands (and, for [`Op::Get`], a register).
    pub const fn is_pure(&self) -> bool {
        !self.is_memory()
            && !matches!(self, Op::Set(..) | Op::Forget(_) | Op::Fence(_) | Op::RaiseIf { .. } | Op::Call { .. })
    }
}
