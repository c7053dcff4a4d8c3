//! "Floating-Point Facility": arithmetic, conversions, comparisons, FPSCR.

use decode::Flow::{self, Next};
use decode::insns;
use uop::{FastFp, Val, Width};

use crate::ext::Ext;
use crate::format::W;
use crate::helper;
use crate::lift::Lift;
use crate::mode;
use crate::state::{FP_OK, FPL_A, FPL_B, FPL_C, FPL_OP};

insns! {
    /// Power ISA 3.0B, Book I, 4.6.5 to 4.6.10.
    pub INSNS for Lift<'_>;
    "111111 ..... 00000 ..... 0001001000 ." W fmr "{.rc} {frt}, {frb}" [Fp];
    "111111 ..... 00000 ..... 0000101000 ." W fneg "{.rc} {frt}, {frb}" [Fp];
    "111111 ..... 00000 ..... 0100001000 ." W fabs "{.rc} {frt}, {frb}" [Fp];
    "111111 ..... 00000 ..... 0010001000 ." W fnabs "{.rc} {frt}, {frb}" [Fp];
    "111111 ..... ..... ..... 0000001000 ." W fcpsgn "{.rc} {frt}, {fra}, {frb}" [Fp Fp205];
    "111111 ..... ..... ..... 1111000110 0" W fmrgew "{frt}, {fra}, {frb}" [Fp Isa207];
    "111111 ..... ..... ..... 1101000110 0" W fmrgow "{frt}, {fra}, {frb}" [Fp Isa207];
    "111111 ..... ..... ..... 00000 10101 ." W fadd "{.rc} {frt}, {fra}, {frb}" [Fp];
    "111011 ..... ..... ..... 00000 10101 ." W fadds "{.rc} {frt}, {fra}, {frb}" [Fp];
    "111111 ..... ..... ..... 00000 10100 ." W fsub "{.rc} {frt}, {fra}, {frb}" [Fp];
    "111011 ..... ..... ..... 00000 10100 ." W fsubs "{.rc} {frt}, {fra}, {frb}" [Fp];
    "111111 ..... ..... 00000 ..... 11001 ." W fmul "{.rc} {frt}, {fra}, {frc}" [Fp];
    "111011 ..... ..... 00000 ..... 11001 ." W fmuls "{.rc} {frt}, {fra}, {frc}" [Fp];
    "111111 ..... ..... ..... 00000 10010 ." W fdiv "{.rc} {frt}, {fra}, {frb}" [Fp];
    "111011 ..... ..... ..... 00000 10010 ." W fdivs "{.rc} {frt}, {fra}, {frb}" [Fp];
    "111111 ..... 00000 ..... 00000 10110 ." W fsqrt "{.rc} {frt}, {frb}" [Fp Fsqrt];
    "111011 ..... 00000 ..... 00000 10110 ." W fsqrts "{.rc} {frt}, {frb}" [Fp Fsqrt];
    "111111 ..... 00000 ..... 00000 11000 ." W fre "{.rc} {frt}, {frb}" [Fp Fp205];
    "111011 ..... 00000 ..... 00000 11000 ." W fres "{.rc} {frt}, {frb}" [Fp FpGfx];
    "111111 ..... 00000 ..... 00000 11010 ." W frsqrte "{.rc} {frt}, {frb}" [Fp FpGfx];
    "111011 ..... 00000 ..... 00000 11010 ." W frsqrtes "{.rc} {frt}, {frb}" [Fp Fp205];
    "111111 ... 00 ..... ..... 0010000000 0" W ftdiv "{bf}, {fra}, {frb}" [Fp Fp206];
    "111111 ... 00 00000 ..... 0010100000 0" W ftsqrt "{bf}, {frb}" [Fp Fp206];
    "111111 ..... ..... ..... ..... 11101 ." W fmadd "{.rc} {frt}, {fra}, {frc}, {frb}" [Fp];
    "111011 ..... ..... ..... ..... 11101 ." W fmadds "{.rc} {frt}, {fra}, {frc}, {frb}" [Fp];
    "111111 ..... ..... ..... ..... 11100 ." W fmsub "{.rc} {frt}, {fra}, {frc}, {frb}" [Fp];
    "111011 ..... ..... ..... ..... 11100 ." W fmsubs "{.rc} {frt}, {fra}, {frc}, {frb}" [Fp];
    "111111 ..... ..... ..... ..... 11111 ." W fnmadd "{.rc} {frt}, {fra}, {frc}, {frb}" [Fp];
    "111011 ..... ..... ..... ..... 11111 ." W fnmadds "{.rc} {frt}, {fra}, {frc}, {frb}" [Fp];
    "111111 ..... ..... ..... ..... 11110 ." W fnmsub "{.rc} {frt}, {fra}, {frc}, {frb}" [Fp];
    "111011 ..... ..... ..... ..... 11110 ." W fnmsubs "{.rc} {frt}, {fra}, {frc}, {frb}" [Fp];
    "111111 ..... 00000 ..... 0000001100 ." W frsp "{.rc} {frt}, {frb}" [Fp];
    "111111 ..... 00000 ..... 0000001110 ." W fctiw "{.rc} {frt}, {frb}" [Fp];
    "111111 ..... 00000 ..... 0000001111 ." W fctiwz "{.rc} {frt}, {frb}" [Fp];
    "111111 ..... 00000 ..... 0010001110 ." W fctiwu "{.rc} {frt}, {frb}" [Fp Fp206];
    "111111 ..... 00000 ..... 0010001111 ." W fctiwuz "{.rc} {frt}, {frb}" [Fp Fp206];
    "111111 ..... 00000 ..... 1100101110 ." W fctid "{.rc} {frt}, {frb}" [Fp Wide];
    "111111 ..... 00000 ..... 1100101111 ." W fctidz "{.rc} {frt}, {frb}" [Fp Wide];
    "111111 ..... 00000 ..... 1110101110 ." W fctidu "{.rc} {frt}, {frb}" [Fp Fp206];
    "111111 ..... 00000 ..... 1110101111 ." W fctiduz "{.rc} {frt}, {frb}" [Fp Fp206];
    "111111 ..... 00000 ..... 1101001110 ." W fcfid "{.rc} {frt}, {frb}" [Fp Wide];
    "111111 ..... 00000 ..... 1111001110 ." W fcfidu "{.rc} {frt}, {frb}" [Fp Fp206];
    "111011 ..... 00000 ..... 1101001110 ." W fcfids "{.rc} {frt}, {frb}" [Fp Fp206];
    "111011 ..... 00000 ..... 1111001110 ." W fcfidus "{.rc} {frt}, {frb}" [Fp Fp206];
    "111111 ..... 00000 ..... 0110001000 ." W frin "{.rc} {frt}, {frb}" [Fp Fp205];
    "111111 ..... 00000 ..... 0110101000 ." W friz "{.rc} {frt}, {frb}" [Fp Fp205];
    "111111 ..... 00000 ..... 0111001000 ." W frip "{.rc} {frt}, {frb}" [Fp Fp205];
    "111111 ..... 00000 ..... 0111101000 ." W frim "{.rc} {frt}, {frb}" [Fp Fp205];
    "111111 ... 00 ..... ..... 0000000000 0" W fcmpu "{bf}, {fra}, {frb}" [Fp];
    "111111 ... 00 ..... ..... 0000100000 0" W fcmpo "{bf}, {fra}, {frb}" [Fp];
    "111111 ..... ..... ..... ..... 10111 ." W fsel "{.rc} {frt}, {fra}, {frc}, {frb}" [Fp FpGfx];
    "111111 ..... 00000 00000 1001000111 ." W mffs "{.rc} {frt}" [Fp];
    "111111 ..... 00001 00000 1001000111 0" W mffsce "{frt}" [Fp Isa300];
    "111111 ..... 10100 ..... 1001000111 0" W mffscdrn "{frt}, {frb}" [Fp Isa300];
    "111111 ..... 10101 00... 1001000111 0" W mffscdrni "{frt}, {n5b}" [Fp Isa300];
    "111111 ..... 10110 ..... 1001000111 0" W mffscrn "{frt}, {frb}" [Fp Isa300];
    "111111 ..... 10111 000.. 1001000111 0" W mffscrni "{frt}, {n5b}" [Fp Isa300];
    "111111 ..... 11000 00000 1001000111 0" W mffsl "{frt}" [Fp Isa300];
    "111111 ... 00 ... 00 00000 0001000000 0" W mcrfs "{bf}, {bfa}" [Fp];
    "111111 ... 00 00000 .... 0 0010000110 ." W mtfsfi "{.rc} {bf}, {u4}" [Fp !Isa205];
    "111111 ... 00 0000. .... 0 0010000110 ." W mtfsfi "{.rc} {bf}, {u4}" [Fp Isa205];
    "111111 0.... ....0 ..... 1011000111 ." W mtfsf "{.rc} {flm}, {frb}" [Fp !Isa205];
    "111111 ..... ..... ..... 1011000111 ." W mtfsf "{.rc} {flm}, {frb}" [Fp Isa205];
    "111111 ..... 00000 00000 0001000110 ." W mtfsb0 "{.rc} {n5}" [Fp];
    "111111 ..... 00000 00000 0000100110 ." W mtfsb1 "{.rc} {n5}" [Fp];
}

/// CR1 of a record form.
fn record(l: &Lift<'_>, f: W) {
    if f.rc() != 0 {
        let bits = l.call(helper::FP_CR1, &[]);
        put_field(l, 1, bits);
    }
}

/// Writes four bits to a CR field.
pub(crate) fn put_field<'b>(l: &Lift<'b>, field: u32, bits: Val<'b>) {
    l.put_field(field, bits);
}

/// What comes behind an instruction that may have set exceptions.
pub(super) fn finish(l: &Lift<'_>, f: W) -> Flow {
    record(l, f);
    if l.mode & mode::FE != 0 {
        l.call(helper::FP_CHECK, &[]);
    }
    Next
}

/// Writes the result, and puts off what FPSCR tells about it.
fn arithmetic<'b>(l: &Lift<'b>, f: W, value: Val<'b>, [a, b, c]: [Val<'b>; 3]) -> Flow {
    l.set_f(f.rt(), value);
    l.ir.set(FPL_OP, l.encoding());
    l.ir.set(FPL_A, a);
    l.ir.set(FPL_B, b);
    l.ir.set(FPL_C, c);
    finish(l, f)
}

/// An operation on two registers, on the host where nobody can tell.
fn binary<'b>(l: &Lift<'b>, f: W, second: u32, fast: Option<FastFp>) -> Flow {
    let (a, b) = (l.f(f.ra()), l.f(second));
    let args = [a, b, l.encoding()];
    let value = match fast {
        Some(fast) => l.ir.call_fast(helper::FP2, &args, fast, FP_OK),
        None => l.call(helper::FP2, &args),
    };
    arithmetic(l, f, value, [a, b, b])
}

macro_rules! binaries {
    ($($name:ident $second:ident $fast:expr;)*) => { $(
        fn $name(l: &Lift<'_>, f: W) -> Flow {
            binary(l, f, f.$second(), $fast)
        }
    )* };
}
binaries! {
    fadd rb Some(FastFp::Add64);
    fadds rb None;
    fsub rb Some(FastFp::Sub64);
    fsubs rb None;
    fmul mb Some(FastFp::Mul64);
    fmuls mb None;
    fdiv rb Some(FastFp::Div64);
    fdivs rb None;
}

/// An operation on FRB alone.
fn unary(l: &Lift<'_>, f: W) -> Flow {
    let b = l.f(f.rb());
    let value = l.call(helper::FP2, &[b, b, l.encoding()]);
    arithmetic(l, f, value, [b, b, b])
}

/// An operation on three registers.
fn ternary(l: &Lift<'_>, f: W) -> Flow {
    let (a, b, c) = (l.f(f.ra()), l.f(f.rb()), l.f(f.mb()));
    let value = l.call(helper::FP3, &[a, b, c, l.encoding()]);
    arithmetic(l, f, value, [a, b, c])
}

macro_rules! as_one {
    ($how:ident: $($name:ident)*) => { $(
        fn $name(l: &Lift<'_>, f: W) -> Flow {
            $how(l, f)
        }
    )* };
}
as_one! { unary: fsqrt fsqrts fre fres frsqrte frsqrtes frsp fctiw fctiwz fctiwu fctiwuz fctid fctidz fctidu fctiduz
fcfid fcfidu fcfids fcfidus frin friz frip frim }
as_one! { ternary: fmadd fmadds fmsub fmsubs fnmadd fnmadds fnmsub fnmsubs }

const SIGN: u64 = 1 << 63;

/// A move that touches the sign alone; FPSCR stays.
fn moved<'b>(l: &Lift<'b>, f: W, value: Val<'b>) -> Flow {
    l.set_f(f.rt(), value);
    record(l, f);
    Next
}

fn fmr(l: &Lift<'_>, f: W) -> Flow {
    moved(l, f, l.f(f.rb()))
}

fn fneg(l: &Lift<'_>, f: W) -> Flow {
    let b = l.f(f.rb());
    moved(l, f, b ^ b.konst(SIGN))
}

fn fabs(l: &Lift<'_>, f: W) -> Flow {
    let b = l.f(f.rb());
    moved(l, f, b & b.konst(!SIGN))
}

fn fnabs(l: &Lift<'_>, f: W) -> Flow {
    let b = l.f(f.rb());
    moved(l, f, b | b.konst(SIGN))
}

fn fcpsgn(l: &Lift<'_>, f: W) -> Flow {
    let (a, b) = (l.f(f.ra()), l.f(f.rb()));
    moved(l, f, (a & a.konst(SIGN)) | (b & b.konst(!SIGN)))
}

fn fmrgew(l: &Lift<'_>, f: W) -> Flow {
    let (a, b) = (l.f(f.ra()), l.f(f.rb()));
    l.set_f(f.rt(), a.deposit(0, 32, b.extract(32, 32)));
    Next
}

fn fmrgow(l: &Lift<'_>, f: W) -> Flow {
    let (a, b) = (l.f(f.ra()), l.f(f.rb()));
    l.set_f(f.rt(), b.deposit(32, 32, a));
    Next
}

fn ftdiv(l: &Lift<'_>, f: W) -> Flow {
    put_field(l, f.bf(), l.call(helper::FTDIV, &[l.f(f.ra()), l.f(f.rb())]));
    Next
}

fn ftsqrt(l: &Lift<'_>, f: W) -> Flow {
    put_field(l, f.bf(), l.call(helper::FTSQRT, &[l.f(f.rb())]));
    Next
}

fn compare(l: &Lift<'_>, f: W) -> Flow {
    let bits = l.call(helper::FCMP, &[l.f(f.ra()), l.f(f.rb()), l.encoding()]);
    put_field(l, f.bf(), bits);
    finish(l, W(f.0 & !1))
}

fn fcmpu(l: &Lift<'_>, f: W) -> Flow {
    compare(l, f)
}

fn fcmpo(l: &Lift<'_>, f: W) -> Flow {
    compare(l, f)
}

/// FRC if FRA is at least 0 (−0 too), else FRB, also for a NaN.
fn fsel(l: &Lift<'_>, f: W) -> Flow {
    let a = l.f(f.ra());
    let magnitude = a & a.konst(!SIGN);
    let number = magnitude.le_u(a.konst(0x7ff << 52));
    let at_least_0 = number & (a.eq(magnitude) | magnitude.eq(a.konst(0)));
    moved(l, f, l.ir.select(at_least_0, l.f(f.mb()), l.f(f.rb())))
}

fn mffs(l: &Lift<'_>, f: W) -> Flow {
    l.set_f(f.rt(), l.call(helper::READ_FPSCR, &[]));
    record(l, f);
    Next
}

/// Parts of FPSCR: exception enables; the control bits, rounding modes and NI with them; the status bits that are not sticky.
const ENABLES: u64 = 0xf8;
const DRN: u64 = 7 << 32;
const CONTROL: u64 = DRN | 0xff;
const STATUS: u64 = 0x7_f000;

/// Reads `shown` bits of FPSCR and replaces `mask` bits of it ("Move From FPSCR" of version 3.0).
fn read_and_set<'b>(l: &Lift<'b>, f: W, shown: u64, mask: u64, value: Val<'b>) -> Flow {
    let old = l.call(helper::READ_FPSCR, &[]);
    l.call(helper::WRITE_FPSCR, &[value & value.konst(mask), l.ir.konst(Width::W64, mask)]);
    l.set_f(f.rt(), old & old.konst(shown));
    Next
}

fn mffsce(l: &Lift<'_>, f: W) -> Flow {
    read_and_set(l, f, u64::MAX, ENABLES, l.ir.konst(Width::W64, 0))
}

fn mffscdrn(l: &Lift<'_>, f: W) -> Flow {
    read_and_set(l, f, CONTROL, DRN, l.f(f.rb()))
}

fn mffscdrni(l: &Lift<'_>, f: W) -> Flow {
    read_and_set(l, f, CONTROL, DRN, l.ir.konst(Width::W64, u64::from(f.rb()) << 32))
}

fn mffscrn(l: &Lift<'_>, f: W) -> Flow {
    read_and_set(l, f, CONTROL, 3, l.f(f.rb()))
}

fn mffscrni(l: &Lift<'_>, f: W) -> Flow {
    read_and_set(l, f, CONTROL, 3, l.ir.konst(Width::W64, f.rb().into()))
}

fn mffsl(l: &Lift<'_>, f: W) -> Flow {
    let value = l.call(helper::READ_FPSCR, &[]);
    l.set_f(f.rt(), value & value.konst(CONTROL | STATUS));
    Next
}

fn mcrfs(l: &Lift<'_>, f: W) -> Flow {
    let bits = l.call(helper::MCRFS, &[l.ir.konst(Width::W32, f.bfa().into())]);
    put_field(l, f.bf(), bits);
    Next
}

/// Writes bits of FPSCR.
fn write<'b>(l: &Lift<'b>, f: W, value: Val<'b>, mask: u64) -> Flow {
    l.call(helper::WRITE_FPSCR, &[value, l.ir.konst(Width::W64, mask)]);
    finish(l, f)
}

/// What is in FPSCR: the lower word, and DRN.
const FIELDS: u64 = 7 << 32 | 0xffff_ffff;

fn mtfsfi(l: &Lift<'_>, f: W) -> Flow {
    // W chooses the upper word, which has decimal arithmetic's rounding.
    let shift = 28 - 4 * f.bf() + if f.0 >> 16 & 1 != 0 { 32 } else { 0 };
    write(l, f, l.ir.konst(Width::W64, u64::from(f.0 >> 12 & 15) << shift), 15 << shift & FIELDS)
}

fn mtfsf(l: &Lift<'_>, f: W) -> Flow {
    let (all, upper) = (f.0 >> 25 & 1 != 0, f.0 >> 16 & 1 != 0);
    let fields = (0..8).filter(|n| all || f.0 >> (17 + n) & 1 != 0);
    let low: u64 = fields.map(|n| 15u64 << (4 * n)).sum();
    let mask = match (all, upper) {
        (true, _) => low | low << 32,
        (false, true) => low << 32,
        (false, false) => low,
    };
    let b = l.f(f.rb());
    write(l, f, b & b.konst(FIELDS), mask & FIELDS)
}

fn mtfsb0(l: &Lift<'_>, f: W) -> Flow {
    write(l, f, l.ir.konst(Width::W64, 0), 1 << (31 - f.rt()))
}

fn mtfsb1(l: &Lift<'_>, f: W) -> Flow {
    let bit = 1 << (31 - f.rt());
    write(l, f, l.ir.konst(Width::W64, bit | 1 << 63), bit)
}
