//! `query-machines`: the machine types that work on this target.

use crate::command::{Command, Context};
use machine::{MachineType, Target, registry};
use qapi::machine::MachineInfo;
use qapi::{Empty, Error};

/// The command.
pub struct QueryMachines;

impl Command for QueryMachines {
    const NAME: &'static str = "query-machines";
    const SINCE: &'static str = "1.2.0";
    type Args = Empty;
    type Return = Vec<MachineInfo>;

    fn run(context: &mut Context<'_>, _: Empty) -> Result<Vec<MachineInfo>, Error> {
        let target = context.machine.target();
        Ok(registry::listed(target).map(|machine| info(machine, target)).collect())
    }
}

fn info(machine: &MachineType, target: &Target) -> MachineInfo {
    MachineInfo {
        name: machine.name.to_string(),
        alias: machine.alias.map(str::to_string),
        is_default: machine.is_default.then_some(true),
        cpu_max: machine.max_cpus.into(),
        hotpluggable_cpus: machine.hotplug,
        numa_mem_supported: machine.numa,
        deprecated: machine.deprecated,
        default_cpu_type: machine.default_cpu_type(target),
    }
}
