//! Random numbers, and operands that are likely to find something: for generators of cases.

/// Random numbers from a seed (splitmix64, Steele, Lea and Flood 2014).
pub struct Random(pub u64);

impl Random {
    /// The next 64 bits.
    #[expect(clippy::should_implement_trait, reason = "it never ends, and is no iterator")]
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ z >> 31
    }

    /// A number below `n`.
    ///
    /// # Panics
    /// When `n` is 0.
    pub fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }

    /// One of `list`.
    ///
    /// # Panics
    /// When it is empty.
    pub fn pick<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.below(list.len() as u64) as usize]
    }

    /// An integer at a border of some width, a small one, a power of two, or any.
    pub fn integer(&mut self) -> u64 {
        let special =
            [0, 1, 2, u64::MAX, 1 << 63, i64::MAX as u64, i32::MIN as u64, i32::MAX as u64, 1 << 32, 0xffff_ffff];
        match self.below(6) {
            0 => self.pick(&special),
            1 => (self.next() as i8) as u64,
            2 => (self.next() as i32) as u64,
            3 => self.next() >> self.below(64),
            4 => 1u64 << self.below(64),
            _ => self.next(),
        }
    }

    /// A binary32 number: zero, infinity, NaNs of both kinds and codings, borders, integers, numbers near 1, or any.
    pub fn single(&mut self) -> u64 {
        let special = [
            0,
            0x3f80_0000,
            0x7f80_0000,
            0x7fc0_0000,
            0x7f80_0001,
            0x7fbf_ffff,
            1,
            0x007f_ffff,
            0x0080_0000,
            0x7f7f_ffff,
            0x4f00_0000,
            0x5f00_0000,
        ];
        let sign = self.next() & 1 << 31;
        match self.below(4) {
            0 => self.pick(&special) | sign,
            1 => u64::from((self.integer() as i64 as f32).to_bits()),
            2 => u64::from((self.next() as u32) & 0x807f_ffff | (100 + self.below(56) as u32) << 23),
            _ => self.next() & 0xffff_ffff,
        }
    }

    /// A binary64 number likewise, or two of binary32.
    pub fn double(&mut self) -> u64 {
        let special = [
            0,
            0x3ff0 << 48,
            0x7ff0 << 48,
            0x7ff8 << 48,
            0x7ff0 << 48 | 1,
            0x7ff7_ffff_ffff_ffff,
            1,
            (1 << 52) - 1,
            1 << 52,
            0x7fef_ffff_ffff_ffff,
            0x41e0 << 48,
            0x43e0 << 48,
            0x47ef_ffff_f000_0000,
        ];
        let sign = self.next() & 1 << 63;
        match self.below(5) {
            0 => self.pick(&special) | sign,
            1 => (self.integer() as i64 as f64).to_bits(),
            2 => self.next() & 0x800f_ffff_ffff_ffff | (960 + self.below(128)) << 52,
            3 => self.single() << 32 | self.single(),
            _ => self.next(),
        }
    }
}
