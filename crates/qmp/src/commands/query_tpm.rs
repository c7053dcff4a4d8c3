//! `query-tpm`: the TPMs: no board of ours has any.

use crate::command::{Command, Context};
use qapi::misc::NamedItem;
use qapi::{Empty, Error};

/// The command.
pub struct QueryTpm;

impl Command for QueryTpm {
    const NAME: &'static str = "query-tpm";
    const SINCE: &'static str = "1.5.0";
    type Args = Empty;
    type Return = Vec<NamedItem>;

    fn run(_: &mut Context<'_>, _: Empty) -> Result<Vec<NamedItem>, Error> {
        Ok(Vec::new())
    }
}
