//! The MT ASE: virtual processing elements with one thread context each, as QEMU makes `-smp` of a 34Kf.
//!
//! *MIPS Architecture For Programmers Volume IV-f: The MIPS MT Module* (MD00378), "Privileged Resource Architecture" and
//! "Instructions". Thread context `n` is that of element `n`, which is CPU `n` of the board. All run in turns on one host thread, so that
//! DVPE has stopped the others when it is done.

use crate::cp0::{self, Cp0, status};
use crate::ext::Ext;
use crate::hart::Hart;
use crate::model::Model;
use crate::shared::Context;
use crate::state;
use crate::trap::{Trap, cause};

/// Fields of the registers.
mod bit {
    pub(super) const MVP_CONTROL_EVP: u64 = 1;
    pub(super) const MVP_CONTROL_VPC: u64 = 1 << 1;
    pub(super) const MVP_CONTROL_STLB: u64 = 1 << 2;
    /// Resource configuration, master, activated.
    pub(super) const VPE_CONF0_XTC: u64 = 0xff << 21;
    pub(super) const VPE_CONF0_MVP: u64 = 1 << 1;
    pub(super) const VPE_CONF0_VPA: u64 = 1;
    pub(super) const VPE_CONTROL_YSI: u64 = 1 << 21;
    pub(super) const VPE_CONTROL_EXCPT: u64 = 7 << 16;
    pub(super) const TC_STATUS_TDS: u64 = 1 << 21;
    pub(super) const TC_STATUS_DT: u64 = 1 << 20;
    pub(super) const TC_STATUS_A: u64 = 1 << 13;
    pub(super) const TC_STATUS_IXMT: u64 = 1 << 10;
}

/// Numbers of the registers: number times 8, plus select.
const MVP_CONTROL: usize = 1;
const MVP_CONF0: usize = 2;
const VPE_CONTROL: usize = 9;
const VPE_CONF0: usize = 10;
const VPE_CONF1: usize = 11;
const YQ_MASK: usize = 12;
const VPE_OPT: usize = 15;
const TC_STATUS: usize = 17;
const TC_BIND: usize = 18;
const TC_RESTART: usize = 19;
const TC_HALT: usize = 20;
/// SRSConf0; four more follow.
pub(crate) const SRS_CONF: usize = 24;
/// How many places of [`Cp0::plain`] they take.
pub(crate) const N_PLAIN: usize = 32;

/// What of VPEControl, VPEConf1 and TCStatus can be written, as QEMU's 34Kf has it.
const VPE_CONTROL_RW: u64 = 0x30_80ff;
const VPE_CONF1_RW: u64 = 0xff3_fcff;
const TC_STATUS_RW: u64 = 0x3010_bcff;
/// Of TCStatus, what Status and EntryHi hold: TCU, TMX, TKSU, TASID.
const TC_STATUS_MIRROR: u64 = 0xf800_18ff;

/// Reasons of a thread exception, VPEControl.EXCPT.
mod reason {
    pub(super) const UNDERFLOW: u64 = 0;
    pub(super) const OVERFLOW: u64 = 1;
    pub(super) const YIELD: u64 = 2;
    pub(super) const GATED: u64 = 4;
}

/// The state after reset: only the first element runs. A CPU without the ASE is as one that always does.
pub(crate) fn reset<H: Hart>(hart: &mut H) {
    if !hart.model().has(Ext::Mt) {
        let plain = &mut hart.cp0_mut().plain;
        (plain[VPE_CONF0], plain[TC_STATUS]) = (bit::VPE_CONF0_VPA, bit::TC_STATUS_A);
        return;
    }
    let (first, cpus) = (hart.index() == 0, hart.shared().map_or(1, |shared| shared.cpus()));
    let plain = &mut hart.cp0_mut().plain;
    // PVPE and PTC: the numbers of elements and contexts, less one.
    plain[MVP_CONF0] = u64::from(cpus - 1) << 10 | u64::from(cpus - 1);
    plain[VPE_CONF0] = if first { bit::VPE_CONF0_MVP | bit::VPE_CONF0_VPA } else { 0 };
    plain[TC_STATUS] = if first { bit::TC_STATUS_A } else { 0 };
    plain[TC_HALT] = u64::from(!first);
    for (n, slot) in plain[SRS_CONF..SRS_CONF + 5].iter_mut().enumerate() {
        *slot = if n == 4 { 0x3fef_fbfe } else { 0xbfef_fbfe };
    }
}

/// Whether an element runs if nothing outside of it keeps it: activated, and its thread context active and not halted.
pub(crate) fn is_active(cp0: &Cp0) -> bool {
    cp0.plain[VPE_CONF0] & bit::VPE_CONF0_VPA != 0
        && cp0.plain[TC_STATUS] & bit::TC_STATUS_A != 0
        && cp0.plain[TC_HALT] & 1 == 0
}

/// Whether TCStatus.IXMT keeps interrupts from the thread context.
pub(crate) fn ixmt(cp0: &Cp0) -> bool {
    cp0.plain[TC_STATUS] & bit::TC_STATUS_IXMT != 0
}

/// TCStatus: the fields that Status and EntryHi have are theirs.
fn tc_status(cp0: &Cp0) -> u64 {
    let s = u64::from(cp0.status);
    let mirror = s & 0xf000_0000 | (s >> 24 & 1) << 27 | (s >> 3 & 3) << 11 | cp0.entry_hi & 0xff;
    cp0.plain[TC_STATUS] & !TC_STATUS_MIRROR | mirror
}

fn set_tc_status(cp0: &mut Cp0, value: u64) {
    let new = tc_status(cp0) & !TC_STATUS_RW | value & TC_STATUS_RW;
    cp0.plain[TC_STATUS] = new & !TC_STATUS_MIRROR;
    let mirrored = 0xf000_0000u32 | 1 << status::MX | 3 << status::KSU;
    let mx = (new >> 27 & 1) << status::MX | (new >> 11 & 3) << status::KSU;
    cp0.status = cp0.status & !mirrored | (new & 0xf000_0000 | mx) as u32;
    cp0.entry_hi = cp0.entry_hi & !0xff | new & 0xff;
}

/// A register of the element itself, by number.
pub(crate) fn value<H: Hart>(hart: &H, number: usize) -> u64 {
    let cp0 = hart.cp0();
    match number {
        MVP_CONTROL => {
            let evp = hart.shared().is_none_or(|shared| shared.all_run());
            cp0.plain[MVP_CONTROL] | if evp { bit::MVP_CONTROL_EVP } else { 0 }
        }
        TC_STATUS => bits::sign_extend(tc_status(cp0), 32),
        TC_RESTART => hart.pc(),
        _ => bits::sign_extend(cp0.plain[number], 32),
    }
}

/// MTC0 to a register of the element itself.
pub(crate) fn set<H: Hart>(hart: &mut H, number: usize, value: u64) {
    let index = hart.index();
    let cp0 = hart.cp0_mut();
    let (master, may_configure) =
        (cp0.plain[VPE_CONF0] & bit::VPE_CONF0_MVP != 0, cp0.plain[MVP_CONTROL] & bit::MVP_CONTROL_VPC != 0);
    let keep = |old: u64, rw: u64| old & !rw | value & rw;
    let plain = &mut cp0.plain;
    match number {
        MVP_CONTROL if master => {
            let rw = bit::MVP_CONTROL_VPC | if may_configure { bit::MVP_CONTROL_STLB } else { 0 };
            plain[number] = keep(plain[number], rw);
            if let Some(shared) = hart.shared() {
                shared.set_all_run(index, value & bit::MVP_CONTROL_EVP != 0);
            }
        }
        VPE_CONTROL => plain[number] = keep(plain[number], VPE_CONTROL_RW),
        VPE_CONF0 if master => {
            let xtc = if plain[number] & bit::VPE_CONF0_VPA != 0 { bit::VPE_CONF0_XTC } else { 0 };
            plain[number] = keep(plain[number], xtc | bit::VPE_CONF0_MVP | bit::VPE_CONF0_VPA);
        }
        VPE_CONF1 if may_configure => plain[number] = keep(plain[number], VPE_CONF1_RW),
        VPE_OPT => plain[number] = value & 0xffff,
        TC_STATUS => {
            set_tc_status(cp0, value);
            hart.flush_tlb();
        }
        TC_BIND => plain[number] = keep(plain[number], 1 << 17 | u64::from(may_configure)),
        TC_HALT => plain[number] = value & 1,
        // TCRestart of a context that runs can't be written; no yield qualifiers are wired.
        MVP_CONTROL | MVP_CONF0 | 3 | VPE_CONF0 | VPE_CONF1 | YQ_MASK | TC_RESTART => {}
        SRS_CONF.. => plain[number] |= value & 0x3fff_ffff,
        _ => plain[number] = value & 0xffff_ffff,
    }
}

/// A register that MFTR and MTTR name: their fields `u`, `sel`, `h`, and the register's number.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Place {
    user: bool,
    select: u8,
    high: bool,
    number: u8,
}

impl Place {
    /// From the instruction word, without the number.
    pub(crate) fn new(word: u64, number: u8) -> Place {
        Place { user: word >> 5 & 1 != 0, select: (word & 7) as u8, high: word >> 4 & 1 != 0, number }
    }

    /// As one number, for a helper.
    pub(crate) fn pack(self) -> u64 {
        u64::from(self.number) | u64::from(self.select) << 8 | u64::from(self.high) << 16 | u64::from(self.user) << 17
    }

    fn unpack(word: u64) -> Place {
        Place {
            number: word as u8,
            select: (word >> 8 & 7) as u8,
            high: word >> 16 & 1 != 0,
            user: word >> 17 & 1 != 0,
        }
    }

    /// Whether there is such a register.
    pub(crate) fn exists(self) -> bool {
        !self.user || self.select < 4
    }

    /// The register of the file that a number of select 1 names: LO, HI and ACX of each accumulator, DSPControl.
    fn accumulator(self) -> Option<uop::Reg> {
        match (self.number, self.number & 3) {
            (16, _) => Some(state::DSP_CONTROL),
            (n @ 0..16, 0) => Some(state::lo(n / 4)),
            (n @ 0..16, 1) => Some(state::hi(n / 4)),
            _ => None,
        }
    }

    /// Register of the floating-point file, and by how many bits to shift: with Status.FR = 0 an odd one is half of a pair.
    fn float(self, cp0: &Cp0) -> (uop::Reg, u32) {
        let paired = cp0.status >> status::FR & 1 == 0;
        let number = if paired { self.number & !1 } else { self.number };
        let upper = self.high || paired && self.number & 1 != 0;
        (state::f(number & 31), if upper { 32 } else { 0 })
    }

    /// Its value in a context.
    pub(crate) fn read(self, context: &Context, model: &Model) -> u64 {
        let (cp0, number) = (&context.cp0, usize::from(self.number));
        if self.user {
            return match self.select {
                0 if number == 0 => 0,
                0 => context.file[state::r(self.number & 31).index()],
                1 => self.accumulator().map_or(0, |reg| context.file[reg.index()]),
                2 => {
                    let (reg, shift) = self.float(cp0);
                    context.file[reg.index()] >> shift & 0xffff_ffff
                }
                _ if number == 0 => model.row().fir.into(),
                _ => context.file[state::FCSR.index()],
            };
        }
        match (number, self.select) {
            (2, 1) => tc_status(cp0),
            (2, 3) => context.pc,
            (1 | 2, select) => cp0.plain[number * 8 + usize::from(select)],
            (10, 0) => cp0.entry_hi,
            (12, 0) => cp0.status.into(),
            (13, 0) => cp0.cause.into(),
            (14, 0) => cp0.epc,
            (15, 0) => model.row().prid.into(),
            (15, 1) => cp0.ebase,
            (16, 0) => cp0.config0.into(),
            (16, 1..=4) => model.row().config[usize::from(self.select)].into(),
            (23, 0) => cp0.debug.into(),
            (30, 0) => cp0.error_epc,
            (31, 0) => cp0.desave,
            _ => 0,
        }
    }

    /// Writes it in a context.
    pub(crate) fn write(self, context: &mut Context, value: u64) {
        let number = usize::from(self.number);
        let low = value & 0xffff_ffff;
        if self.user {
            match self.select {
                0 if number == 0 => {}
                0 => context.file[state::r(self.number & 31).index()] = value,
                1 => {
                    if let Some(reg) = self.accumulator() {
                        context.file[reg.index()] = if reg == state::DSP_CONTROL { low } else { value };
                    }
                }
                2 => {
                    let (reg, shift) = self.float(&context.cp0);
                    let slot = &mut context.file[reg.index()];
                    *slot = *slot & !(0xffff_ffff << shift) | low << shift;
                }
                _ => context.file[state::FCSR.index()] = low,
            }
            return;
        }
        let cp0 = &mut context.cp0;
        let plain = |n: usize, rw: u64, cp0: &mut Cp0| cp0.plain[n] = cp0.plain[n] & !rw | low & rw;
        match (number * 8 + usize::from(self.select), number, self.select) {
            (VPE_CONTROL, ..) => plain(VPE_CONTROL, VPE_CONTROL_RW, cp0),
            (VPE_CONF0, ..) => plain(VPE_CONF0, bit::VPE_CONF0_MVP | bit::VPE_CONF0_VPA, cp0),
            (TC_STATUS, ..) => set_tc_status(cp0, low),
            (TC_BIND, ..) => plain(TC_BIND, 1 << 17 | 1, cp0),
            (TC_RESTART, ..) => {
                context.pc = value;
                cp0.plain[TC_STATUS] &= !bit::TC_STATUS_TDS;
                context.file[state::IN_SLOT.index()] = 0;
            }
            (TC_HALT, ..) => cp0.plain[TC_HALT] = low & 1,
            (n, 2, _) => cp0.plain[n] = low,
            (_, 10, 0) => cp0.entry_hi = value & !0x1f00,
            (_, 12, 0) => cp0.status = low as u32,
            (_, 13, 0) => {
                let rw = cp0::CAUSE_IV | 0x300;
                cp0.cause = cp0.cause & !rw | low as u32 & rw;
            }
            (_, 14, 0) => cp0.epc = value,
            (_, 15, 1) => cp0.ebase = cp0.ebase & !0x3fff_f000 | value & 0x3fff_f000,
            (_, 16, 0) => cp0.config0 = cp0.config0 & !7 | low as u32 & 7,
            (_, 30, 0) => cp0.error_epc = value,
            (_, 31, 0) => cp0.desave = value,
            _ => {}
        }
    }
}

/// The CPU whose thread context VPEControl.TargTC names; `None` if there is none, or the element is no master.
fn target<H: Hart>(hart: &H) -> Option<u32> {
    let cp0 = hart.cp0();
    let target = (cp0.plain[VPE_CONTROL] & 0xff) as u32;
    let own = target == hart.index();
    let master = cp0.plain[VPE_CONF0] & bit::VPE_CONF0_MVP != 0;
    let exists = hart.shared().is_some_and(|shared| target < shared.cpus());
    (own || master && exists).then_some(target)
}

/// Helper: MFTR; all ones if there is no such thread context. A context at work is asked, and the instruction runs again.
pub(crate) fn mftr<H: Hart>(hart: &mut H, [place, ..]: [u64; 4]) -> Result<u64, Trap> {
    let place = Place::unpack(place);
    let Some(target) = target(hart) else { return Ok(u64::MAX) };
    let model = *hart.model();
    if target == hart.index() {
        let own = if place.user { Context::of(hart) } else { return Ok(own_register(hart, place)) };
        return Ok(bits::sign_extend(place.read(&own, &model), 32));
    }
    let found = hart.shared().and_then(|shared| shared.read(target, |context| place.read(context, &model)));
    match found {
        Some(value) => Ok(bits::sign_extend(value, 32)),
        None => {
            hart.yield_turn();
            Err(Trap::new(cause::AGAIN))
        }
    }
}

fn own_register<H: Hart>(hart: &mut H, place: Place) -> u64 {
    let number = cp0::number_of(place.number.into(), place.select.into());
    cp0::peek(hart, number)
}

/// Helper: MTTR: register, value.
pub(crate) fn mttr<H: Hart>(hart: &mut H, [place, value, ..]: [u64; 4]) -> Result<u64, Trap> {
    let place = Place::unpack(place);
    let Some(target) = target(hart) else { return Ok(0) };
    if target == hart.index() {
        let pc = hart.pc();
        let mut own = Context::of(hart);
        place.write(&mut own, value & bits::mask(hart.model().width()));
        own.pc = pc;
        own.restore(hart);
    } else if let Some(shared) = hart.shared() {
        shared.write(target, place, value & bits::mask(hart.model().width()));
    }
    Ok(0)
}

/// Helper: DVPE, EVPE (0, 1): the old MVPControl. DMT, EMT (2, 3): the old VPEControl; an element has one thread context.
pub(crate) fn threading<H: Hart>(hart: &mut H, [what, ..]: [u64; 4]) -> Result<u64, Trap> {
    if what < 2 {
        let old = value(hart, MVP_CONTROL);
        let index = hart.index();
        if let Some(shared) = hart.shared() {
            shared.set_all_run(index, what == 1);
        }
        return Ok(old);
    }
    let slot = &mut hart.cp0_mut().plain[VPE_CONTROL];
    let old = *slot;
    *slot = old & !(1 << 15) | (what & 1) << 15;
    Ok(old)
}

fn exception<H: Hart>(hart: &mut H, reason: u64) -> Trap {
    let slot = &mut hart.cp0_mut().plain[VPE_CONTROL];
    *slot = *slot & !bit::VPE_CONTROL_EXCPT | reason << 16;
    Trap::new(cause::THREAD)
}

/// Helper: FORK. There is never a free thread context.
pub(crate) fn fork<H: Hart>(hart: &mut H, _: [u64; 4]) -> Result<u64, Trap> {
    Err(exception(hart, reason::OVERFLOW))
}

/// Helper: YIELD; the result is YQMask, and no qualifier is ever active.
pub(crate) fn yield_<H: Hart>(hart: &mut H, [request, ..]: [u64; 4]) -> Result<u64, Trap> {
    let cp0 = hart.cp0();
    let gated = cp0.plain[VPE_CONTROL] & bit::VPE_CONTROL_YSI != 0 && cp0.plain[TC_STATUS] & bit::TC_STATUS_DT != 0;
    match request as i64 {
        0 => return Err(exception(hart, reason::UNDERFLOW)),
        1.. => return Err(exception(hart, reason::YIELD)),
        -2 => {}
        _ if gated => return Err(exception(hart, reason::GATED)),
        _ => {}
    }
    Ok(hart.cp0().plain[YQ_MASK])
}

/// Helper: DVP and EVP of Release 6 (0, 1): the old VPControl.
pub(crate) fn virtual_processors<H: Hart>(hart: &mut H, [on, ..]: [u64; 4]) -> Result<u64, Trap> {
    let index = hart.index();
    let Some(shared) = hart.shared() else { return Ok(0) };
    let disabled = !shared.all_run();
    shared.set_all_run(index, on != 0);
    Ok(disabled.into())
}

/// VPControl.DIS: whether this virtual processor has stopped the others.
pub(crate) fn vp_control<H: Hart>(hart: &H) -> u64 {
    hart.shared().is_some_and(|shared| !shared.all_run() && shared.may_run(hart.index())).into()
}
