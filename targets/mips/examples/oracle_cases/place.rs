//! What of the register file cases set and compare.

use mips::state;

/// A register that cases set and compare.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Place {
    R(u8),
    F(u8),
    Hi,
    Lo,
    Fcsr,
    /// A register of an extension, by its place in the list of names.
    Extension(u8),
    /// The upper half of a vector register.
    High(u8),
}

impl Place {
    pub(crate) fn name(self) -> String {
        match self {
            Place::R(n) => format!("r{n}"),
            Place::F(n) => state::F_NAMES[usize::from(n)].to_owned(),
            Place::Hi => "hi".to_owned(),
            Place::Lo => "lo".to_owned(),
            Place::Fcsr => "fcsr".to_owned(),
            Place::Extension(n) => state::EXTENSION_NAMES[usize::from(n)].to_owned(),
            Place::High(n) => state::W_HIGH_NAMES[usize::from(n)].to_owned(),
        }
    }

    /// Whether it is one that the oracle's server does not know.
    pub(crate) fn is_extension(self) -> bool {
        matches!(self, Place::Extension(_) | Place::High(_))
    }

    fn extensions() -> impl Iterator<Item = Place> {
        (0..8).map(Place::Extension).chain((0..32).map(Place::High))
    }

    pub(crate) fn all() -> impl Iterator<Item = Place> {
        (1..32)
            .map(Place::R)
            .chain((0..32).map(Place::F))
            .chain([Place::Hi, Place::Lo, Place::Fcsr])
            .chain(Place::extensions())
    }
}
