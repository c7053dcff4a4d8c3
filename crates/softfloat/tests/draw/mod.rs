//! Draws operands that hurt: specials, exponents at the edges or close together, significands with runs and few bits.
//!
//! Shared by the tests of this crate and by `oracles/softfloat`.
#![allow(dead_code, reason = "each user takes a part")]

use softfloat::Format;

/// A small generator with a seed (splitmix64 by Steele, Lea and Flood), so that failures repeat.
pub(crate) struct Rng(pub(crate) u64);

impl Rng {
    /// The next 64 bits.
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Below `n`.
    pub(crate) fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }

    /// 128 bits.
    pub(crate) fn wide(&mut self) -> u128 {
        u128::from(self.next()) << 64 | u128::from(self.next())
    }
}

/// Puts the fields together; `fraction` lacks the leading bit, which x87 gets if the exponent field is not zero.
pub(crate) fn encode(format: &Format, sign: bool, biased: i32, fraction: u128) -> u128 {
    let fraction = fraction & ((1 << (format.precision - 1)) - 1);
    let leading = u128::from(format.explicit && biased != 0) << (format.precision - 1);
    let sign = u128::from(sign) << (format.width - 1);
    sign | (biased as u128) << format.sig_bits() | leading | fraction
}

/// Zeros, ones, edges of the range, infinities and NaNs of both signs.
pub(crate) fn specials(format: &Format) -> Vec<u128> {
    let (max, bias) = (format.exp_max(), format.bias());
    let ones = u128::MAX;
    let quiet = 1 << (format.precision - 2);
    let rows = [
        (0, 0),
        (0, 1),
        (0, 2),
        (0, quiet),
        (0, ones),
        (1, 0),
        (1, 1),
        (1, ones),
        (bias - 1, 0),
        (bias - 1, ones),
        (bias, 0),
        (bias, 1),
        (bias, quiet),
        (bias + 1, 0),
        (bias + format.precision as i32 - 1, 1),
        (max - 1, 0),
        (max - 1, ones),
        (max, 0),
        (max, 1),
        (max, quiet - 1),
        (max, quiet),
        (max, quiet | 5),
        (max, ones),
    ];
    rows.iter().flat_map(|&(exp, frac)| [false, true].map(|sign| encode(format, sign, exp, frac))).collect()
}

/// Three of the specials.
pub(crate) fn special_operands(format: &Format, rng: &mut Rng) -> [u128; 3] {
    let all = specials(format);
    [(); 3].map(|()| all[rng.below(all.len() as u64) as usize])
}

fn fraction(rng: &mut Rng) -> u128 {
    match rng.below(6) {
        0 => rng.wide() & rng.wide() & rng.wide() & rng.wide(),
        1 => u128::MAX << rng.below(128),
        2 => u128::MAX >> rng.below(128),
        3 => !(1u128 << rng.below(128)),
        _ => rng.wide(),
    }
}

fn exponent(format: &Format, rng: &mut Rng) -> i32 {
    let (max, p) = (format.exp_max(), i64::from(format.precision));
    let near = |centre: i32, spread: i64, rng: &mut Rng| {
        let offset = rng.below(2 * spread as u64 + 1) as i64 - spread;
        (i64::from(centre) + offset).clamp(0, i64::from(max) - 1) as i32
    };
    match rng.below(6) {
        0 => near(format.bias(), p + 3, rng),
        1 => near(0, 3, rng),
        2 => near(max, p, rng),
        3 => near(0, p, rng),
        _ => rng.below(max as u64) as i32,
    }
}

/// One operand.
pub(crate) fn operand(format: &Format, rng: &mut Rng) -> u128 {
    if rng.below(12) == 0 {
        let all = specials(format);
        return all[rng.below(all.len() as u64) as usize];
    }
    let exp = exponent(format, rng);
    encode(format, rng.next() & 1 == 1, exp, fraction(rng))
}

fn exponent_of(format: &Format, bits: u128) -> i32 {
    (bits >> format.sig_bits()) as i32 & format.exp_max()
}

/// Three operands: the second often close to the first, the third often close to one of them or to their product.
pub(crate) fn operands(format: &Format, rng: &mut Rng) -> [u128; 3] {
    let a = operand(format, rng);
    let close = |centre: i32, spread: u64, rng: &mut Rng| {
        let exp = centre + rng.below(2 * spread + 1) as i32 - spread as i32;
        encode(format, rng.next() & 1 == 1, exp.clamp(0, format.exp_max() - 1), fraction(rng))
    };
    let b = match rng.below(4) {
        0 => close(exponent_of(format, a), 2, rng),
        1 => close(exponent_of(format, a), u64::from(format.precision) + 2, rng),
        _ => operand(format, rng),
    };
    let product = exponent_of(format, a) + exponent_of(format, b) - format.bias();
    let c = match rng.below(4) {
        0 => close(product, 2, rng),
        1 => close(product, 2 * u64::from(format.precision) + 2, rng),
        _ => operand(format, rng),
    };
    [a, b, c]
}

/// An integer with any number of leading zeros or ones.
pub(crate) fn integer(rng: &mut Rng) -> u64 {
    let value = fraction(rng) as u64;
    let shift = rng.below(64);
    if rng.next() & 1 == 1 { (value as i64 >> shift) as u64 } else { value >> shift }
}
