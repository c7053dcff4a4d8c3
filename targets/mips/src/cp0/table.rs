//! The registers of coprocessor 0, by number and select.

use super::{CAUSE_DC, CAUSE_IV, CAUSE_TI, DEBUG_DM};
use super::{count, random, set_compare, set_count, set_count_disabled, set_status};
use crate::ext::Ext;
use crate::hart::Hart;
use crate::model::Model;
use crate::state;
use crate::threads;
use crate::trap::{self, Trap, cause};

/// Places in [`super::Cp0::plain`].
const TAGS: usize = threads::N_PLAIN;
const WALKER: usize = TAGS + 16;
/// Register 21, MAARI behind it, and from `MAARS` on the registers that it chooses.
const MAAR: usize = WALKER + 8;
const MAARS: usize = MAAR + 8;
const N_MAARS: u64 = 16;
/// How many.
pub(super) const N_PLAIN: usize = MAARS + N_MAARS as usize;

/// The number of a register: its number times 8, plus its select.
pub(crate) const fn number_of(register: usize, select: usize) -> usize {
    register * 8 + select
}

/// PWBase, PWField, PWSize (selects 5 to 7 of register 5), PWCtl (8).
pub(crate) fn walker_register(cp0: &super::Cp0, select: usize) -> u64 {
    cp0.plain[WALKER + select - 2]
}

/// What of PWField, PWSize and PWCtl a 32-bit CPU takes.
fn walker_value(model: &Model, old: u64, place: usize, value: u64) -> u64 {
    if model.width() != 32 {
        return value;
    }
    match place {
        // A PTEI that leaves no bit of a page is not taken.
        6 if value & 0x3f >= 32 => value & 0x3fff_ffc0 | old & 0x3f,
        6 | 7 => value & 0x3fff_ffff,
        8 => bits::sign_extend(value & 0x8000_00ff, 32),
        _ => value,
    }
}

/// Registers that debuggers see by name.
pub(crate) static NAMED: &[(&str, usize)] = &[
    ("index", 0),
    ("entrylo0", number_of(2, 0)),
    ("entrylo1", number_of(3, 0)),
    ("context", number_of(4, 0)),
    ("pagemask", number_of(5, 0)),
    ("wired", number_of(6, 0)),
    ("hwrena", number_of(7, 0)),
    ("count", number_of(9, 0)),
    ("entryhi", number_of(10, 0)),
    ("compare", number_of(11, 0)),
    ("epc", number_of(14, 0)),
    ("ebase", number_of(15, 1)),
    ("config0", number_of(16, 0)),
    ("config1", number_of(16, 1)),
    ("config2", number_of(16, 2)),
    ("config3", number_of(16, 3)),
    ("config4", number_of(16, 4)),
    ("config5", number_of(16, 5)),
    ("lladdr", number_of(17, 0)),
    ("errorepc", number_of(30, 0)),
    ("desave", number_of(31, 0)),
];

/// Whether a model has a register.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Presence {
    /// Yes.
    There,
    /// Reads give a fixed value, writes do nothing.
    Absent,
    /// Accesses are reserved instructions.
    Reserved,
}

/// Registers of Release 2, which are reserved before.
fn is_release2(register: usize, select: usize) -> bool {
    matches!((register, select), (5, 1) | (6, 1..=5) | (7, 0) | (12, 1..=3) | (15, 1) | (15, 3))
}

fn presence(model: &Model, number: usize) -> Presence {
    let (register, select) = (number / 8, number % 8);
    let has = |there: bool| if there { Presence::There } else { Presence::Absent };
    if select != 0 && !model.has(Ext::R1) || is_release2(register, select) && !model.has(Ext::R2) {
        return Presence::Reserved;
    }
    let mt = model.has(Ext::Mt);
    match (register, select) {
        (5, 5..=7) | (6, 6) => {
            if model.config_bit(3, 24) {
                Presence::There
            } else {
                Presence::Reserved
            }
        }
        (5, 2..=4) => has(model.config_bit(3, 25)),
        (0, 4) | (3, 1) if model.config_bit(5, 7) => Presence::There,
        (0, 1..=3) | (1, 1..=7) | (2, 1..=7) => has(mt),
        (4, 2) => has(model.config_bit(3, 13)),
        (8, 1) => has(model.config_bit(3, 26)),
        (8, 2) => has(model.config_bit(3, 27)),
        (15, 3) => has(model.config_bit(3, 29)),
        (16, 0..=7) => has(select < 6 && model.has_config(select) || model.has(Ext::R1)),
        (17, 1 | 2) => has(model.row().config[5] >> 3 & 1 != 0),
        (18, 0..=7) | (19, 0..=7) => has(model.has(Ext::R1) || select == 0),
        // XContext is not specified for 32-bit processors: on a 64-bit target they have it reserved, as in QEMU.
        (20, 0) if !model.is_64() && model.width() == 64 => Presence::Reserved,
        (20, 0) => has(model.is_64()),
        (27, 1..=3) => has(true),
        (28 | 29, _) => has(true),
        (31, 2..=7) => has(model.config_bit(4, 16 + select as u32)),
        (5, 1) | (6, 1..=5) | (12, 1..=3) | (15, 1) | (21 | 22 | 31, 0) => has(true),
        (_, 0) => has(true),
        _ => Presence::Absent,
    }
}

/// The place of the MAAR that MAARI chooses.
fn maar(cp0: &super::Cp0) -> usize {
    MAARS + cp0.plain[MAAR + 2].min(N_MAARS - 1) as usize
}

/// Bits of EntryLo that can be written, apart from RI and XI.
fn entry_lo_mask(model: &Model) -> u64 {
    bits::mask(model.row().phys_bits - 6)
}

/// Bits of EntryHi.
fn entry_hi_mask(model: &Model) -> u64 {
    let vpn = if model.is_64() { crate::tlb::compare_mask(model) } else { u64::MAX };
    let asid = if model.config_bit(4, 28) { 0x3ff } else { 0xff };
    // Config4.IE is 2 or 3.
    let hidden = if model.config_bit(4, 30) { 1 << 10 } else { 0 };
    vpn & !0x1fff | asid | hidden
}

/// Cause as it reads.
fn cause_word<H: Hart>(hart: &H) -> u64 {
    let timer = if hart.model().has(Ext::R2) && super::timer_pending(hart) { u64::from(CAUSE_TI) } else { 0 };
    u64::from(hart.cp0().cause & !(CAUSE_TI | 0xff00)) | timer | trap::pending(hart) << 8
}

/// The value of a register, in 64 bits; RI and XI of EntryLo in its top bits.
fn value<H: Hart>(hart: &mut H, number: usize) -> u64 {
    let (register, select) = (number / 8, number % 8);
    if (register, select) == (1, 0) {
        return random(hart).into();
    }
    value_of(hart, register, select)
}

fn value_of<H: Hart>(hart: &H, register: usize, select: usize) -> u64 {
    let (cp0, model) = (hart.cp0(), hart.model());
    let word = |v: u32| bits::sign_extend(v.into(), 32);
    match (register, select) {
        (0, 0) => word(cp0.index),
        (0, 4) => threads::vp_control(hart),
        (0..=2, 1..) => threads::value(hart, number_of(register, select)),
        (3, 1) => (hart.index() & 0xff).into(),
        (1, 0) => cp0.random_last.into(),
        (2 | 3, 0) => cp0.entry_lo[register - 2],
        (4, 0) => cp0.context,
        (4, 2) => bits::sign_extend(hart.file(state::USER_LOCAL), model.width()),
        (5, 0) => cp0.page_mask.into(),
        (5, 1) => word(cp0.page_grain),
        (5, 2..=7) | (6, 6) => cp0.plain[WALKER + (select - 2) + usize::from(register == 6) * 2],
        (6, 0) => cp0.wired.into(),
        (6, 1..=5) if model.has(Ext::Mt) => threads::value(hart, threads::SRS_CONF + select - 1),
        (7, 0) => word(cp0.hwrena),
        (8, 0) => cp0.bad_vaddr,
        (8, 1) => word(cp0.bad_instr),
        (8, 2) => word(cp0.bad_instr_p),
        (9, 0) => word(count(hart)),
        (10, 0) => cp0.entry_hi,
        (11, 0) => word(cp0.compare),
        (12, 0) => word(cp0.status),
        (12, 1) => word(cp0.intctl),
        (12, 2) => word(cp0.srsctl),
        (12, 3) => word(cp0.srsmap),
        (13, 0) => bits::sign_extend(cause_word(hart), 32),
        (14, 0) => cp0.epc,
        (15, 0) => word(model.row().prid),
        (15, 1) => cp0.ebase,
        (15, 3) => hart.shared().and_then(|s| s.interconnect().gcr_base()).unwrap_or(model.gcr_base) >> 4,
        (16, 0) => word(cp0.config0),
        (16, 5) => word(cp0.config5),
        (16, 1..=4) => word(model.row().config[select]),
        (17, 1) => cp0.plain[maar(cp0)],
        (17, 2) => cp0.plain[MAAR + 2],
        (18, _) => cp0.watch_lo[select],
        (19, _) => word(cp0.watch_hi[select]),
        (20, 0) => cp0.xcontext,
        (21, 0) => cp0.plain[MAAR],
        (23, 0) => word(cp0.debug),
        (24, 0) => cp0.depc,
        (25, 0) => cp0.perf.into(),
        (26, 0) => cp0.errctl.into(),
        (28 | 29, _) => cp0.plain[TAGS + (register - 28) * 8 + select],
        (30, 0) => cp0.error_epc,
        (31, 0) => cp0.desave,
        (31, 2..=7) => cp0.kscratch[select],
        _ => 0,
    }
}

/// MFC0 and DMFC0.
pub(super) fn read<H: Hart>(hart: &mut H, number: usize, wide: bool) -> Result<u64, Trap> {
    match presence(hart.model(), number) {
        Presence::Reserved => return Err(Trap::new(cause::RI)),
        Presence::Absent => return Ok(if hart.model().is_r6() { 0 } else { u64::MAX }),
        Presence::There => {}
    }
    let value = value(hart, number);
    let is_entry_lo = matches!(number / 8, 2 | 3) && number.is_multiple_of(8);
    Ok(if is_entry_lo && !wide { value & 0x3fff_ffff | value >> 32 & 0xc000_0000 } else { value })
}

/// MTC0 and DMTC0.
pub(super) fn write<H: Hart>(hart: &mut H, number: usize, value: u64, wide: bool) -> Result<u64, Trap> {
    match presence(hart.model(), number) {
        Presence::Reserved => return Err(Trap::new(cause::RI)),
        Presence::Absent => return Ok(0),
        Presence::There => {}
    }
    let (register, select) = (number / 8, number % 8);
    match register {
        0..=11 => write_mmu(hart, register, select, value, wide),
        _ => write_control(hart, register, select, value),
    }
    Ok(0)
}

/// Index to Compare.
fn write_mmu<H: Hart>(hart: &mut H, register: usize, select: usize, value: u64, wide: bool) {
    let model = *hart.model();
    let low = value as u32;
    let cp0 = hart.cp0_mut();
    match (register, select) {
        (0, 0) => {
            let written = if model.is_r6() { low } else { 0 };
            let miss = (cp0.index | written) & 1 << 31;
            if ((low & 0x7fff_ffff) as usize) < cp0.tlb.len() {
                cp0.index = miss | low & 0x7fff_ffff;
            }
        }
        (0, 4) | (3, 1) => {}
        (0..=2, 1..) => threads::set(hart, number_of(register, select), value),
        (6, 1..=5) if model.has(Ext::Mt) => threads::set(hart, threads::SRS_CONF + select - 1, value),
        (2 | 3, 0) => {
            // RI and XI stand in the top bits, of 64 or of 32, and can be written if PageGrain says so.
            let inhibit = if wide { value } else { value << 32 } & u64::from(cp0.page_grain & 3 << 30) << 32;
            cp0.entry_lo[register - 2] = value & entry_lo_mask(&model) | inhibit;
        }
        (4, 0) => cp0.context = cp0.context & 0x7f_ffff | value & !0x7f_ffff,
        (4, 2) => hart.set_file(state::USER_LOCAL, value & bits::mask(model.width())),
        (5, 0) => cp0.page_mask = page_mask(&model, low).unwrap_or(cp0.page_mask),
        (5, 1) => {
            let rw = model.row().page_grain.1;
            cp0.page_grain = model.row().page_grain.0 | cp0.page_grain & !rw | low & rw;
        }
        (5, 2..=7) | (6, 6) => {
            let place = select + usize::from(register == 6) * 2;
            let slot = &mut cp0.plain[WALKER + place - 2];
            *slot = walker_value(&model, *slot, place, value);
        }
        (6, 0) if cp0.tlb.is_empty() => {}
        (6, 0) if !model.is_r6() => cp0.wired = low % cp0.tlb.len() as u32,
        (6, 0) if value < cp0.tlb.len() as u64 => cp0.wired = low,
        (7, 0) => cp0.hwrena = low & model.row().hwrena_rw,
        (9, 0) => set_count(hart, low),
        (10, 0) => {
            let old = cp0.asid();
            // "EntryHi Register", R: 2 is reserved, and Release 6 leaves a field as it is into which a reserved value is written.
            let reserved = model.is_r6() && model.is_64() && value >> 62 == 2;
            let kept = if reserved { 3 << 62 } else { 0 };
            cp0.entry_hi = cp0.entry_hi & kept | value & entry_hi_mask(&model) & !kept;
            if cp0.asid() != old {
                hart.flush_tlb();
            }
        }
        (11, 0) => set_compare(hart, low),
        _ => {}
    }
}

/// PageMask takes pairs of ones from bit 13 up; Release 6 ignores other values, earlier ones leave them UNDEFINED.
fn page_mask(model: &Model, value: u32) -> Option<u32> {
    let mask = value & 0x1fff_e000;
    let ones = mask >> 13;
    let is_run = ones & ones.wrapping_add(1) == 0 && ones.count_ones().is_multiple_of(2);
    (is_run || !model.is_r6() || value == u32::MAX).then_some(mask)
}

/// Status to the end.
fn write_control<H: Hart>(hart: &mut H, register: usize, select: usize, value: u64) {
    let model = *hart.model();
    let row = model.row();
    let low = value as u32;
    let cp0 = hart.cp0_mut();
    match (register, select) {
        (12, 0) => set_status(hart, low),
        (12, 1) => cp0.intctl = cp0.intctl & !0x3e0 | low & 0x3e0,
        (12, 2) => cp0.srsctl = cp0.srsctl & !0xf3c0 | low & 0xf3c0,
        (12, 3) => cp0.srsmap = low,
        (13, 0) => write_cause(hart, low),
        (14, 0) => cp0.epc = value,
        (15, 1) => {
            // The write gate opens the two top bits of 32, and those above.
            let rw = u64::from(row.ebase_rw);
            let open = rw >> 31 & 1 != 0 && low & 1 << 11 != 0;
            let rw = if open { rw | 0xffff_ffff_c000_0000 } else { rw & 0x3fff_f000 };
            let gate = u64::from(row.ebase_rw >> 31) << 11;
            let rw = rw & !0xfff | gate;
            cp0.ebase = cp0.ebase & !rw | value & rw;
        }
        (16, 0) => cp0.config0 = cp0.config0 & !7 | low & 7,
        (16, 5) => cp0.config5 = cp0.config5 & !row.config5_rw | low & row.config5_rw,
        (17, 1) => {
            let frame = bits::mask(row.phys_bits) >> 4 & !0xfff;
            let chosen = maar(cp0);
            cp0.plain[chosen] = value & (frame | 1 << 63 | 3);
        }
        // "MAARI Register": all ones ask for the greatest index; one that is not there changes nothing.
        (17, 2) if low & 0x3f == 0x3f => cp0.plain[MAAR + 2] = N_MAARS - 1,
        (17, 2) if u64::from(low & 0x3f) < N_MAARS => cp0.plain[MAAR + 2] = u64::from(low & 0x3f),
        (17, 2) => {}
        (18, _) => cp0.watch_lo[select] = value & !7,
        (19, _) => {
            let asid = if model.config_bit(4, 28) { 0x03ff_0000 } else { 0x00ff_0000 };
            cp0.watch_hi[select] = 0x8000_0000 | low & (0x4000_0ff8 | asid);
        }
        (20, 0) => {
            let keep = bits::mask(row.segment_bits - 7);
            cp0.xcontext = cp0.xcontext & keep | value & !keep;
        }
        (21, 0) => cp0.plain[MAAR] = value,
        (23, 0) => {
            let rw = 0x1330_0120 | 1 << DEBUG_DM;
            cp0.debug = cp0.debug & !rw | low & rw;
        }
        (24, 0) => cp0.depc = value,
        (25, 0) => cp0.perf = low & 0x7ff,
        (26, 0) => cp0.errctl = low & 0x3000_0000,
        (28 | 29, _) => {
            let mask = if register == 28 && select.is_multiple_of(2) { !0x309 } else { u64::MAX };
            cp0.plain[TAGS + (register - 28) * 8 + select] = bits::sign_extend(value & mask, 32);
        }
        (30, 0) => cp0.error_epc = value,
        (31, 0) => cp0.desave = value,
        (31, 2..=7) => cp0.kscratch[select] = value,
        _ => {}
    }
}

fn write_cause<H: Hart>(hart: &mut H, value: u32) {
    let watch = if hart.model().is_r6() { 0 } else { 1 << 22 };
    let rw = CAUSE_IV | watch | 0x300;
    if hart.model().has(Ext::R2) {
        set_count_disabled(hart, value & CAUSE_DC != 0);
    }
    let cp0 = hart.cp0_mut();
    cp0.cause = cp0.cause & !rw | value & rw;
}

/// A register as a debugger reads it.
pub(crate) fn peek<H: Hart>(hart: &H, number: usize) -> u64 {
    match presence(hart.model(), number) {
        Presence::There => value_of(hart, number / 8, number % 8),
        _ => 0,
    }
}

/// Writes a register as a debugger does; whether the model has it.
pub(crate) fn poke<H: Hart>(hart: &mut H, number: usize, value: u64) -> bool {
    if presence(hart.model(), number) != Presence::There {
        return false;
    }
    let _ = write(hart, number, value, true);
    true
}
