//! Multiplication, and multiplication with accumulation: TriCore Architecture Manual, volume 2, "Instruction Set".

use decode::Flow::{self, Next};
use decode::insns;
use uop::{Val, Width};

use crate::dsp::{Kind, Mac, Sign};
use crate::format::*;
use crate::helper;
use crate::lift::Lift;

insns! {
    /// Multiplication of integers.
    pub MULTIPLY for Lift;
    "....000000001010........01110011" Rr mul "{c}, {a}, {b}" [];
    "....000001101010........01110011" RrE mul "{ec}, {a}, {b}" [];
    "....000001101000........01110011" Rr mul_u "{ec}, {a}, {b}" [];
    "....000010001010........01110011" Rr muls "{c}, {a}, {b}" [];
    "....000010001000........01110011" Rr muls_u "{c}, {a}, {b}" [];
    "....0000001.............01010011" Rc mul "{c}, {a}, {imm}" [];
    "....0000011.............01010011" RcE mul "{ec}, {a}, {imm}" [];
    "....0000010.............01010011" Rcu mul_u "{ec}, {a}, {imm}" [];
    "....0000101.............01010011" Rc muls "{c}, {a}, {imm}" [];
    "....0000100.............01010011" Rcu muls_u "{c}, {a}, {imm}" [];
    "........11100010" Srr mul "{a}, {b}" [];
}

insns! {
    /// The same with accumulation.
    pub ACCUMULATE for Lift;
    "........00001010........00000011" AccumulateRrr madd "{c}, {d}, {a}, {b}" [];
    "........001.............00010011" AccumulateRcr madd "{c}, {d}, {a}, {imm}" [];
    "........01101010........00000011" AccumulateRrr madd "{ec}, {ed}, {a}, {b}" [];
    "........011.............00010011" AccumulateRcr madd "{ec}, {ed}, {a}, {imm}" [];
    "........01101000........00000011" AccumulateRrr madd_u "{ec}, {ed}, {a}, {b}" [];
    "........010.............00010011" AccumulateRcr madd_u "{ec}, {ed}, {a}, {uimm}" [];
    "........10001010........00000011" AccumulateRrr madds "{c}, {d}, {a}, {b}" [];
    "........101.............00010011" AccumulateRcr madds "{c}, {d}, {a}, {imm}" [];
    "........11101010........00000011" AccumulateRrr madds "{ec}, {ed}, {a}, {b}" [];
    "........111.............00010011" AccumulateRcr madds "{ec}, {ed}, {a}, {imm}" [];
    "........10001000........00000011" AccumulateRrr madds_u "{c}, {d}, {a}, {b}" [];
    "........100.............00010011" AccumulateRcr madds_u "{c}, {d}, {a}, {uimm}" [];
    "........11101000........00000011" AccumulateRrr madds_u "{ec}, {ed}, {a}, {b}" [];
    "........110.............00010011" AccumulateRcr madds_u "{ec}, {ed}, {a}, {uimm}" [];
    "........00001010........00100011" AccumulateRrr msub "{c}, {d}, {a}, {b}" [];
    "........001.............00110011" AccumulateRcr msub "{c}, {d}, {a}, {imm}" [];
    "........01101010........00100011" AccumulateRrr msub "{ec}, {ed}, {a}, {b}" [];
    "........011.............00110011" AccumulateRcr msub "{ec}, {ed}, {a}, {imm}" [];
    "........01101000........00100011" AccumulateRrr msub_u "{ec}, {ed}, {a}, {b}" [];
    "........010.............00110011" AccumulateRcr msub_u "{ec}, {ed}, {a}, {uimm}" [];
    "........10001010........00100011" AccumulateRrr msubs "{c}, {d}, {a}, {b}" [];
    "........101.............00110011" AccumulateRcr msubs "{c}, {d}, {a}, {imm}" [];
    "........11101010........00100011" AccumulateRrr msubs "{ec}, {ed}, {a}, {b}" [];
    "........111.............00110011" AccumulateRcr msubs "{ec}, {ed}, {a}, {imm}" [];
    "........10001000........00100011" AccumulateRrr msubs_u "{c}, {d}, {a}, {b}" [];
    "........100.............00110011" AccumulateRcr msubs_u "{c}, {d}, {a}, {uimm}" [];
    "........11101000........00100011" AccumulateRrr msubs_u "{ec}, {ed}, {a}, {b}" [];
    "........110.............00110011" AccumulateRcr msubs_u "{ec}, {ed}, {a}, {uimm}" [];
}

use accumulate as madd;
use accumulate as madd_u;
use accumulate as madds;
use accumulate as madds_u;
use accumulate as msub;
use accumulate as msub_u;
use accumulate as msubs;
use accumulate as msubs_u;

/// The low 32 bits of a product; overflow if the others are not its sign.
fn mul<F: Product>(l: &Lift, f: F) -> Flow {
    f.multiply(l)
}

/// Products of 32 or 64 bits under one name.
trait Product {
    fn multiply(&self, l: &Lift) -> Flow;
}

macro_rules! products {
    ($($format:ident)*) => { $(
        impl Product for $format {
            fn multiply(&self, l: &Lift) -> Flow {
                let (a, b) = (self.a(l), self.b(l));
                let r = a * b;
                let v = l.bit31(a.mul_hi_s(b).ne(r.shr_s(l.konst(31))));
                l.set_flags(v, r);
                l.set_d(self.c(), r);
                Next
            }
        }
    )* };
}
products! { Rr Rc Srr }

impl Product for RrE {
    fn multiply(&self, l: &Lift) -> Flow {
        long(l, self.c, l.d(self.a).sext(Width::W64) * l.d(self.b).sext(Width::W64))
    }
}

impl Product for RcE {
    fn multiply(&self, l: &Lift) -> Flow {
        long(l, self.c, l.d(self.a).sext(Width::W64) * l.konst64(self.imm as u64))
    }
}

/// A product of 64 bits, which can't overflow.
fn long<'b>(l: &Lift<'b>, c: u8, r: Val<'b>) -> Flow {
    let high = r.extract(32, 32).trunc(Width::W32);
    l.set_flags(l.konst(0), high);
    l.set_e(c, r);
    Next
}

fn mul_u<F: Abc>(l: &Lift, f: F) -> Flow {
    long(l, f.c(), f.a(l).zext(Width::W64) * f.b(l).zext(Width::W64))
}

/// What the helper is to do for a product that stands alone.
const PLAIN: Mac = Mac {
    kind: Kind::Word,
    sign: (Sign::Plus, Sign::Plus),
    saturating: false,
    rounding: false,
    n: 0,
    halves: 0,
    alone: true,
};

fn call<'b>(l: &Lift<'b>, mac: Mac, acc: Val<'b>, a: Val<'b>, b: Val<'b>) -> Val<'b> {
    l.call(helper::MAC, &[acc.zext(Width::W64), a, b, l.konst64(mac.pack())])
}

fn muls<F: Abc>(l: &Lift, f: F) -> Flow {
    let r = call(l, Mac { saturating: true, ..PLAIN }, l.konst(0), f.a(l), f.b(l));
    l.set_d(f.c(), r.trunc(Width::W32));
    Next
}

fn muls_u<F: Abc>(l: &Lift, f: F) -> Flow {
    let r = call(l, Mac { kind: Kind::WordU, saturating: true, ..PLAIN }, l.konst(0), f.a(l), f.b(l));
    l.set_d(f.c(), r.trunc(Width::W32));
    Next
}

/// The operands of MADD and MSUB, and which of them it is: bits of the operation.
trait Accumulate {
    fn registers(&self) -> (u8, u8);
    fn factors<'b>(&self, l: &Lift<'b>) -> (Val<'b>, Val<'b>);
    /// Subtract, 64 bits, saturating, unsigned.
    fn how(&self) -> (bool, bool, bool, bool);
}

impl Accumulate for AccumulateRrr {
    fn registers(&self) -> (u8, u8) {
        (self.c, self.d)
    }
    fn factors<'b>(&self, l: &Lift<'b>) -> (Val<'b>, Val<'b>) {
        (l.d(self.a), l.d(self.b))
    }
    fn how(&self) -> (bool, bool, bool, bool) {
        (self.major & 0x20 != 0, self.op & 0x60 == 0x60, self.op & 0x80 != 0, self.op & 2 == 0)
    }
}

impl Accumulate for AccumulateRcr {
    fn registers(&self) -> (u8, u8) {
        (self.c, self.d)
    }
    fn factors<'b>(&self, l: &Lift<'b>) -> (Val<'b>, Val<'b>) {
        let constant = if self.op & 1 == 0 { self.uimm as i64 } else { self.imm };
        (l.d(self.a), l.konst(constant))
    }
    fn how(&self) -> (bool, bool, bool, bool) {
        (self.major & 0x20 != 0, self.op & 2 != 0, self.op & 4 != 0, self.op & 1 == 0)
    }
}

/// acc + a × b or acc - a × b.
fn accumulate<F: Accumulate>(l: &Lift, f: F) -> Flow {
    let (c, d) = f.registers();
    let (a, b) = f.factors(l);
    let (minus, wide, saturating, unsigned) = f.how();
    if !wide && !saturating && !unsigned {
        return plain(l, c, l.d(d), a, b, minus);
    }
    let kind = match (wide, unsigned) {
        (false, false) => Kind::Word,
        (false, true) => Kind::WordU,
        (true, false) => Kind::Long,
        (true, true) => Kind::LongU,
    };
    let sign = if minus { Sign::Minus } else { Sign::Plus };
    let mac = Mac { kind, sign: (sign, sign), saturating, alone: false, ..PLAIN };
    if wide {
        l.set_e(c, call(l, mac, l.e(d), a, b));
    } else {
        l.set_d(c, call(l, mac, l.d(d), a, b).trunc(Width::W32));
    }
    Next
}

/// MADD and MSUB of 32 bits.
fn plain<'b>(l: &Lift<'b>, c: u8, acc: Val<'b>, a: Val<'b>, b: Val<'b>, minus: bool) -> Flow {
    let product = a.sext(Width::W64) * b.sext(Width::W64);
    let acc = acc.sext(Width::W64);
    let all = if minus { acc - product } else { acc + product };
    let r = all.trunc(Width::W32);
    l.set_flags(l.bit31(r.sext(Width::W64).ne(all)), r);
    l.set_d(c, r);
    Next
}

insns! {
    /// Fractions.
    pub FRACTION for Lift;
    "........000000..........01000011" Fraction madd_q "{c}, {d}, {a}, {b}u, {n}" [];
    "........100000..........01000011" Fraction madds_q "{c}, {d}, {a}, {b}u, {n}" [];
    "........000001..........01000011" Fraction madd_q "{c}, {d}, {a}, {b}l, {n}" [];
    "........100001..........01000011" Fraction madds_q "{c}, {d}, {a}, {b}l, {n}" [];
    "........000010..........01000011" Fraction madd_q "{c}, {d}, {a}, {b}, {n}" [];
    "........100010..........01000011" Fraction madds_q "{c}, {d}, {a}, {b}, {n}" [];
    "........000100..........01000011" Fraction madd_q "{c}, {d}, {a}u, {b}u, {n}" [];
    "........100100..........01000011" Fraction madds_q "{c}, {d}, {a}u, {b}u, {n}" [];
    "........000101..........01000011" Fraction madd_q "{c}, {d}, {a}l, {b}l, {n}" [];
    "........100101..........01000011" Fraction madds_q "{c}, {d}, {a}l, {b}l, {n}" [];
    "........000110..........01000011" Fraction maddr_q "{c}, {d}, {a}u, {b}u, {n}" [];
    "........100110..........01000011" Fraction maddrs_q "{c}, {d}, {a}u, {b}u, {n}" [];
    "........000111..........01000011" Fraction maddr_q "{c}, {d}, {a}l, {b}l, {n}" [];
    "........100111..........01000011" Fraction maddrs_q "{c}, {d}, {a}l, {b}l, {n}" [];
    "........011000..........01000011" Fraction madd_q "{ec}, {ed}, {a}, {b}u, {n}" [];
    "........111000..........01000011" Fraction madds_q "{ec}, {ed}, {a}, {b}u, {n}" [];
    "........011001..........01000011" Fraction madd_q "{ec}, {ed}, {a}, {b}l, {n}" [];
    "........111001..........01000011" Fraction madds_q "{ec}, {ed}, {a}, {b}l, {n}" [];
    "........011011..........01000011" Fraction madd_q "{ec}, {ed}, {a}, {b}, {n}" [];
    "........111011..........01000011" Fraction madds_q "{ec}, {ed}, {a}, {b}, {n}" [];
    "........011100..........01000011" Fraction madd_q "{ec}, {ed}, {a}u, {b}u, {n}" [];
    "........111100..........01000011" Fraction madds_q "{ec}, {ed}, {a}u, {b}u, {n}" [];
    "........011101..........01000011" Fraction madd_q "{ec}, {ed}, {a}l, {b}l, {n}" [];
    "........111101..........01000011" Fraction madds_q "{ec}, {ed}, {a}l, {b}l, {n}" [];
    "........011110..........01000011" Fraction maddr_h "{c}, {ed}, {a}, {b}ul, {n}" [];
    "........111110..........01000011" Fraction maddrs_h "{c}, {ed}, {a}, {b}ul, {n}" [];
    "........000000..........01100011" Fraction msub_q "{c}, {d}, {a}, {b}u, {n}" [];
    "........100000..........01100011" Fraction msubs_q "{c}, {d}, {a}, {b}u, {n}" [];
    "........000001..........01100011" Fraction msub_q "{c}, {d}, {a}, {b}l, {n}" [];
    "........100001..........01100011" Fraction msubs_q "{c}, {d}, {a}, {b}l, {n}" [];
    "........000010..........01100011" Fraction msub_q "{c}, {d}, {a}, {b}, {n}" [];
    "........100010..........01100011" Fraction msubs_q "{c}, {d}, {a}, {b}, {n}" [];
    "........000100..........01100011" Fraction msub_q "{c}, {d}, {a}u, {b}u, {n}" [];
    "........100100..........01100011" Fraction msubs_q "{c}, {d}, {a}u, {b}u, {n}" [];
    "........000101..........01100011" Fraction msub_q "{c}, {d}, {a}l, {b}l, {n}" [];
    "........100101..........01100011" Fraction msubs_q "{c}, {d}, {a}l, {b}l, {n}" [];
    "........000110..........01100011" Fraction msubr_q "{c}, {d}, {a}u, {b}u, {n}" [];
    "........100110..........01100011" Fraction msubrs_q "{c}, {d}, {a}u, {b}u, {n}" [];
    "........000111..........01100011" Fraction msubr_q "{c}, {d}, {a}l, {b}l, {n}" [];
    "........100111..........01100011" Fraction msubrs_q "{c}, {d}, {a}l, {b}l, {n}" [];
    "........011000..........01100011" Fraction msub_q "{ec}, {ed}, {a}, {b}u, {n}" [];
    "........111000..........01100011" Fraction msubs_q "{ec}, {ed}, {a}, {b}u, {n}" [];
    "........011001..........01100011" Fraction msub_q "{ec}, {ed}, {a}, {b}l, {n}" [];
    "........111001..........01100011" Fraction msubs_q "{ec}, {ed}, {a}, {b}l, {n}" [];
    "........011011..........01100011" Fraction msub_q "{ec}, {ed}, {a}, {b}, {n}" [];
    "........111011..........01100011" Fraction msubs_q "{ec}, {ed}, {a}, {b}, {n}" [];
    "........011100..........01100011" Fraction msub_q "{ec}, {ed}, {a}u, {b}u, {n}" [];
    "........111100..........01100011" Fraction msubs_q "{ec}, {ed}, {a}u, {b}u, {n}" [];
    "........011101..........01100011" Fraction msub_q "{ec}, {ed}, {a}l, {b}l, {n}" [];
    "........111101..........01100011" Fraction msubs_q "{ec}, {ed}, {a}l, {b}l, {n}" [];
    "........011110..........01100011" Fraction msubr_h "{c}, {ed}, {a}, {b}ul, {n}" [];
    "........111110..........01100011" Fraction msubrs_h "{c}, {ed}, {a}, {b}ul, {n}" [];
    "....0000000000..........10010011" Fraction mul_q "{c}, {a}, {b}u, {n}" [];
    "....0000000001..........10010011" Fraction mul_q "{c}, {a}, {b}l, {n}" [];
    "....0000000010..........10010011" Fraction mul_q "{c}, {a}, {b}, {n}" [];
    "....0000000100..........10010011" Fraction mul_q "{c}, {a}u, {b}u, {n}" [];
    "....0000000101..........10010011" Fraction mul_q "{c}, {a}l, {b}l, {n}" [];
    "....0000000110..........10010011" Fraction mulr_q "{c}, {a}u, {b}u, {n}" [];
    "....0000000111..........10010011" Fraction mulr_q "{c}, {a}l, {b}l, {n}" [];
    "....0000011000..........10010011" Fraction mul_q "{ec}, {a}, {b}u, {n}" [];
    "....0000011001..........10010011" Fraction mul_q "{ec}, {a}, {b}l, {n}" [];
    "....0000011011..........10010011" Fraction mul_q "{ec}, {a}, {b}, {n}" [];
}

use fraction as madd_q;
use fraction as maddr_h;
use fraction as maddr_q;
use fraction as maddrs_h;
use fraction as maddrs_q;
use fraction as madds_q;
use fraction as msub_q;
use fraction as msubr_h;
use fraction as msubr_q;
use fraction as msubrs_h;
use fraction as msubrs_q;
use fraction as msubs_q;
use fraction as mul_q;
use fraction as mulr_q;

insns! {
    /// Packed halves.
    pub HALVES for Lift;
    "........001100..........10000011" Fraction maddr_h "{c}, {d}, {a}, {b}ul, {n}" [];
    "........001101..........10000011" Fraction maddr_h "{c}, {d}, {a}, {b}lu, {n}" [];
    "........001110..........10000011" Fraction maddr_h "{c}, {d}, {a}, {b}ll, {n}" [];
    "........001111..........10000011" Fraction maddr_h "{c}, {d}, {a}, {b}uu, {n}" [];
    "........101100..........10000011" Fraction maddrs_h "{c}, {d}, {a}, {b}ul, {n}" [];
    "........101101..........10000011" Fraction maddrs_h "{c}, {d}, {a}, {b}lu, {n}" [];
    "........101110..........10000011" Fraction maddrs_h "{c}, {d}, {a}, {b}ll, {n}" [];
    "........101111..........10000011" Fraction maddrs_h "{c}, {d}, {a}, {b}uu, {n}" [];
    "........011000..........10000011" Fraction madd_h "{ec}, {ed}, {a}, {b}ul, {n}" [];
    "........011001..........10000011" Fraction madd_h "{ec}, {ed}, {a}, {b}lu, {n}" [];
    "........011010..........10000011" Fraction madd_h "{ec}, {ed}, {a}, {b}ll, {n}" [];
    "........011011..........10000011" Fraction madd_h "{ec}, {ed}, {a}, {b}uu, {n}" [];
    "........111000..........10000011" Fraction madds_h "{ec}, {ed}, {a}, {b}ul, {n}" [];
    "........111001..........10000011" Fraction madds_h "{ec}, {ed}, {a}, {b}lu, {n}" [];
    "........111010..........10000011" Fraction madds_h "{ec}, {ed}, {a}, {b}ll, {n}" [];
    "........111011..........10000011" Fraction madds_h "{ec}, {ed}, {a}, {b}uu, {n}" [];
    "........011100..........10000011" Fraction maddm_h "{ec}, {ed}, {a}, {b}ul, {n}" [];
    "........011101..........10000011" Fraction maddm_h "{ec}, {ed}, {a}, {b}lu, {n}" [];
    "........011110..........10000011" Fraction maddm_h "{ec}, {ed}, {a}, {b}ll, {n}" [];
    "........011111..........10000011" Fraction maddm_h "{ec}, {ed}, {a}, {b}uu, {n}" [];
    "........111100..........10000011" Fraction maddms_h "{ec}, {ed}, {a}, {b}ul, {n}" [];
    "........111101..........10000011" Fraction maddms_h "{ec}, {ed}, {a}, {b}lu, {n}" [];
    "........111110..........10000011" Fraction maddms_h "{ec}, {ed}, {a}, {b}ll, {n}" [];
    "........111111..........10000011" Fraction maddms_h "{ec}, {ed}, {a}, {b}uu, {n}" [];
    "........001100..........10100011" Fraction msubr_h "{c}, {d}, {a}, {b}ul, {n}" [];
    "........001101..........10100011" Fraction msubr_h "{c}, {d}, {a}, {b}lu, {n}" [];
    "........001110..........10100011" Fraction msubr_h "{c}, {d}, {a}, {b}ll, {n}" [];
    "........001111..........10100011" Fraction msubr_h "{c}, {d}, {a}, {b}uu, {n}" [];
    "........101100..........10100011" Fraction msubrs_h "{c}, {d}, {a}, {b}ul, {n}" [];
    "........101101..........10100011" Fraction msubrs_h "{c}, {d}, {a}, {b}lu, {n}" [];
    "........101110..........10100011" Fraction msubrs_h "{c}, {d}, {a}, {b}ll, {n}" [];
    "........101111..........10100011" Fraction msubrs_h "{c}, {d}, {a}, {b}uu, {n}" [];
    "........011000..........10100011" Fraction msub_h "{ec}, {ed}, {a}, {b}ul, {n}" [];
    "........011001..........10100011" Fraction msub_h "{ec}, {ed}, {a}, {b}lu, {n}" [];
    "........011010..........10100011" Fraction msub_h "{ec}, {ed}, {a}, {b}ll, {n}" [];
    "........011011..........10100011" Fraction msub_h "{ec}, {ed}, {a}, {b}uu, {n}" [];
    "........111000..........10100011" Fraction msubs_h "{ec}, {ed}, {a}, {b}ul, {n}" [];
    "........111001..........10100011" Fraction msubs_h "{ec}, {ed}, {a}, {b}lu, {n}" [];
    "........111010..........10100011" Fraction msubs_h "{ec}, {ed}, {a}, {b}ll, {n}" [];
    "........111011..........10100011" Fraction msubs_h "{ec}, {ed}, {a}, {b}uu, {n}" [];
    "........011100..........10100011" Fraction msubm_h "{ec}, {ed}, {a}, {b}ul, {n}" [];
    "........011101..........10100011" Fraction msubm_h "{ec}, {ed}, {a}, {b}lu, {n}" [];
    "........011110..........10100011" Fraction msubm_h "{ec}, {ed}, {a}, {b}ll, {n}" [];
    "........011111..........10100011" Fraction msubm_h "{ec}, {ed}, {a}, {b}uu, {n}" [];
    "........111100..........10100011" Fraction msubms_h "{ec}, {ed}, {a}, {b}ul, {n}" [];
    "........111101..........10100011" Fraction msubms_h "{ec}, {ed}, {a}, {b}lu, {n}" [];
    "........111110..........10100011" Fraction msubms_h "{ec}, {ed}, {a}, {b}ll, {n}" [];
    "........111111..........10100011" Fraction msubms_h "{ec}, {ed}, {a}, {b}uu, {n}" [];
    "........001100..........11000011" Fraction maddsur_h "{c}, {d}, {a}, {b}ul, {n}" [];
    "........001101..........11000011" Fraction maddsur_h "{c}, {d}, {a}, {b}lu, {n}" [];
    "........001110..........11000011" Fraction maddsur_h "{c}, {d}, {a}, {b}ll, {n}" [];
    "........001111..........11000011" Fraction maddsur_h "{c}, {d}, {a}, {b}uu, {n}" [];
    "........101100..........11000011" Fraction maddsurs_h "{c}, {d}, {a}, {b}ul, {n}" [];
    "........101101..........11000011" Fraction maddsurs_h "{c}, {d}, {a}, {b}lu, {n}" [];
    "........101110..........11000011" Fraction maddsurs_h "{c}, {d}, {a}, {b}ll, {n}" [];
    "........101111..........11000011" Fraction maddsurs_h "{c}, {d}, {a}, {b}uu, {n}" [];
    "........011000..........11000011" Fraction maddsu_h "{ec}, {ed}, {a}, {b}ul, {n}" [];
    "........011001..........11000011" Fraction maddsu_h "{ec}, {ed}, {a}, {b}lu, {n}" [];
    "........011010..........11000011" Fraction maddsu_h "{ec}, {ed}, {a}, {b}ll, {n}" [];
    "........011011..........11000011" Fraction maddsu_h "{ec}, {ed}, {a}, {b}uu, {n}" [];
    "........111000..........11000011" Fraction maddsus_h "{ec}, {ed}, {a}, {b}ul, {n}" [];
    "........111001..........11000011" Fraction maddsus_h "{ec}, {ed}, {a}, {b}lu, {n}" [];
    "........111010..........11000011" Fraction maddsus_h "{ec}, {ed}, {a}, {b}ll, {n}" [];
    "........111011..........11000011" Fraction maddsus_h "{ec}, {ed}, {a}, {b}uu, {n}" [];
    "........011100..........11000011" Fraction maddsum_h "{ec}, {ed}, {a}, {b}ul, {n}" [];
    "........011101..........11000011" Fraction maddsum_h "{ec}, {ed}, {a}, {b}lu, {n}" [];
    "........011110..........11000011" Fraction maddsum_h "{ec}, {ed}, {a}, {b}ll, {n}" [];
    "........011111..........11000011" Fraction maddsum_h "{ec}, {ed}, {a}, {b}uu, {n}" [];
    "........111100..........11000011" Fraction maddsums_h "{ec}, {ed}, {a}, {b}ul, {n}" [];
    "........111101..........11000011" Fraction maddsums_h "{ec}, {ed}, {a}, {b}lu, {n}" [];
    "........111110..........11000011" Fraction maddsums_h "{ec}, {ed}, {a}, {b}ll, {n}" [];
    "........111111..........11000011" Fraction maddsums_h "{ec}, {ed}, {a}, {b}uu, {n}" [];
    "........001100..........11100011" Fraction msubadr_h "{c}, {d}, {a}, {b}ul, {n}" [];
    "........001101..........11100011" Fraction msubadr_h "{c}, {d}, {a}, {b}lu, {n}" [];
    "........001110..........11100011" Fraction msubadr_h "{c}, {d}, {a}, {b}ll, {n}" [];
    "........001111..........11100011" Fraction msubadr_h "{c}, {d}, {a}, {b}uu, {n}" [];
    "........101100..........11100011" Fraction msubadrs_h "{c}, {d}, {a}, {b}ul, {n}" [];
    "........101101..........11100011" Fraction msubadrs_h "{c}, {d}, {a}, {b}lu, {n}" [];
    "........101110..........11100011" Fraction msubadrs_h "{c}, {d}, {a}, {b}ll, {n}" [];
    "........101111..........11100011" Fraction msubadrs_h "{c}, {d}, {a}, {b}uu, {n}" [];
    "........011000..........11100011" Fraction msubad_h "{ec}, {ed}, {a}, {b}ul, {n}" [];
    "........011001..........11100011" Fraction msubad_h "{ec}, {ed}, {a}, {b}lu, {n}" [];
    "........011010..........11100011" Fraction msubad_h "{ec}, {ed}, {a}, {b}ll, {n}" [];
    "........011011..........11100011" Fraction msubad_h "{ec}, {ed}, {a}, {b}uu, {n}" [];
    "........111000..........11100011" Fraction msubads_h "{ec}, {ed}, {a}, {b}ul, {n}" [];
    "........111001..........11100011" Fraction msubads_h "{ec}, {ed}, {a}, {b}lu, {n}" [];
    "........111010..........11100011" Fraction msubads_h "{ec}, {ed}, {a}, {b}ll, {n}" [];
    "........111011..........11100011" Fraction msubads_h "{ec}, {ed}, {a}, {b}uu, {n}" [];
    "........011100..........11100011" Fraction msubadm_h "{ec}, {ed}, {a}, {b}ul, {n}" [];
    "........011101..........11100011" Fraction msubadm_h "{ec}, {ed}, {a}, {b}lu, {n}" [];
    "........011110..........11100011" Fraction msubadm_h "{ec}, {ed}, {a}, {b}ll, {n}" [];
    "........011111..........11100011" Fraction msubadm_h "{ec}, {ed}, {a}, {b}uu, {n}" [];
    "........111100..........11100011" Fraction msubadms_h "{ec}, {ed}, {a}, {b}ul, {n}" [];
    "........111101..........11100011" Fraction msubadms_h "{ec}, {ed}, {a}, {b}lu, {n}" [];
    "........111110..........11100011" Fraction msubadms_h "{ec}, {ed}, {a}, {b}ll, {n}" [];
    "........111111..........11100011" Fraction msubadms_h "{ec}, {ed}, {a}, {b}uu, {n}" [];
    "....0000001100..........10110011" Fraction mulr_h "{c}, {a}, {b}ul, {n}" [];
    "....0000001101..........10110011" Fraction mulr_h "{c}, {a}, {b}lu, {n}" [];
    "....0000001110..........10110011" Fraction mulr_h "{c}, {a}, {b}ll, {n}" [];
    "....0000001111..........10110011" Fraction mulr_h "{c}, {a}, {b}uu, {n}" [];
    "....0000011000..........10110011" Fraction mul_h "{ec}, {a}, {b}ul, {n}" [];
    "....0000011001..........10110011" Fraction mul_h "{ec}, {a}, {b}lu, {n}" [];
    "....0000011010..........10110011" Fraction mul_h "{ec}, {a}, {b}ll, {n}" [];
    "....0000011011..........10110011" Fraction mul_h "{ec}, {a}, {b}uu, {n}" [];
    "....0000011100..........10110011" Fraction mulm_h "{ec}, {a}, {b}ul, {n}" [];
    "....0000011101..........10110011" Fraction mulm_h "{ec}, {a}, {b}lu, {n}" [];
    "....0000011110..........10110011" Fraction mulm_h "{ec}, {a}, {b}ll, {n}" [];
    "....0000011111..........10110011" Fraction mulm_h "{ec}, {a}, {b}uu, {n}" [];
    "....0000111100..........10110011" Fraction mulms_h "{ec}, {a}, {b}ul, {n}" [];
    "....0000111101..........10110011" Fraction mulms_h "{ec}, {a}, {b}lu, {n}" [];
    "....0000111110..........10110011" Fraction mulms_h "{ec}, {a}, {b}ll, {n}" [];
    "....0000111111..........10110011" Fraction mulms_h "{ec}, {a}, {b}uu, {n}" [];
}

use fraction as madd_h;
use fraction as maddm_h;
use fraction as maddms_h;
use fraction as madds_h;
use fraction as maddsu_h;
use fraction as maddsum_h;
use fraction as maddsums_h;
use fraction as maddsur_h;
use fraction as maddsurs_h;
use fraction as maddsus_h;
use fraction as msub_h;
use fraction as msubad_h;
use fraction as msubadm_h;
use fraction as msubadms_h;
use fraction as msubadr_h;
use fraction as msubadrs_h;
use fraction as msubads_h;
use fraction as msubm_h;
use fraction as msubms_h;
use fraction as msubs_h;
use fraction as mul_h;
use fraction as mulm_h;
use fraction as mulms_h;
use fraction as mulr_h;

/// What the operation field of fraction instructions says; `plain` is a product without accumulator.
fn kind(major: u64, op: u64) -> Kind {
    if matches!(major, 0x83 | 0xa3 | 0xc3 | 0xe3 | 0xb3) {
        return match op & 0x1c {
            0x0c => Kind::Hr,
            0x18 => Kind::H,
            _ => Kind::Hm,
        };
    }
    match op & 0x1f {
        0x00 => Kind::Q16x32U,
        0x01 => Kind::Q16x32L,
        0x02 => Kind::Q32,
        0x04 | 0x06 => Kind::Q16U,
        0x05 | 0x07 => Kind::Q16L,
        0x18 => Kind::Q16x64U,
        0x19 => Kind::Q16x64L,
        0x1b => Kind::Q64,
        0x1c => Kind::Q16LongU,
        0x1d => Kind::Q16LongL,
        _ => Kind::HrPair,
    }
}

/// Products of fractions, alone (majors 93 and B3) or accumulated.
fn fraction(l: &Lift, f: Fraction) -> Flow {
    let kind = kind(f.major, f.op);
    let minus = |on: bool| if on { Sign::Minus } else { Sign::Plus };
    let sign = match f.major {
        0xc3 => (Sign::Plus, Sign::Minus),
        0xe3 => (Sign::Minus, Sign::Plus),
        major => (minus(major & 0x20 != 0 && major != 0xb3), minus(major & 0x20 != 0 && major != 0xb3)),
    };
    let halves = if kind == Kind::HrPair { 0 } else { (f.op & 3) as u8 };
    let rounding = matches!(kind, Kind::Q16U | Kind::Q16L) && f.op & 2 != 0;
    let alone = matches!(f.major, 0x93 | 0xb3);
    let mac = Mac { kind, sign, saturating: f.op & 0x20 != 0, rounding, n: f.n as u8, halves, alone };
    let wide =
        !matches!(kind, Kind::Q16x32L | Kind::Q16x32U | Kind::Q32 | Kind::Q16L | Kind::Q16U | Kind::Hr | Kind::HrPair);
    let acc = match () {
        () if alone => l.konst64(0),
        () if wide || kind == Kind::HrPair => l.e(f.d),
        () => l.d(f.d).zext(Width::W64),
    };
    let r = call(l, mac, acc, l.d(f.a), l.d(f.b));
    if wide {
        l.set_e(f.c, r);
    } else {
        l.set_d(f.c, r.trunc(Width::W32));
    }
    Next
}
