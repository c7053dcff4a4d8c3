//! What the integer instructions of the signal processing engine compute.
//!
//! Signal Processing Engine (SPE) Programming Environments Manual, chapter 5. Registers are of 64 bits here: the upper word first.

use cpu::Ctx;

use crate::format::W;
use crate::target::Ppc;
use crate::trap::Trap;

/// SPEFSCR: overflow of the upper and of the lower element, and that there has been one.
const SOVH: u64 = 1 << 31;
const OVH: u64 = 1 << 30;
const SOV: u64 = 1 << 15;
const OV: u64 = 1 << 14;
/// Its number among the special-purpose registers.
pub(crate) const SPEFSCR: u32 = 512;

/// Both words.
pub(crate) fn words(v: u64) -> [u32; 2] {
    [(v >> 32) as u32, v as u32]
}

/// A register from its words.
pub(crate) fn pair([high, low]: [u32; 2]) -> u64 {
    u64::from(high) << 32 | u64::from(low)
}

fn each(a: u64, f: impl Fn(u32) -> u32) -> u64 {
    pair(words(a).map(f))
}

fn both(a: u64, b: u64, f: impl Fn(u32, u32) -> u32) -> u64 {
    let ([ah, al], [bh, bl]) = (words(a), words(b));
    pair([f(ah, bh), f(al, bl)])
}

/// What an instruction leaves: its result, the accumulator if that changes, and overflow of both elements if it tells of that.
struct Done {
    value: u64,
    acc: bool,
    overflow: Option<[bool; 2]>,
}

impl Done {
    fn plain(value: u64) -> Done {
        Done { value, acc: false, overflow: None }
    }
}

/// Helper: rA, rB, instruction.
pub(crate) fn run<T: Ppc>(ctx: &mut Ctx<T>, [a, b, bits, ..]: [u64; 4]) -> Result<u64, Trap> {
    let f = W(bits as u32);
    let done = match f.0 & 0x7ff {
        0x4c0..=0x4cf => accumulate(f.0 & 15, a, b, ctx.state.acc),
        0x400..=0x5ff => multiply(f.0 & 0x7ff, a, b, ctx.state.acc),
        xo => Done::plain(simple(xo, f, a, b)),
    };
    if done.acc {
        ctx.state.acc = done.value;
    }
    if let Some([high, low]) = done.overflow {
        let mut scr = ctx.state.spr(SPEFSCR) & !(OVH | OV);
        for (set, bits) in [(high, OVH | SOVH), (low, OV | SOV)] {
            scr |= if set { bits } else { 0 };
        }
        ctx.state.set_spr(SPEFSCR, scr);
    }
    Ok(done.value)
}

/// Leading bits that are like the sign.
fn sign_bits(v: u32) -> u32 {
    if v >> 31 != 0 { v.leading_ones() } else { v.leading_zeros() }
}

/// A shift by six bits of an amount.
fn shift(v: u32, amount: u32, f: fn(u32, u32) -> Option<u32>, beyond: u32) -> u32 {
    f(v, amount & 63).unwrap_or(beyond)
}

fn arithmetic(v: u32, amount: u32) -> u32 {
    ((v as i32) >> (amount & 63).min(31)) as u32
}

/// Adds 1 to the bits of `a` that `mask` shows, counted from the other end ("brinc"); all 32 bits are implemented.
fn bit_reversed_increment(a: u32, mask: u32) -> u32 {
    let d = (a | !mask).reverse_bits().wrapping_add(1).reverse_bits();
    d & mask
}

fn simple(xo: u32, f: W, a: u64, b: u64) -> u64 {
    let (ui, sh) = (f.ra(), f.rb());
    let ([ah, al], [bh, bl]) = (words(a), words(b));
    let splat = |v: u32| pair([v, v]);
    let simm = (f.ra() << 27) as i32 >> 27;
    match xo {
        0x200 => both(a, b, u32::wrapping_add),
        0x202 => each(b, |b| b.wrapping_add(ui)),
        0x204 => both(b, a, u32::wrapping_sub),
        0x206 => each(b, |b| b.wrapping_sub(ui)),
        0x208 => each(a, |a| (a as i32).wrapping_abs() as u32),
        0x209 => each(a, u32::wrapping_neg),
        0x20a => each(a, |a| a as i8 as u32),
        0x20b => each(a, |a| a as i16 as u32),
        0x20c => each(a, |a| a.wrapping_add(0x8000) & 0xffff_0000),
        0x20d => each(a, u32::leading_zeros),
        0x20e => each(a, sign_bits),
        0x20f => bit_reversed_increment(al, bl).into(),
        0x211 => a & b,
        0x212 => a & !b,
        0x216 => a ^ b,
        0x217 => a | b,
        0x218 => !(a | b),
        0x219 => !(a ^ b),
        0x21b => a | !b,
        0x21e => !(a & b),
        0x220 => both(a, b, |a, b| shift(a, b, u32::checked_shr, 0)),
        0x221 => both(a, b, arithmetic),
        0x222 => each(a, |a| a >> sh),
        0x223 => each(a, |a| arithmetic(a, sh)),
        0x224 => both(a, b, |a, b| shift(a, b, u32::checked_shl, 0)),
        0x226 => each(a, |a| a << sh),
        0x228 => both(a, b, |a, b| a.rotate_left(b & 31)),
        0x229 => splat(simm as u32),
        0x22a => each(a, |a| a.rotate_left(sh)),
        0x22b => splat(ui << 27),
        0x22c => pair([ah, bh]),
        0x22d => pair([al, bl]),
        0x22e => pair([ah, bl]),
        0x22f => pair([al, bh]),
        0x230 => compare(a, b, |a, b| a > b),
        0x231 => compare(a, b, |a, b| a as i32 > b as i32),
        0x232 => compare(a, b, |a, b| a < b),
        0x233 => compare(a, b, |a, b| (a as i32) < b as i32),
        _ => compare(a, b, |a, b| a == b),
    }
}

/// A condition field: upper element, lower one, any, all.
pub(crate) fn field(high: bool, low: bool) -> u64 {
    u64::from(high) << 3 | u64::from(low) << 2 | u64::from(high | low) << 1 | u64::from(high & low)
}

fn compare(a: u64, b: u64, f: impl Fn(u32, u32) -> bool) -> u64 {
    let ([ah, al], [bh, bl]) = (words(a), words(b));
    field(f(ah, bh), f(al, bl))
}

/// A sum of words: whether it is signed and cut to its range; the result and whether it did not fit.
fn fit(sum: i64, is_signed: bool) -> (u32, bool) {
    let (low, high) = if is_signed { (i64::from(i32::MIN), i64::from(i32::MAX)) } else { (0, i64::from(u32::MAX)) };
    (sum.clamp(low, high) as u32, sum < low || sum > high)
}

fn number(v: u32, is_signed: bool) -> i64 {
    if is_signed { i64::from(v as i32) } else { i64::from(v) }
}

/// Adds to the accumulator's words, or subtracts from them; saturating ones tell of overflow.
fn add_words(acc: u64, add: [u32; 2], is_signed: bool, saturate: bool, negative: bool) -> ([u32; 2], [bool; 2]) {
    let old = words(acc);
    let parts = [0, 1].map(|i| {
        let (a, b) = (number(old[i], is_signed), number(add[i], is_signed));
        let sum = if negative { a - b } else { a + b };
        if saturate { fit(sum, is_signed) } else { (sum as u32, false) }
    });
    (parts.map(|p| p.0), parts.map(|p| p.1))
}

/// Quotient of words, and whether there is none.
fn divide(a: u32, b: u32, is_signed: bool) -> (u32, bool) {
    if !is_signed {
        return a.checked_div(b).map_or((u32::MAX, true), |q| (q, false));
    }
    let (a, b) = (a as i32, b as i32);
    match a.checked_div(b) {
        Some(q) => (q as u32, false),
        None if b == 0 && a < 0 => (i32::MIN as u32, true),
        None => (i32::MAX as u32, true),
    }
}

/// Opcodes 0x4c0 to 0x4cf: sums with the accumulator, quotients, and loading it.
fn accumulate(low: u32, a: u64, b: u64, acc: u64) -> Done {
    match low {
        4 => Done { value: a, acc: true, overflow: None },
        6 | 7 => {
            let ([ah, al], [bh, bl]) = (words(a), words(b));
            let (high, low) = (divide(ah, bh, low == 6), divide(al, bl, low == 6));
            Done { value: pair([high.0, low.0]), acc: false, overflow: Some([high.1, low.1]) }
        }
        _ => {
            let (saturate, negative) = (low & 8 == 0, low & 2 != 0);
            let (value, overflow) = add_words(acc, words(a), low & 1 != 0, saturate, negative);
            Done { value: pair(value), acc: true, overflow: saturate.then_some(overflow) }
        }
    }
}

/// What the low bits of a multiplication's opcode say.
#[derive(Clone, Copy)]
struct Kind {
    is_signed: bool,
    fraction: bool,
    saturate: bool,
}

impl Kind {
    fn of(xo: u32) -> Kind {
        Kind { is_signed: xo & 1 != 0, fraction: xo & 2 != 0, saturate: xo & 8 == 0 }
    }

    /// The product of elements of `bits` bits; -1 times -1 as fractions doesn't fit, and is cut if the instruction saturates.
    fn product(self, a: u32, b: u32, bits: u32) -> (i128, bool) {
        let wide = |v: u32| {
            let v = bits::mask(bits) & u64::from(v);
            if self.is_signed { i128::from(bits::sign_extend(v, bits) as i64) } else { i128::from(v) }
        };
        let product = wide(a) * wide(b);
        if !self.fraction {
            return (product, false);
        }
        let doubled = product << 1;
        let overflow = doubled == 1 << (2 * bits - 1);
        if overflow && self.saturate { (doubled - 1, true) } else { (doubled, false) }
    }
}

fn multiply(xo: u32, a: u64, b: u64, acc: u64) -> Done {
    let kind = Kind::of(xo);
    let (accumulates, negative) = (xo & 0x100 != 0, xo & 0x80 != 0);
    let sum =
        |product: i128| if negative { i128::from(acc as i64) - product } else { i128::from(acc as i64) + product };
    // One product of 64 bits: of the lower words, or of halfwords with guard bits.
    let words_wide = xo & 0x50 == 0x50;
    let guarded = xo & 0x160 == 0x120;
    if words_wide || guarded {
        let (product, cut) = if guarded {
            let kind = Kind { saturate: false, ..kind };
            kind.product(half(a, 1, xo), half(b, 1, xo), 16)
        } else {
            kind.product(words(a)[1], words(b)[1], 32)
        };
        let total = if accumulates { sum(product) } else { product };
        let beyond = i64::try_from(total).is_err() && accumulates;
        let tells = kind.fraction && kind.saturate && !guarded;
        let overflow = tells.then_some([false, cut || beyond]);
        return Done { value: total as u64, acc: accumulates || xo & 0x20 != 0, overflow };
    }
    let is_word = xo & 0x40 != 0;
    let parts = [0, 1].map(|i| {
        if is_word {
            let (product, cut) = kind.product(words(a)[i], words(b)[i], 32);
            // The upper or the lower half of it.
            ((product >> if xo & 4 != 0 { 32 } else { 0 }) as u32, cut)
        } else {
            let (product, cut) = kind.product(half(a, i, xo), half(b, i, xo), 16);
            (product as u32, cut)
        }
    });
    let (products, cuts) = (parts.map(|p| p.0), parts.map(|p| p.1));
    if accumulates {
        let (value, overflow) = add_words(acc, products, kind.is_signed, kind.saturate, negative);
        let either = [overflow[0] | cuts[0], overflow[1] | cuts[1]];
        return Done { value: pair(value), acc: true, overflow: kind.saturate.then_some(either) };
    }
    let tells = kind.fraction && kind.saturate;
    Done { value: pair(products), acc: xo & 0x20 != 0, overflow: tells.then_some(cuts) }
}

/// The even or the odd halfword of a word.
fn half(v: u64, word: usize, xo: u32) -> u32 {
    let word = words(v)[word];
    if xo & 4 != 0 { word & 0xffff } else { word >> 16 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fractions_of_minus_one_saturate() {
        let (a, b) = (0x8000_0000_8000_0000, 0x8000_0000_7fff_0000);
        let done = multiply(0x403, a, b, 0);
        assert_eq!((done.value, done.overflow), (0x7fff_ffff_8001_0000, Some([true, false])));
        assert_eq!(multiply(0x40b, a, b, 0).value, 0x8000_0000_8001_0000);
        assert_eq!(multiply(0x453, 0x8000_0000, 0x8000_0000, 0).value, i64::MAX as u64);
        assert_eq!(multiply(0x52b, 0x8000_0000, 0x8000_0000, 5).value, 0x8000_0005);
    }

    #[test]
    fn sums_saturate_by_their_kind() {
        assert_eq!(accumulate(0, 0xffff_ffff_0000_0001, 0, 0x1_0000_0002).value, 0xffff_ffff_0000_0003);
        assert_eq!(accumulate(2, 0x2_0000_0001, 0, 0x1_0000_0002).value, 1);
        assert_eq!(accumulate(1, 0x7fff_ffff_8000_0000, 0, 0x1_ffff_ffff).value, 0x7fff_ffff_8000_0000);
        assert_eq!(divide(0x8000_0000, u32::MAX, true), (0x7fff_ffff, true));
        assert_eq!(bit_reversed_increment(0x7, 0xff), 0x87);
    }
}
