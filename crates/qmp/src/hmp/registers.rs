//! `info registers`: what each architecture's people are used to, else name and value by group.

use cpu::{Cpu, Group, Info, Register};
use machine::Vcpu;

use super::Focus;
use crate::command::Context;

pub(super) fn show(context: &mut Context<'_>, focus: &Focus, rest: &str) -> String {
    let cpus = context.machine.cpus();
    if cpus.is_empty() {
        return "No CPU available\n".to_string();
    }
    let bits = context.machine.target().bits;
    if rest == "-a" {
        return cpus.iter().map(|vcpu| format!("\nCPU#{}\n{}", vcpu.index, dump(vcpu, bits))).collect();
    }
    let vcpu = cpus.iter().find(|vcpu| vcpu.index == focus.cpu).unwrap_or(&cpus[0]);
    dump(vcpu, bits)
}

fn dump(vcpu: &Vcpu, bits: u32) -> String {
    match vcpu.cpu.info() {
        Info::Riscv { pc } => riscv(vcpu, pc, bits as usize / 4),
        _ => by_group(vcpu.cpu.as_ref()),
    }
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
        match (name, value(cpu, name)) {
            ("mip", Some(value)) => out += &format!(" mip      {value:#x}\n"),
            (_, Some(value)) => out += &format!(" {name:<8} {value:0digits$x}\n"),
            (_, None) => {}
        }
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

/// Whether a register belongs to the register file: of the float group only data registers do.
fn is_file(group: Group, register: &Register) -> bool {
    group == Group::General
        || register.name.starts_with('f')
            && !register.name.starts_with("fc")
            && register.name != "fflags"
            && register.name != "frm"
}

fn by_group(cpu: &dyn Cpu) -> String {
    let mut out = String::new();
    for group in [Group::General, Group::System, Group::Float] {
        let mut column = 0;
        for (index, register) in cpu.registers().iter().enumerate().filter(|(_, r)| r.group == group) {
            let digits = usize::from(register.bits).div_ceil(4);
            let value = cpu.register(index).unwrap_or(0);
            out += &format!("{:<10} {value:0digits$x}", register.name);
            column += 1;
            out += if column % 4 == 0 { "\n" } else { "  " };
        }
        if column % 4 != 0 {
            out += "\n";
        }
    }
    out
}
