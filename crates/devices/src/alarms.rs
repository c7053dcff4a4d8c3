//! A queue of moments, one for each CPU at most: set and cancel in O(log n), the next one in O(log n), so that thousands of
//! idle CPUs cost nothing.

use std::collections::BTreeSet;

/// Which CPU wants to be woken when. The unit is the owner's (ticks or nanoseconds).
#[derive(Debug, Default)]
pub(crate) struct Alarms {
    queue: BTreeSet<(u64, u32)>,
    of: Vec<Option<u64>>,
}

impl Alarms {
    /// No alarm for any of `n` CPUs.
    pub(crate) fn new(n: usize) -> Alarms {
        Alarms { queue: BTreeSet::new(), of: vec![None; n] }
    }

    /// Sets the alarm of `cpu` to `at`, or cancels it. An older one of that CPU is forgotten.
    pub(crate) fn set(&mut self, cpu: usize, at: Option<u64>) {
        if let Some(old) = std::mem::replace(&mut self.of[cpu], at) {
            self.queue.remove(&(old, cpu as u32));
        }
        if let Some(at) = at {
            self.queue.insert((at, cpu as u32));
        }
    }

    /// The earliest moment.
    pub(crate) fn next(&self) -> Option<u64> {
        self.queue.first().map(|&(at, _)| at)
    }

    /// Removes and returns one CPU whose moment is not after `now`; the earliest first, ties by number.
    pub(crate) fn pop(&mut self, now: u64) -> Option<usize> {
        let &(at, cpu) = self.queue.first()?;
        if at > now {
            return None;
        }
        self.queue.pop_first();
        self.of[cpu as usize] = None;
        Some(cpu as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn earliest_first_and_replaced() {
        let mut a = Alarms::new(3);
        a.set(0, Some(50));
        a.set(1, Some(20));
        a.set(2, Some(20));
        a.set(0, Some(10));
        assert_eq!(a.next(), Some(10));
        assert_eq!(a.pop(9), None);
        assert_eq!((a.pop(20), a.pop(20), a.pop(20), a.pop(99)), (Some(0), Some(1), Some(2), None));
        a.set(1, Some(5));
        a.set(1, None);
        assert_eq!(a.next(), None);
    }
}
