//! `query-migrate-capabilities`: what migration can do: nothing yet.

use crate::command::{Command, Context};
use qapi::misc::MigrationCapabilityStatus;
use qapi::{Empty, Error};

/// The command.
pub struct QueryMigrateCapabilities;

impl Command for QueryMigrateCapabilities {
    const NAME: &'static str = "query-migrate-capabilities";
    const SINCE: &'static str = "1.2.0";
    type Args = Empty;
    type Return = Vec<MigrationCapabilityStatus>;

    fn run(_: &mut Context<'_>, _: Empty) -> Result<Vec<MigrationCapabilityStatus>, Error> {
        Ok(Vec::new())
    }
}
