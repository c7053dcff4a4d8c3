//! Random V9 instructions with random operands, and what we make of them: input for `oracles/qemu_sparc64.py`.
//!
//! `oracle_v9 --seed 1 --count 100000 [--only alu,float] [--name fadds]` prints one JSON object a line: what is `set` before, the word, and
//! what is changed after. State carries over from case to case.
#![allow(clippy::print_stdout, reason = "printing is what this program does")]

use std::collections::BTreeMap;
use std::fmt::Write;
use std::io::BufWriter;

use bits::Endian;
use cpu::{Cpu, Kind};
use decode::Decoder;
use interp::Interp;
use sparc::model::Model;
use sparc::v9::lift::{Handler, INDEX, Insn};
use sparc::v9::{Sparc64, insn, state, trap};
use testkit::insn::{Bench, CODE, DATA, Machine, RAM_BASE};
use testkit::random::Random;

const PC: u64 = CODE + 0x800;
const TBA: u64 = 0x1_8000;
/// What is compared of memory, and where accesses mostly go.
const WINDOW: u64 = 0x200;
const BASE: u64 = DATA + WINDOW / 2;

/// The upper half of a quad.
fn upper_half(random: &mut Random) -> u64 {
    match random.below(4) {
        0 => random.pick(&[0, 0x7fff << 48, 0x7fff_8000 << 32, 0x3fff << 48, 1, 1 << 48, 0xffff << 48]),
        1 => (0x3fff - 65 + random.below(130)) << 48 | random.next() & 0x8000_ffff_ffff_ffff,
        _ => random.double(),
    }
}

/// Rows that change what the comparison itself stands on, or have no effect that is seen.
const EXCLUDED: &[&str] = &[
    "save",
    "restore",
    "return_",
    "flushw",
    "saved",
    "restored",
    "done",
    "retry",
    "rdpr",
    "wrpr",
    "rd",
    "wr",
    "sir",
    "flush",
    "membar",
    "stbar",
    "prefetch",
    "prefetcha",
    "illtrap",
    "shutdown",
];

/// QEMU 7.2 aborts on reserved register conditions.
fn aborts(name: &str, bits: u64) -> bool {
    let rcond = match name {
        "movr" | "fmovrs" | "fmovrd" | "fmovrq" => bits >> 10 & 7,
        "br" => bits >> 25 & 7,
        _ => return false,
    };
    rcond & 3 == 0
}

struct Generator {
    decoder: Decoder<Handler>,
    random: Random,
    tables: Vec<&'static [Insn]>,
    name: Option<String>,
}

struct Case {
    bits: u64,
    name: &'static str,
    text: String,
    set: BTreeMap<String, u64>,
    /// Where it accesses memory.
    address: Option<u64>,
}

impl Generator {
    fn case(&mut self) -> Case {
        loop {
            let (row, bits) = self.decoder.sample(|| self.random.next());
            let is_wanted =
                self.tables.iter().any(|t| t.iter().any(|r| (r.name, r.pattern) == (row.name, row.pattern)));
            let is_named = self.name.as_ref().is_none_or(|n| n == row.name);
            if is_wanted && is_named && !EXCLUDED.contains(&row.name) && !aborts(row.name, bits) {
                return self.with_operands(row, bits);
            }
        }
    }

    fn with_operands(&mut self, row: &'static Insn, mut bits: u64) -> Case {
        let mut set = BTreeMap::new();
        let is_float = row.operands.contains("rs2}")
            && row.operands.contains(['s', 'd', 'q'])
            && ["{srs", "{drs", "{qrs", "{srd", "{drd", "{qrd"].iter().any(|n| row.operands.contains(n));
        let is_memory = bits >> 30 == 3;
        if is_memory && row.name.ends_with('a') && row.name != "ldda_" && bits >> 13 & 1 == 0 && row.name != "swap" {
            let asi = self.random.pick(&[0x80u64, 0x80, 0x88, 0x82, 0x8a, 0x14, 0x1c, 0x04, 0x10, 0x81]);
            bits = bits & !(0xff << 5) | asi << 5;
        }
        // Bit 1 of quad-precision fields is 0.
        for (field, at) in [("{qrd}", 25), ("{qrs1}", 14), ("{qrs2}", 0)] {
            if row.operands.contains(field) {
                bits &= !(2 << at);
            }
        }
        // %g0 leads out of the window.
        if is_memory && bits >> 14 & 31 == 0 {
            bits |= 1 << 14;
        }
        let (rd, rs1, rs2) = (bits >> 25 & 31, bits >> 14 & 31, bits & 31);
        for n in [rd, rs1, rs2, rd | 1] {
            if n != 0 {
                set.insert(state_name(n), self.random.integer());
            }
        }
        if is_float || row.operands.contains("drd") || row.operands.contains("srd") || row.operands.contains("qrd") {
            self.floats(row, [rd, rs1, rs2], &mut set);
        }
        if bits >> 30 == 2 && matches!(bits >> 19 & 0x3f, 0x34 | 0x35) || row.name.contains("fb") {
            let fsr = self.fsr();
            set.insert("fsr".to_owned(), fsr);
        }
        if row.name.starts_with("array") && rs2 != 0 {
            let size = self.random.below(6);
            set.insert(state_name(rs2), size);
        }
        set.insert("ccr".to_owned(), self.random.next() & 0xff);
        set.insert("y".to_owned(), self.random.integer() & 0xffff_ffff);
        let mut address = None;
        if is_memory {
            address = Some(self.place(row, bits, &mut set));
        } else if row.name == "jmpl" && rs1 != 0 {
            let low = if self.random.below(8) == 0 { self.random.below(4) } else { 0 };
            set.insert(state_name(rs1), BASE + self.random.below(16) * 4 + low);
        }
        if row.name.starts_with("mul") || row.guard.all >> 4 & 3 != 0 && self.random.below(4) == 0 {
            let gsr = self.random.next() & 0xffff_ffff_0600_00ff;
            set.insert("gsr".to_owned(), gsr);
        }
        let text = self.decoder.disassemble(bits, 32, PC).unwrap_or_default();
        Case { bits, name: row.name, text, set, address }
    }

    fn fsr(&mut self) -> u64 {
        let tem = if self.random.below(4) == 0 { self.random.next() & 31 } else { 0 };
        let fcc = self.random.next() & (3 << 10 | 0x3f << 32);
        fcc | self.random.below(4) << 30 | tem << 23 | self.random.next() & 0x3ff
    }

    /// Operands in the registers that the fields name, as the row reads them.
    fn floats(&mut self, row: &Insn, fields: [u64; 3], set: &mut BTreeMap<String, u64>) {
        for (name, field) in ["rd", "rs1", "rs2"].iter().zip(fields) {
            if row.operands.contains(&format!("{{s{name}}}")) {
                let mut value = self.random.single();
                if row.name.starts_with("fsto") && row.name != "fstoi" && row.name != "fstox" {
                    value &= !(7 << 23);
                }
                if row.name.starts_with("fito") {
                    value = self.random.integer() & 0xffff_ffff;
                }
                set.insert(format!("f{field}"), value);
                continue;
            }
            let n = (field & 1) << 4 | field >> 1;
            let quad = row.operands.contains(&format!("{{q{name}}}"));
            let value = match () {
                // QEMU 7.2 takes no notice of signalling NaNs here, until the next operation.
                () if matches!(row.name, "fdtoq") => self.random.double() & !(0x7 << 52),
                () if quad => upper_half(&mut self.random),
                () if row.name.starts_with("fxto") || self.random.below(8) == 0 => self.random.integer(),
                () => self.random.double(),
            };
            set_double(set, n, value);
            if quad {
                let low = if self.random.below(3) == 0 { 0 } else { self.random.next() };
                set_double(set, n | 1, low);
            }
        }
    }

    /// Makes the address of an access lie in the window.
    fn place(&mut self, row: &Insn, bits: u64, set: &mut BTreeMap<String, u64>) -> u64 {
        let (rs1, rs2, immediate) = (bits >> 14 & 31, bits & 31, bits >> 13 & 1 != 0);
        let is_cas = row.name.starts_with("cas");
        let simm = bits::sign_extend(bits & 0x1fff, 13);
        let spread = self.random.below(64);
        let at = BASE + if self.random.below(6) == 0 { spread } else { spread & !15 };
        if immediate && !is_cas {
            set.insert(state_name(rs1), at.wrapping_sub(simm));
        } else if !is_cas && rs1 == rs2 {
            set.insert(state_name(rs1), at / 2);
        } else if rs1 == 0 {
            set.insert(state_name(rs2), at);
        } else {
            set.insert(state_name(rs1), at);
            if rs2 != rs1 && !is_cas {
                set.insert(state_name(rs2), 0);
            }
        }
        if immediate {
            let asi = self.random.pick(&[0x80u64, 0x88, 0x82, 0x14]);
            set.insert("asi".to_owned(), asi);
        }
        set.remove("g0");
        at
    }
}

fn set_double(set: &mut BTreeMap<String, u64>, n: u64, value: u64) {
    if n < 16 {
        set.insert(format!("f{}", 2 * n), value >> 32);
        set.insert(format!("f{}", 2 * n + 1), value & 0xffff_ffff);
    } else {
        set.insert(format!("f{}", 2 * n), value);
    }
}

fn state_name(n: u64) -> String {
    match n {
        14 => "sp".to_owned(),
        30 => "fp".to_owned(),
        _ => format!("{}{}", ['g', 'o', 'l', 'i'][n as usize / 8], n % 8),
    }
}

/// The registers that are compared, and their places in the table.
fn compared(cpu: &dyn Cpu) -> Vec<(usize, &'static str)> {
    let wanted = |name: &str| {
        !matches!(name, "g0" | "pc" | "npc" | "state")
            && (name.starts_with(['g', 'o', 'l', 'i', 'f']) && name != "gl" && name != "lsu" && name != "itag"
                || matches!(name, "sp" | "ccr" | "asi" | "y"))
    };
    let names = cpu.registers().iter().enumerate().map(|(n, r)| (n, r.name));
    names.filter(|(_, name)| wanted(name) && *name != "otherwin").collect()
}

struct Ours {
    bench: Bench<Sparc64>,
    machine: Machine<Sparc64, Interp>,
    compared: Vec<(usize, &'static str)>,
    window: Vec<u8>,
}

impl Ours {
    fn run(&mut self, case: &Case) -> String {
        let m = &mut self.machine;
        m.ram.write_bytes(PC - RAM_BASE, &(case.bits as u32).to_be_bytes());
        m.cpu.flush();
        (self.bench.prepare)(m.cpu.ctx());
        m.cpu.set_pc(PC);
        let npc = m.cpu.registers().iter().position(|r| r.name == "npc").expect("there is npc");
        m.cpu.set_register(npc, (PC + 4).into()).expect("npc can be written");
        for (name, value) in &case.set {
            let index = self.compared.iter().find(|(_, n)| n == name).unwrap_or_else(|| panic!("register {name}")).0;
            m.cpu.set_register(index, (*value).into()).expect("it can be written");
        }
        let before: Vec<u128> = self.compared.iter().map(|(i, _)| m.cpu.register(*i).unwrap_or(0)).collect();
        m.cpu.step();
        let (pc, npc) = (m.cpu.pc(), m.cpu.register(npc).unwrap_or(0));
        let mut json = String::new();
        let is_trap = (TBA..TBA + 0x8000).contains(&pc);
        let mut out = Vec::new();
        // A trap may change FSR, too.
        let shown = self.compared.iter().zip(before).filter(|((_, name), _)| !is_trap || *name == "fsr");
        for ((i, name), old) in shown {
            let new = m.cpu.register(*i).unwrap_or(0);
            if new != old {
                out.push(format!("\"{name}\":\"{new:x}\""));
            }
        }
        let mut after = vec![0; WINDOW as usize];
        m.ram.read_bytes(DATA - RAM_BASE, &mut after);
        let changed = (0..).zip(self.window.iter().zip(&after)).filter(|(_, (a, b))| a != b);
        let memory: Vec<String> = changed.map(|(at, (_, b)): (u64, _)| format!("\"{:x}\":{b}", DATA + at)).collect();
        self.window = after;
        let set: Vec<String> = case.set.iter().map(|(n, v)| format!("\"{n}\":\"{v:x}\"")).collect();
        let tt = if is_trap { format!("{}", (pc - TBA) >> 5 & 0x1ff) } else { "null".to_owned() };
        let _ = write!(
            json,
            "{{\"bits\":\"{:08x}\",\"name\":\"{}\",\"text\":\"{}\",\"set\":{{{}}},\"out\":{{{}}},\"mem\":{{{}}},\"pc\":{pc},\"npc\":{npc},\"trap\":{tt}}}",
            case.bits,
            case.name,
            case.text,
            set.join(","),
            out.join(","),
            memory.join(",")
        );
        json
    }
}

/// Prints a case as a line of an `.insn` file, run on a CPU of its own.
fn insn_line(bench: &Bench<Sparc64>, case: &Case, random: &mut Random) -> Option<String> {
    let mut m: Machine<Sparc64, Interp> = bench.machine();
    m.ram.write_bytes(CODE - RAM_BASE, &(case.bits as u32).to_be_bytes());
    let mut line = format!("{:08x}  {}  |", case.bits, case.text);
    for (name, value) in &case.set {
        let index = m.register(name).ok()?;
        m.cpu.set_register(index, (*value).into()).ok()?;
        let _ = write!(line, " {name}={value:#x}");
    }
    let cells: Vec<u64> = case.address.map_or(Vec::new(), |at| vec![at & !7, (at & !7) + 8]);
    for cell in &cells {
        let value = random.next();
        m.ram.write_bytes(cell - RAM_BASE, &value.to_be_bytes());
        let _ = write!(line, " [{cell:#x}]:8={value:#x}");
    }
    let (before, memory) = (m.registers(), m.memory());
    m.cpu.step();
    line.push_str(" =>");
    if let Some(tt) = (bench.trap)(m.cpu.ctx()) {
        let _ = write!(line, " trap {tt}");
        return Some(line);
    }
    for (n, old) in before.iter().enumerate() {
        let (name, new) = (m.cpu.registers()[n].name, m.cpu.register(n).unwrap_or(0));
        if new != *old && !matches!(name, "pc" | "npc" | "state") {
            let _ = write!(line, " {name}={new:#x}");
        }
    }
    let after = m.memory();
    for at in (0..after.len()).step_by(8).filter(|at| after[*at..*at + 8] != memory[*at..*at + 8]) {
        let _ = write!(line, " [{:#x}]:8={:#x}", RAM_BASE + at as u64, Endian::Big.read(&after[at..at + 8]));
    }
    Some(line)
}

fn prepare(ctx: &mut cpu::Ctx<Sparc64>) {
    ctx.state.tl = 0;
    ctx.state.tba = TBA;
    ctx.set_reg(state::FPRS, 4);
    sparc::v9::sys::put_window(ctx, 0);
    sparc::v9::sys::put_all_windows(ctx);
    sparc::v9::sys::put_pstate(ctx, 0x14);
}

/// Prints lines for `.insn` files: some for each instruction, and one that traps.
fn print_lines(bench: &Bench<Sparc64>, generator: &mut Generator, count: u64, per_insn: u64) {
    let mut seen: BTreeMap<(&str, bool), Vec<String>> = BTreeMap::new();
    for _ in 0..count {
        let case = generator.case();
        let Some(line) = insn_line(bench, &case, &mut generator.random) else { continue };
        let trap = line.contains("=> trap");
        let list = seen.entry((case.name, trap)).or_default();
        if list.len() < if trap { 1 } else { per_insn as usize } {
            list.push(line);
        }
    }
    seen.values().flatten().for_each(|line| println!("{line}"));
}

fn main() {
    use std::io::Write;
    let mut per_insn = 0;
    let (mut seed, mut count, mut only, mut name) =
        (1, 1000, "alu,branch,memory,float,conversions,vis".to_owned(), None);
    let mut args = std::env::args().skip(1);
    while let Some(arg) = args.next() {
        let value = args.next().unwrap_or_else(|| panic!("{arg} wants a value"));
        match arg.as_str() {
            "--seed" => seed = value.parse().expect("a number"),
            "--count" => count = value.parse().expect("a number"),
            "--insn" => per_insn = value.parse().expect("a number"),
            "--only" => only = value,
            "--name" => name = Some(value),
            _ => panic!("unknown option {arg}: --seed, --count, --only, --name and --insn are known"),
        }
    }
    let model = Model::parse(64, "TI UltraSparc IIi,+float128").expect("the model exists");
    let all = [
        ("alu", insn::alu::INSNS),
        ("branch", insn::branch::INSNS),
        ("memory", insn::memory::INSNS),
        ("float", insn::float::INSNS),
        ("conversions", insn::float::CONVERSIONS),
        ("vis", insn::vis::INSNS),
        ("system", insn::system::INSNS),
    ];
    let tables = all.iter().filter(|(n, _)| only.split(',').any(|o| o == *n)).map(|(_, t)| *t).collect();
    let decoder = Decoder::new(insn::TABLES, sparc::v9::ext::of(&model).bits(), INDEX);
    let mut generator = Generator { decoder, random: Random(seed), tables, name };
    let bench = Bench {
        name: "oracle",
        kind: Kind::<Sparc64>::new(model),
        endian: Endian::Big,
        prepare,
        trap: |ctx| (ctx.state.tl > 0).then(|| trap::current_tt(ctx)),
        ignored: &[],
        trap_changes: &[],
    };
    if per_insn > 0 {
        return print_lines(&bench, &mut generator, count, per_insn);
    }
    let machine = bench.machine();
    let compared = compared(&machine.cpu);
    let window: Vec<u8> = (0..WINDOW).map(|_| generator.random.next() as u8).collect();
    machine.ram.write_bytes(DATA - RAM_BASE, &window);
    let hex: String = window.iter().map(|b| format!("{b:02x}")).collect();
    let mut out = BufWriter::new(std::io::stdout().lock());
    writeln!(out, "{{\"pc\":{PC},\"tba\":{TBA},\"data\":{DATA},\"window\":\"{hex}\"}}").expect("stdout is open");
    let mut ours = Ours { bench, machine, compared, window };
    for _ in 0..count {
        let case = generator.case();
        let line = ours.run(&case);
        writeln!(out, "{line}").expect("stdout is open");
    }
}
