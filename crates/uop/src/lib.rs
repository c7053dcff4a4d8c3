//! The micro-op IR: what guest instructions are lifted into, and what engines run.
//!
//! A [`Block`] is a straight line of ops in SSA form with one [`Exit`]. It knows no guest: registers are numbers, memory is
//! addresses, and whatever one guest needs alone is a *helper* of its target, called by number.
//!
//! Reading order: [`Width`] and [`op`] (the ops and what they mean), [`Block`], [`Builder`] (how lifters append),
//! [`verify()`], [`text()`], [`pass`] (what is simplified before an engine sees a block), [`eval`] (the reference evaluator,
//! which is the definition of every op).
//!
//! Invariants: a value of width *w* has all bits above *w* zero; a guest register holds a value of its declared width; an op
//! that can fault leaves no trace when it does.

mod block;
mod builder;
pub mod eval;
pub mod op;
pub mod pass;
pub mod sem;
mod text;
mod verify;
mod width;

pub use block::{Block, Compute, Exit, HelperInfo, Hint, InsnStart, Layout, Recover, Reg, RegSet, Value};
pub use builder::{Builder, Val};
pub use op::{Align, BinOp, CmpOp, FastFp, Fence, Mem, Op, Order, RmwOp, UnOp};
pub use text::text;
pub use verify::{VerifyError, verify};
pub use width::Width;
