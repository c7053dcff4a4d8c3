//! Task switches (SDM volume 3A, "Task Management"), 16 and 32 bits.

use uop::{Mem, Width};

use crate::regs;
use crate::seg::{self, Descriptor, coded};
use crate::state::{self, Seg, attr, bit, sreg};
use crate::trap::{Cpu, Fault, Out, vector};

/// What causes a switch.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum How {
    /// CALL, an interrupt or exception: the new task links back.
    Call,
    /// JMP.
    Jump,
    /// IRET.
    Return,
}

/// Order of segment registers in a TSS.
const ORDER: [usize; 6] = [sreg::ES, sreg::CS, sreg::SS, sreg::DS, sreg::FS, sreg::GS];
/// Their places there, in the order in which they are loaded behind CS ("Exception Conditions Checked During a Task Switch").
const LOADED: [usize; 5] = [2, 0, 3, 4, 5];

fn mem(w: Width) -> Mem {
    seg::system_mem(w)
}

/// #VMEXIT for a task switch, where a guest's host wants it (AMD64 Architecture Programmer's Manual, volume 2, "Task Switch Intercept").
fn intercept(cpu: &Cpu, selector: u16, how: How) -> Result<(), Fault> {
    let Some(Fault::Exit { code, .. }) = crate::svm::event(cpu, 0x7d) else { return Ok(()) };
    let why = match how {
        How::Call => 0,
        How::Jump => 1 << 38,
        How::Return => 1 << 36,
    };
    Err(Fault::Exit { code, info: [selector.into(), why] })
}

/// IRET with NT set: back to the task that is linked. `next` is the linear address behind the instruction, where this task goes on.
pub(crate) fn back(cpu: &mut Cpu, next: u64) -> Out {
    let link = cpu.load(cpu.state.tr.base, mem(Width::W16))? as u16;
    let ip = regs::ip_of(cpu, next);
    switch(cpu, link, How::Return, ip).map(|to| to.pc)
}

fn set_busy(cpu: &mut Cpu, selector: u16, busy: bool) -> Result<(), Fault> {
    let at = cpu.state.gdt_base.wrapping_add(u64::from(selector & !7) + 5);
    let byte = cpu.load(at, mem(Width::W8))?;
    cpu.store(at, if busy { byte | 2 } else { byte & !2 }, mem(Width::W8))
}

/// Saves the current task's registers in its TSS.
fn save(cpu: &mut Cpu, ip: u64, flags: u64) -> Result<(), Fault> {
    let tr = cpu.state.tr;
    if tr.kind() & 8 != 0 {
        cpu.store(tr.base + 0x20, ip, mem(Width::W32))?;
        cpu.store(tr.base + 0x24, flags, mem(Width::W32))?;
        for n in 0..8 {
            cpu.store(tr.base + 0x28 + 4 * u64::from(n), cpu.reg(state::r(n)) & 0xffff_ffff, mem(Width::W32))?;
        }
        for (n, s) in ORDER.into_iter().enumerate() {
            cpu.store(tr.base + 0x48 + 4 * n as u64, cpu.state.seg[s].selector.into(), mem(Width::W16))?;
        }
    } else {
        cpu.store(tr.base + 0x0e, ip & 0xffff, mem(Width::W16))?;
        cpu.store(tr.base + 0x10, flags & 0xffff, mem(Width::W16))?;
        for n in 0..8 {
            cpu.store(tr.base + 0x12 + 2 * u64::from(n), cpu.reg(state::r(n)) & 0xffff, mem(Width::W16))?;
        }
        for (n, s) in ORDER.into_iter().take(4).enumerate() {
            cpu.store(tr.base + 0x22 + 2 * n as u64, cpu.state.seg[s].selector.into(), mem(Width::W16))?;
        }
    }
    Ok(())
}

/// What a TSS says.
struct Image {
    cr3: u64,
    ip: u64,
    flags: u64,
    regs: [u64; 8],
    segs: [u16; 6],
    ldt: u16,
}

fn load(cpu: &mut Cpu, tss: &Seg) -> Result<Image, Fault> {
    let wide = tss.kind() & 8 != 0;
    let w = if wide { Width::W32 } else { Width::W16 };
    let word = |cpu: &mut Cpu, at: u64| cpu.load(tss.base + at, mem(w));
    let mut regs = [0; 8];
    for (n, r) in regs.iter_mut().enumerate() {
        let at = n as u64 * u64::from(w.bytes()) + if wide { 0x28 } else { 0x12 };
        *r = word(cpu, at)? | if wide { 0 } else { 0xffff_0000 };
    }
    let mut segs = [0; 6];
    for (n, s) in segs.iter_mut().enumerate().take(if wide { 6 } else { 4 }) {
        *s = word(cpu, n as u64 * u64::from(w.bytes()) + if wide { 0x48 } else { 0x22 })? as u16;
    }
    Ok(Image {
        cr3: if wide { word(cpu, 0x1c)? } else { 0 },
        ip: word(cpu, if wide { 0x20 } else { 0x0e })?,
        flags: word(cpu, if wide { 0x24 } else { 0x10 })?,
        regs,
        segs,
        ldt: word(cpu, if wide { 0x60 } else { 0x2a })? as u16,
    })
}

/// Where a switch has led to.
pub(crate) struct Switched {
    /// The linear address to go on at.
    pub(crate) pc: u64,
    /// The new task's registers could not be loaded: this is the handler of its fault.
    pub(crate) faulted: bool,
}

/// Switches to the task of a TSS selector; `ip` is where the old task goes on. A fault while the new task's registers are loaded is the new
/// task's ("Task Switching"), before its first instruction; it has been taken, then.
pub(crate) fn switch(cpu: &mut Cpu, selector: u16, how: How, ip: u64) -> Result<Switched, Fault> {
    let image = commit(cpu, selector, how, ip)?;
    match load_segments(cpu, &image) {
        Ok(()) => Ok(Switched { pc: entry(cpu, &image), faulted: false }),
        Err(fault) => {
            let pc = entry(cpu, &image);
            cpu.set_pc(pc);
            crate::trap::deliver(cpu, fault);
            Ok(Switched { pc: cpu.pc(), faulted: true })
        }
    }
}

/// The linear address of a task's next instruction.
fn entry(cpu: &Cpu, image: &Image) -> u64 {
    cpu.reg(state::base(sreg::CS)).wrapping_add(image.ip) & 0xffff_ffff
}

/// All of a switch but segment registers.
fn commit(cpu: &mut Cpu, selector: u16, how: How, ip: u64) -> Result<Image, Fault> {
    intercept(cpu, selector, how)?;
    let wrong = if how == How::Return { vector::TS } else { vector::GP };
    if selector & 4 != 0 {
        return Err(coded(wrong, selector));
    }
    let d = seg::read(cpu, selector, wrong)?;
    let tss = d.seg(selector);
    let busy = if how == How::Return { 2 } else { 0 };
    if tss.is(attr::S) || tss.kind() & 7 != 1 | busy {
        return Err(coded(wrong, selector));
    }
    if !tss.is(attr::P) {
        return Err(coded(vector::NP, selector));
    }
    let wide = tss.kind() & 8 != 0;
    if tss.limit < if wide { 0x67 } else { 0x2b } {
        return Err(coded(vector::TS, selector));
    }
    let image = load(cpu, &tss)?;
    let old = cpu.state.tr;
    let mut flags = regs::eflags(cpu);
    if how == How::Return {
        flags &= !bit::NT;
    }
    save(cpu, ip, flags)?;
    if how != How::Call {
        set_busy(cpu, old.selector, false)?;
    }
    if how == How::Call {
        cpu.store(tss.base, old.selector.into(), mem(Width::W16))?;
    }
    if how != How::Return {
        set_busy(cpu, selector, true)?;
    }
    cpu.state.tr = Seg { attr: tss.attr | 2, ..tss };
    cpu.state.cr0 |= bit::TS;
    if wide && cpu.state.cr0 & bit::PG != 0 {
        cpu.state.cr3 = image.cr3;
        if cpu.state.cr4 & bit::PAE != 0 {
            crate::mmu::load_pdptes(cpu, image.cr3)?;
        }
        cpu.flush_tlb();
    }
    let nt = if how == How::Call { bit::NT } else { 0 };
    let keep = if wide { 0 } else { regs::eflags(cpu) & !0xffff };
    regs::set_eflags(cpu, image.flags | nt | keep);
    for (n, value) in image.regs.into_iter().enumerate() {
        cpu.set_reg(state::r(n as u8), value);
    }
    let trap = wide && cpu.load(tss.base + 0x64, mem(Width::W16))? & 1 != 0;
    crate::debug::task_switch(cpu, trap);
    Ok(image)
}

fn load_segments(cpu: &mut Cpu, image: &Image) -> Result<(), Fault> {
    cpu.state.ldtr = Seg { selector: image.ldt, ..Seg::default() };
    if image.ldt & !3 != 0 {
        let d = seg::read(cpu, image.ldt, vector::TS)?;
        if d.attr() & 0x1f != 2 || d.attr() & attr::P == 0 {
            return Err(coded(vector::TS, image.ldt));
        }
        cpu.state.ldtr = d.seg(image.ldt);
    }
    if cpu.state.eflags & bit::VM != 0 {
        cpu.state.cpl = 3;
        ORDER.into_iter().zip(image.segs).for_each(|(n, s)| seg::set_real(cpu, n, s));
        return Ok(());
    }
    let cs = image.segs[1];
    let d: Descriptor = if cs & !3 == 0 { return Err(coded(vector::TS, cs)) } else { seg::read(cpu, cs, vector::TS)? };
    let (a, rpl) = (d.attr(), cs & 3);
    let dpl = a >> 5 & 3;
    if a & (attr::S | attr::CODE) != attr::S | attr::CODE || if a & attr::E != 0 { dpl > rpl } else { dpl != rpl } {
        return Err(coded(vector::TS, cs));
    }
    if a & attr::P == 0 {
        return Err(coded(vector::NP, cs));
    }
    seg::set_cs(cpu, cs, d, rpl as u8);
    for at in LOADED {
        let loaded = seg::load(cpu, ORDER[at], image.segs[at]);
        loaded.map_err(|f| match f {
            Fault::Exception { vector: vector::GP, error } => Fault::Exception { vector: vector::TS, error },
            other => other,
        })?;
    }
    if image.ip > u64::from(cpu.state.seg[sreg::CS].limit) { Err(Fault::GP0) } else { Ok(()) }
}
