//! Cases as lines of `.insn` files.

use cpu::Cpu as _;
use iced_x86::{CpuidFeature, Instruction, Mnemonic, OpKind};
use interp::Interp;
use testkit::insn::Machine;
use x86::X86;

use super::{Values, WINDOW_AT, model};

/// The registers that an instruction has to do with: name, first slot, slots.
fn used(insn: &Instruction) -> Vec<(String, usize, usize)> {
    let mut info = iced_x86::InstructionInfoFactory::new();
    let mut list: Vec<(String, usize, usize)> = Vec::new();
    let general = ["ax", "cx", "dx", "bx", "sp", "bp", "si", "di"];
    for r in info.info(insn).used_registers() {
        let r = r.register().full_register();
        let n = r.number();
        if r.is_gpr64() {
            let name = general.get(n).map_or_else(|| format!("r{n}"), |name| format!("r{name}"));
            list.push((name, n, 1));
        } else if r.is_vector_register() {
            list.push((format!("xmm{n}"), 16 + 4 * n, 2));
            list.push((format!("ymm{n}h"), 18 + 4 * n, 2));
        }
    }
    list.sort();
    list.dedup();
    list
}

/// What uses the x87 unit, MMX instructions among them.
const UNIT: &[CpuidFeature] = &[
    CpuidFeature::FPU,
    CpuidFeature::FPU287,
    CpuidFeature::FPU387,
    CpuidFeature::MMX,
    CpuidFeature::D3NOW,
    CpuidFeature::D3NOWEXT,
];

/// Where the unit's registers begin in the list of all.
const FPU: usize = 81;

/// The pointers to the last instruction and its operand (SDM volume 1, "x87 FPU Instruction and Data (Operand) Pointers"): control
/// instructions leave them.
fn pointers(insn: &Instruction, before: &Values, pc: u64) -> [u64; 2] {
    use Mnemonic as M;
    let control = matches!(
        insn.mnemonic(),
        M::Fninit
            | M::Fnclex
            | M::Fldcw
            | M::Fnstcw
            | M::Fnstsw
            | M::Fnstenv
            | M::Fldenv
            | M::Fnsave
            | M::Frstor
            | M::Wait
    );
    if control || !format!("{:?}", insn.mnemonic()).starts_with('F') {
        return [0; 2];
    }
    let memory = (0..insn.op_count()).find(|n| insn.op_kind(*n) == OpKind::Memory);
    let at = memory.and_then(|n| {
        insn.virtual_address(n, 0, |r, _, _| {
            let mask = bits::mask(r.size() as u32 * 8);
            Some(if r.is_segment_register() { 0 } else { before.regs[r.full_register().number()] & mask })
        })
    });
    [pc, at.unwrap_or(0) & 0xffff_ffff]
}

/// The unit before and after, without registers that the instruction does not use. They are named from the top of the stack, which may move.
fn unit_of(insn: &Instruction, before: &Values, after: &Values, ins: &mut Vec<String>, outs: &mut Vec<String>) {
    let top = |v: &Values| (v.regs[FPU + 17] >> 11 & 7) as usize;
    let mut used: Vec<usize> = vec![top(before), (top(before) + 1) & 7];
    for n in (0..insn.op_count()).filter(|n| insn.op_kind(*n) == OpKind::Register) {
        let r = insn.op_register(n);
        if r.is_mm() {
            used.push(r.number());
        } else if r.is_st() {
            used.push((top(before) + r.number()) & 7);
        }
    }
    let raw = |v: &Values, n: usize| u128::from(v.regs[FPU + 8 + n]) << 64 | u128::from(v.regs[FPU + n]);
    used.extend((0..8).filter(|n| raw(before, *n) != raw(after, *n)));
    let seen = |v: &Values, n: usize| {
        let at = (top(v) + n) & 7;
        if used.contains(&at) { raw(v, at) } else { 0 }
    };
    let tags = |v: &Values| (0..8).map(|n| ((v.regs[FPU + 18] >> n & 1) * 3) << (2 * n)).sum::<u64>();
    let words = |v: &Values| [("fctrl", v.regs[FPU + 16]), ("fstat", v.regs[FPU + 17]), ("ftag", tags(v))];
    for ((name, old), (_, new)) in words(before).into_iter().zip(words(after)) {
        ins.push(format!("{name}={old:#x}"));
        if old != new {
            outs.push(format!("{name}={new:#x}"));
        }
    }
    for n in 0..8 {
        let (old, new) = (seen(before, n), seen(after, n));
        if old != 0 {
            ins.push(format!("st{n}={old:#x}"));
        }
        if old != new {
            outs.push(format!("st{n}={new:#x}"));
        }
    }
}

/// The unit, if the pointers are what the manual says.
fn add_unit(
    insn: &Instruction,
    engine: &Machine<X86, Interp>,
    before: &Values,
    after: &Values,
    pc: u64,
    (ins, outs): (&mut Vec<String>, &mut Vec<String>),
) -> bool {
    let told = pointers(insn, before, pc);
    let have =
        ["fioff", "fooff"].map(|name| engine.register(name).map_or(0, |at| engine.cpu.register(at).unwrap_or(0)));
    if have.map(|v| v as u64) != told {
        return false;
    }
    unit_of(insn, before, after, ins, outs);
    let named = ["fioff", "fooff"].iter().zip(told).filter(|(_, value)| *value != 0);
    outs.extend(named.map(|(name, value)| format!("{name}={value:#x}")));
    true
}

/// Memory near what the instruction names, by eight bytes.
fn memory_of(insn: &Instruction, before: &Values, after: &Values, ins: &mut Vec<String>, outs: &mut Vec<String>) {
    let uses_memory = (0..insn.op_count()).any(|n| !matches!(insn.op_kind(n), OpKind::Register))
        || insn.stack_pointer_increment() != 0;
    let cells = |v: &Values, n: usize| u64::from_le_bytes(std::array::from_fn(|k| v.memory[8 * n + k]));
    for n in 0..if uses_memory { before.memory.len() / 8 } else { 0 } {
        let at = WINDOW_AT + 8 * n as u64;
        let (old, new) = (cells(before, n), cells(after, n));
        if old != new || engine_reads(insn, before, at) {
            ins.push(format!("[{at:#x}]:8={old:#x}"));
        }
        if old != new {
            outs.push(format!("[{at:#x}]:8={new:#x}"));
        }
    }
}

/// The case as a line of a `.insn` file, without what it has nothing to do with; empty if that form has no place for it.
pub(super) fn line(
    insn: &Instruction,
    engine: &mut Machine<X86, Interp>,
    code: &[u8],
    before: &Values,
    after: &Values,
    pc: u64,
) -> String {
    let ctx = engine.cpu.ctx();
    let wide = ctx.state.efer != 0;
    let trap = ctx.state.last_vector;
    let mode = if wide { 1 << 2 } else { 1 << 3 };
    let lifter = <X86 as cpu::Target>::lifter(&model());
    let bytes = cpu::Code { pc, offset: 0, bytes: code, mode, alone: true };
    let Some((text, _)) = <X86 as cpu::Target>::disassemble(&lifter, bytes) else { return String::new() };
    let unit = insn.cpuid_features().iter().any(|f| UNIT.contains(f)) || text.contains("%mm");
    let implicit = matches!(insn.mnemonic(), iced_x86::Mnemonic::Leave);
    if implicit || insn.is_vsib() || insn.has_rep_prefix() || insn.has_repne_prefix() {
        return String::new();
    }
    let value = |v: &Values, at: usize, slots: usize| {
        let high = if slots == 2 { u128::from(v.regs[at + 1]) << 64 } else { 0 };
        high | u128::from(v.regs[at])
    };
    let name_of = |name: &str| if wide { name.to_owned() } else { name.replacen('r', "e", 1) };
    let (mut ins, mut outs) = (vec![format!("eflags={:#x}", before.flags | 2)], Vec::new());
    if before.flags != after.flags && trap.is_none() {
        outs.push(format!("eflags={:#x}", after.flags | 2));
    }
    for (name, at, slots) in used(insn) {
        let (old, new) = (value(before, at, slots), value(after, at, slots));
        let name = if at < 16 { name_of(&name) } else { name };
        if old != 0 {
            ins.push(format!("{name}={old:#x}"));
        }
        if old != new {
            outs.push(format!("{name}={new:#x}"));
        }
    }
    if before.regs[80] != 0x1f80 {
        ins.push(format!("mxcsr={:#x}", before.regs[80]));
    }
    if before.regs[80] != after.regs[80] {
        outs.push(format!("mxcsr={:#x}", after.regs[80]));
    }
    if unit && !add_unit(insn, engine, before, after, pc, (&mut ins, &mut outs)) {
        return String::new();
    }
    memory_of(insn, before, after, &mut ins, &mut outs);
    match trap {
        Some(n) => outs.push(format!("trap {n}")),
        None if engine.cpu.ctx().pc() != pc + code.len() as u64 => {
            outs.push(format!("{}={:#x}", name_of("rip"), engine.cpu.ctx().pc()));
        }
        None => {}
    }
    let hex: Vec<String> = code.iter().map(|b| format!("{b:02x}")).collect();
    let variant = if wide { "x86_64" } else { "i386" };
    format!("@{variant} {}  {text} | {} => {}", hex.join("."), ins.join(" "), outs.join(" ")).trim_end().to_owned()
}

/// Whether an instruction may read the eight bytes at `at`.
fn engine_reads(insn: &Instruction, before: &Values, at: u64) -> bool {
    let mut info = iced_x86::InstructionInfoFactory::new();
    let memory: Vec<iced_x86::UsedMemory> = info.info(insn).used_memory().to_vec();
    memory.iter().any(|m| {
        let start = m.virtual_address(0, |r, element, size| {
            if r.is_segment_register() {
                return Some(0);
            }
            if r.is_vector_register() {
                let word = before.regs[16 + 4 * r.number() + element * size / 8];
                return Some(word >> (8 * (element * size % 8)) & bits::mask(8 * size as u32));
            }
            Some(before.regs[r.full_register().number()] & bits::mask(r.size() as u32 * 8))
        });
        let size = m.memory_size().size().max(8) as u64;
        start.is_some_and(|start| at + 8 > start && at < start + size)
    })
}
