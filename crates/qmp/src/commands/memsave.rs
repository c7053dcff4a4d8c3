//! `memsave`: writes virtual memory, as a CPU sees it, into a file.

use qapi::misc::MemsaveArguments;
use qapi::{Empty, Error};

use crate::command::{Command, Context};
use crate::save::{self, View};

/// The command.
pub struct Memsave;

impl Command for Memsave {
    const NAME: &'static str = "memsave";
    const SINCE: &'static str = "0.14.0";
    type Args = MemsaveArguments;
    type Return = Empty;

    fn run(context: &mut Context<'_>, args: MemsaveArguments) -> Result<Empty, Error> {
        let cpus = context.machine.cpus();
        let index = args.cpu_index.unwrap_or(0);
        let vcpu = cpus.iter().find(|vcpu| vcpu.index == index);
        let vcpu = vcpu.ok_or_else(|| Error::expects("cpu-index", "a CPU number"))?;
        save::to_file(context.machine, View::Virtual(vcpu.cpu.as_ref()), args.val as u64, args.size, &args.filename)?;
        Ok(Empty {})
    }
}
