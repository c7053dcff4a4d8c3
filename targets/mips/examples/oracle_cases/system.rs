//! Cases of coprocessor 0: registers written and read back, entries of the TLB, and accesses that they translate.

use testkit::insn::DATA;

use crate::{Case, Generator, Place, pc, put};

/// Registers whose written bits can be read back: number and select.
const REGISTERS: &[(u64, u64)] = &[
    (0, 0),
    (2, 0),
    (3, 0),
    (4, 0),
    (5, 0),
    (6, 0),
    (7, 0),
    (10, 0),
    (12, 1),
    (12, 2),
    (12, 3),
    (15, 0),
    (16, 0),
    (16, 1),
    (16, 2),
    (16, 3),
    (16, 4),
    (17, 0),
    (17, 1),
    (17, 2),
    (18, 0),
    (18, 3),
    (19, 1),
    (20, 0),
    (26, 0),
    (28, 0),
    (28, 1),
    (29, 2),
    (30, 0),
    (31, 0),
    (31, 2),
    (31, 5),
    (1, 1),
    (3, 2),
    (22, 0),
    (27, 0),
];
const ENTRY_HI: u64 = 10;
const TLBR: u64 = 0x4200_0001;
const TLBWI: u64 = 0x4200_0002;
const TLBP: u64 = 0x4200_0008;

/// Builds the words and inputs of a case.
struct Builder<'a> {
    generator: &'a mut Generator,
    case: Case,
    wide: bool,
}

impl Builder<'_> {
    fn below(&mut self, n: u64) -> u64 {
        self.generator.random.below(n)
    }

    /// Writes register `n`, select `sel`, from general register `rt`, which gets `value` before.
    fn write(&mut self, rt: u8, n: u64, sel: u64, value: u64) {
        let op = if self.wide { 5 } else { 4 };
        self.case.words.push(0x4000_0000 | op << 21 | u64::from(rt) << 16 | n << 11 | sel);
        let value = if self.wide { value } else { bits::sign_extend(value, 32) };
        put(&mut self.case.set, Place::R(rt), value);
    }

    fn read(&mut self, rt: u8, n: u64, sel: u64) {
        let op = if self.wide { 1 } else { 0 };
        self.case.words.push(0x4000_0000 | op << 21 | u64::from(rt) << 16 | n << 11 | sel);
    }

    /// An address in a mapped segment of the kernel, one of a few pages.
    fn address(&mut self) -> u64 {
        let page = self.below(8) << 12 | self.below(4) << 20;
        let low = 0xffff_ffff_c000_0000 | page;
        if self.generator.width == 32 || !self.generator.is_64 || self.below(2) == 0 {
            low
        } else {
            0xc000_0000_0000_0000 | self.below(2) << 36 | page
        }
    }

    fn entry_hi(&mut self) -> u64 {
        self.address() & !0x1fff | self.below(3)
    }

    /// A page of the data, with flags.
    fn entry_lo(&mut self) -> u64 {
        let frame = (DATA >> 12) + self.below(4);
        let flags = [7, 6, 2, 3, 0, 4][self.below(6) as usize];
        let inhibit = if self.wide && self.below(4) == 0 { self.below(4) << 62 } else { 0 };
        frame << 6 | self.below(8) << 3 | flags | inhibit
    }

    fn page_mask(&mut self) -> u64 {
        [0, 0, 0, 0x6000, 0x1_e000, 0x1f_e000][self.below(6) as usize]
    }

    fn fill(&mut self) {
        self.write(2, ENTRY_HI, 0, 0);
        let entry_hi = self.entry_hi();
        put(&mut self.case.set, Place::R(2), entry_hi);
        let (lo0, lo1, mask, index) = (self.entry_lo(), self.entry_lo(), self.page_mask(), self.below(6));
        self.write(3, 2, 0, lo0);
        self.write(4, 3, 0, lo1);
        self.write(5, 5, 0, mask);
        self.write(6, 0, 0, index);
        self.case.words.push(TLBWI);
    }

    fn access(&mut self) {
        // sw, sb, lw, lb, ll of r9 at r8.
        let op = [0x2b, 0x28, 0x23, 0x20, 0x23][self.below(5) as usize];
        self.case.words.push(op << 26 | 8 << 21 | 9 << 16);
        let address = self.address() | self.below(1024) << 2;
        let value = self.generator.random.integer();
        put(&mut self.case.set, Place::R(8), address);
        put(&mut self.case.set, Place::R(9), bits::sign_extend(value, 32));
    }

    fn probe(&mut self) {
        let entry_hi = self.entry_hi();
        self.write(2, ENTRY_HI, 0, entry_hi);
        self.case.words.push(TLBP);
        self.read(3, 0, 0);
    }

    fn look(&mut self) {
        let index = self.below(7);
        self.write(6, 0, 0, index);
        self.case.words.push(TLBR);
        for (rt, n) in [(10, ENTRY_HI), (11, 2), (12, 3), (13, 5)] {
            self.read(rt, n, 0);
        }
    }

    fn register(&mut self) {
        let (n, sel) = REGISTERS[self.below(REGISTERS.len() as u64) as usize];
        let mut value = self.generator.random.integer();
        if n == 5 {
            // Other masks are UNDEFINED.
            value &= 0x1f_e000;
            value = if value & 0x2000 != 0 { 0x6000 } else { 0 };
        }
        if self.below(4) != 0 {
            self.write(2, n, sel, value);
        }
        self.read(3, n, sel);
    }
}

/// A case.
pub(crate) fn case(generator: &mut Generator) -> Case {
    let wide = generator.is_64 && generator.width == 64;
    let case = Case {
        words: Vec::new(),
        name: "cp0",
        text: String::new(),
        set: Vec::new(),
        uses_pc: false,
        has_slot: false,
        address: None,
    };
    let mut b = Builder { generator, case, wide };
    // Mostly as wide as the registers are.
    b.wide &= b.below(4) != 0;
    match b.below(8) {
        0 | 1 => b.register(),
        2 => b.fill(),
        3 => b.probe(),
        4 => b.look(),
        _ => b.access(),
    }
    let Builder { mut case, generator, .. } = b;
    generator.describe(&mut case);
    debug_assert!(pc().is_multiple_of(4), "instructions are aligned");
    case
}
