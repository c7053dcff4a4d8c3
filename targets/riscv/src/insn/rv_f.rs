//! "F" Extension for Single-Precision Floating-Point.

use decode::Flow::{self, Next};
use decode::insns;
use uop::FastFp;
use uop::Width::W32;

use super::float::{
    class, compare, extreme, from_integer, fused, handlers, inject, inject_not, inject_xor, load, rounded, rounded_one,
    store, to_integer,
};
use crate::ext::Ext;
use crate::format::{I, R, R4, RRm, S};
use crate::helper;
use crate::lift::Lift;

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

fn flw(l: &Lift, f: I) -> Flow {
    load(l, f.rd, f.rs1, f.imm, W32)
}

fn fsw(l: &Lift, f: S) -> Flow {
    store(l, f.rs2, f.rs1, f.imm, W32)
}

handlers! {
    fadd_s(RRm) = rounded(W32, helper::FADD_S, FastFp::Add32);
    fsub_s(RRm) = rounded(W32, helper::FSUB_S, FastFp::Sub32);
    fmul_s(RRm) = rounded(W32, helper::FMUL_S, FastFp::Mul32);
    fdiv_s(RRm) = rounded(W32, helper::FDIV_S, FastFp::Div32);
    fsqrt_s(RRm) = rounded_one(W32, helper::FSQRT_S, FastFp::Sqrt32);
    fmin_s(R) = extreme(W32, helper::FMIN_S);
    fmax_s(R) = extreme(W32, helper::FMAX_S);
    fmadd_s(R4) = fused(W32, helper::FMADD_S);
    fmsub_s(R4) = fused(W32, helper::FMADD_S);
    fnmsub_s(R4) = fused(W32, helper::FMADD_S);
    fnmadd_s(R4) = fused(W32, helper::FMADD_S);
    fcvt_w_s(RRm) = to_integer(W32, helper::FCVT_W_S, None);
    fcvt_wu_s(RRm) = to_integer(W32, helper::FCVT_WU_S, None);
    fcvt_l_s(RRm) = to_integer(W32, helper::FCVT_L_S, None);
    fcvt_lu_s(RRm) = to_integer(W32, helper::FCVT_LU_S, None);
    fcvt_s_w(RRm) = from_integer(helper::FCVT_S_W, None);
    fcvt_s_wu(RRm) = from_integer(helper::FCVT_S_WU, None);
    fcvt_s_l(RRm) = from_integer(helper::FCVT_S_L, None);
    fcvt_s_lu(RRm) = from_integer(helper::FCVT_S_LU, None);
    fsgnj_s(R) = inject(W32);
    fsgnjn_s(R) = inject_not(W32);
    fsgnjx_s(R) = inject_xor(W32);
    feq_s(R) = compare(W32, helper::FEQ_S, FastFp::Eq32);
    flt_s(R) = compare(W32, helper::FLT_S, FastFp::Lt32);
    fle_s(R) = compare(W32, helper::FLE_S, FastFp::Le32);
    fclass_s(R) = class(W32, helper::FCLASS_S);
}

/// The low half of the register, NaN-boxed or not, sign-extended.
fn fmv_x_w(l: &Lift, f: R) -> Flow {
    l.set_x32(f.rd, l.f64(f.rs1).trunc(W32));
    Next
}

fn fmv_w_x(l: &Lift, f: R) -> Flow {
    l.set_f(f.rd, l.x32(f.rs1));
    Next
}
