//! The helpers: what instructions do that is too rare or too big for micro-ops.
//!
//! One table gives number, name, arguments, result, register use and function. The functions are generic over the CPU.

use bits::Endian;
use cpu::{Ctx, Helper, Target};
use uop::{HelperInfo, Mem, RegSet, Width};

use crate::cp0::Cp0;
use crate::hart::Hart;
use crate::model::Model;
use crate::state;
use crate::trap::Trap;

/// FCSR and what belongs to it.
const FLOAT: RegSet = RegSet::Ranges(&[(state::FCSR.0, state::FP_C.0 + 1)]);
/// DSPControl, and with it the accumulators.
const DSP: RegSet = RegSet::Ranges(&[(state::DSP_CONTROL.0, state::DSP_CONTROL.0 + 1)]);
const DSP_ACCS: RegSet =
    RegSet::Ranges(&[(state::HI.0, state::LO.0 + 1), (state::DSP_CONTROL.0, state::DSP_CONTROL.0 + 7)]);
/// Vector registers and MSACSR.
const MSA: RegSet = RegSet::Ranges(&[(state::f(0).0, state::f(31).0 + 1), (state::MSACSR.0, state::w_high(31).0 + 1)]);
const USER_LOCAL: RegSet = RegSet::Ranges(&[(state::USER_LOCAL.0, state::USER_LOCAL.0 + 1)]);

/// Declares the helpers; each name becomes a constant with its number.
macro_rules! helpers {
    ($( $(#[$m:meta])* $name:ident = $($run:ident)::+, $info:expr; )*) => {
        #[allow(non_camel_case_types, clippy::upper_case_acronyms, reason = "the variants are names of constants")]
        enum Number { $($name),* }

        $( $(#[$m])* pub(crate) const $name: u16 = Number::$name as u16; )*

        /// The table for target `T`.
        pub(crate) struct Table<T>(std::marker::PhantomData<T>);

        impl<T: Target<Model = Model, State = Cp0, Fault = Trap>> Table<T> {
            /// The rows, in the order of their numbers.
            pub(crate) const ROWS: &'static [Helper<T>] = &[
                $( Helper { info: HelperInfo { name: stringify!($name), ..$info }, run: $($run)::+::<Ctx<T>> } ),*
            ];
        }
    };
}

/// A helper with so many arguments and a result of this width, which may fault.
const fn row(args: u8, ret: Option<Width>) -> HelperInfo {
    HelperInfo { name: "", args, ret, reads: RegSet::None, writes: RegSet::None, faults: true, pure_: false }
}

/// One that never faults.
const fn safe(args: u8, ret: Option<Width>) -> HelperInfo {
    HelperInfo { faults: false, ..row(args, ret) }
}

/// A floating-point operation.
const fn float(args: u8, ret: Option<Width>) -> HelperInfo {
    HelperInfo { reads: FLOAT, writes: FLOAT, ..row(args, ret) }
}

helpers! {
    /// MFC0: number of the register.
    CP0_READ = crate::cp0::read, HelperInfo { reads: USER_LOCAL, ..row(1, Some(Width::W64)) };
    /// DMFC0.
    CP0_READ64 = crate::cp0::read64, HelperInfo { reads: USER_LOCAL, ..row(1, Some(Width::W64)) };
    /// MTC0: number, value.
    CP0_WRITE = crate::cp0::write, HelperInfo { writes: USER_LOCAL, ..row(2, None) };
    /// DMTC0.
    CP0_WRITE64 = crate::cp0::write64, HelperInfo { writes: USER_LOCAL, ..row(2, None) };
    /// DI, EI: whether to enable; the old Status.
    DI_EI = crate::cp0::di_ei, safe(1, Some(Width::W64));
    /// RDHWR: number, whether the mode is privileged.
    RDHWR = crate::cp0::rdhwr, HelperInfo { reads: USER_LOCAL, ..row(2, Some(Width::W64)) };
    /// CACHE: operation.
    CACHE = crate::cp0::cache, safe(1, None);
    /// SYNCI.
    SYNCI = crate::cp0::synci, safe(0, None);
    /// DVPE, EVPE, DMT, EMT: which; the old control register.
    THREADING = crate::threads::threading, safe(1, Some(Width::W64));
    /// DVP, EVP: whether all are to run; the old VPControl.
    VIRTUAL_PROCESSORS = crate::threads::virtual_processors, safe(1, Some(Width::W64));
    /// MFTR: which register.
    MFTR = crate::threads::mftr, HelperInfo { reads: RegSet::All, ..row(1, Some(Width::W64)) };
    /// MTTR: which register, value.
    MTTR = crate::threads::mttr, HelperInfo { reads: RegSet::All, writes: RegSet::All, ..safe(2, None) };
    /// FORK.
    FORK = crate::threads::fork, row(0, None);
    /// YIELD: the request; YQMask.
    YIELD = crate::threads::yield_, row(1, Some(Width::W64));
    /// TLBR.
    TLBR = crate::tlb::read, safe(0, None);
    /// TLBWI.
    TLBWI = crate::tlb::write_indexed, safe(0, None);
    /// TLBWR.
    TLBWR = crate::tlb::write_random, safe(0, None);
    /// TLBP.
    TLBP = crate::tlb::probe, safe(0, None);
    /// TLBINV.
    TLBINV = crate::tlb::invalidate_space, safe(0, None);
    /// TLBINVF.
    TLBINVF = crate::tlb::invalidate_all, safe(0, None);
    /// ERET; the new pc.
    ERET = crate::trap::eret, safe(0, Some(Width::W64));
    /// ERETNC.
    ERETNC = crate::trap::eretnc, safe(0, Some(Width::W64));
    /// DERET.
    DERET = crate::trap::deret, safe(0, Some(Width::W64));
    /// SWL: address, value, whether data is big-endian.
    SWL = crate::helper::swl, row(3, None);
    /// SWR.
    SWR = crate::helper::swr, row(3, None);
    /// SDL.
    SDL = crate::helper::sdl, row(3, None);
    /// SDR.
    SDR = crate::helper::sdr, row(3, None);
    /// An operation of the DSP extension: number, two operands.
    DSP_TWO = crate::dsp::two, HelperInfo { reads: DSP, writes: DSP, ..safe(3, Some(Width::W32)) };
    /// The same with an accumulator, which is the last argument.
    DSP_ACC = crate::dsp::acc, HelperInfo { reads: DSP_ACCS, writes: DSP_ACCS, ..safe(4, Some(Width::W32)) };
    /// MSA: an operation on vectors: number, registers, element size, value.
    MSA_THREE = crate::msa::three, HelperInfo { reads: MSA, writes: MSA, ..safe(4, None) };
    /// The same with an immediate as second source.
    MSA_IMMEDIATE = crate::msa::immediate, HelperInfo { reads: MSA, writes: MSA, ..safe(4, None) };
    /// An operation on floating-point elements: number, registers, element size.
    MSA_FLOAT = crate::msa::float::each, HelperInfo { reads: MSA, writes: MSA, ..row(4, None) };
    /// A conversion between element sizes: kind, registers, size of the larger elements.
    MSA_RESIZE = crate::msa::float::resize, HelperInfo { reads: MSA, writes: MSA, ..row(4, None) };
    /// An element, sign-extended: register, size, number.
    MSA_COPY = crate::msa::copy, HelperInfo { reads: MSA, ..safe(3, Some(Width::W64)) };
    /// Puts a value into an element: register, size and number, value.
    MSA_INSERT = crate::msa::insert, HelperInfo { reads: MSA, writes: MSA, ..safe(3, None) };
    /// Whether any element is zero: register, size.
    MSA_ANY_ZERO = crate::msa::any_zero, HelperInfo { reads: MSA, ..safe(2, Some(Width::W32)) };
    /// CFCMSA: number of the register.
    MSA_READ_CONTROL = crate::msa::float::read_control, HelperInfo { reads: MSA, ..safe(1, Some(Width::W64)) };
    /// CTCMSA: number, value.
    MSA_WRITE_CONTROL = crate::msa::float::write_control, HelperInfo { reads: MSA, writes: MSA, ..row(2, None) };
    /// An operation on one operand with a single, or 32-bit, result: operand, number.
    FP_ONE_S = crate::fpu::one, float(2, Some(Width::W32));
    /// The same with 64 bits.
    FP_ONE_D = crate::fpu::one, float(2, Some(Width::W64));
    /// Two operands, number.
    FP_TWO_S = crate::fpu::two, float(3, Some(Width::W32));
    /// The same with 64 bits.
    FP_TWO_D = crate::fpu::two, float(3, Some(Width::W64));
    /// Three operands, number.
    FP_THREE_S = crate::fpu::three, float(4, Some(Width::W32));
    /// The same with 64 bits.
    FP_THREE_D = crate::fpu::three, float(4, Some(Width::W64));
    /// The product of a multiply-add, if the host can't make it: [`FP_MADD_S`] does all then.
    FP_PRODUCT_S = crate::fpu::product, HelperInfo { faults: false, ..float(2, Some(Width::W32)) };
    /// The same with 64 bits.
    FP_PRODUCT_D = crate::fpu::product, HelperInfo { faults: false, ..float(2, Some(Width::W64)) };
    /// All of the multiply-add that the register file describes, before its result is negated: product, addend.
    FP_MADD_S = crate::fpu::madd, float(2, Some(Width::W32));
    /// The same with 64 bits.
    FP_MADD_D = crate::fpu::madd, float(2, Some(Width::W64));
    /// A comparison: two operands, condition.
    FP_COMPARE = crate::fpu::compare, float(3, Some(Width::W1));
    /// Paired single: two operands, number.
    FP_PAIR_TWO = crate::fpu::pair_two, float(3, Some(Width::W64));
    /// Three operands, number.
    FP_PAIR_THREE = crate::fpu::pair_three, float(4, Some(Width::W64));
    /// A comparison: two operands, condition; bit 0 for the lower numbers, bit 1 for the upper.
    FP_PAIR_COMPARE = crate::fpu::pair_compare, float(3, Some(Width::W32));
    /// CFC1: number of the register.
    FP_READ_CONTROL = crate::fpu::read_control, HelperInfo { faults: false, ..float(1, Some(Width::W64)) };
    /// CTC1: number, value.
    FP_WRITE_CONTROL = crate::fpu::write_control, float(2, None);
}

/// Stores the bytes of `value` from the address to the end of the word (`to_end`), or from its start to the address. The most
/// significant byte of what is stored goes to the address with `left`, else the least significant one does.
fn store_part<H: Hart>(hart: &mut H, [address, value, big, _]: [u64; 4], size: u64, left: bool) -> Result<u64, Trap> {
    let to_end = (big != 0) == left;
    let lane = address % size;
    let n = if to_end { size - lane } else { lane + 1 };
    for i in 0..n {
        let at = if to_end { address.wrapping_add(i) } else { address.wrapping_sub(i) };
        let byte = if left { size - 1 - i } else { i };
        let mem = Mem { endian: Endian::Little, ..Mem::le(Width::W8) };
        hart.store(at, value >> (8 * byte) & 0xff, mem)?;
    }
    Ok(0)
}

fn swl<H: Hart>(hart: &mut H, args: [u64; 4]) -> Result<u64, Trap> {
    store_part(hart, args, 4, true)
}

fn swr<H: Hart>(hart: &mut H, args: [u64; 4]) -> Result<u64, Trap> {
    store_part(hart, args, 4, false)
}

fn sdl<H: Hart>(hart: &mut H, args: [u64; 4]) -> Result<u64, Trap> {
    store_part(hart, args, 8, true)
}

fn sdr<H: Hart>(hart: &mut H, args: [u64; 4]) -> Result<u64, Trap> {
    store_part(hart, args, 8, false)
}
