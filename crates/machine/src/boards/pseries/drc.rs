//! Dynamic reconfiguration: a connector for each core, and what guests do with it.
//!
//! LoPAPR 1.1, chapter 13, "Dynamic Reconfiguration (DR) Architecture".

use loader::Node;

/// The index of the connector of the core whose first CPU has this number: type 1, CPU.
pub(super) const fn index(first: u32) -> u32 {
    1 << 28 | first
}

/// The properties of `/cpus` that list connectors.
pub(super) fn describe(cpus: &mut Node, cores: u32, threads: u32) {
    let indexes: Vec<u32> = std::iter::once(cores).chain((0..cores).map(|core| index(core * threads))).collect();
    cpus.cells("ibm,drc-indexes", &indexes);
    let domains: Vec<u32> = std::iter::once(cores).chain((0..cores).map(|_| u32::MAX)).collect();
    cpus.cells("ibm,drc-power-domains", &domains);
    let strings = |text: &dyn Fn(u32) -> String| {
        let mut bytes = cores.to_be_bytes().to_vec();
        (0..cores).for_each(|core| bytes.extend(text(core).bytes().chain([0])));
        bytes
    };
    cpus.bytes("ibm,drc-names", strings(&|core| format!("CPU {}", core * threads)));
    cpus.bytes("ibm,drc-types", strings(&|_| "CPU".to_string()));
}

/// What a connector is in ("set-indicator", "get-sensor-state").
#[derive(Clone, Debug, Default)]
pub(super) struct Connector {
    /// A core is there.
    pub(super) present: bool,
    /// The slot of the machine that it is for.
    pub(super) slot: usize,
    /// The core is in the tree that the guest begins with.
    pub(super) initial: bool,
    /// The guest has been asked to give it back.
    pub(super) wanted_back: bool,
    /// The guest has taken it.
    pub(super) allocated: bool,
    /// It can be used.
    pub(super) unisolated: bool,
    /// Where "ibm,configure-connector" stands in the node's description.
    pub(super) progress: Option<usize>,
}

/// Answers of "ibm,configure-connector".
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Step {
    /// A node begins: its name.
    Child(String),
    /// A property: name and value.
    Property(String, Vec<u8>),
    /// The node is complete.
    Complete,
}

/// The steps in which a node is told: the node, its properties, and that it is complete.
pub(super) fn steps(node: &Node) -> Vec<Step> {
    let properties = node.props().map(|(name, value)| Step::Property(name.to_string(), value.to_vec()));
    std::iter::once(Step::Child(node.name().to_string())).chain(properties).chain([Step::Complete]).collect()
}
