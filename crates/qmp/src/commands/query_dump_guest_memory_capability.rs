//! `query-dump-guest-memory-capability`: forms of core files, whether the architecture can be dumped or not, as QEMU has it.

use machine::targets::Arch;
use qapi::misc::{DumpGuestMemoryCapability, DumpGuestMemoryFormat as Format};
use qapi::{Empty, Error};

use crate::command::{Command, Context};

/// The command.
pub struct QueryDumpGuestMemoryCapability;

impl Command for QueryDumpGuestMemoryCapability {
    const NAME: &'static str = "query-dump-guest-memory-capability";
    const SINCE: &'static str = "2.0";
    type Args = Empty;
    type Return = DumpGuestMemoryCapability;

    fn run(context: &mut Context<'_>, _: Empty) -> Result<DumpGuestMemoryCapability, Error> {
        let mut formats = vec![Format::Elf, Format::KdumpZlib];
        if context.machine.target().arch == Arch::X86 {
            formats.push(Format::WinDmp);
        }
        Ok(DumpGuestMemoryCapability { formats })
    }
}
