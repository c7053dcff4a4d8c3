//! Secure virtual machines (AMD64 Architecture Programmer's Manual, volume 2, "Secure Virtual Machine").
//!
//! While a guest runs, [`flag::GUEST`] is in the mode: instructions that may be intercepted are lifted with a check before them.
//! There are no other features than nested paging: no decode assists, no saved next instruction pointer, no flushing by ASID (all is
//! flushed at each VMRUN and #VMEXIT).

mod intercept;
pub(crate) mod vmcb;

use serde::{Deserialize, Serialize};
use uop::Width;

use crate::helper;
use crate::insn::{Row, rows};
use crate::lift::{Flow, Lift};
use crate::mmu;
use crate::mode::flag;
use crate::model::word;
use crate::regs;
use crate::state::{self, bit};
use crate::trap::{Cpu, Event, Fault, Out, vector};
use vmcb::{Context, control, get, put, save};

pub(crate) use intercept::{before, check, check_io, check_msr, event, exception};

/// EFER.SVME.
pub(crate) const SVME: u64 = 1 << 12;
/// VM_CR and its bit that locks SVME.
pub(crate) const VM_CR: u32 = 0xc001_0114;
const VM_CR_SVMDIS: u64 = 1 << 4;
/// VM_HSAVE_PA.
pub(crate) const HSAVE: u32 = 0xc001_0117;
/// Exit codes that are no bit of the control area.
const INVALID: u64 = u64::MAX;
pub(crate) const NESTED_FAULT: u64 = 0x400;
/// Bits of the virtual interrupt's control.
const V_IRQ: u64 = 1 << 8;
const V_IGNORE_TPR: u64 = 1 << 20;
const V_MASKING: u64 = 1 << 24;
/// A valid event; it has an error code.
const VALID: u64 = 1 << 31;
const HAS_ERROR: u64 = 1 << 11;
/// Physical addresses of blocks.
const PAGE: u64 = 0x00ff_ffff_f000;

/// The state.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Svm {
    /// A guest runs.
    pub guest: bool,
    /// Interrupts of all kinds are held off: GIF is 0. It is 1 after reset.
    pub gif_off: bool,
    /// Physical address of the guest's block.
    pub block: u64,
    /// Intercepted accesses to control registers, debug registers, exceptions.
    pub access: [u32; 3],
    /// Intercepted instructions and events, by exit code less 0x60.
    pub events: u64,
    /// Physical addresses of the permission maps of ports and MSRs.
    pub maps: [u64; 2],
    /// What the guest's time stamp counter is ahead.
    pub tsc_offset: u64,
    /// Virtual interrupts: TPR, request, priority, masking, vector.
    pub int: u64,
    /// Nested paging: its CR3.
    pub nested: Option<u64>,
    /// The event that VMRUN is to deliver, as the block has it.
    pub inject: u64,
    /// The host.
    pub host: Context,
}

/// The table.
pub(crate) static ROWS: &[Row] = rows! {
    Vmrun @F8_ECX.2 |l| if is_protected(l) { l.go(helper::VMRUN, &[l.k(l.next()), address(l)]) } else { Flow::Undefined };
    Vmload @F8_ECX.2 |l| run_at(l, Op::Load);
    Vmsave @F8_ECX.2 |l| run_at(l, Op::Save);
    Vmmcall @F8_ECX.2 |l| l.raise(vector::UD);
    Stgi @F8_ECX.2 |l| run_at(l, Op::Stgi);
    Clgi @F8_ECX.2 |l| run_at(l, Op::Clgi);
    Invlpga @F8_ECX.2 |l| run_at(l, Op::Invlpga);
};

/// What [`run`] does.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Op {
    Load,
    Save,
    Stgi,
    Clgi,
    Invlpga,
}

const OPS: [Op; 5] = [Op::Load, Op::Save, Op::Stgi, Op::Clgi, Op::Invlpga];

fn is_protected(l: &Lift<'_>) -> bool {
    l.is(flag::PE) && !l.is(flag::VM)
}

/// rAX, by the address size.
fn address<'b>(l: &Lift<'b>) -> crate::lift::V<'b> {
    let w = if l.insn.op_count() > 0 { crate::lift::width(l.insn.op0_register().size()) } else { Width::W64 };
    l.low(0, w).zext(Width::W64)
}

fn run_at(l: &Lift<'_>, op: Op) -> Flow {
    if !is_protected(l) {
        return Flow::Undefined;
    }
    l.ir.call(helper::SVM, &[l.k(op as u64), address(l)]);
    l.update()
}

fn permitted(cpu: &Cpu) -> Result<(), Fault> {
    if cpu.state.efer & SVME == 0 {
        return Err(Fault::UD);
    }
    if cpu.state.cpl == 0 { Ok(()) } else { Err(Fault::GP0) }
}

/// A block's address.
fn block(address: u64) -> Result<u64, Fault> {
    if address & !PAGE == 0 { Ok(address) } else { Err(Fault::GP0) }
}

/// VMLOAD, VMSAVE, STGI, CLGI, INVLPGA: which, rAX.
pub(crate) fn run(cpu: &mut Cpu, [op, address, ..]: [u64; 4]) -> Out {
    permitted(cpu)?;
    match OPS[op as usize % OPS.len()] {
        Op::Load => load_more(cpu, block(address)?),
        Op::Save => save_more(cpu, block(address)?),
        Op::Stgi => cpu.state.svm.gif_off = false,
        Op::Clgi => cpu.state.svm.gif_off = true,
        Op::Invlpga => cpu.flush_tlb(),
    }
    Ok(0)
}

/// VMLOAD: FS, GS, TR, LDTR and the registers of system calls.
fn load_more(cpu: &mut Cpu, at: u64) {
    for n in vmcb::BY_INSTRUCTION {
        let s = vmcb::segment(cpu, at + save::SEGMENTS + 16 * n as u64);
        crate::seg::set(cpu, n, s);
    }
    cpu.state.ldtr = vmcb::segment(cpu, at + save::LDTR);
    cpu.state.tr = vmcb::segment(cpu, at + save::TR);
    for n in 0..4 {
        cpu.state.syscall[n] = get(cpu, at + save::STAR + 8 * n as u64, Width::W64);
    }
    cpu.state.kernel_gs_base = get(cpu, at + save::KERNEL_GS, Width::W64);
    for n in 0..3 {
        cpu.state.sysenter[n] = get(cpu, at + save::SYSENTER + 8 * n as u64, Width::W64);
    }
}

/// VMSAVE.
fn save_more(cpu: &mut Cpu, at: u64) {
    for n in vmcb::BY_INSTRUCTION {
        let s = vmcb::segment_now(cpu, n);
        vmcb::put_segment(cpu, at + save::SEGMENTS + 16 * n as u64, s);
    }
    let (ldtr, tr) = (cpu.state.ldtr, cpu.state.tr);
    vmcb::put_segment(cpu, at + save::LDTR, ldtr);
    vmcb::put_segment(cpu, at + save::TR, tr);
    let s = &cpu.state;
    let (calls, gs, enter) = (s.syscall, s.kernel_gs_base, s.sysenter);
    for (n, value) in (0..).zip(calls) {
        put(cpu, at + save::STAR + 8 * n, value, Width::W64);
    }
    put(cpu, at + save::KERNEL_GS, gs, Width::W64);
    for (n, value) in (0..).zip(enter) {
        put(cpu, at + save::SYSENTER + 8 * n, value, Width::W64);
    }
}

/// VMRUN: next address, rAX; the linear address to go on at.
pub(crate) fn vmrun(cpu: &mut Cpu, [next, address, ..]: [u64; 4]) -> Out {
    permitted(cpu)?;
    let at = block(address)?;
    let ip = regs::ip_of(cpu, next);
    cpu.state.svm.host = Context::now(cpu, ip);
    let mut word = |offset: u64| get(cpu, at + offset, Width::W64);
    let (cr_dr, first, second) = (word(control::CR), word(control::EXCEPTIONS), word(control::EVENTS_2));
    let (exceptions, events) = (first as u32, first >> 32 | second << 32);
    let maps = [word(control::IO_MAP), word(control::MSR_MAP)];
    let (asid, int, nested, tree) =
        (word(control::ASID), word(control::INT), word(control::NESTED), word(control::NESTED_CR3));
    let (tsc_offset, inject, shadow) = (word(control::TSC_OFFSET), word(control::EVENT), word(control::SHADOW));
    let debug = [word(save::DR6), word(save::DR7)];
    let (cr2, pat) = (word(save::CR2), word(save::PAT));
    let guest = Context::read(cpu, at);
    let svm = &mut cpu.state.svm;
    (svm.guest, svm.gif_off, svm.block) = (true, false, at);
    svm.access = [cr_dr as u32, (cr_dr >> 32) as u32, exceptions];
    svm.events = events;
    svm.maps = maps.map(|map| map & PAGE);
    (svm.tsc_offset, svm.int, svm.inject) = (tsc_offset, int, 0);
    svm.nested = (nested & 1 != 0).then_some(tree);
    let bad_state = is_bad(cpu, &guest) || debug.iter().any(|v| v >> 32 != 0);
    if bad_state
        || asid as u32 == 0
        || events >> 32 & 1 == 0
        || maps.iter().any(|map| map >> 40 != 0)
        || bad_event(inject)
    {
        return Err(Fault::Exit { code: INVALID, info: [0; 2] });
    }
    guest.load(cpu);
    let s = &mut cpu.state;
    s.cpl = match () {
        () if s.cr0 & bit::PE == 0 => 0,
        () if s.eflags & bit::VM != 0 => 3,
        () => s.cpl,
    };
    s.efer &= !SVME;
    (s.cr2, s.dr[6], s.dr[7]) = (cr2, debug[0], debug[1] | 0x400);
    if s.svm.nested.is_some() {
        s.pat = pat;
    }
    (s.shadow, s.shadow_ss) = (shadow & 1 != 0, false);
    s.svm.inject = inject;
    if s.cr0 & bit::PG != 0 && s.cr4 & bit::PAE != 0 && s.efer & bit::LMA == 0 {
        let cr3 = s.cr3;
        mmu::load_pdptes(cpu, cr3).map_err(|_| Fault::Exit { code: INVALID, info: [0; 2] })?;
    }
    Ok(cpu.pc())
}

/// "Canonicalization and Consistency Checks".
fn is_bad(cpu: &Cpu, g: &Context) -> bool {
    let [cr0, cr3, cr4] = g.cr;
    let (cd, nw) = (cr0 >> 30 & 1, cr0 >> 29 & 1);
    let paging = cr0 & bit::PG != 0;
    let long = g.efer & bit::LME != 0 && paging;
    let code = g.seg[1].attr;
    let has_long = cpu.model().long_mode();
    g.efer & SVME == 0
        || cd == 0 && nw != 0
        || cr0 >> 32 != 0
        || g.efer & bit::LMA != 0 && cr3 >> 52 != 0
        || cr4 & !crate::system::cr4_mask(cpu) != 0
        || g.efer & !(bit::SCE | bit::LME | bit::LMA | bit::NXE | SVME) != 0
        || g.efer & (bit::LME | bit::LMA) != 0 && !has_long
        || long && (cr4 & bit::PAE == 0 || cr0 & bit::PE == 0)
        || long && cr4 & bit::PAE != 0 && code & (state::attr::L | state::attr::D) == state::attr::L | state::attr::D
}

/// An event that can't be: a reserved type, or a vector that is no exception.
fn bad_event(event: u64) -> bool {
    event & VALID != 0
        && match event >> 8 & 7 {
            0 | 2 | 4 => false,
            3 => event & 0xff > 31 || event & 0xff == 2,
            _ => true,
        }
}

/// The event that VMRUN has been given; `None` when there is none.
pub(crate) fn take_injected(cpu: &mut Cpu) -> Option<(Event, bool)> {
    let event = std::mem::take(&mut cpu.state.svm.inject);
    if event & VALID == 0 {
        return None;
    }
    let kind = event >> 8 & 7;
    let error = (event & HAS_ERROR != 0).then_some((event >> 32) as u32);
    let vector = if kind == 2 { vector::NMI } else { event as u8 };
    if kind == 2 {
        cpu.state.nmi_masked = true;
    }
    let pc = cpu.pc();
    Some((Event { vector, error, software: kind == 4, pc, rf: false }, kind == 3))
}

/// #VMEXIT: code, EXITINFO1 and 2; the event that was being delivered.
pub(crate) fn exit(cpu: &mut Cpu, code: u64, info: [u64; 2], delivering: Option<(Event, bool)>) {
    let at = cpu.state.svm.block;
    let word = |cpu: &mut Cpu, offset: u64, value: u64| put(cpu, at + offset, value, Width::W64);
    if code != INVALID {
        let ip = regs::ip(cpu);
        let mut guest = Context::now(cpu, ip);
        guest.efer |= SVME;
        guest.write(cpu, at);
        let s = &cpu.state;
        let (cr2, dr6, dr7, int, shadow) = (s.cr2, s.dr[6], s.dr[7], s.svm.int, s.shadow);
        for (offset, value) in [(save::CR2, cr2), (save::DR6, dr6), (save::DR7, dr7), (control::INT, int)] {
            word(cpu, offset, value);
        }
        word(cpu, control::SHADOW, shadow.into());
    }
    word(cpu, control::EXIT_CODE, code);
    word(cpu, control::EXIT_INFO1, info[0]);
    word(cpu, control::EXIT_INFO2, info[1]);
    word(cpu, control::EXIT_INT_INFO, delivering.map_or(0, |(event, is_exception)| int_info(event, is_exception)));
    let pending = get(cpu, at + control::EVENT, Width::W64);
    word(cpu, control::EVENT, pending & !VALID);
    let svm = &mut cpu.state.svm;
    (svm.guest, svm.gif_off, svm.nested, svm.inject) = (false, true, None, 0);
    let host = std::mem::take(&mut svm.host);
    host.load(cpu);
    let s = &mut cpu.state;
    s.cr0 |= bit::PE;
    s.eflags &= !bit::VM;
    (s.dr[7], s.shadow, s.shadow_ss, s.debug_trap) = (0x400, false, false, 0);
    if s.cr0 & bit::PG != 0 && s.cr4 & bit::PAE != 0 && s.efer & bit::LMA == 0 {
        let cr3 = s.cr3;
        // The host's own entries were good when they were loaded.
        let _ = mmu::load_pdptes(cpu, cr3);
    }
    cpu.set_halted(false);
}

/// An event as EXITINTINFO has it.
fn int_info(event: Event, is_exception: bool) -> u64 {
    let kind = match () {
        () if event.software => 4,
        () if is_exception => 3,
        () if event.vector == 2 => 2,
        () => 0,
    };
    let error = event.error.map_or(0, |error| HAS_ERROR | u64::from(error) << 32);
    VALID | kind << 8 | u64::from(event.vector) | error
}

/// What a guest's time stamp counter is ahead.
pub(crate) fn tsc_offset(cpu: &Cpu) -> u64 {
    if cpu.state.svm.guest { cpu.state.svm.tsc_offset } else { 0 }
}

/// Whether physical interrupts are let in: with virtual masking it is the host that says so.
pub(crate) fn lets_in(cpu: &Cpu) -> bool {
    let svm = &cpu.state.svm;
    let flags = if svm.guest && svm.int & V_MASKING != 0 { svm.host.flags } else { cpu.state.eflags };
    flags & bit::IF != 0
}

/// Whether CR8 is the virtual TPR.
pub(crate) fn has_virtual_tpr(cpu: &Cpu) -> bool {
    cpu.state.svm.guest && cpu.state.svm.int & V_MASKING != 0
}

/// The virtual TPR.
pub(crate) fn tpr(cpu: &Cpu) -> u64 {
    cpu.state.svm.int & 15
}

/// Sets it.
pub(crate) fn set_tpr(cpu: &mut Cpu, value: u64) {
    cpu.state.svm.int = cpu.state.svm.int & !0xff | value & 15;
}

/// Whether a virtual interrupt is to be taken ("Virtualizing Interrupts").
pub(crate) fn has_virtual_interrupt(cpu: &Cpu) -> bool {
    let (svm, s) = (&cpu.state.svm, &cpu.state);
    let high = svm.int & V_IGNORE_TPR != 0 || svm.int >> 16 & 15 > svm.int & 15;
    svm.guest && svm.int & V_IRQ != 0 && high && s.eflags & bit::IF != 0
}

/// Takes it: its vector.
pub(crate) fn take_virtual_interrupt(cpu: &mut Cpu) -> u8 {
    cpu.state.svm.int &= !V_IRQ;
    (cpu.state.svm.int >> 32) as u8
}

/// Whether EFER.SVME can be set.
pub(crate) fn available(cpu: &Cpu) -> bool {
    cpu.model().has(word::F8_ECX, 2) && cpu.state.msr.get(&VM_CR).copied().unwrap_or(0) & VM_CR_SVMDIS == 0
}

/// WRMSR of VM_HSAVE_PA: what is saved of the host does not go to memory, the address is kept all the same.
pub(crate) fn write_hsave(cpu: &mut Cpu, value: u64) -> Result<(), Fault> {
    cpu.state.msr.insert(HSAVE, block(value)?);
    Ok(())
}

/// Whether the model has it.
pub(crate) fn has(cpu: &Cpu) -> bool {
    cpu.model().has(word::F8_ECX, 2)
}
