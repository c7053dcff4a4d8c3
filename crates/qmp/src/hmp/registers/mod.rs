//! `info registers`: in the form that each architecture's people are used to, which is that of QEMU 4.2.

mod ppc;
mod s390x;
mod sparc;
mod x86;

use cpu::{Cpu, Group, Info, Register};
use machine::Vcpu;

use super::Focus;
use super::args::Args;
use crate::command::Context;

pub(super) fn show(context: &mut Context<'_>, focus: &Focus, args: &Args<'_>) -> String {
    let cpus = context.machine.cpus();
    if cpus.is_empty() {
        return "No CPU available\n".to_string();
    }
    let bits = context.machine.target().bits;
    if args.flag(0) {
        return cpus.iter().map(|vcpu| format!("\nCPU#{}\n{}", vcpu.index, dump(vcpu, bits))).collect();
    }
    let vcpu = cpus.iter().find(|vcpu| vcpu.index == focus.cpu).unwrap_or(&cpus[0]);
    dump(vcpu, bits)
}

fn dump(vcpu: &Vcpu, bits: u32) -> String {
    match vcpu.cpu.info() {
        Info::Riscv { pc } => riscv(vcpu, pc, bits as usize / 4),
        Info::Tricore { pc } => tricore(vcpu.cpu.as_ref(), pc),
        Info::Mips { pc } => mips(vcpu.cpu.as_ref(), pc, bits as usize / 4),
        Info::X86 { .. } => x86::dump(vcpu.cpu.as_ref(), bits == 64),
        Info::Sparc { pc, npc } if bits == 64 => sparc::v9(vcpu.cpu.as_ref(), pc, npc),
        Info::Sparc { pc, npc } => sparc::v8(vcpu.cpu.as_ref(), pc, npc),
        Info::Ppc { nip } => ppc::dump(vcpu.cpu.as_ref(), vcpu.index, nip, bits == 64),
        Info::S390 { .. } => s390x::dump(vcpu.cpu.as_ref()),
    }
}

/// What an expression's `$NAME` is: QEMU's names of an x86's registers are those of 32 bits, whatever the width.
pub(super) fn named(cpu: &dyn Cpu, name: &str) -> Option<u64> {
    if name == "pc" {
        return Some(cpu.pc());
    }
    let wide = |name: &str| name.strip_prefix('e').map(|rest| format!("r{rest}"));
    let own = value(cpu, name).or_else(|| value(cpu, &name.replace('.', "_")));
    let found = match cpu.info() {
        Info::X86 { .. } => own.or_else(|| value(cpu, &wide(name)?)),
        _ => own,
    };
    found.map(|value| value as u64)
}

/// The value of a register by name.
pub(super) fn value(cpu: &dyn Cpu, name: &str) -> Option<u128> {
    let index = cpu.registers().iter().position(|register| register.name == name)?;
    cpu.register(index).ok()
}

/// pc and some CSRs a line each, then integer and float registers four a line, numbered and named.
fn riscv(vcpu: &Vcpu, pc: u64, digits: usize) -> String {
    let cpu = vcpu.cpu.as_ref();
    let mut out = format!(" pc       {pc:0digits$x}\n");
    for name in ["mhartid", "mstatus", "mip", "mie", "mideleg", "medeleg", "mtvec", "mepc", "mcause"] {
        // What a hart has not is shown as 0.
        let value = value(cpu, name).unwrap_or(0);
        out +=
            &if name == "mip" { format!(" mip      {value:#x}\n") } else { format!(" {name:<8} {value:0digits$x}\n") };
    }
    let rows = |group: Group, letter: char, digits: usize| -> String {
        let all = cpu.registers().iter().enumerate();
        let wanted = all.filter(|(_, r)| r.group == group && r.gdb.is_some() && r.name != "pc" && is_file(group, r));
        let cell = |(n, (index, r)): (usize, (usize, &Register))| {
            let end = if n % 4 == 3 { "\n" } else { "" };
            format!(" {letter}{n}/{} {:0digits$x}{end}", r.name, cpu.register(index).unwrap_or(0))
        };
        wanted.enumerate().map(cell).collect()
    };
    out + &rows(Group::General, 'x', digits) + &rows(Group::Float, 'f', 16)
}

/// Names of the general registers as QEMU prints them.
const MIPS_NAMES: [&str; 32] = [
    "r0", "at", "v0", "v1", "a0", "a1", "a2", "a3", "t0", "t1", "t2", "t3", "t4", "t5", "t6", "t7", "s0", "s1", "s2",
    "s3", "s4", "s5", "s6", "s7", "t8", "t9", "k0", "k1", "gp", "sp", "s8", "ra",
];

/// pc, HI and LO, the general registers four a line, then the most wanted of coprocessor 0.
fn mips(cpu: &dyn Cpu, pc: u64, digits: usize) -> String {
    let get = |name: &str| value(cpu, name).unwrap_or(0);
    let pc = if digits == 8 { pc & 0xffff_ffff } else { pc };
    let mut out = format!("pc=0x{pc:0digits$x} HI=0x{:0digits$x} LO=0x{:0digits$x}\n", get("hi"), get("lo"));
    for (row, names) in MIPS_NAMES.chunks(4).enumerate() {
        let cells = names.iter().zip(4 * row..).map(|(name, n)| format!(" {name} {:0digits$x}", get(&format!("r{n}"))));
        out += &format!("GPR{:02}:{}\n", 4 * row, cells.collect::<String>());
    }
    let (status, cause) = (get("status"), get("cause"));
    out += &format!("CP0 Status  0x{status:08x} Cause   0x{cause:08x} EPC    0x{:0digits$x}\n", get("epc"));
    let pair = |first: u32| {
        let config = |n: u32| get(&format!("config{n}")) as u32;
        format!("    Config{first} 0x{:08x} Config{} 0x{:08x}", config(first), first + 1, config(first + 1))
    };
    out + &format!("{} LLAddr 0x{:016x}\n{}\n{}\n", pair(0), get("lladdr"), pair(2), pair(4))
}

/// pc, PSW and ICR, the context registers, then address and data registers four a line.
fn tricore(cpu: &dyn Cpu, pc: u64) -> String {
    let get = |name: &str| value(cpu, name).unwrap_or(0);
    let mut out = format!("PC: {pc:08x} PSW: {:08x} ICR: {:08x}\n", get("psw"), get("icr"));
    out += &format!("PCXI: {:08x} FCX: {:08x} LCX: {:08x}\n", get("pcxi"), get("fcx"), get("lcx"));
    for letter in ['a', 'd'] {
        for first in (0..16).step_by(4) {
            let cells: String = (first..first + 4).map(|n| format!(" {:08x}", get(&format!("{letter}{n}")))).collect();
            out += &format!("GPR {}{first:02}:{cells}\n", letter.to_ascii_uppercase());
        }
    }
    out
}

/// Whether a register belongs to the register file: of the float group only data registers do.
fn is_file(group: Group, register: &Register) -> bool {
    group == Group::General
        || register.name.starts_with('f')
            && !register.name.starts_with("fc")
            && register.name != "fflags"
            && register.name != "frm"
}

/// Letters for the bits that are set, a dash for each that is not.
fn bits(value: u64, letters: &[(char, u32)]) -> String {
    letters.iter().map(|&(letter, bit)| if value >> bit & 1 != 0 { letter } else { '-' }).collect()
}
