//! The mode bits: what of a CPU's state changes what instructions mean or how they reach memory.

use cpu::Mode;

/// Addressing mode: 0 of 24, 1 of 31, 2 of 64 bits.
const AMODE: (u32, u32) = (0, 2);
/// Problem state.
const PROBLEM: u32 = 2;
/// Address space of operands, a number of the `mmu` module's.
const SPACE: (u32, u32) = (3, 3);
/// CR0: AFP registers may be used.
const AFP: u32 = 6;
/// CR0: vector instructions may be used.
const VECTOR: u32 = 7;
/// PSW: a fixed-point overflow is an exception.
const OVERFLOW: u32 = 8;
/// CR12: branches are traced.
const TRACE_BRANCH: u32 = 9;
/// CR12: changes of the addressing mode are traced.
const TRACE_MODE: u32 = 10;
/// Program events are to be recorded: each instruction is watched ([`crate::per`]).
pub(crate) const PER: Mode = 1 << 16;

/// The parts of a mode.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Parts {
    /// Width of addresses: 24, 31 or 64.
    pub address_bits: u32,
    /// Problem state.
    pub problem: bool,
    /// Address space of operands.
    pub space: u8,
    /// All floating-point registers may be used, and binary floating point.
    pub afp: bool,
    /// Vector instructions may be used.
    pub vector: bool,
    /// A fixed-point overflow is an exception.
    pub overflow: bool,
    /// Branches are traced.
    pub traces_branches: bool,
    /// Changes to and from the 64-bit mode are traced.
    pub traces_modes: bool,
}

impl Parts {
    /// As a mode.
    pub const fn pack(self) -> Mode {
        let amode = match self.address_bits {
            24 => 0,
            31 => 1,
            _ => 2,
        };
        amode << AMODE.0
            | (self.problem as u32) << PROBLEM
            | (self.space as u32) << SPACE.0
            | (self.afp as u32) << AFP
            | (self.vector as u32) << VECTOR
            | (self.overflow as u32) << OVERFLOW
            | (self.traces_branches as u32) << TRACE_BRANCH
            | (self.traces_modes as u32) << TRACE_MODE
    }

    /// The parts of `mode`.
    pub const fn of(mode: Mode) -> Parts {
        Parts {
            address_bits: address_bits(mode),
            problem: mode >> PROBLEM & 1 != 0,
            space: space(mode),
            afp: mode >> AFP & 1 != 0,
            vector: mode >> VECTOR & 1 != 0,
            overflow: mode >> OVERFLOW & 1 != 0,
            traces_branches: mode >> TRACE_BRANCH & 1 != 0,
            traces_modes: mode >> TRACE_MODE & 1 != 0,
        }
    }
}

/// Width of addresses: 24, 31 or 64.
pub const fn address_bits(mode: Mode) -> u32 {
    match mode >> AMODE.0 & ((1 << AMODE.1) - 1) {
        0 => 24,
        1 => 31,
        _ => 64,
    }
}

/// Address space of operands.
pub const fn space(mode: Mode) -> u8 {
    (mode >> SPACE.0 & ((1 << SPACE.1) - 1)) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_come_back() {
        for address_bits in [24, 31, 64] {
            let parts = Parts {
                address_bits,
                problem: true,
                space: 3,
                afp: true,
                vector: false,
                overflow: true,
                traces_branches: false,
                traces_modes: true,
            };
            assert_eq!(Parts::of(parts.pack()), parts);
        }
    }
}
