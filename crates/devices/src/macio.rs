//! Apple's I/O controllers (Heathrow, KeyLargo): a PCI function whose base address register says where a block of small devices is.
//!
//! Apple, "Macintosh Technology in the Common Hardware Reference Platform", chapter on the I/O controller; Linux' `macio.h` for where the parts are.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use memory::{Device, Line, Nanos, SharedDevice, Size};
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};

use crate::pci::PciFunction;
use crate::state;

/// Bytes of the block.
pub const MACIO_SIZE: u64 = 0x8_0000;
/// Nowhere.
const OFF: u64 = u64::MAX;

/// Where a function's block is now; it is nowhere while the function answers no memory accesses.
#[derive(Clone)]
pub struct Base(Arc<AtomicU64>);

/// A function with one block of memory of `size` bytes (base address register 0), and where that is.
pub fn function(device: u8, vendor_device: u32, class: u32, size: u64) -> (PciFunction, Base) {
    let base = Base(Arc::new(AtomicU64::new(OFF)));
    let mask = !(size as u32 - 1);
    let fields = [
        (0x00, 4, vendor_device, 0),
        (0x04, 2, 0, 0x147),
        (0x08, 4, class, 0),
        (0x0c, 1, 0, 0xff),
        (0x10, 4, 0, mask),
        (0x2c, 4, 0x1100_1af4, 0),
        (0x3c, 1, 0, 0xff),
        (0x3d, 1, 1, 0),
    ];
    let seen = base.clone();
    let watched = PciFunction::new(device, 0, &fields).watched(move |bytes| {
        let at = u32::from_le_bytes([bytes[0x10], bytes[0x11], bytes[0x12], bytes[0x13]]) & mask;
        seen.0.store(if bytes[4] & 2 != 0 { at.into() } else { OFF }, Ordering::Relaxed);
    });
    (watched, base)
}

/// A part of a block: where it begins, its length, its device, and by how much its registers lie further apart than the device has them (a power of two).
pub struct Part {
    /// Offset in the block.
    pub start: u64,
    /// Bytes.
    pub size: u64,
    /// The device.
    pub device: SharedDevice,
    /// Offset 1 of the device is offset `1 << shift`.
    pub shift: u32,
}

/// The PCI memory that CPUs see: base address registers say where in it a block is.
pub struct PciWindow {
    start: u64,
    base: Base,
    parts: Vec<Part>,
}

impl PciWindow {
    /// The window from `start` on with a block of these parts.
    pub fn new(start: u64, base: Base, parts: Vec<Part>) -> PciWindow {
        PciWindow { start, base, parts }
    }

    fn part(&self, offset: u64) -> Option<(&Part, u64)> {
        let within = (self.start + offset).checked_sub(self.base.0.load(Ordering::Relaxed))?;
        let part = self.parts.iter().find(|p| (p.start..p.start + p.size).contains(&within))?;
        Some((part, (within - part.start) >> part.shift))
    }
}

impl Device for PciWindow {
    fn read(&mut self, offset: u64, size: Size, now: Nanos) -> u64 {
        self.part(offset).map_or(0, |(part, at)| part.device.lock().read(at, size, now))
    }

    fn write(&mut self, offset: u64, size: Size, value: u64, now: Nanos) {
        if let Some((part, at)) = self.part(offset) {
            part.device.lock().write(at, size, value, now);
        }
    }

    fn reset(&mut self) {}
}

const PIC_PART: &str = "heathrow-pic";

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct PicState {
    /// Of two groups: events that are latched, mask, levels.
    events: [u32; 2],
    mask: [u32; 2],
    levels: [u32; 2],
}

struct PicInner {
    line: Line,
    s: PicState,
}

impl PicInner {
    fn update(&self) {
        let asks = (0..2).any(|n| (self.s.events[n] | self.s.levels[n] & LEVELS[n]) & self.s.mask[n] != 0);
        self.line.set(asks);
    }

    fn set(&mut self, source: usize, level: bool) {
        let (n, bit) = (source / 32, 1 << (source % 32));
        if level {
            self.s.events[n] |= bit & !LEVELS[n] & !self.s.levels[n];
            self.s.levels[n] |= bit;
        } else {
            self.s.levels[n] &= !bit;
        }
        self.update();
    }
}

/// Sources that are levels, by group.
const LEVELS: [u32; 2] = [0, 0x1ff0_0000];

/// Heathrow's interrupt controller: 64 sources, the group of the higher ones first. Clones are the same controller.
#[derive(Clone)]
pub struct HeathrowPic(Arc<Mutex<PicInner>>);

impl HeathrowPic {
    /// A controller that drives `line`.
    pub fn new(line: Line) -> HeathrowPic {
        HeathrowPic(Arc::new(Mutex::new(PicInner { line, s: PicState::default() })))
    }

    /// The wire into a source.
    pub fn line(&self, source: usize) -> Line {
        let inner = Arc::clone(&self.0);
        Line::new(move |level| inner.lock().set(source, level))
    }
}

impl Device for HeathrowPic {
    /// Each group has events, mask, a register that clears events, and levels.
    fn read(&mut self, offset: u64, size: Size, _: Nanos) -> u64 {
        let inner = self.0.lock();
        let group = 1 - ((offset.wrapping_sub(0x10) >> 4) & 1) as usize;
        let value = match offset & 0xf {
            _ if size != 4 || !(0x10..0x30).contains(&offset) => 0,
            0x0 => inner.s.events[group] | inner.s.levels[group] & LEVELS[group],
            0x4 => inner.s.mask[group],
            0xc => inner.s.levels[group],
            _ => 0,
        };
        value.into()
    }

    fn write(&mut self, offset: u64, size: Size, value: u64, _: Nanos) {
        if size != 4 || !(0x10..0x30).contains(&offset) {
            return;
        }
        let mut inner = self.0.lock();
        let group = 1 - ((offset - 0x10) >> 4 & 1) as usize;
        match offset & 0xf {
            0x4 => inner.s.mask[group] = value as u32,
            0x8 => inner.s.events[group] &= !(value as u32),
            _ => {}
        }
        inner.update();
    }

    fn reset(&mut self) {
        let mut inner = self.0.lock();
        inner.s = PicState::default();
        inner.update();
    }

    fn save(&self) -> Vec<u8> {
        state::save(PIC_PART, &self.0.lock().s)
    }

    fn restore(&mut self, bytes: &[u8]) -> Result<(), String> {
        let mut inner = self.0.lock();
        inner.s = state::restore(PIC_PART, bytes)?;
        inner.update();
        Ok(())
    }
}

/// KeyLargo's free-running counter of 18.432 MHz: its low word at 0x38, its high word at 0x3c.
pub struct KeyLargoTimer;

impl Device for KeyLargoTimer {
    fn read(&mut self, offset: u64, _: Size, now: Nanos) -> u64 {
        let ticks = (u128::from(now) * 18_432_000 / 1_000_000_000) as u64;
        match offset {
            0x38 => ticks & 0xffff_ffff,
            0x3c => ticks >> 32,
            _ => 0,
        }
    }

    fn write(&mut self, _: u64, _: Size, _: u64, _: Nanos) {}

    fn reset(&mut self) {}
}

/// Memory that keeps what it holds: the firmware's variables.
pub struct Nvram(Vec<u8>);

impl Nvram {
    /// Memory with these contents.
    pub fn new(contents: Vec<u8>) -> Nvram {
        Nvram(contents)
    }
}

impl Device for Nvram {
    fn read(&mut self, offset: u64, _: Size, _: Nanos) -> u64 {
        self.0.get(offset as usize).copied().unwrap_or(0).into()
    }

    fn write(&mut self, offset: u64, _: Size, value: u64, _: Nanos) {
        if let Some(byte) = self.0.get_mut(offset as usize) {
            *byte = value as u8;
        }
    }

    fn reset(&mut self) {}

    fn save(&self) -> Vec<u8> {
        self.0.clone()
    }

    fn restore(&mut self, bytes: &[u8]) -> Result<(), String> {
        state::same_len("nvram", "bytes", bytes.len(), self.0.len())?;
        self.0 = bytes.to_vec();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pci::PciBus;
    use crate::registers::{Registers, Word};

    #[test]
    fn parts_are_where_the_base_address_says() {
        let (function, base) = function(16, 0x0010_106b, 0xff00_0000, MACIO_SIZE);
        let bus = PciBus::new(vec![function]);
        let device: SharedDevice = Arc::new(Mutex::new(Registers::new(4, &[Word::kept(4, 7)])));
        let mut window = PciWindow::new(0x8000_0000, base, vec![Part { start: 0x1000, size: 0x100, device, shift: 4 }]);
        assert_eq!(window.read(0x1040, 4, 0), 0);
        bus.write(0x80, 0x10, 0xffff_ffff, 15);
        assert_eq!(bus.read(0x80, 0x10), 0xfff8_0000);
        bus.write(0x80, 0x10, 0x8010_0000, 15);
        bus.write(0x80, 4, 2, 3);
        assert_eq!((window.read(0x1040, 4, 0), window.read(0x10_1040, 4, 0)), (0, 7));
    }

    #[test]
    fn events_are_latched_and_cleared() {
        let level = Arc::new(std::sync::atomic::AtomicBool::new(false));
        let seen = Arc::clone(&level);
        let mut pic = HeathrowPic::new(Line::new(move |up| seen.store(up, Ordering::Relaxed)));
        pic.write(0x24, 4, 1 << 18, 0);
        let source = pic.line(18);
        source.raise();
        source.lower();
        assert_eq!((level.load(Ordering::Relaxed), pic.read(0x20, 4, 0)), (true, 1 << 18));
        pic.write(0x28, 4, 1 << 18, 0);
        assert_eq!((level.load(Ordering::Relaxed), pic.read(0x20, 4, 0)), (false, 0));
    }
}
