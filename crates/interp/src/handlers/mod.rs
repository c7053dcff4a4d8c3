//! The handlers: what each lowered op does. Generic over everything that is known when a block is lowered.
//!
//! SAFETY, for all handlers: `core` is the core of the CPU that runs, its file is as large as all slot numbers in lowered code ask
//! for, `ip` points into a live block whose slots have the shapes that [`crate::lower`] gave them, and `tlb` is the TLB of the
//! current space, whose valid entries lead into live guest RAM. The engine's `run` is called under these conditions.

pub(crate) mod alu;
pub(crate) mod control;
pub(crate) mod memory;
pub(crate) mod merge;
#[macro_use]
mod pair_tables;
pub(crate) mod pair;
pub(crate) mod run;
pub(crate) mod shape;
pub(crate) mod truth;

use cpu::Core;

/// Goes on with the slot at `$ip`. For use within `unsafe`.
#[cfg(not(any(debug_assertions, feature = "loop-dispatch")))]
macro_rules! go {
    ($core:expr, $ip:expr, $tlb:expr, $budget:expr) => {{
        let ip = $ip;
        return ((*ip).handler)($core, ip, $tlb, $budget);
    }};
}
#[cfg(any(debug_assertions, feature = "loop-dispatch"))]
macro_rules! go {
    ($core:expr, $ip:expr, $tlb:expr, $budget:expr) => {{
        let _: *const ::cpu::TlbEntry = $tlb;
        (*$core).budget = $budget;
        return $ip as u64;
    }};
}
pub(crate) use go;

/// The value in slot `n` of the file.
#[inline(always)]
pub(crate) unsafe fn get(core: *mut Core, n: u16) -> u64 {
    // SAFETY: see the module; the file is at the core's start.
    unsafe { *core.cast::<u64>().add(n as usize) }
}

/// The value in slot `b` if `cond` holds, else that in `c`; with `CUT` the low 32 bits of that. Both are read whatever `cond` is: of two plain reads the compiler would make one
/// from a chosen place, which waits for `cond`, or a branch, which nobody can predict.
#[inline(always)]
pub(crate) unsafe fn choose<const CUT: bool>(core: *mut Core, cond: bool, b: u16, c: u16) -> u64 {
    // SAFETY: as for `get`.
    let read = |n: u16| unsafe { core.cast::<u64>().add(n as usize).read_volatile() };
    let value = std::hint::select_unpredictable(cond, read(b), read(c));
    if CUT { value & 0xffff_ffff } else { value }
}

/// Writes slot `n` of the file.
#[inline(always)]
pub(crate) unsafe fn set(core: *mut Core, n: u16, value: u64) {
    // SAFETY: as for `get`.
    unsafe { *core.cast::<u64>().add(n as usize) = value }
}

/// `value` with the low half of `low`.
#[inline(always)]
pub(crate) fn low_half(value: u64, low: u64) -> u64 {
    value & !0xffff_ffff | low & 0xffff_ffff
}

/// The width with this discriminant; handlers have it as a constant.
#[inline(always)]
pub(crate) const fn width(n: u8) -> uop::Width {
    match n {
        0 => uop::Width::W1,
        1 => uop::Width::W8,
        2 => uop::Width::W16,
        3 => uop::Width::W32,
        _ => uop::Width::W64,
    }
}
