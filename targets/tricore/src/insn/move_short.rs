//! Moves of address registers and address arithmetic in 16 bits.

use decode::Flow::{self, Next};
use decode::insns;
use uop::Val;

use crate::format::*;
use crate::lift::Lift;

insns! {
    /// Moves of address registers in 16 bits.
    pub INSNS for Lift;
    "........01000000" Srr  mov_aa "{aa}, {ab}" [];
    "........01100000" Srr  mov_a  "{aa}, {b}" [];
    "........10100000" Src  mov_a  "{aa}, {uimm}" [];
    "........10000000" Srr  mov_d  "{a}, {ab}" [];
    "........00110000" Srr  add_a  "{aa}, {ab}" [];
    "........10110000" Src  add_a  "{aa}, {imm}" [];
    "........00100000" Sc   sub_a  "sp, {imm}" [];
    "..........010000" Srrs addsc_a "{aa}, {ab}, d15, {n}" [];
}

/// The operands of an instruction with two forms: A\[a\], and what goes there.
trait Address {
    fn to(&self) -> u8;
    /// The data register or unsigned constant that is moved.
    fn moved<'b>(&self, l: &Lift<'b>) -> Val<'b>;
    /// The address register or signed constant that is added.
    fn added<'b>(&self, l: &Lift<'b>) -> Val<'b>;
}

impl Address for Srr {
    fn to(&self) -> u8 {
        self.a
    }
    fn moved<'b>(&self, l: &Lift<'b>) -> Val<'b> {
        l.d(self.b)
    }
    fn added<'b>(&self, l: &Lift<'b>) -> Val<'b> {
        l.a(self.b)
    }
}

impl Address for Src {
    fn to(&self) -> u8 {
        self.a
    }
    fn moved<'b>(&self, l: &Lift<'b>) -> Val<'b> {
        l.konst(self.uimm as i64)
    }
    fn added<'b>(&self, l: &Lift<'b>) -> Val<'b> {
        l.konst(self.imm)
    }
}

fn mov_a<F: Address>(l: &Lift, f: F) -> Flow {
    l.set_a(f.to(), f.moved(l));
    Next
}

fn add_a<F: Address>(l: &Lift, f: F) -> Flow {
    l.set_a(f.to(), l.a(f.to()) + f.added(l));
    Next
}

fn mov_aa(l: &Lift, f: Srr) -> Flow {
    l.set_a(f.a, l.a(f.b));
    Next
}

fn mov_d(l: &Lift, f: Srr) -> Flow {
    l.set_d(f.a, l.a(f.b));
    Next
}

fn sub_a(l: &Lift, f: Sc) -> Flow {
    l.set_a(10, l.a(10) - l.konst(f.imm as i64));
    Next
}

/// A\[a\] = A\[b\] + (D15 << n).
fn addsc_a(l: &Lift, f: Srrs) -> Flow {
    l.set_a(f.a, l.a(f.b) + l.d(15).shl(l.konst(f.n as i64)));
    Next
}
