//! Versions of the architecture, as features of decode rows.

/// What a core has.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ext {
    /// TriCore 1.3.1 and later.
    V131,
    /// TriCore 1.6 and later.
    V160,
    /// TriCore 1.6.1 (1.6P, 1.6E) and later.
    V161,
    /// TriCore 1.6.2 and later.
    V162,
    /// The floating-point unit.
    Fpu,
}

/// A version of the architecture.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Version {
    /// TriCore 1.3.
    V130,
    /// TriCore 1.3.1.
    V131,
    /// TriCore 1.6.1.
    V161,
    /// TriCore 1.6.2.
    V162,
}

impl Version {
    /// The features of decode rows, a bit each.
    pub const fn features(self) -> u128 {
        let fpu = 1 << Ext::Fpu as u32;
        let v131 = fpu | 1 << Ext::V131 as u32;
        let v161 = v131 | 1 << Ext::V160 as u32 | 1 << Ext::V161 as u32;
        match self {
            Version::V130 => fpu,
            Version::V131 => v131,
            Version::V161 => v161,
            Version::V162 => v161 | 1 << Ext::V162 as u32,
        }
    }
}
