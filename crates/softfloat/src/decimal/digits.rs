//! Natural numbers as decimal digits, lowest first, without leading zeros.

use std::cmp::Ordering;

/// A natural number.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Digits(Vec<u8>);

impl Digits {
    /// From digits, lowest first.
    pub fn new(mut list: Vec<u8>) -> Digits {
        while list.last() == Some(&0) {
            list.pop();
        }
        Digits(list)
    }

    /// The digits of a number.
    pub fn from_u128(mut v: u128) -> Digits {
        let mut list = Vec::new();
        while v != 0 {
            list.push((v % 10) as u8);
            v /= 10;
        }
        Digits(list)
    }

    /// The number, if it fits.
    pub fn to_u128(&self) -> Option<u128> {
        self.0.iter().rev().try_fold(0u128, |all, d| all.checked_mul(10)?.checked_add(u128::from(*d)))
    }

    /// How many digits; 0 for zero.
    #[allow(clippy::len_without_is_empty, reason = "`is_zero` is what that would be")]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether it is zero.
    pub fn is_zero(&self) -> bool {
        self.0.is_empty()
    }

    /// Digit `i` from the right.
    pub fn digit(&self, i: usize) -> u8 {
        self.0.get(i).copied().unwrap_or(0)
    }

    /// Times a power of ten.
    pub fn up(&self, n: usize) -> Digits {
        let mut list = vec![0; n];
        list.extend(&self.0);
        Digits::new(list)
    }

    /// Without the lowest `n` digits.
    pub fn down(&self, n: usize) -> Digits {
        Digits(self.0.get(n..).unwrap_or(&[]).to_vec())
    }

    /// The lowest `n` digits.
    pub fn low(&self, n: usize) -> Digits {
        Digits::new(self.0[..n.min(self.len())].to_vec())
    }

    /// The sum.
    pub fn add(&self, other: &Digits) -> Digits {
        let (mut list, mut carry) = (Vec::new(), 0);
        for i in 0..self.len().max(other.len()) {
            let sum = self.digit(i) + other.digit(i) + carry;
            list.push(sum % 10);
            carry = sum / 10;
        }
        list.push(carry);
        Digits::new(list)
    }

    /// The difference; the other one is not greater.
    pub fn sub(&self, other: &Digits) -> Digits {
        let (mut list, mut borrow) = (Vec::new(), 0);
        for i in 0..self.len() {
            let difference = 10 + self.digit(i) - other.digit(i) - borrow;
            list.push(difference % 10);
            borrow = 1 - difference / 10;
        }
        Digits::new(list)
    }

    /// The product.
    pub fn mul(&self, other: &Digits) -> Digits {
        let mut sums = vec![0u32; self.len() + other.len() + 1];
        for (i, a) in self.0.iter().enumerate() {
            for (j, b) in other.0.iter().enumerate() {
                sums[i + j] += u32::from(*a) * u32::from(*b);
            }
        }
        let mut carry = 0;
        let list = sums.into_iter().map(|sum| {
            let all = sum + carry;
            carry = all / 10;
            (all % 10) as u8
        });
        Digits::new(list.collect())
    }

    /// Quotient and remainder; the divisor is not zero.
    pub fn div(&self, divisor: &Digits) -> (Digits, Digits) {
        let (mut quotient, mut rest) = (vec![0; self.len()], Digits::default());
        for i in (0..self.len()).rev() {
            rest.0.insert(0, self.digit(i));
            rest = Digits::new(rest.0);
            while rest.order(divisor) != Ordering::Less {
                rest = rest.sub(divisor);
                quotient[i] += 1;
            }
        }
        (Digits::new(quotient), rest)
    }

    /// How it compares.
    pub fn order(&self, other: &Digits) -> Ordering {
        self.len().cmp(&other.len()).then_with(|| self.0.iter().rev().cmp(other.0.iter().rev()))
    }
}

#[cfg(test)]
mod tests {
    use super::Digits;

    #[test]
    fn agrees_with_integers() {
        let numbers = [0u128, 1, 9, 10, 99, 12_345, 999_999_999, 1_000_000_007];
        for (a, b) in numbers.iter().flat_map(|a| numbers.iter().map(move |b| (*a, *b))) {
            let (x, y) = (Digits::from_u128(a), Digits::from_u128(b));
            assert_eq!(x.add(&y).to_u128(), Some(a + b));
            assert_eq!(x.mul(&y).to_u128(), Some(a * b));
            if a >= b {
                assert_eq!(x.sub(&y).to_u128(), Some(a - b));
            }
            if let (Some(quotient), Some(rest)) = (a.checked_div(b), a.checked_rem(b)) {
                let (q, r) = x.div(&y);
                assert_eq!((q.to_u128(), r.to_u128()), (Some(quotient), Some(rest)));
            }
        }
    }
}
