//! The interrupt controller of LEON systems, for one to sixteen processors.
//!
//! GRLIB IP Core User's Manual, 2020.4, chapter "IRQMP - Multiprocessor Interrupt Controller". Interrupt n asks a processor
//! for its interrupt level n. The wires into the controller are edge-triggered: a rising one sets the pending bit, and the
//! processor's acknowledgement (or the clear register) takes it back.
//!
//! The status bits tell who is in power-down, as all but the first processor are after reset; writing them wakes.

use std::sync::Arc;

use memory::{Device, Line, Nanos, Size};
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};

use crate::state;

/// Size of the register block in bytes.
pub const IRQMP_SIZE: u64 = 0x100;

const PART: &str = "grlib_irqmp";
/// Interrupts 1 to 15: the levels of a processor.
const LEVELS: u32 = 0xfffe;
/// Interrupts 16 to 31, which a controller with extended interrupts has.
const EXTENDED: u32 = 0xffff_0000;

/// Register offsets, "Registers".
mod reg {
    pub(super) const LEVEL: u64 = 0x00;
    pub(super) const PENDING: u64 = 0x04;
    pub(super) const FORCE: u64 = 0x08;
    pub(super) const CLEAR: u64 = 0x0c;
    pub(super) const MPSTATUS: u64 = 0x10;
    pub(super) const BROADCAST: u64 = 0x14;
    pub(super) const MASK: u64 = 0x40;
    pub(super) const MPFORCE: u64 = 0x80;
    pub(super) const EXTENDED_ACK: u64 = 0xc0;
}

/// The wires into one processor.
#[derive(Clone)]
pub struct IrqMpCpu {
    /// Its interrupt levels 1 to 15.
    pub levels: [Line; 15],
    /// High while the processor is not in power-down.
    pub run: Line,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct CpuState {
    mask: u32,
    force: u32,
    extended_ack: u32,
    running: bool,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct State {
    level: u32,
    pending: u32,
    broadcast: u32,
    /// The wires into the controller, for their edges.
    wires: u32,
    cpus: Vec<CpuState>,
}

impl State {
    /// After reset only processor 0 runs.
    fn new(n: usize) -> State {
        let cpu = |n| CpuState { running: n == 0, ..CpuState::default() };
        State { level: 0, pending: 0, broadcast: 0, wires: 0, cpus: (0..n).map(cpu).collect() }
    }
}

struct Inner {
    eirq: u32,
    cpus: Vec<IrqMpCpu>,
    s: State,
}

impl Inner {
    /// What processor `n` is asked for: the highest interrupt of level 1, or else of level 0.
    fn best(&self, n: usize) -> Option<u32> {
        let cpu = &self.s.cpus[n];
        let mut asked = self.s.pending & cpu.mask | cpu.force & LEVELS;
        if self.eirq != 0 && asked & EXTENDED != 0 {
            asked |= 1 << self.eirq;
        }
        asked &= LEVELS;
        let high = asked & self.s.level;
        let from = if high != 0 { high } else { asked };
        (from != 0).then(|| 31 - from.leading_zeros())
    }

    fn update(&self) {
        for (n, cpu) in self.cpus.iter().enumerate() {
            let best = self.best(n);
            // The new level first, so that no moment without one comes between.
            for rising in [true, false] {
                let wanted = |level: usize| best == Some(level as u32 + 1);
                cpu.levels.iter().enumerate().filter(|&(level, _)| wanted(level) == rising).for_each(|(_, line)| {
                    line.set(rising);
                });
            }
            cpu.run.set(self.s.cpus[n].running);
        }
    }

    /// "Interrupts set in the broadcast register are written to the force register of all processors".
    fn rise(&mut self, bits: u32) {
        let all = bits & self.s.broadcast;
        self.s.cpus.iter_mut().for_each(|cpu| cpu.force |= all);
        self.s.pending |= bits & !all;
        self.update();
    }

    fn set_wire(&mut self, source: u32, level: bool) {
        let bit = 1 << source;
        let rises = level && self.s.wires & bit == 0;
        self.s.wires = if level { self.s.wires | bit } else { self.s.wires & !bit };
        if rises {
            self.rise(bit);
        }
    }

    /// Processor `n` takes the interrupt of `level`: a forced one first, then the pending one.
    fn acknowledge(&mut self, n: usize, level: u32) -> u64 {
        let Some(cpu) = self.s.cpus.get_mut(n) else { return 0 };
        let bit = 1u32.checked_shl(level).unwrap_or(0);
        let extended = self.s.pending & cpu.mask & EXTENDED;
        if cpu.force & bit != 0 {
            cpu.force &= !bit;
        } else if level == self.eirq && extended != 0 && self.s.pending & cpu.mask & bit == 0 {
            let source = 31 - extended.leading_zeros();
            cpu.extended_ack = source;
            self.s.pending &= !(1 << source);
        } else {
            self.s.pending &= !bit;
        }
        self.update();
        u64::from(level)
    }

    /// Processor `n` goes into power-down or leaves it.
    fn set_running(&mut self, n: usize, running: bool) {
        if let Some(cpu) = self.s.cpus.get_mut(n) {
            cpu.running = running;
            self.update();
        }
    }

    fn implemented(&self) -> u32 {
        if self.eirq == 0 { LEVELS } else { LEVELS | EXTENDED }
    }

    /// A register that each processor has: its number and the offset of the first.
    fn per_cpu(&self, offset: u64) -> Option<(u64, usize)> {
        let from = [reg::EXTENDED_ACK, reg::MPFORCE, reg::MASK].into_iter().find(|&from| offset >= from)?;
        let n = ((offset - from) / 4) as usize;
        (n < self.cpus.len()).then_some((from, n))
    }

    fn mpstatus(&self) -> u32 {
        let n = self.cpus.len() as u32;
        let waiting = self.s.cpus.iter().enumerate().filter(|(_, cpu)| !cpu.running);
        let waiting: u32 = waiting.map(|(n, _)| 1 << n).sum();
        // Broadcast is there when there is anybody to reach.
        (n - 1) << 28 | u32::from(n > 1) << 27 | self.eirq << 16 | waiting
    }

    fn read(&self, offset: u64) -> u32 {
        match offset {
            reg::LEVEL => self.s.level,
            reg::PENDING => self.s.pending,
            // "Only present when the number of processors is 1"; with more it reads 0.
            reg::FORCE if self.cpus.len() == 1 => self.s.cpus[0].force,
            reg::MPSTATUS => self.mpstatus(),
            reg::BROADCAST => self.s.broadcast,
            _ => match self.per_cpu(offset) {
                Some((reg::MASK, n)) => self.s.cpus[n].mask,
                Some((reg::MPFORCE, n)) => self.s.cpus[n].force,
                Some((reg::EXTENDED_ACK, n)) => self.s.cpus[n].extended_ack,
                _ => 0,
            },
        }
    }

    fn write(&mut self, offset: u64, value: u32) {
        let implemented = self.implemented();
        match offset {
            reg::LEVEL => self.s.level = value & LEVELS,
            reg::PENDING => {}
            reg::FORCE if self.cpus.len() == 1 => self.s.cpus[0].force = value & LEVELS,
            reg::CLEAR => self.s.pending &= !value,
            // "Write STATUS[n] with '1' to force processor n out of power-down".
            reg::MPSTATUS => {
                let bit = |n: usize| value >> n & 1 != 0;
                self.s.cpus.iter_mut().enumerate().filter(|(n, _)| bit(*n)).for_each(|(_, cpu)| cpu.running = true);
            }
            reg::BROADCAST if self.cpus.len() > 1 => self.s.broadcast = value & LEVELS,
            _ => match self.per_cpu(offset) {
                Some((reg::MASK, n)) => self.s.cpus[n].mask = value & implemented,
                // The low half sets, the high half clears.
                Some((reg::MPFORCE, n)) => {
                    let cpu = &mut self.s.cpus[n];
                    cpu.force = (cpu.force | value & LEVELS) & !(value >> 16 & LEVELS);
                }
                _ => {}
            },
        }
        self.update();
    }
}

/// The controller. Clones are handles of the same one: one is mapped, others make wires.
#[derive(Clone)]
pub struct IrqMp(Arc<Mutex<Inner>>);

impl IrqMp {
    /// A controller for these processors. `eirq` is the interrupt that stands for 16 to 31, or 0 when it has 15 only.
    ///
    /// # Panics
    /// Unless there are 1 to 16 processors and `eirq` is below 16: the board is wrong.
    pub fn new(cpus: Vec<IrqMpCpu>, eirq: u32) -> IrqMp {
        assert!((1..=16).contains(&cpus.len()) && eirq < 16, "an IRQMP has 1 to 16 processors");
        let s = State::new(cpus.len());
        let inner = Inner { eirq, cpus, s };
        inner.update();
        IrqMp(Arc::new(Mutex::new(inner)))
    }

    /// The wire of interrupt `source`.
    ///
    /// # Panics
    /// Unless `source` is 1 to 31: the board is wrong.
    pub fn line(&self, source: u32) -> Line {
        assert!((1..32).contains(&source), "an IRQMP has interrupts 1 to 31, not {source}");
        let inner = self.0.clone();
        Line::new(move |level| inner.lock().set_wire(source, level))
    }

    /// What a processor does when it takes the interrupt of `level`; its index comes first. The answer is the level.
    pub fn acknowledge(&self) -> Arc<dyn Fn(u32, u32) -> u64 + Send + Sync> {
        let inner = self.0.clone();
        Arc::new(move |cpu, level| inner.lock().acknowledge(cpu as usize, level))
    }

    /// Notes that a processor goes into power-down, or leaves it because of an interrupt.
    pub fn set_running(&self, cpu: u32, running: bool) {
        self.0.lock().set_running(cpu as usize, running);
    }
}

impl Device for IrqMp {
    fn read(&mut self, offset: u64, size: Size, _: Nanos) -> u64 {
        if size != 4 || !offset.is_multiple_of(4) {
            return 0;
        }
        u64::from(self.0.lock().read(offset))
    }

    fn write(&mut self, offset: u64, size: Size, value: u64, _: Nanos) {
        if size == 4 && offset.is_multiple_of(4) {
            self.0.lock().write(offset, value as u32);
        }
    }

    fn reset(&mut self) {
        let mut inner = self.0.lock();
        inner.s = State { wires: inner.s.wires, ..State::new(inner.cpus.len()) };
        inner.update();
    }

    fn save(&self) -> Vec<u8> {
        state::save(PART, &self.0.lock().s)
    }

    fn restore(&mut self, bytes: &[u8]) -> Result<(), String> {
        let mut inner = self.0.lock();
        let s: State = state::restore(PART, bytes)?;
        state::same_len(PART, "processors", s.cpus.len(), inner.cpus.len())?;
        inner.s = s;
        inner.update();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::testing::Probe;

    struct Bench {
        irqmp: IrqMp,
        levels: Vec<Vec<Probe>>,
        run: Vec<Probe>,
    }

    fn bench(n: usize, eirq: u32) -> Bench {
        let levels = vec![(); n].iter().map(|()| (0..15).map(|_| Probe::default()).collect()).collect::<Vec<Vec<_>>>();
        let run: Vec<Probe> = (0..n).map(|_| Probe::default()).collect();
        let cpu = |n: usize| IrqMpCpu { levels: std::array::from_fn(|i| levels[n][i].line()), run: run[n].line() };
        Bench { irqmp: IrqMp::new((0..n).map(cpu).collect(), eirq), levels, run }
    }

    impl Bench {
        /// The level that processor `n` is asked for, 0 for none.
        fn asked(&self, n: usize) -> usize {
            let high: Vec<usize> = (0..15).filter(|&i| self.levels[n][i].high()).collect();
            assert!(high.len() < 2);
            high.first().map_or(0, |i| i + 1)
        }

        fn pulse(&self, source: u32) {
            self.irqmp.line(source).raise();
            self.irqmp.line(source).lower();
        }
    }

    #[test]
    fn pending_until_acknowledged() {
        let mut b = bench(1, 0);
        b.pulse(3);
        assert_eq!((b.asked(0), b.irqmp.read(4, 4, 0)), (0, 8));
        b.irqmp.write(0x40, 4, u64::MAX, 0);
        assert_eq!((b.asked(0), b.irqmp.read(0x40, 4, 0)), (3, 0xfffe));
        b.pulse(6);
        assert_eq!(b.asked(0), 6);
        b.irqmp.write(0, 4, 8, 0);
        assert_eq!(b.asked(0), 3);
        assert_eq!(b.irqmp.acknowledge()(0, 3), 3);
        assert_eq!((b.asked(0), b.irqmp.read(4, 4, 0)), (6, 0x40));
        b.irqmp.write(0x0c, 4, 0x40, 0);
        assert_eq!(b.asked(0), 0);
    }

    #[test]
    fn force_goes_before_pending() {
        let mut b = bench(1, 0);
        b.irqmp.write(0x40, 4, 0x20, 0);
        b.irqmp.write(0x08, 4, 0x20, 0);
        b.pulse(5);
        assert_eq!((b.asked(0), b.irqmp.read(0x80, 4, 0)), (5, 0x20));
        b.irqmp.acknowledge()(0, 5);
        assert_eq!((b.asked(0), b.irqmp.read(0x08, 4, 0)), (5, 0));
        b.irqmp.acknowledge()(0, 5);
        assert_eq!(b.asked(0), 0);
        // The upper half of a processor's force register clears.
        b.irqmp.write(0x80, 4, 0x30, 0);
        b.irqmp.write(0x80, 4, 0x10_0000, 0);
        assert_eq!(b.irqmp.read(0x80, 4, 0), 0x20);
    }

    #[test]
    fn processors_start_and_are_reached_by_broadcast() {
        let mut b = bench(3, 0);
        assert_eq!((b.irqmp.read(0x10, 4, 0), b.run[0].high(), b.run[1].high()), (0x2800_0006, true, false));
        b.irqmp.write(0x10, 4, 2, 0);
        assert_eq!((b.irqmp.read(0x10, 4, 0), b.run[1].high(), b.run[2].high()), (0x2800_0004, true, false));
        b.irqmp.write(0x14, 4, 0x40, 0);
        b.pulse(6);
        assert_eq!((b.asked(0), b.asked(1), b.asked(2), b.irqmp.read(4, 4, 0)), (6, 6, 6, 0));
        b.irqmp.acknowledge()(1, 6);
        assert_eq!((b.asked(0), b.asked(1)), (6, 0));
        b.irqmp.write(0x84, 4, 0x8000, 0);
        let saved = b.irqmp.save();
        b.irqmp.reset();
        assert_eq!((b.asked(0), b.asked(1), b.run[1].high()), (0, 0, false));
        b.irqmp.restore(&saved).unwrap();
        assert_eq!((b.asked(0), b.asked(1), b.run[1].high()), (6, 15, true));
    }

    #[test]
    fn power_down_shows_and_is_left_by_the_status_register() {
        let mut b = bench(2, 0);
        b.irqmp.write(0x10, 4, 2, 0);
        b.irqmp.set_running(1, false);
        assert_eq!((b.irqmp.read(0x10, 4, 0), b.run[1].high()), (0x1800_0002, false));
        b.irqmp.write(0x10, 4, 2, 0);
        assert_eq!((b.irqmp.read(0x10, 4, 0), b.run[1].high()), (0x1800_0000, true));
        b.irqmp.set_running(1, false);
        b.irqmp.set_running(1, true);
        assert_eq!(b.irqmp.read(0x10, 4, 0), 0x1800_0000);
    }

    #[test]
    fn extended_interrupts_share_a_level() {
        let mut b = bench(1, 12);
        b.irqmp.write(0x40, 4, 0xffff_fffe, 0);
        b.pulse(20);
        b.pulse(17);
        assert_eq!((b.asked(0), b.irqmp.read(0x10, 4, 0)), (12, 0xc_0000));
        b.irqmp.acknowledge()(0, 12);
        assert_eq!((b.asked(0), b.irqmp.read(0xc0, 4, 0)), (12, 20));
        b.irqmp.acknowledge()(0, 12);
        assert_eq!((b.asked(0), b.irqmp.read(0xc0, 4, 0)), (0, 17));
    }
}
