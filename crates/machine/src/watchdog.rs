//! What happens when a watchdog has run out.

use crate::control::Request;
use crate::error::Warning;
use crate::machine::Machine;
use crate::run::{Event, RunState, ShutdownCause};

/// `-watchdog-action`: the schema's `WatchdogAction`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum WatchdogAction {
    /// The machine is reset.
    #[default]
    Reset,
    /// The guest is asked to switch off.
    Shutdown,
    /// The process ends.
    Poweroff,
    /// The machine stops.
    Pause,
    /// The user is told.
    Debug,
    /// Nothing but the event.
    None,
    /// As `inject-nmi`.
    InjectNmi,
}

impl WatchdogAction {
    const ALL: [WatchdogAction; 7] = [
        WatchdogAction::Reset,
        WatchdogAction::Shutdown,
        WatchdogAction::Poweroff,
        WatchdogAction::Pause,
        WatchdogAction::Debug,
        WatchdogAction::None,
        WatchdogAction::InjectNmi,
    ];

    /// The schema's word.
    pub fn name(self) -> &'static str {
        match self {
            WatchdogAction::Reset => "reset",
            WatchdogAction::Shutdown => "shutdown",
            WatchdogAction::Poweroff => "poweroff",
            WatchdogAction::Pause => "pause",
            WatchdogAction::Debug => "debug",
            WatchdogAction::None => "none",
            WatchdogAction::InjectNmi => "inject-nmi",
        }
    }

    /// The action of that name.
    pub fn from_name(name: &str) -> Option<WatchdogAction> {
        WatchdogAction::ALL.into_iter().find(|action| action.name() == name)
    }

    /// Whether a guest goes on as if nothing had happened.
    pub fn is_unnoticed(self) -> bool {
        matches!(self, WatchdogAction::Pause | WatchdogAction::Debug | WatchdogAction::None)
    }
}

impl Machine {
    /// A watchdog has run out: what is to be done then. The exit code, if that ends the process.
    pub(crate) fn watchdog(&mut self) -> Option<i32> {
        let action = self.config.watchdog;
        self.events.push_back(Event { name: "WATCHDOG", data: vec![("action", action.name().into())] });
        match action {
            WatchdogAction::Reset => self.requests.push_back(Request::Reset(ShutdownCause::GuestReset)),
            WatchdogAction::Shutdown => self.requests.push_back(Request::Powerdown),
            WatchdogAction::Poweroff => return Some(0),
            WatchdogAction::Pause => self.stop_as(RunState::Watchdog),
            WatchdogAction::Debug => {
                self.warnings.push(Warning { option: None, text: "watchdog: timer fired".to_owned() });
            }
            WatchdogAction::None => {}
            WatchdogAction::InjectNmi => {
                self.inject_nmi();
            }
        }
        None
    }
}
