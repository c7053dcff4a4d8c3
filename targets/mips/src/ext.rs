//! Architecture levels and application-specific extensions, as decode guards and CPU models name them.

/// A level of the architecture, or another feature that decides what is an instruction.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
#[repr(u8)]
pub enum Ext {
    /// MIPS II.
    M2,
    /// MIPS III: 64 bits.
    M3,
    /// MIPS IV.
    M4,
    /// MIPS V: paired single.
    M5,
    /// MIPS32 Release 1.
    R1,
    /// MIPS32 or MIPS64 Release 2.
    R2,
    /// Release 5.
    R5,
    /// Release 6, which has taken instructions out.
    R6,
    /// 64-bit instructions.
    W64,
    /// Floating-point unit.
    Fpu,
    /// 64-bit floating-point registers can be chosen (FIR.F64), or are there always (MIPS III).
    F64,
    /// Indexed floating-point accesses, multiply-add, reciprocals: MIPS IV, MIPS64, and MIPS32 since Release 2.
    Cop1x,
    /// Paired single.
    Ps,
    /// Instructions of the VR54xx.
    Vr54xx,
    /// Instructions of Loongson 2E.
    Loongson2e,
    /// Instructions of Loongson 2F.
    Loongson2f,
    /// DSP ASE.
    Dsp,
    /// DSP ASE Release 2.
    DspR2,
    /// Multi-threading.
    Mt,
    /// SIMD architecture.
    Msa,
    /// MIPS16e.
    Mips16,
    /// microMIPS.
    MicroMips,
    /// nanoMIPS, which has no instruction of the others.
    NanoMips,
    /// Exception levels with ERET and KSU: all but the R3000 kind.
    R4kPrivilege,
    /// EJTAG.
    Ejtag,
}

/// A set of extensions.
#[derive(Clone, Copy, PartialEq, Eq, Default, Hash)]
pub struct ExtSet(u128);

impl ExtSet {
    /// Nothing.
    pub const EMPTY: ExtSet = ExtSet(0);

    /// The set of these.
    pub const fn of(list: &[Ext]) -> ExtSet {
        ExtSet::EMPTY.with(list)
    }

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
        ExtSet(self.0 & !ExtSet::of(list).0)
    }

    /// Whether `ext` is in the set.
    pub const fn has(self, ext: Ext) -> bool {
        self.0 >> ext as u32 & 1 != 0
    }

    /// A bit for each extension, as decode guards count.
    pub const fn bits(self) -> u128 {
        self.0
    }
}

impl std::fmt::Debug for ExtSet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ExtSet({} of {}: {:#x})", self.0.count_ones(), Ext::Ejtag as u32 + 1, self.0)
    }
}
