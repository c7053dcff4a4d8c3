//! `query-named-block-nodes`: the block nodes: no board of ours has any.

use crate::command::{Command, Context};
use qapi::misc::NamedItem;
use qapi::{Empty, Error};

/// The command.
pub struct QueryNamedBlockNodes;

impl Command for QueryNamedBlockNodes {
    const NAME: &'static str = "query-named-block-nodes";
    const SINCE: &'static str = "2.0.0";
    type Args = Empty;
    type Return = Vec<NamedItem>;

    fn run(_: &mut Context<'_>, _: Empty) -> Result<Vec<NamedItem>, Error> {
        Ok(Vec::new())
    }
}
