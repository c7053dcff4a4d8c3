//! What a CPU can have, a bit each: the guards of instruction rows, and the feature flags of `-cpu`.

/// A feature of a CPU model.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
#[repr(u8)]
pub enum Ext {
    /// SPARC V9; without it, V8.
    V9,
    /// `float`: there is an FPU.
    Float,
    /// `float128`: quadruple precision in hardware.
    Float128,
    /// `swap`: SWAP.
    Swap,
    /// `mul`: UMUL and SMUL.
    Mul,
    /// `div`: UDIV and SDIV.
    Div,
    /// `flush`: FLUSH; without it, it traps.
    Flush,
    /// `fsqrt`: FSQRTs and FSQRTd.
    Fsqrt,
    /// `fmul`: FMULs and FMULd.
    Fmul,
    /// `vis1`: the Visual Instruction Set.
    Vis1,
    /// `vis2`: its second version.
    Vis2,
    /// `fsmuld`: FsMULd.
    Fsmuld,
    /// `hypv`: hyperprivileged mode.
    Hypv,
    /// `cmt`: chip multithreading.
    Cmt,
    /// `gl`: the global level register.
    Gl,
    /// LEON: ASR17, power-down by ASR19, cache control by ASI 2.
    Leon,
    /// CASA, on LEON and V9.
    Casa,
}

/// A set of features.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct ExtSet(u128);

impl ExtSet {
    /// The set of these.
    pub const fn of(list: &[Ext]) -> ExtSet {
        ExtSet(0).with(list)
    }

    /// The same with these, too.
    pub const fn with(self, list: &[Ext]) -> ExtSet {
        let (mut bits, mut i) = (self.0, 0);
        while i < list.len() {
            bits |= 1 << list[i] as u32;
            i += 1;
        }
        ExtSet(bits)
    }

    /// The same without these.
    pub const fn without(self, list: &[Ext]) -> ExtSet {
        ExtSet(self.0 & !ExtSet::of(list).0)
    }

    /// Whether a feature is in the set.
    pub const fn has(self, ext: Ext) -> bool {
        self.0 >> ext as u32 & 1 != 0
    }

    /// As the decoder's guards count: bit `n` is feature `n`.
    pub const fn bits(self) -> u128 {
        self.0
    }
}
