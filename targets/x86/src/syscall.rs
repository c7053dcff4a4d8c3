//! SYSCALL, SYSENTER and their ways back.

use crate::debug::dr6;
use crate::mmu::canonical;
use crate::regs;
use crate::seg;
use crate::state::{self, Seg, attr, bit, sreg};
use crate::trap::{Cpu, Fault, Out};

/// A flat segment as SYSCALL and SYSENTER load it.
fn flat(selector: u16, kind: u16, dpl: u16, extra: u16) -> Seg {
    let attr = kind | attr::S | attr::P | dpl << 5 | attr::G | extra;
    Seg { selector, limit: u32::MAX, attr, base: 0 }
}

const CODE: u16 = 11;
const DATA: u16 = 3;

fn enter(cpu: &mut Cpu, cs: u16, ss: u16, cpl: u8, extra: u16) {
    seg::set(cpu, sreg::CS, flat(cs, CODE, cpl.into(), extra));
    seg::set(cpu, sreg::SS, flat(ss, DATA, cpl.into(), attr::D));
    cpu.state.cpl = cpl;
}

/// SYSCALL and SYSRET are told of as a step when TF is set behind them: a handler that masks TF is not stepped into.
fn step_by_new_flags(cpu: &mut Cpu) {
    let step = cpu.state.eflags & bit::TF != 0;
    cpu.state.debug_trap = cpu.state.debug_trap & !dr6::BS | if step { dr6::BS } else { 0 };
}

/// SYSCALL (APM volume 3): address of the next instruction; the linear address to go on at.
pub(crate) fn syscall(cpu: &mut Cpu, [next, ..]: [u64; 4]) -> Out {
    if cpu.state.efer & bit::SCE == 0 || cpu.state.cr0 & bit::PE == 0 {
        return Err(Fault::UD);
    }
    let [star, lstar, cstar, fmask] = cpu.state.syscall;
    let cs = (star >> 32) as u16 & !3;
    let ip = regs::ip_of(cpu, next);
    let flags = regs::eflags(cpu);
    if cpu.state.efer & bit::LMA != 0 {
        let target = if seg::is_64(cpu) { lstar } else { cstar };
        cpu.set_reg(state::RCX, ip);
        cpu.set_reg(state::r(11), flags & !bit::RF);
        enter(cpu, cs, cs + 8, 0, attr::L);
        regs::set_eflags(cpu, flags & !fmask & !bit::RF);
        step_by_new_flags(cpu);
        return Ok(target);
    }
    cpu.set_reg(state::RCX, ip & 0xffff_ffff);
    enter(cpu, cs, cs + 8, 0, attr::D);
    regs::set_eflags(cpu, flags & !(bit::IF | bit::RF | bit::VM));
    Ok(star & 0xffff_ffff)
}

/// SYSRET: whether the operand has 64 bits.
pub(crate) fn sysret(cpu: &mut Cpu, [wide, ..]: [u64; 4]) -> Out {
    if cpu.state.efer & bit::SCE == 0 {
        return Err(Fault::UD);
    }
    if cpu.state.cpl != 0 || cpu.state.cr0 & bit::PE == 0 {
        return Err(Fault::GP0);
    }
    let base = (cpu.state.syscall[0] >> 48) as u16;
    let rcx = cpu.reg(state::RCX);
    let long = cpu.state.efer & bit::LMA != 0;
    let r11 = cpu.reg(state::r(11));
    let target = if wide != 0 {
        if !canonical(cpu, rcx) {
            return Err(Fault::GP0);
        }
        enter(cpu, (base + 16) | 3, (base + 8) | 3, 3, attr::L);
        rcx
    } else {
        enter(cpu, base | 3, (base + 8) | 3, 3, attr::D);
        rcx & 0xffff_ffff
    };
    if long {
        regs::set_eflags(cpu, r11 & !(bit::RF | bit::VM));
        step_by_new_flags(cpu);
    } else {
        cpu.state.eflags |= bit::IF;
    }
    Ok(target)
}

/// SYSENTER.
pub(crate) fn sysenter(cpu: &mut Cpu, _: [u64; 4]) -> Out {
    let [cs, esp, eip] = cpu.state.sysenter;
    if cs as u16 & !3 == 0 || cpu.state.cr0 & bit::PE == 0 {
        return Err(Fault::GP0);
    }
    let long = cpu.state.efer & bit::LMA != 0;
    cpu.state.eflags &= !(bit::VM | bit::IF | bit::RF);
    let cs = cs as u16 & !3;
    enter(cpu, cs, cs + 8, 0, if long { attr::L } else { attr::D });
    let narrow = |v: u64| if long { v } else { v & 0xffff_ffff };
    cpu.set_reg(state::RSP, narrow(esp));
    Ok(narrow(eip))
}

/// SYSEXIT: whether the operand has 64 bits.
pub(crate) fn sysexit(cpu: &mut Cpu, [wide, ..]: [u64; 4]) -> Out {
    let cs = cpu.state.sysenter[0] as u16 & !3;
    if cs == 0 || cpu.state.cpl != 0 || cpu.state.cr0 & bit::PE == 0 {
        return Err(Fault::GP0);
    }
    let (rcx, rdx) = (cpu.reg(state::RCX), cpu.reg(state::RDX));
    if wide != 0 {
        enter(cpu, (cs + 32) | 3, (cs + 40) | 3, 3, attr::L);
        cpu.set_reg(state::RSP, rcx);
        return Ok(rdx);
    }
    enter(cpu, (cs + 16) | 3, (cs + 24) | 3, 3, attr::D);
    cpu.set_reg(state::RSP, rcx & 0xffff_ffff);
    Ok(rdx & 0xffff_ffff)
}
