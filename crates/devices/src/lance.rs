//! The Ethernet controller of sun4m systems, with no cable: its four control and status registers.
//!
//! AMD Am7990 Data Sheet, "Control and Status Registers". It never finds anything in its rings, and reports nothing but that
//! it has been initialised.

use memory::{Device, Line, Nanos, Size};
use serde::{Deserialize, Serialize};

use crate::state;

const PART: &str = "lance";
/// Size of the register block in bytes.
pub const LANCE_SIZE: u64 = 4;

/// Bits of CSR0.
mod csr0 {
    pub(super) const INIT: u16 = 1 << 0;
    pub(super) const START: u16 = 1 << 1;
    pub(super) const STOP: u16 = 1 << 2;
    pub(super) const TX_ON: u16 = 1 << 4;
    pub(super) const RX_ON: u16 = 1 << 5;
    pub(super) const INTERRUPT_ENABLE: u16 = 1 << 6;
    pub(super) const INTERRUPT: u16 = 1 << 7;
    pub(super) const INIT_DONE: u16 = 1 << 8;
    /// What writing 1 clears.
    pub(super) const EVENTS: u16 = 0x7f00;
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct State {
    address: u8,
    csr: [u16; 4],
}

impl State {
    fn new() -> State {
        State { address: 0, csr: [csr0::STOP, 0, 0, 0] }
    }
}

/// The controller.
pub struct Lance {
    irq: Line,
    s: State,
}

impl Lance {
    /// A controller that interrupts over `irq`.
    pub fn new(irq: Line) -> Lance {
        Lance { irq, s: State::new() }
    }

    fn write_csr0(&mut self, value: u16) {
        if value & csr0::STOP != 0 {
            self.s.csr[0] = csr0::STOP;
            return;
        }
        let mut csr = self.s.csr[0] & !(value & csr0::EVENTS);
        csr = csr & !csr0::INTERRUPT_ENABLE | value & csr0::INTERRUPT_ENABLE;
        if value & csr0::INIT != 0 {
            csr = csr & !csr0::STOP | csr0::INIT | csr0::INIT_DONE;
        }
        if value & csr0::START != 0 {
            csr = csr & !csr0::STOP | csr0::START | csr0::TX_ON | csr0::RX_ON;
        }
        self.s.csr[0] = csr;
    }

    fn csr0(&self) -> u16 {
        let csr = self.s.csr[0] & !csr0::INTERRUPT;
        csr | if csr & csr0::EVENTS != 0 { csr0::INTERRUPT } else { 0 }
    }

    fn update(&self) {
        let both = csr0::INTERRUPT | csr0::INTERRUPT_ENABLE;
        self.irq.set(self.csr0() & both == both);
    }
}

impl Device for Lance {
    fn read(&mut self, offset: u64, size: Size, _: Nanos) -> u64 {
        let value = match (offset, size) {
            (0, 2) if self.s.address == 0 => self.csr0(),
            (0, 2) => self.s.csr[usize::from(self.s.address & 3)],
            (2, 2) => u16::from(self.s.address),
            _ => 0,
        };
        u64::from(value)
    }

    fn write(&mut self, offset: u64, size: Size, value: u64, _: Nanos) {
        match (offset, size) {
            (0, 2) if self.s.address == 0 => self.write_csr0(value as u16),
            // "Accessible only when the STOP bit is set".
            (0, 2) if self.s.csr[0] & csr0::STOP != 0 => self.s.csr[usize::from(self.s.address & 3)] = value as u16,
            (2, 2) => self.s.address = value as u8 & 3,
            _ => {}
        }
        self.update();
    }

    fn reset(&mut self) {
        self.s = State::new();
        self.update();
    }

    fn save(&self) -> Vec<u8> {
        state::save(PART, &self.s)
    }

    fn restore(&mut self, bytes: &[u8]) -> Result<(), String> {
        self.s = state::restore(PART, bytes)?;
        self.update();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::testing::Probe;

    #[test]
    fn initialises() {
        let irq = Probe::default();
        let mut lance = Lance::new(irq.line());
        assert_eq!(lance.read(0, 2, 0), 4);
        lance.write(2, 2, 1, 0);
        lance.write(0, 2, 0x1234, 0);
        assert_eq!((lance.read(0, 2, 0), lance.read(2, 2, 0)), (0x1234, 1));
        lance.write(2, 2, 0, 0);
        lance.write(0, 2, 0x41, 0);
        assert_eq!((lance.read(0, 2, 0), irq.high()), (0x1c1, true));
        let saved = lance.save();
        lance.write(0, 2, 0x142, 0);
        assert_eq!((lance.read(0, 2, 0), irq.high()), (0x73, false));
        lance.restore(&saved).unwrap();
        assert!(irq.high());
        lance.write(0, 2, 4, 0);
        assert_eq!((lance.read(0, 2, 0), irq.high()), (4, false));
    }
}
