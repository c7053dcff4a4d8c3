//! Vector integer instructions (PoP, "Vector Integer Instructions").

use super::{Args, Regs, all_or_some, build, get, lane, mask, one, set, signed, two};
use crate::trap::{Cpu, Out};

/// VECTOR ADD.
pub(crate) fn add<const B: u32>(cpu: &mut Cpu, [regs, ..]: Args) -> Out {
    two::<B>(cpu, regs, u128::wrapping_add)
}

/// VECTOR SUBTRACT.
pub(crate) fn sub<const B: u32>(cpu: &mut Cpu, [regs, ..]: Args) -> Out {
    two::<B>(cpu, regs, u128::wrapping_sub)
}

/// The carry out of the leftmost bit of a sum of elements.
fn carry<const B: u32>(a: u128, b: u128, c: u128) -> u128 {
    let (sum, first) = a.overflowing_add(b);
    let (sum, second) = sum.overflowing_add(c);
    u128::from(first || second || B < 128 && sum >> (B % 128) != 0)
}

/// VECTOR ADD COMPUTE CARRY.
pub(crate) fn add_carry<const B: u32>(cpu: &mut Cpu, [regs, ..]: Args) -> Out {
    two::<B>(cpu, regs, |a, b| carry::<B>(a, b, 0))
}

/// VECTOR SUBTRACT COMPUTE BORROW INDICATION: 1 if there is no borrow.
pub(crate) fn sub_borrow<const B: u32>(cpu: &mut Cpu, [regs, ..]: Args) -> Out {
    two::<B>(cpu, regs, |a, b| u128::from(a >= b))
}

/// VECTOR ADD WITH CARRY, and COMPUTE CARRY, SUBTRACT WITH BORROW INDICATION and COMPUTE BORROW INDICATION: M bit 0 complements the
/// third operand, bit 1 asks for the carry.
pub(crate) fn with_carry(cpu: &mut Cpu, [regs, ..]: Args) -> Out {
    let r = Regs::of(regs);
    let (a, b, c) = (get(cpu, r.v2), get(cpu, r.v3), get(cpu, r.v4) & 1);
    let b = if r.m & 1 != 0 { !b } else { b };
    let result = if r.m & 2 != 0 { carry::<128>(a, b, c) } else { a.wrapping_add(b).wrapping_add(c) };
    set(cpu, r.v1, result);
    Ok(0)
}

/// VECTOR AVERAGE.
pub(crate) fn average<const B: u32>(cpu: &mut Cpu, [regs, ..]: Args) -> Out {
    two::<B>(cpu, regs, |a, b| ((signed::<B>(a) + signed::<B>(b) + 1) >> 1) as u128)
}

/// VECTOR AVERAGE LOGICAL.
pub(crate) fn average_logical<const B: u32>(cpu: &mut Cpu, [regs, ..]: Args) -> Out {
    two::<B>(cpu, regs, |a, b| a.wrapping_add(b).wrapping_add(1) >> 1)
}

fn compare<const B: u32>(cpu: &mut Cpu, regs: u64, f: impl Fn(u128, u128) -> bool) -> Out {
    two::<B>(cpu, regs, |a, b| if f(a, b) { u128::MAX } else { 0 })?;
    Ok(all_or_some(get(cpu, Regs::of(regs).v1)))
}

/// VECTOR COMPARE EQUAL.
pub(crate) fn equal<const B: u32>(cpu: &mut Cpu, [regs, ..]: Args) -> Out {
    compare::<B>(cpu, regs, |a, b| a == b)
}

/// VECTOR COMPARE HIGH.
pub(crate) fn high<const B: u32>(cpu: &mut Cpu, [regs, ..]: Args) -> Out {
    compare::<B>(cpu, regs, |a, b| signed::<B>(a) > signed::<B>(b))
}

/// VECTOR COMPARE HIGH LOGICAL.
pub(crate) fn high_logical<const B: u32>(cpu: &mut Cpu, [regs, ..]: Args) -> Out {
    compare::<B>(cpu, regs, |a, b| a > b)
}

/// VECTOR ELEMENT COMPARE: the rightmost elements of the left halves.
pub(crate) fn element_compare<const B: u32>(cpu: &mut Cpu, [regs, ..]: Args) -> Out {
    let r = Regs::of(regs);
    let at = 64 / B.min(64) - 1;
    let (a, b) = (lane::<B>(get(cpu, r.v1), at), lane::<B>(get(cpu, r.v2), at));
    Ok(crate::storage::order(&signed::<B>(a), &signed::<B>(b)))
}

/// VECTOR ELEMENT COMPARE LOGICAL.
pub(crate) fn element_compare_logical<const B: u32>(cpu: &mut Cpu, [regs, ..]: Args) -> Out {
    let r = Regs::of(regs);
    let at = 64 / B.min(64) - 1;
    let (a, b) = (lane::<B>(get(cpu, r.v1), at), lane::<B>(get(cpu, r.v2), at));
    Ok(crate::storage::order(&a, &b))
}

/// VECTOR COUNT LEADING ZEROS.
pub(crate) fn leading_zeros<const B: u32>(cpu: &mut Cpu, [regs, ..]: Args) -> Out {
    one::<B>(cpu, regs, |a| u128::from(a.leading_zeros() - (128 - B)))
}

/// VECTOR COUNT TRAILING ZEROS.
pub(crate) fn trailing_zeros<const B: u32>(cpu: &mut Cpu, [regs, ..]: Args) -> Out {
    one::<B>(cpu, regs, |a| u128::from(a.trailing_zeros().min(B)))
}

/// VECTOR POPULATION COUNT.
pub(crate) fn popcount<const B: u32>(cpu: &mut Cpu, [regs, ..]: Args) -> Out {
    one::<B>(cpu, regs, |a| u128::from(a.count_ones()))
}

/// VECTOR LOAD COMPLEMENT.
pub(crate) fn negate<const B: u32>(cpu: &mut Cpu, [regs, ..]: Args) -> Out {
    one::<B>(cpu, regs, u128::wrapping_neg)
}

/// VECTOR LOAD POSITIVE.
pub(crate) fn absolute<const B: u32>(cpu: &mut Cpu, [regs, ..]: Args) -> Out {
    one::<B>(cpu, regs, |a| signed::<B>(a).unsigned_abs())
}

/// VECTOR MAXIMUM.
pub(crate) fn max<const B: u32>(cpu: &mut Cpu, [regs, ..]: Args) -> Out {
    two::<B>(cpu, regs, |a, b| signed::<B>(a).max(signed::<B>(b)) as u128)
}

/// VECTOR MAXIMUM LOGICAL.
pub(crate) fn max_logical<const B: u32>(cpu: &mut Cpu, [regs, ..]: Args) -> Out {
    two::<B>(cpu, regs, u128::max)
}

/// VECTOR MINIMUM.
pub(crate) fn min<const B: u32>(cpu: &mut Cpu, [regs, ..]: Args) -> Out {
    two::<B>(cpu, regs, |a, b| signed::<B>(a).min(signed::<B>(b)) as u128)
}

/// VECTOR MINIMUM LOGICAL.
pub(crate) fn min_logical<const B: u32>(cpu: &mut Cpu, [regs, ..]: Args) -> Out {
    two::<B>(cpu, regs, u128::min)
}

/// What of a product of elements counts.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Low,
    High,
    Even,
    Odd,
}

/// Products of elements of the second and third operand, plus elements of the fourth; the even or the odd ones make elements of twice
/// the size.
fn multiply<const B: u32>(cpu: &mut Cpu, regs: u64, part: Part, is_signed: bool, adds: bool) -> Out {
    let r = Regs::of(regs);
    let (a, b, c) = (get(cpu, r.v2), get(cpu, r.v3), if adds { get(cpu, r.v4) } else { 0 });
    let wide = |v: u128| if is_signed { signed::<B>(v) } else { v as i128 };
    let product = |i: u32| wide(lane::<B>(a, i)).wrapping_mul(wide(lane::<B>(b, i)));
    let result = match part {
        Part::Low | Part::High => build::<B>(|i| {
            let sum = product(i).wrapping_add(wide(lane::<B>(c, i))) as u128;
            if part == Part::Low { sum } else { sum >> (B % 128) }
        }),
        Part::Even | Part::Odd => {
            let odd = u32::from(part == Part::Odd);
            let n = 64 / B.min(64);
            (0..n).fold(0, |all: u128, i| {
                let size = 2 * B;
                let addend = c >> (128 - size.min(128) - size * i) & (u128::MAX >> (128 - size.min(128)));
                let sum = (product(2 * i + odd) as u128).wrapping_add(addend) & (u128::MAX >> (128 - size.min(128)));
                all.checked_shl(size).unwrap_or(0) | sum
            })
        }
    };
    set(cpu, r.v1, result);
    Ok(0)
}

macro_rules! products {
    ($( $(#[$m:meta])* $name:ident = $part:ident, $signed:literal, $adds:literal; )*) => { $(
        $(#[$m])*
        pub(crate) fn $name<const B: u32>(cpu: &mut Cpu, [regs, ..]: Args) -> Out {
            multiply::<B>(cpu, regs, Part::$part, $signed, $adds)
        }
    )* };
}

products! {
    /// VECTOR MULTIPLY LOW.
    multiply_low = Low, false, false;
    /// VECTOR MULTIPLY HIGH.
    multiply_high = High, true, false;
    /// VECTOR MULTIPLY LOGICAL HIGH.
    multiply_logical_high = High, false, false;
    /// VECTOR MULTIPLY EVEN.
    multiply_even = Even, true, false;
    /// VECTOR MULTIPLY LOGICAL EVEN.
    multiply_logical_even = Even, false, false;
    /// VECTOR MULTIPLY ODD.
    multiply_odd = Odd, true, false;
    /// VECTOR MULTIPLY LOGICAL ODD.
    multiply_logical_odd = Odd, false, false;
    /// VECTOR MULTIPLY AND ADD LOW.
    multiply_add_low = Low, false, true;
    /// VECTOR MULTIPLY AND ADD HIGH.
    multiply_add_high = High, true, true;
    /// VECTOR MULTIPLY AND ADD LOGICAL HIGH.
    multiply_add_logical_high = High, false, true;
    /// VECTOR MULTIPLY AND ADD EVEN.
    multiply_add_even = Even, true, true;
    /// VECTOR MULTIPLY AND ADD LOGICAL EVEN.
    multiply_add_logical_even = Even, false, true;
    /// VECTOR MULTIPLY AND ADD ODD.
    multiply_add_odd = Odd, true, true;
    /// VECTOR MULTIPLY AND ADD LOGICAL ODD.
    multiply_add_logical_odd = Odd, false, true;
}

/// VECTOR MULTIPLY SUM LOGICAL: the products of both doublewords, doubled where M asks for it, and the fourth operand.
pub(crate) fn multiply_sum(cpu: &mut Cpu, [regs, ..]: Args) -> Out {
    let r = Regs::of(regs);
    let (a, b) = (get(cpu, r.v2), get(cpu, r.v3));
    let product = |i| lane::<64>(a, i) * lane::<64>(b, i);
    let (even, odd) = (product(0) << (r.m >> 3 & 1), product(1) << (r.m >> 2 & 1));
    let result = even.wrapping_add(odd).wrapping_add(get(cpu, r.v4));
    set(cpu, r.v1, result);
    Ok(0)
}

/// Carry-less product.
fn carryless(a: u128, b: u128) -> u128 {
    (0..64).filter(|i| b >> i & 1 != 0).fold(0, |all, i| all ^ a << i)
}

/// VECTOR GALOIS FIELD MULTIPLY SUM, and ACCUMULATE if M says so.
pub(crate) fn galois<const B: u32>(cpu: &mut Cpu, [regs, ..]: Args) -> Out {
    let r = Regs::of(regs);
    let (a, b) = (get(cpu, r.v2), get(cpu, r.v3));
    let c = if r.m != 0 { get(cpu, r.v4) } else { 0 };
    let product = |i| carryless(lane::<B>(a, i), lane::<B>(b, i));
    let n = 64 / B.min(64);
    let sums = (0..n).fold(0, |all: u128, i| all.checked_shl(2 * B).unwrap_or(0) | product(2 * i) ^ product(2 * i + 1));
    set(cpu, r.v1, sums ^ c);
    Ok(0)
}

/// VECTOR SUM ACROSS of elements of `B` bits in ones of `TO` bits: with the rightmost element of the third operand in each.
fn sum<const B: u32, const TO: u32>(cpu: &mut Cpu, regs: u64) -> Out {
    let r = Regs::of(regs);
    let (a, b) = (get(cpu, r.v2), get(cpu, r.v3));
    let per = TO / B;
    let result = build::<TO>(|i| {
        let all = (0..per).fold(0u128, |sum, k| sum.wrapping_add(lane::<B>(a, i * per + k)));
        all.wrapping_add(lane::<B>(b, i * per + per - 1))
    });
    set(cpu, r.v1, result);
    Ok(0)
}

/// VECTOR SUM ACROSS WORD, of bytes or halfwords.
pub(crate) fn sum_word<const B: u32>(cpu: &mut Cpu, [regs, ..]: Args) -> Out {
    if B == 8 { sum::<8, 32>(cpu, regs) } else { sum::<16, 32>(cpu, regs) }
}

/// VECTOR SUM ACROSS DOUBLEWORD, of halfwords or words.
pub(crate) fn sum_doubleword<const B: u32>(cpu: &mut Cpu, [regs, ..]: Args) -> Out {
    if B == 16 { sum::<16, 64>(cpu, regs) } else { sum::<32, 64>(cpu, regs) }
}

/// VECTOR SUM ACROSS QUADWORD, of words or doublewords.
pub(crate) fn sum_quadword<const B: u32>(cpu: &mut Cpu, [regs, ..]: Args) -> Out {
    if B == 32 { sum::<32, 128>(cpu, regs) } else { sum::<64, 128>(cpu, regs) }
}

/// VECTOR CHECKSUM.
pub(crate) fn checksum(cpu: &mut Cpu, [regs, ..]: Args) -> Out {
    let r = Regs::of(regs);
    let (a, b) = (get(cpu, r.v2), get(cpu, r.v3));
    let mut sum = (0..4).fold(lane::<32>(b, 1), |sum, i| sum + lane::<32>(a, i));
    while sum >> 32 != 0 {
        sum = (sum & 0xffff_ffff) + (sum >> 32);
    }
    set(cpu, r.v1, sum << 64);
    Ok(0)
}

fn shift_of<const B: u32>(amount: u128) -> u32 {
    amount as u32 % B
}

fn left<const B: u32>(a: u128, n: u32) -> u128 {
    a << n
}

fn right<const B: u32>(a: u128, n: u32) -> u128 {
    a >> n
}

fn right_arithmetic<const B: u32>(a: u128, n: u32) -> u128 {
    (signed::<B>(a) >> n) as u128
}

fn rotate<const B: u32>(a: u128, n: u32) -> u128 {
    if n == 0 { a } else { a << n | (a & mask::<B>()) >> (B - n) }
}

macro_rules! shifts {
    ($( $(#[$m:meta])* $vector:ident $scalar:ident = $f:ident; )*) => { $(
        $(#[$m])*
        pub(crate) fn $vector<const B: u32>(cpu: &mut Cpu, [regs, ..]: Args) -> Out {
            two::<B>(cpu, regs, |a, n| $f::<B>(a, shift_of::<B>(n)))
        }

        /// The same, all elements by the number in the second argument.
        pub(crate) fn $scalar<const B: u32>(cpu: &mut Cpu, [regs, n, ..]: Args) -> Out {
            let n = shift_of::<B>(n.into());
            one::<B>(cpu, regs, |a| $f::<B>(a, n))
        }
    )* };
}

shifts! {
    /// VECTOR ELEMENT SHIFT LEFT, by elements.
    shift_left_by shift_left = left;
    /// VECTOR ELEMENT SHIFT RIGHT LOGICAL, by elements.
    shift_right_by shift_right = right;
    /// VECTOR ELEMENT SHIFT RIGHT ARITHMETIC, by elements.
    shift_right_arithmetic_by shift_right_arithmetic = right_arithmetic;
    /// VECTOR ELEMENT ROTATE LEFT LOGICAL, by elements.
    rotate_by rotate_all = rotate;
}

/// VECTOR ELEMENT ROTATE AND INSERT UNDER MASK.
pub(crate) fn rotate_insert<const B: u32>(cpu: &mut Cpu, [regs, ..]: Args) -> Out {
    let r = Regs::of(regs);
    let (old, a, m) = (get(cpu, r.v1), get(cpu, r.v2), get(cpu, r.v3));
    let n = u32::from(r.m) % B;
    let turned = build::<B>(|i| rotate::<B>(lane::<B>(a, i), n));
    set(cpu, r.v1, old & !m | turned & m);
    Ok(0)
}

/// Shifts of the whole vector (VECTOR SHIFT LEFT and its kin): M bit 0 right, bit 1 arithmetic, bit 2 by bytes. Byte by byte, by
/// what the byte of the third operand says; they must agree for shifts by bits, but need not.
pub(crate) fn shift_whole(cpu: &mut Cpu, [regs, ..]: Args) -> Out {
    let r = Regs::of(regs);
    let (a, b) = (get(cpu, r.v2), get(cpu, r.v3));
    let (is_right, arithmetic, bytes) = (r.m & 1 != 0, r.m & 2 != 0, r.m & 4 != 0);
    let fill = if arithmetic && a >> 127 != 0 { u128::MAX } else { 0 };
    let result = if bytes {
        let n = lane::<8>(b, 7) as u32 & 0x78;
        match (is_right, n) {
            (_, 0) => a,
            (true, n) => a >> n | fill << (128 - n),
            (false, n) => a << n,
        }
    } else {
        build::<8>(|i| {
            let n = lane::<8>(b, i) as u32 & 7;
            let own = lane::<8>(a, i);
            if is_right {
                let before = if i == 0 { fill & 0xff } else { lane::<8>(a, i - 1) };
                (before << 8 | own) >> n
            } else {
                let after = if i == 15 { 0 } else { lane::<8>(a, i + 1) };
                (own << 8 | after) << n >> 8
            }
        })
    };
    set(cpu, r.v1, result);
    Ok(0)
}

/// VECTOR SHIFT LEFT DOUBLE BY BYTE.
pub(crate) fn shift_double(cpu: &mut Cpu, [regs, ..]: Args) -> Out {
    let r = Regs::of(regs);
    let (a, b, n) = (get(cpu, r.v2), get(cpu, r.v3), u32::from(r.m & 15) * 8);
    set(cpu, r.v1, if n == 0 { a } else { a << n | b >> (128 - n) });
    Ok(0)
}

/// VECTOR SHIFT LEFT DOUBLE BY BIT, VECTOR SHIFT RIGHT DOUBLE BY BIT: M the bits, 0 to 7; N tells of the right.
pub(crate) fn shift_double_by_bit(cpu: &mut Cpu, [regs, ..]: Args) -> Out {
    let r = Regs::of(regs);
    let (a, b, n) = (get(cpu, r.v2), get(cpu, r.v3), u32::from(r.m));
    let result = match (n, r.n) {
        (0, 0) => a,
        (0, _) => b,
        (_, 0) => a << n | b >> (128 - n),
        _ => b >> n | a << (128 - n),
    };
    set(cpu, r.v1, result);
    Ok(0)
}

/// VECTOR TEST UNDER MASK.
pub(crate) fn test_mask(cpu: &mut Cpu, [regs, ..]: Args) -> Out {
    let r = Regs::of(regs);
    let (a, m) = (get(cpu, r.v1), get(cpu, r.v2));
    Ok(match a & m {
        0 => 0,
        v if v == m => 3,
        _ => 1,
    })
}
