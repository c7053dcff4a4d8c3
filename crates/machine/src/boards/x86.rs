//! What the boards of PCs have in common: machine types, CPUs, RAM.

use topology::numa::DefaultNode;
use topology::told::Encoder;
use topology::{Levels, Smp, SmpRules};

use crate::build::Build;
use crate::config::MachineConfig;
use crate::error::Error;
use crate::registry::{ApicIdKind, AutoNode, BOARD, MachineType, MemSlots};
use crate::targets::Arch;

/// What all PCs are.
pub(crate) const PC: MachineType = MachineType {
    arches: &[Arch::X86],
    max_cpus: 255,
    default_model: &[("i386", "qemu32"), ("x86_64", "qemu64")],
    smp_rules: SmpRules::Pc,
    numa: true,
    levels: Some(Levels::ALL),
    default_node: DefaultNode::SocketRoundRobin,
    hotplug: true,
    apic_ids: ApicIdKind::Packed,
    told: &[Encoder::Acpi],
    auto_node: AutoNode::WithMemSlots,
    mem_slots: MemSlots::Pc,
    wakeup: true,
    serials: 4,
    own_properties: &[
        ("max-ram-below-4g", "size", "0"),
        ("smbus", "bool", "on"),
        ("smm", "OnOffAuto", "auto"),
        ("pit", "bool", "on"),
        ("sata", "bool", "on"),
        ("vmport", "OnOffAuto", "auto"),
        ("device-memory-region-size", "int", "0"),
        ("pflash0", "str", ""),
        ("pflash1", "str", ""),
        ("nvdimm", "bool", "off"),
        ("nvdimm-persistence", "string", ""),
    ],
    ..BOARD
};

/// Plans the CPUs; the first has the object that speeds up the guest's access to its APIC on QEMU.
///
/// # Errors
/// A CPU that [`check_apic`] refuses.
pub(crate) fn add_cpus(board: &mut Build<'_>) -> Result<(), Error> {
    let model = board.model();
    for slot in 0..board.smp.cpus as usize {
        check_apic(board.config, &board.smp, slot)?;
        board.add_slot_cpu(&model, slot);
        if slot == 0 {
            board.objects.add_anonymous("kvmvapic");
        }
    }
    Ok(())
}

/// QEMU's own accelerator has no APIC IDs from 255 on, although its machines have room for such CPUs.
///
/// # Errors
/// The slot's CPU has such an ID, and our accelerator was not asked for.
pub(crate) fn check_apic(config: &MachineConfig, smp: &Smp, slot: usize) -> Result<(), Error> {
    let id = config.machine.apic_ids.ids(smp).map_or(0, |ids| ids.of_index(slot as u32));
    if id < 255 || config.own_accelerator {
        return Ok(());
    }
    Err(Error::new(format!("apic initialization failed. APIC ID {id} is invalid"))
        .hint("With '-accel interp' CPUs have APIC IDs from 255 on"))
}

/// Devices that QEMU's tree shows without a name.
pub(crate) fn add_objects(board: &mut Build<'_>, kinds: &[&str]) {
    for kind in kinds {
        board.objects.add_anonymous(kind);
    }
}

/// Where RAM is: up to `below` bytes from 0, the rest from 4 GiB on.
pub(crate) struct RamMap {
    /// Bytes below 4 GiB.
    pub(crate) below: u64,
    /// Bytes from 4 GiB on.
    pub(crate) above: u64,
}

impl RamMap {
    /// `ram` bytes with a hole from `most` on, or from `split` on when they reach it.
    pub(crate) fn new(ram: u64, most: u64, split: u64) -> RamMap {
        let below = if ram >= most { split } else { ram };
        RamMap { below, above: ram - below }
    }
}
