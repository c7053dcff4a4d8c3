//! `pmemsave`: writes physical memory into a file; what is not there reads as zeros.

use qapi::misc::PmemsaveArguments;
use qapi::{Empty, Error};

use crate::command::{Command, Context};
use crate::save::{self, View};

/// The command.
pub struct Pmemsave;

impl Command for Pmemsave {
    const NAME: &'static str = "pmemsave";
    const SINCE: &'static str = "0.14.0";
    type Args = PmemsaveArguments;
    type Return = Empty;

    fn run(context: &mut Context<'_>, args: PmemsaveArguments) -> Result<Empty, Error> {
        save::to_file(context.machine, View::Physical, args.val as u64, args.size, &args.filename)?;
        Ok(Empty {})
    }
}
