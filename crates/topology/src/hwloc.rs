//! The tree as hwloc's XML, version 2: `lstopo -i FILE.xml` draws it, `hwloc-calc` counts in it.
//!
//! hwloc manual, "Importing and exporting topologies from/to XML files", and its hwloc2.dtd.

use std::fmt::Write;

use crate::tree::{Cache, CacheKind, Level, Thread, Tree};

/// Sets of CPUs or nodes, a bit each.
#[derive(Clone, Default, PartialEq, Eq)]
struct Set(Vec<u32>);

impl Set {
    fn of(numbers: impl IntoIterator<Item = u32>) -> Set {
        let mut words = Vec::new();
        for n in numbers {
            let word = n as usize / 32;
            if words.len() <= word {
                words.resize(word + 1, 0);
            }
            words[word] |= 1 << (n % 32);
        }
        Set(words)
    }

    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// hwloc's notation: 32 bits a word, the most significant first.
    fn text(&self) -> String {
        let words: Vec<String> = self.0.iter().rev().map(|word| format!("0x{word:08x}")).collect();
        if words.is_empty() { "0x0".to_string() } else { words.join(",") }
    }
}

/// The writer: what is written, and the next of hwloc's unique numbers.
struct Xml<'a> {
    tree: &'a Tree,
    out: String,
    depth: usize,
    unique: u32,
    /// Nodes that have not found their place yet.
    homeless: Vec<(u32, u64, Set)>,
}

/// The tree as an XML document.
pub fn xml(tree: &Tree) -> String {
    let mut nodes: Vec<(u32, u64, Set)> = tree
        .nodes
        .iter()
        .map(|node| {
            (u32::from(node.id), node.mem, cpus(tree.threads().map(|(_, t)| t).filter(|t| t.node == Some(node.id))))
        })
        .collect();
    if nodes.is_empty() {
        // hwloc wants memory to be somewhere.
        nodes.push((0, tree.ram, cpus(tree.threads().map(|(_, thread)| thread))));
    }
    let mut xml = Xml { tree, out: String::new(), depth: 1, unique: 0, homeless: nodes };
    xml.out += "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE topology SYSTEM \"hwloc2.dtd\">\n";
    xml.out += "<topology version=\"2.0\">\n";
    xml.machine();
    xml.distances();
    xml.out += "</topology>\n";
    xml.out
}

/// The CPUs that are there among these.
fn cpus<'a>(threads: impl IntoIterator<Item = &'a Thread>) -> Set {
    Set::of(threads.into_iter().filter(|thread| thread.present).map(|thread| thread.cpu))
}

impl Xml<'_> {
    fn line(&mut self, text: &str) {
        let indent = "  ".repeat(self.depth);
        let _ = writeln!(self.out, "{indent}{text}");
    }

    fn nodeset(&self, set: &Set) -> Set {
        let all = Set::of(if self.tree.nodes.is_empty() { vec![0] } else { Vec::new() });
        let nodes = self.tree.nodes.iter().filter(|node| {
            let of_node = cpus(self.tree.threads().map(|(_, t)| t).filter(|t| t.node == Some(node.id)));
            of_node.0.iter().zip(&set.0).any(|(a, b)| a & b != 0)
        });
        if all.is_empty() { Set::of(nodes.map(|node| u32::from(node.id))) } else { all }
    }

    /// Opens an object with these sets and takes in the nodes that span exactly its CPUs.
    fn open(&mut self, kind: &str, os_index: Option<u32>, set: &Set, nodeset: &Set, more: &str) {
        self.unique += 1;
        let index = os_index.map_or(String::new(), |n| format!(" os_index=\"{n}\""));
        let (cpus, nodes) = (set.text(), nodeset.text());
        let allowed = match kind {
            "Machine" => format!(" allowed_cpuset=\"{cpus}\" allowed_nodeset=\"{nodes}\""),
            _ => String::new(),
        };
        let text = format!(
            "<object type=\"{kind}\"{index} cpuset=\"{cpus}\" complete_cpuset=\"{cpus}\" nodeset=\"{nodes}\" \
             complete_nodeset=\"{nodes}\"{allowed} gp_index=\"{}\"{more}>",
            self.unique
        );
        self.line(&text);
        self.depth += 1;
    }

    fn close(&mut self) {
        self.depth -= 1;
        self.line("</object>");
    }

    /// Memory is a child of the smallest object with its CPUs; nodes that no object matches hang below the machine.
    fn nodes_of(&mut self, set: &Set, rest: bool) {
        let (here, homeless) = std::mem::take(&mut self.homeless).into_iter().partition(|(.., own)| rest || own == set);
        self.homeless = homeless;
        let here: Vec<(u32, u64, Set)> = here;
        for (id, mem, own) in here {
            let more = format!(" local_memory=\"{mem}\"");
            self.open("NUMANode", Some(id), &own, &Set::of([id]), &more);
            self.line(&format!("<page_type size=\"4096\" count=\"{}\"/>", mem / 4096));
            self.close();
        }
    }

    fn machine(&mut self) {
        let tree = self.tree;
        let set = cpus(tree.threads().map(|(_, thread)| thread));
        let ids: Vec<u32> = self.homeless.iter().map(|&(id, ..)| id).collect();
        self.open("Machine", Some(0), &set, &Set::of(ids), "");
        let name = escape(&tree.name);
        self.line(&format!("<info name=\"DMIProductName\" value=\"{name}\"/>"));
        let inner: Vec<Set> = tree
            .sockets
            .iter()
            .flat_map(|socket| {
                let dies = socket.dies.iter().map(|die| cpus(die.threads()));
                dies.chain([cpus(socket.threads())])
            })
            .collect();
        // What fits nothing inside is put here: a machine-wide node, nodes without CPUs, nodes across sockets.
        let (later, now) =
            std::mem::take(&mut self.homeless).into_iter().partition(|(.., own)| *own != set && inner.contains(own));
        self.homeless = now;
        self.nodes_of(&set, true);
        self.homeless = later;
        for socket in &tree.sockets {
            let set = cpus(socket.threads());
            if set.is_empty() {
                continue;
            }
            let nodeset = self.nodeset(&set);
            self.open("Package", Some(socket.id), &set, &nodeset, "");
            self.nodes_of(&set, false);
            self.caches(Level::Socket, &set, |xml| {
                for die in &socket.dies {
                    xml.die(die, socket.dies.len() > 1);
                }
            });
            self.close();
        }
        self.close();
    }

    fn die(&mut self, die: &crate::tree::Die, shown: bool) {
        let set = cpus(die.threads());
        if set.is_empty() {
            return;
        }
        let nodeset = self.nodeset(&set);
        if shown {
            self.open("Die", Some(die.id), &set, &nodeset, "");
            self.nodes_of(&set, false);
        }
        self.caches(Level::Die, &set, |xml| {
            for core in &die.cores {
                xml.core(core);
            }
        });
        if shown {
            self.close();
        }
    }

    fn core(&mut self, core: &crate::tree::Core) {
        let set = cpus(&core.threads);
        if set.is_empty() {
            return;
        }
        let nodeset = self.nodeset(&set);
        self.caches(Level::Core, &set, |xml| {
            xml.open("Core", Some(core.id), &set, &nodeset, "");
            for thread in core.threads.iter().filter(|thread| thread.present) {
                let set = cpus([thread]);
                let nodeset = xml.nodeset(&set);
                xml.open("PU", Some(thread.cpu), &set, &nodeset, "");
                xml.close();
            }
            xml.close();
        });
    }

    /// The caches of one level, the outermost first, around what `inside` writes.
    fn caches(&mut self, level: Level, set: &Set, inside: impl FnOnce(&mut Self)) {
        let mut caches: Vec<Cache> = self.tree.caches.iter().filter(|cache| cache.of == level).copied().collect();
        caches.sort_by_key(|cache| (std::cmp::Reverse(cache.depth), cache.kind == CacheKind::Instruction));
        let nodeset = self.nodeset(set);
        for cache in &caches {
            let (kind, number) = match cache.kind {
                CacheKind::Unified => (format!("L{}Cache", cache.depth), 0),
                CacheKind::Data => (format!("L{}Cache", cache.depth), 1),
                CacheKind::Instruction => (format!("L{}iCache", cache.depth), 2),
            };
            let ways = if cache.ways == 0 { -1 } else { i64::from(cache.ways) };
            let more = format!(
                " cache_size=\"{}\" depth=\"{}\" cache_linesize=\"{}\" cache_associativity=\"{ways}\" cache_type=\"{number}\"",
                cache.size, cache.depth, cache.line
            );
            self.open(&kind, None, set, &nodeset, &more);
        }
        inside(self);
        caches.iter().for_each(|_| self.close());
    }

    fn distances(&mut self) {
        let n = self.tree.nodes.len();
        if n < 2 {
            return;
        }
        let all = || (0..n).flat_map(|src| (0..n).map(move |dst| (src, dst)));
        let indexes: String = self.tree.nodes.iter().map(|node| format!("{} ", node.id)).collect();
        let values: String = all().map(|(src, dst)| format!("{} ", self.tree.distance(src, dst))).collect();
        // Kind: from the user (2) and a latency (4).
        self.line(&format!(
            "<distances2 type=\"NUMANode\" nbobjs=\"{n}\" kind=\"6\" name=\"NUMALatency\" indexing=\"os\">"
        ));
        self.depth += 1;
        self.line(&format!("<indexes length=\"{}\">{indexes}</indexes>", indexes.len()));
        self.line(&format!("<u64values length=\"{}\">{values}</u64values>", values.len()));
        self.depth -= 1;
        self.line("</distances2>");
    }
}

/// Text inside an attribute.
pub(crate) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// What hwloc's XML can't say of this machine.
pub fn lost(tree: &Tree) -> Vec<&'static str> {
    let free = tree.threads().any(|(_, thread)| !thread.present);
    if free { vec!["free slots: only CPUs that are there are objects"] } else { Vec::new() }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;
    use crate::tree::tests::tree;

    #[test]
    fn two_sockets_two_nodes() {
        let mut t = tree("3,sockets=2,cores=1,threads=2", &["node", "node", "dist,src=0,dst=1,val=30"], 64);
        t.caches.push(Cache { depth: 1, kind: CacheKind::Data, size: 32768, line: 64, ways: 8, of: Level::Core });
        expect![[r#"
            <?xml version="1.0" encoding="UTF-8"?>
            <!DOCTYPE topology SYSTEM "hwloc2.dtd">
            <topology version="2.0">
              <object type="Machine" os_index="0" cpuset="0x00000007" complete_cpuset="0x00000007" nodeset="0x00000003" complete_nodeset="0x00000003" allowed_cpuset="0x00000007" allowed_nodeset="0x00000003" gp_index="1">
                <info name="DMIProductName" value="polyarch"/>
                <object type="Package" os_index="0" cpuset="0x00000003" complete_cpuset="0x00000003" nodeset="0x00000001" complete_nodeset="0x00000001" gp_index="2">
                  <object type="NUMANode" os_index="0" cpuset="0x00000003" complete_cpuset="0x00000003" nodeset="0x00000001" complete_nodeset="0x00000001" gp_index="3" local_memory="33554432">
                    <page_type size="4096" count="8192"/>
                  </object>
                  <object type="L1Cache" cpuset="0x00000003" complete_cpuset="0x00000003" nodeset="0x00000001" complete_nodeset="0x00000001" gp_index="4" cache_size="32768" depth="1" cache_linesize="64" cache_associativity="8" cache_type="1">
                    <object type="Core" os_index="0" cpuset="0x00000003" complete_cpuset="0x00000003" nodeset="0x00000001" complete_nodeset="0x00000001" gp_index="5">
                      <object type="PU" os_index="0" cpuset="0x00000001" complete_cpuset="0x00000001" nodeset="0x00000001" complete_nodeset="0x00000001" gp_index="6">
                      </object>
                      <object type="PU" os_index="1" cpuset="0x00000002" complete_cpuset="0x00000002" nodeset="0x00000001" complete_nodeset="0x00000001" gp_index="7">
                      </object>
                    </object>
                  </object>
                </object>
                <object type="Package" os_index="1" cpuset="0x00000004" complete_cpuset="0x00000004" nodeset="0x00000002" complete_nodeset="0x00000002" gp_index="8">
                  <object type="NUMANode" os_index="1" cpuset="0x00000004" complete_cpuset="0x00000004" nodeset="0x00000002" complete_nodeset="0x00000002" gp_index="9" local_memory="33554432">
                    <page_type size="4096" count="8192"/>
                  </object>
                  <object type="L1Cache" cpuset="0x00000004" complete_cpuset="0x00000004" nodeset="0x00000002" complete_nodeset="0x00000002" gp_index="10" cache_size="32768" depth="1" cache_linesize="64" cache_associativity="8" cache_type="1">
                    <object type="Core" os_index="0" cpuset="0x00000004" complete_cpuset="0x00000004" nodeset="0x00000002" complete_nodeset="0x00000002" gp_index="11">
                      <object type="PU" os_index="2" cpuset="0x00000004" complete_cpuset="0x00000004" nodeset="0x00000002" complete_nodeset="0x00000002" gp_index="12">
                      </object>
                    </object>
                  </object>
                </object>
              </object>
              <distances2 type="NUMANode" nbobjs="2" kind="6" name="NUMALatency" indexing="os">
                <indexes length="4">0 1 </indexes>
                <u64values length="12">10 30 30 10 </u64values>
              </distances2>
            </topology>
        "#]].assert_eq(&xml(&t));
    }

    #[test]
    fn long_sets_are_words() {
        assert_eq!(Set::of([0, 33, 70]).text(), "0x00000040,0x00000002,0x00000001");
        assert_eq!(Set::of([]).text(), "0x0");
    }
}
