//! The contract: what a guest architecture implements ([`Target`]) and what the rest of the house sees of a CPU ([`Cpu`]).
//!
//! [`Vcpu`] joins a target and an [`Engine`] and implements [`Cpu`] once for all of them: soft TLB, block cache, run loop.
//! Reading order: [`Cpu`], [`Target`], [`Ctx`], [`Engine`], `Vcpu`.
#![allow(
    unsafe_code,
    reason = "handlers reach the register file and guest RAM by raw pointers; each block says why it is sound"
)]

mod api;
mod blocks;
mod core;
mod ctx;
mod engine;
mod slow;
mod target;
mod vcpu;

pub use crate::core::{
    Core, FILE_SLOTS, JUMP_CACHE_SIZE, JumpEntry, Locate, MAX_REGS, MAX_SPACES, RETURNS, Raised, Return, SlowPaths,
    Stopped, TLB_INVALID, TLB_SIZE, TlbEntry,
};
pub use api::{
    Board, Clock, Cpu, Exit, Group, Info, Lines, Log, LogItems, PlainBoard, Register, RegisterError, RestoreError,
    S390State, Watch,
};
pub use ctx::{Ctx, Env};
pub use engine::{CodeId, Engine, Leave, Link, Position};
pub use target::{Access, Code, Helper, HelperFn, Lifted, Mode, Target, Translation};
pub use vcpu::{Kind, Vcpu};
