//! General instructions on strings of any length.

use decode::Flow::{self, Next};
use decode::insns;
use uop::Width;

use crate::ext::Ext;
use crate::format::{RR, RRE, RRF, RS, RSY};
use crate::helper;
use crate::lift::Lift;

insns! {
    /// PoP, "General Instructions".
    pub INSNS for Lift;
    "0000 1110 ........" RR mvcl "{r1}, {r2}" [Z];
    "0000 1111 ........" RR clcl "{r1}, {r2}" [Z];
    "1010 1000 ........................" RS mvcle "{r1}, {r3}, {a2}" [Z];
    "1010 1001 ........................" RS clcle "{r1}, {r3}, {a2}" [Z];
    "1011 0010 0101 1110 ................" RRE srst "{r1}, {r2}" [Z];
    "1011 0010 0101 1101 ................" RRE clst "{r1}, {r2}" [Z];
    "1011 0010 0101 0101 ................" RRE mvst "{r1}, {r2}" [Z];
    "1011 1001 1011 1110 ................" RRE srstu "{r1}, {r2}" [Etf3];
    "1110 1011 ................................ 1000 1110" RSY mvclu "{r1}, {r3}, {a2}" [Etf2];
    "1110 1011 ................................ 1000 1111" RSY clclu "{r1}, {r3}, {a2}" [Etf2];
    "1011 0010 0101 0111 ................" RRE cuse "{r1}, {r2}" [Z];
    "1011 0010 1010 0101 ................" RRE tre "{r1}, {r2}" [Z];
    "1011 1001 1001 0011 ................" RRF troo "{r1}, {r2}, {m3}" [Etf2];
    "1011 1001 1001 0010 ................" RRF trot "{r1}, {r2}, {m3}" [Etf2];
    "1011 1001 1001 0001 ................" RRF trto "{r1}, {r2}, {m3}" [Etf2];
    "1011 1001 1001 0000 ................" RRF trtt "{r1}, {r2}, {m3}" [Etf2];
    "1011 1001 1011 1111 ................" RRF trte "{r1}, {r2}, {m3}" [Parse];
    "1011 1001 1011 1101 ................" RRF trtre "{r1}, {r2}, {m3}" [Parse];
    "1011 0010 1010 0111 ................" RRF cu12 "{r1}, {r2}, {m3}" [Z];
    "1011 0010 1010 0110 ................" RRF cu21 "{r1}, {r2}, {m3}" [Z];
    "1011 1001 1011 0000 ................" RRF cu14 "{r1}, {r2}, {m3}" [Etf3];
    "1011 1001 1011 0001 ................" RRF cu24 "{r1}, {r2}, {m3}" [Etf3];
    "1011 1001 1011 0010 ................" RRE cu41 "{r1}, {r2}" [Etf3];
    "1011 1001 1011 0011 ................" RRE cu42 "{r1}, {r2}" [Etf3];
}

lifts! { l, f;
    mvcl(RR) { interruptible(l, f, helper::MVCL) }
    clcl(RR) { interruptible(l, f, helper::CLCL) }
    mvcle(RS) { extended(l, f, helper::MVCLE) }
    clcle(RS) { extended(l, f, helper::CLCLE) }
    srst(RRE) { l.operands(f.r1, f.r2); l.call(helper::SRST, &[l.k(f.r1.into()), l.k(f.r2.into())]); Next }
    clst(RRE) { l.operands(f.r1, f.r2); l.call(helper::CLST, &[l.k(f.r1.into()), l.k(f.r2.into())]); Next }
    mvst(RRE) { l.operands(f.r1, f.r2); l.call(helper::MVST, &[l.k(f.r1.into()), l.k(f.r2.into())]); Next }
    srstu(RRE) { l.operands(f.r1, f.r2); l.call(helper::SRSTU, &[l.k(f.r1.into()), l.k(f.r2.into())]); Next }
    mvclu(RSY) { unicode(l, f, helper::MVCLU) }
    clclu(RSY) { unicode(l, f, helper::CLCLU) }
    cuse(RRE) { if (f.r1 | f.r2) & 1 != 0 { return l.specification(); } l.operands(f.r1, f.r2); l.call(helper::CUSE, &[l.k(f.r1.into()), l.k(f.r2.into())]); Next }
    tre(RRE) { if f.r1 & 1 != 0 { return l.specification(); } l.operands(f.r1, f.r2); l.call(helper::TRE, &[l.k(f.r1.into()), l.k(f.r2.into())]); Next }
    troo(RRF) { translate(l, f, 0x11) }
    trot(RRF) { translate(l, f, 0x12) }
    trto(RRF) { translate(l, f, 0x21) }
    trtt(RRF) { translate(l, f, 0x22) }
    trte(RRF) { test(l, f, 0) }
    trtre(RRF) { test(l, f, 1) }
    cu12(RRF) { utf(l, (f.r1, f.r2), 0x12, f.m3) }
    cu21(RRF) { utf(l, (f.r1, f.r2), 0x21, f.m3) }
    cu14(RRF) { utf(l, (f.r1, f.r2), 0x14, f.m3) }
    cu24(RRF) { utf(l, (f.r1, f.r2), 0x24, f.m3) }
    cu41(RRE) { utf(l, (f.r1, f.r2), 0x41, 0) }
    cu42(RRE) { utf(l, (f.r1, f.r2), 0x42, 0) }
}

/// Register pairs; the instruction is executed again until it is done.
fn interruptible(l: &Lift, f: RR, helper: u16) -> Flow {
    if (f.r1 | f.r2) & 1 != 0 {
        return l.specification();
    }
    let (here, next) = (l.ir.konst(Width::W64, l.pc()), l.ir.konst(Width::W64, l.next_pc()));
    l.operands(f.r1, f.r2);
    let pc = l.call(helper, &[l.k(f.r1.into()), l.k(f.r2.into()), here, next]);
    l.update_to(pc)
}

/// Register pairs, and the padding byte in the low bits of the address.
fn extended(l: &Lift, f: RS, helper: u16) -> Flow {
    if (f.r1 | f.r3) & 1 != 0 {
        return l.specification();
    }
    let pad = l.addr(f.a2);
    l.operands(f.r1, f.r3);
    l.call(helper, &[l.k(f.r1.into()), l.k(f.r3.into()), pad]);
    Next
}

/// Register pairs, and the padding character of two bytes.
fn unicode(l: &Lift, f: RSY, helper: u16) -> Flow {
    if (f.r1 | f.r3) & 1 != 0 {
        return l.specification();
    }
    let pad = l.addr(f.a2);
    l.operands(f.r1, f.r3);
    l.call(helper, &[l.k(f.r1.into()), l.k(f.r3.into()), pad]);
    Next
}

/// TRANSLATE ONE TO ONE and its kin; the test-character control came with the ETF2 enhancement.
fn translate(l: &Lift, f: RRF, sizes: i64) -> Flow {
    if f.r1 & 1 != 0 {
        return l.specification();
    }
    let no_test = l.has(Ext::Etf2Enh) && f.m3 & 1 != 0;
    l.operands(f.r1, f.r2);
    l.call(helper::TRANSLATE, &[l.k(f.r1.into()), l.k(f.r2.into()), l.k(sizes), l.k(no_test.into())]);
    Next
}

/// TRANSLATE AND TEST EXTENDED.
fn test(l: &Lift, f: RRF, reverse: i64) -> Flow {
    if f.r1 & 1 != 0 {
        return l.specification();
    }
    // The table is addressed by register 1.
    l.operands(f.r1, 1);
    l.call(helper::TEST_EXTENDED, &[l.k(f.r1.into()), l.k(f.r2.into()), l.k(f.m3.into()), l.k(reverse)]);
    Next
}

/// Conversions of UTF; the well-formedness check came with the ETF3 enhancement.
fn utf(l: &Lift, (r1, r2): (u8, u8), forms: i64, m3: u8) -> Flow {
    if (r1 | r2) & 1 != 0 {
        return l.specification();
    }
    let check = l.has(Ext::Etf3Enh) && m3 & 1 != 0;
    l.operands(r1, r2);
    l.call(helper::CONVERT_UTF, &[l.k(r1.into()), l.k(r2.into()), l.k(forms), l.k(check.into())]);
    Next
}
