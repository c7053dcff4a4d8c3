//! What single cases can't show: every model in every mode, instructions in a row, delay slots that are interrupted.

use bits::Endian;
use cpu::{Code, Cpu, Ctx, Kind, Lifted, Target};
use decode::{Bits, Decoder, Index};
use interp::Interp;
use mips::cp0::Cp0;
use mips::model::{Model, models};
use mips::{Mips, Mips64, Mips64el, Mipsel, insn, mode, state};
use testkit::insn::{Bench, CODE, DATA, Machine, RAM_BASE};

const INDEX: Index = Index { w16: &[], w32: &[Bits(0, 6), Bits(26, 6)], w48: &[] };
/// EBase, and where that is in physical memory.
const VECTORS: u64 = 0xffff_ffff_8001_8000;
const VECTORS_PHYS: u64 = 0x1_8000;
/// The segment in which programs run: unmapped, cached.
const KSEG0: u64 = 0xffff_ffff_8000_0000;

/// Random numbers (splitmix64, Steele, Lea and Flood 2014).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ z >> 31
    }
}

fn lift_at_random<T: Target<State = Cp0, Model = Model>>(width: u32, endian: Endian, random: &mut Random) {
    for row in models(width) {
        let model = Model::parse(width, endian, row.name).expect("a model of the list");
        let decoder = Decoder::new(insn::TABLES, model.exts().bits(), INDEX);
        let kind = Kind::<T>::new(model);
        for _ in 0..3000 {
            let word = |r: &mut Random| if r.next() & 3 == 0 { r.next() } else { decoder.sample(|| r.next()).1 };
            let mut bytes = [0; 12];
            for n in 0..3 {
                let bits = if decoder.rows().is_empty() { random.next() } else { word(random) };
                endian.write(&mut bytes[4 * n..4 * n + 4], bits);
            }
            let mode = random.next() as u32 & 0x7fff;
            let mode = if mode & mode::ANNUL_TAKEN != 0 { mode & !mode::ANNUL_TAKEN } else { mode };
            let pc = random.next() & if random.next() & 7 == 0 { !0 } else { !3 } & bits::mask(width);
            let alone = random.next() & 1 != 0;
            let len = if random.next() & 7 == 0 { 4 } else { 12 };
            let code = Code { pc, offset: 0, bytes: &bytes[..len], mode, alone };
            let builder = uop::Builder::new(kind.layout());
            builder.begin_insn(0, 0);
            match T::lift(kind.lifter(), &builder, code) {
                Lifted::Next(n) => {
                    assert_eq!(n, 4);
                    builder.exit(uop::Exit::Jump { pc });
                }
                Lifted::End(n) => assert!(n == 4 || n == 8),
                Lifted::More => panic!("there are {len} bytes"),
            }
            let block = builder.finish(pc, 4);
            if let Err(e) = uop::verify(&block, kind.layout()) {
                panic!("{} {bytes:02x?} mode {mode:#x}: {e:?}\n{}", row.name, uop::text(&block, kind.layout()));
            }
            let _ = T::disassemble(kind.lifter(), code);
        }
    }
}

#[test]
fn all_models_lift_anything_in_any_mode() {
    let mut random = Random(1);
    lift_at_random::<Mips>(32, Endian::Big, &mut random);
    lift_at_random::<Mipsel>(32, Endian::Little, &mut random);
    lift_at_random::<Mips64>(64, Endian::Big, &mut random);
    lift_at_random::<Mips64el>(64, Endian::Little, &mut random);
}

/// Exceptions come back behind the instruction, or into the slot as an instruction of its own.
const HANDLER: [u32; 6] = [
    0x401a_7000, // mfc0 k0, EPC
    0x0000_0000,
    0x275a_0004, // addiu k0, k0, 4
    0x409a_7000, // mtc0 k0, EPC
    0x0000_0000,
    0x4200_0018, // eret
];

fn prepare<T: Target<State = Cp0, Model = Model>>(ctx: &mut Ctx<T>) {
    let wide = if ctx.model().is_64() { 0xe0 } else { 0 };
    ctx.state.status = 1 << 29 | 1 << 26 | wide;
    ctx.state.ebase = VECTORS;
    ctx.set_reg(state::IN_SLOT, 0);
}

/// A machine with a program and random registers, some of which point to memory.
fn machine<T: Target<State = Cp0, Model = Model>>(model: Model, program: &[u64], seed: u64) -> Machine<T, Interp> {
    let endian = model.endian();
    let mask = bits::mask(model.width());
    let bench = Bench {
        name: "",
        kind: Kind::<T>::new(model),
        endian,
        prepare: prepare::<T>,
        trap: |_| None,
        ignored: &[],
        trap_changes: &[],
    };
    let mut machine = bench.machine::<Interp>();
    let words = |list: &mut dyn Iterator<Item = u64>| {
        let mut bytes = Vec::new();
        for word in list {
            let mut four = [0; 4];
            endian.write(&mut four, word);
            bytes.extend(four);
        }
        bytes
    };
    machine.ram.write_bytes(CODE - RAM_BASE, &words(&mut program.iter().copied()));
    for offset in [0, 0x80, 0x180] {
        machine.ram.write_bytes(VECTORS_PHYS + offset - RAM_BASE, &words(&mut HANDLER.iter().map(|w| u64::from(*w))));
    }
    let mut random = Random(seed);
    for n in 1..32 {
        let value = match random.next() % 4 {
            0 => KSEG0 + DATA + random.next() % 64 * 8,
            1 => KSEG0 + CODE + random.next() % 128 * 4,
            2 => bits::sign_extend(random.next(), 32),
            _ => random.next() % 16,
        };
        machine.cpu.ctx().set_reg(state::r(n), value & mask);
    }
    machine.cpu.set_pc((KSEG0 + CODE) & mask);
    machine
}

/// Draws a program of arithmetic, memory accesses, floating point and short branches.
fn program(model: &Model, random: &mut Random) -> Vec<u64> {
    let decoder = Decoder::new(insn::TABLES, model.exts().bits(), INDEX);
    let is_system = |name: &str| insn::system::INSNS.iter().any(|row| row.name == name);
    let mut program = Vec::new();
    while program.len() < 96 {
        let (row, bits) = decoder.sample(|| random.next());
        let distance = (random.next() & 0x1f).wrapping_sub(8);
        let bits = match () {
            () if is_system(row.name) || row.name.ends_with("pc") => continue,
            () if row.operands.contains("{jump}") => bits & !0x3ff_ffff | (CODE / 4 + (distance & 0x3f)),
            () if row.operands.contains("{target26}") => bits & !0x3ff_ffff | distance & 0x3ff_ffff,
            () if row.operands.contains("{target21}") => bits & !0x1f_ffff | distance & 0x1f_ffff,
            () if row.operands.contains("{target}") => bits & !0xffff | distance & 0xffff,
            () if row.operands.contains("({rs})") => bits & !0xffc0,
            () => bits,
        };
        program.push(bits);
    }
    program
}

/// Running n instructions at once, in two parts, and one by one comes to the same, wherever n ends.
fn runs_agree<T: Target<State = Cp0, Model = Model>>(width: u32, endian: Endian, cpu: &str, seed: u64) {
    let model = Model::parse(width, endian, cpu).expect("a model of the list");
    let mut random = Random(seed);
    for round in 0..60 {
        let program = program(&model, &mut random);
        let registers = random.next();
        let make = || machine::<T>(model, &program, registers);
        let n = 1 + random.next() % 200;
        let part = random.next() % n;
        let (mut whole, mut parts, mut steps) = (make(), make(), make());
        whole.cpu.run(n);
        parts.cpu.run(part);
        parts.cpu.run(n - part);
        let before = steps.cpu.ctx().executed();
        while steps.cpu.ctx().executed() - before < n {
            steps.cpu.step();
        }
        // A jump to where no memory is may have raised its exception already.
        for m in [&mut whole, &mut parts, &mut steps] {
            let offset = m.cpu.pc().wrapping_sub((KSEG0 + CODE) & bits::mask(width));
            if offset >= 0x2_0000 {
                m.cpu.step();
            }
        }
        for (how, other) in [("in two parts", &mut parts), ("step by step", &mut steps)] {
            // Between a branch likely that is taken and its slot, a run stands on the branch, and a step in the slot.
            let in_slot = |m: &mut Machine<T, Interp>| m.cpu.ctx().reg(state::IN_SLOT) == 1;
            if in_slot(other) && !in_slot(&mut whole) && whole.cpu.pc().wrapping_add(4) == other.cpu.pc() {
                continue;
            }
            let text = format!("{cpu} seed {seed} round {round}: {n} instructions, {how} ({part})");
            assert_eq!(whole.cpu.pc(), other.cpu.pc(), "{text}");
            let (a, b) = (whole.registers(), other.registers());
            for (row, (a, b)) in whole.cpu.registers().iter().zip(a.iter().zip(&b)) {
                assert_eq!(a, b, "{} {text}", row.name);
            }
            assert!(whole.memory() == other.memory(), "memory {text}");
        }
    }
}

#[test]
fn a_run_can_be_cut_anywhere() {
    for seed in 1..4 {
        runs_agree::<Mips>(32, Endian::Big, "24Kf", seed);
        runs_agree::<Mips64>(64, Endian::Big, "MIPS64R2-generic", seed);
        runs_agree::<Mips64el>(64, Endian::Little, "I6400", seed);
        runs_agree::<Mipsel>(32, Endian::Little, "mips32r6-generic", seed);
    }
}
