//! Register windows: SAVE, RESTORE and what RETURN shares with it; CANSAVE and CANRESTORE.
//!
//! All windows have slots of their own, so that changing CWP is changing the mode. SPARC Architecture Manual V9, "Register Windows".
//!
//! SAVE and RESTORE move CWP, CANSAVE and CANRESTORE together. What they leave as it is are the window out of which SAVE traps, the one out of
//! which RESTORE traps, and the sum of the two counts: these are kept, and the counts follow. So either instruction is one comparison with
//! a constant. That works as long as CANRESTORE is at most CLEANWIN and the windows between the two stops are less than all. Other states, which
//! no system makes, have a mode of their own, [`mode::ODD_WINDOWS`], where both are counted.

use cpu::Ctx;
use uop::Val;

use super::lift::Lift;
use super::mode;
use super::state::{CANRESTORE, CLEANWIN, OTHERWIN, RESTORE_STOP, SAVE_STOP, WINDOW_SUM};
use super::sys;
use super::target::Sparc64;
use super::trap::{Fault, tt};

/// Counts have five bits.
const COUNT: u64 = 31;

fn windows(ctx: &Ctx<Sparc64>) -> u64 {
    ctx.model().windows().into()
}

fn is_odd(ctx: &Ctx<Sparc64>) -> bool {
    mode::ODD_WINDOWS.is_set(sys::mode(ctx))
}

/// CANSAVE and CANRESTORE.
pub(crate) fn counts(ctx: &Ctx<Sparc64>) -> (u64, u64) {
    if is_odd(ctx) {
        return (ctx.reg(WINDOW_SUM) & COUNT, ctx.reg(CANRESTORE) & COUNT);
    }
    let n = windows(ctx);
    let restore = (u64::from(sys::cwp(ctx)) + n - ctx.reg(RESTORE_STOP) % n) % n;
    (ctx.reg(WINDOW_SUM).wrapping_sub(restore) & COUNT, restore)
}

/// Writes CANSAVE and CANRESTORE.
pub(crate) fn put_counts(ctx: &mut Ctx<Sparc64>, (save, restore): (u64, u64)) {
    let (n, cwp, sum) = (windows(ctx), u64::from(sys::cwp(ctx)), save + restore);
    let last = sum.min(ctx.reg(CLEANWIN));
    let odd = restore > last || last >= n || sum > COUNT;
    sys::put_mode(ctx, mode::ODD_WINDOWS, odd.into());
    ctx.set_reg(WINDOW_SUM, if odd { save } else { sum });
    ctx.set_reg(CANRESTORE, restore);
    ctx.set_reg(RESTORE_STOP, (cwp + n - restore % n) % n);
    ctx.set_reg(SAVE_STOP, (cwp + last.saturating_sub(restore)) % n);
}

/// Writes CLEANWIN.
pub(crate) fn put_clean(ctx: &mut Ctx<Sparc64>, value: u64) {
    let counts = counts(ctx);
    ctx.set_reg(CLEANWIN, value);
    put_counts(ctx, counts);
}

/// Writes CWP, which must be a window's number; the counts stay.
pub(crate) fn put_cwp(ctx: &mut Ctx<Sparc64>, cwp: u32) {
    let n = windows(ctx);
    let by = u64::from(cwp) + n - u64::from(sys::cwp(ctx)) % n;
    sys::put_mode(ctx, mode::CWP, cwp);
    if !by.is_multiple_of(n) && !is_odd(ctx) {
        for stop in [SAVE_STOP, RESTORE_STOP] {
            ctx.set_reg(stop, (ctx.reg(stop) % n + by) % n);
        }
    }
}

/// What SAVED, RESTORED and the window instructions of UltraSPARC Architecture 2005 are, by their number in rd.
fn change(ctx: &Ctx<Sparc64>, number: u64) -> [u64; 4] {
    let (save, restore) = counts(ctx);
    let (clean, other, all) = (ctx.reg(CLEANWIN), ctx.reg(OTHERWIN), windows(ctx));
    let own = u64::from(other == 0);
    match number {
        // "SAVED": one more window that SAVE may enter, one less of OTHERWIN if there is one, else of CANRESTORE.
        0 => [(save + 1) & COUNT, restore.wrapping_sub(own) & COUNT, clean, other - (own ^ 1)],
        // "RESTORED": the same the other way round; and the window is clean.
        1 => {
            let clean = clean + u64::from(clean < all - 1);
            [save.wrapping_sub(own) & COUNT, (restore + 1) & COUNT, clean, other - (own ^ 1)]
        }
        // ALLCLEAN, OTHERW, NORMALW, INVALW.
        2 => [save, restore, all - 1, other],
        3 => [save, 0, clean, restore],
        4 => [save, other, clean, 0],
        _ => [all - 2, 0, clean, 0],
    }
}

fn apply(ctx: &mut Ctx<Sparc64>, [save, restore, clean, other]: [u64; 4]) {
    ctx.set_reg(CLEANWIN, clean);
    ctx.set_reg(OTHERWIN, other);
    put_counts(ctx, (save, restore));
}

/// Helper: SAVED and its like, by number. The second argument says that the block goes on in the mode that it has: it must not if that has
/// changed, so that the instruction, which is over, ends by an exception that is none.
pub(crate) fn operate(ctx: &mut Ctx<Sparc64>, [number, stays, ..]: [u64; 4]) -> Result<u64, Fault> {
    let (before, new) = (sys::mode(ctx), change(ctx, number));
    apply(ctx, new);
    if stays != 0 && is_odd(ctx) != mode::ODD_WINDOWS.is_set(before) {
        return Err(Fault::new(tt::WINDOWS_CHANGED));
    }
    Ok(0)
}

impl<'b> Lift<'b> {
    fn step_window(&self, by: u32) {
        let new = (mode::CWP.of(self.mode()) + by) % self.lifter.windows;
        self.change_mode(mode::CWP, new);
    }

    fn is_odd(&self) -> bool {
        mode::ODD_WINDOWS.is_set(self.mode())
    }

    /// Counts, where that is done: CANRESTORE goes by `by`, CANSAVE the other way.
    fn count(&self, by: i64) {
        if self.is_odd() {
            for (reg, by) in [(WINDOW_SUM, -by), (CANRESTORE, by)] {
                let value: Val<'b> = self.ir.get(reg).add_imm(by);
                self.ir.set(reg, value & value.konst(COUNT));
            }
        }
    }

    fn stop_at(&self, stop: uop::Reg, tt: u16) {
        self.raise_if(self.ir.get(stop).eq(self.konst(mode::CWP.of(self.mode()).into())), tt);
    }

    /// Raises a spill or clean-window trap if SAVE can't go on.
    pub fn check_save(&self) {
        if !self.is_odd() {
            return self.stop_at(SAVE_STOP, tt::ANY_SAVE);
        }
        let (save, restore, clean) = (self.ir.get(WINDOW_SUM), self.ir.get(CANRESTORE), self.ir.get(CLEANWIN));
        self.raise_if(save.eq(save.konst(0)), tt::ANY_SAVE);
        self.raise_if(clean.eq(restore), tt::ANY_SAVE);
    }

    /// Goes to the next window.
    pub fn save_window(&self) {
        self.count(1);
        self.step_window(1);
    }

    /// Raises a fill trap if RESTORE can't go on.
    pub fn check_restore(&self) {
        if !self.is_odd() {
            return self.stop_at(RESTORE_STOP, tt::ANY_RESTORE);
        }
        let restore = self.ir.get(CANRESTORE);
        self.raise_if(restore.eq(restore.konst(0)), tt::ANY_RESTORE);
    }

    /// Goes to the previous window.
    pub fn restore_window(&self) {
        self.count(-1);
        self.step_window(self.lifter.windows - 1);
    }
}
