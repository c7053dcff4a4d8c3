//! What system instructions do: ports, control registers, flags, descriptor tables, SYSCALL and SYSENTER.

use bits::Endian;
use uop::Width;

use crate::mmu::{self, PORTS, canonical};
use crate::model::{ALONE, CpuidEnv, Shape, word};
use crate::msr;
use crate::regs;
use crate::seg;
use crate::state::{self, Seg, attr, bit, sreg};
use crate::trap::{Cpu, Fault, Out, vector};
use crate::vme;

/// What [`run`] does; the second argument's meaning stands with each.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u64)]
pub(crate) enum Op {
    Cli,
    Sti,
    Clts,
    /// Nothing but the check of privilege.
    Privileged,
    Clac,
    Stac,
    Cpuid,
    Rdtsc,
    Rdtscp,
    Rdpmc,
    Rdmsr,
    Wrmsr,
    Swapgs,
    Xgetbv,
    Xsetbv,
    Lgdt,
    Lidt,
    /// 0: limit, 1: base.
    Sgdt,
    Sidt,
    /// The address.
    Invlpg,
    /// Selector.
    Lldt,
    Ltr,
    Verr,
    Verw,
    Sldt,
    Str,
    Smsw,
    /// The value.
    Lmsw,
    Random,
    TscAux,
}

const OPS: [Op; 30] = [
    Op::Cli,
    Op::Sti,
    Op::Clts,
    Op::Privileged,
    Op::Clac,
    Op::Stac,
    Op::Cpuid,
    Op::Rdtsc,
    Op::Rdtscp,
    Op::Rdpmc,
    Op::Rdmsr,
    Op::Wrmsr,
    Op::Swapgs,
    Op::Xgetbv,
    Op::Xsetbv,
    Op::Lgdt,
    Op::Lidt,
    Op::Sgdt,
    Op::Sidt,
    Op::Invlpg,
    Op::Lldt,
    Op::Ltr,
    Op::Verr,
    Op::Verw,
    Op::Sldt,
    Op::Str,
    Op::Smsw,
    Op::Lmsw,
    Op::Random,
    Op::TscAux,
];

pub(crate) fn privileged(cpu: &Cpu) -> Result<(), Fault> {
    if cpu.state.cpl == 0 { Ok(()) } else { Err(Fault::GP0) }
}

fn iopl(cpu: &Cpu) -> u8 {
    (cpu.state.eflags >> 12 & 3) as u8
}

fn edx_eax(cpu: &mut Cpu, value: u64) {
    cpu.set_reg(state::RAX, value & 0xffff_ffff);
    cpu.set_reg(state::RDX, value >> 32);
}

fn from_edx_eax(cpu: &Cpu) -> u64 {
    cpu.reg(state::RDX) << 32 | cpu.reg(state::RAX) & 0xffff_ffff
}

/// System instructions: which, argument.
pub(crate) fn run(cpu: &mut Cpu, [which, arg, ..]: [u64; 4]) -> Out {
    let op = OPS[which as usize];
    match op {
        Op::Cli | Op::Sti => return set_if(cpu, op == Op::Sti),
        Op::Cpuid => cpuid(cpu),
        Op::Rdtsc | Op::Rdtscp => {
            if cpu.state.cr4 & bit::TSD != 0 && cpu.state.cpl != 0 {
                return Err(Fault::GP0);
            }
            let tsc = msr::tsc(cpu);
            edx_eax(cpu, tsc);
            if op == Op::Rdtscp {
                cpu.set_reg(state::RCX, cpu.state.tsc_aux & 0xffff_ffff);
            }
        }
        // SDM volume 2B, "RDPMC": there is no such counter, as there is none.
        Op::Rdpmc => return Err(Fault::GP0),
        Op::Xgetbv => {
            if cpu.state.cr4 & bit::OSXSAVE == 0 {
                return Err(Fault::UD);
            }
            let value = match cpu.reg(state::RCX) & 0xffff_ffff {
                0 => cpu.state.xcr0,
                1 if cpu.model().has(word::FD1_EAX, 2) => cpu.state.xcr0 & crate::x87::in_use(cpu),
                _ => return Err(Fault::GP0),
            };
            edx_eax(cpu, value);
        }
        Op::Sgdt | Op::Sidt | Op::Sldt | Op::Str | Op::Smsw
            if cpu.state.cr4 & bit::UMIP != 0 && cpu.state.cpl != 0 && cpu.state.cr0 & bit::PE != 0 =>
        {
            return Err(Fault::GP0);
        }
        Op::Sgdt | Op::Sidt => {
            let (base, limit) = if op == Op::Sgdt {
                (cpu.state.gdt_base, cpu.state.gdt_limit)
            } else {
                (cpu.state.idt_base, cpu.state.idt_limit)
            };
            return Ok(if arg == 0 { limit.into() } else { base });
        }
        Op::Sldt => return Ok(cpu.state.ldtr.selector.into()),
        Op::Str => return Ok(cpu.state.tr.selector.into()),
        Op::Smsw => return Ok(cpu.state.cr0),
        Op::Verr | Op::Verw => return verify(cpu, arg as u16, op == Op::Verw),
        Op::Random => return Ok(random(cpu)),
        Op::TscAux => return Ok(cpu.state.tsc_aux & 0xffff_ffff),
        Op::Xsetbv if cpu.state.cr4 & bit::OSXSAVE == 0 => return Err(Fault::UD),
        _ => {
            privileged(cpu)?;
            return supervisor(cpu, op, arg);
        }
    }
    Ok(0)
}

fn supervisor(cpu: &mut Cpu, op: Op, arg: u64) -> Out {
    match op {
        Op::Clts => cpu.state.cr0 &= !bit::TS,
        Op::Clac => cpu.state.eflags &= !bit::AC,
        Op::Stac => cpu.state.eflags |= bit::AC,
        Op::Rdmsr => {
            let value = msr::read(cpu, cpu.reg(state::RCX) as u32)?;
            edx_eax(cpu, value);
        }
        Op::Wrmsr => {
            let (number, value) = (cpu.reg(state::RCX) as u32, from_edx_eax(cpu));
            msr::write(cpu, number, value)?;
        }
        Op::Swapgs => {
            if !seg::is_64(cpu) {
                return Err(Fault::UD);
            }
            let gs = cpu.reg(state::base(sreg::GS));
            cpu.set_reg(state::base(sreg::GS), cpu.state.kernel_gs_base);
            cpu.state.kernel_gs_base = gs;
        }
        Op::Xsetbv => {
            let value = from_edx_eax(cpu);
            let supported = cpu.model().xsave_components();
            let allowed = value & !supported == 0 && value & 6 != 4 && crate::mpx::agrees(value);
            if cpu.reg(state::RCX) & 0xffff_ffff != 0 || value & 1 == 0 || !allowed {
                return Err(Fault::GP0);
            }
            cpu.state.xcr0 = value;
        }
        Op::Invlpg => cpu.flush_tlb_page(arg),
        Op::Lldt => lldt(cpu, arg as u16)?,
        Op::Ltr => ltr(cpu, arg as u16)?,
        Op::Lmsw => {
            let cr0 = cpu.state.cr0 & !0xe | arg & 0xf | cpu.state.cr0 & 1;
            write_cr0(cpu, cr0)?;
        }
        _ => {}
    }
    Ok(0)
}

fn cpuid(cpu: &mut Cpu) {
    let shape = cpu.shared::<Shape>().unwrap_or(&ALONE);
    let s = &cpu.state;
    let env = CpuidEnv {
        index: cpu.index(),
        osxsave: s.cr4 & bit::OSXSAVE != 0,
        ospke: s.cr4 & bit::PKE != 0,
        xcr0: s.xcr0,
        apic_off: s.apic_base & 0x800 == 0,
        shape,
    };
    let list = cpu.model().cpuid(&env, cpu.reg(state::RAX) as u32, cpu.reg(state::RCX) as u32);
    for (reg, value) in [state::RAX, state::RBX, state::RCX, state::RDX].into_iter().zip(list) {
        cpu.set_reg(reg, value.into());
    }
}

/// Numbers that depend on nothing but how far the CPU has come, so that runs can be repeated (splitmix64).
fn random(cpu: &mut Cpu) -> u64 {
    let z = cpu.executed().wrapping_add(u64::from(cpu.index()) << 40).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ z >> 31
}

fn set_if(cpu: &mut Cpu, on: bool) -> Out {
    let s = &mut cpu.state;
    let virtual_ = s.eflags & bit::VM != 0;
    let level = if s.cr0 & bit::PE == 0 {
        0
    } else if virtual_ {
        3
    } else {
        s.cpl
    };
    if level > (s.eflags >> 12 & 3) as u8 {
        let helped = s.cr4 & if virtual_ { bit::VME } else { bit::PVI } != 0;
        return if helped && level == 3 { vme::set_vif(cpu, on) } else { Err(Fault::GP0) };
    }
    if on {
        s.shadow |= s.eflags & bit::IF == 0;
        s.eflags |= bit::IF;
    } else {
        s.eflags &= !bit::IF;
    }
    Ok(0)
}

/// PUSHF's value.
pub(crate) fn read_flags(cpu: &mut Cpu, _: [u64; 4]) -> Out {
    let flags = regs::eflags(cpu) & !(bit::VM | bit::RF);
    Ok(if vme::is_held(cpu) { vme::shown(flags) } else { flags })
}

/// POPF: value, bits of the operand.
pub(crate) fn write_flags(cpu: &mut Cpu, [value, width, ..]: [u64; 4]) -> Out {
    if vme::is_held(cpu) {
        return vme::take_flags(cpu, value).map(|()| 0);
    }
    let mut mask = bit::ARITH | bit::DF | bit::TF | bit::NT | bit::AC | bit::ID;
    let cpl = if cpu.state.cr0 & bit::PE == 0 { 0 } else { cpu.state.cpl };
    if cpl == 0 {
        mask |= bit::IOPL;
    }
    if cpl <= iopl(cpu) {
        mask |= bit::IF;
    }
    if width == 16 {
        mask &= 0xffff;
    }
    let old = regs::eflags(cpu);
    regs::set_eflags(cpu, old & !mask & !bit::RF | value & mask);
    Ok(0)
}

/// #GP unless IOPL is 3, or CR4.VME helps with 16-bit operands: PUSHF and POPF of virtual-8086 mode. The operand's bits.
pub(crate) fn check_iopl3(cpu: &mut Cpu, [width, ..]: [u64; 4]) -> Out {
    if iopl(cpu) == 3 || width == 16 && vme::is_helped(cpu) { Ok(0) } else { Err(Fault::GP0) }
}

/// #UD unless CR4.FSGSBASE is set in 64-bit code.
pub(crate) fn check_fsgsbase(cpu: &mut Cpu, _: [u64; 4]) -> Out {
    if seg::is_64(cpu) && cpu.state.cr4 & bit::FSGSBASE != 0 { Ok(0) } else { Err(Fault::UD) }
}

/// #GP(0) unless an address is canonical.
pub(crate) fn check_canonical(cpu: &mut Cpu, [address, ..]: [u64; 4]) -> Out {
    if canonical(cpu, address) { Ok(0) } else { Err(Fault::GP0) }
}

/// The selector in a segment register.
pub(crate) fn selector(cpu: &mut Cpu, [n, ..]: [u64; 4]) -> Out {
    Ok(cpu.state.seg[n as usize].selector.into())
}

/// Interrupts are looked at behind the instruction at work.
pub(crate) fn end_shadow(cpu: &mut Cpu, _: [u64; 4]) -> Out {
    (cpu.state.shadow, cpu.state.shadow_ss) = (false, false);
    Ok(0)
}

/// #GP(0) unless the ports may be used (SDM volume 1, "I/O Permission Bit Map").
pub(crate) fn check_port(cpu: &mut Cpu, port: u64, bytes: u64) -> Result<(), Fault> {
    let s = &cpu.state;
    let virtual_ = s.eflags & bit::VM != 0;
    if s.cr0 & bit::PE == 0 || !virtual_ && s.cpl <= iopl(cpu) {
        return Ok(());
    }
    let (base, limit, kind) = (s.tr.base, u64::from(s.tr.limit), s.tr.kind());
    if !s.tr.is(attr::P) || kind & 9 != 9 || limit < 103 {
        return Err(Fault::GP0);
    }
    let map = cpu.load(base.wrapping_add(102), seg::system_mem(Width::W16))?;
    let at = map + port / 8;
    if at + 1 > limit {
        return Err(Fault::GP0);
    }
    let bits = cpu.load(base.wrapping_add(at), seg::system_mem(Width::W16))? >> (port & 7);
    if bits & bits::mask(bytes as u32) == 0 { Ok(()) } else { Err(Fault::GP0) }
}

fn port_width(bytes: u32) -> Width {
    match bytes {
        1 => Width::W8,
        2 => Width::W16,
        _ => Width::W32,
    }
}

/// Reads a port; all ones where nothing answers.
pub(crate) fn port_read(cpu: &mut Cpu, port: u64, bytes: u32) -> u64 {
    let w = port_width(bytes);
    crate::debug::note_port(cpu, port, bytes.into());
    cpu.phys_read(PORTS + port, w, Endian::Little).unwrap_or(u64::MAX) & w.mask()
}

/// Writes a port.
pub(crate) fn port_write(cpu: &mut Cpu, port: u64, value: u64, bytes: u32) {
    crate::debug::note_port(cpu, port, bytes.into());
    // Nobody hears a write where nothing is.
    let _ = cpu.phys_write(PORTS + port, value, port_width(bytes), Endian::Little);
}

/// IN: port, bytes.
pub(crate) fn port_in(cpu: &mut Cpu, [port, bytes, ..]: [u64; 4]) -> Out {
    check_port(cpu, port, bytes)?;
    Ok(port_read(cpu, port, bytes as u32))
}

/// OUT: port, value, bytes.
pub(crate) fn port_out(cpu: &mut Cpu, [port, value, bytes, _]: [u64; 4]) -> Out {
    check_port(cpu, port, bytes)?;
    port_write(cpu, port, value, bytes as u32);
    Ok(0)
}

/// LGDT and LIDT: which, limit, base.
pub(crate) fn load_table(cpu: &mut Cpu, [which, limit, base, _]: [u64; 4]) -> Out {
    privileged(cpu)?;
    if seg::is_64(cpu) && !canonical(cpu, base) {
        return Err(Fault::GP0);
    }
    if which == Op::Lgdt as u64 {
        (cpu.state.gdt_base, cpu.state.gdt_limit) = (base, limit as u16);
    } else {
        (cpu.state.idt_base, cpu.state.idt_limit) = (base, limit as u16);
    }
    Ok(0)
}

/// Reads a system descriptor: 16 bytes in long mode.
fn system_descriptor(cpu: &mut Cpu, selector: u16) -> Result<(seg::Descriptor, Seg), Fault> {
    let long = cpu.state.efer & bit::LMA != 0;
    let fault = seg::coded(vector::GP, selector);
    if selector & 4 != 0 {
        return Err(fault);
    }
    let at = seg::descriptor_address(cpu, selector, if long { 16 } else { 8 }).ok_or(fault)?;
    let d = seg::Descriptor(cpu.load(at, seg::system_mem(Width::W64))?);
    let mut s = d.seg(selector);
    if long {
        s.base |= cpu.load(at + 8, seg::system_mem(Width::W64))? << 32;
    }
    Ok((d, s))
}

fn lldt(cpu: &mut Cpu, selector: u16) -> Result<(), Fault> {
    if selector & !3 == 0 {
        cpu.state.ldtr = Seg { selector, ..Seg::default() };
        return Ok(());
    }
    let (_, s) = system_descriptor(cpu, selector)?;
    if s.is(attr::S) || s.kind() != 2 {
        return Err(seg::coded(vector::GP, selector));
    }
    if !s.is(attr::P) {
        return Err(seg::coded(vector::NP, selector));
    }
    cpu.state.ldtr = s;
    Ok(())
}

fn ltr(cpu: &mut Cpu, selector: u16) -> Result<(), Fault> {
    if selector & !3 == 0 {
        return Err(Fault::GP0);
    }
    let (d, mut s) = system_descriptor(cpu, selector)?;
    if s.is(attr::S) || s.kind() != 9 && (s.kind() != 1 || cpu.state.efer & bit::LMA != 0) {
        return Err(seg::coded(vector::GP, selector));
    }
    if !s.is(attr::P) {
        return Err(seg::coded(vector::NP, selector));
    }
    let at = cpu.state.gdt_base.wrapping_add(u64::from(selector & !7) + 5);
    cpu.store(at, d.0 >> 40 & 0xff | 2, seg::system_mem(Width::W8))?;
    s.attr |= 2;
    cpu.state.tr = s;
    Ok(())
}

/// The descriptor of a selector that may be named at this privilege, for LAR, LSL, VERR and VERW.
fn visible(cpu: &mut Cpu, selector: u16) -> Result<Option<Seg>, Fault> {
    if selector & !3 == 0 {
        return Ok(None);
    }
    let Some(at) = seg::descriptor_address(cpu, selector, 8) else { return Ok(None) };
    let d = seg::Descriptor(cpu.load(at, seg::system_mem(Width::W64))?);
    let s = d.seg(selector);
    let conforming = s.attr & (attr::S | attr::CODE | attr::E) == attr::S | attr::CODE | attr::E;
    let rpl = (selector & 3) as u8;
    Ok((conforming || s.dpl() >= cpu.state.cpl.max(rpl)).then_some(s))
}

fn verify(cpu: &mut Cpu, selector: u16, write: bool) -> Out {
    let Some(s) = visible(cpu, selector)? else { return Ok(0) };
    let code = s.is(attr::CODE);
    let yes = s.is(attr::S) && if write { !code && s.is(attr::W) } else { !code || s.is(attr::W) };
    Ok(yes.into())
}

/// LAR: selector; the access rights, bit 32 if there are any.
pub(crate) fn lar(cpu: &mut Cpu, [selector, ..]: [u64; 4]) -> Out {
    let Some(s) = visible(cpu, selector as u16)? else { return Ok(0) };
    let long = cpu.state.efer & bit::LMA != 0;
    let kinds: &[u16] = if long { &[2, 9, 11, 12] } else { &[1, 2, 3, 4, 5, 9, 11, 12] };
    if !s.is(attr::S) && !kinds.contains(&s.kind()) {
        return Ok(0);
    }
    Ok(1 << 32 | u64::from(s.attr & 0xff) << 8 | u64::from(s.attr & 0xf000) << 8)
}

/// LSL: selector; the limit, bit 32 if there is one.
pub(crate) fn lsl(cpu: &mut Cpu, [selector, ..]: [u64; 4]) -> Out {
    let Some(s) = visible(cpu, selector as u16)? else { return Ok(0) };
    let long = cpu.state.efer & bit::LMA != 0;
    let kinds: &[u16] = if long { &[2, 9, 11] } else { &[1, 2, 3, 9, 11] };
    if !s.is(attr::S) && !kinds.contains(&s.kind()) {
        return Ok(0);
    }
    Ok(1 << 32 | u64::from(s.limit))
}

/// MOV from a control (number) or debug register (16 + number).
pub(crate) fn read_control(cpu: &mut Cpu, [n, ..]: [u64; 4]) -> Out {
    Ok(match n {
        0 => cpu.state.cr0,
        2 => cpu.state.cr2,
        3 => cpu.state.cr3,
        4 => cpu.state.cr4,
        8 if crate::svm::has_virtual_tpr(cpu) => crate::svm::tpr(cpu),
        8 => msr::apic_read(cpu, 0x80) >> 4 & 15,
        16..24 => {
            return crate::debug::read(cpu, n as usize - 16);
        }
        _ => return Err(Fault::UD),
    })
}

/// MOV to a control or debug register: number, value.
pub(crate) fn write_control(cpu: &mut Cpu, [n, value, ..]: [u64; 4]) -> Out {
    match n {
        0 => write_cr0(cpu, value)?,
        2 => cpu.state.cr2 = value,
        3 => {
            if cpu.state.cr4 & bit::PAE != 0 && cpu.state.efer & bit::LMA == 0 && cpu.state.cr0 & bit::PG != 0 {
                mmu::load_pdptes(cpu, value)?;
            }
            let long = cpu.state.efer & bit::LMA != 0;
            let no_flush = if cpu.state.cr4 & bit::PCIDE != 0 { 1 << 63 } else { 0 };
            if long && value & !no_flush & 0xfff0_0000_0000_0000 != 0 {
                return Err(Fault::GP0);
            }
            cpu.state.cr3 = value & !(1 << 63);
            cpu.flush_tlb();
        }
        4 => write_cr4(cpu, value)?,
        8 if value >> 4 != 0 => return Err(Fault::GP0),
        8 if crate::svm::has_virtual_tpr(cpu) => crate::svm::set_tpr(cpu, value),
        8 => msr::apic_write(cpu, 0x80, (value & 15) << 4),
        16..24 => {
            return crate::debug::write(cpu, n as usize - 16, value);
        }
        _ => return Err(Fault::UD),
    }
    Ok(0)
}

fn write_cr0(cpu: &mut Cpu, value: u64) -> Result<(), Fault> {
    const DEFINED: u64 = 0xe005_003f;
    let new = value & DEFINED | 0x10;
    let old = cpu.state.cr0;
    let (cd, nw) = (1 << 30, 1 << 29);
    if new & bit::PG != 0 && new & bit::PE == 0 || new & nw != 0 && new & cd == 0 || value >> 32 != 0 {
        return Err(Fault::GP0);
    }
    if new & bit::PG == 0 && cpu.state.cr4 & bit::PCIDE != 0 {
        return Err(Fault::GP0);
    }
    let lme = cpu.state.efer & bit::LME != 0;
    if new & !old & bit::PG != 0 && lme {
        if cpu.state.cr4 & bit::PAE == 0 || cpu.state.seg[sreg::CS].is(attr::L) {
            return Err(Fault::GP0);
        }
        cpu.state.efer |= bit::LMA;
    } else if old & !new & bit::PG != 0 && cpu.state.efer & bit::LMA != 0 {
        if seg::is_64(cpu) {
            return Err(Fault::GP0);
        }
        cpu.state.efer &= !bit::LMA;
    }
    if new & bit::PG != 0 && old & bit::PG == 0 && cpu.state.cr4 & bit::PAE != 0 && cpu.state.efer & bit::LMA == 0 {
        mmu::load_pdptes(cpu, cpu.state.cr3)?;
    }
    cpu.state.cr0 = new;
    if (new ^ old) & (bit::PG | bit::WP | bit::PE) != 0 {
        cpu.flush_tlb();
    }
    Ok(())
}

/// The bits of CR4 that the model has.
pub(crate) fn cr4_mask(cpu: &Cpu) -> u64 {
    let m = cpu.model();
    let pick = |yes: bool, bits: u64| if yes { bits } else { 0 };
    pick(m.has(word::F1_EDX, 1), bit::VME | bit::PVI)
        | pick(m.has(word::F1_EDX, 4), bit::TSD)
        | pick(m.has(word::F1_EDX, 2), bit::DE)
        | pick(m.has(word::F1_EDX, 3), bit::PSE)
        | pick(m.has(word::F1_EDX, 6), bit::PAE)
        | pick(m.has(word::F1_EDX, 7), bit::MCE)
        | pick(m.has(word::F1_EDX, 13), bit::PGE)
        | bit::PCE
        | pick(m.has(word::F1_EDX, 24), bit::OSFXSR | bit::OSXMMEXCPT)
        | pick(m.has(word::F7_ECX, 2), bit::UMIP)
        | pick(m.has(word::F7_EBX, 0), bit::FSGSBASE)
        | pick(m.has(word::F1_ECX, 17), bit::PCIDE)
        | pick(m.has(word::F1_ECX, 26), bit::OSXSAVE)
        | pick(m.has(word::F7_EBX, 7), bit::SMEP)
        | pick(m.has(word::F7_EBX, 20), bit::SMAP)
        | pick(m.has(word::F7_ECX, 3), bit::PKE)
        | pick(m.has(word::F7_ECX, 16), bit::LA57)
}

fn write_cr4(cpu: &mut Cpu, value: u64) -> Result<(), Fault> {
    let old = cpu.state.cr4;
    let long = cpu.state.efer & bit::LMA != 0;
    if value & !cr4_mask(cpu) != 0 || long && value & bit::PAE == 0 || !long && value & bit::PCIDE != 0 {
        return Err(Fault::GP0);
    }
    // SDM volume 3A, "Five-Level Paging": not while in IA-32e mode.
    if long && (value ^ old) & bit::LA57 != 0 {
        return Err(Fault::GP0);
    }
    // SDM volume 3A, "Process-Context Identifiers": it may be switched on only while the current one is 0.
    if value & !old & bit::PCIDE != 0 && cpu.state.cr3 & 0xfff != 0 {
        return Err(Fault::GP0);
    }
    if (value ^ old) & bit::PAE != 0 && value & bit::PAE != 0 && !long && cpu.state.cr0 & bit::PG != 0 {
        mmu::load_pdptes(cpu, cpu.state.cr3)?;
    }
    cpu.state.cr4 = value;
    cpu.flush_tlb();
    Ok(())
}
