//! Tests that need more than one crate: guest programs on whole machines, QMP transcripts, documents that hold code.
//!
//! They stand in `tests/tests/`; this library is empty, so that its package can be a member like any other.
