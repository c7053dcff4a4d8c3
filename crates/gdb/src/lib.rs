//! The `gdb` crate.
