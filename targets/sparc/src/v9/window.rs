//! Register windows: SAVE, RESTORE and what RETURN shares with it.
//!
//! All windows have slots of their own, so that changing CWP is changing the mode. SPARC Architecture Manual V9, "Register Windows".

use uop::Val;

use super::lift::Lift;
use super::mode;
use super::state::{CANRESTORE, CANSAVE, CLEANWIN, OTHERWIN};
use super::trap::tt;

impl<'b> Lift<'b> {
    fn step_window(&self, by: u32) {
        let new = (mode::CWP.of(self.mode()) + by) % self.lifter.windows;
        self.change_mode(mode::CWP, new);
    }

    fn count(&self, reg: uop::Reg, by: i64) {
        let value: Val<'b> = self.ir.get(reg);
        self.ir.set(reg, value.add_imm(by));
    }

    /// One more of `up`, one less of OTHERWIN or, where that is 0, of `down`. Counts have five bits.
    pub fn count_window(&self, up: uop::Reg, down: uop::Reg) {
        let other = self.ir.get(OTHERWIN);
        let is_none = other.eq(other.konst(0)).zext(uop::Width::W64);
        let cut = |value: Val<'b>| value & value.konst(31);
        self.ir.set(OTHERWIN, other - (is_none ^ is_none.konst(1)));
        self.ir.set(down, cut(self.ir.get(down) - is_none));
        self.ir.set(up, cut(self.ir.get(up).add_imm(1)));
    }

    /// Raises a spill or clean-window trap if SAVE can't go on.
    pub fn check_save(&self) {
        let (save, restore, clean) = (self.ir.get(CANSAVE), self.ir.get(CANRESTORE), self.ir.get(CLEANWIN));
        self.raise_if(save.eq(save.konst(0)), tt::ANY_SAVE);
        self.raise_if(clean.eq(restore), tt::ANY_SAVE);
    }

    /// Goes to the next window.
    pub fn save_window(&self) {
        self.count(CANSAVE, -1);
        self.count(CANRESTORE, 1);
        self.step_window(1);
    }

    /// Raises a fill trap if RESTORE can't go on.
    pub fn check_restore(&self) {
        let restore = self.ir.get(CANRESTORE);
        self.raise_if(restore.eq(restore.konst(0)), tt::ANY_RESTORE);
    }

    /// Goes to the previous window.
    pub fn restore_window(&self) {
        self.count(CANSAVE, 1);
        self.count(CANRESTORE, -1);
        self.step_window(self.lifter.windows - 1);
    }
}
