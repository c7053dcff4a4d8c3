//! `-numa` and `set-numa-node`: nodes, the CPUs and memory they hold, and how far apart they are.
//!
//! The checks, their order and their texts are QEMU 4.2's, quirks included: an attempt at `mem=` or `memdev=` is remembered
//! even when it fails, and slots assigned before a fault stay assigned.

use std::collections::BTreeMap;

use crate::opts::{self, OptionError};
use crate::slots::{CpuProps, SlotTable};

/// Nodes there can be.
pub const MAX_NODES: u16 = 128;
/// The distance from a node to itself.
pub const LOCAL_DISTANCE: u8 = 10;
/// The distance guests assume when none was given.
pub const REMOTE_DISTANCE: u8 = 20;

/// One `-numa` option or one `set-numa-node` command.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum NumaOption {
    /// `node`: makes a node.
    Node {
        /// Its number; by default as many as there are nodes.
        nodeid: Option<u16>,
        /// Indexes of possible CPUs it holds.
        cpus: Vec<u16>,
        /// Its memory in bytes.
        mem: Option<u64>,
        /// The memory backend that is its memory.
        memdev: Option<String>,
    },
    /// `dist`: the distance from one node to another.
    Dist {
        /// From.
        src: u16,
        /// To.
        dst: u16,
        /// The distance; 10 is local, 255 unreachable.
        val: u8,
    },
    /// `cpu`: puts the slots that match the given properties into `node_id`.
    Cpu(CpuProps),
}

/// The values of one key, as the option visitor reads them.
struct Keys(Vec<(String, String)>);

impl Keys {
    /// All values of `key`; they are used up.
    fn take_all(&mut self, key: &str) -> Vec<String> {
        let (found, rest) = std::mem::take(&mut self.0).into_iter().partition(|(k, _)| k == key);
        self.0 = rest;
        found.into_iter().map(|(_, value): (String, String)| value).collect()
    }

    /// The last value of `key`.
    fn take(&mut self, key: &str) -> Option<String> {
        self.take_all(key).pop()
    }

    /// A number of at most `max`, whose C type is `kind`.
    fn uint(&mut self, key: &str, max: u64, kind: &'static str) -> Result<Option<u64>, OptionError> {
        let Some(text) = self.take(key) else { return Ok(None) };
        let value = opts::uint(&text).ok_or_else(|| OptionError::expects(key, "a uint64 value"))?;
        if value > max { Err(OptionError::expects(key, kind)) } else { Ok(Some(value)) }
    }

    /// A signed number.
    fn int(&mut self, key: &str) -> Result<Option<i64>, OptionError> {
        let parse = |text: String| opts::int(&text).ok_or_else(|| OptionError::expects(key, "an int64 value"));
        self.take(key).map(parse).transpose()
    }

    /// Nothing may be left.
    fn finish(self) -> Result<(), OptionError> {
        self.0.into_iter().next().map_or(Ok(()), |(key, _)| Err(OptionError::Invalid(key)))
    }
}

/// Indexes `A` or `A-B` of one `cpus=`.
fn cpu_range(text: &str, out: &mut Vec<u16>) -> Result<(), OptionError> {
    let fault = || OptionError::expects("cpus", "a uint64 value or range");
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let (first, last) = (opts::uint(first).ok_or_else(fault)?, opts::uint(last).ok_or_else(fault)?);
    // QEMU's visitor takes 65536 numbers in one range.
    if first > last || last - first >= 65536 {
        return Err(fault());
    }
    for n in first..=last {
        out.push(u16::try_from(n).map_err(|_| OptionError::expects("null", "uint16_t"))?);
    }
    Ok(())
}

impl NumaOption {
    /// Reads the text after `-numa`.
    ///
    /// # Errors
    /// An unknown type or key, a missing key, a value that is no number.
    pub fn parse(text: &str) -> Result<NumaOption, OptionError> {
        let mut keys = Keys(opts::pairs(text, Some("type")));
        let kind = keys.take("type").ok_or(OptionError::Missing("type"))?;
        let option = match kind.as_str() {
            "node" => {
                let nodeid = keys.uint("nodeid", 0xffff, "uint16_t")?.map(|n| n as u16);
                let mut cpus = Vec::new();
                for text in keys.take_all("cpus") {
                    cpu_range(&text, &mut cpus)?;
                }
                // A number without a suffix counts MiB here, and only here.
                let size = |text: String| {
                    opts::size(&text, 1 << 20).ok_or_else(|| OptionError::expects("mem", "a size value"))
                };
                NumaOption::Node {
                    nodeid,
                    cpus,
                    mem: keys.take("mem").map(size).transpose()?,
                    memdev: keys.take("memdev"),
                }
            }
            "dist" => {
                let mut get = |key, max, kind| keys.uint(key, max, kind)?.ok_or(OptionError::Missing(key));
                NumaOption::Dist {
                    src: get("src", 0xffff, "uint16_t")? as u16,
                    dst: get("dst", 0xffff, "uint16_t")? as u16,
                    val: get("val", 0xff, "uint8_t")? as u8,
                }
            }
            "cpu" => NumaOption::Cpu(CpuProps {
                node_id: keys.int("node-id")?,
                socket_id: keys.int("socket-id")?,
                die_id: keys.int("die-id")?,
                core_id: keys.int("core-id")?,
                thread_id: keys.int("thread-id")?,
            }),
            _ => return Err(OptionError::Invalid(kind)),
        };
        keys.finish()?;
        Ok(option)
    }
}

/// Why a node, a distance or a mapping is refused. The texts are QEMU 4.2's.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum NumaError {
    /// The board has no nodes.
    #[error("NUMA is not supported by this machine-type")]
    Unsupported,
    /// A node number of 128 or more.
    #[error("Max number of NUMA nodes reached: {0}")]
    TooMany(u16),
    /// The node exists.
    #[error("Duplicate NUMA nodeid: {0}")]
    Duplicate(u16),
    /// No such CPU will ever be.
    #[error("CPU index ({index}) should be smaller than maxcpus ({maxcpus})")]
    CpuIndex {
        /// The index asked for.
        index: u16,
        /// CPUs there may ever be.
        maxcpus: u32,
    },
    /// The slot is in another node.
    #[error("CPU is already assigned to node-id: {0}")]
    Assigned(i64),
    /// `mem=` and `memdev=` were both tried.
    #[error("numa configuration should use either mem= or memdev=,mixing both is not allowed")]
    Mixed,
    /// No such memory backend.
    #[error("memdev={0} is ambiguous")]
    NoMemdev(String),
    /// `cpu` without a node.
    #[error("Missing mandatory node-id property")]
    NoNodeId,
    /// `cpu` names a node that is not there.
    #[error(
        "Invalid node-id={0}, NUMA node must be defined with -numa node,nodeid=ID before it's used with -numa cpu,node-id=ID"
    )]
    UndefinedNode(i64),
    /// The board's slots lack that level.
    #[error("{0} is not supported")]
    Level(&'static str),
    /// No slot has these properties.
    #[error("no match found")]
    NoMatch,
    /// `src` or `dst` of 128 or more.
    #[error("Parameter '{0}' expects an integer between 0 and 127")]
    DistanceNode(&'static str),
    /// `src` or `dst` is not there.
    #[error("Source/Destination NUMA node is missing. Please use '-numa node' option to declare it first.")]
    DistanceMissingNode,
    /// A distance below 10.
    #[error("NUMA distance ({0}) is invalid, it shouldn't be less than 10.")]
    DistanceSmall(u8),
    /// A node's distance to itself other than 10.
    #[error("Local distance of node {0} should be 10.")]
    DistanceLocal(u16),
    /// A gap in the numbers of the nodes.
    #[error("numa: Node ID missing: {0}")]
    Gap(u16),
    /// The nodes' memory is not all memory.
    #[error("total memory for NUMA nodes (0x{nodes:x}) should equal RAM size (0x{ram:x})")]
    Total {
        /// Sum over the nodes.
        nodes: u64,
        /// The machine's RAM.
        ram: u64,
    },
    /// Neither direction of a pair has a distance.
    #[error(
        "The distance between node {0} and {1} is missing, at least one distance value between each nodes should be provided."
    )]
    DistanceMissing(u16, u16),
    /// Some pairs differ by direction, others were given in one direction only.
    #[error(
        "At least one asymmetrical pair of distances is given, please provide distances for both directions of all node pairs."
    )]
    DistanceAsymmetric,
    /// Two nodes use one backend.
    #[error("memory backend {0} is used multiple times. Each -numa option must use a different memdev value.")]
    MemdevTwice(String),
}

/// One node.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Node {
    /// Its memory in bytes.
    pub mem: u64,
    /// The backend that is its memory, if one was named.
    pub memdev: Option<String>,
}

/// What the options need to know of the board.
pub struct NumaContext<'a> {
    /// Whether the board has nodes at all.
    pub supported: bool,
    /// CPUs there may ever be.
    pub maxcpus: u32,
    /// The size of the memory backend of that name.
    pub memdev_size: &'a dyn Fn(&str) -> Option<u64>,
}

/// Into which node the CPUs go when none was told.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DefaultNode {
    /// Whole sockets in turn (x86 on QEMU 4.2).
    SocketRoundRobin,
    /// Groups of so many slots in turn (pseries: the cores of a socket).
    GroupRoundRobin(u32),
    /// Sockets in turn when there are enough of them, else runs of neighbouring slots of equal length.
    Spread,
}

/// The nodes of one machine, before and after completion.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Numa {
    nodes: BTreeMap<u16, Node>,
    given: BTreeMap<(u16, u16), u8>,
    mem_tried: bool,
    memdev_tried: bool,
    matrix: Option<Vec<Vec<u8>>>,
}

impl Numa {
    /// Whether any node is there.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// The nodes in ascending order; after completion their numbers have no gap.
    pub fn nodes(&self) -> impl Iterator<Item = (u16, &Node)> {
        self.nodes.iter().map(|(&id, node)| (id, node))
    }

    /// How many nodes there are.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// The completed distances, row by source; `None` when none was given, and guests assume 10 and 20.
    pub fn distances(&self) -> Option<&[Vec<u8>]> {
        self.matrix.as_deref()
    }

    /// Carries out one option. Returns warnings.
    ///
    /// # Errors
    /// What [`NumaError`] lists; slots assigned before the fault stay assigned.
    pub fn apply(
        &mut self,
        option: &NumaOption,
        slots: &mut SlotTable,
        context: &NumaContext<'_>,
    ) -> Result<Vec<String>, NumaError> {
        if !context.supported {
            return Err(NumaError::Unsupported);
        }
        match option {
            NumaOption::Node { nodeid, cpus, mem, memdev } => {
                let id = nodeid.unwrap_or(self.nodes.len() as u16);
                self.add_node(id, cpus, *mem, memdev.as_deref(), slots, context)
            }
            NumaOption::Dist { src, dst, val } => self.set_distance(*src, *dst, *val).map(|()| Vec::new()),
            NumaOption::Cpu(props) => self.map_cpus(props, slots).map(|()| Vec::new()),
        }
    }

    fn add_node(
        &mut self,
        id: u16,
        cpus: &[u16],
        mem: Option<u64>,
        memdev: Option<&str>,
        slots: &mut SlotTable,
        context: &NumaContext<'_>,
    ) -> Result<Vec<String>, NumaError> {
        if id >= MAX_NODES {
            return Err(NumaError::TooMany(id));
        }
        if self.nodes.contains_key(&id) {
            return Err(NumaError::Duplicate(id));
        }
        if slots.is_empty() {
            return Err(NumaError::Unsupported);
        }
        for &index in cpus {
            let maxcpus = context.maxcpus;
            let fault = NumaError::CpuIndex { index, maxcpus };
            // A slot may bring several CPUs: CPU c is in slot c / count.
            let per_slot = slots.slots[0].vcpus_count.max(1);
            let slot = slots.slots.get_mut((u32::from(index) / per_slot) as usize);
            let slot = slot.filter(|_| u32::from(index) < maxcpus).ok_or(fault)?;
            assign(&mut slot.props.node_id, i64::from(id))?;
        }
        let mut warnings = Vec::new();
        self.mem_tried |= mem.is_some();
        self.memdev_tried |= memdev.is_some();
        if (mem.is_some() && self.memdev_tried) || (memdev.is_some() && self.mem_tried) {
            return Err(NumaError::Mixed);
        }
        if mem.is_some() {
            warnings.push("Parameter -numa node,mem is deprecated, use -numa node,memdev instead".to_string());
        }
        let mem = match memdev {
            Some(name) => (context.memdev_size)(name).ok_or_else(|| NumaError::NoMemdev(name.to_string()))?,
            None => mem.unwrap_or(0),
        };
        self.nodes.insert(id, Node { mem, memdev: memdev.map(str::to_string) });
        Ok(warnings)
    }

    fn set_distance(&mut self, src: u16, dst: u16, val: u8) -> Result<(), NumaError> {
        for (name, id) in [("src", src), ("dst", dst)] {
            if id >= MAX_NODES {
                return Err(NumaError::DistanceNode(name));
            }
        }
        if !self.nodes.contains_key(&src) || !self.nodes.contains_key(&dst) {
            return Err(NumaError::DistanceMissingNode);
        }
        if val < LOCAL_DISTANCE {
            return Err(NumaError::DistanceSmall(val));
        }
        if src == dst && val != LOCAL_DISTANCE {
            return Err(NumaError::DistanceLocal(src));
        }
        self.given.insert((src, dst), val);
        Ok(())
    }

    fn map_cpus(&self, props: &CpuProps, slots: &mut SlotTable) -> Result<(), NumaError> {
        let node = props.node_id.ok_or(NumaError::NoNodeId)?;
        if !u16::try_from(node).is_ok_and(|id| self.nodes.contains_key(&id)) {
            return Err(NumaError::UndefinedNode(node));
        }
        if slots.is_empty() {
            return Err(NumaError::Unsupported);
        }
        let levels = slots.levels;
        let asked = [
            ("thread-id", props.thread_id, levels.thread),
            ("core-id", props.core_id, levels.core),
            ("socket-id", props.socket_id, levels.socket),
            ("die-id", props.die_id, levels.die),
        ];
        if let Some((name, ..)) = asked.iter().find(|(_, value, has)| value.is_some() && !has) {
            return Err(NumaError::Level(name));
        }
        let matches = |have: &CpuProps| {
            let same = |want: Option<i64>, have| want.is_none() || want == have;
            same(props.thread_id, have.thread_id)
                && same(props.core_id, have.core_id)
                && same(props.die_id, have.die_id)
                && same(props.socket_id, have.socket_id)
        };
        let mut any = false;
        for slot in slots.slots.iter_mut().filter(|slot| matches(&slot.props)) {
            any = true;
            assign(&mut slot.props.node_id, node)?;
        }
        if any { Ok(()) } else { Err(NumaError::NoMatch) }
    }

    /// Makes node 0 with all memory if no node was told: boards that can't be without one.
    pub fn ensure_one(&mut self, ram: u64) {
        if self.nodes.is_empty() {
            self.nodes.insert(0, Node { mem: ram, memdev: None });
        }
    }

    /// What happens when the machine is built: checks the numbers, splits memory among nodes that were given none (in units
    /// of 2^`split_shift` bytes), checks the sum, completes the distances and puts the remaining CPUs into nodes.
    /// Returns warnings.
    ///
    /// # Errors
    /// A gap, a wrong sum, incomplete distances, a backend used twice.
    pub fn complete(
        &mut self,
        ram: u64,
        split_shift: u32,
        default: DefaultNode,
        slots: &mut SlotTable,
    ) -> Result<Vec<String>, NumaError> {
        let mut warnings = Vec::new();
        let Some((&last, _)) = self.nodes.last_key_value() else { return Ok(warnings) };
        if let Some(gap) = (0..last).rev().find(|id| !self.nodes.contains_key(id)) {
            return Err(NumaError::Gap(gap));
        }
        if self.nodes.values().all(|node| node.mem == 0) {
            warnings.push(
                "Default splitting of RAM between nodes is deprecated, Use '-numa node,memdev' to explictly define RAM \
                 allocation per node"
                    .to_string(),
            );
            self.split(ram, split_shift);
        }
        let sum = self.nodes.values().fold(0u64, |sum, node| sum.wrapping_add(node.mem));
        if sum != ram {
            return Err(NumaError::Total { nodes: sum, ram });
        }
        self.complete_distances()?;
        self.finish_cpus(default, slots, &mut warnings);
        let mut seen = Vec::new();
        for name in self.nodes.values().filter_map(|node| node.memdev.as_ref()) {
            if seen.contains(&name) {
                return Err(NumaError::MemdevTwice(name.clone()));
            }
            seen.push(name);
        }
        Ok(warnings)
    }

    /// Equal parts, rounded down; what rounding left goes on to the next node, the last takes the rest.
    fn split(&mut self, ram: u64, shift: u32) {
        let part = ram / self.nodes.len() as u64;
        let (mut carry, mut used) = (0, 0);
        let last = self.nodes.len() - 1;
        for (n, node) in self.nodes.values_mut().enumerate() {
            node.mem = if n == last { ram - used } else { (part + carry) >> shift << shift };
            carry = (part + carry).wrapping_sub(node.mem);
            used += node.mem;
        }
    }

    fn complete_distances(&mut self) -> Result<(), NumaError> {
        if self.given.is_empty() {
            return Ok(());
        }
        let n = self.nodes.len() as u16;
        let get = |src, dst| self.given.get(&(src, dst)).copied();
        let pairs = || (0..n).flat_map(move |src| (src + 1..n).map(move |dst| (src, dst)));
        let mut asymmetric = false;
        for (src, dst) in pairs() {
            match (get(src, dst), get(dst, src)) {
                (None, None) => return Err(NumaError::DistanceMissing(src, dst)),
                (Some(to), Some(from)) => asymmetric |= to != from,
                _ => {}
            }
        }
        if asymmetric && pairs().any(|(src, dst)| get(src, dst).is_none() || get(dst, src).is_none()) {
            return Err(NumaError::DistanceAsymmetric);
        }
        let entry = |src, dst| match src == dst {
            true => LOCAL_DISTANCE,
            false => get(src, dst).or_else(|| get(dst, src)).unwrap_or(REMOTE_DISTANCE),
        };
        self.matrix = Some((0..n).map(|src| (0..n).map(|dst| entry(src, dst)).collect()).collect());
        Ok(())
    }

    fn finish_cpus(&self, default: DefaultNode, slots: &mut SlotTable, warnings: &mut Vec<String>) {
        let n_nodes = self.nodes.len();
        let n_slots = slots.len();
        if slots.slots.iter().all(|slot| slot.props.node_id.is_none()) {
            let sockets =
                slots.slots.iter().filter_map(|slot| slot.props.socket_id).max().map_or(0, |s| s as usize + 1);
            for (i, slot) in slots.slots.iter_mut().enumerate() {
                let socket = slot.props.socket_id.unwrap_or(0) as usize;
                let node = match default {
                    DefaultNode::SocketRoundRobin => socket % n_nodes,
                    DefaultNode::GroupRoundRobin(size) => i / size.max(1) as usize % n_nodes,
                    DefaultNode::Spread if sockets >= n_nodes => socket % n_nodes,
                    DefaultNode::Spread => i / n_slots.div_ceil(n_nodes),
                };
                slot.props.node_id = Some(node as i64);
            }
            return;
        }
        let mut lost = Vec::new();
        for (i, slot) in slots.slots.iter_mut().enumerate().filter(|(_, slot)| slot.props.node_id.is_none()) {
            lost.push(format!("CPU {i} [{}]", slot.props.describe()));
            slot.props.node_id = Some(0);
        }
        if !lost.is_empty() {
            warnings.push(format!("CPU(s) not present in any NUMA nodes: {}", lost.join(", ")));
            warnings.push(
                "All CPU(s) up to maxcpus should be described in NUMA config, ability to start up with partial NUMA \
                 mappings is obsoleted and will be removed in future"
                    .to_string(),
            );
        }
    }
}

fn assign(have: &mut Option<i64>, node: i64) -> Result<(), NumaError> {
    match *have {
        Some(other) if other != node => Err(NumaError::Assigned(other)),
        _ => {
            *have = Some(node);
            Ok(())
        }
    }
}

#[cfg(test)]
#[path = "numa_tests.rs"]
mod tests;
