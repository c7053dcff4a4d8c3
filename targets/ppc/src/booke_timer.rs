//! The timers of BookE and of the 40x: decrementer (PIT), fixed-interval timer, watchdog.
//!
//! Power ISA 2.07B, Book III-E, chapter 9, "Timer Facilities"; PPC405 Processor Core User's Manual, chapter 6, "Timer Facilities"; EREF, "TCR" with FPEXT and WPEXT.
//!
//! Nothing runs: [`due`] says which bits of TSR time has set since they were last looked at, [`sync`] sets them.

use cpu::Ctx;

use crate::board::Board;
use crate::ext::Ext;
use crate::model::Family;
use crate::spr;
use crate::spr::n::{TCR, TSR};
use crate::target::Ppc;
use crate::trap::Vector;

/// TSR: the watchdog's state and its interrupt, the last reset's cause.
const ENW: u64 = 1 << 31;
const WIS: u64 = 1 << 30;
const WRS: u32 = 28;
/// TSR: the decrementer's (PIT's) interrupt, and that of the fixed-interval timer. Their enables are at the same places in TCR.
const DIS: u64 = 1 << 27;
const FIS: u64 = 1 << 26;
/// TCR: enables of watchdog, decrementer and fixed-interval timer; DEC is loaded again.
const WIE: u64 = 1 << 27;
const DIE: u64 = 1 << 26;
const FIE: u64 = 1 << 23;
const ARE: u64 = 1 << 22;

/// Auto-reload value; the PIT's on a 40x.
pub(crate) const DECAR: u32 = 54;

/// When the timers have something to do, as values of the time base.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Timers {
    /// DEC gets to 0.
    dec: Option<u64>,
    /// The bit that the fixed-interval timer looks at gets 1.
    fit: u64,
    /// The same for the watchdog.
    watchdog: u64,
}

/// The bits of the time base that the fixed-interval timer and the watchdog look at, from the lowest.
fn bits<T: Ppc>(ctx: &Ctx<T>) -> [u32; 2] {
    let tcr = ctx.state.spr(TCR);
    let (fp, wp) = ((tcr >> 24 & 3) as u32, (tcr >> 30 & 3) as u32);
    if ctx.model().has(Ext::Mas) {
        let (fpext, wpext) = ((tcr >> 13 & 15) as u32, (tcr >> 17 & 15) as u32);
        return [63 - (fpext << 2 | fp), 63 - (wpext << 2 | wp)];
    }
    match ctx.model().family() {
        // Periods of 2^9, 2^13, 2^17, 2^21 and of 2^17, 2^21, 2^25, 2^29 ticks.
        Family::P403 | Family::P405 => [8 + 4 * fp, 16 + 4 * wp],
        // Of 2^13, 2^17, 2^21, 2^25 and of 2^21, 2^25, 2^29, 2^33.
        _ => [12 + 4 * fp, 20 + 4 * wp],
    }
}

/// When `bit` of the time base gets 1 next, counted from `now`.
fn next_rise(now: u64, bit: u32) -> u64 {
    let half = 1u64 << bit;
    let period = half << 1;
    let low = if period == 0 { u64::MAX } else { period - 1 };
    (now.wrapping_add(half) & !low).wrapping_add(half)
}

fn passed(now: u64, at: u64) -> bool {
    (now.wrapping_sub(at) as i64) >= 0
}

/// Bits of TSR that are to be set by now.
fn due<T: Ppc>(ctx: &Ctx<T>) -> u64 {
    let (now, timers) = (spr::time_base(ctx), &ctx.state.timers);
    let mut bits = 0;
    if timers.dec.is_some_and(|at| passed(now, at)) {
        bits |= DIS;
    }
    if passed(now, timers.fit) {
        bits |= FIS;
    }
    if passed(now, timers.watchdog) {
        // "Watchdog Timer": the first time-out arms it, the second one interrupts, the third one resets.
        bits |= if ctx.state.spr(TSR) & ENW == 0 { ENW } else { WIS };
    }
    bits
}

/// Does what time has brought about.
pub(crate) fn sync<T: Ppc>(ctx: &mut Ctx<T>) {
    let due = due(ctx);
    if due == 0 {
        return;
    }
    let (now, tsr) = (spr::time_base(ctx), ctx.state.spr(TSR));
    if due & DIS != 0 {
        let reload = ctx.state.spr(DECAR);
        let again = ctx.state.spr(TCR) & ARE != 0 && reload != 0;
        let at = ctx.state.timers.dec.unwrap_or(now);
        // Periods that nobody has looked at are one.
        let behind = if again { now.wrapping_sub(at) % reload } else { 0 };
        ctx.state.timers.dec = again.then(|| now.wrapping_sub(behind).wrapping_add(reload));
    }
    let [fit, watchdog] = bits(ctx);
    if due & FIS != 0 {
        ctx.state.timers.fit = next_rise(now, fit);
    }
    if due & (ENW | WIS) != 0 {
        ctx.state.timers.watchdog = next_rise(now, watchdog);
        let action = ctx.state.spr(TCR) >> 28 & 3;
        if due & WIS != 0 && tsr & WIS != 0 && action != 0 {
            ctx.state.set_spr(TSR, tsr & !(3 << WRS) | action << WRS);
            if let Some(board) = ctx.shared::<Board>() {
                board.reset();
            }
            return;
        }
    }
    ctx.state.set_spr(TSR, tsr | due);
}

/// After reset, and when the periods or the time base change.
pub(crate) fn restart<T: Ppc>(ctx: &mut Ctx<T>) {
    let now = spr::time_base(ctx);
    let [fit, watchdog] = bits(ctx);
    ctx.state.timers.fit = next_rise(now, fit);
    ctx.state.timers.watchdog = next_rise(now, watchdog);
}

/// What the timers ask for, by falling priority, whatever MSR says.
pub(crate) fn pending<T: Ppc>(ctx: &Ctx<T>) -> impl Iterator<Item = Vector> + use<T> {
    let (tsr, tcr) = (ctx.state.spr(TSR) | due(ctx), ctx.state.spr(TCR));
    let asks = [(WIS, WIE, Vector::Watchdog), (FIS, FIE, Vector::FixedInterval), (DIS, DIE, Vector::Decrementer)];
    asks.into_iter().filter(move |(status, enable, _)| tsr & status != 0 && tcr & enable != 0).map(|(_, _, v)| v)
}

/// When [`pending`] or the watchdog's reset may be next, as a value of the time base.
pub(crate) fn deadline<T: Ppc>(ctx: &Ctx<T>) -> Option<u64> {
    let (tsr, tcr, timers) = (ctx.state.spr(TSR), ctx.state.spr(TCR), &ctx.state.timers);
    let dec = timers.dec.filter(|_| tcr & DIE != 0 && tsr & DIS == 0);
    let fit = (tcr & FIE != 0 && tsr & FIS == 0).then_some(timers.fit);
    let watchdog = (tcr & WIE != 0 || tcr >> 28 & 3 != 0).then_some(timers.watchdog);
    let now = spr::time_base(ctx);
    dec.into_iter().chain(fit).chain(watchdog).min_by_key(|at| at.wrapping_sub(now) as i64)
}

/// DEC or PIT.
pub(crate) fn read<T: Ppc>(ctx: &Ctx<T>) -> u64 {
    let now = spr::time_base(ctx);
    match ctx.state.timers.dec {
        Some(at) if !passed(now, at) => at.wrapping_sub(now) & 0xffff_ffff,
        Some(at) if ctx.state.spr(TCR) & ARE != 0 && ctx.state.spr(DECAR) != 0 => {
            let reload = ctx.state.spr(DECAR);
            reload - now.wrapping_sub(at) % reload
        }
        _ => 0,
    }
}

/// Writes DEC or PIT: nothing happens when it is written to be 0.
pub(crate) fn write<T: Ppc>(ctx: &mut Ctx<T>, value: u64) {
    sync(ctx);
    let value = value & 0xffff_ffff;
    ctx.state.timers.dec = (value != 0).then(|| spr::time_base(ctx).wrapping_add(value));
}

/// TSR.
pub(crate) fn read_tsr<T: Ppc>(ctx: &Ctx<T>) -> u64 {
    ctx.state.spr(TSR) | due(ctx)
}

/// Writing ones clears.
pub(crate) fn write_tsr<T: Ppc>(ctx: &mut Ctx<T>, value: u64) {
    sync(ctx);
    let tsr = ctx.state.spr(TSR);
    ctx.state.set_spr(TSR, tsr & !value);
}

/// Writes TCR.
pub(crate) fn write_tcr<T: Ppc>(ctx: &mut Ctx<T>, value: u64) {
    sync(ctx);
    let before = bits(ctx);
    ctx.state.set_spr(TCR, value & 0xffff_ffff);
    if bits(ctx) != before {
        restart(ctx);
    }
}

/// The time base jumps by `distance`: DEC counts on from where it was.
pub(crate) fn moved<T: Ppc>(ctx: &mut Ctx<T>, distance: u64) {
    if let Some(at) = ctx.state.timers.dec {
        ctx.state.timers.dec = Some(at.wrapping_add(distance));
    }
    restart(ctx);
}

#[cfg(test)]
mod tests {
    use super::next_rise;

    #[test]
    fn rises() {
        assert_eq!([0, 3, 4, 7, 8].map(|now| next_rise(now, 2)), [4, 4, 12, 12, 12]);
        assert_eq!(next_rise(5, 63), 1 << 63);
    }
}
