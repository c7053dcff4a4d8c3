//! Traps: their numbers, and what goes with them.

/// Trap types that V8 and V9 have in common, under V8's numbers ("Exception and Interrupt Request Priority and tt Values", V8 table
/// 7-1). V9 translates those that it numbers otherwise.
pub mod tt {
    /// An instruction can't be fetched.
    pub const INSTRUCTION_ACCESS: u32 = 0x01;
    /// Unassigned or reserved encoding.
    pub const ILLEGAL: u32 = 0x02;
    /// A privileged instruction in user mode.
    pub const PRIVILEGED: u32 = 0x03;
    /// A floating-point instruction while the FPU is off.
    pub const FP_DISABLED: u32 = 0x04;
    /// SAVE into a window that is marked (V8).
    pub const WINDOW_OVERFLOW: u32 = 0x05;
    /// RESTORE or RETT into a window that is marked (V8).
    pub const WINDOW_UNDERFLOW: u32 = 0x06;
    /// A memory or jump address that is not aligned.
    pub const MISALIGNED: u32 = 0x07;
    /// A floating-point exception; FSR.ftt tells which. The argument is an `ftt` to put there, 0 if that has been done.
    pub const FP_EXCEPTION: u32 = 0x08;
    /// A load or store can't be done.
    pub const DATA_ACCESS: u32 = 0x09;
    /// TADDccTV or TSUBccTV has overflowed.
    pub const TAG_OVERFLOW: u32 = 0x0a;
    /// External interrupt of level 0; those of levels 1 to 15 follow.
    pub const INTERRUPT: u32 = 0x10;
    /// A coprocessor instruction while there is none.
    pub const CP_DISABLED: u32 = 0x24;
    /// FLUSH where it is not implemented.
    pub const UNIMPLEMENTED_FLUSH: u32 = 0x25;
    /// Division by zero.
    pub const DIVISION_BY_ZERO: u32 = 0x2a;
    /// Ticc: this plus its number.
    pub const TRAP_INSTRUCTION: u32 = 0x80;
}

/// Values of FSR.ftt ("FSR_floating-point_trap_type").
pub mod ftt {
    /// None.
    pub const NONE: u32 = 0;
    /// An IEEE 754 exception.
    pub const IEEE: u32 = 1;
    /// An operation that is not implemented.
    pub const UNIMPLEMENTED: u32 = 3;
    /// The queue was accessed while it was empty.
    pub const SEQUENCE: u32 = 4;
}

/// An exception or interrupt on its way to a handler.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Trap {
    /// Trap type, see [`tt`].
    pub tt: u32,
    /// What goes with it: the address of an access, say.
    pub arg: u64,
}

impl Trap {
    /// A trap with its argument.
    pub const fn new(tt: u32, arg: u64) -> Trap {
        Trap { tt, arg }
    }
}
