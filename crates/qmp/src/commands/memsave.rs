//! `memsave`: writes virtual memory, as a CPU sees it, into a file.

use qapi::misc::MemsaveArguments;
use qapi::{Empty, Error};

use crate::command::{self, Command, Context};
use crate::save::{self, View};

/// The command.
pub struct Memsave;

impl Command for Memsave {
    const NAME: &'static str = "memsave";
    const SINCE: &'static str = "0.14.0";
    type Args = MemsaveArguments;
    type Return = Empty;

    fn run(context: &mut Context<'_>, args: MemsaveArguments) -> Result<Empty, Error> {
        let cpu = command::cpu(context.machine, args.cpu_index.unwrap_or(0))?;
        save::to_file(context.machine, View::Virtual(cpu), args.val as u64, args.size, &args.filename)?;
        Ok(Empty {})
    }
}
