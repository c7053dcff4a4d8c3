//! Guest programs on whole machines: the tests of `guests/tests` print what qemu-system printed; the demo says that all is well, on
//! machines of several shapes; with `-icount` the same run is the same, to the instruction.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use devices::Capture;
use libtest_mimic::{Arguments, Failed, Trial};
use machine::{Advance, Console, DeviceConfig, Given, Machine, RunState, WatchdogAction};
use tests::Setup;
use xtask::guests::{Arch, Run, demo_binary};
use xtask::root;

const LIMIT: Duration = Duration::from_secs(120);

fn main() {
    let arguments = Arguments::from_args();
    let mut trials: Vec<Trial> = Run::all().map(|run| trial(run.name(), move || as_on_qemu(&run))).collect();
    for arch in Arch::with_demo() {
        let target = arch.target;
        trials.push(trial(format!("demo-{target}"), move || demo(target)));
        trials.push(trial(format!("demo-many-{target}"), move || many(target)));
        trials.push(trial(format!("icount-{target}"), move || deterministic(target)));
    }
    trials.push(trial("topology-s390x".to_owned(), topology));
    trials.push(trial("access-s390x".to_owned(), || all_is_well("access", "access registers")));
    trials.push(trial("keys-s390x".to_owned(), || all_is_well("keys", "keys")));
    trials.push(trial("code-s390x".to_owned(), || all_is_well("code", "code")));
    trials.push(trial("states-s390x".to_owned(), states));
    trials.push(trial("conditions-s390x".to_owned(), conditions));
    libtest_mimic::run(&arguments, trials).exit();
}

fn trial(name: String, test: impl FnOnce() -> Result<()> + Send + 'static) -> Trial {
    Trial::test(name, || test().map_err(|e| Failed::from(format!("{e:#}"))))
}

/// The output that `cargo xtask oracle guests --record` has recorded.
fn as_on_qemu(run: &Run) -> Result<()> {
    let smp = run.smp.to_string();
    let setup = Setup::of(run, &smp);
    let (outcome, _) = setup.boot(&run.binary(), LIMIT)?;
    let golden = std::fs::read_to_string(run.golden()).with_context(|| run.golden().display().to_string())?;
    same(&outcome.golden(), &golden)
}

fn same(ours: &str, theirs: &str) -> Result<()> {
    let lines = ours.lines().zip(theirs.lines()).enumerate().find(|(_, (a, b))| a != b);
    if let Some((n, (a, b))) = lines {
        anyhow::bail!("line {}:\n  ours  {a}\n  QEMU's {b}\nall of ours:\n{ours}", n + 1);
    }
    ensure!(ours == theirs, "one output is longer. Ours:\n{ours}\nQEMU's:\n{theirs}");
    Ok(())
}

/// The machine of `polyarch demo`.
fn demo_setup(target: &str) -> Setup<'_> {
    Setup {
        smp: "16,sockets=2,dies=2,cores=2,threads=2",
        mem: "256M",
        numa: &["node,mem=128M", "node,mem=128M", "dist,src=0,dst=1,val=21"],
        ..Setup::new(target, "polyarch")
    }
}

/// Lines that say nothing of the host's speed.
fn lasting(console: &str) -> String {
    console.lines().filter(|l| !l.starts_with("speed:")).map(|l| format!("{l}\n")).collect()
}

/// What a CPU says its own number is, on architectures that have a register for it.
fn own_number(target: &str, cpu: u32) -> String {
    let names = [("riscv", "mhartid"), ("mips", "CPUNum"), ("ppc", "pir"), ("s390x", "CPU address")];
    let name = names.iter().find(|(family, _)| target.starts_with(family));
    name.map_or(String::new(), |(_, name)| format!("{name} {cpu}, "))
}

/// Where each CPU says it sits, against the arithmetic of the board's document: threads count first.
fn demo(target: &str) -> Result<()> {
    let (outcome, _) = demo_setup(target).boot(&demo_binary(target), LIMIT)?;
    let console = lasting(&outcome.console);
    ensure!(outcome.exit == Some(0) && console.ends_with("all is well\n"), "{}:\n{console}", outcome.end());
    for cpu in 0..16 {
        let (socket, die, core, thread) = (cpu / 8, cpu / 4 % 2, cpu / 2 % 2, cpu % 2);
        let own = own_number(target, cpu);
        let line = format!("cpu {cpu:4}: socket {socket} die {die} core {core} thread {thread}, node {socket} | {own}");
        ensure!(console.contains(&line), "no line {line:?} in\n{console}");
    }
    for line in [
        format!("Polyarch demo on {target}: 16 CPUs, 2 NUMA nodes"),
        "memory: 0x0000000000000000, 131072 KiB, node 0".to_owned(),
        "memory: 0x0000000008000000, 131072 KiB, node 1".to_owned(),
        "       0:   10   21".to_owned(),
        "       1:   21   10".to_owned(),
        "counted under a spinlock: 16000".to_owned(),
    ] {
        ensure!(console.lines().any(|l| l == line), "no line {line:?} in\n{console}");
    }
    Ok(())
}

/// STORE SYSTEM INFORMATION 15.1.x: the guest finds two sockets of four CPUs, of which two are not there yet.
fn topology() -> Result<()> {
    let program = root().join("guests/tests/s390x/bin/topology-s390x.elf");
    let setup = Setup { smp: "6,maxcpus=8,sockets=2,cores=4", ..Setup::new("s390x", "s390-ccw-virtio") };
    let console = setup.boot(&program, LIMIT)?.0.console;
    let tree = |flags| {
        format!(
            "15.1.2: cc 0\nmagnitudes 0 0 0 0 2 4, levels 2\n level 1, container 1\n  CPUs from 0, flags {flags}: f000000000000000\n \
             level 1, container 2\n  CPUs from 0, flags {flags}: 0c00000000000000\n"
        )
    };
    let begin = format!("changed: 0x0\n15.1.1: cc 3\n{}15.1.3: cc 3\n", tree(0));
    // Dedicated CPUs, whose vertical polarization is high.
    let vertical = format!("vertical: 0x0\nvertical again: 0x102\nchanged: 0x1\n{}changed again: 0x0\n", tree(7));
    let end = "horizontal again: 0x0\nno such function: 0x6\nexit 0\n";
    ensure!(console.contains(&begin) && console.contains(&format!("horizontal: 0x102\n{vertical}{end}")), "{console}");
    Ok(())
}

/// What QEMU has nothing of: the program knows what must be.
fn all_is_well(name: &str, what: &str) -> Result<()> {
    let program = root().join(format!("guests/tests/s390x/bin/{name}-s390x.elf"));
    let (outcome, _) = Setup::new("s390x", "s390-ccw-virtio").boot(&program, LIMIT)?;
    ensure!(outcome.console.contains(&format!("\n{what}: all is well\n")), "{}", outcome.console);
    Ok(())
}

/// CPUs in all the states that management shows: the program leaves them there, and the machine stops where it would be reset.
fn states() -> Result<()> {
    let setup = Setup { smp: "6", ..Setup::new("s390x", "s390-ccw-virtio") };
    let mut config = setup.config()?;
    config.boot.kernel = Some(root().join("guests/tests/s390x/bin/states-s390x.elf").display().to_string());
    let console = Capture::new();
    config.console = Console::new(console.clone());
    (config.no_reboot, config.no_shutdown) = (true, true);
    let mut machine = Machine::new(config)?;
    let begin = Instant::now();
    while machine.state() != RunState::Shutdown {
        ensure!(begin.elapsed() < LIMIT, "{}", console.text());
        let advance = machine.advance();
        ensure!(matches!(advance, Advance::Ran | Advance::Wait(Some(_))), "{advance:?}: {}", console.text());
    }
    let text = console.text();
    ensure!(text.contains("sense of CPU 2, 3, 4: 1 0x40, 1 0x10, 3\n"), "{text}");
    let shown: Vec<String> = machine.cpus().iter().map(|c| format!("{:?}", c.cpu.info())).collect();
    let wanted = ["Operating", "Load", "Stopped", "CheckStop", "Uninitialized", "Stopped"];
    let all = shown.iter().zip(wanted).all(|(is, must)| is.contains(must));
    ensure!(shown.len() == wanted.len() && all, "{shown:?}");
    Ok(())
}

/// What is refused on s390x, with a watchdog that restarts after 15 seconds of virtual time.
fn conditions() -> Result<()> {
    let setup = Setup { smp: "2", icount: Some(3), ..Setup::new("s390x", "s390-ccw-virtio") };
    let mut config = setup.config()?;
    config.boot.kernel = Some(root().join("guests/tests/s390x/bin/conditions-s390x.elf").display().to_string());
    config.name = Some("kvm-unit-test".to_owned());
    config.watchdog = WatchdogAction::InjectNmi;
    let value = DeviceConfig { driver: "diag288".to_owned(), ..DeviceConfig::default() };
    config.devices.push(Given { option: "-device diag288".to_owned(), value });
    let console = Capture::new();
    config.console = Console::new(console.clone());
    let mut machine = Machine::new(config)?;
    let begin = Instant::now();
    while !matches!(machine.advance(), Advance::Exit(_)) {
        ensure!(begin.elapsed() < LIMIT, "{}", console.text());
    }
    ensure!(console.text().contains("\nconditions: all is well\n"), "{}", console.text());
    let events: Vec<String> = machine.take_events().iter().map(|event| format!("{event:?}")).collect();
    ensure!(events.iter().any(|event| event.contains("WATCHDOG") && event.contains("inject-nmi")), "{events:?}");
    Ok(())
}

/// A hundred CPUs.
fn many(target: &str) -> Result<()> {
    let (outcome, _) = Setup { smp: "100", ..Setup::new(target, "polyarch") }.boot(&demo_binary(target), LIMIT)?;
    ensure!(outcome.exit == Some(0), "{}:\n{}", outcome.end(), outcome.console);
    ensure!(outcome.console.contains("timer interrupts: 100\n"), "{}", outcome.console);
    Ok(())
}

/// Virtual time: everything is the same twice, times and instruction counts too.
fn deterministic(target: &str) -> Result<()> {
    let run = || Setup { icount: Some(3), ..demo_setup(target) }.boot(&demo_binary(target), LIMIT);
    let (first, second) = (run()?, run()?);
    ensure!(first.0.exit == Some(0), "{}:\n{}", first.0.end(), first.0.console);
    same(&first.0.console, &second.0.console)?;
    ensure!(first.1 == second.1, "{} instructions, then {}", first.1, second.1);
    Ok(())
}
