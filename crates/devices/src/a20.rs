//! Address line 20 of a PC's processors, which several devices drive, and port 0x92.
//!
//! 82371SB (PIIX), "Port 92 Register": bit 1 is the gate of A20, bit 0 resets the processors when it rises. Whoever drove the gate last
//! prevails, as on QEMU.

use std::sync::Arc;

use memory::{Device, Line, Nanos, Size};
use parking_lot::Mutex;

use crate::power::{Power, PowerRequest};

/// The gate: a wire to each processor that is high while the line is forced to 0. Clones are the same gate.
#[derive(Clone)]
pub struct A20Gate(Arc<Mutex<(Vec<Line>, bool)>>);

impl A20Gate {
    /// A gate that is open: addresses pass.
    pub fn new(off: Vec<Line>) -> A20Gate {
        A20Gate(Arc::new(Mutex::new((off, true))))
    }

    /// Opens or shuts it.
    pub fn set(&self, open: bool) {
        let mut gate = self.0.lock();
        if std::mem::replace(&mut gate.1, open) != open {
            gate.0.iter().for_each(|line| line.set(!open));
        }
    }

    /// Whether it is open.
    pub fn is_open(&self) -> bool {
        self.0.lock().1
    }
}

/// Port 0x92.
pub struct Port92 {
    gate: A20Gate,
    power: Power,
    value: u8,
}

impl Port92 {
    /// The port, which opens `gate` and resets by `power`.
    pub fn new(gate: A20Gate, power: Power) -> Port92 {
        Port92 { gate, power, value: 0 }
    }
}

impl Device for Port92 {
    fn read(&mut self, _: u64, _: Size, _: Nanos) -> u64 {
        u64::from(self.value)
    }

    fn write(&mut self, _: u64, _: Size, value: u64, _: Nanos) {
        let rises = value as u8 & !self.value & 1 != 0;
        self.value = value as u8;
        self.gate.set(value & 2 != 0);
        if rises {
            self.power.request(PowerRequest::Reset);
        }
    }

    fn reset(&mut self) {
        self.value = 0;
        self.gate.set(true);
    }

    fn save(&self) -> Vec<u8> {
        vec![self.value, u8::from(self.gate.is_open())]
    }

    fn restore(&mut self, state: &[u8]) -> Result<(), String> {
        let &[value, open] = state else { return Err(format!("port 92: {} bytes of state, not 2", state.len())) };
        self.value = value;
        self.gate.set(open != 0);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::testing::Probe;

    #[test]
    fn gate_and_reset() {
        let (probe, asked) = (Probe::default(), Arc::new(Mutex::new(0)));
        let count = asked.clone();
        let gate = A20Gate::new(vec![probe.line()]);
        let mut port = Port92::new(gate, Power::new(move |_| *count.lock() += 1));
        port.write(0, 1, 0, 0);
        assert!(probe.high());
        port.write(0, 1, 2, 0);
        assert!(!probe.high());
        port.write(0, 1, 3, 0);
        port.write(0, 1, 3, 0);
        assert_eq!((port.read(0, 1, 0), *asked.lock()), (3, 1));
        port.write(0, 1, 0, 0);
        port.reset();
        assert!(!probe.high());
    }
}
