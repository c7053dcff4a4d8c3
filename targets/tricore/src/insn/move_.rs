//! Moves and address arithmetic: TriCore Architecture Manual, volume 2, "Instruction Set".

use decode::Flow::{self, Next};
use decode::insns;

use crate::format::*;
use crate::lift::Lift;

insns! {
    /// Moves and address arithmetic.
    pub INSNS for Lift;
    "....0001111100..........00001011" Rr mov "{c}, {b}" [];
    "........................00111011" Rlc mov  "{c}, {imm}" [];
    "........................10111011" Rlc mov_u  "{c}, {uimm}" [];
    "........................01111011" Rlc movh   "{c}, {uimm}" [];
    "........................10010001" Rlc movh_a "{ac}, {uimm}" [];
    "........................00010001" Rlc addih_a "{ac}, {aa}, {uimm}" [];
    "........00000010" Srr mov   "{a}, {b}" [];
    "........10000010" Src mov   "{a}, {imm}" [];
    "........11011010" Sc  mov   "d15, {imm}" [];
    "....0000000000..........00000001" Rr mov_aa "{ac}, {ab}" [];
    "....0110001100..........00000001" Rr mov_a  "{ac}, {b}" [];
    "....0100110000..........00000001" Rr mov_d  "{c}, {ab}" [];
    "....0000000100..........00000001" Rr add_a  "{ac}, {aa}, {ab}" [];
    "....0000001000..........00000001" Rr sub_a  "{ac}, {aa}, {ab}" [];
    "....0110000000..........00000001" Rr addsc_a  "{ac}, {ab}, {a}, {n}" [];
    "....0110001000..........00000001" Rr addsc_at "{ac}, {ab}, {a}" [];
}

/// D\[c\] = b.
fn mov<F: Abc>(l: &Lift, f: F) -> Flow {
    l.set_d(f.c(), f.b(l));
    Next
}

fn mov_u(l: &Lift, f: Rlc) -> Flow {
    l.set_d(f.c, l.konst(f.uimm as i64));
    Next
}

fn movh(l: &Lift, f: Rlc) -> Flow {
    l.set_d(f.c, l.konst(f.imm << 16));
    Next
}

fn movh_a(l: &Lift, f: Rlc) -> Flow {
    l.set_a(f.c, l.konst(f.imm << 16));
    Next
}

fn addih_a(l: &Lift, f: Rlc) -> Flow {
    l.set_a(f.c, l.a(f.a) + l.konst(f.imm << 16));
    Next
}

fn mov_aa(l: &Lift, f: Rr) -> Flow {
    l.set_a(f.c, l.a(f.b));
    Next
}

fn mov_a(l: &Lift, f: Rr) -> Flow {
    l.set_a(f.c, l.d(f.b));
    Next
}

fn mov_d(l: &Lift, f: Rr) -> Flow {
    l.set_d(f.c, l.a(f.b));
    Next
}

fn add_a(l: &Lift, f: Rr) -> Flow {
    l.set_a(f.c, l.a(f.a) + l.a(f.b));
    Next
}

fn sub_a(l: &Lift, f: Rr) -> Flow {
    l.set_a(f.c, l.a(f.a) - l.a(f.b));
    Next
}

/// A\[c\] = A\[b\] + (D\[a\] << n).
fn addsc_a(l: &Lift, f: Rr) -> Flow {
    l.set_a(f.c, l.a(f.b) + l.d(f.a).shl(l.konst(f.n as i64)));
    Next
}

/// The word that holds bit D\[a\] of the bit array at A\[b\].
fn addsc_at(l: &Lift, f: Rr) -> Flow {
    l.set_a(f.c, (l.a(f.b) + l.d(f.a).shr_s(l.konst(3))) & l.konst(-4));
    Next
}
