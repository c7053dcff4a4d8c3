//! The `decode` crate.
