//! `query-current-machine`: what is special about the machine that runs.

use crate::command::{Command, Context};
use qapi::machine::CurrentMachineParams;
use qapi::{Empty, Error};

/// The command.
pub struct QueryCurrentMachine;

impl Command for QueryCurrentMachine {
    const NAME: &'static str = "query-current-machine";
    const SINCE: &'static str = "4.0.0";
    type Args = Empty;
    type Return = CurrentMachineParams;

    fn run(context: &mut Context<'_>, _: Empty) -> Result<CurrentMachineParams, Error> {
        Ok(CurrentMachineParams { wakeup_suspend_support: context.machine.machine_type().wakeup })
    }
}
