//! Random code with branches, delay slots and windows, run as blocks and one instruction at a time: both must come to the same.

use std::sync::Arc;

use bits::Endian;
use cpu::{Cpu, Ctx, Kind};
use decode::Decoder;
use interp::Interp;
use sparc::Sparc64;
use sparc::model::Model;
use sparc::v9::lift::{Handler, INDEX};
use sparc::v9::{ext, insn, state, sys};
use testkit::insn::{Bench, CODE, DATA, Machine, RAM_BASE};

const TBA: u64 = 0x1_8000;
/// `ba,a .`
const LOOP: u32 = 0x3080_0000;
/// Instructions of a piece of code.
const LEN: u64 = 24;

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
}

fn prepare(ctx: &mut Ctx<Sparc64>) {
    ctx.state.tl = 0;
    ctx.state.tba = TBA;
    ctx.set_reg(state::FPRS, 4);
    sys::put_window(ctx, 0);
    sys::put_all_windows(ctx);
    sys::put_pstate(ctx, 0x14);
}

/// A branch, forwards within the code, of any kind.
fn branch(random: &mut Random) -> u32 {
    let disp = 1 + random.below(6) as u32;
    let (annul, cond) = ((random.next() & 1) as u32, random.below(16) as u32);
    let head = annul << 29 | cond << 25;
    match random.below(4) {
        0 => head | 2 << 22 | disp,
        1 => head | 1 << 22 | 2 << 20 | disp,
        2 => head & !(1 << 28) & !(7 << 25) | 5 << 25 | 3 << 22 | (8 + random.below(4) as u32) << 14 | disp,
        _ => 1 << 30 | disp,
    }
}

/// An instruction that is likely to do something without a trap.
fn plain(decoder: &Decoder<Handler>, random: &mut Random) -> u32 {
    loop {
        let (row, bits) = decoder.sample(|| random.next());
        let bits = bits as u32;
        let is_memory = bits >> 30 == 3;
        let registers = |b: u32| b & !(0x1f << 14) | 0x10 << 14;
        match row.name {
            "save" | "restore" => return bits & !(0x1f << 25) | (8 + random.below(6) as u32) << 25,
            "lduw" | "stx" | "ldx" | "stb" | "ldub" | "lddf" | "stdf" | "swap" => {
                // %l0 leads to the data; what is not aligned traps, in delay slots too.
                let odd = u32::from(random.below(6) == 0);
                return registers(bits) & !0x3fff | 1 << 13 | (random.below(32) as u32) << 3 | odd;
            }
            "taddcctv" | "tsubcctv" | "udivx" | "sdivx" if random.below(4) != 0 => {}
            name if is_memory || name.starts_with('b') || bits >> 30 == 0 || bits >> 30 == 1 => {}
            "jmpl" | "return_" | "t" | "done" | "retry" | "wrpr" | "rdpr" | "wr" | "sir" | "rd" | "flushw" => {}
            _ => return bits,
        }
    }
}

fn code(decoder: &Decoder<Handler>, random: &mut Random) -> Vec<u8> {
    let mut words: Vec<u32> = Vec::new();
    for _ in 0..LEN {
        words.push(if random.below(4) == 0 { branch(random) } else { plain(decoder, random) });
    }
    words.extend([LOOP; 16]);
    words.iter().flat_map(|w| w.to_be_bytes()).collect()
}

fn machine(bench: &Bench<Sparc64>, code: &[u8], values: &[u64]) -> Machine<Sparc64, Interp> {
    let mut machine = bench.machine();
    machine.ram.write_bytes(CODE - RAM_BASE, code);
    let loops: Vec<u8> = std::iter::repeat_n(LOOP.to_be_bytes(), 0x2000).flatten().collect();
    machine.ram.write_bytes(TBA - RAM_BASE, &loops);
    for (n, value) in values.iter().enumerate() {
        machine.cpu.set_register(1 + n, (*value).into()).expect("general registers can be written");
    }
    let at = machine.register("l0").expect("there is l0");
    machine.cpu.set_register(at, u128::from(DATA + 0x100)).expect("l0 can be written");
    machine
}

#[test]
fn blocks_and_steps_agree() {
    let model = Model::parse(64, "TI UltraSparc IIi,+float128").expect("the model has this property");
    let decoder = Decoder::new(insn::TABLES, ext::of(&model).bits(), INDEX);
    let kind: Arc<Kind<Sparc64>> = Kind::new(model);
    let bench =
        Bench { name: "blocks", kind, endian: Endian::Big, prepare, trap: |_| None, ignored: &[], trap_changes: &[] };
    let mut random = Random(1);
    for round in 0..300 {
        let code = code(&decoder, &mut random);
        let values: Vec<u64> =
            (0..47).map(|_| if random.below(2) == 0 { random.below(9) } else { random.next() }).collect();
        let mut blocks = machine(&bench, &code, &values);
        let mut steps = machine(&bench, &code, &values);
        blocks.cpu.run(200);
        for _ in 0..200 {
            steps.cpu.step();
        }
        let names = steps.cpu.registers();
        for (n, (a, b)) in blocks.registers().into_iter().zip(steps.registers()).enumerate() {
            assert_eq!(a, b, "round {round}: {} by blocks and by steps", names[n].name);
        }
        assert!(blocks.memory() == steps.memory(), "round {round}: memory");
    }
}
