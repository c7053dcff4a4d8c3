//! Moves between address spaces and with other keys; hints about caches; CHECKSUM.

use decode::Flow::{self, Next};
use decode::insns;

use crate::ext::Ext;
use crate::format::{IE, RIL, RRE, RRF, RSY, RXY, SSE, SSF, SSd};
use crate::helper;
use crate::lift::Lift;

insns! {
    /// PoP, "Control Instructions" and "General Instructions".
    pub INSNS for Lift;
    "1101 1010 ........................................" SSd mvcp "{a1}, {a2}, {r3}" [Z];
    "1101 1011 ........................................" SSd mvcs "{a1}, {a2}, {r3}" [Z];
    "1101 1001 ........................................" SSd mvck "{a1}, {a2}, {r3}" [Z];
    "1110 0101 0000 1110 ................................" SSE mvcsk "{a1}, {a2}" [Z];
    "1110 0101 0000 1111 ................................" SSE mvcdk "{a1}, {a2}" [Z];
    "1100 1000 .... 0000 ................................" SSF mvcos "{a1}, {a2}, {r3}" [Mvcos];
    "1011 0010 0101 0100 ................" RRE mvpg "{r1}, {r2}" [Z];
    "1011 0010 0010 0110 ................" RRE epar "{r1}" [Z];
    "1011 0010 0010 0111 ................" RRE esar "{r1}" [Z];
    "1011 0010 0010 0011 ................" RRE ivsk "{r1}, {r2}" [Z];
    "1110 0011 ................................ 0011 0110" RXY pfd "{m1}, {a2}" [GenExt];
    "1100 0110 .... 0010 ................................" RIL pfdrl "{m1}, {t2}" [GenExt];
    "1110 1011 ................................ 0100 1100" RSY ecag "{r1}, {r3}, {a2}" [GenExt];
    "1011 0010 1110 1000 ................" RRF ppa "{r1}, {r2}, {m3}" [Zec12];
    "1011 0010 1111 1010 ................" IE niai "{i1}, {i2}" [Zec12];
    "1011 0010 0100 1000 ................" RRE palb "" [Z];
    "1011 1001 1001 1101 ................" RRE esea "{r1}" [Z];
    "1011 0010 0100 1100 ................" RRE tar "{ar1}, {r2}" [Z];
    "1011 0010 0100 0001 ................" RRE cksm "{r1}, {r2}" [Z];
}

lifts! { l, f;
    mvcp(SSd) { move_space(l, f, 0); Next }
    mvcs(SSd) { move_space(l, f, 1); Next }
    mvck(SSd) { l.call(helper::MOVE_KEY, &[l.addr(f.a1), l.addr(f.a2), registers(l, f)]); Next }
    mvcsk(SSE) { l.call(helper::MOVE_ONE_KEY, &[l.addr(f.a1), l.addr(f.a2), l.k(0)]); Next }
    mvcdk(SSE) { l.call(helper::MOVE_ONE_KEY, &[l.addr(f.a1), l.addr(f.a2), l.k(1)]); Next }
    mvcos(SSF) { l.call(helper::MOVE_OPTIONAL, &[l.addr(f.a1), l.addr(f.a2), l.k(f.r3.into())]); Next }
    mvpg(RRE) { l.call(helper::MOVE_PAGE, &[l.at(f.r1), l.at(f.r2), l.k((f.r1 << 4 | f.r2).into())]); Next }
    epar(RRE) { l.set_w(f.r1, l.call(helper::EXTRACT_ASN, &[l.k(4)])); Next }
    esar(RRE) { l.set_w(f.r1, l.call(helper::EXTRACT_ASN, &[l.k(3)])); Next }
    ivsk(RRE) { let key = l.call(helper::VIRTUAL_KEY, &[l.at(f.r2)]); l.set_g(f.r1, l.g(f.r1).deposit(0, 8, key)); Next }
    // Caches are not modelled: hints do nothing, and there is nothing to tell of them.
    pfd(RXY) { Next }
    pfdrl(RIL) { Next }
    ecag(RSY) { l.set_g(f.r1, l.k(0)); Next }
    ppa(RRF) { Next }
    niai(IE) { Next }
    // What access registers lead to is not kept.
    palb(RRE) if l.supervisor() => { Next }
    esea(RRE) if l.supervisor() => { l.set_w(f.r1, l.call(helper::EXCHANGE_AUTHORITY, &[l.wz(f.r1)])); Next }
    tar(RRE) { let alet = l.ir.get(crate::state::a(f.r1)); l.call(helper::TEST_ACCESS, &[alet.zext(uop::Width::W64), l.wz(f.r2)]); Next }
    cksm(RRE) {
        if f.r2 & 1 != 0 {
            return l.specification();
        }
        l.operands(f.r2, f.r2);
        l.call(helper::CHECKSUM, &[l.k(f.r1.into()), l.k(f.r2.into())]);
        Next
    }
}

/// Both registers' numbers in one.
fn registers<'b>(l: &Lift<'b>, f: SSd) -> crate::lift::V<'b> {
    l.k(i64::from(f.r1) << 4 | i64::from(f.r3))
}

fn move_space(l: &Lift, f: SSd, to_secondary: i64) {
    l.call(helper::MOVE_SPACE, &[l.addr(f.a1), l.addr(f.a2), registers(l, f), l.k(to_secondary)]);
}
