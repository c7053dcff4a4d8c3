//! General instructions: loads, stores, moves.

use decode::Flow::{self, Next};
use decode::insns;
use uop::{Mem, Width};

use crate::cc::Kind;
use crate::ext::Ext;
use crate::format::{RI, RIEg, RIL, RR, RRE, RRF, RS, RSY, RX, RXY, S, SI, SIL, SIY, SSa, SSd};
use crate::helper;
use crate::lift::{Lift, V};
use crate::state;
use crate::trap::code;

insns! {
    /// PoP, "General Instructions".
    pub INSNS for Lift;
    // LOAD.
    "0001 1000 ........" RR lr "{r1}, {r2}" [Z];
    "0101 1000 ........................" RX l "{r1}, {a2}" [Z];
    "1110 0011 ................................ 0101 1000" RXY ly "{r1}, {a2}" [LongDisp];
    "1011 1001 0000 0100 ................" RRE lgr "{r1}, {r2}" [Z];
    "1011 1001 0001 0100 ................" RRE lgfr "{r1}, {r2}" [Z];
    "1110 0011 ................................ 0000 0100" RXY lg "{r1}, {a2}" [Z];
    "1110 0011 ................................ 0001 0100" RXY lgf "{r1}, {a2}" [Z];
    "1100 0000 .... 0001 ................................" RIL lgfi "{r1}, {i2}" [ExtImm];
    "1100 0100 .... 1101 ................................" RIL lrl "{r1}, {t2}" [GenExt];
    "1100 0100 .... 1000 ................................" RIL lgrl "{r1}, {t2}" [GenExt];
    "1100 0100 .... 1100 ................................" RIL lgfrl "{r1}, {t2}" [GenExt];
    "0100 0001 ........................" RX la "{r1}, {a2}" [Z];
    "1110 0011 ................................ 0111 0001" RXY lay "{r1}, {a2}" [LongDisp];
    "1100 0000 .... 0000 ................................" RIL larl "{r1}, {t2}" [Z];
    "1110 0011 ................................ 0111 0101" RXY laey "{r1}, {a2}" [GenExt];
    "0101 0001 ........................" RX lae "{r1}, {a2}" [Z];
    "0001 0010 ........" RR ltr "{r1}, {r2}" [Z];
    "1110 0011 ................................ 0001 0010" RXY lt "{r1}, {a2}" [ExtImm];
    "1011 1001 0000 0010 ................" RRE ltgr "{r1}, {r2}" [Z];
    "1011 1001 0001 0010 ................" RRE ltgfr "{r1}, {r2}" [Z];
    "1110 0011 ................................ 0000 0010" RXY ltg "{r1}, {a2}" [ExtImm];
    "1110 0011 ................................ 0011 0010" RXY ltgf "{r1}, {a2}" [GenExt];
    "1011 1001 0010 0110 ................" RRE lbr "{r1}, {r2}" [ExtImm];
    "1011 1001 0000 0110 ................" RRE lgbr "{r1}, {r2}" [ExtImm];
    "1110 0011 ................................ 0111 0110" RXY lb "{r1}, {a2}" [LongDisp];
    "1110 0011 ................................ 0111 0111" RXY lgb "{r1}, {a2}" [LongDisp];
    "1110 0011 ................................ 1100 0000" RXY lbh "{r1}, {a2}" [Z196];
    "1011 1001 0010 0111 ................" RRE lhr "{r1}, {r2}" [ExtImm];
    "1011 1001 0000 0111 ................" RRE lghr "{r1}, {r2}" [ExtImm];
    "0100 1000 ........................" RX lh "{r1}, {a2}" [Z];
    "1110 0011 ................................ 0111 1000" RXY lhy "{r1}, {a2}" [LongDisp];
    "1110 0011 ................................ 0001 0101" RXY lgh "{r1}, {a2}" [Z];
    "1110 0011 ................................ 1100 0100" RXY lhh "{r1}, {a2}" [Z196];
    "1010 0111 .... 1000 ................" RI lhi "{r1}, {i2}" [Z];
    "1010 0111 .... 1001 ................" RI lghi "{r1}, {i2}" [Z];
    "1100 0100 .... 0101 ................................" RIL lhrl "{r1}, {t2}" [GenExt];
    "1100 0100 .... 0100 ................................" RIL lghrl "{r1}, {t2}" [GenExt];
    "1110 0011 ................................ 1100 1010" RXY lfh "{r1}, {a2}" [Z196];
    "1110 0011 ................................ 1001 1111" RXY lat "{r1}, {a2}" [Zec12];
    "1110 0011 ................................ 1000 0101" RXY lgat "{r1}, {a2}" [Zec12];
    "1110 0011 ................................ 1100 1000" RXY lfhat "{r1}, {a2}" [Zec12];
    "1110 0011 ................................ 1001 1101" RXY llgfat "{r1}, {a2}" [Zec12];
    "1110 0011 ................................ 1001 1100" RXY llgtat "{r1}, {a2}" [Zec12];
    "1110 0011 ................................ 0011 1011" RXY lzrf "{r1}, {a2}" [Loc2];
    "1110 0011 ................................ 0010 1010" RXY lzrg "{r1}, {a2}" [Loc2];
    "1110 0011 ................................ 0011 1010" RXY llzrgf "{r1}, {a2}" [Loc2];
    // LOAD LOGICAL.
    "1011 1001 0001 0110 ................" RRE llgfr "{r1}, {r2}" [Z];
    "1110 0011 ................................ 0001 0110" RXY llgf "{r1}, {a2}" [Z];
    "1100 0100 .... 1110 ................................" RIL llgfrl "{r1}, {t2}" [GenExt];
    "1011 1001 1001 0100 ................" RRE llcr "{r1}, {r2}" [ExtImm];
    "1011 1001 1000 0100 ................" RRE llgcr "{r1}, {r2}" [ExtImm];
    "1110 0011 ................................ 1001 0100" RXY llc "{r1}, {a2}" [ExtImm];
    "1110 0011 ................................ 1001 0000" RXY llgc "{r1}, {a2}" [Z];
    "1110 0011 ................................ 1100 0010" RXY llch "{r1}, {a2}" [Z196];
    "1011 1001 1001 0101 ................" RRE llhr "{r1}, {r2}" [ExtImm];
    "1011 1001 1000 0101 ................" RRE llghr "{r1}, {r2}" [ExtImm];
    "1110 0011 ................................ 1001 0101" RXY llh "{r1}, {a2}" [ExtImm];
    "1110 0011 ................................ 1001 0001" RXY llgh "{r1}, {a2}" [Z];
    "1110 0011 ................................ 1100 0110" RXY llhh "{r1}, {a2}" [Z196];
    "1100 0100 .... 0010 ................................" RIL llhrl "{r1}, {t2}" [GenExt];
    "1100 0100 .... 0110 ................................" RIL llghrl "{r1}, {t2}" [GenExt];
    "1100 0000 .... 1110 ................................" RIL llihf "{r1}, {u2}" [ExtImm];
    "1100 0000 .... 1111 ................................" RIL llilf "{r1}, {u2}" [ExtImm];
    "1010 0101 .... 1100 ................" RI llihh "{r1}, {u2}" [Z];
    "1010 0101 .... 1101 ................" RI llihl "{r1}, {u2}" [Z];
    "1010 0101 .... 1110 ................" RI llilh "{r1}, {u2}" [Z];
    "1010 0101 .... 1111 ................" RI llill "{r1}, {u2}" [Z];
    "1011 1001 0001 0111 ................" RRE llgtr "{r1}, {r2}" [Z];
    "1110 0011 ................................ 0001 0111" RXY llgt "{r1}, {a2}" [Z];
    // INSERT.
    "0100 0011 ........................" RX ic "{r1}, {a2}" [Z];
    "1110 0011 ................................ 0111 0011" RXY icy "{r1}, {a2}" [LongDisp];
    "1011 1111 ........................" RS icm "{r1}, {m3}, {a2}" [Z];
    "1110 1011 ................................ 1000 0001" RSY icmy "{r1}, {m3}, {a2}" [LongDisp];
    "1110 1011 ................................ 1000 0000" RSY icmh "{r1}, {m3}, {a2}" [Z];
    "1010 0101 .... 0000 ................" RI iihh "{r1}, {u2}" [Z];
    "1010 0101 .... 0001 ................" RI iihl "{r1}, {u2}" [Z];
    "1010 0101 .... 0010 ................" RI iilh "{r1}, {u2}" [Z];
    "1010 0101 .... 0011 ................" RI iill "{r1}, {u2}" [Z];
    "1100 0000 .... 1000 ................................" RIL iihf "{r1}, {u2}" [ExtImm];
    "1100 0000 .... 1001 ................................" RIL iilf "{r1}, {u2}" [ExtImm];
    // LOAD COMPLEMENT, NEGATIVE, POSITIVE.
    "0001 0011 ........" RR lcr "{r1}, {r2}" [Z];
    "1011 1001 0000 0011 ................" RRE lcgr "{r1}, {r2}" [Z];
    "1011 1001 0001 0011 ................" RRE lcgfr "{r1}, {r2}" [Z];
    "0001 0001 ........" RR lnr "{r1}, {r2}" [Z];
    "1011 1001 0000 0001 ................" RRE lngr "{r1}, {r2}" [Z];
    "1011 1001 0001 0001 ................" RRE lngfr "{r1}, {r2}" [Z];
    "0001 0000 ........" RR lpr "{r1}, {r2}" [Z];
    "1011 1001 0000 0000 ................" RRE lpgr "{r1}, {r2}" [Z];
    "1011 1001 0001 0000 ................" RRE lpgfr "{r1}, {r2}" [Z];
    // LOAD REVERSED.
    "1011 1001 0001 1111 ................" RRE lrvr "{r1}, {r2}" [Z];
    "1011 1001 0000 1111 ................" RRE lrvgr "{r1}, {r2}" [Z];
    "1110 0011 ................................ 0001 1111" RXY lrvh "{r1}, {a2}" [Z];
    "1110 0011 ................................ 0001 1110" RXY lrv "{r1}, {a2}" [Z];
    "1110 0011 ................................ 0000 1111" RXY lrvg "{r1}, {a2}" [Z];
    "1110 0011 ................................ 0011 1111" RXY strvh "{r1}, {a2}" [Z];
    "1110 0011 ................................ 0011 1110" RXY strv "{r1}, {a2}" [Z];
    "1110 0011 ................................ 0010 1111" RXY strvg "{r1}, {a2}" [Z];
    // LOAD and STORE ON CONDITION.
    "1011 1001 1111 0010 ................" RRF locr "{r1}, {r2}, {m3}" [Z196];
    "1011 1001 1110 0010 ................" RRF locgr "{r1}, {r2}, {m3}" [Z196];
    "1110 1011 ................................ 1111 0010" RSY loc "{r1}, {a2}, {m3}" [Z196];
    "1110 1011 ................................ 1110 0010" RSY locg "{r1}, {a2}, {m3}" [Z196];
    "1110 1011 ................................ 1110 0000" RSY locfh "{r1}, {a2}, {m3}" [Loc2];
    "1110 1011 ................................ 1111 0011" RSY stoc "{r1}, {a2}, {m3}" [Z196];
    "1110 1011 ................................ 1110 0011" RSY stocg "{r1}, {a2}, {m3}" [Z196];
    "1110 1011 ................................ 1110 0001" RSY stocfh "{r1}, {a2}, {m3}" [Loc2];
    "1011 1001 1110 0000 ................" RRF locfhr "{r1}, {r2}, {m3}" [Loc2];
    "1110 1100 ................................ 0100 0010" RIEg lochi "{r1}, {i2}, {m3}" [Loc2];
    "1110 1100 ................................ 0100 0110" RIEg locghi "{r1}, {i2}, {m3}" [Loc2];
    "1110 1100 ................................ 0100 1110" RIEg lochhi "{r1}, {i2}, {m3}" [Loc2];
    "1011 1001 1111 0000 ................" RRF selr "{r1}, {r2}, {r3}, {m4}" [Misc3];
    "1011 1001 1110 0011 ................" RRF selgr "{r1}, {r2}, {r3}, {m4}" [Misc3];
    "1011 1001 1100 0000 ................" RRF selfhr "{r1}, {r2}, {r3}, {m4}" [Misc3];
    // STORE.
    "0101 0000 ........................" RX st "{r1}, {a2}" [Z];
    "1110 0011 ................................ 0101 0000" RXY sty "{r1}, {a2}" [LongDisp];
    "1110 0011 ................................ 0010 0100" RXY stg "{r1}, {a2}" [Z];
    "1100 0100 .... 1111 ................................" RIL strl "{r1}, {t2}" [GenExt];
    "1100 0100 .... 1011 ................................" RIL stgrl "{r1}, {t2}" [GenExt];
    "0100 0010 ........................" RX stc "{r1}, {a2}" [Z];
    "1110 0011 ................................ 0111 0010" RXY stcy "{r1}, {a2}" [LongDisp];
    "1110 0011 ................................ 1100 0011" RXY stch "{r1}, {a2}" [Z196];
    "0100 0000 ........................" RX sth "{r1}, {a2}" [Z];
    "1110 0011 ................................ 0111 0000" RXY sthy "{r1}, {a2}" [LongDisp];
    "1110 0011 ................................ 1100 0111" RXY sthh "{r1}, {a2}" [Z196];
    "1100 0100 .... 0111 ................................" RIL sthrl "{r1}, {t2}" [GenExt];
    "1110 0011 ................................ 1100 1011" RXY stfh "{r1}, {a2}" [Z196];
    "1011 1110 ........................" RS stcm "{r1}, {m3}, {a2}" [Z];
    "1110 1011 ................................ 0010 1101" RSY stcmy "{r1}, {m3}, {a2}" [LongDisp];
    "1110 1011 ................................ 0010 1100" RSY stcmh "{r1}, {m3}, {a2}" [Z];
    // MOVE.
    "1001 0010 ........................" SI mvi "{a1}, {i2}" [Z];
    "1110 1011 ................................ 0101 0010" SIY mviy "{a1}, {i2}" [LongDisp];
    "1110 0101 0100 0100 ................................" SIL mvhhi "{a1}, {i2}" [GenExt];
    "1110 0101 0100 1100 ................................" SIL mvhi "{a1}, {i2}" [GenExt];
    "1110 0101 0100 1000 ................................" SIL mvghi "{a1}, {i2}" [GenExt];
    "1101 0010 ........................................" SSa mvc "{a1:l}, {a2}" [Z];
    "1110 1000 ........................................" SSa mvcin "{a1:l}, {a2}" [Z];
    "1101 0001 ........................................" SSa mvn "{a1:l}, {a2}" [Z];
    "1101 0011 ........................................" SSa mvz "{a1:l}, {a2}" [Z];
    "1101 0100 ........................................" SSa nc "{a1:l}, {a2}" [Z];
    "1101 0101 ........................................" SSa clc "{a1:l}, {a2}" [Z];
    "1101 0110 ........................................" SSa oc "{a1:l}, {a2}" [Z];
    "1101 0111 ........................................" SSa xc "{a1:l}, {a2}" [Z];
    "1101 1100 ........................................" SSa tr "{a1:l}, {a2}" [Z];
    "1101 1101 ........................................" SSa trt "{a1:l}, {a2}" [Z];
    "1101 0000 ........................................" SSa trtr "{a1:l}, {a2}" [Etf3];
    "1001 1000 ........................" RS lm "{r1}, {r3}, {a2}" [Z];
    "1110 1011 ................................ 1001 1000" RSY lmy "{r1}, {r3}, {a2}" [LongDisp];
    "1110 1011 ................................ 0000 0100" RSY lmg "{r1}, {r3}, {a2}" [Z];
    "1110 1011 ................................ 1001 0110" RSY lmh "{r1}, {r3}, {a2}" [Z];
    "1110 1111 ........................................" SSd lmd "{r1}, {r3}, {a2}, {a4}" [Z];
    "1001 0000 ........................" RS stm "{r1}, {r3}, {a2}" [Z];
    "1110 1011 ................................ 1001 0000" RSY stmy "{r1}, {r3}, {a2}" [LongDisp];
    "1110 1011 ................................ 0010 0100" RSY stmg "{r1}, {r3}, {a2}" [Z];
    "1110 1011 ................................ 0010 0110" RSY stmh "{r1}, {r3}, {a2}" [Z];
    "1001 1010 ........................" RS lam "{ar1}, {ar3}, {a2}" [Z];
    "1110 1011 ................................ 1001 1010" RSY lamy "{ar1}, {ar3}, {a2}" [LongDisp];
    "1001 1011 ........................" RS stam "{ar1}, {ar3}, {a2}" [Z];
    "1110 1011 ................................ 1001 1011" RSY stamy "{ar1}, {ar3}, {a2}" [LongDisp];
    "1110 0011 ................................ 1000 1111" RXY lpq "{r1}, {a2}" [Z];
    "1110 0011 ................................ 1000 1110" RXY stpq "{r1}, {a2}" [Z];
    // Access registers.
    "1011 0010 0100 1101 ................" RRE cpya "{ar1}, {ar2}" [Z];
    "1011 0010 0100 1111 ................" RRE ear "{r1}, {ar2}" [Z];
    "1011 0010 0100 1110 ................" RRE sar "{ar1}, {r2}" [Z];
    // COMPARE AND SWAP.
    "1011 1010 ........................" RS cs "{r1}, {r3}, {a2}" [Z];
    "1110 1011 ................................ 0001 0100" RSY csy "{r1}, {r3}, {a2}" [LongDisp];
    "1110 1011 ................................ 0011 0000" RSY csg "{r1}, {r3}, {a2}" [Z];
    "1011 1011 ........................" RS cds "{r1}, {r3}, {a2}" [Z];
    "1110 1011 ................................ 0011 0001" RSY cdsy "{r1}, {r3}, {a2}" [LongDisp];
    "1110 1011 ................................ 0011 1110" RSY cdsg "{r1}, {r3}, {a2}" [Z];
    "1001 0011 ........................" S ts "{a2}" [Z];
}

fn lr(l: &Lift, f: RR) -> Flow {
    l.set_w(f.r1, l.wz(f.r2));
    Next
}

fn l(l: &Lift, f: RX) -> Flow {
    l.set_w(f.r1, l.m32(f.a2));
    Next
}

fn ly(l: &Lift, f: RXY) -> Flow {
    l.set_w(f.r1, l.m32(f.a2));
    Next
}

fn lgr(l: &Lift, f: RRE) -> Flow {
    l.set_g(f.r1, l.g(f.r2));
    Next
}

fn lgfr(l: &Lift, f: RRE) -> Flow {
    l.set_g(f.r1, l.ws(f.r2));
    Next
}

fn lg(l: &Lift, f: RXY) -> Flow {
    l.set_g(f.r1, l.m64(f.a2));
    Next
}

fn lgf(l: &Lift, f: RXY) -> Flow {
    l.set_g(f.r1, l.m32s(f.a2));
    Next
}

fn lgfi(l: &Lift, f: RIL) -> Flow {
    l.set_g(f.r1, l.k(f.i2));
    Next
}

fn lrl(l: &Lift, f: RIL) -> Flow {
    l.set_w(f.r1, rel(l, f.t2, Width::W32));
    Next
}

fn lgrl(l: &Lift, f: RIL) -> Flow {
    l.set_g(f.r1, rel(l, f.t2, Width::W64));
    Next
}

fn lgfrl(l: &Lift, f: RIL) -> Flow {
    l.set_g(f.r1, rel(l, f.t2, Width::W32).sext(Width::W64));
    Next
}

fn la(l: &Lift, f: RX) -> Flow {
    load_address(l, f.r1, l.addr(f.a2));
    Next
}

fn lay(l: &Lift, f: RXY) -> Flow {
    load_address(l, f.r1, l.addr(f.a2));
    Next
}

fn larl(l: &Lift, f: RIL) -> Flow {
    load_address(l, f.r1, l.ir.konst(Width::W64, l.relative(f.t2)));
    Next
}

fn laey(l: &Lift, f: RXY) -> Flow {
    load_address_extended(l, f.r1, f.a2);
    Next
}

fn lae(l: &Lift, f: RX) -> Flow {
    load_address_extended(l, f.r1, f.a2);
    Next
}

fn ltr(l: &Lift, f: RR) -> Flow {
    load_test_w(l, f.r1, l.ws(f.r2));
    Next
}

fn lt(l: &Lift, f: RXY) -> Flow {
    load_test_w(l, f.r1, l.m32s(f.a2));
    Next
}

fn ltgr(l: &Lift, f: RRE) -> Flow {
    load_test_g(l, f.r1, l.g(f.r2));
    Next
}

fn ltgfr(l: &Lift, f: RRE) -> Flow {
    load_test_g(l, f.r1, l.ws(f.r2));
    Next
}

fn ltg(l: &Lift, f: RXY) -> Flow {
    load_test_g(l, f.r1, l.m64(f.a2));
    Next
}

fn ltgf(l: &Lift, f: RXY) -> Flow {
    load_test_g(l, f.r1, l.m32s(f.a2));
    Next
}

fn lbr(l: &Lift, f: RRE) -> Flow {
    l.set_w(f.r1, byte(l, f.r2).sext(Width::W32));
    Next
}

fn lgbr(l: &Lift, f: RRE) -> Flow {
    l.set_g(f.r1, byte(l, f.r2).sext(Width::W64));
    Next
}

fn lb(l: &Lift, f: RXY) -> Flow {
    l.set_w(f.r1, l.load(l.addr(f.a2), Width::W8).sext(Width::W32));
    Next
}

fn lgb(l: &Lift, f: RXY) -> Flow {
    l.set_g(f.r1, l.load(l.addr(f.a2), Width::W8).sext(Width::W64));
    Next
}

fn lbh(l: &Lift, f: RXY) -> Flow {
    l.set_h(f.r1, l.load(l.addr(f.a2), Width::W8).sext(Width::W32));
    Next
}

fn lhr(l: &Lift, f: RRE) -> Flow {
    l.set_w(f.r1, half(l, f.r2).sext(Width::W32));
    Next
}

fn lghr(l: &Lift, f: RRE) -> Flow {
    l.set_g(f.r1, half(l, f.r2).sext(Width::W64));
    Next
}

fn lh(l: &Lift, f: RX) -> Flow {
    l.set_w(f.r1, l.load(l.addr(f.a2), Width::W16).sext(Width::W32));
    Next
}

fn lhy(l: &Lift, f: RXY) -> Flow {
    l.set_w(f.r1, l.load(l.addr(f.a2), Width::W16).sext(Width::W32));
    Next
}

fn lgh(l: &Lift, f: RXY) -> Flow {
    l.set_g(f.r1, l.m16(f.a2));
    Next
}

fn lhh(l: &Lift, f: RXY) -> Flow {
    l.set_h(f.r1, l.load(l.addr(f.a2), Width::W16).sext(Width::W32));
    Next
}

fn lhi(l: &Lift, f: RI) -> Flow {
    l.set_w(f.r1, l.kw(f.i2));
    Next
}

fn lghi(l: &Lift, f: RI) -> Flow {
    l.set_g(f.r1, l.k(f.i2));
    Next
}

fn lhrl(l: &Lift, f: RIL) -> Flow {
    l.set_w(f.r1, rel(l, f.t2, Width::W16).sext(Width::W32));
    Next
}

fn lghrl(l: &Lift, f: RIL) -> Flow {
    l.set_g(f.r1, rel(l, f.t2, Width::W16).sext(Width::W64));
    Next
}

fn lfh(l: &Lift, f: RXY) -> Flow {
    l.set_h(f.r1, l.m32(f.a2));
    Next
}

fn lat(l: &Lift, f: RXY) -> Flow {
    load_and_trap(l, f.r1, l.m32(f.a2), Part::Word);
    Next
}

fn lgat(l: &Lift, f: RXY) -> Flow {
    load_and_trap(l, f.r1, l.m64(f.a2), Part::All);
    Next
}

fn lfhat(l: &Lift, f: RXY) -> Flow {
    load_and_trap(l, f.r1, l.m32(f.a2), Part::High);
    Next
}

fn llgfat(l: &Lift, f: RXY) -> Flow {
    load_and_trap(l, f.r1, l.m32z(f.a2), Part::All);
    Next
}

fn llgtat(l: &Lift, f: RXY) -> Flow {
    load_and_trap(l, f.r1, l.m32z(f.a2) & l.k(0x7fff_ffff), Part::All);
    Next
}

fn lzrf(l: &Lift, f: RXY) -> Flow {
    l.set_w(f.r1, l.m32z(f.a2) & l.k(0xffff_ff00));
    Next
}

fn lzrg(l: &Lift, f: RXY) -> Flow {
    l.set_g(f.r1, l.m64(f.a2) & l.k(!0xff));
    Next
}

fn llzrgf(l: &Lift, f: RXY) -> Flow {
    l.set_g(f.r1, l.m32z(f.a2) & l.k(0xffff_ff00));
    Next
}

fn llgfr(l: &Lift, f: RRE) -> Flow {
    l.set_g(f.r1, l.wz(f.r2));
    Next
}

fn llgf(l: &Lift, f: RXY) -> Flow {
    l.set_g(f.r1, l.m32z(f.a2));
    Next
}

fn llgfrl(l: &Lift, f: RIL) -> Flow {
    l.set_g(f.r1, rel(l, f.t2, Width::W32));
    Next
}

fn llcr(l: &Lift, f: RRE) -> Flow {
    l.set_w(f.r1, byte(l, f.r2));
    Next
}

fn llgcr(l: &Lift, f: RRE) -> Flow {
    l.set_g(f.r1, byte(l, f.r2));
    Next
}

fn llc(l: &Lift, f: RXY) -> Flow {
    l.set_w(f.r1, l.load(l.addr(f.a2), Width::W8));
    Next
}

fn llgc(l: &Lift, f: RXY) -> Flow {
    l.set_g(f.r1, l.load(l.addr(f.a2), Width::W8));
    Next
}

fn llch(l: &Lift, f: RXY) -> Flow {
    l.set_h(f.r1, l.load(l.addr(f.a2), Width::W8));
    Next
}

fn llhr(l: &Lift, f: RRE) -> Flow {
    l.set_w(f.r1, half(l, f.r2));
    Next
}

fn llghr(l: &Lift, f: RRE) -> Flow {
    l.set_g(f.r1, half(l, f.r2));
    Next
}

fn llh(l: &Lift, f: RXY) -> Flow {
    l.set_w(f.r1, l.load(l.addr(f.a2), Width::W16));
    Next
}

fn llgh(l: &Lift, f: RXY) -> Flow {
    l.set_g(f.r1, l.load(l.addr(f.a2), Width::W16));
    Next
}

fn llhh(l: &Lift, f: RXY) -> Flow {
    l.set_h(f.r1, l.load(l.addr(f.a2), Width::W16));
    Next
}

fn llhrl(l: &Lift, f: RIL) -> Flow {
    l.set_w(f.r1, rel(l, f.t2, Width::W16));
    Next
}

fn llghrl(l: &Lift, f: RIL) -> Flow {
    l.set_g(f.r1, rel(l, f.t2, Width::W16));
    Next
}

fn llihf(l: &Lift, f: RIL) -> Flow {
    l.set_g(f.r1, l.k((f.u2 << 32) as i64));
    Next
}

fn llilf(l: &Lift, f: RIL) -> Flow {
    l.set_g(f.r1, l.k(f.u2 as i64));
    Next
}

fn llihh(l: &Lift, f: RI) -> Flow {
    l.set_g(f.r1, l.k((f.u2 << 48) as i64));
    Next
}

fn llihl(l: &Lift, f: RI) -> Flow {
    l.set_g(f.r1, l.k((f.u2 << 32) as i64));
    Next
}

fn llilh(l: &Lift, f: RI) -> Flow {
    l.set_g(f.r1, l.k((f.u2 << 16) as i64));
    Next
}

fn llill(l: &Lift, f: RI) -> Flow {
    l.set_g(f.r1, l.k(f.u2 as i64));
    Next
}

fn llgtr(l: &Lift, f: RRE) -> Flow {
    l.set_g(f.r1, l.g(f.r2) & l.k(0x7fff_ffff));
    Next
}

fn llgt(l: &Lift, f: RXY) -> Flow {
    l.set_g(f.r1, l.m32z(f.a2) & l.k(0x7fff_ffff));
    Next
}

fn ic(l: &Lift, f: RX) -> Flow {
    l.set_g(f.r1, l.g(f.r1).deposit(0, 8, l.load(l.addr(f.a2), Width::W8).zext(Width::W64)));
    Next
}

fn icy(l: &Lift, f: RXY) -> Flow {
    l.set_g(f.r1, l.g(f.r1).deposit(0, 8, l.load(l.addr(f.a2), Width::W8).zext(Width::W64)));
    Next
}

fn icm(l: &Lift, f: RS) -> Flow {
    insert_under_mask(l, f.r1, f.m3, 0, l.addr(f.a2));
    Next
}

fn icmy(l: &Lift, f: RSY) -> Flow {
    insert_under_mask(l, f.r1, f.m3, 0, l.addr(f.a2));
    Next
}

fn icmh(l: &Lift, f: RSY) -> Flow {
    insert_under_mask(l, f.r1, f.m3, 32, l.addr(f.a2));
    Next
}

fn iihh(l: &Lift, f: RI) -> Flow {
    l.set_g(f.r1, l.g(f.r1).deposit(48, 16, l.k(f.u2 as i64)));
    Next
}

fn iihl(l: &Lift, f: RI) -> Flow {
    l.set_g(f.r1, l.g(f.r1).deposit(32, 16, l.k(f.u2 as i64)));
    Next
}

fn iilh(l: &Lift, f: RI) -> Flow {
    l.set_g(f.r1, l.g(f.r1).deposit(16, 16, l.k(f.u2 as i64)));
    Next
}

fn iill(l: &Lift, f: RI) -> Flow {
    l.set_g(f.r1, l.g(f.r1).deposit(0, 16, l.k(f.u2 as i64)));
    Next
}

fn iihf(l: &Lift, f: RIL) -> Flow {
    l.set_h(f.r1, l.k(f.u2 as i64));
    Next
}

fn iilf(l: &Lift, f: RIL) -> Flow {
    l.set_w(f.r1, l.k(f.u2 as i64));
    Next
}

fn lcr(l: &Lift, f: RR) -> Flow {
    negate_w(l, f.r1, l.ws(f.r2));
    Next
}

fn lcgr(l: &Lift, f: RRE) -> Flow {
    negate_g(l, f.r1, l.g(f.r2));
    Next
}

fn lcgfr(l: &Lift, f: RRE) -> Flow {
    negate_g(l, f.r1, l.ws(f.r2));
    Next
}

fn lnr(l: &Lift, f: RR) -> Flow {
    load_negative_w(l, f.r1, l.ws(f.r2));
    Next
}

fn lngr(l: &Lift, f: RRE) -> Flow {
    load_negative_g(l, f.r1, l.g(f.r2));
    Next
}

fn lngfr(l: &Lift, f: RRE) -> Flow {
    load_negative_g(l, f.r1, l.ws(f.r2));
    Next
}

fn lpr(l: &Lift, f: RR) -> Flow {
    load_positive_w(l, f.r1, l.ws(f.r2));
    Next
}

fn lpgr(l: &Lift, f: RRE) -> Flow {
    load_positive_g(l, f.r1, l.g(f.r2));
    Next
}

fn lpgfr(l: &Lift, f: RRE) -> Flow {
    load_positive_g(l, f.r1, l.ws(f.r2));
    Next
}

fn lrvr(l: &Lift, f: RRE) -> Flow {
    l.set_w(f.r1, l.w(f.r2).bswap());
    Next
}

fn lrvgr(l: &Lift, f: RRE) -> Flow {
    l.set_g(f.r1, l.g(f.r2).bswap());
    Next
}

fn lrvh(l: &Lift, f: RXY) -> Flow {
    l.set_g(f.r1, l.g(f.r1).deposit(0, 16, l.load(l.addr(f.a2), Width::W16).bswap().zext(Width::W64)));
    Next
}

fn lrv(l: &Lift, f: RXY) -> Flow {
    l.set_w(f.r1, l.m32(f.a2).bswap());
    Next
}

fn lrvg(l: &Lift, f: RXY) -> Flow {
    l.set_g(f.r1, l.m64(f.a2).bswap());
    Next
}

fn strvh(l: &Lift, f: RXY) -> Flow {
    l.store(l.addr(f.a2), l.g(f.r1).trunc(Width::W16).bswap(), Width::W16);
    Next
}

fn strv(l: &Lift, f: RXY) -> Flow {
    l.store(l.addr(f.a2), l.w(f.r1).bswap(), Width::W32);
    Next
}

fn strvg(l: &Lift, f: RXY) -> Flow {
    l.store(l.addr(f.a2), l.g(f.r1).bswap(), Width::W64);
    Next
}

fn locr(l: &Lift, f: RRF) -> Flow {
    on_condition_w(l, f.r1, f.m3, l.wz(f.r2));
    Next
}

fn locgr(l: &Lift, f: RRF) -> Flow {
    on_condition_g(l, f.r1, f.m3, l.g(f.r2));
    Next
}

fn loc(l: &Lift, f: RSY) -> Flow {
    load_on_condition(l, f, Part::Word)
}

fn locg(l: &Lift, f: RSY) -> Flow {
    load_on_condition(l, f, Part::All)
}

fn locfh(l: &Lift, f: RSY) -> Flow {
    load_on_condition(l, f, Part::High)
}

fn stoc(l: &Lift, f: RSY) -> Flow {
    store_on_condition(l, f, Part::Word)
}

fn stocg(l: &Lift, f: RSY) -> Flow {
    store_on_condition(l, f, Part::All)
}

fn stocfh(l: &Lift, f: RSY) -> Flow {
    store_on_condition(l, f, Part::High)
}

fn locfhr(l: &Lift, f: RRF) -> Flow {
    on_condition_h(l, f.r1, f.m3, l.g(f.r2).extract(32, 32));
    Next
}

fn lochi(l: &Lift, f: RIEg) -> Flow {
    on_condition_w(l, f.r1, f.m3, l.k(f.i2 & 0xffff_ffff));
    Next
}

fn locghi(l: &Lift, f: RIEg) -> Flow {
    on_condition_g(l, f.r1, f.m3, l.k(f.i2));
    Next
}

fn lochhi(l: &Lift, f: RIEg) -> Flow {
    on_condition_h(l, f.r1, f.m3, l.k(f.i2 & 0xffff_ffff));
    Next
}

fn selr(l: &Lift, f: RRF) -> Flow {
    l.set_w(f.r1, choose(l, f.m4, l.wz(f.r2), l.wz(f.r3)));
    Next
}

fn selgr(l: &Lift, f: RRF) -> Flow {
    l.set_g(f.r1, choose(l, f.m4, l.g(f.r2), l.g(f.r3)));
    Next
}

fn selfhr(l: &Lift, f: RRF) -> Flow {
    l.set_h(f.r1, choose(l, f.m4, l.g(f.r2).extract(32, 32), l.g(f.r3).extract(32, 32)));
    Next
}

fn st(l: &Lift, f: RX) -> Flow {
    l.store(l.addr(f.a2), l.g(f.r1), Width::W32);
    Next
}

fn sty(l: &Lift, f: RXY) -> Flow {
    l.store(l.addr(f.a2), l.g(f.r1), Width::W32);
    Next
}

fn stg(l: &Lift, f: RXY) -> Flow {
    l.store(l.addr(f.a2), l.g(f.r1), Width::W64);
    Next
}

fn strl(l: &Lift, f: RIL) -> Flow {
    store_rel(l, f.t2, l.g(f.r1), Width::W32);
    Next
}

fn stgrl(l: &Lift, f: RIL) -> Flow {
    store_rel(l, f.t2, l.g(f.r1), Width::W64);
    Next
}

fn stc(l: &Lift, f: RX) -> Flow {
    l.store(l.addr(f.a2), l.g(f.r1), Width::W8);
    Next
}

fn stcy(l: &Lift, f: RXY) -> Flow {
    l.store(l.addr(f.a2), l.g(f.r1), Width::W8);
    Next
}

fn stch(l: &Lift, f: RXY) -> Flow {
    l.store(l.addr(f.a2), l.g(f.r1).extract(32, 32), Width::W8);
    Next
}

fn sth(l: &Lift, f: RX) -> Flow {
    l.store(l.addr(f.a2), l.g(f.r1), Width::W16);
    Next
}

fn sthy(l: &Lift, f: RXY) -> Flow {
    l.store(l.addr(f.a2), l.g(f.r1), Width::W16);
    Next
}

fn sthh(l: &Lift, f: RXY) -> Flow {
    l.store(l.addr(f.a2), l.g(f.r1).extract(32, 32), Width::W16);
    Next
}

fn sthrl(l: &Lift, f: RIL) -> Flow {
    store_rel(l, f.t2, l.g(f.r1), Width::W16);
    Next
}

fn stfh(l: &Lift, f: RXY) -> Flow {
    l.store(l.addr(f.a2), l.g(f.r1).extract(32, 32), Width::W32);
    Next
}

fn stcm(l: &Lift, f: RS) -> Flow {
    store_under_mask(l, f.r1, f.m3, 0, l.addr(f.a2));
    Next
}

fn stcmy(l: &Lift, f: RSY) -> Flow {
    store_under_mask(l, f.r1, f.m3, 0, l.addr(f.a2));
    Next
}

fn stcmh(l: &Lift, f: RSY) -> Flow {
    store_under_mask(l, f.r1, f.m3, 32, l.addr(f.a2));
    Next
}

fn mvi(l: &Lift, f: SI) -> Flow {
    l.store(l.addr(f.a1), l.k(f.i2 as i64), Width::W8);
    Next
}

fn mviy(l: &Lift, f: SIY) -> Flow {
    l.store(l.addr(f.a1), l.k(f.i2 as i64), Width::W8);
    Next
}

fn mvhhi(l: &Lift, f: SIL) -> Flow {
    l.store(l.addr(f.a1), l.k(f.i2), Width::W16);
    Next
}

fn mvhi(l: &Lift, f: SIL) -> Flow {
    l.store(l.addr(f.a1), l.k(f.i2), Width::W32);
    Next
}

fn mvghi(l: &Lift, f: SIL) -> Flow {
    l.store(l.addr(f.a1), l.k(f.i2), Width::W64);
    Next
}

fn mvc(l: &Lift, f: SSa) -> Flow {
    two(l, f, helper::MVC);
    Next
}

fn mvcin(l: &Lift, f: SSa) -> Flow {
    two(l, f, helper::MVCIN);
    Next
}

fn mvn(l: &Lift, f: SSa) -> Flow {
    two(l, f, helper::MVN);
    Next
}

fn mvz(l: &Lift, f: SSa) -> Flow {
    two(l, f, helper::MVZ);
    Next
}

fn nc(l: &Lift, f: SSa) -> Flow {
    two(l, f, helper::NC);
    Next
}

fn clc(l: &Lift, f: SSa) -> Flow {
    two(l, f, helper::CLC);
    Next
}

fn oc(l: &Lift, f: SSa) -> Flow {
    two(l, f, helper::OC);
    Next
}

fn xc(l: &Lift, f: SSa) -> Flow {
    exclusive_or(l, f);
    Next
}

fn tr(l: &Lift, f: SSa) -> Flow {
    two(l, f, helper::TR);
    Next
}

fn trt(l: &Lift, f: SSa) -> Flow {
    two(l, f, helper::TRT);
    Next
}

fn trtr(l: &Lift, f: SSa) -> Flow {
    two(l, f, helper::TRTR);
    Next
}

fn lm(l: &Lift, f: RS) -> Flow {
    multiple(l, helper::LOAD_MULTIPLE, f.r1, f.r3, l.addr(f.a2), 0);
    Next
}

fn lmy(l: &Lift, f: RSY) -> Flow {
    multiple(l, helper::LOAD_MULTIPLE, f.r1, f.r3, l.addr(f.a2), 0);
    Next
}

fn lmg(l: &Lift, f: RSY) -> Flow {
    load_multiple(l, f);
    Next
}

fn lmh(l: &Lift, f: RSY) -> Flow {
    multiple(l, helper::LOAD_MULTIPLE, f.r1, f.r3, l.addr(f.a2), 2);
    Next
}

fn lmd(l: &Lift, f: SSd) -> Flow {
    l.call(helper::LMD, &[l.k(f.r1.into()), l.k(f.r3.into()), l.addr(f.a1), l.addr(f.a2)]);
    Next
}

fn stm(l: &Lift, f: RS) -> Flow {
    multiple(l, helper::STORE_MULTIPLE, f.r1, f.r3, l.addr(f.a2), 0);
    Next
}

fn stmy(l: &Lift, f: RSY) -> Flow {
    multiple(l, helper::STORE_MULTIPLE, f.r1, f.r3, l.addr(f.a2), 0);
    Next
}

fn stmg(l: &Lift, f: RSY) -> Flow {
    store_multiple(l, f);
    Next
}

fn stmh(l: &Lift, f: RSY) -> Flow {
    multiple(l, helper::STORE_MULTIPLE, f.r1, f.r3, l.addr(f.a2), 2);
    Next
}

fn lam(l: &Lift, f: RS) -> Flow {
    access_multiple(l, helper::LOAD_MULTIPLE, f.r1, f.r3, l.addr(f.a2));
    Next
}

fn lamy(l: &Lift, f: RSY) -> Flow {
    access_multiple(l, helper::LOAD_MULTIPLE, f.r1, f.r3, l.addr(f.a2));
    Next
}

fn stam(l: &Lift, f: RS) -> Flow {
    access_multiple(l, helper::STORE_MULTIPLE, f.r1, f.r3, l.addr(f.a2));
    Next
}

fn stamy(l: &Lift, f: RSY) -> Flow {
    access_multiple(l, helper::STORE_MULTIPLE, f.r1, f.r3, l.addr(f.a2));
    Next
}

fn lpq(l: &Lift, f: RXY) -> Flow {
    load_pair_q(l, f)
}

fn stpq(l: &Lift, f: RXY) -> Flow {
    store_pair_q(l, f)
}

fn cpya(l: &Lift, f: RRE) -> Flow {
    l.ir.set(state::a(f.r1), l.ir.get(state::a(f.r2)));
    Next
}

fn ear(l: &Lift, f: RRE) -> Flow {
    l.set_w(f.r1, l.ir.get(state::a(f.r2)));
    Next
}

fn sar(l: &Lift, f: RRE) -> Flow {
    l.ir.set(state::a(f.r1), l.w(f.r2));
    Next
}

fn cs(l: &Lift, f: RS) -> Flow {
    compare_and_swap(l, f.r1, f.r3, l.addr(f.a2), Width::W32);
    Next
}

fn csy(l: &Lift, f: RSY) -> Flow {
    compare_and_swap(l, f.r1, f.r3, l.addr(f.a2), Width::W32);
    Next
}

fn csg(l: &Lift, f: RSY) -> Flow {
    compare_and_swap(l, f.r1, f.r3, l.addr(f.a2), Width::W64);
    Next
}

fn cds(l: &Lift, f: RS) -> Flow {
    compare_double_and_swap(l, f.r1, f.r3, l.addr(f.a2))
}

fn cdsy(l: &Lift, f: RSY) -> Flow {
    compare_double_and_swap(l, f.r1, f.r3, l.addr(f.a2))
}

fn cdsg(l: &Lift, f: RSY) -> Flow {
    compare_quad_and_swap(l, f)
}

fn ts(l: &Lift, f: S) -> Flow {
    test_and_set(l, f);
    Next
}

/// What of a register is meant.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Word,
    All,
    High,
}

fn rel<'b>(l: &Lift<'b>, offset: i64, width: Width) -> V<'b> {
    let mem = Mem::be(width);
    let mem = if width == Width::W16 { mem } else { mem.aligned() };
    l.ir.load(l.ir.konst(Width::W64, l.relative(offset)), mem)
}

fn store_rel<'b>(l: &Lift<'b>, offset: i64, value: V<'b>, width: Width) {
    l.ir.store(l.ir.konst(Width::W64, l.relative(offset)), value.trunc(width), Mem::be(width).aligned());
}

fn byte<'b>(l: &Lift<'b>, n: u8) -> V<'b> {
    l.g(n).trunc(Width::W8)
}

fn half<'b>(l: &Lift<'b>, n: u8) -> V<'b> {
    l.g(n).trunc(Width::W16)
}

/// LOAD ADDRESS: in the 24- and 31-bit modes bits 0 to 31 remain.
fn load_address<'b>(l: &Lift<'b>, r1: u8, address: V<'b>) {
    if l.mode().address_bits == 64 { l.set_g(r1, address) } else { l.set_w(r1, address) }
}

/// LOAD ADDRESS EXTENDED: the access register tells the space in which the address counts.
fn load_address_extended(l: &Lift, r1: u8, a2: crate::format::Addr) {
    load_address(l, r1, l.addr(a2));
    let alet = match l.mode().space {
        crate::mmu::SECONDARY => 1,
        crate::mmu::HOME => 2,
        _ => 0,
    };
    l.ir.set(state::a(r1), l.kw(alet));
}

fn load_test_w<'b>(l: &Lift<'b>, r1: u8, value: V<'b>) {
    l.set_w(r1, value.trunc(Width::W32));
    l.cc_sign(value);
}

fn load_test_g<'b>(l: &Lift<'b>, r1: u8, value: V<'b>) {
    l.set_g(r1, value);
    l.cc_sign(value);
}

fn load_and_trap<'b>(l: &Lift<'b>, r1: u8, value: V<'b>, part: Part) {
    match part {
        Part::Word => l.set_w(r1, value),
        Part::All => l.set_g(r1, value),
        Part::High => l.set_h(r1, value),
    }
    // The register is loaded when the data exception is recognized.
    l.ir.raise_if(value.eq(value.konst(0)), code::DATA, crate::trap::dxc::COMPARE);
}

/// INSERT CHARACTERS UNDER MASK. With an empty mask, one byte is accessed all the same.
fn insert_under_mask<'b>(l: &Lift<'b>, r1: u8, mask: u8, lo: u32, address: V<'b>) {
    if mask == 15 {
        let word = l.load(address, Width::W32);
        if lo == 0 {
            l.set_w(r1, word)
        } else {
            l.set_h(r1, word)
        }
        l.cc_sign(word.sext(Width::W64));
        return;
    }
    if mask == 0 {
        l.load(address, Width::W8);
        l.cc(0);
        return;
    }
    let (mut result, mut field, mut at) = (l.g(r1), l.k(0), 0);
    for i in (0..4).filter(|i| mask & 8 >> i != 0) {
        let byte = l.load(l.cut(address.add_imm(at)), Width::W8).zext(Width::W64);
        result = result.deposit(lo + 24 - 8 * i, 8, byte);
        field = field.shl(l.k(8)) | byte;
        at += 1;
    }
    l.set_g(r1, result);
    l.cc_sign(field.shl(l.k(64 - 8 * at)));
}

/// STORE CHARACTERS UNDER MASK; a helper, since the bytes must be stored all or none.
fn store_under_mask<'b>(l: &Lift<'b>, r1: u8, mask: u8, lo: u32, address: V<'b>) {
    let value = l.g(r1).extract(lo, 32);
    match mask {
        15 => l.store(address, value, Width::W32),
        12 => l.store(address, value.extract(16, 16), Width::W16),
        3 => l.store(address, value, Width::W16),
        6 => l.store(address, value.extract(8, 16), Width::W16),
        8 => l.store(address, value.extract(24, 8), Width::W8),
        4 => l.store(address, value.extract(16, 8), Width::W8),
        2 => l.store(address, value.extract(8, 8), Width::W8),
        1 => l.store(address, value, Width::W8),
        0 => {}
        _ => {
            l.call(helper::STORE_UNDER_MASK, &[address, value, l.k(mask.into())]);
        }
    }
}

fn negate_w<'b>(l: &Lift<'b>, r1: u8, value: V<'b>) {
    let result = value.neg();
    l.set_w(r1, result & result.konst(0xffff_ffff));
    l.cc1(Kind::Arith32, result);
    l.overflow();
}

fn negate_g<'b>(l: &Lift<'b>, r1: u8, value: V<'b>) {
    l.set_g(r1, value.neg());
    l.cc2(Kind::Sub64, value.konst(0), value);
    l.overflow();
}

fn load_negative_w<'b>(l: &Lift<'b>, r1: u8, value: V<'b>) {
    let result = value.min_s(value.neg());
    l.set_w(r1, result & result.konst(0xffff_ffff));
    l.cc_sign(result);
}

fn load_negative_g<'b>(l: &Lift<'b>, r1: u8, value: V<'b>) {
    let zero = value.konst(0);
    let result = l.ir.select(zero.lt_s(value), value.neg(), value);
    l.set_g(r1, result);
    l.cc_sign(result);
}

fn load_positive_w<'b>(l: &Lift<'b>, r1: u8, value: V<'b>) {
    let result = value.max_s(value.neg());
    l.set_w(r1, result & result.konst(0xffff_ffff));
    l.cc1(Kind::Arith32, result);
    l.overflow();
}

fn load_positive_g<'b>(l: &Lift<'b>, r1: u8, value: V<'b>) {
    let zero = value.konst(0);
    let is_negative = value.lt_s(zero);
    l.set_g(r1, l.ir.select(is_negative, value.neg(), value));
    // The difference 0 - value overflows where the result does; the sum 0 + value never.
    let flipped = l.ir.select(is_negative, value, value.neg());
    l.cc2(Kind::Sub64, zero, flipped);
    l.overflow();
}

/// The condition of a mask, or what is known of it.
fn known(mask: u8) -> Option<bool> {
    match mask {
        0 => Some(false),
        15 => Some(true),
        _ => None,
    }
}

fn choose<'b>(l: &Lift<'b>, mask: u8, a: V<'b>, b: V<'b>) -> V<'b> {
    match known(mask) {
        Some(true) => a,
        Some(false) => b,
        None => l.ir.select(l.condition(mask), a, b),
    }
}

fn on_condition_w<'b>(l: &Lift<'b>, r1: u8, mask: u8, value: V<'b>) {
    l.set_w(r1, choose(l, mask, value, l.wz(r1)));
}

fn on_condition_g<'b>(l: &Lift<'b>, r1: u8, mask: u8, value: V<'b>) {
    l.set_g(r1, choose(l, mask, value, l.g(r1)));
}

fn on_condition_h<'b>(l: &Lift<'b>, r1: u8, mask: u8, value: V<'b>) {
    l.set_h(r1, choose(l, mask, value, l.g(r1).extract(32, 32)));
}

/// LOAD ON CONDITION from storage. When the condition is not met, access exceptions are recognized all the same, as the manual
/// lets a CPU do.
fn load_on_condition(l: &Lift, f: RSY, part: Part) -> Flow {
    let address = l.addr(f.a2);
    match part {
        Part::Word => on_condition_w(l, f.r1, f.m3, l.load(address, Width::W32).zext(Width::W64)),
        Part::All => on_condition_g(l, f.r1, f.m3, l.load(address, Width::W64)),
        Part::High => on_condition_h(l, f.r1, f.m3, l.load(address, Width::W32).zext(Width::W64)),
    }
    Next
}

/// STORE ON CONDITION: a helper stores if it is to.
fn store_on_condition(l: &Lift, f: RSY, part: Part) -> Flow {
    let (value, size) = match part {
        Part::Word => (l.g(f.r1), 4),
        Part::All => (l.g(f.r1), 8),
        Part::High => (l.g(f.r1).extract(32, 32), 4),
    };
    let met = match known(f.m3) {
        Some(met) => l.k(met.into()),
        None => l.condition(f.m3).zext(Width::W64),
    };
    l.call(helper::STORE_IF, &[l.addr(f.a2), value, l.k(size), met]);
    Next
}

fn two(l: &Lift, f: SSa, helper: u16) {
    l.call(helper, &[l.k(i64::from(f.l) + 1), l.addr(f.a1), l.addr(f.a2)]);
}

/// EXCLUSIVE OR of an operand with itself is the usual way to clear it.
fn exclusive_or(l: &Lift, f: SSa) {
    let width = Width::from_bits((u32::from(f.l) + 1) * 8);
    match width {
        Some(width) if f.a1 == f.a2 => {
            l.store(l.addr(f.a1), l.k(0), width);
            l.cc(0);
        }
        _ => two(l, f, helper::XC),
    }
}

fn multiple<'b>(l: &Lift<'b>, helper: u16, r1: u8, r3: u8, address: V<'b>, kind: i64) {
    l.call(helper, &[l.k(r1.into()), l.k(r3.into()), address, l.k(kind)]);
}

fn access_multiple<'b>(l: &Lift<'b>, helper: u16, r1: u8, r3: u8, address: V<'b>) {
    multiple(l, helper, r1, r3, l.aligned(address, 4), 3);
}

/// The registers from `r1` to `r3`, around the end.
fn registers(r1: u8, r3: u8) -> impl Iterator<Item = u8> {
    (0..=r3.wrapping_sub(r1) & 15).map(move |i| (r1 + i) & 15)
}

/// LOAD MULTIPLE: all is loaded before a register changes.
fn load_multiple(l: &Lift, f: RSY) {
    let address = l.addr(f.a2);
    let at = |i: i64| if i == 0 { address } else { l.cut(address.add_imm(8 * i)) };
    let values: Vec<V> = (0..).zip(registers(f.r1, f.r3)).map(|(i, _)| l.load(at(i), Width::W64)).collect();
    for (n, value) in registers(f.r1, f.r3).zip(values) {
        l.set_g(n, value);
    }
}

/// STORE MULTIPLE. The last doubleword goes first, so that what is stored when an access fails is nothing or, at a page's end,
/// what the second page takes.
fn store_multiple(l: &Lift, f: RSY) {
    let address = l.addr(f.a2);
    let list: Vec<(i64, u8)> = (0..).zip(registers(f.r1, f.r3)).collect();
    for &(i, n) in list.iter().rev() {
        let at = if i == 0 { address } else { l.cut(address.add_imm(8 * i)) };
        l.store(at, l.g(n), Width::W64);
    }
}

fn load_pair_q(l: &Lift, f: RXY) -> Flow {
    if f.r1 & 1 != 0 {
        return l.specification();
    }
    let address = l.aligned(l.addr(f.a2), 16);
    l.call(helper::LPQ, &[address, l.k(f.r1.into())]);
    Next
}

fn store_pair_q(l: &Lift, f: RXY) -> Flow {
    if f.r1 & 1 != 0 {
        return l.specification();
    }
    let address = l.aligned(l.addr(f.a2), 16);
    l.call(helper::STPQ, &[address, l.k(f.r1.into())]);
    Next
}

fn compare_and_swap<'b>(l: &Lift<'b>, r1: u8, r3: u8, address: V<'b>, width: Width) {
    let expected = l.g(r1).trunc(width);
    let old = l.ir.cas(address, expected, l.g(r3).trunc(width), Mem::be(width).aligned());
    if width == Width::W64 {
        l.set_g(r1, old);
    } else {
        l.set_w(r1, old);
    }
    l.cc1(Kind::NonZero, old ^ expected);
}

fn compare_double_and_swap<'b>(l: &Lift<'b>, r1: u8, r3: u8, address: V<'b>) -> Flow {
    if (r1 | r3) & 1 != 0 {
        return l.specification();
    }
    let pair = |n: u8| l.wz(n).shl(l.k(32)) | l.wz(n + 1);
    let expected = pair(r1);
    let old = l.ir.cas(address, expected, pair(r3), Mem::be(Width::W64).aligned());
    l.set_w(r1, old.extract(32, 32));
    l.set_w(r1 + 1, old & old.konst(0xffff_ffff));
    l.cc1(Kind::NonZero, old ^ expected);
    Next
}

fn compare_quad_and_swap(l: &Lift, f: RSY) -> Flow {
    if (f.r1 | f.r3) & 1 != 0 {
        return l.specification();
    }
    let address = l.aligned(l.addr(f.a2), 16);
    l.call(helper::CDSG, &[address, l.k(f.r1.into()), l.k(f.r3.into())]);
    Next
}

fn test_and_set(l: &Lift, f: S) {
    let ones = l.ir.konst(Width::W8, 0xff);
    let old = l.ir.rmw(uop::RmwOp::Swap, l.addr(f.a2), ones, Mem::be(Width::W8));
    l.cc1(Kind::Code, old.extract(7, 1));
}
