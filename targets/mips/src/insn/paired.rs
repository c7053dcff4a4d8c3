//! Paired single: two numbers of single precision in a register of 64 bits.
//!
//! Volume I-A, "FPU Programming Model", "Paired Single Floating Point Format": both halves are computed, and what they raise is combined.

use decode::Flow::{self, Illegal, Next};
use decode::insns;
use uop::{Val, Width};

use super::fpu::{lacks_wide, set_single, single};
use super::fpu_move::condition;
use crate::ext::Ext;
use crate::format::F;
use crate::fpu::{Op, fcsr};
use crate::helper;
use crate::lift::Lift;
use crate::state;

insns! {
    /// Volume II-A, instructions of format PS.
    pub INSNS for Lift;
    "010001 10110 ..... ..... ..... 000000" F add_ps "{fd}, {fs}, {ft}" [Fpu Ps];
    "010001 10110 ..... ..... ..... 000001" F sub_ps "{fd}, {fs}, {ft}" [Fpu Ps];
    "010001 10110 ..... ..... ..... 000010" F mul_ps "{fd}, {fs}, {ft}" [Fpu Ps];
    "010001 10110 00000 ..... ..... 000101" F abs_ps "{fd}, {fs}" [Fpu Ps];
    "010001 10110 00000 ..... ..... 000110" F mov_ps "{fd}, {fs}" [Fpu Ps];
    "010001 10110 00000 ..... ..... 000111" F neg_ps "{fd}, {fs}" [Fpu Ps];
    "010001 10110 ... 0 0 ..... ..... 010001" F movf_ps "{fd}, {fs}, {cc}" [Fpu Ps];
    "010001 10110 ... 0 1 ..... ..... 010001" F movt_ps "{fd}, {fs}, {cc}" [Fpu Ps];
    "010001 10110 ..... ..... ..... 010010" F movz_ps "{fd}, {fs}, {rt}" [Fpu Ps];
    "010001 10110 ..... ..... ..... 010011" F movn_ps "{fd}, {fs}, {rt}" [Fpu Ps];
    "010001 10000 ..... ..... ..... 100110" F cvt_ps_s "{fd}, {fs}, {ft}" [Fpu Ps];
    "010001 10110 00000 ..... ..... 100000" F cvt_s_pu "{fd}, {fs}" [Fpu Ps];
    "010001 10110 00000 ..... ..... 101000" F cvt_s_pl "{fd}, {fs}" [Fpu Ps];
    "010001 10110 ..... ..... ..... 101100" F pll_ps "{fd}, {fs}, {ft}" [Fpu Ps];
    "010001 10110 ..... ..... ..... 101101" F plu_ps "{fd}, {fs}, {ft}" [Fpu Ps];
    "010001 10110 ..... ..... ..... 101110" F pul_ps "{fd}, {fs}, {ft}" [Fpu Ps];
    "010001 10110 ..... ..... ..... 101111" F puu_ps "{fd}, {fs}, {ft}" [Fpu Ps];
    "010011 ..... ..... ..... ..... 100110" F madd_ps "{fd}, {fr}, {fs}, {ft}" [Fpu Ps];
    "010011 ..... ..... ..... ..... 101110" F msub_ps "{fd}, {fr}, {fs}, {ft}" [Fpu Ps];
    "010011 ..... ..... ..... ..... 110110" F nmadd_ps "{fd}, {fr}, {fs}, {ft}" [Fpu Ps];
    "010011 ..... ..... ..... ..... 111110" F nmsub_ps "{fd}, {fr}, {fs}, {ft}" [Fpu Ps];
    "010011 ..... ..... ..... ..... 011110" F alnv_ps "{fd}, {fs}, {ft}, {rs}" [Fpu Ps];
    "010001 10110 ..... ..... ... 00 110000" F c_f_ps "{ccs}, {fs}, {ft}" [Fpu Ps];
    "010001 10110 ..... ..... ... 00 110001" F c_un_ps "{ccs}, {fs}, {ft}" [Fpu Ps];
    "010001 10110 ..... ..... ... 00 110010" F c_eq_ps "{ccs}, {fs}, {ft}" [Fpu Ps];
    "010001 10110 ..... ..... ... 00 110011" F c_ueq_ps "{ccs}, {fs}, {ft}" [Fpu Ps];
    "010001 10110 ..... ..... ... 00 110100" F c_olt_ps "{ccs}, {fs}, {ft}" [Fpu Ps];
    "010001 10110 ..... ..... ... 00 110101" F c_ult_ps "{ccs}, {fs}, {ft}" [Fpu Ps];
    "010001 10110 ..... ..... ... 00 110110" F c_ole_ps "{ccs}, {fs}, {ft}" [Fpu Ps];
    "010001 10110 ..... ..... ... 00 110111" F c_ule_ps "{ccs}, {fs}, {ft}" [Fpu Ps];
    "010001 10110 ..... ..... ... 00 111000" F c_sf_ps "{ccs}, {fs}, {ft}" [Fpu Ps];
    "010001 10110 ..... ..... ... 00 111001" F c_ngle_ps "{ccs}, {fs}, {ft}" [Fpu Ps];
    "010001 10110 ..... ..... ... 00 111010" F c_seq_ps "{ccs}, {fs}, {ft}" [Fpu Ps];
    "010001 10110 ..... ..... ... 00 111011" F c_ngl_ps "{ccs}, {fs}, {ft}" [Fpu Ps];
    "010001 10110 ..... ..... ... 00 111100" F c_lt_ps "{ccs}, {fs}, {ft}" [Fpu Ps];
    "010001 10110 ..... ..... ... 00 111101" F c_nge_ps "{ccs}, {fs}, {ft}" [Fpu Ps];
    "010001 10110 ..... ..... ... 00 111110" F c_le_ps "{ccs}, {fs}, {ft}" [Fpu Ps];
    "010001 10110 ..... ..... ... 00 111111" F c_ngt_ps "{ccs}, {fs}, {ft}" [Fpu Ps];
}

fn get<'b>(l: &Lift<'b>, n: u8) -> Val<'b> {
    l.ir.get(state::f(n))
}

fn set(l: &Lift, n: u8, value: Val) -> Flow {
    l.ir.set(state::f(n), value);
    Next
}

fn low<'b>(l: &Lift<'b>, n: u8) -> Val<'b> {
    get(l, n).trunc(Width::W32)
}

fn high<'b>(l: &Lift<'b>, n: u8) -> Val<'b> {
    let value = get(l, n);
    value.shr_u(value.konst(32)).trunc(Width::W32)
}

/// Two numbers side by side.
fn join<'b>(high: Val<'b>, low: Val<'b>) -> Val<'b> {
    low.zext(Width::W64).deposit(32, 32, high.zext(Width::W64))
}

/// The upper numbers' sign bits, and the lower ones'.
const SIGNS: u64 = 1 << 63 | 1 << 31;

/// Declares instructions that need Status.FR, as all of this format do.
macro_rules! pairs {
    ($($name:ident |$l:ident, $f:ident| $run:expr;)*) => { $(
        fn $name($l: &Lift, $f: F) -> Flow {
            if lacks_wide($l) { Illegal } else { $run }
        }
    )* };
}

pairs! {
    add_ps |l, f| binary(l, f, Op::Add);
    sub_ps |l, f| binary(l, f, Op::Sub);
    mul_ps |l, f| binary(l, f, Op::Mul);
    madd_ps |l, f| multiply_add(l, f, Op::Madd, false);
    msub_ps |l, f| multiply_add(l, f, Op::Msub, false);
    nmadd_ps |l, f| multiply_add(l, f, Op::Madd, true);
    nmsub_ps |l, f| multiply_add(l, f, Op::Msub, true);
    abs_ps |l, f| set(l, f.fd(), get(l, f.fs()) & l.ir.konst(Width::W64, !SIGNS));
    neg_ps |l, f| set(l, f.fd(), get(l, f.fs()) ^ l.ir.konst(Width::W64, SIGNS));
    mov_ps |l, f| set(l, f.fd(), get(l, f.fs()));
    movf_ps |l, f| move_halves(l, f, false);
    movt_ps |l, f| move_halves(l, f, true);
    movz_ps |l, f| set(l, f.fd(), l.ir.select(l.r(f.rt()).is_nonzero(), get(l, f.fd()), get(l, f.fs())));
    movn_ps |l, f| set(l, f.fd(), l.ir.select(l.r(f.rt()).is_nonzero(), get(l, f.fs()), get(l, f.fd())));
    cvt_ps_s |l, f| set(l, f.fd(), join(single(l, f.fs()), single(l, f.ft())));
    cvt_s_pu |l, f| narrow(l, f, high(l, f.fs()));
    cvt_s_pl |l, f| narrow(l, f, low(l, f.fs()));
    pll_ps |l, f| set(l, f.fd(), join(low(l, f.fs()), low(l, f.ft())));
    plu_ps |l, f| set(l, f.fd(), join(low(l, f.fs()), high(l, f.ft())));
    pul_ps |l, f| set(l, f.fd(), join(high(l, f.fs()), low(l, f.ft())));
    puu_ps |l, f| set(l, f.fd(), join(high(l, f.fs()), high(l, f.ft())));
    alnv_ps |l, f| align(l, f);
}

fn binary(l: &Lift, f: F, op: Op) -> Flow {
    let args = [get(l, f.fs()), get(l, f.ft()), l.konst32(op as u64)];
    set(l, f.fd(), l.call(helper::FP_PAIR_TWO, &args))
}

/// As in the other formats, the result is negated last.
fn multiply_add(l: &Lift, f: F, op: Op, negated: bool) -> Flow {
    let args = [get(l, f.fs()), get(l, f.ft()), get(l, f.fr()), l.konst32(op as u64)];
    let value = l.call(helper::FP_PAIR_THREE, &args);
    set(l, f.fd(), if negated { value ^ value.konst(SIGNS) } else { value })
}

/// Each half by its own condition code: `cc` for the lower one, the next for the upper one.
fn move_halves(l: &Lift, f: F, wanted: bool) -> Flow {
    let cc = f.cc();
    let (new, old) = (low(l, f.fs()), low(l, f.fd()));
    let lower = if wanted { l.ir.select(condition(l, cc), new, old) } else { l.ir.select(condition(l, cc), old, new) };
    let (new, old) = (high(l, f.fs()), high(l, f.fd()));
    let next = condition(l, (cc + 1) & 7);
    let upper = if wanted { l.ir.select(next, new, old) } else { l.ir.select(next, old, new) };
    set(l, f.fd(), join(upper, lower))
}

/// A conversion that raises nothing.
fn narrow(l: &Lift, f: F, value: Val) -> Flow {
    l.ir.set(state::FP_OP, l.konst32(Op::Quiet as u64));
    set_single(l, f.fd(), value);
    Next
}

/// The aligned pair out of two that lie beside each other in memory. Other amounts than 0 and 4 are UNPREDICTABLE; fd keeps its value.
fn align(l: &Lift, f: F) -> Flow {
    let amount = l.r(f.rs()) & l.konst(7);
    let (fs, ft) = (f.fs(), f.ft());
    let joined = match l.endian() {
        bits::Endian::Big => join(low(l, fs), high(l, ft)),
        bits::Endian::Little => join(low(l, ft), high(l, fs)),
    };
    let other = l.ir.select(amount.eq(l.konst(4)), joined, get(l, f.fd()));
    set(l, f.fd(), l.ir.select(amount.eq(l.konst(0)), get(l, fs), other))
}

/// C.cond.PS: a condition code for the lower numbers, the next one for the upper.
fn compare(l: &Lift, f: F, cond: u64) -> Flow {
    if lacks_wide(l) {
        return Illegal;
    }
    let holds = l.call(helper::FP_PAIR_COMPARE, &[get(l, f.fs()), get(l, f.ft()), l.konst32(cond)]);
    let cc = f.cc_set();
    let control = l.ir.get(state::FCSR).deposit(fcsr::cc(cc), 1, holds);
    let control = control.deposit(fcsr::cc((cc + 1) & 7), 1, holds.shr_u(holds.konst(1)));
    l.ir.set(state::FCSR, control);
    Next
}

/// Declares comparisons with their conditions.
macro_rules! comparisons {
    ($($name:ident $cond:literal;)*) => { $(
        fn $name(l: &Lift, f: F) -> Flow {
            compare(l, f, $cond)
        }
    )* };
}

comparisons! {
    c_f_ps 0;
    c_un_ps 1;
    c_eq_ps 2;
    c_ueq_ps 3;
    c_olt_ps 4;
    c_ult_ps 5;
    c_ole_ps 6;
    c_ule_ps 7;
    c_sf_ps 8;
    c_ngle_ps 9;
    c_seq_ps 10;
    c_ngl_ps 11;
    c_lt_ps 12;
    c_nge_ps 13;
    c_le_ps 14;
    c_ngt_ps 15;
}
