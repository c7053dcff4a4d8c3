//! The mode bits: what of a CPU's state changes what instructions mean or how they reach memory.

use cpu::Mode;

/// Privilege, which is the address space too: see [`Space`].
const SPACE: u32 = 0;
/// 64-bit operations are allowed.
pub const OPS64: Mode = 1 << 2;
/// Addresses are the sign extension of their low 32 bits.
pub const WRAP: Mode = 1 << 3;
/// Status.FR: 32 floating-point registers of 64 bits.
pub const FR: Mode = 1 << 4;
/// Coprocessor 1 is usable.
pub const CU1: Mode = 1 << 5;
/// Coprocessor 0 is usable: kernel mode, or CU0.
pub const CU0: Mode = 1 << 6;
/// Coprocessor 2 is usable.
pub const CU2: Mode = 1 << 7;
/// Status.CU3 (MIPS IV: enables its instructions in user mode).
pub const CU3: Mode = 1 << 8;
/// The instruction stands in a delay slot; what comes next is in `btarget`.
pub const IN_SLOT: Mode = 1 << 9;
/// The block begins behind a branch likely that is taken, though its pc is the branch's. Never a CPU's mode.
pub const ANNUL_TAKEN: Mode = 1 << 10;
/// Byte order is turned round (Status.RE in user mode).
pub const REVERSED: Mode = 1 << 11;
/// Status.MX: DSP is on.
pub const MX: Mode = 1 << 12;
/// Config5.MSAEn.
pub const MSA: Mode = 1 << 13;
/// Debug mode.
pub const DEBUG: Mode = 1 << 14;

/// Address spaces, which are the privileges.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Space {
    /// Kernel mode.
    Kernel = 0,
    /// Supervisor mode.
    Supervisor = 1,
    /// User mode.
    User = 2,
    /// Kernel mode with Status.ERL: useg is unmapped.
    Error = 3,
}

impl Space {
    /// The space of this number, of which the low two bits count.
    pub const fn from_bits(bits: u32) -> Space {
        match bits & 3 {
            0 => Space::Kernel,
            1 => Space::Supervisor,
            2 => Space::User,
            _ => Space::Error,
        }
    }

    /// Whether this is kernel mode.
    pub const fn is_kernel(self) -> bool {
        matches!(self, Space::Kernel | Space::Error)
    }
}

/// The mode with this space and these other bits.
pub const fn pack(space: Space, bits: Mode) -> Mode {
    (space as u32) << SPACE | bits
}

/// The address space of a mode.
pub const fn space(mode: Mode) -> Space {
    Space::from_bits(mode >> SPACE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_come_back() {
        for space_of in [Space::Kernel, Space::Supervisor, Space::User, Space::Error] {
            let mode = pack(space_of, FR | CU1 | IN_SLOT);
            assert_eq!(space(mode), space_of);
            assert!(mode & FR != 0 && mode & CU0 == 0);
        }
    }
}
