//! A region that a real machine has and ours doesn't model: reads 0, takes writes, counts both.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use memory::{Device, Nanos, Size};

/// How often a guest touched something we don't model. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Touched(Arc<[AtomicU64; 2]>);

impl Touched {
    /// How many reads there were.
    pub fn reads(&self) -> u64 {
        self.0[0].load(Ordering::Relaxed)
    }

    /// How many writes there were.
    pub fn writes(&self) -> u64 {
        self.0[1].load(Ordering::Relaxed)
    }
}

/// The region.
#[derive(Debug)]
pub struct Unimp {
    name: &'static str,
    touched: Touched,
}

impl Unimp {
    /// A region called `name` (what the real machine has there).
    pub fn new(name: &'static str) -> Unimp {
        Unimp { name, touched: Touched::default() }
    }

    /// What the real machine has there.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The counters, which outlive resets.
    pub fn touched(&self) -> Touched {
        self.touched.clone()
    }
}

impl Device for Unimp {
    fn read(&mut self, _: u64, _: Size, _: Nanos) -> u64 {
        self.touched.0[0].fetch_add(1, Ordering::Relaxed);
        0
    }

    fn write(&mut self, _: u64, _: Size, _: u64, _: Nanos) {
        self.touched.0[1].fetch_add(1, Ordering::Relaxed);
    }

    fn reset(&mut self) {}
}

/// Where a PC has nothing: nobody drives the data lines, which read as ones.
#[derive(Debug)]
pub struct OpenBus;

impl Device for OpenBus {
    fn read(&mut self, _: u64, _: Size, _: Nanos) -> u64 {
        u64::MAX
    }

    fn write(&mut self, _: u64, _: Size, _: u64, _: Nanos) {}

    fn reset(&mut self) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_and_keeps_nothing() {
        let mut device = Unimp::new("gem");
        let touched = device.touched();
        device.write(8, 4, 77, 0);
        assert_eq!((device.read(8, 4, 0), device.read(8, 4, 0), device.name()), (0, 0, "gem"));
        device.reset();
        assert_eq!((touched.reads(), touched.writes()), (2, 1));
        assert!(device.save().is_empty() && device.restore(&[]).is_ok());
    }

    #[test]
    fn an_open_bus_reads_ones() {
        OpenBus.write(0x30, 4, 0, 0);
        assert_eq!(OpenBus.read(0x30, 4, 0), u64::MAX);
    }
}
