//! Floating-point instructions.

use decode::insns;
use uop::{Reg, Val, Width};

use crate::lift::{Cond, Lift};

insns! {
    /// SPARC Architecture Manual Version 8, appendix B: "Floating-point Operate (FPop) Instructions".
    pub INSNS for Lift;
}

/// The relations in which each condition holds, a bit each: equal, less, greater, unordered ("FBfcc").
const RELATIONS: [u64; 16] = [
    0b0000, 0b1110, 0b0110, 0b1010, 0b0010, 0b1100, 0b0100, 0b1000, 0b1111, 0b0001, 0b1001, 0b0101, 0b1101, 0b0011,
    0b1011, 0b0111,
];

impl<'b> Lift<'b> {
    /// Condition `cond` of FBfcc, of the condition codes in `fcc`.
    pub fn fp_condition(&self, cond: u8, fcc: Reg) -> Cond<'b> {
        match cond & 15 {
            0 => Cond::Never,
            8 => Cond::Always,
            cond => {
                let set: Val<'b> = self.ir.konst(Width::W8, RELATIONS[usize::from(cond)]);
                Cond::If(set.shr_u(self.ir.get(fcc)).trunc(Width::W1))
            }
        }
    }
}
