//! MC146818: the real-time clock with its 114 bytes of memory, as PCs and ISA boards have it.
//!
//! Motorola, MC146818 Real-Time Clock Plus RAM (RTC), 1984: Figure 9 "Address Map", "Registers", "Update Cycle". Byte 0x32 shows the
//! century, as on PCs. Daylight saving is not kept, and the divider always counts from 32,768 Hz.
//!
//! The clock starts at a time that the board gives, in seconds since 1970, and goes with guest time.

use memory::{Device, Line, Nanos, Size};
use serde::{Deserialize, Serialize};

use crate::percpu::Started;
use crate::state;

const PART: &str = "mc146818";
const SECOND: Nanos = 1_000_000_000;
/// The update cycle and the time before it in which UIP says that it comes, "Update Cycle" Table 6: 1984 + 244 microseconds.
const UPDATE: Nanos = 2_228_000;
const CENTURY: u8 = 0x32;

/// Register A.
mod a {
    pub(super) const UIP: u8 = 1 << 7;
    pub(super) const RATE: u8 = 0xf;
    /// 32,768 Hz, and a periodic rate of 1,024 Hz, as firmware leaves it.
    pub(super) const START: u8 = 0x26;
}

/// Register B.
mod b {
    pub(super) const SET: u8 = 1 << 7;
    pub(super) const PIE: u8 = 1 << 6;
    pub(super) const AIE: u8 = 1 << 5;
    pub(super) const UIE: u8 = 1 << 4;
    pub(super) const DM: u8 = 1 << 2;
    pub(super) const H24: u8 = 1 << 1;
}

/// Register C; its flags have the places of their enables in B.
mod c {
    pub(super) const IRQF: u8 = 1 << 7;
    pub(super) const PF: u8 = 1 << 6;
    pub(super) const AF: u8 = 1 << 5;
    pub(super) const UF: u8 = 1 << 4;
}

/// Register D: the power has never failed.
const VRT: u8 = 1 << 7;

/// The calendar: plain binary numbers, the year with its century.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Date {
    second: u8,
    minute: u8,
    hour: u8,
    /// 1 is Sunday.
    weekday: u8,
    day: u8,
    month: u8,
    year: u16,
}

/// Days from 1970-01-01 to a day of the Gregorian calendar; years begin with March, so that the leap day is the last.
fn days(date: &Date) -> i64 {
    let month = i64::from(date.month.clamp(1, 12));
    let year = i64::from(date.year) - i64::from(month < 3);
    let in_year = (153 * ((month + 9) % 12) + 2) / 5 + i64::from(date.day) - 1;
    year * 365 + year / 4 - year / 100 + year / 400 + in_year - 719_468
}

fn to_seconds(date: &Date) -> i64 {
    days(date) * 86_400 + i64::from(date.hour) * 3_600 + i64::from(date.minute) * 60 + i64::from(date.second)
}

fn from_seconds(seconds: i64) -> Date {
    let (day, rest) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    // A first guess of the year that is never too late, then the month likewise.
    let mut date = Date { second: 0, minute: 0, hour: 0, weekday: 0, day: 1, month: 1, year: 0 };
    date.year = (1970 + day.div_euclid(366)).clamp(0, 9_998) as u16;
    while date.year < 9_999 && days(&Date { year: date.year + 1, ..date }) <= day {
        date.year += 1;
    }
    while date.month < 12 && days(&Date { month: date.month + 1, ..date }) <= day {
        date.month += 1;
    }
    date.day = (1 + day - days(&date)).clamp(1, 31) as u8;
    date.weekday = (1 + (day + 4).rem_euclid(7)) as u8;
    (date.hour, date.minute, date.second) = ((rest / 3_600) as u8, (rest / 60 % 60) as u8, (rest % 60) as u8);
    date
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct State {
    index: u8,
    /// Alarm registers and memory; the others' bytes are unused.
    bytes: Vec<u8>,
    a: u8,
    b: u8,
    c: u8,
    /// The time at guest time 0.
    base: i64,
    /// While SET holds the clock: what it shows.
    held: Option<Date>,
    /// Up to when flags have been set.
    seen: Nanos,
}

/// The clock.
pub struct Mc146818 {
    irq: Line,
    start: i64,
    cpus: Option<Started>,
    s: State,
}

/// The byte of the memory where QEMU's firmware finds the number of CPUs less 1.
const CPUS: u8 = 0x5f;

impl Mc146818 {
    /// A clock that shows `start`, seconds since 1970, at guest time 0, and interrupts over `irq`.
    pub fn new(start: i64, irq: Line) -> Mc146818 {
        Mc146818 { irq, start, cpus: None, s: Mc146818::power_on(start, vec![0; 128]) }
    }

    /// The same whose memory tells firmware how many CPUs there are now.
    pub fn with_cpus(mut self, cpus: Option<Started>) -> Mc146818 {
        self.cpus = cpus;
        self
    }

    /// The same with these bytes in its memory, as firmware expects them.
    pub fn with_memory(mut self, bytes: &[(u8, u8)]) -> Mc146818 {
        bytes.iter().for_each(|&(at, byte)| self.s.bytes[usize::from(at & 0x7f)] = byte);
        self
    }

    fn power_on(base: i64, bytes: Vec<u8>) -> State {
        State { index: 0, bytes, a: a::START, b: b::H24, c: 0, base, held: None, seen: 0 }
    }

    fn seconds(&self, now: Nanos) -> i64 {
        self.s.base.saturating_add((now / SECOND) as i64)
    }

    fn date(&self, now: Nanos) -> Date {
        self.s.held.unwrap_or_else(|| from_seconds(self.seconds(now)))
    }

    /// A number as registers show it: BCD or binary.
    fn coded(&self, n: u8) -> u8 {
        if self.s.b & b::DM != 0 { n } else { 16 * (n / 10) + n % 10 }
    }

    fn decoded(&self, n: u8) -> u8 {
        if self.s.b & b::DM != 0 { n } else { (n >> 4).wrapping_mul(10).wrapping_add(n & 0xf) }
    }

    fn coded_hour(&self, hour: u8) -> u8 {
        if self.s.b & b::H24 != 0 {
            return self.coded(hour);
        }
        let pm = if hour >= 12 { 0x80 } else { 0 };
        self.coded(if hour.is_multiple_of(12) { 12 } else { hour % 12 }) | pm
    }

    fn decoded_hour(&self, byte: u8) -> u8 {
        if self.s.b & b::H24 != 0 {
            return self.decoded(byte);
        }
        self.decoded(byte & 0x7f) % 12 + if byte & 0x80 != 0 { 12 } else { 0 }
    }

    /// Nanoseconds between periodic interrupts, Table 5.
    fn period(&self) -> Option<Nanos> {
        let rate = u32::from(self.s.a & a::RATE);
        let ticks = match rate {
            0 => return None,
            1 | 2 => 1 << (rate + 6),
            _ => 1u64 << (rate - 1),
        };
        Some(ticks * SECOND / 32_768)
    }

    /// Bits 7 and 6 set in an alarm byte mean "any".
    fn alarm_matches(&self, date: &Date) -> bool {
        let shown = [self.coded(date.second), self.coded(date.minute), self.coded_hour(date.hour)];
        [1, 3, 5].into_iter().zip(shown).all(|(at, now)| self.s.bytes[at] & 0xc0 == 0xc0 || self.s.bytes[at] == now)
    }

    /// Sets the flags of what has happened since the last look.
    fn catch_up(&mut self, now: Nanos) {
        let before = self.s.seen;
        self.s.seen = now.max(before);
        if self.period().is_some_and(|period| before / period < now / period) {
            self.s.c |= c::PF;
        }
        let (from, to) = (before / SECOND, now / SECOND);
        if from < to && self.s.held.is_none() {
            self.s.c |= c::UF;
            // A day has all alarms.
            let first = (from + 1).max(to.saturating_sub(86_399));
            let base = self.s.base;
            if (first..=to).any(|s| self.alarm_matches(&from_seconds(base.saturating_add(s as i64)))) {
                self.s.c |= c::AF;
            }
        }
        self.irq.set(self.s.c & self.s.b & (c::PF | c::AF | c::UF) != 0);
    }

    fn read_register(&mut self, now: Nanos) -> u8 {
        let date = self.date(now);
        match self.s.index {
            0 => self.coded(date.second),
            2 => self.coded(date.minute),
            4 => self.coded_hour(date.hour),
            6 => self.coded(date.weekday),
            7 => self.coded(date.day),
            8 => self.coded(date.month),
            9 => self.coded((date.year % 100) as u8),
            CENTURY => self.coded((date.year / 100) as u8),
            10 => self.s.a | if self.updating(now) { a::UIP } else { 0 },
            11 => self.s.b,
            12 => self.read_c(),
            13 => VRT,
            CPUS if self.cpus.is_some() => self.cpus.as_ref().map_or(0, |cpus| (cpus.count().clamp(1, 256) - 1) as u8),
            index => self.s.bytes[usize::from(index)],
        }
    }

    fn updating(&self, now: Nanos) -> bool {
        self.s.held.is_none() && now % SECOND >= SECOND - UPDATE
    }

    /// Reading C clears it.
    fn read_c(&mut self) -> u8 {
        let flags = std::mem::take(&mut self.s.c);
        self.irq.lower();
        let asks = flags & self.s.b & (c::PF | c::AF | c::UF) != 0;
        flags | if asks { c::IRQF } else { 0 }
    }

    fn write_register(&mut self, value: u8, now: Nanos) {
        match self.s.index {
            0 | 2 | 4 | 6..=9 | CENTURY => self.set_date(value, now),
            10 => self.s.a = value & !a::UIP,
            11 => self.write_b(value, now),
            12 | 13 => {}
            index => self.s.bytes[usize::from(index)] = value,
        }
    }

    fn set_date(&mut self, value: u8, now: Nanos) {
        let mut date = self.date(now);
        let number = self.decoded(value);
        match self.s.index {
            0 => date.second = number,
            2 => date.minute = number,
            4 => date.hour = self.decoded_hour(value),
            6 => date.weekday = number,
            7 => date.day = number,
            8 => date.month = number,
            9 => date.year = date.year / 100 * 100 + u16::from(number % 100),
            _ => date.year = u16::from(number % 100) * 100 + date.year % 100,
        }
        if self.s.held.is_some() { self.s.held = Some(date) } else { self.set_clock(&date, now) }
    }

    fn set_clock(&mut self, date: &Date, now: Nanos) {
        self.s.base = to_seconds(date) - (now / SECOND) as i64;
    }

    fn write_b(&mut self, value: u8, now: Nanos) {
        // SET clears UIE.
        let value = if value & b::SET != 0 { value & !b::UIE } else { value };
        if value & b::SET == 0 {
            if let Some(date) = self.s.held.take() {
                self.set_clock(&date, now);
            }
        } else if self.s.held.is_none() {
            self.s.held = Some(self.date(now));
        }
        self.s.b = value;
    }
}

/// Offset 0 takes a register's number, offset 1 is that register.
impl Device for Mc146818 {
    fn read(&mut self, offset: u64, _: Size, now: Nanos) -> u64 {
        self.catch_up(now);
        match offset {
            1 => u64::from(self.read_register(now)),
            _ => 0xff,
        }
    }

    fn write(&mut self, offset: u64, _: Size, value: u64, now: Nanos) {
        self.catch_up(now);
        match offset {
            0 => self.s.index = value as u8 & 0x7f,
            1 => self.write_register(value as u8, now),
            _ => {}
        }
        self.catch_up(now);
    }

    fn tick(&mut self, now: Nanos) {
        self.catch_up(now);
    }

    fn deadline(&self) -> Option<Nanos> {
        let next = |period: Nanos| (self.s.seen / period + 1).saturating_mul(period);
        let periodic = self.period().filter(|_| self.s.b & !self.s.c & b::PIE != 0).map(next);
        let ticks = self.s.held.is_none() && self.s.b & !self.s.c & (b::AIE | b::UIE) != 0;
        [periodic, ticks.then(|| next(SECOND))].into_iter().flatten().min()
    }

    /// The battery keeps time and memory; RESET clears the interrupt enables and flags.
    fn reset(&mut self) {
        let old = &mut self.s;
        let bytes = std::mem::take(&mut old.bytes);
        let (base, seen) = (old.base, old.seen);
        self.s = State { seen, ..Mc146818::power_on(base, bytes) };
        self.irq.lower();
    }

    fn save(&self) -> Vec<u8> {
        state::save(PART, &(self.start, &self.s))
    }

    fn restore(&mut self, bytes: &[u8]) -> Result<(), String> {
        let (start, s): (i64, State) = state::restore(PART, bytes)?;
        state::same_len(PART, "bytes", s.bytes.len(), 128)?;
        if s.index > 127 || s.base.unsigned_abs() > 1 << 40 {
            return Err(format!("{PART}: the saved state has an impossible index or time"));
        }
        (self.start, self.s) = (start, s);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::testing::Probe;

    fn get(rtc: &mut Mc146818, index: u64, now: Nanos) -> u64 {
        rtc.write(0, 1, index, now);
        rtc.read(1, 1, now)
    }

    fn put(rtc: &mut Mc146818, index: u64, value: u64, now: Nanos) {
        rtc.write(0, 1, index, now);
        rtc.write(1, 1, value, now);
    }

    fn shown(rtc: &mut Mc146818, now: Nanos) -> Vec<u64> {
        [CENTURY.into(), 9, 8, 7, 6, 4, 2, 0].map(|index| get(rtc, index, now)).to_vec()
    }

    #[test]
    fn firmware_finds_the_cpus_there_are() {
        let started = Started::new(4);
        started.set(0, true);
        let mut rtc = Mc146818::new(0, Probe::default().line()).with_cpus(Some(started.clone()));
        assert_eq!(get(&mut rtc, CPUS.into(), 0), 0);
        started.set(2, true);
        assert_eq!(get(&mut rtc, CPUS.into(), 0), 1);
    }

    #[test]
    fn calendar() {
        for (seconds, day) in [
            (0, (1970, 1, 1, 5)),
            (951_782_400, (2000, 2, 29, 3)),
            (1_709_164_800, (2024, 2, 29, 5)),
            (4_107_542_399, (2100, 2, 28, 1)),
        ] {
            let date = from_seconds(seconds);
            assert_eq!((date.year, date.month, date.day, date.weekday), day);
            assert_eq!(to_seconds(&date), seconds);
        }
    }

    #[test]
    fn shows_the_time_in_both_codes() {
        // 2026-11-22 23:58:59, a Sunday.
        let mut rtc = Mc146818::new(1_795_391_939, Line::unconnected());
        assert_eq!(shown(&mut rtc, 0), [0x20, 0x26, 0x11, 0x22, 1, 0x23, 0x58, 0x59]);
        put(&mut rtc, 11, 4, 0);
        assert_eq!(shown(&mut rtc, 61 * SECOND), [20, 26, 11, 23, 2, 12, 0, 0]);
        assert_eq!(get(&mut rtc, 13, 0), 0x80);
    }

    #[test]
    fn is_set_while_it_is_held() {
        let mut rtc = Mc146818::new(0, Line::unconnected());
        put(&mut rtc, 11, 0x82, SECOND);
        for (index, value) in [(0x32, 0x20), (9, 0x24), (8, 0x02), (7, 0x29), (4, 0x12), (2, 0x34), (0, 0x56)] {
            put(&mut rtc, index, value, 2 * SECOND);
        }
        assert_eq!(get(&mut rtc, 0, 9 * SECOND), 0x56);
        put(&mut rtc, 11, 0x02, 10 * SECOND);
        assert_eq!(shown(&mut rtc, 14 * SECOND), [0x20, 0x24, 0x02, 0x29, 5, 0x12, 0x35, 0]);
        put(&mut rtc, 0x40, 77, 0);
        rtc.reset();
        assert_eq!(get(&mut rtc, 0x40, 0), 77);
    }

    #[test]
    fn update_in_progress_just_before_each_second() {
        let mut rtc = Mc146818::new(0, Line::unconnected());
        let flags =
            [1, SECOND - UPDATE - 1, SECOND - UPDATE, SECOND - 1, SECOND].map(|now| get(&mut rtc, 10, now) >> 7);
        assert_eq!(flags, [0, 0, 1, 1, 0]);
    }

    #[test]
    fn interrupts() {
        let probe = Probe::default();
        let mut rtc = Mc146818::new(0, probe.line());
        assert_eq!(rtc.deadline(), None);
        put(&mut rtc, 11, 0x42, 0);
        let next = rtc.deadline().unwrap();
        assert_eq!(next, SECOND / 1024);
        rtc.tick(next);
        assert!(probe.high());
        assert_eq!(rtc.deadline(), None);
        assert_eq!((get(&mut rtc, 12, next), probe.high()), (0xc0, false));
        put(&mut rtc, 11, 0x22, next);
        for (index, value) in [(1, 3), (3, 0), (5, 0xff)] {
            put(&mut rtc, index, value, next);
        }
        rtc.tick(2 * SECOND);
        assert!(!probe.high());
        rtc.tick(3 * SECOND);
        assert!(probe.high());
        assert_eq!(get(&mut rtc, 12, 3 * SECOND) & 0xb0, 0xb0);
    }
}
