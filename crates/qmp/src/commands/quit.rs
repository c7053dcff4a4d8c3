//! `quit`: ends the emulator.

use crate::command::After;
use crate::command::{Command, Context};
use qapi::{Empty, Error};

/// The command.
pub struct Quit;

impl Command for Quit {
    const NAME: &'static str = "quit";
    const SINCE: &'static str = "0.14.0";
    type Args = Empty;
    type Return = Empty;

    fn run(context: &mut Context<'_>, _: Empty) -> Result<Empty, Error> {
        context.machine.request_shutdown(machine::ShutdownCause::HostQmpQuit, 0);
        context.after = After::Advance;
        Ok(Empty {})
    }
}
