//! The interpreter: blocks are lowered to threaded code on the flat register file, one handler an op.
//!
//! Reading order: [`slot`] (the code format), [`handlers`] (what each op does), [`lower`] (from SSA to slots: fusion,
//! and which file slot holds which value), [`engine`] (the blocks, their links, and the way in and out).
//!
//! Two dispatchers come from one definition of the handlers. In optimised builds a handler ends in a call of the next one, which
//! the compiler turns into a jump; in debug builds (or with the feature `loop-dispatch`) it returns to a loop.
#![allow(unsafe_code, reason = "handlers reach file, TLB and code by raw pointers; each block says why it is sound")]

mod engine;
mod handlers;
mod lower;
mod slot;

pub use engine::Interp;
