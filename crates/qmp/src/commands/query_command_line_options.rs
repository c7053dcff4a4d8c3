//! `query-command-line-options`: the options of the command line that take parameters.

use crate::command::{Command, Context};
use qapi::Error;
use qapi::misc::{CommandLineOptionInfo, QueryCommandLineOptionsArguments};

/// The command.
pub struct QueryCommandLineOptions;

impl Command for QueryCommandLineOptions {
    const NAME: &'static str = "query-command-line-options";
    const SINCE: &'static str = "1.5.0";
    const ALLOW_PRECONFIG: bool = true;
    type Args = QueryCommandLineOptionsArguments;
    type Return = Vec<CommandLineOptionInfo>;

    fn run(
        context: &mut Context<'_>,
        args: QueryCommandLineOptionsArguments,
    ) -> Result<Vec<CommandLineOptionInfo>, Error> {
        let all = &context.environment.options;
        let Some(name) = args.option else { return Ok(all.clone()) };
        let found: Vec<_> = all.iter().filter(|option| option.option == name).cloned().collect();
        if found.is_empty() { Err(Error::generic(format!("invalid option name: {name}"))) } else { Ok(found) }
    }
}
