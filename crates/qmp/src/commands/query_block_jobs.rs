//! `query-block-jobs`: the block jobs: no board of ours has any.

use crate::command::{Command, Context};
use qapi::misc::NamedItem;
use qapi::{Empty, Error};

/// The command.
pub struct QueryBlockJobs;

impl Command for QueryBlockJobs {
    const NAME: &'static str = "query-block-jobs";
    const SINCE: &'static str = "1.1.0";
    type Args = Empty;
    type Return = Vec<NamedItem>;

    fn run(_: &mut Context<'_>, _: Empty) -> Result<Vec<NamedItem>, Error> {
        Ok(Vec::new())
    }
}
