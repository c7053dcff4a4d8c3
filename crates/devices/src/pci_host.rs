//! A PCI Express host bridge with nothing behind it: configuration space by ECAM.
//!
//! PCI Express Base Specification, "PCI Express Enhanced Configuration Access Mechanism (ECAM)"; PCI Local Bus Specification 3.0,
//! "Type 00h Configuration Space Header". Only function 00:00.0 exists, the bridge itself; all others read as all ones, which says
//! that there is nobody.

use memory::{Device, Nanos, Size};

/// Vendor 0x1b36, device 0x0008: the generic host bridge of emulated boards.
const VENDOR_DEVICE: u32 = 0x0008_1b36;
/// Class 06 (bridge), subclass 00 (host), revision 0.
const CLASS_REVISION: u32 = 0x0600_0000;
/// Subsystem vendor 0x1af4, subsystem 0x1100.
const SUBSYSTEM: u32 = 0x1100_1af4;
/// Bits of the command register that can be set: I/O, memory, master, parity, SERR, interrupt disable.
const COMMAND_MASK: u16 = 0x0547;
/// Bytes of configuration space of one function.
const FUNCTION: u64 = 0x1000;

/// The bridge.
#[derive(Clone, Debug, Default)]
pub struct PciHost {
    command: u16,
}

impl PciHost {
    /// A bridge in the state after reset.
    pub fn new() -> PciHost {
        PciHost::default()
    }

    fn word(&self, offset: u64) -> u32 {
        match offset {
            0x00 => VENDOR_DEVICE,
            0x04 => u32::from(self.command),
            0x08 => CLASS_REVISION,
            0x2c => SUBSYSTEM,
            _ => 0,
        }
    }
}

impl Device for PciHost {
    fn read(&mut self, offset: u64, size: Size, _: Nanos) -> u64 {
        let mask = u64::MAX >> (64 - 8 * size);
        if offset >= FUNCTION || size > 4 {
            return mask;
        }
        u64::from(self.word(offset & !3)) >> (8 * (offset & 3)) & mask
    }

    fn write(&mut self, offset: u64, size: Size, value: u64, _: Nanos) {
        if offset == 0x04 && size >= 2 {
            self.command = value as u16 & COMMAND_MASK;
        }
    }

    fn reset(&mut self) {
        self.command = 0;
    }

    fn save(&self) -> Vec<u8> {
        self.command.to_le_bytes().to_vec()
    }

    fn restore(&mut self, state: &[u8]) -> Result<(), String> {
        let bytes = state.try_into().map_err(|_| format!("PCI host bridge: {} bytes of state, not 2", state.len()))?;
        self.command = u16::from_le_bytes(bytes) & COMMAND_MASK;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bridge_is_there_and_nobody_else() {
        let mut host = PciHost::new();
        assert_eq!(host.read(0, 4, 0), 0x0008_1b36);
        assert_eq!((host.read(0, 2, 0), host.read(2, 2, 0), host.read(0xb, 1, 0)), (0x1b36, 8, 6));
        for other in [FUNCTION, 8 * FUNCTION, 1 << 20] {
            assert_eq!((host.read(other, 4, 0), host.read(other, 2, 0)), (0xffff_ffff, 0xffff));
        }
    }

    #[test]
    fn only_the_command_register_can_be_written_and_is_kept() {
        let mut host = PciHost::new();
        host.write(0, 4, 0, 0);
        host.write(4, 2, 0xffff, 0);
        assert_eq!((host.read(0, 4, 0), host.read(4, 4, 0)), (0x0008_1b36, 0x0547));
        let mut other = PciHost::new();
        other.restore(&host.save()).unwrap();
        assert_eq!(other.read(4, 2, 0), 0x0547);
        assert!(other.restore(&[1]).is_err());
        host.reset();
        assert_eq!(host.read(4, 2, 0), 0);
    }
}
