//! What the RISC-V boards of QEMU have in common: hart lists, interrupt wiring, the `/cpus` node, booting.

use std::ops::Range;

use ::riscv::ext::Ext;
use ::riscv::model::Model;
use devices::{Clint, HartLines, Plic, PlicConfig, PlicContext, PlicMode};
use loader::Elf;
use loader::Fdt;
use loader::riscv_boot::{BootBoard, BootFile, BootFiles, Xlen, boot};
use memory::DeviceEndian;

use crate::build::{Build, read_file};
use crate::error::Error;
use crate::firmware;
use crate::objects::ObjectId;

/// Bits of `mip`, which are the numbers of a hart's lines. Privileged Architecture, "Machine Interrupt Registers".
pub(crate) mod irq {
    pub(crate) const MSI: u32 = 3;
    pub(crate) const MTI: u32 = 7;
    pub(crate) const SEI: u32 = 9;
    pub(crate) const MEI: u32 = 11;
}

/// `mtime` of QEMU's boards.
pub(crate) const TIMEBASE_HZ: u64 = 10_000_000;
pub(crate) const LITTLE: DeviceEndian = DeviceEndian::Fixed(bits::Endian::Little);

/// Plans `harts[0]` to `harts[n-1]` below `parent`; indexes count from `first`.
pub(crate) fn add_harts(board: &mut Build<'_>, parent: ObjectId, model: &str, first: i64, n: i64) {
    for hart in 0..n {
        board.add_cpu(parent, &format!("harts[{hart}]"), model, first + hart);
    }
}

/// Maps a CLINT for all planned harts.
pub(crate) fn add_clint(board: &mut Build<'_>, start: u64) -> Result<(), Error> {
    let harts: Vec<i64> = board.cpus.iter().map(|plan| plan.index).collect();
    let lines = harts.iter().map(|&n| HartLines { software: board.line(n, irq::MSI), timer: board.line(n, irq::MTI) });
    let lines = lines.collect();
    let clint = Clint::new(TIMEBASE_HZ, lines);
    board.timebase = Some(clint.time_base());
    board.device("riscv.sifive.clint", start, devices::clint::CLINT_SIZE, LITTLE, clint)?;
    board.objects.add_anonymous("riscv.sifive.clint");
    Ok(())
}

/// Maps a PLIC whose contexts are, for each planned hart, those `modes` gives it.
pub(crate) fn add_plic(
    board: &mut Build<'_>,
    start: u64,
    n_sources: u32,
    modes: impl Fn(i64) -> &'static [PlicMode],
) -> Result<Plic, Error> {
    let harts: Vec<i64> = board.cpus.iter().map(|plan| plan.index).collect();
    let mut contexts = Vec::new();
    for hart in harts {
        for &mode in modes(hart) {
            let line = board.line(hart, if mode == PlicMode::Machine { irq::MEI } else { irq::SEI });
            contexts.push(PlicContext { hart: hart as u32, mode, line });
        }
    }
    let plic = Plic::new(PlicConfig { n_sources, max_priority: 7 }, contexts);
    board.device("riscv.sifive.plic", start, devices::plic::PLIC_SIZE, LITTLE, plic.clone())?;
    board.objects.add_anonymous("riscv.sifive.plic");
    Ok(plic)
}

/// Both modes, machine first.
pub(crate) const MS: &[PlicMode] = &[PlicMode::Machine, PlicMode::Supervisor];
/// Machine mode only.
pub(crate) const M: &[PlicMode] = &[PlicMode::Machine];

/// The register width of a target.
pub(crate) fn xlen(board: &Build<'_>) -> Xlen {
    if board.config.target.bits == 32 { Xlen::Rv32 } else { Xlen::Rv64 }
}

/// The `/cpus` node: a node for each planned hart with its interrupt controller. Returns the phandles of the CPUs and of
/// their controllers.
pub(crate) fn cpus_node(fdt: &mut Fdt, board: &Build<'_>, isa: impl Fn(i64) -> (String, bool)) -> (Vec<u32>, Vec<u32>) {
    fdt.node("/cpus").u32("#address-cells", 1).u32("#size-cells", 0).u32("timebase-frequency", TIMEBASE_HZ as u32);
    let (mut cpus, mut controllers) = (Vec::new(), Vec::new());
    for plan in &board.cpus {
        let (cpu, controller) = (fdt.new_phandle(), fdt.new_phandle());
        let path = format!("/cpus/cpu@{:x}", plan.index);
        let (isa, has_mmu) = isa(plan.index);
        let node = fdt.node(&path);
        node.str("device_type", "cpu").u32("reg", plan.index as u32).str("status", "okay").str("compatible", "riscv");
        node.str("riscv,isa", &isa).phandle(cpu);
        if has_mmu {
            node.str("mmu-type", if board.config.target.bits == 32 { "riscv,sv32" } else { "riscv,sv48" });
        }
        let inner = fdt.node(&format!("{path}/interrupt-controller"));
        inner
            .u32("#interrupt-cells", 1)
            .empty("interrupt-controller")
            .str("compatible", "riscv,cpu-intc")
            .phandle(controller);
        cpus.push(cpu);
        controllers.push(controller);
    }
    (cpus, controllers)
}

/// Single letters in canonical order, and the extensions with longer names that guests look for.
const LETTERS: [(Ext, &str); 7] =
    [(Ext::I, "i"), (Ext::E, "e"), (Ext::M, "m"), (Ext::A, "a"), (Ext::F, "f"), (Ext::D, "d"), (Ext::C, "c")];
const NAMES: [(Ext, &str); 14] = [
    (Ext::Zicbom, "zicbom"),
    (Ext::Zicbop, "zicbop"),
    (Ext::Zicboz, "zicboz"),
    (Ext::Zicond, "zicond"),
    (Ext::Zihintpause, "zihintpause"),
    (Ext::Zba, "zba"),
    (Ext::Zbb, "zbb"),
    (Ext::Zbc, "zbc"),
    (Ext::Zbs, "zbs"),
    (Ext::Sscofpmf, "sscofpmf"),
    (Ext::Sstc, "sstc"),
    (Ext::Svinval, "svinval"),
    (Ext::Svnapot, "svnapot"),
    (Ext::Svpbmt, "svpbmt"),
];

/// The ISA string of a devicetree for a model with properties, and whether it has an MMU. ISA manual, volume I, "ISA Extension
/// Naming Conventions".
pub(crate) fn isa(bits: u32, text: &str) -> (String, bool) {
    // A model that is none is refused when the hart is made.
    let Ok(model) = Model::parse(bits, text) else { return (format!("rv{bits}i"), false) };
    let has = |(ext, _): &&(Ext, &str)| model.has(*ext) && (*ext != Ext::Sstc || model.has_sstc());
    let letters: String = LETTERS.iter().filter(has).map(|(_, name)| *name).collect();
    let names: String = NAMES.iter().filter(has).map(|(_, name)| format!("_{name}")).collect();
    (format!("rv{bits}{letters}{names}"), model.has_mmu())
}

/// `interrupts-extended` to these lines of every hart.
pub(crate) fn to_harts(controllers: &[u32], lines: impl Fn(usize) -> &'static [u32]) -> Vec<u32> {
    let of =
        |(hart, &phandle): (usize, &u32)| lines(hart).iter().flat_map(move |&line| [phandle, line]).collect::<Vec<_>>();
    controllers.iter().enumerate().flat_map(of).collect()
}

/// A 64-bit address and size as devicetree cells.
pub(crate) fn reg(start: u64, size: u64) -> [u64; 2] {
    [start, size]
}

/// RAM below which there is no room for OpenSBI beside its devicetree.
const FIRMWARE_NEEDS: u64 = 4 << 20;

/// What OpenSBI takes of it, with its stacks and heap.
const FIRMWARE_SIZE: u64 = 512 << 10;

/// The firmware's file. Without `-bios` it is OpenSBI, unless the program brings its own machine mode: an ELF file linked to
/// the start of RAM, where the firmware would be, or a hart without supervisor mode.
fn firmware(board: &mut Build<'_>, ram_base: u64, kernel: Option<&[u8]>) -> Result<Option<String>, Error> {
    let boot = &board.config.boot;
    let found = firmware::default(board.config.target.bits, &boot.firmware_dirs);
    let nowhere = |looked: Vec<String>| {
        format!(
            "no OpenSBI firmware found; install the package opensbi, name a file with -bios FILE or its directory with -L DIR, \
             or use -bios none. Looked for:\n  {}",
            looked.join("\n  ")
        )
    };
    match boot.bios.as_deref() {
        Some("none") => Ok(None),
        Some("default") => found.map(Some).map_err(|looked| Error::new(nowhere(looked)).of_option("-bios default")),
        Some(name) => Ok(Some(firmware::named(name, &boot.firmware_dirs))),
        None if board.ram < FIRMWARE_NEEDS || !has_supervisor(board) => Ok(None),
        None if kernel.is_some_and(|bytes| is_linked_to(bytes, ram_base..ram_base + FIRMWARE_SIZE)) => Ok(None),
        None => match found {
            Ok(file) => Ok(Some(file)),
            Err(looked) => {
                board.warnings.push(nowhere(looked));
                Ok(None)
            }
        },
    }
}

/// A model that is none is refused when the hart is made.
fn has_supervisor(board: &Build<'_>) -> bool {
    Model::parse(board.config.target.bits, &board.model()).is_ok_and(|model| model.has(Ext::S))
}

/// Whether some of an ELF file is loaded into `range`.
fn is_linked_to(bytes: &[u8], range: Range<u64>) -> bool {
    let segments = Elf::parse("", bytes).and_then(|elf| elf.segments());
    segments.is_ok_and(|list| list.iter().any(|s| s.mem_size > 0 && range.contains(&s.paddr)))
}

/// Where things are after booting.
pub(crate) struct Booted {
    /// Addresses of the symbols `tohost` and `fromhost`.
    pub(crate) htif: Option<(u64, u64)>,
}

/// Loads firmware, kernel, initial RAM disk and devicetree as the command line says, and the reset ROM at `rom`.
pub(crate) fn boot_files(
    board: &mut Build<'_>,
    rom: u64,
    ram_base: u64,
    boot_hart: u32,
    fdt: &mut Fdt,
) -> Result<Booted, Error> {
    let files = board.config.boot.clone();
    let read = |name: &Option<String>| {
        name.as_deref().map(|name| read_file(name).map(|bytes| (name.to_string(), bytes))).transpose()
    };
    let (kernel, initrd) = (read(&files.kernel)?, read(&files.initrd)?);
    let bios = read(&firmware(board, ram_base, kernel.as_ref().map(|(_, bytes)| bytes.as_slice()))?)?;
    fn file(file: &Option<(String, Vec<u8>)>) -> Option<BootFile<'_>> {
        file.as_ref().map(|(name, bytes)| BootFile { name, bytes })
    }
    if let Some(name) = &files.dtb {
        *fdt = Fdt::from_dtb(&read_file(name)?).map_err(|e| Error::new(format!("'{name}': {e}")))?;
    }
    let boot_files =
        BootFiles { bios: file(&bios), kernel: file(&kernel), initrd: file(&initrd), append: files.append.as_deref() };
    let about = BootBoard { xlen: xlen(board), ram_base, ram_size: board.ram, boot_hart };
    let booted = boot(&about, &boot_files, fdt, &mut board.store()).map_err(|e| Error::new(e.to_string()))?;
    use loader::LoadTarget;
    board.store().write(rom, &booted.rom).map_err(|e| Error::new(format!("reset ROM: {e}")))?;
    Ok(Booted { htif: booted.htif })
}
