//! The compressed form of a core file that crash and makedumpfile read: `struct disk_dump_header`, version 6, in makedumpfile's
//! flattened form, in which each piece says where in the file it belongs (makedumpfile, "IMPLEMENTATION").

use std::io::{self, Write};

use flate2::Compression;
use flate2::write::ZlibEncoder;
use loader::corefile::{CoreFile, Segment};

/// The flag of a page that is compressed by zlib, and of a dump with such pages.
const ZLIB: u32 = 1;
/// `struct page_desc`: offset, size, flags, page flags.
const DESCRIPTOR: u64 = 24;

/// Where to find the bytes of memory: reads so many at a physical address.
pub(super) type ReadMemory<'a> = dyn FnMut(u64, &mut [u8]) + 'a;

/// A flattened file: pieces with their places.
struct Flat<'a>(&'a mut dyn Write);

impl<'a> Flat<'a> {
    fn new(out: &'a mut dyn Write) -> io::Result<Flat<'a>> {
        let mut head = b"makedumpfile\0\0\0\0".to_vec();
        head.extend([1_u64, 1].iter().flat_map(|word| word.to_be_bytes()));
        head.resize(4096, 0);
        out.write_all(&head)?;
        Ok(Flat(out))
    }

    fn put(&mut self, at: u64, bytes: &[u8]) -> io::Result<()> {
        self.0.write_all(&at.to_be_bytes())?;
        self.0.write_all(&(bytes.len() as u64).to_be_bytes())?;
        self.0.write_all(bytes)
    }

    fn end(self) -> io::Result<()> {
        self.0.write_all(&[0xff; 16])?;
        self.0.flush()
    }
}

/// Numbers in the guest's byte order, as the structures of a dump are laid out.
struct Record {
    bytes: Vec<u8>,
    big_endian: bool,
}

impl Record {
    fn word(&mut self, value: u64, len: usize) -> &mut Record {
        let (big, little) = (value.to_be_bytes(), value.to_le_bytes());
        self.bytes.extend(if self.big_endian { &big[8 - len..] } else { &little[..len] });
        self
    }

    fn words(&mut self, len: usize, values: &[u64]) -> &mut Record {
        values.iter().for_each(|value| _ = self.word(*value, len));
        self
    }

    fn pad_to(&mut self, len: usize) -> &mut Record {
        self.bytes.resize(len, 0);
        self
    }
}

/// What a dump is made of.
pub(super) struct Kdump<'a> {
    /// Notes and segments.
    pub core: &'a CoreFile,
    /// `utsname.machine`.
    pub machine: &'static str,
    /// Bytes of a page, a power of two.
    pub page: u64,
    /// Number of CPUs.
    pub cpus: u64,
}

impl Kdump<'_> {
    fn record(&self) -> Record {
        Record { bytes: Vec::new(), big_endian: self.core.big_endian }
    }

    /// Numbers of the pages that lie wholly in a segment.
    fn pages(&self) -> impl Iterator<Item = u64> {
        let whole = |s: &Segment| s.physical.div_ceil(self.page)..(s.physical + s.len) / self.page;
        self.core.segments.iter().flat_map(whole)
    }

    fn sub_header_blocks(&self) -> u64 {
        (self.sub_header().len() as u64 + self.core.notes.len() as u64).div_ceil(self.page)
    }

    /// `struct disk_dump_header`.
    fn header(&self, count: u64, max: u64, bitmap_blocks: u64) -> Vec<u8> {
        let mut record = self.record();
        record.bytes.extend(b"KDUMP   ");
        record.word(6, 4);
        // `utsname`: system, node, release, version, machine, domain, 65 bytes each.
        record.pad_to(12 + 4 * 65).bytes.extend(self.machine.as_bytes());
        // The time of the crash, aligned to a long; nobody knows it.
        record.pad_to(if self.core.is_64 { 424 } else { 412 });
        let low = |n: u64| n & 0xffff_ffff;
        let fields = [ZLIB.into(), self.page, self.sub_header_blocks(), bitmap_blocks, low(max), 0, 0, low(count), 0];
        record.words(4, &fields).word(self.cpus, 4);
        record.bytes
    }

    /// `struct kdump_sub_header`: no part of a split dump, no vmcoreinfo; the notes follow it.
    fn sub_header(&self) -> Vec<u8> {
        let (long, notes) = (if self.core.is_64 { 8 } else { 4 }, self.core.notes.len() as u64);
        let max = self.pages().max().map_or(0, |page| page + 1);
        let size = if self.core.is_64 { 104 } else { 80 };
        let mut record = self.record();
        record.word(0, long).words(4, &[1, 0]).words(long, &[0, 0]);
        record.word(0, 8).word(0, long).word(self.page + size, 8).word(notes, long);
        record.word(0, 8).word(0, long).words(8, &[0, 0, max]);
        record.bytes
    }

    /// One bit a page; the two bitmaps (memory that exists, memory that is here) are the same.
    fn bitmap(&self, len: u64) -> Vec<u8> {
        let mut bits = vec![0_u8; len as usize];
        self.pages().for_each(|page| bits[page as usize / 8] |= 1 << (page % 8));
        bits
    }

    /// Writes it; `done` is told each page's size.
    pub(super) fn write(
        &self,
        out: &mut dyn Write,
        read: &mut ReadMemory<'_>,
        done: &mut dyn FnMut(u64),
    ) -> io::Result<()> {
        let max = self.pages().max().map_or(0, |page| page + 1);
        let bitmap_len = max.div_ceil(8).next_multiple_of(self.page);
        let bitmap_blocks = 2 * bitmap_len / self.page;
        let count = self.pages().count() as u64;
        let mut flat = Flat::new(out)?;
        flat.put(0, &self.header(count, max, bitmap_blocks))?;
        flat.put(self.page, &[self.sub_header(), self.core.notes.clone()].concat())?;
        let bitmaps = self.page * (1 + self.sub_header_blocks());
        let bitmap = self.bitmap(bitmap_len);
        flat.put(bitmaps, &bitmap)?;
        flat.put(bitmaps + bitmap_len, &bitmap)?;
        let mut descriptor = bitmaps + 2 * bitmap_len;
        // All pages of zeros share the first page of data.
        let zeros = descriptor + DESCRIPTOR * count;
        let (mut at, mut page) = (zeros + self.page, vec![0; self.page as usize]);
        flat.put(zeros, &page)?;
        for number in self.pages() {
            read(number * self.page, &mut page);
            let mut place = (zeros, self.page, 0);
            if page.iter().any(|&byte| byte != 0) {
                let (packed, flags) = pack(&page)?;
                flat.put(at, &packed)?;
                place = (at, packed.len() as u64, flags.into());
                at += place.1;
            }
            let mut record = self.record();
            record.word(place.0, 8).words(4, &[place.1, place.2]).word(0, 8);
            flat.put(descriptor, &record.bytes)?;
            descriptor += DESCRIPTOR;
            done(self.page);
        }
        flat.end()
    }
}

/// A page as it is stored, and its flags: compressed where that saves something.
fn pack(page: &[u8]) -> io::Result<(Vec<u8>, u32)> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(page)?;
    let packed = encoder.finish()?;
    Ok(if packed.len() < page.len() { (packed, ZLIB) } else { (page.to_vec(), 0) })
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    /// Puts the pieces of a flattened file where they belong.
    fn unflatten(file: &[u8]) -> Vec<u8> {
        assert_eq!(&file[..12], b"makedumpfile");
        let (mut out, mut rest) = (Vec::new(), &file[4096..]);
        loop {
            let word = |at: usize| i64::from_be_bytes(rest[at..at + 8].try_into().unwrap());
            let (at, len) = (word(0), word(8));
            if at == -1 {
                return out;
            }
            let (at, len) = (at as usize, len as usize);
            if out.len() < at + len {
                out.resize(at + len, 0);
            }
            out[at..at + len].copy_from_slice(&rest[16..16 + len]);
            rest = &rest[16 + len..];
        }
    }

    #[test]
    fn pages_come_back() {
        let mut core = CoreFile::new(62, true, false);
        core.note("CORE", 1, &[7; 336]);
        core.segments =
            [(0, 0x3000), (0x10_0000, 0x2000)].map(|(physical, len)| Segment { physical, virt: None, len }).into();
        let content = |address: u64| if address == 0x1000 { 0 } else { (address >> 12) as u8 + 1 };
        let mut file = Vec::new();
        let mut total = 0;
        Kdump { core: &core, machine: "x86_64", page: 4096, cpus: 1 }
            .write(&mut file, &mut |address, bytes| bytes.fill(content(address)), &mut |n| total += n)
            .unwrap();
        assert_eq!(total, 0x5000);
        let file = unflatten(&file);
        let long = |at: usize| u64::from_le_bytes(file[at..at + 8].try_into().unwrap());
        let int = |at: usize| u64::from(u32::from_le_bytes(file[at..at + 4].try_into().unwrap()));
        assert_eq!((&file[..8], &file[272..278]), (&b"KDUMP   "[..], &b"x86_64"[..]));
        let [block, sub, bitmap] = [428, 432, 436].map(int);
        assert_eq!((block, int(452), int(460)), (4096, 5, 1));
        let notes = long(4096 + 48) as usize;
        assert_eq!(file[notes..notes + long(4096 + 56) as usize], core.notes);
        assert_eq!(long(4096 + 96), 0x102);
        let bits = (block * (1 + sub)) as usize;
        let mut descriptor = (block * (1 + sub + bitmap)) as usize;
        for page in (0..0x102_usize).filter(|page| file[bits + page / 8] >> (page % 8) & 1 != 0) {
            let (at, len) = (long(descriptor) as usize, int(descriptor + 8) as usize);
            let mut bytes = file[at..at + len].to_vec();
            if int(descriptor + 12) == 1 {
                bytes.clear();
                flate2::read::ZlibDecoder::new(&file[at..at + len]).read_to_end(&mut bytes).unwrap();
            }
            assert_eq!(bytes, [content(page as u64 * 4096); 4096]);
            descriptor += 24;
        }
    }
}
