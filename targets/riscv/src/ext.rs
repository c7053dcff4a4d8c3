//! Extensions, as decode guards and CPU models name them.

/// An extension, or another feature that decides what is an instruction.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
#[repr(u8)]
pub enum Ext {
    /// XLEN is 32.
    Rv32,
    /// XLEN is 64.
    Rv64,
    /// Base integer instructions with 32 registers.
    I,
    /// Base integer instructions with 16 registers.
    E,
    /// Multiplication and division.
    M,
    /// Atomic instructions.
    A,
    /// Single-precision floating point.
    F,
    /// Double-precision floating point.
    D,
    /// Compressed instructions.
    C,
    /// Supervisor mode.
    S,
    /// User mode.
    U,
    /// CSR instructions.
    Zicsr,
    /// Instruction-fetch fence.
    Zifencei,
    /// Base counters and timers.
    Zicntr,
    /// Hardware performance counters.
    Zihpm,
    /// Address generation.
    Zba,
    /// Basic bit manipulation.
    Zbb,
    /// Carry-less multiplication.
    Zbc,
    /// Single-bit instructions.
    Zbs,
    /// Integer conditional operations.
    Zicond,
    /// Cache-block management.
    Zicbom,
    /// Cache-block zero.
    Zicboz,
    /// Cache-block prefetch.
    Zicbop,
    /// Pause hint.
    Zihintpause,
    /// Page-based 32-bit virtual memory.
    Sv32,
    /// Page-based 39-bit virtual memory.
    Sv39,
    /// Page-based 48-bit virtual memory.
    Sv48,
    /// Page-based 57-bit virtual memory.
    Sv57,
    /// NAPOT translation contiguity.
    Svnapot,
    /// Page-based memory types.
    Svpbmt,
    /// Fine-grained address-translation cache invalidation.
    Svinval,
    /// Supervisor timer compare.
    Sstc,
    /// Counter overflow and mode-based filtering.
    Sscofpmf,
    /// Hardware updating of accessed and dirty bits.
    Svadu,
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
        let last = Ext::Svadu as u32;
        write!(f, "ExtSet({} of {}: {:#x})", self.0.count_ones(), last + 1, self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets() {
        let set = ExtSet::of(&[Ext::I, Ext::M, Ext::Rv64]);
        assert!(set.has(Ext::I) && set.has(Ext::Rv64) && !set.has(Ext::Rv32));
        assert_eq!(set.without(&[Ext::M, Ext::F]), ExtSet::of(&[Ext::I, Ext::Rv64]));
        assert_eq!(set.bits(), 1 << Ext::Rv64 as u32 | 1 << Ext::I as u32 | 1 << Ext::M as u32);
    }
}
