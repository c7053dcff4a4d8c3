//! Which slot of the file holds which value, and when a slot becomes free.

use cpu::FILE_SLOTS;
use uop::{Reg, Value};

/// A slot that is never written: the constant 0.
pub(super) const ZERO: u16 = FILE_SLOTS as u16 - 1;

/// The places of values while a block is emitted.
pub(super) struct Places {
    /// By value.
    at: Vec<Option<u16>>,
    /// By guest register: the values whose place it is.
    holders: Vec<Vec<Value>>,
    /// By temporary: the last op that uses it.
    busy_until: Vec<u32>,
    first_temp: u16,
}

impl Places {
    pub(super) fn new(n_values: usize, n_regs: usize) -> Places {
        Places {
            at: vec![None; n_values],
            holders: vec![Vec::new(); n_regs],
            busy_until: Vec::new(),
            first_temp: n_regs as u16,
        }
    }

    pub(super) fn get(&self, v: Value) -> Option<u16> {
        self.at[v.index()]
    }

    /// `v` is in guest register `reg` from now on.
    pub(super) fn put_in_reg(&mut self, v: Value, reg: Reg) {
        self.at[v.index()] = Some(reg.0);
        self.holders[reg.index()].push(v);
    }

    /// A temporary for `v`, from op `now` to its last use. It is none that op `now` still reads.
    ///
    /// # Panics
    /// When more values live at once than the file has temporaries; blocks are limited so that this can't be.
    pub(super) fn put_in_temp(&mut self, v: Value, now: u32, last_use: u32) -> u16 {
        let free = self.busy_until.iter().position(|until| *until < now);
        let index = free.unwrap_or_else(|| {
            self.busy_until.push(0);
            self.busy_until.len() - 1
        });
        self.busy_until[index] = last_use.max(now);
        let slot = self.first_temp + index as u16;
        assert!(slot < ZERO, "a block needs more temporaries than there are");
        self.at[v.index()] = Some(slot);
        slot
    }

    /// The values that are in `reg` and used after op `now`.
    pub(super) fn living_in(&self, reg: Reg, now: u32, last_use: &[u32]) -> Vec<Value> {
        self.holders[reg.index()]
            .iter()
            .copied()
            .filter(|v| self.at[v.index()] == Some(reg.0) && last_use[v.index()] > now)
            .collect()
    }

    /// Nothing is in `reg` any more.
    pub(super) fn empty_reg(&mut self, reg: Reg) {
        self.holders[reg.index()].clear();
    }

    /// `v` shares the place of `other`.
    pub(super) fn share(&mut self, v: Value, other: Value, last_use: u32) {
        self.at[v.index()] = self.at[other.index()];
        if let Some(slot) = self.at[other.index()].filter(|s| *s >= self.first_temp && *s != ZERO) {
            let busy = &mut self.busy_until[usize::from(slot - self.first_temp)];
            *busy = (*busy).max(last_use);
        }
    }
}
