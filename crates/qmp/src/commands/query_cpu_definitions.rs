//! `query-cpu-definitions`: the CPU models. QEMU 4.2 has it on some families only.

use crate::command::{Command, Context};
use machine::Arch;
use qapi::machine::CpuDefinitionInfo;
use qapi::{Empty, Error};

/// The command.
pub struct QueryCpuDefinitions;

impl Command for QueryCpuDefinitions {
    const NAME: &'static str = "query-cpu-definitions";
    const SINCE: &'static str = "1.2.0";
    const ARCHES: &'static [Arch] = &[Arch::S390, Arch::Mips, Arch::X86, Arch::Ppc];
    type Args = Empty;
    type Return = Vec<CpuDefinitionInfo>;

    fn run(context: &mut Context<'_>, _: Empty) -> Result<Vec<CpuDefinitionInfo>, Error> {
        let target = context.machine.target();
        let info = |name: &str| {
            let notes = target.model_notes(name);
            CpuDefinitionInfo {
                name: name.to_owned(),
                migration_safe: notes.as_ref().map(|notes| notes.migration_safe),
                is_static: notes.as_ref().is_some_and(|notes| notes.is_static),
                typename: target.definition_type(name),
                unavailable_features: notes
                    .as_ref()
                    .map(|notes| notes.unavailable.iter().map(|name| (*name).to_owned()).collect()),
                alias_of: notes.as_ref().and_then(|notes| notes.alias_of).map(str::to_owned),
            }
        };
        Ok(target.models().into_iter().map(info).collect())
    }
}
