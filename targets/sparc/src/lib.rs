//! SPARC.
#![forbid(unsafe_code)]

pub mod v9;
