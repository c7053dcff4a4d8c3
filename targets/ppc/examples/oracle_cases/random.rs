//! Random numbers, and operands that are likely to find something.

/// Random numbers (splitmix64, Steele, Lea and Flood 2014).
pub(crate) struct Random(pub(crate) u64);

impl Random {
    /// The next 64 bits.
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ z >> 31
    }

    /// A number below `n`.
    pub(crate) fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }

    /// One of `list`.
    pub(crate) fn pick<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.below(list.len() as u64) as usize]
    }

    /// An integer that is likely to be interesting.
    pub(crate) fn integer(&mut self) -> u64 {
        match self.below(6) {
            0 => self.pick(&[
                0,
                1,
                2,
                u64::MAX,
                1 << 63,
                i64::MAX as u64,
                i32::MIN as u64,
                i32::MAX as u64,
                1 << 32,
                0xffff_ffff,
            ]),
            1 => (self.next() as i8) as u64,
            2 => (self.next() as i32) as u64,
            3 => self.next() >> self.below(64),
            4 => 1u64 << self.below(64),
            _ => self.next(),
        }
    }

    /// A double that is likely to be interesting.
    pub(crate) fn double(&mut self) -> u64 {
        let special = [
            0,
            0x3ff0 << 48,
            0x7ff0 << 48,
            0x7ff8 << 48,
            0x7ff0 << 48 | 1,
            1,
            (1 << 52) - 1,
            1 << 52,
            0x7fef_ffff_ffff_ffff,
            0x41e0 << 48,
            0x43e0 << 48,
            0x47ef_ffff_f000_0000,
        ];
        let sign = self.next() & 1 << 63;
        match self.below(4) {
            0 => self.pick(&special) | sign,
            1 => (self.integer() as i64 as f64).to_bits(),
            2 => self.next() & 0x800f_ffff_ffff_ffff | (960 + self.below(128)) << 52,
            _ => self.next(),
        }
    }
}

impl Random {
    /// A decimal number, or packed digits.
    pub(crate) fn decimal(&mut self) -> u64 {
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
