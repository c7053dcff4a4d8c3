//! Parallel NOR flash with the Intel/Sharp command set.
//!
//! JEDEC JESD68.01, Common Flash Interface; Intel StrataFlash Memory (J3) data sheet 290667, "Command Set". Several chips
//! side by side make a bank: each command goes to all of them, and each answers in its lane. Programming and erasing take
//! no time. Contents live in memory, by blocks, so that an erased flash costs nothing; they survive a reset.

use memory::{Device, Nanos, Size};
use serde::{Deserialize, Serialize};

use crate::state;

const PART: &str = "cfi_flash";
/// Manufacturer and device codes: Intel, 28F128J3.
const MANUFACTURER: u64 = 0x89;
const DEVICE_CODE: u64 = 0x18;
/// log2 of a chip's write buffer in bytes.
const WRITE_BUFFER: u8 = 11;

/// Commands ("Command Set").
mod cmd {
    pub(super) const WORD_PROGRAM_ALT: u8 = 0x10;
    pub(super) const BLOCK_ERASE: u8 = 0x20;
    pub(super) const WORD_PROGRAM: u8 = 0x40;
    pub(super) const CLEAR_STATUS: u8 = 0x50;
    pub(super) const LOCK_SETUP: u8 = 0x60;
    pub(super) const READ_STATUS: u8 = 0x70;
    pub(super) const READ_ID: u8 = 0x90;
    pub(super) const READ_QUERY: u8 = 0x98;
    pub(super) const CONFIRM: u8 = 0xd0;
    pub(super) const WRITE_TO_BUFFER: u8 = 0xe8;
    pub(super) const READ_ARRAY: u8 = 0xff;
}

/// Status register.
mod status {
    pub(super) const READY: u8 = 1 << 7;
    pub(super) const ERASE_ERROR: u8 = 1 << 5;
    pub(super) const PROGRAM_ERROR: u8 = 1 << 4;
}

/// How a bank is made up. Sizes are in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FlashGeometry {
    /// The whole bank.
    pub size: u64,
    /// One erase block of the whole bank.
    pub block: u64,
    /// The data bus: 1, 2, 4 or 8.
    pub bank_width: u32,
    /// One chip's share of it.
    pub device_width: u32,
    /// The bank's numbers are big-endian (the region's byte order).
    pub big_endian: bool,
}

impl FlashGeometry {
    /// A bank of RISC-V `virt`: 32 MiB in blocks of 256 KiB, two 16-bit chips.
    pub const VIRT: FlashGeometry =
        FlashGeometry { size: 32 << 20, block: 256 << 10, bank_width: 4, device_width: 2, big_endian: false };

    fn valid(&self) -> bool {
        let powers = [self.size, self.block, u64::from(self.bank_width), u64::from(self.device_width)];
        let chips = u64::from(self.bank_width / self.device_width.max(1));
        powers.iter().all(|n| n.is_power_of_two())
            && self.device_width <= self.bank_width
            && self.bank_width <= 8
            && self.block >= chips << WRITE_BUFFER
            && (self.block..=1 << 32).contains(&self.size)
            && self.size / self.block <= 1 << 16
    }

    fn chips(&self) -> u64 {
        u64::from(self.bank_width / self.device_width)
    }
}

/// What reads show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum View {
    Array,
    Status,
    Id,
    Query,
}

/// What the next write means.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Next {
    Command,
    ProgramData,
    EraseConfirm,
    LockConfirm,
    BufferCount,
    /// So many words still to come.
    BufferData(u64),
    BufferConfirm,
}

/// A write that the buffer holds: offset, size, value.
type Buffered = (u64, u32, u64);

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Control {
    view: View,
    next: Next,
    status: u8,
    buffer: Vec<Buffered>,
}

impl Control {
    fn new() -> Control {
        Control { view: View::Array, next: Next::Command, status: status::READY, buffer: Vec::new() }
    }
}

/// A bank of flash chips.
pub struct CfiFlash {
    geometry: FlashGeometry,
    /// By block; an erased one has no bytes.
    blocks: Vec<Option<Vec<u8>>>,
    query: Vec<u8>,
    c: Control,
}

impl CfiFlash {
    /// A bank that begins with `image` and is erased behind it.
    ///
    /// # Errors
    /// If the image is larger than the bank.
    ///
    /// # Panics
    /// If the geometry is not one that chips have: the board is wrong.
    pub fn new(geometry: FlashGeometry, image: &[u8]) -> Result<CfiFlash, String> {
        assert!(geometry.valid(), "no flash chips make up {geometry:?}");
        if image.len() as u64 > geometry.size {
            return Err(format!("the flash image has {} bytes, this bank has {}", image.len(), geometry.size));
        }
        let block = geometry.block as usize;
        let mut blocks: Vec<Option<Vec<u8>>> = image.chunks(block).map(|part| Some(part.to_vec())).collect();
        blocks.iter_mut().flatten().for_each(|part| part.resize(block, 0xff));
        blocks.resize((geometry.size / geometry.block) as usize, None);
        Ok(CfiFlash { geometry, blocks, query: query(geometry), c: Control::new() })
    }

    /// The bytes from `offset` on, as they are stored: for booting from flash and for writing an image back.
    pub fn contents(&self, offset: u64, out: &mut [u8]) {
        for (at, byte) in (offset..).zip(out) {
            *byte = self.byte(at);
        }
    }

    fn byte(&self, offset: u64) -> u8 {
        let block = self.blocks.get((offset / self.geometry.block) as usize);
        block.and_then(Option::as_ref).map_or(0xff, |b| b[(offset % self.geometry.block) as usize])
    }

    /// The shift of byte `i` within a number of `size` bytes.
    fn lane(&self, i: u32, size: Size) -> u32 {
        8 * if self.geometry.big_endian { size - 1 - i } else { i }
    }

    fn array(&self, offset: u64, size: Size) -> u64 {
        (0..size).fold(0, |all, i| all | u64::from(self.byte(offset + u64::from(i))) << self.lane(i, size))
    }

    /// A value that every chip gives in its lane, as the access sees it.
    fn each_chip(&self, offset: u64, size: Size, value: impl Fn(u64) -> u64) -> u64 {
        let (bank, device) = (self.geometry.bank_width, self.geometry.device_width);
        let byte_of = |at: u64| {
            let in_device = (at % u64::from(device)) as u32;
            value(at / u64::from(bank)) >> self.lane(in_device, device) & 0xff
        };
        (0..size).fold(0, |all, i| all | byte_of(offset + u64::from(i)) << self.lane(i, size))
    }

    /// Programming can only clear bits.
    fn program(&mut self, (offset, size, value): Buffered) {
        for i in 0..size {
            let at = offset + u64::from(i);
            let byte = (value >> self.lane(i, size)) as u8;
            let block_len = self.geometry.block as usize;
            if let Some(block) = self.blocks.get_mut((at / self.geometry.block) as usize) {
                let block = block.get_or_insert_with(|| vec![0xff; block_len]);
                block[(at % self.geometry.block) as usize] &= byte;
            }
        }
    }

    fn done(&mut self) {
        self.c.next = Next::Command;
        self.c.view = View::Status;
    }

    fn fail(&mut self, bits: u8) {
        self.c.status |= bits;
        self.c.buffer.clear();
        self.done();
    }

    fn command(&mut self, command: u8) {
        let (view, next) = match command {
            cmd::WORD_PROGRAM | cmd::WORD_PROGRAM_ALT => (View::Status, Next::ProgramData),
            cmd::BLOCK_ERASE => (View::Status, Next::EraseConfirm),
            cmd::LOCK_SETUP => (View::Status, Next::LockConfirm),
            cmd::WRITE_TO_BUFFER => (View::Status, Next::BufferCount),
            cmd::READ_STATUS => (View::Status, Next::Command),
            cmd::READ_ID => (View::Id, Next::Command),
            cmd::READ_QUERY => (View::Query, Next::Command),
            cmd::CLEAR_STATUS => {
                self.c.status = status::READY;
                (self.c.view, Next::Command)
            }
            // Read Array, and whatever isn't a command.
            _ => (View::Array, Next::Command),
        };
        (self.c.view, self.c.next) = (view, next);
    }

    /// The words that fit the chips' write buffers.
    fn buffer_words(&self) -> u64 {
        (1 << WRITE_BUFFER) / u64::from(self.geometry.device_width)
    }

    /// One word for the buffer. All must lie in one buffer-sized part of the bank.
    fn buffer(&mut self, write: Buffered, left: u64) {
        let part = |offset: u64| offset / (self.geometry.chips() << WRITE_BUFFER);
        let first = self.c.buffer.first().map_or(write.0, |first| first.0);
        if part(first) != part(write.0) || part(first) != part(write.0 + u64::from(write.1) - 1) {
            return self.fail(status::PROGRAM_ERROR | status::ERASE_ERROR);
        }
        self.c.buffer.push(write);
        self.c.next = if left == 1 { Next::BufferConfirm } else { Next::BufferData(left - 1) };
    }

    /// The write after a two-cycle command.
    fn second(&mut self, offset: u64, size: Size, value: u64) {
        let command = value as u8;
        match self.c.next.clone() {
            Next::Command => self.command(command),
            Next::ProgramData => {
                self.program((offset, size, value));
                self.done();
            }
            Next::EraseConfirm if command == cmd::CONFIRM => {
                if let Some(block) = self.blocks.get_mut((offset / self.geometry.block) as usize) {
                    *block = None;
                }
                self.done();
            }
            Next::EraseConfirm => self.fail(status::PROGRAM_ERROR | status::ERASE_ERROR),
            // Blocks are never locked: lock, unlock and lock-down have no effect.
            Next::LockConfirm if command == cmd::READ_ARRAY => self.command(command),
            Next::LockConfirm => self.done(),
            Next::BufferCount => {
                let mask = u64::MAX >> (64 - 8 * self.geometry.device_width);
                let words = (value & mask).saturating_add(1);
                if words > self.buffer_words() {
                    return self.fail(status::PROGRAM_ERROR | status::ERASE_ERROR);
                }
                self.c.next = Next::BufferData(words);
            }
            Next::BufferData(left) => self.buffer((offset, size, value), left),
            Next::BufferConfirm if command == cmd::CONFIRM => {
                std::mem::take(&mut self.c.buffer).into_iter().for_each(|write| self.program(write));
                self.done();
            }
            Next::BufferConfirm => self.fail(status::PROGRAM_ERROR | status::ERASE_ERROR),
        }
    }

    fn inside(&self, offset: u64, size: Size) -> bool {
        matches!(size, 1 | 2 | 4 | 8) && offset.checked_add(size.into()).is_some_and(|end| end <= self.geometry.size)
    }
}

/// The CFI query structure of one chip (JESD68.01, "Query Structure Output"), by word index.
fn query(geometry: FlashGeometry) -> Vec<u8> {
    let chips = geometry.chips();
    let mut q = vec![0; 0x3d];
    let mut put = |at: usize, bytes: &[u8]| q[at..at + bytes.len()].copy_from_slice(bytes);
    put(0x10, b"QRY");
    // Primary command set 1 (Intel/Sharp extended), its table at 0x31.
    put(0x13, &[0x01, 0x00, 0x31, 0x00]);
    // Vcc 4.5 V to 5.5 V; no Vpp.
    put(0x1b, &[0x45, 0x55, 0x00, 0x00]);
    // Typical and, relative to these, maximal times: 2^n microseconds a word and a buffer, 2^n milliseconds a block.
    put(0x1f, &[0x07, 0x07, 0x0a, 0x00, 0x04, 0x04, 0x04, 0x00]);
    put(0x27, &[(geometry.size / chips).ilog2() as u8, 0x02, 0x00, WRITE_BUFFER, 0x00]);
    // One region of equal blocks: their number less one, and a chip's share of a block in units of 256 bytes.
    let (n, units) = (geometry.size / geometry.block - 1, geometry.block / chips / 256);
    put(0x2c, &[1, n as u8, (n >> 8) as u8, units as u8, (units >> 8) as u8]);
    // No optional features.
    put(0x31, b"PRI10");
    q
}

impl Device for CfiFlash {
    fn read(&mut self, offset: u64, size: Size, _: Nanos) -> u64 {
        if !self.inside(offset, size) {
            return 0;
        }
        match self.c.view {
            View::Array => self.array(offset, size),
            View::Status => self.each_chip(offset, size, |_| self.c.status.into()),
            View::Id => self.each_chip(offset, size, |word| match word & 0xff {
                0 => MANUFACTURER,
                1 => DEVICE_CODE,
                // 2 is the block's lock: never locked.
                _ => 0,
            }),
            View::Query => {
                self.each_chip(offset, size, |word| self.query.get(word as usize).copied().unwrap_or(0).into())
            }
        }
    }

    fn write(&mut self, offset: u64, size: Size, value: u64, _: Nanos) {
        if self.inside(offset, size) {
            self.second(offset, size, value);
        }
    }

    /// Back to reading the array; the contents stay.
    fn reset(&mut self) {
        self.c = Control::new();
    }

    fn save(&self) -> Vec<u8> {
        state::save(PART, &(&self.c, &self.blocks))
    }

    fn restore(&mut self, bytes: &[u8]) -> Result<(), String> {
        let (c, blocks): (Control, Vec<Option<Vec<u8>>>) = state::restore(PART, bytes)?;
        state::same_len(PART, "blocks", blocks.len(), self.blocks.len())?;
        for block in blocks.iter().flatten() {
            state::same_len(PART, "bytes in a block", block.len(), self.geometry.block as usize)?;
        }
        let left = if let Next::BufferData(left) = c.next { left } else { 1 };
        let limit = self.buffer_words();
        if left == 0 || left > limit || c.buffer.iter().any(|&(offset, size, _)| !self.inside(offset, size)) {
            return Err(format!("{PART}: the saved state has a write buffer that this flash can't have"));
        }
        (self.c, self.blocks) = (c, blocks);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn virt(image: &[u8]) -> CfiFlash {
        CfiFlash::new(FlashGeometry::VIRT, image).unwrap()
    }

    fn wr(f: &mut CfiFlash, offset: u64, values: &[u64]) {
        values.iter().for_each(|&value| f.write(offset, 4, value, 0));
    }

    #[test]
    fn reads_the_image_and_erased_space() {
        let mut f = virt(&[1, 2, 3, 4, 5]);
        assert_eq!((f.read(0, 4, 0), f.read(4, 8, 0), f.read(1, 1, 0)), (0x0403_0201, 0xffff_ffff_ffff_ff05, 2));
        assert_eq!(f.read((32 << 20) - 4, 4, 0), 0xffff_ffff);
        assert_eq!(f.read((32 << 20) - 2, 4, 0), 0);
        assert!(CfiFlash::new(FlashGeometry::VIRT, &vec![0; (32 << 20) + 1]).is_err());
    }

    #[test]
    fn identifies_itself() {
        let mut f = virt(&[]);
        wr(&mut f, 0x154, &[0x0098_0098]);
        let query: Vec<u64> = (0x10..0x13).map(|i| f.read(i * 4, 4, 0)).collect();
        assert_eq!(query, [0x0051_0051, 0x0052_0052, 0x0059_0059]);
        // 16 MiB a chip, 128 blocks of 128 KiB.
        assert_eq!((f.read(0x27 * 4, 1, 0), f.read(0x2d * 4, 2, 0), f.read(0x30 * 4, 2, 0)), (24, 127, 2));
        wr(&mut f, 0, &[0x0090_0090]);
        assert_eq!((f.read(0, 4, 0), f.read(4, 4, 0), f.read(8, 4, 0)), (0x0089_0089, 0x0018_0018, 0));
        wr(&mut f, 0, &[0x00ff_00ff]);
        assert_eq!(f.read(0, 4, 0), 0xffff_ffff);
    }

    #[test]
    fn program_and_erase() {
        let mut f = virt(&[]);
        wr(&mut f, 0x10, &[0x0040_0040, 0x1234_5678]);
        assert_eq!(f.read(0x10, 4, 0), 0x0080_0080);
        wr(&mut f, 0x10, &[0x0040_0040, 0xff00_ffff, 0xff]);
        assert_eq!(f.read(0x10, 4, 0), 0x1200_5678, "bits are only cleared");
        wr(&mut f, 0x10, &[0x20, 0x55]);
        assert_eq!(f.read(0, 1, 0), 0xb0, "a sequence error");
        wr(&mut f, 0x10, &[0x50, 0x20, 0xd0]);
        assert_eq!(f.read(0, 1, 0), 0x80);
        wr(&mut f, 0, &[0xff]);
        assert_eq!(f.read(0x10, 4, 0), 0xffff_ffff);
    }

    #[test]
    fn write_buffer() {
        let mut f = virt(&[]);
        wr(&mut f, 0x2000, &[0x00e8_00e8, 0x0001_0001]);
        wr(&mut f, 0x2000, &[0x1111_1111]);
        wr(&mut f, 0x2004, &[0x2222_2222, 0x00d0_00d0]);
        wr(&mut f, 0, &[0xff]);
        assert_eq!(f.read(0x2000, 8, 0), 0x2222_2222_1111_1111);
        wr(&mut f, 0x3000, &[0xe8, 1, 0]);
        wr(&mut f, 0x4000, &[0]);
        assert_eq!(f.read(0, 1, 0), 0xb0, "the second word lies in another part");
        wr(&mut f, 0, &[0x50, 0xe8, 0x400]);
        assert_eq!(f.read(0, 1, 0), 0xb0, "more words than the buffer has");
        wr(&mut f, 0, &[0x50, 0xff]);
        assert_eq!(f.read(0x3000, 4, 0), 0xffff_ffff);
    }

    #[test]
    fn big_endian_bank() {
        let mut f = CfiFlash::new(FlashGeometry { big_endian: true, ..FlashGeometry::VIRT }, &[1, 2, 3, 4]).unwrap();
        assert_eq!((f.read(0, 4, 0), f.read(2, 2, 0)), (0x0102_0304, 0x0304));
        wr(&mut f, 0, &[0x0098_0098]);
        assert_eq!(f.read(0x40, 4, 0), 0x0051_0051);
    }

    #[test]
    fn snapshot_and_reset() {
        let mut f = virt(b"boot");
        wr(&mut f, 8, &[0x40, 7, 0x90]);
        let saved = f.save();
        let mut g = virt(&[]);
        g.restore(&saved).unwrap();
        assert_eq!(g.read(0, 1, 0), 0x89);
        g.reset();
        let mut bytes = [0; 9];
        g.contents(0, &mut bytes);
        assert_eq!(&bytes, b"boot\xff\xff\xff\xff\x07");
        let small = FlashGeometry { size: 1 << 20, ..FlashGeometry::VIRT };
        assert!(CfiFlash::new(small, &[]).unwrap().restore(&saved).unwrap_err().contains("128 blocks"));
    }
}
