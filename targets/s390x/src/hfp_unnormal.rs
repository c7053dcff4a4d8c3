//! The HFP unnormalized extension (PoP, "MULTIPLY UNNORMALIZED" and "MULTIPLY AND ADD UNNORMALIZED"): products and sums of 28 digits,
//! which are neither normalized nor checked for exponents that don't fit; the high part, the low part or both are kept.

use crate::hfp::{EXTENDED, Hex, LONG};
use crate::state;
use crate::trap::{Cpu, Out};

type Args = [u64; 4];

/// Digits of a product.
const DIGITS: u32 = 28;

const MASK: u128 = (1 << (4 * DIGITS)) - 1;

/// Which part of the result goes to the register.
pub(crate) const BOTH: i64 = 0;
/// The leftmost 14 digits.
pub(crate) const HIGH: i64 = 1;
/// The rightmost 14 digits.
pub(crate) const LOW: i64 = 2;

/// The parts of a result, the low one's characteristic 14 less, modulo 128.
fn parts(value: Hex) -> (u64, u64) {
    let head = |exponent: i32| u64::from(value.negative) << 63 | (exponent as u64 & 0x7f) << 56;
    let digits = |fraction: u128| fraction as u64 & 0x00ff_ffff_ffff_ffff;
    (
        head(value.exponent) | digits(value.fraction >> 56),
        head(value.exponent - LONG.digits as i32) | digits(value.fraction),
    )
}

/// The sum of a product and a long number, which is shifted to the right or to the left until it has the product's characteristic. Digits
/// that leave the 28 of the product on either side take part in the addition and are lost then, a carry among them.
fn sum(product: Hex, addend: Hex) -> Hex {
    let by = product.exponent - addend.exponent;
    let digits = addend.fraction << 56;
    let shift = 4 * by.unsigned_abs();
    // What of the aligned addend lies within 128 bits, and whether there is more to the left or to the right of that.
    let (aligned, above, below) = if by < 0 {
        let aligned = digits.checked_shl(shift).unwrap_or(0);
        (aligned, aligned.checked_shr(shift).unwrap_or(0) != digits, false)
    } else {
        let aligned = digits.checked_shr(shift).unwrap_or(0);
        (aligned, false, aligned.checked_shl(shift).unwrap_or(0) != digits)
    };
    // An exact zero is positive.
    let (negative, fraction) = if product.negative == addend.negative {
        let is_zero = product.fraction == 0 && digits == 0;
        (product.negative && !is_zero, product.fraction.wrapping_add(aligned))
    } else if !above && product.fraction > aligned {
        (product.negative, product.fraction - aligned - u128::from(below))
    } else {
        let is_zero = !above && !below && product.fraction == aligned;
        (addend.negative && !is_zero, aligned.wrapping_sub(product.fraction))
    };
    Hex { negative, fraction: fraction & MASK, ..product }
}

/// Registers (R1, and what is kept times 16, and whether to add times 64), both factors.
pub(crate) fn multiply(cpu: &mut Cpu, [how, second, third, _]: Args) -> Out {
    let (r1, kept, adds) = (how as u8 & 15, (how >> 4 & 3) as i64, how >> 6 & 1 != 0);
    let (a, b) = (Hex::decode(second.into(), LONG), Hex::decode(third.into(), LONG));
    let product = Hex {
        negative: a.negative != b.negative,
        exponent: a.exponent + b.exponent - 64,
        fraction: a.fraction * b.fraction,
    };
    let result = if adds { sum(product, Hex::decode(cpu.reg(state::f(r1)).into(), LONG)) } else { product };
    let (high, low) = parts(result);
    match kept {
        HIGH => cpu.set_reg(state::f(r1), high),
        LOW => cpu.set_reg(state::f(r1), low),
        _ => {
            // R1 may be either register of the pair.
            cpu.set_reg(state::f(r1 & !2), high);
            cpu.set_reg(state::f(r1 | 2), low);
        }
    }
    Ok(0)
}

const _: () = assert!(EXTENDED.digits == DIGITS);
