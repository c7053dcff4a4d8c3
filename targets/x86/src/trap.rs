//! Exceptions and interrupts: causes, priority, delivery.

use cpu::Ctx;

use crate::far;
use crate::state::{self, bit};
use crate::target::X86;
use crate::vme;

/// The CPU as functions of this crate take it.
pub type Cpu = Ctx<X86>;

/// What a helper returns.
pub(crate) type Out = Result<u64, Fault>;

/// The lines into the CPU. The board lowers NMI, INIT and SIPI when the CPU acknowledges them.
pub mod irq {
    /// An interrupt; acknowledging it gives its vector.
    pub const INTR: u32 = 0;
    /// A non-maskable interrupt.
    pub const NMI: u32 = 1;
    /// INIT.
    pub const INIT: u32 = 2;
    /// A start-up IPI; acknowledging it gives its vector.
    pub const SIPI: u32 = 3;
    /// While this is up, address bit 20 is 0.
    pub const A20_OFF: u32 = 4;
    /// While this is up, CPUs other than number 0 run after reset without INIT and a start-up IPI.
    pub const RUN: u32 = 5;
    /// The first of three interrupts with vectors of their own, [`FIXED_VECTOR`] and up: for boards without an interrupt controller.
    pub const FIXED: u32 = 8;
    /// The vector of [`FIXED`].
    pub const FIXED_VECTOR: u8 = 0x20;
}

/// Vectors of exceptions.
pub mod vector {
    #![allow(missing_docs, reason = "the manual's names")]
    pub const DE: u8 = 0;
    pub const DB: u8 = 1;
    pub const NMI: u8 = 2;
    pub const BP: u8 = 3;
    pub const OF: u8 = 4;
    pub const BR: u8 = 5;
    pub const UD: u8 = 6;
    pub const NM: u8 = 7;
    pub const DF: u8 = 8;
    pub const TS: u8 = 10;
    pub const NP: u8 = 11;
    pub const SS: u8 = 12;
    pub const GP: u8 = 13;
    pub const PF: u8 = 14;
    pub const MF: u8 = 16;
    pub const AC: u8 = 17;
    pub const XM: u8 = 19;
}

/// A guest exception or interrupt.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fault {
    /// A fault at the current instruction.
    Exception {
        /// The vector.
        vector: u8,
        /// The error code, of those that have one.
        error: Option<u32>,
    },
    /// An access to an address that is not canonical: #SS(0) by the stack segment, else #GP(0).
    NotCanonical {
        /// The linear address.
        address: u64,
    },
    /// A page fault.
    Page {
        /// The linear address.
        address: u64,
        /// The error code.
        error: u32,
    },
    /// INT n, INT3 or INTO.
    Software {
        /// The vector.
        vector: u8,
        /// Linear address of the next instruction.
        next: u64,
        /// INT1, INT3 and INTO: privilege checks as for INT n, but not of virtual-8086 mode's IOPL.
        short: bool,
    },
    /// A debug trap behind an instruction.
    Debug,
    /// A debug fault before an instruction.
    Breakpoint {
        /// Bits of DR6.
        bits: u64,
    },
    /// An interrupt of the line INTR.
    Interrupt,
    /// A non-maskable interrupt.
    Nmi,
    /// INIT.
    Init,
    /// A start-up IPI.
    Sipi,
    /// The event that VMRUN was given.
    Injected,
    /// A virtual interrupt.
    VirtualInterrupt,
    /// None: the block was lifted for code far from the limit of its segment, which is near.
    NearLimit,
    /// A guest of SVM is left.
    Exit {
        /// The exit code.
        code: u64,
        /// EXITINFO1 and EXITINFO2.
        info: [u64; 2],
    },
}

impl Fault {
    /// An exception without an error code.
    pub const fn plain(vector: u8) -> Fault {
        Fault::Exception { vector, error: None }
    }

    /// An exception with an error code.
    pub const fn coded(vector: u8, error: u32) -> Fault {
        Fault::Exception { vector, error: Some(error) }
    }

    /// #GP(0).
    pub const GP0: Fault = Fault::coded(vector::GP, 0);
    /// #UD.
    pub const UD: Fault = Fault::plain(vector::UD);
}

/// The code of [`uop::Exit::Raise`] for #GP; its argument is the error code.
pub(crate) const GP0_CODE: u32 = 1 << 8 | vector::GP as u32;
/// That for [`Fault::NearLimit`].
pub(crate) const NEAR_LIMIT: u32 = 4 << 8;

/// One event on its way to its handler.
#[derive(Clone, Copy)]
pub(crate) struct Event {
    /// The vector.
    pub(crate) vector: u8,
    /// The error code.
    pub(crate) error: Option<u32>,
    /// INT n and the like: gates are checked against CPL.
    pub(crate) software: bool,
    /// The linear address that is saved.
    pub(crate) pc: u64,
    /// RF is set in the flags that are saved.
    pub(crate) rf: bool,
}

/// Takes a fault.
pub(crate) fn deliver(cpu: &mut Cpu, fault: Fault) {
    let pc = cpu.pc();
    let cr2 = cpu.state.cr2;
    let hard = |vector: u8| Event { vector, error: None, software: false, pc, rf: false };
    let event = match fault {
        Fault::NearLimit => return,
        Fault::Init => return init(cpu),
        Fault::Exit { code, info } => return crate::svm::exit(cpu, code, info, None),
        Fault::Injected => {
            if let Some((event, is_exception)) = crate::svm::take_injected(cpu) {
                (cpu.state.shadow, cpu.state.shadow_ss) = (false, false);
                take(cpu, event, is_exception);
            }
            return;
        }
        Fault::VirtualInterrupt => hard(crate::svm::take_virtual_interrupt(cpu)),
        Fault::Sipi => return start_up(cpu),
        Fault::Exception { .. } | Fault::Page { .. } | Fault::NotCanonical { .. } => {
            // The instruction has not been done: nothing is pending of it.
            cpu.state.debug_trap = 0;
            exception(cpu, fault, pc)
        }
        Fault::Software { vector, next, .. } => {
            // INT n and its kin clear TF and are not told of as a step.
            cpu.state.debug_trap = 0;
            cpu.state.last_vector.get_or_insert(vector.into());
            Event { software: true, pc: next, ..hard(vector) }
        }
        Fault::Debug => {
            let bits = std::mem::take(&mut cpu.state.debug_trap);
            crate::debug::deliver(cpu, bits);
            hard(vector::DB)
        }
        Fault::Breakpoint { bits } => {
            crate::debug::deliver(cpu, bits);
            Event { rf: true, ..hard(vector::DB) }
        }
        Fault::Nmi => {
            cpu.acknowledge(irq::NMI);
            cpu.state.nmi_masked = true;
            hard(vector::NMI)
        }
        Fault::Interrupt => hard(match fixed(cpu.lines()) {
            Some(vector) => vector,
            None => cpu.acknowledge(irq::INTR) as u8,
        }),
    };
    (cpu.state.shadow, cpu.state.shadow_ss) = (false, false);
    if let Fault::Software { vector, short: false, next } = fault
        && cpu.state.eflags & bit::VM != 0
        && cpu.state.cr0 & bit::PE != 0
    {
        match virtual_interrupt(cpu, vector, next) {
            Ok(true) => return,
            Ok(false) => {}
            Err(fault) => {
                let event = exception(cpu, fault, pc);
                return take(cpu, event, true);
            }
        }
    }
    if let Some((code, info)) = intercepted(cpu, fault, event, cr2) {
        return crate::svm::exit(cpu, code, info, None);
    }
    take(cpu, event, matches!(fault, Fault::Exception { .. } | Fault::Page { .. } | Fault::NotCanonical { .. }));
}

/// The exit for an exception that a guest's host wants to see: INT3 and INTO are, INT n isn't one.
fn intercepted(cpu: &mut Cpu, fault: Fault, event: Event, cr2: u64) -> Option<(u64, [u64; 2])> {
    if matches!(fault, Fault::Software { short: false, .. } | Fault::Nmi | Fault::Interrupt | Fault::VirtualInterrupt) {
        return None;
    }
    let code = crate::svm::exception(cpu, event.vector)?;
    let address = if event.vector == vector::PF { std::mem::replace(&mut cpu.state.cr2, cr2) } else { 0 };
    Some((code, [event.error.unwrap_or(0).into(), address]))
}

/// INT n in virtual-8086 mode: whether the 8086 program has taken it.
fn virtual_interrupt(cpu: &mut Cpu, vector: u8, next: u64) -> Result<bool, Fault> {
    if vme::is_helped(cpu) && vme::redirects(cpu, vector)? {
        let next = crate::regs::ip_of(cpu, next);
        vme::interrupt(cpu, vector, next)?;
        return Ok(true);
    }
    // It is sensitive to IOPL.
    if vme::is_held(cpu) { Err(Fault::GP0) } else { Ok(false) }
}

fn exception(cpu: &mut Cpu, fault: Fault, pc: u64) -> Event {
    let (vector, error) = match fault {
        Fault::NotCanonical { address } => {
            let by_stack = crate::stack_access::is_by_stack(cpu, address);
            (if by_stack { vector::SS } else { vector::GP }, Some(0))
        }
        Fault::Page { address, error } => {
            cpu.state.cr2 = address;
            (vector::PF, Some(error))
        }
        Fault::Exception { vector, error } => (vector, error),
        _ => (vector::GP, Some(0)),
    };
    cpu.state.last_vector.get_or_insert(vector.into());
    Event { vector, error, software: false, pc, rf: vector != vector::DF }
}

/// What an address that is not canonical raises while an event is delivered: it may be the stack's or a table's.
fn on_the_way(cpu: &Cpu, address: u64) -> Fault {
    let distance = cpu.reg(state::RSP).wrapping_sub(address);
    if distance <= 64 { Fault::coded(vector::SS, 0) } else { Fault::GP0 }
}

/// Whether a vector is a contributory exception (SDM volume 3A, "Interrupt 8").
fn contributory(vector: u8) -> bool {
    matches!(vector, vector::DE | vector::TS | vector::NP | vector::SS | vector::GP)
}

/// Enters the handler; faults on the way become other events, a double fault, or the end. An interrupt, by an instruction or from
/// outside, is no exception: a fault on its way is an ordinary one.
fn take(cpu: &mut Cpu, mut event: Event, mut is_exception: bool) {
    loop {
        let Err(second) = far::enter(cpu, event) else { return };
        let delivering = Some((event, is_exception));
        if let Fault::Exit { code, info } = second {
            return crate::svm::exit(cpu, code, info, delivering);
        }
        let cr2 = cpu.state.cr2;
        let (first, pc) = (event.vector, event.pc);
        let second = match second {
            Fault::NotCanonical { address } => on_the_way(cpu, address),
            other => other,
        };
        event = exception(cpu, second, if event.software { cpu.pc() } else { pc });
        if !std::mem::replace(&mut is_exception, true) {
            if let Some((code, info)) = intercepted(cpu, second, event, cr2) {
                return crate::svm::exit(cpu, code, info, delivering);
            }
            continue;
        }
        if first == vector::DF {
            if let Some(Fault::Exit { code, info }) = crate::svm::event(cpu, SHUTDOWN) {
                return crate::svm::exit(cpu, code, info, delivering);
            }
            cpu.set_stuck("triple fault");
            return;
        }
        let page = first == vector::PF;
        if contributory(first) && contributory(event.vector)
            || page && (contributory(event.vector) || event.vector == vector::PF)
        {
            event = Event { vector: vector::DF, error: Some(0), software: false, pc, rf: false };
        }
        if let Some((code, info)) = intercepted(cpu, second, event, cr2) {
            return crate::svm::exit(cpu, code, info, delivering);
        }
    }
}

/// Exit codes of events.
const INTR: u64 = 0x60;
const NMI: u64 = 0x61;
const INIT: u64 = 0x63;
const VINTR: u64 = 0x64;
const SHUTDOWN: u64 = 0x7f;

fn init(cpu: &mut Cpu) {
    cpu.acknowledge(irq::INIT);
    crate::reset::init(cpu);
    if cpu.index() != 0 {
        cpu.state.wait_for_sipi = true;
        cpu.set_halted(true);
    }
}

fn start_up(cpu: &mut Cpu) {
    let vector = cpu.acknowledge(irq::SIPI) & 0xff;
    cpu.state.wait_for_sipi = false;
    crate::seg::set_paragraph(cpu, (vector << 8) as u16);
    cpu.set_pc(vector << 12);
}

/// The vector of an interrupt that needs no acknowledgement.
fn fixed(lines: u64) -> Option<u8> {
    let up = (lines >> irq::FIXED) as u8 & 7;
    (up != 0).then(|| irq::FIXED_VECTOR + up.trailing_zeros() as u8)
}

/// Whether an interrupt is pending that EFLAGS.IF lets in.
fn pending(lines: u64) -> bool {
    lines >> irq::INTR & 1 != 0 || fixed(lines).is_some()
}

/// What is to be taken now.
pub(crate) fn interrupt(cpu: &mut Cpu) -> Option<Fault> {
    let lines = cpu.lines();
    let up = |n: u32| lines >> n & 1 != 0;
    if up(irq::A20_OFF) != cpu.state.a20_off {
        cpu.state.a20_off = up(irq::A20_OFF);
        cpu.flush_tlb();
    }
    if cpu.state.svm.gif_off {
        return None;
    }
    if cpu.state.svm.inject != 0 {
        return Some(Fault::Injected);
    }
    if up(irq::INIT) {
        return crate::svm::event(cpu, INIT).or(Some(Fault::Init));
    }
    if cpu.state.wait_for_sipi && up(irq::RUN) {
        cpu.state.wait_for_sipi = false;
        cpu.set_halted(false);
    }
    if cpu.state.wait_for_sipi {
        return up(irq::SIPI).then_some(Fault::Sipi);
    }
    if cpu.state.debug_trap != 0 {
        if !cpu.state.shadow_ss {
            return Some(Fault::Debug);
        }
        // SDM volume 3A, "Masking Exceptions and Interrupts When Switching Stacks": a single step is not told of, breakpoints wait.
        cpu.state.debug_trap &= 15;
    }
    if cpu.state.shadow {
        return None;
    }
    if up(irq::NMI) && !cpu.state.nmi_masked {
        return crate::svm::event(cpu, NMI).or(Some(Fault::Nmi));
    }
    if pending(lines) && crate::svm::lets_in(cpu) {
        return crate::svm::event(cpu, INTR).or(Some(Fault::Interrupt));
    }
    if crate::svm::has_virtual_interrupt(cpu) {
        return crate::svm::event(cpu, VINTR).or(Some(Fault::VirtualInterrupt));
    }
    None
}

/// Whether a halted CPU goes on.
pub(crate) fn wakes(cpu: &Cpu) -> bool {
    let lines = cpu.lines();
    let up = |n: u32| lines >> n & 1 != 0;
    if cpu.state.wait_for_sipi {
        return up(irq::INIT) || up(irq::SIPI) || up(irq::RUN);
    }
    !cpu.state.svm.gif_off
        && (up(irq::INIT)
            || up(irq::NMI) && !cpu.state.nmi_masked
            || cpu.state.debug_trap != 0
            || cpu.state.svm.inject != 0
            || crate::svm::has_virtual_interrupt(cpu)
            || pending(lines) && crate::svm::lets_in(cpu))
}

/// The fault that an exit of a block means: the vector, and what kind of fault.
pub(crate) fn raise(code: u32, arg: u64) -> Fault {
    let vector = code as u8;
    match code >> 8 {
        0 => Fault::plain(vector),
        1 => Fault::coded(vector, arg as u32),
        4 => Fault::NearLimit,
        n => Fault::Software { vector, next: arg, short: n == 3 },
    }
}
