//! The helpers: what instructions do that is too rare or too big for micro-ops.

use cpu::Helper;
use uop::{HelperInfo, RegSet, Width};

use crate::state::{CTR, F0, FP_OK, FPL_C, H0, LR, V0};
use crate::target::Ppc;

/// Declares the helpers; each name becomes a constant with its number.
macro_rules! helpers {
    ($( $(#[$m:meta])* $name:ident = $($run:ident)::+, $info:expr; )*) => {
        #[allow(non_camel_case_types, clippy::upper_case_acronyms, reason = "the variants are names of constants")]
        enum Number { $($name),* }

        $( $(#[$m])* pub(crate) const $name: u16 = Number::$name as u16; )*

        /// The table for target `T`.
        pub(crate) struct Table<T>(std::marker::PhantomData<T>);

        impl<T: Ppc> Table<T> {
            /// The rows, in the order of their numbers.
            pub(crate) const ROWS: &'static [Helper<T>] = &[
                $( Helper { info: HelperInfo { name: stringify!($name), ..$info }, run: $($run)::+::<T> } ),*
            ];
        }
    };
}

/// Floating-point state: FPSCR with what belongs to it.
const FP_STATE: RegSet = RegSet::Ranges(&[(FP_OK.0, FPL_C.0 + 1)]);
/// The same, and the registers themselves.
const FP_ALL: RegSet = RegSet::Ranges(&[(FP_OK.0, FPL_C.0 + 1), (F0, F0 + 32)]);

const fn plain(args: u8, ret: Option<Width>) -> HelperInfo {
    HelperInfo { name: "", args, ret, reads: RegSet::None, writes: RegSet::None, faults: false, pure_: false }
}

const fn pure_(args: u8, ret: Width) -> HelperInfo {
    HelperInfo { pure_: true, ..plain(args, Some(ret)) }
}

const fn faulting(args: u8, ret: Option<Width>) -> HelperInfo {
    HelperInfo { faults: true, ..plain(args, ret) }
}

/// A floating-point operation.
const fn float(args: u8, ret: Option<Width>) -> HelperInfo {
    HelperInfo { reads: FP_ALL, writes: FP_STATE, ..plain(args, ret) }
}

/// The same, writing registers too.
const fn float_all(args: u8, ret: Option<Width>) -> HelperInfo {
    HelperInfo { reads: FP_ALL, writes: FP_ALL, ..plain(args, ret) }
}

/// All vector registers.
const VECTORS: RegSet = RegSet::Ranges(&[(V0, H0)]);

const fn vector(args: u8, ret: Option<Width>) -> HelperInfo {
    HelperInfo { reads: VECTORS, writes: VECTORS, ..plain(args, ret) }
}

/// FPSCR and all registers of the vector-scalar unit.
const SCALARS: RegSet = RegSet::Ranges(&[(FP_OK.0, FPL_C.0 + 1), (F0, H0)]);

const fn scalars(args: u8, ret: Option<Width>) -> HelperInfo {
    HelperInfo { reads: SCALARS, writes: SCALARS, ..plain(args, ret) }
}

const fn all(args: u8, ret: Option<Width>) -> HelperInfo {
    HelperInfo { reads: RegSet::All, writes: RegSet::All, faults: true, ..plain(args, ret) }
}

helpers! {
    /// `divwe`: dividend, divisor.
    DIVWE = crate::wide::divwe, pure_(2, Width::W64);
    /// Whether that has no result.
    DIVWE_OV = crate::wide::divwe_ov, pure_(2, Width::W1);
    /// `divweu`.
    DIVWEU = crate::wide::divweu, pure_(2, Width::W64);
    /// Whether that has no result.
    DIVWEU_OV = crate::wide::divweu_ov, pure_(2, Width::W1);
    /// `divde`.
    DIVDE = crate::wide::divde, pure_(2, Width::W64);
    /// Whether that has no result.
    DIVDE_OV = crate::wide::divde_ov, pure_(2, Width::W1);
    /// `divdeu`.
    DIVDEU = crate::wide::divdeu, pure_(2, Width::W64);
    /// Whether that has no result.
    DIVDEU_OV = crate::wide::divdeu_ov, pure_(2, Width::W1);
    /// `bpermd`: selectors, bits.
    BPERMD = crate::wide::bpermd, pure_(2, Width::W64);
    /// `lswx`: address, instruction.
    LSWX = crate::wide::lswx, all(2, None);
    /// `lscbx`: address, instruction; bytes loaded, and 128 if one matches.
    LSCBX = crate::wide::lscbx, all(2, Some(Width::W64));
    /// `stswx`: address, instruction.
    STSWX = crate::wide::stswx, all(2, None);
    /// What is fetched from here on is what memory holds.
    SYNC_CODE = crate::wide::sync_code, plain(0, None);
    /// TAR.
    READ_TAR = crate::spr::read_tar, plain(0, Some(Width::W64));
    /// Reads an SPR: number.
    READ_SPR = crate::spr::read_helper, plain(1, Some(Width::W64));
    /// Writes an SPR: number, value.
    WRITE_SPR = crate::spr::write_helper, plain(2, None);
    /// MSR.
    READ_MSR = crate::msr_moves::read_msr, plain(0, Some(Width::W64));
    /// Writes MSR.
    WRITE_MSR = crate::msr_moves::write_msr, plain(1, None);
    /// Writes its low word.
    WRITE_MSR_LOW = crate::msr_moves::write_msr_low, plain(1, None);
    /// Writes EE and RI.
    WRITE_MSR_EE_RI = crate::msr_moves::write_msr_ee_ri, plain(1, None);
    /// Writes EE.
    WRITE_EE = crate::msr_moves::write_ee, plain(1, None);
    /// Returns from an interrupt; the new pc.
    RFI = crate::msr_moves::rfi, plain(0, Some(Width::W64));
    /// The same on 64-bit CPUs.
    RFID = crate::msr_moves::rfid, plain(0, Some(Width::W64));
    /// From a hypervisor interrupt.
    HRFID = crate::msr_moves::hrfid, faulting(0, Some(Width::W64));
    /// From a critical one.
    RFCI = crate::msr_moves::rfci, plain(0, Some(Width::W64));
    /// From a debug interrupt.
    RFDI = crate::msr_moves::rfdi, plain(0, Some(Width::W64));
    /// From a machine check.
    RFMCI = crate::msr_moves::rfmci, plain(0, Some(Width::W64));
    /// Power saving.
    NAP = crate::trap::nap, plain(0, None);
    /// Segment register: number.
    READ_SR = crate::mmu::read_sr, plain(1, Some(Width::W64));
    /// Segment register: number, value.
    WRITE_SR = crate::mmu::write_sr, plain(2, None);
    /// Forgets translations.
    FLUSH_TLB = crate::mmu::flush, plain(0, None);
    /// `tlbie`: RB, whether on all CPUs.
    TLBIE = crate::mmu::tlbie, plain(2, None);
    /// Raises facility unavailable unless FSCR has it: number.
    CHECK_FACILITY = crate::facility::check_facility, faulting(1, None);
    /// From a vectored system call.
    RFSCV = crate::facility::rfscv, HelperInfo { reads: RegSet::Ranges(&[(LR.0, CTR.0 + 1)]), ..plain(0, Some(Width::W64)) };
    /// From an event-based branch: whether they are enabled again; the new pc.
    RFEBB = crate::server::rfebb, plain(1, Some(Width::W64));
    /// `tbegin.` fails: its address.
    FAIL_TRANSACTION = crate::server::fail_transaction, plain(1, None);
    /// `trechkpt.`: a transaction must have failed.
    CHECK_FAILED = crate::server::check_failed, faulting(0, None);
    /// `lqarx`: the doubleword beside the reserved one.
    RESERVE_SECOND = crate::server::reserve_second, plain(1, None);
    /// A random number that is not all ones.
    RANDOM = crate::server::random, plain(0, Some(Width::W64));
    /// `stqcx.`: address, doublewords in the order of addresses; whether it has stored.
    STQCX = crate::server::stqcx, faulting(3, Some(Width::W64));
    /// `msgsndp`: message.
    MSGSNDP = crate::server::msgsndp, plain(1, None);
    /// `msgclrp`: message.
    MSGCLRP = crate::server::msgclrp, plain(1, None);
    /// `msgsnd`: message.
    MSGSND = crate::doorbell::send, plain(1, None);
    /// `msgclr`: message.
    MSGCLR = crate::doorbell::clear, plain(1, None);
    /// `slbfee.`: address; the VSID part.
    SLBFEE = crate::mmu::slbfee, plain(1, Some(Width::W64));
    /// Whether there is such an entry.
    SLBFEE_FOUND = crate::mmu::slbfee_found, plain(1, Some(Width::W64));
    /// `tlbwe` of Freescale's MMU.
    MAS_TLBWE = crate::mas::tlbwe, plain(0, None);
    /// `tlbre`.
    MAS_TLBRE = crate::mas::tlbre, plain(0, None);
    /// `tlbsx`: address.
    MAS_TLBSX = crate::mas::tlbsx, plain(1, None);
    /// `tlbivax`: address.
    TLBIVAX = crate::mas::tlbivax, plain(1, None);
    /// `tlbilx`: T, address.
    TLBILX = crate::mas::tlbilx, plain(2, None);
    /// `tlbre` of the 440: entry, word.
    READ_TLB_440 = crate::tlb4xx::read_440, plain(2, Some(Width::W64));
    /// `tlbwe` of the 440: entry, word, value.
    WRITE_TLB_440 = crate::tlb4xx::write_440, plain(3, None);
    /// `tlbsx` of the 440: address.
    SEARCH_TLB_440 = crate::tlb4xx::search_440, plain(1, Some(Width::W64));
    /// `tlbre` of the 40x: entry, word.
    READ_TLB_40X = crate::tlb4xx::read_40x, plain(2, Some(Width::W64));
    /// `tlbwe` of the 40x: entry, word, value.
    WRITE_TLB_40X = crate::tlb4xx::write_40x, plain(3, None);
    /// `tlbsx` of the 40x: address.
    SEARCH_TLB_40X = crate::tlb4xx::search_40x, plain(1, Some(Width::W64));
    /// `tlbia` of the 40x.
    CLEAR_TLB_40X = crate::tlb4xx::clear_40x, plain(0, None);
    /// `tlbld`: address.
    TLBLD = crate::tlb603::tlbld, plain(1, None);
    /// `tlbli`: address.
    TLBLI = crate::tlb603::tlbli, plain(1, None);
    /// `tlbie` of the 603: address.
    TLBIE_603 = crate::tlb603::tlbie, plain(1, None);
    /// The signal processing engine: rA, rB, instruction.
    SPE = crate::spe::run, plain(3, Some(Width::W64));
    /// Its floating point: rA, rB, instruction.
    SPE_FP = crate::spe_fp::run, all(3, Some(Width::W64));
    /// BookE compares the address of an instruction: that.
    CHECK_FETCH = crate::debug::check_fetch, faulting(1, None);
    /// A return may be a debug event.
    CHECK_RETURN = crate::debug::check_return, faulting(0, None);
    /// The instruction is traced: an interrupt follows it.
    TRACE = crate::trace::trace, plain(0, None);
    /// `mfdcr`: number.
    READ_DCR = crate::board::read_dcr, faulting(1, Some(Width::W64));
    /// `mtdcr`: number, value.
    WRITE_DCR = crate::board::write_dcr, faulting(2, None);
    /// `slbmte`: VSID part, ESID part.
    SLBMTE = crate::mmu::slbmte, plain(2, None);
    /// `slbmfee`: entry.
    SLBMFEE = crate::mmu::slbmfee, plain(1, Some(Width::W64));
    /// `slbmfev`: entry.
    SLBMFEV = crate::mmu::slbmfev, plain(1, Some(Width::W64));
    /// `slbie`: address.
    SLBIE = crate::mmu::slbie, plain(1, None);
    /// `slbia`: IH.
    SLBIA = crate::mmu::slbia, plain(1, None);
    /// Two operands: a, b, instruction.
    FP2 = crate::fp::two, float(3, Some(Width::W64));
    /// Three operands: a, b, c, instruction.
    FP3 = crate::fp::three, float(4, Some(Width::W64));
    /// Comparison: a, b, instruction; the four bits.
    FCMP = crate::fp::compare, float(3, Some(Width::W64));
    /// FPSCR.
    READ_FPSCR = crate::fp::read_fpscr, float(0, Some(Width::W64));
    /// Writes bits of FPSCR: value, mask.
    WRITE_FPSCR = crate::fp::write_fpscr, float(2, None);
    /// `mcrfs`: field; the four bits, of which exceptions are cleared.
    MCRFS = crate::fp::mcrfs, float(1, Some(Width::W64));
    /// Raises the program interrupt if an enabled exception is there.
    FP_CHECK = crate::fp::check, HelperInfo { faults: true, ..float(0, None) };
    /// FX, FEX, VX, OX.
    FP_CR1 = crate::fp::cr1, float(0, Some(Width::W64));
    /// Double precision of a single one.
    TO_DOUBLE = crate::fp::to_double, pure_(1, Width::W64);
    /// Single precision of a double one.
    TO_SINGLE = crate::fp::to_single, pure_(1, Width::W32);
    /// A vector instruction: its bits; CR6 of a comparison.
    VECTOR = crate::vector::run, vector(1, Some(Width::W64));
    /// A vector instruction of versions 2.07 and 3.0: its bits, RA; CR6, or a general register's value.
    VECTOR_NEW = crate::vector_new::run, vector(2, Some(Width::W64));
    /// Puts an element into a vector register: value, offset, instruction.
    SET_ELEMENT = crate::vector::set_element, vector(3, None);
    /// An element of a vector register: offset, instruction.
    GET_ELEMENT = crate::vector::get_element, vector(2, Some(Width::W64));
    /// An instruction of the vector-scalar unit: its bits; a CR field or a general register's value.
    VSX = crate::vsx::run, scalars(1, Some(Width::W64));
    /// The same for quadwords.
    QUAD = crate::quad::run, scalars(1, Some(Width::W64));
    /// Decimal floating point: an instruction; a CR field.
    DFP = crate::dfp::run, float_all(1, Some(Width::W64));
    /// `lxvl`, `lxvll`: address, length, instruction.
    LXVL = crate::vsx::lxvl, all(3, None);
    /// `stxvl`, `stxvll`: address, length, instruction.
    STXVL = crate::vsx::stxvl, all(3, None);
    /// `ftdiv`: a, b.
    FTDIV = crate::fp::ftdiv, pure_(2, Width::W64);
    /// `ftsqrt`: b.
    FTSQRT = crate::fp::ftsqrt, pure_(1, Width::W64);
}
