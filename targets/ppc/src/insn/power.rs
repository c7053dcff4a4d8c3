//! Instructions of POWER that the 601 has kept.
//!
//! PowerPC 601 RISC Microprocessor User's Manual, chapter 10, and appendix B, "POWER Architecture Cross Reference"; IBM AIX Assembler Language Reference, "Instruction Set". Where
//! a record form tells of MQ instead of the target (`mul`, `div`, `divs`) the latter says so.

use decode::Flow::{self, Next};
use decode::insns;
use uop::{Val, Width};

use crate::ext::Ext;
use crate::format::W;
use crate::helper;
use crate::insn::arith::set_ov;
use crate::lift::Lift;
use crate::state::{CA, MQ, XER_REST};
use crate::trap::code;

insns! {
    /// Those that PowerPC has dropped.
    pub INSNS for Lift<'_>;
    "011111 ..... ..... 00000 . 101101000 ." W abs "{.oerc} {rt}, {ra}" [Power];
    "011111 ..... ..... 00000 . 111101000 ." W nabs "{.oerc} {rt}, {ra}" [Power];
    "011111 ..... ..... ..... . 100001000 ." W doz "{.oerc} {rt}, {ra}, {rb}" [Power];
    "001001 ..... ..... ................" W dozi "{rt}, {ra}, {si}" [Power];
    "011111 ..... ..... ..... . 001101011 ." W mul "{.oerc} {rt}, {ra}, {rb}" [Power];
    "011111 ..... ..... ..... . 101001011 ." W div "{.oerc} {rt}, {ra}, {rb}" [Power];
    "011111 ..... ..... ..... . 101101011 ." W divs "{.oerc} {rt}, {ra}, {rb}" [Power];
    "011111 ..... ..... 00000 1000010011 ." W clcs "{.rc} {rt}, {ra}" [Power];
    "011111 ..... ..... ..... 0100010101 ." W lscbx "{.rc} {rt}, {ra0}, {rb}" [Power];
    "011111 ..... ..... ..... 0000011101 ." W maskg "{.rc} {ra}, {rt}, {rb}" [Power];
    "011111 ..... ..... ..... 1000011101 ." W maskir "{.rc} {ra}, {rt}, {rb}" [Power];
    "010110 ..... ..... ..... ..... ..... ." W rlmi "{.rc} {ra}, {rt}, {rb}, {mb}, {me}" [Power];
    "011111 ..... ..... ..... 1000011001 ." W rrib "{.rc} {ra}, {rt}, {rb}" [Power];
    "011111 ..... ..... ..... 0010011001 ." W sle "{.rc} {ra}, {rt}, {rb}" [Power];
    "011111 ..... ..... ..... 0011011001 ." W sleq "{.rc} {ra}, {rt}, {rb}" [Power];
    "011111 ..... ..... ..... 0010111000 ." W sliq "{.rc} {ra}, {rt}, {sh}" [Power];
    "011111 ..... ..... ..... 0011111000 ." W slliq "{.rc} {ra}, {rt}, {sh}" [Power];
    "011111 ..... ..... ..... 0011011000 ." W sllq "{.rc} {ra}, {rt}, {rb}" [Power];
    "011111 ..... ..... ..... 0010011000 ." W slq "{.rc} {ra}, {rt}, {rb}" [Power];
    "011111 ..... ..... ..... 1110111000 ." W sraiq "{.rc} {ra}, {rt}, {sh}" [Power];
    "011111 ..... ..... ..... 1110011000 ." W sraq "{.rc} {ra}, {rt}, {rb}" [Power];
    "011111 ..... ..... ..... 1010011001 ." W sre "{.rc} {ra}, {rt}, {rb}" [Power];
    "011111 ..... ..... ..... 1110011001 ." W srea "{.rc} {ra}, {rt}, {rb}" [Power];
    "011111 ..... ..... ..... 1011011001 ." W sreq "{.rc} {ra}, {rt}, {rb}" [Power];
    "011111 ..... ..... ..... 1010111000 ." W sriq "{.rc} {ra}, {rt}, {sh}" [Power];
    "011111 ..... ..... ..... 1011111000 ." W srliq "{.rc} {ra}, {rt}, {sh}" [Power];
    "011111 ..... ..... ..... 1011011000 ." W srlq "{.rc} {ra}, {rt}, {rb}" [Power];
    "011111 ..... ..... ..... 1010011000 ." W srq "{.rc} {ra}, {rt}, {rb}" [Power];
}

/// The least number of 32 bits, whose absolute value there is none of.
const LEAST: u64 = 0x8000_0000;

fn abs(l: &Lift<'_>, f: W) -> Flow {
    let a = l.g32(f.ra());
    if f.oe() != 0 {
        let over = a.eq(a.konst(LEAST));
        set_ov(l, over, over);
    }
    l.put(f, f.rt(), l.ir.select(a.lt_s(a.konst(0)), a.konst(0) - a, a))
}

/// It can't overflow: OV is cleared.
fn nabs(l: &Lift<'_>, f: W) -> Flow {
    let a = l.g32(f.ra());
    if f.oe() != 0 {
        set_ov(l, l.bool(false), l.bool(false));
    }
    l.put(f, f.rt(), l.ir.select(a.lt_s(a.konst(0)), a, a.konst(0) - a))
}

/// "Difference or zero": `b` - `a`, or 0 if `a` is greater.
fn difference<'b>(l: &Lift<'b>, a: Val<'b>, b: Val<'b>) -> Val<'b> {
    l.ir.select(b.lt_s(a), a.konst(0), b - a)
}

/// Only a positive difference overflows.
fn doz(l: &Lift<'_>, f: W) -> Flow {
    let (a, b) = (l.g32(f.ra()), l.g32(f.rb()));
    let value = difference(l, a, b);
    if f.oe() != 0 {
        let over = value.lt_s(value.konst(0));
        set_ov(l, over, over);
    }
    l.put(f, f.rt(), value)
}

fn dozi(l: &Lift<'_>, f: W) -> Flow {
    let a = l.g32(f.ra());
    l.set_g(f.rt(), difference(l, a, a.konst(f.si() as u64)));
    Next
}

/// Writes a target and MQ; a record form tells of MQ.
fn put_mq<'b>(l: &Lift<'b>, f: W, value: Val<'b>, mq: Val<'b>) -> Flow {
    l.set_g(f.rt(), value);
    l.ir.set(MQ, mq);
    if f.rc() != 0 {
        l.record(mq);
    }
    Next
}

/// The product's upper half goes to the target, the lower one to MQ.
fn mul(l: &Lift<'_>, f: W) -> Flow {
    let (a, b) = (l.g32(f.ra()), l.g32(f.rb()));
    let (high, low) = (a.mul_hi_s(b), a * b);
    if f.oe() != 0 {
        let over = high.ne(low.shr_s(low.konst(31)));
        set_ov(l, over, over);
    }
    put_mq(l, f, high, low)
}

/// Quotient to the target, remainder to MQ; `over` if there is no quotient, which leaves both undefined (and as the division by 1 gives
/// them here), save for the least number by -1.
fn divide<'b>(l: &Lift<'b>, f: W, n: Val<'b>) -> Flow {
    let d = l.g32(f.rb()).sext(Width::W64);
    let impossible = d.eq(d.konst(0)) | (d.eq(d.konst(u64::MAX)) & n.eq(n.konst(1 << 63)));
    let by = l.ir.select(impossible, d.konst(1), d);
    let (q, r) = (n.div_s(by), n.rem_s(by));
    if f.oe() != 0 {
        let over = impossible | q.trunc(Width::W32).sext(Width::W64).ne(q);
        set_ov(l, over, over);
    }
    put_mq(l, f, q.trunc(Width::W32), r.trunc(Width::W32))
}

fn div(l: &Lift<'_>, f: W) -> Flow {
    let high = l.g32(f.ra()).zext(Width::W64);
    divide(l, f, high.shl(high.konst(32)) | l.ir.get(MQ).zext(Width::W64))
}

fn divs(l: &Lift<'_>, f: W) -> Flow {
    divide(l, f, l.g32(f.ra()).sext(Width::W64))
}

/// The size of a cache line, which is 64 bytes in all caches of the 601; what RA's number other than 12 to 15 asks for is undefined.
fn clcs(l: &Lift<'_>, f: W) -> Flow {
    l.put(f, f.rt(), l.konst(64))
}

fn lscbx(l: &Lift<'_>, f: W) -> Flow {
    if l.endian() == bits::Endian::Little {
        return l.raise(code::ALIGNMENT_HERE, l.bits.into());
    }
    let before = l.ir.get(XER_REST).extract(0, 7);
    let loaded = l.call(helper::LSCBX, &[l.ea_x(f).zext(Width::W64), l.encoding()]);
    // The helper gives the number of bytes, and bit 7 if the last of them matches.
    let count = loaded.trunc(Width::W32).extract(0, 7);
    l.ir.set(XER_REST, l.ir.get(XER_REST).deposit(0, 7, count));
    if f.rc() != 0 {
        let found = loaded.extract(7, 1).trunc(Width::W1);
        let asked = before.is_nonzero();
        // LT and GT are 0; the whole field is undefined if no bytes were asked for.
        l.set_equal(found & asked);
    }
    Next
}

/// Ones from the bit in RS to the one in RB, around the end if the first is the greater.
fn maskg(l: &Lift<'_>, f: W) -> Flow {
    let (start, stop) = (l.g32(f.rt()).extract(0, 5), l.g32(f.rb()).extract(0, 5));
    let ones = start.konst(0xffff_ffff);
    let from = ones.shr_u(start);
    let to = ones.shl(start.konst(31) - stop);
    let value = l.ir.select(start.le_u(stop), from & to, from | to);
    l.put(f, f.ra(), value)
}

/// RS where RB has ones.
fn maskir(l: &Lift<'_>, f: W) -> Flow {
    let value = merge(l.g32(f.rt()), l.g32(f.ra()), l.g32(f.rb()));
    l.put(f, f.ra(), value)
}

/// `a` where `mask` has ones, else `b`.
fn merge<'b>(a: Val<'b>, b: Val<'b>, mask: Val<'b>) -> Val<'b> {
    a & mask | b & !mask
}

fn rlmi(l: &Lift<'_>, f: W) -> Flow {
    let (from, to) = (u32::MAX >> f.mb(), u32::MAX << (31 - f.me()));
    let mask = if f.mb() <= f.me() { from & to } else { from | to };
    let rotated = l.g32(f.rt()).rot_l(l.g32(f.rb()).extract(0, 5));
    let value = merge(rotated, l.g32(f.ra()), rotated.konst(mask.into()));
    l.put(f, f.ra(), value)
}

/// Bit 0 of RS goes to the bit of RA that RB names.
fn rrib(l: &Lift<'_>, f: W) -> Flow {
    let (source, count) = (l.g32(f.rt()), l.g32(f.rb()).extract(0, 5));
    let mask = source.konst(LEAST).shr_u(count);
    l.put(f, f.ra(), merge(source.shr_u(count), l.g32(f.ra()), mask))
}

/// By how much a shift shifts.
#[derive(Clone, Copy, PartialEq, Eq)]
enum By {
    /// By SH.
    Immediate,
    /// By bits 27 to 31 of RB.
    Extended,
    /// The same; with bit 26 all is shifted out.
    Register,
}

/// What stands where bits have been shifted out.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Filled {
    Zeros,
    /// What MQ has there.
    Mq,
    /// Copies of the sign; CA tells whether a negative number has lost ones.
    Sign,
}

/// A shift: the rotated word, and a mask of what is kept of it. The word goes to MQ, save by the "long" ones by a register.
fn shift(l: &Lift<'_>, f: W, left: bool, by: By, filled: Filled) -> Flow {
    let source = l.g32(f.rt());
    let count = match by {
        By::Immediate => source.konst(f.rb().into()),
        By::Extended | By::Register => l.g32(f.rb()).extract(0, 5),
    };
    let ones = source.konst(0xffff_ffff);
    let (rotated, kept) = match left {
        true => (source.rot_l(count), ones.shl(count)),
        false => (source.rot_r(count), ones.shr_u(count)),
    };
    let far = (by == By::Register).then(|| l.g32(f.rb()).extract(5, 1).is_nonzero());
    // Those that take MQ go on with what MQ has where a nearer shift would have kept the word.
    let mask = match (far, filled) {
        (Some(far), Filled::Zeros | Filled::Sign) => l.ir.select(far, ones.konst(0), kept),
        _ => kept,
    };
    let value = match filled {
        Filled::Zeros => rotated & mask,
        Filled::Mq => {
            let mq = l.ir.get(MQ);
            let near = merge(rotated, mq, mask);
            far.map_or(near, |far| l.ir.select(far, mq & mask, near))
        }
        Filled::Sign => {
            let sign = source.shr_s(source.konst(31));
            l.ir.set(CA, (rotated & !mask).is_nonzero() & sign.is_nonzero());
            merge(rotated, sign, mask)
        }
    };
    if (by, filled) != (By::Register, Filled::Mq) {
        l.ir.set(MQ, rotated);
    }
    l.put(f, f.ra(), value)
}

macro_rules! shifts {
    ($($name:ident $left:literal $by:ident $filled:ident;)*) => { $(
        fn $name(l: &Lift<'_>, f: W) -> Flow {
            shift(l, f, $left, By::$by, Filled::$filled)
        }
    )* };
}
shifts! {
    sle true Extended Zeros;
    sleq true Extended Mq;
    sliq true Immediate Zeros;
    slliq true Immediate Mq;
    sllq true Register Mq;
    slq true Register Zeros;
    sre false Extended Zeros;
    sreq false Extended Mq;
    sriq false Immediate Zeros;
    srliq false Immediate Mq;
    srlq false Register Mq;
    srq false Register Zeros;
    sraiq false Immediate Sign;
    sraq false Register Sign;
    srea false Extended Sign;
}
