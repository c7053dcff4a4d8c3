//! The mode bits: what of a CPU's state changes what instructions mean or how they reach memory.
//!
//! The lower 16 bits mean the same on V8 and V9; what lies above is each architecture's own matter.

use cpu::Mode;

/// Bits of the current window pointer.
const CWP: u32 = 31;
/// The next instruction stands in a delay slot, and the next pc is in its register.
pub const DELAYED: Mode = 1 << 5;
/// The block is the slot of an annulling branch that is taken; see `lift::Lift::annulled_slot`.
pub const ANNUL_TAKEN: Mode = 1 << 6;
/// Privileged (V8: supervisor).
pub const PRIVILEGED: Mode = 1 << 7;
/// Floating-point instructions are enabled.
pub const FP_ON: Mode = 1 << 8;
/// Some floating-point trap is enabled (FSR.TEM is not 0).
pub const FP_TRAPS: Mode = 1 << 9;
/// The set of globals.
const GLOBALS: (u32, u32) = (10, 3);
/// How the condition codes come about, half of `cc::kind`.
const CC: (u32, u32) = (13, 2);
/// First bit that V8 and V9 use as they like.
pub const OWN: u32 = 16;

/// The current window pointer of `mode`.
pub const fn cwp(mode: Mode) -> u16 {
    (mode & CWP) as u16
}

/// `mode` with another window.
pub const fn with_cwp(mode: Mode, cwp: u16) -> Mode {
    mode & !CWP | cwp as u32
}

/// The set of globals of `mode`.
pub const fn globals(mode: Mode) -> u16 {
    (mode >> GLOBALS.0 & ((1 << GLOBALS.1) - 1)) as u16
}

/// `mode` with another set of globals.
pub const fn with_globals(mode: Mode, set: u16) -> Mode {
    let mask = ((1 << GLOBALS.1) - 1) << GLOBALS.0;
    mode & !mask | (set as u32) << GLOBALS.0
}

/// The kind of condition codes of `mode`, one of `cc::kind` that a mode can have.
pub const fn cc_kind(mode: Mode) -> u64 {
    (mode >> CC.0 & ((1 << CC.1) - 1)) as u64 * 2
}

/// `mode` with another kind of condition codes.
pub const fn with_cc_kind(mode: Mode, kind: u64) -> Mode {
    let mask = ((1 << CC.1) - 1) << CC.0;
    mode & !mask | ((kind / 2) as u32) << CC.0 & mask
}

/// Whether all of `bits` are set in `mode`.
pub const fn has(mode: Mode, bits: Mode) -> bool {
    mode & bits == bits
}
