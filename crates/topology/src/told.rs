//! The forms in which guests and people learn a machine's shape, and what each can't say of it.

use crate::tree::Tree;
use crate::{devicetree, hwloc};

/// A form in which somebody learns the topology.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Encoder {
    /// CPUID's topology and cache leaves with the bit fields of APIC IDs (Intel SDM volume 2A, "CPUID").
    Cpuid,
    /// MADT, SRAT and SLIT (ACPI 6.3, chapter 5.2).
    Acpi,
    /// STORE SYSTEM INFORMATION 15.1.x (z/Architecture Principles of Operation).
    Stsi,
    /// `ibm,associativity` of partitions (LoPAPR 1.1, "Associativity").
    Associativity,
    /// A devicetree with `cpu-map` and `numa-node-id`.
    Devicetree,
    /// hwloc's XML, which `polyarch topology` writes.
    Hwloc,
}

impl Encoder {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Encoder::Cpuid => "cpuid",
            Encoder::Acpi => "acpi",
            Encoder::Stsi => "stsi",
            Encoder::Associativity => "ibm,associativity",
            Encoder::Devicetree => "devicetree",
            Encoder::Hwloc => "hwloc",
        }
    }

    /// What it can't say of this machine, a sentence each.
    pub fn lost(self, tree: &Tree) -> Vec<&'static str> {
        let has = Has::of(tree);
        let said = |all: &[(bool, &'static str)]| all.iter().filter(|(lost, _)| *lost).map(|&(_, text)| text).collect();
        match self {
            Encoder::Devicetree => devicetree::lost(tree),
            Encoder::Hwloc => hwloc::lost(tree),
            Encoder::Cpuid => said(&[
                (has.nodes, "nodes, their memory and their distances"),
                (has.free, "free slots: the counts are those of the full machine"),
            ]),
            Encoder::Acpi => said(&[
                (has.levels, "sockets, dies, cores and threads as such: APIC IDs imply them"),
                (has.caches, "caches"),
            ]),
            Encoder::Stsi => said(&[
                (has.nodes, "the memory of nodes"),
                (has.shared_sockets, "nodes: a socket belongs to several"),
                (has.distances, "distances between nodes"),
                (has.free, "free slots: only CPUs that are there are listed"),
                (has.caches, "caches"),
            ]),
            Encoder::Associativity => said(&[
                (has.levels, "sockets and dies: only nodes and cores are domains"),
                (has.distances, "distances between nodes"),
                (has.caches, "caches"),
            ]),
        }
    }
}

/// What there is to be said of a machine.
struct Has {
    nodes: bool,
    distances: bool,
    free: bool,
    caches: bool,
    /// Several CPUs below one another.
    levels: bool,
    /// Sockets with CPUs of several nodes.
    shared_sockets: bool,
}

impl Has {
    fn of(tree: &Tree) -> Has {
        let mut threads = tree.threads();
        let mut sockets: Vec<Option<u16>> = Vec::new();
        let mut shared = false;
        for (place, thread) in tree.threads() {
            match sockets.get(place.socket) {
                Some(node) => shared |= *node != thread.node,
                None => sockets.push(thread.node),
            }
        }
        Has {
            nodes: !tree.nodes.is_empty(),
            distances: tree.distances.is_some(),
            free: threads.any(|(_, thread)| !thread.present),
            caches: !tree.caches.is_empty(),
            levels: tree.threads().count() > 1,
            shared_sockets: shared,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::tests::tree;

    #[test]
    fn each_form_has_its_gaps() {
        let one = tree("1", &[], 64);
        let two = tree("3,sockets=2,cores=1,threads=2", &["node", "node", "dist,src=0,dst=1,val=30"], 64);
        for encoder in
            [Encoder::Cpuid, Encoder::Acpi, Encoder::Stsi, Encoder::Associativity, Encoder::Devicetree, Encoder::Hwloc]
        {
            assert_eq!(encoder.lost(&one), [""; 0], "{}", encoder.name());
            assert_ne!(encoder.lost(&two), [""; 0], "{}", encoder.name());
        }
        assert!(Encoder::Stsi.lost(&two).contains(&"distances between nodes"));
        let crossed = tree("2,sockets=1,cores=2", &["node,cpus=0", "node,cpus=1"], 64);
        assert!(Encoder::Stsi.lost(&crossed).contains(&"nodes: a socket belongs to several"));
    }
}
