//! The mode bits: what of MSR changes what instructions mean or how they reach memory.

use cpu::{Access, Mode};

use crate::state::msr;

/// 64-bit mode.
pub const SF: Mode = 1 << 0;
/// Little-endian mode.
pub const LE: Mode = 1 << 1;
/// Problem state.
pub const PR: Mode = 1 << 2;
/// Hypervisor state.
pub const HV: Mode = 1 << 3;
/// Fetches are translated.
pub const IR: Mode = 1 << 4;
/// Data accesses are translated.
pub const DR: Mode = 1 << 5;
/// Floating point available.
pub const FP: Mode = 1 << 6;
/// Vectors (SPE) available.
pub const VEC: Mode = 1 << 7;
/// Vector-scalar unit available.
pub const VSX: Mode = 1 << 8;
/// Enabled floating-point exceptions interrupt.
pub const FE: Mode = 1 << 9;
/// Transactional memory available.
pub const TM: Mode = 1 << 10;
/// With radix trees: AMR keeps privileged software from reading pages of problem state, and from writing them.
pub const NO_READ: Mode = 1 << 13;
/// See [`NO_READ`].
pub const NO_WRITE: Mode = 1 << 14;

/// Each instruction is traced.
pub const SE: Mode = 1 << 11;
/// Branches are traced.
pub const BE: Mode = 1 << 12;

/// Addresses of instructions are compared (IACs of BookE, IABR, CIABR), and returns from interrupts are debug events (BookE).
pub const DEBUG: Mode = 1 << 15;

/// Number of address spaces: DR (or IR), PR, HV.
pub const SPACES: usize = 8;

/// The first of the three spaces of privileged accesses that AMR restricts: CPUs that have them have no hypervisor state.
pub const KEYED: u8 = 5;

/// The mode of an MSR.
pub const fn of(m: u64, wide: bool) -> Mode {
    const fn on(m: u64, bits: u64, mode: Mode) -> Mode {
        if m & bits != 0 { mode } else { 0 }
    }
    let sixty_four = if wide { on(m, msr::SF | msr::CM, SF) | on(m, msr::HV, HV) | on(m, msr::TM, TM) } else { 0 };
    sixty_four
        | on(m, msr::LE, LE)
        | on(m, msr::PR, PR)
        | on(m, msr::IR, IR)
        | on(m, msr::DR, DR)
        | on(m, msr::FP, FP)
        | on(m, msr::VEC, VEC)
        | on(m, msr::VSX, VSX)
        | on(m, msr::FE0 | msr::FE1, FE)
        | on(m, msr::SE, SE)
        | on(m, msr::BE, BE)
}

/// The space of accesses in `mode`.
pub const fn space(mode: Mode, access: Access) -> u8 {
    let translated = match access {
        Access::Fetch => mode & IR != 0,
        _ => mode & DR != 0,
    };
    // What AMR forbids makes spaces of its own, so that it can be changed often; fetches and problem state don't look at it.
    let keys = mode & (NO_READ | NO_WRITE);
    if keys != 0 && mode & (PR | DR) == DR && !matches!(access, Access::Fetch) {
        return KEYED + (keys / NO_READ - 1) as u8;
    }
    translated as u8 | ((mode & PR != 0) as u8) << 1 | ((mode & HV != 0) as u8) << 2
}

/// Whether accesses in `space` are translated.
pub const fn is_translated(space: u8) -> bool {
    space & 1 != 0
}

/// Whether accesses in `space` are problem state's.
pub const fn is_problem(space: u8) -> bool {
    space & 2 != 0
}

/// Whether accesses in `space` are the hypervisor's.
pub const fn is_hypervisor(space: u8) -> bool {
    space & 4 != 0
}
