//! Devicetrees: a tree in memory, its flattened form, and back.
//!
//! Devicetree Specification v0.4, chapter "Flattened Devicetree (DTB) Format". Encoding is done by the `vm-fdt` crate,
//! decoding by our own code, so that each checks the other in tests.
//!
//! ```
//! use loader::Fdt;
//!
//! let mut fdt = Fdt::new();
//! fdt.root().u32("#address-cells", 2).u32("#size-cells", 2).str("model", "polyarch");
//! fdt.node("/memory@80000000").str("device_type", "memory").u64s("reg", &[0x8000_0000, 0x800_0000]);
//! let dtb = fdt.to_dtb().unwrap();
//! assert_eq!(Fdt::from_dtb(&dtb).unwrap().find("/memory@80000000").unwrap().get_str("device_type"), Some("memory"));
//! ```

use vm_fdt::{FdtReserveEntry, FdtWriter};

mod read;
mod write;

/// What is wrong with a devicetree.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FdtError {
    /// The blob isn't a devicetree, or contradicts itself.
    #[error("not a valid devicetree blob: {0}")]
    Damaged(String),
    /// The tree can't be flattened: a bad name, a phandle used twice.
    #[error("can't build the devicetree: {0}")]
    Unbuildable(String),
}

/// A node: properties, then children, both in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Node {
    name: String,
    props: Vec<(String, Vec<u8>)>,
    children: Vec<Node>,
}

impl Node {
    fn new(name: &str) -> Node {
        Node { name: name.into(), ..Node::default() }
    }

    /// The name with its unit address; empty for the root.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The children in order.
    pub fn children(&self) -> &[Node] {
        &self.children
    }

    /// The properties in order.
    pub fn props(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.props.iter().map(|(name, value)| (name.as_str(), value.as_slice()))
    }

    /// Sets a property to raw bytes; an older value is replaced. The setters below do the same with typed values.
    pub fn bytes(&mut self, name: &str, value: impl Into<Vec<u8>>) -> &mut Node {
        let value = value.into();
        match self.props.iter_mut().find(|(n, _)| n == name) {
            Some((_, old)) => *old = value,
            None => self.props.push((name.into(), value)),
        }
        self
    }

    /// A property without a value, such as `interrupt-controller`.
    pub fn empty(&mut self, name: &str) -> &mut Node {
        self.bytes(name, [])
    }

    /// One 32-bit cell.
    pub fn u32(&mut self, name: &str, value: u32) -> &mut Node {
        self.bytes(name, value.to_be_bytes())
    }

    /// One 64-bit value (two cells).
    pub fn u64(&mut self, name: &str, value: u64) -> &mut Node {
        self.bytes(name, value.to_be_bytes())
    }

    /// A list of 32-bit cells.
    pub fn cells(&mut self, name: &str, cells: &[u32]) -> &mut Node {
        self.bytes(name, cells.iter().flat_map(|cell| cell.to_be_bytes()).collect::<Vec<u8>>())
    }

    /// A list of 64-bit values, each two cells: a `reg` where addresses and sizes have two.
    pub fn u64s(&mut self, name: &str, values: &[u64]) -> &mut Node {
        self.bytes(name, values.iter().flat_map(|value| value.to_be_bytes()).collect::<Vec<u8>>())
    }

    /// A string.
    pub fn str(&mut self, name: &str, value: &str) -> &mut Node {
        self.strs(name, &[value])
    }

    /// A list of strings, such as `compatible`.
    pub fn strs(&mut self, name: &str, values: &[&str]) -> &mut Node {
        self.bytes(name, values.iter().flat_map(|value| value.bytes().chain([0])).collect::<Vec<u8>>())
    }

    /// The number by which other nodes refer to this one; take it from [`Fdt::new_phandle`].
    pub fn phandle(&mut self, phandle: u32) -> &mut Node {
        self.u32("phandle", phandle)
    }

    /// Removes a property, if it is there.
    pub fn remove(&mut self, name: &str) -> &mut Node {
        self.props.retain(|(n, _)| n != name);
        self
    }

    /// A new child of that name, after the others. Whoever calls knows that there is none of that name yet: with thousands of
    /// children the search that [`Node::child`] makes takes long.
    pub fn add(&mut self, name: &str) -> &mut Node {
        let at = self.children.len();
        self.children.push(Node::new(name));
        &mut self.children[at]
    }

    /// The child called `name`, made if it isn't there.
    pub fn child(&mut self, name: &str) -> &mut Node {
        let at = self.children.iter().position(|c| c.name == name).unwrap_or_else(|| {
            self.children.push(Node::new(name));
            self.children.len() - 1
        });
        &mut self.children[at]
    }

    /// A property's bytes.
    pub fn get(&self, name: &str) -> Option<&[u8]> {
        self.props.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_slice())
    }

    /// A property that is one cell.
    pub fn get_u32(&self, name: &str) -> Option<u32> {
        Some(u32::from_be_bytes(self.get(name)?.try_into().ok()?))
    }

    /// A property that is one or two cells.
    pub fn get_u64(&self, name: &str) -> Option<u64> {
        let cells = self.get_cells(name)?;
        match cells[..] {
            [low] => Some(low.into()),
            [high, low] => Some(u64::from(high) << 32 | u64::from(low)),
            _ => None,
        }
    }

    /// A property as cells, if its length is a multiple of four.
    pub fn get_cells(&self, name: &str) -> Option<Vec<u32>> {
        let (cells, rest) = self.get(name)?.as_chunks::<4>();
        rest.is_empty().then(|| cells.iter().map(|&cell| u32::from_be_bytes(cell)).collect())
    }

    /// A property that is one string.
    pub fn get_str(&self, name: &str) -> Option<&str> {
        match self.get_strs(name)?[..] {
            [one] => Some(one),
            _ => None,
        }
    }

    /// A property as a list of strings, if each ends in NUL and is UTF-8.
    pub fn get_strs(&self, name: &str) -> Option<Vec<&str>> {
        std::str::from_utf8(self.get(name)?).ok()?.strip_suffix('\0').map(|all| all.split('\0').collect())
    }

    fn write(&self, out: &mut FdtWriter) -> Result<(), FdtError> {
        let bad = |what: String, e: vm_fdt::Error| FdtError::Unbuildable(format!("{what}: {e}"));
        let of_node = |e| bad(format!("node '{}'", self.name), e);
        let node = out.begin_node(&self.name).map_err(of_node)?;
        for (name, value) in &self.props {
            let written = match (name.as_str(), self.get_u32(name)) {
                ("phandle", Some(phandle)) => out.property_phandle(phandle),
                _ => out.property(name, value),
            };
            written.map_err(|e| bad(format!("property '{name}' of node '{}'", self.name), e))?;
        }
        self.children.iter().try_for_each(|child| child.write(out))?;
        out.end_node(node).map_err(of_node)
    }
}

/// A whole devicetree.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fdt {
    root: Node,
    reserved: Vec<(u64, u64)>,
    boot_cpu: u32,
    last_phandle: u32,
}

impl Fdt {
    /// A tree that has nothing but its root.
    pub fn new() -> Fdt {
        Fdt::default()
    }

    /// The root node.
    pub fn root(&mut self) -> &mut Node {
        &mut self.root
    }

    /// The node at `path` ("/cpus/cpu@0"); what is missing on the way is made.
    pub fn node(&mut self, path: &str) -> &mut Node {
        path.split('/').filter(|part| !part.is_empty()).fold(&mut self.root, |node, part| node.child(part))
    }

    /// The node at `path`, if it is there. A part without unit address finds the first node of that name.
    pub fn find(&self, path: &str) -> Option<&Node> {
        path.split('/').filter(|part| !part.is_empty()).try_fold(&self.root, |node, part| {
            let exact = node.children.iter().find(|c| c.name == part);
            exact.or_else(|| node.children.iter().find(|c| c.name.split('@').next() == Some(part)))
        })
    }

    /// A phandle that no node has yet.
    pub fn new_phandle(&mut self) -> u32 {
        self.last_phandle = self.last_phandle.saturating_add(1);
        self.last_phandle
    }

    /// Adds an entry to the memory reservation block.
    pub fn reserve(&mut self, addr: u64, size: u64) -> &mut Fdt {
        self.reserved.push((addr, size));
        self
    }

    /// The memory reservation block, as (address, size).
    pub fn reserved(&self) -> &[(u64, u64)] {
        &self.reserved
    }

    /// `boot_cpuid_phys`: the `reg` of the CPU that boots.
    pub fn set_boot_cpu(&mut self, reg: u32) -> &mut Fdt {
        self.boot_cpu = reg;
        self
    }

    /// `boot_cpuid_phys`.
    pub fn boot_cpu(&self) -> u32 {
        self.boot_cpu
    }

    /// The flattened tree, version 17.
    ///
    /// # Errors
    /// If a name has characters that the specification forbids or is longer than its 31, a phandle is used twice, or
    /// reservations overlap. The text names the node and the property.
    pub fn to_dtb(&self) -> Result<Vec<u8>, FdtError> {
        let bad = |e: vm_fdt::Error| FdtError::Unbuildable(format!("memory reservations: {e}"));
        let entries = self.reserved.iter().map(|&(addr, size)| FdtReserveEntry::new(addr, size).map_err(bad));
        let mut out = FdtWriter::new_with_mem_reserv(&entries.collect::<Result<Vec<_>, _>>()?).map_err(bad)?;
        out.set_boot_cpuid_phys(self.boot_cpu);
        self.root.write(&mut out)?;
        out.finish().map_err(|e| FdtError::Unbuildable(e.to_string()))
    }
}

#[cfg(test)]
#[path = "fdt/tests.rs"]
mod tests;
