//! Control transfers: the branch, its delay slot and annulment.
//!
//! Branch and slot are lifted together where the slot is an ordinary instruction. Before a slot that can fault the branch writes nPC, and
//! the slot begins with `aux` 1: [`cpu::Target::restore_aux`] then marks the state as delayed. Elsewhere (single steps, slots that
//! transfer control themselves, slots on another page) the branch ends its block with nPC and the mark, and the slot is lifted by
//! itself. SPARC Architecture Manual V9, "Control-Transfer Instructions (CTIs)".

use decode::Flow;
use uop::{Exit, Hint, Val, Width};

use super::lift::Lift;
use super::mode;
use super::state::{MODE, NPC};
use super::trap::tt;

/// Where a control transfer leads behind its slot.
#[derive(Clone, Copy)]
pub enum Dest<'b> {
    /// Always there.
    To(u64),
    /// There if the truth value is 1, else behind the slot.
    If(Val<'b>, u64),
    /// To a computed address.
    Computed(Val<'b>, Hint),
}

/// What an instruction in a delay slot may do.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Slot {
    /// It computes and can't fault.
    Plain,
    /// It may fault.
    Faulting,
    /// It transfers control.
    Transfer,
}

/// Sorts an encoding by op, op2 and op3; what is unknown may fault.
fn kind_of(bits: u64) -> Slot {
    let (op, op2, op3) = (bits >> 30, bits >> 22 & 7, bits >> 19 & 0x3f);
    match (op, op2, op3) {
        (0, 4, _) => Slot::Plain,
        (0, 0, _) => Slot::Faulting,
        (0 | 1, ..) => Slot::Transfer,
        // DONE, RETRY, JMPL, RETURN, Tcc.
        (2, _, 0x38 | 0x39 | 0x3a | 0x3e) => Slot::Transfer,
        // Additions, logical operations, multiplications, and the same with condition codes.
        (2, _, 0x00..=0x0c | 0x10..=0x18 | 0x1a..=0x1c | 0x25..=0x27) => Slot::Plain,
        _ => Slot::Faulting,
    }
}

impl<'b> Lift<'b> {
    fn is_delayed(&self) -> bool {
        mode::DELAYED.is_set(self.code.mode)
    }

    /// The address behind the slot.
    fn behind_slot(&self) -> u64 {
        self.cut_address(self.pc.wrapping_add(8))
    }

    fn address_const(&self, address: u64) -> Val<'b> {
        self.ir.konst(Width::W64, address)
    }

    /// The target of a branch with this displacement.
    pub fn relative(&self, disp: i64) -> u64 {
        self.cut_address(self.pc.wrapping_add_signed(disp))
    }

    /// Transfers control with a delay slot that is executed in any case.
    pub fn transfer(&self, dest: Dest<'b>) -> Flow {
        let slot = if self.code.alone || self.is_delayed() { None } else { self.slot() };
        match slot.filter(|s| kind_of(s.bits) != Slot::Transfer) {
            Some(slot) => self.with_slot(&slot, dest),
            None => self.without_slot(dest),
        }
    }

    /// nPC behind this control transfer: `next` is where its slot is.
    fn value_of(&self, dest: Dest<'b>, behind_slot: Val<'b>) -> Val<'b> {
        match dest {
            Dest::To(pc) => self.address_const(pc),
            Dest::If(cond, pc) => self.ir.select(cond, self.address_const(pc), behind_slot),
            Dest::Computed(pc, _) => pc,
        }
    }

    /// Goes to the slot, which is lifted by itself.
    fn without_slot(&self, dest: Dest<'b>) -> Flow {
        if self.is_delayed() {
            let next = self.ir.get(NPC);
            self.ir.set(NPC, self.value_of(dest, self.mask_address(next.add_imm(4))));
            return self.end(Exit::Indirect { pc: next.id(), hint: Hint::None });
        }
        self.ir.set(NPC, self.value_of(dest, self.address_const(self.behind_slot())));
        self.change_mode(mode::DELAYED, 1);
        self.end(Exit::Jump { pc: self.next_pc() })
    }

    /// Lifts the slot and then the jump.
    fn with_slot(&self, slot: &Lift<'b>, dest: Dest<'b>) -> Flow {
        self.len.set(8);
        let npc = || self.value_of(dest, self.address_const(self.behind_slot()));
        if kind_of(slot.bits) == Slot::Faulting {
            self.ir.set(NPC, npc());
        }
        self.ir.begin_insn(self.code.offset + 4, 1);
        if !self.lift_slot(slot) {
            return Flow::End;
        }
        if slot.update.get() {
            return self.end(Exit::UpdateIndirect { pc: npc().id() });
        }
        match dest {
            Dest::To(pc) => self.end(Exit::Jump { pc }),
            Dest::If(cond, taken) => self.end(Exit::Branch { cond: cond.id(), taken, fallthrough: self.behind_slot() }),
            Dest::Computed(pc, hint) => self.end(Exit::Indirect { pc: pc.id(), hint }),
        }
    }

    /// Lifts an instruction as slot, which has been begun; `false` when that has ended the block.
    fn lift_slot(&self, slot: &Lift<'b>) -> bool {
        match slot.run() {
            Flow::Next => true,
            Flow::End => false,
            Flow::Illegal => {
                slot.raise(tt::ILLEGAL);
                false
            }
        }
    }

    /// A branch with the annul bit: its slot is executed only if it is taken.
    pub fn transfer_annulling(&self, cond: Val<'b>, taken: u64) -> Flow {
        if self.is_delayed() {
            return self.annulling_in_slot(cond, taken);
        }
        let slot = if self.code.alone { None } else { self.slot() };
        match slot.filter(|s| kind_of(s.bits) != Slot::Transfer) {
            Some(slot) if mode::ANNUL_TAKEN.is_set(self.code.mode) => self.annulled_slot(&slot, taken),
            Some(_) => {
                self.ir.taken_mode(mode::ANNUL_TAKEN.with(self.mode(), 1));
                self.end(Exit::Branch { cond: cond.id(), taken: self.pc, fallthrough: self.behind_slot() })
            }
            None => self.annulling_without_slot(cond, taken),
        }
    }

    /// The slot of a branch that is taken, and the jump.
    fn annulled_slot(&self, slot: &Lift<'b>, taken: u64) -> Flow {
        self.len.set(8);
        if kind_of(slot.bits) == Slot::Faulting {
            self.ir.set(NPC, self.address_const(taken));
        }
        self.ir.enter_mode(slot.mode());
        if !self.lift_slot(slot) {
            return Flow::End;
        }
        self.end(if slot.update.get() { Exit::Update { pc: taken } } else { Exit::Jump { pc: taken } })
    }

    /// The branch leaves nPC and the mark, if it is taken.
    fn annulling_without_slot(&self, cond: Val<'b>, taken: u64) -> Flow {
        self.ir.set(NPC, self.address_const(taken));
        let delayed = mode::DELAYED.with(self.mode(), 1);
        let modes = [delayed, self.mode()].map(|m| self.ir.konst(Width::W64, m.into()));
        self.ir.set(MODE, self.ir.select(cond, modes[0], modes[1]));
        let to = self.ir.select(cond, self.address_const(self.next_pc()), self.address_const(self.behind_slot()));
        self.end(Exit::UpdateIndirect { pc: to.id() })
    }

    /// A branch with the annul bit that is a delay slot itself.
    fn annulling_in_slot(&self, cond: Val<'b>, taken: u64) -> Flow {
        let next = self.ir.get(NPC);
        let [annulled, behind] = [4, 8].map(|n| self.mask_address(next.add_imm(n)));
        self.ir.set(NPC, self.ir.select(cond, self.address_const(taken), behind));
        self.end(Exit::UpdateIndirect { pc: self.ir.select(cond, next, annulled).id() })
    }

    /// "Branch always" with the annul bit: the slot is not executed at all.
    pub fn transfer_at_once(&self, pc: u64) -> Flow {
        if self.is_delayed() {
            self.change_mode(mode::DELAYED, 0);
            return self.end(Exit::Jump { pc });
        }
        self.end(Exit::Jump { pc })
    }

    /// "Branch never" with the annul bit: skips an instruction.
    pub fn skip_slot(&self) -> Flow {
        if self.is_delayed() {
            let next = self.ir.get(NPC);
            self.change_mode(mode::DELAYED, 0);
            return self.end(Exit::UpdateIndirect { pc: self.mask_address(next.add_imm(4)).id() });
        }
        self.end(Exit::Jump { pc: self.behind_slot() })
    }
}
