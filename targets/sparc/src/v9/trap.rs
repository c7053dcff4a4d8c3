//! Traps: types, priorities, entry, return.
//!
//! SPARC Architecture Manual V9, "Traps"; UltraSPARC I/II User's Manual, "Traps" (MMU and interrupt globals).

use cpu::{Access, Ctx};

use crate::model::Model;

use super::mode;
use super::state::{CC_A, CC_B, MODE, NPC, OTHERWIN};
use super::sys::{self, pstate};
use super::target::Sparc64;
use super::transfer::branch_target;
use super::{cc, mmu, window};

/// Trap types ("Exception and Interrupt Requests, Sorted by TT Value").
#[allow(missing_docs, reason = "the manual's names")]
pub mod tt {
    pub const POWER_ON_RESET: u16 = 0x01;
    pub const WATCHDOG_RESET: u16 = 0x02;
    pub const RED_STATE: u16 = 0x05;
    pub const INSTRUCTION_ACCESS: u16 = 0x08;
    pub const INSTRUCTION_ERROR: u16 = 0x0a;
    pub const ILLEGAL: u16 = 0x10;
    pub const PRIVILEGED_OPCODE: u16 = 0x11;
    pub const FP_DISABLED: u16 = 0x20;
    pub const FP_IEEE: u16 = 0x21;
    pub const FP_OTHER: u16 = 0x22;
    pub const TAG_OVERFLOW: u16 = 0x23;
    pub const CLEAN_WINDOW: u16 = 0x24;
    pub const DIVISION_BY_ZERO: u16 = 0x28;
    pub const DATA_ACCESS: u16 = 0x30;
    pub const DATA_ERROR: u16 = 0x32;
    pub const NOT_ALIGNED: u16 = 0x34;
    pub const LDDF_NOT_ALIGNED: u16 = 0x35;
    pub const STDF_NOT_ALIGNED: u16 = 0x36;
    pub const PRIVILEGED_ACTION: u16 = 0x37;
    pub const INTERRUPT_LEVEL_0: u16 = 0x40;
    pub const INTERRUPT_VECTOR: u16 = 0x60;
    pub const FAST_INSTRUCTION_MISS: u16 = 0x64;
    pub const FAST_DATA_MISS: u16 = 0x68;
    pub const FAST_DATA_PROTECTION: u16 = 0x6c;
    pub const SPILL_NORMAL: u16 = 0x80;
    pub const SPILL_OTHER: u16 = 0xa0;
    pub const FILL_NORMAL: u16 = 0xc0;
    pub const FILL_OTHER: u16 = 0xe0;
    pub const TRAP_0: u16 = 0x100;
    /// Not a type of the manual: SAVE that can't go on; which trap that is depends on the window registers.
    pub const ANY_SAVE: u16 = 0x200;
    /// The same for RESTORE and RETURN.
    pub const ANY_RESTORE: u16 = 0x201;
    /// The same for FLUSHW.
    pub const ANY_FLUSH: u16 = 0x202;
    /// No trap: an instruction is over that has changed the mode of [`super::super::window`].
    pub const WINDOWS_CHANGED: u16 = 0x203;
}

/// A trap to take.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Fault {
    /// Its type.
    pub tt: u16,
    /// The address of an access that was not aligned, if it was one to memory.
    pub address: Option<u64>,
}

impl Fault {
    /// The trap of this type.
    pub const fn new(tt: u16) -> Fault {
        Fault { tt, address: None }
    }

    /// The trap of an access that is not aligned.
    pub const fn misaligned(address: u64, _: Access) -> Fault {
        Fault { tt: tt::NOT_ALIGNED, address: Some(address) }
    }
}

/// Which trap a window instruction takes that can't go on ("Register Window Traps").
fn window_trap(ctx: &Ctx<Sparc64>, tt: u16) -> u16 {
    let wstate = u64::from(ctx.state.wstate);
    let vector = |normal: u16, other: u16| {
        if ctx.reg(OTHERWIN) != 0 { other + (wstate >> 3 & 7) as u16 * 4 } else { normal + (wstate & 7) as u16 * 4 }
    };
    match tt {
        tt::ANY_SAVE if window::counts(ctx).0 != 0 => tt::CLEAN_WINDOW,
        tt::ANY_SAVE | tt::ANY_FLUSH => vector(tt::SPILL_NORMAL, tt::SPILL_OTHER),
        tt::ANY_RESTORE => vector(tt::FILL_NORMAL, tt::FILL_OTHER),
        tt => tt,
    }
}

/// CCR as the manual has it.
pub(crate) fn ccr(ctx: &Ctx<Sparc64>) -> u64 {
    let form = mode::CC.of(ctx.reg(MODE) as u32);
    cc::ccr(form, ctx.reg(CC_A), ctx.reg(CC_B))
}

/// Writes CCR.
pub(crate) fn set_ccr(ctx: &mut Ctx<Sparc64>, ccr: u64) {
    ctx.set_reg(CC_A, ccr & 0xff);
    ctx.set_reg(CC_B, 0);
    sys::put_mode(ctx, mode::CC, cc::form::CCR);
}

/// nPC.
pub(crate) fn npc(ctx: &Ctx<Sparc64>) -> u64 {
    if mode::DELAYED.is_set(ctx.reg(MODE) as u32) {
        return ctx.reg(NPC);
    }
    let next = ctx.pc().wrapping_add(4);
    if ctx.state.pstate & pstate::AM != 0 { next & 0xffff_ffff } else { next }
}

/// Makes `npc` the address behind the instruction at `pc`.
pub(crate) fn set_npc(ctx: &mut Ctx<Sparc64>, pc: u64, npc: u64) {
    ctx.set_reg(NPC, npc);
    sys::put_mode(ctx, mode::DELAYED, u32::from(npc != pc.wrapping_add(4)));
}

/// nPC of the delay slot at pc, by the branch before it, which has been executed and changed nothing that it depends on.
pub(crate) fn branch_before(ctx: &Ctx<Sparc64>) -> u64 {
    let (pc, ccr) = (ctx.pc().wrapping_sub(4), ccr(ctx));
    let Some(word) = mmu::fetch_debug(ctx, pc) else { return ctx.pc().wrapping_add(4) };
    let icc = |field: u8, cond: u8| cc::holds(if field == cc::XCC { ccr >> 4 } else { ccr }, cond);
    let fcc = |n: u8, cond: u8| cc::fcc_holds(ctx.reg(super::state::fcc(n)), cond);
    let register = |n: u8| if n == 0 { 0 } else { ctx.reg(super::regs::integer(ctx, n)) };
    let npc = branch_target(word.into(), pc, icc, fcc, register);
    if ctx.state.pstate & pstate::AM != 0 { npc & 0xffff_ffff } else { npc }
}

/// TSTATE as a trap saves it.
fn tstate(ctx: &Ctx<Sparc64>) -> u64 {
    let m = ctx.reg(MODE) as u32;
    let gl = if ctx.state.sun4v { u64::from(mode::GLOBALS.of(m)) << 40 } else { 0 };
    gl | ccr(ctx) << 32 | u64::from(mode::ASI.of(m)) << 24 | (ctx.state.pstate & 0xfff) << 8 | u64::from(sys::cwp(ctx))
}

/// Takes a trap ("Trap Processing").
pub(crate) fn deliver(ctx: &mut Ctx<Sparc64>, fault: Fault) {
    if fault.tt == tt::WINDOWS_CHANGED {
        let next = npc(ctx);
        return jump(ctx, next);
    }
    let tt = window_trap(ctx, fault.tt);
    let tt = fault.address.map_or(tt, |address| alignment_trap(ctx, address));
    let (maxtl, old_tl) = (ctx.model().maxtl(), ctx.state.tl);
    if old_tl >= maxtl {
        // error_state: UltraSPARC resets itself ("Watchdog Reset (WDR)").
        return red_trap(ctx, tt::WATCHDOG_RESET, tt::WATCHDOG_RESET);
    }
    if ctx.state.sun4v {
        return deliver_sun4v(ctx, tt);
    }
    // At MAXTL - 1, or in RED_state, the trap goes to RED_state.
    if old_tl + 1 >= maxtl || ctx.state.pstate & pstate::RED != 0 {
        return red_trap(ctx, tt, tt::RED_STATE);
    }
    save_state(ctx, tt);
    let old = ctx.state.pstate;
    let globals = match tt {
        tt::INTERRUPT_VECTOR => pstate::IG,
        0x64..=0x6f | tt::DATA_ACCESS | tt::INSTRUCTION_ACCESS => pstate::MG,
        _ => pstate::AG,
    };
    let kept = old & (pstate::TLE | pstate::MM);
    let cle = if old & pstate::TLE != 0 { pstate::CLE } else { 0 };
    sys::set_pstate(ctx, kept | cle | pstate::PEF | pstate::PRIV | globals);
    enter_window(ctx, tt);
    let above = u64::from(old_tl > 0) << 14;
    let pc = ctx.state.tba & !0x7fff | above | u64::from(tt) << 5;
    jump(ctx, pc);
}

/// A trap to RED_state: to the vector of `vector` from RSTVaddr on ("RED_state Trap Processing").
pub(crate) fn red_trap(ctx: &mut Ctx<Sparc64>, tt: u16, vector: u16) {
    let maxtl = ctx.model().maxtl();
    ctx.state.tl = ctx.state.tl.min(maxtl - 1);
    save_state(ctx, tt);
    let globals = pstate::AG;
    sys::set_pstate(ctx, pstate::PEF | pstate::PRIV | pstate::RED | globals);
    enter_window(ctx, tt);
    // "RED_state": the MMUs are off.
    ctx.state.lsu = 0;
    mmu::flush(ctx);
    let pc = rst_vector(ctx.model()) | u64::from(vector) << 5;
    jump(ctx, pc);
}

/// RSTVaddr: the page of the reset vector that the board gives; UltraSPARC's own if it gives none.
pub(crate) fn rst_vector(model: &Model) -> u64 {
    match model.reset_vector() {
        0 => 0x1ff_f000_0000,
        vector => vector & !0xff,
    }
}

fn jump(ctx: &mut Ctx<Sparc64>, pc: u64) {
    ctx.set_pc(pc);
    set_npc(ctx, pc, pc.wrapping_add(4));
}

/// Raises TL and saves what traps save. The mode follows when the caller writes PSTATE.
fn save_state(ctx: &mut Ctx<Sparc64>, tt: u16) {
    let (tstate, pc, npc) = (tstate(ctx), ctx.pc(), npc(ctx));
    let state = &mut ctx.state;
    state.tl += 1;
    let level = &mut state.levels[state.tl as usize];
    (level.tstate, level.tpc, level.tnpc, level.tt) = (tstate, pc, npc, tt);
    level.htstate = state.hpstate;
}

/// "clean_window: CWP + 1; spill: CWP + CANSAVE + 2; fill: CWP - 1".
fn enter_window(ctx: &mut Ctx<Sparc64>, tt: u16) {
    let (cwp, windows) = (sys::cwp(ctx), ctx.model().windows());
    let new = match tt {
        tt::CLEAN_WINDOW => cwp + 1,
        0x80..0xc0 => cwp + window::counts(ctx).0 as u32 + 2,
        0xc0..0x100 => cwp + windows - 1,
        _ => return,
    };
    window::put_cwp(ctx, new % windows);
}

/// A trap of a sun4v CPU (UltraSPARC Architecture 2005, "Trap Processing"): to privileged mode if it comes from there or below and is one
/// of its own, else to hyperprivileged mode.
fn deliver_sun4v(ctx: &mut Ctx<Sparc64>, tt: u16) {
    let hyper_trap = match tt {
        0x80..0x180 => ctx.state.hpstate & sys::hpstate::HPRIV != 0,
        tt::FP_DISABLED..=tt::DIVISION_BY_ZERO | 0x40..=0x4f => ctx.state.hpstate & sys::hpstate::HPRIV != 0,
        tt::PRIVILEGED_OPCODE..=0x1f | tt::NOT_ALIGNED..=tt::PRIVILEGED_ACTION => {
            ctx.state.hpstate & sys::hpstate::HPRIV != 0
        }
        0x7c..=0x7f => ctx.state.hpstate & sys::hpstate::HPRIV != 0,
        _ => true,
    };
    let old_tl = ctx.state.tl;
    save_state(ctx, tt);
    let gl = (mode::GLOBALS.of(ctx.reg(MODE) as u32) + 1).min(3);
    let old = ctx.state.pstate;
    let cle = if old & pstate::TLE != 0 { pstate::CLE } else { 0 };
    let kept = old & (pstate::TLE | pstate::MM);
    let base = if hyper_trap {
        ctx.state.hpstate = sys::hpstate::HPRIV;
        sys::set_pstate(ctx, kept | cle | pstate::PEF | pstate::PRIV);
        ctx.state.htba & !0x3fff
    } else {
        sys::set_pstate(ctx, kept | cle | pstate::PEF | pstate::PRIV);
        ctx.state.tba & !0x7fff | u64::from(old_tl > 0) << 14
    };
    sys::put_mode(ctx, mode::GLOBALS, gl);
    sys::sync_mode(ctx);
    enter_window(ctx, tt);
    jump(ctx, base | u64::from(tt & 0x1ff) << 5);
}

/// Whether the access at pc that is not aligned is an LDDF or STDF on a multiple of 4, which have traps of their own.
fn alignment_trap(ctx: &mut Ctx<Sparc64>, address: u64) -> u16 {
    mmu::note_alignment(ctx, address);
    if address & 7 != 4 {
        return tt::NOT_ALIGNED;
    }
    let pc = ctx.pc();
    let Some(word) = mmu::fetch_debug(ctx, pc) else { return tt::NOT_ALIGNED };
    match (word >> 30, word >> 19 & 0x3f) {
        (3, 0x23 | 0x33) => tt::LDDF_NOT_ALIGNED,
        (3, 0x27 | 0x37) => tt::STDF_NOT_ALIGNED,
        _ => tt::NOT_ALIGNED,
    }
}

/// Helper: DONE and RETRY ("DONE and RETRY"): back to the state before the trap; the new pc.
fn leave(ctx: &mut Ctx<Sparc64>, to: impl Fn(u64, u64) -> (u64, u64)) -> Result<u64, Fault> {
    if ctx.state.tl == 0 {
        return Err(Fault::new(tt::ILLEGAL));
    }
    let level = ctx.state.levels[ctx.state.tl as usize];
    ctx.state.tl -= 1;
    if ctx.state.sun4v && ctx.state.hpstate & sys::hpstate::HPRIV != 0 {
        ctx.state.hpstate = level.htstate;
    }
    set_ccr(ctx, level.tstate >> 32);
    sys::put_mode(ctx, mode::ASI, (level.tstate >> 24 & 0xff) as u32);
    sys::set_pstate(ctx, level.tstate >> 8 & 0xfff);
    let windows = ctx.model().windows();
    window::put_cwp(ctx, (level.tstate & 0x1f) as u32 % windows);
    if ctx.state.sun4v {
        sys::put_mode(ctx, mode::GLOBALS, (level.tstate >> 40 & 3) as u32);
        sys::sync_mode(ctx);
    }
    let (pc, npc) = to(level.tpc, level.tnpc);
    let cut = if ctx.state.pstate & pstate::AM != 0 { 0xffff_ffff } else { u64::MAX };
    set_npc(ctx, pc & cut, npc & cut);
    Ok(pc & cut)
}

/// Helper: DONE.
pub(crate) fn done(ctx: &mut Ctx<Sparc64>, _: [u64; 4]) -> Result<u64, Fault> {
    leave(ctx, |_, tnpc| (tnpc, tnpc.wrapping_add(4)))
}

/// Helper: RETRY.
pub(crate) fn retry(ctx: &mut Ctx<Sparc64>, _: [u64; 4]) -> Result<u64, Fault> {
    leave(ctx, |tpc, tnpc| (tpc, tnpc))
}

/// Helper: raises trap type `tt` unless that is 0.
pub(crate) fn software(_: &mut Ctx<Sparc64>, [tt, ..]: [u64; 4]) -> Result<u64, Fault> {
    if tt == 0 { Ok(0) } else { Err(Fault::new(tt as u16)) }
}

/// TT of the current trap level.
pub fn current_tt(ctx: &Ctx<Sparc64>) -> u64 {
    ctx.state.levels[ctx.state.tl as usize].tt.into()
}
