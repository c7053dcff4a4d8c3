//! Core special function registers: one row each, with who may write and where the value is.
//!
//! TriCore Architecture Manual, volume 1, "Core Special Function Registers (CSFR)", and the user's manuals of the derivatives.

use std::sync::atomic::Ordering;

use cpu::Ctx;

use crate::Tricore;
use crate::csa;
use crate::ext::Version;
use crate::shared::Chip;
use crate::state;
use crate::trap::{self, Trap, tin};

/// Where a register's value is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Place {
    Pcxi,
    Psw,
    Pc,
    Syscon,
    CpuId,
    CoreId,
    Biv,
    Btv,
    Isp,
    Icr,
    Fcx,
    Lcx,
    /// Holds what is written, as far as these bits go.
    Plain(u32),
}

/// Which ENDINIT bit keeps MTCR from a register while it is set ("ENDINIT Protection").
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Guard {
    None,
    /// That of the core's own watchdog.
    Endinit,
    /// That of the safety watchdog.
    SafetyEndinit,
}

/// A register.
struct Csfr {
    name: &'static str,
    offset: u16,
    place: Place,
    guard: Guard,
    /// The first version that has it.
    since: Version,
}

/// How many registers of a kind follow each other.
struct Array {
    name: &'static str,
    offset: u16,
    step: u16,
    count: u16,
    mask: u32,
    since: Version,
}

const fn row(name: &'static str, offset: u16, place: Place) -> Csfr {
    Csfr { name, offset, place, guard: Guard::None, since: Version::V130 }
}

const fn since(name: &'static str, offset: u16, place: Place, since: Version) -> Csfr {
    Csfr { name, offset, place, guard: Guard::None, since }
}

const fn guarded(guard: Guard, row: Csfr) -> Csfr {
    Csfr { guard, ..row }
}

const ALL: Place = Place::Plain(u32::MAX);

static TABLE: &[Csfr] = &[
    row("PCXI", 0xfe00, Place::Pcxi),
    row("PSW", 0xfe04, Place::Psw),
    row("PC", 0xfe08, Place::Pc),
    row("SYSCON", 0xfe14, Place::Syscon),
    row("CPU_ID", 0xfe18, Place::CpuId),
    since("CORE_ID", 0xfe1c, Place::CoreId, Version::V161),
    guarded(Guard::Endinit, row("BIV", 0xfe20, Place::Biv)),
    guarded(Guard::Endinit, row("BTV", 0xfe24, Place::Btv)),
    guarded(Guard::Endinit, row("ISP", 0xfe28, Place::Isp)),
    row("ICR", 0xfe2c, Place::Icr),
    row("FCX", 0xfe38, Place::Fcx),
    row("LCX", 0xfe3c, Place::Lcx),
    guarded(Guard::SafetyEndinit, row("COMPAT", 0x9400, ALL)),
    row("DBGSR", 0xfd00, ALL),
    row("EXEVT", 0xfd08, ALL),
    row("CREVT", 0xfd0c, ALL),
    row("SWEVT", 0xfd10, ALL),
    since("TRIG_ACC", 0xfd30, Place::Plain(0), Version::V161),
    since("DMS", 0xfd40, ALL, Version::V131),
    since("DCX", 0xfd44, ALL, Version::V131),
    since("DBGTCR", 0xfd48, ALL, Version::V131),
    row("CCTRL", 0xfc00, ALL),
    row("CCNT", 0xfc04, ALL),
    row("ICNT", 0xfc08, ALL),
    row("M1CNT", 0xfc0c, ALL),
    row("M2CNT", 0xfc10, ALL),
    row("M3CNT", 0xfc14, ALL),
    guarded(Guard::Endinit, row("PMA0", 0x8100, ALL)),
    guarded(Guard::Endinit, since("PMA1", 0x8104, ALL, Version::V161)),
    guarded(Guard::Endinit, since("PMA2", 0x8108, ALL, Version::V161)),
    since("DCON2", 0x9000, ALL, Version::V161),
    guarded(Guard::SafetyEndinit, since("SMACON", 0x900c, ALL, Version::V131)),
    since("DSTR", DSTR, ALL, Version::V161),
    since("DATR", DATR, ALL, Version::V161),
    since("DEADD", DEADD, ALL, Version::V161),
    since("DIEAR", 0x9020, ALL, Version::V131),
    since("DIETR", 0x9024, ALL, Version::V131),
    guarded(Guard::Endinit, since("DCON0", 0x9040, ALL, Version::V161)),
    since("PSTR", 0x9200, ALL, Version::V161),
    since("PCON1", 0x9204, ALL, Version::V161),
    since("PCON2", 0x9208, ALL, Version::V161),
    guarded(Guard::Endinit, since("PCON0", 0x920c, ALL, Version::V161)),
    since("PIEAR", 0x9210, ALL, Version::V131),
    since("PIETR", 0x9214, ALL, Version::V131),
    row("FPU_TRAP_CON", 0xa000, ALL),
    row("FPU_TRAP_PC", 0xa004, ALL),
    row("FPU_TRAP_OPC", 0xa008, ALL),
    row("FPU_TRAP_SRC1", 0xa010, ALL),
    row("FPU_TRAP_SRC2", 0xa014, ALL),
    row("FPU_TRAP_SRC3", 0xa018, ALL),
    since("TPS_CON", 0xe400, ALL, Version::V161),
    since("TPS_TIMER0", 0xe404, ALL, Version::V161),
    since("TPS_TIMER1", 0xe408, ALL, Version::V161),
    since("TPS_TIMER2", 0xe40c, ALL, Version::V161),
];

static ARRAYS: &[Array] = &[
    Array { name: "DPR", offset: 0xc000, step: 4, count: 32, mask: !7, since: Version::V161 },
    Array { name: "CPR", offset: 0xd000, step: 4, count: 32, mask: !31, since: Version::V161 },
    Array { name: "CPXE", offset: 0xe000, step: 4, count: 4, mask: 0xffff, since: Version::V161 },
    Array { name: "DPRE", offset: 0xe010, step: 4, count: 4, mask: 0xffff, since: Version::V161 },
    Array { name: "DPWE", offset: 0xe020, step: 4, count: 4, mask: 0xffff, since: Version::V161 },
    Array { name: "DPR", offset: 0xc000, step: 4, count: 512, mask: u32::MAX, since: Version::V130 },
    Array { name: "CPR", offset: 0xd000, step: 4, count: 512, mask: u32::MAX, since: Version::V130 },
    Array { name: "DPM", offset: DPM, step: 0x80, count: 4, mask: u32::MAX, since: Version::V130 },
    Array { name: "CPM", offset: CPM, step: 0x80, count: 4, mask: u32::MAX, since: Version::V130 },
    Array { name: "TR", offset: 0xf000, step: 4, count: 16, mask: u32::MAX, since: Version::V130 },
];

/// Mode registers of data protection sets, TriCore 1.3.
const DPM: u16 = 0xe000;
/// Those of code protection sets.
const CPM: u16 = 0xe200;
/// From the range registers of a set to those of the next, TriCore 1.3.
const SET: u16 = 0x400;
/// From a mode register to the next.
const MODE: u16 = 0x80;

/// SYSCON.PROTEN: memory protection is on.
pub(crate) const PROTEN: u32 = 1 << 1;

fn find(ctx: &Ctx<Tricore>, offset: u64) -> Option<(Place, Guard)> {
    let version = ctx.model().version();
    let row = TABLE.iter().find(|r| u64::from(r.offset) == offset && r.since <= version);
    row.map(|r| (r.place, r.guard)).or_else(|| {
        let inside = |a: &&Array| {
            let at = offset.wrapping_sub(a.offset.into());
            at < u64::from(a.step) * u64::from(a.count) && at % u64::from(a.step) == 0
        };
        ARRAYS.iter().filter(|a| a.since <= version).find(inside).map(|a| (Place::Plain(a.mask), Guard::None))
    })
}

/// Helper of MFCR: offset, pc. Offsets where nothing is read as 0 ("MFCR").
pub(crate) fn mfcr(ctx: &mut Ctx<Tricore>, [offset, pc, ..]: [u64; 4]) -> Result<u64, Trap> {
    let Some((place, _)) = find(ctx, offset) else { return Ok(0) };
    Ok(match place {
        Place::Pcxi => ctx.reg(state::PCXI),
        Place::Psw => csa::psw(ctx),
        Place::Pc => pc,
        Place::Syscon => ctx.state.syscon.into(),
        Place::CpuId => ctx.model().cpu_id().into(),
        Place::CoreId => ctx.index().into(),
        Place::Biv => ctx.state.biv.into(),
        Place::Btv => ctx.state.btv.into(),
        Place::Isp => ctx.state.isp.into(),
        Place::Icr => icr(ctx).into(),
        Place::Fcx => ctx.reg(state::FCX),
        Place::Lcx => ctx.state.lcx.into(),
        Place::Plain(_) => plain(ctx, offset as u16).into(),
    })
}

/// ICR: IE is bit 8 of TriCore 1.3 and bit 15 of TriCore 1.6 ("ICU Interrupt Control Register").
fn ie_bit(ctx: &Ctx<Tricore>) -> u32 {
    if ctx.model().version() >= Version::V161 { 15 } else { 8 }
}

/// The value of ICR.
pub(crate) fn icr(ctx: &Ctx<Tricore>) -> u32 {
    let pipn = u32::from(trap::pending_priority(ctx));
    pipn << 16 | u32::from(ctx.state.ie) << ie_bit(ctx) | u32::from(ctx.state.ccpn)
}

/// Writes ICR.
pub(crate) fn set_icr(ctx: &mut Ctx<Tricore>, value: u32) {
    ctx.state.ie = value >> ie_bit(ctx) & 1 != 0;
    ctx.state.ccpn = value as u8;
}

/// Whether a register's ENDINIT bit is set. Chips without watchdogs are always in the initialization state.
fn is_locked(ctx: &Ctx<Tricore>, guard: Guard) -> bool {
    match guard {
        Guard::None => false,
        Guard::Endinit => trap::core(ctx).is_some_and(|core| core.endinit.load(Ordering::Acquire)),
        Guard::SafetyEndinit => ctx.shared::<Chip>().is_some_and(|chip| chip.safety_endinit.load(Ordering::Acquire)),
    }
}

/// Helper of MTCR: offset, value. Offsets where nothing is ignore the write, as do registers that ENDINIT protects, which can be changed in
/// the initialization state alone ("ENDINIT Protection"; what else MTCR might do then it does not say).
pub(crate) fn mtcr(ctx: &mut Ctx<Tricore>, [offset, value, ..]: [u64; 4]) -> Result<u64, Trap> {
    let Some((place, guard)) = find(ctx, offset) else { return Ok(0) };
    if is_locked(ctx, guard) {
        return Ok(0);
    }
    let word = value as u32;
    match place {
        Place::Pcxi => ctx.set_reg(state::PCXI, value),
        Place::Psw => csa::set_psw(ctx, value),
        Place::Syscon => {
            ctx.state.syscon = word;
            ctx.flush_tlb();
        }
        Place::Biv => ctx.state.biv = word,
        Place::Btv => ctx.state.btv = word & !1,
        Place::Isp => ctx.state.isp = word,
        Place::Icr => set_icr(ctx, word),
        Place::Fcx => ctx.set_reg(state::FCX, value & 0xf_ffff),
        Place::Lcx => ctx.state.lcx = word & 0xf_ffff,
        Place::Plain(mask) => {
            ctx.state.plain.insert(offset as u16, word & mask);
            ctx.flush_tlb();
        }
        Place::Pc | Place::CpuId | Place::CoreId => {}
    }
    Ok(0)
}

/// The name of the register at an offset, for the disassembler.
pub(crate) fn name(offset: u64) -> Option<&'static str> {
    TABLE
        .iter()
        .find(|r| u64::from(r.offset) == offset)
        .map(|r| r.name)
        .or_else(|| ARRAYS.iter().find(|a| u64::from(a.offset) == offset).map(|a| a.name))
}

/// Helper of ENABLE, DISABLE and RESTORE: the new ICR.IE; the old one.
pub(crate) fn set_ie(ctx: &mut Ctx<Tricore>, [value, ..]: [u64; 4]) -> Result<u64, Trap> {
    let before = ctx.state.ie;
    ctx.state.ie = value & 1 != 0;
    Ok(before.into())
}

/// Memory protection of an access ("Memory Protection System", TriCore 1.6): the ranges of the set that PSW.PRS names. `None` when
/// it is allowed; `Some` with whether the answer holds for the whole page otherwise.
pub(crate) fn protection(ctx: &Ctx<Tricore>, address: u32, access: cpu::Access) -> Result<bool, Trap> {
    use cpu::Access::{Fetch, Read, Write};
    if ctx.state.syscon & PROTEN == 0 {
        return Ok(true);
    }
    let prs = (ctx.reg(state::PSW) >> 12 & 3) as u16;
    if ctx.model().version() < Version::V161 {
        return protection_of_sets(ctx, address, access, prs);
    }
    let plain = |offset: u16| plain(ctx, offset);
    let (enable, ranges, trap) = match access {
        Read => (plain(0xe010 + 4 * prs), 0xc000, tin::MPR),
        Write => (plain(0xe020 + 4 * prs), 0xc000, tin::MPW),
        Fetch => (plain(0xe000 + 4 * prs), 0xd000, tin::MPX),
    };
    let allowed = (0..16).filter(|n| enable >> n & 1 != 0).any(|n| is_inside(ctx, address, ranges + 8 * n));
    if allowed { Ok(false) } else { Err(refused(trap, address)) }
}

/// A register that holds what is written. DBGTCR.DTA is set at reset: no breakpoint trap may come.
fn plain(ctx: &Ctx<Tricore>, offset: u16) -> u32 {
    let reset = u32::from(offset == DBGTCR);
    ctx.state.plain.get(&offset).copied().unwrap_or(reset)
}

/// Whether all of an access lies in the range whose lower bound is in the register at `range`, and its upper bound in the next.
fn is_inside(ctx: &Ctx<Tricore>, address: u32, range: u16) -> bool {
    let last = address.saturating_add(ctx.access_len().saturating_sub(1));
    let (low, high) = (plain(ctx, range), plain(ctx, range + 4));
    (low..high).contains(&address) && last < high
}

/// The same of TriCore 1.3 (volume 1, V1.3.8, "Memory Protection System"): each set has four ranges of data and four of code of its own, and
/// a byte of its mode register says what each allows.
fn protection_of_sets(ctx: &Ctx<Tricore>, address: u32, access: cpu::Access, set: u16) -> Result<bool, Trap> {
    use cpu::Access::{Fetch, Read, Write};
    const RE: u32 = 1 << 6;
    const WE: u32 = 1 << 7;
    const XE: u32 = 1 << 7;
    let (modes, ranges, enable, trap) = match access {
        Read => (DPM, 0xc000, RE, tin::MPR),
        Write => (DPM, 0xc000, WE, tin::MPW),
        Fetch => (CPM, 0xd000, XE, tin::MPX),
    };
    let mode = plain(ctx, modes + MODE * set);
    let allowed =
        (0..4).filter(|n| mode >> (8 * n) & enable != 0).any(|n| is_inside(ctx, address, ranges + SET * set + 8 * n));
    if allowed { Ok(false) } else { Err(refused(trap, address)) }
}

/// The trap of an access that protection refuses.
fn refused(trap: u32, address: u32) -> Trap {
    if trap == tin::MPX { Trap::here(trap) } else { Trap::data(trap, address) }
}

/// Says in DATR or DSTR what kind of error a data access had, and in DEADD where: of the first one since both were 0 (AURIX TC27x D-Step User's
/// Manual, "DMI Registers").
fn note_data_error(ctx: &mut Ctx<Tricore>, register: u16, bit: u32, address: u32) {
    if ctx.model().version() >= Version::V161 && plain(ctx, DSTR) == 0 && plain(ctx, DATR) == 0 {
        ctx.state.plain.extend([(register, 1 << bit), (DEADD, address)]);
    }
}

/// A store has gone where nothing answers: DATR.SBE.
pub(crate) fn note_store_error(ctx: &mut Ctx<Tricore>, address: u32) {
    note_data_error(ctx, DATR, 3, address);
}

/// A synchronous trap, if it is that of a data access: DSTR.LBE, MPE and ALN.
pub(crate) fn note_data_trap(ctx: &mut Ctx<Tricore>, trap: Trap) {
    let bit = match trap.tin {
        tin::DSE => 2,
        tin::MPR | tin::MPW | tin::MPP | tin::MPN => 19,
        tin::ALN => 24,
        _ => return,
    };
    note_data_error(ctx, DSTR, bit, trap.address);
}

const DSTR: u16 = 0x9010;
const DATR: u16 = 0x9018;
const DEADD: u16 = 0x901c;
const DBGTCR: u16 = 0xfd48;
const DCX: u16 = 0xfd44;
/// DBGTCR.DTA: a breakpoint trap has been taken, and RFM has not come yet.
const DTA: u32 = 1;

/// Where RFM finds what a breakpoint trap has saved, if one is at work.
pub(crate) fn monitor_area(ctx: &Ctx<Tricore>) -> Option<u32> {
    (plain(ctx, DBGTCR) & DTA != 0).then(|| plain(ctx, DCX))
}

/// RFM ends a breakpoint trap.
pub(crate) fn leave_monitor(ctx: &mut Ctx<Tricore>) {
    let value = plain(ctx, DBGTCR) & !DTA;
    ctx.state.plain.insert(DBGTCR, value);
}
