//! The message-security assist.

use decode::Flow::{self, Next};
use decode::insns;

use crate::ext::Ext;
use crate::format::{RRE, RRF};
use crate::helper;
use crate::lift::Lift;
use crate::msa;

insns! {
    /// PoP, "General Instructions", the message-security assist and its extension 4.
    pub INSNS for Lift;
    "1011 1001 0010 1110 ................" RRE km "{r1}, {r2}" [Msa];
    "1011 1001 0010 1111 ................" RRE kmc "{r1}, {r2}" [Msa];
    "1011 1001 0011 1110 ................" RRE kimd "{r1}, {r2}" [Msa];
    "1011 1001 0011 1111 ................" RRE klmd "{r1}, {r2}" [Msa];
    "1011 1001 0001 1110 ................" RRE kmac "{r1}, {r2}" [Msa];
    "1011 1001 0010 1010 ................" RRE kmf "{r1}, {r2}" [Msa4];
    "1011 1001 0010 1011 ................" RRE kmo "{r1}, {r2}" [Msa4];
    "1011 1001 0010 1100 ................" RRE pcc "" [Msa4];
    "1011 1001 0011 1100 ................" RRE prno "{r1}, {r2}" [Msa5];
    "1011 1001 0010 1101 ................" RRF kmctr "{r1}, {r3}, {r2}" [Msa4];
}

lifts! { l, f;
    km(RRE) { both(l, msa::KM, f.r1, f.r2, 0) }
    kmc(RRE) { both(l, msa::KMC, f.r1, f.r2, 0) }
    kimd(RRE) { one(l, msa::KIMD, f.r2) }
    klmd(RRE) { one(l, msa::KLMD, f.r2) }
    kmac(RRE) { one(l, msa::KMAC, f.r2) }
    kmf(RRE) { both(l, msa::KMF, f.r1, f.r2, 0) }
    kmo(RRE) { both(l, msa::KMO, f.r1, f.r2, 0) }
    prno(RRE) { both(l, msa::PRNO, f.r1, f.r2, 0) }
    pcc(RRE) { l.call(helper::MSA, &[l.k(msa::PCC as i64), l.k(0), l.k(0), l.k(0)]); Next }
    kmctr(RRF) {
        if f.r3 & 1 != 0 || f.r3 == 0 {
            return l.specification();
        }
        both(l, msa::KMCTR, f.r1, f.r2, f.r3)
    }
}

/// Both registers are even and not 0.
fn both(l: &Lift, which: u64, r1: u8, r2: u8, r3: u8) -> Flow {
    if (r1 | r2) & 1 != 0 || r1 == 0 || r2 == 0 {
        return l.specification();
    }
    l.call(helper::MSA, &[l.k(which as i64), l.k(r1.into()), l.k(r2.into()), l.k(r3.into())]);
    Next
}

/// The first register has no meaning.
fn one(l: &Lift, which: u64, r2: u8) -> Flow {
    if r2 & 1 != 0 || r2 == 0 {
        return l.specification();
    }
    l.call(helper::MSA, &[l.k(which as i64), l.k(0), l.k(r2.into()), l.k(0)]);
    Next
}
