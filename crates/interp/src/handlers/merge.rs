//! Two shifts by constants and the disjunction of their results under one dispatch: rotations through more than a register has, and those of
//! guests without an instruction for them.

use cpu::{Core, TlbEntry};
use uop::{BinOp, Width};

use super::pair::{Bin, Body, chain};
use super::shape::Shape;
use super::{go, set};
use crate::slot::{Handler, Slot};

type Ip = *const Slot;
type Tlb = *const TlbEntry;

unsafe extern "C" fn merge<A: Body, B: Body>(core: *mut Core, ip: Ip, tlb: Tlb, budget: i64) -> u64 {
    // SAFETY: see the module `handlers`; the other ops are in the next slots.
    unsafe {
        let a = A::run::<{ chain::NONE }>(core, &*ip, tlb, 0).unwrap_or(0);
        let b = B::run::<{ chain::NONE }>(core, &*ip.add(1), tlb, 0).unwrap_or(0);
        set(core, (*ip.add(2)).d, a | b);
        go!(core, ip.add(3), tlb, budget)
    }
}

const W32: u8 = Width::W32 as u8;
const W64: u8 = Width::W64 as u8;
const SHL: u8 = BinOp::Shl as u8;
const SHR: u8 = BinOp::ShrU as u8;

/// The handler for the first three of these ops, if that is what they are.
pub(crate) fn merge_handler(ops: &[(Shape, Slot)]) -> Option<Handler> {
    let [
        (Shape::Bin(first, w, true, false), a),
        (Shape::Bin(second, w2, true, false), b),
        (Shape::Bin(BinOp::Or, w3, false, false), or),
        ..,
    ] = ops
    else {
        return None;
    };
    let both = (or.a, or.b()) == (a.d, b.d) || (or.a, or.b()) == (b.d, a.d);
    if !both || a.d == b.d || w != w2 || w != w3 {
        return None;
    }
    match (first, second, w) {
        (BinOp::ShrU, BinOp::Shl, Width::W32) => Some(merge::<Bin<SHR, W32, true, false>, Bin<SHL, W32, true, false>>),
        (BinOp::Shl, BinOp::ShrU, Width::W32) => Some(merge::<Bin<SHL, W32, true, false>, Bin<SHR, W32, true, false>>),
        (BinOp::ShrU, BinOp::Shl, Width::W64) => Some(merge::<Bin<SHR, W64, true, false>, Bin<SHL, W64, true, false>>),
        (BinOp::Shl, BinOp::ShrU, Width::W64) => Some(merge::<Bin<SHL, W64, true, false>, Bin<SHR, W64, true, false>>),
        _ => None,
    }
}
