//! Exceptions and interrupts: codes, vectors, entry and return.
//!
//! Volume III, "Exceptions" (vectors, priority, general exception processing) and "Interrupts".

/// Exception codes of Cause.ExcCode ("Cause Register").
pub mod cause {
    /// Interrupt.
    pub const INT: u32 = 0;
    /// TLB modification.
    pub const MOD: u32 = 1;
    /// TLB exception of a load or fetch.
    pub const TLBL: u32 = 2;
    /// TLB exception of a store.
    pub const TLBS: u32 = 3;
    /// Address error of a load or fetch.
    pub const ADEL: u32 = 4;
    /// Address error of a store.
    pub const ADES: u32 = 5;
    /// Bus error of a fetch.
    pub const IBE: u32 = 6;
    /// Bus error of a load or store.
    pub const DBE: u32 = 7;
    /// System call.
    pub const SYS: u32 = 8;
    /// Breakpoint.
    pub const BP: u32 = 9;
    /// Reserved instruction.
    pub const RI: u32 = 10;
    /// Coprocessor unusable; the coprocessor's number is the exception's argument.
    pub const CPU: u32 = 11;
    /// Integer overflow.
    pub const OV: u32 = 12;
    /// Trap.
    pub const TR: u32 = 13;
    /// MSA floating-point exception.
    pub const MSAFPE: u32 = 14;
    /// Floating-point exception.
    pub const FPE: u32 = 15;
    /// TLB read-inhibit exception.
    pub const TLBRI: u32 = 19;
    /// TLB execute-inhibit exception.
    pub const TLBXI: u32 = 20;
    /// MSA disabled.
    pub const MSADIS: u32 = 21;
    /// DSP state disabled.
    pub const DSPDIS: u32 = 26;
}

/// The lines into a CPU.
pub mod irq {
    /// Hardware interrupt 0, which is Cause.IP2; those up to IP7 follow.
    pub const HW0: u32 = 2;
    /// Hardware interrupt 5, Cause.IP7, which the CPU's own timer drives too.
    pub const HW5: u32 = 7;
    /// Non-maskable interrupt, taken when the line rises.
    pub const NMI: u32 = 8;
    /// CPUs other than the first wait after reset while this is low. A board without a means of its own to start them ties it high.
    pub const RUN: u32 = 9;

    /// The hardware interrupts, as bits of the lines.
    pub const HARDWARE: u64 = 0xfc;
}
