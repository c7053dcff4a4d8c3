//! `query-cpus-fast`: the CPUs in the order of their creation, without disturbing them.

use crate::command::{Command, Context};
use crate::convert::{props, s390_state, target};
use machine::Vcpu;
use qapi::machine::{CpuInfoFast, CpuInfoFastByTarget, SysEmuTarget};
use qapi::{Empty, Error};

/// The command.
pub struct QueryCpusFast;

impl Command for QueryCpusFast {
    const NAME: &'static str = "query-cpus-fast";
    const SINCE: &'static str = "2.12.0";
    type Args = Empty;
    type Return = Vec<CpuInfoFast>;

    fn run(context: &mut Context<'_>, _: Empty) -> Result<Vec<CpuInfoFast>, Error> {
        let target = target(context.machine);
        Ok(context.machine.cpus().iter().map(|vcpu| info(vcpu, target)).collect())
    }
}

fn info(vcpu: &Vcpu, target: SysEmuTarget) -> CpuInfoFast {
    // Only s390x shows state here; on other targets the CPU is not even asked.
    let state = if target == SysEmuTarget::S390x { s390_state(vcpu.cpu.info()) } else { None };
    CpuInfoFast {
        cpu_index: vcpu.index,
        qom_path: vcpu.qom_path.clone(),
        thread_id: vcpu.thread_id,
        props: vcpu.props.as_ref().map(props),
        arch: target.arch(),
        target: CpuInfoFastByTarget::of(target, state),
    }
}
