//! How processors of PCs reach configuration space: the two ports of mechanism #1 with the reset control register between them, and the
//! window of PCI Express.
//!
//! PCI Local Bus Specification 2.1, "Configuration Mechanism #1"; PCI Express Base Specification, "Enhanced Configuration Access Mechanism";
//! 82371SB (PIIX3), "Reset Control Register". Only bus 0 has functions.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use memory::{Device, Nanos, Size};

use crate::pci::PciBus;
use crate::power::{Power, PowerRequest};

/// Configuration ports, at 0xcf8: address, data.
pub struct PciPorts {
    bus: PciBus,
    power: Power,
    address: u32,
    reset_control: u8,
}

impl PciPorts {
    /// Ports to `bus`; resets go to `power`.
    pub fn new(bus: PciBus, power: Power) -> PciPorts {
        PciPorts { bus, power, address: 0, reset_control: 0 }
    }

    /// The function and offset that the address names; `None` where nobody is.
    fn target(&self) -> Option<(u8, u8)> {
        let enabled = self.address >> 31 != 0 && self.address >> 16 & 0xff == 0;
        enabled.then_some(((self.address >> 8) as u8, self.address as u8 & 0xfc))
    }
}

/// Reads `size` bytes of a function's space at `offset`, which lie in one doubleword.
fn read(bus: &PciBus, devfn: u8, offset: u8, size: Size) -> u64 {
    u64::from(bus.read(devfn, offset)) >> (8 * (offset & 3)) & (u64::MAX >> (64 - 8 * size))
}

fn write(bus: &PciBus, devfn: u8, offset: u8, size: Size, value: u64) {
    let (shift, lanes) = (offset & 3, (1u8 << size) - 1);
    bus.write(devfn, offset, (value as u32) << (8 * shift), lanes << shift);
}

impl Device for PciPorts {
    fn read(&mut self, offset: u64, size: Size, _: Nanos) -> u64 {
        let ones = u64::MAX >> (64 - 8 * size);
        match (offset, size) {
            (0, 4) => u64::from(self.address),
            (1, 1) => u64::from(self.reset_control),
            (4..8, 1 | 2 | 4) => {
                self.target().map_or(ones, |(devfn, at)| read(&self.bus, devfn, at | (offset as u8 & 3), size))
            }
            _ => ones,
        }
    }

    fn write(&mut self, offset: u64, size: Size, value: u64, _: Nanos) {
        match (offset, size) {
            (0, 4) => self.address = value as u32 & 0x80ff_fffc,
            (1, 1) => {
                // A rise of bit 2 resets; bit 1 says how hard.
                if value as u8 & !self.reset_control & 4 != 0 {
                    self.power.request(PowerRequest::Reset);
                }
                self.reset_control = value as u8 & 6;
            }
            (4..8, 1 | 2 | 4) => {
                if let Some((devfn, at)) = self.target() {
                    write(&self.bus, devfn, at | (offset as u8 & 3), size, value);
                }
            }
            _ => {}
        }
    }

    fn reset(&mut self) {
        (self.address, self.reset_control) = (0, 0);
        self.bus.reset();
    }

    fn save(&self) -> Vec<u8> {
        let mut out = self.address.to_le_bytes().to_vec();
        out.push(self.reset_control);
        out.extend(self.bus.save());
        out
    }

    fn restore(&mut self, state: &[u8]) -> Result<(), String> {
        let Some((&[a, b, c, d, control], rest)) = state.split_first_chunk::<5>() else {
            return Err(format!("PCI ports: {} bytes of state are too few", state.len()));
        };
        self.bus.restore(rest)?;
        (self.address, self.reset_control) = (u32::from_le_bytes([a, b, c, d]) & 0x80ff_fffc, control & 6);
        Ok(())
    }
}

/// The window of PCI Express over the same bus: 4 KiB a function, of which the first 256 bytes are there.
pub struct PciWindow {
    bus: PciBus,
    open: Arc<AtomicBool>,
}

impl PciWindow {
    /// A window to `bus`.
    pub fn new(bus: PciBus) -> PciWindow {
        PciWindow { bus, open: Arc::new(AtomicBool::new(true)) }
    }

    /// The same that answers only while `open` is set.
    pub fn gated(self, open: Arc<AtomicBool>) -> PciWindow {
        PciWindow { open, ..self }
    }
}

impl Device for PciWindow {
    fn read(&mut self, offset: u64, size: Size, _: Nanos) -> u64 {
        let ones = u64::MAX >> (64 - 8 * size);
        if !self.open.load(Ordering::Relaxed) {
            return ones;
        }
        match (offset >> 20, offset & 0xfff, size) {
            (0, 0..0x100, 1 | 2 | 4) => read(&self.bus, (offset >> 12) as u8, offset as u8, size),
            // Extended space of a function that is there reads 0.
            (0, _, 1 | 2 | 4) if self.bus.read((offset >> 12) as u8, 0) != u32::MAX => 0,
            _ => ones,
        }
    }

    fn write(&mut self, offset: u64, size: Size, value: u64, _: Nanos) {
        let open = self.open.load(Ordering::Relaxed);
        if let (true, 0, 0..0x100, 1 | 2 | 4) = (open, offset >> 20, offset & 0xfff, size) {
            write(&self.bus, (offset >> 12) as u8, offset as u8, size, value);
        }
    }

    fn reset(&mut self) {}
}

#[cfg(test)]
mod tests {
    use parking_lot::Mutex;

    use super::*;
    use crate::pci::PciFunction;

    #[test]
    fn both_ways_lead_to_the_same_bytes() {
        let bus = PciBus::new(vec![PciFunction::new(1, 2, &[(0, 4, 0x1234_8086, 0), (0x40, 4, 0, 0xffff_ffff)])]);
        let asked = Arc::new(Mutex::new(0));
        let count = asked.clone();
        let mut ports = PciPorts::new(bus.clone(), Power::new(move |_| *count.lock() += 1));
        let mut window = PciWindow::new(bus);
        ports.write(0, 4, 0x8000_0a00, 0);
        assert_eq!((ports.read(4, 4, 0), ports.read(6, 2, 0), ports.read(5, 1, 0)), (0x1234_8086, 0x1234, 0x80));
        ports.write(0, 4, 0x8000_0a40, 0);
        ports.write(6, 2, 0xabcd, 0);
        assert_eq!(window.read(0xa040, 4, 0), 0xabcd_0000);
        window.write(0xa041, 1, 0x55, 0);
        assert_eq!((ports.read(4, 4, 0), window.read(0xa200, 4, 0)), (0xabcd_5500, 0));
        for address in [0x8000_0b00, 0x8001_0a00, 0x0000_0a00u64] {
            ports.write(0, 4, address, 0);
            assert_eq!(ports.read(4, 4, 0), 0xffff_ffff);
        }
        assert_eq!((window.read(0xb000, 2, 0), window.read(1 << 20, 4, 0)), (0xffff, 0xffff_ffff));
        ports.write(1, 1, 2, 0);
        ports.write(1, 1, 6, 0);
        ports.write(1, 1, 6, 0);
        assert_eq!((ports.read(1, 1, 0), *asked.lock()), (6, 1));
        let saved = ports.save();
        assert!(ports.restore(&saved).is_ok() && ports.restore(&saved[1..]).is_err());
    }
}
