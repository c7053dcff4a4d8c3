//! `query-acpi-ospm-status`: what the guest has said of CPUs that come and go.

use crate::command::{Command, Context};
use qapi::misc::{AcpiOstInfo, AcpiSlotType};
use qapi::{Empty, Error};

/// The command.
pub struct QueryAcpiOspmStatus;

impl Command for QueryAcpiOspmStatus {
    const NAME: &'static str = "query-acpi-ospm-status";
    const SINCE: &'static str = "2.1.0";
    type Args = Empty;
    type Return = Vec<AcpiOstInfo>;

    fn run(context: &mut Context<'_>, _: Empty) -> Result<Vec<AcpiOstInfo>, Error> {
        let info = |said: machine::OspmSaid| AcpiOstInfo {
            device: said.device,
            slot: said.slot.to_string(),
            slot_type: AcpiSlotType::Cpu,
            source: said.status.event.into(),
            status: said.status.status.into(),
        };
        Ok(context.machine.ospm_status().into_iter().map(info).collect())
    }
}
