//! Random instructions with random operands, and what we make of them: input for `oracles/unicorn_x86.py` and `oracles/native_x86.py`.
//!
//! `oracle_cases BITS SEED COUNT [MNEMONIC...]` prints one JSON object a line: registers, flags and memory before and after. Each case
//! is run on the interpreter and on the reference evaluator, which must agree. The registers are 16 general ones, 16 vector registers
//! of four quadwords, MXCSR, and of x87 eight significands, eight exponents with signs, control word, status word and the mask of
//! empty registers.
#![allow(clippy::print_stdout, reason = "printing is what this program does")]

mod line;

use bits::Endian;
use cpu::{Cpu, Ctx, Kind};
use iced_x86::{Decoder, DecoderOptions, Instruction, OpKind, Register};
use interp::Interp;
use testkit::insn::{Bench, CODE, DATA, Machine, RAM_BASE, Reference};
use x86::model::Model;
use x86::state::{self, Seg};
use x86::{X86, flags};

/// Where the instruction is: 32- and 64-bit code where lines of `.insn` files have it.
fn pc_of(bits: u32) -> u64 {
    if bits == 16 { CODE + 0x800 } else { CODE }
}

const WINDOW: u64 = 512;
const WINDOW_AT: u64 = DATA + 0x1000 - WINDOW / 2;

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
            [0, 1, u64::MAX, 1 << 63, i64::MAX as u64, 0x8000_0000, 0x7fff_ffff, 0x8080, 0xffff_ffff];
        match self.below(8) {
            0 => SPECIAL[self.below(9) as usize],
            1 => (self.next() as i8) as u64,
            2 => (self.next() as i32) as u64,
            3 => self.next() >> self.below(64),
            4 => self.next() << 32 | SPECIAL[self.below(9) as usize] & 0xffff_ffff,
            5 => f64::from(self.next() as i32 >> self.below(32)).to_bits(),
            6 => {
                let single = |n: u64| u64::from((n as i16 as f32 / 8.0).to_bits());
                single(self.next()) << 32 | single(self.next())
            }
            _ => self.next(),
        }
    }

    /// Bytes that are likely to be an instruction.
    fn code(&mut self, bits: u32) -> Vec<u8> {
        let mut code = Vec::new();
        for prefix in [0x66, 0x67, 0xf2, 0xf3, 0xf0] {
            if self.below(if prefix == 0xf0 { 30 } else { 8 }) == 0 {
                code.push(prefix);
            }
        }
        if bits == 64 && self.below(2) == 0 {
            code.push(0x40 | self.below(16) as u8);
        }
        match self.below(12) {
            0..4 => {}
            4..8 => {
                code.push(0x0f);
                match self.below(8) {
                    0 => code.push(0x38),
                    1 => code.push(0x3a),
                    _ => {}
                }
            }
            8 => code.push(0xd8 | self.below(8) as u8),
            _ => {
                code.clear();
                if self.below(3) == 0 {
                    code.extend([0xc5, self.next() as u8]);
                } else {
                    code.extend([0xc4, self.next() as u8 & 0xe0 | (1 + self.below(3) as u8), self.next() as u8]);
                }
            }
        }
        code.extend(self.next().to_le_bytes());
        code.extend(self.next().to_le_bytes());
        code.truncate(15);
        code
    }

    /// Vector registers, MXCSR and x87's registers.
    fn units(&mut self, regs: &mut Vec<u64>) {
        regs.extend((0..64).map(|_| self.integer()));
        let mxcsr = match self.below(8) {
            0 => self.next() & 0xffff,
            1 => 0x1f80 | self.next() & 0x6000,
            2 => 0x1f80 | self.next() & 0x8040,
            3 => 0x1fa0,
            _ => 0x1f80,
        };
        regs.push(mxcsr);
        let exponents: Vec<u64> = (0..8)
            .map(|_| {
                let sign = self.below(2) << 15;
                sign | match self.below(12) {
                    0 => 0,
                    1 => 0x7fff,
                    2 => self.below(0x8000),
                    3 => 0x7ffe,
                    4 => self.below(80),
                    _ => 0x3fff + self.below(70) - 6,
                }
            })
            .collect();
        for exponent in &exponents {
            let significand = match self.below(6) {
                0 => 1 << 63,
                1 => self.next() | 1 << 63,
                2 => (self.next() | 1 << 63) << 40,
                3 if exponent & 0x7fff == 0 => 0,
                4 if self.below(8) == 0 => self.next(),
                _ => self.integer() | 1 << 63,
            };
            regs.push(if exponent & 0x7fff == 0 { significand << 1 >> 1 } else { significand });
        }
        regs.extend(exponents);
        regs.push(match self.below(8) {
            0 => 0x40 | self.next() & 0xf3f,
            1..4 => 0x7f | self.next() & 0xf00,
            _ => 0x37f,
        });
        regs.push(self.next() & 0x7f00);
        regs.push(if self.below(3) == 0 { self.next() & 0xff } else { 0 });
    }
}

#[derive(Clone, PartialEq, Eq)]
struct Values {
    regs: Vec<u64>,
    flags: u64,
    memory: Vec<u8>,
}

fn flat(attr: u16, wide: bool) -> Seg {
    let (limit, attr) = if wide { (u32::MAX, attr | 0xc000) } else { (0xffff, attr) };
    Seg { selector: 0, limit, attr, base: 0 }
}

fn prepare_16(ctx: &mut Ctx<X86>) {
    (0..6).for_each(|n| ctx.set_reg(state::base(n), 0));
    ctx.state.cr4 = 0x4_0600;
    ctx.state.xcr0 = 7;
    ctx.state.seg = [flat(0x93, false); 6];
    // Real mode, but code and data lie above 64 KiB.
    for n in 0..6 {
        ctx.set_reg(state::base(n), 0x2_0000);
        ctx.state.seg[n].selector = 0x2000;
    }
    x86::set_code_segment(ctx, Seg { selector: 0x1000, base: 0x1_0000, ..flat(0x93, false) });
}

fn prepare_32(ctx: &mut Ctx<X86>) {
    prepare_16(ctx);
    (0..6).for_each(|n| ctx.set_reg(state::base(n), 0));
    ctx.state.cr0 = 0x11;
    ctx.state.seg = [flat(0x93, true); 6];
    x86::set_code_segment(ctx, flat(0x9b, true));
}

fn prepare_64(ctx: &mut Ctx<X86>) {
    prepare_32(ctx);
    ctx.state.efer = 0x501;
    ctx.state.cr4 |= 0x20;
    ctx.state.seg[1].attr = 0xa09b;
}

fn slots() -> Vec<uop::Reg> {
    let vectors = (0..16).flat_map(|n| (0..4).map(move |p| state::xmm(n, p)));
    (0..16).map(state::r).chain(vectors).chain([state::MXCSR]).collect()
}

/// Where the x87 unit begins in the list of registers.
const FPU: usize = 81;

fn put_fpu(ctx: &mut Ctx<X86>, regs: &[u64]) {
    let f = &mut ctx.state.fpu;
    f.significand.copy_from_slice(&regs[FPU..FPU + 8]);
    f.exponent = std::array::from_fn(|n| regs[FPU + 8 + n] as u16);
    f.control = regs[FPU + 16] as u16;
    f.status = regs[FPU + 17] as u16 & !0x3800;
    f.top = (regs[FPU + 17] >> 11 & 7) as u8;
    f.empty = regs[FPU + 18] as u8;
}

fn get_fpu(ctx: &Ctx<X86>) -> Vec<u64> {
    let f = &ctx.state.fpu;
    let status = u64::from(f.status & !0x3800) | u64::from(f.top) << 11;
    let exponents = f.exponent.iter().map(|e| u64::from(*e));
    f.significand.iter().copied().chain(exponents).chain([f.control.into(), status, f.empty.into()]).collect()
}

fn eflags(ctx: &Ctx<X86>) -> u64 {
    let get = |r| ctx.reg(r);
    flags::value(get(state::CC_KIND), get(state::CC_A), get(state::CC_B), get(state::CC_C)) | get(state::DF) << 10
}

fn put(machine: &mut Machine<X86, Interp>, values: &Values, prepare: fn(&mut Ctx<X86>), pc: u64) {
    machine.cpu.reset();
    let ctx = machine.cpu.ctx();
    prepare(ctx);
    ctx.state.last_vector = None;
    for (slot, value) in slots().into_iter().zip(&values.regs) {
        ctx.set_reg(slot, *value);
    }
    let denormal = if values.regs[80] & 2 != 0 { 1 } else { 2 };
    ctx.set_reg(state::FP_OK, if values.regs[80] & 0xffe0 == 0x1fa0 { denormal } else { 0 });
    put_fpu(ctx, &values.regs);
    ctx.set_reg(state::CC_KIND, 0);
    ctx.set_reg(state::CC_A, values.flags & state::bit::ARITH);
    ctx.set_reg(state::DF, values.flags >> 10 & 1);
    ctx.set_pc(pc);
    machine.ram.write_bytes(WINDOW_AT - RAM_BASE, &values.memory);
}

fn get(machine: &mut Machine<X86, Interp>) -> Values {
    let mut memory = vec![0; WINDOW as usize];
    machine.ram.read_bytes(WINDOW_AT - RAM_BASE, &mut memory);
    let ctx = machine.cpu.ctx();
    let mut regs: Vec<u64> = slots().into_iter().map(|slot| ctx.reg(slot)).collect();
    regs.extend(get_fpu(ctx));
    Values { regs, flags: eflags(ctx), memory }
}

/// Instructions that depend on more than registers and memory, or of which another system is asked.
const UNFAIR: &[&str] = &[
    "in",
    "out",
    "insb",
    "insw",
    "insd",
    "outsb",
    "outsw",
    "outsd",
    "cli",
    "sti",
    "hlt",
    "cpuid",
    "rdtsc",
    "rdtscp",
    "rdrand",
    "rdseed",
    "rdpid",
    "rdpru",
    "popf",
    "popfd",
    "popfq",
    "pushf",
    "pushfd",
    "pushfq",
    "fxsave",
    "fxrstor",
    "fxsave64",
    "fxrstor64",
    "lds",
    "les",
    "lss",
    "lfs",
    "lgs",
    "sldt",
    "str",
    "smsw",
    "lar",
    "lsl",
    "verr",
    "verw",
    "xgetbv",
    "sgdt",
    "sidt",
    "sysenter",
    "syscall",
    "sysret",
    "sysexit",
    "rdpmc",
    "monitor",
    "mwait",
    "monitorx",
    "mwaitx",
    "fnstenv",
    "fldenv",
    "fnsave",
    "frstor",
    "xabort",
    "xbegin",
    "xend",
    "xtest",
    "rdpkru",
    "wrpkru",
    "clzero",
    "rdfsbase",
    "rdgsbase",
    "wrfsbase",
    "wrgsbase",
    "vmmcall",
    "vmcall",
    "ptwrite",
    "enclu",
    "enclv",
    "umonitor",
    "umwait",
    "tpause",
    "serialize",
    "reservednop",
    "int3",
    "int1",
    "int",
    "into",
    "salc",
    "endbr64",
    "endbr32",
    "rdsspd",
    "rdsspq",
    "incsspd",
    "incsspq",
    "retf",
    "iret",
    "iretd",
    "iretq",
    "ud0",
    "ud1",
    "ud2",
    "xsave",
    "xsaveopt",
    "xsavec",
    "xrstor",
    "xsave64",
    "xsaveopt64",
    "xsavec64",
    "xrstor64",
    "jmpe",
    "wait",
    "cldemote",
    "clui",
    "stui",
    "testui",
    "uiret",
    "senduipi",
    "montmul",
    "pconfig",
    "xstore",
    "xcryptecb",
    "xcryptcbc",
    "xcryptctr",
    "xcryptcfb",
    "xcryptofb",
    "xsha1",
    "xsha256",
    "getsec",
    "storeall",
    "loadall",
    "fneni",
    "fndisi",
    "fnsetpm",
    "frstpm",
    "wrssd",
    "wrssq",
    "rsm",
    "loadallreset286",
];

/// Whether the instruction is one that both sides can be asked about.
fn fair(insn: &Instruction) -> bool {
    use iced_x86::FlowControl::*;
    let special = |n: u32| {
        let r = insn.op_register(n);
        insn.op_kind(n) == OpKind::Register
            && (r.is_segment_register() || r.is_cr() || r.is_dr() || r.is_tr() || r.is_bnd() || r.is_k() || r.is_tmm())
    };
    let mnemonic = format!("{:?}", insn.mnemonic()).to_lowercase();
    let far = insn.is_jmp_far() || insn.is_jmp_far_indirect() || insn.is_call_far() || insn.is_call_far_indirect();
    !UNFAIR.contains(&mnemonic.as_str())
        && !mnemonic.starts_with("bnd")
        && !insn.is_privileged()
        && (0..insn.op_count()).all(|n| !special(n))
        && matches!(insn.flow_control(), Next | ConditionalBranch | UnconditionalBranch | Call | Return)
        && !far
        && !insn.has_segment_prefix()
}

/// Makes the memory operands lie in the window; `false` if they can't.
fn place(insn: &Instruction, random: &mut Random, regs: &mut [u64], bits: u32) -> bool {
    let base = if bits == 16 { 0x2_0000 } else { 0 };
    let target = (WINDOW_AT - base + 192 + random.below(128)) & !(if random.below(2) == 0 { 0 } else { 15 });
    if insn.memory_base().size() == 2 && bits == 32 {
        return false;
    }
    if (0..insn.op_count())
        .any(|n| matches!(insn.op_kind(n), OpKind::MemorySegSI | OpKind::MemorySegDI | OpKind::MemoryESDI))
        && bits != 16
    {
        return false;
    }
    if insn.is_string_instruction()
        || (0..insn.op_count())
            .any(|n| matches!(insn.op_kind(n), OpKind::MemorySegRDI | OpKind::MemorySegDI | OpKind::MemorySegEDI))
    {
        regs[6] = WINDOW_AT - base + 128 + random.below(256);
        regs[7] = WINDOW_AT - base + 128 + random.below(256);
        regs[1] = random.below(12);
        return true;
    }
    regs[4] = WINDOW_AT - base + 256 + random.below(8) * 4;
    if insn.stack_pointer_increment() != 0 || insn.mnemonic() == iced_x86::Mnemonic::Leave {
        regs[5] = WINDOW_AT - base + 256 + random.below(8) * 4;
    }
    if !(0..insn.op_count()).any(|n| insn.op_kind(n) == OpKind::Memory) || insn.mnemonic() == iced_x86::Mnemonic::Lea {
        return true;
    }
    if insn.is_vsib() {
        return place_vector(insn, random, regs, target);
    }
    let r = insn.memory_base();
    if insn.memory_base().size() == 2 && bits != 16 || r == Register::None || insn.is_ip_rel_memory_operand() {
        return false;
    }
    let n = r.full_register().number();
    let index = insn.memory_index();
    if index.full_register() == r.full_register() || n == 4 && insn.stack_pointer_increment() != 0 {
        return false;
    }
    if index != Register::None {
        regs[index.full_register().number()] = random.below(8);
    }
    if matches!(
        insn.mnemonic(),
        iced_x86::Mnemonic::Bt | iced_x86::Mnemonic::Bts | iced_x86::Mnemonic::Btr | iced_x86::Mnemonic::Btc
    ) && insn.op1_kind() == OpKind::Register
    {
        let m = insn.op1_register().full_register().number();
        if m == n {
            return false;
        }
        regs[m] = (random.below(1024) as i64 - 512) as u64 & if bits == 64 { u64::MAX } else { 0xffff_ffff };
    }
    let at = insn.virtual_address(
        (0..insn.op_count()).find(|m| insn.op_kind(*m) == OpKind::Memory).unwrap_or(0),
        0,
        |r, _, _| {
            Some(if r.is_segment_register() {
                0
            } else {
                regs[r.full_register().number()] & bits::mask(r.size() as u32 * 8)
            })
        },
    );
    let Some(at) = at else { return false };
    let width = r.size() as u32 * 8;
    regs[n] = regs[n].wrapping_add(target).wrapping_sub(at) & bits::mask(width);
    true
}

/// The flags that the manual leaves undefined.
fn undefined(insn: &Instruction) -> u64 {
    use iced_x86::RflagsBits as F;
    let table = [(F::OF, 0x800), (F::SF, 0x80), (F::ZF, 0x40), (F::AF, 0x10), (F::CF, 1), (F::PF, 4)];
    table.iter().filter(|(f, _)| insn.rflags_undefined() & f != 0).map(|(_, bit)| bit).sum()
}

/// Gathers: small indices, and the base where it belongs.
fn place_vector(insn: &Instruction, random: &mut Random, regs: &mut [u64], target: u64) -> bool {
    let base = insn.memory_base();
    if base == Register::None || base.size() < 4 {
        return false;
    }
    let at = 16 + 4 * insn.memory_index().number();
    for word in &mut regs[at..at + 4] {
        *word = if insn.vsib() == Some(true) { random.below(16) } else { random.below(16) << 32 | random.below(16) };
    }
    regs[base.full_register().number()] =
        target.wrapping_sub(insn.memory_displacement64()) & bits::mask(base.size() as u32 * 8);
    true
}

/// All that we have.
fn model() -> Model {
    let mut model = Model::parse(64, "max").expect("a model");
    model.features.0 = [u32::MAX; x86::model::word::N];
    model
}

fn main() {
    let mut args = std::env::args().skip(1);
    let bits: u32 = args.next().and_then(|a| a.parse().ok()).unwrap_or(64);
    let mut random = Random(args.next().and_then(|a| a.parse().ok()).unwrap_or(1));
    let count: u64 = args.next().and_then(|a| a.parse().ok()).unwrap_or(1000);
    let only: Vec<String> = args.collect();
    let prepare = match bits {
        16 => prepare_16,
        32 => prepare_32,
        _ => prepare_64,
    };
    let bench = Bench::<X86> {
        name: "x86",
        kind: Kind::new(model()),
        endian: Endian::Little,
        prepare,
        trap: |_| None,
        ignored: &[],
        trap_changes: &[],
    };
    let pc = pc_of(bits);
    let (mut engine, mut evaluator) = (bench.machine::<Interp>(), bench.machine::<Interp>());
    println!("{{\"pc\":{pc},\"window\":{WINDOW_AT},\"bits\":{bits}}}");
    let mut n = 0;
    while n < count {
        let code = random.code(bits);
        let mut decoder = Decoder::with_ip(bits, &code, pc, DecoderOptions::NONE);
        let insn = decoder.decode();
        if insn.is_invalid() || !fair(&insn) {
            continue;
        }
        let name = format!("{:?}", insn.mnemonic()).to_lowercase();
        if !only.is_empty() && !only.contains(&name) {
            continue;
        }
        let mut regs: Vec<u64> = (0..16).map(|_| random.integer()).collect();
        random.units(&mut regs);
        if bits != 64 {
            regs[..8].iter_mut().for_each(|r| *r &= 0xffff_ffff);
            regs[8..16].fill(0);
            regs[48..80].fill(0);
        }
        if !place(&insn, &mut random, &mut regs, bits) {
            continue;
        }
        n += 1;
        let memory = (0..WINDOW / 8).flat_map(|_| random.integer().to_le_bytes()).collect();
        let flags = random.next() & 0x8d5 | if random.below(4) == 0 { 0x400 } else { 0 };
        let before = Values { regs, flags, memory };
        let code = &code[..insn.len()];
        for machine in [&mut engine, &mut evaluator] {
            machine.ram.write_bytes(pc - RAM_BASE, code);
            machine.cpu.flush();
            put(machine, &before, prepare, pc);
        }
        engine.cpu.step();
        Reference::default().step(&mut evaluator.cpu, code);
        let (after, other) = (get(&mut engine), get(&mut evaluator));
        let text = insn.to_string();
        let differ = |a: &Values, b: &Values| {
            let regs = a.regs.iter().zip(&b.regs).enumerate().filter(|(_, (x, y))| x != y);
            let list: Vec<String> = regs.map(|(n, (x, y))| format!("{n}: {x:x} {y:x}")).collect();
            format!("{list:?} flags {:x} {:x} memory {}", a.flags, b.flags, a.memory == b.memory)
        };
        assert!(
            after == other,
            "engine and evaluator disagree: {text} {} {}",
            differ(&after, &other),
            differ(&before, &other)
        );
        let trap = engine.cpu.ctx().state.last_vector.map_or("null".to_owned(), |v| v.to_string());
        let hex = |bytes: &[u8]| bytes.iter().map(|b| format!("{b:02x}")).collect::<String>();
        let list = |v: &[u64]| v.iter().map(|r| format!("\"{r:x}\"")).collect::<Vec<_>>().join(",");
        println!(
            "{{\"name\":\"{name}\",\"text\":\"{text}\",\"code\":\"{}\",\"in\":[{}],\"flags\":{},\"mem\":\"{}\",\"out\":[{}],\"flags2\":{},\"mem2\":\"{}\",\"pc\":{},\"trap\":{trap},\"undefined\":{},\"line\":\"{}\"}}",
            hex(code),
            list(&before.regs),
            before.flags,
            hex(&before.memory),
            list(&after.regs),
            after.flags,
            hex(&after.memory),
            engine.cpu.ctx().pc(),
            undefined(&insn),
            line::line(&insn, &mut engine, code, &before, &after, pc),
        );
    }
}
