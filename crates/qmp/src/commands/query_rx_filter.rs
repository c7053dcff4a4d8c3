//! `query-rx-filter`: the filters of network cards: no board of ours has any.

use crate::command::{Command, Context};
use qapi::misc::NamedItem;
use qapi::{Empty, Error};

/// The command.
pub struct QueryRxFilter;

impl Command for QueryRxFilter {
    const NAME: &'static str = "query-rx-filter";
    const SINCE: &'static str = "1.6.0";
    type Args = Empty;
    type Return = Vec<NamedItem>;

    fn run(_: &mut Context<'_>, _: Empty) -> Result<Vec<NamedItem>, Error> {
        Ok(Vec::new())
    }
}
