//! Guest memory: RAM that host threads share, the address space that maps it, and the dispatch of accesses to devices.

mod device;

pub use device::{Device, Line, Nanos, Size};
