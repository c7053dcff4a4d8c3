//! The `riscv` crate.
#![forbid(unsafe_code)]
