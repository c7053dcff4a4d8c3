//! Random instructions with random operands, and what we make of them: input for `oracles/unicorn_s390x.py`.
//!
//! `oracle_cases SEED COUNT [NAME...]` prints one JSON object a line: registers, condition code and memory before and after. Each case
//! is run on the interpreter and on the reference evaluator, which must agree.
#![allow(clippy::print_stdout, reason = "printing is what this program does")]

use bits::Endian;
use cpu::{Cpu, Ctx, Kind};
use decode::{Bits, Decoder, Index, Operand};
use interp::Interp;
use s390x::lift::{Handler, Insn};
use s390x::model::Model;
use s390x::trap::Fault;
use s390x::{S390x, insn, state};
use testkit::insn::{Bench, CODE, DATA, Machine, RAM_BASE, Reference};

const PC: u64 = CODE + 0x800;
const WINDOW: u64 = 512;
const WINDOW_AT: u64 = DATA + 0x1000 - WINDOW / 2;
const INDEX: Index = Index { w16: &[Bits(8, 8)], w32: &[Bits(24, 8)], w48: &[Bits(40, 8)] };

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
        const SPECIAL: [u64; 9] =
            [0, 1, u64::MAX, 1 << 63, i64::MAX as u64, 0x8000_0000, 0x7fff_ffff, 1 << 32, 0xffff_ffff];
        match self.below(7) {
            0 => SPECIAL[self.below(9) as usize],
            1 => (self.next() as i8) as u64,
            2 => (self.next() as i32) as u64,
            3 => self.next() >> self.below(64),
            4 => self.next() << 32 | SPECIAL[self.below(9) as usize] & 0xffff_ffff,
            5 => f64::from(self.next() as i32 >> self.below(32)).to_bits(),
            _ => self.next(),
        }
    }
}

#[derive(Clone, PartialEq, Eq)]
struct Values {
    regs: Vec<u64>,
    cc: u64,
    memory: Vec<u8>,
}

fn prepare(ctx: &mut Ctx<S390x>) {
    ctx.state = state::State::new();
    ctx.state.psw_mask = s390x::psw::EXTENDED | s390x::psw::BASIC;
    ctx.state.cr[0] |= 1 << 18;
}

fn slots() -> Vec<uop::Reg> {
    (0..16).map(state::r).chain((0..16).map(state::f)).chain([state::FPC]).collect()
}

fn put(machine: &mut Machine<S390x, Interp>, values: &Values) {
    prepare(machine.cpu.ctx());
    machine.ram.write_bytes(WINDOW_AT - RAM_BASE, &values.memory);
    machine.cpu.set_pc(PC);
    for (slot, value) in slots().into_iter().zip(&values.regs) {
        machine.cpu.ctx().set_reg(slot, *value);
    }
    for (name, value) in [("fpc", values.regs[32]), ("cc", values.cc)] {
        let at = machine.register(name).expect("it is in the table");
        machine.cpu.set_register(at, value.into()).expect("it can be written");
    }
}

fn get(machine: &mut Machine<S390x, Interp>) -> Values {
    let mut memory = vec![0; WINDOW as usize];
    machine.ram.read_bytes(WINDOW_AT - RAM_BASE, &mut memory);
    let regs = slots().into_iter().map(|slot| machine.cpu.ctx().reg(slot)).collect();
    let cc = machine.register("cc").expect("it is in the table");
    Values { regs, cc: machine.cpu.register(cc).unwrap_or(0) as u64, memory }
}

/// Numbers of base and index register, and displacement, of an operand's text.
fn parts(text: &str) -> Option<(i64, Vec<usize>)> {
    let (d, rest) = text.split_once('(').unwrap_or((text, ""));
    let inner = rest.trim_end_matches(')');
    let regs = inner.split(',').filter_map(|r| r.strip_prefix("%r")).filter_map(|n| n.parse().ok()).collect();
    Some((d.parse().ok()?, regs))
}

/// Makes the storage operands lie in the window; `false` if they can't.
fn place(row: &Insn, bits: u64, random: &mut Random, regs: &mut [u64]) -> bool {
    let mut done: Vec<usize> = Vec::new();
    for name in ["a1", "a2", "a3", "a4"] {
        if !row.operands.contains(&format!("{{{name}")) {
            continue;
        }
        let Some(Operand::Owned(text)) = (row.operand)(bits, name, PC) else { continue };
        let Some((d, list)) = parts(&text) else { return false };
        let is_shift =
            ["sl", "sr", "rll"].iter().any(|p| row.name.starts_with(p)) && row.operands.starts_with("{r1}, ");
        if is_shift
            && row.pattern.width >= 32
            && !row.operands.contains("{a1")
            && matches!(
                row.name,
                "sll"
                    | "srl"
                    | "sra"
                    | "sla"
                    | "sllk"
                    | "srlk"
                    | "srak"
                    | "slak"
                    | "sllg"
                    | "srlg"
                    | "srag"
                    | "slag"
                    | "sldl"
                    | "srdl"
                    | "srda"
                    | "slda"
                    | "rll"
                    | "rllg"
            )
            || matches!(row.name, "la" | "lay")
        {
            continue;
        }
        if list.is_empty() {
            return false;
        }
        let (wide, odd) = (random.below(4) == 0, random.below(4) == 0);
        let span = random.below(if wide { 128 } else { 8 });
        let target = WINDOW_AT + 64 + span + if odd { random.below(16) } else { 0 };
        let target = if random.below(4) == 0 { target } else { target & !15 };
        if list.len() == 2 {
            if list[0] == list[1] || done.contains(&list[0]) || done.contains(&list[1]) {
                return false;
            }
            regs[list[0]] = random.below(64) & !15;
        } else if done.contains(&list[0]) {
            return false;
        }
        let base = *list.last().expect("it is not empty");
        let index = if list.len() == 2 { regs[list[0]] } else { 0 };
        regs[base] = target.wrapping_sub(index).wrapping_sub(d as u64);
        done.extend(list);
    }
    true
}

fn main() {
    let mut args = std::env::args().skip(1);
    let mut random = Random(args.next().and_then(|a| a.parse().ok()).unwrap_or(1));
    let count: u64 = args.next().and_then(|a| a.parse().ok()).unwrap_or(1000);
    let only: Vec<String> = args.collect();
    let bench = Bench::<S390x> {
        name: "s390x",
        kind: Kind::new(Model::parse("qemu").expect("the default model")),
        endian: Endian::Big,
        prepare,
        trap: |_| None,
        ignored: &[],
        trap_changes: &[],
    };
    let is_system = |row: &Insn| insn::system_::INSNS.iter().any(|i| i.name == row.name);
    let features = Model::parse("qemu").expect("the default model").exts().bits();
    let decoder: Decoder<Handler> = Decoder::new(insn::TABLES, features, INDEX);
    let (mut engine, mut evaluator) = (bench.machine::<Interp>(), bench.machine::<Interp>());
    println!("{{\"pc\":{PC},\"window\":{WINDOW_AT}}}");
    let mut n = 0;
    while n < count {
        let (row, bits) = decoder.sample(|| random.next());
        if is_system(row) || !only.is_empty() && !only.iter().any(|o| o == row.name) {
            continue;
        }
        let mut regs: Vec<u64> = (0..32).map(|_| random.integer()).collect();
        regs.push(random.below(4));
        if !place(row, bits, &mut random, &mut regs) {
            continue;
        }
        n += 1;
        let memory = (0..WINDOW / 8).flat_map(|_| random.integer().to_be_bytes()).collect();
        let before = Values { regs, cc: random.below(4), memory };
        let code = bench.bytes(&[(bits, row.pattern.width / 8)]).concat();
        for machine in [&mut engine, &mut evaluator] {
            machine.ram.write_bytes(PC - RAM_BASE, &code);
            machine.cpu.flush();
            put(machine, &before);
        }
        engine.cpu.step();
        Reference::default().step(&mut evaluator.cpu, &code);
        let (after, other) = (get(&mut engine), get(&mut evaluator));
        let text = row.text(bits, PC).unwrap_or_else(|_| row.name.to_owned());
        let trap = match engine.cpu.ctx().state.last_program {
            Some(Fault::Program { code, .. }) => code.to_string(),
            Some(_) => "65536".to_owned(),
            None => "null".to_owned(),
        };
        assert!(after == other, "engine and evaluator disagree: {text}");
        let hex = |bytes: &[u8]| bytes.iter().map(|b| format!("{b:02x}")).collect::<String>();
        let list = |v: &[u64]| v.iter().map(|r| format!("\"{r:x}\"")).collect::<Vec<_>>().join(",");
        println!(
            "{{\"text\":\"{text}\",\"code\":\"{}\",\"in\":[{}],\"cc\":{},\"mem\":\"{}\",\"out\":[{}],\"cc2\":{},\"mem2\":\"{}\",\"pc\":{},\"trap\":{trap}}}",
            hex(&code),
            list(&before.regs),
            before.cc,
            hex(&before.memory),
            list(&after.regs),
            after.cc,
            hex(&after.memory),
            engine.cpu.pc(),
        );
    }
}
