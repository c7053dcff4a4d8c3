//! Harts on host threads of their own: atomics, locks, fences, and code that one hart writes and another runs.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};
use std::time::{Duration, Instant};

use cpu::{Clock, Cpu, Env, Exit, Kind, Lines, Vcpu};
use interp::Interp;
use memory::{AddressSpace, Nanos, Ram};
use riscv::Riscv64;
use riscv::model::Model;

const RAM: u64 = 0x8000_0000;
/// Where the programs keep what they share, from the start of RAM: cells 256 bytes apart.
const DATA: u64 = 0x1_0000;
/// The page that is written and run.
const PAGE: u64 = 0x2_0000;
const LIMIT: Duration = Duration::from_secs(240);

/// The register with the address of the data (s0), of the page (s1), and with the number of rounds (s2).
const S0: u32 = 8;
const S1: u32 = 9;
const S2: u32 = 18;
/// The number of the round (s3), and what has gone wrong (s4).
const S3: u32 = 19;
const S4: u32 = 20;
const A0: u32 = 10;
const RA: u32 = 1;
const T0: u32 = 5;
const T1: u32 = 6;
const T2: u32 = 7;

const FENCE: u32 = 0x0330_000f;
const FENCE_I: u32 = 0x0000_100f;
const WFI: u32 = 0x1050_0073;

/// The cells.
const COUNTER: u32 = 0;
const LOCK: u32 = 0x100;
const FLAG: u32 = 0x200;
const ACK: u32 = 0x300;
const VALUE: u32 = 0x400;

/// Stands for time; nobody here asks for it.
struct Still;

impl Clock for Still {
    fn now(&self, _: u64) -> Nanos {
        0
    }
}

/// A little assembler: words, and labels for branches.
#[derive(Default)]
struct Asm {
    words: Vec<u32>,
    labels: HashMap<&'static str, usize>,
    branches: Vec<(usize, &'static str)>,
}

impl Asm {
    fn word(&mut self, word: u32) -> &mut Asm {
        self.words.push(word);
        self
    }
    fn label(&mut self, name: &'static str) -> &mut Asm {
        assert_eq!(self.labels.insert(name, self.words.len()), None, "{name}");
        self
    }
    fn i(&mut self, opcode: u32, funct3: u32, rd: u32, rs1: u32, imm: u32) -> &mut Asm {
        self.word((imm & 0xfff) << 20 | rs1 << 15 | funct3 << 12 | rd << 7 | opcode)
    }
    fn addi(&mut self, rd: u32, rs1: u32, imm: i32) -> &mut Asm {
        self.i(0x13, 0, rd, rs1, imm as u32)
    }
    fn ld(&mut self, rd: u32, rs1: u32, imm: u32) -> &mut Asm {
        self.i(0x03, 3, rd, rs1, imm)
    }
    fn store(&mut self, funct3: u32, rs2: u32, rs1: u32, imm: u32) -> &mut Asm {
        self.word((imm >> 5 & 0x7f) << 25 | rs2 << 20 | rs1 << 15 | funct3 << 12 | (imm & 31) << 7 | 0x23)
    }
    fn sd(&mut self, rs2: u32, rs1: u32, imm: u32) -> &mut Asm {
        self.store(3, rs2, rs1, imm)
    }
    /// An atomic of 64 bits, with `aq` and `rl`.
    fn amo(&mut self, funct5: u32, rd: u32, rs1: u32, rs2: u32) -> &mut Asm {
        self.word(funct5 << 27 | 3 << 25 | rs2 << 20 | rs1 << 15 | 3 << 12 | rd << 7 | 0x2f)
    }
    fn bne(&mut self, rs1: u32, rs2: u32, to: &'static str) -> &mut Asm {
        self.branches.push((self.words.len(), to));
        self.word(rs2 << 20 | rs1 << 15 | 1 << 12 | 0x63)
    }
    /// Runs `body` with s3 = 1 to s2.
    fn rounds(&mut self, body: impl FnOnce(&mut Asm)) -> &mut Asm {
        self.addi(S3, 0, 0).label("round").addi(S3, S3, 1);
        body(self);
        self.bne(S3, S2, "round")
    }
    /// Waits until the 64-bit cell holds s3.
    fn await_round(&mut self, cell: u32, label: &'static str) -> &mut Asm {
        self.label(label).ld(T0, S0, cell).bne(T0, S3, label)
    }
    fn finish(&mut self) -> Vec<u32> {
        self.word(WFI);
        for (at, to) in &self.branches {
            let offset = ((self.labels[to] as i64 - *at as i64) * 4) as u32;
            let high = (offset >> 12 & 1) << 31 | (offset >> 5 & 0x3f) << 25;
            self.words[*at] |= high | (offset >> 1 & 15) << 8 | (offset >> 11 & 1) << 7;
        }
        self.words.clone()
    }
}

/// Runs each program on a hart and a thread of its own until all wait for an interrupt; RAM, and each hart's s4.
fn run(rounds: u64, programs: &[Vec<u32>]) -> (Arc<Ram>, Vec<u64>) {
    run_as(false, rounds, programs)
}

/// The same; `in_rounds`: no hart begins its next 20,000 instructions before all have done theirs, as on a machine.
fn run_as(in_rounds: bool, rounds: u64, programs: &[Vec<u32>]) -> (Arc<Ram>, Vec<u64>) {
    let kind = Kind::<Riscv64>::new(Model::new(64, "rv64", &[]).unwrap());
    let ram = Arc::new(Ram::new(1 << 20).unwrap());
    let mut bus = AddressSpace::new();
    bus.map_ram("ram", RAM, &ram).unwrap();
    let bus = Arc::new(bus);
    // `ret`, for those who jump there before they write something else.
    ram.write_bytes(PAGE, &0x8067u32.to_le_bytes());
    let mut harts: Vec<Vcpu<Riscv64, Interp>> = Vec::new();
    for (index, program) in programs.iter().enumerate() {
        let bytes: Vec<u8> = program.iter().flat_map(|w| w.to_le_bytes()).collect();
        let start = index as u64 * 0x1000;
        ram.write_bytes(start, &bytes);
        let lines = Arc::<Lines>::default();
        let env = Env {
            index: index as u32,
            lines,
            bus: Arc::clone(&bus),
            clock: Arc::new(Still),
            board: Arc::new(cpu::PlainBoard),
        };
        let mut hart = Vcpu::new(&kind, env);
        hart.set_pc(RAM + start);
        for (name, value) in [("s0", RAM + DATA), ("s1", RAM + PAGE), ("s2", rounds)] {
            set(&mut hart, name, value);
        }
        harts.push(hart);
    }
    let begin = Instant::now();
    let (barrier, waiting) = (Barrier::new(harts.len()), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for hart in &mut harts {
            scope.spawn(|| {
                let mut done = false;
                while !done || in_rounds && waiting.load(Ordering::SeqCst) < programs.len() {
                    if in_rounds {
                        barrier.wait();
                        hart.begin_round();
                    }
                    if !done && hart.run(20_000) == Exit::Halted {
                        done = true;
                        waiting.fetch_add(1, Ordering::SeqCst);
                    }
                    if in_rounds {
                        barrier.wait();
                    }
                    assert!(begin.elapsed() < LIMIT, "no end; pc {:#x}, round {}", hart.pc(), get(hart, "s3"));
                }
            });
        }
    });
    let wrong = harts.iter().map(|hart| get(hart, "s4")).collect();
    (ram, wrong)
}

fn index(hart: &impl Cpu, name: &str) -> usize {
    hart.registers().iter().position(|register| register.name == name).unwrap()
}

fn set(hart: &mut impl Cpu, name: &str, value: u64) {
    hart.set_register(index(hart, name), u128::from(value)).unwrap();
}

fn get(hart: &impl Cpu, name: &str) -> u64 {
    hart.register(index(hart, name)).unwrap() as u64
}

const HARTS: u64 = 4;
const ROUNDS: u64 = 50_000;

fn count_by(body: fn(&mut Asm)) {
    let program = Asm::default().rounds(body).finish();
    let (ram, _) = run(ROUNDS, &vec![program; HARTS as usize]);
    assert_eq!(ram.read(DATA, 8), HARTS * ROUNDS);
}

#[test]
fn load_reserved_and_store_conditional_count() {
    count_by(|asm| {
        asm.label("again").amo(2, T0, S0, 0).addi(T0, T0, 1).amo(3, T1, S0, T0).bne(T1, 0, "again");
    });
}

#[test]
fn atomic_additions_count() {
    count_by(|asm| {
        asm.addi(T0, 0, 1).amo(0, 0, S0, T0);
    });
}

/// The counter is a plain load and store; only the lock keeps others out.
#[test]
fn a_spinlock_keeps_others_out() {
    count_by(|asm| {
        asm.addi(T1, 0, 1).addi(T2, S0, LOCK as i32).label("again").amo(1, T0, T2, T1).bne(T0, 0, "again");
        asm.ld(T0, S0, COUNTER).addi(T0, T0, 1).sd(T0, S0, COUNTER).amo(1, 0, T2, 0);
    });
}

/// Who sees the flag sees the message.
#[test]
fn fences_order_messages() {
    let sender = Asm::default()
        .rounds(|asm| {
            asm.sd(S3, S0, VALUE).word(FENCE).sd(S3, S0, FLAG).await_round(ACK, "ack").word(FENCE);
        })
        .finish();
    let receiver = Asm::default()
        .rounds(|asm| {
            asm.await_round(FLAG, "flag").word(FENCE).ld(T1, S0, VALUE);
            asm.bne(T1, S3, "wrong").label("ok").word(FENCE).sd(S3, S0, ACK);
        })
        .word(WFI)
        .label("wrong")
        .addi(S4, S4, 1)
        .bne(S4, 0, "ok")
        .finish();
    assert_eq!(run(10_000, &[sender, receiver]).1, [0, 0]);
}

/// Each hart stores to its cell and then loads the other's: with a full fence between, one of the two sees the other's store.
#[test]
fn fences_order_stores_before_loads() {
    const PAIRS: u64 = 28_000;
    // s1 walks over the pairs of cells: mine at 0, the other's at 8, what I saw at 16 (hart 0) or 24 (hart 1).
    let program = |mine: u32, other: u32, seen: u32| {
        Asm::default()
            .addi(T1, 0, 1)
            .rounds(|asm| {
                asm.sd(T1, S1, mine).word(FENCE).ld(T0, S1, other).sd(T0, S1, seen).addi(S1, S1, 32);
            })
            .finish()
    };
    let (ram, _) = run(PAIRS, &[program(0, 8, 16), program(8, 0, 24)]);
    let seen = |i: u64| (ram.read(PAGE + 32 * i + 16, 8), ram.read(PAGE + 32 * i + 24, 8));
    assert_eq!((0..PAIRS).find(|i| seen(*i) == (0, 0)), None);
}

/// One hart writes a function, another fetches it after FENCE.I, over and over.
#[test]
fn code_written_by_one_hart_is_run_by_another() {
    // `addi a0, zero, round % 1024` and `ret`, as one store of 64 bits.
    let writer = Asm::default()
        .rounds(|asm| {
            asm.i(0x13, 7, T0, S3, 0x3ff).i(0x13, 1, T0, T0, 20).addi(T0, T0, 0x513);
            asm.addi(T1, 0, 1).i(0x13, 1, T1, T1, 15).addi(T1, T1, 0x67).i(0x13, 1, T1, T1, 32);
            asm.word(T1 << 20 | T0 << 15 | T0 << 7 | 0x33).sd(T0, S1, 0).word(FENCE).sd(S3, S0, FLAG);
            asm.await_round(ACK, "ack").word(FENCE);
        })
        .finish();
    let runner = Asm::default()
        .rounds(|asm| {
            asm.await_round(FLAG, "flag").word(FENCE).word(FENCE_I).i(0x67, 0, RA, S1, 0);
            asm.i(0x13, 7, T1, S3, 0x3ff).bne(A0, T1, "wrong").label("ok").word(FENCE).sd(S3, S0, ACK);
        })
        .word(WFI)
        .label("wrong")
        .addi(S4, S4, 1)
        .bne(S4, 0, "ok")
        .finish();
    for in_rounds in [false, true, false, true] {
        let (_, wrong) = run_as(in_rounds, 3_000, &[writer.clone(), runner.clone()]);
        assert_eq!(wrong, [0, 0], "calls that ran old code; in rounds: {in_rounds}");
    }
}

/// Data beside code: no store is lost, and the code goes on meaning what it meant.
#[test]
fn stores_beside_code_that_runs_are_kept() {
    // 0x20 shares a 64-byte line with the code, 0x7f8 only the page.
    let at = |offset: u32| {
        Asm::default()
            .rounds(|asm| {
                asm.ld(T0, S1, offset).addi(T0, T0, 1).sd(T0, S1, offset);
            })
            .finish()
    };
    // Into the page and back.
    let runner = Asm::default()
        .rounds(|asm| {
            asm.i(0x67, 0, RA, S1, 0);
        })
        .finish();
    let (ram, _) = run(ROUNDS, &[runner, at(0x20), at(0x7f8)]);
    assert_eq!((ram.read(PAGE + 0x20, 8), ram.read(PAGE + 0x7f8, 8)), (ROUNDS, ROUNDS));
}
