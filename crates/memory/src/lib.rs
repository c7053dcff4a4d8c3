//! Guest memory: RAM that host threads share, the address space that maps it, and the dispatch of accesses to devices.
//!
//! Reading order: [`Ram`], [`Device`] and [`Line`], [`AddressSpace`].
#![allow(unsafe_code, reason = "guest RAM is raw host memory; each block says why it is sound")]

mod device;
mod dma;
mod ram;
mod space;

pub use device::{Device, Line, Nanos, Size};
pub use dma::Dma;
pub use ram::{OutOfMemory, PAGE_SIZE, Ram};
pub use space::{AddressSpace, Bank, BankSwitch, BusError, DeviceEndian, Overlap, RamPage, SharedDevice};
