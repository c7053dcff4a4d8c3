//! Counters and timers: `cycle`, `time`, `instret`, their machine-mode originals, and the performance counters, which count nothing.
//!
//! Privileged Architecture 20240411, "Hardware Performance Monitor", "Machine Counter-Enable Register", "Machine Counter-Inhibit
//! CSR". Each instruction takes one cycle.

use serde::{Deserialize, Serialize};

use super::{Gate, Priv, Row};
use crate::hart::Hart;
use crate::model::{Model, PrivVersion};

/// Bits of the enable and inhibit registers.
const CY: u32 = 0;
const TM: u32 = 1;
const IR: u32 = 2;

/// Number of `mhpmcounter3`.
const MHPMCOUNTER3: u16 = 0xb03;
/// Performance counters of an instruction set without any.
const N_HPM: u16 = 29;

/// A 64-bit counter of instructions that software can set and stop.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub(super) struct Counter {
    base: u64,
    stopped: bool,
}

impl Counter {
    /// Its value when `executed` instructions have been executed.
    fn value(self, executed: u64) -> u64 {
        if self.stopped { self.base } else { self.base.wrapping_add(executed) }
    }

    fn set(&mut self, value: u64, executed: u64) {
        self.base = if self.stopped { value } else { value.wrapping_sub(executed) };
    }

    fn stop(&mut self, stopped: bool, executed: u64) {
        let value = self.value(executed);
        self.stopped = stopped;
        self.set(value, executed);
    }
}

/// Whether the counter behind a number of the user-level range may be read in the current mode.
pub(super) fn enabled(hart: &dyn Hart, number: u16) -> bool {
    let csrs = hart.csrs();
    let bit = u32::from(number & 31);
    let by_m = csrs.prv == Priv::M || bits::bit(csrs.mcounteren, bit);
    let by_s = csrs.prv > Priv::U || !hart.model().has_s() || bits::bit(csrs.scounteren, bit);
    by_m && by_s
}

/// Writes `mcountinhibit`. The instruction that writes is the last that the old setting applies to.
pub(super) fn set_inhibit(hart: &mut dyn Hart, value: u64) {
    let next = hart.executed() + 1;
    let csrs = hart.csrs_mut();
    csrs.mcountinhibit = value & (1 << CY | 1 << IR);
    csrs.cycle.stop(bits::bit(value, CY), next);
    csrs.instret.stop(bits::bit(value, IR), next);
}

fn counter(hart: &dyn Hart, number: u16) -> u64 {
    let csrs = hart.csrs();
    match u32::from(number & 31) {
        CY => csrs.cycle.value(hart.executed()),
        TM => hart.time(),
        _ => csrs.instret.value(hart.executed()),
    }
}

fn counter_high(hart: &dyn Hart, number: u16) -> u64 {
    counter(hart, number) >> 32
}

/// Gives the counter behind `number` a value that the next instruction sees.
fn write(hart: &mut dyn Hart, number: u16, change: impl FnOnce(u64) -> u64) {
    let next = hart.executed() + 1;
    let csrs = hart.csrs_mut();
    let counter = if u32::from(number & 31) == CY { &mut csrs.cycle } else { &mut csrs.instret };
    counter.set(change(counter.value(next)), next);
}

fn write_low(hart: &mut dyn Hart, number: u16, value: u64) {
    let xlen = hart.model().xlen();
    write(hart, number, |old| bits::deposit(old, 0, xlen, value));
}

fn write_high(hart: &mut dyn Hart, number: u16, value: u64) {
    write(hart, number, |old| bits::deposit(old, 32, 32, value));
}

fn rv32(model: &Model) -> bool {
    model.xlen() == 32
}

pub(super) static ROWS: &[Row] = &[
    Row::new(0xc00, "cycle", counter).when(Model::has_counters).gated(Gate::Counter),
    Row::new(0xc01, "time", counter).when(Model::has_counters).gated(Gate::Counter),
    Row::new(0xc02, "instret", counter).when(Model::has_counters).gated(Gate::Counter),
    Row::family(0xc03, N_HPM, "hpmcounter", 3, |_, _| 0).when(Model::has_counters).gated(Gate::Counter),
    Row::new(0xc80, "cycleh", counter_high).when(|m| rv32(m) && m.has_counters()).gated(Gate::Counter),
    Row::new(0xc81, "timeh", counter_high).when(|m| rv32(m) && m.has_counters()).gated(Gate::Counter),
    Row::new(0xc82, "instreth", counter_high).when(|m| rv32(m) && m.has_counters()).gated(Gate::Counter),
    Row::family(0xc83, N_HPM, "hpmcounter#", 3, |_, _| 0).when(|m| rv32(m) && m.has_counters()).gated(Gate::Counter),
    Row::new(0xb00, "mcycle", counter).writes(write_low),
    Row::new(0xb02, "minstret", counter).writes(write_low),
    Row::family(MHPMCOUNTER3, N_HPM, "mhpmcounter", 3, |_, _| 0),
    Row::new(0xb80, "mcycleh", counter_high).writes(write_high).when(rv32),
    Row::new(0xb82, "minstreth", counter_high).writes(write_high).when(rv32),
    Row::family(0xb83, N_HPM, "mhpmcounter#", 3, |_, _| 0).when(rv32),
    Row::family(0x323, N_HPM, "mhpmevent", 3, |_, _| 0).when(|m| m.priv_version() >= PrivVersion::V1_10),
];
