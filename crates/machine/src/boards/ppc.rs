//! What the boards of 32-bit and embedded PowerPC have in common: CPUs, kernels.

use std::sync::Arc;

use ::ppc::board::{Board, Dcrs, Entry};
use devices::{PowerRequest, Unimp};
use loader::image::UImage;
use loader::{AddressKind, ByteOrder, Elf, Expected, load_raw};
use memory::{DeviceEndian, Line};

use crate::build::{Build, read_file};
use crate::error::Error;

pub(crate) use ::ppc::trap::irq;

/// The byte order of most parts on these boards.
pub(crate) const BIG: DeviceEndian = DeviceEndian::Fixed(bits::Endian::Big);
/// That of what is behind PCI.
pub(crate) const LITTLE: DeviceEndian = DeviceEndian::Fixed(bits::Endian::Little);

pub(crate) const MIB: u64 = 1 << 20;

/// `ih_arch` of PowerPC in a `uImage`.
const UIMAGE_PPC: u8 = 7;

/// Turns a loader's error into ours.
pub(crate) fn fault(e: loader::Error) -> Error {
    Error::new(e.to_string())
}

/// Plans the CPUs, without names.
pub(crate) fn add_cpus(board: &mut Build<'_>) {
    let model = board.model();
    (0..i64::from(board.smp.cpus)).for_each(|n| board.add_unattached_cpu(&model, n));
}

/// Tells the CPUs of a time base that ticks `hz` times a second, and where they begin: those without an entry wait. Returns what they share.
pub(crate) fn share(board: &mut Build<'_>, hz: u32, entries: Vec<Option<Entry>>) -> Arc<Board> {
    let shared = Arc::new(made(board, hz, entries));
    board.shared = Some(shared.clone());
    shared
}

/// The same, with device control registers.
pub(crate) fn share_with_dcrs(board: &mut Build<'_>, hz: u32, entry: Entry, dcrs: impl Dcrs + 'static) {
    let shared = made(board, hz, vec![Some(entry)]).with_dcrs(dcrs);
    board.shared = Some(Arc::new(shared));
}

fn made(board: &mut Build<'_>, hz: u32, entries: Vec<Option<Entry>>) -> Board {
    let cpus = entries.into_iter().enumerate().map(|(n, entry)| (board.lines(n as i64), entry)).collect();
    let power = board.power.clone();
    Board::new(hz, cpus).with_reset(move || power.request(PowerRequest::Reset))
}

/// The wire to a CPU's external interrupt.
pub(crate) fn external(board: &mut Build<'_>, cpu: i64) -> Line {
    board.line(cpu, irq::EXTERNAL)
}

/// Lets whatever is not mapped up to `end` read 0 and ignore writes: nobody raises a bus error there on these boards.
pub(crate) fn fill(board: &mut Build<'_>, end: u64) -> Result<(), Error> {
    let mut taken: Vec<(u64, u64)> =
        board.memory.map().map(|(first, last, _)| (first, last.saturating_add(1))).collect();
    taken.sort_unstable();
    let mut from = 0;
    for (start, next) in taken.into_iter().chain([(end, end)]) {
        let gap = start.min(end);
        if gap > from {
            board.device("empty-slot", from, gap - from, BIG, Unimp::new("empty slot"))?;
        }
        from = from.max(next);
    }
    Ok(())
}

/// A program in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Program {
    /// Where it begins.
    pub(crate) entry: u64,
    /// Its lowest address.
    pub(crate) low: u64,
    /// The address behind it.
    pub(crate) high: u64,
}

/// Loads an ELF file, a `uImage`, or anything else to `raw`.
pub(crate) fn load_program(board: &mut Build<'_>, name: &str, raw: u64) -> Result<Program, Error> {
    let bytes = read_file(name)?;
    if Elf::is_elf(&bytes) {
        let elf = Elf::parse(name, &bytes).map_err(fault)?;
        let class = (board.config.target.bits == 32).then_some(loader::Class::Elf32);
        let expected = Expected { machines: board.config.target.elf_machines, class, order: Some(ByteOrder::Big) };
        elf.expect(expected).map_err(fault)?;
        let loaded = elf.load(AddressKind::Physical, &mut board.store()).map_err(fault)?;
        return Ok(Program { entry: loaded.entry, low: loaded.low, high: loaded.high });
    }
    if UImage::is_uimage(&bytes) {
        let image = UImage::parse(name, &bytes).map_err(fault)?;
        if image.arch != UIMAGE_PPC {
            return Err(Error::new(format!("'{name}' is a uImage for another architecture ({})", image.arch)));
        }
        let low = u64::from(image.load);
        let high = load_raw(name, image.data, low, &mut board.store()).map_err(fault)?;
        return Ok(Program { entry: image.entry.into(), low, high });
    }
    loader::image::check_runnable(name, &bytes).map_err(fault)?;
    let high = load_raw(name, &bytes, raw, &mut board.store()).map_err(fault)?;
    Ok(Program { entry: raw, low: raw, high })
}
