//! Plug and play of LEON systems: the read-only tables in which the cores on the AHB and APB buses are listed.
//!
//! GRLIB IP Library User's Manual, 2020.4, chapter "GRLIB Design Concept", sections "AHB plug&play configuration" and "APB
//! plug&play configuration".

use memory::{Device, Nanos, Size};

/// Size of either table in bytes.
pub const PNP_SIZE: u64 = 0x1000;

/// Vendor of all cores of the library.
const GAISLER: u32 = 1;
/// Where the slaves' half of the AHB table begins, in words.
const AHB_SLAVES: usize = 0x800 / 4;
/// Words of an entry of the AHB table.
const AHB_ENTRY: usize = 8;

/// A core: its number in the library, its version and its interrupt.
#[derive(Clone, Copy, Debug)]
pub struct Core {
    /// The library's number of the core, 12 bits.
    pub device: u32,
    /// Its version, 5 bits.
    pub version: u32,
    /// Its first interrupt, 5 bits.
    pub irq: u32,
}

impl Core {
    /// "Identification register".
    fn id(self) -> u32 {
        GAISLER << 24 | (self.device & 0xfff) << 12 | (self.version & 0x1f) << 5 | self.irq & 0x1f
    }
}

/// Kinds of areas in bank address registers.
mod kind {
    pub(super) const APB_IO: u32 = 1;
    pub(super) const AHB_MEMORY: u32 = 2;
}

/// "Bank address register": the twelve upper bits of the address, and which of them are compared.
fn bank(address: u32, mask: u32, kind: u32) -> u32 {
    address << 20 | (mask & 0xfff) << 4 | kind
}

/// One of the tables.
#[derive(Clone, Debug)]
pub struct Pnp(Vec<u32>);

impl Pnp {
    /// The table of an AHB bus: masters, and slaves with address and mask of their area (bits 31 to 20).
    ///
    /// # Panics
    /// With more than 64 of either: the board is wrong.
    pub fn ahb(masters: &[Core], slaves: &[(Core, u32, u32)]) -> Pnp {
        let mut words = vec![0; PNP_SIZE as usize / 4];
        for (n, core) in masters.iter().enumerate() {
            words[n * AHB_ENTRY] = core.id();
        }
        for (n, (core, address, mask)) in slaves.iter().enumerate() {
            words[AHB_SLAVES + n * AHB_ENTRY] = core.id();
            words[AHB_SLAVES + n * AHB_ENTRY + 4] = bank(*address, *mask, kind::AHB_MEMORY);
        }
        Pnp(words)
    }

    /// The table of an APB bus: slaves with address and mask of their area (bits 19 to 8).
    ///
    /// # Panics
    /// With more than 512: the board is wrong.
    pub fn apb(slaves: &[(Core, u32, u32)]) -> Pnp {
        let mut words = vec![0; PNP_SIZE as usize / 4];
        for (n, (core, address, mask)) in slaves.iter().enumerate() {
            words[n * 2] = core.id();
            words[n * 2 + 1] = bank(*address, *mask, kind::APB_IO);
        }
        Pnp(words)
    }
}

impl Device for Pnp {
    fn read(&mut self, offset: u64, size: Size, _: Nanos) -> u64 {
        let word = u64::from(self.0.get((offset / 4) as usize).copied().unwrap_or(0));
        match size {
            4 if offset.is_multiple_of(4) => word,
            2 if offset.is_multiple_of(2) => word >> (8 * (2 - (offset & 2))) & 0xffff,
            1 => word >> (8 * (3 - (offset & 3))) & 0xff,
            _ => 0,
        }
    }

    fn write(&mut self, _: u64, _: Size, _: u64, _: Nanos) {}

    fn reset(&mut self) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables() {
        let core = |device, version, irq| Core { device, version, irq };
        let mut apb = Pnp::apb(&[(core(0x00d, 2, 0), 2, 0xfff), (core(0x00c, 1, 3), 1, 0xfff)]);
        let want = [0x0100_d040, 0x0020_fff1, 0x0100_c023, 0x0010_fff1, 0];
        assert_eq!(std::array::from_fn(|n| apb.read(4 * n as u64, 4, 0)), want);
        assert_eq!((apb.read(3, 1, 0), apb.read(2, 2, 0), apb.read(8, 8, 0)), (0x40, 0xd040, 0));
        let mut ahb = Pnp::ahb(&[core(3, 0, 0)], &[(core(6, 0, 0), 0x800, 0xfff)]);
        assert_eq!(
            (ahb.read(0, 4, 0), ahb.read(0x800, 4, 0), ahb.read(0x810, 4, 0)),
            (0x0100_3000, 0x0100_6000, 0x8000_fff2)
        );
    }
}
