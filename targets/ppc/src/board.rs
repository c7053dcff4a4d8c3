//! What the CPUs of a board share: where each begins, the clock, device control registers, invalidations that go to all.

use std::sync::{Arc, Mutex, PoisonError};

use cpu::{Ctx, Lines};

use crate::mas;
use crate::softtlb;
use crate::state;
use crate::target::Ppc;
use crate::trap::{ILLEGAL, Trap, classic_vectors, irq, set_msr};

/// Memory that is mapped before a program begins, by one entry of the TLB: supervisor and user may do everything.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Map {
    /// The entry's number: of TLB1, where there are two.
    pub number: usize,
    /// Effective address.
    pub effective: u64,
    /// Real address.
    pub real: u64,
    /// Size in bytes, a power of two.
    pub size: u64,
    /// Only the supervisor may use it.
    pub supervisor: bool,
}

/// Where and how a CPU begins.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Entry {
    /// First instruction.
    pub pc: u64,
    /// General registers that are not 0.
    pub registers: Vec<(u32, u64)>,
    /// What its TLB holds; nothing where CPUs have no such TLB.
    pub maps: Vec<Map>,
    /// Bits of MSR that are set.
    pub msr: u64,
}

/// What a board that takes its CPUs straight to a program does on embedded ones, whose translation is always on: all of them begin with these
/// entries, and with interrupts where classic CPUs have them.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Prepared {
    /// What the TLB holds, beside the page of the reset vector in entry 0.
    pub maps: Vec<Map>,
}

/// Puts it into a CPU that has been reset.
pub(crate) fn prepare<T: Ppc>(ctx: &mut Ctx<T>) {
    let Some(maps) = ctx.shared::<Prepared>().map(|prepared| prepared.maps.clone()) else { return };
    softtlb::map(ctx, &maps);
    for (number, offset) in classic_vectors() {
        ctx.state.set_spr(number, offset);
    }
}

/// Device control registers: a bus of the 4xx beside memory (`mfdcr`, `mtdcr`).
pub trait Dcrs: Send + Sync {
    /// Reads register `number`; `None` where there is none.
    fn read(&self, number: u32) -> Option<u32>;

    /// Writes register `number`; whether there is one.
    fn write(&self, number: u32, value: u32) -> bool;
}

/// An invalidation for the TLBs of other CPUs: the operand of `tlbivax`.
type Invalidation = u64;

struct Slot {
    lines: Arc<Lines>,
    /// Where it begins after a reset; a CPU without waits for [`Board::release`].
    start: Option<Entry>,
    /// Where it has been let go.
    released: Mutex<Option<Entry>>,
    invalidations: Mutex<Vec<Invalidation>>,
}

/// A board, as its CPUs see it.
pub struct Board {
    cpus: Vec<Slot>,
    timebase_hz: u32,
    dcrs: Option<Box<dyn Dcrs>>,
    reset: Option<Box<dyn Fn() + Send + Sync>>,
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Board {
    /// A board whose time base ticks `timebase_hz` times a second. For each CPU: its lines, and where it begins.
    pub fn new(timebase_hz: u32, cpus: Vec<(Arc<Lines>, Option<Entry>)>) -> Board {
        let slot = |(lines, start)| Slot { lines, start, released: Mutex::default(), invalidations: Mutex::default() };
        Board { cpus: cpus.into_iter().map(slot).collect(), timebase_hz: timebase_hz.max(1), dcrs: None, reset: None }
    }

    /// With device control registers.
    #[must_use]
    pub fn with_dcrs(mut self, dcrs: impl Dcrs + 'static) -> Board {
        self.dcrs = Some(Box::new(dcrs));
        self
    }

    /// With a way for CPUs (their watchdog, DBCR0) to reset the machine.
    #[must_use]
    pub fn with_reset(mut self, reset: impl Fn() + Send + Sync + 'static) -> Board {
        self.reset = Some(Box::new(reset));
        self
    }

    /// Lets the waiting CPU `number` go.
    pub fn release(&self, number: usize, entry: Entry) {
        if let Some(slot) = self.cpus.get(number) {
            *lock(&slot.released) = Some(entry);
            slot.lines.set(irq::RUN, true);
        }
    }

    /// Rings a doorbell: that of one CPU, or of all.
    pub(crate) fn ring(&self, cpu: Option<usize>, line: u32) {
        let meant = self.cpus.iter().enumerate().filter(|(n, _)| cpu.is_none_or(|cpu| cpu == *n));
        meant.for_each(|(_, slot)| slot.lines.set(line, true));
    }

    /// A CPU's doorbell is silent again.
    pub(crate) fn silence(&self, cpu: u32, line: u32) {
        if let Some(slot) = self.cpus.get(cpu as usize) {
            slot.lines.set(line, false);
        }
    }

    /// Ticks of the time base in a second.
    pub(crate) fn timebase_hz(&self) -> u32 {
        self.timebase_hz
    }

    pub(crate) fn dcrs(&self) -> Option<&dyn Dcrs> {
        self.dcrs.as_deref()
    }

    pub(crate) fn reset(&self) {
        if let Some(reset) = &self.reset {
            reset();
        }
    }

    /// Where CPU `number` begins after a reset: `Some(None)` if it waits.
    pub(crate) fn start(&self, number: u32) -> Option<Option<Entry>> {
        let slot = self.cpus.get(number as usize)?;
        *lock(&slot.released) = None;
        slot.lines.set(irq::RUN, false);
        lock(&slot.invalidations).clear();
        [irq::DOORBELL, irq::CRITICAL_DOORBELL].iter().for_each(|line| slot.lines.set(*line, false));
        slot.lines.set(irq::INVALIDATE, false);
        Some(slot.start.clone())
    }

    /// Where the waiting CPU `number` has been let go.
    pub(crate) fn take_release(&self, number: u32) -> Option<Entry> {
        let slot = self.cpus.get(number as usize)?;
        slot.lines.set(irq::RUN, false);
        lock(&slot.released).take()
    }

    /// Tells all CPUs but `from` to invalidate.
    pub(crate) fn invalidate_others(&self, from: u32, what: Invalidation) {
        for (_, slot) in self.cpus.iter().enumerate().filter(|(n, _)| *n != from as usize) {
            lock(&slot.invalidations).push(what);
            slot.lines.set(irq::INVALIDATE, true);
        }
    }

    /// What others have told CPU `number` to invalidate.
    pub(crate) fn take_invalidations(&self, number: u32) -> Vec<Invalidation> {
        let Some(slot) = self.cpus.get(number as usize) else { return Vec::new() };
        slot.lines.set(irq::INVALIDATE, false);
        std::mem::take(&mut lock(&slot.invalidations))
    }
}

/// Helper: `mfdcr`: number. Where no board has one, or not that one, the instruction is illegal.
pub(crate) fn read_dcr<T: Ppc>(ctx: &mut Ctx<T>, [number, ..]: [u64; 4]) -> Result<u64, Trap> {
    let dcrs = ctx.shared::<Board>().and_then(Board::dcrs);
    let value = dcrs.and_then(|dcrs| dcrs.read(number as u32));
    value.map(u64::from).ok_or(Trap::program(ILLEGAL))
}

/// Helper: `mtdcr`: number, value.
pub(crate) fn write_dcr<T: Ppc>(ctx: &mut Ctx<T>, [number, value, ..]: [u64; 4]) -> Result<u64, Trap> {
    let dcrs = ctx.shared::<Board>().and_then(Board::dcrs);
    if dcrs.is_some_and(|dcrs| dcrs.write(number as u32, value as u32)) { Ok(0) } else { Err(Trap::program(ILLEGAL)) }
}

/// Whatever of other CPUs or of the board must be done before the next instruction.
pub(crate) fn serve<T: Ppc>(ctx: &mut Ctx<T>) {
    let lines = ctx.lines();
    if lines & 1 << irq::INVALIDATE != 0 {
        mas::serve_others(ctx);
    }
    if ctx.state.parked && lines & 1 << irq::RUN != 0 {
        let entry = ctx.shared::<Board>().and_then(|board| board.take_release(ctx.index()));
        if let Some(entry) = entry {
            ctx.state.parked = false;
            ctx.set_halted(false);
            begin(ctx, &entry);
        }
    }
}

/// Begins where the board says.
pub(crate) fn begin<T: Ppc>(ctx: &mut Ctx<T>, entry: &Entry) {
    (0..32).for_each(|n| ctx.set_reg(state::g(n), 0));
    entry.registers.iter().for_each(|&(n, value)| ctx.set_reg(state::g(n & 31), value));
    softtlb::map(ctx, &entry.maps);
    let msr = ctx.state.msr | entry.msr;
    set_msr(ctx, msr);
    ctx.set_pc(entry.pc);
}
