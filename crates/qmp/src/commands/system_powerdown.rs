//! `system_powerdown`: presses the power button.

use crate::command::After;
use crate::command::{Command, Context};
use qapi::{Empty, Error};

/// The command.
pub struct SystemPowerdown;

impl Command for SystemPowerdown {
    const NAME: &'static str = "system_powerdown";
    const SINCE: &'static str = "0.14.0";
    type Args = Empty;
    type Return = Empty;

    fn run(context: &mut Context<'_>, _: Empty) -> Result<Empty, Error> {
        context.machine.request_powerdown();
        context.after = After::Advance;
        Ok(Empty {})
    }
}
