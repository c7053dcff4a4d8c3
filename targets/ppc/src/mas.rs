//! Freescale's TLBs: TLB0 with pages of 4 KiB, TLB1 with pages of all sizes, and the MAS registers through which software sees them.
//!
//! EREF: A Programmer's Reference Manual for Freescale Power Architecture Processors, chapter 6, "Memory Management"; PowerPC e500 Core Family Reference
//! Manual, chapter 12. Names of fields are those of EREF, "MMU Assist Registers".

use cpu::{Access, Ctx, Translation};

use crate::board::{Board, Map};
use crate::mode;
use crate::model::{Family, Model};
use crate::softtlb::{Entry, allows};
use crate::target::Ppc;
use crate::trap::{PROTECTION, Trap, Vector};

type Out = Result<u64, Trap>;

/// Numbers of the registers.
pub(crate) mod n {
    pub(crate) const PID: [u32; 3] = [48, 633, 634];
    pub(crate) const MAS0: u32 = 624;
    pub(crate) const MAS1: u32 = 625;
    pub(crate) const MAS2: u32 = 626;
    pub(crate) const MAS3: u32 = 627;
    pub(crate) const MAS4: u32 = 628;
    pub(crate) const MAS6: u32 = 630;
    pub(crate) const MAS7: u32 = 944;
}

/// MAS1.
mod mas1 {
    pub(super) const V: u64 = 1 << 31;
    pub(super) const IPROT: u64 = 1 << 30;
    pub(super) const TS: u64 = 1 << 12;
    /// TSIZE, in which a page has 2 to that power KiB.
    pub(super) const TSIZE: u64 = 0x1f << 7;

    pub(super) fn tid(mas1: u64) -> u64 {
        mas1 >> 16 & 0x3fff
    }
}

/// Where TLBSEL is in MAS0 and MAS4, and ESEL and NV in MAS0.
const TLBSEL: u64 = 3 << 28;
const ESEL: u32 = 16;
/// WIMGE with ACM and the bits between, in MAS2.
const ATTRIBUTES: u64 = 0x7f;

/// One of the TLBs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Tlb {
    /// Entries of a set.
    pub(crate) ways: usize,
    /// Entries in all.
    pub(crate) entries: usize,
    /// Least and greatest page, as powers of 4 KiB times 1 KiB.
    sizes: (u64, u64),
    /// Pages of all sizes, entries that can be protected from invalidation.
    variable: bool,
}

impl Tlb {
    const fn new(ways: usize, sizes: (u64, u64), variable: bool, entries: usize) -> Tlb {
        Tlb { ways, entries, sizes, variable }
    }

    /// TLBnCFG: ASSOC, MINSIZE, MAXSIZE, IPROT, AVAIL, NENTRY.
    pub(crate) fn register(&self) -> u64 {
        let flags = if self.variable { 3 << 14 } else { 0 };
        let ways = if self.entries == self.ways { self.entries } else { self.ways };
        (ways as u64) << 24 | self.sizes.0 << 20 | self.sizes.1 << 16 | flags | self.entries as u64
    }
}

/// The TLBs of a model: e500 Core Family Reference Manual, "TLB Configuration Registers"; e500mc, e5500 and e6500 reference manuals, the same.
pub(crate) fn config(model: &Model) -> [Tlb; 2] {
    match model.family() {
        Family::E200 => [Tlb::new(1, (0, 0), false, 0), Tlb::new(32, (1, 9), true, 32)],
        Family::E500v1 => [Tlb::new(2, (1, 1), false, 256), Tlb::new(16, (1, 9), true, 16)],
        Family::E500v2 => [Tlb::new(4, (1, 1), false, 512), Tlb::new(16, (1, 12), true, 16)],
        Family::E6500 => [Tlb::new(8, (1, 1), false, 1024), Tlb::new(64, (1, 12), true, 64)],
        _ => [Tlb::new(4, (1, 1), false, 512), Tlb::new(64, (1, 12), true, 64)],
    }
}

/// MMUCFG: NPIDS, PIDSIZE, NTLBS.
pub(crate) fn mmucfg(model: &Model) -> u64 {
    match model.family() {
        Family::E200 | Family::E500v1 | Family::E500v2 => 3 << 11 | 7 << 6 | 1 << 2,
        // RASIZE of 36 and 40 bits; one PID of 14 bits; LPIDs on those with a hypervisor.
        Family::E500mc => 36 << 17 | 1 << 11 | 7 << 6 | 1 << 2,
        _ => 40 << 17 | 6 << 24 | 1 << 11 | 13 << 6 | 1 << 2,
    }
}

/// Bytes of an entry's page.
fn size(entry: &Entry) -> u64 {
    1024 << ((entry.words[0] & mas1::TSIZE) >> 7)
}

/// A valid entry, field by field.
pub(crate) struct Fields {
    pub(crate) effective: u64,
    pub(crate) real: u64,
    /// Bytes.
    pub(crate) size: u64,
    pub(crate) tid: u64,
    /// TS.
    pub(crate) space: u64,
    /// The low bits of MAS3: U0 to U3, UX SX UW SW UR SR.
    pub(crate) low: u64,
    /// WIMGE.
    pub(crate) attributes: u64,
}

/// The fields of an entry, if it is valid.
pub(crate) fn fields(entry: &Entry) -> Option<Fields> {
    let [first, second, third] = entry.words;
    let (size, space) = (size(entry), first >> 12 & 1);
    (first & mas1::V != 0).then(|| Fields {
        effective: second & !0xfff & !(size - 1),
        real: third & !0xfff & !(size - 1),
        size,
        tid: mas1::tid(first),
        space,
        low: third & 0x3ff,
        attributes: second & 0x1f,
    })
}

/// Whether an entry translates an address: `pids` are those it may belong to beside 0.
fn matches(entry: &Entry, address: u64, space: u64, pids: &[u64]) -> bool {
    let [first, second, _] = entry.words;
    let tid = mas1::tid(first);
    first & mas1::V != 0
        && first & mas1::TS == space << 12
        && (second ^ address) & !(size(entry) - 1) == 0
        && (tid == 0 || pids.contains(&tid))
}

fn pids<T: Ppc>(ctx: &Ctx<T>) -> [u64; 3] {
    n::PID.map(|number| ctx.state.spr(number))
}

/// Rights by UX SX UW SW UR SR, the low bits of MAS3: read, write, execute.
fn rights(entry: &Entry, problem: bool) -> [bool; 3] {
    let bits = entry.words[2] << if problem { 0 } else { 1 };
    [bits & 2 != 0, bits & 8 != 0, bits & 32 != 0]
}

fn real(entry: &Entry, address: u64) -> u64 {
    let offset = size(entry) - 1;
    entry.words[2] & 0xffff_ffff_ffff_f000 & !offset | address & offset
}

/// Translates an access.
pub(crate) fn translate<T: Ppc>(
    ctx: &mut Ctx<T>,
    address: u64,
    access: Access,
    space: u8,
) -> Result<Translation, Trap> {
    let (bit, pids) = (u64::from(mode::is_translated(space)), pids(ctx));
    let Some(entry) = ctx.state.tlb.iter().find(|entry| matches(entry, address, bit, &pids)) else {
        miss(ctx, address, bit);
        return Err(Trap::miss(address, access));
    };
    let all = rights(entry, mode::is_problem(space));
    if !allows(access, all) {
        // ISI and DSI leave no reason but ST in ESR ("Exception Syndrome Register").
        return Err(Trap::storage(address, access, PROTECTION));
    }
    Ok(Translation { phys: real(entry, address), read: all[0], write: all[1], cache: true })
}

/// As [`translate`], for a debugger.
pub(crate) fn debug<T: Ppc>(ctx: &Ctx<T>, address: u64, space: u64) -> Option<u64> {
    let pids = pids(ctx);
    ctx.state.tlb.iter().find(|entry| matches(entry, address, space, &pids)).map(|entry| real(entry, address))
}

/// Entries of TLB0 are chosen in turn.
fn victim<T: Ppc>(ctx: &mut Ctx<T>) -> u64 {
    let ways = config(ctx.model())[0].ways as u32;
    let way = ctx.state.next_way;
    ctx.state.next_way = (way + 1) % ways.max(1);
    u64::from(way) << ESEL | u64::from(ctx.state.next_way)
}

/// "MAS Register Updates for Exceptions": what a TLB error interrupt leaves, from MAS4.
fn miss<T: Ppc>(ctx: &mut Ctx<T>, address: u64, space: u64) {
    let mas4 = ctx.state.spr(n::MAS4);
    let which = mas4 >> 16 & 15;
    let pid = n::PID.get(which as usize).map_or(0, |&number| ctx.state.spr(number));
    let mas0 = mas4 & TLBSEL | victim(ctx);
    ctx.state.set_spr(n::MAS0, mas0);
    ctx.state.set_spr(n::MAS1, mas1::V | pid << 16 | space << 12 | mas4 & mas1::TSIZE);
    ctx.state.set_spr(n::MAS2, address & !0xfff | mas4 & ATTRIBUTES);
    ctx.state.set_spr(n::MAS3, 0);
    ctx.state.set_spr(n::MAS6, pid << 16 | space);
    ctx.state.set_spr(n::MAS7, 0);
}

/// Where in the list of all entries the one is that MAS0 and MAS2 name.
fn selected<T: Ppc>(ctx: &Ctx<T>) -> Option<(usize, Tlb)> {
    let [zero, one] = config(ctx.model());
    let mas0 = ctx.state.spr(n::MAS0);
    let esel = (mas0 >> ESEL & 0xfff) as usize;
    match (mas0 & TLBSEL) >> 28 {
        0 if zero.entries > 0 => {
            let sets = zero.entries / zero.ways;
            let set = (ctx.state.spr(n::MAS2) >> 12) as usize % sets;
            Some((set * zero.ways + esel % zero.ways, zero))
        }
        1 => Some((zero.entries + esel % one.entries, one)),
        _ => None,
    }
}

/// Helper: `tlbwe`.
pub(crate) fn tlbwe<T: Ppc>(ctx: &mut Ctx<T>, _: [u64; 4]) -> Out {
    let Some((at, tlb)) = selected(ctx) else { return Ok(0) };
    let mut first = ctx.state.spr(n::MAS1);
    if tlb.variable {
        let power = (first & mas1::TSIZE) >> 7;
        // Sizes beyond what TLB1CFG says are taken for the nearest.
        first = first & !mas1::TSIZE | power.clamp(2 * tlb.sizes.0, 2 * tlb.sizes.1) << 7;
    } else {
        first = first & !(mas1::TSIZE | mas1::IPROT) | (2 * tlb.sizes.0) << 7;
    }
    let offset = (1024u64 << ((first & mas1::TSIZE) >> 7)) - 1;
    let second = ctx.state.spr(n::MAS2);
    let third = ctx.state.spr(n::MAS7) << 32 | ctx.state.spr(n::MAS3);
    let entry = Entry { words: [first, second & !offset | second & ATTRIBUTES, third], tid: 0 };
    let old = std::mem::replace(&mut ctx.state.tlb[at], entry);
    for changed in [old, entry] {
        forget(ctx, &changed);
    }
    Ok(0)
}

/// The soft TLB gives up what an entry has been good for.
fn forget<T: Ppc>(ctx: &mut Ctx<T>, entry: &Entry) {
    if entry.words[0] & mas1::V == 0 {
        return;
    }
    if size(entry) == 4096 { ctx.flush_tlb_page(entry.words[1] & !0xfff) } else { ctx.flush_tlb() }
}

/// Helper: `tlbre`.
pub(crate) fn tlbre<T: Ppc>(ctx: &mut Ctx<T>, _: [u64; 4]) -> Out {
    match selected(ctx) {
        Some((at, _)) => show(ctx, at),
        None => ctx.state.set_spr(n::MAS1, 0),
    }
    Ok(0)
}

/// An entry, in the registers.
fn show<T: Ppc>(ctx: &mut Ctx<T>, at: usize) {
    let [first, second, third] = ctx.state.tlb[at].words;
    let [zero, _] = config(ctx.model());
    let mas0 = if at < zero.entries {
        let esel = (at % zero.ways) as u64;
        esel << ESEL | u64::from(ctx.state.next_way)
    } else {
        1 << 28 | ((at - zero.entries) as u64) << ESEL | u64::from(ctx.state.next_way)
    };
    ctx.state.set_spr(n::MAS0, mas0);
    ctx.state.set_spr(n::MAS1, first);
    ctx.state.set_spr(n::MAS2, second);
    ctx.state.set_spr(n::MAS3, third & 0xffff_ffff);
    ctx.state.set_spr(n::MAS7, third >> 32);
}

/// Helper: `tlbsx`: address.
pub(crate) fn tlbsx<T: Ppc>(ctx: &mut Ctx<T>, [address, ..]: [u64; 4]) -> Out {
    let mas6 = ctx.state.spr(n::MAS6);
    let (pid, space) = (mas6 >> 16 & 0x3fff, mas6 & 1);
    match ctx.state.tlb.iter().position(|entry| matches(entry, address, space, &[pid])) {
        Some(at) => show(ctx, at),
        None => {
            let mas4 = ctx.state.spr(n::MAS4);
            let mas0 = mas4 & TLBSEL | victim(ctx);
            ctx.state.set_spr(n::MAS0, mas0);
            ctx.state.set_spr(n::MAS1, pid << 16 | space << 12 | mas4 & mas1::TSIZE);
            ctx.state.set_spr(n::MAS2, mas4 & ATTRIBUTES);
            ctx.state.set_spr(n::MAS3, 0);
            ctx.state.set_spr(n::MAS7, 0);
        }
    }
    Ok(0)
}

/// Invalidates those entries of TLB `number` for which `which` holds, save protected ones.
fn invalidate<T: Ppc>(ctx: &mut Ctx<T>, number: u64, which: impl Fn(&Entry) -> bool) {
    let split = config(ctx.model())[0].entries;
    let entries = if number == 0 { 0..split } else { split..ctx.state.tlb.len() };
    for entry in &mut ctx.state.tlb[entries] {
        if entry.words[0] & mas1::IPROT == 0 && which(entry) {
            entry.words[0] &= !mas1::V;
        }
    }
    ctx.flush_tlb();
}

/// What `tlbivax` does in one CPU. Bits of its address say in which TLB (60), and whether all is meant (61).
fn invalidate_by<T: Ppc>(ctx: &mut Ctx<T>, address: u64) {
    let all = address & 4 != 0;
    invalidate(ctx, address >> 3 & 1, |entry| all || (entry.words[1] ^ address) & !(size(entry) - 1) == 0);
}

/// Helper: `tlbivax`: address. It reaches all CPUs of the board.
pub(crate) fn tlbivax<T: Ppc>(ctx: &mut Ctx<T>, [address, ..]: [u64; 4]) -> Out {
    invalidate_by(ctx, address);
    if let Some(board) = ctx.shared::<Board>() {
        board.invalidate_others(ctx.index(), address);
    }
    Ok(0)
}

/// Does what other CPUs' `tlbivax` asks for.
pub(crate) fn serve_others<T: Ppc>(ctx: &mut Ctx<T>) {
    let list = ctx.shared::<Board>().map(|board| board.take_invalidations(ctx.index()));
    list.unwrap_or_default().into_iter().for_each(|address| invalidate_by(ctx, address));
}

/// Helper: `tlbilx`: T, address. The entries are those of MAS6.SPID; with T = 3 only those for the address.
pub(crate) fn tlbilx<T: Ppc>(ctx: &mut Ctx<T>, [kind, address, ..]: [u64; 4]) -> Out {
    let mas6 = ctx.state.spr(n::MAS6);
    let pid = mas6 >> 16 & 0x3fff;
    for number in [0, 1] {
        invalidate(ctx, number, |entry| match kind {
            0 => true,
            1 => mas1::tid(entry.words[0]) == pid,
            // SAS doesn't count.
            _ => matches(entry, address, entry.words[0] >> 12 & 1, &[pid]),
        });
    }
    Ok(0)
}

/// MMUCSR0: bits 61 and 62 invalidate TLB0 and TLB1.
pub(crate) fn write_mmucsr0<T: Ppc>(ctx: &mut Ctx<T>, value: u64) {
    for (number, bit) in [(0, 4), (1, 2)] {
        if value & bit != 0 {
            invalidate(ctx, number, |_| true);
        }
    }
}

/// An entry of TLB1 as a board wants it.
pub(crate) fn map<T: Ppc>(ctx: &mut Ctx<T>, map: &Map) {
    let split = config(ctx.model())[0].entries;
    let power = u64::from((map.size / 1024).max(4).ilog2());
    let rights = if map.supervisor { 0x15 } else { 0x3f };
    if let Some(entry) = ctx.state.tlb.get_mut(split + map.number) {
        *entry = Entry { words: [mas1::V | power << 7, map.effective, map.real | rights], tid: 0 };
    }
}

impl Trap {
    /// A TLB error interrupt.
    pub(crate) fn miss(address: u64, access: Access) -> Trap {
        let vector = match access {
            Access::Fetch => return Trap::plain(Vector::FetchMiss),
            Access::Read => Vector::LoadMiss,
            Access::Write => Vector::StoreMiss,
        };
        let why = if access == Access::Write { crate::trap::STORE } else { 0 };
        Trap { fault: Some((address, why)), ..Trap::plain(vector) }
    }
}
