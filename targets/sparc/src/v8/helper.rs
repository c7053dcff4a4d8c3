//! The helpers of V8 alone.

use cpu::Ctx;
use uop::Width;

use super::state::{read_psr, write_psr};
use super::{Sparc32, asi, trap};
use crate::helper::{helper_table, system};
use crate::irq;
use crate::trap::{Trap, tt};

type Args = [u64; 4];
type Out = Result<u64, Trap>;

/// Helper: the PSR.
fn rdpsr(ctx: &mut Ctx<Sparc32>, _: Args) -> Out {
    Ok(read_psr(ctx).into())
}

/// Helper: "Write State Register Instructions": a window that is not there is illegal.
fn wrpsr(ctx: &mut Ctx<Sparc32>, [value, ..]: Args) -> Out {
    if value & 31 >= u64::from(ctx.model().windows()) {
        return Err(Trap::new(tt::ILLEGAL, 0));
    }
    write_psr(ctx, value as u32);
    Ok(0)
}

/// Helper: LEON3's configuration register: the processor's number, multiplication and division, windows less one.
fn rdasr17(ctx: &mut Ctx<Sparc32>, _: Args) -> Out {
    let windows = u64::from(ctx.model().windows());
    Ok(u64::from(ctx.index() & 15) << 28 | 1 << 8 | (windows - 1))
}

/// Helper: tells the board that the CPU goes into power-down.
fn power_down(ctx: &mut Ctx<Sparc32>, _: Args) -> Out {
    ctx.state.powered_down = ctx.acknowledge(irq::POWER_DOWN) != 0;
    Ok(0)
}

/// Helper: the TBR.
fn rdtbr(ctx: &mut Ctx<Sparc32>, _: Args) -> Out {
    Ok(ctx.state.tbr.into())
}

/// Helper: writes the base of the TBR; the trap type stays.
fn wrtbr(ctx: &mut Ctx<Sparc32>, [value, ..]: Args) -> Out {
    ctx.state.tbr = ctx.state.tbr & 0xff0 | value as u32 & !0xfff;
    Ok(0)
}

/// Helper: fetches see what memory holds.
fn flush(ctx: &mut Ctx<Sparc32>, _: Args) -> Out {
    ctx.sync_code();
    Ok(0)
}

helper_table! { for Sparc32;
    /// The PSR.
    RDPSR = rdpsr, system(0, Some(Width::W32));
    /// Writes the PSR.
    WRPSR = wrpsr, system(1, None);
    /// The TBR.
    RDTBR = rdtbr, system(0, Some(Width::W32));
    /// Writes the TBR.
    WRTBR = wrtbr, system(1, None);
    /// ASR17 of LEON3.
    RDASR17 = rdasr17, system(0, Some(Width::W32));
    /// Before the CPU waits in power-down.
    POWER_DOWN = power_down, system(0, None);
    /// Return from trap: the address.
    RETT = trap::rett, system(1, None);
    /// Orders stores before fetches.
    FLUSH = flush, system(0, None);
    /// Loads from an alternate space: address, ASI, bytes.
    LOAD = asi::load, system(3, Some(Width::W64));
    /// Stores to one: address, ASI and bytes, value.
    STORE = asi::store, system(3, None);
}
