//! Traps and interrupts: entry, return, error mode.
//!
//! SPARC Architecture Manual Version 8, "Traps".

use cpu::{Access, Ctx};

use super::state::psr;
use super::{Sparc32, mmu};
use crate::fpu;
use crate::irq;
use crate::state::{self, CWP, DELAYED, NPC, WIM};
use crate::trap::{Trap, tt};

/// Why a CPU stands that has trapped while traps were disabled ("Error mode").
pub const ERROR_MODE: &str = "a trap while traps were disabled: the processor is in error mode";
/// Why a CPU stands that has executed `ta 0` with traps disabled: programs on LEON end so.
pub const SHUT_DOWN: &str = "ta 0 while traps were disabled: the program has ended";

/// Next pc.
pub(super) fn npc(ctx: &Ctx<Sparc32>) -> u64 {
    if ctx.reg(DELAYED) != 0 { ctx.reg(NPC) } else { ctx.pc().wrapping_add(4) & 0xffff_ffff }
}

/// The trap of an access that is not aligned.
pub(super) fn misaligned(address: u64, _: Access) -> Trap {
    Trap::new(tt::MISALIGNED, address)
}

/// Enters the handler of `trap`.
pub(super) fn deliver(ctx: &mut Ctx<Sparc32>, trap: Trap) {
    if mmu::is_hushed(ctx, trap) {
        // The instruction is over; what it has loaded is undefined.
        let npc = npc(ctx);
        ctx.set_pc(npc);
        ctx.set_reg(DELAYED, 0);
        return;
    }
    if !ctx.state.has(psr::ET) {
        ctx.state.tbr = ctx.state.tbr & !0xff0 | (trap.tt & 0xff) << 4;
        let ended = trap.tt == tt::TRAP_INSTRUCTION;
        ctx.set_stuck(if ended { SHUT_DOWN } else { ERROR_MODE });
        return;
    }
    if trap.tt == tt::FP_EXCEPTION && trap.arg != 0 {
        fpu::set_ftt(ctx, trap.arg as u32);
    }
    mmu::note_bus_error(ctx, trap, ctx.state.has(psr::S));
    let (pc, npc, windows) = (ctx.pc(), npc(ctx), u64::from(ctx.model().windows()));
    let cwp = (ctx.reg(CWP) + windows - 1) % windows;
    ctx.set_reg(CWP, cwp);
    ctx.set_reg(state::local(cwp as u16, 1), pc);
    ctx.set_reg(state::local(cwp as u16, 2), npc);
    let old = ctx.state.psr;
    let ps = if old & psr::S != 0 { psr::PS } else { 0 };
    ctx.state.psr = old & !(psr::ET | psr::PS) | ps | psr::S;
    ctx.state.tbr = ctx.state.tbr & !0xff0 | (trap.tt & 0xff) << 4;
    ctx.set_reg(DELAYED, 0);
    let target = ctx.state.tbr;
    ctx.set_pc(target.into());
}

/// The highest level that is requested, 0 for none.
fn level(ctx: &Ctx<Sparc32>) -> u32 {
    let levels = ctx.lines() & 0xfffe;
    if levels == 0 { 0 } else { levels.ilog2() }
}

/// Whether an interrupt of this level is let through by PIL; level 15 always is ("Interrupts").
fn passes(ctx: &Ctx<Sparc32>, level: u32) -> bool {
    level == 15 || level > ctx.state.pil()
}

/// The interrupt to take now, if any; and starts a CPU that waits since reset.
pub(super) fn interrupt(ctx: &mut Ctx<Sparc32>) -> Option<Trap> {
    if !ctx.state.started && runs(ctx) {
        ctx.state.started = true;
        ctx.set_halted(false);
    }
    if ctx.state.powered_down && wakes(ctx) {
        ctx.state.powered_down = false;
        ctx.set_halted(false);
        ctx.acknowledge(irq::AWAKE);
    }
    let level = level(ctx);
    if level == 0 || !ctx.state.started || !ctx.state.has(psr::ET) || !passes(ctx, level) {
        return None;
    }
    ctx.acknowledge(level);
    Some(Trap::new(tt::INTERRUPT + level, 0))
}

fn runs(ctx: &Ctx<Sparc32>) -> bool {
    ctx.lines() >> irq::RUN & 1 != 0
}

/// Whether a waiting CPU goes on: an interrupt that PIL lets through, or the line that starts it since reset or power-down.
pub(super) fn wakes(ctx: &Ctx<Sparc32>) -> bool {
    if !ctx.state.started {
        return runs(ctx);
    }
    let level = level(ctx);
    level != 0 && passes(ctx, level) || ctx.state.powered_down && runs(ctx)
}

/// Helper: "Return from Trap Instruction": the address; what comes behind the delay slot is the caller's matter.
pub(super) fn rett(ctx: &mut Ctx<Sparc32>, [address, ..]: [u64; 4]) -> Result<u64, Trap> {
    let supervisor = ctx.state.has(psr::S);
    if ctx.state.has(psr::ET) {
        return Err(Trap::new(if supervisor { tt::ILLEGAL } else { tt::PRIVILEGED }, 0));
    }
    let cwp = (ctx.reg(CWP) + 1) % u64::from(ctx.model().windows());
    // Traps are disabled: each of these leads into error mode.
    if !supervisor {
        return Err(Trap::new(tt::PRIVILEGED, 0));
    }
    if ctx.reg(WIM) >> cwp & 1 != 0 {
        return Err(Trap::new(tt::WINDOW_UNDERFLOW, 0));
    }
    if address & 3 != 0 {
        return Err(Trap::new(tt::MISALIGNED, 0));
    }
    ctx.set_reg(CWP, cwp);
    let old = ctx.state.psr;
    let s = if old & psr::PS != 0 { psr::S } else { 0 };
    ctx.state.psr = old & !psr::S | s | psr::ET;
    Ok(0)
}
