//! CLINT: software and timer interrupts of RISC-V harts.
//!
//! SiFive FU540-C000 Manual v1p0, chapter "Core-Local Interruptor (CLINT)"; the same layout is the MSWI and MTIMER of the
//! RISC-V Advanced Core Local Interruptor Specification 1.0 behind a CLINT-compatible window.
//!
//! | offset          | register        | width |
//! |-----------------|-----------------|-------|
//! | 0x0000 + 4*hart | `msip`          | 32, bit 0 |
//! | 0x4000 + 8*hart | `mtimecmp`      | 64    |
//! | 0xbff8          | `mtime`         | 64    |
//!
//! Accesses are 32 or 64 bits wide and aligned. `mtimecmp` comes out of reset as 0 but causes no timer interrupt before it
//! is written, as on QEMU (both manuals leave its value open).

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use memory::{Device, Line, Nanos, Size};
use serde::{Deserialize, Serialize};

use crate::alarms::Alarms;
use crate::state;

const PART: &str = "clint";
const MSIP: u64 = 0x0000;
const MTIMECMP: u64 = 0x4000;
const MTIME: u64 = 0xbff8;
/// The size of the register window in bytes.
pub const CLINT_SIZE: u64 = 0x1_0000;
/// How many harts the layout has room for.
pub const MAX_HARTS: usize = 4095;
const NANOS_PER_SECOND: u128 = 1_000_000_000;

/// The wires to one hart.
#[derive(Clone)]
pub struct HartLines {
    /// Machine software interrupt (`mip.MSIP`).
    pub software: Line,
    /// Machine timer interrupt (`mip.MTIP`).
    pub timer: Line,
}

/// The counter behind `mtime`, shared with whoever implements the `time` CSR. Cheap to clone.
#[derive(Clone, Debug)]
pub struct TimeBase {
    hz: u64,
    /// What writes to `mtime` added.
    offset: Arc<AtomicU64>,
}

impl TimeBase {
    fn new(hz: u64) -> TimeBase {
        TimeBase { hz, offset: Arc::default() }
    }

    /// Ticks a second.
    pub fn hz(&self) -> u64 {
        self.hz
    }

    /// The value of `mtime` at time `now`.
    pub fn ticks(&self, now: Nanos) -> u64 {
        self.raw(now).wrapping_add(self.offset())
    }

    /// What writes to `mtime` have added, in ticks.
    pub fn offset(&self) -> u64 {
        self.offset.load(Ordering::Relaxed)
    }

    fn raw(&self, now: Nanos) -> u64 {
        (u128::from(now) * u128::from(self.hz) / NANOS_PER_SECOND) as u64
    }

    fn set(&self, ticks: u64, now: Nanos) {
        self.offset.store(ticks.wrapping_sub(self.raw(now)), Ordering::Relaxed);
    }
}

/// A moment at which `mtime` was set or began again at 0. From here on it only grows, until it wraps.
#[derive(Clone, Copy, Default, Serialize, Deserialize)]
struct Base {
    /// Ticks since power-on.
    raw: u64,
    /// The value of `mtime` then.
    mtime: u64,
}

#[derive(Clone, Serialize, Deserialize)]
struct State {
    msip: Vec<bool>,
    mtimecmp: Vec<Option<u64>>,
    mtip: Vec<bool>,
    base: Base,
}

/// The interruptor.
pub struct Clint {
    time: TimeBase,
    lines: Vec<HartLines>,
    msip: Vec<bool>,
    /// `None` until it is written.
    mtimecmp: Vec<Option<u64>>,
    mtip: Vec<bool>,
    /// Harts whose timer interrupt isn't pending, by `mtimecmp`.
    alarms: Alarms,
    base: Base,
}

impl Clint {
    /// A CLINT whose `mtime` counts `timebase_hz` ticks a second (10 MHz on QEMU's boards), for the harts `lines`.
    ///
    /// # Panics
    /// If `timebase_hz` is 0 or above 1 GHz, or if there are more than [`MAX_HARTS`] harts: the board is wrong.
    pub fn new(timebase_hz: u64, lines: Vec<HartLines>) -> Clint {
        assert!((1..=1_000_000_000).contains(&timebase_hz), "a CLINT's time base is 1 Hz to 1 GHz");
        assert!(lines.len() <= MAX_HARTS, "a CLINT has room for {MAX_HARTS} harts");
        let n = lines.len();
        Clint {
            time: TimeBase::new(timebase_hz),
            lines,
            msip: vec![false; n],
            mtimecmp: vec![None; n],
            mtip: vec![false; n],
            alarms: Alarms::new(n),
            base: Base::default(),
        }
    }

    /// The counter, for the `time` CSR.
    pub fn time_base(&self) -> TimeBase {
        self.time.clone()
    }

    /// Compares one hart's `mtimecmp` with `mtime`, drives its line and queues what is still to come.
    fn compare(&mut self, hart: usize, mtime: u64) {
        let due = self.mtimecmp[hart].is_some_and(|mtimecmp| mtime >= mtimecmp);
        self.alarms.set(hart, self.mtimecmp[hart].filter(|_| !due));
        self.mtip[hart] = due;
        self.lines[hart].timer.set(due);
    }

    /// Starts anew from the present value of `mtime`.
    fn compare_all(&mut self, now: Nanos) {
        let mtime = self.time.ticks(now);
        self.base = Base { raw: self.time.raw(now), mtime };
        for hart in 0..self.lines.len() {
            self.compare(hart, mtime);
        }
    }

    /// Whether `mtime` went past its end; if so, everything has been compared anew.
    fn wrapped(&mut self, now: Nanos) -> bool {
        let wrapped = self.time.ticks(now) < self.base.mtime;
        if wrapped {
            self.compare_all(now);
        }
        wrapped
    }

    /// The first moment at which `mtime` has grown by `more` since [`Base`], if [`Nanos`] can say it.
    fn when(&self, more: u128) -> Option<Nanos> {
        let raw = u128::from(self.base.raw) + more;
        Nanos::try_from((raw * NANOS_PER_SECOND).div_ceil(u128::from(self.time.hz))).ok()
    }

    fn read32(&self, offset: u64, now: Nanos) -> u32 {
        let half = |value: u64| (value >> (offset % 8 * 8)) as u32;
        match offset {
            MSIP..MTIMECMP => self.msip.get((offset / 4) as usize).copied().unwrap_or(false).into(),
            MTIMECMP..MTIME => {
                half(self.mtimecmp.get(((offset - MTIMECMP) / 8) as usize).copied().flatten().unwrap_or(0))
            }
            MTIME..CLINT_SIZE => half(self.time.ticks(now)),
            _ => 0,
        }
    }

    fn write_msip(&mut self, hart: usize, value: u64) {
        if let Some(msip) = self.msip.get_mut(hart) {
            *msip = value & 1 != 0;
            self.lines[hart].software.set(*msip);
        }
    }

    /// Writes the bits `mask` of a 64-bit register.
    fn write64(&mut self, offset: u64, value: u64, mask: u64, now: Nanos) {
        let merge = |old: u64| old & !mask | value & mask;
        if offset == MTIME {
            self.time.set(merge(self.time.ticks(now)), now);
            self.compare_all(now);
        } else if offset >= MTIMECMP {
            let hart = ((offset - MTIMECMP) / 8) as usize;
            if let Some(mtimecmp) = self.mtimecmp.get_mut(hart) {
                *mtimecmp = Some(merge(mtimecmp.unwrap_or(0)));
                self.compare(hart, self.time.ticks(now));
            }
        }
    }
}

/// Whether the access is one that the registers answer to.
fn valid(offset: u64, size: Size) -> bool {
    matches!(size, 4 | 8) && offset.is_multiple_of(u64::from(size)) && offset < MTIME + 8
}

impl Device for Clint {
    fn read(&mut self, offset: u64, size: Size, now: Nanos) -> u64 {
        if !valid(offset, size) {
            return 0;
        }
        let low = u64::from(self.read32(offset, now));
        if size == 8 { low | u64::from(self.read32(offset + 4, now)) << 32 } else { low }
    }

    fn write(&mut self, offset: u64, size: Size, value: u64, now: Nanos) {
        if !valid(offset, size) {
            return;
        }
        self.wrapped(now);
        if offset < MTIMECMP {
            self.write_msip((offset / 4) as usize, value);
            if size == 8 {
                self.write_msip((offset / 4 + 1) as usize, value >> 32);
            }
        } else if size == 8 {
            self.write64(offset, value, u64::MAX, now);
        } else {
            let shift = offset % 8 * 8;
            self.write64(offset & !7, value << shift, 0xffff_ffff << shift, now);
        }
    }

    fn tick(&mut self, now: Nanos) {
        if self.wrapped(now) {
            return;
        }
        let mtime = self.time.ticks(now);
        while let Some(hart) = self.alarms.pop(mtime) {
            self.mtip[hart] = true;
            self.lines[hart].timer.raise();
        }
    }

    fn deadline(&self) -> Option<Nanos> {
        // At 2^64 the counter starts again and pending timer interrupts go away.
        let wrap = self.when((1 << 64) - u128::from(self.base.mtime));
        let alarm = self.alarms.next().and_then(|ticks| self.when(u128::from(ticks - self.base.mtime)));
        [wrap, alarm].into_iter().flatten().min()
    }

    fn reset(&mut self) {
        self.time.offset.store(0, Ordering::Relaxed);
        self.base = Base::default();
        for hart in 0..self.lines.len() {
            self.msip[hart] = false;
            self.mtimecmp[hart] = None;
            self.lines[hart].software.lower();
            self.compare(hart, 0);
        }
    }

    fn save(&self) -> Vec<u8> {
        let state = State {
            msip: self.msip.clone(),
            mtimecmp: self.mtimecmp.clone(),
            mtip: self.mtip.clone(),
            base: self.base,
        };
        state::save(PART, &state)
    }

    fn restore(&mut self, bytes: &[u8]) -> Result<(), String> {
        let s: State = state::restore(PART, bytes)?;
        for len in [s.msip.len(), s.mtimecmp.len(), s.mtip.len()] {
            state::same_len(PART, "harts", len, self.lines.len())?;
        }
        if s.mtip.iter().zip(&s.mtimecmp).any(|(&due, cmp)| !due && cmp.is_some_and(|cmp| cmp < s.base.mtime)) {
            return Err(format!("{PART}: the saved state has a timer that ran out unnoticed"));
        }
        (self.msip, self.mtimecmp, self.mtip) = (s.msip, s.mtimecmp, s.mtip);
        self.time.offset.store(s.base.mtime.wrapping_sub(s.base.raw), Ordering::Relaxed);
        self.base = s.base;
        for (hart, lines) in self.lines.iter().enumerate() {
            lines.software.set(self.msip[hart]);
            lines.timer.set(self.mtip[hart]);
            self.alarms.set(hart, self.mtimecmp[hart].filter(|_| !self.mtip[hart]));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::testing::Probe;

    fn bench(n: usize, hz: u64) -> (Clint, Vec<(Probe, Probe)>) {
        let probes: Vec<(Probe, Probe)> = (0..n).map(|_| Default::default()).collect();
        let lines = probes.iter().map(|(s, t)| HartLines { software: s.line(), timer: t.line() }).collect();
        (Clint::new(hz, lines), probes)
    }

    #[test]
    fn software_interrupts() {
        let (mut c, p) = bench(3, 10_000_000);
        c.write(4, 4, 0xffff_ffff, 0);
        assert_eq!((c.read(4, 4, 0), c.read(0, 8, 0)), (1, 1 << 32));
        assert_eq!((p[0].0.high(), p[1].0.high()), (false, true));
        c.write(0, 8, 1, 0);
        assert_eq!((p[0].0.high(), p[1].0.high()), (true, false));
        c.write(12, 4, 1, 0);
        assert_eq!(c.read(12, 4, 0), 0, "no such hart");
    }

    #[test]
    fn deadline_is_the_exact_nanosecond() {
        for hz in [1, 32768, 1_000_000, 10_000_000, 399_999_937, 1_000_000_000] {
            let (mut c, p) = bench(2, hz);
            c.write(0x4008, 8, 12345, 7);
            let at = c.deadline().unwrap();
            assert!(c.read(0xbff8, 8, at) >= 12345 && c.read(0xbff8, 8, at - 1) < 12345, "{hz} Hz");
            c.tick(at - 1);
            assert!(!p[1].1.high());
            c.tick(at);
            assert!(p[1].1.high() && !p[0].1.high());
            assert_eq!(c.deadline(), None);
            c.write(0x4008, 8, u64::MAX, at);
            assert!(!p[1].1.high());
        }
    }

    #[test]
    fn halves_and_time() {
        let (mut c, p) = bench(1, 10_000_000);
        c.write(0x4004, 4, 1, 0);
        c.write(0x4000, 4, 2, 0);
        assert_eq!((c.read(0x4000, 8, 0), c.read(0x4004, 4, 0)), (0x1_0000_0002, 1));
        assert_eq!(c.read(0xbff8, 4, 12_345), 123);
        c.write(0xbff8, 8, 0x1_0000_0001, 1000);
        assert!(!p[0].1.high());
        assert_eq!(c.deadline(), Some(1100));
        c.tick(1100);
        assert!(p[0].1.high());
        c.write(0xbffc, 4, 0, 1100);
        assert_eq!((c.read(0xbff8, 8, 1100), p[0].1.high()), (2, false));
        assert_eq!(c.time_base().ticks(1200), 3);
    }

    #[test]
    fn all_ones_stays_off_after_mtime_was_set_back() {
        let (mut c, p) = bench(1, 10_000_000);
        c.write(0x4000, 8, u64::MAX, 0);
        c.write(0xbff8, 8, 0, 5000);
        assert_eq!((c.deadline(), p[0].1.high()), (None, false));
        c.write(0x4000, 8, 10, 5000);
        assert_eq!(c.deadline(), Some(6000));
    }

    #[test]
    fn the_counter_may_wrap() {
        let (mut c, p) = bench(1, 1_000_000_000);
        c.write(0x4000, 8, u64::MAX - 1, 0);
        c.write(0xbff8, 8, u64::MAX, 100);
        assert!(p[0].1.high());
        assert_eq!(c.deadline(), Some(101));
        c.tick(101);
        assert_eq!((c.read(0xbff8, 8, 101), p[0].1.high()), (0, false));
    }

    #[test]
    fn odd_accesses_do_nothing() {
        let (mut c, _) = bench(1, 10_000_000);
        for (offset, size) in
            [(0, 1), (0, 2), (2, 4), (0x4004, 8), (0xbff9, 4), (0xc000, 4), (0xffff_fff8, 8), (u64::MAX, 1)]
        {
            c.write(offset, size, u64::MAX, 500);
            assert_eq!(c.read(offset, size, 500), 0, "{offset:#x}/{size}");
        }
        assert_eq!((c.read(0x4000, 8, 0), c.deadline()), (0, None));
    }

    #[test]
    fn snapshot_and_reset() {
        let (mut c, _) = bench(2, 10_000_000);
        c.write(0, 4, 1, 0);
        c.write(0x4008, 8, 10, 0);
        c.tick(1000);
        let saved = c.save();
        let (mut d, p) = bench(2, 10_000_000);
        d.restore(&saved).unwrap();
        assert!(p[0].0.high() && p[1].1.high() && !p[0].1.high());
        d.reset();
        assert!(!p[0].0.high() && !p[1].1.high());
        assert_eq!(d.deadline(), None);
        let (mut e, _) = bench(3, 10_000_000);
        assert!(e.restore(&saved).unwrap_err().contains("2 harts, this machine has 3"));
    }
}
