//! Traps: causes, delegation, entry, return, and which interrupt is taken first.
//!
//! Privileged Architecture 20240411, "Machine Cause Register", "Machine Interrupt Registers", "Trap Return".

use cpu::Access;

use crate::csr::{Csrs, Priv, mstatus};
use crate::hart::Hart;
use crate::model::Model;

/// Exception codes of `mcause`.
pub mod cause {
    /// Instruction address misaligned.
    pub const FETCH_MISALIGNED: u32 = 0;
    /// Instruction access fault.
    pub const FETCH_ACCESS: u32 = 1;
    /// Illegal instruction.
    pub const ILLEGAL: u32 = 2;
    /// Breakpoint.
    pub const BREAKPOINT: u32 = 3;
    /// Load address misaligned.
    pub const LOAD_MISALIGNED: u32 = 4;
    /// Load access fault.
    pub const LOAD_ACCESS: u32 = 5;
    /// Store or AMO address misaligned.
    pub const STORE_MISALIGNED: u32 = 6;
    /// Store or AMO access fault.
    pub const STORE_ACCESS: u32 = 7;
    /// Environment call from U-mode; from S-mode and M-mode it is this plus the number of the mode.
    pub const ECALL: u32 = 8;
    /// Instruction page fault.
    pub const FETCH_PAGE: u32 = 12;
    /// Load page fault.
    pub const LOAD_PAGE: u32 = 13;
    /// Store or AMO page fault.
    pub const STORE_PAGE: u32 = 15;
}

/// Interrupt numbers: bits of `mip`, and codes of `mcause`.
pub mod irq {
    /// Supervisor software interrupt.
    pub const SSI: u32 = 1;
    /// Machine software interrupt.
    pub const MSI: u32 = 3;
    /// Supervisor timer interrupt.
    pub const STI: u32 = 5;
    /// Machine timer interrupt.
    pub const MTI: u32 = 7;
    /// Supervisor external interrupt.
    pub const SEI: u32 = 9;
    /// Machine external interrupt.
    pub const MEI: u32 = 11;

    /// Those of supervisor mode.
    pub const SUPERVISOR: u64 = 1 << SSI | 1 << STI | 1 << SEI;
    /// Those of machine mode.
    pub const MACHINE: u64 = 1 << MSI | 1 << MTI | 1 << MEI;

    /// All, the one that is taken first foremost ("Machine Interrupt Registers").
    pub const PRIORITY: [u32; 6] = [MEI, MSI, MTI, SEI, SSI, STI];
}

/// An exception or interrupt on its way to a handler.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Trap {
    /// An exception.
    Exception {
        /// Its code, see [`cause`].
        cause: u32,
        /// What `mtval` or `stval` will tell: the faulting address, the illegal instruction's bits, or 0.
        tval: u64,
    },
    /// An interrupt, by its number, see [`irq`].
    Interrupt(u32),
}

impl Trap {
    /// An exception with its `tval`.
    pub const fn exception(cause: u32, tval: u64) -> Trap {
        Trap::Exception { cause, tval }
    }

    /// Illegal instruction.
    pub const fn illegal(bits: u64) -> Trap {
        Trap::exception(cause::ILLEGAL, bits)
    }

    /// The page fault of an access.
    pub const fn page_fault(address: u64, access: Access) -> Trap {
        let cause = match access {
            Access::Fetch => cause::FETCH_PAGE,
            Access::Read => cause::LOAD_PAGE,
            Access::Write => cause::STORE_PAGE,
        };
        Trap::exception(cause, address)
    }

    /// The access fault of an access.
    pub const fn access_fault(address: u64, access: Access) -> Trap {
        let cause = match access {
            Access::Fetch => cause::FETCH_ACCESS,
            Access::Read => cause::LOAD_ACCESS,
            Access::Write => cause::STORE_ACCESS,
        };
        Trap::exception(cause, address)
    }

    /// The exception of an access that must be aligned and isn't.
    pub const fn misaligned(address: u64, access: Access) -> Trap {
        let cause = match access {
            Access::Fetch => cause::FETCH_MISALIGNED,
            Access::Read => cause::LOAD_MISALIGNED,
            Access::Write => cause::STORE_MISALIGNED,
        };
        Trap::exception(cause, address)
    }

    /// Code and interrupt flag.
    const fn code(self) -> (u32, bool) {
        match self {
            Trap::Exception { cause, .. } => (cause, false),
            Trap::Interrupt(n) => (n, true),
        }
    }
}

/// The value of `mcause` or `scause`: the code, and the interrupt flag in the top bit.
fn cause_value(model: &Model, trap: Trap) -> u64 {
    let (code, interrupt) = trap.code();
    u64::from(code) | u64::from(interrupt) << (model.xlen() - 1)
}

/// Whether S-mode takes `trap` ("Machine Trap Delegation Registers"): a trap never goes from a mode to a less privileged one.
fn delegated(csrs: &Csrs, trap: Trap) -> bool {
    let (code, interrupt) = trap.code();
    let delegation = if interrupt { csrs.mideleg } else { csrs.medeleg };
    csrs.prv <= Priv::S && bits::bit(delegation, code)
}

/// Enters the handler of `trap`.
pub(crate) fn deliver<H: Hart + ?Sized>(hart: &mut H, trap: Trap) {
    let cause = cause_value(hart.model(), trap);
    let tval = match trap {
        Trap::Exception { tval, .. } => hart.model().cut(tval),
        Trap::Interrupt(_) => 0,
    };
    let pc = hart.pc();
    let csrs = hart.csrs_mut();
    let from = csrs.prv;
    let vector = if delegated(csrs, trap) {
        csrs.scause = cause;
        csrs.sepc = pc;
        csrs.stval = tval;
        csrs.mstatus.move_bit(mstatus::SIE, mstatus::SPIE);
        csrs.mstatus.put(mstatus::SPP, from as u64);
        csrs.prv = Priv::S;
        csrs.stvec
    } else {
        csrs.mcause = cause;
        csrs.mepc = pc;
        csrs.mtval = tval;
        csrs.mstatus.move_bit(mstatus::MIE, mstatus::MPIE);
        csrs.mstatus.put(mstatus::MPP, from as u64);
        csrs.prv = Priv::M;
        csrs.mtvec
    };
    let (code, interrupt) = trap.code();
    let offset = if interrupt && vector & 3 == 1 { u64::from(code) * 4 } else { 0 };
    let target = hart.model().cut((vector & !3).wrapping_add(offset));
    hart.set_pc(target);
    hart.clear_reservation();
}

/// Helper: returns from a trap with `mret`, which M-mode alone has; the new pc.
pub(crate) fn mret<H: Hart>(hart: &mut H, _: [u64; 4]) -> Result<u64, Trap> {
    let (has_u, clears_mprv) = (hart.model().has_u(), hart.model().xret_clears_mprv());
    let csrs = hart.csrs_mut();
    let to = Priv::from_bits(csrs.mstatus.get(mstatus::MPP)).unwrap_or(Priv::M);
    csrs.mstatus.put(mstatus::MIE, csrs.mstatus.get(mstatus::MPIE));
    csrs.mstatus.put(mstatus::MPIE, 1);
    csrs.mstatus.put(mstatus::MPP, if has_u { Priv::U } else { Priv::M } as u64);
    if to != Priv::M && clears_mprv {
        csrs.mstatus.put(mstatus::MPRV, 0);
    }
    csrs.prv = to;
    hart.clear_reservation();
    let align = hart.model().pc_mask();
    Ok(hart.csrs().mepc & align)
}

/// Helper: returns from a trap with `sret`, which U-mode has not; the new pc.
pub(crate) fn sret<H: Hart>(hart: &mut H, [bits, ..]: [u64; 4]) -> Result<u64, Trap> {
    let clears_mprv = hart.model().xret_clears_mprv();
    let csrs = hart.csrs_mut();
    if csrs.prv == Priv::S && csrs.mstatus.has(mstatus::TSR) {
        return Err(Trap::illegal(bits));
    }
    let to = if csrs.mstatus.get(mstatus::SPP) != 0 { Priv::S } else { Priv::U };
    csrs.mstatus.put(mstatus::SIE, csrs.mstatus.get(mstatus::SPIE));
    csrs.mstatus.put(mstatus::SPIE, 1);
    csrs.mstatus.put(mstatus::SPP, 0);
    if clears_mprv {
        csrs.mstatus.put(mstatus::MPRV, 0);
    }
    csrs.prv = to;
    hart.clear_reservation();
    let align = hart.model().pc_mask();
    Ok(hart.csrs().sepc & align)
}

/// Helper: whether `wfi` is legal below M-mode ("Wait for Interrupt"). It never waits there for a bounded time only.
pub(crate) fn wfi<H: Hart>(hart: &mut H, [bits, ..]: [u64; 4]) -> Result<u64, Trap> {
    let tw = hart.csrs().mstatus.has(mstatus::TW);
    if tw && hart.csrs().prv != Priv::M { Err(Trap::illegal(bits)) } else { Ok(0) }
}

/// The interrupts that are pending and enabled one by one, whatever the global enables say.
pub(crate) fn pending<H: Hart + ?Sized>(hart: &H) -> u64 {
    let mie = hart.csrs().mie;
    // Most harts most of the time: nothing is enabled, and the clock need not be asked.
    if mie == 0 { 0 } else { crate::csr::mip(hart) & mie }
}

/// The interrupt to take now, if any.
pub(crate) fn interrupt<H: Hart + ?Sized>(hart: &H) -> Option<Trap> {
    let pending = pending(hart);
    if pending == 0 {
        return None;
    }
    let csrs = hart.csrs();
    let enabled = |own: Priv, bit: mstatus::Field| csrs.prv < own || csrs.prv == own && csrs.mstatus.get(bit) != 0;
    let for_m = if enabled(Priv::M, mstatus::MIE) { pending & !csrs.mideleg } else { 0 };
    let for_s = if enabled(Priv::S, mstatus::SIE) { pending & csrs.mideleg } else { 0 };
    // Interrupts for M-mode come before those for S-mode.
    let set = if for_m != 0 { for_m } else { for_s };
    irq::PRIORITY.into_iter().find(|&n| bits::bit(set, n)).map(Trap::Interrupt)
}

#[cfg(test)]
mod tests;
