//! How firmware learns of its virtual machine: numbered items, selected by one register and read byte by byte from another.
//!
//! QEMU documentation, "QEMU Firmware Configuration (fw_cfg) Device". Numbers are little-endian, but those of the DMA interface and of the
//! directory of files. Items can't be written.

use std::collections::BTreeMap;

use memory::{Device, Dma, Nanos, Size};
use serde::{Deserialize, Serialize};

use crate::percpu::Started;
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
    /// The directory of named items.
    pub const FILE_DIR: u16 = 0x19;
    /// First number of what each architecture has of its own.
    pub const ARCH_LOCAL: u16 = 0x8000;
}

/// Number of the first named item.
const FILE_FIRST: u16 = 0x20;
/// Bytes of a name in the directory, with its final 0.
const FILE_NAME: usize = 56;

/// The items.
#[derive(Clone, Debug, Default)]
pub struct FwCfgItems(BTreeMap<u16, Vec<u8>>, BTreeMap<String, Vec<u8>>);

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

    /// Sets a named item.
    ///
    /// # Panics
    /// When the name is too long: a board's mistake.
    pub fn file(&mut self, name: &str, bytes: impl Into<Vec<u8>>) -> &mut FwCfgItems {
        assert!(name.len() < FILE_NAME, "the name '{name}' is too long");
        self.1.insert(name.into(), bytes.into());
        self
    }

    /// Numbers the named items, in the order of their names, and writes their directory.
    fn number_files(&mut self) {
        let mut directory = (self.1.len() as u32).to_be_bytes().to_vec();
        for (key, (name, bytes)) in (FILE_FIRST..).zip(std::mem::take(&mut self.1)) {
            directory.extend((bytes.len() as u32).to_be_bytes());
            directory.extend(key.to_be_bytes());
            directory.extend([0, 0]);
            let mut field = name.into_bytes();
            field.resize(FILE_NAME, 0);
            directory.extend(field);
            self.0.insert(key, bytes);
        }
        self.0.insert(key::FILE_DIR, directory);
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
    /// The upper half of the next DMA address.
    dma_high: u32,
}

/// Bits of a DMA request's control word.
mod dma {
    pub(super) const ERROR: u32 = 1 << 0;
    pub(super) const READ: u32 = 1 << 1;
    pub(super) const SKIP: u32 = 1 << 2;
    pub(super) const SELECT: u32 = 1 << 3;
    pub(super) const WRITE: u32 = 1 << 4;
}

/// What the DMA address register reads.
const DMA_SIGNATURE: u64 = u64::from_be_bytes(*b"QEMU CFG");
/// Bytes that are read from an item beyond its end at most: a guest may ask for 4 GiB of zeros.
const ZEROS_MAX: usize = 1 << 20;

/// The device.
pub struct FwCfg {
    items: FwCfgItems,
    layout: FwCfgLayout,
    dma: Option<Dma>,
    cpus: Option<Started>,
    s: State,
}

impl FwCfg {
    /// A device with these items.
    pub fn new(mut items: FwCfgItems, layout: FwCfgLayout) -> FwCfg {
        items.number_files();
        FwCfg { items, layout, dma: None, cpus: None, s: State::default() }
    }

    /// The same with the DMA interface, into this memory. Its address register is at offset 4, the upper half first.
    pub fn with_dma(mut self, dma: Dma) -> FwCfg {
        self.items.u32(key::ID, 3);
        self.dma = Some(dma);
        self
    }

    /// The same that tells how many CPUs there are now.
    pub fn with_cpus(mut self, cpus: Option<Started>) -> FwCfg {
        self.cpus = cpus;
        self
    }

    fn select(&mut self, value: u16) {
        // Bit 14 would ask for writing.
        (self.s.selected, self.s.at) = (value & 0xbfff, 0);
        if let Some(cpus) = self.cpus.as_ref().filter(|_| self.s.selected == key::NB_CPUS) {
            self.items.u16(key::NB_CPUS, cpus.count() as u16);
        }
    }

    /// Carries out the request at `address`.
    fn transfer(&mut self, address: u64) {
        let Some(memory) = self.dma.clone() else { return };
        let mut request = [0; 16];
        memory.read(address, &mut request);
        let word = |at: usize| u32::from_be_bytes([0, 1, 2, 3].map(|n| request[at + n]));
        let (control, len, to) = (word(0), word(4), u64::from(word(8)) << 32 | u64::from(word(12)));
        if control & dma::SELECT != 0 {
            self.select((control >> 16) as u16);
        }
        let mut failed = control & dma::WRITE != 0;
        if control & dma::READ != 0 {
            let item = self.items.0.get(&self.s.selected).map_or(&[][..], Vec::as_slice);
            let rest = item.get(self.s.at as usize..).unwrap_or_default();
            let here = &rest[..rest.len().min(len as usize)];
            failed |= memory.write(to, here).is_err();
            let zeros = vec![0; (len as usize - here.len()).min(ZEROS_MAX)];
            failed |= memory.write(to.wrapping_add(here.len() as u64), &zeros).is_err();
        }
        if control & (dma::READ | dma::SKIP) != 0 {
            self.s.at = self.s.at.saturating_add(len);
        }
        let result = if failed { dma::ERROR } else { 0 };
        // Where the request was there is RAM, or nobody waits for the answer.
        let _ = memory.write(address, &result.to_be_bytes());
    }

    fn read_dma(&self, offset: u64, size: Size) -> u64 {
        let last = offset - 4 + u64::from(size);
        if self.dma.is_none() || last > 8 {
            return 0;
        }
        // The register is big-endian, the ports are little-endian.
        let bytes = DMA_SIGNATURE.to_be_bytes();
        let from = offset as usize - 4;
        bytes[from..from + size as usize].iter().rev().fold(0, |value, &byte| value << 8 | u64::from(byte))
    }

    fn write_dma(&mut self, offset: u64, size: Size, value: u64) {
        match (offset, size) {
            (4, 4) => self.s.dma_high = (value as u32).swap_bytes(),
            (8, 4) => {
                let high = std::mem::take(&mut self.s.dma_high);
                self.transfer(u64::from(high) << 32 | u64::from((value as u32).swap_bytes()));
            }
            (4, 8) => self.transfer(value.swap_bytes()),
            _ => {}
        }
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
            (FwCfgLayout::Io, 4.., _) => self.read_dma(offset, size),
            _ => 0,
        }
    }

    fn write(&mut self, offset: u64, size: Size, value: u64, _: Nanos) {
        match (self.layout, offset, size) {
            (_, 0, 2) => self.select(value as u16),
            (FwCfgLayout::Io, 4.., _) => self.write_dma(offset, size, value),
            _ => {}
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

    #[test]
    fn the_number_of_cpus_follows_them() {
        let started = Started::new(4);
        started.set(1, true);
        let mut items = FwCfgItems::new();
        items.u16(key::NB_CPUS, 3);
        let mut device = FwCfg::new(items, FwCfgLayout::Memory).with_cpus(Some(started.clone()));
        let mut count = || {
            device.write(0, 2, key::NB_CPUS.into(), 0);
            device.read(2, 1, 0)
        };
        assert_eq!(count(), 1);
        started.set(3, true);
        assert_eq!(count(), 2);
    }

    #[test]
    fn files_are_listed_and_read_by_dma() {
        use std::sync::Arc;

        use memory::{AddressSpace, Ram};

        let ram = Arc::new(Ram::new(0x1000).unwrap());
        let mut space = AddressSpace::new();
        space.map_ram("ram", 0, &ram).unwrap();
        let (dma, space) = (Dma::default(), Arc::new(space));
        dma.connect(&space);
        let mut items = FwCfgItems::new();
        items.file("etc/b", *b"bb").file("etc/a", *b"contents");
        let mut device = FwCfg::new(items, FwCfgLayout::Io).with_dma(dma);
        assert_eq!(device.read(4, 4, 0), u64::from(u32::from_le_bytes(*b"QEMU")));
        device.write(0, 2, 0x19, 0);
        let directory: Vec<u8> = (0..4 + 64).map(|_| device.read(1, 1, 0) as u8).collect();
        assert_eq!(
            (&directory[..12], &directory[12..18]),
            (&[0, 0, 0, 2, 0, 0, 0, 8, 0, 0x20, 0, 0][..], &b"etc/a\0"[..])
        );
        let mut ask = |control: u32, len: u32, to: u64| {
            let request = [&control.to_be_bytes()[..], &len.to_be_bytes(), &to.to_be_bytes()].concat();
            ram.write_bytes(0x100, &request);
            device.write(4, 4, 0, 0);
            device.write(8, 4, u64::from(0x100u32.swap_bytes()), 0);
            ram.read(0x100, 4)
        };
        assert_eq!(ask(0x20 << 16 | 0xa, 3, 0x200), 0);
        assert_eq!(ask(4, 2, 0), 0);
        assert_eq!(ask(2, 8, 0x300), 0);
        let mut bytes = [9; 12];
        ram.read_bytes(0x200, &mut bytes[..4]);
        ram.read_bytes(0x300, &mut bytes[4..]);
        assert_eq!(&bytes, b"con\0nts\0\0\0\0\0");
        assert_eq!(ask(0x10, 1, 0x200), u64::from(1u32.swap_bytes()));
        assert_eq!(ask(2, 1, 1 << 40), u64::from(1u32.swap_bytes()));
    }
}
