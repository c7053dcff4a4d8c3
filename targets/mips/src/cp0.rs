//! Coprocessor 0: the state behind its registers, and the table of all.
//!
//! Volume III, "CP0 Registers". Which bits can be written is a matter of the model, and stands in its row.

mod table;

use serde::{Deserialize, Serialize};

use crate::ext::Ext;
use crate::fpu;
use crate::hart::Hart;
use crate::mode::{self, Space};
use crate::model::Model;
use crate::state;
use crate::threads;
use crate::tlb::Entry;
use crate::trap::{Trap, cause, irq, listens};

pub(crate) use table::{NAMED, number_of, peek, poke, walker_register};

/// Bits of Status.
pub mod status {
    /// Exception level.
    pub const EXL: u32 = 1;
    /// Error level.
    pub const ERL: u32 = 2;
    /// Lowest bit of the privilege: kernel, supervisor, user.
    pub const KSU: u32 = 3;
    /// 64-bit addressing in user mode.
    pub const UX: u32 = 5;
    /// In supervisor mode.
    pub const SX: u32 = 6;
    /// In kernel mode.
    pub const KX: u32 = 7;
    /// Non-maskable interrupt.
    pub const NMI: u32 = 19;
    /// Soft reset.
    pub const SR: u32 = 20;
    /// TLB shutdown.
    pub const TS: u32 = 21;
    /// Bootstrap exception vectors.
    pub const BEV: u32 = 22;
    /// 64-bit operations in user mode.
    pub const PX: u32 = 23;
    /// Extended resources (DSP).
    pub const MX: u32 = 24;
    /// Reverse endian.
    pub const RE: u32 = 25;
    /// 64-bit floating-point registers.
    pub const FR: u32 = 26;
    /// Coprocessor 0 is usable; 1 to 3 follow.
    pub const CU0: u32 = 28;
}

/// Cause.BD.
pub(crate) const CAUSE_BD: u32 = 1 << 31;
/// Cause.TI.
const CAUSE_TI: u32 = 1 << 30;
/// Cause.CE.
pub(crate) const CAUSE_CE: u32 = 3 << 28;
/// Cause.DC.
const CAUSE_DC: u32 = 1 << 27;
/// Cause.IV.
pub(crate) const CAUSE_IV: u32 = 1 << 23;
/// Cause.ExcCode.
pub(crate) const CAUSE_CODE: u32 = 0x1f << 2;
/// Debug.DM.
pub(crate) const DEBUG_DM: u32 = 30;

/// The state of coprocessor 0. The fields have the registers' names.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[allow(missing_docs, reason = "fields have the manual's names")]
pub struct Cp0 {
    pub index: u32,
    /// What Random is drawn from, and what was drawn last.
    pub random_seed: u32,
    pub random_last: u32,
    /// EntryLo0 and EntryLo1, with RI and XI in bits 63 and 62.
    pub entry_lo: [u64; 2],
    pub context: u64,
    pub page_mask: u32,
    pub page_grain: u32,
    pub wired: u32,
    pub hwrena: u32,
    pub bad_vaddr: u64,
    pub bad_instr: u32,
    pub bad_instr_p: u32,
    /// Count minus the ticks of the timebase; while Cause.DC is set, Count itself.
    pub count_offset: u32,
    pub compare: u32,
    /// The tick at which Count equals Compare next, or has done last while Compare was not written since.
    pub timer_at: u64,
    pub entry_hi: u64,
    pub status: u32,
    pub intctl: u32,
    pub srsctl: u32,
    pub srsmap: u32,
    /// Cause; of IP, only the two bits that software sets.
    pub cause: u32,
    pub epc: u64,
    pub ebase: u64,
    pub config0: u32,
    pub config5: u32,
    pub watch_lo: [u64; 8],
    pub watch_hi: [u32; 8],
    pub xcontext: u64,
    pub debug: u32,
    pub depc: u64,
    pub perf: u32,
    pub errctl: u32,
    pub error_epc: u64,
    pub desave: u64,
    pub kscratch: [u64; 8],
    /// Registers without effect here that hold what is written: caches' tags, page walker, segmentation control, multi-threading.
    pub plain: Vec<u64>,
    /// The TLB.
    pub tlb: Vec<Entry>,
    /// The non-maskable interrupt has been taken since its line rose.
    pub nmi_taken: bool,
    /// The CPU has not been released since reset.
    pub waits_for_run: bool,
}

impl Cp0 {
    /// The state after reset ("Reset Exception"). CPU numbers come later, in `reset`.
    pub fn new(model: &Model) -> Cp0 {
        let row = model.row();
        let big = u32::from(model.endian() == bits::Endian::Big) << 15;
        let mut status = 1 << status::BEV | 1 << status::ERL;
        if model.is_r6() {
            status |= 1 << status::FR;
        }
        if model.has(Ext::Loongson2f) {
            status |= 1 << status::KX | 1 << status::SX | 1 << status::UX;
        }
        Cp0 {
            index: 0,
            random_seed: 1,
            random_last: 0,
            entry_lo: [0; 2],
            context: 0,
            page_mask: 0,
            page_grain: row.page_grain.0,
            wired: 0,
            hwrena: 0,
            bad_vaddr: 0,
            bad_instr: 0,
            bad_instr_p: 0,
            count_offset: 1,
            compare: 0,
            timer_at: (1 << 32) - 1,
            entry_hi: 0,
            status,
            intctl: 0xe000_0000,
            srsctl: row.srsctl,
            srsmap: 0,
            cause: 0,
            epc: 0,
            ebase: 0xffff_ffff_8000_0000,
            config0: row.config[0] | big,
            config5: row.config[5],
            watch_lo: [0; 8],
            watch_hi: [0x8000_0000; 8],
            xcontext: 0,
            debug: 0x0200_8000,
            depc: 0,
            perf: 0,
            errctl: 0,
            error_epc: 0,
            desave: 0,
            kscratch: [0; 8],
            plain: vec![0; table::N_PLAIN],
            tlb: vec![Entry::default(); row.tlb_entries as usize],
            nmi_taken: false,
            waits_for_run: false,
        }
    }

    /// The current address space (EntryHi.ASID; the mask of the model has been applied when it was written).
    pub fn asid(&self) -> u16 {
        (self.entry_hi & 0x3ff) as u16
    }
}

/// Puts coprocessor 0, the control registers of the floating-point unit and the pc into the state after reset.
pub(crate) fn reset<H: Hart>(hart: &mut H) {
    let model = *hart.model();
    *hart.cp0_mut() = Cp0::new(&model);
    let index = hart.index();
    let can_wait = index != 0 || reset_base(hart).is_some();
    let held = can_wait && hart.lines() >> irq::RUN & 1 == 0;
    let monitor = hart.shared().is_some_and(|shared| shared.interconnect().has_monitor());
    if let Some(shared) = hart.shared() {
        shared.reset(index);
    }
    let cp0 = hart.cp0_mut();
    cp0.ebase |= u64::from(index) & 0x3ff;
    cp0.waits_for_run = held;
    if monitor {
        cp0.status &= !(1 << status::ERL);
    }
    threads::reset(hart);
    fpu::set_fcsr(hart, model.row().fcsr.1.into());
    let base = exception_base(hart);
    hart.set_pc(base & bits::mask(model.width()));
}

/// What the coherence manager says of where this CPU begins.
fn reset_base<H: Hart>(hart: &H) -> Option<u64> {
    hart.shared()?.interconnect().reset_base(hart.index())
}

/// Where the CPU begins after reset; its bootstrap vectors follow.
pub(crate) fn exception_base<H: Hart>(hart: &H) -> u64 {
    reset_base(hart).map_or(0xffff_ffff_bfc0_0000, |base| bits::sign_extend(base, 32))
}

/// Follows the wires of the power controller, where there is one: begins anew, or stands still. Whether the CPU runs.
pub(crate) fn follow_power<H: Hart>(hart: &mut H) -> bool {
    if reset_base(hart).is_none() {
        return true;
    }
    let lines = hart.lines();
    if lines >> irq::RUN & 1 == 0 {
        hart.set_halted(true);
        return false;
    }
    if lines >> irq::RESTART & 1 != 0 {
        let index = hart.index();
        if let Some(shared) = hart.shared() {
            shared.interconnect().wire(index, irq::RESTART, false);
        }
        (0..state::N_REGS).for_each(|n| hart.set_file(uop::Reg(n), 0));
        reset(hart);
        hart.set_halted(false);
        hart.flush_tlb();
        hart.clear_reservation();
    }
    true
}

/// The space that fetches and accesses are made in.
pub(crate) fn space(cp0: &Cp0) -> Space {
    let on = |bit: u32| cp0.status >> bit & 1 != 0;
    if on(status::ERL) {
        return Space::Error;
    }
    if on(status::EXL) || cp0.debug >> DEBUG_DM & 1 != 0 {
        return Space::Kernel;
    }
    match cp0.status >> status::KSU & 3 {
        0 => Space::Kernel,
        1 => Space::Supervisor,
        _ => Space::User,
    }
}

/// The current mode.
pub(crate) fn mode<H: Hart>(hart: &H) -> cpu::Mode {
    let (cp0, model) = (hart.cp0(), hart.model());
    let on = |bit: u32| cp0.status >> bit & 1 != 0;
    let space = space(cp0);
    let kernel = space.is_kernel();
    let user = space == Space::User;
    let extended = match space {
        Space::Kernel | Space::Error => on(status::KX),
        Space::Supervisor => on(status::SX),
        Space::User => on(status::UX),
    };
    let ops64 = model.is_64() && (!user || on(status::UX) || on(status::PX));
    // Before Release 6, only user mode wraps addresses; the other modes find no segment instead.
    let wraps = !model.is_64() || !extended && (user || model.is_r6());
    let flags = [
        (ops64, mode::OPS64),
        (wraps, mode::WRAP),
        (on(status::FR), mode::FR),
        (on(status::CU0 + 1), mode::CU1),
        (kernel || on(status::CU0) && !model.is_r6(), mode::CU0),
        (on(status::CU0 + 2), mode::CU2),
        (on(status::CU0 + 3), mode::CU3),
        (hart.file(state::IN_SLOT) == 1, mode::IN_SLOT),
        (user && on(status::RE), mode::REVERSED),
        (on(status::MX), mode::MX),
        (cp0.config5 >> 27 & 1 != 0, mode::MSA),
        (cp0.debug >> DEBUG_DM & 1 != 0, mode::DEBUG),
    ];
    let bits = flags.into_iter().filter(|(on, _)| *on).fold(0, |bits, (_, bit)| bits | bit);
    mode::pack(space, bits)
}

/// Ticks of the timebase since the machine was made.
fn ticks<H: Hart>(hart: &H) -> u64 {
    let ticks = u128::from(hart.now()) * u128::from(hart.model().count_hz) / 1_000_000_000;
    ticks as u64
}

/// Count.
pub(crate) fn count<H: Hart>(hart: &H) -> u32 {
    let cp0 = hart.cp0();
    if cp0.cause & CAUSE_DC != 0 { cp0.count_offset } else { cp0.count_offset.wrapping_add(ticks(hart) as u32) }
}

/// Works out when Count will equal Compare. If it does now, that is one round later.
fn arm<H: Hart>(hart: &mut H) {
    let (now, count) = (ticks(hart), count(hart));
    let cp0 = hart.cp0_mut();
    let left = u64::from(cp0.compare.wrapping_sub(count).wrapping_sub(1)) + 1;
    let stopped = cp0.cause & CAUSE_DC != 0;
    cp0.timer_at = if stopped { u64::MAX } else { now.saturating_add(left) };
}

/// Whether the timer interrupt is pending: Compare has been reached, and was not written since.
pub(crate) fn timer_pending<H: Hart>(hart: &H) -> bool {
    hart.cp0().cause & CAUSE_TI != 0 || ticks(hart) >= hart.cp0().timer_at
}

/// Keeps a timer interrupt that is pending, whatever happens to Count.
fn latch_timer<H: Hart>(hart: &mut H) {
    if timer_pending(hart) {
        hart.cp0_mut().cause |= CAUSE_TI;
    }
}

/// Writes Count.
fn set_count<H: Hart>(hart: &mut H, value: u32) {
    latch_timer(hart);
    let now = ticks(hart) as u32;
    let cp0 = hart.cp0_mut();
    cp0.count_offset = if cp0.cause & CAUSE_DC != 0 { value } else { value.wrapping_sub(now) };
    arm(hart);
}

/// Writes Compare, which ends the timer interrupt.
fn set_compare<H: Hart>(hart: &mut H, value: u32) {
    let cp0 = hart.cp0_mut();
    cp0.compare = value;
    cp0.cause &= !CAUSE_TI;
    arm(hart);
}

/// Stops Count, or lets it go on.
fn set_count_disabled<H: Hart>(hart: &mut H, disabled: bool) {
    if (hart.cp0().cause & CAUSE_DC != 0) == disabled {
        return;
    }
    latch_timer(hart);
    let (count, now) = (count(hart), ticks(hart) as u32);
    let cp0 = hart.cp0_mut();
    cp0.cause ^= CAUSE_DC;
    cp0.count_offset = if disabled { count } else { count.wrapping_sub(now) };
    arm(hart);
}

/// When the timer will wake a CPU that waits, in nanoseconds.
pub(crate) fn deadline<H: Hart>(hart: &H) -> Option<u64> {
    let cp0 = hart.cp0();
    let listens = (listens(cp0) || hart.model().is_r6()) && cp0.status >> 15 & 1 != 0;
    if !listens || cp0.waits_for_run || cp0.timer_at == u64::MAX {
        return None;
    }
    let ns = (u128::from(cp0.timer_at) * 1_000_000_000).div_ceil(hart.model().count_hz.into());
    u64::try_from(ns).ok()
}

/// A number for Random: not below Wired, and not the same twice in a row.
pub(crate) fn random<H: Hart>(hart: &mut H) -> u32 {
    let cp0 = hart.cp0_mut();
    let entries = cp0.tlb.len() as u32;
    let wired = cp0.wired.min(entries.saturating_sub(1));
    let range = entries - wired;
    if range <= 1 {
        return entries.saturating_sub(1);
    }
    // Numerical Recipes' generator; its upper bits are the good ones.
    cp0.random_seed = cp0.random_seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
    let mut n = wired + (cp0.random_seed >> 16) % range;
    if n == cp0.random_last {
        n = if n + 1 < entries { n + 1 } else { wired };
    }
    cp0.random_last = n;
    n
}

/// Writes Status. Where 64-bit segments come or go, translations do.
fn set_status<H: Hart>(hart: &mut H, value: u32) {
    let rw = hart.model().row().status_rw;
    let is_r6 = hart.model().is_r6();
    let cp0 = hart.cp0_mut();
    let old = cp0.status;
    let mut rw = rw;
    if is_r6 && value >> status::KSU & 3 == 3 {
        // The reserved privilege is not taken over.
        rw &= !(3 << status::KSU);
    }
    cp0.status = old & !rw | value & rw;
    let wide = 1 << status::KX | 1 << status::SX | 1 << status::UX;
    if (old ^ cp0.status) & wide != 0 {
        hart.flush_tlb();
    }
}

/// Helper: MFC0.
pub(crate) fn read<H: Hart>(hart: &mut H, [number, ..]: [u64; 4]) -> Result<u64, Trap> {
    table::read(hart, number as usize, false)
}

/// Helper: DMFC0.
pub(crate) fn read64<H: Hart>(hart: &mut H, [number, ..]: [u64; 4]) -> Result<u64, Trap> {
    table::read(hart, number as usize, true)
}

/// Helper: MTC0; the value is sign-extended.
pub(crate) fn write<H: Hart>(hart: &mut H, [number, value, ..]: [u64; 4]) -> Result<u64, Trap> {
    table::write(hart, number as usize, value, false)
}

/// Helper: DMTC0.
pub(crate) fn write64<H: Hart>(hart: &mut H, [number, value, ..]: [u64; 4]) -> Result<u64, Trap> {
    table::write(hart, number as usize, value, true)
}

/// Helper: DI and EI; the old Status.
pub(crate) fn di_ei<H: Hart>(hart: &mut H, [on, ..]: [u64; 4]) -> Result<u64, Trap> {
    let cp0 = hart.cp0_mut();
    let old = cp0.status;
    cp0.status = old & !1 | on as u32 & 1;
    Ok(old.into())
}

/// Helper: RDHWR.
pub(crate) fn rdhwr<H: Hart>(hart: &mut H, [number, privileged, ..]: [u64; 4]) -> Result<u64, Trap> {
    let allowed = privileged != 0 || number < 32 && hart.cp0().hwrena >> number & 1 != 0;
    if !allowed {
        return Err(Trap::new(cause::RI));
    }
    Ok(match number {
        0 => hart.cp0().ebase & 0x3ff,
        // SYNCI_Step, and the resolution of Count.
        1 => 32,
        2 => bits::sign_extend(count(hart).into(), 32),
        3 => 2,
        29 => hart.file(state::USER_LOCAL),
        4 | 5 if hart.model().is_r6() => 0,
        _ => return Err(Trap::new(cause::RI)),
    })
}

/// Helper: CACHE. What invalidates instructions makes new code seen.
pub(crate) fn cache<H: Hart>(hart: &mut H, [op, ..]: [u64; 4]) -> Result<u64, Trap> {
    if op & 3 == 0 {
        hart.sync_code();
    }
    Ok(0)
}

/// Helper: SYNCI.
pub(crate) fn synci<H: Hart>(hart: &mut H, _: [u64; 4]) -> Result<u64, Trap> {
    hart.sync_code();
    Ok(0)
}
