//! `set-numa-node`: what `-numa` says, while the machine is not built yet.

use crate::command::error;
use crate::command::{Command, Context};
use qapi::machine::{NumaOptions, NumaOptionsByType};
use qapi::{Empty, Error};
use topology::{CpuProps, NumaOption};

/// The command.
pub struct SetNumaNode;

impl Command for SetNumaNode {
    const NAME: &'static str = "set-numa-node";
    const SINCE: &'static str = "3.0.0";
    const ALLOW_PRECONFIG: bool = true;
    type Args = NumaOptions;
    type Return = Empty;

    fn run(context: &mut Context<'_>, args: NumaOptions) -> Result<Empty, Error> {
        if context.machine.state() != machine::RunState::Preconfig {
            return Err(Error::generic("The command is permitted only in 'preconfig' state"));
        }
        context.machine.set_numa_node(&option(args)).map_err(error)?;
        Ok(Empty {})
    }
}

fn option(args: NumaOptions) -> NumaOption {
    match args.options {
        NumaOptionsByType::Node(node) => NumaOption::Node {
            nodeid: node.nodeid,
            cpus: node.cpus.unwrap_or_default(),
            mem: node.mem,
            memdev: node.memdev,
        },
        NumaOptionsByType::Dist(dist) => NumaOption::Dist { src: dist.src, dst: dist.dst, val: dist.val },
        NumaOptionsByType::Cpu(cpu) => NumaOption::Cpu(CpuProps {
            node_id: cpu.node_id,
            socket_id: cpu.socket_id,
            die_id: cpu.die_id,
            core_id: cpu.core_id,
            thread_id: cpu.thread_id,
        }),
    }
}
