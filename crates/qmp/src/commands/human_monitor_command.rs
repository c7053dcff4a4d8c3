//! `human-monitor-command`: runs a line of the human monitor and returns what it prints.

use crate::command::{Command, Context};
use crate::hmp;
use qapi::Error;
use qapi::misc::HumanMonitorCommandArguments;

/// The command.
pub struct HumanMonitorCommand;

impl Command for HumanMonitorCommand {
    const NAME: &'static str = "human-monitor-command";
    const SINCE: &'static str = "0.14.0";
    type Args = HumanMonitorCommandArguments;
    type Return = String;

    fn run(context: &mut Context<'_>, args: HumanMonitorCommandArguments) -> Result<String, Error> {
        let cpu = args.cpu_index.unwrap_or_else(|| context.machine.cpus().first().map_or(0, |vcpu| vcpu.index));
        if args.cpu_index.is_some() && !context.machine.cpus().iter().any(|vcpu| vcpu.index == cpu) {
            return Err(Error::expects("cpu-index", "a CPU number"));
        }
        // The CPU that a line chooses is forgotten with it.
        Ok(hmp::run(context, &mut hmp::Focus { cpu }, &args.command_line).replace('\n', "\r\n"))
    }
}
