//! Guests on the boards: the same program in every way the scheduler can run it.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use devices::Capture;
use machine::config::{Icount, MemConfig, Threading};
use machine::{Advance, Console, DeviceConfig, Given, Machine, MachineConfig, ShutdownCause, targets};
use topology::SmpOptions;

/// A machine and its console.
struct Run {
    machine: Machine,
    console: Capture,
}

impl Run {
    fn new(target: &str, board: &str, set: impl FnOnce(&mut MachineConfig)) -> Run {
        let console = Capture::new();
        let mut config = MachineConfig::new(targets::find(target).unwrap(), Some(board)).unwrap();
        config.console = Console::new(console.clone());
        // Programs here run in machine mode, wherever the host has a firmware.
        config.boot.bios = Some("none".to_owned());
        set(&mut config);
        let machine = Machine::new(config).unwrap_or_else(|e| panic!("{e}"));
        Run { machine, console }
    }

    /// Runs until the process would end; the exit code.
    fn finish(&mut self) -> i32 {
        let start = Instant::now();
        loop {
            match self.machine.advance() {
                Advance::Exit(code) => return code,
                Advance::Wait(Some(wait)) => std::thread::sleep(wait.min(Duration::from_millis(100))),
                Advance::Ran => {}
                other => panic!("{other:?}; console: {}", self.console.text()),
            }
            assert!(start.elapsed() < Duration::from_secs(120), "no end; console: {}", self.console.text());
        }
    }
}

fn guest(path: &str) -> Option<String> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../guests").join(path);
    assert!(path.exists(), "{} is missing", path.display());
    path.to_str().map(str::to_string)
}

/// A file of machine code that lives as long as the test.
struct Code(PathBuf);

impl Code {
    fn new(name: &str, words: &[u32]) -> Code {
        let path = std::env::temp_dir().join(format!("polyarch-{name}-{}", std::process::id()));
        std::fs::write(&path, words.iter().flat_map(|w| w.to_le_bytes()).collect::<Vec<u8>>()).unwrap();
        Code(path)
    }

    fn name(&self) -> Option<String> {
        self.0.to_str().map(str::to_string)
    }
}

impl Drop for Code {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// `lui rd, upper`
const fn lui(rd: u32, upper: u32) -> u32 {
    upper << 12 | rd << 7 | 0x37
}
/// `addi rd, rs1, imm`
const fn addi(rd: u32, rs1: u32, imm: u32) -> u32 {
    (imm & 0xfff) << 20 | rs1 << 15 | rd << 7 | 0x13
}
/// `sw rs2, 0(rs1)`
const fn sw(rs2: u32, rs1: u32) -> u32 {
    rs2 << 20 | rs1 << 15 | 0b010 << 12 | 0x23
}
/// `j .`
const STAY: u32 = 0x6f;
const WFI: u32 = 0x1050_0073;

const DEMO_SMP: &str = "8,sockets=2,dies=1,cores=2,threads=2";

fn demo(target: &str, set: impl FnOnce(&mut MachineConfig)) -> Run {
    Run::new(target, "polyarch", |config| {
        config.smp = SmpOptions::parse(DEMO_SMP).unwrap();
        config.boot.kernel = guest(&format!("demo/bin/demo-{target}.elf"));
        for text in ["node", "node", "dist,src=0,dst=1,val=21"] {
            config.numa.push(Given { option: text.to_string(), value: text.to_string() });
        }
        set(config);
    })
}

/// What does not depend on the host's clock.
fn steady(text: &str) -> String {
    text.lines().filter(|line| !line.starts_with("speed:")).map(|line| format!("{line}\n")).collect()
}

#[test]
fn the_demo_says_the_same_however_it_is_scheduled() {
    for target in ["riscv64", "riscv32"] {
        let mut multi = demo(target, |_| {});
        let mut single = demo(target, |config| config.threading = Threading::Single);
        let mut counted = demo(target, |config| config.icount = Some(Icount { shift: 2 }));
        let codes = [multi.finish(), single.finish(), counted.finish()];
        let texts = [&multi, &single, &counted].map(|run| steady(&run.console.text()));
        assert_eq!(codes, [0, 0, 0], "{}", texts[0]);
        assert!(texts[0].ends_with("all is well\r\n") || texts[0].ends_with("all is well\n"), "{}", texts[0]);
        assert_eq!(texts[0], texts[1]);
        assert_eq!(texts[0], texts[2]);
    }
}

/// What the guest read from its devicetree is what the tree says.
#[test]
fn the_guest_sees_the_tree() {
    let mut run = demo("riscv64", |_| {});
    assert_eq!(run.finish(), 0);
    let (text, tree) = (run.console.text(), run.machine.tree());
    for (place, thread) in tree.threads() {
        let (socket, core) = (place.socket, place.core);
        let line = text.lines().find(|line| line.starts_with(&format!("cpu {:4}:", thread.cpu))).unwrap_or_default();
        assert!(line.contains(&format!(" socket {socket} ")), "{line}");
        assert!(line.contains(&format!(" core {core} thread {}", thread.id)), "{line}");
        assert!(line.contains(&format!(", node {} ", thread.node.unwrap())), "{line}");
    }
}

#[test]
fn counting_instructions_makes_runs_equal() {
    let run = || {
        let mut run = demo("riscv64", |config| config.icount = Some(Icount { shift: 0 }));
        assert_eq!(run.finish(), 0);
        let executed: Vec<u64> = run.machine.cpus().iter().map(|vcpu| vcpu.cpu.executed()).collect();
        let states: Vec<Vec<u8>> = run.machine.cpus().iter().map(|vcpu| vcpu.cpu.save()).collect();
        (run.console.text(), executed, states)
    };
    assert!(run() == run());
}

#[test]
fn test_programs_pass_on_virt() {
    for (name, cpus) in [("hello", 1), ("timer", 1), ("plic_uart", 1), ("smp_ipi", 4), ("amo_smp", 8)] {
        for xlen in [32, 64] {
            let mut run = Run::new(&format!("riscv{xlen}"), "virt", |config| {
                config.smp.cpus = Some(cpus);
                config.boot.kernel = guest(&format!("tests/riscv/bin/{name}-rv{xlen}.elf"));
            });
            let code = run.finish();
            assert_eq!(code, 0, "{name} on riscv{xlen}: {}", run.console.text());
        }
    }
}

#[test]
fn every_uart_speaks() {
    // virt and polyarch have a 16550 at 0x1000_0000, sifive_u its own UART at 0x1001_0000, sifive_e at 0x1001_3000.
    for (board, uart) in [("virt", 0x10000), ("polyarch", 0x10000), ("sifive_u", 0x10010), ("sifive_e", 0x10013)] {
        let words = [lui(5, uart), addi(6, 0, u32::from(b'x')), sw(6, 5), WFI, STAY];
        let code = Code::new(&format!("uart-{board}"), &words);
        let mut run = Run::new("riscv64", board, |config| config.boot.kernel = code.name());
        let start = Instant::now();
        while !run.console.text().contains('x') && start.elapsed() < Duration::from_secs(20) {
            run.machine.advance();
        }
        assert!(run.console.text().starts_with('x'), "{board}: {:?}", run.console.text());
    }
}

#[test]
fn a_reset_begins_again_with_what_was_loaded() {
    // Counts in the word behind the code, says so, and asks for a reset the first time.
    let uart = [lui(5, 0x10000), addi(6, 0, u32::from(b'r')), sw(6, 5)];
    // 0x7777 to the exit device at 0x1000_1000.
    let reset = [lui(5, 0x10001), lui(6, 7), addi(6, 6, 0x777), sw(6, 5), STAY];
    let code = Code::new("reset", &[uart.as_slice(), &reset].concat());
    let mut run = Run::new("riscv64", "polyarch", |config| config.boot.kernel = code.name());
    let start = Instant::now();
    while run.console.text().len() < 3 && start.elapsed() < Duration::from_secs(20) {
        run.machine.advance();
    }
    assert_eq!(&run.console.text()[..3], "rrr");
    let events = run.machine.take_events();
    let reset = events.iter().find(|event| event.name == "RESET").unwrap();
    assert_eq!(reset.data[1].1, ShutdownCause::GuestReset.name().into());
}

#[test]
fn waiting_cpus_cost_nothing_and_plugged_ones_run() {
    // Each CPU says its number as a letter, then waits.
    // The last instruction jumps back to the wait.
    let words = [lui(5, 0x10000), addi(6, 10, u32::from(b'a')), sw(6, 5), WFI, 0xffdf_f06f];
    let code = Code::new("plug", &words);
    let mut run = Run::new("riscv64", "polyarch", |config| {
        config.smp = SmpOptions::parse("1,maxcpus=4").unwrap();
        config.boot.kernel = code.name();
    });
    let settle = |run: &mut Run| {
        for _ in 0..100 {
            if run.machine.advance() == Advance::Wait(None) {
                return;
            }
        }
        panic!("the machine does not come to rest");
    };
    settle(&mut run);
    let device = DeviceConfig::parse("rv64-riscv-cpu,id=late,socket-id=2,core-id=0,thread-id=0").unwrap();
    run.machine.device_add(&device).unwrap();
    settle(&mut run);
    assert_eq!(run.console.text(), "ac");
    let before = run.machine.executed();
    settle(&mut run);
    assert_eq!(run.machine.executed(), before);
    run.machine.device_del("late").unwrap();
    run.machine.request_reset(ShutdownCause::HostQmpSystemReset);
    settle(&mut run);
    assert_eq!(run.console.text(), "aca");
}

#[test]
fn the_loader_device_loads_and_starts() {
    let code = Code::new("loader", &[lui(5, 0x10001), STAY]);
    let device = |text: String| Given { option: format!("-device {text}"), value: DeviceConfig::parse(&text).unwrap() };
    let file = code.name().unwrap();
    let run = Run::new("riscv64", "virt", |config| {
        config.stopped = true;
        config.devices.push(device(format!("loader,file={file},addr=0x80001000,cpu-num=0")));
        config.devices.push(device("loader,addr=0x80002000,data=0x12345678,data-len=4,data-be=on".to_string()));
    });
    let mut bytes = [0; 4];
    run.machine.memory().read_bytes(0x8000_2000, &mut bytes);
    assert_eq!((run.machine.cpus()[0].cpu.pc(), bytes), (0x8000_1000, [0x12, 0x34, 0x56, 0x78]));
    for (text, want) in [
        ("loader", "give file="),
        ("loader,data=1,addr=0x80000000", "data= needs data-len="),
        ("loader,data=1,data-len=4,addr=0x40", "loader: no memory at 0x40"),
        ("loader,file=/nonexistent,addr=0", "could not load '/nonexistent'"),
        ("loader,foo=1", "Property '.foo' not found"),
    ] {
        let mut config = MachineConfig::new(targets::find("riscv64").unwrap(), Some("virt")).unwrap();
        config.devices.push(device(text.to_string()));
        let e = Machine::new(config).err().map(|e| e.text).unwrap_or_default();
        assert!(e.contains(want), "{text}: {e}");
    }
}

#[test]
fn broken_programs_are_refused() {
    let faults = [("virt", "/nonexistent", "could not load"), ("polyarch", "/nonexistent", "could not load")];
    for (board, file, want) in faults {
        let mut config = MachineConfig::new(targets::find("riscv64").unwrap(), Some(board)).unwrap();
        config.boot.kernel = Some(file.to_string());
        let e = Machine::new(config).err().map(|e| e.text).unwrap_or_default();
        assert!(e.contains(want), "{board}: {e}");
    }
    let mut config = MachineConfig::new(targets::find("riscv32").unwrap(), Some("polyarch")).unwrap();
    config.boot.kernel = guest("demo/bin/demo-riscv64.elf");
    let e = Machine::new(config).err().map(|e| e.text).unwrap_or_default();
    assert!(e.contains("64"), "{e}");
    let mut config = MachineConfig::new(targets::find("riscv64").unwrap(), Some("virt")).unwrap();
    config.mem = MemConfig { size: Some(8192), ..MemConfig::default() };
    config.boot.kernel = guest("tests/riscv/bin/hello-rv64.elf");
    assert!(Machine::new(config).is_err());
}

/// A 64-bit ELF with `code` at 0x8000_0000 and the symbols `tohost` and `fromhost` (the next word) at `tohost`.
fn elf_with_htif(code: &[u32], tohost: u64) -> Vec<u8> {
    let code: Vec<u8> = code.iter().flat_map(|word| word.to_le_bytes()).collect();
    let strings = b"\0tohost\0fromhost\0";
    let (code_at, symbols_at) = (0x78u64, 0x78 + code.len() as u64);
    let strings_at = symbols_at + 3 * 24;
    let sections_at = strings_at + strings.len() as u64;
    let mut out = b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0".to_vec();
    let halves = |out: &mut Vec<u8>, list: &[u16]| list.iter().for_each(|n| out.extend(n.to_le_bytes()));
    let words = |out: &mut Vec<u8>, list: &[u32]| list.iter().for_each(|n| out.extend(n.to_le_bytes()));
    let longs = |out: &mut Vec<u8>, list: &[u64]| list.iter().for_each(|n| out.extend(n.to_le_bytes()));
    halves(&mut out, &[2, 243]);
    words(&mut out, &[1]);
    longs(&mut out, &[0x8000_0000, 0x40, sections_at]);
    words(&mut out, &[0]);
    halves(&mut out, &[64, 56, 1, 64, 3, 0]);
    words(&mut out, &[1, 7]);
    longs(&mut out, &[code_at, 0x8000_0000, 0x8000_0000, code.len() as u64, 0x3000, 0x1000]);
    out.extend(&code);
    out.extend([0; 24]);
    for (name, value) in [(1, tohost), (8, tohost + 8)] {
        words(&mut out, &[name]);
        halves(&mut out, &[0x10, 1]);
        longs(&mut out, &[value, 8]);
    }
    out.extend(strings);
    out.extend([0; 64]);
    for (kind, at, len, link, info, entry) in
        [(2, symbols_at, 72, 2, 1, 24), (3, strings_at, strings.len() as u64, 0, 0, 0)]
    {
        words(&mut out, &[0, kind]);
        longs(&mut out, &[0, 0, at, len]);
        words(&mut out, &[link, info]);
        longs(&mut out, &[1, entry]);
    }
    out
}

#[test]
fn htif_prints_and_ends_the_run_on_spike() {
    /// `sd rs2, 0(rs1)`
    const fn sd(rs2: u32, rs1: u32) -> u32 {
        rs2 << 20 | rs1 << 15 | 0b011 << 12 | 0x23
    }
    /// `slli rd, rs1, n` and `or rd, rd, rs2`
    const fn slli(rd: u32, rs1: u32, n: u32) -> u32 {
        n << 20 | rs1 << 15 | 0b001 << 12 | rd << 7 | 0x13
    }
    // tohost is at 0x8000_2000: auipc t0, 2. Device 1, command 1 prints; an odd number to device 0 ends with number / 2.
    let code = [
        2 << 12 | 5 << 7 | 0x17,
        addi(6, 0, 0x101),
        slli(6, 6, 48),
        addi(6, 6, u32::from(b'H')),
        sd(6, 5),
        addi(6, 0, 5 << 1 | 1),
        sd(6, 5),
        STAY,
    ];
    let file = Code::new("htif", &[]);
    std::fs::write(&file.0, elf_with_htif(&code, 0x8000_2000)).unwrap();
    let mut run = Run::new("riscv64", "spike", |config| config.boot.kernel = file.name());
    let code = run.finish();
    assert_eq!((code, run.console.text().as_str()), (5, "H"));
}
