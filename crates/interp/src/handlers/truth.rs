//! A comparison and its user under one dispatch: the sum, difference or disjunction that takes its result as a carry, and the choice that goes by
//! it; before a carry also the op that it is added to, and the sum that the comparison is with. So a chain of additions with carry, of guests
//! that keep the operands of their flags, takes one dispatch an instruction. All results are written to the file, for whoever else may read them.

use cpu::{Core, TlbEntry};
use uop::{BinOp, CmpOp, Width};

use super::alu::{compare, compute, pick_cmp, second};
use super::pair::{Bin, Body, chain};
use super::shape::Shape;
use super::{choose, get, go, set};
use crate::slot::{Handler, Slot};

type Ip = *const Slot;
type Tlb = *const TlbEntry;

/// A comparison, and an op of width `W2` whose second operand is its result.
unsafe extern "C" fn carried<const OP: u8, const W: u8, const IMM: bool, const BIN: u8, const W2: u8>(
    core: *mut Core,
    ip: Ip,
    tlb: Tlb,
    budget: i64,
) -> u64 {
    // SAFETY: see the module `handlers`; the op is in the next slot.
    unsafe {
        let carry = u64::from(compare::<OP, W, IMM>(core, &*ip));
        set(core, (*ip).d, carry);
        let s = &*ip.add(1);
        set(core, s.d, compute::<BIN, W2, false>(get(core, s.a), carry));
        go!(core, ip.add(2), tlb, budget)
    }
}

/// A comparison, and a choice by its result, or the low 32 bits of that.
macro_rules! choices {
    ($($name:ident $cut:literal;)*) => { $(
        unsafe extern "C" fn $name<const OP: u8, const W: u8, const IMM: bool>(
            core: *mut Core,
            ip: Ip,
            tlb: Tlb,
            budget: i64,
        ) -> u64 {
            // SAFETY: see the module `handlers`; the choice is in the next slot.
            unsafe {
                let cond = compare::<OP, W, IMM>(core, &*ip);
                set(core, (*ip).d, u64::from(cond));
                let s = &*ip.add(1);
                set(core, s.d, choose::<$cut>(core, cond, s.b(), s.c()));
                go!(core, ip.add(2), tlb, budget)
            }
        }
    )* };
}
choices! {
    chosen false;
    chosen_word true;
}

/// An op that the carry goes to (with `CHAIN`, its result is the first operand there), a comparison, and the op that takes the carry.
unsafe extern "C" fn link<P: Body, const W: u8, const IMM: bool, const BIN: u8, const CHAIN: bool>(
    core: *mut Core,
    ip: Ip,
    tlb: Tlb,
    budget: i64,
) -> u64 {
    // SAFETY: see the module `handlers`; the other ops are in the next slots.
    unsafe {
        let part = P::run::<{ chain::NONE }>(core, &*ip, tlb, 0).unwrap_or(0);
        let s = &*ip.add(1);
        let carry = u64::from(compare::<LESS, W, IMM>(core, s));
        set(core, s.d, carry);
        let s = &*ip.add(2);
        set(core, s.d, compute::<BIN, W32, false>(if CHAIN { part } else { get(core, s.a) }, carry));
        go!(core, ip.add(3), tlb, budget)
    }
}

/// The same with a sum before the comparison, which is its second operand.
unsafe extern "C" fn long_link<P: Body, const IMM: bool, const BIN: u8, const CHAIN: bool>(
    core: *mut Core,
    ip: Ip,
    tlb: Tlb,
    budget: i64,
) -> u64 {
    // SAFETY: as above.
    unsafe {
        let part = P::run::<{ chain::NONE }>(core, &*ip, tlb, 0).unwrap_or(0);
        let s = &*ip.add(1);
        let sum = compute::<{ BinOp::Add as u8 }, W64, false>(get(core, s.a), second::<IMM>(core, s));
        set(core, s.d, sum);
        let s = &*ip.add(2);
        let carry = u64::from(get(core, s.a) < sum);
        set(core, s.d, carry);
        let s = &*ip.add(3);
        set(core, s.d, compute::<BIN, W32, false>(if CHAIN { part } else { get(core, s.a) }, carry));
        go!(core, ip.add(4), tlb, budget)
    }
}

const W32: u8 = Width::W32 as u8;
const W64: u8 = Width::W64 as u8;
const LESS: u8 = CmpOp::LtU as u8;

fn carried_by<const W: u8, const IMM: bool>(op: BinOp, w: Width) -> Option<Handler> {
    macro_rules! pick {
        ($($bin:ident)*) => {
            match (op, w) {
                $(
                    (BinOp::$bin, Width::W32) => Some(carried::<LESS, W, IMM, { BinOp::$bin as u8 }, W32>),
                    (BinOp::$bin, Width::W64) => Some(carried::<LESS, W, IMM, { BinOp::$bin as u8 }, W64>),
                )*
                _ => None,
            }
        };
    }
    pick!(Add Sub Or)
}

/// The handler for a comparison and the op behind it, if that is its user and there is one. Carries are what unsigned comparisons are.
pub(crate) fn truth_handler((a, first): (Shape, &Slot), (b, second): (Shape, &Slot)) -> Option<Handler> {
    let Shape::Cmp(op, w, imm) = a else { return None };
    match b {
        Shape::Select(false) if second.a == first.d => Some(uop::for_each_cmp_op!(pick_cmp chosen, op, w, imm;)),
        Shape::Select(true) if second.a == first.d => Some(uop::for_each_cmp_op!(pick_cmp chosen_word, op, w, imm;)),
        Shape::Bin(bin, w2, false, false) if op == CmpOp::LtU && second.b() == first.d && second.a != first.d => {
            match (w, imm) {
                (Width::W32, false) => carried_by::<W32, false>(bin, w2),
                (Width::W32, true) => carried_by::<W32, true>(bin, w2),
                (Width::W64, false) => carried_by::<W64, false>(bin, w2),
                (Width::W64, true) => carried_by::<W64, true>(bin, w2),
                _ => None,
            }
        }
        _ => None,
    }
}

/// The handler for up to four ops that are the link of a chain of carries, and their number.
pub(crate) fn link_handler(ops: &[(Shape, Slot)]) -> Option<(Handler, usize)> {
    const ADD: u8 = BinOp::Add as u8;
    const SUB: u8 = BinOp::Sub as u8;
    const SHL: u8 = BinOp::Shl as u8;
    match ops.first()?.0 {
        Shape::Bin(BinOp::Add, Width::W32, false, false) => with_first::<Bin<ADD, W32, false, false>>(ops),
        Shape::Bin(BinOp::Add, Width::W32, true, false) => with_first::<Bin<ADD, W32, true, false>>(ops),
        Shape::Bin(BinOp::Sub, Width::W32, false, false) => with_first::<Bin<SUB, W32, false, false>>(ops),
        Shape::Bin(BinOp::Shl, Width::W32, true, false) => with_first::<Bin<SHL, W32, true, false>>(ops),
        _ => None,
    }
}

fn with_first<P: Body>(ops: &[(Shape, Slot)]) -> Option<(Handler, usize)> {
    match *ops {
        [(_, p), (Shape::Cmp(CmpOp::LtU, w, imm), cmp), (Shape::Bin(bin, Width::W32, false, false), last), ..]
            if takes(&last, &cmp) =>
        {
            let chained = last.a == p.d && p.d != cmp.d;
            let handler = match (w, imm) {
                (Width::W32, false) => link_to::<P, W32, false>(bin, chained),
                (Width::W64, false) => link_to::<P, W64, false>(bin, chained),
                _ => None,
            };
            handler.map(|handler| (handler, 3))
        }
        [
            (_, p),
            (Shape::Bin(BinOp::Add, Width::W64, imm, false), sum),
            (Shape::Cmp(CmpOp::LtU, Width::W64, false), cmp),
            (Shape::Bin(bin, Width::W32, false, false), last),
        ] if takes(&last, &cmp) && cmp.b() == sum.d && cmp.a != sum.d => {
            let chained = last.a == p.d && p.d != sum.d && p.d != cmp.d;
            let handler = if imm { long::<P, true>(bin, chained) } else { long::<P, false>(bin, chained) };
            handler.map(|handler| (handler, 4))
        }
        _ => None,
    }
}

/// Whether the second operand of `op`, and that alone, is the result of the comparison before it.
fn takes(op: &Slot, cmp: &Slot) -> bool {
    op.b() == cmp.d && op.a != cmp.d
}

fn link_to<P: Body, const W: u8, const IMM: bool>(bin: BinOp, chained: bool) -> Option<Handler> {
    macro_rules! pick {
        ($($op:ident)*) => {
            match (bin, chained) {
                $(
                    (BinOp::$op, false) => Some(link::<P, W, IMM, { BinOp::$op as u8 }, false>),
                    (BinOp::$op, true) => Some(link::<P, W, IMM, { BinOp::$op as u8 }, true>),
                )*
                _ => None,
            }
        };
    }
    pick!(Add Sub Or)
}

fn long<P: Body, const IMM: bool>(bin: BinOp, chained: bool) -> Option<Handler> {
    macro_rules! pick {
        ($($op:ident)*) => {
            match (bin, chained) {
                $(
                    (BinOp::$op, false) => Some(long_link::<P, IMM, { BinOp::$op as u8 }, false>),
                    (BinOp::$op, true) => Some(long_link::<P, IMM, { BinOp::$op as u8 }, true>),
                )*
                _ => None,
            }
        };
    }
    pick!(Add Sub Or)
}
