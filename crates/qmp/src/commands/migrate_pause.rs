//! `migrate-pause`: pauses a migration after copying began; there never is one.

use crate::command::{Command, Context};
use qapi::{Empty, Error};

/// The command.
pub struct MigratePause;

impl Command for MigratePause {
    const NAME: &'static str = "migrate-pause";
    const SINCE: &'static str = "3.0.0";
    const ALLOW_OOB: bool = true;
    type Args = Empty;
    type Return = Empty;

    fn run(_: &mut Context<'_>, _: Empty) -> Result<Empty, Error> {
        Err(Error::generic("migrate-pause is currently only supported during postcopy-active state"))
    }
}
