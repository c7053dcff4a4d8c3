//! Decimal-floating-point instructions.

use decode::Flow::{self, Next};
use decode::insns;
use uop::Width;

use crate::cc::Kind;
use crate::dfp::{Info, Op};
use crate::dfp_packed;
use crate::ext::Ext;
use crate::format::{RRE, RRF, RSLb, RXE, RXF, S};
use crate::helper;
use crate::lift::{Lift, V};

insns! {
    /// PoP, "Decimal-Floating-Point Instructions".
    pub INSNS for Lift;
    "1011 0011 1101 0010 ................" RRF adtr "{fr1}, {fr2}, {fr3}, {m4}" [Dfp];
    "1011 0011 1101 0011 ................" RRF sdtr "{fr1}, {fr2}, {fr3}, {m4}" [Dfp];
    "1011 0011 1101 0000 ................" RRF mdtr "{fr1}, {fr2}, {fr3}, {m4}" [Dfp];
    "1011 0011 1101 0001 ................" RRF ddtr "{fr1}, {fr2}, {fr3}, {m4}" [Dfp];
    "1011 0011 1110 0100 ................" RRE cdtr "{fr1}, {fr2}" [Dfp];
    "1011 0011 1110 0000 ................" RRE kdtr "{fr1}, {fr2}" [Dfp];
    "1011 0011 1111 0100 ................" RRE cedtr "{fr1}, {fr2}" [Dfp];
    "1011 0011 1111 0001 ................" RRF cdgtr "{fr1}, {m3}, {r2}" [Dfp];
    "1011 1001 0101 0010 ................" RRF cdlgtr "{fr1}, {m3}, {r2}, {m4}" [Dfp FpExt];
    "1011 1001 0101 0001 ................" RRF cdftr "{fr1}, {m3}, {r2}, {m4}" [Dfp FpExt];
    "1011 1001 0101 0011 ................" RRF cdlftr "{fr1}, {m3}, {r2}, {m4}" [Dfp FpExt];
    "1011 0011 1110 0001 ................" RRF cgdtr "{r1}, {m3}, {fr2}" [Dfp];
    "1011 1001 0100 0010 ................" RRF clgdtr "{r1}, {m3}, {fr2}, {m4}" [Dfp FpExt];
    "1011 1001 0100 0001 ................" RRF cfdtr "{r1}, {m3}, {fr2}, {m4}" [Dfp FpExt];
    "1011 1001 0100 0011 ................" RRF clfdtr "{r1}, {m3}, {fr2}, {m4}" [Dfp FpExt];
    "1011 0011 1111 0011 ................" RRE cdstr "{fr1}, {r2}" [Dfp];
    "1011 0011 1111 0010 ................" RRE cdutr "{fr1}, {r2}" [Dfp];
    "1011 0011 1110 0011 ................" RRF csdtr "{r1}, {fr2}, {m4}" [Dfp];
    "1011 0011 1110 0010 ................" RRE cudtr "{r1}, {fr2}" [Dfp];
    "1011 0011 1110 0101 ................" RRE eedtr "{r1}, {fr2}" [Dfp];
    "1011 0011 1110 0111 ................" RRE esdtr "{r1}, {fr2}" [Dfp];
    "1011 0011 1111 0110 ................" RRF iedtr "{fr1}, {fr3}, {r2}" [Dfp];
    "1011 0011 1101 0110 ................" RRE ltdtr "{fr1}, {fr2}" [Dfp];
    "1011 0011 1101 0111 ................" RRF fidtr "{fr1}, {m3}, {fr2}, {m4}" [Dfp];
    "1011 0011 1111 0101 ................" RRF qadtr "{fr1}, {fr3}, {fr2}, {m4}" [Dfp];
    "1011 0011 1111 0111 ................" RRF rrdtr "{fr1}, {fr3}, {r2}, {m4}" [Dfp];
    "1011 0011 1101 1010 ................" RRF axtr "{fr1}, {fr2}, {fr3}, {m4}" [Dfp];
    "1011 0011 1101 1011 ................" RRF sxtr "{fr1}, {fr2}, {fr3}, {m4}" [Dfp];
    "1011 0011 1101 1000 ................" RRF mxtr "{fr1}, {fr2}, {fr3}, {m4}" [Dfp];
    "1011 0011 1101 1001 ................" RRF dxtr "{fr1}, {fr2}, {fr3}, {m4}" [Dfp];
    "1011 0011 1110 1100 ................" RRE cxtr "{fr1}, {fr2}" [Dfp];
    "1011 0011 1110 1000 ................" RRE kxtr "{fr1}, {fr2}" [Dfp];
    "1011 0011 1111 1100 ................" RRE cextr "{fr1}, {fr2}" [Dfp];
    "1011 0011 1111 1001 ................" RRF cxgtr "{fr1}, {m3}, {r2}" [Dfp];
    "1011 1001 0101 1010 ................" RRF cxlgtr "{fr1}, {m3}, {r2}, {m4}" [Dfp FpExt];
    "1011 1001 0101 1001 ................" RRF cxftr "{fr1}, {m3}, {r2}, {m4}" [Dfp FpExt];
    "1011 1001 0101 1011 ................" RRF cxlftr "{fr1}, {m3}, {r2}, {m4}" [Dfp FpExt];
    "1011 0011 1110 1001 ................" RRF cgxtr "{r1}, {m3}, {fr2}" [Dfp];
    "1011 1001 0100 1010 ................" RRF clgxtr "{r1}, {m3}, {fr2}, {m4}" [Dfp FpExt];
    "1011 1001 0100 1001 ................" RRF cfxtr "{r1}, {m3}, {fr2}, {m4}" [Dfp FpExt];
    "1011 1001 0100 1011 ................" RRF clfxtr "{r1}, {m3}, {fr2}, {m4}" [Dfp FpExt];
    "1011 0011 1111 1011 ................" RRE cxstr "{fr1}, {r2}" [Dfp];
    "1011 0011 1111 1010 ................" RRE cxutr "{fr1}, {r2}" [Dfp];
    "1011 0011 1110 1011 ................" RRF csxtr "{r1}, {fr2}, {m4}" [Dfp];
    "1011 0011 1110 1010 ................" RRE cuxtr "{r1}, {fr2}" [Dfp];
    "1011 0011 1110 1101 ................" RRE eextr "{r1}, {fr2}" [Dfp];
    "1011 0011 1110 1111 ................" RRE esxtr "{r1}, {fr2}" [Dfp];
    "1011 0011 1111 1110 ................" RRF iextr "{fr1}, {fr3}, {r2}" [Dfp];
    "1011 0011 1101 1110 ................" RRE ltxtr "{fr1}, {fr2}" [Dfp];
    "1011 0011 1101 1111 ................" RRF fixtr "{fr1}, {m3}, {fr2}, {m4}" [Dfp];
    "1011 0011 1111 1101 ................" RRF qaxtr "{fr1}, {fr3}, {fr2}, {m4}" [Dfp];
    "1011 0011 1111 1111 ................" RRF rrxtr "{fr1}, {fr3}, {r2}, {m4}" [Dfp];
    "1011 0011 1101 0100 ................" RRF ldetr "{fr1}, {fr2}, {m4}" [Dfp];
    "1011 0011 1101 1100 ................" RRF lxdtr "{fr1}, {fr2}, {m4}" [Dfp];
    "1011 0011 1101 0101 ................" RRF ledtr "{fr1}, {m3}, {fr2}, {m4}" [Dfp];
    "1011 0011 1101 1101 ................" RRF ldxtr "{fr1}, {m3}, {fr2}, {m4}" [Dfp];
    "1110 1101 ................................ 0100 0000" RXF sldt "{fr1}, {fr3}, {a2}" [Dfp];
    "1110 1101 ................................ 0100 0001" RXF srdt "{fr1}, {fr3}, {a2}" [Dfp];
    "1110 1101 ................................ 0100 1000" RXF slxt "{fr1}, {fr3}, {a2}" [Dfp];
    "1110 1101 ................................ 0100 1001" RXF srxt "{fr1}, {fr3}, {a2}" [Dfp];
    "1110 1101 ................................ 0101 0000" RXE tdcet "{fr1}, {a2}" [Dfp];
    "1110 1101 ................................ 0101 0001" RXE tdget "{fr1}, {a2}" [Dfp];
    "1110 1101 ................................ 0101 0100" RXE tdcdt "{fr1}, {a2}" [Dfp];
    "1110 1101 ................................ 0101 0101" RXE tdgdt "{fr1}, {a2}" [Dfp];
    "1110 1101 ................................ 0101 1000" RXE tdcxt "{fr1}, {a2}" [Dfp];
    "1110 1101 ................................ 0101 1001" RXE tdgxt "{fr1}, {a2}" [Dfp];
    "1110 1101 ................................ 1010 1010" RSLb cdzt "{fr1}, {a2:l2}, {m3}" [DfpZoned];
    "1110 1101 ................................ 1010 1011" RSLb cxzt "{fr1}, {a2:l2}, {m3}" [DfpZoned];
    "1110 1101 ................................ 1010 1110" RSLb cdpt "{fr1}, {a2:l2}, {m3}" [Dfp DfpPacked];
    "1110 1101 ................................ 1010 1111" RSLb cxpt "{fr1}, {a2:l2}, {m3}" [Dfp DfpPacked];
    "1110 1101 ................................ 1010 1100" RSLb cpdt "{fr1}, {a2:l2}, {m3}" [Dfp DfpPacked];
    "1110 1101 ................................ 1010 1101" RSLb cpxt "{fr1}, {a2:l2}, {m3}" [Dfp DfpPacked];
    "1110 1101 ................................ 1010 1000" RSLb czdt "{fr1}, {a2:l2}, {m3}" [DfpZoned];
    "1110 1101 ................................ 1010 1001" RSLb czxt "{fr1}, {a2:l2}, {m3}" [DfpZoned];
    "1011 0010 1011 1001 ................" S srnmt "{a2}" [Dfp];
}

lifts! { l, f;
    adtr(RRF) if l.needs_dfp() => { three(l, Op::Add, f, 8) }
    sdtr(RRF) if l.needs_dfp() => { three(l, Op::Sub, f, 8) }
    mdtr(RRF) if l.needs_dfp() => { three(l, Op::Mul, f, 8) }
    ddtr(RRF) if l.needs_dfp() => { three(l, Op::Div, f, 8) }
    cdtr(RRE) if l.needs_dfp() => { compare(l, f, 8, 0) }
    kdtr(RRE) if l.needs_dfp() => { compare(l, f, 8, 1) }
    cedtr(RRE) if l.needs_dfp() => { if is_no_pair(f.r1 | f.r2, 8) { return l.specification(); } l.call(helper::DFP_COMPARE_EXPONENT, &[l.k(f.r1.into()), l.k(f.r2.into()), l.k(8)]); Next }
    cdgtr(RRF) if l.needs_dfp() => { from_fixed(l, f, l.g(f.r2), 0, 8) }
    cdlgtr(RRF) if l.needs_dfp() => { from_fixed(l, f, l.g(f.r2), 1, 8) }
    cdftr(RRF) if l.needs_dfp() => { from_fixed(l, f, l.ws(f.r2), 0, 8) }
    cdlftr(RRF) if l.needs_dfp() => { from_fixed(l, f, l.wz(f.r2), 1, 8) }
    cgdtr(RRF) if l.needs_dfp() => { to_fixed(l, f, 2, 8) }
    clgdtr(RRF) if l.needs_dfp() => { to_fixed(l, f, 3, 8) }
    cfdtr(RRF) if l.needs_dfp() => { to_fixed(l, f, 0, 8) }
    clfdtr(RRF) if l.needs_dfp() => { to_fixed(l, f, 1, 8) }
    cdstr(RRE) if l.needs_dfp() => { from_packed(l, f, 8, 1) }
    cdutr(RRE) if l.needs_dfp() => { from_packed(l, f, 8, 0) }
    csdtr(RRF) if l.needs_dfp() => { to_packed(l, f, 8, 0x100 | i64::from(f.m4 & 1)) }
    cudtr(RRE) if l.needs_dfp() => { to_packed(l, RRF::from(l.bits()), 8, 0) }
    eedtr(RRE) if l.needs_dfp() => { extract(l, f, 8, helper::DFP_EXTRACT_EXPONENT) }
    esdtr(RRE) if l.needs_dfp() => { extract(l, f, 8, helper::DFP_EXTRACT_SIGNIFICANCE) }
    iedtr(RRF) if l.needs_dfp() => { if is_no_pair(f.r1 | f.r3, 8) { return l.specification(); } l.call(helper::DFP_INSERT_EXPONENT, &[l.k(f.r1.into()), l.g(f.r2), l.k(f.r3.into()), l.k(8)]); Next }
    ltdtr(RRE) if l.needs_dfp() => { if is_no_pair(f.r1 | f.r2, 8) { return l.specification(); } operate(l, Info { op: Op::Test, r1: f.r1, size: 8, method: 0, m4: 0 }, f.r2, f.r2) }
    fidtr(RRF) if l.needs_dfp() => { if is_no_pair(f.r1 | f.r2, 8) { return l.specification(); } operate(l, Info { op: Op::Integral, r1: f.r1, size: 8, method: f.m3, m4: f.m4 }, f.r2, f.r2) }
    qadtr(RRF) if l.needs_dfp() => { if is_no_pair(f.r1 | f.r2 | f.r3, 8) { return l.specification(); } operate(l, Info { op: Op::Quantize, r1: f.r1, size: 8, method: f.m4, m4: 0 }, f.r2, f.r3) }
    rrdtr(RRF) if l.needs_dfp() => { if is_no_pair(f.r1 | f.r3, 8) { return l.specification(); } operate(l, Info { op: Op::Reround, r1: f.r1, size: 8, method: f.m4, m4: 0 }, f.r2, f.r3) }
    axtr(RRF) if l.needs_dfp() => { three(l, Op::Add, f, 16) }
    sxtr(RRF) if l.needs_dfp() => { three(l, Op::Sub, f, 16) }
    mxtr(RRF) if l.needs_dfp() => { three(l, Op::Mul, f, 16) }
    dxtr(RRF) if l.needs_dfp() => { three(l, Op::Div, f, 16) }
    cxtr(RRE) if l.needs_dfp() => { compare(l, f, 16, 0) }
    kxtr(RRE) if l.needs_dfp() => { compare(l, f, 16, 1) }
    cextr(RRE) if l.needs_dfp() => { if is_no_pair(f.r1 | f.r2, 16) { return l.specification(); } l.call(helper::DFP_COMPARE_EXPONENT, &[l.k(f.r1.into()), l.k(f.r2.into()), l.k(16)]); Next }
    cxgtr(RRF) if l.needs_dfp() => { from_fixed(l, f, l.g(f.r2), 0, 16) }
    cxlgtr(RRF) if l.needs_dfp() => { from_fixed(l, f, l.g(f.r2), 1, 16) }
    cxftr(RRF) if l.needs_dfp() => { from_fixed(l, f, l.ws(f.r2), 0, 16) }
    cxlftr(RRF) if l.needs_dfp() => { from_fixed(l, f, l.wz(f.r2), 1, 16) }
    cgxtr(RRF) if l.needs_dfp() => { to_fixed(l, f, 2, 16) }
    clgxtr(RRF) if l.needs_dfp() => { to_fixed(l, f, 3, 16) }
    cfxtr(RRF) if l.needs_dfp() => { to_fixed(l, f, 0, 16) }
    clfxtr(RRF) if l.needs_dfp() => { to_fixed(l, f, 1, 16) }
    cxstr(RRE) if l.needs_dfp() => { from_packed(l, f, 16, 1) }
    cxutr(RRE) if l.needs_dfp() => { from_packed(l, f, 16, 0) }
    csxtr(RRF) if l.needs_dfp() => { to_packed(l, f, 16, 0x100 | i64::from(f.m4 & 1)) }
    cuxtr(RRE) if l.needs_dfp() => { to_packed(l, RRF::from(l.bits()), 16, 0) }
    eextr(RRE) if l.needs_dfp() => { extract(l, f, 16, helper::DFP_EXTRACT_EXPONENT) }
    esxtr(RRE) if l.needs_dfp() => { extract(l, f, 16, helper::DFP_EXTRACT_SIGNIFICANCE) }
    iextr(RRF) if l.needs_dfp() => { if is_no_pair(f.r1 | f.r3, 16) { return l.specification(); } l.call(helper::DFP_INSERT_EXPONENT, &[l.k(f.r1.into()), l.g(f.r2), l.k(f.r3.into()), l.k(16)]); Next }
    ltxtr(RRE) if l.needs_dfp() => { if is_no_pair(f.r1 | f.r2, 16) { return l.specification(); } operate(l, Info { op: Op::Test, r1: f.r1, size: 16, method: 0, m4: 0 }, f.r2, f.r2) }
    fixtr(RRF) if l.needs_dfp() => { if is_no_pair(f.r1 | f.r2, 16) { return l.specification(); } operate(l, Info { op: Op::Integral, r1: f.r1, size: 16, method: f.m3, m4: f.m4 }, f.r2, f.r2) }
    qaxtr(RRF) if l.needs_dfp() => { if is_no_pair(f.r1 | f.r2 | f.r3, 16) { return l.specification(); } operate(l, Info { op: Op::Quantize, r1: f.r1, size: 16, method: f.m4, m4: 0 }, f.r2, f.r3) }
    rrxtr(RRF) if l.needs_dfp() => { if is_no_pair(f.r1 | f.r3, 16) { return l.specification(); } operate(l, Info { op: Op::Reround, r1: f.r1, size: 16, method: f.m4, m4: 0 }, f.r2, f.r3) }
    ldetr(RRF) if l.needs_dfp() => { convert(l, f, 4, 8, 0, f.m4) }
    lxdtr(RRF) if l.needs_dfp() => { convert(l, f, 8, 16, 0, f.m4) }
    ledtr(RRF) if l.needs_dfp() => { convert(l, f, 8, 4, f.m3, f.m4) }
    ldxtr(RRF) if l.needs_dfp() => { convert(l, f, 16, 8, f.m3, f.m4) }
    sldt(RXF) if l.needs_dfp() => { if is_no_pair(f.r1 | f.r3, 8) { return l.specification(); } l.call(helper::DFP_SHIFT, &[l.k(f.r1.into()), l.k(f.r3.into()), l.addr(f.a2), l.k(264)]); Next }
    srdt(RXF) if l.needs_dfp() => { if is_no_pair(f.r1 | f.r3, 8) { return l.specification(); } l.call(helper::DFP_SHIFT, &[l.k(f.r1.into()), l.k(f.r3.into()), l.addr(f.a2), l.k(8)]); Next }
    slxt(RXF) if l.needs_dfp() => { if is_no_pair(f.r1 | f.r3, 16) { return l.specification(); } l.call(helper::DFP_SHIFT, &[l.k(f.r1.into()), l.k(f.r3.into()), l.addr(f.a2), l.k(272)]); Next }
    srxt(RXF) if l.needs_dfp() => { if is_no_pair(f.r1 | f.r3, 16) { return l.specification(); } l.call(helper::DFP_SHIFT, &[l.k(f.r1.into()), l.k(f.r3.into()), l.addr(f.a2), l.k(16)]); Next }
    tdcet(RXE) if l.needs_dfp() => { if is_no_pair(f.r1, 4) { return l.specification(); } let cc = l.call(helper::DFP_TEST_CLASS, &[l.k(f.r1.into()), l.k(4), l.addr(f.a2)]); l.cc1(Kind::Code, cc); Next }
    tdget(RXE) if l.needs_dfp() => { if is_no_pair(f.r1, 4) { return l.specification(); } let cc = l.call(helper::DFP_TEST_GROUP, &[l.k(f.r1.into()), l.k(4), l.addr(f.a2)]); l.cc1(Kind::Code, cc); Next }
    tdcdt(RXE) if l.needs_dfp() => { if is_no_pair(f.r1, 8) { return l.specification(); } let cc = l.call(helper::DFP_TEST_CLASS, &[l.k(f.r1.into()), l.k(8), l.addr(f.a2)]); l.cc1(Kind::Code, cc); Next }
    tdgdt(RXE) if l.needs_dfp() => { if is_no_pair(f.r1, 8) { return l.specification(); } let cc = l.call(helper::DFP_TEST_GROUP, &[l.k(f.r1.into()), l.k(8), l.addr(f.a2)]); l.cc1(Kind::Code, cc); Next }
    tdcxt(RXE) if l.needs_dfp() => { if is_no_pair(f.r1, 16) { return l.specification(); } let cc = l.call(helper::DFP_TEST_CLASS, &[l.k(f.r1.into()), l.k(16), l.addr(f.a2)]); l.cc1(Kind::Code, cc); Next }
    tdgxt(RXE) if l.needs_dfp() => { if is_no_pair(f.r1, 16) { return l.specification(); } let cc = l.call(helper::DFP_TEST_GROUP, &[l.k(f.r1.into()), l.k(16), l.addr(f.a2)]); l.cc1(Kind::Code, cc); Next }
    cdzt(RSLb) if l.needs_dfp() => { zoned(l, f, 8, helper::DFP_FROM_ZONED) }
    cxzt(RSLb) if l.needs_dfp() => { zoned(l, f, 16, helper::DFP_FROM_ZONED) }
    cdpt(RSLb) if l.needs_dfp() => { packed(l, f, 8, helper::DFP_FROM_STORED_PACKED) }
    cxpt(RSLb) if l.needs_dfp() => { packed(l, f, 16, helper::DFP_FROM_STORED_PACKED) }
    cpdt(RSLb) if l.needs_dfp() => { packed(l, f, 8, helper::DFP_TO_STORED_PACKED) }
    cpxt(RSLb) if l.needs_dfp() => { packed(l, f, 16, helper::DFP_TO_STORED_PACKED) }
    czdt(RSLb) if l.needs_dfp() => { zoned(l, f, 8, helper::DFP_TO_ZONED) }
    czxt(RSLb) if l.needs_dfp() => { zoned(l, f, 16, helper::DFP_TO_ZONED) }
    srnmt(S) if l.needs_dfp() => { l.call(helper::DFP_SET_ROUNDING, &[l.addr(f.a2)]); Next }
}

/// Whether registers can't hold operands of so many bytes.
fn is_no_pair(registers: u8, size: u8) -> bool {
    size == 16 && registers & 2 != 0
}

fn operate(l: &Lift, info: Info, a: u8, b: u8) -> Flow {
    l.call(helper::DFP, &[l.ir.konst(Width::W64, info.pack()), l.k(a.into()), l.k(b.into())]);
    Next
}

/// Three registers; M4, a rounding method, came with the floating-point extension.
fn three(l: &Lift, op: Op, f: RRF, size: u8) -> Flow {
    if is_no_pair(f.r1 | f.r2 | f.r3, size) {
        return l.specification();
    }
    let method = if l.has(Ext::FpExt) { f.m4 } else { 0 };
    operate(l, Info { op, r1: f.r1, size, method, m4: 0 }, f.r2, f.r3)
}

fn compare(l: &Lift, f: RRE, size: u8, signals: i64) -> Flow {
    if is_no_pair(f.r1 | f.r2, size) {
        return l.specification();
    }
    l.call(helper::DFP_COMPARE, &[l.k(f.r1.into()), l.k(f.r2.into()), l.k(size.into()), l.k(signals)]);
    Next
}

/// What a conversion is told.
fn info<'b>(l: &Lift<'b>, f: RRF, size: u8) -> V<'b> {
    let (method, m4) = masks(l, f.m3, f.m4);
    l.ir.konst(Width::W64, Info { op: Op::Test, r1: f.r1, size, method, m4 }.pack())
}

/// A rounding method and M4: without the floating-point extension, methods below 8 are the FPC's, and there is no M4.
fn masks(l: &Lift, method: u8, m4: u8) -> (u8, u8) {
    match (l.has(Ext::FpExt), method) {
        (true, _) => (method, m4),
        (false, 8..) => (method, 0),
        _ => (0, 0),
    }
}

fn from_fixed<'b>(l: &Lift<'b>, f: RRF, value: V<'b>, logical: i64, size: u8) -> Flow {
    if is_no_pair(f.r1, size) {
        return l.specification();
    }
    l.call(helper::DFP_FROM_FIXED, &[info(l, f, size), value, l.k(logical)]);
    Next
}

fn to_fixed(l: &Lift, f: RRF, kind: i64, size: u8) -> Flow {
    if is_no_pair(f.r2, size) {
        return l.specification();
    }
    l.call(helper::DFP_TO_FIXED, &[info(l, f, size), l.k(f.r2.into()), l.k(kind)]);
    Next
}

/// From packed digits in a general register, or in a pair of them.
fn from_packed(l: &Lift, f: RRE, size: u8, signed: i64) -> Flow {
    if is_no_pair(f.r1, size) || size == 16 && f.r2 & 1 != 0 {
        return l.specification();
    }
    let (high, low) = if size == 16 { (l.g(f.r2), l.g(f.r2 + 1)) } else { (l.k(0), l.g(f.r2)) };
    l.call(helper::DFP_FROM_PACKED, &[l.k(f.r1.into()), high, low, l.k(signed << 8 | i64::from(size))]);
    Next
}

fn to_packed(l: &Lift, f: RRF, size: u8, how: i64) -> Flow {
    if is_no_pair(f.r2, size) || size == 16 && f.r1 & 1 != 0 {
        return l.specification();
    }
    l.call(helper::DFP_TO_PACKED, &[l.k(f.r1.into()), l.k(f.r2.into()), l.k(size.into()), l.k(how)]);
    Next
}

fn extract(l: &Lift, f: RRE, size: u8, helper: u16) -> Flow {
    if is_no_pair(f.r2, size) {
        return l.specification();
    }
    let value = l.call(helper, &[l.k(f.r2.into()), l.k(size.into())]);
    l.set_g(f.r1, value);
    Next
}

/// LOAD LENGTHENED, LOAD ROUNDED.
fn convert(l: &Lift, f: RRF, from: u8, to: u8, method: u8, m4: u8) -> Flow {
    if is_no_pair(f.r1, to) || is_no_pair(f.r2, from) {
        return l.specification();
    }
    let info = Info { op: Op::Test, r1: f.r1, size: to, method, m4 };
    l.call(helper::DFP_CONVERT, &[l.ir.konst(Width::W64, info.pack()), l.k(f.r2.into()), l.k(from.into())]);
    Next
}

/// Zoned digits in storage: up to 16 or 34.
fn zoned(l: &Lift, f: RSLb, size: u8, helper: u16) -> Flow {
    stored(l, f, size, helper, if size == 8 { 16 } else { 34 })
}

/// Packed digits in storage.
fn packed(l: &Lift, f: RSLb, size: u8, helper: u16) -> Flow {
    stored(l, f, size, helper, dfp_packed::longest(size.into()) as u8)
}

fn stored(l: &Lift, f: RSLb, size: u8, helper: u16, longest: u8) -> Flow {
    if f.l2 >= longest || is_no_pair(f.r1, size) {
        return l.specification();
    }
    let how = l.k(i64::from(f.m3) << 8 | i64::from(size));
    l.call(helper, &[l.k(f.r1.into()), l.addr(f.a2), l.k(i64::from(f.l2) + 1), how]);
    Next
}
