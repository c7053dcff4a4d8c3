//! The scheduler with CPUs made of paper.

use std::sync::Arc;

use cpu::{Clock, Cpu, Exit, Info, Lines, Register, RegisterError, RestoreError, Watch};
use memory::Nanos;
use parking_lot::Mutex;

use crate::clock::GuestClock;
use crate::config::Threading;
use crate::machine::Vcpu;
use crate::sched::{RoundOutcome, Scheduler, Timers};

/// What all paper CPUs write down: index, guest time, instructions of the turn.
type Log = Arc<Mutex<Vec<(usize, Nanos, u64)>>>;

/// Runs `work` instructions, halts, and starts again when line 7 is up, which it takes down. `stop_at`: a breakpoint.
struct Paper {
    index: usize,
    work: u64,
    left: u64,
    executed: u64,
    stop_at: Option<u64>,
    /// The moment at which it has work again without a line.
    alarm: Option<Nanos>,
    lines: Arc<Lines>,
    clock: Arc<GuestClock>,
    log: Log,
    on_halt: Option<Box<dyn Fn() + Send>>,
}

impl Cpu for Paper {
    fn run(&mut self, budget: u64) -> Exit {
        if self.left == 0 && self.has_work() {
            self.lines.set(7, false);
            self.alarm = None;
            self.left = self.work;
        }
        let until_stop = self.stop_at.map_or(u64::MAX, |at| at - self.executed);
        let n = budget.min(self.left).min(until_stop);
        (self.left, self.executed) = (self.left - n, self.executed + n);
        self.log.lock().push((self.index, self.clock.now(0), n));
        if self.stop_at == Some(self.executed) {
            self.stop_at = None;
            return Exit::Breakpoint;
        }
        if self.lines.take_kick() {
            return Exit::Kicked;
        }
        if self.left == 0 {
            self.on_halt.iter().for_each(|f| f());
            return Exit::Halted;
        }
        Exit::Budget
    }
    fn executed(&self) -> u64 {
        self.executed
    }
    fn halted(&self) -> bool {
        self.left == 0
    }
    fn has_work(&self) -> bool {
        self.lines.levels() & 1 << 7 != 0 || self.alarm.is_some_and(|at| at <= self.clock.now(0))
    }
    fn deadline(&self) -> Option<Nanos> {
        self.alarm
    }
    fn lines(&self) -> Arc<Lines> {
        Arc::clone(&self.lines)
    }
    fn info(&self) -> Info {
        Info::Riscv { pc: 0 }
    }
    fn registers(&self) -> &'static [Register] {
        &[]
    }
    fn register(&self, index: usize) -> Result<u128, RegisterError> {
        Err(RegisterError::Unknown(index))
    }
    fn set_register(&mut self, index: usize, _: u128) -> Result<(), RegisterError> {
        Err(RegisterError::Unknown(index))
    }
    fn pc(&self) -> u64 {
        0
    }
    fn set_pc(&mut self, _: u64) {}
    fn step(&mut self) -> Exit {
        self.run(1)
    }
    fn begin_round(&mut self) {}
    fn reset(&mut self) {}
    fn set_halted(&mut self, _: bool) {}
    fn show_translations(&self) -> Option<String> {
        None
    }

    fn translate_debug(&self, address: u64) -> Option<u64> {
        Some(address)
    }
    fn insert_breakpoint(&mut self, _: u64) {}
    fn remove_breakpoint(&mut self, _: u64) -> bool {
        false
    }
    fn insert_watchpoint(&mut self, _: u64, _: u64, _: Watch) {}
    fn remove_watchpoint(&mut self, _: u64, _: u64, _: Watch) -> bool {
        false
    }
    fn save(&self) -> Vec<u8> {
        Vec::new()
    }
    fn restore(&mut self, _: &[u8]) -> Result<(), RestoreError> {
        Ok(())
    }
    fn flush(&mut self) {}
}

/// A timer that raises a line at given times.
struct Alarm {
    at: Vec<Nanos>,
    line: memory::Line,
}

impl Timers for Alarm {
    fn deadline(&self) -> Option<Nanos> {
        self.at.first().copied()
    }
    fn tick(&mut self, now: Nanos) {
        while self.at.first().is_some_and(|&at| at <= now) {
            self.at.remove(0);
            self.line.raise();
        }
    }
}

struct Bench {
    sched: Scheduler,
    cpus: Vec<Vcpu>,
    log: Log,
    alarm: Alarm,
}

impl Bench {
    /// A CPU for each amount of work.
    fn new(clock: GuestClock, threading: Threading, work: &[u64]) -> Bench {
        Bench::with_alarms(clock, threading, work, &[])
    }

    /// The same, where the first CPUs have timers of their own.
    fn with_alarms(clock: GuestClock, threading: Threading, work: &[u64], alarms: &[Nanos]) -> Bench {
        let clock = Arc::new(clock);
        clock.start();
        let log = Log::default();
        let mut sched = Scheduler::new(Arc::clone(&clock), threading).unwrap();
        let mut paper = |(index, &work): (usize, &u64)| Paper {
            index,
            work,
            left: work,
            executed: 0,
            stop_at: None,
            alarm: alarms.get(index).copied(),
            lines: sched.lines(index as i64),
            clock: Arc::clone(&clock),
            log: Arc::clone(&log),
            on_halt: None,
        };
        let papers: Vec<Paper> = work.iter().enumerate().map(&mut paper).collect();
        papers.iter().for_each(|cpu| sched.add(cpu.index as i64));
        let cpus = papers.into_iter().map(vcpu).collect();
        Bench { sched, cpus, log, alarm: Alarm { at: Vec::new(), line: memory::Line::unconnected() } }
    }

    fn round(&mut self) -> RoundOutcome {
        self.sched.round(&mut self.cpus, &mut self.alarm)
    }

    fn executed(&self) -> Vec<u64> {
        self.cpus.iter().map(|vcpu| vcpu.cpu.executed()).collect()
    }
}

fn vcpu(paper: Paper) -> Vcpu {
    let index = paper.index as i64;
    Vcpu { index, qom_path: String::new(), props: None, thread_id: 0, cpu: Box::new(paper), object: 0, slot: None }
}

#[test]
fn turns_in_order_count_time_exactly() {
    let run = || {
        let mut b = Bench::new(GuestClock::icount(1), Threading::Multi, &[70_000, 10, 120_000]);
        while b.round() == RoundOutcome::Ran {}
        let log = b.log.lock().clone();
        (log, b.sched.clock().now(0))
    };
    let (log, end) = run();
    let want = [
        (0, 0, 50_000),
        (1, 100_000, 10),
        (2, 100_020, 50_000),
        (0, 200_020, 20_000),
        (2, 240_020, 50_000),
        (2, 340_020, 20_000),
    ];
    assert_eq!(log, want);
    assert_eq!(end, 2 * (70_000 + 10 + 120_000));
    assert_eq!(run(), (log, end));
}

#[test]
fn a_long_list_takes_turns_over_several_rounds() {
    let mut b = Bench::new(GuestClock::icount(0), Threading::Single, &[60_000; 20]);
    assert_eq!(b.round(), RoundOutcome::Ran);
    assert_eq!(b.executed()[9..11], [50_000, 0]);
    b.round();
    assert_eq!(b.executed()[10], 50_000);
    while b.round() == RoundOutcome::Ran {}
    assert_eq!(b.executed(), [60_000; 20]);
}

#[test]
fn time_jumps_to_the_next_alarm_and_a_turn_ends_there() {
    let mut b = Bench::new(GuestClock::icount(0), Threading::Single, &[100, 1_000]);
    b.alarm = Alarm { at: vec![300, 5_000], line: b.sched.line(0, 7) };
    while b.round() == RoundOutcome::Ran {}
    // 0 works 100, 1 is cut at 300, 0 is woken; when all sleep, time jumps to 5000.
    let log = b.log.lock().clone();
    assert_eq!(log, [(0, 0, 100), (1, 100, 200), (0, 300, 100), (1, 400, 800), (0, 5_000, 100)]);
}

#[test]
fn timers_inside_of_cpus_wake_them() {
    let mut b = Bench::with_alarms(GuestClock::icount(0), Threading::Single, &[100, 1_000], &[300]);
    while b.round() == RoundOutcome::Ran {}
    // 1 goes on for a quantum, since nobody sleeps who has a timer when its turn begins: 0 is found asleep only after that.
    let log = b.log.lock().clone();
    assert_eq!(log, [(0, 0, 100), (1, 100, 1_000), (0, 1_100, 100)]);
    let mut b = Bench::with_alarms(GuestClock::icount(0), Threading::Single, &[100], &[5_000]);
    while b.round() == RoundOutcome::Ran {}
    assert_eq!(*b.log.lock(), [(0, 0, 100), (0, 5_000, 100)], "time jumps there when all sleep");
    let far = 1_000_000_000_000;
    let mut b = Bench::with_alarms(GuestClock::host(), Threading::Single, &[10], &[far]);
    assert_eq!(b.round(), RoundOutcome::Ran);
    assert_eq!(b.round(), RoundOutcome::Idle(Some(far)));
    b.sched.line(0, 7).raise();
    assert_eq!(b.round(), RoundOutcome::Ran);
    assert_eq!(b.round(), RoundOutcome::Idle(None), "the timer is off now");
}

#[test]
fn sleepers_are_left_alone_until_a_line_changes() {
    let mut b = Bench::new(GuestClock::host(), Threading::Single, &[10, 10]);
    assert_eq!(b.round(), RoundOutcome::Ran);
    assert_eq!(b.round(), RoundOutcome::Idle(None));
    assert_eq!(b.round(), RoundOutcome::Idle(None));
    assert_eq!(b.log.lock().len(), 2);
    b.sched.line(1, 3).raise();
    assert_eq!(b.round(), RoundOutcome::Idle(None));
    b.sched.line(1, 7).raise();
    assert_eq!(b.round(), RoundOutcome::Ran);
    assert_eq!(b.executed(), [10, 20]);
    assert_eq!(b.round(), RoundOutcome::Idle(None));
    let far = b.sched.clock().now(0) + 1_000_000_000_000;
    b.alarm.at = vec![far];
    assert_eq!(b.round(), RoundOutcome::Idle(Some(far)));
}

#[test]
fn waking_a_sleeper_ends_the_turn_of_those_that_run() {
    let mut b = Bench::new(GuestClock::icount(0), Threading::Single, &[10, 10]);
    b.round();
    b.round();
    let wire = b.sched.line(1, 7);
    let lines = b.cpus[0].cpu.lines();
    // CPU 0 runs (the wire of the test stands for its store) and wakes CPU 1.
    let mut paper = Paper {
        index: 0,
        work: 10,
        left: 10,
        executed: 0,
        stop_at: None,
        alarm: None,
        lines: Arc::clone(&lines),
        clock: Arc::clone(b.sched.clock()),
        log: Arc::clone(&b.log),
        on_halt: None,
    };
    paper.on_halt = Some(Box::new(move || wire.raise()));
    b.cpus[0] = vcpu(paper);
    b.sched.wake_all();
    // wake_all has made both look awake; CPU 1 is found asleep again while CPU 0 has not run.
    b.sched.restrict(Some(vec![1]));
    b.round();
    b.sched.restrict(None);
    assert_eq!(b.round(), RoundOutcome::Ran);
    assert!(lines.take_kick());
    assert_eq!(b.executed(), [10, 20]);
}

#[test]
fn breakpoints_come_up_and_others_wait() {
    let mut b = Bench::new(GuestClock::icount(0), Threading::Single, &[]);
    let lines = [b.sched.lines(0), b.sched.lines(1)];
    let make = |index: usize, stop_at| Paper {
        index,
        work: 10,
        left: 10,
        executed: 0,
        stop_at,
        alarm: None,
        lines: Arc::clone(&lines[index]),
        clock: Arc::clone(b.sched.clock()),
        log: Arc::clone(&b.log),
        on_halt: None,
    };
    for paper in [make(0, Some(4)), make(1, None)] {
        b.sched.add(paper.index as i64);
        b.cpus.push(vcpu(paper));
    }
    assert_eq!(b.round(), RoundOutcome::Stopped { cpu: 0, exit: Exit::Breakpoint });
    assert_eq!(b.executed(), [4, 0]);
    b.sched.restrict(Some(vec![0]));
    while b.round() == RoundOutcome::Ran {}
    assert_eq!(b.executed(), [10, 0]);
    b.sched.restrict(None);
    while b.round() == RoundOutcome::Ran {}
    assert_eq!(b.executed(), [10, 10]);
}

#[test]
fn parallel_rounds_run_everybody_and_keep_every_stop() {
    let mut b = Bench::new(GuestClock::host(), Threading::Multi, &[250_000; 50]);
    let mut rounds = 0;
    while b.round() == RoundOutcome::Ran {
        rounds += 1;
    }
    assert_eq!(b.executed(), [250_000; 50]);
    // 4,000,000 instructions a round over 50 are 80,000 each.
    assert_eq!(rounds, 4);
    assert!(b.cpus.iter().all(|vcpu| vcpu.thread_id != 0));

    let mut b = three_that_stop();
    let stopped = |cpu| RoundOutcome::Stopped { cpu, exit: Exit::Breakpoint };
    let first = b.round();
    if first == stopped(0) && b.executed()[1] == 5 {
        assert_eq!((b.round(), b.round()), (stopped(1), stopped(2)));
    } else {
        // A host with one thread takes turns.
        assert_eq!((first, b.round(), b.round()), (stopped(0), stopped(1), stopped(2)));
    }
}

#[test]
fn a_reset_forgets_the_stops_before_it() {
    let mut b = three_that_stop();
    while b.executed() != [5; 3] {
        assert!(matches!(b.round(), RoundOutcome::Stopped { .. }));
    }
    b.sched.reset();
    assert_eq!(b.round(), RoundOutcome::Ran);
}

#[test]
fn the_stop_of_a_cpu_that_may_not_run_waits() {
    let mut b = three_that_stop();
    let stopped = |cpu| RoundOutcome::Stopped { cpu, exit: Exit::Breakpoint };
    assert_eq!(b.round(), stopped(0));
    b.sched.restrict(Some(vec![0]));
    assert_eq!(b.round(), RoundOutcome::Ran);
    b.sched.restrict(None);
    assert_eq!(b.round(), stopped(1));
}

/// Three CPUs, each with a breakpoint in the middle of its work, run in parallel.
fn three_that_stop() -> Bench {
    let mut b = Bench::new(GuestClock::host(), Threading::Multi, &[]);
    for index in 0..3 {
        let paper = Paper {
            index,
            work: 10,
            left: 10,
            executed: 0,
            stop_at: Some(5),
            alarm: None,
            lines: b.sched.lines(index as i64),
            clock: Arc::clone(b.sched.clock()),
            log: Arc::clone(&b.log),
            on_halt: None,
        };
        b.sched.add(index as i64);
        b.cpus.push(vcpu(paper));
    }
    b
}

#[test]
fn many_sleepers_cost_little() {
    let mut b = Bench::new(GuestClock::icount(0), Threading::Single, &[1; 4096]);
    while b.round() == RoundOutcome::Ran {}
    let start = std::time::Instant::now();
    for _ in 0..1000 {
        assert_eq!(b.round(), RoundOutcome::Idle(None));
    }
    // 4,096 sleepers, 1,000 rounds: nanoseconds each. The bound leaves room for a slow and busy host.
    assert!(start.elapsed() < std::time::Duration::from_secs(2), "{:?}", start.elapsed());
}
