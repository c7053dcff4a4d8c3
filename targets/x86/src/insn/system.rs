//! System instructions and I/O (SDM volume 3A, "System Instruction Summary").

use iced_x86::{Code, Mnemonic, OpKind, Register};
use uop::{Exit, Width};

use crate::helper;
use crate::insn::{Row, rows};
use crate::lift::{Flow, Lift, segment};
use crate::mode::flag;
use crate::system::Op as OP;

/// The table.
pub(crate) static ROWS: &[Row] = rows! {
    In |l| {
        let w = l.width_of(0);
        let value = l.ir.call(helper::PORT_IN, &[port(l, 1), l.k(w.bytes().into())]);
        l.write(0, value.trunc(w));
        l.update()
    };
    Out |l| {
        let w = l.width_of(1);
        l.ir.call(helper::PORT_OUT, &[port(l, 0), l.read(1, w).zext(Width::W64), l.k(w.bytes().into())]);
        l.update()
    };
    Cli |l| simple(l, OP::Cli);
    Sti |l| simple(l, OP::Sti);
    Hlt |l| {
        if l.cpl() != 0 { return l.gp(); }
        l.ir.exit(Exit::Halt { pc: l.next() });
        Flow::End
    };
    Clts |l| simple(l, OP::Clts);
    Invd |l| simple(l, OP::Privileged);
    Wbinvd |l| simple(l, OP::Privileged);
    Clac |l| simple(l, OP::Clac);
    Stac |l| simple(l, OP::Stac);
    Cpuid |l| { l.ir.call(helper::SYSTEM, &[l.k(OP::Cpuid as u64), l.k(0)]); Flow::Next };
    Rdtsc |l| { l.ir.call(helper::SYSTEM, &[l.k(OP::Rdtsc as u64), l.k(0)]); Flow::Next };
    Rdtscp |l| { l.ir.call(helper::SYSTEM, &[l.k(OP::Rdtscp as u64), l.k(0)]); Flow::Next };
    Rdpmc |l| simple(l, OP::Rdpmc);
    Rdmsr |l| simple(l, OP::Rdmsr);
    Wrmsr |l| simple(l, OP::Wrmsr);
    Swapgs |l| simple(l, OP::Swapgs);
    Xgetbv |l| simple(l, OP::Xgetbv);
    Xsetbv |l| simple(l, OP::Xsetbv);
    Monitor |l| {
        if l.cpl() != 0 { return Flow::Undefined; }
        let zero = l.low(1, Width::W32).is_nonzero();
        l.ir.raise_if(zero, 0x100 | u32::from(crate::trap::vector::GP), 0);
        let address = l.low(0, monitor_width(l)).zext(Width::W64);
        l.load(l.linear(segment(l.insn.memory_segment()), address, 1, false), Width::W8);
        Flow::Next
    };
    Mwait |l| {
        if l.cpl() != 0 { return Flow::Undefined; }
        let extensions = l.low(1, Width::W32);
        l.ir.raise_if(extensions.is_nonzero(), 0x100 | u32::from(crate::trap::vector::GP), 0);
        l.update()
    };
    Syscall |l| l.go(helper::SYSCALL, &[l.k(l.next())]);
    Sysret |l| l.go(helper::SYSRET, &[l.k(0)]);
    Sysretq |l| l.go(helper::SYSRET, &[l.k(1)]);
    Sysenter |l| l.go(helper::SYSENTER, &[]);
    Sysexit |l| l.go(helper::SYSEXIT, &[l.k(0)]);
    Sysexitq |l| l.go(helper::SYSEXIT, &[l.k(1)]);
    Lgdt |l| table(l, OP::Lgdt);
    Lidt |l| table(l, OP::Lidt);
    Sgdt |l| table(l, OP::Sgdt);
    Sidt |l| table(l, OP::Sidt);
    Invlpg |l| {
        let at = l.address(1, false);
        l.ir.call(helper::SYSTEM, &[l.k(OP::Invlpg as u64), at]);
        l.update()
    };
    Invpcid @F7_EBX.10 |l| {
        let kind = l.read(0, l.width_of(0)).zext(Width::W64);
        let at = l.address(16, false);
        let (low, high) = (l.load(at, Width::W64), l.load(at.add_imm(8), Width::W64));
        l.ir.call(helper::INVPCID, &[kind, low, high]);
        l.update()
    };
    Lldt |l| selector(l, OP::Lldt);
    Ltr |l| selector(l, OP::Ltr);
    Verr |l| verify(l, OP::Verr);
    Verw |l| verify(l, OP::Verw);
    Lar |l| access(l, helper::LAR);
    Lsl |l| access(l, helper::LSL);
    Sldt |l| store(l, OP::Sldt);
    Str |l| store(l, OP::Str);
    Smsw |l| store(l, OP::Smsw);
    Lmsw |l| selector(l, OP::Lmsw);
    Arpl |l| {
        if !l.is(flag::PE) || l.is(flag::VM) { return Flow::Undefined; }
        let (place, a) = l.place(Width::W16);
        // 16 bits, whatever the operand size; the decoder names registers of that.
        let (a, b) = (a.trunc(Width::W16), l.read(1, Width::W16).trunc(Width::W16));
        let less = (a & a.konst(3)).lt_u(b & a.konst(3));
        let flags = l.flags();
        l.put(place, l.ir.select(less, (a & a.konst(0xfffc)) | (b & a.konst(3)), a));
        l.set_flag_bits(flags.deposit(6, 1, less.zext(Width::W64)));
        Flow::Next
    };
    Rdpid |l| {
        let v = l.ir.call(helper::SYSTEM, &[l.k(OP::TscAux as u64), l.k(0)]);
        l.write(0, v.trunc(l.width_of(0)));
        Flow::Next
    };
    Rdrand @F1_ECX.30 random;
    Rdseed @F7_EBX.18 random;
    Rdfsbase @F7_EBX.0 base;
    Rdgsbase @F7_EBX.0 base;
    Wrfsbase @F7_EBX.0 base;
    Wrgsbase @F7_EBX.0 base;
};

/// Width of the address in rAX.
fn monitor_width(l: &Lift<'_>) -> Width {
    match l.insn.code() {
        Code::Monitorw => Width::W16,
        Code::Monitord => Width::W32,
        _ => Width::W64,
    }
}

/// The port operand.
fn port<'b>(l: &Lift<'b>, n: u32) -> crate::lift::V<'b> {
    match l.insn.op_kind(n) {
        OpKind::Register => l.low(2, Width::W16).zext(Width::W64),
        _ => l.k(l.insn.immediate(n) & 0xff),
    }
}

/// An instruction that a helper does, and after which mode or interrupts may be others.
fn simple(l: &Lift<'_>, what: OP) -> Flow {
    l.ir.call(helper::SYSTEM, &[l.k(what as u64), l.k(0)]);
    l.update()
}

fn table(l: &Lift<'_>, what: OP) -> Flow {
    let wide = l.long();
    let seg = segment(l.insn.memory_segment());
    let at = l.offset();
    let w = if wide { Width::W64 } else { Width::W32 };
    let store = what == OP::Sgdt || what == OP::Sidt;
    let limit_at = l.linear(seg, at, 2, store);
    let base_at = l.linear(seg, at.add_imm(2), w.bytes(), store);
    if store {
        let limit = l.ir.call(helper::SYSTEM, &[l.k(what as u64), l.k(0)]);
        let base = l.ir.call(helper::SYSTEM, &[l.k(what as u64), l.k(1)]);
        l.store(limit_at, limit.trunc(Width::W16));
        l.store(base_at, base.trunc(w));
        return Flow::Next;
    }
    let limit = l.load(limit_at, Width::W16).zext(Width::W64);
    let base = l.load(base_at, w).zext(Width::W64);
    // 16-bit operands have 24 bits of base.
    let narrow = matches!(l.insn.code(), Code::Lgdt_m1632_16 | Code::Lidt_m1632_16);
    let base = if narrow { base & l.k(0xff_ffff) } else { base };
    l.ir.call(helper::LOAD_TABLE, &[l.k(what as u64), limit, base]);
    l.update()
}

fn selector(l: &Lift<'_>, what: OP) -> Flow {
    if what != OP::Lmsw && (!l.is(flag::PE) || l.is(flag::VM)) {
        return Flow::Undefined;
    }
    let v = l.read(0, Width::W16).trunc(Width::W16).zext(Width::W64);
    l.ir.call(helper::SYSTEM, &[l.k(what as u64), v]);
    l.update()
}

fn verify(l: &Lift<'_>, what: OP) -> Flow {
    if !l.is(flag::PE) || l.is(flag::VM) {
        return Flow::Undefined;
    }
    let v = l.read(0, Width::W16).trunc(Width::W16).zext(Width::W64);
    let flags = l.flags();
    let yes = l.ir.call(helper::SYSTEM, &[l.k(what as u64), v]);
    l.set_flag_bits(flags.deposit(6, 1, yes));
    Flow::Next
}

/// LAR and LSL: bit 32 of the helper's answer says whether it is one.
fn access(l: &Lift<'_>, helper: u16) -> Flow {
    if !l.is(flag::PE) || l.is(flag::VM) {
        return Flow::Undefined;
    }
    let w = l.width_of(0);
    let v = l.read(1, Width::W16).trunc(Width::W16).zext(Width::W64);
    let flags = l.flags();
    let answer = l.ir.call(helper, &[v]);
    let yes = answer.extract(32, 1);
    let n = l.insn.op0_register().full_register().number() as u8;
    let old = l.r64(n);
    let new = (answer & l.k(0xffff_ffff)).trunc(w);
    let new = if w == Width::W16 { old.deposit(0, 16, new.zext(Width::W64)) } else { new.zext(Width::W64) };
    l.ir.set(crate::state::r(n), l.ir.select(yes.trunc(Width::W1), new, old));
    l.set_flag_bits(flags.deposit(6, 1, yes));
    Flow::Next
}

fn store(l: &Lift<'_>, what: OP) -> Flow {
    if what != OP::Smsw && (!l.is(flag::PE) || l.is(flag::VM)) {
        return Flow::Undefined;
    }
    let v = l.ir.call(helper::SYSTEM, &[l.k(what as u64), l.k(0)]);
    let w = if l.is_mem(0) { Width::W16 } else { l.width_of(0) };
    l.write(0, v.trunc(w));
    Flow::Next
}

/// MOV to and from control and debug registers.
pub(crate) fn mov_special(l: &Lift<'_>, to: Register, from: Register) -> Flow {
    if l.cpl() != 0 {
        return l.gp();
    }
    let w = if l.long() { Width::W64 } else { Width::W32 };
    // LOCK MOV CR0 is CR8 (APM volume 2, "CR8 (Task Priority Register, TPR)").
    let lock = l.bytes.iter().take_while(|byte| **byte != 0x0f).any(|byte| *byte == 0xf0);
    if lock && !l.model.has(crate::model::word::F8_ECX, 4) {
        return Flow::Undefined;
    }
    if from.is_cr() || from.is_dr() {
        let n = from.number() as u64 | if from.is_dr() { 16 } else { 0 };
        let v = l.ir.call(helper::READ_CONTROL, &[l.k(n)]);
        l.write(0, v.trunc(w));
        return Flow::Next;
    }
    if to.is_cr() || to.is_dr() {
        let n = to.number() as u64 | if to.is_dr() { 16 } else { 0 };
        l.ir.call(helper::WRITE_CONTROL, &[l.k(n), l.read(1, w).zext(Width::W64)]);
        return l.update();
    }
    Flow::Undefined
}

fn random(l: &Lift<'_>) -> Flow {
    let w = l.width_of(0);
    let v = l.ir.call(helper::SYSTEM, &[l.k(OP::Random as u64), l.k(0)]);
    l.write(0, v.trunc(w));
    l.set_flag_bits(l.k(1));
    Flow::Next
}

fn base(l: &Lift<'_>) -> Flow {
    l.ir.call(helper::CHECK_FSGSBASE, &[]);
    let m = l.mnemonic();
    let seg = if matches!(m, Mnemonic::Rdfsbase | Mnemonic::Wrfsbase) { 4 } else { 5 };
    let reg = crate::state::base(seg);
    let w = l.width_of(0);
    if matches!(m, Mnemonic::Rdfsbase | Mnemonic::Rdgsbase) {
        l.write(0, l.ir.get(reg).trunc(w));
    } else {
        let v = l.read(0, w).zext(Width::W64);
        l.ir.call(helper::CHECK_CANONICAL, &[v]);
        l.ir.set(reg, v);
    }
    Flow::Next
}
