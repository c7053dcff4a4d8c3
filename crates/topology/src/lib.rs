//! The `topology` crate.
