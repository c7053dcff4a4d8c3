//! What a machine offers to the debugger, and what the two tell each other.

use bits::Endian;
use cpu::{Cpu, Exit, Watch};
use memory::{AddressSpace, Nanos};

/// A machine as the debugger sees it. All calls come while every CPU stands between two instructions.
pub trait Debuggee {
    /// The architecture under gdb's name for it (`riscv:rv64`, `sparc:v9`, `powerpc:common64`, `s390:64-bit`...).
    fn architecture(&self) -> &str;

    /// The byte order of registers on the wire and of device accesses: that of the target.
    fn endian(&self) -> Endian;

    /// One more than the highest index of a CPU. Thread `n` of gdb is CPU `n - 1`.
    fn n_cpus(&self) -> usize;

    /// CPU `index`; `None` when it isn't plugged in.
    fn cpu(&mut self, index: usize) -> Option<&mut dyn Cpu>;

    /// Physical memory.
    fn memory(&self) -> &AddressSpace;

    /// The guest's time, for accesses to devices.
    fn now(&self) -> Nanos;

    /// Lets the CPUs go as the plan says, until something is reported by [`Session::report_stop`](crate::Session::report_stop).
    ///
    /// The machine doesn't run inside this call: it remembers the plan and follows it in its next rounds. A CPU that is to
    /// [`Action::Step`] runs one instruction by [`Cpu::step`], which is then reported as [`Stop::Step`]; while it is halted with no
    /// work, it waits like any other.
    fn resume(&mut self, plan: &Plan);

    /// Holds all CPUs, as QMP's `stop` does.
    fn stop(&mut self);

    /// Executes a command of the human monitor (gdb's `monitor`) and returns what it prints.
    fn monitor(&mut self, command: &str) -> String;

    /// The debugger is gone for good: the machine runs on.
    fn detach(&mut self);

    /// The debugger wants the machine to end.
    fn kill(&mut self);
}

/// What one CPU does when the machine is resumed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Action {
    /// Nothing: scheduler locking.
    Stay,
    /// One instruction.
    Step,
    /// Run.
    Continue,
}

/// What all CPUs do when the machine is resumed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Plan {
    named: Vec<(usize, Action)>,
    others: Action,
}

impl Plan {
    /// `named` are CPU indexes with their actions (the first counts); all others do `others`.
    pub fn new(named: Vec<(usize, Action)>, others: Action) -> Plan {
        Plan { named, others }
    }

    /// All CPUs run.
    pub fn run() -> Plan {
        Plan::new(Vec::new(), Action::Continue)
    }

    /// What CPU `index` does.
    pub fn action(&self, index: usize) -> Action {
        self.named.iter().find(|(i, _)| *i == index).map_or(self.others, |(_, action)| *action)
    }

    /// The CPUs that do one instruction.
    pub fn steps(&self) -> impl Iterator<Item = usize> {
        self.named.iter().map(|(i, _)| *i).filter(|i| self.action(*i) == Action::Step)
    }
}

/// Why the machine has stopped.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stop {
    /// A CPU that was to step has done its instruction.
    Step {
        /// Its index.
        cpu: usize,
    },
    /// A CPU stands on a breakpoint ([`Exit::Breakpoint`]).
    Breakpoint {
        /// Its index.
        cpu: usize,
    },
    /// A CPU has accessed a watched address ([`Exit::Watchpoint`]).
    Watchpoint {
        /// Its index.
        cpu: usize,
        /// The guest virtual address that was accessed.
        address: u64,
        /// Which kind of access hit.
        access: Watch,
    },
    /// Somebody else has stopped the machine: QMP's `stop`. gdb sees SIGINT.
    Paused,
    /// The guest has shut down and the machine waits (`-no-shutdown`). gdb sees SIGQUIT.
    Shutdown,
    /// A watchdog stopped the machine. gdb sees SIGALRM.
    Watchdog,
    /// An I/O error stopped the machine. gdb sees SIGIO.
    IoError,
    /// A CPU can't go on ([`Exit::Stuck`]). gdb sees SIGABRT.
    Stuck {
        /// Its index.
        cpu: usize,
    },
    /// The emulator ends with this exit code.
    Exited(u8),
}

impl Stop {
    /// The stop that an exit of CPU `cpu` means; `None` for exits that only end a round.
    pub fn from_exit(cpu: usize, exit: &Exit) -> Option<Stop> {
        match *exit {
            Exit::Breakpoint => Some(Stop::Breakpoint { cpu }),
            Exit::Watchpoint { address, access } => Some(Stop::Watchpoint { cpu, address, access }),
            Exit::Stuck(_) => Some(Stop::Stuck { cpu }),
            Exit::Budget | Exit::Halted | Exit::Kicked => None,
        }
    }
}
