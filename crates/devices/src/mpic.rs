//! MPIC: the interrupt controller of Freescale's chips, an OpenPIC.
//!
//! MPC8544E PowerQUICC III Integrated Host Processor Family Reference Manual, chapter 10, "Programmable Interrupt Controller (PIC)". Registers are 32 bits wide and
//! big-endian. Sources are numbered as vectors' registers are: 0 to 255 external, internal, and shared by messages; then interprocessor interrupts and timers, which
//! have registers elsewhere. Timers count bus clocks divided by 8; what they count is given in nanoseconds.
//!
//! | offset  | what |
//! |---------|------|
//! | 0x00040 | dispatch of interprocessor interrupts, for the CPU that writes: first those of CPU 0 |
//! | 0x01000 | feature reporting, global configuration, vendor, processor initialisation, IPI vectors, spurious vector |
//! | 0x010f0 | timers: frequency, then counts, bases, vectors and destinations |
//! | 0x01600 | shared message signalled interrupts |
//! | 0x10000 | sources: vector and priority, destination, 32 bytes each |
//! | 0x20000 | each CPU: dispatch, task priority, who am I, acknowledge, end of interrupt |

use std::sync::Arc;

use memory::{Device, Line, Nanos, Size};
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};

use crate::state;

const PART: &str = "mpic";
/// Bytes of the registers.
pub const MPIC_SIZE: u64 = 0x4_0000;
/// Sources that have registers at 0x10000, of which the last eight are shared messages.
const SOURCES: usize = 256;
const MSI_FIRST: usize = 0xe0;
const IPIS: usize = 4;
const TIMERS: usize = 8;
const IPI: usize = SOURCES;
const TIMER: usize = SOURCES + IPIS;
const ALL: usize = SOURCES + IPIS + TIMERS;

/// Bits of a vector and priority register.
mod vpr {
    pub(super) const MSK: u32 = 1 << 31;
    pub(super) const A: u32 = 1 << 30;
    /// Active high or rising.
    pub(super) const P: u32 = 1 << 23;
    /// Level-sensitive.
    pub(super) const S: u32 = 1 << 22;
    pub(super) const PRIORITY: u32 = 0xf << 16;
    pub(super) const VECTOR: u32 = 0xffff;
}

/// Destination: external proxy, critical input, then a bit for each CPU.
mod idr {
    pub(super) const EP: u32 = 1 << 31;
    pub(super) const CI0: u32 = 1 << 30;
    pub(super) const CI1: u32 = 1 << 29;
}

/// Global configuration: reset, mixed mode (interrupts go through the controller).
const GCR_RESET: u32 = 1 << 31;
const GCR_MODE: u32 = 3 << 29;
/// Timer base count: counting is inhibited; current count: it has toggled.
const INHIBIT: u32 = 1 << 31;
const TOGGLE: u32 = 1 << 31;
/// Nobody.
const NONE: u32 = 0xffff;

#[derive(Clone, Copy, Debug, Serialize, Deserialize, PartialEq, Eq)]
struct Source {
    vpr: u32,
    destination: u32,
    level: bool,
    pending: bool,
}

impl Source {
    /// Internal sources are active high; those that have a destination go to CPU 0.
    fn after_reset(number: usize) -> Source {
        let vpr = SOURCE.vpr | if (16..MSI_FIRST).contains(&number) { vpr::P } else { 0 };
        let has_destination = !(SOURCES..TIMER).contains(&number);
        Source { vpr, destination: u32::from(has_destination), ..SOURCE }
    }

    /// External sources are levels if they are set so, internal ones and messages always, interprocessor interrupts and timers never.
    fn is_level(&self, number: usize) -> bool {
        (16..SOURCES).contains(&number) || self.vpr & vpr::S != 0
    }
}

const SOURCE: Source = Source { vpr: vpr::MSK, destination: 0, level: false, pending: false };

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Timer {
    base: u32,
    /// When it gets to 0 next.
    due: Option<Nanos>,
    toggled: bool,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Cpu {
    priority: u32,
    /// Which interprocessor interrupts have been sent to it and not been taken, and sources in service by rising priority.
    ipis: u32,
    servicing: Vec<u16>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct State {
    sources: Vec<Source>,
    timers: Vec<Timer>,
    cpus: Vec<Cpu>,
    gcr: u32,
    frequency: u32,
    spurious: u32,
    /// Messages that have been written and not been read.
    messages: Vec<u32>,
}

impl State {
    fn new(n_cpus: usize) -> State {
        State {
            sources: (0..ALL).map(Source::after_reset).collect(),
            timers: vec![Timer::default(); TIMERS],
            cpus: vec![Cpu { priority: 15, ipis: 0, servicing: Vec::new() }; n_cpus],
            gcr: 0,
            frequency: 0,
            spurious: NONE,
            messages: vec![0; 8],
        }
    }
}

/// The wires to a CPU.
#[derive(Clone)]
pub struct MpicCpu {
    /// External interrupt.
    pub external: Line,
    /// Critical interrupt.
    pub critical: Line,
}

struct Inner {
    cpus: Vec<MpicCpu>,
    /// Nanoseconds of a timer's tick.
    tick_ns: u64,
    version: MpicVersion,
    s: State,
}

/// What tells versions apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MpicVersion {
    /// Block revision register 1: the block's number and version.
    pub brr1: u32,
    /// The last source, as feature reporting says.
    pub last_source: u32,
}

impl Inner {
    /// Whether `source` is to be seen by `cpu`.
    fn asks(&self, source: usize, cpu: usize) -> bool {
        let s = &self.s.sources[source];
        let active = if (IPI..TIMER).contains(&source) {
            self.s.cpus[cpu].ipis >> (source - IPI) & 1 != 0
        } else {
            s.pending && s.destination >> cpu & 1 != 0
        };
        active && s.vpr & vpr::MSK == 0
    }

    fn priority(&self, source: usize) -> u32 {
        (self.s.sources[source].vpr & vpr::PRIORITY) >> 16
    }

    /// The source of the highest priority for a CPU; the lowest number among equals. Priority 0 never interrupts.
    fn best(&self, cpu: usize) -> Option<usize> {
        let mut best: Option<usize> = None;
        for source in 0..ALL {
            let higher = |n: usize| self.priority(source) > best.map_or(0, |_| self.priority(n));
            if self.asks(source, cpu) && !self.is_critical(source) && best.map_or(self.priority(source) > 0, higher) {
                best = Some(source);
            }
        }
        best
    }

    fn is_critical(&self, source: usize) -> bool {
        self.s.sources[source].destination & (idr::CI0 | idr::CI1) != 0
    }

    /// What `cpu` may be interrupted by now: above its task's priority and above what it serves.
    fn deliverable(&self, cpu: usize) -> Option<usize> {
        let c = &self.s.cpus[cpu];
        let serving = c.servicing.last().map_or(0, |&source| self.priority(source.into()));
        self.best(cpu).filter(|&source| self.priority(source) > c.priority.max(serving))
    }

    fn update(&self) {
        for (n, lines) in self.cpus.iter().enumerate() {
            lines.external.set(self.deliverable(n).is_some());
            let critical = (0..SOURCES).any(|source| {
                let s = &self.s.sources[source];
                let to = [idr::CI0, idr::CI1].get(n).is_some_and(|bit| s.destination & bit != 0);
                to && s.pending && s.vpr & vpr::MSK == 0
            });
            lines.critical.set(critical);
        }
    }

    /// A source's wire changes.
    fn set_level(&mut self, source: usize, level: bool) {
        let s = &mut self.s.sources[source];
        let rises = level && !s.level;
        s.level = level;
        if s.is_level(source) {
            s.pending = level;
        } else if rises {
            s.pending = true;
        }
        self.update();
    }

    /// "Interrupt Acknowledge": the vector of what is taken, or the spurious one.
    fn acknowledge(&mut self, cpu: usize) -> u32 {
        let Some(source) = self.deliverable(cpu) else { return self.s.spurious };
        self.s.cpus[cpu].servicing.push(source as u16);
        let s = &mut self.s.sources[source];
        if (IPI..TIMER).contains(&source) {
            self.s.cpus[cpu].ipis &= !(1 << (source - IPI));
        } else if !s.is_level(source) {
            s.pending = false;
        }
        self.update();
        self.s.sources[source].vpr & vpr::VECTOR
    }

    fn end(&mut self, cpu: usize) {
        self.s.cpus[cpu].servicing.pop();
        self.update();
    }

    fn dispatch(&mut self, ipi: usize, to: u32) {
        for (n, cpu) in self.s.cpus.iter_mut().enumerate() {
            if to >> n & 1 != 0 {
                cpu.ipis |= 1 << ipi;
            }
        }
        self.update();
    }

    /// A vector and priority register as it is read: with its activity.
    fn read_vpr(&self, source: usize) -> u32 {
        let s = &self.s.sources[source];
        let serving = self.s.cpus.iter().any(|cpu| cpu.servicing.contains(&(source as u16)));
        let sent = (IPI..TIMER).contains(&source) && self.s.cpus.iter().any(|c| c.ipis >> (source - IPI) & 1 != 0);
        s.vpr | if s.pending || serving || sent { vpr::A } else { 0 }
    }

    fn write_vpr(&mut self, source: usize, value: u32) {
        let sense = if source < 16 {
            vpr::P | vpr::S
        } else if source < MSI_FIRST {
            vpr::P
        } else {
            0
        };
        let mask = vpr::MSK | vpr::PRIORITY | vpr::VECTOR | sense;
        let s = &mut self.s.sources[source];
        s.vpr = value & mask;
        if s.is_level(source) {
            s.pending = s.level;
        }
        self.update();
    }

    fn write_destination(&mut self, source: usize, value: u32) {
        let cpus = (1u64 << self.cpus.len()) as u32;
        let mask = idr::EP | idr::CI0 | idr::CI1 | cpus.wrapping_sub(1);
        self.s.sources[source].destination = value & mask;
        self.update();
    }

    fn read_source(&self, offset: u64) -> u32 {
        let source = (offset >> 5) as usize;
        match offset & 0x1f {
            _ if source >= SOURCES => 0,
            0x00 => self.read_vpr(source),
            0x10 => self.s.sources[source].destination,
            _ => 0,
        }
    }

    fn write_source(&mut self, offset: u64, value: u32) {
        let source = (offset >> 5) as usize;
        match offset & 0x1f {
            _ if source >= SOURCES => {}
            0x00 => self.write_vpr(source, value),
            0x10 => self.write_destination(source, value),
            _ => {}
        }
    }

    fn read_global(&self, offset: u64) -> u32 {
        let n_cpus = self.cpus.len() as u32;
        match offset {
            // Feature reporting: last source, last CPU, version 1.2.
            0x1000 => self.version.last_source << 16 | (n_cpus - 1) << 8 | 2,
            0x1020 => self.s.gcr,
            0x10a0 | 0x10b0 | 0x10c0 | 0x10d0 => self.read_vpr(IPI + ((offset - 0x10a0) >> 4) as usize),
            0x10e0 => self.s.spurious,
            _ => 0,
        }
    }

    fn write_global(&mut self, offset: u64, value: u32) {
        match offset {
            0x1020 if value & GCR_RESET != 0 => self.reset(),
            0x1020 => self.s.gcr = value & GCR_MODE,
            0x10a0 | 0x10b0 | 0x10c0 | 0x10d0 => self.write_vpr(IPI + ((offset - 0x10a0) >> 4) as usize, value),
            0x10e0 => self.s.spurious = value & vpr::VECTOR,
            _ => {}
        }
    }

    fn reset(&mut self) {
        self.s = State::new(self.cpus.len());
        self.update();
    }

    fn read_cpu(&mut self, cpu: usize, offset: u64) -> u32 {
        match offset {
            0x80 => self.s.cpus[cpu].priority,
            0x90 => cpu as u32,
            0xa0 => self.acknowledge(cpu),
            _ => 0,
        }
    }

    fn write_cpu(&mut self, cpu: usize, offset: u64, value: u32) {
        match offset {
            0x40 | 0x50 | 0x60 | 0x70 => self.dispatch(((offset - 0x40) >> 4) as usize, value),
            0x80 => {
                self.s.cpus[cpu].priority = value & 15;
                self.update();
            }
            0xb0 => self.end(cpu),
            _ => {}
        }
    }

    /// Timer registers: the second group of four lies 0x1000 behind the first.
    fn read_timer(&self, n: usize, register: u64, now: Nanos) -> u32 {
        let timer = &self.s.timers[n];
        match register {
            0x00 => self.count(n, now) | if timer.toggled { TOGGLE } else { 0 },
            0x10 => timer.base,
            0x20 => self.read_vpr(TIMER + n),
            0x30 => self.s.sources[TIMER + n].destination,
            _ => 0,
        }
    }

    fn count(&self, n: usize, now: Nanos) -> u32 {
        let timer = &self.s.timers[n];
        let left = timer.due.map_or(0, |due| due.saturating_sub(now) / self.tick_ns);
        (left as u32) & !TOGGLE
    }

    fn write_timer(&mut self, n: usize, register: u64, value: u32, now: Nanos) {
        match register {
            0x10 => {
                let timer = &mut self.s.timers[n];
                // Counting begins when the inhibit bit goes away ("Global Timer Base Count Registers").
                if value & INHIBIT != 0 {
                    timer.due = None;
                } else if timer.base & INHIBIT != 0 || timer.due.is_none() {
                    timer.due = (value != 0).then(|| now + u64::from(value) * self.tick_ns);
                    timer.toggled = false;
                }
                timer.base = value;
            }
            0x20 => self.write_vpr(TIMER + n, value),
            0x30 => self.write_destination(TIMER + n, value),
            _ => {}
        }
    }

    fn tick(&mut self, now: Nanos) {
        for n in 0..TIMERS {
            let Some(due) = self.s.timers[n].due.filter(|&due| due <= now) else { continue };
            let timer = &mut self.s.timers[n];
            let period = u64::from(timer.base & !INHIBIT) * self.tick_ns;
            let missed = (now - due) / period.max(1);
            timer.due = (period > 0).then(|| due + (missed + 1) * period);
            timer.toggled = !timer.toggled;
            self.s.sources[TIMER + n].pending = true;
        }
        self.update();
    }
}

/// Which timer a register belongs to, and which of its registers it is.
fn timer_of(offset: u64) -> Option<(usize, u64)> {
    let (group, offset) = match offset {
        0x1100..=0x11ff => (0, offset - 0x1100),
        0x2100..=0x21ff => (4, offset - 0x2100),
        _ => return None,
    };
    Some((group + (offset >> 6) as usize, offset & 0x3f))
}

/// The controller. Clones are the same controller.
#[derive(Clone)]
pub struct Mpic(Arc<Mutex<Inner>>);

impl Mpic {
    /// A controller for these CPUs, whose timers tick every `tick_ns` nanoseconds.
    pub fn new(version: MpicVersion, cpus: Vec<MpicCpu>, tick_ns: u64) -> Mpic {
        let s = State::new(cpus.len());
        Mpic(Arc::new(Mutex::new(Inner { cpus, tick_ns: tick_ns.max(1), version, s })))
    }

    /// The wire into a source: 0 to 15 are external ones.
    pub fn line(&self, source: usize) -> Line {
        let inner = Arc::clone(&self.0);
        Line::new(move |level| {
            if source < MSI_FIRST {
                inner.lock().set_level(source, level);
            }
        })
    }
}

impl Inner {
    fn read(&mut self, offset: u64, now: Nanos) -> u32 {
        if let Some((n, register)) = timer_of(offset) {
            return self.read_timer(n, register, now);
        }
        match offset {
            0x0000 => self.version.brr1,
            // The CPU that reads is not known here: boards with several use the registers of each.
            0x0001..=0x00ff => self.read_cpu(0, offset),
            0x10f0 => self.s.frequency,
            0x1600..=0x167f => self.read_message(((offset - 0x1600) >> 4) as usize),
            0x1720 => (0..8).filter(|&n| self.s.messages[n as usize] != 0).fold(0, |all, n| all | 1 << n),
            0x1000..=0x10ef => self.read_global(offset),
            0x1_0000..=0x1_ffff => self.read_source(offset - 0x1_0000),
            0x2_0000..=0x3_ffff => {
                let cpu = ((offset - 0x2_0000) >> 12) as usize;
                if cpu < self.cpus.len() { self.read_cpu(cpu, offset & 0xfff) } else { 0 }
            }
            _ => 0,
        }
    }

    /// "Shared Message Signaled Interrupt Registers": reading clears.
    fn read_message(&mut self, n: usize) -> u32 {
        let value = std::mem::take(&mut self.s.messages[n]);
        self.set_level(MSI_FIRST + n, false);
        value
    }

    fn write(&mut self, offset: u64, value: u32, now: Nanos) {
        if let Some((n, register)) = timer_of(offset) {
            return self.write_timer(n, register, value, now);
        }
        match offset {
            0x0000..=0x00ff => self.write_cpu(0, offset, value),
            0x10f0 => self.s.frequency = value,
            // SRS chooses the register, IBS the bit.
            0x1740 => {
                let (register, bit) = ((value >> 29) as usize, value >> 24 & 31);
                self.s.messages[register] |= 1 << bit;
                self.set_level(MSI_FIRST + register, true);
            }
            0x1000..=0x10ef => self.write_global(offset, value),
            0x1_0000..=0x1_ffff => self.write_source(offset - 0x1_0000, value),
            0x2_0000..=0x3_ffff => {
                let cpu = ((offset - 0x2_0000) >> 12) as usize;
                if cpu < self.cpus.len() {
                    self.write_cpu(cpu, offset & 0xfff, value);
                }
            }
            _ => {}
        }
    }
}

impl Device for Mpic {
    fn read(&mut self, offset: u64, size: Size, now: Nanos) -> u64 {
        if size != 4 || offset & 15 != 0 { 0 } else { self.0.lock().read(offset, now).into() }
    }

    fn write(&mut self, offset: u64, size: Size, value: u64, now: Nanos) {
        if size == 4 && offset & 15 == 0 {
            self.0.lock().write(offset, value as u32, now);
        }
    }

    fn tick(&mut self, now: Nanos) {
        self.0.lock().tick(now);
    }

    fn deadline(&self) -> Option<Nanos> {
        self.0.lock().s.timers.iter().filter_map(|timer| timer.due).min()
    }

    fn reset(&mut self) {
        self.0.lock().reset();
    }

    fn save(&self) -> Vec<u8> {
        state::save(PART, &self.0.lock().s)
    }

    fn restore(&mut self, bytes: &[u8]) -> Result<(), String> {
        let s: State = state::restore(PART, bytes)?;
        let mut inner = self.0.lock();
        for (what, has, must) in [
            ("sources", s.sources.len(), ALL),
            ("timers", s.timers.len(), TIMERS),
            ("messages", s.messages.len(), 8),
            ("CPUs", s.cpus.len(), inner.cpus.len()),
        ] {
            state::same_len(PART, what, has, must)?;
        }
        if s.cpus.iter().flat_map(|cpu| &cpu.servicing).any(|&source| usize::from(source) >= ALL) {
            return Err(format!("{PART}: a source that there is not is in service"));
        }
        inner.s = s;
        inner.update();
        Ok(())
    }
}

#[cfg(test)]
#[path = "mpic_tests.rs"]
mod tests;
