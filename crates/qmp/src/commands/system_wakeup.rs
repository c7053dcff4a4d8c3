//! `system_wakeup`: wakes a sleeping guest up.

use crate::command::error;
use crate::command::{Command, Context};
use qapi::{Empty, Error};

/// The command.
pub struct SystemWakeup;

impl Command for SystemWakeup {
    const NAME: &'static str = "system_wakeup";
    const SINCE: &'static str = "1.1.0";
    type Args = Empty;
    type Return = Empty;

    fn run(context: &mut Context<'_>, _: Empty) -> Result<Empty, Error> {
        context.machine.wakeup().map_err(error)?;
        Ok(Empty {})
    }
}
