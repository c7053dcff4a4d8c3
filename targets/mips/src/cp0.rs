//! Coprocessor 0: the state behind its registers.

use serde::{Deserialize, Serialize};

use crate::model::Model;

/// The state of coprocessor 0.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Cp0 {
    /// Status.
    pub status: u32,
}

impl Cp0 {
    /// The state after reset ("Reset Exception").
    pub fn new(_: &Model) -> Cp0 {
        Cp0 { status: 0x0040_0004 }
    }
}
