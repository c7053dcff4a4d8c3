//! Boards: one file a machine type, with its memory map, devices and reset state.

mod htif;
pub mod malta;
mod mips;
pub mod mips_more;
pub mod mips_r4k;
pub mod mipssim;
pub mod none;
pub mod polyarch;
mod riscv;
pub mod sifive_e;
pub mod sifive_u;
pub mod spike;
pub mod virt;
