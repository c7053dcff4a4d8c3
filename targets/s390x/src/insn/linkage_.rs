//! The linkage stack, address spaces by their numbers, and what the dispatchable-unit control table governs.

use decode::Flow::{self, Next};
use decode::insns;
use uop::Width;

use crate::ext::Ext;
use crate::format::{E, RRE, S, SSE};
use crate::helper;
use crate::lift::{Lift, V};

insns! {
    /// PoP, "Control Instructions".
    pub INSNS for Lift;
    "1011 0010 0100 0000 ................" RRE bakr "{r1}, {r2}" [Z];
    "0000 0001 0000 0001" E pr "" [Z];
    "1011 0010 0100 1001 ................" RRE ereg "{r1}, {r2}" [Z];
    "1011 1001 0000 1110 ................" RRE eregg "{r1}, {r2}" [Z];
    "1011 0010 0100 1010 ................" RRE esta "{r1}, {r2}" [Z];
    "1011 0010 0100 0111 ................" RRE msta "{r1}" [Z];
    "1011 0010 0010 0101 ................" RRE ssar "{r1}" [Z];
    "1011 0010 0010 1000 ................" RRE pt "{r1}, {r2}" [Z];
    "1011 0010 0001 1000 ................" S pc "{a2}" [Z];
    "1110 0101 0000 0000 ................................" SSE lasp "{a1}, {a2}" [Z];
    "1011 0010 0101 1010 ................" RRE bsa "{r1}, {r2}" [Z];
    "1011 0010 0101 1000 ................" RRE bsg "{r1}, {r2}" [Z];
    "1011 0010 0111 0111 ................" S rp "{a2}" [Z];
    "0000 0001 1111 1111" E trap2 "" [Z];
    "1011 0010 1111 1111 ................" S trap4 "{a2}" [Z];
}

lifts! { l, f;
    bakr(RRE) { let pc = l.call(helper::BRANCH_AND_STACK, &[l.k(f.r1.into()), l.k(f.r2.into()), next(l)]); l.update_to(pc) }
    pr(E) { let pc = l.call(helper::PROGRAM_RETURN, &[next(l)]); l.update_to(pc) }
    ereg(RRE) { l.call(helper::EXTRACT_REGISTERS, &[l.k(f.r1.into()), l.k(f.r2.into()), l.k(0)]); Next }
    eregg(RRE) { l.call(helper::EXTRACT_REGISTERS, &[l.k(f.r1.into()), l.k(f.r2.into()), l.k(1)]); Next }
    esta(RRE) { l.call(helper::EXTRACT_STATE, &[l.k(f.r1.into()), l.g(f.r2)]); Next }
    msta(RRE) { l.call(helper::MODIFY_STATE, &[l.k(f.r1.into())]); Next }
    ssar(RRE) { l.call(helper::SET_SECONDARY, &[l.g(f.r1)]); l.update() }
    pt(RRE) { let pc = l.call(helper::PROGRAM_TRANSFER, &[l.g(f.r1), l.g(f.r2)]); l.update_to(pc) }
    pc(S) { let pc = l.call(helper::PROGRAM_CALL, &[l.addr(f.a2), next(l)]); l.update_to(pc) }
    bsa(RRE) { let pc = l.call(helper::SET_AUTHORITY, &[l.k(f.r1.into()), l.k(f.r2.into()), next(l)]); l.update_to(pc) }
    bsg(RRE) { let pc = l.call(helper::BRANCH_IN_GROUP, &[l.k(f.r1.into()), l.k(f.r2.into()), next(l)]); l.update_to(pc) }
    rp(S) {
        let list = l.ir.konst(Width::W64, l.relative(4));
        let pc = l.call(helper::RESUME_PROGRAM, &[l.k(f.a2.b.into()), l.addr(f.a2), list, next(l)]);
        l.update_to(pc)
    }
    trap2(E) { trap(l, 0, l.k(0)) }
    trap4(S) { trap(l, 1 << 30, l.addr(f.a2)) }
    lasp(SSE) if l.supervisor() => { l.call(helper::LOAD_PARAMETERS, &[l.addr(f.a1), l.addr(f.a2)]); l.update() }
}

fn next<'b>(l: &Lift<'b>) -> V<'b> {
    l.ir.konst(Width::W64, l.next_pc())
}

/// TRAP: flags tell which of the two it was, whether an execute instruction executes it, and the length code.
fn trap<'b>(l: &Lift<'b>, which: i64, operand: V<'b>) -> Flow {
    let executed = if l.is_executed() { 1 << 31 } else { 0 };
    let flags = executed | which | i64::from(l.length()) << 16;
    let pc = l.call(helper::TRAP, &[l.k(flags), operand, next(l)]);
    l.update_to(pc)
}
