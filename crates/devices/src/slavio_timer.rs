//! The counters and timers of sun4m systems: one for each processor, and the system's.
//!
//! NCR89C105 (slave I/O controller) Data Manual, chapter "Counter/Timers"; Sun-4M System Architecture, revision 2.0, chapter
//! "Counter-Timers". They count every 500 ns, from bit 9 of their registers on. A processor's timer can be turned into a
//! counter of 54 bits (the system's configuration register); the system's can't.

use std::sync::Arc;

use memory::{Device, Line, Nanos, Size};
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};

use crate::state;

/// Size of a processor's registers in bytes.
pub const CPU_SIZE: u64 = 0x10;
/// Size of the system's registers in bytes.
pub const SYSTEM_SIZE: u64 = 0x14;

const PART: &str = "slavio_timer";
/// Time between two counts.
const COUNT_NANOS: u64 = 500;
/// Where the count begins in the registers.
const SHIFT: u32 = 9;
/// The bits of the limit, and of the count.
const LIMIT: u32 = 0x7fff_fe00;
/// The limit has been reached since it was read last.
const REACHED: u32 = 1 << 31;
/// Counts of a timer whose limit is 0.
const FREE_COUNTS: u64 = LIMIT as u64 >> SHIFT;

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Timer {
    limit: u32,
    reached: bool,
    /// When the count was 0.
    start: Nanos,
    /// A counter of 54 bits instead.
    user: bool,
    /// Its value at `start`.
    base: u64,
    /// Whether it stands, and at what.
    stopped: Option<u64>,
    /// The half that has not been written yet goes with the other.
    upper: u32,
}

impl Timer {
    /// Counts from one time the limit is reached to the next.
    fn counts(&self) -> u64 {
        if self.limit == 0 { FREE_COUNTS } else { u64::from(self.limit >> SHIFT) }
    }

    fn period(&self) -> u64 {
        self.counts() * COUNT_NANOS
    }

    fn count(&self, now: Nanos) -> u32 {
        let since = now.saturating_sub(self.start) / COUNT_NANOS % self.counts();
        (since as u32) << SHIFT | if self.reached { REACHED } else { 0 }
    }

    fn user_count(&self, now: Nanos) -> u64 {
        let counted = (now.saturating_sub(self.start) / COUNT_NANOS) << SHIFT;
        self.stopped.unwrap_or(self.base.wrapping_add(counted))
    }

    fn set_user_count(&mut self, value: u64, now: Nanos) {
        if self.stopped.is_some() {
            self.stopped = Some(value);
        } else {
            (self.base, self.start) = (value, now);
        }
    }

    /// When the limit is reached next.
    fn deadline(&self) -> Option<Nanos> {
        (!self.user && !self.reached).then(|| self.start.saturating_add(self.period()))
    }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct State {
    /// The processors' timers, then the system's.
    timers: Vec<Timer>,
}

struct Inner {
    irqs: Vec<Line>,
    s: State,
}

impl Inner {
    /// "There is no interrupt" from a timer whose limit is 0 or that counts for users.
    fn update(&self, n: usize) {
        let timer = &self.s.timers[n];
        self.irqs[n].set(timer.reached && timer.limit != 0 && !timer.user);
    }

    fn read(&mut self, n: usize, offset: u64, now: Nanos) -> u32 {
        self.tick(n, now);
        let Some(timer) = self.s.timers.get_mut(n) else { return 0 };
        match offset {
            0x0 if timer.user => (timer.user_count(now) >> 32) as u32,
            0x4 if timer.user => timer.user_count(now) as u32,
            // "Reading the limit register clears the limit bit and the interrupt".
            0x0 => {
                let value = timer.limit | if timer.reached { REACHED } else { 0 };
                if timer.reached {
                    timer.reached = false;
                    let past = now.saturating_sub(timer.start) / timer.period();
                    timer.start = timer.start.saturating_add(past * timer.period());
                    self.update(n);
                }
                value
            }
            0x4 => timer.count(now),
            0xc => u32::from(timer.stopped.is_none()),
            _ => 0,
        }
    }

    fn write(&mut self, n: usize, offset: u64, value: u32, now: Nanos) {
        let system = n + 1 == self.s.timers.len();
        let Some(timer) = self.s.timers.get_mut(n) else { return };
        match offset {
            0x0 if timer.user => timer.upper = value,
            0x4 if timer.user => {
                let upper = u64::from(timer.upper) << 32;
                timer.set_user_count(upper | u64::from(value & !0x1ff), now);
            }
            0x0 | 0x8 => {
                timer.limit = value & LIMIT;
                // The register at 8 leaves the count alone.
                if offset == 0 || timer.count(now) & LIMIT >= timer.limit {
                    timer.start = now;
                }
                timer.reached = false;
            }
            0xc if timer.user => match (value & 1 != 0, timer.stopped) {
                (true, Some(count)) => {
                    timer.stopped = None;
                    timer.set_user_count(count, now);
                }
                (false, None) => timer.stopped = Some(timer.user_count(now)),
                _ => {}
            },
            0x10 if system => self.configure(value, now),
            _ => {}
        }
        if n < self.s.timers.len() {
            self.update(n);
        }
    }

    /// The system's configuration register: a bit for each processor's timer that is to be a counter.
    fn configure(&mut self, value: u32, now: Nanos) {
        let cpus = self.s.timers.len() - 1;
        for n in 0..cpus {
            let user = value >> n & 1 != 0;
            if self.s.timers[n].user != user {
                self.s.timers[n] = Timer { user, start: now, ..Timer::default() };
                self.update(n);
            }
        }
    }

    fn configuration(&self) -> u32 {
        let cpus = &self.s.timers[..self.s.timers.len() - 1];
        cpus.iter().enumerate().filter(|(_, timer)| timer.user).map(|(n, _)| 1 << n).sum()
    }

    /// Notices that timer `n` has reached its limit.
    fn tick(&mut self, n: usize, now: Nanos) {
        if self.s.timers.get(n).and_then(Timer::deadline).is_some_and(|at| at <= now) {
            self.s.timers[n].reached = true;
            self.update(n);
        }
    }
}

/// The system's timer, with which all are mapped. Clones are handles of the same set.
#[derive(Clone)]
pub struct SlavioTimer(Arc<Mutex<Inner>>);

/// One processor's timer, which may not be there.
struct CpuTimer {
    inner: Arc<Mutex<Inner>>,
    n: usize,
}

impl SlavioTimer {
    /// A timer for each processor, at most 16, and the system's.
    pub fn new(cpus: Vec<Line>, system: Line) -> SlavioTimer {
        let timers = vec![Timer::default(); cpus.len() + 1];
        let irqs = cpus.into_iter().chain([system]).collect();
        SlavioTimer(Arc::new(Mutex::new(Inner { irqs, s: State { timers } })))
    }

    /// The timer of processor `n`.
    pub fn cpu(&self, n: usize) -> impl Device + 'static {
        CpuTimer { inner: self.0.clone(), n }
    }
}

impl Device for SlavioTimer {
    fn read(&mut self, offset: u64, size: Size, now: Nanos) -> u64 {
        let mut inner = self.0.lock();
        let n = inner.s.timers.len() - 1;
        match (offset, size) {
            (0x10, 4) => u64::from(inner.configuration()),
            (0x0 | 0x4, 4) => u64::from(inner.read(n, offset, now)),
            _ => 0,
        }
    }

    fn write(&mut self, offset: u64, size: Size, value: u64, now: Nanos) {
        let mut inner = self.0.lock();
        let n = inner.s.timers.len() - 1;
        if size == 4 {
            inner.write(n, offset, value as u32, now);
        }
    }

    fn tick(&mut self, now: Nanos) {
        let mut inner = self.0.lock();
        (0..inner.s.timers.len()).for_each(|n| inner.tick(n, now));
    }

    fn deadline(&self) -> Option<Nanos> {
        self.0.lock().s.timers.iter().filter_map(Timer::deadline).min()
    }

    fn reset(&mut self) {
        let mut inner = self.0.lock();
        let n = inner.s.timers.len();
        inner.s.timers = vec![Timer::default(); n];
        (0..n).for_each(|n| inner.update(n));
    }

    fn save(&self) -> Vec<u8> {
        state::save(PART, &self.0.lock().s)
    }

    fn restore(&mut self, bytes: &[u8]) -> Result<(), String> {
        let mut inner = self.0.lock();
        let s: State = state::restore(PART, bytes)?;
        state::same_len(PART, "timers", s.timers.len(), inner.s.timers.len())?;
        if s.timers.iter().any(|timer| timer.limit & !LIMIT != 0) {
            return Err(format!("{PART}: the saved state has a limit that no timer can have"));
        }
        inner.s = s;
        (0..inner.s.timers.len()).for_each(|n| inner.update(n));
        Ok(())
    }
}

impl Device for CpuTimer {
    fn read(&mut self, offset: u64, size: Size, now: Nanos) -> u64 {
        let mut inner = self.inner.lock();
        let there = size == 4 && self.n + 1 < inner.s.timers.len();
        if there { u64::from(inner.read(self.n, offset, now)) } else { 0 }
    }

    fn write(&mut self, offset: u64, size: Size, value: u64, now: Nanos) {
        let mut inner = self.inner.lock();
        if size == 4 && self.n + 1 < inner.s.timers.len() {
            inner.write(self.n, offset, value as u32, now);
        }
    }

    /// The system's registers reset all.
    fn reset(&mut self) {}
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::testing::Probe;

    fn bench() -> (SlavioTimer, Probe, Probe) {
        let (cpu, system) = (Probe::default(), Probe::default());
        (SlavioTimer::new(vec![cpu.line()], system.line()), cpu, system)
    }

    #[test]
    fn reaches_its_limit() {
        let (mut t, _, irq) = bench();
        t.write(0, 4, 10 << 9, 1000);
        assert_eq!((t.deadline(), t.read(4, 4, 2000)), (Some(6000), 2 << 9));
        t.tick(6000);
        assert_eq!((irq.high(), t.read(4, 4, 6500)), (true, 0x8000_0000 | 1 << 9));
        assert_eq!(t.read(0, 4, 6500), 0x8000_0000 | 10 << 9);
        assert_eq!((irq.high(), t.deadline(), t.read(0, 4, 6500)), (false, Some(11000), 10 << 9));
        // A limit of 0: it counts all bits and interrupts nobody.
        t.write(0, 4, 0, 0);
        t.tick(u64::MAX);
        assert_eq!((irq.high(), t.deadline()), (false, None));
    }

    #[test]
    fn users_counter() {
        let (mut t, irq, _) = bench();
        let mut cpu = t.cpu(0);
        t.write(0x10, 4, 1, 0);
        assert_eq!((t.read(0x10, 4, 0), cpu.read(4, 4, 5000), cpu.read(0xc, 4, 0)), (1, 10 << 9, 1));
        cpu.write(0xc, 4, 0, 5000);
        cpu.write(0, 4, 2, 5000);
        cpu.write(4, 4, 0x400, 5000);
        assert_eq!((cpu.read(0, 4, 9000), cpu.read(4, 4, 9000)), (2, 0x400));
        cpu.write(0xc, 4, 1, 10_000);
        assert_eq!((cpu.read(0, 4, 11_000), irq.high()), (2, false));
        let saved = t.save();
        t.reset();
        assert_eq!(t.read(0x10, 4, 0), 0);
        t.restore(&saved).unwrap();
        assert_eq!(t.read(0x10, 4, 0), 1);
        assert_eq!(t.cpu(3).read(4, 4, 0), 0);
    }
}
