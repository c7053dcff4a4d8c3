//! What QEMU has not: registers, memory and the topology as data. Names begin with `x-`, QEMU's mark of what is outside its schema.

use crate::{qapi_enum, qapi_struct};

qapi_enum! {
    /// What a register is for.
    pub enum RegisterGroup {
        General = "general",
        Float = "float",
        Vector = "vector",
        System = "system",
    }
}

qapi_struct! {
    /// Arguments of `x-query-registers`.
    pub struct QueryRegistersArguments {
        /// The CPU.
        "cpu-index" => cpu_index: i64,
        /// Registers of this group only.
        "group" => group: Option<RegisterGroup>,
        /// Registers of these names only; all must exist.
        "names" => names: Option<Vec<String>>,
    }
}

qapi_struct! {
    /// A register and what it holds.
    pub struct RegisterValue {
        /// Its name, as gdb spells it.
        "name" => name: String,
        /// Its width in bits.
        "bits" => bits: i64,
        /// What it is for.
        "group" => group: RegisterGroup,
        /// The value: `0x` and as many hexadecimal digits as the width needs.
        "value" => value: String,
    }
}

qapi_struct! {
    /// Arguments of `x-read-memory`.
    pub struct ReadMemoryArguments {
        /// The first byte's address.
        "address" => address: u64,
        /// Bytes; 1 MiB at most.
        "size" => size: u64,
        /// The CPU whose virtual addresses are meant; without it they are physical.
        "cpu-index" => cpu_index: Option<i64>,
    }
}

qapi_struct! {
    /// Result of `x-read-memory`.
    pub struct MemoryBytes {
        /// The first byte's address.
        "address" => address: u64,
        /// Two hexadecimal digits a byte, in the order of addresses.
        "data" => data: String,
    }
}

qapi_enum! {
    /// Levels of the topology, outermost first.
    pub enum TopologyLevel {
        Socket = "socket",
        Die = "die",
        Core = "core",
        Thread = "thread",
    }
}

qapi_enum! {
    /// What a cache keeps.
    pub enum CacheContent {
        Data = "data",
        Instruction = "instruction",
        Unified = "unified",
    }
}

qapi_struct! {
    /// A cache that every object of a level has.
    pub struct TopologyCache {
        /// 1 is the nearest to the core.
        "level" => level: i64,
        /// What it keeps.
        "content" => content: CacheContent,
        /// Bytes.
        "size" => size: u64,
        /// Bytes of a line.
        "line-size" => line_size: i64,
        /// Lines a set; 0 when any line may go anywhere.
        "ways" => ways: i64,
        /// Each object of this level has one.
        "each" => each: TopologyLevel,
    }
}

qapi_struct! {
    /// A possible CPU and where it sits.
    pub struct TopologyThread {
        /// Its `cpu-index`.
        "cpu-index" => cpu_index: i64,
        /// Number within the core.
        "thread-id" => thread_id: i64,
        /// Whether the CPU is there; its slot is free otherwise.
        "present" => present: bool,
        /// Its NUMA node, if there are any.
        "node-id" => node_id: Option<i64>,
    }
}

qapi_struct! {
    /// A core.
    pub struct TopologyCore {
        /// Number within the die.
        "core-id" => core_id: i64,
        /// Its threads.
        "threads" => threads: Vec<TopologyThread>,
    }
}

qapi_struct! {
    /// A die.
    pub struct TopologyDie {
        /// Number within the socket.
        "die-id" => die_id: i64,
        /// Its cores.
        "cores" => cores: Vec<TopologyCore>,
    }
}

qapi_struct! {
    /// A socket.
    pub struct TopologySocket {
        /// Number within the machine.
        "socket-id" => socket_id: i64,
        /// Its dies.
        "dies" => dies: Vec<TopologyDie>,
    }
}

qapi_struct! {
    /// A NUMA node.
    pub struct TopologyNode {
        /// Its number.
        "node-id" => node_id: i64,
        /// Its memory in bytes.
        "memory" => memory: u64,
        /// Distances to all nodes, in their order; absent when none was given.
        "distances" => distances: Option<Vec<i64>>,
    }
}

qapi_struct! {
    /// What the form in which somebody learns the topology can't say of this machine.
    pub struct TopologyLoss {
        /// The form: `cpuid`, `acpi`, `stsi`, `ibm,associativity`, `devicetree` or `hwloc`.
        "encoder" => encoder: String,
        /// A sentence for each thing that is left out.
        "lost" => lost: Vec<String>,
    }
}

qapi_struct! {
    /// Result of `x-query-topology`: the whole tree.
    pub struct TopologyInfo {
        /// The machine type.
        "machine" => machine: String,
        /// RAM in bytes.
        "memory" => memory: u64,
        /// The tree of possible CPUs.
        "sockets" => sockets: Vec<TopologySocket>,
        /// NUMA nodes; none without NUMA.
        "nodes" => nodes: Vec<TopologyNode>,
        /// Caches.
        "caches" => caches: Vec<TopologyCache>,
        /// What the encoders leave out.
        "losses" => losses: Vec<TopologyLoss>,
    }
}
