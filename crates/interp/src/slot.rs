//! The format of lowered code: 16-byte slots, most of them a handler and its operands.

use cpu::{Core, TlbEntry};

/// A handler: `core`, the slot at work, the TLB of the current space, the budget left. Returns when the block chain is left, with
/// one of the codes of [`leave`] (or, with loop dispatch, the next slot's address).
pub(crate) type Handler = unsafe extern "C" fn(*mut Core, *const Slot, *const TlbEntry, i64) -> u64;

/// An op: its handler and operands, which are slots of the register file or immediates.
#[derive(Clone, Copy)]
#[repr(C)]
pub(crate) struct Slot {
    pub(crate) handler: Handler,
    /// Destination.
    pub(crate) d: u16,
    /// First operand.
    pub(crate) a: u16,
    /// An immediate, or second and third operand.
    pub(crate) imm: i32,
}

impl Slot {
    /// The second operand, when there is no immediate.
    #[inline(always)]
    pub(crate) const fn b(&self) -> u16 {
        self.imm as u16
    }

    /// The third operand, when there is no immediate.
    #[inline(always)]
    pub(crate) const fn c(&self) -> u16 {
        (self.imm >> 16) as u16
    }
}

/// The first slot of a block.
#[derive(Clone, Copy)]
#[repr(C)]
pub(crate) struct Head {
    /// Guest instructions of the block.
    pub(crate) n_insns: i32,
    /// The engine's number of the block.
    pub(crate) code: u32,
    /// Guest virtual address of the block.
    pub(crate) pc: u64,
}

/// A direct exit: where it goes, and the head of the block there.
#[derive(Clone, Copy)]
#[repr(C)]
pub(crate) struct Link {
    pub(crate) target: *const Head,
    pub(crate) pc: u64,
}

/// Data that an op has behind its slot.
#[derive(Clone, Copy)]
#[repr(C)]
pub(crate) struct Data {
    pub(crate) low: u64,
    pub(crate) high: u64,
}

/// An op with a constant, done when a register is brought up to date behind a fault.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Step {
    pub(crate) op: uop::BinOp,
    pub(crate) w: uop::Width,
    pub(crate) k: u64,
}

/// A register that is brought up to date when the op in a slot has faulted.
#[derive(Clone, Debug)]
pub(crate) struct Recovery {
    /// The slot of the op.
    pub(crate) slot: u32,
    pub(crate) reg: u16,
    /// The slot of the file that it is made from.
    pub(crate) from: u16,
    pub(crate) steps: Box<[Step]>,
}

impl Recovery {
    /// The register's value, made from what `from` holds.
    pub(crate) fn value(&self, from: u64) -> u64 {
        self.steps.iter().fold(from, |v, s| uop::sem::bin(s.op, s.w, s.w.cut(v), s.k))
    }
}

/// A function of four slots of the file, behind the op that calls it.
#[derive(Clone, Copy)]
#[repr(C)]
pub(crate) struct Function {
    /// The slots, the first lowest.
    pub(crate) slots: u64,
    pub(crate) function: uop::Compute,
}

/// Memory for one slot of any kind.
#[derive(Clone, Copy)]
#[repr(C)]
pub(crate) struct Raw([u64; 2]);

impl Raw {
    /// This slot, which was made from an op.
    pub(crate) fn as_op(self) -> Slot {
        // SAFETY: both are 16 bytes, and the bits are those of an op, whose handler is a function's address.
        unsafe { std::mem::transmute::<Raw, Slot>(self) }
    }

    /// This slot, which is an op, with another handler.
    pub(crate) fn with_handler(self, handler: Handler) -> Raw {
        Raw([handler as usize as u64, self.0[1]])
    }
}

macro_rules! into_raw {
    ($($t:ty),*) => { $(
        impl From<$t> for Raw {
            fn from(slot: $t) -> Raw {
                // SAFETY: both are 16 bytes without padding; any bits are a valid `Raw`.
                unsafe { std::mem::transmute::<$t, Raw>(slot) }
            }
        }
    )* };
}
into_raw!(Slot, Head, Link, Data, Function);

/// A head that no budget of one entry suffices for: direct exits that have not been linked lead here.
pub(crate) static UNLINKED: Head = Head { n_insns: i32::MAX, code: 0, pc: 0 };
/// The same, for exits that lead to another page and always go by the jump cache.
pub(crate) static FAR: Head = Head { n_insns: i32::MAX, code: 0, pc: 0 };

/// Why handlers returned.
pub(crate) mod leave {
    /// `core.ip` is the head of a block that the budget doesn't suffice for.
    pub(crate) const BUDGET: u64 = 0;
    /// `core.ip` is the link.
    pub(crate) const DIRECT: u64 = 1;
    /// `core.leave_pc` is where to go on.
    pub(crate) const INDIRECT: u64 = 2;
    /// `core.ip` is the op that was not completed.
    pub(crate) const STOPPED: u64 = 3;
    /// `core.ip` is the op that raises.
    pub(crate) const RAISE: u64 = 4;
    /// `core.leave_pc` is where to go on.
    pub(crate) const UPDATE: u64 = 5;
    /// `core.leave_pc` is where to go on after waking up.
    pub(crate) const HALT: u64 = 6;
    /// `core.leave_pc` is where the breakpoint stands.
    pub(crate) const BREAK: u64 = 7;
    /// No code of this module and no address is between this and [`BREAK`].
    #[cfg_attr(not(any(debug_assertions, feature = "loop-dispatch")), expect(dead_code, reason = "loop dispatch only"))]
    pub(crate) const LIMIT: u64 = 16;
}
