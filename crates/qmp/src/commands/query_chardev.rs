//! `query-chardev`: the character devices.

use crate::command::{Command, Context};
use qapi::misc::ChardevInfo;
use qapi::{Empty, Error};

/// The command.
pub struct QueryChardev;

impl Command for QueryChardev {
    const NAME: &'static str = "query-chardev";
    const SINCE: &'static str = "0.14.0";
    const ALLOW_PRECONFIG: bool = true;
    type Args = Empty;
    type Return = Vec<ChardevInfo>;

    fn run(context: &mut Context<'_>, _: Empty) -> Result<Vec<ChardevInfo>, Error> {
        Ok(context.environment.chardevs.clone())
    }
}
