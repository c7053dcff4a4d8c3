//! Runs: a constant and one or two moves under one dispatch, and the branch behind them. That is how blocks of guests with condition codes
//! end: what the codes are made of is written to registers, and a branch compares it.

use std::marker::PhantomData;

use cpu::{Core, TlbEntry};
use uop::{BinOp, CmpOp, Width};

use super::alu::compare;
use super::control::enter_link;
use super::go;
use super::pair::{Bin, Body, CutWord, Konst, Mov, chain};
use super::shape::Shape;
use crate::slot::{Handler, Slot};

type Ip = *const Slot;
type Tlb = *const TlbEntry;

const W32: u8 = Width::W32 as u8;
const AND: u8 = BinOp::And as u8;

/// The ops of a run.
trait Ops {
    /// How many.
    const N: usize;

    /// Does them.
    unsafe fn run(core: *mut Core, ip: Ip, tlb: Tlb);
}

/// A constant and another op, neither of which misses.
struct Two<A>(PhantomData<A>);

impl<A: Body> Ops for Two<A> {
    const N: usize = 2;

    #[inline(always)]
    unsafe fn run(core: *mut Core, ip: Ip, tlb: Tlb) {
        // SAFETY: see the module `handlers`; the ops are in neighbouring slots.
        unsafe {
            let _ = Konst::run::<{ chain::NONE }>(core, &*ip, tlb, 0);
            let _ = A::run::<{ chain::NONE }>(core, &*ip.add(1), tlb, 0);
        }
    }
}

/// What a branch asks for, and a constant.
struct Asked<A>(PhantomData<A>);

impl<A: Body> Ops for Asked<A> {
    const N: usize = 2;

    #[inline(always)]
    unsafe fn run(core: *mut Core, ip: Ip, tlb: Tlb) {
        // SAFETY: as above.
        unsafe {
            let _ = A::run::<{ chain::NONE }>(core, &*ip, tlb, 0);
            let _ = Konst::run::<{ chain::NONE }>(core, &*ip.add(1), tlb, 0);
        }
    }
}

/// The same as [`Two`] and one more.
struct Three<A, B>(PhantomData<(A, B)>);

impl<A: Body, B: Body> Ops for Three<A, B> {
    const N: usize = 3;

    #[inline(always)]
    unsafe fn run(core: *mut Core, ip: Ip, tlb: Tlb) {
        // SAFETY: as above.
        unsafe {
            Two::<A>::run(core, ip, tlb);
            let _ = B::run::<{ chain::NONE }>(core, &*ip.add(2), tlb, 0);
        }
    }
}

unsafe extern "C" fn run<O: Ops>(core: *mut Core, ip: Ip, tlb: Tlb, budget: i64) -> u64 {
    // SAFETY: see the module `handlers`.
    unsafe {
        O::run(core, ip, tlb);
        go!(core, ip.add(O::N), tlb, budget)
    }
}

unsafe extern "C" fn run_branch<O: Ops, const OP: u8, const W: u8, const IMM: bool>(
    core: *mut Core,
    ip: Ip,
    tlb: Tlb,
    budget: i64,
) -> u64 {
    // SAFETY: see the module `handlers`; the branch is behind the ops.
    unsafe {
        O::run(core, ip, tlb);
        let ip = ip.add(O::N);
        if compare::<OP, W, IMM>(core, &*ip) {
            enter_link(core, ip.add(1).cast(), tlb, budget)
        } else {
            enter_link(core, ip.add(2).cast(), tlb, budget)
        }
    }
}

macro_rules! pick {
    ($o:ty, $op:expr, $w:expr, $imm:expr; $( $(#[$m:meta])* $v:ident $name:ident; )*) => {
        match ($op, $w, $imm) {
            $(
                (CmpOp::$v, Width::W8, false) => Some(run_branch::<$o, { CmpOp::$v as u8 }, { Width::W8 as u8 }, false>),
                (CmpOp::$v, Width::W8, true) => Some(run_branch::<$o, { CmpOp::$v as u8 }, { Width::W8 as u8 }, true>),
                (CmpOp::$v, Width::W32, false) => Some(run_branch::<$o, { CmpOp::$v as u8 }, { Width::W32 as u8 }, false>),
                (CmpOp::$v, Width::W32, true) => Some(run_branch::<$o, { CmpOp::$v as u8 }, { Width::W32 as u8 }, true>),
                (CmpOp::$v, Width::W64, false) => Some(run_branch::<$o, { CmpOp::$v as u8 }, { Width::W64 as u8 }, false>),
                (CmpOp::$v, Width::W64, true) => Some(run_branch::<$o, { CmpOp::$v as u8 }, { Width::W64 as u8 }, true>),
            )*
            _ => None,
        }
    };
}

/// The ops and the branch behind them, if that is what follows.
fn with_branch<O: Ops>(behind: Option<&Shape>) -> Option<(Handler, usize)> {
    let Some(&Shape::Branch(op, w, imm)) = behind else { return None };
    let handler: Option<Handler> = uop::for_each_cmp_op!(pick O, op, w, imm;);
    handler.map(|handler| (handler, O::N + 1))
}

fn three<A: Body, B: Body>(shapes: &[Shape]) -> Option<(Handler, usize)> {
    Some(with_branch::<Three<A, B>>(shapes.get(3)).unwrap_or((run::<Three<A, B>>, 3)))
}

fn from_second<A: Body>(shapes: &[Shape]) -> Option<(Handler, usize)> {
    match shapes.get(2)? {
        Shape::Mov => three::<A, Mov>(shapes),
        Shape::CutWord => three::<A, CutWord>(shapes),
        Shape::Konst => three::<A, Konst>(shapes),
        behind => with_branch::<Two<A>>(Some(behind)),
    }
}

/// The handler of the run that begins with the first of these shapes, which are of adjacent slots, and its length.
pub(crate) fn run_handler(shapes: &[Shape]) -> Option<(Handler, usize)> {
    match *shapes {
        [Shape::Bin(BinOp::And, Width::W32, true, false), Shape::Konst, ref rest @ ..] => {
            return with_branch::<Asked<Bin<AND, W32, true, false>>>(rest.first());
        }
        [Shape::Bin(BinOp::And, Width::W32, false, false), Shape::Konst, ref rest @ ..] => {
            return with_branch::<Asked<Bin<AND, W32, false, false>>>(rest.first());
        }
        [Shape::Konst, ..] => {}
        _ => return None,
    }
    match shapes.get(1)? {
        Shape::Mov => from_second::<Mov>(shapes),
        Shape::CutWord => from_second::<CutWord>(shapes),
        _ => None,
    }
}
