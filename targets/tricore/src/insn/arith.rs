//! Integer arithmetic of 32 bits: TriCore Architecture Manual, volume 2, "Instruction Set".

use decode::Flow::{self, Next};
use decode::insns;
use uop::{BinOp, Val, Width};

use crate::ext::Ext;
use crate::format::*;
use crate::helper;
use crate::lift::Lift;
use crate::state;

insns! {
    /// Addition, subtraction, absolute values, minimum and maximum, saturation, division.
    pub INSNS for Lift;
    "....0000000000..........00001011" Rr add    "{c}, {a}, {b}" [];
    "....0000001000..........00001011" Rr adds   "{c}, {a}, {b}" [];
    "....0000001100..........00001011" Rr adds_u "{c}, {a}, {b}" [];
    "....0000010000..........00001011" Rr addx   "{c}, {a}, {b}" [];
    "....0000010100..........00001011" Rr addc   "{c}, {a}, {b}" [];
    "....0000100000..........00001011" Rr sub    "{c}, {a}, {b}" [];
    "....0000101000..........00001011" Rr subs   "{c}, {a}, {b}" [];
    "....0000101100..........00001011" Rr subs_u "{c}, {a}, {b}" [];
    "....0000110000..........00001011" Rr subx   "{c}, {a}, {b}" [];
    "....0000110100..........00001011" Rr subc   "{c}, {a}, {b}" [];
    "....0000111000..........00001011" Rr absdif  "{c}, {a}, {b}" [];
    "....0000111100..........00001011" Rr absdifs "{c}, {a}, {b}" [];
    "....0001100000..........00001011" Rr min    "{c}, {a}, {b}" [];
    "....0001100100..........00001011" Rr min_u  "{c}, {a}, {b}" [];
    "....0001101000..........00001011" Rr max    "{c}, {a}, {b}" [];
    "....0001101100..........00001011" Rr max_u  "{c}, {a}, {b}" [];
    "....0001110000..........00001011" Rr abs    "{c}, {b}" [];
    "....0001110100..........00001011" Rr abss   "{c}, {b}" [];
    "....0000000.............10001011" Rc add    "{c}, {a}, {imm}" [];
    "....0000010.............10001011" Rc adds   "{c}, {a}, {imm}" [];
    "....0000011.............10001011" Rc adds_u "{c}, {a}, {imm}" [];
    "....0000100.............10001011" Rc addx   "{c}, {a}, {imm}" [];
    "....0000101.............10001011" Rc addc   "{c}, {a}, {imm}" [];
    "....0001000.............10001011" Rc rsub   "{c}, {a}, {imm}" [];
    "....0001010.............10001011" Rc rsubs  "{c}, {a}, {imm}" [];
    "....0001011.............10001011" Rc rsubs_u "{c}, {a}, {imm}" [];
    "....0001110.............10001011" Rc absdif  "{c}, {a}, {imm}" [];
    "....0001111.............10001011" Rc absdifs "{c}, {a}, {imm}" [];
    "....0011000.............10001011" Rc min    "{c}, {a}, {imm}" [];
    "....0011001.............10001011" Rcu min_u "{c}, {a}, {imm}" [];
    "....0011010.............10001011" Rc max    "{c}, {a}, {imm}" [];
    "....0011011.............10001011" Rcu max_u "{c}, {a}, {imm}" [];
    "........................00011011" Rlc addi  "{c}, {a}, {imm}" [];
    "........................10011011" Rlc addih "{c}, {a}, {uimm}" [];
    "........00010010" SrrD15  add  "{a}, d15, {b}" [];
    "........00011010" SrrTo15 add  "d15, {a}, {b}" [];
    "........01000010" Srr     add  "{a}, {b}" [];
    "........10010010" SrcD15  add  "{a}, d15, {imm}" [];
    "........10011010" SrcTo15 add  "d15, {a}, {imm}" [];
    "........11000010" Src     add  "{a}, {imm}" [];
    "........01010010" SrrD15  sub  "{a}, d15, {b}" [];
    "........01011010" SrrTo15 sub  "d15, {a}, {b}" [];
    "........10100010" Srr     sub  "{a}, {b}" [];
    "........00100010" Srr     adds "{a}, {b}" [];
    "........01100010" Srr     subs "{a}, {b}" [];
    "0101....00110010" Sr      rsub "{a}" [];

    "........000000..........00101011" Rrr cadd  "{c}, {d}, {a}, {b}" [];
    "........000100..........00101011" Rrr caddn "{c}, {d}, {a}, {b}" [];
    "........001000..........00101011" Rrr csub  "{c}, {d}, {a}, {b}" [];
    "........001100..........00101011" Rrr csubn "{c}, {d}, {a}, {b}" [];
    "........010000..........00101011" Rrr sel   "{c}, {d}, {a}, {b}" [];
    "........010100..........00101011" Rrr seln  "{c}, {d}, {a}, {b}" [];
    "........000.............10101011" Rcr cadd  "{c}, {d}, {a}, {imm}" [];
    "........001.............10101011" Rcr caddn "{c}, {d}, {a}, {imm}" [];
    "........100.............10101011" Rcr sel   "{c}, {d}, {a}, {imm}" [];
    "........101.............10101011" Rcr seln  "{c}, {d}, {a}, {imm}" [];
    "........10001010" Src cadd  "{a}, d15, {imm}" [];
    "........11001010" Src caddn "{a}, d15, {imm}" [];
    "........00101010" Srr cmov    "{a}, d15, {b}" [];
    "........01101010" Srr cmovn   "{a}, d15, {b}" [];
    "........10101010" Src cmov    "{a}, d15, {imm}" [];
    "........11101010" Src cmovn   "{a}, d15, {imm}" [];

    "....00100000..01........01001011" Rr div      "{ec}, {a}, {b}" [V160];
    "....00100001..01........01001011" Rr div_u    "{ec}, {a}, {b}" [V160];
    "....00011010..00........01001011" Rr dvinit   "{ec}, {a}, {b}" [];
    "....00001010..00........01001011" Rr dvinit_u "{ec}, {a}, {b}" [];
    "....01011010..00........01001011" Rr dvinit_b "{ec}, {a}, {b}" [];
    "....01001010..00........01001011" Rr dvinit_bu "{ec}, {a}, {b}" [];
    "....00111010..00........01001011" Rr dvinit_h "{ec}, {a}, {b}" [];
    "....00101010..00........01001011" Rr dvinit_hu "{ec}, {a}, {b}" [];
    "........110100..........01101011" Rrr dvadj   "{ec}, {ed}, {b}" [];
    "........111100..........01101011" Rrr dvstep  "{ec}, {ed}, {b}" [];
    "........111000..........01101011" Rrr dvstep_u "{ec}, {ed}, {b}" [];
    "........100000..........01101011" Rrr ixmin   "{ec}, {ed}, {b}" [];
    "........100100..........01101011" Rrr ixmin_u "{ec}, {ed}, {b}" [];
    "........101000..........01101011" Rrr ixmax   "{ec}, {ed}, {b}" [];
    "........101100..........01101011" Rrr ixmax_u "{ec}, {ed}, {b}" [];
}

/// `a + b` with its flags.
pub(crate) fn sum<'b>(l: &Lift<'b>, a: Val<'b>, b: Val<'b>) -> Val<'b> {
    l.set_overflow(l.overflow_of(BinOp::AddOverflows, a, b));
    a + b
}

/// `a - b` with its flags.
pub(crate) fn difference<'b>(l: &Lift<'b>, a: Val<'b>, b: Val<'b>) -> Val<'b> {
    l.set_overflow(l.overflow_of(BinOp::SubOverflows, a, b));
    a - b
}

/// D\[c\] = a + b.
fn add<F: Abc>(l: &Lift, f: F) -> Flow {
    l.set_d(f.c(), sum(l, f.a(l), f.b(l)));
    Next
}

/// D\[c\] = a - b.
fn sub<F: Abc>(l: &Lift, f: F) -> Flow {
    l.set_d(f.c(), difference(l, f.a(l), f.b(l)));
    Next
}

/// D\[c\] = b - a.
fn rsub<F: Abc>(l: &Lift, f: F) -> Flow {
    l.set_d(f.c(), difference(l, f.b(l), f.a(l)));
    Next
}

/// Saturates a signed result `r` whose overflow is in bit 31 of `v`: to the sign that the true result has.
fn saturate<'b>(l: &Lift<'b>, r: Val<'b>, v: Val<'b>) -> Val<'b> {
    let limit = r.shr_s(l.konst(31)) ^ l.konst(0x8000_0000);
    l.ir.select(v.lt_s(l.konst(0)), limit, r)
}

fn adds<F: Abc>(l: &Lift, f: F) -> Flow {
    let (a, b) = (f.a(l), f.b(l));
    saturated(l, f.c(), a + b, l.overflow_of(BinOp::AddOverflows, a, b))
}

fn saturated<'b>(l: &Lift<'b>, c: u8, r: Val<'b>, overflow: Val<'b>) -> Flow {
    let result = saturate(l, r, overflow.extract(32, 32).trunc(Width::W32));
    l.set_overflow(overflow);
    l.set_d(c, result);
    Next
}

fn subs<F: Abc>(l: &Lift, f: F) -> Flow {
    difference_saturated(l, f.c(), f.a(l), f.b(l))
}

fn rsubs<F: Abc>(l: &Lift, f: F) -> Flow {
    difference_saturated(l, f.c(), f.b(l), f.a(l))
}

fn difference_saturated<'b>(l: &Lift<'b>, c: u8, a: Val<'b>, b: Val<'b>) -> Flow {
    saturated(l, c, a - b, l.overflow_of(BinOp::SubOverflows, a, b))
}

fn adds_u<F: Abc>(l: &Lift, f: F) -> Flow {
    let a = f.a(l);
    let r = a + f.b(l);
    let over = r.lt_u(a);
    let result = l.ir.select(over, l.konst(-1), r);
    l.set_flags(l.bit31(over), r);
    l.set_d(f.c(), result);
    Next
}

fn subs_u<F: Abc>(l: &Lift, f: F) -> Flow {
    difference_saturated_unsigned(l, f.c(), f.a(l), f.b(l))
}

fn rsubs_u<F: Abc>(l: &Lift, f: F) -> Flow {
    difference_saturated_unsigned(l, f.c(), f.b(l), f.a(l))
}

fn difference_saturated_unsigned<'b>(l: &Lift<'b>, c: u8, a: Val<'b>, b: Val<'b>) -> Flow {
    let under = a.lt_u(b);
    let r = a - b;
    let result = l.ir.select(under, l.konst(0), r);
    l.set_flags(l.bit31(under), r);
    l.set_d(c, result);
    Next
}

/// a + b + carry with carry out; `carry` is 0 or 1.
fn sum_with_carry<'b>(l: &Lift<'b>, c: u8, a: Val<'b>, b: Val<'b>, carry: Val<'b>) -> Flow {
    let wide = a.zext(Width::W64) + b.zext(Width::W64) + carry.zext(Width::W64);
    let r = wide.trunc(Width::W32);
    l.ir.set(state::C, wide.extract(32, 1).trunc(Width::W32));
    l.set_flags((r ^ a) & (r ^ b), r);
    l.set_d(c, r);
    Next
}

fn addx<F: Abc>(l: &Lift, f: F) -> Flow {
    sum_with_carry(l, f.c(), f.a(l), f.b(l), l.konst(0))
}

fn addc<F: Abc>(l: &Lift, f: F) -> Flow {
    sum_with_carry(l, f.c(), f.a(l), f.b(l), l.ir.get(state::C))
}

fn subx<F: Abc>(l: &Lift, f: F) -> Flow {
    sum_with_carry(l, f.c(), f.a(l), f.b(l).not(), l.konst(1))
}

fn subc<F: Abc>(l: &Lift, f: F) -> Flow {
    sum_with_carry(l, f.c(), f.a(l), f.b(l).not(), l.ir.get(state::C))
}

/// |a - b|, and bit 31 is the overflow.
fn absolute_difference<'b>(l: &Lift<'b>, a: Val<'b>, b: Val<'b>) -> Val<'b> {
    l.ir.select(b.lt_s(a), a - b, b - a)
}

fn absdif<F: Abc>(l: &Lift, f: F) -> Flow {
    let r = absolute_difference(l, f.a(l), f.b(l));
    l.set_flags(r, r);
    l.set_d(f.c(), r);
    Next
}

fn absdifs<F: Abc>(l: &Lift, f: F) -> Flow {
    let r = absolute_difference(l, f.a(l), f.b(l));
    positive_saturated(l, f.c(), r)
}

/// A result that can't be negative: bit 31 is its overflow.
fn positive_saturated<'b>(l: &Lift<'b>, c: u8, r: Val<'b>) -> Flow {
    let result = l.ir.select(r.lt_s(l.konst(0)), l.konst(0x7fff_ffff), r);
    l.set_flags(r, r);
    l.set_d(c, result);
    Next
}

fn absolute<'b>(l: &Lift<'b>, b: Val<'b>) -> Val<'b> {
    l.ir.select(b.lt_s(l.konst(0)), b.neg(), b)
}

fn abs(l: &Lift, f: Rr) -> Flow {
    let r = absolute(l, l.d(f.b));
    l.set_flags(r, r);
    l.set_d(f.c, r);
    Next
}

fn abss(l: &Lift, f: Rr) -> Flow {
    positive_saturated(l, f.c, absolute(l, l.d(f.b)))
}

fn min<F: Abc>(l: &Lift, f: F) -> Flow {
    l.set_d(f.c(), f.a(l).min_s(f.b(l)));
    Next
}

fn min_u<F: Abc>(l: &Lift, f: F) -> Flow {
    l.set_d(f.c(), f.a(l).min_u(f.b(l)));
    Next
}

fn max<F: Abc>(l: &Lift, f: F) -> Flow {
    l.set_d(f.c(), f.a(l).max_s(f.b(l)));
    Next
}

fn max_u<F: Abc>(l: &Lift, f: F) -> Flow {
    l.set_d(f.c(), f.a(l).max_u(f.b(l)));
    Next
}

fn addi(l: &Lift, f: Rlc) -> Flow {
    l.set_d(f.c, sum(l, l.d(f.a), l.konst(f.imm)));
    Next
}

fn addih(l: &Lift, f: Rlc) -> Flow {
    l.set_d(f.c, sum(l, l.d(f.a), l.konst(f.imm << 16)));
    Next
}

/// The operands of a conditional instruction.
trait Conditional {
    /// Destination.
    fn to(&self) -> u8;
    /// What is tested.
    fn test<'b>(&self, l: &Lift<'b>) -> Val<'b>;
    /// First operand.
    fn x<'b>(&self, l: &Lift<'b>) -> Val<'b>;
    /// Second operand.
    fn y<'b>(&self, l: &Lift<'b>) -> Val<'b>;
}

impl Conditional for Rrr {
    fn to(&self) -> u8 {
        self.c
    }
    fn test<'b>(&self, l: &Lift<'b>) -> Val<'b> {
        l.d(self.d)
    }
    fn x<'b>(&self, l: &Lift<'b>) -> Val<'b> {
        l.d(self.a)
    }
    fn y<'b>(&self, l: &Lift<'b>) -> Val<'b> {
        l.d(self.b)
    }
}

impl Conditional for Rcr {
    fn to(&self) -> u8 {
        self.c
    }
    fn test<'b>(&self, l: &Lift<'b>) -> Val<'b> {
        l.d(self.d)
    }
    fn x<'b>(&self, l: &Lift<'b>) -> Val<'b> {
        l.d(self.a)
    }
    fn y<'b>(&self, l: &Lift<'b>) -> Val<'b> {
        l.konst(self.imm)
    }
}

impl Conditional for Src {
    fn to(&self) -> u8 {
        self.a
    }
    fn test<'b>(&self, l: &Lift<'b>) -> Val<'b> {
        l.d(15)
    }
    fn x<'b>(&self, l: &Lift<'b>) -> Val<'b> {
        l.d(self.a)
    }
    fn y<'b>(&self, l: &Lift<'b>) -> Val<'b> {
        l.konst(self.imm)
    }
}

/// D\[c\] = r if `cond`, else `other`; the flags change only in the first case.
fn conditionally<'b>(l: &Lift<'b>, cond: Val<'b>, c: u8, r: Val<'b>, overflow: Val<'b>, other: Val<'b>) -> Flow {
    let (old, sticky) = (l.ir.get(state::OVERFLOW), l.ir.get(state::STICKY));
    l.ir.set(state::OVERFLOW, l.ir.select(cond, overflow, old));
    l.ir.set(state::STICKY, l.ir.select(cond, sticky | overflow, sticky));
    l.set_d(c, l.ir.select(cond, r, other));
    Next
}

fn conditional_sum<'b>(l: &Lift<'b>, cond: Val<'b>, c: u8, a: Val<'b>, b: Val<'b>) -> Flow {
    conditionally(l, cond, c, a + b, l.overflow_of(BinOp::AddOverflows, a, b), a)
}

fn conditional_difference<'b>(l: &Lift<'b>, cond: Val<'b>, c: u8, a: Val<'b>, b: Val<'b>) -> Flow {
    conditionally(l, cond, c, a - b, l.overflow_of(BinOp::SubOverflows, a, b), a)
}

fn zero<'b>(l: &Lift<'b>, v: Val<'b>) -> Val<'b> {
    v.eq(l.konst(0))
}

fn cadd<F: Conditional>(l: &Lift, f: F) -> Flow {
    conditional_sum(l, f.test(l).is_nonzero(), f.to(), f.x(l), f.y(l))
}

fn caddn<F: Conditional>(l: &Lift, f: F) -> Flow {
    conditional_sum(l, zero(l, f.test(l)), f.to(), f.x(l), f.y(l))
}

fn csub(l: &Lift, f: Rrr) -> Flow {
    conditional_difference(l, l.d(f.d).is_nonzero(), f.c, l.d(f.a), l.d(f.b))
}

fn csubn(l: &Lift, f: Rrr) -> Flow {
    conditional_difference(l, zero(l, l.d(f.d)), f.c, l.d(f.a), l.d(f.b))
}

fn sel<F: Conditional>(l: &Lift, f: F) -> Flow {
    l.set_d(f.to(), l.ir.select(f.test(l).is_nonzero(), f.x(l), f.y(l)));
    Next
}

fn seln<F: Conditional>(l: &Lift, f: F) -> Flow {
    l.set_d(f.to(), l.ir.select(zero(l, f.test(l)), f.x(l), f.y(l)));
    Next
}

fn cmov<F: Abc>(l: &Lift, f: F) -> Flow {
    l.set_d(f.c(), l.ir.select(l.d(15).is_nonzero(), f.b(l), f.a(l)));
    Next
}

fn cmovn<F: Abc>(l: &Lift, f: F) -> Flow {
    l.set_d(f.c(), l.ir.select(zero(l, l.d(15)), f.b(l), f.a(l)));
    Next
}

macro_rules! divisions {
    ($($name:ident = $helper:ident;)*) => { $(
        fn $name(l: &Lift, f: Rr) -> Flow {
            l.set_e(f.c, l.call(helper::$helper, &[l.d(f.a), l.d(f.b)]));
            Next
        }
    )* };
}
divisions! {
    div = DIV; div_u = DIV_U;
    dvinit = DVINIT; dvinit_u = DVINIT_U; dvinit_b = DVINIT_B; dvinit_bu = DVINIT_BU; dvinit_h = DVINIT_H; dvinit_hu = DVINIT_HU;
}

macro_rules! steps {
    ($($name:ident = $helper:ident;)*) => { $(
        fn $name(l: &Lift, f: Rrr) -> Flow {
            l.set_e(f.c, l.call(helper::$helper, &[l.e(f.d), l.d(f.b)]));
            Next
        }
    )* };
}
steps! {
    dvadj = DVADJ; dvstep = DVSTEP; dvstep_u = DVSTEP_U;
    ixmin = IXMIN; ixmin_u = IXMIN_U; ixmax = IXMAX; ixmax_u = IXMAX_U;
}
