//! Branches, calls, jumps, traps on condition.

use decode::Flow::{self, Next};
use decode::insns;
use uop::{Exit, Hint, Val, Width};

use crate::v9::cc::{ICC, XCC};
use crate::v9::ext::Ext;
use crate::v9::format::{Arith, Bare, Branch19, Branch22, BranchR, Call, Trap};
use crate::v9::helper;
use crate::v9::lift::Lift;
use crate::v9::transfer::Dest;
use crate::v9::trap::tt;

insns! {
    /// SPARC Architecture Manual V9, appendix A.
    pub INSNS for Lift;
    // Branch on Integer Condition Codes with Prediction, Branch on Integer Condition Codes.
    "00 . .... 001 .. . ..................." Branch19 bp "{.cond} {cc}, {target}" [V9];
    "00 . .... 010 ......................" Branch22 b "{.cond} {target}" [V9];
    // Branch on Integer Register with Prediction.
    "00 . 0 ... 011 .. . ..... .............." BranchR br "{.rcond} {rs1}, {target}" [V9];
    // Branch on Floating-Point Condition Codes.
    "00 . .... 101 .. . ..................." Branch19 fbp "{.fcond} {fcc}, {target}" [V9 Fpu];
    "00 . .... 110 ......................" Branch22 fb "{.fcond} {target}" [V9 Fpu];
    // Call and Link, Jump and Link, RETURN.
    "01 .............................." Call call "{target}" [V9];
    "10 ..... 111000 ..... . ............." Arith jmpl "{address}, {rd}" [V9];
    "10 ..... 111001 ..... . ............." Arith return_ "{address}" [V9];
    // Trap on Integer Condition Codes.
    "10 . .... 111010 ..... . ............." Trap t "{.cond} {cc}, {number}" [V9];
    // Illegal Instruction Trap.
    "00 ..... 000 ......................" Bare illtrap "{imm}" [V9];
}

/// A branch whose condition is never, always or a truth value.
fn branch<'b>(l: &Lift<'b>, annul: bool, cond: u8, disp: i64, holds: impl FnOnce() -> Val<'b>) -> Flow {
    let target = l.relative(disp);
    match (cond, annul) {
        (0, true) => l.skip_slot(),
        (0, false) => Next,
        (8, true) => l.transfer_at_once(target),
        (8, false) => l.transfer(Dest::To(target)),
        (_, true) => l.transfer_annulling(holds(), target),
        (_, false) => l.transfer(Dest::If(holds(), target)),
    }
}

/// cc1 and cc0 of 1 and 3 are reserved.
fn bp(l: &Lift, f: Branch19) -> Flow {
    if f.cc & 1 != 0 {
        return Flow::Illegal;
    }
    let cc = if f.cc == 0 { ICC } else { XCC };
    branch(l, f.a, f.cond, f.disp, || l.icond(cc, f.cond))
}

fn b(l: &Lift, f: Branch22) -> Flow {
    branch(l, f.a, f.cond, f.disp, || l.icond(ICC, f.cond))
}

fn fbp(l: &Lift, f: Branch19) -> Flow {
    branch(l, f.a, f.cond, f.disp, || l.fcond(f.cc, f.cond))
}

fn fb(l: &Lift, f: Branch22) -> Flow {
    branch(l, f.a, f.cond, f.disp, || l.fcond(0, f.cond))
}

/// rcond 0 and 4 are reserved.
fn br(l: &Lift, f: BranchR) -> Flow {
    let Some(cond) = l.rcond(f.rcond, l.x(f.rs1)) else { return Flow::Illegal };
    let target = l.relative(f.disp);
    if f.a { l.transfer_annulling(cond, target) } else { l.transfer(Dest::If(cond, target)) }
}

/// The address of the call goes to %o7.
fn call(l: &Lift, f: Call) -> Flow {
    let target = l.relative(f.disp);
    l.set_x(15, l.konst(l.cut_address(l.pc) as i64));
    l.transfer(Dest::Call(target))
}

/// The target of a jump, checked.
fn jump_target<'b>(l: &Lift<'b>, f: Arith) -> Val<'b> {
    let target = l.address(f.rs1, f.i, f.simm, f.rs2);
    l.raise_if((target & target.konst(3)).is_nonzero(), tt::NOT_ALIGNED);
    target
}

fn jmpl(l: &Lift, f: Arith) -> Flow {
    let target = jump_target(l, f);
    l.set_x(f.rd, l.konst(l.cut_address(l.pc) as i64));
    let hint = match (f.rd, f.rs1) {
        (15, _) => Hint::Call,
        (0, 15 | 31) => Hint::Return,
        _ => Hint::None,
    };
    l.transfer(Dest::Computed(target, hint))
}

/// RESTORE and a jump; the operands are those of the old window.
fn return_(l: &Lift, f: Arith) -> Flow {
    let target = l.address(f.rs1, f.i, f.simm, f.rs2);
    l.check_restore();
    l.raise_if((target & target.konst(3)).is_nonzero(), tt::NOT_ALIGNED);
    l.restore_window();
    l.transfer(Dest::Computed(target, Hint::Return))
}

/// "software_trap_number is (r[rs1] + operand) mod 128"; in user mode, that of sun4v: mod 256 for hyperprivileged ones.
fn t(l: &Lift, f: Trap) -> Flow {
    if f.cc & 1 != 0 {
        return Flow::Illegal;
    }
    if f.cond == 0 {
        return Next;
    }
    let cc = if f.cc == 0 { ICC } else { XCC };
    let mask: i64 = if l.lifter.sun4v && l.privilege() > 0 { 0xff } else { 0x7f };
    // Whether the number is known when this is lifted.
    if f.rs1 == 0 && (f.i || f.rs2 == 0) {
        let number = if f.i { u16::from(f.imm) } else { 0 };
        if f.cond == 8 {
            return l.raise(tt::TRAP_0 + number);
        }
        l.raise_if(l.icond(cc, f.cond), tt::TRAP_0 + number);
        return Next;
    }
    let second = if f.i { l.konst(f.imm.into()) } else { l.x(f.rs2) };
    let number = (l.x(f.rs1) + second) & l.konst(mask);
    let taken = if f.cond == 8 { l.ir.konst(Width::W1, 1) } else { l.icond(cc, f.cond) };
    let code = l.ir.select(taken, number | number.konst(tt::TRAP_0.into()), number.konst(0));
    l.call(helper::TRAP, &[code]);
    Next
}

fn illtrap(l: &Lift, _: Bare) -> Flow {
    l.end(Exit::Raise { code: tt::ILLEGAL.into(), arg: 0 })
}
