//! `query-dump-guest-memory-capability`: the forms of a dump.

use machine::Arch;
use qapi::misc::{DumpGuestMemoryCapability, DumpGuestMemoryFormat};
use qapi::{Empty, Error};

use crate::command::{Command, Context};

/// The command.
pub struct QueryDumpGuestMemoryCapability;

impl Command for QueryDumpGuestMemoryCapability {
    const NAME: &'static str = "query-dump-guest-memory-capability";
    const SINCE: &'static str = "2.0";
    type Args = Empty;
    type Return = DumpGuestMemoryCapability;

    /// QEMU names the forms that it was built with, on every target; `win-dmp` on 64-bit x86 alone.
    fn run(context: &mut Context<'_>, _: Empty) -> Result<DumpGuestMemoryCapability, Error> {
        let target = context.machine.target();
        let mut formats = vec![DumpGuestMemoryFormat::Elf, DumpGuestMemoryFormat::KdumpZlib];
        if target.arch == Arch::X86 && target.bits == 64 {
            formats.push(DumpGuestMemoryFormat::WinDmp);
        }
        Ok(DumpGuestMemoryCapability { formats })
    }
}
