//! TLBs that software fills.

use serde::{Deserialize, Serialize};

/// An entry.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub struct Entry {
    /// Effective page, and what must match with it.
    pub tag: u64,
    /// Size of the page in bytes; 0 for an entry that is not valid.
    pub size: u64,
    /// Real page, and rights.
    pub data: u64,
}
