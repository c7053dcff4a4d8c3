//! `cpu-add`: plugs the CPU of an index.

use crate::command::error;
use crate::command::{Command, Context};
use qapi::machine::CpuAddArguments;
use qapi::{Empty, Error};

/// The command.
pub struct CpuAdd;

impl Command for CpuAdd {
    const NAME: &'static str = "cpu-add";
    const SINCE: &'static str = "1.5.0";
    type Args = CpuAddArguments;
    type Return = Empty;

    fn run(context: &mut Context<'_>, args: CpuAddArguments) -> Result<Empty, Error> {
        context.machine.cpu_add(args.id).map_err(error)?;
        Ok(Empty {})
    }
}
