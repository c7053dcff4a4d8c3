//! Control instructions, and general instructions that touch the PSW, the clocks or the system.

use decode::Flow::{self, Next};
use decode::insns;
use uop::Width;

use crate::ext::Ext;
use crate::format::{E, RR, RRE, RRF, RS, RSY, RX, RXY, S, SI, SSE, SSF};
use crate::helper;
use crate::lift::Lift;
use crate::trap::code;

insns! {
    /// PoP, "Control Instructions" and "General Instructions".
    pub INSNS for Lift;
    // The PSW.
    "1011 0010 0010 0010 ................" RRE ipm "{r1}" [Z];
    "0000 0100 ........" RR spm "{r1}" [Z];
    "1011 1001 1000 1101 ................" RRE epsw "{r1}, {r2}" [Z];
    "1011 0010 1011 0010 ................" S lpswe "{a2}" [Z];
    "1000 0010 ........................" SI lpsw "{a1}" [Z];
    "1000 0000 ........................" SI ssm "{a1}" [Z];
    "1010 1100 ........................" SI stnsm "{a1}, {i2}" [Z];
    "1010 1101 ........................" SI stosm "{a1}, {i2}" [Z];
    "1011 0010 0000 1010 ................" S spka "{a2}" [Z];
    "1011 0010 0000 1011 ................" S ipk "" [Z];
    "1011 0010 0001 1001 ................" S sac "{a2}" [Z];
    "1011 0010 0111 1001 ................" S sacf "{a2}" [Z];
    "1011 0010 0010 0100 ................" RRE iac "{r1}" [Z];
    "1011 0010 0100 1000 ................" RRE palb "" [Z];
    // Control registers, prefix.
    "1110 1011 ................................ 0010 1111" RSY lctlg "{cr1}, {cr3}, {a2}" [Z];
    "1011 0111 ........................" RS lctl "{cr1}, {cr3}, {a2}" [Z];
    "1110 1011 ................................ 0010 0101" RSY stctg "{cr1}, {cr3}, {a2}" [Z];
    "1011 0110 ........................" RS stctl "{cr1}, {cr3}, {a2}" [Z];
    "1011 0010 0001 0000 ................" S spx "{a2}" [Z];
    "1011 0010 0001 0001 ................" S stpx "{a2}" [Z];
    "1011 0010 0001 0010 ................" S stap "{a2}" [Z];
    "1011 0010 0000 0010 ................" S stidp "{a2}" [Z];
    "1011 0010 1011 0001 ................" S stfl "{a2}" [Z];
    "1011 0010 1011 0000 ................" S stfle "{a2}" [ExtImm];
    "1011 0010 0111 1101 ................" S stsi "{a2}" [Z];
    "1011 1001 1010 0010 ................" RRE ptf "{r1}" [Topology];
    // Clocks.
    "1011 0010 0000 0101 ................" S stck "{a2}" [Z];
    "1011 0010 0111 1100 ................" S stckf "{a2}" [Stckf];
    "1011 0010 0111 1000 ................" S stcke "{a2}" [Z];
    "1011 0010 0000 0100 ................" S sck "{a2}" [Z];
    "0000 0001 0000 0111" E sckpf "" [Z];
    "1011 0010 0000 0110 ................" S sckc "{a2}" [Z];
    "1011 0010 0000 0111 ................" S stckc "{a2}" [Z];
    "1011 0010 0000 1000 ................" S spt "{a2}" [Z];
    "1011 0010 0000 1001 ................" S stpt "{a2}" [Z];
    "1100 1000 .... 0001 ................................" SSF ectg "{a1}, {a2}, {r3}" [Ectg];
    "0000 0001 0000 0010" E upt "" [Z];
    "0000 0001 0000 0001" E pr "" [Z];
    // Translation and storage keys.
    "1011 0010 0000 1101 ................" S ptlb "" [Z];
    "1011 0010 0010 0001 ................" RRF ipte "{r1}, {r2}, {r3}, {m4}" [Z];
    "1011 1001 1000 1110 ................" RRF idte "{r1}, {r3}, {r2}, {m4}" [Idte];
    "1011 0010 0101 0000 ................" RRE csp "{r1}, {r2}" [Z];
    "1011 1001 1000 1010 ................" RRE cspg "{r1}, {r2}" [Idte];
    "1011 0001 ........................" RX lra "{r1}, {a2}" [Z];
    "1110 0011 ................................ 0001 0011" RXY lray "{r1}, {a2}" [LongDisp];
    "1110 0011 ................................ 0000 0011" RXY lrag "{r1}, {a2}" [Z];
    "1110 0101 0000 0010 ................................" SSE strag "{a1}, {a2}" [Z];
    "1110 0101 0000 0001 ................................" SSE tprot "{a1}, {a2}" [Z];
    "1011 0010 0100 1011 ................" RRE lura "{r1}, {r2}" [Z];
    "1011 1001 0000 0101 ................" RRE lurag "{r1}, {r2}" [Z];
    "1011 0010 0100 0110 ................" RRE stura "{r1}, {r2}" [Z];
    "1011 1001 0010 0101 ................" RRE sturg "{r1}, {r2}" [Z];
    "1011 0010 0010 1011 ................" RRF sske "{r1}, {r2}, {m3}" [Z];
    "1011 0010 0010 1001 ................" RRE iske "{r1}, {r2}" [Z];
    "1011 0010 0010 1010 ................" RRE rrbe "{r1}, {r2}" [Z];
    "1011 0010 0010 1100 ................" RRE tb "{r1}, {r2}" [Z];
    // Signal processor, diagnose, service call, monitor call.
    "1010 1110 ........................" RS sigp "{r1}, {r3}, {a2}" [Z];
    "1000 0011 ........................" RS diag "{r1}, {r3}, {a2}" [Z];
    "1011 0010 0010 0000 ................" RRE servc "{r1}, {r2}" [Z];
    "1010 1111 ........................" SI mc "{a1}, {i2}" [Z];
}

fn ipm(l: &Lift, f: RRE) -> Flow {
    insert_program_mask(l, f.r1);
    Next
}

fn spm(l: &Lift, f: RR) -> Flow {
    {
        l.call(helper::SET_PROGRAM_MASK, &[l.g(f.r1)]);
        l.update()
    }
}

fn epsw(l: &Lift, f: RRE) -> Flow {
    extract_psw(l, f);
    Next
}

fn lpswe(l: &Lift, f: S) -> Flow {
    if l.is_problem() {
        return l.raise(code::PRIVILEGED, 0);
    }
    {
        let pc = l.call(helper::LPSWE, &[l.aligned(l.addr(f.a2), 8)]);
        l.update_to(pc)
    }
}

fn lpsw(l: &Lift, f: SI) -> Flow {
    if l.is_problem() {
        return l.raise(code::PRIVILEGED, 0);
    }
    {
        let pc = l.call(helper::LPSW, &[l.aligned(l.addr(f.a1), 8)]);
        l.update_to(pc)
    }
}

fn ssm(l: &Lift, f: SI) -> Flow {
    if l.is_problem() {
        return l.raise(code::PRIVILEGED, 0);
    }
    {
        let byte = l.load(l.addr(f.a1), Width::W8).zext(Width::W64);
        l.call(helper::SET_SYSTEM_MASK, &[byte]);
        l.update()
    }
}

fn stnsm(l: &Lift, f: SI) -> Flow {
    if l.is_problem() {
        return l.raise(code::PRIVILEGED, 0);
    }
    {
        l.call(helper::STORE_SYSTEM_MASK, &[l.addr(f.a1), l.k(f.i2 as i64), l.k(0)]);
        l.update()
    }
}

fn stosm(l: &Lift, f: SI) -> Flow {
    if l.is_problem() {
        return l.raise(code::PRIVILEGED, 0);
    }
    {
        l.call(helper::STORE_SYSTEM_MASK, &[l.addr(f.a1), l.k(f.i2 as i64), l.k(1)]);
        l.update()
    }
}

fn spka(l: &Lift, f: S) -> Flow {
    {
        l.call(helper::SET_KEY, &[l.addr(f.a2)]);
        l.update()
    }
}

fn ipk(l: &Lift, _: S) -> Flow {
    if l.is_problem() {
        return l.raise(code::PRIVILEGED, 0);
    }
    l.set_g(2, l.g(2).deposit(0, 8, l.call(helper::INSERT_KEY, &[])));
    Next
}

fn sac(l: &Lift, f: S) -> Flow {
    {
        l.call(helper::SET_SPACE, &[l.addr(f.a2)]);
        l.update()
    }
}

fn sacf(l: &Lift, f: S) -> Flow {
    {
        l.call(helper::SET_SPACE, &[l.addr(f.a2)]);
        l.update()
    }
}

fn iac(l: &Lift, f: RRE) -> Flow {
    {
        let space = l.call(helper::INSERT_SPACE, &[]);
        l.set_w(f.r1, l.wz(f.r1).deposit(8, 8, space));
        Next
    }
}

fn palb(l: &Lift, _: RRE) -> Flow {
    if l.is_problem() {
        return l.raise(code::PRIVILEGED, 0);
    }
    Next
}

fn lctlg(l: &Lift, f: RSY) -> Flow {
    if l.is_problem() {
        return l.raise(code::PRIVILEGED, 0);
    }
    {
        let a = l.aligned(l.addr(f.a2), 8);
        l.call(helper::LOAD_CONTROL, &[l.k(f.r1.into()), l.k(f.r3.into()), a, l.k(8)]);
        l.update()
    }
}

fn lctl(l: &Lift, f: RS) -> Flow {
    if l.is_problem() {
        return l.raise(code::PRIVILEGED, 0);
    }
    {
        let a = l.aligned(l.addr(f.a2), 4);
        l.call(helper::LOAD_CONTROL, &[l.k(f.r1.into()), l.k(f.r3.into()), a, l.k(4)]);
        l.update()
    }
}

fn stctg(l: &Lift, f: RSY) -> Flow {
    if l.is_problem() {
        return l.raise(code::PRIVILEGED, 0);
    }
    {
        let a = l.aligned(l.addr(f.a2), 8);
        l.call(helper::STORE_CONTROL, &[l.k(f.r1.into()), l.k(f.r3.into()), a, l.k(8)]);
        Next
    }
}

fn stctl(l: &Lift, f: RS) -> Flow {
    if l.is_problem() {
        return l.raise(code::PRIVILEGED, 0);
    }
    {
        let a = l.aligned(l.addr(f.a2), 4);
        l.call(helper::STORE_CONTROL, &[l.k(f.r1.into()), l.k(f.r3.into()), a, l.k(4)]);
        Next
    }
}

fn spx(l: &Lift, f: S) -> Flow {
    if l.is_problem() {
        return l.raise(code::PRIVILEGED, 0);
    }
    {
        let a = l.aligned(l.addr(f.a2), 4);
        let prefix = l.load(a, Width::W32).zext(Width::W64);
        l.call(helper::SET_PREFIX, &[prefix]);
        l.update()
    }
}

fn stpx(l: &Lift, f: S) -> Flow {
    if l.is_problem() {
        return l.raise(code::PRIVILEGED, 0);
    }
    l.store(l.aligned(l.addr(f.a2), 4), l.call(helper::PREFIX, &[]), Width::W32);
    Next
}

fn stap(l: &Lift, f: S) -> Flow {
    if l.is_problem() {
        return l.raise(code::PRIVILEGED, 0);
    }
    l.store(l.aligned(l.addr(f.a2), 2), l.call(helper::CPU_ADDRESS, &[]), Width::W16);
    Next
}

fn stidp(l: &Lift, f: S) -> Flow {
    if l.is_problem() {
        return l.raise(code::PRIVILEGED, 0);
    }
    l.store(l.aligned(l.addr(f.a2), 8), l.call(helper::CPU_ID, &[]), Width::W64);
    Next
}

fn stfl(l: &Lift, _: S) -> Flow {
    if l.is_problem() {
        return l.raise(code::PRIVILEGED, 0);
    }
    l.call(helper::STFL, &[]);
    Next
}

fn stfle(l: &Lift, f: S) -> Flow {
    store_facilities(l, f);
    Next
}

fn stsi(l: &Lift, f: S) -> Flow {
    if l.is_problem() {
        return l.raise(code::PRIVILEGED, 0);
    }
    {
        l.call(helper::STSI, &[l.addr(f.a2)]);
        Next
    }
}

fn ptf(l: &Lift, f: RRE) -> Flow {
    if l.is_problem() {
        return l.raise(code::PRIVILEGED, 0);
    }
    {
        l.call(helper::PTF, &[l.g(f.r1)]);
        Next
    }
}

fn stck(l: &Lift, f: S) -> Flow {
    store_clock(l, f);
    Next
}

fn stckf(l: &Lift, f: S) -> Flow {
    store_clock(l, f);
    Next
}

fn stcke(l: &Lift, f: S) -> Flow {
    {
        l.call(helper::STCKE, &[l.addr(f.a2)]);
        l.cc(0)
    };
    Next
}

fn sck(l: &Lift, f: S) -> Flow {
    if l.is_problem() {
        return l.raise(code::PRIVILEGED, 0);
    }
    {
        let value = l.load(l.aligned(l.addr(f.a2), 8), Width::W64);
        l.call(helper::SET_CLOCK, &[value]);
        l.cc(0);
        l.update()
    }
}

fn sckpf(l: &Lift, _: E) -> Flow {
    if l.is_problem() {
        return l.raise(code::PRIVILEGED, 0);
    }
    {
        l.call(helper::SET_TODPR, &[l.g(0)]);
        Next
    }
}

fn sckc(l: &Lift, f: S) -> Flow {
    if l.is_problem() {
        return l.raise(code::PRIVILEGED, 0);
    }
    {
        let value = l.load(l.aligned(l.addr(f.a2), 8), Width::W64);
        l.call(helper::SET_COMPARATOR, &[value]);
        l.update()
    }
}

fn stckc(l: &Lift, f: S) -> Flow {
    if l.is_problem() {
        return l.raise(code::PRIVILEGED, 0);
    }
    l.store(l.aligned(l.addr(f.a2), 8), l.call(helper::COMPARATOR, &[]), Width::W64);
    Next
}

fn spt(l: &Lift, f: S) -> Flow {
    if l.is_problem() {
        return l.raise(code::PRIVILEGED, 0);
    }
    {
        let value = l.load(l.aligned(l.addr(f.a2), 8), Width::W64);
        l.call(helper::SET_TIMER, &[value]);
        l.update()
    }
}

fn stpt(l: &Lift, f: S) -> Flow {
    if l.is_problem() {
        return l.raise(code::PRIVILEGED, 0);
    }
    l.store(l.aligned(l.addr(f.a2), 8), l.call(helper::TIMER, &[]), Width::W64);
    Next
}

fn ectg(l: &Lift, f: SSF) -> Flow {
    {
        l.call(helper::ECTG, &[l.addr(f.a1), l.addr(f.a2), l.k(f.r3.into())]);
        Next
    }
}

fn upt(l: &Lift, _: E) -> Flow {
    l.raise(code::OPERATION, 0)
}

fn pr(l: &Lift, _: E) -> Flow {
    l.raise(code::SPECIAL_OPERATION, 0)
}

fn ptlb(l: &Lift, _: S) -> Flow {
    if l.is_problem() {
        return l.raise(code::PRIVILEGED, 0);
    }
    {
        l.call(helper::PURGE, &[]);
        l.update()
    }
}

fn ipte(l: &Lift, f: RRF) -> Flow {
    if l.is_problem() {
        return l.raise(code::PRIVILEGED, 0);
    }
    {
        l.call(helper::IPTE, &[l.g(f.r1), l.g(f.r2), l.g(f.r3), l.k(f.r3.into())]);
        l.update()
    }
}

fn idte(l: &Lift, f: RRF) -> Flow {
    if l.is_problem() {
        return l.raise(code::PRIVILEGED, 0);
    }
    {
        l.call(helper::IDTE, &[l.g(f.r1), l.g(f.r2), l.g(f.r3), l.k(f.m4.into())]);
        l.update()
    }
}

fn csp(l: &Lift, f: RRE) -> Flow {
    if l.is_problem() {
        return l.raise(code::PRIVILEGED, 0);
    }
    {
        if f.r1 & 1 != 0 {
            return l.specification();
        }
        l.call(helper::CSP, &[l.k(f.r1.into()), l.g(f.r2), l.k(4)]);
        l.update()
    }
}

fn cspg(l: &Lift, f: RRE) -> Flow {
    if l.is_problem() {
        return l.raise(code::PRIVILEGED, 0);
    }
    {
        if f.r1 & 1 != 0 {
            return l.specification();
        }
        l.call(helper::CSP, &[l.k(f.r1.into()), l.g(f.r2), l.k(8)]);
        l.update()
    }
}

fn lra(l: &Lift, f: RX) -> Flow {
    if l.is_problem() {
        return l.raise(code::PRIVILEGED, 0);
    }
    l.call(helper::LRA, &[l.addr(f.a2), l.k(f.r1.into()), l.k(0)]);
    Next
}

fn lray(l: &Lift, f: RXY) -> Flow {
    if l.is_problem() {
        return l.raise(code::PRIVILEGED, 0);
    }
    l.call(helper::LRA, &[l.addr(f.a2), l.k(f.r1.into()), l.k(0)]);
    Next
}

fn lrag(l: &Lift, f: RXY) -> Flow {
    if l.is_problem() {
        return l.raise(code::PRIVILEGED, 0);
    }
    l.call(helper::LRA, &[l.addr(f.a2), l.k(f.r1.into()), l.k(1)]);
    Next
}

fn strag(l: &Lift, f: SSE) -> Flow {
    if l.is_problem() {
        return l.raise(code::PRIVILEGED, 0);
    }
    {
        let a = l.aligned(l.addr(f.a1), 8);
        l.call(helper::STRAG, &[a, l.addr(f.a2)]);
        Next
    }
}

fn tprot(l: &Lift, f: SSE) -> Flow {
    if l.is_problem() {
        return l.raise(code::PRIVILEGED, 0);
    }
    l.call(helper::TPROT, &[l.addr(f.a1), l.addr(f.a2)]);
    Next
}

fn lura(l: &Lift, f: RRE) -> Flow {
    if l.is_problem() {
        return l.raise(code::PRIVILEGED, 0);
    }
    l.set_w(f.r1, l.call(helper::LOAD_REAL, &[l.aligned(l.at(f.r2), 4), l.k(4)]));
    Next
}

fn lurag(l: &Lift, f: RRE) -> Flow {
    if l.is_problem() {
        return l.raise(code::PRIVILEGED, 0);
    }
    l.set_g(f.r1, l.call(helper::LOAD_REAL, &[l.aligned(l.at(f.r2), 8), l.k(8)]));
    Next
}

fn stura(l: &Lift, f: RRE) -> Flow {
    if l.is_problem() {
        return l.raise(code::PRIVILEGED, 0);
    }
    l.call(helper::STORE_REAL, &[l.aligned(l.at(f.r2), 4), l.g(f.r1), l.k(4)]);
    Next
}

fn sturg(l: &Lift, f: RRE) -> Flow {
    if l.is_problem() {
        return l.raise(code::PRIVILEGED, 0);
    }
    l.call(helper::STORE_REAL, &[l.aligned(l.at(f.r2), 8), l.g(f.r1), l.k(8)]);
    Next
}

fn sske(l: &Lift, f: RRF) -> Flow {
    if l.is_problem() {
        return l.raise(code::PRIVILEGED, 0);
    }
    {
        l.call(helper::SSKE, &[l.g(f.r1), l.at(f.r2)]);
        l.update()
    }
}

fn iske(l: &Lift, f: RRE) -> Flow {
    if l.is_problem() {
        return l.raise(code::PRIVILEGED, 0);
    }
    {
        let key = l.call(helper::ISKE, &[l.at(f.r2)]);
        l.set_g(f.r1, l.g(f.r1).deposit(0, 8, key));
        Next
    }
}

fn rrbe(l: &Lift, f: RRE) -> Flow {
    if l.is_problem() {
        return l.raise(code::PRIVILEGED, 0);
    }
    {
        l.call(helper::RRBE, &[l.at(f.r2)]);
        l.update()
    }
}

fn tb(l: &Lift, f: RRE) -> Flow {
    if l.is_problem() {
        return l.raise(code::PRIVILEGED, 0);
    }
    {
        l.call(helper::TEST_BLOCK, &[l.at(f.r2)]);
        Next
    }
}

fn sigp(l: &Lift, f: RS) -> Flow {
    if l.is_problem() {
        return l.raise(code::PRIVILEGED, 0);
    }
    {
        l.call(helper::SIGP, &[l.k(f.r1.into()), l.g(f.r3), l.addr(f.a2)]);
        l.update()
    }
}

fn diag(l: &Lift, f: RS) -> Flow {
    if l.is_problem() {
        return l.raise(code::PRIVILEGED, 0);
    }
    {
        let pc = l.call(
            helper::DIAGNOSE,
            &[l.k(f.r1.into()), l.k(f.r3.into()), l.addr(f.a2), l.ir.konst(Width::W64, l.next_pc())],
        );
        l.update_to(pc)
    }
}

fn servc(l: &Lift, f: RRE) -> Flow {
    if l.is_problem() {
        return l.raise(code::PRIVILEGED, 0);
    }
    {
        l.call(helper::SERVICE_CALL, &[l.g(f.r1), l.g(f.r2)]);
        l.update()
    }
}

fn mc(l: &Lift, f: SI) -> Flow {
    monitor_call(l, f)
}

/// INSERT PROGRAM MASK: condition code and program mask go into bits 32 to 39.
fn insert_program_mask(l: &Lift, r1: u8) {
    let mask = l.call(helper::PROGRAM_MASK, &[]);
    let byte = l.cc_value().shl(l.k(4)) | mask;
    l.set_g(r1, l.g(r1).deposit(24, 8, byte));
}

fn extract_psw(l: &Lift, f: RRE) {
    let mask = l.call(helper::PSW_MASK, &[]) | l.cc_value().shl(l.k(crate::psw::CC_SHIFT.into()));
    l.set_w(f.r1, mask.extract(32, 32));
    if f.r2 != 0 {
        l.set_w(f.r2, mask & mask.konst(0xffff_ffff));
    }
}

fn store_clock(l: &Lift, f: S) {
    let now = l.call(helper::CLOCK, &[]);
    l.store(l.addr(f.a2), now, Width::W64);
    l.cc(0);
}

fn store_facilities(l: &Lift, f: S) {
    let address = l.aligned(l.addr(f.a2), 8);
    l.call(helper::STFLE, &[address]);
}

/// MONITOR CALL: an exception if the class's bit in control register 8 is one.
fn monitor_call(l: &Lift, f: SI) -> Flow {
    if f.i2 > 15 {
        return l.specification();
    }
    l.call(helper::MONITOR_CALL, &[l.k(f.i2 as i64), l.addr(f.a1)]);
    Next
}
