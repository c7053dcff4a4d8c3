//! The `qapi` crate.
