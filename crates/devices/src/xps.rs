//! Xilinx' peripherals for the PowerPC: interrupt controller and timer.
//!
//! Xilinx DS572, "LogiCORE IP XPS Interrupt Controller", and DS573, "LogiCORE IP XPS Timer/Counter". Registers are 32 bits wide and big-endian.

use std::sync::Arc;

use memory::{Device, Line, Nanos, Size};
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};

use crate::state;

/// Bytes of the registers of each.
pub const XPS_SIZE: u64 = 0x20;
const INTC: &str = "xps-intc";
const TIMER: &str = "xps-timer";

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct IntcState {
    status: u32,
    enable: u32,
    vector_base: u32,
    /// Bit 0: the output is on; bit 1: sources may interrupt.
    master: u32,
    wires: u32,
}

struct IntcInner {
    line: Line,
    /// Sources that are edges.
    edges: u32,
    s: IntcState,
}

impl IntcInner {
    fn update(&mut self) {
        if self.s.master & 2 != 0 {
            self.s.status |= self.s.wires & !self.edges;
        }
        self.line.set(self.s.master & 1 != 0 && self.s.status & self.s.enable != 0);
    }
}

/// The interrupt controller. Clones are the same controller.
#[derive(Clone)]
pub struct XpsIntc(Arc<Mutex<IntcInner>>);

impl XpsIntc {
    /// A controller that drives `line`; sources of `edges` are edges.
    pub fn new(line: Line, edges: u32) -> XpsIntc {
        XpsIntc(Arc::new(Mutex::new(IntcInner { line, edges, s: IntcState::default() })))
    }

    /// The wire into a source.
    pub fn line(&self, source: u32) -> Line {
        let inner = Arc::clone(&self.0);
        Line::new(move |level| {
            let mut inner = inner.lock();
            let bit = 1 << source;
            if level && inner.s.wires & bit == 0 && inner.edges & bit != 0 {
                inner.s.status |= bit;
            }
            inner.s.wires = if level { inner.s.wires | bit } else { inner.s.wires & !bit };
            inner.update();
        })
    }
}

impl Device for XpsIntc {
    /// ISR, IPR, IER, IAR, SIE, CIE, IVR, MER.
    fn read(&mut self, offset: u64, size: Size, _: Nanos) -> u64 {
        let inner = self.0.lock();
        let pending = inner.s.status & inner.s.enable;
        let value = match (offset, size) {
            (0x00, 4) => inner.s.status,
            (0x04, 4) => pending,
            (0x08, 4) => inner.s.enable,
            (0x18, 4) if pending == 0 => u32::MAX,
            (0x18, 4) => pending.trailing_zeros(),
            (0x1c, 4) => inner.s.master,
            _ => 0,
        };
        value.into()
    }

    fn write(&mut self, offset: u64, size: Size, value: u64, _: Nanos) {
        let (mut inner, value) = (self.0.lock(), value as u32);
        match (offset, size) {
            // Software may raise interrupts until the hardware does.
            (0x00, 4) if inner.s.master & 2 == 0 => inner.s.status |= value,
            (0x08, 4) => inner.s.enable = value,
            (0x0c, 4) => inner.s.status &= !value,
            (0x10, 4) => inner.s.enable |= value,
            (0x14, 4) => inner.s.enable &= !value,
            // Bit 1 can't be taken back.
            (0x1c, 4) => inner.s.master = value & 3 | inner.s.master & 2,
            _ => {}
        }
        inner.update();
    }

    fn reset(&mut self) {
        let mut inner = self.0.lock();
        let wires = inner.s.wires;
        inner.s = IntcState { wires, ..IntcState::default() };
        inner.update();
    }

    fn save(&self) -> Vec<u8> {
        state::save(INTC, &self.0.lock().s)
    }

    fn restore(&mut self, bytes: &[u8]) -> Result<(), String> {
        let mut inner = self.0.lock();
        inner.s = state::restore(INTC, bytes)?;
        inner.update();
        Ok(())
    }
}

/// Bits of a timer's control register.
mod tcsr {
    pub(super) const DOWN: u32 = 1 << 1;
    pub(super) const RELOAD: u32 = 1 << 4;
    pub(super) const LOAD: u32 = 1 << 5;
    pub(super) const ENABLE_INTERRUPT: u32 = 1 << 6;
    pub(super) const ENABLE: u32 = 1 << 7;
    pub(super) const INTERRUPT: u32 = 1 << 8;
    pub(super) const ENABLE_ALL: u32 = 1 << 10;
}

#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
struct One {
    control: u32,
    load: u32,
    /// The counter, while it stands; and when it began to count from there.
    count: u32,
    since: Nanos,
    due: Option<Nanos>,
}

/// Two timers.
pub struct XpsTimer {
    line: Line,
    hz: u64,
    s: [One; 2],
}

impl XpsTimer {
    /// Timers that count `hz` times a second.
    pub fn new(line: Line, hz: u64) -> XpsTimer {
        XpsTimer { line, hz: hz.max(1), s: [One::default(); 2] }
    }

    fn ticks(&self, from: Nanos, to: Nanos) -> u64 {
        (u128::from(to.saturating_sub(from)) * u128::from(self.hz) / 1_000_000_000) as u64
    }

    fn ns(&self, ticks: u64) -> Nanos {
        (u128::from(ticks) * 1_000_000_000).div_ceil(u128::from(self.hz)) as u64
    }

    fn count(&self, n: usize, now: Nanos) -> u32 {
        let one = &self.s[n];
        if one.control & tcsr::ENABLE == 0 {
            return one.count;
        }
        let ticks = self.ticks(one.since, now) as u32;
        if one.control & tcsr::DOWN != 0 { one.count.wrapping_sub(ticks) } else { one.count.wrapping_add(ticks) }
    }

    /// Begins to count from where the counter stands.
    fn start(&mut self, n: usize, now: Nanos) {
        let one = self.s[n];
        let left = if one.control & tcsr::DOWN != 0 { u64::from(one.count) } else { u64::from(!one.count) };
        let due = now + self.ns(left + 1);
        self.s[n].since = now;
        self.s[n].due = (one.control & tcsr::ENABLE != 0).then_some(due);
    }

    fn update(&self) {
        let asks = |one: &One| one.control & tcsr::INTERRUPT != 0 && one.control & tcsr::ENABLE_INTERRUPT != 0;
        self.line.set(self.s.iter().any(asks));
    }

    fn write_control(&mut self, n: usize, value: u32, now: Nanos) {
        self.s[n].count = self.count(n, now);
        let old = self.s[n].control;
        // Writing one clears the interrupt.
        let interrupt = old & tcsr::INTERRUPT & !value;
        self.s[n].control = value & 0x7ff & !tcsr::INTERRUPT | interrupt;
        if value & tcsr::LOAD != 0 {
            self.s[n].count = self.s[n].load;
        }
        if value & tcsr::ENABLE_ALL != 0 {
            self.s[1 - n].control |= tcsr::ENABLE;
            self.s[n].control |= tcsr::ENABLE;
            self.start(1 - n, now);
        }
        self.start(n, now);
        self.update();
    }
}

impl Device for XpsTimer {
    /// Each has control, load and count.
    fn read(&mut self, offset: u64, size: Size, now: Nanos) -> u64 {
        let n = (offset >> 4) as usize & 1;
        let value = match (offset & 15, size) {
            (0, 4) => self.s[n].control,
            (4, 4) => self.s[n].load,
            (8, 4) => self.count(n, now),
            _ => 0,
        };
        value.into()
    }

    fn write(&mut self, offset: u64, size: Size, value: u64, now: Nanos) {
        let n = (offset >> 4) as usize & 1;
        match (offset & 15, size) {
            (0, 4) => self.write_control(n, value as u32, now),
            (4, 4) => self.s[n].load = value as u32,
            _ => {}
        }
    }

    fn tick(&mut self, now: Nanos) {
        for n in 0..2 {
            let Some(due) = self.s[n].due.filter(|&due| due <= now) else { continue };
            self.s[n].control |= tcsr::INTERRUPT;
            if self.s[n].control & tcsr::RELOAD != 0 {
                self.s[n].count = self.s[n].load;
                self.start(n, due.max(now.saturating_sub(1_000_000)));
            } else {
                self.s[n].due = None;
                self.s[n].count = if self.s[n].control & tcsr::DOWN != 0 { u32::MAX } else { 0 };
                self.s[n].control &= !tcsr::ENABLE;
            }
        }
        self.update();
    }

    fn deadline(&self) -> Option<Nanos> {
        self.s.iter().filter_map(|one| one.due).min()
    }

    fn reset(&mut self) {
        self.s = [One::default(); 2];
        self.update();
    }

    fn save(&self) -> Vec<u8> {
        state::save(TIMER, &self.s)
    }

    fn restore(&mut self, bytes: &[u8]) -> Result<(), String> {
        self.s = state::restore(TIMER, bytes)?;
        self.update();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timer_counts_down_and_loads_itself() {
        let mut timer = XpsTimer::new(Line::unconnected(), 1_000_000);
        timer.write(4, 4, 99, 0);
        timer.write(0, 4, u64::from(tcsr::LOAD | tcsr::DOWN), 0);
        timer.write(0, 4, u64::from(tcsr::ENABLE | tcsr::DOWN | tcsr::RELOAD | tcsr::ENABLE_INTERRUPT), 0);
        assert_eq!((timer.read(8, 4, 50_000), timer.deadline()), (49, Some(100_000)));
        timer.tick(100_000);
        assert_eq!(timer.read(0, 4, 100_000) as u32 & tcsr::INTERRUPT, tcsr::INTERRUPT);
        assert_eq!(timer.deadline(), Some(200_000));
    }

    #[test]
    fn sources_are_numbered_from_the_lowest() {
        let mut intc = XpsIntc::new(Line::unconnected(), 0);
        intc.write(0x1c, 4, 3, 0);
        intc.write(0x08, 4, 0x208, 0);
        intc.line(9).raise();
        intc.line(3).raise();
        assert_eq!((intc.read(0x04, 4, 0), intc.read(0x18, 4, 0)), (0x208, 3));
        intc.write(0x0c, 4, 8, 0);
        assert_eq!(intc.read(0x00, 4, 0), 0x208, "the level is still there");
    }
}
