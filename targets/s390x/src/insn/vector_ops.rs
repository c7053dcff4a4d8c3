//! What vector instructions have in common: registers as halves, element sizes, masks that are not assigned.

use decode::Flow::{self, Next};
use uop::Width;

use crate::cc::Kind;
use crate::ext::Ext;
use crate::format::{VRIa, VRIe, VRRa, VRRb, VRRc, VRRd, VRSa, VRV, VRX};
use crate::lift::{Lift, V};
use crate::state;
use crate::vector::Regs;
use crate::vector::rows::{self, Family};

/// No register and no mask.
pub(super) const NONE: Regs = Regs { v1: 0, v2: 0, v3: 0, v4: 0, m: 0, n: 0, i: 0 };

/// What a helper is told.
pub(super) fn regs<'b>(l: &Lift<'b>, regs: Regs) -> V<'b> {
    l.ir.konst(Width::W64, regs.pack())
}

/// Both halves of a vector register.
pub(super) fn get<'b>(l: &Lift<'b>, n: u8) -> (V<'b>, V<'b>) {
    (l.ir.get(state::v(n)), l.ir.get(state::v_low(n)))
}

/// Writes both halves.
pub(super) fn set<'b>(l: &Lift<'b>, n: u8, high: V<'b>, low: V<'b>) {
    l.ir.set(state::v(n), high);
    l.ir.set(state::v_low(n), low);
}

/// Width of elements.
pub(super) fn width(size: u8) -> Width {
    [Width::W8, Width::W16, Width::W32, Width::W64][usize::from(size & 3)]
}

/// Loads an element, in 64 bits.
pub(super) fn load_sized<'b>(l: &Lift<'b>, address: V<'b>, size: u8) -> V<'b> {
    l.load(address, width(size)).zext(Width::W64)
}

/// The half of a register that holds element `index`, and the bit at which it begins there.
fn half(v: u8, size: u8, index: u8) -> (uop::Reg, u32) {
    let (bits, per) = (8u32 << size, 8u8 >> size);
    let slot = if index < per { state::v(v) } else { state::v_low(v) };
    (slot, 64 - bits * (u32::from(index % per) + 1))
}

pub(super) fn put_element<'b>(l: &Lift<'b>, v: u8, size: u8, index: u8, value: V<'b>) {
    let (slot, at) = half(v, size, index);
    let new = if size == 3 { value } else { l.ir.get(slot).deposit(at, 8 << size, value) };
    l.ir.set(slot, new);
}

pub(super) fn take_element<'b>(l: &Lift<'b>, v: u8, size: u8, index: u8) -> V<'b> {
    let (slot, at) = half(v, size, index);
    l.ir.get(slot).extract(at, 8 << size)
}

/// VECTOR LOAD ELEMENT.
pub(super) fn load_element(l: &Lift, f: VRX, size: u8) -> Flow {
    if f.m3 >= 16 >> size {
        return l.specification();
    }
    put_element(l, f.v1, size, f.m3, load_sized(l, l.addr(f.a2), size));
    Next
}

/// VECTOR STORE ELEMENT.
pub(super) fn store_element(l: &Lift, f: VRX, size: u8) -> Flow {
    if f.m3 >= 16 >> size {
        return l.specification();
    }
    l.store(l.addr(f.a2), take_element(l, f.v1, size, f.m3), width(size));
    Next
}

/// VECTOR LOAD ELEMENT IMMEDIATE.
pub(super) fn load_immediate(l: &Lift, f: VRIa, size: u8) -> Flow {
    if f.m3 >= 16 >> size {
        return l.specification();
    }
    put_element(l, f.v1, size, f.m3, l.k(f.i2));
    Next
}

/// VECTOR LOAD LOGICAL ELEMENT AND ZERO: at the right of the left half; a word at its left with vector enhancements 1.
pub(super) fn load_zero(l: &Lift, f: VRX) -> Flow {
    let value = match f.m3 {
        0..=3 => load_sized(l, l.addr(f.a2), f.m3),
        6 if l.has(Ext::VectorEnh1) => load_sized(l, l.addr(f.a2), 2).shl(l.k(32)),
        _ => return l.specification(),
    };
    set(l, f.v1, value, l.k(0));
    Next
}

/// Both halves of an operand of 16 bytes, where it lies within eight bytes' reach without crossing anything.
pub(super) fn load(l: &Lift, f: VRX) -> Flow {
    let address = l.addr(f.a2);
    let high = l.load(address, Width::W64);
    let low = l.load(l.cut(address.add_imm(8)), Width::W64);
    set(l, f.v1, high, low);
    Next
}

/// VECTOR STORE: a helper, since nothing may be stored when the second half can't be.
pub(super) fn store(l: &Lift, f: VRX) -> Flow {
    l.call(rows::STORE, &[regs(l, Regs { v1: f.v1, ..NONE }), l.addr(f.a2)]);
    Next
}

/// All elements become the low bits of `value`: its multiples by a number of ones.
pub(super) fn fill<'b>(l: &Lift<'b>, v1: u8, size: u8, value: V<'b>) {
    let ones = [0x0101_0101_0101_0101, 0x0001_0001_0001_0001, 0x0000_0001_0000_0001, 1][usize::from(size & 3)];
    let all = if size == 3 { value } else { value.extract(0, 8 << size) * value.konst(ones) };
    set(l, v1, all, all);
}

/// The two halves of a mask with bytes of ones where bits are one.
pub(super) fn byte_mask(bits: u64) -> (u64, u64) {
    let expand = |bits: u64| (0..8).fold(0, |all, i| all << 8 | if bits >> (7 - i) & 1 != 0 { 0xff } else { 0 });
    (expand(bits >> 8), expand(bits))
}

fn indexed<'b>(l: &Lift<'b>, f: VRV, size: u8) -> V<'b> {
    // The index is added to what base and displacement give before it is cut; cutting twice does no harm.
    l.call(rows::INDEXED_ADDRESS.of(size), &[regs(l, Regs { v2: f.v2, m: f.m3, ..NONE }), l.addr(f.a2)])
}

/// VECTOR GATHER ELEMENT.
pub(super) fn gather(l: &Lift, f: VRV, size: u8) -> Flow {
    if f.m3 >= 16 >> size {
        return l.specification();
    }
    put_element(l, f.v1, size, f.m3, load_sized(l, indexed(l, f, size), size));
    Next
}

/// VECTOR SCATTER ELEMENT.
pub(super) fn scatter(l: &Lift, f: VRV, size: u8) -> Flow {
    if f.m3 >= 16 >> size {
        return l.specification();
    }
    l.store(indexed(l, f, size), take_element(l, f.v1, size, f.m3), width(size));
    Next
}

/// VECTOR LOAD MULTIPLE, VECTOR STORE MULTIPLE: up to 16 registers in ascending order.
pub(super) fn multiple(l: &Lift, f: VRSa, helper: u16) -> Flow {
    if f.v3 < f.v1 || f.v3 - f.v1 > 15 {
        return l.specification();
    }
    l.call(helper, &[regs(l, Regs { v1: f.v1, v3: f.v3, ..NONE }), l.addr(f.a2)]);
    Next
}

/// VECTOR SIGN EXTEND TO DOUBLEWORD: the rightmost element of each half.
pub(super) fn extend(l: &Lift, f: VRRa) -> Flow {
    if f.m3 > 2 {
        return l.specification();
    }
    let (a, b) = get(l, f.v2);
    let w = width(f.m3);
    set(l, f.v1, a.trunc(w).sext(Width::W64), b.trunc(w).sext(Width::W64));
    Next
}

/// Three registers; M4 is the element size, from `least` to `most`.
pub(super) fn three(l: &Lift, f: VRRc, family: Family, least: u8, most: u8) -> Flow {
    if !(least..=most).contains(&f.m4) {
        return l.specification();
    }
    l.call(family.of(f.m4), &[regs(l, Regs { v1: f.v1, v2: f.v2, v3: f.v3, ..NONE })]);
    Next
}

/// The same with a condition code, if M5 asks for it.
pub(super) fn coded(l: &Lift, f: VRRb, family: Family, least: u8, most: u8) -> Flow {
    if !(least..=most).contains(&f.m4) {
        return l.specification();
    }
    let cc = l.call(family.of(f.m4), &[regs(l, Regs { v1: f.v1, v2: f.v2, v3: f.v3, ..NONE })]);
    if f.m5 & 1 != 0 {
        l.cc1(Kind::Code, cc);
    }
    Next
}

/// Two registers; M3 is the element size, up to `most`, and `m` goes with them.
pub(super) fn two_with(l: &Lift, f: VRRa, family: Family, most: u8, m: u8) -> Flow {
    if f.m3 > most {
        return l.specification();
    }
    l.call(family.of(f.m3), &[regs(l, Regs { v1: f.v1, v2: f.v2, m, ..NONE })]);
    Next
}

/// Four registers; M5 is the element size.
pub(super) fn four(l: &Lift, f: VRRd, family: Family, most: u8, m: u8) -> Flow {
    if f.m5 > most {
        return l.specification();
    }
    l.call(family.of(f.m5), &[regs(l, Regs { v1: f.v1, v2: f.v2, v3: f.v3, v4: f.v4, m, ..NONE })]);
    Next
}

/// Halves of registers, each by itself.
pub(super) fn logic<'b>(l: &Lift<'b>, f: VRRc, op: impl Fn(V<'b>, V<'b>) -> V<'b>) -> Flow {
    let (a, b) = (get(l, f.v2), get(l, f.v3));
    set(l, f.v1, op(a.0, b.0), op(a.1, b.1));
    Next
}

/// The same, of elements of 64 bits.
pub(super) fn doublewords<'b>(l: &Lift<'b>, f: VRRc, op: impl Fn(V<'b>, V<'b>) -> V<'b>) -> Flow {
    logic(l, f, op)
}

/// String instructions: elements of 1, 2 or 4 bytes; a condition code, if bit 3 of the mask is one.
pub(super) fn search(l: &Lift, r: Regs, size: u8, family: Family) -> Flow {
    if size > 2 {
        return l.specification();
    }
    let cc = l.call(family.of(size), &[regs(l, r)]);
    if r.m & 1 != 0 {
        l.cc1(Kind::Code, cc);
    }
    Next
}

/// Whether a format may be: long ones always, short and extended ones with vector enhancements 1.
fn has_format(l: &Lift, format: u8) -> bool {
    format == 3 || matches!(format, 2 | 4) && l.has(Ext::VectorEnh1)
}

/// Floating point, element by element or (bit 0 of N) of the first one.
pub(super) fn arithmetic(l: &Lift, r: Regs, format: u8, family: Family) -> Flow {
    if !has_format(l, format) || r.n & 7 != 0 {
        return l.specification();
    }
    l.call(family.of(format), &[regs(l, r)]);
    Next
}

/// Comparisons: signalling ones came with vector enhancements 1.
pub(super) fn compare(l: &Lift, f: VRRc, family: Family) -> Flow {
    let reserved = if l.has(Ext::VectorEnh1) { 3 } else { 7 };
    if !has_format(l, f.m4) || f.m5 & reserved != 0 || f.m6 > 1 {
        return l.specification();
    }
    let cc = l.call(family.of(f.m4), &[regs(l, Regs { v1: f.v1, v2: f.v2, v3: f.v3, n: f.m5, ..NONE })]);
    if f.m6 == 1 {
        l.cc1(Kind::Code, cc);
    }
    Next
}

/// VECTOR FP COMPARE SCALAR, AND SIGNAL SCALAR.
pub(super) fn scalar(l: &Lift, f: VRRa, m: u8) -> Flow {
    if !has_format(l, f.m3) {
        return l.specification();
    }
    let cc = l.call(rows::FP_SCALAR.of(f.m3), &[regs(l, Regs { v1: f.v1, v2: f.v2, m, ..NONE })]);
    l.cc1(Kind::Code, cc);
    Next
}

/// Rounding methods that are assigned.
fn is_method(method: u8) -> bool {
    matches!(method, 0 | 1 | 3..=7)
}

/// Rounding: M3 the format, from `least` on, M4 the masks, M5 the method.
pub(super) fn rounded(l: &Lift, f: VRRa, family: Family, least: u8) -> Flow {
    if !has_format(l, f.m3) || f.m3 < least || f.m4 & 3 != 0 || !is_method(f.m5) {
        return l.specification();
    }
    l.call(family.of(f.m3), &[regs(l, Regs { v1: f.v1, v2: f.v2, m: f.m5, n: f.m4, ..NONE })]);
    Next
}

/// Conversions from and to integers of 64 bits; of 32 bits with vector enhancements 2.
pub(super) fn convert(l: &Lift, f: VRRa, family: Family, logical: u8) -> Flow {
    let has_size = f.m3 == 3 || f.m3 == 2 && l.has(Ext::VectorEnh2);
    if !has_size || f.m4 & 3 != 0 || !is_method(f.m5) {
        return l.specification();
    }
    l.call(family.of(f.m3), &[regs(l, Regs { v1: f.v1, v2: f.v2, v4: logical, m: f.m5, n: f.m4, ..NONE })]);
    Next
}

/// VECTOR FP LOAD LENGTHENED: short operands always, long ones with vector enhancements 1.
pub(super) fn lengthen(l: &Lift, f: VRRa) -> Flow {
    if f.m3 != 2 && !(f.m3 == 3 && l.has(Ext::VectorEnh1)) {
        return l.specification();
    }
    l.call(rows::FP_LENGTHEN.of(f.m3), &[regs(l, Regs { v1: f.v1, v2: f.v2, n: f.m4, ..NONE })]);
    Next
}

/// VECTOR FP TEST DATA CLASS IMMEDIATE.
pub(super) fn test_class(l: &Lift, f: VRIe) -> Flow {
    if !has_format(l, f.m4) || f.m5 & 7 != 0 {
        return l.specification();
    }
    let r = Regs { v1: f.v1, v2: f.v2, n: f.m5, i: f.i3 as u16, ..NONE };
    let cc = l.call(rows::FP_CLASS.of(f.m4), &[regs(l, r)]);
    l.cc1(Kind::Code, cc);
    Next
}
