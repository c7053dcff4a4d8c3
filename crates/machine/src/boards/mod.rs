//! Boards: one file a machine type, with its memory map, devices and reset state.

mod htif;
pub mod leon3;
pub mod malta;
mod mips;
pub mod mips_more;
pub mod mips_r4k;
pub mod mipssim;
pub mod none;
pub mod polyarch;
pub mod powermac;
mod ppc;
pub mod ppc4xx;
pub mod ppce500;
mod ppce500_tree;
pub mod prep;
pub mod pseries;
mod riscv;
pub mod s390_ccw;
mod s390_topology;
pub mod sifive_e;
pub mod sifive_u;
mod sparc;
pub mod spike;
pub mod sun4m;
pub mod sun4u;
pub mod tricore_testboard;
pub mod virt;
