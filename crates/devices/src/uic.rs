//! UIC: the universal interrupt controller of the 4xx, which is reached by device control registers.
//!
//! PPC440EP Embedded Processor User's Manual, chapter "Interrupt Controller Operations". Source 0 is the highest bit of each register.
//!
//! | register | what |
//! |----------|------|
//! | 0, 1     | status: writing ones clears, sets |
//! | 2, 3     | enable, critical |
//! | 4, 5     | polarity (1: high), trigger (1: edge) |
//! | 6        | status of what is enabled |
//! | 7, 8     | vector of the first critical source, and its configuration |

use std::sync::Arc;

use memory::{Device, Line, Nanos, Size};
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};

use crate::state;

const PART: &str = "uic";
/// Registers of a controller.
pub const UIC_REGISTERS: u32 = 9;

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct State {
    status: u32,
    enable: u32,
    critical: u32,
    polarity: u32,
    trigger: u32,
    vector: u32,
    /// What the wires of sources say.
    wires: u32,
}

struct Inner {
    external: Line,
    critical: Line,
    s: State,
}

impl Inner {
    fn update(&mut self) {
        // Sources that are levels are pending as long as they are active.
        let active = self.s.wires ^ !self.s.polarity;
        self.s.status |= active & !self.s.trigger;
        let pending = self.s.status & self.s.enable;
        self.external.set(pending & !self.s.critical != 0);
        self.critical.set(pending & self.s.critical != 0);
    }

    fn set(&mut self, source: u32, level: bool) {
        let bit = 1 << (31 - source);
        let before = self.s.wires ^ !self.s.polarity;
        self.s.wires = if level { self.s.wires | bit } else { self.s.wires & !bit };
        let after = self.s.wires ^ !self.s.polarity;
        self.s.status |= after & !before & self.s.trigger & bit;
        if before & !after & !self.s.trigger & bit != 0 {
            self.s.status &= !bit;
        }
        self.update();
    }

    /// "Vector": the base, and 512 bytes for each source, from the end that the configuration names.
    fn read_vector(&self) -> u32 {
        let pending = self.s.status & self.s.enable & self.s.critical;
        if pending == 0 {
            return 0;
        }
        let low_first = self.s.vector & 1 != 0;
        let distance = if low_first { pending.leading_zeros() } else { pending.trailing_zeros() };
        (self.s.vector & !3).wrapping_add(512 * distance)
    }
}

/// The controller. Clones are the same controller.
#[derive(Clone)]
pub struct Uic(Arc<Mutex<Inner>>);

impl Uic {
    /// A controller that drives these wires.
    pub fn new(external: Line, critical: Line) -> Uic {
        let s = State { polarity: u32::MAX, ..State::default() };
        Uic(Arc::new(Mutex::new(Inner { external, critical, s })))
    }

    /// The wire into source 0 to 31.
    pub fn line(&self, source: u32) -> Line {
        let inner = Arc::clone(&self.0);
        Line::new(move |level| inner.lock().set(source & 31, level))
    }

    /// Reads a register.
    pub fn get(&self, register: u32) -> u32 {
        let inner = self.0.lock();
        match register {
            0 | 1 => inner.s.status,
            2 => inner.s.enable,
            3 => inner.s.critical,
            4 => inner.s.polarity,
            5 => inner.s.trigger,
            6 => inner.s.status & inner.s.enable,
            7 => inner.read_vector(),
            _ => 0,
        }
    }

    /// Writes a register.
    pub fn put(&self, register: u32, value: u32) {
        let mut inner = self.0.lock();
        match register {
            0 => inner.s.status &= !value,
            1 => inner.s.status |= value,
            2 => inner.s.enable = value,
            3 => inner.s.critical = value,
            4 => inner.s.polarity = value,
            5 => inner.s.trigger = value,
            8 => inner.s.vector = value & !2,
            _ => {}
        }
        inner.update();
    }
}

/// It is not in memory: only reset and snapshots come this way.
impl Device for Uic {
    fn read(&mut self, _: u64, _: Size, _: Nanos) -> u64 {
        0
    }

    fn write(&mut self, _: u64, _: Size, _: u64, _: Nanos) {}

    fn reset(&mut self) {
        let mut inner = self.0.lock();
        let wires = inner.s.wires;
        inner.s = State { polarity: u32::MAX, wires, ..State::default() };
        inner.update();
    }

    fn save(&self) -> Vec<u8> {
        state::save(PART, &self.0.lock().s)
    }

    fn restore(&mut self, bytes: &[u8]) -> Result<(), String> {
        let mut inner = self.0.lock();
        inner.s = state::restore(PART, bytes)?;
        inner.update();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::*;

    fn wire() -> (Line, Arc<AtomicBool>) {
        let level = Arc::new(AtomicBool::new(false));
        let seen = Arc::clone(&level);
        (Line::new(move |up| seen.store(up, Ordering::Relaxed)), level)
    }

    #[test]
    fn levels_and_edges() {
        let (external, up) = wire();
        let (critical, urgent) = wire();
        let uic = Uic::new(external, critical);
        uic.put(2, 0xc000_0000);
        uic.put(5, 0x4000_0000);
        let (level, edge) = (uic.line(0), uic.line(1));
        level.raise();
        uic.put(0, u32::MAX);
        assert!(up.load(Ordering::Relaxed), "a level can't be cleared");
        level.lower();
        assert!(!up.load(Ordering::Relaxed));
        uic.put(3, 0x4000_0000);
        uic.put(8, 0x1000_0000);
        edge.raise();
        edge.lower();
        assert!(urgent.load(Ordering::Relaxed));
        assert_eq!((uic.get(6), uic.get(7)), (0x4000_0000, 0x1000_0000 + 512 * 30));
        uic.put(0, 0x4000_0000);
        assert!(!urgent.load(Ordering::Relaxed));
    }
}
