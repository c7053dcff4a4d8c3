//! `qmp_capabilities`: ends the negotiation; [`crate::session`] answers it, here it is only listed.

use crate::command::{Command, Context};
use qapi::misc::QmpCapabilitiesArguments;
use qapi::{Empty, Error};

/// The command.
pub struct QmpCapabilities;

impl Command for QmpCapabilities {
    const NAME: &'static str = "qmp_capabilities";
    const SINCE: &'static str = "0.13.0";
    const ALLOW_PRECONFIG: bool = true;
    type Args = QmpCapabilitiesArguments;
    type Return = Empty;

    fn run(_: &mut Context<'_>, _: QmpCapabilitiesArguments) -> Result<Empty, Error> {
        Err(Error::command_not_found("Capabilities negotiation is already complete, command ignored"))
    }
}
