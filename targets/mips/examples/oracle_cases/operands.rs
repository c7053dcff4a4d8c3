//! Operands of floating point and of the extensions.

use super::random::Vector;
use mips::ext::Ext;
use mips::lift::Insn;

use crate::place::Place;
use crate::{Case, Generator, put};

impl Generator {
    pub(crate) fn set_floats(&mut self, row: &Insn, bits: u64, case: &mut Case) {
        let is_float = row.guard.all >> Ext::Fpu as u32 & 1 != 0;
        if !is_float {
            return;
        }
        let double = row.name.ends_with("_d");
        let pair = row.name.ends_with("_ps") || row.name.starts_with("cvt_s_p");
        let integer = row.name.ends_with("_w") || row.name.ends_with("_l");
        for (field, lo) in [("fs", 11), ("ft", 16), ("fd", 6), ("fr", 21)] {
            if row.operands.contains(&format!("{{{field}}}")) {
                let high = self.random.next() << 32;
                let value = match () {
                    () if pair => self.random.single() | self.random.single() << 32,
                    () if integer => self.random.integer(),
                    () if double => self.random.double(),
                    () => self.random.single() | high,
                };
                let n = bits::field(bits, lo, 5) as u8;
                if self.fr || n & 1 == 0 {
                    put(&mut case.set, Place::F(n), value);
                } else {
                    put(&mut case.set, Place::F(n & !1), value.rotate_left(32));
                }
            }
        }
        let mut fcsr = self.random.below(4) | (self.random.next() & 0xff80_0000);
        if self.random.below(2) == 0 {
            fcsr |= self.random.next() & 0x7c;
        }
        if self.random.below(16) == 0 {
            fcsr |= self.random.next() & 0xf80;
        }
        let fcsr = fcsr & u64::from(self.fcsr.0) | u64::from(self.fcsr.1);
        put(&mut case.set, Place::Fcsr, fcsr);
    }

    /// Operands of the DSP and MSA extensions.
    pub(crate) fn set_extensions(&mut self, row: &Insn, bits: u64, case: &mut Case) {
        let has = |ext: Ext| row.guard.all >> ext as u32 & 1 != 0;
        if has(Ext::Dsp) || has(Ext::DspR2) {
            for n in 0..6 {
                put(&mut case.set, Place::Extension(n), bits::sign_extend(self.random.integer(), 32));
            }
            put(&mut case.set, Place::Extension(6), self.random.next() & 0x0fff_7fbf);
        }
        if has(Ext::Msa) {
            for (operand, lo) in [("{wd}", 6), ("{ws}", 11), ("{wt}", 16)] {
                if row.operands.contains(operand) {
                    let n = bits::field(bits, lo, 5) as u8;
                    let kind = self.random.below(4);
                    let (low, high) = (self.random.lanes(kind), self.random.lanes(kind));
                    put(&mut case.set, Place::F(n), low);
                    put(&mut case.set, Place::High(n), high);
                }
            }
            let mut control = self.random.below(4);
            if self.random.below(2) == 0 {
                // Enables, FS and NX, and flags that are set.
                control |= self.random.next() & 0x0104_007c;
                control |= if self.random.below(4) == 0 { self.random.next() & 0xf80 } else { 0 };
            }
            put(&mut case.set, Place::Extension(7), control);
        }
    }
}
