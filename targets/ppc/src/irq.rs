//! Interrupt lines of a CPU.

/// External interrupt.
pub const EXTERNAL: u32 = 0;
/// Critical input (40x, BookE).
pub const CRITICAL: u32 = 1;
/// Machine check.
pub const MACHINE_CHECK: u32 = 2;
/// A CPU that waits may begin.
pub(crate) const RUN: u32 = 16;
/// Other CPUs have invalidated entries of the TLB.
pub(crate) const INVALIDATE: u32 = 17;
/// A doorbell that another CPU has rung.
pub(crate) const DOORBELL: u32 = 18;
/// A critical one (BookE).
pub(crate) const CRITICAL_DOORBELL: u32 = 19;
/// A second source of external interrupts: interprocessor interrupts, where a board has no controller.
pub const EXTERNAL_IPI: u32 = 8;
/// A third: a timer.
pub const EXTERNAL_TIMER: u32 = 9;
/// The CPU's partition has left mail.
pub const MAIL: u32 = 16;
/// System reset, an edge.
pub const SYSTEM_RESET: u32 = 17;
/// All that interrupt externally.
pub const ANY_EXTERNAL: u64 = 1 << EXTERNAL | 1 << EXTERNAL_IPI | 1 << EXTERNAL_TIMER;
