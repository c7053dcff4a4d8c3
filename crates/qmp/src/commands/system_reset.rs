//! `system_reset`: resets the machine.

use crate::command::After;
use crate::command::{Command, Context};
use qapi::{Empty, Error};

/// The command.
pub struct SystemReset;

impl Command for SystemReset {
    const NAME: &'static str = "system_reset";
    const SINCE: &'static str = "0.14.0";
    type Args = Empty;
    type Return = Empty;

    fn run(context: &mut Context<'_>, _: Empty) -> Result<Empty, Error> {
        context.machine.request_reset(machine::ShutdownCause::HostQmpSystemReset);
        context.after = After::Advance;
        Ok(Empty {})
    }
}
