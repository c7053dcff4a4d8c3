//! Vector string instructions (PoP, "Vector String Instructions"). M of [`Regs`] is the mask that the manual calls M5 or M6: IN 8, RT 4,
//! ZS 2, CS 1.

use super::{Args, Regs, build, get, lane, mask, set};
use crate::trap::{Cpu, Out};

const INVERT: u8 = 8;
const RESULT: u8 = 4;
const ZERO: u8 = 2;

/// Index of the first byte of the first element that is not 0, or 16.
fn first<const B: u32>(found: u128) -> u32 {
    found.leading_zeros() / B * B / 8
}

/// A byte index as a result: byte 7.
fn at_byte_7(index: u32) -> u128 {
    u128::from(index) << 64
}

/// Ones in the elements that are zero.
fn zeros<const B: u32>(a: u128) -> u128 {
    build::<B>(|i| if lane::<B>(a, i) == 0 { u128::MAX } else { 0 })
}

/// Result and code of searches, from what has been found and where the zeros are.
fn finish<const B: u32>(cpu: &mut Cpu, r: Regs, found: u128, a: u128) -> Out {
    let (hit, zero) = (first::<B>(found), if r.m & ZERO != 0 { first::<B>(zeros::<B>(a)) } else { 16 });
    let result = if r.m & RESULT != 0 { found } else { at_byte_7(hit.min(zero)) };
    set(cpu, r.v1, result);
    Ok(match (hit, zero) {
        (16, 16) => 3,
        (_, 16) => 1,
        (hit, zero) if hit < zero => 2,
        _ => 0,
    })
}

/// VECTOR FIND ANY ELEMENT EQUAL.
pub(crate) fn find_any<const B: u32>(cpu: &mut Cpu, [regs, ..]: Args) -> Out {
    let r = Regs::of(regs);
    let (a, b) = (get(cpu, r.v2), get(cpu, r.v3));
    let any = |e| (0..128 / B).any(|k| lane::<B>(b, k) == e);
    let found = build::<B>(|i| if any(lane::<B>(a, i)) == (r.m & INVERT == 0) { u128::MAX } else { 0 });
    finish::<B>(cpu, r, found, a)
}

/// VECTOR FIND ELEMENT EQUAL.
pub(crate) fn find_equal<const B: u32>(cpu: &mut Cpu, [regs, ..]: Args) -> Out {
    let r = Regs::of(regs);
    let (a, b) = (get(cpu, r.v2), get(cpu, r.v3));
    let found = build::<B>(|i| if lane::<B>(a, i) == lane::<B>(b, i) { u128::MAX } else { 0 });
    finish::<B>(cpu, Regs { m: r.m & ZERO, ..r }, found, a)
}

/// VECTOR FIND ELEMENT NOT EQUAL: the code tells which is smaller.
pub(crate) fn find_not_equal<const B: u32>(cpu: &mut Cpu, [regs, ..]: Args) -> Out {
    let r = Regs::of(regs);
    let (a, b) = (get(cpu, r.v2), get(cpu, r.v3));
    let differ = first::<B>(a ^ b);
    let zero = if r.m & ZERO != 0 { first::<B>(zeros::<B>(a)) } else { 16 };
    set(cpu, r.v1, at_byte_7(differ.min(zero)));
    if differ == 16 && zero == 16 {
        return Ok(3);
    }
    if zero < differ {
        return Ok(0);
    }
    let i = differ * 8 / B;
    Ok(if lane::<B>(a, i) < lane::<B>(b, i) { 1 } else { 2 })
}

/// VECTOR ISOLATE STRING: what is behind the first zero becomes zero.
pub(crate) fn isolate<const B: u32>(cpu: &mut Cpu, [regs, ..]: Args) -> Out {
    let r = Regs::of(regs);
    let a = get(cpu, r.v2);
    let end = first::<B>(zeros::<B>(a));
    let result = if end == 16 { a } else { a & !u128::MAX.checked_shr(end * 8).unwrap_or(0) };
    set(cpu, r.v1, result);
    Ok(if end == 16 { 3 } else { 0 })
}

/// VECTOR STRING RANGE COMPARE: pairs of limits in the third operand, what is compared in the fourth.
pub(crate) fn range_compare<const B: u32>(cpu: &mut Cpu, [regs, ..]: Args) -> Out {
    let r = Regs::of(regs);
    let (a, limits, controls) = (get(cpu, r.v2), get(cpu, r.v3), get(cpu, r.v4));
    let holds = |e: u128, k: u32| {
        let (limit, control) = (lane::<B>(limits, k), lane::<B>(controls, k) >> (B - 3));
        control & 4 != 0 && e == limit || control & 2 != 0 && e < limit || control & 1 != 0 && e > limit
    };
    let any = |e| (0..64 / B.min(64)).any(|k| holds(e, 2 * k) && holds(e, 2 * k + 1));
    let found = build::<B>(|i| if any(lane::<B>(a, i)) == (r.m & INVERT == 0) { mask::<B>() } else { 0 });
    finish::<B>(cpu, r, found, a)
}

/// VECTOR STRING SEARCH: the substring is in the third operand, its length in byte 7 of the fourth. With the zero search, a zero ends either.
pub(crate) fn string_search<const B: u32>(cpu: &mut Cpu, [regs, ..]: Args) -> Out {
    let r = Regs::of(regs);
    let (text, wanted) = (get(cpu, r.v2), get(cpu, r.v3));
    let end = |v| if r.m & ZERO != 0 { first::<B>(zeros::<B>(v)) } else { 16 };
    let length = (lane::<8>(get(cpu, r.v4), 7) as u32).min(end(wanted));
    let stop = end(text);
    // Whether the substring's first `n` bytes are at byte `k`.
    let is_at = |k: u32, n: u32| n == 0 || (text << (8 * k)) >> (128 - 8 * n) == wanted >> (128 - 8 * n);
    let places = || (0..128 / B).map(|i| i * B / 8);
    let (index, code) = if let Some(k) = places().find(|k| k + length <= stop && is_at(*k, length)) {
        (k, 2)
    } else if stop < 16 {
        (16, 1)
    } else {
        places().find(|k| k + length > 16 && is_at(*k, 16 - k)).map_or((16, 0), |k| (k, 3))
    };
    set(cpu, r.v1, at_byte_7(index));
    Ok(code)
}
