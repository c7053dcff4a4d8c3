//! Jumps, calls and loops: TriCore Architecture Manual, volume 2, "Instruction Set".

use decode::Flow;
use decode::insns;
use uop::{Exit, Hint, Mem, Val, Width};

use crate::ext::Ext;
use crate::format::*;
use crate::helper;
use crate::lift::Lift;

insns! {
    /// Jumps, calls, loops, conditional branches.
    pub INSNS for Lift;
    "........................00011101" B    j   "{target}" [];
    "........................10011101" BAbs ja  "{target}" [];
    "........................01011101" B    jl  "{target}" [];
    "........................11011101" BAbs jla "{target}" [];
    "....00000011............00101101" Rr   ji  "{aa}" [];
    "....00000010............00101101" Rr   jli "{aa}" [];
    "........................01101101" B    call  "{target}" [];
    "........................11101101" BAbs calla "{target}" [];
    "....00000000............00101101" Rr   calli "{aa}" [];
    "........................01100001" B    fcall  "{target}" [V160];
    "........................11100001" BAbs fcalla "{target}" [V160];
    "....00000001............00101101" Rr   fcalli "{aa}" [V160];
    "....000110..............00001101" Sys ret "" [];
    "....000111..............00001101" Sys rfe "" [];
    "....000101..............00001101" Sys rfm "" [];
    "....000011..............00001101" Sys fret "" [V160];
    "........00111100" Sb j    "{target}" [];
    "........01011100" Sb call "{target}" [];
    "0000....11011100" Sr ji   "{aa}" [];
    "1001....00000000" Sr ret  "" [];
    "1000....00000000" Sr rfe  "" [];
    "0111....00000000" Sr fret "" [V160];

    "0.......................01011111" Brr jeq   "{a}, {b}, {target}" [];
    "1.......................01011111" Brr jne   "{a}, {b}, {target}" [];
    "0.......................00111111" Brr jlt   "{a}, {b}, {target}" [];
    "1.......................00111111" Brr jlt_u "{a}, {b}, {target}" [];
    "0.......................01111111" Brr jge   "{a}, {b}, {target}" [];
    "1.......................01111111" Brr jge_u "{a}, {b}, {target}" [];
    "0.......................11011111" Brc jeq   "{a}, {imm}, {target}" [];
    "1.......................11011111" Brc jne   "{a}, {imm}, {target}" [];
    "0.......................10111111" Brc jlt   "{a}, {imm}, {target}" [];
    "1.......................10111111" Brcu jlt_u "{a}, {imm}, {target}" [];
    "0.......................11111111" Brc jge   "{a}, {imm}, {target}" [];
    "1.......................11111111" Brcu jge_u "{a}, {imm}, {target}" [];
    "0.......................00011111" Brr jnei "{a}, {b}, {target}" [];
    "1.......................00011111" Brr jned "{a}, {b}, {target}" [];
    "0.......................10011111" Brc jnei "{a}, {imm}, {target}" [];
    "1.......................10011111" Brc jned "{a}, {imm}, {target}" [];
    "0.......................01111101" BrrA jeq_a "{aa}, {ab}, {target}" [];
    "1.......................01111101" BrrA jne_a "{aa}, {ab}, {target}" [];
    "0.......................10111101" BrrA jz_a  "{aa}, {target}" [];
    "1.......................10111101" BrrA jnz_a "{aa}, {target}" [];
    "0........................1101111" Brn jz_t  "{a}, {n}, {target}" [];
    "1........................1101111" Brn jnz_t "{a}, {n}, {target}" [];
    "0.......................11111101" BrrA loop_ "{ab}, {target}" [];
    "1.......................11111101" BrrA loopu "{target}" [];

    "........00011110" Sbc    jeq "d15, {imm}, {target}" [];
    "........01011110" Sbc    jne "d15, {imm}, {target}" [];
    "........10011110" SbcFar jeq "d15, {imm}, {target}" [V160];
    "........11011110" SbcFar jne "d15, {imm}, {target}" [V160];
    "........00111110" Sbr    jeq "d15, {b}, {target}" [];
    "........01111110" Sbr    jne "d15, {b}, {target}" [];
    "........10111110" SbrFar jeq "d15, {b}, {target}" [V160];
    "........11111110" SbrFar jne "d15, {b}, {target}" [V160];
    "........01101110" Sb   jz  "d15, {target}" [];
    "........11101110" Sb   jnz "d15, {target}" [];
    "........01110110" SbrZ jz   "{b}, {target}" [];
    "........11110110" SbrZ jnz  "{b}, {target}" [];
    "........00001110" SbrZ jltz "{b}, {target}" [];
    "........01001110" SbrZ jgtz "{b}, {target}" [];
    "........10001110" SbrZ jlez "{b}, {target}" [];
    "........11001110" SbrZ jgez "{b}, {target}" [];
    "........10111100" SbrA jz_a  "{ab}, {target}" [];
    "........01111100" SbrA jnz_a "{ab}, {target}" [];
    "........00101110" Sbrn jz_t  "d15, {n}, {target}" [];
    "........10101110" Sbrn jnz_t "d15, {n}, {target}" [];
    "........11111100" SbrLoop loop_ "{ab}, {target}" [];
}

/// Where a jump goes.
trait Target {
    fn to(&self, l: &Lift) -> u64;
}

impl Target for B {
    fn to(&self, l: &Lift) -> u64 {
        l.relative(self.disp)
    }
}

impl Target for BAbs {
    fn to(&self, _: &Lift) -> u64 {
        self.to
    }
}

impl Target for Sb {
    fn to(&self, l: &Lift) -> u64 {
        l.relative(self.disp)
    }
}

fn j<T: Target>(l: &Lift, f: T) -> Flow {
    l.jump(f.to(l))
}

use j as ja;

/// A jump that leaves its return address in A11.
fn jl<T: Target>(l: &Lift, f: T) -> Flow {
    l.set_a(11, l.konst(l.next_pc() as i64));
    l.ir.returns_to(l.next_pc());
    l.jump(f.to(l))
}

use jl as jla;

/// An address register.
trait Register {
    fn register(&self) -> u8;
}

impl Register for Rr {
    fn register(&self) -> u8 {
        self.a
    }
}

impl Register for Sr {
    fn register(&self) -> u8 {
        self.a
    }
}

fn ji<R: Register>(l: &Lift, f: R) -> Flow {
    let a = f.register();
    l.jump_to(l.a(a), if a == 11 { Hint::Return } else { Hint::None })
}

fn jli(l: &Lift, f: Rr) -> Flow {
    let to = l.a(f.a);
    l.set_a(11, l.konst(l.next_pc() as i64));
    l.ir.returns_to(l.next_pc());
    l.jump_to(to, Hint::Call)
}

/// Saves the upper context; then the jump.
fn call<T: Target>(l: &Lift, f: T) -> Flow {
    let to = f.to(l);
    l.call(helper::CALL, &[l.konst64(l.next_pc() | to << 32)]);
    l.ir.returns_to(l.next_pc());
    l.jump(to)
}

use call as calla;

fn calli(l: &Lift, f: Rr) -> Flow {
    let to = l.a(f.a) & l.konst(-2);
    l.call(helper::CALL, &[l.join(l.konst(l.next_pc() as i64), to)]);
    l.ir.returns_to(l.next_pc());
    l.jump_to(to, Hint::Call)
}

/// A fast call pushes A11.
fn push_return(l: &Lift) {
    let sp = l.a(10) + l.konst(-4);
    l.ir.store(sp, l.a(11), Mem::le(Width::W32));
    l.set_a(11, l.konst(l.next_pc() as i64));
    l.set_a(10, sp);
    l.ir.returns_to(l.next_pc());
}

fn fcall<T: Target>(l: &Lift, f: T) -> Flow {
    push_return(l);
    l.jump(f.to(l))
}

use fcall as fcalla;

fn fcalli(l: &Lift, f: Rr) -> Flow {
    let to = l.a(f.a);
    push_return(l);
    l.jump_to(to, Hint::Call)
}

fn fret<F>(l: &Lift, _: F) -> Flow {
    let (to, sp) = (l.a(11), l.a(10));
    let outer = l.ir.load(sp, Mem::le(Width::W32));
    l.set_a(11, outer);
    l.set_a(10, sp + l.konst(4));
    l.jump_to(to, Hint::Return)
}

/// Restores the upper context. PSW may differ, so the mode is looked at again.
fn ret<F>(l: &Lift, _: F) -> Flow {
    let pc = l.call(helper::RET, &[]);
    l.end(Exit::Indirect { pc: pc.id(), hint: Hint::Return })
}

fn rfe<F>(l: &Lift, _: F) -> Flow {
    let pc = l.call(helper::RFE, &[]);
    l.end(Exit::UpdateIndirect { pc: pc.id() })
}

/// Return from monitor.
fn rfm(l: &Lift, _: Sys) -> Flow {
    l.privileged(2);
    let pc = l.call(helper::RFM, &[l.konst(l.next_pc() as i64)]);
    l.end(Exit::UpdateIndirect { pc: pc.id() })
}

/// Two operands and a distance.
trait Compare {
    fn operands<'b>(&self, l: &Lift<'b>) -> (Val<'b>, Val<'b>);
    fn disp(&self) -> i64;
}

macro_rules! compares {
    ($($format:ident { $f:ident, $l:ident => $a:expr, $b:expr })*) => { $(
        impl Compare for $format {
            fn operands<'b>(&self, $l: &Lift<'b>) -> (Val<'b>, Val<'b>) { let $f = self; ($a, $b) }
            fn disp(&self) -> i64 { self.disp }
        }
    )* };
}
compares! {
    Brr { f, l => l.d(f.a), l.d(f.b) }
    Brc { f, l => l.d(f.a), l.konst(f.imm) }
    Brcu { f, l => l.d(f.a), l.konst(f.imm as i64) }
    BrrA { f, l => l.a(f.a), l.a(f.b) }
    Sbc { f, l => l.d(15), l.konst(f.imm) }
    SbcFar { f, l => l.d(15), l.konst(f.imm) }
    Sbr { f, l => l.d(15), l.d(f.b) }
    SbrFar { f, l => l.d(15), l.d(f.b) }
    SbrZ { f, l => l.d(f.b), l.konst(0) }
    SbrA { f, l => l.a(f.b), l.konst(0) }
}

impl Compare for Sb {
    fn operands<'b>(&self, l: &Lift<'b>) -> (Val<'b>, Val<'b>) {
        (l.d(15), l.konst(0))
    }
    fn disp(&self) -> i64 {
        self.disp
    }
}

macro_rules! branches {
    ($($name:ident = |$a:ident, $b:ident| $cond:expr;)*) => { $(
        fn $name<F: Compare>(l: &Lift, f: F) -> Flow {
            let ($a, $b) = f.operands(l);
            l.branch($cond, f.disp())
        }
    )* };
}
branches! {
    jeq = |a, b| a.eq(b);
    jne = |a, b| a.ne(b);
    jlt = |a, b| a.lt_s(b);
    jlt_u = |a, b| a.lt_u(b);
    jge = |a, b| b.le_s(a);
    jge_u = |a, b| b.le_u(a);
    jz = |a, b| a.eq(b);
    jnz = |a, b| a.ne(b);
    jltz = |a, b| a.lt_s(b);
    jgtz = |a, b| b.lt_s(a);
    jlez = |a, b| a.le_s(b);
    jgez = |a, b| b.le_s(a);
    jeq_a = |a, b| a.eq(b);
    jne_a = |a, b| a.ne(b);
}

fn jz_a<F: Compare>(l: &Lift, f: F) -> Flow {
    let (a, _) = f.operands(l);
    l.branch(a.eq(l.konst(0)), f.disp())
}

fn jnz_a<F: Compare>(l: &Lift, f: F) -> Flow {
    let (a, _) = f.operands(l);
    l.branch(a.is_nonzero(), f.disp())
}

/// Operands whose first is a data register that the branch counts in.
trait Counting: Compare {
    fn counter(&self) -> u8;
}

impl Counting for Brr {
    fn counter(&self) -> u8 {
        self.a
    }
}

impl Counting for Brc {
    fn counter(&self) -> u8 {
        self.a
    }
}

fn jnei<F: Counting>(l: &Lift, f: F) -> Flow {
    count(l, f, 1)
}

fn jned<F: Counting>(l: &Lift, f: F) -> Flow {
    count(l, f, -1)
}

/// Branches if the operands differ, and counts in any case.
fn count<F: Counting>(l: &Lift, f: F, step: i64) -> Flow {
    let (a, b) = f.operands(l);
    let cond = a.ne(b);
    l.set_d(f.counter(), a + l.konst(step));
    l.branch(cond, f.disp())
}

/// A bit and a distance.
trait BitTest {
    fn bit<'b>(&self, l: &Lift<'b>) -> Val<'b>;
    fn disp(&self) -> i64;
}

impl BitTest for Brn {
    fn bit<'b>(&self, l: &Lift<'b>) -> Val<'b> {
        l.d(self.a).extract(self.n as u32, 1)
    }
    fn disp(&self) -> i64 {
        self.disp
    }
}

impl BitTest for Sbrn {
    fn bit<'b>(&self, l: &Lift<'b>) -> Val<'b> {
        l.d(15).extract(self.n as u32, 1)
    }
    fn disp(&self) -> i64 {
        self.disp
    }
}

fn jz_t<F: BitTest>(l: &Lift, f: F) -> Flow {
    l.branch(f.bit(l).eq(l.konst(0)), f.disp())
}

fn jnz_t<F: BitTest>(l: &Lift, f: F) -> Flow {
    l.branch(f.bit(l).is_nonzero(), f.disp())
}

/// The counter of a loop.
trait Loop {
    fn counter(&self) -> u8;
    fn disp(&self) -> i64;
}

impl Loop for BrrA {
    fn counter(&self) -> u8 {
        self.b
    }
    fn disp(&self) -> i64 {
        self.disp
    }
}

impl Loop for SbrLoop {
    fn counter(&self) -> u8 {
        self.b
    }
    fn disp(&self) -> i64 {
        self.disp
    }
}

/// Goes back until the counter was 0.
fn loop_<F: Loop>(l: &Lift, f: F) -> Flow {
    let a = l.a(f.counter());
    let cond = a.is_nonzero();
    l.set_a(f.counter(), a + l.konst(-1));
    l.branch(cond, f.disp())
}

fn loopu(l: &Lift, f: BrrA) -> Flow {
    l.jump(l.relative(f.disp))
}
