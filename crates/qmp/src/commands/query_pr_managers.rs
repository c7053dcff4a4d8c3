//! `query-pr-managers`: the managers of persistent reservations: no board of ours has any.

use crate::command::{Command, Context};
use qapi::misc::NamedItem;
use qapi::{Empty, Error};

/// The command.
pub struct QueryPrManagers;

impl Command for QueryPrManagers {
    const NAME: &'static str = "query-pr-managers";
    const SINCE: &'static str = "3.0.0";
    const ALLOW_PRECONFIG: bool = true;
    type Args = Empty;
    type Return = Vec<NamedItem>;

    fn run(_: &mut Context<'_>, _: Empty) -> Result<Vec<NamedItem>, Error> {
        Ok(Vec::new())
    }
}
