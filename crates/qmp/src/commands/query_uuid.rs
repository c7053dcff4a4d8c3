//! `query-uuid`: the guest's UUID.

use crate::command::{Command, Context};
use qapi::misc::UuidInfo;
use qapi::{Empty, Error};

/// The command.
pub struct QueryUuid;

impl Command for QueryUuid {
    const NAME: &'static str = "query-uuid";
    const SINCE: &'static str = "0.14.0";
    const ALLOW_PRECONFIG: bool = true;
    type Args = Empty;
    type Return = UuidInfo;

    fn run(context: &mut Context<'_>, _: Empty) -> Result<UuidInfo, Error> {
        Ok(UuidInfo { uuid: uuid_text(&context.machine.config().uuid) })
    }
}

/// The usual form: lower-case, in groups of 8, 4, 4, 4 and 12 digits.
pub fn uuid_text(uuid: &[u8; 16]) -> String {
    let hex: String = uuid.iter().map(|byte| format!("{byte:02x}")).collect();
    [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-")
}
