//! What the MIPS boards have in common: CPUs, the ISA parts, loading kernels.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use devices::unimp::Unimp;
use devices::{I8254, I8259, Mc146818, Ns16550a, Ns16550aConfig, NullSink, Ports, Sink};
use loader::mips_boot::{self, Kernel};
use loader::{ByteOrder, LoadTarget};
use memory::{DeviceEndian, Line, SharedDevice};

use crate::build::{Build, read_file};
use crate::error::Error;

pub(crate) use ::mips::irq;

/// The byte order of what is behind a bus of PCs.
pub(crate) const LITTLE: DeviceEndian = DeviceEndian::Fixed(bits::Endian::Little);

/// Physical addresses up to here answer on all boards: where nothing is they read 0.
const BUS_END: u64 = 0x2000_0000;
const MIB: u64 = 1 << 20;

/// Turns a loader's error into ours.
pub(crate) fn fault(e: loader::Error) -> Error {
    Error::new(e.to_string())
}

/// The byte order of the target.
pub(crate) fn order(board: &Build<'_>) -> ByteOrder {
    if board.config.target.big_endian { ByteOrder::Big } else { ByteOrder::Little }
}

/// Plans the CPUs. They all run from reset on, as the boards have no other way to start them.
pub(crate) fn add_cpus(board: &mut Build<'_>) {
    let model = board.model();
    for index in 0..i64::from(board.smp.cpus) {
        board.add_unattached_cpu(&model, index);
        board.line(index, irq::RUN).raise();
    }
}

/// The CPUs' model; `None` if `-cpu` names none, which is refused when they are made.
pub(crate) fn cpu_model(board: &Build<'_>) -> Option<::mips::model::Model> {
    let target = board.config.target;
    let endian = if target.big_endian { bits::Endian::Big } else { bits::Endian::Little };
    ::mips::model::Model::parse(target.bits, endian, &board.model()).ok()
}

/// The wire to hardware interrupt `n` (0 to 5) of the first CPU.
pub(crate) fn hardware(board: &mut Build<'_>, n: u32) -> Line {
    board.line(0, irq::HW0 + n)
}

/// Refuses more RAM than a board can have.
pub(crate) fn check_ram(board: &Build<'_>, max: u64) -> Result<(), Error> {
    if board.ram <= max {
        return Ok(());
    }
    let text = format!("Too much memory for this machine: {} MB, maximum {} MB", board.ram / MIB, max / MIB);
    Err(Error::new(text))
}

/// Lets the holes of the low 512 MiB between `taken` ranges (start and size, in order) read 0.
pub(crate) fn fill_holes(board: &mut Build<'_>, taken: &[(u64, u64)]) -> Result<(), Error> {
    let mut from = 0;
    for &(start, size) in taken.iter().chain([&(BUS_END, 0)]) {
        if start > from {
            board.device("empty-slot", from, start - from, LITTLE, Unimp::new("empty slot"))?;
        }
        from = start + size;
    }
    Ok(())
}

/// The time at which a clock starts: the host's, or the start of 2000 where runs are to be repeatable.
pub(crate) fn start_time(board: &Build<'_>) -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs() as i64);
    if board.config.icount.is_some() { 946_684_800 } else { now }
}

/// Which serial port a UART is: the console, the second one, or none.
pub(crate) fn sink(board: &Build<'_>, port: usize) -> Box<dyn Sink> {
    match port {
        0 => Box::new(board.console.clone()),
        1 => Box::new(board.config.second_console.clone()),
        _ => Box::new(NullSink),
    }
}

/// Has what is typed into serial port `port` go to `uart`.
pub(crate) fn typed_into(board: &mut Build<'_>, port: usize, uart: &SharedDevice) {
    match port {
        0 => board.console_input = Some(Arc::clone(uart)),
        1 => board.second_input = Some(Arc::clone(uart)),
        _ => {}
    }
}

/// Clock of the UARTs of PCs in Hz.
const UART_HZ: u64 = 1_843_200;

/// The parts of an ISA board: interrupt controllers, timer, clock, and `uarts` serial ports. Returns the controllers.
pub(crate) fn add_isa(board: &mut Build<'_>, ports: &mut Ports, output: Line, uarts: usize) -> I8259 {
    let pic = I8259::new(output);
    let controllers = board.part(pic.clone());
    for (first, len) in [(0x20, 2), (0xa0, 2), (0x4d0, 2)] {
        ports.add(first, len, 1, &controllers, u64::from(first));
    }
    let timer = board.part(I8254::new(pic.line(0)));
    ports.add(0x40, 4, 1, &timer, 0);
    let clock = board.part(Mc146818::new(start_time(board), pic.line(8)));
    ports.add(0x70, 2, 1, &clock, 0);
    for (port, (first, irq)) in [(0x3f8, 4), (0x2f8, 3)].into_iter().enumerate().take(uarts) {
        let config = Ns16550aConfig { shift: 0, clock_hz: UART_HZ };
        let uart = board.part(Ns16550a::new(config, pic.line(irq), sink(board, port)));
        ports.add(first, 8, 1, &uart, 0);
        typed_into(board, port, &uart);
    }
    pic
}

/// A kernel and its initial RAM disk (virtual address and size) in memory.
pub(crate) struct Booted {
    pub(crate) name: String,
    pub(crate) kernel: Kernel,
    pub(crate) initrd: Option<(u64, u64)>,
}

/// Loads `-kernel` and `-initrd`, the latter to the end of `low` bytes of RAM; `None` without a kernel.
pub(crate) fn load_kernel(board: &mut Build<'_>, low: u64) -> Result<Option<Booted>, Error> {
    let files = board.config.boot.clone();
    let Some(name) = files.kernel else { return Ok(None) };
    let (order, wide) = (order(board), board.config.target.bits == 64);
    let kernel = mips_boot::load_kernel(&name, &read_file(&name)?, order, wide, &mut board.store()).map_err(fault)?;
    let initrd = files.initrd.map(|name| load_initrd(board, &name, kernel, low)).transpose()?;
    Ok(Some(Booted { name, kernel, initrd }))
}

fn load_initrd(board: &mut Build<'_>, name: &str, kernel: Kernel, low: u64) -> Result<(u64, u64), Error> {
    let bytes = read_file(name)?;
    let size = bytes.len() as u64;
    let at = low.saturating_sub(size + 0xffff) & !0xffff;
    if at < kernel.end {
        let text = format!("'{name}' of {size} bytes does not fit into {low} bytes of RAM behind the kernel");
        return Err(Error::new(text));
    }
    board.store().write(at, &bytes).map_err(|e| Error::new(format!("'{name}': {e}")))?;
    Ok((at | 0x8000_0000, size))
}

/// Puts a file into the boot ROM, where CPUs begin.
pub(crate) fn load_bios(board: &mut Build<'_>, size: u64) -> Result<Option<Vec<u8>>, Error> {
    let Some(name) = board.config.boot.bios.clone().filter(|name| name != "none" && name != "default") else {
        return Ok(None);
    };
    let name = crate::firmware::named(&name, &board.config.boot.firmware_dirs);
    let bytes = read_file(&name)?;
    if bytes.len() as u64 > size {
        return Err(Error::new(format!("Could not load MIPS bios '{name}': it has more than {size} bytes")));
    }
    board.store().write(mips_boot::ROM, &bytes).map_err(|e| Error::new(e.to_string()))?;
    Ok(Some(bytes))
}

/// An entry as a program counter, which 32-bit targets have in 32 bits.
pub(crate) fn pc(board: &Build<'_>, entry: u64) -> u64 {
    if board.config.target.bits == 64 { entry } else { entry & 0xffff_ffff }
}

/// Has the CPUs begin at a kernel's entry.
pub(crate) fn begin_at(board: &mut Build<'_>, kernel: &Kernel) {
    board.start = crate::build::Start::Pc(pc(board, kernel.entry));
}
