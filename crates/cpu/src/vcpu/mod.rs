//! The run loop: joins a target and an engine, and is a [`Cpu`] for the rest of the house.

mod kind;
mod lift;
mod outside;

use std::collections::HashSet;
use std::sync::Arc;

use crate::api::{Exit, Log, LogItems};
use crate::blocks::BlockCache;
use crate::core::Core;
use crate::ctx::{Ctx, Env};
use crate::engine::{CodeId, Engine, Leave, Position};
use crate::target::{Access, Mode, Target};
pub use kind::Kind;
use lift::Fetched;

/// Instructions between two looks at the interrupt lines, when nothing asks for an earlier one.
const SLICE: i64 = 8192;

/// Traps in a row, without an instruction between them, after which a turn ends.
const FRUITLESS_MAX: u32 = 32;

/// How a slice ended.
enum Slice {
    /// Look at interrupts and go on.
    Again,
    /// Leave the run loop.
    Out(Exit),
}

/// A CPU of target `T` on engine `E`.
pub struct Vcpu<T: Target, E: Engine> {
    ctx: Box<Ctx<T>>,
    engine: Box<E>,
    kind: Arc<Kind<T>>,
    cache: BlockCache,
    fetched: Vec<Option<Fetched>>,
    breakpoints: HashSet<u64>,
    seen_code_changes: u64,
    seen_code_pages: u64,
    seen_map_changes: u64,
    /// Where a budget has ended at an edge into a known mode that the target does not report.
    edge: Option<(u64, Mode)>,
    log: Option<(Arc<dyn Log>, LogItems)>,
}

impl<T: Target, E: Engine> Vcpu<T, E> {
    /// A CPU in the state after reset.
    pub fn new(kind: &Arc<Kind<T>>, env: Env) -> Vcpu<T, E> {
        let mut ctx = Ctx::new(Arc::clone(&kind.model), env);
        T::reset(&mut ctx);
        Vcpu {
            ctx,
            engine: Box::default(),
            kind: Arc::clone(kind),
            cache: BlockCache::default(),
            fetched: Vec::new(),
            breakpoints: HashSet::new(),
            seen_code_changes: 0,
            seen_code_pages: 0,
            seen_map_changes: 0,
            edge: None,
            log: None,
        }
    }

    /// The CPU as its target sees it: for boards that set up registers, and for tests.
    pub fn ctx(&mut self) -> &mut Ctx<T> {
        &mut self.ctx
    }

    /// The core, for whoever drives an engine by hand (tests and benchmarks of engines); the space of `mode` is made ready.
    pub fn core(&mut self, mode: Mode) -> *mut Core {
        self.enter_mode(mode);
        self.ctx.core.as_ptr()
    }

    /// What CPUs of this model share.
    pub fn kind(&self) -> &Kind<T> {
        &self.kind
    }

    /// Number of lifted blocks.
    pub fn n_blocks(&self) -> usize {
        self.cache.len()
    }

    fn run_loop(&mut self, budget: u64, step: bool) -> Exit {
        let mut left = i64::try_from(budget).unwrap_or(i64::MAX);
        let mut fruitless = 0;
        loop {
            // A kick that came late is not for a debugger's step: that must get somewhere.
            if self.ctx.env.lines.take_kick() && !step {
                return Exit::Kicked;
            }
            self.look_at_code();
            let interrupt = if self.ctx.stuck.is_none() { T::interrupt(&mut self.ctx) } else { None };
            if let Some(interrupt) = interrupt {
                self.ctx.halted = false;
                self.deliver(interrupt);
                if step {
                    return Exit::Budget;
                }
            }
            if let Some(why) = self.ctx.stuck {
                return Exit::Stuck(why);
            }
            if self.ctx.halted {
                if !T::wakes(&self.ctx) {
                    return Exit::Halted;
                }
                // What has come since is taken first: on some architectures nothing but an interrupt ends a wait.
                let interrupt = T::interrupt(&mut self.ctx);
                self.ctx.halted = false;
                if let Some(interrupt) = interrupt {
                    self.deliver(interrupt);
                    if step {
                        return Exit::Budget;
                    }
                    continue;
                }
            }
            if left <= 0 {
                return Exit::Budget;
            }
            if self.cache.is_full() {
                self.drop_all_blocks();
            }
            let before = self.ctx.executed;
            let slice = self.run_slice(left.min(SLICE), left <= SLICE, step);
            left -= (self.ctx.executed - before) as i64;
            // A guest whose trap handler traps executes nothing; others must get their turn all the same.
            fruitless = if self.ctx.executed == before { fruitless + 1 } else { 0 };
            match slice {
                // An instruction that only raises an exception is a step too.
                Slice::Again if step || fruitless >= FRUITLESS_MAX => return Exit::Budget,
                Slice::Again => {}
                Slice::Out(exit) => return exit,
            }
        }
    }

    /// Runs up to `left` instructions; exactly as many, if nothing intervenes, when `exact`.
    fn run_slice(&mut self, mut left: i64, exact: bool, step: bool) -> Slice {
        let mut mode = self.mode_to_go_on(step);
        self.enter_mode(mode);
        let traced = self.log.as_ref().is_some_and(|(_, items)| items.exec || items.cpu);
        let always_alone = step || traced || !self.ctx.watchpoints.is_empty();
        let mut alone = always_alone;
        let mut next = None;
        let mut since = self.ctx.executed;
        loop {
            // Code that runs alone is lifted without breakpoints, so that a step gets past them.
            if alone && !step && self.breakpoints.contains(&self.ctx.pc) {
                return Slice::Out(Exit::Breakpoint);
            }
            let code = match next.take() {
                Some(code) => code,
                None => match self.find(self.ctx.pc, mode, alone) {
                    Ok(code) => code,
                    Err(fault) => {
                        self.deliver(fault);
                        return Slice::Again;
                    }
                },
            };
            if traced {
                self.trace();
            }
            let leave = self.enter(code, &mut left, alone);
            // Before requests are looked at: the block may have changed its own code and be dropped by that.
            let stood = match leave {
                Leave::Stopped(at) | Leave::Raise { at, .. } => self.stand_at(at),
                _ => 0,
            };
            self.look_at_requests();
            mode = self.ctx.core.mode();
            if let Some((address, access)) = self.ctx.watch_hit.take() {
                self.leave_at(&leave);
                return Slice::Out(Exit::Watchpoint { address, access });
            }
            let was_alone = std::mem::replace(&mut alone, always_alone);
            match leave {
                Leave::Budget { pc } => {
                    self.ctx.pc = pc;
                    if left <= 0 || !exact {
                        self.edge = (mode != T::mode(&self.ctx)).then_some((pc, mode));
                        return Slice::Again;
                    }
                    alone = true;
                    continue;
                }
                Leave::Direct { pc, link } => {
                    self.ctx.pc = pc;
                    if step {
                        return Slice::Again;
                    }
                    let Ok(to) = self.find(pc, mode, alone) else { continue };
                    if !was_alone && !alone && self.may_link(link.from, to) {
                        self.engine.link(link, to);
                    }
                    next = Some(to);
                    continue;
                }
                Leave::Indirect { pc } => {
                    self.ctx.pc = pc;
                    if step {
                        return Slice::Again;
                    }
                    next = self.find(pc, mode, alone).ok();
                    continue;
                }
                Leave::Stopped(_) => {
                    if std::mem::take(&mut self.ctx.requests.restart) {
                        if self.ctx.pc != stood {
                            // Back to the branch whose slot this is: it will be counted again.
                            self.ctx.executed -= 1;
                            left += 1;
                        }
                        alone = true;
                        mode = T::mode(&self.ctx);
                        self.enter_mode(mode);
                        continue;
                    }
                    let fault = self.ctx.fault.take().expect("an access that stops leaves a fault");
                    self.deliver(fault);
                }
                Leave::Raise { code, arg, .. } => self.deliver(T::raise(code, arg)),
                Leave::Update { pc } => self.ctx.pc = pc,
                Leave::Halt { pc } => {
                    self.ctx.pc = pc;
                    self.ctx.halted = true;
                }
                Leave::Break { pc } => {
                    self.ctx.pc = pc;
                    return Slice::Out(Exit::Breakpoint);
                }
            }
            let Some(on) = self.go_on(left, step, &mut since) else { return Slice::Again };
            mode = on;
        }
    }

    /// Behind an exception, or where the mode may have changed: takes an interrupt if there is one to take now, and enters the mode. `None` if
    /// the slice must end, for its sake or because nothing was executed `since` the last time.
    fn go_on(&mut self, left: i64, step: bool, since: &mut u64) -> Option<Mode> {
        let fruitless = std::mem::replace(since, self.ctx.executed) == self.ctx.executed;
        if step
            || left <= 0
            || fruitless
            || self.ctx.env.lines.is_kicked()
            || self.ctx.stuck.is_some()
            || self.ctx.halted
        {
            return None;
        }
        // Guests that change each other's code tell each other by interrupts.
        self.look_at_code();
        if let Some(interrupt) = T::interrupt(&mut self.ctx) {
            self.ctx.halted = false;
            self.deliver(interrupt);
        }
        if self.ctx.stuck.is_some() || self.ctx.halted {
            return None;
        }
        let mode = T::mode(&self.ctx);
        self.enter_mode(mode);
        Some(mode)
    }

    /// The mode of the next block. A step always begins where the target says.
    fn mode_to_go_on(&mut self, step: bool) -> Mode {
        let mode = T::mode(&self.ctx);
        match self.edge.take() {
            Some((pc, known)) if pc == self.ctx.pc && !step && lift::same_spaces::<T>(mode, known) => known,
            _ => mode,
        }
    }

    /// After a watchpoint: takes over where the engine stands. Watched CPUs run one instruction a block, so all exits but a stop
    /// are behind the instruction that was watched.
    fn leave_at(&mut self, leave: &Leave) {
        match *leave {
            Leave::Budget { pc }
            | Leave::Direct { pc, .. }
            | Leave::Indirect { pc }
            | Leave::Update { pc }
            | Leave::Halt { pc }
            | Leave::Break { pc } => self.ctx.pc = pc,
            Leave::Stopped(_) | Leave::Raise { .. } => {
                let fault = match *leave {
                    Leave::Raise { code, arg, .. } => Some(T::raise(code, arg)),
                    _ => self.ctx.fault.take(),
                };
                if let Some(fault) = fault {
                    self.deliver(fault);
                }
            }
        }
    }

    /// Takes an exception or interrupt.
    fn deliver(&mut self, fault: T::Fault) {
        if let Some((log, _)) = self.log.as_ref().filter(|(_, items)| items.int) {
            let (index, pc) = (self.ctx.index(), self.ctx.pc);
            log.write(&format!("CPU {index} at {pc:#018x} takes {fault:x?}\n"));
        }
        T::deliver(&mut self.ctx, fault);
    }

    fn enter_mode(&mut self, mode: Mode) {
        let space = T::space(mode, Access::Read);
        self.ctx.ready_space(space);
        self.ctx.core.space = space;
        self.ctx.core.mode_key = Core::key_of(mode);
    }

    /// Enters the engine and does the accounts.
    fn enter(&mut self, code: CodeId, left: &mut i64, alone: bool) -> Leave {
        let ctx = &mut *self.ctx;
        ctx.entered_with = *left;
        ctx.put_by = 0;
        ctx.alone = alone;
        let core = ctx.core.as_ptr();
        ctx.core.locate = Some(((&raw const *self.engine).cast(), insns_left::<E>));
        // SAFETY: the core is that of our `Ctx`, which nobody uses while this runs but slow paths, by the pointer in `owner`; the jump
        // cache is filled by `find` alone, with entries of this engine, and emptied whenever blocks are dropped.
        let (leave, rest) = unsafe { self.engine.run(core, code, *left) };
        let ctx = &mut *self.ctx;
        ctx.executed += (ctx.entered_with - rest) as u64;
        *left = rest + ctx.put_by;
        ctx.entered_with = 0;
        ctx.put_by = 0;
        leave
    }

    /// Takes over the instruction at which the engine has stopped as the current one; its address, whatever the target goes back to.
    fn stand_at(&mut self, at: Position) -> u64 {
        let entry = self.cache.entry(at.code);
        let insn = entry.insns[usize::from(at.insn)];
        let pc = entry.key.pc.wrapping_add_signed(i64::from(insn.offset));
        self.ctx.pc = pc;
        if insn.aux != 0 {
            T::restore_aux(&mut self.ctx, insn.aux);
        }
        pc
    }

    fn look_at_requests(&mut self) {
        if std::mem::take(&mut self.ctx.requests.sync_code) {
            self.look_at_code();
            if self.cache.check_fresh(&mut *self.engine) {
                self.ctx.flush_jumps();
            }
        }
        if self.ctx.requests.code_changed {
            self.ctx.requests.code_changed = false;
            self.drop_changed_blocks();
        }
    }

    /// Follows what other CPUs and debuggers have done to code pages.
    fn look_at_code(&mut self) {
        let maps = self.ctx.env.bus.map_changes();
        if maps != self.seen_map_changes {
            self.seen_map_changes = maps;
            self.ctx.flush_tlb();
            self.drop_all_blocks();
        }
        let (pages, changes) = (self.ctx.env.bus.code_pages(), self.ctx.env.bus.code_changes());
        if pages != self.seen_code_pages {
            self.seen_code_pages = pages;
            self.ctx.revoke_writes();
        }
        if changes != self.seen_code_changes {
            self.seen_code_changes = changes;
            self.drop_changed_blocks();
        }
    }

    fn drop_changed_blocks(&mut self) {
        if self.cache.drop_changed(&mut *self.engine) {
            self.ctx.flush_jumps();
        }
    }

    fn drop_all_blocks(&mut self) {
        self.cache.clear(&mut *self.engine);
        self.ctx.flush_jumps();
    }
}

/// The engine's answer for [`Core::locate`].
///
/// # Safety
/// `engine` points to a live `E` that is not being changed.
unsafe fn insns_left<E: Engine>(engine: *const (), ip: *const u8) -> u32 {
    // SAFETY: by contract.
    let engine = unsafe { &*engine.cast::<E>() };
    engine.locate(ip).map_or(0, |(_, left)| left)
}
