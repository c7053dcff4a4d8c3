//! Interrupts: vectors, what is saved where, priorities, returns, and the decrementer. Power ISA 2.07B, Book III-S, "Interrupts", and Book III-E, "Interrupts and Exceptions"; Programming Environments Manual, chapter 6.

use cpu::{Access, Ctx};

use crate::board;
use crate::booke_timer;
use crate::debug;
use crate::decrementer;
use crate::doorbell;
use crate::ext::Ext;
use crate::facility::{self, enter_vectored, relocation};
pub use crate::irq;
use crate::papr;
use crate::spr::{self, n};
use crate::state::{self, msr};
use crate::target::Ppc;

/// SRR1 of a program interrupt: an enabled floating-point exception.
pub(crate) const FP_ENABLED: u64 = 1 << 20;
/// SRR1: illegal instruction.
pub(crate) const ILLEGAL: u64 = 1 << 19;
/// SRR1: privileged instruction in problem state.
pub(crate) const PRIVILEGED: u64 = 1 << 18;
/// SRR1: a trap instruction.
pub(crate) const TRAP: u64 = 1 << 17;
/// SRR1: an instruction that the transaction state does not allow ("TM Bad Thing").
pub(crate) const BAD_THING: u64 = 1 << 21;

/// SRR1 and DSISR: no translation.
pub(crate) const NO_TRANSLATION: u64 = 1 << 30;
/// SRR1: fetch from no-execute or guarded memory.
pub(crate) const NO_EXECUTE: u64 = 1 << 28;
/// SRR1 and DSISR: protection.
pub(crate) const PROTECTION: u64 = 1 << 27;
/// SRR1 and DSISR: virtual page class key protection.
pub(crate) const KEY: u64 = 1 << 21;
/// DSISR: a store.
pub(crate) const STORE: u64 = 1 << 25;
/// ESR of the 40x: a zone shuts users out.
pub(crate) const ZONE: u64 = 1 << 22;
/// ESR of BookE: an instruction of the signal processing engine.
const SPV: u64 = 1 << 7;

/// Numbers of exceptions that lifters raise.
pub(crate) mod code {
    /// Program; the argument is SRR1's bit.
    pub(crate) const PROGRAM: u32 = 0;
    /// System call; the argument is the level.
    pub(crate) const SYSCALL: u32 = 1;
    /// Floating point unavailable.
    pub(crate) const NO_FP: u32 = 2;
    /// Vector unit unavailable.
    pub(crate) const NO_VECTOR: u32 = 3;
    /// Vector-scalar unit unavailable.
    pub(crate) const NO_VSX: u32 = 4;
    /// Alignment; the argument is the instruction.
    pub(crate) const ALIGNMENT_HERE: u32 = 5;
    /// System call vectored; the argument is the level.
    pub(crate) const SYSCALL_VECTORED: u32 = 7;
    /// Facility unavailable; the argument is its number in FSCR.
    pub(crate) const NO_FACILITY: u32 = 8;
    /// A debug event of BookE; the argument is DBSR's bit.
    pub(crate) const DEBUG: u32 = 9;
}

/// Which interrupt.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Vector {
    /// System reset: wake-up from power saving.
    Reset,
    /// Machine check.
    MachineCheck,
    /// Data storage.
    Data,
    /// Data segment.
    DataSegment,
    /// Instruction storage.
    Fetch,
    /// Instruction segment.
    FetchSegment,
    /// External.
    External,
    /// Critical input.
    Critical,
    /// Alignment.
    Alignment,
    /// Program.
    Program,
    /// Floating point unavailable.
    NoFp,
    /// Decrementer; PIT on 40x.
    Decrementer,
    /// The hypervisor's decrementer.
    HypervisorDecrementer,
    /// System call.
    SystemCall,
    /// Trace.
    Trace,
    /// Vector (SPE) unavailable.
    NoVector,
    /// Vector-scalar unit unavailable.
    NoVsx,
    /// Facility unavailable.
    NoFacility,
    /// System call vectored.
    SystemCallVectored,
    /// Directed privileged doorbell.
    Doorbell,
    /// Directed hypervisor doorbell.
    HypervisorDoorbell,
    /// Processor doorbell critical (BookE).
    CriticalDoorbell,
    /// None at all: the CPU's partition has left mail.
    Mail,
    /// TLB miss of a fetch, handled by software.
    FetchMiss,
    /// TLB miss of a load.
    LoadMiss,
    /// TLB miss of a store.
    StoreMiss,
    /// Fixed-interval timer (40x, BookE).
    FixedInterval,
    /// Watchdog (40x, BookE).
    Watchdog,
    /// Floating-point data interrupt of the signal processing engine.
    SpeData,
    /// Its round interrupt.
    SpeRound,
    /// Debug (BookE).
    Debug,
    /// Instruction address breakpoint (603 to 7450).
    InstructionBreakpoint,
}

/// An interrupt on its way.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Trap {
    /// Which.
    pub vector: Vector,
    /// Bits that are set in SRR1; ESR on BookE gets what corresponds.
    pub srr1: u64,
    /// What DAR (DEAR) and DSISR get.
    pub fault: Option<(u64, u64)>,
    /// The instruction has been executed: SRR0 is behind it.
    pub done: bool,
    /// It goes to the hypervisor.
    pub hypervisor: bool,
    /// The level of a vectored system call, the number of a facility.
    pub number: u8,
}

impl Trap {
    /// One of which nothing but the vector is to be said.
    pub(crate) const fn plain(vector: Vector) -> Trap {
        Trap::new(vector, 0)
    }

    const fn new(vector: Vector, srr1: u64) -> Trap {
        Trap { vector, srr1, fault: None, done: false, hypervisor: false, number: 0 }
    }

    /// A program interrupt for this reason.
    pub const fn program(reason: u64) -> Trap {
        Trap::new(Vector::Program, reason)
    }

    /// The exception that a lifter has raised.
    pub(crate) fn raised(code: u32, arg: u64) -> Trap {
        match code {
            code::SYSCALL => Trap { done: true, hypervisor: arg == 1, ..Trap::new(Vector::SystemCall, 0) },
            code::NO_FP => Trap::new(Vector::NoFp, 0),
            code::NO_VECTOR => Trap::new(Vector::NoVector, 0),
            code::NO_VSX => Trap::new(Vector::NoVsx, 0),
            code::SYSCALL_VECTORED => {
                Trap { done: true, number: arg as u8, ..Trap::new(Vector::SystemCallVectored, 0) }
            }
            code::NO_FACILITY => Trap { number: arg as u8, ..Trap::new(Vector::NoFacility, 0) },
            code::DEBUG => Trap::new(Vector::Debug, arg),
            code::ALIGNMENT_HERE => Trap { fault: Some((0, 0)), ..Trap::new(Vector::Alignment, 0) },
            _ => Trap::program(arg),
        }
    }

    /// The storage interrupt of an access; `why` is a bit of SRR1 or DSISR.
    pub(crate) fn storage(address: u64, access: Access, why: u64) -> Trap {
        match access {
            Access::Fetch => Trap::new(Vector::Fetch, why),
            Access::Read => Trap { fault: Some((address, why)), ..Trap::new(Vector::Data, 0) },
            Access::Write => Trap { fault: Some((address, why | STORE)), ..Trap::new(Vector::Data, 0) },
        }
    }

    /// A facility that FSCR or MSR has off.
    pub(crate) fn facility(number: u8) -> Trap {
        Trap { number, ..Trap::new(Vector::NoFacility, 0) }
    }

    /// No segment for an address.
    pub(crate) fn segment(address: u64, access: Access) -> Trap {
        match access {
            Access::Fetch => Trap::new(Vector::FetchSegment, 0),
            _ => Trap { fault: Some((address, 0)), ..Trap::new(Vector::DataSegment, 0) },
        }
    }

    /// A misaligned access.
    pub(crate) fn misaligned(address: u64) -> Trap {
        Trap { fault: Some((address, 0)), ..Trap::new(Vector::Alignment, 0) }
    }

    /// Nothing answers.
    pub(crate) fn bus_error(address: u64, access: Access) -> Trap {
        match access {
            Access::Fetch => Trap::new(Vector::MachineCheck, 0),
            _ => Trap { fault: Some((address, 0)), ..Trap::new(Vector::MachineCheck, 0) },
        }
    }
}

/// The offset of a vector: classic and Book III-S, IVOR number of BookE, offset on 40x.
fn place(vector: Vector) -> (u64, u32, u64) {
    match vector {
        Vector::Reset => (0x100, 0, 0x100),
        Vector::MachineCheck => (0x200, 1, 0x200),
        Vector::Data => (0x300, 2, 0x300),
        Vector::DataSegment => (0x380, 2, 0x300),
        Vector::Fetch => (0x400, 3, 0x400),
        Vector::FetchSegment => (0x480, 3, 0x400),
        Vector::External => (0x500, 4, 0x500),
        Vector::Critical => (0x100, 0, 0x100),
        Vector::Alignment => (0x600, 5, 0x600),
        Vector::Program => (0x700, 6, 0x700),
        Vector::NoFp => (0x800, 7, 0x800),
        Vector::Decrementer => (0x900, 10, 0x1000),
        Vector::HypervisorDecrementer => (0x980, 10, 0x1000),
        Vector::SystemCall => (0xc00, 8, 0xc00),
        Vector::Trace => (0xd00, 15, 0x2000),
        Vector::NoVector => (0xf20, 32, 0xf20),
        Vector::NoVsx => (0xf40, 32, 0xf20),
        Vector::NoFacility => (0xf60, 32, 0xf60),
        Vector::SystemCallVectored => (0x1_7000, 8, 0xc00),
        Vector::Doorbell => (0xa00, 36, 0xa00),
        Vector::HypervisorDoorbell => (0xe80, 36, 0xa00),
        Vector::CriticalDoorbell => (0xa10, 37, 0xa10),
        Vector::Mail => (0, 0, 0),
        Vector::FetchMiss => (0x1000, 14, 0x1200),
        Vector::LoadMiss => (0x1100, 13, 0x1100),
        Vector::StoreMiss => (0x1200, 13, 0x1100),
        Vector::FixedInterval => (0x1010, 11, 0x1010),
        Vector::Watchdog => (0x1020, 12, 0x1020),
        Vector::SpeData => (0xf20, 33, 0xf20),
        Vector::SpeRound => (0xf20, 34, 0xf20),
        Vector::Debug => (0xd00, 15, 0x2000),
        Vector::InstructionBreakpoint => (0x1300, 15, 0x2000),
    }
}

/// The number of the SPR that holds an IVOR.
fn ivor(number: u32) -> u32 {
    if number < 32 { n::IVOR0 + number } else { 528 + number - 32 }
}

/// The SPRs of the IVORs, and the offsets that put their interrupts where classic CPUs have them.
pub(crate) fn classic_vectors() -> impl Iterator<Item = (u32, u64)> {
    use Vector::{
        Alignment, Critical, Data, Decrementer, External, Fetch, FetchMiss, FixedInterval, LoadMiss, MachineCheck,
        NoFp, NoVector, Program, SpeData, SpeRound, SystemCall, Trace, Watchdog,
    };
    let all = [
        Critical,
        MachineCheck,
        Data,
        Fetch,
        External,
        Alignment,
        Program,
        NoFp,
        SystemCall,
        Decrementer,
        FixedInterval,
        Watchdog,
        LoadMiss,
        FetchMiss,
        Trace,
        NoVector,
        SpeData,
        SpeRound,
    ];
    all.into_iter().map(|vector| {
        let (offset, number, _) = place(vector);
        (ivor(number), offset)
    })
}

/// ESR of BookE for a trap.
fn esr(trap: &Trap) -> u64 {
    let table = [(ILLEGAL, 1 << 27), (PRIVILEGED, 1 << 26), (TRAP, 1 << 25), (FP_ENABLED, 1 << 24)];
    let program = table.iter().filter(|(bit, _)| trap.vector == Vector::Program && trap.srr1 & bit != 0);
    let why = trap.fault.map_or(trap.srr1, |(_, why)| why);
    let store = trap.fault.is_some() && why & STORE != 0;
    let spe = matches!(trap.vector, Vector::NoVector | Vector::SpeData | Vector::SpeRound);
    let spv = if spe { SPV } else { 0 };
    program.map(|(_, bit)| bit).sum::<u64>() | u64::from(store) << 23 | why & ZONE | spv
}

/// Interrupts that leave a reason in ESR.
fn has_reason(vector: Vector) -> bool {
    use Vector::{Alignment, Data, Fetch, LoadMiss, NoVector, Program, SpeData, SpeRound, StoreMiss};
    let all = [Data, Fetch, Program, Alignment, LoadMiss, StoreMiss, NoVector, SpeData, SpeRound];
    all.contains(&vector)
}

/// Takes an interrupt.
pub(crate) fn deliver<T: Ppc>(ctx: &mut Ctx<T>, trap: Trap) {
    let pc = ctx.pc();
    ctx.state.traced = None;
    let trap = debug::instead(ctx, &trap).unwrap_or(trap);
    match trap.vector {
        Vector::Mail => {
            papr::open_mail(ctx);
            return;
        }
        Vector::SystemCall if trap.hypervisor && ctx.state.in_partition => {
            ctx.set_pc(address(ctx.state.msr, pc.wrapping_add(4)));
            papr::hypercall(ctx);
            return;
        }
        Vector::SystemCallVectored if ctx.state.spr(n::FSCR) & facility::number::SCV_BIT == 0 => {
            return enter_server(ctx, &Trap::facility(facility::number::SCV), pc);
        }
        Vector::SystemCallVectored => return enter_vectored(ctx, &trap, pc),
        Vector::Doorbell => {
            ctx.state.doorbell = false;
            doorbell::answer(ctx, irq::DOORBELL);
        }
        Vector::HypervisorDoorbell => doorbell::answer(ctx, irq::DOORBELL),
        Vector::CriticalDoorbell => doorbell::answer(ctx, irq::CRITICAL_DOORBELL),
        Vector::Reset => {
            ctx.state.reset_pending = false;
            ctx.acknowledge(irq::SYSTEM_RESET);
        }
        _ => {}
    }
    ctx.state.ceded = false;
    let wide = ctx.model().has(Ext::Wide);
    let cut = |v: u64| if wide { v } else { v & 0xffff_ffff };
    let return_to = cut(if trap.done { pc.wrapping_add(4) } else { pc });
    if trap.vector == Vector::Decrementer && !ctx.model().has(Ext::Isa206) && !ctx.model().has(Ext::BookE) {
        ctx.state.dec_armed = false;
    }
    if trap.vector == Vector::HypervisorDecrementer && !ctx.model().has(Ext::Isa206) {
        ctx.state.hdec_armed = false;
    }
    ctx.state.napping = false;
    let booke = ctx.model().has(Ext::BookE);
    if trap.vector == Vector::MachineCheck && ctx.state.msr & msr::ME == 0 {
        ctx.set_stuck("machine check while MSR.ME is 0: check stop");
    }
    if booke {
        enter_booke(ctx, &trap, return_to);
    } else {
        enter_server(ctx, &trap, return_to);
    }
    ctx.clear_reservation();
}

/// "Interrupt Processing" of Book III-S; of the Programming Environments Manual on 32-bit CPUs.
pub(crate) fn enter_server<T: Ppc>(ctx: &mut Ctx<T>, trap: &Trap, return_to: u64) {
    let model = ctx.model();
    let (wide, has_hv) = (model.has(Ext::Wide), model.has(Ext::Hypervisor) && !ctx.state.in_partition);
    let old = ctx.state.msr;
    if trap.vector == Vector::NoFacility {
        let fscr = ctx.state.spr(n::FSCR) & bits::mask(56);
        ctx.state.set_spr(n::FSCR, fscr | u64::from(trap.number) << 56);
    }
    // What of MSR the manual keeps in SRR1: bits 33:36 and 42:47 tell about the interrupt.
    let saved = old & !0x783f_0000 | trap.srr1;
    if let Some((address, why)) = trap.fault {
        ctx.state.set_spr(n::DAR, address);
        ctx.state.set_spr(n::DSISR, why);
    }
    let for_hypervisor = matches!(trap.vector, Vector::HypervisorDecrementer | Vector::HypervisorDoorbell);
    let (srr0, srr1) = if for_hypervisor { (n::HSRR0, n::HSRR1) } else { (n::SRR0, n::SRR1) };
    ctx.state.set_spr(srr0, return_to);
    ctx.state.set_spr(srr1, saved);
    let (offset, _, _) = place(trap.vector);
    if wide {
        let lpcr = ctx.state.spr(n::LPCR);
        let mut new = msr::SF | old & msr::ME;
        if has_hv && (old & msr::HV != 0 || trap.hypervisor || for_hypervisor || trap.vector == Vector::Reset) {
            new |= msr::HV;
        }
        // RI stays what it was where SRR0 and SRR1 do.
        new |= if for_hypervisor { old & msr::RI } else { 0 };
        // LPCR.ILE, and before Power ISA 2.07 MSR.ILE.
        let ile = if ctx.model().has(Ext::Isa206) { lpcr & 1 << 25 != 0 } else { old & msr::ILE != 0 };
        new |= old & msr::ILE | if ile { msr::LE } else { 0 };
        let reset = matches!(trap.vector, Vector::Reset | Vector::MachineCheck);
        let base = relocation(ctx).filter(|_| !reset && ctx.model().has(Ext::Isa207));
        new |= if base.is_some() { msr::IR | msr::DR } else { 0 };
        set_msr(ctx, new);
        ctx.set_pc(base.unwrap_or(0) + offset);
    } else {
        let mut new = old & (msr::ILE | msr::IP | msr::ME);
        if old & msr::ILE != 0 {
            new |= msr::LE;
        }
        if matches!(trap.vector, Vector::FetchMiss | Vector::LoadMiss | Vector::StoreMiss) {
            new |= msr::TGPR;
        }
        set_msr(ctx, new);
        ctx.set_pc(offset | if old & msr::IP != 0 { 0xfff0_0000 } else { 0 });
    }
}

fn is_critical(vector: Vector) -> bool {
    use Vector::{Critical, CriticalDoorbell, Debug, MachineCheck, Watchdog};
    matches!(vector, Critical | CriticalDoorbell | MachineCheck | Watchdog | Debug)
}

/// "Interrupt Processing" of Book III-E, and of the 40x.
fn enter_booke<T: Ppc>(ctx: &mut Ctx<T>, trap: &Trap, return_to: u64) {
    let old = ctx.state.msr;
    let critical = is_critical(trap.vector);
    let enhanced = debug::is_enhanced(ctx.model().family());
    let (srr0, srr1) = match trap.vector {
        Vector::Debug if enhanced => (n::DSRR0, n::DSRR1),
        Vector::MachineCheck if ctx.model().has(Ext::Mas) => (n::MCSRR0, n::MCSRR1),
        _ if critical => (n::CSRR0, n::CSRR1),
        _ => (n::SRR0, n::SRR1),
    };
    ctx.state.set_spr(srr0, return_to);
    ctx.state.set_spr(srr1, old);
    if let Some((address, _)) = trap.fault {
        ctx.state.set_spr(n::DEAR, address);
    }
    if has_reason(trap.vector) {
        ctx.state.set_spr(n::ESR, esr(trap));
    }
    // Of CE, ME and DE an interrupt clears its own and those below ("MSR Settings"); with registers of their own debug interrupts stand apart.
    let kept = match trap.vector {
        Vector::MachineCheck => 0,
        Vector::Debug if enhanced => msr::CE | msr::ME,
        Vector::Critical | Vector::Watchdog | Vector::CriticalDoorbell if enhanced => msr::ME | msr::DE,
        _ if critical => msr::ME,
        _ => msr::CE | msr::ME | msr::DE,
    };
    if trap.vector == Vector::Debug {
        debug::record(ctx, trap.srr1);
    }
    let (_, number, offset) = place(trap.vector);
    let prefix = ctx.state.spr(n::IVPR);
    let pc = if ctx.model().has(Ext::Emb40x) { prefix | offset } else { prefix | ctx.state.spr(ivor(number)) & 0xfff0 };
    set_msr(ctx, old & kept);
    ctx.set_pc(pc);
    if !critical {
        debug::interrupted(ctx);
    }
}

/// Writes MSR as far as the model has its bits.
pub(crate) fn set_msr<T: Ppc>(ctx: &mut Ctx<T>, value: u64) {
    let mask = ctx.model().msr_mask() & if ctx.state.in_partition { !msr::HV } else { u64::MAX };
    let mut value = value & mask;
    if value & msr::PR != 0 && ctx.model().has(Ext::Slb) {
        // Problem state has translation and interrupts on ("Machine State Register", PR).
        value |= msr::EE | msr::IR | msr::DR;
    }
    if value & msr::POW != 0 {
        value &= !msr::POW;
        ctx.set_halted(true);
    }
    if ctx.model().has(Ext::SoftTlb) && (value ^ ctx.state.msr) & msr::TGPR != 0 {
        swap_temporary(ctx);
    }
    ctx.state.msr = value;
}

/// MSR.TGPR changes: r0 to r3 are others (MPC603e User's Manual, "Machine State Register").
fn swap_temporary<T: Ppc>(ctx: &mut Ctx<T>) {
    for n in 0..4 {
        let now = ctx.reg(state::g(n)) as u32;
        let other = std::mem::replace(&mut ctx.state.tgpr[n as usize], now);
        ctx.set_reg(state::g(n), other.into());
    }
}

/// The address of an instruction in MSR's mode.
pub(crate) fn address(m: u64, value: u64) -> u64 {
    let value = value & !3;
    if m & (msr::SF | msr::CM) != 0 { value } else { value & 0xffff_ffff }
}

/// Returns to SRR0 and SRR1; only these bits of MSR change.
pub(crate) fn return_to<T: Ppc>(ctx: &mut Ctx<T>, pc: u64, value: u64, mask: u64) -> Result<u64, Trap> {
    ctx.state.traced = None;
    let old = ctx.state.msr;
    set_msr(ctx, old & !mask | value & mask & !msr::POW);
    ctx.clear_reservation();
    Ok(address(ctx.state.msr, pc))
}

/// Helper: `nap` and its kin.
pub(crate) fn nap<T: Ppc>(ctx: &mut Ctx<T>, _: [u64; 4]) -> Result<u64, Trap> {
    ctx.state.napping = true;
    ctx.set_halted(true);
    Ok(0)
}

/// When a timer will ask, as guest time.
pub(crate) fn deadline<T: Ppc>(ctx: &Ctx<T>) -> Option<u64> {
    let at = if ctx.model().has(Ext::BookE) { booke_timer::deadline(ctx)? } else { decrementer::deadline(ctx)? };
    let ticks = at.wrapping_sub(ctx.state.tb_offset);
    let ns = (u128::from(ticks) * 1_000_000_000).div_ceil(spr::timebase_hz(ctx).into());
    u64::try_from(ns).ok()
}

/// Whether an MSR enables an interrupt, if it is one that can wait.
fn may(vector: Vector, m: u64) -> bool {
    match vector {
        Vector::MachineCheck => m & msr::ME != 0,
        Vector::Critical | Vector::Watchdog | Vector::CriticalDoorbell => m & msr::CE != 0,
        Vector::HypervisorDecrementer | Vector::HypervisorDoorbell => decrementer::hypervisor_may(m),
        _ => m & msr::EE != 0,
    }
}

/// What is pending, by falling priority, whether or not it is enabled.
fn pending<T: Ppc>(ctx: &Ctx<T>) -> impl Iterator<Item = Vector> + use<T> {
    let lines = ctx.lines();
    let on = move |mask: u64, vector| (lines & mask != 0).then_some(vector);
    let embedded = ctx.model().has(Ext::BookE);
    let decrementer = (!embedded && decrementer::is_pending(ctx)).then_some(Vector::Decrementer);
    let hypervisor = decrementer::hypervisor_is_pending(ctx).then_some(Vector::HypervisorDecrementer);
    let mut timers: [Option<Vector>; 3] = [None; 3];
    if embedded {
        booke_timer::pending(ctx).zip(&mut timers).for_each(|(vector, slot)| *slot = Some(vector));
    }
    let rung = if ctx.model().has(Ext::Isa207) { Vector::HypervisorDoorbell } else { Vector::Doorbell };
    // The watchdog is critical and comes before external interrupts; the other timers come behind them.
    let watchdog = timers[0].filter(|v| *v == Vector::Watchdog);
    let others = timers.into_iter().flatten().filter(|v| *v != Vector::Watchdog);
    on(1 << irq::MACHINE_CHECK, Vector::MachineCheck)
        .into_iter()
        .chain(on(1 << irq::CRITICAL, Vector::Critical))
        .chain(watchdog)
        .chain(on(1 << irq::CRITICAL_DOORBELL, Vector::CriticalDoorbell))
        .chain(hypervisor)
        .chain(on(irq::ANY_EXTERNAL, Vector::External))
        .chain(others)
        .chain(decrementer)
        .chain(ctx.state.doorbell.then_some(Vector::Doorbell))
        .chain(on(1 << irq::DOORBELL, rung))
}

/// What a CPU of a partition looks at first; `None` where it looks at all that is pending.
fn first<T: Ppc>(ctx: &Ctx<T>) -> Option<Option<Trap>> {
    if ctx.lines() & 1 << irq::MAIL != 0 {
        return Some(Some(Trap::new(Vector::Mail, 0)));
    }
    if ctx.state.stopped {
        return Some(None);
    }
    if ctx.state.reset_pending || ctx.lines() & 1 << irq::SYSTEM_RESET != 0 {
        return Some(Some(Trap::new(Vector::Reset, 0)));
    }
    ctx.state.joined.then_some(None)
}

/// The interrupt to take now.
pub(crate) fn interrupt<T: Ppc>(ctx: &mut Ctx<T>) -> Option<Trap> {
    board::serve(ctx);
    if ctx.state.parked {
        return None;
    }
    if let Some(why) = ctx.state.traced.take() {
        // Since version 2.07 bit 33 of SRR1 is set ("Trace Interrupt").
        let why = why | if ctx.model().has(Ext::Isa207) { 1 << 30 } else { 0 };
        return Some(match ctx.model().has(Ext::BookE) {
            true => Trap::new(Vector::Debug, debug::ICMP),
            false => Trap::new(Vector::Trace, why),
        });
    }
    if debug::is_pending(ctx) {
        return Some(Trap::plain(Vector::Debug));
    }
    if ctx.model().has(Ext::BookE) {
        booke_timer::sync(ctx);
    }
    let m = ctx.state.msr;
    if ctx.state.in_partition
        && let Some(trap) = first(ctx)
    {
        return trap;
    }
    let rung = ctx.model().has(Ext::Isa207) && ctx.lines() & 1 << irq::DOORBELL != 0;
    let hypervisor = (rung || decrementer::hypervisor_is_pending(ctx)) && decrementer::hypervisor_may(m);
    if m & (msr::EE | msr::ME | msr::CE) == 0 && !ctx.state.napping && !hypervisor {
        return None;
    }
    if ctx.state.napping {
        let vector = pending(ctx).next()?;
        // SRR1 42:44 tell what has woken the CPU, 46:47 that no state was lost ("System Reset Interrupt").
        let why = if vector == Vector::Decrementer { 3 } else { 4 };
        return Some(Trap::new(Vector::Reset, why << 19 | 1 << 16));
    }
    pending(ctx).find(|vector| may(*vector, m)).map(Trap::plain)
}

/// Whether a sleeping CPU wakes up.
pub(crate) fn wakes<T: Ppc>(ctx: &Ctx<T>) -> bool {
    if ctx.state.parked {
        return ctx.lines() & 1 << irq::RUN != 0;
    }
    match ctx.state.in_partition.then(|| first(ctx)).flatten() {
        Some(trap) => trap.is_some(),
        None => pending(ctx).next().is_some() || ctx.lines() & 1 << irq::INVALIDATE != 0,
    }
}
