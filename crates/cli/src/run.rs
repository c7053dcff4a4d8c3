//! The process from its options to its exit code: set up, then the main loop, in which guest, monitors and terminal take turns.

use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

use machine::{Advance, Machine, ShutdownCause, Warning};
use qmp::chardev::Backend;
use qmp::command::{After, Environment};
use qmp::server::{Hub, Step};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use crate::channel::{Channel, User};
use crate::daemon::{self, Role};
use crate::debugger::Debugger;
use crate::draft::Plan;
use crate::fatal::Fatal;
use crate::say_error;
use crate::tty::RawMode;
use crate::wiring::{self, Mailbox, Message, Wiring, Wish};

/// Requests that are answered before the guest runs again.
const REQUESTS_A_ROUND: usize = 64;
/// How long a client that does not read may hold up the end.
const FLUSH_LIMIT: Duration = Duration::from_secs(2);

/// The running process.
struct Process<'a> {
    program: &'a str,
    machine: Machine,
    hub: Hub,
    wiring: Wiring,
    environment: Environment,
    messages: Receiver<Message>,
    debugger: Option<Debugger>,
}

/// Runs what `plan` describes and returns the exit code.
///
/// # Errors
/// What keeps it from starting.
pub(crate) fn run(program: &str, plan: Plan) -> Result<i32, Fatal> {
    if plan.daemonize
        && let Role::Front(code) = daemon::begin()?
    {
        return Ok(code);
    }
    for warning in &plan.warnings {
        say_error(&format!("{program}: {warning}"));
    }
    let (mailbox, messages) = Mailbox::new();
    let wake = {
        let mailbox = mailbox.clone();
        move || mailbox.post(Message::Debugger)
    };
    let debugger = plan.gdb.as_deref().map(|device| Debugger::listen(device, wake)).transpose()?;
    let mut hub = Hub::default();
    let wiring = Wiring::open(&plan.channels, &mut hub, &mailbox, program)?;
    let environment = Environment {
        chardevs: wiring::chardevs(&plan.channels),
        options: crate::options::introspect(),
        ..Environment::default()
    };
    let mut config = plan.config;
    config.console = wiring.console(0);
    config.second_console = wiring.console(1);
    config.debug_console = wiring.console(wiring::DEBUG);
    config.has_first_serial |= wiring.has_serial(0);
    config.has_second_serial = wiring.has_serial(1);
    config.console_ports = crate::consoles::serial_ports(&plan.channels);
    if let Some(pattern) = &plan.log_file {
        environment.log.set_file(pattern).map_err(|e| Fatal::of(&format!("-D {pattern}"), e))?;
    }
    let mut machine = Machine::new(config).map_err(|mut e| {
        warn(program, std::mem::take(&mut e.warnings));
        e
    })?;
    environment.log.choose(&mut machine, plan.log_items);
    mailbox.attend(&machine);
    if let Some(path) = &plan.pidfile {
        let fault = |e| Fatal::of(&format!("-pidfile {path}"), qmp::save::reason(&e));
        std::fs::write(path, format!("{}\n", std::process::id())).map_err(fault)?;
    }
    watch_signals(&mailbox)?;
    if plan.daemonize {
        daemon::ready()?;
    }
    let _raw = raw_terminal(&plan.channels);
    let mut process = Process { program, machine, hub, wiring, environment, messages, debugger };
    let code = process.serve();
    if let Some(path) = &plan.pidfile {
        remove_pidfile(path);
    }
    code
}

/// Removes the file if it is still ours: somebody may have put another there, or have named a device such as `/dev/null`.
fn remove_pidfile(path: &str) {
    let is_file = std::fs::symlink_metadata(path).is_ok_and(|m| m.is_file());
    let is_ours = || std::fs::read_to_string(path).is_ok_and(|text| text.trim() == std::process::id().to_string());
    if is_file && is_ours() {
        // Nobody is left to tell that it can't be removed.
        let _ = std::fs::remove_file(path);
    }
}

/// The terminal is raw while people use it, and as it was while programs do.
fn raw_terminal(channels: &[Channel]) -> Option<RawMode> {
    channels.iter().find_map(|channel| match channel.backend {
        Backend::Stdio { signal, .. } if channel.users.iter().any(for_people) => RawMode::enable(signal),
        _ => None,
    })
}

fn for_people(user: &User) -> bool {
    matches!(user, User::Serial(_) | User::Debug | User::Monitor(qmp::server::Mode::Readline))
}

fn watch_signals(mailbox: &Mailbox) -> Result<(), Fatal> {
    let fault = |e: std::io::Error| Fatal::new(format!("could not watch for signals: {e}"));
    let mut signals = Signals::new([SIGTERM, SIGINT, SIGHUP]).map_err(fault)?;
    let mailbox = mailbox.clone();
    let watch = move || signals.forever().for_each(|signal| mailbox.post(Message::Signal(signal)));
    std::thread::Builder::new().name("signals".into()).spawn(watch).map_err(fault)?;
    Ok(())
}

impl Process<'_> {
    /// The main loop. Whoever has nothing to do waits for a message.
    fn serve(&mut self) -> Result<i32, Fatal> {
        // The machine has started before anybody could ask for anything: no monitor hears of it, as on QEMU.
        self.tell();
        loop {
            self.take_all();
            self.answer()?;
            self.machine.hold(self.wiring.is_behind());
            let advance = self.machine.advance();
            self.wiring.settle(&self.machine);
            self.tell();
            match advance {
                Advance::Exit(code) => {
                    self.answer_the_rest()?;
                    if let Some(debugger) = &mut self.debugger {
                        debugger.ended(&mut self.machine, &self.environment, code);
                    }
                    self.hub.flush(FLUSH_LIMIT);
                    self.wiring.flush(FLUSH_LIMIT);
                    return Ok(code);
                }
                Advance::Debug { cpu, exit } => {
                    if let Some(debugger) = &mut self.debugger {
                        debugger.stopped(&mut self.machine, &self.environment, cpu, &exit);
                    }
                }
                Advance::Ran => {}
                Advance::Wait(limit) => self.wait(limit),
            }
            if let Some(debugger) = &mut self.debugger {
                debugger.serve(&mut self.machine, &self.environment);
            }
        }
    }

    fn wait(&mut self, limit: Option<Duration>) {
        if self.hub.has_work() {
            return;
        }
        let limit = limit.into_iter().chain(self.hub.deadline()).min();
        let message = match limit {
            Some(limit) => self.messages.recv_timeout(limit),
            None => self.messages.recv().map_err(|_| RecvTimeoutError::Disconnected),
        };
        if let Ok(message) = message {
            self.take(message);
        }
    }

    fn take_all(&mut self) {
        while let Ok(message) = self.messages.try_recv() {
            self.take(message);
        }
    }

    fn take(&mut self, message: Message) {
        match message {
            Message::Input(n, input) => {
                if self.wiring.input(n, input, &mut self.machine, &mut self.hub) == Wish::Quit {
                    self.machine.request_shutdown(ShutdownCause::HostUi, 0);
                }
            }
            // The main loop looks at the debugger in each turn.
            Message::Debugger => {}
            Message::Signal(signal) => {
                say_error(&format!("{}: terminating on signal {signal}", self.program));
                self.machine.request_shutdown(ShutdownCause::HostSignal, 0);
            }
        }
    }

    /// Answers requests until none is left, the guest had to wait long enough, or one asks for something to be done first.
    fn answer(&mut self) -> Result<(), Fatal> {
        for _ in 0..REQUESTS_A_ROUND {
            match self.hub.step(&mut self.machine, &self.environment) {
                Step::Idle | Step::Answered(After::Advance) => return Ok(()),
                Step::Answered(After::Nothing) => {}
                Step::Answered(After::ExitPreconfig) => {
                    if let Err(e) = self.machine.init() {
                        self.hub.flush(FLUSH_LIMIT);
                        return Err(e.into());
                    }
                }
            }
        }
        Ok(())
    }

    /// A guest may end the machine in the very round that one of several requests sent at once has started; the others are answered still. What follows
    /// `quit` is not, as on QEMU.
    fn answer_the_rest(&mut self) -> Result<(), Fatal> {
        if !self.machine.ended_by_guest() {
            return Ok(());
        }
        self.take_all();
        for _ in 0..REQUESTS_A_ROUND {
            if !self.hub.has_work() {
                break;
            }
            self.answer()?;
            self.tell();
        }
        Ok(())
    }

    /// Events to the monitors, warnings to the user.
    fn tell(&mut self) {
        self.hub.broadcast(&mut self.machine);
        warn(self.program, self.machine.take_warnings());
    }
}

fn warn(program: &str, warnings: Vec<Warning>) {
    for warning in warnings {
        let option = warning.option.map_or(String::new(), |option| format!("{option}: "));
        say_error(&format!("{program}: {option}warning: {}", warning.text));
    }
}
