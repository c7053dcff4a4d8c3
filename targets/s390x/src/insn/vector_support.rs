//! Vector support instructions.

use decode::Flow::{self, Next};
use decode::insns;
use uop::Width;

use crate::cc::Kind;
use crate::ext::Ext;
use crate::format::{RXE, VRIa, VRIb, VRIc, VRRa, VRRb, VRRc, VRRe, VRRf, VRSa, VRSb, VRSc, VRV, VRX};
use crate::lift::Lift;
use crate::vector::Regs;
use crate::vector::rows;

use super::vector_ops::*;

insns! {
    /// PoP, "Vector Overview and Support Instructions".
    pub INSNS for Lift;
    "1110 0111 ................................ 0000 0000" VRX vleb "{v1}, {a2}, {m3}" [Vector];
    "1110 0111 ................................ 0000 0001" VRX vleh "{v1}, {a2}, {m3}" [Vector];
    "1110 0111 ................................ 0000 0011" VRX vlef "{v1}, {a2}, {m3}" [Vector];
    "1110 0111 ................................ 0000 0010" VRX vleg "{v1}, {a2}, {m3}" [Vector];
    "1110 0111 ................................ 0000 1000" VRX vsteb "{v1}, {a2}, {m3}" [Vector];
    "1110 0111 ................................ 0000 1001" VRX vsteh "{v1}, {a2}, {m3}" [Vector];
    "1110 0111 ................................ 0000 1011" VRX vstef "{v1}, {a2}, {m3}" [Vector];
    "1110 0111 ................................ 0000 1010" VRX vsteg "{v1}, {a2}, {m3}" [Vector];
    "1110 0111 ................................ 0100 0000" VRIa vleib "{v1}, {i2}, {m3}" [Vector];
    "1110 0111 ................................ 0100 0001" VRIa vleih "{v1}, {i2}, {m3}" [Vector];
    "1110 0111 ................................ 0100 0011" VRIa vleif "{v1}, {i2}, {m3}" [Vector];
    "1110 0111 ................................ 0100 0010" VRIa vleig "{v1}, {i2}, {m3}" [Vector];
    "1110 0111 ................................ 0000 0100" VRX vllez "{v1}, {a2}, {m3}" [Vector];
    "1110 0111 ................................ 0000 0101" VRX vlrep "{v1}, {a2}, {m3}" [Vector];
    "1110 0111 ................................ 0000 0110" VRX vl "{v1}, {a2}, {m3}" [Vector];
    "1110 0111 ................................ 0000 1110" VRX vst "{v1}, {a2}, {m3}" [Vector];
    "1110 0111 ................................ 0000 0111" VRX vlbb "{v1}, {a2}, {m3}" [Vector];
    "1110 0111 ................................ 0010 0111" RXE lcbb "{r1}, {a2}, {m3}" [Vector];
    "1110 0111 ................................ 0001 0011" VRV vgef "{v1}, {a2:v2}, {m3}" [Vector];
    "1110 0111 ................................ 0001 0010" VRV vgeg "{v1}, {a2:v2}, {m3}" [Vector];
    "1110 0111 ................................ 0001 1011" VRV vscef "{v1}, {a2:v2}, {m3}" [Vector];
    "1110 0111 ................................ 0001 1010" VRV vsceg "{v1}, {a2:v2}, {m3}" [Vector];
    "1110 0111 ................................ 0010 0001" VRSc vlgv "{r1}, {v3}, {a2}, {m4}" [Vector];
    "1110 0111 ................................ 0010 0010" VRSb vlvg "{v1}, {r3}, {a2}, {m4}" [Vector];
    "1110 0111 ................................ 0110 0010" VRRf vlvgp "{v1}, {r2}, {r3}" [Vector];
    "1110 0111 ................................ 0011 0110" VRSa vlm "{v1}, {v3}, {a2}, {m4}" [Vector];
    "1110 0111 ................................ 0011 1110" VRSa vstm "{v1}, {v3}, {a2}, {m4}" [Vector];
    "1110 0111 ................................ 0011 0111" VRSb vll "{v1}, {r3}, {a2}" [Vector];
    "1110 0111 ................................ 0011 1111" VRSb vstl "{v1}, {r3}, {a2}" [Vector];
    "1110 0111 ................................ 0100 0100" VRIa vgbm "{v1}, {u2}" [Vector];
    "1110 0111 ................................ 0100 0110" VRIb vgm "{v1}, {i2}, {i3}, {m4}" [Vector];
    "1110 0111 ................................ 0100 0101" VRIa vrepi "{v1}, {i2}, {m3}" [Vector];
    "1110 0111 ................................ 0100 1101" VRIc vrep "{v1}, {v3}, {i2}, {m4}" [Vector];
    "1110 0111 ................................ 0101 0110" VRRa vlr "{v1}, {v2}" [Vector];
    "1110 0111 ................................ 0110 0000" VRRc vmrl "{v1}, {v2}, {v3}, {m4}" [Vector];
    "1110 0111 ................................ 0110 0001" VRRc vmrh "{v1}, {v2}, {v3}, {m4}" [Vector];
    "1110 0111 ................................ 1001 0100" VRRc vpk "{v1}, {v2}, {v3}, {m4}" [Vector];
    "1110 0111 ................................ 1001 0111" VRRb vpks "{v1}, {v2}, {v3}, {m4}, {m5}" [Vector];
    "1110 0111 ................................ 1001 0101" VRRb vpkls "{v1}, {v2}, {v3}, {m4}, {m5}" [Vector];
    "1110 0111 ................................ 1101 0111" VRRa vuph "{v1}, {v2}, {m3}" [Vector];
    "1110 0111 ................................ 1101 0110" VRRa vupl "{v1}, {v2}, {m3}" [Vector];
    "1110 0111 ................................ 1101 0101" VRRa vuplh "{v1}, {v2}, {m3}" [Vector];
    "1110 0111 ................................ 1101 0100" VRRa vupll "{v1}, {v2}, {m3}" [Vector];
    "1110 0111 ................................ 0101 1111" VRRa vseg "{v1}, {v2}, {m3}" [Vector];
    "1110 0111 ................................ 1000 1100" VRRe vperm "{v1}, {v2}, {v3}, {v4}" [Vector];
    "1110 0111 ................................ 1000 0101" VRRc vbperm "{v1}, {v2}, {v3}" [Vector VectorEnh1];
    "1110 0111 ................................ 1000 0100" VRRc vpdi "{v1}, {v2}, {v3}, {m4}" [Vector];
    "1110 0111 ................................ 1000 1101" VRRe vsel "{v1}, {v2}, {v3}, {v4}" [Vector];
}

lifts! { l, f;
    vleb(VRX) { load_element(l, f, 0) }
    vleh(VRX) { load_element(l, f, 1) }
    vlef(VRX) { load_element(l, f, 2) }
    vleg(VRX) { load_element(l, f, 3) }
    vsteb(VRX) { store_element(l, f, 0) }
    vsteh(VRX) { store_element(l, f, 1) }
    vstef(VRX) { store_element(l, f, 2) }
    vsteg(VRX) { store_element(l, f, 3) }
    vleib(VRIa) { load_immediate(l, f, 0) }
    vleih(VRIa) { load_immediate(l, f, 1) }
    vleif(VRIa) { load_immediate(l, f, 2) }
    vleig(VRIa) { load_immediate(l, f, 3) }
    vllez(VRX) { load_zero(l, f) }
    vlrep(VRX) { if f.m3 > 3 { return l.specification(); } let value = load_sized(l, l.addr(f.a2), f.m3); fill(l, f.v1, f.m3, value); Next }
    vl(VRX) { load(l, f) }
    vst(VRX) { store(l, f) }
    vlbb(VRX) { if f.m3 > 6 { return l.specification(); } l.call(rows::LOAD_TO_BOUNDARY, &[regs(l, Regs { v1: f.v1, m: f.m3, ..NONE }), l.addr(f.a2)]); Next }
    lcbb(RXE) { if f.m3 > 6 { return l.specification(); } let n = l.call(rows::COUNT_TO_BOUNDARY, &[l.addr(f.a2), l.k(f.m3.into())]); l.set_w(f.r1, n); let short = n.ne(n.konst(16)).zext(Width::W64); l.cc1(Kind::Code, (short.konst(0) - short) & short.konst(3)); Next }
    vgef(VRV) { gather(l, f, 2) }
    vgeg(VRV) { gather(l, f, 3) }
    vscef(VRV) { scatter(l, f, 2) }
    vsceg(VRV) { scatter(l, f, 3) }
    vlgv(VRSc) { if f.m4 > 3 { return l.specification(); } let e = l.call(rows::ELEMENT.of(f.m4), &[regs(l, Regs { v3: f.v3, ..NONE }), l.addr(f.a2)]); l.set_g(f.r1, e); Next }
    vlvg(VRSb) { if f.m4 > 3 { return l.specification(); } l.call(rows::SET_ELEMENT.of(f.m4), &[regs(l, Regs { v1: f.v1, ..NONE }), l.g(f.r3), l.addr(f.a2)]); Next }
    vlvgp(VRRf) { set(l, f.v1, l.g(f.r2), l.g(f.r3)); Next }
    vlm(VRSa) { multiple(l, f, rows::LOAD_MULTIPLE) }
    vstm(VRSa) { multiple(l, f, rows::STORE_MULTIPLE) }
    vll(VRSb) { l.call(rows::LOAD_LENGTH, &[regs(l, Regs { v1: f.v1, ..NONE }), l.addr(f.a2), l.wz(f.r3)]); Next }
    vstl(VRSb) { l.call(rows::STORE_LENGTH, &[regs(l, Regs { v1: f.v1, ..NONE }), l.addr(f.a2), l.wz(f.r3)]); Next }
    vgbm(VRIa) { let (high, low) = byte_mask(f.u2); set(l, f.v1, l.ir.konst(Width::W64, high), l.ir.konst(Width::W64, low)); Next }
    vgm(VRIb) { if f.m4 > 3 { return l.specification(); } l.call(rows::GENERATE_MASK.of(f.m4), &[regs(l, Regs { v1: f.v1, i: (f.i2 << 8 | f.i3) as u16, ..NONE })]); Next }
    vrepi(VRIa) { if f.m3 > 3 { return l.specification(); } fill(l, f.v1, f.m3, l.k(f.i2)); Next }
    vrep(VRIc) { if f.m4 > 3 || f.i2 >= 16 >> f.m4 { return l.specification(); } l.call(rows::REPLICATE.of(f.m4), &[regs(l, Regs { v1: f.v1, v3: f.v3, i: f.i2 as u16, ..NONE })]); Next }
    vlr(VRRa) { let (a, b) = get(l, f.v2); set(l, f.v1, a, b); Next }
    vmrl(VRRc) { three(l, f, rows::MERGE_LOW, 0, 3) }
    vmrh(VRRc) { three(l, f, rows::MERGE_HIGH, 0, 3) }
    vpk(VRRc) { three(l, f, rows::PACK, 1, 3) }
    vpks(VRRb) { coded(l, f, rows::PACK_SIGNED, 1, 3) }
    vpkls(VRRb) { coded(l, f, rows::PACK_LOGICAL, 1, 3) }
    vuph(VRRa) { two_with(l, f, rows::UNPACK, 2, 0) }
    vupl(VRRa) { two_with(l, f, rows::UNPACK, 2, 1) }
    vuplh(VRRa) { two_with(l, f, rows::UNPACK, 2, 2) }
    vupll(VRRa) { two_with(l, f, rows::UNPACK, 2, 3) }
    vseg(VRRa) { extend(l, f) }
    vperm(VRRe) { l.call(rows::PERMUTE, &[regs(l, Regs { v1: f.v1, v2: f.v2, v3: f.v3, v4: f.v4, ..NONE })]); Next }
    vbperm(VRRc) { l.call(rows::BIT_PERMUTE, &[regs(l, Regs { v1: f.v1, v2: f.v2, v3: f.v3, ..NONE })]); Next }
    vpdi(VRRc) { let (a, b) = (get(l, f.v2), get(l, f.v3)); set(l, f.v1, if f.m4 & 4 != 0 { a.1 } else { a.0 }, if f.m4 & 1 != 0 { b.1 } else { b.0 }); Next }
    vsel(VRRe) { let (a, b, m) = (get(l, f.v2), get(l, f.v3), get(l, f.v4)); set(l, f.v1, (a.0 & m.0) | (b.0 & !m.0), (a.1 & m.1) | (b.1 & !m.1)); Next }
}
