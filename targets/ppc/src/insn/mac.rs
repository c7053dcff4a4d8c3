//! Multiply-accumulate instructions of the 405 and 440, and the search for the end of a string.
//!
//! PPC405 Processor Core User's Manual, 9, "Instruction Set", and appendix on MAC instructions; PPC440x5 CPU Core User's Manual, the same.

use decode::Flow;
use decode::insns;
use uop::{Val, Width};

use crate::ext::Ext;
use crate::format::W;
use crate::insn::arith::set_ov;
use crate::lift::Lift;
use crate::state::XER_REST;

insns! {
    /// The MAC unit, and `dlmzb`.
    pub INSNS for Lift<'_>;
    "000100 ..... ..... ..... . 010101100 ." W macchw "{.oerc} {rt}, {ra}, {rb}" [Mac !Altivec !Spe !Isa300];
    "000100 ..... ..... ..... . 011101100 ." W macchws "{.oerc} {rt}, {ra}, {rb}" [Mac !Altivec !Spe !Isa300];
    "000100 ..... ..... ..... . 011001100 ." W macchwsu "{.oerc} {rt}, {ra}, {rb}" [Mac !Altivec !Spe !Isa300];
    "000100 ..... ..... ..... . 010001100 ." W macchwu "{.oerc} {rt}, {ra}, {rb}" [Mac !Altivec !Spe !Isa300];
    "000100 ..... ..... ..... . 000101100 ." W machhw "{.oerc} {rt}, {ra}, {rb}" [Mac !Altivec !Spe !Isa300];
    "000100 ..... ..... ..... . 001101100 ." W machhws "{.oerc} {rt}, {ra}, {rb}" [Mac !Altivec !Spe !Isa300];
    "000100 ..... ..... ..... . 001001100 ." W machhwsu "{.oerc} {rt}, {ra}, {rb}" [Mac !Altivec !Spe !Isa300];
    "000100 ..... ..... ..... . 000001100 ." W machhwu "{.oerc} {rt}, {ra}, {rb}" [Mac !Altivec !Spe !Isa300];
    "000100 ..... ..... ..... . 110101100 ." W maclhw "{.oerc} {rt}, {ra}, {rb}" [Mac !Altivec !Spe !Isa300];
    "000100 ..... ..... ..... . 111101100 ." W maclhws "{.oerc} {rt}, {ra}, {rb}" [Mac !Altivec !Spe !Isa300];
    "000100 ..... ..... ..... . 111001100 ." W maclhwsu "{.oerc} {rt}, {ra}, {rb}" [Mac !Altivec !Spe !Isa300];
    "000100 ..... ..... ..... . 110001100 ." W maclhwu "{.oerc} {rt}, {ra}, {rb}" [Mac !Altivec !Spe !Isa300];
    "000100 ..... ..... ..... . 010101110 ." W nmacchw "{.oerc} {rt}, {ra}, {rb}" [Mac !Altivec !Spe !Isa300];
    "000100 ..... ..... ..... . 011101110 ." W nmacchws "{.oerc} {rt}, {ra}, {rb}" [Mac !Altivec !Spe !Isa300];
    "000100 ..... ..... ..... . 000101110 ." W nmachhw "{.oerc} {rt}, {ra}, {rb}" [Mac !Altivec !Spe !Isa300];
    "000100 ..... ..... ..... . 001101110 ." W nmachhws "{.oerc} {rt}, {ra}, {rb}" [Mac !Altivec !Spe !Isa300];
    "000100 ..... ..... ..... . 110101110 ." W nmaclhw "{.oerc} {rt}, {ra}, {rb}" [Mac !Altivec !Spe !Isa300];
    "000100 ..... ..... ..... . 111101110 ." W nmaclhws "{.oerc} {rt}, {ra}, {rb}" [Mac !Altivec !Spe !Isa300];
    "000100 ..... ..... ..... 0010101000 ." W mulchw "{.rc} {rt}, {ra}, {rb}" [Mac !Altivec !Spe !Isa300];
    "000100 ..... ..... ..... 0010001000 ." W mulchwu "{.rc} {rt}, {ra}, {rb}" [Mac !Altivec !Spe !Isa300];
    "000100 ..... ..... ..... 0000101000 ." W mulhhw "{.rc} {rt}, {ra}, {rb}" [Mac !Altivec !Spe !Isa300];
    "000100 ..... ..... ..... 0000001000 ." W mulhhwu "{.rc} {rt}, {ra}, {rb}" [Mac !Altivec !Spe !Isa300];
    "000100 ..... ..... ..... 0110101000 ." W mullhw "{.rc} {rt}, {ra}, {rb}" [Mac !Altivec !Spe !Isa300];
    "000100 ..... ..... ..... 0110001000 ." W mullhwu "{.rc} {rt}, {ra}, {rb}" [Mac !Altivec !Spe !Isa300];
    "011111 ..... ..... ..... 0001001110 ." W dlmzb "{.rc} {ra}, {rt}, {rb}" [Mac];
}

/// Which halves of rA and rB are multiplied.
#[derive(Clone, Copy)]
enum Halves {
    /// The low one of rA, the high one of rB.
    Cross,
    /// Both high.
    High,
    /// Both low.
    Low,
}

/// The product of two halves in 32 bits.
fn product<'b>(l: &Lift<'b>, f: W, halves: Halves, signed: bool) -> Val<'b> {
    let half = |n: u32, high: bool| {
        let word = l.g32(n);
        match (high, signed) {
            (true, true) => word.shr_s(word.konst(16)),
            (true, false) => word.shr_u(word.konst(16)),
            (false, true) => word.trunc(Width::W16).sext(Width::W32),
            (false, false) => word & word.konst(0xffff),
        }
    };
    let (a, b) = match halves {
        Halves::Cross => (false, true),
        Halves::High => (true, true),
        Halves::Low => (false, false),
    };
    half(f.ra(), a) * half(f.rb(), b)
}

/// rT plus or minus a product; what does not fit wraps or is cut to the nearest number that does, and is an overflow.
fn accumulate<'b>(l: &Lift<'b>, f: W, product: Val<'b>, signed: bool, saturate: bool, subtract: bool) -> Flow {
    let old = l.g32(f.rt());
    let sum = if subtract { old - product } else { old + product };
    let over = match (signed, subtract) {
        (false, _) => sum.lt_u(old),
        (true, false) => ((old ^ sum) & (product ^ sum)).lt_s(sum.konst(0)),
        (true, true) => ((old ^ product) & (old ^ sum)).lt_s(sum.konst(0)),
    };
    let limit = match signed {
        // The nearest number has the sign of what was there.
        true => old.shr_s(old.konst(31)) ^ old.konst(0x7fff_ffff),
        false => old.konst(0xffff_ffff),
    };
    if f.oe() != 0 {
        set_ov(l, over, over);
    }
    l.put(f, f.rt(), if saturate { l.ir.select(over, limit, sum) } else { sum })
}

macro_rules! accumulations {
    ($($name:ident $halves:ident $signed:literal $saturate:literal $subtract:literal;)*) => { $(
        fn $name(l: &Lift<'_>, f: W) -> Flow {
            let product = product(l, f, Halves::$halves, $signed);
            accumulate(l, f, product, $signed, $saturate, $subtract)
        }
    )* };
}
accumulations! {
    macchw Cross true false false;
    macchws Cross true true false;
    macchwsu Cross false true false;
    macchwu Cross false false false;
    machhw High true false false;
    machhws High true true false;
    machhwsu High false true false;
    machhwu High false false false;
    maclhw Low true false false;
    maclhws Low true true false;
    maclhwsu Low false true false;
    maclhwu Low false false false;
    nmacchw Cross true false true;
    nmacchws Cross true true true;
    nmachhw High true false true;
    nmachhws High true true true;
    nmaclhw Low true false true;
    nmaclhws Low true true true;
}

macro_rules! products {
    ($($name:ident $halves:ident $signed:literal;)*) => { $(
        fn $name(l: &Lift<'_>, f: W) -> Flow {
            l.put(f, f.rt(), product(l, f, Halves::$halves, $signed))
        }
    )* };
}
products! {
    mulchw Cross true;
    mulchwu Cross false;
    mulhhw High true;
    mulhhwu High false;
    mullhw Low true;
    mullhwu Low false;
}

/// The number of the first byte that is 0 among the eight of two registers, from 1 on; 8 if there is none. CR0 tells where: EQ in rS, LT in
/// rB, GT nowhere ("Determine Leftmost Zero Byte").
fn dlmzb(l: &Lift<'_>, f: W) -> Flow {
    let both = l.g32(f.rt()).zext(Width::W64).shl(l.ir.konst(Width::W64, 32)) | l.g32(f.rb()).zext(Width::W64);
    // The highest bit of each byte that is 0, and of no other before it.
    let low = both.konst(0x7f7f_7f7f_7f7f_7f7f);
    let zeros = !(((both & low) + low) | both | low);
    let found = zeros.is_nonzero();
    let before = zeros.clz().shr_u(zeros.konst(3));
    let count = l.ir.select(found, before.add_imm(1), before.konst(8)).trunc(Width::W32);
    let rest = l.ir.get(XER_REST);
    l.set_g(f.ra(), count);
    l.ir.set(XER_REST, rest.deposit(0, 7, count));
    if f.rc() != 0 {
        let (first, word) = (count.lt_u(count.konst(5)), |n: u64| count.konst(n));
        let order = l.ir.select(found, l.ir.select(first, word(2), word(8)), word(4));
        l.set_field(0, order);
    }
    Flow::Next
}
