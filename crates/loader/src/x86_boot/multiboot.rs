//! Multiboot Specification 0.6.96 (version 1).

use super::{Entry, Given, put, put_modules, u32_at};
use crate::elf::{AddressKind, Class, Elf, Expected};
use crate::error::Error;
use crate::target::LoadTarget;

/// The header is in the first 8 KiB, at a multiple of 4.
const SEARCHED: usize = 8192;
const HEADER_MAGIC: u32 = 0x1bad_b002;
/// EAX at the kernel's entry.
const BOOT_MAGIC: u32 = 0x2bad_b002;
/// Flags of the header that change something: the address fields are valid; and those that the loader must know.
const HAS_ADDRESSES: u32 = 1 << 16;
const WANTS_VIDEO: u32 = 1 << 2;
const UNKNOWN: u32 = 0xfff8;
/// Where what the kernel is told begins.
const INFO: u64 = 0x9000;
/// Flags of that: memory, boot device, command line, modules, memory map, loader's name.
const FLAGS: u32 = 1 << 0 | 1 << 1 | 1 << 2 | 1 << 3 | 1 << 6 | 1 << 9;
const INFO_SIZE: usize = 88;
const LOADER: &str = "polyarch";

/// Where a file has its header, and what that says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Header {
    at: usize,
    flags: u32,
}

/// The header of a file that has one.
pub fn find(data: &[u8]) -> Option<Header> {
    let end = data.len().min(SEARCHED);
    (0..end).step_by(4).find_map(|at| {
        let [magic, flags, checksum] = [0, 4, 8].map(|n| u32_at(data, at + n));
        let sum = magic?.wrapping_add(flags?).wrapping_add(checksum?);
        (magic? == HEADER_MAGIC && sum == 0).then_some(Header { at, flags: flags? })
    })
}

/// Loads the kernel and what it is told.
///
/// # Errors
/// What the header asks for and can't be had, a damaged file, or one that does not fit.
pub fn load(data: &[u8], header: &Header, given: &Given<'_>, to: &mut impl LoadTarget) -> Result<Entry, Error> {
    let bad = |why: &str| Error::damaged(given.name, why);
    if header.flags & (UNKNOWN | WANTS_VIDEO) & 0xffff != 0 && header.flags & UNKNOWN != 0 {
        return Err(bad("its Multiboot header asks for something that this loader does not know"));
    }
    let (eip, end) = if header.flags & HAS_ADDRESSES != 0 {
        load_plain(data, header, given, to)?
    } else {
        let elf = Elf::parse(given.name, data)?;
        elf.expect(Expected { machines: &[3, 62], class: Some(Class::Elf32), order: Some(crate::ByteOrder::Little) })?;
        let loaded = elf.load(AddressKind::Physical, to)?;
        (loaded.entry as u32, loaded.high)
    };
    let modules = put_modules(given, end, to)?;
    put(to, given.name, INFO, &info(given, &modules))?;
    Ok(Entry { eip, eax: BOOT_MAGIC, ebx: INFO as u32, esi: 0 })
}

/// A file whose header says where its parts go: "The address fields of Multiboot header".
fn load_plain(data: &[u8], header: &Header, given: &Given<'_>, to: &mut impl LoadTarget) -> Result<(u32, u64), Error> {
    let bad = |why: &str| Error::damaged(given.name, why);
    let field = |n: usize| u32_at(data, header.at + 12 + 4 * n).ok_or_else(|| bad("its Multiboot header is cut off"));
    let (at, load, load_end, bss_end, entry) = (field(0)?, field(1)?, field(2)?, field(3)?, field(4)?);
    let before =
        at.checked_sub(load).ok_or_else(|| bad("its Multiboot header would be loaded before its first byte"))?;
    let from = header.at.checked_sub(before as usize).ok_or_else(|| bad("its load address lies before its start"))?;
    let len = match load_end {
        0 => data.len() - from,
        end => end.checked_sub(load).ok_or_else(|| bad("it ends before it begins"))? as usize,
    };
    let bytes = data.get(from..from + len).ok_or_else(|| bad("it is shorter than its Multiboot header says"))?;
    put(to, given.name, load.into(), bytes)?;
    let end = u64::from(load) + len as u64;
    let high = u64::from(bss_end).max(end);
    let no_room = |hole| Error::no_room(given.name, "its zeroed part", end, high - end, hole);
    to.zero(end, high - end).map_err(no_room)?;
    Ok((entry, high))
}

/// "Boot information format", followed by what it points to.
fn info(given: &Given<'_>, modules: &[(u64, u64)]) -> Vec<u8> {
    let mut tail: Vec<u8> = Vec::new();
    let mut add = |bytes: &[u8]| {
        let at = INFO as u32 + (INFO_SIZE + tail.len()) as u32;
        tail.extend_from_slice(bytes);
        tail.resize(tail.len().next_multiple_of(4), 0);
        at
    };
    let text = |text: &str| [text.as_bytes(), b"\0"].concat();
    let line = if given.line.is_empty() { given.name.to_string() } else { format!("{} {}", given.name, given.line) };
    let line = add(&text(&line));
    let loader = add(&text(LOADER));
    let mut list = Vec::new();
    for ((name, _), (start, len)) in given.modules.iter().zip(modules) {
        let name = add(&text(name));
        [*start as u32, (start + len) as u32, name, 0].iter().for_each(|n| list.extend(n.to_le_bytes()));
    }
    let list = add(&list);
    let mut map = Vec::new();
    for range in &given.map {
        map.extend(20u32.to_le_bytes());
        map.extend(range.start.to_le_bytes());
        map.extend(range.len.to_le_bytes());
        map.extend(range.kind.to_le_bytes());
    }
    let map_len = map.len() as u32;
    let map = add(&map);
    let upper = given.map.iter().find(|range| range.start == 1 << 20).map_or(0, |range| range.len >> 10);
    let mut info = vec![0u8; INFO_SIZE];
    let mut set = |at: usize, value: u32| info[at..at + 4].copy_from_slice(&value.to_le_bytes());
    set(0, FLAGS);
    set(4, 640);
    set(8, upper as u32);
    // BIOS drive 0x80, no partition.
    set(12, 0x80ff_ffff);
    set(16, line);
    set(20, modules.len() as u32);
    set(24, list);
    set(44, map_len);
    set(48, map);
    set(64, loader);
    info.extend(tail);
    info
}
