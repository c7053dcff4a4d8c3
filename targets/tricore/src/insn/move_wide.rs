//! Moves to pairs of data registers.

use decode::Flow::{self, Next};
use decode::insns;
use uop::{Val, Width};

use crate::ext::Ext;
use crate::format::*;
use crate::lift::Lift;

insns! {
    /// Moves to pairs.
    pub INSNS for Lift;
    "....1000000000..........00001011" RrSigned mov "{ec}, {b}" [V160];
    "....1000000100..........00001011" Rr       mov "{ec}, {a}, {b}" [V160];
    "........................11111011" Rlc      mov "{ec}, {imm}" [V160];
    "........11010010"                 Src      mov "{ea}, {imm}" [V160];
}

/// A pair, and what goes there.
trait Pair {
    fn to(&self) -> u8;
    fn value<'b>(&self, l: &Lift<'b>) -> Val<'b>;
}

macro_rules! pairs {
    ($($format:ident { $f:ident, $l:ident => $to:expr, $value:expr })*) => { $(
        impl Pair for $format {
            fn to(&self) -> u8 { let $f = self; $to }
            fn value<'b>(&self, $l: &Lift<'b>) -> Val<'b> { let $f = self; $value }
        }
    )* };
}

pairs! {
    RrSigned { f, l => f.c, l.d(f.b).sext(Width::W64) }
    Rr { f, l => f.c, l.d(f.b).zext(Width::W64).deposit(32, 32, l.d(f.a).zext(Width::W64)) }
    Rlc { f, l => f.c, l.konst64(f.imm as u64) }
    Src { f, l => f.a, l.konst64(f.imm as u64) }
}

fn mov<F: Pair>(l: &Lift, f: F) -> Flow {
    l.set_e(f.to(), f.value(l));
    Next
}
