//! SSE and its successors.

use crate::lift::{Flow, Lift};

/// MOVSD.
pub(crate) fn movsd(_: &Lift<'_>) -> Flow {
    Flow::Undefined
}

/// CMPSD.
pub(crate) fn cmpsd(_: &Lift<'_>) -> Flow {
    Flow::Undefined
}
