//! How PCs are started without firmware: Multiboot 1, PVH, and Linux's 32-bit boot protocol.
//!
//! Each protocol puts a kernel and what it is told into memory, and says how a processor enters it: in 32-bit protected mode with flat
//! segments and without paging. A ROM of ours ([`rom`]) brings the processor there from its reset.

pub mod linux;
pub mod multiboot;
pub mod pvh;
pub mod rom;

#[cfg(test)]
mod tests;

use crate::error::Error;
use crate::target::LoadTarget;

/// What a piece of the address space is, in the numbers that all protocols share (ACPI Specification, "Address Range Types").
pub mod kind {
    /// Free RAM.
    pub const RAM: u32 = 1;
    /// Not to be used.
    pub const RESERVED: u32 = 2;
    /// ACPI's tables, free when they have been read.
    pub const ACPI: u32 = 3;
}

/// A piece of the address space.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Range {
    /// Where it begins.
    pub start: u64,
    /// Its bytes.
    pub len: u64,
    /// What it is: see [`kind`].
    pub kind: u32,
}

/// What a kernel is told.
#[derive(Clone, Debug, Default)]
pub struct Given<'a> {
    /// Name of its file.
    pub name: &'a str,
    /// What the user gave as its command line.
    pub line: &'a str,
    /// The initial RAM disk, or modules: name with arguments, and contents.
    pub modules: Vec<(&'a str, &'a [u8])>,
    /// The memory map.
    pub map: Vec<Range>,
    /// Where ACPI's root pointer is; 0 when there is none.
    pub rsdp: u64,
    /// Where usable RAM below 4 GiB ends.
    pub top: u64,
}

/// How a kernel is entered.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Entry {
    /// Address of its first instruction.
    pub eip: u32,
    /// EAX.
    pub eax: u32,
    /// EBX.
    pub ebx: u32,
    /// ESI.
    pub esi: u32,
}

/// Loads a kernel by the protocol that its file asks for; `None` when it is of no such kind.
///
/// # Errors
/// A damaged file, or one that does not fit.
pub fn load(data: &[u8], given: &Given<'_>, to: &mut impl LoadTarget) -> Result<Option<Entry>, Error> {
    if let Some(header) = multiboot::find(data) {
        return multiboot::load(data, &header, given, to).map(Some);
    }
    if linux::is_linux(data) {
        return linux::load(data, given, to).map(Some);
    }
    if crate::Elf::is_elf(data) {
        return pvh::load(data, given, to).map(Some);
    }
    Ok(None)
}

fn u16_at(data: &[u8], at: usize) -> Option<u16> {
    data.get(at..at + 2).map(|b| u16::from_le_bytes([b[0], b[1]]))
}

fn u32_at(data: &[u8], at: usize) -> Option<u32> {
    data.get(at..at + 4).map(|b| u32::from_le_bytes([b[0], b[1], b[2], b[3]]))
}

fn put(to: &mut impl LoadTarget, name: &str, at: u64, bytes: &[u8]) -> Result<(), Error> {
    to.write(at, bytes).map_err(|hole| Error::no_room(name, "a part of it", at, bytes.len() as u64, hole))
}

/// Puts modules one behind the other from `at` on, each at a page of its own; their addresses and lengths.
fn put_modules(given: &Given<'_>, at: u64, to: &mut impl LoadTarget) -> Result<Vec<(u64, u64)>, Error> {
    let mut at = at;
    let mut out = Vec::new();
    for (name, bytes) in &given.modules {
        at = at.next_multiple_of(0x1000);
        let len = bytes.len() as u64;
        if at + len > given.top {
            return Err(Error::damaged(name, "it does not fit into memory behind the kernel; raise -m"));
        }
        put(to, name, at, bytes)?;
        out.push((at, len));
        at += len;
    }
    Ok(out)
}
