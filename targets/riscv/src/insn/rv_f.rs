//! "F" Extension for Single-Precision Floating-Point.

use decode::Flow::{self, Illegal, Next};
use decode::insns;
use uop::{FastFp, Mem, Width};

use crate::ext::Ext;
use crate::format::{I, R, R4, RRm, S};
use crate::fp::RM_RNE;
use crate::helper;
use crate::lift::Lift;

const SIGN: u64 = 1 << 31;

insns! {
    /// Unprivileged ISA 20240411, "F" Extension.
    pub INSNS for Lift;
    // Single-Precision Load and Store Instructions.
    "............ ..... 010 ..... 0000111"  I flw "{frd}, {imm}({rs1})" [F];
    "....... ..... ..... 010 ..... 0100111" S fsw "{frs2}, {imm}({rs1})" [F];
    // Single-Precision Floating-Point Computational Instructions.
    "0000000 ..... ..... ... ..... 1010011" RRm fadd_s  "{frd}, {frs1}, {frs2}{rm}" [F];
    "0000100 ..... ..... ... ..... 1010011" RRm fsub_s  "{frd}, {frs1}, {frs2}{rm}" [F];
    "0001000 ..... ..... ... ..... 1010011" RRm fmul_s  "{frd}, {frs1}, {frs2}{rm}" [F];
    "0001100 ..... ..... ... ..... 1010011" RRm fdiv_s  "{frd}, {frs1}, {frs2}{rm}" [F];
    "0101100 00000 ..... ... ..... 1010011" RRm fsqrt_s "{frd}, {frs1}{rm}" [F];
    "0010100 ..... ..... 000 ..... 1010011" R fmin_s    "{frd}, {frs1}, {frs2}" [F];
    "0010100 ..... ..... 001 ..... 1010011" R fmax_s    "{frd}, {frs1}, {frs2}" [F];
    "..... 00 ..... ..... ... ..... 1000011" R4 fmadd_s  "{frd}, {frs1}, {frs2}, {frs3}{rm}" [F];
    "..... 00 ..... ..... ... ..... 1000111" R4 fmsub_s  "{frd}, {frs1}, {frs2}, {frs3}{rm}" [F];
    "..... 00 ..... ..... ... ..... 1001011" R4 fnmsub_s "{frd}, {frs1}, {frs2}, {frs3}{rm}" [F];
    "..... 00 ..... ..... ... ..... 1001111" R4 fnmadd_s "{frd}, {frs1}, {frs2}, {frs3}{rm}" [F];
    // Single-Precision Floating-Point Conversion and Move Instructions.
    "1100000 00000 ..... ... ..... 1010011" RRm fcvt_w_s  "{rd}, {frs1}{rm}" [F];
    "1100000 00001 ..... ... ..... 1010011" RRm fcvt_wu_s "{rd}, {frs1}{rm}" [F];
    "1100000 00010 ..... ... ..... 1010011" RRm fcvt_l_s  "{rd}, {frs1}{rm}" [F Rv64];
    "1100000 00011 ..... ... ..... 1010011" RRm fcvt_lu_s "{rd}, {frs1}{rm}" [F Rv64];
    "1101000 00000 ..... ... ..... 1010011" RRm fcvt_s_w  "{frd}, {rs1}{rm}" [F];
    "1101000 00001 ..... ... ..... 1010011" RRm fcvt_s_wu "{frd}, {rs1}{rm}" [F];
    "1101000 00010 ..... ... ..... 1010011" RRm fcvt_s_l  "{frd}, {rs1}{rm}" [F Rv64];
    "1101000 00011 ..... ... ..... 1010011" RRm fcvt_s_lu "{frd}, {rs1}{rm}" [F Rv64];
    "0010000 ..... ..... 000 ..... 1010011" R fsgnj_s   "{frd}, {frs1}, {frs2}" [F];
    "0010000 ..... ..... 001 ..... 1010011" R fsgnjn_s  "{frd}, {frs1}, {frs2}" [F];
    "0010000 ..... ..... 010 ..... 1010011" R fsgnjx_s  "{frd}, {frs1}, {frs2}" [F];
    "1110000 00000 ..... 000 ..... 1010011" R fmv_x_w   "{rd}, {frs1}" [F];
    "1111000 00000 ..... 000 ..... 1010011" R fmv_w_x   "{frd}, {rs1}" [F];
    // Single-Precision Floating-Point Compare Instructions.
    "1010000 ..... ..... 010 ..... 1010011" R feq_s     "{rd}, {frs1}, {frs2}" [F];
    "1010000 ..... ..... 001 ..... 1010011" R flt_s     "{rd}, {frs1}, {frs2}" [F];
    "1010000 ..... ..... 000 ..... 1010011" R fle_s     "{rd}, {frs1}, {frs2}" [F];
    // Single-Precision Floating-Point Classify Instruction.
    "1110000 00000 ..... 001 ..... 1010011" R fclass_s  "{rd}, {frs1}" [F];
}

/// Loads a single-precision number, bits unchanged.
pub(super) fn load(l: &Lift, rd: u8, rs1: u8, imm: i64) -> Flow {
    l.set_f32(rd, l.ir.load(l.x(rs1).add_imm(imm), Mem::le(Width::W32)));
    Next
}

/// Stores the low half of an f register, whether it is NaN-boxed or not.
pub(super) fn store(l: &Lift, rs2: u8, rs1: u8, imm: i64) -> Flow {
    l.ir.store(l.x(rs1).add_imm(imm), l.f64(rs2).trunc(Width::W32), Mem::le(Width::W32));
    Next
}

fn flw(l: &Lift, f: I) -> Flow {
    load(l, f.rd, f.rs1, f.imm)
}

fn fsw(l: &Lift, f: S) -> Flow {
    store(l, f.rs2, f.rs1, f.imm)
}

/// `rd` = what `helper` makes of `rs1` and `rs2`, rounded; the host may do `fast` instead.
fn rounded(l: &Lift, f: RRm, helper: u16, fast: FastFp) -> Flow {
    if !l.legal_rm(f.rm) {
        return Illegal;
    }
    l.set_f32(f.rd, l.call_fast(helper, &[l.f32(f.rs1), l.f32(f.rs2), l.encoding()], fast, f.rm));
    Next
}

fn fadd_s(l: &Lift, f: RRm) -> Flow {
    rounded(l, f, helper::FADD_S, FastFp::Add32)
}

fn fsub_s(l: &Lift, f: RRm) -> Flow {
    rounded(l, f, helper::FSUB_S, FastFp::Sub32)
}

fn fmul_s(l: &Lift, f: RRm) -> Flow {
    rounded(l, f, helper::FMUL_S, FastFp::Mul32)
}

fn fdiv_s(l: &Lift, f: RRm) -> Flow {
    rounded(l, f, helper::FDIV_S, FastFp::Div32)
}

fn fsqrt_s(l: &Lift, f: RRm) -> Flow {
    if !l.legal_rm(f.rm) {
        return Illegal;
    }
    l.set_f32(f.rd, l.call_fast(helper::FSQRT_S, &[l.f32(f.rs1), l.encoding()], FastFp::Sqrt32, f.rm));
    Next
}

/// The smaller number; a number wins over a NaN, and -0 over +0.
fn fmin_s(l: &Lift, f: R) -> Flow {
    l.set_f32(f.rd, l.call(helper::FMIN_S, &[l.f32(f.rs1), l.f32(f.rs2)]));
    Next
}

/// The greater number; a number wins over a NaN, and +0 over -0.
fn fmax_s(l: &Lift, f: R) -> Flow {
    l.set_f32(f.rd, l.call(helper::FMAX_S, &[l.f32(f.rs1), l.f32(f.rs2)]));
    Next
}

/// `rd` = ±(`rs1` × `rs2`) ± `rs3`, rounded once; the helper knows the signs by the opcode.
fn fused(l: &Lift, f: R4) -> Flow {
    if !l.legal_rm(f.rm) {
        return Illegal;
    }
    l.set_f32(f.rd, l.call(helper::FMADD_S, &[l.f32(f.rs1), l.f32(f.rs2), l.f32(f.rs3), l.encoding()]));
    Next
}

fn fmadd_s(l: &Lift, f: R4) -> Flow {
    fused(l, f)
}

fn fmsub_s(l: &Lift, f: R4) -> Flow {
    fused(l, f)
}

fn fnmsub_s(l: &Lift, f: R4) -> Flow {
    fused(l, f)
}

fn fnmadd_s(l: &Lift, f: R4) -> Flow {
    fused(l, f)
}

/// `rd` = `rs1` rounded to an integer and saturated; a word is sign-extended, even an unsigned one.
fn to_integer(l: &Lift, f: RRm, helper: u16) -> Flow {
    if !l.legal_rm(f.rm) {
        return Illegal;
    }
    l.set_x(f.rd, l.call(helper, &[l.f32(f.rs1), l.encoding()]).sext(l.xlen()));
    Next
}

fn fcvt_w_s(l: &Lift, f: RRm) -> Flow {
    to_integer(l, f, helper::FCVT_W_S)
}

fn fcvt_wu_s(l: &Lift, f: RRm) -> Flow {
    to_integer(l, f, helper::FCVT_WU_S)
}

fn fcvt_l_s(l: &Lift, f: RRm) -> Flow {
    to_integer(l, f, helper::FCVT_L_S)
}

fn fcvt_lu_s(l: &Lift, f: RRm) -> Flow {
    to_integer(l, f, helper::FCVT_LU_S)
}

/// `rd` = the integer in `rs1`, rounded.
fn from_integer(l: &Lift, f: RRm, helper: u16) -> Flow {
    if !l.legal_rm(f.rm) {
        return Illegal;
    }
    l.set_f32(f.rd, l.call(helper, &[l.x(f.rs1), l.encoding()]));
    Next
}

fn fcvt_s_w(l: &Lift, f: RRm) -> Flow {
    from_integer(l, f, helper::FCVT_S_W)
}

fn fcvt_s_wu(l: &Lift, f: RRm) -> Flow {
    from_integer(l, f, helper::FCVT_S_WU)
}

fn fcvt_s_l(l: &Lift, f: RRm) -> Flow {
    from_integer(l, f, helper::FCVT_S_L)
}

fn fcvt_s_lu(l: &Lift, f: RRm) -> Flow {
    from_integer(l, f, helper::FCVT_S_LU)
}

/// `rs1` with the sign of `rs2`.
fn fsgnj_s(l: &Lift, f: R) -> Flow {
    let (a, b) = (l.f32(f.rs1), l.f32(f.rs2));
    l.set_f32(f.rd, (a & a.konst(!SIGN)) | (b & b.konst(SIGN)));
    Next
}

/// `rs1` with the opposite of `rs2`'s sign.
fn fsgnjn_s(l: &Lift, f: R) -> Flow {
    let (a, b) = (l.f32(f.rs1), l.f32(f.rs2));
    l.set_f32(f.rd, (a & a.konst(!SIGN)) | (!b & b.konst(SIGN)));
    Next
}

/// `rs1` with the product of both signs.
fn fsgnjx_s(l: &Lift, f: R) -> Flow {
    let (a, b) = (l.f32(f.rs1), l.f32(f.rs2));
    l.set_f32(f.rd, a ^ (b & b.konst(SIGN)));
    Next
}

/// The low half of the register, NaN-boxed or not, sign-extended.
fn fmv_x_w(l: &Lift, f: R) -> Flow {
    l.set_x32(f.rd, l.f64(f.rs1).trunc(Width::W32));
    Next
}

fn fmv_w_x(l: &Lift, f: R) -> Flow {
    l.set_f32(f.rd, l.x32(f.rs1));
    Next
}

fn feq_s(l: &Lift, f: R) -> Flow {
    l.set_x(f.rd, l.call_fast(helper::FEQ_S, &[l.f32(f.rs1), l.f32(f.rs2)], FastFp::Eq32, RM_RNE));
    Next
}

fn flt_s(l: &Lift, f: R) -> Flow {
    l.set_x(f.rd, l.call_fast(helper::FLT_S, &[l.f32(f.rs1), l.f32(f.rs2)], FastFp::Lt32, RM_RNE));
    Next
}

fn fle_s(l: &Lift, f: R) -> Flow {
    l.set_x(f.rd, l.call_fast(helper::FLE_S, &[l.f32(f.rs1), l.f32(f.rs2)], FastFp::Le32, RM_RNE));
    Next
}

fn fclass_s(l: &Lift, f: R) -> Flow {
    l.set_x(f.rd, l.call(helper::FCLASS_S, &[l.f32(f.rs1)]).zext(l.xlen()));
    Next
}
