//! `query-dump`: how the last dump of the guest's memory went.

use machine::dump;
use qapi::misc::{DumpQueryResult, DumpStatus};
use qapi::{Empty, Error};

use crate::command::{Command, Context};

/// The command.
pub struct QueryDump;

impl Command for QueryDump {
    const NAME: &'static str = "query-dump";
    const SINCE: &'static str = "2.6.0";
    type Args = Empty;
    type Return = DumpQueryResult;

    fn run(context: &mut Context<'_>, _: Empty) -> Result<DumpQueryResult, Error> {
        let progress = context.machine.dump_progress();
        let status = match progress.status {
            dump::DumpStatus::None => DumpStatus::None,
            dump::DumpStatus::Completed => DumpStatus::Completed,
            dump::DumpStatus::Failed => DumpStatus::Failed,
        };
        Ok(DumpQueryResult { status, completed: progress.completed as i64, total: progress.total as i64 })
    }
}
