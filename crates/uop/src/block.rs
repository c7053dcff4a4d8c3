//! A block: ops, their widths, where each guest instruction begins, and the exit.

use crate::op::Op;
use crate::width::Width;

/// The number of a value: the index of the op that makes it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub struct Value(pub u16);

impl Value {
    /// No value: an unused argument.
    pub const NONE: Value = Value(u16::MAX);

    /// As an index into the block's ops.
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// The number of a guest register: its slot in the register file.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub struct Reg(pub u16);

impl Reg {
    /// As an index into the register file.
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// A set of guest registers, as a helper declares it.
#[derive(Clone, Copy, Debug)]
pub enum RegSet {
    /// None.
    None,
    /// Any.
    All,
    /// Those in the half-open ranges.
    Ranges(&'static [(u16, u16)]),
}

impl RegSet {
    /// Whether `reg` is in the set.
    pub fn contains(&self, reg: Reg) -> bool {
        match self {
            RegSet::None => false,
            RegSet::All => true,
            RegSet::Ranges(list) => list.iter().any(|&(from, to)| (from..to).contains(&reg.0)),
        }
    }
}

/// What the IR knows of a helper; its function stands in the target's table at the same index.
#[derive(Clone, Copy, Debug)]
pub struct HelperInfo {
    /// Name, for the text form.
    pub name: &'static str,
    /// Number of arguments, 0 to 4.
    pub args: u8,
    /// Width of the result, if there is one.
    pub ret: Option<Width>,
    /// Guest registers it reads beside its arguments.
    pub reads: RegSet,
    /// Guest registers it writes.
    pub writes: RegSet,
    /// Whether it can raise a guest exception (and then has changed nothing).
    pub faults: bool,
    /// Whether it does nothing but compute: same arguments and registers, same result, and no effect on the rest of the state.
    pub pure_: bool,
}

/// A helper that is a function of its arguments. They are not an array, so that they stay in host registers.
pub type Compute = fn(u64, u64, u64, u64) -> u64;

/// The register file of a target and its helpers: what a block refers to by number.
#[derive(Debug)]
pub struct Layout {
    /// Width of each guest register; the index is the register's number.
    pub regs: Vec<Width>,
    /// Name of each guest register, for the text form.
    pub names: Vec<String>,
    /// The target's helpers.
    pub helpers: Vec<HelperInfo>,
    /// Ordinary accesses of the target trap when they are misaligned; engines do most for those that are like most.
    pub aligned: bool,
    /// By helper: the function of its arguments that is all there is to it, where that is so. May be shorter than the list of helpers.
    pub computes: Vec<Option<Compute>>,
    /// Registers that the target looks at only when an exception is delivered, not while an access is being made.
    pub late: RegSet,
}

/// What an indirect jump is for; engines may predict by it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum Hint {
    /// Nothing known.
    None,
    /// A call: it will come back behind this instruction.
    Call,
    /// A return from the last call.
    Return,
}

/// How a block ends. All addresses are guest virtual.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Exit {
    /// On to a known address.
    Jump {
        /// Where to.
        pc: u64,
    },
    /// One of two known addresses.
    Branch {
        /// A truth value.
        cond: Value,
        /// Where to when it is 1.
        taken: u64,
        /// Where to when it is 0.
        fallthrough: u64,
    },
    /// On to a computed address.
    Indirect {
        /// Where to; its width is that of a guest address.
        pc: Value,
        /// What for.
        hint: Hint,
    },
    /// The last instruction raises an exception and has no other effect.
    Raise {
        /// The target's number for the exception.
        code: u32,
        /// A number that goes with it (the instruction's bits, say).
        arg: u64,
    },
    /// On to a known address, but the mode may have changed and an interrupt may have become deliverable.
    Update {
        /// Where to.
        pc: u64,
    },
    /// The same, to a computed address.
    UpdateIndirect {
        /// Where to.
        pc: Value,
    },
    /// The CPU waits for an interrupt; when it wakes up, it goes on at `pc`.
    Halt {
        /// Where to.
        pc: u64,
    },
    /// A debugger's breakpoint stands here.
    Break,
}

impl Exit {
    /// The value that the exit uses, if any.
    pub const fn operand(&self) -> Option<Value> {
        match *self {
            Exit::Branch { cond, .. } => Some(cond),
            Exit::Indirect { pc, .. } | Exit::UpdateIndirect { pc } => Some(pc),
            _ => None,
        }
    }

    /// Replaces that value.
    pub fn map_operand(&mut self, f: impl FnOnce(Value) -> Value) {
        match self {
            Exit::Branch { cond: v, .. } | Exit::Indirect { pc: v, .. } | Exit::UpdateIndirect { pc: v } => *v = f(*v),
            _ => {}
        }
    }
}

/// Where a guest instruction begins within a block.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct InsnStart {
    /// Index of its first op.
    pub op: u16,
    /// Its address, relative to the block's.
    pub offset: i32,
    /// Whatever the target needs beside the address to resume here (delay-slot state, say).
    pub aux: u32,
}

/// What a register holds where an op faults, although the block writes it later only.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Recover {
    /// Index of the op that may fault.
    pub op: u16,
    /// The register.
    pub reg: Reg,
    /// What it holds then.
    pub value: Value,
}

/// A lifted block.
#[derive(Clone, Debug)]
pub struct Block {
    /// Guest virtual address of the first instruction.
    pub pc: u64,
    /// Bytes of guest code that were lifted.
    pub len: u32,
    /// The ops.
    pub ops: Vec<Op>,
    /// The width of each op's result; meaningless for ops without one.
    pub widths: Vec<Width>,
    /// The instructions, in order.
    pub insns: Vec<InsnStart>,
    /// Registers that have been left behind where ops may fault, in the order of the ops: whoever runs the block brings them up to date
    /// when such an op does fault.
    pub recover: Vec<Recover>,
    /// The end.
    pub exit: Exit,
    /// The mode in which the block is left, where its instructions have changed it to one that is known.
    pub mode: Option<u32>,
    /// The mode into which the taken edge of [`Exit::Branch`] leads, where that is another than the fallthrough's.
    pub taken_mode: Option<u32>,
    /// Where a [`Hint::Return`] is expected to come back to, if the exit (a jump to a known or computed address) is a call.
    pub returns: Option<u64>,
}

impl Block {
    /// The width of `value`.
    pub fn width(&self, value: Value) -> Width {
        self.widths[value.index()]
    }

    /// The instruction to which op number `op` belongs: its index among [`Block::insns`].
    pub fn insn_of(&self, op: usize) -> usize {
        self.insns.partition_point(|i| usize::from(i.op) <= op).saturating_sub(1)
    }

    /// What is to be brought up to date if op number `op` faults.
    pub fn recover_at(&self, op: usize) -> &[Recover] {
        let from = self.recover.partition_point(|r| usize::from(r.op) < op);
        let n = self.recover[from..].partition_point(|r| usize::from(r.op) == op);
        &self.recover[from..from + n]
    }

    /// Whether op number `op` can fault.
    pub fn can_fault(&self, op: usize, layout: &Layout) -> bool {
        match self.ops[op] {
            Op::Call { helper, .. } => layout.helpers[usize::from(helper)].faults,
            Op::RaiseIf { .. } => true,
            ref op => op.is_memory(),
        }
    }
}
