//! Vector loads and stores of reversed elements and reversed bytes: what vector enhancements 2 adds to the support instructions.

use decode::Flow::{self, Next};
use decode::insns;
use uop::Width;

use crate::ext::Ext;
use crate::format::VRX;
use crate::lift::{Lift, V};
use crate::vector::Regs;
use crate::vector::rows::{self, Family};

use super::vector_ops::*;

insns! {
    /// PoP, "Vector Overview and Support Instructions".
    pub INSNS for Lift;
    "1110 0110 ................................ 0000 0001" VRX vlebrh "{v1}, {a2}, {m3}" [Vector VectorEnh2];
    "1110 0110 ................................ 0000 0011" VRX vlebrf "{v1}, {a2}, {m3}" [Vector VectorEnh2];
    "1110 0110 ................................ 0000 0010" VRX vlebrg "{v1}, {a2}, {m3}" [Vector VectorEnh2];
    "1110 0110 ................................ 0000 0100" VRX vllebrz "{v1}, {a2}, {m3}" [Vector VectorEnh2];
    "1110 0110 ................................ 0000 0101" VRX vlbrrep "{v1}, {a2}, {m3}" [Vector VectorEnh2];
    "1110 0110 ................................ 0000 0110" VRX vlbr "{v1}, {a2}, {m3}" [Vector VectorEnh2];
    "1110 0110 ................................ 0000 0111" VRX vler "{v1}, {a2}, {m3}" [Vector VectorEnh2];
    "1110 0110 ................................ 0000 1001" VRX vstebrh "{v1}, {a2}, {m3}" [Vector VectorEnh2];
    "1110 0110 ................................ 0000 1011" VRX vstebrf "{v1}, {a2}, {m3}" [Vector VectorEnh2];
    "1110 0110 ................................ 0000 1010" VRX vstebrg "{v1}, {a2}, {m3}" [Vector VectorEnh2];
    "1110 0110 ................................ 0000 1110" VRX vstbr "{v1}, {a2}, {m3}" [Vector VectorEnh2];
    "1110 0110 ................................ 0000 1111" VRX vster "{v1}, {a2}, {m3}" [Vector VectorEnh2];
}

lifts! { l, f;
    vlebrh(VRX) { load_element(l, f, 1) }
    vlebrf(VRX) { load_element(l, f, 2) }
    vlebrg(VRX) { load_element(l, f, 3) }
    vllebrz(VRX) { load_zero(l, f) }
    vlbrrep(VRX) { if !matches!(f.m3, 1..=3) { return l.specification(); } fill(l, f.v1, f.m3, load_sized_reversed(l, f, f.m3)); Next }
    vlbr(VRX) { whole(l, f, rows::LOAD_REVERSED, 4, 1) }
    vler(VRX) { whole(l, f, rows::LOAD_REVERSED, 3, 0) }
    vstebrh(VRX) { store_element(l, f, 1) }
    vstebrf(VRX) { store_element(l, f, 2) }
    vstebrg(VRX) { store_element(l, f, 3) }
    vstbr(VRX) { whole(l, f, rows::STORE_REVERSED, 4, 1) }
    vster(VRX) { whole(l, f, rows::STORE_REVERSED, 3, 0) }
}

/// Loads an element with its bytes reversed, in 64 bits.
fn load_sized_reversed<'b>(l: &Lift<'b>, f: VRX, size: u8) -> V<'b> {
    l.load(l.addr(f.a2), width(size)).bswap().zext(Width::W64)
}

/// VECTOR LOAD BYTE REVERSED ELEMENT.
fn load_element(l: &Lift, f: VRX, size: u8) -> Flow {
    if f.m3 >= 16 >> size {
        return l.specification();
    }
    put_element(l, f.v1, size, f.m3, load_sized_reversed(l, f, size));
    Next
}

/// VECTOR STORE BYTE REVERSED ELEMENT.
fn store_element(l: &Lift, f: VRX, size: u8) -> Flow {
    if f.m3 >= 16 >> size {
        return l.specification();
    }
    let element = take_element(l, f.v1, size, f.m3).trunc(width(size)).bswap();
    l.store(l.addr(f.a2), element, width(size));
    Next
}

/// VECTOR LOAD BYTE REVERSED ELEMENT AND ZERO: at the right of the left half; with M3 6 a word at its left.
fn load_zero(l: &Lift, f: VRX) -> Flow {
    let value = match f.m3 {
        1..=3 => load_sized_reversed(l, f, f.m3),
        6 => load_sized_reversed(l, f, 2).shl(l.k(32)),
        _ => return l.specification(),
    };
    set(l, f.v1, value, l.k(0));
    Next
}

/// All elements, of 2 to 1 << `most` bytes: in the opposite order (`m` 0), or each with its bytes reversed (1).
fn whole(l: &Lift, f: VRX, family: Family, most: u8, m: u8) -> Flow {
    if !(1..=most).contains(&f.m3) {
        return l.specification();
    }
    l.call(family.of(f.m3), &[regs(l, Regs { v1: f.v1, m, ..NONE }), l.addr(f.a2)]);
    Next
}
