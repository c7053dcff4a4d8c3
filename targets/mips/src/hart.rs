//! What helpers, exceptions and translations see of a CPU, whatever its width. `cpu::Ctx` is one.

use cpu::{Ctx, Target};
use uop::{Mem, Reg};

use crate::cp0::Cp0;
use crate::model::Model;
use crate::shared::Shared;
use crate::trap::Trap;

/// Bytes of a page of memory.
const PAGE: u64 = 4096;

/// A CPU between two instructions.
pub(crate) trait Hart {
    /// Coprocessor 0.
    fn cp0(&self) -> &Cp0;

    /// The same, to be changed.
    fn cp0_mut(&mut self) -> &mut Cp0;

    /// The CPU model.
    fn model(&self) -> &Model;

    /// Number of the CPU on its board.
    fn index(&self) -> u32;

    /// The lines into the CPU, see [`crate::trap::irq`].
    fn lines(&self) -> u64;

    /// Guest time in nanoseconds.
    fn now(&self) -> u64;

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

    /// Fetches see from now on what memory holds.
    fn sync_code(&mut self);

    /// What the CPU shares with others of its board.
    fn shared(&self) -> Option<&Shared>;

    /// The board, apart from the borrow of the CPU.
    fn board(&self) -> std::sync::Arc<dyn cpu::Board>;

    /// Puts the CPU to sleep, or wakes it.
    fn set_halted(&mut self, halted: bool);

    /// The CPU gives up the rest of its turn behind this instruction.
    fn yield_turn(&self);

    /// Ends the reservation of LL.
    fn clear_reservation(&mut self);

    /// Stores as an instruction does.
    fn store(&mut self, address: u64, value: u64, mem: Mem) -> Result<(), Trap>;

    /// The 32-bit word at a virtual address of an unmapped segment, as kernel mode sees it; `None` if there is none.
    fn read_unmapped(&mut self, address: u64) -> Option<u64>;

    /// The word of code at an address, if it can be read without any effect.
    fn peek_word(&self, address: u64) -> Option<u32>;
}

impl<T: Target<Model = Model, State = Cp0, Fault = Trap>> Hart for Ctx<T> {
    fn cp0(&self) -> &Cp0 {
        &self.state
    }

    fn cp0_mut(&mut self) -> &mut Cp0 {
        &mut self.state
    }

    fn model(&self) -> &Model {
        self.model()
    }

    fn index(&self) -> u32 {
        self.index()
    }

    fn lines(&self) -> u64 {
        self.lines()
    }

    fn now(&self) -> u64 {
        self.now()
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

    fn sync_code(&mut self) {
        self.sync_code();
    }

    fn shared(&self) -> Option<&Shared> {
        self.shared::<Shared>()
    }

    fn board(&self) -> std::sync::Arc<dyn cpu::Board> {
        self.board()
    }

    fn set_halted(&mut self, halted: bool) {
        self.set_halted(halted);
    }

    fn yield_turn(&self) {
        self.yield_turn();
    }

    fn clear_reservation(&mut self) {
        self.clear_reservation();
    }

    fn store(&mut self, address: u64, value: u64, mem: Mem) -> Result<(), Trap> {
        self.store(address, value, mem)
    }

    fn read_unmapped(&mut self, address: u64) -> Option<u64> {
        let phys = crate::tlb::unmapped(self.model(), &self.state, address)?;
        let endian = self.model().endian();
        self.phys_read(phys, uop::Width::W32, endian).ok()
    }

    fn peek_word(&self, address: u64) -> Option<u32> {
        let phys = T::translate_debug(self, address)?;
        let page = self.bus().ram_page(phys)?;
        let mut bytes = [0; 4];
        page.ram.read_bytes(page.offset + phys % PAGE, &mut bytes);
        Some(self.model().endian().read(&bytes) as u32)
    }
}
