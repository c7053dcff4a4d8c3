//! From an address to a block: the page of code, the cache, and lifting what is not there.

use std::fmt::Write;
use std::sync::Arc;
use std::sync::atomic::{Ordering, fence};

use memory::{PAGE_SIZE, RamPage};
use uop::Builder;

use super::Vcpu;
use crate::blocks::Key;
use crate::core::{Core, JumpEntry};
use crate::engine::{CodeId, Engine};
use crate::target::{Access, Code, Lifted, Mode, Target};

/// Instructions of a block at most.
const MAX_INSNS: usize = 64;
/// Ops of a block at most, before passes.
const MAX_OPS: usize = 1200;
/// Bytes of code that are looked at for one block.
const WINDOW: u64 = 512;
/// Translations of code pages that are remembered.
const FETCH_SLOTS: usize = 64;

/// A page of code and where it is.
#[derive(Clone, Copy)]
pub(super) struct Fetched {
    /// Virtual page, or one that no page is.
    page: u64,
    space: u8,
    phys: u64,
    ram: RamPage<'static>,
    /// Whether the translation may be remembered.
    keep: bool,
}

impl<T: Target, E: Engine> Vcpu<T, E> {
    /// Only within a page: what lies in another one depends on translations that may change. Both modes are known: an exit always
    /// leads into the same one.
    pub(super) fn may_link(&self, from: CodeId, to: CodeId) -> bool {
        let (from, to) = (self.cache.entry(from), self.cache.entry(to));
        from.key.pc / PAGE_SIZE == to.key.pc / PAGE_SIZE
            && from.key.phys / PAGE_SIZE == to.key.phys / PAGE_SIZE
            && to.pages[1].is_none()
            && !from.key.alone
            && !from.key.single
    }

    /// The block at `pc`, if the jump cache knows it.
    pub(super) fn recall(&self, pc: u64, mode: Mode) -> Option<CodeId> {
        let key = Core::key_of(mode);
        let entry = &self.ctx.core.jumps[Core::jump_slot(pc, key)];
        if entry.pc != pc || entry.mode_key != key {
            return None;
        }
        // SAFETY: the cache is emptied whenever blocks are removed.
        Some(unsafe { self.engine.code_at(entry.entry) })
    }

    /// The block at `pc`, lifted if need be. Unless it runs alone, the jump cache knows it from now on.
    pub(super) fn find(&mut self, pc: u64, mode: Mode, alone: bool) -> Result<CodeId, T::Fault> {
        if !alone && let Some(code) = self.recall(pc, mode) {
            return Ok(code);
        }
        let page = self.fetch_page(pc, mode)?;
        let phys = page.phys + pc % PAGE_SIZE;
        let key = Key { pc, phys, mode, alone, single: !page.keep };
        let code = match self.cache.find(&key) {
            Some(code) if self.second_page_holds(code, mode)? => code,
            _ => self.lift(key, &page)?,
        };
        if key.single {
            self.check_parts(code, mode)?;
        }
        if !alone && page.keep && self.cache.entry(code).pages[1].is_none() {
            self.ctx.note_jump(JumpEntry { pc, mode_key: Core::key_of(mode), entry: self.engine.entry(code) });
        }
        Ok(code)
    }

    /// Asks for the right to fetch the rest of an instruction, which may end within the page.
    fn check_parts(&mut self, code: CodeId, mode: Mode) -> Result<(), T::Fault> {
        let (pc, len) = (self.cache.entry(code).key.pc, self.cache.entry(code).len);
        let space = T::space(mode, Access::Fetch);
        (T::FETCH_PART..len)
            .step_by(T::FETCH_PART as usize)
            .try_for_each(|at| T::translate(&mut self.ctx, pc.wrapping_add(at), Access::Fetch, space).map(drop))
    }

    /// Whether the page that a block goes on in, if it crosses a page's end, is still there.
    fn second_page_holds(&mut self, code: CodeId, mode: Mode) -> Result<bool, T::Fault> {
        let entry = self.cache.entry(code);
        let Some(second) = entry.pages[1] else { return Ok(true) };
        let next = (entry.key.pc | (PAGE_SIZE - 1)).wrapping_add(1);
        Ok(self.fetch_page(next, mode)?.phys == second)
    }

    /// The page of code at `pc`.
    pub(super) fn fetch_page(&mut self, pc: u64, mode: Mode) -> Result<Fetched, T::Fault> {
        let (virt, space) = (pc & !(PAGE_SIZE - 1), T::space(mode, Access::Fetch));
        if self.ctx.take_fetch_flush() {
            self.fetched.clear();
        }
        let slot = (pc / PAGE_SIZE) as usize % FETCH_SLOTS;
        if let Some(Some(hit)) = self.fetched.get(slot)
            && hit.page == virt
            && hit.space == space
        {
            return Ok(*hit);
        }
        let t = T::translate(&mut self.ctx, pc, Access::Fetch, space)?;
        let Some(ram) = self.ctx.env.bus_apart().ram_page(t.phys) else {
            // Devices hold no code.
            let fault = T::bus_error(&mut self.ctx, pc, t.phys, Access::Fetch);
            return Err(fault.unwrap_or_else(|| T::misaligned(pc, Access::Fetch)));
        };
        let hit = Fetched { page: virt, space, phys: t.phys & !(PAGE_SIZE - 1), ram, keep: t.cache };
        if t.cache {
            self.fetched.resize(FETCH_SLOTS, None);
            self.fetched[slot] = Some(hit);
        }
        Ok(hit)
    }

    pub(super) fn lift(&mut self, key: Key, page: &Fetched) -> Result<CodeId, T::Fault> {
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
            second = Some((next, first));
        }
        let mut block = builder.finish(key.pc, len);
        debug_assert_eq!(uop::verify(&block, &kind.layout), Ok(()), "lifted\n{}", uop::text(&block, &kind.layout));
        debug_assert!(
            [block.mode, block.taken_mode].into_iter().flatten().all(|to| same_spaces::<T>(key.mode, to)),
            "a known mode with other address spaces"
        );
        let insns = block.insns.clone().into_boxed_slice();
        self.log_lifted(&block, &bytes, key.mode);
        uop::pass::run(&mut block, &kind.layout);
        let code = self.engine.add(&block, &kind.layout);
        let len = (len as usize).clamp(1, bytes.len());
        let parts = match &second {
            Some((next, first)) => {
                vec![(key.phys, page.ram, &bytes[..*first]), (next.phys, next.ram, &bytes[*first..len.max(first + 1)])]
            }
            None => vec![(key.phys, page.ram, &bytes[..len])],
        };
        if self.cache.add(code, key, insns, &parts) {
            self.ctx.env.bus.note_code_page();
            // Others see that when they next look; our own stores may come before we do.
            self.ctx.revoke_writes();
        }
        self.look_twice(&parts);
        Ok(code)
    }

    /// Another CPU may have stored between the reading of bytes and their marking as code; then the block is void.
    fn look_twice(&mut self, parts: &[(u64, RamPage<'_>, &[u8])]) {
        fence(Ordering::SeqCst);
        for (phys, page, bytes) in parts {
            let mut now = vec![0; bytes.len()];
            page.ram.read_bytes(page.offset + phys % PAGE_SIZE, &mut now);
            if now != *bytes {
                page.ram.touch_code(page.offset);
                self.ctx.env.bus.note_code_change();
                self.ctx.requests.code_changed = true;
            }
        }
    }

    /// Lifts what `bytes` hold; returns the bytes used and whether the next instruction is cut off.
    pub(super) fn lift_insns(&mut self, builder: &Builder<'_>, key: Key, bytes: &[u8]) -> (u32, bool) {
        let mut len = 0u32;
        let mut more = false;
        while !builder.has_exit() {
            let pc = key.pc.wrapping_add(u64::from(len));
            let full =
                builder.n_insns() >= if key.alone || key.single { 1 } else { MAX_INSNS } || builder.n_ops() > MAX_OPS;
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
            let mode = builder.mode().unwrap_or(key.mode);
            // A breakpoint that an instruction lifted with others would take along must stop the CPU all the same.
            let alone = key.alone || self.breakpoints.iter().any(|b| b.wrapping_sub(pc) < WINDOW);
            let code = Code { pc, offset: len as i32, bytes: &bytes[len as usize..], mode, alone };
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

    /// Logs what was lifted: guest instructions, and the ops before and after passes.
    fn log_lifted(&self, block: &uop::Block, bytes: &[u8], mode: Mode) {
        let Some((log, items)) = &self.log else { return };
        let mut text = String::new();
        if items.in_asm {
            text += "----------------\nIN:\n";
            for insn in &block.insns {
                let pc = block.pc.wrapping_add_signed(i64::from(insn.offset));
                let rest = bytes.get(insn.offset as usize..).unwrap_or_default();
                let code = Code { pc, offset: insn.offset, bytes: rest, mode, alone: true };
                let (name, len) = T::disassemble(&self.kind.lifter, code).unwrap_or(("(unknown)".to_owned(), 0));
                let hex: String = rest.iter().take(len as usize).map(|b| format!("{b:02x}")).collect();
                let _ = writeln!(text, "{pc:#018x}:  {hex:<16}  {name}");
            }
        }
        if items.op {
            text += &format!("OP:\n{}", uop::text(block, &self.kind.layout));
        }
        if items.op_opt {
            let mut after = block.clone();
            uop::pass::run(&mut after, &self.kind.layout);
            text += &format!("OP after passes:\n{}", uop::text(&after, &self.kind.layout));
        }
        if !text.is_empty() {
            log.write(&text);
        }
    }
}

/// Whether two modes reach memory in the same way, so that a block may lead from one to the other.
pub(super) fn same_spaces<T: Target>(a: Mode, b: Mode) -> bool {
    [Access::Read, Access::Fetch].into_iter().all(|access| T::space(a, access) == T::space(b, access))
}
