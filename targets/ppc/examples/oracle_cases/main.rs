//! Random instructions with random operands, and what we make of them: input for `oracles/unicorn_ppc.py`.
//!
//! `oracle_cases --xlen 64 --seed 1 --count 100000 [--only arith,fp] [--insn N]` prints one JSON object a line: `set` (registers that
//! are put there before), `bits`, and what has changed after (`out`, `mem`, `pc`, `trap`). State carries over from case to case. With
//! `--insn N` it prints `.insn` lines instead, N for each instruction. `--mode little` runs them in little-endian mode, `--mode narrow` in
//! 32-bit mode of a CPU of 64 bits.
//!
//! Each case is run on the interpreter and on the reference evaluator, which must agree.
#![allow(clippy::print_stdout, reason = "printing is what this program does")]

mod random;

use std::collections::HashMap;
use std::fmt::Write;
use std::io::BufWriter;

use bits::Endian;
use cpu::{Cpu, Ctx, Kind, Target};
use decode::{Bits, Decoder, Index};
use interp::Interp;
use ppc::format::W;
use ppc::lift::{Handler, Insn};
use ppc::model::Model;
use ppc::state::{State, msr};
use ppc::{Ppc32, Ppc64, insn};
use random::Decimal;
use testkit::insn::{Bench, CODE, DATA, Machine, RAM_BASE, Reference};
use testkit::random::Random;

/// Where the instructions stand.
const PC: u64 = CODE + 0x800;
/// What is compared of memory.
const WINDOW: u64 = 0x2000;
const BASE: u64 = DATA + WINDOW / 2;
/// What SRR0 holds until there is a trap.
const NO_TRAP: u64 = 1;
const SRR0: u32 = 26;
const INDEX: Index = Index { w16: &[], w32: &[Bits(26, 6), Bits(1, 5)], w48: &[] };

/// One case: the instruction, and what to set before.
struct Case {
    bits: u32,
    name: &'static str,
    text: String,
    set: Vec<(String, u128)>,
    /// The data that it works on.
    address: Option<u64>,
    /// It reads or writes the pc.
    uses_pc: bool,
}

/// Rows that do nothing that could be compared, or that need more than one instruction.
const EXCLUDED: &[&str] = &[
    "sc", "darn", "icbi", "dcbi", "dcba", "lwarx", "ldarx", "lbarx", "lharx", "stwcx", "stdcx", "stbcx", "sthcx",
    "bctar",
];

struct Generator {
    decoder: Decoder<Handler>,
    random: Random,
    xlen: u32,
    only: Vec<String>,
}

impl Generator {
    fn is_wanted(&self, row: &Insn) -> bool {
        let tables = [
            ("branch", insn::branch::INSNS),
            ("load", insn::load::INSNS),
            ("store", insn::store::INSNS),
            ("arith", insn::arith::INSNS),
            ("logic", insn::logic::INSNS),
            ("rotate", insn::rotate::INSNS),
            ("power", insn::power::INSNS),
            ("mac", insn::mac::INSNS),
            ("fp", insn::fp::INSNS),
            ("dfp", insn::dfp::INSNS),
            ("fp_mem", insn::fp_mem::INSNS),
            ("vector", insn::vector::INSNS),
            ("vector_new", insn::vector_new::INSNS),
            ("vsx", insn::vsx::INSNS),
            ("quad", insn::vsx::QUAD),
            ("vsx_mem", insn::vsx_mem::INSNS),
            ("spe", insn::spe::INSNS),
            ("spe_fp", insn::spe_fp::INSNS),
            ("spe_mem", insn::spe_mem::INSNS),
        ];
        let holds = |table: &[Insn]| table.iter().any(|r| (r.name, r.pattern) == (row.name, row.pattern));
        !EXCLUDED.contains(&row.name)
            && tables.iter().any(|(name, table)| self.only.iter().any(|o| o == name) && holds(table))
    }

    fn case(&mut self) -> Case {
        loop {
            let (row, bits) = self.decoder.sample(|| self.random.next());
            let fits = !row.operands.contains("{ev") || W(bits as u32).ra() != 0;
            if self.is_wanted(row) && fits {
                return self.with_operands(row, bits as u32);
            }
        }
    }

    fn with_operands(&mut self, row: &'static Insn, bits: u32) -> Case {
        let f = W(bits);
        let mut case = Case {
            bits,
            name: row.name,
            text: self.decoder.disassemble(bits.into(), 32, PC).unwrap_or_default(),
            set: Vec::new(),
            address: None,
            uses_pc: row.operands.contains("{bd}")
                || row.operands.contains("{li}")
                || row.name.starts_with("bc") && !row.name.starts_with("bcd"),
        };
        let mask = bits::mask(self.xlen);
        let is_float = bits >> 26 == 59 || bits >> 26 == 63;
        let numbers = [f.rt(), f.ra(), f.rb(), f.mb()];
        for n in numbers {
            put(&mut case.set, format!("r{n}"), self.random.integer() & mask);
            if is_float || row.operands.contains("{frt}") {
                let decimal = row.name.starts_with('d') && is_float;
                let value = if decimal { self.random.decimal() } else { self.random.double() };
                put(&mut case.set, format!("f{n}"), value);
                if decimal {
                    let value = self.random.decimal();
                    put(&mut case.set, format!("f{}", n | 1), value);
                }
            }
        }
        if bits >> 26 == 4 && self.is_spe(row) {
            self.spe_operands(row, numbers, &mut case);
        }
        if row.operands.contains("{vr") {
            for n in numbers {
                let value = if row.name.starts_with("bcd") { self.decimal(row.name) } else { self.vector() };
                put(&mut case.set, format!("vr{n}"), value);
            }
            put(&mut case.set, "vscr".to_owned(), self.random.next() & 0x1_0001);
        }
        let is_vsx = row.operands.contains("{x") || row.name.starts_with("xs");
        if is_vsx {
            for n in [f.xt(), f.xa(), f.xb(), f.xc(), f.xt_dq()] {
                let value = self.vsx();
                let (high, low) = ((value >> 64) as u64, value as u64);
                if n < 32 {
                    put(&mut case.set, format!("f{n}"), high);
                    put(&mut case.set, format!("vs{n}h"), low);
                } else {
                    put(&mut case.set, format!("vr{}", n - 32), value);
                }
            }
            for n in numbers {
                let value = self.vsx();
                put(&mut case.set, format!("vr{n}"), value);
            }
        }
        if is_float || is_vsx {
            let enables = if self.random.below(4) == 0 { self.random.next() & 0xf8 } else { 0 };
            let sticky = if self.random.below(2) == 0 { 1 << 25 } else { 0 };
            let rn = if self.random.below(2) == 0 { self.random.below(4) } else { 0 };
            put(&mut case.set, "fpscr".to_owned(), sticky | enables | rn);
        }
        put(&mut case.set, "cr".to_owned(), self.random.next() & 0xffff_ffff);
        put(&mut case.set, "xer".to_owned(), self.random.next() & 0xe000_007f);
        if insn::power::INSNS.iter().any(|r| (r.name, r.pattern) == (row.name, row.pattern)) {
            let (mq, byte) = (self.random.integer() & 0xffff_ffff, self.random.below(256) << 8);
            put(&mut case.set, "mq".to_owned(), mq);
            put(&mut case.set, "xer".to_owned(), self.random.next() & 0xe000_007f | byte);
        }
        let near = PC.wrapping_add(self.random.next() as i8 as u64);
        let to = if self.random.below(2) == 0 { near } else { self.random.below(3) };
        put(&mut case.set, "ctr".to_owned(), to);
        put(&mut case.set, "lr".to_owned(), near);
        self.place_data(row, f, &mut case);
        case
    }

    /// Both words of the registers, the accumulator and SPEFSCR.
    fn spe_operands(&mut self, row: &Insn, numbers: [u32; 4], case: &mut Case) {
        for n in numbers {
            let (upper, lower) = self.spe_words(row.name);
            put(&mut case.set, format!("ev{n}h"), upper);
            put(&mut case.set, format!("r{n}"), lower);
        }
        put(&mut case.set, "acc".to_owned(), self.random.integer());
        // Rounding is to nearest: the debugger of QEMU, with which this is compared, sets no other.
        put(&mut case.set, "spefscr".to_owned(), 0u64);
    }

    fn is_spe(&self, row: &Insn) -> bool {
        let holds = |table: &[Insn]| table.iter().any(|r| (r.name, r.pattern) == (row.name, row.pattern));
        [insn::spe::INSNS, insn::spe_fp::INSNS, insn::spe_mem::INSNS].into_iter().any(holds)
    }

    /// The words of a general register for the signal processing engine.
    fn spe_words(&mut self, name: &str) -> (u64, u64) {
        let halves = |v: u64| (v >> 32, v & 0xffff_ffff);
        if name.starts_with("efd") || name == "efscfd" {
            return halves(self.random.double());
        }
        if name.starts_with("ef") || name.starts_with("evfs") {
            return halves(self.vector() as u64);
        }
        halves(self.random.integer())
    }

    /// The contents of a vector register.
    fn vector(&mut self) -> u128 {
        let word = |r: &mut Random| match r.below(3) {
            0 => u128::from((r.integer() as i64 as f32).to_bits()),
            1 => u128::from(r.integer() as u32),
            _ => u128::from(r.next() as u32),
        };
        (0..4).fold(0, |all, _| all << 32 | word(&mut self.random))
    }

    /// A decimal integer in the form that the instruction reads, most of the time.
    fn decimal(&mut self, name: &str) -> u128 {
        let kept = self.random.below(33) as u32;
        let digits = |r: &mut Random| (0..kept).fold(0u128, |all, _| all << 4 | u128::from(r.below(10)));
        let national = |r: &mut Random| (0..7).fold(0u128, |all, _| all << 16 | u128::from(0x30 + r.below(10)));
        let zone = self.random.pick(&[0x30, 0xf0]);
        match (self.random.below(8), name) {
            (0, _) => u128::from(self.random.next()) << 64 | u128::from(self.random.next()),
            (1, _) => u128::from((self.random.next() % 80) as u8 as i8 as u8) << 64,
            (_, "bcdcfn") => national(&mut self.random) << 16 | self.random.pick(&[0x2b, 0x2d]),
            (_, "bcdcfz") => {
                let all = (0..16).fold(0u128, |all, _| all << 8 | zone | u128::from(self.random.below(10)));
                all & !0xf0 | u128::from(self.random.below(16)) << 4
            }
            (_, "bcdus" | "bcdutrunc") => digits(&mut self.random),
            _ => digits(&mut self.random) << 4 | u128::from(10 + self.random.below(6)),
        }
    }

    /// The contents of a vector-scalar register: numbers of any format.
    fn vsx(&mut self) -> u128 {
        match self.random.below(4) {
            0 => self.vector(),
            1 => {
                let exponent = self.random.pick(&[0x3fff, 0x3ffe, 0x4000, 0x4070, 0x7fff, 0, 1, 0x7ffe, 0x3c00]);
                let fraction = self.vector() & ((1 << 112) - 1);
                let sign = u128::from(self.random.next() & 1) << 127;
                sign | exponent << 112 | if self.random.below(3) == 0 { 0 } else { fraction }
            }
            _ => u128::from(self.random.double()) << 64 | u128::from(self.random.double()),
        }
    }

    /// Makes base and index of a memory access point into the window.
    fn place_data(&mut self, row: &Insn, f: W, case: &mut Case) {
        let spread = self.random.below(64);
        let at = BASE + if self.random.below(4) == 0 { spread } else { spread & !7 };
        let mask = bits::mask(self.xlen);
        let displacement = if row.operands.contains("{ds}") {
            f.ds()
        } else if row.operands.contains("{dq}") {
            f.dq()
        } else {
            f.si()
        };
        if row.operands.contains("{ev") {
            let size = if row.operands.contains("{ev8}") {
                8
            } else if row.operands.contains("{ev4}") {
                4
            } else {
                2
            };
            put(&mut case.set, format!("r{}", f.ra()), at.wrapping_sub(u64::from(f.rb() * size)) & mask);
            case.address = (f.ra() != 0).then_some(at);
        } else if row.operands.ends_with("({ra0})") {
            put(&mut case.set, format!("r{}", f.ra()), at.wrapping_sub(displacement as u64) & mask);
            case.address = (f.ra() != 0).then_some(at);
        } else if row.operands.ends_with("{ra0}, {nb}") {
            put(&mut case.set, format!("r{}", f.ra()), at);
            case.address = (f.ra() != 0).then_some(at);
        } else if row.operands.ends_with("{ra0}, {rb}") && row.name != "isel" {
            let index = self.random.below(64);
            match (f.ra(), f.rb()) {
                (0, b) => put(&mut case.set, format!("r{b}"), at),
                (a, b) if a == b => put(&mut case.set, format!("r{a}"), at / 2),
                (a, b) => {
                    put(&mut case.set, format!("r{a}"), at.wrapping_sub(index));
                    put(&mut case.set, format!("r{b}"), index);
                }
            }
            case.address = Some(at & !1);
        }
    }
}

fn put(set: &mut Vec<(String, u128)>, place: String, value: impl Into<u128>) {
    set.retain(|(p, _)| *p != place);
    set.push((place, value.into()));
}

/// What a case has done.
struct Outcome {
    changed: Vec<(String, u128)>,
    memory: Vec<(u64, u8)>,
    pc: u64,
    trap: Option<u64>,
}

/// The two machines that a case is run on.
struct Pair<T: Target> {
    bench: Bench<T>,
    engine: Machine<T, Interp>,
    evaluator: Machine<T, Interp>,
    /// Indexes of the registers that are compared, by name.
    places: Vec<(String, usize)>,
    window: Vec<u8>,
}

impl<T: Target<State = State, Model = Model>> Pair<T> {
    fn new(bench: Bench<T>, random: &mut Random) -> Pair<T> {
        let (engine, evaluator): (Machine<T, Interp>, Machine<T, Interp>) = (bench.machine(), bench.machine());
        let window: Vec<u8> = (0..WINDOW).map(|_| random.next() as u8).collect();
        for machine in [&engine, &evaluator] {
            machine.ram.write_bytes(DATA - RAM_BASE, &window);
        }
        let rows = engine.cpu.registers().iter().enumerate();
        // MQ has no number in a debugger of today.
        let wanted = |r: &cpu::Register| r.gdb.map_or(r.name == "mq", |n| n != 64 && n != 65);
        let places = rows.filter(|(_, r)| wanted(r)).map(|(at, r)| (r.name.to_owned(), at)).collect();
        Pair { bench, engine, evaluator, places, window }
    }

    fn values(&self, machine: &Machine<T, Interp>) -> Vec<u128> {
        self.places.iter().map(|(_, at)| machine.cpu.register(*at).unwrap_or(0)).collect()
    }

    fn run(&mut self, case: &mut Case) -> Outcome {
        let code = self.bench.bytes(&[(case.bits.into(), 4)]);
        for machine in [&mut self.engine, &mut self.evaluator] {
            machine.ram.write_bytes(PC - RAM_BASE, &code.concat());
            machine.cpu.flush();
            (self.bench.prepare)(machine.cpu.ctx());
            machine.cpu.set_pc(PC);
            for (place, value) in &case.set {
                let at = machine.register(place).expect("the table has this register");
                machine.cpu.set_register(at, *value).expect("these registers can be written");
            }
        }
        let before = self.values(&self.engine);
        // Some registers don't take every value.
        for (place, value) in &mut case.set {
            let at = self.places.iter().position(|(name, _)| name == place).expect("the table has this register");
            *value = before[at];
        }
        self.engine.cpu.step();
        Reference::default().step(&mut self.evaluator.cpu, &code[0]);
        let trap = (self.bench.trap)(self.engine.cpu.ctx());
        let after = self.values(&self.engine);
        let theirs = self.values(&self.evaluator);
        for ((name, _), (a, b)) in self.places.iter().zip(after.iter().zip(&theirs)) {
            assert_eq!(a, b, "{name} after {} {:?}: engine, evaluator", case.text, case.set);
        }
        assert_eq!(self.engine.cpu.pc(), self.evaluator.cpu.pc(), "pc after {}: engine, evaluator", case.text);
        let pairs = self.places.iter().zip(before.iter().zip(&after)).filter(|(_, (a, b))| a != b);
        let changed = pairs.map(|((name, _), (_, b))| (name.clone(), *b)).collect();
        let mut memory = vec![0; WINDOW as usize];
        self.engine.ram.read_bytes(DATA - RAM_BASE, &mut memory);
        let differs = (0..).zip(self.window.iter().zip(&memory)).filter(|(_, (a, b))| a != b);
        let bytes = differs.map(|(at, (_, b))| (DATA + at, *b)).collect();
        self.window = memory;
        Outcome { changed, memory: bytes, pc: self.engine.cpu.pc(), trap }
    }
}

/// One JSON object.
fn json(case: &Case, outcome: &Outcome, n: u64, line: &str) -> String {
    let places = |list: &[(String, u128)]| {
        let items: Vec<String> = list.iter().map(|(p, v)| format!("\"{p}\":\"{v:#x}\"")).collect();
        items.join(",")
    };
    let memory: Vec<String> = outcome.memory.iter().map(|(a, b)| format!("\"{a:#x}\":{b}")).collect();
    let trap = if outcome.trap.is_some() { "1" } else { "null" };
    format!(
        "{{\"n\":{n},\"bits\":[\"{:08x}\"],\"text\":\"{}\",\"set\":{{{}}},\"out\":{{{}}},\"mem\":{{{}}},\"pc\":\"{:#x}\",\"trap\":{trap},\"insn\":\"{line}\"}}",
        case.bits,
        case.text,
        places(&case.set),
        places(&outcome.changed),
        memory.join(","),
        outcome.pc
    )
}

/// One `.insn` line. Cases there start with zeros where nothing is set: only operands count.
fn insn_line(case: &Case, outcome: &Outcome, before: &[u8], after: &[u8], variant: &str) -> String {
    let mut line = format!("@{variant} {:08x}  {}  |", case.bits, case.text);
    for (place, value) in &case.set {
        _ = write!(line, " {place}={value:#x}");
    }
    let cell = |bytes: &[u8], at: u64| Endian::Big.read(&bytes[(at - DATA) as usize..(at - DATA) as usize + 8]);
    let long = ["lmw", "stmw", "lswi", "lswx", "stswi", "stswx"].contains(&case.name);
    let count = if long { 17 } else { 3 };
    let cells = case.address.into_iter().flat_map(|a| (0..count).map(move |n| (a & !7) + 8 * n));
    let cells: Vec<u64> = cells.filter(|a| a - DATA + 8 <= WINDOW).collect();
    for &at in &cells {
        _ = write!(line, " [{at:#x}]:8={:#x}", cell(before, at));
    }
    line.push_str(" =>");
    for &at in cells.iter().filter(|&&at| cell(before, at) != cell(after, at)) {
        _ = write!(line, " [{at:#x}]:8={:#x}", cell(after, at));
    }
    for (place, value) in &outcome.changed {
        _ = write!(line, " {place}={value:#x}");
    }
    if let Some(trap) = outcome.trap {
        _ = write!(line, " trap {trap}");
    }
    line
}

fn prepare<T: Target<State = State>, const LITTLE: bool, const NARROW: bool>(ctx: &mut Ctx<T>) {
    let (set, clear) = (if LITTLE { msr::LE } else { 0 }, if NARROW { msr::SF } else { 0 });
    ctx.state.msr = ctx.state.msr & !(msr::IP | clear) | msr::FP | msr::VEC | msr::VSX | msr::ME | set;
    ctx.state.set_spr(SRR0, NO_TRAP);
    // On an e500 an entry of TLB1, which lies behind those of TLB0, maps everything.
    if let Some(entry) = ctx.state.tlb.get_mut(512) {
        entry.words = [1 << 31 | 22 << 7, 0, 0x3f];
    }
}

fn trap<T: Target<State = State>>(ctx: &Ctx<T>) -> Option<u64> {
    (ctx.state.spr(SRR0) != NO_TRAP).then(|| ctx.pc())
}

struct Options {
    xlen: u32,
    seed: u64,
    count: u64,
    only: Vec<String>,
    per_insn: Option<u64>,
    cpu: String,
    little: bool,
    narrow: bool,
}

fn main() {
    let only = "branch,load,store,arith,logic,rotate,fp,fp_mem,vector".to_owned();
    let mut options = Options {
        xlen: 64,
        seed: 1,
        count: 1000,
        only: Vec::new(),
        per_insn: None,
        cpu: String::new(),
        little: false,
        narrow: false,
    };
    let mut only_text = only;
    let mut args = std::env::args().skip(1);
    while let Some(arg) = args.next() {
        let value = args.next().unwrap_or_else(|| panic!("{arg} wants a value"));
        let number = || value.parse().unwrap_or_else(|_| panic!("{arg} wants a number, not {value}"));
        match arg.as_str() {
            "--xlen" => options.xlen = number() as u32,
            "--seed" => options.seed = number(),
            "--count" => options.count = number(),
            "--insn" => options.per_insn = Some(number()),
            "--cpu" => options.cpu = value,
            "--only" => only_text = value,
            "--mode" => (options.little, options.narrow) = (value.contains("little"), value.contains("narrow")),
            _ => panic!("unknown option {arg}: --xlen, --seed, --count, --cpu, --mode, --insn and --only are known"),
        }
    }
    options.only = only_text.split(',').map(str::to_owned).collect();
    match options.xlen {
        32 => run::<Ppc32>(&options, "7400"),
        64 => run::<Ppc64>(&options, "power9"),
        n => panic!("registers have 32 or 64 bits, not {n}"),
    }
}

fn run<T: Target<State = State, Model = Model>>(options: &Options, cpu: &str) {
    use std::io::Write;
    let name = if options.cpu.is_empty() { cpu } else { &options.cpu };
    let model = Model::new(options.xlen, name).expect("the model exists");
    let decoder = Decoder::new(insn::TABLES, model.exts().bits(), INDEX);
    let mut generator =
        Generator { decoder, random: Random(options.seed), xlen: options.xlen, only: options.only.clone() };
    let bench = Bench {
        name: "oracle",
        kind: Kind::<T>::new(model),
        endian: if options.little { Endian::Little } else { Endian::Big },
        prepare: match (options.little, options.narrow) {
            (false, false) => prepare::<T, false, false>,
            (true, false) => prepare::<T, true, false>,
            (false, true) => prepare::<T, false, true>,
            (true, true) => prepare::<T, true, true>,
        },
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
        let (set, clear) = (u64::from(options.little), u64::from(options.narrow) << 63);
        let msr = format!("\"msr_set\":{set},\"msr_clear\":{clear},\"cpu\":\"{name}\"");
        writeln!(out, "{{\"xlen\":{},\"pc\":{PC},\"data\":{DATA},{msr},\"window\":\"{window}\"}}", options.xlen)
            .expect("stdout is open");
    }
    let variant = match options.xlen {
        _ if options.cpu.starts_with("e500") => "e500",
        _ if options.cpu.starts_with("601") => "ppc601",
        _ if options.cpu.starts_with("405") => "ppc405",
        32 => "ppc",
        _ => "ppc64",
    };
    for n in 0..options.count {
        let mut case = generator.case();
        let before = pair.window.clone();
        let outcome = pair.run(&mut case);
        let Some(limit) = options.per_insn else {
            let depends = case.uses_pc || options.little || options.narrow;
            let line = match depends {
                true => String::new(),
                false => insn_line(&case, &outcome, &before, &pair.window, variant),
            };
            writeln!(out, "{}", json(&case, &outcome, n, &line)).expect("stdout is open");
            continue;
        };
        // What depends on the pc would be wrong there, where another one is; traps are worth one line an instruction.
        let trap = outcome.trap.is_some();
        let count = seen.entry((case.name, trap)).or_default();
        if *count < if trap { 1 } else { limit } && !case.uses_pc {
            *count += 1;
            writeln!(out, "{}", insn_line(&case, &outcome, &before, &pair.window, variant)).expect("stdout is open");
        }
    }
}
