//! Radix trees: the translation of POWER9 when LPCR.HR is on.
//!
//! Power ISA 3.0B, Book III, 5.7.10, "Radix Tree Translation".

use bits::Endian;
use cpu::{Access, Ctx, Mode, Translation};
use uop::Width;

use crate::mode;
use crate::papr;
use crate::spr::n;
use crate::target::Ppc;
use crate::trap::{NO_EXECUTE, NO_TRANSLATION, PROTECTION, Trap};

/// Entry: valid, leaf.
const VALID: u64 = 1 << 63;
const LEAF: u64 = 1 << 62;
/// Address of the next level; of the page.
const NEXT: u64 = 0x0fff_ffff_ffff_ff00;
const PAGE: u64 = 0x01ff_ffff_ffff_f000;
/// Leaf: reference, change.
const R: u64 = 1 << 8;
const C: u64 = 1 << 7;
/// Leaf: privileged, read, write (and read), execute.
const PRIVILEGED: u64 = 1 << 3;
const READ: u64 = 1 << 2;
const WRITE: u64 = 1 << 1;
const EXECUTE: u64 = 1;
/// The bits of an effective address that choose its quadrant.
const QUADRANT: u64 = 3 << 62;
/// DSISR and SRR1: the tree is one that can't be ("unsupported radix tree configuration").
const UNSUPPORTED: u64 = 1 << 19;

/// Whether the CPU translates by radix trees.
pub(crate) fn is_on<T: Ppc>(ctx: &Ctx<T>) -> bool {
    ctx.state.spr(n::LPCR) & papr::LPCR_HR != 0
}

/// What AMR forbids to privileged accesses, as a mode: only in partitions, where the spaces of hypervisor state are free for it.
pub(crate) fn keys<T: Ppc>(ctx: &Ctx<T>) -> Mode {
    if !ctx.state.in_partition || !is_on(ctx) {
        return 0;
    }
    let amr = ctx.state.spr(n::AMR) >> 62;
    (if amr & 1 != 0 { mode::NO_READ } else { 0 }) | if amr & 2 != 0 { mode::NO_WRITE } else { 0 }
}

fn peek<T: Ppc>(ctx: &Ctx<T>, phys: u64) -> Option<u64> {
    let page = ctx.bus().ram_page(phys)?;
    let mut bytes = [0; 8];
    page.ram.read_bytes(page.offset + phys % 4096, &mut bytes);
    Some(u64::from_be_bytes(bytes))
}

/// Where a walk has ended.
struct Found {
    at: u64,
    entry: u64,
    /// Size of the page as a power of two.
    shift: u32,
}

enum Miss {
    None,
    Unsupported,
}

/// The process table: the partition's, or that of the partition table's entry for LPIDR.
fn process_table<T: Ppc>(ctx: &Ctx<T>) -> Option<u64> {
    let board = ctx.board();
    if let Some(partition) = papr::of(&*board) {
        return Some(partition.process_table());
    }
    let table = ctx.state.spr(n::PTCR) & 0x0fff_ffff_ffff_f000;
    peek(ctx, table + 16 * ctx.state.spr(n::LPIDR) + 8)
}

/// The effective PID: of quadrant 0 PIDR, of quadrant 3 0; the others need a partition of their own. Bits 2 to 11 of an effective address
/// are 0.
fn process<T: Ppc>(ctx: &Ctx<T>, address: u64) -> Option<u64> {
    match address >> 62 {
        _ if address & 0x3ff0_0000_0000_0000 != 0 => None,
        0 => Some(ctx.state.spr(n::PIDR)),
        3 => Some(0),
        _ => None,
    }
}

fn walk<T: Ppc>(ctx: &Ctx<T>, address: u64, pid: u64) -> Result<Found, Miss> {
    let table = process_table(ctx).ok_or(Miss::None)?;
    if 16 * pid >= 1 << ((table & 0x1f) + 12) {
        return Err(Miss::None);
    }
    let root = peek(ctx, (table & 0x0fff_ffff_ffff_f000) + 16 * pid).ok_or(Miss::None)?;
    // RTS in two parts: the tree translates RTS + 31 bits.
    let mut left = ((root >> 61 & 3) << 3 | root >> 5 & 7) as u32 + 31;
    let (mut base, mut size) = (root & NEXT, (root & 0x1f) as u32);
    if left < 52 && (address & !QUADRANT) >> left != 0 {
        return Err(Miss::None);
    }
    loop {
        if size < 5 || size > left || left - size < 12 {
            return Err(Miss::Unsupported);
        }
        let index = (address & bits::mask(left)) >> (left - size);
        let at = base + 8 * index;
        let entry = peek(ctx, at).ok_or(Miss::None)?;
        left -= size;
        if entry & VALID == 0 {
            return Err(Miss::None);
        }
        if entry & LEAF != 0 {
            return Ok(Found { at, entry, shift: left });
        }
        (base, size) = (entry & NEXT, (entry & 0x1f) as u32);
    }
}

/// Rights to read, write and execute ("Encoded Access Authority", and key 0 of AMR and IAMR for privileged accesses to other pages).
fn rights<T: Ppc>(ctx: &Ctx<T>, entry: u64, problem: bool) -> (bool, bool, bool) {
    if problem && entry & PRIVILEGED != 0 {
        return (false, false, false);
    }
    let (mut read, mut write) = (entry & (READ | WRITE) != 0, entry & WRITE != 0);
    let mut execute = entry & EXECUTE != 0;
    if !problem && entry & PRIVILEGED == 0 {
        let (amr, iamr) = (ctx.state.spr(n::AMR) >> 62, ctx.state.spr(n::IAMR) >> 62);
        write &= amr & 2 == 0;
        read &= amr & 1 == 0;
        execute &= iamr & 1 == 0;
    }
    (read, write, execute)
}

fn place(found: &Found, address: u64) -> u64 {
    let offset = (1u64 << found.shift) - 1;
    found.entry & PAGE & !offset | address & offset
}

/// Translates an access.
pub(crate) fn translate<T: Ppc>(
    ctx: &mut Ctx<T>,
    address: u64,
    access: Access,
    problem: bool,
) -> Result<Translation, Trap> {
    let fault = |why| Trap::storage(address, access, why);
    let pid = process(ctx, address).ok_or_else(|| Trap::segment(address, access))?;
    loop {
        let found = walk(ctx, address, pid).map_err(|miss| match miss {
            Miss::None => fault(NO_TRANSLATION),
            Miss::Unsupported => fault(UNSUPPORTED),
        })?;
        let (read, write, execute) = rights(ctx, found.entry, problem);
        let allowed = match access {
            Access::Fetch if !execute => {
                return Err(fault(if problem && found.entry & PRIVILEGED != 0 { PROTECTION } else { NO_EXECUTE }));
            }
            Access::Fetch => true,
            Access::Read => read,
            Access::Write => write,
        };
        if !allowed {
            return Err(fault(PROTECTION));
        }
        let changed = found.entry & C != 0 || access == Access::Write;
        let entry = found.entry | R | if changed { C } else { 0 };
        if entry != found.entry {
            // "Reference and Change Recording" is atomic: another CPU may have changed the entry meanwhile.
            match ctx.phys_compare_exchange(found.at, found.entry, entry, Width::W64, Endian::Big) {
                Ok(true) => {}
                Ok(false) => continue,
                Err(_) => return Err(fault(NO_TRANSLATION)),
            }
        }
        return Ok(Translation { phys: place(&found, address), read, write: write && changed, cache: true });
    }
}

/// As [`translate`], for a debugger.
pub(crate) fn debug<T: Ppc>(ctx: &Ctx<T>, address: u64) -> Option<u64> {
    let pid = process(ctx, address)?;
    let found = walk(ctx, address, pid).ok()?;
    Some(place(&found, address))
}
