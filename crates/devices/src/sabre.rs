//! Configuration space of sun4u machines: UltraSPARC-IIi's host bridge, the two buses behind it, and the ports of one of them.
//!
//! UltraSPARC-IIi User's Manual, "PCI Configuration Space"; Sun, "Advanced PCI Bridge (APB) User's Manual", "Configuration Space"; PCI
//! Local Bus Specification 2.1. Within the window, bits 23 to 16 are the bus, 15 to 8 device and function, 7 to 0 the register.

use memory::{Device, Nanos, Size};

use crate::pci::{Field, PciBus, PciFunction};

/// Size of the window in bytes.
pub const SABRE_CONFIG_SIZE: u64 = 0x100_0000;

/// Bits of the command register that can be set.
const COMMAND: u32 = 0x0147;
/// Status: parity error detected may be cleared; fast, medium timing.
const STATUS: u32 = 0x02a0;

/// Function 0 of device 0: the host bridge, Sun 0xa000.
const HOST: &[Field] = &[
    (0x00, 4, 0xa000_108e, 0),
    (0x04, 2, 0, COMMAND),
    (0x06, 2, STATUS, 0),
    (0x08, 4, 0x0600_0000, 0),
    (0x2c, 4, 0x1100_1af4, 0),
];
/// Functions 0 and 1 of device 1: the bridges to buses B and A, Sun 0x5000.
const BRIDGE: &[Field] = &[
    (0x00, 4, 0x5000_108e, 0),
    (0x04, 2, 0, COMMAND),
    (0x06, 2, STATUS, 0),
    (0x08, 4, 0x0604_0011, 0),
    (0x0c, 4, 0x0081_0000, 0xffff),
    // Primary, secondary and subordinate bus, latency timer.
    (0x18, 4, 0, 0xffff_ffff),
    (0x1c, 2, 0x0101, 0xf0f0),
    (0x20, 4, 0, 0xfff0_fff0),
    (0x24, 4, 0x0001_0001, 0xfff0_fff0),
    (0x30, 4, 0, 0xffff_ffff),
    (0x3c, 4, 0, 0xffff_00ff),
];
/// Function 0 of device 1 on bus A: the EBus bridge, Sun 0x1000, with 16 MiB of memory and 32 KiB of ports.
const EBUS: &[Field] = &[
    (0x00, 4, 0x1000_108e, 0),
    (0x04, 2, 0x0003, COMMAND),
    (0x06, 2, STATUS, 0),
    (0x08, 4, 0x0680_0001, 0),
    (0x0c, 4, 0x0080_0a00, 0xff00),
    (0x10, 4, 0, 0xff00_0000),
    (0x14, 4, 1, 0xffff_8000),
    (0x2c, 4, 0x1100_1af4, 0),
    (0x3c, 1, 0, 0xff),
];

/// Device and function of the bridge to bus A.
const BRIDGE_A: u8 = 1 << 3 | 1;
/// Where a bridge keeps primary, secondary and subordinate bus.
const BUSES: u8 = 0x18;

/// The window.
pub struct SabreConfig {
    root: PciBus,
    bus_a: PciBus,
}

impl Default for SabreConfig {
    fn default() -> SabreConfig {
        SabreConfig::new()
    }
}

impl SabreConfig {
    /// The host bridge with both bridges, and the EBus on bus A.
    pub fn new() -> SabreConfig {
        let root = [(0, 0, HOST), (1, 0, BRIDGE), (1, 1, BRIDGE)];
        let root = root.into_iter().map(|(device, function, fields)| PciFunction::new(device, function, fields));
        SabreConfig { root: PciBus::new(root.collect()), bus_a: PciBus::new(vec![PciFunction::new(1, 0, EBUS)]) }
    }

    /// The bus that has number `bus` now.
    fn bus(&self, bus: u8) -> Option<&PciBus> {
        let secondary = (self.root.read(BRIDGE_A, BUSES) >> 8) as u8;
        match bus {
            0 => Some(&self.root),
            n if n == secondary => Some(&self.bus_a),
            _ => None,
        }
    }

    fn split(offset: u64) -> (u8, u8, u8) {
        ((offset >> 16) as u8, (offset >> 8) as u8, offset as u8)
    }
}

impl Device for SabreConfig {
    fn read(&mut self, offset: u64, size: Size, _: Nanos) -> u64 {
        let (bus, devfn, register) = SabreConfig::split(offset);
        let mask = u64::MAX >> (64 - 8 * size);
        match self.bus(bus) {
            Some(bus) if size <= 4 => u64::from(bus.read(devfn, register)) >> (8 * (offset & 3)) & mask,
            _ => mask,
        }
    }

    fn write(&mut self, offset: u64, size: Size, value: u64, _: Nanos) {
        let (bus, devfn, register) = SabreConfig::split(offset);
        let (lane, lanes) = (offset & 3, (1u64 << size) - 1);
        if let Some(bus) = self.bus(bus).filter(|_| size <= 4) {
            bus.write(devfn, register, (value << (8 * lane)) as u32, (lanes << lane) as u8 & 0xf);
        }
    }

    fn reset(&mut self) {
        self.root.reset();
        self.bus_a.reset();
    }

    fn save(&self) -> Vec<u8> {
        [self.root.save(), self.bus_a.save()].concat()
    }

    fn restore(&mut self, state: &[u8]) -> Result<(), String> {
        let at = self.root.save().len().min(state.len());
        self.root.restore(&state[..at])?;
        self.bus_a.restore(&state[at..])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buses_have_the_numbers_that_the_bridge_says() {
        let mut sabre = SabreConfig::new();
        assert_eq!((sabre.read(0, 4, 0), sabre.read(0x902, 2, 0)), (0xa000_108e, 0x5000));
        assert_eq!((sabre.read(0x1_0800, 4, 0), sabre.read(0x1000, 2, 0)), (0xffff_ffff, 0xffff));
        sabre.write(0x919, 1, 1, 0);
        assert_eq!(sabre.read(0x1_0800, 4, 0), 0x1000_108e);
        sabre.write(0x1_0810, 4, 0xffff_ffff, 0);
        sabre.write(0x1_0816, 2, 0xffff, 0);
        assert_eq!((sabre.read(0x1_0810, 4, 0), sabre.read(0x1_0814, 4, 0)), (0xff00_0000, 0xffff_0001));
        let saved = sabre.save();
        sabre.reset();
        assert_eq!(sabre.read(0x1_0800, 4, 0), 0xffff_ffff);
        sabre.restore(&saved).unwrap();
        assert_eq!(sabre.read(0x1_0813, 1, 0), 0xff);
        assert!(sabre.restore(&saved[1..]).is_err());
    }
}
