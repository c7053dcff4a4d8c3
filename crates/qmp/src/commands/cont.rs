//! `cont`: lets the guest go on.

use crate::command::error;
use crate::command::{Command, Context};
use qapi::{Empty, Error};

/// The command.
pub struct Cont;

impl Command for Cont {
    const NAME: &'static str = "cont";
    const SINCE: &'static str = "0.14.0";
    type Args = Empty;
    type Return = Empty;

    fn run(context: &mut Context<'_>, _: Empty) -> Result<Empty, Error> {
        context.machine.cont().map_err(error)?;
        Ok(Empty {})
    }
}
