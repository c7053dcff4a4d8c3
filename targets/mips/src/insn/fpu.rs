//! "FPU Arithmetic Instructions", "FPU Conversion Instructions", comparisons: single and double precision.

use decode::Flow::{self, Illegal, Next};
use decode::insns;
use uop::{FastFp, Val, Width};

use crate::ext::Ext;
use crate::format::F;
use crate::fpu::{DOUBLE, Op, fcsr};
use crate::helper;
use crate::lift::Lift;
use crate::mode;
use crate::state;

insns! {
    /// Volume II-A, floating-point instructions of single and double precision.
    pub INSNS for Lift;
    "010001 10000 ..... ..... ..... 000000" F add_s "{fd}, {fs}, {ft}" [Fpu];
    "010001 10001 ..... ..... ..... 000000" F add_d "{fd}, {fs}, {ft}" [Fpu];
    "010001 10000 ..... ..... ..... 000001" F sub_s "{fd}, {fs}, {ft}" [Fpu];
    "010001 10001 ..... ..... ..... 000001" F sub_d "{fd}, {fs}, {ft}" [Fpu];
    "010001 10000 ..... ..... ..... 000010" F mul_s "{fd}, {fs}, {ft}" [Fpu];
    "010001 10001 ..... ..... ..... 000010" F mul_d "{fd}, {fs}, {ft}" [Fpu];
    "010001 10000 ..... ..... ..... 000011" F div_s "{fd}, {fs}, {ft}" [Fpu];
    "010001 10001 ..... ..... ..... 000011" F div_d "{fd}, {fs}, {ft}" [Fpu];
    "010001 10000 00000 ..... ..... 000100" F sqrt_s "{fd}, {fs}" [Fpu M2];
    "010001 10001 00000 ..... ..... 000100" F sqrt_d "{fd}, {fs}" [Fpu M2];
    "010001 10000 00000 ..... ..... 010101" F recip_s "{fd}, {fs}" [Fpu Cop1x !R6];
    "010001 10001 00000 ..... ..... 010101" F recip_d "{fd}, {fs}" [Fpu Cop1x !R6];
    "010001 10000 00000 ..... ..... 010110" F rsqrt_s "{fd}, {fs}" [Fpu Cop1x !R6];
    "010001 10001 00000 ..... ..... 010110" F rsqrt_d "{fd}, {fs}" [Fpu Cop1x !R6];
    "010001 10000 00000 ..... ..... 010101" F recip_s "{fd}, {fs}" [Fpu R6];
    "010001 10001 00000 ..... ..... 010101" F recip_d "{fd}, {fs}" [Fpu R6];
    "010001 10000 00000 ..... ..... 010110" F rsqrt_s "{fd}, {fs}" [Fpu R6];
    "010001 10001 00000 ..... ..... 010110" F rsqrt_d "{fd}, {fs}" [Fpu R6];
    "010001 10000 00000 ..... ..... 011010" F rint_s "{fd}, {fs}" [Fpu R6];
    "010001 10001 00000 ..... ..... 011010" F rint_d "{fd}, {fs}" [Fpu R6];
    "010001 10000 00000 ..... ..... 011011" F class_s "{fd}, {fs}" [Fpu R6];
    "010001 10001 00000 ..... ..... 011011" F class_d "{fd}, {fs}" [Fpu R6];
    "010001 10000 ..... ..... ..... 011000" F maddf_s "{fd}, {fs}, {ft}" [Fpu R6];
    "010001 10001 ..... ..... ..... 011000" F maddf_d "{fd}, {fs}, {ft}" [Fpu R6];
    "010001 10000 ..... ..... ..... 011001" F msubf_s "{fd}, {fs}, {ft}" [Fpu R6];
    "010001 10001 ..... ..... ..... 011001" F msubf_d "{fd}, {fs}, {ft}" [Fpu R6];
    "010001 10000 ..... ..... ..... 011100" F min_s "{fd}, {fs}, {ft}" [Fpu R6];
    "010001 10001 ..... ..... ..... 011100" F min_d "{fd}, {fs}, {ft}" [Fpu R6];
    "010001 10000 ..... ..... ..... 011101" F mina_s "{fd}, {fs}, {ft}" [Fpu R6];
    "010001 10001 ..... ..... ..... 011101" F mina_d "{fd}, {fs}, {ft}" [Fpu R6];
    "010001 10000 ..... ..... ..... 011110" F max_s "{fd}, {fs}, {ft}" [Fpu R6];
    "010001 10001 ..... ..... ..... 011110" F max_d "{fd}, {fs}, {ft}" [Fpu R6];
    "010001 10000 ..... ..... ..... 011111" F maxa_s "{fd}, {fs}, {ft}" [Fpu R6];
    "010001 10001 ..... ..... ..... 011111" F maxa_d "{fd}, {fs}, {ft}" [Fpu R6];
    "010001 10000 00000 ..... ..... 001000" F round_l_s "{fd}, {fs}" [Fpu F64];
    "010001 10001 00000 ..... ..... 001000" F round_l_d "{fd}, {fs}" [Fpu F64];
    "010001 10000 00000 ..... ..... 001001" F trunc_l_s "{fd}, {fs}" [Fpu F64];
    "010001 10001 00000 ..... ..... 001001" F trunc_l_d "{fd}, {fs}" [Fpu F64];
    "010001 10000 00000 ..... ..... 001010" F ceil_l_s "{fd}, {fs}" [Fpu F64];
    "010001 10001 00000 ..... ..... 001010" F ceil_l_d "{fd}, {fs}" [Fpu F64];
    "010001 10000 00000 ..... ..... 001011" F floor_l_s "{fd}, {fs}" [Fpu F64];
    "010001 10001 00000 ..... ..... 001011" F floor_l_d "{fd}, {fs}" [Fpu F64];
    "010001 10000 00000 ..... ..... 001100" F round_w_s "{fd}, {fs}" [Fpu M2];
    "010001 10001 00000 ..... ..... 001100" F round_w_d "{fd}, {fs}" [Fpu M2];
    "010001 10000 00000 ..... ..... 001101" F trunc_w_s "{fd}, {fs}" [Fpu M2];
    "010001 10001 00000 ..... ..... 001101" F trunc_w_d "{fd}, {fs}" [Fpu M2];
    "010001 10000 00000 ..... ..... 001110" F ceil_w_s "{fd}, {fs}" [Fpu M2];
    "010001 10001 00000 ..... ..... 001110" F ceil_w_d "{fd}, {fs}" [Fpu M2];
    "010001 10000 00000 ..... ..... 001111" F floor_w_s "{fd}, {fs}" [Fpu M2];
    "010001 10001 00000 ..... ..... 001111" F floor_w_d "{fd}, {fs}" [Fpu M2];
    "010001 10001 00000 ..... ..... 100000" F cvt_s_d "{fd}, {fs}" [Fpu];
    "010001 10100 00000 ..... ..... 100000" F cvt_s_w "{fd}, {fs}" [Fpu];
    "010001 10101 00000 ..... ..... 100000" F cvt_s_l "{fd}, {fs}" [Fpu F64];
    "010001 10000 00000 ..... ..... 100001" F cvt_d_s "{fd}, {fs}" [Fpu];
    "010001 10100 00000 ..... ..... 100001" F cvt_d_w "{fd}, {fs}" [Fpu];
    "010001 10101 00000 ..... ..... 100001" F cvt_d_l "{fd}, {fs}" [Fpu F64];
    "010001 10000 00000 ..... ..... 100100" F cvt_w_s "{fd}, {fs}" [Fpu];
    "010001 10001 00000 ..... ..... 100100" F cvt_w_d "{fd}, {fs}" [Fpu];
    "010001 10000 00000 ..... ..... 100101" F cvt_l_s "{fd}, {fs}" [Fpu F64];
    "010001 10001 00000 ..... ..... 100101" F cvt_l_d "{fd}, {fs}" [Fpu F64];
    "010001 10000 ..... ..... ... 00 110000" F c_f_s "{ccs}, {fs}, {ft}" [Fpu !R6];
    "010001 10001 ..... ..... ... 00 110000" F c_f_d "{ccs}, {fs}, {ft}" [Fpu !R6];
    "010001 10000 ..... ..... ... 00 110001" F c_un_s "{ccs}, {fs}, {ft}" [Fpu !R6];
    "010001 10001 ..... ..... ... 00 110001" F c_un_d "{ccs}, {fs}, {ft}" [Fpu !R6];
    "010001 10000 ..... ..... ... 00 110010" F c_eq_s "{ccs}, {fs}, {ft}" [Fpu !R6];
    "010001 10001 ..... ..... ... 00 110010" F c_eq_d "{ccs}, {fs}, {ft}" [Fpu !R6];
    "010001 10000 ..... ..... ... 00 110011" F c_ueq_s "{ccs}, {fs}, {ft}" [Fpu !R6];
    "010001 10001 ..... ..... ... 00 110011" F c_ueq_d "{ccs}, {fs}, {ft}" [Fpu !R6];
    "010001 10000 ..... ..... ... 00 110100" F c_olt_s "{ccs}, {fs}, {ft}" [Fpu !R6];
    "010001 10001 ..... ..... ... 00 110100" F c_olt_d "{ccs}, {fs}, {ft}" [Fpu !R6];
    "010001 10000 ..... ..... ... 00 110101" F c_ult_s "{ccs}, {fs}, {ft}" [Fpu !R6];
    "010001 10001 ..... ..... ... 00 110101" F c_ult_d "{ccs}, {fs}, {ft}" [Fpu !R6];
    "010001 10000 ..... ..... ... 00 110110" F c_ole_s "{ccs}, {fs}, {ft}" [Fpu !R6];
    "010001 10001 ..... ..... ... 00 110110" F c_ole_d "{ccs}, {fs}, {ft}" [Fpu !R6];
    "010001 10000 ..... ..... ... 00 110111" F c_ule_s "{ccs}, {fs}, {ft}" [Fpu !R6];
    "010001 10001 ..... ..... ... 00 110111" F c_ule_d "{ccs}, {fs}, {ft}" [Fpu !R6];
    "010001 10000 ..... ..... ... 00 111000" F c_sf_s "{ccs}, {fs}, {ft}" [Fpu !R6];
    "010001 10001 ..... ..... ... 00 111000" F c_sf_d "{ccs}, {fs}, {ft}" [Fpu !R6];
    "010001 10000 ..... ..... ... 00 111001" F c_ngle_s "{ccs}, {fs}, {ft}" [Fpu !R6];
    "010001 10001 ..... ..... ... 00 111001" F c_ngle_d "{ccs}, {fs}, {ft}" [Fpu !R6];
    "010001 10000 ..... ..... ... 00 111010" F c_seq_s "{ccs}, {fs}, {ft}" [Fpu !R6];
    "010001 10001 ..... ..... ... 00 111010" F c_seq_d "{ccs}, {fs}, {ft}" [Fpu !R6];
    "010001 10000 ..... ..... ... 00 111011" F c_ngl_s "{ccs}, {fs}, {ft}" [Fpu !R6];
    "010001 10001 ..... ..... ... 00 111011" F c_ngl_d "{ccs}, {fs}, {ft}" [Fpu !R6];
    "010001 10000 ..... ..... ... 00 111100" F c_lt_s "{ccs}, {fs}, {ft}" [Fpu !R6];
    "010001 10001 ..... ..... ... 00 111100" F c_lt_d "{ccs}, {fs}, {ft}" [Fpu !R6];
    "010001 10000 ..... ..... ... 00 111101" F c_nge_s "{ccs}, {fs}, {ft}" [Fpu !R6];
    "010001 10001 ..... ..... ... 00 111101" F c_nge_d "{ccs}, {fs}, {ft}" [Fpu !R6];
    "010001 10000 ..... ..... ... 00 111110" F c_le_s "{ccs}, {fs}, {ft}" [Fpu !R6];
    "010001 10001 ..... ..... ... 00 111110" F c_le_d "{ccs}, {fs}, {ft}" [Fpu !R6];
    "010001 10000 ..... ..... ... 00 111111" F c_ngt_s "{ccs}, {fs}, {ft}" [Fpu !R6];
    "010001 10001 ..... ..... ... 00 111111" F c_ngt_d "{ccs}, {fs}, {ft}" [Fpu !R6];
    "010001 10100 ..... ..... ..... 000000" F cmp_af_s "{fd}, {fs}, {ft}" [Fpu R6];
    "010001 10101 ..... ..... ..... 000000" F cmp_af_d "{fd}, {fs}, {ft}" [Fpu R6];
    "010001 10100 ..... ..... ..... 000001" F cmp_un_s "{fd}, {fs}, {ft}" [Fpu R6];
    "010001 10101 ..... ..... ..... 000001" F cmp_un_d "{fd}, {fs}, {ft}" [Fpu R6];
    "010001 10100 ..... ..... ..... 000010" F cmp_eq_s "{fd}, {fs}, {ft}" [Fpu R6];
    "010001 10101 ..... ..... ..... 000010" F cmp_eq_d "{fd}, {fs}, {ft}" [Fpu R6];
    "010001 10100 ..... ..... ..... 000011" F cmp_ueq_s "{fd}, {fs}, {ft}" [Fpu R6];
    "010001 10101 ..... ..... ..... 000011" F cmp_ueq_d "{fd}, {fs}, {ft}" [Fpu R6];
    "010001 10100 ..... ..... ..... 000100" F cmp_lt_s "{fd}, {fs}, {ft}" [Fpu R6];
    "010001 10101 ..... ..... ..... 000100" F cmp_lt_d "{fd}, {fs}, {ft}" [Fpu R6];
    "010001 10100 ..... ..... ..... 000101" F cmp_ult_s "{fd}, {fs}, {ft}" [Fpu R6];
    "010001 10101 ..... ..... ..... 000101" F cmp_ult_d "{fd}, {fs}, {ft}" [Fpu R6];
    "010001 10100 ..... ..... ..... 000110" F cmp_le_s "{fd}, {fs}, {ft}" [Fpu R6];
    "010001 10101 ..... ..... ..... 000110" F cmp_le_d "{fd}, {fs}, {ft}" [Fpu R6];
    "010001 10100 ..... ..... ..... 000111" F cmp_ule_s "{fd}, {fs}, {ft}" [Fpu R6];
    "010001 10101 ..... ..... ..... 000111" F cmp_ule_d "{fd}, {fs}, {ft}" [Fpu R6];
    "010001 10100 ..... ..... ..... 001000" F cmp_saf_s "{fd}, {fs}, {ft}" [Fpu R6];
    "010001 10101 ..... ..... ..... 001000" F cmp_saf_d "{fd}, {fs}, {ft}" [Fpu R6];
    "010001 10100 ..... ..... ..... 001001" F cmp_sun_s "{fd}, {fs}, {ft}" [Fpu R6];
    "010001 10101 ..... ..... ..... 001001" F cmp_sun_d "{fd}, {fs}, {ft}" [Fpu R6];
    "010001 10100 ..... ..... ..... 001010" F cmp_seq_s "{fd}, {fs}, {ft}" [Fpu R6];
    "010001 10101 ..... ..... ..... 001010" F cmp_seq_d "{fd}, {fs}, {ft}" [Fpu R6];
    "010001 10100 ..... ..... ..... 001011" F cmp_sueq_s "{fd}, {fs}, {ft}" [Fpu R6];
    "010001 10101 ..... ..... ..... 001011" F cmp_sueq_d "{fd}, {fs}, {ft}" [Fpu R6];
    "010001 10100 ..... ..... ..... 001100" F cmp_slt_s "{fd}, {fs}, {ft}" [Fpu R6];
    "010001 10101 ..... ..... ..... 001100" F cmp_slt_d "{fd}, {fs}, {ft}" [Fpu R6];
    "010001 10100 ..... ..... ..... 001101" F cmp_sult_s "{fd}, {fs}, {ft}" [Fpu R6];
    "010001 10101 ..... ..... ..... 001101" F cmp_sult_d "{fd}, {fs}, {ft}" [Fpu R6];
    "010001 10100 ..... ..... ..... 001110" F cmp_sle_s "{fd}, {fs}, {ft}" [Fpu R6];
    "010001 10101 ..... ..... ..... 001110" F cmp_sle_d "{fd}, {fs}, {ft}" [Fpu R6];
    "010001 10100 ..... ..... ..... 001111" F cmp_sule_s "{fd}, {fs}, {ft}" [Fpu R6];
    "010001 10101 ..... ..... ..... 001111" F cmp_sule_d "{fd}, {fs}, {ft}" [Fpu R6];
    "010001 10100 ..... ..... ..... 010001" F cmp_or_s "{fd}, {fs}, {ft}" [Fpu R6];
    "010001 10101 ..... ..... ..... 010001" F cmp_or_d "{fd}, {fs}, {ft}" [Fpu R6];
    "010001 10100 ..... ..... ..... 010010" F cmp_une_s "{fd}, {fs}, {ft}" [Fpu R6];
    "010001 10101 ..... ..... ..... 010010" F cmp_une_d "{fd}, {fs}, {ft}" [Fpu R6];
    "010001 10100 ..... ..... ..... 010011" F cmp_ne_s "{fd}, {fs}, {ft}" [Fpu R6];
    "010001 10101 ..... ..... ..... 010011" F cmp_ne_d "{fd}, {fs}, {ft}" [Fpu R6];
    "010001 10100 ..... ..... ..... 011001" F cmp_sor_s "{fd}, {fs}, {ft}" [Fpu R6];
    "010001 10101 ..... ..... ..... 011001" F cmp_sor_d "{fd}, {fs}, {ft}" [Fpu R6];
    "010001 10100 ..... ..... ..... 011010" F cmp_sune_s "{fd}, {fs}, {ft}" [Fpu R6];
    "010001 10101 ..... ..... ..... 011010" F cmp_sune_d "{fd}, {fs}, {ft}" [Fpu R6];
    "010001 10100 ..... ..... ..... 011011" F cmp_sne_s "{fd}, {fs}, {ft}" [Fpu R6];
    "010001 10101 ..... ..... ..... 011011" F cmp_sne_d "{fd}, {fs}, {ft}" [Fpu R6];
    "010011 ..... ..... ..... ..... 100000" F madd_s "{fd}, {fr}, {fs}, {ft}" [Fpu Cop1x !R6];
    "010011 ..... ..... ..... ..... 100001" F madd_d "{fd}, {fr}, {fs}, {ft}" [Fpu Cop1x !R6];
    "010011 ..... ..... ..... ..... 101000" F msub_s "{fd}, {fr}, {fs}, {ft}" [Fpu Cop1x !R6];
    "010011 ..... ..... ..... ..... 101001" F msub_d "{fd}, {fr}, {fs}, {ft}" [Fpu Cop1x !R6];
    "010011 ..... ..... ..... ..... 110000" F nmadd_s "{fd}, {fr}, {fs}, {ft}" [Fpu Cop1x !R6];
    "010011 ..... ..... ..... ..... 110001" F nmadd_d "{fd}, {fr}, {fs}, {ft}" [Fpu Cop1x !R6];
    "010011 ..... ..... ..... ..... 111000" F nmsub_s "{fd}, {fr}, {fs}, {ft}" [Fpu Cop1x !R6];
    "010011 ..... ..... ..... ..... 111001" F nmsub_d "{fd}, {fr}, {fs}, {ft}" [Fpu Cop1x !R6];
}

pub(super) fn has_pairs(l: &Lift) -> bool {
    l.mode() & mode::FR == 0
}

/// Whether one of these is no register of 64 bits: with FR = 0, odd ones are halves.
pub(super) fn is_odd(l: &Lift, registers: &[u8]) -> bool {
    has_pairs(l) && registers.iter().any(|n| n & 1 != 0)
}

/// Whether 64-bit integers and unaligned accesses have no registers: since MIPS32 and MIPS64 they need FR = 1 ("UNPREDICTABLE if FR = 0";
/// as in QEMU they are reserved).
pub(super) fn lacks_wide(l: &Lift) -> bool {
    has_pairs(l) && l.needs_fr()
}

/// Where the 32-bit register `n` lies: the register of the file, and the lowest bit.
fn place(l: &Lift, n: u8) -> (uop::Reg, u32) {
    if has_pairs(l) { (state::f(n & !1), 32 * u32::from(n & 1)) } else { (state::f(n), 0) }
}

/// The low half of register `n`.
pub(super) fn single<'b>(l: &Lift<'b>, n: u8) -> Val<'b> {
    let (reg, lo) = place(l, n);
    let value = l.ir.get(reg);
    if lo == 0 { value.trunc(Width::W32) } else { value.shr_u(value.konst(32)).trunc(Width::W32) }
}

/// Writes the low half of register `n`, and leaves the other one alone.
pub(super) fn set_single(l: &Lift, n: u8, value: Val) {
    let (reg, lo) = place(l, n);
    l.ir.set(reg, l.ir.get(reg).deposit(lo, 32, value.zext(Width::W64)));
}

pub(super) fn double<'b>(l: &Lift<'b>, n: u8) -> Val<'b> {
    l.ir.get(state::f(n))
}

pub(super) fn set_double(l: &Lift, n: u8, value: Val) {
    l.ir.set(state::f(n), value);
}

/// The operand of a format.
pub(super) fn operand<'b>(l: &Lift<'b>, n: u8, is_double: bool) -> Val<'b> {
    if is_double { double(l, n) } else { single(l, n) }
}

pub(super) fn set_result(l: &Lift, n: u8, value: Val) {
    if value.width() == Width::W64 { set_double(l, n, value) } else { set_single(l, n, value) }
}

fn number(op: Op, is_double: bool) -> u64 {
    u64::from(op as u32 | if is_double { DOUBLE } else { 0 })
}

/// Notes what an operation that the host may do has been.
fn note(l: &Lift, number: u64, a: Val, b: Option<Val>) {
    l.ir.set(state::FP_OP, l.konst32(number));
    l.ir.set(state::FP_A, a.zext(Width::W64));
    if let Some(b) = b {
        l.ir.set(state::FP_B, b.zext(Width::W64));
    }
}

/// An operation on one operand; `wide` says which of source and result have 64 bits.
fn unary(l: &Lift, f: F, op: Op, wide: [bool; 2], kind: bool, fast: Option<FastFp>) -> Flow {
    let odd = |n, w: bool| w && is_odd(l, &[n]);
    if odd(f.fs(), wide[0]) || odd(f.fd(), wide[1]) || op.is_long() && lacks_wide(l) {
        return Illegal;
    }
    let a = operand(l, f.fs(), wide[0]);
    let number = number(op, kind);
    let helper = if wide[1] { helper::FP_ONE_D } else { helper::FP_ONE_S };
    let args = [a, l.konst32(number)];
    let value = match fast {
        Some(fast) => {
            note(l, number, a, None);
            l.ir.call_fast(helper, &args, fast, state::FP_OK)
        }
        None => l.call(helper, &args),
    };
    set_result(l, f.fd(), value);
    Next
}

/// An operation on two operands of one format.
fn binary(l: &Lift, f: F, op: Op, is_double: bool, fast: Option<FastFp>) -> Flow {
    if is_double && is_odd(l, &[f.fd(), f.fs(), f.ft()]) {
        return Illegal;
    }
    let (a, b) = (operand(l, f.fs(), is_double), operand(l, f.ft(), is_double));
    let number = number(op, is_double);
    let helper = if is_double { helper::FP_TWO_D } else { helper::FP_TWO_S };
    let args = [a, b, l.konst32(number)];
    let value = match fast {
        Some(fast) => {
            note(l, number, a, Some(b));
            l.ir.call_fast(helper, &args, fast, state::FP_OK)
        }
        None => l.call(helper, &args),
    };
    set_result(l, f.fd(), value);
    Next
}

/// a × b with an addend, all in registers of one format.
fn ternary(l: &Lift, f: F, op: Op, is_double: bool, addend: u8) -> Flow {
    if is_double && is_odd(l, &[f.fd(), f.fs(), f.ft(), addend]) {
        return Illegal;
    }
    let get = |n| operand(l, n, is_double);
    let helper = if is_double { helper::FP_THREE_D } else { helper::FP_THREE_S };
    let args = [get(f.fs()), get(f.ft()), get(addend), l.konst32(number(op, is_double))];
    set_result(l, f.fd(), l.call(helper, &args));
    Next
}

/// Whether the operands compare so; bits of `cond`: see `fpu::compare`.
fn compare<'b>(l: &Lift<'b>, f: F, cond: u64, is_double: bool) -> Val<'b> {
    let (a, b) = (operand(l, f.fs(), is_double), operand(l, f.ft(), is_double));
    let args = [a, b, l.konst32(cond | if is_double { u64::from(DOUBLE) } else { 0 })];
    // Of two numbers, one or none of equal and less holds, and nothing is raised.
    let fast = match (cond & 0x16, is_double) {
        (2, false) => Some(FastFp::Eq32),
        (4, false) => Some(FastFp::Lt32),
        (6, false) => Some(FastFp::Le32),
        (2, true) => Some(FastFp::Eq64),
        (4, true) => Some(FastFp::Lt64),
        (6, true) => Some(FastFp::Le64),
        _ => None,
    };
    match fast {
        Some(fast) => {
            l.ir.set(state::FP_OP, l.konst32(Op::Quiet as u64));
            l.ir.call_fast(helper::FP_COMPARE, &args, fast, state::FP_OP)
        }
        None => l.call(helper::FP_COMPARE, &args),
    }
}

/// C.cond.fmt: sets a condition code.
fn set_condition(l: &Lift, f: F, cond: u64, is_double: bool) -> Flow {
    if is_double && is_odd(l, &[f.fs(), f.ft()]) {
        return Illegal;
    }
    let holds = compare(l, f, cond, is_double).zext(Width::W32);
    l.ir.set(state::FCSR, l.ir.get(state::FCSR).deposit(fcsr::cc(f.cc_set()), 1, holds));
    Next
}

/// CMP.cond.fmt of Release 6: all ones or all zeros.
fn set_mask(l: &Lift, f: F, cond: u64, is_double: bool) -> Flow {
    let holds = compare(l, f, cond, is_double);
    let width = if is_double { Width::W64 } else { Width::W32 };
    set_result(l, f.fd(), l.ir.select(holds, l.ir.konst(width, u64::MAX), l.ir.konst(width, 0)));
    Next
}

/// Declares arithmetic on two operands: the instructions of both formats, and what the host may do instead.
macro_rules! arithmetic {
    ($($s:ident $d:ident $op:ident $fs:expr, $fd:expr;)*) => { $(
        fn $s(l: &Lift, f: F) -> Flow {
            binary(l, f, Op::$op, false, $fs)
        }
        fn $d(l: &Lift, f: F) -> Flow {
            binary(l, f, Op::$op, true, $fd)
        }
    )* };
}

arithmetic! {
    add_s add_d Add Some(FastFp::Add32), Some(FastFp::Add64);
    sub_s sub_d Sub Some(FastFp::Sub32), Some(FastFp::Sub64);
    mul_s mul_d Mul Some(FastFp::Mul32), Some(FastFp::Mul64);
    div_s div_d Div Some(FastFp::Div32), Some(FastFp::Div64);
    min_s min_d Min None, None;
    max_s max_d Max None, None;
    mina_s mina_d Mina None, None;
    maxa_s maxa_d Maxa None, None;
}

/// Declares operations on one operand: instruction, operation, whether source and result have 64 bits, whether the floating-point
/// format is double, and what the host may do instead.
macro_rules! unaries {
    ($($name:ident $op:ident [$src:literal $dst:literal] $kind:literal $fast:expr;)*) => { $(
        fn $name(l: &Lift, f: F) -> Flow {
            unary(l, f, Op::$op, [$src, $dst], $kind, $fast)
        }
    )* };
}

unaries! {
    sqrt_s Sqrt [false false] false Some(FastFp::Sqrt32);
    sqrt_d Sqrt [true true] true Some(FastFp::Sqrt64);
    recip_s Recip [false false] false None;
    recip_d Recip [true true] true None;
    rsqrt_s Rsqrt [false false] false None;
    rsqrt_d Rsqrt [true true] true None;
    rint_s Rint [false false] false None;
    rint_d Rint [true true] true None;
    class_s Class [false false] false None;
    class_d Class [true true] true None;
    cvt_s_d Convert [true false] false Some(FastFp::Narrow);
    cvt_s_w FromW [false false] false None;
    cvt_d_s Convert [false true] true Some(FastFp::Widen);
    cvt_d_w FromW [false true] true Some(FastFp::FromI32To64);
    cvt_w_s ToW [false false] false None;
    cvt_w_d ToW [true false] true None;
    round_w_s RoundW [false false] false None;
    round_w_d RoundW [true false] true None;
    trunc_w_s TruncW [false false] false None;
    trunc_w_d TruncW [true false] true Some(FastFp::TruncToI32From64);
    ceil_w_s CeilW [false false] false None;
    ceil_w_d CeilW [true false] true None;
    floor_w_s FloorW [false false] false None;
    floor_w_d FloorW [true false] true None;
    cvt_s_l FromL [true false] false None;
    cvt_d_l FromL [true true] true Some(FastFp::FromI64To64);
    cvt_l_s ToL [false true] false None;
    cvt_l_d ToL [true true] true None;
    round_l_s RoundL [false true] false None;
    round_l_d RoundL [true true] true None;
    trunc_l_s TruncL [false true] false None;
    trunc_l_d TruncL [true true] true Some(FastFp::TruncToI64From64);
    ceil_l_s CeilL [false true] false None;
    ceil_l_d CeilL [true true] true None;
    floor_l_s FloorL [false true] false None;
    floor_l_d FloorL [true true] true None;
}

/// a × b with an addend, rounded twice: the host may do both steps, and if it can't do one of them, a helper does all. Where the
/// result is `negated`, that comes last, and even for a NaN.
fn multiply_add(l: &Lift, f: F, op: Op, is_double: bool, negated: bool) -> Flow {
    if is_double && is_odd(l, &[f.fd(), f.fs(), f.ft(), f.fr()]) {
        return Illegal;
    }
    let get = |n| operand(l, n, is_double);
    let (a, b, c) = (get(f.fs()), get(f.ft()), get(f.fr()));
    note(l, number(op, is_double), a, Some(b));
    l.ir.set(state::FP_C, c.zext(Width::W64));
    let is_sub = op == Op::Msub;
    let (product, sum, multiply, add) = match (is_double, is_sub) {
        (false, false) => (helper::FP_PRODUCT_S, helper::FP_MADD_S, FastFp::Mul32, FastFp::Add32),
        (false, true) => (helper::FP_PRODUCT_S, helper::FP_MADD_S, FastFp::Mul32, FastFp::Sub32),
        (true, false) => (helper::FP_PRODUCT_D, helper::FP_MADD_D, FastFp::Mul64, FastFp::Add64),
        (true, true) => (helper::FP_PRODUCT_D, helper::FP_MADD_D, FastFp::Mul64, FastFp::Sub64),
    };
    let product = l.ir.call_fast(product, &[a, b], multiply, state::FP_OK);
    let value = l.ir.call_fast(sum, &[product, c], add, state::FP_OK);
    let value = if negated { value ^ value.konst(1 << (value.width().bits() - 1)) } else { value };
    set_result(l, f.fd(), value);
    Next
}

/// Declares multiply-add: the instructions of both formats, the operation, and whether the result is negated.
macro_rules! multiply_adds {
    ($($s:ident $d:ident $op:ident $negated:literal;)*) => { $(
        fn $s(l: &Lift, f: F) -> Flow {
            multiply_add(l, f, Op::$op, false, $negated)
        }
        fn $d(l: &Lift, f: F) -> Flow {
            multiply_add(l, f, Op::$op, true, $negated)
        }
    )* };
}

multiply_adds! {
    madd_s madd_d Madd false;
    msub_s msub_d Msub false;
    nmadd_s nmadd_d Madd true;
    nmsub_s nmsub_d Msub true;
}

/// Declares fused multiply-add, which adds to the destination.
macro_rules! fused {
    ($($s:ident $d:ident $op:ident;)*) => { $(
        fn $s(l: &Lift, f: F) -> Flow {
            ternary(l, f, Op::$op, false, f.fd())
        }
        fn $d(l: &Lift, f: F) -> Flow {
            ternary(l, f, Op::$op, true, f.fd())
        }
    )* };
}

fused! {
    maddf_s maddf_d Maddf;
    msubf_s msubf_d Msubf;
}

/// Declares comparisons: the instructions of both formats, and the condition.
macro_rules! comparisons {
    ($how:ident; $($s:ident $d:ident $cond:literal;)*) => { $(
        fn $s(l: &Lift, f: F) -> Flow {
            $how(l, f, $cond, false)
        }
        fn $d(l: &Lift, f: F) -> Flow {
            $how(l, f, $cond, true)
        }
    )* };
}

comparisons! { set_condition;
    c_f_s c_f_d 0;
    c_un_s c_un_d 1;
    c_eq_s c_eq_d 2;
    c_ueq_s c_ueq_d 3;
    c_olt_s c_olt_d 4;
    c_ult_s c_ult_d 5;
    c_ole_s c_ole_d 6;
    c_ule_s c_ule_d 7;
    c_sf_s c_sf_d 8;
    c_ngle_s c_ngle_d 9;
    c_seq_s c_seq_d 10;
    c_ngl_s c_ngl_d 11;
    c_lt_s c_lt_d 12;
    c_nge_s c_nge_d 13;
    c_le_s c_le_d 14;
    c_ngt_s c_ngt_d 15;
}

comparisons! { set_mask;
    cmp_af_s cmp_af_d 0;
    cmp_un_s cmp_un_d 1;
    cmp_eq_s cmp_eq_d 2;
    cmp_ueq_s cmp_ueq_d 3;
    cmp_lt_s cmp_lt_d 4;
    cmp_ult_s cmp_ult_d 5;
    cmp_le_s cmp_le_d 6;
    cmp_ule_s cmp_ule_d 7;
    cmp_saf_s cmp_saf_d 8;
    cmp_sun_s cmp_sun_d 9;
    cmp_seq_s cmp_seq_d 10;
    cmp_sueq_s cmp_sueq_d 11;
    cmp_slt_s cmp_slt_d 12;
    cmp_sult_s cmp_sult_d 13;
    cmp_sle_s cmp_sle_d 14;
    cmp_sule_s cmp_sule_d 15;
    cmp_or_s cmp_or_d 17;
    cmp_une_s cmp_une_d 18;
    cmp_ne_s cmp_ne_d 19;
    cmp_sor_s cmp_sor_d 25;
    cmp_sune_s cmp_sune_d 26;
    cmp_sne_s cmp_sne_d 27;
}
