//! A virtio-mmio transport with nothing plugged in.
//!
//! Virtual I/O Device (VIRTIO) Version 1.1, "Virtio Over MMIO", "Legacy interface". A driver reads `DeviceID` 0 and leaves:
//! "a placeholder device ... drivers MUST ignore it".

use memory::{Device, Nanos, Size};

const MAGIC_VALUE: u64 = 0x000;
const VERSION: u64 = 0x004;
const VENDOR_ID: u64 = 0x00c;
/// The size of the register window in bytes.
pub const VIRTIO_MMIO_SIZE: u64 = 0x200;

/// The empty transport.
#[derive(Clone, Copy, Debug, Default)]
pub struct EmptyVirtioMmio;

impl Device for EmptyVirtioMmio {
    fn read(&mut self, offset: u64, size: Size, _: Nanos) -> u64 {
        match (offset, size) {
            // "virt".
            (MAGIC_VALUE, 4) => 0x7472_6976,
            // A legacy device, as the boards of that time have.
            (VERSION, 4) => 1,
            // "QEMU": guests that know these boards may look for it.
            (VENDOR_ID, 4) => 0x554d_4551,
            _ => 0,
        }
    }

    fn write(&mut self, _: u64, _: Size, _: u64, _: Nanos) {}

    fn reset(&mut self) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_that_nobody_is_there() {
        let mut slot = EmptyVirtioMmio;
        slot.write(0x070, 4, 0xff, 0);
        let words: Vec<u64> = (0..8).map(|i| slot.read(i * 4, 4, 0)).collect();
        assert_eq!(
            words,
            [u64::from(u32::from_le_bytes(*b"virt")), 1, 0, u64::from(u32::from_le_bytes(*b"QEMU")), 0, 0, 0, 0]
        );
        assert_eq!((slot.read(0x070, 4, 0), slot.read(0, 1, 0)), (0, 0));
    }
}
