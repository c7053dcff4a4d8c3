//! PIIX4: the south bridge of the Malta board: its functions in PCI configuration space, and power management.
//!
//! Intel, 82371AB PCI-TO-ISA / IDE Xcelerator (PIIX4), order number 290562-001: "PCI Configuration Registers" of functions 0 and 3,
//! "Power Management I/O Space Registers". The parts behind the ISA bridge (interrupt controllers, timer, clock) are devices of their own.
//! Functions 1 and 2, IDE and USB, are not there.

use memory::{Device, Nanos, Size};
use serde::{Deserialize, Serialize};

use crate::pci::{Field, PciFunction};
use crate::ports::PortBase;
use crate::power::{Power, PowerRequest};
use crate::state;

const PART: &str = "piix4_pm";
/// Ports of the power management registers.
pub const PM_PORTS: u16 = 0x40;
/// The power management timer in Hz.
const TIMER_HZ: u128 = 3_579_545;

/// Function 0: the bridge to ISA.
const ISA: [Field; 11] = [
    (0x00, 4, 0x7110_8086, 0),
    (0x04, 4, 0x0280_0007, 0x0000_0148),
    (0x08, 4, 0x0601_0000, 0),
    (0x0c, 1, 0, 0xff),
    (0x0e, 1, 0x80, 0),
    (0x4c, 1, 0x4d, 0xff),
    (0x4e, 2, 0x0003, 0xffff),
    (0x60, 4, 0x8080_8080, 0xffff_ffff),
    (0x64, 1, 0x10, 0xff),
    (0x69, 1, 0x02, 0xff),
    (0xb0, 4, 0, 0xffff_ffff),
];

/// Function 3: power management.
const PM: [Field; 9] = [
    (0x00, 4, 0x7113_8086, 0),
    (0x04, 4, 0x0280_0000, 0x0000_0001),
    (0x08, 4, 0x0680_0003, 0),
    (0x0c, 1, 0, 0xff),
    (0x3c, 4, 0x0000_0100, 0x0000_00ff),
    (0x40, 4, 1, 0x0000_ffc0),
    (0x80, 1, 0, 0x01),
    (0x90, 4, 1, 0x0000_fff0),
    (0xd2, 1, 0, 0xff),
];

/// Function 0 as PCI device `device`.
pub fn isa_bridge(device: u8) -> PciFunction {
    PciFunction::new(device, 0, &ISA)
}

/// Function 3 as PCI device `device`; `ports` is where it puts its power management registers.
pub fn power_management(device: u8, ports: PortBase) -> PciFunction {
    PciFunction::new(device, 3, &PM).watched(move |bytes| {
        let base = u16::from_le_bytes([bytes[0x40], bytes[0x41]]) & 0xffc0;
        // PMREGMISC bit 0 (PMIOSE) opens the I/O space.
        ports.set((bytes[0x80] & 1 != 0).then_some(base));
    })
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct State {
    status: u16,
    enable: u16,
    control: u16,
}

/// The power management registers.
pub struct Piix4Pm {
    power: Power,
    s: State,
}

impl Piix4Pm {
    /// Registers as after power-on; soft off goes to `power`.
    pub fn new(power: Power) -> Piix4Pm {
        Piix4Pm { power, s: State::default() }
    }

    /// PMCNTRL: SUS_EN (bit 13) begins the state that SUS_TYP (12 to 10) names; 0 is soft off.
    fn write_control(&mut self, value: u16) {
        self.s.control = value & !(1 << 13);
        if value & 1 << 13 != 0 && value >> 10 & 7 == 0 {
            self.power.request(PowerRequest::Shutdown { code: 0 });
        }
    }
}

/// The timer, 24 bits wide.
fn timer(now: Nanos) -> u64 {
    (u128::from(now) * TIMER_HZ / 1_000_000_000) as u64 & 0xff_ffff
}

impl Device for Piix4Pm {
    fn read(&mut self, offset: u64, size: Size, now: Nanos) -> u64 {
        match (offset, size) {
            (0, 2) => u64::from(self.s.status),
            (2, 2) => u64::from(self.s.enable),
            (0, 4) => u64::from(self.s.status) | u64::from(self.s.enable) << 16,
            (4, 2 | 4) => u64::from(self.s.control),
            (8, 4) => timer(now),
            _ => 0,
        }
    }

    fn write(&mut self, offset: u64, size: Size, value: u64, _: Nanos) {
        match (offset, size) {
            // PMSTS: a one clears.
            (0, 2 | 4) => {
                self.s.status &= !(value as u16);
                if size == 4 {
                    self.s.enable = (value >> 16) as u16;
                }
            }
            (2, 2) => self.s.enable = value as u16,
            (4, 2 | 4) => self.write_control(value as u16),
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
    use std::sync::Arc;

    use memory::SharedDevice;
    use parking_lot::Mutex;

    use super::*;
    use crate::pci::PciBus;
    use crate::ports::Ports;

    #[test]
    fn soft_off_where_the_guest_has_put_it() {
        let off = Arc::new(Mutex::new(Vec::new()));
        let log = off.clone();
        let pm: SharedDevice = Arc::new(Mutex::new(Piix4Pm::new(Power::new(move |asked| log.lock().push(asked)))));
        let base = PortBase::off();
        let mut ports = Ports::new();
        ports.add_movable(&base, PM_PORTS, 4, &pm, 0);
        let bus = PciBus::new(vec![isa_bridge(10), power_management(10, base)]);
        assert_eq!((bus.read(0x50, 0), bus.read(0x53, 0)), (0x7110_8086, 0x7113_8086));
        bus.write(0x53, 0x40, 0x1000, 0xf);
        ports.write(0x1004, 2, 1 << 13, 0);
        bus.write(0x53, 0x80, 1, 1);
        ports.write(0x1004, 2, 1 << 13 | 1 << 10, 0);
        assert!(off.lock().is_empty());
        ports.write(0x1004, 2, 1 << 13, 0);
        assert_eq!(*off.lock(), [PowerRequest::Shutdown { code: 0 }]);
        assert_eq!(ports.read(0x1008, 4, 1_000_000_000), 3_579_545);
    }
}
