//! Floating-point operations: FPop1 and FPop2.

use decode::Flow::{self, Illegal, Next};
use decode::insns;
use uop::{FastFp, Val, Width};

use crate::v9::ext::Ext;
use crate::v9::format::{Fp, FpCmp, FpMovCc, FpMovR, double, quad};
use crate::v9::fp::LAST_CLEAR;
use crate::v9::helper;
use crate::v9::lift::Lift;
use crate::v9::state::{self, FP_A, FP_B, FP_LAST, FP_OK};

insns! {
    /// SPARC Architecture Manual V9, appendix A.
    pub INSNS for Lift;
    // Floating-Point Add and Subtract, Multiply and Divide, Square Root.
    "10 ..... 110100 ..... 001000001 ....." Fp fadds "{srs1}, {srs2}, {srd}" [V9 Fpu];
    "10 ..... 110100 ..... 001000010 ....." Fp faddd "{drs1}, {drs2}, {drd}" [V9 Fpu];
    "10 ..... 110100 ..... 001000011 ....." Fp faddq "{qrs1}, {qrs2}, {qrd}" [V9 Fpu Quad];
    "10 ..... 110100 ..... 001000101 ....." Fp fsubs "{srs1}, {srs2}, {srd}" [V9 Fpu];
    "10 ..... 110100 ..... 001000110 ....." Fp fsubd "{drs1}, {drs2}, {drd}" [V9 Fpu];
    "10 ..... 110100 ..... 001000111 ....." Fp fsubq "{qrs1}, {qrs2}, {qrd}" [V9 Fpu Quad];
    "10 ..... 110100 ..... 001001001 ....." Fp fmuls "{srs1}, {srs2}, {srd}" [V9 Fpu];
    "10 ..... 110100 ..... 001001010 ....." Fp fmuld "{drs1}, {drs2}, {drd}" [V9 Fpu];
    "10 ..... 110100 ..... 001001011 ....." Fp fmulq "{qrs1}, {qrs2}, {qrd}" [V9 Fpu Quad];
    "10 ..... 110100 ..... 001001101 ....." Fp fdivs "{srs1}, {srs2}, {srd}" [V9 Fpu];
    "10 ..... 110100 ..... 001001110 ....." Fp fdivd "{drs1}, {drs2}, {drd}" [V9 Fpu];
    "10 ..... 110100 ..... 001001111 ....." Fp fdivq "{qrs1}, {qrs2}, {qrd}" [V9 Fpu Quad];
    "10 ..... 110100 ..... 001101001 ....." Fp fsmuld "{srs1}, {srs2}, {drd}" [V9 Fpu];
    "10 ..... 110100 ..... 001101110 ....." Fp fdmulq "{drs1}, {drs2}, {qrd}" [V9 Fpu Quad];
    "10 ..... 110100 ..... 000101001 ....." Fp fsqrts "{srs2}, {srd}" [V9 Fpu];
    "10 ..... 110100 ..... 000101010 ....." Fp fsqrtd "{drs2}, {drd}" [V9 Fpu];
    "10 ..... 110100 ..... 000101011 ....." Fp fsqrtq "{qrs2}, {qrd}" [V9 Fpu Quad];
    // Floating-Point Move, Negate, Absolute Value.
    "10 ..... 110100 ..... 000000001 ....." Fp fmovs "{srs2}, {srd}" [V9 Fpu];
    "10 ..... 110100 ..... 000000010 ....." Fp fmovd "{drs2}, {drd}" [V9 Fpu];
    "10 ..... 110100 ..... 000000011 ....." Fp fmovq "{qrs2}, {qrd}" [V9 Fpu Quad];
    "10 ..... 110100 ..... 000000101 ....." Fp fnegs "{srs2}, {srd}" [V9 Fpu];
    "10 ..... 110100 ..... 000000110 ....." Fp fnegd "{drs2}, {drd}" [V9 Fpu];
    "10 ..... 110100 ..... 000000111 ....." Fp fnegq "{qrs2}, {qrd}" [V9 Fpu Quad];
    "10 ..... 110100 ..... 000001001 ....." Fp fabss "{srs2}, {srd}" [V9 Fpu];
    "10 ..... 110100 ..... 000001010 ....." Fp fabsd "{drs2}, {drd}" [V9 Fpu];
    "10 ..... 110100 ..... 000001011 ....." Fp fabsq "{qrs2}, {qrd}" [V9 Fpu Quad];
    // Floating-Point Compare.
    "10 000 .. 110101 ..... 001010001 ....." FpCmp fcmps "{fcc}, {srs1}, {srs2}" [V9 Fpu];
    "10 000 .. 110101 ..... 001010010 ....." FpCmp fcmpd "{fcc}, {drs1}, {drs2}" [V9 Fpu];
    "10 000 .. 110101 ..... 001010011 ....." FpCmp fcmpq "{fcc}, {qrs1}, {qrs2}" [V9 Fpu Quad];
    "10 000 .. 110101 ..... 001010101 ....." FpCmp fcmpes "{fcc}, {srs1}, {srs2}" [V9 Fpu];
    "10 000 .. 110101 ..... 001010110 ....." FpCmp fcmped "{fcc}, {drs1}, {drs2}" [V9 Fpu];
    "10 000 .. 110101 ..... 001010111 ....." FpCmp fcmpeq "{fcc}, {qrs1}, {qrs2}" [V9 Fpu Quad];
    // Move Floating-Point Register on Condition (FMOVcc), on Integer Register Condition (FMOVr).
    "10 ..... 110101 0 .... ... 000001 ....." FpMovCc fmovccs "{.cond} {cc}, {srs2}, {srd}" [V9 Fpu];
    "10 ..... 110101 0 .... ... 000010 ....." FpMovCc fmovccd "{.cond} {cc}, {drs2}, {drd}" [V9 Fpu];
    "10 ..... 110101 0 .... ... 000011 ....." FpMovCc fmovccq "{.cond} {cc}, {qrs2}, {qrd}" [V9 Fpu Quad];
    "10 ..... 110101 ..... 0 ... 00101 ....." FpMovR fmovrs "{.rcond} {rs1}, {srs2}, {srd}" [V9 Fpu];
    "10 ..... 110101 ..... 0 ... 00110 ....." FpMovR fmovrd "{.rcond} {rs1}, {drs2}, {drd}" [V9 Fpu];
    "10 ..... 110101 ..... 0 ... 00111 ....." FpMovR fmovrq "{.rcond} {rs1}, {qrs2}, {qrd}" [V9 Fpu Quad];
}

insns! {
    /// "Convert Floating-Point to Integer", "between Floating-Point Formats", "Integer to Floating-Point".
    pub CONVERSIONS for Lift;
    "10 ..... 110100 ..... 010000001 ....." Fp fstox "{srs2}, {drd}" [V9 Fpu];
    "10 ..... 110100 ..... 010000010 ....." Fp fdtox "{drs2}, {drd}" [V9 Fpu];
    "10 ..... 110100 ..... 010000011 ....." Fp fqtox "{qrs2}, {drd}" [V9 Fpu Quad];
    "10 ..... 110100 ..... 011010001 ....." Fp fstoi "{srs2}, {srd}" [V9 Fpu];
    "10 ..... 110100 ..... 011010010 ....." Fp fdtoi "{drs2}, {srd}" [V9 Fpu];
    "10 ..... 110100 ..... 011010011 ....." Fp fqtoi "{qrs2}, {srd}" [V9 Fpu Quad];
    "10 ..... 110100 ..... 011001001 ....." Fp fstod "{srs2}, {drd}" [V9 Fpu];
    "10 ..... 110100 ..... 011001101 ....." Fp fstoq "{srs2}, {qrd}" [V9 Fpu Quad];
    "10 ..... 110100 ..... 011000110 ....." Fp fdtos "{drs2}, {srd}" [V9 Fpu];
    "10 ..... 110100 ..... 011001110 ....." Fp fdtoq "{drs2}, {qrd}" [V9 Fpu Quad];
    "10 ..... 110100 ..... 011000111 ....." Fp fqtos "{qrs2}, {srd}" [V9 Fpu Quad];
    "10 ..... 110100 ..... 011001011 ....." Fp fqtod "{qrs2}, {drd}" [V9 Fpu Quad];
    "10 ..... 110100 ..... 010000100 ....." Fp fxtos "{drs2}, {srd}" [V9 Fpu];
    "10 ..... 110100 ..... 010001000 ....." Fp fxtod "{drs2}, {drd}" [V9 Fpu];
    "10 ..... 110100 ..... 010001100 ....." Fp fxtoq "{drs2}, {qrd}" [V9 Fpu Quad];
    "10 ..... 110100 ..... 011000100 ....." Fp fitos "{srs2}, {srd}" [V9 Fpu];
    "10 ..... 110100 ..... 011001000 ....." Fp fitod "{srs2}, {drd}" [V9 Fpu];
    "10 ..... 110100 ..... 011001100 ....." Fp fitoq "{srs2}, {qrd}" [V9 Fpu Quad];
}

/// opf of the instruction at work.
fn opf(l: &Lift) -> i64 {
    (l.bits >> 5 & 0x1ff) as i64
}

/// Leaves behind what cexc follows from.
fn note(l: &Lift, a: Val<'_>, b: Val<'_>) {
    l.ir.set(FP_LAST, l.konst(opf(l)));
    l.ir.set(FP_A, a.zext(Width::W64));
    l.ir.set(FP_B, b.zext(Width::W64));
}

/// cexc is 0.
fn clear(l: &Lift) {
    l.ir.set(FP_LAST, l.konst(LAST_CLEAR as i64));
}

/// What an operation makes of its operands, on the host if `fast` is there and can.
fn apply<'b>(l: &Lift<'b>, helper: u16, a: Val<'b>, b: Val<'b>, fast: Option<FastFp>) -> Val<'b> {
    let args = [a, b, l.konst(opf(l))];
    let result = match fast {
        Some(fast) => l.ir.call_fast(helper, &args, fast, FP_OK),
        None => l.call(helper, &args),
    };
    note(l, a, b);
    result
}

/// Handlers of two operands in one format.
macro_rules! two {
    ($($name:ident $get:ident $set:ident $helper:ident $fast:ident;)*) => { $(
        fn $name(l: &Lift, f: Fp) -> Flow {
            l.$set(f.rd, apply(l, helper::$helper, l.$get(f.rs1), l.$get(f.rs2), Some(FastFp::$fast)));
            Next
        }
    )* };
}

two! {
    fadds s set_s FP_S Add32;
    fsubs s set_s FP_S Sub32;
    fmuls s set_s FP_S Mul32;
    fdivs s set_s FP_S Div32;
    faddd d set_d FP_D Add64;
    fsubd d set_d FP_D Sub64;
    fmuld d set_d FP_D Mul64;
    fdivd d set_d FP_D Div64;
}

/// Handlers of one operand, rs2. Fast operations of one operand take the first: it is given twice.
macro_rules! one {
    ($($name:ident $get:ident $set:ident $helper:ident $fast:expr;)*) => { $(
        fn $name(l: &Lift, f: Fp) -> Flow {
            let value = l.$get(f.rs2);
            l.$set(f.rd, apply(l, helper::$helper, value, value, $fast));
            Next
        }
    )* };
}

one! {
    fsqrts s set_s FP_S Some(FastFp::Sqrt32);
    fsqrtd d set_d FP_D Some(FastFp::Sqrt64);
    fstox s set_d FP_D None;
    fdtox d set_d FP_D Some(FastFp::TruncToI64From64);
    fstoi s set_s FP_S None;
    fdtoi d set_s FP_S Some(FastFp::TruncToI32From64);
    fstod s set_d FP_D Some(FastFp::Widen);
    fdtos d set_s FP_S Some(FastFp::Narrow);
    fxtos d set_s FP_S None;
    fxtod d set_d FP_D Some(FastFp::FromI64To64);
    fitos s set_s FP_S None;
    fitod s set_d FP_D Some(FastFp::FromI32To64);
}

fn fsmuld(l: &Lift, f: Fp) -> Flow {
    l.set_d(f.rd, apply(l, helper::FP_D, l.s(f.rs1), l.s(f.rs2), None));
    Next
}

/// Handlers that change the sign of rs2.
macro_rules! signs {
    ($($single:ident $double:ident $quad:ident |$v:ident, $sign:ident| $value:expr;)*) => { $(
        fn $single(l: &Lift, f: Fp) -> Flow {
            let $v = l.s(f.rs2);
            let $sign = $v.konst(1 << 31);
            l.set_s(f.rd, $value);
            clear(l);
            Next
        }
        fn $double(l: &Lift, f: Fp) -> Flow {
            let $v = l.d(f.rs2);
            let $sign = $v.konst(1 << 63);
            l.set_d(f.rd, $value);
            clear(l);
            Next
        }
        fn $quad(l: &Lift, f: Fp) -> Flow {
            if (f.rs2 | f.rd) & 2 != 0 {
                return Illegal;
            }
            let ($v, low) = l.q(f.rs2);
            let $sign = $v.konst(1 << 63);
            l.set_q(f.rd, ($value, low));
            clear(l);
            Next
        }
    )* };
}

signs! {
    fmovs fmovd fmovq |v, sign| { let _ = sign; v };
    fnegs fnegd fnegq |v, sign| v ^ sign;
    fabss fabsd fabsq |v, sign| v & !sign;
}

/// Which operands of a quad-precision operation are quads.
#[derive(Clone, Copy)]
enum Kind {
    Single,
    Double,
    Quad,
    None,
}

impl Kind {
    /// The number that the helper wants, if the field is legal.
    fn number(self, field: u8) -> Option<u8> {
        match self {
            Kind::Quad => (field & 2 == 0).then(|| quad(field)),
            Kind::Double => Some(double(field)),
            Kind::Single | Kind::None => Some(field),
        }
    }
}

/// A quad-precision operation; the result of the helper, if it is no quad.
fn call_quad<'b>(l: &Lift<'b>, f: Fp, rs1: Kind, rs2: Kind, rd: Kind) -> Option<Val<'b>> {
    let numbers = [rs1.number(f.rs1)?, rs2.number(f.rs2)?, rd.number(f.rd)?];
    let [a, b, c] = numbers.map(|n| l.konst(n.into()));
    Some(l.call(helper::FP_Q, &[a, b, c, l.konst(opf(l))]))
}

macro_rules! quads {
    ($($name:ident $rs1:ident $rs2:ident;)*) => { $(
        fn $name(l: &Lift, f: Fp) -> Flow {
            if call_quad(l, f, Kind::$rs1, Kind::$rs2, Kind::Quad).is_none() {
                return Illegal;
            }
            l.float_written(quad(f.rd));
            Next
        }
    )* };
}

quads! {
    faddq Quad Quad;
    fsubq Quad Quad;
    fmulq Quad Quad;
    fdivq Quad Quad;
    fsqrtq None Quad;
    fdmulq Double Double;
    fitoq None Single;
    fxtoq None Double;
    fstoq None Single;
    fdtoq None Double;
}

fn fqtos(l: &Lift, f: Fp) -> Flow {
    let Some(value) = call_quad(l, f, Kind::None, Kind::Quad, Kind::Single) else { return Illegal };
    l.set_s(f.rd, value.trunc(Width::W32));
    Next
}

fn fqtoi(l: &Lift, f: Fp) -> Flow {
    fqtos(l, f)
}

fn fqtod(l: &Lift, f: Fp) -> Flow {
    let Some(value) = call_quad(l, f, Kind::None, Kind::Quad, Kind::Double) else { return Illegal };
    l.set_d(f.rd, value);
    Next
}

fn fqtox(l: &Lift, f: Fp) -> Flow {
    fqtod(l, f)
}

/// "0 equal, 1 less, 2 greater, 3 unordered".
fn compare<'b>(l: &Lift<'b>, f: FpCmp, a: Val<'b>, b: Val<'b>, fast: [FastFp; 2]) -> Flow {
    let part =
        |part: i64, fast: FastFp| l.ir.call_fast(helper::FP_CMP, &[a, b, l.konst(opf(l)), l.konst(part)], fast, FP_OK);
    let less = part(0, fast[0]);
    let equal = part(1, fast[1]);
    let greater = less.konst(2) - equal.shl(less.konst(1));
    l.ir.set(state::fcc(f.cc), l.ir.select(less.is_nonzero(), less, greater));
    note(l, a, b);
    Next
}

fn fcmps(l: &Lift, f: FpCmp) -> Flow {
    compare(l, f, l.s(f.rs1), l.s(f.rs2), [FastFp::Lt32, FastFp::Eq32])
}

fn fcmpd(l: &Lift, f: FpCmp) -> Flow {
    compare(l, f, l.d(f.rs1), l.d(f.rs2), [FastFp::Lt64, FastFp::Eq64])
}

fn fcmpes(l: &Lift, f: FpCmp) -> Flow {
    fcmps(l, f)
}

fn fcmped(l: &Lift, f: FpCmp) -> Flow {
    fcmpd(l, f)
}

fn fcmpq(l: &Lift, f: FpCmp) -> Flow {
    let operands = Fp { rd: 0, rs1: f.rs1, rs2: f.rs2 };
    let Some(value) = call_quad(l, operands, Kind::Quad, Kind::Quad, Kind::None) else { return Illegal };
    l.ir.set(state::fcc(f.cc), value);
    Next
}

fn fcmpeq(l: &Lift, f: FpCmp) -> Flow {
    fcmpq(l, f)
}

/// The condition of FMOVcc; `None` if it is reserved.
fn condition<'b>(l: &Lift<'b>, f: FpMovCc) -> Option<Val<'b>> {
    match f.cc {
        0..4 => Some(l.fcond(f.cc, f.cond)),
        4 | 6 => Some(l.icond(f.cc, f.cond)),
        _ => None,
    }
}

fn move_s<'b>(l: &Lift<'b>, cond: Option<Val<'b>>, rd: u8, rs2: u8) -> Flow {
    let Some(cond) = cond else { return Illegal };
    l.set_s(rd, l.ir.select(cond, l.s(rs2), l.s(rd)));
    clear(l);
    Next
}

fn move_d<'b>(l: &Lift<'b>, cond: Option<Val<'b>>, rd: u8, rs2: u8) -> Flow {
    let Some(cond) = cond else { return Illegal };
    l.set_d(rd, l.ir.select(cond, l.d(rs2), l.d(rd)));
    clear(l);
    Next
}

fn move_q<'b>(l: &Lift<'b>, cond: Option<Val<'b>>, rd: u8, rs2: u8) -> Flow {
    if (rs2 | rd) & 2 != 0 {
        return Illegal;
    }
    let Some(cond) = cond else { return Illegal };
    let ((a, b), (c, d)) = (l.q(rs2), l.q(rd));
    l.set_q(rd, (l.ir.select(cond, a, c), l.ir.select(cond, b, d)));
    clear(l);
    Next
}

fn fmovccs(l: &Lift, f: FpMovCc) -> Flow {
    move_s(l, condition(l, f), f.rd, f.rs2)
}

fn fmovccd(l: &Lift, f: FpMovCc) -> Flow {
    move_d(l, condition(l, f), f.rd, f.rs2)
}

fn fmovccq(l: &Lift, f: FpMovCc) -> Flow {
    move_q(l, condition(l, f), f.rd, f.rs2)
}

fn fmovrs(l: &Lift, f: FpMovR) -> Flow {
    move_s(l, l.rcond(f.rcond, l.x(f.rs1)), f.rd, f.rs2)
}

fn fmovrd(l: &Lift, f: FpMovR) -> Flow {
    move_d(l, l.rcond(f.rcond, l.x(f.rs1)), f.rd, f.rs2)
}

fn fmovrq(l: &Lift, f: FpMovR) -> Flow {
    move_q(l, l.rcond(f.rcond, l.x(f.rs1)), f.rd, f.rs2)
}
