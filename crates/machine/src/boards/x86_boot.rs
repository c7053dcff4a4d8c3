//! How PCs begin: with firmware at the reset vector, or with a kernel and a ROM of ours.

use std::sync::Arc;

use devices::fw_cfg::{FwCfg, FwCfgItems, FwCfgLayout, key};
use loader::LoadTarget;
use loader::x86_boot::rom::{self, Poke};
use loader::x86_boot::{self, Given, Range, kind};
use memory::Ram;

use crate::boards::mips::fault;
use crate::boards::x86::RamMap;
use crate::boards::x86_acpi::Tables;
use crate::boards::x86_chips::Chips;
use crate::build::{Build, read_file};
use crate::error::Error;
use crate::firmware;

/// Where the ROM ends.
const TOP: u64 = 1 << 32;
/// Bytes at the end of low RAM that are ACPI's when there is no firmware.
const ACPI_ROOM: u64 = 0x4_0000;
/// Where the BIOS's own data begins, and the words of the data area that say so.
const EBDA: u64 = 0x9_fc00;
const BDA_EBDA: u64 = 0x40e;
const BDA_BASE_MEMORY: u64 = 0x413;
/// Files of firmware, best first.
const FIRMWARE: [&str; 2] = ["bios-256k.bin", "bios.bin"];
/// The same for the oldest boards, as on QEMU. Without a bridge that makes RAM of what lies below the last 128 KiB, the larger one does not run.
const OLD_FIRMWARE: [&str; 2] = ["bios.bin", "bios-256k.bin"];
const OLD_BOARDS: [&str; 4] = ["isapc", "pc-0", "pc-1", "pc-i440fx-1"];
/// Directories of Debian's package.
const SEABIOS: &str = "/usr/share/seabios";

/// What firmware tells the 8259As: vectors 8 and 0x70, and all inputs masked.
const PIC_SETUP: [Poke; 10] = [
    Poke::Byte(0x20, 0x11),
    Poke::Byte(0x21, 0x08),
    Poke::Byte(0x21, 0x04),
    Poke::Byte(0x21, 0x01),
    Poke::Byte(0xa0, 0x11),
    Poke::Byte(0xa1, 0x70),
    Poke::Byte(0xa1, 0x02),
    Poke::Byte(0xa1, 0x01),
    Poke::Byte(0x21, 0xff),
    Poke::Byte(0xa1, 0xff),
];

/// What the machine begins with.
pub(crate) enum Start {
    /// A file of firmware.
    Firmware(Vec<u8>),
    /// A kernel without firmware; or nothing at all.
    Direct,
}

/// What the user wants, or what there is.
pub(crate) fn choose(board: &Build<'_>) -> Result<Start, Error> {
    let boot = &board.config.boot;
    let is_old = OLD_BOARDS.iter().any(|old| board.config.machine.name.starts_with(old));
    let files = if is_old { OLD_FIRMWARE } else { FIRMWARE };
    let mut dirs = boot.firmware_dirs.clone();
    dirs.push(SEABIOS.into());
    let name = match boot.bios.as_deref() {
        Some("none") => return Ok(Start::Direct),
        Some(name) if name != "default" => Some(firmware::named(name, &dirs)),
        None if boot.kernel.is_some() => return Ok(Start::Direct),
        _ => files.iter().map(|name| firmware::named(name, &dirs)).find(|name| std::path::Path::new(name).is_file()),
    };
    let Some(name) = name else { return Ok(Start::Direct) };
    let bytes = read_file(&name)?;
    if bytes.is_empty() || bytes.len() % 0x1_0000 != 0 || bytes.len() > 8 << 20 {
        return Err(Error::new(format!(
            "could not load PC BIOS '{name}': its size is no multiple of 64 KiB up to 8 MiB"
        )));
    }
    Ok(Start::Firmware(bytes))
}

/// Maps the ROM at the end of the first 4 GiB.
pub(crate) fn add_rom(board: &mut Build<'_>, start: &Start) -> Result<Arc<Ram>, Error> {
    let size = match start {
        Start::Firmware(bytes) => bytes.len() as u64,
        Start::Direct => rom::SIZE as u64,
    };
    let rom = board.rom("pc.bios", TOP - size, size)?;
    if let Start::Firmware(bytes) = start {
        board.store().write(TOP - size, bytes).map_err(|e| Error::new(format!("firmware: {e}")))?;
    }
    Ok(rom)
}

/// What a board tells whoever begins.
pub(crate) struct Facts<'a> {
    /// Its RAM.
    pub(crate) map: &'a RamMap,
    /// What else is in the address space.
    pub(crate) reserved: &'a [Range],
    /// Its tables; `None` without ACPI.
    pub(crate) tables: Option<Tables>,
    /// What firmware would tell the chips.
    pub(crate) pokes: &'a [Poke],
    /// The ROM, where its last 128 KiB are RAM below 1 MiB, with a copy of them.
    pub(crate) rom_in_ram: Option<Arc<Ram>>,
}

/// The memory map: RAM, what is reserved in it, and the rest.
fn memory_map(facts: &Facts<'_>, acpi: u64) -> Vec<Range> {
    let (below, above) = (facts.map.below, facts.map.above);
    let range = |start: u64, end: u64, kind| Range { start, len: end.saturating_sub(start), kind };
    let mut map = vec![
        range(0, EBDA, kind::RAM),
        range(EBDA, 0xa_0000, kind::RESERVED),
        range(0xf_0000, 0x10_0000, kind::RESERVED),
        range(0x10_0000, below - acpi, kind::RAM),
        range(below - acpi, below, kind::ACPI),
    ];
    map.extend(facts.reserved);
    map.push(range(TOP - rom::SIZE as u64, TOP, kind::RESERVED));
    map.push(range(TOP, TOP + above, kind::RAM));
    map.retain(|range| range.len > 0);
    map
}

/// fw_cfg with what firmware asks for, or the kernel where no firmware is.
pub(crate) fn finish(board: &mut Build<'_>, mut chips: Chips, start: &Start, facts: &Facts<'_>) -> Result<(), Error> {
    add_fw_cfg(board, &mut chips, facts);
    chips.finish(board)?;
    if matches!(start, Start::Direct) {
        enter(board, facts)?;
    }
    let Some(rom) = &facts.rom_in_ram else { return Ok(()) };
    let mut bytes = vec![0; rom.len().min(0x2_0000) as usize];
    rom.read_bytes(rom.len() - bytes.len() as u64, &mut bytes);
    let at = 0x10_0000 - bytes.len() as u64;
    board.store().write(at, &bytes).map_err(|e| Error::new(format!("firmware: {e}")))
}

fn add_fw_cfg(board: &mut Build<'_>, chips: &mut Chips, facts: &Facts<'_>) {
    let mut items = FwCfgItems::new();
    let smp = board.smp;
    let apic_limit = |n: u32| {
        let ids = board.config.machine.apic_ids.ids(&smp);
        ids.map_or(n, |ids| (0..n).map(|index| ids.of_index(index) + 1).max().unwrap_or(1))
    };
    items
        .bytes(key::UUID, board.config.uuid)
        .u64(key::RAM_SIZE, board.ram)
        .u16(key::NOGRAPHIC, 1)
        .u16(key::NB_CPUS, smp.cpus as u16)
        .u16(key::MAX_CPUS, apic_limit(smp.maxcpus) as u16)
        .u16(key::BOOT_MENU, u16::from(board.config.boot.menu));
    let mut e820 = Vec::new();
    let ram = [(0, facts.map.below), (TOP, facts.map.above)];
    for (start, len) in ram.into_iter().filter(|(_, len)| *len > 0) {
        e820.extend(start.to_le_bytes());
        e820.extend(len.to_le_bytes());
        e820.extend(kind::RAM.to_le_bytes());
    }
    items.file("etc/e820", e820);
    // Nodes: their number, the node of each APIC ID, the memory of each node.
    let nodes = board.numa.len() as u64;
    let mut numa = nodes.to_le_bytes().to_vec();
    let limit = apic_limit(smp.maxcpus);
    let mut of_apic = vec![0u64; limit as usize];
    if let Some(ids) = board.config.machine.apic_ids.ids(&smp) {
        for (index, slot) in board.slots.slots.iter().enumerate() {
            of_apic[ids.of_index(index as u32) as usize] = slot.props.node_id.unwrap_or(0) as u64;
        }
    }
    of_apic.iter().for_each(|node| numa.extend(node.to_le_bytes()));
    board.numa.nodes().for_each(|(_, node)| numa.extend(node.mem.to_le_bytes()));
    items.bytes(0x0d, numa);
    items.file("etc/system-states", [128, 0, 0, 129, 128, 128]);
    items.file("bootorder", b"\0".as_slice());
    if let Some(tables) = &facts.tables {
        tables.offer(&mut items);
    }
    let device = FwCfg::new(items, FwCfgLayout::Io).with_dma(board.dma.clone()).with_cpus(board.started.clone());
    let device = board.part(device);
    chips.add(0x510, 12, 8, &device);
}

/// Loads the kernel and makes the ROM that enters it.
fn enter(board: &mut Build<'_>, facts: &Facts<'_>) -> Result<(), Error> {
    let acpi = if facts.tables.is_some() && facts.map.below > 16 << 20 { ACPI_ROOM } else { 0 };
    let at = facts.map.below - acpi;
    let store = |e: loader::Unmapped| Error::new(format!("boot ROM: {e}"));
    let mut rsdp = 0;
    if let Some(tables) = facts.tables.as_ref().filter(|_| acpi != 0) {
        let placed = tables.place(at, u64::from(rom::SEGMENT));
        if placed.tables.len() as u64 > acpi || placed.segment.len() > rom::CODE {
            return Err(Error::new("ACPI's tables are too large"));
        }
        board.store().write(at, &placed.tables).map_err(store)?;
        board.store().write(TOP - rom::SIZE as u64, &placed.segment).map_err(store)?;
        rsdp = u64::from(rom::SEGMENT);
    }
    if facts.tables.is_none() {
        let ids = board.config.machine.apic_ids.ids(&board.smp);
        let ids: Vec<u32> = (0..board.smp.cpus).map(|n| ids.as_ref().map_or(n, |ids| ids.of_index(n))).collect();
        let table = loader::mptable::table(&ids, rom::SEGMENT);
        board.store().write(TOP - rom::SIZE as u64, &table).map_err(store)?;
    }
    let entry = load_kernel(board, facts, at, acpi, rsdp)?;
    let code = rom::code(&[&PIC_SETUP, facts.pokes].concat(), entry);
    board.store().write(TOP - (rom::SIZE - rom::CODE) as u64, &code).map_err(store)?;
    board.store().write(BDA_EBDA, &((EBDA >> 4) as u16).to_le_bytes()).map_err(store)?;
    board.store().write(BDA_BASE_MEMORY, &639u16.to_le_bytes()).map_err(store)
}

fn load_kernel(
    board: &mut Build<'_>,
    facts: &Facts<'_>,
    top: u64,
    acpi: u64,
    rsdp: u64,
) -> Result<Option<x86_boot::Entry>, Error> {
    let boot = board.config.boot.clone();
    let Some(name) = boot.kernel else { return Ok(None) };
    let bytes = read_file(&name)?;
    // Several modules are separated by commas; each name may have arguments.
    let texts: Vec<&str> = boot.initrd.as_deref().map_or(Vec::new(), |text| text.split(',').collect());
    let mut files = Vec::new();
    for text in &texts {
        let file = text.split(' ').next().unwrap_or(text);
        files.push(read_file(file)?);
    }
    let modules = texts.iter().copied().zip(files.iter().map(Vec::as_slice)).collect();
    let line = boot.append.as_deref().unwrap_or_default();
    let given = Given { name: &name, line, modules, map: memory_map(facts, acpi), rsdp, top };
    let entry = x86_boot::load(&bytes, &given, &mut board.store()).map_err(fault)?;
    let why = "it is neither a Multiboot kernel, nor an ELF file for PVH, nor Linux's bzImage";
    entry.map(Some).ok_or_else(|| Error::new(format!("could not load kernel '{name}': {why}")))
}
