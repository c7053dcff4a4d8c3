//! The fixed bits of an encoding.

/// The fixed bits of an encoding and its width.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Pattern {
    /// The bits that are fixed.
    pub mask: u64,
    /// Their values; 0 where the mask is 0.
    pub value: u64,
    /// Length of the encoding in bits: 16, 32 or 48.
    pub width: u32,
}

impl Pattern {
    /// Parses `"0000001 ..... ..... 000 ..... 0110011"`, highest bit first; spaces only group digits.
    ///
    /// # Panics
    /// When there is another character or another number of digits than 16, 32 or 48. In a table this is a compile-time error.
    pub const fn parse(text: &str) -> Pattern {
        let bytes = text.as_bytes();
        let (mut mask, mut value, mut width, mut i) = (0, 0, 0, 0);
        while i < bytes.len() {
            let (m, v) = match bytes[i] {
                b'0' => (1, 0),
                b'1' => (1, 1),
                b'.' => (0, 0),
                b' ' => {
                    i += 1;
                    continue;
                }
                _ => panic!("a pattern may hold only '0', '1', '.' and spaces"),
            };
            mask = mask << 1 | m;
            value = value << 1 | v;
            width += 1;
            i += 1;
        }
        assert!(width == 16 || width == 32 || width == 48, "a pattern must be 16, 32 or 48 bits wide");
        Pattern { mask, value, width }
    }

    /// Whether `bits`, an encoding of this width, has the fixed bits.
    pub const fn matches(self, bits: u64) -> bool {
        bits & self.mask == self.value
    }

    /// Whether some encoding matches both.
    pub const fn overlaps(self, other: Pattern) -> bool {
        self.width == other.width && self.mask & other.mask & (self.value ^ other.value) == 0
    }

    /// Whether all encodings of this pattern, and not only they, match `other`.
    pub const fn refines(self, other: Pattern) -> bool {
        self.overlaps(other) && self.mask & other.mask == other.mask && self.mask != other.mask
    }

    /// The fixed bits with the others taken from `random`.
    pub const fn fill(self, random: u64) -> u64 {
        (random & !self.mask | self.value) & (u64::MAX >> (64 - self.width))
    }
}

#[cfg(test)]
mod tests {
    use super::Pattern;

    /// One pattern of each guest with a fixed-width or two-length encoding, against words from its manual's examples.
    #[test]
    fn patterns_of_six_guests_match_real_encodings() {
        let rows: &[(&str, &str, u64)] = &[
            ("riscv   mul a0, a1, a2", "0000001 ..... ..... 000 ..... 0110011", 0x02c5_8533),
            ("riscv   c.add a0, a1", "1001 ..... ..... 10", 0x952e),
            ("mips    addu v0, a0, a1", "000000 ..... ..... ..... 00000 100001", 0x0085_1021),
            ("ppc     add r3, r4, r5", "011111 ..... ..... ..... . 100001010 .", 0x7c64_2a14),
            ("sparc   add %g1, %g2, %g3", "10 ..... 000000 ..... . .............", 0x8600_4002),
            ("tricore add d2, d4, d5", ".... 00000000 .... .... .... 00001011", 0x2000_540b),
            ("s390x   ag 1,4095(2,3)", "11100011 .... .... .... ............ ........ 00001000", 0xe312_3fff_0008),
            ("s390x   ar 1,2", "00011010 .... ....", 0x1a12),
        ];
        for (name, pattern, bits) in rows {
            assert!(Pattern::parse(pattern).matches(*bits), "{name}");
            assert!(!Pattern::parse(pattern).matches(!*bits), "{name}, inverted");
        }
    }

    #[test]
    fn overlap_and_refinement() {
        let p = |s: &str| Pattern::parse(s);
        let (general, special, other) = (p("........ ....0001"), p("0000.... ....0001"), p("........ ....0010"));
        assert!(general.overlaps(special) && special.overlaps(general));
        assert!(special.refines(general) && !general.refines(special) && !general.refines(general));
        assert!(!general.overlaps(other));
        assert!(!general.overlaps(p("................ ............0001")), "widths differ");
    }

    #[test]
    fn fill_keeps_fixed_bits_and_width() {
        let p = Pattern::parse("1100.... ....0001");
        assert_eq!(p.fill(u64::MAX), 0xcff1);
        assert_eq!(p.fill(0), 0xc001);
    }
}
