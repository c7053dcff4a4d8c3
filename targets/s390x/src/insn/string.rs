//! General instructions on strings of any length.

use decode::Flow::{self, Next};
use decode::insns;
use uop::Width;

use crate::ext::Ext;
use crate::format::{RR, RRE, RS};
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
}

lifts! { l, f;
    mvcl(RR) { interruptible(l, f, helper::MVCL) }
    clcl(RR) { interruptible(l, f, helper::CLCL) }
    mvcle(RS) { extended(l, f, helper::MVCLE) }
    clcle(RS) { extended(l, f, helper::CLCLE) }
    srst(RRE) { l.call(helper::SRST, &[l.k(f.r1.into()), l.k(f.r2.into())]); Next }
    clst(RRE) { l.call(helper::CLST, &[l.k(f.r1.into()), l.k(f.r2.into())]); Next }
    mvst(RRE) { l.call(helper::MVST, &[l.k(f.r1.into()), l.k(f.r2.into())]); Next }
}

/// Register pairs; the instruction is executed again until it is done.
fn interruptible(l: &Lift, f: RR, helper: u16) -> Flow {
    if (f.r1 | f.r2) & 1 != 0 {
        return l.specification();
    }
    let (here, next) = (l.ir.konst(Width::W64, l.pc()), l.ir.konst(Width::W64, l.next_pc()));
    let pc = l.call(helper, &[l.k(f.r1.into()), l.k(f.r2.into()), here, next]);
    l.update_to(pc)
}

/// Register pairs, and the padding byte in the low bits of the address.
fn extended(l: &Lift, f: RS, helper: u16) -> Flow {
    if (f.r1 | f.r3) & 1 != 0 {
        return l.specification();
    }
    l.call(helper, &[l.k(f.r1.into()), l.k(f.r3.into()), l.addr(f.a2)]);
    Next
}
