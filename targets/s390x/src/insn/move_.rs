//! General instructions: loads, stores, moves.

use decode::Flow::{self, Next};
use decode::insns;
use uop::Width;

use crate::ext::Ext;
use crate::format::{RI, RIEg, RIL, RR, RRE, RRF, RS, RSY, RX, RXY, S, SI, SIL, SIY, SSE, SSa, SSd};
use crate::helper;
use crate::lift::Lift;
use crate::state;

use super::move_ops::*;

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
    "1110 0101 0000 1010 ................................" SSE mvcrl "{a1}, {a2}" [Misc3];
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
    "1110 1111 ........................................" SSd lmd "{r1}, {r3}, {a1}, {a2}" [Z];
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

lifts! { l, f;
    // LOAD.
    lr(RR) { l.set_w(f.r1, l.wz(f.r2)); Next }
    l(RX) { l.set_w(f.r1, l.m32(f.a2)); Next }
    ly(RXY) { l.set_w(f.r1, l.m32(f.a2)); Next }
    lgr(RRE) { l.set_g(f.r1, l.g(f.r2)); Next }
    lgfr(RRE) { l.set_g(f.r1, l.ws(f.r2)); Next }
    lg(RXY) { l.set_g(f.r1, l.m64(f.a2)); Next }
    lgf(RXY) { l.set_g(f.r1, l.m32s(f.a2)); Next }
    lgfi(RIL) { l.set_g(f.r1, l.k(f.i2)); Next }
    lrl(RIL) { l.set_w(f.r1, rel(l, f.t2, Width::W32)); Next }
    lgrl(RIL) { l.set_g(f.r1, rel(l, f.t2, Width::W64)); Next }
    lgfrl(RIL) { l.set_g(f.r1, rel(l, f.t2, Width::W32).sext(Width::W64)); Next }
    la(RX) { load_address(l, f.r1, l.addr(f.a2)); Next }
    lay(RXY) { load_address(l, f.r1, l.addr(f.a2)); Next }
    larl(RIL) { load_address(l, f.r1, l.ir.konst(Width::W64, l.relative(f.t2))); Next }
    laey(RXY) { load_address_extended(l, f.r1, f.a2); Next }
    lae(RX) { load_address_extended(l, f.r1, f.a2); Next }
    ltr(RR) { load_test_w(l, f.r1, l.ws(f.r2)); Next }
    lt(RXY) { load_test_w(l, f.r1, l.m32s(f.a2)); Next }
    ltgr(RRE) { load_test_g(l, f.r1, l.g(f.r2)); Next }
    ltgfr(RRE) { load_test_g(l, f.r1, l.ws(f.r2)); Next }
    ltg(RXY) { load_test_g(l, f.r1, l.m64(f.a2)); Next }
    ltgf(RXY) { load_test_g(l, f.r1, l.m32s(f.a2)); Next }
    lbr(RRE) { l.set_w(f.r1, byte(l, f.r2).sext(Width::W32)); Next }
    lgbr(RRE) { l.set_g(f.r1, byte(l, f.r2).sext(Width::W64)); Next }
    lb(RXY) { l.set_w(f.r1, l.load(l.addr(f.a2), Width::W8).sext(Width::W32)); Next }
    lgb(RXY) { l.set_g(f.r1, l.load(l.addr(f.a2), Width::W8).sext(Width::W64)); Next }
    lbh(RXY) { l.set_h(f.r1, l.load(l.addr(f.a2), Width::W8).sext(Width::W32)); Next }
    lhr(RRE) { l.set_w(f.r1, half(l, f.r2).sext(Width::W32)); Next }
    lghr(RRE) { l.set_g(f.r1, half(l, f.r2).sext(Width::W64)); Next }
    lh(RX) { l.set_w(f.r1, l.load(l.addr(f.a2), Width::W16).sext(Width::W32)); Next }
    lhy(RXY) { l.set_w(f.r1, l.load(l.addr(f.a2), Width::W16).sext(Width::W32)); Next }
    lgh(RXY) { l.set_g(f.r1, l.m16(f.a2)); Next }
    lhh(RXY) { l.set_h(f.r1, l.load(l.addr(f.a2), Width::W16).sext(Width::W32)); Next }
    lhi(RI) { l.set_w(f.r1, l.kw(f.i2)); Next }
    lghi(RI) { l.set_g(f.r1, l.k(f.i2)); Next }
    lhrl(RIL) { l.set_w(f.r1, rel(l, f.t2, Width::W16).sext(Width::W32)); Next }
    lghrl(RIL) { l.set_g(f.r1, rel(l, f.t2, Width::W16).sext(Width::W64)); Next }
    lfh(RXY) { l.set_h(f.r1, l.m32(f.a2)); Next }
    lat(RXY) { load_and_trap(l, f.r1, l.m32(f.a2), Part::Word); Next }
    lgat(RXY) { load_and_trap(l, f.r1, l.m64(f.a2), Part::All); Next }
    lfhat(RXY) { load_and_trap(l, f.r1, l.m32(f.a2), Part::High); Next }
    llgfat(RXY) { load_and_trap(l, f.r1, l.m32z(f.a2), Part::All); Next }
    llgtat(RXY) { load_and_trap(l, f.r1, l.m32z(f.a2) & l.k(0x7fff_ffff), Part::All); Next }
    lzrf(RXY) { l.set_w(f.r1, l.m32z(f.a2) & l.k(0xffff_ff00)); Next }
    lzrg(RXY) { l.set_g(f.r1, l.m64(f.a2) & l.k(!0xff)); Next }
    llzrgf(RXY) { l.set_g(f.r1, l.m32z(f.a2) & l.k(0xffff_ff00)); Next }
    // LOAD LOGICAL.
    llgfr(RRE) { l.set_g(f.r1, l.wz(f.r2)); Next }
    llgf(RXY) { l.set_g(f.r1, l.m32z(f.a2)); Next }
    llgfrl(RIL) { l.set_g(f.r1, rel(l, f.t2, Width::W32)); Next }
    llcr(RRE) { l.set_w(f.r1, byte(l, f.r2)); Next }
    llgcr(RRE) { l.set_g(f.r1, byte(l, f.r2)); Next }
    llc(RXY) { l.set_w(f.r1, l.load(l.addr(f.a2), Width::W8)); Next }
    llgc(RXY) { l.set_g(f.r1, l.load(l.addr(f.a2), Width::W8)); Next }
    llch(RXY) { l.set_h(f.r1, l.load(l.addr(f.a2), Width::W8)); Next }
    llhr(RRE) { l.set_w(f.r1, half(l, f.r2)); Next }
    llghr(RRE) { l.set_g(f.r1, half(l, f.r2)); Next }
    llh(RXY) { l.set_w(f.r1, l.load(l.addr(f.a2), Width::W16)); Next }
    llgh(RXY) { l.set_g(f.r1, l.load(l.addr(f.a2), Width::W16)); Next }
    llhh(RXY) { l.set_h(f.r1, l.load(l.addr(f.a2), Width::W16)); Next }
    llhrl(RIL) { l.set_w(f.r1, rel(l, f.t2, Width::W16)); Next }
    llghrl(RIL) { l.set_g(f.r1, rel(l, f.t2, Width::W16)); Next }
    llihf(RIL) { l.set_g(f.r1, l.k((f.u2 << 32) as i64)); Next }
    llilf(RIL) { l.set_g(f.r1, l.k(f.u2 as i64)); Next }
    llihh(RI) { l.set_g(f.r1, l.k((f.u2 << 48) as i64)); Next }
    llihl(RI) { l.set_g(f.r1, l.k((f.u2 << 32) as i64)); Next }
    llilh(RI) { l.set_g(f.r1, l.k((f.u2 << 16) as i64)); Next }
    llill(RI) { l.set_g(f.r1, l.k(f.u2 as i64)); Next }
    llgtr(RRE) { l.set_g(f.r1, l.g(f.r2) & l.k(0x7fff_ffff)); Next }
    llgt(RXY) { l.set_g(f.r1, l.m32z(f.a2) & l.k(0x7fff_ffff)); Next }
    // INSERT.
    ic(RX) { l.set_g(f.r1, l.g(f.r1).deposit(0, 8, l.load(l.addr(f.a2), Width::W8).zext(Width::W64))); Next }
    icy(RXY) { l.set_g(f.r1, l.g(f.r1).deposit(0, 8, l.load(l.addr(f.a2), Width::W8).zext(Width::W64))); Next }
    icm(RS) { insert_under_mask(l, f.r1, f.m3, 0, l.addr(f.a2)); Next }
    icmy(RSY) { insert_under_mask(l, f.r1, f.m3, 0, l.addr(f.a2)); Next }
    icmh(RSY) { insert_under_mask(l, f.r1, f.m3, 32, l.addr(f.a2)); Next }
    iihh(RI) { l.set_g(f.r1, l.g(f.r1).deposit(48, 16, l.k(f.u2 as i64))); Next }
    iihl(RI) { l.set_g(f.r1, l.g(f.r1).deposit(32, 16, l.k(f.u2 as i64))); Next }
    iilh(RI) { l.set_g(f.r1, l.g(f.r1).deposit(16, 16, l.k(f.u2 as i64))); Next }
    iill(RI) { l.set_g(f.r1, l.g(f.r1).deposit(0, 16, l.k(f.u2 as i64))); Next }
    iihf(RIL) { l.set_h(f.r1, l.k(f.u2 as i64)); Next }
    iilf(RIL) { l.set_w(f.r1, l.k(f.u2 as i64)); Next }
    // LOAD COMPLEMENT, NEGATIVE, POSITIVE.
    lcr(RR) { negate_w(l, f.r1, l.ws(f.r2)); Next }
    lcgr(RRE) { negate_g(l, f.r1, l.g(f.r2)); Next }
    lcgfr(RRE) { negate_g(l, f.r1, l.ws(f.r2)); Next }
    lnr(RR) { load_negative_w(l, f.r1, l.ws(f.r2)); Next }
    lngr(RRE) { load_negative_g(l, f.r1, l.g(f.r2)); Next }
    lngfr(RRE) { load_negative_g(l, f.r1, l.ws(f.r2)); Next }
    lpr(RR) { load_positive_w(l, f.r1, l.ws(f.r2)); Next }
    lpgr(RRE) { load_positive_g(l, f.r1, l.g(f.r2)); Next }
    lpgfr(RRE) { load_positive_g(l, f.r1, l.ws(f.r2)); Next }
    // LOAD REVERSED.
    lrvr(RRE) { l.set_w(f.r1, l.w(f.r2).bswap()); Next }
    lrvgr(RRE) { l.set_g(f.r1, l.g(f.r2).bswap()); Next }
    lrvh(RXY) { l.set_g(f.r1, l.g(f.r1).deposit(0, 16, l.load(l.addr(f.a2), Width::W16).bswap().zext(Width::W64))); Next }
    lrv(RXY) { l.set_w(f.r1, l.m32(f.a2).bswap()); Next }
    lrvg(RXY) { l.set_g(f.r1, l.m64(f.a2).bswap()); Next }
    strvh(RXY) { l.store(l.addr(f.a2), l.g(f.r1).trunc(Width::W16).bswap(), Width::W16); Next }
    strv(RXY) { l.store(l.addr(f.a2), l.w(f.r1).bswap(), Width::W32); Next }
    strvg(RXY) { l.store(l.addr(f.a2), l.g(f.r1).bswap(), Width::W64); Next }
    // LOAD and STORE ON CONDITION.
    locr(RRF) { on_condition_w(l, f.r1, f.m3, l.wz(f.r2)); Next }
    locgr(RRF) { on_condition_g(l, f.r1, f.m3, l.g(f.r2)); Next }
    loc(RSY) { load_on_condition(l, f, Part::Word) }
    locg(RSY) { load_on_condition(l, f, Part::All) }
    locfh(RSY) { load_on_condition(l, f, Part::High) }
    stoc(RSY) { store_on_condition(l, f, Part::Word) }
    stocg(RSY) { store_on_condition(l, f, Part::All) }
    stocfh(RSY) { store_on_condition(l, f, Part::High) }
    locfhr(RRF) { on_condition_h(l, f.r1, f.m3, l.g(f.r2).extract(32, 32)); Next }
    lochi(RIEg) { on_condition_w(l, f.r1, f.m3, l.k(f.i2 & 0xffff_ffff)); Next }
    locghi(RIEg) { on_condition_g(l, f.r1, f.m3, l.k(f.i2)); Next }
    lochhi(RIEg) { on_condition_h(l, f.r1, f.m3, l.k(f.i2 & 0xffff_ffff)); Next }
    selr(RRF) { l.set_w(f.r1, choose(l, f.m4, l.wz(f.r2), l.wz(f.r3))); Next }
    selgr(RRF) { l.set_g(f.r1, choose(l, f.m4, l.g(f.r2), l.g(f.r3))); Next }
    selfhr(RRF) { l.set_h(f.r1, choose(l, f.m4, l.g(f.r2).extract(32, 32), l.g(f.r3).extract(32, 32))); Next }
    // STORE.
    st(RX) { l.store(l.addr(f.a2), l.g(f.r1), Width::W32); Next }
    sty(RXY) { l.store(l.addr(f.a2), l.g(f.r1), Width::W32); Next }
    stg(RXY) { l.store(l.addr(f.a2), l.g(f.r1), Width::W64); Next }
    strl(RIL) { store_rel(l, f.t2, l.g(f.r1), Width::W32); Next }
    stgrl(RIL) { store_rel(l, f.t2, l.g(f.r1), Width::W64); Next }
    stc(RX) { l.store(l.addr(f.a2), l.g(f.r1), Width::W8); Next }
    stcy(RXY) { l.store(l.addr(f.a2), l.g(f.r1), Width::W8); Next }
    stch(RXY) { l.store(l.addr(f.a2), l.g(f.r1).extract(32, 32), Width::W8); Next }
    sth(RX) { l.store(l.addr(f.a2), l.g(f.r1), Width::W16); Next }
    sthy(RXY) { l.store(l.addr(f.a2), l.g(f.r1), Width::W16); Next }
    sthh(RXY) { l.store(l.addr(f.a2), l.g(f.r1).extract(32, 32), Width::W16); Next }
    sthrl(RIL) { store_rel(l, f.t2, l.g(f.r1), Width::W16); Next }
    stfh(RXY) { l.store(l.addr(f.a2), l.g(f.r1).extract(32, 32), Width::W32); Next }
    stcm(RS) { store_under_mask(l, f.r1, f.m3, 0, l.addr(f.a2)); Next }
    stcmy(RSY) { store_under_mask(l, f.r1, f.m3, 0, l.addr(f.a2)); Next }
    stcmh(RSY) { store_under_mask(l, f.r1, f.m3, 32, l.addr(f.a2)); Next }
    // MOVE.
    mvi(SI) { l.store(l.addr(f.a1), l.k(f.i2 as i64), Width::W8); Next }
    mviy(SIY) { l.store(l.addr(f.a1), l.k(f.i2 as i64), Width::W8); Next }
    mvhhi(SIL) { l.store(l.addr(f.a1), l.k(f.i2), Width::W16); Next }
    mvhi(SIL) { l.store(l.addr(f.a1), l.k(f.i2), Width::W32); Next }
    mvghi(SIL) { l.store(l.addr(f.a1), l.k(f.i2), Width::W64); Next }
    mvc(SSa) { two(l, f, helper::MVC); Next }
    mvcin(SSa) { two(l, f, helper::MVCIN); Next }
    mvcrl(SSE) { l.call(helper::MVCRL, &[l.addr(f.a1), l.addr(f.a2)]); Next }
    mvn(SSa) { two(l, f, helper::MVN); Next }
    mvz(SSa) { two(l, f, helper::MVZ); Next }
    nc(SSa) { two(l, f, helper::NC); Next }
    clc(SSa) { two(l, f, helper::CLC); Next }
    oc(SSa) { two(l, f, helper::OC); Next }
    xc(SSa) { exclusive_or(l, f); Next }
    tr(SSa) { two(l, f, helper::TR); Next }
    trt(SSa) { two(l, f, helper::TRT); Next }
    trtr(SSa) { two(l, f, helper::TRTR); Next }
    lm(RS) { multiple(l, helper::LOAD_MULTIPLE, f.r1, f.r3, l.addr(f.a2), 0); Next }
    lmy(RSY) { multiple(l, helper::LOAD_MULTIPLE, f.r1, f.r3, l.addr(f.a2), 0); Next }
    lmg(RSY) { load_multiple(l, f); Next }
    lmh(RSY) { multiple(l, helper::LOAD_MULTIPLE, f.r1, f.r3, l.addr(f.a2), 2); Next }
    lmd(SSd) { l.call(helper::LMD, &[l.k(f.r1.into()), l.k(f.r3.into()), l.addr(f.a1), l.addr(f.a2)]); Next }
    stm(RS) { multiple(l, helper::STORE_MULTIPLE, f.r1, f.r3, l.addr(f.a2), 0); Next }
    stmy(RSY) { multiple(l, helper::STORE_MULTIPLE, f.r1, f.r3, l.addr(f.a2), 0); Next }
    stmg(RSY) { store_multiple(l, f); Next }
    stmh(RSY) { multiple(l, helper::STORE_MULTIPLE, f.r1, f.r3, l.addr(f.a2), 2); Next }
    lam(RS) { access_multiple(l, helper::LOAD_MULTIPLE, f.r1, f.r3, l.addr(f.a2)); Next }
    lamy(RSY) { access_multiple(l, helper::LOAD_MULTIPLE, f.r1, f.r3, l.addr(f.a2)); Next }
    stam(RS) { access_multiple(l, helper::STORE_MULTIPLE, f.r1, f.r3, l.addr(f.a2)); Next }
    stamy(RSY) { access_multiple(l, helper::STORE_MULTIPLE, f.r1, f.r3, l.addr(f.a2)); Next }
    lpq(RXY) { load_pair_q(l, f) }
    stpq(RXY) { store_pair_q(l, f) }
    // Access registers.
    cpya(RRE) { l.ir.set(state::a(f.r1), l.ir.get(state::a(f.r2))); Next }
    ear(RRE) { l.set_w(f.r1, l.ir.get(state::a(f.r2))); Next }
    sar(RRE) { l.ir.set(state::a(f.r1), l.w(f.r2)); Next }
    // COMPARE AND SWAP.
    cs(RS) { compare_and_swap(l, f.r1, f.r3, l.addr(f.a2), Width::W32); Next }
    csy(RSY) { compare_and_swap(l, f.r1, f.r3, l.addr(f.a2), Width::W32); Next }
    csg(RSY) { compare_and_swap(l, f.r1, f.r3, l.addr(f.a2), Width::W64); Next }
    cds(RS) { compare_double_and_swap(l, f.r1, f.r3, l.addr(f.a2)) }
    cdsy(RSY) { compare_double_and_swap(l, f.r1, f.r3, l.addr(f.a2)) }
    cdsg(RSY) { compare_quad_and_swap(l, f) }
    ts(S) { test_and_set(l, f); Next }
}
