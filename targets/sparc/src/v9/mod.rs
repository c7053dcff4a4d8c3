//! SPARC V9: UltraSPARC (sun4u), and of sun4v what a bare-metal start needs.
//!
//! Manuals: *The SPARC Architecture Manual, Version 9*; *UltraSPARC I/II User's Manual* (802-7220) for MMU, ASIs, VIS, timers; *UltraSPARC III
//! Cu User's Manual* for VIS 2; *UltraSPARC Architecture 2005* for hyperprivileged mode.
//!
//! Reading order: [`state`] (the register file), [`mode`], [`cc`], [`format`], [`lift`], [`transfer`] (delay slots), [`window`], [`insn`];
//! then [`sys`], [`privreg`], [`asi`], `access`, [`mmu`], [`trap`], `timer`, [`fp`], [`vis`], `regs`, and [`target`], where all of
//! it meets the contract.

mod access;
pub mod arith;
pub mod asi;
pub mod cc;
pub mod ext;
pub mod format;
pub mod fp;
mod helper;
pub mod insn;
pub mod lift;
pub mod mmu;
pub mod mode;
pub mod privreg;
mod regs;
mod show;
pub mod state;
pub mod sys;
pub mod target;
mod timer;
pub mod transfer;
pub mod trap;
pub mod vis;
pub mod window;

pub use target::Sparc64;
