//! `inject-nmi`: a non-maskable interrupt, where the machine has one.

use crate::command::{Command, Context};
use qapi::{Empty, Error};

/// The command.
pub struct InjectNmi;

impl Command for InjectNmi {
    const NAME: &'static str = "inject-nmi";
    const SINCE: &'static str = "0.14.0";
    type Args = Empty;
    type Return = Empty;

    fn run(context: &mut Context<'_>, _: Empty) -> Result<Empty, Error> {
        match context.machine.inject_nmi() {
            true => Ok(Empty {}),
            false => Err(Error::generic("this feature or command is not currently supported")),
        }
    }
}
