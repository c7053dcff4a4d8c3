//! Running: stop and cont, requests of guests and management, rounds, resets.

use std::sync::Arc;
use std::time::Duration;

use cpu::{Clock, Exit};
use devices::acpi_cpus::OspmStatus;
use devices::{Power, PowerRequest};
use parking_lot::Mutex;
use sparc::v8::trap::SHUT_DOWN;

use crate::build::{Nmi, Start};
use crate::error::{Error, Warning};
use crate::machine::{Machine, Vcpu};
use crate::registry::ApicIdKind;
use crate::run::{Event, RunState, ShutdownCause};
use crate::sched::{Attention, RoundOutcome};
use crate::value::Value;

/// The time between two looks at guests that are held.
const HELD: Duration = Duration::from_millis(2);

/// What the main loop does next.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Advance {
    /// Guests ran; call again soon.
    Ran,
    /// Nothing to do until a command, input, or (if given) so much later.
    Wait(Option<Duration>),
    /// A CPU met a breakpoint or a watchpoint; the machine has stopped for the debugger.
    Debug {
        /// The CPU's index.
        cpu: i64,
        /// What it met.
        exit: Exit,
    },
    /// The process ends with this exit code.
    Exit(i32),
}

/// What was asked for and is done at the next [`Machine::advance`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Request {
    Reset(ShutdownCause),
    Shutdown(ShutdownCause, i32),
    Powerdown,
    AnnounceDump,
    Panic { core: u32, psw: (u64, u64) },
    CoreGivenUp { slot: usize },
    Watchdog,
    OspmStatus { slot: usize, status: OspmStatus },
}

impl From<PowerRequest> for Request {
    fn from(asked: PowerRequest) -> Request {
        match asked {
            PowerRequest::Shutdown { code } => Request::Shutdown(ShutdownCause::GuestShutdown, code as i32),
            PowerRequest::Reset => Request::Reset(ShutdownCause::GuestReset),
            PowerRequest::Watchdog => Request::Watchdog,
            PowerRequest::DisabledWait { core, psw } => Request::Panic { core, psw },
            PowerRequest::CoreGivenUp { slot } => Request::CoreGivenUp { slot },
            PowerRequest::OspmStatus { slot, event, status } => {
                Request::OspmStatus { slot, status: OspmStatus { event, status } }
            }
        }
    }
}

/// A wire that notes what the guest asks for and ends the round.
pub(crate) fn power_switch(notes: &Arc<Mutex<Vec<PowerRequest>>>, attention: Attention) -> Power {
    let notes = Arc::clone(notes);
    Power::new(move |asked| {
        notes.lock().push(asked);
        attention.kick();
    })
}

impl Machine {
    /// `stop`: raises STOP if guests ran.
    pub fn stop(&mut self) {
        self.stop_as(RunState::Paused);
    }

    /// Stops for the reason that `state` names.
    pub fn stop_as(&mut self, state: RunState) {
        if self.state == RunState::Running {
            self.state = state;
            self.sched.clock().stop();
            self.events.push_back(Event::bare("STOP"));
        }
    }

    /// `cont`: raises RESUME if guests stood.
    ///
    /// # Errors
    /// When only a reset leads on.
    pub fn cont(&mut self) -> Result<(), Error> {
        if self.state.needs_reset() {
            return Err(Error::new("Resetting the Virtual Machine is required"));
        }
        if self.state != RunState::Running {
            self.state = RunState::Running;
            self.sched.wake_all();
            self.sched.clock().start();
            self.events.push_back(Event::bare("RESUME"));
        }
        Ok(())
    }

    /// `system_reset` and its likes: carried out by the next [`Machine::advance`], so that a reply goes out before the event.
    pub fn request_reset(&mut self, cause: ShutdownCause) {
        self.requests.push_back(Request::Reset(cause));
    }

    /// `quit` and its likes: the next [`Machine::advance`] raises SHUTDOWN and ends with `exit_code`.
    pub fn request_shutdown(&mut self, cause: ShutdownCause, exit_code: i32) {
        self.requests.push_back(Request::Shutdown(cause, exit_code));
    }

    /// `system_powerdown`: the next [`Machine::advance`] raises POWERDOWN.
    pub fn request_powerdown(&mut self) {
        self.requests.push_back(Request::Powerdown);
    }

    /// `system_wakeup`.
    ///
    /// # Errors
    /// Always: no board of ours suspends.
    pub fn wakeup(&mut self) -> Result<(), Error> {
        match self.config.machine.wakeup {
            false => Err(Error::new("wake-up from suspend is not supported by this guest")),
            true => Err(Error::new("Unable to wake up: guest is not in suspended state")),
        }
    }

    /// Carries out what was asked for, then lets guests run one round.
    pub fn advance(&mut self) -> Advance {
        if let Some(code) = self.carry_out_all() {
            return Advance::Exit(code);
        }
        if self.state != RunState::Running {
            return Advance::Wait(None);
        }
        if self.held {
            return Advance::Wait(Some(HELD));
        }
        self.feed_console();
        let outcome = self.sched.round(&mut self.cpus, &mut self.devices);
        let asked = std::mem::take(&mut *self.power.lock());
        self.requests.extend(asked.into_iter().map(Request::from));
        // A debugger's stop is told at once, as on QEMU: what else the guest asked for in that round waits for the next call.
        let is_debug = matches!(outcome, RoundOutcome::Stopped { exit, .. } if !matches!(exit, Exit::Stuck(_)));
        if !self.requests.is_empty() && !is_debug {
            // What the guest asked for comes before what clients ask for next.
            return self.carry_out_all().map_or(Advance::Ran, Advance::Exit);
        }
        match outcome {
            RoundOutcome::Ran => Advance::Ran,
            RoundOutcome::Idle(at) => {
                let now = self.sched.clock().now(0);
                Advance::Wait(at.map(|at| Duration::from_nanos(at.saturating_sub(now))))
            }
            RoundOutcome::Stopped { exit: Exit::Stuck(SHUT_DOWN), .. } => {
                self.requests.push_back(Request::from(PowerRequest::Shutdown { code: 0 }));
                Advance::Ran
            }
            // A triple fault of a PC's processor resets the machine.
            RoundOutcome::Stopped { exit: Exit::Stuck(_), .. } if self.config.machine.apic_ids != ApicIdKind::None => {
                self.requests.push_back(Request::from(PowerRequest::Reset));
                Advance::Ran
            }
            RoundOutcome::Stopped { exit: Exit::Stuck(why), cpu } => {
                self.warnings.push(Warning { option: None, text: format!("CPU {cpu} can't go on: {why}") });
                self.stop_as(RunState::InternalError);
                Advance::Wait(None)
            }
            RoundOutcome::Stopped { cpu, exit } => {
                self.stop_as(RunState::Debug);
                Advance::Debug { cpu, exit }
            }
        }
    }

    /// Carries out what was asked for; the exit code, if that ends the process.
    fn carry_out_all(&mut self) -> Option<i32> {
        while let Some(request) = self.requests.pop_front() {
            if let Some(code) = self.carry_out(request) {
                return Some(code);
            }
        }
        None
    }

    fn carry_out(&mut self, request: Request) -> Option<i32> {
        match request {
            Request::Reset(cause) if self.config.no_reboot => return self.carry_out(Request::Shutdown(cause, 0)),
            Request::Reset(cause) => {
                self.reset();
                if self.state != RunState::Running {
                    self.state = RunState::Prelaunch;
                }
                self.events.push_back(Event::caused("RESET", cause));
            }
            Request::Shutdown(cause, code) => {
                self.events.push_back(Event::caused("SHUTDOWN", cause));
                if !(self.config.no_shutdown && cause.by_guest()) {
                    if cause.by_guest() {
                        self.state = RunState::Shutdown;
                    }
                    return Some(code);
                }
                self.stop_as(RunState::Shutdown);
            }
            Request::Powerdown => self.events.push_back(Event::bare("POWERDOWN")),
            Request::AnnounceDump => self.announce_dump(false),
            Request::Panic { core, psw } => return self.panic(core, psw),
            Request::CoreGivenUp { slot } => self.core_given_up(slot),
            Request::Watchdog => return self.watchdog(),
            Request::OspmStatus { slot, status } => self.tell_ospm_status(slot, status),
        }
        None
    }

    /// Whether it was the guest that ended the machine.
    pub fn ended_by_guest(&self) -> bool {
        matches!(self.state, RunState::Shutdown | RunState::GuestPanicked)
    }

    /// A guest has crashed: the machine stops, and ends unless the user wants to look at it.
    fn panic(&mut self, core: u32, psw: (u64, u64)) -> Option<i32> {
        let event = |action: &str| {
            let info = vec![
                ("type".to_string(), Value::from("s390")),
                ("core".to_string(), Value::Int(core.into())),
                ("psw-mask".to_string(), Value::Int(psw.0 as i64)),
                ("psw-addr".to_string(), Value::Int(psw.1 as i64)),
                ("reason".to_string(), Value::from("disabled-wait")),
            ];
            Event { name: "GUEST_PANICKED", data: vec![("action", Value::from(action)), ("info", Value::Object(info))] }
        };
        self.events.push_back(event("pause"));
        if !self.config.no_shutdown {
            self.events.push_back(event("poweroff"));
        }
        self.stop_as(RunState::GuestPanicked);
        if self.config.no_shutdown {
            return None;
        }
        self.events.push_back(Event::caused("SHUTDOWN", ShutdownCause::GuestPanic));
        Some(0)
    }

    /// `inject-nmi`: whether the machine has such a thing.
    pub fn inject_nmi(&mut self) -> bool {
        match &self.nmi {
            None => return false,
            Some(Nmi::Wire(line)) => {
                line.raise();
                line.lower();
            }
            Some(Nmi::First(line)) => self.cpus.iter().take(1).for_each(|vcpu| vcpu.cpu.lines().set(*line, true)),
            Some(Nmi::Each(line)) => self.cpus.iter().for_each(|vcpu| vcpu.cpu.lines().set(*line, true)),
        }
        self.sched.wake_all();
        true
    }

    /// Devices, loaded memory and CPUs as they were at the start. Other RAM keeps what it holds.
    fn reset(&mut self) {
        self.devices.iter().for_each(|device| device.lock().reset());
        self.blobs.iter().for_each(|blob| blob.put_back(&self.memory));
        self.cpus.iter().for_each(|vcpu| self.mark_started(vcpu.index, true));
        for vcpu in &mut self.cpus {
            vcpu.cpu.reset();
            vcpu.cpu.flush();
            begin(vcpu, &self.start);
            if let Some(&pc) = self.starts.get(&vcpu.index) {
                vcpu.cpu.set_pc(pc);
            }
        }
        self.sched.reset();
    }
}

/// Puts a CPU where the board wants it to begin.
pub(crate) fn begin(vcpu: &mut Vcpu, start: &Start) {
    let (pc, number, dtb) = match start {
        Start::Reset => return,
        Start::Pc(pc) => return vcpu.cpu.set_pc(*pc),
        Start::At { pc, number, dtb } => (pc, number, dtb),
    };
    vcpu.cpu.set_pc(*pc);
    for (name, value) in [(*number, vcpu.index as u64), *dtb] {
        let at = vcpu.cpu.registers().iter().position(|register| register.name == name);
        if let Some(at) = at {
            // A register that a board names can be written.
            let _ = vcpu.cpu.set_register(at, u128::from(value));
        }
    }
}
