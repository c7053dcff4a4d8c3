//! `query-migrate`: how migration stands: there has been none.

use crate::command::{Command, Context};
use qapi::misc::MigrationInfo;
use qapi::{Empty, Error};

/// The command.
pub struct QueryMigrate;

impl Command for QueryMigrate {
    const NAME: &'static str = "query-migrate";
    const SINCE: &'static str = "0.14.0";
    type Args = Empty;
    type Return = MigrationInfo;

    fn run(_: &mut Context<'_>, _: Empty) -> Result<MigrationInfo, Error> {
        Ok(MigrationInfo { status: None })
    }
}
