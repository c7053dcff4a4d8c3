//! ELF files made by hand, good and bad.

use proptest::prelude::*;

use super::*;
use crate::target::testing::Ram;

const RISCV: Expected<'static> = Expected { machines: &[243], class: None, order: None };

/// One segment: vaddr, paddr, contents, size in memory.
type Seg = (u64, u64, &'static [u8], u64);

/// Writes ELF files field by field, in either class and byte order.
struct Maker {
    class: Class,
    order: ByteOrder,
    out: Vec<u8>,
}

impl Maker {
    fn int(&mut self, value: u64, width: usize) {
        match self.order {
            ByteOrder::Little => self.out.extend_from_slice(&value.to_le_bytes()[..width]),
            ByteOrder::Big => self.out.extend_from_slice(&value.to_be_bytes()[8 - width..]),
        }
    }

    fn ints(&mut self, fields: &[(u64, usize)]) {
        fields.iter().for_each(|&(value, width)| self.int(value, width));
    }

    fn wide(&self) -> usize {
        if self.class == Class::Elf64 { 8 } else { 4 }
    }

    fn header(&mut self, machine: u64, entry: u64, n_segments: usize, shoff: u64) {
        let w = self.wide();
        let (ehsize, phentsize, shentsize) = if w == 8 { (64, 56, 64) } else { (52, 32, 40) };
        let class = if w == 8 { 2 } else { 1 };
        let data = if self.order == ByteOrder::Big { 2 } else { 1 };
        self.out.extend_from_slice(&[0x7f, b'E', b'L', b'F', class, data, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        self.ints(&[(2, 2), (machine, 2), (1, 4), (entry, w), (ehsize, w), (shoff, w), (0, 4), (ehsize, 2)]);
        let n_sections = if shoff == 0 { 0 } else { 3 };
        self.ints(&[(phentsize, 2), (n_segments as u64, 2), (shentsize, 2), (n_sections, 2), (0, 2)]);
    }

    fn program_header(&mut self, offset: u64, &(vaddr, paddr, data, memsz): &Seg) {
        let (w, filesz) = (self.wide(), data.len() as u64);
        if w == 8 {
            self.ints(&[(1, 4), (7, 4), (offset, 8), (vaddr, 8), (paddr, 8), (filesz, 8), (memsz, 8), (4, 8)]);
        } else {
            self.ints(&[(1, 4), (offset, 4), (vaddr, 4), (paddr, 4), (filesz, 4), (memsz, 4), (7, 4), (4, 4)]);
        }
    }

    fn symbol(&mut self, name: u64, value: u64, section: u64) {
        if self.wide() == 8 {
            self.ints(&[(name, 4), (0x10, 1), (0, 1), (section, 2), (value, 8), (8, 8)]);
        } else {
            self.ints(&[(name, 4), (value, 4), (8, 4), (0x10, 1), (0, 1), (section, 2)]);
        }
    }

    fn section(&mut self, kind: u64, offset: u64, size: u64, link: u64, entsize: u64) {
        let w = self.wide();
        self.ints(&[
            (0, 4),
            (kind, 4),
            (0, w),
            (0, w),
            (offset, w),
            (size, w),
            (link, 4),
            (0, 4),
            (1, w),
            (entsize, w),
        ]);
    }
}

/// An executable with a symbol table that holds `tohost` (0x80001000) and the undefined `missing`.
fn make(class: Class, order: ByteOrder, machine: u64, entry: u64, segments: &[Seg]) -> Vec<u8> {
    let mut m = Maker { class, order, out: Vec::new() };
    let (ehsize, phentsize, symsize) = if class == Class::Elf64 { (64, 56, 24) } else { (52, 32, 16) };
    let start = ehsize + phentsize * segments.len() as u64;
    let contents: u64 = segments.iter().map(|s| s.2.len() as u64).sum();
    let strings = b"\0tohost\0missing\0";
    let (symbols_at, strings_at) = (start + contents, start + contents + 3 * symsize);
    m.header(machine, entry, segments.len(), strings_at + strings.len() as u64);
    let mut offset = start;
    for segment in segments {
        m.program_header(offset, segment);
        offset += segment.2.len() as u64;
    }
    segments.iter().for_each(|s| m.out.extend_from_slice(s.2));
    m.symbol(0, 0, 0);
    m.symbol(1, 0x8000_1000, 1);
    m.symbol(8, 0, 0);
    m.out.extend_from_slice(strings);
    m.section(0, 0, 0, 0, 0);
    m.section(2, symbols_at, 3 * symsize, 2, symsize);
    m.section(3, strings_at, strings.len() as u64, 0, 0);
    m.out
}

const TWO: &[Seg] = &[(0xc000_0000, 0x8000_0000, b"text", 4), (0xc000_0010, 0x8000_0010, b"da", 6)];

fn riscv64(segments: &[Seg]) -> Vec<u8> {
    make(Class::Elf64, ByteOrder::Little, 243, 0xc000_0002, segments)
}

fn load(bytes: &[u8]) -> Result<(Loaded, Ram), Error> {
    let mut ram = Ram::new(0x8000_0000, 0x1000);
    let elf = Elf::parse("foo.elf", bytes)?;
    elf.expect(RISCV)?;
    Ok((elf.load(AddressKind::Physical, &mut ram)?, ram))
}

fn refusal(bytes: &[u8]) -> String {
    load(bytes).err().expect("this file must be refused").to_string()
}

#[test]
fn all_four_kinds() {
    for class in [Class::Elf32, Class::Elf64] {
        for order in [ByteOrder::Little, ByteOrder::Big] {
            let bytes = make(class, order, 243, 0xc000_0002, TWO);
            let elf = Elf::parse("foo.elf", &bytes).unwrap();
            assert_eq!((elf.class(), elf.order(), elf.entry(), elf.machine()), (class, order, 0xc000_0002, 243));
            let (loaded, ram) = load(&bytes).unwrap();
            assert_eq!(loaded, Loaded { entry: 0x8000_0002, low: 0x8000_0000, high: 0x8000_0016 });
            assert_eq!(ram.at(0x8000_0000, 5), b"text\xaa");
            assert_eq!(ram.at(0x8000_0010, 7), b"da\0\0\0\0\xaa");
            assert_eq!((elf.symbol("tohost"), elf.symbol("missing"), elf.symbol("")), (Some(0x8000_1000), None, None));
        }
    }
}

#[test]
fn virtual_addresses() {
    let bytes = riscv64(TWO);
    let mut ram = Ram::new(0xc000_0000, 0x1000);
    let loaded = Elf::parse("foo.elf", &bytes).unwrap().load(AddressKind::Virtual, &mut ram).unwrap();
    assert_eq!(loaded.entry, 0xc000_0002);
    assert_eq!(ram.at(0xc000_0000, 4), b"text");
}

#[test]
fn the_error_names_file_problem_and_remedy() {
    let x86 = make(Class::Elf64, ByteOrder::Little, 62, 0, TWO);
    assert_eq!(refusal(&x86), "'foo.elf' is an ELF file for x86-64; this machine needs RISC-V (machine 243)");
    let bytes = riscv64(TWO);
    let elf = Elf::parse("foo.elf", &bytes).unwrap();
    let narrow = elf.expect(Expected { class: Some(Class::Elf32), ..RISCV }).unwrap_err();
    assert_eq!(narrow.to_string(), "'foo.elf' is a 64-bit ELF file; this machine needs a 32-bit one");
    let big = elf.expect(Expected { order: Some(ByteOrder::Big), ..RISCV }).unwrap_err();
    assert_eq!(big.to_string(), "'foo.elf' is a little-endian ELF file; this machine needs a big-endian one");
    assert!(refusal(b"#!/bin/sh").contains("not an ELF file"));
    let mut object = bytes.clone();
    object[16] = 1;
    assert!(refusal(&object).contains("object file"));
    assert_eq!(machine_name(9999), "machine 9999");
}

#[test]
fn bad_segments() {
    let text: Seg = (0x8000_0000, 0x8000_0000, b"text", 4);
    for (segments, says) in [
        (vec![(0, 0x8000_0000, b"text" as &[u8], 3)], "more bytes in the file (0x4) than in memory (0x3)"),
        (vec![text, (0, 0x8000_0003, b"x", 1)], "two of its segments overlap (at 0x80000000 and 0x80000003)"),
        (vec![(0, 0x8000_0ffe, b"text", 4)], "a segment (0x4 bytes at 0x80000ffe) needs memory where there is none"),
        (vec![(0, 0x8000_0000, b"", 1 << 62)], "needs memory where there is none"),
        (vec![(0, u64::MAX - 2, b"text", 4)], "past the end of the address space"),
        (vec![(0, 0x1000, b"text", 4)], "none (0x1000)"),
        (vec![], "no segment to load"),
    ] {
        let message = refusal(&riscv64(&segments));
        assert!(message.contains(says) && message.starts_with("'foo.elf' "), "{message}");
    }
}

#[test]
fn bss_never_wipes_out_contents() {
    let bytes = riscv64(&[(0, 0x8000_0004, b"text", 4), (0, 0x8000_0000, b"da", 0x20)]);
    let (_, ram) = load(&bytes).unwrap();
    assert_eq!(ram.at(0x8000_0000, 9), b"da\0\0text\0");
}

#[test]
fn every_truncation_is_an_error_or_harmless() {
    let bytes = riscv64(TWO);
    for len in 0..bytes.len() {
        if let Ok((loaded, _)) = load(&bytes[..len]) {
            panic!("{len} of {} bytes were accepted: {loaded:?}", bytes.len());
        }
    }
}

proptest! {
    /// Hostile files: a good one with some bytes overwritten and its end cut off.
    #[test]
    fn mutated_files_never_panic(
        wide in any::<bool>(),
        big in any::<bool>(),
        pokes in prop::collection::vec((0usize..220, prop_oneof![any::<u8>(), Just(0xff), Just(0)]), 0..8),
        keep in 100usize..600,
    ) {
        let class = if wide { Class::Elf64 } else { Class::Elf32 };
        let order = if big { ByteOrder::Big } else { ByteOrder::Little };
        let mut bytes = make(class, order, 243, 0xc000_0000, TWO);
        for (at, byte) in pokes {
            let at = at % bytes.len();
            bytes[at] = byte;
        }
        bytes.truncate(keep);
        if let Ok(elf) = Elf::parse("foo.elf", &bytes) {
            let mut ram = Ram::new(0x8000_0000, 0x1000);
            let _ = elf.expect(RISCV);
            let _ = elf.symbols().count();
            for kind in [AddressKind::Physical, AddressKind::Virtual] {
                if let Ok(loaded) = elf.load(kind, &mut ram) {
                    prop_assert!(loaded.low >= 0x8000_0000 && loaded.high <= 0x8000_1000);
                }
            }
        }
    }

    #[test]
    fn noise_never_panics(tail in prop::collection::vec(any::<u8>(), 0..300)) {
        let mut bytes = b"\x7fELF".to_vec();
        bytes.extend(tail);
        let _ = load(&bytes);
    }
}
