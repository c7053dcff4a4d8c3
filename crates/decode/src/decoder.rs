//! From an encoding to its row.

use crate::{Insn, Pattern};

/// Some neighbouring bits of an encoding: the lowest one's number and how many.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Bits(pub u32, pub u32);

/// Which bits of an encoding choose the bucket, for each width; lowest field first. A target names those that tell most rows apart
/// (major opcode and function fields). About 8 to 12 bits are right: each row stands in every bucket that its free bits can reach.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Index {
    /// Bits of 16-bit encodings.
    pub w16: &'static [Bits],
    /// Bits of 32-bit encodings.
    pub w32: &'static [Bits],
    /// Bits of 48-bit encodings.
    pub w48: &'static [Bits],
}

/// The rows that a CPU with certain features has, ready for lookup.
pub struct Decoder<L: 'static> {
    rows: Vec<&'static Insn<L>>,
    w16: Buckets,
    w32: Buckets,
    w48: Buckets,
}

/// Rows of one width by their index bits: bucket `i` is `list[starts[i]..starts[i + 1]]`, special rows before general ones.
struct Buckets {
    index: &'static [Bits],
    starts: Vec<u32>,
    list: Vec<u16>,
}

impl<L> Decoder<L> {
    /// The decoder for a CPU with `features` (a bit each, as in [`crate::Guard`]).
    ///
    /// # Panics
    /// When the tables have more than 65,535 rows.
    pub fn new(tables: &[&'static [Insn<L>]], features: u128, index: Index) -> Decoder<L> {
        let mut rows: Vec<&'static Insn<L>> =
            tables.iter().flat_map(|t| t.iter()).filter(|i| i.guard.holds(features)).collect();
        assert!(rows.len() <= usize::from(u16::MAX), "a decoder holds at most 65,535 rows");
        // A row that refines another has more fixed bits; the sort is stable, so the manual's order remains otherwise.
        rows.sort_by_key(|i| std::cmp::Reverse(i.pattern.mask.count_ones()));
        let buckets = |width, index| Buckets::new(&rows, width, index);
        let (w16, w32, w48) = (buckets(16, index.w16), buckets(32, index.w32), buckets(48, index.w48));
        Decoder { rows, w16, w32, w48 }
    }

    /// The row of an encoding of `width` (16, 32 or 48) bits.
    #[inline]
    pub fn decode(&self, bits: u64, width: u32) -> Option<&'static Insn<L>> {
        let buckets = match width {
            16 => &self.w16,
            32 => &self.w32,
            _ => &self.w48,
        };
        let i = gather(buckets.index, bits) as usize;
        let (from, to) = (buckets.starts[i] as usize, buckets.starts[i + 1] as usize);
        let rows = buckets.list[from..to].iter().map(|n| self.rows[usize::from(*n)]);
        rows.into_iter().find(|row| row.pattern.matches(bits))
    }

    /// Text of an encoding of `width` bits at address `pc`.
    pub fn disassemble(&self, bits: u64, width: u32, pc: u64) -> Option<String> {
        self.decode(bits, width)?.text(bits, pc).ok()
    }

    /// All rows, the special before the general.
    pub fn rows(&self) -> &[&'static Insn<L>] {
        &self.rows
    }

    /// A random encoding of a random row; every row is equally likely. `random` gives random numbers.
    ///
    /// The bits belong to the row that is returned, or to one that refines it, as decoding will tell.
    ///
    /// # Panics
    /// When there are no rows.
    pub fn sample(&self, mut random: impl FnMut() -> u64) -> (&'static Insn<L>, u64) {
        let row = self.rows[(random() % self.rows.len() as u64) as usize];
        let bits = row.pattern.fill(random());
        (self.decode(bits, row.pattern.width).unwrap_or(row), bits)
    }
}

impl Buckets {
    fn new<L>(rows: &[&'static Insn<L>], width: u32, index: &'static [Bits]) -> Buckets {
        let size = 1usize << index.iter().map(|b| b.1).sum::<u32>();
        let mut buckets = vec![Vec::new(); size];
        for (n, row) in rows.iter().enumerate().filter(|(_, r)| r.pattern.width == width) {
            for_each_index(row.pattern, index, |i| buckets[i].push(n as u16));
        }
        let mut starts = vec![0];
        let mut list = Vec::new();
        for bucket in buckets {
            list.extend(bucket);
            starts.push(list.len() as u32);
        }
        Buckets { index, starts, list }
    }
}

/// The index bits of `bits`.
#[inline]
fn gather(index: &[Bits], bits: u64) -> u64 {
    let mut shift = 0;
    index.iter().fold(0, |all, &Bits(lo, len)| {
        let part = bits::field(bits, lo, len) << shift;
        shift += len;
        all | part
    })
}

/// Calls `f` with each bucket number that encodings of `pattern` can have.
fn for_each_index(pattern: Pattern, index: &[Bits], mut f: impl FnMut(usize)) {
    let size: u32 = index.iter().map(|b| b.1).sum();
    let (fixed, value) = (gather(index, pattern.mask), gather(index, pattern.value));
    let free = !fixed & bits::mask(size);
    // Counts through the subsets of the free bits.
    let mut subset = 0u64;
    loop {
        f((value | subset) as usize);
        subset = subset.wrapping_sub(free) & free;
        if subset == 0 {
            break;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Flow, Format, Operand, insns};

    #[derive(Clone, Copy)]
    enum Ext {
        I,
        Wide,
    }
    struct Lift;
    struct R {
        rd: u64,
        imm: u64,
    }
    impl From<u64> for R {
        fn from(bits: u64) -> R {
            R { rd: bits >> 4 & 15, imm: bits >> 8 & 15 }
        }
    }
    impl Format for R {
        fn operand(&self, name: &str, pc: u64) -> Option<Operand> {
            Some(match name {
                "rd" => Operand::Owned(format!("r{}", self.rd)),
                "imm" => Operand::Signed(self.imm as i64),
                "cc" => Operand::Text(if self.imm & 1 != 0 { ".z" } else { "" }),
                "target" => Operand::Hex(pc + self.imm),
                _ => return None,
            })
        }
    }
    insns! {
        /// Rows for these tests.
        ROWS for Lift;
        "1111 .... .... 0001" R add_i "{rd}, {imm}"         [I];
        "1111 0000 0000 0001" R nop   ""                    [I] over add_i;
        "0000 .... .... 0001" R b     "{.cc} {rd}, {target}" [I !Wide];
        "0000 .... .... 0001" R in_   "{rd}({imm})"         [I Wide];
        "1111 ........ ........ .... .... 0001" R lw "{rd}" [Wide];
    }
    fn add_i(_: &Lift, _: R) -> Flow {
        Flow::Next
    }
    use add_i as nop;
    use add_i as b;
    use add_i as in_;
    use add_i as lw;

    const INDEX: Index = Index { w16: &[Bits(0, 2), Bits(12, 4)], w32: &[Bits(28, 4)], w48: &[] };

    #[test]
    fn special_rows_win_and_guards_choose() {
        let narrow = Decoder::new(&[ROWS], 1, INDEX);
        let wide = Decoder::new(&[ROWS], 3, INDEX);
        assert_eq!(narrow.disassemble(0xf001, 16, 0).as_deref(), Some("nop"));
        assert_eq!(narrow.disassemble(0xf251, 16, 0).as_deref(), Some("add.i r5, 2"));
        assert_eq!(narrow.disassemble(0x0351, 16, 0x100).as_deref(), Some("b.z r5, 0x103"));
        assert_eq!(narrow.disassemble(0x0251, 16, 0x100).as_deref(), Some("b r5, 0x102"));
        assert_eq!(wide.disassemble(0x0351, 16, 0).as_deref(), Some("in r5(3)"));
        assert_eq!(narrow.disassemble(0x0352, 16, 0), None);
        assert_eq!(narrow.disassemble(0xf000_0001, 32, 0), None);
        assert_eq!(wide.disassemble(0xf000_0021, 32, 0).as_deref(), Some("lw r2"));
        assert_eq!(wide.disassemble(0, 48, 0), None);
    }

    #[test]
    fn samples_decode() {
        let decoder = Decoder::new(&[ROWS], 3, INDEX);
        let mut state = 1u64;
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            state >> 32
        };
        for _ in 0..200 {
            let (row, bits) = decoder.sample(&mut next);
            assert_eq!(decoder.decode(bits, row.pattern.width).map(|r| r.name), Some(row.name));
        }
    }

    #[test]
    fn a_table_with_an_unknown_field_is_found() {
        mod bad {
            use super::{Ext, Lift, R, add_i};
            crate::insns! {
                /// A wrong template.
                pub(super) BAD for Lift;
                "1111 .... .... 0001" R add_i "{rd}, {rs7}" [I];
            }
        }
        assert_eq!(crate::check_isa(&[ROWS]), Vec::<String>::new());
        let found = crate::check_isa(&[ROWS, bad::BAD]);
        assert_eq!(found, ["add_i overlaps add_i", "add_i: its format has no field 'rs7'"].map(String::from));
    }
}
