//! A core file of the guest, as `dump-guest-memory` writes it: for gdb, crash and the like.

mod kdump;
mod notes;

use std::io::{self, Write};
use std::sync::Arc;

use loader::corefile::{CoreFile, Segment};

use crate::control::Request;
use crate::error::Error;
use crate::machine::Machine;
use crate::pages::{Page, Pages};
use crate::run::Event;
use crate::targets::Arch;
use crate::value::Value;

/// Bytes that are copied at once.
const CHUNK: u64 = 1 << 20;

/// What a dump holds, and how.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct DumpOptions {
    /// First physical address and length; all RAM if `None`.
    pub range: Option<(u64, u64)>,
    /// Segments by virtual addresses, as the CPUs' page tables map them.
    pub paging: bool,
    /// The form of the file.
    pub format: DumpFormat,
}

/// The form of a dump.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum DumpFormat {
    /// An ELF core file.
    #[default]
    Elf,
    /// Pages compressed by zlib, as makedumpfile writes them.
    KdumpZlib,
}

/// How the last dump went.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum DumpStatus {
    /// There has been none.
    #[default]
    None,
    /// Everything is in the file.
    Completed,
    /// The file could not be written.
    Failed,
}

impl DumpStatus {
    /// The schema's word.
    pub fn name(self) -> &'static str {
        match self {
            DumpStatus::None => "none",
            DumpStatus::Completed => "completed",
            DumpStatus::Failed => "failed",
        }
    }
}

/// The last dump of a machine.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct DumpProgress {
    /// How it went.
    pub status: DumpStatus,
    /// Bytes of memory that are in the file.
    pub completed: u64,
    /// Bytes of memory that should be.
    pub total: u64,
    /// Why it failed, if it did.
    pub error: Option<String>,
}

/// RAM and ROM of the machine, a segment each.
fn ram(machine: &Machine) -> Vec<Segment> {
    let memory = machine.memory();
    let regions = memory.map().filter(|(start, ..)| memory.ram_page(*start).is_some());
    let mut out: Vec<Segment> = Vec::new();
    for (start, last, _) in regions {
        match out.last_mut() {
            Some(before) if before.physical + before.len == start => before.len += last - start + 1,
            _ => out.push(Segment { physical: start, virt: None, len: last - start + 1 }),
        }
    }
    out
}

/// What the CPUs' page tables map of RAM. Other families than x86 are dumped by physical addresses, as on QEMU.
fn mapped(machine: &Machine) -> Vec<Segment> {
    let ram = ram(machine);
    let pages = |vcpu| match machine.pages(vcpu) {
        Pages::Mapped(pages) if machine.target().arch == Arch::X86 => joined(&pages),
        _ => Vec::new(),
    };
    let mut all: Vec<Segment> = machine.cpus().iter().flat_map(pages).collect();
    all.sort_by_key(|segment| (segment.virt, segment.physical, segment.len));
    all.dedup();
    let in_ram = |s: Segment| ram.iter().flat_map(move |part| cut(vec![s], part.physical, part.len));
    let out: Vec<Segment> = all.into_iter().flat_map(in_ram).collect();
    if out.is_empty() { ram } else { out }
}

/// Pages that continue each other are one segment.
fn joined(pages: &[Page]) -> Vec<Segment> {
    let mut out: Vec<Segment> = Vec::new();
    for page in pages {
        match out.last_mut() {
            Some(s)
                if s.virt == Some(page.virt.wrapping_sub(s.len)) && s.physical.wrapping_add(s.len) == page.physical =>
            {
                s.len += page.len;
            }
            _ => out.push(Segment { physical: page.physical, virt: Some(page.virt), len: page.len }),
        }
    }
    out
}

/// What of `segments` lies in the `len` physical addresses from `begin` on.
fn cut(segments: Vec<Segment>, begin: u64, len: u64) -> Vec<Segment> {
    let end = begin.saturating_add(len);
    let part = |segment: Segment| {
        let start = segment.physical;
        let (from, to) = (start.max(begin), start.saturating_add(segment.len).min(end));
        let virt = segment.virt.map(|virt| virt.wrapping_add(from.wrapping_sub(start)));
        (from < to).then(|| Segment { physical: from, virt, len: to - from })
    };
    segments.into_iter().filter_map(part).collect()
}

impl Machine {
    /// Whether cores of this machine can be dumped.
    pub fn can_dump(&self) -> bool {
        matches!(self.target().arch, Arch::X86 | Arch::S390) || self.target().name == "ppc64"
    }

    /// How the last dump went.
    pub fn dump_progress(&self) -> &DumpProgress {
        &self.dump
    }

    /// Writes a core file.
    ///
    /// # Errors
    /// When the architecture has no form for it, nothing lies in the range, or the file can't be written.
    pub fn dump(&mut self, options: DumpOptions, file: &mut dyn Write) -> Result<(), Error> {
        if !self.can_dump() {
            return Err(Error::new("this feature or command is not currently supported"));
        }
        let mut segments = if options.paging { mapped(self) } else { ram(self) };
        if let Some((begin, len)) = options.range {
            segments = cut(segments, begin, len);
            if segments.is_empty() {
                return Err(Error::new("dump: no memory lies in the range of 'begin' and 'length'"));
            }
        }
        let total = segments.iter().map(|segment| segment.len).sum();
        let core = CoreFile { segments, ..notes::core_file(self) };
        self.dump = DumpProgress { status: DumpStatus::Failed, total, ..DumpProgress::default() };
        let written = match options.format {
            DumpFormat::Elf => self.write_elf(&core, file),
            DumpFormat::KdumpZlib => self.write_kdump(&core, file),
        };
        match written {
            Ok(()) => self.dump.status = DumpStatus::Completed,
            Err(e) => self.dump.error = Some(format!("dump: failed to save memory: {e}")),
        }
        self.dump.error.clone().map_or(Ok(()), |text| Err(Error::new(text)))
    }

    fn write_kdump(&mut self, core: &CoreFile, file: &mut dyn Write) -> io::Result<()> {
        let (memory, cpus) = (Arc::clone(self.memory()), self.cpus().len() as u64);
        let (machine, page) = notes::system(core);
        let mut read = |address, bytes: &mut [u8]| memory.read_bytes(address, bytes);
        kdump::Kdump { core, machine, page, cpus }.write(file, &mut read, &mut |len| self.dump.completed += len)
    }

    fn write_elf(&mut self, core: &CoreFile, file: &mut dyn Write) -> io::Result<()> {
        file.write_all(&core.head().map_err(io::Error::other)?)?;
        let mut buffer = vec![0; CHUNK as usize];
        for segment in &core.segments {
            let mut done = 0;
            while done < segment.len {
                let bytes = &mut buffer[..CHUNK.min(segment.len - done) as usize];
                self.memory().read_bytes(segment.physical + done, bytes);
                file.write_all(bytes)?;
                done += bytes.len() as u64;
                self.dump.completed += bytes.len() as u64;
            }
        }
        file.flush()
    }

    /// Raises DUMP_COMPLETED: at once, or by the next [`Machine::advance`], so that a reply goes out before.
    pub fn announce_dump(&mut self, later: bool) {
        if later {
            self.requests.push_back(Request::AnnounceDump);
            return;
        }
        let result = vec![
            ("total".to_string(), Value::Uint(self.dump.total)),
            ("status".to_string(), Value::from(self.dump.status.name())),
            ("completed".to_string(), Value::Uint(self.dump.completed)),
        ];
        let error = self.dump.error.as_deref().map(|text| ("error", Value::from(text)));
        let data = [("result", Value::Object(result))].into_iter().chain(error).collect();
        self.events.push_back(Event { name: "DUMP_COMPLETED", data });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_cut_segments() {
        let all = [0, 0x8000].map(|physical| Segment { physical, virt: None, len: 0x1000 }).to_vec();
        let part = cut(all.clone(), 0x800, 0x8000);
        assert_eq!(part[0], Segment { physical: 0x800, virt: None, len: 0x800 });
        assert_eq!(part[1], Segment { physical: 0x8000, virt: None, len: 0x800 });
        assert_eq!(cut(all, 0x1000, 0x7000), []);
        // What is mapped at virtual 0 is mapped.
        let identity = Segment { physical: 0, virt: Some(0), len: 0x3000 };
        assert_eq!(
            cut(vec![identity], 0x1000, 0x1000),
            [Segment { physical: 0x1000, virt: Some(0x1000), len: 0x1000 }]
        );
    }
}
