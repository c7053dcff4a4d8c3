//! Lifting of flags: setting them, and conditions.

use uop::{Reg, Width};

use crate::flags::{self, Op};
use crate::helper;
use crate::lift::{Lift, V, log2, width};
use crate::state::{CC_A, CC_B, CC_C, CC_KIND};

impl<'b> Lift<'b> {
    /// Sets a register to a constant unless it is known to hold it.
    fn set_konst(&self, reg: Reg, w: Width, value: u64) {
        if self.ir.constant_in(reg) != Some(value) {
            self.ir.set(reg, self.ir.konst(w, value));
        }
    }

    /// Sets the flags.
    pub(crate) fn set_flags(&self, op: Op, w: Width, a: V<'b>, b: Option<V<'b>>, c: Option<V<'b>>) {
        self.set_konst(CC_KIND, Width::W8, flags::kind(op, log2(w)).into());
        self.ir.set(CC_A, a.zext(Width::W64));
        for (reg, value) in [(CC_B, b), (CC_C, c)] {
            match value {
                Some(value) => self.ir.set(reg, value.zext(Width::W64)),
                // A kind that has no such operand does not look at it.
                None => self.ir.forget(reg),
            }
        }
    }

    /// Sets the flags if `cond`, a truth value, is 1.
    pub(crate) fn set_flags_if(&self, cond: V<'b>, op: Op, w: Width, a: V<'b>, b: V<'b>) {
        let pick = |reg: Reg, value: V<'b>| self.ir.set(reg, self.ir.select(cond, value, self.ir.get(reg)));
        pick(CC_KIND, self.ir.konst(Width::W8, flags::kind(op, log2(w)).into()));
        pick(CC_A, a.zext(Width::W64));
        pick(CC_B, b.zext(Width::W64));
    }

    /// All flags as bits, 64 bits wide.
    pub(crate) fn flags(&self) -> V<'b> {
        let get = |r| self.ir.get(r);
        if self.ir.constant_in(CC_KIND) == Some(0) {
            return get(CC_A);
        }
        if self.ir.constant_in(CC_KIND) == Some(flags::kind(Op::Split, 0).into()) {
            return get(CC_A).deposit(0, 1, get(CC_B)).deposit(11, 1, get(CC_C));
        }
        self.ir.call(helper::CC_VALUE, &[get(CC_KIND).zext(Width::W64), get(CC_A), get(CC_B), get(CC_C)])
    }

    /// Sets CF and OF, 64 bits wide and 0 or 1, and leaves the other flags.
    pub(crate) fn set_carry_overflow(&self, carry: V<'b>, overflow: V<'b>) {
        let flags = self.flags();
        self.set_flags(Op::Split, Width::W8, flags, Some(carry), Some(overflow));
    }

    /// Sets CF, 64 bits wide and 0 or 1, and leaves the other flags.
    pub(crate) fn set_carry(&self, carry: V<'b>) {
        let flags = self.flags();
        self.set_flags(Op::Split, Width::W8, flags, Some(carry), Some(flags.extract(11, 1)));
    }

    /// Sets the flags to bits.
    pub(crate) fn set_flag_bits(&self, bits: V<'b>) {
        self.set_flags(Op::Flags, Width::W8, bits, None, None);
    }

    /// Whether condition `cc` (the low four bits of Jcc's opcode) holds, a truth value.
    pub(crate) fn cond(&self, cc: u8) -> V<'b> {
        let known = self.ir.constant_in(CC_KIND).and_then(|kind| self.known_cond(kind, cc & 14));
        let yes = known.unwrap_or_else(|| match cc >> 1 {
            1 => self.any_carry().trunc(Width::W1),
            _ => self.cond_of_bits(cc & 14),
        });
        if cc & 1 != 0 { !yes } else { yes }
    }

    /// CF of operands of whatever kind, 64 bits wide.
    fn any_carry(&self) -> V<'b> {
        let get = |r| self.ir.get(r);
        self.ir.call(helper::CC_CARRY, &[get(CC_KIND).zext(Width::W64), get(CC_A), get(CC_B), get(CC_C)])
    }

    fn cond_of_bits(&self, cc: u8) -> V<'b> {
        let f = self.flags();
        let bit = |n: u32| f.extract(n, 1).trunc(Width::W1);
        match cc >> 1 {
            0 => bit(11),
            1 => bit(0),
            2 => bit(6),
            3 => bit(0) | bit(6),
            4 => bit(7),
            5 => bit(2),
            6 => bit(7) ^ bit(11),
            _ => bit(6) | (bit(7) ^ bit(11)),
        }
    }

    /// The condition where the kind is known and a few ops do.
    fn known_cond(&self, kind: u64, cc: u8) -> Option<V<'b>> {
        let (op, size) = flags::parts(kind);
        let w = width(1 << size);
        let a = self.ir.get(CC_A).trunc(w);
        let b = || self.ir.get(CC_B).trunc(w);
        let zero = a.konst(0);
        let sum = || match op {
            Op::Sbb => a - b() - self.ir.get(CC_C).trunc(w),
            Op::Sub => a - b(),
            _ => a,
        };
        let overflow = || {
            Some(match op {
                Op::Logic => self.ir.konst(Width::W1, 0),
                Op::Sub | Op::Sbb => ((a ^ b()) & (a ^ sum())).lt_s(zero),
                Op::Add => {
                    let x = a - b();
                    ((x ^ a) & !(x ^ b())).lt_s(zero)
                }
                Op::Inc | Op::Neg => a.eq(a.konst(1 << (w.bits() - 1))),
                Op::Dec => a.eq(a.konst((1 << (w.bits() - 1)) - 1)),
                _ => return None,
            })
        };
        let is_result = !matches!(op, Op::Flags | Op::Sub | Op::Sbb);
        Some(match (cc >> 1, op) {
            (1, Op::Split) => self.ir.get(CC_B).trunc(Width::W1),
            (0, Op::Split) => self.ir.get(CC_C).trunc(Width::W1),
            (_, Op::Flags | Op::Split) => return None,
            (0, _) => overflow()?,
            (1, Op::Sub | Op::Add) => a.lt_u(b()),
            // The operands are extended with zeros, so that this sum is exact.
            (1, Op::Adc | Op::Sbb) if w < Width::W64 => self.ir.get(CC_A).lt_u(self.ir.get(CC_B) + self.ir.get(CC_C)),
            (1, Op::Adc | Op::Sbb) => a.lt_u(b()) | (self.ir.get(CC_C).trunc(Width::W1) & a.eq(b())),
            (1 | 3, _) if op == Op::Logic => {
                if cc >> 1 == 1 {
                    self.ir.konst(Width::W1, 0)
                } else {
                    a.eq(zero)
                }
            }
            (1, Op::Inc | Op::Dec | Op::Mul | Op::Bls) => self.ir.get(CC_B).is_nonzero(),
            (1, Op::Neg) => zero.lt_u(a),
            (1, Op::Shl) => b().lt_s(zero),
            (1, Op::Shr) => b().trunc(Width::W1),
            (2, Op::Sub) => a.eq(b()),
            (2, _) => sum().eq(zero),
            (3, Op::Sub) => a.le_u(b()),
            (4, _) => sum().lt_s(zero),
            (6, Op::Sub) => a.lt_s(b()),
            (6, Op::Logic) => a.lt_s(zero),
            (6, _) if is_result || op == Op::Sbb => sum().lt_s(zero) ^ overflow()?,
            (7, Op::Sub) => a.le_s(b()),
            (7, Op::Logic) => a.le_s(zero),
            (7, Op::Inc | Op::Dec | Op::Add | Op::Neg) => a.eq(zero) | (a.lt_s(zero) ^ overflow()?),
            _ => return None,
        })
    }

    /// CF as a number of width `w`.
    pub(crate) fn carry(&self, w: Width) -> V<'b> {
        match self.ir.constant_in(CC_KIND).map(|kind| flags::parts(kind).0) {
            // It is there as 0 or 1.
            Some(Op::Split | Op::Inc | Op::Dec) => self.ir.get(CC_B).trunc(w),
            Some(Op::Flags) | None => self.any_carry().trunc(w),
            Some(_) => self.cond(2).zext(w),
        }
    }
}
