//! Programs for several harts, again and again on parallel host threads; and with counted instructions, where each run is the same.
//!
//! `POLYARCH_REPEAT=50` makes more of it.

use std::time::Duration;

use devices::Capture;
use machine::{Advance, Console, Machine};
use tests::Setup;
use xtask::guests::Run;
use xtask::machine::Outcome;

const LIMIT: Duration = Duration::from_secs(120);

fn repeat() -> u32 {
    std::env::var("POLYARCH_REPEAT").ok().and_then(|n| n.parse().ok()).unwrap_or(3)
}

/// The runs of programs that use several harts.
fn parallel() -> impl Iterator<Item = Run> {
    Run::all().filter(|run| run.smp > 1)
}

#[test]
fn parallel_runs_end_as_on_qemu_each_time() {
    for run in parallel() {
        let golden = std::fs::read_to_string(run.golden()).unwrap();
        let smp = run.smp.to_string();
        for turn in 0..repeat() {
            let setup = Setup::of(&run, &smp);
            let (outcome, _) =
                setup.boot(&run.binary(), LIMIT).unwrap_or_else(|e| panic!("{} {turn}: {e}", run.name()));
            assert_eq!(outcome.golden(), golden, "{} {turn}", run.name());
        }
    }
}

/// Everything that a run with counted instructions leaves behind: console, how it ended, and each hart's state and instructions.
fn counted(run: &Run, shift: u8) -> (Outcome, Vec<(Vec<u8>, u64)>) {
    let smp = run.smp.to_string();
    let setup = Setup { icount: Some(shift), ..Setup::of(run, &smp) };
    let stays_on = setup.stays_on;
    let mut config = setup.config().unwrap();
    let capture = Capture::new();
    config.boot.kernel = Some(run.binary().display().to_string());
    config.console = Console::new(capture.clone());
    let mut machine = Machine::new(config).unwrap();
    loop {
        let exit = match machine.advance() {
            Advance::Ran => continue,
            Advance::Exit(code) => Some(code),
            Advance::Wait(None) if stays_on => None,
            other => panic!("{}: {other:?}", run.name()),
        };
        let harts = machine.cpus().iter().map(|vcpu| (vcpu.cpu.save(), vcpu.cpu.executed())).collect();
        return (Outcome { console: capture.text(), exit }, harts);
    }
}

#[test]
fn counted_runs_are_equal_to_the_last_register() {
    let with_timers = Run::all().filter(|run| ["timer", "sstc", "user_deleg"].contains(&run.test.name));
    for run in parallel().chain(with_timers) {
        for shift in [0, 5] {
            let first = counted(&run, shift);
            let is_well = match run.last_line() {
                Some(_) => first.0.console.ends_with("[0 failures]\n"),
                None => first.0.exit == Some(0),
            };
            assert!(is_well, "{}: {}", run.name(), first.0.golden());
            for _ in 1..repeat() {
                assert!(counted(&run, shift) == first, "{} with shift {shift} differs from run to run", run.name());
            }
        }
    }
}
