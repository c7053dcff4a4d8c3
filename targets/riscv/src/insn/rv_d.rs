//! "D" Extension for Double-Precision Floating-Point.

use decode::Flow::{self, Illegal, Next};
use decode::insns;
use uop::{FastFp, Mem, Width};

use crate::ext::Ext;
use crate::format::{I, R, R4, RRm, S};
use crate::fp::{RM_RNE, RM_RTZ};
use crate::helper;
use crate::lift::Lift;

const SIGN: u64 = 1 << 63;

insns! {
    /// Unprivileged ISA 20240411, "D" Extension.
    pub INSNS for Lift;
    // Double-Precision Load and Store Instructions.
    "............ ..... 011 ..... 0000111"  I fld "{frd}, {imm}({rs1})" [D];
    "....... ..... ..... 011 ..... 0100111" S fsd "{frs2}, {imm}({rs1})" [D];
    // Double-Precision Floating-Point Computational Instructions.
    "0000001 ..... ..... ... ..... 1010011" RRm fadd_d  "{frd}, {frs1}, {frs2}{rm}" [D];
    "0000101 ..... ..... ... ..... 1010011" RRm fsub_d  "{frd}, {frs1}, {frs2}{rm}" [D];
    "0001001 ..... ..... ... ..... 1010011" RRm fmul_d  "{frd}, {frs1}, {frs2}{rm}" [D];
    "0001101 ..... ..... ... ..... 1010011" RRm fdiv_d  "{frd}, {frs1}, {frs2}{rm}" [D];
    "0101101 00000 ..... ... ..... 1010011" RRm fsqrt_d "{frd}, {frs1}{rm}" [D];
    "0010101 ..... ..... 000 ..... 1010011" R fmin_d    "{frd}, {frs1}, {frs2}" [D];
    "0010101 ..... ..... 001 ..... 1010011" R fmax_d    "{frd}, {frs1}, {frs2}" [D];
    "..... 01 ..... ..... ... ..... 1000011" R4 fmadd_d  "{frd}, {frs1}, {frs2}, {frs3}{rm}" [D];
    "..... 01 ..... ..... ... ..... 1000111" R4 fmsub_d  "{frd}, {frs1}, {frs2}, {frs3}{rm}" [D];
    "..... 01 ..... ..... ... ..... 1001011" R4 fnmsub_d "{frd}, {frs1}, {frs2}, {frs3}{rm}" [D];
    "..... 01 ..... ..... ... ..... 1001111" R4 fnmadd_d "{frd}, {frs1}, {frs2}, {frs3}{rm}" [D];
    // Double-Precision Floating-Point Conversion and Move Instructions.
    "1100001 00000 ..... ... ..... 1010011" RRm fcvt_w_d  "{rd}, {frs1}{rm}" [D];
    "1100001 00001 ..... ... ..... 1010011" RRm fcvt_wu_d "{rd}, {frs1}{rm}" [D];
    "1100001 00010 ..... ... ..... 1010011" RRm fcvt_l_d  "{rd}, {frs1}{rm}" [D Rv64];
    "1100001 00011 ..... ... ..... 1010011" RRm fcvt_lu_d "{rd}, {frs1}{rm}" [D Rv64];
    "1101001 00000 ..... ... ..... 1010011" RRm fcvt_d_w  "{frd}, {rs1}{rm}" [D];
    "1101001 00001 ..... ... ..... 1010011" RRm fcvt_d_wu "{frd}, {rs1}{rm}" [D];
    "1101001 00010 ..... ... ..... 1010011" RRm fcvt_d_l  "{frd}, {rs1}{rm}" [D Rv64];
    "1101001 00011 ..... ... ..... 1010011" RRm fcvt_d_lu "{frd}, {rs1}{rm}" [D Rv64];
    "0100000 00001 ..... ... ..... 1010011" RRm fcvt_s_d  "{frd}, {frs1}{rm}" [D];
    "0100001 00000 ..... ... ..... 1010011" RRm fcvt_d_s  "{frd}, {frs1}{rm}" [D];
    "0010001 ..... ..... 000 ..... 1010011" R fsgnj_d   "{frd}, {frs1}, {frs2}" [D];
    "0010001 ..... ..... 001 ..... 1010011" R fsgnjn_d  "{frd}, {frs1}, {frs2}" [D];
    "0010001 ..... ..... 010 ..... 1010011" R fsgnjx_d  "{frd}, {frs1}, {frs2}" [D];
    "1110001 00000 ..... 000 ..... 1010011" R fmv_x_d   "{rd}, {frs1}" [D Rv64];
    "1111001 00000 ..... 000 ..... 1010011" R fmv_d_x   "{frd}, {rs1}" [D Rv64];
    // Double-Precision Floating-Point Compare Instructions.
    "1010001 ..... ..... 010 ..... 1010011" R feq_d     "{rd}, {frs1}, {frs2}" [D];
    "1010001 ..... ..... 001 ..... 1010011" R flt_d     "{rd}, {frs1}, {frs2}" [D];
    "1010001 ..... ..... 000 ..... 1010011" R fle_d     "{rd}, {frs1}, {frs2}" [D];
    // Double-Precision Floating-Point Classify Instruction.
    "1110001 00000 ..... 001 ..... 1010011" R fclass_d  "{rd}, {frs1}" [D];
}

/// Loads a double-precision number, bits unchanged.
pub(super) fn load(l: &Lift, rd: u8, rs1: u8, imm: i64) -> Flow {
    l.set_f64(rd, l.ir.load(l.x(rs1).add_imm(imm), Mem::le(Width::W64)));
    Next
}

/// Stores an f register.
pub(super) fn store(l: &Lift, rs2: u8, rs1: u8, imm: i64) -> Flow {
    l.ir.store(l.x(rs1).add_imm(imm), l.f64(rs2), Mem::le(Width::W64));
    Next
}

fn fld(l: &Lift, f: I) -> Flow {
    load(l, f.rd, f.rs1, f.imm)
}

fn fsd(l: &Lift, f: S) -> Flow {
    store(l, f.rs2, f.rs1, f.imm)
}

/// `rd` = what `helper` makes of `rs1` and `rs2`, rounded; the host may do `fast` instead.
fn rounded(l: &Lift, f: RRm, helper: u16, fast: FastFp) -> Flow {
    if !l.legal_rm(f.rm) {
        return Illegal;
    }
    l.set_f64(f.rd, l.call_fast(helper, &[l.f64(f.rs1), l.f64(f.rs2), l.encoding()], fast, f.rm));
    Next
}

fn fadd_d(l: &Lift, f: RRm) -> Flow {
    rounded(l, f, helper::FADD_D, FastFp::Add64)
}

fn fsub_d(l: &Lift, f: RRm) -> Flow {
    rounded(l, f, helper::FSUB_D, FastFp::Sub64)
}

fn fmul_d(l: &Lift, f: RRm) -> Flow {
    rounded(l, f, helper::FMUL_D, FastFp::Mul64)
}

fn fdiv_d(l: &Lift, f: RRm) -> Flow {
    rounded(l, f, helper::FDIV_D, FastFp::Div64)
}

fn fsqrt_d(l: &Lift, f: RRm) -> Flow {
    if !l.legal_rm(f.rm) {
        return Illegal;
    }
    l.set_f64(f.rd, l.call_fast(helper::FSQRT_D, &[l.f64(f.rs1), l.encoding()], FastFp::Sqrt64, f.rm));
    Next
}

/// The smaller number; a number wins over a NaN, and -0 over +0.
fn fmin_d(l: &Lift, f: R) -> Flow {
    l.set_f64(f.rd, l.call(helper::FMIN_D, &[l.f64(f.rs1), l.f64(f.rs2)]));
    Next
}

/// The greater number; a number wins over a NaN, and +0 over -0.
fn fmax_d(l: &Lift, f: R) -> Flow {
    l.set_f64(f.rd, l.call(helper::FMAX_D, &[l.f64(f.rs1), l.f64(f.rs2)]));
    Next
}

/// `rd` = ±(`rs1` × `rs2`) ± `rs3`, rounded once; the helper knows the signs by the opcode.
fn fused(l: &Lift, f: R4) -> Flow {
    if !l.legal_rm(f.rm) {
        return Illegal;
    }
    l.set_f64(f.rd, l.call(helper::FMADD_D, &[l.f64(f.rs1), l.f64(f.rs2), l.f64(f.rs3), l.encoding()]));
    Next
}

fn fmadd_d(l: &Lift, f: R4) -> Flow {
    fused(l, f)
}

fn fmsub_d(l: &Lift, f: R4) -> Flow {
    fused(l, f)
}

fn fnmsub_d(l: &Lift, f: R4) -> Flow {
    fused(l, f)
}

fn fnmadd_d(l: &Lift, f: R4) -> Flow {
    fused(l, f)
}

/// `rd` = `rs1` rounded to an integer and saturated; a word is sign-extended, even an unsigned one.
fn to_integer(l: &Lift, f: RRm, helper: u16, cut: Option<FastFp>) -> Flow {
    if !l.legal_rm(f.rm) {
        return Illegal;
    }
    let args = [l.f64(f.rs1), l.encoding()];
    let result = match cut {
        Some(fast) if f.rm == RM_RTZ => l.call_fast(helper, &args, fast, RM_RNE),
        _ => l.call(helper, &args),
    };
    l.set_x(f.rd, result.sext(l.xlen()));
    Next
}

fn fcvt_w_d(l: &Lift, f: RRm) -> Flow {
    to_integer(l, f, helper::FCVT_W_D, Some(FastFp::TruncToI32From64))
}

fn fcvt_wu_d(l: &Lift, f: RRm) -> Flow {
    to_integer(l, f, helper::FCVT_WU_D, None)
}

fn fcvt_l_d(l: &Lift, f: RRm) -> Flow {
    to_integer(l, f, helper::FCVT_L_D, Some(FastFp::TruncToI64From64))
}

fn fcvt_lu_d(l: &Lift, f: RRm) -> Flow {
    to_integer(l, f, helper::FCVT_LU_D, None)
}

/// `rd` = the integer in `rs1`, rounded.
fn from_integer(l: &Lift, f: RRm, helper: u16, fast: Option<FastFp>) -> Flow {
    if !l.legal_rm(f.rm) {
        return Illegal;
    }
    let args = [l.x(f.rs1), l.encoding()];
    l.set_f64(f.rd, fast.map_or_else(|| l.call(helper, &args), |fast| l.call_fast(helper, &args, fast, f.rm)));
    Next
}

fn fcvt_d_w(l: &Lift, f: RRm) -> Flow {
    from_integer(l, f, helper::FCVT_D_W, Some(FastFp::FromI32To64))
}

fn fcvt_d_wu(l: &Lift, f: RRm) -> Flow {
    from_integer(l, f, helper::FCVT_D_WU, Some(FastFp::FromU32To64))
}

fn fcvt_d_l(l: &Lift, f: RRm) -> Flow {
    from_integer(l, f, helper::FCVT_D_L, Some(FastFp::FromI64To64))
}

fn fcvt_d_lu(l: &Lift, f: RRm) -> Flow {
    from_integer(l, f, helper::FCVT_D_LU, None)
}

/// `rs1` with the sign of `rs2`.
fn fsgnj_d(l: &Lift, f: R) -> Flow {
    let (a, b) = (l.f64(f.rs1), l.f64(f.rs2));
    l.set_f64(f.rd, (a & a.konst(!SIGN)) | (b & b.konst(SIGN)));
    Next
}

/// `rs1` with the opposite of `rs2`'s sign.
fn fsgnjn_d(l: &Lift, f: R) -> Flow {
    let (a, b) = (l.f64(f.rs1), l.f64(f.rs2));
    l.set_f64(f.rd, (a & a.konst(!SIGN)) | (!b & b.konst(SIGN)));
    Next
}

/// `rs1` with the product of both signs.
fn fsgnjx_d(l: &Lift, f: R) -> Flow {
    let (a, b) = (l.f64(f.rs1), l.f64(f.rs2));
    l.set_f64(f.rd, a ^ (b & b.konst(SIGN)));
    Next
}

fn fmv_x_d(l: &Lift, f: R) -> Flow {
    l.set_x(f.rd, l.f64(f.rs1));
    Next
}

fn fmv_d_x(l: &Lift, f: R) -> Flow {
    l.set_f64(f.rd, l.x(f.rs1));
    Next
}

/// To single precision.
fn fcvt_s_d(l: &Lift, f: RRm) -> Flow {
    if !l.legal_rm(f.rm) {
        return Illegal;
    }
    l.set_f32(f.rd, l.call_fast(helper::FCVT_S_D, &[l.f64(f.rs1), l.encoding()], FastFp::Narrow, f.rm));
    Next
}

/// To double precision. It never rounds, yet a reserved rounding mode is illegal.
fn fcvt_d_s(l: &Lift, f: RRm) -> Flow {
    if !l.legal_rm(f.rm) {
        return Illegal;
    }
    l.set_f64(f.rd, l.call_fast(helper::FCVT_D_S, &[l.f32(f.rs1), l.encoding()], FastFp::Widen, f.rm));
    Next
}

fn feq_d(l: &Lift, f: R) -> Flow {
    l.set_x(f.rd, l.call_fast(helper::FEQ_D, &[l.f64(f.rs1), l.f64(f.rs2)], FastFp::Eq64, RM_RNE));
    Next
}

fn flt_d(l: &Lift, f: R) -> Flow {
    l.set_x(f.rd, l.call_fast(helper::FLT_D, &[l.f64(f.rs1), l.f64(f.rs2)], FastFp::Lt64, RM_RNE));
    Next
}

fn fle_d(l: &Lift, f: R) -> Flow {
    l.set_x(f.rd, l.call_fast(helper::FLE_D, &[l.f64(f.rs1), l.f64(f.rs2)], FastFp::Le64, RM_RNE));
    Next
}

fn fclass_d(l: &Lift, f: R) -> Flow {
    l.set_x(f.rd, l.call(helper::FCLASS_D, &[l.f64(f.rs1)]).zext(l.xlen()));
    Next
}
