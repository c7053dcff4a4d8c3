//! Guest memory as devices see it.

use std::sync::{Arc, OnceLock, Weak};

use crate::space::{AddressSpace, BusError};

/// A device's way into guest RAM. Cheap to clone. It reaches no device, so that a guest can't make one access itself.
///
/// Boards hand it out before the address space is complete, and connect it then; unconnected, it finds no memory.
#[derive(Clone, Default)]
pub struct Dma(Arc<OnceLock<Weak<AddressSpace>>>);

impl Dma {
    /// This way, and all its clones, lead into `space` from now on; only the first call counts.
    pub fn connect(&self, space: &Arc<AddressSpace>) {
        let _ = self.0.set(Arc::downgrade(space));
    }

    fn space(&self) -> Option<Arc<AddressSpace>> {
        self.0.get()?.upgrade()
    }

    /// Reads RAM from physical address `address` on; zeros where there is none.
    pub fn read(&self, address: u64, bytes: &mut [u8]) {
        match self.space() {
            Some(space) => space.read_bytes(address, bytes),
            None => bytes.fill(0),
        }
    }

    /// Writes RAM from physical address `address` on. ROM stays as it is.
    ///
    /// # Errors
    /// [`BusError`] with the first address where no RAM is; what lies before is written.
    pub fn write(&self, address: u64, bytes: &[u8]) -> Result<(), BusError> {
        self.space().ok_or(BusError(address))?.write_ram(address, bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{PAGE_SIZE, Ram};

    #[test]
    fn reaches_ram_once_connected() {
        let dma = Dma::default();
        assert_eq!(dma.write(0, &[1]), Err(BusError(0)));
        let mut space = AddressSpace::new();
        let (ram, rom) = (Arc::new(Ram::new(PAGE_SIZE).unwrap()), Arc::new(Ram::new(PAGE_SIZE).unwrap()));
        space.map_ram("ram", 0, &ram).unwrap();
        space.map_rom("rom", PAGE_SIZE, &rom).unwrap();
        let space = Arc::new(space);
        dma.clone().connect(&space);
        assert_eq!(dma.write(PAGE_SIZE - 2, &[1, 2, 3, 4]), Ok(()));
        let mut bytes = [9; 4];
        dma.read(PAGE_SIZE - 2, &mut bytes);
        assert_eq!(bytes, [1, 2, 0, 0], "ROM is not written");
        assert_eq!(dma.write(2 * PAGE_SIZE - 1, &[1, 2]), Err(BusError(2 * PAGE_SIZE)));
        drop(space);
        dma.read(0, &mut bytes);
        assert_eq!(bytes, [0; 4]);
    }
}
