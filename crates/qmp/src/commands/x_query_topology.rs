//! `x-query-topology`: the whole tree, its caches, and what the forms in which guests and people learn it leave out.

use qapi::extension::{
    CacheContent, TopologyCache, TopologyCore, TopologyDie, TopologyInfo, TopologyLevel, TopologyLoss, TopologyNode,
    TopologySocket, TopologyThread,
};
use qapi::{Empty, Error};
use topology::told::Encoder;
use topology::tree::{Cache, CacheKind, Core, Die, Level, Socket, Thread, Tree};

use crate::command::{Command, Context};

/// The command.
pub struct XQueryTopology;

impl Command for XQueryTopology {
    const NAME: &'static str = "x-query-topology";
    const SINCE: &'static str = "4.2.0";
    type Args = Empty;
    type Return = TopologyInfo;

    fn run(context: &mut Context<'_>, _: Empty) -> Result<TopologyInfo, Error> {
        let tree = context.machine.tree();
        Ok(TopologyInfo {
            machine: tree.name.clone(),
            memory: tree.ram,
            sockets: tree.sockets.iter().map(socket).collect(),
            nodes: nodes(&tree),
            caches: tree.caches.iter().map(cache).collect(),
            losses: context.machine.told().chain([Encoder::Hwloc]).map(|encoder| loss(encoder, &tree)).collect(),
        })
    }
}

fn socket(socket: &Socket) -> TopologySocket {
    TopologySocket { socket_id: socket.id.into(), dies: socket.dies.iter().map(die).collect() }
}

fn die(die: &Die) -> TopologyDie {
    TopologyDie { die_id: die.id.into(), cores: die.cores.iter().map(core).collect() }
}

fn core(core: &Core) -> TopologyCore {
    TopologyCore { core_id: core.id.into(), threads: core.threads.iter().map(thread).collect() }
}

fn thread(thread: &Thread) -> TopologyThread {
    TopologyThread {
        cpu_index: thread.cpu.into(),
        thread_id: thread.id.into(),
        present: thread.present,
        node_id: thread.node.map(i64::from),
    }
}

fn nodes(tree: &Tree) -> Vec<TopologyNode> {
    let row = |n: usize| Some(tree.distances.as_ref()?.get(n)?.iter().copied().map(i64::from).collect());
    let node = |(n, node): (usize, &topology::tree::TreeNode)| TopologyNode {
        node_id: node.id.into(),
        memory: node.mem,
        distances: row(n),
    };
    tree.nodes.iter().enumerate().map(node).collect()
}

fn cache(cache: &Cache) -> TopologyCache {
    TopologyCache {
        level: cache.depth.into(),
        content: match cache.kind {
            CacheKind::Data => CacheContent::Data,
            CacheKind::Instruction => CacheContent::Instruction,
            CacheKind::Unified => CacheContent::Unified,
        },
        size: cache.size,
        line_size: cache.line.into(),
        ways: cache.ways.into(),
        each: match cache.of {
            Level::Socket => TopologyLevel::Socket,
            Level::Die => TopologyLevel::Die,
            Level::Core => TopologyLevel::Core,
            Level::Thread => TopologyLevel::Thread,
        },
    }
}

fn loss(encoder: Encoder, tree: &Tree) -> TopologyLoss {
    TopologyLoss {
        encoder: encoder.name().to_string(),
        lost: encoder.lost(tree).iter().map(ToString::to_string).collect(),
    }
}
