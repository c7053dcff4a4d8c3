//! Facilities, as decode guards and CPU models name them. Each has its bit in what STORE FACILITY LIST EXTENDED stores.

macro_rules! facilities {
    ($( $(#[$m:meta])* $name:ident = $bit:literal; )*) => {
        /// A facility that decides what is an instruction, or what an instruction does.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
        #[repr(u8)]
        pub enum Ext { $( $(#[$m])* $name, )* }

        impl Ext {
            /// All of them.
            pub const ALL: &'static [Ext] = &[$(Ext::$name),*];

            /// The bit in the facility list (PoP, "STORE FACILITY LIST EXTENDED", "Facility Indications").
            pub const fn bit(self) -> u32 {
                match self { $(Ext::$name => $bit,)* }
            }
        }
    };
}

facilities! {
    /// z/Architecture itself: always there.
    Z = 2;
    /// DAT enhancement 1: CSP, IDTE.
    Idte = 3;
    /// Enhanced DAT 1.
    Edat1 = 8;
    /// SENSE RUNNING STATUS.
    SenseRunning = 9;
    /// Conditional SSKE.
    CondSske = 10;
    /// Configuration topology.
    Topology = 11;
    /// IPTE range.
    IpteRange = 13;
    /// Non-quiescing key setting.
    NonqSske = 14;
    /// Extended translation 2.
    Etf2 = 16;
    /// Message-security assist.
    Msa = 17;
    /// Long displacement.
    LongDisp = 18;
    /// HFP multiply and add.
    HfpMadd = 20;
    /// Extended immediate.
    ExtImm = 21;
    /// Extended translation 3.
    Etf3 = 22;
    /// HFP unnormalized extension.
    HfpUnnorm = 23;
    /// ETF2 enhancement.
    Etf2Enh = 24;
    /// STORE CLOCK FAST.
    Stckf = 25;
    /// Parsing enhancement.
    Parse = 26;
    /// MOVE WITH OPTIONAL SPECIFICATIONS.
    Mvcos = 27;
    /// ETF3 enhancement.
    Etf3Enh = 30;
    /// EXTRACT CPU TIME.
    Ectg = 31;
    /// Compare and swap and store.
    Csst = 32;
    /// Compare and swap and store 2.
    Csst2 = 33;
    /// General instructions extension.
    GenExt = 34;
    /// Execute extensions.
    Exrl = 35;
    /// Enhanced monitor.
    EnhMonitor = 36;
    /// Floating-point extension.
    FpExt = 37;
    /// LOAD PROGRAM PARAMETER.
    Lpp = 40;
    /// Floating-point support enhancements: FPR-GR transfer, sign handling, rounding.
    FpSupport = 41;
    /// Decimal floating point.
    Dfp = 42;
    /// PFPO.
    Pfpo = 44;
    /// Distinct operands, high word, interlocked access 1, load/store on condition 1, population count.
    Z196 = 45;
    /// CMPSC enhancement.
    Cmpsc = 47;
    /// Decimal floating-point zoned conversion.
    DfpZoned = 48;
    /// Execution hint, load and trap, miscellaneous 1, processor assist.
    Zec12 = 49;
    /// Message-security assist 4: KMCTR, KMF, KMO, PCC.
    Msa4 = 77;
    /// Constrained transactional execution.
    Ctx = 50;
    /// Local TLB clearing.
    LocalTlb = 51;
    /// Interlocked access 2.
    Interlocked2 = 52;
    /// Load/store on condition 2, load and zero rightmost byte.
    Loc2 = 53;
    /// Entropy-encoding compression.
    Entropy = 54;
    /// Message-security assist 5: PRNO.
    Msa5 = 57;
    /// Miscellaneous instruction extensions 2.
    Misc2 = 58;
    /// Miscellaneous instruction extensions 3.
    Misc3 = 61;
    /// RESET REFERENCE BITS MULTIPLE.
    Rrbm = 66;
    /// Transactional execution.
    Tx = 73;
    /// Enhanced DAT 2.
    Edat2 = 78;
    /// Decimal floating point packed conversion.
    DfpPacked = 80;
    /// Vector.
    Vector = 129;
    /// Instruction-execution protection.
    Iep = 130;
    /// Side-effect access and enhanced suppression on protection 2.
    Esop2 = 131;
    /// Guarded storage.
    Gs = 133;
    /// Vector packed decimal.
    VectorBcd = 134;
    /// Vector enhancements 1.
    VectorEnh1 = 135;
    /// Vector enhancements 2.
    VectorEnh2 = 148;
    /// Vector packed decimal enhancement 1.
    VectorBcdEnh1 = 152;
}

/// A set of facilities.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Hash)]
pub struct ExtSet(u128);

impl ExtSet {
    /// Nothing.
    pub const EMPTY: ExtSet = ExtSet(0);

    /// This set and these.
    pub const fn with(self, list: &[Ext]) -> ExtSet {
        let (mut set, mut i) = (self.0, 0);
        while i < list.len() {
            set |= 1 << list[i] as u32;
            i += 1;
        }
        ExtSet(set)
    }

    /// This set without these.
    pub const fn without(self, list: &[Ext]) -> ExtSet {
        ExtSet(self.0 & !ExtSet::EMPTY.with(list).0)
    }

    /// Whether `ext` is in the set.
    pub const fn has(self, ext: Ext) -> bool {
        self.0 >> ext as u32 & 1 != 0
    }

    /// A bit for each facility, as decode guards count.
    pub const fn bits(self) -> u128 {
        self.0
    }
}
