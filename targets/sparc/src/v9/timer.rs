//! TICK and STICK, their compare registers, SOFTINT, and which interrupt is to be taken.
//!
//! SPARC Architecture Manual V9, "Tick (TICK)"; UltraSPARC I/II User's Manual, "Interrupt Handling", "SOFTINT", "TICK_COMPARE".

use cpu::Ctx;

use super::sys::{Counter, INT_DIS, pstate};
use super::target::Sparc64;
use super::trap::{Fault, tt};
use crate::irq;

/// Frequency of TICK and STICK, as on QEMU's sun4u.
const TICK_HZ: u64 = 100_000_000;
/// SOFTINT.TICK_INT.
const TICK_INT: u32 = 1 << 0;
/// SOFTINT.STICK_INT.
const STICK_INT: u32 = 1 << 16;
/// The level of both.
const TIMER_LEVEL: u32 = 14;

/// Cycles since the clock's zero.
pub(crate) fn cycles(ctx: &Ctx<Sparc64>) -> u64 {
    (u128::from(ctx.now()) * u128::from(TICK_HZ) / 1_000_000_000) as u64
}

/// A counter as software reads it.
pub(crate) fn read(ctx: &Ctx<Sparc64>, counter: &Counter) -> u64 {
    let count = cycles(ctx).wrapping_add(counter.offset) & !INT_DIS;
    if counter.npt { count | INT_DIS } else { count }
}

/// Cycles until a counter matches, if it is armed.
fn until(now: u64, counter: &Counter) -> Option<u64> {
    if counter.compare & INT_DIS != 0 || counter.matched {
        return None;
    }
    let count = now.wrapping_add(counter.offset) & !INT_DIS;
    Some((counter.compare & !INT_DIS).saturating_sub(count))
}

/// After a write of a compare register: what has passed already does not match.
pub(crate) fn arm(ctx: &mut Ctx<Sparc64>) {
    let now = cycles(ctx);
    for counter in [&mut ctx.state.tick, &mut ctx.state.stick] {
        let count = now.wrapping_add(counter.offset) & !INT_DIS;
        if !counter.matched && counter.compare & !INT_DIS < count {
            counter.matched = true;
        }
    }
}

/// Sets the bits of SOFTINT for counters that have come to their compare registers.
pub(crate) fn update(ctx: &mut Ctx<Sparc64>) {
    let state = &ctx.state;
    if (state.tick.compare | u64::from(state.tick.matched) << 63) & INT_DIS != 0
        && (state.stick.compare | u64::from(state.stick.matched) << 63) & INT_DIS != 0
    {
        return;
    }
    let now = cycles(ctx);
    let state = &mut ctx.state;
    for (counter, bit) in [(&mut state.tick, TICK_INT), (&mut state.stick, STICK_INT)] {
        if until(now, counter) == Some(0) {
            counter.matched = true;
            state.softint |= bit;
        }
    }
}

/// When the next counter matches, in ns.
pub(crate) fn deadline(ctx: &Ctx<Sparc64>) -> Option<u64> {
    let now = cycles(ctx);
    let next = [&ctx.state.tick, &ctx.state.stick].into_iter().filter_map(|c| until(now, c)).min()?;
    let ns = (u128::from(now) + u128::from(next)) * 1_000_000_000;
    u64::try_from(ns.div_ceil(TICK_HZ.into())).ok()
}

/// The highest pending level, 0 if there is none.
fn level(softint: u32) -> u32 {
    let timers = if softint & (TICK_INT | STICK_INT) != 0 { 1 << TIMER_LEVEL } else { 0 };
    let levels = softint & 0xfffe | timers;
    if levels == 0 { 0 } else { 31 - levels.leading_zeros() }
}

/// Vectors that wait: lines that are up and have not been taken.
fn waiting(ctx: &Ctx<Sparc64>) -> u64 {
    ctx.lines() & !ctx.state.vectors.seen & !(1 << irq::WAIT)
}

/// Takes an interrupt vector in, if one waits and the receive register is free ("Interrupt Vector Receive"): its trap may have to wait.
pub(crate) fn receive(ctx: &mut Ctx<Sparc64>) {
    let vectors = waiting(ctx);
    if vectors == 0 || ctx.state.vectors.busy {
        return;
    }
    let ino = vectors.trailing_zeros();
    let told = ctx.acknowledge(ino);
    // Boards without an interrupt controller that answers have the group of UltraSPARC-IIi's own.
    let number = if told == 0 { 0x1f << 6 | u64::from(ino) } else { told };
    let state = &mut ctx.state.vectors;
    (state.busy, state.pending, state.data) = (true, true, [number, 0, 0]);
    state.seen |= 1 << ino;
}

/// Whether there is nothing to take, nor to keep for later: asked behind every trap.
fn is_quiet(ctx: &Ctx<Sparc64>, lines: u64) -> bool {
    let (state, vectors) = (&ctx.state, &ctx.state.vectors);
    let armed = |counter: &Counter| counter.compare & INT_DIS == 0 && !counter.matched;
    lines | vectors.seen | u64::from(state.softint) == 0
        && !vectors.wait
        && !vectors.pending
        && !armed(&state.tick)
        && !armed(&state.stick)
}

/// The interrupt to take now.
pub(crate) fn interrupt(ctx: &mut Ctx<Sparc64>) -> Option<Fault> {
    let lines = ctx.lines();
    if is_quiet(ctx, lines) {
        return None;
    }
    ctx.state.vectors.seen &= lines;
    let wait = bits::bit(lines, irq::WAIT);
    if std::mem::replace(&mut ctx.state.vectors.wait, wait) != wait {
        ctx.set_halted(true);
    }
    update(ctx);
    receive(ctx);
    if ctx.state.pstate & pstate::IE == 0 {
        return None;
    }
    if std::mem::take(&mut ctx.state.vectors.pending) {
        return Some(Fault::new(tt::INTERRUPT_VECTOR));
    }
    let level = level(ctx.state.softint);
    (level > u32::from(ctx.state.pil)).then(|| Fault::new(tt::INTERRUPT_LEVEL_0 + level as u16))
}

/// Whether a CPU that waits goes on.
pub(crate) fn wakes(ctx: &Ctx<Sparc64>) -> bool {
    let now = cycles(ctx);
    let timers = [&ctx.state.tick, &ctx.state.stick].into_iter().any(|c| until(now, c) == Some(0));
    waiting(ctx) != 0 || ctx.state.vectors.pending || level(ctx.state.softint) > u32::from(ctx.state.pil) || timers
}
