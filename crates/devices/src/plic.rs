//! PLIC: the platform-level interrupt controller of RISC-V.
//!
//! RISC-V Platform-Level Interrupt Controller Specification, version 1.0.0. All sources have level-triggered gateways
//! ("Interrupt Gateways"): a high level becomes one request, the next is formed after completion if the level is still
//! high, and a request that the core has accepted stays pending even if the level falls.
//!
//! | offset                  | register                                    |
//! |-------------------------|---------------------------------------------|
//! | 0x000000 + 4*source     | priority                                    |
//! | 0x001000 + 4*(source/32)| pending bits, read-only                     |
//! | 0x002000 + 0x80*context | enable bits                                 |
//! | 0x200000 + 0x1000*context | priority threshold                        |
//! | 0x200004 + 0x1000*context | claim (read) and complete (write)         |
//!
//! Registers are 32 bits wide; other accesses read 0 and write nothing.

use std::sync::Arc;

use memory::{Device, Line, Nanos, Size};
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};

use crate::state;

const PART: &str = "plic";
const PENDING: u64 = 0x1000;
const ENABLE: u64 = 0x2000;
const ENABLE_STRIDE: u64 = 0x80;
const CONTEXT: u64 = 0x20_0000;
const CONTEXT_STRIDE: u64 = 0x1000;
/// The size of the register window in bytes.
pub const PLIC_SIZE: u64 = 0x400_0000;

/// The privilege mode in which a context's interrupts are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlicMode {
    /// Machine mode (`mip.MEIP`).
    Machine,
    /// Supervisor mode (`mip.SEIP`).
    Supervisor,
}

/// One interrupt target: a mode of a hart, in the order of the context numbers.
#[derive(Clone)]
pub struct PlicContext {
    /// The hart, for whoever prints the routing.
    pub hart: u32,
    /// Its mode.
    pub mode: PlicMode,
    /// The wire to that hart's external interrupt of that mode.
    pub line: Line,
}

/// What varies between PLICs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlicConfig {
    /// The highest source number; sources are 1 to this (`riscv,ndev`).
    pub n_sources: u32,
    /// The highest priority: one less than a power of two (7 on SiFive's parts).
    pub max_priority: u32,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct State {
    /// By source; entry 0 is unused.
    priority: Vec<u32>,
    level: Vec<bool>,
    /// Claimed and not completed: the gateway waits.
    in_service: Vec<bool>,
    /// Bit sets over the sources, in words of 32.
    pending: Vec<u32>,
    /// By context.
    enable: Vec<Vec<u32>>,
    threshold: Vec<u32>,
}

impl State {
    fn new(config: PlicConfig, n_contexts: usize) -> State {
        let n = config.n_sources as usize + 1;
        let words = n.div_ceil(32);
        State {
            priority: vec![0; n],
            level: vec![false; n],
            in_service: vec![false; n],
            pending: vec![0; words],
            enable: vec![vec![0; words]; n_contexts],
            threshold: vec![0; n_contexts],
        }
    }

    /// How long each list is.
    fn shape(&self) -> [usize; 7] {
        let narrow = self.enable.iter().map(Vec::len).min().unwrap_or(0);
        let wide = self.enable.iter().map(Vec::len).max().unwrap_or(0);
        [
            self.priority.len(),
            self.level.len(),
            self.in_service.len(),
            self.pending.len(),
            narrow,
            wide,
            self.enable.len(),
        ]
    }
}

struct Inner {
    config: PlicConfig,
    contexts: Vec<PlicContext>,
    s: State,
}

impl Inner {
    /// The source with the highest priority that is pending and enabled, the lowest number among equals. Priority 0 never
    /// interrupts.
    fn best(&self, context: usize) -> Option<(usize, u32)> {
        let mut best: Option<(usize, u32)> = None;
        for (word, (pending, enable)) in self.s.pending.iter().zip(&self.s.enable[context]).enumerate() {
            let mut bits = pending & enable;
            while bits != 0 {
                let source = word * 32 + bits.trailing_zeros() as usize;
                bits &= bits - 1;
                let priority = self.s.priority[source];
                if priority > best.map_or(0, |(_, p)| p) {
                    best = Some((source, priority));
                }
            }
        }
        best
    }

    fn update(&self, context: usize) {
        let wanted = self.best(context).is_some_and(|(_, priority)| priority > self.s.threshold[context]);
        self.contexts[context].line.set(wanted);
    }

    fn update_all(&self) {
        (0..self.contexts.len()).for_each(|context| self.update(context));
    }

    fn is_pending(&self, source: usize) -> bool {
        self.s.pending[source / 32] >> (source % 32) & 1 != 0
    }

    /// The gateway: turns a high level into a request unless one is on its way.
    fn gateway(&mut self, source: usize) {
        if self.s.level[source] && !self.s.in_service[source] && !self.is_pending(source) {
            self.s.pending[source / 32] |= 1 << (source % 32);
            self.update_all();
        }
    }

    fn set_level(&mut self, source: usize, level: bool) {
        if self.s.level[source] != level {
            self.s.level[source] = level;
            self.gateway(source);
        }
    }

    /// "Interrupt Claim Process": not affected by the threshold.
    fn claim(&mut self, context: usize) -> u32 {
        let Some((source, _)) = self.best(context) else { return 0 };
        self.s.pending[source / 32] &= !(1 << (source % 32));
        self.s.in_service[source] = true;
        self.update_all();
        source as u32
    }

    /// "Interrupt Completion": ignored unless the source is enabled for the context.
    fn complete(&mut self, context: usize, source: u32) {
        let source = source as usize;
        let enabled = self.s.enable[context].get(source / 32).is_some_and(|word| word >> (source % 32) & 1 != 0);
        if enabled && self.s.in_service[source] {
            self.s.in_service[source] = false;
            self.gateway(source);
        }
    }

    /// The mask of sources that exist in a word of 32.
    fn existing(&self, word: usize) -> u32 {
        let last = self.config.n_sources as usize;
        let upper = if last / 32 > word { u32::MAX } else { u32::MAX >> (31 - last % 32) };
        if word == 0 { upper & !1 } else { upper }
    }

    fn read(&mut self, register: Register) -> u32 {
        match register {
            Register::Priority(source) => self.s.priority.get(source).copied().unwrap_or(0),
            Register::Pending(word) => self.s.pending.get(word).copied().unwrap_or(0),
            Register::Enable(context, word) => self.s.enable[context].get(word).copied().unwrap_or(0),
            Register::Threshold(context) => self.s.threshold[context],
            Register::Claim(context) => self.claim(context),
        }
    }

    fn write(&mut self, register: Register, value: u32) {
        match register {
            Register::Priority(source) => {
                if source != 0 && source < self.s.priority.len() {
                    self.s.priority[source] = value & self.config.max_priority;
                    self.update_all();
                }
            }
            Register::Pending(_) => {}
            Register::Enable(context, word) => {
                if word < self.s.pending.len() {
                    self.s.enable[context][word] = value & self.existing(word);
                    self.update(context);
                }
            }
            Register::Threshold(context) => {
                self.s.threshold[context] = value & self.config.max_priority;
                self.update(context);
            }
            Register::Claim(context) => self.complete(context, value),
        }
    }
}

/// A register, with contexts that exist.
#[derive(Clone, Copy)]
enum Register {
    Priority(usize),
    Pending(usize),
    Enable(usize, usize),
    Threshold(usize),
    Claim(usize),
}

fn register(offset: u64, size: Size, n_contexts: usize) -> Option<Register> {
    if size != 4 || !offset.is_multiple_of(4) {
        return None;
    }
    let word = |from: u64| ((offset - from) / 4) as usize;
    let existing = |context: u64| Some(context as usize).filter(|&c| c < n_contexts);
    match offset {
        0..PENDING => Some(Register::Priority(word(0))),
        PENDING..ENABLE => Some(Register::Pending(word(PENDING))),
        ENABLE..CONTEXT => {
            let context = existing((offset - ENABLE) / ENABLE_STRIDE)?;
            Some(Register::Enable(context, ((offset - ENABLE) % ENABLE_STRIDE / 4) as usize))
        }
        CONTEXT..PLIC_SIZE => {
            let context = existing((offset - CONTEXT) / CONTEXT_STRIDE)?;
            match (offset - CONTEXT) % CONTEXT_STRIDE {
                0 => Some(Register::Threshold(context)),
                4 => Some(Register::Claim(context)),
                _ => None,
            }
        }
        _ => None,
    }
}

/// The controller. Clones are handles of the same one: one is mapped, others make source lines.
#[derive(Clone)]
pub struct Plic(Arc<Mutex<Inner>>);

impl Plic {
    /// A PLIC after power-on.
    ///
    /// # Panics
    /// If there are more than 1023 sources or 15871 contexts, or `max_priority` isn't one less than a power of two: the
    /// board is wrong.
    pub fn new(config: PlicConfig, contexts: Vec<PlicContext>) -> Plic {
        assert!((1..=1023).contains(&config.n_sources), "a PLIC has 1 to 1023 sources");
        assert!(contexts.len() <= 15872, "a PLIC has at most 15872 contexts");
        assert!(
            config.max_priority.checked_add(1).is_some_and(u32::is_power_of_two),
            "PLIC priorities are some bits wide"
        );
        let s = State::new(config, contexts.len());
        Plic(Arc::new(Mutex::new(Inner { config, contexts, s })))
    }

    /// The wire into source `source`. It may be driven from any thread; the controller's outputs follow before `set`
    /// returns.
    ///
    /// # Panics
    /// If there is no such source: the board is wrong.
    pub fn line(&self, source: u32) -> Line {
        let n = self.0.lock().config.n_sources;
        assert!((1..=n).contains(&source), "this PLIC has sources 1 to {n}, not {source}");
        let inner = self.0.clone();
        Line::new(move |level| inner.lock().set_level(source as usize, level))
    }

    /// The contexts in order, as (hart, mode).
    pub fn contexts(&self) -> Vec<(u32, PlicMode)> {
        self.0.lock().contexts.iter().map(|c| (c.hart, c.mode)).collect()
    }
}

impl Device for Plic {
    fn read(&mut self, offset: u64, size: Size, _: Nanos) -> u64 {
        let mut inner = self.0.lock();
        let register = register(offset, size, inner.contexts.len());
        register.map_or(0, |r| u64::from(inner.read(r)))
    }

    fn write(&mut self, offset: u64, size: Size, value: u64, _: Nanos) {
        let mut inner = self.0.lock();
        if let Some(register) = register(offset, size, inner.contexts.len()) {
            inner.write(register, value as u32);
        }
    }

    /// The registers go to their reset values; the levels on the source wires stay, since their devices drive them.
    fn reset(&mut self) {
        let mut inner = self.0.lock();
        let level = std::mem::take(&mut inner.s.level);
        inner.s = State { level, ..State::new(inner.config, inner.contexts.len()) };
        for source in 1..inner.s.level.len() {
            inner.gateway(source);
        }
        inner.update_all();
    }

    fn save(&self) -> Vec<u8> {
        state::save(PART, &self.0.lock().s)
    }

    fn restore(&mut self, bytes: &[u8]) -> Result<(), String> {
        let mut inner = self.0.lock();
        let s: State = state::restore(PART, bytes)?;
        state::same_len(PART, "contexts", s.enable.len(), inner.contexts.len())?;
        state::same_len(PART, "thresholds", s.threshold.len(), inner.contexts.len())?;
        if s.shape() != inner.s.shape() {
            let (found, wanted) = (s.priority.len(), inner.s.priority.len());
            return Err(format!("{PART}: the saved state is laid out for {found} sources, this machine has {wanted}"));
        }
        let absent = |words: &Vec<u32>| words.iter().enumerate().any(|(word, bits)| bits & !inner.existing(word) != 0);
        if absent(&s.pending) || s.enable.iter().any(absent) {
            return Err(format!("{PART}: the saved state has sources that this machine lacks"));
        }
        inner.s = s;
        inner.update_all();
        Ok(())
    }
}

#[cfg(test)]
#[path = "plic_tests.rs"]
mod tests;
