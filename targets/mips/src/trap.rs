//! Exceptions and interrupts: codes, vectors, entry and return.
//!
//! Volume III, "Exceptions" (vectors, priority, general exception processing) and "Interrupts".

use cpu::Access;

use crate::cp0::{self, Cp0, status};
use crate::ext::Ext;
use crate::fpu;
use crate::hart::Hart;
use crate::model::Model;
use crate::shared::Shared;
use crate::state;
use crate::threads;

/// Exception codes of Cause.ExcCode ("Cause Register").
pub mod cause {
    /// Interrupt.
    pub const INT: u32 = 0;
    /// TLB modification.
    pub const MOD: u32 = 1;
    /// TLB exception of a load or fetch.
    pub const TLBL: u32 = 2;
    /// TLB exception of a store.
    pub const TLBS: u32 = 3;
    /// Address error of a load or fetch.
    pub const ADEL: u32 = 4;
    /// Address error of a store.
    pub const ADES: u32 = 5;
    /// Bus error of a fetch.
    pub const IBE: u32 = 6;
    /// Bus error of a load or store.
    pub const DBE: u32 = 7;
    /// System call.
    pub const SYS: u32 = 8;
    /// Breakpoint.
    pub const BP: u32 = 9;
    /// Reserved instruction.
    pub const RI: u32 = 10;
    /// Coprocessor unusable; the coprocessor's number is the exception's argument.
    pub const CPU: u32 = 11;
    /// Integer overflow.
    pub const OV: u32 = 12;
    /// Trap.
    pub const TR: u32 = 13;
    /// MSA floating-point exception.
    pub const MSAFPE: u32 = 14;
    /// Floating-point exception.
    pub const FPE: u32 = 15;
    /// TLB read-inhibit exception.
    pub const TLBRI: u32 = 19;
    /// TLB execute-inhibit exception.
    pub const TLBXI: u32 = 20;
    /// MSA disabled.
    pub const MSADIS: u32 = 21;
    /// MT: thread exception.
    pub const THREAD: u32 = 25;
    /// DSP state disabled.
    pub const DSPDIS: u32 = 26;
    /// Not a code: an EJTAG breakpoint, which enters debug mode.
    pub const SDBBP: u32 = 0x100;
    /// Not a code: the non-maskable interrupt.
    pub const NMI: u32 = 0x101;
    /// Not a code: the instruction has to wait for another CPU, and runs again.
    pub const AGAIN: u32 = 0x102;
}

/// The lines into a CPU.
pub mod irq {
    /// Hardware interrupt 0, which is Cause.IP2; those up to IP7 follow.
    pub const HW0: u32 = 2;
    /// Hardware interrupt 5, Cause.IP7, which the CPU's own timer drives too.
    pub const HW5: u32 = 7;
    /// Non-maskable interrupt, taken when the line rises.
    pub const NMI: u32 = 8;
    /// CPUs other than the first wait after reset while this is low. A board without a means of its own to start them ties it high.
    pub const RUN: u32 = 9;
    /// Another CPU has left something in this one's seat, see [`crate::shared`].
    pub const CALL: u32 = 10;
    /// The power controller has the CPU begin anew; the CPU lowers the line.
    pub const RESTART: u32 = 11;

    /// The hardware interrupts, as bits of the lines.
    pub const HARDWARE: u64 = 0xfc;
}

/// An exception or interrupt on its way to a handler.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Trap {
    /// Its code, see [`cause`].
    pub cause: u32,
    /// The coprocessor, for [`cause::CPU`].
    pub coprocessor: u8,
    /// What BadVAddr will tell.
    pub address: Option<u64>,
    /// Translation has failed: Context, XContext and EntryHi are set, too.
    pub translating: bool,
    /// No entry of the TLB matched: it enters at the refill vector.
    pub refill: bool,
    /// FCSR, for [`cause::FPE`].
    pub fcsr: u32,
}

impl Trap {
    /// An exception without further state.
    pub const fn new(cause: u32) -> Trap {
        Trap { cause, coprocessor: 0, address: None, translating: false, refill: false, fcsr: 0 }
    }

    /// What [`uop::Exit::Raise`] means: for [`cause::CPU`] the argument is the coprocessor, for address errors the address.
    pub(crate) const fn raised(cause: u32, arg: u64) -> Trap {
        let trap = Trap::new(cause);
        match cause {
            cause::CPU => Trap { coprocessor: arg as u8, ..trap },
            cause::ADEL => Trap { address: Some(arg), ..trap },
            _ => trap,
        }
    }

    /// Floating-point exception; FCSR gets this value.
    pub(crate) const fn float(fcsr: u64) -> Trap {
        Trap { fcsr: fcsr as u32, ..Trap::new(cause::FPE) }
    }

    const fn with(load: u32, store: u32, access: Access, address: u64) -> Trap {
        let cause = if matches!(access, Access::Write) { store } else { load };
        Trap { address: Some(address), ..Trap::new(cause) }
    }

    /// Address error.
    pub(crate) const fn address_error(address: u64, access: Access) -> Trap {
        Trap::with(cause::ADEL, cause::ADES, access, address)
    }

    /// The entry is not valid.
    pub(crate) const fn invalid(address: u64, access: Access) -> Trap {
        Trap { translating: true, ..Trap::with(cause::TLBL, cause::TLBS, access, address) }
    }

    /// No entry of the TLB matches.
    pub(crate) const fn refill(address: u64, access: Access) -> Trap {
        Trap { refill: true, ..Trap::invalid(address, access) }
    }

    /// The page may not be read, or not be executed.
    pub(crate) const fn inhibited(address: u64, access: Access, separate: bool) -> Trap {
        let cause = match access {
            _ if !separate => cause::TLBL,
            Access::Fetch => cause::TLBXI,
            _ => cause::TLBRI,
        };
        Trap { cause, ..Trap::invalid(address, access) }
    }

    /// The page may not be written.
    pub(crate) const fn modified(address: u64) -> Trap {
        Trap { cause: cause::MOD, ..Trap::invalid(address, Access::Write) }
    }

    /// Nothing answers.
    pub(crate) const fn bus_error(access: Access) -> Trap {
        Trap::new(if matches!(access, Access::Fetch) { cause::IBE } else { cause::DBE })
    }
}

/// Where a delivery goes back to: the branch, if the instruction stands in a delay slot.
fn resume<H: Hart>(hart: &mut H) -> (u64, bool) {
    let pc = hart.pc();
    let pc = if hart.model().width() == 64 { pc } else { bits::sign_extend(pc, 32) };
    let in_slot = hart.file(state::IN_SLOT);
    hart.set_file(state::IN_SLOT, 0);
    match in_slot {
        0 => (pc, false),
        1 => (pc.wrapping_sub(4), true),
        // The pc is the branch's already.
        _ => (pc, true),
    }
}

/// Enters the handler of `trap`.
pub(crate) fn deliver<H: Hart>(hart: &mut H, trap: Trap) {
    if trap.cause == cause::AGAIN {
        if hart.file(state::IN_SLOT) == 2 {
            // The pc is the branch's, which runs again.
            hart.set_file(state::IN_SLOT, 0);
        }
        return;
    }
    let (epc, in_slot) = resume(hart);
    hart.clear_reservation();
    match trap.cause {
        cause::NMI => return deliver_nmi(hart, epc),
        cause::SDBBP => return deliver_debug(hart, epc, in_slot),
        _ => {}
    }
    if let Some(address) = trap.address {
        note_address(hart, address, trap.translating);
    }
    if trap.cause == cause::FPE {
        hart.set_file(state::FP_OP, 0);
        fpu::set_fcsr(hart, trap.fcsr.into());
    }
    if hart.model().config_bit(3, 26) {
        note_instruction(hart, epc, in_slot);
    }
    let nested = hart.cp0().status >> status::EXL & 1 != 0;
    let base = vector_base(hart);
    let offset = vector_offset(hart, trap, nested);
    let cp0 = hart.cp0_mut();
    if !nested {
        cp0.epc = epc;
        cp0.cause = cp0.cause & !cp0::CAUSE_BD | u32::from(in_slot) << 31;
        cp0.status |= 1 << status::EXL;
    }
    cp0.cause = cp0.cause & !(cp0::CAUSE_CODE | cp0::CAUSE_CE) | trap.cause << 2 | u32::from(trap.coprocessor) << 28;
    enter(hart, base.wrapping_add(offset));
}

fn enter<H: Hart>(hart: &mut H, pc: u64) {
    let pc = pc & bits::mask(hart.model().width());
    hart.set_pc(pc);
}

/// Where vectors begin ("Exception Vector Locations").
fn vector_base<H: Hart>(hart: &H) -> u64 {
    let (model, cp0) = (hart.model(), hart.cp0());
    if cp0.status >> status::BEV & 1 != 0 {
        cp0::exception_base(hart).wrapping_add(0x200)
    } else if model.has(Ext::R2) {
        cp0.ebase & !0xfff
    } else {
        0xffff_ffff_8000_0000
    }
}

fn vector_offset<H: Hart>(hart: &H, trap: Trap, nested: bool) -> u64 {
    match trap.address {
        _ if trap.cause == cause::INT => interrupt_offset(hart),
        Some(address) if trap.refill && !nested => refill_offset(hart.model(), hart.cp0(), address),
        _ => 0x180,
    }
}

/// "Interrupt Compatibility Mode", "Vectored Interrupt Mode".
fn interrupt_offset<H: Hart>(hart: &H) -> u64 {
    let cp0 = hart.cp0();
    if cp0.cause & cp0::CAUSE_IV == 0 {
        return 0x180;
    }
    let spacing = u64::from(cp0.intctl >> 5 & 0x1f) << 5;
    if cp0.status >> status::BEV & 1 != 0 || spacing == 0 {
        return 0x200;
    }
    let pending = pending(hart) & u64::from(cp0.status >> 8 & 0xff);
    0x200 + spacing * u64::from(63 - (pending | 1).leading_zeros())
}

/// TLB refill, or XTLB refill where the address lies in a region that has 64-bit addressing on.
fn refill_offset(model: &Model, cp0: &Cp0, address: u64) -> u64 {
    let on = |bit: u32| cp0.status >> bit & 1 != 0;
    let is_old = model.has(Ext::Loongson2e) || model.has(Ext::Loongson2f);
    let wide = match address >> 62 {
        0 => on(status::UX),
        3 => on(status::KX),
        _ => true,
    };
    if model.is_64() && !is_old && wide { 0x080 } else { 0 }
}

/// Sets BadVAddr, and after translations what refill handlers read.
fn note_address<H: Hart>(hart: &mut H, address: u64, translating: bool) {
    let mask = crate::tlb::compare_mask(hart.model());
    let segment_bits = hart.model().row().segment_bits;
    let wide = hart.model().is_64();
    let address = if hart.model().width() == 64 { address } else { bits::sign_extend(address, 32) };
    let cp0 = hart.cp0_mut();
    cp0.bad_vaddr = address;
    if !translating {
        return;
    }
    cp0.context = cp0.context & !0x7f_ffff | address >> 9 & 0x7f_fff0;
    let kept = cp0.entry_hi & 0x7ff;
    cp0.entry_hi = kept | address & !0x1fff & if wide { mask } else { u64::MAX };
    if wide {
        let region = (address >> 62) << (segment_bits - 9);
        let vpn = bits::field(address, 13, segment_bits - 13) << 4;
        cp0.xcontext = cp0.xcontext & !bits::mask(segment_bits - 7) | region | vpn;
    }
}

/// BadInstr and BadInstrP.
fn note_instruction<H: Hart>(hart: &mut H, epc: u64, in_slot: bool) {
    let mask = bits::mask(hart.model().width());
    let at = if in_slot { epc.wrapping_add(4) } else { epc };
    let (word, branch) = (hart.peek_word(at & mask), hart.peek_word(epc & mask));
    let cp0 = hart.cp0_mut();
    cp0.bad_instr = word.unwrap_or(cp0.bad_instr);
    if in_slot {
        cp0.bad_instr_p = branch.unwrap_or(cp0.bad_instr_p);
    }
}

fn deliver_nmi<H: Hart>(hart: &mut H, epc: u64) {
    let cp0 = hart.cp0_mut();
    cp0.nmi_taken = true;
    cp0.error_epc = epc;
    cp0.status &= !(1 << status::TS | 1 << status::SR);
    cp0.status |= 1 << status::BEV | 1 << status::NMI | 1 << status::ERL;
    let base = cp0::exception_base(hart);
    enter(hart, base);
}

/// EJTAG, "Debug Exception": debug mode, from which DERET returns.
fn deliver_debug<H: Hart>(hart: &mut H, epc: u64, in_slot: bool) {
    let cp0 = hart.cp0_mut();
    cp0.depc = epc;
    cp0.debug = cp0.debug & !(1 << 31 | 0x1f) | 1 << cp0::DEBUG_DM | 1 << 1 | u32::from(in_slot) << 31;
    let base = cp0::exception_base(hart);
    enter(hart, base.wrapping_add(0x480));
}

/// Cause.IP as it is now: software's bits, the lines, the timer.
pub(crate) fn pending<H: Hart>(hart: &H) -> u64 {
    let timer = if cp0::timer_pending(hart) { 1 << irq::HW5 } else { 0 };
    u64::from(hart.cp0().cause >> 8 & 3) | hart.lines() & irq::HARDWARE | timer
}

/// Whether the CPU listens to interrupts at all.
pub(crate) fn listens(cp0: &Cp0) -> bool {
    let off = 1 << status::EXL | 1 << status::ERL;
    cp0.status & 1 != 0 && cp0.status & off == 0 && cp0.debug >> cp0::DEBUG_DM & 1 == 0 && !threads::ixmt(cp0)
}

/// Whether nothing outside of the CPU keeps it from running: power controller, other virtual processors.
fn may_run<H: Hart>(hart: &mut H) -> bool {
    if !hart.model().has_neighbours() {
        return true;
    }
    if !cp0::follow_power(hart) {
        return false;
    }
    let attend = |hart: &mut H| {
        let board = hart.board();
        board.shared().and_then(|shared| shared.downcast_ref::<Shared>()).map(|shared| shared.attend(hart))
    };
    let runs = attend(hart).unwrap_or_else(|| !hart.model().has(Ext::Mt) || threads::is_active(hart.cp0()));
    if !runs {
        hart.set_halted(true);
    }
    runs
}

/// The interrupt to take now.
pub(crate) fn interrupt<H: Hart>(hart: &mut H) -> Option<Trap> {
    if !may_run(hart) {
        return None;
    }
    let nmi = hart.lines() >> irq::NMI & 1 != 0;
    if nmi && !hart.cp0().nmi_taken && !hart.cp0().waits_for_run {
        return Some(Trap::new(cause::NMI));
    }
    if !nmi && hart.cp0().nmi_taken {
        hart.cp0_mut().nmi_taken = false;
    }
    if hart.cp0().waits_for_run && hart.lines() >> irq::RUN & 1 != 0 {
        hart.cp0_mut().waits_for_run = false;
    }
    if !listens(hart.cp0()) {
        return None;
    }
    let wanted = pending(hart) & u64::from(hart.cp0().status >> 8 & 0xff);
    (wanted != 0).then_some(Trap::new(cause::INT))
}

/// Whether a CPU that waits goes on: one that was not released waits for that; else an enabled interrupt ends WAIT, and in Release 6
/// one that is masked by Status.IE too.
pub(crate) fn wakes<H: Hart>(hart: &H) -> bool {
    let cp0 = hart.cp0();
    if let Some(shared) = hart.shared().filter(|_| hart.model().has_neighbours()) {
        let lines = hart.lines();
        if shared.interconnect().reset_base(hart.index()).is_some() {
            if lines >> irq::RUN & 1 == 0 {
                return false;
            }
            if lines >> irq::RESTART & 1 != 0 {
                return true;
            }
        }
        match shared.parked(hart.index()) {
            Some(may_go_on) => return may_go_on,
            None if lines >> irq::CALL & 1 != 0 => return true,
            None => {}
        }
    } else if hart.model().has(Ext::Mt) && !threads::is_active(cp0) {
        return false;
    }
    if cp0.waits_for_run {
        return hart.lines() >> irq::RUN & 1 != 0;
    }
    let wanted = pending(hart) & u64::from(cp0.status >> 8 & 0xff) != 0;
    let nmi = hart.lines() >> irq::NMI & 1 != 0 && !cp0.nmi_taken;
    nmi || wanted && (listens(cp0) || hart.model().is_r6())
}

/// Helper: ERET, which ends an LL sequence; the new pc.
pub(crate) fn eret<H: Hart>(hart: &mut H, args: [u64; 4]) -> Result<u64, Trap> {
    hart.clear_reservation();
    eretnc(hart, args)
}

/// Helper: ERETNC.
pub(crate) fn eretnc<H: Hart>(hart: &mut H, _: [u64; 4]) -> Result<u64, Trap> {
    let cp0 = hart.cp0_mut();
    if cp0.status >> status::ERL & 1 != 0 {
        cp0.status &= !(1 << status::ERL);
        Ok(cp0.error_epc)
    } else {
        cp0.status &= !(1 << status::EXL);
        Ok(cp0.epc)
    }
}

/// Helper: DERET.
pub(crate) fn deret<H: Hart>(hart: &mut H, _: [u64; 4]) -> Result<u64, Trap> {
    let cp0 = hart.cp0_mut();
    cp0.debug &= !(1 << cp0::DEBUG_DM);
    Ok(cp0.depc)
}
