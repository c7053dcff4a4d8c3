//! Control transfers: the branch, its delay slot and annulment.
//!
//! Branch and slot are lifted together where the slot is an ordinary instruction. Before a slot that can fault a jump writes nPC, and
//! the slot begins with [`aux::REGISTER`]: [`cpu::Target::restore_aux`] then marks the state as delayed. Where the branch can be read again
//! ([`aux::BRANCH`]), it writes nothing, and what it has decided is worked out only if the slot faults. Elsewhere (single steps, slots that
//! transfer control themselves, slots on another page) the branch ends its block with nPC and the mark, and the slot is lifted by
//! itself. SPARC Architecture Manual V9, "Control-Transfer Instructions (CTIs)".

use decode::Flow;
use uop::{Exit, Hint, Val, Width};

use super::format::{Branch19, Branch22, BranchR, Call};
use super::lift::Lift;
use super::mode;
use super::state::{MODE, NPC};
use super::trap::tt;

/// What stands at a delay slot for whoever stops there.
pub mod aux {
    /// nPC is in its register.
    pub const REGISTER: u32 = 1;
    /// The branch before the slot, evaluated again, gives it: nothing that it depends on has changed.
    pub const BRANCH: u32 = 2;
}

/// Where the branch `word` at `pc` leads, if it is one: `icc` holds a condition (0 to 15) of CCR's field 4 or 6, `fcc` one of a
/// floating-point field, `register` gives a register's value.
pub fn branch_target(
    word: u64,
    pc: u64,
    icc: impl Fn(u8, u8) -> bool,
    fcc: impl Fn(u8, u8) -> bool,
    register: impl Fn(u8) -> u64,
) -> u64 {
    let (taken, disp) = match (word >> 30, word >> 22 & 7) {
        (1, _) => (true, Call::from(word).disp),
        (0, 1) => {
            let f = Branch19::from(word);
            (icc(4 + f.cc, f.cond), f.disp)
        }
        (0, 2) => {
            let f = Branch22::from(word);
            (icc(4, f.cond), f.disp)
        }
        (0, 3) => {
            let f = BranchR::from(word);
            (holds(f.rcond, register(f.rs1) as i64), f.disp)
        }
        (0, 5) => {
            let f = Branch19::from(word);
            (fcc(f.cc, f.cond), f.disp)
        }
        _ => {
            let f = Branch22::from(word);
            (fcc(0, f.cond), f.disp)
        }
    };
    if taken { pc.wrapping_add_signed(disp) } else { pc.wrapping_add(8) }
}

/// Register conditions.
fn holds(rcond: u8, value: i64) -> bool {
    match rcond {
        1 => value == 0,
        2 => value <= 0,
        3 => value < 0,
        5 => value != 0,
        6 => value > 0,
        _ => value >= 0,
    }
}

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
        let aux = match dest {
            Dest::Computed(..) => aux::REGISTER,
            _ => aux::BRANCH,
        };
        if kind_of(slot.bits) == Slot::Faulting && aux == aux::REGISTER {
            self.ir.set(NPC, npc());
        }
        self.ir.begin_insn(self.code.offset + 4, aux);
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
