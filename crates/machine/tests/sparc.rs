//! SPARC boards: test programs on a LEON3 system, start states of all machine types, firmware where it is installed.
#![allow(missing_docs, reason = "a test")]

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use devices::Capture;
use machine::config::MemConfig;
use machine::{Advance, Console, Machine, MachineConfig, ShutdownCause, targets};
use topology::SmpOptions;

/// A machine with its console.
fn build(target: &str, board: &str, set: impl FnOnce(&mut MachineConfig)) -> (Machine, Capture) {
    let console = Capture::new();
    let mut config = MachineConfig::new(targets::find(target).unwrap(), Some(board)).unwrap();
    config.console = Console::new(console.clone());
    config.boot.bios = Some("none".to_owned());
    set(&mut config);
    let machine = Machine::new(config).unwrap_or_else(|e| panic!("{board}: {e}"));
    (machine, console)
}

/// Runs until the process would end (its exit code), or until the console shows `text`.
fn run(machine: &mut Machine, console: &Capture, text: Option<&str>) -> Option<i32> {
    let start = Instant::now();
    while start.elapsed() < Duration::from_secs(120) {
        match machine.advance() {
            Advance::Exit(code) => return Some(code),
            Advance::Wait(Some(wait)) => std::thread::sleep(wait.min(Duration::from_millis(10))),
            Advance::Ran => {}
            other => panic!("{other:?}; console: {}", console.text()),
        }
        if text.is_some_and(|text| console.text().contains(text)) {
            return None;
        }
    }
    panic!("no end; console: {}", console.text());
}

#[test]
fn test_programs_print_on_leon3_what_they_printed_on_qemu() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../guests/tests/sparc");
    for name in ["hello", "timer", "traps", "mmu"] {
        let kernel = folder.join(format!("bin/{name}-v8.elf")).to_str().map(str::to_owned);
        let (mut machine, console) = build("sparc", "leon3_generic", |config| config.boot.kernel = kernel);
        assert_eq!(run(&mut machine, &console, None), Some(0), "{name}");
        let golden = std::fs::read_to_string(folder.join(format!("golden/{name}-v8.txt"))).unwrap();
        assert_eq!(console.text().replace('\r', "") + "[exit 0]\n", golden, "{name}");
    }
}

#[test]
fn every_machine_type_can_be_built_and_reset() {
    let v8 = ["LX", "SPARCClassic", "SPARCbook", "SS-10", "SS-20", "SS-4", "SS-5", "SS-600MP", "Voyager"];
    let rows = v8.iter().chain(&["leon3_generic", "leon3mp"]).map(|name| ("sparc", *name));
    for (target, board) in rows.chain([("sparc64", "sun4u"), ("sparc64", "sun4v"), ("sparc64", "niagara")]) {
        let (mut machine, _) = build(target, board, |config| config.stopped = true);
        let before: Vec<String> = machine.cpus().iter().map(|vcpu| format!("{:?}", vcpu.cpu.info())).collect();
        machine.request_reset(ShutdownCause::HostQmpSystemReset);
        assert!(matches!(machine.advance(), Advance::Wait(_)), "{board}");
        let after: Vec<String> = machine.cpus().iter().map(|vcpu| format!("{:?}", vcpu.cpu.info())).collect();
        assert_eq!(before == after, target == "sparc", "{board}");
    }
}

#[test]
fn the_demo_runs_on_the_polyarch_board() {
    for target in ["sparc", "sparc64"] {
        let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("../../guests/demo/bin/demo-{target}.elf"));
        let (mut machine, console) = build(target, "polyarch", |config| {
            config.boot.kernel = file.to_str().map(str::to_owned);
            config.smp = SmpOptions::parse("4,sockets=2,cores=2").unwrap();
        });
        assert_eq!(run(&mut machine, &console, None), Some(0), "{}", console.text());
        assert!(console.text().contains("all is well"), "{}", console.text());
    }
}

/// Firmware is no part of this repository: without it there is nothing to test.
#[test]
fn openbios_comes_to_its_prompt() {
    for (target, board, cpus, file) in
        [("sparc", "SS-20", "2", "openbios-sparc32"), ("sparc64", "sun4u", "1", "openbios-sparc64")]
    {
        let firmware = format!("/usr/share/qemu/{file}");
        if !Path::new(&firmware).is_file() {
            continue;
        }
        let (mut machine, console) = build(target, board, |config| {
            config.boot.bios = Some(firmware);
            config.smp = SmpOptions::parse(cpus).unwrap();
            config.mem = MemConfig::parse("32", config.machine).unwrap();
        });
        assert_eq!(run(&mut machine, &console, Some("0 > ")), None);
        assert!(console.text().contains(&format!("CPUs: {cpus} x ")), "{}", console.text());
        assert!(console.text().contains("Welcome to OpenBIOS"), "{}", console.text());
        machine.type_in(b"6 7 * .\r");
        assert_eq!(run(&mut machine, &console, Some("2a  ok")), None);
    }
}
