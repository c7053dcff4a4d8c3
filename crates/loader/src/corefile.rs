//! The head of an ELF core file: notes of the CPUs and a segment for each part of memory (System V ABI, "Program Header";
//! elf(5), "Notes (Nhdr)").

use object::Endianness;
use object::elf::{ET_CORE, PT_LOAD, PT_NOTE};
use object::write::elf::{FileHeader, ProgramHeader, Writer};

/// A part of memory that the file holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Segment {
    /// Its physical address.
    pub physical: u64,
    /// Its virtual address, if one is meant.
    pub virt: Option<u64>,
    /// Its bytes.
    pub len: u64,
}

/// What the head of a core file says.
#[derive(Clone, Debug)]
pub struct CoreFile {
    /// `e_machine`.
    pub machine: u16,
    /// Class 64.
    pub is_64: bool,
    /// Byte order of the file.
    pub big_endian: bool,
    /// All notes, made by [`CoreFile::note`].
    pub notes: Vec<u8>,
    /// The parts of memory, in the order in which their bytes follow the head.
    pub segments: Vec<Segment>,
}

impl CoreFile {
    /// A file without notes and memory.
    pub fn new(machine: u16, is_64: bool, big_endian: bool) -> CoreFile {
        CoreFile { machine, is_64, big_endian, notes: Vec::new(), segments: Vec::new() }
    }

    /// Adds a note: its name, its type, its content.
    pub fn note(&mut self, name: &str, kind: u32, content: &[u8]) {
        for word in [name.len() as u32 + 1, content.len() as u32, kind] {
            self.notes.extend(if self.big_endian { word.to_be_bytes() } else { word.to_le_bytes() });
        }
        for bytes in [&[name.as_bytes(), &[0]].concat(), content] {
            self.notes.extend(bytes);
            self.notes.resize(self.notes.len().next_multiple_of(4), 0);
        }
    }

    /// The head: everything but the bytes of the segments, which follow it.
    ///
    /// # Errors
    /// When the file would be too large for its class.
    pub fn head(&self) -> Result<Vec<u8>, String> {
        let endian = if self.big_endian { Endianness::Big } else { Endianness::Little };
        let mut out = Vec::new();
        let mut writer = Writer::new(endian, self.is_64, &mut out);
        writer.reserve_file_header();
        writer.reserve_program_headers(1 + self.segments.len() as u32);
        let notes_at = writer.reserve(self.notes.len(), 4);
        let mut at = (notes_at + self.notes.len()) as u64;
        let header =
            FileHeader { os_abi: 0, abi_version: 0, e_type: ET_CORE, e_machine: self.machine, e_entry: 0, e_flags: 0 };
        writer.write_file_header(&header).map_err(|e| e.to_string())?;
        writer.write_align_program_headers();
        writer.write_program_header(&ProgramHeader {
            p_type: PT_NOTE,
            p_flags: 0,
            p_offset: notes_at as u64,
            p_vaddr: 0,
            p_paddr: 0,
            p_filesz: self.notes.len() as u64,
            p_memsz: self.notes.len() as u64,
            p_align: 4,
        });
        for segment in &self.segments {
            writer.write_program_header(&ProgramHeader {
                p_type: PT_LOAD,
                p_flags: 0,
                p_offset: at,
                p_vaddr: segment.virt.unwrap_or(0),
                p_paddr: segment.physical,
                p_filesz: segment.len,
                p_memsz: segment.len,
                p_align: 0,
            });
            at += segment.len;
        }
        if !self.is_64 && at > u64::from(u32::MAX) {
            return Err("a 32-bit core file holds 4 GiB at most".to_string());
        }
        writer.write_align(4);
        writer.write(&self.notes);
        Ok(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_reader_finds_notes_and_segments() {
        for (is_64, big_endian) in [(true, false), (true, true), (false, false)] {
            let mut core = CoreFile::new(62, is_64, big_endian);
            core.note("CORE", 1, &[1, 2, 3]);
            core.note("LINUX", 0x305, &[4; 8]);
            core.segments = vec![
                Segment { physical: 0x1000, virt: None, len: 4 },
                Segment { physical: 0x8000, virt: Some(0xc000_0000), len: 8 },
            ];
            let head = core.head().unwrap();
            let file = [head.as_slice(), &[0xaa; 4], &[0xbb; 8]].concat();
            let elf = elf::ElfBytes::<elf::endian::AnyEndian>::minimal_parse(&file).unwrap();
            assert_eq!((elf.ehdr.e_type, elf.ehdr.e_machine), (4, 62));
            let headers: Vec<_> = elf.segments().unwrap().iter().collect();
            assert_eq!(elf.segment_data(&headers[1]).unwrap(), [0xaa; 4]);
            assert_eq!(elf.segment_data(&headers[2]).unwrap(), [0xbb; 8]);
            assert_eq!((headers[2].p_paddr, headers[2].p_vaddr), (0x8000, 0xc000_0000));
            let notes: Vec<_> = elf.segment_data_as_notes(&headers[0]).unwrap().collect();
            let elf::note::Note::Unknown(last) = &notes[1] else { panic!("{notes:?}") };
            assert_eq!((last.n_type, last.name, last.desc), (0x305, &b"LINUX\0"[..], &[4_u8; 8][..]));
        }
    }

    #[test]
    fn class_32_has_an_end() {
        let mut core = CoreFile::new(3, false, false);
        core.segments = vec![Segment { physical: 0, virt: None, len: 1 << 32 }];
        assert!(core.head().unwrap_err().contains("4 GiB"));
    }
}
