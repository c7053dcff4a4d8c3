//! The CPU as its target sees it: register file, state, memory, time, and the requests that only the run loop can fulfil.

use std::sync::Arc;

use bits::Endian;
use memory::{AddressSpace, BusError, Nanos};
use uop::{Mem, Reg, Width};

use crate::api::{Board, Clock, Lines, Watch};
use crate::core::{Core, JumpEntry, MAX_SPACES, OwnedCore, Stopped, TlbEntry};
use crate::slow::slow_paths;
use crate::target::{Access, Target, Translation};

/// What a board gives a CPU.
pub struct Env {
    /// Number of the CPU on its board, from 0 (hart id, CPU address...).
    pub index: u32,
    /// The wires into the CPU. They are made before it, because devices that drive them are, too.
    pub lines: Arc<Lines>,
    /// Physical memory and devices.
    pub bus: Arc<AddressSpace>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// The rest of the board.
    pub board: Arc<dyn Board>,
}

impl Env {
    /// The bus, apart from the borrow of the CPU that owns this.
    pub(crate) fn bus_apart<'a>(&self) -> &'a AddressSpace {
        // SAFETY: the `Arc` is never replaced while its CPU lives, and the CPU keeps no such reference longer than itself.
        unsafe { &*Arc::as_ptr(&self.bus) }
    }
}

/// A reservation made by [`uop::Op::LoadLinked`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Reservation {
    pub(crate) phys: u64,
    pub(crate) width: Width,
    pub(crate) value: u64,
}

/// What the run loop has to do before the next block.
#[derive(Default)]
pub(crate) struct Requests {
    /// Look for code that other CPUs have changed unnoticed.
    pub(crate) sync_code: bool,
    /// Look for voided blocks: a store of this CPU has hit some.
    pub(crate) code_changed: bool,
    /// Run the current instruction alone, so that its store may change the code it belongs to.
    pub(crate) restart: bool,
}

/// Whether a helper may be run again: a store into lifted code belongs to a block of its own, so that the next instruction is lifted anew.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Again {
    /// It has stored something, or the instruction is alone; or no helper is at work.
    No,
    /// It looks at where it will store: if that doesn't send it back, nothing will.
    Looking,
    /// It has neither looked nor stored.
    Yes,
}

/// A CPU of target `T`, as helpers, page walks and exception delivery see it.
///
/// Between instructions, [`Ctx::pc`] is the next instruction's address. In a helper it is stale: lifters pass the address where it
/// matters.
pub struct Ctx<T: Target> {
    pub(crate) core: OwnedCore,
    /// Architectural state that is not in the register file.
    pub state: T::State,
    pub(crate) model: Arc<T::Model>,
    pub(crate) env: Env,
    pub(crate) pc: u64,
    pub(crate) halted: bool,
    pub(crate) fault: Option<T::Fault>,
    pub(crate) stuck: Option<&'static str>,
    pub(crate) requests: Requests,
    pub(crate) reservation: Option<Reservation>,
    pub(crate) watchpoints: Vec<(u64, u64, Watch)>,
    pub(crate) watch_hit: Option<(u64, Watch)>,
    /// Somebody wants to read of each interrupt: only the run loop tells.
    pub(crate) logs_interrupts: bool,
    /// The block at work holds one instruction only, and stores may change lifted code.
    pub(crate) alone: bool,
    /// Whether the helper at work may still be run again alone.
    pub(crate) again: Again,
    /// Instructions executed up to the last time the engine was entered.
    pub(crate) executed: u64,
    /// [`Ctx::executed`] when the scheduler's round began.
    pub(crate) round_start: u64,
    /// The budget with which the engine was entered; 0 outside.
    pub(crate) entered_with: i64,
    /// The budget that was left when the engine last took an exception itself.
    pub(crate) raised_with: i64,
    /// Budget put by so that the engine comes back early.
    pub(crate) put_by: i64,
    fetch_flush: bool,
    jumps_used: bool,
    pub(crate) access_len: u32,
    tlb_ready: u8,
}

impl<T: Target> Ctx<T> {
    pub(crate) fn new(model: Arc<T::Model>, env: Env) -> Box<Ctx<T>> {
        let mut ctx = Box::new(Ctx {
            core: OwnedCore::new(slow_paths::<T>()),
            state: T::new_state(&model),
            model,
            env,
            pc: 0,
            halted: false,
            fault: None,
            stuck: None,
            requests: Requests::default(),
            reservation: None,
            watchpoints: Vec::new(),
            watch_hit: None,
            logs_interrupts: false,
            alone: false,
            again: Again::No,
            executed: 0,
            round_start: 0,
            entered_with: 0,
            raised_with: -1,
            put_by: 0,
            fetch_flush: false,
            jumps_used: false,
            access_len: 1,
            tlb_ready: 0,
        });
        ctx.core.owner = (&raw mut *ctx).cast();
        ctx.core.aligned = T::ALIGNED;
        ctx.core.split_mask = T::SPLIT_UNIT - 1;
        ctx
    }

    /// Tells the board's interrupt controller that the CPU takes the interrupt of line `line`; returns what it answers (a vector,
    /// say), 0 where there is none.
    pub fn acknowledge(&self, line: u32) -> u64 {
        self.env.board.acknowledge(self.env.index, line)
    }

    /// What the guest has added to the board's timebase, in its ticks.
    pub fn timebase_offset(&self) -> u64 {
        self.env.board.timebase_offset()
    }

    /// What the board's CPUs share, if it is an `S`.
    pub fn shared<S: 'static>(&self) -> Option<&S> {
        self.env.board.shared()?.downcast_ref()
    }

    /// The same, apart from the borrow of the CPU.
    pub fn board(&self) -> Arc<dyn Board> {
        Arc::clone(&self.env.board)
    }

    /// The CPU gives up the rest of its turn once the instruction at work, which must end its block, has completed.
    pub fn yield_turn(&self) {
        self.env.lines.kick();
    }

    /// The CPU model.
    pub fn model(&self) -> &T::Model {
        &self.model
    }

    /// Number of the CPU on its board.
    pub fn index(&self) -> u32 {
        self.env.index
    }

    /// Physical memory and devices.
    pub fn bus(&self) -> &AddressSpace {
        &self.env.bus
    }

    /// The value of a guest register.
    #[inline]
    pub fn reg(&self, reg: Reg) -> u64 {
        self.core.file[reg.index()]
    }

    /// Writes a guest register; `value` must fit its width.
    #[inline]
    pub fn set_reg(&mut self, reg: Reg, value: u64) {
        self.core.file[reg.index()] = value;
    }

    /// Registers that follow each other.
    #[inline(always)]
    pub fn regs<const N: usize>(&self, first: Reg) -> &[u64; N] {
        self.core.file[first.index()..].first_chunk().expect("the file has the registers that its target names")
    }

    /// The same, to be written; values must fit their widths.
    #[inline(always)]
    pub fn regs_mut<const N: usize>(&mut self, first: Reg) -> &mut [u64; N] {
        self.core.file[first.index()..].first_chunk_mut().expect("the file has the registers that its target names")
    }

    /// In [`Target::translate`]: how many bytes the access has, all in one page. An access that is not aligned comes byte by byte.
    pub fn access_len(&self) -> u32 {
        self.access_len
    }

    /// Address of the next instruction; see [`Ctx`] for what it is in helpers.
    pub fn pc(&self) -> u64 {
        self.pc
    }

    /// Makes `pc` the next instruction's address. Only between instructions: reset and delivery, not helpers.
    pub fn set_pc(&mut self, pc: u64) {
        self.pc = pc;
    }

    /// The levels of the interrupt lines.
    pub fn lines(&self) -> u64 {
        self.env.lines.levels()
    }

    /// Instructions executed before the one at work.
    pub fn executed(&self) -> u64 {
        if self.entered_with == 0 {
            return self.executed;
        }
        let left = match (self.core.insns_left, self.core.locate) {
            // SAFETY: the run loop sets `locate` to its engine before it enters it, and the engine outlives the call.
            (u32::MAX, Some((engine, find))) => unsafe { find(engine, self.core.ip) },
            (n, _) => n,
        };
        self.executed + (self.entered_with - self.core.budget) as u64 - u64::from(left)
    }

    /// Guest time now.
    pub fn now(&self) -> Nanos {
        self.env.clock.now(self.executed() - self.round_start)
    }

    /// The CPU can go on no more until it is reset.
    pub fn set_stuck(&mut self, why: &'static str) {
        self.stuck = Some(why);
    }

    /// Puts the CPU to sleep until [`Target::wakes`], or wakes it.
    pub fn set_halted(&mut self, halted: bool) {
        self.halted = halted;
    }

    /// Makes a reservation, as a load-linked of `value` does.
    pub fn reserve(&mut self, phys: u64, width: Width, value: u64) {
        self.reservation = Some(Reservation { phys, width, value });
    }

    /// Ends the reservation that a load-linked may have made, and gives its physical address, the width and the value that was loaded.
    pub fn take_reservation(&mut self) -> Option<(u64, Width, u64)> {
        self.reservation.take().map(|r| (r.phys, r.width, r.value))
    }

    /// Ends the reservation that a load-linked may have made.
    pub fn clear_reservation(&mut self) {
        self.reservation = None;
    }

    /// Forgets all translations.
    pub fn flush_tlb(&mut self) {
        for space in (0..MAX_SPACES).filter(|s| self.tlb_ready >> s & 1 != 0) {
            self.core.tlb[space].fill(TlbEntry::INVALID);
        }
        self.fetch_flush = true;
        self.flush_jumps();
    }

    /// Forgets the translation of the 4 KiB page at a virtual address, in all address spaces.
    pub fn flush_tlb_page(&mut self, address: u64) {
        let slot = Core::tlb_slot(address);
        for space in (0..MAX_SPACES).filter(|s| self.tlb_ready >> s & 1 != 0) {
            self.core.tlb[space][slot] = TlbEntry::INVALID;
        }
        self.fetch_flush = true;
        self.flush_jumps();
    }

    /// Whether remembered translations of code pages are void since the last time this was asked.
    pub(crate) fn take_fetch_flush(&mut self) -> bool {
        std::mem::take(&mut self.fetch_flush)
    }

    pub(crate) fn flush_jumps(&mut self) {
        self.core.returns.iter_mut().for_each(|r| r.mode_key = 0);
        // A CPU that has not run yet keeps its cache untouched, and so out of the host's memory.
        if std::mem::take(&mut self.jumps_used) {
            self.core.jumps.iter_mut().for_each(|j| j.mode_key = 0);
        }
    }

    /// Remembers where the block at `entry.pc` begins, for indirect jumps.
    pub(crate) fn note_jump(&mut self, entry: JumpEntry) {
        self.jumps_used = true;
        self.core.jumps[Core::jump_slot(entry.pc, entry.mode_key)] = entry;
    }

    /// What is fetched after this instruction is what memory holds now, whoever has stored it: for fences of instruction fetches and
    /// serialising instructions. The block must end here.
    pub fn sync_code(&mut self) {
        self.requests.sync_code = true;
    }

    /// Makes the TLB of a space usable.
    #[inline]
    pub(crate) fn ready_space(&mut self, space: u8) {
        if self.tlb_ready >> space & 1 == 0 {
            self.make_space(space);
        }
    }

    /// Whether the TLB of a space is usable.
    #[inline]
    pub(crate) fn has_space(&self, space: usize) -> bool {
        self.tlb_ready >> space & 1 != 0
    }

    #[cold]
    #[inline(never)]
    fn make_space(&mut self, space: u8) {
        self.core.tlb[usize::from(space)].fill(TlbEntry::INVALID);
        self.tlb_ready |= 1 << space;
    }

    /// Takes away the right to store quickly, on all pages: some may have become code.
    pub(crate) fn revoke_writes(&mut self) {
        for space in (0..MAX_SPACES).filter(|s| self.tlb_ready >> s & 1 != 0) {
            self.core.tlb[space].iter_mut().for_each(|e| e.write = crate::core::TLB_INVALID);
        }
    }

    /// A load as an instruction would do it; for helpers.
    ///
    /// # Errors
    /// The guest exception.
    pub fn load(&mut self, address: u64, mem: Mem) -> Result<u64, T::Fault> {
        self.slow_load(address, mem).map_err(|Stopped| self.take_fault())
    }

    /// A store as an instruction would do it; for helpers that store once, as the last thing they do.
    ///
    /// # Errors
    /// The guest exception.
    pub fn store(&mut self, address: u64, value: u64, mem: Mem) -> Result<(), T::Fault> {
        let done = match std::mem::replace(&mut self.again, Again::No) {
            Again::Yes => self.slow_store(address, value, mem),
            _ => self.slow_store_now(address, value, mem),
        };
        done.map_err(|Stopped| if self.requests.restart { T::raise(0, 0) } else { self.take_fault() })
    }

    /// The physical address that a helper is going to store `len` bytes to, which are in one page; before its first store.
    ///
    /// # Errors
    /// The guest exception; or one that means nothing, when the helper has to end and will be run again in a block of its own, because lifted code
    /// is there.
    pub fn translate_store(&mut self, address: u64, len: u64, space: u8) -> Result<u64, T::Fault> {
        let phys = self.translate(address, Access::Write, space)?;
        if self.again != Again::No
            && let Some(page) = self.env.bus_apart().ram_page(phys)
            && page.ram.is_code(page.offset + phys % memory::PAGE_SIZE, len)
        {
            self.requests.restart = true;
            return Err(T::raise(0, 0));
        }
        Ok(phys)
    }

    fn take_fault(&mut self) -> T::Fault {
        self.fault.take().expect("a slow path that stops without restart leaves a fault")
    }

    /// Reads physical memory, as a page walk does.
    ///
    /// # Errors
    /// When nothing answers there.
    pub fn phys_read(&mut self, phys: u64, width: Width, endian: Endian) -> Result<u64, BusError> {
        if let Some(page) = self.env.bus.ram_page(phys)
            && phys.is_multiple_of(u64::from(width.bytes()))
        {
            let value = page.ram.read(page.offset + phys % memory::PAGE_SIZE, width.bytes());
            return Ok(if endian == Endian::HOST { value } else { uop::sem::un(uop::UnOp::Bswap, width, value) });
        }
        let now = self.now();
        self.env.bus.read(phys, width.bytes(), endian, now)
    }

    /// Writes physical memory.
    ///
    /// # Errors
    /// When nothing answers there.
    pub fn phys_write(&mut self, phys: u64, value: u64, width: Width, endian: Endian) -> Result<(), BusError> {
        self.again = Again::No;
        let now = self.now();
        self.env.bus.write(phys, width.bytes(), endian, value, now)?;
        if let Some(page) = self.env.bus_apart().ram_page(phys) {
            self.note_store(phys, &page);
        }
        Ok(())
    }

    /// Writes bytes to physical memory, all within one 4 KiB page.
    ///
    /// # Errors
    /// When there is no RAM that can be written.
    pub fn phys_write_bytes(&mut self, phys: u64, bytes: &[u8]) -> Result<(), BusError> {
        self.again = Again::No;
        let page = self.env.bus_apart().ram_page(phys).filter(|p| p.writable).ok_or(BusError(phys))?;
        page.ram.write_bytes(page.offset + phys % memory::PAGE_SIZE, bytes);
        for at in (0..bytes.len() as u64).step_by(8) {
            self.note_store(phys + at, &page);
        }
        Ok(())
    }

    /// Atomically replaces `expected` by `new` in RAM, as a page walk sets an accessed or dirty bit. `Ok(false)` when something
    /// else was there.
    ///
    /// # Errors
    /// When there is no RAM.
    pub fn phys_compare_exchange(
        &mut self,
        phys: u64,
        expected: u64,
        new: u64,
        width: Width,
        endian: Endian,
    ) -> Result<bool, BusError> {
        self.again = Again::No;
        let page = self.env.bus_apart().ram_page(phys).filter(|p| p.writable).ok_or(BusError(phys))?;
        let host = |v: u64| if endian == Endian::HOST { v } else { uop::sem::un(uop::UnOp::Bswap, width, v) };
        let at = page.offset + phys % memory::PAGE_SIZE;
        let done = page.ram.compare_exchange(at, width.bytes(), host(expected), host(new)) == host(expected);
        self.note_store(phys, &page);
        Ok(done)
    }

    /// Atomically replaces 16 bytes, aligned, by others if they are the expected ones: what was there, as the guest's big-endian number.
    ///
    /// # Errors
    /// When there is no RAM.
    pub fn phys_compare_exchange_pair(&mut self, phys: u64, expected: u128, new: u128) -> Result<u128, BusError> {
        self.again = Again::No;
        let page = self.env.bus_apart().ram_page(phys).filter(|p| p.writable).ok_or(BusError(phys))?;
        let at = page.offset + phys % memory::PAGE_SIZE;
        let old = u128::from_be(page.ram.compare_exchange_pair(at, expected.to_be(), new.to_be()));
        if old == expected {
            self.note_store(phys, &page);
            self.note_store(phys + 8, &page);
        }
        Ok(old)
    }

    /// The physical address that an access may go to.
    ///
    /// # Errors
    /// The guest exception.
    pub fn translate(&mut self, address: u64, access: Access, space: u8) -> Result<u64, T::Fault> {
        if access == Access::Write && self.again == Again::Yes {
            self.again = Again::Looking;
        }
        self.walk(address, access, space).map(|t| t.phys)
    }

    /// Translates; what a page walk stores is not a store of the helper that asks.
    pub(crate) fn walk(&mut self, address: u64, access: Access, space: u8) -> Result<Translation, T::Fault> {
        let again = self.again;
        let translation = T::translate(self, address, access, space);
        self.again = again;
        translation
    }
}
