//! The devicetree of `pseries`.
//!
//! LoPAPR 1.1, appendix B, "LoPAPR Binding", and chapter 15, "Non Uniform Memory Access (NUMA) Option".

use loader::{Fdt, Node};
use ppc::model::{Family, Model};
use topology::{Numa, SlotTable, Smp};

use super::drc;
use super::rtas;

/// Sources of interrupts.
pub(super) mod irq {
    /// The first source.
    pub(crate) const FIRST: u32 = 0x1000;
    /// How many there are.
    pub(crate) const COUNT: u32 = 0x200;
    /// Power events.
    pub(crate) const EPOW: u32 = 0x1000;
    /// Hotplug events.
    pub(crate) const HOTPLUG: u32 = 0x1001;
    /// The first of virtual devices.
    pub(crate) const VDEVICE: u32 = 0x1100;
}

/// Ticks of the time base in a second.
pub(super) const TIMEBASE_HZ: u32 = 512_000_000;
const CLOCK_HZ: u32 = 1_000_000_000;
/// The unit address of the first terminal.
pub(super) const VTY: u32 = 0x7100_0000;
const NVRAM: u32 = 0x7100_0010;
/// The number by which interrupt maps name the controller.
const CONTROLLER: u32 = 0x1111;

/// What the tree tells of.
pub(super) struct Shape<'a> {
    pub(super) model: &'a Model,
    pub(super) smp: Smp,
    pub(super) numa: &'a Numa,
    pub(super) slots: &'a SlotTable,
    pub(super) ram: u64,
    pub(super) max_ram: u64,
    pub(super) hpt_shift: u32,
    pub(super) uuid: [u8; 16],
    pub(super) bootargs: Option<&'a str>,
    pub(super) initrd: Option<(u64, u64)>,
    pub(super) kernel: Option<(u64, u64, bool)>,
    pub(super) ttys: u32,
    pub(super) rtas_base: u64,
}

/// What ISA a family follows, as POWER processors are counted; 0 for those before POWER7.
pub(super) fn generation(model: &Model) -> u32 {
    match model.family() {
        Family::Power7 => 7,
        Family::Power8 => 8,
        Family::Power9 => 9,
        _ => 0,
    }
}

/// The tree.
pub(super) fn tree(shape: &Shape<'_>) -> Fdt {
    let mut fdt = Fdt::new();
    let root = fdt.root();
    root.u32("#address-cells", 2).u32("#size-cells", 2);
    root.str("device_type", "chrp").str("model", "IBM pSeries (emulated by qemu)").str("compatible", "qemu,pseries");
    root.str("vm,uuid", &uuid(shape.uuid));
    chosen(&mut fdt, shape);
    rtas_node(fdt.node("/rtas"), shape);
    cpus(&mut fdt, shape);
    memory(&mut fdt, shape);
    vdevices(&mut fdt, shape);
    let events = fdt.node("/event-sources");
    events.cells("interrupt-ranges", &[irq::EPOW, 1, irq::HOTPLUG, 1]);
    events.u32("#interrupt-cells", 2).empty("interrupt-controller");
    events.child("epow-events").cells("interrupts", &[irq::EPOW, 0]);
    events.child("hot-plug-events").cells("interrupts", &[irq::HOTPLUG, 0]);
    let controller = fdt.node("/interrupt-controller");
    controller.str("device_type", "PowerPC-External-Interrupt-Presentation").str("compatible", "IBM,ppc-xicp");
    controller.empty("interrupt-controller").u32("#interrupt-cells", 2);
    controller.cells("ibm,interrupt-server-ranges", &[0, shape.smp.maxcpus]);
    controller.u32("linux,phandle", CONTROLLER).phandle(CONTROLLER);
    fdt
}

fn uuid(bytes: [u8; 16]) -> String {
    let hex = |range: std::ops::Range<usize>| bytes[range].iter().map(|b| format!("{b:02x}")).collect::<String>();
    [hex(0..4), hex(4..6), hex(6..8), hex(8..10), hex(10..16)].join("-")
}

fn chosen(fdt: &mut Fdt, shape: &Shape<'_>) {
    let chosen = fdt.node("/chosen");
    if let Some(text) = shape.bootargs {
        chosen.str("bootargs", text);
    }
    if let Some((start, end)) = shape.initrd {
        chosen.u64("linux,initrd-start", start).u64("linux,initrd-end", end);
    }
    if let Some((start, size, little)) = shape.kernel {
        chosen.u64s("qemu,boot-kernel", &[start, size]);
        if little {
            chosen.empty("qemu,boot-kernel-le");
        }
    }
    if shape.ttys > 0 {
        let path = format!("/vdevice/vty@{VTY:x}");
        chosen.str("stdout-path", &path).str("linux,stdout-path", &path);
    }
    // Option vector 5: byte 23 says which interrupt controllers there are, 24 which translation, 26 that guests may invalidate.
    let mmu = if generation(shape.model) >= 9 { 0xc0 } else { 0 };
    chosen.bytes("ibm,arch-vec-5-platform-support", [23, 0, 24, mmu, 25, 0, 26, 0x40]);
    chosen.bytes("ibm,architecture-vec-5", [0, 0]);
}

const HYPERTAS: &[&str] = &[
    "hcall-pft",
    "hcall-term",
    "hcall-dabr",
    "hcall-interrupt",
    "hcall-tce",
    "hcall-vio",
    "hcall-splpar",
    "hcall-join",
    "hcall-bulk",
    "hcall-set-mode",
    "hcall-sprg0",
    "hcall-copy",
    "hcall-debug",
    "hcall-vphn",
];

fn rtas_node(node: &mut Node, shape: &Shape<'_>) {
    node.strs("ibm,hypertas-functions", HYPERTAS).str("qemu,hypertas-functions", "hcall-memop1");
    node.cells("ibm,associativity-reference-points", &[4, 4]);
    node.cells("ibm,max-associativity-domains", &[4, 0, 0, 0, shape.numa.len().max(1) as u32]);
    node.u32("rtas-size", rtas::SIZE);
    node.u32("rtas-error-log-max", rtas::EVENT_MAX).u32("rtas-event-scan-rate", 1);
    node.empty("ibm,extended-os-term");
    let cores = shape.smp.maxcpus / shape.smp.threads.max(1);
    let max = shape.max_ram;
    node.cells("ibm,lrdr-capacity", &[(max >> 32) as u32, max as u32, 0, 0x1000_0000, cores]);
    for (name, token) in rtas::tokens() {
        node.u32(name, token);
    }
    node.u32("linux,rtas-base", shape.rtas_base as u32).u32("linux,rtas-entry", shape.rtas_base as u32);
}

/// The node of a core: also what a guest is told of one that is plugged in.
pub(super) fn core(node: &mut Node, shape: &Shape<'_>, first: u32, numa_node: u32) {
    let model = shape.model;
    let threads = shape.smp.threads.max(1);
    let newer = generation(model) >= 7;
    let line = model.cache_line() as u32;
    node.u32("reg", first).str("device_type", "cpu").u32("cpu-version", model.pvr());
    for name in ["d-cache-block-size", "d-cache-line-size", "i-cache-block-size", "i-cache-line-size"] {
        node.u32(name, line);
    }
    node.u32("d-cache-size", 0x8000).u32("i-cache-size", if newer { 0x8000 } else { 0x1_0000 });
    node.u32("timebase-frequency", TIMEBASE_HZ).u32("clock-frequency", CLOCK_HZ);
    let slb = model.slb_entries() as u32;
    node.u32("slb-size", slb).u32("ibm,slb-size", slb).str("status", "okay").empty("64-bit");
    if newer {
        node.u32("ibm,purr", 1).u32("ibm,spurr", 1);
        node.cells("ibm,processor-segment-sizes", &[0x1c, 0x28, u32::MAX, u32::MAX]);
        node.u32("ibm,vmx", 2).u32("ibm,dfp", 1);
    } else {
        node.u32("ibm,vmx", 1);
    }
    // Base page size, SLB encoding, sizes of pages, and for each its encoding in the page table.
    let sizes: &[u32] = if newer { &[0xc, 0, 1, 0xc, 0, 0x10, 0x110, 1, 0x10, 1] } else { &[0xc, 0, 1, 0xc, 0] };
    node.cells("ibm,segment-page-sizes", sizes);
    if let Some(features) = features(generation(model)) {
        node.bytes("ibm,pa-features", features);
    }
    node.u32("ibm,chip-id", first / threads / shape.smp.cores.max(1));
    node.cells("ibm,pft-size", &[0, shape.hpt_shift]);
    let servers: Vec<u32> = (first..first + threads).collect();
    node.cells("ibm,ppc-interrupt-server#s", &servers);
    node.cells("ibm,ppc-interrupt-gserver#s", &servers.iter().flat_map(|&n| [n, 0]).collect::<Vec<u32>>());
    node.cells("ibm,associativity", &[5, 0, 0, 0, numa_node, first]);
    node.u32("ibm,my-drc-index", drc::index(first));
    if generation(model) >= 9 {
        // Page size as a power of two, and how `tlbie` names it: 4 KiB, 64 KiB, 2 MiB, 1 GiB.
        node.cells("ibm,processor-radix-AP-encodings", &[0xc, 0xa000_0010, 0x2000_0015, 0x4000_001e]);
        node.u32("ibm,dec-bits", 56);
    }
}

/// "ibm,pa-features": how many bytes follow, 0, and the features as LoPAPR, appendix B, "CPU Node Properties", numbers them. Transactional
/// memory (byte 22) is not told of: no transaction succeeds.
fn features(generation: u32) -> Option<Vec<u8>> {
    let len = match generation {
        7 => 6,
        8 => 24,
        9 => 66,
        _ => return None,
    };
    let mut bytes = vec![0; len];
    bytes[..6].copy_from_slice(&[0xf6, if len == 6 { 0x1f } else { 0x3f }, 0xc7, 0, 0x80, 0xc0]);
    if len > 6 {
        // Strong access ordering, little-endian mode; vectors, VSX, decimal floating point.
        (bytes[3], bytes[5]) = (0xc0, 0xf0);
        [6, 16, 18, 20].into_iter().for_each(|n| bytes[n] = 0x80);
    }
    // What version 3.0 has brought: a feature in each second byte; 34: radix trees, and that guests may invalidate.
    (24..len).step_by(2).for_each(|n| bytes[n] = if n == 34 { 0xc0 } else { 0x80 });
    Some([vec![len as u8, 0], bytes].concat())
}

/// The name of a core's node.
pub(super) fn core_name(model: &Model, first: u32) -> String {
    let name = match generation(model) {
        7 => "POWER7",
        8 => "POWER8",
        9 => "POWER9",
        _ => "970",
    };
    format!("PowerPC,{name}@{first:x}")
}

/// The node of NUMA in which a core sits.
pub(super) fn node_of(shape: &Shape<'_>, core: usize) -> u32 {
    shape.slots.slots.get(core).and_then(|slot| slot.props.node_id).unwrap_or(0) as u32
}

fn cpus(fdt: &mut Fdt, shape: &Shape<'_>) {
    let cpus = fdt.node("/cpus");
    cpus.u32("#address-cells", 1).u32("#size-cells", 0);
    let threads = shape.smp.threads.max(1);
    drc::describe(cpus, shape.smp.maxcpus / threads, threads);
    for first in (0..shape.smp.cpus).step_by(threads as usize) {
        let numa_node = node_of(shape, (first / threads) as usize);
        core(cpus.add(&core_name(shape.model, first)), shape, first, numa_node);
    }
}

/// Pieces of memory: the first one is the real mode area, which is what node 0 has.
fn memory(fdt: &mut Fdt, shape: &Shape<'_>) {
    let nodes: Vec<(u32, u64)> = match shape.numa.is_empty() {
        true => vec![(0, shape.ram)],
        false => shape.numa.nodes().map(|(id, node)| (id.into(), node.mem)).collect(),
    };
    let mut start = 0;
    for (id, size) in nodes.into_iter().filter(|(_, size)| *size > 0) {
        let node = fdt.node(&format!("/memory@{start:x}"));
        node.str("device_type", "memory").u64s("reg", &[start, size]);
        node.cells("ibm,associativity", &[4, 0, 0, 0, id]);
        start += size;
    }
}

fn vdevices(fdt: &mut Fdt, shape: &Shape<'_>) {
    let vdevice = fdt.node("/vdevice");
    vdevice.str("device_type", "vdevice").str("compatible", "IBM,vdevice");
    vdevice.u32("#address-cells", 1).u32("#size-cells", 0).u32("#interrupt-cells", 2).empty("interrupt-controller");
    for n in 0..shape.ttys {
        let vty = vdevice.child(&format!("vty@{:x}", VTY + n));
        vty.u32("reg", VTY + n).str("device_type", "serial").str("compatible", "hvterm1");
        vty.cells("interrupts", &[irq::VDEVICE + n, 0]);
    }
    let nvram = vdevice.child(&format!("nvram@{NVRAM:x}"));
    nvram.u32("reg", NVRAM).str("device_type", "nvram").str("compatible", "qemu,spapr-nvram");
    nvram.cells("interrupts", &[irq::VDEVICE + 0x10, 0]).u32("#bytes", rtas::NVRAM_SIZE);
}
