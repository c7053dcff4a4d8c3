//! Whether the guest runs, and why not.

use crate::{qapi_enum, qapi_struct};

qapi_enum! {
    /// States of the virtual machine.
    pub enum RunState {
        Debug = "debug",
        Inmigrate = "inmigrate",
        InternalError = "internal-error",
        IoError = "io-error",
        Paused = "paused",
        Postmigrate = "postmigrate",
        Prelaunch = "prelaunch",
        FinishMigrate = "finish-migrate",
        RestoreVm = "restore-vm",
        Running = "running",
        SaveVm = "save-vm",
        Shutdown = "shutdown",
        Suspended = "suspended",
        Watchdog = "watchdog",
        GuestPanicked = "guest-panicked",
        Colo = "colo",
        Preconfig = "preconfig",
    }
}

qapi_struct! {
    /// Result of `query-status`.
    pub struct StatusInfo {
        /// Whether guest code runs.
        "running" => running: bool,
        /// Whether it runs one instruction at a time.
        "singlestep" => singlestep: bool,
        /// The state.
        "status" => status: RunState,
    }
}

qapi_enum! {
    /// Why the machine was shut down or reset.
    pub enum ShutdownCause {
        None = "none",
        HostError = "host-error",
        HostQmpQuit = "host-qmp-quit",
        HostQmpSystemReset = "host-qmp-system-reset",
        HostSignal = "host-signal",
        HostUi = "host-ui",
        GuestShutdown = "guest-shutdown",
        GuestReset = "guest-reset",
        GuestPanic = "guest-panic",
    }
}

impl ShutdownCause {
    /// Whether the guest is the cause.
    pub fn by_guest(self) -> bool {
        matches!(self, ShutdownCause::GuestShutdown | ShutdownCause::GuestReset | ShutdownCause::GuestPanic)
    }
}
