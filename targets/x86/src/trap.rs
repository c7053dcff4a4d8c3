//! Exceptions and interrupts: causes, priority, delivery.

use cpu::Ctx;

use crate::state::bit;
use crate::target::X86;

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
    /// An interrupt of the line INTR.
    Interrupt,
    /// A non-maskable interrupt.
    Nmi,
    /// INIT.
    Init,
    /// A start-up IPI.
    Sipi,
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

/// Takes a fault.
pub(crate) fn deliver(cpu: &mut Cpu, fault: Fault) {
    let _ = fault;
    cpu.set_stuck("triple fault");
}

/// What is to be taken now.
pub(crate) fn interrupt(cpu: &mut Cpu) -> Option<Fault> {
    let lines = cpu.lines();
    let up = |n: u32| lines >> n & 1 != 0;
    if up(irq::A20_OFF) != cpu.state.a20_off {
        cpu.state.a20_off = up(irq::A20_OFF);
        cpu.flush_tlb();
    }
    if up(irq::INIT) {
        return Some(Fault::Init);
    }
    if cpu.state.wait_for_sipi {
        return up(irq::SIPI).then_some(Fault::Sipi);
    }
    if cpu.state.debug_trap != 0 {
        return Some(Fault::Debug);
    }
    if cpu.state.shadow {
        return None;
    }
    if up(irq::NMI) && !cpu.state.nmi_masked {
        return Some(Fault::Nmi);
    }
    (up(irq::INTR) && cpu.state.eflags & bit::IF != 0).then_some(Fault::Interrupt)
}

/// Whether a halted CPU goes on.
pub(crate) fn wakes(cpu: &Cpu) -> bool {
    let lines = cpu.lines();
    let up = |n: u32| lines >> n & 1 != 0;
    if cpu.state.wait_for_sipi {
        return up(irq::INIT) || up(irq::SIPI);
    }
    up(irq::INIT)
        || up(irq::NMI) && !cpu.state.nmi_masked
        || cpu.state.debug_trap != 0
        || up(irq::INTR) && cpu.state.eflags & bit::IF != 0
}

/// The fault that an exit of a block means: the vector, and whether it has the error code 0.
pub(crate) fn raise(code: u32, arg: u64) -> Fault {
    let vector = code as u8;
    match code >> 8 {
        0 => Fault::plain(vector),
        1 => Fault::coded(vector, arg as u32),
        n => Fault::Software { vector, next: arg, short: n == 3 },
    }
}
