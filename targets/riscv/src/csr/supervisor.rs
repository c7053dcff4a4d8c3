//! CSRs of supervisor mode.
//!
//! Privileged Architecture 20240411, "Supervisor CSRs", and "Sstc" for `stimecmp`.

use super::{Csrs, Gate, Row, machine, mstatus, plain};
use crate::hart::Hart;
use crate::mmu;
use crate::model::{Model, PrivVersion};
use crate::trap::irq;

/// `menvcfg`: Sstc is there for S-mode.
pub(super) const STCE: u64 = 1 << 63;
/// `mcounteren`: `time`, and `stimecmp` with it.
const TM: u32 = 1;

/// Whether S-mode may use `stimecmp`.
pub(super) fn stimecmp_enabled(csrs: &Csrs) -> bool {
    csrs.menvcfg & STCE != 0 && bits::bit(csrs.mcounteren, TM)
}

fn sstatus(hart: &dyn Hart, _: u16) -> u64 {
    let model = hart.model();
    let sd = 1 << (model.xlen() - 1);
    hart.csrs().mstatus.read(model) & (mstatus::SSTATUS | sd)
}

fn set_sstatus(hart: &mut dyn Hart, _: u16, value: u64) {
    machine::write_status(hart, value, mstatus::SSTATUS);
}

fn sip(hart: &dyn Hart, _: u16) -> u64 {
    machine::mip(hart) & hart.csrs().mideleg
}

/// Of the pending bits, S-mode can change SSIP alone.
fn set_sip(hart: &mut dyn Hart, _: u16, value: u64) {
    let csrs = hart.csrs_mut();
    let mask = csrs.mideleg & 1 << irq::SSI;
    csrs.mip = csrs.mip & !mask | value & mask;
}

fn set_sie(hart: &mut dyn Hart, _: u16, value: u64) {
    let csrs = hart.csrs_mut();
    csrs.mie = csrs.mie & !csrs.mideleg | value & csrs.mideleg;
}

fn set_satp(hart: &mut dyn Hart, _: u16, value: u64) {
    let legal = mmu::legal_satp(hart.model(), value);
    if let Some(value) = legal.filter(|v| *v != hart.csrs().satp) {
        hart.csrs_mut().satp = value;
        mmu::flush(hart);
    }
}

/// The mode's handler address: a reserved mode leaves the register as it is.
pub(super) fn legal_tvec(value: u64) -> Option<u64> {
    (value & 3 < 2).then_some(value)
}

fn s_1_12(model: &Model) -> bool {
    model.has_s() && model.priv_version() >= PrivVersion::V1_12
}

fn sstc_32(model: &Model) -> bool {
    model.has_sstc() && model.xlen() == 32
}

pub(super) static ROWS: &[Row] = &[
    Row::new(0x100, "sstatus", sstatus).writes(set_sstatus).when(Model::has_s),
    Row::new(0x104, "sie", |h, _| h.csrs().mie & h.csrs().mideleg).writes(set_sie).when(Model::has_s),
    Row::new(0x105, "stvec", |h, _| h.csrs().stvec)
        .writes(|h, _, v| h.csrs_mut().stvec = legal_tvec(v).unwrap_or(h.csrs().stvec))
        .when(Model::has_s),
    Row::new(0x106, "scounteren", |h, _| h.csrs().scounteren)
        .writes(|h, _, v| h.csrs_mut().scounteren = v & 0xffff_ffff)
        .when(|m| m.has_s() && m.priv_version() >= PrivVersion::V1_10),
    Row::new(0x10a, "senvcfg", |h, _| h.csrs().senvcfg)
        .writes(|h, _, v| h.csrs_mut().senvcfg = v & h.model().envcfg())
        .when(s_1_12),
    plain!(0x140, sscratch).when(Model::has_s),
    Row::new(0x141, "sepc", |h, _| h.csrs().sepc & h.model().pc_mask())
        .writes(|h, _, v| h.csrs_mut().sepc = v & !1)
        .when(Model::has_s),
    plain!(0x142, scause).when(Model::has_s),
    plain!(0x143, stval).when(Model::has_s),
    Row { modify: Some(|h, _| h.csrs().mip & h.csrs().mideleg), ..Row::new(0x144, "sip", sip) }
        .writes(set_sip)
        .when(Model::has_s),
    Row::new(0x14d, "stimecmp", |h, _| h.csrs().stimecmp)
        .writes(|h, _, v| {
            let xlen = h.model().xlen();
            h.csrs_mut().stimecmp = bits::deposit(h.csrs().stimecmp, 0, xlen, v);
        })
        .when(Model::has_sstc)
        .gated(Gate::Stimecmp),
    Row::new(0x15d, "stimecmph", |h, _| h.csrs().stimecmp >> 32)
        .writes(|h, _, v| h.csrs_mut().stimecmp = bits::deposit(h.csrs().stimecmp, 32, 32, v))
        .when(sstc_32)
        .gated(Gate::Stimecmp),
    Row::new(0x180, "satp", |h, _| h.csrs().satp).writes(set_satp).when(Model::has_s).gated(Gate::Satp),
];
