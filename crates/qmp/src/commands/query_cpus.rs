//! `query-cpus`: the CPUs in the order of their creation, each at the end of its round.

use crate::command::{Command, Context};
use crate::convert::{arch_info, props};
use machine::Vcpu;
use qapi::machine::CpuInfo;
use qapi::{Empty, Error};

/// The command.
pub struct QueryCpus;

impl Command for QueryCpus {
    const NAME: &'static str = "query-cpus";
    const SINCE: &'static str = "0.14.0";
    type Args = Empty;
    type Return = Vec<CpuInfo>;

    fn run(context: &mut Context<'_>, _: Empty) -> Result<Vec<CpuInfo>, Error> {
        Ok(context.machine.cpus().iter().enumerate().map(|(n, vcpu)| info(vcpu, n == 0)).collect())
    }
}

/// `current` marks the first of the list, whatever CPU a human monitor looks at.
fn info(vcpu: &Vcpu, current: bool) -> CpuInfo {
    CpuInfo {
        cpu: vcpu.index,
        current,
        halted: vcpu.cpu.halted(),
        qom_path: vcpu.qom_path.clone(),
        thread_id: vcpu.thread_id,
        props: vcpu.props.as_ref().map(props),
        arch: arch_info(vcpu.cpu.info()),
    }
}
