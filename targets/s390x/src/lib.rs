//! z/Architecture (s390x).
//!
//! Manual: *z/Architecture Principles of Operation*, SA22-7832-11 (the "PoP").
//!
//! Reading order: [`state`] (the register file), [`cc`] (the condition code), [`ext`] and [`model`], [`mode`], [`format`], [`lift`],
//! [`insn`] (a file for each chapter); then [`psw`], `trap`, `mmu`, and `target`, where all of it meets the contract.
#![forbid(unsafe_code)]

mod access;
mod asn;
pub mod cc;
mod crypto;
mod decimal;
pub mod definition;
mod dfp;
mod dfp_packed;
mod divide_integer;
mod execute;
pub mod ext;
pub mod features;
pub mod fetch;
pub mod format;
mod fp;
mod helper;
mod hfp;
mod hfp_convert;
mod hfp_unnormal;
mod information;
pub mod insn;
mod keys;
pub mod lift;
mod linkage;
mod mmu;
pub mod mode;
pub mod model;
mod msa;
mod numbers;
pub mod per;
mod plo;
pub mod psw;
mod regs;
mod resume;
mod service;
pub mod shared;
mod signal;
mod spaces;
pub mod state;
mod storage;
mod strings;
mod subspace;
mod system;
mod target;
mod text;
mod time;
mod trace;
pub mod trap;
mod unit;
mod utf;
mod vector;

pub use target::{Lifter, S390x};
