//! `dump-guest-memory`: a core file of the guest; no architecture of ours has a form for it yet.

use qapi::misc::DumpGuestMemoryArguments;
use qapi::{Empty, Error};

use crate::command::{Command, Context};

/// The command.
pub struct DumpGuestMemory;

impl Command for DumpGuestMemory {
    const NAME: &'static str = "dump-guest-memory";
    const SINCE: &'static str = "1.2.0";
    type Args = DumpGuestMemoryArguments;
    type Return = Empty;

    fn run(_: &mut Context<'_>, _: DumpGuestMemoryArguments) -> Result<Empty, Error> {
        Err(Error::generic("this feature or command is not currently supported"))
    }
}
