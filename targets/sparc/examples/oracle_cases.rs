//! Random V8 instructions with random operands, and what we make of them: input for `oracles/qemu_sparc.py`.
//!
//! `oracle_cases --seed 1 --count 100000 [--only add,fadds] [--not fsqrtd] [--float128]` prints a header and one JSON object a case:
//! `set` (registers that are written before), `words`, `steps`, and all registers after (`after`), and the bytes that have changed (`mem`). State
//! carries over from case to case. A case is one instruction, or a branch with its delay slot, or such a pair behind an instruction that
//! sets condition codes.
//!
//! Each case is run in single steps and as a block, which must agree.
#![allow(clippy::print_stdout, reason = "printing is what this program does")]

use std::fmt::Write;
use std::io::{BufWriter, Write as _};
use std::sync::Arc;

use cpu::{Clock, Cpu, Env, Kind, Lines, Vcpu};
use interp::Interp;
use memory::{AddressSpace, Nanos, Ram};
use sparc::lift::Lifter;
use sparc::model::Model;
use sparc::{Sparc32, insn};

const RAM: u64 = 0x4000_0000;
const RAM_SIZE: u64 = 0x10_0000;
/// Where the instructions stand: in the middle of a page of NOPs, so that short jumps stay on it.
const PC: u64 = RAM + 0x1_0800;
const DATA: u64 = RAM + 0x2_0000;
const WINDOW: u64 = 0x1000;
const VECTORS: u64 = RAM + 0x3_0000;
const NOP: u32 = 0x0100_0000;
/// `ba,a .`
const HERE: u32 = 0x3080_0000;
const N_REGS: usize = 72;
const PSR: usize = 65;
const WIM: usize = 66;
const TBR: usize = 67;
const PC_REG: usize = 68;
const NPC: usize = 69;
const FSR: usize = 70;

struct Still;

impl Clock for Still {
    fn now(&self, _: u64) -> Nanos {
        0
    }
}

/// Random numbers (splitmix64, Steele, Lea and Flood 2014).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ z >> 31
    }

    fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }

    fn integer(&mut self) -> u32 {
        let special = [0, 1, 2, 3, u32::MAX, 1 << 31, i32::MAX as u32, 0xffff_fffe, 0x8000_0001, 0xffff];
        match self.below(6) {
            0 | 1 => special[self.below(special.len() as u64) as usize],
            2 => (self.next() as i8) as u32,
            3 => self.next() as u32 >> self.below(32),
            4 => 1 << self.below(32),
            _ => self.next() as u32,
        }
    }

    fn single(&mut self) -> u32 {
        let special = [
            0,
            0x3f80_0000,
            0x7f80_0000,
            0x7fc0_0000,
            0x7f80_0001,
            1,
            0x007f_ffff,
            0x0080_0000,
            0x7f7f_ffff,
            0x4f00_0000,
            0x5f00_0000,
            0x7fd0_1234,
        ];
        let sign = self.next() as u32 & 1 << 31;
        match self.below(4) {
            0 => special[self.below(special.len() as u64) as usize] | sign,
            1 => (self.integer() as i32 as f32).to_bits(),
            2 => (self.next() as u32) & 0x807f_ffff | (100 + self.below(56) as u32) << 23,
            _ => self.next() as u32,
        }
    }

    fn double(&mut self) -> u64 {
        let special = [
            0,
            0x3ff0 << 48,
            0x7ff0 << 48,
            0x7ff8 << 48,
            0x7ff0 << 48 | 1,
            1,
            (1 << 52) - 1,
            1 << 52,
            0x7fef_ffff_ffff_ffff,
            0x41e0 << 48,
            0x43e0 << 48,
            0x47ef_ffff_f000_0000,
            0x7ff8_1234_5678_9abc,
        ];
        let sign = self.next() & 1 << 63;
        match self.below(4) {
            0 => special[self.below(special.len() as u64) as usize] | sign,
            1 => f64::from(self.integer() as i32).to_bits(),
            2 => self.next() & 0x800f_ffff_ffff_ffff | (960 + self.below(128)) << 52,
            _ => self.next(),
        }
    }

    fn quad(&mut self) -> [u64; 2] {
        let high = match self.below(4) {
            0 => [0, 0x3fff << 48, 0x7fff << 48, 0x7fff_8000 << 32, 0x7ffe_ffff_ffff_ffff][self.below(5) as usize],
            1 => self.next(),
            _ => self.next() & 0x8000_ffff_ffff_ffff | (0x3fff - 150 + self.below(300)) << 48,
        };
        let low = if self.below(2) == 0 { 0 } else { self.next() };
        [high ^ (self.next() & 1 << 63), low]
    }
}

/// One case.
struct Case {
    words: Vec<u32>,
    set: Vec<(usize, u32)>,
    text: String,
}

/// Whether an instruction's effect is not comparable, or would end the case: error mode, waiting, what QEMU 7.2 has otherwise or not.
fn is_excluded(name: &str, bits: u32) -> bool {
    let (op, op2, op3, rd) = (bits >> 30, bits >> 22 & 7, bits >> 19 & 63, bits >> 25 & 31);
    let by_code = match op {
        0 => op2 == 0 || op2 == 7,
        2 => matches!(op3, 0x31 | 0x33 | 0x36 | 0x37 | 0x39 | 0x3b) || op3 == 0x30 && rd != 0,
        3 => matches!(op3, 0x10..=0x1f | 0x26 | 0x30..=0x3f),
        _ => false,
    };
    by_code || matches!(name, "fpop1" | "fpop2")
}

struct Generator {
    lifter: Lifter,
    random: Random,
    only: Vec<String>,
    not: Vec<String>,
}

impl Generator {
    /// A random instruction that branches, or doesn't.
    fn word(&mut self, branch: Option<bool>) -> u32 {
        loop {
            let (row, bits) = self.lifter.decoder().sample(|| self.random.next());
            let jumps = matches!(row.name, "b" | "fb" | "call" | "jmpl");
            let wanted = self.only.is_empty() || self.only.iter().any(|n| n == row.name);
            let fits = branch.is_none_or(|b| b == jumps) && (wanted || branch == Some(true));
            if fits && !is_excluded(row.name, bits as u32) && !self.not.iter().any(|n| n == row.name) {
                return self.tame(row.name, bits as u32);
            }
        }
    }

    /// Keeps displacements short.
    fn tame(&mut self, name: &str, bits: u32) -> u32 {
        let near = (self.random.below(200) as i32 - 100) as u32;
        match name {
            "b" | "fb" => bits & !0x3f_ffff | near & 0x3f_ffff,
            // QEMU 7.2 adds up the operands in the register of the first.
            "t" => bits & !0x1f_ffff | 1 << 13 | bits & 0x7f,
            "call" => 0x4000_0000 | near & 0x3fff_ffff,
            "jmpl" => bits & !0x1fff | 1 << 13 | near << 2 & 0x1ffc,
            // QEMU's gdb server stores windows where stack and frame pointers lead.
            _ if bits >> 30 == 3 && matches!(bits >> 14 & 31, 14 | 30) => bits & !(1 << 14 | 2 << 14),
            _ => bits,
        }
    }

    fn case(&mut self) -> Case {
        let words = match self.random.below(8) {
            0 => vec![self.word(Some(true)), self.word(Some(false))],
            1 => vec![self.word(Some(false)), self.word(Some(true)), self.word(Some(false))],
            2 => vec![self.word(Some(true)), self.word(None), self.word(None)],
            3 => vec![
                self.word(Some(false)),
                self.word(Some(false)),
                self.word(Some(false)),
                self.word(Some(true)),
                self.word(Some(false)),
            ],
            _ => vec![self.word(None)],
        };
        let mut case = Case { words, set: Vec::new(), text: String::new() };
        let mut texts = Vec::new();
        for (n, word) in (0..).zip(case.words.clone()) {
            self.operands(word, &mut case);
            let text = self.lifter.decoder().disassemble(word.into(), 32, PC + 4 * n);
            texts.push(text.unwrap_or_else(|| format!("{word:#x}")));
        }
        case.text = texts.join("; ");
        let icc = (self.random.next() as u32 & 15) << 20;
        let supervisor = if self.random.below(8) == 0 { 0 } else { 0x80 };
        let float = if self.random.below(32) == 0 { 0 } else { 0x1000 };
        put(&mut case.set, PSR, icc | supervisor | float | 0x20 | (self.random.next() as u32 & 7));
        put(&mut case.set, WIM, if self.random.below(4) == 0 { 1 << self.random.below(8) } else { 0 });
        put(&mut case.set, TBR, VECTORS as u32);
        put(&mut case.set, PC_REG, PC as u32);
        put(&mut case.set, NPC, PC as u32 + 4);
        case
    }

    /// Interesting values for the registers that an instruction names, of the window that the case begins in.
    fn operands(&mut self, word: u32, case: &mut Case) {
        let Some(row) = self.lifter.decoder().decode(word.into(), 32) else { return };
        let (rd, rs1, rs2) = (word >> 25 & 31, word >> 14 & 31, word & 31);
        let (op, op3) = (word >> 30, word >> 19 & 63);
        if op >= 2 {
            for n in [rd, rs2] {
                if n != 0 && self.random.below(4) != 0 {
                    let value = self.random.integer();
                    put(&mut case.set, n as usize, value);
                }
            }
            if rs1 != 0 {
                let value = self.random.integer();
                put(&mut case.set, rs1 as usize, value);
            }
        }
        if op == 2 && matches!(op3, 0x34 | 0x35) {
            self.floats(row.operands, [rs1, rs2], case);
        }
        if op == 2 && matches!(row.name, "udiv" | "udivcc" | "sdiv" | "sdivcc") {
            let y = if self.random.below(2) == 0 { self.random.below(4) as u32 } else { self.random.integer() };
            put(&mut case.set, 64, y);
        }
        if op == 3 || row.name == "jmpl" {
            let base = if op == 3 { DATA + WINDOW / 2 } else { PC };
            let spread = self.random.below(64) as u32;
            let offset = if op == 3 && self.random.below(8) == 0 { spread } else { spread & !7 };
            // A small displacement that keeps the base's alignment, mostly.
            if word >> 13 & 1 != 0 {
                let displacement = ((word & 0x1fff) << 19) as i32 >> 19;
                let at = (base as u32 + offset).wrapping_sub(if op == 3 { displacement as u32 } else { 0 });
                put(&mut case.set, rs1 as usize, at);
            } else {
                put(&mut case.set, rs2 as usize, offset);
                put(&mut case.set, rs1 as usize, base as u32);
            }
        }
    }

    fn floats(&mut self, operands: &str, sources: [u32; 2], case: &mut Case) {
        for n in sources {
            let base = 32 + n as usize;
            match self.random.below(if operands.contains("{q") { 3 } else { 2 }) {
                0 => {
                    let value = self.random.single();
                    put(&mut case.set, base, value);
                }
                1 => {
                    let value = self.random.double();
                    put(&mut case.set, base & !1, (value >> 32) as u32);
                    put(&mut case.set, base | 1, value as u32);
                }
                _ => {
                    let value = self.random.quad();
                    let words = [value[0] >> 32, value[0], value[1] >> 32, value[1]];
                    (0..4).for_each(|i| put(&mut case.set, (base & !3) + i, words[i] as u32));
                }
            }
        }
        let rounding = (self.random.next() as u32 & 3) << 30;
        let enabled = if self.random.below(8) == 0 { self.random.next() as u32 & 31 } else { 0 };
        let accrued = if self.random.below(2) == 0 { 1 } else { self.random.next() as u32 & 31 };
        put(&mut case.set, FSR, rounding | enabled << 23 | accrued << 5 | (self.random.next() as u32 & 0xc1f));
    }
}

fn put(set: &mut Vec<(usize, u32)>, place: usize, value: u32) {
    if place != 0 {
        set.retain(|(p, _)| *p != place);
        set.push((place, value));
    }
}

struct Machine {
    cpu: Vcpu<Sparc32, Interp>,
    ram: Arc<Ram>,
}

fn machine(model: &Model, window: &[u8]) -> Machine {
    let ram = Arc::new(Ram::new(RAM_SIZE).expect("the host has some memory"));
    let mut bus = AddressSpace::new();
    bus.map_ram("ram", RAM, &ram).expect("nothing else is mapped");
    let env = Env {
        index: 0,
        lines: Arc::<Lines>::default(),
        bus: Arc::new(bus),
        clock: Arc::new(Still),
        board: Arc::new(cpu::PlainBoard),
    };
    ram.write_bytes(DATA - RAM, window);
    Machine { cpu: Vcpu::new(&Kind::new(model.clone()), env), ram }
}

impl Machine {
    fn registers(&self) -> Vec<u32> {
        (0..N_REGS).map(|n| self.cpu.register(n).unwrap_or(0) as u32).collect()
    }

    fn window(&self) -> Vec<u8> {
        let mut bytes = vec![0; WINDOW as usize];
        self.ram.read_bytes(DATA - RAM, &mut bytes);
        bytes
    }

    fn put(&mut self, place: usize, value: u32) {
        self.cpu.set_register(place, value.into()).expect("these registers can be written");
    }

    /// Puts a case's registers and instructions in. The window is chosen first: other registers are of it.
    fn prepare(&mut self, case: &Case) {
        for chosen in [true, false] {
            let set = case.set.iter().filter(|(place, _)| (*place == PSR) == chosen);
            set.for_each(|(place, value)| self.put(*place, *value));
        }
        // Stores may have gone astray.
        self.ram.write_bytes((PC & !0xfff) - RAM, &NOP.to_be_bytes().repeat(1024));
        self.ram.write_bytes(VECTORS - RAM, &HERE.to_be_bytes().repeat(1024));
        for (n, word) in (0..).zip(&case.words) {
            self.ram.write_bytes(PC - RAM + 4 * n, &word.to_be_bytes());
        }
        self.cpu.flush();
    }

    fn trapped(&self) -> bool {
        self.cpu.pc() & !0xfff == VECTORS
    }
}

fn main() {
    let (mut seed, mut count, mut only, mut not) = (1, 1000, Vec::new(), Vec::new());
    let mut cpu = "LEON3".to_owned();
    let mut args = std::env::args().skip(1);
    while let Some(arg) = args.next() {
        let value = args.next().unwrap_or_else(|| panic!("{arg} wants a value"));
        let number = || value.parse().unwrap_or_else(|_| panic!("{arg} wants a number, not {value}"));
        let list = || value.split(',').map(str::to_owned).collect();
        match arg.as_str() {
            "--seed" => seed = number(),
            "--count" => count = number(),
            "--only" => only = list(),
            "--not" => not = list(),
            "--cpu" => cpu = value,
            _ => panic!("unknown option {arg}: --seed, --count, --only, --not and --cpu are known"),
        }
    }
    let model = Model::parse(32, &cpu).unwrap_or_else(|e| panic!("--cpu: {e}"));
    let mut random = Random(seed);
    let window: Vec<u8> = (0..WINDOW).map(|_| random.next() as u8).collect();
    let (mut steps, mut block) = (machine(&model, &window), machine(&model, &window));
    let mut generator = Generator { lifter: Lifter::new(&model, insn::V8), random, only, not };
    let mut image = vec![0; RAM_SIZE as usize];
    let mut out = BufWriter::new(std::io::stdout().lock());
    let hex = |bytes: &[u8]| bytes.iter().map(|b| format!("{b:02x}")).collect::<String>();
    writeln!(
        out,
        "{{\"cpu\":\"{cpu}\",\"pc\":{PC},\"data\":{DATA},\"vectors\":{VECTORS},\"window\":\"{}\"}}",
        hex(&window)
    )
    .expect("stdout is open");
    let mut n = 0;
    while n < count {
        let case = generator.case();
        let (memory, saved) = (steps.window(), steps.cpu.save());
        steps.prepare(&case);
        block.prepare(&case);
        let mut done = 0;
        while done < case.words.len() && !steps.trapped() {
            steps.cpu.step();
            done += 1;
        }
        // Accesses to nothing, which trap here and not there.
        let tt = steps.cpu.register(TBR).map_or(0, |tbr| tbr as u32 >> 4 & 0xff);
        // QEMU 7.2 writes the link before it finds a jump's target misaligned.
        let trapping = |word: &u32| word >> 30 == 2 && word >> 19 & 63 == 0x38;
        let nowhere = steps.trapped() && (tt == 1 || tt == 9 || tt == 7 && case.words.iter().any(trapping));
        if nowhere || steps.cpu.pc() < RAM || steps.cpu.pc() >= RAM + RAM_SIZE {
            // Where nothing is, fetches trap at once, or with the next instruction: nothing to compare. The block has not run yet.
            block.ram.read_bytes(0, &mut image);
            steps.ram.write_bytes(0, &image);
            for machine in [&mut steps, &mut block] {
                machine.cpu.restore(&saved).expect("it was just taken");
            }
            continue;
        }
        block.cpu.run(done as u64);
        if block.cpu.pc() + 4 == steps.cpu.pc() && block.cpu.register(NPC) == Ok(steps.cpu.pc().into()) {
            // An annulling branch that is taken is evaluated again when the CPU has stopped in front of its slot.
            block.cpu.step();
        }
        compare(&steps, &block, &case);
        let (after, memory_after) = (steps.registers(), steps.window());
        writeln!(out, "{}", json(&case, n, done, &after, (&memory, &memory_after))).expect("stdout is open");
        n += 1;
    }
}

/// Single steps and the block must agree. Of one that traps, the rest of the budget goes into the loop at the vector.
fn compare(steps: &Machine, block: &Machine, case: &Case) {
    for (n, (a, b)) in steps.registers().into_iter().zip(block.registers()).enumerate() {
        assert_eq!(a, b, "register {n} after {}: steps, block; {:x?}", case.text, case.set);
    }
    assert!(steps.window() == block.window(), "memory after {}", case.text);
}

/// One JSON object.
fn json(case: &Case, n: u64, steps: usize, registers: &[u32], memory: (&[u8], &[u8])) -> String {
    let mut text = format!("{{\"n\":{n},\"steps\":{steps},\"text\":\"{}\",\"words\":[", case.text);
    let list = |items: Vec<String>| items.join(",");
    text += &list(case.words.iter().map(|w| format!("\"{w:08x}\"")).collect());
    _ = write!(text, "],\"set\":{{{}}}", list(case.set.iter().map(|(p, v)| format!("\"{p}\":{v}")).collect()));
    _ = write!(text, ",\"after\":[{}]", list(registers.iter().map(u32::to_string).collect()));
    let bytes = (0..WINDOW as usize).filter(|n| memory.0[*n] != memory.1[*n]);
    _ = write!(text, ",\"mem\":{{{}}}}}", list(bytes.map(|n| format!("\"{n}\":{}", memory.1[n])).collect()));
    text
}
