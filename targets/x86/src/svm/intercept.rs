//! What a guest is intercepted at: checks before instructions, and of exceptions and events.

use iced_x86::{Mnemonic, OpKind, Register};
use uop::Width;

use super::vmcb::get;
use crate::helper;
use crate::lift::Lift;
use crate::mode::flag;
use crate::state::{self, bit};
use crate::system;
use crate::trap::{Cpu, Fault, Out};

/// Exit codes: those from 0x60 on are bits of the control area's words for instructions and events.
const READ_CR: u64 = 0x00;
const WRITE_CR: u64 = 0x10;
const READ_DR: u64 = 0x20;
const WRITE_DR: u64 = 0x30;
const EXCEPTION: u64 = 0x40;
const EVENTS: u64 = 0x60;
const CR0_CHANGE: u64 = 0x65;
const RDTSC: u64 = 0x6e;
const RDTSCP: u64 = 0x87;
const IO: u64 = 0x7b;
const MSR: u64 = 0x7c;

/// Instructions with an exit code of their own, and whether privilege is checked before.
fn code_of(m: Mnemonic) -> Option<(u64, bool)> {
    use Mnemonic as M;
    Some(match m {
        M::Sidt => (0x66, false),
        M::Sgdt => (0x67, false),
        M::Sldt => (0x68, false),
        M::Str => (0x69, false),
        M::Lidt => (0x6a, true),
        M::Lgdt => (0x6b, true),
        M::Lldt => (0x6c, true),
        M::Ltr => (0x6d, true),
        M::Rdtsc => (RDTSC, false),
        M::Rdpmc => (0x6f, false),
        M::Pushf | M::Pushfd | M::Pushfq => (0x70, false),
        M::Popf | M::Popfd | M::Popfq => (0x71, false),
        M::Cpuid => (0x72, false),
        M::Rsm => (0x73, false),
        M::Iret | M::Iretd | M::Iretq => (0x74, false),
        M::Int => (0x75, false),
        M::Invd => (0x76, true),
        M::Pause => (0x77, false),
        M::Hlt => (0x78, true),
        M::Invlpg => (0x79, true),
        M::Invlpga => (0x7a, true),
        M::Vmrun => (0x80, true),
        M::Vmmcall => (0x81, false),
        M::Vmload => (0x82, true),
        M::Vmsave => (0x83, true),
        M::Stgi => (0x84, true),
        M::Clgi => (0x85, true),
        M::Skinit => (0x86, true),
        M::Rdtscp => (RDTSCP, false),
        M::Int1 => (0x88, false),
        M::Wbinvd => (0x89, true),
        M::Monitor => (0x8a, true),
        M::Mwait => (0x8b, true),
        M::Xsetbv => (0x8d, true),
        _ => return None,
    })
}

/// Puts the check before an instruction that a guest is lifted for.
pub(crate) fn before(l: &Lift<'_>) {
    use Mnemonic as M;
    let call = |code: u64, value| {
        l.ir.call(helper::SVM_CHECK, &[l.k(code), value]);
    };
    let supervisor = l.cpl() == 0;
    match l.mnemonic() {
        M::In | M::Out | M::Insb | M::Insw | M::Insd | M::Outsb | M::Outsw | M::Outsd
            if l.mnemonic() != M::Insd || l.insn.is_string_instruction() =>
        {
            io(l);
        }
        M::Rdmsr | M::Wrmsr if supervisor => {
            let write = u64::from(l.mnemonic() == M::Wrmsr);
            l.ir.call(helper::SVM_MSR, &[l.k(write)]);
        }
        M::Mov if supervisor => special(l),
        M::Smsw => call(READ_CR, l.k(0)),
        M::Clts if supervisor => call(WRITE_CR, l.k(0)),
        M::Lmsw if supervisor => {
            call(WRITE_CR, l.k(0));
            let value = l.read(0, Width::W16).trunc(Width::W16).zext(Width::W64);
            let old = l.ir.call(helper::READ_CONTROL, &[l.k(0)]);
            call(CR0_CHANGE, old.deposit(0, 16, value));
        }
        m => {
            if let Some((code, privileged)) = code_of(m)
                && (supervisor || !privileged)
            {
                call(code, l.k(0));
            }
        }
    }
}

/// MOV to and from control and debug registers.
fn special(l: &Lift<'_>) {
    if l.insn.op0_kind() != OpKind::Register || l.insn.op1_kind() != OpKind::Register {
        return;
    }
    let (to, from) = (l.insn.op0_register(), l.insn.op1_register());
    let n = |r: Register| r.number() as u64;
    let code = match () {
        () if from.is_cr() => READ_CR + n(from),
        () if to.is_cr() => WRITE_CR + n(to),
        () if from.is_dr() => READ_DR + n(from),
        () if to.is_dr() => WRITE_DR + n(to),
        () => return,
    };
    l.ir.call(helper::SVM_CHECK, &[l.k(code), l.k(0)]);
    if to == Register::CR0 {
        l.ir.call(helper::SVM_CHECK, &[l.k(CR0_CHANGE), l.gpr(from).zext(Width::W64)]);
    }
}

/// The ports: EXITINFO1 without the port ("IOIO Intercept Information").
fn io(l: &Lift<'_>) {
    use Mnemonic as M;
    let m = l.mnemonic();
    let string = !matches!(m, M::In | M::Out);
    let input = matches!(m, M::In | M::Insb | M::Insw | M::Insd);
    let bytes = match m {
        M::In => l.width_of(0).bytes(),
        M::Out => l.width_of(1).bytes(),
        M::Insb | M::Outsb => 1,
        M::Insw | M::Outsw => 2,
        _ => 4,
    };
    let address = match (l.is(flag::L), l.is(flag::D), l.bytes.iter().take(4).any(|byte| *byte == 0x67)) {
        (true, _, false) => 4,
        (true, _, true) | (_, true, false) | (_, false, true) => 2u64,
        _ => 1,
    };
    let rep = string && (l.insn.has_rep_prefix() || l.insn.has_repne_prefix());
    let seg = if string && !input { crate::lift::segment(l.insn.memory_segment()) as u64 } else { 0 };
    let info = u64::from(input)
        | u64::from(string) << 2
        | u64::from(rep) << 3
        | u64::from(bytes) << 4
        | address << 7
        | if string { seg << 10 } else { 0 };
    let operand = if input { 1 } else { 0 };
    let port = match l.insn.op_kind(operand) {
        OpKind::Immediate8 => l.k(l.insn.immediate(operand) & 0xff),
        _ => l.low(2, Width::W16).zext(Width::W64),
    };
    l.ir.call(helper::SVM_IO, &[port, l.k(info), l.k(l.next())]);
}

fn leave(code: u64, info: [u64; 2]) -> Out {
    Err(Fault::Exit { code, info })
}

/// Whether a guest runs and that exit code is intercepted.
fn is_on(cpu: &Cpu, code: u64) -> bool {
    let svm = &cpu.state.svm;
    let [cr, dr, exceptions] = svm.access;
    svm.guest
        && match code {
            0..0x20 => cr >> code & 1 != 0,
            0x20..0x40 => dr >> (code - READ_DR) & 1 != 0,
            0x40..0x60 => exceptions >> (code - EXCEPTION) & 1 != 0,
            _ => svm.events >> (code - EVENTS) & 1 != 0,
        }
}

/// The helper before an instruction: exit code, value to be written to CR0.
pub(crate) fn check(cpu: &mut Cpu, [code, value, ..]: [u64; 4]) -> Out {
    let hidden = cpu.state.cr4 & bit::TSD != 0 && cpu.state.cpl != 0;
    if !is_on(cpu, code) || matches!(code, RDTSC | RDTSCP) && hidden {
        return Ok(0);
    }
    // The selective one looks at everything but TS and MP.
    if code == CR0_CHANGE && (value ^ cpu.state.cr0) & !(bit::TS | bit::MP) == 0 {
        return Ok(0);
    }
    leave(code, [0; 2])
}

/// The helper before IN and OUT: port, EXITINFO1, next address.
pub(crate) fn check_io(cpu: &mut Cpu, [port, info, next, _]: [u64; 4]) -> Out {
    let bytes = info >> 4 & 7;
    if !is_on(cpu, IO) {
        return Ok(0);
    }
    let counted = bits::mask(16 * (info >> 7 & 7) as u32);
    if info >> 3 & 1 != 0 && cpu.reg(state::RCX) & counted == 0 {
        return Ok(0);
    }
    system::check_port(cpu, port, bytes)?;
    let at = cpu.state.svm.maps[0] + port / 8;
    let bits_ = (get(cpu, at, Width::W8) | get(cpu, at + 1, Width::W8) << 8) >> (port & 7);
    if bits_ & bits::mask(bytes as u32) == 0 {
        return Ok(0);
    }
    let next = crate::regs::ip_of(cpu, next);
    leave(IO, [info | port << 16, next])
}

/// The helper before RDMSR (0) and WRMSR (1).
pub(crate) fn check_msr(cpu: &mut Cpu, [write, ..]: [u64; 4]) -> Out {
    if !is_on(cpu, MSR) {
        return Ok(0);
    }
    let number = cpu.reg(state::RCX) & 0xffff_ffff;
    let place = match number {
        0..0x2000 => Some(number),
        0xc000_0000..0xc000_2000 => Some(number - 0xc000_0000 + 0x2000),
        0xc001_0000..0xc001_2000 => Some(number - 0xc001_0000 + 0x4000),
        _ => None,
    };
    if let Some(place) = place {
        let bit_ = 2 * place + write;
        let at = cpu.state.svm.maps[1] + bit_ / 8;
        if get(cpu, at, Width::W8) >> (bit_ & 7) & 1 == 0 {
            return Ok(0);
        }
    }
    leave(MSR, [write, 0])
}

/// The exit for an event with that code, if it is intercepted.
pub(crate) fn event(cpu: &Cpu, code: u64) -> Option<Fault> {
    is_on(cpu, code).then_some(Fault::Exit { code, info: [0; 2] })
}

/// The exit for an exception.
pub(crate) fn exception(cpu: &Cpu, vector: u8) -> Option<u64> {
    let code = EXCEPTION + u64::from(vector);
    (vector < 32 && is_on(cpu, code)).then_some(code)
}
