//! Random instructions with random operands, and what we make of them: input for `oracles/unicorn_riscv.py` and
//! `oracles/qemu_riscv.py`.
//!
//! `oracle_cases --xlen 64 --seed 1 --count 100000 [--only zba,zbb] [--insn N]` prints one JSON object a line: `set` (registers and
//! memory bytes that are put there before), `bits`, and what has changed after (`out`, `mem`, `pc`, `trap`). State carries over from
//! case to case. With `--block N` a case is N instructions in a row, which the interpreter runs as one block. With `--insn N` it prints `.insn` lines instead, N for each instruction.
//!
//! Each case is run on the interpreter and on the reference evaluator, which must agree.
#![allow(clippy::print_stdout, reason = "printing is what this program does")]

use std::collections::HashMap;
use std::fmt::Write;
use std::io::BufWriter;

use bits::Endian;
use cpu::{Cpu, Ctx, Kind, Target};
use decode::{Bits, Decoder, Index, Operand};
use interp::Interp;
use riscv::csr::{Csrs, Priv, mstatus};
use riscv::lift::{Handler, Insn};
use riscv::model::Model;
use riscv::{Riscv32, Riscv64, insn, state};
use testkit::insn::{Bench, CODE, DATA, Machine, RAM_BASE, Reference};
use testkit::random::Random;

/// Where the instructions stand: in the middle of a page, so that short jumps stay on it.
const PC: u64 = CODE + 0x800;
const VECTOR: u64 = 0x1_8000;
/// What stands there: `jal zero, 0`.
const JUMP_TO_ITSELF: u32 = 0x0000_006f;
/// What is compared of memory.
const WINDOW: u64 = 0x2000;
const BASE: u64 = DATA + WINDOW / 2;
const INDEX: Index = Index { w16: &[Bits(0, 2), Bits(13, 3)], w32: &[Bits(2, 5), Bits(12, 3)], w48: &[] };

/// The contents of an f register: mostly NaN-boxed singles, or doubles.
fn float(random: &mut Random, double: bool) -> u64 {
    match random.below(16) {
        0 => random.next(),
        _ if double => random.double(),
        _ => 0xffff_ffff << 32 | random.single(),
    }
}

/// A register of the file, or one of the two parts of fcsr.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum Place {
    X(u8),
    F(u8),
    Fflags,
    Frm,
}

impl Place {
    fn name(self) -> String {
        match self {
            Place::X(n) => state::X_NAMES[usize::from(n)].to_owned(),
            Place::F(n) => state::F_NAMES[usize::from(n)].to_owned(),
            Place::Fflags => "fflags".to_owned(),
            Place::Frm => "frm".to_owned(),
        }
    }

    fn get<T: Target<State = Csrs>>(self, ctx: &Ctx<T>) -> u64 {
        match self {
            Place::X(n) => ctx.reg(state::x(n)),
            Place::F(n) => ctx.reg(state::f(n)),
            Place::Fflags => ctx.state.fflags.into(),
            Place::Frm => ctx.state.frm.into(),
        }
    }

    fn all() -> impl Iterator<Item = Place> {
        (1..32).map(Place::X).chain((0..32).map(Place::F)).chain([Place::Fflags, Place::Frm])
    }
}

/// One case: the instructions, and what to set before.
struct Case {
    words: Vec<(u64, u32)>,
    name: &'static str,
    text: String,
    set: Vec<(Place, u64)>,
    /// The data that it works on.
    address: Option<u64>,
    /// It reads or writes the pc.
    uses_pc: bool,
}

/// Rows that do nothing that could be compared, or that oracles take for their own purposes.
const EXCLUDED: &[&str] = &["fence", "fence_tso", "pause", "c_ebreak"];

struct Generator {
    decoder: Decoder<Handler>,
    random: Random,
    xlen: u32,
    only: Vec<String>,
}

impl Generator {
    fn is_wanted(&self, row: &Insn) -> bool {
        let tables = [
            ("i", insn::rv_i::INSNS),
            ("m", insn::rv_m::INSNS),
            ("a", insn::rv_a::INSNS),
            ("f", insn::rv_f::INSNS),
            ("d", insn::rv_d::INSNS),
            ("c", insn::rv_c::INSNS),
            ("zba", insn::rv_zba::INSNS),
            ("zbb", insn::rv_zbb::INSNS),
            ("zbc", insn::rv_zbc::INSNS),
            ("zbs", insn::rv_zbs::INSNS),
            ("zicond", insn::rv_zicond::INSNS),
        ];
        let holds = |table: &[Insn]| table.iter().any(|r| (r.name, r.pattern) == (row.name, row.pattern));
        !EXCLUDED.contains(&row.name)
            && tables.iter().any(|(name, table)| self.only.iter().any(|o| o == name) && holds(table))
    }

    /// A random instruction, or a pair of load-reserved and store-conditional.
    fn case(&mut self) -> Case {
        loop {
            let (row, bits) = self.decoder.sample(|| self.random.next());
            if self.is_wanted(row) {
                return self.with_operands(row, bits);
            }
        }
    }

    /// `n` random instructions in a row, none of which jumps.
    fn block(&mut self, n: usize) -> Case {
        let mut block = self.case();
        while block.uses_pc {
            block = self.case();
        }
        while block.words.len() < n {
            let next = self.case();
            if !next.uses_pc {
                block.words.extend(next.words);
                next.set.into_iter().for_each(|(place, value)| put(&mut block.set, place, value));
            }
        }
        self.describe(&mut block);
        block
    }

    fn with_operands(&mut self, row: &'static Insn, bits: u64) -> Case {
        let width = row.pattern.width;
        let mut case = Case {
            words: vec![(bits, width / 8)],
            name: row.name,
            text: String::new(),
            set: Vec::new(),
            address: None,
            uses_pc: false,
        };
        if let Some(kind) = row.name.strip_prefix("sc_") {
            // The pair works on one address: rs1 of the store-conditional.
            let funct3 = if kind == "w" { 2 } else { 3 };
            // Its result must leave that alone.
            let rd = (bits::field(bits, 15, 5) + 1 + self.random.below(31)) % 32;
            let lr = 0b00010 << 27 | bits & 0x1f << 15 | funct3 << 12 | rd << 7 | 0b010_1111;
            case.words.insert(0, (lr, 4));
        }
        let is_jump = matches!(row.name, "jalr" | "c_jr" | "c_jalr");
        case.uses_pc = is_jump || row.name == "auipc" || row.operands.contains("{target}");
        let double = row.name.contains("_d") || row.name.contains("fld") || row.name.contains("fsd");
        for field in ["rd", "rs2", "rs3", "rs1"] {
            if row.operands.contains(&format!("{{f{field}}}")) {
                if let Some(n) = register(row, bits, &format!("f{field}"), &state::F_NAMES) {
                    let value = float(&mut self.random, double);
                    put(&mut case.set, Place::F(n), value);
                }
            } else if let Some(n) = register(row, bits, field, &state::X_NAMES) {
                let value = if is_jump && field != "rs2" {
                    PC.wrapping_add(self.random.next() as i8 as u64)
                } else {
                    self.random.integer()
                };
                put(&mut case.set, Place::X(n), value);
            }
        }
        if row.operands.contains("sp, {") {
            put(&mut case.set, Place::X(2), self.random.integer());
        }
        self.place_data(row, bits, &mut case);
        if row.name.starts_with('f') || row.name.starts_with("c_f") {
            let frm = if self.random.below(32) == 0 { self.random.below(8) } else { self.random.below(5) };
            case.set.push((Place::Frm, frm));
            let flags = self.random.next() & 31;
            case.set.push((Place::Fflags, if self.random.below(2) == 0 { 0 } else { flags }));
        }
        self.describe(&mut case);
        case
    }

    /// Makes the base register of a memory access point into the window.
    fn place_data(&mut self, row: &Insn, bits: u64, case: &mut Case) {
        if row.name == "jalr" || self.random.below(256) == 0 {
            return;
        }
        let sp = row.operands.ends_with("(sp)");
        if !sp && !row.operands.ends_with("({rs1})") {
            return;
        }
        let n = if sp { Some(2) } else { register(row, bits, "rs1", &state::X_NAMES) };
        let Some(n) = n.filter(|n| *n != 0) else { return };
        let spread = self.random.below(64);
        let base = BASE + if self.random.below(4) == 0 { spread } else { spread & !7 };
        put(&mut case.set, Place::X(n), base);
        let displacement = ["imm", "uimm"].iter().find_map(|f| number((row.operand)(bits, f, PC)?)).unwrap_or(0);
        case.address = Some(base.wrapping_add_signed(displacement));
    }

    fn describe(&self, case: &mut Case) {
        let mut pc = PC;
        let mut texts = Vec::new();
        for (bits, len) in &case.words {
            texts.extend(self.decoder.disassemble(*bits, len * 8, pc));
            pc += u64::from(*len);
        }
        case.text = texts.join("; ");
        for (place, value) in &mut case.set {
            if let Place::X(_) = place {
                *value &= bits::mask(self.xlen);
            }
        }
    }
}

fn put(set: &mut Vec<(Place, u64)>, place: Place, value: u64) {
    if place != Place::X(0) {
        set.retain(|(p, _)| *p != place);
        set.push((place, value));
    }
}

fn register(row: &Insn, bits: u64, field: &str, names: &[&str; 32]) -> Option<u8> {
    match (row.operand)(bits, field, PC)? {
        Operand::Text(name) => names.iter().position(|n| *n == name).map(|n| n as u8),
        _ => None,
    }
}

fn number(operand: Operand) -> Option<i64> {
    match operand {
        Operand::Signed(n) => Some(n),
        Operand::Unsigned(n) => Some(n as i64),
        _ => None,
    }
}

/// What a case has done.
struct Outcome {
    changed: Vec<(Place, u64)>,
    memory: Vec<(u64, u8)>,
    pc: u64,
    trap: Option<u64>,
}

/// The two machines that a case is run on.
struct Pair<T: Target> {
    bench: Bench<T>,
    engine: Machine<T, Interp>,
    evaluator: Machine<T, Interp>,
    window: Vec<u8>,
}

impl<T: Target<State = Csrs, Model = Model>> Pair<T> {
    fn new(bench: Bench<T>, random: &mut Random) -> Pair<T> {
        let (engine, evaluator) = (bench.machine(), bench.machine());
        let window: Vec<u8> = (0..WINDOW).map(|_| random.next() as u8).collect();
        for machine in [&engine, &evaluator] {
            machine.ram.write_bytes(DATA - RAM_BASE, &window);
            machine.ram.write_bytes(VECTOR - RAM_BASE, &JUMP_TO_ITSELF.to_le_bytes());
        }
        Pair { bench, engine, evaluator, window }
    }

    fn run(&mut self, case: &Case) -> Outcome {
        let words: Vec<_> = case.words.iter().map(|(bits, len)| (u128::from(*bits), *len)).collect();
        let code = self.bench.bytes(&words);
        for machine in [&mut self.engine, &mut self.evaluator] {
            machine.ram.write_bytes(PC - RAM_BASE, &code.concat());
            machine.cpu.flush();
            (self.bench.prepare)(machine.cpu.ctx());
            machine.cpu.set_pc(PC);
            for (place, value) in &case.set {
                assign(machine, *place, *value);
            }
        }
        let before: HashMap<Place, u64> = Place::all().map(|p| (p, p.get(self.engine.cpu.ctx()))).collect();
        let (mut reference, trap) = (Reference::default(), self.bench.trap);
        if code.len() > 2 {
            // Of a block that traps, the rest of the budget goes into the loop at the vector.
            self.engine.cpu.run(code.len() as u64);
        } else {
            for _ in &code {
                if trap(self.engine.cpu.ctx()).is_none() {
                    self.engine.cpu.step();
                }
            }
        }
        for bytes in &code {
            if trap(self.evaluator.cpu.ctx()).is_none() {
                reference.step(&mut self.evaluator.cpu, bytes);
            }
        }
        let outcome = self.outcome(&before);
        self.compare(case);
        outcome
    }

    fn outcome(&mut self, before: &HashMap<Place, u64>) -> Outcome {
        let trap = (self.bench.trap)(self.engine.cpu.ctx());
        let ctx = self.engine.cpu.ctx();
        let changed = Place::all().map(|p| (p, p.get(ctx))).filter(|(p, v)| before[p] != *v).collect();
        let mut after = vec![0; WINDOW as usize];
        self.engine.ram.read_bytes(DATA - RAM_BASE, &mut after);
        let differs = (0..).zip(self.window.iter().zip(&after)).filter(|(_, (a, b))| a != b);
        let memory = differs.map(|(at, (_, b))| (DATA + at, *b)).collect();
        self.window = after;
        Outcome { changed, memory, pc: ctx.pc(), trap }
    }

    /// Engine and evaluator must agree.
    fn compare(&mut self, case: &Case) {
        let (a, b) = (self.engine.cpu.ctx(), self.evaluator.cpu.ctx());
        assert_eq!(
            (a.pc(), a.state.mcause, a.state.mepc),
            (b.pc(), b.state.mcause, b.state.mepc),
            "pc, cause and mepc after {}",
            case.text
        );
        for place in Place::all() {
            assert_eq!(place.get(a), place.get(b), "{} after {}: engine, evaluator", place.name(), case.text);
        }
        let mut after = vec![0; WINDOW as usize];
        self.evaluator.ram.read_bytes(DATA - RAM_BASE, &mut after);
        assert!(after == self.window, "memory after {}", case.text);
    }
}

fn assign<T: Target<State = Csrs, Model = Model>>(machine: &mut Machine<T, Interp>, place: Place, value: u64) {
    let at = machine.register(&place.name()).expect("the model has an FPU");
    machine.cpu.set_register(at, value.into()).expect("these registers can be written");
}

/// One JSON object.
fn json(case: &Case, outcome: &Outcome, n: u64) -> String {
    let places = |list: &[(Place, u64)]| {
        let items: Vec<String> = list.iter().map(|(p, v)| format!("\"{}\":\"{v:#x}\"", p.name())).collect();
        items.join(",")
    };
    let words: Vec<String> = case.words.iter().map(|(b, len)| format!("\"{b:0w$x}\"", w = *len as usize * 2)).collect();
    let memory: Vec<String> = outcome.memory.iter().map(|(a, b)| format!("\"{a:#x}\":{b}")).collect();
    let trap = outcome.trap.map_or("null".to_owned(), |t| t.to_string());
    format!(
        "{{\"n\":{n},\"bits\":[{}],\"text\":\"{}\",\"set\":{{{}}},\"out\":{{{}}},\"mem\":{{{}}},\"pc\":\"{:#x}\",\"trap\":{trap}}}",
        words.join(","),
        case.text,
        places(&case.set),
        places(&outcome.changed),
        memory.join(","),
        outcome.pc
    )
}

/// One `.insn` line. Cases there start at another pc, with zeros where nothing is set: only operands count.
fn insn_line(case: &Case, outcome: &Outcome, before: &[u8], after: &[u8], xlen: u32) -> String {
    let words: Vec<String> = case.words.iter().map(|(b, len)| format!("{b:0w$x}", w = *len as usize * 2)).collect();
    let mut line = format!("@rv{xlen} {}  {}  |", words.join("+"), case.text);
    for (place, value) in &case.set {
        _ = write!(line, " {}={value:#x}", place.name());
    }
    if let Some(address) = case.address {
        let at = (address - DATA) as usize;
        let cell = |bytes: &[u8]| Endian::Little.read(&bytes[at..at + 8]);
        _ = write!(line, " [{address:#x}]:8={:#x}", cell(before));
        line.push_str(" =>");
        if cell(before) != cell(after) {
            _ = write!(line, " [{address:#x}]:8={:#x}", cell(after));
        }
    } else {
        line.push_str(" =>");
    }
    for (place, value) in &outcome.changed {
        _ = write!(line, " {}={value:#x}", place.name());
    }
    if let Some(trap) = outcome.trap {
        _ = write!(line, " trap {trap}");
    }
    line
}

fn prepare<T: Target<State = Csrs>>(ctx: &mut Ctx<T>) {
    ctx.state.prv = Priv::M;
    ctx.state.mtvec = VECTOR;
    ctx.state.mstatus.put(mstatus::FS, mstatus::FS_DIRTY);
}

fn trap<T: Target<State = Csrs>>(ctx: &Ctx<T>) -> Option<u64> {
    (ctx.pc() == VECTOR).then_some(ctx.state.mcause)
}

struct Options {
    xlen: u32,
    seed: u64,
    count: u64,
    only: Vec<String>,
    per_insn: Option<u64>,
    block: usize,
}

fn main() {
    let mut options = Options { xlen: 64, seed: 1, count: 1000, only: Vec::new(), per_insn: None, block: 1 };
    let mut only = "i,m,a,f,d,c".to_owned();
    let mut args = std::env::args().skip(1);
    while let Some(arg) = args.next() {
        let value = args.next().unwrap_or_else(|| panic!("{arg} wants a value"));
        let number = || value.parse().unwrap_or_else(|_| panic!("{arg} wants a number, not {value}"));
        match arg.as_str() {
            "--xlen" => options.xlen = number() as u32,
            "--seed" => options.seed = number(),
            "--count" => options.count = number(),
            "--block" => options.block = number() as usize,
            "--insn" => options.per_insn = Some(number()),
            "--only" => only = value,
            _ => panic!("unknown option {arg}: --xlen, --seed, --count, --block, --insn and --only are known"),
        }
    }
    options.only = only.split(',').map(str::to_owned).collect();
    match options.xlen {
        32 => run::<Riscv32>(&options),
        64 => run::<Riscv64>(&options),
        n => panic!("XLEN is 32 or 64, not {n}"),
    }
}

fn run<T: Target<State = Csrs, Model = Model>>(options: &Options) {
    use std::io::Write;
    let model = Model::new(options.xlen, if options.xlen == 32 { "rv32" } else { "rv64" }, &[("zicond", "on")]);
    let model = model.expect("the model has this property");
    let decoder = Decoder::new(insn::TABLES, model.exts().bits(), INDEX);
    let mut generator =
        Generator { decoder, random: Random(options.seed), xlen: options.xlen, only: options.only.clone() };
    let bench = Bench {
        name: "oracle",
        kind: Kind::<T>::new(model),
        endian: Endian::Little,
        prepare: prepare::<T>,
        trap: trap::<T>,
        ignored: &[],
        trap_changes: &[],
    };
    let mut pair = Pair::new(bench, &mut generator.random);
    let mut out = BufWriter::new(std::io::stdout().lock());
    let mut seen: HashMap<(&str, bool), u64> = HashMap::new();
    let window: String = pair.window.iter().fold(String::new(), |mut s, b| {
        _ = write!(s, "{b:02x}");
        s
    });
    if options.per_insn.is_none() {
        writeln!(out, "{{\"xlen\":{},\"pc\":{PC},\"data\":{DATA},\"window\":\"{window}\"}}", options.xlen)
            .expect("stdout is open");
    }
    for n in 0..options.count {
        let case = if options.block > 1 { generator.block(options.block) } else { generator.case() };
        let before = pair.window.clone();
        let outcome = pair.run(&case);
        let Some(limit) = options.per_insn else {
            writeln!(out, "{}", json(&case, &outcome, n)).expect("stdout is open");
            continue;
        };
        // What depends on the pc would be wrong there, where another one is; traps are worth one line an instruction.
        let trap = outcome.trap.is_some();
        let count = seen.entry((case.name, trap)).or_default();
        let is_first = *count < if trap { 1 } else { limit };
        if is_first && !case.uses_pc && !(trap && case.words.len() > 1) {
            *count += 1;
            writeln!(out, "{}", insn_line(&case, &outcome, &before, &pair.window, options.xlen))
                .expect("stdout is open");
        }
    }
}
