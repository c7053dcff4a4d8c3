//! The mode: what of a CPU's state changes what instructions mean, which slots they use, or how they reach memory.
//!
//! The register [`super::state::MODE`] always holds it. It is where CWP, the set of globals, ASI, FPRS.DL and DU and the form of the condition
//! codes are kept; privilege, TL > 0, FP, AM and CLE follow the registers in [`super::sys`], which see to that.

use cpu::Mode;

/// A field of the mode.
#[derive(Clone, Copy, Debug)]
pub struct Field(u32, u32);

/// Current window.
pub const CWP: Field = Field(0, 5);
/// Set of globals: 0 normal, 1 alternate, 2 MMU, 3 interrupt; sun4v: GL.
pub const GLOBALS: Field = Field(5, 2);
/// 0 user, 1 privileged, 2 hyperprivileged.
pub const PRIVILEGE: Field = Field(7, 2);
/// TL is not 0.
pub const TRAPPED: Field = Field(9, 1);
/// The FPU is enabled: PSTATE.PEF and FPRS.FEF.
pub const FP_ON: Field = Field(10, 1);
/// PSTATE.AM: addresses have 32 bits.
pub const AM: Field = Field(11, 1);
/// PSTATE.CLE: ordinary data accesses are little-endian.
pub const CLE: Field = Field(12, 1);
/// Form of the condition codes: see [`super::cc`].
pub const CC: Field = Field(13, 2);
/// The instruction at pc is a delay slot: nPC is in the register of that name.
pub const DELAYED: Field = Field(15, 1);
/// The branch at pc is taken and would have annulled its slot otherwise: what is lifted is the slot and the jump.
pub const ANNUL_TAKEN: Field = Field(16, 1);
/// ASI.
pub const ASI: Field = Field(17, 8);
/// FPRS.DL (bit 0) and FPRS.DU (bit 1): which halves of the floating-point registers have been written.
pub const FP_DIRTY: Field = Field(25, 2);
/// CANSAVE and CANRESTORE are counted: see [`super::window`].
pub const ODD_WINDOWS: Field = Field(27, 1);

impl Field {
    /// The field's value in `mode`.
    pub const fn of(self, mode: Mode) -> u32 {
        mode >> self.0 & ((1 << self.1) - 1)
    }

    /// Whether it is not 0.
    pub const fn is_set(self, mode: Mode) -> bool {
        self.of(mode) != 0
    }

    /// `mode` with another value of the field; bits that do not fit are dropped.
    pub const fn with(self, mode: Mode, value: u32) -> Mode {
        let mask = ((1 << self.1) - 1) << self.0;
        mode & !mask | value << self.0 & mask
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_do_not_overlap() {
        let fields =
            [CWP, GLOBALS, PRIVILEGE, TRAPPED, FP_ON, AM, CLE, CC, DELAYED, ANNUL_TAKEN, ASI, FP_DIRTY, ODD_WINDOWS];
        let all = fields.iter().fold(0, |all, f| {
            let bits = f.with(0, u32::MAX);
            assert_eq!(all & bits, 0);
            assert_eq!(f.of(bits), bits >> f.0);
            all | bits
        });
        assert_eq!(all.count_ones(), 28);
    }
}
