//! What the handlers of `arith` have in common.

use crate::cc::Kind;
use crate::format::{RRF, RSY, SIY};
use crate::helper;
use crate::lift::{Lift, V};
use crate::trap::code;
use decode::Flow::{self, Next};
use uop::{Mem, RmwOp, Width};

/// The second operand of a relative-long instruction; it must be aligned.
pub(super) fn rel<'b>(l: &Lift<'b>, offset: i64, width: Width) -> V<'b> {
    l.ir.load(l.ir.konst(Width::W64, l.relative(offset)), Mem::be(width).aligned())
}

pub(super) fn hs<'b>(l: &Lift<'b>, n: u8) -> V<'b> {
    l.h(n).sext(Width::W64)
}

pub(super) fn hz<'b>(l: &Lift<'b>, n: u8) -> V<'b> {
    l.g(n).extract(32, 32)
}

pub(super) fn add_w<'b>(l: &Lift<'b>, r1: u8, a: V<'b>, b: V<'b>) {
    let sum = a + b;
    l.set_w(r1, sum & sum.konst(0xffff_ffff));
    l.cc1(Kind::Arith32, sum);
    l.overflow();
}

pub(super) fn sub_w<'b>(l: &Lift<'b>, r1: u8, a: V<'b>, b: V<'b>) {
    let difference = a - b;
    l.set_w(r1, difference & difference.konst(0xffff_ffff));
    l.cc1(Kind::Arith32, difference);
    l.overflow();
}

pub(super) fn add_h<'b>(l: &Lift<'b>, r1: u8, a: V<'b>, b: V<'b>) {
    let sum = a + b;
    l.set_h(r1, sum & sum.konst(0xffff_ffff));
    l.cc1(Kind::Arith32, sum);
    l.overflow();
}

pub(super) fn sub_h<'b>(l: &Lift<'b>, r1: u8, a: V<'b>, b: V<'b>) {
    let difference = a - b;
    l.set_h(r1, difference & difference.konst(0xffff_ffff));
    l.cc1(Kind::Arith32, difference);
    l.overflow();
}

pub(super) fn add_g<'b>(l: &Lift<'b>, r1: u8, a: V<'b>, b: V<'b>) {
    l.set_g(r1, a + b);
    l.cc2(Kind::Add64, a, b);
    l.overflow();
}

pub(super) fn sub_g<'b>(l: &Lift<'b>, r1: u8, a: V<'b>, b: V<'b>) {
    l.set_g(r1, a - b);
    l.cc2(Kind::Sub64, a, b);
    l.overflow();
}

/// Logical sum of 32 bits: operands are zero-extended.
pub(super) fn carry_w<'b>(l: &Lift<'b>, sum: V<'b>) -> V<'b> {
    let low = sum & sum.konst(0xffff_ffff);
    l.cc2(Kind::Carry, low, sum.extract(32, 1));
    low
}

pub(super) fn addl_w<'b>(l: &Lift<'b>, r1: u8, a: V<'b>, b: V<'b>) {
    let low = carry_w(l, a + b);
    l.set_w(r1, low);
}

pub(super) fn addl_h<'b>(l: &Lift<'b>, r1: u8, a: V<'b>, b: V<'b>) {
    let low = carry_w(l, a + b);
    l.set_h(r1, low);
}

pub(super) fn addl_g<'b>(l: &Lift<'b>, r1: u8, a: V<'b>, b: V<'b>) {
    let sum = a + b;
    l.set_g(r1, sum);
    l.cc2(Kind::Carry, sum, sum.lt_u(a));
}

pub(super) fn subl_w<'b>(l: &Lift<'b>, r1: u8, a: V<'b>, b: V<'b>) {
    let difference = a - b;
    l.set_w(r1, difference & difference.konst(0xffff_ffff));
    l.cc2(Kind::Borrow, a, b);
}

pub(super) fn subl_h<'b>(l: &Lift<'b>, r1: u8, a: V<'b>, b: V<'b>) {
    let difference = a - b;
    l.set_h(r1, difference & difference.konst(0xffff_ffff));
    l.cc2(Kind::Borrow, a, b);
}

pub(super) fn subl_g<'b>(l: &Lift<'b>, r1: u8, a: V<'b>, b: V<'b>) {
    l.set_g(r1, a - b);
    l.cc2(Kind::Borrow, a, b);
}

/// ADD LOGICAL WITH CARRY; SUBTRACT LOGICAL WITH BORROW is the same with the second operand inverted.
pub(super) fn addc_w<'b>(l: &Lift<'b>, r1: u8, b: V<'b>) {
    let low = carry_w(l, l.wz(r1) + b + l.carry());
    l.set_w(r1, low);
}

pub(super) fn addc_g<'b>(l: &Lift<'b>, r1: u8, b: V<'b>) {
    let (a, carry) = (l.g(r1), l.carry());
    let part = a + b;
    let sum = part + carry;
    l.set_g(r1, sum);
    l.cc2(Kind::Carry, sum, part.lt_u(a) | sum.lt_u(part));
}

pub(super) fn add_si_w(l: &Lift, f: SIY) {
    let address = l.addr(f.a1);
    let old = l.call(helper::ADD_STORAGE, &[address, l.k(f.s2), l.k(4)]).trunc(Width::W32);
    l.cc1(Kind::Arith32, old.sext(Width::W64) + l.k(f.s2));
    l.overflow();
}

pub(super) fn add_si_g(l: &Lift, f: SIY) {
    let address = l.addr(f.a1);
    let old = l.call(helper::ADD_STORAGE, &[address, l.k(f.s2), l.k(8)]);
    l.cc2(Kind::Add64, old, l.k(f.s2));
    l.overflow();
}

/// ADD LOGICAL WITH SIGNED IMMEDIATE: for a negative immediate, the carry of the sum is "no borrow" of the difference.
pub(super) fn addl_si_w(l: &Lift, f: SIY) {
    let address = l.addr(f.a1);
    let old = l.call(helper::ADD_STORAGE, &[address, l.k(f.s2), l.k(4)]).trunc(Width::W32);
    carry_w(l, old.zext(Width::W64) + l.k(f.s2 & 0xffff_ffff));
}

pub(super) fn addl_si_g(l: &Lift, f: SIY) {
    let address = l.addr(f.a1);
    let old = l.call(helper::ADD_STORAGE, &[address, l.k(f.s2), l.k(8)]);
    let sum = old + l.k(f.s2);
    l.cc2(Kind::Carry, sum, sum.lt_u(old));
}

pub(super) fn bit_w<'b>(l: &Lift<'b>, r1: u8, result: V<'b>) {
    l.set_w(r1, result);
    l.cc1(Kind::NonZero, result);
}

pub(super) fn bit_g<'b>(l: &Lift<'b>, r1: u8, result: V<'b>) {
    l.set_g(r1, result);
    l.cc1(Kind::NonZero, result);
}

/// AND IMMEDIATE: the part of `len` bits from `lo` up; the code tells of it alone.
pub(super) fn and_part(l: &Lift, r1: u8, lo: u32, len: u32, mask: u64) {
    let old = l.g(r1);
    let result = old & old.konst(!(bits::mask(len) << lo) | mask << lo);
    l.set_g(r1, result);
    l.cc1(Kind::NonZero, old & old.konst(mask << lo));
}

pub(super) fn or_part(l: &Lift, r1: u8, lo: u32, len: u32, mask: u64) {
    let old = l.g(r1);
    let result = old | old.konst(mask << lo);
    l.set_g(r1, result);
    l.cc1(Kind::NonZero, result & result.konst(bits::mask(len) << lo));
}

pub(super) fn xor_part(l: &Lift, r1: u8, lo: u32, mask: u64) {
    let old = l.g(r1);
    let result = old ^ old.konst(mask << lo);
    l.set_g(r1, result);
    l.cc1(Kind::NonZero, result & result.konst(0xffff_ffff << lo));
}

/// A logical operation on a byte in storage, atomic (interlocked-access facility 2).
pub(super) fn bit_si<'b>(l: &Lift<'b>, address: V<'b>, op: RmwOp, mask: u64) {
    let operand = l.ir.konst(Width::W8, mask);
    let old = l.ir.rmw(op, address, operand, Mem::be(Width::W8));
    let new = match op {
        RmwOp::And => old & operand,
        RmwOp::Or => old | operand,
        _ => old ^ operand,
    };
    l.cc1(Kind::NonZero, new);
}

/// COMPARE LOGICAL CHARACTERS UNDER MASK. With an empty mask, one byte is accessed all the same.
pub(super) fn clm_of<'b>(l: &Lift<'b>, r1: u8, mask: u8, lo: u32, address: V<'b>) -> Flow {
    let mut at = 0;
    let (mut first, mut second) = (l.k(0), l.k(0));
    for i in 0..4 {
        if mask & 8 >> i == 0 {
            continue;
        }
        let byte = l.load(l.cut(address.add_imm(at)), Width::W8).zext(Width::W64);
        second = second.shl(l.k(8)) | byte;
        first = first.shl(l.k(8)) | l.g(r1).extract(lo + 24 - 8 * i, 8);
        at += 1;
    }
    if mask == 0 {
        l.load(address, Width::W8);
    }
    l.cc2(Kind::Unsigned, first, second);
    Next
}

pub(super) fn tm_byte<'b>(l: &Lift<'b>, address: V<'b>, mask: u64) {
    let byte = l.load(address, Width::W8).zext(Width::W64);
    l.cc2(Kind::Test, byte & byte.konst(mask), byte.konst(mask));
}

pub(super) fn tm_part(l: &Lift, r1: u8, lo: u32, mask: u64) {
    let part = l.g(r1).extract(lo, 16);
    l.cc2(Kind::TestWide, part & part.konst(mask), part.konst(mask));
}

/// What the condition code of an interlocked access tells.
#[derive(Clone, Copy)]
pub(super) enum Atomic {
    Signed,
    Logical,
    Bits,
}

pub(super) fn load_and(l: &Lift, f: RSY, op: RmwOp, width: Width, kind: Atomic) {
    let operand = l.g(f.r3).trunc(width);
    let old = l.ir.rmw(op, l.addr(f.a2), operand, Mem::be(width).aligned());
    let wide = width == Width::W64;
    if wide {
        l.set_g(f.r1, old);
    } else {
        l.set_w(f.r1, old);
    }
    match kind {
        Atomic::Signed if wide => l.cc2(Kind::Add64, old, operand),
        Atomic::Signed => l.cc1(Kind::Arith32, old.sext(Width::W64) + operand.sext(Width::W64)),
        Atomic::Logical if wide => {
            let sum = old + operand;
            l.cc2(Kind::Carry, sum, sum.lt_u(old));
        }
        Atomic::Logical => {
            carry_w(l, old.zext(Width::W64) + operand.zext(Width::W64));
        }
        Atomic::Bits => l.cc1(
            Kind::NonZero,
            match op {
                RmwOp::And => old & operand,
                RmwOp::Or => old | operand,
                _ => old ^ operand,
            },
        ),
    }
    if matches!(kind, Atomic::Signed) {
        l.overflow();
    }
}

/// Writes a 64-bit product to the low words of an even-odd pair.
pub(super) fn set_pair<'b>(l: &Lift<'b>, r1: u8, product: V<'b>) {
    l.set_w(r1, product.extract(32, 32));
    l.set_w(r1 + 1, product & product.konst(0xffff_ffff));
}

pub(super) fn mul_pair_s<'b>(l: &Lift<'b>, r1: u8, r2: u8, get: impl Fn(&Lift<'b>, u8) -> V<'b>) -> Flow {
    if r1 & 1 != 0 {
        return l.specification();
    }
    set_pair(l, r1, get(l, r1 + 1) * get(l, r2));
    Next
}

pub(super) fn mul_pair_m<'b>(l: &Lift<'b>, r1: u8, second: impl Fn(&Lift<'b>) -> V<'b>) -> Flow {
    if r1 & 1 != 0 {
        return l.specification();
    }
    set_pair(l, r1, l.ws(r1 + 1) * second(l));
    Next
}

pub(super) fn mul_pair_u<'b>(l: &Lift<'b>, r1: u8, second: impl Fn(&Lift<'b>) -> V<'b>) -> Flow {
    if r1 & 1 != 0 {
        return l.specification();
    }
    set_pair(l, r1, l.wz(r1 + 1) * second(l));
    Next
}

pub(super) fn mul_wide<'b>(l: &Lift<'b>, r1: u8, operands: impl Fn(&Lift<'b>) -> (V<'b>, V<'b>), signed: bool) -> Flow {
    if r1 & 1 != 0 {
        return l.specification();
    }
    let (a, b) = operands(l);
    let high = if signed { a.mul_hi_s(b) } else { a.mul_hi_u(b) };
    let low = a * b;
    l.set_g(r1, high);
    l.set_g(r1 + 1, low);
    Next
}

/// MULTIPLY SINGLE with condition code: 3 if the product doesn't fit.
pub(super) fn mul_cc_w<'b>(l: &Lift<'b>, r1: u8, a: V<'b>, b: V<'b>) {
    let product = a * b;
    l.set_w(r1, product & product.konst(0xffff_ffff));
    l.cc1(Kind::Arith32, product);
    l.overflow();
}

pub(super) fn mul_cc_g<'b>(l: &Lift<'b>, r1: u8, a: V<'b>, b: V<'b>) {
    let (low, high) = (a * b, a.mul_hi_s(b));
    let fits = high.eq(low.shr_s(low.konst(63)));
    let zero = low.konst(0);
    let sign = low.lt_s(zero).zext(Width::W64) | zero.lt_s(low).zext(Width::W64).shl(low.konst(1));
    l.set_g(r1, low);
    l.cc1(Kind::Code, l.ir.select(fits, sign, low.konst(3)));
    l.overflow();
}

/// A division of a pair of registers, whose helper writes both.
pub(super) fn divide<'b>(l: &Lift<'b>, r1: u8, helper: u16, divisor: impl Fn(&Lift<'b>) -> V<'b>) -> Flow {
    if r1 & 1 != 0 {
        return l.specification();
    }
    l.call(helper, &[l.k(r1.into()), divisor(l)]);
    Next
}

pub(super) fn divide_single<'b>(l: &Lift<'b>, r1: u8, divisor: impl Fn(&Lift<'b>) -> V<'b>) -> Flow {
    if r1 & 1 != 0 {
        return l.specification();
    }
    let (a, b) = (l.g(r1 + 1), divisor(l));
    let wraps = a.eq(a.konst(1 << 63)) & b.eq(b.konst(u64::MAX));
    let zero = b.eq(b.konst(0));
    l.ir.raise_if(zero | wraps, code::FIXED_POINT_DIVIDE, 0);
    let b = l.ir.select(zero, b.konst(1), b);
    let (quotient, remainder) = (a.div_s(b), a.rem_s(b));
    l.set_g(r1, remainder);
    l.set_g(r1 + 1, quotient);
    Next
}

pub(super) fn find_leftmost(l: &Lift, r1: u8, r2: u8) -> Flow {
    if r1 & 1 != 0 {
        return l.specification();
    }
    let value = l.g(r2);
    let count = value.clz();
    let bit = value.konst(1 << 63).shr_u(count);
    let is_zero = value.eq(value.konst(0));
    l.set_g(r1, count);
    l.set_g(r1 + 1, l.ir.select(is_zero, value, value & !bit));
    l.cc1(Kind::Code, l.ir.select(is_zero, value.konst(0), value.konst(2)));
    Next
}

/// POPULATION COUNT: of each byte, or with bit 0 of M3 (miscellaneous-instruction-extensions facility 3) of all.
pub(super) fn popcount(l: &Lift, f: RRF) {
    let value = l.g(f.r2);
    let result = if f.m3 & 8 != 0 { value.popcnt() } else { l.call(helper::POPCOUNT_BYTES, &[value]) };
    l.set_g(f.r1, result);
    l.cc1(Kind::NonZero, result);
}
