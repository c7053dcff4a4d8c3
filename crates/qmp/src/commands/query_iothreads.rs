//! `query-iothreads`: the I/O threads: no board of ours has any.

use crate::command::{Command, Context};
use qapi::misc::NamedItem;
use qapi::{Empty, Error};

/// The command.
pub struct QueryIothreads;

impl Command for QueryIothreads {
    const NAME: &'static str = "query-iothreads";
    const SINCE: &'static str = "2.0.0";
    const ALLOW_PRECONFIG: bool = true;
    type Args = Empty;
    type Return = Vec<NamedItem>;

    fn run(_: &mut Context<'_>, _: Empty) -> Result<Vec<NamedItem>, Error> {
        Ok(Vec::new())
    }
}
