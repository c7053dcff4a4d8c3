//! SPARC V8: supervisor state, traps, the reference MMU, address spaces; see [`Sparc32`].

mod asi;
mod helper;
pub mod insn;
mod mmu;
mod regs;
mod show;
pub mod state;
mod target;
pub mod trap;

pub use state::State;
pub use target::Sparc32;
