//! Features, as decode guards name them, and which of them a model has.

use crate::model::Model;

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

/// What a model has of these.
pub fn of(model: &Model) -> ExtSet {
    use crate::ext::Ext as Flag;
    let base = ExtSet::of(&[Ext::V9, Ext::Privileged, Ext::Stick]);
    let flags = [
        (Flag::Float, &[Ext::Fpu][..]),
        (Flag::Float128, &[Ext::Quad]),
        (Flag::Vis1, &[Ext::Vis1]),
        (Flag::Vis2, &[Ext::Vis2]),
        (Flag::Hypv, &[Ext::Hyper, Ext::Sun4v]),
    ];
    flags.into_iter().filter(|(flag, _)| model.has(*flag)).fold(base, |set, (_, exts)| set.with(exts))
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

    /// Whether `ext` is in the set.
    pub const fn has(self, ext: Ext) -> bool {
        self.0 >> ext as u32 & 1 != 0
    }

    /// A bit for each feature, as decode guards count.
    pub const fn bits(self) -> u128 {
        self.0
    }
}
