//! The `devices` crate.
#![forbid(unsafe_code)]
