//! What the CPUs of one board share: who is allowed to run, where accesses of each lead, and the thread contexts of the MT ASE that
//! others may read and write while their CPU stands still.
//!
//! *MIPS MT ASE* (MD00378), "The MIPS MT Privileged Resource Architecture"; *MIPS32 I6400 Multiprocessing System Software User's
//! Manual*, "Coherence Manager". A board with several CPUs that know of each other makes a [`Shared`]; where there is none, a CPU is alone.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::cp0::Cp0;
use crate::hart::Hart;
use crate::state;
use crate::threads;
use crate::trap::irq;

/// What a board does for its CPUs.
pub trait Interconnect: Send + Sync {
    /// Drives line `line` of CPU `cpu`.
    fn wire(&self, cpu: u32, line: u32, level: bool);

    /// Where on the bus an access of CPU `cpu` to a physical address goes: registers that each CPU has at the same address are apart there.
    fn route(&self, cpu: u32, phys: u64) -> u64 {
        let _ = cpu;
        phys
    }

    /// Physical address of the coherence manager's global control block, if there is one.
    fn gcr_base(&self) -> Option<u64> {
        None
    }

    /// Where CPU `cpu` begins after reset; its bootstrap vectors follow.
    fn reset_base(&self, cpu: u32) -> Option<u64> {
        let _ = cpu;
        None
    }

    /// Whether CPUs begin at the normal level instead of the error level, as after a boot monitor.
    fn has_monitor(&self) -> bool {
        false
    }
}

/// A CPU that stands still: what others may read and write of it.
#[derive(Clone)]
pub(crate) struct Context {
    pub(crate) file: Vec<u64>,
    pub(crate) cp0: Cp0,
    pub(crate) pc: u64,
}

impl Context {
    /// What `hart` is now.
    pub(crate) fn of<H: Hart>(hart: &H) -> Context {
        let file = (0..state::N_REGS).map(|n| hart.file(uop::Reg(n))).collect();
        Context { file, cp0: hart.cp0().clone(), pc: hart.pc() }
    }

    /// Makes `hart` what this is.
    pub(crate) fn restore<H: Hart>(self, hart: &mut H) {
        for (n, value) in (0..).zip(self.file) {
            hart.set_file(uop::Reg(n), value);
        }
        *hart.cp0_mut() = self.cp0;
        hart.set_pc(self.pc);
        hart.flush_tlb();
    }
}

/// A virtual processing element as the others see it.
#[derive(Default)]
struct Seat {
    /// While it stands still this is its state, and that of the CPU is stale.
    parked: Option<Box<Context>>,
    /// Writes of others that wait for it to look.
    writes: Vec<(threads::Place, u64)>,
    /// Somebody wants to know its state.
    wanted: bool,
    /// That state, as it was when it was asked for.
    copy: Option<Box<Context>>,
}

/// Nobody runs alone.
const ALL: u32 = u32::MAX;

/// What CPUs share.
pub struct Shared {
    interconnect: Box<dyn Interconnect>,
    seats: Vec<Mutex<Seat>>,
    /// The only CPU that may run (DVPE, DVP), or [`ALL`].
    sole: AtomicU32,
}

impl Shared {
    /// For `cpus` CPUs.
    pub fn new(cpus: u32, interconnect: Box<dyn Interconnect>) -> Shared {
        let seats = (0..cpus).map(|_| Mutex::default()).collect();
        Shared { interconnect, seats, sole: AtomicU32::new(ALL) }
    }

    /// How many CPUs there are.
    pub(crate) fn cpus(&self) -> u32 {
        self.seats.len() as u32
    }

    /// The board.
    pub(crate) fn interconnect(&self) -> &dyn Interconnect {
        &*self.interconnect
    }

    fn seat(&self, cpu: u32) -> Option<MutexGuard<'_, Seat>> {
        Some(self.seats.get(cpu as usize)?.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Whether no CPU has made the others stop.
    pub(crate) fn all_run(&self) -> bool {
        self.sole.load(Ordering::Acquire) == ALL
    }

    /// Whether CPU `cpu` has not been made to stop.
    pub(crate) fn may_run(&self, cpu: u32) -> bool {
        [ALL, cpu].contains(&self.sole.load(Ordering::Acquire))
    }

    /// Stops all CPUs but `cpu`, or lets them go. Whether all ran before.
    pub(crate) fn set_all_run(&self, cpu: u32, all: bool) -> bool {
        let before = self.sole.swap(if all { ALL } else { cpu }, Ordering::AcqRel);
        (0..self.cpus()).filter(|n| *n != cpu).for_each(|n| self.call(n));
        before == ALL
    }

    /// Has CPU `cpu` look at its seat.
    fn call(&self, cpu: u32) {
        self.interconnect.wire(cpu, irq::CALL, true);
    }

    /// Reads of the CPU `cpu`; `None` if it runs and has to be asked first: the question has been put then.
    pub(crate) fn read(&self, cpu: u32, f: impl FnOnce(&Context) -> u64) -> Option<u64> {
        let mut seat = self.seat(cpu)?;
        let copy = seat.copy.take();
        if let Some(context) = seat.parked.as_ref().or(copy.as_ref()) {
            return Some(f(context));
        }
        seat.wanted = true;
        drop(seat);
        self.call(cpu);
        None
    }

    /// Writes a register of CPU `cpu`: at once if it stands still, else as soon as it looks.
    pub(crate) fn write(&self, cpu: u32, place: threads::Place, value: u64) {
        let Some(mut seat) = self.seat(cpu) else { return };
        match seat.parked.as_mut() {
            Some(context) => place.write(context, value),
            None => seat.writes.push((place, value)),
        }
        drop(seat);
        self.call(cpu);
    }

    /// After reset nothing is left of a CPU's earlier life.
    pub(crate) fn reset(&self, cpu: u32) {
        if let Some(mut seat) = self.seat(cpu) {
            *seat = Seat::default();
        }
        if cpu == 0 {
            self.sole.store(ALL, Ordering::Release);
        }
    }

    /// Whether CPU `cpu` stands still, and if so whether it may go on.
    pub(crate) fn parked(&self, cpu: u32) -> Option<bool> {
        let seat = self.seat(cpu)?;
        if seat.parked.is_some() {
            // It has looked: only a new call is news.
            self.interconnect.wire(cpu, irq::CALL, false);
        }
        seat.parked.as_ref().map(|context| threads::is_active(&context.cp0) && self.may_run(cpu))
    }

    /// Takes over what others have left for `hart`, and puts it aside or has it go on. Whether it runs.
    pub(crate) fn attend<H: Hart>(&self, hart: &mut H) -> bool {
        let cpu = hart.index();
        if hart.lines() >> irq::CALL & 1 != 0 {
            self.interconnect.wire(cpu, irq::CALL, false);
        }
        let Some(mut seat) = self.seat(cpu) else { return true };
        if let Some(context) = seat.parked.take() {
            if !(threads::is_active(&context.cp0) && self.may_run(cpu)) {
                seat.parked = Some(context);
                return false;
            }
            context.restore(hart);
            hart.set_halted(false);
        }
        if !seat.writes.is_empty() {
            let mut context = Context::of(hart);
            seat.writes.drain(..).for_each(|(place, value)| place.write(&mut context, value));
            context.restore(hart);
        }
        if !threads::is_active(hart.cp0()) || !self.may_run(cpu) {
            seat.parked = Some(Box::new(Context::of(hart)));
            return false;
        }
        if std::mem::take(&mut seat.wanted) {
            seat.copy = Some(Box::new(Context::of(hart)));
        }
        true
    }
}
