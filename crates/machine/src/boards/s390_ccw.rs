//! `s390-ccw-virtio`: QEMU's mainframe, in all its versions up to 4.2.
//!
//! RAM begins at 0; there is nothing else in the address space. Devices are reached through the service-call processor and the channel
//! subsystem. A kernel is put where QEMU puts it: an ELF file where it says, anything else at 0, with the parameter area of Linux
//! (`arch/s390/boot/head.S`) filled in when it is one.

use std::sync::Arc;

use devices::percpu::Started;
use devices::{Css, Diag288, Power, PowerRequest, Sclp, SclpConfig, VirtioCcw, VirtioModel};
use loader::{AddressKind, ByteOrder, Class, Elf, Expected, LoadTarget};
use memory::Line;
use s390x::shared::{Channel, IoInterruption, Services, Topology, Wish};
use s390x::trap::irq;
use topology::Levels;

use crate::boards::s390_topology::Shape;
use crate::boards::{mips, s390_devices};
use crate::build::{Build, Nmi, read_file};
use crate::error::Error;
use crate::firmware;
use crate::registry::{BOARD, MachineType};
use crate::targets::Arch;

/// One machine type a version.
macro_rules! versions {
    ($( $(#[$doc:meta])* $name:ident = $version:literal, $default:literal, $alias:expr; )*) => { $(
        $(#[$doc])*
        pub static $name: MachineType = MachineType {
            name: concat!("s390-ccw-virtio-", $version),
            alias: $alias,
            desc: concat!("VirtIO-ccw based S390 machine v", $version),
            is_default: $default,
            ..COMMON
        };
    )* };
}

const COMMON: MachineType = MachineType {
    arches: &[Arch::S390],
    max_cpus: 248,
    default_model: &[("s390x", "qemu")],
    levels: Some(Levels { socket: false, die: false, core: true, thread: false }),
    hotplug: true,
    core_ids: true,
    serials: 2,
    own_devices: s390_devices::OURS,
    own_properties: &[("loadparm", "string", ""), ("aes-key-wrap", "bool", "on"), ("dea-key-wrap", "bool", "on")],
    told: &[topology::told::Encoder::Stsi],
    build,
    ..BOARD
};

versions! {
    /// Version 2.4.
    V2_4 = "2.4", false, None;
    /// Version 2.5.
    V2_5 = "2.5", false, None;
    /// Version 2.6.
    V2_6 = "2.6", false, None;
    /// Version 2.7.
    V2_7 = "2.7", false, None;
    /// Version 2.8.
    V2_8 = "2.8", false, None;
    /// Version 2.9.
    V2_9 = "2.9", false, None;
    /// Version 2.10.
    V2_10 = "2.10", false, None;
    /// Version 2.11.
    V2_11 = "2.11", false, None;
    /// Version 2.12.
    V2_12 = "2.12", false, None;
    /// Version 3.0.
    V3_0 = "3.0", false, None;
    /// Version 3.1.
    V3_1 = "3.1", false, None;
    /// Version 4.0.
    V4_0 = "4.0", false, None;
    /// Version 4.1.
    V4_1 = "4.1", false, None;
    /// Version 4.2, the default.
    V4_2 = "4.2", true, Some("s390-ccw-virtio");
}

/// Where Linux is entered, and where its image says that it is one.
const LINUX: u64 = 0x1_0000;
const LINUX_MAGIC: (u64, &[u8]) = (0x1_0008, b"S390EP");
/// Linux's parameter area: address and size of the initial RAM disk, the length that the command line may have, and the line.
const PARM_INITRD: u64 = 0x1_0408;
const PARM_LINE: u64 = 0x1_0480;
const PARM_LINE_SIZE: usize = 0x380;
/// The lowest address of an initial RAM disk, and the room that a kernel has behind its image.
const INITRD: u64 = 0x80_0000;
const BEHIND: u64 = 0x10_0000;
/// Firmware ends at 2 GiB or at the end of RAM; it begins so many bytes before, and is entered at that offset.
const FIRMWARE: (u64, u64) = (0x20_0000, 0x800);
/// The TOD clock when Unix's time is 0.
const TOD_EPOCH: u64 = 0x7d91_048b_ca00_0000;

/// The address of the network card that the board has by itself.
pub(crate) const NIC: [u8; 6] = [0x52, 0x54, 0x00, 0x12, 0x34, 0x56];

fn build(board: &mut Build<'_>) -> Result<(), Error> {
    let size = board.ram.next_multiple_of(1 << 20);
    board.ram("s390.ram", 0, size)?;
    let model = board.model();
    (0..board.smp.cpus as usize).for_each(|slot| board.add_slot_cpu(&model, slot));
    add_objects(board);
    // The restart key.
    board.nmi = Some(Nmi::First(s390x::trap::irq::RESTART));
    let entry = load(board, size)?;
    let cpus = board.smp.maxcpus;
    let present = Started::new(cpus as usize);
    (0..board.smp.cpus).for_each(|n| present.set(n as usize, true));
    let wires: Vec<Vec<Line>> = (0..cpus).map(|n| (0..LINES).map(|l| board.line(i64::from(n), l)).collect()).collect();
    let wires = Arc::new(wires);
    let config = SclpConfig { ram: size, max_cpus: cpus, present: present.clone() };
    let consoles = s390_devices::Consoles::of(board)?;
    let sinks = [consoles.ascii, consoles.lines].map(|port| port.map(|port| mips::sink(board, port)));
    let [ascii, lines] = sinks;
    let sclp = Sclp::new(config, ascii, lines, floating(&wires, irq::SERVICE));
    let device = board.part(sclp.clone());
    let keyboard = board.part(sclp.line_console());
    for (port, device) in [(consoles.ascii, &device), (consoles.lines, &keyboard)] {
        if let Some(port) = port {
            mips::typed_into(board, port, device);
        }
    }
    let css = Css::new(
        (0..8).map(|n| floating(&wires, irq::IO + n)).collect(),
        floating(&wires, irq::REPORT),
        board.dma.clone(),
    );
    if board.config.default_nic {
        css.add(Box::new(VirtioCcw::new(VirtioModel::network(NIC))));
    }
    s390_devices::add(board, &css, &consoles)?;
    board.part(css.clone());
    board.started = Some(present.clone());
    let shape = shape(board, present);
    let power = board.power.clone();
    let (name, uuid) = (board.config.name.clone(), board.config.uuid);
    let watchdog = s390_devices::watchdog(board)?;
    let services = Board { wires, sclp, css, power, shape, name, uuid, watchdog };
    let tod = TOD_EPOCH.wrapping_add((mips::start_time(board) as u64).wrapping_mul(4_096_000_000));
    board.shared = Some(Arc::new(s390x::shared::Machine::new(Box::new(services), cpus, size, entry, tod)));
    Ok(())
}

/// The topology of a board's CPUs.
pub(crate) fn shape(board: &Build<'_>, present: Started) -> Shape {
    let tree = board.tree();
    let nodes: Vec<Option<u16>> = tree.threads().map(|(_, thread)| thread.node).collect();
    Shape::new(board.smp, &nodes, present)
}

/// Lines of a CPU that the board drives.
const LINES: u32 = irq::IO + 8;

/// A wire into one line of all CPUs.
fn floating(wires: &Arc<Vec<Vec<Line>>>, line: u32) -> Line {
    let wires = Arc::clone(wires);
    Line::new(move |level| wires.iter().for_each(|lines| lines[line as usize].set(level)))
}

/// The objects that QEMU's tree shows beside the CPUs.
fn add_objects(board: &mut Build<'_>) {
    let machine = board.objects.container("/machine");
    for (name, kind) in [("s390-pcihost", "s390-pcihost"), ("s390-tod", "s390-tod-qemu"), ("s390-ipl", "s390-ipl")] {
        board.objects.add(machine, name, kind);
    }
}

/// Loads what the machine starts from; where CPU 0 begins.
fn load(board: &mut Build<'_>, ram: u64) -> Result<u64, Error> {
    let boot = board.config.boot.clone();
    let Some(name) = boot.kernel else { return load_firmware(board, ram) };
    let bytes = read_file(&name)?;
    let fault = |e: loader::Error| Error::new(e.to_string());
    let (mut entry, end) = if Elf::is_elf(&bytes) {
        let elf = Elf::parse(&name, &bytes).map_err(fault)?;
        let machines = board.config.target.elf_machines;
        elf.expect(Expected { machines, class: Some(Class::Elf64), order: Some(ByteOrder::Big) }).map_err(fault)?;
        let loaded = elf.load(AddressKind::Physical, &mut board.store()).map_err(fault)?;
        (loaded.entry, bytes.len() as u64)
    } else {
        loader::load_raw(&name, &bytes, 0, &mut board.store()).map_err(fault)?;
        (image_entry(&bytes), bytes.len() as u64)
    };
    if entry == 0x800 {
        entry = LINUX;
    }
    let initrd = boot.initrd.map(|name| load_initrd(board, &name, end, ram)).transpose()?;
    if entry == LINUX {
        let line = boot.append.unwrap_or_default();
        if line.len() >= PARM_LINE_SIZE {
            return Err(Error::new(format!(
                "kernel command line of {} characters exceeds the maximum of {}; shorten -append",
                line.len(),
                PARM_LINE_SIZE - 1
            )));
        }
        let mut text = line.into_bytes();
        text.push(0);
        put(board, PARM_LINE, &text)?;
        if let Some((at, len)) = initrd {
            put(board, PARM_INITRD, &[at.to_be_bytes(), len.to_be_bytes()].concat())?;
        }
    }
    Ok(entry)
}

fn put(board: &mut Build<'_>, at: u64, bytes: &[u8]) -> Result<(), Error> {
    board.store().write(at, bytes).map_err(|e| Error::new(format!("kernel parameters: {e}")))
}

/// Where an image that is no ELF file is entered: Linux at its entry, others where the short PSW at 0 says.
fn image_entry(bytes: &[u8]) -> u64 {
    let (at, magic) = LINUX_MAGIC;
    if bytes.get(at as usize..).is_some_and(|rest| rest.starts_with(magic)) {
        return LINUX;
    }
    let word = bytes.get(4..8).map_or(0, |b| u32::from_be_bytes([b[0], b[1], b[2], b[3]]));
    u64::from(word & 0x7fff_ffff)
}

fn load_initrd(board: &mut Build<'_>, name: &str, kernel: u64, ram: u64) -> Result<(u64, u64), Error> {
    let bytes = read_file(name)?;
    let at = if kernel + BEHIND > INITRD { (kernel + BEHIND).next_multiple_of(BEHIND) } else { INITRD };
    let len = bytes.len() as u64;
    if at + len > ram {
        return Err(Error::new(format!(
            "could not load initrd '{name}': it needs {len} bytes from {at:#x} on; raise -m"
        )));
    }
    loader::load_raw(name, &bytes, at, &mut board.store()).map_err(|e| Error::new(e.to_string()))?;
    Ok((at, len))
}

/// Without a kernel: the firmware that `-bios` names or that is installed. Without any, CPU 0 waits for nothing at its entry.
fn load_firmware(board: &mut Build<'_>, ram: u64) -> Result<u64, Error> {
    let base = ram.min(1 << 31).saturating_sub(FIRMWARE.0);
    let entry = base + FIRMWARE.1;
    let boot = &board.config.boot;
    let name = firmware::named(boot.bios.as_deref().unwrap_or("s390-ccw.img"), &boot.firmware_dirs);
    if boot.bios.is_some() || std::path::Path::new(&name).is_file() {
        let bytes = read_file(&name)?;
        let fault = |e: loader::Error| Error::new(e.to_string());
        let elf = Elf::parse(&name, &bytes).map_err(fault)?;
        let linked = elf.segments().map_err(fault)?.iter().map(|s| s.paddr).min().unwrap_or(0);
        for segment in elf.segments().map_err(fault)? {
            let at = segment.paddr.wrapping_sub(linked).wrapping_add(base);
            board.store().write(at, segment.data).map_err(|e| Error::new(format!("{name}: {e}")))?;
        }
        return Ok(elf.entry().wrapping_sub(linked).wrapping_add(base));
    }
    // LARL 1,*+12; LPSWE 0(1); and the PSW: a wait that ends nowhere, which says so.
    let code = [0xc0, 0x10, 0, 0, 0, 6, 0xb2, 0xb2, 0x10, 0, 0, 0];
    let psw = [0x0002_0001_8000_0000u64.to_be_bytes(), 0x4711_u64.to_be_bytes()].concat();
    put(board, entry, &[&code[..], &psw].concat())?;
    Ok(entry)
}

/// What the board does for its CPUs.
struct Board {
    wires: Arc<Vec<Vec<Line>>>,
    sclp: Sclp,
    css: Css,
    power: Power,
    shape: Shape,
    name: Option<String>,
    uuid: [u8; 16],
    watchdog: Option<Diag288>,
}

impl Services for Board {
    fn wire(&self, cpu: u32, line: u32, level: bool) {
        if let Some(line) = self.wires.get(cpu as usize).and_then(|lines| lines.get(line as usize)) {
            line.set(level);
        }
    }

    fn service_call(&self, command: u32, address: u32, block: &mut [u8]) -> Option<(u32, bool)> {
        self.sclp.call(command, address, block)
    }

    fn take_service_signal(&self) -> Option<u32> {
        self.sclp.take_signal()
    }

    fn channel(&self, schid: u32, what: Channel<'_>) -> Option<u64> {
        match what {
            Channel::Store(schib) => self.css.store(schid, schib),
            Channel::Modify(schib) => self.css.modify(schid, schib),
            Channel::Start(orb) => self.css.start(schid, orb),
            Channel::Test(irb) => self.css.test(schid, irb),
            Channel::Halt => self.css.halt(schid),
            Channel::Clear => self.css.clear(schid),
            Channel::Resume => self.css.resume(schid),
            Channel::Cancel => self.css.cancel(schid),
            Channel::Monitor { controls, origin } => self.css.monitor(controls, origin),
            Channel::ResetPath => self.css.reset_path(schid),
            Channel::ReportWord(word) => Some(self.css.report(word)),
            Channel::Call(block) => self.css.call(block),
        }
    }

    fn take_report(&self) -> bool {
        self.css.take_report()
    }

    fn take_io(&self, subclasses: u8) -> Option<IoInterruption> {
        self.css.take_interruption(subclasses)
    }

    fn notify(&self, schid: u32, queue: u64, _: u64) -> i64 {
        self.css.notify(schid, u32::try_from(queue).unwrap_or(u32::MAX))
    }

    fn watchdog(&self, function: u64, seconds: u64, action: u64, now: u64) -> bool {
        self.watchdog.as_ref().is_some_and(|watchdog| watchdog.call(function, seconds, action, now))
    }

    fn reset(&self) {
        memory::Device::reset(&mut self.sclp.clone());
        memory::Device::reset(&mut self.css.clone());
        self.shape.reset();
    }

    fn wish(&self, wish: Wish) {
        self.power.request(match wish {
            Wish::Reload => PowerRequest::Reset,
            Wish::Off => PowerRequest::Shutdown { code: 0 },
            Wish::Crashed { core, psw } => PowerRequest::DisabledWait { core, psw },
        });
    }

    fn topology(&self) -> &dyn Topology {
        &self.shape
    }

    fn identity(&self) -> (Option<&str>, [u8; 16]) {
        (self.name.as_deref(), self.uuid)
    }
}
