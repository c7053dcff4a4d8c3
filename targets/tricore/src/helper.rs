//! The helpers: one row each.

use cpu::Helper;
use uop::{HelperInfo, RegSet, Width};

use crate::{Tricore, csa, csfr, division, fp, ops, state};

macro_rules! helpers {
    ($( $(#[$m:meta])* $name:ident = $run:path, $info:expr; )*) => {
        #[allow(non_camel_case_types, clippy::upper_case_acronyms, reason = "the variants number the rows")]
        enum Number { $($name),* }
        $( $(#[$m])* pub(crate) const $name: u16 = Number::$name as u16; )*
        /// All rows.
        pub(crate) static ROWS: &[Helper<Tricore>] = &[
            $( Helper { info: HelperInfo { name: stringify!($name), ..$info }, run: $run } ),*
        ];
    };
}

/// A helper with so many arguments that may change any register and may trap.
const fn context(args: u8) -> HelperInfo {
    HelperInfo { name: "", args, ret: None, reads: RegSet::All, writes: RegSet::All, faults: true, pure_: false }
}

/// One that changes no register and can't trap.
const fn quiet(args: u8) -> HelperInfo {
    HelperInfo { reads: RegSet::None, writes: RegSet::None, faults: false, ..context(args) }
}

/// One that computes 32 bits, and nothing else.
const fn pure(args: u8) -> HelperInfo {
    HelperInfo { ret: Some(Width::W32), pure_: true, ..quiet(args) }
}

/// One that sets PSW's user status bits.
const fn flagging(args: u8) -> HelperInfo {
    HelperInfo { ret: Some(Width::W32), reads: FLAGS, writes: FLAGS, ..quiet(args) }
}

/// The user status bits.
const FLAGS: RegSet = RegSet::Ranges(&[state::FLAGS]);

/// One of floating point: PSW has FX and RM.
const fn float(args: u8) -> HelperInfo {
    let psw: RegSet = RegSet::Ranges(&[(state::FLAGS.0, state::FLAGS.1 + 1)]);
    HelperInfo { reads: psw, writes: psw, ..flagging(args) }
}

helpers! {
    /// CALL: return address, above it the target.
    CALL = csa::call, context(1);
    /// RET: the new pc.
    RET = csa::ret, HelperInfo { ret: Some(Width::W32), ..context(0) };
    /// RFE: the new pc.
    RFE = csa::rfe, HelperInfo { ret: Some(Width::W32), ..context(0) };
    /// RFM: the next pc; where to go.
    RFM = csa::rfm, HelperInfo { ret: Some(Width::W32), ..context(1) };
    /// SVLCX: the next pc.
    SVLCX = csa::svlcx, context(1);
    /// RSLCX.
    RSLCX = csa::rslcx, context(0);
    /// BISR: the next pc, priority.
    BISR = csa::bisr, context(2);
    /// STUCX, STLCX: address, upper.
    ST_CONTEXT = csa::st, context(2);
    /// LDUCX, LDLCX: address, upper.
    LD_CONTEXT = csa::ld, context(2);
    /// MFCR: offset, pc.
    MFCR = csfr::mfcr, HelperInfo { ret: Some(Width::W32), writes: RegSet::None, faults: false, ..context(2) };
    /// MTCR: offset, value.
    MTCR = csfr::mtcr, context(2);
    /// Sets ICR.IE; the old one.
    SET_IE = csfr::set_ie, HelperInfo { ret: Some(Width::W32), ..quiet(1) };
    /// ISYNC.
    ISYNC = ops::isync, quiet(0);
    /// LDMST, SWAPMSK.W: address, value, mask; what was there.
    LDMST = ops::ldmst, HelperInfo { ret: Some(Width::W32), faults: true, ..quiet(3) };
    /// SHA: value, count.
    SHA = ops::sha, flagging(2);
    /// SHAS: value, count.
    SHAS = ops::shas, flagging(2);
    /// SH.H: value, count.
    SH_H = ops::sh_h, pure(2);
    /// SHA.H: value, count.
    SHA_H = ops::sha_h, pure(2);
    /// SHUFFLE: value, selector.
    SHUFFLE = ops::shuffle, pure(2);
    /// Packed operation without flags: operands, operation.
    PACKED = ops::packed, pure(3);
    /// Packed operation with flags: operands, operation.
    PACKED_FLAGS = ops::packed_flags, flagging(3);
    /// Multiplication: accumulator, factors, what to do.
    MAC = ops::mac, HelperInfo { ret: Some(Width::W64), ..flagging(4) };
    /// DIV: dividend, divisor.
    DIV = division::div, HelperInfo { ret: Some(Width::W64), ..flagging(2) };
    /// DIV.U: dividend, divisor.
    DIV_U = division::div_u, HelperInfo { ret: Some(Width::W64), ..flagging(2) };
    /// DVINIT: dividend, divisor.
    DVINIT = division::dvinit, HelperInfo { ret: Some(Width::W64), ..flagging(2) };
    /// DVINIT.U: dividend, divisor.
    DVINIT_U = division::dvinit_u, HelperInfo { ret: Some(Width::W64), ..flagging(2) };
    /// DVINIT.B: dividend, divisor.
    DVINIT_B = division::dvinit_b, HelperInfo { ret: Some(Width::W64), ..flagging(2) };
    /// DVINIT.BU: dividend, divisor.
    DVINIT_BU = division::dvinit_bu, HelperInfo { ret: Some(Width::W64), ..flagging(2) };
    /// DVINIT.H: dividend, divisor.
    DVINIT_H = division::dvinit_h, HelperInfo { ret: Some(Width::W64), ..flagging(2) };
    /// DVINIT.HU: dividend, divisor.
    DVINIT_HU = division::dvinit_hu, HelperInfo { ret: Some(Width::W64), ..flagging(2) };
    /// DVADJ: remainder and quotient, divisor.
    DVADJ = division::dvadj, HelperInfo { ret: Some(Width::W64), ..pure(2) };
    /// DVSTEP: remainder and quotient, divisor.
    DVSTEP = division::dvstep, HelperInfo { ret: Some(Width::W64), ..pure(2) };
    /// DVSTEP.U: remainder and quotient, divisor.
    DVSTEP_U = division::dvstep_u, HelperInfo { ret: Some(Width::W64), ..pure(2) };
    /// IXMIN: index and extreme, two values.
    IXMIN = ops::ixmin, HelperInfo { ret: Some(Width::W64), ..pure(2) };
    /// IXMIN.U: index and extreme, two values.
    IXMIN_U = ops::ixmin_u, HelperInfo { ret: Some(Width::W64), ..pure(2) };
    /// IXMAX: index and extreme, two values.
    IXMAX = ops::ixmax, HelperInfo { ret: Some(Width::W64), ..pure(2) };
    /// IXMAX.U: index and extreme, two values.
    IXMAX_U = ops::ixmax_u, HelperInfo { ret: Some(Width::W64), ..pure(2) };
    /// BMERGE.
    BMERGE = ops::bmerge, pure(2);
    /// BSPLIT.
    BSPLIT = ops::bsplit, HelperInfo { ret: Some(Width::W64), ..pure(1) };
    /// UNPACK.
    UNPACK = ops::unpack, HelperInfo { ret: Some(Width::W64), ..pure(1) };
    /// PACK: pair, sign, PSW.C.
    PACK = ops::pack, pure(3);
    /// CRC32B.W.
    CRC32B_W = ops::crc32b_w, pure(2);
    /// CRC32.B.
    CRC32_B = ops::crc32_b, pure(2);
    /// CRC32L.W.
    CRC32L_W = ops::crc32l_w, pure(2);
    /// CRCN.
    CRCN = ops::crcn, pure(3);
    /// ADD.F.
    ADD_F = fp::add, float(3);
    /// SUB.F.
    SUB_F = fp::sub, float(3);
    /// MADD.F.
    MADD_F = fp::madd, float(3);
    /// MSUB.F.
    MSUB_F = fp::msub, float(3);
    /// CMP.F.
    CMP_F = fp::cmp, float(2);
    /// MUL.F.
    MUL_F = fp::mul, float(2);
    /// DIV.F.
    DIV_F = fp::div, float(2);
    /// FTOI.
    FTOI = fp::ftoi, float(2);
    /// FTOIZ.
    FTOIZ = fp::ftoiz, float(2);
    /// FTOU.
    FTOU = fp::ftou, float(2);
    /// FTOUZ.
    FTOUZ = fp::ftouz, float(2);
    /// FTOQ31.
    FTOQ31 = fp::ftoq31, float(2);
    /// FTOQ31Z.
    FTOQ31Z = fp::ftoq31z, float(2);
    /// ITOF.
    ITOF = fp::itof, float(2);
    /// UTOF.
    UTOF = fp::utof, float(2);
    /// Q31TOF.
    Q31TOF = fp::q31tof, float(2);
    /// QSEED.F.
    QSEED_F = fp::qseed, float(2);
    /// HPTOF.
    HPTOF = fp::hptof, float(2);
    /// FTOHP.
    FTOHP = fp::ftohp, float(2);
    /// UPDFL.
    UPDFL = fp::updfl, HelperInfo { ret: None, ..float(1) };
}
