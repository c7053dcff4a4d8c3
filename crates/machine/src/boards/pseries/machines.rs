//! The versions of `pseries`, and their CPUs.

use topology::Levels;

use crate::build::{Build, model_name};
use crate::registry::{AutoNode, BOARD, MachineType, MemSlots};
use crate::targets::Arch;

/// One machine type a version: its default CPU, and whether CPUs can be plugged.
macro_rules! versions {
    ($( $(#[$doc:meta])* $name:ident = $version:literal, $cpu:literal, $hotplug:literal; )*) => { $(
        $(#[$doc])*
        pub static $name: MachineType = MachineType {
            name: concat!("pseries-", $version),
            default_model: &[("ppc64", $cpu)],
            hotplug: $hotplug,
            ..COMMON
        };
    )* };
}

const COMMON: MachineType = MachineType {
    desc: "pSeries Logical Partition (PAPR compliant)",
    arches: &[Arch::Ppc],
    targets: &["ppc64"],
    max_cpus: 1024,
    numa: true,
    levels: Some(Levels { socket: false, die: false, core: true, thread: false }),
    cores: true,
    auto_node: AutoNode::Always,
    mem_slots: MemSlots::Pseries,
    wakeup: true,
    default_ram: 512 << 20,
    own_properties: &[
        ("kvm-type", "string", ""),
        ("modern-hotplug-events", "bool", "on"),
        ("resize-hpt", "string", "default"),
        ("vsmt", "uint32", "0"),
        ("vfio-no-msix-emulation", "bool", "off"),
        ("ic-mode", "string", "dual"),
        ("host-model", "string", ""),
        ("host-serial", "string", ""),
        ("cap-htm", "bool", "off"),
        ("cap-vsx", "bool", "on"),
        ("cap-dfp", "bool", "on"),
        ("cap-cfpc", "string", "workaround"),
        ("cap-sbbc", "string", "workaround"),
        ("cap-ibs", "string", "workaround"),
        ("cap-hpt-max-page-size", "int", "65536"),
        ("cap-nested-hv", "bool", "off"),
        ("cap-large-decr", "bool", "on"),
        ("cap-ccf-assist", "bool", "on"),
    ],
    told: &[topology::told::Encoder::Associativity],
    build: super::build,
    ..BOARD
};

/// The newest version.
pub static V4_2: MachineType = MachineType {
    name: "pseries-4.2",
    alias: Some("pseries"),
    is_default: true,
    default_model: &[("ppc64", "power9_v2.0")],
    hotplug: true,
    ..COMMON
};

versions! {
    /// Version 2.1.
    V2_1 = "2.1", "power7_v2.3", false;
    /// Version 2.2.
    V2_2 = "2.2", "power7_v2.3", false;
    /// Version 2.3.
    V2_3 = "2.3", "power7_v2.3", false;
    /// Version 2.4.
    V2_4 = "2.4", "power7_v2.3", false;
    /// Version 2.5.
    V2_5 = "2.5", "power7_v2.3", false;
    /// Version 2.6.
    V2_6 = "2.6", "power7_v2.3", false;
    /// Version 2.7, the first to which CPUs can be added.
    V2_7 = "2.7", "power7_v2.3", true;
    /// Version 2.8.
    V2_8 = "2.8", "power8_v2.0", true;
    /// Version 2.9.
    V2_9 = "2.9", "power8_v2.0", true;
    /// Version 2.10.
    V2_10 = "2.10", "power8_v2.0", true;
    /// Version 2.11.
    V2_11 = "2.11", "power8_v2.0", true;
    /// Version 2.12.
    V2_12 = "2.12", "power8_v2.0", true;
    /// Version 2.12 with other mitigations.
    V2_12_SXXM = "2.12-sxxm", "power8_v2.0", true;
    /// Version 3.0.
    V3_0 = "3.0", "power8_v2.0", true;
    /// Version 3.1.
    V3_1 = "3.1", "power8_v2.0", true;
    /// Version 4.0.
    V4_0 = "4.0", "power9_v2.0", true;
    /// Version 4.1.
    V4_1 = "4.1", "power9_v2.0", true;
}

/// The type name of a core of this model.
pub(crate) fn core_type(model: &str) -> String {
    let name = model_name(model);
    format!("{}-spapr-cpu-core", ppc::model::Model::new(64, name).map_or(name, |model| model.name()))
}

/// The type of PCI host bridges' connectors, in their numbers, and how many of them there are.
const PHB: (u32, u32) = (2 << 28, 31);

/// What `qom-list` shows of QEMU's board behind the CPUs: devices without a name, memory, and a connector for whatever can be plugged.
pub(super) fn add_objects(board: &mut Build<'_>) {
    for kind in ["spapr-vio-bridge", "spapr-nvram", "spapr-pci-host-bridge"] {
        board.objects.add_anonymous(kind);
    }
    let unattached = board.objects.container("/machine/unattached");
    for region in ["system[0]", "io[0]", "ppc_spapr.ram[0]"] {
        board.objects.add(unattached, region, "qemu:memory-region");
    }
    board.objects.add(unattached, "sysbus", "System");
    let machine = board.objects.container("/machine");
    for (name, kind) in [("ics", "ics-spapr"), ("rtc", "spapr-rtc")] {
        board.objects.add(machine, name, kind);
    }
    let mut connector = |number: u32, kind| {
        board.objects.add(machine, &format!("dr-connector[{number}]"), kind);
    };
    if board.config.machine.hotplug {
        let threads = board.smp.threads.max(1);
        let firsts = (0..board.smp.maxcpus).step_by(threads as usize);
        firsts.for_each(|first| connector(super::drc::index(first), "spapr-drc-cpu"));
    }
    if ["pseries-4.0", "pseries-4.1", "pseries-4.2"].contains(&board.config.machine.name) {
        (0..PHB.1).for_each(|bridge| connector(PHB.0 | bridge, "spapr-drc-phb"));
    }
}

/// Plans the CPUs: a core is an object without a name, its threads are children of it.
pub(super) fn add_cpus(board: &mut Build<'_>, model: &str) {
    if matches!(ppc::model::Model::new(64, model_name(model)), Ok(m) if super::tree::generation(&m) >= 9) {
        // QEMU's second interrupt controller, which no guest is offered here.
        board.objects.add_anonymous("spapr-xive");
    }
    let threads = board.smp.threads.max(1);
    for first in (0..board.smp.cpus).step_by(threads as usize) {
        let core = board.objects.add_anonymous(&core_type(model));
        board.objects.set_property(core, "realized", "bool", crate::value::Value::Bool(true), true);
        for n in 0..threads {
            board.add_thread(core, &format!("thread[{n}]"), model, i64::from(first + n), (first / threads) as usize);
        }
    }
}
