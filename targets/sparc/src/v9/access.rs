//! Accesses with ASIs that are no plain memory: registers of the MMUs, of interrupt vectors, block and partial accesses.
//!
//! UltraSPARC I/II User's Manual, "Alternate Address Space Mapping", "MMU Internal Architecture", "Interrupt Handling".

use bits::Endian;
use cpu::{Access, Ctx};
use uop::{Mem, Width};

use super::asi::{self, Kind, num};
use super::mmu::{self, Side};
use super::state;
use super::target::Sparc64;
use super::timer;
use super::trap::{Fault, tt};

type Args = [u64; 4];
type Out = Result<u64, Fault>;

/// ASIs that are there for diagnosis or for caches, and are ignored: reads give 0.
fn is_idle(asi: u8) -> bool {
    matches!(asi, 0x46 | 0x47 | 0x4a | 0x4b | 0x4c | 0x4d | 0x4e | 0x66 | 0x67 | 0x6e | 0x6f | 0x76 | 0x7e)
}

fn mem(endian: Endian, width: Width, space: u8) -> Mem {
    Mem { endian, ..Mem::be(width).aligned().in_space(space) }
}

fn width_of(bytes: u64) -> Width {
    match bytes {
        1 => Width::W8,
        2 => Width::W16,
        4 => Width::W32,
        _ => Width::W64,
    }
}

/// mem_address_not_aligned comes before data_access_exception ("Trap Priorities").
fn check_alignment(address: u64, bytes: u64, access: Access) -> Result<(), Fault> {
    if address & (bytes.max(1) - 1) == 0 { Ok(()) } else { Err(Fault::misaligned(address, access)) }
}

/// Helper: an atomic access, which has no effect where there is no memory.
pub(crate) fn no_atomic(ctx: &mut Ctx<Sparc64>, [address, packed, ..]: Args) -> Out {
    check_alignment(address, packed >> 8 & 0xff, Access::Write)?;
    Err(mmu::illegal_access(ctx, address, packed as u8, true))
}

/// Helper: a load.
pub(crate) fn load(ctx: &mut Ctx<Sparc64>, [address, packed, ..]: Args) -> Out {
    let (asi, bytes) = (packed as u8, packed >> 8 & 0xff);
    check_alignment(address, bytes, Access::Read)?;
    if let Kind::NoFault(space, endian) = asi::kind(asi, ctx.state.privilege()) {
        return load_no_fault(ctx, address, mem(endian, width_of(bytes), space));
    }
    if is_idle(asi) {
        return Ok(0);
    }
    // Narrower accesses than 64 bits are taken, too: OpenBIOS stores words there.
    read_register(ctx, asi, address).ok_or_else(|| mmu::illegal_access(ctx, address, asi, false))
}

/// "Nonfaulting Load": what would raise data_access_exception gives 0; misses of the TLB are for software.
fn load_no_fault(ctx: &mut Ctx<Sparc64>, address: u64, mem: Mem) -> Out {
    match ctx.load(address, mem) {
        Err(fault) if fault.tt == tt::DATA_ACCESS => Ok(0),
        other => other,
    }
}

fn read_register(ctx: &mut Ctx<Sparc64>, asi: u8, va: u64) -> Option<u64> {
    if ctx.state.sun4v {
        return read_sun4v(ctx, asi, va);
    }
    if asi == num::RECEIVE || asi == num::INTR_R {
        timer::receive(ctx);
    }
    let (mmu, vectors) = (&ctx.state.mmu, &ctx.state.vectors);
    let upa = u64::from(ctx.index());
    Some(match (asi, va) {
        (num::LSU, 0) => ctx.state.lsu,
        (num::DISPATCH_STATUS, _) => 0,
        (num::RECEIVE, _) => u64::from(vectors.busy) << 5 | upa,
        (num::INTR_R, 0x40) => vectors.data[0],
        (num::INTR_R, 0x50) => vectors.data[1],
        (num::INTR_R, 0x60) => vectors.data[2],
        (num::IMMU, 0) => mmu.i.tag_target(),
        (num::IMMU, 0x18) => mmu.i.sfsr,
        (num::IMMU, 0x28) => mmu.i.tsb,
        (num::IMMU, 0x30) => mmu.i.tag_access,
        (num::IMMU_TSB_8K, _) => mmu.i.pointer(false),
        (num::IMMU_TSB_64K, _) => mmu.i.pointer(true),
        (num::DMMU, 0) => mmu.d.tag_target(),
        (num::DMMU, 0x08) => mmu.primary,
        (num::DMMU, 0x10) => mmu.secondary,
        (num::DMMU, 0x18) => mmu.d.sfsr,
        (num::DMMU, 0x20) => mmu.d.sfar,
        (num::DMMU, 0x28) => mmu.d.tsb,
        (num::DMMU, 0x30) => mmu.d.tag_access,
        (num::DMMU, 0x38) => mmu.watchpoints[0],
        (num::DMMU, 0x40) => mmu.watchpoints[1],
        (num::DMMU_TSB_8K, _) => mmu.d.pointer(false),
        (num::DMMU_TSB_64K, _) => mmu.d.pointer(true),
        (num::DMMU_TSB_DIRECT, _) => mmu.d.pointer(mmu.d.was_64k),
        (num::ITLB_DATA_ACCESS, _) => mmu::read_entry(ctx, Side::I, va, false),
        (num::ITLB_TAG_READ, _) => mmu::read_entry(ctx, Side::I, va, true),
        (num::DTLB_DATA_ACCESS, _) => mmu::read_entry(ctx, Side::D, va, false),
        (num::DTLB_TAG_READ, _) => mmu::read_entry(ctx, Side::D, va, true),
        _ => return None,
    })
}

/// Helper: a store.
pub(crate) fn store(ctx: &mut Ctx<Sparc64>, [address, value, packed, _]: Args) -> Out {
    let asi = packed as u8;
    check_alignment(address, packed >> 8 & 0xff, Access::Write)?;
    if is_idle(asi) {
        return Ok(0);
    }
    match write_register(ctx, asi, address, value) {
        Some(()) => Ok(0),
        None => Err(mmu::illegal_access(ctx, address, asi, true)),
    }
}

fn write_register(ctx: &mut Ctx<Sparc64>, asi: u8, va: u64, value: u64) -> Option<()> {
    if ctx.state.sun4v {
        return write_sun4v(ctx, asi, va, value);
    }
    let state = &mut ctx.state;
    match (asi, va) {
        (num::LSU, 0) => {
            let changed = state.lsu ^ value;
            state.lsu = value & 0x1ff_ffff_ffff;
            if changed & (mmu::lsu::IM | mmu::lsu::DM) != 0 {
                mmu::flush(ctx);
            }
        }
        (num::RECEIVE, _) => {
            state.vectors.busy = value & 0x20 != 0;
            state.vectors.pending &= state.vectors.busy;
            // A line that is still up is an interrupt again.
            state.vectors.seen = 0;
        }
        (num::INTR_R, _) => {}
        (num::INTR_W, 0x40) => state.vectors.outgoing[0] = value,
        (num::INTR_W, 0x50) => state.vectors.outgoing[1] = value,
        (num::INTR_W, 0x60) => state.vectors.outgoing[2] = value,
        // Nobody is there to be sent to.
        (num::INTR_W, _) if va & 0xff == 0x70 => {}
        (num::IMMU, 0x18) => state.mmu.i.sfsr = value & 0xff_ffff,
        (num::IMMU, 0x28) => state.mmu.i.tsb = value,
        (num::IMMU, 0x30) => state.mmu.i.tag_access = value,
        (num::DMMU, 0x08) => {
            state.mmu.primary = value & 0x1fff;
            mmu::flush(ctx);
        }
        (num::DMMU, 0x10) => {
            state.mmu.secondary = value & 0x1fff;
            mmu::flush(ctx);
        }
        (num::DMMU, 0x18) => state.mmu.d.sfsr = value & 0xff_ffff,
        (num::DMMU, 0x20) => state.mmu.d.sfar = value,
        (num::DMMU, 0x28) => state.mmu.d.tsb = value,
        (num::DMMU, 0x30) => state.mmu.d.tag_access = value,
        (num::DMMU, 0x38) => state.mmu.watchpoints[0] = value,
        (num::DMMU, 0x40) => state.mmu.watchpoints[1] = value,
        (num::ITLB_DATA_IN, _) => mmu::write_entry(ctx, Side::I, None, value),
        (num::ITLB_DATA_ACCESS, _) => mmu::write_entry(ctx, Side::I, Some(va), value),
        (num::IMMU_DEMAP, _) => mmu::demap(ctx, Side::I, va),
        (num::DTLB_DATA_IN, _) => mmu::write_entry(ctx, Side::D, None, value),
        (num::DTLB_DATA_ACCESS, _) => mmu::write_entry(ctx, Side::D, Some(va), value),
        (num::DMMU_DEMAP, _) => mmu::demap(ctx, Side::D, va),
        _ => return None,
    }
    Some(())
}

/// Scratchpads, contexts and queues of sun4v (UltraSPARC Architecture 2005, "Address Space Identifiers (ASIs)").
fn read_sun4v(ctx: &mut Ctx<Sparc64>, asi: u8, va: u64) -> Option<u64> {
    Some(match (asi, va) {
        (0x20, 0..0x40) if va & 7 == 0 => ctx.state.scratchpad[(va >> 3) as usize],
        (0x4f, 0..0x40) if va & 7 == 0 => ctx.state.hyper_scratchpad[(va >> 3) as usize],
        (0x21, 0x08) => ctx.state.mmu.primary,
        (0x21, 0x10) => ctx.state.mmu.secondary,
        (0x25, 0x3c0..0x400) if va & 7 == 0 => ctx.state.queues[(va >> 3 & 7) as usize],
        (0x45, _) => ctx.state.lsu,
        _ => return None,
    })
}

fn write_sun4v(ctx: &mut Ctx<Sparc64>, asi: u8, va: u64, value: u64) -> Option<()> {
    match (asi, va) {
        (0x20, 0..0x40) if va & 7 == 0 => ctx.state.scratchpad[(va >> 3) as usize] = value,
        (0x4f, 0..0x40) if va & 7 == 0 => ctx.state.hyper_scratchpad[(va >> 3) as usize] = value,
        (0x21, 0x08) => ctx.state.mmu.primary = value & 0x1fff,
        (0x21, 0x10) => ctx.state.mmu.secondary = value & 0x1fff,
        (0x25, 0x3c0..0x400) if va & 7 == 0 => ctx.state.queues[(va >> 3 & 7) as usize] = value,
        (0x45, _) => ctx.state.lsu = value,
        _ => return None,
    }
    Some(())
}

/// The space and byte order of a block or partial access.
fn block_space(ctx: &Ctx<Sparc64>, asi: u64) -> (u8, Endian) {
    match asi::kind(asi as u8, ctx.state.privilege()) {
        Kind::Block(space, endian) | Kind::Partial(space, endian, _) => (space, endian),
        _ => (mmu::space::PRIMARY_USER, Endian::Big),
    }
}

/// Helper: LDDFA of 64 bytes into eight doubles from number `first` on ("Block Load and Store Instructions").
pub(crate) fn load_block(ctx: &mut Ctx<Sparc64>, [address, first, asi, _]: Args) -> Out {
    if address & 63 != 0 {
        return Err(Fault { tt: tt::NOT_ALIGNED, address: Some(address & !7) });
    }
    let (space, endian) = block_space(ctx, asi);
    let mut values = [0; 8];
    for (n, value) in (0..).zip(&mut values) {
        *value = ctx.load(address + 8 * n, mem(endian, Width::W64, space))?;
    }
    for (n, value) in (0..).zip(values) {
        ctx.set_reg(state::d((first as u8 & 31) + n), value);
    }
    Ok(0)
}

/// Helper: STDFA of 64 bytes.
pub(crate) fn store_block(ctx: &mut Ctx<Sparc64>, [address, first, asi, _]: Args) -> Out {
    if address & 63 != 0 {
        return Err(Fault { tt: tt::NOT_ALIGNED, address: Some(address & !7) });
    }
    let (space, endian) = block_space(ctx, asi);
    // All of it lies in one page: the first store alone can fault.
    for n in 0..8u8 {
        let value = ctx.reg(state::d((first as u8 & 31) + n));
        ctx.store(address + 8 * u64::from(n), value, mem(endian, Width::W64, space))?;
    }
    Ok(0)
}

/// Helper: STDFA of the elements that a mask selects ("Partial Store Instructions"): bit 0 of the mask is the last element.
pub(crate) fn store_partial(ctx: &mut Ctx<Sparc64>, [address, value, mask, asi]: Args) -> Out {
    let Kind::Partial(space, endian, size) = asi::kind(asi as u8, ctx.state.privilege()) else { return Ok(0) };
    let size = u64::from(size);
    if address & 7 != 0 {
        return Err(Fault { tt: tt::NOT_ALIGNED, address: Some(address & !7) });
    }
    let count = 8 / size;
    for n in 0..count {
        if mask >> (count - 1 - n) & 1 == 0 {
            continue;
        }
        let element = value >> (8 * size * (count - 1 - n)) & bits::mask(8 * size as u32);
        // In little-endian order the last element lies first.
        let at = if endian == Endian::Big { n } else { count - 1 - n };
        ctx.store(address + at * size, element, mem(endian, width_of(size), space))?;
    }
    Ok(0)
}

/// Helper: FLUSH.
pub(crate) fn flush(ctx: &mut Ctx<Sparc64>, _: Args) -> Out {
    ctx.sync_code();
    Ok(0)
}
