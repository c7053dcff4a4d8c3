//! Battery-backed memory with a clock: M48T02, M48T08 and M48T59.
//!
//! STMicroelectronics M48T08 and M48T59 data sheets, "Clock operations". The clock is the last eight bytes: control, seconds,
//! minutes, hours, day, date, month, year, in binary-coded decimal.

use memory::{Device, Nanos, Size};
use serde::{Deserialize, Serialize};

use crate::state;

const PART: &str = "m48t59";
const NANOS: u64 = 1_000_000_000;

/// What is read while the control register's R is set.
const READ: u8 = 0x40;
/// What is written while W is set.
const WRITE: u8 = 0x80;
/// The clock's bytes.
const CLOCK: usize = 8;

#[derive(Clone, Serialize, Deserialize)]
struct State {
    memory: Vec<u8>,
    /// The clock's time at guest time 0, in seconds from 1970.
    epoch: i64,
    /// What the clock showed when R or W was set.
    held: Option<[u8; CLOCK]>,
}

/// The part.
pub struct M48t59 {
    base_year: i64,
    initial: State,
    s: State,
}

/// The day's number, from 1970-01-01, of a date of the Gregorian calendar.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// The date of a day's number: year, month, day.
fn date(days: i64) -> (i64, i64, i64) {
    let z = days + 719_468;
    let era = z.div_euclid(146_097);
    let of_era = z.rem_euclid(146_097);
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (year + era * 400 + i64::from(month <= 2), month, day)
}

fn bcd(value: i64) -> u8 {
    (value / 10 % 10 * 16 + value % 10) as u8
}

fn from_bcd(byte: u8) -> i64 {
    i64::from(byte >> 4) * 10 + i64::from(byte & 15)
}

impl M48t59 {
    /// A part with these contents, the year that its clock counts from, and its time at guest time 0 in seconds from 1970.
    ///
    /// # Panics
    /// With less than 8 bytes: the board is wrong.
    pub fn new(memory: Vec<u8>, base_year: i64, epoch: i64) -> M48t59 {
        assert!(memory.len() >= CLOCK, "the clock has 8 bytes");
        let s = State { memory, epoch, held: None };
        M48t59 { base_year, initial: s.clone(), s }
    }

    fn clock_start(&self) -> usize {
        self.s.memory.len() - CLOCK
    }

    /// What the clock shows at `now`.
    fn clock(&self, now: Nanos) -> [u8; CLOCK] {
        let seconds = self.s.epoch.saturating_add((now / NANOS) as i64);
        let (day, second) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
        let (year, month, date) = date(day.clamp(-1_000_000_000, 1_000_000_000));
        let control = self.s.memory[self.clock_start()];
        let weekday = (day.rem_euclid(7) + 4) % 7 + 1;
        let [s, m, h] = [second % 60, second / 60 % 60, second / 3600].map(bcd);
        let year = (year - self.base_year).rem_euclid(100);
        [control, s, m, h, bcd(weekday), bcd(date), bcd(month), bcd(year)]
    }

    /// Takes over what was written while W was set.
    fn set_clock(&mut self, bytes: [u8; CLOCK], now: Nanos) {
        let [_, s, m, h, _, day, month, year] = bytes;
        let at = |byte: u8, mask| from_bcd(byte & mask);
        let year = self.base_year + at(year, 0xff);
        let day = days(year, at(month, 0x1f).clamp(1, 12), at(day, 0x3f).clamp(1, 31));
        let seconds = day * 86_400 + at(h, 0x3f) * 3600 + at(m, 0x7f) * 60 + at(s, 0x7f);
        self.s.epoch = seconds - (now / NANOS) as i64;
    }

    fn write_control(&mut self, value: u8, now: Nanos) {
        let at = self.clock_start();
        let old = std::mem::replace(&mut self.s.memory[at], value);
        if let Some(held) = self.s.held.filter(|_| old & WRITE != 0 && value & WRITE == 0) {
            self.set_clock(held, now);
        }
        let hold = value & (READ | WRITE) != 0;
        self.s.held = hold.then(|| self.s.held.unwrap_or_else(|| self.clock(now)));
    }

    fn byte(&self, at: usize, now: Nanos) -> u8 {
        let clock = self.clock_start();
        match at.checked_sub(clock) {
            Some(n @ 1..CLOCK) => self.s.held.unwrap_or_else(|| self.clock(now))[n],
            _ => self.s.memory.get(at).copied().unwrap_or(0),
        }
    }

    fn set_byte(&mut self, at: usize, value: u8, now: Nanos) {
        let clock = self.clock_start();
        match at.checked_sub(clock) {
            Some(0) => self.write_control(value, now),
            Some(n @ 1..CLOCK) => {
                if let Some(held) = self.s.held.as_mut().filter(|_| self.s.memory[clock] & WRITE != 0) {
                    held[n] = value;
                }
            }
            _ => {
                if let Some(byte) = self.s.memory.get_mut(at) {
                    *byte = value;
                }
            }
        }
    }
}

/// Wider accesses are bytes, the highest first.
impl Device for M48t59 {
    fn read(&mut self, offset: u64, size: Size, now: Nanos) -> u64 {
        let at = usize::try_from(offset).unwrap_or(usize::MAX);
        (0..size as usize).fold(0, |value, n| value << 8 | u64::from(self.byte(at.saturating_add(n), now)))
    }

    fn write(&mut self, offset: u64, size: Size, value: u64, now: Nanos) {
        let at = usize::try_from(offset).unwrap_or(usize::MAX);
        for n in 0..size as usize {
            self.set_byte(at.saturating_add(n), (value >> (8 * (size as usize - 1 - n))) as u8, now);
        }
    }

    /// The battery keeps everything over a reset.
    fn reset(&mut self) {
        self.s.held = None;
        let at = self.clock_start();
        self.s.memory[at] &= !(READ | WRITE);
    }

    fn save(&self) -> Vec<u8> {
        state::save(PART, &self.s)
    }

    fn restore(&mut self, bytes: &[u8]) -> Result<(), String> {
        let s: State = state::restore(PART, bytes)?;
        state::same_len(PART, "bytes", s.memory.len(), self.initial.memory.len())?;
        if s.epoch.unsigned_abs() > 1 << 40 {
            return Err(format!("{PART}: the saved state has a time that no clock shows"));
        }
        self.s = s;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates() {
        for (number, want) in
            [(0, (1970, 1, 1)), (11_016, (2000, 2, 29)), (-1, (1969, 12, 31)), (20_779, (2026, 11, 22))]
        {
            assert_eq!(date(number), want);
            assert_eq!(days(want.0, want.1, want.2), number);
        }
    }

    #[test]
    fn clock() {
        // 2026-11-22 22:16:59, a Sunday.
        let mut part = M48t59::new(vec![0; 0x2000], 1968, 20_779 * 86_400 + 22 * 3600 + 16 * 60 + 58);
        let show = |part: &mut M48t59, now| part.read(0x1ff8, 8, now);
        assert_eq!(show(&mut part, NANOS), 0x0059_1622_0122_1158);
        part.write(0x1ff8, 1, 0x40, NANOS);
        assert_eq!(show(&mut part, 5 * NANOS), 0x4059_1622_0122_1158);
        part.write(0x1ff8, 1, 0, 5 * NANOS);
        assert_eq!(show(&mut part, 5 * NANOS), 0x0003_1722_0122_1158);
        part.write(0x1ff8, 1, 0x80, 5 * NANOS);
        part.write(0x1ffb, 1, 1, 5 * NANOS);
        part.write(0x1ff8, 1, 0, 6 * NANOS);
        assert_eq!(show(&mut part, 7 * NANOS), 0x0004_1701_0122_1158);
    }

    #[test]
    fn memory_outlives_resets() {
        let mut part = M48t59::new(vec![7; 16], 1968, 0);
        part.write(2, 4, 0x0102_0304, 0);
        part.reset();
        assert_eq!((part.read(0, 4, 0), part.read(4, 2, 0), part.read(100, 1, 0)), (0x0707_0102, 0x0304, 0));
        let saved = part.save();
        part.write(2, 1, 9, 0);
        part.restore(&saved).unwrap();
        assert_eq!(part.read(2, 1, 0), 1);
        part.write(8, 1, 0x40, 0);
    }
}
