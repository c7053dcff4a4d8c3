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

/// A floating-point helper that rounds; it traps if the rounding mode that it finds in `frm` is reserved.
const fn rounding(args: u8, ret: Option<Width>) -> HelperInfo {
    HelperInfo { ret, ..faulting(args, FP_OK) }
}

/// A floating-point helper that may accrue exceptions, but never traps.
const fn flagging(args: u8, ret: Option<Width>) -> HelperInfo {
    HelperInfo { ret, faults: false, ..faulting(args, FP_OK) }
}

/// A helper that traps or does nothing.
const fn checking(args: u8) -> HelperInfo {
    HelperInfo { ret: None, ..faulting(args, RegSet::None) }
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
    /// Orders stores before instruction fetches.
    FENCE_I = crate::insn::rv_zifencei::sync, HelperInfo { ret: None, faults: false, ..faulting(0, RegSet::None) };
    /// Orders page-table writes before translations of all addresses: encoding.
    SFENCE_ALL = crate::mmu::sfence_all, HelperInfo { ret: None, ..faulting(1, RegSet::None) };
    /// Orders page-table writes before translations of one address: address, encoding.
    SFENCE_PAGE = crate::mmu::sfence_page, HelperInfo { ret: None, ..faulting(2, RegSet::None) };

    // Rounded: operands, then the instruction's bits, which hold the rounding mode. The others: operands alone.
    /// Raises instruction-address-misaligned if the argument is no multiple of 4.
    CHECK_TARGET = crate::jump::check_target, checking(1);
    /// Marks the floating-point state as changed.
    FP_DIRTY = crate::fp::dirty, flagging(0, None);
    /// a + b.
    FADD_S = crate::fp::add_s, rounding(3, Some(Width::W32));
    /// a - b.
    FSUB_S = crate::fp::sub_s, rounding(3, Some(Width::W32));
    /// a × b.
    FMUL_S = crate::fp::mul_s, rounding(3, Some(Width::W32));
    /// a ÷ b.
    FDIV_S = crate::fp::div_s, rounding(3, Some(Width::W32));
    /// √a.
    FSQRT_S = crate::fp::sqrt_s, rounding(2, Some(Width::W32));
    /// ±(a × b) ± c.
    FMADD_S = crate::fp::fma_s, rounding(4, Some(Width::W32));
    /// a + b.
    FADD_D = crate::fp::add_d, rounding(3, Some(Width::W64));
    /// a - b.
    FSUB_D = crate::fp::sub_d, rounding(3, Some(Width::W64));
    /// a × b.
    FMUL_D = crate::fp::mul_d, rounding(3, Some(Width::W64));
    /// a ÷ b.
    FDIV_D = crate::fp::div_d, rounding(3, Some(Width::W64));
    /// √a.
    FSQRT_D = crate::fp::sqrt_d, rounding(2, Some(Width::W64));
    /// ±(a × b) ± c.
    FMADD_D = crate::fp::fma_d, rounding(4, Some(Width::W64));
    /// To single precision.
    FCVT_S_D = crate::fp::d_to_s, rounding(2, Some(Width::W32));
    /// To double precision; exact.
    FCVT_D_S = crate::fp::s_to_d, rounding(2, Some(Width::W64));
    /// To a signed word.
    FCVT_W_S = crate::fp::s_to_w, rounding(2, Some(Width::W32));
    /// To an unsigned word.
    FCVT_WU_S = crate::fp::s_to_wu, rounding(2, Some(Width::W32));
    /// To a signed double word.
    FCVT_L_S = crate::fp::s_to_l, rounding(2, Some(Width::W64));
    /// To an unsigned double word.
    FCVT_LU_S = crate::fp::s_to_lu, rounding(2, Some(Width::W64));
    /// To a signed word.
    FCVT_W_D = crate::fp::d_to_w, rounding(2, Some(Width::W32));
    /// To an unsigned word.
    FCVT_WU_D = crate::fp::d_to_wu, rounding(2, Some(Width::W32));
    /// To a signed double word.
    FCVT_L_D = crate::fp::d_to_l, rounding(2, Some(Width::W64));
    /// To an unsigned double word.
    FCVT_LU_D = crate::fp::d_to_lu, rounding(2, Some(Width::W64));
    /// From a signed word.
    FCVT_S_W = crate::fp::w_to_s, rounding(2, Some(Width::W32));
    /// From an unsigned word.
    FCVT_S_WU = crate::fp::wu_to_s, rounding(2, Some(Width::W32));
    /// From a signed double word.
    FCVT_S_L = crate::fp::l_to_s, rounding(2, Some(Width::W32));
    /// From an unsigned double word.
    FCVT_S_LU = crate::fp::lu_to_s, rounding(2, Some(Width::W32));
    /// From a signed word; exact.
    FCVT_D_W = crate::fp::w_to_d, rounding(2, Some(Width::W64));
    /// From an unsigned word; exact.
    FCVT_D_WU = crate::fp::wu_to_d, rounding(2, Some(Width::W64));
    /// From a signed double word.
    FCVT_D_L = crate::fp::l_to_d, rounding(2, Some(Width::W64));
    /// From an unsigned double word.
    FCVT_D_LU = crate::fp::lu_to_d, rounding(2, Some(Width::W64));
    /// The smaller number.
    FMIN_S = crate::fp::min_s, flagging(2, Some(Width::W32));
    /// The greater number.
    FMAX_S = crate::fp::max_s, flagging(2, Some(Width::W32));
    /// a = b; quiet.
    FEQ_S = crate::fp::eq_s, flagging(2, Some(Width::W1));
    /// a < b; signalling.
    FLT_S = crate::fp::lt_s, flagging(2, Some(Width::W1));
    /// a ≤ b; signalling.
    FLE_S = crate::fp::le_s, flagging(2, Some(Width::W1));
    /// The class, one bit of ten.
    FCLASS_S = crate::fp::class_s, HelperInfo { pure_: true, faults: false, ret: Some(Width::W32), ..faulting(1, RegSet::None) };
    /// The smaller number.
    FMIN_D = crate::fp::min_d, flagging(2, Some(Width::W64));
    /// The greater number.
    FMAX_D = crate::fp::max_d, flagging(2, Some(Width::W64));
    /// a = b; quiet.
    FEQ_D = crate::fp::eq_d, flagging(2, Some(Width::W1));
    /// a < b; signalling.
    FLT_D = crate::fp::lt_d, flagging(2, Some(Width::W1));
    /// a ≤ b; signalling.
    FLE_D = crate::fp::le_d, flagging(2, Some(Width::W1));
    /// The class, one bit of ten.
    FCLASS_D = crate::fp::class_d, HelperInfo { pure_: true, faults: false, ret: Some(Width::W32), ..faulting(1, RegSet::None) };
    /// Whether `cbo.inval` may be executed here.
    CHECK_CBO_INVAL = crate::cbo::check_inval, checking(1);
    /// Whether `cbo.clean` and `cbo.flush` may.
    CHECK_CBO_CLEAN = crate::cbo::check_clean, checking(1);
    /// Whether `cbo.zero` may.
    CHECK_CBO_ZERO = crate::cbo::check_zero, checking(1);
}
