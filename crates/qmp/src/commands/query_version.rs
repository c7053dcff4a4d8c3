//! `query-version`: the version of the interface and of the emulator.

use crate::command::version;
use crate::command::{Command, Context};
use qapi::misc::VersionInfo;
use qapi::{Empty, Error};

/// The command.
pub struct QueryVersion;

impl Command for QueryVersion {
    const NAME: &'static str = "query-version";
    const SINCE: &'static str = "0.14.0";
    const ALLOW_PRECONFIG: bool = true;
    type Args = Empty;
    type Return = VersionInfo;

    fn run(_: &mut Context<'_>, _: Empty) -> Result<VersionInfo, Error> {
        Ok(version())
    }
}
