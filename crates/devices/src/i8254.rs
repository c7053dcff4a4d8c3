//! 8254: three counters, the timer of PCs and of boards with an ISA bus.
//!
//! Intel, 8254 Programmable Interval Timer, order number 231164-005, September 1993: "Programming the 8254", "Read Operations", "Mode
//! Definitions". Counter 0's output is a wire, the others' can be looked at; the gates of 0 and 1 are tied high.
//!
//! Nothing counts: what a counter shows is worked out from the time since it was loaded. A new count takes effect at once instead of with
//! the next clock pulse, in modes 2 and 3 also within a period.

use memory::{Device, Line, Nanos, Size};
use serde::{Deserialize, Serialize};

use crate::state;

const PART: &str = "i8254";
/// The clock input of all three counters in Hz: a third of the NTSC colour carrier's quadruple.
pub const I8254_HZ: u64 = 1_193_182;
const SECOND: u128 = 1_000_000_000;

/// Control word and read-back command, Figures 7 and 11.
mod control {
    pub(super) const BCD: u8 = 1 << 0;
    pub(super) const READ_BACK: u8 = 3;
    pub(super) const NO_STATUS: u8 = 1 << 4;
    pub(super) const NO_COUNT: u8 = 1 << 5;
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Counter {
    /// Modes 6 and 7 are 2 and 3.
    mode: u8,
    bcd: bool,
    /// RW1 and RW0: 1 low byte, 2 high byte, 3 both.
    access: u8,
    /// As written; 0 stands for the largest.
    count: u16,
    /// When counting began; `None` waits for a count, or in modes 1 and 5 for the gate.
    since: Option<Nanos>,
    /// Clock pulses that had been counted when the gate stopped the counter.
    held: Option<u64>,
    gate: bool,
    loaded: bool,
    low_written: Option<u8>,
    /// The high byte is read next.
    high_next: bool,
    latched: Option<u16>,
    status: Option<u8>,
}

impl Counter {
    fn new() -> Counter {
        Counter { access: 3, gate: true, mode: 3, ..Counter::default() }
    }

    /// The count as a number of pulses.
    fn initial(&self) -> u64 {
        let digits = u64::from(self.count);
        let value = if self.bcd { (0..4).rev().fold(0, |n, d| n * 10 + (digits >> (4 * d) & 0xf)) } else { digits };
        match (value, self.bcd) {
            (0, true) => 10_000,
            (0, false) => 0x1_0000,
            (value, _) => value,
        }
    }

    /// Pulses since it was loaded.
    fn pulses(&self, now: Nanos) -> Option<u64> {
        let since = || self.since.map(|at| to_pulses(now.saturating_sub(at)));
        self.held.or_else(since)
    }

    fn periodic(&self) -> bool {
        matches!(self.mode, 2 | 3)
    }

    fn waits_for_gate(&self) -> bool {
        matches!(self.mode, 1 | 5)
    }

    /// The counting element. Mode 3 counts by two.
    fn value(&self, now: Nanos) -> u16 {
        let (n, range) = (self.initial(), if self.bcd { 10_000 } else { 0x1_0000 });
        let Some(pulses) = self.pulses(now) else { return self.count };
        let value = match self.mode {
            2 => n - pulses % n,
            3 => (n & !1).max(2) - 2 * (pulses % n) % (n & !1).max(2),
            _ => (n + range - pulses % range) % range,
        };
        let value = value % range;
        if !self.bcd {
            return value as u16;
        }
        (0..4).fold((0, value), |(bcd, rest), d| (bcd | (rest % 10) << (4 * d), rest / 10)).0 as u16
    }

    /// OUT, "Mode Definitions".
    fn output(&self, now: Nanos) -> bool {
        let n = self.initial();
        let Some(pulses) = self.pulses(now) else { return self.mode != 0 };
        match self.mode {
            0 | 1 => pulses >= n,
            2 => !self.gate || pulses % n != n - 1,
            3 => !self.gate || pulses % n < n.div_ceil(2),
            _ => pulses != n,
        }
    }

    /// When OUT changes next.
    fn next_change(&self, now: Nanos) -> Option<Nanos> {
        let (since, n) = (self.since?, self.initial());
        if self.held.is_some() {
            return None;
        }
        let pulses = self.pulses(now)?;
        let edges = match self.mode {
            2 => vec![pulses - pulses % n + n - 1, pulses - pulses % n + n, pulses - pulses % n + 2 * n - 1],
            3 => vec![pulses - pulses % n + n.div_ceil(2), pulses - pulses % n + n],
            0 | 1 => vec![n],
            _ => vec![n, n + 1],
        };
        let edge = edges.into_iter().find(|&edge| edge > pulses)?;
        Some(since.saturating_add(to_nanos(edge)).max(now.saturating_add(1)))
    }

    fn control(&mut self, value: u8) {
        let mode = value >> 1 & 7;
        *self = Counter {
            mode: if mode > 5 { mode - 4 } else { mode },
            bcd: value & control::BCD != 0,
            access: value >> 4 & 3,
            gate: self.gate,
            ..Counter::default()
        };
    }

    fn write(&mut self, byte: u8, now: Nanos) {
        let count = match (self.access, self.low_written) {
            (1, _) => u16::from(byte),
            (2, _) => u16::from(byte) << 8,
            (_, None) => {
                self.low_written = Some(byte);
                // "Writing the first byte disables counting" in mode 0.
                if self.mode == 0 {
                    self.since = None;
                }
                return;
            }
            (_, Some(low)) => u16::from(byte) << 8 | u16::from(low),
        };
        self.low_written = None;
        self.count = count;
        self.loaded = true;
        if !self.waits_for_gate() {
            self.start(now);
        }
    }

    fn start(&mut self, now: Nanos) {
        self.since = Some(now);
        self.held = (!self.gate && !self.waits_for_gate()).then_some(0);
    }

    /// Table "Gate Pin Operations Summary".
    fn set_gate(&mut self, level: bool, now: Nanos) {
        let rises = level && !self.gate;
        if !level && self.gate && !self.waits_for_gate() {
            self.held = self.pulses(now);
        }
        self.gate = level;
        if rises && self.loaded {
            if self.periodic() || self.waits_for_gate() {
                self.start(now);
            } else if let Some(pulses) = self.held.take() {
                self.since = Some(now.saturating_sub(to_nanos(pulses)));
            }
        }
    }

    fn latch(&mut self, now: Nanos) {
        if self.latched.is_none() {
            self.latched = Some(self.value(now));
        }
    }

    /// The status byte, Figure 12.
    fn latch_status(&mut self, now: Nanos) {
        let flags = u8::from(self.output(now)) << 7 | u8::from(!self.loaded) << 6;
        let value = flags | self.access << 4 | self.mode << 1 | u8::from(self.bcd);
        self.status.get_or_insert(value);
    }

    fn read(&mut self, now: Nanos) -> u8 {
        if let Some(status) = self.status.take() {
            return status;
        }
        let value = self.latched.unwrap_or_else(|| self.value(now));
        let high = self.access == 2 || self.access == 3 && self.high_next;
        if self.access == 3 {
            self.high_next = !self.high_next;
        }
        if self.access != 3 || high {
            self.latched = None;
        }
        if high { (value >> 8) as u8 } else { value as u8 }
    }
}

fn to_pulses(nanos: Nanos) -> u64 {
    (u128::from(nanos) * u128::from(I8254_HZ) / SECOND) as u64
}

/// The first nanosecond at which so many pulses have come.
fn to_nanos(pulses: u64) -> Nanos {
    (u128::from(pulses) * SECOND).div_ceil(u128::from(I8254_HZ)).try_into().unwrap_or(Nanos::MAX)
}

/// The timer.
pub struct I8254 {
    output: Line,
    counters: [Counter; 3],
    /// When counter 0's output changes next.
    next: Option<Nanos>,
    /// Port 0x61's bits that are kept: GATE 2 and the speaker's.
    port_b: u8,
}

/// A DRAM refresh in nanoseconds: each toggles a bit of port 0x61.
const REFRESH: Nanos = 15_085;

impl I8254 {
    /// A timer after power-on; OUT 0 is `output`.
    pub fn new(output: Line) -> I8254 {
        I8254 { output, counters: [Counter::new(), Counter::new(), Counter::new()], next: None, port_b: 1 }
    }

    /// The level of OUT `n`.
    ///
    /// # Panics
    /// When `n` is 3 or more.
    pub fn output(&self, n: usize, now: Nanos) -> bool {
        self.counters[n].output(now)
    }

    /// Drives GATE `n`.
    ///
    /// # Panics
    /// When `n` is 3 or more.
    pub fn set_gate(&mut self, n: usize, level: bool, now: Nanos) {
        self.counters[n].set_gate(level, now);
        self.update(now);
    }

    fn update(&mut self, now: Nanos) {
        self.output.set(self.counters[0].output(now));
        self.next = self.counters[0].next_change(now);
    }

    fn write_control(&mut self, value: u8, now: Nanos) {
        let select = value >> 6;
        if select == control::READ_BACK {
            for (_, counter) in self.counters.iter_mut().enumerate().filter(|(n, _)| value >> (n + 1) & 1 != 0) {
                if value & control::NO_COUNT == 0 {
                    counter.latch(now);
                }
                if value & control::NO_STATUS == 0 {
                    counter.latch_status(now);
                }
            }
        } else if value >> 4 & 3 == 0 {
            self.counters[usize::from(select)].latch(now);
        } else {
            self.counters[usize::from(select)].control(value);
        }
    }
}

/// Offsets 0 to 3: the counters, and the control word. Offset 4: port 0x61 of PCs (82371SB, "NMI Status and Control Register"): bit 0 is
/// GATE 2, bit 1 the speaker's data, bit 4 toggles with each refresh, bit 5 is OUT 2.
impl Device for I8254 {
    fn read(&mut self, offset: u64, _: Size, now: Nanos) -> u64 {
        match offset {
            0..=2 => u64::from(self.counters[offset as usize].read(now)),
            4 => {
                let (refresh, out) = (now / REFRESH % 2, u64::from(self.output(2, now)));
                u64::from(self.port_b) | refresh << 4 | out << 5
            }
            _ => 0,
        }
    }

    fn write(&mut self, offset: u64, _: Size, value: u64, now: Nanos) {
        match offset {
            0..=2 => self.counters[offset as usize].write(value as u8, now),
            3 => self.write_control(value as u8, now),
            4 => {
                self.port_b = value as u8 & 3;
                self.set_gate(2, value & 1 != 0, now);
            }
            _ => return,
        }
        self.update(now);
    }

    fn tick(&mut self, now: Nanos) {
        // Edges that lie between two ticks would be lost: a period that has passed shows its low part.
        let counter = &self.counters[0];
        if counter.periodic() && self.next.is_some_and(|at| at <= now) && counter.output(now) {
            self.output.lower();
        }
        self.update(now);
    }

    fn deadline(&self) -> Option<Nanos> {
        self.next
    }

    fn reset(&mut self) {
        *self = I8254::new(self.output.clone());
        self.output.lower();
    }

    fn save(&self) -> Vec<u8> {
        state::save(PART, &(&self.counters, self.next, self.port_b))
    }

    fn restore(&mut self, bytes: &[u8]) -> Result<(), String> {
        let (counters, next, port_b): ([Counter; 3], Option<Nanos>, u8) = state::restore(PART, bytes)?;
        if counters.iter().any(|counter| counter.mode > 5 || counter.access > 3) {
            return Err(format!("{PART}: the saved state has an impossible mode"));
        }
        (self.counters, self.next, self.port_b) = (counters, next, port_b & 3);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::testing::Probe;

    fn pit() -> (I8254, Probe) {
        let probe = Probe::default();
        (I8254::new(probe.line()), probe)
    }

    fn at(pulses: u64) -> Nanos {
        to_nanos(pulses)
    }

    fn load(pit: &mut I8254, control: u64, count: u16, now: Nanos) {
        pit.write(3, 1, control, now);
        let counter = control >> 6;
        pit.write(counter, 1, u64::from(count & 0xff), now);
        pit.write(counter, 1, u64::from(count >> 8), now);
    }

    #[test]
    fn terminal_count() {
        let (mut pit, out) = pit();
        load(&mut pit, 0x30, 100, 0);
        assert!(!out.high());
        assert_eq!(pit.deadline(), Some(at(100)));
        pit.tick(at(100));
        assert!(out.high());
        assert_eq!(pit.deadline(), None);
        // It counts on from 0xffff.
        pit.write(3, 1, 0, at(101));
        assert_eq!((pit.read(0, 1, at(200)), pit.read(0, 1, at(200))), (0xff, 0xff));
    }

    #[test]
    fn rate_generator_and_square_wave() {
        let (mut pit, out) = pit();
        load(&mut pit, 0x34, 10, 0);
        assert!(out.high());
        let changes: Vec<Nanos> = (0..4)
            .map(|_| {
                let next = pit.deadline().unwrap();
                pit.tick(next);
                next
            })
            .collect();
        assert_eq!(changes, [at(9), at(10), at(19), at(20)]);
        load(&mut pit, 0x36, 9, at(100));
        let now = at(100);
        assert_eq!(pit.deadline().map(|next| to_pulses(next - now)), Some(5));
        assert_eq!((pit.output(0, now + at(4)), pit.output(0, now + at(5))), (true, false));
    }

    #[test]
    fn latches_hold_until_read() {
        let (mut pit, _) = pit();
        load(&mut pit, 0xb4, 1000, 0);
        pit.write(3, 1, 0x80, at(10));
        pit.write(3, 1, 0x80, at(20));
        let word = |pit: &mut I8254, now| pit.read(2, 1, now) | pit.read(2, 1, now) << 8;
        assert_eq!(word(&mut pit, at(30)), 990);
        assert_eq!(word(&mut pit, at(30)), 970);
        // Read-back of count and status of counter 2.
        pit.write(3, 1, 0xc8, at(40));
        assert_eq!(pit.read(2, 1, at(50)), 0xb4);
        assert_eq!(word(&mut pit, at(50)), 960);
    }

    #[test]
    fn gates_hold_and_start() {
        let (mut pit, _) = pit();
        load(&mut pit, 0xb0, 100, 0);
        pit.set_gate(2, false, at(40));
        assert!(!pit.output(2, at(200)));
        pit.set_gate(2, true, at(200));
        assert!(!pit.output(2, at(255)) && pit.output(2, at(261)));
        pit.set_gate(2, false, at(300));
        load(&mut pit, 0xb2, 50, at(300));
        assert!(pit.output(2, at(400)));
        pit.set_gate(2, true, at(400));
        assert!(!pit.output(2, at(440)) && pit.output(2, at(451)));
    }

    #[test]
    fn decimal_counts() {
        let (mut pit, _) = pit();
        load(&mut pit, 0x75, 0x1000, 0);
        pit.write(3, 1, 0x40, at(1));
        assert_eq!(pit.read(1, 1, 0) | pit.read(1, 1, 0) << 8, 0x0999);
    }
}
