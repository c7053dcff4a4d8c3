//! The debug registers of the 405, as those of BookE that mean the same.
//!
//! PPC405 Processor Core User's Manual, chapter 9, "Debugging", "Debug Control Register 0", "Debug Control Register 1", "Debug Status Register".

use cpu::Ctx;

use crate::debug::{BRT, Compares, DACS, IAC1, ICMP, IDE, IRPT, TRAP};
use crate::spr::n;
use crate::target::Ppc;

/// DBCR1, and the address compares.
const DBCR1: u32 = 957;
const IACS: [u32; 4] = [1012, 1013, 948, 949];
const DAC1: u32 = 1014;

/// Bits of DBSR: BookE's, and the 405's.
const EVENTS: [(u64, u64); 13] = [
    (ICMP, 1 << 31),
    (BRT, 1 << 30),
    (IRPT, 1 << 29),
    (TRAP, 1 << 28),
    (IAC1, 1 << 26),
    (IAC1 >> 1, 1 << 25),
    (1 << 19, 1 << 24),
    (1 << 18, 1 << 23),
    (1 << 17, 1 << 22),
    (1 << 16, 1 << 21),
    (IDE, 1 << 20),
    (IAC1 >> 2, 1 << 19),
    (IAC1 >> 3, 1 << 18),
];

/// What of BookE's DBSR the 405's register has.
pub(crate) fn status(bits: u64) -> u64 {
    EVENTS.iter().filter(|(booke, _)| bits & booke != 0).map(|(_, own)| own).sum()
}

/// DBCR0 in BookE's layout: IDM, IC, BT, EDE, TDE, IA1 and IA2 are where that has them, IA3 and IA4 are not, and data compares are DBCR1's.
pub(crate) fn control<T: Ppc>(ctx: &Ctx<T>) -> u64 {
    let (first, second) = (ctx.state.spr(n::DBCR0), ctx.state.spr(DBCR1));
    let bit = |word: u64, n: u32, to: u32| (word >> (31 - n) & 1) << to;
    let addresses = bit(first, 12, 21) | bit(first, 13, 20);
    // D1R, D1W, D2R, D2W.
    let data = bit(second, 0, 19) | bit(second, 2, 18) | bit(second, 1, 17) | bit(second, 3, 16);
    first & 0x7fc0_0000 | addresses | data & DACS
}

/// How a pair of compares is taken: each by itself, the range between them, or all but that.
fn kind(range: bool, exclusive: bool) -> u64 {
    match (range, exclusive) {
        (false, _) => 0,
        (true, false) => 2,
        (true, true) => 3,
    }
}

/// The compares of instruction addresses 1 and 2, or 3 and 4.
pub(crate) fn fetch_compares<T: Ppc>(ctx: &Ctx<T>, pair: usize) -> Compares {
    let how = ctx.state.spr(n::DBCR0);
    let at = if pair == 0 { 10 } else { 14 };
    let on = |n: u32| how >> (31 - n) & 1 != 0;
    let addresses = [0, 1].map(|i| ctx.state.spr(IACS[2 * pair + i]));
    Compares { addresses, kind: kind(on(at), on(at + 1)), qualifiers: [0; 2], ignored: [3; 2] }
}

/// The compares of data addresses: D1S and D2S say how many of the lowest bits don't count.
pub(crate) fn data_compares<T: Ppc>(ctx: &Ctx<T>) -> Compares {
    let how = ctx.state.spr(DBCR1);
    let on = |n: u32| how >> (31 - n) & 1 != 0;
    let ignored = [26, 24].map(|shift| [0, 1, 3, 31][(how >> shift & 3) as usize]);
    let addresses = [0, 1].map(|i| ctx.state.spr(DAC1 + i));
    Compares { addresses, kind: kind(on(8), on(9)), qualifiers: [0; 2], ignored }
}
