//! The table of possible CPUs: a slot each, with its place in the machine, filled or free.

use crate::smp::Smp;

/// Where a CPU sits, as the schema's `CpuInstanceProperties` says it. `None`: the board does not have that level.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Hash)]
pub struct CpuProps {
    /// NUMA node.
    pub node_id: Option<i64>,
    /// Socket within the machine.
    pub socket_id: Option<i64>,
    /// Die within the socket.
    pub die_id: Option<i64>,
    /// Core within the die.
    pub core_id: Option<i64>,
    /// Thread within the core.
    pub thread_id: Option<i64>,
}

impl CpuProps {
    /// The properties that are there, under the schema's names.
    pub fn list(&self) -> Vec<(&'static str, i64)> {
        let all = [
            ("node-id", self.node_id),
            ("socket-id", self.socket_id),
            ("die-id", self.die_id),
            ("core-id", self.core_id),
            ("thread-id", self.thread_id),
        ];
        all.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
    }

    /// As QEMU's warnings print a slot: `socket-id: 2, core-id: 0, thread-id: 0`.
    pub fn describe(&self) -> String {
        let without_node = CpuProps { node_id: None, ..*self };
        without_node.list().iter().map(|(name, value)| format!("{name}: {value}")).collect::<Vec<_>>().join(", ")
    }
}

/// The levels a board's slots are named by.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Levels {
    /// Slots have a `socket-id`.
    pub socket: bool,
    /// Slots have a `die-id`.
    pub die: bool,
    /// Slots have a `core-id`.
    pub core: bool,
    /// Slots have a `thread-id`.
    pub thread: bool,
}

impl Levels {
    /// All four.
    pub const ALL: Levels = Levels { socket: true, die: true, core: true, thread: true };
}

/// One possible CPU.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Slot {
    /// Its place.
    pub props: CpuProps,
    /// CPUs that plugging this slot brings.
    pub vcpus_count: u32,
    /// Object path of what sits in it.
    pub occupant: Option<String>,
}

/// All possible CPUs in ascending index order.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct SlotTable {
    /// The slots.
    pub slots: Vec<Slot>,
    /// What they are named by.
    pub levels: Levels,
}

impl SlotTable {
    /// A slot for each of `maxcpus` CPUs: threads count fastest, then cores, dies, sockets. The last socket may have a
    /// number above `smp.sockets` when the shape does not multiply out (QEMU lets that pass).
    pub fn by_levels(smp: &Smp, levels: Levels) -> SlotTable {
        let (threads, cores, dies) = (smp.threads.max(1), smp.cores.max(1), smp.dies.max(1));
        let place = |i: u32| CpuProps {
            node_id: None,
            socket_id: levels.socket.then(|| i64::from(i / threads / cores / dies)),
            die_id: levels.die.then(|| i64::from(i / threads / cores % dies)),
            core_id: levels.core.then(|| i64::from(i / threads % cores)),
            thread_id: levels.thread.then(|| i64::from(i % threads)),
        };
        let slot = |i| Slot { props: place(i), vcpus_count: 1, occupant: None };
        SlotTable { slots: (0..smp.maxcpus).map(slot).collect(), levels }
    }

    /// A slot for each core, named by its first CPU: plugging it brings all threads (pseries).
    pub fn by_cores(smp: &Smp) -> SlotTable {
        let threads = smp.threads.max(1);
        let place = |i: u32| CpuProps { core_id: Some(i64::from(i * threads)), ..CpuProps::default() };
        let slot = |i| Slot { props: place(i), vcpus_count: threads, occupant: None };
        let levels = Levels { socket: false, die: false, core: true, thread: false };
        SlotTable { slots: (0..smp.maxcpus / threads).map(slot).collect(), levels }
    }

    /// How many slots there are.
    pub fn len(&self) -> usize {
        self.slots.len()
    }

    /// Whether there is none: the board has no such table.
    pub fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// The index of the slot at exactly this place (the node does not count).
    pub fn find(&self, place: &CpuProps) -> Option<usize> {
        let key = |p: &CpuProps| CpuProps { node_id: None, ..*p };
        self.slots.iter().position(|slot| key(&slot.props) == key(place))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn threads_count_fastest() {
        let smp = Smp { cpus: 1, maxcpus: 8, sockets: 2, dies: 2, cores: 1, threads: 2 };
        let table = SlotTable::by_levels(&smp, Levels::ALL);
        let text: Vec<String> = table.slots.iter().map(|s| s.props.describe()).collect();
        assert_eq!(text[0], "socket-id: 0, die-id: 0, core-id: 0, thread-id: 0");
        assert_eq!(text[3], "socket-id: 0, die-id: 1, core-id: 0, thread-id: 1");
        assert_eq!(text[6], "socket-id: 1, die-id: 1, core-id: 0, thread-id: 0");
        assert_eq!(table.find(&table.slots[5].props), Some(5));
    }

    #[test]
    fn a_shape_that_does_not_multiply_out_goes_on_counting_sockets() {
        let smp = Smp { cpus: 4, maxcpus: 4, sockets: 1, dies: 1, cores: 3, threads: 1 };
        let table = SlotTable::by_levels(&smp, Levels { die: false, ..Levels::ALL });
        assert_eq!(table.slots[3].props.describe(), "socket-id: 1, core-id: 0, thread-id: 0");
    }
}
