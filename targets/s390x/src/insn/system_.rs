//! Control instructions, and general instructions that touch the PSW, the clocks or the system.

use decode::Flow::{self, Next};
use decode::insns;
use uop::Width;

use crate::ext::Ext;
use crate::format::{E, RR, RRE, RRF, RS, RSY, RX, RXY, S, SI, SSE, SSF};
use crate::helper;
use crate::lift::Lift;
use crate::service::op;
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
    // Translation and storage keys.
    "1011 0010 0000 1101 ................" S ptlb "" [Z];
    "1011 0010 0010 0001 ................" RRF ipte "{r1}, {r2}, {r3}, {m4}" [Z];
    "1011 1001 1000 1110 ................" RRF idte "{r1}, {r3}, {r2}, {m4}" [Idte];
    "1011 1001 1000 1111 ................" RRF crdte "{r1}, {r3}, {r2}, {m4}" [Edat2];
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
    "1011 1001 1010 1111 ................" RRE pfmf "{r1}, {r2}" [Edat1];
    "1011 0010 1000 0000 ................" S lpp "{a2}" [Lpp];
    // Signal processor, diagnose, service call, tracing, monitor call.
    "1010 1110 ........................" RS sigp "{r1}, {r3}, {a2}" [Z];
    "1000 0011 ........................" RS diag "{r1}, {r3}, {a2}" [Z];
    "1011 0010 0010 0000 ................" RRE servc "{r1}, {r2}" [Z];
    // The channel subsystem.
    "1011 0010 0011 0000 ................" S csch "" [Z];
    "1011 0010 0011 0001 ................" S hsch "" [Z];
    "1011 0010 0011 0010 ................" S msch "{a2}" [Z];
    "1011 0010 0011 0011 ................" S ssch "{a2}" [Z];
    "1011 0010 0011 0100 ................" S stsch "{a2}" [Z];
    "1011 0010 0011 0101 ................" S tsch "{a2}" [Z];
    "1011 0010 0011 0110 ................" S tpi "{a2}" [Z];
    "1011 0010 0011 0111 ................" S sal "" [Z];
    "1011 0010 0011 1000 ................" S rsch "" [Z];
    "1011 0010 0011 1001 ................" S stcrw "{a2}" [Z];
    "1011 0010 0011 1010 ................" S stcps "{a2}" [Z];
    "1011 0010 0011 1011 ................" S rchp "" [Z];
    "1011 0010 0011 1100 ................" S schm "" [Z];
    "1011 0010 0111 0110 ................" S xsch "" [Z];
    "1011 0010 0101 1111 ................" RRE chsc "{r1}" [Z];
    "1001 1001 ........................" RS trace "{r1}, {r3}, {a2}" [Z];
    "1110 1011 ................................ 0000 1111" RSY tracg "{r1}, {r3}, {a2}" [Z];
    "1010 1111 ........................" SI mc "{a1}, {i2}" [Z];
}

lifts! { l, f;
    // The PSW.
    ipm(RRE) { insert_program_mask(l, f.r1); Next }
    spm(RR) { l.call(helper::SET_PROGRAM_MASK, &[l.g(f.r1)]); l.update() }
    epsw(RRE) { extract_psw(l, f); Next }
    lpswe(S) if l.supervisor() => { let pc = l.call(helper::LPSWE, &[l.aligned(l.addr(f.a2), 8)]); l.update_to(pc) }
    lpsw(SI) if l.supervisor() => { let pc = l.call(helper::LPSW, &[l.aligned(l.addr(f.a1), 8)]); l.update_to(pc) }
    ssm(SI) if l.supervisor() => {
        l.call(helper::SET_SYSTEM_MASK, &[l.addr(f.a1), l.ir.konst(Width::W64, l.next_pc())]);
        l.update()
    }
    stnsm(SI) if l.supervisor() => { store_system_mask(l, f, 0) }
    stosm(SI) if l.supervisor() => { store_system_mask(l, f, 1) }
    spka(S) { l.call(helper::SET_KEY, &[l.addr(f.a2)]); l.update() }
    ipk(S) { l.set_g(2, l.g(2).deposit(0, 8, l.call(helper::INSERT_KEY, &[]))); Next }
    sac(S) { set_space(l, f) }
    sacf(S) { set_space(l, f) }
    iac(RRE) { let space = l.call(helper::INSERT_SPACE, &[]); l.set_w(f.r1, l.wz(f.r1).deposit(8, 8, space)); Next }
    // Control registers, prefix.
    lctlg(RSY) if l.supervisor() => {
        let a = l.aligned(l.addr(f.a2), 8);
        l.call(helper::LOAD_CONTROL, &[l.k(f.r1.into()), l.k(f.r3.into()), a, l.k(8)]);
        l.update()
    }
    lctl(RS) if l.supervisor() => {
        let a = l.aligned(l.addr(f.a2), 4);
        l.call(helper::LOAD_CONTROL, &[l.k(f.r1.into()), l.k(f.r3.into()), a, l.k(4)]);
        l.update()
    }
    stctg(RSY) if l.supervisor() => {
        let a = l.aligned(l.addr(f.a2), 8);
        l.call(helper::STORE_CONTROL, &[l.k(f.r1.into()), l.k(f.r3.into()), a, l.k(8)]);
        Next
    }
    stctl(RS) if l.supervisor() => {
        let a = l.aligned(l.addr(f.a2), 4);
        l.call(helper::STORE_CONTROL, &[l.k(f.r1.into()), l.k(f.r3.into()), a, l.k(4)]);
        Next
    }
    spx(S) if l.supervisor() => {
        let a = l.aligned(l.addr(f.a2), 4);
        let prefix = l.load(a, Width::W32).zext(Width::W64);
        l.call(helper::SET_PREFIX, &[prefix]);
        l.update()
    }
    stpx(S) if l.supervisor() => { l.store(l.aligned(l.addr(f.a2), 4), l.call(helper::PREFIX, &[]), Width::W32); Next }
    stap(S) if l.supervisor() => { l.store(l.aligned(l.addr(f.a2), 2), l.call(helper::CPU_ADDRESS, &[]), Width::W16); Next }
    stidp(S) if l.supervisor() => { l.store(l.aligned(l.addr(f.a2), 8), l.call(helper::CPU_ID, &[]), Width::W64); Next }
    stfl(S) if l.supervisor() => { l.call(helper::STFL, &[]); Next }
    stfle(S) { store_facilities(l, f); Next }
    stsi(S) if l.supervisor() => { l.call(helper::STSI, &[l.addr(f.a2)]); Next }
    ptf(RRE) if l.supervisor() => { l.call(helper::PTF, &[l.k(f.r1.into())]); Next }
    // Clocks.
    stck(S) { store_clock(l, f); Next }
    stckf(S) { store_clock(l, f); Next }
    stcke(S) { l.call(helper::STCKE, &[l.addr(f.a2)]); l.cc(0); Next }
    sck(S) if l.supervisor() => {
        let value = l.load(l.aligned(l.addr(f.a2), 8), Width::W64);
        l.call(helper::SET_CLOCK, &[value]);
        l.cc(0);
        l.update()
    }
    sckpf(E) if l.supervisor() => { l.call(helper::SET_TODPR, &[l.g(0)]); Next }
    sckc(S) if l.supervisor() => {
        let value = l.load(l.aligned(l.addr(f.a2), 8), Width::W64);
        l.call(helper::SET_COMPARATOR, &[value]);
        l.update()
    }
    stckc(S) if l.supervisor() => { l.store(l.aligned(l.addr(f.a2), 8), l.call(helper::COMPARATOR, &[]), Width::W64); Next }
    spt(S) if l.supervisor() => {
        let value = l.load(l.aligned(l.addr(f.a2), 8), Width::W64);
        l.call(helper::SET_TIMER, &[value]);
        l.update()
    }
    stpt(S) if l.supervisor() => { l.store(l.aligned(l.addr(f.a2), 8), l.call(helper::TIMER, &[]), Width::W64); Next }
    ectg(SSF) { l.call(helper::ECTG, &[l.addr(f.a1), l.addr(f.a2), l.k(f.r3.into())]); Next }
    upt(E) { l.raise(code::OPERATION, 0) }
    // Translation and storage keys.
    ptlb(S) if l.supervisor() => { l.call(helper::PURGE, &[]); l.update() }
    ipte(RRF) if l.supervisor() => { l.call(helper::IPTE, &[l.g(f.r1), l.g(f.r2), l.g(f.r3), l.k(f.r3.into())]); l.update() }
    idte(RRF) if l.supervisor() => { l.call(helper::IDTE, &[l.g(f.r1), l.g(f.r2), l.g(f.r3), l.k(f.m4.into())]); l.update() }
    crdte(RRF) if l.supervisor() => {
        if f.r1 & 1 != 0 || f.r2 & 1 != 0 {
            return l.specification();
        }
        l.call(helper::CRDTE, &[l.k(f.r1.into()), l.k(f.r2.into())]);
        l.update()
    }
    csp(RRE) if l.supervisor() => {
        if f.r1 & 1 != 0 { return l.specification();
        } l.call(helper::CSP, &[l.k(f.r1.into()), l.g(f.r2), l.k(4)]);
        l.update()
    }
    cspg(RRE) if l.supervisor() => {
        if f.r1 & 1 != 0 { return l.specification();
        } l.call(helper::CSP, &[l.k(f.r1.into()), l.g(f.r2), l.k(8)]);
        l.update()
    }
    lra(RX) if l.supervisor() => { l.call(helper::LRA, &[l.addr(f.a2), l.k(f.r1.into()), l.k(0)]); Next }
    lray(RXY) if l.supervisor() => { l.call(helper::LRA, &[l.addr(f.a2), l.k(f.r1.into()), l.k(0)]); Next }
    lrag(RXY) if l.supervisor() => { l.call(helper::LRA, &[l.addr(f.a2), l.k(f.r1.into()), l.k(1)]); Next }
    strag(SSE) if l.supervisor() => { let a = l.aligned(l.addr(f.a1), 8); l.call(helper::STRAG, &[a, l.addr(f.a2)]); Next }
    tprot(SSE) if l.supervisor() => { l.call(helper::TPROT, &[l.addr(f.a1), l.addr(f.a2)]); Next }
    lura(RRE) if l.supervisor() => { l.set_w(f.r1, l.call(helper::LOAD_REAL, &[l.aligned(l.at(f.r2), 4), l.k(4)])); Next }
    lurag(RRE) if l.supervisor() => { l.set_g(f.r1, l.call(helper::LOAD_REAL, &[l.aligned(l.at(f.r2), 8), l.k(8)])); Next }
    stura(RRE) if l.supervisor() => { l.call(helper::STORE_REAL, &[l.aligned(l.at(f.r2), 4), l.g(f.r1), l.k(4)]); Next }
    sturg(RRE) if l.supervisor() => { l.call(helper::STORE_REAL, &[l.aligned(l.at(f.r2), 8), l.g(f.r1), l.k(8)]); Next }
    sske(RRF) if l.supervisor() => {
        let (here, next) = (l.ir.konst(Width::W64, l.pc()), l.ir.konst(Width::W64, l.next_pc()));
        let numbers = i64::from(f.m3) << 8 | i64::from(f.r1) << 4 | i64::from(f.r2);
        let pc = l.call(helper::SSKE, &[l.k(numbers), here, next]);
        l.update_to(pc)
    }
    iske(RRE) if l.supervisor() => { let key = l.call(helper::ISKE, &[l.at(f.r2)]); l.set_g(f.r1, l.g(f.r1).deposit(0, 8, key)); Next }
    rrbe(RRE) if l.supervisor() => { l.call(helper::RRBE, &[l.at(f.r2)]); l.update() }
    tb(RRE) if l.supervisor() => { l.call(helper::TEST_BLOCK, &[l.at(f.r2)]); Next }
    pfmf(RRE) if l.supervisor() => {
        let (here, next) = (l.ir.konst(Width::W64, l.pc()), l.ir.konst(Width::W64, l.next_pc()));
        let pc = l.call(helper::FRAME, &[l.k(f.r1.into()), l.k(f.r2.into()), here, next]);
        l.update_to(pc)
    }
    lpp(S) if l.supervisor() => { l.call(helper::PROGRAM_PARAMETER, &[l.load(l.aligned(l.addr(f.a2), 8), Width::W64)]); Next }
    // Signal processor, diagnose, service call, tracing, monitor call.
    sigp(RS) if l.supervisor() => {
        let (here, next) = (l.ir.konst(Width::W64, l.pc()), l.ir.konst(Width::W64, l.next_pc()));
        let pc = l.call(helper::SIGP, &[l.k((f.r1 << 4 | f.r3).into()), l.addr(f.a2), here, next]);
        l.update_to(pc)
    }
    diag(RS) if l.supervisor() => {
        let pc = l.call(helper::DIAGNOSE, &[l.k(f.r1.into()), l.k(f.r3.into()), l.addr(f.a2), l.ir.konst(Width::W64, l.next_pc())]);
        l.update_to(pc)
    }
    servc(RRE) if l.supervisor() => { l.call(helper::SERVICE_CALL, &[l.g(f.r1), l.g(f.r2)]); l.update() }
    csch(S) if l.supervisor() => { channel(l, op::CLEAR, l.k(0)) }
    hsch(S) if l.supervisor() => { channel(l, op::HALT, l.k(0)) }
    msch(S) if l.supervisor() => { channel(l, op::MODIFY, l.aligned(l.addr(f.a2), 4)) }
    ssch(S) if l.supervisor() => { channel(l, op::START, l.aligned(l.addr(f.a2), 4)) }
    stsch(S) if l.supervisor() => { channel(l, op::STORE, l.aligned(l.addr(f.a2), 4)) }
    tsch(S) if l.supervisor() => { channel(l, op::TEST, l.aligned(l.addr(f.a2), 4)) }
    tpi(S) if l.supervisor() => { channel(l, op::TEST_PENDING, l.aligned(l.addr(f.a2), 4)) }
    sal(S) if l.supervisor() => { channel(l, op::ADDRESS_LIMIT, l.k(0)) }
    rsch(S) if l.supervisor() => { channel(l, op::RESUME, l.k(0)) }
    stcrw(S) if l.supervisor() => { channel(l, op::REPORT_WORD, l.aligned(l.addr(f.a2), 4)) }
    stcps(S) if l.supervisor() => { channel(l, op::PATH_STATUS, l.aligned(l.addr(f.a2), 32)) }
    rchp(S) if l.supervisor() => { channel(l, op::RESET_PATH, l.k(0)) }
    schm(S) if l.supervisor() => { channel(l, op::MONITOR, l.k(0)) }
    xsch(S) if l.supervisor() => { channel(l, op::CANCEL, l.k(0)) }
    chsc(RRE) if l.supervisor() => { channel(l, op::CALL, l.at(f.r1)) }
    trace(RS) if l.supervisor() => {
        let a = l.aligned(l.addr(f.a2), 4);
        l.call(helper::TRACE, &[l.k(f.r1.into()), l.k(f.r3.into()), a, l.k(0)]);
        Next
    }
    tracg(RSY) if l.supervisor() => {
        let a = l.aligned(l.addr(f.a2), 4);
        l.call(helper::TRACE, &[l.k(f.r1.into()), l.k(f.r3.into()), a, l.k(1)]);
        Next
    }
    mc(SI) { monitor_call(l, f) }
}

/// SET ADDRESS SPACE CONTROL.
fn set_space(l: &Lift, f: S) -> Flow {
    let pc = l.call(helper::SET_SPACE, &[l.addr(f.a2), l.ir.konst(Width::W64, l.next_pc())]);
    l.update_to(pc)
}

/// STORE THEN AND SYSTEM MASK, STORE THEN OR SYSTEM MASK.
fn store_system_mask(l: &Lift, f: SI, or: i64) -> Flow {
    l.call(helper::STORE_SYSTEM_MASK, &[l.addr(f.a1), l.k(f.i2 as i64), l.k(or), l.ir.konst(Width::W64, l.next_pc())]);
    l.update()
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

/// An instruction of the channel subsystem.
fn channel(l: &Lift, what: i64, address: crate::lift::V) -> Flow {
    l.call(helper::CHANNEL, &[l.k(what), address]);
    l.update()
}

/// MONITOR CALL: an exception if the class's bit in control register 8 is one.
fn monitor_call(l: &Lift, f: SI) -> Flow {
    if f.i2 > 15 {
        return l.specification();
    }
    l.call(helper::MONITOR_CALL, &[l.k(f.i2 as i64), l.addr(f.a1)]);
    Next
}
