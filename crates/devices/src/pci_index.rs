//! PCI configuration space through two registers, as most host bridges have it: an address at offset 0, data at offset 4.
//!
//! PCI Local Bus Specification 2.1, 3.2.2.3.2, "Configuration Mechanism #1". The space is little-endian, and so is the data register; the address register has the
//! byte order that the bridge gives it. Only bus 0 exists.

use memory::{Device, Nanos, Size};

use crate::pci::PciBus;
use crate::state;

const PART: &str = "PCI configuration registers";
/// The address register: enabled.
const ENABLE: u32 = 1 << 31;

/// How bridges take the address apart.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Addressing {
    /// Mechanism #1: bus, device, function.
    Mechanism1,
    /// Apple's UniNorth: a bit for the device on bus 0 (11 to 30), function, register; bit 0 for other buses. With bit 31 it is mechanism #1 all
    /// the same, as QEMU's has it: its firmware uses no other.
    UniNorth,
}

/// The registers. Both parts may be mapped apart.
pub struct PciIndex {
    bus: PciBus,
    addressing: Addressing,
    address: u32,
}

impl PciIndex {
    /// Registers for a bus.
    pub fn new(bus: PciBus, addressing: Addressing) -> PciIndex {
        PciIndex { bus, addressing, address: 0 }
    }

    /// Device and function, and the register, that the address names together with an offset in the data register.
    fn target(&self, offset: u64) -> Option<(u8, u8)> {
        let low = (offset - DATA) as u8;
        let addressing = match self.addressing {
            Addressing::UniNorth if self.address & ENABLE == 0 => Addressing::UniNorth,
            _ => Addressing::Mechanism1,
        };
        let register = match addressing {
            Addressing::Mechanism1 => self.address as u8 & 0xfc | low & 3,
            Addressing::UniNorth => self.address as u8 & 0xf8 | low & 7,
        };
        match addressing {
            Addressing::Mechanism1 => {
                let here = self.address & ENABLE != 0 && self.address >> 16 & 0xff == 0;
                here.then_some(((self.address >> 8) as u8, register))
            }
            Addressing::UniNorth => {
                let slots = self.address & 0xffff_f800;
                let function = (self.address >> 8 & 7) as u8;
                let here = self.address & 1 == 0 && slots.count_ones() == 1;
                here.then(|| ((slots.trailing_zeros() as u8) << 3 | function, register))
            }
        }
    }
}

/// Offsets from here on are the data register's.
pub const DATA: u64 = 4;

impl Device for PciIndex {
    fn read(&mut self, offset: u64, size: Size, _: Nanos) -> u64 {
        let mask = u64::MAX >> (64 - 8 * size.min(4));
        if offset < DATA {
            return u64::from(self.address) >> (8 * offset) & mask;
        }
        let Some((devfn, register)) = self.target(offset) else { return mask };
        u64::from(self.bus.read(devfn, register)) >> (8 * (register & 3)) & mask
    }

    fn write(&mut self, offset: u64, size: Size, value: u64, _: Nanos) {
        if offset < DATA {
            if size == 4 {
                self.address = value as u32;
            }
        } else if let Some((devfn, register)) = self.target(offset) {
            let shift = register & 3;
            let lanes = ((1u32 << size.min(4)) - 1) << shift;
            self.bus.write(devfn, register, (value << (8 * shift)) as u32, lanes as u8 & 15);
        }
    }

    fn reset(&mut self) {
        self.address = 0;
        self.bus.reset();
    }

    fn save(&self) -> Vec<u8> {
        state::save(PART, &(self.address, self.bus.save()))
    }

    fn restore(&mut self, bytes: &[u8]) -> Result<(), String> {
        let (address, bus): (u32, Vec<u8>) = state::restore(PART, bytes)?;
        self.bus.restore(&bus)?;
        self.address = address;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pci::PciFunction;

    #[test]
    fn addresses_name_functions() {
        let function = || PciFunction::new(11, 0, &[(0, 4, 0x0030_1957, 0), (4, 2, 0, 6)]);
        let mut one = PciIndex::new(PciBus::new(vec![function()]), Addressing::Mechanism1);
        assert_eq!(one.read(4, 4, 0), 0xffff_ffff);
        one.write(0, 4, 0x8000_5800, 0);
        assert_eq!((one.read(0, 4, 0), one.read(4, 4, 0), one.read(6, 2, 0)), (0x8000_5800, 0x0030_1957, 0x30));
        one.write(0, 4, 0x8000_5804, 0);
        one.write(4, 1, 0xff, 0);
        assert_eq!(one.read(4, 2, 0), 6);
        let mut north = PciIndex::new(PciBus::new(vec![function()]), Addressing::UniNorth);
        north.write(0, 4, 0x800, 0);
        assert_eq!(north.read(4, 4, 0), 0x0030_1957);
        north.write(0, 4, 0x8000_5800, 0);
        assert_eq!(north.read(4, 4, 0), 0x0030_1957);
        north.write(0, 4, 0x8000_6000, 0);
        assert_eq!(north.read(4, 4, 0), 0xffff_ffff);
    }
}
