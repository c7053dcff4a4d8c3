//! The mode bits: what of a hart's state changes what instructions mean or how they reach memory.

use cpu::Mode;

/// Privilege of fetches: 0 U, 1 S, 3 M.
const PRIVILEGE: (u32, u32) = (0, 2);
/// Address space of ordinary loads and stores, a number of the `mmu` module's (MPRV, SUM and MXR are in it).
const SPACE: (u32, u32) = (2, 3);
/// mstatus.FS is not Off.
const FP_ON: u32 = 5;
/// mstatus.FS is Dirty.
const FP_DIRTY: u32 = 6;

/// A mode from its parts. `space` is below 8; `fp_dirty` counts only if `fp_on`.
pub const fn pack(privilege: u32, space: u8, fp_on: bool, fp_dirty: bool) -> Mode {
    privilege << PRIVILEGE.0
        | (space as u32) << SPACE.0
        | (fp_on as u32) << FP_ON
        | ((fp_on && fp_dirty) as u32) << FP_DIRTY
}

/// The privilege of fetches: 0 U, 1 S, 3 M.
pub const fn privilege(mode: Mode) -> u32 {
    mode >> PRIVILEGE.0 & ((1 << PRIVILEGE.1) - 1)
}

/// The address space of ordinary loads and stores.
pub const fn space(mode: Mode) -> u8 {
    (mode >> SPACE.0 & ((1 << SPACE.1) - 1)) as u8
}

/// Whether floating-point instructions are legal.
pub const fn fp_on(mode: Mode) -> bool {
    mode >> FP_ON & 1 != 0
}

/// Whether the floating-point state is already marked as changed, so that writes of f registers need not mark it.
pub const fn fp_dirty(mode: Mode) -> bool {
    mode >> FP_DIRTY & 1 != 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_come_back() {
        let mode = pack(3, 7, true, false);
        assert_eq!((privilege(mode), space(mode), fp_on(mode), fp_dirty(mode)), (3, 7, true, false));
        let mode = pack(1, 2, true, true);
        assert_eq!((privilege(mode), space(mode), fp_on(mode), fp_dirty(mode)), (1, 2, true, true));
        assert!(!fp_dirty(pack(0, 0, false, true)));
    }
}
