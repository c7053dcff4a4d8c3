//! `query-kvm`: whether the host kernel runs the guest: never.

use crate::command::{Command, Context};
use qapi::misc::KvmInfo;
use qapi::{Empty, Error};

/// The command.
pub struct QueryKvm;

impl Command for QueryKvm {
    const NAME: &'static str = "query-kvm";
    const SINCE: &'static str = "0.14.0";
    type Args = Empty;
    type Return = KvmInfo;

    fn run(_: &mut Context<'_>, _: Empty) -> Result<KvmInfo, Error> {
        Ok(KvmInfo { enabled: false, present: false })
    }
}
