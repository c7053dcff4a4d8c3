//! The helpers: what instructions do that is too rare or too big for micro-ops.
//!
//! One table gives number, name, arguments, result, register use and function. The functions are generic over the hart, so that
//! tests can run them without a whole CPU.

use cpu::{Ctx, Helper, Target};
use uop::{HelperInfo, RegSet, Width};

use crate::csr::Csrs;
use crate::model::Model;
use crate::state::{FP_OK_NX, N_REGS};
use crate::trap::Trap;

/// The registers that tell whether floating-point operations may be done on the host.
const FP_OK: RegSet = RegSet::Ranges(&[(FP_OK_NX.0, N_REGS)]);

/// Declares the helpers; each name becomes a constant with its number.
macro_rules! helpers {
    ($( $(#[$m:meta])* $name:ident = $($run:ident)::+, $info:expr; )*) => {
        #[allow(non_camel_case_types, clippy::upper_case_acronyms, reason = "the variants are names of constants")]
        enum Number { $($name),* }

        $( $(#[$m])* pub(crate) const $name: u16 = Number::$name as u16; )*

        /// The table for target `T`.
        pub(crate) struct Table<T>(std::marker::PhantomData<T>);

        impl<T: Target<Model = Model, State = Csrs, Fault = Trap>> Table<T> {
            /// The rows, in the order of their numbers.
            pub(crate) const ROWS: &'static [Helper<T>] = &[
                $( Helper { info: HelperInfo { name: stringify!($name), ..$info }, run: $($run)::+::<Ctx<T>> } ),*
            ];
        }
    };
}

/// A helper with so many arguments and an XLEN result in 64 bits, which may fault.
const fn faulting(args: u8, writes: RegSet) -> HelperInfo {
    HelperInfo { name: "", args, ret: Some(Width::W64), reads: RegSet::None, writes, faults: true, pure_: false }
}

helpers! {
    /// Reads a CSR: number, encoding of the instruction.
    CSR_READ = crate::csr::read, faulting(2, RegSet::None);
    /// Writes a CSR: number, value, encoding; the old value.
    CSR_WRITE = crate::csr::write, faulting(3, FP_OK);
    /// Sets bits in a CSR: number, bits, encoding; the old value.
    CSR_SET = crate::csr::set, faulting(3, FP_OK);
    /// Clears bits in a CSR: number, bits, encoding; the old value.
    CSR_CLEAR = crate::csr::clear, faulting(3, FP_OK);
    /// Returns from a trap to M-mode; the new pc.
    MRET = crate::trap::mret, HelperInfo { faults: false, ..faulting(0, RegSet::None) };
    /// Returns from a trap to S-mode: encoding; the new pc.
    SRET = crate::trap::sret, faulting(1, RegSet::None);
    /// Whether `wfi` is legal: encoding.
    WFI = crate::trap::wfi, HelperInfo { ret: None, ..faulting(1, RegSet::None) };
    /// Orders page-table writes before translations of all addresses: encoding.
    SFENCE_ALL = crate::mmu::sfence_all, HelperInfo { ret: None, ..faulting(1, RegSet::None) };
    /// Orders page-table writes before translations of one address: address, encoding.
    SFENCE_PAGE = crate::mmu::sfence_page, HelperInfo { ret: None, ..faulting(2, RegSet::None) };
}
