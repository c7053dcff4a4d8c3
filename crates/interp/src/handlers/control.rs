//! How blocks end: jumps, branches, and the ways out.

use cpu::{Core, RETURNS, Raised, Return, TlbEntry};
use uop::{CmpOp, Width};

use super::alu::{compare, pick_cmp};
use super::{get, go, set};
use crate::slot::{Data, FAR, Handler, Head, Link, Slot, leave};

type Ip = *const Slot;
type Tlb = *const TlbEntry;

/// Goes on with the block at `head`, taking its instructions off the budget. `link` is the exit that led here, or null.
#[inline(always)]
unsafe fn enter(core: *mut Core, head: *const Head, link: *const Link, tlb: Tlb, budget: i64) -> u64 {
    // SAFETY: see the module `handlers`.
    unsafe {
        let rest = budget - i64::from((*head).n_insns);
        if rest < 0 {
            return no_entry(core, head.cast(), tlb, budget, link);
        }
        go!(core, head.add(1).cast::<Slot>(), tlb, rest)
    }
}

/// Goes where a link leads.
#[inline(always)]
pub(super) unsafe fn enter_link(core: *mut Core, link: *const Link, tlb: Tlb, budget: i64) -> u64 {
    // SAFETY: see the module `handlers`.
    unsafe { enter(core, (*link).target, link, tlb, budget) }
}

/// The budget doesn't suffice, or the link leads nowhere yet.
#[cold]
#[inline(never)]
unsafe extern "C" fn no_entry(core: *mut Core, head: Ip, tlb: Tlb, budget: i64, link: *const Link) -> u64 {
    // SAFETY: see the module `handlers`.
    unsafe {
        let head = head.cast::<Head>();
        if (*head).n_insns != i32::MAX {
            return out(core, head.cast(), budget, leave::BUDGET);
        }
        if std::ptr::eq(head, &raw const FAR) {
            return far(core, (*link).pc, tlb, budget);
        }
        (*core).leave_pc = (*link).pc;
        out(core, link.cast(), budget, leave::DIRECT)
    }
}

/// Goes on at `pc` by the jump cache.
#[inline(always)]
pub(super) unsafe fn far(core: *mut Core, pc: u64, tlb: Tlb, budget: i64) -> u64 {
    // SAFETY: see the module `handlers`; entries with the current mode's key are heads of live blocks.
    unsafe {
        let key = (*core).mode_key;
        let entry = &raw const (*core).jumps[Core::jump_slot(pc, key)];
        if (*entry).pc == pc && (*entry).mode_key == key {
            let head = (*entry).entry.cast::<Head>();
            let rest = budget - i64::from((*head).n_insns);
            if rest >= 0 {
                go!(core, head.add(1).cast::<Slot>(), tlb, rest)
            }
        }
        (*core).leave_pc = pc;
        out(core, std::ptr::null(), budget, leave::INDIRECT)
    }
}

/// Remembers where a call comes back to.
#[inline(always)]
unsafe fn push_return(core: *mut Core, link: *const Link) {
    // SAFETY: see the module `handlers`; the index is within the ring.
    unsafe {
        let top = ((*core).returns_top + 1) % RETURNS;
        (*core).returns_top = top;
        let slot = &raw mut (*core).returns[top];
        *slot = Return { link: link.cast(), mode_key: (*core).mode_key };
    }
}

/// Ends a block by a jump to a known address whose links are at `link`: where it goes and, for a call, where it comes back to.
#[inline(always)]
pub(super) unsafe fn leave_by<const CALL: bool>(core: *mut Core, link: *const Link, tlb: Tlb, budget: i64) -> u64 {
    // SAFETY: see the module `handlers`.
    unsafe {
        if CALL {
            push_return(core, link.add(1));
        }
        enter_link(core, link, tlb, budget)
    }
}

/// What an indirect jump is, as handlers know it.
pub(crate) mod hint {
    /// Nothing special.
    pub(crate) const NONE: u8 = 0;
    /// A call: the link of its return is behind.
    pub(crate) const CALL: u8 = 1;
    /// A return. The link of the last call is where it goes, mostly: then what follows need not wait for the address itself.
    pub(crate) const RETURN: u8 = 2;
}

/// Ends a block by the indirect jump in slot `ip`.
#[inline(always)]
pub(super) unsafe fn leave_for<const HINT: u8>(core: *mut Core, ip: Ip, tlb: Tlb, budget: i64) -> u64 {
    // SAFETY: see the module `handlers`; links of calls that are remembered belong to live blocks.
    unsafe {
        let pc = target(core, &*ip);
        if HINT == hint::CALL {
            push_return(core, ip.add(1).cast());
        }
        if HINT == hint::RETURN {
            let top = (*core).returns_top;
            (*core).returns_top = top.wrapping_sub(1) % RETURNS;
            let Return { link, mode_key } = (*core).returns[top];
            if mode_key == (*core).mode_key && (*link.cast::<Link>()).pc == pc {
                return enter_link(core, link.cast(), tlb, budget);
            }
        }
        far(core, pc, tlb, budget)
    }
}

/// Leaves the handlers.
#[inline(always)]
pub(super) unsafe fn out(core: *mut Core, ip: *const u8, budget: i64, why: u64) -> u64 {
    // SAFETY: see the module `handlers`.
    unsafe {
        (*core).ip = ip;
        (*core).budget = budget;
    }
    why
}

/// A jump to a known address; its link is behind, and that of its return behind that.
pub(crate) unsafe extern "C" fn jump<const CALL: bool>(core: *mut Core, ip: Ip, tlb: Tlb, budget: i64) -> u64 {
    // SAFETY: see the module `handlers`.
    unsafe { leave_by::<CALL>(core, ip.add(1).cast(), tlb, budget) }
}

/// Where an indirect jump leads: the bits of `a` that the immediate says.
#[inline(always)]
unsafe fn target(core: *mut Core, s: &Slot) -> u64 {
    // SAFETY: see the module `handlers`.
    unsafe { get(core, s.a) & i64::from(s.imm) as u64 }
}

/// A jump to an address in `a`, without the bits that the immediate lacks.
pub(crate) unsafe extern "C" fn indirect<const HINT: u8>(core: *mut Core, ip: Ip, tlb: Tlb, budget: i64) -> u64 {
    // SAFETY: see the module `handlers`.
    unsafe { leave_for::<HINT>(core, ip, tlb, budget) }
}

/// Compares and branches; the links for taken and not taken are behind.
unsafe extern "C" fn branch<const OP: u8, const W: u8, const IMM: bool>(
    core: *mut Core,
    ip: Ip,
    tlb: Tlb,
    budget: i64,
) -> u64 {
    // SAFETY: see the module `handlers`.
    unsafe {
        if compare::<OP, W, IMM>(core, &*ip) {
            let link = ip.add(1).cast::<Link>();
            enter(core, (*link).target, link, tlb, budget)
        } else {
            let link = ip.add(2).cast::<Link>();
            enter(core, (*link).target, link, tlb, budget)
        }
    }
}

/// The same, where the taken edge leads into another mode: its key is behind the links.
unsafe extern "C" fn branch_into<const OP: u8, const W: u8, const IMM: bool>(
    core: *mut Core,
    ip: Ip,
    tlb: Tlb,
    budget: i64,
) -> u64 {
    // SAFETY: see the module `handlers`.
    unsafe {
        if compare::<OP, W, IMM>(core, &*ip) {
            (*core).mode_key = (*ip.add(3).cast::<Data>()).low;
            enter_link(core, ip.add(1).cast(), tlb, budget)
        } else {
            enter_link(core, ip.add(2).cast(), tlb, budget)
        }
    }
}

/// The handler that compares and branches, into another mode if it is taken.
pub(crate) fn branch_into_handler(op: CmpOp, w: Width, imm: bool) -> Handler {
    uop::for_each_cmp_op!(pick_cmp branch_into, op, w, imm;)
}

/// The mode is the one in `imm` from here on.
pub(crate) unsafe extern "C" fn set_mode(core: *mut Core, ip: Ip, tlb: Tlb, budget: i64) -> u64 {
    // SAFETY: see the module `handlers`.
    unsafe {
        (*core).mode_key = Core::key_of((*ip).imm as u32);
        go!(core, ip.add(1), tlb, budget)
    }
}

/// The mode is the one in `imm` from here on, and `d` holds it.
pub(crate) unsafe extern "C" fn note_mode(core: *mut Core, ip: Ip, tlb: Tlb, budget: i64) -> u64 {
    // SAFETY: see the module `handlers`.
    unsafe {
        let mode = (*ip).imm as u32;
        (*core).mode_key = Core::key_of(mode);
        set(core, (*ip).d, mode.into());
        go!(core, ip.add(1), tlb, budget)
    }
}

/// Raises if the comparison holds; code and argument are behind.
unsafe extern "C" fn raise_if<const OP: u8, const W: u8, const IMM: bool>(
    core: *mut Core,
    ip: Ip,
    tlb: Tlb,
    budget: i64,
) -> u64 {
    // SAFETY: see the module `handlers`.
    unsafe {
        if compare::<OP, W, IMM>(core, &*ip) {
            return raise(core, ip, tlb, budget);
        }
        go!(core, ip.add(1 + RAISE_DATA), tlb, budget)
    }
}

/// The handler that compares and raises.
pub(crate) fn raise_if_handler(op: CmpOp, w: Width, imm: bool) -> Handler {
    uop::for_each_cmp_op!(pick_cmp raise_if, op, w, imm;)
}

/// The handler that compares and branches.
pub(crate) fn branch_handler(op: CmpOp, w: Width, imm: bool) -> Handler {
    uop::for_each_cmp_op!(pick_cmp branch, op, w, imm;)
}

/// Slots of data behind an op that raises: argument, code and the distance to the head; then address, what the target needs beside, and how
/// many instructions of the block are left from the one at work on.
pub(crate) const RAISE_DATA: usize = 2;

/// Raises what the data behind say: here if that can be, else by the run loop.
#[cold]
#[inline(never)]
pub(crate) unsafe extern "C" fn raise(core: *mut Core, ip: Ip, _: Tlb, budget: i64) -> u64 {
    // SAFETY: see the module `handlers`, and [`resume`].
    unsafe {
        let what = *ip.add(1).cast::<Data>();
        let place = *ip.add(2).cast::<Data>();
        (*core).ip = ip.cast();
        (*core).budget = budget + (place.high >> 32) as i64;
        match ((*core).slow.raise)(core, (place.low, place.high as u32), what.high as u32, what.low) {
            Raised::On(pc) => far(core, pc, tlb_of(core), (*core).budget),
            Raised::Out(pc) => {
                (*core).leave_pc = pc;
                out(core, ip.cast(), (*core).budget, leave::UPDATE)
            }
            Raised::Refused => out(core, ip.cast(), budget, leave::RAISE),
        }
    }
}

macro_rules! to_known {
    ($(#[$m:meta])* $name:ident, $why:ident) => {
        $(#[$m])*
        pub(crate) unsafe extern "C" fn $name(core: *mut Core, ip: Ip, _: Tlb, budget: i64) -> u64 {
            // SAFETY: see the module `handlers`.
            unsafe {
                (*core).leave_pc = (*ip.add(1).cast::<Data>()).low;
                out(core, ip.cast(), budget, leave::$why)
            }
        }
    };
}
to_known!(/** Waits for an interrupt. */ halt, HALT);
to_known!(/** A breakpoint. */ break_, BREAK);

/// The TLB of the current space.
#[inline(always)]
pub(crate) unsafe fn tlb_of(core: *mut Core) -> Tlb {
    // SAFETY: see the module `handlers`; the space is one of those that there is room for.
    unsafe {
        let space = usize::from((*core).space);
        (&raw const (*core).tlb).cast::<[TlbEntry; cpu::TLB_SIZE]>().add(space).cast()
    }
}

/// Goes on at `pc` after a look at mode and interrupts.
#[inline(always)]
unsafe fn resume(core: *mut Core, ip: Ip, budget: i64, pc: u64) -> u64 {
    // SAFETY: see the module `handlers`; nothing refers to the CPU while the slow path runs. Where it lets the handlers go on, mode and space
    // belong together, and the jump cache holds live blocks.
    unsafe {
        (*core).ip = ip.cast();
        (*core).budget = budget;
        let (pc, goes_on) = ((*core).slow.resume)(core, pc);
        if goes_on {
            return far(core, pc, tlb_of(core), (*core).budget);
        }
        (*core).leave_pc = pc;
        out(core, ip.cast(), (*core).budget, leave::UPDATE)
    }
}

/// Goes on at the address behind.
pub(crate) unsafe extern "C" fn update(core: *mut Core, ip: Ip, _: Tlb, budget: i64) -> u64 {
    // SAFETY: see the module `handlers`.
    unsafe { resume(core, ip, budget, (*ip.add(1).cast::<Data>()).low) }
}

/// Goes on at the address in `a`.
pub(crate) unsafe extern "C" fn update_indirect(core: *mut Core, ip: Ip, _: Tlb, budget: i64) -> u64 {
    // SAFETY: see the module `handlers`.
    unsafe { resume(core, ip, budget, get(core, (*ip).a)) }
}
