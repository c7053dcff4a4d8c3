//! Random decimal operands.

use testkit::random::Random;

/// What decimal instructions take.
pub(crate) trait Decimal {
    /// A decimal number, or packed digits.
    fn decimal(&mut self) -> u64;
}

impl Decimal for Random {
    fn decimal(&mut self) -> u64 {
        let sign = self.next() & 1 << 63;
        let digits = self.below(17);
        let packed = (0..digits).fold(0u64, |all, _| all << 4 | self.below(10));
        match self.below(8) {
            0 => self.pick(&[0x1e, 0x1f, 0x1f << 1 | 1, 0x3f]) << 57 | sign | self.below(4),
            1 => (packed << 4) | (10 + self.below(6)),
            2 => packed,
            3 => self.integer(),
            // Exponents near to each other.
            4 | 5 => 0x2234 << 48 | sign | self.below(8) << 50 | self.next() >> (14 + self.below(50)),
            6 => self.next() & 0xfffc_0000_0000_0000 | self.next() >> (14 + self.below(50)),
            _ => self.next(),
        }
    }
}
