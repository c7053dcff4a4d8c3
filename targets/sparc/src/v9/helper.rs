//! The helpers: what instructions do that is too rare or too big for micro-ops.
//!
//! One table gives number, name, arguments, result, register use and function.

use cpu::Helper;
use uop::{HelperInfo, RegSet, Width};

use super::state::{FCC_RANGE, FP_STATE};
use super::target::Sparc64;

/// Declares the helpers; each name becomes a constant with its number.
macro_rules! helpers {
    ($( $(#[$m:meta])* $name:ident = $($run:ident)::+, $info:expr; )*) => {
        #[allow(non_camel_case_types, clippy::upper_case_acronyms, reason = "the variants are names of constants")]
        enum Number { $($name),* }

        $( $(#[$m])* pub(crate) const $name: u16 = Number::$name as u16; )*

        /// The rows, in the order of their numbers.
        pub(crate) static ROWS: &[Helper<Sparc64>] = &[
            $( Helper { info: HelperInfo { name: stringify!($name), ..$info }, run: $($run)::+ } ),*
        ];
    };
}

/// A helper with a 64-bit result that may raise, and may read and write everything.
const fn system(args: u8) -> HelperInfo {
    HelperInfo {
        name: "",
        args,
        ret: Some(Width::W64),
        reads: RegSet::All,
        writes: RegSet::All,
        faults: true,
        pure_: false,
    }
}

/// A floating-point operation: it may raise, and knows FSR.
const fn float(args: u8, ret: Width) -> HelperInfo {
    HelperInfo { ret: Some(ret), reads: FP_STATE, writes: FP_STATE, ..system(args) }
}

/// A comparison: it writes condition fields, too.
const fn compare(args: u8) -> HelperInfo {
    HelperInfo { reads: FCC_RANGE, writes: FCC_RANGE, ..float(args, Width::W64) }
}

/// A function of its arguments alone.
const fn pure_(args: u8) -> HelperInfo {
    HelperInfo { reads: RegSet::None, writes: RegSet::None, faults: false, pure_: true, ..system(args) }
}

helpers! {
    /// Loads with an ASI that is no plain memory: address, ASI and size.
    LOAD_ASI = super::access::load, system(2);
    /// Stores with one: address, value, ASI and size.
    STORE_ASI = super::access::store, system(3);
    /// Refuses an atomic access: address, ASI and size.
    NO_ATOMIC = super::access::no_atomic, system(2);
    /// Block loads: address, first register, ASI.
    LOAD_BLOCK = super::access::load_block, system(3);
    /// Block stores: address, first register, ASI.
    STORE_BLOCK = super::access::store_block, system(3);
    /// Partial stores: address, value, mask, ASI.
    STORE_PARTIAL = super::access::store_partial, system(4);
    /// Reads an ancillary state register: its number.
    READ_ASR = super::privreg::read_asr, system(1);
    /// Writes one: number, value.
    WRITE_ASR = super::privreg::write_asr, system(2);
    /// Reads a privileged register.
    READ_PR = super::privreg::read_pr, system(1);
    /// Writes one.
    WRITE_PR = super::privreg::write_pr, system(2);
    /// SAVED and its like: number, whether the block goes on in its mode.
    WINDOWS = super::window::operate, system(2);
    /// Reads a hyperprivileged register.
    READ_HPR = super::privreg::read_hpr, system(1);
    /// Writes one.
    WRITE_HPR = super::privreg::write_hpr, system(2);
    /// CCR.
    READ_CCR = super::privreg::read_ccr, HelperInfo { writes: RegSet::None, faults: false, ..system(0) };
    /// DONE: the new pc.
    DONE = super::trap::done, system(0);
    /// RETRY: the new pc.
    RETRY = super::trap::retry, system(0);
    /// FLUSH: address.
    FLUSH = super::access::flush, system(1);
    /// Tcc: the trap number.
    TRAP = super::trap::software, system(1);
    /// ADDCcc and SUBCcc, tagged arithmetic, MULScc: both operands, what; the result, CCR is in CC_A.
    ARITH_CC = super::arith::arith_cc, system(3);
    /// UDIV, SDIV: dividend, divisor, what; the quotient, or the overflow.
    DIVIDE = super::arith::divide, pure_(3);
    /// FSR, with FCC fields.
    READ_FSR = super::fp::read_fsr, system(0);
    /// Writes FSR: value, whether 64 bits.
    WRITE_FSR = super::fp::write_fsr, system(2);
    /// Operations on singles: operands, opf.
    FP_S = super::fp::op_s, float(3, Width::W32);
    /// Operations on doubles (or between formats) with a result of 64 bits.
    FP_D = super::fp::op_d, float(3, Width::W64);
    /// Operations on quads: operand number rs1, rs2, rd, opf.
    FP_Q = super::fp::op_q, system(4);
    /// Comparisons: operands, opf, number of the condition field.
    FP_CMP = super::fp::compare, compare(4);
    /// Writes GSR.
    WRITE_GSR = super::fp::write_gsr, system(1);
    /// fp_exception_other: unimplemented FPop.
    FP_UNIMPLEMENTED = super::fp::unimplemented, system(0);
    /// VIS: operands, opf.
    VIS = super::vis::op, pure_(3);
    /// VIS that uses GSR: operands, opf, GSR.
    VIS_GSR = super::vis::op_gsr, pure_(4);
}
