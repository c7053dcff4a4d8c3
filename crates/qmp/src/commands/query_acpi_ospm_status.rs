//! `query-acpi-ospm-status`: the ACPI devices: no board of ours has any.

use crate::command::{Command, Context};
use qapi::misc::NamedItem;
use qapi::{Empty, Error};

/// The command.
pub struct QueryAcpiOspmStatus;

impl Command for QueryAcpiOspmStatus {
    const NAME: &'static str = "query-acpi-ospm-status";
    const SINCE: &'static str = "2.1.0";
    type Args = Empty;
    type Return = Vec<NamedItem>;

    fn run(_: &mut Context<'_>, _: Empty) -> Result<Vec<NamedItem>, Error> {
        Ok(Vec::new())
    }
}
