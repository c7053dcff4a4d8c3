//! Virtual-8086 mode's flags and interrupts, and protected-mode virtual interrupts (SDM volume 3B, "Virtual-8086 Mode Extensions").

use uop::{Mem, Width};

use crate::regs;
use crate::seg;
use crate::state::{self, bit, sreg};
use crate::trap::{Cpu, Fault, Out};

/// Whether IOPL is below 3 in virtual-8086 mode: flags and interrupts need help or the monitor.
pub(crate) fn is_held(cpu: &Cpu) -> bool {
    let s = &cpu.state;
    s.cr0 & bit::PE != 0 && s.eflags & bit::VM != 0 && s.eflags & bit::IOPL != bit::IOPL
}

/// Whether CR4.VME helps.
pub(crate) fn is_helped(cpu: &Cpu) -> bool {
    cpu.state.cr4 & bit::VME != 0
}

/// Sets or clears VIF for STI and CLI; a pending virtual interrupt goes to the monitor.
pub(crate) fn set_vif(cpu: &mut Cpu, on: bool) -> Out {
    let s = &mut cpu.state;
    if on && s.eflags & bit::VIP != 0 {
        return Err(Fault::GP0);
    }
    s.eflags = s.eflags & !bit::VIF | if on { bit::VIF } else { 0 };
    Ok(0)
}

/// The flags as PUSHF and INT n show them while VIF stands for IF.
pub(crate) fn shown(flags: u64) -> u64 {
    let vif = if flags & bit::VIF != 0 { bit::IF } else { 0 };
    flags & !bit::IF | vif | bit::IOPL
}

/// Takes over 16 bits of flags from POPF and IRET while VIF stands for IF.
///
/// # Errors
/// #GP for TF, and for IF when a virtual interrupt is pending.
pub(crate) fn take_flags(cpu: &mut Cpu, value: u64) -> Result<(), Fault> {
    let old = regs::eflags(cpu);
    if value & bit::TF != 0 || value & bit::IF != 0 && old & bit::VIP != 0 {
        return Err(Fault::GP0);
    }
    let mask = bit::ARITH | bit::DF | bit::NT | bit::TF;
    let vif = if value & bit::IF != 0 { bit::VIF } else { 0 };
    regs::set_eflags(cpu, old & !mask & !bit::VIF & !bit::RF | value & mask | vif);
    Ok(())
}

/// INT n in virtual-8086 mode with CR4.VME: whether the TSS's redirection bitmap sends it to the 8086 program's own handler.
pub(crate) fn redirects(cpu: &mut Cpu, vector: u8) -> Result<bool, Fault> {
    let (base, limit) = (cpu.state.tr.base, u64::from(cpu.state.tr.limit));
    let map = cpu.load(base.wrapping_add(0x66), seg::system_mem(Width::W16))?;
    let at = map.wrapping_sub(32) + u64::from(vector / 8);
    if map < 32 || at > limit {
        return Err(Fault::GP0);
    }
    let byte = cpu.load(base.wrapping_add(at), seg::system_mem(Width::W8))?;
    Ok(byte >> (vector & 7) & 1 == 0)
}

/// Enters the 8086 program's handler; `next` is the offset to come back to.
pub(crate) fn interrupt(cpu: &mut Cpu, vector: u8, next: u64) -> Result<(), Fault> {
    let held = is_held(cpu);
    let entry = cpu.load(u64::from(vector) * 4, Mem::le(Width::W32))?;
    let flags = regs::eflags(cpu);
    let pushed = if held { shown(flags) } else { flags };
    let words = [pushed, cpu.state.seg[sreg::CS].selector.into(), next];
    let sp = cpu.reg(state::RSP);
    for (n, word) in (1..).zip(words) {
        let offset = sp.wrapping_sub(2 * n) & 0xffff;
        let at = seg::linear(cpu, sreg::SS, offset, 2, true)?;
        cpu.store(at, word & 0xffff, Mem::le(Width::W16))?;
    }
    cpu.set_reg(state::RSP, sp & !0xffff | sp.wrapping_sub(6) & 0xffff);
    cpu.state.eflags &= !(bit::TF | bit::RF | if held { bit::VIF } else { bit::IF });
    seg::set_real(cpu, sreg::CS, (entry >> 16) as u16);
    let pc = cpu.reg(state::base(sreg::CS)).wrapping_add(entry & 0xffff);
    cpu.set_pc(pc);
    Ok(())
}
