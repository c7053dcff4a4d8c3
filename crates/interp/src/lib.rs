//! The `interp` crate.
