//! The tree for a devicetree: `cpu-map`, `numa-node-id`, `distance-matrix`, as neutral data that a board writes out.
//!
//! Bindings: "CPU topology binding description" (cpu-topology.txt) and "NUMA binding description" (numa.txt) of the Linux
//! kernel. Sockets are `socketN`, dies `clusterN`, cores `coreN`, threads `threadN`; a core with one thread names its CPU
//! itself. Numbers count from 0 within the parent, and only CPUs that are there are named.

use crate::tree::Tree;

/// A node below `cpu-map`.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct MapNode {
    /// Its name.
    pub name: String,
    /// Nodes inside it.
    pub children: Vec<MapNode>,
    /// The CPU that its `cpu` property points at.
    pub cpu: Option<u32>,
}

impl MapNode {
    /// A parent named `stem` and its number; `None` when there is nothing in it.
    fn parent(stem: &str, number: usize, children: Vec<MapNode>) -> Option<MapNode> {
        (!children.is_empty()).then(|| MapNode { name: format!("{stem}{number}"), children, cpu: None })
    }
}

/// Numbers those that are not empty from 0.
fn numbered<T>(list: &[T], make: impl Fn(&T, usize) -> Option<MapNode>) -> Vec<MapNode> {
    let mut out = Vec::new();
    for item in list {
        if let Some(node) = make(item, out.len()) {
            out.push(node);
        }
    }
    out
}

/// The `cpu-map` node.
pub fn cpu_map(tree: &Tree) -> MapNode {
    let children = numbered(&tree.sockets, |socket, n| {
        let clusters = numbered(&socket.dies, |die, n| {
            let cores = numbered(&die.cores, |core, n| {
                let present: Vec<u32> = core.threads.iter().filter(|t| t.present).map(|t| t.cpu).collect();
                let leaf =
                    |stem: &str, n, cpu| MapNode { name: format!("{stem}{n}"), children: Vec::new(), cpu: Some(cpu) };
                match (core.threads.len(), present.as_slice()) {
                    (_, []) => None,
                    (1, &[cpu]) => Some(leaf("core", n, cpu)),
                    (_, cpus) => {
                        let threads = cpus.iter().enumerate().map(|(n, &cpu)| leaf("thread", n, cpu)).collect();
                        MapNode::parent("core", n, threads)
                    }
                }
            });
            MapNode::parent("cluster", n, cores)
        });
        MapNode::parent("socket", n, clusters)
    });
    MapNode { name: "cpu-map".to_string(), children, cpu: None }
}

/// The `numa-node-id` of a CPU.
pub fn numa_node_id(tree: &Tree, cpu: u32) -> Option<u32> {
    let thread = tree.threads().find(|(_, thread)| thread.cpu == cpu)?.1;
    thread.node.map(u32::from)
}

/// The `distance-matrix` of `numa-distance-map-v1`: source, destination, distance. `None` when no distances were given;
/// guests then assume 10 and 20.
pub fn distance_matrix(tree: &Tree) -> Option<Vec<[u32; 3]>> {
    let rows = tree.distances.as_ref()?;
    let triple = |src: usize, (dst, &val): (usize, &u8)| [src as u32, dst as u32, u32::from(val)];
    Some(rows.iter().enumerate().flat_map(|(src, row)| row.iter().enumerate().map(move |x| triple(src, x))).collect())
}

/// What a devicetree can't say of this machine.
pub fn lost(tree: &Tree) -> Vec<&'static str> {
    let mut out = Vec::new();
    if tree.threads().any(|(_, thread)| !thread.present) {
        out.push("free slots: a devicetree names only CPUs that are there");
    }
    if tree.sockets.iter().any(|socket| socket.dies.len() > 1) {
        out.push("dies as such: they appear as clusters");
    }
    if tree.distances.as_ref().is_some_and(|rows| rows.iter().flatten().any(|&d| d == 255)) {
        out.push("that a node can't be reached: 255 is an ordinary distance");
    }
    out
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;
    use crate::tree::tests::tree;

    fn print(node: &MapNode, depth: usize, out: &mut String) {
        let cpu = node.cpu.map_or(String::new(), |cpu| format!(" = <&CPU{cpu}>"));
        *out += &format!("{}{}{cpu}\n", "  ".repeat(depth), node.name);
        node.children.iter().for_each(|child| print(child, depth + 1, out));
    }

    fn map(smp: &str) -> String {
        let mut out = String::new();
        print(&cpu_map(&tree(smp, &[], 64)), 0, &mut out);
        out
    }

    #[test]
    fn cpu_map_has_every_level() {
        expect![[r#"
            cpu-map
              socket0
                cluster0
                  core0
                    thread0 = <&CPU0>
                    thread1 = <&CPU1>
                cluster1
                  core0
                    thread0 = <&CPU2>
                    thread1 = <&CPU3>
              socket1
                cluster0
                  core0
                    thread0 = <&CPU4>
        "#]]
        .assert_eq(&map("5,sockets=2,dies=2,cores=1,threads=2"));
        expect![[r#"
            cpu-map
              socket0
                cluster0
                  core0 = <&CPU0>
                  core1 = <&CPU1>
        "#]]
        .assert_eq(&map("2,cores=2"));
    }

    #[test]
    fn nodes_and_distances() {
        let t = tree("2", &["node", "node", "dist,src=0,dst=1,val=30"], 64);
        assert_eq!((numa_node_id(&t, 1), numa_node_id(&t, 2)), (Some(1), None));
        assert_eq!(distance_matrix(&t).unwrap(), [[0, 0, 10], [0, 1, 30], [1, 0, 30], [1, 1, 10]]);
        assert_eq!(distance_matrix(&tree("2", &["node", "node"], 64)), None);
        assert_eq!(lost(&tree("1,sockets=2,cores=1,dies=2", &[], 64)).len(), 2);
    }
}
