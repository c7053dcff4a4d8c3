//! `x-exit-preconfig`: builds the machine that `-preconfig` held back.

use crate::command::After;
use crate::command::{Command, Context};
use qapi::{Empty, Error};

/// The command.
pub struct XExitPreconfig;

impl Command for XExitPreconfig {
    const NAME: &'static str = "x-exit-preconfig";
    const SINCE: &'static str = "3.0.0";
    const ALLOW_PRECONFIG: bool = true;
    type Args = Empty;
    type Return = Empty;

    fn run(context: &mut Context<'_>, _: Empty) -> Result<Empty, Error> {
        if context.machine.state() != machine::RunState::Preconfig {
            return Err(Error::generic("The command is permitted only in 'preconfig' state"));
        }
        context.after = After::ExitPreconfig;
        Ok(Empty {})
    }
}
