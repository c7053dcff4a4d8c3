//! PVH: ELF files with the note XEN_ELFNOTE_PHYS32_ENTRY, entered as Xen enters its guests.
//!
//! Xen documentation, "x86/HVM direct boot ABI" (docs/misc/pvh), and its interface `arch-x86/hvm/start_info.h`.

use super::{Entry, Given, put, u32_at};
use crate::elf::{AddressKind, Elf, Expected};
use crate::error::Error;
use crate::target::LoadTarget;

const PT_NOTE: u32 = 4;
/// Number of the note.
const PHYS32_ENTRY: u32 = 18;
const START_MAGIC: u32 = 0x336e_c578;
/// Where what the kernel is told begins.
const INFO: u64 = 0x6000;
const INFO_SIZE: usize = 56;

/// The entry that a note of the file names.
fn entry(notes: &[&[u8]]) -> Option<u32> {
    for notes in notes {
        let mut at = 0;
        while let (Some(name), Some(len), Some(kind)) =
            (u32_at(notes, at), u32_at(notes, at + 4), u32_at(notes, at + 8))
        {
            let padded = |n: u32| (n as usize).checked_next_multiple_of(4).unwrap_or(usize::MAX / 4);
            let value = at + 12 + padded(name);
            if kind == PHYS32_ENTRY && name == 4 && notes.get(at + 12..at + 16) == Some(b"Xen\0") {
                return u32_at(notes, value);
            }
            at = value.saturating_add(padded(len));
        }
    }
    None
}

/// Loads the kernel and what it is told.
///
/// # Errors
/// A file without the note, a damaged one, or one that does not fit.
pub fn load(data: &[u8], given: &Given<'_>, to: &mut impl LoadTarget) -> Result<Entry, Error> {
    let elf = Elf::parse(given.name, data)?;
    elf.expect(Expected { machines: &[62, 3], class: None, order: Some(crate::ByteOrder::Little) })?;
    let why = "it has neither a Multiboot header nor the note XEN_ELFNOTE_PHYS32_ENTRY, so there is no way to start it";
    let eip = entry(&elf.parts(PT_NOTE)?).ok_or_else(|| Error::damaged(given.name, why))?;
    let loaded = elf.load(AddressKind::Physical, to)?;
    let modules = super::put_modules(given, loaded.high, to)?;
    put(to, given.name, INFO, &info(given, &modules))?;
    Ok(Entry { eip, ebx: INFO as u32, ..Entry::default() })
}

/// `struct hvm_start_info`, followed by what it points to.
fn info(given: &Given<'_>, modules: &[(u64, u64)]) -> Vec<u8> {
    let mut tail: Vec<u8> = Vec::new();
    let mut add = |bytes: &[u8]| {
        let at = INFO + (INFO_SIZE + tail.len()) as u64;
        tail.extend_from_slice(bytes);
        tail.resize(tail.len().next_multiple_of(8), 0);
        at
    };
    let text = |text: &str| [text.as_bytes(), b"\0"].concat();
    let line = add(&text(given.line));
    let mut list = Vec::new();
    for ((name, _), (start, len)) in given.modules.iter().zip(modules) {
        let arguments = name.split_once(' ').map_or("", |(_, rest)| rest);
        let line = if arguments.is_empty() { 0 } else { add(&text(arguments)) };
        [*start, *len, line, 0].iter().for_each(|n| list.extend(n.to_le_bytes()));
    }
    let list = if modules.is_empty() { 0 } else { add(&list) };
    let mut map = Vec::new();
    for range in &given.map {
        map.extend(range.start.to_le_bytes());
        map.extend(range.len.to_le_bytes());
        map.extend(u64::from(range.kind).to_le_bytes());
    }
    let map = add(&map);
    let mut info = Vec::new();
    for word in [START_MAGIC, 1, 0, modules.len() as u32] {
        info.extend(word.to_le_bytes());
    }
    for address in [list, line, given.rsdp, map] {
        info.extend(address.to_le_bytes());
    }
    info.extend((given.map.len() as u32).to_le_bytes());
    info.extend(0u32.to_le_bytes());
    info.extend(tail);
    info
}
