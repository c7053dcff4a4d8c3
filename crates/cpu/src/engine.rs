//! What runs blocks.

use uop::{Block, Layout};

use crate::core::Core;

/// A block as an engine keeps it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct CodeId(pub u32);

/// A direct exit of a block that has not been linked to its target.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Link {
    /// The block that is left.
    pub from: CodeId,
    /// Which of its exits: 0 the jump or the taken branch, 1 the fallthrough, 2 the return of a call.
    pub exit: u8,
}

/// Where in a block the engine stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Position {
    /// The block.
    pub code: CodeId,
    /// Index of the guest instruction in it.
    pub insn: u16,
}

/// Why an engine came back.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Leave {
    /// The next block, at `pc`, takes more instructions than the budget has left.
    Budget {
        /// Where to go on.
        pc: u64,
    },
    /// A direct exit without a link.
    Direct {
        /// Where to go on.
        pc: u64,
        /// The exit.
        link: Link,
    },
    /// An indirect exit that the jump cache doesn't know.
    Indirect {
        /// Where to go on.
        pc: u64,
    },
    /// A memory access or helper has not been completed; the [`crate::Ctx`] knows why.
    Stopped(Position),
    /// [`uop::Exit::Raise`].
    Raise {
        /// The instruction that raises.
        at: Position,
        /// The target's number.
        code: u32,
        /// What goes with it.
        arg: u64,
    },
    /// [`uop::Exit::Update`].
    Update {
        /// Where to go on.
        pc: u64,
    },
    /// [`uop::Exit::Halt`].
    Halt {
        /// Where to go on after waking up.
        pc: u64,
    },
    /// [`uop::Exit::Break`].
    Break {
        /// Where the breakpoint stands.
        pc: u64,
    },
}

/// Something that runs blocks: an interpreter, a compiler. It knows no guest; it agrees with [`uop::eval`] on every op.
pub trait Engine: Default + Send {
    /// Takes a verified block over.
    fn add(&mut self, block: &Block, layout: &Layout) -> CodeId;

    /// The address for the jump cache at which `code` begins.
    fn entry(&self, code: CodeId) -> *const u8;

    /// The block that begins at `entry`.
    ///
    /// # Safety
    /// [`Engine::entry`] gave this address, for a block that has not been removed since.
    unsafe fn code_at(&self, entry: *const u8) -> CodeId;

    /// Makes a direct exit go straight to `to`.
    fn link(&mut self, link: Link, to: CodeId);

    /// Drops a block and undoes all links to it. It must not be running.
    fn remove(&mut self, code: CodeId);

    /// Runs from the start of `code` with a budget of instructions; returns why it stopped and the budget that is left. Instructions
    /// that have not completed are not charged.
    ///
    /// # Safety
    /// `core` belongs to a [`crate::Ctx`] that nobody refers to while this runs; its jump cache holds only entries of this engine.
    unsafe fn run(&mut self, core: *mut Core, code: CodeId, budget: i64) -> (Leave, i64);

    /// Finds the instruction at work, and how many of the block are left from it on, for an `ip` that a slow path was called with.
    fn locate(&self, ip: *const u8) -> Option<(Position, u32)>;
}
