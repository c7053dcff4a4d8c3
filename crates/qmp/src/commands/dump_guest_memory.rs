//! `dump-guest-memory`: a core file of the guest.

use std::fs::File;
use std::io::BufWriter;

use machine::dump::{DumpFormat, DumpOptions};
use qapi::misc::{DumpGuestMemoryArguments, DumpGuestMemoryFormat};
use qapi::{Empty, Error};

use crate::command::{self, After, Command, Context};
use crate::save::reason;

/// The command.
pub struct DumpGuestMemory;

impl Command for DumpGuestMemory {
    const NAME: &'static str = "dump-guest-memory";
    const SINCE: &'static str = "1.2.0";
    type Args = DumpGuestMemoryArguments;
    type Return = Empty;

    fn run(context: &mut Context<'_>, args: DumpGuestMemoryArguments) -> Result<Empty, Error> {
        let format = args.format.unwrap_or(DumpGuestMemoryFormat::Elf);
        let range = match (args.begin, args.length) {
            (None, None) => None,
            (Some(_), None) => return Err(Error::missing("length")),
            (None, Some(_)) => return Err(Error::missing("begin")),
            (Some(begin), Some(length)) => Some((begin as u64, length as u64)),
        };
        if format != DumpGuestMemoryFormat::Elf && (args.paging || range.is_some()) {
            return Err(Error::generic("kdump-compressed format doesn't support paging or filter"));
        }
        let path = path(&args.protocol)?;
        let format = match format {
            _ if !context.machine.can_dump() => {
                return Err(Error::generic("this feature or command is not currently supported"));
            }
            DumpGuestMemoryFormat::Elf => DumpFormat::Elf,
            DumpGuestMemoryFormat::KdumpZlib => DumpFormat::KdumpZlib,
            // Its content is what a driver in a Windows guest has left behind; no device of ours takes that.
            DumpGuestMemoryFormat::WinDmp => return Err(Error::generic("win-dump: invalid vmcoreinfo note size")),
            DumpGuestMemoryFormat::KdumpLzo => return Err(Error::generic("kdump-lzo is not available now")),
            DumpGuestMemoryFormat::KdumpSnappy => return Err(Error::generic("kdump-snappy is not available now")),
        };
        let file = File::create(path)
            .map_err(|e| Error::generic(format!("dump: failed to open file {path}: {}", reason(&e))))?;
        let options = DumpOptions { range, paging: args.paging, format };
        let outcome = context.machine.dump(options, &mut BufWriter::new(file)).map_err(command::error);
        let detach = args.detach == Some(true);
        context.machine.announce_dump(detach);
        if detach {
            context.after = After::Advance;
            return Ok(Empty {});
        }
        outcome.map(|()| Empty {})
    }
}

/// The file that a protocol names. Descriptors are passed by a command that this server has not: none has a name.
fn path(protocol: &str) -> Result<&str, Error> {
    match protocol.split_once(':') {
        Some(("file", path)) => Ok(path),
        Some(("fd", name)) => Err(Error::generic(format!("File descriptor named '{name}' has not been found"))),
        _ => Err(Error::generic("Invalid parameter 'protocol'")),
    }
}
