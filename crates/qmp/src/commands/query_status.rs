//! `query-status`: whether the guest runs, and why not.

use crate::command::{Command, Context};
use qapi::run_state::{RunState, StatusInfo};
use qapi::{Empty, Error};

/// The command.
pub struct QueryStatus;

impl Command for QueryStatus {
    const NAME: &'static str = "query-status";
    const SINCE: &'static str = "0.14.0";
    const ALLOW_PRECONFIG: bool = true;
    type Args = Empty;
    type Return = StatusInfo;

    fn run(context: &mut Context<'_>, _: Empty) -> Result<StatusInfo, Error> {
        let state = context.machine.state();
        let status = RunState::from_name(state.name()).unwrap_or(RunState::InternalError);
        Ok(StatusInfo {
            running: status == RunState::Running,
            singlestep: context.environment.singlestep.get(),
            status,
        })
    }
}
