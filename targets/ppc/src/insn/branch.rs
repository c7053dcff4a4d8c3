//! "Branch Instructions" and "System Call Instruction".

use decode::Flow;
use decode::insns;
use uop::{Exit, Hint, Val, Width};

use crate::debug;
use crate::ext::Ext;
use crate::format::W;
use crate::lift::Lift;
use crate::mode;
use crate::state::{CTR, LR};
use crate::trap::code;

insns! {
    /// Power ISA 3.0B, Book I, 2.4 and 2.6.
    pub INSNS for Lift<'_>;
    "010010 ........................ . ." W b "{.lk} {li}" [];
    "010000 ..... ..... .............. . ." W bc "{.lk} {bo}, {bi}, {bd}" [];
    "010011 ..... ..... 000 .. 0000010000 ." W bclr "{.lk1} {bo}, {bi}" [];
    "010011 ..... ..... 000 .. 1000010000 ." W bcctr "{.lk1} {bo}, {bi}" [];
    "010011 ..... ..... 000 .. 1000110000 ." W bctar "{.lk1} {bo}, {bi}" [Isa207];
    "010001 00000 00000 0000 ....... ... 1 0" W sc "{lev}" [];
}

/// Bits of BO: don't look at CR, the value wanted, don't count, branch when CTR gets 0.
const NO_CR: u32 = 16;
const CR_SET: u32 = 8;
const NO_CTR: u32 = 4;
const CTR_ZERO: u32 = 2;

/// BookE: a branch that will be taken is a debug event, before anything of it has happened (III-E, 10.4.4).
fn note_taken<'b>(l: &Lift<'b>, taken: Option<Val<'b>>) {
    if l.mode & mode::BE != 0 && l.has(Ext::BookE) {
        l.ir.raise_if(taken.unwrap_or(l.bool(true)), code::DEBUG, debug::BRT);
    }
}

/// Counts CTR down if BO says so, and tells whether the branch is taken; `None` means always.
fn condition<'b>(l: &Lift<'b>, f: W) -> Option<Val<'b>> {
    let bo = f.rt();
    let left = (bo & NO_CTR == 0).then(|| l.ir.get(CTR).add_imm(-1));
    let counted = left.map(|ctr| {
        let seen = ctr.trunc(l.mlen());
        if bo & CTR_ZERO != 0 { seen.eq(seen.konst(0)) } else { seen.is_nonzero() }
    });
    let tested = (bo & NO_CR == 0).then(|| {
        let bit = l.cr(f.ra());
        if bo & CR_SET != 0 { bit } else { !bit }
    });
    let taken = match (counted, tested) {
        (Some(a), Some(b)) => Some(a & b),
        (a, b) => a.or(b),
    };
    note_taken(l, taken);
    if let Some(ctr) = left {
        l.ir.set(CTR, ctr);
    }
    taken
}

fn link(l: &Lift<'_>, f: W) {
    if f.rc() != 0 {
        l.ir.set(LR, l.konst(l.next_pc() as i64));
    }
}

fn target(l: &Lift<'_>, f: W, distance: i64) -> u64 {
    let base = if f.aa() != 0 { 0 } else { l.pc };
    l.cut(base.wrapping_add_signed(distance))
}

/// Goes on at a known address. A link to the very next instruction is no call but asks for the address.
fn jump(l: &Lift<'_>, f: W, pc: u64) -> Flow {
    link(l, f);
    if f.rc() != 0 && pc != l.next_pc() {
        l.ir.returns_to(l.next_pc());
    }
    l.end(Exit::Jump { pc })
}

fn b(l: &Lift<'_>, f: W) -> Flow {
    note_taken(l, None);
    jump(l, f, target(l, f, f.li()))
}

fn bc(l: &Lift<'_>, f: W) -> Flow {
    let pc = target(l, f, f.bd());
    match condition(l, f) {
        None => jump(l, f, pc),
        Some(cond) => {
            link(l, f);
            l.end(Exit::Branch { cond: cond.id(), taken: pc, fallthrough: l.next_pc() })
        }
    }
}

/// Goes on where a register says.
fn indirect<'b>(l: &Lift<'b>, f: W, to: Val<'b>, cond: Option<Val<'b>>, hint: Hint) -> Flow {
    let to = l.ea(to & l.konst(-4));
    link(l, f);
    let (pc, hint) = match cond {
        None => (to, hint),
        Some(cond) => (l.ir.select(cond, to, l.konst(l.next_pc() as i64)), Hint::None),
    };
    if f.rc() != 0 {
        l.ir.returns_to(l.next_pc());
    }
    l.end(Exit::Indirect { pc: pc.id(), hint })
}

fn bclr(l: &Lift<'_>, f: W) -> Flow {
    let to = l.ir.get(LR);
    let cond = condition(l, f);
    let hint = if f.rb() & 3 == 0 && f.rc() == 0 { Hint::Return } else { Hint::None };
    indirect(l, f, to, cond, hint)
}

/// Counting down the register that holds the target is an invalid form.
fn bcctr(l: &Lift<'_>, f: W) -> Flow {
    if f.rt() & NO_CTR == 0 {
        return Flow::Illegal;
    }
    let to = l.ir.get(CTR);
    let hint = if f.rc() != 0 { Hint::Call } else { Hint::None };
    indirect(l, f, to, condition(l, f), hint)
}

fn bctar(l: &Lift<'_>, f: W) -> Flow {
    if l.problem() {
        l.call(crate::helper::CHECK_FACILITY, &[l.ir.konst(Width::W32, crate::facility::number::TAR.into())]);
    }
    let to = l.call(crate::helper::READ_TAR, &[]).trunc(l.xlen());
    let cond = condition(l, f);
    indirect(l, f, to, cond, Hint::None)
}

/// Level 1 is a call of the hypervisor, where there is one.
fn sc(l: &Lift<'_>, f: W) -> Flow {
    let level = if l.has(Ext::Hypervisor) { f.lev() } else { 0 };
    l.raise(code::SYSCALL, level.into())
}
