//! Delayed control transfer: branches with their slots, in all the ways they can be lifted.
//!
//! SPARC Architecture Manual Version 8, "Control-Transfer Instructions", "Delayed Control-Transfer Instructions", "Delayed Control
//! Transfer Couples".
//!
//! Mostly branch and slot are lifted together, and the block ends behind the slot. Where that can't be (the slot is a branch itself, ends
//! the block or lies on another page, or the CPU runs single steps), the branch writes `npc` and the mark *delayed*, and the slot is
//! lifted on its own in the mode [`mode::DELAYED`]. An annulling branch that is taken leads to its own address in the mode
//! [`mode::ANNUL_TAKEN`], where its slot is lifted with the jump behind it.

use decode::Flow;
use uop::{Exit, Hint, Val, Width};

use crate::lift::{Cond, Jump, Lift, aux, may_fault};
use crate::mode;
use crate::state;

impl<'b> Lift<'b> {
    /// The next pc as a value.
    fn target(&self, to: Jump<'b>) -> Val<'b> {
        match to {
            Jump::To(pc) | Jump::Call(pc) => self.ir.konst(self.width(), pc),
            Jump::By(pc, _) => pc,
        }
    }

    /// Jumps behind the delay slot.
    pub fn jump(&self, to: Jump<'b>) -> Flow {
        if self.is_delayed() {
            let here = self.ir.get(state::NPC);
            self.ir.set(state::NPC, self.target(to));
            return self.end(Exit::Indirect { pc: here.id(), hint: Hint::None });
        }
        if self.slot_then(to) { Flow::End } else { self.apart(self.target(to)) }
    }

    /// Jumps behind the delay slot, where the mode may have changed to one that is not known: the slot is always lifted apart.
    pub fn jump_updating(&self, to: Jump<'b>) -> Flow {
        let here = if self.is_delayed() { self.ir.get(state::NPC) } else { self.konst(self.relative(4) as i64) };
        let target = self.target(to);
        self.ir.set(state::NPC, target);
        // Where the jump only goes on, what stands there is no slot: trap handlers return so to the instruction that has trapped.
        self.ir.set(state::DELAYED, target.ne(here.add_imm(4)).zext(Width::W8));
        self.end(Exit::UpdateIndirect { pc: here.id() })
    }

    /// Lifts the delay slot and the jump behind it, if that can be.
    fn slot_then(&self, to: Jump<'b>) -> bool {
        let Some(bits) = self.slot else { return false };
        let known = match to {
            Jump::To(pc) | Jump::Call(pc) => aux::known(self.relative(4), pc, self.width()),
            Jump::By(..) => None,
        };
        if known.is_none() && may_fault(bits) {
            self.ir.set(state::NPC, self.target(to));
        }
        if !self.lift_slot(bits, known.unwrap_or(aux::REGISTER)) {
            return false;
        }
        if matches!(to, Jump::Call(_) | Jump::By(_, Hint::Call)) {
            self.ir.returns_to(self.relative(8));
        }
        self.end(match to {
            Jump::To(pc) | Jump::Call(pc) => Exit::Jump { pc },
            Jump::By(pc, hint) => Exit::Indirect { pc: pc.id(), hint },
        });
        true
    }

    /// Lifts the delay slot; `false`, and nothing has happened, if it can't be lifted so.
    fn lift_slot(&self, bits: u64, aux: u32) -> bool {
        self.ir.begin_insn(self.offset + 4, aux);
        let slot = self.for_slot(bits);
        if slot.dispatch() == Flow::Next {
            self.used.set(8);
            self.entered.set(slot.entered.get().or(self.entered.get()));
            return true;
        }
        self.ir.abandon_insn();
        false
    }

    /// Whether the delay slot could be lifted so.
    fn can_lift_slot(&self, bits: u64) -> bool {
        self.ir.begin_insn(self.offset + 4, 0);
        let slot = self.for_slot(bits).dispatch();
        self.ir.abandon_insn();
        self.ir.enter_mode(self.mode_behind());
        slot == Flow::Next
    }

    /// Ends the block in front of the delay slot, which stands alone: behind it, the CPU goes on at `npc`.
    fn apart(&self, npc: Val<'b>) -> Flow {
        self.ir.set(state::NPC, npc);
        self.set_byte(state::DELAYED, 1);
        self.enter_mode(self.mode_behind() | mode::DELAYED);
        self.end(Exit::Jump { pc: self.relative(4) })
    }

    /// Branches to `target` behind the delay slot, which is annulled if `annul` and the branch is not taken (or is taken always).
    pub fn branch(&self, cond: Cond<'b>, annul: bool, target: u64) -> Flow {
        match cond {
            Cond::Always if annul => self.skip_slot(target),
            Cond::Always => self.jump(Jump::To(target)),
            Cond::Never if annul && self.is_delayed() => {
                let next = self.ir.get(state::NPC).add_imm(4);
                self.leave_delayed(next)
            }
            Cond::Never if annul => self.skip_slot(self.relative(8)),
            Cond::Never => Flow::Next,
            Cond::If(cond) if self.is_delayed() => self.branch_delayed(cond, annul, target),
            Cond::If(cond) if annul => self.branch_annul(cond, target),
            Cond::If(cond) => self.branch_if(cond, target),
        }
    }

    /// On to a known address without the delay slot.
    fn skip_slot(&self, target: u64) -> Flow {
        if self.is_delayed() {
            return self.leave_delayed(self.ir.konst(self.width(), target));
        }
        self.end(Exit::Jump { pc: target })
    }

    fn leave_delayed(&self, pc: Val<'b>) -> Flow {
        self.set_byte(state::DELAYED, 0);
        self.enter_mode(self.mode() & !mode::DELAYED);
        self.end(Exit::Indirect { pc: pc.id(), hint: Hint::None })
    }

    /// A conditional branch in a delay slot.
    fn branch_delayed(&self, cond: Val<'b>, annul: bool, target: u64) -> Flow {
        let here = self.ir.get(state::NPC);
        let (behind, target) = (here.add_imm(4), self.ir.konst(self.width(), target));
        if !annul {
            self.ir.set(state::NPC, self.ir.select(cond, target, behind));
            return self.end(Exit::Indirect { pc: here.id(), hint: Hint::None });
        }
        let pc = self.ir.select(cond, here, behind);
        self.ir.set(state::NPC, target);
        self.ir.set(state::DELAYED, cond.zext(Width::W8));
        self.end(Exit::UpdateIndirect { pc: pc.id() })
    }

    /// A conditional branch that always executes its slot.
    fn branch_if(&self, cond: Val<'b>, target: u64) -> Flow {
        let fallthrough = self.relative(8);
        let npc = || {
            let (taken, not) = (self.ir.konst(self.width(), target), self.ir.konst(self.width(), fallthrough));
            self.ir.select(cond, taken, not)
        };
        if let Some(bits) = self.slot {
            if may_fault(bits) {
                self.ir.set(state::NPC, npc());
            }
            if self.lift_slot(bits, aux::REGISTER) {
                return self.end(Exit::Branch { cond: cond.id(), taken: target, fallthrough });
            }
        }
        self.apart(npc())
    }

    /// A conditional branch that executes its slot only when it is taken.
    fn branch_annul(&self, cond: Val<'b>, target: u64) -> Flow {
        if self.slot.is_some_and(|bits| self.can_lift_slot(bits)) {
            self.ir.taken_mode(self.mode() | mode::ANNUL_TAKEN);
            return self.end(Exit::Branch { cond: cond.id(), taken: self.pc(), fallthrough: self.relative(8) });
        }
        let (slot, behind) = (self.konst(self.relative(4) as i64), self.konst(self.relative(8) as i64));
        let pc = self.ir.select(cond, slot, behind);
        self.ir.set(state::NPC, self.ir.konst(self.width(), target));
        self.ir.set(state::DELAYED, cond.zext(Width::W8));
        self.end(Exit::UpdateIndirect { pc: pc.id() })
    }

    /// The slot of this annulling branch, which is taken: the block that [`Lift::branch_annul`] leads to.
    pub(crate) fn annulled_slot(&self) -> Flow {
        // The branch has been counted where it was evaluated.
        self.ir.abandon_insn();
        let target = Jump::To(self.relative(self.branch_distance()));
        self.enter_mode(self.mode() & !mode::ANNUL_TAKEN);
        if self.slot_then(target) {
            return Flow::End;
        }
        // Another CPU has changed the slot since.
        self.ir.begin_insn(self.offset, 0);
        let flow = self.apart(self.target(target));
        self.enter_mode(self.mode() & !mode::ANNUL_TAKEN | mode::DELAYED);
        flow
    }
}
