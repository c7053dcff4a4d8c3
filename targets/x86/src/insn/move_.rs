//! Moves, stack instructions, flags (SDM volume 1, "Data Transfer Instructions", "Flag Control (EFLAG) Instructions").

use iced_x86::{OpKind, Register};
use uop::{Fence, Mem, Order, RmwOp, Width};

use crate::helper;
use crate::insn::{Row, rows};
use crate::lift::{Flow, Lift, segment, width};
use crate::mode::flag;
use crate::state::{self, sreg};

/// The table.
pub(crate) static ROWS: &[Row] = rows! {
    Mov mov;
    Movzx |l| extend(l, false);
    Movsx |l| extend(l, true);
    Movsxd |l| extend(l, true);
    Lea |l| {
        let w = l.width_of(0);
        if !l.is_mem(1) {
            return Flow::Undefined;
        }
        l.write(0, l.offset_in(w));
        Flow::Next
    };
    Xchg xchg;
    Xlatb |l| {
        let base = l.insn.memory_base();
        let w = width(base.size());
        let at = (l.low(3, w) + l.low(0, Width::W8).zext(w)).zext(Width::W64);
        let seg = segment(l.insn.memory_segment());
        l.set_low(0, l.load(l.linear(seg, at, 1, false), Width::W8));
        Flow::Next
    };
    Push push;
    Pop pop;
    Pusha |l| pusha(l, Width::W16);
    Pushad |l| pusha(l, Width::W32);
    Popa |l| popa(l, Width::W16);
    Popad |l| popa(l, Width::W32);
    Pushf |l| pushf(l, Width::W16);
    Pushfd |l| pushf(l, Width::W32);
    Pushfq |l| pushf(l, Width::W64);
    Popf |l| popf(l, Width::W16);
    Popfd |l| popf(l, Width::W32);
    Popfq |l| popf(l, Width::W64);
    Lahf |l| {
        let ah = (l.flags() & l.k(0xd5)) | l.k(2);
        l.set_gpr(Register::AH, ah.trunc(Width::W8));
        Flow::Next
    };
    Sahf |l| {
        let ah = l.gpr(Register::AH).zext(Width::W64) & l.k(0xd5);
        l.set_flag_bits((l.flags() & l.k(0x800)) | ah);
        Flow::Next
    };
    Clc |l| { l.set_carry(l.k(0)); Flow::Next };
    Stc |l| { l.set_carry(l.k(1)); Flow::Next };
    Cmc |l| { let carry = l.carry(Width::W64) ^ l.k(1); l.set_carry(carry); Flow::Next };
    Cld |l| { l.ir.set(state::DF, l.ir.konst(Width::W8, 0)); Flow::Next };
    Std |l| { l.ir.set(state::DF, l.ir.konst(Width::W8, 1)); Flow::Next };
    Salc |l| {
        let carry = l.carry(Width::W8);
        l.set_low(0, carry.neg());
        Flow::Next
    };
    Nop nop;
    Pause pause;
    Endbr64 nop;
    Endbr32 nop;
    Prefetchnta nop;
    Prefetcht0 nop;
    Prefetcht1 nop;
    Prefetcht2 nop;
    Prefetchw nop;
    Prefetch nop;
    Prefetchwt1 nop;
    Prefetchit0 nop;
    Prefetchit1 nop;
    Reservednop nop;
    Lfence |l| { l.ir.fence(Fence::Acquire); Flow::Next };
    Sfence |l| { l.ir.fence(Fence::Release); Flow::Next };
    Mfence |l| { l.ir.fence(Fence::SeqCst); Flow::Next };
    Clflush touch;
    Clflushopt touch;
    Clwb touch;
    Pcommit |l| { l.ir.fence(Fence::SeqCst); Flow::Next };
    Movnti |l| { let w = l.width_of(1); l.write(0, l.read(1, w)); Flow::Next };
    Lds |l| far_load(l, sreg::DS);
    Les |l| far_load(l, sreg::ES);
    Lss |l| far_load(l, sreg::SS);
    Lfs |l| far_load(l, sreg::FS);
    Lgs |l| far_load(l, sreg::GS);
};

fn nop(_: &Lift<'_>) -> Flow {
    Flow::Next
}

/// CLFLUSH and the like: they fault as loads do.
fn touch(l: &Lift<'_>) -> Flow {
    l.load(l.address(1, false), Width::W8);
    Flow::Next
}

/// With REX.B it is an exchange of rAX and R8, whatever other prefixes are there.
fn pause(l: &Lift<'_>) -> Flow {
    let prefixes = &l.bytes[..l.bytes.len() - 1];
    let rex = prefixes.last().copied().unwrap_or(0);
    if l.long() && rex & 0xf1 == 0x41 {
        let w = match () {
            () if rex & 8 != 0 => Width::W64,
            () if prefixes.contains(&0x66) => Width::W16,
            () => Width::W32,
        };
        let (a, b) = (l.low(0, w), l.low(8, w));
        l.set_low(0, b);
        l.set_low(8, a);
    }
    Flow::Next
}

fn mov(l: &Lift<'_>) -> Flow {
    let (to, from) = (l.insn.op0_register(), l.insn.op1_register());
    if l.insn.op0_kind() == OpKind::Register && to.is_segment_register() {
        if to == Register::CS {
            return Flow::Undefined;
        }
        let selector = l.read(1, if l.is_mem(1) { Width::W16 } else { l.width_of(1) }).trunc(Width::W16);
        return load_segment(l, segment(to), selector.zext(Width::W64));
    }
    if l.insn.op1_kind() == OpKind::Register && from.is_segment_register() {
        let selector = l.ir.call(helper::SELECTOR, &[l.k(segment(from) as u64)]);
        let w = if l.is_mem(0) { Width::W16 } else { l.width_of(0) };
        l.write(0, selector.trunc(w));
        return Flow::Next;
    }
    let special = |r: Register| r.is_cr() || r.is_dr() || r.is_tr();
    if special(to) || special(from) {
        return super::system::mov_special(l, to, from);
    }
    let w = l.width_of(0);
    l.write(0, l.read(1, w));
    Flow::Next
}

/// Loads a segment register; the mode may be another afterwards.
fn load_segment(l: &Lift<'_>, seg: usize, selector: crate::lift::V<'_>) -> Flow {
    l.ir.call(helper::LOAD_SEGMENT, &[l.k(seg as u64), selector]);
    if l.long() && seg < sreg::FS && seg != sreg::SS {
        return Flow::Next;
    }
    l.update()
}

fn extend(l: &Lift<'_>, signed: bool) -> Flow {
    let (to, from) = (l.width_of(0), l.width_of(1));
    let v = l.read(1, from);
    l.write(
        0,
        if from >= to {
            v.trunc(to)
        } else if signed {
            v.sext(to)
        } else {
            v.zext(to)
        },
    );
    Flow::Next
}

fn xchg(l: &Lift<'_>) -> Flow {
    let w = l.width_of(0);
    let b = l.read(1, w);
    let old = if l.is_mem(0) {
        l.ir.rmw(RmwOp::Swap, l.address(w.bytes(), true), b, Mem::le(w).ordered(Order::SeqCst))
    } else {
        let old = l.read(0, w);
        l.write(0, b);
        old
    };
    l.set_gpr(l.insn.op1_register(), old);
    Flow::Next
}

fn push(l: &Lift<'_>) -> Flow {
    let w = l.stack_operand();
    let r = l.insn.op0_register();
    if l.insn.op0_kind() == OpKind::Register && r.is_segment_register() {
        let selector = l.ir.call(helper::SELECTOR, &[l.k(segment(r) as u64)]);
        l.push(selector.trunc(w));
    } else {
        l.push(l.read(0, w));
    }
    Flow::Next
}

fn pop(l: &Lift<'_>) -> Flow {
    let w = l.stack_operand();
    let (value, sp) = l.popped(w);
    let r = l.insn.op0_register();
    if l.is_mem(0) {
        // The address is that of the stack pointer behind the pop.
        let by_sp = l.insn.memory_base().full_register() == Register::RSP;
        let extra = by_sp.then(|| l.k(w.bytes().into()));
        let at = l.linear(segment(l.insn.memory_segment()), l.offset_plus(extra), w.bytes(), true);
        l.store(at, value);
        l.set_sp(sp);
    } else if r.is_segment_register() {
        let seg = segment(r);
        l.ir.call(helper::LOAD_SEGMENT, &[l.k(seg as u64), value.trunc(Width::W16).zext(Width::W64)]);
        l.set_sp(sp);
        return l.update();
    } else {
        l.set_sp(sp);
        l.set_gpr(r, value);
    }
    Flow::Next
}

fn pusha(l: &Lift<'_>, w: Width) -> Flow {
    let mut sp = l.low(4, l.stack_width());
    for n in 0..8 {
        sp = sp.add_imm(-i64::from(w.bytes()));
        l.store(l.stack_address(sp, w.bytes(), true), l.low(n, w));
    }
    l.set_sp(sp);
    Flow::Next
}

fn popa(l: &Lift<'_>, w: Width) -> Flow {
    let mut sp = l.low(4, l.stack_width());
    let mut values = Vec::new();
    for _ in 0..8 {
        values.push(l.load(l.stack_address(sp, w.bytes(), false), w));
        sp = sp.add_imm(w.bytes().into());
    }
    for (n, value) in (0..8u8).rev().zip(values) {
        if n != 4 {
            l.set_low(n, value);
        }
    }
    l.set_sp(sp);
    Flow::Next
}

fn pushf(l: &Lift<'_>, w: Width) -> Flow {
    if l.is(flag::VM) {
        l.ir.call(helper::CHECK_IOPL3, &[l.k(w.bits().into())]);
    }
    let flags = l.ir.call(helper::READ_FLAGS, &[]);
    l.push(flags.trunc(w));
    Flow::Next
}

fn popf(l: &Lift<'_>, w: Width) -> Flow {
    if l.is(flag::VM) {
        l.ir.call(helper::CHECK_IOPL3, &[l.k(w.bits().into())]);
    }
    let (value, sp) = l.popped(w);
    l.ir.call(helper::WRITE_FLAGS, &[value.zext(Width::W64), l.k(w.bits().into())]);
    l.set_sp(sp);
    l.update()
}

fn far_load(l: &Lift<'_>, seg: usize) -> Flow {
    if !l.is_mem(1) {
        return Flow::Undefined;
    }
    let w = l.width_of(0);
    let from = segment(l.insn.memory_segment());
    let at = l.offset();
    let value = l.load(l.linear(from, at, w.bytes(), false), w);
    let selector = l.load(l.linear(from, at.add_imm(w.bytes().into()), 2, false), Width::W16);
    l.ir.call(helper::LOAD_SEGMENT, &[l.k(seg as u64), selector.zext(Width::W64)]);
    l.write(0, value);
    l.update()
}
