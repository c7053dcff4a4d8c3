//! "D" Extension for Double-Precision Floating-Point.

use decode::Flow::{self, Next};
use decode::insns;
use uop::FastFp;
use uop::Width::{W32, W64};

use super::float::{
    class, compare, extreme, from_integer, fused, handlers, inject, inject_not, inject_xor, load, rounded, rounded_one,
    store, to_integer,
};
use crate::ext::Ext;
use crate::format::{I, R, R4, RRm, S};
use crate::helper;
use crate::lift::Lift;

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

fn fld(l: &Lift, f: I) -> Flow {
    load(l, f.rd, f.rs1, f.imm, W64)
}

fn fsd(l: &Lift, f: S) -> Flow {
    store(l, f.rs2, f.rs1, f.imm, W64)
}

handlers! {
    fadd_d(RRm) = rounded(W64, helper::FADD_D, FastFp::Add64);
    fsub_d(RRm) = rounded(W64, helper::FSUB_D, FastFp::Sub64);
    fmul_d(RRm) = rounded(W64, helper::FMUL_D, FastFp::Mul64);
    fdiv_d(RRm) = rounded(W64, helper::FDIV_D, FastFp::Div64);
    fsqrt_d(RRm) = rounded_one(W64, helper::FSQRT_D, FastFp::Sqrt64);
    fcvt_s_d(RRm) = rounded_one(W64, helper::FCVT_S_D, FastFp::Narrow);
    fcvt_d_s(RRm) = rounded_one(W32, helper::FCVT_D_S, FastFp::Widen);
    fmin_d(R) = extreme(W64, helper::FMIN_D);
    fmax_d(R) = extreme(W64, helper::FMAX_D);
    fmadd_d(R4) = fused(W64, helper::FMADD_D);
    fmsub_d(R4) = fused(W64, helper::FMADD_D);
    fnmsub_d(R4) = fused(W64, helper::FMADD_D);
    fnmadd_d(R4) = fused(W64, helper::FMADD_D);
    fcvt_w_d(RRm) = to_integer(W64, helper::FCVT_W_D, Some(FastFp::TruncToI32From64));
    fcvt_wu_d(RRm) = to_integer(W64, helper::FCVT_WU_D, None);
    fcvt_l_d(RRm) = to_integer(W64, helper::FCVT_L_D, Some(FastFp::TruncToI64From64));
    fcvt_lu_d(RRm) = to_integer(W64, helper::FCVT_LU_D, None);
    fcvt_d_w(RRm) = from_integer(helper::FCVT_D_W, Some(FastFp::FromI32To64));
    fcvt_d_wu(RRm) = from_integer(helper::FCVT_D_WU, Some(FastFp::FromU32To64));
    fcvt_d_l(RRm) = from_integer(helper::FCVT_D_L, Some(FastFp::FromI64To64));
    fcvt_d_lu(RRm) = from_integer(helper::FCVT_D_LU, None);
    fsgnj_d(R) = inject(W64);
    fsgnjn_d(R) = inject_not(W64);
    fsgnjx_d(R) = inject_xor(W64);
    feq_d(R) = compare(W64, helper::FEQ_D, FastFp::Eq64);
    flt_d(R) = compare(W64, helper::FLT_D, FastFp::Lt64);
    fle_d(R) = compare(W64, helper::FLE_D, FastFp::Le64);
    fclass_d(R) = class(W64, helper::FCLASS_D);
}

fn fmv_x_d(l: &Lift, f: R) -> Flow {
    l.set_x(f.rd, l.f64(f.rs1));
    Next
}

fn fmv_d_x(l: &Lift, f: R) -> Flow {
    l.set_f(f.rd, l.x(f.rs1));
    Next
}
