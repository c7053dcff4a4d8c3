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

    /// Fetches see from now on what memory holds.
    fn sync_code(&mut self);

    /// Ends the reservation of `lr`.
    fn clear_reservation(&mut self);

    /// Bytes of the access that is being translated.
    fn access_len(&self) -> u32;

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
        (ticks as u64).wrapping_add(self.timebase_offset())
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

    fn sync_code(&mut self) {
        self.sync_code();
    }

    fn clear_reservation(&mut self) {
        self.clear_reservation();
    }

    fn access_len(&self) -> u32 {
        self.access_len()
    }

    fn phys_read(&mut self, phys: u64, width: Width) -> Option<u64> {
        self.phys_read(phys, width, Endian::Little).ok()
    }

    fn phys_replace(&mut self, phys: u64, expected: u64, new: u64, width: Width) -> Option<bool> {
        self.phys_compare_exchange(phys, expected, new, width, Endian::Little).ok()
    }
}

/// A hart for tests: memory is a map of words, time and lines are what the test says.
#[cfg(test)]
pub(crate) mod fake {
    use std::collections::BTreeMap;

    use uop::{Reg, Width};

    use super::Hart;
    use crate::csr::{self, Access, Csrs, Denied};
    use crate::model::Model;

    pub(crate) struct Fake {
        pub(crate) csrs: Csrs,
        pub(crate) model: Model,
        pub(crate) lines: u64,
        pub(crate) time: u64,
        pub(crate) executed: u64,
        pub(crate) pc: u64,
        pub(crate) file: [u64; 66],
        pub(crate) flushes: Vec<Option<u64>>,
        /// Physical memory: an entry for each address that holds something, as wide as it was written.
        pub(crate) memory: BTreeMap<u64, u64>,
    }

    impl Fake {
        /// A hart after reset; `cpu` as `-cpu` takes it.
        pub(crate) fn new(xlen: u32, cpu: &str) -> Fake {
            let model = Model::parse(xlen, cpu).expect("the tests name models that exist");
            Fake {
                csrs: Csrs::new(&model),
                model,
                lines: 0,
                time: 0,
                executed: 0,
                pc: 0,
                file: [0; 66],
                flushes: Vec::new(),
                memory: BTreeMap::new(),
            }
        }

        fn number(name: &str) -> u16 {
            csr::by_name(name).unwrap_or_else(|| panic!("no CSR is called {name}"))
        }

        /// Carries out a CSR instruction.
        pub(crate) fn access(&mut self, name: &str, how: Access) -> Result<u64, Denied> {
            let result = csr::access(self, Fake::number(name), how);
            self.executed += 1;
            result
        }

        pub(crate) fn read(&mut self, name: &str) -> u64 {
            self.access(name, Access::Read).unwrap_or_else(|Denied| panic!("{name} may not be read"))
        }

        pub(crate) fn write(&mut self, name: &str, value: u64) {
            self.access(name, Access::Write(value)).unwrap_or_else(|Denied| panic!("{name} may not be written"));
        }

        /// What a register holds after all ones, then zeros have been written: the bits that stuck.
        pub(crate) fn bits_of(&mut self, name: &str) -> (u64, u64) {
            self.write(name, u64::MAX);
            let ones = self.read(name);
            self.write(name, 0);
            (ones, self.read(name))
        }
    }

    impl Hart for Fake {
        fn csrs(&self) -> &Csrs {
            &self.csrs
        }
        fn csrs_mut(&mut self) -> &mut Csrs {
            &mut self.csrs
        }
        fn model(&self) -> &Model {
            &self.model
        }
        fn hart_id(&self) -> u64 {
            3
        }
        fn lines(&self) -> u64 {
            self.lines
        }
        fn time(&self) -> u64 {
            self.time
        }
        fn executed(&self) -> u64 {
            self.executed
        }
        fn file(&self, reg: Reg) -> u64 {
            self.file[reg.index()]
        }
        fn set_file(&mut self, reg: Reg, value: u64) {
            self.file[reg.index()] = value;
        }
        fn pc(&self) -> u64 {
            self.pc
        }
        fn set_pc(&mut self, pc: u64) {
            self.pc = pc;
        }
        fn flush_tlb(&mut self) {
            self.flushes.push(None);
        }
        fn flush_tlb_page(&mut self, address: u64) {
            self.flushes.push(Some(address));
        }
        fn sync_code(&mut self) {}
        fn clear_reservation(&mut self) {}
        fn access_len(&self) -> u32 {
            4
        }
        fn phys_read(&mut self, phys: u64, _: Width) -> Option<u64> {
            self.memory.get(&phys).copied()
        }
        fn phys_replace(&mut self, phys: u64, expected: u64, new: u64, _: Width) -> Option<bool> {
            let at = self.memory.get_mut(&phys)?;
            let same = *at == expected;
            if same {
                *at = new;
            }
            Some(same)
        }
    }
}
