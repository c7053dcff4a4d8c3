//! `query-dump`: how a dump of the guest's memory stands: there has been none.

use qapi::misc::DumpQueryResult;
use qapi::{Empty, Error};

use crate::command::{Command, Context};

/// The command.
pub struct QueryDump;

impl Command for QueryDump {
    const NAME: &'static str = "query-dump";
    const SINCE: &'static str = "2.6.0";
    type Args = Empty;
    type Return = DumpQueryResult;

    fn run(_: &mut Context<'_>, _: Empty) -> Result<DumpQueryResult, Error> {
        Ok(DumpQueryResult { status: "none".to_string(), completed: 0, total: 0 })
    }
}
