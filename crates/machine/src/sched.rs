//! The scheduler: who runs how long, and what guest time it is meanwhile.
//!
//! vCPUs run in rounds. With [`Threading::Single`] they take turns of a fixed quantum in order; the turn goes on from round to
//! round, so that with an instruction counting clock a run is the same each time, to the instruction. With
//! [`Threading::Multi`] all that can run share the host's threads for one quantum each. Devices act between turns (single) or
//! rounds (multi). A halted vCPU is looked at again only when one of its lines has changed; when nobody can run, the round
//! says when a device wants to act next, and the main loop sleeps till then. With an instruction counting clock time jumps
//! there instead.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use cpu::{Clock, Exit, Lines};
use memory::{Device, Line, Nanos, SharedDevice, Size};
use parking_lot::Mutex;

use crate::clock::GuestClock;
use crate::config::Threading;
use crate::error::Error;
use crate::machine::Vcpu;
use crate::thread;

/// Instructions of a turn in order.
const QUANTUM_SINGLE: u64 = 50_000;
/// Turns in order end a round after so many instructions.
const ROUND_SINGLE: u64 = 500_000;
/// Instructions of a parallel round, for each vCPU at most and at least, and for all together.
const QUANTUM_MULTI: u64 = 2_000_000;
const QUANTUM_MULTI_MIN: u64 = 10_000;
const ROUND_MULTI: u64 = 4_000_000;
/// A parallel round ends after so long, looked at each so many instructions.
const ROUND_TIME: Duration = Duration::from_millis(2);
const CHUNK: u64 = 20_000;

/// How a round went.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RoundOutcome {
    /// Guests ran, or devices acted.
    Ran,
    /// Nobody can run; a device has something to do at that time, if any.
    Idle(Option<Nanos>),
    /// A vCPU came back for a reason that concerns a debugger or the user.
    Stopped {
        /// Index of the vCPU.
        cpu: i64,
        /// Why.
        exit: Exit,
    },
}

/// The devices whose clocks the scheduler drives.
pub trait Timers {
    /// When the next of them has something to do.
    fn deadline(&self) -> Option<Nanos>;
    /// Lets those act whose time has come.
    fn tick(&mut self, now: Nanos);
}

impl Timers for Vec<SharedDevice> {
    fn deadline(&self) -> Option<Nanos> {
        self.iter().filter_map(|device| device.lock().deadline()).min()
    }

    fn tick(&mut self, now: Nanos) {
        for device in self.iter() {
            let mut device = device.lock();
            if device.deadline().is_some_and(|at| at <= now) {
                device.tick(now);
            }
        }
    }
}

/// A device that ends the running round when its guest asks it to act sooner than it would have: the scheduler has planned
/// the round with the old deadline.
pub struct Prompt<D> {
    device: D,
    attention: Attention,
}

impl<D: Device> Prompt<D> {
    /// Wraps `device`.
    pub fn new(device: D, attention: Attention) -> Prompt<D> {
        Prompt { device, attention }
    }
}

impl<D: Device> Device for Prompt<D> {
    fn read(&mut self, offset: u64, size: Size, now: Nanos) -> u64 {
        self.device.read(offset, size, now)
    }

    fn write(&mut self, offset: u64, size: Size, value: u64, now: Nanos) {
        let before = self.device.deadline().unwrap_or(Nanos::MAX);
        self.device.write(offset, size, value, now);
        if self.device.deadline().is_some_and(|at| at < before) {
            self.attention.kick();
        }
    }

    fn tick(&mut self, now: Nanos) {
        self.device.tick(now);
    }

    fn deadline(&self) -> Option<Nanos> {
        self.device.deadline()
    }

    fn reset(&mut self) {
        self.device.reset();
    }

    fn receive(&mut self, bytes: &[u8], now: Nanos) -> usize {
        self.device.receive(bytes, now)
    }

    fn save(&self) -> Vec<u8> {
        self.device.save()
    }

    fn restore(&mut self, state: &[u8]) -> Result<(), String> {
        self.device.restore(state)
    }
}

/// What the scheduler shares about one vCPU with the wires into it.
struct Seat {
    lines: Arc<Lines>,
    asleep: AtomicBool,
}

/// A handle that ends the running round early: from a wire that wakes a sleeper, or from another host thread.
#[derive(Clone, Default)]
pub struct Attention(Arc<Mutex<Vec<Arc<Lines>>>>);

impl Attention {
    /// Asks all vCPUs that run now to come back.
    pub fn kick(&self) {
        self.0.lock().iter().for_each(|lines| lines.kick());
    }

    fn enter(&self, lines: &Arc<Lines>) {
        self.0.lock().push(Arc::clone(lines));
    }

    fn leave(&self, lines: &Arc<Lines>) {
        self.0.lock().retain(|have| !Arc::ptr_eq(have, lines));
    }
}

/// What the scheduler keeps of one vCPU.
struct Entry {
    index: i64,
    seat: Arc<Seat>,
    /// The levels of its lines when it was last found to have nothing to do.
    slept_with: Option<u64>,
    /// When it will have something to do all the same, by a timer of its own.
    wakes_at: Option<Nanos>,
}

/// The scheduler of a machine.
pub struct Scheduler {
    clock: Arc<GuestClock>,
    attention: Attention,
    entries: Vec<Entry>,
    /// By index; made when somebody first asks for a wire.
    seats: BTreeMap<i64, Arc<Seat>>,
    /// The place in the list whose turn is next.
    turn: usize,
    /// Where parallel rounds run; `None` runs in order.
    pool: Option<rayon::ThreadPool>,
    host_threads: usize,
    stops: VecDeque<(i64, Exit)>,
    only: Option<Vec<i64>>,
}

impl Scheduler {
    /// A scheduler without vCPUs. An instruction counting clock allows turns in order only.
    ///
    /// # Errors
    /// When the host gives no threads.
    pub fn new(clock: Arc<GuestClock>, threading: Threading) -> Result<Scheduler, Error> {
        let host_threads = std::thread::available_parallelism().map_or(1, |n| n.get());
        let in_order = threading == Threading::Single || clock.shift().is_some() || host_threads == 1;
        let make = || {
            rayon::ThreadPoolBuilder::new().num_threads(host_threads - 1).thread_name(|n| format!("vcpu{n}")).build()
        };
        let pool =
            if in_order { None } else { Some(make().map_err(|e| Error::new(format!("no threads for vCPUs: {e}")))?) };
        Ok(Scheduler {
            clock,
            attention: Attention::default(),
            entries: Vec::new(),
            seats: BTreeMap::new(),
            turn: 0,
            pool,
            host_threads,
            stops: VecDeque::new(),
            only: None,
        })
    }

    /// The vCPUs run in turns from now on, whatever was asked for: what one of them does stops the others between two instructions.
    pub fn take_turns(&mut self) {
        self.pool = None;
    }

    /// The clock.
    pub fn clock(&self) -> &Arc<GuestClock> {
        &self.clock
    }

    /// A handle that ends rounds early.
    pub fn attention(&self) -> Attention {
        self.attention.clone()
    }

    fn seat(&mut self, index: i64) -> Arc<Seat> {
        let new = || Arc::new(Seat { lines: Arc::default(), asleep: AtomicBool::new(false) });
        Arc::clone(self.seats.entry(index).or_insert_with(new))
    }

    /// The lines of the vCPU with that index, which may come later.
    pub fn lines(&mut self, index: i64) -> Arc<Lines> {
        Arc::clone(&self.seat(index).lines)
    }

    /// Takes in the vCPU with that index, which was made with [`Scheduler::lines`]; the scheduler's list must stay in step
    /// with the machine's.
    pub fn add(&mut self, index: i64) {
        let seat = self.seat(index);
        self.entries.push(Entry { index, seat, slept_with: None, wakes_at: None });
    }

    /// Lets go the vCPU at this place of the list.
    pub fn remove(&mut self, at: usize) {
        let entry = self.entries.remove(at);
        self.stops.retain(|(cpu, _)| *cpu != entry.index);
        entry.seat.asleep.store(false, Ordering::Release);
        self.turn = 0;
    }

    /// A wire into line `n` of the vCPU with that index. A rising edge that wakes a sleeper ends the round.
    pub fn line(&mut self, index: i64, n: u32) -> Line {
        let seat = self.seat(index);
        let attention = self.attention.clone();
        Line::new(move |level| {
            seat.lines.set(n, level);
            if level && seat.asleep.load(Ordering::Acquire) {
                attention.kick();
            }
        })
    }

    /// Looks at every sleeper again: somebody may have changed its registers.
    pub fn wake_all(&mut self) {
        self.entries.iter_mut().for_each(Entry::wake);
    }

    /// All vCPUs are reset: what they came back for in their old lives concerns nobody.
    pub fn reset(&mut self) {
        self.stops.clear();
        self.wake_all();
    }

    /// Lets only these vCPUs run, or all: a debugger's scheduler locking.
    pub fn restrict(&mut self, only: Option<Vec<i64>>) {
        self.only = only;
    }

    /// One round.
    pub fn round(&mut self, cpus: &mut [Vcpu], timers: &mut dyn Timers) -> RoundOutcome {
        assert_eq!(cpus.len(), self.entries.len(), "the scheduler's list is out of step");
        if let Some((cpu, exit)) = self.take_stop() {
            return RoundOutcome::Stopped { cpu, exit };
        }
        let mut acted = self.run_timers(timers);
        if self.pool.is_some() {
            acted |= self.parallel(cpus, timers.deadline());
        } else {
            acted |= self.in_order(cpus, timers);
        }
        if let Some((cpu, exit)) = self.take_stop() {
            return RoundOutcome::Stopped { cpu, exit };
        }
        match (acted, self.deadline(timers)) {
            (true, _) => RoundOutcome::Ran,
            (false, Some(at)) if self.clock.shift().is_some() => {
                self.clock.jump(at);
                timers.tick(self.clock.now(0));
                RoundOutcome::Ran
            }
            (false, deadline) => RoundOutcome::Idle(deadline),
        }
    }

    /// Whether the vCPU with that index may run.
    fn is_free(&self, index: i64) -> bool {
        self.only.as_ref().is_none_or(|only| only.contains(&index))
    }

    /// The oldest stop of a vCPU that may run; those of others wait until they may.
    fn take_stop(&mut self) -> Option<(i64, Exit)> {
        let at = self.stops.iter().position(|(cpu, _)| self.is_free(*cpu))?;
        self.stops.remove(at)
    }

    /// When the next device or sleeping vCPU has something to do.
    fn deadline(&self, timers: &dyn Timers) -> Option<Nanos> {
        let free = self.entries.iter().filter(|entry| self.is_free(entry.index));
        let sleepers = free.filter_map(|entry| entry.wakes_at);
        sleepers.chain(timers.deadline()).min()
    }

    /// Lets devices act whose time has come; whether any did.
    fn run_timers(&self, timers: &mut dyn Timers) -> bool {
        let Some(at) = timers.deadline() else { return false };
        let now = self.clock.now(0);
        if at <= now {
            timers.tick(now);
        }
        at <= now
    }

    /// Whether the vCPU at this place may run now; remembers those that can't.
    fn ready(&mut self, at: usize, vcpu: &Vcpu) -> bool {
        if !self.is_free(self.entries[at].index) {
            return false;
        }
        let entry = &mut self.entries[at];
        let levels = entry.seat.lines.levels();
        let overslept = entry.wakes_at.is_some_and(|at| at <= self.clock.now(0));
        if entry.slept_with == Some(levels) && !overslept {
            return false;
        }
        if vcpu.cpu.halted() && !vcpu.cpu.has_work() {
            entry.slept_with = Some(levels);
            entry.wakes_at = vcpu.cpu.deadline();
            entry.seat.asleep.store(true, Ordering::Release);
            // A line may have risen before the wire could see that its vCPU sleeps.
            if entry.seat.lines.levels() == levels {
                return false;
            }
        }
        entry.wake();
        true
    }

    /// Turns in order, until the round is long enough or everybody had one.
    fn in_order(&mut self, cpus: &mut [Vcpu], timers: &mut dyn Timers) -> bool {
        let mut total = 0;
        let mut any = false;
        for _ in 0..cpus.len() {
            let at = self.turn % cpus.len();
            self.turn = at + 1;
            if !self.ready(at, &cpus[at]) {
                continue;
            }
            any = true;
            let budget = self.budget(timers);
            let (executed, exit) = self.turn(&mut cpus[at], at, budget);
            // A guest that does nothing but trap has used its turn up, too: time goes on.
            let spent = if exit == Exit::Budget { executed.max(budget) } else { executed };
            self.clock.count(spent);
            total += spent;
            self.run_timers(timers);
            if self.note(cpus[at].index, exit) || total >= ROUND_SINGLE {
                break;
            }
        }
        any
    }

    /// The length of a turn: a quantum, but with an instruction counting clock not beyond what a device or a sleeper waits for.
    fn budget(&self, timers: &dyn Timers) -> u64 {
        let (Some(shift), Some(at)) = (self.clock.shift(), self.deadline(timers)) else { return QUANTUM_SINGLE };
        let left = at.saturating_sub(self.clock.now(0)).div_ceil(1 << shift);
        left.clamp(1, QUANTUM_SINGLE)
    }

    fn turn(&self, vcpu: &mut Vcpu, at: usize, budget: u64) -> (u64, Exit) {
        let lines = &self.entries[at].seat.lines;
        self.attention.enter(lines);
        let result = run(vcpu, budget);
        self.attention.leave(lines);
        result
    }

    /// Keeps an exit that concerns others than the scheduler.
    fn note(&mut self, index: i64, exit: Exit) -> bool {
        let concerns = !matches!(exit, Exit::Budget | Exit::Halted | Exit::Kicked);
        if concerns {
            self.stops.push_back((index, exit));
        }
        concerns
    }

    /// All that can run share the host's threads for one quantum each.
    fn parallel(&mut self, cpus: &mut [Vcpu], deadline: Option<Nanos>) -> bool {
        let ready: Vec<bool> = cpus.iter().enumerate().map(|(at, vcpu)| self.ready(at, vcpu)).collect();
        let seats = self.entries.iter().map(|entry| Arc::clone(&entry.seat));
        let mut list: Vec<(&mut Vcpu, Arc<Seat>, Exit)> = cpus
            .iter_mut()
            .zip(seats)
            .zip(&ready)
            .filter(|(_, ready)| **ready)
            .map(|((vcpu, seat), _)| (vcpu, seat, Exit::Budget))
            .collect();
        let n = list.len();
        if n == 0 {
            return false;
        }
        // An instruction takes about a nanosecond: the round ends about when the next device or sleeper wants to act.
        let sleepers = self.entries.iter().zip(&ready).filter(|(_, ready)| !**ready).filter_map(|(e, _)| e.wakes_at);
        let deadline = deadline.into_iter().chain(sleepers).min();
        let till_deadline = deadline.map_or(u64::MAX, |at| at.saturating_sub(self.clock.now(0)));
        let budget = (ROUND_MULTI / n as u64).min(till_deadline).clamp(QUANTUM_MULTI_MIN, QUANTUM_MULTI);
        *self.attention.0.lock() = list.iter().map(|(_, seat, _)| Arc::clone(&seat.lines)).collect();
        let attention = &self.attention;
        let queue = Mutex::new(list.iter_mut());
        let work = || {
            // The guard goes before the vCPU runs: each thread takes the next one.
            let next = || queue.lock().next();
            while let Some((vcpu, seat, exit)) = next() {
                *exit = run_for(vcpu, budget, ROUND_TIME);
                if *exit == Exit::Halted {
                    // It sleeps from now on, while others still run: a wire that wakes it ends the round.
                    seat.asleep.store(true, Ordering::SeqCst);
                    if vcpu.cpu.has_work() {
                        attention.kick();
                    }
                }
            }
        };
        match &self.pool {
            Some(pool) if n > 1 => pool.in_place_scope(|scope| {
                for _ in 1..self.host_threads.min(n) {
                    scope.spawn(|_| work());
                }
                work();
            }),
            _ => work(),
        }
        self.attention.0.lock().clear();
        let exits: Vec<(i64, Exit)> = list.iter().map(|(vcpu, _, exit)| (vcpu.index, *exit)).collect();
        for (index, exit) in exits {
            self.note(index, exit);
        }
        true
    }
}

impl Entry {
    fn wake(&mut self) {
        self.slept_with = None;
        self.wakes_at = None;
        self.seat.asleep.store(false, Ordering::Release);
    }
}

/// One turn of a parallel round: until the budget or, for guests whose instructions are slow, the time is used up.
fn run_for(vcpu: &mut Vcpu, budget: u64, time: Duration) -> Exit {
    let begin = Instant::now();
    let mut left = budget;
    vcpu.thread_id = thread::current_id();
    vcpu.cpu.begin_round();
    loop {
        let before = vcpu.cpu.executed();
        let exit = vcpu.cpu.run(left.min(CHUNK));
        left = left.saturating_sub((vcpu.cpu.executed() - before).max(1));
        if exit != Exit::Budget || left == 0 || begin.elapsed() >= time {
            return exit;
        }
    }
}

/// One turn of one vCPU on this thread: instructions executed, and why it came back.
fn run(vcpu: &mut Vcpu, budget: u64) -> (u64, Exit) {
    vcpu.thread_id = thread::current_id();
    let before = vcpu.cpu.executed();
    vcpu.cpu.begin_round();
    let exit = vcpu.cpu.run(budget);
    (vcpu.cpu.executed() - before, exit)
}
