//! What system registers, traps and page walks see of a hart, whatever its XLEN. `cpu::Ctx` is one; tests have their own.

use bits::Endian;
use cpu::{Ctx, Target};
use uop::{Reg, Width};

use crate::csr::Csrs;
use crate::model::Model;

/// A hart between two instructions.
pub(crate) trait Hart {
    /// The system registers.
    fn csrs(&self) -> &Csrs;

    /// The same, to be changed.
    fn csrs_mut(&mut self) -> &mut Csrs;

    /// The CPU model.
    fn model(&self) -> &Model;

    /// `mhartid`.
    fn hart_id(&self) -> u64;

    /// The interrupt lines, numbered as the bits of `mip`.
    fn lines(&self) -> u64;

    /// Ticks of the board's timebase: the `time` CSR.
    fn time(&self) -> u64;

    /// Instructions executed before the one at work.
    fn executed(&self) -> u64;

    /// A register of the register file.
    fn file(&self, reg: Reg) -> u64;

    /// Writes a register of the register file.
    fn set_file(&mut self, reg: Reg, value: u64);

    /// The program counter; stale while an instruction is at work.
    fn pc(&self) -> u64;

    /// Makes `pc` the next instruction's address.
    fn set_pc(&mut self, pc: u64);

    /// Forgets all translations.
    fn flush_tlb(&mut self);

    /// Forgets the translation of the page at a virtual address.
    fn flush_tlb_page(&mut self, address: u64);

    /// Ends the reservation of `lr`.
    fn clear_reservation(&mut self);

    /// Reads physical memory, little-endian; `None` when nothing answers there.
    fn phys_read(&mut self, phys: u64, width: Width) -> Option<u64>;

    /// Atomically replaces `expected` by `new` in RAM; `Some(false)` when something else was there, `None` when there is no RAM.
    fn phys_replace(&mut self, phys: u64, expected: u64, new: u64, width: Width) -> Option<bool>;
}

impl<T: Target<Model = Model, State = Csrs>> Hart for Ctx<T> {
    fn csrs(&self) -> &Csrs {
        &self.state
    }

    fn csrs_mut(&mut self) -> &mut Csrs {
        &mut self.state
    }

    fn model(&self) -> &Model {
        self.model()
    }

    fn hart_id(&self) -> u64 {
        u64::from(self.index())
    }

    fn lines(&self) -> u64 {
        self.lines()
    }

    fn time(&self) -> u64 {
        let ticks = u128::from(self.now()) * u128::from(self.model().timebase_hz) / 1_000_000_000;
        ticks as u64
    }

    fn executed(&self) -> u64 {
        self.executed()
    }

    fn file(&self, reg: Reg) -> u64 {
        self.reg(reg)
    }

    fn set_file(&mut self, reg: Reg, value: u64) {
        self.set_reg(reg, value);
    }

    fn pc(&self) -> u64 {
        self.pc()
    }

    fn set_pc(&mut self, pc: u64) {
        self.set_pc(pc);
    }

    fn flush_tlb(&mut self) {
        self.flush_tlb();
    }

    fn flush_tlb_page(&mut self, address: u64) {
        self.flush_tlb_page(address);
    }

    fn clear_reservation(&mut self) {
        self.clear_reservation();
    }

    fn phys_read(&mut self, phys: u64, width: Width) -> Option<u64> {
        self.phys_read(phys, width, Endian::Little).ok()
    }

    fn phys_replace(&mut self, phys: u64, expected: u64, new: u64, width: Width) -> Option<bool> {
        self.phys_compare_exchange(phys, expected, new, width, Endian::Little).ok()
    }
}
