//! Hexadecimal-floating-point instructions.

use decode::Flow::{self, Next};
use decode::insns;
use uop::Width;

use crate::ext::Ext;
use crate::format::{Addr, RR, RRD, RRE, RRF, RX, RXE, RXF};
use crate::helper;
use crate::hfp::{self, Op};
use crate::hfp_unnormal;
use crate::lift::{Lift, V};

insns! {
    /// PoP, "Hexadecimal-Floating-Point Instructions"; conversions between BFP and HFP are in "Floating-Point-Support Instructions".
    pub INSNS for Lift;
    "0010 0000 ........" RR lpdr "{fr1}, {fr2}" [Z];
    "0010 0001 ........" RR lndr "{fr1}, {fr2}" [Z];
    "0010 0010 ........" RR ltdr "{fr1}, {fr2}" [Z];
    "0010 0011 ........" RR lcdr "{fr1}, {fr2}" [Z];
    "0010 0100 ........" RR hdr "{fr1}, {fr2}" [Z];
    "0011 0000 ........" RR lper "{fr1}, {fr2}" [Z];
    "0011 0001 ........" RR lner "{fr1}, {fr2}" [Z];
    "0011 0010 ........" RR lter "{fr1}, {fr2}" [Z];
    "0011 0011 ........" RR lcer "{fr1}, {fr2}" [Z];
    "0011 0100 ........" RR her "{fr1}, {fr2}" [Z];
    "0010 0101 ........" RR ldxr "{fr1}, {fr2}" [Z];
    "0010 0110 ........" RR mxr "{fr1}, {fr2}" [Z];
    "0010 0111 ........" RR mxdr "{fr1}, {fr2}" [Z];
    "0010 1001 ........" RR cdr "{fr1}, {fr2}" [Z];
    "0010 1010 ........" RR adr "{fr1}, {fr2}" [Z];
    "0010 1011 ........" RR sdr "{fr1}, {fr2}" [Z];
    "0010 1100 ........" RR mdr "{fr1}, {fr2}" [Z];
    "0010 1101 ........" RR ddr "{fr1}, {fr2}" [Z];
    "0010 1110 ........" RR awr "{fr1}, {fr2}" [Z];
    "0010 1111 ........" RR swr "{fr1}, {fr2}" [Z];
    "0011 0101 ........" RR ledr "{fr1}, {fr2}" [Z];
    "0011 0110 ........" RR axr "{fr1}, {fr2}" [Z];
    "0011 0111 ........" RR sxr "{fr1}, {fr2}" [Z];
    "0011 1001 ........" RR cer "{fr1}, {fr2}" [Z];
    "0011 1010 ........" RR aer "{fr1}, {fr2}" [Z];
    "0011 1011 ........" RR ser "{fr1}, {fr2}" [Z];
    "0011 1100 ........" RR mder "{fr1}, {fr2}" [Z];
    "0011 1101 ........" RR der "{fr1}, {fr2}" [Z];
    "0011 1110 ........" RR aur "{fr1}, {fr2}" [Z];
    "0011 1111 ........" RR sur "{fr1}, {fr2}" [Z];
    "0110 0111 ........................" RX mxd "{fr1}, {a2}" [Z];
    "0110 1001 ........................" RX cd "{fr1}, {a2}" [Z];
    "0110 1010 ........................" RX ad "{fr1}, {a2}" [Z];
    "0110 1011 ........................" RX sd "{fr1}, {a2}" [Z];
    "0110 1100 ........................" RX md "{fr1}, {a2}" [Z];
    "0110 1101 ........................" RX dd "{fr1}, {a2}" [Z];
    "0110 1110 ........................" RX aw "{fr1}, {a2}" [Z];
    "0110 1111 ........................" RX sw "{fr1}, {a2}" [Z];
    "0111 1001 ........................" RX ce "{fr1}, {a2}" [Z];
    "0111 1010 ........................" RX ae "{fr1}, {a2}" [Z];
    "0111 1011 ........................" RX se "{fr1}, {a2}" [Z];
    "0111 1100 ........................" RX mde "{fr1}, {a2}" [Z];
    "0111 1101 ........................" RX de "{fr1}, {a2}" [Z];
    "0111 1110 ........................" RX au "{fr1}, {a2}" [Z];
    "0111 1111 ........................" RX su "{fr1}, {a2}" [Z];
    "1011 0011 0010 0100 ................" RRE lder "{fr1}, {fr2}" [Z];
    "1011 0011 0010 0101 ................" RRE lxdr "{fr1}, {fr2}" [Z];
    "1011 0011 0010 0110 ................" RRE lxer "{fr1}, {fr2}" [Z];
    "1011 0011 0011 0110 ................" RRE sqxr "{fr1}, {fr2}" [Z];
    "1011 0011 0011 0111 ................" RRE meer "{fr1}, {fr2}" [Z];
    "1011 0011 0110 0000 ................" RRE lpxr "{fr1}, {fr2}" [Z];
    "1011 0011 0110 0001 ................" RRE lnxr "{fr1}, {fr2}" [Z];
    "1011 0011 0110 0010 ................" RRE ltxr "{fr1}, {fr2}" [Z];
    "1011 0011 0110 0011 ................" RRE lcxr "{fr1}, {fr2}" [Z];
    "1011 0011 0110 0110 ................" RRE lexr "{fr1}, {fr2}" [Z];
    "1011 0011 0110 0111 ................" RRE fixr "{fr1}, {fr2}" [Z];
    "1011 0011 0110 1001 ................" RRE cxr "{fr1}, {fr2}" [Z];
    "1011 0011 0111 0111 ................" RRE fier "{fr1}, {fr2}" [Z];
    "1011 0011 0111 1111 ................" RRE fidr "{fr1}, {fr2}" [Z];
    "1011 0010 0100 0100 ................" RRE sqdr "{fr1}, {fr2}" [Z];
    "1011 0010 0100 0101 ................" RRE sqer "{fr1}, {fr2}" [Z];
    "1011 0010 0010 1101 ................" RRE dxr "{fr1}, {fr2}" [Z];
    "1110 1101 ................................ 0010 0100" RXE lde "{fr1}, {a2}" [Z];
    "1110 1101 ................................ 0010 0101" RXE lxd "{fr1}, {a2}" [Z];
    "1110 1101 ................................ 0010 0110" RXE lxe "{fr1}, {a2}" [Z];
    "1110 1101 ................................ 0011 0100" RXE sqe "{fr1}, {a2}" [Z];
    "1110 1101 ................................ 0011 0101" RXE sqd "{fr1}, {a2}" [Z];
    "1110 1101 ................................ 0011 0111" RXE mee "{fr1}, {a2}" [Z];
    "1011 0011 1011 0100 ................" RRE cefr "{fr1}, {r2}" [Z];
    "1011 0011 1011 0101 ................" RRE cdfr "{fr1}, {r2}" [Z];
    "1011 0011 1011 0110 ................" RRE cxfr "{fr1}, {r2}" [Z];
    "1011 0011 1100 0100 ................" RRE cegr "{fr1}, {r2}" [Z];
    "1011 0011 1100 0101 ................" RRE cdgr "{fr1}, {r2}" [Z];
    "1011 0011 1100 0110 ................" RRE cxgr "{fr1}, {r2}" [Z];
    "1011 0011 1011 1000 ................" RRF cfer "{r1}, {m3}, {fr2}" [Z];
    "1011 0011 1011 1001 ................" RRF cfdr "{r1}, {m3}, {fr2}" [Z];
    "1011 0011 1011 1010 ................" RRF cfxr "{r1}, {m3}, {fr2}" [Z];
    "1011 0011 1100 1000 ................" RRF cger "{r1}, {m3}, {fr2}" [Z];
    "1011 0011 1100 1001 ................" RRF cgdr "{r1}, {m3}, {fr2}" [Z];
    "1011 0011 1100 1010 ................" RRF cgxr "{r1}, {m3}, {fr2}" [Z];
    "1011 0011 0010 1110 ................" RRD maer "{fr1}, {fr3}, {fr2}" [HfpMadd];
    "1011 0011 0010 1111 ................" RRD mser "{fr1}, {fr3}, {fr2}" [HfpMadd];
    "1011 0011 0011 1110 ................" RRD madr "{fr1}, {fr3}, {fr2}" [HfpMadd];
    "1011 0011 0011 1111 ................" RRD msdr "{fr1}, {fr3}, {fr2}" [HfpMadd];
    "1110 1101 ................................ 0010 1110" RXF mae "{fr1}, {fr3}, {a2}" [HfpMadd];
    "1110 1101 ................................ 0010 1111" RXF mse "{fr1}, {fr3}, {a2}" [HfpMadd];
    "1110 1101 ................................ 0011 1110" RXF mad "{fr1}, {fr3}, {a2}" [HfpMadd];
    "1110 1101 ................................ 0011 1111" RXF msd "{fr1}, {fr3}, {a2}" [HfpMadd];
    "1110 1101 ................................ 0011 1011" RXF my "{fr1}, {fr3}, {a2}" [HfpUnnorm];
    "1011 0011 0011 1011 ................" RRD myr "{fr1}, {fr3}, {fr2}" [HfpUnnorm];
    "1110 1101 ................................ 0011 1101" RXF myh "{fr1}, {fr3}, {a2}" [HfpUnnorm];
    "1011 0011 0011 1101 ................" RRD myhr "{fr1}, {fr3}, {fr2}" [HfpUnnorm];
    "1110 1101 ................................ 0011 1001" RXF myl "{fr1}, {fr3}, {a2}" [HfpUnnorm];
    "1011 0011 0011 1001 ................" RRD mylr "{fr1}, {fr3}, {fr2}" [HfpUnnorm];
    "1110 1101 ................................ 0011 1010" RXF may "{fr1}, {fr3}, {a2}" [HfpUnnorm];
    "1011 0011 0011 1010 ................" RRD mayr "{fr1}, {fr3}, {fr2}" [HfpUnnorm];
    "1110 1101 ................................ 0011 1100" RXF mayh "{fr1}, {fr3}, {a2}" [HfpUnnorm];
    "1011 0011 0011 1100 ................" RRD mayhr "{fr1}, {fr3}, {fr2}" [HfpUnnorm];
    "1110 1101 ................................ 0011 1000" RXF mayl "{fr1}, {fr3}, {a2}" [HfpUnnorm];
    "1011 0011 0011 1000 ................" RRD maylr "{fr1}, {fr3}, {fr2}" [HfpUnnorm];
    "1011 0011 0101 0000 ................" RRF tbedr "{fr1}, {m3}, {fr2}" [Z];
    "1011 0011 0101 0001 ................" RRF tbdr "{fr1}, {m3}, {fr2}" [Z];
    "1011 0011 0101 1000 ................" RRE thder "{fr1}, {fr2}" [Z];
    "1011 0011 0101 1001 ................" RRE thdr "{fr1}, {fr2}" [Z];
}

lifts! { l, f;
    lpdr(RR) if l.needs_fpr(&[f.r1, f.r2]) => { registers(l, Op::Positive, f.r1, f.r2, 8, 8) }
    lndr(RR) if l.needs_fpr(&[f.r1, f.r2]) => { registers(l, Op::Negative, f.r1, f.r2, 8, 8) }
    ltdr(RR) if l.needs_fpr(&[f.r1, f.r2]) => { registers(l, Op::Test, f.r1, f.r2, 8, 8) }
    lcdr(RR) if l.needs_fpr(&[f.r1, f.r2]) => { registers(l, Op::Complement, f.r1, f.r2, 8, 8) }
    hdr(RR) if l.needs_fpr(&[f.r1, f.r2]) => { registers(l, Op::Halve, f.r1, f.r2, 8, 8) }
    lper(RR) if l.needs_fpr(&[f.r1, f.r2]) => { registers(l, Op::Positive, f.r1, f.r2, 4, 4) }
    lner(RR) if l.needs_fpr(&[f.r1, f.r2]) => { registers(l, Op::Negative, f.r1, f.r2, 4, 4) }
    lter(RR) if l.needs_fpr(&[f.r1, f.r2]) => { registers(l, Op::Test, f.r1, f.r2, 4, 4) }
    lcer(RR) if l.needs_fpr(&[f.r1, f.r2]) => { registers(l, Op::Complement, f.r1, f.r2, 4, 4) }
    her(RR) if l.needs_fpr(&[f.r1, f.r2]) => { registers(l, Op::Halve, f.r1, f.r2, 4, 4) }
    ldxr(RR) if l.needs_fpr(&[f.r1, f.r2]) => { registers(l, Op::Round, f.r1, f.r2, 16, 8) }
    mxr(RR) if l.needs_fpr(&[f.r1, f.r2]) => { registers(l, Op::Multiply, f.r1, f.r2, 16, 16) }
    mxdr(RR) if l.needs_fpr(&[f.r1, f.r2]) => { registers(l, Op::Multiply, f.r1, f.r2, 8, 16) }
    cdr(RR) if l.needs_fpr(&[f.r1, f.r2]) => { registers(l, Op::Compare, f.r1, f.r2, 8, 8) }
    adr(RR) if l.needs_fpr(&[f.r1, f.r2]) => { registers(l, Op::Add, f.r1, f.r2, 8, 8) }
    sdr(RR) if l.needs_fpr(&[f.r1, f.r2]) => { registers(l, Op::Subtract, f.r1, f.r2, 8, 8) }
    mdr(RR) if l.needs_fpr(&[f.r1, f.r2]) => { registers(l, Op::Multiply, f.r1, f.r2, 8, 8) }
    ddr(RR) if l.needs_fpr(&[f.r1, f.r2]) => { registers(l, Op::Divide, f.r1, f.r2, 8, 8) }
    awr(RR) if l.needs_fpr(&[f.r1, f.r2]) => { registers(l, Op::AddUnnormalized, f.r1, f.r2, 8, 8) }
    swr(RR) if l.needs_fpr(&[f.r1, f.r2]) => { registers(l, Op::SubtractUnnormalized, f.r1, f.r2, 8, 8) }
    ledr(RR) if l.needs_fpr(&[f.r1, f.r2]) => { registers(l, Op::Round, f.r1, f.r2, 8, 4) }
    axr(RR) if l.needs_fpr(&[f.r1, f.r2]) => { registers(l, Op::Add, f.r1, f.r2, 16, 16) }
    sxr(RR) if l.needs_fpr(&[f.r1, f.r2]) => { registers(l, Op::Subtract, f.r1, f.r2, 16, 16) }
    cer(RR) if l.needs_fpr(&[f.r1, f.r2]) => { registers(l, Op::Compare, f.r1, f.r2, 4, 4) }
    aer(RR) if l.needs_fpr(&[f.r1, f.r2]) => { registers(l, Op::Add, f.r1, f.r2, 4, 4) }
    ser(RR) if l.needs_fpr(&[f.r1, f.r2]) => { registers(l, Op::Subtract, f.r1, f.r2, 4, 4) }
    mder(RR) if l.needs_fpr(&[f.r1, f.r2]) => { registers(l, Op::Multiply, f.r1, f.r2, 4, 8) }
    der(RR) if l.needs_fpr(&[f.r1, f.r2]) => { registers(l, Op::Divide, f.r1, f.r2, 4, 4) }
    aur(RR) if l.needs_fpr(&[f.r1, f.r2]) => { registers(l, Op::AddUnnormalized, f.r1, f.r2, 4, 4) }
    sur(RR) if l.needs_fpr(&[f.r1, f.r2]) => { registers(l, Op::SubtractUnnormalized, f.r1, f.r2, 4, 4) }
    mxd(RX) if l.needs_fpr(&[f.r1]) => { storage(l, Op::Multiply, f.r1, f.a2, 8, 16) }
    cd(RX) if l.needs_fpr(&[f.r1]) => { storage(l, Op::Compare, f.r1, f.a2, 8, 8) }
    ad(RX) if l.needs_fpr(&[f.r1]) => { storage(l, Op::Add, f.r1, f.a2, 8, 8) }
    sd(RX) if l.needs_fpr(&[f.r1]) => { storage(l, Op::Subtract, f.r1, f.a2, 8, 8) }
    md(RX) if l.needs_fpr(&[f.r1]) => { storage(l, Op::Multiply, f.r1, f.a2, 8, 8) }
    dd(RX) if l.needs_fpr(&[f.r1]) => { storage(l, Op::Divide, f.r1, f.a2, 8, 8) }
    aw(RX) if l.needs_fpr(&[f.r1]) => { storage(l, Op::AddUnnormalized, f.r1, f.a2, 8, 8) }
    sw(RX) if l.needs_fpr(&[f.r1]) => { storage(l, Op::SubtractUnnormalized, f.r1, f.a2, 8, 8) }
    ce(RX) if l.needs_fpr(&[f.r1]) => { storage(l, Op::Compare, f.r1, f.a2, 4, 4) }
    ae(RX) if l.needs_fpr(&[f.r1]) => { storage(l, Op::Add, f.r1, f.a2, 4, 4) }
    se(RX) if l.needs_fpr(&[f.r1]) => { storage(l, Op::Subtract, f.r1, f.a2, 4, 4) }
    mde(RX) if l.needs_fpr(&[f.r1]) => { storage(l, Op::Multiply, f.r1, f.a2, 4, 8) }
    de(RX) if l.needs_fpr(&[f.r1]) => { storage(l, Op::Divide, f.r1, f.a2, 4, 4) }
    au(RX) if l.needs_fpr(&[f.r1]) => { storage(l, Op::AddUnnormalized, f.r1, f.a2, 4, 4) }
    su(RX) if l.needs_fpr(&[f.r1]) => { storage(l, Op::SubtractUnnormalized, f.r1, f.a2, 4, 4) }
    lder(RRE) if l.needs_fpr(&[f.r1, f.r2]) => { registers(l, Op::Convert, f.r1, f.r2, 4, 8) }
    lxdr(RRE) if l.needs_fpr(&[f.r1, f.r2]) => { registers(l, Op::Convert, f.r1, f.r2, 8, 16) }
    lxer(RRE) if l.needs_fpr(&[f.r1, f.r2]) => { registers(l, Op::Convert, f.r1, f.r2, 4, 16) }
    sqxr(RRE) if l.needs_fpr(&[f.r1, f.r2]) => { registers(l, Op::SquareRoot, f.r1, f.r2, 16, 16) }
    meer(RRE) if l.needs_fpr(&[f.r1, f.r2]) => { registers(l, Op::Multiply, f.r1, f.r2, 4, 4) }
    lpxr(RRE) if l.needs_fpr(&[f.r1, f.r2]) => { registers(l, Op::Positive, f.r1, f.r2, 16, 16) }
    lnxr(RRE) if l.needs_fpr(&[f.r1, f.r2]) => { registers(l, Op::Negative, f.r1, f.r2, 16, 16) }
    ltxr(RRE) if l.needs_fpr(&[f.r1, f.r2]) => { registers(l, Op::Test, f.r1, f.r2, 16, 16) }
    lcxr(RRE) if l.needs_fpr(&[f.r1, f.r2]) => { registers(l, Op::Complement, f.r1, f.r2, 16, 16) }
    lexr(RRE) if l.needs_fpr(&[f.r1, f.r2]) => { registers(l, Op::Round, f.r1, f.r2, 16, 4) }
    fixr(RRE) if l.needs_fpr(&[f.r1, f.r2]) => { registers(l, Op::Integer, f.r1, f.r2, 16, 16) }
    cxr(RRE) if l.needs_fpr(&[f.r1, f.r2]) => { registers(l, Op::Compare, f.r1, f.r2, 16, 16) }
    fier(RRE) if l.needs_fpr(&[f.r1, f.r2]) => { registers(l, Op::Integer, f.r1, f.r2, 4, 4) }
    fidr(RRE) if l.needs_fpr(&[f.r1, f.r2]) => { registers(l, Op::Integer, f.r1, f.r2, 8, 8) }
    sqdr(RRE) if l.needs_fpr(&[f.r1, f.r2]) => { registers(l, Op::SquareRoot, f.r1, f.r2, 8, 8) }
    sqer(RRE) if l.needs_fpr(&[f.r1, f.r2]) => { registers(l, Op::SquareRoot, f.r1, f.r2, 4, 4) }
    dxr(RRE) if l.needs_fpr(&[f.r1, f.r2]) => { registers(l, Op::Divide, f.r1, f.r2, 16, 16) }
    lde(RXE) if l.needs_fpr(&[f.r1]) => { storage(l, Op::Convert, f.r1, f.a2, 4, 8) }
    lxd(RXE) if l.needs_fpr(&[f.r1]) => { storage(l, Op::Convert, f.r1, f.a2, 8, 16) }
    lxe(RXE) if l.needs_fpr(&[f.r1]) => { storage(l, Op::Convert, f.r1, f.a2, 4, 16) }
    sqe(RXE) if l.needs_fpr(&[f.r1]) => { storage(l, Op::SquareRoot, f.r1, f.a2, 4, 4) }
    sqd(RXE) if l.needs_fpr(&[f.r1]) => { storage(l, Op::SquareRoot, f.r1, f.a2, 8, 8) }
    mee(RXE) if l.needs_fpr(&[f.r1]) => { storage(l, Op::Multiply, f.r1, f.a2, 4, 4) }
    cefr(RRE) if l.needs_fpr(&[f.r1]) => { let value = l.ws(f.r2); from_fixed(l, f.r1, value, 4) }
    cdfr(RRE) if l.needs_fpr(&[f.r1]) => { let value = l.ws(f.r2); from_fixed(l, f.r1, value, 8) }
    cxfr(RRE) if l.needs_fpr(&[f.r1]) => { let value = l.ws(f.r2); from_fixed(l, f.r1, value, 16) }
    cegr(RRE) if l.needs_fpr(&[f.r1]) => { let value = l.g(f.r2); from_fixed(l, f.r1, value, 4) }
    cdgr(RRE) if l.needs_fpr(&[f.r1]) => { let value = l.g(f.r2); from_fixed(l, f.r1, value, 8) }
    cxgr(RRE) if l.needs_fpr(&[f.r1]) => { let value = l.g(f.r2); from_fixed(l, f.r1, value, 16) }
    cfer(RRF) if l.needs_fpr(&[f.r2]) => { to_fixed(l, f, 4, 0) }
    cfdr(RRF) if l.needs_fpr(&[f.r2]) => { to_fixed(l, f, 8, 0) }
    cfxr(RRF) if l.needs_fpr(&[f.r2]) => { to_fixed(l, f, 16, 0) }
    cger(RRF) if l.needs_fpr(&[f.r2]) => { to_fixed(l, f, 4, 1) }
    cgdr(RRF) if l.needs_fpr(&[f.r2]) => { to_fixed(l, f, 8, 1) }
    cgxr(RRF) if l.needs_fpr(&[f.r2]) => { to_fixed(l, f, 16, 1) }
    maer(RRD) if l.needs_fpr(&[f.r1, f.r2, f.r3]) => { let b = operand(l, f.r2, 4).1; multiply_add(l, 0, f.r1, f.r3, b, 4) }
    mser(RRD) if l.needs_fpr(&[f.r1, f.r2, f.r3]) => { let b = operand(l, f.r2, 4).1; multiply_add(l, 1, f.r1, f.r3, b, 4) }
    madr(RRD) if l.needs_fpr(&[f.r1, f.r2, f.r3]) => { let b = operand(l, f.r2, 8).1; multiply_add(l, 0, f.r1, f.r3, b, 8) }
    msdr(RRD) if l.needs_fpr(&[f.r1, f.r2, f.r3]) => { let b = operand(l, f.r2, 8).1; multiply_add(l, 1, f.r1, f.r3, b, 8) }
    mae(RXF) if l.needs_fpr(&[f.r1, f.r3]) => { let b = l.m32z(f.a2); multiply_add(l, 0, f.r1, f.r3, b, 4) }
    mse(RXF) if l.needs_fpr(&[f.r1, f.r3]) => { let b = l.m32z(f.a2); multiply_add(l, 1, f.r1, f.r3, b, 4) }
    mad(RXF) if l.needs_fpr(&[f.r1, f.r3]) => { let b = l.m64(f.a2); multiply_add(l, 0, f.r1, f.r3, b, 8) }
    msd(RXF) if l.needs_fpr(&[f.r1, f.r3]) => { let b = l.m64(f.a2); multiply_add(l, 1, f.r1, f.r3, b, 8) }
    my(RXF) if l.needs_fpr(&[f.r1, f.r3]) => { let b = l.m64(f.a2); unnormalized(l, f.r1, f.r3, b, hfp_unnormal::BOTH, 0) }
    myr(RRD) if l.needs_fpr(&[f.r1, f.r2, f.r3]) => { let b = l.f64(f.r2); unnormalized(l, f.r1, f.r3, b, hfp_unnormal::BOTH, 0) }
    myh(RXF) if l.needs_fpr(&[f.r1, f.r3]) => { let b = l.m64(f.a2); unnormalized(l, f.r1, f.r3, b, hfp_unnormal::HIGH, 0) }
    myhr(RRD) if l.needs_fpr(&[f.r1, f.r2, f.r3]) => { let b = l.f64(f.r2); unnormalized(l, f.r1, f.r3, b, hfp_unnormal::HIGH, 0) }
    myl(RXF) if l.needs_fpr(&[f.r1, f.r3]) => { let b = l.m64(f.a2); unnormalized(l, f.r1, f.r3, b, hfp_unnormal::LOW, 0) }
    mylr(RRD) if l.needs_fpr(&[f.r1, f.r2, f.r3]) => { let b = l.f64(f.r2); unnormalized(l, f.r1, f.r3, b, hfp_unnormal::LOW, 0) }
    may(RXF) if l.needs_fpr(&[f.r1, f.r3]) => { let b = l.m64(f.a2); unnormalized(l, f.r1, f.r3, b, hfp_unnormal::BOTH, 1) }
    mayr(RRD) if l.needs_fpr(&[f.r1, f.r2, f.r3]) => { let b = l.f64(f.r2); unnormalized(l, f.r1, f.r3, b, hfp_unnormal::BOTH, 1) }
    mayh(RXF) if l.needs_fpr(&[f.r1, f.r3]) => { let b = l.m64(f.a2); unnormalized(l, f.r1, f.r3, b, hfp_unnormal::HIGH, 1) }
    mayhr(RRD) if l.needs_fpr(&[f.r1, f.r2, f.r3]) => { let b = l.f64(f.r2); unnormalized(l, f.r1, f.r3, b, hfp_unnormal::HIGH, 1) }
    mayl(RXF) if l.needs_fpr(&[f.r1, f.r3]) => { let b = l.m64(f.a2); unnormalized(l, f.r1, f.r3, b, hfp_unnormal::LOW, 1) }
    maylr(RRD) if l.needs_fpr(&[f.r1, f.r2, f.r3]) => { let b = l.f64(f.r2); unnormalized(l, f.r1, f.r3, b, hfp_unnormal::LOW, 1) }
    tbedr(RRF) if l.needs_bfp() => { if !matches!(f.m3, 0 | 1 | 4..=7) { return l.specification(); } let v = l.f64(f.r2); l.call(helper::HFP_TO_BFP, &[l.k(f.r1.into()), v, l.k(4), l.k(f.m3.into())]); Next }
    tbdr(RRF) if l.needs_bfp() => { if !matches!(f.m3, 0 | 1 | 4..=7) { return l.specification(); } let v = l.f64(f.r2); l.call(helper::HFP_TO_BFP, &[l.k(f.r1.into()), v, l.k(8), l.k(f.m3.into())]); Next }
    thder(RRE) if l.needs_bfp() => { let v = operand(l, f.r2, 4).1; l.call(helper::HFP_FROM_BFP, &[l.k(f.r1.into()), v, l.k(4)]); Next }
    thdr(RRE) if l.needs_bfp() => { let v = operand(l, f.r2, 8).1; l.call(helper::HFP_FROM_BFP, &[l.k(f.r1.into()), v, l.k(8)]); Next }
}

/// Both halves of an operand in registers; short and long ones are in the second.
fn operand<'b>(l: &Lift<'b>, r: u8, size: u64) -> (V<'b>, V<'b>) {
    match size {
        4 => (l.k(0), l.f32(r).zext(Width::W64)),
        8 => (l.k(0), l.f64(r)),
        _ => (l.f64(r), l.f64(r + 2)),
    }
}

/// Whether a register can't hold an operand of so many bytes.
fn is_no_pair(r: u8, size: u64) -> bool {
    size == 16 && r & 2 != 0
}

fn registers(l: &Lift, op: Op, r1: u8, r2: u8, from: u64, to: u64) -> Flow {
    if is_no_pair(r1, to) || is_no_pair(r2, from) {
        return l.specification();
    }
    let (high, low) = operand(l, r2, from);
    l.call(helper::HFP, &[l.ir.konst(Width::W64, hfp::pack(op, r1, from, to)), high, low]);
    Next
}

fn storage(l: &Lift, op: Op, r1: u8, a2: Addr, from: u64, to: u64) -> Flow {
    if is_no_pair(r1, to) {
        return l.specification();
    }
    let low = if from == 4 { l.m32z(a2) } else { l.m64(a2) };
    l.call(helper::HFP, &[l.ir.konst(Width::W64, hfp::pack(op, r1, from, to)), l.k(0), low]);
    Next
}

fn from_fixed<'b>(l: &Lift<'b>, r1: u8, value: V<'b>, size: u64) -> Flow {
    if is_no_pair(r1, size) {
        return l.specification();
    }
    l.call(helper::HFP_FROM_FIXED, &[value, l.k(r1.into()), l.k(size as i64)]);
    Next
}

/// CONVERT TO FIXED: rounding methods 0, 1, and 4 to 7.
fn to_fixed(l: &Lift, f: RRF, size: u64, long: i64) -> Flow {
    if is_no_pair(f.r2, size) || !matches!(f.m3, 0 | 1 | 4..=7) {
        return l.specification();
    }
    let (high, low) = operand(l, f.r2, size);
    let how = l.k((size as i64) << 4 | i64::from(f.m3) << 12 | long << 16);
    l.call(helper::HFP_TO_FIXED, &[l.k(f.r1.into()), high, low, how]);
    Next
}

fn multiply_add<'b>(l: &Lift<'b>, subtract: u64, r1: u8, r3: u8, b: V<'b>, size: u64) -> Flow {
    let what = l.ir.konst(Width::W64, subtract | u64::from(r1) << 8 | size << 16);
    l.call(helper::HFP_MULTIPLY_ADD, &[what, b, operand(l, r3, size).1]);
    Next
}

/// MULTIPLY UNNORMALIZED, and with AND ADD.
fn unnormalized<'b>(l: &Lift<'b>, r1: u8, r3: u8, b: V<'b>, kept: i64, adds: i64) -> Flow {
    // The product's pair is named by its first register; of a sum, either may be named.
    if kept == hfp_unnormal::BOTH && adds == 0 && is_no_pair(r1, 16) {
        return l.specification();
    }
    let how = l.k(i64::from(r1) | kept << 4 | adds << 6);
    l.call(helper::HFP_MULTIPLY_UNNORMALIZED, &[how, b, l.f64(r3)]);
    Next
}
