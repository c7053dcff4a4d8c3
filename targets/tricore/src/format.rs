//! Instruction formats under the manual's names: which bits are which field.
//!
//! TriCore Architecture Manual, volume 2, "Instruction Formats". Formats that several instructions share also say what their destination
//! and their two operands are ([`Abc`]), so that one handler does for all.

use bits::{field, sign_extend};
use decode::{Format, Operand};
use uop::Val;

use crate::lift::Lift;

const D: [&str; 16] =
    ["d0", "d1", "d2", "d3", "d4", "d5", "d6", "d7", "d8", "d9", "d10", "d11", "d12", "d13", "d14", "d15"];
const A: [&str; 16] =
    ["a0", "a1", "a2", "a3", "a4", "a5", "a6", "a7", "a8", "a9", "sp", "a11", "a12", "a13", "a14", "a15"];
const E: [&str; 16] =
    ["e0", "e1", "e2", "e3", "e4", "e5", "e6", "e7", "e8", "e9", "e10", "e11", "e12", "e13", "e14", "e15"];
const P: [&str; 16] =
    ["p0", "p1", "p2", "p3", "p4", "p5", "p6", "p7", "p8", "p9", "p10", "p11", "p12", "p13", "p14", "p15"];

/// A destination and two operands of 32 bits.
pub trait Abc {
    /// The destination, a data register.
    fn c(&self) -> u8;
    /// The first operand.
    fn a<'b>(&self, l: &Lift<'b>) -> Val<'b>;
    /// The second operand.
    fn b<'b>(&self, l: &Lift<'b>) -> Val<'b>;
}

/// Declares formats: name, then fields with their kind and the function that takes them out of the encoding. A register field `c`
/// prints as a data register; `ac`, `ec` and `pc` print the same number as an address register or a pair.
macro_rules! formats {
    ($( $(#[$m:meta])* $name:ident { $($field:ident: $kind:ident = $get:expr),* $(,)? } )*) => { $(
        $(#[$m])*
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        #[allow(missing_docs, reason = "fields have the manual's names")]
        pub struct $name { $(pub $field: formats!(@type $kind)),* }

        impl From<u64> for $name {
            fn from(bits: u64) -> $name {
                $name { $($field: ($get)(bits) as formats!(@type $kind)),* }
            }
        }

        impl Format for $name {
            fn operand(&self, name: &str, pc: u64) -> Option<Operand> {
                let _ = pc;
                $( formats!(@show $kind, self.$field, $field, name, pc); )*
                None
            }
        }
    )* };
    (@type R) => { u8 };
    (@type S) => { i64 };
    (@type T) => { i64 };
    (@type J) => { u64 };
    (@type U) => { u64 };
    (@type K) => { u64 };
    (@show R, $v:expr, $field:ident, $name:ident, $pc:ident) => {
        if $name == stringify!($field) { return Some(Operand::Text(D[usize::from($v)])) }
        if $name == concat!("a", stringify!($field)) { return Some(Operand::Text(A[usize::from($v)])) }
        if $name == concat!("e", stringify!($field)) { return Some(Operand::Text(E[usize::from($v)])) }
        if $name == concat!("p", stringify!($field)) { return Some(Operand::Text(P[usize::from($v)])) }
    };
    (@show S, $v:expr, $field:ident, $name:ident, $pc:ident) => {
        if $name == stringify!($field) { return Some(Operand::Signed($v)) }
    };
    (@show U, $v:expr, $field:ident, $name:ident, $pc:ident) => {
        if $name == stringify!($field) { return Some(Operand::Hex($v)) }
    };
    // A distance: `target` is where it goes.
    (@show T, $v:expr, $field:ident, $name:ident, $pc:ident) => {
        if $name == "target" { return Some(Operand::Hex($pc.wrapping_add_signed($v) & 0xffff_ffff)) }
    };
    // A core register, shown as its name.
    (@show K, $v:expr, $field:ident, $name:ident, $pc:ident) => {
        if $name == stringify!($field) { return Some(crate::csfr::name($v).map_or(Operand::Hex($v), Operand::Text)) }
    };
    // An absolute address.
    (@show J, $v:expr, $field:ident, $name:ident, $pc:ident) => {
        if $name == "target" { return Some(Operand::Hex($v)) }
    };
}

formats! {
    /// Absolute address.
    Abs { a: R = s1, off18: U = off18, op: U = |b| field(b, 26, 2) }
    /// The upper 18 bits of an address.
    AbsHigh { a: R = s1, high: U = |b| off18_plain(b) << 14 }
    /// Absolute address of a bit.
    AbsB { off18: U = off18, bpos: U = |b| field(b, 8, 3), b: U = |b| field(b, 11, 1) }
    /// Jump by a displacement of 24 bits.
    B { disp: T = |b| sign_extend(disp24(b), 24) as i64 * 2 }
    /// Jump to an absolute address: 4 bits of segment, 20 bits of halfword number.
    BAbs { to: J = |b| { let d = disp24(b); (d >> 20) << 28 | (d & 0xf_ffff) << 1 } }
    /// Two bits of two registers.
    Bit { c: R = c, a: R = s1, b: R = s2, pos1: U = |b| field(b, 16, 5), pos2: U = |b| field(b, 23, 5) }
    /// Base and offset of 10 bits.
    Bo { a: R = s1, b: R = s2, off: S = off10 }
    /// The same; the base is changed after the access.
    BoPost { a: R = s1, b: R = s2, off: S = off10 }
    /// The same; the base is changed before the access.
    BoPre { a: R = s1, b: R = s2, off: S = off10 }
    /// Bit-reverse addressing.
    BoReverse { a: R = s1, b: R = s2 }
    /// Circular addressing.
    BoCircular { a: R = s1, b: R = s2, off: S = off10 }
    /// Base and offset of 16 bits.
    Bol { a: R = s1, b: R = s2, off: S = |b| signed(field(b, 22, 6) << 10 | field(b, 28, 4) << 6 | field(b, 16, 6), 16) }
    /// Branch on a register and a constant.
    Brc { a: R = s1, imm: S = |b| signed(field(b, 12, 4), 4), disp: T = disp15 }
    /// Branch on a register and an unsigned constant.
    Brcu { a: R = s1, imm: U = |b| field(b, 12, 4), disp: T = disp15 }
    /// Branch on two address registers.
    BrrA { a: R = s1, b: R = s2, disp: T = disp15 }
    /// Branch on a bit.
    Brn { a: R = s1, n: U = |b| field(b, 7, 1) << 4 | field(b, 12, 4), disp: T = disp15 }
    /// Branch on two registers.
    Brr { a: R = s1, b: R = s2, disp: T = disp15 }
    /// Register and 9-bit constant, signed.
    Rc { c: R = c, a: R = s1, imm: S = |b| signed(field(b, 12, 9), 9) }
    /// Register and 9-bit constant, unsigned.
    Rcu { c: R = c, a: R = s1, imm: U = |b| field(b, 12, 9) }
    /// Register, constant of 4 bits, position and width.
    Rcpw { c: R = c, a: R = s1, imm: U = |b| field(b, 12, 4), pos: U = |b| field(b, 23, 5), width: U = |b| field(b, 16, 5) }
    /// Two registers and 9-bit constant.
    Rcr { c: R = c, d: R = s3, a: R = s1, imm: S = |b| signed(field(b, 12, 9), 9), uimm: U = |b| field(b, 12, 9) }
    /// Two registers and 4-bit constant.
    Rcrr { c: R = c, d: R = s3, a: R = s1, imm: U = |b| field(b, 12, 4) }
    /// Two registers, 4-bit constant and width.
    Rcrw { c: R = c, d: R = s3, a: R = s1, imm: U = |b| field(b, 12, 4), width: U = |b| field(b, 16, 5) }
    /// Register and 16-bit constant.
    Rlc { c: R = c, a: R = s1, imm: S = |b| signed(field(b, 12, 16), 16), uimm: U = |b| field(b, 12, 16) }
    /// Register and core register.
    RlcCore { c: R = c, a: R = s1, csfr: K = |b| field(b, 12, 16) }
    /// Three registers.
    Rr { c: R = c, a: R = s1, b: R = s2, n: U = |b| field(b, 16, 2) }
    /// Three registers, the first a pair.
    RrE { c: R = c, a: R = s1, b: R = s2 }
    /// Register and 9-bit constant; the destination is a pair.
    RcE { c: R = c, a: R = s1, imm: S = |b| signed(field(b, 12, 9), 9) }
    /// Multiplication with accumulation, RRR2: `op` and `major` tell which.
    AccumulateRrr { c: R = c, d: R = s3, a: R = s1, b: R = s2, op: U = |b| field(b, 16, 8), major: U = |b| field(b, 0, 8) }
    /// The same with a constant, RCR.
    AccumulateRcr { c: R = c, d: R = s3, a: R = s1, imm: S = |b| signed(field(b, 12, 9), 9), uimm: U = |b| field(b, 12, 9), op: U = |b| field(b, 21, 3), major: U = |b| field(b, 0, 8) }
    /// Products of fractions, RRR1 and RR1.
    Fraction { c: R = c, d: R = s3, a: R = s1, b: R = s2, n: U = |b| field(b, 16, 2), op: U = |b| field(b, 18, 6), major: U = |b| field(b, 0, 8) }
    /// A register whose sign is extended to a pair.
    RrSigned { c: R = c, b: R = s2 }
    /// Two registers, position and width.
    Rrpw { c: R = c, a: R = s1, b: R = s2, pos: U = |b| field(b, 23, 5), width: U = |b| field(b, 16, 5) }
    /// Four registers and a shift.
    Rrr { c: R = c, d: R = s3, a: R = s1, b: R = s2, n: U = |b| field(b, 16, 2) }
    /// Three registers and a width.
    Rrrw { c: R = c, d: R = s3, a: R = s1, b: R = s2, width: U = |b| field(b, 16, 5) }
    /// System instruction.
    Sys { op: U = |b| field(b, 22, 6) }
    /// System instruction with a register.
    SysD { a: R = s1 }

    /// Jump by 8 bits.
    Sb { disp: T = |b| signed(field(b, 8, 8), 8) * 2 }
    /// Branch on D15 and a constant.
    Sbc { imm: S = |b| signed(field(b, 12, 4), 4), disp: T = |b| field(b, 8, 4) * 2 }
    /// The same, farther.
    SbcFar { imm: S = |b| signed(field(b, 12, 4), 4), disp: T = |b| (field(b, 8, 4) + 16) * 2 }
    /// Branch on a register.
    Sbr { b: R = s2, disp: T = |b| field(b, 8, 4) * 2 }
    /// The same, farther.
    SbrFar { b: R = s2, disp: T = |b| (field(b, 8, 4) + 16) * 2 }
    /// Branch on a register and 0.
    SbrZ { b: R = s2, disp: T = |b| field(b, 8, 4) * 2 }
    /// Branch on an address register and 0.
    SbrA { b: R = s2, disp: T = |b| field(b, 8, 4) * 2 }
    /// Backward branch of a loop.
    SbrLoop { b: R = s2, disp: T = |b| field(b, 8, 4) as i64 * 2 - 32 }
    /// Branch on a bit of D15.
    Sbrn { n: U = |b| field(b, 12, 4), disp: T = |b| field(b, 8, 4) * 2 }
    /// D15 (or the stack pointer) and an 8-bit constant.
    Sc { imm: U = |b| field(b, 8, 8) }
    /// A register and the address in another.
    SlrPlain { a: R = s1, b: R = s2 }
    /// The same; the address is increased after the access by its size.
    SlrPost { a: R = s1, b: R = s2, major: U = |b| field(b, 0, 8) }
    /// A register, relative to A15 by bytes.
    Slro1 { a: R = s1, off: U = |b| field(b, 12, 4) }
    /// By halfwords.
    Slro2 { a: R = s1, off: U = |b| field(b, 12, 4) * 2 }
    /// By words.
    Slro4 { a: R = s1, off: U = |b| field(b, 12, 4) * 4 }
    /// D15 (or A15), relative to a register by bytes.
    Sro1 { b: R = s2, off: U = |b| field(b, 8, 4) }
    /// By halfwords.
    Sro2 { b: R = s2, off: U = |b| field(b, 8, 4) * 2 }
    /// By words.
    Sro4 { b: R = s2, off: U = |b| field(b, 8, 4) * 4 }
    /// D15 (or A15), relative to the stack pointer.
    ScStack { off: U = |b| field(b, 8, 8) * 4 }
    /// One register.
    Sr { a: R = s1 }
    /// Register and 4-bit constant.
    Src { a: R = s1, imm: S = |b| signed(field(b, 12, 4), 4), uimm: U = |b| field(b, 12, 4) }
    /// D\[a\] = D15 with a constant.
    SrcD15 { a: R = s1, imm: S = |b| signed(field(b, 12, 4), 4) }
    /// D15 = D\[a\] with a constant.
    SrcTo15 { a: R = s1, imm: S = |b| signed(field(b, 12, 4), 4) }
    /// Two registers.
    Srr { a: R = s1, b: R = s2 }
    /// D\[a\] = D15 with a register.
    SrrD15 { a: R = s1, b: R = s2 }
    /// D15 = D\[a\] with a register.
    SrrTo15 { a: R = s1, b: R = s2 }
    /// Two registers and a shift.
    Srrs { a: R = s1, b: R = s2, n: U = |b| field(b, 6, 2) }
}

macro_rules! abc {
    ($($format:ident { $f:ident, $l:ident => $c:expr, $a:expr, $b:expr })*) => { $(
        impl Abc for $format {
            fn c(&self) -> u8 { let $f = self; let _ = $f; $c }
            fn a<'b>(&self, $l: &Lift<'b>) -> Val<'b> { let $f = self; let _ = $f; $a }
            fn b<'b>(&self, $l: &Lift<'b>) -> Val<'b> { let $f = self; let _ = $f; $b }
        }
    )* };
}

abc! {
    Rr { f, l => f.c, l.d(f.a), l.d(f.b) }
    Rc { f, l => f.c, l.d(f.a), l.konst(f.imm) }
    Rcu { f, l => f.c, l.d(f.a), l.konst(f.imm as i64) }
    Srr { f, l => f.a, l.d(f.a), l.d(f.b) }
    SrrD15 { f, l => f.a, l.d(15), l.d(f.b) }
    SrrTo15 { f, l => 15, l.d(f.a), l.d(f.b) }
    Src { f, l => f.a, l.d(f.a), l.konst(f.imm) }
    SrcD15 { f, l => f.a, l.d(15), l.konst(f.imm) }
    SrcTo15 { f, l => 15, l.d(f.a), l.konst(f.imm) }
    Sc { f, l => 15, l.d(15), l.konst(f.imm as i64) }
    Sr { f, l => f.a, l.d(f.a), l.konst(0) }
    Rlc { f, l => f.c, l.d(f.a), l.konst(f.imm) }
}

fn c(bits: u64) -> u64 {
    field(bits, 28, 4)
}

fn s1(bits: u64) -> u64 {
    field(bits, 8, 4)
}

fn s2(bits: u64) -> u64 {
    field(bits, 12, 4)
}

fn s3(bits: u64) -> u64 {
    field(bits, 24, 4)
}

fn signed(value: u64, len: u32) -> i64 {
    sign_extend(value, len) as i64
}

fn disp15(bits: u64) -> i64 {
    signed(field(bits, 16, 15), 15) * 2
}

fn disp24(bits: u64) -> u64 {
    field(bits, 8, 8) << 16 | field(bits, 16, 16)
}

fn off10(bits: u64) -> i64 {
    signed(field(bits, 28, 4) << 6 | field(bits, 16, 6), 10)
}

fn off18_plain(bits: u64) -> u64 {
    field(bits, 12, 4) << 14 | field(bits, 22, 4) << 10 | field(bits, 28, 4) << 6 | field(bits, 16, 6)
}

/// The address that 18 bits reach: the first 16 KiB of each segment.
fn off18(bits: u64) -> u64 {
    field(bits, 12, 4) << 28 | field(bits, 22, 4) << 10 | field(bits, 28, 4) << 6 | field(bits, 16, 6)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn immediates() {
        assert_eq!(Abs::from(0xb374_c605).off18, 0xc000_36f4, "ld.b d6, 0xc00036f4");
        assert_eq!(Bo::from(0x001d_0509).off, 0x1d, "ld.b d5, [a0+]0x1d");
        assert_eq!(Bol::from(0x4b9f_6b19).off, -0x46e1, "ld.w d11, [a6]-0x46e1");
        assert_eq!(BAbs::from(0xcc22_9a9d).to, 0x0015_9844 | 0x9000_0000, "ja 0x90159844");
        assert_eq!(SbrLoop::from(0x0dfc).disp, -6, "loop a0, .-6");
    }
}
