//! Guest programs and what boots them: ELF files, raw images, devicetrees, boot protocols.
//!
//! Everything here works on bytes in memory; whoever reads files gives their names along, so that an error can name the
//! offender. Where the bytes go is a [`LoadTarget`]. Files are not trusted: a damaged one gives an [`Error`], never a panic.
#![forbid(unsafe_code)]

mod error;
mod target;

pub mod acpi;
pub mod elf;
pub mod fdt;
pub mod image;
pub mod mips_boot;
pub mod mptable;
pub mod riscv_boot;
pub mod smbios;
pub mod x86_boot;

pub use elf::{AddressKind, ByteOrder, Class, Elf, Expected, Loaded, machine_name};
pub use error::Error;
pub use fdt::{Fdt, FdtError, Node};
pub use image::{ImageHeader, load_initrd, load_raw};
pub use target::{LoadTarget, Unmapped};
