//! Integer arithmetic, logic, shifts, multiplication, division, conditional moves.

use decode::Flow::{self, Next};
use decode::insns;
use uop::{Val, Width};

use crate::v9::arith::what;
use crate::v9::cc::form;
use crate::v9::ext::Ext;
use crate::v9::format::{Arith, MovCc, MovR, Sethi, Shift};
use crate::v9::helper;
use crate::v9::lift::Lift;
use crate::v9::state::Y;
use crate::v9::trap::tt;

insns! {
    /// SPARC Architecture Manual V9, appendix A.
    pub INSNS for Lift;
    "00 ..... 100 ......................" Sethi sethi "{imm}, {rd}" [V9];
    "00 00000 100 0000000000000000000000" Sethi nop "" [V9] over sethi;
    // Add.
    "10 ..... 000000 ..... . ............." Arith add "{rs1}, {op2}, {rd}" [V9];
    "10 ..... 010000 ..... . ............." Arith addcc "{rs1}, {op2}, {rd}" [V9];
    "10 ..... 001000 ..... . ............." Arith addc "{rs1}, {op2}, {rd}" [V9];
    "10 ..... 011000 ..... . ............." Arith addccc "{rs1}, {op2}, {rd}" [V9];
    // Logical Operations.
    "10 ..... 000001 ..... . ............." Arith and "{rs1}, {op2}, {rd}" [V9];
    "10 ..... 010001 ..... . ............." Arith andcc "{rs1}, {op2}, {rd}" [V9];
    "10 ..... 000101 ..... . ............." Arith andn "{rs1}, {op2}, {rd}" [V9];
    "10 ..... 010101 ..... . ............." Arith andncc "{rs1}, {op2}, {rd}" [V9];
    "10 ..... 000010 ..... . ............." Arith or "{rs1}, {op2}, {rd}" [V9];
    "10 ..... 010010 ..... . ............." Arith orcc "{rs1}, {op2}, {rd}" [V9];
    "10 ..... 000110 ..... . ............." Arith orn "{rs1}, {op2}, {rd}" [V9];
    "10 ..... 010110 ..... . ............." Arith orncc "{rs1}, {op2}, {rd}" [V9];
    "10 ..... 000011 ..... . ............." Arith xor "{rs1}, {op2}, {rd}" [V9];
    "10 ..... 010011 ..... . ............." Arith xorcc "{rs1}, {op2}, {rd}" [V9];
    "10 ..... 000111 ..... . ............." Arith xnor "{rs1}, {op2}, {rd}" [V9];
    "10 ..... 010111 ..... . ............." Arith xnorcc "{rs1}, {op2}, {rd}" [V9];
    // Subtract.
    "10 ..... 000100 ..... . ............." Arith sub "{rs1}, {op2}, {rd}" [V9];
    "10 ..... 010100 ..... . ............." Arith subcc "{rs1}, {op2}, {rd}" [V9];
    "10 ..... 001100 ..... . ............." Arith subc "{rs1}, {op2}, {rd}" [V9];
    "10 ..... 011100 ..... . ............." Arith subccc "{rs1}, {op2}, {rd}" [V9];
    // Multiply and Divide (64-bit).
    "10 ..... 001001 ..... . ............." Arith mulx "{rs1}, {op2}, {rd}" [V9];
    "10 ..... 101101 ..... . ............." Arith sdivx "{rs1}, {op2}, {rd}" [V9];
    "10 ..... 001101 ..... . ............." Arith udivx "{rs1}, {op2}, {rd}" [V9];
    // Multiply (32-bit).
    "10 ..... 001010 ..... . ............." Arith umul "{rs1}, {op2}, {rd}" [V9];
    "10 ..... 011010 ..... . ............." Arith umulcc "{rs1}, {op2}, {rd}" [V9];
    "10 ..... 001011 ..... . ............." Arith smul "{rs1}, {op2}, {rd}" [V9];
    "10 ..... 011011 ..... . ............." Arith smulcc "{rs1}, {op2}, {rd}" [V9];
    // Multiply Step.
    "10 ..... 100100 ..... . ............." Arith mulscc "{rs1}, {op2}, {rd}" [V9];
    // Divide (64-bit / 32-bit).
    "10 ..... 001110 ..... . ............." Arith udiv "{rs1}, {op2}, {rd}" [V9];
    "10 ..... 011110 ..... . ............." Arith udivcc "{rs1}, {op2}, {rd}" [V9];
    "10 ..... 001111 ..... . ............." Arith sdiv "{rs1}, {op2}, {rd}" [V9];
    "10 ..... 011111 ..... . ............." Arith sdivcc "{rs1}, {op2}, {rd}" [V9];
    // Population Count.
    "10 ..... 101110 00000 . ............." Arith popc "{op2}, {rd}" [V9];
    // Shift.
    "10 ..... 100101 ..... . ............." Shift sll "{.x} {rs1}, {op2}, {rd}" [V9];
    "10 ..... 100110 ..... . ............." Shift srl "{.x} {rs1}, {op2}, {rd}" [V9];
    "10 ..... 100111 ..... . ............." Shift sra "{.x} {rs1}, {op2}, {rd}" [V9];
    // Tagged Add, Tagged Subtract.
    "10 ..... 100000 ..... . ............." Arith taddcc "{rs1}, {op2}, {rd}" [V9];
    "10 ..... 100010 ..... . ............." Arith taddcctv "{rs1}, {op2}, {rd}" [V9];
    "10 ..... 100001 ..... . ............." Arith tsubcc "{rs1}, {op2}, {rd}" [V9];
    "10 ..... 100011 ..... . ............." Arith tsubcctv "{rs1}, {op2}, {rd}" [V9];
    // Move Integer Register on Condition (MOVcc), on Register Condition (MOVr).
    "10 ..... 101100 1 .... . ............." MovCc mov "{.cond} {cc}, {op2}, {rd}" [V9];
    "10 ..... 101100 0 .... . ............." MovCc movf "{.cond} {cc}, {op2}, {rd}" [V9 Fpu];
    "10 ..... 101111 ..... . ............." MovR movr "{.rcond} {rs1}, {op2}, {rd}" [V9];
}

fn sethi(l: &Lift, f: Sethi) -> Flow {
    l.set_x(f.rd, l.konst((f.imm22 << 10) as i64));
    Next
}

fn nop(_: &Lift, _: Sethi) -> Flow {
    Next
}

/// Handlers that write rd with an expression of both operands; those with a name behind set the condition codes of a logical result, too.
macro_rules! simple {
    ($($name:ident $cc:ident |$a:ident, $b:ident| $value:expr;)*) => { $(
        fn $name(l: &Lift, f: Arith) -> Flow {
            let ($a, $b) = l.operands(f);
            l.set_x(f.rd, $value);
            Next
        }
        fn $cc(l: &Lift, f: Arith) -> Flow {
            let ($a, $b) = l.operands(f);
            let value = $value;
            l.set_x(f.rd, value);
            l.set_cc_logic(value);
            Next
        }
    )* };
}

simple! {
    and andcc |a, b| a & b;
    andn andncc |a, b| a & !b;
    or orcc |a, b| a | b;
    orn orncc |a, b| a | !b;
    xor xorcc |a, b| a ^ b;
    xnor xnorcc |a, b| !(a ^ b);
}

fn add(l: &Lift, f: Arith) -> Flow {
    let (a, b) = l.operands(f);
    l.set_x(f.rd, a + b);
    Next
}

fn addcc(l: &Lift, f: Arith) -> Flow {
    let (a, b) = l.operands(f);
    l.set_x(f.rd, a + b);
    l.set_cc(form::ADD, a, b);
    Next
}

fn sub(l: &Lift, f: Arith) -> Flow {
    let (a, b) = l.operands(f);
    l.set_x(f.rd, a - b);
    Next
}

fn subcc(l: &Lift, f: Arith) -> Flow {
    let (a, b) = l.operands(f);
    l.set_x(f.rd, a - b);
    l.set_cc(form::SUB, a, b);
    Next
}

/// "r[rs1] + r[rs2] + icc.c".
fn addc(l: &Lift, f: Arith) -> Flow {
    let (a, b) = l.operands(f);
    l.set_x(f.rd, a + b + l.carry().zext(Width::W64));
    Next
}

fn subc(l: &Lift, f: Arith) -> Flow {
    let (a, b) = l.operands(f);
    l.set_x(f.rd, a - b - l.carry().zext(Width::W64));
    Next
}

/// What a helper computes, condition codes included.
fn by_helper(l: &Lift, f: Arith, what: u64) -> Flow {
    let (a, b) = l.operands(f);
    let result = l.call(helper::ARITH_CC, &[a, b, l.konst(what as i64)]);
    l.set_x(f.rd, result);
    l.now_ccr();
    Next
}

fn addccc(l: &Lift, f: Arith) -> Flow {
    by_helper(l, f, what::ADDC)
}

fn subccc(l: &Lift, f: Arith) -> Flow {
    by_helper(l, f, what::SUBC)
}

fn taddcc(l: &Lift, f: Arith) -> Flow {
    by_helper(l, f, what::TADD)
}

fn tsubcc(l: &Lift, f: Arith) -> Flow {
    by_helper(l, f, what::TSUB)
}

fn taddcctv(l: &Lift, f: Arith) -> Flow {
    by_helper(l, f, what::TADDTV)
}

fn tsubcctv(l: &Lift, f: Arith) -> Flow {
    by_helper(l, f, what::TSUBTV)
}

fn mulscc(l: &Lift, f: Arith) -> Flow {
    by_helper(l, f, what::MULS)
}

fn mulx(l: &Lift, f: Arith) -> Flow {
    let (a, b) = l.operands(f);
    l.set_x(f.rd, a * b);
    Next
}

/// Raises division_by_zero, or gives the divisor.
fn divisor<'b>(l: &Lift<'b>, b: Val<'b>) -> Val<'b> {
    let zero = b.eq(b.konst(0));
    l.raise_if(zero, tt::DIVISION_BY_ZERO);
    // It is not 0, but the op must not see one anywhere.
    l.ir.select(zero, b.konst(1), b)
}

fn sdivx(l: &Lift, f: Arith) -> Flow {
    let (a, b) = l.operands(f);
    l.set_x(f.rd, a.div_s(divisor(l, b)));
    Next
}

fn udivx(l: &Lift, f: Arith) -> Flow {
    let (a, b) = l.operands(f);
    l.set_x(f.rd, a.div_u(divisor(l, b)));
    Next
}

/// 32 by 32 bits: the product goes to rd, its upper half to Y.
fn multiply(l: &Lift, f: Arith, signed: bool, cc: bool) -> Flow {
    let (a, b) = l.operands(f);
    let product = if signed {
        a.trunc(Width::W32).sext(Width::W64) * b.trunc(Width::W32).sext(Width::W64)
    } else {
        a.trunc(Width::W32).zext(Width::W64) * b.trunc(Width::W32).zext(Width::W64)
    };
    l.ir.set(Y, product.shr_u(product.konst(32)));
    l.set_x(f.rd, product);
    if cc {
        l.set_cc_logic(product);
    }
    Next
}

fn umul(l: &Lift, f: Arith) -> Flow {
    multiply(l, f, false, false)
}

fn umulcc(l: &Lift, f: Arith) -> Flow {
    multiply(l, f, false, true)
}

fn smul(l: &Lift, f: Arith) -> Flow {
    multiply(l, f, true, false)
}

fn smulcc(l: &Lift, f: Arith) -> Flow {
    multiply(l, f, true, true)
}

/// Y and rs1 by 32 bits; the quotient saturates, and icc.v tells that.
fn divide(l: &Lift, f: Arith, what: u64, cc: bool) -> Flow {
    let (a, b) = l.operands(f);
    let low = b.trunc(Width::W32);
    l.raise_if(low.eq(low.konst(0)), tt::DIVISION_BY_ZERO);
    let dividend = l.ir.get(Y).shl(l.konst(32)) | a.trunc(Width::W32).zext(Width::W64);
    let quotient = l.call(helper::DIVIDE, &[dividend, b, l.konst(what as i64)]);
    if cc {
        let overflow = l.call(helper::DIVIDE, &[dividend, b, l.konst((what | 2) as i64)]);
        let zero = quotient.konst(0);
        let word = quotient.trunc(Width::W32);
        let zero32 = word.konst(0);
        let icc = word.lt_s(zero32).zext(Width::W64).shl(l.konst(3))
            | word.eq(zero32).zext(Width::W64).shl(l.konst(2))
            | overflow.shl(l.konst(1));
        let xcc =
            quotient.lt_s(zero).zext(Width::W64).shl(l.konst(7)) | quotient.eq(zero).zext(Width::W64).shl(l.konst(6));
        l.set_x(f.rd, quotient);
        l.set_ccr(icc | xcc);
        return Next;
    }
    l.set_x(f.rd, quotient);
    Next
}

fn udiv(l: &Lift, f: Arith) -> Flow {
    divide(l, f, what::UDIV, false)
}

fn udivcc(l: &Lift, f: Arith) -> Flow {
    divide(l, f, what::UDIV, true)
}

fn sdiv(l: &Lift, f: Arith) -> Flow {
    divide(l, f, what::SDIV, false)
}

fn sdivcc(l: &Lift, f: Arith) -> Flow {
    divide(l, f, what::SDIV, true)
}

fn popc(l: &Lift, f: Arith) -> Flow {
    l.set_x(f.rd, l.op2(f).popcnt());
    Next
}

/// The shift count: the low 5 or 6 bits.
fn count<'b>(l: &Lift<'b>, f: Shift) -> Val<'b> {
    let mask = if f.x { 63 } else { 31 };
    if f.i { l.konst(i64::from(f.count) & mask) } else { l.x(f.rs2) & l.konst(mask) }
}

fn sll(l: &Lift, f: Shift) -> Flow {
    // All 64 bits are shifted in either case.
    l.set_x(f.rd, l.x(f.rs1).shl(count(l, f)));
    Next
}

fn srl(l: &Lift, f: Shift) -> Flow {
    let (a, n) = (l.x(f.rs1), count(l, f));
    l.set_x(f.rd, if f.x { a.shr_u(n) } else { a.trunc(Width::W32).shr_u(n.trunc(Width::W32)).zext(Width::W64) });
    Next
}

fn sra(l: &Lift, f: Shift) -> Flow {
    let (a, n) = (l.x(f.rs1), count(l, f));
    l.set_x(f.rd, if f.x { a.shr_s(n) } else { a.trunc(Width::W32).shr_s(n.trunc(Width::W32)).sext(Width::W64) });
    Next
}

fn move_if<'b>(l: &Lift<'b>, rd: u8, cond: Val<'b>, value: Val<'b>) -> Flow {
    l.set_x(rd, l.ir.select(cond, value, l.x(rd)));
    Next
}

/// cc 5 and 7 are reserved.
fn mov(l: &Lift, f: MovCc) -> Flow {
    if f.cc & 1 != 0 {
        return Flow::Illegal;
    }
    move_if(l, f.rd, l.icond(f.cc, f.cond), l.operand(f.i, f.simm, f.rs2))
}

fn movf(l: &Lift, f: MovCc) -> Flow {
    move_if(l, f.rd, l.fcond(f.cc, f.cond), l.operand(f.i, f.simm, f.rs2))
}

/// rcond 0 and 4 are reserved.
fn movr(l: &Lift, f: MovR) -> Flow {
    let Some(cond) = l.rcond(f.rcond, l.x(f.rs1)) else { return Flow::Illegal };
    move_if(l, f.rd, cond, l.operand(f.i, f.simm, f.rs2))
}
