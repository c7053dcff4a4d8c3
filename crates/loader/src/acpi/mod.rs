//! ACPI's tables: one block of bytes in which pointers are offsets, with a list of where they are, so that firmware or a board can put
//! it anywhere.
//!
//! ACPI Specification 6.3, chapter "ACPI Software Programming Model"; IA-PC HPET Specification 1.0a, "The ACPI 2.0 HPET Description Table";
//! PCI Firmware Specification 3.0, "MCFG".

pub mod aml;
mod cpus;
mod dsdt;
mod tables;

#[cfg(test)]
mod tests;

/// A possible CPU.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CpuEntry {
    /// Its APIC ID.
    pub apic_id: u32,
    /// Whether it is there.
    pub present: bool,
    /// Its node.
    pub node: u32,
}

/// Power management of a board.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Power {
    /// First port of the fixed registers.
    pub base: u16,
    /// First port and number of general-purpose event registers.
    pub events: (u16, u8),
    /// Whether PCI's reset register at 0xcf9 is there.
    pub reset: bool,
    /// First port of the registers of CPUs that come and go.
    pub cpus: Option<u16>,
}

/// A piece of memory of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NodeMemory {
    /// Where it begins.
    pub start: u64,
    /// Its bytes.
    pub len: u64,
    /// The node.
    pub node: u32,
}

/// What the tables describe.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Platform {
    /// All possible CPUs.
    pub cpus: Vec<CpuEntry>,
    /// Power management.
    pub power: Option<Power>,
    /// Whether there is an HPET.
    pub hpet: bool,
    /// Whether there is PCI: below which address its memory window begins.
    pub pci_window: Option<u32>,
    /// Window of PCI Express's configuration space.
    pub pcie: Option<u64>,
    /// Whether the keyboard controller and clock are there.
    pub keyboard: bool,
    /// Serial ports.
    pub serials: usize,
    /// Memory of each node; empty without nodes.
    pub nodes: Vec<NodeMemory>,
    /// Distances between nodes, row by source; empty when none were given.
    pub distances: Vec<Vec<u8>>,
}

/// A pointer: where it is, and its bytes. What is there is the offset of what it points to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pointer {
    /// Its offset.
    pub at: usize,
    /// Its width in bytes.
    pub width: usize,
}

/// A table: offset and length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Table {
    /// Where it begins.
    pub at: usize,
    /// Its bytes.
    pub len: usize,
}

/// All tables but the root pointer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Block {
    /// The bytes, without checksums.
    pub bytes: Vec<u8>,
    /// The pointers in them.
    pub pointers: Vec<Pointer>,
    /// The tables that have a checksum at offset 9.
    pub tables: Vec<Table>,
    /// Offset of the RSDT.
    pub rsdt: usize,
    /// Offset of the XSDT.
    pub xsdt: usize,
}

/// Where the checksum of a table is in it.
pub const CHECKSUM: usize = 9;

/// What makes the sum of bytes 0.
fn checksum(bytes: &[u8]) -> u8 {
    0u8.wrapping_sub(bytes.iter().fold(0, |sum, byte| sum.wrapping_add(*byte)))
}

impl Block {
    /// The tables of a platform.
    pub fn new(platform: &Platform) -> Block {
        tables::block(platform)
    }

    /// The bytes as they are at `base`: pointers and checksums filled in.
    pub fn at(&self, base: u64) -> Vec<u8> {
        let mut bytes = self.bytes.clone();
        for pointer in &self.pointers {
            let field = &mut bytes[pointer.at..pointer.at + pointer.width];
            let value = field.iter().rev().fold(0u64, |value, byte| value << 8 | u64::from(*byte)) + base;
            field.copy_from_slice(&value.to_le_bytes()[..pointer.width]);
        }
        for table in &self.tables {
            bytes[table.at + CHECKSUM] = checksum(&bytes[table.at..table.at + table.len]);
        }
        bytes
    }
}

/// Length of the root pointer of revision 2, and of the part that its first checksum covers.
pub const RSDP_LEN: usize = 36;
/// See [`RSDP_LEN`].
pub const RSDP_FIRST: usize = 20;
/// Where its pointers and checksums are: RSDT, XSDT, the first checksum, the second.
pub const RSDP_FIELDS: [usize; 4] = [16, 24, 8, 32];

/// The root pointer to an RSDT and an XSDT, with checksums.
pub fn rsdp(rsdt: u64, xsdt: u64) -> Vec<u8> {
    let mut out = b"RSD PTR \0POLY  \x02".to_vec();
    out.extend((rsdt as u32).to_le_bytes());
    out.extend((RSDP_LEN as u32).to_le_bytes());
    out.extend(xsdt.to_le_bytes());
    out.resize(RSDP_LEN, 0);
    out[8] = checksum(&out[..RSDP_FIRST]);
    out[32] = checksum(&out);
    out
}

/// A table with its header and without checksum.
fn table(signature: &[u8; 4], revision: u8, body: &[u8]) -> Vec<u8> {
    let mut out = signature.to_vec();
    out.extend((body.len() as u32 + 36).to_le_bytes());
    out.extend([revision, 0]);
    out.extend(b"POLY  POLYARCH");
    out.extend(1u32.to_le_bytes());
    out.extend(b"POLY");
    out.extend(1u32.to_le_bytes());
    out.extend_from_slice(body);
    out
}
