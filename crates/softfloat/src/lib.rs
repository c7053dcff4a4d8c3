//! The `softfloat` crate.
