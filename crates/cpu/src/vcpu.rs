//! The run loop: joins a target and an engine, and is a [`Cpu`] for the rest of the house.

use std::collections::HashSet;
use std::sync::Arc;

use memory::{PAGE_SIZE, RamPage};
use serde::{Deserialize, Serialize};
use uop::{Builder, Layout};

use crate::api::{Cpu, Exit, Info, Lines, Register, RegisterError, RestoreError, Watch};
use crate::blocks::{BlockCache, Key};
use crate::core::{Core, JumpEntry};
use crate::ctx::{Ctx, Env, Requests};
use crate::engine::{CodeId, Engine, Leave, Position};
use crate::target::{Access, Code, Lifted, Mode, Target};

/// Instructions between two looks at the interrupt lines, when nothing asks for an earlier one.
const SLICE: i64 = 8192;
/// Instructions of a block at most.
const MAX_INSNS: usize = 64;
/// Ops of a block at most, before passes.
const MAX_OPS: usize = 1200;
/// Bytes of code that are looked at for one block.
const WINDOW: u64 = 512;
/// Translations of code pages that are remembered.
const FETCH_SLOTS: usize = 64;

/// What CPUs of one model share: decode tables and the layout of the register file.
pub struct Kind<T: Target> {
    model: Arc<T::Model>,
    lifter: T::Lifter,
    layout: Layout,
}

impl<T: Target> Kind<T> {
    /// Builds the tables for a model.
    pub fn new(model: T::Model) -> Arc<Kind<T>> {
        let (names, regs) = T::file().into_iter().unzip();
        let helpers = T::helpers().iter().map(|h| h.info).collect();
        Arc::new(Kind { lifter: T::lifter(&model), model: Arc::new(model), layout: Layout { regs, names, helpers } })
    }

    /// The model.
    pub fn model(&self) -> &T::Model {
        &self.model
    }

    /// The register file and helpers.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// The decode tables.
    pub fn lifter(&self) -> &T::Lifter {
        &self.lifter
    }
}

#[derive(Clone)]
struct Fetched {
    /// Virtual page, or one that no page is.
    page: u64,
    space: u8,
    phys: u64,
    ram: RamPage,
}

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
        loop {
            if self.ctx.env.lines.take_kick() {
                return Exit::Kicked;
            }
            self.look_at_code();
            let interrupt = if self.ctx.stuck.is_none() { T::interrupt(&mut self.ctx) } else { None };
            if let Some(interrupt) = interrupt {
                self.ctx.halted = false;
                T::deliver(&mut self.ctx, interrupt);
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
                self.ctx.halted = false;
            }
            if left <= 0 {
                return Exit::Budget;
            }
            let before = self.ctx.executed;
            let slice = self.run_slice(left.min(SLICE), left <= SLICE, step);
            left -= (self.ctx.executed - before) as i64;
            match slice {
                // An instruction that only raises an exception is a step too.
                Slice::Again if step => return Exit::Budget,
                Slice::Again => {}
                Slice::Out(exit) => return exit,
            }
        }
    }

    /// Runs up to `left` instructions; exactly as many, if nothing intervenes, when `exact`.
    fn run_slice(&mut self, mut left: i64, exact: bool, step: bool) -> Slice {
        let mode = T::mode(&self.ctx);
        self.enter_mode(mode);
        let always_alone = step || !self.ctx.watchpoints.is_empty();
        let mut alone = always_alone;
        let mut next = None;
        loop {
            let code = match next.take() {
                Some(code) => code,
                None => match self.find(self.ctx.pc, mode, alone) {
                    Ok(code) => code,
                    Err(fault) => {
                        T::deliver(&mut self.ctx, fault);
                        return Slice::Again;
                    }
                },
            };
            let leave = self.enter(code, &mut left, alone);
            self.look_at_requests();
            if let Some((address, access)) = self.ctx.watch_hit.take() {
                self.leave_at(&leave);
                return Slice::Out(Exit::Watchpoint { address, access });
            }
            let was_alone = std::mem::replace(&mut alone, always_alone);
            match leave {
                Leave::Budget { pc } => {
                    self.ctx.pc = pc;
                    if left <= 0 || !exact {
                        return Slice::Again;
                    }
                    alone = true;
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
                }
                Leave::Indirect { pc } => {
                    self.ctx.pc = pc;
                    if step {
                        return Slice::Again;
                    }
                    next = self.find_for_jump(pc, mode, alone);
                }
                Leave::Stopped(at) => {
                    self.stand_at(at);
                    if std::mem::take(&mut self.ctx.requests.restart) {
                        alone = true;
                        continue;
                    }
                    let fault = self.ctx.fault.take().expect("an access that stops leaves a fault");
                    T::deliver(&mut self.ctx, fault);
                    return Slice::Again;
                }
                Leave::Raise { at, code, arg } => {
                    self.stand_at(at);
                    T::deliver(&mut self.ctx, T::raise(code, arg));
                    return Slice::Again;
                }
                Leave::Update { pc } => {
                    self.ctx.pc = pc;
                    return Slice::Again;
                }
                Leave::Halt { pc } => {
                    self.ctx.pc = pc;
                    self.ctx.halted = true;
                    return Slice::Again;
                }
                Leave::Break { pc } => {
                    self.ctx.pc = pc;
                    return Slice::Out(Exit::Breakpoint);
                }
            }
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
            Leave::Stopped(at) | Leave::Raise { at, .. } => {
                self.stand_at(at);
                let fault = match *leave {
                    Leave::Raise { code, arg, .. } => Some(T::raise(code, arg)),
                    _ => self.ctx.fault.take(),
                };
                if let Some(fault) = fault {
                    T::deliver(&mut self.ctx, fault);
                }
            }
        }
    }

    fn enter_mode(&mut self, mode: Mode) {
        let space = T::space(mode, Access::Read);
        self.ctx.ready_space(space);
        self.ctx.core.space = space;
        self.ctx.core.mode_key = u64::from(mode) + 1;
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
        // cache is filled by `find_for_jump` alone, with entries of this engine, and emptied whenever blocks are dropped.
        let (leave, rest) = unsafe { self.engine.run(core, code, *left) };
        let ctx = &mut *self.ctx;
        ctx.executed += (ctx.entered_with - rest) as u64;
        *left = rest + ctx.put_by;
        ctx.entered_with = 0;
        ctx.put_by = 0;
        leave
    }

    /// Takes over the instruction at which the engine has stopped as the current one.
    fn stand_at(&mut self, at: Position) {
        let entry = self.cache.entry(at.code);
        let insn = entry.insns[usize::from(at.insn)];
        self.ctx.pc = entry.key.pc.wrapping_add_signed(i64::from(insn.offset));
        if insn.aux != 0 {
            T::restore_aux(&mut self.ctx, insn.aux);
        }
    }

    fn look_at_requests(&mut self) {
        let requests = &mut self.ctx.requests;
        if requests.flush_code {
            requests.flush_code = false;
            self.drop_all_blocks();
        }
        if self.ctx.requests.code_changed {
            self.ctx.requests.code_changed = false;
            self.drop_changed_blocks();
        }
    }

    /// Follows what other CPUs and debuggers have done to code pages.
    fn look_at_code(&mut self) {
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

    /// Only within a page: what lies in another one depends on translations that may change.
    fn may_link(&self, from: CodeId, to: CodeId) -> bool {
        let (from, to) = (self.cache.entry(from), self.cache.entry(to));
        from.key.pc / PAGE_SIZE == to.key.pc / PAGE_SIZE
            && from.key.phys / PAGE_SIZE == to.key.phys / PAGE_SIZE
            && from.key.mode == to.key.mode
            && to.pages[1].is_none()
    }

    /// Finds the block at `pc` and remembers it for indirect jumps. `None` leaves a fetch fault to the next [`Vcpu::find`].
    fn find_for_jump(&mut self, pc: u64, mode: Mode, alone: bool) -> Option<CodeId> {
        let code = self.find(pc, mode, alone).ok()?;
        if !alone && self.cache.entry(code).pages[1].is_none() {
            let entry = JumpEntry { pc, mode_key: u64::from(mode) + 1, entry: self.engine.entry(code) };
            self.ctx.core.jumps[Core::jump_slot(pc)] = entry;
        }
        Some(code)
    }

    /// The block at `pc`, lifted if need be.
    fn find(&mut self, pc: u64, mode: Mode, alone: bool) -> Result<CodeId, T::Fault> {
        let page = self.fetch_page(pc, mode)?;
        let phys = page.phys + pc % PAGE_SIZE;
        let key = Key { pc, phys, mode, alone };
        if let Some(code) = self.cache.find(&key) {
            let entry = self.cache.entry(code);
            let Some(second) = entry.pages[1] else { return Ok(code) };
            if self.fetch_page((pc | (PAGE_SIZE - 1)).wrapping_add(1), mode)?.phys == second {
                return Ok(code);
            }
        }
        self.lift(key, &page)
    }

    /// The page of code at `pc`.
    fn fetch_page(&mut self, pc: u64, mode: Mode) -> Result<Fetched, T::Fault> {
        let (virt, space) = (pc & !(PAGE_SIZE - 1), T::space(mode, Access::Fetch));
        if self.ctx.take_fetch_flush() {
            self.fetched.clear();
        }
        let slot = (pc / PAGE_SIZE) as usize % FETCH_SLOTS;
        if let Some(Some(hit)) = self.fetched.get(slot) {
            if hit.page == virt && hit.space == space {
                return Ok(hit.clone());
            }
        }
        let t = T::translate(&mut self.ctx, pc, Access::Fetch, space)?;
        let Some(ram) = self.ctx.env.bus.ram_page(t.phys) else {
            // Devices hold no code.
            return Err(T::bus_error(pc, t.phys, Access::Fetch).unwrap_or_else(|| T::misaligned(pc, Access::Fetch)));
        };
        let hit = Fetched { page: virt, space, phys: t.phys & !(PAGE_SIZE - 1), ram };
        if t.cache {
            self.fetched.resize(FETCH_SLOTS, None);
            self.fetched[slot] = Some(hit.clone());
        }
        Ok(hit)
    }

    fn lift(&mut self, key: Key, page: &Fetched) -> Result<CodeId, T::Fault> {
        let from = key.pc % PAGE_SIZE;
        let mut bytes = vec![0; (PAGE_SIZE - from).min(WINDOW) as usize];
        page.ram.ram.read_bytes(page.ram.offset + from, &mut bytes);
        let kind = Arc::clone(&self.kind);
        let builder = Builder::new(&kind.layout);
        let (mut len, more) = self.lift_insns(&builder, key, &bytes);
        let mut second = None;
        if more && len == 0 {
            // The first instruction crosses the page's end.
            let next = self.fetch_page((key.pc | (PAGE_SIZE - 1)).wrapping_add(1), key.mode)?;
            let first = bytes.len();
            bytes.resize(first + 64, 0);
            next.ram.ram.read_bytes(next.ram.offset, &mut bytes[first..]);
            len = self.lift_insns(&builder, Key { alone: true, ..key }, &bytes).0;
            second = Some((next, u64::from(len).saturating_sub(first as u64).max(1)));
        }
        let mut block = builder.finish(key.pc, len);
        debug_assert_eq!(uop::verify(&block, &kind.layout), Ok(()), "lifted\n{}", uop::text(&block, &kind.layout));
        let insns = block.insns.clone().into_boxed_slice();
        uop::pass::run(&mut block, &kind.layout);
        let code = self.engine.add(&block, &kind.layout);
        let len = u64::from(len).clamp(1, PAGE_SIZE - from);
        let mut parts = vec![(key.phys, &page.ram, len)];
        if let Some((next, len)) = &second {
            parts.push((next.phys, &next.ram, *len));
        }
        if self.cache.add(code, key, insns, &parts) {
            self.ctx.env.bus.note_code_page();
            // Others see that when they next look; our own stores may come before we do.
            self.ctx.revoke_writes();
        }
        Ok(code)
    }

    /// Lifts what `bytes` hold; returns the bytes used and whether the next instruction is cut off.
    fn lift_insns(&mut self, builder: &Builder<'_>, key: Key, bytes: &[u8]) -> (u32, bool) {
        let mut len = 0u32;
        let mut more = false;
        while !builder.has_exit() {
            let pc = key.pc.wrapping_add(u64::from(len));
            let full = builder.n_insns() >= if key.alone { 1 } else { MAX_INSNS } || builder.n_ops() > MAX_OPS;
            if full || len as usize >= bytes.len() || more {
                if len != 0 {
                    builder.exit(uop::Exit::Jump { pc });
                }
                break;
            }
            if !key.alone && self.breakpoints.contains(&pc) {
                if len == 0 {
                    builder.begin_insn(0, 0);
                }
                builder.exit(if len == 0 { uop::Exit::Break } else { uop::Exit::Jump { pc } });
                break;
            }
            builder.begin_insn(len as i32, 0);
            let code = Code { pc, offset: len as i32, bytes: &bytes[len as usize..], mode: key.mode };
            match T::lift(&self.kind.lifter, builder, code) {
                Lifted::Next(n) | Lifted::End(n) => len += n,
                Lifted::More => {
                    builder.abandon_insn();
                    more = true;
                }
            }
        }
        (len, more)
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
        let register = self.registers().get(index).ok_or(RegisterError::Unknown(index))?;
        let mask = if register.bits >= 128 { u128::MAX } else { (1 << register.bits) - 1 };
        T::write_register(&mut self.ctx, index, value & mask)
    }

    fn pc(&self) -> u64 {
        self.ctx.pc
    }

    fn set_pc(&mut self, pc: u64) {
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
    }

    fn reset(&mut self) {
        let ctx = &mut *self.ctx;
        ctx.core.file.fill(0);
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
        let saved: Saved<T::State> =
            postcard::from_bytes(state).map_err(|e| RestoreError(format!("is damaged ({e})")))?;
        if saved.target != T::NAME {
            return Err(RestoreError(format!("was made by {}, this CPU is {}", saved.target, T::NAME)));
        }
        let widths = &self.kind.layout.regs;
        if saved.file.len() != widths.len() || saved.file.iter().zip(widths).any(|(v, w)| w.cut(*v) != *v) {
            return Err(RestoreError("holds registers that this CPU does not have".to_owned()));
        }
        self.ctx.core.file[..saved.file.len()].copy_from_slice(&saved.file);
        self.ctx.pc = saved.pc;
        self.ctx.halted = saved.halted;
        self.ctx.executed = saved.executed;
        self.ctx.state = saved.state;
        self.ctx.reservation = None;
        self.flush();
        Ok(())
    }

    fn flush(&mut self) {
        self.drop_all_blocks();
        self.ctx.flush_tlb();
    }
}
