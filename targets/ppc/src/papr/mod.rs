//! The partition that a guest sees: the calls of its hypervisor, as far as they are about CPUs and translation, and what CPUs share.
//!
//! *Linux on Power Architecture Platform Reference* (LoPAPR) 1.1, chapter 14, "Logical Partitioning Option". CPUs of a partition have no
//! hypervisor state: `sc 1` comes here. What concerns devices and firmware goes to [`Services`], which the board implements.

mod call;
mod hpt;
mod page;
mod vpa;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use cpu::Ctx;

pub(crate) use call::hypercall;
pub use hpt::Hpt;

use crate::spr::n;
use crate::state::g;
use crate::target::Ppc;
use crate::trap::irq;

/// Return codes ("Hypervisor Call Return Code Values").
pub mod rc {
    /// Done.
    pub const SUCCESS: i64 = 0;
    /// Busy, try again.
    pub const BUSY: i64 = 1;
    /// Resource closed.
    pub const CLOSED: i64 = 2;
    /// Hardware.
    pub const HARDWARE: i64 = -1;
    /// No such call.
    pub const FUNCTION: i64 = -2;
    /// Called from problem state.
    pub const PRIVILEGE: i64 = -3;
    /// A bad parameter.
    pub const PARAMETER: i64 = -4;
    /// The group of the page table is full.
    pub const PTEG_FULL: i64 = -6;
    /// There is no such entry.
    pub const NOT_FOUND: i64 = -7;
    /// An address that is reserved.
    pub const RESERVED_DABR: i64 = -8;
    /// The resource is in use.
    pub const RESOURCE: i64 = -16;
    /// The second parameter is bad.
    pub const P2: i64 = -55;
    /// The third.
    pub const P3: i64 = -56;
    /// The fourth.
    pub const P4: i64 = -57;
    /// Flags that can't be together.
    pub const UNSUPPORTED_FLAG: i64 = -256;
}

/// LPCR: host radix.
pub(crate) const LPCR_HR: u64 = 1 << 20;
/// LPCR: large decrementer.
pub(crate) const LPCR_LD: u64 = 1 << 17;
/// LPCR: process tables.
const LPCR_UPRT: u64 = 1 << 22;
/// LPCR: guests may invalidate translations.
const LPCR_GTSE: u64 = 1 << 10;
/// LPCR: alternate interrupt location.
const LPCR_AIL: u64 = 3 << 23;
/// LPCR: interrupts are taken in little-endian mode.
const LPCR_ILE: u64 = 1 << 25;

/// A CPU that calls, as the board sees it. Memory is guest real memory.
pub trait Caller {
    /// Its number.
    fn index(&self) -> u32;
    /// Guest time.
    fn now(&self) -> u64;
    /// General register `n`.
    fn reg(&self, n: u32) -> u64;
    /// Writes it.
    fn set_reg(&mut self, n: u32, value: u64);
    /// Reads memory; `false` where there is none.
    fn read(&mut self, address: u64, bytes: &mut [u8]) -> bool;
    /// Writes memory; `false` where there is none.
    fn write(&mut self, address: u64, bytes: &[u8]) -> bool;
    /// The CPU stops until it is started anew.
    fn stop(&mut self);
}

/// What a board does for its CPUs.
pub trait Services: Send + Sync {
    /// Drives line `line` of a CPU.
    fn wire(&self, cpu: u32, line: u32, level: bool);

    /// A call that is not about CPUs or translation; `None` if there is no such call.
    fn call(&self, partition: &Partition, caller: &mut dyn Caller, number: u64) -> Option<i64>;
}

/// What others have left for a CPU.
#[derive(Default, Debug)]
pub struct Mail {
    /// Translations are to be forgotten, and what of LPCR the partition has in common is to be taken over.
    pub refresh: bool,
    /// Where the CPU is to start, and its register 3.
    pub start: Option<(u64, u64)>,
    /// H_PROD: it is to go on.
    pub prod: bool,
    /// H_SIGNAL_SYS_RESET: it takes a system reset interrupt.
    pub reset: bool,
    /// `msgsndp`: it takes a directed privileged doorbell interrupt.
    pub doorbell: bool,
}

/// What a partition is made with.
#[derive(Clone, Copy, Debug)]
pub struct PartitionConfig {
    /// CPUs it can have.
    pub cpus: u32,
    /// Threads of a core.
    pub threads: u32,
    /// Bytes of RAM from real address 0 on.
    pub ram: u64,
    /// The page table has 2^`hpt_shift` bytes.
    pub hpt_shift: u32,
    /// Ticks of the time base in a second.
    pub timebase_hz: u32,
    /// Whether the decrementer has 56 bits.
    pub large_decrementer: bool,
}

/// What the CPUs of a partition share.
pub struct Partition {
    services: Box<dyn Services>,
    config: PartitionConfig,
    seats: Vec<Mutex<Mail>>,
    /// CPUs that are started, by bits: 64 a word.
    started: Vec<AtomicU64>,
    /// Those that have joined.
    joined: Mutex<Vec<u32>>,
    hpt: Hpt,
    lpcr: AtomicU64,
    process_table: AtomicU64,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Partition {
    /// A partition, its page table empty.
    pub fn new(services: Box<dyn Services>, config: PartitionConfig) -> Partition {
        let partition = Partition {
            services,
            config,
            seats: (0..config.cpus).map(|_| Mutex::default()).collect(),
            started: (0..config.cpus.div_ceil(64)).map(|_| AtomicU64::new(0)).collect(),
            joined: Mutex::default(),
            hpt: Hpt::new(config.hpt_shift),
            lpcr: AtomicU64::new(0),
            process_table: AtomicU64::new(0),
        };
        partition.reset();
        partition
    }

    /// Back to the state after power-on: CPU 0 alone is started.
    pub fn reset(&self) {
        self.hpt.clear();
        let large = if self.config.large_decrementer { LPCR_LD } else { 0 };
        self.lpcr.store(large, Ordering::Release);
        self.process_table.store(0, Ordering::Release);
        self.started.iter().for_each(|word| word.store(0, Ordering::Release));
        self.set_started(0, true);
        lock(&self.joined).clear();
        for (cpu, seat) in (0..).zip(&self.seats) {
            *lock(seat) = Mail::default();
            self.services.wire(cpu, irq::MAIL, false);
        }
    }

    /// What it was made with.
    pub fn config(&self) -> &PartitionConfig {
        &self.config
    }

    /// The hashed page table.
    pub fn hpt(&self) -> &Hpt {
        &self.hpt
    }

    /// The process table: base and size, as H_REGISTER_PROC_TBL has given them.
    pub(crate) fn process_table(&self) -> u64 {
        self.process_table.load(Ordering::Acquire)
    }

    /// The part of LPCR that all CPUs have in common.
    pub(crate) fn lpcr(&self) -> u64 {
        self.lpcr.load(Ordering::Acquire)
    }

    /// Whether there can be a CPU of that number.
    pub fn has(&self, cpu: u64) -> bool {
        cpu < u64::from(self.config.cpus)
    }

    /// Whether that CPU is started.
    pub fn is_started(&self, cpu: u32) -> bool {
        let word = self.started.get(cpu as usize / 64);
        word.is_some_and(|word| word.load(Ordering::Acquire) >> (cpu % 64) & 1 != 0)
    }

    fn set_started(&self, cpu: u32, on: bool) {
        let Some(word) = self.started.get(cpu as usize / 64) else { return };
        if on {
            word.fetch_or(1 << (cpu % 64), Ordering::AcqRel);
        } else {
            word.fetch_and(!(1 << (cpu % 64)), Ordering::AcqRel);
        }
    }

    /// Starts a stopped CPU at an address, with a value in its register 3; `false` if it is not stopped.
    pub fn start(&self, cpu: u32, pc: u64, r3: u64) -> bool {
        if self.is_started(cpu) || !self.has(cpu.into()) {
            return false;
        }
        self.set_started(cpu, true);
        self.post(cpu, |mail| mail.start = Some((pc, r3)));
        true
    }

    /// Leaves something in a CPU's mail.
    pub fn post(&self, cpu: u32, put: impl FnOnce(&mut Mail)) {
        let Some(seat) = self.seats.get(cpu as usize) else { return };
        let mut mail = lock(seat);
        put(&mut mail);
        self.services.wire(cpu, irq::MAIL, true);
    }

    fn take(&self, cpu: u32) -> Mail {
        let Some(seat) = self.seats.get(cpu as usize) else { return Mail::default() };
        let mut mail = lock(seat);
        self.services.wire(cpu, irq::MAIL, false);
        std::mem::take(&mut mail)
    }

    /// All other CPUs forget their translations before they execute another instruction. Whether there are any: then the caller has to
    /// give up its turn, so that nobody goes on with old ones.
    pub(crate) fn refresh_others(&self, own: u32) -> bool {
        let mut any = false;
        for cpu in (0..self.config.cpus).filter(|&cpu| cpu != own && self.is_started(cpu)) {
            self.post(cpu, |mail| mail.refresh = true);
            any = true;
        }
        any
    }

    /// A CPU joins the waiting ones, unless it is the last that runs.
    fn join(&self, cpu: u32) -> bool {
        let mut joined = lock(&self.joined);
        let running = (0..self.config.cpus).filter(|&n| self.is_started(n)).count();
        let may = joined.len() + 1 < running;
        if may {
            joined.push(cpu);
        }
        may
    }

    fn unjoin(&self, cpu: u32) {
        lock(&self.joined).retain(|&n| n != cpu);
    }

    /// Changes what all CPUs have in common of LPCR.
    fn change_lpcr(&self, mask: u64, value: u64) {
        // The closure never refuses.
        let _ = self.lpcr.fetch_update(Ordering::AcqRel, Ordering::Acquire, |old| Some(old & !mask | value & mask));
    }
}

/// The partition of a CPU, if it is in one.
pub(crate) fn of(board: &dyn cpu::Board) -> Option<&Partition> {
    board.shared()?.downcast_ref()
}

/// After reset: what CPU 0 is, and what others are.
pub(crate) fn reset<T: Ppc>(ctx: &mut Ctx<T>) {
    let board = ctx.board();
    let Some(partition) = of(&*board) else { return };
    ctx.state.in_partition = true;
    ctx.state.timebase_hz = partition.config.timebase_hz;
    ctx.state.msr &= !crate::state::msr::HV;
    ctx.state.set_spr(n::LPCR, partition.lpcr());
    if !partition.is_started(ctx.index()) {
        ctx.state.stopped = true;
        ctx.set_halted(true);
    }
}

/// Forgets all translations, here and on all other CPUs of the partition.
pub(crate) fn forget_all<T: Ppc>(ctx: &mut Ctx<T>) {
    ctx.flush_tlb();
    forget_others(ctx);
}

/// Forgets all translations on all other CPUs of the partition.
pub(crate) fn forget_others<T: Ppc>(ctx: &mut Ctx<T>) {
    let board = ctx.board();
    if of(&*board).is_some_and(|partition| partition.refresh_others(ctx.index())) {
        ctx.yield_turn();
    }
}

/// Takes out the CPU's mail.
pub(crate) fn open_mail<T: Ppc>(ctx: &mut Ctx<T>) {
    let board = ctx.board();
    let Some(partition) = of(&*board) else { return };
    let mail = partition.take(ctx.index());
    if mail.refresh || mail.start.is_some() {
        ctx.state.set_spr(n::LPCR, partition.lpcr());
        ctx.flush_tlb();
    }
    if let Some((pc, r3)) = mail.start {
        // "start-cpu": 64-bit mode, translation off, the byte order of the partition's interrupts is not asked.
        ctx.state.msr = crate::state::msr::SF;
        (ctx.state.stopped, ctx.state.ceded, ctx.state.joined) = (false, false, false);
        ctx.state.dec_armed = false;
        ctx.set_pc(pc);
        ctx.set_reg(g(3), r3);
        ctx.set_halted(false);
    }
    if mail.prod {
        ctx.state.prodded = true;
    }
    ctx.state.reset_pending |= mail.reset;
    ctx.state.doorbell |= mail.doorbell;
    settle(ctx);
}

/// Whether the CPU goes on: mail has woken it, whatever it was waiting for.
fn settle<T: Ppc>(ctx: &mut Ctx<T>) {
    let s = &mut ctx.state;
    if s.prodded && (s.ceded || s.joined) {
        (s.prodded, s.ceded, s.joined) = (false, false, false);
    }
    let waits = s.stopped || s.joined || s.ceded;
    ctx.set_halted(waits);
}

/// A CPU as the board sees it.
struct Calling<'a, T: Ppc> {
    ctx: &'a mut Ctx<T>,
    partition: &'a Partition,
}

impl<T: Ppc> Caller for Calling<'_, T> {
    fn index(&self) -> u32 {
        self.ctx.index()
    }

    fn now(&self) -> u64 {
        self.ctx.now()
    }

    fn reg(&self, n: u32) -> u64 {
        self.ctx.reg(g(n & 31))
    }

    fn set_reg(&mut self, n: u32, value: u64) {
        self.ctx.set_reg(g(n & 31), value);
    }

    fn read(&mut self, address: u64, bytes: &mut [u8]) -> bool {
        read(self.ctx, address, bytes)
    }

    fn write(&mut self, address: u64, bytes: &[u8]) -> bool {
        write(self.ctx, address, bytes)
    }

    fn stop(&mut self) {
        self.partition.set_started(self.ctx.index(), false);
        self.ctx.state.stopped = true;
        self.ctx.set_halted(true);
    }
}

/// Pieces of a range that each lie within a page.
fn pieces(address: u64, len: usize) -> impl Iterator<Item = (u64, std::ops::Range<usize>)> {
    let mut done = 0;
    std::iter::from_fn(move || {
        let at = address.wrapping_add(done as u64);
        let here = ((4096 - at % 4096) as usize).min(len - done);
        let range = done..done + here;
        done += here;
        (here > 0).then_some((at, range))
    })
}

/// Reads real memory; `false` where there is no RAM.
pub(crate) fn read<T: Ppc>(ctx: &Ctx<T>, address: u64, bytes: &mut [u8]) -> bool {
    pieces(address, bytes.len()).all(|(at, range)| {
        let page = ctx.bus().ram_page(at);
        page.map(|page| page.ram.read_bytes(page.offset + at % 4096, &mut bytes[range])).is_some()
    })
}

/// Writes real memory; `false` where there is no RAM.
pub(crate) fn write<T: Ppc>(ctx: &mut Ctx<T>, address: u64, bytes: &[u8]) -> bool {
    pieces(address, bytes.len()).all(|(at, range)| ctx.phys_write_bytes(at, &bytes[range]).is_ok())
}
