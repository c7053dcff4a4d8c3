//! The watchdog of a mainframe's virtual machine, which a guest reaches by DIAGNOSE 0x288.
//!
//! IBM publishes its functions in z/VM CP Programming Services, "DIAGNOSE Code X'288'"; which of them there are, and what is refused, is as with
//! QEMU: the only action is the one that the user has chosen.

use std::sync::Arc;

use memory::{Device, Nanos, Size};
use parking_lot::Mutex;

use crate::power::{Power, PowerRequest};

/// Functions.
mod function {
    pub(super) const INIT: u64 = 0;
    pub(super) const CHANGE: u64 = 1;
    pub(super) const CANCEL: u64 = 2;
}

/// Seconds that a guest has to ask for at least.
const SHORTEST: u64 = 15;
const SECOND: Nanos = 1_000_000_000;

struct State {
    power: Power,
    /// Whether it is still set when it has run out, since its guest goes on.
    stays: bool,
    set: bool,
    runs_out: Option<Nanos>,
}

/// A watchdog. Clones are the same one.
#[derive(Clone)]
pub struct Diag288(Arc<Mutex<State>>);

impl Diag288 {
    /// A watchdog that tells by `power` when it has run out; with `stays` a guest need not set it again to change its time.
    pub fn new(power: Power, stays: bool) -> Diag288 {
        Diag288(Arc::new(Mutex::new(State { power, stays, set: false, runs_out: None })))
    }

    /// A function with its time in seconds and its action. Whether there is such a thing.
    pub fn call(&self, what: u64, seconds: u64, action: u64, now: Nanos) -> bool {
        let mut state = self.0.lock();
        let known = match what {
            function::INIT => true,
            function::CHANGE | function::CANCEL => state.set,
            _ => false,
        };
        if !known || action != 0 || what != function::CANCEL && seconds < SHORTEST {
            return false;
        }
        state.set = what != function::CANCEL;
        state.runs_out = state.set.then(|| now.saturating_add(seconds.saturating_mul(SECOND)));
        true
    }
}

impl Device for Diag288 {
    fn read(&mut self, _: u64, _: Size, _: Nanos) -> u64 {
        0
    }

    fn write(&mut self, _: u64, _: Size, _: u64, _: Nanos) {}

    fn tick(&mut self, now: Nanos) {
        let mut state = self.0.lock();
        if state.runs_out.is_some_and(|at| at <= now) {
            state.runs_out = None;
            state.set = state.stays;
            state.power.request(PowerRequest::Watchdog);
        }
    }

    fn deadline(&self) -> Option<Nanos> {
        self.0.lock().runs_out
    }

    fn reset(&mut self) {
        let mut state = self.0.lock();
        (state.set, state.runs_out) = (false, None);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_bites_who_is_late() {
        let told = Arc::new(Mutex::new(Vec::new()));
        let notes = Arc::clone(&told);
        let mut watchdog = Diag288::new(Power::new(move |asked| notes.lock().push(asked)), false);
        // Nothing is set yet; too short; no such action, no such function.
        for (what, seconds, action) in [(1, 20, 0), (2, 0, 0), (0, 14, 0), (0, 15, 1), (3, 15, 0)] {
            assert!(!watchdog.call(what, seconds, action, 0), "{what} {seconds} {action}");
        }
        assert!(watchdog.call(0, 15, 0, 1) && watchdog.deadline() == Some(15 * SECOND + 1));
        assert!(watchdog.call(1, 20, 0, SECOND) && watchdog.deadline() == Some(21 * SECOND));
        watchdog.tick(20 * SECOND);
        assert!(told.lock().is_empty());
        watchdog.tick(21 * SECOND);
        assert_eq!(*told.lock(), [PowerRequest::Watchdog]);
        assert!(watchdog.deadline().is_none() && !watchdog.call(1, 20, 0, 0), "it has to be set again");
        assert!(watchdog.call(0, 15, 0, 0) && watchdog.call(2, 0, 0, 0) && watchdog.deadline().is_none());
    }
}
