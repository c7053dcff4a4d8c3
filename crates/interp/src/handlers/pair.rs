//! Super-instructions: two neighbouring ops under one dispatch.
//!
//! A pair keeps both slots as they are and only puts another handler into the first. So each op is still found at its slot when it
//! faults, and an op of a pair that can't be completed inline goes on alone. Which ops pair up is the table [`bodies!`], chosen by
//! how often they stand side by side in compiled code; every one of them pairs with every other, and with the branches.

use cpu::{Core, TlbEntry};
use uop::{BinOp, CmpOp, Width};

use super::alu::{compares, compute};
use super::control::{enter_link, hint, leave_by, leave_for};
use super::memory::{self, ext, kind};
pub(crate) use super::shape::Shape;
use super::{get, go, low_half, set};
use crate::slot::{Handler, Slot};

type Ip = *const Slot;
type Tlb = *const TlbEntry;

/// How the second op of a pair depends on the first: an operand that is the first one's result comes in a host register, not by way
/// of the file, which takes the host several cycles.
pub(crate) mod chain {
    /// Not at all.
    pub(crate) const NONE: u8 = 0;
    /// The first operand is the result.
    pub(crate) const FIRST: u8 = 1;
    /// The second operand (of a store: the value) is the result.
    pub(crate) const SECOND: u8 = 2;
}

/// An op that may be half of a pair.
pub(crate) trait Body {
    /// The width of the operation, as a number; 0 if it has none.
    const WIDTH: u8 = 0;

    /// Does the op and gives its result, if it has one. `before` is the result of the op before it, which `CHAIN` says the use of. `Err`
    /// gives the address whose TLB entry is missing; nothing has happened then.
    unsafe fn run<const CHAIN: u8>(core: *mut Core, s: &Slot, tlb: Tlb, before: u64) -> Result<u64, u64>;

    /// Does the op the slow way, at its own slot, and goes on behind it.
    unsafe fn miss(core: *mut Core, ip: Ip, tlb: Tlb, budget: i64, addr: u64) -> u64;
}

/// Ops that always succeed.
macro_rules! never_misses {
    () => {
        #[inline(always)]
        unsafe fn miss(_: *mut Core, _: Ip, _: Tlb, _: i64, _: u64) -> u64 {
            unreachable!("only accesses miss")
        }
    };
}

pub(super) struct Bin<const OP: u8, const W: u8, const IMM: bool, const SX: bool>;

impl<const OP: u8, const W: u8, const IMM: bool, const SX: bool> Body for Bin<OP, W, IMM, SX> {
    const WIDTH: u8 = W;

    #[inline(always)]
    unsafe fn run<const CHAIN: u8>(core: *mut Core, s: &Slot, _: Tlb, before: u64) -> Result<u64, u64> {
        // SAFETY: see the module `handlers`.
        unsafe {
            let a = if CHAIN == chain::FIRST { before } else { get(core, s.a) };
            let b = match (IMM, CHAIN) {
                (true, _) => i64::from(s.imm) as u64,
                (false, chain::SECOND) => before,
                (false, _) => get(core, s.b()),
            };
            let r = compute::<OP, W, SX>(a, b);
            set(core, s.d, r);
            Ok(r)
        }
    }

    never_misses!();
}

/// An op that goes into the low half of a register.
struct Low<const OP: u8, const IMM: bool>;

impl<const OP: u8, const IMM: bool> Body for Low<OP, IMM> {
    const WIDTH: u8 = W32;

    #[inline(always)]
    unsafe fn run<const CHAIN: u8>(core: *mut Core, s: &Slot, _: Tlb, before: u64) -> Result<u64, u64> {
        // SAFETY: see the module `handlers`.
        unsafe {
            let a = if CHAIN == chain::FIRST { before } else { get(core, s.a) };
            let b = match (IMM, CHAIN) {
                (true, _) => i64::from(s.imm) as u64,
                (false, chain::SECOND) => before,
                (false, _) => get(core, s.b()),
            };
            let r = low_half(get(core, s.d), compute::<OP, W32, false>(a, b));
            set(core, s.d, r);
            Ok(r)
        }
    }

    never_misses!();
}

struct MovLow;

impl Body for MovLow {
    #[inline(always)]
    unsafe fn run<const CHAIN: u8>(core: *mut Core, s: &Slot, _: Tlb, before: u64) -> Result<u64, u64> {
        // SAFETY: see the module `handlers`.
        unsafe {
            let a = if CHAIN == chain::FIRST { before } else { get(core, s.a) };
            let r = low_half(get(core, s.d), a);
            set(core, s.d, r);
            Ok(r)
        }
    }

    never_misses!();
}

pub(super) struct Mov;

impl Body for Mov {
    #[inline(always)]
    unsafe fn run<const CHAIN: u8>(core: *mut Core, s: &Slot, _: Tlb, before: u64) -> Result<u64, u64> {
        // SAFETY: see the module `handlers`.
        unsafe {
            let r = if CHAIN == chain::FIRST { before } else { get(core, s.a) };
            set(core, s.d, r);
            Ok(r)
        }
    }

    never_misses!();
}

struct SextWord;

impl Body for SextWord {
    #[inline(always)]
    unsafe fn run<const CHAIN: u8>(core: *mut Core, s: &Slot, _: Tlb, before: u64) -> Result<u64, u64> {
        // SAFETY: see the module `handlers`.
        unsafe {
            let r = if CHAIN == chain::FIRST { before } else { get(core, s.a) } as i32 as u64;
            set(core, s.d, r);
            Ok(r)
        }
    }

    never_misses!();
}

/// The low 32 bits.
pub(super) struct CutWord;

impl Body for CutWord {
    #[inline(always)]
    unsafe fn run<const CHAIN: u8>(core: *mut Core, s: &Slot, _: Tlb, before: u64) -> Result<u64, u64> {
        // SAFETY: see the module `handlers`.
        unsafe {
            let r = if CHAIN == chain::FIRST { before } else { get(core, s.a) } as u32 as u64;
            set(core, s.d, r);
            Ok(r)
        }
    }

    never_misses!();
}

pub(super) struct Konst;

impl Body for Konst {
    #[inline(always)]
    unsafe fn run<const CHAIN: u8>(core: *mut Core, s: &Slot, _: Tlb, _: u64) -> Result<u64, u64> {
        let r = i64::from(s.imm) as u64;
        // SAFETY: see the module `handlers`.
        unsafe { set(core, s.d, r) };
        Ok(r)
    }

    never_misses!();
}

struct KonstU;

impl Body for KonstU {
    #[inline(always)]
    unsafe fn run<const CHAIN: u8>(core: *mut Core, s: &Slot, _: Tlb, _: u64) -> Result<u64, u64> {
        let r = u64::from(s.imm as u32);
        // SAFETY: see the module `handlers`.
        unsafe { set(core, s.d, r) };
        Ok(r)
    }

    never_misses!();
}

struct Load<const W: u8, const EXT: u8, const KIND: u8>;

impl<const W: u8, const EXT: u8, const KIND: u8> Body for Load<W, EXT, KIND> {
    #[inline(always)]
    unsafe fn run<const CHAIN: u8>(core: *mut Core, s: &Slot, tlb: Tlb, before: u64) -> Result<u64, u64> {
        // SAFETY: see the module `handlers`.
        unsafe {
            let base = if CHAIN == chain::FIRST { before } else { get(core, s.a) };
            memory::try_load::<W, EXT, KIND>(core, s, tlb, base)
        }
    }

    #[inline(always)]
    unsafe fn miss(core: *mut Core, ip: Ip, tlb: Tlb, budget: i64, addr: u64) -> u64 {
        // SAFETY: see the module `handlers`.
        unsafe { memory::load_miss::<W, EXT, KIND, true>(core, ip, tlb, budget, addr) }
    }
}

struct Store<const W: u8, const KIND: u8>;

impl<const W: u8, const KIND: u8> Body for Store<W, KIND> {
    #[inline(always)]
    unsafe fn run<const CHAIN: u8>(core: *mut Core, s: &Slot, tlb: Tlb, before: u64) -> Result<u64, u64> {
        // SAFETY: see the module `handlers`.
        unsafe {
            let base = if CHAIN == chain::FIRST { before } else { get(core, s.a) };
            let value = if CHAIN == chain::SECOND { before } else { get(core, s.d) };
            memory::try_store::<W, KIND>(core, s, tlb, base, value)?;
        }
        Ok(0)
    }

    #[inline(always)]
    unsafe fn miss(core: *mut Core, ip: Ip, tlb: Tlb, budget: i64, addr: u64) -> u64 {
        // SAFETY: see the module `handlers`.
        unsafe { memory::store_miss::<W, KIND, true>(core, ip, tlb, budget, addr) }
    }
}

/// Two ops.
unsafe extern "C" fn pair<A: Body, B: Body, const CHAIN: u8>(core: *mut Core, ip: Ip, tlb: Tlb, budget: i64) -> u64 {
    // SAFETY: see the module `handlers`; the second op is in the next slot.
    unsafe {
        let result = match A::run::<{ chain::NONE }>(core, &*ip, tlb, 0) {
            Ok(result) => result,
            Err(addr) => return A::miss(core, ip, tlb, budget, addr),
        };
        let ip = ip.add(1);
        if let Err(addr) = B::run::<CHAIN>(core, &*ip, tlb, result) {
            return B::miss(core, ip, tlb, budget, addr);
        }
        go!(core, ip.add(1), tlb, budget)
    }
}

/// An op and a branch.
unsafe extern "C" fn then_branch<A: Body, const OP: u8, const W: u8, const IMM: bool, const CHAIN: u8>(
    core: *mut Core,
    ip: Ip,
    tlb: Tlb,
    budget: i64,
) -> u64 {
    // SAFETY: see the module `handlers`; the branch is in the next slot.
    unsafe {
        let result = match A::run::<{ chain::NONE }>(core, &*ip, tlb, 0) {
            Ok(result) => result,
            Err(addr) => return A::miss(core, ip, tlb, budget, addr),
        };
        let ip = ip.add(1);
        let s = &*ip;
        let a = if CHAIN == chain::FIRST { result } else { get(core, s.a) };
        let b = match (IMM, CHAIN) {
            (true, _) => i64::from(s.imm) as u64,
            (false, chain::SECOND) => result,
            (false, _) => get(core, s.b()),
        };
        // Two ways out, so that the host predicts the direction here and the next handler apart for each.
        if compares::<OP, W>(a, b) {
            enter_link(core, ip.add(1).cast(), tlb, budget)
        } else {
            enter_link(core, ip.add(2).cast(), tlb, budget)
        }
    }
}

/// An op and a jump.
unsafe extern "C" fn then_jump<A: Body, const CALL: bool>(core: *mut Core, ip: Ip, tlb: Tlb, budget: i64) -> u64 {
    // SAFETY: see the module `handlers`; the jump is in the next slot.
    unsafe {
        if let Err(addr) = A::run::<{ chain::NONE }>(core, &*ip, tlb, 0) {
            return A::miss(core, ip, tlb, budget, addr);
        }
        leave_by::<CALL>(core, ip.add(2).cast(), tlb, budget)
    }
}

/// An op and an indirect jump.
unsafe extern "C" fn then_indirect<A: Body, const HINT: u8>(core: *mut Core, ip: Ip, tlb: Tlb, budget: i64) -> u64 {
    // SAFETY: see the module `handlers`; the jump is in the next slot.
    unsafe {
        if let Err(addr) = A::run::<{ chain::NONE }>(core, &*ip, tlb, 0) {
            return A::miss(core, ip, tlb, budget, addr);
        }
        leave_for::<HINT>(core, ip.add(1), tlb, budget)
    }
}

/// Two ops and a jump; the second never misses.
unsafe extern "C" fn two_then_jump<A: Body, B: Body, const CALL: bool>(
    core: *mut Core,
    ip: Ip,
    tlb: Tlb,
    budget: i64,
) -> u64 {
    // SAFETY: see the module `handlers`; the other op and the jump are in the next slots.
    unsafe {
        if let Err(addr) = A::run::<{ chain::NONE }>(core, &*ip, tlb, 0) {
            return A::miss(core, ip, tlb, budget, addr);
        }
        let _ = B::run::<{ chain::NONE }>(core, &*ip.add(1), tlb, 0);
        leave_by::<CALL>(core, ip.add(3).cast(), tlb, budget)
    }
}

/// Two ops and an indirect jump; the second never misses.
unsafe extern "C" fn two_then_indirect<A: Body, B: Body, const HINT: u8>(
    core: *mut Core,
    ip: Ip,
    tlb: Tlb,
    budget: i64,
) -> u64 {
    // SAFETY: see the module `handlers`; the other op and the jump are in the next slots.
    unsafe {
        if let Err(addr) = A::run::<{ chain::NONE }>(core, &*ip, tlb, 0) {
            return A::miss(core, ip, tlb, budget, addr);
        }
        let _ = B::run::<{ chain::NONE }>(core, &*ip.add(1), tlb, 0);
        leave_for::<HINT>(core, ip.add(2), tlb, budget)
    }
}

const W8: u8 = Width::W8 as u8;
const W16: u8 = Width::W16 as u8;
const W32: u8 = Width::W32 as u8;
const W64: u8 = Width::W64 as u8;
const LITTLE: u8 = kind::PLAIN;
const BIG: u8 = kind::BIG;
const SHORT_LITTLE: u8 = kind::SHORT;
const SHORT_BIG: u8 = kind::SHORT | kind::BIG;

macro_rules! second {
    ([$a:ty] $b:expr, $chain:expr; $( ($shape:expr) $body:ty; )*) => {
        $( if $b == $shape {
            return Some(match $chain {
                chain::FIRST => pair::<$a, $body, { chain::FIRST }>,
                chain::SECOND => pair::<$a, $body, { chain::SECOND }>,
                _ => pair::<$a, $body, { chain::NONE }>,
            });
        } )*
    };
}
macro_rules! first {
    ($a:expr, $b:expr, $chain:expr; $( ($shape:expr) $body:ty; )*) => {
        $( if $a == $shape { return behind::<$body, W64>($b, $chain).or_else(|| long_pair::<$body, K>($b, $chain)); } )*
    };
}
macro_rules! mixed_first {
    ($a:expr, $b:expr, $chain:expr; $( ($shape:expr) $body:ty; )*) => {
        $( if $a == $shape {
            return behind::<$body, W32>($b, $chain)
                .or_else(|| behind::<$body, W64>($b, $chain))
                .or_else(|| mixed_pair::<$body>($b, $chain));
        } )*
    };
}
macro_rules! short_first {
    ($a:expr, $b:expr, $chain:expr; $( ($shape:expr) $body:ty; )*) => {
        $( if $a == $shape { return behind::<$body, W32>($b, $chain).or_else(|| short_pair::<$body, K>($b, $chain)); } )*
    };
}

fn long_pair<A: Body, const K: u8>(b: Shape, chain: u8) -> Option<Handler> {
    bodies!(second [A] b, chain;);
    None
}

fn mixed_pair<A: Body>(b: Shape, chain: u8) -> Option<Handler> {
    mixed_bodies!(second [A] b, chain;);
    None
}

fn short_pair<A: Body, const K: u8>(b: Shape, chain: u8) -> Option<Handler> {
    short_bodies!(second [A] b, chain;);
    None
}

/// An op and the end of the block; branches compare values of width `W`.
fn behind<A: Body, const W: u8>(b: Shape, chain: u8) -> Option<Handler> {
    match b {
        Shape::Branch(op, w, imm) if w as u8 == W => match (imm, chain) {
            (true, chain::NONE) => branch_behind::<A, W, true, { chain::NONE }>(op),
            (true, _) => branch_behind::<A, W, true, { chain::FIRST }>(op),
            (false, chain::NONE) => branch_behind::<A, W, false, { chain::NONE }>(op),
            (false, chain::FIRST) => branch_behind::<A, W, false, { chain::FIRST }>(op),
            (false, _) => branch_behind::<A, W, false, { chain::SECOND }>(op),
        },
        Shape::Jump(false) => Some(then_jump::<A, false>),
        Shape::Jump(true) => Some(then_jump::<A, true>),
        Shape::Indirect(hint::CALL) => Some(then_indirect::<A, { hint::CALL }>),
        Shape::Indirect(hint::RETURN) => Some(then_indirect::<A, { hint::RETURN }>),
        Shape::Indirect(_) => Some(then_indirect::<A, { hint::NONE }>),
        _ => None,
    }
}

fn branch_behind<A: Body, const W: u8, const IMM: bool, const CHAIN: u8>(op: CmpOp) -> Option<Handler> {
    macro_rules! pick {
        ($($cmp:ident),*) => {
            match op { $( CmpOp::$cmp => Some(then_branch::<A, { CmpOp::$cmp as u8 }, W, IMM, CHAIN>), )* }
        };
    }
    pick!(Eq, Ne, LtS, LtU, LeS, LeU)
}

/// The handler for two neighbouring ops, if they pair up. Moves and constants, which have no width, go with what they stand beside.
pub(crate) fn pair_handler((a, first): (Shape, &Slot), (b, second): (Shape, &Slot)) -> Option<Handler> {
    let chain = chain_of((a, first), (b, second));
    order(a, b)
        .or_else(|| long::<LITTLE>(a, b, chain))
        .or_else(|| short::<SHORT_LITTLE>(a, b, chain))
        .or_else(|| mixed(a, b, chain))
        .or_else(|| long::<BIG>(a, b, chain))
        .or_else(|| short::<SHORT_BIG>(a, b, chain))
        .or_else(|| low(a, b, chain))
}

/// An order and a branch on a comparison of as many bits, most often of the same values.
fn order(a: Shape, b: Shape) -> Option<Handler> {
    macro_rules! branch {
        ($($op:ident $w:ident $imm:literal),*) => {
            match (a, b) {
                $( (Shape::Bin(BinOp::$op, Width::$w, $imm, false), Shape::Branch(op, Width::$w, true)) => {
                    branch_behind::<Bin<{ op!($op) }, $w, $imm, false>, $w, true, { chain::NONE }>(op)
                }
                (Shape::Bin(BinOp::$op, Width::$w, $imm, false), Shape::Branch(op, Width::$w, false)) => {
                    branch_behind::<Bin<{ op!($op) }, $w, $imm, false>, $w, false, { chain::NONE }>(op)
                } )*
                _ => None,
            }
        };
    }
    branch!(
        OrderS W32 true, OrderS W32 false, OrderS W64 true, OrderS W64 false,
        OrderU W32 true, OrderU W32 false, OrderU W64 true, OrderU W64 false
    )
}

macro_rules! low_first {
    ($a:expr, $b:expr, $chain:expr; $( ($shape:expr) $body:ty; )*) => {
        $( if $a == $shape {
            return behind::<$body, W32>($b, $chain).or_else(|| low_pair::<$body>($b, $chain)).or_else(|| before_partner::<$body>($b, $chain));
        } )*
    };
}
macro_rules! partner_first {
    ($a:expr, $b:expr, $chain:expr; $( ($shape:expr) $body:ty; )*) => {
        $( if $a == $shape { return low_pair::<$body>($b, $chain); } )*
    };
}

fn low(a: Shape, b: Shape, chain: u8) -> Option<Handler> {
    low_bodies!(low_first a, b, chain;);
    low_partners!(partner_first a, b, chain;);
    None
}

fn low_pair<A: Body>(b: Shape, chain: u8) -> Option<Handler> {
    low_bodies!(second [A] b, chain;);
    None
}

fn before_partner<A: Body>(b: Shape, chain: u8) -> Option<Handler> {
    low_partners!(second [A] b, chain;);
    None
}

fn mixed(a: Shape, b: Shape, chain: u8) -> Option<Handler> {
    mixed_bodies!(mixed_first a, b, chain;);
    None
}

fn long<const K: u8>(a: Shape, b: Shape, chain: u8) -> Option<Handler> {
    bodies!(first a, b, chain;);
    None
}

fn short<const K: u8>(a: Shape, b: Shape, chain: u8) -> Option<Handler> {
    short_bodies!(short_first a, b, chain;);
    None
}

macro_rules! triple_first {
    ([$add:ty] $shapes:expr; $( ($shape:expr) $body:ty; )*) => {
        $( if $shapes[0] == $shape { return last_three::<$body, $add>($shapes[1], $shapes[2]); } )*
    };
}

/// The handler for the last three ops of a block, if they are the end of a call (something, the return address, the jump) or of a
/// function (something, the stack pointer, the jump back).
pub(crate) fn triple_handler(shapes: [Shape; 3]) -> Option<Handler> {
    long_triple::<LITTLE>(shapes)
        .or_else(|| short_triple::<SHORT_LITTLE>(shapes))
        .or_else(|| long_triple::<BIG>(shapes))
        .or_else(|| short_triple::<SHORT_BIG>(shapes))
}

fn long_triple<const K: u8>(shapes: [Shape; 3]) -> Option<Handler> {
    bodies!(triple_first [Bin<{ op!(Add) }, W64, true, false>] shapes;);
    None
}

fn short_triple<const K: u8>(shapes: [Shape; 3]) -> Option<Handler> {
    short_bodies!(triple_first [Bin<{ op!(Add) }, W32, true, false>] shapes;);
    None
}

fn last_three<A: Body, Add: Body>(b: Shape, end: Shape) -> Option<Handler> {
    match (b, end) {
        (Shape::Konst, Shape::Jump(true)) => Some(two_then_jump::<A, Konst, true>),
        (Shape::KonstU, Shape::Jump(true)) => Some(two_then_jump::<A, KonstU, true>),
        (Shape::Bin(BinOp::Add, w, true, false), Shape::Indirect(hint::RETURN)) if w as u8 == Add::WIDTH => {
            Some(two_then_indirect::<A, Add, { hint::RETURN }>)
        }
        _ => None,
    }
}

/// Which operand of the second op is the result of the first. When both are, the second goes by the file.
pub(crate) fn chain_of((a, first): (Shape, &Slot), (b, second): (Shape, &Slot)) -> u8 {
    if matches!(a, Shape::Store(..)) {
        return chain::NONE;
    }
    let (uses_a, other) = match b {
        Shape::Bin(_, _, imm, _) | Shape::Low(_, imm) | Shape::Branch(_, _, imm) => {
            (true, if imm { None } else { Some(second.b()) })
        }
        Shape::Store(..) => (true, Some(second.d)),
        Shape::Mov | Shape::MovLow | Shape::SextWord | Shape::CutWord | Shape::Load(..) => (true, None),
        _ => (false, None),
    };
    if uses_a && second.a == first.d {
        chain::FIRST
    } else if other == Some(first.d) {
        chain::SECOND
    } else {
        chain::NONE
    }
}
