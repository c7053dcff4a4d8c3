//! General instructions on several operands in storage at once.

use decode::Flow::{self, Next};
use decode::insns;

use crate::ext::Ext;
use crate::format::{SSF, SSe};
use crate::helper;
use crate::lift::Lift;

insns! {
    /// PoP, "General Instructions".
    pub INSNS for Lift;
    "1110 1110 ........................................" SSe plo "{r1}, {a2}, {r3}, {a4}" [Z];
    "1100 1000 .... 0010 ................................" SSF csst "{a1}, {a2}, {r3}" [Csst];
    "1100 1000 .... 0100 ................................" SSF lpd "{r3}, {a1}, {a2}" [Z196];
    "1100 1000 .... 0101 ................................" SSF lpdg "{r3}, {a1}, {a2}" [Z196];
}

lifts! { l, f;
    plo(SSe) {
        let both = l.k((f.r1 << 4 | f.r3).into());
        l.call(helper::PLO, &[both, l.addr(f.a2), l.addr(f.a4)]);
        Next
    }
    csst(SSF) { l.call(helper::CSST, &[l.k(f.r3.into()), l.addr(f.a1), l.addr(f.a2)]); Next }
    lpd(SSF) { pair(l, f, 4) }
    lpdg(SSF) { pair(l, f, 8) }
}

fn pair(l: &Lift, f: SSF, size: u64) -> Flow {
    if f.r3 & 1 != 0 {
        return l.specification();
    }
    let (a, b) = (l.aligned(l.addr(f.a1), size), l.aligned(l.addr(f.a2), size));
    l.call(helper::LOAD_PAIR, &[l.k(f.r3.into()), a, b, l.k(size as i64)]);
    Next
}
