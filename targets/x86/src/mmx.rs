//! MMX: the lane functions of SSE on the significands of the x87 registers.

use crate::lift::{Flow, Lift};

/// An MMX instruction: not there yet.
pub(crate) fn lift(_: &Lift<'_>) -> Flow {
    Flow::Undefined
}
