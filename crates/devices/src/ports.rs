//! A port space: devices at 16-bit addresses, as the ISA bus and x86 processors have them.
//!
//! ISA System Architecture: a port where nobody answers reads as all ones; an access wider than the device is split into bytes.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use memory::{Device, Nanos, SharedDevice, Size};

/// Where a device's ports begin, when that can be changed. Clones are the same place.
#[derive(Clone, Debug)]
pub struct PortBase(Arc<AtomicU64>);

impl PortBase {
    /// Stands for "nowhere".
    const OFF: u64 = u64::MAX;

    /// A place that is nowhere yet.
    pub fn off() -> PortBase {
        PortBase(Arc::new(AtomicU64::new(PortBase::OFF)))
    }

    /// Moves it; `None` is nowhere.
    pub fn set(&self, first: Option<u16>) {
        self.0.store(first.map_or(PortBase::OFF, u64::from), Ordering::Relaxed);
    }

    fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

struct Entry {
    first: PortBase,
    len: u16,
    /// The offset of the first port in the device.
    offset: u64,
    /// The widest access that the device takes.
    width: Size,
    device: SharedDevice,
}

/// Who answers at which port. It keeps no state of its own: its devices are reset and saved by whoever made them.
#[derive(Default)]
pub struct Ports {
    entries: Vec<Entry>,
}

impl Ports {
    /// A space without devices.
    pub fn new() -> Ports {
        Ports::default()
    }

    /// Adds `len` ports from `first` on, which are the registers of `device` from `offset` on; accesses wider than `width` bytes are
    /// split. Who was added first prevails.
    pub fn add(&mut self, first: u16, len: u16, width: Size, device: &SharedDevice, offset: u64) {
        let base = PortBase::off();
        base.set(Some(first));
        self.add_movable(&base, len, width, device, offset);
    }

    /// The same for a device whose ports begin at `first`, wherever that is just now.
    pub fn add_movable(&mut self, first: &PortBase, len: u16, width: Size, device: &SharedDevice, offset: u64) {
        self.entries.push(Entry { first: first.clone(), len, offset, width, device: SharedDevice::clone(device) });
    }

    fn find(&self, port: u64) -> Option<(&Entry, u64)> {
        let within = |e: &Entry| port.checked_sub(e.first.get()).filter(|&at| at < u64::from(e.len));
        self.entries.iter().find_map(|e| within(e).map(|at| (e, at + e.offset)))
    }
}

impl Device for Ports {
    fn read(&mut self, offset: u64, size: Size, now: Nanos) -> u64 {
        let port = offset & 0xffff;
        match self.find(port) {
            None => u64::MAX >> (64 - 8 * size.clamp(1, 8)),
            Some((entry, at)) if size <= entry.width => entry.device.lock().read(at, size, now),
            Some(_) => {
                let half = size / 2;
                self.read(port, half, now) | self.read(port + u64::from(half), half, now) << (8 * half)
            }
        }
    }

    fn write(&mut self, offset: u64, size: Size, value: u64, now: Nanos) {
        let port = offset & 0xffff;
        match self.find(port) {
            None => {}
            Some((entry, at)) if size <= entry.width => entry.device.lock().write(at, size, value, now),
            Some(_) => {
                let half = size / 2;
                self.write(port, half, value & (u64::MAX >> (64 - 8 * half)), now);
                self.write(port + u64::from(half), half, value >> (8 * half), now);
            }
        }
    }

    fn reset(&mut self) {}
}

#[cfg(test)]
mod tests {
    use parking_lot::Mutex;

    use super::*;

    /// Remembers bytes.
    struct Bytes([u8; 4]);

    impl Device for Bytes {
        fn read(&mut self, offset: u64, size: Size, _: Nanos) -> u64 {
            assert_eq!(size, 1);
            u64::from(self.0[offset as usize])
        }

        fn write(&mut self, offset: u64, size: Size, value: u64, _: Nanos) {
            assert_eq!(size, 1);
            self.0[offset as usize] = value as u8;
        }

        fn reset(&mut self) {}
    }

    #[test]
    fn wide_accesses_are_split_and_nobody_reads_ones() {
        let device: SharedDevice = Arc::new(Mutex::new(Bytes([0; 4])));
        let mut ports = Ports::new();
        ports.add(0x72, 2, 1, &device, 2);
        ports.write(0x72, 4, 0x4433_2211, 0);
        assert_eq!((ports.read(0x72, 2, 0), ports.read(0x73, 1, 0)), (0x2211, 0x22));
        assert_eq!((ports.read(0x72, 4, 0), ports.read(0x80, 1, 0)), (0xffff_2211, 0xff));
        assert_eq!(ports.read(0x1_0072, 1, 0), 0x11);
        let base = PortBase::off();
        ports.add_movable(&base, 1, 1, &device, 3);
        assert_eq!(ports.read(0x100, 1, 0), 0xff);
        base.set(Some(0x100));
        assert_eq!(ports.read(0x100, 1, 0), 0x22);
    }
}
