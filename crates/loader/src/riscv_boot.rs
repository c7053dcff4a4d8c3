//! How RISC-V boards boot: reset ROM, firmware, kernel, initial RAM disk and devicetree, as on QEMU's `virt`, `sifive_u` and
//! `spike`.
//!
//! The hart starts in a small ROM at 0x1000, which loads a0 = `mhartid`, a1 = address of the devicetree, a2 = address of
//! OpenSBI's `struct fw_dynamic_info`, and jumps to the firmware (OpenSBI, docs/firmware/fw_dynamic.md) or, without one, to
//! the kernel. Instructions are encoded after the RISC-V Unprivileged ISA, chapter "RV32/64G Instruction Set Listings".
//!
//! | what     | where |
//! |----------|-------|
//! | firmware | raw: start of RAM; ELF: `p_paddr` |
//! | kernel   | ELF: `p_paddr`; raw: 2 MiB (RV32: 4 MiB) after the start of RAM and the firmware; start of RAM if there is no firmware |
//! | initrd   | min(RAM / 2, 128 MiB) after the kernel's start |
//! | dtb      | 2 MiB-aligned at the end of RAM below 3 GiB (to a page only, if RAM is tiny) |

use std::ops::Range;

use crate::elf::{AddressKind, ByteOrder, Class, Elf, Expected};
use crate::error::Error;
use crate::fdt::Fdt;
use crate::image::{ImageHeader, ImageKind, UImage, check_runnable, load_initrd, load_raw};
use crate::target::LoadTarget;

const EM_RISCV: u16 = 243;
/// U-Boot's number for RISC-V.
const IH_ARCH_RISCV: u8 = 26;
const MIB: u64 = 1 << 20;

/// The width of the integer registers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Xlen {
    /// RV32.
    Rv32,
    /// RV64.
    Rv64,
}

impl Xlen {
    fn bytes(self) -> usize {
        if self == Xlen::Rv32 { 4 } else { 8 }
    }

    /// How kernels are aligned, and their usual distance from the start of RAM: the size of a large page.
    fn kernel_align(self) -> u64 {
        if self == Xlen::Rv32 { 4 * MIB } else { 2 * MIB }
    }
}

/// What the boot code has to know of a board.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BootBoard {
    /// Register width of the boot hart.
    pub xlen: Xlen,
    /// First address of RAM.
    pub ram_base: u64,
    /// Bytes of RAM from there.
    pub ram_size: u64,
    /// The hart that boots, for `fw_dynamic_info`.
    pub boot_hart: u32,
}

impl BootBoard {
    fn ram_end(&self) -> u64 {
        self.ram_base.saturating_add(self.ram_size)
    }
}

/// A file's name, for errors, and its contents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BootFile<'a> {
    /// The name as the user gave it.
    pub name: &'a str,
    /// All of it.
    pub bytes: &'a [u8],
}

/// What the user wants booted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BootFiles<'a> {
    /// `-bios`: ELF or raw; runs in machine mode.
    pub bios: Option<BootFile<'a>>,
    /// `-kernel`: ELF, raw, Linux `Image` or `uImage`.
    pub kernel: Option<BootFile<'a>>,
    /// `-initrd`.
    pub initrd: Option<BootFile<'a>>,
    /// `-append`: the kernel's command line.
    pub append: Option<&'a str>,
}

/// Where things are after [`boot`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Boot {
    /// The contents of the reset ROM; the harts start at its first byte.
    pub rom: Vec<u8>,
    /// Where the ROM jumps to.
    pub start: u64,
    /// The kernel's entry, if there is one.
    pub kernel_entry: Option<u64>,
    /// The initial RAM disk.
    pub initrd: Option<Range<u64>>,
    /// The devicetree.
    pub dtb: Range<u64>,
    /// Addresses of the symbols `tohost` and `fromhost`, if the firmware or the kernel has them.
    pub htif: Option<(u64, u64)>,
}

/// A program in memory.
struct Placed {
    entry: u64,
    range: Range<u64>,
    htif: Option<(u64, u64)>,
}

/// Loads everything, completes `fdt` (`/chosen`) and writes it, and makes the reset ROM.
///
/// # Errors
/// If a file is damaged, for another machine or compressed, or if things don't fit into RAM beside each other.
pub fn boot(
    board: &BootBoard,
    files: &BootFiles<'_>,
    fdt: &mut Fdt,
    target: &mut impl LoadTarget,
) -> Result<Boot, Error> {
    let mut taken: Vec<(String, Range<u64>)> = Vec::new();
    let bios = files.bios.map(|file| place(board, file, board.ram_base, target)).transpose()?;
    if let (Some(file), Some(placed)) = (files.bios, &bios) {
        claim(&mut taken, file.name, placed.range.clone())?;
    }
    let kernel = match files.kernel {
        None => None,
        Some(file) => {
            let placed = place(board, file, raw_kernel_addr(board, file, bios.as_ref()), target)?;
            claim(&mut taken, file.name, placed.range.clone())?;
            Some(placed)
        }
    };
    let initrd = match (files.initrd, &kernel) {
        (Some(file), Some(kernel)) => {
            let from = kernel.entry.saturating_add((board.ram_size / 2).min(128 * MIB));
            claim(&mut taken, file.name, from..from.saturating_add(file.bytes.len() as u64))?;
            Some(from..load_initrd(file.name, file.bytes, from, target)?)
        }
        (Some(file), None) => {
            let (found, expected) = ("an initial RAM disk without a kernel".into(), "a kernel beside it".into());
            return Err(Error::Unfit { file: file.name.into(), found, expected });
        }
        (None, _) => None,
    };
    chosen(fdt, files.append, initrd.as_ref());
    let dtb = place_dtb(board, fdt, &mut taken, target)?;
    let start = bios.as_ref().or(kernel.as_ref()).map_or(board.ram_base, |placed| placed.entry);
    let kernel_entry = kernel.as_ref().map(|placed| placed.entry);
    let rom = reset_rom(board.xlen, start, dtb.start, kernel_entry.unwrap_or(0), board.boot_hart);
    let htif = [bios, kernel].iter().flatten().find_map(|placed| placed.htif);
    Ok(Boot { rom, start, kernel_entry, initrd, dtb, htif })
}

/// Loads one program; a raw one goes to `raw_addr`.
fn place(board: &BootBoard, file: BootFile<'_>, raw_addr: u64, target: &mut impl LoadTarget) -> Result<Placed, Error> {
    let BootFile { name, bytes } = file;
    if Elf::is_elf(bytes) {
        let elf = Elf::parse(name, bytes)?;
        let class = if board.xlen == Xlen::Rv32 { Class::Elf32 } else { Class::Elf64 };
        elf.expect(Expected { machines: &[EM_RISCV], class: Some(class), order: Some(ByteOrder::Little) })?;
        let loaded = elf.load(AddressKind::Physical, target)?;
        let htif = elf.symbol("tohost").zip(elf.symbol("fromhost"));
        return Ok(Placed { entry: loaded.entry, range: loaded.low..loaded.high, htif });
    }
    if UImage::is_uimage(bytes) {
        let image = UImage::parse(name, bytes)?;
        if image.arch != IH_ARCH_RISCV {
            let found = format!("a uImage for architecture {}", image.arch);
            return Err(Error::Unfit { file: name.into(), found, expected: "RISC-V (26)".into() });
        }
        let load = u64::from(image.load);
        let end = load_raw(name, image.data, load, target)?;
        return Ok(Placed { entry: image.entry.into(), range: load..end, htif: None });
    }
    check_runnable(name, bytes)?;
    let header = ImageHeader::parse(bytes);
    if header.is_some_and(|header| header.kind != ImageKind::RiscV) {
        let found = "a Linux image for AArch64".into();
        return Err(Error::Unfit { file: name.into(), found, expected: "one for RISC-V".into() });
    }
    let end = load_raw(name, bytes, raw_addr, target)?;
    // The kernel's .bss is no part of the file, but nothing else may lie in it.
    let needs = raw_addr.saturating_add(header.map_or(0, |header| header.image_size));
    Ok(Placed { entry: raw_addr, range: raw_addr..end.max(needs), htif: None })
}

/// Where a raw kernel goes: at the start of RAM if it is alone, else a large page after it or after the firmware.
fn raw_kernel_addr(board: &BootBoard, file: BootFile<'_>, bios: Option<&Placed>) -> u64 {
    let align = board.xlen.kernel_align();
    let header = ImageHeader::parse(file.bytes).filter(|header| header.text_offset.is_multiple_of(align));
    let offset = match (header, bios) {
        (Some(header), _) => header.text_offset,
        (None, Some(_)) => align,
        (None, None) => 0,
    };
    let wanted = board.ram_base.saturating_add(offset);
    let behind_firmware = bios.and_then(|placed| placed.range.end.checked_next_multiple_of(align));
    wanted.max(behind_firmware.unwrap_or(0))
}

/// Notes that `range` is in use; two files can't have the same memory.
fn claim(taken: &mut Vec<(String, Range<u64>)>, name: &str, range: Range<u64>) -> Result<(), Error> {
    let overlaps = |other: &Range<u64>| range.start < other.end && other.start < range.end;
    if let Some((other, at)) = taken.iter().find(|(_, other)| overlaps(other)) {
        let (lo, hi) = (range.start, range.end);
        let what = format!(
            "it goes to {lo:#x}..{hi:#x}, where '{other}' is ({:#x}..{:#x}); give the machine more memory (-m) or link them apart",
            at.start, at.end
        );
        return Err(Error::NoRoom { file: name.into(), what });
    }
    taken.push((name.into(), range));
    Ok(())
}

/// Devicetree Specification, "/chosen Node".
fn chosen(fdt: &mut Fdt, append: Option<&str>, initrd: Option<&Range<u64>>) {
    let node = fdt.node("/chosen");
    if let Some(append) = append {
        node.str("bootargs", append);
    }
    if let Some(initrd) = initrd {
        node.u64("linux,initrd-start", initrd.start).u64("linux,initrd-end", initrd.end);
    }
}

/// Flattens the tree and puts it where kernels of either width can reach it.
fn place_dtb(
    board: &BootBoard,
    fdt: &Fdt,
    taken: &mut Vec<(String, Range<u64>)>,
    target: &mut impl LoadTarget,
) -> Result<Range<u64>, Error> {
    const NAME: &str = "devicetree";
    let blob = fdt.to_dtb().map_err(|e| Error::damaged(NAME, e.to_string()))?;
    let len = blob.len() as u64;
    let below = if board.ram_base < 3072 * MIB { board.ram_end().min(3072 * MIB) } else { board.ram_end() };
    let what = || {
        format!("its {len:#x} bytes don't fit into RAM ({:#x}..{:#x}) beside the rest", board.ram_base, board.ram_end())
    };
    let no_room = || Error::NoRoom { file: NAME.into(), what: what() };
    let top = below.checked_sub(len).ok_or_else(no_room)?;
    let large = top & !(2 * MIB - 1);
    let range = |from: u64| from..from + len;
    let free = |from: u64| from >= board.ram_base && claim(&mut taken.clone(), NAME, range(from)).is_ok();
    let from = [large, top & !0xfff].into_iter().find(|&from| free(from)).ok_or_else(no_room)?;
    claim(taken, NAME, range(from))?;
    target.write(from, &blob).map_err(|hole| Error::no_room(NAME, "the blob", from, len, hole))?;
    Ok(range(from))
}

/// Register numbers of the calling convention.
mod x {
    pub(super) const T0: u32 = 5;
    pub(super) const A0: u32 = 10;
    pub(super) const A1: u32 = 11;
    pub(super) const A2: u32 = 12;
}

/// An I-type instruction.
fn i_type(opcode: u32, funct3: u32, rd: u32, rs1: u32, imm: u32) -> u32 {
    imm << 20 | rs1 << 15 | funct3 << 12 | rd << 7 | opcode
}

fn auipc(rd: u32, upper: u32) -> u32 {
    upper << 12 | rd << 7 | 0b0010111
}

fn addi(rd: u32, rs1: u32, imm: u32) -> u32 {
    i_type(0b0010011, 0b000, rd, rs1, imm)
}

/// `lw` or `ld`.
fn load(xlen: Xlen, rd: u32, rs1: u32, imm: u32) -> u32 {
    i_type(0b0000011, if xlen == Xlen::Rv32 { 0b010 } else { 0b011 }, rd, rs1, imm)
}

fn jr(rs1: u32) -> u32 {
    i_type(0b1100111, 0b000, 0, rs1, 0)
}

/// `csrrs rd, csr, x0`.
fn csrr(rd: u32, csr: u32) -> u32 {
    i_type(0b1110011, 0b010, rd, 0, csr)
}

const MHARTID: u32 = 0xf14;
/// Offsets within the reset ROM.
const ROM_START: u32 = 0x18;
const ROM_DTB: u32 = 0x20;
const ROM_DYNAMIC: u32 = 0x28;
/// `struct fw_dynamic_info`: "OSBI", the version that has `boot_hart`, supervisor mode.
const DYNAMIC_MAGIC: u64 = 0x4942_534f;
const DYNAMIC_VERSION: u64 = 2;
const DYNAMIC_NEXT_MODE_S: u64 = 1;

/// The reset ROM. `start` is where it jumps to, `next` the entry that a firmware shall go on to (0 if there is none).
/// It runs wherever it is put.
pub fn reset_rom(xlen: Xlen, start: u64, dtb: u64, next: u64, boot_hart: u32) -> Vec<u8> {
    let code = [
        auipc(x::T0, 0),
        addi(x::A2, x::T0, ROM_DYNAMIC),
        csrr(x::A0, MHARTID),
        load(xlen, x::A1, x::T0, ROM_DTB),
        load(xlen, x::T0, x::T0, ROM_START),
        jr(x::T0),
    ];
    let mut rom: Vec<u8> = code.iter().flat_map(|insn| insn.to_le_bytes()).collect();
    for word in [start, dtb] {
        rom.extend(word.to_le_bytes());
    }
    let dynamic = [DYNAMIC_MAGIC, DYNAMIC_VERSION, next, DYNAMIC_NEXT_MODE_S, 0, u64::from(boot_hart)];
    for field in dynamic {
        rom.extend(&field.to_le_bytes()[..xlen.bytes()]);
    }
    rom
}

/// A ROM that only jumps to `start`, as the mask ROM of `sifive_e` does: `lui t0, hi; jr lo(t0)`.
pub fn jump_rom(start: u32) -> Vec<u8> {
    let upper = start.wrapping_add(0x800) >> 12;
    let lui = upper << 12 | x::T0 << 7 | 0b0110111;
    let jalr = i_type(0b1100111, 0b000, 0, x::T0, start & 0xfff);
    [lui, jalr].iter().flat_map(|insn| insn.to_le_bytes()).collect()
}

#[cfg(test)]
#[path = "riscv_boot_tests.rs"]
mod tests;
