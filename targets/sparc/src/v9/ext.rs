//! Features, as decode guards and CPU models name them.

/// A feature that decides what is an instruction, or in which mode it is one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
#[repr(u8)]
pub enum Ext {
    /// SPARC V9.
    V9,
    /// The row needs the FPU to be enabled: otherwise fp_disabled.
    Fpu,
    /// Quad-precision instructions are executed, not trapped.
    Quad,
    /// VIS 1 (UltraSPARC).
    Vis1,
    /// VIS 2 (UltraSPARC III).
    Vis2,
    /// The row is for privileged mode: otherwise privileged_opcode.
    Privileged,
    /// The row is for hyperprivileged mode, which sun4v CPUs have: otherwise illegal_instruction.
    Hyper,
    /// GL in place of PSTATE.AG, MG and IG; hyperprivileged mode (UltraSPARC Architecture 2005).
    Sun4v,
    /// STICK, STICK_COMPARE.
    Stick,
}

/// A set of features.
#[derive(Clone, Copy, PartialEq, Eq, Default, Hash, Debug)]
pub struct ExtSet(u128);

impl ExtSet {
    /// The set of these.
    pub const fn of(list: &[Ext]) -> ExtSet {
        ExtSet(0).with(list)
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

    /// A bit for each feature, as decode guards count.
    pub const fn bits(self) -> u128 {
        self.0
    }
}
