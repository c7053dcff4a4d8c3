//! What the rest of the house sees of a CPU: the object-safe trait [`Cpu`] and the plain types it speaks.

use std::any::Any;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use memory::{Line, Nanos};

/// The state that the machine schema shows of a CPU, by architecture (`CpuInfo` of QEMU 4.2's `machine.json`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Info {
    /// `pc` is the linear address: EIP or RIP plus the base of CS.
    X86 {
        /// Linear address of the next instruction.
        pc: u64,
    },
    /// SPARC V8 and V9.
    Sparc {
        /// Program counter.
        pc: u64,
        /// Next program counter.
        npc: u64,
    },
    /// PowerPC.
    Ppc {
        /// Next instruction pointer.
        nip: u64,
    },
    /// MIPS; 64 bit targets keep the sign extension of 32-bit segments.
    Mips {
        /// Program counter.
        pc: u64,
    },
    /// TriCore.
    Tricore {
        /// Program counter.
        pc: u64,
    },
    /// z/Architecture shows no address, but the CPU state.
    S390 {
        /// CPU state of the Principles of Operation, "Stopped, Operating, Load, and Check-Stop States".
        state: S390State,
    },
    /// RISC-V.
    Riscv {
        /// Program counter.
        pc: u64,
    },
}

/// CPU states of z/Architecture, in the schema's order.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum S390State {
    /// Not set up yet.
    Uninitialized,
    /// Stopped.
    Stopped,
    /// Check stop.
    CheckStop,
    /// Operating.
    Operating,
    /// Load.
    Load,
}

/// What a register is for; debuggers and printers group by it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Group {
    /// Program counter, general registers and what belongs to them.
    General,
    /// Floating point, with its control and status.
    Float,
    /// Vector registers.
    Vector,
    /// System registers (CSRs, SPRs, control registers).
    System,
}

/// One row of a target's register table.
#[derive(Clone, Copy, Debug)]
pub struct Register {
    /// The name of the architecture's ABI, as gdb spells it.
    pub name: &'static str,
    /// Width in bits, 1 to 128.
    pub bits: u16,
    /// What it is for.
    pub group: Group,
    /// gdb's register number; `None` keeps it out of gdb's list.
    pub gdb: Option<u16>,
    /// The type in gdb's target description (`int`, `code_ptr`, `data_ptr`, `ieee_double`...).
    pub gdb_type: &'static str,
}

/// Why [`Cpu::run`] or [`Cpu::step`] came back.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Exit {
    /// The budget is used up, or the one step is done.
    Budget,
    /// Nothing to do until an interrupt line rises.
    Halted,
    /// Somebody asked for attention ([`Lines::kick`]).
    Kicked,
    /// The pc stands on a breakpoint; its instruction has not run.
    Breakpoint,
    /// A watched address is accessed. The instruction has completed or, on targets with
    /// [`Target::WATCH_BEFORE`](crate::Target::WATCH_BEFORE), has not run: it gets on once the watchpoint is taken back.
    Watchpoint {
        /// The guest virtual address that was accessed.
        address: u64,
        /// Which kind of access hit.
        access: Watch,
    },
    /// The CPU can go on no more until it is reset (triple fault, check stop, error mode). The text says why.
    Stuck(&'static str),
}

/// Accesses that a watchpoint looks for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Watch {
    /// Loads.
    Read,
    /// Stores.
    Write,
    /// Both.
    Access,
}

/// A register was to get a value that it can't hold, or there is no such register.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum RegisterError {
    /// No register has that index.
    #[error("there is no register {0}")]
    Unknown(usize),
    /// The architecture gives this register no way to be written.
    #[error("register {0} is read-only")]
    ReadOnly(&'static str),
}

/// A snapshot that can't be taken over; the text names what is wrong.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("CPU snapshot: {0}")]
pub struct RestoreError(pub String);

/// The wires that lead into one CPU, shared with devices and with other host threads.
#[derive(Default)]
pub struct Lines {
    levels: AtomicU64,
    kicked: AtomicBool,
}

impl Lines {
    /// All levels, a bit a line. The numbers are the target's (`riscv`: the bit of `mip`).
    pub fn levels(&self) -> u64 {
        self.levels.load(Ordering::Acquire)
    }

    /// Drives line `n` (0 to 63) to `level`.
    pub fn set(&self, n: u32, level: bool) {
        if level {
            self.levels.fetch_or(1 << n, Ordering::AcqRel);
        } else {
            self.levels.fetch_and(!(1 << n), Ordering::AcqRel);
        }
    }

    /// Asks the CPU to come back from [`Cpu::run`] soon.
    pub fn kick(&self) {
        self.kicked.store(true, Ordering::Release);
    }

    /// Whether [`Lines::kick`] has asked.
    pub fn is_kicked(&self) -> bool {
        self.kicked.load(Ordering::Acquire)
    }

    /// Takes the request of [`Lines::kick`], if there is one.
    pub fn take_kick(&self) -> bool {
        self.kicked.load(Ordering::Relaxed) && self.kicked.swap(false, Ordering::AcqRel)
    }

    /// Line `n` as devices hold it.
    pub fn line(self: &Arc<Self>, n: u32) -> Line {
        let lines = Arc::clone(self);
        Line::new(move |level| lines.set(n, level))
    }
}

/// Where guest time comes from.
pub trait Clock: Send + Sync {
    /// The time now, for a CPU that has executed `executed` instructions since the current round began.
    fn now(&self, executed: u64) -> Nanos;
}

/// What a board answers its CPUs, beside memory and lines.
pub trait Board: Send + Sync {
    /// CPU `cpu` takes the interrupt of its line `line`: the interrupt controller may clear what was pending, and answers (a vector,
    /// say); 0 where there is no such controller.
    fn acknowledge(&self, cpu: u32, line: u32) -> u64 {
        let _ = (cpu, line);
        0
    }

    /// What the guest has added to the counter that all CPUs share (RISC-V's `mtime`), in its ticks.
    fn timebase_offset(&self) -> u64 {
        0
    }

    /// What all CPUs of the board share, in a type that their target knows: storage keys, mailboxes, the way to a service processor.
    /// `None` where CPUs have nothing in common but memory.
    fn shared(&self) -> Option<&(dyn Any + Send + Sync)> {
        None
    }
}

/// A board without any of that.
#[derive(Clone, Copy, Debug)]
pub struct PlainBoard;

impl Board for PlainBoard {}

/// Takes what a CPU logs (`-d`).
pub trait Log: Send + Sync {
    /// Writes whole lines.
    fn write(&self, text: &str);
}

/// What a CPU logs; the names are those of QEMU's `-d`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct LogItems {
    /// Guest instructions, when they are lifted.
    pub in_asm: bool,
    /// Their micro-ops.
    pub op: bool,
    /// Their micro-ops after all passes.
    pub op_opt: bool,
    /// Exceptions and interrupts that are taken.
    pub int: bool,
    /// The address of each instruction that is executed.
    pub exec: bool,
    /// The general registers before each instruction that is executed.
    pub cpu: bool,
}

/// A CPU, whatever its architecture.
///
/// `cpu::Vcpu` implements it once for all targets. A CPU runs only inside [`Cpu::run`] and [`Cpu::step`]; between them it
/// stands exactly between two guest instructions.
pub trait Cpu: Send {
    /// What the schema's `query-cpus` shows.
    fn info(&self) -> Info;

    /// The register table; the index into it names a register below.
    fn registers(&self) -> &'static [Register];

    /// The value of register `index`, zero-extended.
    ///
    /// # Errors
    /// [`RegisterError::Unknown`].
    fn register(&self, index: usize) -> Result<u128, RegisterError>;

    /// Writes register `index` as the architecture's most privileged software would.
    ///
    /// # Errors
    /// When there is no such register or it can't be written.
    fn set_register(&mut self, index: usize, value: u128) -> Result<(), RegisterError>;

    /// Address of the next instruction, as the guest counts.
    fn pc(&self) -> u64;

    /// Makes `pc` the address of the next instruction.
    fn set_pc(&mut self, pc: u64);

    /// Runs at most `budget` instructions; fewer, with [`Exit::Budget`], when the guest takes exceptions over and over and executes none
    /// (a trap handler that traps at its first instruction).
    fn run(&mut self, budget: u64) -> Exit;

    /// Runs one instruction (or takes one pending interrupt, without an instruction), ignoring a breakpoint on it.
    fn step(&mut self) -> Exit;

    /// Instructions executed since the CPU was made; traps are no instructions.
    fn executed(&self) -> u64;

    /// Tells the CPU that a new round of the scheduler begins: [`Clock::now`] counts from here. CPUs of the
    /// machine that run meanwhile have begun after the last round's end.
    fn begin_round(&mut self);

    /// Back to the state after power-on; breakpoints, watchpoints and the instruction count stay.
    fn reset(&mut self);

    /// The wires into this CPU.
    fn lines(&self) -> Arc<Lines>;

    /// Waiting for an interrupt, or not started; never true of a CPU that is merely not scheduled.
    fn halted(&self) -> bool;

    /// Holds the CPU in the not-started state, or lets it go: what a board does with secondary CPUs at reset.
    fn set_halted(&mut self, halted: bool);

    /// Whether a halted CPU would wake up now: a line that it listens to is up.
    fn has_work(&self) -> bool;

    /// When a halted CPU will have work without any line: a timer in the CPU itself.
    fn deadline(&self) -> Option<Nanos> {
        None
    }

    /// The physical address of a virtual one for a debugger: no permission check, no side effect.
    fn translate_debug(&self, address: u64) -> Option<u64>;

    /// What the MMU holds, for people, as QEMU's `info tlb` prints it; `None` where that has nothing to print.
    fn show_translations(&self) -> Option<String>;

    /// Stops before the instruction at `address`.
    fn insert_breakpoint(&mut self, address: u64);

    /// Takes back a breakpoint; `false` if there is none.
    fn remove_breakpoint(&mut self, address: u64) -> bool;

    /// Stops at an access (see [`Exit::Watchpoint`]) to any of `len` bytes at `address`.
    fn insert_watchpoint(&mut self, address: u64, len: u64, access: Watch);

    /// Takes back a watchpoint; `false` if there is none.
    fn remove_watchpoint(&mut self, address: u64, len: u64, access: Watch) -> bool;

    /// The whole guest-visible state.
    fn save(&self) -> Vec<u8>;

    /// Takes over a state that [`Cpu::save`] made.
    ///
    /// # Errors
    /// When it was made by another target, model or version, or is damaged; the CPU is then unchanged.
    fn restore(&mut self, state: &[u8]) -> Result<(), RestoreError>;

    /// Forgets everything derived from guest memory; for whoever changed RAM behind the CPU's back (debugger, loader).
    fn flush(&mut self);

    /// Logs these things from now on; `None` ends it. Logging each instruction makes the CPU slow.
    fn set_log(&mut self, log: Option<Arc<dyn Log>>, items: LogItems) {
        let _ = (log, items);
    }
}
