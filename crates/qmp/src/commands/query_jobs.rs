//! `query-jobs`: the jobs: no board of ours has any.

use crate::command::{Command, Context};
use qapi::misc::NamedItem;
use qapi::{Empty, Error};

/// The command.
pub struct QueryJobs;

impl Command for QueryJobs {
    const NAME: &'static str = "query-jobs";
    const SINCE: &'static str = "3.0.0";
    type Args = Empty;
    type Return = Vec<NamedItem>;

    fn run(_: &mut Context<'_>, _: Empty) -> Result<Vec<NamedItem>, Error> {
        Ok(Vec::new())
    }
}
