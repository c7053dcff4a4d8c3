//! The timer unit of LEON systems: a prescaler, and timers that count its underflows.
//!
//! GRLIB IP Core User's Manual, 2020.4, chapter "GPTIMER - General Purpose Timer Unit". Every timer has an interrupt of its
//! own (the configuration register's SI). What counts is not counted: a running timer remembers when it will underflow.

use memory::{Device, Line, Nanos, Size};
use serde::{Deserialize, Serialize};

use crate::state;

const PART: &str = "grlib_gptimer";

/// Bits of a timer's control register.
mod control {
    pub(super) const ENABLE: u32 = 1 << 0;
    pub(super) const RESTART: u32 = 1 << 1;
    pub(super) const LOAD: u32 = 1 << 2;
    pub(super) const INTERRUPT: u32 = 1 << 3;
    pub(super) const PENDING: u32 = 1 << 4;
    pub(super) const CHAIN: u32 = 1 << 5;
    pub(super) const KEPT: u32 = ENABLE | RESTART | INTERRUPT | CHAIN;
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Timer {
    /// The counter while the timer stands.
    counter: u32,
    reload: u32,
    control: u32,
    /// When the counter underflows, while it runs.
    underflow: Option<Nanos>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct State {
    scaler_reload: u32,
    timers: Vec<Timer>,
}

/// How a unit is built.
#[derive(Clone, Copy, Debug)]
pub struct GpTimerConfig {
    /// Its clock in Hz, at most 1 GHz; not 0.
    pub clock_hz: u64,
    /// The number of its first interrupt, which its configuration register shows.
    pub irq: u32,
}

/// The unit. A tick is one underflow of the prescaler; the prescaler's own value reads as its reload value.
pub struct GpTimer {
    config: GpTimerConfig,
    irqs: Vec<Line>,
    s: State,
}

impl GpTimer {
    /// A unit with a timer for each of `irqs` (at most 7).
    pub fn new(config: GpTimerConfig, irqs: Vec<Line>) -> GpTimer {
        let s = State { scaler_reload: 0, timers: vec![Timer::default(); irqs.len()] };
        GpTimer { config, irqs, s }
    }

    /// Size of the register block in bytes.
    pub fn size(&self) -> u64 {
        0x10 * (1 + self.irqs.len() as u64)
    }

    /// Nanoseconds between two underflows of the prescaler.
    fn tick_nanos(&self) -> u64 {
        ((u64::from(self.s.scaler_reload) + 1) * 1_000_000_000 / self.config.clock_hz).max(1)
    }

    /// The counter at `now`: a counter of N underflows after N + 1 ticks.
    fn counter(&self, n: usize, now: Nanos) -> u32 {
        let timer = &self.s.timers[n];
        let Some(at) = timer.underflow else { return timer.counter };
        let left = at.saturating_sub(now).div_ceil(self.tick_nanos());
        u32::try_from(left.saturating_sub(1)).unwrap_or(u32::MAX)
    }

    fn start(&mut self, n: usize, now: Nanos) {
        let ticks = u64::from(self.s.timers[n].counter) + 1;
        self.s.timers[n].underflow = Some(now.saturating_add(ticks.saturating_mul(self.tick_nanos())));
    }

    /// Freezes the counter.
    fn stop(&mut self, n: usize, now: Nanos) {
        self.s.timers[n].counter = self.counter(n, now);
        self.s.timers[n].underflow = None;
    }

    /// Lets it run if it is enabled. A chained timer counts its predecessor's underflows, not ticks.
    fn go(&mut self, n: usize, now: Nanos) {
        if self.s.timers[n].control & (control::ENABLE | control::CHAIN) == control::ENABLE {
            self.start(n, now);
        }
    }

    /// Timer `n` has underflowed at `at`.
    fn underflow(&mut self, n: usize, at: Nanos) {
        let tick = self.tick_nanos();
        let timer = &mut self.s.timers[n];
        timer.underflow = None;
        if timer.control & control::RESTART != 0 {
            timer.counter = timer.reload;
            if timer.control & control::CHAIN == 0 {
                let ticks = u64::from(timer.reload) + 1;
                timer.underflow = Some(at.saturating_add(ticks.saturating_mul(tick)));
            }
        } else {
            timer.counter = u32::MAX;
            timer.control &= !control::ENABLE;
        }
        if timer.control & control::INTERRUPT != 0 {
            timer.control |= control::PENDING;
            self.irqs[n].raise();
            self.irqs[n].lower();
        }
        let next = n + 1;
        let chained = |t: &Timer| t.control & (control::ENABLE | control::CHAIN) == control::ENABLE | control::CHAIN;
        if self.s.timers.get(next).is_some_and(chained) {
            match self.s.timers[next].counter.checked_sub(1) {
                Some(counter) => self.s.timers[next].counter = counter,
                None => self.underflow(next, at),
            }
        }
    }

    fn write_timer(&mut self, n: usize, offset: u64, value: u32, now: Nanos) {
        match offset {
            0x0 => {
                self.stop(n, now);
                self.s.timers[n].counter = value;
                self.go(n, now);
            }
            0x4 => self.s.timers[n].reload = value,
            0x8 => {
                self.stop(n, now);
                let timer = &mut self.s.timers[n];
                // "Writing a 1 to the interrupt pending bit clears it".
                let pending = timer.control & !value & control::PENDING;
                timer.control = value & control::KEPT | pending;
                if value & control::LOAD != 0 {
                    timer.counter = timer.reload;
                }
                self.go(n, now);
            }
            _ => {}
        }
    }
}

impl Device for GpTimer {
    fn read(&mut self, offset: u64, size: Size, now: Nanos) -> u64 {
        if size != 4 {
            return 0;
        }
        let n = self.s.timers.len();
        let value = match offset {
            0x0 | 0x4 => self.s.scaler_reload,
            // Timers that are never frozen, separate interrupts, number of the first, number of timers.
            0x8 => 1 << 9 | 1 << 8 | self.config.irq << 3 | n as u32,
            _ => {
                let at = (offset / 0x10) as usize;
                match (at.checked_sub(1).filter(|&at| at < n), offset % 0x10) {
                    (Some(at), 0x0) => self.counter(at, now),
                    (Some(at), 0x4) => self.s.timers[at].reload,
                    (Some(at), 0x8) => self.s.timers[at].control,
                    _ => 0,
                }
            }
        };
        u64::from(value)
    }

    fn write(&mut self, offset: u64, size: Size, value: u64, now: Nanos) {
        if size != 4 {
            return;
        }
        let value = value as u32;
        match offset {
            // The prescaler's own value is not kept; its reload value changes what all timers count.
            0x4 => {
                (0..self.s.timers.len()).for_each(|n| self.stop(n, now));
                self.s.scaler_reload = value & 0xffff;
                (0..self.s.timers.len()).for_each(|n| self.go(n, now));
            }
            0x10.. => {
                let n = (offset / 0x10) as usize - 1;
                if n < self.s.timers.len() {
                    self.write_timer(n, offset % 0x10, value, now);
                }
            }
            _ => {}
        }
    }

    fn tick(&mut self, now: Nanos) {
        for n in 0..self.s.timers.len() {
            let Some(at) = self.s.timers[n].underflow.filter(|&at| at <= now) else { continue };
            // Underflows that nobody could see in between are one.
            let period = (u64::from(self.s.timers[n].reload) + 1).saturating_mul(self.tick_nanos());
            self.underflow(n, at + (now - at) / period * period);
        }
    }

    fn deadline(&self) -> Option<Nanos> {
        self.s.timers.iter().filter_map(|timer| timer.underflow).min()
    }

    fn reset(&mut self) {
        self.s = State { scaler_reload: 0, timers: vec![Timer::default(); self.irqs.len()] };
    }

    fn save(&self) -> Vec<u8> {
        state::save(PART, &self.s)
    }

    fn restore(&mut self, bytes: &[u8]) -> Result<(), String> {
        let s: State = state::restore(PART, bytes)?;
        state::same_len(PART, "timers", s.timers.len(), self.irqs.len())?;
        if s.scaler_reload > 0xffff {
            return Err(format!("{PART}: the saved state has a prescaler of {:#x}", s.scaler_reload));
        }
        self.s = s;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    fn unit() -> (GpTimer, Arc<AtomicU32>) {
        let pulses = Arc::new(AtomicU32::new(0));
        let line = |weight: u32| {
            let pulses = pulses.clone();
            Line::new(move |level| {
                if level {
                    pulses.fetch_add(weight, Ordering::Relaxed);
                }
            })
        };
        (GpTimer::new(GpTimerConfig { clock_hz: 40_000_000, irq: 6 }, vec![line(1), line(100)]), pulses)
    }

    #[test]
    fn periodic_and_single() {
        let (mut t, pulses) = unit();
        assert_eq!(t.read(8, 4, 0), 0x332);
        // A tick each microsecond.
        t.write(0x4, 4, 39, 0);
        t.write(0x14, 4, 9, 0);
        t.write(0x18, 4, 0xf, 0);
        assert_eq!((t.deadline(), t.read(0x10, 4, 2_000)), (Some(10_000), 7));
        t.tick(10_000);
        assert_eq!((pulses.load(Ordering::Relaxed), t.deadline(), t.read(0x18, 4, 10_000)), (1, Some(20_000), 0x1b));
        t.write(0x18, 4, 0x19, 10_000);
        assert_eq!(t.read(0x18, 4, 10_000), 9);
        t.tick(20_000);
        assert_eq!((t.deadline(), t.read(0x10, 4, 30_000), t.read(0x18, 4, 30_000)), (None, 0xffff_ffff, 0x18));
    }

    #[test]
    fn chained() {
        let (mut t, pulses) = unit();
        t.write(0x4, 4, 39, 0);
        t.write(0x18, 4, 3, 0);
        t.write(0x24, 4, 1, 0);
        t.write(0x28, 4, 0x2f, 0);
        for n in 1..=4 {
            t.tick(n * 1000);
        }
        assert_eq!(pulses.load(Ordering::Relaxed), 200);
        let saved = t.save();
        t.reset();
        assert_eq!(t.deadline(), None);
        t.restore(&saved).unwrap();
        assert_eq!((t.deadline(), t.read(0x20, 4, 4000)), (Some(5000), 1));
    }
}
