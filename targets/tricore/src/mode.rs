//! The mode bits: what of PSW changes what instructions mean.

use cpu::Mode;

/// PSW.IO: 0 User-0, 1 User-1, 2 Supervisor.
const IO: u32 = 0;
/// PSW.GW: A0, A1, A8 and A9 may be written.
const GW: u32 = 2;

/// The mode of a PSW.
pub const fn of_psw(psw: u32) -> Mode {
    (psw >> 10 & 3) << IO | (psw >> 8 & 1) << GW
}

/// Whether the modes of two PSWs differ.
pub const fn differs(a: u32, b: u32) -> bool {
    // It is made of bits that are moved, so it is the mode of what differs.
    of_psw(a ^ b) != 0
}

/// PSW.IO: 0 User-0, 1 User-1, 2 Supervisor.
pub const fn io(mode: Mode) -> u32 {
    mode >> IO & 3
}

/// PSW.GW: the global address registers may be written.
pub const fn gw(mode: Mode) -> bool {
    mode >> GW & 1 != 0
}
