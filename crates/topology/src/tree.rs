//! The one model that every encoder and picture reads: machine, sockets, dies, cores, threads, and the nodes across them.

use crate::numa::Numa;
use crate::slots::SlotTable;
use crate::smp::Smp;

/// What a cache keeps.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CacheKind {
    /// Data only.
    Data,
    /// Instructions only.
    Instruction,
    /// Both.
    Unified,
}

/// Levels of the tree, outermost first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Level {
    /// A socket.
    Socket,
    /// A die.
    Die,
    /// A core.
    Core,
    /// A thread: one CPU.
    Thread,
}

/// A cache that every core, die or socket has.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Cache {
    /// 1 is the nearest.
    pub depth: u32,
    /// What it keeps.
    pub kind: CacheKind,
    /// Bytes.
    pub size: u64,
    /// Bytes of a line.
    pub line: u32,
    /// Lines a set; 0 when any line may go anywhere.
    pub ways: u32,
    /// Each object of this level has one.
    pub of: Level,
}

/// One possible CPU.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Thread {
    /// Number within its core.
    pub id: u32,
    /// Index of the CPU.
    pub cpu: u32,
    /// Whether the CPU is there, or its slot is free.
    pub present: bool,
    /// Its node.
    pub node: Option<u16>,
}

/// A core.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Core {
    /// Number within its die.
    pub id: u32,
    /// Its threads.
    pub threads: Vec<Thread>,
}

/// A die.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Die {
    /// Number within its socket.
    pub id: u32,
    /// Its cores.
    pub cores: Vec<Core>,
}

/// A socket.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Socket {
    /// Number within the machine.
    pub id: u32,
    /// Its dies.
    pub dies: Vec<Die>,
}

/// A node.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TreeNode {
    /// Its number.
    pub id: u16,
    /// Its memory in bytes.
    pub mem: u64,
}

/// A machine's shape.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Tree {
    /// What the machine is called.
    pub name: String,
    /// All RAM in bytes.
    pub ram: u64,
    /// Its sockets.
    pub sockets: Vec<Socket>,
    /// Its nodes; empty without NUMA.
    pub nodes: Vec<TreeNode>,
    /// Distances between nodes, row by source; `None` when none was given.
    pub distances: Option<Vec<Vec<u8>>>,
    /// Its caches.
    pub caches: Vec<Cache>,
}

/// Where a thread sits: indexes into the tree's lists.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Place {
    /// Of the socket.
    pub socket: usize,
    /// Of the die.
    pub die: usize,
    /// Of the core.
    pub core: usize,
    /// Of the thread.
    pub thread: usize,
}

impl Tree {
    /// The tree of a machine with these slots. A level that the slots don't name is taken from `smp`'s counts, so that
    /// boards without a table of slots can pass an empty one.
    pub fn new(name: &str, ram: u64, smp: &Smp, slots: &SlotTable, numa: &Numa) -> Tree {
        let full = SlotTable::by_levels(smp, crate::Levels::ALL);
        let mut tree = Tree {
            name: name.to_string(),
            ram,
            nodes: numa.nodes().map(|(id, node)| TreeNode { id, mem: node.mem }).collect(),
            distances: numa.distances().map(<[_]>::to_vec),
            ..Tree::default()
        };
        for (i, place) in full.slots.iter().enumerate() {
            let slot = slots.slots.get(i);
            let of = |value: Option<i64>| value.unwrap_or(0) as u32;
            let thread = Thread {
                id: of(place.props.thread_id),
                cpu: i as u32,
                present: slot.map_or(i < smp.cpus as usize, |slot| slot.occupant.is_some()),
                node: slot.and_then(|slot| slot.props.node_id).map(|id| id as u16),
            };
            let socket =
                entry(&mut tree.sockets, of(place.props.socket_id), |s| s.id, |id| Socket { id, dies: Vec::new() });
            let die = entry(&mut socket.dies, of(place.props.die_id), |d| d.id, |id| Die { id, cores: Vec::new() });
            let core = entry(&mut die.cores, of(place.props.core_id), |c| c.id, |id| Core { id, threads: Vec::new() });
            core.threads.push(thread);
        }
        tree
    }

    /// Every possible CPU with its place, in ascending order of sockets, dies, cores, threads.
    pub fn threads(&self) -> impl Iterator<Item = (Place, &Thread)> {
        self.sockets.iter().enumerate().flat_map(|(socket, s)| {
            s.dies.iter().enumerate().flat_map(move |(die, d)| {
                d.cores.iter().enumerate().flat_map(move |(core, c)| {
                    c.threads.iter().enumerate().map(move |(thread, t)| (Place { socket, die, core, thread }, t))
                })
            })
        })
    }

    /// CPUs that are there.
    pub fn present(&self) -> usize {
        self.threads().filter(|(_, thread)| thread.present).count()
    }

    /// How many of each level there are in the one above, the largest counts: sockets, dies, cores, threads.
    pub fn counts(&self) -> [usize; 4] {
        let dies = || self.sockets.iter().flat_map(|s| &s.dies);
        let cores = || dies().flat_map(|d| &d.cores);
        [
            self.sockets.len(),
            self.sockets.iter().map(|s| s.dies.len()).max().unwrap_or(0),
            dies().map(|d| d.cores.len()).max().unwrap_or(0),
            cores().map(|c| c.threads.len()).max().unwrap_or(0),
        ]
    }

    /// The distance between two nodes, as a guest takes it.
    pub fn distance(&self, src: usize, dst: usize) -> u8 {
        let assumed = if src == dst { crate::numa::LOCAL_DISTANCE } else { crate::numa::REMOTE_DISTANCE };
        self.distances.as_ref().and_then(|rows| rows.get(src)?.get(dst).copied()).unwrap_or(assumed)
    }
}

impl Socket {
    /// All possible CPUs of the socket.
    pub fn threads(&self) -> impl Iterator<Item = &Thread> {
        self.dies.iter().flat_map(Die::threads)
    }
}

impl Die {
    /// All possible CPUs of the die.
    pub fn threads(&self) -> impl Iterator<Item = &Thread> {
        self.cores.iter().flat_map(|core| &core.threads)
    }
}

/// The one node of all these CPUs, if they have one.
pub(crate) fn common_node<'a>(threads: impl IntoIterator<Item = &'a Thread>) -> Option<u16> {
    let mut nodes = threads.into_iter().map(|thread| thread.node);
    let first = nodes.next()??;
    nodes.all(|node| node == Some(first)).then_some(first)
}

/// The element with that number; slots come in ascending order, so it is the last one or a new one.
fn entry<T>(list: &mut Vec<T>, id: u32, id_of: impl Fn(&T) -> u32, new: impl Fn(u32) -> T) -> &mut T {
    let at = match list.iter().rposition(|have| id_of(have) == id) {
        Some(at) => at,
        None => {
            list.push(new(id));
            list.len() - 1
        }
    };
    &mut list[at]
}

/// Bytes as people write them: `128 MiB`, `1.5 GiB`.
pub(crate) fn bytes(n: u64) -> String {
    let units = ["bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
    let unit = (n.checked_ilog2().unwrap_or(0) / 10) as usize;
    let scaled = n as f64 / (1u64 << (10 * unit)) as f64;
    let text = format!("{scaled:.2}");
    format!("{} {}", text.trim_end_matches('0').trim_end_matches('.'), units[unit])
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::numa::{DefaultNode, NumaContext, NumaOption};
    use crate::slots::Levels;
    use crate::smp::{SmpOptions, SmpRules};

    /// The tree of a board like ours, from options.
    pub(crate) fn tree(smp: &str, numa: &[&str], mib: u64) -> Tree {
        let given = SmpOptions::parse(smp).unwrap();
        let (smp, _) = crate::smp::complete(&given, SmpRules::Strict, 1).unwrap();
        let mut slots = SlotTable::by_levels(&smp, Levels::ALL);
        let mut nodes = Numa::default();
        let context = NumaContext { supported: true, maxcpus: smp.maxcpus, memdev_size: &|_| None };
        for text in numa {
            nodes.apply(&NumaOption::parse(text).unwrap(), &mut slots, &context).unwrap();
        }
        nodes.complete(mib << 20, 23, DefaultNode::Spread, &mut slots).unwrap();
        for slot in slots.slots.iter_mut().take(smp.cpus as usize) {
            slot.occupant = Some("/machine".to_string());
        }
        Tree::new("polyarch", mib << 20, &smp, &slots, &nodes)
    }

    #[test]
    fn numbers_its_places() {
        let t = tree("3,sockets=2,dies=1,cores=2,threads=2", &["node", "node"], 256);
        assert_eq!(t.counts(), [2, 1, 2, 2]);
        assert_eq!(t.present(), 3);
        let (place, thread) = t.threads().nth(6).unwrap();
        assert_eq!(place, Place { socket: 1, die: 0, core: 1, thread: 0 });
        assert_eq!(*thread, Thread { id: 0, cpu: 6, present: false, node: Some(1) });
        assert_eq!((common_node(t.sockets[0].threads()), t.nodes[1].mem), (Some(0), 128 << 20));
        assert_eq!((t.distance(0, 0), t.distance(0, 1)), (10, 20));
    }

    #[test]
    fn sizes_read_well() {
        assert_eq!(bytes(128 << 20), "128 MiB");
        assert_eq!(bytes(3 << 29), "1.5 GiB");
        assert_eq!((bytes(0), bytes(1000)), ("0 bytes".to_string(), "1000 bytes".to_string()));
    }
}
