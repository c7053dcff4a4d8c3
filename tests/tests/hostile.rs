//! Input that nobody means well: damaged programs, random code, garbage for the machine protocol. Each is refused or run; none may
//! cause a panic, which would fail the test.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use machine::{Advance, Machine};
use qmp::command::{Context, Environment};
use qmp::json::writer::Style;
use qmp::session::Session;
use tests::Setup;
use xtask::guests::demo_binary;

/// xorshift64: the same numbers on each run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }
}

fn setup<'a>(target: &'a str, board: &'a str) -> Setup<'a> {
    Setup { smp: "2", mem: "32M", icount: Some(0), ..Setup::new(target, board) }
}

/// Builds a machine for `kernel` and lets it run for some rounds. Whether it could be built.
fn try_out(setup: &Setup<'_>, kernel: &Path, rounds: u32) -> bool {
    let mut config = setup.config().expect("the options are good");
    config.boot.kernel = Some(kernel.display().to_string());
    let Ok(mut machine) = Machine::new(config) else { return false };
    let begin = Instant::now();
    for _ in 0..rounds {
        if !matches!(machine.advance(), Advance::Ran) || begin.elapsed() > Duration::from_millis(500) {
            break;
        }
    }
    true
}

fn file(name: &str, bytes: &[u8]) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&path, bytes).expect("the folder for temporary files can be written");
    path
}

#[test]
fn programs_cut_short() {
    let whole = std::fs::read(demo_binary("riscv64")).expect("the demo is there");
    let mut refused = 0;
    for len in (0..whole.len()).step_by(whole.len() / 40) {
        let path = file("short.elf", &whole[..len]);
        refused += u32::from(!try_out(&setup("riscv64", "polyarch"), &path, 2));
    }
    assert!(refused > 20, "only {refused} of 40 were refused");
    assert!(try_out(&setup("riscv64", "polyarch"), &file("whole.elf", &whole), 2), "the whole one is fine");
}

#[test]
fn programs_with_wrong_bytes() {
    let mut random = Random(0x5eed_0001);
    for target in ["riscv64", "riscv32"] {
        let whole = std::fs::read(demo_binary(target)).expect("the demo is there");
        for _ in 0..60 {
            let mut bytes = whole.clone();
            // Most of it is code; what a loader looks at is in front.
            for _ in 0..=random.below(3) {
                let at = random.below(200);
                bytes[at] = random.next() as u8;
            }
            try_out(&setup(target, "polyarch"), &file(&format!("wrong-{target}.elf"), &bytes), 2);
        }
    }
}

#[test]
fn random_code() {
    let mut random = Random(0x5eed_0002);
    for (target, board) in [("riscv64", "polyarch"), ("riscv32", "polyarch"), ("riscv64", "virt"), ("riscv32", "virt")]
    {
        for _ in 0..12 {
            let bytes: Vec<u8> = (0..0x4000).map(|_| random.next() as u8).collect();
            assert!(try_out(&setup(target, board), &file(&format!("random-{target}-{board}.bin"), &bytes), 5));
        }
    }
}

#[test]
fn garbage_for_the_protocol() {
    let mut random = Random(0x5eed_0003);
    let mut config = setup("riscv64", "virt").config().expect("the options are good");
    config.stopped = true;
    let mut machine = Machine::new(config).expect("the machine can be built");
    let environment = Environment::default();
    let mut session = Session::new(Style::Compact);
    let parts: &[&[u8]] = &[
        b"{\"execute\": ",
        b"\"qmp_capabilities\"}",
        b"\"query-cpus-fast\"",
        b"\"arguments\": {",
        b"}",
        b"]",
        b"[[[[",
        b"\"\\ud800\"",
        b"-1e999",
        b"\xff\xfe",
        b"\x00",
        b", \"id\": 18446744073709551616",
        b"\n",
        b"'single'",
        b"tru",
    ];
    for _ in 0..2000 {
        session.feed(parts[random.below(parts.len())]);
        while session.has_work() {
            let mut context = Context { machine: &mut machine, environment: &environment, after: Default::default() };
            session.answer(&mut context);
        }
    }
    // 0xff ends whatever was open, as QEMU's lexer has it; then it must answer again.
    session.feed(b"\xff\n{\"execute\": \"qmp_capabilities\"}\n{\"execute\": \"query-status\"}\n");
    let mut last = String::new();
    while session.has_work() {
        let mut context = Context { machine: &mut machine, environment: &environment, after: Default::default() };
        last = session.answer(&mut context).unwrap_or(last);
    }
    assert!(last.contains("prelaunch"), "{last}");
}
