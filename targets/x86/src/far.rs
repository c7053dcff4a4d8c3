//! Far transfers: entry of handlers, IRET, far jumps, calls and returns, task switches (SDM volume 3A, "Interrupt and Exception
//! Handling", "Protection", "Task Management").

use uop::Width;

use crate::mmu::canonical;
use crate::mmu::space;
use crate::regs;
use crate::seg::{self, Descriptor, coded};
use crate::stack::Stack;
use crate::state::{self, Seg, attr, bit, sreg};
use crate::trap::{Cpu, Event, Fault, Out, vector};

const fn width(size: u64) -> Width {
    match size {
        1 => Width::W16,
        2 => Width::W32,
        _ => Width::W64,
    }
}

/// Enters the handler of an event.
pub(crate) fn enter(cpu: &mut Cpu, e: Event) -> Result<(), Fault> {
    if cpu.state.cr0 & bit::PE == 0 {
        return enter_real(cpu, e);
    }
    let long = cpu.state.efer & bit::LMA != 0;
    let code = u32::from(e.vector) * 8 + 2;
    let at = u64::from(e.vector) * if long { 16 } else { 8 };
    if at + if long { 15 } else { 7 } > u64::from(cpu.state.idt_limit) {
        return Err(Fault::coded(vector::GP, code));
    }
    let at = cpu.state.idt_base.wrapping_add(at);
    let gate = cpu.load(at, seg::system_mem(Width::W64))?;
    let high = if long { cpu.load(at + 8, seg::system_mem(Width::W64))? } else { 0 };
    let kind = gate >> 40 & 31;
    let known = if long { kind & !1 == 14 } else { matches!(kind, 5 | 6 | 7 | 14 | 15) };
    if !known || e.software && (gate >> 45 & 3) < u64::from(cpu.state.cpl) {
        return Err(Fault::coded(vector::GP, code));
    }
    if gate >> 47 & 1 == 0 {
        return Err(Fault::coded(vector::NP, code));
    }
    let selector = (gate >> 16) as u16;
    if kind == 5 {
        let next = regs::ip_of(cpu, e.pc);
        let to = crate::task::switch(cpu, selector, crate::task::How::Call, next)?;
        cpu.set_pc(to.pc);
        if let Some(error) = e.error.filter(|_| !to.faulted) {
            let w = if cpu.state.tr.kind() & 8 != 0 { Width::W32 } else { Width::W16 };
            let mut stack = Stack::now(cpu);
            stack.push(cpu, error.into(), w)?;
            stack.commit(cpu);
        }
        return Ok(());
    }
    let w = if long {
        Width::W64
    } else if kind & 8 != 0 {
        Width::W32
    } else {
        Width::W16
    };
    let offset = gate & 0xffff | if w == Width::W16 { 0 } else { gate >> 32 & 0xffff_0000 } | high << 32;
    let ist = if long { gate >> 32 & 7 } else { 0 };
    let trap = kind & 1 != 0;
    through_gate(cpu, e, selector, offset, w, ist, trap)
}

fn enter_real(cpu: &mut Cpu, e: Event) -> Result<(), Fault> {
    let at = u64::from(e.vector) * 4;
    if at + 3 > u64::from(cpu.state.idt_limit) {
        return Err(Fault::coded(vector::GP, u32::from(e.vector) * 8 + 2));
    }
    let entry = cpu.load(cpu.state.idt_base.wrapping_add(at), seg::system_mem(Width::W32))?;
    let mut stack = Stack::now(cpu);
    let flags = regs::eflags(cpu);
    stack.push(cpu, flags, Width::W16)?;
    stack.push(cpu, cpu.state.seg[sreg::CS].selector.into(), Width::W16)?;
    stack.push(cpu, regs::ip_of(cpu, e.pc), Width::W16)?;
    stack.commit(cpu);
    cpu.state.eflags &= !(bit::IF | bit::TF | bit::AC | bit::RF);
    seg::set_paragraph(cpu, (entry >> 16) as u16);
    cpu.set_pc(cpu.reg(state::base(sreg::CS)) + (entry & 0xffff));
    Ok(())
}

/// The code descriptor that a gate names, with its privilege checked against `cpl`.
fn gate_code(cpu: &mut Cpu, selector: u16) -> Result<Descriptor, Fault> {
    if selector & !3 == 0 {
        return Err(Fault::GP0);
    }
    let d = seg::read(cpu, selector, vector::GP)?;
    let a = d.attr();
    let long = cpu.state.efer & bit::LMA != 0;
    let bad = a & (attr::S | attr::CODE) != attr::S | attr::CODE
        || (a >> 5 & 3) as u8 > cpu.state.cpl
        || long && a & (attr::L | attr::D) != attr::L;
    if bad {
        return Err(coded(vector::GP, selector));
    }
    if a & attr::P == 0 {
        return Err(coded(vector::NP, selector));
    }
    Ok(d)
}

/// SS and SP of privilege `dpl` from the TSS; the descriptor is checked.
fn inner_stack(cpu: &mut Cpu, dpl: u8) -> Result<(u16, Descriptor, Stack), Fault> {
    let tr = cpu.state.tr;
    let wide = tr.kind() & 8 != 0;
    let (n, fault) = (u64::from(dpl), coded(vector::TS, tr.selector));
    let (at, size) = if wide { (4 + n * 8, 8) } else { (2 + n * 4, 4) };
    if at + size - 1 > u64::from(tr.limit) {
        return Err(fault);
    }
    let word = |cpu: &mut Cpu, at: u64, w| cpu.load(tr.base.wrapping_add(at), seg::system_mem(w));
    let (sp, ss) = if wide {
        (word(cpu, at, Width::W32)?, word(cpu, at + 4, Width::W16)?)
    } else {
        (word(cpu, at, Width::W16)?, word(cpu, at + 2, Width::W16)?)
    };
    let selector = ss as u16;
    if selector & !3 == 0 {
        return Err(coded(vector::TS, selector));
    }
    let d = seg::read(cpu, selector, vector::TS)?;
    let a = d.attr();
    let wrong = a & (attr::S | attr::CODE | attr::W) != attr::S | attr::W;
    if wrong || selector & 3 != u16::from(dpl) || a >> 5 & 3 != u16::from(dpl) {
        return Err(coded(vector::TS, selector));
    }
    if a & attr::P == 0 {
        return Err(coded(vector::SS, selector));
    }
    let mask = if a & attr::D != 0 { 0xffff_ffff } else { 0xffff };
    let limits = Some((d.seg(selector), u32::from(selector & !3)));
    Ok((selector, d, Stack { sp, base: d.seg(0).base, mask, space: space::SYSTEM, limits }))
}

/// A stack pointer of long mode's TSS: 0 to 2 for privileges, 4 to 10 for IST 1 to 7.
fn long_stack(cpu: &mut Cpu, slot: u64) -> Result<u64, Fault> {
    let tr = cpu.state.tr;
    let at = 4 + slot * 8;
    if at + 7 > u64::from(tr.limit) {
        return Err(coded(vector::TS, tr.selector));
    }
    let sp = cpu.load(tr.base.wrapping_add(at), seg::system_mem(Width::W64))?;
    if canonical(cpu, sp) { Ok(sp) } else { Err(Fault::coded(vector::SS, 0)) }
}

fn through_gate(
    cpu: &mut Cpu,
    e: Event,
    selector: u16,
    offset: u64,
    w: Width,
    ist: u64,
    trap: bool,
) -> Result<(), Fault> {
    let d = gate_code(cpu, selector)?;
    let long = w == Width::W64;
    let (cpl, dpl) = (cpu.state.cpl, (d.attr() >> 5 & 3) as u8);
    let conforming = d.attr() & attr::E != 0;
    let was_virtual = cpu.state.eflags & bit::VM != 0;
    let inner = !conforming && dpl < cpl;
    if was_virtual && (conforming || dpl != 0) {
        return Err(coded(vector::GP, selector));
    }
    check_limit(cpu, d, offset)?;
    let new_cpl = if conforming { cpl } else { dpl };
    let mut new_ss = None;
    let mut stack = if long {
        let sp = if ist != 0 {
            long_stack(cpu, ist + 3)?
        } else if inner {
            long_stack(cpu, dpl.into())?
        } else {
            cpu.reg(state::RSP)
        };
        if inner {
            new_ss = Some((u16::from(new_cpl), None));
        }
        let space = if new_cpl == 3 { space::USER } else { space::SYSTEM };
        Stack::long(sp & !15, space)
    } else if inner {
        let (ss, d, stack) = inner_stack(cpu, dpl)?;
        new_ss = Some((ss, Some(d)));
        stack
    } else {
        Stack::now(cpu)
    };
    let flags = regs::eflags(cpu) | if e.rf { bit::RF } else { 0 };
    if was_virtual {
        for n in [sreg::GS, sreg::FS, sreg::DS, sreg::ES] {
            stack.push(cpu, cpu.state.seg[n].selector.into(), w)?;
        }
    }
    if inner || long {
        stack.push(cpu, cpu.state.seg[sreg::SS].selector.into(), w)?;
        stack.push(cpu, cpu.reg(state::RSP), w)?;
    }
    stack.push(cpu, flags, w)?;
    stack.push(cpu, cpu.state.seg[sreg::CS].selector.into(), w)?;
    stack.push(cpu, regs::ip_of(cpu, e.pc), w)?;
    if let Some(error) = e.error {
        stack.push(cpu, error.into(), w)?;
    }
    let d = seg::touch(cpu, selector, d)?;
    if was_virtual {
        for n in [sreg::GS, sreg::FS, sreg::DS, sreg::ES] {
            seg::set(cpu, n, Seg::default());
        }
    }
    match new_ss {
        Some((ss, Some(d))) => seg::set(cpu, sreg::SS, d.seg(ss)),
        Some((ss, None)) => {
            let attr = 0x93 | u16::from(new_cpl) << 5 | attr::D;
            seg::set(cpu, sreg::SS, Seg { selector: ss, limit: u32::MAX, attr, base: 0 });
        }
        None => {}
    }
    let masked = if trap { 0 } else { bit::IF };
    cpu.state.eflags &= !(bit::TF | bit::VM | bit::RF | bit::NT | masked);
    stack.commit(cpu);
    seg::set_cs(cpu, selector, d, new_cpl);
    let pc = cpu.reg(state::base(sreg::CS)).wrapping_add(offset);
    cpu.set_pc(if long { pc } else { pc & 0xffff_ffff });
    Ok(())
}

/// The linear address of an offset in the code segment, now that it is loaded.
fn go(cpu: &Cpu, ip: u64) -> u64 {
    if seg::is_64(cpu) { ip } else { cpu.reg(state::base(sreg::CS)).wrapping_add(ip) & 0xffff_ffff }
}

/// The checks of a code segment that a far jump or call names directly.
fn direct_code(cpu: &mut Cpu, selector: u16, d: Descriptor) -> Result<(), Fault> {
    let a = d.attr();
    let (dpl, cpl, rpl) = ((a >> 5 & 3) as u8, cpu.state.cpl, (selector & 3) as u8);
    let bad = if a & attr::E != 0 { dpl > cpl } else { rpl > cpl || dpl != cpl };
    if bad || cpu.state.efer & bit::LMA != 0 && a & (attr::L | attr::D) == attr::L | attr::D {
        return Err(coded(vector::GP, selector));
    }
    if a & attr::P == 0 { Err(coded(vector::NP, selector)) } else { Ok(()) }
}

fn check_limit(cpu: &Cpu, d: Descriptor, ip: u64) -> Result<(), Fault> {
    let s = d.seg(0);
    let long = cpu.state.efer & bit::LMA != 0 && s.is(attr::L);
    let bad = if long { !canonical(cpu, ip) } else { ip > u64::from(s.limit) };
    if bad { Err(Fault::GP0) } else { Ok(()) }
}

/// Far JMP: selector, offset, size, next address; the linear address to go on at.
pub(crate) fn jump(cpu: &mut Cpu, [selector, ip, _, next]: [u64; 4]) -> Out {
    let selector = selector as u16;
    if seg::is_real(cpu) {
        if ip > u64::from(cpu.state.seg[sreg::CS].limit) {
            return Err(Fault::GP0);
        }
        seg::set_real(cpu, sreg::CS, selector);
        return Ok(go(cpu, ip));
    }
    if selector & !3 == 0 {
        return Err(Fault::GP0);
    }
    let d = seg::read(cpu, selector, vector::GP)?;
    if d.attr() & attr::S == 0 {
        return system_target(cpu, selector, d, next, None);
    }
    if d.attr() & attr::CODE == 0 {
        return Err(coded(vector::GP, selector));
    }
    direct_code(cpu, selector, d)?;
    check_limit(cpu, d, ip)?;
    let d = seg::touch(cpu, selector, d)?;
    seg::set_cs(cpu, selector, d, cpu.state.cpl);
    Ok(go(cpu, ip))
}

/// Far CALL: selector, offset, size, next address; the linear address to go on at.
pub(crate) fn call(cpu: &mut Cpu, [selector, ip, size, next]: [u64; 4]) -> Out {
    let (selector, w) = (selector as u16, width(size));
    let back = regs::ip_of(cpu, next);
    let cs = u64::from(cpu.state.seg[sreg::CS].selector);
    let mut stack = Stack::now(cpu);
    if seg::is_real(cpu) {
        if ip > u64::from(cpu.state.seg[sreg::CS].limit) {
            return Err(Fault::GP0);
        }
        stack.push(cpu, cs, w)?;
        stack.push(cpu, back, w)?;
        stack.commit(cpu);
        seg::set_real(cpu, sreg::CS, selector);
        return Ok(go(cpu, ip));
    }
    if selector & !3 == 0 {
        return Err(Fault::GP0);
    }
    let d = seg::read(cpu, selector, vector::GP)?;
    if d.attr() & attr::S == 0 {
        return system_target(cpu, selector, d, next, Some(back));
    }
    if d.attr() & attr::CODE == 0 {
        return Err(coded(vector::GP, selector));
    }
    direct_code(cpu, selector, d)?;
    check_limit(cpu, d, ip)?;
    stack.push(cpu, cs, w)?;
    stack.push(cpu, back, w)?;
    let d = seg::touch(cpu, selector, d)?;
    stack.commit(cpu);
    seg::set_cs(cpu, selector, d, cpu.state.cpl);
    Ok(go(cpu, ip))
}

/// A far jump or call (then with the offset to come back to) to a gate or task.
fn system_target(cpu: &mut Cpu, selector: u16, d: Descriptor, next: u64, back: Option<u64>) -> Out {
    let a = d.attr();
    let (dpl, rpl) = ((a >> 5 & 3) as u8, (selector & 3) as u8);
    let long = cpu.state.efer & bit::LMA != 0;
    let fault = coded(vector::GP, selector);
    let kind = a & 15;
    let known: &[u16] = if long { &[12] } else { &[1, 4, 5, 9, 12] };
    if !known.contains(&kind) || dpl < cpu.state.cpl || dpl < rpl {
        return Err(fault);
    }
    if a & attr::P == 0 {
        return Err(coded(vector::NP, selector));
    }
    let how = if back.is_some() { crate::task::How::Call } else { crate::task::How::Jump };
    match kind {
        1 | 9 => {
            let next = regs::ip_of(cpu, next);
            crate::task::switch(cpu, selector, how, next).map(|to| to.pc)
        }
        5 => {
            let next = regs::ip_of(cpu, next);
            crate::task::switch(cpu, (d.0 >> 16) as u16, how, next).map(|to| to.pc)
        }
        _ => call_gate(cpu, selector, d, back),
    }
}

fn call_gate(cpu: &mut Cpu, gate: u16, d: Descriptor, back: Option<u64>) -> Out {
    let long = cpu.state.efer & bit::LMA != 0;
    let w = if long {
        Width::W64
    } else if d.attr() & 8 != 0 {
        Width::W32
    } else {
        Width::W16
    };
    let mut offset = d.0 & 0xffff | if w == Width::W16 { 0 } else { d.0 >> 32 & 0xffff_0000 };
    if long {
        let at = seg::descriptor_address(cpu, gate, 16).ok_or(coded(vector::GP, gate))?;
        offset |= cpu.load(at + 8, seg::system_mem(Width::W64))? << 32;
    }
    let selector = (d.0 >> 16) as u16;
    let code = gate_code(cpu, selector)?;
    let dpl = (code.attr() >> 5 & 3) as u8;
    let conforming = code.attr() & attr::E != 0;
    let cpl = cpu.state.cpl;
    let Some(back) = back else {
        if !conforming && dpl != cpl {
            return Err(coded(vector::GP, selector));
        }
        check_limit(cpu, code, offset)?;
        seg::set_cs(cpu, selector, code, cpl);
        return Ok(go(cpu, offset));
    };
    check_limit(cpu, code, offset)?;
    let (cs, ss) = (cpu.state.seg[sreg::CS].selector, cpu.state.seg[sreg::SS].selector);
    let old_sp = cpu.reg(state::RSP);
    let mut stack = Stack::now(cpu);
    let mut new_ss = None;
    if !conforming && dpl < cpl {
        let mut old = stack;
        if long {
            stack = Stack::long(long_stack(cpu, dpl.into())?, space::SYSTEM);
            let attr = 0x93 | u16::from(dpl) << 5 | attr::D;
            new_ss = Some(Seg { selector: dpl.into(), limit: u32::MAX, attr, base: 0 });
        } else {
            let (selector, d, inner) = inner_stack(cpu, dpl)?;
            stack = inner;
            new_ss = Some(d.seg(selector));
        }
        stack.push(cpu, ss.into(), w)?;
        stack.push(cpu, old_sp, w)?;
        let count = if long { 0 } else { d.0 >> 32 & 31 };
        let words: Result<Vec<u64>, Fault> = (0..count).map(|_| old.pop(cpu, w)).collect();
        for word in words?.into_iter().rev() {
            stack.push(cpu, word, w)?;
        }
    }
    stack.push(cpu, cs.into(), w)?;
    stack.push(cpu, back, w)?;
    if let Some(ss) = new_ss {
        seg::set(cpu, sreg::SS, ss);
    }
    stack.commit(cpu);
    let new_cpl = if conforming { cpl } else { dpl };
    seg::set_cs(cpu, selector, code, new_cpl);
    Ok(go(cpu, offset))
}

/// Far RET: size, bytes to drop; the linear address to go on at.
pub(crate) fn ret(cpu: &mut Cpu, [size, drop, ..]: [u64; 4]) -> Out {
    let w = width(size);
    let mut stack = Stack::now(cpu);
    let ip = stack.pop(cpu, w)?;
    let cs = stack.pop(cpu, w)? as u16;
    if seg::is_real(cpu) {
        stack.sp = stack.sp.wrapping_add(drop);
        if ip > u64::from(cpu.state.seg[sreg::CS].limit) {
            return Err(Fault::GP0);
        }
        stack.commit(cpu);
        seg::set_real(cpu, sreg::CS, cs);
        return Ok(go(cpu, ip));
    }
    outer(cpu, stack, cs, ip, w, drop, None)
}

/// IRET: size, next address; the linear address to go on at.
pub(crate) fn iret(cpu: &mut Cpu, [size, next, ..]: [u64; 4]) -> Out {
    let w = width(size);
    let mut stack = Stack::now(cpu);
    let was_virtual = cpu.state.cr0 & bit::PE != 0 && cpu.state.eflags & bit::VM != 0;
    let held = crate::vme::is_held(cpu);
    if held && !(crate::vme::is_helped(cpu) && w == Width::W16) {
        return Err(Fault::GP0);
    }
    cpu.state.nmi_masked = false;
    if cpu.state.cr0 & bit::PE != 0 && !was_virtual && cpu.state.eflags & bit::NT != 0 {
        if cpu.state.efer & bit::LMA != 0 {
            return Err(Fault::GP0);
        }
        return crate::task::back(cpu, next);
    }
    let ip = stack.pop(cpu, w)?;
    let cs = stack.pop(cpu, w)? as u16;
    let flags = stack.pop(cpu, w)?;
    if seg::is_real(cpu) {
        if ip > u64::from(cpu.state.seg[sreg::CS].limit) {
            return Err(Fault::GP0);
        }
        if held {
            crate::vme::take_flags(cpu, flags)?;
        } else {
            load_flags(cpu, flags, w, if was_virtual { 3 } else { 0 }, !was_virtual);
        }
        stack.commit(cpu);
        seg::set_real(cpu, sreg::CS, cs);
        return Ok(go(cpu, ip));
    }
    if flags & bit::VM != 0 && w == Width::W32 && cpu.state.cpl == 0 && cpu.state.efer & bit::LMA == 0 {
        return to_virtual(cpu, stack, cs, ip, flags);
    }
    outer(cpu, stack, cs, ip, w, 0, Some(flags))
}

/// The flags that IRET takes over at privilege `cpl`.
fn load_flags(cpu: &mut Cpu, flags: u64, w: Width, cpl: u8, iopl: bool) {
    let mut mask = bit::ARITH | bit::DF | bit::TF | bit::NT | bit::RF | bit::AC | bit::ID;
    if iopl && cpl == 0 {
        mask |= bit::IOPL;
    }
    if cpl <= (cpu.state.eflags >> 12 & 3) as u8 {
        mask |= bit::IF;
    }
    if cpl == 0 {
        mask |= bit::VIF | bit::VIP;
    }
    if w == Width::W16 {
        mask &= 0xffff;
    }
    let old = regs::eflags(cpu);
    regs::set_eflags(cpu, old & !mask | flags & mask);
}

fn to_virtual(cpu: &mut Cpu, mut stack: Stack, cs: u16, ip: u64, flags: u64) -> Out {
    // SDM volume 2A, IRET, "RETURN-TO-VIRTUAL-8086-MODE": the limit is that of the 8086 program's segment.
    if ip > 0xffff {
        return Err(Fault::GP0);
    }
    let sp = stack.pop(cpu, Width::W32)?;
    let mut list = [0; 5];
    for slot in &mut list {
        *slot = stack.pop(cpu, Width::W32)? as u16;
    }
    regs::set_eflags(cpu, flags);
    cpu.state.cpl = 3;
    let names = [sreg::SS, sreg::ES, sreg::DS, sreg::FS, sreg::GS];
    for (n, selector) in names.into_iter().zip(list) {
        seg::set_real(cpu, n, selector);
    }
    seg::set_real(cpu, sreg::CS, cs);
    cpu.set_reg(state::RSP, sp);
    Ok(go(cpu, ip))
}

/// A far return or IRET (then with flags) in protected mode, to the same or an outer privilege.
fn outer(cpu: &mut Cpu, mut stack: Stack, cs: u16, ip: u64, w: Width, drop: u64, flags: Option<u64>) -> Out {
    if cs & !3 == 0 {
        return Err(Fault::GP0);
    }
    let d = seg::read(cpu, cs, vector::GP)?;
    let a = d.attr();
    let (dpl, rpl, cpl) = ((a >> 5 & 3) as u8, (cs & 3) as u8, cpu.state.cpl);
    let conforming = a & attr::E != 0;
    let bad = a & (attr::S | attr::CODE) != attr::S | attr::CODE
        || rpl < cpl
        || if conforming { dpl > rpl } else { dpl != rpl };
    if bad {
        return Err(coded(vector::GP, cs));
    }
    if a & attr::P == 0 {
        return Err(coded(vector::NP, cs));
    }
    check_limit(cpu, d, ip)?;
    stack.sp = stack.sp.wrapping_add(drop);
    let from_64 = seg::is_64(cpu);
    let mut new_stack = None;
    if rpl != cpl || flags.is_some() && from_64 {
        let sp = stack.pop(cpu, w)?;
        let ss = stack.pop(cpu, w)? as u16;
        let to_64 = a & attr::L != 0 && cpu.state.efer & bit::LMA != 0;
        let seg_ss = if ss & !3 == 0 {
            if !to_64 || rpl == 3 {
                return Err(Fault::GP0);
            }
            Seg { selector: ss, limit: u32::MAX, attr: 0x93 | u16::from(rpl) << 5 | attr::D, base: 0 }
        } else {
            let d = seg::read(cpu, ss, vector::GP)?;
            let sa = d.attr();
            let wrong = sa & (attr::S | attr::CODE | attr::W) != attr::S | attr::W;
            if wrong || ss & 3 != u16::from(rpl) || sa >> 5 & 3 != u16::from(rpl) {
                return Err(coded(vector::GP, ss));
            }
            if sa & attr::P == 0 {
                return Err(coded(vector::SS, ss));
            }
            seg::touch(cpu, ss, d)?.seg(ss)
        };
        new_stack = Some((sp, seg_ss, to_64));
    }
    let d = seg::touch(cpu, cs, d)?;
    if let Some(flags) = flags {
        load_flags(cpu, flags, w, cpl, true);
    }
    seg::set_cs(cpu, cs, d, rpl);
    match new_stack {
        Some((sp, ss, to_64)) => {
            seg::set(cpu, sreg::SS, ss);
            let mask = match (to_64, ss.is(attr::D)) {
                (true, _) => u64::MAX,
                (_, true) => 0xffff_ffff,
                _ => 0xffff,
            };
            let drop = if rpl != cpl { drop } else { 0 };
            Stack { mask, ..Stack::long(sp.wrapping_add(drop), 0) }.commit(cpu);
            if rpl != cpl {
                seg::drop_data(cpu, rpl);
            }
        }
        None => stack.commit(cpu),
    }
    Ok(go(cpu, ip))
}
