//! Random operands of vectors.

use testkit::random::Random;

/// What vectors hold.
pub(crate) trait Vector {
    /// A binary16 number.
    fn half(&mut self) -> u64;

    /// 64 bits of a vector: a double, two singles, four halves, or an integer.
    fn lanes(&mut self, kind: u64) -> u64;
}

impl Vector for Random {
    fn half(&mut self) -> u64 {
        let special = [0, 0x3c00, 0x7c00, 0x7e00, 0x7c01, 0x0001, 0x03ff, 0x0400, 0x7bff];
        if self.below(3) == 0 { self.pick(&special) | self.next() & 0x8000 } else { self.next() & 0xffff }
    }

    fn lanes(&mut self, kind: u64) -> u64 {
        match kind {
            0 => self.double(),
            1 => self.single() | self.single() << 32,
            2 => (0..4).fold(0, |all, _| all << 16 | self.half()),
            _ => self.integer(),
        }
    }
}
