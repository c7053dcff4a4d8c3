//! ELF executables of both classes and byte orders.
//!
//! System V Application Binary Interface, edition 4.1 and its gABI drafts, chapters "Object Files" and "Program Loading".
//! The container is taken apart by the `elf` crate; what is loaded where, and what is refused, is decided here.

use elf::ElfBytes;
use elf::abi::{ET_DYN, ET_EXEC, PT_LOAD};
use elf::endian::{AnyEndian, EndianParse};

use crate::error::Error;
use crate::target::LoadTarget;

/// The width of addresses in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// ELFCLASS32.
    Elf32,
    /// ELFCLASS64.
    Elf64,
}

/// The byte order of a file's data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ByteOrder {
    /// ELFDATA2LSB.
    Little,
    /// ELFDATA2MSB.
    Big,
}

/// What a machine can run; `None` means that any will do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expected<'a> {
    /// The `e_machine` values it understands, the usual one first.
    pub machines: &'a [u16],
    /// The class.
    pub class: Option<Class>,
    /// The byte order.
    pub order: Option<ByteOrder>,
}

/// Which of a segment's two addresses says where it goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddressKind {
    /// `p_paddr`: for firmware and kernels, which start without address translation.
    Physical,
    /// `p_vaddr`: for what runs where it was linked.
    Virtual,
}

/// One PT_LOAD segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment<'a> {
    /// `p_vaddr`.
    pub vaddr: u64,
    /// `p_paddr`.
    pub paddr: u64,
    /// The bytes from the file.
    pub data: &'a [u8],
    /// Bytes in memory; what the file doesn't have is zero. At least `data.len()`.
    pub mem_size: u64,
    /// `p_flags`: 1 execute, 2 write, 4 read.
    pub flags: u32,
}

impl Segment<'_> {
    fn addr(&self, kind: AddressKind) -> u64 {
        match kind {
            AddressKind::Physical => self.paddr,
            AddressKind::Virtual => self.vaddr,
        }
    }
}

/// What [`Elf::load`] did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Loaded {
    /// Where to start, in the same kind of address as the segments were placed by.
    pub entry: u64,
    /// The lowest address written.
    pub low: u64,
    /// The first address after the highest written.
    pub high: u64,
}

/// The names of machines that turn up in practice (gABI "e_machine" registry).
const MACHINES: &[(u16, &str)] = &[
    (0, "no machine"),
    (2, "SPARC"),
    (3, "x86"),
    (4, "Motorola 68000"),
    (8, "MIPS"),
    (15, "PA-RISC"),
    (18, "SPARC V8+"),
    (20, "PowerPC"),
    (21, "64-bit PowerPC"),
    (22, "S/390"),
    (40, "Arm"),
    (42, "SuperH"),
    (43, "SPARC V9"),
    (44, "TriCore"),
    (50, "IA-64"),
    (62, "x86-64"),
    (92, "OpenRISC"),
    (94, "Xtensa"),
    (183, "AArch64"),
    (189, "MicroBlaze"),
    (243, "RISC-V"),
    (247, "BPF"),
    (258, "LoongArch"),
    (0x9026, "Alpha"),
];

/// What people call machine number `e_machine`, with the number for those that aren't in our list.
pub fn machine_name(e_machine: u16) -> String {
    let known = MACHINES.iter().find(|(number, _)| *number == e_machine);
    known.map_or_else(|| format!("machine {e_machine}"), |(_, name)| (*name).into())
}

/// An ELF file whose header has been understood.
pub struct Elf<'a> {
    file: String,
    elf: ElfBytes<'a, AnyEndian>,
}

impl<'a> Elf<'a> {
    /// Whether `data` starts like an ELF file.
    pub fn is_elf(data: &[u8]) -> bool {
        data.starts_with(b"\x7fELF")
    }

    /// Understands the header of `data`, the contents of the file called `file`.
    ///
    /// # Errors
    /// If it is no ELF file, or a damaged one.
    pub fn parse(file: &str, data: &'a [u8]) -> Result<Elf<'a>, Error> {
        if !Elf::is_elf(data) {
            return Err(Error::NotElf { file: file.into() });
        }
        let elf =
            ElfBytes::minimal_parse(data).map_err(|e| Error::damaged(file, format!("its ELF header says: {e}")))?;
        Ok(Elf { file: file.into(), elf })
    }

    /// `e_machine`.
    pub fn machine(&self) -> u16 {
        self.elf.ehdr.e_machine
    }

    /// The class.
    pub fn class(&self) -> Class {
        match self.elf.ehdr.class {
            elf::file::Class::ELF32 => Class::Elf32,
            elf::file::Class::ELF64 => Class::Elf64,
        }
    }

    /// The byte order.
    pub fn order(&self) -> ByteOrder {
        if self.elf.ehdr.endianness.is_big() { ByteOrder::Big } else { ByteOrder::Little }
    }

    /// `e_entry`, a virtual address.
    pub fn entry(&self) -> u64 {
        self.elf.ehdr.e_entry
    }

    /// `e_flags`.
    pub fn flags(&self) -> u32 {
        self.elf.ehdr.e_flags
    }

    /// Checks that the file is an executable for this machine.
    ///
    /// # Errors
    /// [`Error::Unfit`] with both sides named.
    pub fn expect(&self, expected: Expected<'_>) -> Result<(), Error> {
        let unfit = |found: String, expected: String| Err(Error::Unfit { file: self.file.clone(), found, expected });
        let machine = self.machine();
        if !expected.machines.contains(&machine) {
            let names: Vec<String> =
                expected.machines.iter().map(|&m| format!("{} (machine {m})", machine_name(m))).collect();
            return unfit(format!("an ELF file for {}", machine_name(machine)), names.join(" or "));
        }
        if let Some(class) = expected.class.filter(|&c| c != self.class()) {
            let bits = |class| if class == Class::Elf32 { "32-bit" } else { "64-bit" };
            return unfit(format!("a {} ELF file", bits(self.class())), format!("a {} one", bits(class)));
        }
        if let Some(order) = expected.order.filter(|&o| o != self.order()) {
            let name = |order| if order == ByteOrder::Big { "big-endian" } else { "little-endian" };
            return unfit(format!("a {} ELF file", name(self.order())), format!("a {} one", name(order)));
        }
        match self.elf.ehdr.e_type {
            ET_EXEC | ET_DYN => Ok(()),
            1 => unfit("an object file (ET_REL), not yet linked".into(), "an executable".into()),
            other => unfit(format!("an ELF file of type {other}"), "an executable (type 2)".into()),
        }
    }

    /// The PT_LOAD segments that occupy memory, in the file's order.
    ///
    /// # Errors
    /// If the program headers contradict the file's length or wrap around the end of the address space.
    pub fn segments(&self) -> Result<Vec<Segment<'a>>, Error> {
        let limit = match self.class() {
            Class::Elf32 => 1u64 << 32,
            Class::Elf64 => u64::MAX,
        };
        let mut segments = Vec::new();
        let headers = self.elf.segments().into_iter().flat_map(|table| table.iter());
        for (index, header) in headers.enumerate().filter(|(_, h)| h.p_type == PT_LOAD && h.p_memsz > 0) {
            let bad = |what: String| Error::damaged(&self.file, format!("segment {index} {what}"));
            let (from, len) = (header.p_offset, header.p_filesz);
            let data = if len == 0 {
                &[]
            } else {
                self.elf
                    .segment_data(&header)
                    .map_err(|_| bad(format!("({len:#x} bytes at {from:#x}) lies beyond the file's end")))?
            };
            if header.p_filesz > header.p_memsz {
                return Err(bad(format!(
                    "has more bytes in the file ({len:#x}) than in memory ({:#x})",
                    header.p_memsz
                )));
            }
            for addr in [header.p_paddr, header.p_vaddr] {
                if addr.checked_add(header.p_memsz).is_none_or(|end| end > limit) {
                    return Err(bad(format!(
                        "({:#x} bytes at {addr:#x}) goes past the end of the address space",
                        header.p_memsz
                    )));
                }
            }
            let (vaddr, paddr) = (header.p_vaddr, header.p_paddr);
            segments.push(Segment { vaddr, paddr, data, mem_size: header.p_memsz, flags: header.p_flags });
        }
        Ok(segments)
    }

    /// The bytes of all program headers of this type, in the file's order.
    ///
    /// # Errors
    /// If the file is damaged.
    pub fn parts(&self, kind: u32) -> Result<Vec<&'a [u8]>, Error> {
        let damaged = |e: elf::ParseError| Error::damaged(&self.file, e.to_string());
        let headers = self.elf.segments().into_iter().flatten().filter(|header| header.p_type == kind);
        headers.map(|header| self.elf.segment_data(&header).map_err(damaged)).collect()
    }

    /// Copies all segments into `target`, zeroing what the file doesn't have.
    ///
    /// # Errors
    /// If the file is damaged, has nothing to load, has segments whose contents overlap, or needs memory that `target`
    /// lacks.
    pub fn load(&self, kind: AddressKind, target: &mut impl LoadTarget) -> Result<Loaded, Error> {
        let segments = self.segments()?;
        self.check_overlap(&segments, kind)?;
        let low = segments.iter().map(|s| s.addr(kind)).min();
        let high = segments.iter().map(|s| s.addr(kind) + s.mem_size).max();
        let (Some(low), Some(high)) = (low, high) else {
            return Err(Error::damaged(&self.file, "it has no segment to load (is it an object file?)"));
        };
        let no_room = |s: &Segment<'_>, hole| Error::no_room(&self.file, "a segment", s.addr(kind), s.mem_size, hole);
        // Zeros first, so that one segment's .bss can't wipe out another's contents.
        for s in &segments {
            let from_file = s.data.len() as u64;
            target.zero(s.addr(kind) + from_file, s.mem_size - from_file).map_err(|hole| no_room(s, hole))?;
        }
        for s in segments.iter().filter(|s| !s.data.is_empty()) {
            target.write(s.addr(kind), s.data).map_err(|hole| no_room(s, hole))?;
        }
        Ok(Loaded { entry: self.placed_entry(&segments, kind), low, high })
    }

    /// The entry point, moved along with the segment it lies in.
    fn placed_entry(&self, segments: &[Segment<'_>], kind: AddressKind) -> u64 {
        let entry = self.entry();
        let home = segments.iter().find(|s| entry >= s.vaddr && entry - s.vaddr < s.mem_size);
        home.map_or(entry, |s| s.addr(kind) + (entry - s.vaddr))
    }

    fn check_overlap(&self, segments: &[Segment<'_>], kind: AddressKind) -> Result<(), Error> {
        let mut ranges: Vec<(u64, u64)> = segments
            .iter()
            .filter(|s| !s.data.is_empty())
            .map(|s| (s.addr(kind), s.addr(kind) + s.data.len() as u64))
            .collect();
        ranges.sort_unstable();
        match ranges.windows(2).find(|pair| pair[1].0 < pair[0].1) {
            None => Ok(()),
            Some(pair) => {
                let what = format!("two of its segments overlap (at {:#x} and {:#x})", pair[0].0, pair[1].0);
                Err(Error::damaged(&self.file, what))
            }
        }
    }

    /// All named, defined symbols with their values. A damaged symbol table counts as none: a program runs without.
    pub fn symbols(&self) -> impl Iterator<Item = (&'a str, u64)> + use<'a> {
        let table = self.elf.symbol_table().ok().flatten();
        table.into_iter().flat_map(|(symbols, strings)| {
            symbols.iter().filter_map(move |symbol| {
                let name = strings.get(symbol.st_name as usize).ok()?;
                (!symbol.is_undefined() && !name.is_empty()).then_some((name, symbol.st_value))
            })
        })
    }

    /// The value of the symbol `name` (`tohost`, say).
    pub fn symbol(&self, name: &str) -> Option<u64> {
        self.symbols().find(|(found, _)| *found == name).map(|(_, value)| value)
    }
}

#[cfg(test)]
#[path = "elf_tests.rs"]
mod tests;
