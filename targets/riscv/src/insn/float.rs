//! What the instructions of the "F" and "D" extensions have in common; the width of their numbers is a parameter.

use decode::Flow::{self, Illegal, Next};
use uop::{FastFp, Mem, Width};

use crate::format::{R, R4, RRm};
use crate::fp::{RM_RNE, RM_RTZ};
use crate::lift::Lift;

/// Handlers of one line each: `NAME(FORMAT) = FUNCTION(WHAT IS ITS OWN)`.
macro_rules! handlers {
    ($($name:ident($format:ident) = $function:ident($($own:expr),*);)*) => { $(
        fn $name(l: &Lift, f: $format) -> Flow {
            $function(l, f, $($own),*)
        }
    )* };
}
pub(super) use handlers;

/// Loads a number, bits unchanged.
pub(super) fn load(l: &Lift, rd: u8, rs1: u8, imm: i64, width: Width) -> Flow {
    l.set_f(rd, l.ir.load(l.x(rs1).add_imm(imm), Mem::le(width)));
    Next
}

/// Stores the low bits of an f register, whether they are NaN-boxed or not.
pub(super) fn store(l: &Lift, rs2: u8, rs1: u8, imm: i64, width: Width) -> Flow {
    l.ir.store(l.x(rs1).add_imm(imm), l.f64(rs2).trunc(width), Mem::le(width));
    Next
}

/// `rd` = what `helper` makes of `rs1` and `rs2`, rounded; the host may do `fast` instead.
pub(super) fn rounded(l: &Lift, f: RRm, width: Width, helper: u16, fast: FastFp) -> Flow {
    if !l.legal_rm(f.rm) {
        return Illegal;
    }
    let args = [l.f(f.rs1, width), l.f(f.rs2, width), l.encoding()];
    l.set_f(f.rd, l.call_fast(helper, &args, fast, f.rm));
    Next
}

/// `rd` = what `helper` makes of `rs1`, rounded: a square root, or a number of the other format. A conversion that never rounds
/// has a rounding mode, too, and a reserved one is illegal.
pub(super) fn rounded_one(l: &Lift, f: RRm, width: Width, helper: u16, fast: FastFp) -> Flow {
    if !l.legal_rm(f.rm) {
        return Illegal;
    }
    l.set_f(f.rd, l.call_fast(helper, &[l.f(f.rs1, width), l.encoding()], fast, f.rm));
    Next
}

/// The smaller or the greater number; a number wins over a NaN, and -0 is smaller than +0.
pub(super) fn extreme(l: &Lift, f: R, width: Width, helper: u16) -> Flow {
    l.set_f(f.rd, l.call(helper, &[l.f(f.rs1, width), l.f(f.rs2, width)]));
    Next
}

/// `rd` = ±(`rs1` × `rs2`) ± `rs3`, rounded once; the helper knows the signs by the opcode.
pub(super) fn fused(l: &Lift, f: R4, width: Width, helper: u16) -> Flow {
    if !l.legal_rm(f.rm) {
        return Illegal;
    }
    l.set_f(f.rd, l.call(helper, &[l.f(f.rs1, width), l.f(f.rs2, width), l.f(f.rs3, width), l.encoding()]));
    Next
}

/// `rd` = `rs1` rounded to an integer and saturated; a word is sign-extended, even an unsigned one. The host may do `cut` instead
/// when it rounds towards zero.
pub(super) fn to_integer(l: &Lift, f: RRm, width: Width, helper: u16, cut: Option<FastFp>) -> Flow {
    if !l.legal_rm(f.rm) {
        return Illegal;
    }
    let args = [l.f(f.rs1, width), l.encoding()];
    let result = match cut {
        Some(fast) if f.rm == RM_RTZ => l.call_fast(helper, &args, fast, RM_RNE),
        _ => l.call(helper, &args),
    };
    l.set_x(f.rd, result.sext(l.xlen()));
    Next
}

/// `rd` = the integer in `rs1`, rounded; the host may do `fast` instead.
pub(super) fn from_integer(l: &Lift, f: RRm, helper: u16, fast: Option<FastFp>) -> Flow {
    if !l.legal_rm(f.rm) {
        return Illegal;
    }
    let args = [l.x(f.rs1), l.encoding()];
    l.set_f(f.rd, fast.map_or_else(|| l.call(helper, &args), |fast| l.call_fast(helper, &args, fast, f.rm)));
    Next
}

/// The sign bit of a number.
const fn sign(width: Width) -> u64 {
    1 << (width.bits() - 1)
}

/// `rs1` with the sign of `rs2`.
pub(super) fn inject(l: &Lift, f: R, width: Width) -> Flow {
    let (a, b) = (l.f(f.rs1, width), l.f(f.rs2, width));
    l.set_f(f.rd, (a & a.konst(!sign(width))) | (b & b.konst(sign(width))));
    Next
}

/// `rs1` with the opposite of `rs2`'s sign.
pub(super) fn inject_not(l: &Lift, f: R, width: Width) -> Flow {
    let (a, b) = (l.f(f.rs1, width), l.f(f.rs2, width));
    l.set_f(f.rd, (a & a.konst(!sign(width))) | (!b & b.konst(sign(width))));
    Next
}

/// `rs1` with the product of both signs.
pub(super) fn inject_xor(l: &Lift, f: R, width: Width) -> Flow {
    let (a, b) = (l.f(f.rs1, width), l.f(f.rs2, width));
    l.set_f(f.rd, a ^ (b & b.konst(sign(width))));
    Next
}

/// `rd` = 1 if the relation holds, else 0; the host may do `fast` instead.
pub(super) fn compare(l: &Lift, f: R, width: Width, helper: u16, fast: FastFp) -> Flow {
    l.set_x(f.rd, l.call_fast(helper, &[l.f(f.rs1, width), l.f(f.rs2, width)], fast, RM_RNE));
    Next
}

/// `rd` = the class of `rs1`, one bit of ten.
pub(super) fn class(l: &Lift, f: R, width: Width, helper: u16) -> Flow {
    l.set_x(f.rd, l.call(helper, &[l.f(f.rs1, width)]).zext(l.xlen()));
    Next
}
