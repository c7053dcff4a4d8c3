//! Loads and stores of integer registers, SWAP and LDSTUB, in the ordinary address space.

use decode::Flow::{self, Next};
use decode::insns;
use uop::{Mem, Order, RmwOp, Val, Width};

use crate::ext::Ext;
use crate::format::Arith;
use crate::lift::Lift;

insns! {
    /// SPARC Architecture Manual Version 8, appendix B: "Load Integer Instructions" to "SWAP Register with Memory Instruction".
    pub INSNS for Lift;
    "11 ..... 001001 ..... . ............." Arith ldsb "[{addr}], {rd}" [];
    "11 ..... 001010 ..... . ............." Arith ldsh "[{addr}], {rd}" [];
    "11 ..... 000001 ..... . ............." Arith ldub "[{addr}], {rd}" [];
    "11 ..... 000010 ..... . ............." Arith lduh "[{addr}], {rd}" [];
    "11 ..... 000000 ..... . ............." Arith ld "[{addr}], {rd}" [];
    "11 ..... 000011 ..... . ............." Arith ldd "[{addr}], {rd}" [];
    "11 ..... 000101 ..... . ............." Arith stb "{rd}, [{addr}]" [];
    "11 ..... 000110 ..... . ............." Arith sth "{rd}, [{addr}]" [];
    "11 ..... 000100 ..... . ............." Arith st "{rd}, [{addr}]" [];
    "11 ..... 000111 ..... . ............." Arith std "{rd}, [{addr}]" [];
    "11 ..... 001101 ..... . ............." Arith ldstub "[{addr}], {rd}" [];
    "11 ..... 001111 ..... . ............." Arith swap "[{addr}], {rd}" [Swap];
}

impl<'b> Lift<'b> {
    /// How an ordinary access of this width reaches memory: big-endian, and a trap if it is misaligned.
    pub fn mem(&self, width: Width) -> Mem {
        Mem::be(width).aligned()
    }

    /// Registers `n`, which is even, and `n + 1` as one double word.
    pub fn pair(&self, n: u8) -> Val<'b> {
        let (high, low) = (self.r32(n).zext(Width::W64), self.r32(n + 1).zext(Width::W64));
        low.deposit(32, 32, high)
    }
}

/// `rd` = what is loaded, extended.
fn load(l: &Lift, f: &Arith, width: Width, signed: bool) -> Flow {
    let value = l.ir.load(l.address(f), l.mem(width));
    l.set_r(f.rd, if signed { value.sext(l.width()) } else { value.zext(l.width()) });
    Next
}

fn ldsb(l: &Lift, f: Arith) -> Flow {
    load(l, &f, Width::W8, true)
}

fn ldsh(l: &Lift, f: Arith) -> Flow {
    load(l, &f, Width::W16, true)
}

fn ldub(l: &Lift, f: Arith) -> Flow {
    load(l, &f, Width::W8, false)
}

fn lduh(l: &Lift, f: Arith) -> Flow {
    load(l, &f, Width::W16, false)
}

fn ld(l: &Lift, f: Arith) -> Flow {
    load(l, &f, Width::W32, false)
}

/// An odd `rd` may be illegal; it is.
fn ldd(l: &Lift, f: Arith) -> Flow {
    if f.rd & 1 != 0 {
        return Flow::Illegal;
    }
    let all = l.ir.load(l.address(&f), l.mem(Width::W64));
    l.set_r(f.rd, all.shr_u(all.konst(32)).trunc(Width::W32));
    l.set_r(f.rd + 1, all.trunc(Width::W32));
    Next
}

fn store(l: &Lift, f: &Arith, width: Width) -> Flow {
    l.ir.store(l.address(f), l.r(f.rd).trunc(width), l.mem(width));
    Next
}

fn stb(l: &Lift, f: Arith) -> Flow {
    store(l, &f, Width::W8)
}

fn sth(l: &Lift, f: Arith) -> Flow {
    store(l, &f, Width::W16)
}

fn st(l: &Lift, f: Arith) -> Flow {
    store(l, &f, Width::W32)
}

fn std(l: &Lift, f: Arith) -> Flow {
    if f.rd & 1 != 0 {
        return Flow::Illegal;
    }
    l.ir.store(l.address(&f), l.pair(f.rd), l.mem(Width::W64));
    Next
}

/// Atomically: `rd` = the byte, which becomes 0xff.
fn ldstub(l: &Lift, f: Arith) -> Flow {
    let ones = l.ir.konst(Width::W8, 0xff);
    let old = l.ir.rmw(RmwOp::Swap, l.address(&f), ones, l.mem(Width::W8).ordered(Order::SeqCst));
    l.set_r(f.rd, old);
    Next
}

fn swap(l: &Lift, f: Arith) -> Flow {
    let mem = l.mem(Width::W32).ordered(Order::SeqCst);
    l.set_r(f.rd, l.ir.rmw(RmwOp::Swap, l.address(&f), l.r32(f.rd), mem));
    Next
}
