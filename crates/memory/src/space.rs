//! The address space: which RAM or device answers at a physical address.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use bits::Endian;
use parking_lot::Mutex;

use crate::device::{Device, Nanos, Size};
use crate::ram::Ram;

/// A device that several places hold: the address space, and the machine for its time and input.
pub type SharedDevice = Arc<Mutex<dyn Device>>;

/// The byte order in which a device's registers are wired to the bus.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DeviceEndian {
    /// Whatever order the access has: a store of a number writes that number.
    Native,
    /// A fixed order.
    Fixed(Endian),
}

#[derive(Clone)]
enum Kind {
    Ram { ram: Arc<Ram>, offset: u64, writable: bool },
    Device { device: SharedDevice, offset: u64, endian: DeviceEndian },
    Banks { banks: Vec<Bank>, switch: BankSwitch },
}

/// One of the things that a region with a switch can be: RAM that is read, and RAM that is written, each with the offset of the region's
/// first byte. Where there is nothing, reads are all ones and writes are lost.
#[derive(Clone, Default)]
pub struct Bank {
    /// Where reads and instruction fetches go.
    pub read: Option<(Arc<Ram>, u64)>,
    /// Where writes go.
    pub write: Option<(Arc<Ram>, u64)>,
}

/// Chooses the bank of a region (shadow RAM, say). Clones are the same switch. Whoever moves it has to make running CPUs come back soon:
/// they look at [`AddressSpace::map_changes`] between slices.
#[derive(Clone, Debug, Default)]
pub struct BankSwitch {
    at: Arc<AtomicUsize>,
    changes: Arc<AtomicU64>,
}

impl BankSwitch {
    /// Moves it; returns whether that changes anything.
    pub fn set(&self, bank: usize) -> bool {
        let changed = self.at.swap(bank, Ordering::SeqCst) != bank;
        if changed {
            self.changes.fetch_add(1, Ordering::SeqCst);
        }
        changed
    }
}

#[derive(Clone)]
struct Region {
    start: u64,
    /// Last address, so that a region may end at the top of the address space.
    last: u64,
    name: String,
    kind: Kind,
}

/// What answers at one physical page, for the soft TLB.
#[derive(Clone, Copy)]
pub struct RamPage<'a> {
    /// The RAM.
    pub ram: &'a Arc<Ram>,
    /// Where in it the page begins.
    pub offset: u64,
    /// Whether stores have an effect (ROM ignores them).
    pub writable: bool,
}

/// Nothing answers there.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("nothing answers at physical address {0:#x}")]
pub struct BusError(pub u64);

/// Two regions would answer at one address.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{new} at {start:#x}..={last:#x} overlaps {old}")]
pub struct Overlap {
    /// The region that was to be added.
    pub new: String,
    /// The region that is there.
    pub old: String,
    /// First address of the new one.
    pub start: u64,
    /// Last address of the new one.
    pub last: u64,
}

/// The physical address space of a machine. Built by a board; read-only while guests run.
#[derive(Default)]
pub struct AddressSpace {
    regions: Vec<Region>,
    code_changes: AtomicU64,
    code_pages: AtomicU64,
    map_changes: Arc<AtomicU64>,
}

impl AddressSpace {
    /// An empty address space.
    pub fn new() -> AddressSpace {
        AddressSpace::default()
    }

    /// Maps all of `ram` at `start`.
    ///
    /// # Errors
    /// [`Overlap`].
    pub fn map_ram(&mut self, name: &str, start: u64, ram: &Arc<Ram>) -> Result<(), Overlap> {
        self.map_ram_part(name, start, ram, 0, ram.len(), true)
    }

    /// Maps `ram` at `start` so that stores have no effect.
    ///
    /// # Errors
    /// [`Overlap`].
    pub fn map_rom(&mut self, name: &str, start: u64, ram: &Arc<Ram>) -> Result<(), Overlap> {
        self.map_ram_part(name, start, ram, 0, ram.len(), false)
    }

    /// Maps `len` bytes from `offset` in `ram` at `start`. All three are multiples of the page size.
    ///
    /// # Errors
    /// [`Overlap`].
    ///
    /// # Panics
    /// When the part is not inside the RAM, is empty or not page-aligned: a board's mistake.
    pub fn map_ram_part(
        &mut self,
        name: &str,
        start: u64,
        ram: &Arc<Ram>,
        offset: u64,
        len: u64,
        writable: bool,
    ) -> Result<(), Overlap> {
        assert!(
            len > 0 && offset + len <= ram.len() && (start | offset | len).is_multiple_of(crate::PAGE_SIZE),
            "mapping of {name}"
        );
        self.insert(name, start, len, Kind::Ram { ram: Arc::clone(ram), offset, writable })
    }

    /// Maps `len` bytes of registers of `device` at `start`.
    ///
    /// # Errors
    /// [`Overlap`].
    pub fn map_device(
        &mut self,
        name: &str,
        start: u64,
        len: u64,
        endian: DeviceEndian,
        device: &SharedDevice,
    ) -> Result<(), Overlap> {
        self.map_device_part(name, start, len, endian, device, 0)
    }

    /// The same, for the registers from `offset` on.
    ///
    /// # Errors
    /// [`Overlap`].
    pub fn map_device_part(
        &mut self,
        name: &str,
        start: u64,
        len: u64,
        endian: DeviceEndian,
        device: &SharedDevice,
        offset: u64,
    ) -> Result<(), Overlap> {
        self.insert(name, start, len, Kind::Device { device: Arc::clone(device), offset, endian })
    }

    /// Maps a region of `len` bytes, of whole pages, that is one of `banks` at a time, the first to begin with.
    ///
    /// # Errors
    /// [`Overlap`].
    pub fn map_banks(&mut self, name: &str, start: u64, len: u64, banks: Vec<Bank>) -> Result<BankSwitch, Overlap> {
        let switch = BankSwitch { at: Arc::default(), changes: Arc::clone(&self.map_changes) };
        self.insert(name, start, len, Kind::Banks { banks, switch: switch.clone() })?;
        Ok(switch)
    }

    fn insert(&mut self, name: &str, start: u64, len: u64, kind: Kind) -> Result<(), Overlap> {
        let last = start + (len - 1);
        if let Some(old) = self.regions.iter().find(|r| r.start <= last && start <= r.last) {
            return Err(Overlap { new: name.to_owned(), old: old.name.clone(), start, last });
        }
        let at = self.regions.partition_point(|r| r.start < start);
        self.regions.insert(at, Region { start, last, name: name.to_owned(), kind });
        Ok(())
    }

    fn find(&self, address: u64) -> Option<&Region> {
        let i = self.regions.partition_point(|r| r.start <= address);
        self.regions[..i].last().filter(|r| address <= r.last)
    }

    /// How often a switch has been moved: then vCPUs have to forget what they know of the map.
    pub fn map_changes(&self) -> u64 {
        self.map_changes.load(Ordering::SeqCst)
    }

    /// The RAM page at a physical address; `None` for devices and nothing.
    pub fn ram_page(&self, address: u64) -> Option<RamPage<'_>> {
        let page = address & !(crate::PAGE_SIZE - 1);
        match self.find(page)? {
            Region { start, kind: Kind::Ram { ram, offset, writable }, .. } => {
                Some(RamPage { ram, offset: offset + (page - start), writable: *writable })
            }
            Region { start, kind: Kind::Banks { banks, switch }, .. } => {
                let Bank { read, write } = banks.get(switch.at.load(Ordering::SeqCst))?;
                let (ram, offset) = read.as_ref()?;
                let writable = write.as_ref().is_some_and(|(to, at)| Arc::ptr_eq(to, ram) && at == offset);
                Some(RamPage { ram, offset: offset + (page - start), writable })
            }
            Region { kind: Kind::Device { .. }, .. } => None,
        }
    }

    /// Reads `size` bytes, as a number of the given byte order. The access must not cross `size` bytes' natural boundary.
    ///
    /// # Errors
    /// [`BusError`] when nothing answers.
    pub fn read(&self, address: u64, size: Size, endian: Endian, now: Nanos) -> Result<u64, BusError> {
        let region = self.find(address).ok_or(BusError(address))?;
        let within = address - region.start;
        match &region.kind {
            Kind::Ram { ram, offset, .. } => Ok(from_host(ram.read(offset + within, size), size, endian)),
            Kind::Device { device, offset, endian: wired } => {
                let value = device.lock().read(offset + within, size, now);
                Ok(rewire(value, size, *wired, endian))
            }
            Kind::Banks { banks, switch } => match banks.get(switch.at.load(Ordering::SeqCst)) {
                Some(Bank { read: Some((ram, offset)), .. }) => {
                    Ok(from_host(ram.read(offset + within, size), size, endian))
                }
                _ => Ok(u64::MAX >> (64 - 8 * size)),
            },
        }
    }

    /// Writes `size` bytes of a number in the given byte order. The access must not cross `size` bytes' natural boundary.
    ///
    /// # Errors
    /// [`BusError`] when nothing answers.
    pub fn write(&self, address: u64, size: Size, endian: Endian, value: u64, now: Nanos) -> Result<(), BusError> {
        let region = self.find(address).ok_or(BusError(address))?;
        let within = address - region.start;
        match &region.kind {
            Kind::Ram { writable: false, .. } => {}
            Kind::Ram { ram, offset, .. } => ram.write(offset + within, size, from_host(value, size, endian)),
            Kind::Device { device, offset, endian: wired } => {
                device.lock().write(offset + within, size, rewire(value, size, *wired, endian), now);
            }
            Kind::Banks { banks, switch } => {
                if let Some(Bank { write: Some((ram, offset)), .. }) = banks.get(switch.at.load(Ordering::SeqCst)) {
                    ram.write(offset + within, size, from_host(value, size, endian));
                }
            }
        }
        Ok(())
    }

    /// Copies bytes out of RAM; devices and nothing read as zeros, and are never disturbed.
    pub fn read_bytes(&self, address: u64, bytes: &mut [u8]) {
        bytes.fill(0);
        self.for_each_page(address, bytes.len() as u64, |page, from, at, len| {
            page.ram.read_bytes(page.offset + from, &mut bytes[at..at + len]);
        });
    }

    /// Copies bytes into RAM or ROM, for loaders and debuggers.
    ///
    /// # Errors
    /// [`BusError`] for the first address where there is no RAM; what lies before is written.
    pub fn write_bytes(&self, address: u64, bytes: &[u8]) -> Result<(), BusError> {
        self.write_pages(address, bytes, true)
    }

    /// The same, for devices: ROM is passed over.
    pub(crate) fn write_ram(&self, address: u64, bytes: &[u8]) -> Result<(), BusError> {
        self.write_pages(address, bytes, false)
    }

    fn write_pages(&self, address: u64, bytes: &[u8], rom: bool) -> Result<(), BusError> {
        let mut end = 0;
        self.for_each_page(address, bytes.len() as u64, |page, from, at, len| {
            if at == end {
                if rom || page.writable {
                    page.ram.write_bytes(page.offset + from, &bytes[at..at + len]);
                }
                end = at + len;
            }
        });
        self.note_code_change();
        if end == bytes.len() { Ok(()) } else { Err(BusError(address.wrapping_add(end as u64))) }
    }

    fn for_each_page(&self, address: u64, len: u64, mut f: impl FnMut(&RamPage<'_>, u64, usize, usize)) {
        let mut done = 0;
        while done < len {
            let at = address.wrapping_add(done);
            let from = at % crate::PAGE_SIZE;
            let n = (crate::PAGE_SIZE - from).min(len - done);
            if let Some(page) = self.ram_page(at) {
                f(&page, from, done as usize, n as usize);
            }
            done += n;
        }
    }

    /// Some code page has changed: vCPUs have to look at their versions.
    pub fn note_code_change(&self) {
        self.code_changes.fetch_add(1, Ordering::SeqCst);
    }

    /// Counts the calls of [`AddressSpace::note_code_change`].
    pub fn code_changes(&self) -> u64 {
        self.code_changes.load(Ordering::SeqCst)
    }

    /// Some page has become a code page: vCPUs have to drop their right to store there quickly.
    pub fn note_code_page(&self) {
        self.code_pages.fetch_add(1, Ordering::SeqCst);
    }

    /// Counts the calls of [`AddressSpace::note_code_page`].
    pub fn code_pages(&self) -> u64 {
        self.code_pages.load(Ordering::SeqCst)
    }

    /// The memory map, lowest address first: first and last address and name of each region.
    pub fn map(&self) -> impl Iterator<Item = (u64, u64, &str)> {
        self.regions.iter().map(|r| (r.start, r.last, r.name.as_str()))
    }
}

/// Host order to the order of an access, or back.
fn from_host(value: u64, size: Size, endian: Endian) -> u64 {
    if endian == Endian::HOST { value } else { swap(value, size) }
}

fn rewire(value: u64, size: Size, wired: DeviceEndian, access: Endian) -> u64 {
    match wired {
        DeviceEndian::Fixed(order) if order != access => swap(value, size),
        _ => value,
    }
}

fn swap(value: u64, size: Size) -> u64 {
    value.swap_bytes() >> (64 - 8 * size)
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Echo(u64);
    impl Device for Echo {
        fn read(&mut self, offset: u64, _: Size, _: Nanos) -> u64 {
            self.0 + offset
        }
        fn write(&mut self, _: u64, _: Size, value: u64, _: Nanos) {
            self.0 = value;
        }
        fn reset(&mut self) {}
    }

    fn space() -> AddressSpace {
        let mut s = AddressSpace::new();
        s.map_ram("ram", 0x8000_0000, &Arc::new(Ram::new(0x2000).unwrap())).unwrap();
        let echo: SharedDevice = Arc::new(Mutex::new(Echo(0)));
        s.map_device("echo", 0x1000, 0x100, DeviceEndian::Fixed(Endian::Little), &echo).unwrap();
        s
    }

    #[test]
    fn byte_order_of_accesses() {
        let s = space();
        s.write(0x8000_0000, 4, Endian::Big, 0x1234_5678, 0).unwrap();
        assert_eq!(s.read(0x8000_0000, 4, Endian::Little, 0), Ok(0x7856_3412));
        s.write(0x1000, 2, Endian::Big, 0x1234, 0).unwrap();
        assert_eq!(s.read(0x1000, 2, Endian::Little, 0), Ok(0x3412));
    }

    #[test]
    fn nothing_is_a_bus_error_and_overlap_is_refused() {
        let mut s = space();
        assert_eq!(s.read(0x8000_2000, 1, Endian::Little, 0), Err(BusError(0x8000_2000)));
        let ram = Arc::new(Ram::new(0x1000).unwrap());
        let error = s.map_ram("more", 0x8000_1000, &ram).unwrap_err();
        assert_eq!(error.to_string(), "more at 0x80001000..=0x80001fff overlaps ram");
    }

    #[test]
    fn bulk_copies_stop_at_the_end_of_ram() {
        let s = space();
        assert_eq!(s.write_bytes(0x8000_1ffe, &[1, 2, 3]), Err(BusError(0x8000_2000)));
        let mut b = [9; 4];
        s.read_bytes(0x8000_1ffd, &mut b);
        assert_eq!(b, [0, 1, 2, 0]);
    }

    #[test]
    fn banks_are_switched() {
        let (rom, ram) = (Arc::new(Ram::new(0x1000).unwrap()), Arc::new(Ram::new(0x1000).unwrap()));
        rom.write(0, 1, 0x11);
        let read_only = Bank { read: Some((rom.clone(), 0)), write: None };
        let copying = Bank { read: Some((rom, 0)), write: Some((ram.clone(), 0)) };
        let shadow = Bank { read: Some((ram.clone(), 0)), write: Some((ram, 0)) };
        let mut s = AddressSpace::new();
        let switch = s.map_banks("bios", 0xf_0000, 0x1000, vec![read_only, copying, shadow, Bank::default()]).unwrap();
        let put = |s: &AddressSpace, value| s.write(0xf_0000, 1, Endian::Little, value, 0).unwrap();
        let get = |s: &AddressSpace| s.read(0xf_0000, 1, Endian::Little, 0).unwrap();
        put(&s, 0x22);
        assert_eq!((get(&s), s.map_changes(), s.ram_page(0xf_0000).unwrap().writable), (0x11, 0, false));
        assert!(switch.set(1) && !switch.set(1));
        put(&s, 0x33);
        assert_eq!((get(&s), s.map_changes()), (0x11, 1));
        switch.set(2);
        assert_eq!((get(&s), s.ram_page(0xf_0000).unwrap().writable), (0x33, true));
        switch.set(3);
        put(&s, 0x44);
        assert_eq!((get(&s), s.ram_page(0xf_0000).is_none(), s.map_changes()), (0xff, true, 3));
    }
}
