//! The gdb server's view of the machine, and the plan that it follows between rounds.

use cpu::{Cpu, Exit};
use gdb::{Action, AddressSpace, Debuggee, Endian, Endpoint, Nanos, Plan, Server, Stop};
use machine::{Machine, RunState, ShutdownCause};
use qmp::command::{After, Context, Environment};
use qmp::hmp;

use crate::fatal::Fatal;

/// The server and what its client has asked of the machine.
pub(crate) struct Debugger {
    server: Server,
    /// How the machine goes on, until a stop is reported.
    plan: Option<Plan>,
    focus: hmp::Focus,
    /// Where the serial numbers of CPUs begin that the server has not seen.
    unseen: usize,
}

/// The machine as the server sees it, for the time of one call.
struct View<'a> {
    machine: &'a mut Machine,
    environment: &'a Environment,
    plan: &'a mut Option<Plan>,
    focus: &'a mut hmp::Focus,
}

impl Debugger {
    /// Listens at `device`; `wake` is called when a client wants something.
    ///
    /// # Errors
    /// An address that is none, or taken.
    pub(crate) fn listen(device: &str, wake: impl Fn() + Send + 'static) -> Result<Debugger, Fatal> {
        let fault = |e: gdb::EndpointError| Fatal::of(&format!("-gdb {device}"), e);
        let endpoint: Endpoint = device.parse().map_err(fault)?;
        let server = Server::start(&endpoint, wake).map_err(fault)?;
        Ok(Debugger { server, plan: None, focus: hmp::Focus::default(), unseen: 0 })
    }

    /// Lets the client talk, then does what it asked for. To be called between two rounds.
    pub(crate) fn serve(&mut self, machine: &mut Machine, environment: &Environment) {
        // CPUs that were plugged meanwhile get the breakpoints that the others have.
        for vcpu in machine.cpus_mut().iter_mut().filter(|vcpu| vcpu.serial() >= self.unseen) {
            self.server.session().arm(vcpu.cpu.as_mut());
        }
        self.unseen = machine.cpus().iter().map(|vcpu| vcpu.serial() + 1).fold(self.unseen, usize::max);
        let had_plan = self.plan.is_some();
        let mut view = View { machine, environment, plan: &mut self.plan, focus: &mut self.focus };
        self.server.poll(&mut view);
        if let Some(plan) = &self.plan {
            if !had_plan {
                follow(plan, machine);
            }
            if let Some(cpu) = step(plan, machine) {
                self.report(cpu, machine, environment);
            }
        }
        if self.server.is_running() && self.plan.is_some() {
            self.notice(machine, environment);
        }
    }

    /// A CPU met a breakpoint or a watchpoint.
    pub(crate) fn stopped(&mut self, machine: &mut Machine, environment: &Environment, cpu: i64, exit: &Exit) {
        let is_stale = !self.server.is_running() || *exit == Exit::Breakpoint && !stands_on_breakpoint(machine, cpu);
        match Stop::from_exit(cpu as usize, exit) {
            Some(stop) if !is_stale => self.report(stop, machine, environment),
            // Several CPUs can meet a breakpoint in one round; by the time of the second it may be gone, or the client.
            _ => {
                let _ = machine.cont();
            }
        }
    }

    /// The process ends.
    pub(crate) fn ended(&mut self, machine: &mut Machine, environment: &Environment, code: i32) {
        if self.server.is_running() {
            self.report(Stop::Exited(code as u8), machine, environment);
        }
    }

    /// Somebody else may have stopped the machine.
    fn notice(&mut self, machine: &mut Machine, environment: &Environment) {
        let stop = match machine.state() {
            RunState::Shutdown => Stop::Shutdown,
            RunState::InternalError => Stop::Stuck { cpu: 0 },
            RunState::Watchdog => Stop::Watchdog,
            RunState::Paused | RunState::GuestPanicked => Stop::Paused,
            // Prelaunch is where a reset of a stopped machine leads.
            RunState::Running | RunState::Debug | RunState::Prelaunch | RunState::Preconfig => return,
        };
        self.report(stop, machine, environment);
    }

    fn report(&mut self, stop: Stop, machine: &mut Machine, environment: &Environment) {
        self.plan = None;
        machine.restrict(None);
        machine.stop_as(RunState::Debug);
        let mut view = View { machine, environment, plan: &mut self.plan, focus: &mut self.focus };
        self.server.report_stop(stop, &mut view);
        if let Some(plan) = &self.plan {
            follow(plan, machine);
        }
    }
}

/// Whether the CPU's next instruction has a breakpoint.
fn stands_on_breakpoint(machine: &mut Machine, index: i64) -> bool {
    let Some(vcpu) = machine.cpus_mut().iter_mut().find(|vcpu| vcpu.index == index) else { return false };
    let pc = vcpu.cpu.pc();
    let there = vcpu.cpu.remove_breakpoint(pc);
    if there {
        vcpu.cpu.insert_breakpoint(pc);
    }
    there
}

/// Lets those CPUs go that the plan lets go. While one is to step only it moves, unless it waits for the others.
fn follow(plan: &Plan, machine: &mut Machine) {
    let all: Vec<i64> = machine.cpus().iter().map(|vcpu| vcpu.index).collect();
    let free = |action: Action| action == Action::Continue;
    let going: Vec<i64> = all.iter().copied().filter(|&index| free(plan.action(index as usize))).collect();
    machine.wake_all();
    let steps = machine.cpus().iter().any(|vcpu| can_step(plan, vcpu));
    machine.restrict((going.len() < all.len()).then_some(going));
    if !steps {
        // Only a machine that must be reset first refuses; the client then finds it where it was.
        let _ = machine.cont();
    }
}

/// Whether this CPU is to step and has something to do.
fn can_step(plan: &Plan, vcpu: &machine::Vcpu) -> bool {
    plan.action(vcpu.index as usize) == Action::Step && (!vcpu.cpu.halted() || vcpu.cpu.has_work())
}

/// The step that the plan asks for, once it can be done.
fn step(plan: &Plan, machine: &mut Machine) -> Option<Stop> {
    let vcpu = machine.cpus_mut().iter_mut().find(|vcpu| can_step(plan, vcpu))?;
    let index = vcpu.index as usize;
    let exit = vcpu.cpu.step();
    machine.wake_all();
    Some(Stop::from_exit(index, &exit).unwrap_or(Stop::Step { cpu: index }))
}

/// gdb's names of the architectures, by target.
const ARCHITECTURES: [(&str, &str); 14] = [
    ("i386", "i386"),
    ("x86_64", "i386:x86-64"),
    ("sparc", "sparc"),
    ("sparc64", "sparc:v9"),
    ("ppc", "powerpc:common"),
    ("ppc64", "powerpc:common64"),
    ("mips", "mips:isa32r2"),
    ("mipsel", "mips:isa32r2"),
    ("mips64", "mips:isa64r2"),
    ("mips64el", "mips:isa64r2"),
    ("tricore", "tricore"),
    ("s390x", "s390:64-bit"),
    ("riscv32", "riscv:rv32"),
    ("riscv64", "riscv:rv64"),
];

impl Debuggee for View<'_> {
    fn architecture(&self) -> &str {
        let target = self.machine.target().name;
        ARCHITECTURES.iter().find(|(name, _)| *name == target).map_or(target, |(_, gdb)| gdb)
    }

    fn endian(&self) -> Endian {
        if self.machine.target().big_endian { Endian::Big } else { Endian::Little }
    }

    fn n_cpus(&self) -> usize {
        self.machine.cpus().iter().map(|vcpu| vcpu.index as usize + 1).max().unwrap_or(0)
    }

    fn cpu(&mut self, index: usize) -> Option<&mut dyn Cpu> {
        let vcpu = self.machine.cpus_mut().iter_mut().find(|vcpu| vcpu.index as usize == index)?;
        Some(vcpu.cpu.as_mut())
    }

    fn memory(&self) -> &AddressSpace {
        self.machine.memory()
    }

    fn now(&self) -> Nanos {
        cpu::Clock::now(self.machine.clock().as_ref(), 0)
    }

    fn resume(&mut self, plan: &Plan) {
        *self.plan = Some(plan.clone());
    }

    fn stop(&mut self) {
        *self.plan = None;
        self.machine.restrict(None);
        self.machine.stop_as(RunState::Debug);
    }

    fn monitor(&mut self, command: &str) -> String {
        let mut context = Context { machine: self.machine, environment: self.environment, after: After::Nothing };
        hmp::run(&mut context, self.focus, command)
    }

    fn detach(&mut self) {
        *self.plan = None;
        self.machine.restrict(None);
        self.machine.wake_all();
        // A machine that must be reset first stays where it is.
        let _ = self.machine.cont();
    }

    fn kill(&mut self) {
        self.machine.request_shutdown(ShutdownCause::HostUi, 0);
    }
}
