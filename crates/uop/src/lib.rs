//! The `uop` crate.
