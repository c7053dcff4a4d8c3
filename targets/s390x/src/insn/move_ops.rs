//! What the handlers of `move_` have in common.

use crate::cc::Kind;
use crate::format::{RSY, RXY, S, SSa};
use crate::helper;
use crate::lift::{Lift, V};
use crate::state;
use crate::storage;
use crate::trap::code;
use decode::Flow::{self, Next};
use uop::{Mem, Width};

/// What of a register is meant.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Word,
    All,
    High,
}

pub(super) fn rel<'b>(l: &Lift<'b>, offset: i64, width: Width) -> V<'b> {
    let mem = Mem::be(width);
    let mem = if width == Width::W16 { mem } else { mem.aligned() };
    l.ir.load(l.ir.konst(Width::W64, l.relative(offset)), mem)
}

pub(super) fn store_rel<'b>(l: &Lift<'b>, offset: i64, value: V<'b>, width: Width) {
    l.ir.store(l.ir.konst(Width::W64, l.relative(offset)), value.trunc(width), Mem::be(width).aligned());
}

pub(super) fn byte<'b>(l: &Lift<'b>, n: u8) -> V<'b> {
    l.g(n).trunc(Width::W8)
}

pub(super) fn half<'b>(l: &Lift<'b>, n: u8) -> V<'b> {
    l.g(n).trunc(Width::W16)
}

/// LOAD ADDRESS: in the 24- and 31-bit modes bits 0 to 31 remain.
pub(super) fn load_address<'b>(l: &Lift<'b>, r1: u8, address: V<'b>) {
    if l.mode().address_bits == 64 { l.set_g(r1, address) } else { l.set_w(r1, address) }
}

/// LOAD ADDRESS EXTENDED: the access register tells the space in which the address counts.
pub(super) fn load_address_extended(l: &Lift, r1: u8, a2: crate::format::Addr) {
    load_address(l, r1, l.addr(a2));
    let alet = match l.mode().space {
        crate::mmu::SECONDARY => l.kw(1),
        crate::mmu::HOME => l.kw(2),
        // In the access-register mode that of the base register, if there is one.
        crate::mmu::FIRST if a2.b != 0 => l.ir.get(state::a(a2.b)),
        _ => l.kw(0),
    };
    l.ir.set(state::a(r1), alet);
}

pub(super) fn load_test_w<'b>(l: &Lift<'b>, r1: u8, value: V<'b>) {
    l.set_w(r1, value.trunc(Width::W32));
    l.cc_sign(value);
}

pub(super) fn load_test_g<'b>(l: &Lift<'b>, r1: u8, value: V<'b>) {
    l.set_g(r1, value);
    l.cc_sign(value);
}

pub(super) fn load_and_trap<'b>(l: &Lift<'b>, r1: u8, value: V<'b>, part: Part) {
    match part {
        Part::Word => l.set_w(r1, value),
        Part::All => l.set_g(r1, value),
        Part::High => l.set_h(r1, value),
    }
    // The register is loaded when the data exception is recognized.
    l.ir.raise_if(value.eq(value.konst(0)), code::DATA, crate::trap::dxc::COMPARE);
}

/// INSERT CHARACTERS UNDER MASK. With an empty mask, one byte is accessed all the same.
pub(super) fn insert_under_mask<'b>(l: &Lift<'b>, r1: u8, mask: u8, lo: u32, address: V<'b>) {
    if mask == 15 {
        let word = l.load(address, Width::W32);
        if lo == 0 {
            l.set_w(r1, word)
        } else {
            l.set_h(r1, word)
        }
        l.cc_sign(word.sext(Width::W64));
        return;
    }
    if mask == 0 {
        l.load(address, Width::W8);
        l.cc(0);
        return;
    }
    let (mut result, mut field, mut at) = (l.g(r1), l.k(0), 0);
    for i in (0..4).filter(|i| mask & 8 >> i != 0) {
        let byte = l.load(l.cut(address.add_imm(at)), Width::W8).zext(Width::W64);
        result = result.deposit(lo + 24 - 8 * i, 8, byte);
        field = field.shl(l.k(8)) | byte;
        at += 1;
    }
    l.set_g(r1, result);
    l.cc_sign(field.shl(l.k(64 - 8 * at)));
}

/// STORE CHARACTERS UNDER MASK; a helper, since the bytes must be stored all or none.
pub(super) fn store_under_mask<'b>(l: &Lift<'b>, r1: u8, mask: u8, lo: u32, address: V<'b>) {
    let value = l.g(r1).extract(lo, 32);
    match mask {
        15 => l.store(address, value, Width::W32),
        12 => l.store(address, value.extract(16, 16), Width::W16),
        3 => l.store(address, value, Width::W16),
        6 => l.store(address, value.extract(8, 16), Width::W16),
        8 => l.store(address, value.extract(24, 8), Width::W8),
        4 => l.store(address, value.extract(16, 8), Width::W8),
        2 => l.store(address, value.extract(8, 8), Width::W8),
        1 => l.store(address, value, Width::W8),
        0 => {}
        _ => {
            l.call(helper::STORE_UNDER_MASK, &[address, value, l.k(mask.into())]);
        }
    }
}

pub(super) fn negate_w<'b>(l: &Lift<'b>, r1: u8, value: V<'b>) {
    let result = value.neg();
    l.set_w(r1, result & result.konst(0xffff_ffff));
    l.cc1(Kind::Arith32, result);
    l.overflow();
}

pub(super) fn negate_g<'b>(l: &Lift<'b>, r1: u8, value: V<'b>) {
    l.set_g(r1, value.neg());
    l.cc2(Kind::Sub64, value.konst(0), value);
    l.overflow();
}

pub(super) fn load_negative_w<'b>(l: &Lift<'b>, r1: u8, value: V<'b>) {
    let result = value.min_s(value.neg());
    l.set_w(r1, result & result.konst(0xffff_ffff));
    l.cc_sign(result);
}

pub(super) fn load_negative_g<'b>(l: &Lift<'b>, r1: u8, value: V<'b>) {
    let zero = value.konst(0);
    let result = l.ir.select(zero.lt_s(value), value.neg(), value);
    l.set_g(r1, result);
    l.cc_sign(result);
}

pub(super) fn load_positive_w<'b>(l: &Lift<'b>, r1: u8, value: V<'b>) {
    let result = value.max_s(value.neg());
    l.set_w(r1, result & result.konst(0xffff_ffff));
    l.cc1(Kind::Arith32, result);
    l.overflow();
}

pub(super) fn load_positive_g<'b>(l: &Lift<'b>, r1: u8, value: V<'b>) {
    let zero = value.konst(0);
    let is_negative = value.lt_s(zero);
    l.set_g(r1, l.ir.select(is_negative, value.neg(), value));
    // The difference 0 - value overflows where the result does; the sum 0 + value never.
    let flipped = l.ir.select(is_negative, value, value.neg());
    l.cc2(Kind::Sub64, zero, flipped);
    l.overflow();
}

/// The condition of a mask, or what is known of it.
pub(super) fn known(mask: u8) -> Option<bool> {
    match mask {
        0 => Some(false),
        15 => Some(true),
        _ => None,
    }
}

pub(super) fn choose<'b>(l: &Lift<'b>, mask: u8, a: V<'b>, b: V<'b>) -> V<'b> {
    match known(mask) {
        Some(true) => a,
        Some(false) => b,
        None => l.ir.select(l.condition(mask), a, b),
    }
}

pub(super) fn on_condition_w<'b>(l: &Lift<'b>, r1: u8, mask: u8, value: V<'b>) {
    l.set_w(r1, choose(l, mask, value, l.wz(r1)));
}

pub(super) fn on_condition_g<'b>(l: &Lift<'b>, r1: u8, mask: u8, value: V<'b>) {
    l.set_g(r1, choose(l, mask, value, l.g(r1)));
}

pub(super) fn on_condition_h<'b>(l: &Lift<'b>, r1: u8, mask: u8, value: V<'b>) {
    l.set_h(r1, choose(l, mask, value, l.g(r1).extract(32, 32)));
}

/// LOAD ON CONDITION from storage. When the condition is not met, access exceptions are recognized all the same, as the manual
/// lets a CPU do.
pub(super) fn load_on_condition(l: &Lift, f: RSY, part: Part) -> Flow {
    let address = l.addr(f.a2);
    match part {
        Part::Word => on_condition_w(l, f.r1, f.m3, l.load(address, Width::W32).zext(Width::W64)),
        Part::All => on_condition_g(l, f.r1, f.m3, l.load(address, Width::W64)),
        Part::High => on_condition_h(l, f.r1, f.m3, l.load(address, Width::W32).zext(Width::W64)),
    }
    Next
}

/// STORE ON CONDITION: a helper stores if it is to.
pub(super) fn store_on_condition(l: &Lift, f: RSY, part: Part) -> Flow {
    let (value, size) = match part {
        Part::Word => (l.g(f.r1), 4),
        Part::All => (l.g(f.r1), 8),
        Part::High => (l.g(f.r1).extract(32, 32), 4),
    };
    let met = match known(f.m3) {
        Some(met) => l.k(met.into()),
        None => l.condition(f.m3).zext(Width::W64),
    };
    l.call(helper::STORE_IF, &[l.addr(f.a2), value, l.k(size), met]);
    Next
}

pub(super) fn two(l: &Lift, f: SSa, helper: u16) {
    l.call(helper, &[l.k(i64::from(f.l) + 1), l.addr(f.a1), l.addr(f.a2)]);
}

/// EXCLUSIVE OR of an operand with itself is the usual way to clear it.
pub(super) fn exclusive_or(l: &Lift, f: SSa) {
    let width = Width::from_bits((u32::from(f.l) + 1) * 8);
    match width {
        Some(width) if f.a1 == f.a2 => {
            l.store(l.addr(f.a1), l.k(0), width);
            l.cc(0);
        }
        _ => two(l, f, helper::XC),
    }
}

pub(super) fn multiple<'b>(l: &Lift<'b>, helper: u16, r1: u8, r3: u8, address: V<'b>, kind: i64) {
    l.call(helper, &[l.k(r1.into()), l.k(r3.into()), address, l.k(kind)]);
}

pub(super) fn access_multiple<'b>(l: &Lift<'b>, helper: u16, r1: u8, r3: u8, address: V<'b>) {
    multiple(l, helper, r1, r3, l.aligned(address, 4), 3);
}

/// The registers from `r1` to `r3`, around the end.
pub(super) fn registers(r1: u8, r3: u8) -> impl Iterator<Item = u8> {
    (0..=r3.wrapping_sub(r1) & 15).map(move |i| (r1 + i) & 15)
}

/// LOAD MULTIPLE: all is loaded before a register changes.
pub(super) fn load_multiple(l: &Lift, f: RSY) {
    let address = l.addr(f.a2);
    let at = |i: i64| if i == 0 { address } else { l.cut(address.add_imm(8 * i)) };
    let values: Vec<V> = (0..).zip(registers(f.r1, f.r3)).map(|(i, _)| l.load(at(i), Width::W64)).collect();
    for (n, value) in registers(f.r1, f.r3).zip(values) {
        l.set_g(n, value);
    }
}

/// STORE MULTIPLE. Nothing may be stored if one of two pages can't be: what spans them is left to [`storage::store_spanning`].
pub(super) fn store_multiple(l: &Lift, f: RSY) {
    let address = l.addr(f.a2);
    let list: Vec<u8> = registers(f.r1, f.r3).collect();
    let len = 8 * list.len() as u64;
    if len > 8 {
        let in_page = address & address.konst(storage::PAGE - 1);
        let spans = address.konst(storage::PAGE - len).lt_u(in_page);
        l.ir.raise_if(spans, code::SPANNING, storage::spanning(f));
    }
    for (i, &n) in (0..).zip(&list) {
        let at = if i == 0 { address } else { address.add_imm(8 * i) };
        l.store(at, l.g(n), Width::W64);
    }
}

pub(super) fn load_pair_q(l: &Lift, f: RXY) -> Flow {
    if f.r1 & 1 != 0 {
        return l.specification();
    }
    let address = l.aligned(l.addr(f.a2), 16);
    l.call(helper::LPQ, &[address, l.k(f.r1.into())]);
    Next
}

pub(super) fn store_pair_q(l: &Lift, f: RXY) -> Flow {
    if f.r1 & 1 != 0 {
        return l.specification();
    }
    let address = l.aligned(l.addr(f.a2), 16);
    l.call(helper::STPQ, &[address, l.k(f.r1.into())]);
    Next
}

pub(super) fn compare_and_swap<'b>(l: &Lift<'b>, r1: u8, r3: u8, address: V<'b>, width: Width) {
    let expected = l.g(r1).trunc(width);
    let old = l.ir.cas(address, expected, l.g(r3).trunc(width), Mem::be(width).aligned());
    if width == Width::W64 {
        l.set_g(r1, old);
    } else {
        l.set_w(r1, old);
    }
    l.cc1(Kind::NonZero, old ^ expected);
}

pub(super) fn compare_double_and_swap<'b>(l: &Lift<'b>, r1: u8, r3: u8, address: V<'b>) -> Flow {
    if (r1 | r3) & 1 != 0 {
        return l.specification();
    }
    let pair = |n: u8| l.wz(n).shl(l.k(32)) | l.wz(n + 1);
    let expected = pair(r1);
    let old = l.ir.cas(address, expected, pair(r3), Mem::be(Width::W64).aligned());
    l.set_w(r1, old.extract(32, 32));
    l.set_w(r1 + 1, old & old.konst(0xffff_ffff));
    l.cc1(Kind::NonZero, old ^ expected);
    Next
}

pub(super) fn compare_quad_and_swap(l: &Lift, f: RSY) -> Flow {
    if (f.r1 | f.r3) & 1 != 0 {
        return l.specification();
    }
    let address = l.aligned(l.addr(f.a2), 16);
    l.call(helper::CDSG, &[address, l.k(f.r1.into()), l.k(f.r3.into())]);
    Next
}

pub(super) fn test_and_set(l: &Lift, f: S) {
    let ones = l.ir.konst(Width::W8, 0xff);
    let old = l.ir.rmw(uop::RmwOp::Swap, l.addr(f.a2), ones, Mem::be(Width::W8));
    l.cc1(Kind::Code, old.extract(7, 1));
}
