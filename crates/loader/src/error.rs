//! What can be wrong with a guest's file.

use crate::target::Unmapped;

/// A file that can't be loaded, and why. The text names the file and says what was expected.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The file isn't ELF at all.
    #[error("'{file}' is not an ELF file (it doesn't start with 0x7f 'ELF')")]
    NotElf {
        /// The file's name.
        file: String,
    },
    /// The file contradicts itself or ends too early.
    #[error("'{file}' is damaged: {what}")]
    Damaged {
        /// The file's name.
        file: String,
        /// What is wrong with it.
        what: String,
    },
    /// The file is fine, but for another kind of guest.
    #[error("'{file}' is {found}; this machine needs {expected}")]
    Unfit {
        /// The file's name.
        file: String,
        /// What the file is.
        found: String,
        /// What it should be.
        expected: String,
    },
    /// The file's contents have no room in the guest's memory.
    #[error("'{file}' doesn't fit: {what}")]
    NoRoom {
        /// The file's name.
        file: String,
        /// Which part doesn't fit where.
        what: String,
    },
}

impl Error {
    pub(crate) fn damaged(file: &str, what: impl Into<String>) -> Error {
        Error::Damaged { file: file.into(), what: what.into() }
    }

    /// `len` bytes of `file`, described by `what`, don't all lie in memory at `addr`.
    pub(crate) fn no_room(file: &str, what: &str, addr: u64, len: u64, hole: Unmapped) -> Error {
        let what = format!("{what} ({len:#x} bytes at {addr:#x}) needs memory where there is none ({:#x})", hole.addr);
        Error::NoRoom { file: file.into(), what }
    }
}
