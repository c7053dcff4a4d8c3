//! Random instructions with random operands, and what we make of them: input for `oracles/unicorn_tricore.py`
//! and `oracles/qemu_tricore.py`.
//!
//! `oracle_cases SEED COUNT [MODEL] [--uncovered] [NAME...]` prints one JSON object a line: registers and memory before and after. Each case is
//! run on the interpreter and on the reference evaluator, which must agree. `--uncovered` asks for rows without a case in `tests/insn`; the first
//! cases of each then have a line for such files.
#![allow(clippy::print_stdout, reason = "printing is what this program does")]

use std::collections::HashMap;

use bits::{Endian, field};
use cpu::{Cpu, Ctx, Kind, Target};
use decode::{Bits, Decoder, Index, Pattern};
use interp::Interp;
use testkit::insn::{Bench, CODE, DATA, DATA_LEN, Machine, RAM_BASE, Reference};
use tricore::ext::Version;
use tricore::lift::{Handler, Insn};
use tricore::model::Model;
use tricore::{Tricore, insn};

const PC: u64 = CODE;
const WINDOW: u64 = 512;
const WINDOW_AT: u64 = DATA + 0x1000;
/// The second area of the free list, which begins with the window.
const SECOND: u64 = WINDOW_AT + 0x180;
const INDEX: Index = Index { w16: &[Bits(0, 8)], w32: &[Bits(1, 7)], w48: &[] };
/// Registers that are set and compared, by their names in the register table, behind D0 to D15 and A0 to A15.
const SYSTEM: [&str; 4] = ["psw", "pcxi", "fcx", "lcx"];

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

    /// An integer that is likely to be interesting.
    fn integer(&mut self) -> u64 {
        const SPECIAL: [u64; 8] = [0, 1, 0xffff_ffff, 0x8000_0000, 0x7fff_ffff, 0x8000_8000, 0x7fff_7fff, 0xffff_8000];
        let x = match self.below(6) {
            0 => SPECIAL[self.below(8) as usize],
            1 => (self.next() as i8) as u64,
            2 => self.next() >> self.below(64),
            3 => u64::from((self.next() as i32 >> self.below(31)) as u32),
            4 => (f64::from(self.next() as i32) * 2f64.powi(self.below(40) as i32 - 30)) as f32 as f64 as f32 as u64,
            _ => self.next(),
        };
        x & 0xffff_ffff
    }

    /// A number of single precision that is likely to be interesting.
    fn float(&mut self) -> u64 {
        const SPECIAL: [u32; 10] = [
            0,
            0x8000_0000,
            0x7f80_0000,
            0xff80_0000,
            0x7fc0_0000,
            0x7f80_0001,
            0x3f80_0000,
            0x0080_0000,
            1,
            0x7f7f_ffff,
        ];
        u64::from(match self.below(4) {
            0 => SPECIAL[self.below(10) as usize],
            1 => ((self.next() as i32 >> self.below(31)) as f32).to_bits(),
            2 => ((self.next() as i32) as f32 * 2f32.powi(self.below(60) as i32 - 50)).to_bits(),
            _ => self.next() as u32,
        })
    }
}

#[derive(Clone, PartialEq, Eq)]
struct Values {
    regs: Vec<u64>,
    memory: Vec<u8>,
}

fn names() -> Vec<String> {
    let group = |letter: char| (0..16).map(move |n| format!("{letter}{n}"));
    group('d').chain(group('a')).chain(SYSTEM.map(str::to_owned)).collect()
}

fn put(machine: &mut Machine<Tricore, Interp>, values: &Values) {
    prepare(machine.cpu.ctx());
    machine.ram.write_bytes(WINDOW_AT - RAM_BASE, &values.memory);
    machine.cpu.set_pc(PC);
    for (name, value) in names().iter().zip(&values.regs) {
        let at = machine.register(name).expect("it is in the table");
        machine.cpu.set_register(at, u128::from(*value)).expect("it can be written");
    }
}

fn get(machine: &mut Machine<Tricore, Interp>) -> Values {
    let mut memory = vec![0; WINDOW as usize];
    machine.ram.read_bytes(WINDOW_AT - RAM_BASE, &mut memory);
    let regs = names().into_iter().map(|name| {
        let at = machine.register(&name).expect("it is in the table");
        machine.cpu.register(at).unwrap_or(0) as u64
    });
    Values { regs: regs.collect(), memory }
}

/// Where traps go: the class tells the address.
const VECTORS: u32 = 0x1_8000;

fn prepare(ctx: &mut Ctx<Tricore>) {
    Tricore::reset(ctx);
    ctx.state.btv = VECTORS;
    ctx.state.isp = (WINDOW_AT + 256) as u32;
}

/// Major opcodes with an offset of 16 bits (BOL).
const LONG: [u64; 11] = [0x19, 0x39, 0x59, 0x79, 0x99, 0xb5, 0xb9, 0xc9, 0xd9, 0xe9, 0xf9];

/// Makes a memory operand lie in the window; `false` if it can't.
fn place(row: &Insn, bits: u64, random: &mut Random, regs: &mut [u64]) -> bool {
    let target = WINDOW_AT + 128 + (random.below(64) & if random.below(4) == 0 { !0 } else { !7 });
    let base = |n: u64| 16 + n as usize;
    let wide = row.pattern.width == 32;
    let major = bits & 0xff;
    if row.operands.contains("{off18}") && row.name != "lea" {
        return false;
    }
    if let Some((_, rest)) = row.operands.split_once('[') {
        let b = field(bits, 12, 4);
        match rest.split(']').next() {
            _ if row.name == "lea" => {}
            Some("{pb}+r" | "{pb}+c") if b & 1 == 0 => {
                let (length, index) = (random.below(64) + 1, random.below(64));
                regs[base(b)] = target & !7;
                regs[base(b) + 1] =
                    if random.below(2) == 0 { length << 16 | (index % length) } else { 16 << 16 | index & 14 };
            }
            Some("{ab}+") => regs[base(b)] = target,
            Some("{ab}") if wide && LONG.contains(&major) => {
                let off = field(bits, 22, 6) << 10 | field(bits, 28, 4) << 6 | field(bits, 16, 6);
                regs[base(b)] = target.wrapping_sub(bits::sign_extend(off, 16)) & 0xffff_ffff;
            }
            Some("{ab}" | "+{ab}") if wide => {
                let off = field(bits, 28, 4) << 6 | field(bits, 16, 6);
                regs[base(b)] = target.wrapping_sub(bits::sign_extend(off, 10)) & 0xffff_ffff;
            }
            Some("{ab}") => regs[base(b)] = target,
            Some("a15") => regs[base(15)] = target,
            Some("sp") => {
                regs[base(10)] = WINDOW_AT.wrapping_add(128).wrapping_sub(field(bits, 8, 8) * 4) & 0xffff_ffff
            }
            _ => {}
        }
    }
    if matches!(row.name, "fret" | "fcall" | "fcalla" | "fcalli") {
        regs[base(10)] = target & !3;
    }
    true
}

/// Shifts by 2 and 3 of fractions, and fields that reach over the end, are undefined.
fn undefined(row: &Insn, bits: u64) -> bool {
    let fraction = insn::mac::FRACTION.iter().chain(insn::mac::HALVES).any(|i| i.pattern == row.pattern);
    let constant_field = row.operands.contains("{pos}, {width}");
    fraction && field(bits, 17, 1) != 0
        || constant_field && (field(bits, 16, 5) == 0 || field(bits, 16, 5) + field(bits, 23, 5) > 32)
}

/// What the oracle can't do, or does not let itself be compared in.
fn skipped(row: &Insn) -> bool {
    let system = ["mtcr", "mfcr", "wait", "rfm", "debug"];
    system.contains(&row.name) || row.name.starts_with("tlb") || row.name.starts_with("cache")
}

/// The interpreter and the reference evaluator, side by side.
struct Pair {
    bench: Bench<Tricore>,
    engine: Machine<Tricore, Interp>,
    evaluator: Machine<Tricore, Interp>,
    /// Where lines for `.insn` files are tried; its memory is empty but for the window.
    scratch: Machine<Tricore, Interp>,
}

impl Pair {
    fn new(model: Model) -> Pair {
        let bench = Bench::<Tricore> {
            name: model.name(),
            kind: Kind::new(model),
            endian: Endian::Little,
            prepare,
            trap: |_| None,
            ignored: &[],
            trap_changes: &[],
        };
        let (engine, evaluator, scratch) = (bench.machine(), bench.machine(), bench.machine());
        Pair { bench, engine, evaluator, scratch }
    }

    fn load(&mut self, code: &[u8]) {
        for machine in [&mut self.engine, &mut self.evaluator, &mut self.scratch] {
            machine.ram.write_bytes(PC - RAM_BASE, code);
            machine.cpu.flush();
        }
    }

    /// What the instruction that has been loaded makes of a state, with empty memory around the window, and where it goes.
    fn try_out(&mut self, before: &Values) -> (Values, u64) {
        self.scratch.ram.write_bytes(DATA - RAM_BASE, &[0; DATA_LEN as usize]);
        put(&mut self.scratch, before);
        self.scratch.cpu.step();
        (get(&mut self.scratch), self.scratch.cpu.pc())
    }

    /// Whether what has been tried out has left memory around the window alone.
    fn has_missed_the_rest(&self) -> bool {
        let mut rest = vec![0; DATA_LEN as usize];
        self.scratch.ram.read_bytes(DATA - RAM_BASE, &mut rest);
        rest[(WINDOW_AT - DATA) as usize..][..WINDOW as usize].fill(0);
        rest.iter().all(|byte| *byte == 0)
    }

    /// The same on both.
    ///
    /// # Panics
    /// When they disagree.
    fn run_both(&mut self, before: &Values, code: &[u8], text: &str) -> (Values, u64) {
        put(&mut self.evaluator, before);
        Reference::default().step(&mut self.evaluator.cpu, code);
        put(&mut self.engine, before);
        self.engine.cpu.step();
        let (after, pc) = (get(&mut self.engine), self.engine.cpu.pc());
        let other = get(&mut self.evaluator);
        let same = after == other && pc == self.evaluator.cpu.pc();
        assert!(
            same,
            "engine and evaluator disagree: {text}: {:x?} {pc:#x}, {:x?} {:#x}, before {:x?}",
            changes(before, &after),
            changes(before, &other),
            self.evaluator.cpu.pc(),
            before.regs
        );
        (after, pc)
    }
}

/// Cases of each row that become lines for `.insn` files.
const LINES: u32 = 6;

/// What an instruction has changed: register or word of memory, and its value.
fn changes(before: &Values, after: &Values) -> Vec<(usize, u64)> {
    let changed = cells(before).zip(cells(after)).enumerate().filter(|(_, (a, b))| a != b);
    changed.map(|(n, (_, b))| (n, b)).collect()
}

/// Registers, and words of the window behind them.
fn cells(values: &Values) -> impl Iterator<Item = u64> {
    let words = values.memory.chunks_exact(4).map(|w| u64::from(u32::from_le_bytes([w[0], w[1], w[2], w[3]])));
    values.regs.iter().copied().chain(words)
}

/// The case as a line for `.insn` files, with no input that the outcome does not need.
fn insn_line(pair: &mut Pair, code: &[u8], text: &str, before: &Values) -> Option<String> {
    let (after, pc) = pair.try_out(before);
    if !pair.has_missed_the_rest() {
        return None;
    }
    let wanted = (changes(before, &after), pc);
    let mut least = before.clone();
    let psw = names().iter().position(|n| n == "psw").expect("it is in the list");
    let start = |n: usize| if n == psw { 0xb80 } else { 0 };
    let clear = |values: &Values, from: usize, to: usize| {
        let mut less = values.clone();
        for n in from..to {
            match less.regs.get_mut(n) {
                Some(reg) => *reg = start(n),
                None => less.memory[(n - values.regs.len()) * 4..][..4].fill(0),
            }
        }
        less
    };
    let registers = before.regs.len();
    let all = cells(before).count();
    let steps =
        (0..registers).map(|n| (n, n + 1)).chain([(registers, all)]).chain((registers..all).map(|n| (n, n + 1)));
    for (from, to) in steps {
        let less = clear(&least, from, to);
        if less == least {
            continue;
        }
        let (after, pc) = pair.try_out(&less);
        if (changes(&less, &after), pc) == wanted {
            least = less;
        }
    }
    let place = |n: usize| match names().get(n) {
        Some(name) => name.clone(),
        None => format!("[{:#x}]:4", WINDOW_AT + (n - registers) as u64 * 4),
    };
    let inputs = cells(&least).enumerate().filter(|&(n, v)| v != if n < registers { start(n) } else { 0 });
    let inputs: Vec<String> = inputs.map(|(n, v)| format!("{}={v:#x}", place(n))).collect();
    let mut outputs: Vec<String> = wanted.0.iter().map(|&(n, v)| format!("{}={v:#x}", place(n))).collect();
    let next = PC + code.len() as u64;
    if pc & !0xff == u64::from(VECTORS) {
        outputs.push(format!("trap {:#x}", (pc & 0xff) >> 5 << 8 | after.regs[15] & 0xff));
    } else if pc != next {
        outputs.push(format!("pc={pc:#x}"));
    }
    let bits: String = code.iter().rev().map(|b| format!("{b:02x}")).collect();
    Some(format!("{bits}  {text} | {} => {}", inputs.join(" "), outputs.join(" ")))
}

/// The `.insn` files.
const FILES: [&str; 4] = [
    include_str!("../tests/insn/data.insn"),
    include_str!("../tests/insn/manual.insn"),
    include_str!("../tests/insn/memory.insn"),
    include_str!("../tests/insn/rows.insn"),
];

/// The rows of a model that have no case in the `.insn` files.
fn uncovered(decoder: &Decoder<Handler>, variant: &str) -> Vec<Pattern> {
    let mut found = Vec::new();
    for text in FILES {
        let cases = testkit::insn::parse_file(text).expect("the cases are tested");
        for case in cases.iter().filter(|c| c.variant.as_deref().is_none_or(|v| v == variant)) {
            found.extend(
                case.words.iter().filter_map(|&(bits, len)| Some(decoder.decode(bits as u64, len * 8)?.pattern)),
            );
        }
    }
    decoder.rows().iter().map(|row| row.pattern).filter(|p| !found.contains(p)).collect()
}

/// Registers of a case: operands, user status bits, context pointers.
fn registers(random: &mut Random, float: bool, pcxi_fields: u64) -> Vec<u64> {
    let mut regs: Vec<u64> = (0..32).map(|_| if float { random.float() } else { random.integer() }).collect();
    // User status bits, rounding mode and the reset value; no call depth.
    regs.push(random.next() & 0xfc00_0000 | 0xb80);
    let link = |at: u64| at >> 6;
    regs.push(random.next() & pcxi_fields | link(WINDOW_AT + 64));
    regs.push(link(WINDOW_AT));
    regs.push(if random.below(8) == 0 { link(WINDOW_AT) } else { 1 });
    regs
}

/// Memory of a case: random words, in which the free list has two areas.
fn window(random: &mut Random) -> Vec<u8> {
    let mut words: Vec<u32> = (0..WINDOW / 4).map(|_| random.integer() as u32).collect();
    words[0] = words[0] & !0xf_ffff | (SECOND >> 6) as u32;
    words.into_iter().flat_map(u32::to_le_bytes).collect()
}

fn main() {
    let mut args = std::env::args().skip(1);
    let mut random = Random(args.next().and_then(|a| a.parse().ok()).unwrap_or(1));
    let count: u64 = args.next().and_then(|a| a.parse().ok()).unwrap_or(1000);
    let (models, mut only): (Vec<String>, Vec<String>) = args.partition(|a| Model::parse(a).is_ok());
    let model = Model::parse(models.first().map_or("tc1796", String::as_str)).expect("it has been parsed");
    let decoder: Decoder<Handler> = Decoder::new(insn::TABLES, model.version().features(), INDEX);
    let missing = only.iter().position(|o| o == "--uncovered").map(|at| {
        only.remove(at);
        uncovered(&decoder, model.name())
    });
    let mut pair = Pair::new(model);
    println!("{{\"pc\":{PC},\"window\":{WINDOW_AT},\"isp\":{},\"btv\":{VECTORS}}}", WINDOW_AT + 256);
    let mut lines = HashMap::new();
    // PCPN, PIE and UL.
    let pcxi_fields = if model.version() < Version::V161 { 0xffc0_0000 } else { 0x3ff0_0000 };
    let mut n = 0;
    while n < count {
        let (row, bits) = decoder.sample(|| random.next());
        let wanted = only.is_empty() || only.iter().any(|o| o == row.name);
        if skipped(row)
            || !wanted
            || undefined(row, bits)
            || missing.as_ref().is_some_and(|m| !m.contains(&row.pattern))
        {
            continue;
        }
        let float = insn::float::INSNS.iter().any(|i| i.name == row.name);
        let mut regs = registers(&mut random, float, pcxi_fields);
        if !place(row, bits, &mut random, &mut regs) {
            continue;
        }
        n += 1;
        let memory = window(&mut random);
        let before = Values { regs, memory };
        let code = pair.bench.bytes(&[(bits.into(), row.pattern.width / 8)]).concat();
        pair.load(&code);
        let text = row.text(bits, PC).unwrap_or_else(|_| row.name.to_owned());
        let (after, pc) = pair.run_both(&before, &code, &text);
        let number: &mut u32 = lines.entry((row.pattern.mask, row.pattern.value)).or_default();
        *number += 1;
        let line = match missing {
            Some(_) if *number <= LINES => insn_line(&mut pair, &code, &text, &before),
            _ => None,
        };
        let row = row.pattern.value;
        let line = line.map_or(String::new(), |line| format!(",\"row\":{row},\"insn\":\"{line}\""));
        let hex = |bytes: &[u8]| bytes.iter().map(|b| format!("{b:02x}")).collect::<String>();
        let list = |v: &[u64]| v.iter().map(|r| format!("\"{r:x}\"")).collect::<Vec<_>>().join(",");
        println!(
            "{{\"text\":\"{text}\",\"code\":\"{}\",\"in\":[{}],\"mem\":\"{}\",\"out\":[{}],\"mem2\":\"{}\",\"pc\":{pc}{line}}}",
            hex(&code),
            list(&before.regs),
            hex(&before.memory),
            list(&after.regs),
            hex(&after.memory),
        );
    }
}
