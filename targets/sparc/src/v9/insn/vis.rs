//! VIS 1 and 2: IMPDEP1.

use decode::Flow::{self, Next};
use decode::insns;
use uop::{Val, Width};

use crate::v9::cc::form;
use crate::v9::ext::Ext;
use crate::v9::format::{Bare, Fp};
use crate::v9::helper;
use crate::v9::lift::Lift;
use crate::v9::state::GSR;

insns! {
    /// UltraSPARC I/II User's Manual, "VIS Instructions"; UltraSPARC III Cu User's Manual (VIS 2).
    pub INSNS for Lift;
    "10 ..... 110110 ..... 000000000 ....." Fp edge8 "{rs1}, {rs2}, {rd}" [V9 Vis1];
    "10 ..... 110110 ..... 000000001 ....." Fp edge8n "{rs1}, {rs2}, {rd}" [V9 Vis2];
    "10 ..... 110110 ..... 000000010 ....." Fp edge8l "{rs1}, {rs2}, {rd}" [V9 Vis1];
    "10 ..... 110110 ..... 000000011 ....." Fp edge8ln "{rs1}, {rs2}, {rd}" [V9 Vis2];
    "10 ..... 110110 ..... 000000100 ....." Fp edge16 "{rs1}, {rs2}, {rd}" [V9 Vis1];
    "10 ..... 110110 ..... 000000101 ....." Fp edge16n "{rs1}, {rs2}, {rd}" [V9 Vis2];
    "10 ..... 110110 ..... 000000110 ....." Fp edge16l "{rs1}, {rs2}, {rd}" [V9 Vis1];
    "10 ..... 110110 ..... 000000111 ....." Fp edge16ln "{rs1}, {rs2}, {rd}" [V9 Vis2];
    "10 ..... 110110 ..... 000001000 ....." Fp edge32 "{rs1}, {rs2}, {rd}" [V9 Vis1];
    "10 ..... 110110 ..... 000001001 ....." Fp edge32n "{rs1}, {rs2}, {rd}" [V9 Vis2];
    "10 ..... 110110 ..... 000001010 ....." Fp edge32l "{rs1}, {rs2}, {rd}" [V9 Vis1];
    "10 ..... 110110 ..... 000001011 ....." Fp edge32ln "{rs1}, {rs2}, {rd}" [V9 Vis2];
    "10 ..... 110110 ..... 000010000 ....." Fp array8 "{rs1}, {rs2}, {rd}" [V9 Vis1];
    "10 ..... 110110 ..... 000010010 ....." Fp array16 "{rs1}, {rs2}, {rd}" [V9 Vis1];
    "10 ..... 110110 ..... 000010100 ....." Fp array32 "{rs1}, {rs2}, {rd}" [V9 Vis1];
    "10 ..... 110110 ..... 000011000 ....." Fp alignaddr "{rs1}, {rs2}, {rd}" [V9 Vis1 Fpu];
    "10 ..... 110110 ..... 000011001 ....." Fp bmask "{rs1}, {rs2}, {rd}" [V9 Vis2 Fpu];
    "10 ..... 110110 ..... 000011010 ....." Fp alignaddrl "{rs1}, {rs2}, {rd}" [V9 Vis1 Fpu];
    "10 ..... 110110 ..... 000100000 ....." Fp fcmple16 "{drs1}, {drs2}, {rd}" [V9 Vis1 Fpu];
    "10 ..... 110110 ..... 000100010 ....." Fp fcmpne16 "{drs1}, {drs2}, {rd}" [V9 Vis1 Fpu];
    "10 ..... 110110 ..... 000100100 ....." Fp fcmple32 "{drs1}, {drs2}, {rd}" [V9 Vis1 Fpu];
    "10 ..... 110110 ..... 000100110 ....." Fp fcmpne32 "{drs1}, {drs2}, {rd}" [V9 Vis1 Fpu];
    "10 ..... 110110 ..... 000101000 ....." Fp fcmpgt16 "{drs1}, {drs2}, {rd}" [V9 Vis1 Fpu];
    "10 ..... 110110 ..... 000101010 ....." Fp fcmpeq16 "{drs1}, {drs2}, {rd}" [V9 Vis1 Fpu];
    "10 ..... 110110 ..... 000101100 ....." Fp fcmpgt32 "{drs1}, {drs2}, {rd}" [V9 Vis1 Fpu];
    "10 ..... 110110 ..... 000101110 ....." Fp fcmpeq32 "{drs1}, {drs2}, {rd}" [V9 Vis1 Fpu];
    "10 ..... 110110 ..... 000110001 ....." Fp fmul8x16 "{srs1}, {drs2}, {drd}" [V9 Vis1 Fpu];
    "10 ..... 110110 ..... 000110011 ....." Fp fmul8x16au "{srs1}, {srs2}, {drd}" [V9 Vis1 Fpu];
    "10 ..... 110110 ..... 000110101 ....." Fp fmul8x16al "{srs1}, {srs2}, {drd}" [V9 Vis1 Fpu];
    "10 ..... 110110 ..... 000110110 ....." Fp fmul8sux16 "{drs1}, {drs2}, {drd}" [V9 Vis1 Fpu];
    "10 ..... 110110 ..... 000110111 ....." Fp fmul8ulx16 "{drs1}, {drs2}, {drd}" [V9 Vis1 Fpu];
    "10 ..... 110110 ..... 000111000 ....." Fp fmuld8sux16 "{srs1}, {srs2}, {drd}" [V9 Vis1 Fpu];
    "10 ..... 110110 ..... 000111001 ....." Fp fmuld8ulx16 "{srs1}, {srs2}, {drd}" [V9 Vis1 Fpu];
    "10 ..... 110110 ..... 000111010 ....." Fp fpack32 "{drs1}, {drs2}, {drd}" [V9 Vis1 Fpu];
    "10 ..... 110110 ..... 000111011 ....." Fp fpack16 "{drs2}, {srd}" [V9 Vis1 Fpu];
    "10 ..... 110110 ..... 000111101 ....." Fp fpackfix "{drs2}, {srd}" [V9 Vis1 Fpu];
    "10 ..... 110110 ..... 000111110 ....." Fp pdist "{drs1}, {drs2}, {drd}" [V9 Vis1 Fpu];
    "10 ..... 110110 ..... 001001000 ....." Fp faligndata "{drs1}, {drs2}, {drd}" [V9 Vis1 Fpu];
    "10 ..... 110110 ..... 001001011 ....." Fp fpmerge "{srs1}, {srs2}, {drd}" [V9 Vis1 Fpu];
    "10 ..... 110110 ..... 001001100 ....." Fp bshuffle "{drs1}, {drs2}, {drd}" [V9 Vis2 Fpu];
    "10 ..... 110110 ..... 001001101 ....." Fp fexpand "{srs2}, {drd}" [V9 Vis1 Fpu];
    "10 ..... 110110 ..... 001010000 ....." Fp fpadd16 "{drs1}, {drs2}, {drd}" [V9 Vis1 Fpu];
    "10 ..... 110110 ..... 001010001 ....." Fp fpadd16s "{srs1}, {srs2}, {srd}" [V9 Vis1 Fpu];
    "10 ..... 110110 ..... 001010010 ....." Fp fpadd32 "{drs1}, {drs2}, {drd}" [V9 Vis1 Fpu];
    "10 ..... 110110 ..... 001010011 ....." Fp fpadd32s "{srs1}, {srs2}, {srd}" [V9 Vis1 Fpu];
    "10 ..... 110110 ..... 001010100 ....." Fp fpsub16 "{drs1}, {drs2}, {drd}" [V9 Vis1 Fpu];
    "10 ..... 110110 ..... 001010101 ....." Fp fpsub16s "{srs1}, {srs2}, {srd}" [V9 Vis1 Fpu];
    "10 ..... 110110 ..... 001010110 ....." Fp fpsub32 "{drs1}, {drs2}, {drd}" [V9 Vis1 Fpu];
    "10 ..... 110110 ..... 001010111 ....." Fp fpsub32s "{srs1}, {srs2}, {srd}" [V9 Vis1 Fpu];
    "10 ..... 110110 ..... 001100000 ....." Fp fzero "{drd}" [V9 Vis1 Fpu];
    "10 ..... 110110 ..... 001100001 ....." Fp fzeros "{srd}" [V9 Vis1 Fpu];
    "10 ..... 110110 ..... 001100010 ....." Fp fnor "{drs1}, {drs2}, {drd}" [V9 Vis1 Fpu];
    "10 ..... 110110 ..... 001100011 ....." Fp fnors "{srs1}, {srs2}, {srd}" [V9 Vis1 Fpu];
    "10 ..... 110110 ..... 001100100 ....." Fp fandnot2 "{drs1}, {drs2}, {drd}" [V9 Vis1 Fpu];
    "10 ..... 110110 ..... 001100101 ....." Fp fandnot2s "{srs1}, {srs2}, {srd}" [V9 Vis1 Fpu];
    "10 ..... 110110 ..... 001100110 ....." Fp fnot2 "{drs2}, {drd}" [V9 Vis1 Fpu];
    "10 ..... 110110 ..... 001100111 ....." Fp fnot2s "{srs2}, {srd}" [V9 Vis1 Fpu];
    "10 ..... 110110 ..... 001101000 ....." Fp fandnot1 "{drs1}, {drs2}, {drd}" [V9 Vis1 Fpu];
    "10 ..... 110110 ..... 001101001 ....." Fp fandnot1s "{srs1}, {srs2}, {srd}" [V9 Vis1 Fpu];
    "10 ..... 110110 ..... 001101010 ....." Fp fnot1 "{drs1}, {drd}" [V9 Vis1 Fpu];
    "10 ..... 110110 ..... 001101011 ....." Fp fnot1s "{srs1}, {srd}" [V9 Vis1 Fpu];
    "10 ..... 110110 ..... 001101100 ....." Fp fxor "{drs1}, {drs2}, {drd}" [V9 Vis1 Fpu];
    "10 ..... 110110 ..... 001101101 ....." Fp fxors "{srs1}, {srs2}, {srd}" [V9 Vis1 Fpu];
    "10 ..... 110110 ..... 001101110 ....." Fp fnand "{drs1}, {drs2}, {drd}" [V9 Vis1 Fpu];
    "10 ..... 110110 ..... 001101111 ....." Fp fnands "{srs1}, {srs2}, {srd}" [V9 Vis1 Fpu];
    "10 ..... 110110 ..... 001110000 ....." Fp fand "{drs1}, {drs2}, {drd}" [V9 Vis1 Fpu];
    "10 ..... 110110 ..... 001110001 ....." Fp fands "{srs1}, {srs2}, {srd}" [V9 Vis1 Fpu];
    "10 ..... 110110 ..... 001110010 ....." Fp fxnor "{drs1}, {drs2}, {drd}" [V9 Vis1 Fpu];
    "10 ..... 110110 ..... 001110011 ....." Fp fxnors "{srs1}, {srs2}, {srd}" [V9 Vis1 Fpu];
    "10 ..... 110110 ..... 001110100 ....." Fp fsrc1 "{drs1}, {drd}" [V9 Vis1 Fpu];
    "10 ..... 110110 ..... 001110101 ....." Fp fsrc1s "{srs1}, {srd}" [V9 Vis1 Fpu];
    "10 ..... 110110 ..... 001110110 ....." Fp fornot2 "{drs1}, {drs2}, {drd}" [V9 Vis1 Fpu];
    "10 ..... 110110 ..... 001110111 ....." Fp fornot2s "{srs1}, {srs2}, {srd}" [V9 Vis1 Fpu];
    "10 ..... 110110 ..... 001111000 ....." Fp fsrc2 "{drs2}, {drd}" [V9 Vis1 Fpu];
    "10 ..... 110110 ..... 001111001 ....." Fp fsrc2s "{srs2}, {srd}" [V9 Vis1 Fpu];
    "10 ..... 110110 ..... 001111010 ....." Fp fornot1 "{drs1}, {drs2}, {drd}" [V9 Vis1 Fpu];
    "10 ..... 110110 ..... 001111011 ....." Fp fornot1s "{srs1}, {srs2}, {srd}" [V9 Vis1 Fpu];
    "10 ..... 110110 ..... 001111100 ....." Fp for_ "{drs1}, {drs2}, {drd}" [V9 Vis1 Fpu];
    "10 ..... 110110 ..... 001111101 ....." Fp fors "{srs1}, {srs2}, {srd}" [V9 Vis1 Fpu];
    "10 ..... 110110 ..... 001111110 ....." Fp fone "{drd}" [V9 Vis1 Fpu];
    "10 ..... 110110 ..... 001111111 ....." Fp fones "{srd}" [V9 Vis1 Fpu];
    "10 ..... 110110 ..... 010000000 ....." Bare shutdown "" [V9 Vis1 Privileged];
    "10 ..... 110110 ..... 010000001 ....." Fp siam "{rs2}" [V9 Vis2 Fpu];
}

/// opf of the instruction at work.
fn opf<'b>(l: &Lift<'b>) -> Val<'b> {
    l.konst((l.bits >> 5 & 0x1ff) as i64)
}

/// Addresses of pixels, as PSTATE.AM cuts them.
fn addresses<'b>(l: &Lift<'b>, f: Fp) -> (Val<'b>, Val<'b>) {
    (l.mask_address(l.x(f.rs1)), l.mask_address(l.x(f.rs2)))
}

fn edge(l: &Lift, f: Fp, cc: bool) -> Flow {
    let (a, b) = addresses(l, f);
    let (whole_a, whole_b) = (l.x(f.rs1), l.x(f.rs2));
    l.set_x(f.rd, l.call(helper::VIS, &[a, b, opf(l)]));
    if cc {
        // "the condition codes are those of SUBcc".
        l.set_cc(form::SUB, whole_a, whole_b);
    }
    Next
}

/// Handlers that are all the same function.
macro_rules! handlers {
    ($($name:ident)* => |$l:ident, $f:ident| $body:expr) => { $(
        fn $name($l: &Lift, $f: Fp) -> Flow {
            $body
        }
    )* };
}

handlers! { edge8 edge8l edge16 edge16l edge32 edge32l => |l, f| edge(l, f, true) }
handlers! { edge8n edge8ln edge16n edge16ln edge32n edge32ln => |l, f| edge(l, f, false) }
handlers! { array8 array16 array32 => |l, f| {
    l.set_x(f.rd, l.call(helper::VIS, &[l.x(f.rs1), l.x(f.rs2), opf(l)]));
    Next
} }
handlers! { fcmple16 fcmpne16 fcmple32 fcmpne32 fcmpgt16 fcmpeq16 fcmpgt32 fcmpeq32 => |l, f| {
    l.set_x(f.rd, l.call(helper::VIS, &[l.d(f.rs1), l.d(f.rs2), opf(l)]));
    Next
} }
handlers! { fmul8sux16 fmul8ulx16 fpadd16 fpadd32 fpsub16 fpsub32 => |l, f| {
    l.set_d(f.rd, l.call(helper::VIS, &[l.d(f.rs1), l.d(f.rs2), opf(l)]));
    Next
} }
handlers! { fmul8x16au fmul8x16al fmuld8sux16 fmuld8ulx16 fpmerge => |l, f| {
    l.set_d(f.rd, by_singles(l, f));
    Next
} }
handlers! { fpadd16s fpadd32s fpsub16s fpsub32s => |l, f| {
    l.set_s(f.rd, by_singles(l, f).trunc(Width::W32));
    Next
} }
handlers! { fpack32 bshuffle => |l, f| {
    l.set_d(f.rd, l.call(helper::VIS_GSR, &[l.d(f.rs1), l.d(f.rs2), opf(l), l.ir.get(GSR)]));
    Next
} }
handlers! { fpack16 fpackfix => |l, f| {
    let value = l.d(f.rs2);
    l.set_s(f.rd, l.call(helper::VIS_GSR, &[value, value, opf(l), l.ir.get(GSR)]).trunc(Width::W32));
    Next
} }

fn by_singles<'b>(l: &Lift<'b>, f: Fp) -> Val<'b> {
    l.call(helper::VIS, &[l.s(f.rs1).zext(Width::W64), l.s(f.rs2).zext(Width::W64), opf(l)])
}

fn fmul8x16(l: &Lift, f: Fp) -> Flow {
    l.set_d(f.rd, l.call(helper::VIS, &[l.s(f.rs1).zext(Width::W64), l.d(f.rs2), opf(l)]));
    Next
}

fn fexpand(l: &Lift, f: Fp) -> Flow {
    let value = l.s(f.rs2).zext(Width::W64);
    l.set_d(f.rd, l.call(helper::VIS, &[value, value, opf(l)]));
    Next
}

fn pdist(l: &Lift, f: Fp) -> Flow {
    l.set_d(f.rd, l.call(helper::VIS_GSR, &[l.d(f.rs1), l.d(f.rs2), opf(l), l.d(f.rd)]));
    Next
}

/// GSR.align gets the low bits of the sum, or their complement.
fn align(l: &Lift, f: Fp, little: bool) -> Flow {
    let sum = l.x(f.rs1) + l.x(f.rs2);
    let low = if little { sum.neg() } else { sum };
    l.ir.set(GSR, l.ir.get(GSR).deposit(0, 3, low));
    l.set_x(f.rd, l.mask_address(sum & sum.konst(!7)));
    Next
}

fn alignaddr(l: &Lift, f: Fp) -> Flow {
    align(l, f, false)
}

fn alignaddrl(l: &Lift, f: Fp) -> Flow {
    align(l, f, true)
}

fn bmask(l: &Lift, f: Fp) -> Flow {
    let sum = l.x(f.rs1) + l.x(f.rs2);
    l.ir.set(GSR, l.ir.get(GSR).deposit(32, 32, sum));
    l.set_x(f.rd, sum);
    Next
}

/// Eight bytes of rs1 and rs2 from GSR.align on.
fn faligndata(l: &Lift, f: Fp) -> Flow {
    let shift = l.ir.get(GSR).extract(0, 3).shl(l.konst(3));
    let rest = l.d(f.rs2).shr_u(l.konst(1)).shr_u(l.konst(63) - shift);
    l.set_d(f.rd, l.d(f.rs1).shl(shift) | rest);
    Next
}

/// Logical operations on doubles and singles.
macro_rules! logical {
    ($($double:ident $single:ident |$a:ident, $b:ident| $value:expr;)*) => { $(
        fn $double(l: &Lift, f: Fp) -> Flow {
            let ($a, $b) = (l.d(f.rs1), l.d(f.rs2));
            l.set_d(f.rd, $value);
            Next
        }
        fn $single(l: &Lift, f: Fp) -> Flow {
            let ($a, $b) = (l.s(f.rs1), l.s(f.rs2));
            l.set_s(f.rd, $value);
            Next
        }
    )* };
}

logical! {
    fnor fnors |a, b| !(a | b);
    fandnot2 fandnot2s |a, b| a & !b;
    fandnot1 fandnot1s |a, b| !a & b;
    fxor fxors |a, b| a ^ b;
    fnand fnands |a, b| !(a & b);
    fand fands |a, b| a & b;
    fxnor fxnors |a, b| !(a ^ b);
    fornot2 fornot2s |a, b| a | !b;
    fornot1 fornot1s |a, b| !a | b;
    for_ fors |a, b| a | b;
    fzero fzeros |a, _b| a.konst(0);
    fone fones |a, _b| a.konst(u64::MAX);
    fsrc1 fsrc1s |a, _b| a;
    fsrc2 fsrc2s |_a, b| b;
    fnot1 fnot1s |a, _b| !a;
    fnot2 fnot2s |_a, b| !b;
}

/// SHUTDOWN: nothing is shut down.
fn shutdown(_: &Lift, _: Bare) -> Flow {
    Next
}

/// SIAM: "Set Interval Arithmetic Mode": GSR.IM and IRND from the instruction.
fn siam(l: &Lift, f: Fp) -> Flow {
    let bits = l.konst(i64::from(f.rs2 & 7));
    let gsr = l.ir.get(GSR).deposit(25, 3, bits);
    l.call(helper::WRITE_GSR, &[gsr]);
    Next
}
