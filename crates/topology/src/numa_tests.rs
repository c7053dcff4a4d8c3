//! Nodes, as recorded from QEMU 4.2, on a board like its pc.

use super::*;
use crate::slots::Levels;
use crate::smp::Smp;

const MIB: u64 = 1 << 20;

/// A pc-like board with these levels, on which options are tried by their text.
struct Board {
    numa: Numa,
    slots: SlotTable,
    smp: Smp,
}

impl Board {
    fn new(sockets: u32, cores: u32, threads: u32) -> Board {
        let cpus = sockets * cores * threads;
        let smp = Smp { cpus, maxcpus: cpus, sockets, dies: 1, cores, threads };
        let levels = Levels { die: false, ..Levels::ALL };
        Board { numa: Numa::default(), slots: SlotTable::by_levels(&smp, levels), smp }
    }

    fn add(&mut self, text: &str) -> String {
        let option = match NumaOption::parse(text) {
            Ok(option) => option,
            Err(e) => return e.to_string(),
        };
        let sizes = |name: &str| matches!(name, "m0" | "m1").then_some(32 * MIB);
        let context = NumaContext { supported: true, maxcpus: self.smp.maxcpus, memdev_size: &sizes };
        match self.numa.apply(&option, &mut self.slots, &context) {
            Ok(_) => "ok".to_string(),
            Err(e) => e.to_string(),
        }
    }

    fn complete(&mut self, ram: u64) -> Result<Vec<String>, String> {
        let done = self.numa.complete(ram, 23, DefaultNode::SocketRoundRobin, &mut self.slots);
        done.map_err(|e| e.to_string())
    }

    fn nodes_of_slots(&self) -> Vec<i64> {
        self.slots.slots.iter().map(|s| s.props.node_id.unwrap_or(-1)).collect()
    }

    fn mem(&self) -> Vec<u64> {
        self.numa.nodes().map(|(_, node)| node.mem / MIB).collect()
    }
}

#[test]
fn texts_of_faulty_options() {
    let cases = [
        ("zebra", "Invalid parameter 'zebra'"),
        ("nodeid=0", "Parameter 'type' is missing"),
        ("node,foo=1", "Invalid parameter 'foo'"),
        ("node,nodeid=65536", "Parameter 'nodeid' expects uint16_t"),
        ("node,nodeid=abc", "Parameter 'nodeid' expects a uint64 value"),
        ("node,nodeid=128", "Max number of NUMA nodes reached: 128"),
        ("node,cpus=1-0", "Parameter 'cpus' expects a uint64 value or range"),
        ("node,cpus=x", "Parameter 'cpus' expects a uint64 value or range"),
        ("node,cpus=9", "CPU index (9) should be smaller than maxcpus (4)"),
        ("node,memdev=nope", "memdev=nope is ambiguous"),
        ("cpu,socket-id=0", "Missing mandatory node-id property"),
        (
            "cpu,node-id=3,socket-id=0",
            "Invalid node-id=3, NUMA node must be defined with -numa node,nodeid=ID before it's used with -numa \
             cpu,node-id=ID",
        ),
        ("dist,src=128,dst=0,val=20", "Parameter 'src' expects an integer between 0 and 127"),
        ("dist,src=0,dst=1,val=256", "Parameter 'val' expects uint8_t"),
        ("dist,src=0,dst=1", "Parameter 'val' is missing"),
        (
            "dist,src=0,dst=1,val=20",
            "Source/Destination NUMA node is missing. Please use '-numa node' option to declare it first.",
        ),
    ];
    for (text, want) in cases {
        assert_eq!(Board::new(2, 2, 1).add(text), want, "-numa {text}");
    }
}

#[test]
fn cpu_and_dist_faults_after_a_node() {
    let mut b = Board::new(2, 2, 1);
    assert_eq!(b.add("node,cpus=0"), "ok");
    assert_eq!(b.add("node"), "ok");
    let cases = [
        ("node,nodeid=1", "Duplicate NUMA nodeid: 1"),
        ("node,cpus=0-1", "CPU is already assigned to node-id: 0"),
        ("cpu,node-id=0,die-id=0", "die-id is not supported"),
        ("cpu,node-id=0,socket-id=7", "no match found"),
        ("cpu,node-id=1,socket-id=0", "CPU is already assigned to node-id: 0"),
        ("cpu,node-id=0,socket-id=0", "ok"),
        ("dist,src=0,dst=1,val=9", "NUMA distance (9) is invalid, it shouldn't be less than 10."),
        ("dist,src=0,dst=0,val=11", "Local distance of node 0 should be 10."),
        ("dist,src=0,dst=0,val=10", "ok"),
    ];
    for (text, want) in cases {
        assert_eq!(b.add(text), want, "-numa {text}");
    }
}

#[test]
fn an_attempt_at_mem_or_memdev_sticks() {
    let mixed = "numa configuration should use either mem= or memdev=,mixing both is not allowed";
    let mut b = Board::new(1, 1, 1);
    assert_eq!(b.add("node,memdev=nope"), "memdev=nope is ambiguous");
    assert_eq!(b.add("node,mem=32"), mixed);
    assert_eq!(b.add("node,memdev=m0"), mixed);
    assert_eq!(b.add("node"), "ok");
}

#[test]
fn memory_is_split_with_carry() {
    let mut b = Board::new(3, 1, 1);
    assert_eq!((b.add("node"), b.add("node"), b.add("node")), ("ok".into(), "ok".into(), "ok".into()));
    let warnings = b.complete(100 * MIB).unwrap();
    assert_eq!(warnings.len(), 1);
    assert_eq!(b.mem(), [32, 32, 36]);
    assert_eq!(b.nodes_of_slots(), [0, 1, 2]);
}

#[test]
fn sums_gaps_and_double_backends_are_refused() {
    let mut b = Board::new(1, 1, 1);
    assert_eq!(b.add("node,mem=16,nodeid=0"), "ok");
    let e = b.complete(64 * MIB).unwrap_err();
    assert_eq!(e, "total memory for NUMA nodes (0x1000000) should equal RAM size (0x4000000)");
    let mut b = Board::new(1, 1, 1);
    assert_eq!((b.add("node"), b.add("node,nodeid=4")), ("ok".into(), "ok".into()));
    assert_eq!(b.complete(64 * MIB).unwrap_err(), "numa: Node ID missing: 3");
    let mut b = Board::new(1, 1, 1);
    assert_eq!((b.add("node,memdev=m0"), b.add("node,memdev=m0")), ("ok".into(), "ok".into()));
    assert!(b.complete(64 * MIB).unwrap_err().starts_with("memory backend m0 is used multiple times."));
}

#[test]
fn distances_are_completed_or_refused() {
    let three = |dists: &[&str]| {
        let mut b = Board::new(3, 1, 1);
        for text in ["node", "node", "node"].iter().chain(dists) {
            assert_eq!(b.add(text), "ok");
        }
        b.complete(96 * MIB).map(|_| b.numa.distances().map(<[_]>::to_vec))
    };
    assert_eq!(three(&[]), Ok(None));
    let two = ["dist,src=0,dst=1,val=21", "dist,src=0,dst=2,val=22"];
    assert!(three(&two).unwrap_err().starts_with("The distance between node 1 and 2 is missing"));
    let full = ["dist,src=0,dst=1,val=21", "dist,src=2,dst=0,val=22", "dist,src=1,dst=2,val=255"];
    assert_eq!(three(&full), Ok(Some(vec![vec![10, 21, 22], vec![21, 10, 255], vec![22, 255, 10]])));
    let odd = [full[0], full[1], full[2], "dist,src=1,dst=0,val=30"];
    assert!(three(&odd).unwrap_err().starts_with("At least one asymmetrical pair"));
}

#[test]
fn a_partial_map_leaves_the_rest_to_node_0() {
    let mut b = Board::new(4, 1, 1);
    assert_eq!((b.add("node,cpus=0"), b.add("node,cpus=1")), ("ok".into(), "ok".into()));
    let warnings = b.complete(64 * MIB).unwrap();
    assert_eq!(
        warnings[1],
        "CPU(s) not present in any NUMA nodes: CPU 2 [socket-id: 2, core-id: 0, thread-id: 0], \
         CPU 3 [socket-id: 3, core-id: 0, thread-id: 0]"
    );
    assert_eq!(b.nodes_of_slots(), [0, 1, 0, 0]);
}

#[test]
fn few_sockets_are_cut_into_runs() {
    let mut b = Board::new(1, 4, 2);
    assert_eq!((b.add("node"), b.add("node")), ("ok".into(), "ok".into()));
    b.numa.complete(64 * MIB, 23, DefaultNode::Spread, &mut b.slots).unwrap();
    assert_eq!(b.nodes_of_slots(), [0, 0, 0, 0, 1, 1, 1, 1]);
}
