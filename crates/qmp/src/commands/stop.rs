//! `stop`: stops the guest.

use crate::command::{Command, Context};
use qapi::{Empty, Error};

/// The command.
pub struct Stop;

impl Command for Stop {
    const NAME: &'static str = "stop";
    const SINCE: &'static str = "0.14.0";
    type Args = Empty;
    type Return = Empty;

    fn run(context: &mut Context<'_>, _: Empty) -> Result<Empty, Error> {
        context.machine.stop();
        Ok(Empty {})
    }
}
