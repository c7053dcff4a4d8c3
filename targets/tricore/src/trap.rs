//! Traps and interrupts.
//!
//! TriCore Architecture Manual, volume 1, "Trap System" (classes, TINs, entry) and "Interrupt System".

use std::sync::atomic::Ordering;

use cpu::{Access, Ctx};

use crate::shared::{Chip, Core};
use crate::{Tricore, csa, csfr, irq, state};

/// Trap identification: class in bits 8 and up, TIN below.
pub mod tin {
    const fn of(class: u32, tin: u32) -> u32 {
        class << 8 | tin
    }
    /// Privileged instruction.
    pub const PRIV: u32 = of(1, 1);
    /// Memory protection: read.
    pub const MPR: u32 = of(1, 2);
    /// Memory protection: write.
    pub const MPW: u32 = of(1, 3);
    /// Memory protection: execution.
    pub const MPX: u32 = of(1, 4);
    /// Memory protection: peripheral access by User-0.
    pub const MPP: u32 = of(1, 5);
    /// Memory protection: data access to address 0.
    pub const MPN: u32 = of(1, 6);
    /// Global register write protection.
    pub const GRWP: u32 = of(1, 7);
    /// Illegal opcode.
    pub const IOPC: u32 = of(2, 1);
    /// Unimplemented opcode.
    pub const UOPC: u32 = of(2, 2);
    /// Invalid operand: an odd number of a pair.
    pub const OPD: u32 = of(2, 3);
    /// Data address alignment.
    pub const ALN: u32 = of(2, 4);
    /// Free context list depletion: FCX has reached LCX.
    pub const FCD: u32 = of(3, 1);
    /// Call depth overflow.
    pub const CDO: u32 = of(3, 2);
    /// Call depth underflow.
    pub const CDU: u32 = of(3, 3);
    /// Free context list underflow.
    pub const FCU: u32 = of(3, 4);
    /// Call stack underflow.
    pub const CSU: u32 = of(3, 5);
    /// Context type.
    pub const CTYP: u32 = of(3, 6);
    /// Nesting error: RFE with a call depth that is not 0.
    pub const NEST: u32 = of(3, 7);
    /// Program fetch synchronous error.
    pub const PSE: u32 = of(4, 1);
    /// Data access synchronous error.
    pub const DSE: u32 = of(4, 2);
    /// Data access asynchronous error.
    pub const DAE: u32 = of(4, 3);
    /// Arithmetic overflow.
    pub const OVF: u32 = of(5, 1);
    /// Sticky arithmetic overflow.
    pub const SOVF: u32 = of(5, 2);
    /// The class of system calls; their TIN is the instruction's constant.
    pub const SYS: u32 = of(6, 0);
    /// Non-maskable interrupt.
    pub const NMI: u32 = of(7, 0);
    /// Not a trap: an interrupt.
    pub const INTERRUPT: u32 = of(8, 0);
    /// Not a trap: a core is let go that has waited since reset.
    pub const START: u32 = of(10, 0);
    /// Not a trap either: RET has gone back to a caller of another mode, so that the next block is one of that mode.
    pub const RETURN: u32 = of(9, 0);
}

/// A trap on its way to its handler.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Trap {
    /// Class and TIN, see [`tin`].
    pub tin: u32,
    /// What A11 will hold; of interrupts, 0.
    pub return_to: u32,
    /// Of a data access that was refused, its address; 0 for others.
    pub address: u32,
}

impl Trap {
    /// A trap that returns to the instruction at work, as delivery will find it.
    pub const fn here(tin: u32) -> Trap {
        Trap::returning(tin, HERE)
    }

    /// A trap that returns to `return_to`.
    pub const fn returning(tin: u32, return_to: u32) -> Trap {
        Trap { tin, return_to, address: 0 }
    }

    /// The trap of a data access to `address` by the instruction at work.
    pub const fn data(tin: u32, address: u32) -> Trap {
        Trap { address, ..Trap::here(tin) }
    }
}

/// In [`Trap::return_to`]: the instruction at work. No instruction has an odd address.
const HERE: u32 = 1;

/// The trap of an access where nothing answers. That of a store comes when the instruction is over: the core does not wait for the bus ("DAE
/// - Data Access Asynchronous Error").
pub(crate) fn bus_error(ctx: &mut Ctx<Tricore>, address: u32, access: Access) -> Option<Trap> {
    match access {
        Access::Fetch => Some(Trap::here(tin::PSE)),
        Access::Read => Some(Trap::data(tin::DSE, address)),
        Access::Write => {
            csfr::note_store_error(ctx, address);
            ctx.state.store_error = true;
            ctx.yield_turn();
            None
        }
    }
}

/// PSW.IS, the interrupt stack is in use.
const PSW_IS: u64 = 1 << 9;
/// PSW.CDE, call depth counting is on.
const PSW_CDE: u64 = 1 << 7;

/// Sets PSW for a handler: supervisor, interrupt stack, empty call depth counter, no writes to global registers. The user status bits
/// stay.
fn enter(ctx: &mut Ctx<Tricore>) {
    let psw = ctx.reg(state::PSW);
    if psw & PSW_IS == 0 {
        ctx.set_reg(state::a(10), ctx.state.isp.into());
    }
    // PRS, IO, IS, GW, CDE and CDC; rounding mode and what is above stay.
    ctx.set_reg(state::PSW, psw & !0x3fff | 2 << 10 | PSW_IS | PSW_CDE);
    ctx.state.ie = false;
}

/// Enters the handler of a trap or interrupt.
pub(crate) fn deliver(ctx: &mut Ctx<Tricore>, trap: Trap) {
    ctx.state.held = false;
    match trap.tin {
        tin::INTERRUPT => return interrupt_entry(ctx),
        tin::START => return start(ctx),
        tin::RETURN => return ctx.set_pc(trap.return_to.into()),
        tin::NMI => _ = ctx.acknowledge(irq::NMI_TAKEN),
        tin::DAE => ctx.state.store_error = false,
        _ => csfr::note_data_trap(ctx, trap),
    }
    let return_to = if trap.return_to & 1 != 0 { ctx.pc() } else { u64::from(trap.return_to) };
    let (class, number) = (trap.tin >> 8, u64::from(trap.tin & 0xff));
    let last = csa::is_last(ctx);
    // A context list that has no context left is not used for its own trap ("FCU Trap").
    let saved = trap.tin != tin::FCU && csa::save_upper(ctx).is_ok();
    let class = if saved { class } else { 3 };
    let number = if saved { number } else { u64::from(tin::FCU & 0xff) };
    ctx.set_reg(state::a(11), return_to);
    enter(ctx);
    ctx.set_reg(state::d(15), number);
    let base = u64::from(ctx.state.btv) & !1;
    ctx.set_pc(base | u64::from(class) << 5);
    if saved && last && trap.tin != tin::FCD {
        depleted(ctx);
    }
}

/// An entry has taken the last area but those that are left for FCD: its handler comes first, and returns to the other one ("FCD").
fn depleted(ctx: &mut Ctx<Tricore>) {
    let handler = ctx.pc() as u32;
    deliver(ctx, Trap::returning(tin::FCD, handler));
}

/// Whether the core may run.
pub(crate) fn is_released(ctx: &Ctx<Tricore>) -> bool {
    ctx.lines() >> irq::RUN & 1 != 0
}

/// A core is let go: it begins where another one has said.
fn start(ctx: &mut Ctx<Tricore>) {
    let Some(core) = core(ctx) else { return };
    core.halted.store(false, Ordering::Release);
    let pc = core.pc.load(Ordering::Acquire);
    ctx.set_pc(u64::from(pc & !1));
}

/// Takes the interrupt that the board offers.
fn interrupt_entry(ctx: &mut Ctx<Tricore>) {
    let priority = pending_priority(ctx);
    ctx.acknowledge(priority.into());
    let pc = ctx.pc();
    let last = csa::is_last(ctx);
    if csa::save_upper(ctx).is_err() {
        return deliver(ctx, Trap::here(tin::FCU));
    }
    ctx.set_reg(state::a(11), pc);
    enter(ctx);
    ctx.state.ccpn = priority;
    // BIV.VSS chooses entries of 8 instead of 32 bytes ("Base Interrupt Vector Table Pointer", TriCore 1.6).
    let biv = ctx.state.biv;
    let (base, shift) =
        if biv & 1 != 0 && ctx.model().version() >= crate::ext::Version::V161 { (biv & !1, 3) } else { (biv & !1, 5) };
    ctx.set_pc(u64::from(base | u32::from(priority) << shift));
    if last {
        depleted(ctx);
    }
}

/// The priority number of the highest service request, ICR.PIPN; 0 for none.
pub(crate) fn pending_priority(ctx: &Ctx<Tricore>) -> u8 {
    let lines = ctx.lines() & !(1 << irq::RUN | 1 << irq::NMI);
    if lines >> irq::ICU & 1 != 0 {
        return core(ctx).map_or(0, |core| core.pipn.load(Ordering::Acquire));
    }
    lines.checked_ilog2().unwrap_or(0) as u8
}

/// What this core shares with the rest of its chip.
pub(crate) fn core(ctx: &Ctx<Tricore>) -> Option<&Core> {
    ctx.shared::<Chip>()?.cores.get(ctx.index() as usize)
}

/// Whether somebody asks for the trap that can't be held off.
fn has_nmi(ctx: &Ctx<Tricore>) -> bool {
    ctx.lines() >> irq::NMI & 1 != 0
}

/// What WAIT waits for ("WAIT", and "Asynchronous Traps": traps can't be disabled).
pub(crate) fn wakes(ctx: &Ctx<Tricore>) -> bool {
    if ctx.state.held { is_released(ctx) } else { has_nmi(ctx) || pending_priority(ctx) > ctx.state.ccpn }
}

/// The asynchronous trap or interrupt to take now ("Exception Priorities").
pub(crate) fn interrupt(ctx: &Ctx<Tricore>) -> Option<Trap> {
    if ctx.state.held {
        return is_released(ctx).then_some(Trap::here(tin::START));
    }
    if has_nmi(ctx) {
        return Some(Trap::here(tin::NMI));
    }
    if ctx.state.store_error {
        return Some(Trap::here(tin::DAE));
    }
    let pending = ctx.state.ie && pending_priority(ctx) > ctx.state.ccpn;
    pending.then_some(Trap::returning(tin::INTERRUPT, 0))
}
