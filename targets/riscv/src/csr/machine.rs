//! CSRs of machine mode.
//!
//! Privileged Architecture 20240411, "Machine-Level CSRs".

use super::supervisor::{STCE, legal_tvec};
use super::{Row, counters, fp, plain};
use crate::ext::Ext;
use crate::hart::Hart;
use crate::mmu;
use crate::model::{Model, PrivVersion};
use crate::pmp::N_ENTRIES;
use crate::trap::irq;

/// Exceptions that may be delegated: all that can happen below M-mode. A call from M-mode can't.
const DELEGABLE: u64 = 0xb3ff;

/// Address bits of `pmpaddr` on RV64: physical addresses have 56 bits.
const PMPADDR_64: u64 = bits::mask(54);

/// All pending interrupts: those of the lines, of software, and of `stimecmp`.
pub(crate) fn mip<H: Hart + ?Sized>(hart: &H) -> u64 {
    let csrs = hart.csrs();
    let wires = irq::MACHINE | 1 << irq::SEI;
    let mut mip = csrs.mip | hart.lines() & wires;
    if hart.model().has_sstc() && csrs.menvcfg & STCE != 0 {
        mip = bits::deposit(mip, irq::STI, 1, u64::from(hart.time() >= csrs.stimecmp));
    }
    mip & hart.model().interrupts()
}

/// The time at which `stimecmp` will make an interrupt pending that is enabled.
pub(crate) fn timer_deadline<H: Hart + ?Sized>(hart: &H) -> Option<u64> {
    let csrs = hart.csrs();
    let on = hart.model().has_sstc() && csrs.menvcfg & STCE != 0 && bits::bit(csrs.mie, irq::STI);
    on.then_some(csrs.stimecmp)
}

/// Writes the fields of `mstatus` in `mask`.
pub(super) fn write_status(hart: &mut dyn Hart, value: u64, mask: u64) {
    let mut status = hart.csrs().mstatus;
    let void = status.write(hart.model(), value, mask);
    hart.csrs_mut().mstatus = status;
    fp::refresh(hart);
    if void {
        mmu::flush(hart);
    }
}

/// `mstatush` has nothing that changes: memory is little-endian in all modes.
fn write_mstatus(hart: &mut dyn Hart, _: u16, value: u64) {
    let all = bits::mask(hart.model().xlen());
    write_status(hart, value, all);
}

/// M-mode writes the pending bits of S-mode; with Sstc, STIP belongs to `stimecmp`.
fn set_mip(hart: &mut dyn Hart, _: u16, value: u64) {
    let mut mask = irq::SUPERVISOR & hart.model().interrupts();
    let csrs = hart.csrs_mut();
    if csrs.menvcfg & STCE != 0 {
        mask &= !(1 << irq::STI);
    }
    csrs.mip = csrs.mip & !mask | value & mask;
}

fn envcfg_mask(model: &Model) -> u64 {
    let with = |ext, mask| if model.has(ext) { mask } else { 0 };
    model.envcfg() | with(Ext::Svpbmt, mmu::PBMTE) | if model.has_sstc() { STCE } else { 0 }
}

fn set_menvcfg(hart: &mut dyn Hart, lo: u32, value: u64) {
    let mask = envcfg_mask(hart.model());
    let len = hart.model().xlen().min(64 - lo);
    let csrs = hart.csrs_mut();
    csrs.menvcfg = bits::deposit(csrs.menvcfg, lo, len, value) & mask;
}

/// Number 0x320 is the counter inhibition from version 1.11 on; in version 1.9.1 it enables counters for U-mode.
fn count_control(hart: &dyn Hart, _: u16) -> u64 {
    if is_1_09(hart.model()) { hart.csrs().scounteren } else { hart.csrs().mcountinhibit }
}

fn set_count_control(hart: &mut dyn Hart, _: u16, value: u64) {
    if is_1_09(hart.model()) {
        hart.csrs_mut().scounteren = value & 0xffff_ffff;
    } else {
        counters::set_inhibit(hart, value);
    }
}

fn pmpcfg(hart: &dyn Hart, number: u16) -> u64 {
    cfg_entries(hart.model(), number).rev().fold(0, |v, i| v << 8 | u64::from(hart.csrs().pmp.cfg(i)))
}

fn set_pmpcfg(hart: &mut dyn Hart, number: u16, value: u64) {
    for (byte, i) in cfg_entries(hart.model(), number).enumerate() {
        hart.csrs_mut().pmp.set_cfg(i, (value >> (8 * byte)) as u8);
    }
    mmu::flush(hart);
}

/// The entries whose configuration register `number` holds: four a register on RV32, eight in the even ones on RV64.
fn cfg_entries(model: &Model, number: u16) -> std::ops::Range<usize> {
    let first = usize::from(number & 3) * 4;
    first..first + model.xlen() as usize / 8
}

fn set_pmpaddr(hart: &mut dyn Hart, number: u16, value: u64) {
    hart.csrs_mut().pmp.set_addr(usize::from(number & 15), value & PMPADDR_64);
    mmu::flush(hart);
}

fn is_1_09(model: &Model) -> bool {
    model.priv_version() == PrivVersion::V1_09_1
}

fn is_1_12(model: &Model) -> bool {
    model.priv_version() >= PrivVersion::V1_12
}

fn rv32_1_12(model: &Model) -> bool {
    model.xlen() == 32 && is_1_12(model)
}

pub(super) static ROWS: &[Row] = &[
    Row::new(0xf11, "mvendorid", |h, _| h.model().mvendorid()),
    Row::new(0xf12, "marchid", |h, _| h.model().marchid()),
    Row::new(0xf13, "mimpid", |h, _| h.model().mimpid()),
    Row::new(0xf14, "mhartid", |h, _| h.hart_id()),
    Row::new(0xf15, "mconfigptr", |_, _| 0).when(is_1_12),
    Row::new(0x300, "mstatus", |h, _| h.csrs().mstatus.read(h.model())).writes(write_mstatus),
    Row::new(0x301, "misa", |h, _| h.model().misa()),
    Row::new(0x302, "medeleg", |h, _| h.csrs().medeleg)
        .writes(|h, _, v| h.csrs_mut().medeleg = v & DELEGABLE)
        .when(Model::has_s),
    Row::new(0x303, "mideleg", |h, _| h.csrs().mideleg)
        .writes(|h, _, v| h.csrs_mut().mideleg = v & irq::SUPERVISOR)
        .when(Model::has_s),
    Row::new(0x304, "mie", |h, _| h.csrs().mie).writes(|h, _, v| h.csrs_mut().mie = v & h.model().interrupts()),
    Row::new(0x305, "mtvec", |h, _| h.csrs().mtvec)
        .writes(|h, _, v| h.csrs_mut().mtvec = legal_tvec(v).unwrap_or(h.csrs().mtvec)),
    Row::new(0x306, "mcounteren", |h, _| h.csrs().mcounteren)
        .writes(|h, _, v| h.csrs_mut().mcounteren = v & 0xffff_ffff)
        .when(|m| m.has_u() && !is_1_09(m)),
    Row::new(0x30a, "menvcfg", |h, _| h.csrs().menvcfg)
        .writes(|h, _, v| set_menvcfg(h, 0, v))
        .when(|m| m.has_u() && is_1_12(m)),
    Row::new(0x310, "mstatush", |_, _| 0).when(rv32_1_12),
    Row::new(0x31a, "menvcfgh", |h, _| h.csrs().menvcfg >> 32)
        .writes(|h, _, v| set_menvcfg(h, 32, v))
        .when(|m| m.has_u() && rv32_1_12(m)),
    Row::new(0x320, "mcountinhibit", count_control)
        .writes(set_count_control)
        .when(|m| is_1_09(m) || m.priv_version() >= PrivVersion::V1_11),
    Row::new(0x321, "mscounteren", |h, _| h.csrs().mcounteren)
        .writes(|h, _, v| h.csrs_mut().mcounteren = v & 0xffff_ffff)
        .when(is_1_09),
    plain!(0x340, mscratch),
    Row::new(0x341, "mepc", |h, _| h.csrs().mepc & h.model().pc_mask()).writes(|h, _, v| h.csrs_mut().mepc = v & !1),
    plain!(0x342, mcause),
    plain!(0x343, mtval),
    // The level of the SEI line is not written back into the bit that software holds.
    Row { modify: Some(|h, _| h.csrs().mip), ..Row::new(0x344, "mip", |h, _| mip(h)) }.writes(set_mip),
    Row::new(0x3a0, "pmpcfg0", pmpcfg).writes(set_pmpcfg).when(Model::has_pmp),
    Row::new(0x3a1, "pmpcfg1", pmpcfg).writes(set_pmpcfg).when(|m| m.has_pmp() && m.xlen() == 32),
    Row::new(0x3a2, "pmpcfg2", pmpcfg).writes(set_pmpcfg).when(Model::has_pmp),
    Row::new(0x3a3, "pmpcfg3", pmpcfg).writes(set_pmpcfg).when(|m| m.has_pmp() && m.xlen() == 32),
    Row::family(0x3b0, N_ENTRIES as u16, "pmpaddr", 0, |h, n| h.csrs().pmp.addr(usize::from(n & 15)))
        .writes(set_pmpaddr)
        .when(Model::has_pmp),
    // There is no trigger: `tselect` can select none.
    Row::new(0x7a0, "tselect", |_, _| 0),
    Row::family(0x7a1, 3, "tdata", 1, |_, _| 0),
];
