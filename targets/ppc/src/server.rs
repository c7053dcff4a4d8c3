//! Helpers of instructions that servers have had since version 2.07.

use cpu::Ctx;

use crate::papr;
use crate::spr::n;
use crate::state::msr;
use crate::target::Ppc;
use crate::trap::Trap;

type Out = Result<u64, Trap>;

/// BESCR: event-based branches are enabled.
const BESCR_GE: u64 = 1 << 63;

/// `rfebb`.
pub(crate) fn rfebb<T: Ppc>(ctx: &mut Ctx<T>, [enable, ..]: [u64; 4]) -> Out {
    let bescr = ctx.state.spr(n::BESCR) & !BESCR_GE | if enable != 0 { BESCR_GE } else { 0 };
    ctx.state.set_spr(n::BESCR, bescr);
    let pc = ctx.state.spr(n::EBBRR) & !3;
    Ok(if ctx.state.msr & msr::SF != 0 { pc } else { pc & 0xffff_ffff })
}

/// A transaction that fails at once: for good, at nesting level 1, and what privilege it had.
pub(crate) fn fail_transaction<T: Ppc>(ctx: &mut Ctx<T>, [pc, ..]: [u64; 4]) -> Out {
    const PERSISTENT: u64 = 1 << (63 - 7);
    const NESTING_OVERFLOW: u64 = 1 << (63 - 9);
    const SUMMARY: u64 = 1 << (63 - 36);
    const EXACT: u64 = 1 << (63 - 37);
    let m = ctx.state.msr;
    let privilege = u64::from(m & msr::HV != 0) << 29 | u64::from(m & msr::PR != 0) << 28;
    ctx.state.set_spr(n::TEXASR, PERSISTENT | NESTING_OVERFLOW | SUMMARY | EXACT | privilege);
    ctx.state.set_spr(n::TFIAR, pc | u64::from(m & msr::HV != 0) << 1 | u64::from(m & msr::PR != 0));
    ctx.state.set_spr(n::TFHAR, pc.wrapping_add(4));
    Ok(0)
}

/// `lqarx`.
pub(crate) fn reserve_second<T: Ppc>(ctx: &mut Ctx<T>, [value, ..]: [u64; 4]) -> Out {
    ctx.state.reserved_second = value;
    Ok(0)
}

/// `stqcx.`
pub(crate) fn reserved_second<T: Ppc>(ctx: &mut Ctx<T>, [value, ..]: [u64; 4]) -> Out {
    Ok((ctx.state.reserved_second == value).into())
}

/// Which thread of the core a message of type 5 is for ("Directed Privileged Doorbell").
fn addressee(message: u64) -> Option<u32> {
    (message >> 27 & 0x1f == 5).then_some(message as u32 & 0x7f)
}

/// Threads of the CPU's core.
fn threads<T: Ppc>(ctx: &Ctx<T>) -> u32 {
    papr::of(&*ctx.board()).map_or(1, |partition| partition.config().threads.max(1))
}

/// The CPU's number in its core.
pub(crate) fn thread_of<T: Ppc>(ctx: &Ctx<T>) -> u32 {
    ctx.index() % threads(ctx)
}

/// `msgsndp`.
pub(crate) fn msgsndp<T: Ppc>(ctx: &mut Ctx<T>, [message, ..]: [u64; 4]) -> Out {
    let Some(thread) = addressee(message) else { return Ok(0) };
    let board = ctx.board();
    let threads = threads(ctx);
    if thread >= threads {
        return Ok(0);
    }
    let cpu = ctx.index() / threads * threads + thread;
    match papr::of(&*board) {
        Some(partition) if cpu != ctx.index() => partition.post(cpu, |mail| mail.doorbell = true),
        _ => ctx.state.doorbell = true,
    }
    Ok(0)
}

/// `msgclrp`: the own one.
pub(crate) fn msgclrp<T: Ppc>(ctx: &mut Ctx<T>, [message, ..]: [u64; 4]) -> Out {
    if addressee(message).is_some() {
        ctx.state.doorbell = false;
    }
    Ok(0)
}
