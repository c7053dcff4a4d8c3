//! The machine's run state and the events it raises.

use crate::value::Value;

/// What the machine as a whole is doing: the schema's `RunState`, as far as we have it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RunState {
    /// Configured, not built yet.
    Preconfig,
    /// Built, never started.
    Prelaunch,
    /// Guests run.
    Running,
    /// Stopped by a command.
    Paused,
    /// Stopped by a debugger.
    Debug,
    /// The guest switched itself off, and `-no-shutdown` keeps the process.
    Shutdown,
    /// The guest has crashed, and the machine waits.
    GuestPanicked,
    /// A CPU can't go on.
    InternalError,
    /// Stopped by a watchdog.
    Watchdog,
}

impl RunState {
    /// The schema's word.
    pub fn name(self) -> &'static str {
        match self {
            RunState::Preconfig => "preconfig",
            RunState::Prelaunch => "prelaunch",
            RunState::Running => "running",
            RunState::Paused => "paused",
            RunState::Debug => "debug",
            RunState::Shutdown => "shutdown",
            RunState::GuestPanicked => "guest-panicked",
            RunState::InternalError => "internal-error",
            RunState::Watchdog => "watchdog",
        }
    }

    /// Whether only a reset leads on from here.
    pub fn needs_reset(self) -> bool {
        matches!(self, RunState::Shutdown | RunState::InternalError)
    }
}

/// Why the machine was reset or switched off: the schema's `ShutdownCause`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ShutdownCause {
    /// An error of the host.
    HostError,
    /// `quit`.
    HostQmpQuit,
    /// `system_reset`.
    HostQmpSystemReset,
    /// A signal to the process.
    HostSignal,
    /// A key or a window.
    HostUi,
    /// The guest switched off.
    GuestShutdown,
    /// The guest asked for a reset.
    GuestReset,
    /// The guest crashed.
    GuestPanic,
}

impl ShutdownCause {
    /// The schema's word.
    pub fn name(self) -> &'static str {
        match self {
            ShutdownCause::HostError => "host-error",
            ShutdownCause::HostQmpQuit => "host-qmp-quit",
            ShutdownCause::HostQmpSystemReset => "host-qmp-system-reset",
            ShutdownCause::HostSignal => "host-signal",
            ShutdownCause::HostUi => "host-ui",
            ShutdownCause::GuestShutdown => "guest-shutdown",
            ShutdownCause::GuestReset => "guest-reset",
            ShutdownCause::GuestPanic => "guest-panic",
        }
    }

    /// Whether the guest is the cause.
    pub fn by_guest(self) -> bool {
        matches!(self, ShutdownCause::GuestShutdown | ShutdownCause::GuestReset | ShutdownCause::GuestPanic)
    }
}

/// An event for management clients.
#[derive(Clone, PartialEq, Debug)]
pub struct Event {
    /// Its name.
    pub name: &'static str,
    /// Its data, in the schema's order; empty for events without data.
    pub data: Vec<(&'static str, Value)>,
}

impl Event {
    /// An event without data.
    pub fn bare(name: &'static str) -> Event {
        Event { name, data: Vec::new() }
    }

    /// `RESET` or `SHUTDOWN`.
    pub fn caused(name: &'static str, cause: ShutdownCause) -> Event {
        Event { name, data: vec![("guest", cause.by_guest().into()), ("reason", cause.name().into())] }
    }
}
