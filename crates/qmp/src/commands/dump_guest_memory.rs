//! `dump-guest-memory`: a core file of the guest, where its architecture has a form for it.

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

    fn run(context: &mut Context<'_>, args: DumpGuestMemoryArguments) -> Result<Empty, Error> {
        if context.machine.can_dump() {
            return dump(context, &args);
        }
        Err(Error::generic("this feature or command is not currently supported"))
    }
}

fn dump(context: &mut Context<'_>, args: &DumpGuestMemoryArguments) -> Result<Empty, Error> {
    match (args.begin, args.length) {
        (Some(_), None) => return Err(Error::generic("Parameter 'length' is missing")),
        (None, Some(_)) => return Err(Error::generic("Parameter 'begin' is missing")),
        (Some(_), Some(_)) => return Err(Error::generic("this feature or command is not currently supported")),
        (None, None) => {}
    }
    let Some(path) = args.protocol.strip_prefix("file:") else {
        return Err(Error::generic("Invalid parameter 'protocol'"));
    };
    context.machine.dump(path).map_err(|e| Error::generic(e.text))?;
    Ok(Empty {})
}
