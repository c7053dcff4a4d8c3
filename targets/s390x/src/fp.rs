//! Floating point.

use crate::state;
use crate::trap::Cpu;

/// Writes the floating-point control register.
pub(crate) fn set_fpc_value(cpu: &mut Cpu, value: u64) {
    cpu.set_reg(state::FPC, value & 0xffff_ffff);
    // Rounding to nearest, no trap enabled, inexact flagged already.
    let ok = value & 0xf800_0007 == 0 && value & 0x0008_0000 != 0;
    cpu.set_reg(state::FP_OK, ok.into());
}
