//! 82093AA: the I/O APIC, which makes messages to local APICs of the levels of 24 pins.
//!
//! Intel, 82093AA I/O Advanced Programmable Interrupt Controller, order number 290566-001; the end-of-interrupt register of version 0x20 is
//! described in the ICH9 data sheet, "EOIR". Registers are reached through an index and a window.

use std::sync::Arc;

use memory::{Device, Line, Nanos, Size};
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};

use crate::lapic::{Apics, Delivery, Message};
use crate::state;

const PART: &str = "I/O APIC";
/// Number of pins.
pub const PINS: usize = 24;
/// Bytes of its registers.
pub const IOAPIC_SIZE: u64 = 0x1000;
/// Where it is on PCs.
pub const IOAPIC_BASE: u64 = 0xfec0_0000;

/// Bits of a redirection entry.
mod entry {
    pub(super) const LOGICAL: u64 = 1 << 11;
    pub(super) const REMOTE_IRR: u64 = 1 << 14;
    pub(super) const ACTIVE_LOW: u64 = 1 << 13;
    pub(super) const LEVEL: u64 = 1 << 15;
    pub(super) const MASKED: u64 = 1 << 16;
    /// Delivery status and remote IRR can't be written.
    pub(super) const WRITABLE: u64 = 0xff00_0000_0001_afff;
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct State {
    index: u8,
    id: u32,
    entries: [u64; PINS],
    /// Levels of the pins.
    levels: u32,
    /// Edges that are to be sent, and levels that are up.
    irr: u32,
}

impl Default for State {
    fn default() -> State {
        State { index: 0, id: 0, entries: [entry::MASKED; PINS], levels: 0, irr: 0 }
    }
}

struct Inner {
    version: u8,
    bus: Apics,
    s: State,
}

impl Inner {
    /// Sends what pin `n` has to send.
    fn serve(&mut self, n: usize) {
        let e = self.s.entries[n];
        let is_level = e & entry::LEVEL != 0;
        if self.s.irr >> n & 1 == 0 || e & entry::MASKED != 0 || is_level && e & entry::REMOTE_IRR != 0 {
            return;
        }
        if is_level {
            self.s.entries[n] |= entry::REMOTE_IRR;
        } else {
            self.s.irr &= !(1 << n);
        }
        let Some(delivery) = Delivery::from_bits((e >> 8) as u32) else { return };
        let logical = e & entry::LOGICAL != 0;
        let (vector, dest) = (e as u8, (e >> 56) as u32);
        self.bus.send(&Message { vector, delivery, level: is_level, logical, dest, wide: false });
    }

    fn set_pin(&mut self, n: usize, level: bool) {
        // The polarity bit says which level the board wires as asserted; our wires are active high always.
        let bit = 1 << n;
        let was = self.s.levels & bit != 0;
        self.s.levels = self.s.levels & !bit | u32::from(level) << n;
        if self.s.entries[n] & entry::LEVEL != 0 {
            self.s.irr = self.s.irr & !bit | u32::from(level) << n;
        } else if level && !was && self.s.entries[n] & entry::MASKED == 0 {
            // "Interrupt Mask": edges at a masked pin are lost.
            self.s.irr |= bit;
        }
        self.serve(n);
    }

    fn end_of_interrupt(&mut self, vector: u8) {
        for n in 0..PINS {
            let e = self.s.entries[n];
            if e as u8 == vector && e & entry::LEVEL != 0 && e & entry::REMOTE_IRR != 0 {
                self.s.entries[n] &= !entry::REMOTE_IRR;
                self.serve(n);
            }
        }
    }

    fn read(&self) -> u32 {
        let at = self.s.index;
        match at {
            0 | 2 => self.s.id,
            1 => u32::from(self.version) | (PINS as u32 - 1) << 16,
            0x10.. if usize::from(at - 0x10) / 2 < PINS => {
                (self.s.entries[usize::from(at - 0x10) / 2] >> (32 * (at & 1))) as u32
            }
            _ => 0,
        }
    }

    fn write(&mut self, value: u32) {
        let at = self.s.index;
        match at {
            0 => self.s.id = value & 0x0f00_0000,
            0x10.. if usize::from(at - 0x10) / 2 < PINS => {
                let n = usize::from(at - 0x10) / 2;
                let shift = 32 * (at & 1);
                let mask = (0xffff_ffff << shift) & entry::WRITABLE;
                let e = &mut self.s.entries[n];
                *e = *e & !mask | u64::from(value) << shift & mask;
                if *e & entry::LEVEL == 0 {
                    *e &= !entry::REMOTE_IRR;
                } else {
                    let bit = 1 << n;
                    self.s.irr = self.s.irr & !bit | self.s.levels & bit;
                }
                self.serve(n);
            }
            _ => {}
        }
    }
}

/// The device. Clones are the same one.
#[derive(Clone)]
pub struct IoApic(Arc<Mutex<Inner>>);

impl IoApic {
    /// An I/O APIC of this version that sends to `bus` and hears of ends of interrupts from it.
    pub fn new(version: u8, bus: &Apics) -> IoApic {
        let this = IoApic(Arc::new(Mutex::new(Inner { version, bus: bus.clone(), s: State::default() })));
        let listener = this.clone();
        bus.on_end_of_interrupt(move |vector| listener.0.lock().end_of_interrupt(vector));
        this
    }

    /// The wire into pin `n`.
    ///
    /// # Panics
    /// When there is no such pin: a board's mistake.
    pub fn line(&self, n: usize) -> Line {
        assert!(n < PINS, "the I/O APIC has {PINS} pins, not {n}");
        let this = self.clone();
        Line::new(move |level| this.0.lock().set_pin(n, level))
    }

    /// Whether the guest has marked pin `n` as active low.
    pub fn is_active_low(&self, n: usize) -> bool {
        self.0.lock().s.entries[n] & entry::ACTIVE_LOW != 0
    }
}

impl Device for IoApic {
    fn read(&mut self, offset: u64, size: Size, _: Nanos) -> u64 {
        let inner = self.0.lock();
        match (offset, size) {
            (0, _) => u64::from(inner.s.index),
            (0x10, 4) => u64::from(inner.read()),
            _ => 0,
        }
    }

    fn write(&mut self, offset: u64, size: Size, value: u64, _: Nanos) {
        let mut inner = self.0.lock();
        match (offset, size) {
            (0, _) => inner.s.index = value as u8,
            (0x10, 4) => inner.write(value as u32),
            (0x40, 4) if inner.version >= 0x20 => inner.end_of_interrupt(value as u8),
            _ => {}
        }
    }

    fn reset(&mut self) {
        let mut inner = self.0.lock();
        inner.s = State { levels: inner.s.levels, ..State::default() };
    }

    fn save(&self) -> Vec<u8> {
        state::save(PART, &self.0.lock().s)
    }

    fn restore(&mut self, bytes: &[u8]) -> Result<(), String> {
        self.0.lock().s = state::restore(PART, bytes)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lapic::ApicLines;
    use crate::state::testing::Probe;

    fn two() -> (IoApic, Apics, Vec<Probe>) {
        let probes = [Probe::default(), Probe::default()];
        let lines = |probe: &Probe| ApicLines {
            intr: probe.line(),
            nmi: Line::unconnected(),
            init: Line::unconnected(),
            startup: Line::unconnected(),
        };
        let bus = Apics::new(probes.iter().enumerate().map(|(n, p)| (n as u32, lines(p))), |_| true);
        for n in 0..2 {
            bus.page(n).write(0xf0, 4, 0x1ff, 0);
        }
        (IoApic::new(0x11, &bus), bus, probes.to_vec())
    }

    fn set(io: &mut IoApic, n: u64, value: u64) {
        for (half, part) in [(1, value >> 32), (0, value & 0xffff_ffff)] {
            io.write(0, 4, 0x10 + 2 * n + half, 0);
            io.write(0x10, 4, part, 0);
        }
    }

    #[test]
    fn edges_and_levels() {
        let (mut io, bus, wires) = two();
        io.write(0, 4, 1, 0);
        assert_eq!(io.read(0x10, 4, 0), 0x0017_0011);
        set(&mut io, 4, 1 << 56 | 0x41);
        io.line(4).raise();
        assert!(wires[1].high() && !wires[0].high());
        assert_eq!((bus.acknowledge(1), wires[1].high()), (Some(0x41), false));
        bus.page(1).write(0xb0, 4, 0, 0);
        assert!(!wires[1].high());
        // A level comes again after the end of interrupt, as long as it is up.
        set(&mut io, 10, 0x8000 | 0x52);
        io.line(10).raise();
        assert_eq!(bus.acknowledge(0), Some(0x52));
        io.write(0, 4, 0x10 + 20, 0);
        assert_eq!(io.read(0x10, 4, 0), 0xc052);
        bus.page(0).write(0xb0, 4, 0, 0);
        assert_eq!((wires[0].high(), bus.acknowledge(0)), (true, Some(0x52)));
        io.line(10).lower();
        bus.page(0).write(0xb0, 4, 0, 0);
        assert!(!wires[0].high());
        io.write(0, 4, 0x10 + 20, 0);
        assert_eq!(io.read(0x10, 4, 0), 0x8052);
    }

    #[test]
    fn masked_pins_lose_edges_and_keep_levels() {
        let (mut io, bus, wires) = two();
        io.line(3).raise();
        set(&mut io, 3, 0x33);
        assert!(!wires[0].high());
        io.line(5).raise();
        set(&mut io, 5, 0x8035);
        assert_eq!((wires[0].high(), bus.acknowledge(0)), (true, Some(0x35)));
        let saved = io.save();
        io.reset();
        io.restore(&saved).unwrap();
        io.write(0, 4, 0x16, 0);
        assert_eq!(io.read(0x10, 4, 0), 0x33);
    }
}
