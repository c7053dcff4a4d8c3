//! The `qmp` crate.
