//! Debug events of BookE, and of the 405: what DBCR0 to DBCR2 ask for, what DBSR keeps, and the debug interrupt.
//!
//! Power ISA 2.07B, Book III-E, chapter 10, "Debug Facilities"; e500 Core Family Reference Manual, chapter 8; PPC440x5 CPU Core User's Manual, chapter 8.
//!
//! Only internal debug mode (DBCR0.IDM) is there, and no data value compares (DVC). Which events a mode has is known when code is lifted: see [`mode`]. Data accesses
//! are compared where they are translated: translations of pages that are watched are not kept.

use cpu::{Access, Ctx, Mode, Translation};

use crate::breakpoints;
use crate::debug_405;
use crate::ext::Ext;
use crate::model::Family;
use crate::spr::n;
use crate::state::msr;
use crate::target::Ppc;
use crate::trap::{self, Trap, Vector};

/// Internal debug mode.
const IDM: u64 = 1 << 30;
/// Instruction complete.
pub(crate) const ICMP: u64 = 1 << 27;
/// Branch taken.
pub(crate) const BRT: u64 = 1 << 26;
/// Interrupt taken.
pub(crate) const IRPT: u64 = 1 << 25;
/// A trap instruction's condition holds.
pub(crate) const TRAP: u64 = 1 << 24;
/// Instruction address compare 1; 2 to 4 follow to the right.
pub(crate) const IAC1: u64 = 1 << 23;
const IACS: u64 = 0xf << 20;
/// Loads and stores that data address compares 1 and 2 look at. DBSR has a bit for each: 1 read, 1 write, 2 read, 2 write.
pub(crate) const DACS: u64 = 0xf << 16;
/// Return from a non-critical interrupt.
const RET: u64 = 1 << 15;
/// DBSR: the event has come while MSR.DE was 0.
pub(crate) const IDE: u64 = 1 << 31;
/// DBSR: all events.
const EVENTS: u64 = ICMP | BRT | IRPT | TRAP | IACS | DACS | RET;

/// Whether the CPU has these facilities.
fn exists<T: Ppc>(ctx: &Ctx<T>) -> bool {
    ctx.model().has(Ext::Ivor) || is_405(ctx)
}

/// Whether it has them in other registers.
fn is_405<T: Ppc>(ctx: &Ctx<T>) -> bool {
    ctx.model().family() == Family::P405
}

/// DBCR0 where events are on, else 0.
fn control<T: Ppc>(ctx: &Ctx<T>) -> u64 {
    let control = ctx.state.spr(n::DBCR0);
    match exists(ctx) && control & IDM != 0 {
        true if is_405(ctx) => debug_405::control(ctx),
        true => control,
        false => 0,
    }
}

/// Two compares of addresses.
pub(crate) struct Compares {
    /// What is compared to.
    pub(crate) addresses: [u64; 2],
    /// 0 each by itself, 1 under the second as mask, 2 inside of both, 3 outside.
    pub(crate) kind: u64,
    /// In which modes, four bits each.
    pub(crate) qualifiers: [u64; 2],
    /// Low bits that are not looked at.
    pub(crate) ignored: [u64; 2],
}

fn fetch_compares<T: Ppc>(ctx: &Ctx<T>, pair: usize) -> Compares {
    if is_405(ctx) {
        return debug_405::fetch_compares(ctx, pair);
    }
    let how = ctx.state.spr(n::DBCR1) >> (16 - 16 * pair);
    let addresses = [0, 1].map(|i| ctx.state.spr(n::IAC1 + 2 * pair as u32 + i));
    Compares { addresses, kind: how >> 6 & 3, qualifiers: [how >> 12 & 15, how >> 8 & 15], ignored: [3; 2] }
}

fn data_compares<T: Ppc>(ctx: &Ctx<T>) -> Compares {
    if is_405(ctx) {
        return debug_405::data_compares(ctx);
    }
    let how = ctx.state.spr(n::DBCR2);
    let addresses = [ctx.state.spr(n::DAC1), ctx.state.spr(n::DAC1 + 1)];
    Compares { addresses, kind: how >> 22 & 3, qualifiers: [how >> 28 & 15, how >> 24 & 15], ignored: [0; 2] }
}

fn enabled<T: Ppc>(ctx: &Ctx<T>) -> bool {
    ctx.state.msr & msr::DE != 0
}

/// What code has to look for: completion and taken branches only while MSR.DE is 1 (10.4.3, 10.4.4); addresses and returns always.
pub(crate) fn mode<T: Ppc>(ctx: &Ctx<T>) -> Mode {
    if !ctx.model().has(Ext::BookE) {
        return breakpoints::mode(ctx);
    }
    use crate::mode::{BE, DEBUG, SE};
    let control = control(ctx);
    let on = |bits: u64, mode: Mode| if control & bits != 0 { mode } else { 0 };
    let stepping = if enabled(ctx) { on(ICMP, SE) | on(BRT, BE) } else { 0 };
    stepping | on(IACS | RET, DEBUG)
}

/// An event: the interrupt if MSR.DE has it enabled; else DBSR remembers it.
fn event<T: Ppc>(ctx: &mut Ctx<T>, bits: u64) -> Result<(), Trap> {
    if enabled(ctx) {
        return Err(Trap { srr1: bits, ..Trap::plain(Vector::Debug) });
    }
    record(ctx, bits | IDE);
    Ok(())
}

/// Sets bits of DBSR.
pub(crate) fn record<T: Ppc>(ctx: &mut Ctx<T>, bits: u64) {
    let bits = if is_405(ctx) { debug_405::status(bits) } else { bits };
    let old = ctx.state.spr(n::DBSR);
    ctx.state.set_spr(n::DBSR, old | bits);
}

/// Helper: an instruction is about to be executed at an address.
pub(crate) fn check_fetch<T: Ppc>(ctx: &mut Ctx<T>, [pc, ..]: [u64; 4]) -> Result<u64, Trap> {
    if !ctx.model().has(Ext::BookE) {
        return breakpoints::check_fetch(ctx, pc);
    }
    let control = control(ctx);
    let mut hit = 0;
    for pair in 0..2 {
        let compares = fetch_compares(ctx, pair);
        let place = |i: usize| qualifies(ctx, compares.qualifiers[i], msr::IR);
        let on = [0, 1].map(|i| control & IAC1 >> (2 * pair + i) != 0 && place(i));
        let matches = compare(pc, &compares, on);
        hit |= (0..2).filter(|i| matches[*i]).map(|i| IAC1 >> (2 * pair + i)).sum::<u64>();
    }
    if hit != 0 {
        event(ctx, hit)?;
    }
    Ok(0)
}

/// Whether the four bits of a compare (user or supervisor, address space) let the mode count. `space` is MSR.IS or MSR.DS.
fn qualifies<T: Ppc>(ctx: &Ctx<T>, bits: u64, space: u64) -> bool {
    let (problem, other) = (ctx.state.msr & msr::PR != 0, ctx.state.msr & space != 0);
    let user = match bits >> 2 {
        0 => true,
        2 => !problem,
        3 => problem,
        _ => false,
    };
    let place = match bits & 3 {
        0 => true,
        2 => !other,
        3 => other,
        // Real addresses: reserved where there are no such compares.
        _ => false,
    };
    user && place
}

/// What a pair of compares says of an address.
fn compare(address: u64, compares: &Compares, on: [bool; 2]) -> [bool; 2] {
    let Compares { addresses: [first, second], kind, ignored, .. } = *compares;
    let low = ignored[0];
    if kind == 0 {
        return [0, 1].map(|i| on[i] && (address ^ compares.addresses[i]) & !ignored[i] == 0);
    }
    let (address, first, last) = (address & !low, first & !low, second & !low);
    let both = match kind {
        1 => (address ^ first) & second & !low == 0,
        2 => (first..last).contains(&address),
        _ => !(first..last).contains(&address),
    };
    [on[0] && both, false]
}

/// A data access that has been translated: it may be an event, and it must not be kept if later ones of its page may be.
pub(crate) fn watch<T: Ppc>(
    ctx: &mut Ctx<T>,
    address: u64,
    access: Access,
    found: Translation,
) -> Result<Translation, Trap> {
    if !ctx.model().has(Ext::BookE) {
        return breakpoints::watch(ctx, address, access, found);
    }
    let control = control(ctx) & DACS;
    if control == 0 || access == Access::Fetch {
        return Ok(found);
    }
    let compares = data_compares(ctx);
    let wanted = if access == Access::Read { 2 } else { 1 };
    // DBCR0's fields have "load" on the left, as DBSR has "read".
    let asked = [control >> 18 & 3, control >> 16 & 3];
    let on: [bool; 2] = [0, 1].map(|i| asked[i] & wanted != 0 && qualifies(ctx, compares.qualifiers[i], msr::DR));
    let matches = compare(address, &compares, on);
    let hit: u64 = (0..2).filter(|i| matches[*i]).map(|i| wanted << (18 - 2 * i)).sum();
    if hit != 0 {
        event(ctx, hit)?;
    }
    let near = |at: u64| (at ^ address) & !0xfff == 0;
    let watched = compares.kind != 0 || (0..2).any(|i| asked[i] != 0 && near(compares.addresses[i]));
    Ok(Translation { cache: found.cache && !watched, ..found })
}

/// A program interrupt is on its way: what comes instead if it is a trap instruction's.
pub(crate) fn instead<T: Ppc>(ctx: &mut Ctx<T>, trap: &Trap) -> Option<Trap> {
    if trap.vector != Vector::Program || trap.srr1 & trap::TRAP == 0 || control(ctx) & TRAP == 0 {
        return None;
    }
    event(ctx, TRAP).err()
}

/// A non-critical interrupt has been taken.
pub(crate) fn interrupted<T: Ppc>(ctx: &mut Ctx<T>) {
    if control(ctx) & IRPT != 0 {
        let late = if enabled(ctx) { 0 } else { IDE };
        record(ctx, IRPT | late);
    }
}

/// Helper: a return from a non-critical interrupt is about to be made.
pub(crate) fn check_return<T: Ppc>(ctx: &mut Ctx<T>, _: [u64; 4]) -> Result<u64, Trap> {
    if control(ctx) & RET != 0 {
        event(ctx, RET)?;
    }
    Ok(0)
}

/// An event that DBSR has kept interrupts as soon as it may.
pub(crate) fn is_pending<T: Ppc>(ctx: &Ctx<T>) -> bool {
    let events = if is_405(ctx) { debug_405::status(EVENTS) } else { EVENTS };
    exists(ctx) && enabled(ctx) && control(ctx) != 0 && ctx.state.spr(n::DBSR) & events != 0
}

/// Whether debug interrupts have registers of their own, DSRR0 and DSRR1 (category Embedded.Enhanced Debug).
pub(crate) fn is_enhanced(family: Family) -> bool {
    matches!(family, Family::E500mc | Family::E5500 | Family::E6500)
}
