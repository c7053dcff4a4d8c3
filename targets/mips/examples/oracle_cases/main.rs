//! Random instructions with random operands, and what we make of them: input for `oracles/qemu_mips.py`.
//!
//! `oracle_cases --target mips64 --cpu I6400 --fr 1 --seed 1 --count 100000 [--only fpu] [--insn N]` prints one JSON object a line:
//! `set` (registers that are put there before), `bits`, and what has changed after (`out`, `mem`, `pc`, `trap`). State carries over from
//! case to case. A branch comes with an instruction in its slot. With `--insn N` it prints `.insn` lines instead, N for each instruction.
//!
//! Each case is run on the interpreter, as one block, and on the reference evaluator, instruction by instruction; they must agree.
#![allow(clippy::print_stdout, reason = "printing is what this program does")]

mod operands;
mod place;
mod print;
mod random;
mod system;

use std::collections::HashMap;
use std::fmt::Write;
use std::io::BufWriter;
use std::sync::atomic::{AtomicU64, Ordering};

use bits::Endian;
use cpu::{Cpu, Ctx, Kind, Target};
use decode::{Bits, Decoder, Index, Operand};
use interp::Interp;
use mips::cp0::Cp0;
use mips::ext::Ext;
use mips::lift::{Handler, Insn};
use mips::model::Model;
use mips::{Mips, Mips64, Mips64el, Mipsel, insn, state};
use place::Place;
use print::{insn_line, json};
use testkit::insn::{Bench, CODE, DATA, Machine, RAM_BASE, Reference};
use testkit::random::Random;

/// Where the instructions stand: in the middle of a page, and for `.insn` lines where those stand.
static PC: AtomicU64 = AtomicU64::new(CODE + 0x800);

fn pc() -> u64 {
    PC.load(Ordering::Relaxed)
}

/// EBase, in a segment that is not mapped; and where that is.
const VECTORS: u64 = 0xffff_ffff_8001_8000;
const VECTORS_PHYS: u64 = 0x1_8000;
/// `b .`, behind which a zero is the slot.
const JUMP_TO_ITSELF: u32 = 0x1000_ffff;
/// What is compared of memory.
const WINDOW: u64 = 0x2000;
const BASE: u64 = DATA + WINDOW / 2;
const INDEX: Index = Index { w16: &[], w32: &[Bits(0, 6), Bits(26, 6)], w48: &[] };
/// Coprocessor 1 usable, error level, on 64-bit CPUs 64-bit segments.
const STATUS: u32 = 1 << 29 | 1 << 2;

/// One case: the instructions, and what to set before.
struct Case {
    words: Vec<u64>,
    name: &'static str,
    text: String,
    set: Vec<(Place, u64)>,
    /// It reads or writes the pc.
    uses_pc: bool,
    /// It has a delay slot.
    has_slot: bool,
    /// The data that it works on.
    address: Option<u64>,
}

/// Rows that do nothing that could be compared, or depend on what the machine is.
const EXCLUDED: &[&str] = &[
    "sync",
    "pref",
    "prefx",
    "cache",
    "wait",
    "eret",
    "eretnc",
    "deret",
    "mfc0",
    "mtc0",
    "dmfc0",
    "dmtc0",
    "tlbr",
    "tlbwi",
    "tlbwr",
    "tlbp",
    "tlbinv",
    "tlbinvf",
    "rdhwr",
    "sdbbp",
    "di",
    "ei",
    "msa_any",
    "dsp_any",
    "dvpe",
    "evpe",
    "dmt",
    "emt",
    "rdpgpr",
    "wrpgpr",
    "synci",
    "pause",
    "ll",
    "lld",
    "cfc1",
    "dsp64_any",
    "mftr",
    "mttr",
    "fork",
    "yield_",
    "dvp",
    "evp",
];

/// What cases are drawn from.
struct Generator {
    decoder: Decoder<Handler>,
    random: Random,
    width: u32,
    /// The model has 64-bit instructions.
    is_64: bool,
    fr: bool,
    /// Bits of FCSR that can be written, and those that are set.
    fcsr: (u32, u32),
    only: Vec<String>,
}

fn is_jump(name: &str) -> bool {
    matches!(name, "jr" | "jalr" | "jic" | "jialc")
}

fn has_slot(row: &Insn) -> bool {
    let compact = row.name.ends_with('c') && row.name.starts_with('b') || row.name.starts_with("ji");
    let branches = row.operands.contains("target") || row.operands.contains("jump") || is_jump(row.name);
    branches && !compact || matches!(row.name, "bgeuc_")
}

impl Generator {
    fn is_wanted(&self, row: &Insn) -> bool {
        let tables = [
            ("arith", insn::arith::INSNS),
            ("arith64", insn::arith64::INSNS),
            ("branch", insn::branch::INSNS),
            ("memory", insn::memory::INSNS),
            ("release6", insn::release6::INSNS),
            ("fpu", insn::fpu::INSNS),
            ("fpu", insn::fpu_move::INSNS),
            ("fpu", insn::paired::INSNS),
            ("dsp", insn::dsp::INSNS),
            ("msa", insn::msa::INSNS),
            ("system", insn::system::INSNS),
        ];
        let holds = |table: &[Insn]| table.iter().any(|r| (r.name, r.pattern) == (row.name, row.pattern));
        !EXCLUDED.contains(&row.name)
            && tables.iter().any(|(name, table)| self.only.iter().any(|o| o == name) && holds(table))
    }

    /// A random instruction, with one in its delay slot if it has one.
    fn case(&mut self) -> Case {
        let mut case = self.single();
        while case.has_slot && case.words.len() < 2 {
            let slot = self.single();
            let has_memory = slot.text.contains('(') || slot.address.is_some();
            if !slot.uses_pc && slot.words.len() == 1 && !(has_memory && pc() == CODE) {
                case.words.extend(slot.words);
                slot.set.into_iter().for_each(|(place, value)| put_new(&mut case.set, place, value));
            }
        }
        self.describe(&mut case);
        case
    }

    fn single(&mut self) -> Case {
        loop {
            let (row, bits) = self.decoder.sample(|| self.random.next());
            // Links into a register that the branch reads are UNPREDICTABLE.
            let (rs, rd) = (bits::field(bits, 21, 5), bits::field(bits, 11, 5));
            let is_unpredictable =
                matches!(row.name, "jr" | "jalr") && (rs == rd || rs == 0) || row.name.contains("zal") && rs == 31;
            let is_unpredictable = is_unpredictable || row.name.starts_with("ji") && bits::field(bits, 16, 5) == 0;
            let rt = bits::field(bits, 16, 5);
            let links_31 = matches!(row.name, "bgeuc" | "bltuc") && rt == 31 && (rs == 0 || rs == 31);
            // QEMU takes BOVC and BNVC of r0 for BEQZALC and BNEZALC; modes that user programs choose are not for all models.
            let is_odd = matches!(row.name, "beqc" | "bnec") && rs == 0 && rt == 0 || row.name == "ctc1" && rt == 0;
            if self.is_wanted(row) && !is_unpredictable && !links_31 && !is_odd {
                return self.with_operands(row, bits);
            }
        }
    }

    fn with_operands(&mut self, row: &'static Insn, mut bits: u64) -> Case {
        if matches!(row.name, "lwpc" | "lwupc" | "ldpc") {
            // It reads itself.
            bits &= if row.name == "ldpc" { !0x3_ffff } else { !0x7_fff8 };
        }
        bits = self.shorten(row, bits);
        if row.name.ends_with("_ps") {
            // A pair of condition codes begins at an even one.
            bits &= if row.name.starts_with("c_") {
                !(1 << 8)
            } else if row.name.starts_with("mov") {
                !(1 << 18)
            } else {
                !0
            };
        }
        if !self.fr && row.guard.all >> Ext::Fpu as u32 & 1 != 0 && !row.operands.contains("{rt}, {fs}") {
            // Odd registers are halves, and as doubles UNPREDICTABLE.
            for (field, lo) in [("{fs}", 11), ("{ft}", 16), ("{fd}", 6), ("{fr}", 21)] {
                bits &= if row.operands.contains(field) && !row.name.ends_with("_s") { !(1 << lo) } else { !0 };
            }
        }
        let mut case = Case {
            words: vec![bits],
            name: row.name,
            text: String::new(),
            set: Vec::new(),
            uses_pc: row.operands.contains("target")
                || row.operands.contains("jump")
                || is_jump(row.name)
                || row.operands.contains("off1")
                || row.name.ends_with("pc"),
            has_slot: has_slot(row),
            address: None,
        };
        if let Some(kind) = row.name.strip_prefix("sc") {
            // The pair works on one address; the result of the first must leave that alone.
            let rt = (bits::field(bits, 21, 5) + 1 + self.random.below(31)) % 32;
            let ll = if bits >> 26 == 0x1f { bits | 0x10 } else { bits & !(1 << 29) };
            case.words.insert(0, ll & !(0x1f << 16) | rt << 16);
            let _ = kind;
        }
        let narrow = row.guard.all >> Ext::W64 as u32 & 1 == 0;
        for (field, lo) in [("rt", 16), ("rs", 21), ("rd", 11)] {
            if !row.operands.contains(&format!("{{{field}}}")) {
                continue;
            }
            let mut value = self.random.integer();
            if is_jump(row.name) && field != "rd" {
                let distance = self.random.next() as i8 as i64 as u64;
                value = pc().wrapping_add(if pc() == CODE { distance & 0x7f } else { distance } << 2);
            } else if narrow {
                value = bits::sign_extend(value, 32);
            }
            put(&mut case.set, Place::R(bits::field(bits, lo, 5) as u8), value);
        }
        self.set_floats(row, bits, &mut case);
        for place in [Place::Hi, Place::Lo] {
            if self.random.below(16) == 0 {
                let value = bits::sign_extend(self.random.integer(), 32);
                put(&mut case.set, place, value);
            }
        }
        self.set_extensions(row, bits, &mut case);
        self.place_data(row, bits, &mut case);
        case
    }

    /// Makes a branch go to where there is memory.
    fn shorten(&mut self, row: &Insn, bits: u64) -> u64 {
        let back = if pc() == CODE { 0 } else { 0x100 };
        let distance = (self.random.next() & 0x1ff).wrapping_sub(back);
        let (width, value) = match () {
            () if row.operands.contains("{jump}") => (26, CODE / 4 + (distance & 0x1ff)),
            () if row.operands.contains("{target21}") => (21, distance),
            () if row.operands.contains("{target26}") => (26, distance),
            () if row.operands.contains("{target}") => (16, distance),
            () if matches!(row.name, "jic" | "jialc") => (16, distance & 0x7c),
            () => return bits,
        };
        bits & !bits::mask(width) | value & bits::mask(width)
    }

    /// Makes the base register of a memory access point into the window.
    fn place_data(&mut self, row: &Insn, bits: u64, case: &mut Case) {
        let vector = row.operands.ends_with("({rs_ws})");
        if !row.operands.ends_with("({rs})") && !vector || self.random.below(256) == 0 {
            return;
        }
        let n = bits::field(bits, if vector { 11 } else { 21 }, 5) as u8;
        let spread = self.random.below(64);
        let at = BASE + if self.random.below(4) == 0 && pc() != CODE { spread } else { spread & !7 };
        let displacement = ["imm", "offset9", "vs10"].iter().find_map(|f| match (row.operand)(bits, f, pc())? {
            Operand::Signed(n) if row.operands.contains(f) => Some(n),
            _ => None,
        });
        let mut base = at.wrapping_add_signed(-displacement.unwrap_or(0));
        if row.operands.contains("{rt}({rs})") {
            let index = bits::field(bits, 16, 5) as u8;
            let value = if index == n { at / 2 } else { self.random.below(64) };
            put(&mut case.set, Place::R(index), value);
            base = match index {
                0 => at,
                _ if index == n => at / 2,
                _ => at - value,
            };
        }
        if n != 0 {
            put(&mut case.set, Place::R(n), base);
            case.address = Some(at);
        }
    }

    fn describe(&self, case: &mut Case) {
        let mut texts = Vec::new();
        for (pc, word) in (pc()..).step_by(4).zip(&case.words) {
            texts.extend(self.decoder.disassemble(*word, 32, pc));
        }
        case.text = texts.join("; ");
        for (place, value) in &mut case.set {
            if matches!(place, Place::R(_) | Place::Hi | Place::Lo | Place::Extension(0..6)) {
                *value &= bits::mask(self.width);
            }
        }
    }
}

fn put(set: &mut Vec<(Place, u64)>, place: Place, value: u64) {
    if place != Place::R(0) {
        set.retain(|(p, _)| *p != place);
        set.push((place, value));
    }
}

/// Sets what is not set yet.
fn put_new(set: &mut Vec<(Place, u64)>, place: Place, value: u64) {
    if !set.iter().any(|(p, _)| *p == place) {
        put(set, place, value);
    }
}

/// Exception code, Cause.BD, EPC and BadVAddr.
type Exception = (u64, bool, u64, u64);

/// What a case has done.
struct Outcome {
    changed: Vec<(Place, u64)>,
    memory: Vec<(u64, u8)>,
    pc: u64,
    trap: Option<Exception>,
}

/// The two machines that a case is run on.
struct Pair<T: Target> {
    bench: Bench<T>,
    engine: Machine<T, Interp>,
    evaluator: Machine<T, Interp>,
    window: Vec<u8>,
    status: u32,
}

impl<T: Target<State = Cp0, Model = Model>> Pair<T> {
    fn new(bench: Bench<T>, random: &mut Random, status: u32) -> Pair<T> {
        let (engine, evaluator) = (bench.machine(), bench.machine());
        let window: Vec<u8> = (0..WINDOW).map(|_| random.next() as u8).collect();
        let mut jump = [0; 4];
        bench.endian.write(&mut jump, JUMP_TO_ITSELF.into());
        for machine in [&engine, &evaluator] {
            machine.ram.write_bytes(DATA - RAM_BASE, &window);
            for offset in [0, 0x80, 0x180] {
                machine.ram.write_bytes(VECTORS_PHYS + offset - RAM_BASE, &jump);
            }
        }
        Pair { bench, engine, evaluator, window, status }
    }

    fn run(&mut self, case: &Case) -> Outcome {
        let words: Vec<(u128, u32)> = case.words.iter().map(|w| (u128::from(*w), 4)).collect();
        let code = self.bench.bytes(&words);
        let status = self.status;
        for machine in [&mut self.engine, &mut self.evaluator] {
            machine.ram.write_bytes(pc() - RAM_BASE, &code.concat());
            machine.cpu.flush();
            prepare(machine.cpu.ctx());
            machine.cpu.ctx().state.status = status;
            machine.cpu.set_pc(pc());
            if pc() == CODE {
                // Lines of `.insn` files begin with zeros.
                Place::all().for_each(|place| assign(machine, place, 0));
            }
            for (place, value) in &case.set {
                assign(machine, *place, *value);
            }
        }
        let before = places(&mut self.engine);
        let mut reference = Reference::default();
        let mut steps = 0;
        while steps < code.len() as u64 {
            let at = (self.evaluator.cpu.pc().wrapping_sub(pc()) / 4) as usize;
            let Some(bytes) = code.get(at) else { break };
            reference.step(&mut self.evaluator.cpu, bytes);
            steps += 1;
        }
        self.engine.cpu.run(steps);
        let outcome = self.outcome(&before);
        self.compare(case);
        outcome
    }

    fn outcome(&mut self, before: &HashMap<Place, u64>) -> Outcome {
        let trap = trapped(self.engine.cpu.ctx());
        let after_places = places(&mut self.engine);
        let changed = Place::all().map(|p| (p, after_places[&p])).filter(|(p, v)| before[p] != *v).collect();
        let mut after = vec![0; WINDOW as usize];
        self.engine.ram.read_bytes(DATA - RAM_BASE, &mut after);
        let differs = (0..).zip(self.window.iter().zip(&after)).filter(|(_, (a, b))| a != b);
        let memory = differs.map(|(at, (_, b))| (DATA + at, *b)).collect();
        self.window = after;
        let pc = self.engine.cpu.pc();
        let pc = if trap.is_some() { pc & !0x7f } else { pc };
        Outcome { changed, memory, pc, trap }
    }

    /// Engine and evaluator must agree.
    fn compare(&mut self, case: &Case) {
        let (a, b) = (trapped(self.engine.cpu.ctx()), trapped(self.evaluator.cpu.ctx()));
        assert_eq!(a, b, "exception after {} {:x?}", case.text, case.words);
        if a.is_none() {
            assert_eq!(self.engine.cpu.pc(), self.evaluator.cpu.pc(), "pc after {} {:x?}", case.text, case.words);
        }
        let (a, b) = (places(&mut self.engine), places(&mut self.evaluator));
        for place in Place::all() {
            assert_eq!(a[&place], b[&place], "{} after {}: engine, evaluator", place.name(), case.text);
        }
        let mut after = vec![0; WINDOW as usize];
        self.evaluator.ram.read_bytes(DATA - RAM_BASE, &mut after);
        assert!(after == self.window, "memory after {}", case.text);
    }
}

fn places<T: Target>(machine: &mut Machine<T, Interp>) -> HashMap<Place, u64> {
    let value = |machine: &Machine<T, Interp>, place: Place| {
        let at = machine.register(&place.name()).expect("the table has these registers");
        machine.cpu.register(at).unwrap_or(0) as u64
    };
    Place::all().map(|p| (p, value(machine, p))).collect()
}

fn assign<T: Target>(machine: &mut Machine<T, Interp>, place: Place, value: u64) {
    let at = machine.register(&place.name()).expect("the table has these registers");
    machine.cpu.set_register(at, value.into()).expect("these registers can be written");
}

fn trapped<T: Target<State = Cp0, Model = Model>>(ctx: &Ctx<T>) -> Option<Exception> {
    let mask = bits::mask(ctx.model().width());
    let cp0 = &ctx.state;
    let is_vector = ctx.pc() & !0xfff == VECTORS & mask;
    let bad = if matches!(cp0.cause >> 2 & 31, 1..=5) { cp0.bad_vaddr } else { 0 };
    is_vector.then_some((u64::from(cp0.cause >> 2 & 31), cp0.cause >> 31 != 0, cp0.epc & mask, bad & mask))
}

fn prepare<T: Target<State = Cp0, Model = Model>>(ctx: &mut Ctx<T>) {
    ctx.state.ebase = VECTORS;
    ctx.state.cause = 0;
    ctx.state.epc = 0;
    if ctx.model().has(Ext::Msa) {
        ctx.state.config5 |= 1 << 27;
    }
    ctx.set_reg(state::IN_SLOT, 0);
}

struct Options {
    target: String,
    cpu: String,
    fr: bool,
    seed: u64,
    count: u64,
    only: Vec<String>,
    per_insn: Option<u64>,
    variant: String,
}

fn main() {
    let mut options = Options {
        target: "mips64".to_owned(),
        cpu: "MIPS64R2-generic".to_owned(),
        fr: true,
        seed: 1,
        count: 1000,
        only: Vec::new(),
        per_insn: None,
        variant: "mips64".to_owned(),
    };
    let mut only = "arith,arith64,branch,memory,release6,fpu,system".to_owned();
    let mut args = std::env::args().skip(1);
    while let Some(arg) = args.next() {
        let value = args.next().unwrap_or_else(|| panic!("{arg} wants a value"));
        let number = || value.parse::<u64>().unwrap_or_else(|_| panic!("{arg} wants a number, not {value}"));
        match arg.as_str() {
            "--target" => options.target = value,
            "--cpu" => options.cpu = value,
            "--fr" => options.fr = number() != 0,
            "--seed" => options.seed = number(),
            "--count" => options.count = number(),
            "--insn" => options.per_insn = Some(number()),
            "--variant" => options.variant = value,
            "--only" => only = value,
            _ => panic!(
                "unknown option {arg}: --target, --cpu, --fr, --seed, --count, --insn, --variant and --only are known"
            ),
        }
    }
    if options.per_insn.is_some() {
        PC.store(CODE, Ordering::Relaxed);
    }
    options.only = only.split(',').map(str::to_owned).collect();
    match options.target.as_str() {
        "mips" => run::<Mips>(&options, 32, Endian::Big),
        "mipsel" => run::<Mipsel>(&options, 32, Endian::Little),
        "mips64" => run::<Mips64>(&options, 64, Endian::Big),
        "mips64el" => run::<Mips64el>(&options, 64, Endian::Little),
        other => panic!("--target is mips, mipsel, mips64 or mips64el, not {other}"),
    }
}

fn run<T: Target<State = Cp0, Model = Model>>(options: &Options, width: u32, endian: Endian) {
    use std::io::Write;
    let model = Model::parse(width, endian, &options.cpu).unwrap_or_else(|e| panic!("{e}"));
    let decoder = Decoder::new(insn::TABLES, model.exts().bits(), INDEX);
    let fr = options.fr && model.has(Ext::F64) || model.is_r6();
    let mut generator = Generator {
        decoder,
        random: Random(options.seed),
        width,
        is_64: model.is_64(),
        fr,
        fcsr: model.row().fcsr,
        only: options.only.clone(),
    };
    let status = STATUS | if fr { 1 << 26 } else { 0 } | if model.is_64() { 0xe0 } else { 0 };
    let status = status | if model.has(Ext::Dsp) { 1 << 24 } else { 0 };
    let bench = Bench {
        name: "oracle",
        kind: Kind::<T>::new(model),
        endian,
        prepare: prepare::<T>,
        trap: |ctx| trapped(ctx).map(|t| t.0),
        ignored: &[],
        trap_changes: &[],
    };
    let mut pair = Pair::new(bench, &mut generator.random, status);
    let mut out = BufWriter::new(std::io::stdout().lock());
    let mut seen: HashMap<(&str, bool), u64> = HashMap::new();
    let window: String = pair.window.iter().fold(String::new(), |mut s, b| {
        _ = write!(s, "{b:02x}");
        s
    });
    let asked = |name: &&&str| options.only.iter().any(|o| o == **name);
    let extensions = ["dsp", "msa"].iter().filter(asked).copied().collect::<Vec<_>>().join(",");
    if options.per_insn.is_none() {
        writeln!(
            out,
            "{{\"target\":\"{}\",\"cpu\":\"{}\",\"fr\":{},\"status\":{status},\"pc\":{},\"data\":{DATA},\"fcsr\":{},\"extensions\":\"{extensions}\",\"window\":\"{window}\"}}",
            options.target,
            options.cpu,
            u8::from(fr),
            pc(),
            model.row().fcsr.1
        )
        .expect("stdout is open");
    }
    for n in 0..options.count {
        let case = if generator.only == ["cp0"] { system::case(&mut generator) } else { generator.case() };
        let before = pair.window.clone();
        let outcome = pair.run(&case);
        let Some(limit) = options.per_insn else {
            writeln!(out, "{}", json(&case, &outcome, n, !extensions.is_empty())).expect("stdout is open");
            continue;
        };
        // Exceptions are worth one line an instruction; a likely branch that is not taken ends before its slot.
        let trap = outcome.trap.is_some();
        let count = seen.entry((case.name, trap)).or_default();
        let is_first = *count < if trap { 1 } else { limit };
        let skipped = case.words.len() > 1 && (trap || outcome.pc == pc() + 8 && case.name.ends_with('l'));
        let strays = case.text.contains('(') && case.address.is_none();
        if is_first && !skipped && !strays {
            *count += 1;
            let line = insn_line(&case, &outcome, &before, &pair.window, &options.variant, endian);
            writeln!(out, "{line}").expect("stdout is open");
        }
    }
}
