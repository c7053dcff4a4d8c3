//! `query-block`: the block devices: no board of ours has any.

use crate::command::{Command, Context};
use qapi::misc::NamedItem;
use qapi::{Empty, Error};

/// The command.
pub struct QueryBlock;

impl Command for QueryBlock {
    const NAME: &'static str = "query-block";
    const SINCE: &'static str = "0.14.0";
    type Args = Empty;
    type Return = Vec<NamedItem>;

    fn run(_: &mut Context<'_>, _: Empty) -> Result<Vec<NamedItem>, Error> {
        Ok(Vec::new())
    }
}
