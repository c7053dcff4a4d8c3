//! Comparisons, alone and accumulated in bit 0 or shifted in: TriCore Architecture Manual, volume 2, "Instruction Set".

use decode::Flow::{self, Next};
use decode::insns;
use uop::{Val, Width};

use crate::format::*;
use crate::lift::Lift;

insns! {
    /// Comparisons.
    pub INSNS for Lift;
    "....0001000000..........00001011" Rr eq "{c}, {a}, {b}" [];
    "....0001000100..........00001011" Rr ne "{c}, {a}, {b}" [];
    "....0001001000..........00001011" Rr lt "{c}, {a}, {b}" [];
    "....0001001100..........00001011" Rr lt_u "{c}, {a}, {b}" [];
    "....0001010000..........00001011" Rr ge "{c}, {a}, {b}" [];
    "....0001010100..........00001011" Rr ge_u "{c}, {a}, {b}" [];
    "....0010000000..........00001011" Rr and_eq "{c}, {a}, {b}" [];
    "....0010000100..........00001011" Rr and_ne "{c}, {a}, {b}" [];
    "....0010001000..........00001011" Rr and_lt "{c}, {a}, {b}" [];
    "....0010001100..........00001011" Rr and_lt_u "{c}, {a}, {b}" [];
    "....0010010000..........00001011" Rr and_ge "{c}, {a}, {b}" [];
    "....0010010100..........00001011" Rr and_ge_u "{c}, {a}, {b}" [];
    "....0010011100..........00001011" Rr or_eq "{c}, {a}, {b}" [];
    "....0010100000..........00001011" Rr or_ne "{c}, {a}, {b}" [];
    "....0010100100..........00001011" Rr or_lt "{c}, {a}, {b}" [];
    "....0010101000..........00001011" Rr or_lt_u "{c}, {a}, {b}" [];
    "....0010101100..........00001011" Rr or_ge "{c}, {a}, {b}" [];
    "....0010110000..........00001011" Rr or_ge_u "{c}, {a}, {b}" [];
    "....0010111100..........00001011" Rr xor_eq "{c}, {a}, {b}" [];
    "....0011000000..........00001011" Rr xor_ne "{c}, {a}, {b}" [];
    "....0011000100..........00001011" Rr xor_lt "{c}, {a}, {b}" [];
    "....0011001000..........00001011" Rr xor_lt_u "{c}, {a}, {b}" [];
    "....0011001100..........00001011" Rr xor_ge "{c}, {a}, {b}" [];
    "....0011010000..........00001011" Rr xor_ge_u "{c}, {a}, {b}" [];
    "....0011011100..........00001011" Rr sh_eq "{c}, {a}, {b}" [];
    "....0011100000..........00001011" Rr sh_ne "{c}, {a}, {b}" [];
    "....0011100100..........00001011" Rr sh_lt "{c}, {a}, {b}" [];
    "....0011101000..........00001011" Rr sh_lt_u "{c}, {a}, {b}" [];
    "....0011101100..........00001011" Rr sh_ge "{c}, {a}, {b}" [];
    "....0011110000..........00001011" Rr sh_ge_u "{c}, {a}, {b}" [];
    "....0010000.............10001011" Rc eq "{c}, {a}, {imm}" [];
    "....0010001.............10001011" Rc ne "{c}, {a}, {imm}" [];
    "....0010010.............10001011" Rc lt "{c}, {a}, {imm}" [];
    "....0010011.............10001011" Rcu lt_u "{c}, {a}, {imm}" [];
    "....0010100.............10001011" Rc ge "{c}, {a}, {imm}" [];
    "....0010101.............10001011" Rcu ge_u "{c}, {a}, {imm}" [];
    "....0100000.............10001011" Rc and_eq "{c}, {a}, {imm}" [];
    "....0100001.............10001011" Rc and_ne "{c}, {a}, {imm}" [];
    "....0100010.............10001011" Rc and_lt "{c}, {a}, {imm}" [];
    "....0100011.............10001011" Rcu and_lt_u "{c}, {a}, {imm}" [];
    "....0100100.............10001011" Rc and_ge "{c}, {a}, {imm}" [];
    "....0100101.............10001011" Rcu and_ge_u "{c}, {a}, {imm}" [];
    "....0100111.............10001011" Rc or_eq "{c}, {a}, {imm}" [];
    "....0101000.............10001011" Rc or_ne "{c}, {a}, {imm}" [];
    "....0101001.............10001011" Rc or_lt "{c}, {a}, {imm}" [];
    "....0101010.............10001011" Rcu or_lt_u "{c}, {a}, {imm}" [];
    "....0101011.............10001011" Rc or_ge "{c}, {a}, {imm}" [];
    "....0101100.............10001011" Rcu or_ge_u "{c}, {a}, {imm}" [];
    "....0101111.............10001011" Rc xor_eq "{c}, {a}, {imm}" [];
    "....0110000.............10001011" Rc xor_ne "{c}, {a}, {imm}" [];
    "....0110001.............10001011" Rc xor_lt "{c}, {a}, {imm}" [];
    "....0110010.............10001011" Rcu xor_lt_u "{c}, {a}, {imm}" [];
    "....0110011.............10001011" Rc xor_ge "{c}, {a}, {imm}" [];
    "....0110100.............10001011" Rcu xor_ge_u "{c}, {a}, {imm}" [];
    "....0110111.............10001011" Rc sh_eq "{c}, {a}, {imm}" [];
    "....0111000.............10001011" Rc sh_ne "{c}, {a}, {imm}" [];
    "....0111001.............10001011" Rc sh_lt "{c}, {a}, {imm}" [];
    "....0111010.............10001011" Rcu sh_lt_u "{c}, {a}, {imm}" [];
    "....0111011.............10001011" Rc sh_ge "{c}, {a}, {imm}" [];
    "....0111100.............10001011" Rcu sh_ge_u "{c}, {a}, {imm}" [];
    "........00111010" SrrTo15 eq "d15, {a}, {b}" [];
    "........10111010" SrcTo15 eq "d15, {a}, {imm}" [];
    "........01111010" SrrTo15 lt "d15, {a}, {b}" [];
    "........11111010" SrcTo15 lt "d15, {a}, {imm}" [];
    "....1001000000..........00001011" Rr eq_w  "{c}, {a}, {b}" [];
    "....1001001000..........00001011" Rr lt_w  "{c}, {a}, {b}" [];
    "....1001001100..........00001011" Rr lt_wu "{c}, {a}, {b}" [];
    "....0100000000..........00000001" Rr eq_a  "{c}, {aa}, {ab}" [];
    "....0100000100..........00000001" Rr ne_a  "{c}, {aa}, {ab}" [];
    "....0100001000..........00000001" Rr lt_a  "{c}, {aa}, {ab}" [];
    "....0100001100..........00000001" Rr ge_a  "{c}, {aa}, {ab}" [];
    "....0100100000..........00000001" Rr eqz_a "{c}, {aa}" [];
    "....0100100100..........00000001" Rr nez_a "{c}, {aa}" [];
}

/// A comparison: a truth value.
type Test<'b> = fn(Val<'b>, Val<'b>) -> Val<'b>;

fn not_less_s<'b>(a: Val<'b>, b: Val<'b>) -> Val<'b> {
    b.le_s(a)
}

fn not_less_u<'b>(a: Val<'b>, b: Val<'b>) -> Val<'b> {
    b.le_u(a)
}

fn plain<'b, F: Abc>(l: &Lift<'b>, f: F, test: Test<'b>) -> Flow {
    l.set_d(f.c(), test(f.a(l), f.b(l)));
    Next
}

/// Bit 0 of D\[c\] combined with the comparison; the other bits stay.
fn accumulated<'b, F: Abc>(l: &Lift<'b>, f: F, test: Test<'b>, combine: Test<'b>) -> Flow {
    let old = l.d(f.c());
    let bit = test(f.a(l), f.b(l)).zext(Width::W32);
    l.set_d(f.c(), old.deposit(0, 1, combine(old, bit)));
    Next
}

/// D\[c\] shifted left, with the comparison in bit 0.
fn shifted<'b, F: Abc>(l: &Lift<'b>, f: F, test: Test<'b>) -> Flow {
    let old = l.d(f.c());
    l.set_d(f.c(), old.shl(l.konst(1)) | test(f.a(l), f.b(l)).zext(Width::W32));
    Next
}

macro_rules! comparisons {
    ($($test:expr => $plain:ident $and:ident $or:ident $xor:ident $sh:ident;)*) => { $(
        fn $plain<F: Abc>(l: &Lift, f: F) -> Flow { plain(l, f, $test) }
        fn $and<F: Abc>(l: &Lift, f: F) -> Flow { accumulated(l, f, $test, Val::and) }
        fn $or<F: Abc>(l: &Lift, f: F) -> Flow { accumulated(l, f, $test, Val::or) }
        fn $xor<F: Abc>(l: &Lift, f: F) -> Flow { accumulated(l, f, $test, Val::xor) }
        fn $sh<F: Abc>(l: &Lift, f: F) -> Flow { shifted(l, f, $test) }
    )* };
}
comparisons! {
    Val::eq => eq and_eq or_eq xor_eq sh_eq;
    Val::ne => ne and_ne or_ne xor_ne sh_ne;
    Val::lt_s => lt and_lt or_lt xor_lt sh_lt;
    Val::lt_u => lt_u and_lt_u or_lt_u xor_lt_u sh_lt_u;
    not_less_s => ge and_ge or_ge xor_ge sh_ge;
    not_less_u => ge_u and_ge_u or_ge_u xor_ge_u sh_ge_u;
}

/// All ones if the comparison holds, else 0.
fn mask<'b>(l: &Lift<'b>, f: Rr, test: Test<'b>) -> Flow {
    l.set_d(f.c, test(l.d(f.a), l.d(f.b)).zext(Width::W32).neg());
    Next
}

fn eq_w(l: &Lift, f: Rr) -> Flow {
    mask(l, f, Val::eq)
}

fn lt_w(l: &Lift, f: Rr) -> Flow {
    mask(l, f, Val::lt_s)
}

fn lt_wu(l: &Lift, f: Rr) -> Flow {
    mask(l, f, Val::lt_u)
}

fn eq_a(l: &Lift, f: Rr) -> Flow {
    l.set_d(f.c, l.a(f.a).eq(l.a(f.b)));
    Next
}

fn ne_a(l: &Lift, f: Rr) -> Flow {
    l.set_d(f.c, l.a(f.a).ne(l.a(f.b)));
    Next
}

fn lt_a(l: &Lift, f: Rr) -> Flow {
    l.set_d(f.c, l.a(f.a).lt_u(l.a(f.b)));
    Next
}

fn ge_a(l: &Lift, f: Rr) -> Flow {
    l.set_d(f.c, l.a(f.b).le_u(l.a(f.a)));
    Next
}

fn eqz_a(l: &Lift, f: Rr) -> Flow {
    l.set_d(f.c, l.a(f.a).eq(l.konst(0)));
    Next
}

fn nez_a(l: &Lift, f: Rr) -> Flow {
    l.set_d(f.c, l.a(f.a).is_nonzero());
    Next
}
