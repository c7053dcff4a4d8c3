//! `query-target`: the emulator's target.

use crate::command::{Command, Context};
use crate::convert::target;
use qapi::machine::TargetInfo;
use qapi::{Empty, Error};

/// The command.
pub struct QueryTarget;

impl Command for QueryTarget {
    const NAME: &'static str = "query-target";
    const SINCE: &'static str = "1.2.0";
    type Args = Empty;
    type Return = TargetInfo;

    fn run(context: &mut Context<'_>, _: Empty) -> Result<TargetInfo, Error> {
        Ok(TargetInfo { arch: target(context.machine) })
    }
}
