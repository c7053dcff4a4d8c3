//! Widths of values.

/// The width of a value, in bits. Values are kept zero-extended in 64 bits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub enum Width {
    /// A truth value: 0 or 1.
    W1,
    /// A byte.
    W8,
    /// 16 bits.
    W16,
    /// 32 bits.
    W32,
    /// 64 bits.
    W64,
}

impl Width {
    /// All widths, narrowest first.
    pub const ALL: [Width; 5] = [Width::W1, Width::W8, Width::W16, Width::W32, Width::W64];

    /// The number of bits.
    pub const fn bits(self) -> u32 {
        match self {
            Width::W1 => 1,
            Width::W8 => 8,
            Width::W16 => 16,
            Width::W32 => 32,
            Width::W64 => 64,
        }
    }

    /// The number of bytes in memory; a truth value has none of its own and counts as 1.
    pub const fn bytes(self) -> u32 {
        self.bits().div_ceil(8)
    }

    /// The mask of the bits that a value of this width may have set.
    pub const fn mask(self) -> u64 {
        bits::mask(self.bits())
    }

    /// `value` cut to this width.
    pub const fn cut(self, value: u64) -> u64 {
        value & self.mask()
    }

    /// `value` of this width as a signed number.
    pub const fn signed(self, value: u64) -> i64 {
        bits::sign_extend(value, self.bits()) as i64
    }

    /// The width of `bits` bits, if there is one.
    pub const fn from_bits(bits: u32) -> Option<Width> {
        match bits {
            1 => Some(Width::W1),
            8 => Some(Width::W8),
            16 => Some(Width::W16),
            32 => Some(Width::W32),
            64 => Some(Width::W64),
            _ => None,
        }
    }
}

impl std::fmt::Display for Width {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "w{}", self.bits())
    }
}
