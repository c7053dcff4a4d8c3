//! `query-memdev`: the memory backends.

use crate::command::{Command, Context};
use machine::MemDev;
use qapi::machine::{HostMemPolicy, Memdev};
use qapi::{Empty, Error};

/// The command.
pub struct QueryMemdev;

impl Command for QueryMemdev {
    const NAME: &'static str = "query-memdev";
    const SINCE: &'static str = "2.1.0";
    const ALLOW_PRECONFIG: bool = true;
    type Args = Empty;
    type Return = Vec<Memdev>;

    fn run(context: &mut Context<'_>, _: Empty) -> Result<Vec<Memdev>, Error> {
        Ok(context.machine.memdevs().into_iter().map(info).collect())
    }
}

fn info(dev: &MemDev) -> Memdev {
    Memdev {
        id: Some(dev.id.clone()),
        size: dev.size(),
        merge: dev.flag("merge"),
        dump: dev.flag("dump"),
        prealloc: dev.flag("prealloc"),
        // No backend of ours is bound to nodes of the host.
        host_nodes: Vec::new(),
        policy: HostMemPolicy::from_name(&dev.policy()).unwrap_or(HostMemPolicy::Default),
    }
}
