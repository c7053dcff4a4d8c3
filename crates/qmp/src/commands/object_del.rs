//! `object-del`: removes an object of the user.

use crate::command::error;
use crate::command::{Command, Context};
use qapi::qom::IdArguments;
use qapi::{Empty, Error};

/// The command.
pub struct ObjectDel;

impl Command for ObjectDel {
    const NAME: &'static str = "object-del";
    const SINCE: &'static str = "2.0.0";
    type Args = IdArguments;
    type Return = Empty;

    fn run(context: &mut Context<'_>, args: IdArguments) -> Result<Empty, Error> {
        context.machine.object_del(&args.id).map_err(error)?;
        Ok(Empty {})
    }
}
