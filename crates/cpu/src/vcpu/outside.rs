//! The CPU as the rest of the house sees it.

use std::fmt::Write;
use std::sync::Arc;

use memory::Nanos;
use serde::{Deserialize, Serialize};

use super::Vcpu;
use crate::api::{Cpu, Exit, Group, Info, Lines, Log, LogItems, Register, RegisterError, RestoreError, Watch};
use crate::ctx::Requests;
use crate::engine::Engine;
use crate::target::Target;

/// The most instructions that a snapshot may say were executed: a hundred years at 1 GHz, and far from an overflow.
const EXECUTED_MAX: u64 = 1 << 62;

/// The guest-visible state, as a snapshot holds it.
#[derive(Serialize, Deserialize)]
struct Saved<S> {
    target: String,
    file: Vec<u64>,
    pc: u64,
    halted: bool,
    executed: u64,
    state: S,
}

impl<T: Target, E: Engine> Cpu for Vcpu<T, E> {
    fn info(&self) -> Info {
        T::info(&self.ctx)
    }

    fn registers(&self) -> &'static [Register] {
        T::registers(&self.kind.model)
    }

    fn register(&self, index: usize) -> Result<u128, RegisterError> {
        if index >= self.registers().len() {
            return Err(RegisterError::Unknown(index));
        }
        Ok(T::read_register(&self.ctx, index))
    }

    fn set_register(&mut self, index: usize, value: u128) -> Result<(), RegisterError> {
        self.edge = None;
        let register = self.registers().get(index).ok_or(RegisterError::Unknown(index))?;
        let mask = if register.bits >= 128 { u128::MAX } else { (1 << register.bits) - 1 };
        T::write_register(&mut self.ctx, index, value & mask)
    }

    fn pc(&self) -> u64 {
        self.ctx.pc
    }

    fn set_pc(&mut self, pc: u64) {
        self.edge = None;
        self.ctx.pc = pc;
    }

    fn run(&mut self, budget: u64) -> Exit {
        self.run_loop(budget, false)
    }

    fn step(&mut self) -> Exit {
        self.run_loop(1, true)
    }

    fn executed(&self) -> u64 {
        self.ctx.executed
    }

    fn begin_round(&mut self) {
        self.ctx.round_start = self.ctx.executed;
        if self.cache.settle(&mut *self.engine) {
            self.ctx.flush_jumps();
        }
    }

    fn reset(&mut self) {
        self.edge = None;
        let ctx = &mut *self.ctx;
        ctx.core.file[..self.kind.layout.regs.len()].fill(0);
        ctx.state = T::new_state(&ctx.model);
        ctx.halted = false;
        ctx.stuck = None;
        ctx.fault = None;
        ctx.reservation = None;
        ctx.requests = Requests::default();
        T::reset(ctx);
        self.flush();
    }

    fn lines(&self) -> Arc<Lines> {
        Arc::clone(&self.ctx.env.lines)
    }

    fn halted(&self) -> bool {
        self.ctx.halted
    }

    fn set_halted(&mut self, halted: bool) {
        self.ctx.halted = halted;
    }

    fn has_work(&self) -> bool {
        T::wakes(&self.ctx)
    }

    fn deadline(&self) -> Option<Nanos> {
        T::deadline(&self.ctx)
    }

    fn show_translations(&self) -> Option<String> {
        T::show_translations(&self.ctx)
    }

    fn translate_debug(&self, address: u64) -> Option<u64> {
        T::translate_debug(&self.ctx, address)
    }

    fn insert_breakpoint(&mut self, address: u64) {
        if self.breakpoints.insert(address) {
            self.drop_all_blocks();
        }
    }

    fn remove_breakpoint(&mut self, address: u64) -> bool {
        let there = self.breakpoints.remove(&address);
        if there {
            self.drop_all_blocks();
        }
        there
    }

    fn insert_watchpoint(&mut self, address: u64, len: u64, access: Watch) {
        self.ctx.watchpoints.push((address, len, access));
        self.ctx.flush_tlb();
    }

    fn remove_watchpoint(&mut self, address: u64, len: u64, access: Watch) -> bool {
        let at = self.ctx.watchpoints.iter().position(|w| *w == (address, len, access));
        at.map(|i| self.ctx.watchpoints.remove(i)).is_some()
    }

    fn save(&self) -> Vec<u8> {
        let saved = Saved {
            target: T::NAME.to_owned(),
            file: self.ctx.core.file[..self.kind.layout.regs.len()].to_vec(),
            pc: self.ctx.pc,
            halted: self.ctx.halted,
            executed: self.ctx.executed,
            state: self.ctx.state.clone(),
        };
        postcard::to_allocvec(&saved).expect("plain data always serialises")
    }

    fn restore(&mut self, state: &[u8]) -> Result<(), RestoreError> {
        self.edge = None;
        let saved: Saved<T::State> =
            postcard::from_bytes(state).map_err(|e| RestoreError(format!("is damaged ({e})")))?;
        if saved.target != T::NAME {
            return Err(RestoreError(format!("was made by {}, this CPU is {}", saved.target, T::NAME)));
        }
        if saved.executed > EXECUTED_MAX {
            return Err(RestoreError(format!("has executed {} instructions, which can't be", saved.executed)));
        }
        let widths = &self.kind.layout.regs;
        if saved.file.len() != widths.len() || saved.file.iter().zip(widths).any(|(v, w)| w.cut(*v) != *v) {
            return Err(RestoreError("holds registers that this CPU does not have".to_owned()));
        }
        self.ctx.core.file[..saved.file.len()].copy_from_slice(&saved.file);
        self.ctx.pc = saved.pc;
        self.ctx.halted = saved.halted;
        self.ctx.executed = saved.executed;
        self.ctx.round_start = saved.executed;
        self.ctx.state = saved.state;
        self.ctx.reservation = None;
        self.flush();
        Ok(())
    }

    fn flush(&mut self) {
        self.drop_all_blocks();
        self.ctx.flush_tlb();
    }

    fn set_log(&mut self, log: Option<Arc<dyn Log>>, items: LogItems) {
        self.ctx.logs_interrupts = log.is_some() && items.int;
        self.log = log.map(|log| (log, items));
        self.drop_all_blocks();
    }
}

impl<T: Target, E: Engine> Vcpu<T, E> {
    /// Logs the instruction that runs next, and the general registers.
    pub(super) fn trace(&self) {
        let Some((log, items)) = &self.log else { return };
        let mut text = format!("Trace {}: {:#018x}\n", self.ctx.index(), self.ctx.pc);
        if items.cpu {
            let rows = self.registers().iter().enumerate().filter(|(_, r)| r.group == Group::General);
            for (n, (index, register)) in rows.enumerate() {
                let digits = usize::from(register.bits.div_ceil(4));
                let value = T::read_register(&self.ctx, index);
                let end = if n % 4 == 3 { '\n' } else { ' ' };
                let _ = write!(text, " {:>8} {value:0digits$x}{end}", register.name);
            }
            text.push('\n');
        }
        log.write(&text);
    }
}
