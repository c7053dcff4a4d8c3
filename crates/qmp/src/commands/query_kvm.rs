//! `query-kvm`: whether the host kernel runs the guest: never. Management asks whether it could; a QEMU for PCs is built so that it
//! could, whether or not the host lets it, and clients that take us for one are told the same.

use crate::command::{Command, Context};
use machine::Arch;
use qapi::misc::KvmInfo;
use qapi::{Empty, Error};

/// The command.
pub struct QueryKvm;

impl Command for QueryKvm {
    const NAME: &'static str = "query-kvm";
    const SINCE: &'static str = "0.14.0";
    type Args = Empty;
    type Return = KvmInfo;

    fn run(context: &mut Context<'_>, _: Empty) -> Result<KvmInfo, Error> {
        Ok(KvmInfo { enabled: false, present: context.machine.config().target.arch == Arch::X86 })
    }
}
