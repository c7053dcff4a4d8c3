//! Arithmetic: operands and result in the register file.

use cpu::{Core, TlbEntry};
use uop::{BinOp, CmpOp, FastFp, UnOp, Width, sem};

use super::{choose, get, go, low_half, set, width};
use crate::slot::{Data, Handler, Slot};

type Ip = *const Slot;
type Tlb = *const TlbEntry;

/// The form of the second operand: a file slot, or an immediate that is sign-extended.
const R: bool = false;
const I: bool = true;

#[inline(always)]
pub(super) unsafe fn second<const IMM: bool>(core: *mut Core, s: &Slot) -> u64 {
    // SAFETY: see the module `handlers`.
    if IMM { i64::from(s.imm) as u64 } else { unsafe { get(core, s.b()) } }
}

/// `a` op `b` in width `W`, of which only so many bits count; with `SX`, sign-extended from 32 to 64 bits.
#[inline(always)]
pub(super) fn compute<const OP: u8, const W: u8, const SX: bool>(a: u64, b: u64) -> u64 {
    let r = sem::bin(BinOp::ALL[OP as usize], width(W), width(W).cut(a), width(W).cut(b));
    if SX { r as i32 as u64 } else { r }
}

/// Whether `a` compares to `b` in width `W`, of which only so many bits count.
#[inline(always)]
pub(super) fn compares<const OP: u8, const W: u8>(a: u64, b: u64) -> bool {
    sem::cmp(CmpOp::ALL[OP as usize], width(W), width(W).cut(a), width(W).cut(b))
}

/// `d` = `a` op second.
unsafe extern "C" fn bin<const OP: u8, const W: u8, const IMM: bool, const SX: bool>(
    core: *mut Core,
    ip: Ip,
    tlb: Tlb,
    budget: i64,
) -> u64 {
    // SAFETY: see the module `handlers`.
    unsafe {
        let s = &*ip;
        set(core, s.d, compute::<OP, W, SX>(get(core, s.a), second::<IMM>(core, s)));
        go!(core, ip.add(1), tlb, budget)
    }
}

/// The low half of `d` = `a` op second, of which the low halves count.
unsafe extern "C" fn low<const OP: u8, const IMM: bool>(core: *mut Core, ip: Ip, tlb: Tlb, budget: i64) -> u64 {
    // SAFETY: see the module `handlers`.
    unsafe {
        let s = &*ip;
        let r = compute::<OP, W32, false>(get(core, s.a), second::<IMM>(core, s));
        set(core, s.d, low_half(get(core, s.d), r));
        go!(core, ip.add(1), tlb, budget)
    }
}

/// The low half of `d` = that of `a`.
pub(crate) unsafe extern "C" fn mov_low(core: *mut Core, ip: Ip, tlb: Tlb, budget: i64) -> u64 {
    // SAFETY: see the module `handlers`.
    unsafe {
        let s = &*ip;
        set(core, s.d, low_half(get(core, s.d), get(core, s.a)));
        go!(core, ip.add(1), tlb, budget)
    }
}

/// `d` = op `a`.
unsafe extern "C" fn un<const OP: u8, const W: u8>(core: *mut Core, ip: Ip, tlb: Tlb, budget: i64) -> u64 {
    // SAFETY: see the module `handlers`.
    unsafe {
        let s = &*ip;
        set(core, s.d, sem::un(UnOp::ALL[OP as usize], width(W), width(W).cut(get(core, s.a))));
        go!(core, ip.add(1), tlb, budget)
    }
}

/// `d` = `a` compares to second.
unsafe extern "C" fn cmp<const OP: u8, const W: u8, const IMM: bool>(
    core: *mut Core,
    ip: Ip,
    tlb: Tlb,
    budget: i64,
) -> u64 {
    // SAFETY: see the module `handlers`.
    unsafe {
        let s = &*ip;
        set(core, s.d, u64::from(compares::<OP, W>(get(core, s.a), second::<IMM>(core, s))));
        go!(core, ip.add(1), tlb, budget)
    }
}

/// Whether `a` compares to second: for branches.
#[inline(always)]
pub(super) unsafe fn compare<const OP: u8, const W: u8, const IMM: bool>(core: *mut Core, s: &Slot) -> bool {
    // SAFETY: see the module `handlers`.
    unsafe { compares::<OP, W>(get(core, s.a), second::<IMM>(core, s)) }
}

/// `d` = `a` != 0 ? `b` : `c`; with `CUT` the low 32 bits of that.
pub(crate) unsafe extern "C" fn select<const CUT: bool>(core: *mut Core, ip: Ip, tlb: Tlb, budget: i64) -> u64 {
    // SAFETY: see the module `handlers`.
    unsafe {
        let s = &*ip;
        set(core, s.d, choose::<CUT>(core, get(core, s.a) != 0, s.b(), s.c()));
        go!(core, ip.add(1), tlb, budget)
    }
}

/// `d` = `a`.
pub(crate) unsafe extern "C" fn mov(core: *mut Core, ip: Ip, tlb: Tlb, budget: i64) -> u64 {
    // SAFETY: see the module `handlers`.
    unsafe {
        let s = &*ip;
        set(core, s.d, get(core, s.a));
        go!(core, ip.add(1), tlb, budget)
    }
}

/// `d` = the immediate, sign-extended.
pub(crate) unsafe extern "C" fn konst_s(core: *mut Core, ip: Ip, tlb: Tlb, budget: i64) -> u64 {
    // SAFETY: see the module `handlers`.
    unsafe {
        let s = &*ip;
        set(core, s.d, i64::from(s.imm) as u64);
        go!(core, ip.add(1), tlb, budget)
    }
}

/// `d` = the immediate, zero-extended.
pub(crate) unsafe extern "C" fn konst_u(core: *mut Core, ip: Ip, tlb: Tlb, budget: i64) -> u64 {
    // SAFETY: see the module `handlers`.
    unsafe {
        let s = &*ip;
        set(core, s.d, u64::from(s.imm as u32));
        go!(core, ip.add(1), tlb, budget)
    }
}

/// `d` = the low half of the data behind.
pub(crate) unsafe extern "C" fn konst(core: *mut Core, ip: Ip, tlb: Tlb, budget: i64) -> u64 {
    // SAFETY: see the module `handlers`.
    unsafe {
        set(core, (*ip).d, (*ip.add(1).cast::<Data>()).low);
        go!(core, ip.add(2), tlb, budget)
    }
}

/// `d` = `a` cut to `W`.
unsafe extern "C" fn cut<const W: u8>(core: *mut Core, ip: Ip, tlb: Tlb, budget: i64) -> u64 {
    // SAFETY: see the module `handlers`.
    unsafe {
        let s = &*ip;
        set(core, s.d, width(W).cut(get(core, s.a)));
        go!(core, ip.add(1), tlb, budget)
    }
}

/// `d` = `a` of width `FROM`, sign-extended to `TO`.
unsafe extern "C" fn sext<const FROM: u8, const TO: u8>(core: *mut Core, ip: Ip, tlb: Tlb, budget: i64) -> u64 {
    // SAFETY: see the module `handlers`.
    unsafe {
        let s = &*ip;
        set(core, s.d, width(TO).cut(width(FROM).signed(get(core, s.a)) as u64));
        go!(core, ip.add(1), tlb, budget)
    }
}

/// `d` = field of `a`: lowest bit and length are the bytes of `b`.
pub(crate) unsafe extern "C" fn extract(core: *mut Core, ip: Ip, tlb: Tlb, budget: i64) -> u64 {
    // SAFETY: see the module `handlers`.
    unsafe {
        let s = &*ip;
        let (lo, len) = (u32::from(s.b() & 0xff), u32::from(s.b() >> 8));
        set(core, s.d, get(core, s.a) >> lo & bits::mask(len));
        go!(core, ip.add(1), tlb, budget)
    }
}

/// `d` = `a` with a field replaced by `b`: lowest bit and length are the bytes of `c`.
pub(crate) unsafe extern "C" fn deposit(core: *mut Core, ip: Ip, tlb: Tlb, budget: i64) -> u64 {
    // SAFETY: see the module `handlers`.
    unsafe {
        let s = &*ip;
        let (lo, len) = (u32::from(s.c() & 0xff), u32::from(s.c() >> 8));
        set(core, s.d, bits::deposit(get(core, s.a), lo, len, get(core, s.b())));
        go!(core, ip.add(1), tlb, budget)
    }
}

/// Floating point on the host, if register `c` allows it and the result is certain; else the call behind is made.
unsafe extern "C" fn fast_fp<const OP: u8>(core: *mut Core, ip: Ip, tlb: Tlb, budget: i64) -> u64 {
    // SAFETY: see the module `handlers`.
    unsafe {
        let s = &*ip;
        let (op, ok) = (FastFp::ALL[OP as usize], get(core, s.c()));
        let (a, b) = (get(core, s.a), get(core, s.b()));
        if ok != 0
            && let Some(r) = sem::fast_fp(op, a, b)
            && (ok != 2 || !sem::has_denormal(op, a, b))
        {
            set(core, s.d, r);
            go!(core, ip.add(3), tlb, budget)
        }
        go!(core, ip.add(1), tlb, budget)
    }
}

const W8: u8 = Width::W8 as u8;
const W16: u8 = Width::W16 as u8;
const W32: u8 = Width::W32 as u8;
const W64: u8 = Width::W64 as u8;

macro_rules! pick_bin {
    ($op:expr, $w:expr, $imm:expr, $sx:expr; $( $(#[$m:meta])* $v:ident $t:ident; )*) => {
        match ($op, $w, $imm, $sx) { $(
            (BinOp::$v, Width::W1 | Width::W8, false, _) => bin::<{ BinOp::$v as u8 }, W8, R, false>,
            (BinOp::$v, Width::W1 | Width::W8, true, _) => bin::<{ BinOp::$v as u8 }, W8, I, false>,
            (BinOp::$v, Width::W16, false, _) => bin::<{ BinOp::$v as u8 }, W16, R, false>,
            (BinOp::$v, Width::W16, true, _) => bin::<{ BinOp::$v as u8 }, W16, I, false>,
            (BinOp::$v, Width::W32, false, false) => bin::<{ BinOp::$v as u8 }, W32, R, false>,
            (BinOp::$v, Width::W32, true, false) => bin::<{ BinOp::$v as u8 }, W32, I, false>,
            (BinOp::$v, Width::W32, false, true) => bin::<{ BinOp::$v as u8 }, W32, R, true>,
            (BinOp::$v, Width::W32, true, true) => bin::<{ BinOp::$v as u8 }, W32, I, true>,
            (BinOp::$v, Width::W64, false, _) => bin::<{ BinOp::$v as u8 }, W64, R, false>,
            (BinOp::$v, Width::W64, true, _) => bin::<{ BinOp::$v as u8 }, W64, I, false>,
        )* }
    };
}

/// The handler of a two-operand op; `sx` sign-extends a 32-bit result to 64 bits.
pub(crate) fn bin_handler(op: BinOp, w: Width, imm: bool, sx: bool) -> Handler {
    uop::for_each_bin_op!(pick_bin op, w, imm, sx;)
}

/// The handler of a two-operand op that goes into the low half of a register, if there is one.
pub(crate) fn low_handler(op: BinOp, imm: bool) -> Option<Handler> {
    macro_rules! pick {
        ($($v:ident),*) => {
            match (op, imm) {
                $( (BinOp::$v, false) => Some(low::<{ BinOp::$v as u8 }, R>),
                (BinOp::$v, true) => Some(low::<{ BinOp::$v as u8 }, I>), )*
                _ => None,
            }
        };
    }
    pick!(Add, Sub, Mul, And, Or, Xor)
}

macro_rules! pick_un {
    ($op:expr, $w:expr; $( $(#[$m:meta])* $v:ident $t:ident; )*) => {
        match ($op, $w) { $(
            (UnOp::$v, Width::W1) => un::<{ UnOp::$v as u8 }, { Width::W1 as u8 }>,
            (UnOp::$v, Width::W8) => un::<{ UnOp::$v as u8 }, W8>,
            (UnOp::$v, Width::W16) => un::<{ UnOp::$v as u8 }, W16>,
            (UnOp::$v, Width::W32) => un::<{ UnOp::$v as u8 }, W32>,
            (UnOp::$v, Width::W64) => un::<{ UnOp::$v as u8 }, W64>,
        )* }
    };
}

/// The handler of a one-operand op.
pub(crate) fn un_handler(op: UnOp, w: Width) -> Handler {
    uop::for_each_un_op!(pick_un op, w;)
}

macro_rules! pick_cmp {
    ($f:ident, $op:expr, $w:expr, $imm:expr; $( $(#[$m:meta])* $v:ident $t:ident; )*) => {
        match ($op, $w, $imm) { $(
            (CmpOp::$v, Width::W1, false) => $f::<{ CmpOp::$v as u8 }, { Width::W1 as u8 }, false>,
            (CmpOp::$v, Width::W1, true) => $f::<{ CmpOp::$v as u8 }, { Width::W1 as u8 }, true>,
            (CmpOp::$v, Width::W8, false) => $f::<{ CmpOp::$v as u8 }, { Width::W8 as u8 }, false>,
            (CmpOp::$v, Width::W8, true) => $f::<{ CmpOp::$v as u8 }, { Width::W8 as u8 }, true>,
            (CmpOp::$v, Width::W16, false) => $f::<{ CmpOp::$v as u8 }, { Width::W16 as u8 }, false>,
            (CmpOp::$v, Width::W16, true) => $f::<{ CmpOp::$v as u8 }, { Width::W16 as u8 }, true>,
            (CmpOp::$v, Width::W32, false) => $f::<{ CmpOp::$v as u8 }, { Width::W32 as u8 }, false>,
            (CmpOp::$v, Width::W32, true) => $f::<{ CmpOp::$v as u8 }, { Width::W32 as u8 }, true>,
            (CmpOp::$v, Width::W64, false) => $f::<{ CmpOp::$v as u8 }, { Width::W64 as u8 }, false>,
            (CmpOp::$v, Width::W64, true) => $f::<{ CmpOp::$v as u8 }, { Width::W64 as u8 }, true>,
        )* }
    };
}
pub(super) use pick_cmp;

/// The handler of a comparison.
pub(crate) fn cmp_handler(op: CmpOp, w: Width, imm: bool) -> Handler {
    uop::for_each_cmp_op!(pick_cmp cmp, op, w, imm;)
}

/// The handler that cuts to a width.
pub(crate) fn cut_handler(w: Width) -> Handler {
    match w {
        Width::W1 => cut::<{ Width::W1 as u8 }>,
        Width::W8 => cut::<W8>,
        Width::W16 => cut::<W16>,
        Width::W32 => cut::<W32>,
        Width::W64 => mov,
    }
}

/// The handler of a sign extension.
pub(crate) fn sext_handler(from: Width, to: Width) -> Handler {
    macro_rules! from {
        ($from:expr) => {
            match to {
                Width::W1 | Width::W8 => sext::<{ $from as u8 }, W8>,
                Width::W16 => sext::<{ $from as u8 }, W16>,
                Width::W32 => sext::<{ $from as u8 }, W32>,
                Width::W64 => sext::<{ $from as u8 }, W64>,
            }
        };
    }
    match from {
        Width::W1 => from!(Width::W1),
        Width::W8 => from!(Width::W8),
        Width::W16 => from!(Width::W16),
        Width::W32 => from!(Width::W32),
        Width::W64 => mov,
    }
}

macro_rules! pick_fp {
    ($op:expr; $( $(#[$m:meta])* $v:ident $t:ident; )*) => {
        match $op { $( FastFp::$v => fast_fp::<{ FastFp::$v as u8 }>, )* }
    };
}

/// The handler of a floating-point operation on the host.
pub(crate) fn fast_fp_handler(op: FastFp) -> Handler {
    uop::for_each_fast_fp!(pick_fp op;)
}
