//! HPET: a counter of 100 MHz with three comparators.
//!
//! IA-PC HPET (High Precision Event Timers) Specification 1.0a. Block 0 has 64 bits, can be periodic, and has no FSB delivery, as on QEMU.

use memory::{Device, Line, Nanos, Size};
use serde::{Deserialize, Serialize};

use crate::state;

const PART: &str = "hpet";
/// Where it is on PCs, and how large.
pub const HPET_BASE: (u64, u64) = (0xfed0_0000, 0x400);
/// Nanoseconds of a tick.
const TICK: u64 = 10;
const TIMERS: usize = 3;
/// Vendor 0x8086, legacy routing, 64 bits, three timers, revision 1; above, the tick in femtoseconds.
const CAPABILITIES: u64 = (TICK * 1_000_000) << 32 | 0x8086_a201;

/// Bits of a timer's configuration.
mod tn {
    pub(super) const LEVEL: u64 = 1 << 1;
    pub(super) const ENABLE: u64 = 1 << 2;
    pub(super) const PERIODIC: u64 = 1 << 3;
    pub(super) const PERIODIC_CAP: u64 = 1 << 4;
    pub(super) const SIZE_CAP: u64 = 1 << 5;
    pub(super) const SET_ACCUMULATOR: u64 = 1 << 6;
    pub(super) const NARROW: u64 = 1 << 8;
    pub(super) const WRITABLE: u64 = 0x3f4e;
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Timer {
    config: u64,
    comparator: u64,
    period: u64,
    /// The counter at which it fires next, while it is to fire at all.
    next: Option<u64>,
}

impl Timer {
    fn mask(&self) -> u64 {
        if self.config & tn::NARROW != 0 { 0xffff_ffff } else { u64::MAX }
    }

    fn periodic(&self) -> bool {
        self.config & tn::PERIODIC != 0
    }

    /// Works out when the counter, now `at`, meets the comparator.
    fn arm(&mut self, at: u64) {
        let ahead = self.comparator.wrapping_sub(at) & self.mask();
        self.next = Some(at.saturating_add(ahead));
    }
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct State {
    config: u64,
    status: u64,
    /// The counter while it stands, and what is added to the time while it runs.
    count: u64,
    timers: [Timer; TIMERS],
}

/// The device.
pub struct Hpet {
    /// The interrupts that the timers can be routed to.
    lines: Vec<Line>,
    /// Low while legacy routing takes the PIT's and the clock's interrupts away.
    legacy: Line,
    /// Which lines each timer may choose.
    routes: u32,
    s: State,
}

impl Hpet {
    /// A block that drives `lines`, of which timers may choose those in `routes`; `legacy` is high while legacy routing is on.
    pub fn new(lines: Vec<Line>, routes: u32, legacy: Line) -> Hpet {
        Hpet { lines, legacy, routes, s: State::default() }
    }

    fn running(&self) -> bool {
        self.s.config & 1 != 0
    }

    fn legacy(&self) -> bool {
        self.s.config & 2 != 0
    }

    fn counter(&self, now: Nanos) -> u64 {
        if self.running() { self.s.count.wrapping_add(now / TICK) } else { self.s.count }
    }

    /// The line of timer `n`.
    fn line(&self, n: usize) -> Option<&Line> {
        let at = match (n, self.legacy()) {
            (0, true) => 2,
            (1, true) => 8,
            _ => (self.s.timers[n].config >> 9 & 0x1f) as usize,
        };
        self.lines.get(at)
    }

    fn fire(&mut self, n: usize) {
        let timer = &self.s.timers[n];
        let level = timer.config & tn::LEVEL != 0;
        let enabled = timer.config & tn::ENABLE != 0;
        if level {
            self.s.status |= 1 << n;
        }
        if let Some(line) = self.line(n).filter(|_| enabled) {
            line.raise();
            if !level {
                line.lower();
            }
        }
    }

    fn advance(&mut self, now: Nanos) {
        if !self.running() {
            return;
        }
        let at = self.counter(now);
        for n in 0..TIMERS {
            let timer = &mut self.s.timers[n];
            let Some(next) = timer.next.filter(|&next| next <= at) else { continue };
            timer.next = None;
            if timer.periodic() && timer.period != 0 {
                let passed = (at - next) / timer.period + 1;
                timer.comparator = timer.comparator.wrapping_add(passed.wrapping_mul(timer.period)) & timer.mask();
                timer.next = Some(next + passed * timer.period);
            } else if !timer.periodic() {
                // One-shot: it meets the comparator again when the counter has gone round.
                timer.next = next.checked_add(timer.mask()).and_then(|n| n.checked_add(1));
            }
            self.fire(n);
        }
    }

    fn arm_all(&mut self, now: Nanos) {
        let at = self.counter(now);
        self.s.timers.iter_mut().for_each(|timer| timer.arm(at));
    }

    fn read_register(&mut self, offset: u64, now: Nanos) -> u64 {
        self.advance(now);
        let n = (offset.wrapping_sub(0x100) / 0x20) as usize;
        match offset {
            0x00 => CAPABILITIES,
            0x10 => self.s.config,
            0x20 => self.s.status,
            0xf0 => self.counter(now),
            0x100.. if n < TIMERS => match offset % 0x20 {
                0 => self.s.timers[n].config | tn::PERIODIC_CAP | tn::SIZE_CAP | u64::from(self.routes) << 32,
                8 => self.s.timers[n].comparator,
                _ => 0,
            },
            _ => 0,
        }
    }

    fn write_config(&mut self, value: u64, now: Nanos) {
        let (was, legacy) = (self.running(), self.legacy());
        let count = self.counter(now);
        self.s.config = value & 3;
        if was != self.running() {
            self.s.count = if was { count } else { count.wrapping_sub(now / TICK) };
            self.arm_all(now);
        }
        if legacy != self.legacy() {
            self.legacy.set(!legacy);
        }
    }

    fn write_timer(&mut self, n: usize, offset: u64, value: u64, now: Nanos) {
        let at = self.counter(now);
        if offset == 0 {
            let timer = &mut self.s.timers[n];
            let was = timer.config;
            timer.config = value & tn::WRITABLE & !tn::SET_ACCUMULATOR | value & tn::SET_ACCUMULATOR;
            if value & tn::NARROW != 0 {
                timer.comparator &= 0xffff_ffff;
                timer.period &= 0xffff_ffff;
            }
            timer.arm(at);
            if was & tn::LEVEL != 0 && value & tn::ENABLE == 0 {
                self.drop_level(n);
            }
            return;
        }
        let timer = &mut self.s.timers[n];
        let value = value & timer.mask();
        if !timer.periodic() || timer.config & tn::SET_ACCUMULATOR != 0 {
            timer.comparator = value;
        }
        if timer.periodic() {
            // "Timer N Comparator Register": without the accumulator bit the write sets the period alone.
            timer.period = value;
        }
        timer.config &= !tn::SET_ACCUMULATOR;
        timer.arm(at);
    }

    fn drop_level(&self, n: usize) {
        if let Some(line) = self.line(n) {
            line.lower();
        }
    }

    fn write_register(&mut self, offset: u64, value: u64, now: Nanos) {
        self.advance(now);
        let n = (offset.wrapping_sub(0x100) / 0x20) as usize;
        match offset {
            0x10 => self.write_config(value, now),
            0x20 => {
                for n in (0..TIMERS).filter(|n| value & self.s.status & 1 << n != 0) {
                    self.drop_level(n);
                }
                self.s.status &= !value;
            }
            0xf0 if !self.running() => {
                self.s.count = value;
                self.arm_all(now);
            }
            0x100.. if n < TIMERS && matches!(offset % 0x20, 0 | 8) => self.write_timer(n, offset % 0x20, value, now),
            _ => {}
        }
    }
}

impl Device for Hpet {
    fn read(&mut self, offset: u64, size: Size, now: Nanos) -> u64 {
        match (offset % 8, size) {
            (0, 8) => self.read_register(offset, now),
            (0 | 4, 4) => self.read_register(offset & !7, now) >> (8 * (offset % 8)) & 0xffff_ffff,
            _ => 0,
        }
    }

    fn write(&mut self, offset: u64, size: Size, value: u64, now: Nanos) {
        match (offset % 8, size) {
            (0, 8) => self.write_register(offset, value, now),
            (0 | 4, 4) => {
                let (at, shift) = (offset & !7, 8 * (offset % 8));
                // Status is written with ones, so that the other half must be 0 there.
                let other = if at == 0x20 { 0 } else { self.read_register(at, now) & !(0xffff_ffff << shift) };
                self.write_register(at, other | value << shift, now);
            }
            _ => {}
        }
    }

    fn tick(&mut self, now: Nanos) {
        self.advance(now);
    }

    fn deadline(&self) -> Option<Nanos> {
        let armed = self.s.timers.iter().filter(|timer| timer.config & tn::ENABLE != 0);
        let next = armed.filter_map(|timer| timer.next).min().filter(|_| self.running())?;
        Some(next.wrapping_sub(self.s.count).saturating_mul(TICK))
    }

    fn reset(&mut self) {
        (0..TIMERS).for_each(|n| self.drop_level(n));
        self.s = State::default();
        self.legacy.set(false);
    }

    fn save(&self) -> Vec<u8> {
        state::save(PART, &self.s)
    }

    fn restore(&mut self, bytes: &[u8]) -> Result<(), String> {
        self.s = state::restore(PART, bytes)?;
        self.legacy.set(self.legacy());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;
    use crate::state::testing::Probe;

    #[test]
    fn one_shot_and_periodic() {
        let rises = Arc::new(AtomicU32::new(0));
        let count = rises.clone();
        let line = Line::new(move |level| {
            count.fetch_add(u32::from(level), Ordering::Relaxed);
        });
        let mut lines = vec![Line::unconnected(); 24];
        lines[20] = line;
        let mut hpet = Hpet::new(lines, 0x00ff_0104, Line::unconnected());
        assert_eq!(hpet.read(0, 8, 0), 0x0098_9680_8086_a201);
        assert_eq!(hpet.read(0x104, 4, 0), 0x00ff_0104);
        hpet.write(0x10, 4, 1, 1000);
        assert_eq!(hpet.read(0xf0, 8, 2000), 100);
        hpet.write(0x100, 4, 20 << 9 | 4, 2000);
        hpet.write(0x108, 8, 250, 2000);
        assert_eq!(hpet.deadline(), Some(3500));
        hpet.tick(3500);
        assert_eq!(rises.load(Ordering::Relaxed), 1);
        hpet.write(0x100, 4, 20 << 9 | 0x4c, 4000);
        hpet.write(0x108, 4, 400, 4000);
        hpet.write(0x108, 4, 50, 4000);
        assert_eq!((hpet.read(0x108, 8, 4000), hpet.deadline()), (400, Some(5000)));
        hpet.tick(5000);
        assert_eq!((rises.load(Ordering::Relaxed), hpet.deadline()), (2, Some(5500)));
        hpet.tick(6100);
        assert_eq!((rises.load(Ordering::Relaxed), hpet.deadline()), (3, Some(6500)));
    }

    #[test]
    fn levels_stay_and_legacy_routing_is_told() {
        let (probe, legacy) = (Probe::default(), Probe::default());
        let mut lines = vec![Line::unconnected(); 24];
        lines[2] = probe.line();
        let mut hpet = Hpet::new(lines, 4, legacy.line());
        hpet.write(0x100, 4, 6, 0);
        hpet.write(0x108, 4, 10, 0);
        hpet.write(0x10, 4, 3, 0);
        assert!(legacy.high());
        hpet.tick(100);
        assert_eq!((probe.high(), hpet.read(0x20, 4, 100)), (true, 1));
        hpet.write(0x20, 4, 1, 100);
        assert_eq!((probe.high(), hpet.read(0x20, 4, 100)), (false, 0));
    }
}
