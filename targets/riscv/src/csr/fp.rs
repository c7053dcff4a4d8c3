//! `fflags`, `frm` and `fcsr`, which hold the floating-point unit's accrued exceptions and rounding mode.
//!
//! Unprivileged ISA 20240411, "Floating-Point Control and Status Register".

use super::{Gate, Row, mstatus};
use crate::ext::Ext;
use crate::hart::Hart;
use crate::model::Model;
use crate::state::{FP_OK_DYN, FP_OK_NX};

/// Accrued exceptions: NV, DZ, OF, UF, NX from bit 4 down.
const FFLAGS: u64 = 0x1f;
/// Inexact.
const NX: u8 = 1;
/// Rounding mode: to nearest, ties to even.
const RNE: u8 = 0;

/// Adds accrued exceptions and marks the unit's state as changed.
pub(crate) fn accrue<H: Hart + ?Sized>(hart: &mut H, fflags: u8) {
    hart.csrs_mut().fflags |= fflags;
    touch(hart);
}

/// Marks the unit's state as changed: a floating-point register or `fcsr` has been written.
pub(crate) fn touch<H: Hart + ?Sized>(hart: &mut H) {
    hart.csrs_mut().mstatus.put(mstatus::FS, mstatus::FS_DIRTY);
    refresh(hart);
}

/// Brings the registers up to date that tell engines when a floating-point operation may be done on the host.
pub(crate) fn refresh<H: Hart + ?Sized>(hart: &mut H) {
    let csrs = hart.csrs();
    let nx = csrs.fflags & NX != 0 && csrs.mstatus.get(mstatus::FS) == mstatus::FS_DIRTY;
    let dynamic = nx && csrs.frm == RNE;
    hart.set_file(FP_OK_NX, u64::from(nx));
    hart.set_file(FP_OK_DYN, u64::from(dynamic));
}

fn set(hart: &mut dyn Hart, fflags: Option<u64>, frm: Option<u64>) {
    let csrs = hart.csrs_mut();
    csrs.fflags = fflags.map_or(csrs.fflags, |v| (v & FFLAGS) as u8);
    csrs.frm = frm.map_or(csrs.frm, |v| (v & 7) as u8);
    touch(hart);
}

fn has_f(model: &Model) -> bool {
    model.has(Ext::F)
}

pub(super) static ROWS: &[Row] = &[
    Row::new(0x001, "fflags", |h, _| u64::from(h.csrs().fflags))
        .writes(|h, _, v| set(h, Some(v), None))
        .when(has_f)
        .gated(Gate::Float),
    Row::new(0x002, "frm", |h, _| u64::from(h.csrs().frm))
        .writes(|h, _, v| set(h, None, Some(v)))
        .when(has_f)
        .gated(Gate::Float),
    Row::new(0x003, "fcsr", |h, _| u64::from(h.csrs().frm) << 5 | u64::from(h.csrs().fflags))
        .writes(|h, _, v| set(h, Some(v), Some(v >> 5)))
        .when(has_f)
        .gated(Gate::Float),
];
