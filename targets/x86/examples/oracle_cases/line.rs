//! Cases as lines of `.insn` files.

use iced_x86::{Instruction, OpKind};
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

/// The case as a line of a `.insn` file, without what it has nothing to do with; empty if that form has no place for it: x87 and MMX.
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
    let fpu = format!("{:?}", insn.mnemonic()).starts_with('F') || text.contains("%mm") || text.contains("%st");
    let implicit = matches!(insn.mnemonic(), iced_x86::Mnemonic::Leave | iced_x86::Mnemonic::Cvtpi2ps);
    if fpu || implicit || insn.is_vsib() || insn.has_rep_prefix() || insn.has_repne_prefix() {
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
    // Memory near what the instruction names, by eight bytes.
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
