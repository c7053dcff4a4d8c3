//! Character devices and who uses them.

use qmp::chardev::Backend;
use qmp::server::Mode;

/// What uses a character device.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum User {
    /// A serial port of the guest, by number.
    Serial(usize),
    /// A monitor.
    Monitor(Mode),
    /// The guest's debug port.
    Debug,
}

/// A character device and who uses it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Channel {
    /// Its name, as `query-chardev` shows it.
    pub label: String,
    /// What stands behind it.
    pub backend: Backend,
    /// Its users; several share it by Ctrl-A.
    pub users: Vec<User>,
    /// The option it came from, for messages.
    pub option: String,
}

impl Channel {
    /// How the first monitor on it talks.
    pub(crate) fn monitor(&self) -> Option<Mode> {
        self.users.iter().find_map(|user| match user {
            User::Monitor(mode) => Some(*mode),
            User::Serial(_) | User::Debug => None,
        })
    }
}
