//! PowerPC, 32 and 64 bits, both byte orders.
//!
//! Manuals: *Power ISA Version 3.0 B*, 2017, Book I to III; *Power ISA Version 2.07 B*, 2015, for Book III-E;
//! *PowerPC Microprocessor Family: The Programming Environments*, 2005, for 32-bit CPUs; the chips' user's manuals.
//!
//! Reading order: [`state`] (the register file), [`ext`], [`mode`], [`format`], [`lift`], [`insn`] (a file for each group of
//! chapters); then [`model`], `spr` (the table of all), [`trap`], `mmu` with `classic` and `hash64`, `fp`, and `target`.
//!
//! `docs/ppc-state.md` says what is modelled and what is not.
#![forbid(unsafe_code)]

mod aes;
mod bcd;
pub mod board;
mod booke_timer;
mod breakpoints;
mod classic;
mod debug;
mod debug_405;
mod decrementer;
mod dfp;
mod doorbell;
pub mod ext;
mod facility;
pub mod format;
mod fp;
mod hash64;
mod helper;
pub mod insn;
pub mod irq;
pub mod lift;
mod mas;
mod mmu;
pub mod mode;
pub mod model;
mod msr_moves;
pub mod papr;
mod quad;
mod radix;
mod regs;
mod server;
mod show;
mod softtlb;
mod spe;
mod spe_fp;
mod spr;
mod spr_embedded;
mod spr_server;
pub mod state;
mod target;
mod tlb4xx;
mod tlb603;
mod trace;
pub mod trap;
mod vector;
mod vector_new;
mod vsx;
mod vsx_convert;
mod vsx_move;
mod vsx_test;
mod wide;

pub use target::{Lifter, Ppc32, Ppc64};
