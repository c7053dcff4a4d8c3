//! `query-commands`: the names of all commands.

use crate::command::{Command, Context};
use qapi::misc::CommandInfo;
use qapi::{Empty, Error};

/// The command.
pub struct QueryCommands;

impl Command for QueryCommands {
    const NAME: &'static str = "query-commands";
    const SINCE: &'static str = "0.14.0";
    const ALLOW_PRECONFIG: bool = true;
    type Args = Empty;
    type Return = Vec<CommandInfo>;

    fn run(context: &mut Context<'_>, _: Empty) -> Result<Vec<CommandInfo>, Error> {
        let target = context.machine.target();
        let ours = super::COMMANDS.iter().filter(|spec| spec.serves(target));
        Ok(ours.map(|spec| CommandInfo { name: spec.name.to_string() }).collect())
    }
}
