//! A CPU that never runs: what a machine holds until its target's engine is linked in.

use std::sync::Arc;

use cpu::{Cpu, Exit, Info, Lines, Register, RegisterError, RestoreError, Watch};

/// Stands at its reset address for ever.
pub(crate) struct StillCpu {
    reset: u64,
    pc: u64,
    halted: bool,
    lines: Arc<Lines>,
}

impl StillCpu {
    /// A CPU that stands at `pc`.
    pub(crate) fn new(pc: u64, lines: Arc<Lines>) -> StillCpu {
        StillCpu { reset: pc, pc, halted: false, lines }
    }
}

impl Cpu for StillCpu {
    fn info(&self) -> Info {
        Info::Riscv { pc: self.pc }
    }
    fn registers(&self) -> &'static [Register] {
        &[]
    }
    fn register(&self, index: usize) -> Result<u128, RegisterError> {
        Err(RegisterError::Unknown(index))
    }
    fn set_register(&mut self, index: usize, _: u128) -> Result<(), RegisterError> {
        Err(RegisterError::Unknown(index))
    }
    fn pc(&self) -> u64 {
        self.pc
    }
    fn set_pc(&mut self, pc: u64) {
        self.pc = pc;
    }
    fn run(&mut self, _: u64) -> Exit {
        Exit::Halted
    }
    fn step(&mut self) -> Exit {
        Exit::Halted
    }
    fn executed(&self) -> u64 {
        0
    }
    fn begin_round(&mut self) {}
    fn reset(&mut self) {
        self.pc = self.reset;
    }
    fn lines(&self) -> Arc<Lines> {
        Arc::clone(&self.lines)
    }
    fn halted(&self) -> bool {
        self.halted
    }
    fn set_halted(&mut self, halted: bool) {
        self.halted = halted;
    }
    fn has_work(&self) -> bool {
        false
    }
    fn translate_debug(&self, address: u64) -> Option<u64> {
        Some(address)
    }
    fn insert_breakpoint(&mut self, _: u64) {}
    fn remove_breakpoint(&mut self, _: u64) -> bool {
        false
    }
    fn insert_watchpoint(&mut self, _: u64, _: u64, _: Watch) {}
    fn remove_watchpoint(&mut self, _: u64, _: u64, _: Watch) -> bool {
        false
    }
    fn save(&self) -> Vec<u8> {
        Vec::new()
    }
    fn restore(&mut self, _: &[u8]) -> Result<(), RestoreError> {
        Ok(())
    }
    fn flush(&mut self) {}
}
