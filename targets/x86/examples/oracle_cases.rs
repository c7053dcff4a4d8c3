//! Random instructions with random operands, and what we make of them: input for `oracles/unicorn_x86.py`.
//!
//! `oracle_cases BITS SEED COUNT [MNEMONIC...]` prints one JSON object a line: registers, flags and memory before and after. Each case
//! is run on the interpreter and on the reference evaluator, which must agree.
#![allow(clippy::print_stdout, reason = "printing is what this program does")]

use bits::Endian;
use cpu::{Cpu, Ctx, Kind};
use iced_x86::{Decoder, DecoderOptions, Instruction, OpKind, Register};
use interp::Interp;
use testkit::insn::{Bench, CODE, DATA, Machine, RAM_BASE, Reference};
use x86::model::Model;
use x86::state::{self, Seg};
use x86::{X86, flags};

const PC: u64 = CODE + 0x800;
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
        match self.below(8) {
            0..4 => {}
            4..7 => {
                code.push(0x0f);
                match self.below(8) {
                    0 => code.push(0x38),
                    1 => code.push(0x3a),
                    _ => {}
                }
            }
            _ => {
                if bits == 64 {
                    code.clear();
                    code.push(0xc4);
                    code.push(0xe2 | (self.next() & 1) as u8);
                }
            }
        }
        code.extend(self.next().to_le_bytes());
        code.extend(self.next().to_le_bytes());
        code.truncate(15);
        code
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
    ctx.state.cr4 = 0x600;
    ctx.state.seg = [flat(0x93, false); 6];
    // Real mode, but code and data lie above 64 KiB.
    for n in 0..6 {
        ctx.set_reg(state::base(n), if n == 1 { 0x1_0000 } else { 0x2_0000 });
        ctx.state.seg[n].selector = if n == 1 { 0x1000 } else { 0x2000 };
    }
}

fn prepare_32(ctx: &mut Ctx<X86>) {
    prepare_16(ctx);
    (0..6).for_each(|n| ctx.set_reg(state::base(n), 0));
    ctx.state.cr0 = 0x11;
    ctx.state.seg = [flat(0x93, true); 6];
    ctx.state.seg[1] = flat(0x9b, true);
}

fn prepare_64(ctx: &mut Ctx<X86>) {
    prepare_32(ctx);
    ctx.state.efer = 0x501;
    ctx.state.cr4 |= 0x20;
    ctx.state.seg[1].attr = 0xa09b;
}

fn slots() -> Vec<uop::Reg> {
    let vectors = (0..16).flat_map(|n| [state::xmm(n, 0), state::xmm(n, 1)]);
    (0..16).map(state::r).chain(vectors).chain([state::MXCSR]).collect()
}

fn eflags(ctx: &Ctx<X86>) -> u64 {
    let get = |r| ctx.reg(r);
    flags::value(get(state::CC_KIND), get(state::CC_A), get(state::CC_B), get(state::CC_C)) | get(state::DF) << 10
}

fn put(machine: &mut Machine<X86, Interp>, values: &Values, prepare: fn(&mut Ctx<X86>)) {
    machine.cpu.reset();
    let ctx = machine.cpu.ctx();
    prepare(ctx);
    ctx.state.last_vector = None;
    for (slot, value) in slots().into_iter().zip(&values.regs) {
        ctx.set_reg(slot, *value);
    }
    ctx.set_reg(state::CC_KIND, 0);
    ctx.set_reg(state::CC_A, values.flags & state::bit::ARITH);
    ctx.set_reg(state::DF, values.flags >> 10 & 1);
    ctx.set_pc(PC);
    machine.ram.write_bytes(WINDOW_AT - RAM_BASE, &values.memory);
}

fn get(machine: &mut Machine<X86, Interp>) -> Values {
    let mut memory = vec![0; WINDOW as usize];
    machine.ram.read_bytes(WINDOW_AT - RAM_BASE, &mut memory);
    let ctx = machine.cpu.ctx();
    Values { regs: slots().into_iter().map(|slot| ctx.reg(slot)).collect(), flags: eflags(ctx), memory }
}

/// Whether the instruction is one that both sides can be asked about.
fn fair(insn: &Instruction) -> bool {
    use iced_x86::FlowControl::*;
    let register = |n: u32| insn.op_kind(n) == OpKind::Register && insn.op_register(n).is_segment_register();
    let special = |n: u32| {
        let r = insn.op_register(n);
        insn.op_kind(n) == OpKind::Register && (r.is_cr() || r.is_dr() || r.is_tr() || r.is_mm() || r.is_st())
    };
    let mnemonic = format!("{:?}", insn.mnemonic()).to_lowercase();
    let odd = [
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
        "popf",
        "popfd",
        "popfq",
        "pushf",
        "pushfd",
        "pushfq",
        "fxsave",
        "fxrstor",
        "xsave",
        "xrstor",
        "ldmxcsr",
        "lds",
        "les",
        "lss",
        "lfs",
        "lgs",
        "ud2",
        "ud0",
        "ud1",
        "stmxcsr",
        "sldt",
        "str",
        "smsw",
        "lar",
        "lsl",
        "verr",
        "verw",
        "arpl",
        "xgetbv",
        "sgdt",
        "sidt",
        "salc",
        "enter",
        "pause",
        "sysenter",
        "rdpmc",
        "emms",
        "reservednop",
        "bound",
        "monitor",
        "mwait",
        "fxsave64",
        "fxrstor64",
    ];
    !odd.contains(&mnemonic.as_str())
        && !mnemonic.starts_with('f')
        && !insn.is_privileged()
        && (0..insn.op_count()).all(|n| !register(n) && !special(n))
        && matches!(insn.flow_control(), Next | ConditionalBranch | UnconditionalBranch | Call | Return)
        && !format!("{:?}", insn.code()).contains("far")
        && !matches!(
            insn.mnemonic(),
            iced_x86::Mnemonic::Retf
                | iced_x86::Mnemonic::Iret
                | iced_x86::Mnemonic::Iretd
                | iced_x86::Mnemonic::Iretq
                | iced_x86::Mnemonic::Syscall
                | iced_x86::Mnemonic::Sysret
        )
        && !insn.is_jmp_far()
        && !insn.is_jmp_far_indirect()
        && !insn.is_call_far()
        && !insn.is_call_far_indirect()
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
    let r = insn.memory_base();
    if insn.memory_base().size() == 2 && bits != 16
        || r == Register::None
        || insn.is_ip_rel_memory_operand()
        || insn.is_vsib()
    {
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
        regs[m] = (random.below(1024) as i64 - 512) as u64;
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
        kind: Kind::new(Model::parse(64, "max").expect("a model")),
        endian: Endian::Little,
        prepare,
        trap: |_| None,
        ignored: &[],
        trap_changes: &[],
    };
    let (mut engine, mut evaluator) = (bench.machine::<Interp>(), bench.machine::<Interp>());
    println!("{{\"pc\":{PC},\"window\":{WINDOW_AT},\"bits\":{bits}}}");
    let mut n = 0;
    while n < count {
        let code = random.code(bits);
        let mut decoder = Decoder::with_ip(bits, &code, PC, DecoderOptions::NONE);
        let insn = decoder.decode();
        if insn.is_invalid() || !fair(&insn) {
            continue;
        }
        let name = format!("{:?}", insn.mnemonic()).to_lowercase();
        if !only.is_empty() && !only.contains(&name) {
            continue;
        }
        let mut regs: Vec<u64> = (0..48).map(|_| random.integer()).collect();
        regs.push(0x1f80);
        if bits != 64 {
            regs[..8].iter_mut().for_each(|r| *r &= 0xffff_ffff);
            regs[8..16].fill(0);
            regs[32..48].fill(0);
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
            machine.ram.write_bytes(PC - RAM_BASE, code);
            machine.cpu.flush();
            put(machine, &before, prepare);
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
            "{{\"name\":\"{name}\",\"text\":\"{text}\",\"code\":\"{}\",\"in\":[{}],\"flags\":{},\"mem\":\"{}\",\"out\":[{}],\"flags2\":{},\"mem2\":\"{}\",\"pc\":{},\"trap\":{trap}}}",
            hex(code),
            list(&before.regs),
            before.flags,
            hex(&before.memory),
            list(&after.regs),
            after.flags,
            hex(&after.memory),
            engine.cpu.ctx().pc(),
        );
    }
}
