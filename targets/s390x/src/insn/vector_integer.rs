//! Vector integer and string instructions.

use decode::Flow::{self, Next};
use decode::insns;

use crate::cc::Kind;
use crate::ext::Ext;
use crate::format::{VRId, VRRa, VRRb, VRRc, VRRd, VRSa};
use crate::lift::Lift;
use crate::vector::Regs;
use crate::vector::rows;

use super::vector_ops::*;

insns! {
    /// PoP, "Vector Integer Instructions" and "Vector String Instructions".
    pub INSNS for Lift;
    "1110 0111 ................................ 0110 1000" VRRc vn "{v1}, {v2}, {v3}" [Vector];
    "1110 0111 ................................ 0110 1001" VRRc vnc "{v1}, {v2}, {v3}" [Vector];
    "1110 0111 ................................ 0110 1010" VRRc vo "{v1}, {v2}, {v3}" [Vector];
    "1110 0111 ................................ 0110 1011" VRRc vno "{v1}, {v2}, {v3}" [Vector];
    "1110 0111 ................................ 0110 1101" VRRc vx "{v1}, {v2}, {v3}" [Vector];
    "1110 0111 ................................ 0110 1100" VRRc vnx "{v1}, {v2}, {v3}" [Vector VectorEnh1];
    "1110 0111 ................................ 0110 1110" VRRc vnn "{v1}, {v2}, {v3}" [Vector VectorEnh1];
    "1110 0111 ................................ 0110 1111" VRRc voc "{v1}, {v2}, {v3}" [Vector VectorEnh1];
    "1110 0111 ................................ 1111 0011" VRRc va "{v1}, {v2}, {v3}, {m4}" [Vector];
    "1110 0111 ................................ 1111 0111" VRRc vs "{v1}, {v2}, {v3}, {m4}" [Vector];
    "1110 0111 ................................ 1111 0001" VRRc vacc "{v1}, {v2}, {v3}, {m4}" [Vector];
    "1110 0111 ................................ 1111 0101" VRRc vscbi "{v1}, {v2}, {v3}, {m4}" [Vector];
    "1110 0111 ................................ 1111 0010" VRRc vavg "{v1}, {v2}, {v3}, {m4}" [Vector];
    "1110 0111 ................................ 1111 0000" VRRc vavgl "{v1}, {v2}, {v3}, {m4}" [Vector];
    "1110 0111 ................................ 1111 1111" VRRc vmx "{v1}, {v2}, {v3}, {m4}" [Vector];
    "1110 0111 ................................ 1111 1101" VRRc vmxl "{v1}, {v2}, {v3}, {m4}" [Vector];
    "1110 0111 ................................ 1111 1110" VRRc vmn "{v1}, {v2}, {v3}, {m4}" [Vector];
    "1110 0111 ................................ 1111 1100" VRRc vmnl "{v1}, {v2}, {v3}, {m4}" [Vector];
    "1110 0111 ................................ 1010 0010" VRRc vml "{v1}, {v2}, {v3}, {m4}" [Vector];
    "1110 0111 ................................ 1010 0011" VRRc vmh "{v1}, {v2}, {v3}, {m4}" [Vector];
    "1110 0111 ................................ 1010 0001" VRRc vmlh "{v1}, {v2}, {v3}, {m4}" [Vector];
    "1110 0111 ................................ 1010 0110" VRRc vme "{v1}, {v2}, {v3}, {m4}" [Vector];
    "1110 0111 ................................ 1010 0100" VRRc vmle "{v1}, {v2}, {v3}, {m4}" [Vector];
    "1110 0111 ................................ 1010 0111" VRRc vmo "{v1}, {v2}, {v3}, {m4}" [Vector];
    "1110 0111 ................................ 1010 0101" VRRc vmlo "{v1}, {v2}, {v3}, {m4}" [Vector];
    "1110 0111 ................................ 1011 0100" VRRc vgfm "{v1}, {v2}, {v3}, {m4}" [Vector];
    "1110 0111 ................................ 0110 0100" VRRc vsum "{v1}, {v2}, {v3}, {m4}" [Vector];
    "1110 0111 ................................ 0110 0101" VRRc vsumg "{v1}, {v2}, {v3}, {m4}" [Vector];
    "1110 0111 ................................ 0110 0111" VRRc vsumq "{v1}, {v2}, {v3}, {m4}" [Vector];
    "1110 0111 ................................ 0111 0000" VRRc veslv "{v1}, {v2}, {v3}, {m4}" [Vector];
    "1110 0111 ................................ 0111 1000" VRRc vesrlv "{v1}, {v2}, {v3}, {m4}" [Vector];
    "1110 0111 ................................ 0111 1010" VRRc vesrav "{v1}, {v2}, {v3}, {m4}" [Vector];
    "1110 0111 ................................ 0111 0011" VRRc verllv "{v1}, {v2}, {v3}, {m4}" [Vector];
    "1110 0111 ................................ 0011 0000" VRSa vesl "{v1}, {v3}, {a2}, {m4}" [Vector];
    "1110 0111 ................................ 0011 1000" VRSa vesrl "{v1}, {v3}, {a2}, {m4}" [Vector];
    "1110 0111 ................................ 0011 1010" VRSa vesra "{v1}, {v3}, {a2}, {m4}" [Vector];
    "1110 0111 ................................ 0011 0011" VRSa verll "{v1}, {v3}, {a2}, {m4}" [Vector];
    "1110 0111 ................................ 1011 1011" VRRd vac "{v1}, {v2}, {v3}, {v4}, {m5}" [Vector];
    "1110 0111 ................................ 1011 1001" VRRd vaccc "{v1}, {v2}, {v3}, {v4}, {m5}" [Vector];
    "1110 0111 ................................ 1011 1111" VRRd vsbi "{v1}, {v2}, {v3}, {v4}, {m5}" [Vector];
    "1110 0111 ................................ 1011 1101" VRRd vsbcbi "{v1}, {v2}, {v3}, {v4}, {m5}" [Vector];
    "1110 0111 ................................ 1010 1010" VRRd vmal "{v1}, {v2}, {v3}, {v4}, {m5}" [Vector];
    "1110 0111 ................................ 1010 1011" VRRd vmah "{v1}, {v2}, {v3}, {v4}, {m5}" [Vector];
    "1110 0111 ................................ 1010 1001" VRRd vmalh "{v1}, {v2}, {v3}, {v4}, {m5}" [Vector];
    "1110 0111 ................................ 1010 1110" VRRd vmae "{v1}, {v2}, {v3}, {v4}, {m5}" [Vector];
    "1110 0111 ................................ 1010 1100" VRRd vmale "{v1}, {v2}, {v3}, {v4}, {m5}" [Vector];
    "1110 0111 ................................ 1010 1111" VRRd vmao "{v1}, {v2}, {v3}, {v4}, {m5}" [Vector];
    "1110 0111 ................................ 1010 1101" VRRd vmalo "{v1}, {v2}, {v3}, {v4}, {m5}" [Vector];
    "1110 0111 ................................ 1011 1100" VRRd vgfma "{v1}, {v2}, {v3}, {v4}, {m5}" [Vector];
    "1110 0111 ................................ 1011 1000" VRRd vmsl "{v1}, {v2}, {v3}, {v4}, {m5}, {m6}" [Vector VectorEnh1];
    "1110 0111 ................................ 1111 1000" VRRb vceq "{v1}, {v2}, {v3}, {m4}, {m5}" [Vector];
    "1110 0111 ................................ 1111 1011" VRRb vch "{v1}, {v2}, {v3}, {m4}, {m5}" [Vector];
    "1110 0111 ................................ 1111 1001" VRRb vchl "{v1}, {v2}, {v3}, {m4}, {m5}" [Vector];
    "1110 0111 ................................ 1101 1011" VRRa vec "{v1}, {v2}, {m3}" [Vector];
    "1110 0111 ................................ 1101 1001" VRRa vecl "{v1}, {v2}, {m3}" [Vector];
    "1110 0111 ................................ 0101 0011" VRRa vclz "{v1}, {v2}, {m3}" [Vector];
    "1110 0111 ................................ 0101 0010" VRRa vctz "{v1}, {v2}, {m3}" [Vector];
    "1110 0111 ................................ 1101 1110" VRRa vlc "{v1}, {v2}, {m3}" [Vector];
    "1110 0111 ................................ 1101 1111" VRRa vlp "{v1}, {v2}, {m3}" [Vector];
    "1110 0111 ................................ 0101 0000" VRRa vpopct "{v1}, {v2}, {m3}" [Vector];
    "1110 0111 ................................ 0110 0110" VRRc vcksm "{v1}, {v2}, {v3}" [Vector];
    "1110 0111 ................................ 0111 0010" VRId verim "{v1}, {v2}, {v3}, {i4}, {m5}" [Vector];
    "1110 0111 ................................ 0111 0100" VRRc vsl "{v1}, {v2}, {v3}" [Vector];
    "1110 0111 ................................ 0111 0101" VRRc vslb "{v1}, {v2}, {v3}" [Vector];
    "1110 0111 ................................ 0111 1100" VRRc vsrl "{v1}, {v2}, {v3}" [Vector];
    "1110 0111 ................................ 0111 1101" VRRc vsrlb "{v1}, {v2}, {v3}" [Vector];
    "1110 0111 ................................ 0111 1110" VRRc vsra "{v1}, {v2}, {v3}" [Vector];
    "1110 0111 ................................ 0111 1111" VRRc vsrab "{v1}, {v2}, {v3}" [Vector];
    "1110 0111 ................................ 0111 0111" VRId vsldb "{v1}, {v2}, {v3}, {i4}" [Vector];
    "1110 0111 ................................ 1000 0110" VRId vsld "{v1}, {v2}, {v3}, {i4}" [Vector VectorEnh2];
    "1110 0111 ................................ 1000 0111" VRId vsrd "{v1}, {v2}, {v3}, {i4}" [Vector VectorEnh2];
    "1110 0111 ................................ 1101 1000" VRRa vtm "{v1}, {v2}" [Vector];
    "1110 0111 ................................ 1000 0010" VRRb vfae "{v1}, {v2}, {v3}, {m4}, {m5}" [Vector];
    "1110 0111 ................................ 1000 0000" VRRb vfee "{v1}, {v2}, {v3}, {m4}, {m5}" [Vector];
    "1110 0111 ................................ 1000 0001" VRRb vfene "{v1}, {v2}, {v3}, {m4}, {m5}" [Vector];
    "1110 0111 ................................ 0101 1100" VRRa vistr "{v1}, {v2}, {m3}, {m5}" [Vector];
    "1110 0111 ................................ 1000 1010" VRRd vstrc "{v1}, {v2}, {v3}, {v4}, {m5}, {m6}" [Vector];
    "1110 0111 ................................ 1000 1011" VRRd vstrs "{v1}, {v2}, {v3}, {v4}, {m5}, {m6}" [Vector VectorEnh2];
}

lifts! { l, f;
    vn(VRRc) { logic(l, f, |a, b| a & b) }
    vnc(VRRc) { logic(l, f, |a, b| a & !b) }
    vo(VRRc) { logic(l, f, |a, b| a | b) }
    vno(VRRc) { logic(l, f, |a, b| !(a | b)) }
    vx(VRRc) { logic(l, f, |a, b| a ^ b) }
    vnx(VRRc) { logic(l, f, |a, b| !(a ^ b)) }
    vnn(VRRc) { logic(l, f, |a, b| !(a & b)) }
    voc(VRRc) { logic(l, f, |a, b| a | !b) }
    va(VRRc) { if f.m4 == 3 { doublewords(l, f, |a, b| a + b) } else { three(l, f, rows::ADD, 0, 4) } }
    vs(VRRc) { if f.m4 == 3 { doublewords(l, f, |a, b| a - b) } else { three(l, f, rows::SUB, 0, 4) } }
    vacc(VRRc) { three(l, f, rows::ADD_CARRY, 0, 4) }
    vscbi(VRRc) { three(l, f, rows::SUB_BORROW, 0, 4) }
    vavg(VRRc) { three(l, f, rows::AVERAGE, 0, 3) }
    vavgl(VRRc) { three(l, f, rows::AVERAGE_LOGICAL, 0, 3) }
    vmx(VRRc) { three(l, f, rows::MAX, 0, 3) }
    vmxl(VRRc) { three(l, f, rows::MAX_LOGICAL, 0, 3) }
    vmn(VRRc) { three(l, f, rows::MIN, 0, 3) }
    vmnl(VRRc) { three(l, f, rows::MIN_LOGICAL, 0, 3) }
    vml(VRRc) { three(l, f, rows::MULTIPLY_LOW, 0, 2) }
    vmh(VRRc) { three(l, f, rows::MULTIPLY_HIGH, 0, 2) }
    vmlh(VRRc) { three(l, f, rows::MULTIPLY_LOGICAL_HIGH, 0, 2) }
    vme(VRRc) { three(l, f, rows::MULTIPLY_EVEN, 0, 2) }
    vmle(VRRc) { three(l, f, rows::MULTIPLY_LOGICAL_EVEN, 0, 2) }
    vmo(VRRc) { three(l, f, rows::MULTIPLY_ODD, 0, 2) }
    vmlo(VRRc) { three(l, f, rows::MULTIPLY_LOGICAL_ODD, 0, 2) }
    vgfm(VRRc) { three(l, f, rows::GALOIS, 0, 3) }
    vsum(VRRc) { three(l, f, rows::SUM_WORD, 0, 1) }
    vsumg(VRRc) { three(l, f, rows::SUM_DOUBLEWORD, 1, 2) }
    vsumq(VRRc) { three(l, f, rows::SUM_QUADWORD, 2, 3) }
    veslv(VRRc) { three(l, f, rows::SHIFT_LEFT_BY, 0, 3) }
    vesrlv(VRRc) { three(l, f, rows::SHIFT_RIGHT_BY, 0, 3) }
    vesrav(VRRc) { three(l, f, rows::SHIFT_RIGHT_ARITHMETIC_BY, 0, 3) }
    verllv(VRRc) { three(l, f, rows::ROTATE_BY, 0, 3) }
    vesl(VRSa) { if f.m4 > 3 { return l.specification(); } l.call(rows::SHIFT_LEFT.of(f.m4), &[regs(l, Regs { v1: f.v1, v2: f.v3, ..NONE }), l.addr(f.a2)]); Next }
    vesrl(VRSa) { if f.m4 > 3 { return l.specification(); } l.call(rows::SHIFT_RIGHT.of(f.m4), &[regs(l, Regs { v1: f.v1, v2: f.v3, ..NONE }), l.addr(f.a2)]); Next }
    vesra(VRSa) { if f.m4 > 3 { return l.specification(); } l.call(rows::SHIFT_RIGHT_ARITHMETIC.of(f.m4), &[regs(l, Regs { v1: f.v1, v2: f.v3, ..NONE }), l.addr(f.a2)]); Next }
    verll(VRSa) { if f.m4 > 3 { return l.specification(); } l.call(rows::ROTATE_ALL.of(f.m4), &[regs(l, Regs { v1: f.v1, v2: f.v3, ..NONE }), l.addr(f.a2)]); Next }
    vac(VRRd) { if f.m5 != 4 { return l.specification(); } l.call(rows::WITH_CARRY, &[regs(l, Regs { v1: f.v1, v2: f.v2, v3: f.v3, v4: f.v4, m: 0, ..NONE })]); Next }
    vaccc(VRRd) { if f.m5 != 4 { return l.specification(); } l.call(rows::WITH_CARRY, &[regs(l, Regs { v1: f.v1, v2: f.v2, v3: f.v3, v4: f.v4, m: 2, ..NONE })]); Next }
    vsbi(VRRd) { if f.m5 != 4 { return l.specification(); } l.call(rows::WITH_CARRY, &[regs(l, Regs { v1: f.v1, v2: f.v2, v3: f.v3, v4: f.v4, m: 1, ..NONE })]); Next }
    vsbcbi(VRRd) { if f.m5 != 4 { return l.specification(); } l.call(rows::WITH_CARRY, &[regs(l, Regs { v1: f.v1, v2: f.v2, v3: f.v3, v4: f.v4, m: 3, ..NONE })]); Next }
    vmal(VRRd) { four(l, f, rows::MULTIPLY_ADD_LOW, 2, 0) }
    vmah(VRRd) { four(l, f, rows::MULTIPLY_ADD_HIGH, 2, 0) }
    vmalh(VRRd) { four(l, f, rows::MULTIPLY_ADD_LOGICAL_HIGH, 2, 0) }
    vmae(VRRd) { four(l, f, rows::MULTIPLY_ADD_EVEN, 2, 0) }
    vmale(VRRd) { four(l, f, rows::MULTIPLY_ADD_LOGICAL_EVEN, 2, 0) }
    vmao(VRRd) { four(l, f, rows::MULTIPLY_ADD_ODD, 2, 0) }
    vmalo(VRRd) { four(l, f, rows::MULTIPLY_ADD_LOGICAL_ODD, 2, 0) }
    vgfma(VRRd) { four(l, f, rows::GALOIS, 3, 1) }
    vmsl(VRRd) { if f.m5 != 3 { return l.specification(); } l.call(rows::MULTIPLY_SUM, &[regs(l, Regs { v1: f.v1, v2: f.v2, v3: f.v3, v4: f.v4, m: f.m6, ..NONE })]); Next }
    vceq(VRRb) { coded(l, f, rows::EQUAL, 0, 3) }
    vch(VRRb) { coded(l, f, rows::HIGH, 0, 3) }
    vchl(VRRb) { coded(l, f, rows::HIGH_LOGICAL, 0, 3) }
    vec(VRRa) { if f.m3 > 3 { return l.specification(); } let cc = l.call(rows::ELEMENT_COMPARE.of(f.m3), &[regs(l, Regs { v1: f.v1, v2: f.v2, ..NONE })]); l.cc1(Kind::Code, cc); Next }
    vecl(VRRa) { if f.m3 > 3 { return l.specification(); } let cc = l.call(rows::ELEMENT_COMPARE_LOGICAL.of(f.m3), &[regs(l, Regs { v1: f.v1, v2: f.v2, ..NONE })]); l.cc1(Kind::Code, cc); Next }
    vclz(VRRa) { two_with(l, f, rows::LEADING_ZEROS, 3, 0) }
    vctz(VRRa) { two_with(l, f, rows::TRAILING_ZEROS, 3, 0) }
    vlc(VRRa) { two_with(l, f, rows::NEGATE, 3, 0) }
    vlp(VRRa) { two_with(l, f, rows::ABSOLUTE, 3, 0) }
    vpopct(VRRa) { two_with(l, f, rows::POPCOUNT, 3, 0) }
    vcksm(VRRc) { l.call(rows::CHECKSUM, &[regs(l, Regs { v1: f.v1, v2: f.v2, v3: f.v3, ..NONE })]); Next }
    verim(VRId) { if f.m5 > 3 { return l.specification(); } l.call(rows::ROTATE_INSERT.of(f.m5), &[regs(l, Regs { v1: f.v1, v2: f.v2, v3: f.v3, m: f.i4 as u8, ..NONE })]); Next }
    vsl(VRRc) { l.call(rows::SHIFT_WHOLE, &[regs(l, Regs { v1: f.v1, v2: f.v2, v3: f.v3, m: 0, ..NONE })]); Next }
    vslb(VRRc) { l.call(rows::SHIFT_WHOLE, &[regs(l, Regs { v1: f.v1, v2: f.v2, v3: f.v3, m: 4, ..NONE })]); Next }
    vsrl(VRRc) { l.call(rows::SHIFT_WHOLE, &[regs(l, Regs { v1: f.v1, v2: f.v2, v3: f.v3, m: 1, ..NONE })]); Next }
    vsrlb(VRRc) { l.call(rows::SHIFT_WHOLE, &[regs(l, Regs { v1: f.v1, v2: f.v2, v3: f.v3, m: 5, ..NONE })]); Next }
    vsra(VRRc) { l.call(rows::SHIFT_WHOLE, &[regs(l, Regs { v1: f.v1, v2: f.v2, v3: f.v3, m: 3, ..NONE })]); Next }
    vsrab(VRRc) { l.call(rows::SHIFT_WHOLE, &[regs(l, Regs { v1: f.v1, v2: f.v2, v3: f.v3, m: 7, ..NONE })]); Next }
    vsldb(VRId) { if f.i4 > 15 { return l.specification(); } l.call(rows::SHIFT_DOUBLE, &[regs(l, Regs { v1: f.v1, v2: f.v2, v3: f.v3, m: f.i4 as u8, ..NONE })]); Next }
    vsld(VRId) { shift_double_by_bit(l, f, 0) }
    vsrd(VRId) { shift_double_by_bit(l, f, 1) }
    vtm(VRRa) { let cc = l.call(rows::TEST_MASK, &[regs(l, Regs { v1: f.v1, v2: f.v2, ..NONE })]); l.cc1(Kind::Code, cc); Next }
    vfae(VRRb) { search(l, Regs { v1: f.v1, v2: f.v2, v3: f.v3, m: f.m5, ..NONE }, f.m4, rows::FIND_ANY) }
    vfee(VRRb) { if f.m5 & 12 != 0 { return l.specification(); } search(l, Regs { v1: f.v1, v2: f.v2, v3: f.v3, m: f.m5, ..NONE }, f.m4, rows::FIND_EQUAL) }
    vfene(VRRb) { if f.m5 & 12 != 0 { return l.specification(); } search(l, Regs { v1: f.v1, v2: f.v2, v3: f.v3, m: f.m5, ..NONE }, f.m4, rows::FIND_NOT_EQUAL) }
    vistr(VRRa) { if f.m5 & 14 != 0 { return l.specification(); } search(l, Regs { v1: f.v1, v2: f.v2, m: f.m5, ..NONE }, f.m3, rows::ISOLATE) }
    vstrc(VRRd) { search(l, Regs { v1: f.v1, v2: f.v2, v3: f.v3, v4: f.v4, m: f.m6, ..NONE }, f.m5, rows::RANGE_COMPARE) }
    vstrs(VRRd) { if f.m6 & 13 != 0 { return l.specification(); } search(l, Regs { v1: f.v1, v2: f.v2, v3: f.v3, v4: f.v4, m: f.m6 | 1, ..NONE }, f.m5, rows::STRING_SEARCH) }
}

/// N 0 to the left, 1 to the right; by up to 7 bits.
fn shift_double_by_bit(l: &Lift, f: VRId, n: u8) -> Flow {
    if f.i4 > 7 {
        return l.specification();
    }
    let r = Regs { v1: f.v1, v2: f.v2, v3: f.v3, m: f.i4 as u8, n, ..NONE };
    l.call(rows::SHIFT_DOUBLE_BY_BIT, &[regs(l, r)]);
    Next
}
