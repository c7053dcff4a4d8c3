//! What the SPARC boards have in common: the lines of a CPU, and programs as ELF files.

use std::array;
use std::time::SystemTime;

pub(crate) use ::sparc::irq;
use devices::fw_cfg::{FwCfgItems, key};
use devices::m48t59::M48t59;
use loader::{AddressKind, ByteOrder, Class, Elf, Expected, LoadTarget, Unmapped};
use memory::{DeviceEndian, Line};

use crate::build::{Build, Store, read_file};
use crate::error::Error;

pub(crate) const BIG: DeviceEndian = DeviceEndian::Fixed(bits::Endian::Big);

/// The wires of interrupt levels 1 to 15 into a CPU.
pub(crate) fn levels(board: &mut Build<'_>, cpu: i64) -> [Line; 15] {
    array::from_fn(|n| board.line(cpu, irq::LEVEL1 + n as u32))
}

/// Refuses more RAM than the board has room for.
pub(crate) fn check_ram(board: &Build<'_>, max: u64) -> Result<(), Error> {
    if board.ram <= max {
        return Ok(());
    }
    let (asked, most) = (board.ram >> 20, max >> 20);
    Err(Error::new(format!("Too much memory for this machine: {asked}, maximum {most}")))
}

/// Memory in which everything is `down` bytes further down than the program says.
struct Below<'a> {
    store: Store<'a>,
    down: u64,
}

impl LoadTarget for Below<'_> {
    fn write(&mut self, addr: u64, bytes: &[u8]) -> Result<(), Unmapped> {
        self.store.write(addr.wrapping_sub(self.down), bytes)
    }

    fn zero(&mut self, addr: u64, len: u64) -> Result<(), Unmapped> {
        self.store.zero(addr.wrapping_sub(self.down), len)
    }
}

/// Loads an ELF file of the board's own architecture, `down` bytes below where it says; returns its entry, which stays.
pub(crate) fn load_elf(board: &mut Build<'_>, name: &str, bytes: &[u8], down: u64) -> Result<u64, Error> {
    let fault = |e: loader::Error| Error::new(e.to_string());
    let elf = Elf::parse(name, bytes).map_err(fault)?;
    let target = board.config.target;
    let class = if target.bits == 32 { Class::Elf32 } else { Class::Elf64 };
    elf.expect(Expected { machines: target.elf_machines, class: Some(class), order: Some(ByteOrder::Big) })
        .map_err(fault)?;
    let mut memory = Below { store: board.store(), down };
    Ok(elf.load(AddressKind::Physical, &mut memory).map_err(fault)?.entry)
}

/// Firmware in the ROM at `rom`: an ELF file is put there whatever address it is linked to, anything else as it is.
pub(crate) fn load_firmware(board: &mut Build<'_>, name: &str, rom: u64, size: u64) -> Result<(), Error> {
    let bytes = read_file(name)?;
    if Elf::is_elf(&bytes) {
        let fault = |e: loader::Error| Error::new(e.to_string());
        let segments = Elf::parse(name, &bytes).and_then(|elf| Ok(elf.segments()?.iter().map(|s| s.paddr).min()));
        let lowest = segments.map_err(fault)?.unwrap_or(0) & !0xffff;
        return load_elf(board, name, &bytes, lowest.wrapping_sub(rom)).map(|_| ());
    }
    if bytes.len() as u64 > size {
        return Err(Error::new(format!("'{name}' does not fit into {size} bytes of ROM")));
    }
    loader::load_raw(name, &bytes, rom, &mut board.store()).map(|_| ()).map_err(|e| Error::new(e.to_string()))
}

/// Firmware items that all boards with OpenBIOS have.
pub(crate) fn fw_cfg_items(board: &Build<'_>, machine_id: u16) -> FwCfgItems {
    let mut items = FwCfgItems::new();
    items.bytes(key::UUID, board.config.uuid).u64(key::RAM_SIZE, board.ram).u16(key::NOGRAPHIC, 1);
    items.u16(key::NB_CPUS, board.smp.cpus as u16).u16(key::MAX_CPUS, board.smp.maxcpus as u16);
    items.u16(key::MACHINE_ID, machine_id).u16(key::BOOT_MENU, 0);
    items
}

/// Bytes of NVRAM.
pub(crate) const NVRAM_SIZE: usize = 0x2000;
/// The year that its clock counts from.
const BASE_YEAR: i64 = 1968;

/// NVRAM with a clock, and the machine's number in its ID PROM.
pub(crate) fn nvram(idprom: u8) -> M48t59 {
    let epoch = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs() as i64);
    M48t59::new(nvram_image(idprom), BASE_YEAR, epoch)
}

/// NVRAM as firmware leaves it: an empty partition for variables, the rest free (PowerPC CHRP System Binding, "NVRAM
/// Partition"); and the ID PROM (Open Firmware, "SPARC IDPROM format").
fn nvram_image(idprom: u8) -> Vec<u8> {
    const ID_PROM: usize = 0x1fd8;
    let mut memory = vec![0; NVRAM_SIZE];
    partition(&mut memory[..0x20], 0x70, "system");
    partition(&mut memory[0x20..0x1fd0], 0x7f, "free");
    let id: [u8; 15] = [1, idprom, 0x52, 0x54, 0, 0x12, 0x34, 0x56, 0, 0, 0, 0, 0x12, 0x34, 0x56];
    memory[ID_PROM..ID_PROM + 15].copy_from_slice(&id);
    memory[ID_PROM + 15] = id.iter().fold(0, |sum, byte| sum ^ byte);
    memory
}

/// A partition's header: signature, checksum, length in blocks of 16 bytes, name.
pub(crate) fn partition(memory: &mut [u8], signature: u8, name: &str) {
    let blocks = (memory.len() / 16) as u16;
    memory[0] = signature;
    memory[2..4].copy_from_slice(&blocks.to_be_bytes());
    memory[4..4 + name.len()].copy_from_slice(name.as_bytes());
    let sum = memory[..16].iter().fold(0u16, |sum, &byte| {
        let sum = sum + u16::from(byte);
        if sum > 0xff { (sum & 0xff) + 1 } else { sum }
    });
    memory[1] = sum as u8;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nvram_is_what_firmware_expects() {
        let memory = nvram_image(0x80);
        assert_eq!(memory[..8], [0x70, 0x1a, 0, 2, 0x73, 0x79, 0x73, 0x74]);
        assert_eq!(memory[0x20..0x28], [0x7f, 0x20, 1, 0xfb, 0x66, 0x72, 0x65, 0x65]);
        assert_eq!(memory[0x1fe0..0x1fe8], [0, 0, 0, 0, 0x12, 0x34, 0x56, 0x87]);
    }
}
