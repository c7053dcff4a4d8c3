//! The blocks of one CPU, the links between them, and the way into the handlers and out.

use std::collections::BTreeMap;
use std::ptr;

use cpu::{CodeId, Core, Engine, Leave, Link as ExitLink, Position};
use uop::{Block, Layout};

use crate::handlers::control::tlb_of;
use crate::lower::{Links, lower};
use crate::slot::{Data, Head, Link, Raw, Recovery, Slot, UNLINKED, leave};

/// A lowered block in its final memory.
struct Code {
    slots: *mut Raw,
    n_slots: usize,
    starts: Box<[u32]>,
    links: Links,
    /// By slot.
    recover: Box<[Recovery]>,
    /// Exits of other blocks that lead here.
    incoming: Vec<ExitLink>,
    /// Blocks that this one's exits lead to.
    outgoing: [Option<CodeId>; 3],
}

impl Code {
    fn insn_at(&self, slot: u32) -> u16 {
        self.starts.partition_point(|s| *s <= slot).saturating_sub(1) as u16
    }
}

impl Drop for Code {
    fn drop(&mut self) {
        // SAFETY: made from a boxed slice of this length in `add`; no handler runs in it any more.
        drop(unsafe { Box::from_raw(ptr::slice_from_raw_parts_mut(self.slots, self.n_slots)) });
    }
}

/// The interpreter of one CPU.
#[derive(Default)]
pub struct Interp {
    codes: Vec<Option<Code>>,
    free: Vec<u32>,
    by_address: BTreeMap<usize, CodeId>,
}

// SAFETY: the raw pointers are to memory that the codes own; nothing is shared with other threads.
unsafe impl Send for Interp {}

impl Interp {
    fn code(&self, id: CodeId) -> &Code {
        self.codes[id.0 as usize].as_ref().expect("a block that has not been removed")
    }

    fn code_mut(&mut self, id: CodeId) -> &mut Code {
        self.codes[id.0 as usize].as_mut().expect("a block that has not been removed")
    }

    /// The block and slot at an address within lowered code.
    fn slot_at(&self, ip: *const u8) -> Option<(CodeId, u32)> {
        let (start, id) = self.by_address.range(..=ip as usize).next_back()?;
        let slot = (ip as usize - start) / size_of::<Raw>();
        (slot < self.code(*id).n_slots).then_some((*id, slot as u32))
    }

    fn position(&self, ip: *const u8) -> (Position, u32) {
        let (code, slot) = self.slot_at(ip).expect("handlers leave from within a block");
        self.position_in(code, slot)
    }

    fn position_in(&self, code: CodeId, slot: u32) -> (Position, u32) {
        let insn = self.code(code).insn_at(slot);
        (Position { code, insn }, self.code(code).starts.len() as u32 - u32::from(insn))
    }

    fn point(&mut self, link: ExitLink, target: *const Head) {
        let code = self.code_mut(link.from);
        let Some(slot) = code.links[usize::from(link.exit)] else { return };
        // SAFETY: the slot is within the block and holds a link, as `lower` has said; no handler runs meanwhile.
        unsafe { (*code.slots.add(slot as usize).cast::<Link>()).target = target };
    }

    /// Brings registers up to date behind an op that has faulted.
    fn recover(&self, core: &mut Core, code: CodeId, slot: u32) {
        let all = &self.code(code).recover;
        let these = || all[all.partition_point(|r| r.slot < slot)..].iter().take_while(|r| r.slot == slot);
        let values: Vec<u64> = these().map(|r| r.value(core.file[usize::from(r.from)])).collect();
        these().zip(values).for_each(|(r, value)| core.file[usize::from(r.reg)] = value);
    }

    fn leave(&self, core: &mut Core, why: u64, budget: i64) -> (Leave, i64) {
        let pc = core.leave_pc;
        let leave = match why {
            // SAFETY: `core.ip` is the head that the budget did not suffice for.
            leave::BUDGET => Leave::Budget { pc: unsafe { (*core.ip.cast::<Head>()).pc } },
            leave::DIRECT => {
                let (from, slot) = self.slot_at(core.ip).expect("a link is within its block");
                let exit = self.code(from).links.iter().position(|link| *link == Some(slot)).expect("a link") as u8;
                Leave::Direct { pc, link: ExitLink { from, exit } }
            }
            leave::INDIRECT => Leave::Indirect { pc },
            leave::UPDATE => Leave::Update { pc },
            leave::HALT => Leave::Halt { pc },
            leave::BREAK => {
                let (_, left) = self.position(core.ip);
                return (Leave::Break { pc }, budget + i64::from(left));
            }
            leave::RAISE => {
                // SAFETY: behind the slot of a raise is its data, which says how many slots before it the head is.
                let (data, id) = unsafe {
                    let data = *core.ip.cast::<Slot>().add(1).cast::<Data>();
                    (data, CodeId((*core.ip.cast::<Raw>().sub((data.high >> 32) as usize).cast::<Head>()).code))
                };
                let slot = (data.high >> 32) as u32;
                self.recover(core, id, slot);
                let (at, left) = self.position_in(id, slot);
                return (Leave::Raise { at, code: data.high as u32, arg: data.low }, budget + i64::from(left));
            }
            _ => {
                let (code, slot) = self.slot_at(core.ip).expect("handlers leave from within a block");
                self.recover(core, code, slot);
                let (at, left) = self.position_in(code, slot);
                return (Leave::Stopped(at), budget + i64::from(left));
            }
        };
        (leave, budget)
    }
}

impl Engine for Interp {
    fn add(&mut self, block: &Block, layout: &Layout) -> CodeId {
        let lowered = lower(block, layout);
        let n_slots = lowered.slots.len();
        let slots = Box::into_raw(lowered.slots.into_boxed_slice()).cast::<Raw>();
        let code = Code {
            slots,
            n_slots,
            starts: lowered.starts.into(),
            links: lowered.links,
            recover: lowered.recover.into(),
            incoming: Vec::new(),
            outgoing: [None; 3],
        };
        let id = match self.free.pop() {
            Some(id) => {
                self.codes[id as usize] = Some(code);
                CodeId(id)
            }
            None => {
                self.codes.push(Some(code));
                CodeId(self.codes.len() as u32 - 1)
            }
        };
        // SAFETY: the block is live, and its first slot is the head.
        unsafe { (*slots.cast::<Head>()).code = id.0 };
        self.by_address.insert(slots as usize, id);
        id
    }

    fn entry(&self, code: CodeId) -> *const u8 {
        self.code(code).slots.cast()
    }

    unsafe fn code_at(&self, entry: *const u8) -> CodeId {
        // SAFETY: by contract this is the head of a live block.
        CodeId(unsafe { (*entry.cast::<Head>()).code })
    }

    fn link(&mut self, link: ExitLink, to: CodeId) {
        let head = self.code(to).slots.cast::<Head>();
        self.point(link, head);
        self.code_mut(link.from).outgoing[usize::from(link.exit)] = Some(to);
        self.code_mut(to).incoming.push(link);
    }

    fn remove(&mut self, code: CodeId) {
        let incoming = std::mem::take(&mut self.code_mut(code).incoming);
        for link in incoming {
            self.point(link, &raw const UNLINKED);
            self.code_mut(link.from).outgoing[usize::from(link.exit)] = None;
        }
        for (exit, to) in self.code(code).outgoing.into_iter().enumerate() {
            if let Some(to) = to {
                let gone = ExitLink { from: code, exit: exit as u8 };
                self.code_mut(to).incoming.retain(|l| *l != gone);
            }
        }
        let address = self.code(code).slots as usize;
        self.by_address.remove(&address);
        self.codes[code.0 as usize] = None;
        self.free.push(code.0);
    }

    unsafe fn run(&mut self, core: *mut Core, code: CodeId, budget: i64) -> (Leave, i64) {
        debug_assert!(budget < i64::from(i32::MAX), "a budget that the heads of unlinked exits would not stop");
        let head = self.code(code).slots.cast_const().cast::<Head>();
        // SAFETY: the block is live and begins with its head and a slot; the caller vouches for `core`.
        unsafe {
            let rest = budget - i64::from((*head).n_insns);
            if rest < 0 {
                return (Leave::Budget { pc: (*head).pc }, budget);
            }
            let tlb = tlb_of(core);
            let ip = head.add(1).cast::<Slot>();
            #[cfg_attr(
                not(any(debug_assertions, feature = "loop-dispatch")),
                expect(unused_mut, reason = "loop dispatch only")
            )]
            let mut why = ((*ip).handler)(core, ip, tlb, rest);
            #[cfg(any(debug_assertions, feature = "loop-dispatch"))]
            while why >= leave::LIMIT {
                let ip = why as *const Slot;
                why = ((*ip).handler)(core, ip, tlb_of(core), (*core).budget);
            }
            self.leave(&mut *core, why, (*core).budget)
        }
    }

    fn locate(&self, ip: *const u8) -> Option<(Position, u32)> {
        self.slot_at(ip).map(|_| self.position(ip))
    }
}
