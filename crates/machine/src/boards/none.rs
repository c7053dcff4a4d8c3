//! `none`: a machine without anything, for probing.

use crate::registry::{BOARD, MachineType};

/// The machine type.
pub static NONE: MachineType = MachineType { name: "none", desc: "empty machine", default_ram: 0, ..BOARD };
