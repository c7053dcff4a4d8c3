//! "Fixed-Point Arithmetic Instructions", "Fixed-Point Compare Instructions", "Fixed-Point Trap Instructions", "Fixed-Point
//! Select".

use decode::Flow::{self, Next};
use decode::insns;
use uop::{Val, Width};

use crate::ext::Ext;
use crate::format::W;
use crate::helper;
use crate::lift::Lift;
use crate::state::{CA, CA32, OV, OV32, SO};
use crate::trap::{TRAP, code};

insns! {
    /// Power ISA 3.0B, Book I, 3.3.9 to 3.3.12.
    pub INSNS for Lift<'_>;
    "001110 ..... ..... ................" W addi "{rt}, {ra0}, {si}" [];
    "001111 ..... ..... ................" W addis "{rt}, {ra0}, {si}" [];
    "010011 ..... ..... .......... 00010 ." W addpcis "{rt}, {dx}" [Isa300];
    "001100 ..... ..... ................" W addic "{rt}, {ra}, {si}" [];
    "001101 ..... ..... ................" W addic_ "{.dot} {rt}, {ra}, {si}" [];
    "001000 ..... ..... ................" W subfic "{rt}, {ra}, {si}" [];
    "000111 ..... ..... ................" W mulli "{rt}, {ra}, {si}" [];
    "011111 ..... ..... ..... . 100001010 ." W add "{.oerc} {rt}, {ra}, {rb}" [];
    "011111 ..... ..... ..... . 000101000 ." W subf "{.oerc} {rt}, {ra}, {rb}" [];
    "011111 ..... ..... ..... . 000001010 ." W addc "{.oerc} {rt}, {ra}, {rb}" [];
    "011111 ..... ..... ..... . 000001000 ." W subfc "{.oerc} {rt}, {ra}, {rb}" [];
    "011111 ..... ..... ..... . 010001010 ." W adde "{.oerc} {rt}, {ra}, {rb}" [];
    "011111 ..... ..... ..... . 010001000 ." W subfe "{.oerc} {rt}, {ra}, {rb}" [];
    "011111 ..... ..... 00000 . 011101010 ." W addme "{.oerc} {rt}, {ra}" [];
    "011111 ..... ..... 00000 . 011101000 ." W subfme "{.oerc} {rt}, {ra}" [];
    "011111 ..... ..... 00000 . 011001010 ." W addze "{.oerc} {rt}, {ra}" [];
    "011111 ..... ..... 00000 . 011001000 ." W subfze "{.oerc} {rt}, {ra}" [];
    "011111 ..... ..... 00000 . 001101000 ." W neg "{.oerc} {rt}, {ra}" [];
    "011111 ..... ..... ..... .. 10101010 0" W addex "{rt}, {ra}, {rb}, 0" [Isa300];
    "011111 ..... ..... ..... 0 001001011 ." W mulhw "{.rc} {rt}, {ra}, {rb}" [];
    "011111 ..... ..... ..... 0 000001011 ." W mulhwu "{.rc} {rt}, {ra}, {rb}" [];
    "011111 ..... ..... ..... . 011101011 ." W mullw "{.oerc} {rt}, {ra}, {rb}" [];
    "011111 ..... ..... ..... . 111101011 ." W divw "{.oerc} {rt}, {ra}, {rb}" [];
    "011111 ..... ..... ..... . 111001011 ." W divwu "{.oerc} {rt}, {ra}, {rb}" [];
    "011111 ..... ..... ..... . 110101011 ." W divwe "{.oerc} {rt}, {ra}, {rb}" [Isa206];
    "011111 ..... ..... ..... . 110001011 ." W divweu "{.oerc} {rt}, {ra}, {rb}" [Isa206];
    "011111 ..... ..... ..... 1 100001011 0" W modsw "{rt}, {ra}, {rb}" [Isa300];
    "011111 ..... ..... ..... 0 100001011 0" W moduw "{rt}, {ra}, {rb}" [Isa300];
    "011111 ..... 000 .. 00000 1 011110011 0" W darn "{rt}, {darn}" [Isa300];
    "011111 ..... ..... ..... 0 001001001 ." W mulhd "{.rc} {rt}, {ra}, {rb}" [Wide];
    "011111 ..... ..... ..... 0 000001001 ." W mulhdu "{.rc} {rt}, {ra}, {rb}" [Wide];
    "011111 ..... ..... ..... . 011101001 ." W mulld "{.oerc} {rt}, {ra}, {rb}" [Wide];
    "011111 ..... ..... ..... . 111101001 ." W divd "{.oerc} {rt}, {ra}, {rb}" [Wide];
    "011111 ..... ..... ..... . 111001001 ." W divdu "{.oerc} {rt}, {ra}, {rb}" [Wide];
    "011111 ..... ..... ..... . 110101001 ." W divde "{.oerc} {rt}, {ra}, {rb}" [Wide Isa206];
    "011111 ..... ..... ..... . 110001001 ." W divdeu "{.oerc} {rt}, {ra}, {rb}" [Wide Isa206];
    "011111 ..... ..... ..... 1 100001001 0" W modsd "{rt}, {ra}, {rb}" [Wide Isa300];
    "011111 ..... ..... ..... 0 100001001 0" W modud "{rt}, {ra}, {rb}" [Wide Isa300];
    "000100 ..... ..... ..... ..... 110000" W maddhd "{rt}, {ra}, {rb}, {rcr}" [Wide Isa300];
    "000100 ..... ..... ..... ..... 110001" W maddhdu "{rt}, {ra}, {rb}, {rcr}" [Wide Isa300];
    "000100 ..... ..... ..... ..... 110011" W maddld "{rt}, {ra}, {rb}, {rcr}" [Wide Isa300];
    // Compare.
    "001011 ... 00 ..... ................" W cmpwi "{bf}, {ra}, {si}" [];
    "001011 ... 01 ..... ................" W cmpdi "{bf}, {ra}, {si}" [Wide];
    "011111 ... 00 ..... ..... 0000000000 0" W cmpw "{bf}, {ra}, {rb}" [];
    "011111 ... 01 ..... ..... 0000000000 0" W cmpd "{bf}, {ra}, {rb}" [Wide];
    "001010 ... 00 ..... ................" W cmplwi "{bf}, {ra}, {ui}" [];
    "001010 ... 01 ..... ................" W cmpldi "{bf}, {ra}, {ui}" [Wide];
    "011111 ... 00 ..... ..... 0000100000 0" W cmplw "{bf}, {ra}, {rb}" [];
    "011111 ... 01 ..... ..... 0000100000 0" W cmpld "{bf}, {ra}, {rb}" [Wide];
    "011111 ... 0. ..... ..... 0011000000 0" W cmprb "{bf}, {l}, {ra}, {rb}" [Isa300];
    "011111 ... 00 ..... ..... 0011100000 0" W cmpeqb "{bf}, {ra}, {rb}" [Isa300];
    // Trap and select.
    "000011 ..... ..... ................" W twi "{to}, {ra}, {si}" [];
    "011111 ..... ..... ..... 0000000100 0" W tw "{to}, {ra}, {rb}" [];
    "000010 ..... ..... ................" W tdi "{to}, {ra}, {si}" [Wide];
    "011111 ..... ..... ..... 0001000100 0" W td "{to}, {ra}, {rb}" [Wide];
    "011111 ..... ..... ..... ..... 01111 0" W isel "{rt}, {ra0}, {rb}, {crb}" [Isel];
}

fn addi(l: &Lift<'_>, f: W) -> Flow {
    let value = if f.ra() == 0 { l.konst(f.si()) } else { l.g(f.ra()).add_imm(f.si()) };
    l.set_g(f.rt(), value);
    Next
}

fn addis(l: &Lift<'_>, f: W) -> Flow {
    let shifted = f.si() << 16;
    let value = if f.ra() == 0 { l.konst(shifted) } else { l.g(f.ra()).add_imm(shifted) };
    l.set_g(f.rt(), value);
    Next
}

fn addpcis(l: &Lift<'_>, f: W) -> Flow {
    l.set_g(f.rt(), l.konst(l.next_pc().wrapping_add_signed(f.dx() << 16) as i64));
    Next
}

/// What is added, and what of XER the sum tells.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Carry {
    /// CA is not written.
    No,
    /// CA is written.
    Out,
}

/// `a` + `b` + `carry_in`, with CA and, if OE, OV; Rc is the caller's business. Overflow and carry are those of the mode's width.
fn sum<'b>(l: &Lift<'b>, f: W, [a, b]: [Val<'b>; 2], carry_in: Option<Val<'b>>, out: Carry, oe: bool) -> Val<'b> {
    let total = match carry_in {
        Some(c) => a + b + c.zext(l.xlen()),
        None => a + b,
    };
    let parts = |width| (a.trunc(width), b.trunc(width), total.trunc(width));
    let carry = |width| {
        let (a, b, s) = parts(width);
        match carry_in {
            // With a carry in, the sum wraps to `a` itself if `b` is all ones.
            Some(c) => s.lt_u(a) | (s.eq(a) & c & b.eq(b.konst(u64::MAX))),
            None => s.lt_u(a),
        }
    };
    let overflow = |width: Width| {
        let (a, b, s) = parts(width);
        ((a ^ s) & (b ^ s)).lt_s(s.konst(0))
    };
    if out == Carry::Out {
        let c = carry(l.mlen());
        l.ir.set(CA, c);
        if l.has(Ext::Isa300) {
            l.ir.set(CA32, if l.sf() { carry(Width::W32) } else { c });
        }
    }
    if oe {
        set_ov(l, overflow(l.mlen()), overflow(Width::W32));
    }
    let _ = f;
    total
}

/// Writes OV, OV32, and SO where OV is set.
pub(super) fn set_ov<'b>(l: &Lift<'b>, ov: Val<'b>, ov32: Val<'b>) {
    l.ir.set(OV, ov);
    if l.has(Ext::Isa300) {
        l.ir.set(OV32, if l.sf() { ov32 } else { ov });
    }
    l.set_so(l.ir.get(SO) | ov);
}

fn finish<'b>(l: &Lift<'b>, f: W, value: Val<'b>) -> Flow {
    l.put(f, f.rt(), value)
}

/// Declares XO-form sums: first operand, second operand, carry in, carry out.
macro_rules! sums {
    ($($name:ident: $a:expr, $b:expr, $cin:expr, $out:ident;)*) => { $(
        fn $name(l: &Lift<'_>, f: W) -> Flow {
            #[allow(clippy::redundant_closure_call, reason = "the expressions need names for lifter and fields")]
            let (a, b, c) = (($a)(l, f), ($b)(l, f), ($cin)(l));
            let value = sum(l, f, [a, b], c, Carry::$out, f.oe() != 0);
            finish(l, f, value)
        }
    )* };
}

fn ra<'b>(l: &Lift<'b>, f: W) -> Val<'b> {
    l.g(f.ra())
}

fn rb<'b>(l: &Lift<'b>, f: W) -> Val<'b> {
    l.g(f.rb())
}

fn not_ra<'b>(l: &Lift<'b>, f: W) -> Val<'b> {
    !l.g(f.ra())
}

fn zero<'b>(l: &Lift<'b>, _: W) -> Val<'b> {
    l.konst(0)
}

fn ones<'b>(l: &Lift<'b>, _: W) -> Val<'b> {
    l.konst(-1)
}

fn none<'b>(_: &Lift<'b>) -> Option<Val<'b>> {
    None
}

fn one<'b>(l: &Lift<'b>) -> Option<Val<'b>> {
    Some(l.bool(true))
}

fn ca<'b>(l: &Lift<'b>) -> Option<Val<'b>> {
    Some(l.ir.get(CA))
}

sums! {
    add: ra, rb, none, No;
    addc: ra, rb, none, Out;
    adde: ra, rb, ca, Out;
    addme: ra, ones, ca, Out;
    addze: ra, zero, ca, Out;
    subfe: not_ra, rb, ca, Out;
    subfme: not_ra, ones, ca, Out;
    subfze: not_ra, zero, ca, Out;
}

/// `rb` - `ra`.
fn subf(l: &Lift<'_>, f: W) -> Flow {
    difference(l, f, l.g(f.ra()), l.g(f.rb()), Carry::No, f.oe() != 0)
}

fn subfc(l: &Lift<'_>, f: W) -> Flow {
    difference(l, f, l.g(f.ra()), l.g(f.rb()), Carry::Out, f.oe() != 0)
}

fn neg(l: &Lift<'_>, f: W) -> Flow {
    difference(l, f, l.g(f.ra()), l.konst(0), Carry::No, f.oe() != 0)
}

fn subfic(l: &Lift<'_>, f: W) -> Flow {
    difference(l, W(f.0 & !1), l.g(f.ra()), l.konst(f.si()), Carry::Out, false)
}

/// `b` - `a`: no borrow is a carry.
fn difference<'b>(l: &Lift<'b>, f: W, a: Val<'b>, b: Val<'b>, out: Carry, oe: bool) -> Flow {
    let value = b - a;
    let carry = |w: Width| a.trunc(w).le_u(b.trunc(w));
    let overflow = |w: Width| {
        let (a, b, d) = (a.trunc(w), b.trunc(w), value.trunc(w));
        ((a ^ b) & (b ^ d)).lt_s(d.konst(0))
    };
    if out == Carry::Out {
        l.ir.set(CA, carry(l.mlen()));
        if l.has(Ext::Isa300) {
            l.ir.set(CA32, carry(Width::W32));
        }
    }
    if oe {
        set_ov(l, overflow(l.mlen()), overflow(Width::W32));
    }
    let _ = one(l);
    finish(l, f, value)
}

fn addic(l: &Lift<'_>, f: W) -> Flow {
    let value = sum(l, f, [l.g(f.ra()), l.konst(f.si())], None, Carry::Out, false);
    l.set_g(f.rt(), value);
    Next
}

fn addic_(l: &Lift<'_>, f: W) -> Flow {
    let value = sum(l, f, [l.g(f.ra()), l.konst(f.si())], None, Carry::Out, false);
    l.set_g(f.rt(), value);
    l.record(value);
    Next
}

/// Adds with OV as carry in and out (CY = 0 alone is defined).
fn addex(l: &Lift<'_>, f: W) -> Flow {
    if f.0 >> 9 & 3 != 0 {
        return Flow::Illegal;
    }
    let (a, b, c) = (l.g(f.ra()), l.g(f.rb()), l.ir.get(OV));
    let total = a + b + c.zext(l.xlen());
    let carry = |w: Width| {
        let (a, b, s) = (a.trunc(w), b.trunc(w), total.trunc(w));
        s.lt_u(a) | (s.eq(a) & c & b.eq(b.konst(u64::MAX)))
    };
    l.ir.set(OV, carry(l.mlen()));
    l.ir.set(OV32, carry(Width::W32));
    l.set_g(f.rt(), total);
    Next
}

fn mulli(l: &Lift<'_>, f: W) -> Flow {
    l.set_g(f.rt(), l.g(f.ra()) * l.konst(f.si()));
    Next
}

/// The upper word of RT is undefined; QEMU clears it.
fn mulhw(l: &Lift<'_>, f: W) -> Flow {
    finish(l, f, l.g32(f.ra()).mul_hi_s(l.g32(f.rb())))
}

fn mulhwu(l: &Lift<'_>, f: W) -> Flow {
    finish(l, f, l.g32(f.ra()).mul_hi_u(l.g32(f.rb())))
}

fn mulhd(l: &Lift<'_>, f: W) -> Flow {
    finish(l, f, l.g(f.ra()).mul_hi_s(l.g(f.rb())))
}

fn mulhdu(l: &Lift<'_>, f: W) -> Flow {
    finish(l, f, l.g(f.ra()).mul_hi_u(l.g(f.rb())))
}

fn mullw(l: &Lift<'_>, f: W) -> Flow {
    let (a, b) = (l.g32(f.ra()), l.g32(f.rb()));
    let low = a * b;
    if f.oe() != 0 {
        let over = a.mul_hi_s(b).ne(low.shr_s(low.konst(31)));
        set_ov(l, over, over);
    }
    let value = if l.wide() { a.sext(Width::W64) * b.sext(Width::W64) } else { low };
    finish(l, f, value)
}

fn mulld(l: &Lift<'_>, f: W) -> Flow {
    let (a, b) = (l.g(f.ra()), l.g(f.rb()));
    let low = a * b;
    if f.oe() != 0 {
        let over = a.mul_hi_s(b).ne(low.shr_s(low.konst(63)));
        set_ov(l, over, over);
    }
    finish(l, f, low)
}

/// Whether a division has no result, and a divisor with which it has: QEMU divides by 1 then.
fn divisor<'b>(l: &Lift<'b>, n: Val<'b>, d: Val<'b>, signed: bool) -> (Val<'b>, Val<'b>) {
    let zero = d.eq(d.konst(0));
    let bad = if signed { zero | (d.eq(d.konst(u64::MAX)) & n.eq(n.konst(1 << (n.width().bits() - 1)))) } else { zero };
    (bad, l.ir.select(bad, d.konst(1), d))
}

fn divide(l: &Lift<'_>, f: W, width: Width, signed: bool) -> Flow {
    let (n, d) = (l.g(f.ra()).trunc(width), l.g(f.rb()).trunc(width));
    let (bad, d) = divisor(l, n, d, signed);
    let q = if signed { n.div_s(d) } else { n.div_u(d) };
    if f.oe() != 0 {
        set_ov(l, bad, bad);
    }
    finish(l, f, q)
}

fn divw(l: &Lift<'_>, f: W) -> Flow {
    divide(l, f, Width::W32, true)
}

fn divwu(l: &Lift<'_>, f: W) -> Flow {
    divide(l, f, Width::W32, false)
}

fn divd(l: &Lift<'_>, f: W) -> Flow {
    divide(l, f, Width::W64, true)
}

fn divdu(l: &Lift<'_>, f: W) -> Flow {
    divide(l, f, Width::W64, false)
}

fn modulo(l: &Lift<'_>, f: W, width: Width, signed: bool) -> Flow {
    let (n, d) = (l.g(f.ra()).trunc(width), l.g(f.rb()).trunc(width));
    let (_, d) = divisor(l, n, d, signed);
    let r = if signed { n.rem_s(d).sext(l.xlen()) } else { n.rem_u(d).zext(l.xlen()) };
    l.set_g(f.rt(), r);
    Next
}

fn modsw(l: &Lift<'_>, f: W) -> Flow {
    modulo(l, f, Width::W32, true)
}

fn moduw(l: &Lift<'_>, f: W) -> Flow {
    modulo(l, f, Width::W32, false)
}

fn modsd(l: &Lift<'_>, f: W) -> Flow {
    modulo(l, f, Width::W64, true)
}

fn modud(l: &Lift<'_>, f: W) -> Flow {
    modulo(l, f, Width::W64, false)
}

/// Divides `ra` followed by 32 zero bits by `rb`.
fn divide_extended(l: &Lift<'_>, f: W, helper: u16, over: u16, width: Width) -> Flow {
    let args = [l.g(f.ra()).trunc(width).zext(Width::W64), l.g(f.rb()).trunc(width).zext(Width::W64)];
    let q = l.call(helper, &args);
    if f.oe() != 0 {
        let bad = l.call(over, &args);
        set_ov(l, bad, bad);
    }
    finish(l, f, q.trunc(width))
}

fn divwe(l: &Lift<'_>, f: W) -> Flow {
    divide_extended(l, f, helper::DIVWE, helper::DIVWE_OV, Width::W32)
}

fn divweu(l: &Lift<'_>, f: W) -> Flow {
    divide_extended(l, f, helper::DIVWEU, helper::DIVWEU_OV, Width::W32)
}

fn divde(l: &Lift<'_>, f: W) -> Flow {
    divide_extended(l, f, helper::DIVDE, helper::DIVDE_OV, Width::W64)
}

fn divdeu(l: &Lift<'_>, f: W) -> Flow {
    divide_extended(l, f, helper::DIVDEU, helper::DIVDEU_OV, Width::W64)
}

/// "Deliver A Random Number": of 32 bits with L = 0, of 64 with 1 and 2. L = 3 is reserved: the value that says that there is none.
fn darn(l: &Lift<'_>, f: W) -> Flow {
    let value = match f.ra() & 3 {
        3 => l.konst(-1),
        0 => l.call(helper::RANDOM, &[]) & l.konst(0xffff_ffff),
        _ => l.call(helper::RANDOM, &[]),
    };
    l.set_g(f.rt(), value);
    Next
}

fn product_and_sum<'b>(l: &Lift<'b>, f: W, high: Val<'b>, signed: bool) -> Flow {
    let (a, b, c) = (l.g(f.ra()), l.g(f.rb()), l.g(f.mb()));
    let low = a * b;
    let carry = (low + c).lt_u(c).zext(Width::W64);
    let sign = if signed { c.shr_s(c.konst(63)) } else { c.konst(0) };
    l.set_g(f.rt(), high + sign + carry);
    Next
}

fn maddhd(l: &Lift<'_>, f: W) -> Flow {
    product_and_sum(l, f, l.g(f.ra()).mul_hi_s(l.g(f.rb())), true)
}

fn maddhdu(l: &Lift<'_>, f: W) -> Flow {
    product_and_sum(l, f, l.g(f.ra()).mul_hi_u(l.g(f.rb())), false)
}

fn maddld(l: &Lift<'_>, f: W) -> Flow {
    l.set_g(f.rt(), l.g(f.ra()) * l.g(f.rb()) + l.g(f.mb()));
    Next
}

fn cmpwi(l: &Lift<'_>, f: W) -> Flow {
    let a = l.g32(f.ra());
    l.set_field(f.bf(), a.order_s(a.konst(f.si() as u64)));
    Next
}

fn cmpdi(l: &Lift<'_>, f: W) -> Flow {
    l.set_field(f.bf(), l.g(f.ra()).order_s(l.konst(f.si())));
    Next
}

fn cmpw(l: &Lift<'_>, f: W) -> Flow {
    l.set_field(f.bf(), l.g32(f.ra()).order_s(l.g32(f.rb())));
    Next
}

fn cmpd(l: &Lift<'_>, f: W) -> Flow {
    l.set_field(f.bf(), l.g(f.ra()).order_s(l.g(f.rb())));
    Next
}

fn cmplwi(l: &Lift<'_>, f: W) -> Flow {
    let a = l.g32(f.ra());
    l.set_field(f.bf(), a.order_u(a.konst(f.ui().into())));
    Next
}

fn cmpldi(l: &Lift<'_>, f: W) -> Flow {
    l.set_field(f.bf(), l.g(f.ra()).order_u(l.konst(f.ui().into())));
    Next
}

fn cmplw(l: &Lift<'_>, f: W) -> Flow {
    l.set_field(f.bf(), l.g32(f.ra()).order_u(l.g32(f.rb())));
    Next
}

fn cmpld(l: &Lift<'_>, f: W) -> Flow {
    l.set_field(f.bf(), l.g(f.ra()).order_u(l.g(f.rb())));
    Next
}

/// Sets CR field BF to 0, `found`, 0, 0.
fn set_found<'b>(l: &Lift<'b>, f: W, found: Val<'b>) -> Flow {
    let bit = found.zext(Width::W64);
    l.put_field(f.bf(), bit.shl(bit.konst(2)));
    Next
}

fn cmprb(l: &Lift<'_>, f: W) -> Flow {
    let byte = l.g32(f.ra()).extract(0, 8);
    let range = |lo: u32| {
        let bounds = l.g32(f.rb());
        bounds.extract(lo, 8).le_u(byte) & byte.le_u(bounds.extract(lo + 8, 8))
    };
    let inside = if f.l() != 0 { range(0) | range(16) } else { range(0) };
    set_found(l, f, inside)
}

/// Whether some byte of `rb` equals the lowest of `ra`.
fn cmpeqb(l: &Lift<'_>, f: W) -> Flow {
    let byte = l.g32(f.ra()).extract(0, 8).zext(Width::W64);
    let value = l.g(f.rb()).zext(Width::W64);
    let found = (0..8).map(|i| value.extract(8 * i, 8).eq(byte)).reduce(|a, b| a | b);
    set_found(l, f, found.expect("there are eight"))
}

/// Traps if a condition named in TO holds: signed less, signed greater, equal, unsigned less, unsigned greater.
fn trap<'b>(l: &Lift<'b>, f: W, a: Val<'b>, b: Val<'b>) -> Flow {
    if f.rt() == 31 {
        return l.raise(code::PROGRAM, TRAP);
    }
    let test = |bit| match bit {
        16 => a.lt_s(b),
        8 => b.lt_s(a),
        4 => a.eq(b),
        2 => a.lt_u(b),
        _ => b.lt_u(a),
    };
    let chosen = [16, 8, 4, 2, 1].into_iter().filter(|bit| f.rt() & bit != 0).map(test);
    if let Some(cond) = chosen.reduce(|a, b| a | b) {
        l.ir.raise_if(cond, code::PROGRAM, TRAP);
    }
    Next
}

fn twi(l: &Lift<'_>, f: W) -> Flow {
    let a = l.g32(f.ra());
    trap(l, f, a, a.konst(f.si() as u64))
}

fn tw(l: &Lift<'_>, f: W) -> Flow {
    trap(l, f, l.g32(f.ra()), l.g32(f.rb()))
}

fn tdi(l: &Lift<'_>, f: W) -> Flow {
    trap(l, f, l.g(f.ra()), l.konst(f.si()))
}

fn td(l: &Lift<'_>, f: W) -> Flow {
    trap(l, f, l.g(f.ra()), l.g(f.rb()))
}

fn isel(l: &Lift<'_>, f: W) -> Flow {
    l.set_g(f.rt(), l.ir.select(l.cr(f.mb()), l.g0(f.ra()), l.g(f.rb())));
    Next
}
