//! How a device asks for the machine to be switched off or reset.

use std::sync::Arc;

/// What a guest asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PowerRequest {
    /// Switch the machine off.
    Shutdown {
        /// The guest's exit code; 0 means success.
        code: u32,
    },
    /// Reset the whole machine.
    Reset,
    /// A watchdog has run out.
    Watchdog,
    /// A guest has given up a core or CPU.
    CoreGivenUp {
        /// The slot it is in.
        slot: usize,
    },
    /// A guest tells by ACPI's `_OST` what has become of an event of a CPU.
    OspmStatus {
        /// The CPU's slot.
        slot: usize,
        /// The event.
        event: u32,
        /// What has become of it.
        status: u32,
    },
    /// A mainframe's CPU waits for nothing: the guest has crashed.
    DisabledWait {
        /// The CPU's address.
        core: u32,
        /// Its PSW: mask and address.
        psw: (u64, u64),
    },
}

/// The wire from a device to whoever may switch the machine off. Cheap to clone.
#[derive(Clone)]
pub struct Power(Arc<dyn Fn(PowerRequest) + Send + Sync>);

impl Power {
    /// A wire that calls `f` with each request. `f` runs within the guest's store: it should take a note and return.
    pub fn new(f: impl Fn(PowerRequest) + Send + Sync + 'static) -> Power {
        Power(Arc::new(f))
    }

    /// A wire that ends nowhere.
    pub fn unconnected() -> Power {
        Power::new(|_| {})
    }

    /// Sends a request.
    pub fn request(&self, request: PowerRequest) {
        (self.0)(request);
    }
}
