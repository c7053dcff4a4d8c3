//! The APIC's timer: one-shot, periodic, and at a time of the time stamp counter. It counts nanoseconds, divided.

use memory::Nanos;
use serde::{Deserialize, Serialize};

/// Modes in bits 17 and 18 of the timer's local vector table entry.
pub(super) mod mode {
    pub(crate) const PERIODIC: u32 = 1;
    pub(crate) const TSC_DEADLINE: u32 = 2;
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Timer {
    /// Divide configuration register: bits 0, 1 and 3.
    pub(super) divide: u32,
    /// Initial count register.
    pub(super) initial: u32,
    /// When it was written, or the last period began.
    start: Nanos,
    /// When it runs out next.
    pub(super) next: Option<Nanos>,
}

impl Timer {
    /// Nanoseconds of a count: 1, or 2 to 128 ("Divide Configuration Register").
    fn unit(&self) -> u64 {
        let code = self.divide & 3 | self.divide >> 1 & 4;
        1 << ((code + 1) & 7)
    }

    fn period(&self) -> u64 {
        u64::from(self.initial) * self.unit()
    }

    /// Writes the initial count: the timer starts anew, or stops.
    pub(super) fn start(&mut self, count: u32, now: Nanos) {
        (self.initial, self.start) = (count, now);
        self.next = (count != 0).then(|| now.saturating_add(self.period()));
    }

    /// Writes the divide configuration; what is left counts on with the new unit.
    pub(super) fn set_divide(&mut self, value: u32, now: Nanos) {
        let left = self.current(now);
        self.divide = value & 0xb;
        if self.next.is_some() {
            let gone = u64::from(self.initial.saturating_sub(left)) * self.unit();
            self.start = now.saturating_sub(gone);
            self.next = Some(self.start.saturating_add(self.period()).max(now));
        }
    }

    /// The current count.
    pub(super) fn current(&self, now: Nanos) -> u32 {
        let Some(next) = self.next else { return 0 };
        (next.saturating_sub(now).div_ceil(self.unit()) as u32).min(self.initial)
    }

    /// Lets the time go on to `now`; whether the timer has run out meanwhile.
    pub(super) fn advance(&mut self, mode: u32, now: Nanos) -> bool {
        let Some(next) = self.next.filter(|&next| next <= now) else { return false };
        let period = self.period();
        self.next = match mode {
            mode::PERIODIC if period > 0 => {
                self.start = next + (now - next) / period * period;
                Some(self.start + period)
            }
            _ => None,
        };
        true
    }

    /// Sets the time at which it runs out; 0 turns it off.
    pub(super) fn set_deadline(&mut self, at: Nanos) {
        self.next = (at != 0).then_some(at);
    }

    /// Stops it.
    pub(super) fn stop(&mut self) {
        (self.initial, self.next) = (0, None);
    }
}
