//! Events: what the server tells unasked.

use crate::run_state::ShutdownCause;
use crate::{Empty, Schema, Value, qapi_enum, qapi_struct};

qapi_struct! {
    /// Data of SHUTDOWN and RESET.
    pub struct CauseData {
        /// Whether the guest is the cause.
        "guest" => guest: bool,
        /// The cause.
        "reason" => reason: ShutdownCause,
    }
}

impl From<ShutdownCause> for CauseData {
    fn from(reason: ShutdownCause) -> CauseData {
        CauseData { guest: reason.by_guest(), reason }
    }
}

qapi_struct! {
    /// Data of DEVICE_DELETED.
    pub struct DeviceDeletedData {
        /// Id of the device, if it had one.
        "device" => device: Option<String>,
        /// Path in the object tree.
        "path" => path: String,
    }
}

qapi_enum! {
    /// What is done when the guest panics.
    pub enum GuestPanicAction {
        Pause = "pause",
        Poweroff = "poweroff",
        Run = "run",
    }
}

qapi_struct! {
    /// Data of GUEST_PANICKED.
    pub struct GuestPanickedData {
        /// What was done about it.
        "action" => action: GuestPanicAction,
        /// What the architecture knows of it.
        "info" => info: Option<Value>,
    }
}

/// An event with its data.
#[derive(Clone, PartialEq, Debug)]
pub enum Event {
    /// The machine is reset.
    Reset(CauseData),
    /// The machine shuts down.
    Shutdown(CauseData),
    /// The guest is asked to power down.
    Powerdown,
    /// The guest's CPUs stop.
    Stop,
    /// The guest's CPUs go on.
    Resume,
    /// The guest went to sleep.
    Suspend,
    /// The guest was woken up.
    Wakeup,
    /// A device is gone.
    DeviceDeleted(DeviceDeletedData),
    /// The guest panicked.
    GuestPanicked(GuestPanickedData),
}

impl Event {
    /// The name as it travels.
    pub fn name(&self) -> &'static str {
        match self {
            Event::Reset(_) => "RESET",
            Event::Shutdown(_) => "SHUTDOWN",
            Event::Powerdown => "POWERDOWN",
            Event::Stop => "STOP",
            Event::Resume => "RESUME",
            Event::Suspend => "SUSPEND",
            Event::Wakeup => "WAKEUP",
            Event::DeviceDeleted(_) => "DEVICE_DELETED",
            Event::GuestPanicked(_) => "GUEST_PANICKED",
        }
    }

    /// The member `data`, if the event has one.
    pub fn data(&self) -> Option<Value> {
        let data = match self {
            Event::Reset(data) | Event::Shutdown(data) => serde_json::to_value(data),
            Event::DeviceDeleted(data) => serde_json::to_value(data),
            Event::GuestPanicked(data) => serde_json::to_value(data),
            Event::Powerdown | Event::Stop | Event::Resume | Event::Suspend | Event::Wakeup => return None,
        };
        data.ok()
    }
}

/// The events that this server can send, in the order of their names.
pub const EVENT_NAMES: &[&str] =
    &["DEVICE_DELETED", "GUEST_PANICKED", "POWERDOWN", "RESET", "RESUME", "SHUTDOWN", "STOP", "SUSPEND", "WAKEUP"];

/// Enters all events into the introspection.
pub fn define_events(schema: &mut Schema) {
    schema.event::<DeviceDeletedData>("DEVICE_DELETED");
    schema.event::<GuestPanickedData>("GUEST_PANICKED");
    schema.event::<Empty>("POWERDOWN");
    schema.event::<CauseData>("RESET");
    schema.event::<Empty>("RESUME");
    schema.event::<CauseData>("SHUTDOWN");
    schema.event::<Empty>("STOP");
    schema.event::<Empty>("SUSPEND");
    schema.event::<Empty>("WAKEUP");
}
