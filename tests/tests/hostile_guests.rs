//! Guests that mean no good: random words as code, random stores to every device, traps without end. Whatever they do, the machine
//! comes back from each round and answers.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use cpu::{Clock, Cpu};
use machine::config::{Icount, MemConfig, Threading};
use machine::{Advance, Machine, MachineConfig, RunState, ShutdownCause, targets};

/// The longest that a round may take, on a busy host and without optimisation.
const ROUND: Duration = Duration::from_secs(20);
/// Bytes of random programs.
const PROGRAM: u64 = 64 << 10;
/// Where RAM is on all boards but `polyarch`.
const DRAM: u64 = 0x8000_0000;

/// Random numbers (xorshift64*).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }
}

/// A raw image that lives as long as its test.
struct Image(PathBuf);

impl Image {
    fn new(name: &str, words: impl IntoIterator<Item = u32>) -> Image {
        let path = std::env::temp_dir().join(format!("polyarch-hostile-{name}-{}", std::process::id()));
        std::fs::write(&path, words.into_iter().flat_map(u32::to_le_bytes).collect::<Vec<u8>>()).unwrap();
        Image(path)
    }
}

impl Drop for Image {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// How the scheduler runs it.
#[derive(Clone, Copy, PartialEq, Debug)]
enum How {
    Multi,
    Single,
    Icount,
}

fn machine(target: &str, board: &str, cpus: u32, how: How, image: &Image) -> Machine {
    let mut config = MachineConfig::new(targets::find(target).unwrap(), Some(board)).unwrap();
    config.smp.cpus = Some(cpus);
    config.mem = MemConfig { size: Some(16 << 20), ..MemConfig::default() };
    config.boot.kernel = image.0.to_str().map(str::to_string);
    config.boot.bios = Some("none".to_string());
    match how {
        How::Multi => {}
        How::Single => config.threading = Threading::Single,
        How::Icount => config.icount = Some(Icount { shift: 3 }),
    }
    Machine::new(config).unwrap_or_else(|e| panic!("{target} {board}: {e}"))
}

/// Runs so many rounds; the guest may switch off or reset. Then the machine must answer, stop, and start again.
fn survive(machine: &mut Machine, rounds: u32, what: &str) {
    for _ in 0..rounds {
        let begin = Instant::now();
        let outcome = machine.advance();
        assert!(begin.elapsed() < ROUND, "{what}: a round took {:?}", begin.elapsed());
        match outcome {
            Advance::Ran => {}
            Advance::Wait(Some(pause)) if machine.state() == RunState::Running => {
                std::thread::sleep(pause.min(Duration::from_millis(1)));
            }
            Advance::Wait(_) | Advance::Exit(_) => break,
            Advance::Debug { .. } => panic!("{what}: {outcome:?} without a debugger"),
        }
    }
    answers(machine, what);
}

fn answers(machine: &mut Machine, what: &str) {
    for vcpu in machine.cpus() {
        let cpu = &vcpu.cpu;
        let _ = (cpu.info(), cpu.halted(), cpu.has_work(), cpu.deadline(), cpu.translate_debug(cpu.pc()));
        (0..cpu.registers().len()).for_each(|at| assert!(cpu.register(at).is_ok(), "{what}"));
    }
    machine.stop();
    for vcpu in machine.cpus_mut() {
        let state = vcpu.cpu.save();
        vcpu.cpu.restore(&state).unwrap_or_else(|e| panic!("{what}: {e}"));
        assert_eq!(vcpu.cpu.save(), state, "{what}");
        vcpu.cpu.step();
    }
    machine.request_reset(ShutdownCause::HostQmpSystemReset);
    machine.advance();
    assert!(machine.cont().is_ok(), "{what}");
    machine.take_events();
}

/// Half of the words decode; half are just bits.
fn random_words(random: &mut Random, target: &str) -> Vec<u32> {
    let xlen = if target.ends_with("32") { 32 } else { 64 };
    let model = riscv::model::Model::new(xlen, &format!("rv{xlen}"), &[]).unwrap();
    let index = decode::Index { w16: &[], w32: &[], w48: &[] };
    let decoder = decode::Decoder::new(riscv::insn::TABLES, model.exts().bits(), index);
    let word = |random: &mut Random| match random.below(8) {
        0..3 => random.next() as u32,
        // `csrrw` of any register: what random bits seldom do.
        3 => 0x73 | 1 << 12 | (random.next() as u32 & 0xffff_8f80),
        _ => decoder.sample(|| random.next()).1 as u32,
    };
    (0..PROGRAM / 4).map(|_| word(random)).collect()
}

/// Gives every register something to break things with: addresses of RAM and devices, numbers small and large.
fn scatter(cpu: &mut dyn Cpu, random: &mut Random, ram: u64) {
    for at in 0..cpu.registers().len() {
        let value = match random.below(6) {
            0 | 1 => ram + random.below(PROGRAM),
            2 => DEVICES[random.below(DEVICES.len() as u64) as usize] + random.below(0x1000),
            3 => random.below(0x100),
            4 => (random.next() as i64 >> random.below(64)) as u64,
            _ => random.next(),
        };
        // Some can't be written.
        let _ = cpu.set_register(at, u128::from(value));
    }
    cpu.set_pc(ram + (random.below(PROGRAM) & !1));
}

/// Where boards have devices (`virt`, `sifive_u`, `sifive_e`, `polyarch`).
const DEVICES: [u64; 16] = [
    0x1000,
    0x10_0000,
    0x200_0000,
    0x200_4000,
    0x200_b000,
    0xc00_0000,
    0xc00_1000,
    0xc00_2000,
    0xc20_0000,
    0x1000_0000,
    0x1000_1000,
    0x1000_2000,
    0x1001_0000,
    0x1001_2000,
    0x1010_0000,
    0x2000_0000,
];

#[test]
fn random_code_breaks_nothing() {
    let mut random = Random(0x5eed_0001);
    for target in ["riscv64", "riscv32"] {
        for board in ["virt", "polyarch", "sifive_u", "spike"] {
            for how in [How::Multi, How::Single, How::Icount] {
                let what = format!("{target} {board} {how:?}");
                let image = Image::new(&format!("code-{target}-{board}-{how:?}"), random_words(&mut random, target));
                let cpus = if ["sifive_e", "spike"].contains(&board) { 1 } else { 2 };
                let mut machine = machine(target, board, cpus, how, &image);
                let ram = if board == "polyarch" { machine.cpus()[0].cpu.pc() } else { DRAM };
                for burst in 0..8 {
                    survive(&mut machine, 3, &format!("{what}, burst {burst}"));
                    machine.cpus_mut().iter_mut().for_each(|vcpu| scatter(&mut *vcpu.cpu, &mut random, ram));
                    machine.wake_all();
                }
            }
        }
    }
}

/// The stores of a program in machine mode over `DEVICES`, each followed by a load: `width` is funct3 and the value stays in a2.
#[test]
fn random_stores_to_devices_break_nothing() {
    // a0 is an address, a1 where numbers are drawn: xorshift in a2, then store and load at a0 + (a2 & mask), all widths.
    const STORE_AND_LOAD: [u32; 19] = [
        0x00d6_1693, // slli a3, a2, 13
        0x00d6_4633, // xor  a2, a2, a3
        0x0076_5693, // srli a3, a2, 7
        0x00d6_4633, // xor  a2, a2, a3
        0x0116_1693, // slli a3, a2, 17
        0x00d6_4633, // xor  a2, a2, a3
        0x00b6_7733, // and  a4, a2, a1
        0x00a7_0733, // add  a4, a4, a0
        0x00c7_0023, // sb   a2, 0(a4)
        0x0007_0783, // lb   a5, 0(a4)
        0xffe7_7713, // andi a4, a4, -2
        0x00c7_1023, // sh   a2, 0(a4)
        0x0007_1783, // lh   a5, 0(a4)
        0xffc7_7713, // andi a4, a4, -4
        0x00c7_2023, // sw   a2, 0(a4)
        0x0007_2783, // lw   a5, 0(a4)
        0x00c7_2023, // sw   a2, 0(a4)
        0x0007_2783, // lw   a5, 0(a4)
        0xfb9f_f06f, // j    -72
    ];
    // The trap handler, 0x100 behind: skips the instruction.
    const SKIP: [u32; 4] = [
        0x3410_22f3, // csrr t0, mepc
        0x0042_8293, // addi t0, t0, 4
        0x3412_9073, // csrw mepc, t0
        0x3020_0073, // mret
    ];
    let mut words = STORE_AND_LOAD.to_vec();
    words.resize(0x100 / 4, 0x13);
    words.extend(SKIP);
    let mut random = Random(0x5eed_0002);
    for target in ["riscv64", "riscv32"] {
        for board in ["virt", "polyarch", "sifive_u", "sifive_e", "spike"] {
            for how in [if target == "riscv64" { How::Multi } else { How::Icount }] {
                let image = Image::new(&format!("stores-{target}-{board}-{how:?}"), words.iter().copied());
                let cpus = if ["sifive_e", "spike"].contains(&board) { 1 } else { 2 };
                let mut machine = machine(target, board, cpus, how, &image);
                let ram = if board == "polyarch" { machine.cpus()[0].cpu.pc() } else { DRAM };
                for base in DEVICES {
                    for vcpu in machine.cpus_mut() {
                        let mask = [0xfff, 0xffff, 0x3f][random.below(3) as usize];
                        let seed = random.next() | 1;
                        // Interrupts are off, and a line that rises may wake nobody.
                        for (name, value) in [("a0", base), ("a1", mask), ("a2", seed), ("mtvec", ram + 0x100)] {
                            set(&mut *vcpu.cpu, name, value);
                        }
                        vcpu.cpu.set_pc(ram);
                    }
                    machine.wake_all();
                    survive(&mut machine, 2, &format!("{target} {board} {how:?} at {base:#x}"));
                }
            }
        }
    }
}

fn set(cpu: &mut dyn Cpu, name: &str, value: u64) {
    let at = cpu.registers().iter().position(|register| register.name == name);
    cpu.set_register(at.unwrap_or_else(|| panic!("no {name}")), u128::from(value)).unwrap();
}

fn get(cpu: &dyn Cpu, name: &str) -> u64 {
    let at = cpu.registers().iter().position(|register| register.name == name).unwrap();
    cpu.register(at).unwrap() as u64
}

/// One hart does nothing but trap; rounds end all the same, the other hart gets on, and time too.
#[test]
fn traps_without_end_end_the_round() {
    // (pc, mtvec): a hole, a device, an instruction that traps in the handler's first place, and an interrupt that stays up there.
    let ecall = DRAM + 0x10;
    let code = [0x6f, 0x13, 0x13, 0x13, 0x73, 0, 0x6f, 0x6f];
    for (what, pc, mtvec) in [
        ("fetch from a hole", 0x4000_0000, 0x4000_0000),
        ("fetch from a device", DRAM + 0x10, 0x1000_0000),
        ("ecall in its own handler", ecall, ecall),
        ("an illegal instruction", DRAM + 0x14, DRAM + 0x14),
        ("fetch from the end of the address space", !1, !3),
    ] {
        for target in ["riscv64", "riscv32"] {
            for how in [How::Multi, How::Single, How::Icount] {
                let what = format!("{what}, {target} {how:?}");
                let image = Image::new("traps", code);
                let mut machine = machine(target, "virt", 2, how, &image);
                let cut = if target == "riscv32" { u64::from(u32::MAX) } else { u64::MAX };
                let cpu = &mut *machine.cpus_mut()[0].cpu;
                set(cpu, "mtvec", mtvec & cut);
                cpu.set_pc(pc & cut);
                // Hart 1 counts up t0 at the start of the program: `j .` is an instruction as good as any.
                machine.cpus_mut()[1].cpu.set_pc(DRAM);
                let (before, time) = (machine.cpus()[1].cpu.executed(), machine.clock().now(0));
                for _ in 0..8 {
                    let begin = Instant::now();
                    assert_eq!(machine.advance(), Advance::Ran, "{what}");
                    assert!(begin.elapsed() < ROUND, "{what}");
                }
                assert!(machine.cpus()[1].cpu.executed() > before, "{what}: the other hart stands");
                assert!(machine.clock().now(0) > time, "{what}: time stands");
                assert_eq!(get(&*machine.cpus()[0].cpu, "pc") & !3, mtvec & cut & !3, "{what}");
                answers(&mut machine, &what);
            }
        }
    }
}

/// A timer that is always due and a handler that leaves it so: each instruction is interrupted.
#[test]
fn interrupts_without_end_end_the_round() {
    // The handler at 0x10 returns at once to `j .` at 0.
    let image = Image::new("interrupts", [0x6f, 0x13, 0x13, 0x13, 0x3020_0073]);
    for how in [How::Multi, How::Single, How::Icount] {
        let mut machine = machine("riscv64", "virt", 2, how, &image);
        for vcpu in machine.cpus_mut() {
            for (name, value) in [("mtvec", DRAM + 0x10), ("mie", 0x80), ("mstatus", 0x1808)] {
                set(&mut *vcpu.cpu, name, value);
            }
            vcpu.cpu.set_pc(DRAM);
            vcpu.cpu.lines().set(7, true);
        }
        let begin = Instant::now();
        (0..5).for_each(|_| assert_eq!(machine.advance(), Advance::Ran));
        assert!(begin.elapsed() < ROUND, "{how:?}");
        assert_eq!(get(&*machine.cpus()[0].cpu, "mcause"), 1 << 63 | 7, "{how:?}");
        answers(&mut machine, "interrupts");
    }
}

/// With counted instructions, a guest that sleeps till the end of time must not make the clock overflow.
#[test]
fn sleep_till_the_end_of_time() {
    // sd a1, 0(a0); wfi; j .-4
    let image = Image::new("sleep", [0x00b5_3023, 0x1050_0073, 0xffdf_f06f]);
    for mtimecmp in [u64::MAX, u64::MAX / 100, u64::MAX / 100 - 1, u64::MAX / 100 + 1, 1 << 63] {
        let mut machine = machine("riscv64", "virt", 1, How::Icount, &image);
        let cpu = &mut *machine.cpus_mut()[0].cpu;
        for (name, value) in [("a0", 0x200_4000), ("a1", mtimecmp), ("mie", 0x80)] {
            set(cpu, name, value);
        }
        cpu.set_pc(DRAM);
        survive(&mut machine, 20, &format!("mtimecmp {mtimecmp:#x}"));
    }
}
