//! `query-name`: the guest's name.

use crate::command::{Command, Context};
use qapi::misc::NameInfo;
use qapi::{Empty, Error};

/// The command.
pub struct QueryName;

impl Command for QueryName {
    const NAME: &'static str = "query-name";
    const SINCE: &'static str = "0.14.0";
    const ALLOW_PRECONFIG: bool = true;
    type Args = Empty;
    type Return = NameInfo;

    fn run(context: &mut Context<'_>, _: Empty) -> Result<NameInfo, Error> {
        Ok(NameInfo { name: context.machine.config().name.clone() })
    }
}
