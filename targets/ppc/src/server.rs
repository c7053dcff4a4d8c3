//! Helpers of instructions that servers have had since version 2.07.

use cpu::{Access, Ctx};
use uop::Width;

use crate::mode;
use crate::papr;
use crate::spr::n;
use crate::state::msr;
use crate::target::Ppc;
use crate::trap::{BAD_THING, Trap};

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

/// `trechkpt.`: there must be a failure to checkpoint (Power ISA 2.07B, Book III-S, "Transaction Recheckpoint").
pub(crate) fn check_failed<T: Ppc>(ctx: &mut Ctx<T>, _: [u64; 4]) -> Out {
    const SUMMARY: u64 = 1 << (63 - 36);
    match ctx.state.spr(n::TEXASR) & SUMMARY {
        0 => Err(Trap::program(BAD_THING)),
        _ => Ok(0),
    }
}

/// `lqarx`.
pub(crate) fn reserve_second<T: Ppc>(ctx: &mut Ctx<T>, [value, ..]: [u64; 4]) -> Out {
    ctx.state.reserved_second = value;
    Ok(0)
}

/// `stqcx.`: both doublewords at once, if both are still what `lqarx` has loaded.
pub(crate) fn stqcx<T: Ppc>(ctx: &mut Ctx<T>, [address, first, second, _]: [u64; 4]) -> Out {
    let space = mode::space(T::mode(ctx), Access::Write);
    let phys = ctx.translate_store(address, 16, space)?;
    let Some((_, _, reserved)) = ctx.take_reservation().filter(|(at, width, _)| (*at, *width) == (phys, Width::W64))
    else {
        return Ok(0);
    };
    let little = ctx.state.msr & msr::LE != 0;
    let quad = |a: u64, b: u64| {
        let [a, b] = [a, b].map(|half| if little { half.swap_bytes() } else { half });
        u128::from(a) << 64 | u128::from(b)
    };
    let (old, new) = (quad(reserved, ctx.state.reserved_second), quad(first, second));
    Ok((ctx.phys_compare_exchange_pair(phys, old, new) == Ok(old)).into())
}

/// `darn`: splitmix64 (Steele, Lea and Flood 2014), stirred by the clock and the CPU's number. All ones would say that there is no number.
pub(crate) fn random<T: Ppc>(ctx: &mut Ctx<T>, _: [u64; 4]) -> Out {
    loop {
        let stirred = ctx.state.random ^ ctx.now().rotate_left(20) ^ u64::from(ctx.index()) << 56;
        ctx.state.random = stirred.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (ctx.state.random ^ ctx.state.random >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        let z = z ^ z >> 31;
        if z != u64::MAX {
            return Ok(z);
        }
    }
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
