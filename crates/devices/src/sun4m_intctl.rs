//! The interrupt controller of sun4m systems: one set of registers for each processor, and the system's own.
//!
//! Sun-4M System Architecture, revision 2.0, chapter "Interrupts"; NCR89C105 (slave I/O controller) Data Manual, chapter
//! "Interrupt Controller". Levels are those of the processors: 1 to 15.

use std::sync::Arc;

use memory::{Device, Line, Nanos, Size};
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};

use crate::state;

/// Size of a processor's registers in bytes.
pub const CPU_SIZE: u64 = 0x10;
/// Size of the system's registers in bytes.
pub const SYSTEM_SIZE: u64 = 0x14;

const PART: &str = "sun4m_intctl";

/// The processor level of each bit of the system registers ("System Interrupt Pending Register"); 0: no source.
const LEVELS: [u8; 32] = [
    2, 3, 5, 7, 9, 11, 13, // SBus 1 to 7
    2, 3, 5, 7, 9, 11, 13, // VME 1 to 7, of which the last bit is the keyboard's where there is no VME
    12, 12, // serial ports
    6, 13, // Ethernet, audio
    4, 10, 8, 9, // SCSI, system timer, video, module
    11, 0, 0, 0, 0, // floppy disk
    15, 15, 15, 15, 0, // VME fault, memory error, store buffer, module error
];
/// Bits of the mask that exist; bit 31 masks all.
const MASKABLE: u32 = 0xfc7f_ffff;
const MASK_ALL: u32 = 1 << 31;
/// Soft interrupts of levels 1 to 15 in a processor's registers.
const SOFT: u32 = 0xfffe_0000;
/// The hard interrupt of level 15 in a processor's registers, the only one that is cleared there.
const HARD_15: u32 = 1 << 15;
/// The level of the processors' own timers.
const TIMER_LEVEL: u32 = 14;

/// The wires into one processor: its levels 1 to 15, and one that is high while any of them is.
#[derive(Clone)]
pub struct IntCpu {
    /// Its levels.
    pub levels: [Line; 15],
    /// Starts a processor that waits after reset.
    pub any: Line,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct State {
    /// The wires from the system's sources.
    pending: u32,
    mask: u32,
    target: u32,
    /// Soft interrupts by processor, in bits 17 to 31.
    soft: Vec<u32>,
    /// The wires from the processors' timers.
    timers: u32,
}

impl State {
    fn new(n: usize) -> State {
        State { pending: 0, mask: !MASK_ALL & MASKABLE, target: 0, soft: vec![0; n], timers: 0 }
    }
}

struct Inner {
    cpus: Vec<IntCpu>,
    s: State,
}

impl Inner {
    /// Levels asked of processor `n` by hardware, a bit each.
    fn hard(&self, n: usize) -> u32 {
        let mut levels = (self.s.timers >> n & 1) << TIMER_LEVEL;
        if self.s.target as usize == n && self.s.mask & MASK_ALL == 0 {
            let asked = self.s.pending & !self.s.mask;
            let bits = (0..32).filter(|bit| asked >> bit & 1 != 0);
            levels |= bits.map(|bit| 1 << LEVELS[bit]).fold(0, |all, level| all | level);
        }
        levels & !1
    }

    fn update(&self) {
        for (n, cpu) in self.cpus.iter().enumerate() {
            let asked = self.hard(n) | self.s.soft[n] >> 16;
            cpu.levels.iter().enumerate().for_each(|(i, line)| line.set(asked >> (i + 1) & 1 != 0));
            cpu.any.set(asked & !1 != 0);
        }
    }

    fn write_system(&mut self, offset: u64, value: u32) {
        match offset {
            0x8 => self.s.mask &= !value,
            0xc => self.s.mask |= value & MASKABLE,
            0x10 => self.s.target = value & 0xf,
            _ => {}
        }
        self.update();
    }

    fn write_cpu(&mut self, n: usize, offset: u64, value: u32) {
        match offset {
            0x4 => self.s.soft[n] &= !(value & SOFT),
            0x8 => self.s.soft[n] |= value & SOFT,
            _ => {}
        }
        self.update();
    }
}

/// The controller. Clones are handles of the same one: it is mapped as the system's registers.
#[derive(Clone)]
pub struct Sun4mIntctl(Arc<Mutex<Inner>>);

/// The registers of one processor, which may not be there.
struct CpuRegisters {
    inner: Arc<Mutex<Inner>>,
    n: usize,
}

impl Sun4mIntctl {
    /// A controller for these processors, at most 32.
    pub fn new(cpus: Vec<IntCpu>) -> Sun4mIntctl {
        let s = State::new(cpus.len());
        Sun4mIntctl(Arc::new(Mutex::new(Inner { cpus, s })))
    }

    /// The wire of bit `bit` (0 to 31) of the system registers.
    pub fn line(&self, bit: u32) -> Line {
        let inner = self.0.clone();
        Line::new(move |level| {
            let mut inner = inner.lock();
            let old = inner.s.pending;
            inner.s.pending = if level { old | 1 << bit } else { old & !(1 << bit) };
            if inner.s.pending != old {
                inner.update();
            }
        })
    }

    /// The wire from the timer of processor `n` (0 to 31).
    pub fn timer_line(&self, n: u32) -> Line {
        let inner = self.0.clone();
        Line::new(move |level| {
            let mut inner = inner.lock();
            inner.s.timers = if level { inner.s.timers | 1 << n } else { inner.s.timers & !(1 << n) };
            inner.update();
        })
    }

    /// The registers of processor `n`.
    pub fn cpu(&self, n: usize) -> impl Device + 'static {
        CpuRegisters { inner: self.0.clone(), n }
    }

    /// What is asked of processor `n` now, a bit a level: for tests of boards.
    pub fn asked(&self, n: usize) -> u32 {
        let inner = self.0.lock();
        inner.s.soft.get(n).map_or(0, |soft| inner.hard(n) | soft >> 16)
    }
}

impl Device for Sun4mIntctl {
    fn read(&mut self, offset: u64, size: Size, _: Nanos) -> u64 {
        let inner = self.0.lock();
        let value = match (offset, size) {
            (0x0, 4) => inner.s.pending,
            (0x4, 4) => inner.s.mask,
            (0x10, 4) => inner.s.target,
            _ => 0,
        };
        u64::from(value)
    }

    fn write(&mut self, offset: u64, size: Size, value: u64, _: Nanos) {
        if size == 4 {
            self.0.lock().write_system(offset, value as u32);
        }
    }

    fn reset(&mut self) {
        let mut inner = self.0.lock();
        inner.s = State { pending: inner.s.pending, timers: inner.s.timers, ..State::new(inner.cpus.len()) };
        inner.update();
    }

    fn save(&self) -> Vec<u8> {
        state::save(PART, &self.0.lock().s)
    }

    fn restore(&mut self, bytes: &[u8]) -> Result<(), String> {
        let mut inner = self.0.lock();
        let s: State = state::restore(PART, bytes)?;
        state::same_len(PART, "processors", s.soft.len(), inner.cpus.len())?;
        inner.s = s;
        inner.update();
        Ok(())
    }
}

impl Device for CpuRegisters {
    fn read(&mut self, offset: u64, size: Size, _: Nanos) -> u64 {
        let inner = self.inner.lock();
        match (offset, size, inner.s.soft.get(self.n)) {
            (0x0, 4, Some(soft)) => u64::from(soft | inner.hard(self.n)),
            _ => 0,
        }
    }

    fn write(&mut self, offset: u64, size: Size, value: u64, _: Nanos) {
        let mut inner = self.inner.lock();
        if size == 4 && self.n < inner.cpus.len() {
            // Nothing latches a hard interrupt of level 15 here.
            inner.write_cpu(self.n, offset, value as u32 & !HARD_15);
        }
    }

    /// The system's registers reset all.
    fn reset(&mut self) {}
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::testing::Probe;

    fn bench(n: usize) -> (Sun4mIntctl, Vec<Probe>) {
        let any: Vec<Probe> = (0..n).map(|_| Probe::default()).collect();
        let levels = std::array::from_fn(|_| Line::unconnected());
        (Sun4mIntctl::new(any.iter().map(|p| IntCpu { levels: levels.clone(), any: p.line() }).collect()), any)
    }

    #[test]
    fn sources_reach_the_target_unless_masked() {
        let (mut ctl, any) = bench(2);
        ctl.line(18).raise();
        assert_eq!((ctl.read(0, 4, 0), ctl.asked(0), any[0].high()), (1 << 18, 0, false));
        ctl.write(8, 4, 1 << 18, 0);
        assert_eq!((ctl.asked(0), any[0].high()), (1 << 4, true));
        ctl.write(0x10, 4, 1, 0);
        assert_eq!((ctl.asked(0), ctl.asked(1)), (0, 1 << 4));
        ctl.write(0xc, 4, 1 << 31, 0);
        assert_eq!((ctl.asked(1), any[1].high()), (0, false));
        ctl.write(8, 4, 1 << 31, 0);
        ctl.line(18).lower();
        assert_eq!(ctl.asked(1), 0);
    }

    #[test]
    fn soft_interrupts_and_timers_are_each_processors_own() {
        let (mut ctl, any) = bench(2);
        let (mut one, mut none) = (ctl.cpu(1), ctl.cpu(2));
        one.write(8, 4, 1 << 29 | 1 << 5, 0);
        assert_eq!((one.read(0, 4, 0), ctl.asked(1), any[0].high(), any[1].high()), (1 << 29, 1 << 13, false, true));
        ctl.timer_line(1).raise();
        assert_eq!(one.read(0, 4, 0), 1 << 29 | 1 << 14);
        one.write(4, 4, 1 << 29, 0);
        assert_eq!(ctl.asked(1), 1 << 14);
        none.write(8, 4, 1 << 29, 0);
        assert_eq!((none.read(0, 4, 0), ctl.asked(2)), (0, 0));
        let saved = ctl.save();
        ctl.timer_line(1).lower();
        ctl.reset();
        ctl.restore(&saved).unwrap();
        assert_eq!(ctl.asked(1), 1 << 14);
    }
}
