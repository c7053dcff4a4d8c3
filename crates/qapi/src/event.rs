//! Events: what the server tells unasked.

use crate::misc::{AcpiOstInfo, DumpQueryResult};
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

qapi_struct! {
    /// Data of ACPI_DEVICE_OST.
    pub struct AcpiDeviceOstData {
        /// What the guest has said.
        "info" => info: AcpiOstInfo,
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

qapi_struct! {
    /// Data of DUMP_COMPLETED.
    pub struct DumpCompletedData {
        /// How it went.
        "result" => result: DumpQueryResult,
        /// Why it failed, if it did.
        "error" => error: Option<String>,
    }
}

/// The events that this server can send, in the order of their names.
pub const EVENT_NAMES: &[&str] = &[
    "ACPI_DEVICE_OST",
    "DEVICE_DELETED",
    "DUMP_COMPLETED",
    "GUEST_PANICKED",
    "POWERDOWN",
    "RESET",
    "RESUME",
    "SHUTDOWN",
    "STOP",
    "SUSPEND",
    "WAKEUP",
];

/// Enters all events into the introspection.
pub fn define_events(schema: &mut Schema) {
    schema.event::<AcpiDeviceOstData>("ACPI_DEVICE_OST");
    schema.event::<DeviceDeletedData>("DEVICE_DELETED");
    schema.event::<DumpCompletedData>("DUMP_COMPLETED");
    schema.event::<GuestPanickedData>("GUEST_PANICKED");
    schema.event::<Empty>("POWERDOWN");
    schema.event::<CauseData>("RESET");
    schema.event::<Empty>("RESUME");
    schema.event::<CauseData>("SHUTDOWN");
    schema.event::<Empty>("STOP");
    schema.event::<Empty>("SUSPEND");
    schema.event::<Empty>("WAKEUP");
}
