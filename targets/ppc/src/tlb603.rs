//! The TLBs of the 603 and its kin, which software fills: two ways of 32 entries for instructions, as many for data.
//!
//! MPC603e RISC Microprocessor User's Manual, chapter 5.5, "Page Table Search Operation", and chapter 4.5.11 on, "Instruction TLB Miss Exception".

use cpu::{Access, Ctx, Translation};

use crate::classic;
use crate::regs;
use crate::softtlb::Entry;
use crate::spr::n::{SDR1, SRR1};
use crate::target::Ppc;
use crate::trap::{PROTECTION, Trap, Vector};

type Out = Result<u64, Trap>;

/// Numbers of the registers.
pub(crate) mod n {
    pub(crate) const DMISS: u32 = 976;
    pub(crate) const DCMP: u32 = 977;
    pub(crate) const HASH1: u32 = 978;
    pub(crate) const HASH2: u32 = 979;
    pub(crate) const IMISS: u32 = 980;
    pub(crate) const ICMP: u32 = 981;
    pub(crate) const RPA: u32 = 982;
}

const VALID: u64 = 1 << 31;
const CHANGED: u64 = 1 << 7;

/// SRR1 after a miss: the key, an instruction's, the way to replace, a store.
const KEY: u64 = 1 << 19;
const INSTRUCTION: u64 = 1 << 18;
const WAY: u64 = 1 << 17;
const STORE: u64 = 1 << 16;

/// Where the two entries of an address's set are.
fn set(address: u64, fetch: bool) -> [usize; 2] {
    let first = usize::from(fetch) * 64 + (address >> 12 & 31) as usize;
    [first, first + 32]
}

/// The first word of the page-table entry for a page of a segment.
fn compare(segment: u64, address: u64) -> u64 {
    VALID | (segment & 0xff_ffff) << 7 | address >> 22 & 63
}

fn find<T: Ppc>(ctx: &Ctx<T>, segment: u64, address: u64, fetch: bool) -> Option<(usize, Entry)> {
    let wanted = compare(segment, address);
    let hit = |at: &usize| {
        let [first, _, page] = ctx.state.tlb[*at].words;
        first == wanted && page == address >> 12
    };
    set(address, fetch).into_iter().find(hit).map(|at| (at, ctx.state.tlb[at]))
}

/// Translates an access of an ordinary segment: BATs have been looked at.
pub(crate) fn translate<T: Ppc>(
    ctx: &mut Ctx<T>,
    address: u64,
    access: Access,
    (segment, key): (u64, bool),
) -> Result<Translation, Trap> {
    let fetch = access == Access::Fetch;
    let Some((at, entry)) = find(ctx, segment, address, fetch) else {
        return Err(miss(ctx, address, access, (segment, key)));
    };
    let second = entry.words[1];
    let (read, write) = classic::rights(key, second as u32 & 3);
    if !(if access == Access::Write { write } else { read }) {
        return Err(Trap::storage(address, access, PROTECTION));
    }
    if access == Access::Write && second & CHANGED == 0 {
        // The entry is to be loaded anew where it is.
        ctx.state.next_way = u32::from(at % 64 >= 32);
        return Err(miss(ctx, address, access, (segment, key)));
    }
    ctx.state.next_way = u32::from(at % 64 < 32);
    let phys = second & 0xffff_f000 | address & 0xfff;
    Ok(Translation { phys, read, write: write && second & CHANGED != 0, cache: true })
}

/// As [`translate`], for a debugger.
pub(crate) fn debug<T: Ppc>(ctx: &Ctx<T>, address: u64, segment: u64) -> Option<u64> {
    let (_, entry) = find(ctx, segment, address, false).or_else(|| find(ctx, segment, address, true))?;
    Some(entry.words[1] & 0xffff_f000 | address & 0xfff)
}

/// What a miss leaves for the handler.
fn miss<T: Ppc>(ctx: &mut Ctx<T>, address: u64, access: Access, (segment, key): (u64, bool)) -> Trap {
    let (miss, cmp) = if access == Access::Fetch { (n::IMISS, n::ICMP) } else { (n::DMISS, n::DCMP) };
    let sdr1 = ctx.state.spr(SDR1);
    let hash = segment & 0x7_ffff ^ address >> 12 & 0xffff;
    let mask = (sdr1 & 0x1ff) << 10 | 0x3ff;
    ctx.state.set_spr(miss, address);
    ctx.state.set_spr(cmp, compare(segment, address));
    ctx.state.set_spr(n::HASH1, sdr1 & 0xffff_0000 | (hash & mask) << 6);
    ctx.state.set_spr(n::HASH2, sdr1 & 0xffff_0000 | (!hash & mask) << 6);
    let cr0 = regs::read_cr(ctx) >> 28;
    let (vector, kind) = match access {
        Access::Fetch => (Vector::FetchMiss, INSTRUCTION),
        Access::Read => (Vector::LoadMiss, 0),
        Access::Write => (Vector::StoreMiss, STORE),
    };
    let way = if ctx.state.next_way & 1 != 0 { WAY } else { 0 };
    let srr1 = cr0 << 28 | if key { KEY } else { 0 } | kind | way;
    Trap { srr1, ..Trap::plain(vector) }
}

/// `tlbld` and `tlbli`: an entry from xCMP and RPA, in the way that SRR1 names.
fn load<T: Ppc>(ctx: &mut Ctx<T>, address: u64, fetch: bool) -> Out {
    let address = address & 0xffff_ffff;
    let way = usize::from(ctx.state.spr(SRR1) & WAY != 0);
    let first = ctx.state.spr(if fetch { n::ICMP } else { n::DCMP });
    let second = ctx.state.spr(n::RPA);
    ctx.state.tlb[set(address, fetch)[way]] = Entry { words: [first, second, address >> 12], tid: 0 };
    ctx.state.next_way = 1 - way as u32;
    ctx.flush_tlb();
    Ok(0)
}

/// Helper: `tlbld`: address.
pub(crate) fn tlbld<T: Ppc>(ctx: &mut Ctx<T>, [address, ..]: [u64; 4]) -> Out {
    load(ctx, address, false)
}

/// Helper: `tlbli`: address.
pub(crate) fn tlbli<T: Ppc>(ctx: &mut Ctx<T>, [address, ..]: [u64; 4]) -> Out {
    load(ctx, address, true)
}

/// Helper: `tlbie`: address. All entries of the set go, whatever they translate ("TLB Invalidate").
pub(crate) fn tlbie<T: Ppc>(ctx: &mut Ctx<T>, [address, ..]: [u64; 4]) -> Out {
    for at in set(address, false).into_iter().chain(set(address, true)) {
        ctx.state.tlb[at].words[0] &= !VALID;
    }
    ctx.flush_tlb();
    Ok(0)
}
