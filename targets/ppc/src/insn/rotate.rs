//! "Fixed-Point Rotate and Shift Instructions".

use decode::Flow;
use decode::insns;
use uop::{Val, Width};

use crate::ext::Ext;
use crate::format::W;
use crate::lift::Lift;
use crate::state::{CA, CA32};

insns! {
    /// Power ISA 3.0B, Book I, 3.3.14.
    pub INSNS for Lift<'_>;
    "010101 ..... ..... ..... ..... ..... ." W rlwinm "{.rc} {ra}, {rt}, {sh}, {mb}, {me}" [];
    "010111 ..... ..... ..... ..... ..... ." W rlwnm "{.rc} {ra}, {rt}, {rb}, {mb}, {me}" [];
    "010100 ..... ..... ..... ..... ..... ." W rlwimi "{.rc} {ra}, {rt}, {sh}, {mb}, {me}" [];
    "011110 ..... ..... ..... ...... 000 . ." W rldicl "{.rc} {ra}, {rt}, {sh6}, {mb6}" [Wide];
    "011110 ..... ..... ..... ...... 001 . ." W rldicr "{.rc} {ra}, {rt}, {sh6}, {mb6}" [Wide];
    "011110 ..... ..... ..... ...... 010 . ." W rldic "{.rc} {ra}, {rt}, {sh6}, {mb6}" [Wide];
    "011110 ..... ..... ..... ...... 011 . ." W rldimi "{.rc} {ra}, {rt}, {sh6}, {mb6}" [Wide];
    "011110 ..... ..... ..... ...... 1000 ." W rldcl "{.rc} {ra}, {rt}, {rb}, {mb6}" [Wide];
    "011110 ..... ..... ..... ...... 1001 ." W rldcr "{.rc} {ra}, {rt}, {rb}, {mb6}" [Wide];
    "011111 ..... ..... ..... 0000011000 ." W slw "{.rc} {ra}, {rt}, {rb}" [];
    "011111 ..... ..... ..... 1000011000 ." W srw "{.rc} {ra}, {rt}, {rb}" [];
    "011111 ..... ..... ..... 1100011000 ." W sraw "{.rc} {ra}, {rt}, {rb}" [];
    "011111 ..... ..... ..... 1100111000 ." W srawi "{.rc} {ra}, {rt}, {sh}" [];
    "011111 ..... ..... ..... 0000011011 ." W sld "{.rc} {ra}, {rt}, {rb}" [Wide];
    "011111 ..... ..... ..... 1000011011 ." W srd "{.rc} {ra}, {rt}, {rb}" [Wide];
    "011111 ..... ..... ..... 1100011010 ." W srad "{.rc} {ra}, {rt}, {rb}" [Wide];
    "011111 ..... ..... ..... 110011101 . ." W sradi "{.rc} {ra}, {rt}, {sh6}" [Wide];
    "011111 ..... ..... ..... 110111101 . ." W extswsli "{.rc} {ra}, {rt}, {sh6}" [Wide Isa300];
}

/// Ones from bit `mb` to bit `me`, as the manual counts; they wrap around if `mb` is greater.
fn mask(mb: u32, me: u32) -> u64 {
    let (from, to) = (u64::MAX >> mb, u64::MAX << (63 - me));
    if mb <= me { from & to } else { from | to }
}

/// The mask of a word instruction, in the low word; where it wraps around, it has the upper word as well.
fn word_mask(l: &Lift<'_>, f: W) -> u64 {
    let all = mask(f.mb() + 32, f.me() + 32);
    if l.wide() { all } else { all & 0xffff_ffff }
}

/// A rotated word, twice if the mask reaches the upper word.
fn twice<'b>(l: &Lift<'b>, word: Val<'b>, mask: u64) -> Val<'b> {
    let value = word.zext(l.xlen());
    if l.wide() && mask >> 32 != 0 { value.deposit(32, 32, value) } else { value }
}

fn rlwinm(l: &Lift<'_>, f: W) -> Flow {
    let (mask, sh) = (word_mask(l, f), u64::from(f.rb()));
    let word = l.g32(f.rt());
    let (mb, me) = (f.mb(), f.me());
    let value = if mb == 0 && u64::from(31 - me) == sh {
        word.shl(word.konst(sh))
    } else if me == 31 && mb >= 1 && sh >= 32 - u64::from(mb) {
        // A field moved to the right end; one that begins at the left end is a shift.
        match u64::from(mb) == 32 - sh {
            true => word.shr_u(word.konst(32 - sh)),
            false => word.extract((32 - sh) as u32 % 32, 32 - mb),
        }
    } else {
        let rotated = if sh == 0 { word } else { word.rot_l(word.konst(sh)) };
        return l.put(f, f.ra(), masked(l, twice(l, rotated, mask), mask));
    };
    l.put(f, f.ra(), value)
}

fn masked<'b>(l: &Lift<'b>, value: Val<'b>, mask: u64) -> Val<'b> {
    if mask == l.xlen().mask() { value } else { value & l.konst(mask as i64) }
}

fn rlwnm(l: &Lift<'_>, f: W) -> Flow {
    let mask = word_mask(l, f);
    let rotated = l.g32(f.rt()).rot_l(l.g32(f.rb()));
    l.put(f, f.ra(), masked(l, twice(l, rotated, mask), mask))
}

fn insert<'b>(l: &Lift<'b>, f: W, rotated: Val<'b>, mask: u64) -> Flow {
    let kept = l.g(f.ra()) & l.konst(!mask as i64);
    l.put(f, f.ra(), kept | (rotated & l.konst(mask as i64)))
}

fn rlwimi(l: &Lift<'_>, f: W) -> Flow {
    if f.mb() <= f.me() && f.rb() == 31 - f.me() {
        // A field from the right end.
        return l.put(f, f.ra(), l.g(f.ra()).deposit(f.rb(), f.me() - f.mb() + 1, l.g(f.rt())));
    }
    let mask = word_mask(l, f);
    let word = l.g32(f.rt());
    insert(l, f, twice(l, word.rot_l(word.konst(f.rb().into())), mask), mask)
}

fn rotated<'b>(l: &Lift<'b>, f: W) -> Val<'b> {
    let value = l.g(f.rt());
    if f.sh6() == 0 { value } else { value.rot_l(value.konst(f.sh6().into())) }
}

fn rldicl(l: &Lift<'_>, f: W) -> Flow {
    let (sh, mb) = (f.sh6(), f.mb6());
    if sh != 0 && mb == 64 - sh {
        let value = l.g(f.rt());
        return l.put(f, f.ra(), value.shr_u(value.konst(mb.into())));
    }
    if sh != 0 && mb > 64 - sh {
        return l.put(f, f.ra(), l.g(f.rt()).extract(64 - sh, 64 - mb));
    }
    l.put(f, f.ra(), masked(l, rotated(l, f), mask(mb, 63)))
}

fn rldicr(l: &Lift<'_>, f: W) -> Flow {
    if f.sh6() == 63 - f.mb6() {
        let value = l.g(f.rt());
        return l.put(f, f.ra(), value.shl(value.konst(f.sh6().into())));
    }
    l.put(f, f.ra(), masked(l, rotated(l, f), mask(0, f.mb6())))
}

fn rldic(l: &Lift<'_>, f: W) -> Flow {
    l.put(f, f.ra(), masked(l, rotated(l, f), mask(f.mb6(), 63 - f.sh6())))
}

fn rldimi(l: &Lift<'_>, f: W) -> Flow {
    if f.mb6() <= 63 - f.sh6() {
        return l.put(f, f.ra(), l.g(f.ra()).deposit(f.sh6(), 64 - f.sh6() - f.mb6(), l.g(f.rt())));
    }
    insert(l, f, rotated(l, f), mask(f.mb6(), 63 - f.sh6()))
}

fn rldcl(l: &Lift<'_>, f: W) -> Flow {
    l.put(f, f.ra(), masked(l, l.g(f.rt()).rot_l(l.g(f.rb())), mask(f.mb6(), 63)))
}

fn rldcr(l: &Lift<'_>, f: W) -> Flow {
    l.put(f, f.ra(), masked(l, l.g(f.rt()).rot_l(l.g(f.rb())), mask(0, f.mb6())))
}

/// A shift whose count has one bit more than an op takes: with it, all is shifted out.
fn shift<'b>(l: &Lift<'b>, f: W, width: Width, op: fn(Val<'b>, Val<'b>) -> Val<'b>) -> Flow {
    let (value, count) = (l.g(f.rt()).trunc(width), l.g(f.rb()).trunc(width));
    let all_out = (count & count.konst(width.bits().into())).is_nonzero();
    l.put(f, f.ra(), l.ir.select(all_out, value.konst(0), op(value, count)))
}

fn slw(l: &Lift<'_>, f: W) -> Flow {
    shift(l, f, Width::W32, Val::shl)
}

fn srw(l: &Lift<'_>, f: W) -> Flow {
    shift(l, f, Width::W32, Val::shr_u)
}

fn sld(l: &Lift<'_>, f: W) -> Flow {
    shift(l, f, Width::W64, Val::shl)
}

fn srd(l: &Lift<'_>, f: W) -> Flow {
    shift(l, f, Width::W64, Val::shr_u)
}

/// Writes the result of an algebraic shift, and CA: a negative number has lost ones.
fn algebraic<'b>(l: &Lift<'b>, f: W, value: Val<'b>, result: Val<'b>, lost: Val<'b>) -> Flow {
    let ca = value.lt_s(value.konst(0)) & lost;
    l.ir.set(CA, ca);
    if l.has(Ext::Isa300) {
        l.ir.set(CA32, ca);
    }
    l.put(f, f.ra(), result.sext(l.xlen()))
}

fn shift_algebraic(l: &Lift<'_>, f: W, width: Width) -> Flow {
    let (value, count) = (l.g(f.rt()).trunc(width), l.g(f.rb()).trunc(width));
    let all_out = (count & count.konst(width.bits().into())).is_nonzero();
    let part = value.shr_s(count);
    let sign = value.shr_s(value.konst(u64::from(width.bits()) - 1));
    let lost = all_out | part.shl(count).ne(value);
    algebraic(l, f, value, l.ir.select(all_out, sign, part), lost)
}

fn sraw(l: &Lift<'_>, f: W) -> Flow {
    shift_algebraic(l, f, Width::W32)
}

fn srad(l: &Lift<'_>, f: W) -> Flow {
    shift_algebraic(l, f, Width::W64)
}

fn shift_immediate<'b>(l: &Lift<'b>, f: W, value: Val<'b>, count: u64) -> Flow {
    let result = if count == 0 { value } else { value.shr_s(value.konst(count)) };
    let lost = (value & value.konst((1 << count) - 1)).is_nonzero();
    algebraic(l, f, value, result, lost)
}

fn srawi(l: &Lift<'_>, f: W) -> Flow {
    shift_immediate(l, f, l.g32(f.rt()), f.rb().into())
}

fn sradi(l: &Lift<'_>, f: W) -> Flow {
    shift_immediate(l, f, l.g(f.rt()), f.sh6().into())
}

fn extswsli(l: &Lift<'_>, f: W) -> Flow {
    let value = l.g32(f.rt()).sext(Width::W64);
    l.put(f, f.ra(), value.shl(value.konst(f.sh6().into())))
}
