//! The per-CPU timer and interprocessor-interrupt block of the `polyarch` board, the same on every architecture.
//!
//! CPU `n` has eight words at 0x20 * n:
//!
//! | offset | register  | width | access | meaning                                                       |
//! |--------|-----------|-------|--------|---------------------------------------------------------------|
//! | 0x00   | `IPI`     | 32    | rw     | bit 0: level of the CPU's IPI line                            |
//! | 0x04   | `STARTED` | 32    | r      | bit 0: the CPU is present and has been started                |
//! | 0x04   | `WAIT`    | 32    | w      | the CPU waits for an interrupt, where it has no instruction that does |
//! | 0x08   | `COMPARE` | 64    | rw     | the timer line is high while `TIME` >= `COMPARE`; all ones: off |
//! | 0x10   | `TIME`    | 64    | r      | nanoseconds since power-on                                    |
//! | 0x18   | `SCRATCH` | 64    | rw     | free use; secondary CPUs find their release address here      |
//!
//! Accesses are aligned and 32 or 64 bits wide. The lower half of a 64-bit register is at the lower address on
//! architectures of either byte order; a 64-bit access at 0x00 has `IPI` in its lower half. An access costs O(1), arming
//! a timer and asking for the next deadline O(log n), so that thousands of idle CPUs are free.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use memory::{Device, Line, Nanos, Size};
use serde::{Deserialize, Serialize};

use crate::alarms::Alarms;
use crate::state;

const PART: &str = "percpu";
/// Bytes from one CPU's registers to the next one's.
pub const STRIDE: u64 = 0x20;
/// How many CPUs the block has room for.
pub const MAX_CPUS: usize = 4096;
/// `COMPARE` when the timer is off.
pub const OFF: u64 = u64::MAX;

/// Register offsets within a CPU's words.
mod reg {
    pub(super) const IPI: u64 = 0x00;
    /// Written: WAIT.
    pub(super) const STARTED: u64 = 0x04;
    pub(super) const COMPARE: u64 = 0x08;
    pub(super) const TIME: u64 = 0x10;
    pub(super) const SCRATCH: u64 = 0x18;
}

/// The wires to one CPU.
#[derive(Clone)]
pub struct CpuLines {
    /// Another CPU wants attention.
    pub ipi: Line,
    /// The timer ran out.
    pub timer: Line,
}

/// Which CPUs have been started, shared with the machine, which starts them. Cheap to clone.
#[derive(Clone)]
pub struct Started(Arc<[AtomicBool]>, Arc<OnceLock<Line>>);

impl Started {
    /// Flags of so many CPUs, none of which runs.
    pub fn new(cpus: usize) -> Started {
        Started((0..cpus).map(|_| AtomicBool::new(false)).collect(), Arc::default())
    }

    /// Has a line be driven high whenever a CPU comes. There is one listener at most.
    pub fn tell(&self, line: Line) {
        let _ = self.1.set(line);
    }

    /// Says whether CPU `cpu` runs. Numbers beyond the last CPU are ignored.
    pub fn set(&self, cpu: usize, started: bool) {
        if let Some(flag) = self.0.get(cpu) {
            let was = flag.swap(started, Ordering::AcqRel);
            if let Some(line) = self.1.get().filter(|_| started && !was) {
                line.raise();
            }
        }
    }

    /// Whether CPU `cpu` has been started.
    pub fn get(&self, cpu: usize) -> bool {
        self.0.get(cpu).is_some_and(|flag| flag.load(Ordering::Acquire))
    }

    /// How many CPUs have been started.
    pub fn count(&self) -> usize {
        self.0.iter().filter(|flag| flag.load(Ordering::Acquire)).count()
    }
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Cpu {
    ipi: bool,
    /// Level of the timer line.
    expired: bool,
    compare: u64,
    scratch: u64,
    /// Level of the line that says by each change that the CPU is to wait.
    wait: bool,
}

impl Cpu {
    const RESET: Cpu = Cpu { ipi: false, expired: false, compare: OFF, scratch: 0, wait: false };
}

#[derive(Serialize, Deserialize)]
struct State {
    cpus: Vec<Cpu>,
    started: Vec<bool>,
}

/// The block of all CPUs.
pub struct PerCpu {
    lines: Vec<CpuLines>,
    waits: Vec<Line>,
    cpus: Vec<Cpu>,
    started: Started,
    alarms: Alarms,
}

impl PerCpu {
    /// The block for CPUs with these wires, none of them started.
    ///
    /// # Panics
    /// If there are more than [`MAX_CPUS`]: the board is wrong.
    pub fn new(lines: Vec<CpuLines>) -> PerCpu {
        let n = lines.len();
        assert!(n <= MAX_CPUS, "the per-CPU block has room for {MAX_CPUS} CPUs");
        let started = Started::new(n);
        PerCpu { lines, waits: Vec::new(), cpus: vec![Cpu::RESET; n], started, alarms: Alarms::new(n) }
    }

    /// The same with a line to each CPU whose changes make it wait, as a store to `WAIT` asks; without, such stores do nothing.
    pub fn with_waits(self, waits: Vec<Line>) -> PerCpu {
        PerCpu { waits, ..self }
    }

    /// The size of the register window in bytes.
    pub fn size(&self) -> u64 {
        self.cpus.len() as u64 * STRIDE
    }

    /// The flags behind `STARTED`, for whoever starts CPUs.
    pub fn started(&self) -> Started {
        self.started.clone()
    }

    fn compare(&mut self, cpu: usize, now: Nanos) {
        let compare = self.cpus[cpu].compare;
        let expired = compare != OFF && now >= compare;
        self.alarms.set(cpu, (compare != OFF && !expired).then_some(compare));
        self.cpus[cpu].expired = expired;
        self.lines[cpu].timer.set(expired);
    }

    /// The 64 bits at a multiple of eight.
    fn word(&self, cpu: usize, offset: u64, now: Nanos) -> u64 {
        let c = &self.cpus[cpu];
        match offset {
            reg::IPI => u64::from(c.ipi) | u64::from(self.started.get(cpu)) << 32,
            reg::COMPARE => c.compare,
            reg::TIME => now,
            reg::SCRATCH => c.scratch,
            _ => 0,
        }
    }

    /// Drives all lines from the state.
    fn drive(&mut self) {
        for (cpu, (c, lines)) in self.cpus.iter().zip(&self.lines).enumerate() {
            lines.ipi.set(c.ipi);
            lines.timer.set(c.expired);
            if let Some(line) = self.waits.get(cpu) {
                line.set(c.wait);
            }
            self.alarms.set(cpu, (!c.expired && c.compare != OFF).then_some(c.compare));
        }
    }

    /// The CPU and the offset within its words, if the access is one that the registers answer to.
    fn decode(&self, offset: u64, size: Size) -> Option<(usize, u64)> {
        let aligned = matches!(size, 4 | 8) && offset.is_multiple_of(u64::from(size));
        let cpu = usize::try_from(offset / STRIDE).ok()?;
        (aligned && cpu < self.cpus.len()).then_some((cpu, offset % STRIDE))
    }
}

impl Device for PerCpu {
    fn read(&mut self, offset: u64, size: Size, now: Nanos) -> u64 {
        let Some((cpu, offset)) = self.decode(offset, size) else { return 0 };
        let word = self.word(cpu, offset & !7, now);
        if size == 8 { word } else { word >> (offset % 8 * 8) & 0xffff_ffff }
    }

    fn write(&mut self, offset: u64, size: Size, value: u64, now: Nanos) {
        let Some((cpu, offset)) = self.decode(offset, size) else { return };
        let shift = offset % 8 * 8;
        let mask = if size == 8 { u64::MAX } else { 0xffff_ffff << shift };
        let merge = |old: u64| old & !mask | value << shift & mask;
        match offset & !7 {
            reg::IPI if offset == reg::STARTED => {
                let wait = !self.cpus[cpu].wait;
                if let Some(line) = self.waits.get(cpu) {
                    self.cpus[cpu].wait = wait;
                    line.set(wait);
                }
            }
            reg::IPI => {
                self.cpus[cpu].ipi = value & 1 != 0;
                self.lines[cpu].ipi.set(value & 1 != 0);
            }
            reg::COMPARE => {
                self.cpus[cpu].compare = merge(self.cpus[cpu].compare);
                self.compare(cpu, now);
            }
            reg::SCRATCH => self.cpus[cpu].scratch = merge(self.cpus[cpu].scratch),
            _ => {}
        }
    }

    fn tick(&mut self, now: Nanos) {
        while let Some(cpu) = self.alarms.pop(now) {
            self.cpus[cpu].expired = true;
            self.lines[cpu].timer.raise();
        }
    }

    fn deadline(&self) -> Option<Nanos> {
        self.alarms.next()
    }

    /// The flags of started CPUs stay: who starts and stops CPUs sets them.
    fn reset(&mut self) {
        self.cpus.fill(Cpu::RESET);
        self.drive();
    }

    fn save(&self) -> Vec<u8> {
        let started = (0..self.cpus.len()).map(|cpu| self.started.get(cpu)).collect();
        state::save(PART, &State { cpus: self.cpus.clone(), started })
    }

    fn restore(&mut self, bytes: &[u8]) -> Result<(), String> {
        let s: State = state::restore(PART, bytes)?;
        for len in [s.cpus.len(), s.started.len()] {
            state::same_len(PART, "CPUs", len, self.cpus.len())?;
        }
        self.cpus = s.cpus;
        s.started.iter().enumerate().for_each(|(cpu, &started)| self.started.set(cpu, started));
        self.drive();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::state::testing::Probe;

    fn bench(n: usize) -> (PerCpu, Vec<(Probe, Probe)>) {
        let probes: Vec<(Probe, Probe)> = (0..n).map(|_| Default::default()).collect();
        let lines = probes.iter().map(|(i, t)| CpuLines { ipi: i.line(), timer: t.line() }).collect();
        (PerCpu::new(lines), probes)
    }

    #[test]
    fn ipi_and_started() {
        let (mut b, p) = bench(3);
        b.write(0x20, 4, 1, 0);
        assert!(p[1].0.high() && !p[0].0.high());
        b.started().set(1, true);
        b.started().set(99, true);
        assert_eq!((b.read(0x20, 4, 0), b.read(0x24, 4, 0), b.read(0x20, 8, 0)), (1, 1, 1 << 32 | 1));
        b.write(0x24, 4, 0, 0);
        assert_eq!(b.read(0x20, 8, 0), 1 << 32 | 1, "STARTED is read-only");
        b.write(0x20, 4, 2, 0);
        assert!(!p[1].0.high());
    }

    #[test]
    fn wait_is_a_change_of_its_line() {
        let (b, p) = bench(2);
        let waits: Vec<Probe> = (0..2).map(|_| Probe::default()).collect();
        let mut b = b.with_waits(waits.iter().map(Probe::line).collect());
        b.write(0x24, 4, 1, 0);
        assert!(waits[1].high() && !waits[0].high() && !p[1].0.high());
        b.write(0x24, 4, 1, 0);
        assert!(!waits[1].high());
        b.write(0x20, 8, 1 << 32 | 1, 0);
        assert!(p[1].0.high() && !waits[1].high(), "a wide access is one to IPI");
    }

    #[test]
    fn timer_in_both_widths() {
        let (mut b, p) = bench(2);
        assert_eq!((b.read(0x28, 8, 0), b.deadline()), (OFF, None));
        b.write(0x28, 8, 100, 7);
        b.write(0x08, 4, 50, 7);
        b.write(0x0c, 4, 0, 7);
        assert_eq!(b.deadline(), Some(50));
        b.tick(49);
        assert!(!p[0].1.high());
        b.tick(50);
        assert!(p[0].1.high() && !p[1].1.high());
        assert_eq!(b.deadline(), Some(100));
        b.write(0x08, 8, OFF, 60);
        assert!(!p[0].1.high());
        b.write(0x28, 8, 60, 60);
        assert!(p[1].1.high(), "due at once");
        assert_eq!(
            (b.read(0x10, 8, 1 << 33 | 5), b.read(0x14, 4, 1 << 33), b.read(0x10, 4, 1 << 33 | 5)),
            (1 << 33 | 5, 2, 5)
        );
    }

    #[test]
    fn scratch_and_odd_accesses() {
        let (mut b, _) = bench(2);
        b.write(0x38, 8, 0x1122_3344_5566_7788, 0);
        b.write(0x3c, 4, 0xaabb_ccdd, 0);
        assert_eq!((b.read(0x38, 8, 0), b.read(0x18, 8, 0)), (0xaabb_ccdd_5566_7788, 0));
        for (offset, size) in [(0x18, 1), (0x1a, 2), (0x1c, 8), (0x40, 4), (u64::MAX - 7, 8), (0x10, 8)] {
            b.write(offset, size, u64::MAX, 0);
            assert_eq!(b.read(offset, size, 0), 0, "{offset:#x}/{size}");
        }
        assert_eq!(b.read(0x18, 8, 0), 0);
    }

    #[test]
    fn snapshot_and_reset() {
        let (mut b, _) = bench(2);
        b.write(0x00, 4, 1, 0);
        b.write(0x28, 8, 70, 0);
        b.started().set(0, true);
        let saved = b.save();
        let (mut c, p) = bench(2);
        c.restore(&saved).unwrap();
        assert!(p[0].0.high() && c.started().get(0));
        assert_eq!(c.deadline(), Some(70));
        c.reset();
        assert!(!p[0].0.high() && c.deadline().is_none() && c.started().get(0));
        assert!(bench(3).0.restore(&saved).unwrap_err().contains("2 CPUs, this machine has 3"));
    }

    proptest! {
        /// Against a plain list: the lines are high exactly where TIME >= COMPARE, and no deadline is missed.
        #[test]
        fn agrees_with_a_plain_model(steps in prop::collection::vec((0usize..5, prop_oneof![0u64..200, Just(OFF)], 0u64..9), 1..60)) {
            let (mut b, p) = bench(5);
            let (mut model, mut now) = ([OFF; 5], 0);
            for (cpu, compare, passes) in steps {
                b.write(cpu as u64 * STRIDE + 8, 8, compare, now);
                model[cpu] = compare;
                now += passes;
                if b.deadline().is_some_and(|at| at <= now) {
                    b.tick(now);
                }
                for (probe, compare) in p.iter().zip(model) {
                    prop_assert_eq!(probe.1.high(), compare != OFF && now >= compare);
                }
                prop_assert_eq!(b.deadline(), model.into_iter().filter(|&c| c != OFF && c > now).min());
            }
        }
    }
}
