//! Random instructions with random operands, and what we make of them: input for `oracles/qemu_s390x.py`.
//!
//! `oracle_cases SEED COUNT [NAME...]` prints one JSON object a line: registers, condition code and memory before and after. Each case
//! is run on the interpreter and on the reference evaluator, which must agree.
#![allow(clippy::print_stdout, reason = "printing is what this program does")]

#[path = "oracle_cases/data.rs"]
mod data;

use bits::Endian;
use cpu::{Cpu, Ctx, Kind};
use decode::{Bits, Decoder, Index, Operand};
use interp::Interp;
use s390x::lift::{Handler, Insn};
use s390x::model::Model;
use s390x::trap::Fault;
use s390x::{S390x, insn, state};
use testkit::insn::{Bench, CODE, DATA, Machine, RAM_BASE, Reference};
use testkit::random::Random;

const PC: u64 = CODE + 0x800;
const WINDOW: u64 = 512;
const WINDOW_AT: u64 = DATA + 0x1000 - WINDOW / 2;
const INDEX: Index = Index { w16: &[Bits(8, 8)], w32: &[Bits(24, 8)], w48: &[Bits(40, 8)] };

#[derive(Clone, PartialEq, Eq)]
struct Values {
    regs: Vec<u64>,
    cc: u64,
    memory: Vec<u8>,
}

fn prepare(ctx: &mut Ctx<S390x>) {
    ctx.state = state::State::new();
    ctx.state.psw_mask = s390x::psw::EXTENDED | s390x::psw::BASIC;
    ctx.state.cr[0] |= 3 << 17;
}

/// General registers, the halves of the vector registers, FPC.
fn slots() -> Vec<uop::Reg> {
    let halves = (0..32).flat_map(|n| [state::v(n), state::v_low(n)]);
    (0..16).map(state::r).chain(halves).chain([state::FPC]).collect()
}

/// Index of FPC.
const FPC: usize = 80;

fn put(machine: &mut Machine<S390x, Interp>, values: &Values) {
    prepare(machine.cpu.ctx());
    // A program interruption finds no storage for its PSWs here, and the CPU gives up.
    machine.cpu.ctx().set_halted(false);
    // What is around the window is zero, and so are the access registers.
    machine.ram.write_bytes(WINDOW_AT - 256 - RAM_BASE, &[0; WINDOW as usize + 512]);
    machine.ram.write_bytes(WINDOW_AT - RAM_BASE, &values.memory);
    (0..16).for_each(|n| machine.cpu.ctx().set_reg(state::a(n), 0));
    machine.cpu.set_pc(PC);
    for (slot, value) in slots().into_iter().zip(&values.regs) {
        machine.cpu.ctx().set_reg(slot, *value);
    }
    for (name, value) in [("fpc", values.regs[FPC]), ("cc", values.cc)] {
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

/// An address in the window, mostly aligned.
fn address(random: &mut Random) -> u64 {
    let (wide, odd) = (random.below(4) == 0, random.below(4) == 0);
    let span = random.below(if wide { 128 } else { 8 });
    let target = WINDOW_AT + 64 + span + if odd { random.below(16) } else { 0 };
    if random.below(4) == 0 { target } else { target & !15 }
}

/// Makes the storage operands lie in the window; `false` if they can't.
fn place(row: &Insn, bits: u64, random: &mut Random, regs: &mut [u64]) -> bool {
    if data::NUMBERS.contains(&row.name) {
        return true;
    }
    let mut done: Vec<usize> = Vec::new();
    for name in ["a1", "a2", "a3", "a4"] {
        if !row.operands.contains(&format!("{{{name}")) {
            continue;
        }
        let Some(Operand::Owned(text)) = (row.operand)(bits, name, PC) else { continue };
        let Some((d, list)) = parts(&text) else { return false };
        if list.is_empty() {
            return false;
        }
        let target = address(random);
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
    for (name, lengths) in data::POINTERS {
        if *name != row.name {
            continue;
        }
        for (field, length) in ["r1", "r2", "r3"].iter().zip(lengths.chars()) {
            let Some(Operand::Owned(text)) = (row.operand)(bits, field, PC) else { continue };
            let Some(n) = text.strip_prefix("%r").and_then(|n| n.parse::<usize>().ok()) else { continue };
            if length == '-' {
                continue;
            }
            // Registers 0 and 1 have other uses.
            if n < 2 {
                return false;
            }
            regs[n] = address(random);
            if length == 'l' {
                regs[(n + 1) & 15] = if random.below(8) == 0 { random.below(700) } else { random.below(48) };
            }
        }
        if *name != "plo" {
            regs[0] = if random.below(4) == 0 { regs[0] } else { random.below(256) };
        }
        if name.starts_with("tr") || data::CIPHERS.contains(name) {
            regs[1] = WINDOW_AT;
        }
        if data::CIPHERS.contains(name) {
            place_cipher(name, random, regs);
        }
    }
    true
}

/// Function codes of the message-security assist, and lengths that suit them.
fn place_cipher(name: &str, random: &mut Random, regs: &mut [u64]) {
    let codes = [0, 1, 2, 3, 18, 19, 20, 32, 33, 34, 35, 50, 52, 65];
    regs[0] = codes[random.below(14) as usize] | random.below(2) << 7;
    let feedback = 1 + random.below(16);
    match name {
        // A parameter block that begins later, among zeros.
        "pcc" if random.below(2) == 0 => regs[1] += 8 * (1 + random.below(60)),
        "kmf" => {
            regs[0] |= feedback << 24;
            (3..16).step_by(2).for_each(|n| regs[n] -= regs[n] % feedback);
        }
        "klmd" => {}
        _ => (3..16).step_by(2).for_each(|n| regs[n] &= 0xf8),
    }
}

/// What registers hold.
fn operands(name: &str, random: &mut Random) -> Vec<u64> {
    let mut regs: Vec<u64> = (0..FPC).map(|n| data::operand(name, n, || random.next())).collect();
    let traps = if random.below(8) == 0 { random.next() & 0xf800_0000 } else { 0 };
    regs.push(random.below(4) | random.below(8) << 4 | traps);
    regs
}

/// Whether it can be tried alone.
fn is_alone(row: &Insn, bits: u64) -> bool {
    let target = (row.operand)(bits, "t2", PC);
    let relative = matches!(target, Some(Operand::Hex(_))) && row.name != "larl";
    !relative && !data::JUMPS.contains(&row.name) && !data::CLOCKS.contains(&row.name)
}

fn main() {
    let mut args = std::env::args().skip(1);
    let mut random = Random(args.next().and_then(|a| a.parse().ok()).unwrap_or(1));
    let count: u64 = args.next().and_then(|a| a.parse().ok()).unwrap_or(1000);
    let mut only: Vec<String> = args.collect();
    // Little besides what the instruction looks at is not zero: cases that can be written down.
    let small = only.first().is_some_and(|word| word == "small");
    if small {
        only.remove(0);
    }
    let bench = Bench::<S390x> {
        name: "s390x",
        kind: Kind::new(Model::parse("max").expect("the model with everything")),
        endian: Endian::Big,
        prepare,
        trap: |_| None,
        ignored: &[],
        trap_changes: &[],
    };
    let is_system = |row: &Insn| insn::system_::INSNS.iter().any(|i| i.name == row.name);
    let features = Model::parse("max").expect("the model with everything").exts().bits();
    let decoder: Decoder<Handler> = Decoder::new(insn::TABLES, features, INDEX);
    let (mut engine, mut evaluator) = (bench.machine::<Interp>(), bench.machine::<Interp>());
    println!("{{\"pc\":{PC},\"window\":{WINDOW_AT}}}");
    let mut n = 0;
    while n < count {
        let (row, bits) = decoder.sample(|| random.next());
        if is_system(row) || !only.is_empty() && !only.iter().any(|o| o == row.name) {
            continue;
        }
        if !is_alone(row, bits) {
            continue;
        }
        let mut regs = operands(row.name, &mut random);
        if !place(row, bits, &mut random, &mut regs) {
            continue;
        }
        let text = row.text(bits, PC).unwrap_or_else(|_| row.name.to_owned());
        if small && !data::reduce(&text, &mut regs) {
            continue;
        }
        n += 1;
        let mut memory = data::memory(row.name, WINDOW, || random.next());
        if small {
            memory[..64].fill(0);
            memory[160..].fill(0);
        }
        let before = Values { regs, cc: random.below(4), memory };
        let code = bench.bytes(&[(bits.into(), row.pattern.width / 8)]).concat();
        for machine in [&mut engine, &mut evaluator] {
            machine.ram.write_bytes(PC - RAM_BASE, &code);
            machine.cpu.flush();
            put(machine, &before);
        }
        engine.cpu.step();
        Reference::default().step(&mut evaluator.cpu, &code);
        let (after, other) = (get(&mut engine), get(&mut evaluator));
        let registers = after.regs.iter().zip(&other.regs).enumerate().filter(|(_, (a, b))| a != b);
        let registers: Vec<String> = registers.map(|(n, (a, b))| format!("{n}: {a:x} {b:x}")).collect();
        assert!(
            after == other,
            "engine and evaluator disagree: {text}: registers {registers:?}, cc {} {}",
            after.cc,
            other.cc
        );
        print_case(&text, &code, &before, &after, &mut engine);
    }
}

/// A case as a JSON object.
fn print_case(text: &str, code: &[u8], before: &Values, after: &Values, engine: &mut Machine<S390x, Interp>) {
    let trap = match engine.cpu.ctx().state.last_program {
        Some(Fault::Program { code, .. } | Fault::Completed { code, .. }) => code.to_string(),
        Some(_) => "65536".to_owned(),
        None => "null".to_owned(),
    };
    let hex = |bytes: &[u8]| bytes.iter().map(|b| format!("{b:02x}")).collect::<String>();
    let list = |v: &[u64]| v.iter().map(|r| format!("\"{r:x}\"")).collect::<Vec<_>>().join(",");
    let pairs =
        |v: &[u64]| v.chunks(2).map(|r| format!("\"{:016x}{:016x}\"", r[0], r[1])).collect::<Vec<_>>().join(",");
    let state = |v: &Values, n: &str| {
        let (r, h, fpc) = (list(&v.regs[..16]), pairs(&v.regs[16..FPC]), v.regs[FPC]);
        format!(
            "\"r{n}\":[{r}],\"v{n}\":[{h}],\"fpc{n}\":\"{fpc:x}\",\"cc{n}\":{},\"mem{n}\":\"{}\"",
            v.cc,
            hex(&v.memory)
        )
    };
    println!(
        "{{\"text\":\"{text}\",\"code\":\"{}\",{},{},\"pc\":{},\"trap\":{trap}}}",
        hex(code),
        state(before, ""),
        state(after, "2"),
        engine.cpu.pc(),
    );
}
