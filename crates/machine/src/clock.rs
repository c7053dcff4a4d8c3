//! Guest time: the host's clock while guests run, or the number of executed instructions.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use cpu::Clock;
use memory::Nanos;

/// Stands for "not frozen".
const RUNNING: u64 = u64::MAX;

/// The clock of a machine. It stands still while the machine is stopped.
pub struct GuestClock(Kind);

enum Kind {
    Host {
        epoch: Instant,
        /// Host time that has not counted so far: the machine stood.
        skipped: AtomicU64,
        /// Guest time at which the clock was frozen, or [`RUNNING`].
        frozen: AtomicU64,
    },
    Icount {
        shift: u32,
        /// Guest time at the start of the turn that runs now.
        base: AtomicU64,
    },
}

impl GuestClock {
    /// A clock that follows the host's, frozen at 0.
    pub fn host() -> GuestClock {
        GuestClock(Kind::Host { epoch: Instant::now(), skipped: AtomicU64::new(0), frozen: AtomicU64::new(0) })
    }

    /// A clock on which each instruction takes 2^`shift` nanoseconds.
    pub fn icount(shift: u32) -> GuestClock {
        GuestClock(Kind::Icount { shift, base: AtomicU64::new(0) })
    }

    /// Lets the clock run.
    pub fn start(&self) {
        if let Kind::Host { epoch, skipped, frozen } = &self.0 {
            let at = frozen.swap(RUNNING, Ordering::AcqRel);
            if at != RUNNING {
                skipped.store(host_ns(epoch).saturating_sub(at), Ordering::Release);
            }
        }
    }

    /// Freezes the clock.
    pub fn stop(&self) {
        if let Kind::Host { frozen, .. } = &self.0 {
            let now = self.now(0);
            frozen.store(now, Ordering::Release);
        }
    }

    /// The shift of an instruction counting clock.
    pub fn shift(&self) -> Option<u32> {
        match self.0 {
            Kind::Host { .. } => None,
            Kind::Icount { shift, .. } => Some(shift),
        }
    }

    /// Counts `executed` instructions; a clock that follows the host's needs no telling.
    pub(crate) fn count(&self, executed: u64) {
        if let Kind::Icount { shift, base } = &self.0 {
            // Only the scheduler's thread moves it. A guest may have asked to sleep till the end of time.
            base.store(base.load(Ordering::Acquire).saturating_add(executed << shift), Ordering::Release);
        }
    }

    /// Moves an instruction counting clock forward to `to`: nobody has anything to do before.
    pub(crate) fn jump(&self, to: Nanos) {
        if let Kind::Icount { base, .. } = &self.0 {
            base.fetch_max(to, Ordering::AcqRel);
        }
    }
}

fn host_ns(epoch: &Instant) -> u64 {
    epoch.elapsed().as_nanos() as u64
}

impl Clock for GuestClock {
    fn now(&self, executed: u64) -> Nanos {
        match &self.0 {
            Kind::Host { epoch, skipped, frozen } => match frozen.load(Ordering::Acquire) {
                RUNNING => host_ns(epoch).saturating_sub(skipped.load(Ordering::Acquire)),
                at => at,
            },
            Kind::Icount { shift, base } => base.load(Ordering::Acquire).saturating_add(executed << shift),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_stopped_clock_stands_and_goes_on_from_there() {
        let clock = GuestClock::host();
        std::thread::sleep(Duration::from_millis(5));
        assert_eq!(clock.now(7), 0);
        clock.start();
        std::thread::sleep(Duration::from_millis(2));
        clock.stop();
        let stood = clock.now(0);
        assert!(stood >= 2_000_000);
        std::thread::sleep(Duration::from_millis(5));
        assert_eq!(clock.now(0), stood);
        clock.start();
        assert!(clock.now(0) >= stood && clock.now(0) < stood + 4_000_000);
    }

    #[test]
    fn instructions_are_time() {
        let clock = GuestClock::icount(3);
        clock.count(10);
        assert_eq!((clock.now(0), clock.now(2)), (80, 96));
        clock.jump(1000);
        clock.jump(500);
        assert_eq!(clock.now(0), 1000);
    }
}
