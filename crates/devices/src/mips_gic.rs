//! MIPS Global Interrupt Controller, as part of a Coherent Processing System.
//!
//! *MIPS32 I6400 Multiprocessing System Software User's Manual* and *MIPS Coherent Processing System Software User's Manual* (MD00573),
//! "Global Interrupt Controller": register names and offsets are theirs. What there is, is what QEMU 4.2 has: level-triggered inputs
//! routed to pins of processors, the write-to-edge register, and a counter of 32 bits with a comparator for each processor. Polarity, edge
//! detection, watchdog, performance counters and external vectoring are not there; their registers read 0.
//!
//! An access comes with the number of the processor that makes it, as its *local* and *other* registers are apart.

use std::sync::Arc;

use memory::{Line, Nanos};
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};

/// Inputs.
pub const INPUTS: usize = 128;
/// Pins of a processor: its hardware interrupts.
pub const PINS: usize = 6;
/// Nanoseconds of the counter's tick: it runs at 100 MHz.
const TICK: u64 = 10;

/// Bits of the local interrupt masks: count and compare; what can be masked.
const COMPARE: u32 = 1 << 1;
const LOCAL_MASK: u32 = 0x7f;
/// After reset all but watchdog, performance counter and software interrupts are on.
const LOCAL_RESET: u32 = 0x32;
/// Routing to a pin, in the map registers.
const TO_PIN: u32 = 1 << 31;
const PIN: u32 = 0x3f;
/// GIC_SH_WEDGE: set (else clear).
const WEDGE_SET: u32 = 1 << 31;

/// Offsets of shared registers, then of local ones.
mod reg {
    pub(super) const CONFIG: u64 = 0x0;
    pub(super) const COUNTER: u64 = 0x10;
    pub(super) const WEDGE: u64 = 0x280;
    pub(super) const RMASK: u64 = 0x300;
    pub(super) const SMASK: u64 = 0x380;
    pub(super) const MASK: u64 = 0x400;
    pub(super) const PEND: u64 = 0x480;
    pub(super) const MAP_PIN: u64 = 0x500;
    pub(super) const MAP_VP: u64 = 0x2000;
    pub(super) const LOCAL: u64 = 0x8000;
    pub(super) const OTHER: u64 = 0xc000;
    pub(super) const USER: u64 = 0x1_0000;

    pub(super) const VL_PEND: u64 = 0x4;
    pub(super) const VL_MASK: u64 = 0x8;
    pub(super) const VL_RMASK: u64 = 0xc;
    pub(super) const VL_SMASK: u64 = 0x10;
    pub(super) const VL_COMPARE_MAP: u64 = 0x44;
    pub(super) const VL_OTHER: u64 = 0x80;
    pub(super) const VL_IDENT: u64 = 0x88;
    pub(super) const VL_COMPARE: u64 = 0xa0;
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Input {
    pending: bool,
    enabled: bool,
    pin: u32,
    /// The processor it is routed to.
    to: Option<u32>,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Local {
    pend: u32,
    mask: u32,
    compare_map: u32,
    other: u32,
    compare: u32,
    /// When the counter equals `compare` next.
    at: Nanos,
}

/// What a snapshot holds.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct State {
    inputs: Vec<Input>,
    locals: Vec<Local>,
    /// Counter minus ticks since power-on.
    offset: u32,
}

impl State {
    fn new(cpus: usize) -> State {
        let input = Input { pending: false, enabled: false, pin: TO_PIN, to: None };
        let at = u64::from(u32::MAX) * TICK;
        let local = Local { pend: 0, mask: LOCAL_RESET, compare_map: TO_PIN, other: 0, compare: u32::MAX, at };
        State { inputs: vec![input; INPUTS], locals: vec![local; cpus], offset: 0 }
    }

    pub(crate) fn fits(&self, cpus: usize) -> bool {
        self.inputs.len() == INPUTS && self.locals.len() == cpus
    }
}

/// The controller. Its clones are the same one.
#[derive(Clone)]
pub struct MipsGic(Arc<Mutex<Inner>>);

struct Inner {
    /// The pins of each processor.
    pins: Vec<[Line; PINS]>,
    state: State,
}

impl MipsGic {
    /// For processors with these pins.
    pub fn new(pins: Vec<[Line; PINS]>) -> MipsGic {
        let state = State::new(pins.len());
        MipsGic(Arc::new(Mutex::new(Inner { pins, state })))
    }

    /// Input `n`; those beyond the last end nowhere.
    pub fn line(&self, n: usize) -> Line {
        let gic = Arc::clone(&self.0);
        Line::new(move |level| gic.lock().set_input(n, level))
    }

    /// Reads 32 bits for processor `cpu`.
    pub(crate) fn read(&self, cpu: usize, offset: u64, now: Nanos) -> u32 {
        self.0.lock().read(cpu, offset & !3, now)
    }

    /// Writes 32 bits for processor `cpu`.
    pub(crate) fn write(&self, cpu: usize, offset: u64, value: u32, now: Nanos) {
        self.0.lock().write(cpu, offset & !3, value, now);
    }

    /// The comparators whose time has come.
    pub(crate) fn tick(&self, now: Nanos) {
        let mut inner = self.0.lock();
        for cpu in 0..inner.state.locals.len() {
            if inner.state.locals[cpu].at <= now {
                inner.state.locals[cpu].pend |= COMPARE;
                inner.arm(cpu, now);
                inner.drive(cpu);
            }
        }
    }

    /// The next comparator's time.
    pub(crate) fn deadline(&self) -> Option<Nanos> {
        self.0.lock().state.locals.iter().map(|local| local.at).min()
    }

    pub(crate) fn reset(&self) {
        let mut inner = self.0.lock();
        inner.state = State::new(inner.pins.len());
        (0..inner.pins.len()).for_each(|cpu| inner.drive(cpu));
    }

    pub(crate) fn save(&self) -> State {
        self.0.lock().state.clone()
    }

    pub(crate) fn restore(&self, state: State) {
        let mut inner = self.0.lock();
        inner.state = state;
        (0..inner.pins.len()).for_each(|cpu| inner.drive(cpu));
    }
}

/// A routing register takes pins that exist, and nothing else.
fn routing(old: u32, value: u32) -> u32 {
    if value & TO_PIN != 0 && value & PIN < PINS as u32 { value & (TO_PIN | PIN) } else { old }
}

/// The bit of the pin that a map register names; none has a number above 31.
fn pin(map: u32) -> u32 {
    1_u32.checked_shl(map & PIN).unwrap_or(0)
}

impl Inner {
    fn counter(&self, now: Nanos) -> u32 {
        self.state.offset.wrapping_add((now / TICK) as u32)
    }

    /// Works out when a comparator fires; if it is equal now, one round later.
    fn arm(&mut self, cpu: usize, now: Nanos) {
        let left = self.state.locals[cpu].compare.wrapping_sub(self.counter(now)).wrapping_sub(1);
        self.state.locals[cpu].at = (now / TICK + u64::from(left) + 1).saturating_mul(TICK);
    }

    fn set_input(&mut self, n: usize, level: bool) {
        let Some(input) = self.state.inputs.get_mut(n) else { return };
        input.pending = level;
        if let (true, Some(cpu)) = (input.enabled, input.to) {
            self.drive(cpu as usize);
        }
    }

    /// Drives the pins of a processor from what is routed to them.
    fn drive(&mut self, cpu: usize) {
        let (Some(pins), Some(local)) = (self.pins.get(cpu), self.state.locals.get(cpu)) else { return };
        let mut levels = 0u32;
        for input in self.state.inputs.iter().filter(|i| i.pending && i.enabled && i.to == Some(cpu as u32)) {
            levels |= pin(input.pin);
        }
        if local.pend & local.mask & COMPARE != 0 {
            levels |= pin(local.compare_map);
        }
        for (n, line) in pins.iter().enumerate() {
            line.set(levels >> n & 1 != 0);
        }
    }

    fn drive_all(&mut self) {
        (0..self.pins.len()).for_each(|cpu| self.drive(cpu));
    }

    /// A bit for each of 32 inputs from that of `offset` on.
    fn collect(&self, offset: u64, f: impl Fn(&Input) -> bool) -> u32 {
        let inputs = self.state.inputs.iter().skip(offset as usize * 8).take(32);
        inputs.enumerate().fold(0, |word, (n, input)| word | u32::from(f(input)) << n)
    }

    /// Which processor's local registers an offset means, and where in them.
    fn local(&self, cpu: usize, offset: u64) -> (usize, u64) {
        match offset {
            reg::OTHER.. => (self.state.locals.get(cpu).map_or(0, |local| local.other as usize), offset - reg::OTHER),
            _ => (cpu, offset - reg::LOCAL),
        }
    }

    fn read(&self, cpu: usize, offset: u64, now: Nanos) -> u32 {
        match offset {
            // NUMINTERRUPTS in groups of eight, less one; PVPS.
            reg::CONFIG => (INPUTS as u32 / 8 - 1) << 16 | self.pins.len() as u32,
            reg::COUNTER | reg::USER => self.counter(now),
            reg::MASK..reg::PEND => self.collect(offset - reg::MASK, |input| input.enabled),
            reg::PEND..reg::MAP_PIN => self.collect(offset - reg::PEND, |input| input.pending),
            reg::MAP_PIN..reg::MAP_VP => {
                self.state.inputs.get((offset - reg::MAP_PIN) as usize / 4).map_or(0, |input| input.pin)
            }
            reg::MAP_VP..reg::LOCAL => {
                let at = offset - reg::MAP_VP;
                let to = self.state.inputs.get((at / 0x20) as usize).and_then(|input| input.to);
                to.filter(|_| at.is_multiple_of(0x20)).map_or(0, |cpu| 1u32.checked_shl(cpu).unwrap_or(0))
            }
            reg::LOCAL..reg::USER => self.read_local(cpu, offset),
            _ => 0,
        }
    }

    fn read_local(&self, cpu: usize, offset: u64) -> u32 {
        let (cpu, at) = self.local(cpu, offset);
        let Some(local) = self.state.locals.get(cpu) else { return 0 };
        match at {
            reg::VL_PEND => local.pend,
            reg::VL_MASK => local.mask,
            reg::VL_COMPARE_MAP => local.compare_map,
            reg::VL_OTHER => local.other,
            reg::VL_IDENT => cpu as u32,
            reg::VL_COMPARE => local.compare,
            _ => 0,
        }
    }

    fn write(&mut self, cpu: usize, offset: u64, value: u32, now: Nanos) {
        match offset {
            reg::COUNTER => {
                self.state.offset = value.wrapping_sub((now / TICK) as u32);
                (0..self.pins.len()).for_each(|cpu| self.arm(cpu, now));
            }
            reg::WEDGE => self.set_input((value & !WEDGE_SET) as usize, value & WEDGE_SET != 0),
            reg::RMASK..reg::SMASK => self.enable(offset - reg::RMASK, value, false),
            reg::SMASK..reg::MASK => self.enable(offset - reg::SMASK, value, true),
            reg::MAP_PIN..reg::MAP_VP => {
                if let Some(input) = self.state.inputs.get_mut((offset - reg::MAP_PIN) as usize / 4) {
                    input.pin = routing(input.pin, value);
                    self.drive_all();
                }
            }
            reg::MAP_VP..reg::LOCAL => {
                let at = offset - reg::MAP_VP;
                let cpus = self.pins.len() as u32;
                let to = Some(value.trailing_zeros()).filter(|to| *to < cpus);
                if let Some(input) = self.state.inputs.get_mut((at / 0x20) as usize).filter(|_| at.is_multiple_of(0x20))
                {
                    input.to = to;
                    self.drive_all();
                }
            }
            reg::LOCAL..reg::USER => self.write_local(cpu, offset, value, now),
            _ => {}
        }
    }

    fn enable(&mut self, at: u64, value: u32, on: bool) {
        let inputs = self.state.inputs.iter_mut().skip(at as usize * 8).take(32);
        inputs.enumerate().filter(|(n, _)| value >> n & 1 != 0).for_each(|(_, input)| input.enabled = on);
        self.drive_all();
    }

    fn write_local(&mut self, cpu: usize, offset: u64, value: u32, now: Nanos) {
        let (cpu, at) = self.local(cpu, offset);
        let cpus = self.pins.len() as u32;
        let Some(local) = self.state.locals.get_mut(cpu) else { return };
        match at {
            reg::VL_RMASK => local.mask &= !(value & LOCAL_MASK),
            reg::VL_SMASK => local.mask |= value & LOCAL_MASK,
            reg::VL_COMPARE_MAP => local.compare_map = routing(local.compare_map, value),
            reg::VL_OTHER if value < cpus => local.other = value,
            reg::VL_COMPARE => {
                local.compare = value;
                local.pend &= !COMPARE;
                self.arm(cpu, now);
            }
            _ => {}
        }
        self.drive(cpu);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::testing::Probe;

    fn bench() -> (MipsGic, Vec<Vec<Probe>>) {
        let row = || (0..PINS).map(|_| Probe::default()).collect();
        let probes: Vec<Vec<Probe>> = (0..2).map(|_| row()).collect();
        let pins = probes.iter().map(|row| std::array::from_fn(|n| row[n].line())).collect();
        (MipsGic::new(pins), probes)
    }

    #[test]
    fn an_input_reaches_the_pin_it_is_routed_to() {
        let (gic, probes) = bench();
        gic.write(0, reg::MAP_PIN + 4 * 40, TO_PIN | 3, 0);
        gic.write(0, reg::MAP_VP + 0x20 * 40, 2, 0);
        gic.line(40).raise();
        assert!(!probes[1][3].high(), "not enabled");
        gic.write(0, reg::SMASK + 4, 1 << 8, 0);
        assert!(probes[1][3].high() && !probes[0][3].high());
        assert_eq!((gic.read(0, reg::PEND + 4, 0), gic.read(1, reg::MASK + 4, 0)), (1 << 8, 1 << 8));
        gic.write(1, reg::WEDGE, 40, 0);
        assert!(!probes[1][3].high());
        gic.line(4000).raise();
        gic.write(1, reg::WEDGE, u32::MAX, 0);
    }

    #[test]
    fn the_comparator_fires_and_is_acknowledged() {
        let (gic, probes) = bench();
        gic.write(1, reg::LOCAL + reg::VL_COMPARE_MAP, TO_PIN | 2, 0);
        gic.write(0, reg::LOCAL + reg::VL_OTHER, 1, 0);
        gic.write(0, reg::OTHER + reg::VL_COMPARE, 100, 0);
        assert_eq!(gic.deadline(), Some(1000));
        gic.tick(999);
        assert!(!probes[1][2].high());
        gic.tick(1000);
        assert!(probes[1][2].high() && gic.read(0, reg::OTHER + reg::VL_PEND, 1000) == COMPARE);
        gic.write(1, reg::LOCAL + reg::VL_COMPARE, 50, 1000);
        assert!(!probes[1][2].high());
        assert_eq!(gic.deadline(), Some(u64::from(u32::MAX) * TICK));
    }
}
