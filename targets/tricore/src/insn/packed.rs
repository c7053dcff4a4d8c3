//! Packed bytes and halfwords, and saturation: TriCore Architecture Manual, volume 2, "Instruction Set".

use decode::Flow::{self, Next};
use decode::insns;

use crate::dsp::Packed;
use crate::format::*;
use crate::helper;
use crate::lift::Lift;

insns! {
    /// Packed arithmetic.
    pub INSNS for Lift;
    "....0100000000..........00001011" Rr add_b "{c}, {a}, {b}" [];
    "....0100100000..........00001011" Rr sub_b "{c}, {a}, {b}" [];
    "....0100111000..........00001011" Rr absdif_b "{c}, {a}, {b}" [];
    "....0101000000..........00001011" Rr eq_b "{c}, {a}, {b}" [];
    "....0101001000..........00001011" Rr lt_b "{c}, {a}, {b}" [];
    "....0101001100..........00001011" Rr lt_bu "{c}, {a}, {b}" [];
    "....0101011000..........00001011" Rr eqany_b "{c}, {a}, {b}" [];
    "....0101100000..........00001011" Rr min_b "{c}, {a}, {b}" [];
    "....0101100100..........00001011" Rr min_bu "{c}, {a}, {b}" [];
    "....0101101000..........00001011" Rr max_b "{c}, {a}, {b}" [];
    "....0101101100..........00001011" Rr max_bu "{c}, {a}, {b}" [];
    "....0101110000..........00001011" Rr abs_b "{c}, {b}" [];
    "....0101111000..........00001011" Rr sat_b "{c}, {a}" [];
    "....0101111100..........00001011" Rr sat_bu "{c}, {a}" [];
    "....0110000000..........00001011" Rr add_h "{c}, {a}, {b}" [];
    "....0110001000..........00001011" Rr adds_h "{c}, {a}, {b}" [];
    "....0110001100..........00001011" Rr adds_hu "{c}, {a}, {b}" [];
    "....0110100000..........00001011" Rr sub_h "{c}, {a}, {b}" [];
    "....0110101000..........00001011" Rr subs_h "{c}, {a}, {b}" [];
    "....0110101100..........00001011" Rr subs_hu "{c}, {a}, {b}" [];
    "....0110111000..........00001011" Rr absdif_h "{c}, {a}, {b}" [];
    "....0110111100..........00001011" Rr absdifs_h "{c}, {a}, {b}" [];
    "....0111000000..........00001011" Rr eq_h "{c}, {a}, {b}" [];
    "....0111001000..........00001011" Rr lt_h "{c}, {a}, {b}" [];
    "....0111001100..........00001011" Rr lt_hu "{c}, {a}, {b}" [];
    "....0111011000..........00001011" Rr eqany_h "{c}, {a}, {b}" [];
    "....0111100000..........00001011" Rr min_h "{c}, {a}, {b}" [];
    "....0111100100..........00001011" Rr min_hu "{c}, {a}, {b}" [];
    "....0111101000..........00001011" Rr max_h "{c}, {a}, {b}" [];
    "....0111101100..........00001011" Rr max_hu "{c}, {a}, {b}" [];
    "....0111110000..........00001011" Rr abs_h "{c}, {b}" [];
    "....0111110100..........00001011" Rr abss_h "{c}, {b}" [];
    "....0111111000..........00001011" Rr sat_h "{c}, {a}" [];
    "....0111111100..........00001011" Rr sat_hu "{c}, {a}" [];
    "....1010110.............10001011" Rc eqany_b "{c}, {a}, {imm}" [];
    "....1110110.............10001011" Rc eqany_h "{c}, {a}, {imm}" [];
    "0000....00110010" Sr sat_b  "{a}" [];
    "0001....00110010" Sr sat_bu "{a}" [];
    "0010....00110010" Sr sat_h  "{a}" [];
    "0011....00110010" Sr sat_hu "{a}" [];
}

fn packed<F: Abc>(l: &Lift, f: F, op: Packed) -> Flow {
    let args = [f.a(l), f.b(l), l.konst(op as i64)];
    let helper = if op.sets_flags() { helper::PACKED_FLAGS } else { helper::PACKED };
    l.set_d(f.c(), l.call(helper, &args));
    Next
}

macro_rules! packed {
    ($($name:ident = $op:ident;)*) => { $(
        fn $name<F: Abc>(l: &Lift, f: F) -> Flow { packed(l, f, Packed::$op) }
    )* };
}
packed! {
    add_b = AddB;
    sub_b = SubB;
    absdif_b = AbsdifB;
    eq_b = EqB;
    lt_b = LtB;
    lt_bu = LtBu;
    min_b = MinB;
    min_bu = MinBu;
    max_b = MaxB;
    max_bu = MaxBu;
    abs_b = AbsB;
    add_h = AddH;
    adds_h = AddsH;
    adds_hu = AddsHu;
    sub_h = SubH;
    subs_h = SubsH;
    subs_hu = SubsHu;
    absdif_h = AbsdifH;
    absdifs_h = AbsdifsH;
    eq_h = EqH;
    lt_h = LtH;
    lt_hu = LtHu;
    min_h = MinH;
    min_hu = MinHu;
    max_h = MaxH;
    max_hu = MaxHu;
    abs_h = AbsH;
    abss_h = AbssH;
    eqany_b = EqanyB;
    eqany_h = EqanyH;
}

fn sat_b<F: Abc>(l: &Lift, f: F) -> Flow {
    l.set_d(f.c(), f.a(l).max_s(l.konst(-0x80)).min_s(l.konst(0x7f)));
    Next
}

fn sat_bu<F: Abc>(l: &Lift, f: F) -> Flow {
    l.set_d(f.c(), f.a(l).min_u(l.konst(0xff)));
    Next
}

fn sat_h<F: Abc>(l: &Lift, f: F) -> Flow {
    l.set_d(f.c(), f.a(l).max_s(l.konst(-0x8000)).min_s(l.konst(0x7fff)));
    Next
}

fn sat_hu<F: Abc>(l: &Lift, f: F) -> Flow {
    l.set_d(f.c(), f.a(l).min_u(l.konst(0xffff)));
    Next
}
