//! Linux's 32-bit boot protocol: the kernel is entered at its protected-mode code with the zero page in ESI.
//!
//! Linux documentation, "The Linux/x86 Boot Protocol" (arch/x86/boot.rst) and "Zero Page".

use super::{Entry, Given, put, u16_at, u32_at};
use crate::error::Error;
use crate::target::LoadTarget;

/// Where the zero page and the command line are put.
const ZERO_PAGE: u64 = 0x1_0000;
const LINE: u64 = 0x2_0000;
/// Where the protected-mode code goes: high, and low for the smallest kernels.
const HIGH: u64 = 0x10_0000;
const LOW: u64 = 0x1_0000;
/// A loader without a number of its own.
const UNDEFINED_LOADER: u8 = 0xff;
const LOADED_HIGH: u8 = 1;

/// Offsets in the setup header and in the zero page.
mod at {
    pub(super) const ACPI_RSDP: usize = 0x070;
    pub(super) const RAMDISK_HIGH: usize = 0x0c0;
    pub(super) const RAMDISK_SIZE_HIGH: usize = 0x0c4;
    pub(super) const LINE_HIGH: usize = 0x0c8;
    pub(super) const E820_ENTRIES: usize = 0x1e8;
    pub(super) const SETUP_SECTS: usize = 0x1f1;
    pub(super) const BOOT_FLAG: usize = 0x1fe;
    pub(super) const HEADER_LEN: usize = 0x201;
    pub(super) const MAGIC: usize = 0x202;
    pub(super) const VERSION: usize = 0x206;
    pub(super) const LOADER: usize = 0x210;
    pub(super) const LOADFLAGS: usize = 0x211;
    pub(super) const CODE32_START: usize = 0x214;
    pub(super) const RAMDISK: usize = 0x218;
    pub(super) const RAMDISK_SIZE: usize = 0x21c;
    pub(super) const LINE_PTR: usize = 0x228;
    pub(super) const INITRD_MAX: usize = 0x22c;
    pub(super) const LINE_MAX: usize = 0x238;
    pub(super) const E820: usize = 0x2d0;
}

const E820_MAX: usize = 128;
const PAGE: u64 = 0x1000;

/// Whether a file is a kernel with a setup header.
pub fn is_linux(data: &[u8]) -> bool {
    u16_at(data, at::BOOT_FLAG) == Some(0xaa55) && data.get(at::MAGIC..at::MAGIC + 4) == Some(b"HdrS")
}

/// Loads the kernel, the initial RAM disk, the command line and the zero page.
///
/// # Errors
/// A kernel that is too old or damaged, or what does not fit.
pub fn load(data: &[u8], given: &Given<'_>, to: &mut impl LoadTarget) -> Result<Entry, Error> {
    let bad = |why: String| Error::damaged(given.name, why);
    let version = u16_at(data, at::VERSION).unwrap_or(0);
    if version < 0x202 {
        return Err(bad(format!(
            "its boot protocol {:#x} is too old; 0x202 is the oldest that can be started",
            version
        )));
    }
    let sectors = match data[at::SETUP_SECTS] {
        0 => 4,
        n => usize::from(n),
    };
    let code = data.get((sectors + 1) * 512..).ok_or_else(|| bad("it is cut off within its setup code".into()))?;
    let mut page = vec![0u8; PAGE as usize];
    let end = (at::MAGIC + usize::from(data[at::HEADER_LEN])).min(at::E820).min(data.len());
    page[at::SETUP_SECTS..end].copy_from_slice(&data[at::SETUP_SECTS..end]);
    let start = if page[at::LOADFLAGS] & LOADED_HIGH != 0 { HIGH } else { LOW };
    put(to, given.name, start, code)?;
    let mut set = |at: usize, value: u32| page[at..at + 4].copy_from_slice(&value.to_le_bytes());
    set(at::CODE32_START, start as u32);
    put_line(data, version, given, to)?;
    set(at::LINE_PTR, LINE as u32);
    set(at::LINE_HIGH, 0);
    if !given.modules.is_empty() {
        let (from, len) = put_initrd(data, version, start + code.len() as u64, given, to)?;
        set(at::RAMDISK, from as u32);
        set(at::RAMDISK_SIZE, len as u32);
        set(at::RAMDISK_HIGH, (from >> 32) as u32);
        set(at::RAMDISK_SIZE_HIGH, (len >> 32) as u32);
    }
    set(at::ACPI_RSDP, given.rsdp as u32);
    set(at::ACPI_RSDP + 4, (given.rsdp >> 32) as u32);
    page[at::LOADER] = UNDEFINED_LOADER;
    let map = &given.map[..given.map.len().min(E820_MAX)];
    page[at::E820_ENTRIES] = map.len() as u8;
    for (n, range) in map.iter().enumerate() {
        let entry = &mut page[at::E820 + 20 * n..];
        entry[..8].copy_from_slice(&range.start.to_le_bytes());
        entry[8..16].copy_from_slice(&range.len.to_le_bytes());
        entry[16..20].copy_from_slice(&range.kind.to_le_bytes());
    }
    put(to, given.name, ZERO_PAGE, &page)?;
    Ok(Entry { eip: start as u32, esi: ZERO_PAGE as u32, ..Entry::default() })
}

fn put_line(data: &[u8], version: u16, given: &Given<'_>, to: &mut impl LoadTarget) -> Result<(), Error> {
    let most = if version >= 0x206 { u32_at(data, at::LINE_MAX).unwrap_or(255) } else { 255 };
    if given.line.len() as u64 > u64::from(most) {
        let why = format!("its command line of {} characters is longer than the {most} it can take", given.line.len());
        return Err(Error::damaged(given.name, why));
    }
    put(to, given.name, LINE, &[given.line.as_bytes(), b"\0"].concat())
}

/// Puts the initial RAM disk as high as the kernel allows.
fn put_initrd(
    data: &[u8],
    version: u16,
    kernel_end: u64,
    given: &Given<'_>,
    to: &mut impl LoadTarget,
) -> Result<(u64, u64), Error> {
    // Several files are one: the kernel unpacks one archive after the other.
    let bytes: Vec<u8> = given.modules.iter().flat_map(|(_, bytes)| bytes.iter().copied()).collect();
    let name = given.modules.first().map_or("", |(name, _)| *name);
    let most = if version >= 0x203 { u32_at(data, at::INITRD_MAX).unwrap_or(0x37ff_ffff) } else { 0x37ff_ffff };
    let top = given.top.min(u64::from(most) + 1);
    let len = bytes.len() as u64;
    let from = top.checked_sub(len).map(|at| at & !(PAGE - 1)).filter(|at| *at >= kernel_end);
    let from = from.ok_or_else(|| Error::damaged(name, "it does not fit into memory behind the kernel; raise -m"))?;
    put(to, name, from, &bytes)?;
    Ok((from, len))
}
