//! Logic and shifts: TriCore Architecture Manual, volume 2, "Instruction Set".

use decode::Flow::{self, Next};
use decode::insns;
use uop::{Val, Width};

use crate::ext::Ext;
use crate::format::*;
use crate::helper;
use crate::lift::Lift;
use crate::state;

insns! {
    /// Logic, shifts and counts of leading bits.
    pub INSNS for Lift;
    "....0000100000..........00001111" Rr and   "{c}, {a}, {b}" [];
    "....0000100100..........00001111" Rr nand  "{c}, {a}, {b}" [];
    "....0000101000..........00001111" Rr or    "{c}, {a}, {b}" [];
    "....0000101100..........00001111" Rr nor   "{c}, {a}, {b}" [];
    "....0000110000..........00001111" Rr xor   "{c}, {a}, {b}" [];
    "....0000110100..........00001111" Rr xnor  "{c}, {a}, {b}" [];
    "....0000111000..........00001111" Rr andn  "{c}, {a}, {b}" [];
    "....0000111100..........00001111" Rr orn   "{c}, {a}, {b}" [];
    "....0001000.............10001111" Rcu and  "{c}, {a}, {imm}" [];
    "....0001001.............10001111" Rcu nand "{c}, {a}, {imm}" [];
    "....0001010.............10001111" Rcu or   "{c}, {a}, {imm}" [];
    "....0001011.............10001111" Rcu nor  "{c}, {a}, {imm}" [];
    "....0001100.............10001111" Rcu xor  "{c}, {a}, {imm}" [];
    "....0001101.............10001111" Rcu xnor "{c}, {a}, {imm}" [];
    "....0001110.............10001111" Rcu andn "{c}, {a}, {imm}" [];
    "....0001111.............10001111" Rcu orn  "{c}, {a}, {imm}" [];
    "........00010110" Sc  and "d15, {imm}" [];
    "........10010110" Sc  or  "d15, {imm}" [];
    "........00100110" Srr and "{a}, {b}" [];
    "........10100110" Srr or  "{a}, {b}" [];
    "........11000110" Srr xor "{a}, {b}" [];
    "0000....01000110" Sr  not "{a}" [];

    "....0000000000..........00001111" Rr sh   "{c}, {a}, {b}" [];
    "....0000000100..........00001111" Rr sha  "{c}, {a}, {b}" [];
    "....0000001000..........00001111" Rr shas "{c}, {a}, {b}" [];
    "....0100000000..........00001111" Rr sh_h  "{c}, {a}, {b}" [];
    "....0100000100..........00001111" Rr sha_h "{c}, {a}, {b}" [];
    "....0000000.............10001111" Rc sh   "{c}, {a}, {imm}" [];
    "....0000001.............10001111" Rc sha  "{c}, {a}, {imm}" [];
    "....0000010.............10001111" Rc shas "{c}, {a}, {imm}" [];
    "....1000000.............10001111" Rc sh_h  "{c}, {a}, {imm}" [];
    "....1000001.............10001111" Rc sha_h "{c}, {a}, {imm}" [];
    "........00000110" Src sh  "{a}, {imm}" [];
    "........10000110" Src sha "{a}, {imm}" [];
    "....0000111.............10001111" Rcu shuffle "{c}, {a}, {imm}" [V162];

    "....0001101100..........00001111" Rr clz "{c}, {a}" [];
    "....0001110000..........00001111" Rr clo "{c}, {a}" [];
    "....0001110100..........00001111" Rr cls "{c}, {a}" [];
    "....0111110000..........00001111" Rr clz_h "{c}, {a}" [];
    "....0111110100..........00001111" Rr clo_h "{c}, {a}" [];
    "....0111111000..........00001111" Rr cls_h "{c}, {a}" [];
    "....00100010..00........01001011" Rr popcnt_w "{c}, {a}" [V162];
}

macro_rules! logic {
    ($($name:ident = |$a:ident, $b:ident| $value:expr;)*) => { $(
        fn $name<F: Abc>(l: &Lift, f: F) -> Flow {
            let ($a, $b) = (f.a(l), f.b(l));
            l.set_d(f.c(), $value);
            Next
        }
    )* };
}
logic! {
    and = |a, b| a & b;
    nand = |a, b| (a & b).not();
    or = |a, b| a | b;
    nor = |a, b| (a | b).not();
    xor = |a, b| a ^ b;
    xnor = |a, b| (a ^ b).not();
    andn = |a, b| a & b.not();
    orn = |a, b| a | b.not();
}

fn not(l: &Lift, f: Sr) -> Flow {
    l.set_d(f.a, l.d(f.a).not());
    Next
}

/// The constant that a shift count is, as far as the encoding tells.
trait Count: Abc {
    fn count(&self) -> Option<i64>;
}

impl Count for Rr {
    fn count(&self) -> Option<i64> {
        None
    }
}

impl Count for Rc {
    fn count(&self) -> Option<i64> {
        // Six bits count.
        Some(self.imm << 58 >> 58)
    }
}

impl Count for Src {
    fn count(&self) -> Option<i64> {
        Some(self.imm)
    }
}

/// D\[c\] = a shifted left by b, or right by -b, with zeros; b is a signed number of 6 bits.
fn sh<F: Count>(l: &Lift, f: F) -> Flow {
    let a = f.a(l);
    let result = match f.count() {
        Some(-32) => l.konst(0),
        Some(n) if n >= 0 => a.shl(l.konst(n)),
        Some(n) => a.shr_u(l.konst(-n)),
        None => {
            let count = f.b(l);
            let wide = a.zext(Width::W64);
            let left = wide.shl((count & l.konst(31)).zext(Width::W64)).trunc(Width::W32);
            let right = wide.shr_u((count.neg() & l.konst(63)).zext(Width::W64)).trunc(Width::W32);
            l.ir.select((count & l.konst(32)).is_nonzero(), right, left)
        }
    };
    l.set_d(f.c(), result);
    Next
}

/// The same with the sign; C says whether bits other than 0 have gone, V whether the result is too great.
fn sha<F: Count>(l: &Lift, f: F) -> Flow {
    let a = f.a(l);
    match f.count() {
        Some(n) if n >= 0 => {
            let r = a.shl(l.konst(n));
            let carry = if n == 0 { l.konst(0) } else { lost(l, a.shr_u(l.konst(32 - n))) };
            l.ir.set(state::C, carry);
            let v = l.bit31(r.shr_s(l.konst(n)).ne(a));
            l.set_flags(v, r);
            l.set_d(f.c(), r);
        }
        Some(n) => {
            let n = -n;
            let r = a.shr_s(l.konst(n.min(31)));
            let gone = if n == 32 { a } else { a & l.konst((1 << n) - 1) };
            l.ir.set(state::C, lost(l, gone));
            l.set_flags(l.konst(0), r);
            l.set_d(f.c(), r);
        }
        None => l.set_d(f.c(), l.call(helper::SHA, &[a, f.b(l)])),
    }
    Next
}

fn lost<'b>(l: &Lift<'b>, bits: Val<'b>) -> Val<'b> {
    let _ = l;
    bits.is_nonzero().zext(Width::W32)
}

fn shas<F: Abc>(l: &Lift, f: F) -> Flow {
    l.set_d(f.c(), l.call(helper::SHAS, &[f.a(l), f.b(l)]));
    Next
}

fn sh_h<F: Abc>(l: &Lift, f: F) -> Flow {
    l.set_d(f.c(), l.call(helper::SH_H, &[f.a(l), f.b(l)]));
    Next
}

fn sha_h<F: Abc>(l: &Lift, f: F) -> Flow {
    l.set_d(f.c(), l.call(helper::SHA_H, &[f.a(l), f.b(l)]));
    Next
}

fn shuffle(l: &Lift, f: Rcu) -> Flow {
    l.set_d(f.c, l.call(helper::SHUFFLE, &[l.d(f.a), l.konst(f.imm as i64)]));
    Next
}

fn clz(l: &Lift, f: Rr) -> Flow {
    l.set_d(f.c, l.d(f.a).clz());
    Next
}

fn clo(l: &Lift, f: Rr) -> Flow {
    l.set_d(f.c, l.d(f.a).not().clz());
    Next
}

/// Leading bits that equal the sign, without the sign.
fn cls(l: &Lift, f: Rr) -> Flow {
    let a = l.d(f.a);
    l.set_d(f.c, (a ^ a.shr_s(l.konst(31))).clz().add_imm(-1));
    Next
}

/// The same of both halves.
fn halves<'b>(l: &Lift<'b>, f: Rr, count: impl Fn(Val<'b>) -> Val<'b>) -> Flow {
    let a = l.d(f.a);
    let low = count(a.trunc(Width::W16)).zext(Width::W32);
    let high = count(a.extract(16, 16).trunc(Width::W16)).zext(Width::W32);
    l.set_d(f.c, low.deposit(16, 16, high));
    Next
}

fn clz_h(l: &Lift, f: Rr) -> Flow {
    halves(l, f, Val::clz)
}

fn clo_h(l: &Lift, f: Rr) -> Flow {
    halves(l, f, |h| h.not().clz())
}

fn cls_h(l: &Lift, f: Rr) -> Flow {
    halves(l, f, |h| (h ^ h.shr_s(h.konst(15))).clz().add_imm(-1))
}

fn popcnt_w(l: &Lift, f: Rr) -> Flow {
    l.set_d(f.c, l.d(f.a).popcnt());
    Next
}
