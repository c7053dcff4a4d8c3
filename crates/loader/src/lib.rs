//! The `loader` crate.
