//! The tables of a PC: made of its shape, and given to firmware with instructions, or put into memory as they are.

use devices::fw_cfg::FwCfgItems;
use loader::acpi::{self, Block, CpuEntry, NodeMemory, Platform};
use loader::smbios;

use crate::boards::x86::RamMap;
use crate::build::{Build, model_name};

/// What a board's tables say beside its shape.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Fixed {
    pub(crate) power: Option<acpi::Power>,
    pub(crate) hpet: bool,
    pub(crate) pci_window: Option<u32>,
    pub(crate) pcie: Option<u64>,
    pub(crate) keyboard: bool,
    pub(crate) serials: usize,
}

/// The tables.
pub(crate) struct Tables {
    acpi: Block,
    smbios: (Vec<u8>, Vec<u8>),
}

/// The tables at their places, for a machine without firmware.
pub(crate) struct Placed {
    /// ACPI's, for the place that was asked for.
    pub(crate) tables: Vec<u8>,
    /// The root pointer, and SMBIOS, for the segment below 1 MiB.
    pub(crate) segment: Vec<u8>,
}

impl Tables {
    /// The tables of the machine that is being built.
    pub(crate) fn new(board: &Build<'_>, map: &RamMap, fixed: &Fixed) -> Tables {
        let smp = &board.smp;
        let ids = board.config.machine.apic_ids.ids(smp);
        let node = |n: usize| board.slots.slots.get(n).and_then(|slot| slot.props.node_id).unwrap_or(0) as u32;
        let cpus = (0..smp.maxcpus).map(|n| CpuEntry {
            apic_id: ids.as_ref().map_or(n, |ids| ids.of_index(n)),
            present: n < smp.cpus,
            node: node(n as usize),
        });
        let distances = board.numa.distances().map(<[Vec<u8>]>::to_vec).unwrap_or_default();
        let Fixed { power, hpet, pci_window, pcie, keyboard, serials } = *fixed;
        let platform = Platform {
            cpus: cpus.collect(),
            power,
            hpet,
            pci_window,
            pcie,
            keyboard,
            serials,
            nodes: node_memory(board, map),
            distances,
        };
        let (cores, threads) = (smp.dies.max(1).saturating_mul(smp.cores.max(1)), smp.threads.max(1));
        let model = board.model();
        let machine = smbios::Machine {
            product: board.config.machine.desc,
            uuid: board.config.uuid,
            ram: board.ram,
            ranges: vec![(0, map.below), (1 << 32, map.above)],
            shape: (smp.maxcpus.div_ceil(cores.saturating_mul(threads)), cores, threads),
            cpu: (model_name(&model), [0; 2]),
        };
        Tables { acpi: Block::new(&platform), smbios: smbios::tables(&machine) }
    }

    /// Puts the tables at `base`, and what software searches for at `segment`.
    pub(crate) fn place(&self, base: u64, segment: u64) -> Placed {
        let (rsdt, xsdt) = (base + self.acpi.rsdt as u64, base + self.acpi.xsdt as u64);
        let mut bytes = acpi::rsdp(rsdt, xsdt);
        bytes.resize(bytes.len().next_multiple_of(16), 0);
        let (structures, anchor) = &self.smbios;
        let at = segment + (bytes.len() + anchor.len().next_multiple_of(16)) as u64;
        bytes.extend(smbios::anchor_at(anchor, at as u32));
        bytes.resize(bytes.len().next_multiple_of(16), 0);
        bytes.extend(structures);
        Placed { tables: self.acpi.at(base), segment: bytes }
    }

    /// Offers the tables to firmware, with the list of what it is to do ("ACPI table loader").
    pub(crate) fn offer(&self, items: &mut FwCfgItems) {
        let (structures, anchor) = &self.smbios;
        items.file("etc/smbios/smbios-tables", structures.clone());
        items.file("etc/smbios/smbios-anchor", anchor.clone());
        items.file("etc/acpi/tables", self.acpi.bytes.clone());
        let mut rsdp = acpi::rsdp(self.acpi.rsdt as u64, self.acpi.xsdt as u64);
        let [rsdt, xsdt, first, second] = acpi::RSDP_FIELDS;
        (rsdp[first], rsdp[second]) = (0, 0);
        items.file("etc/acpi/rsdp", rsdp);
        let mut list = Vec::new();
        allocate(&mut list, RSDP_FILE, 16, ZONE_SEGMENT);
        allocate(&mut list, TABLES_FILE, 64, ZONE_HIGH);
        for pointer in &self.acpi.pointers {
            add_pointer(&mut list, TABLES_FILE, pointer.at, pointer.width);
        }
        for table in &self.acpi.tables {
            add_checksum(&mut list, TABLES_FILE, table.at + acpi::CHECKSUM, table.at, table.len);
        }
        add_pointer(&mut list, RSDP_FILE, rsdt, 4);
        add_pointer(&mut list, RSDP_FILE, xsdt, 8);
        add_checksum(&mut list, RSDP_FILE, first, 0, acpi::RSDP_FIRST);
        add_checksum(&mut list, RSDP_FILE, second, 0, acpi::RSDP_LEN);
        items.file("etc/table-loader", list);
    }
}

const RSDP_FILE: &str = "etc/acpi/rsdp";
const TABLES_FILE: &str = "etc/acpi/tables";
/// Where firmware allocates: anywhere, or below 1 MiB.
const ZONE_HIGH: u8 = 1;
const ZONE_SEGMENT: u8 = 2;
/// Bytes of a command.
const COMMAND: usize = 128;

fn file_name(name: &str) -> Vec<u8> {
    let mut field = name.as_bytes().to_vec();
    field.resize(56, 0);
    field
}

/// Adds a command, padded.
fn command(list: &mut Vec<u8>, number: u32, rest: &[u8]) {
    let from = list.len();
    list.extend(number.to_le_bytes());
    list.extend_from_slice(rest);
    list.resize(from + COMMAND, 0);
}

fn allocate(list: &mut Vec<u8>, file: &str, align: u32, zone: u8) {
    command(list, 1, &[&file_name(file)[..], &align.to_le_bytes(), &[zone]].concat());
}

fn add_pointer(list: &mut Vec<u8>, file: &str, at: usize, width: usize) {
    let (to, at) = (file_name(TABLES_FILE), (at as u32).to_le_bytes());
    command(list, 2, &[&file_name(file)[..], &to, &at, &[width as u8]].concat());
}

fn add_checksum(list: &mut Vec<u8>, file: &str, at: usize, start: usize, len: usize) {
    let mut rest = file_name(file);
    [at, start, len].iter().for_each(|n| rest.extend((*n as u32).to_le_bytes()));
    command(list, 3, &rest);
}

/// Which piece of memory is whose: nodes take RAM in order, split by the hole below 4 GiB and the one below 1 MiB.
fn node_memory(board: &Build<'_>, map: &RamMap) -> Vec<NodeMemory> {
    const HOLE: (u64, u64) = (0xa_0000, 0x10_0000);
    let pieces = [(0, HOLE.0.min(map.below)), (HOLE.1, map.below), (1 << 32, (1 << 32) + map.above)];
    let mut out = Vec::new();
    let (mut at, mut piece) = (0, 0);
    for (node, info) in board.numa.nodes() {
        // The first node's hole is part of its memory.
        let mut left = info.mem;
        while left > 0 && piece < pieces.len() {
            let (start, end) = pieces[piece];
            at = at.max(start);
            let hole = if piece == 0 { HOLE.1 - HOLE.0 } else { 0 };
            let len = left.min(end.saturating_sub(at));
            if len > 0 {
                out.push(NodeMemory { start: at, len, node: node.into() });
            }
            (left, at) = (left - len, at + len);
            if at >= end {
                left = left.saturating_sub(hole);
                piece += 1;
            }
        }
    }
    out
}
