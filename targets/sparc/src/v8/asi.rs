//! Alternate address spaces: what the load and store instructions with an ASI reach beside ordinary memory.
//!
//! SPARC Architecture Manual Version 8, appendix I: "Suggested ASI Assignments for SPARC Systems"; LEON: *GRLIB IP Core User's Manual*,
//! "LEON3: ASI assignments".

use bits::Endian;
use cpu::{Access, Ctx};
use uop::{Mem, Width};

use super::{Sparc32, mmu};
use crate::ext::Ext;
use crate::trap::Trap;

/// The spaces of the MMU that an ASI stands for: user and supervisor instructions, user and supervisor data, and physical memory
/// below 4 GiB.
pub(super) fn space(asi: u8) -> Option<u8> {
    match asi {
        0x08 => Some(2),
        0x09 => Some(3),
        0x0a => Some(0),
        0x0b => Some(1),
        0x20 => Some(mmu::PHYSICAL),
        _ => None,
    }
}

/// What an ASI is.
enum Kind {
    /// Cache control of LEON; on others the registers of the cache controller.
    Control,
    /// Memory, past the cache (LEON).
    Miss,
    /// Flush and probe.
    Flush,
    /// Registers of the MMU.
    Registers,
    /// Physical memory, with these bits above the address.
    Physical(u64),
    /// Caches and diagnostics: reads 0, and writes do nothing.
    Nothing,
    /// Nothing is there.
    None,
}

fn kind(ctx: &Ctx<Sparc32>, asi: u64) -> Kind {
    match asi {
        // "Forced cache miss": memory as the current mode has it.
        0x01 if ctx.model().has(Ext::Leon) => Kind::Miss,
        0x02 => Kind::Control,
        0x03 | 0x18 => Kind::Flush,
        0x04 | 0x19 => Kind::Registers,
        0x05..=0x07 | 0x0c..=0x16 | 0x1d | 0x30..=0x32 | 0x36..=0x39 | 0x4c => Kind::Nothing,
        0x1c if ctx.model().has(Ext::Leon) => Kind::Physical(0),
        0x20..=0x2f => Kind::Physical((asi & 15) << 32),
        _ => Kind::None,
    }
}

/// Width of an access of so many bytes.
fn width(bytes: u64) -> Width {
    match bytes {
        1 => Width::W8,
        2 => Width::W16,
        4 => Width::W32,
        _ => Width::W64,
    }
}

/// Registers at ASI 2 of CPUs with a cache controller: its control, and the module's number.
mod mxcc {
    pub(super) const CONTROL: u64 = 0x01c0_0a00;
    pub(super) const PORT: u64 = 0x01c0_0f00;
}

/// Cache configuration registers of LEON: replacement of the least recently used, one way of 4 KiB, four words a line; the data cache snoops.
mod leon {
    pub(super) const INSTRUCTION_CACHE: u64 = 0x1022_0000;
    pub(super) const DATA_CACHE: u64 = 0x1822_0000;
}

fn aligned(address: u64, bytes: u64, access: Access) -> Result<(), Trap> {
    if address.is_multiple_of(bytes) { Ok(()) } else { Err(super::trap::misaligned(address, access)) }
}

/// Helper: a load: address, ASI, bytes.
pub(super) fn load(ctx: &mut Ctx<Sparc32>, [address, asi, bytes, _]: [u64; 4]) -> Result<u64, Trap> {
    aligned(address, bytes, Access::Read)?;
    Ok(match kind(ctx, asi) {
        Kind::Control if ctx.model().has(Ext::Leon) => match address {
            0 => ctx.state.cache_control.into(),
            0x08 => leon::INSTRUCTION_CACHE,
            0x0c => leon::DATA_CACHE,
            _ => 0,
        },
        Kind::Control => match address & !7 {
            mxcc::CONTROL => ctx.state.cache_control.into(),
            mxcc::PORT => u64::from((ctx.index() + 8) & 15) << 24,
            _ => 0,
        },
        Kind::Miss => ctx.load(address, Mem::be(width(bytes)).aligned())?,
        Kind::Flush => mmu::probe(ctx, address).into(),
        Kind::Registers => mmu::read_register(ctx, address).into(),
        Kind::Physical(high) => ctx
            .phys_read(high | address, width(bytes), Endian::Big)
            .map_err(|_| mmu::bus_error(address, Access::Read))?,
        Kind::Nothing => 0,
        Kind::None => return Err(mmu::bus_error(address, Access::Read)),
    })
}

/// Helper: a store: address, ASI and bytes (ASI in bits 15 to 8), value.
pub(super) fn store(ctx: &mut Ctx<Sparc32>, [address, how, value, _]: [u64; 4]) -> Result<u64, Trap> {
    let (asi, bytes) = (how >> 8, how & 0xff);
    aligned(address, bytes, Access::Write)?;
    match kind(ctx, asi) {
        Kind::Control => {
            let leon = ctx.model().has(Ext::Leon);
            if leon && address == 0 || !leon && address & !7 == mxcc::CONTROL {
                // Freezing, flushing and enabling caches shows in what is read back alone.
                ctx.state.cache_control = value as u32 & !(3 << 21);
            }
        }
        Kind::Miss => ctx.store(address, value, Mem::be(width(bytes)).aligned())?,
        Kind::Flush => mmu::flush(ctx, address),
        Kind::Registers => mmu::write_register(ctx, address, value as u32),
        Kind::Physical(high) => ctx
            .phys_write(high | address, value, width(bytes), Endian::Big)
            .map_err(|_| mmu::bus_error(address, Access::Write))?,
        Kind::Nothing => {}
        Kind::None => return Err(mmu::bus_error(address, Access::Write)),
    }
    Ok(0)
}
