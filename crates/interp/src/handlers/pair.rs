//! Super-instructions: two neighbouring ops under one dispatch.
//!
//! A pair keeps both slots as they are and only puts another handler into the first. So each op is still found at its slot when it
//! faults, and an op of a pair that can't be completed inline goes on alone. Which ops pair up is the table [`bodies!`], chosen by
//! how often they stand side by side in compiled code; every one of them pairs with every other, and with the branches.

use cpu::{Core, TlbEntry};
use uop::{BinOp, CmpOp, Width};

use super::alu::{compare, operate};
use super::control::enter_link;
use super::memory::{self, ext, kind};
use super::{get, go, set};
use crate::slot::{Handler, Slot};

type Ip = *const Slot;
type Tlb = *const TlbEntry;

/// An op that may be half of a pair.
pub(crate) trait Body {
    /// Does the op. `Err` gives the address whose TLB entry is missing; nothing has happened then.
    unsafe fn run(core: *mut Core, s: &Slot, tlb: Tlb) -> Result<(), u64>;

    /// Does the op the slow way, at its own slot, and goes on behind it.
    unsafe fn miss(core: *mut Core, ip: Ip, tlb: Tlb, budget: i64, addr: u64) -> u64;
}

struct Bin<const OP: u8, const W: u8, const IMM: bool, const SX: bool>;

impl<const OP: u8, const W: u8, const IMM: bool, const SX: bool> Body for Bin<OP, W, IMM, SX> {
    #[inline(always)]
    unsafe fn run(core: *mut Core, s: &Slot, _: Tlb) -> Result<(), u64> {
        // SAFETY: see the module `handlers`.
        unsafe { operate::<OP, W, IMM, SX>(core, s) };
        Ok(())
    }

    #[inline(always)]
    unsafe fn miss(_: *mut Core, _: Ip, _: Tlb, _: i64, _: u64) -> u64 {
        unreachable!("arithmetic misses nothing")
    }
}

struct Mov;

impl Body for Mov {
    #[inline(always)]
    unsafe fn run(core: *mut Core, s: &Slot, _: Tlb) -> Result<(), u64> {
        // SAFETY: see the module `handlers`.
        unsafe { set(core, s.d, get(core, s.a)) };
        Ok(())
    }

    #[inline(always)]
    unsafe fn miss(_: *mut Core, _: Ip, _: Tlb, _: i64, _: u64) -> u64 {
        unreachable!("a move misses nothing")
    }
}

struct Konst;

impl Body for Konst {
    #[inline(always)]
    unsafe fn run(core: *mut Core, s: &Slot, _: Tlb) -> Result<(), u64> {
        // SAFETY: see the module `handlers`.
        unsafe { set(core, s.d, i64::from(s.imm) as u64) };
        Ok(())
    }

    #[inline(always)]
    unsafe fn miss(_: *mut Core, _: Ip, _: Tlb, _: i64, _: u64) -> u64 {
        unreachable!("a constant misses nothing")
    }
}

struct Load<const W: u8, const EXT: u8, const KIND: u8>;

impl<const W: u8, const EXT: u8, const KIND: u8> Body for Load<W, EXT, KIND> {
    #[inline(always)]
    unsafe fn run(core: *mut Core, s: &Slot, tlb: Tlb) -> Result<(), u64> {
        // SAFETY: see the module `handlers`.
        unsafe { memory::try_load::<W, EXT, KIND>(core, s, tlb) }
    }

    #[inline(always)]
    unsafe fn miss(core: *mut Core, ip: Ip, tlb: Tlb, budget: i64, addr: u64) -> u64 {
        // SAFETY: see the module `handlers`.
        unsafe { memory::load_miss::<W, EXT, KIND>(core, ip, tlb, budget, addr) }
    }
}

struct Store<const W: u8, const KIND: u8>;

impl<const W: u8, const KIND: u8> Body for Store<W, KIND> {
    #[inline(always)]
    unsafe fn run(core: *mut Core, s: &Slot, tlb: Tlb) -> Result<(), u64> {
        // SAFETY: see the module `handlers`.
        unsafe { memory::try_store::<W, KIND>(core, s, tlb) }
    }

    #[inline(always)]
    unsafe fn miss(core: *mut Core, ip: Ip, tlb: Tlb, budget: i64, addr: u64) -> u64 {
        // SAFETY: see the module `handlers`.
        unsafe { memory::store_miss::<W, KIND>(core, ip, tlb, budget, addr) }
    }
}

/// Two ops.
unsafe extern "C" fn pair<A: Body, B: Body>(core: *mut Core, ip: Ip, tlb: Tlb, budget: i64) -> u64 {
    // SAFETY: see the module `handlers`; the second op is in the next slot.
    unsafe {
        if let Err(addr) = A::run(core, &*ip, tlb) {
            return A::miss(core, ip, tlb, budget, addr);
        }
        let ip = ip.add(1);
        if let Err(addr) = B::run(core, &*ip, tlb) {
            return B::miss(core, ip, tlb, budget, addr);
        }
        go!(core, ip.add(1), tlb, budget)
    }
}

/// An op and a branch.
unsafe extern "C" fn then_branch<A: Body, const OP: u8, const W: u8, const IMM: bool>(
    core: *mut Core,
    ip: Ip,
    tlb: Tlb,
    budget: i64,
) -> u64 {
    // SAFETY: see the module `handlers`; the branch is in the next slot.
    unsafe {
        if let Err(addr) = A::run(core, &*ip, tlb) {
            return A::miss(core, ip, tlb, budget, addr);
        }
        let ip = ip.add(1);
        if compare::<OP, W, IMM>(core, &*ip) {
            enter_link(core, ip.add(1).cast(), tlb, budget)
        } else {
            enter_link(core, ip.add(2).cast(), tlb, budget)
        }
    }
}

/// An op and a jump.
unsafe extern "C" fn then_jump<A: Body>(core: *mut Core, ip: Ip, tlb: Tlb, budget: i64) -> u64 {
    // SAFETY: see the module `handlers`; the jump is in the next slot.
    unsafe {
        if let Err(addr) = A::run(core, &*ip, tlb) {
            return A::miss(core, ip, tlb, budget, addr);
        }
        enter_link(core, ip.add(2).cast(), tlb, budget)
    }
}

const W8: u8 = Width::W8 as u8;
const W16: u8 = Width::W16 as u8;
const W32: u8 = Width::W32 as u8;
const W64: u8 = Width::W64 as u8;
const DISP: u8 = 0;

macro_rules! op {
    ($name:ident) => {{ BinOp::$name as u8 }};
}

/// The ops that pair up: what they are when a block is lowered, and their body.
macro_rules! bodies {
    ($m:ident $($rest:tt)*) => { $m! { $($rest)*
        (Shape::Bin(BinOp::Add, Width::W64, true, false)) Bin<{ op!(Add) }, W64, true, false>;
        (Shape::Bin(BinOp::Add, Width::W64, false, false)) Bin<{ op!(Add) }, W64, false, false>;
        (Shape::Bin(BinOp::Sub, Width::W64, false, false)) Bin<{ op!(Sub) }, W64, false, false>;
        (Shape::Bin(BinOp::And, Width::W64, true, false)) Bin<{ op!(And) }, W64, true, false>;
        (Shape::Bin(BinOp::And, Width::W64, false, false)) Bin<{ op!(And) }, W64, false, false>;
        (Shape::Bin(BinOp::Or, Width::W64, false, false)) Bin<{ op!(Or) }, W64, false, false>;
        (Shape::Bin(BinOp::Xor, Width::W64, false, false)) Bin<{ op!(Xor) }, W64, false, false>;
        (Shape::Bin(BinOp::Shl, Width::W64, true, false)) Bin<{ op!(Shl) }, W64, true, false>;
        (Shape::Bin(BinOp::ShrU, Width::W64, true, false)) Bin<{ op!(ShrU) }, W64, true, false>;
        (Shape::Bin(BinOp::Add, Width::W32, true, true)) Bin<{ op!(Add) }, W32, true, true>;
        (Shape::Bin(BinOp::Add, Width::W32, false, true)) Bin<{ op!(Add) }, W32, false, true>;
        (Shape::Bin(BinOp::Sub, Width::W32, false, true)) Bin<{ op!(Sub) }, W32, false, true>;
        (Shape::Bin(BinOp::Shl, Width::W32, true, true)) Bin<{ op!(Shl) }, W32, true, true>;
        (Shape::Bin(BinOp::ShrU, Width::W32, true, true)) Bin<{ op!(ShrU) }, W32, true, true>;
        (Shape::Mov) Mov;
        (Shape::Konst) Konst;
        (Shape::Load(Width::W64, ext::ZERO, DISP)) Load<W64, { ext::ZERO }, DISP>;
        (Shape::Load(Width::W32, ext::SIGN64, DISP)) Load<W32, { ext::SIGN64 }, DISP>;
        (Shape::Load(Width::W16, ext::ZERO, DISP)) Load<W16, { ext::ZERO }, DISP>;
        (Shape::Load(Width::W8, ext::ZERO, DISP)) Load<W8, { ext::ZERO }, DISP>;
        (Shape::Store(Width::W64, DISP)) Store<W64, DISP>;
        (Shape::Store(Width::W32, DISP)) Store<W32, DISP>;
        (Shape::Store(Width::W8, DISP)) Store<W8, DISP>;
    } };
}

/// What an op is, as far as pairing goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Shape {
    /// Two operands: op, width, second is an immediate, result is sign-extended.
    Bin(BinOp, Width, bool, bool),
    /// A move.
    Mov,
    /// A constant in the immediate.
    Konst,
    /// A plain load: width, extension, kind.
    Load(Width, u8, u8),
    /// A plain store: width, kind.
    Store(Width, u8),
    /// A branch on a comparison.
    Branch(CmpOp, Width, bool),
    /// A jump to a known address.
    Jump,
    /// Anything else.
    Other,
}

macro_rules! second {
    ([$a:ty] $b:expr; $( ($shape:expr) $body:ty; )*) => {
        $( if $b == $shape { return Some(pair::<$a, $body>); } )*
    };
}
macro_rules! first {
    ($a:expr, $b:expr; $( ($shape:expr) $body:ty; )*) => {
        $( if $a == $shape { return with_first::<$body>($b); } )*
    };
}

fn with_first<A: Body>(b: Shape) -> Option<Handler> {
    match b {
        Shape::Branch(op, w, imm) => branch_behind::<A>(op, w, imm),
        Shape::Jump => Some(then_jump::<A>),
        _ => {
            bodies!(second [A] b;);
            None
        }
    }
}

fn branch_behind<A: Body>(op: CmpOp, w: Width, imm: bool) -> Option<Handler> {
    macro_rules! pick {
        ($($cmp:ident),*) => {
            match (op, w, imm) {
                $( (CmpOp::$cmp, Width::W64, false) => Some(then_branch::<A, { CmpOp::$cmp as u8 }, W64, false>),
                   (CmpOp::$cmp, Width::W64, true) => Some(then_branch::<A, { CmpOp::$cmp as u8 }, W64, true>), )*
                _ => None,
            }
        };
    }
    pick!(Eq, Ne, LtS, LtU, LeS, LeU)
}

/// The handler for two neighbouring ops, if they pair up.
pub(crate) fn pair_handler(a: Shape, b: Shape) -> Option<Handler> {
    bodies!(first a, b;);
    None
}

const _: () = assert!(kind::BIG | kind::TRAP | kind::INDEXED | kind::SHORT != DISP);
