//! Breakpoints of CPUs that are no embedded ones: one address of an instruction, one of data.
//!
//! IABR and DABR: PowerPC 604, MPC603e, MPC750 and MPC7450 user's manuals, "Instruction Address Breakpoint Register" and "Data Address Breakpoint Register". DABR with DABRX:
//! Power ISA 2.06B, Book III-S, chapter 8, "Debug Facilities"; CIABR, DAWR and DAWRX: the same chapter of 2.07B.
//!
//! Data accesses are compared where they are translated, by their first byte: translations of pages that are watched are not kept.

use cpu::{Access, Ctx, Mode, Translation};

use crate::ext::Ext;
use crate::mode;
use crate::model::Family;
use crate::spr::n;
use crate::state::msr;
use crate::target::Ppc;
use crate::trap::{STORE, Trap, Vector};

/// DSISR: a data address breakpoint or watchpoint.
const MATCH: u64 = 1 << 22;
/// SRR1 of a trace interrupt: the completed instruction's address is CIABR's.
const COMPLETED: u64 = 1 << 20;

/// Whether a field of three bits, hypervisor, privileged and problem state, holds the state that the CPU is in.
fn qualifies<T: Ppc>(ctx: &Ctx<T>, states: u64) -> bool {
    let now = match ctx.state.msr {
        m if m & msr::PR != 0 => 1,
        m if m & msr::HV != 0 => 4,
        _ => 2,
    };
    states & now != 0
}

/// The address of the instruction that is waited for, if any.
fn instruction<T: Ppc>(ctx: &Ctx<T>) -> Option<u64> {
    if ctx.model().has(Ext::Isa207) {
        let ciabr = ctx.state.spr(n::CIABR);
        // 1 problem state, 2 privileged but no hypervisor, 3 hypervisor.
        return (ciabr & 3 != 0 && qualifies(ctx, 1 << ((ciabr & 3) - 1))).then_some(ciabr & !3);
    }
    let iabr = ctx.state.spr(n::IABR);
    if iabr & 2 == 0 {
        return None;
    }
    let place = (iabr & 1 != 0) == (ctx.state.msr & msr::IR != 0);
    let on = match ctx.model().family() {
        // They don't look at MSR.IR.
        Family::P603 | Family::E300 => true,
        Family::P604 | Family::P750 | Family::P755 | Family::P7400 | Family::P7450 => place,
        _ => false,
    };
    on.then_some(iabr & !3)
}

/// What code has to look for.
pub(crate) fn mode<T: Ppc>(ctx: &Ctx<T>) -> Mode {
    if instruction(ctx).is_some() { mode::DEBUG } else { 0 }
}

/// An instruction is about to be executed: IABR interrupts before it, CIABR behind it.
pub(crate) fn check_fetch<T: Ppc>(ctx: &mut Ctx<T>, pc: u64) -> Result<u64, Trap> {
    if instruction(ctx) != Some(pc) {
        return Ok(0);
    }
    if !ctx.model().has(Ext::Isa207) {
        return Err(Trap::plain(Vector::InstructionBreakpoint));
    }
    crate::trace::note(ctx, COMPLETED);
    Ok(0)
}

/// The bytes that are watched, first and last, and the accesses meant.
struct Watch {
    bytes: (u64, u64),
    read: bool,
    write: bool,
}

/// DABR; its lowest bits are BT, DW and DR. `either`: whatever MSR.DR is.
fn breakpoint<T: Ppc>(ctx: &Ctx<T>, either: bool) -> Option<Watch> {
    let dabr = ctx.state.spr(n::DABR);
    let place = either || (dabr & 4 != 0) == (ctx.state.msr & msr::DR != 0);
    let at = dabr & !7;
    (place && dabr & 3 != 0).then_some(Watch { bytes: (at, at | 7), read: dabr & 1 != 0, write: dabr & 2 != 0 })
}

/// DAWR: as many doublewords as DAWRX.MRD says, and one more.
fn watchpoint<T: Ppc>(ctx: &Ctx<T>) -> Option<Watch> {
    const WTI: u64 = 1 << 3;
    const WT: u64 = 1 << 4;
    const DR: u64 = 1 << 5;
    const DW: u64 = 1 << 6;
    let (at, how) = (ctx.state.spr(n::DAWR) & !7, ctx.state.spr(n::DAWRX));
    let place = how & WTI != 0 || (how & WT != 0) == (ctx.state.msr & msr::DR != 0);
    let on = how & (DR | DW) != 0 && place && qualifies(ctx, how & 7);
    let last = at.saturating_add((how >> 10 & 0x3f) * 8 + 7);
    on.then_some(Watch { bytes: (at, last), read: how & DR != 0, write: how & DW != 0 })
}

fn data<T: Ppc>(ctx: &Ctx<T>) -> Option<Watch> {
    match ctx.model().family() {
        Family::P604 | Family::P7400 | Family::P7450 => breakpoint(ctx, false),
        Family::P970 | Family::Power5 | Family::Power7 => {
            let how = ctx.state.spr(n::DABRX);
            qualifies(ctx, how & 7).then(|| breakpoint(ctx, how & 8 != 0)).flatten()
        }
        Family::Power8 | Family::Power9 => watchpoint(ctx),
        _ => None,
    }
}

/// A data access that has been translated: it may be what is waited for, and it must not be kept if later ones of its page may be.
pub(crate) fn watch<T: Ppc>(
    ctx: &Ctx<T>,
    address: u64,
    access: Access,
    found: Translation,
) -> Result<Translation, Trap> {
    if access == Access::Fetch {
        return Ok(found);
    }
    let Some(Watch { bytes: (first, last), read, write }) = data(ctx) else { return Ok(found) };
    let (meant, store) = if access == Access::Read { (read, 0) } else { (write, STORE) };
    if meant && (first..=last).contains(&address) {
        return Err(Trap { fault: Some((address, MATCH | store)), ..Trap::plain(Vector::Data) });
    }
    let page = address & !0xfff;
    Ok(Translation { cache: found.cache && (page | 0xfff < first || page > last), ..found })
}
