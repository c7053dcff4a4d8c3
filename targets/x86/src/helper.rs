//! The helpers: what instructions do that is too rare or too big for micro-ops.

use cpu::Helper;
use uop::{HelperInfo, RegSet, Width};

use crate::flags;
use crate::state::FLAGS;
use crate::target::X86;
use crate::trap::{Cpu, Out};

/// Declares the helpers; each name becomes a constant with its number.
macro_rules! helpers {
    ($( $(#[$m:meta])* $name:ident = $($run:ident)::+, $info:expr; )*) => {
        #[allow(non_camel_case_types, clippy::upper_case_acronyms, reason = "the variants are names of constants")]
        enum Number { $($name),* }

        $( $(#[$m])* pub(crate) const $name: u16 = Number::$name as u16; )*

        /// The rows, in the order of their numbers.
        pub(crate) static ROWS: &[Helper<X86>] = &[
            $( Helper { info: HelperInfo { name: stringify!($name), ..$info }, run: $($run)::+ } ),*
        ];
    };
}

/// A helper with so many arguments and a 64-bit result, which may raise and uses any register.
const fn any(args: u8) -> HelperInfo {
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

/// One that only computes.
const fn pure_(args: u8) -> HelperInfo {
    HelperInfo { reads: RegSet::None, writes: RegSet::None, faults: false, pure_: true, ..any(args) }
}

fn cc_value(_: &mut Cpu, [kind, a, b, c]: [u64; 4]) -> Out {
    Ok(flags::value(kind, a, b, c))
}

helpers! {
    /// The arithmetic flags of kind and operands.
    CC_VALUE = cc_value, pure_(4);
}
