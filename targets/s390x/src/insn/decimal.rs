//! Decimal instructions, and the general instructions that convert packed and zoned numbers.

use decode::Flow::{self, Next};
use decode::insns;

use crate::ext::Ext;
use crate::format::{RSL, RX, RXY, SSa, SSb};
use crate::helper;
use crate::lift::Lift;

insns! {
    /// PoP, "Decimal Instructions"; "General Instructions" for conversions.
    pub INSNS for Lift;
    "1111 1010 ........................................" SSb ap "{a1:l1}, {a2:l2}" [Z];
    "1111 1011 ........................................" SSb sp "{a1:l1}, {a2:l2}" [Z];
    "1111 1000 ........................................" SSb zap "{a1:l1}, {a2:l2}" [Z];
    "1111 1001 ........................................" SSb cp "{a1:l1}, {a2:l2}" [Z];
    "1111 1100 ........................................" SSb mp "{a1:l1}, {a2:l2}" [Z];
    "1111 1101 ........................................" SSb dp "{a1:l1}, {a2:l2}" [Z];
    "1111 0000 ........................................" SSb srp "{a1:l1}, {a2}, {i3}" [Z];
    "1101 1110 ........................................" SSa ed "{a1:l}, {a2}" [Z];
    "1101 1111 ........................................" SSa edmk "{a1:l}, {a2}" [Z];
    "1110 1011 ................................ 1100 0000" RSL tp "{a1:l1}" [Etf2];
    "1111 0010 ........................................" SSb pack "{a1:l1}, {a2:l2}" [Z];
    "1111 0011 ........................................" SSb unpk "{a1:l1}, {a2:l2}" [Z];
    "1111 0001 ........................................" SSb mvo "{a1:l1}, {a2:l2}" [Z];
    "1110 1001 ........................................" SSa pka "{a1}, {a2:l}" [Etf2];
    "1110 0001 ........................................" SSa pku "{a1}, {a2:l}" [Etf2];
    "1110 1010 ........................................" SSa unpka "{a1:l}, {a2}" [Etf2];
    "1110 0010 ........................................" SSa unpku "{a1:l}, {a2}" [Etf2];
    "0100 1111 ........................" RX cvb "{r1}, {a2}" [Z];
    "1110 0011 ................................ 0000 0110" RXY cvby "{r1}, {a2}" [LongDisp];
    "1110 0011 ................................ 0000 1110" RXY cvbg "{r1}, {a2}" [Z];
    "0100 1110 ........................" RX cvd "{r1}, {a2}" [Z];
    "1110 0011 ................................ 0010 0110" RXY cvdy "{r1}, {a2}" [LongDisp];
    "1110 0011 ................................ 0010 1110" RXY cvdg "{r1}, {a2}" [Z];
}

lifts! { l, f;
    ap(SSb) { two(l, f, helper::DECIMAL_ADD) }
    sp(SSb) { two(l, f, helper::DECIMAL_SUBTRACT) }
    zap(SSb) { two(l, f, helper::DECIMAL_ZERO_AND_ADD) }
    cp(SSb) { two(l, f, helper::DECIMAL_COMPARE) }
    mp(SSb) { shorter(l, f, helper::DECIMAL_MULTIPLY) }
    dp(SSb) { shorter(l, f, helper::DECIMAL_DIVIDE) }
    srp(SSb) { l.call(helper::DECIMAL_SHIFT, &[l.k((f.l1 << 4 | f.l2).into()), l.addr(f.a1), l.addr(f.a2)]); Next }
    ed(SSa) { edit(l, f, 0) }
    edmk(SSa) { edit(l, f, 1) }
    tp(RSL) { l.call(helper::TEST_DECIMAL, &[l.k(f.l1.into()), l.addr(f.a1)]); Next }
    pack(SSb) { two(l, f, helper::PACK) }
    unpk(SSb) { two(l, f, helper::UNPACK) }
    mvo(SSb) { two(l, f, helper::MOVE_OFFSET) }
    pka(SSa) { characters(l, f, helper::PACK_CHARACTERS, 1) }
    pku(SSa) { characters(l, f, helper::PACK_CHARACTERS, 2) }
    unpka(SSa) { characters(l, f, helper::UNPACK_CHARACTERS, 1) }
    unpku(SSa) { characters(l, f, helper::UNPACK_CHARACTERS, 2) }
    cvb(RX) { l.call(helper::TO_BINARY, &[l.k(f.r1.into()), l.addr(f.a2), l.k(8)]); Next }
    cvby(RXY) { l.call(helper::TO_BINARY, &[l.k(f.r1.into()), l.addr(f.a2), l.k(8)]); Next }
    cvbg(RXY) { l.call(helper::TO_BINARY, &[l.k(f.r1.into()), l.addr(f.a2), l.k(16)]); Next }
    cvd(RX) { l.call(helper::TO_DECIMAL, &[l.k(f.r1.into()), l.addr(f.a2), l.k(8)]); Next }
    cvdy(RXY) { l.call(helper::TO_DECIMAL, &[l.k(f.r1.into()), l.addr(f.a2), l.k(8)]); Next }
    cvdg(RXY) { l.call(helper::TO_DECIMAL, &[l.k(f.r1.into()), l.addr(f.a2), l.k(16)]); Next }
}

/// Two operands with a length each.
fn two(l: &Lift, f: SSb, helper: u16) -> Flow {
    l.call(helper, &[l.k((f.l1 << 4 | f.l2).into()), l.addr(f.a1), l.addr(f.a2)]);
    Next
}

/// The second one has at most 8 bytes, and fewer than the first.
fn shorter(l: &Lift, f: SSb, helper: u16) -> Flow {
    if f.l2 > 7 || f.l2 >= f.l1 { l.specification() } else { two(l, f, helper) }
}

fn edit(l: &Lift, f: SSa, mark: i64) -> Flow {
    l.call(helper::EDIT, &[l.k(i64::from(f.l) + 1), l.addr(f.a1), l.addr(f.a2), l.k(mark)]);
    Next
}

/// Up to 32 characters of `size` bytes.
fn characters(l: &Lift, f: SSa, helper: u16, size: i64) -> Flow {
    let len = i64::from(f.l) + 1;
    if len > 32 * size || len % size != 0 {
        return l.specification();
    }
    l.call(helper, &[l.addr(f.a1), l.addr(f.a2), l.k(len), l.k(size)]);
    Next
}
