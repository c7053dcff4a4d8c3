//! Segments: descriptors and their loads.

use crate::state::{attr, bit, sreg};
use crate::trap::Cpu;

/// Whether the CPU runs 64-bit code.
pub(crate) fn is_64(cpu: &Cpu) -> bool {
    cpu.state.efer & bit::LMA != 0 && cpu.state.seg[sreg::CS].is(attr::L)
}
