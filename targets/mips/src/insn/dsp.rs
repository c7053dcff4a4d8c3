//! "MIPS DSP Module": arithmetic on bytes, halfwords and fractions, accumulators, DSPControl.

use decode::Flow::{self, Next};
use decode::insns;
use uop::{Val, Width};

use crate::dsp::{Acc, Two};
use crate::ext::Ext;
use crate::format::F;
use crate::helper;
use crate::lift::{Lift, To};
use crate::state;

insns! {
    /// Volume IV-e (MD00374), "Instruction Encoding". All need Status.MX.
    pub INSNS for Lift;
    "011111 ..... ..... ..... 00000 010000" F addu_qb "{rd}, {rs}, {rt}" [Dsp];
    "011111 ..... ..... ..... 00001 010000" F subu_qb "{rd}, {rs}, {rt}" [Dsp];
    "011111 ..... ..... ..... 00100 010000" F addu_s_qb "{rd}, {rs}, {rt}" [Dsp];
    "011111 ..... ..... ..... 00101 010000" F subu_s_qb "{rd}, {rs}, {rt}" [Dsp];
    "011111 ..... ..... ..... 00110 010000" F muleu_s_ph_qbl "{rd}, {rs}, {rt}" [Dsp];
    "011111 ..... ..... ..... 00111 010000" F muleu_s_ph_qbr "{rd}, {rs}, {rt}" [Dsp];
    "011111 ..... ..... ..... 01000 010000" F addu_ph "{rd}, {rs}, {rt}" [DspR2];
    "011111 ..... ..... ..... 01001 010000" F subu_ph "{rd}, {rs}, {rt}" [DspR2];
    "011111 ..... ..... ..... 01010 010000" F addq_ph "{rd}, {rs}, {rt}" [Dsp];
    "011111 ..... ..... ..... 01011 010000" F subq_ph "{rd}, {rs}, {rt}" [Dsp];
    "011111 ..... ..... ..... 01100 010000" F addu_s_ph "{rd}, {rs}, {rt}" [DspR2];
    "011111 ..... ..... ..... 01101 010000" F subu_s_ph "{rd}, {rs}, {rt}" [DspR2];
    "011111 ..... ..... ..... 01110 010000" F addq_s_ph "{rd}, {rs}, {rt}" [Dsp];
    "011111 ..... ..... ..... 01111 010000" F subq_s_ph "{rd}, {rs}, {rt}" [Dsp];
    "011111 ..... ..... ..... 10000 010000" F addsc "{rd}, {rs}, {rt}" [Dsp];
    "011111 ..... ..... ..... 10001 010000" F addwc "{rd}, {rs}, {rt}" [Dsp];
    "011111 ..... ..... ..... 10010 010000" F modsub "{rd}, {rs}, {rt}" [Dsp];
    "011111 ..... ..... ..... 10110 010000" F addq_s_w "{rd}, {rs}, {rt}" [Dsp];
    "011111 ..... ..... ..... 10111 010000" F subq_s_w "{rd}, {rs}, {rt}" [Dsp];
    "011111 ..... ..... ..... 11100 010000" F muleq_s_w_phl "{rd}, {rs}, {rt}" [Dsp];
    "011111 ..... ..... ..... 11101 010000" F muleq_s_w_phr "{rd}, {rs}, {rt}" [Dsp];
    "011111 ..... ..... ..... 11110 010000" F mulq_s_ph "{rd}, {rs}, {rt}" [DspR2];
    "011111 ..... ..... ..... 11111 010000" F mulq_rs_ph "{rd}, {rs}, {rt}" [Dsp];
    "011111 ..... 00000 ..... 10100 010000" F raddu_w_qb "{rd}, {rs}" [Dsp];
    "011111 ..... ..... 00000 00000 010001" F cmpu_eq_qb "{rs}, {rt}" [Dsp];
    "011111 ..... ..... 00000 00001 010001" F cmpu_lt_qb "{rs}, {rt}" [Dsp];
    "011111 ..... ..... 00000 00010 010001" F cmpu_le_qb "{rs}, {rt}" [Dsp];
    "011111 ..... ..... ..... 00011 010001" F pick_qb "{rd}, {rs}, {rt}" [Dsp];
    "011111 ..... ..... ..... 00100 010001" F cmpgu_eq_qb "{rd}, {rs}, {rt}" [Dsp];
    "011111 ..... ..... ..... 00101 010001" F cmpgu_lt_qb "{rd}, {rs}, {rt}" [Dsp];
    "011111 ..... ..... ..... 00110 010001" F cmpgu_le_qb "{rd}, {rs}, {rt}" [Dsp];
    "011111 ..... ..... 00000 01000 010001" F cmp_eq_ph "{rs}, {rt}" [Dsp];
    "011111 ..... ..... 00000 01001 010001" F cmp_lt_ph "{rs}, {rt}" [Dsp];
    "011111 ..... ..... 00000 01010 010001" F cmp_le_ph "{rs}, {rt}" [Dsp];
    "011111 ..... ..... ..... 01011 010001" F pick_ph "{rd}, {rs}, {rt}" [Dsp];
    "011111 ..... ..... ..... 01100 010001" F precrq_qb_ph "{rd}, {rs}, {rt}" [Dsp];
    "011111 ..... ..... ..... 01101 010001" F precr_qb_ph "{rd}, {rs}, {rt}" [DspR2];
    "011111 ..... ..... ..... 01110 010001" F packrl_ph "{rd}, {rs}, {rt}" [Dsp];
    "011111 ..... ..... ..... 01111 010001" F precrqu_s_qb_ph "{rd}, {rs}, {rt}" [Dsp];
    "011111 ..... ..... ..... 10100 010001" F precrq_ph_w "{rd}, {rs}, {rt}" [Dsp];
    "011111 ..... ..... ..... 10101 010001" F precrq_rs_ph_w "{rd}, {rs}, {rt}" [Dsp];
    "011111 ..... ..... ..... 11000 010001" F cmpgdu_eq_qb "{rd}, {rs}, {rt}" [DspR2];
    "011111 ..... ..... ..... 11001 010001" F cmpgdu_lt_qb "{rd}, {rs}, {rt}" [DspR2];
    "011111 ..... ..... ..... 11010 010001" F cmpgdu_le_qb "{rd}, {rs}, {rt}" [DspR2];
    "011111 ..... ..... ..... 11110 010001" F precr_sra_ph_w "{rt}, {rs}, {dsa}" [DspR2];
    "011111 ..... ..... ..... 11111 010001" F precr_sra_r_ph_w "{rt}, {rs}, {dsa}" [DspR2];
    "011111 00000 ..... ..... 00001 010010" F absq_s_qb "{rd}, {rt}" [DspR2];
    "011111 00 ........ ..... 00010 010010" F repl_qb "{rd}, {imm8}" [Dsp];
    "011111 00000 ..... ..... 00011 010010" F replv_qb "{rd}, {rt}" [Dsp];
    "011111 00000 ..... ..... 00100 010010" F precequ_ph_qbl "{rd}, {rt}" [Dsp];
    "011111 00000 ..... ..... 00101 010010" F precequ_ph_qbr "{rd}, {rt}" [Dsp];
    "011111 00000 ..... ..... 00110 010010" F precequ_ph_qbla "{rd}, {rt}" [Dsp];
    "011111 00000 ..... ..... 00111 010010" F precequ_ph_qbra "{rd}, {rt}" [Dsp];
    "011111 00000 ..... ..... 01001 010010" F absq_s_ph "{rd}, {rt}" [Dsp];
    "011111 ..... ..... ..... 01010 010010" F repl_ph "{rd}, {imm10}" [Dsp];
    "011111 00000 ..... ..... 01011 010010" F replv_ph "{rd}, {rt}" [Dsp];
    "011111 00000 ..... ..... 01100 010010" F preceq_w_phl "{rd}, {rt}" [Dsp];
    "011111 00000 ..... ..... 01101 010010" F preceq_w_phr "{rd}, {rt}" [Dsp];
    "011111 00000 ..... ..... 10001 010010" F absq_s_w "{rd}, {rt}" [Dsp];
    "011111 00000 ..... ..... 11011 010010" F bitrev "{rd}, {rt}" [Dsp];
    "011111 00000 ..... ..... 11100 010010" F preceu_ph_qbl "{rd}, {rt}" [Dsp];
    "011111 00000 ..... ..... 11101 010010" F preceu_ph_qbr "{rd}, {rt}" [Dsp];
    "011111 00000 ..... ..... 11110 010010" F preceu_ph_qbla "{rd}, {rt}" [Dsp];
    "011111 00000 ..... ..... 11111 010010" F preceu_ph_qbra "{rd}, {rt}" [Dsp];
    "011111 00... ..... ..... 00000 010011" F shll_qb "{rd}, {rt}, {rsa}" [Dsp];
    "011111 00... ..... ..... 00001 010011" F shrl_qb "{rd}, {rt}, {rsa}" [Dsp];
    "011111 ..... ..... ..... 00010 010011" F shllv_qb "{rd}, {rt}, {rs}" [Dsp];
    "011111 ..... ..... ..... 00011 010011" F shrlv_qb "{rd}, {rt}, {rs}" [Dsp];
    "011111 00... ..... ..... 00100 010011" F shra_qb "{rd}, {rt}, {rsa}" [DspR2];
    "011111 00... ..... ..... 00101 010011" F shra_r_qb "{rd}, {rt}, {rsa}" [DspR2];
    "011111 ..... ..... ..... 00110 010011" F shrav_qb "{rd}, {rt}, {rs}" [DspR2];
    "011111 ..... ..... ..... 00111 010011" F shrav_r_qb "{rd}, {rt}, {rs}" [DspR2];
    "011111 0.... ..... ..... 01000 010011" F shll_ph "{rd}, {rt}, {rsa}" [Dsp];
    "011111 0.... ..... ..... 01001 010011" F shra_ph "{rd}, {rt}, {rsa}" [Dsp];
    "011111 ..... ..... ..... 01010 010011" F shllv_ph "{rd}, {rt}, {rs}" [Dsp];
    "011111 ..... ..... ..... 01011 010011" F shrav_ph "{rd}, {rt}, {rs}" [Dsp];
    "011111 0.... ..... ..... 01100 010011" F shll_s_ph "{rd}, {rt}, {rsa}" [Dsp];
    "011111 0.... ..... ..... 01101 010011" F shra_r_ph "{rd}, {rt}, {rsa}" [Dsp];
    "011111 ..... ..... ..... 01110 010011" F shllv_s_ph "{rd}, {rt}, {rs}" [Dsp];
    "011111 ..... ..... ..... 01111 010011" F shrav_r_ph "{rd}, {rt}, {rs}" [Dsp];
    "011111 ..... ..... ..... 10100 010011" F shll_s_w "{rd}, {rt}, {rsa}" [Dsp];
    "011111 ..... ..... ..... 10101 010011" F shra_r_w "{rd}, {rt}, {rsa}" [Dsp];
    "011111 ..... ..... ..... 10110 010011" F shllv_s_w "{rd}, {rt}, {rs}" [Dsp];
    "011111 ..... ..... ..... 10111 010011" F shrav_r_w "{rd}, {rt}, {rs}" [Dsp];
    "011111 0.... ..... ..... 11001 010011" F shrl_ph "{rd}, {rt}, {rsa}" [DspR2];
    "011111 ..... ..... ..... 11011 010011" F shrlv_ph "{rd}, {rt}, {rs}" [DspR2];
    "011111 ..... ..... ..... 00000 011000" F adduh_qb "{rd}, {rs}, {rt}" [DspR2];
    "011111 ..... ..... ..... 00001 011000" F subuh_qb "{rd}, {rs}, {rt}" [DspR2];
    "011111 ..... ..... ..... 00010 011000" F adduh_r_qb "{rd}, {rs}, {rt}" [DspR2];
    "011111 ..... ..... ..... 00011 011000" F subuh_r_qb "{rd}, {rs}, {rt}" [DspR2];
    "011111 ..... ..... ..... 01000 011000" F addqh_ph "{rd}, {rs}, {rt}" [DspR2];
    "011111 ..... ..... ..... 01001 011000" F subqh_ph "{rd}, {rs}, {rt}" [DspR2];
    "011111 ..... ..... ..... 01010 011000" F addqh_r_ph "{rd}, {rs}, {rt}" [DspR2];
    "011111 ..... ..... ..... 01011 011000" F subqh_r_ph "{rd}, {rs}, {rt}" [DspR2];
    "011111 ..... ..... ..... 01100 011000" F mul_ph "{rd}, {rs}, {rt}" [DspR2];
    "011111 ..... ..... ..... 01110 011000" F mul_s_ph "{rd}, {rs}, {rt}" [DspR2];
    "011111 ..... ..... ..... 10000 011000" F addqh_w "{rd}, {rs}, {rt}" [DspR2];
    "011111 ..... ..... ..... 10001 011000" F subqh_w "{rd}, {rs}, {rt}" [DspR2];
    "011111 ..... ..... ..... 10010 011000" F addqh_r_w "{rd}, {rs}, {rt}" [DspR2];
    "011111 ..... ..... ..... 10011 011000" F subqh_r_w "{rd}, {rs}, {rt}" [DspR2];
    "011111 ..... ..... ..... 10110 011000" F mulq_s_w "{rd}, {rs}, {rt}" [DspR2];
    "011111 ..... ..... ..... 10111 011000" F mulq_rs_w "{rd}, {rs}, {rt}" [DspR2];
    "011111 ..... ..... 000.. 00000 110000" F dpa_w_ph "{ac}, {rs}, {rt}" [DspR2];
    "011111 ..... ..... 000.. 00001 110000" F dps_w_ph "{ac}, {rs}, {rt}" [DspR2];
    "011111 ..... ..... 000.. 00010 110000" F mulsa_w_ph "{ac}, {rs}, {rt}" [DspR2];
    "011111 ..... ..... 000.. 00011 110000" F dpau_h_qbl "{ac}, {rs}, {rt}" [Dsp];
    "011111 ..... ..... 000.. 00100 110000" F dpaq_s_w_ph "{ac}, {rs}, {rt}" [Dsp];
    "011111 ..... ..... 000.. 00101 110000" F dpsq_s_w_ph "{ac}, {rs}, {rt}" [Dsp];
    "011111 ..... ..... 000.. 00110 110000" F mulsaq_s_w_ph "{ac}, {rs}, {rt}" [Dsp];
    "011111 ..... ..... 000.. 00111 110000" F dpau_h_qbr "{ac}, {rs}, {rt}" [Dsp];
    "011111 ..... ..... 000.. 01000 110000" F dpax_w_ph "{ac}, {rs}, {rt}" [DspR2];
    "011111 ..... ..... 000.. 01001 110000" F dpsx_w_ph "{ac}, {rs}, {rt}" [DspR2];
    "011111 ..... ..... 000.. 01011 110000" F dpsu_h_qbl "{ac}, {rs}, {rt}" [Dsp];
    "011111 ..... ..... 000.. 01100 110000" F dpaq_sa_l_w "{ac}, {rs}, {rt}" [Dsp];
    "011111 ..... ..... 000.. 01101 110000" F dpsq_sa_l_w "{ac}, {rs}, {rt}" [Dsp];
    "011111 ..... ..... 000.. 01111 110000" F dpsu_h_qbr "{ac}, {rs}, {rt}" [Dsp];
    "011111 ..... ..... 000.. 10000 110000" F maq_sa_w_phl "{ac}, {rs}, {rt}" [Dsp];
    "011111 ..... ..... 000.. 10010 110000" F maq_sa_w_phr "{ac}, {rs}, {rt}" [Dsp];
    "011111 ..... ..... 000.. 10100 110000" F maq_s_w_phl "{ac}, {rs}, {rt}" [Dsp];
    "011111 ..... ..... 000.. 10110 110000" F maq_s_w_phr "{ac}, {rs}, {rt}" [Dsp];
    "011111 ..... ..... 000.. 11000 110000" F dpaqx_s_w_ph "{ac}, {rs}, {rt}" [DspR2];
    "011111 ..... ..... 000.. 11001 110000" F dpsqx_s_w_ph "{ac}, {rs}, {rt}" [DspR2];
    "011111 ..... ..... 000.. 11010 110000" F dpaqx_sa_w_ph "{ac}, {rs}, {rt}" [DspR2];
    "011111 ..... ..... 000.. 11011 110000" F dpsqx_sa_w_ph "{ac}, {rs}, {rt}" [DspR2];
    "011111 ..... ..... 000.. 00000 111000" F extr_w "{rt}, {ac}, {rsa}" [Dsp];
    "011111 ..... ..... 000.. 00001 111000" F extrv_w "{rt}, {ac}, {rs}" [Dsp];
    "011111 ..... ..... 000.. 00010 111000" F extp "{rt}, {ac}, {rsa}" [Dsp];
    "011111 ..... ..... 000.. 00011 111000" F extpv "{rt}, {ac}, {rs}" [Dsp];
    "011111 ..... ..... 000.. 00100 111000" F extr_r_w "{rt}, {ac}, {rsa}" [Dsp];
    "011111 ..... ..... 000.. 00101 111000" F extrv_r_w "{rt}, {ac}, {rs}" [Dsp];
    "011111 ..... ..... 000.. 00110 111000" F extr_rs_w "{rt}, {ac}, {rsa}" [Dsp];
    "011111 ..... ..... 000.. 00111 111000" F extrv_rs_w "{rt}, {ac}, {rs}" [Dsp];
    "011111 ..... ..... 000.. 01010 111000" F extpdp "{rt}, {ac}, {rsa}" [Dsp];
    "011111 ..... ..... 000.. 01011 111000" F extpdpv "{rt}, {ac}, {rs}" [Dsp];
    "011111 ..... ..... 000.. 01110 111000" F extr_s_h "{rt}, {ac}, {rsa}" [Dsp];
    "011111 ..... ..... 000.. 01111 111000" F extrv_s_h "{rt}, {ac}, {rs}" [Dsp];
    "011111 ......0000 000.. 11010 111000" F shilo "{ac}, {shift}" [Dsp];
    "011111 ..... 00000 000.. 11011 111000" F shilov "{ac}, {rs}" [Dsp];
    "011111 ..... 00000 000.. 11111 111000" F mthlip "{ac}, {rs}" [Dsp];
    "011111 ..... ..... ..... 00000 110001" F append "{rt}, {rs}, {dsa}" [DspR2];
    "011111 ..... ..... ..... 00001 110001" F prepend "{rt}, {rs}, {dsa}" [DspR2];
    "011111 ..... ..... ..... 10000 110001" F balign "{rt}, {rs}, {dsa}" [DspR2];
    "011111 ..... ..... ..... 00000 001010" F lwx  "{rd}, {rt}({rs})" [Dsp];
    "011111 ..... ..... ..... 00100 001010" F lhx  "{rd}, {rt}({rs})" [Dsp];
    "011111 ..... ..... ..... 00110 001010" F lbux "{rd}, {rt}({rs})" [Dsp];
    "011111 ..... ..... ..... 01000 001010" F ldx  "{rd}, {rt}({rs})" [Dsp W64];
    "011111 ..... ..... 00000 00000 001100" F insv "{rt}, {rs}" [Dsp];
    "011111 .......... ..... 10010 111000" F rddsp "{rd}" [Dsp];
    "011111 ..... .......... 10011 111000" F wrdsp "{rs}" [Dsp];
    "000001 00000 11100 ................" F bposge32 "{target}" [Dsp];
    // Multiplication into the accumulators beyond the first.
    "000000 ..... ..... 00001 00000 011000" F mult_ac  "{ac}, {rs}, {rt}" [Dsp];
    "000000 ..... ..... 0001. 00000 011000" F mult_ac  "{ac}, {rs}, {rt}" [Dsp];
    "000000 ..... ..... 00001 00000 011001" F multu_ac "{ac}, {rs}, {rt}" [Dsp];
    "000000 ..... ..... 0001. 00000 011001" F multu_ac "{ac}, {rs}, {rt}" [Dsp];
    "011100 ..... ..... 00001 00000 000000" F madd_ac  "{ac}, {rs}, {rt}" [Dsp];
    "011100 ..... ..... 0001. 00000 000000" F madd_ac  "{ac}, {rs}, {rt}" [Dsp];
    "011100 ..... ..... 00001 00000 000001" F maddu_ac "{ac}, {rs}, {rt}" [Dsp];
    "011100 ..... ..... 0001. 00000 000001" F maddu_ac "{ac}, {rs}, {rt}" [Dsp];
    "011100 ..... ..... 00001 00000 000100" F msub_ac  "{ac}, {rs}, {rt}" [Dsp];
    "011100 ..... ..... 0001. 00000 000100" F msub_ac  "{ac}, {rs}, {rt}" [Dsp];
    "011100 ..... ..... 00001 00000 000101" F msubu_ac "{ac}, {rs}, {rt}" [Dsp];
    "011100 ..... ..... 0001. 00000 000101" F msubu_ac "{ac}, {rs}, {rt}" [Dsp];
}

/// The accumulator that the instruction names.
fn ac(f: F) -> u8 {
    f.rd() & 3
}

fn two<'b>(l: &Lift<'b>, op: Two, a: Val<'b>, b: Val<'b>) -> Val<'b> {
    l.call(helper::DSP_TWO, &[l.konst32(op as u64), a, b])
}

fn with_acc<'b>(l: &Lift<'b>, f: F, op: Acc, a: Val<'b>) -> Val<'b> {
    l.call(helper::DSP_ACC, &[l.konst32(op as u64), a, l.r32(f.rt()), l.konst32(ac(f).into())])
}

/// rd = op(rs, rt).
fn three(l: &Lift, f: F, op: Two) -> Flow {
    l.set_r32(f.rd(), two(l, op, l.r32(f.rs()), l.r32(f.rt())));
    Next
}

/// Only the conditions are set.
fn compare(l: &Lift, f: F, op: Two) -> Flow {
    two(l, op, l.r32(f.rs()), l.r32(f.rt()));
    Next
}

/// The shift amount stands where rs does.
fn fixed(l: &Lift, f: F, op: Two) -> Flow {
    l.set_r32(f.rd(), two(l, op, l.konst32(f.rs().into()), l.r32(f.rt())));
    Next
}

fn replicate8(l: &Lift, f: F, op: Two) -> Flow {
    l.set_r32(f.rd(), two(l, op, l.konst32(bits::field(f.0, 16, 8)), l.konst32(0)));
    Next
}

fn replicate10(l: &Lift, f: F, op: Two) -> Flow {
    let value = bits::sign_extend(bits::field(f.0, 16, 10), 10);
    l.set_r32(f.rd(), two(l, op, l.konst32(value), l.konst32(0)));
    Next
}

fn accumulate(l: &Lift, f: F, op: Acc) -> Flow {
    with_acc(l, f, op, l.r32(f.rs()));
    Next
}

fn extract_fixed(l: &Lift, f: F, op: Acc) -> Flow {
    l.set_r32(f.rt(), with_acc(l, f, op, l.konst32(f.rs().into())));
    Next
}

fn extract_variable(l: &Lift, f: F, op: Acc) -> Flow {
    l.set_r32(f.rt(), with_acc(l, f, op, l.r32(f.rs())));
    Next
}

fn shift_fixed(l: &Lift, f: F, op: Acc) -> Flow {
    with_acc(l, f, op, l.konst32(bits::field(f.0, 20, 6)));
    Next
}

/// Declares handlers: shape, table, and pairs of instruction and operation.
macro_rules! handlers {
    ($($shape:ident $table:ident: $($name:ident $op:ident),*;)*) => { $($(
        fn $name(l: &Lift, f: F) -> Flow {
            $shape(l, f, $table::$op)
        }
    )*)* };
}

handlers! {
    three Two: addu_qb addu_qb, subu_qb subu_qb, addu_s_qb addu_s_qb, subu_s_qb subu_s_qb, muleu_s_ph_qbl muleu_s_ph_qbl, muleu_s_ph_qbr muleu_s_ph_qbr, addu_ph addu_ph, subu_ph subu_ph, addq_ph addq_ph, subq_ph subq_ph, addu_s_ph addu_s_ph, subu_s_ph subu_s_ph, addq_s_ph addq_s_ph, subq_s_ph subq_s_ph, addsc addsc, addwc addwc, modsub modsub, addq_s_w addq_s_w, subq_s_w subq_s_w, muleq_s_w_phl muleq_s_w_phl, muleq_s_w_phr muleq_s_w_phr, mulq_s_ph mulq_s_ph, mulq_rs_ph mulq_rs_ph, pick_qb pick_qb, cmpgu_eq_qb cmpgu_eq_qb, cmpgu_lt_qb cmpgu_lt_qb, cmpgu_le_qb cmpgu_le_qb, pick_ph pick_ph, precrq_qb_ph precrq_qb_ph, precr_qb_ph precr_qb_ph, packrl_ph packrl_ph, precrqu_s_qb_ph precrqu_s_qb_ph, precrq_ph_w precrq_ph_w, precrq_rs_ph_w precrq_rs_ph_w, cmpgdu_eq_qb cmpu_eq_qb, cmpgdu_lt_qb cmpu_lt_qb, cmpgdu_le_qb cmpu_le_qb, adduh_qb adduh_qb, subuh_qb subuh_qb, adduh_r_qb adduh_r_qb, subuh_r_qb subuh_r_qb, addqh_ph addqh_ph, subqh_ph subqh_ph, addqh_r_ph addqh_r_ph, subqh_r_ph subqh_r_ph, mul_ph mul_ph, mul_s_ph mul_s_ph, addqh_w addqh_w, subqh_w subqh_w, addqh_r_w addqh_r_w, subqh_r_w subqh_r_w, mulq_s_w mulq_s_w, mulq_rs_w mulq_rs_w;
    three Two: raddu_w_qb raddu_w_qb;
    compare Two: cmpu_eq_qb cmpu_eq_qb, cmpu_lt_qb cmpu_lt_qb, cmpu_le_qb cmpu_le_qb, cmp_eq_ph cmp_eq_ph, cmp_lt_ph cmp_lt_ph, cmp_le_ph cmp_le_ph;
    three Two: absq_s_qb absq_s_qb, replv_qb replv_qb, precequ_ph_qbl precequ_ph_qbl, precequ_ph_qbr precequ_ph_qbr, precequ_ph_qbla precequ_ph_qbla, precequ_ph_qbra precequ_ph_qbra, absq_s_ph absq_s_ph, replv_ph replv_ph, preceq_w_phl preceq_w_phl, preceq_w_phr preceq_w_phr, absq_s_w absq_s_w, bitrev bitrev, preceu_ph_qbl preceu_ph_qbl, preceu_ph_qbr preceu_ph_qbr, preceu_ph_qbla preceu_ph_qbla, preceu_ph_qbra preceu_ph_qbra;
    replicate8 Two: repl_qb repl_qb;
    replicate10 Two: repl_ph repl_ph;
    fixed Two: shll_qb shll_qb, shrl_qb shrl_qb, shra_qb shra_qb, shra_r_qb shra_r_qb;
    three Two: shllv_qb shll_qb, shrlv_qb shrl_qb, shrav_qb shra_qb, shrav_r_qb shra_r_qb, shllv_ph shll_ph, shrav_ph shra_ph, shllv_s_ph shll_s_ph, shrav_r_ph shra_r_ph, shllv_s_w shll_s_w, shrav_r_w shra_r_w, shrlv_ph shrl_ph;
    fixed Two: shll_ph shll_ph, shra_ph shra_ph, shll_s_ph shll_s_ph, shra_r_ph shra_r_ph, shrl_ph shrl_ph;
    fixed Two: shll_s_w shll_s_w, shra_r_w shra_r_w;
    accumulate Acc: dpa_w_ph dpa_w_ph, dps_w_ph dps_w_ph, mulsa_w_ph mulsa_w_ph, dpau_h_qbl dpau_h_qbl, dpaq_s_w_ph dpaq_s_w_ph, dpsq_s_w_ph dpsq_s_w_ph, mulsaq_s_w_ph mulsaq_s_w_ph, dpau_h_qbr dpau_h_qbr, dpax_w_ph dpax_w_ph, dpsx_w_ph dpsx_w_ph, dpsu_h_qbl dpsu_h_qbl, dpaq_sa_l_w dpaq_sa_l_w, dpsq_sa_l_w dpsq_sa_l_w, dpsu_h_qbr dpsu_h_qbr, maq_sa_w_phl maq_sa_w_phl, maq_sa_w_phr maq_sa_w_phr, maq_s_w_phl maq_s_w_phl, maq_s_w_phr maq_s_w_phr, dpaqx_s_w_ph dpaqx_s_w_ph, dpsqx_s_w_ph dpsqx_s_w_ph, dpaqx_sa_w_ph dpaqx_sa_w_ph, dpsqx_sa_w_ph dpsqx_sa_w_ph;
    extract_fixed Acc: extr_w extr_w, extp extp, extr_r_w extr_r_w, extr_rs_w extr_rs_w, extpdp extpdp, extr_s_h extr_s_h;
    extract_variable Acc: extrv_w extr_w, extpv extp, extrv_r_w extr_r_w, extrv_rs_w extr_rs_w, extpdpv extpdp, extrv_s_h extr_s_h;
    shift_fixed Acc: shilo shilo;
    accumulate Acc: shilov shilo, mthlip mthlip;
}

/// Both words shifted right by the amount in rd, with or without rounding; their low halves side by side.
fn shift_and_pack(l: &Lift, f: F, round: bool) -> Flow {
    let amount = u64::from(f.rd());
    let word = |n: u8| {
        let wide = l.r32(n).sext(Width::W64);
        let bias = if round && amount > 0 { 1 << (amount - 1) } else { 0 };
        (wide + wide.konst(bias)).shr_s(wide.konst(amount)).trunc(Width::W32)
    };
    let (high, low) = (word(f.rt()), word(f.rs()));
    l.set_r32(f.rt(), low.deposit(16, 16, high));
    Next
}

fn precr_sra_ph_w(l: &Lift, f: F) -> Flow {
    shift_and_pack(l, f, false)
}

fn precr_sra_r_ph_w(l: &Lift, f: F) -> Flow {
    shift_and_pack(l, f, true)
}

fn append(l: &Lift, f: F) -> Flow {
    let n = u32::from(f.rd());
    if n > 0 {
        let (old, new) = (l.r32(f.rt()), l.r32(f.rs()));
        l.set_r32(f.rt(), old.shl(old.konst(n.into())).deposit(0, n, new));
    }
    Next
}

fn prepend(l: &Lift, f: F) -> Flow {
    let n = u32::from(f.rd());
    if n > 0 {
        let (old, new) = (l.r32(f.rt()), l.r32(f.rs()));
        l.set_r32(f.rt(), old.shr_u(old.konst(n.into())).deposit(32 - n, n, new));
    }
    Next
}

/// Byte positions 0 and 2 are UNPREDICTABLE; as in QEMU, nothing is done for them.
fn balign(l: &Lift, f: F) -> Flow {
    let n = u32::from(f.rd() & 3) * 8;
    if f.rd() & 1 != 0 {
        let (old, new) = (l.r32(f.rt()), l.r32(f.rs()));
        l.set_r32(f.rt(), old.shl(old.konst(n.into())) | new.shr_u(new.konst(u64::from(32 - n))));
    }
    Next
}

/// INSV replaces a field of rt, and is otherwise like the operations on two operands.
fn insv(l: &Lift, f: F) -> Flow {
    l.set_r32(f.rt(), two(l, Two::insv, l.r32(f.rs()), l.r32(f.rt())));
    Next
}

/// Loads from the sum of two registers.
fn indexed(l: &Lift, f: F, width: Width, signed: bool) -> Flow {
    let address = l.wrap(l.r(f.rs()) + l.r(f.rt()));
    let value = l.ir.load(address, l.mem(width));
    l.set_r(f.rd(), if signed { value.sext(l.xlen()) } else { value.zext(l.xlen()) });
    Next
}

fn lwx(l: &Lift, f: F) -> Flow {
    indexed(l, f, Width::W32, true)
}

fn lhx(l: &Lift, f: F) -> Flow {
    indexed(l, f, Width::W16, true)
}

fn lbux(l: &Lift, f: F) -> Flow {
    indexed(l, f, Width::W8, false)
}

fn ldx(l: &Lift, f: F) -> Flow {
    indexed(l, f, Width::W64, true)
}

/// The fields of DSPControl, in the order of the bits of a mask: pos, scount, c, ouflag, ccond, EFI.
const DSP_FIELDS: [u64; 6] = [0x3f, 0x1f80, 0x2000, 0xff_0000, 0xf00_0000, 0x4000];

/// The bits of DSPControl that a mask chooses.
fn dsp_mask(mask: u64) -> u64 {
    let chosen = DSP_FIELDS.iter().enumerate().filter(|(n, _)| mask >> n & 1 != 0);
    chosen.fold(0, |bits, (_, field)| bits | field)
}

fn rddsp(l: &Lift, f: F) -> Flow {
    let control = l.ir.get(state::DSP_CONTROL);
    l.set_r32(f.rd(), control & l.konst32(dsp_mask(bits::field(f.0, 16, 10))));
    Next
}

fn wrdsp(l: &Lift, f: F) -> Flow {
    let mask = dsp_mask(bits::field(f.0, 11, 10));
    let kept = l.ir.get(state::DSP_CONTROL) & l.konst32(!mask);
    l.ir.set(state::DSP_CONTROL, kept | l.r32(f.rs()) & l.konst32(mask));
    Next
}

/// Branch if pos is at least 32.
fn bposge32(l: &Lift, f: F) -> Flow {
    let pos = l.ir.get(state::DSP_CONTROL) & l.konst32(0x3f);
    let taken = l.konst32(32).le_u(pos);
    l.branch(To::If(taken, l.relative(4 + (f.imm() << 2))))
}

/// Puts 64 bits into an accumulator, each half sign-extended.
fn set_acc(l: &Lift, n: u8, value: Val) {
    let high = value.shr_u(value.konst(32));
    l.ir.set(state::lo(n), value.trunc(Width::W32).sext(l.xlen()));
    l.ir.set(state::hi(n), high.trunc(Width::W32).sext(l.xlen()));
}

fn get_acc<'b>(l: &Lift<'b>, n: u8) -> Val<'b> {
    let half = |reg| l.ir.get(reg).trunc(Width::W32).zext(Width::W64);
    half(state::hi(n)).shl(l.ir.konst(Width::W64, 32)) | half(state::lo(n))
}

fn product<'b>(l: &Lift<'b>, f: F, signed: bool) -> Val<'b> {
    let wide = |v: Val<'b>| if signed { v.sext(Width::W64) } else { v.zext(Width::W64) };
    wide(l.r32(f.rs())) * wide(l.r32(f.rt()))
}

fn mult_ac(l: &Lift, f: F) -> Flow {
    set_acc(l, ac(f), product(l, f, true));
    Next
}

fn multu_ac(l: &Lift, f: F) -> Flow {
    set_acc(l, ac(f), product(l, f, false));
    Next
}

fn madd_ac(l: &Lift, f: F) -> Flow {
    set_acc(l, ac(f), get_acc(l, ac(f)) + product(l, f, true));
    Next
}

fn maddu_ac(l: &Lift, f: F) -> Flow {
    set_acc(l, ac(f), get_acc(l, ac(f)) + product(l, f, false));
    Next
}

fn msub_ac(l: &Lift, f: F) -> Flow {
    set_acc(l, ac(f), get_acc(l, ac(f)) - product(l, f, true));
    Next
}

fn msubu_ac(l: &Lift, f: F) -> Flow {
    set_acc(l, ac(f), get_acc(l, ac(f)) - product(l, f, false));
    Next
}
