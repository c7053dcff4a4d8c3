//! The helpers that V8 and V9 share: what instructions do that is too rare or too big for micro-ops.
//!
//! The architectures' own helpers follow them in their tables, from [`SHARED`] on; see [`helper_table!`].

use uop::{HelperInfo, RegSet, Width};

use crate::state::{FCC0, FP_B, FP_OK, double};

/// Declares the helpers of an architecture: first the shared ones, then its own, each of which becomes a constant with its number.
macro_rules! helper_table {
    (for $target:ty; $( $(#[$m:meta])* $name:ident = $run:path, $info:expr; )*) => {
        #[allow(dead_code, non_camel_case_types, clippy::upper_case_acronyms, reason = "the variants are names of constants")]
        enum Number { $($name),* }

        $( $(#[$m])* pub(crate) const $name: u16 = $crate::helper::SHARED + Number::$name as u16; )*

        /// The rows, in the order of their numbers.
        pub(crate) const ROWS: &[cpu::Helper<$target>] = $crate::helper::shared_rows!($target;
            $( cpu::Helper { info: uop::HelperInfo { name: stringify!($name), ..$info }, run: $run } ),*);
    };
}
pub(crate) use helper_table;

/// Declares the shared helpers.
macro_rules! shared {
    ($d:tt $( $(#[$m:meta])* $name:ident = $($run:ident)::+, $info:expr; )*) => {
        #[allow(non_camel_case_types, clippy::upper_case_acronyms, reason = "the variants are names of constants")]
        enum Number { $($name,)* LAST }

        $( $(#[$m])* pub(crate) const $name: u16 = Number::$name as u16; )*

        /// Number of the shared helpers.
        pub(crate) const SHARED: u16 = Number::LAST as u16;

        /// What the IR knows of them.
        pub(crate) mod info {
            use super::*;
            $( pub(crate) const $name: HelperInfo = HelperInfo { name: stringify!($name), ..$info }; )*
        }

        /// The rows of the shared helpers for a target, then others.
        macro_rules! shared_rows {
            ($d target:ty; $d($d rest:expr),*) => {
                &[
                    $( cpu::Helper { info: $crate::helper::info::$name, run: $($run)::+::<cpu::Ctx<$d target>> }, )*
                    $d($d rest),*
                ]
            };
        }
        pub(crate) use shared_rows;
    };
}

/// A helper with so many arguments that computes and does nothing else.
pub(crate) const fn pure_(args: u8, ret: Width) -> HelperInfo {
    HelperInfo { name: "", args, ret: Some(ret), reads: RegSet::None, writes: RegSet::None, faults: false, pure_: true }
}

/// A helper with so many arguments that may do anything and may trap.
pub(crate) const fn system(args: u8, ret: Option<Width>) -> HelperInfo {
    HelperInfo { name: "", args, ret, reads: RegSet::All, writes: RegSet::All, faults: true, pure_: false }
}

/// The register that tells whether the host may do arithmetic.
const FP_OK_SET: RegSet = RegSet::Ranges(&[(FP_OK.0, FP_OK.0 + 1)]);
/// All registers of the FPU.
const FP_SET: RegSet = RegSet::Ranges(&[(double(0).0, double(31).0 + 1), (FCC0.0, FP_B.0 + 1)]);

shared! { $
    /// Whether an integer condition holds: kind, a, b, condition.
    CONDITION = crate::cc::condition, pure_(4, Width::W1);
    /// The integer condition codes: kind, a, b.
    CODES = crate::cc::codes, pure_(3, Width::W32);
    /// Unsigned division: Y, low half, divisor; the quotient, and overflow in bit 32.
    UDIV = crate::arith::udiv, pure_(3, Width::W64);
    /// Signed division.
    SDIV = crate::arith::sdiv, pure_(3, Width::W64);
    /// Raises the trap with this number if the first argument is 1.
    RAISE_NUMBER = crate::arith::raise_number, HelperInfo { ret: None, faults: true, pure_: false, ..pure_(2, Width::W1) };
    /// A floating-point operation while no trap is enabled: operands, number.
    FPOP = crate::fpu::operate, HelperInfo { writes: FP_OK_SET, pure_: false, ..pure_(3, Width::W64) };
    /// The same while some may be.
    FPOP_TRAPPING = crate::fpu::operate_trapping, HelperInfo { reads: FP_SET, writes: FP_SET, faults: true, pure_: false, ..pure_(3, Width::W64) };
    /// A quadruple-precision operation: number, registers.
    FPOP_QUAD = crate::fpu::operate_quad, HelperInfo { reads: FP_SET, writes: FP_SET, ret: None, faults: true, pure_: false, ..pure_(2, Width::W64) };
    /// The lower half of the FSR.
    RDFSR = crate::fpu::rdfsr, HelperInfo { reads: FP_SET, pure_: false, ..pure_(0, Width::W32) };
    /// Writes it.
    WRFSR = crate::fpu::wrfsr, HelperInfo { reads: FP_SET, writes: FP_SET, ret: None, pure_: false, ..pure_(1, Width::W32) };
}
