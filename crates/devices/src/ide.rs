//! An IDE channel without drives.
//!
//! AT Attachment Interface, "Device not present": nobody drives the bus, so that the status register reads 0, as on QEMU.

use memory::{Device, Nanos, Size};

/// Command ports of both channels, their number, and the control port of both.
pub const IDE_PORTS: [(u16, u16); 2] = [(0x1f0, 0x3f6), (0x170, 0x376)];
/// Command ports of a channel.
pub const IDE_COMMAND: u16 = 8;

/// The channel's registers.
#[derive(Clone, Copy, Debug, Default)]
pub struct EmptyIde;

impl Device for EmptyIde {
    fn read(&mut self, _: u64, _: Size, _: Nanos) -> u64 {
        0
    }

    fn write(&mut self, _: u64, _: Size, _: u64, _: Nanos) {}

    fn reset(&mut self) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_kept() {
        let mut ide = EmptyIde;
        ide.write(2, 1, 0x55, 0);
        assert_eq!((ide.read(2, 1, 0), ide.read(7, 1, 0)), (0, 0));
    }
}
