//! How firmware learns of its virtual machine: numbered items, selected by one register and read byte by byte from another.
//!
//! QEMU documentation, "QEMU Firmware Configuration (fw_cfg) Device". Numbers are little-endian. Neither writes nor DMA.

use std::collections::BTreeMap;

use memory::{Device, Nanos, Size};
use serde::{Deserialize, Serialize};

use crate::state;

const PART: &str = "fw_cfg";

/// Numbers of items that every machine has, "Selector (Control) Register" and "Item keys".
pub mod key {
    /// `QEMU`.
    pub const SIGNATURE: u16 = 0x00;
    /// Features of the interface: 1 for the two registers.
    pub const ID: u16 = 0x01;
    /// UUID, 16 bytes.
    pub const UUID: u16 = 0x02;
    /// RAM in bytes, 64 bits.
    pub const RAM_SIZE: u16 = 0x03;
    /// Whether there is no display, 16 bits.
    pub const NOGRAPHIC: u16 = 0x04;
    /// Number of CPUs, 16 bits.
    pub const NB_CPUS: u16 = 0x05;
    /// The machine's number, 16 bits.
    pub const MACHINE_ID: u16 = 0x06;
    /// Where the kernel is, 32 bits.
    pub const KERNEL_ADDR: u16 = 0x07;
    /// How long it is, 32 bits.
    pub const KERNEL_SIZE: u16 = 0x08;
    /// Where its command line is, 32 bits.
    pub const KERNEL_CMDLINE: u16 = 0x09;
    /// Where the initial RAM disk is, 32 bits.
    pub const INITRD_ADDR: u16 = 0x0a;
    /// How long it is, 32 bits.
    pub const INITRD_SIZE: u16 = 0x0b;
    /// The letter of the device to boot from, 16 bits.
    pub const BOOT_DEVICE: u16 = 0x0c;
    /// Whether to offer a menu, 16 bits.
    pub const BOOT_MENU: u16 = 0x0e;
    /// Number of possible CPUs, 16 bits.
    pub const MAX_CPUS: u16 = 0x0f;
    /// Length of the command line.
    pub const CMDLINE_SIZE: u16 = 0x14;
    /// The command line itself.
    pub const CMDLINE_DATA: u16 = 0x15;
    /// The directory of named items, which is empty.
    pub const FILE_DIR: u16 = 0x19;
    /// First number of what each architecture has of its own.
    pub const ARCH_LOCAL: u16 = 0x8000;
}

/// The items.
#[derive(Clone, Debug, Default)]
pub struct FwCfgItems(BTreeMap<u16, Vec<u8>>);

impl FwCfgItems {
    /// The signature, the features and an empty directory.
    pub fn new() -> FwCfgItems {
        let mut items = FwCfgItems::default();
        items.bytes(key::SIGNATURE, b"QEMU".as_slice()).u32(key::ID, 1).u32(key::FILE_DIR, 0);
        items
    }

    /// Sets an item.
    pub fn bytes(&mut self, key: u16, bytes: impl Into<Vec<u8>>) -> &mut FwCfgItems {
        self.0.insert(key, bytes.into());
        self
    }

    /// Sets an item of 16 bits.
    pub fn u16(&mut self, key: u16, value: u16) -> &mut FwCfgItems {
        self.bytes(key, value.to_le_bytes())
    }

    /// Sets an item of 32 bits.
    pub fn u32(&mut self, key: u16, value: u32) -> &mut FwCfgItems {
        self.bytes(key, value.to_le_bytes())
    }

    /// Sets an item of 64 bits.
    pub fn u64(&mut self, key: u16, value: u64) -> &mut FwCfgItems {
        self.bytes(key, value.to_le_bytes())
    }

    /// Sets an item to a text with its final 0.
    pub fn text(&mut self, key: u16, text: &str) -> &mut FwCfgItems {
        self.bytes(key, [text.as_bytes(), b"\0"].concat())
    }
}

/// How the two registers are laid out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FwCfgLayout {
    /// The selector is the half-word at 0, data the byte at 2.
    Memory,
    /// The selector is the half-word at 0, data the byte at 1.
    Io,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct State {
    selected: u16,
    at: u32,
}

/// The device.
pub struct FwCfg {
    items: FwCfgItems,
    layout: FwCfgLayout,
    s: State,
}

impl FwCfg {
    /// A device with these items.
    pub fn new(items: FwCfgItems, layout: FwCfgLayout) -> FwCfg {
        FwCfg { items, layout, s: State::default() }
    }

    fn next(&mut self) -> u8 {
        let byte = self.items.0.get(&self.s.selected).and_then(|bytes| bytes.get(self.s.at as usize));
        self.s.at = self.s.at.saturating_add(1);
        byte.copied().unwrap_or(0)
    }
}

impl Device for FwCfg {
    fn read(&mut self, offset: u64, size: Size, _: Nanos) -> u64 {
        match (self.layout, offset, size) {
            (FwCfgLayout::Memory, 2, 1) | (FwCfgLayout::Io, 1, 1) => u64::from(self.next()),
            _ => 0,
        }
    }

    fn write(&mut self, offset: u64, size: Size, value: u64, _: Nanos) {
        if (offset, size) == (0, 2) {
            // Bit 14 would ask for writing.
            self.s = State { selected: value as u16 & 0xbfff, at: 0 };
        }
    }

    fn reset(&mut self) {
        self.s = State::default();
    }

    fn save(&self) -> Vec<u8> {
        state::save(PART, &self.s)
    }

    fn restore(&mut self, bytes: &[u8]) -> Result<(), String> {
        self.s = state::restore(PART, bytes)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_are_read_byte_by_byte() {
        let mut items = FwCfgItems::new();
        items.u16(key::NB_CPUS, 3).text(key::CMDLINE_DATA, "a");
        let mut device = FwCfg::new(items.clone(), FwCfgLayout::Memory);
        assert_eq!([0; 5].map(|_| device.read(2, 1, 0) as u8), *b"QEMU\0");
        device.write(0, 2, 5, 0);
        assert_eq!([0; 3].map(|_| device.read(2, 1, 0)), [3, 0, 0]);
        device.write(0, 2, 0x15, 0);
        device.read(2, 1, 0);
        let saved = device.save();
        device.reset();
        device.restore(&saved).unwrap();
        assert_eq!((device.read(2, 1, 0), device.read(0, 2, 0)), (0, 0));
        let mut device = FwCfg::new(items, FwCfgLayout::Io);
        assert_eq!((device.read(2, 1, 0), device.read(1, 1, 0)), (0, u64::from(b'Q')));
    }
}
