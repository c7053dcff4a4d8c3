//! Doorbells: messages from CPU to CPU, without an interrupt controller.
//!
//! Power ISA 2.07B, Book III-E, chapter 11, "Processor Control"; Book III-S, 10.3.1, "Message Send", "Message Clear", and 6.5.18, "Directed Hypervisor Doorbell Interrupt"; 3.0B,
//! Book III, chapter 10.

use cpu::Ctx;

use crate::board::Board;
use crate::ext::Ext;
use crate::target::Ppc;
use crate::trap::{Trap, irq};

/// The line of a message's type; others are ignored. Guests' doorbells need a hypervisor, which embedded CPUs have not got here.
fn line<T: Ppc>(ctx: &Ctx<T>, message: u64) -> Option<u32> {
    match (ctx.model().has(Ext::Isa207), message >> 27 & 0x1f) {
        (false, 0) | (true, 5) => Some(irq::DOORBELL),
        (false, 1) => Some(irq::CRITICAL_DOORBELL),
        _ => None,
    }
}

/// Helper: `msgsnd`: to the CPU whose number is in the message, or, on embedded ones, to all.
pub(crate) fn send<T: Ppc>(ctx: &mut Ctx<T>, [message, ..]: [u64; 4]) -> Result<u64, Trap> {
    const BROADCAST: u64 = 1 << 26;
    let server = ctx.model().has(Ext::Isa207);
    let all = !server && message & BROADCAST != 0;
    let tag = message & if server { 0xf_ffff } else { 0x3fff };
    if let (Some(line), Some(board)) = (line(ctx, message), ctx.shared::<Board>()) {
        board.ring((!all).then_some(tag as usize), line);
    }
    Ok(0)
}

/// Helper: `msgclr`: the CPU's own.
pub(crate) fn clear<T: Ppc>(ctx: &mut Ctx<T>, [message, ..]: [u64; 4]) -> Result<u64, Trap> {
    if let Some(line) = line(ctx, message) {
        answer(ctx, line);
    }
    Ok(0)
}

/// A doorbell has been answered, or taken back.
pub(crate) fn answer<T: Ppc>(ctx: &Ctx<T>, line: u32) {
    if let Some(board) = ctx.shared::<Board>() {
        board.silence(ctx.index(), line);
    }
}
