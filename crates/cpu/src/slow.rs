//! The slow paths of memory accesses: TLB misses, devices, misaligned accesses, code pages, watchpoints, atomics.

use std::sync::atomic::{AtomicU8, AtomicU16, AtomicU32, AtomicU64, Ordering, fence};

use bits::Endian;
use memory::{PAGE_SIZE, RamPage};
use uop::{Align, Mem, RmwOp, UnOp, Width, sem};

use crate::api::Watch;
use crate::core::{Core, MAX_SPACES, Raised, SlowPaths, Stopped, TLB_INVALID, TlbEntry};
use crate::ctx::{Again, Ctx, Reservation};
use crate::target::{Access, Target};

/// The slow paths of target `T`.
pub(crate) fn slow_paths<T: Target>() -> SlowPaths {
    macro_rules! path {
        ($method:ident($($arg:ident),*)) => {
            // SAFETY: by the contract of `SlowPaths`, `core` is the core of a live `Ctx<T>` that nobody else refers to.
            |core, $($arg),*| unsafe { ctx::<T>(core) }.$method($($arg),*)
        };
    }
    SlowPaths {
        load: path!(slow_load(addr, mem)),
        store: path!(slow_store(addr, value, mem)),
        rmw: path!(slow_rmw(op, addr, value, mem)),
        cas: path!(slow_cas(addr, expected, new, mem)),
        load_linked: path!(slow_load_linked(addr, mem)),
        store_cond: path!(slow_store_cond(addr, value, mem)),
        resume: path!(resume(pc)),
        raise: path!(raise(at, code, arg)),
        call: path!(helper(number)),
    }
}

/// # Safety
/// `core` is the core of a live `Ctx<T>` to which no other reference is in use.
unsafe fn ctx<'a, T: Target>(core: *mut Core) -> &'a mut Ctx<T> {
    // SAFETY: by contract; `owner` was set to the `Ctx` when it was made, and the `Ctx` is boxed.
    unsafe { &mut *(*core).owner.cast::<Ctx<T>>() }
}

/// Where an access goes.
enum Place {
    /// RAM: host address, physical address.
    Ram(*mut u8, u64),
    /// Devices, ROM on stores, nothing: by the bus.
    Bus(u64),
}

impl<T: Target> Ctx<T> {
    fn stop(&mut self, fault: T::Fault) -> Stopped {
        self.fault = Some(fault);
        Stopped
    }

    fn helper(&mut self, number: u16) -> Result<u64, Stopped> {
        let args = self.core.args;
        self.again = if self.alone || self.entered_with == 0 { Again::No } else { Again::Yes };
        let result = (T::helpers()[usize::from(number)].run)(self, args);
        self.again = Again::No;
        if self.requests.restart { Err(Stopped) } else { result.map_err(|fault| self.stop(fault)) }
    }

    fn space_of(&self, mem: Mem) -> u8 {
        if mem.space == Mem::CURRENT { self.core.space } else { mem.space }
    }

    /// Translates, fills the TLB if that is allowed, and says where the access goes.
    fn place(&mut self, address: u64, len: u32, access: Access, space: u8) -> Result<Place, Stopped> {
        self.access_len = len;
        let t = self.walk(address, access, space);
        self.access_len = 1;
        let t = t.map_err(|f| self.stop(f))?;
        let Some(page) = self.env.bus_apart().ram_page(t.phys) else { return Ok(Place::Bus(t.phys)) };
        if access == Access::Write && !page.writable {
            return Ok(Place::Bus(t.phys));
        }
        let phys_page = t.phys & !(PAGE_SIZE - 1);
        let host = page.ram.host(page.offset);
        if access == Access::Write {
            self.check_running(t.phys, &page)?;
        }
        if t.cache && !self.watched(address & !(PAGE_SIZE - 1), PAGE_SIZE, Watch::Access) {
            self.ready_space(space);
            let virt = address & !(PAGE_SIZE - 1);
            let entry = &mut self.core.tlb[usize::from(space)][Core::tlb_slot(address)];
            let may_write = access == Access::Write || t.write && page.writable;
            let write = may_write && !page.ram.has_code(page.offset);
            *entry = TlbEntry {
                read: if t.read { virt } else { TLB_INVALID },
                write: if write { virt } else { TLB_INVALID },
                addend: (host as u64).wrapping_sub(virt),
                phys: phys_page,
            };
        }
        // SAFETY: `host` points to a whole page of RAM.
        Ok(Place::Ram(unsafe { host.add((t.phys % PAGE_SIZE) as usize) }, t.phys))
    }

    /// A store to lifted code is put off: its instruction is run again alone, so that what follows is lifted anew.
    fn check_running(&mut self, phys: u64, page: &RamPage<'_>) -> Result<(), Stopped> {
        if !self.alone && page.ram.is_code(page.offset + phys % PAGE_SIZE, 8) {
            self.requests.restart = true;
            return Err(Stopped);
        }
        Ok(())
    }

    /// Tells whoever holds code of the page that a store has gone there.
    pub(crate) fn note_store(&mut self, phys: u64, page: &RamPage<'_>) {
        // Against a CPU that lifts this very moment: it marks the code, then reads it once more. One of the two sees the other.
        fence(Ordering::SeqCst);
        if page.ram.is_code(page.offset + phys % PAGE_SIZE, 8) {
            page.ram.touch_code(page.offset);
            self.env.bus.note_code_change();
            self.requests.code_changed = true;
            self.leave_soon();
        }
    }

    fn note_ram_store(&mut self, phys: u64) {
        if let Some(page) = self.env.bus_apart().ram_page(phys) {
            self.note_store(phys, &page);
        }
    }

    /// After an access to a device: if that has moved an interrupt line, the run loop looks at it before the next block.
    fn after_device(&mut self, lines_before: u64) {
        if self.env.lines.levels() != lines_before || self.env.lines.is_kicked() {
            self.leave_soon();
        }
    }

    /// The engine comes back to the run loop when the block at work is over.
    fn leave_soon(&mut self) {
        if self.entered_with != 0 {
            let rest = self.core.budget;
            self.core.budget = 0;
            self.entered_with -= rest;
            self.put_by += rest;
        }
    }

    /// Whether the run loop has something to do before the next instruction.
    fn must_leave(&self) -> bool {
        let pending = self.requests.sync_code || self.requests.code_changed || self.watch_hit.is_some();
        let by_hand = self.entered_with == 0;
        self.alone || by_hand || self.logs_interrupts || pending || self.env.lines.is_kicked()
    }

    /// See [`SlowPaths::raise`]. Of two exceptions without an instruction between them the run loop takes the second: a guest whose handler
    /// traps must not keep the engine for ever.
    pub(crate) fn raise(&mut self, (pc, aux): (u64, u32), code: u32, arg: u64) -> Raised {
        if self.must_leave() || self.raised_with == self.core.budget {
            return Raised::Refused;
        }
        self.raised_with = self.core.budget;
        self.core.insns_left = 0;
        self.pc = pc;
        if aux != 0 {
            T::restore_aux(self, aux);
        }
        T::deliver(self, T::raise(code, arg));
        match self.resume(self.pc) {
            (pc, true) => Raised::On(pc),
            (pc, false) => Raised::Out(pc),
        }
    }

    /// See [`SlowPaths::resume`].
    pub(crate) fn resume(&mut self, pc: u64) -> (u64, bool) {
        self.pc = pc;
        self.core.insns_left = 0;
        if self.must_leave() {
            return (pc, false);
        }
        if let Some(interrupt) = T::interrupt(self) {
            self.halted = false;
            T::deliver(self, interrupt);
            // Its handler is entered by the run loop, which looks at what others have stored to code.
            return (self.pc, false);
        }
        if self.stuck.is_some() || self.halted {
            return (self.pc, false);
        }
        let mode = T::mode(self);
        self.core.space = T::space(mode, Access::Read);
        self.ready_space(self.core.space);
        self.core.mode_key = Core::key_of(mode);
        (self.pc, true)
    }

    fn watched(&self, address: u64, len: u64, access: Watch) -> bool {
        let hits = |&(at, n, kind): &(u64, u64, Watch)| {
            address < at.saturating_add(n)
                && at < address.saturating_add(len)
                && (access == Watch::Access || kind == access || kind == Watch::Access)
        };
        !self.watchpoints.is_empty() && self.watchpoints.iter().any(hits)
    }

    /// Looks whether an access is watched; it must not be made where debuggers expect the stop before it.
    fn note_watch(&mut self, address: u64, width: Width, access: Watch) -> Result<(), Stopped> {
        if self.watched(address, u64::from(width.bytes()), access) {
            self.watch_hit = Some((address, access));
            if T::WATCH_BEFORE {
                return Err(Stopped);
            }
        }
        Ok(())
    }

    pub(crate) fn slow_load(&mut self, address: u64, mem: Mem) -> Result<u64, Stopped> {
        self.note_watch(address, mem.width, Watch::Read)?;
        if address & u64::from(mem.width.bytes() - 1) != 0 {
            return self.split_load(address, mem);
        }
        let space = self.space_of(mem);
        match self.place(address, mem.width.bytes(), Access::Read, space)? {
            Place::Ram(p, _) => {
                // SAFETY: `place` gives a pointer into RAM, and the access is aligned and so stays in its page.
                let v = unsafe { read_host(p, mem.width, mem.order != uop::Order::Relaxed) };
                Ok(swap(v, mem))
            }
            Place::Bus(phys) => self.bus_load(address, phys, mem, Access::Read),
        }
    }

    /// A load from a device; `access` is what the fault says if nothing answers.
    fn bus_load(&mut self, address: u64, phys: u64, mem: Mem, access: Access) -> Result<u64, Stopped> {
        let (now, before) = (self.now(), self.env.lines.levels());
        let value = self.env.bus.read(phys, mem.width.bytes(), mem.endian, now);
        self.after_device(before);
        match value {
            Ok(v) => Ok(mem.width.cut(v)),
            Err(_) => self.nothing_answers(address, phys, access).map(|()| 0),
        }
    }

    /// The host address of bytes of one page that the soft TLB knows; an access that is only misaligned needs no more.
    fn known(&mut self, address: u64, mem: Mem, access: Access) -> Option<*mut u8> {
        let space = self.space_of(mem);
        self.ready_space(space);
        let entry = &self.core.tlb[usize::from(space)][Core::tlb_slot(address)];
        let tag = if access == Access::Write { entry.write } else { entry.read };
        let fits = address % PAGE_SIZE + u64::from(mem.width.bytes()) <= PAGE_SIZE;
        (fits && tag == address & !(PAGE_SIZE - 1)).then(|| address.wrapping_add(entry.addend) as *mut u8)
    }

    /// Whether an access that is not aligned may be one.
    fn may_split(&mut self, address: u64, mem: Mem, access: Access) -> Result<(), Stopped> {
        let fault = match mem.align {
            Align::Trap => Some(T::misaligned(address, access)),
            Align::Split => T::misaligned_split(address, mem.width.bytes(), access),
        };
        fault.map_or(Ok(()), |fault| Err(self.stop(fault)))
    }

    fn split_load(&mut self, address: u64, mem: Mem) -> Result<u64, Stopped> {
        self.may_split(address, mem, Access::Read)?;
        let mut bytes = [0u8; 8];
        let bytes = &mut bytes[..mem.width.bytes() as usize];
        if let Some(p) = self.known(address, mem, Access::Read) {
            for (i, b) in bytes.iter_mut().enumerate() {
                // SAFETY: all bytes are in a page of RAM that the TLB leads to.
                *b = unsafe { read_host(p.add(i), Width::W8, false) } as u8;
            }
            return Ok(mem.endian.read(bytes));
        }
        for (i, b) in bytes.iter_mut().enumerate() {
            *b = self.slow_load(address.wrapping_add(i as u64), Mem { width: Width::W8, ..mem })? as u8;
        }
        Ok(mem.endian.read(bytes))
    }

    /// A store by an op: it may be put off until its instruction runs alone.
    pub(crate) fn slow_store(&mut self, address: u64, value: u64, mem: Mem) -> Result<(), Stopped> {
        self.note_watch(address, mem.width, Watch::Write)?;
        if address & u64::from(mem.width.bytes() - 1) != 0 {
            return self.split_store(address, value, mem);
        }
        let space = self.space_of(mem);
        match self.place(address, mem.width.bytes(), Access::Write, space)? {
            Place::Ram(p, phys) => {
                // SAFETY: as for loads.
                unsafe { write_host(p, mem.width, swap(value, mem), mem.order != uop::Order::Relaxed) };
                self.note_ram_store(phys);
                Ok(())
            }
            Place::Bus(phys) => self.bus_store(address, phys, value, mem),
        }
    }

    /// A store by a helper that can't be put off any more: blocks of its page are voided after the current one.
    pub(crate) fn slow_store_now(&mut self, address: u64, value: u64, mem: Mem) -> Result<(), Stopped> {
        let alone = std::mem::replace(&mut self.alone, true);
        let result = self.slow_store(address, value, mem);
        self.alone = alone;
        result
    }

    fn bus_store(&mut self, address: u64, phys: u64, value: u64, mem: Mem) -> Result<(), Stopped> {
        let (now, before) = (self.now(), self.env.lines.levels());
        let written = self.env.bus.write(phys, mem.width.bytes(), mem.endian, value, now);
        self.after_device(before);
        if written.is_err() { self.nothing_answers(address, phys, Access::Write) } else { Ok(()) }
    }

    /// A target that has more to say about it after the instruction has kicked the CPU.
    fn nothing_answers(&mut self, address: u64, phys: u64, access: Access) -> Result<(), Stopped> {
        match T::bus_error(self, address, phys, access) {
            Some(fault) => Err(self.stop(fault)),
            None => {
                self.after_device(self.env.lines.levels());
                Ok(())
            }
        }
    }

    fn split_store(&mut self, address: u64, value: u64, mem: Mem) -> Result<(), Stopped> {
        self.may_split(address, mem, Access::Write)?;
        let mut bytes = [0u8; 8];
        let bytes = &mut bytes[..mem.width.bytes() as usize];
        mem.endian.write(bytes, value);
        if let Some(p) = self.known(address, mem, Access::Write) {
            for (i, b) in bytes.iter().enumerate() {
                // SAFETY: all bytes are in a page of RAM that the TLB leads to.
                unsafe { write_host(p.add(i), Width::W8, u64::from(*b), false) };
            }
            return Ok(());
        }
        // All pages must take the store before any byte is written; a fault of the second page is one of its first byte.
        let space = self.space_of(mem);
        let last = address.wrapping_add(bytes.len() as u64 - 1);
        let crosses = address / PAGE_SIZE != last / PAGE_SIZE;
        self.place(address, 1, Access::Write, space)?;
        self.place(if crosses { last & !(PAGE_SIZE - 1) } else { last }, 1, Access::Write, space)?;
        for (i, b) in bytes.iter().enumerate() {
            self.slow_store(address.wrapping_add(i as u64), u64::from(*b), Mem { width: Width::W8, ..mem })?;
        }
        Ok(())
    }

    /// The host address of `N` aligned doublewords, all in one page that the soft TLB lets this access reach.
    #[inline(always)]
    fn block<const N: usize>(&mut self, address: u64, access: Access) -> Option<*mut [AtomicU64; N]> {
        let space = usize::from(self.core.space) % MAX_SPACES;
        if !self.has_space(space) {
            return None;
        }
        let entry = &self.core.tlb[space][Core::tlb_slot(address)];
        let tag = if access == Access::Write { entry.write } else { entry.read };
        let fits = address.is_multiple_of(8) && address % PAGE_SIZE + 8 * N as u64 <= PAGE_SIZE;
        (fits && tag == address & !(PAGE_SIZE - 1)).then(|| address.wrapping_add(entry.addend) as *mut [AtomicU64; N])
    }

    /// Loads doublewords in little-endian order that follow each other, for helpers that restore many registers. `None` if they are not all in
    /// one page of RAM that the soft TLB knows: then the helper has to load by [`Ctx::load`].
    #[inline(always)]
    pub fn load_block<const N: usize>(&mut self, address: u64) -> Option<[u64; N]> {
        let block = self.block::<N>(address, Access::Read)?;
        // SAFETY: all of them are in a page of RAM that the TLB leads to, and aligned.
        let cells = unsafe { &*block };
        Some(cells.each_ref().map(|cell| u64::from_le(cell.load(Ordering::Relaxed))))
    }

    /// The same, and `first` says from what the first was what takes its place; the page must be one to store to. Pages with lifted code are none.
    #[inline(always)]
    pub fn take_block<const N: usize>(&mut self, address: u64, first: impl FnOnce(u64) -> u64) -> Option<[u64; N]> {
        let block = self.block::<N>(address, Access::Write)?;
        // SAFETY: as for loads; what may be stored to may be loaded from by the same instruction.
        let cells = unsafe { &*block };
        let old = cells.each_ref().map(|cell| u64::from_le(cell.load(Ordering::Relaxed)));
        cells[0].store(first(old[0]).to_le(), Ordering::Relaxed);
        Some(old)
    }

    /// Stores doublewords as [`Ctx::load_block`] loads them, and gives what the first was.
    #[inline(always)]
    pub fn replace_block<const N: usize>(&mut self, address: u64, doublewords: &[u64; N]) -> Option<u64> {
        let block = self.block::<N>(address, Access::Write)?;
        // SAFETY: as for loads.
        let cells = unsafe { &*block };
        let old = u64::from_le(cells[0].load(Ordering::Relaxed));
        let mut n = 0;
        while n < N {
            cells[n].store(doublewords[n].to_le(), Ordering::Relaxed);
            n += 1;
        }
        Some(old)
    }

    /// The host address of an aligned atomic access; `None` sends it to a device, where nothing else can come in between anyway.
    fn atomic_place(&mut self, address: u64, mem: Mem) -> Result<Place, Stopped> {
        self.note_watch(address, mem.width, Watch::Access)?;
        if address & u64::from(mem.width.bytes() - 1) != 0 {
            return Err(self.stop(T::misaligned(address, Access::Write)));
        }
        let space = self.space_of(mem);
        self.place(address, mem.width.bytes(), Access::Write, space)
    }

    pub(crate) fn slow_rmw(&mut self, op: RmwOp, address: u64, operand: u64, mem: Mem) -> Result<u64, Stopped> {
        let w = mem.width;
        if T::SPLIT_ATOMICS && address & u64::from(w.bytes() - 1) != 0 {
            return self.split_atomic(address, mem, |old| sem::rmw(op, w, old, operand));
        }
        match self.atomic_place(address, mem)? {
            Place::Ram(p, phys) => {
                let mut old;
                loop {
                    // SAFETY: as for loads.
                    old = unsafe { read_host(p, w, true) };
                    let new = swap(sem::rmw(op, w, swap(old, mem), operand), mem);
                    // SAFETY: as for loads.
                    if unsafe { cas_host(p, w, old, new) } == old {
                        break;
                    }
                }
                self.note_ram_store(phys);
                Ok(swap(old, mem))
            }
            Place::Bus(phys) => {
                let old = self.bus_load(address, phys, mem, T::ATOMIC_ERROR)?;
                self.bus_store(address, phys, sem::rmw(op, w, old, operand), mem)?;
                Ok(old)
            }
        }
    }

    /// An atomic access that is not aligned. Within 16 aligned bytes of RAM it is one; across them it is interlocked with its likes alone.
    fn split_atomic(&mut self, address: u64, mem: Mem, new: impl Fn(u64) -> u64) -> Result<u64, Stopped> {
        static ACROSS: std::sync::Mutex<()> = std::sync::Mutex::new(());
        self.reach_for_write(address, mem)?;
        let (len, at) = (mem.width.bytes() as usize, (address % 16) as usize);
        let space = self.space_of(mem);
        if at + len <= 16
            && let Place::Ram(_, phys) = self.place(address, 1, Access::Write, space)?
            && let Some(page) = self.env.bus_apart().ram_page(phys)
        {
            self.note_watch(address, mem.width, Watch::Access)?;
            let pair = page.offset + phys % PAGE_SIZE / 16 * 16;
            // Whether or not it is 0: this reads it.
            let mut seen = page.ram.compare_exchange_pair(pair, 0, 0);
            loop {
                let mut bytes = seen.to_ne_bytes();
                let old = mem.endian.read(&bytes[at..at + len]);
                mem.endian.write(&mut bytes[at..at + len], new(old));
                let found = page.ram.compare_exchange_pair(pair, seen, u128::from_ne_bytes(bytes));
                if found == seen {
                    self.note_ram_store(phys);
                    return Ok(old);
                }
                seen = found;
            }
        }
        // Whoever has panicked with it has left nothing half done.
        let _held = ACROSS.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let old = self.slow_load(address, mem)?;
        self.slow_store(address, new(old), mem)?;
        Ok(old)
    }

    /// Asks for the right to store at the first and the last byte of an access.
    fn reach_for_write(&mut self, address: u64, mem: Mem) -> Result<(), Stopped> {
        let space = self.space_of(mem);
        let last = address.wrapping_add(u64::from(mem.width.bytes()) - 1);
        self.place(address, 1, Access::Write, space)?;
        self.place(last, 1, Access::Write, space).map(|_| ())
    }

    pub(crate) fn slow_cas(&mut self, address: u64, expected: u64, new: u64, mem: Mem) -> Result<u64, Stopped> {
        if T::SPLIT_ATOMICS && address & u64::from(mem.width.bytes() - 1) != 0 {
            return self.split_atomic(address, mem, |old| if old == expected { new } else { old });
        }
        match self.atomic_place(address, mem)? {
            Place::Ram(p, phys) => {
                // SAFETY: as for loads.
                let old = unsafe { cas_host(p, mem.width, swap(expected, mem), swap(new, mem)) };
                self.note_ram_store(phys);
                Ok(swap(old, mem))
            }
            Place::Bus(phys) => {
                let old = self.bus_load(address, phys, mem, T::ATOMIC_ERROR)?;
                if old == expected {
                    self.bus_store(address, phys, new, mem)?;
                }
                Ok(old)
            }
        }
    }

    pub(crate) fn slow_load_linked(&mut self, address: u64, mem: Mem) -> Result<u64, Stopped> {
        if address & u64::from(mem.width.bytes() - 1) != 0 {
            return Err(self.stop(T::misaligned(address, Access::Read)));
        }
        let space = self.space_of(mem);
        self.note_watch(address, mem.width, Watch::Read)?;
        match self.place(address, mem.width.bytes(), Access::Read, space)? {
            Place::Ram(p, phys) => {
                // SAFETY: as for loads.
                let value = swap(unsafe { read_host(p, mem.width, true) }, mem);
                self.reservation = Some(Reservation { phys, width: mem.width, value });
                Ok(value)
            }
            Place::Bus(phys) => {
                self.reservation = None;
                self.bus_load(address, phys, mem, Access::Read)
            }
        }
    }

    /// Succeeds if the reserved place still holds the value that was loaded, which is what QEMU does too: a change there and back
    /// goes unnoticed.
    pub(crate) fn slow_store_cond(&mut self, address: u64, value: u64, mem: Mem) -> Result<u64, Stopped> {
        let place = self.atomic_place(address, mem)?;
        let reserved = self.reservation.take();
        match (place, reserved) {
            (Place::Ram(p, phys), Some(r)) if r.phys == phys && r.width == mem.width => {
                // SAFETY: as for loads.
                let old = unsafe { cas_host(p, mem.width, swap(r.value, mem), swap(value, mem)) };
                let stored = old == swap(r.value, mem);
                if stored {
                    self.note_ram_store(phys);
                }
                Ok(u64::from(stored))
            }
            _ => Ok(0),
        }
    }
}

fn swap(value: u64, mem: Mem) -> u64 {
    if mem.endian == Endian::HOST { value } else { sem::un(UnOp::Bswap, mem.width, value) }
}

macro_rules! by_width {
    ($width:expr, $p:expr, |$cell:ident: $int:ident| $body:expr) => {
        match $width {
            Width::W1 | Width::W8 => {
                type $int = u8;
                // SAFETY: by the caller's contract.
                let $cell = unsafe { AtomicU8::from_ptr($p) };
                $body
            }
            Width::W16 => {
                type $int = u16;
                // SAFETY: by the caller's contract.
                let $cell = unsafe { AtomicU16::from_ptr($p.cast()) };
                $body
            }
            Width::W32 => {
                type $int = u32;
                // SAFETY: by the caller's contract.
                let $cell = unsafe { AtomicU32::from_ptr($p.cast()) };
                $body
            }
            Width::W64 => {
                type $int = u64;
                // SAFETY: by the caller's contract.
                let $cell = unsafe { AtomicU64::from_ptr($p.cast()) };
                $body
            }
        }
    };
}

/// # Safety
/// `p` points to guest RAM and is aligned to `width`.
unsafe fn read_host(p: *mut u8, width: Width, ordered: bool) -> u64 {
    let order = if ordered { Ordering::SeqCst } else { Ordering::Relaxed };
    by_width!(width, p, |cell: Int| {
        let value: Int = cell.load(order);
        value as u64
    })
}

/// # Safety
/// `p` points to guest RAM and is aligned to `width`.
unsafe fn write_host(p: *mut u8, width: Width, value: u64, ordered: bool) {
    let order = if ordered { Ordering::SeqCst } else { Ordering::Relaxed };
    by_width!(width, p, |cell: Int| cell.store(value as Int, order));
}

/// # Safety
/// `p` points to guest RAM and is aligned to `width`.
#[expect(clippy::unnecessary_cast, reason = "one of the four widths is u64 itself")]
unsafe fn cas_host(p: *mut u8, width: Width, expected: u64, new: u64) -> u64 {
    by_width!(width, p, |cell: Int| {
        let r = cell.compare_exchange(expected as Int, new as Int, Ordering::SeqCst, Ordering::SeqCst);
        r.unwrap_or_else(|old| old) as u64
    })
}
