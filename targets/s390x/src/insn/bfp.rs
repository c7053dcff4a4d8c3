//! Binary-floating-point instructions, and the floating-point-support instructions that move numbers.

use decode::Flow::{self, Next};
use decode::insns;
use uop::{FastFp, Width};

use crate::cc::Kind;
use crate::ext::Ext;
use crate::format::{RR, RRD, RRE, RRF, RX, RXE, RXF, RXY, S};
use crate::fp::{Info, Op};
use crate::helper;
use crate::lift::{Lift, V};
use crate::state;

const SIGN32: u64 = 1 << 31;
const SIGN64: u64 = 1 << 63;

insns! {
    /// PoP, "Binary-Floating-Point Instructions" and "Floating-Point-Support Instructions".
    pub INSNS for Lift;
    // ADD, SUBTRACT, MULTIPLY, DIVIDE.
    "1011 0011 0000 1010 ................" RRE aebr "{fr1}, {fr2}" [Z];
    "1110 1101 ................................ 0000 1010" RXE aeb "{fr1}, {a2}" [Z];
    "1011 0011 0001 1010 ................" RRE adbr "{fr1}, {fr2}" [Z];
    "1110 1101 ................................ 0001 1010" RXE adb "{fr1}, {a2}" [Z];
    "1011 0011 0100 1010 ................" RRE axbr "{fr1}, {fr2}" [Z];
    "1011 0011 0000 1011 ................" RRE sebr "{fr1}, {fr2}" [Z];
    "1110 1101 ................................ 0000 1011" RXE seb "{fr1}, {a2}" [Z];
    "1011 0011 0001 1011 ................" RRE sdbr "{fr1}, {fr2}" [Z];
    "1110 1101 ................................ 0001 1011" RXE sdb "{fr1}, {a2}" [Z];
    "1011 0011 0100 1011 ................" RRE sxbr "{fr1}, {fr2}" [Z];
    "1011 0011 0000 1101 ................" RRE debr "{fr1}, {fr2}" [Z];
    "1110 1101 ................................ 0000 1101" RXE deb "{fr1}, {a2}" [Z];
    "1011 0011 0001 1101 ................" RRE ddbr "{fr1}, {fr2}" [Z];
    "1110 1101 ................................ 0001 1101" RXE ddb "{fr1}, {a2}" [Z];
    "1011 0011 0100 1101 ................" RRE dxbr "{fr1}, {fr2}" [Z];
    "1011 0011 0001 0111 ................" RRE meebr "{fr1}, {fr2}" [Z];
    "1110 1101 ................................ 0001 0111" RXE meeb "{fr1}, {a2}" [Z];
    "1011 0011 0001 1100 ................" RRE mdbr "{fr1}, {fr2}" [Z];
    "1110 1101 ................................ 0001 1100" RXE mdb "{fr1}, {a2}" [Z];
    "1011 0011 0100 1100 ................" RRE mxbr "{fr1}, {fr2}" [Z];
    "1011 0011 0000 1100 ................" RRE mdebr "{fr1}, {fr2}" [Z];
    "1110 1101 ................................ 0000 1100" RXE mdeb "{fr1}, {a2}" [Z];
    "1011 0011 0000 0111 ................" RRE mxdbr "{fr1}, {fr2}" [Z];
    "1110 1101 ................................ 0000 0111" RXE mxdb "{fr1}, {a2}" [Z];
    // SQUARE ROOT.
    "1011 0011 0001 0100 ................" RRE sqebr "{fr1}, {fr2}" [Z];
    "1110 1101 ................................ 0001 0100" RXE sqeb "{fr1}, {a2}" [Z];
    "1011 0011 0001 0101 ................" RRE sqdbr "{fr1}, {fr2}" [Z];
    "1110 1101 ................................ 0001 0101" RXE sqdb "{fr1}, {a2}" [Z];
    "1011 0011 0001 0110 ................" RRE sqxbr "{fr1}, {fr2}" [Z];
    // MULTIPLY AND ADD, MULTIPLY AND SUBTRACT.
    "1011 0011 0000 1110 ................" RRD maebr "{fr1}, {fr3}, {fr2}" [Z];
    "1110 1101 ................................ 0000 1110" RXF maeb "{fr1}, {fr3}, {a2}" [Z];
    "1011 0011 0000 1111 ................" RRD msebr "{fr1}, {fr3}, {fr2}" [Z];
    "1110 1101 ................................ 0000 1111" RXF mseb "{fr1}, {fr3}, {a2}" [Z];
    "1011 0011 0001 1110 ................" RRD madbr "{fr1}, {fr3}, {fr2}" [Z];
    "1110 1101 ................................ 0001 1110" RXF madb "{fr1}, {fr3}, {a2}" [Z];
    "1011 0011 0001 1111 ................" RRD msdbr "{fr1}, {fr3}, {fr2}" [Z];
    "1110 1101 ................................ 0001 1111" RXF msdb "{fr1}, {fr3}, {a2}" [Z];
    // COMPARE, COMPARE AND SIGNAL.
    "1011 0011 0000 1001 ................" RRE cebr "{fr1}, {fr2}" [Z];
    "1110 1101 ................................ 0000 1001" RXE ceb "{fr1}, {a2}" [Z];
    "1011 0011 0000 1000 ................" RRE kebr "{fr1}, {fr2}" [Z];
    "1110 1101 ................................ 0000 1000" RXE keb "{fr1}, {a2}" [Z];
    "1011 0011 0001 1001 ................" RRE cdbr "{fr1}, {fr2}" [Z];
    "1110 1101 ................................ 0001 1001" RXE cdb "{fr1}, {a2}" [Z];
    "1011 0011 0001 1000 ................" RRE kdbr "{fr1}, {fr2}" [Z];
    "1110 1101 ................................ 0001 1000" RXE kdb "{fr1}, {a2}" [Z];
    "1011 0011 0100 1001 ................" RRE cxbr "{fr1}, {fr2}" [Z];
    "1011 0011 0100 1000 ................" RRE kxbr "{fr1}, {fr2}" [Z];
    // LOAD AND TEST, LOAD COMPLEMENT, NEGATIVE, POSITIVE.
    "1011 0011 0000 0010 ................" RRE ltebr "{fr1}, {fr2}" [Z];
    "1011 0011 0001 0010 ................" RRE ltdbr "{fr1}, {fr2}" [Z];
    "1011 0011 0000 0011 ................" RRE lcebr "{fr1}, {fr2}" [Z];
    "1011 0011 0001 0011 ................" RRE lcdbr "{fr1}, {fr2}" [Z];
    "1011 0011 0000 0001 ................" RRE lnebr "{fr1}, {fr2}" [Z];
    "1011 0011 0001 0001 ................" RRE lndbr "{fr1}, {fr2}" [Z];
    "1011 0011 0000 0000 ................" RRE lpebr "{fr1}, {fr2}" [Z];
    "1011 0011 0001 0000 ................" RRE lpdbr "{fr1}, {fr2}" [Z];
    "1011 0011 0100 0010 ................" RRE ltxbr "{fr1}, {fr2}" [Z];
    "1011 0011 0100 0011 ................" RRE lcxbr "{fr1}, {fr2}" [Z];
    "1011 0011 0100 0001 ................" RRE lnxbr "{fr1}, {fr2}" [Z];
    "1011 0011 0100 0000 ................" RRE lpxbr "{fr1}, {fr2}" [Z];
    // Between formats.
    "1011 0011 0000 0100 ................" RRE ldebr "{fr1}, {fr2}" [Z];
    "1110 1101 ................................ 0000 0100" RXE ldeb "{fr1}, {a2}" [Z];
    "1011 0011 0000 0101 ................" RRE lxdbr "{fr1}, {fr2}" [Z];
    "1110 1101 ................................ 0000 0101" RXE lxdb "{fr1}, {a2}" [Z];
    "1011 0011 0000 0110 ................" RRE lxebr "{fr1}, {fr2}" [Z];
    "1110 1101 ................................ 0000 0110" RXE lxeb "{fr1}, {a2}" [Z];
    "1011 0011 0100 0100 ................" RRF ledbr "{fr1}, {fr2}" [Z];
    "1011 0011 0100 0101 ................" RRF ldxbr "{fr1}, {fr2}" [Z];
    "1011 0011 0100 0110 ................" RRF lexbr "{fr1}, {fr2}" [Z];
    "1011 0011 0101 0011 ................" RRF diebr "{fr1}, {fr3}, {fr2}, {m4}" [Z];
    "1011 0011 0101 1011 ................" RRF didbr "{fr1}, {fr3}, {fr2}, {m4}" [Z];
    "1011 0011 0101 0111 ................" RRF fiebr "{fr1}, {m3}, {fr2}" [Z];
    "1011 0011 0101 1111 ................" RRF fidbr "{fr1}, {m3}, {fr2}" [Z];
    "1011 0011 0100 0111 ................" RRF fixbr "{fr1}, {m3}, {fr2}" [Z];
    // From and to integers.
    "1011 0011 1001 0100 ................" RRF cefbr "{fr1}, {m3}, {r2}" [Z];
    "1011 0011 1001 0101 ................" RRF cdfbr "{fr1}, {m3}, {r2}" [Z];
    "1011 0011 1001 0110 ................" RRF cxfbr "{fr1}, {m3}, {r2}" [Z];
    "1011 0011 1001 0000 ................" RRF celfbr "{fr1}, {m3}, {r2}" [FpExt];
    "1011 0011 1001 0001 ................" RRF cdlfbr "{fr1}, {m3}, {r2}" [FpExt];
    "1011 0011 1001 0010 ................" RRF cxlfbr "{fr1}, {m3}, {r2}" [FpExt];
    "1011 0011 1010 0100 ................" RRF cegbr "{fr1}, {m3}, {r2}" [Z];
    "1011 0011 1010 0101 ................" RRF cdgbr "{fr1}, {m3}, {r2}" [Z];
    "1011 0011 1010 0110 ................" RRF cxgbr "{fr1}, {m3}, {r2}" [Z];
    "1011 0011 1010 0000 ................" RRF celgbr "{fr1}, {m3}, {r2}" [FpExt];
    "1011 0011 1010 0001 ................" RRF cdlgbr "{fr1}, {m3}, {r2}" [FpExt];
    "1011 0011 1010 0010 ................" RRF cxlgbr "{fr1}, {m3}, {r2}" [FpExt];
    "1011 0011 1001 1000 ................" RRF cfebr "{r1}, {m3}, {fr2}" [Z];
    "1011 0011 1001 1001 ................" RRF cfdbr "{r1}, {m3}, {fr2}" [Z];
    "1011 0011 1001 1010 ................" RRF cfxbr "{r1}, {m3}, {fr2}" [Z];
    "1011 0011 1001 1100 ................" RRF clfebr "{r1}, {m3}, {fr2}" [FpExt];
    "1011 0011 1001 1101 ................" RRF clfdbr "{r1}, {m3}, {fr2}" [FpExt];
    "1011 0011 1001 1110 ................" RRF clfxbr "{r1}, {m3}, {fr2}" [FpExt];
    "1011 0011 1010 1000 ................" RRF cgebr "{r1}, {m3}, {fr2}" [Z];
    "1011 0011 1010 1001 ................" RRF cgdbr "{r1}, {m3}, {fr2}" [Z];
    "1011 0011 1010 1010 ................" RRF cgxbr "{r1}, {m3}, {fr2}" [Z];
    "1011 0011 1010 1100 ................" RRF clgebr "{r1}, {m3}, {fr2}" [FpExt];
    "1011 0011 1010 1101 ................" RRF clgdbr "{r1}, {m3}, {fr2}" [FpExt];
    "1011 0011 1010 1110 ................" RRF clgxbr "{r1}, {m3}, {fr2}" [FpExt];
    // TEST DATA CLASS.
    "1110 1101 ................................ 0001 0000" RXE tceb "{fr1}, {a2}" [Z];
    "1110 1101 ................................ 0001 0001" RXE tcdb "{fr1}, {a2}" [Z];
    "1110 1101 ................................ 0001 0010" RXE tcxb "{fr1}, {a2}" [Z];
    // Loads, stores, moves.
    "0011 1000 ........" RR ler "{fr1}, {fr2}" [Z];
    "0010 1000 ........" RR ldr "{fr1}, {fr2}" [Z];
    "1011 0011 0110 0101 ................" RRE lxr "{fr1}, {fr2}" [Z];
    "0111 1000 ........................" RX le "{fr1}, {a2}" [Z];
    "0110 1000 ........................" RX ld "{fr1}, {a2}" [Z];
    "1110 1101 ................................ 0110 0100" RXY ley "{fr1}, {a2}" [LongDisp];
    "1110 1101 ................................ 0110 0101" RXY ldy "{fr1}, {a2}" [LongDisp];
    "0111 0000 ........................" RX ste "{fr1}, {a2}" [Z];
    "0110 0000 ........................" RX std "{fr1}, {a2}" [Z];
    "1110 1101 ................................ 0110 0110" RXY stey "{fr1}, {a2}" [LongDisp];
    "1110 1101 ................................ 0110 0111" RXY stdy "{fr1}, {a2}" [LongDisp];
    "1011 0011 0111 0100 ................" RRE lzer "{fr1}" [Z];
    "1011 0011 0111 0101 ................" RRE lzdr "{fr1}" [Z];
    "1011 0011 0111 0110 ................" RRE lzxr "{fr1}" [Z];
    "1011 0011 1100 1101 ................" RRE lgdr "{r1}, {fr2}" [FpSupport];
    "1011 0011 1100 0001 ................" RRE ldgr "{fr1}, {r2}" [FpSupport];
    "1011 0011 0111 0000 ................" RRE lpdfr "{fr1}, {fr2}" [FpSupport];
    "1011 0011 0111 0001 ................" RRE lndfr "{fr1}, {fr2}" [FpSupport];
    "1011 0011 0111 0011 ................" RRE lcdfr "{fr1}, {fr2}" [FpSupport];
    "1011 0011 0111 0010 ................" RRF cpsdr "{fr1}, {fr3}, {fr2}" [FpSupport];
    // The FPC register.
    "1011 0011 1000 1100 ................" RRE efpc "{r1}" [Z];
    "1011 0011 1000 0100 ................" RRE sfpc "{r1}" [Z];
    "1011 0010 1001 1101 ................" S lfpc "{a2}" [Z];
    "1011 0010 1001 1100 ................" S stfpc "{a2}" [Z];
    "1011 0011 1000 0101 ................" RRE sfasr "{r1}" [FpExt];
    "1011 0010 1011 1101 ................" S lfas "{a2}" [FpExt];
    "1011 0010 1001 1001 ................" S srnm "{a2}" [Z];
    "1011 0010 1011 1000 ................" S srnmb "{a2}" [FpExt];
}

lifts! { l, f;
    // ADD, SUBTRACT, MULTIPLY, DIVIDE.
    aebr(RRE) if l.needs_bfp() => { arith32(l, Op::Add, FastFp::Add32, f.r1, l.f32(f.r1), l.f32(f.r2), true); Next }
    aeb(RXE) if l.needs_bfp() => { arith32(l, Op::Add, FastFp::Add32, f.r1, l.f32(f.r1), l.m32(f.a2), true); Next }
    adbr(RRE) if l.needs_bfp() => { arith64(l, Op::Add, FastFp::Add64, f.r1, l.f64(f.r1), l.f64(f.r2), true); Next }
    adb(RXE) if l.needs_bfp() => { arith64(l, Op::Add, FastFp::Add64, f.r1, l.f64(f.r1), l.m64(f.a2), true); Next }
    axbr(RRE) if l.needs_bfp() => { extended(l, Op::Add, f) }
    sebr(RRE) if l.needs_bfp() => { arith32(l, Op::Sub, FastFp::Sub32, f.r1, l.f32(f.r1), l.f32(f.r2), true); Next }
    seb(RXE) if l.needs_bfp() => { arith32(l, Op::Sub, FastFp::Sub32, f.r1, l.f32(f.r1), l.m32(f.a2), true); Next }
    sdbr(RRE) if l.needs_bfp() => { arith64(l, Op::Sub, FastFp::Sub64, f.r1, l.f64(f.r1), l.f64(f.r2), true); Next }
    sdb(RXE) if l.needs_bfp() => { arith64(l, Op::Sub, FastFp::Sub64, f.r1, l.f64(f.r1), l.m64(f.a2), true); Next }
    sxbr(RRE) if l.needs_bfp() => { extended(l, Op::Sub, f) }
    debr(RRE) if l.needs_bfp() => { arith32(l, Op::Div, FastFp::Div32, f.r1, l.f32(f.r1), l.f32(f.r2), false); Next }
    deb(RXE) if l.needs_bfp() => { arith32(l, Op::Div, FastFp::Div32, f.r1, l.f32(f.r1), l.m32(f.a2), false); Next }
    ddbr(RRE) if l.needs_bfp() => { arith64(l, Op::Div, FastFp::Div64, f.r1, l.f64(f.r1), l.f64(f.r2), false); Next }
    ddb(RXE) if l.needs_bfp() => { arith64(l, Op::Div, FastFp::Div64, f.r1, l.f64(f.r1), l.m64(f.a2), false); Next }
    dxbr(RRE) if l.needs_bfp() => { extended(l, Op::Div, f) }
    meebr(RRE) if l.needs_bfp() => { arith32(l, Op::Mul, FastFp::Mul32, f.r1, l.f32(f.r1), l.f32(f.r2), false); Next }
    meeb(RXE) if l.needs_bfp() => { arith32(l, Op::Mul, FastFp::Mul32, f.r1, l.f32(f.r1), l.m32(f.a2), false); Next }
    mdbr(RRE) if l.needs_bfp() => { arith64(l, Op::Mul, FastFp::Mul64, f.r1, l.f64(f.r1), l.f64(f.r2), false); Next }
    mdb(RXE) if l.needs_bfp() => { arith64(l, Op::Mul, FastFp::Mul64, f.r1, l.f64(f.r1), l.m64(f.a2), false); Next }
    mxbr(RRE) if l.needs_bfp() => { extended(l, Op::Mul, f) }
    mdebr(RRE) if l.needs_bfp() => { multiply_long(l, f.r1, l.f32(f.r2)); Next }
    mdeb(RXE) if l.needs_bfp() => { multiply_long(l, f.r1, l.m32(f.a2)); Next }
    mxdbr(RRE) if l.needs_bfp() => { multiply_extended(l, f.r1, l.f64(f.r2)) }
    mxdb(RXE) if l.needs_bfp() => { multiply_extended(l, f.r1, l.m64(f.a2)) }
    // SQUARE ROOT.
    sqebr(RRE) if l.needs_bfp() => { square_root32(l, f.r1, l.f32(f.r2)); Next }
    sqeb(RXE) if l.needs_bfp() => { square_root32(l, f.r1, l.m32(f.a2)); Next }
    sqdbr(RRE) if l.needs_bfp() => { square_root64(l, f.r1, l.f64(f.r2)); Next }
    sqdb(RXE) if l.needs_bfp() => { square_root64(l, f.r1, l.m64(f.a2)); Next }
    sqxbr(RRE) if l.needs_bfp() => {
        if (f.r1 | f.r2) & 2 != 0 { return l.specification();
        } let info = info(l, Op::Sqrt, f.r1, 0, 0);
        l.call(helper::BFP_EXTENDED, &[l.k(f.r2.into()), l.k(f.r2.into()), info]);
        Next
    }
    // MULTIPLY AND ADD, MULTIPLY AND SUBTRACT.
    maebr(RRD) if l.needs_bfp() => { fused32(l, Op::MulAdd, f.r1, l.f32(f.r2), l.f32(f.r3)); Next }
    maeb(RXF) if l.needs_bfp() => { fused32(l, Op::MulAdd, f.r1, l.m32(f.a2), l.f32(f.r3)); Next }
    msebr(RRD) if l.needs_bfp() => { fused32(l, Op::MulSub, f.r1, l.f32(f.r2), l.f32(f.r3)); Next }
    mseb(RXF) if l.needs_bfp() => { fused32(l, Op::MulSub, f.r1, l.m32(f.a2), l.f32(f.r3)); Next }
    madbr(RRD) if l.needs_bfp() => { fused64(l, Op::MulAdd, f.r1, l.f64(f.r2), l.f64(f.r3)); Next }
    madb(RXF) if l.needs_bfp() => { fused64(l, Op::MulAdd, f.r1, l.m64(f.a2), l.f64(f.r3)); Next }
    msdbr(RRD) if l.needs_bfp() => { fused64(l, Op::MulSub, f.r1, l.f64(f.r2), l.f64(f.r3)); Next }
    msdb(RXF) if l.needs_bfp() => { fused64(l, Op::MulSub, f.r1, l.m64(f.a2), l.f64(f.r3)); Next }
    // COMPARE, COMPARE AND SIGNAL.
    cebr(RRE) if l.needs_bfp() => { compare(l, l.f32(f.r1), l.f32(f.r2), 4, 0); Next }
    ceb(RXE) if l.needs_bfp() => { compare(l, l.f32(f.r1), l.m32(f.a2), 4, 0); Next }
    kebr(RRE) if l.needs_bfp() => { compare(l, l.f32(f.r1), l.f32(f.r2), 4, 1); Next }
    keb(RXE) if l.needs_bfp() => { compare(l, l.f32(f.r1), l.m32(f.a2), 4, 1); Next }
    cdbr(RRE) if l.needs_bfp() => { compare(l, l.f64(f.r1), l.f64(f.r2), 8, 0); Next }
    cdb(RXE) if l.needs_bfp() => { compare(l, l.f64(f.r1), l.m64(f.a2), 8, 0); Next }
    kdbr(RRE) if l.needs_bfp() => { compare(l, l.f64(f.r1), l.f64(f.r2), 8, 1); Next }
    kdb(RXE) if l.needs_bfp() => { compare(l, l.f64(f.r1), l.m64(f.a2), 8, 1); Next }
    cxbr(RRE) if l.needs_bfp() => {
        if (f.r1 | f.r2) & 2 != 0 { return l.specification();
        } compare(l, l.k(f.r1.into()), l.k(f.r2.into()), 16, 0);
        Next
    }
    kxbr(RRE) if l.needs_bfp() => {
        if (f.r1 | f.r2) & 2 != 0 { return l.specification();
        } compare(l, l.k(f.r1.into()), l.k(f.r2.into()), 16, 1);
        Next
    }
    // LOAD AND TEST, LOAD COMPLEMENT, NEGATIVE, POSITIVE.
    ltebr(RRE) if l.needs_bfp() => { load_test32(l, f.r1, l.f32(f.r2)); Next }
    ltdbr(RRE) if l.needs_bfp() => { load_test64(l, f.r1, l.f64(f.r2)); Next }
    lcebr(RRE) if l.needs_bfp() => { let v = l.f32(f.r2); sign32(l, f.r1, v ^ v.konst(SIGN32)); Next }
    lcdbr(RRE) if l.needs_bfp() => { let v = l.f64(f.r2); sign64(l, f.r1, v ^ v.konst(SIGN64)); Next }
    lnebr(RRE) if l.needs_bfp() => { let v = l.f32(f.r2); sign32(l, f.r1, v | v.konst(SIGN32)); Next }
    lndbr(RRE) if l.needs_bfp() => { let v = l.f64(f.r2); sign64(l, f.r1, v | v.konst(SIGN64)); Next }
    lpebr(RRE) if l.needs_bfp() => { let v = l.f32(f.r2); sign32(l, f.r1, v & v.konst(!SIGN32)); Next }
    lpdbr(RRE) if l.needs_bfp() => { let v = l.f64(f.r2); sign64(l, f.r1, v & v.konst(!SIGN64)); Next }
    ltxbr(RRE) if l.needs_bfp() => { sign_extended(l, f, |v| v, true) }
    lcxbr(RRE) if l.needs_bfp() => { sign_extended(l, f, |v| v ^ v.konst(SIGN64), false) }
    lnxbr(RRE) if l.needs_bfp() => { sign_extended(l, f, |v| v | v.konst(SIGN64), false) }
    lpxbr(RRE) if l.needs_bfp() => { sign_extended(l, f, |v| v & v.konst(!SIGN64), false) }
    // Between formats.
    ldebr(RRE) if l.needs_bfp() => { convert(l, f.r1, l.f32(f.r2), 4, 8) }
    ldeb(RXE) if l.needs_bfp() => { convert(l, f.r1, l.m32(f.a2), 4, 8) }
    lxdbr(RRE) if l.needs_bfp() => { convert(l, f.r1, l.f64(f.r2), 8, 16) }
    lxdb(RXE) if l.needs_bfp() => { convert(l, f.r1, l.m64(f.a2), 8, 16) }
    lxebr(RRE) if l.needs_bfp() => { convert(l, f.r1, l.f32(f.r2), 4, 16) }
    lxeb(RXE) if l.needs_bfp() => { convert(l, f.r1, l.m32(f.a2), 4, 16) }
    ledbr(RRF) if l.needs_bfp() => { narrow(l, f, l.f64(f.r2), 8, 4) }
    ldxbr(RRF) if l.needs_bfp() => { narrow(l, f, l.k(f.r2.into()), 16, 8) }
    lexbr(RRF) if l.needs_bfp() => { narrow(l, f, l.k(f.r2.into()), 16, 4) }
    diebr(RRF) if l.needs_bfp() => { divide_to_integer(l, f, 4) }
    didbr(RRF) if l.needs_bfp() => { divide_to_integer(l, f, 8) }
    fiebr(RRF) if l.needs_bfp() => {
        let info = info(l, Op::Round, f.r1, f.m3, f.m4);
        let v = l.f32(f.r2).zext(Width::W64);
        let r = l.call(helper::BFP_SHORT, &[v, v, v, info]);
        l.set_f32(f.r1, r.trunc(Width::W32));
        Next
    }
    fidbr(RRF) if l.needs_bfp() => {
        let info = info(l, Op::Round, f.r1, f.m3, f.m4);
        let v = l.f64(f.r2);
        let r = l.call(helper::BFP_LONG, &[v, v, v, info]);
        l.set_f64(f.r1, r);
        Next
    }
    fixbr(RRF) if l.needs_bfp() => {
        if (f.r1 | f.r2) & 2 != 0 { return l.specification();
        } let info = info(l, Op::Round, f.r1, f.m3, f.m4);
        l.call(helper::BFP_EXTENDED, &[l.k(f.r2.into()), l.k(f.r2.into()), info]);
        Next
    }
    // From and to integers.
    cefbr(RRF) if l.needs_bfp() => { from_fixed(l, f, 0, 4) }
    cdfbr(RRF) if l.needs_bfp() => { from_fixed(l, f, 0, 8) }
    cxfbr(RRF) if l.needs_bfp() => { from_fixed(l, f, 0, 16) }
    celfbr(RRF) if l.needs_bfp() => { from_fixed(l, f, 1, 4) }
    cdlfbr(RRF) if l.needs_bfp() => { from_fixed(l, f, 1, 8) }
    cxlfbr(RRF) if l.needs_bfp() => { from_fixed(l, f, 1, 16) }
    cegbr(RRF) if l.needs_bfp() => { from_fixed(l, f, 2, 4) }
    cdgbr(RRF) if l.needs_bfp() => { from_fixed(l, f, 2, 8) }
    cxgbr(RRF) if l.needs_bfp() => { from_fixed(l, f, 2, 16) }
    celgbr(RRF) if l.needs_bfp() => { from_fixed(l, f, 3, 4) }
    cdlgbr(RRF) if l.needs_bfp() => { from_fixed(l, f, 3, 8) }
    cxlgbr(RRF) if l.needs_bfp() => { from_fixed(l, f, 3, 16) }
    cfebr(RRF) if l.needs_bfp() => { to_fixed(l, f, l.f32(f.r2), 4, 0) }
    cfdbr(RRF) if l.needs_bfp() => { to_fixed(l, f, l.f64(f.r2), 8, 0) }
    cfxbr(RRF) if l.needs_bfp() => { to_fixed(l, f, l.k(f.r2.into()), 16, 0) }
    clfebr(RRF) if l.needs_bfp() => { to_fixed(l, f, l.f32(f.r2), 4, 1) }
    clfdbr(RRF) if l.needs_bfp() => { to_fixed(l, f, l.f64(f.r2), 8, 1) }
    clfxbr(RRF) if l.needs_bfp() => { to_fixed(l, f, l.k(f.r2.into()), 16, 1) }
    cgebr(RRF) if l.needs_bfp() => { to_fixed(l, f, l.f32(f.r2), 4, 2) }
    cgdbr(RRF) if l.needs_bfp() => { to_fixed(l, f, l.f64(f.r2), 8, 2) }
    cgxbr(RRF) if l.needs_bfp() => { to_fixed(l, f, l.k(f.r2.into()), 16, 2) }
    clgebr(RRF) if l.needs_bfp() => { to_fixed(l, f, l.f32(f.r2), 4, 3) }
    clgdbr(RRF) if l.needs_bfp() => { to_fixed(l, f, l.f64(f.r2), 8, 3) }
    clgxbr(RRF) if l.needs_bfp() => { to_fixed(l, f, l.k(f.r2.into()), 16, 3) }
    // TEST DATA CLASS.
    tceb(RXE) if l.needs_bfp() => { test_class(l, l.f32(f.r1), 4, l.addr(f.a2)); Next }
    tcdb(RXE) if l.needs_bfp() => { test_class(l, l.f64(f.r1), 8, l.addr(f.a2)); Next }
    tcxb(RXE) if l.needs_bfp() => { if f.r1 & 2 != 0 { return l.specification(); } test_class(l, l.k(f.r1.into()), 16, l.addr(f.a2)); Next }
    // Loads, stores, moves.
    ler(RR) if l.needs_fpr(&[f.r1, f.r2]) => { l.set_f32(f.r1, l.f32(f.r2)); Next }
    ldr(RR) if l.needs_fpr(&[f.r1, f.r2]) => { l.set_f64(f.r1, l.f64(f.r2)); Next }
    lxr(RRE) if l.needs_fpr(&[f.r1, f.r2]) => {
        if (f.r1 | f.r2) & 2 != 0 { return l.specification();
        } let (a, b) = (l.f64(f.r2), l.f64(f.r2 + 2));
        l.set_f64(f.r1, a);
        l.set_f64(f.r1 + 2, b);
        Next
    }
    le(RX) if l.needs_fpr(&[f.r1]) => { l.set_f32(f.r1, l.m32(f.a2)); Next }
    ld(RX) if l.needs_fpr(&[f.r1]) => { l.set_f64(f.r1, l.m64(f.a2)); Next }
    ley(RXY) if l.needs_fpr(&[f.r1]) => { l.set_f32(f.r1, l.m32(f.a2)); Next }
    ldy(RXY) if l.needs_fpr(&[f.r1]) => { l.set_f64(f.r1, l.m64(f.a2)); Next }
    ste(RX) if l.needs_fpr(&[f.r1]) => { l.store(l.addr(f.a2), l.f32(f.r1), Width::W32); Next }
    std(RX) if l.needs_fpr(&[f.r1]) => { l.store(l.addr(f.a2), l.f64(f.r1), Width::W64); Next }
    stey(RXY) if l.needs_fpr(&[f.r1]) => { l.store(l.addr(f.a2), l.f32(f.r1), Width::W32); Next }
    stdy(RXY) if l.needs_fpr(&[f.r1]) => { l.store(l.addr(f.a2), l.f64(f.r1), Width::W64); Next }
    lzer(RRE) if l.needs_fpr(&[f.r1]) => { l.set_f32(f.r1, l.kw(0)); Next }
    lzdr(RRE) if l.needs_fpr(&[f.r1]) => { l.set_f64(f.r1, l.k(0)); Next }
    lzxr(RRE) if l.needs_fpr(&[f.r1]) => {
        if f.r1 & 2 != 0 { return l.specification();
        } l.set_f64(f.r1, l.k(0));
        l.set_f64(f.r1 + 2, l.k(0));
        Next
    }
    lgdr(RRE) if l.needs_fpr(&[f.r2]) => { l.set_g(f.r1, l.f64(f.r2)); Next }
    ldgr(RRE) if l.needs_fpr(&[f.r1]) => { l.set_f64(f.r1, l.g(f.r2)); Next }
    lpdfr(RRE) if l.needs_fpr(&[f.r1, f.r2]) => { let v = l.f64(f.r2); l.set_f64(f.r1, v & v.konst(!SIGN64)); Next }
    lndfr(RRE) if l.needs_fpr(&[f.r1, f.r2]) => { let v = l.f64(f.r2); l.set_f64(f.r1, v | v.konst(SIGN64)); Next }
    lcdfr(RRE) if l.needs_fpr(&[f.r1, f.r2]) => { let v = l.f64(f.r2); l.set_f64(f.r1, v ^ v.konst(SIGN64)); Next }
    cpsdr(RRF) if l.needs_fpr(&[f.r1, f.r2, f.r3]) => {
        let (s, v) = (l.f64(f.r3), l.f64(f.r2));
        l.set_f64(f.r1, (s & s.konst(SIGN64)) | (v & v.konst(!SIGN64)));
        Next
    }
    // The FPC register.
    efpc(RRE) if l.needs_bfp() => { l.set_w(f.r1, l.ir.get(state::FPC)); Next }
    sfpc(RRE) if l.needs_bfp() => { l.call(helper::SET_FPC, &[l.wz(f.r1)]); Next }
    lfpc(S) if l.needs_bfp() => { let word = l.m32z(f.a2); l.call(helper::SET_FPC, &[word]); Next }
    stfpc(S) if l.needs_bfp() => { l.store(l.addr(f.a2), l.ir.get(state::FPC), Width::W32); Next }
    sfasr(RRE) if l.needs_bfp() => { l.call(helper::SIGNAL_FPC, &[l.wz(f.r1)]); Next }
    lfas(S) if l.needs_bfp() => { let word = l.m32z(f.a2); l.call(helper::SIGNAL_FPC, &[word]); Next }
    srnm(S) if l.needs_bfp() => { l.call(helper::SET_ROUNDING, &[l.addr(f.a2), l.k(2)]); Next }
    srnmb(S) if l.needs_bfp() => { l.call(helper::SET_ROUNDING, &[l.addr(f.a2), l.k(3)]); Next }
}

/// What a helper is told: operation, target, rounding method; bit 1 of M4 suppresses inexact.
fn info<'b>(l: &Lift<'b>, op: Op, target: u8, m3: u8, m4: u8) -> V<'b> {
    l.ir.konst(Width::W64, Info { method: m3, no_inexact: m4 & 4 != 0, target, op }.pack())
}

fn arith32<'b>(l: &Lift<'b>, op: Op, fast: FastFp, r1: u8, a: V<'b>, b: V<'b>, code: bool) {
    let (a, b) = (a.zext(Width::W64), b.zext(Width::W64));
    let result = l.ir.call_fast(helper::BFP_SHORT, &[a, b, a, info(l, op, r1, 0, 0)], fast, state::FP_OK);
    l.set_f32(r1, result.trunc(Width::W32));
    if code {
        l.cc1(Kind::Short, result);
    }
}

fn arith64<'b>(l: &Lift<'b>, op: Op, fast: FastFp, r1: u8, a: V<'b>, b: V<'b>, code: bool) {
    let result = l.ir.call_fast(helper::BFP_LONG, &[a, b, a, info(l, op, r1, 0, 0)], fast, state::FP_OK);
    l.set_f64(r1, result);
    if code {
        l.cc1(Kind::Long, result);
    }
}

/// Extended operands: register pairs.
fn extended(l: &Lift, op: Op, f: RRE) -> Flow {
    if (f.r1 | f.r2) & 2 != 0 {
        return l.specification();
    }
    l.call(helper::BFP_EXTENDED, &[l.k(f.r1.into()), l.k(f.r2.into()), info(l, op, f.r1, 0, 0)]);
    Next
}

/// MULTIPLY of long numbers to an extended one.
fn multiply_extended<'b>(l: &Lift<'b>, r1: u8, b: V<'b>) -> Flow {
    if r1 & 2 != 0 {
        return l.specification();
    }
    l.call(helper::BFP_MULTIPLY_EXTENDED, &[l.f64(r1), b, info(l, Op::Mul, r1, 0, 0)]);
    Next
}

/// LOAD AND TEST and its kin: the sign is in the left half of a pair.
fn sign_extended<'b>(l: &Lift<'b>, f: RRE, op: impl FnOnce(V<'b>) -> V<'b>, tests: bool) -> Flow {
    if (f.r1 | f.r2) & 2 != 0 {
        return l.specification();
    }
    if tests {
        l.call(helper::BFP_TEST_EXTENDED, &[l.k(f.r2.into()), info(l, Op::Add, f.r1, 0, 0)]);
        return Next;
    }
    let (high, low) = (op(l.f64(f.r2)), l.f64(f.r2 + 2));
    l.set_f64(f.r1, high);
    l.set_f64(f.r1 + 2, low);
    let cc = l.call(helper::BFP_SIGN, &[l.k(f.r1.into()), l.k(16)]);
    l.cc1(Kind::Code, cc);
    Next
}

/// MULTIPLY of short numbers to a long one.
fn multiply_long<'b>(l: &Lift<'b>, r1: u8, b: V<'b>) {
    let info = info(l, Op::Mul, r1, 0, 0);
    let result = l.call(helper::BFP_MULTIPLY_LONG, &[l.f32(r1).zext(Width::W64), b.zext(Width::W64), info]);
    l.set_f64(r1, result);
}

fn square_root32<'b>(l: &Lift<'b>, r1: u8, a: V<'b>) {
    let a = a.zext(Width::W64);
    let result = l.call(helper::BFP_SHORT, &[a, a, a, info(l, Op::Sqrt, r1, 0, 0)]);
    l.set_f32(r1, result.trunc(Width::W32));
}

fn square_root64<'b>(l: &Lift<'b>, r1: u8, a: V<'b>) {
    let result = l.call(helper::BFP_LONG, &[a, a, a, info(l, Op::Sqrt, r1, 0, 0)]);
    l.set_f64(r1, result);
}

/// The first operand and the product of the second and the third. Of two NaNs, the third operand's comes first (PoP, "Results: MULTIPLY AND ADD").
fn fused32<'b>(l: &Lift<'b>, op: Op, r1: u8, second: V<'b>, third: V<'b>) {
    let args = [third.zext(Width::W64), second.zext(Width::W64), l.f32(r1).zext(Width::W64), info(l, op, r1, 0, 0)];
    let result = l.call(helper::BFP_SHORT, &args);
    l.set_f32(r1, result.trunc(Width::W32));
}

fn fused64<'b>(l: &Lift<'b>, op: Op, r1: u8, second: V<'b>, third: V<'b>) {
    let result = l.call(helper::BFP_LONG, &[third, second, l.f64(r1), info(l, op, r1, 0, 0)]);
    l.set_f64(r1, result);
}

fn compare<'b>(l: &Lift<'b>, a: V<'b>, b: V<'b>, size: i64, signal: i64) {
    let (a, b) = (a.zext(Width::W64), b.zext(Width::W64));
    let result = l.call(helper::BFP_COMPARE, &[a, b, l.k(size), l.k(signal)]);
    l.cc1(Kind::Code, result);
}

/// LOAD AND TEST: a signalling NaN becomes quiet and is invalid. Adding minus zero does that, when it is rounded to nearest.
fn load_test32<'b>(l: &Lift<'b>, r1: u8, value: V<'b>) {
    let (a, minus_zero) = (value.zext(Width::W64), l.ir.konst(Width::W64, SIGN32));
    let args = [a, minus_zero, a, info(l, Op::Add, r1, 4, 0)];
    let result = l.ir.call_fast(helper::BFP_SHORT, &args, FastFp::Add32, state::FP_OK);
    l.set_f32(r1, result.trunc(Width::W32));
    l.cc1(Kind::Short, result);
}

fn load_test64<'b>(l: &Lift<'b>, r1: u8, value: V<'b>) {
    let minus_zero = l.ir.konst(Width::W64, SIGN64);
    let args = [value, minus_zero, value, info(l, Op::Add, r1, 4, 0)];
    let result = l.ir.call_fast(helper::BFP_LONG, &args, FastFp::Add64, state::FP_OK);
    l.set_f64(r1, result);
    l.cc1(Kind::Long, result);
}

fn sign32<'b>(l: &Lift<'b>, r1: u8, value: V<'b>) {
    l.set_f32(r1, value);
    l.cc1(Kind::Short, value);
}

fn sign64<'b>(l: &Lift<'b>, r1: u8, value: V<'b>) {
    l.set_f64(r1, value);
    l.cc1(Kind::Long, value);
}

/// Writes a result of 4 or 8 bytes; an extended one is written already.
fn set_result<'b>(l: &Lift<'b>, r1: u8, size: i64, result: V<'b>) {
    match size {
        4 => l.set_f32(r1, result.trunc(Width::W32)),
        8 => l.set_f64(r1, result),
        _ => {}
    }
}

/// LOAD LENGTHENED.
fn convert<'b>(l: &Lift<'b>, r1: u8, value: V<'b>, from: i64, to: i64) -> Flow {
    if to == 16 && r1 & 2 != 0 {
        return l.specification();
    }
    let args = [value.zext(Width::W64), l.k(from), l.k(to), info(l, Op::Round, r1, 0, 0)];
    set_result(l, r1, to, l.call(helper::BFP_CONVERT, &args));
    Next
}

/// LOAD ROUNDED: of extended numbers, the target names a pair too.
fn narrow<'b>(l: &Lift<'b>, f: RRF, value: V<'b>, from: i64, to: i64) -> Flow {
    if from == 16 && (f.r1 | f.r2) & 2 != 0 {
        return l.specification();
    }
    let args = [value, l.k(from), l.k(to), info(l, Op::Round, f.r1, f.m3, f.m4)];
    set_result(l, f.r1, to, l.call(helper::BFP_CONVERT, &args));
    Next
}

/// CONVERT FROM FIXED, CONVERT FROM LOGICAL: `kind` has bit 0 for unsigned and bit 1 for 64 bits.
fn from_fixed(l: &Lift, f: RRF, kind: i64, size: i64) -> Flow {
    if size == 16 && f.r1 & 2 != 0 {
        return l.specification();
    }
    let value = if kind < 2 { l.wz(f.r2) } else { l.g(f.r2) };
    let info = info(l, Op::Round, f.r1, f.m3, f.m4);
    set_result(l, f.r1, size, l.call(helper::BFP_FROM_FIXED, &[value, l.k(kind), l.k(size), info]));
    Next
}

/// CONVERT TO FIXED, CONVERT TO LOGICAL.
fn to_fixed<'b>(l: &Lift<'b>, f: RRF, value: V<'b>, size: i64, kind: i64) -> Flow {
    if size == 16 && f.r2 & 2 != 0 {
        return l.specification();
    }
    let info = info(l, Op::Round, f.r1, f.m3, f.m4);
    let result = l.call(helper::BFP_TO_FIXED, &[value.zext(Width::W64), l.k(size), l.k(kind), info]);
    if kind < 2 {
        l.set_w(f.r1, result)
    } else {
        l.set_g(f.r1, result)
    }
    Next
}

fn test_class<'b>(l: &Lift<'b>, value: V<'b>, size: i64, mask: V<'b>) {
    let result = l.call(helper::BFP_CLASS, &[value.zext(Width::W64), l.k(size), mask]);
    l.cc1(Kind::Code, result);
}

/// DIVIDE TO INTEGER: three registers, and the rounding method of the quotient; 3 came with the floating-point extension.
fn divide_to_integer(l: &Lift, f: RRF, size: i64) -> Flow {
    let is_method = matches!(f.m4, 0 | 1 | 4..=7) || f.m4 == 3 && l.has(Ext::FpExt);
    if !is_method || f.r1 == f.r2 || f.r1 == f.r3 || f.r2 == f.r3 {
        return l.specification();
    }
    let registers = i64::from(f.r1) | i64::from(f.r2) << 4 | i64::from(f.r3) << 8 | i64::from(f.m4) << 12;
    l.call(helper::DIVIDE_TO_INTEGER, &[l.k(registers), l.k(size)]);
    Next
}
