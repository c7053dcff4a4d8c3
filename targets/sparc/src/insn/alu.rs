//! Arithmetic, logic, shifts, SETHI, multiplication and division, SAVE and RESTORE.

use decode::Flow::{self, Next};
use decode::insns;
use uop::{Val, Width};

use crate::cc::kind;
use crate::ext::Ext;
use crate::format::{Arith, Imm22, Operand2};
use crate::helper;
use crate::lift::Lift;
use crate::mode;
use crate::state;
use crate::trap::tt;

insns! {
    /// SPARC Architecture Manual Version 8, appendix B: "SETHI Instruction" to "SAVE and RESTORE Instructions".
    pub INSNS for Lift;
    "00 ..... 100 ......................" Imm22 sethi "{hi}, {rd}" [];
    "00 00000 100 0000000000000000000000" Imm22 nop "" [] over sethi;
    "10 ..... 000000 ..... . ............." Arith add "{rs1}, {op2}, {rd}" [];
    "10 ..... 000001 ..... . ............." Arith and "{rs1}, {op2}, {rd}" [];
    "10 ..... 000010 ..... . ............." Arith or "{rs1}, {op2}, {rd}" [];
    "10 ..... 000011 ..... . ............." Arith xor "{rs1}, {op2}, {rd}" [];
    "10 ..... 000100 ..... . ............." Arith sub "{rs1}, {op2}, {rd}" [];
    "10 ..... 000101 ..... . ............." Arith andn "{rs1}, {op2}, {rd}" [];
    "10 ..... 000110 ..... . ............." Arith orn "{rs1}, {op2}, {rd}" [];
    "10 ..... 000111 ..... . ............." Arith xnor "{rs1}, {op2}, {rd}" [];
    "10 ..... 001000 ..... . ............." Arith addx "{rs1}, {op2}, {rd}" [];
    "10 ..... 001010 ..... . ............." Arith umul "{rs1}, {op2}, {rd}" [Mul];
    "10 ..... 001011 ..... . ............." Arith smul "{rs1}, {op2}, {rd}" [Mul];
    "10 ..... 001100 ..... . ............." Arith subx "{rs1}, {op2}, {rd}" [];
    "10 ..... 001110 ..... . ............." Arith udiv "{rs1}, {op2}, {rd}" [Div];
    "10 ..... 001111 ..... . ............." Arith sdiv "{rs1}, {op2}, {rd}" [Div];
    "10 ..... 010000 ..... . ............." Arith addcc "{rs1}, {op2}, {rd}" [];
    "10 ..... 010001 ..... . ............." Arith andcc "{rs1}, {op2}, {rd}" [];
    "10 ..... 010010 ..... . ............." Arith orcc "{rs1}, {op2}, {rd}" [];
    "10 ..... 010011 ..... . ............." Arith xorcc "{rs1}, {op2}, {rd}" [];
    "10 ..... 010100 ..... . ............." Arith subcc "{rs1}, {op2}, {rd}" [];
    "10 ..... 010101 ..... . ............." Arith andncc "{rs1}, {op2}, {rd}" [];
    "10 ..... 010110 ..... . ............." Arith orncc "{rs1}, {op2}, {rd}" [];
    "10 ..... 010111 ..... . ............." Arith xnorcc "{rs1}, {op2}, {rd}" [];
    "10 ..... 011000 ..... . ............." Arith addxcc "{rs1}, {op2}, {rd}" [];
    "10 ..... 011010 ..... . ............." Arith umulcc "{rs1}, {op2}, {rd}" [Mul];
    "10 ..... 011011 ..... . ............." Arith smulcc "{rs1}, {op2}, {rd}" [Mul];
    "10 ..... 011100 ..... . ............." Arith subxcc "{rs1}, {op2}, {rd}" [];
    "10 ..... 011110 ..... . ............." Arith udivcc "{rs1}, {op2}, {rd}" [Div];
    "10 ..... 011111 ..... . ............." Arith sdivcc "{rs1}, {op2}, {rd}" [Div];
    "10 ..... 100000 ..... . ............." Arith taddcc "{rs1}, {op2}, {rd}" [];
    "10 ..... 100001 ..... . ............." Arith tsubcc "{rs1}, {op2}, {rd}" [];
    "10 ..... 100010 ..... . ............." Arith taddcctv "{rs1}, {op2}, {rd}" [];
    "10 ..... 100011 ..... . ............." Arith tsubcctv "{rs1}, {op2}, {rd}" [];
    "10 ..... 100100 ..... . ............." Arith mulscc "{rs1}, {op2}, {rd}" [];
    // V9 makes bit 12 the size of shifts.
    "10 ..... 100101 ..... . ............." Arith sll "{rs1}, {count}, {rd}" [!V9];
    "10 ..... 100110 ..... . ............." Arith srl "{rs1}, {count}, {rd}" [!V9];
    "10 ..... 100111 ..... . ............." Arith sra "{rs1}, {count}, {rd}" [!V9];
    // V9 counts windows by CANSAVE and CANRESTORE.
    "10 ..... 111100 ..... . ............." Arith save "{rs1}, {op2}, {rd}" [!V9];
    "10 ..... 111101 ..... . ............." Arith restore "{rs1}, {op2}, {rd}" [!V9];
}

fn sethi(l: &Lift, f: Imm22) -> Flow {
    l.set_r(f.rd, l.konst((f.imm22 << 10) as i64));
    Next
}

fn nop(_: &Lift, _: Imm22) -> Flow {
    Next
}

/// `rd` = what `op` makes of both operands.
fn binary<'b>(l: &Lift<'b>, f: &Arith, op: impl FnOnce(Val<'b>, Val<'b>) -> Val<'b>) -> Flow {
    l.set_r(f.rd, op(l.r(f.rs1), l.op2(f)));
    Next
}

/// The same, a logical operation that sets the condition codes.
fn logic_cc<'b>(l: &Lift<'b>, f: &Arith, op: impl FnOnce(Val<'b>, Val<'b>) -> Val<'b>) -> Flow {
    let result = op(l.r(f.rs1), l.op2(f));
    l.set_r(f.rd, result);
    l.set_cc_logic(result);
    Next
}

fn add(l: &Lift, f: Arith) -> Flow {
    l.set_r(f.rd, l.address(&f));
    Next
}

fn and(l: &Lift, f: Arith) -> Flow {
    binary(l, &f, |a, b| a & b)
}

/// With `%g0`, it is how values are moved.
fn or(l: &Lift, f: Arith) -> Flow {
    let value = match (f.rs1, f.op2) {
        (0, _) => l.op2(&f),
        (_, Operand2::Reg(0) | Operand2::Imm(0)) => l.r(f.rs1),
        _ => l.r(f.rs1) | l.op2(&f),
    };
    l.set_r(f.rd, value);
    Next
}

fn xor(l: &Lift, f: Arith) -> Flow {
    binary(l, &f, |a, b| a ^ b)
}

fn sub(l: &Lift, f: Arith) -> Flow {
    match f.op2 {
        Operand2::Imm(n) => l.set_r(f.rd, l.r(f.rs1).add_imm(-n)),
        Operand2::Reg(n) => l.set_r(f.rd, l.r(f.rs1) - l.r(n)),
    }
    Next
}

fn andn(l: &Lift, f: Arith) -> Flow {
    binary(l, &f, |a, b| a & !b)
}

fn orn(l: &Lift, f: Arith) -> Flow {
    binary(l, &f, |a, b| a | !b)
}

fn xnor(l: &Lift, f: Arith) -> Flow {
    binary(l, &f, |a, b| !(a ^ b))
}

fn andcc(l: &Lift, f: Arith) -> Flow {
    logic_cc(l, &f, |a, b| a & b)
}

/// With `%g0` twice, it tests a register.
fn orcc(l: &Lift, f: Arith) -> Flow {
    match (f.rs1, f.op2) {
        (0, _) => logic_cc(l, &f, |_, b| b),
        (_, Operand2::Reg(0) | Operand2::Imm(0)) => logic_cc(l, &f, |a, _| a),
        _ => logic_cc(l, &f, |a, b| a | b),
    }
}

fn xorcc(l: &Lift, f: Arith) -> Flow {
    logic_cc(l, &f, |a, b| a ^ b)
}

fn andncc(l: &Lift, f: Arith) -> Flow {
    logic_cc(l, &f, |a, b| a & !b)
}

fn orncc(l: &Lift, f: Arith) -> Flow {
    logic_cc(l, &f, |a, b| a | !b)
}

fn xnorcc(l: &Lift, f: Arith) -> Flow {
    logic_cc(l, &f, |a, b| !(a ^ b))
}

fn addcc(l: &Lift, f: Arith) -> Flow {
    let (a, b) = (l.r(f.rs1), l.op2(&f));
    let result = a + b;
    l.set_r(f.rd, result);
    l.set_cc_add(a, b);
    Next
}

fn subcc(l: &Lift, f: Arith) -> Flow {
    let (a, b) = (l.r(f.rs1), l.op2(&f));
    let result = a - b;
    l.set_r(f.rd, result);
    l.set_cc_sub(a, b);
    Next
}

/// The sum or difference with the carry; the codes, if they are set, come about as `base` says.
fn with_carry(l: &Lift, f: &Arith, base: u64, set_cc: bool) -> Flow {
    let carry = l.carry();
    let (a, b, c) = (l.r(f.rs1), l.op2(f), carry.zext(l.width()));
    l.set_r(f.rd, if base == kind::ADD { a + b + c } else { a - b - c });
    if set_cc {
        l.set_cc_carry(base, a, b, carry);
    }
    Next
}

fn addx(l: &Lift, f: Arith) -> Flow {
    with_carry(l, &f, kind::ADD, false)
}

fn addxcc(l: &Lift, f: Arith) -> Flow {
    with_carry(l, &f, kind::ADD, true)
}

fn subx(l: &Lift, f: Arith) -> Flow {
    with_carry(l, &f, kind::SUB, false)
}

fn subxcc(l: &Lift, f: Arith) -> Flow {
    with_carry(l, &f, kind::SUB, true)
}

/// The 64-bit product of 32-bit operands; V8 writes its low half to `rd` ("Multiply Instructions"), V9 all of it.
fn multiply<'b>(l: &Lift<'b>, f: &Arith, signed: bool, set_cc: bool) -> Flow {
    let wide = |v: Val<'b>| v.trunc(Width::W32);
    let (a, b) = (wide(l.r(f.rs1)), wide(l.op2(f)));
    let (low, high) = (a * b, if signed { a.mul_hi_s(b) } else { a.mul_hi_u(b) });
    let result =
        if l.is_v9() { low.zext(Width::W64) | high.zext(Width::W64).shl(l.ir.konst(Width::W64, 32)) } else { low };
    l.ir.set(state::Y, high);
    l.set_r(f.rd, result);
    if set_cc {
        l.set_cc_logic(result);
    }
    Next
}

fn umul(l: &Lift, f: Arith) -> Flow {
    multiply(l, &f, false, false)
}

fn umulcc(l: &Lift, f: Arith) -> Flow {
    multiply(l, &f, false, true)
}

fn smul(l: &Lift, f: Arith) -> Flow {
    multiply(l, &f, true, false)
}

fn smulcc(l: &Lift, f: Arith) -> Flow {
    multiply(l, &f, true, true)
}

/// Y and `rs1` by the second operand ("Divide Instructions"): the quotient saturates, and overflow says so.
fn divide<'b>(l: &Lift<'b>, f: &Arith, signed: bool, set_cc: bool) -> Flow {
    let divisor = l.op2(f).trunc(Width::W32);
    l.raise_if(divisor.eq(divisor.konst(0)), tt::DIVISION_BY_ZERO, 0);
    let helper = if signed { helper::SDIV } else { helper::UDIV };
    // The quotient, and overflow in bit 32.
    let all = l.call(helper, &[l.ir.get(state::Y), l.r32(f.rs1), divisor]);
    let quotient = all.trunc(Width::W32);
    let result = if signed { quotient.sext(l.width()) } else { quotient.zext(l.width()) };
    l.set_r(f.rd, result);
    if set_cc {
        let overflow = all.extract(32, 1).trunc(Width::W8).zext(l.width());
        let one = |v: Val<'b>, n: i64| v.shl(l.konst(n));
        let negative = quotient.lt_s(quotient.konst(0)).zext(l.width());
        let zero = quotient.eq(quotient.konst(0)).zext(l.width());
        let icc = one(negative, 3) | one(zero, 2) | one(overflow, 1);
        // V9: xcc is that of the 64-bit result; without overflow, as the field is defined for the lower half alone.
        let negative = result.lt_s(result.konst(0)).zext(l.width());
        let xcc = one(negative, 3) | one(zero, 2);
        l.set_cc_flags(icc | one(xcc, 4));
    }
    Next
}

fn udiv(l: &Lift, f: Arith) -> Flow {
    divide(l, &f, false, false)
}

fn udivcc(l: &Lift, f: Arith) -> Flow {
    divide(l, &f, false, true)
}

fn sdiv(l: &Lift, f: Arith) -> Flow {
    divide(l, &f, true, false)
}

fn sdivcc(l: &Lift, f: Arith) -> Flow {
    divide(l, &f, true, true)
}

/// "Tagged Add Instructions", "Tagged Subtract Instructions".
fn tagged<'b>(l: &Lift<'b>, f: &Arith, kind: u64, traps: bool) -> Flow {
    let (a, b) = (l.r(f.rs1), l.op2(f));
    let is_add = kind == kind::TADD;
    let result = if is_add { a + b } else { a - b };
    if traps {
        let cut = |v: Val<'b>| v.trunc(Width::W32);
        let (x, y, z) = (cut(a), cut(b), cut(result));
        let differs = if is_add { !(x ^ y) } else { x ^ y };
        let overflow = (differs & (x ^ z)).shr_u(z.konst(31)) | ((x | y) & x.konst(3));
        l.raise_if(overflow.is_nonzero(), tt::TAG_OVERFLOW, 0);
    }
    l.set_r(f.rd, result);
    l.set_cc_tagged(kind, a, b);
    Next
}

fn taddcc(l: &Lift, f: Arith) -> Flow {
    tagged(l, &f, kind::TADD, false)
}

fn tsubcc(l: &Lift, f: Arith) -> Flow {
    tagged(l, &f, kind::TSUB, false)
}

fn taddcctv(l: &Lift, f: Arith) -> Flow {
    tagged(l, &f, kind::TADD, true)
}

fn tsubcctv(l: &Lift, f: Arith) -> Flow {
    tagged(l, &f, kind::TSUB, true)
}

/// "Multiply Step Instruction": `rs1` shifted right with n xor v coming in, plus the second operand if bit 0 of Y is set; bit 0 of `rs1`
/// goes into Y from above.
fn mulscc<'b>(l: &Lift<'b>, f: Arith) -> Flow {
    let a = l.r32(f.rs1);
    let y = l.ir.get(state::Y);
    let (n, one) = (|v| l.ir.konst(Width::W32, v), l.ir.konst(Width::W32, 1));
    // l: n xor v.
    let crate::lift::Cond::If(less) = l.condition(3) else { unreachable!("condition l is neither always nor never") };
    let multiplicand = l.ir.select((y & one).is_nonzero(), l.op2(&f).trunc(Width::W32), n(0));
    let shifted = a.shr_u(one) | less.zext(Width::W32).shl(n(31));
    let result = shifted + multiplicand;
    l.ir.set(state::Y, y.shr_u(one) | a.shl(n(31)));
    l.set_r(f.rd, result);
    let wide = |v: Val<'b>| v.zext(l.width());
    l.set_cc_add(wide(shifted), wide(multiplicand));
    Next
}

/// Shifts take their count modulo 32, as the op does.
fn sll(l: &Lift, f: Arith) -> Flow {
    binary(l, &f, |a, b| a.shl(b))
}

fn srl(l: &Lift, f: Arith) -> Flow {
    binary(l, &f, |a, b| a.shr_u(b))
}

fn sra(l: &Lift, f: Arith) -> Flow {
    binary(l, &f, |a, b| a.shr_s(b))
}

/// Goes over to window `cwp` unless WIM marks it; the operands come from the old window.
fn change_window(l: &Lift, f: &Arith, cwp: u16, marked: u32) -> Flow {
    l.raise_if(l.ir.get(state::mark(cwp)).is_nonzero(), marked, 0);
    let sum = l.address(f);
    l.set_byte(state::CWP, cwp.into());
    l.enter_mode(mode::with_cwp(l.mode(), cwp));
    l.set_r_in(cwp, f.rd, sum);
    Next
}

fn save(l: &Lift, f: Arith) -> Flow {
    change_window(l, &f, (l.cwp() + l.windows() - 1) % l.windows(), tt::WINDOW_OVERFLOW)
}

fn restore(l: &Lift, f: Arith) -> Flow {
    change_window(l, &f, (l.cwp() + 1) % l.windows(), tt::WINDOW_UNDERFLOW)
}
